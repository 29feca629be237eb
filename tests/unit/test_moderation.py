"""Every verb of moderation by example, and every refusal with what it asks for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Comment,
    Flag,
    Question,
    Reaction,
    Stub,
    Suggestion,
    Tally,
    Thread,
    User,
    Vote,
    events,
    from_json,
    moderation,
    posting,
    to_json,
    trees,
    voting,
)
from qathread._fold import apply, begin
from qathread.errors import (
    CycleError,
    DuplicateIdError,
    IntegrityError,
    NotFoundError,
    PolicyViolation,
    QathreadError,
    ValidationError,
)
from qathread.events import EventId
from qathread.policies import OPEN
from qathread.policy import (
    Act,
    Bounties,
    Flagging,
    Lengths,
    Needs,
    OwnVotes,
    Policy,
    Quorum,
    Quota,
    QuotaUse,
    Stops,
    Usage,
)
from qathread.rules import Rule
from qathread.status import Closed, FlagState, LockLevel, Mark, Status
from qathread.thread import index_in

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW: dict[str, Any] = {"at": AT}
DAY = timedelta(days=1)
ADA = User(id="ada", name="Ada")
GREG = User(id="greg", name="Greg")
LI = User(id="li", name="Li", reputation=100)
MOD = User(id="mod", roles=frozenset({"moderator"}))
MODERATORS = Needs(roles=frozenset({"moderator"}))


def asked() -> Thread:
    return posting.ask("q", title="Why?", body="So.", by=ADA, **NOW)


def answered() -> Thread:
    """The question q.1 of ada, an answer q.2 of greg, its comments q.3 and q.4."""
    thread = posting.answer(asked(), "An answer", by=GREG, **NOW)
    thread = posting.comment(thread, "q.2", "Is it?", by=LI, **NOW)
    return posting.comment(thread, "q.3", "It is.", by=GREG, **NOW)


def policy(**changes: Any) -> Policy:
    return attrs.evolve(OPEN, moderation=attrs.evolve(OPEN.moderation, **changes))


def saved(thread: Thread) -> Thread:
    """Check that a thread can be saved and made again."""
    assert from_json(to_json(thread)) == thread
    assert events.replay(thread.pending) == thread
    return thread


# -- refusals --------------------------------------------------------------------

QUOTAS = attrs.evolve(
    OPEN, quotas=(Quota(name="few", limit=1, acts=frozenset({Act.FLAG, Act.CLOSE})),)
)
USED = Usage(quotas=(QuotaUse(name="few", used=1, resets_at=AT + DAY),))
POINTS = policy(
    bounty=Bounties(
        amount=Lengths(least=50, most=500),
        step=50,
        answered_least=100,
        wait=86_400,
        at_once=1,
        lasts=100,
        grace=10,
    )
)
LATER: dict[str, Any] = {"at": AT + DAY}


def promised() -> Thread:
    return moderation.offer_bounty(answered(), 50, by=LI, policy=POINTS, **LATER)


def locked(**options: Any) -> Thread:
    return moderation.lock(answered(), by=MOD, **NOW, **options)


def flagged(reason: str = "spam") -> Thread:
    return moderation.flag(answered(), "q.2", reason, by=LI, **NOW)


def archived() -> Thread:
    return moderation.archive(answered(), by=MOD, **NOW)


def closed(**options: Any) -> Thread:
    return moderation.close(answered(), "unclear", by=MOD, **NOW, **options)


def role(field: str, wish: Callable[[Policy], object]) -> Callable[[], object]:
    """A wish of somebody without the role that a field of the policy asks for."""
    return lambda: wish(policy(**{field: MODERATORS}))


LI_AT: dict[str, Any] = {"by": LI, **NOW}
Refused = tuple[
    Callable[[], object], Rule, int | str | None, int | str | None, datetime | None
]
REFUSED: dict[str, Refused] = {
    "close: no such reason": (
        lambda: moderation.close(
            asked(), "dull", by=LI, policy=policy(reasons=frozenset({"spam", "dup"})),
            **NOW,
        ),
        Rule.CLOSE_REASON, "dup or spam", "dull", None,
    ),
    "close: reputation": (
        lambda: moderation.close(
            asked(), "x", policy=policy(close=Quorum(who=Needs(reputation=3000))),
            **LI_AT,
        ),
        Rule.REPUTATION, 3000, 100, None,
    ),
    "close: a vote on what is closed": (
        lambda: moderation.close(
            closed(), "x", policy=policy(close=Quorum(votes=3)), **LI_AT
        ),
        Rule.CLOSED, None, None, None,
    ),
    "close: the asker, where that is no voice": (
        lambda: moderation.close(
            asked(), "x", by=ADA, **NOW,
            policy=policy(close=Quorum(who=MODERATORS, own=False)),
        ),
        Rule.ROLE, "moderator", "none", None,
    ),
    "close: quota": (
        lambda: moderation.close(asked(), "x", policy=QUOTAS, usage=USED, **LI_AT),
        Rule.QUOTA, 1, 1, AT + DAY,
    ),
    "close: a deleted question": (
        lambda: moderation.close(
            posting.delete(asked(), "q.1", by=ADA, **NOW), "x", **LI_AT
        ),
        Rule.DELETED, None, None, None,
    ),
    "close: hidden, and that stops it": (
        lambda: moderation.close(
            moderation.hide(asked(), by=MOD, **NOW), "x", **LI_AT,
            policy=policy(stops=Stops(hidden=frozenset({Act.CLOSE}))),
        ),
        Rule.HIDDEN, None, None, None,
    ),
    "reopen: reputation": (
        lambda: moderation.reopen(
            closed(), policy=policy(reopen=Quorum(who=Needs(reputation=3000))), **LI_AT
        ),
        Rule.REPUTATION, 3000, 100, None,
    ),
    "suspended": (
        lambda: moderation.pin(
            asked(), by=User(id="eve", suspended_until=AT + DAY), **NOW,
            policy=policy(stops=Stops(suspended=True)),
        ),
        Rule.SUSPENDED, None, None, AT + DAY,
    ),
    "archived: pin": (
        lambda: moderation.pin(archived(), **LI_AT), Rule.ARCHIVED, None, None, None,
    ),
    "archived: lock": (
        lambda: moderation.lock(archived(), **LI_AT), Rule.ARCHIVED, None, None, None,
    ),
    "archived: remove": (
        lambda: moderation.remove(archived(), "q.2", **LI_AT),
        Rule.ARCHIVED, None, None, None,
    ),
    "archived: split": (
        lambda: moderation.split(archived(), "q.2", "n", **LI_AT),
        Rule.ARCHIVED, None, None, None,
    ),
    "locked: move": (
        lambda: moderation.move(locked(), "q.3", "q.1", **LI_AT),
        Rule.LOCKED, None, "all", None,
    ),
    "locked for a day: remove": (
        lambda: moderation.remove(locked(until=AT + DAY), "q.2", **LI_AT),
        Rule.LOCKED, None, "all", AT + DAY,
    ),
    "a locked post: hide": (
        lambda: moderation.hide(
            moderation.lock(answered(), "q.2", by=MOD, **NOW), "q.2", **LI_AT
        ),
        Rule.LOCKED, None, "all", None,
    ),
    "locked: comment": (
        lambda: posting.comment(
            locked(level=LockLevel.COMMENTS), "q.2", "So?", **LI_AT
        ),
        Rule.LOCKED, None, "comments", None,
    ),
    "closed: answer": (
        lambda: posting.answer(closed(), "Too late", **LI_AT),
        Rule.CLOSED, None, None, None,
    ),
    "deleted: flag": (
        lambda: moderation.flag(
            moderation.remove(answered(), "q.2", by=MOD, **NOW), "q.2", "x", **LI_AT
        ),
        Rule.DELETED, None, None, None,
    ),
    "deleted: move under it": (
        lambda: moderation.move(
            posting.delete(posting.answer(answered(), "b", by=LI, **NOW), "q.5",
                           by=LI, **NOW),
            "q.3", "q.5", **LI_AT,
        ),
        Rule.DELETED, None, None, None,
    ),
    "role: protect": (
        role("protect", lambda p: moderation.protect(asked(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: unprotect": (
        role("protect", lambda p: moderation.unprotect(
            moderation.protect(asked(), by=MOD, **NOW), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: answer what is protected": (
        role("protected", lambda p: posting.answer(
            moderation.protect(asked(), by=MOD, **NOW), "So.", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: pin": (
        role("pin", lambda p: moderation.pin(asked(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: unpin": (
        role("pin", lambda p: moderation.unpin(
            moderation.pin(asked(), by=MOD, **NOW), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: archive": (
        role("archive", lambda p: moderation.archive(asked(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: unarchive": (
        role("archive", lambda p: moderation.unarchive(archived(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: lock": (
        role("lock", lambda p: moderation.lock(asked(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: unlock": (
        role("lock", lambda p: moderation.unlock(locked(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: hide": (
        role("hide", lambda p: moderation.hide(asked(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: show": (
        role("hide", lambda p: moderation.show(
            moderation.hide(asked(), by=MOD, **NOW), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: wiki": (
        role("wiki", lambda p: moderation.make_wiki(
            answered(), "q.2", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: remove": (
        role("remove", lambda p: moderation.remove(
            answered(), "q.2", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: reinstate": (
        role("remove", lambda p: moderation.reinstate(
            moderation.remove(answered(), "q.2", by=MOD, **NOW),
            "q.2", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: move": (
        role("arrange", lambda p: moderation.move(
            answered(), "q.4", "q.1", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: convert": (
        role("arrange", lambda p: moderation.convert(
            answered(), "q.2", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: split": (
        role("arrange", lambda p: moderation.split(
            answered(), "q.2", "n", policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: merge threads": (
        role("arrange", lambda p: moderation.merge_threads(
            answered(), other(), policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: merge users": (
        role("people", lambda p: moderation.merge_users(
            answered(), "greg", ADA, policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: strike out votes": (
        role("invalidate", lambda p: moderation.invalidate_votes(
            voting.cast(answered(), "q.2", UP, by=ADA, **NOW), "q.2",
            policy=p, **LI_AT)),
        Rule.ROLE, "moderator", "none", None,
    ),
    "role: settle a flag": (
        lambda: moderation.resolve_flag(
            flagged(), "q.5", FlagState.HELPFUL, by=GREG, **NOW,
            policy=policy(flags=Flagging(settle=MODERATORS)),
        ),
        Rule.ROLE, "moderator", "none", None,
    ),
    "flag: withdrawn by another": (
        lambda: moderation.resolve_flag(
            flagged(), "q.5", FlagState.WITHDRAWN, by=GREG, **NOW
        ),
        Rule.ROLE, "li", "greg", None,
    ),
    "flag: no such reason": (
        lambda: moderation.flag(
            answered(), "q.2", "dull", **LI_AT,
            policy=policy(flags=Flagging(reasons=frozenset({"spam"}))),
        ),
        Rule.FLAG_REASON, "spam", "dull", None,
    ),
    "flag: one's own": (
        lambda: moderation.flag(
            answered(), "q.2", "spam", by=GREG, **NOW,
            policy=policy(flags=Flagging(own=False)),
        ),
        Rule.SELF_FLAG, "another user", "greg", None,
    ),
    "flag: reputation": (
        lambda: moderation.flag(
            answered(), "q.2", "spam", by=GREG, **NOW,
            policy=policy(flags=Flagging(who=Needs(reputation=15))),
        ),
        Rule.REPUTATION, 15, None, None,
    ),
    "flag: once more for another reason": (
        lambda: moderation.flag(flagged(), "q.2", "rude", **LI_AT),
        Rule.FLAG_REPEATED, 1, 1, None,
    ),
    "flag: quota": (
        lambda: moderation.flag(
            answered(), "q.2", "spam", policy=QUOTAS, usage=USED, **LI_AT
        ),
        Rule.QUOTA, 1, 1, AT + DAY,
    ),
    "nesting: move": (
        lambda: moderation.move(
            posting.comment(answered(), "q.1", "Top", by=ADA, **NOW), "q.3", "q.5",
            policy=attrs.evolve(OPEN, posting=attrs.evolve(OPEN.posting, depth=2)),
            **LI_AT,
        ),
        Rule.NESTING, 2, 3, None,
    ),
    "nesting: convert": (
        lambda: moderation.convert(
            answered(), "q.2", **LI_AT,
            policy=attrs.evolve(OPEN, posting=attrs.evolve(OPEN.posting, depth=2)),
        ),
        Rule.NESTING, 2, 3, None,
    ),
    "bounty: none": (
        lambda: moderation.offer_bounty(
            asked(), 50, policy=policy(bounty=None), **LI_AT
        ),
        Rule.NO_BOUNTIES, None, None, None,
    ),
    "bounty: reputation": (
        lambda: moderation.offer_bounty(
            asked(), 50, **LI_AT,
            policy=policy(bounty=Bounties(who=Needs(reputation=175))),
        ),
        Rule.REPUTATION, 175, 100, None,
    ),
    "bounty: too little": (
        lambda: moderation.offer_bounty(
            answered(), 49, by=LI, policy=POINTS, **LATER
        ),
        Rule.BOUNTY_AMOUNT, 50, 49, None,
    ),
    "bounty: too much": (
        lambda: moderation.offer_bounty(
            answered(), 550, by=LI, policy=POINTS, **LATER
        ),
        Rule.BOUNTY_AMOUNT, 500, 550, None,
    ),
    "bounty: no multiple": (
        lambda: moderation.offer_bounty(
            answered(), 75, by=LI, policy=POINTS, **LATER
        ),
        Rule.BOUNTY_AMOUNT, 50, 75, None,
    ),
    "bounty: too little of who answered": (
        lambda: moderation.offer_bounty(
            answered(), 50, by=GREG, policy=POINTS, **LATER
        ),
        Rule.BOUNTY_AMOUNT, 100, 50, None,
    ),
    "bounty: a new question": (
        lambda: moderation.offer_bounty(
            answered(), 50, by=LI, at=AT + timedelta(hours=1), policy=POINTS
        ),
        Rule.BOUNTY_WAIT, 86_400, 3_600, AT + DAY,
    ),
    "bounty: one is open": (
        lambda: moderation.offer_bounty(promised(), 50, by=ADA, policy=POINTS, **LATER),
        Rule.BOUNTY_OPEN, 1, 1, None,
    ),
    "bounty: awarded by another": (
        lambda: moderation.award_bounty(
            promised(), "q.5", "q.2", by=ADA, policy=POINTS, **LATER
        ),
        Rule.BOUNTY_OWNER, "li", "ada", None,
    ),
    "bounty: awarded to oneself": (
        lambda: moderation.award_bounty(
            posting.answer(promised(), "Mine", by=LI, **LATER), "q.5", "q.6",
            by=LI, policy=POINTS, **LATER,
        ),
        Rule.BOUNTY_OWNER, "another author", "li", None,
    ),
    "bounty: awarded too late": (
        lambda: moderation.award_bounty(
            promised(), "q.5", "q.2", by=LI, policy=POINTS,
            at=AT + DAY + timedelta(seconds=111),
        ),
        Rule.BOUNTY_OVER, None, None, None,
    ),
    "bounty: awarded twice": (
        lambda: moderation.award_bounty(
            posting.answer(
                moderation.award_bounty(
                    promised(), "q.5", "q.2", by=LI, policy=POINTS, **LATER
                ),
                "Another", by=ADA, **LATER,
            ),
            "q.5", "q.7", by=LI, policy=POINTS, **LATER,
        ),
        Rule.BOUNTY_OVER, None, None, None,
    ),
    "bounty: expired too early": (
        lambda: moderation.expire_bounty(
            promised(), "q.5", by=MOD, policy=POINTS, **LATER
        ),
        Rule.BOUNTY_OPEN, None, None, AT + DAY + timedelta(seconds=110),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_rule_says_what_it_needs_and_what_it_has(case: str) -> None:
    wish, rule, need, have, retry_at = REFUSED[case]
    with pytest.raises(PolicyViolation) as caught:
        wish()
    error = caught.value
    assert (error.rule, error.need, error.have) == (rule, need, have)
    assert error.retry_at == retry_at


def test_what_is_refused_at_first_is_granted_at_the_time_named() -> None:
    wait, over = REFUSED["bounty: a new question"], REFUSED["bounty: expired too early"]
    assert wait[4] is not None
    assert moderation.offer_bounty(answered(), 50, by=LI, policy=POINTS, at=wait[4])
    assert over[4] is not None
    done = moderation.expire_bounty(
        promised(), "q.5", by=MOD, policy=POINTS, at=over[4]
    )
    assert done.bounties[0].paid == 0
    open_again = moderation.remove(locked(until=AT + DAY), "q.2", by=LI, at=AT + DAY)
    assert not open_again["q.2"].stands


def test_a_role_that_locks_changes_what_is_locked() -> None:
    strict = policy(lock=MODERATORS)
    thread = locked()
    with pytest.raises(PolicyViolation):
        moderation.pin(thread, by=LI, policy=strict, **NOW)
    assert moderation.pin(thread, by=MOD, policy=strict, **NOW).status.pinned
    comments = locked(level=LockLevel.COMMENTS)
    assert moderation.pin(comments, **LI_AT).status.pinned
    assert posting.answer(comments, "Still", **LI_AT)


# -- what is wrong ---------------------------------------------------------------


def other(thread_id: str = "o") -> Thread:
    thread = posting.ask(thread_id, title="How?", body="So.", by=ADA, **NOW)
    thread = posting.answer(thread, "Like that", by=GREG, **NOW)
    thread = posting.comment(thread, f"{thread_id}.2", "Good", by=LI, **NOW)
    return posting.comment(thread, f"{thread_id}.1", "Hm", by=GREG, **NOW)


def clashing(**parts: Any) -> Thread:
    body = Body(source="!")
    return Thread.from_parts(
        id="o",
        question=Question(id="o.1", author_id="ada", body=body),
        posts=[Answer(id="o.2", question_id="o.1", author_id="li", body=body)],
        **parts,
    )


def with_the_next_flag() -> Thread:
    body = Body(source="!")
    flag = Flag(id="q.2", post_id="p", reason="x")
    return Thread.from_parts(
        id="q", question=Question(id="p", author_id="ada", body=body), flags=[flag]
    )


SUGGESTED = Suggestion(
    id="q.5",
    post_id="o.2",
    base_revision=1,
    body=Body(source="?"),
    editor_id="li",
    at=AT,
)
Wrong = tuple[Callable[[], object], type[QathreadError], str]
WRONG: dict[str, Wrong] = {
    "a duplicate of itself": (
        lambda: moderation.close(asked(), "dup", duplicate_of="q", **LI_AT),
        CycleError, "itself",
    ),
    "a duplicate of what is closed as its duplicate": (
        lambda: moderation.close(
            asked(), "dup", **LI_AT,
            duplicate_of=[
                "z", moderation.close(other(), "dup", duplicate_of="q", **LI_AT)
            ],
        ),
        CycleError, "'q'",
    ),
    "a duplicate of a chain that leads back": (
        lambda: moderation.close(
            asked(), "dup", **LI_AT,
            duplicate_of=[
                moderation.close(other(), "dup", duplicate_of="p", **LI_AT),
                moderation.close(other("p"), "dup", duplicate_of="q", **LI_AT),
            ],
        ),
        CycleError, "'q'",
    ),
    "a duplicate of a number": (
        lambda: moderation.close(asked(), "dup", duplicate_of=7, **LI_AT),  # type: ignore[arg-type]
        ValidationError, "int",
    ),
    "no such level": (
        lambda: moderation.lock(asked(), level="some", **LI_AT),  # type: ignore[arg-type]
        ValidationError, "comments",
    ),
    "a lock that ends before it begins": (
        lambda: moderation.lock(asked(), until=AT, **LI_AT), ValidationError, "until",
    ),
    "no such post": (
        lambda: moderation.remove(asked(), "x", **LI_AT), NotFoundError, "'x'",
    ),
    "no such flag": (
        lambda: moderation.resolve_flag(asked(), "x", FlagState.HELPFUL, **LI_AT),
        NotFoundError, "'x'",
    ),
    "a flag that is settled": (
        lambda: moderation.resolve_flag(
            moderation.resolve_flag(flagged(), "q.5", FlagState.HELPFUL, **LI_AT),
            "q.5", FlagState.DECLINED, **LI_AT,
        ),
        NotFoundError, "helpful",
    ),
    "no outcome": (
        lambda: moderation.resolve_flag(flagged(), "q.5", FlagState.OPEN, **LI_AT),
        ValidationError, "declined",
    ),
    "no such outcome": (
        lambda: moderation.resolve_flag(flagged(), "q.5", "fine", **LI_AT),  # type: ignore[arg-type]
        ValidationError, "declined",
    ),
    "a flag's id is taken": (
        lambda: moderation.flag(with_the_next_flag(), "p", "spam", **LI_AT),
        DuplicateIdError, "'q.2'",
    ),
    "voters in one text": (
        lambda: moderation.invalidate_votes(answered(), "q.2", voters="li", **LI_AT),
        ValidationError, "tuple",
    ),
    "a bounty of nothing": (
        lambda: moderation.offer_bounty(asked(), 0, **LI_AT), ValidationError, "amount",
    ),
    "no such bounty": (
        lambda: moderation.award_bounty(answered(), "x", "q.2", **LI_AT),
        NotFoundError, "'x'",
    ),
    "a bounty for a comment": (
        lambda: moderation.award_bounty(promised(), "q.5", "q.3", by=LI, **LATER),
        NotFoundError, "comment",
    ),
    "the question converted": (
        lambda: moderation.convert(answered(), "q.1", **LI_AT),
        ValidationError, "question",
    ),
    "a comment converted to one": (
        lambda: moderation.convert(answered(), "q.3", under="q.1", **LI_AT),
        ValidationError, "move",
    ),
    "an answer under its own comment": (
        lambda: moderation.convert(answered(), "q.2", under="q.4", **LI_AT),
        CycleError, "'q.4'",
    ),
    "an answer moved": (
        lambda: moderation.move(answered(), "q.2", "q.1", **LI_AT),
        ValidationError, "convert",
    ),
    "a comment moved under itself": (
        lambda: moderation.move(answered(), "q.3", "q.3", **LI_AT), CycleError, "'q.3'",
    ),
    "a comment moved under its reply": (
        lambda: moderation.move(answered(), "q.3", "q.4", **LI_AT), CycleError, "'q.4'",
    ),
    "a comment moved to nowhere": (
        lambda: moderation.move(answered(), "q.3", "x", **LI_AT), NotFoundError, "'x'",
    ),
    "a user merged with themselves": (
        lambda: moderation.merge_users(answered(), "li", LI, **LI_AT),
        ValidationError, "itself",
    ),
    "a user who merges themselves away": (
        lambda: moderation.merge_users(answered(), "li", ADA, **LI_AT),
        ValidationError, "'li'",
    ),
    "a user merged into an id": (
        lambda: moderation.merge_users(answered(), "greg", "ada", **LI_AT),  # type: ignore[arg-type]
        ValidationError, "User",
    ),
    "a thread merged with itself": (
        lambda: moderation.merge_threads(answered(), answered(), **LI_AT),
        CycleError, "itself",
    ),
    "a duplicate merged with its original": (
        lambda: moderation.merge_threads(
            closed(duplicate_of="o"), other(), **LI_AT
        ),
        CycleError, "other way round",
    ),
    "threads merged with one post id": (
        lambda: moderation.merge_threads(
            answered(),
            posting.answer(other(), "x", id="q.3", by=LI, **NOW), **LI_AT,
        ),
        DuplicateIdError, "'q.3'",
    ),
    "threads merged with one flag id": (
        lambda: moderation.merge_threads(
            flagged(), clashing(flags=[Flag(id="q.5", post_id="o.2", reason="x")]),
            **LI_AT,
        ),
        DuplicateIdError, "flag",
    ),
    "threads merged with one suggestion id": (
        lambda: moderation.merge_threads(
            posting.suggest_edit(answered(), "q.2", body="?", **LI_AT),
            clashing(suggestions=[SUGGESTED]), **LI_AT,
        ),
        DuplicateIdError, "suggestion",
    ),
    "no thread to merge": (
        lambda: moderation.merge_threads(answered(), "o", **LI_AT),  # type: ignore[arg-type]
        ValidationError, "Thread",
    ),
    "the question split off": (
        lambda: moderation.split(answered(), "q.1", "n", **LI_AT),
        ValidationError, "question",
    ),
    "split off under the same id": (
        lambda: moderation.split(answered(), "q.2", "q", **LI_AT),
        DuplicateIdError, "new_id",
    ),
    "a reason that cannot be stored": (
        lambda: moderation.pin(asked(), reason="\0", **LI_AT),
        ValidationError, "reason",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_ids_and_a_remedy(case: str) -> None:
    wish, error, words = WRONG[case]
    with pytest.raises(error, match=words) as caught:
        wish()
    assert type(caught.value) is error


# -- each verb -------------------------------------------------------------------


def test_closing_tells_who_when_why_and_of_what_it_is_a_duplicate() -> None:
    thread = saved(closed(duplicate_of=["a", other(), "a"]))
    assert thread.status.closed == Closed(
        by_id="mod", at=AT, reason="unclear", duplicate_of=("a", "o")
    )
    event = thread.pending[-1]
    assert isinstance(event, events.ThreadClosed)
    assert (event.asker_id, event.voter_ids, event.replaced) == ("ada", (), None)
    assert closed(duplicate_of=other()).status.closed == Closed(
        by_id="mod", at=AT, reason="unclear", duplicate_of=("o",)
    )
    opened = saved(moderation.reopen(thread, by=ADA, **NOW))
    assert opened.status.closed is None
    assert posting.answer(opened, "At last", by=LI, **NOW)


def test_a_closed_thread_can_be_closed_for_another_reason_in_one_event() -> None:
    thread = closed()
    assert moderation.close(thread, "unclear", by=LI, **NOW) is thread
    again = saved(moderation.close(thread, "spam", by=LI, **NOW))
    event = again.pending[-1]
    assert isinstance(event, events.ThreadClosed)
    assert event.replaced == thread.status.closed
    assert again.status.closed == Closed(by_id="li", at=AT, reason="spam")
    assert again.version == thread.version + 1


def test_votes_to_close_add_up_to_the_reason_most_give() -> None:
    three = policy(close=Quorum(votes=3, lasts=100, alone=frozenset({"moderator"})))
    thread = moderation.close(answered(), "spam", by=LI, policy=three, **NOW)
    thread = moderation.close(
        thread, "dup", duplicate_of="a", by=GREG, policy=three, **NOW
    )
    assert moderation.close(thread, "dup", by=LI, policy=three, **NOW) is thread
    assert [(each.by_id, each.reason) for each in thread.motions] == [
        ("greg", "dup"),
        ("li", "spam"),
    ]
    shut = saved(
        moderation.close(thread, "dup", duplicate_of="b", by=ADA, policy=three, **NOW)
    )
    assert shut.motions == ()
    assert shut.status.closed == Closed(
        by_id="ada", at=AT, reason="dup", duplicate_of=("a", "b")
    )
    vote, event = shut.pending[-2:]
    assert isinstance(vote, events.CloseVoteCast)
    assert isinstance(event, events.ThreadClosed)
    assert event.voter_ids == ("greg", "li", "ada")
    assert event.cause == EventId(thread_id="q", version=vote.version)
    alone = moderation.close(thread, "spam", by=MOD, policy=three, **NOW)
    assert alone.motions == ()
    assert isinstance(alone.pending[-1], events.ThreadClosed)
    assert alone.version == thread.version + 1


def test_a_vote_to_close_counts_to_the_last_second_of_its_time() -> None:
    two = policy(close=Quorum(votes=2, lasts=100))
    thread = moderation.close(asked(), "spam", by=LI, policy=two, **NOW)
    last = AT + timedelta(seconds=100)
    assert moderation.close(thread, "x", by=GREG, policy=two, at=last).status.closed
    late = moderation.close(
        thread, "x", by=GREG, policy=two, at=last + timedelta(seconds=1)
    )
    assert late.status.closed is None
    assert len(late.motions) == 2
    again = moderation.close(
        late, "rude", by=LI, policy=two, at=last + timedelta(seconds=2)
    )
    assert again.status.closed
    assert again.pending[-2].by == User(id="li", name="Li")


def test_reopening_takes_a_quorum_and_leaves_votes_to_close_alone() -> None:
    two = policy(reopen=Quorum(votes=2, who=Needs(reputation=50)))
    thread = moderation.reopen(closed(), reason="clear", by=ADA, policy=two, **NOW)
    assert [each.reason for each in thread.motions] == ["clear"]
    assert moderation.reopen(thread, by=ADA, policy=two, **NOW) is thread
    opened = saved(moderation.reopen(thread, by=LI, policy=two, **NOW))
    assert opened.status.closed is None
    assert opened.motions == ()
    event = opened.pending[-1]
    assert isinstance(event, events.ThreadReopened)
    assert event.voter_ids == ("ada", "li")
    assert event.replaced == closed().status.closed


def test_a_lock_of_another_level_takes_the_place_of_the_first() -> None:
    thread = locked(level=LockLevel.COMMENTS, until=AT + DAY, reason="heat")
    assert (
        moderation.lock(thread, level=LockLevel.COMMENTS, until=AT + DAY, by=LI, **NOW)
        is thread
    )
    longer = saved(moderation.lock(thread, level=LockLevel.REPLIES, by=LI, **NOW))
    event = longer.pending[-1]
    assert isinstance(event, events.LockImposed)
    assert event.replaced == thread.status.locked
    assert longer.status.locked is not None
    assert (longer.status.locked.level, longer.status.locked.until) == (
        LockLevel.REPLIES,
        None,
    )
    # A lock that has ended is none.
    assert moderation.unlock(thread, by=LI, at=AT + DAY) is thread
    anew = moderation.lock(
        thread, level=LockLevel.COMMENTS, until=AT + 2 * DAY, by=LI, at=AT + DAY
    )
    assert anew is not thread
    assert moderation.unlock(anew, by=LI, at=AT + DAY).status.locked is None


def test_a_post_can_be_deleted_and_removed_and_keeps_both_marks() -> None:
    thread = posting.delete(answered(), "q.2", by=GREG, **NOW)
    both = saved(moderation.remove(thread, "q.2", reason="spam", by=MOD, **NOW))
    assert both["q.2"].deleted == Mark(by_id="greg", at=AT)
    assert both["q.2"].removed == Mark(by_id="mod", at=AT, reason="spam")
    back = saved(moderation.reinstate(both, "q.2", by=MOD, **NOW))
    assert back["q.2"] == thread["q.2"]
    assert not back["q.2"].stands


def test_authors_give_what_they_wrote_to_everybody() -> None:
    strict = policy(wiki=MODERATORS)
    thread = moderation.make_wiki(answered(), "q.2", by=GREG, policy=strict, **NOW)
    assert thread["q.2"].status.wiki == Mark(by_id="greg", at=AT)
    whole = moderation.make_wiki(thread, by=ADA, policy=strict, **NOW)
    assert whole.status.wiki == Mark(by_id="ada", at=AT)
    event = whole.pending[-1]
    assert isinstance(event, events.WikiMade)
    assert event.post is None
    assert moderation.make_wiki(saved(whole), by=ADA, **NOW) is whole


def test_a_flag_is_settled_by_those_who_may_and_withdrawn_by_who_raised_it() -> None:
    thread = saved(flagged())
    (flag,) = thread.flags
    assert flag == Flag(id="q.5", post_id="q.2", reason="spam", by_id="li", at=AT)
    assert moderation.flag(thread, "q.2", "spam", by=LI, **NOW) is thread
    done = saved(
        moderation.resolve_flag(
            thread, "q.5", FlagState.DECLINED, reason="fine", by=MOD, **NOW
        )
    )
    assert done.flags[0].state is FlagState.DECLINED
    assert done.flags[0].resolved == Mark(by_id="mod", at=AT, reason="fine")
    event = done.pending[-1]
    assert isinstance(event, events.FlagResolved)
    assert event.flag == flag
    again = moderation.flag(done, "q.2", "rude", by=LI, **NOW)
    assert len(again.flags) == 2
    own = moderation.resolve_flag(thread, "q.5", FlagState.WITHDRAWN, by=LI, **NOW)
    assert own.flags[0].state is FlagState.WITHDRAWN


def test_flags_can_hide_and_take_down_at_once() -> None:
    rules = policy(flags=Flagging(hide_at=2, remove_at=2))
    thread = moderation.flag(answered(), "q.2", "spam", by=LI, policy=rules, **NOW)
    both = saved(moderation.flag(thread, "q.2", "rude", by=ADA, policy=rules, **NOW))
    kinds = [type(event) for event in both.pending[-3:]]
    assert kinds == [events.PostFlagged, events.HidingImposed, events.PostRemoved]
    cause = EventId(thread_id="q", version=both.version - 2)
    assert [event.cause for event in both.pending[-2:]] == [cause, cause]
    assert [event.by for event in both.pending[-2:]] == [None, None]
    assert both["q.2"].removed == Mark(at=AT)


def test_striking_out_one_voter_leaves_the_others() -> None:
    thread = voting.cast(answered(), "q.2", UP, by=LI, **NOW)
    thread = voting.cast(thread, "q.2", DOWN, weight=3, by=ADA, **NOW)
    assert thread.score("q.2") == -2
    less = saved(
        moderation.invalidate_votes(thread, "q.2", voters=["ada", "x"], by=MOD, **NOW)
    )
    assert less.score("q.2") == 1
    none = saved(moderation.invalidate_votes(thread, "q.2", by=MOD, **NOW))
    event = none.pending[-1]
    assert isinstance(event, events.VotesInvalidated)
    assert event.replaced == thread.votes
    assert none.tally("q.2") == answered().tally("q.2")


def test_a_bounty_is_promised_and_awarded() -> None:
    thread = saved(promised())
    (bounty,) = thread.bounties
    assert (bounty.id, bounty.amount, bounty.by_id) == ("q.5", 50, "li")
    assert (bounty.starts_at, bounty.ends_at) == (
        AT + DAY,
        AT + DAY + timedelta(seconds=100),
    )
    # The time of grace counts.
    last = AT + DAY + timedelta(seconds=110)
    done = saved(
        moderation.award_bounty(thread, "q.5", "q.2", by=LI, policy=POINTS, at=last)
    )
    assert (done.bounties[0].answer_id, done.bounties[0].paid) == ("q.2", 50)
    event = done.pending[-1]
    assert isinstance(event, events.BountyAwarded)
    assert (event.author_id, event.paid, event.automatic) == ("greg", 50, False)
    assert (
        moderation.award_bounty(done, "q.5", "q.2", by=LI, policy=POINTS, at=last)
        is done
    )
    # One that is settled makes room.
    assert moderation.offer_bounty(done, 50, by=LI, policy=POINTS, **LATER)


def test_a_promise_of_unknown_end_can_be_awarded_but_does_not_expire() -> None:
    content = answered().content
    assert content.question is not None
    bounty = attrs.evolve(promised().bounties[0], ends_at=None)
    thread = Thread.from_parts(
        id="q",
        posts=(content.question, *content.answers, *content.comments),
        bounties=[bounty],
    )
    with pytest.raises(PolicyViolation) as caught:
        moderation.expire_bounty(thread, "q.5", by=MOD, at=AT + 1000 * DAY)
    assert (caught.value.rule, caught.value.retry_at) == (Rule.BOUNTY_OPEN, None)
    assert moderation.award_bounty(thread, "q.5", "q.2", by=LI, at=AT + 1000 * DAY)


def test_a_promise_can_last_for_longer_than_there_are_years() -> None:
    ages = policy(bounty=Bounties(lasts=2**62, wait=0))
    thread = saved(moderation.offer_bounty(asked(), 1, by=LI, policy=ages, **NOW))
    end = thread.bounties[0].ends_at
    assert end is not None
    assert end.year == 9999


def test_an_accepted_answer_that_becomes_a_comment_is_no_longer_accepted() -> None:
    thread = voting.cast(
        posting.accept(answered(), "q.2", by=ADA, **NOW), "q.2", UP, by=LI, **NOW
    )
    after = saved(moderation.convert(thread, "q.2", by=MOD, **NOW))
    assert isinstance(after["q.2"], Comment)
    assert after.accepted == after.content.accepted == ()
    assert after.score("q.2") == 1
    assert [post.id for post in after.comments] == ["q.2", "q.3", "q.4"]
    assert [post.id for post in after.replies("q.2")] == ["q.3"]
    assert moderation.convert(after, "q.2", under="q.1", by=MOD, **NOW) is after
    back = saved(moderation.convert(after, "q.2", by=MOD, **NOW))
    assert isinstance(back["q.2"], Answer)
    assert back.accepted == ()
    promoted = saved(moderation.convert(thread, "q.3", by=MOD, **NOW))
    assert [post.id for post in promoted.answers] == ["q.2", "q.3"]
    assert promoted.accepted == ("q.2",)


def test_posts_under_one_another_stay_in_order_of_arrival() -> None:
    thread = posting.comment(answered(), "q.1", "Later", by=ADA, **NOW)
    moved = saved(moderation.move(thread, "q.4", "q.1", by=MOD, **NOW))
    assert [post.id for post in moved.replies("q.1")] == ["q.2", "q.4", "q.5"]
    event = moved.pending[-1]
    assert isinstance(event, events.PostMoved)
    assert (event.parent_id, event.replaced_parent_id) == ("q.1", "q.3")


def test_a_depth_of_the_policy_counts_what_comes_along() -> None:
    two = attrs.evolve(OPEN, posting=attrs.evolve(OPEN.posting, depth=2))
    thread = posting.answer(answered(), "Another", by=LI, **NOW)
    moved = moderation.move(thread, "q.3", "q.5", by=MOD, policy=two, **NOW)
    assert [post.id for post in moved.replies("q.5")] == ["q.3"]
    # Under a comment of unknown depth nothing more is known.
    body = Body(source="!")
    stubbed = Thread.from_parts(
        id="q",
        question=Question(id="q", author_id="ada", body=body),
        posts=[
            Comment(id="a", parent_id="gap", author_id="li", body=body),
            Comment(id="b", parent_id="q", author_id="li", body=body),
        ],
        stubs=[Stub(id="gap", parent_id="q")],
    )
    assert moderation.move(stubbed, "b", "a", by=MOD, policy=two, **NOW)
    assert moderation.move(stubbed, "b", "gap", by=MOD, policy=two, **NOW)


def test_two_people_become_one() -> None:
    thread = answered()
    noon = AT + timedelta(hours=12)
    thread = voting.cast(thread, "q.1", UP, by=LI, at=noon)
    thread = voting.cast(thread, "q.1", DOWN, by=GREG, **NOW)
    thread = voting.cast(thread, "q.2", UP, by=LI, **NOW)
    thread = voting.react(thread, "q.1", "like", by=LI, **NOW)
    thread = voting.react(thread, "q.1", "like", by=GREG, at=noon)
    thread = moderation.lock(thread, "q.4", by=LI, **NOW)
    thread = moderation.flag(thread, "q.1", "rude", by=LI, **NOW)
    own = {
        kind: attrs.evolve(getattr(OPEN.voting, kind), own=OwnVotes.FORBID)
        for kind in ("question", "answer", "comment")
    }
    strict = attrs.evolve(OPEN, voting=attrs.evolve(OPEN.voting, **own))
    after = saved(
        moderation.merge_users(thread, "li", GREG, by=MOD, policy=strict, **NOW)
    )
    event = after.pending[-1]
    assert isinstance(event, events.UsersMerged)
    # The later of two on q.1, and what is now greg's own on q.2.
    assert event.dropped == (
        Vote(post_id="q.1", voter_id="li", direction=UP, cast_at=noon),
        Vote(post_id="q.2", voter_id="li", direction=UP, cast_at=AT),
    )
    assert after.votes == (
        Vote(post_id="q.1", voter_id="greg", direction=DOWN, cast_at=AT),
    )
    assert (after.score("q.1"), after.score("q.2")) == (-1, 0)
    assert dict(after.reactions("q.1")) == {"like": 1}
    assert after.content.reactions == (
        Reaction(post_id="q.1", user_id="greg", kind="like", at=AT),
    )
    assert list(after.users) == ["ada", "greg", "mod"]
    assert after["q.3"].author_id == "greg"
    assert after["q.3"].author_name == "Li"
    assert after.flags[0].by_id == "greg"
    assert after["q.4"].status.locked is not None
    assert after["q.4"].status.locked.by_id == "greg"
    lenient = moderation.merge_users(thread, "li", GREG, by=MOD, **NOW)
    assert lenient.score("q.2") == 1
    assert moderation.merge_users(after, "li", GREG, by=MOD, **NOW) is after


def test_votes_to_close_of_two_who_are_one_count_once() -> None:
    three = policy(close=Quorum(votes=3))
    thread = moderation.close(asked(), "spam", by=LI, policy=three, **NOW)
    thread = moderation.close(
        thread, "rude", by=GREG, at=AT + timedelta(seconds=1), policy=three
    )
    after = saved(moderation.merge_users(thread, "li", GREG, by=MOD, **NOW))
    assert [(each.by_id, each.reason) for each in after.motions] == [("greg", "rude")]


def test_an_archive_does_not_stop_the_merging_of_accounts() -> None:
    after = moderation.merge_users(archived(), "greg", ADA, by=MOD, **NOW)
    assert after["q.2"].author_id == "ada"
    assert after.status.archived is not None


def test_threads_become_one_and_the_other_is_closed() -> None:
    there = voting.cast(other(), "o.2", UP, by=LI, **NOW)
    there = posting.accept(there, "o.2", by=ADA, **NOW)
    there = moderation.flag(there, "o.3", "spam", by=GREG, **NOW)
    there = posting.edit(there, "o.2", body="Like this", by=GREG, **NOW)
    thread, rest = moderation.merge_threads(answered(), there, by=MOD, **NOW)
    saved(thread)
    saved(rest)
    assert [post.id for post in thread.posts] == [
        *(f"q.{n}" for n in range(1, 5)),
        *(f"o.{n}" for n in range(2, 5)),
    ]
    assert thread["o.2"].parent_id == thread["o.4"].parent_id == "q.1"
    assert thread["o.3"].parent_id == "o.2"
    assert thread.score("o.2") == 1
    assert thread.accepted == ()
    assert [flag.post_id for flag in thread.flags] == ["o.3"]
    assert [each.number for each in thread.revisions] == [1, 2]
    assert [post.id for post in rest.posts] == ["o.1"]
    assert not (rest.content.accepted or rest.flags or rest.revisions or rest.votes)
    assert rest.status.closed == Closed(
        by_id="mod", at=AT, reason="duplicate", duplicate_of=("q",)
    )
    came, (went, shut) = thread.pending[-1], rest.pending[-2:]
    assert isinstance(came, events.PostsMovedIn)
    assert isinstance(went, events.PostsMovedOut)
    assert isinstance(shut, events.ThreadClosed)
    assert went.cause == EventId(thread_id="q", version=came.version)
    assert shut.cause == EventId(thread_id="o", version=went.version)
    assert [ref.post_id for ref in went.posts] == ["o.2", "o.3", "o.4"]
    assert voting.cast(thread, "o.3", UP, by=ADA, **NOW).score("o.3") == 1


def test_what_came_later_to_a_merged_thread_can_follow() -> None:
    thread, rest = moderation.merge_threads(answered(), other(), by=MOD, **NOW)
    late = posting.comment(rest, "o.1", "Me too", by=LI, **NOW)
    again, empty = moderation.merge_threads(thread, late, by=MOD, **NOW)
    assert len(again) == len(thread) + 1
    assert empty.status.closed == rest.status.closed
    assert len(again.links) == 1


def test_a_reply_becomes_a_thread_of_its_own() -> None:
    thread = voting.cast(answered(), "q.3", UP, by=ADA, **NOW)
    old, new = moderation.split(thread, "q.3", "n", by=MOD, **NOW)
    saved(old)
    saved(new)
    assert [post.id for post in old.posts] == ["q.1", "q.2"]
    assert [post.id for post in new.posts] == ["q.3", "q.4"]
    assert new.question.title is None
    assert new.question.author_name == "Li"
    assert new.score("q.3") == 1
    assert new.author("q.3") == User(id="li", name="Li")
    (began,) = new.pending
    assert isinstance(began, events.ThreadSplitOff)
    assert (began.from_id, began.version) == ("q", 1)
    assert began.cause == EventId(thread_id="q", version=old.version)
    assert [link.target for link in old.links] == ["n"]
    assert [link.target for link in new.links] == ["q"]
    assert posting.answer(new, "So it is", by=ADA, **NOW).answers
    with pytest.raises(NotFoundError):
        moderation.split(old, "q.3", "n", by=MOD, **NOW)


def test_stubs_go_with_what_they_stand_under() -> None:
    body = Body(source="!")
    thread = Thread.from_parts(
        id="t",
        posts=[
            Answer(id="a", question_id="q", author_id="li", body=body),
            Comment(id="c", parent_id="s", author_id="li", body=body),
            Comment(id="d", parent_id="r", author_id="ada", body=body),
        ],
        stubs=[Stub(id="q"), Stub(id="s", parent_id="a"), Stub(id="r", parent_id="q")],
        tallies=[Tally(post_id="s", score=4)],
    )
    old, new = moderation.split(thread, "a", "n", by=MOD, **NOW)
    assert [stub.id for stub in saved(old).stubs] == ["q", "r"]
    assert [stub.id for stub in saved(new).stubs] == ["s"]
    assert [post.id for post in new.posts] == ["a", "c"]
    assert new.score("s") == 4
    # What stands under a stub below the other question stays there.
    merged, rest = moderation.merge_threads(answered(), thread, by=MOD, **NOW)
    assert [stub.id for stub in saved(merged).stubs] == ["s"]
    assert [post.id for post in saved(rest).posts] == ["d"]


# -- events that do not fit ------------------------------------------------------


Happening = tuple[Thread, events.Event]


def happens(cls: type[Any], thread: Thread | None = None, **fields: Any) -> Happening:
    """An event, whether or not a verb would make it, and what it happens to."""
    thread = answered() if thread is None else thread
    given = {"thread_id": "q", "version": thread.version + 1, "at": AT, "by": ADA}
    post_id = fields.get("post_id")
    if post_id is not None:
        given |= {"post_kind": "answer", "author_id": "greg"}
    return thread, cls(**{**given, **fields})


def posts_in(**changes: Any) -> Any:
    content = answered().content
    none: dict[str, Any] = {
        "question": None,
        "answers": (),
        "comments": (),
        "arrival": (),
        "tallies": (),
        "users": (),
        "stubs": (Stub(id="q.1"),),
    }
    return attrs.evolve(content, **{**none, **changes})


REF = events.PostRef(post_id="q.2", kind="answer", author_id="greg")  # type: ignore[arg-type]
BOUNTY = promised().bounties[0]
FLAG = flagged().flags[0]
VOTE = Vote(post_id="q.2", voter_id="li", direction=UP, cast_at=AT)
MISFITS: dict[str, Callable[[], Happening]] = {
    "pinned twice": lambda: happens(
        events.ThreadPinned, moderation.pin(answered(), by=ADA, **NOW)
    ),
    "not archived": lambda: happens(events.ThreadUnarchived, replaced=Mark()),
    "closed twice": lambda: happens(events.ThreadClosed, closed()),
    "not closed": lambda: happens(events.ThreadReopened, replaced=Closed()),
    "a vote to close what is closed": lambda: happens(events.CloseVoteCast, closed()),
    "a vote to reopen what is open": lambda: happens(events.ReopenVoteCast),
    "locked twice": lambda: happens(events.LockImposed, locked()),
    "not locked": lambda: happens(
        events.LockLifted, post=REF, replaced=locked().status.locked
    ),
    "hidden twice": lambda: happens(
        events.HidingImposed, moderation.hide(answered(), by=ADA, **NOW)
    ),
    "not hidden": lambda: happens(events.HidingLifted, replaced=Mark()),
    "given twice": lambda: happens(
        events.WikiMade, moderation.make_wiki(answered(), by=ADA, **NOW)
    ),
    "removed twice": lambda: happens(
        events.PostRemoved,
        moderation.remove(answered(), "q.2", by=ADA, **NOW),
        post_id="q.2",
    ),
    "not removed": lambda: happens(
        events.PostReinstated, post_id="q.2", replaced=Mark()
    ),
    "a flag twice": lambda: happens(
        events.PostFlagged, flagged(), post_id="q.2", flag=FLAG
    ),
    "a flag on another post": lambda: happens(
        events.PostFlagged, post_id="q.3", flag=FLAG
    ),
    "no such flag": lambda: happens(
        events.FlagResolved, post_id="q.2", flag=FLAG, outcome=FlagState.HELPFUL
    ),
    "a flag settled as open": lambda: happens(
        events.FlagResolved, flagged(), post_id="q.2", flag=FLAG, outcome=FlagState.OPEN
    ),
    "no such vote": lambda: happens(
        events.VotesInvalidated, post_id="q.2", replaced=(VOTE,)
    ),
    "a bounty twice": lambda: happens(events.BountyOffered, promised(), bounty=BOUNTY),
    "no such bounty": lambda: happens(events.BountyExpired, bounty=BOUNTY),
    "a bounty for a comment": lambda: happens(
        events.BountyAwarded, promised(), post_id="q.3", bounty=BOUNTY, paid=1
    ),
    "an answer converted to one": lambda: happens(
        events.PostConverted,
        post_id="q.2",
        to="answer",
        parent_id="q.1",
        replaced_parent_id="q.1",
    ),
    "an answer under a comment": lambda: happens(
        events.PostConverted,
        post_id="q.3",
        to="answer",
        parent_id="q.2",
        replaced_parent_id="q.2",
    ),
    "an answer moved": lambda: happens(
        events.PostMoved, post_id="q.2", parent_id="q.1", replaced_parent_id="q.1"
    ),
    "a circle": lambda: happens(
        events.PostMoved, post_id="q.3", parent_id="q.4", replaced_parent_id="q.2"
    ),
    "the question moved out": lambda: happens(
        events.PostsMovedOut,
        to_id="x",
        posts=(attrs.evolve(REF, post_id="q.1"), REF),
    ),
    "moved out without what is below": lambda: happens(
        events.PostsMovedOut, to_id="x", posts=(REF,)
    ),
    "posts in under another root": lambda: happens(
        events.PostsMovedIn, from_id="x", content=posts_in(stubs=(Stub(id="x"),))
    ),
    "posts in with a status": lambda: happens(
        events.PostsMovedIn,
        from_id="x",
        content=posts_in(status=Status(pinned=Mark())),
    ),
    "posts in with a tally of the root": lambda: happens(
        events.PostsMovedIn,
        from_id="x",
        content=posts_in(tallies=(Tally(post_id="q.1", up=1),)),
    ),
    "posts in that are there": lambda: happens(
        events.PostsMovedIn, from_id="x", content=answered_content()
    ),
    "a split in the middle": lambda: happens(
        events.ThreadSplitOff, from_id="x", content=answered().content
    ),
    "a user who is not there": lambda: happens(
        events.UsersMerged, from_id="eve", into=ADA
    ),
    "a user into themselves": lambda: happens(
        events.UsersMerged, from_id="ada", into=ADA
    ),
    "a user who goes, and acts": lambda: happens(
        events.UsersMerged, from_id="ada", into=GREG
    ),
    "a dropped vote that does not stand": lambda: happens(
        events.UsersMerged, from_id="li", into=ADA, dropped=(VOTE,)
    ),
    "two votes of one person": lambda: happens(
        events.UsersMerged,
        voting.cast(
            voting.cast(answered(), "q.2", UP, by=LI, **NOW), "q.2", UP, by=ADA, **NOW
        ),
        from_id="li",
        into=ADA,
    ),
}


def answered_content() -> Any:
    content = answered().content
    return posts_in(
        answers=content.answers,
        comments=content.comments,
        arrival=content.arrival[1:],
    )


def refused(happening: Happening, error: type[QathreadError], words: str) -> None:
    """Check that a thread refuses an event, and that a draft of it stays as it was."""
    thread, event = happening
    with pytest.raises(error, match=words):
        events.evolve(thread, event)
    draft = begin(thread, event)
    with pytest.raises(error, match=words):
        apply(draft, event, thread.id)
    assert draft.freeze() == thread


@pytest.mark.parametrize("case", MISFITS)
def test_an_event_that_does_not_fit_is_refused(case: str) -> None:
    refused(MISFITS[case](), IntegrityError, r"event|post")


NOWHERE: dict[str, Callable[[], Happening]] = {
    "removed": lambda: happens(events.PostRemoved, post_id="x"),
    "moved": lambda: happens(
        events.PostMoved, post_id="q.3", parent_id="x", replaced_parent_id="q.2"
    ),
    "moved out": lambda: happens(
        events.PostsMovedOut, to_id="n", posts=(attrs.evolve(REF, post_id="x"),)
    ),
}


@pytest.mark.parametrize("case", NOWHERE)
def test_an_event_about_what_is_not_there_is_refused(case: str) -> None:
    refused(NOWHERE[case](), NotFoundError, "'x'")


def test_a_place_for_missing_posts_can_come_in_with_posts() -> None:
    more = (Stub(id="a", parent_id="q.1"), Stub(id="q.1"), Stub(id="z", parent_id="a"))
    thread, event = happens(
        events.PostsMovedIn, from_id="x", content=posts_in(stubs=more)
    )
    after = saved(events.evolve(thread, event))
    assert [stub.id for stub in after.stubs] == ["a", "z"]
    assert [part.id for part in trees.ancestors(after, "z")] == ["a", "q.1"]
    nodes = index_in(after).nodes
    assert (nodes["q.1"].gaps, nodes["a"].gaps) == (("a",), ("z",))


def test_verbs_go_by_their_public_names() -> None:
    for name in moderation.__all__:
        verb = getattr(moderation, name)
        assert (verb.__module__, verb.__name__) == ("qathread.moderation", name)
