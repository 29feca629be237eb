"""Strategies for the parts of policies about moderation and reputation."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..policy import (
    Act,
    Bounties,
    Cap,
    CapMode,
    CapPer,
    Flagging,
    FloorMode,
    Lengths,
    Moderation,
    Needs,
    PaidFor,
    Pay,
    Quorum,
    Reputation,
    Stops,
)
from ._values import maybe

_reasons = st.frozensets(st.sampled_from(("duplicate", "spam", "off-topic")))
_points = st.one_of(st.just(0), st.integers(-20, 20))
_payable = tuple(rule for rule in PaidFor if rule is not PaidFor.ADJUSTED)


def stops(acts: SearchStrategy[frozenset[Act]] | None = None) -> SearchStrategy[Stops]:
    """Return what marks stop."""
    some = st.frozensets(st.sampled_from(Act), max_size=3) if acts is None else acts
    return st.builds(
        Stops, closed=some, hidden=some, pending=some, suspended=st.booleans()
    )


def flaggings(needs: SearchStrategy[Needs] | None = None) -> SearchStrategy[Flagging]:
    """Return what reports bring about."""
    who = st.just(Needs()) if needs is None else needs
    return st.builds(
        Flagging,
        who=who,
        settle=who,
        own=st.booleans(),
        reasons=st.one_of(st.just(frozenset[str]()), _reasons),
        hide_at=maybe(st.integers(1, 3)),
        remove_at=maybe(st.integers(1, 3)),
    )


@st.composite
def bounty_rules(
    draw: st.DrawFn, needs: SearchStrategy[Needs] | None = None
) -> Bounties:
    """
    Return how points are promised.

    Args:
        draw: Given by Hypothesis.
        needs: What the giver must have; None: nothing.
    """
    least = draw(st.integers(1, 50))
    return Bounties(
        who=draw(st.just(Needs()) if needs is None else needs),
        amount=Lengths(least=least, most=draw(maybe(st.integers(least, 500)))),
        step=draw(st.sampled_from((1, 1, 5, 50))),
        answered_least=draw(st.integers(1, 100)),
        wait=draw(st.sampled_from((0, 0, 172_800))),
        at_once=draw(maybe(st.integers(1, 2))),
        lasts=draw(st.integers(1, 10**6)),
        grace=draw(st.sampled_from((0, 86_400))),
        auto_score=draw(maybe(st.integers(-1, 3))),
        auto_percent=draw(st.integers(0, 100)),
    )


def moderation_parts(
    needs: SearchStrategy[Needs],
    quorums: SearchStrategy[Quorum],
    acts: SearchStrategy[frozenset[Act]],
) -> SearchStrategy[Moderation]:
    """Return the part of a policy for marks, flags, bounties and moves."""
    return st.builds(
        Moderation,
        close=quorums,
        reopen=quorums,
        reasons=st.one_of(st.just(frozenset[str]()), _reasons),
        protect=needs,
        protected=needs,
        lock=needs,
        pin=needs,
        archive=needs,
        hide=needs,
        remove=needs,
        wiki=needs,
        arrange=needs,
        invalidate=needs,
        people=needs,
        flags=flaggings(needs),
        bounty=maybe(bounty_rules(needs)),
        stops=stops(acts),
    )


def pays() -> SearchStrategy[Pay]:
    """Return what is paid for one cause."""
    return st.builds(
        Pay,
        rule=st.sampled_from(_payable),
        author=_points,
        actor=_points,
        own=_points,
    )


def caps() -> SearchStrategy[Cap]:
    """Return bounds on what some causes move together."""
    return st.builds(
        Cap,
        rules=st.frozensets(st.sampled_from(_payable)),
        per=st.sampled_from(CapPer),
        high=maybe(st.integers(0, 40)),
        low=maybe(st.integers(-40, 0)),
        mode=st.sampled_from(CapMode),
    )


@st.composite
def reputations(draw: st.DrawFn) -> Reputation:
    """
    Return how points are paid: by day or by post, capped or not.

    Args:
        draw: Given by Hypothesis.
    """
    start = draw(st.sampled_from((0, 1, 100)))
    paid = draw(st.lists(pays(), max_size=8, unique_by=lambda pay: pay.rule))
    return Reputation(
        start=start,
        pays=tuple(paid),
        caps=tuple(draw(st.lists(caps(), max_size=2))),
        floor=draw(maybe(st.integers(-50, start))),
        floor_mode=draw(st.sampled_from(FloorMode)),
        day_offset=draw(st.sampled_from((0, 0, 60, -330))),
        deleted_counts=draw(st.booleans()),
        question_takes_all=draw(st.booleans()),
        wiki_counts=draw(st.booleans()),
    )
