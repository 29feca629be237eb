"""The log of a thread, out of the rows of one question."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import evolve

from ...errors import IntegrityError, ValidationError
from ...events import (
    AnswerAccepted,
    AnswerPosted,
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    CommentPosted,
    EditApproved,
    EditSuggested,
    Event,
    LockImposed,
    LockLifted,
    PostDeleted,
    PostEdited,
    PostRef,
    PostRemoved,
    PostRestored,
    PostRolledBack,
    QuestionAsked,
    ThreadClosed,
    ThreadProtected,
    ThreadReopened,
    ThreadUnprotected,
    VotesCounted,
    WikiMade,
)
from ...posts import NO_MARKS, Answer, Comment, Post, PostKind, Question
from ...revisions import Revision, RevisionKind, Suggestion
from ...thread import Thread
from ...users import User
from ._bundle import Rows
from ._decoding import Row
from ._history import Details, Past, close_reason, details
from ._standing import standing
from ._threads import ThreadMaker
from ._values import user_of

__all__ = ["log_of"]

#: What happens at one instant, in this order.
_ASKED, _POSTED, _WORDED, _MARKED, _COUNTED, _ACCEPTED, _PAID = range(7)
_PROPOSED: Final = re.compile(
    r"Proposed by (-?[0-9]{1,18}) approved by (-?[0-9]{1,18})"
)

#: When it takes its place, what goes before at the same time, and what it is.
_Step = tuple[datetime, int, int, type[Any], dict[str, Any]]


def log_of(
    rows: Rows, names: Mapping[int, str | None], maker: ThreadMaker
) -> list[Event]:
    """
    Return what happened to a thread, in order.

    Args:
        rows: The rows of its question.
        names: The names of those users that have a record.
        maker: What makes the thread of them.

    Returns:
        The events, versions from 1 up. Replayed they give the thread as the columns
        have it, with the texts as they were typed. A thread whose question or whose
        times are not known is one ``Imported``. Empty if there can be no thread.
    """
    made = maker.parts(rows, names)
    if made is None:
        return []
    thread, pasts = made
    if not isinstance(thread.root, Question) or any(
        post.created_at is None for post in thread.posts
    ):
        return list(thread.pending)
    try:
        return _Log(thread, pasts, rows, maker).events()
    except (ValidationError, IntegrityError) as error:
        maker.report.damage(
            "field",
            "logs whose events do not fit together, given as one import",
            f"question {rows.question}: {error}",
        )
        return list(thread.pending)


class _Log:
    """One log in the making."""

    def __init__(
        self,
        thread: Thread,
        pasts: Mapping[str, Past],
        rows: Rows,
        maker: ThreadMaker,
    ) -> None:
        self.thread, self.pasts, self.rows = thread, pasts, rows
        self.values, self.report = maker.values, maker.report
        self.steps: list[_Step] = []
        self.places: dict[str, datetime] = {}
        self.asker_id = thread.question.author_id

    def events(self) -> list[Event]:
        """Gather what happened, and give it versions in order of time."""
        for post in self._placed():
            self._posted(post)
        for post_id, past in self.pasts.items():
            self._worded(self.thread[post_id], past)
            self._marked(self.thread[post_id], past)
        self._current()
        self._votes()
        self._bounties()
        last = max(at for at, *_ in self.steps)
        self._undated(last)
        self.steps.sort(key=lambda step: step[:3])
        return list(self._numbered())

    def _numbered(self) -> Iterator[Event]:
        state: dict[tuple[str, str], Any] = {}
        version = 1
        for _, _, _, cls, facts in self.steps:
            whole = standing(cls, facts, state)
            if whole is None:
                self.report.tell(
                    "mark-without-effect",
                    "rows of history that take off what was not there, or put on what "
                    "was; they are in extra only",
                    self.thread.id,
                )
                continue
            cls, facts = whole
            event: Event = cls(
                thread_id=self.thread.id,
                version=version,
                recorded_at=facts["at"],
                **facts,
            )
            version += 1
            yield event

    # -- helpers ---------------------------------------------------------------------

    def _step(
        self, post_id: str, at: datetime, rank: int, cls: type[Any], /, **facts: Any
    ) -> None:
        """Note something that happened to a post, never before it was there."""
        place = max(at, self.places[post_id])
        self.steps.append((place, rank, len(self.steps), cls, {"at": at, **facts}))

    def _ref(self, post: Post) -> PostRef:
        return PostRef(post_id=post.id, kind=post.kind, author_id=post.author_id)

    def _on(self, post: Post) -> dict[str, Any]:
        return {
            "post_id": post.id,
            "post_kind": post.kind,
            "author_id": post.author_id,
        }

    def _face(self, user_id: str | None) -> User | None:
        if user_id is None:
            return None
        return self.thread.users.get(user_id) or user_of(user_id, None)

    # -- posts and their wordings ----------------------------------------------------

    def _placed(self) -> list[Post]:
        """Return the posts in order of time, but each after what it hangs on."""
        thread, places = self.thread, self.places
        late: dict[str, int] = {}  # those that say that they are older than that
        levels: list[Sequence[Post]] = [
            [thread.question],
            thread.answers,
            thread.comments,
        ]
        for depth, level in enumerate(levels):
            for post in level:
                at = post.created_at
                assert at is not None  # such threads are imported as they are
                places[post.id] = at
                if post.parent_id is not None and places[post.parent_id] > at:
                    places[post.id] = places[post.parent_id]
                    late[post.id] = depth
        posts = list(thread.posts)
        if late:
            posts.sort(key=lambda post: (places[post.id], late.get(post.id, 0)))
        return posts

    def _posted(self, post: Post) -> None:
        at = post.created_at
        assert at is not None
        by = self._face(post.author_id)
        first = self._first(post)
        match first:
            case Question():
                self._step(
                    post.id,
                    at,
                    _ASKED,
                    QuestionAsked,
                    kind=self.thread.kind,
                    question=first,
                    by=by,
                )
            case Answer():
                self._step(
                    post.id,
                    at,
                    _POSTED,
                    AnswerPosted,
                    answer=first,
                    asker_id=self.asker_id,
                    by=by,
                )
            case Comment():
                above = self._ref(self.thread[first.parent_id])
                self._step(
                    post.id,
                    at,
                    _POSTED,
                    CommentPosted,
                    comment=first,
                    parent=above,
                    by=by,
                )

    def _first(self, post: Post) -> Post:
        """Return a post as it was at first."""
        plain: dict[str, Any] = {"edited_at": None, "revision": 1, "status": NO_MARKS}
        past = self.pasts.get(post.id)
        if past is None or not past.revisions:
            return evolve(post, **{**plain, "edited_at": post.edited_at})
        wording = past.revisions[0]
        plain["body"] = wording.body
        if isinstance(post, Question):
            plain |= {"title": wording.title, "tags": wording.tags}
        return evolve(post, **plain)

    def _worded(self, post: Post, past: Past) -> None:
        proposals = {
            row.get("RevisionGUID"): found
            for row in past.others
            if row.get("PostHistoryTypeId") == "24"
            and (found := _PROPOSED.match(row.get("Comment", "")))
        }
        last: Revision | None = None
        for revision in past.revisions:
            if last is not None:
                at = revision.at or last.at or self.places[post.id]
                self._reworded(post, last, revision, past, at, proposals)
            last = revision

    def _reworded(
        self,
        post: Post,
        last: Revision,
        revision: Revision,
        past: Past,
        at: datetime,
        proposals: Mapping[str | None, re.Match[str]],
    ) -> None:
        facts = {**self._on(post), "revision": revision, "replaced": last}
        by = self._face(revision.editor_id)
        proposal = proposals.get(revision.group)
        if proposal is not None:
            proposer, approver = proposal.groups()
            suggestion = Suggestion(
                id=f"s{post.id}.{revision.number}",
                post_id=post.id,
                base_revision=last.number,
                body=revision.body,
                title=revision.title,
                tags=revision.tags,
                editor_id=proposer,
                at=at,
                summary=revision.summary,
            )
            self._step(
                post.id,
                at,
                _WORDED,
                EditSuggested,
                suggestion=suggestion,
                by=self._face(proposer),
                **self._on(post),
            )
            facts |= {"suggestion": suggestion, "by": self._face(approver)}
            self._step(post.id, at, _WORDED, EditApproved, **facts)
            return
        if revision.kind is RevisionKind.ROLLBACK:
            wording = (revision.body, revision.title, revision.tags)
            for earlier in reversed(past.revisions[: revision.number - 1]):
                if (earlier.body, earlier.title, earlier.tags) == wording:
                    self._step(
                        post.id,
                        at,
                        _WORDED,
                        PostRolledBack,
                        to=earlier.number,
                        by=by,
                        **facts,
                    )
                    return
        self._step(post.id, at, _WORDED, PostEdited, by=by, **facts)

    # -- marks -----------------------------------------------------------------------

    def _marked(self, post: Post, past: Past) -> None:
        of_thread = post.kind is PostKind.QUESTION
        alive = _last_deletion(past.others)
        for row in past.others:
            kind = row.get("PostHistoryTypeId", "")
            if row is alive:
                continue
            at = self.values.instant(row.get("CreationDate"), f"history {row['Id']}")
            if at is None:
                continue
            told = details(row)
            by = self._actor(row, told)
            common: dict[str, Any] = {"by": by}
            cls: type[Any]
            match kind:
                case "10" | "11" if of_thread:
                    cls = ThreadClosed if kind == "10" else ThreadReopened
                    common |= {"asker_id": self.asker_id, "voter_ids": told.voters}
                    if kind == "10":
                        common |= {
                            "reason": close_reason(row),
                            "duplicate_of": told.originals,
                        }
                case "12" | "13":
                    own = by is not None and by.id == post.author_id
                    if kind == "12":
                        cls = PostDeleted if own else PostRemoved
                        common["reason"] = row.get("Comment")
                    else:
                        cls = PostRestored
                    common |= self._on(post)
                case "14" | "15":
                    cls = LockImposed if kind == "14" else LockLifted
                    common["post"] = None if of_thread else self._ref(post)
                    if kind == "14":
                        common["reason"] = row.get("Comment")
                case "16":
                    cls = WikiMade
                    common["post"] = None if of_thread else self._ref(post)
                case "19" | "20" if of_thread:
                    cls = ThreadProtected if kind == "19" else ThreadUnprotected
                case _:
                    continue
            self._step(post.id, at, _MARKED, cls, **common)

    def _actor(self, row: Row, told: Details) -> User | None:
        """Return who did it; of several voters the last one, who decided it."""
        user_id = row.get("UserId") or (told.voters[-1] if told.voters else None)
        if user_id is None:
            return None
        known = {user.id: user for user in told.people}
        return (
            self.thread.users.get(user_id)
            or known.get(user_id)
            or user_of(user_id, None)
        )

    def _current(self) -> None:
        """Add the marks that columns tell of and history does not."""
        classes = {cls for *_, cls, _ in self.steps}
        question, status = self.thread.question, self.thread.status
        if status.closed and status.closed.at and ThreadClosed not in classes:
            self._step(
                question.id,
                status.closed.at,
                _MARKED,
                ThreadClosed,
                asker_id=self.asker_id,
                duplicate_of=status.closed.duplicate_of,
            )
        marked = {
            facts["post"].post_id if facts["post"] else question.id
            for *_, cls, facts in self.steps
            if cls is WikiMade
        }
        posts: tuple[Question | Answer, ...] = (question, *self.thread.answers)
        for post in posts:
            wiki = status.wiki if post is question else post.status.wiki
            if wiki is not None and wiki.at is not None and post.id not in marked:
                ref = None if post is question else self._ref(post)
                self._step(post.id, wiki.at, _MARKED, WikiMade, post=ref)

    # -- votes -----------------------------------------------------------------------

    def _votes(self) -> None:
        """Count votes by post and day; note the acceptance of what is accepted."""
        accepted = set(self.thread.accepted)
        for post_id, votes in (self.rows.votes or {}).items():
            post = self.thread[post_id]
            days: Counter[tuple[str, str]] = Counter()
            for vote in votes:
                kind, day = vote["VoteTypeId"], vote.get("CreationDate", "")
                if kind in ("2", "3"):
                    days[day, kind] += 1
                elif kind == "1" and post_id in accepted:
                    at = self.values.instant(day, f"vote {vote['Id']}")
                    if at is not None:
                        accepted.discard(post_id)
                        self._accepted(post, at)
            for day in sorted({day for day, _ in days}):
                at = self.values.instant(day, f"votes on {post_id}")
                if at is not None:
                    up, down = days[day, "2"], days[day, "3"]
                    self._step(
                        post_id,
                        at,
                        _COUNTED,
                        VotesCounted,
                        up=up,
                        down=down,
                        **self._on(post),
                    )

    def _accepted(self, post: Post, at: datetime) -> None:
        self._step(
            post.id,
            at,
            _ACCEPTED,
            AnswerAccepted,
            asker_id=self.asker_id,
            by=self._face(self.asker_id),
            **self._on(post),
        )

    def _undated(self, last: datetime) -> None:
        """
        Add at the end what no row gives a day for.

        Scores of comments, scores without votes, and an acceptance without its vote.
        """
        noted = {
            facts["post_id"] for *_, cls, facts in self.steps if cls is AnswerAccepted
        }
        for post_id in self.thread.accepted:
            if post_id not in noted:
                self._accepted(self.thread[post_id], last)
        for post in self.thread.posts:
            tally = self.thread.tally(post.id)
            dated = self.rows.votes is not None and post.kind is not PostKind.COMMENT
            if not dated and tally.score:
                up, down = max(tally.score, 0), max(-tally.score, 0)
                self._step(
                    post.id,
                    last,
                    _COUNTED,
                    VotesCounted,
                    up=up,
                    down=down,
                    **self._on(post),
                )

    def _bounties(self) -> None:
        question = self.thread.question
        for bounty in self.thread.bounties:
            start = bounty.starts_at
            if start is None or bounty.by_id is None:
                continue
            offered = evolve(bounty, ends_at=None, answer_id=None, paid=None)
            self._step(
                question.id,
                start,
                _PAID,
                BountyOffered,
                bounty=offered,
                asker_id=self.asker_id,
                by=self._face(bounty.by_id),
            )
            end = bounty.ends_at
            if bounty.paid is None or end is None:
                continue
            answer_id = bounty.answer_id
            if answer_id is not None and answer_id != question.id:
                post = self.thread[answer_id]
                self._step(
                    post.id,
                    end,
                    _PAID,
                    BountyAwarded,
                    bounty=offered,
                    paid=bounty.paid,
                    **self._on(post),
                )
            else:
                self._step(question.id, end, _PAID, BountyExpired, bounty=offered)


def _last_deletion(rows: Sequence[Row]) -> Row | None:
    """
    Return the deletion that nothing took back.

    What is in a dump was not deleted when the dump was made, so there was an end to it.
    """
    last = None
    for row in rows:
        if row.get("PostHistoryTypeId") in ("12", "13"):
            last = row
    return last if last and last["PostHistoryTypeId"] == "12" else None
