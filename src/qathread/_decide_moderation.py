"""Decisions on posts taken down, flags and votes struck out."""

from collections.abc import Iterable
from datetime import datetime

from . import rules
from ._checks import identifier, text
from ._granting import Events, caused, free, not_locked, on, why
from .errors import NotFoundError, PolicyViolation, ValidationError
from .facts import (
    Event,
    FlagResolved,
    HidingImposed,
    PostFlagged,
    PostReinstated,
    PostRemoved,
    VotesInvalidated,
)
from .ids import PostId, UserId
from .policy import Act, Policy, Usage
from .rules import Rule
from .status import Flag, FlagState
from .thread import Thread, index_in
from .users import User

# -- posts -----------------------------------------------------------------------


def remove(
    thread: Thread,
    post_id: PostId,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on taking a post down as a moderator, whoever else has done so."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    if post.removed is not None:
        return ()
    rules.not_archived(thread)
    not_locked(thread, by, common["at"], policy, post)
    rules.require(policy.moderation.remove, by, "remove posts")
    return (PostRemoved(**common, **on(post), reason=why(reason)),)


def reinstate(
    thread: Thread,
    post_id: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on taking that back."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    if post.removed is None:
        return ()
    rules.not_archived(thread)
    not_locked(thread, by, common["at"], policy, post)
    rules.require(policy.moderation.remove, by, "reinstate posts")
    return (PostReinstated(**common, **on(post), replaced=post.removed),)


def invalidate_votes(
    thread: Thread,
    post_id: PostId,
    voters: Iterable[UserId] | None,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on striking votes out, also on a post that is taken down."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    held = index_in(thread).nodes[post_id].votes
    if isinstance(voters, str):
        raise ValidationError("voters is a str: give a tuple of ids of users")
    wanted = held if voters is None else {identifier(each, "voters") for each in voters}
    standing = [held[voter_id] for voter_id in sorted(wanted) if voter_id in held]
    if not standing:
        return ()
    rules.not_archived(thread)
    not_locked(thread, by, common["at"], policy, post)
    rules.require(policy.moderation.invalidate, by, "strike out votes")
    return (
        VotesInvalidated(
            **common, **on(post), replaced=tuple(standing), reason=why(reason)
        ),
    )


# -- flags -----------------------------------------------------------------------


def flag(
    thread: Thread,
    post_id: PostId,
    reason: str,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> Events:
    """Decide on a report, and on what it brings about together with others."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    allowed = policy.moderation.flags
    post = rules.live_post(thread, post_id)
    text(reason, "reason")
    here = [
        each
        for each in thread.flags
        if each.post_id == post_id and each.state is FlagState.OPEN
    ]
    own = [each.reason for each in here if each.by_id == by.id]
    if reason in own:
        return ()
    rules.open_to(thread, Act.FLAG, by, common["at"], policy, post)
    if allowed.reasons and reason not in allowed.reasons:
        known = " or ".join(sorted(allowed.reasons))
        raise PolicyViolation(
            Rule.FLAG_REASON,
            f"policy {policy.name!r} has no such reason for a flag: give {known}",
            known,
            reason,
        )
    if not allowed.own and post.author_id == by.id:
        raise PolicyViolation(
            Rule.SELF_FLAG,
            f"user {by.id!r} wrote post {post_id!r}: others report it",
            "another user",
            by.id,
        )
    rules.require(allowed.who, by, "flag posts")
    if own:
        raise PolicyViolation(
            Rule.FLAG_REPEATED,
            f"user {by.id!r} has flagged post {post_id!r} already: withdraw that "
            "flag, or wait until it is settled",
            1,
            len(own),
        )
    rules.within_quotas(Act.FLAG, post.kind, by, policy, usage)
    flag_id = free(f"{thread.id}.{common['version']}", "flag", thread)
    report = Flag(
        id=flag_id, post_id=post_id, reason=reason, by_id=by.id, at=common["at"]
    )
    found: list[Event] = [PostFlagged(**common, **on(post), flag=report)]
    flaggers = len({each.by_id for each in here}) + 1
    hide_at, remove_at = allowed.hide_at, allowed.remove_at
    if hide_at is not None and flaggers >= hide_at and post.status.hidden is None:
        found.append(HidingImposed(**caused(common), post=rules.ref(post)))
    if remove_at is not None and flaggers >= remove_at:
        found.append(PostRemoved(**caused(common, len(found)), **on(post)))
    return tuple(found)


def resolve_flag(
    thread: Thread,
    flag_id: str,
    outcome: FlagState,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on a report that is open; a lock does not stop that."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    try:
        outcome = FlagState(outcome)
    except ValueError:
        outcome = FlagState.OPEN
    if outcome is FlagState.OPEN:
        raise ValidationError("outcome is none: give helpful, declined or withdrawn")
    held = next((each for each in thread.flags if each.id == flag_id), None)
    if held is None:
        raise NotFoundError(f"thread {thread.id!r} has no flag {flag_id!r}")
    if held.state is outcome:
        return ()
    if held.state is not FlagState.OPEN:
        raise NotFoundError(
            f"thread {thread.id!r} has no open flag {flag_id!r}: it was settled as "
            f"{held.state}"
        )
    rules.not_archived(thread)
    post = thread[held.post_id]
    if outcome is not FlagState.WITHDRAWN:
        rules.require(policy.moderation.flags.settle, by, "settle flags")
    elif by.id != held.by_id:
        raise PolicyViolation(
            Rule.ROLE,
            f"user {by.id!r} did not raise flag {flag_id!r}: who did withdraws it, "
            "others decline it",
            held.by_id,
            by.id,
        )
    return (
        FlagResolved(
            **common, **on(post), flag=held, outcome=outcome, reason=why(reason)
        ),
    )
