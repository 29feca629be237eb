"""What moderators, flags and bounties did to threads and posts."""

from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from ._checks import at_least, identifier
from ._facts_base import Happened, OnPost, PostRef, settle_fact
from .content import Content
from .feedback import Vote
from .ids import PostId, ThreadId, UserId
from .posts import PostKind
from .status import Bounty, Closed, Flag, FlagState, Locked, LockLevel, Mark
from .users import User

__all__ = [
    "BountyAwarded",
    "BountyExpired",
    "BountyOffered",
    "CloseVoteCast",
    "FlagResolved",
    "HidingImposed",
    "HidingLifted",
    "LockImposed",
    "LockLifted",
    "Moderation",
    "PostConverted",
    "PostFlagged",
    "PostMoved",
    "PostReinstated",
    "PostRemoved",
    "PostsMovedIn",
    "PostsMovedOut",
    "ReopenVoteCast",
    "ThreadArchived",
    "ThreadClosed",
    "ThreadPinned",
    "ThreadProtected",
    "ThreadReopened",
    "ThreadSplitOff",
    "ThreadUnarchived",
    "ThreadUnpinned",
    "ThreadUnprotected",
    "UsersMerged",
    "VotesInvalidated",
    "WikiMade",
]

_id = {"check": identifier}


# -- marks on a thread -----------------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class CloseVoteCast(Happened):
    """
    Somebody asked for a thread to be closed; others must agree.

    Attributes:
        reason: Why.
        duplicate_of: Threads that answer the same question already.
    """

    by: User
    reason: str | None = None
    duplicate_of: tuple[ThreadId, ...] = ()


@frozen(kw_only=True, weakref_slot=False)
class ReopenVoteCast(Happened):
    """Somebody asked for a closed thread to be opened; others must agree."""

    by: User
    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class ThreadClosed(Happened):
    """
    A thread takes no more answers.

    Attributes:
        reason: Why.
        duplicate_of: Threads that answer the same question already.
        asker_id: Whose question; None if the question is not at hand.
        voter_ids: Who asked for it, where several people had to.
        replaced: How it was closed before, if it was.
    """

    reason: str | None = None
    duplicate_of: tuple[ThreadId, ...] = ()
    asker_id: UserId | None = None
    voter_ids: tuple[UserId, ...] = ()
    replaced: Closed | None = None


@frozen(kw_only=True, weakref_slot=False)
class ThreadReopened(Happened):
    """
    A closed thread takes answers again.

    Attributes:
        replaced: The mark that was taken off.
        asker_id: Whose question; None if the question is not at hand.
        voter_ids: Who asked for it, where several people had to.
    """

    replaced: Closed
    asker_id: UserId | None = None
    voter_ids: tuple[UserId, ...] = ()


@frozen(kw_only=True, weakref_slot=False)
class ThreadProtected(Happened):
    """Newcomers do not answer any more."""

    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class ThreadUnprotected(Happened):
    """Newcomers answer again; *replaced* is the mark that was taken off."""

    replaced: Mark


@frozen(kw_only=True, weakref_slot=False)
class ThreadPinned(Happened):
    """A thread is shown before others."""

    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class ThreadUnpinned(Happened):
    """It is no longer shown before others; *replaced* is the mark taken off."""

    replaced: Mark


@frozen(kw_only=True, weakref_slot=False)
class ThreadArchived(Happened):
    """A thread is kept as it is."""

    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class ThreadUnarchived(Happened):
    """It may change again; *replaced* is the mark that was taken off."""

    replaced: Mark


# -- marks on a thread or a post -------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class LockImposed(Happened):
    """
    A thread or a post was locked.

    Attributes:
        post: Which post; None: the thread.
        level: What the lock stops.
        until: When it ends by itself; None: it does not.
        reason: Why.
        replaced: The lock before, if there was one.
    """

    post: PostRef | None = None
    level: LockLevel = LockLevel.ALL
    until: datetime | None = None
    reason: str | None = None
    replaced: Locked | None = None


@frozen(kw_only=True, weakref_slot=False)
class LockLifted(Happened):
    """
    A thread or a post was unlocked.

    Attributes:
        post: Which post; None: the thread.
        replaced: The lock that was taken off.
    """

    post: PostRef | None = None
    replaced: Locked


@frozen(kw_only=True, weakref_slot=False)
class HidingImposed(Happened):
    """
    A thread or a post was hidden; with a cause, because of flags.

    Attributes:
        post: Which post; None: the thread.
        reason: Why.
    """

    post: PostRef | None = None
    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class HidingLifted(Happened):
    """
    A hidden thread or post is shown again.

    Attributes:
        post: Which post; None: the thread.
        replaced: The mark that was taken off.
    """

    post: PostRef | None = None
    replaced: Mark


@frozen(kw_only=True, weakref_slot=False)
class WikiMade(Happened):
    """
    A post was given to everybody: from here on it earns its author nothing.

    Attributes:
        post: Which post; None: the question, marked on the thread.
        reason: Why.
    """

    post: PostRef | None = None
    reason: str | None = None


