"""Taking back what moderators did."""

from typing import assert_never

from . import facts, moderation
from ._undo_words import Who, final, gone, since, still
from .facts import Moderation
from .ids import PostId
from .posts import PostKind
from .status import Closed, Locked, PostStatus, Status
from .thread import Thread


def moderated_back(thread: Thread, event: Moderation, who: Who) -> Thread:
    """Apply the verb that does the opposite of *event*."""
    status = thread.status
    match event:
        case facts.CloseVoteCast() | facts.ReopenVoteCast():
            raise final(event, "such votes end by themselves when they are old")
        case facts.ThreadClosed():
            still(event, status.closed, event.reason, "the closing")
            if event.replaced is not None:
                return _closed_as(thread, event.replaced, who)
            return moderation.reopen(thread, **who)
        case facts.ThreadReopened():
            gone(event, status.closed, "the closing")
            return _closed_as(thread, event.replaced, who)
        case facts.ThreadProtected():
            still(event, status.protected, event.reason, "the protection")
            return moderation.unprotect(thread, **who)
        case facts.ThreadUnprotected():
            gone(event, status.protected, "the protection")
            return moderation.protect(thread, reason=event.replaced.reason, **who)
        case facts.ThreadPinned():
            still(event, status.pinned, event.reason, "the pin")
            return moderation.unpin(thread, **who)
        case facts.ThreadUnpinned():
            gone(event, status.pinned, "the pin")
            return moderation.pin(thread, reason=event.replaced.reason, **who)
        case facts.ThreadArchived():
            still(event, status.archived, event.reason, "the archiving")
            return moderation.unarchive(thread, **who)
        case facts.ThreadUnarchived():
            gone(event, status.archived, "the archiving")
            return moderation.archive(thread, reason=event.replaced.reason, **who)
        case (
            facts.LockImposed()
            | facts.LockLifted()
            | facts.HidingImposed()
            | facts.HidingLifted()
        ):
            return _marked_back(thread, event, who)
        case facts.WikiMade():
            raise final(event, "what belongs to everybody stays so")
        case facts.PostRemoved():
            still(event, thread[event.post_id].removed, event.reason, "the removal")
            return moderation.reinstate(thread, event.post_id, **who)
        case facts.PostReinstated():
            gone(event, thread[event.post_id].removed, "the removal")
            reason = event.replaced.reason
            return moderation.remove(thread, event.post_id, reason=reason, **who)
        case facts.PostFlagged():
            raise final(event, "withdraw it with moderation.resolve_flag")
        case facts.FlagResolved():
            raise final(event, "flag the post again with moderation.flag")
        case facts.PostConverted() | facts.PostMoved():
            return _moved_back(thread, event, who)
        case facts.VotesInvalidated():
            raise final(event, "the voters vote again with voting.cast")
        case facts.BountyOffered() | facts.BountyAwarded() | facts.BountyExpired():
            raise final(event, "a bounty is spent; offer another one")
        case facts.ThreadSplitOff():
            raise final(event, "bring the posts back with moderation.merge_threads")
        case facts.PostsMovedIn():
            raise final(event, "take the posts out with moderation.split")
        case facts.PostsMovedOut():
            raise final(event, "bring the posts back with moderation.merge_threads")
        case facts.UsersMerged():
            raise final(event, "who wrote what is not known any more")
        case _:
            assert_never(event)


def _closed_as(thread: Thread, closed: Closed, who: Who) -> Thread:
    return moderation.close(
        thread, closed.reason, duplicate_of=closed.duplicate_of, **who
    )


def _marked_back(
    thread: Thread,
    event: facts.LockImposed
    | facts.LockLifted
    | facts.HidingImposed
    | facts.HidingLifted,
    who: Who,
) -> Thread:
    post_id = None if event.post is None else event.post.post_id
    status: Status | PostStatus = thread.status
    if post_id is not None:
        status = thread[post_id].status
    match event:
        case facts.LockImposed():
            still(event, status.locked, event.reason, "the lock")
            if _over(event.replaced, who):
                return moderation.unlock(thread, post_id, **who)
            return _locked_as(thread, post_id, event.replaced, who)
        case facts.LockLifted():
            gone(event, status.locked, "the lock")
            return _locked_as(thread, post_id, event.replaced, who)
        case facts.HidingImposed():
            still(event, status.hidden, event.reason, "the hiding")
            return moderation.show(thread, post_id, **who)
        case facts.HidingLifted():
            gone(event, status.hidden, "the hiding")
            reason = event.replaced.reason
            return moderation.hide(thread, post_id, reason=reason, **who)


def _locked_as(
    thread: Thread, post_id: PostId | None, lock: Locked | None, who: Who
) -> Thread:
    if lock is None or _over(lock, who):
        return thread
    return moderation.lock(
        thread,
        post_id,
        level=lock.level,
        until=lock.until,
        reason=lock.reason,
        **who,
    )


def _over(lock: Locked | None, who: Who) -> bool:
    """Whether a lock has ended by itself, if there ever was one."""
    return lock is None or (lock.until is not None and lock.until <= who["at"])


def _moved_back(
    thread: Thread, event: facts.PostConverted | facts.PostMoved, who: Who
) -> Thread:
    post = thread[event.post_id]
    if post.parent_id != event.parent_id:
        raise since(event, f"post {post.id!r} was moved")
    before = event.replaced_parent_id
    if isinstance(event, facts.PostMoved):
        return moderation.move(thread, post.id, before, **who)
    if post.kind is not event.to:
        raise since(event, f"post {post.id!r} became {post.kind}")
    if event.to is PostKind.COMMENT:
        return moderation.convert(thread, post.id, **who)
    return moderation.convert(thread, post.id, under=before, **who)
