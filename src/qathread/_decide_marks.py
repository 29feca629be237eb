"""Decisions on the marks that threads and posts bear; the rules are in rules."""

from datetime import datetime

from . import rules
from ._checks import instant
from ._granting import Events, not_locked, why
from .errors import ValidationError
from .facts import (
    HidingImposed,
    HidingLifted,
    LockImposed,
    LockLifted,
    PostRef,
    ThreadArchived,
    ThreadPinned,
    ThreadProtected,
    ThreadUnarchived,
    ThreadUnpinned,
    ThreadUnprotected,
    WikiMade,
)
from .ids import PostId
from .policy import Needs, Policy
from .posts import Post
from .status import Locked, LockLevel
from .thread import Thread
from .users import User

# -- marks on a thread -----------------------------------------------------------


def protect(
    thread: Thread,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on keeping newcomers from answering."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    needs, held = policy.moderation.protect, thread.status.protected
    if held is not None:
        return ()
    _markable(thread, needs, "protect", by, common["at"], policy)
    return (ThreadProtected(**common, reason=why(reason)),)


def unprotect(
    thread: Thread,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on letting them answer again."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    needs, held = policy.moderation.protect, thread.status.protected
    if held is None:
        return ()
    _markable(thread, needs, "unprotect", by, common["at"], policy)
    return (ThreadUnprotected(**common, replaced=held),)


def pin(
    thread: Thread,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on showing a thread before others."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    needs, held = policy.moderation.pin, thread.status.pinned
    if held is not None:
        return ()
    _markable(thread, needs, "pin", by, common["at"], policy)
    return (ThreadPinned(**common, reason=why(reason)),)


def unpin(
    thread: Thread,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on no longer doing so."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    needs, held = policy.moderation.pin, thread.status.pinned
    if held is None:
        return ()
    _markable(thread, needs, "unpin", by, common["at"], policy)
    return (ThreadUnpinned(**common, replaced=held),)


def archive(
    thread: Thread,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on keeping a thread as it is; a lock does not stop that."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    if thread.status.archived is not None:
        return ()
    rules.require(policy.moderation.archive, by, "archive threads")
    return (ThreadArchived(**common, reason=why(reason)),)


def unarchive(
    thread: Thread,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on letting it change again."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    held = thread.status.archived
    if held is None:
        return ()
    rules.require(policy.moderation.archive, by, "take threads out of the archive")
    return (ThreadUnarchived(**common, replaced=held),)


def _markable(
    thread: Thread, needs: Needs, what: str, by: User, at: datetime, policy: Policy
) -> None:
    rules.not_archived(thread)
    not_locked(thread, by, at, policy)
    rules.require(needs, by, f"{what} threads")


# -- marks on a thread or a post -------------------------------------------------


def holds(lock: Locked | None, at: datetime) -> bool:
    """Tell whether there is a lock that has not ended."""
    return lock is not None and (lock.until is None or lock.until > at)


def lock(
    thread: Thread,
    post_id: PostId | None,
    level: LockLevel,
    until: datetime | None,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on a lock, or on another one in its place."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    try:
        level = LockLevel(level)
    except ValueError:
        known = ", ".join(repr(each.value) for each in LockLevel)
        raise ValidationError(f"level is {level!r}: give one of {known}") from None
    end = None if until is None else instant(until, "until")
    if end is not None and end <= common["at"]:
        raise ValidationError("until is not after at: give a later end of the lock")
    post = _target(thread, post_id)
    held = thread.status.locked if post is None else post.status.locked
    if (
        held is not None
        and holds(held, common["at"])
        and (held.level, held.until) == (level, end)
    ):
        return ()
    rules.not_archived(thread)
    rules.require(policy.moderation.lock, by, "lock")
    return (
        LockImposed(
            **common,
            post=_ref(post),
            level=level,
            until=end,
            reason=why(reason),
            replaced=held,
        ),
    )


def unlock(
    thread: Thread,
    post_id: PostId | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on lifting a lock."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = _target(thread, post_id)
    held = thread.status.locked if post is None else post.status.locked
    if held is None or not holds(held, common["at"]):
        return ()
    rules.not_archived(thread)
    rules.require(policy.moderation.lock, by, "unlock")
    return (LockLifted(**common, post=_ref(post), replaced=held),)


def hide(
    thread: Thread,
    post_id: PostId | None,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on folding a post away, or leaving a thread out of lists."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = _target(thread, post_id)
    held = thread.status.hidden if post is None else post.status.hidden
    if held is not None:
        return ()
    _changeable(thread, post, by, common["at"], policy)
    rules.require(policy.moderation.hide, by, "hide")
    return (HidingImposed(**common, post=_ref(post), reason=why(reason)),)


def show(
    thread: Thread,
    post_id: PostId | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on showing it again."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = _target(thread, post_id)
    held = thread.status.hidden if post is None else post.status.hidden
    if held is None:
        return ()
    _changeable(thread, post, by, common["at"], policy)
    rules.require(policy.moderation.hide, by, "show what is hidden")
    return (HidingLifted(**common, post=_ref(post), replaced=held),)


def make_wiki(
    thread: Thread,
    post_id: PostId | None,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on giving a post to everybody."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = _target(thread, post_id)
    held = thread.status.wiki if post is None else post.status.wiki
    if held is not None:
        return ()
    _changeable(thread, post, by, common["at"], policy)
    author_id = rules.asker_of(thread) if post is None else post.author_id
    if author_id != by.id:
        rules.require(policy.moderation.wiki, by, "give a post of others to everybody")
    return (WikiMade(**common, post=_ref(post), reason=why(reason)),)


def _target(thread: Thread, post_id: PostId | None) -> Post | None:
    return None if post_id is None else thread[post_id]


def _ref(post: Post | None) -> PostRef | None:
    return None if post is None else rules.ref(post)


def _changeable(
    thread: Thread, post: Post | None, by: User, at: datetime, policy: Policy
) -> None:
    """Refuse a change to what is archived, locked or, being a post, deleted."""
    if post is None:
        rules.not_archived(thread)
    else:
        rules.live_post(thread, post.id)
    not_locked(thread, by, at, policy, post)
