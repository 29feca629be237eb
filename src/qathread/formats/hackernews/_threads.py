"""Threads of the items that were delivered."""

import html
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ..._checks import LATEST
from ...bodies import HTML, Body
from ...feedback import Tally
from ...posts import Comment, Post, Question, Stub
from ...provenance import Provenance, TimePrecision, extra_text
from ...status import Mark
from ...thread import Thread
from ...users import User, UserKind
from .._gathering import Frame, Piece, build, circles, nobody, roots
from .._report import Collector
from ._views import COMMENT, OPTION, ROOTS, View

__all__ = ["threads_of"]

_PLATFORM: Final = "hackernews"
_DECLARED: Final = ("descendants", "num_comments")
_MARK: Final = Mark()
#: What most comments bear.
_PLAIN: Final = Provenance(
    platform=_PLATFORM, time_precision=TimePrecision.SECOND, zone_stated=True
)


def threads_of(
    items: dict[str, View], report: Collector, *, unescape: bool = False
) -> Iterator[Thread]:
    """
    Yield the threads of *items*, in order of the first item of each.

    Args:
        items: Each item once.
        report: Hears of what does not fit.
        unescape: Whether titles are escaped as HTML.
    """
    forest = _Forest(items, report, unescape)
    for root_id in forest.roots:
        yield forest.thread(root_id)


