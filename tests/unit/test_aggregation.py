"""One order out of many ballots, against all orders there are."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread.errors import ValidationError
from qathread.ranking.aggregation import (
    Consensus,
    PairwiseWins,
    copeland,
    kemeny,
    pairwise_wins,
)


@st.composite
def tables(draw: st.DrawFn, most: int = 6) -> list[list[int]]:
    size = draw(st.integers(0, most))
    wins = [[draw(st.integers(0, 4)) for _ in range(size)] for _ in range(size)]
    for a in range(size):
        wins[a][a] = 0
    return wins


def contradicted(wins: list[list[int]], order: tuple[int, ...]) -> int:
    """How many comparisons an order contradicts, counted one by one."""
    return sum(
        wins[worse][better]
        for place, better in enumerate(order)
        for worse in order[place + 1 :]
    )


@given(wins=tables())
def test_kemeny_is_the_best_of_all_orders(wins: list[list[int]]) -> None:
    """The sum over sets must find what looking at every order finds."""
    every = list(permutations(range(len(wins))))
    costs = [contradicted(wins, order) for order in every]
    best = [
        order for order, cost in zip(every, costs, strict=True) if cost == min(costs)
    ]
    found = kemeny(wins)
    assert found.disagreements == min(costs)
    assert found.order == min(best)
    assert found.unique == (len(best) == 1)


@given(wins=tables())
def test_who_beats_all_others_is_first_by_both(wins: list[list[int]]) -> None:
    """A Condorcet winner wins."""
    others = range(len(wins))
    scores = copeland(wins)
    assert sum(scores) == len(wins) * (len(wins) - 1) / 2
    for a in others:
        if all(wins[a][b] > wins[b][a] for b in others if b != a):
            assert scores[a] == len(wins) - 1 == max(scores)
            assert kemeny(wins).order[0] == a


@given(
    ballots=st.lists(
        st.permutations(["a", "b", "c", "d", "é"]).flatmap(
            lambda order: st.integers(0, 5).map(lambda n: order[:n])
        ),
        max_size=6,
    ),
    data=st.data(),
)
def test_the_order_of_ballots_does_not_matter(
    ballots: list[list[str]], data: st.DataObject
) -> None:
    """Votes are counted, not read in turn."""
    found = pairwise_wins(ballots)
    assert pairwise_wins(data.draw(st.permutations(ballots))) == found
    for a, one in enumerate(found.ids):
        for b, other in enumerate(found.ids):
            said = sum(
                one in ballot
                and other in ballot
                and ballot.index(one) < ballot.index(other)
                for ballot in ballots
            )
            assert found.wins[a][b] == said


def test_a_circle_is_settled_by_the_weakest_link() -> None:
    ballots = [*[["a", "b", "c"]] * 4, *[["b", "c", "a"]] * 3, *[["c", "a", "b"]] * 2]
    found = pairwise_wins(ballots)
    assert copeland(found.wins) == [1.0, 1.0, 1.0]
    best = kemeny(found.wins)
    assert [found.ids[place] for place in best.order] == ["a", "b", "c"]
    assert best == Consensus(order=(0, 1, 2), disagreements=10, unique=True)


def test_sixteen_items_are_not_too_many() -> None:
    size = 16
    order = [n * 7 % size for n in range(size)]
    wins = [[0] * size for _ in range(size)]
    for place, better in enumerate(order):
        for worse in order[place + 1 :]:
            wins[better][worse] = 3
            wins[worse][better] = 1
    assert kemeny(wins).order == tuple(order)
    with pytest.raises(ValidationError, match="17 items: give at most 16"):
        kemeny([[0] * 17] * 17)


@pytest.mark.parametrize(
    ("wins", "said"),
    [
        ([[0, 1]], "row 0 of wins has 2 numbers"),
        ([[0, -1], [1, 0]], r"wins\[0\]\[1\] is -1: give a finite count"),
        ([[0, float("nan")], [1, 0]], r"wins\[0\]\[1\] is nan"),
        ([[0, float("inf")], [1, 0]], r"wins\[0\]\[1\] is inf"),
        ([[0, "2"], [1, 0]], r"wins\[0\]\[1\] is no number"),
        ([[0, True], [1, 0]], r"wins\[0\]\[1\] is no number"),
        ([[1]], r"wins\[0\]\[0\] is 1: nobody beats"),
    ],
)
def test_a_table_is_a_square_of_counts(wins: Any, said: str) -> None:
    for function in (copeland, kemeny):
        with pytest.raises(ValidationError, match=said):
            function(wins)


def test_bad_ballots_are_refused() -> None:
    with pytest.raises(ValidationError, match="ballot 1 names an item twice"):
        pairwise_wins([["a"], ["b", "b"]])
    with pytest.raises(ValidationError, match="ballot 0 is text"):
        pairwise_wins(["ab"])
    with pytest.raises(ValidationError, match="give one row for each"):
        PairwiseWins(ids=("a",), wins=())
