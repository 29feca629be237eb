"""Decisions on closing and reopening a thread, alone or by several voices."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from . import rules
from ._checks import identifier
from ._granting import Events, caused, not_locked, why
from ._spans import after
from .errors import CycleError, PolicyViolation, ValidationError
from .facts import (
    CloseVoteCast,
    ReopenVoteCast,
    ThreadClosed,
    ThreadReopened,
)
from .ids import ThreadId
from .policy import Act, Policy, Quorum, Usage
from .posts import PostKind
from .rules import Rule
from .status import Motion, MotionKind
from .thread import Thread, index_in
from .users import User

#: What a thread may be a duplicate of: threads, or their ids.
Duplicates: TypeAlias = ThreadId | Thread | Iterable[ThreadId | Thread] | None


def close(
    thread: Thread,
    reason: str | None,
    duplicate_of: Duplicates,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> Events:
    """Decide on closing, or on one voice for it."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    why(reason)
    originals = _originals(thread, duplicate_of)
    held = thread.status.closed
    if held is not None and (held.reason, held.duplicate_of) == (reason, originals):
        return ()
    rules.live_thread(thread)
    allowed = policy.moderation
    known = allowed.reasons
    if known and reason not in known:
        wanted = " or ".join(sorted(known))
        raise PolicyViolation(
            Rule.CLOSE_REASON,
            f"policy {policy.name!r} has no such reason for closing: give {wanted}",
            wanted,
            reason,
        )
    rules.open_to(thread, Act.CLOSE, by, common["at"], policy, None)
    alone = _voice(thread, allowed.close, "close", by)
    asker_id = rules.asker_of(thread)
    if alone:
        rules.within_quotas(Act.CLOSE, PostKind.QUESTION, by, policy, usage)
        return (
            ThreadClosed(
                **common,
                reason=reason,
                duplicate_of=originals,
                asker_id=asker_id,
                replaced=held,
            ),
        )
    if held is not None:
        raise PolicyViolation(
            Rule.CLOSED, f"thread {thread.id!r} is closed: vote to reopen it first"
        )
    voices = _voices(thread, MotionKind.CLOSE, allowed.close, common["at"])
    if any(each.by_id == by.id for each in voices):
        return ()
    rules.within_quotas(Act.CLOSE, PostKind.QUESTION, by, policy, usage)
    vote = CloseVoteCast(**common, reason=reason, duplicate_of=originals)
    voices = [*voices, _motion(MotionKind.CLOSE, vote)]
    if len(voices) < allowed.close.votes:
        return (vote,)
    agreed, threads = _agreed(voices)
    closed = ThreadClosed(
        **caused(common),
        by=common["by"],
        reason=agreed,
        duplicate_of=threads,
        asker_id=asker_id,
        voter_ids=tuple(each.by_id for each in voices),
    )
    return (vote, closed)


def reopen(
    thread: Thread,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> Events:
    """Decide on opening a closed thread again, or on one voice for it."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    why(reason)
    held = thread.status.closed
    if held is None:
        return ()
    rules.live_thread(thread)
    not_locked(thread, by, common["at"], policy)
    quorum = policy.moderation.reopen
    alone = _voice(thread, quorum, "reopen", by)
    asker_id = rules.asker_of(thread)
    if alone:
        rules.within_quotas(Act.CLOSE, PostKind.QUESTION, by, policy, usage)
        return (ThreadReopened(**common, replaced=held, asker_id=asker_id),)
    voices = _voices(thread, MotionKind.REOPEN, quorum, common["at"])
    if any(each.by_id == by.id for each in voices):
        return ()
    rules.within_quotas(Act.CLOSE, PostKind.QUESTION, by, policy, usage)
    vote = ReopenVoteCast(**common, reason=reason)
    voices = [*voices, _motion(MotionKind.REOPEN, vote)]
    if len(voices) < quorum.votes:
        return (vote,)
    opened = ThreadReopened(
        **caused(common),
        by=common["by"],
        replaced=held,
        asker_id=asker_id,
        voter_ids=tuple(each.by_id for each in voices),
    )
    return (vote, opened)


def _voice(thread: Thread, quorum: Quorum, what: str, by: User) -> bool:
    """Refuse who has no voice; else tell whether theirs is enough."""
    if not quorum.alone.isdisjoint(by.roles):
        return True
    if not (quorum.own and by.id == rules.asker_of(thread)):
        rules.require(quorum.who, by, f"{what} threads")
    return quorum.votes == 1


def _voices(
    thread: Thread, kind: MotionKind, quorum: Quorum, at: datetime
) -> list[Motion]:
    """Return the votes of a kind that count, oldest first."""
    counting = [
        each
        for each in index_in(thread).rest.motions
        if each.kind is kind
        and (quorum.lasts is None or at <= after(each.at, quorum.lasts))
    ]
    return sorted(counting, key=lambda each: (each.at, each.by_id))


def _motion(kind: MotionKind, vote: CloseVoteCast | ReopenVoteCast) -> Motion:
    return Motion(
        kind=kind,
        by_id=vote.by.id,
        at=vote.at,
        reason=vote.reason,
        duplicate_of=vote.duplicate_of if isinstance(vote, CloseVoteCast) else (),
    )


def _agreed(voices: list[Motion]) -> tuple[str | None, tuple[ThreadId, ...]]:
    """Return the reason that most give, the latest of equals, and its threads."""
    counts = Counter(each.reason for each in voices)
    last = {each.reason: place for place, each in enumerate(voices)}
    reason = max(counts, key=lambda each: (counts[each], last[each]))
    named = (
        original
        for each in voices
        if each.reason == reason
        for original in each.duplicate_of
    )
    return reason, tuple(dict.fromkeys(named))


def _originals(thread: Thread, duplicate_of: Duplicates) -> tuple[ThreadId, ...]:
    """Return the ids of what a thread is a duplicate of, if it can be."""
    if duplicate_of is None:
        return ()
    if isinstance(duplicate_of, str | Thread):
        duplicate_of = (duplicate_of,)
    elif not isinstance(duplicate_of, Iterable):
        raise ValidationError(
            f"duplicate_of is of type {type(duplicate_of).__name__}: give threads, "
            "or their ids"
        )
    given = tuple(duplicate_of)
    further = {each.id: each for each in given if isinstance(each, Thread)}
    found = tuple(
        dict.fromkeys(
            each.id if isinstance(each, Thread) else identifier(each, "duplicate_of")
            for each in given
        )
    )
    waiting, seen = list(found), set[ThreadId]()
    while waiting:
        here = waiting.pop()
        if here == thread.id:
            raise CycleError(
                f"thread {thread.id!r} would be a duplicate of itself: name the one "
                "that stays open"
            )
        if here in further and here not in seen:
            closed = further[here].status.closed
            waiting += () if closed is None else closed.duplicate_of
        seen.add(here)
    return found
