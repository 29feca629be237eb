"""The log of a thread, out of the rows of one question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import evolve

from ...errors import IntegrityError, ValidationError
from ...events import (
    AnswerPosted,
    CommentPosted,
    EditApproved,
    EditSuggested,
    Event,
    LockImposed,
    LockLifted,
    PostDeleted,
    PostEdited,
    PostRemoved,
    PostRestored,
    PostRolledBack,
    QuestionAsked,
    ThreadClosed,
    ThreadProtected,
    ThreadReopened,
    ThreadUnprotected,
    WikiMade,
)
from ...posts import NO_MARKS, Answer, Comment, Post, PostKind, Question
from ...revisions import Revision, RevisionKind, Suggestion
from ...thread import Thread
from ...users import User
from ._bundle import Rows
from ._decoding import Row
from ._event_votes import add_bounties, add_undated, add_votes
from ._history import Details, Past, close_reason, details
from ._standing import standing
from ._steps import ASKED, MARKED, POSTED, WORDED, Steps, on, ref
from ._threads import ThreadMaker
from ._values import user_of

__all__ = ["log_of"]

_PROPOSED: Final = re.compile(
    r"Proposed by (-?[0-9]{1,18}) approved by (-?[0-9]{1,18})"
)


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
        self.steps = Steps(thread)

    def events(self) -> list[Event]:
        """Gather what happened, and give it versions in order of time."""
        for post in self._placed():
            self._posted(post)
        for post_id, past in self.pasts.items():
            self._worded(self.thread[post_id], past)
            self._marked(self.thread[post_id], past)
        self._current()
        add_votes(self.steps, self.rows, self.values)
        add_bounties(self.steps)
        last = max(at for at, *_ in self.steps.noted)
        add_undated(self.steps, self.rows, last)
        self.steps.noted.sort(key=lambda step: step[:3])
        return list(self._numbered())

    def _numbered(self) -> Iterator[Event]:
        state: dict[tuple[str, str], Any] = {}
        version = 1
        for _, _, _, cls, facts in self.steps.noted:
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

    # -- posts and their wordings ----------------------------------------------------

    def _placed(self) -> list[Post]:
        """Return the posts in order of time, but each after what it hangs on."""
        thread, places = self.thread, self.steps.places
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
        by = self.steps.face(post.author_id)
        first = self._first(post)
        match first:
            case Question():
                self.steps.add(
                    post.id,
                    at,
                    ASKED,
                    QuestionAsked,
                    kind=self.thread.kind,
                    question=first,
                    by=by,
                )
            case Answer():
                self.steps.add(
                    post.id,
                    at,
                    POSTED,
                    AnswerPosted,
                    answer=first,
                    asker_id=self.steps.asker_id,
                    by=by,
                )
            case Comment():
                above = ref(self.thread[first.parent_id])
                self.steps.add(
                    post.id,
                    at,
                    POSTED,
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
                at = revision.at or last.at or self.steps.places[post.id]
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
        facts = {**on(post), "revision": revision, "replaced": last}
        by = self.steps.face(revision.editor_id)
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
            self.steps.add(
                post.id,
                at,
                WORDED,
                EditSuggested,
                suggestion=suggestion,
                by=self.steps.face(proposer),
                **on(post),
            )
            facts |= {"suggestion": suggestion, "by": self.steps.face(approver)}
            self.steps.add(post.id, at, WORDED, EditApproved, **facts)
            return
        if revision.kind is RevisionKind.ROLLBACK:
            wording = (revision.body, revision.title, revision.tags)
            for earlier in reversed(past.revisions[: revision.number - 1]):
                if (earlier.body, earlier.title, earlier.tags) == wording:
                    self.steps.add(
                        post.id,
                        at,
                        WORDED,
                        PostRolledBack,
                        to=earlier.number,
                        by=by,
                        **facts,
                    )
                    return
        self.steps.add(post.id, at, WORDED, PostEdited, by=by, **facts)

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
                    common |= {
                        "asker_id": self.steps.asker_id,
                        "voter_ids": told.voters,
                    }
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
                    common |= on(post)
                case "14" | "15":
                    cls = LockImposed if kind == "14" else LockLifted
                    common["post"] = None if of_thread else ref(post)
                    if kind == "14":
                        common["reason"] = row.get("Comment")
                case "16":
                    cls = WikiMade
                    common["post"] = None if of_thread else ref(post)
                case "19" | "20" if of_thread:
                    cls = ThreadProtected if kind == "19" else ThreadUnprotected
                case _:
                    continue
            self.steps.add(post.id, at, MARKED, cls, **common)

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
        classes = {cls for *_, cls, _ in self.steps.noted}
        question, status = self.thread.question, self.thread.status
        if status.closed and status.closed.at and ThreadClosed not in classes:
            self.steps.add(
                question.id,
                status.closed.at,
                MARKED,
                ThreadClosed,
                asker_id=self.steps.asker_id,
                duplicate_of=status.closed.duplicate_of,
            )
        marked = {
            facts["post"].post_id if facts["post"] else question.id
            for *_, cls, facts in self.steps.noted
            if cls is WikiMade
        }
        posts: tuple[Question | Answer, ...] = (question, *self.thread.answers)
        for post in posts:
            wiki = status.wiki if post is question else post.status.wiki
            if wiki is not None and wiki.at is not None and post.id not in marked:
                named = None if post is question else ref(post)
                self.steps.add(post.id, wiki.at, MARKED, WikiMade, post=named)


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
