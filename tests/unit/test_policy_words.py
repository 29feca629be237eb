"""Laws of explain, diff and in_force: policies in words, compared, and in turn."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import (
    Direction,
    Policy,
    from_json,
    policies,
    to_json,
)
from qathread.errors import ValidationError
from qathread.policies import Difference, diff, explain, in_force
from qathread.policy import Act, Pay, Quota, Voting
from qathread.posts import PostKind
from qathread.testing.strategies import instants
from qathread.testing.strategies import policies as any_policies
from tests.unit._presets import PRESETS, START

some_pairs = settings(max_examples=max(20, settings().max_examples // 3))
names = pytest.mark.parametrize("name", sorted(PRESETS))


# -- explain ---------------------------------------------------------------------


@names
def test_an_explanation_has_the_name_and_every_section_in_order(name: str) -> None:
    policy = PRESETS[name]
    said = explain(policy)
    assert said.splitlines()[0] == f"Policy {policy.name}"
    assert [line[:-1] for line in said.splitlines() if line and line[0] != " "][1:] == [
        "Voting",
        "Posting",
        "Moderation",
        "Reputation",
        "Quotas",
    ]


def test_an_explanation_has_units_and_leaves_out_what_is_free() -> None:
    said = explain(policies.STACK_EXCHANGE)
    assert "time to change a vote on questions and answers: 5 minutes, again" in said
    assert "answer downvoted: -2 to the author, -1 to the voter" in said
    assert "writes questions" not in said
    assert explain(Policy(name="mine")) == (
        "Policy mine\n\n"
        "Voting:\n  everybody may, nothing is limited\n\n"
        "Posting:\n  everybody may, nothing is limited\n\n"
        "Moderation:\n  everybody may\n\n"
        "Reputation:\n  nothing is paid\n\n"
        "Quotas:\n  nothing is counted\n"
    )


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """Two policies that are the same, or differ in few places or in many."""
    some = st.one_of(
        st.sampled_from(sorted(PRESETS)).map(PRESETS.__getitem__), any_policies()
    )
    a, b = draw(some), draw(some)
    parts = draw(st.sets(st.sampled_from([each.name for each in attrs.fields(Policy)])))
    # As it came out of JSON: equal, and not the same object.
    again = from_json(to_json(a), Policy)
    return a, attrs.evolve(again, **{part: getattr(b, part) for part in parts})


@some_pairs
@given(pair=neighbours())
def test_policies_that_differ_are_explained_differently(
    pair: tuple[Policy, Policy],
) -> None:
    """What is not said cannot be agreed to."""
    a, b = pair
    assert (explain(a) == explain(b)) == (a == b)


@some_pairs
@given(data=st.data(), policy=any_policies())
def test_every_field_has_words(data: st.DataObject, policy: Policy) -> None:
    """A field that is added later must not be passed over in silence."""
    changes = [change for change in one_changes(policy) if change[0] != "name"]
    path, change = data.draw(st.sampled_from(changes))
    assert explain(change) != explain(policy), path
    assert [each.path for each in diff(policy, change)] == [path]


def one_changes(policy: Policy) -> Iterator[tuple[str, Policy]]:
    """The policy with one number, switch, choice or set changed, for each of them."""

    def inside(value: Any, path: str) -> Iterator[tuple[str, Any]]:
        if attrs.has(type(value)):
            for each in attrs.fields(type(value)):
                inner = f"{path}.{each.name}" if path else each.name
                for found, new in inside(getattr(value, each.name), inner):
                    try:
                        yield found, attrs.evolve(value, **{each.name: new})
                    except ValidationError:
                        continue  # not a policy
        else:
            yield from ((path, other) for other in others(value))

    yield from inside(policy, "")


def others(value: Any) -> Iterator[Any]:
    """Other values of the same kind, as far as one can tell."""
    match value:
        case bool():
            yield not value
        case None:
            yield 1
        case StrEnum():
            yield from (each for each in type(value) if each is not value)
        case int():
            yield value + 1
        case str():
            yield value + "x"
        case frozenset():
            some = ("x", Act.VOTE, Direction.UP, PostKind.COMMENT)
            yield from (value ^ {item} for item in some)
        case tuple():
            return  # what is paid and counted: see the neighbours
        case unknown:
            raise AssertionError(unknown)


# -- diff ------------------------------------------------------------------------


@some_pairs
@given(pair=neighbours())
def test_a_difference_is_found_exactly_where_policies_differ(
    pair: tuple[Policy, Policy],
) -> None:
    """Nothing is missed, and nothing made up."""
    a, b = pair
    assert (diff(a, b) == ()) == (a == b)
    assert diff(a, a) == ()
    parts = {each.path.partition(".")[0].partition(" ")[0] for each in diff(a, b)}
    assert parts == {
        each.name
        for each in attrs.fields(Policy)
        if getattr(a, each.name) != getattr(b, each.name)
    }


@some_pairs
@given(pair=neighbours())
def test_differences_turn_round(pair: tuple[Policy, Policy]) -> None:
    """What one side gains the other loses."""
    a, b = pair
    assert diff(b, a) == tuple(
        Difference(path=each.path, before=each.after, after=each.before)
        for each in diff(a, b)
    )


def test_differences_name_pays_by_rule_and_quotas_by_name() -> None:
    a = policies.STACK_EXCHANGE
    first, *others = a.quotas
    b = attrs.evolve(
        a,
        name="ours",
        voting=attrs.evolve(a.voting, answer=voting_change(a.voting, seconds=600)),
        reputation=attrs.evolve(
            a.reputation,
            pays=(
                *a.reputation.pays[1:],
                Pay(rule=a.reputation.pays[0].rule, author=5),
            ),
        ),
        quotas=(*others[1:], attrs.evolve(others[0], limit=31)),
    )
    assert [str(each) for each in diff(a, b) if "order" not in each.path] == [
        "name: 'stack-exchange' -> 'ours'",
        "voting.answer.change.seconds: 5 minutes -> 10 minutes",
        "reputation.pays.question_upvoted.author: 10 -> 5",
        "quotas.votes.limit: 30 -> 31",
        "quotas.votes on questions: 10 in 1 day: vote on questions; then 'votes'; "
        "only while 6 of the next are left -> none",
    ]
    assert [each.path for each in diff(a, b) if "order" in each.path] == [
        "reputation.pays (order)",
        "quotas (order)",
    ]
    assert first.then == "votes"


def voting_change(part: Voting, seconds: int) -> Any:
    return attrs.evolve(
        part.answer, change=attrs.evolve(part.answer.change, seconds=seconds)
    )


@pytest.mark.parametrize("key", ["9" * 5000, "²", "question_upvoted", "a.b", " "])
def test_quotas_may_have_any_name(key: str) -> None:
    a, b = (
        Policy(name="x", quotas=(Quota(name=key, limit=limit),)) for limit in (1, 2)
    )
    assert [each.path for each in diff(a, b)] == [f"quotas.{key}.limit"]
    assert explain(a) != explain(b)


@pytest.mark.parametrize("wrong", [None, "open", 1])
def test_only_policies_are_explained_and_compared(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="Policy"):
        explain(wrong)
    for pair in ((wrong, policies.OPEN), (policies.OPEN, wrong)):
        with pytest.raises(ValidationError, match="Policies"):
            diff(*pair)


# -- in_force --------------------------------------------------------------------

_starts = st.lists(instants(), unique=True, min_size=1, max_size=6)


@given(starts=_starts, at=instants(), data=st.data())
def test_the_latest_start_holds_in_whatever_order(
    starts: list[datetime], at: datetime, data: st.DataObject
) -> None:
    """A schedule is a set; from each start on its policy holds, until the next."""
    schedule = {start: Policy(name=f"from {start}") for start in starts}
    shuffled = data.draw(st.permutations(list(schedule.items())))
    held = None
    for start in sorted(starts):
        if start <= at:
            held = schedule[start]
    if held is None:
        with pytest.raises(ValidationError, match="no policy has started"):
            in_force(shuffled, at)
    else:
        assert in_force(iter(shuffled), at) is held
    for start in starts:
        assert in_force(shuffled, start) is schedule[start]


@given(starts=_starts, data=st.data())
def test_two_policies_never_start_at_once(
    starts: list[datetime], data: st.DataObject
) -> None:
    """Nobody could say which of them holds; the zone of a start does not matter."""
    twice = data.draw(st.sampled_from(starts)).astimezone(timezone(timedelta(hours=2)))
    schedule = [(start, policies.OPEN) for start in starts]
    schedule.append((twice, policies.REDDIT))
    with pytest.raises(ValidationError, match="'open' and 'reddit'"):
        in_force(schedule, data.draw(instants()))


@pytest.mark.parametrize(
    ("schedule", "at"),
    [
        ([], START),
        ([(START, policies.OPEN)], START.replace(tzinfo=None)),
        ([(START.replace(tzinfo=None), policies.OPEN)], START),
        ([(START, "open")], START),
        ([START], START),
        ([(START, policies.OPEN, 1)], START),
        ([("2026", policies.OPEN)], START),
    ],
)
def test_what_is_no_schedule_is_refused(schedule: Any, at: Any) -> None:
    with pytest.raises(ValidationError):
        in_force(schedule, at)
