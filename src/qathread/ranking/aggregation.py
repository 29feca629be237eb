"""
One order out of many: from ballots or comparisons to a ranking of a few items.

All functions take ``wins``, a square table of how often each item was preferred to
each other: ``wins[a][b]`` is how often *a* beat *b*, its diagonal 0, as
:func:`qathread.ranking.formulas.bradley_terry` takes it. :func:`pairwise_wins` makes
one of ballots.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final

from attrs import frozen

from .._checks import settle
from ..errors import ValidationError

__all__ = ["Consensus", "PairwiseWins", "copeland", "kemeny", "pairwise_wins"]

_MOST: Final = 16  # items for which all orders are weighed, 2^16 sets of them


@frozen(kw_only=True, weakref_slot=False)
class PairwiseWins:
    """
    How often each item was preferred to each other.

    Attributes:
        ids: The items, in order of Unicode.
        wins: ``wins[a][b]``: how many ballots put ``ids[a]`` before ``ids[b]``.
    """

    ids: tuple[str, ...]
    wins: tuple[tuple[int, ...], ...]

    def __attrs_post_init__(self) -> None:
        settle(self)
        if len(_table(self.wins)) != len(self.ids):
            raise ValidationError(
                f"{len(self.wins)} rows and {len(self.ids)} ids: give one row for each"
            )


@frozen(kw_only=True, weakref_slot=False)
class Consensus:
    """
    An order that contradicts as few comparisons as possible.

    Attributes:
        order: Places in the table, best first.
        disagreements: How many comparisons the order contradicts.
        unique: Whether no other order contradicts as few.
    """

    order: tuple[int, ...]
    disagreements: int | float
    unique: bool

    def __attrs_post_init__(self) -> None:
        settle(self)


def pairwise_wins(ballots: Iterable[Sequence[str]]) -> PairwiseWins:
    """
    Count how many ballots put one item before another.

    Args:
        ballots: Ids of items, the best first; a ballot may leave items out, about
            which it then says nothing.

    Returns:
        The items and their table.

    Raises:
        ValidationError: If a ballot is a plain string or names an item twice.

    >>> pairwise_wins([["a", "b", "c"], ["b", "a"]]).wins
    ((0, 1, 1), (1, 0, 1), (0, 0, 0))
    """
    kept = []
    for number, ballot in enumerate(ballots):
        if isinstance(ballot, str):
            raise ValidationError(f"ballot {number} is text: give a list of ids")
        if len(set(ballot)) != len(ballot):
            raise ValidationError(
                f"ballot {number} names an item twice: name every item once"
            )
        kept.append(ballot)
    ids = sorted({item for ballot in kept for item in ballot})
    places = {item: place for place, item in enumerate(ids)}
    wins = [[0] * len(ids) for _ in ids]
    for ballot in kept:
        for better, worse in combinations(ballot, 2):
            wins[places[better]][places[worse]] += 1
    return PairwiseWins(ids=tuple(ids), wins=tuple(map(tuple, wins)))


def copeland(wins: Sequence[Sequence[float]]) -> list[float]:
    """
    Return the Copeland score of each item: pairs won, and half the pairs drawn.

    An item wins a pair if it was preferred more often than the other, so an item
    that wins against each other one has the highest score.

    Args:
        wins: ``wins[a][b]``: how often *a* beat *b*; a square, diagonal 0.

    Returns:
        One score for each item, 0 to the number of the others, higher is better; a
        multiple of 0.5.

    Raises:
        ValidationError: If *wins* is no square of finite numbers from 0 up, or its
            diagonal is not 0.

    Source:
        A. H. Copeland, A reasonable social welfare function (1951); the variant
        with half a point for a draw.

    >>> copeland([[0, 2, 2], [1, 0, 1], [1, 1, 0]])
    [2.0, 0.5, 0.5]
    """
    table = _table(wins)
    scores = [0.0] * len(table)
    for a, b in combinations(range(len(table)), 2):
        if table[a][b] == table[b][a]:
            scores[a] += 0.5
            scores[b] += 0.5
        else:
            scores[a if table[a][b] > table[b][a] else b] += 1.0
    return scores


def kemeny(wins: Sequence[Sequence[float]]) -> Consensus:
    """
    Return the order of the items that contradicts the fewest comparisons.

    It is exact, and its cost grows as 2^n: for at most 16 items. Of several such
    orders it is the one that comes first when they are read as lists of places.

    Args:
        wins: ``wins[a][b]``: how often *a* beat *b*; a square, diagonal 0.

    Returns:
        The order, how many comparisons it contradicts, and whether it is the only
        one.

    Raises:
        ValidationError: If *wins* is no square of finite numbers from 0 up, its
            diagonal is not 0, or there are more than 16 items.

    Source:
        J. G. Kemeny, Mathematics without numbers, Daedalus 88 (1959), 577-591; the
        sum over sets after M. Held, R. M. Karp (1962).

    >>> kemeny([[0, 2, 2], [1, 0, 3], [1, 0, 0]]).order
    (0, 1, 2)
    """
    table = _table(wins)
    size = len(table)
    if size > _MOST:
        raise ValidationError(
            f"wins has {size} items: give at most {_MOST}, or use copeland(), or "
            "formulas.bradley_terry()"
        )
    # least[rest]: the least contradiction among the items of a set, when they stand
    # below all others. Whoever is first in the set contradicts all in it that were
    # preferred to it.
    least: list[float] = [0] * (1 << size)
    ways = [1] * (1 << size)
    against = [_sums([table[b][a] for b in range(size)]) for a in range(size)]
    for rest in range(1, 1 << size):
        best: float = -1
        for a in range(size):
            if rest >> a & 1:
                below = rest & ~(1 << a)
                cost = least[below] + against[a][below]
                if best < 0 or cost < best:
                    best, ways[rest] = cost, ways[below]
                elif cost == best:
                    ways[rest] += ways[below]
        least[rest] = best
    order, rest = [], (1 << size) - 1
    while rest:
        for a in range(size):
            below = rest & ~(1 << a)
            if rest >> a & 1 and least[below] + against[a][below] == least[rest]:
                order.append(a)
                rest = below
                break
    return Consensus(order=tuple(order), disagreements=least[-1], unique=ways[-1] == 1)


def _sums(numbers: Sequence[float]) -> list[float]:
    """Return the sum over each set of places, the set written as bits."""
    sums: list[float] = [0]
    for number in numbers:
        sums += [known + number for known in sums]
    return sums


def _table(wins: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    """Return *wins* if it is a square of counts with nothing on its diagonal."""
    size = len(wins)
    for a, row in enumerate(wins):
        if len(row) != size:
            raise ValidationError(
                f"row {a} of wins has {len(row)} numbers: give a square, {size} in each"
            )
        for b, count in enumerate(row):
            if isinstance(count, bool) or not isinstance(count, int | float):
                raise ValidationError(f"wins[{a}][{b}] is no number: give a count")
            if not 0 <= count < float("inf"):
                raise ValidationError(
                    f"wins[{a}][{b}] is {count}: give a finite count, 0 or up"
                )
        if row[a] != 0:
            raise ValidationError(
                f"wins[{a}][{a}] is {row[a]}: nobody beats themselves"
            )
    return wins
