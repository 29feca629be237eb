"""Which posts the rows of one thread are, and what each stands under."""

from typing import Any, Final

from ..formats._report import Collector
from ..ids import PostId, ThreadId
from ..posts import PostKind, Stub
from ..thread import Thread
from ._given import Columns
from ._rows import arranged

__all__ = ["Tree"]

_KINDS: Final = {kind.value: kind for kind in PostKind}


class Tree:
    """
    The rows of one thread in the table of posts.

    Attributes:
        rows: Those that are posts, in order.
        ids: The ids of these.
        question: The row of the question; None: it has none.
        root_id: What opens the thread, whether it has a row or not.
        stubs: What stands for posts that are named and have no row.
    """

    def __init__(
        self, posts: Columns, thread_id: ThreadId, rows: list[int], report: Collector
    ) -> None:
        self._posts, self._report = posts, report
        places = [posts.get("order", row) for row in rows]
        if None not in places:
            rows = [row for _, row in sorted(zip(places, rows, strict=True))]
        self.rows = [row for row in rows if self._is_post(row)]
        self.ids: set[PostId] = {self._cell("post_id", row) for row in self.rows}
        self.question = self._first_question()
        self.stubs: dict[PostId, Stub] = {}
        self.root_id = self._root(thread_id) if self.rows else thread_id
        self._places: dict[int, PostId] | None = None

    def _cell(self, name: str, row: int) -> Any:
        return self._posts.get(name, row)

    def _damage(self, code: str, message: str, row: int, name: str) -> None:
        self._report.damage(code, message, self._posts.at(row, name))

    def _is_post(self, row: int) -> bool:
        if not self._cell("post_id", row):
            self._posts.refuse(row, "post_id", "a post without an id")
        elif self._cell("kind", row) not in _KINDS:
            self._posts.refuse(row, "kind", "a post of a kind that is not known")
        else:
            return True
        return False

    def kind(self, row: int) -> PostKind:
        """Return which of the three a row is."""
        return _KINDS[self._cell("kind", row)]

    def is_second(self, row: int) -> bool:
        """Whether a question is another than the one that opens the thread."""
        return row != self.question and self._cell("post_id", row) != self.root_id

    def _first_question(self) -> int | None:
        asked = (row for row in self.rows if self.kind(row) is PostKind.QUESTION)
        return next(asked, None)

    def _root(self, thread_id: ThreadId) -> PostId:
        """Return the id of what opens the thread, whether it has a row or not."""
        if self.question is not None:
            found: PostId = self._cell("post_id", self.question)
            return found
        away = [row for row in self.rows if self._away(row)]
        answers = [row for row in away if self.kind(row) is PostKind.ANSWER]
        top = [row for row in away if self._cell("depth", row) == 1]
        for row in (*answers, *top, *away):
            found = self._cell("parent_id", row)
            self._report.tell(
                "missing-question",
                "a thread whose question has no row: a stub stands for it",
                self._posts.at(row, "parent_id"),
            )
            return found
        found = thread_id
        while found in self.ids:
            found += "'"
        return found

    def _away(self, row: int) -> bool:
        """Whether the parent of a post is named and has no row."""
        parent_id = self._cell("parent_id", row)
        return bool(parent_id) and parent_id not in self.ids

    def parent(self, row: int, kind: PostKind) -> PostId | None:
        """Return what a post is put under."""
        parent_id: PostId | None = self._cell("parent_id", row)
        root_id = self.root_id
        if kind is PostKind.QUESTION:
            if parent_id:
                self._damage(
                    "parent",
                    "a question under another post: it opens the thread",
                    row,
                    "parent_id",
                )
            return None
        if kind is PostKind.ANSWER and parent_id != root_id:
            self._damage(
                "parent",
                "an answer that is not under the question: it is put there",
                row,
                "parent_id",
            )
            return root_id
        if not parent_id:
            self._damage(
                "parent",
                "a post that stands under nothing and does not open its thread: it "
                "is put under what does",
                row,
                "parent_id",
            )
            return root_id
        if parent_id != root_id and self._away(row) and parent_id not in self.stubs:
            self._damage(
                "missing-parent",
                "a reply to a post that has no row: a stub stands for that post",
                row,
                "parent_id",
            )
            above = self._above(row)
            self.stubs[parent_id] = Stub(id=parent_id, parent_id=above)
        return parent_id

    def _above(self, row: int) -> PostId | None:
        """Return what the missing parent of a post stands under, by its depth."""
        depth = self._cell("depth", row)
        if depth is None or depth < 2:
            return None
        if self._places is None:
            latest: dict[int | None, PostId] = {0: self.root_id}
            self._places = {}
            for other in self.rows:
                at = self._cell("depth", other)
                if at is not None and at - 2 in latest:
                    self._places[other] = latest[at - 2]
                latest[at] = self._cell("post_id", other)
        return self._places.get(row)

    def compare(self, built: Thread) -> None:
        """Tell whether depth and order came out as the table has them."""
        made = {post.id: depth for depth, post, _ in arranged(built.content)}
        for row in self.rows:
            depth = self._cell("depth", row)
            if depth is not None and made.get(self._cell("post_id", row)) != depth:
                self._moved(row, "depth")
                return
        ids = [self._cell("post_id", row) for row in self.rows]
        if "order" in self._posts.names and list(made) != ids:
            self._moved(self.rows[0], "order")

    def _moved(self, row: int, name: str) -> None:
        self._report.loss(
            "place",
            "a thread in which parents and the columns depth and order do not say "
            "the same: parents count",
            self._posts.at(row, name),
            kind="noted",
        )
