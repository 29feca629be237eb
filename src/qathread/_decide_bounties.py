"""Decisions on bounties; the rules are in rules."""

from datetime import datetime

from . import rules
from ._checks import at_least
from ._granting import Events, free, not_locked
from ._spans import after
from .errors import NotFoundError, PolicyViolation
from .facts import BountyAwarded, BountyExpired, BountyOffered, EventId
from .ids import PostId
from .policy import Act, Bounties, Policy, Usage
from .posts import Answer, PostKind, Question
from .rules import Rule
from .status import Bounty
from .thread import Thread
from .users import User


def offer_bounty(
    thread: Thread,
    amount: int,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> Events:
    """Decide on a promise of points."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    at_least(1, amount, "amount")
    rules.live_thread(thread)
    allowed = _allowed(policy)
    rules.open_to(thread, Act.BOUNTY, by, common["at"], policy, None)
    rules.require(allowed.who, by, "offer a bounty")
    _fitting(thread, amount, allowed, by)
    _old_enough(thread, allowed, common["at"])
    standing = sum(1 for each in thread.bounties if each.paid is None)
    if allowed.at_once is not None and standing >= allowed.at_once:
        raise PolicyViolation(
            Rule.BOUNTY_OPEN,
            f"thread {thread.id!r} has {standing} open bounties: wait until one is "
            "awarded or has expired",
            allowed.at_once,
            standing,
        )
    rules.within_quotas(Act.BOUNTY, PostKind.QUESTION, by, policy, usage)
    bounty_id = free(f"{thread.id}.{common['version']}", "bounty", thread)
    bounty = Bounty(
        id=bounty_id,
        amount=amount,
        by_id=by.id,
        starts_at=common["at"],
        ends_at=after(common["at"], allowed.lasts),
    )
    return (BountyOffered(**common, bounty=bounty, asker_id=rules.asker_of(thread)),)


def award_bounty(
    thread: Thread,
    bounty_id: str,
    answer_id: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on giving a promise to an answer."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    bounty = _bounty(thread, bounty_id)
    answer = rules.answer_in(thread, answer_id)
    if bounty.paid is not None and bounty.answer_id == answer_id:
        return ()
    rules.live_post(thread, answer_id)
    allowed = _allowed(policy)
    if bounty.paid is not None:
        raise PolicyViolation(
            Rule.BOUNTY_OVER,
            f"bounty {bounty_id!r} is settled already: offer another one",
        )
    not_locked(thread, by, common["at"], policy, answer)
    if bounty.by_id != by.id:
        raise PolicyViolation(
            Rule.BOUNTY_OWNER,
            f"user {by.id!r} did not offer bounty {bounty_id!r}: who did awards it",
            bounty.by_id,
            by.id,
        )
    if answer.author_id == by.id:
        raise PolicyViolation(
            Rule.BOUNTY_OWNER,
            f"user {by.id!r} wrote answer {answer_id!r}: award the bounty to an "
            "answer of somebody else",
            "another author",
            by.id,
        )
    end = _end(bounty, allowed)
    if end is not None and common["at"] > end:
        raise PolicyViolation(
            Rule.BOUNTY_OVER,
            f"bounty {bounty_id!r} could be awarded until {end:%Y-%m-%d %H:%M} UTC: "
            "expire it",
        )
    return (
        BountyAwarded(
            **common,
            post_id=answer_id,
            post_kind=answer.kind,
            author_id=answer.author_id,
            bounty=bounty,
            paid=bounty.amount,
        ),
    )


def expire_bounty(
    thread: Thread,
    bounty_id: str,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on a promise whose time is over; a lock does not stop that."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    bounty = _bounty(thread, bounty_id)
    if bounty.paid is not None:
        return ()
    rules.not_archived(thread)
    allowed = _allowed(policy)
    end = _end(bounty, allowed)
    if end is None or common["at"] < end:
        raise PolicyViolation(
            Rule.BOUNTY_OPEN,
            f"bounty {bounty_id!r} is open: wait until it is over",
            None,
            None,
            end,
        )
    best = _best(thread, bounty, allowed)
    if best is None:
        return (BountyExpired(**common, bounty=bounty),)
    return (
        BountyAwarded(
            **common,
            cause=_offer_of(thread, bounty),
            post_id=best.id,
            post_kind=best.kind,
            author_id=best.author_id,
            bounty=bounty,
            paid=bounty.amount * allowed.auto_percent // 100,
            automatic=True,
        ),
    )


def _allowed(policy: Policy) -> Bounties:
    if policy.moderation.bounty is None:
        raise PolicyViolation(
            Rule.NO_BOUNTIES, f"policy {policy.name!r} has no bounties"
        )
    return policy.moderation.bounty


def _bounty(thread: Thread, bounty_id: str) -> Bounty:
    for bounty in thread.bounties:
        if bounty.id == bounty_id:
            return bounty
    raise NotFoundError(f"thread {thread.id!r} has no bounty {bounty_id!r}")


def _end(bounty: Bounty, allowed: Bounties) -> datetime | None:
    """Return when a promise is over, the time of grace included."""
    return None if bounty.ends_at is None else after(bounty.ends_at, allowed.grace)


def _fitting(thread: Thread, amount: int, allowed: Bounties, by: User) -> None:
    least, most = allowed.amount.least, allowed.amount.most
    if any(answer.author_id == by.id for answer in thread.answers):
        least = max(least, allowed.answered_least)
    need = None
    if amount < least:
        need, remedy = least, f"give at least {least}"
    elif most is not None and amount > most:
        need, remedy = most, f"give at most {most}"
    elif amount % allowed.step:
        need, remedy = allowed.step, f"give a multiple of {allowed.step}"
    else:
        return
    raise PolicyViolation(
        Rule.BOUNTY_AMOUNT, f"a bounty of {amount} is not taken: {remedy}", need, amount
    )


def _old_enough(thread: Thread, allowed: Bounties, at: datetime) -> None:
    root = thread.root
    if not allowed.wait or not isinstance(root, Question) or root.created_at is None:
        return
    ready = after(root.created_at, allowed.wait)
    if at < ready:
        raise PolicyViolation(
            Rule.BOUNTY_WAIT,
            f"question {root.id!r} is too new for a bounty: wait until "
            f"{ready:%Y-%m-%d %H:%M} UTC",
            allowed.wait,
            int((at - root.created_at).total_seconds()),
            ready,
        )


def _best(thread: Thread, bounty: Bounty, allowed: Bounties) -> Answer | None:
    """Return the answer that gets a promise which nobody awarded."""
    least, start = allowed.auto_score, bounty.starts_at
    if least is None or start is None:
        return None
    found: list[tuple[int, datetime, str, Answer]] = []
    for answer in thread.answers:
        score, created = thread.score(answer.id), answer.created_at
        if (
            answer.stands
            and answer.author_id != bounty.by_id
            and score is not None
            and score >= least
            and created is not None
            and created > start
        ):
            found.append((-score, created, answer.id, answer))
    return min(found, key=lambda each: each[:3])[3] if found else None


def _offer_of(thread: Thread, bounty: Bounty) -> EventId | None:
    """Return the event that made the promise, which is in the id if it was here."""
    version = bounty.id.removeprefix(f"{thread.id}.")
    if version == bounty.id or not (version.isascii() and version.isdigit()):
        return None
    if not 0 < len(version) < 19 or not 0 < int(version) <= thread.version:
        return None
    return EventId(thread_id=thread.id, version=int(version))
