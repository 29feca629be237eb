"""Reputation: single cases, each with its reason."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from qathread import Answer, Body, Question, Tally, Thread, User, policies
from qathread import events as ev
from qathread.errors import SequenceError, ValidationError
from qathread.feedback import DOWN, UP, Direction, Vote
from qathread.policy import (
    Act,
    Cap,
    CapMode,
    CapPer,
    FloorMode,
    PaidFor,
    Pay,
    Policy,
    Quota,
    Reputation,
)
from qathread.posts import PostKind
from qathread.reputation import EntryKind, Ledger, ledger

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
UPVOTED = Pay(rule=PaidFor.ANSWER_UPVOTED, author=10)
DOWNVOTED = Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-2, actor=-1)
DAILY = Cap(rules=frozenset({PaidFor.ANSWER_UPVOTED}), high=200)
USUAL = Reputation(start=1, pays=(UPVOTED, DOWNVOTED), caps=(DAILY,), floor=1)
BODY = Body(source="Text.")


def rules(reputation: Reputation, *quotas: Quota) -> Policy:
    """A policy that pays so."""
    return Policy(name="ours", reputation=reputation, quotas=quotas)


def at(seconds: float) -> datetime:
    """An instant so long after the start."""
    return START + timedelta(seconds=seconds)


def on(post: str = "a", author: str = "ada", thread: str = "t") -> dict[str, Any]:
    """What events about an answer have in common."""
    return {
        "thread_id": thread,
        "post_id": post,
        "post_kind": PostKind.ANSWER,
        "author_id": author,
    }


def cast(
    version: int,
    voter: str,
    way: Direction = UP,
    when: float | None = None,
    **others: Any,
) -> ev.VoteCast:
    """A vote on an answer."""
    given = {**on(), **others}
    moment = at(version if when is None else when)
    by = User(id=voter)
    return ev.VoteCast(version=version, by=by, at=moment, direction=way, **given)


def struck(voter: str) -> Vote:
    """A vote as events remember it."""
    return Vote(post_id="a", voter_id=voter, direction=UP, cast_at=START)


def adjusted(version: int, user: str, amount: int) -> ev.ReputationAdjusted:
    """Points by decision."""
    return ev.ReputationAdjusted(
        version=version, user_id=user, at=at(version), amount=amount
    )


# -- caps and floor --------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "amounts", "expected"),
    [
        (CapMode.NET, (8, 8, -4, 8), [8, 2, -4, 4]),
        (CapMode.NET, (-4, -4, 3, -4), [-4, -1, 3, -3]),
        (CapMode.GROSS, (8, 8, -4, 8), [8, 2, -4, 0]),
        (CapMode.GROSS, (-4, -4, 3, -4), [-4, -1, 3, 0]),
        (CapMode.OVERSHOOT, (8, 8, -4, 8), [8, 8, -4, 0]),
        (CapMode.OVERSHOOT, (-4, -4, 3, -4), [-4, -4, 3, 0]),
    ],
)
def test_cap_modes(
    mode: CapMode, amounts: tuple[int, ...], expected: list[int]
) -> None:
    """Bounds of +10 and -5 on a day."""
    caps = (Cap(rules=frozenset({PaidFor.ADJUSTED}), high=10, low=-5, mode=mode),)
    log = [adjusted(n + 1, "ada", amount) for n, amount in enumerate(amounts)]
    points = ledger(log, rules(Reputation(caps=caps)))
    assert [each.paid for each in points.entries("ada")] == expected


@pytest.mark.parametrize("mode", CapMode)
@pytest.mark.parametrize("per", CapPer)
def test_counted_votes_are_capped_like_single_ones(mode: CapMode, per: CapPer) -> None:
    """Counts go through caps in closed form, one by one in effect."""
    pays = (
        Pay(rule=PaidFor.ANSWER_UPVOTED, author=3),
        Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-2),
    )
    bound = frozenset(pay.rule for pay in pays)
    for high in range(0, 14):
        caps = (
            Cap(rules=bound, per=per, high=high, low=-5, mode=mode),
            Cap(rules=bound, high=8, low=-3),
        )
        policy = rules(Reputation(pays=pays, caps=caps, floor=-2))
        counted: list[Any] = [
            ev.VotesCounted(version=1, at=START, up=4, down=3, **on())
        ]
        single: list[Any] = [cast(n + 1, f"v{n}", UP) for n in range(4)]
        single += [cast(n + 5, f"w{n}", DOWN) for n in range(3)]
        found = ledger(counted, policy).standing("ada")
        assert found == ledger(single, policy).standing("ada")


def test_a_floor_raised_by_new_rules_holds_from_the_next_points() -> None:
    """Several units in one event reach it with the first, and go on from there."""
    pays = (Pay(rule=PaidFor.ANSWER_UPVOTED, author=1),)
    old = rules(Reputation(start=0, pays=pays))
    new = rules(Reputation(start=10, pays=pays, floor=10))
    pairs = [(at(0), old), (at(100), new)]
    count = ev.VotesCounted(version=2, at=at(200), up=5, **on())
    points = ledger([cast(1, "li"), count], pairs)
    assert points.standing("ada", as_of=at(100)) == 1
    assert points.standing("ada") == 14
    retracted = ev.VoteRetracted(
        version=3, at=at(300), by=User(id="li"), replaced=struck("li"), **on()
    )
    assert points.extend([retracted]).standing("ada") == 14


def test_a_floor_that_is_only_shown_leaves_the_debt() -> None:
    """What is owed below it is paid off first."""
    policy = rules(Reputation(floor=0, floor_mode=FloorMode.SHOWN))
    points = ledger([adjusted(1, "ada", -30)], policy)
    assert points.standing("ada") == 0
    assert points.extend([adjusted(2, "ada", 20)]).standing("ada") == 0
    richer = points.extend([adjusted(2, "ada", 50)])
    assert richer.standing("ada") == 20
    assert "shown as 0" in points.explain("ada")


def test_long_accounts_settle_like_short_ones() -> None:
    """Blocks of grants are folded apart; their sums must meet."""
    chance, standing = Random(7), dict[int, tuple[str, int]]()
    policy = rules(Reputation(start=1, pays=(UPVOTED, DOWNVOTED), floor=1))
    points, version = ledger([], policy), 0
    for _ in range(15):
        batch: list[Any] = []
        for _ in range(100):
            version += 1
            if standing and chance.random() < 0.3:
                voter, _ = standing.pop(chance.choice(list(standing)))
                batch.append(
                    ev.VoteRetracted(
                        version=version,
                        at=at(version),
                        by=User(id=voter),
                        replaced=struck(voter),
                        **on(),
                    )
                )
            else:
                way = UP if chance.random() < 0.2 else DOWN
                batch.append(cast(version, f"v{version}", way))
                standing[version] = (f"v{version}", 10 if way is UP else -2)
        points = points.extend(batch)
        expected = 1
        for _, paid in standing.values():
            expected = max(1, expected + paid)
        assert points.standing("ada") == expected


# -- causes ----------------------------------------------------------------------


def test_an_answer_accepted_twice_pays_once() -> None:
    """The first acceptance stands, whoever the second event names as the asker."""
    pays = (Pay(rule=PaidFor.ANSWER_ACCEPTED, author=15, actor=2),)
    log: list[Any] = [
        ev.AnswerAccepted(version=1, at=at(1), asker_id="li", **on()),
        ev.AnswerAccepted(version=2, at=at(2), asker_id="zoe", **on()),
    ]
    points = ledger(log, rules(Reputation(pays=pays)))
    assert [points.standing(name) for name in ("ada", "li", "zoe")] == [15, 2, 0]
    taken = ev.AnswerUnaccepted(version=3, at=at(3), asker_id=None, **on())
    points = points.extend([taken])
    assert [points.standing(name) for name in ("ada", "li", "zoe")] == [0, 0, 0]


def test_an_imported_thread_pays_for_what_it_knows() -> None:
    """Ballots on their day; counts without ballots never, nobody knows their day."""
    question = Question(id="q", author_id="li", body=BODY, created_at=START)
    answer = Answer(
        id="a", question_id="q", author_id="ada", body=BODY, created_at=at(1)
    )
    ballots = [
        Vote(
            post_id="a",
            voter_id=f"v{n:02}",
            direction=UP,
            cast_at=START + timedelta(days=n // 25),
        )
        for n in range(30)
    ]
    thread = Thread.from_parts(
        id="t",
        question=question,
        posts=[answer],
        votes=ballots,
        tallies=[Tally(post_id="a", up=1000, down=0)],
    )
    points = ledger(thread.pending, rules(USUAL))
    assert points.standing("ada") == 1 + 200 + 50
    assert {each.earned_at for each in points.entries("ada")} == {
        START,
        START + timedelta(days=1),
    }


def test_entries_name_their_cause() -> None:
    """Of a point: what for, which event, which post."""
    points = ledger([cast(1, "li"), adjusted(2, "ada", 5)], rules(USUAL))
    vote, gift = points.entries("ada")
    assert (vote.rule, vote.post_id, vote.kind) == (
        PaidFor.ANSWER_UPVOTED,
        "a",
        EntryKind.OPENED,
    )
    assert vote.cause == ev.EventId(thread_id="t", version=1)
    assert (gift.cause, gift.cause_version, gift.post_id) == (None, 2, None)


def test_explain_says_what_was_withheld_by_what() -> None:
    """Every point has a because."""
    log = [cast(n + 1, f"v{n}") for n in range(21)] + [cast(22, "w", DOWN, 90_000)]
    told = ledger(log, rules(USUAL)).explain("ada").splitlines()
    assert told[0] == "ada: starts with 1"
    assert "+10 of +10 = 11" in told[1]
    assert told[21].endswith("+10 withheld by the cap per day +200")
    assert "-2 of -2 = 199" in told[22]
    poor = ledger([cast(1, "w", DOWN)], rules(USUAL)).explain("ada")
    assert poor.endswith("-2 forgiven at the floor 1")


# -- time ------------------------------------------------------------------------


def test_a_late_correction_is_known_when_it_is() -> None:
    """What became known later is left out before, and so is what it changed."""
    deleted = ev.PostDeleted(version=2, at=at(5), recorded_at=at(500), **on())
    restored = ev.PostDeleted(version=3, at=at(6), recorded_at=at(6), **on())
    points = ledger([cast(1, "li"), deleted, cast(4, "zoe", when=7)], rules(USUAL))
    assert points.standing("ada") == 1
    assert points.standing("ada", known_at=at(100)) == 21
    assert points.standings(known_at=at(100))["ada"] == 21
    both = ledger([cast(1, "li"), deleted, restored], rules(USUAL))
    assert both.standing("ada", known_at=at(5)) == 11
    assert both.standing("ada", known_at=at(6)) == 1


def test_an_event_that_is_late_among_other_threads_finds_its_place() -> None:
    """Servers differ by seconds; the order does not depend on who came first."""
    early = [cast(n, f"v{n}", DOWN if n % 2 else UP, n) for n in range(1, 6)]
    other = [cast(n, f"w{n}", UP, n + 0.5, **on("b", "ada", "s")) for n in range(1, 6)]
    whole = ledger([*early, *other], rules(USUAL))
    grown = ledger(early, rules(USUAL))
    assert grown.standing("ada") == whole.standing("ada", as_of=at(5)) - 40
    for event in other:
        grown = grown.extend([event])
    assert grown.standing("ada") == whole.standing("ada")
    assert grown.entries("ada") == whole.entries("ada")
    assert grown.events == whole.events


def test_two_ledgers_of_one_do_not_disturb_each_other() -> None:
    """A ledger is a value: what is made of it leaves it as it was."""
    base = ledger([cast(1, "li")], rules(USUAL))
    one, other = base.extend([cast(2, "zoe")]), base.extend([cast(2, "eve", DOWN)])
    for _ in range(2):
        found = [each.standing("ada") for each in (base, one, other)]
        assert found == [11, 21, 9]
    assert base.extend([cast(1, "li")]).standing("ada") == 11
    assert base.extend([]) is base


def test_threads_read_and_extend_one_ledger_at_once() -> None:
    """Nobody sees half a change."""
    points = ledger([cast(n, f"v{n}") for n in range(1, 101)], rules(USUAL))

    def work(number: int) -> list[int]:
        grown, found = points, []
        for n in range(40):
            voter = f"w{number}.{n}"
            when = 90_000 + n
            grown = grown.extend([cast(101 + n, voter, UP, when)])
            found += [points.standing("ada"), grown.standing("ada")]
        return found

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(work, range(8)):
            paid = [201 + 10 * min(20, n + 1) for n in range(40)]
            assert found == [each for now in paid for each in (201, now)]


# -- quotas ----------------------------------------------------------------------


def test_nested_quotas_draw_on_the_next_one() -> None:
    """Ten votes on questions alone, then from those on everything."""
    quotas = (
        Quota(
            name="questions",
            limit=2,
            kinds=frozenset({PostKind.QUESTION}),
            then="all",
            spare=3,
        ),
        Quota(name="all", limit=5),
        Quota(name="flags", limit=3, acts=frozenset({Act.FLAG}), period=3600),
    )
    policy = rules(USUAL, *quotas)
    question: dict[str, Any] = {**on("q"), "post_kind": PostKind.QUESTION}
    log: list[Any] = [
        cast(n, "li", when=n, **{**question, "post_id": f"q{n}"}) for n in (1, 2, 3)
    ]
    log += [cast(n, "li", when=n, post_id=f"a{n}") for n in (4, 5)]

    def used(points: Ledger, moment: datetime) -> list[int]:
        return [use.used for use in points.usage("li", moment).quotas]

    points = ledger(log, policy)
    assert used(points, at(3)) == [2, 1, 0]
    assert used(points, at(5)) == [2, 3, 0]
    assert used(points, at(90_000)) == [0, 0, 0]
    taken = ev.VoteRetracted(
        version=6,
        at=at(6),
        by=User(id="li"),
        replaced=Vote(post_id="q3", voter_id="li", direction=UP, cast_at=at(3)),
        **{**question, "post_id": "q3"},
    )
    points = points.extend([taken])
    assert used(points, at(5)) == [2, 3, 0]
    assert used(points, at(6)) == [2, 2, 0]
    resets = [use.resets_at for use in points.usage("li", at(6)).quotas]
    midnight = datetime(2026, 5, 2, tzinfo=UTC)
    assert resets == [midnight, midnight, START + timedelta(hours=1)]
    with pytest.raises(ValidationError, match="zone"):
        points.usage("li", datetime(2026, 5, 1))


# -- input -----------------------------------------------------------------------


def test_a_ledger_of_nothing() -> None:
    """Strangers have what everybody begins with."""
    points = ledger([], rules(USUAL))
    assert (points.standing("eve"), points.entries("eve")) == (1, ())
    assert (list(points), len(points), bool(points)) == ([], 0, True)
    assert points.explain("eve") == "eve: starts with 1"
    grown = points.extend([cast(1, "li")])
    assert list(grown) == ["ada", "li"]
    assert "ada" in grown and "eve" not in grown and 3 not in grown
    assert repr(grown) == "<Ledger of 2 users by ours>"


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: ledger(["vote"], rules(USUAL)), "events, not of str"),  # type: ignore[list-item]
        (lambda: ledger([], []), "no policy"),
        (lambda: ledger([], 3), "another kind"),  # type: ignore[arg-type]
        (lambda: ledger([], [(START, 3)]), "holds int"),  # type: ignore[list-item]
        (lambda: ledger([], [(datetime(2026, 1, 1), rules(USUAL))]), "zone"),
        (lambda: ledger([], [(START, rules(USUAL))] * 2), "one instant"),
        (
            lambda: ledger([], rules(USUAL)).standing("a", as_of=datetime(2026, 1, 1)),
            "as_of has no zone",
        ),
    ],
)
def test_what_is_not_taken(make: Callable[[], object], match: str) -> None:
    """Bad input is named, with what would be right."""
    with pytest.raises(ValidationError, match=match):
        make()


def test_two_contents_in_one_place_are_refused() -> None:
    """A conflict is never a repeat, in whatever order it comes."""
    points = ledger([cast(1, "li"), cast(2, "zoe"), cast(3, "eve")], rules(USUAL))
    with pytest.raises(SequenceError, match="event 2 of thread 't'"):
        points.extend([cast(2, "eve")])
    with pytest.raises(SequenceError, match="event 2 of thread 't'"):
        ledger([cast(3, "li"), cast(2, "eve"), cast(2, "zoe")], rules(USUAL))
    assert points.standing("ada") == 31


@pytest.mark.parametrize("policy", [policies.OPEN, policies.STACK_EXCHANGE])
def test_named_policies_can_be_asked(policy: Policy) -> None:
    """They pay what they say, if they pay at all."""
    point = policy.reputation.pay(PaidFor.ANSWER_UPVOTED).author
    points = ledger([cast(1, "li")], policy)
    assert points.standing("ada") == policy.reputation.start + point