class _Forest:
    """
    Knows what stands under what, also of items that are only named.

    Attributes:
        roots: The ids that threads begin with, in order of appearance.
    """

    def __init__(
        self, items: dict[str, View], report: Collector, unescape: bool
    ) -> None:
        self._report, self._unescape = report, unescape
        self._items: dict[str, View] = {}
        self._options: dict[str, list[View]] = {}
        for view in items.values():
            poll = view.text("parent")
            if view.type == OPTION and poll is not None:
                self._options.setdefault(poll, []).append(view)
            else:
                self._items[view.id] = view
        self._named: dict[str, str] = {}  # kids, with the parent that lists them
        self._parents = self._found_parents(items)
        self._below: dict[str, list[str]] = {}
        for item_id, parent in self._parents.items():
            if parent is not None:
                self._below.setdefault(parent, []).append(item_id)
        tops = roots(self._parents)
        delivered = (tops[item_id] for item_id in self._items)
        # An option alone tells of its poll, wherever that stands.
        polls = (tops.get(poll, poll) for poll in self._options)
        self.roots = tuple(dict.fromkeys((*delivered, *polls)))
        self._options_by_root: dict[str, list[str]] = {}
        for poll in self._options:
            self._options_by_root.setdefault(tops.get(poll, poll), []).append(poll)

    # -- what stands under what --------------------------------------------------

    def _found_parents(self, items: dict[str, View]) -> dict[str, str | None]:
        named = self._named
        for view in self._items.values():
            for kid in view.ids("kids"):
                named[kid] = min(named.get(kid, view.id), view.id, key=_natural)
        parents: dict[str, str | None] = {}
        for view in self._items.values():
            parents[view.id] = self._parent(view)
        for kid, parent in named.items():
            if kid not in items:
                parents.setdefault(kid, parent)
        for option in items.values():
            if option.type == OPTION and option.id not in self._items:
                parents.setdefault(option.id, option.text("parent"))
        self._hint(parents)
        for item_id in circles(parents):
            parents[item_id] = None
            self._report.damage(
                "cycle",
                "items that stand under each other in a circle: the one with the "
                "smallest id opens a thread",
                item_id,
            )
        used = {parent for parent in parents.values() if parent is not None}
        return {
            each: parent
            for each, parent in parents.items()
            if each in self._items or each in used or each not in items
        }

    def _parent(self, view: View) -> str | None:
        stated = view.text("parent")
        if view.type in ROOTS:
            if stated is not None:
                self._report.damage(
                    "wrong-parent",
                    "a story, job or poll says that it stands under something: it "
                    "opens a thread, extra holds what it says",
                    f"{view.where.down('parent')}: {stated}",
                )
            return None
        parent = stated or self._named.get(view.id)
        if parent is None and view.type is not None:
            self._report.damage(
                "missing-parent",
                "a comment does not say what it stands under: it is put under its "
                "story, or opens a thread",
                f"{view.where}: {view.id}",
            )
            return view.text("story")
        return parent

    def _hint(self, parents: dict[str, str | None]) -> None:
        """Put missing items under the story that a comment below them names."""
        tops = roots(parents)
        stories: dict[str, str] = {}
        for view in self._items.values():
            story, top = view.text("story"), tops[view.id]
            if story is not None and top != story and top not in self._items:
                stories[top] = min(stories.get(top, story), story, key=_natural)
        for top, story in stories.items():
            parents[top] = story

    # -- one thread --------------------------------------------------------------

    def thread(self, root_id: str) -> Thread:
        pieces, stubs = list[Piece](), list[Stub]()
        alive = 0
        waiting = [root_id]
        while waiting:
            item_id = waiting.pop()
            waiting.extend(reversed(self._ordered(item_id)))
            view = self._items.get(item_id)
            if view is not None:
                pieces.append(self._piece(view, root_id))
                alive += item_id != root_id and pieces[-1].post.stands
            elif item_id != root_id:
                # Put under its story only because a comment below names that:
                # then what it stands under is not known.
                listed = self._parents[item_id] == self._named.get(item_id)
                parent_id = self._parents[item_id] if listed else None
                stubs.append(Stub(id=item_id, parent_id=parent_id))
        self._tell(root_id, alive, stubs)
        frame = Frame(
            thread_id=root_id,
            root_id=root_id,
            provenance=Provenance(platform=_PLATFORM, extra=self._option_text(root_id)),
            by_time=False,
        )
        return build(frame, pieces, self._report, stubs)

    def _ordered(self, item_id: str) -> list[str]:
        """Return what stands under an item: as it ranks them, then by time."""
        below = self._below.get(item_id)
        if not below:
            return []
        view = self._items.get(item_id)
        ranks = {} if view is None else {k: n for n, k in enumerate(view.ids("kids"))}
        return sorted(below, key=lambda each: self._place(each, ranks))

    def _place(
        self, item_id: str, ranks: dict[str, int]
    ) -> tuple[int, datetime, tuple[int, str]]:
        view = self._items.get(item_id)
        at = None if view is None else view.at
        return ranks.get(item_id, len(ranks)), at or LATEST, _natural(item_id)

    def _tell(self, root_id: str, alive: int, stubs: list[Stub]) -> None:
        for stub in stubs:
            if stub.parent_id is not None:
                self._report.tell(
                    "not-delivered",
                    "a comment that its parent names and that was not delivered: a "
                    "stub stands for it",
                    f"{stub.id} under {stub.parent_id}",
                )
            else:
                self._report.damage(
                    "missing-parent",
                    "a reply to a post that is not there: a stub stands for that post",
                    stub.id,
                )
        root = self._items.get(root_id)
        if root is None:
            self._report.tell(
                "root-missing",
                "what a thread begins with was not delivered: a stub stands for it",
                root_id,
            )
            return
        counted = root.number("descendants")
        if counted is not None and counted != alive and not stubs:
            self._report.tell(
                "count-differs",
                "a thread has more or fewer comments than its root says; that number "
                "is kept as declared",
                f"{root_id}: {counted}, here {alive}",
            )

    def _option_text(self, root_id: str) -> str | None:
        """Return the options of the polls of a thread, as text of its extra."""
        found: list[object] = []
        for poll in sorted(self._options_by_root.get(root_id, ()), key=_natural):
            view = self._items.get(poll)
            parts = () if view is None else view.ids("parts")
            ranks = {each: number for number, each in enumerate(parts)}
            options = self._options[poll]
            options.sort(key=lambda o: (ranks.get(o.id, len(ranks)), _natural(o.id)))
            found.extend(_option(option) for option in options)
        return extra_text({"pollopts": found}) if found else None

    # -- one post ----------------------------------------------------------------

    def _piece(self, view: View, root_id: str) -> Piece:
        deleted = _MARK if view.known.get("deleted") is True else None
        # Dead: killed by moderators, by flags or by the filter. Nobody sees it who
        # does not ask for it.
        removed = _MARK if view.known.get("dead") is True else None
        name = view.text("by")
        if name is not None:
            author = User(id=name, name=name)
        else:
            kind = UserKind.REGISTERED if deleted is None else UserKind.DELETED
            author = nobody(view.id, kind)
        body = Body(source=view.text("text") or "", media_type=HTML)
        if view.id == root_id:
            post: Post = Question(
                id=view.id,
                author_id=author.id,
                author_name=name,
                body=body,
                created_at=view.at,
                deleted=deleted,
                removed=removed,
                provenance=self._provenance(view, COMMENT, root_id),
                title=self._title(view),
            )
        else:
            post = Comment(
                id=view.id,
                parent_id=self._parents[view.id] or root_id,
                author_id=author.id,
                author_name=name,
                body=body,
                created_at=view.at,
                deleted=deleted,
                removed=removed,
                provenance=self._provenance(view, "story", root_id),
            )
            if view.text("text") is None and post.stands:
                self._report.loss(
                    "body-missing",
                    "a comment without its text: its body is empty",
                    f"{view.where}: {view.id}",
                    kind="noted",
                )
        score = view.number("score")
        return Piece(
            post=post,
            author=author,
            where=str(view.where),
            tally=None if score is None else Tally(post_id=view.id, score=score),
        )

    def _stands_under(self, item_id: str, parent_id: str) -> bool:
        return item_id in self._items and self._parents.get(item_id) == parent_id

    def _title(self, view: View) -> str | None:
        title = view.text("title")
        return html.unescape(title) if title is not None and self._unescape else title

    def _provenance(self, view: View, odd: str, root_id: str) -> Provenance:
        extra = dict(view.rest)
        usual = "story" if odd == COMMENT else COMMENT
        if view.type not in (None, usual):
            extra["type"] = view.type
        title = view.text("title")
        if title is not None and (odd == "story" or title != self._title(view)):
            extra["title"] = title
        parts, kids = view.ids("parts"), view.ids("kids")
        if parts:
            extra["parts"] = [_as_given(each) for each in parts]
        if not all(self._stands_under(kid, view.id) for kid in kids):
            extra["kids"] = [_as_given(each) for each in kids]  # where stubs rank
        for name, member, here in (
            ("parent", "parent", self._parents[view.id]),
            ("story", "story_id", root_id),
        ):
            stated = view.text(name)
            if stated is not None and stated != here:
                extra.setdefault(member, _as_given(stated))
        declared = {name: view.number(name) for name in _DECLARED}
        time = view.time
        counted = any(count is not None for count in declared.values())
        precision = None if time is None else time.precision
        if precision is TimePrecision.SECOND and not extra and not counted:
            return _PLAIN
        return Provenance(
            platform=_PLATFORM,
            time_precision=precision,
            zone_stated=None if time is None else time.zone_stated,
            declared=tuple(
                (name, count) for name, count in declared.items() if count is not None
            ),
            extra=extra_text(extra) if extra else None,
        )


def _option(view: View) -> dict[str, object]:
    """Return an option of a poll under the names of Firebase."""
    found: dict[str, object] = dict(view.rest)
    for name, value in view.known.items():
        if name == "time":
            time = view.time
            if time is not None:
                exact = time.precision is TimePrecision.SECOND
                seconds = time.at.timestamp()
                found["time"] = int(seconds) if exact else seconds
        elif name in ("parent", "story"):
            found[name] = _as_given(str(value))
        elif isinstance(value, tuple):
            found[name] = [_as_given(each) for each in value]
        else:
            found[name] = value
    found["id"] = _as_given(view.id)
    return found


def _as_given(item_id: str) -> object:
    return int(item_id) if item_id.isdecimal() and len(item_id) < 19 else item_id


def _natural(item_id: str) -> tuple[int, str]:
    """Return a key that puts 9 before 10."""
    return len(item_id), item_id
