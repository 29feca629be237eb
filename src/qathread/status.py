"""Marks that stand on threads and posts, each with who, when and why."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .errors import ValidationError
from .ids import PostId, ThreadId, UserId

__all__ = [
    "Bounty",
    "Closed",
    "Flag",
    "FlagState",
    "Link",
    "LinkKind",
    "LockLevel",
    "Locked",
    "Mark",
    "Motion",
    "MotionKind",
    "PostStatus",
    "Status",
]


@frozen(kw_only=True, weakref_slot=False)
class Mark:
    """
    That something was done to a post or a thread.

    Attributes:
        by_id: Who did it; None if that is not known.
        at: When; None if that is not known.
        reason: Why, in the words of whoever did it.
    """

    by_id: UserId | None = None
    at: datetime | None = None
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Closed:
    """
    That a thread takes no more answers.

    Attributes:
        by_id: Who closed it, as in :class:`Mark`.
        at: When.
        reason: Why.
        duplicate_of: Threads that answer the same question already.
    """

    by_id: UserId | None = None
    at: datetime | None = None
    reason: str | None = None
    duplicate_of: tuple[ThreadId, ...] = ()

    def __attrs_post_init__(self) -> None:
        settle(self)


class LockLevel(StrEnum):
    """What a lock stops."""

    #: No more comments.
    COMMENTS = "comments"
    #: No more comments and answers; votes and edits go on.
    REPLIES = "replies"
    #: No change at all but by those who may lock.
    ALL = "all"


@frozen(kw_only=True, weakref_slot=False)
class Locked:
    """
    That a thread or a post does not change in some ways.

    Attributes:
        by_id: Who locked it, as in :class:`Mark`.
        at: When.
        reason: Why.
        level: What it stops.
        until: When it ends by itself; None: it does not.
    """

    by_id: UserId | None = None
    at: datetime | None = None
    reason: str | None = None
    level: LockLevel = LockLevel.ALL
    until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)


class MotionKind(StrEnum):
    """What somebody asks for that others must agree to."""

    CLOSE = "close"
    REOPEN = "reopen"


@frozen(kw_only=True, weakref_slot=False)
class Motion:
    """
    One person's vote to close or reopen a thread, not yet decided.

    Attributes:
        kind: Which of the two; a thread keeps one per kind and person.
        by_id: Who asks for it.
        at: When.
        reason: Why.
        duplicate_of: Threads that answer the same question already.
    """

    kind: MotionKind
    by_id: UserId = field(metadata={"check": identifier})
    at: datetime
    reason: str | None = None
    duplicate_of: tuple[ThreadId, ...] = ()

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class PostStatus:
    """
    The marks that one post can bear beside deleted and removed.

    Attributes:
        locked: It does not change, as far as the lock goes.
        hidden: Folded away; its text stays readable on request.
        wiki: It belongs to everybody.
        pending: It waits for approval.
    """

    locked: Locked | None = None
    hidden: Mark | None = None
    wiki: Mark | None = None
    pending: Mark | None = None

    def __attrs_post_init__(self) -> None:
        if self.locked is None and self.hidden is self.wiki is self.pending is None:
            return
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Status:
    """
    The marks that a whole thread can bear; several hold at once.

    Attributes:
        closed: No more answers, and why.
        locked: Nothing changes, as far as the lock goes.
        protected: Newcomers do not answer.
        pinned: Shown before others.
        archived: Kept as it is for good.
        hidden: Left out of lists.
        wiki: Its question belongs to everybody.
        pending: It waits for approval.
    """

    closed: Closed | None = None
    locked: Locked | None = None
    protected: Mark | None = None
    pinned: Mark | None = None
    archived: Mark | None = None
    hidden: Mark | None = None
    wiki: Mark | None = None
    pending: Mark | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)


class FlagState(StrEnum):
    """What became of a flag."""

    OPEN = "open"
    HELPFUL = "helpful"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@frozen(kw_only=True, weakref_slot=False)
class Flag:
    """
    One person's report of a post.

    Attributes:
        id: Unique within the thread.
        post_id: What is reported.
        reason: Why.
        by_id: Who reports; None if the source hides it.
        at: When.
        state: What became of it.
        resolved: Who settled it, when and why.
    """

    id: str = field(metadata={"check": identifier})
    post_id: PostId = field(metadata={"check": identifier})
    reason: str
    by_id: UserId | None = None
    at: datetime | None = None
    state: FlagState = FlagState.OPEN
    resolved: Mark | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Bounty:
    """
    Points promised for an answer.

    Attributes:
        id: Unique within the thread.
        amount: Points, at least 1.
        by_id: Who gives them; None if the source hides it.
        starts_at: When the offer began.
        ends_at: When it ends or ended.
        answer_id: Which answer got it, if one did.
        paid: Points that were paid out; None while the offer stands.
    """

    id: str = field(metadata={"check": identifier})
    amount: int
    by_id: UserId | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    answer_id: PostId | None = None
    paid: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.amount, "Bounty.amount")
        if self.paid is not None:
            at_least(0, self.paid, "Bounty.paid")
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError(
                f"bounty {self.id!r} ends before it starts: swap the two times"
            )


class LinkKind(StrEnum):
    """How two threads belong together."""

    DUPLICATE = "duplicate"
    LINKED = "linked"
    CROSSPOST = "crosspost"


@frozen(kw_only=True, weakref_slot=False)
class Link:
    """
    A reference from this thread to another, which is often not at hand.

    Attributes:
        kind: Duplicate, linked or crosspost.
        target: The id of the other thread or post, or its address.
        post_id: The post that holds the link; None for the thread as a whole.
        at: When the link was made.
    """

    kind: LinkKind
    target: str = field(metadata={"check": identifier})
    post_id: PostId | None = None
    at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
