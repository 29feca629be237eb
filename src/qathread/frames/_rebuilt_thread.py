"""One thread made of its rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from attrs import evolve, frozen

from ..bodies import Body
from ..content import ThreadKind
from ..errors import ValidationError
from ..feedback import Tally, Vote
from ..formats._gathering import Frame, Piece, build, nobody
from ..formats._making import made_post
from ..formats._report import Collector
from ..ids import PostId, ThreadId, UserId
from ..posts import PostKind, Stub
from ..provenance import Provenance
from ..revisions import Revision
from ..status import Closed, Locked, Mark, Status
from ..thread import Thread, imported
from ..users import User, UserKind, face
from ._given import Given, ballot, wording
from ._rebuilt_tree import Tree

__all__ = ["Part", "Shared"]

_MARKS: Final = ("protected", "pinned", "archived", "hidden")
_MARK: Final = Mark()


@frozen(eq=False)
class Shared:
    """
    What all threads are made with.

    Attributes:
        tables: Everything that was given.
        faces: What the table of users says.
        body: An empty text of the kind that texts are.
        report: Hears of what is wrong.
    """

    tables: Given
    faces: dict[UserId, User]
    body: Body
    report: Collector


class Part:
    """The rows of one thread."""

    def __init__(
        self, shared: Shared, thread_id: ThreadId, rows: list[int], head: int | None
    ) -> None:
        self._shared, self._id, self._head_row = shared, thread_id, head
        self._posts, self._report = shared.tables.posts, shared.report
        self._tree = Tree(self._posts, thread_id, rows, self._report)
        self._faces = self._people()

    def thread(self, votes: Iterable[int], revisions: Iterable[int]) -> Thread | None:
        """
        Return the thread; None if no row of it is a post.

        Args:
            votes: Its rows in the table of votes.
            revisions: Its rows in the table of revisions.
        """
        if not self._tree.rows:
            return None
        wordings = self._wordings(revisions)
        pieces = [self._piece(row, wordings) for row in self._tree.rows]
        ballots = self._ballots(votes, pieces)
        # Where they come from makes no difference to what is built.
        pieces[0] = evolve(pieces[0], votes=tuple(ballots))
        others = {vote.voter_id for vote in ballots}
        for piece in pieces:
            others |= {each.editor_id for each in piece.revisions if each.editor_id}
        others -= self._faces.keys()
        people = [face(each) for name in sorted(others) for each in self._known(name)]
        frame = self._frame(tuple(people))
        built = build(frame, pieces, self._report, self._tree.stubs.values())
        self._tree.compare(built)
        self._told_order(built)
        version = self._head("version")
        if version is None:
            return built
        if version < 1:
            self._odd_head("version", "a version below 1: it is 1")
            return built
        return imported(self._id, version, built.content)

    # -- cells -------------------------------------------------------------------

    def _cell(self, name: str, row: int) -> Any:
        return self._posts.get(name, row)

    def _head(self, name: str) -> Any:
        """Return what the table of threads says of this one."""
        row = self._head_row
        return None if row is None else self._shared.tables.threads.get(name, row)

    def _odd_head(self, name: str, message: str) -> None:
        row = self._head_row
        if row is not None:
            where = self._shared.tables.threads.at(row, name)
            self._report.damage("field", message, where)

    def _known(self, user_id: UserId) -> list[User]:
        found = self._shared.faces.get(user_id)
        return [] if found is None else [found]

    # -- people ------------------------------------------------------------------

    def _people(self) -> dict[UserId, User]:
        """Return the faces of authors, as the posts of this thread show them."""
        shown: dict[UserId, list[int]] = {}
        for row in self._tree.rows:
            author_id = self._cell("author_id", row)
            if author_id:
                shown.setdefault(author_id, []).append(row)
        return {user_id: self._face(user_id, rows) for user_id, rows in shown.items()}

    def _face(self, user_id: UserId, rows: list[int]) -> User:
        found = next(iter(self._known(user_id)), None)
        name = None if found is None else found.name
        level = None if found is None else found.level
        rows = [row for row in rows if self._cell("body", row) is not None] or rows
        if "author_name" in self._posts.names:
            names = [self._cell("author_name", row) for row in rows]
            if None in names:
                name = None
            elif found is None:
                name = names[-1]
        if "author_level" in self._posts.names:
            levels = [self._cell("author_level", row) for row in rows]
            level = levels[-1]
            if len(set(levels)) > 1:
                self._report.loss(
                    "author-level",
                    "an author whose level changes within a thread: the last is kept",
                    self._posts.at(rows[-1], "author_level"),
                )
        if found is None:
            return User(id=user_id, name=name, level=level)
        return evolve(face(found), name=name, level=level)

    def _author(self, row: int, post_id: PostId, gone: bool) -> User:
        author_id = self._cell("author_id", row)
        if author_id:
            return self._faces[author_id]
        if gone:
            return nobody(post_id)
        self._report.tell(
            "author-unknown",
            "a post without an author: somebody unknown wrote it",
            self._posts.at(row, "author_id"),
        )
        return nobody(post_id, UserKind.REGISTERED, self._cell("author_name", row))

    # -- posts -------------------------------------------------------------------

    def _piece(self, row: int, wordings: dict[PostId, list[Revision]]) -> Piece:
        post_id: PostId = self._cell("post_id", row)
        kind = self._tree.kind(row)
        if kind is PostKind.QUESTION and self._tree.is_second(row):
            self._report.damage(
                "second-question",
                "a second question of a thread: it becomes a comment on the first",
                self._posts.at(row, "kind"),
            )
            kind = PostKind.COMMENT
        text: str | None = self._cell("body", row)
        gone = text is None
        if gone:
            self._report.tell(
                "gone",
                "a post without a body was deleted or removed: it counts as deleted",
                self._posts.at(row),
            )
        author = self._author(row, post_id, gone)
        name = self._cell("author_name", row)
        body = evolve(self._shared.body, source=text or "")
        known = wordings.get(post_id, [])
        number = 1
        if known:
            last = known[-1]
            number = last.number + (last.body != body)
        heading: dict[str, Any] = {}
        if kind is PostKind.QUESTION:
            heading["title"] = self._head("title")
            heading["tags"] = self._head("tags") or ()
            heading["views"] = self._head("views")
        parent_id = self._tree.parent(row, kind)
        post = made_post(
            kind,
            id=post_id,
            parent_id=parent_id,
            author=author,
            name=None if name == author.name else name,
            body=body,
            created_at=self._cell("created_at", row),
            edited_at=self._cell("edited_at", row),
            revision=number,
            deleted=_MARK if gone else None,
            **heading,
        )
        return Piece(
            post=post,
            author=author,
            where=self._posts.at(row),
            tally=self._tally(row, post_id),
            accepted=self._is_accepted(row, kind),
            revisions=tuple(known),
        )

    def _tally(self, row: int, post_id: PostId) -> Tally | None:
        up, down, score = (self._cell(name, row) for name in ("up", "down", "score"))
        if up is down is score is None:
            return None
        try:
            return Tally(post_id=post_id, up=up, down=down, score=score)
        except ValidationError:
            self._report.damage(
                "counts",
                "counts below 0, or a score that is not up - down: they are left out",
                self._posts.at(row, "score"),
                kind="skipped",
            )
            return None

    def _is_accepted(self, row: int, kind: PostKind) -> bool:
        accepted = bool(self._cell("accepted", row))
        if accepted and kind is not PostKind.ANSWER:
            self._posts.refuse(row, "accepted", "the mark of what is no answer")
            return False
        return accepted

    def _wordings(self, rows: Iterable[int]) -> dict[PostId, list[Revision]]:
        """Return the wordings of each post, where they can be all of one."""
        table = self._shared.tables.revisions
        found: dict[PostId, dict[int, tuple[int, Revision]]] = {}
        for row in rows:
            body = evolve(self._shared.body, source=table.get("body", row) or "")
            made = wording(table, row, body)
            if made is None:
                continue
            if made.post_id not in self._tree.ids:
                table.refuse(row, "post_id", "a wording of a post that has no row")
            elif made.number in found.setdefault(made.post_id, {}):
                table.refuse(row, "number", "a wording a second time")
            else:
                found[made.post_id][made.number] = (row, made)
        kept: dict[PostId, list[Revision]] = {}
        for post_id, numbered in found.items():
            numbers = sorted(numbered)
            if numbers[-1] - numbers[0] + 1 != len(numbers):
                self._report.damage(
                    "wordings",
                    "wordings of a post with gaps between: they are left out",
                    table.at(numbered[numbers[0]][0], "number"),
                    kind="skipped",
                )
                continue
            kept[post_id] = [numbered[number][1] for number in numbers]
        return kept

    def _ballots(self, rows: Iterable[int], pieces: Iterable[Piece]) -> list[Vote]:
        """Return the votes that fit what the posts count."""
        table = self._shared.tables.votes
        tallies = {piece.post.id: piece.tally for piece in pieces}
        found: dict[tuple[PostId, UserId], Vote] = {}
        cast: dict[tuple[PostId, str], int] = {}
        for row in rows:
            vote = ballot(table, row)
            if vote is None:
                continue
            post_id = vote.post_id
            key, way = (post_id, vote.voter_id), (post_id, vote.direction.value)
            if key in found:
                table.refuse(row, "voter_id", "a second vote of one person on a post")
                continue
            tally = tallies.get(post_id)
            total = getattr(tally, way[1], None)
            cast[way] = cast.get(way, 0) + vote.weight
            if total is not None and cast[way] > total:
                cast[way] -= vote.weight
                table.refuse(row, "post_id", "a vote more than the post counts")
                continue
            found[key] = vote
            if post_id not in self._tree.ids and post_id not in self._tree.stubs:
                self._tree.stubs[post_id] = Stub(id=post_id)
        return list(found.values())

    # -- the thread as a whole ---------------------------------------------------

    def _frame(self, people: tuple[User, ...]) -> Frame:
        kind = self._head("kind")
        if kind is not None and kind not in set(ThreadKind):
            self._odd_head("kind", "a thread of a kind that is not known: it is 'qa'")
            kind = None
        accepted = self._head("accepted_id")
        platform = self._head("platform")
        origin = None
        if platform:
            url, license = self._head("url"), self._head("license")
            origin = Provenance(platform=platform, url=url, license=license)
        return Frame(
            thread_id=self._id,
            root_id=self._tree.root_id,
            kind=ThreadKind.QA if kind is None else ThreadKind(kind),
            status=self._status(),
            accepted=() if accepted is None else (accepted,),
            people=people,
            provenance=origin,
            by_time=False,
        )

    def _status(self) -> Status:
        marks = {name: _MARK if self._head(name) else None for name in _MARKS}
        closed = None
        if self._head("closed"):
            at: datetime | None = self._head("closed_at")
            reason: str | None = self._head("closed_reason")
            others: tuple[ThreadId, ...] = self._head("duplicate_of") or ()
            closed = Closed(at=at, reason=reason, duplicate_of=others)
        locked = Locked() if self._head("locked") else None
        return Status(closed=closed, locked=locked, **marks)

    def _told_order(self, built: Thread) -> None:
        known = self._head("accepted_id") is not None
        if len(built.accepted) > 1 + known:
            self._report.tell(
                "accepted-order",
                "several accepted answers: the order in which they were accepted is "
                "not known",
                self._id,
            )