# -- posts -----------------------------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class PostRemoved(OnPost):
    """A moderator took a post down, or with a cause, flags did."""

    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class PostReinstated(OnPost):
    """A removed post came back; *replaced* is the mark that was taken off."""

    replaced: Mark


@frozen(kw_only=True, weakref_slot=False)
class PostFlagged(OnPost):
    """
    A post was reported; ``by`` is who did so.

    Attributes:
        flag: The report.
    """

    by: User
    flag: Flag


@frozen(kw_only=True, weakref_slot=False)
class FlagResolved(OnPost):
    """
    A report was decided on.

    Attributes:
        flag: The report as it was before.
        outcome: What became of it.
        reason: Why.
    """

    flag: Flag
    outcome: FlagState
    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class PostConverted(OnPost):
    """
    An answer became a comment, or a comment an answer; what is under it stays.

    Attributes:
        to: What it is now; ``post_kind`` is what it was.
        parent_id: What it stands under now.
        replaced_parent_id: What it stood under before.
    """

    to: PostKind
    parent_id: PostId = field(metadata=_id)
    replaced_parent_id: PostId = field(metadata=_id)


@frozen(kw_only=True, weakref_slot=False)
class PostMoved(OnPost):
    """
    A comment, and all that is under it, went under another post.

    Attributes:
        parent_id: What it stands under now.
        replaced_parent_id: What it stood under before.
    """

    parent_id: PostId = field(metadata=_id)
    replaced_parent_id: PostId = field(metadata=_id)


@frozen(kw_only=True, weakref_slot=False)
class VotesInvalidated(OnPost):
    """
    Standing votes on a post were struck out.

    Attributes:
        replaced: The votes as they stood, by voter.
        reason: Why.
    """

    replaced: tuple[Vote, ...]
    reason: str | None = None


# -- bounties --------------------------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class BountyOffered(Happened):
    """
    Points were promised for an answer; ``by`` gives them.

    Attributes:
        bounty: The promise.
        asker_id: Whose question; None if the question is not at hand.
    """

    by: User
    bounty: Bounty
    asker_id: UserId | None = None


@frozen(kw_only=True, weakref_slot=False)
class BountyAwarded(OnPost):
    """
    An answer got a bounty.

    Attributes:
        bounty: The promise as it was before.
        paid: Points paid out, at least 0.
        automatic: Whether nobody chose the answer.
    """

    bounty: Bounty
    paid: int
    automatic: bool = False

    def __attrs_post_init__(self) -> None:
        settle_fact(self)
        at_least(0, self.paid, "BountyAwarded.paid")


@frozen(kw_only=True, weakref_slot=False)
class BountyExpired(Happened):
    """
    A promise ended without an answer that got it.

    Attributes:
        bounty: The promise as it was before.
    """

    bounty: Bounty


# -- between threads, and people -------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class ThreadSplitOff(Happened):
    """
    A thread began with posts of another one; history goes on there.

    Attributes:
        from_id: The thread that the posts stood in.
        content: All of the new thread.
    """

    from_id: ThreadId = field(metadata=_id)
    content: Content


@frozen(kw_only=True, weakref_slot=False)
class PostsMovedIn(Happened):
    """
    Posts came from another thread, with all that hangs on them.

    Attributes:
        from_id: The thread that they stood in.
        content: The posts and their votes, tallies, wordings, ...; a stub that
            has the id of this thread's root stands for it.
    """

    from_id: ThreadId = field(metadata=_id)
    content: Content


@frozen(kw_only=True, weakref_slot=False)
class PostsMovedOut(Happened):
    """
    Posts went to another thread, with all that hangs on them.

    Attributes:
        to_id: The thread that they stand in now.
        posts: Which ones, parents first.
    """

    to_id: ThreadId = field(metadata=_id)
    posts: tuple[PostRef, ...]


@frozen(kw_only=True, weakref_slot=False)
class UsersMerged(Happened):
    """
    Two accounts became one, as far as this thread is concerned.

    Attributes:
        from_id: The account that is gone.
        into: The face of the one that stays.
        dropped: Votes of either that no longer stand: those on what the merged
            user wrote, and the later of two on one post.
    """

    from_id: UserId = field(metadata=_id)
    into: User
    dropped: tuple[Vote, ...] = ()


Moderation: TypeAlias = (
    CloseVoteCast
    | ReopenVoteCast
    | ThreadClosed
    | ThreadReopened
    | ThreadProtected
    | ThreadUnprotected
    | ThreadPinned
    | ThreadUnpinned
    | ThreadArchived
    | ThreadUnarchived
    | LockImposed
    | LockLifted
    | HidingImposed
    | HidingLifted
    | WikiMade
    | PostRemoved
    | PostReinstated
    | PostFlagged
    | FlagResolved
    | PostConverted
    | PostMoved
    | VotesInvalidated
    | BountyOffered
    | BountyAwarded
    | BountyExpired
    | ThreadSplitOff
    | PostsMovedIn
    | PostsMovedOut
    | UsersMerged
)
