"""Laws of reputation, beside a definition that counts everything from scratch."""

import pickle
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qathread import Thread, User, posting, reputation, voting
from qathread import events as ev
from qathread.feedback import DOWN, UP, Vote
from qathread.policy import (
    Act,
    Cap,
    PaidFor,
    Pay,
    Policy,
    Quota,
    Reputation,
    drawn,
)
from qathread.posts import PostKind
from qathread.reputation import EntryKind, Ledger, ledger
from qathread.testing.strategies import open_threads, policies, users
from tests.laws import _reputation_oracle as oracle
from tests.laws._reputation_logs import PEOPLE, logs, paying, random_case

Pairs = list[tuple[datetime, Policy]]
few = settings(
    max_examples=max(25, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
cases = given(log=logs(), pairs=paying())


def everybody(points: Ledger, **moments: Any) -> dict[str, int]:
    """All standings of a ledger."""
    return {user: points.standing(user, **moments) for user in PEOPLE}


def by_definition(log: list[Any], pairs: Pairs) -> dict[str, int]:
    """All standings by the definition."""
    found, _ = oracle.standings(log, pairs)
    start = pairs[0][1].reputation.start
    return {user: found.get(user, start) for user in PEOPLE}


def agrees(log: list[Any], pairs: Pairs, chance: Random) -> None:
    """Compare a ledger with the definition in every way there is."""
    whole, full = ledger(log, pairs), by_definition(log, pairs)
    assert everybody(whole) == full
    assert whole.standings() == {user: full[user] for user in whole}
    check_shuffled(log, pairs, full, chance)
    check_extended(log, pairs, full, chance)
    check_past(log, pairs, whole, chance)
    check_entries(log, pairs, whole, chance)


def check_shuffled(
    log: list[Any], pairs: Pairs, full: dict[str, int], chance: Random
) -> None:
    mixed = log + log[:3]
    chance.shuffle(mixed)
    assert everybody(ledger(mixed, pairs)) == full


def check_extended(
    log: list[Any], pairs: Pairs, full: dict[str, int], chance: Random
) -> None:
    rest = list(log)
    if chance.random() < 0.5:
        chance.shuffle(rest)
    grown, done, old = ledger([], pairs), 0, None
    while done < len(rest):
        before, step = grown, chance.choice((1, 1, 2, 5))
        grown = grown.extend(rest[done : done + step])
        if chance.random() < 0.1:
            old = (before, rest[:done])
        if chance.random() < 0.3:
            grown.standing(chance.choice(PEOPLE))
        done += step
        if chance.random() < 0.1:
            assert everybody(grown) == by_definition(rest[:done], pairs)
    assert everybody(grown) == full
    if old is not None:  # it is as it was, whatever was made of it
        assert everybody(old[0]) == by_definition(old[1], pairs)


def check_past(log: list[Any], pairs: Pairs, whole: Ledger, chance: Random) -> None:
    if not log:
        return
    as_of = chance.choice(log).at
    known_at = chance.choice([each.recorded_at or each.at for each in log])
    for then, known in ((as_of, None), (None, known_at), (as_of, known_at)):
        left = oracle.left(log, then, known)
        found = everybody(whole, as_of=then, known_at=known)
        assert found == by_definition(left, pairs)


def check_entries(log: list[Any], pairs: Pairs, whole: Ledger, chance: Random) -> None:
    start = pairs[0][1].reputation.start
    _, owed = oracle.standings(log, pairs)
    for user in PEOPLE:
        entries = whole.entries(user)
        assert start + sum(each.paid for each in entries) == owed.get(user, start)
        assert all(each.paid + each.withheld == each.nominal for each in entries)
        corrected = [each for each in entries if each.kind is EntryKind.CORRECTED]
        assert all(each.nominal == 0 and each.paid != 0 for each in corrected)
        shown = whole.explain(user).splitlines()
        assert len(shown) in (len(entries) + 1, len(entries) + 2)
    clocks = {each.thread_id: each.at for each in log}
    for each in log:  # with clocks that go on, entries are dated when they count
        if each.at < clocks.get((each.thread_id, "last"), each.at):
            return
        clocks[each.thread_id, "last"] = each.at
    if log:
        then, user = chance.choice(log).at, chance.choice(PEOPLE)
        _, owed = oracle.standings(oracle.left(log, then, None), pairs)
        until = [each.paid for each in whole.entries(user) if each.at <= then]
        assert start + sum(until) == owed.get(user, start)


@few
@given(log=logs(), pairs=paying(), seed=st.integers(0, 2**32))
def test_a_ledger_is_what_the_definition_says(
    log: list[Any], pairs: Pairs, seed: int
) -> None:
    """Every point, after every event, at every moment, by every way of asking."""
    agrees(log, pairs, Random(seed))


@few
@cases
def test_after_each_event(log: list[Any], pairs: Pairs) -> None:
    """No prefix of a log is counted otherwise than a log."""
    start = pairs[0][1].reputation.start
    points = ledger([], pairs)
    in_order = [event for _, event in oracle.ordered(log)]
    for event, known in zip(in_order, oracle.after_each(log, pairs), strict=True):
        points = points.extend([event])
        expected = {user: known.get(user, start) for user in PEOPLE}
        assert everybody(points) == expected


@pytest.mark.parametrize("seed", range(60))
def test_longer_logs(seed: int) -> None:
    """What shrinking examples seldom reach: long logs in which all pays."""
    log, pairs = random_case(seed)
    agrees(log, pairs, Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_ten_thousand_logs(block: int) -> None:
    """The same for many more of them."""
    for seed in range(100 * block, 100 * (block + 1)):
        log, pairs = random_case(seed)
        agrees(log, pairs, Random(seed))


# -- laws of their own -----------------------------------------------------------


@few
@given(thread=open_threads(), policy=policies(), ada=users(), other=users())
def test_undoing_is_as_if_nothing_was_done(
    thread: Thread, policy: Policy, ada: User, other: User
) -> None:
    """L2: what was taken back costs nobody anything and fills no cap."""
    standing = [post for post in thread.posts if post.stands]
    if not standing or thread.status.archived is not None:
        return
    on, at = standing[-1].id, thread.pending[-1].at
    if at is None or thread.vote(on, ada.id) is not None:
        return
    before = ledger(thread.pending, policy)
    undone = voting.cast(thread, on, UP, by=ada, at=at)
    undone = voting.cast(undone, on, DOWN, by=ada, at=at)
    undone = voting.retract(undone, on, by=ada, at=at)
    undone = posting.delete(undone, on, by=other, at=at)
    undone = posting.restore(undone, on, by=other, at=at)
    after = ledger(undone.pending, policy)
    for user in {*before, *after}:
        assert before.standing(user) == after.standing(user)


@few
@given(log=logs(), pairs=paying(), seed=st.integers(0, 99))
def test_as_of_and_known_at_commute(log: list[Any], pairs: Pairs, seed: int) -> None:
    """L5: leaving out the later and the unknown gives the same in either order."""
    if not log:
        return
    chance, whole = Random(seed), ledger(log, pairs)
    then, known = chance.choice(log).at, chance.choice(log).at
    one = ledger(oracle.left(oracle.left(log, then, None), None, known), pairs)
    other = ledger(oracle.left(oracle.left(log, None, known), then, None), pairs)
    both = everybody(whole, as_of=then, known_at=known)
    assert everybody(one) == everybody(other) == both


@few
@cases
def test_a_ledger_survives_pickle(log: list[Any], pairs: Pairs) -> None:
    """A worker process gets the same points."""
    points = ledger(log, pairs)
    again = pickle.loads(pickle.dumps(points))
    assert everybody(again) == everybody(points)
    assert again.events == points.events


@few
@cases
def test_events_are_each_there_once_in_order(log: list[Any], pairs: Pairs) -> None:
    """Nothing is lost or repeated on the way into a ledger."""
    expected = tuple(event for _, event in oracle.ordered(log))
    assert ledger([*log, *reversed(log)], pairs).events == expected


# -- quotas ----------------------------------------------------------------------


def used_by_definition(
    log: list[Any], user: str, policy: Policy, at: datetime
) -> dict[str, int]:
    """Count acts one by one; only votes and their ends are acts here."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)

    def period(quota: Quota, when: datetime) -> int:
        return int((when - midnight).total_seconds()) // quota.period

    drawn_on: list[tuple[str, int, tuple[str, str] | None]] = []
    names = {quota.name: quota for quota in policy.quotas}
    for _, event in oracle.ordered(log):
        if not midnight <= event.at <= at:
            continue
        gone: list[str] = []
        if isinstance(event, ev.VoteRetracted) and event.by.id == user:
            gone = [event.post_id]
        if isinstance(event, ev.VotesInvalidated):
            gone = [v.post_id for v in event.replaced if v.voter_id == user]
        for post in gone:
            matching = [each for each in drawn_on if each[2] == (event.thread_id, post)]
            if matching:
                last = matching[-1]
                drawn_on.remove(last)
                if last[1] != period(names[last[0]], event.at):
                    drawn_on.append((*last[:2], None))
        if not isinstance(event, ev.VoteCast) or event.by.id != user:
            continue

        now = Counter(
            name
            for name, number, _ in drawn_on
            if number == period(names[name], event.at)
        )
        used = now.__getitem__
        quota, _ = drawn(policy.quotas, Act.VOTE, event.post_kind, used)
        if quota is not None:
            place = (event.thread_id, event.post_id)
            kept = [e for e in drawn_on if e[2] != place]
            lost = [(*e[:2], None) for e in drawn_on if e[2] == place]
            drawn_on = [*kept, *lost, (quota.name, period(quota, event.at), place)]
    return {
        name: sum(each[:2] == (name, period(quota, at)) for each in drawn_on)
        for name, quota in names.items()
    }


@few
@given(log=logs(), pairs=paying(), seed=st.integers(0, 99))
def test_usage_is_what_was_done_in_the_period(
    log: list[Any], pairs: Pairs, seed: int
) -> None:
    """Quotas are checked by these counts, so they must be right."""
    votes = (ev.VoteCast, ev.VoteRetracted, ev.VotesInvalidated)
    log = [event for event in log if isinstance(event, votes)]
    if not log:
        return
    chance = Random(seed)
    at = chance.choice(log).at + timedelta(seconds=chance.choice((0, 0, 5000)))
    points = ledger(log, pairs)
    policy = oracle.in_force(pairs, at)
    for user in PEOPLE:
        usage = points.usage(user, at)
        found = {use.name: use.used for use in usage.quotas}
        assert found == used_by_definition(log, user, policy, at)
        for use in usage.quotas:
            assert use.resets_at is not None and use.resets_at > at


# -- an example that says why ----------------------------------------------------

START = datetime.fromisoformat("2026-05-01T00:00:00+00:00")


def test_votes_struck_out_free_the_cap() -> None:
    """Thirty upvotes, twenty paid; five go, and five others are paid, from then."""
    rule = PaidFor.ANSWER_UPVOTED
    rules = Reputation(
        start=1,
        pays=(Pay(rule=rule, author=10),),
        caps=(Cap(rules=frozenset({rule}), high=200),),
        floor=1,
    )
    policy = Policy(name="capped", reputation=rules)
    on: dict[str, Any] = {
        "thread_id": "t",
        "post_id": "a",
        "post_kind": PostKind.ANSWER,
        "author_id": "ada",
    }
    log: list[Any] = [
        ev.VoteCast(
            **on,
            version=n + 1,
            by=User(id=f"v{n:02}"),
            at=START + timedelta(minutes=n),
            direction=UP,
        )
        for n in range(30)
    ]
    struck = tuple(
        Vote(post_id="a", voter_id=f"v{n:02}", direction=UP, cast_at=START)
        for n in range(5)
    )
    later = START + timedelta(days=9)
    capped = ledger(log, policy)
    assert capped.standing("ada") == 201
    points = capped.extend(
        [ev.VotesInvalidated(**on, version=31, at=later, replaced=struck)]
    )
    assert points.standing("ada") == 201
    assert points.standing("ada", as_of=later - timedelta(seconds=1)) == 201
    entries = points.entries("ada")
    opened = [each for each in entries if each.kind is EntryKind.OPENED]
    assert [each.paid for each in opened] == [10] * 20 + [0] * 10
    closed = [each for each in entries if each.kind is EntryKind.CLOSED]
    assert [(each.nominal, each.paid) for each in closed] == [(-10, -10)] * 5
    corrected = [each for each in entries if each.kind is EntryKind.CORRECTED]
    assert [(each.paid, each.withheld) for each in corrected] == [(10, -10)] * 5
    assert [each.version for each in corrected] == list(range(21, 26))
    assert {each.at for each in (*closed, *corrected)} == {later}
    assert reputation.ledger(log, policy).standing("nobody") == 1
