"""Threads out of the rows of one question."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from ..._bulk import maker
from ...errors import IntegrityError, ValidationError
from ...feedback import Tally
from ...posts import Answer, Post, Question, Stub
from ...status import Bounty, Closed, Mark, PostStatus, Status
from ...thread import Thread
from ...users import User
from .._report import Collector
from ._bundle import Rows
from ._decoding import Row
from ._history import Marks, Past, details, marks, past_of
from ._leftovers import bounties_of, leftovers, links_of, stranger
from ._values import COMMUNITY, Values, time_text, user_of

__all__ = ["ThreadMaker"]

_tally = maker(Tally)
_NO_MARKS: Final = Marks()
_NO_STATUS: Final = Status()
_NO_FIELD: Final = ("LastActivityDate", "LastEditorUserId", "LastEditorDisplayName")


class ThreadMaker:
    """
    Makes threads of rows.

    Args:
        report: What hears of what is odd.
        with_users: Whether the table of users is there.
    """

    def __init__(self, report: Collector, *, with_users: bool) -> None:
        self.report, self._with_users = report, with_users
        self.values = Values(report)

    def people(self, rows: Rows) -> Iterator[int]:
        """Yield the ids of everyone in *rows* who may have a record."""
        for table, columns in (
            (rows.posts, ("OwnerUserId",)),
            (rows.comments, ("UserId",)),
        ):
            for row in table:
                for column in columns:
                    yield from _id(row.get(column))
        for held in (rows.history, rows.votes):
            for several in (held or {}).values():
                for row in several:
                    yield from _id(row.get("UserId"))
        for several in (rows.history or {}).values():
            for row in several:
                if row.get("Text", "")[:1] == "{":
                    for voter in details(row).voters:
                        yield from _id(voter)

    def make(self, rows: Rows, names: Mapping[int, str | None]) -> Thread | None:
        """
        Return the thread; None, and a line in the report, if there can be none.

        Args:
            rows: Its rows.
            names: The names of those users that have a record.
        """
        made = self.parts(rows, names)
        return None if made is None else made[0]

    def parts(
        self, rows: Rows, names: Mapping[int, str | None]
    ) -> tuple[Thread, Mapping[str, Past]] | None:
        """Return the thread and the past of each post; None as for :meth:`make`."""
        work = _Work(self, rows, names)
        try:
            return work.thread(), work.pasts
        except (ValidationError, IntegrityError) as error:
            self.report.damage(
                "field",
                "threads that do not fit together",
                f"question {rows.question}: {error}",
                kind="skipped",
            )
            return None

    def face(self, user_id: str, names: Mapping[int, str | None]) -> User:
        """Return the face of an account."""
        for number in _id(user_id):
            if number in names:
                return user_of(user_id, names[number])
        if self._with_users and user_id != COMMUNITY:
            self.report.tell(
                "missing-user", "users without a record in Users.xml", user_id
            )
        return user_of(user_id, None)


def _id(text: str | None) -> tuple[int, ...]:
    if text is None or not text.removeprefix("-").isdigit() or len(text) > 18:
        return ()
    return (int(text),) if text.isascii() else ()


class _Work:
    """One thread in the making."""

    def __init__(
        self, maker: ThreadMaker, rows: Rows, names: Mapping[int, str | None]
    ) -> None:
        self.maker, self.rows, self.names = maker, rows, names
        self.values, self.report = maker.values, maker.report
        self.users: dict[str, User] = {}
        self.tallies: list[Tally] = []
        self.pasts: dict[str, Past] = {}
        self.extra: dict[str, object] = {}

    def thread(self) -> Thread:
        """Put the parts together."""
        rows = self.rows
        question: Question | None = None
        posts: list[tuple[str, int, int, Post]] = []
        accepted: tuple[str, ...] = ()
        status = _NO_STATUS
        answers: set[str] = set()
        for row in _once(rows.posts, self.report, "post"):
            post_id = row["Id"]
            own: dict[str, object] = {}
            for name in (
                "LastActivityDate",
                "LastEditorUserId",
                "LastEditorDisplayName",
            ):
                if name in row:
                    own[name] = row[name]
            author_id, gone = self.values.author(
                row, "OwnerUserId", "OwnerDisplayName", f"gone:p{post_id}"
            )
            self._meet(author_id, gone)
            past = self._past(row, author_id)
            revision = max(1, len(past.revisions))
            if post_id == rows.question:
                status = self._status(row, past, own)
                question = self.values.question(row, author_id, own, revision)
                self._agree(question, past)
                posts.append((row.get("CreationDate", ""), -1, int(post_id), question))
            else:
                answers.add(post_id)
                for name in ("AcceptedAnswerId", "ClosedDate"):
                    if name in row:
                        own[name] = row[name]
                made = self.values.answer(row, author_id, own, revision)
                made = self._marked(made, past)
                self._agree(made, past)
                posts.append((row.get("CreationDate", ""), 0, int(post_id), made))
            self._count(row, rows.votes)
        accepted = self._accepted(answers)
        for row in _once(rows.comments, self.report, "comment"):
            author_id, gone = self.values.author(
                row, "UserId", "UserDisplayName", f"gone:c{row['Id']}"
            )
            self._meet(author_id, gone)
            comment = self.values.comment(row, author_id)
            posts.append((row.get("CreationDate", ""), 1, int(row["Id"]), comment))
            score = self.values.number(row.get("Score"), f"comment {row['Id']}")
            if score is not None:
                self.tallies.append(
                    _tally(comment.id, None, None, score, (), True, False)
                )
        posts.sort(key=_arrival)
        stubs = () if question is not None else (Stub(id=rows.question),)
        if stubs:
            self.report.damage(
                "missing-parent",
                "answers whose question is not there: a stub stands for it",
                f"question {rows.question}",
                count=len(answers),
            )
        bounties = bounties_of(rows, self.values, self.report)
        for bounty in bounties:
            if bounty.by_id is not None and bounty.by_id.startswith("gone:"):
                self._meet(bounty.by_id, stranger(bounty.by_id))
        linked = _once(rows.links, self.report, "link")
        links = links_of(linked, self.pasts, self.values)
        self.extra.update(leftovers(linked, self.pasts, rows.votes))
        for person in self._people(status, bounties):
            self._meet(person, None)
        return Thread.from_parts(
            id=rows.question,
            question=question,
            posts=[post for *_, post in posts if post is not question],
            stubs=stubs,
            tallies=self.tallies,
            users=self.users,
            accepted=accepted,
            status=status,
            revisions=[each for past in self.pasts.values() for each in past.revisions],
            bounties=bounties,
            links=links,
            provenance=self.values.origin(None, self.extra),
        )

    # -- people ----------------------------------------------------------------------

    def _meet(self, user_id: str, record: User | None) -> None:
        if user_id not in self.users:
            self.users[user_id] = record or self.maker.face(user_id, self.names)

    def _people(self, status: Status, bounties: Sequence[Bounty]) -> Iterator[str]:
        for past in self.pasts.values():
            for person in past.people:
                self._meet(person.id, person)
            for revision in past.revisions:
                if revision.editor_id is not None:
                    yield revision.editor_id
        for mark in (status.closed, status.locked, status.protected, status.wiki):
            if mark is not None and mark.by_id is not None:
                yield mark.by_id
        for bounty in bounties:
            if bounty.by_id is not None:
                yield bounty.by_id

    # -- history ---------------------------------------------------------------------

    def _past(self, row: Row, author_id: str) -> Past:
        if self.rows.history is None:
            return Past()
        held = self.rows.history.get(row["Id"], ())
        known = _once(held, self.report, "history")
        past = past_of(known, author_id, row.get("OwnerDisplayName"), self.values)
        self.pasts[row["Id"]] = past
        return past

    def _status(self, row: Row, past: Past, own: dict[str, object]) -> Status:
        """Return the marks on the thread; where row and history differ, both stay."""
        found = marks(past.others, self.values) if past.others else _NO_MARKS
        closed = found.closed
        text = row.get("ClosedDate")
        if (closed is None) != (text is None) and self.rows.history is not None:
            self.report.tell(
                "closed-differs",
                "questions whose ClosedDate and history disagree; the column stands",
                row["Id"],
            )
        if text is None:
            closed = None
        elif closed is None:
            closed = Closed(at=self.values.instant(text, f"post {row['Id']}"))
        if text is not None and (
            closed is None or closed.at is None or time_text(closed.at) != text
        ):
            own["ClosedDate"] = text
        wiki = found.wiki
        text = row.get("CommunityOwnedDate")
        if text is None:
            wiki = None
        elif wiki is None or wiki.at is None or time_text(wiki.at) != text:
            wiki = Mark(at=self.values.instant(text, f"post {row['Id']}"))
            if wiki.at is None or time_text(wiki.at) != text:
                own["CommunityOwnedDate"] = text
        if not (closed or found.locked or found.protected or wiki):
            return _NO_STATUS
        return Status(
            closed=closed, locked=found.locked, protected=found.protected, wiki=wiki
        )

    def _marked(self, answer: Answer, past: Past) -> Answer:
        """Return an answer with the marks that its history leaves on it."""
        if not past.others:
            return answer
        found = marks(past.others, self.values)
        wiki = answer.status.wiki
        if wiki is not None and found.wiki is not None and found.wiki.at == wiki.at:
            wiki = found.wiki  # which tells by whom
        if found.locked is None and wiki is None:
            return answer
        for mark in (found.locked, wiki):
            if mark is not None and mark.by_id is not None:
                self._meet(mark.by_id, None)
        return evolve(answer, status=PostStatus(locked=found.locked, wiki=wiki))

    def _agree(self, post: Question | Answer, past: Past) -> None:
        """Report where a post and the end of its history differ; both are kept."""
        if past.others and marks(past.others, self.values).deleted:
            self.report.tell(
                "deleted-differs",
                "posts that their history leaves deleted, and the dump shows",
                post.id,
            )
        if not past.revisions:
            return
        last = past.revisions[-1]
        differing = []
        if isinstance(post, Question):
            if last.title != post.title:
                differing.append("title")
            if last.tags != post.tags:
                differing.append("tags")
        if (last.at if last.number > 1 else None) != post.edited_at:
            differing.append("edited_at")
        for name in differing:
            self.report.tell(
                f"{name}-differs",
                f"posts whose {name} is not that of the end of their history; both "
                "are kept",
                post.id,
            )

    # -- votes -----------------------------------------------------------------------

    def _count(self, row: Row, votes: Mapping[str, Sequence[Row]] | None) -> None:
        """Add the tally of a post; where votes and score differ, the score stands."""
        post_id = row["Id"]
        score = self.values.number(row.get("Score"), f"post {post_id}")
        if score is None:
            return
        if votes is not None:
            up = down = 0
            for vote in votes.get(post_id, ()):
                kind = vote["VoteTypeId"]
                if kind == "2":
                    up += 1
                elif kind == "3":
                    down += 1
            if up - down == score:
                self.tallies.append(_tally(post_id, up, down, score, (), True, False))
                return
            self.report.tell(
                "score-differs",
                "posts whose Score is not the sum of their votes; the score stands",
                post_id,
            )
        self.tallies.append(_tally(post_id, None, None, score, (), True, False))

    def _accepted(self, answers: set[str]) -> tuple[str, ...]:
        """Return the accepted answer; one that is not at hand is kept in extra."""
        named = None
        for row in self.rows.posts:
            if row["Id"] == self.rows.question:
                named = row.get("AcceptedAnswerId")
        if self.rows.votes is not None and self.rows.posts:
            voted = {
                post_id
                for post_id in answers
                if any(
                    vote["VoteTypeId"] == "1"
                    for vote in self.rows.votes.get(post_id, ())
                )
            }
            if voted != ({named} & answers):
                self.report.tell(
                    "accepted-differs",
                    "questions whose AcceptedAnswerId and votes disagree; the column "
                    "stands",
                    self.rows.question,
                )
        if named is None:
            return ()
        if named in answers:
            return (named,)
        self.extra["AcceptedAnswerId"] = named
        return ()


def _arrival(item: tuple[str, int, int, Post]) -> tuple[int, str, int]:
    """Order by time, the question first; what has no time comes last."""
    created, rank, number, _ = item
    return (-1 if rank < 0 else 0 if created else 1), created, number


def _once(rows: Iterable[Row], report: Collector, what: str) -> list[Row]:
    """Return *rows* by id; of two with one id the later one stands."""
    found: dict[str, Row] = {}
    for row in rows:
        other = found.get(row["Id"])
        if other is not None:
            report.damage(
                "duplicate-id",
                "rows with the id of another one: the last one stands",
                f"{what} {row['Id']}",
            )
        found[row["Id"]] = row
    return list(found.values())
