"""Strengths from games between two; none depends on time, Elo on their order."""

from collections.abc import Sequence
from math import exp, fsum, log1p, pow
from typing import Final

from ..errors import ValidationError
from ._formula import listed
from ._formula_kinds import Number, Part, Positive
from ._inputs import items, number, positive, shown

__all__ = ["bradley_terry", "elo_update"]

_STEPS: Final = 200
_CLOSE: Final = 1e-12
_SLACK: Final = 1e-12  # near the top the height is known no better
_FAR: Final = 4.0  # past this a step leaves where the curve still tells the way


@listed("static", "A. Elo, The Rating of Chessplayers (1978)")
def elo_update(
    rating_a: Number, rating_b: Number, score_a: Part, k: Positive
) -> tuple[float, float]:
    """
    Return the Elo ratings of two players after a game.

    With ``E = 1/(1 + 10^((b - a)/400))`` a becomes ``a + k(S - E)`` and b becomes
    ``b - k(S - E)``: the sum stays. Ratings are static: they depend on the order of the
    games, not on time. Takes one game, no arrays.

    Args:
        rating_a: The first player's rating a, in Elo points.
        rating_b: The second player's rating b.
        score_a: The first player's result S: 1 won, 0.5 drawn, 0 lost.
        k: The largest step, in Elo points, above 0; chess uses 10 to 40.

    Returns:
        Both new ratings, the first player's first.

    Raises:
        ValidationError: If an argument is not finite, *score_a* is outside [0, 1], or
            *k* is not above 0.

    Source:
        A. Elo, The Rating of Chessplayers (1978).

    >>> elo_update(1500, 1500, score_a=1, k=32)
    (1516.0, 1484.0)
    """
    a, b = number(rating_a, "rating_a"), number(rating_b, "rating_b")
    result = number(score_a, "score_a")
    if not 0 <= result <= 1:
        raise ValidationError(f"score_a is {shown(score_a)}: give a number from 0 to 1")
    step = number(positive(k, "k"), "k")
    # Past 300 powers of ten the loser's share is 0 to any float.
    expected = 1 / (1 + pow(10.0, max(-300.0, min((b - a) / 400, 300.0))))
    gain = step * (result - expected)
    return a + gain, b - gain


@listed("static", "R. A. Bradley, M. E. Terry, Biometrika 39 (1952), 324-345")
def bradley_terry(wins: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """
    Return the strengths that make the results of pairwise games most likely.

    The model says that a beats b with probability ``e^(θa)/(e^(θa) + e^(θb))``; the θ
    returned are those of maximum likelihood, centred to a mean of 0, to about 1e-9.
    They are static.
    Takes one table of games, no arrays of tables. Time grows with the cube of the
    number of items: meant for hundreds.

    Args:
        wins: A square table: how often the item of the row beat the item of the
            column, at least 0; a draw may be half a win of each. The diagonal is 0.

    Returns:
        One θ per item, natural logarithms of strength, with sum 0.

    Raises:
        ValidationError: If the table is not square or a number is outside its range,
            or if some items never lost to the others, or never won: then the
            strengths diverge. Add a small win to each pair (a prior), or rank the
            groups apart.

    Source:
        R. A. Bradley, M. E. Terry, Biometrika 39 (1952), 324-345; existence as in
        D. R. Hunter, Ann. Statist. 32 (2004), 384-406.

    >>> [round(theta, 4) for theta in bradley_terry([[0, 3], [1, 0]])]
    [0.5493, -0.5493]
    """
    table = items(wins, "wins", _row)
    for place, row in enumerate(table):
        if len(row) != len(table):
            raise ValidationError(
                f"wins[{place}] has {len(row)} members: give a square table, "
                f"{len(table)} in each row"
            )
        if row[place] != 0:
            raise ValidationError(
                f"wins[{place}][{place}] is not 0: no item beats itself"
            )
    if len(table) < 2:
        return (0.0,) * len(table)
    _connected(table)
    return _most_likely(table)


def _row(values: Sequence[float], name: str) -> list[float]:
    row = items(values, name, number)
    for place, value in enumerate(row):
        if value < 0:
            raise ValidationError(f"{name}[{place}] is {value}: give 0 or more")
    return row


def _connected(table: list[list[float]]) -> None:
    """Refuse a table in which some items never lost to the rest, or never won."""
    size = len(table)
    turned = [list(column) for column in zip(*table, strict=True)]
    for words, wins in (("never lost to", table), ("never won against", turned)):
        reached, queue = {0}, [0]
        while queue:
            here = queue.pop()
            found = [b for b in range(size) if b not in reached and wins[here][b] > 0]
            reached.update(found)
            queue += found
        if len(reached) < size:
            others = ", ".join(str(n) for n in range(size) if n not in reached)
            raise ValidationError(
                f"the items {others} {words} the others: they have no finite strength; "
                f"add a small win to each pair, or rank the groups apart"
            )


def _most_likely(table: list[list[float]]) -> tuple[float, ...]:
    """Climb by Newton's steps, halved where they would go down."""
    size = len(table)
    theta = [0.0] * size
    height = _height(table, theta)
    for _ in range(_STEPS):
        slope, curve = _slopes(table, theta)
        step = _solved(curve, slope)
        part = _FAR / max(_FAR, *map(abs, step))
        while True:
            tried = [t + part * s for t, s in zip(theta, step, strict=True)]
            mean = fsum(tried) / size
            tried = [t - mean for t in tried]
            higher = _height(table, tried)
            if higher >= height - _SLACK * (1 - height) or part < _CLOSE:
                break
            part /= 2
        theta, height = tried, max(height, higher)
        if max(map(abs, step), default=0.0) < _CLOSE or part < _CLOSE:
            break
    return tuple(theta)


def _height(table: list[list[float]], theta: list[float]) -> float:
    """Return the logarithm of the likelihood."""
    return -fsum(
        times * _log_of_one_and_exp(theta[b] - theta[a])
        for a, row in enumerate(table)
        for b, times in enumerate(row)
        if times
    )


def _log_of_one_and_exp(x: float) -> float:
    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))


def _slopes(
    table: list[list[float]], theta: list[float]
) -> tuple[list[float], list[list[float]]]:
    """Return the gradient and the negated second derivatives, kept regular."""
    size = len(theta)
    slope = [0.0] * size
    curve = [[0.0] * size for _ in range(size)]
    for a in range(size):
        for b in range(a):
            wins, losses = table[a][b], table[b][a]
            if not wins + losses:
                continue
            # Both shares on their own: 1 - p would lose what a long shot weighs.
            apart = max(-700.0, min(theta[b] - theta[a], 700.0))
            p, q = 1 / (1 + exp(apart)), 1 / (1 + exp(-apart))
            more = wins * q - losses * p
            slope[a] += more
            slope[b] -= more
            weight = (wins + losses) * p * q
            curve[a][a] += weight
            curve[b][b] += weight
            curve[a][b] -= weight
            curve[b][a] -= weight
    # The strengths are known up to a common shift: pin their sum.
    scale = max((curve[a][a] for a in range(size)), default=1.0) / size
    for row in curve:
        for b in range(size):
            row[b] += scale
    return slope, curve


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve linear equations by elimination, the largest pivot first."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for here in range(size):
        best = max(range(here, size), key=lambda n: abs(rows[n][here]))
        rows[here], rows[best] = rows[best], rows[here]
        pivot = rows[here]
        for other in rows[here + 1 :]:
            factor = other[here] / pivot[here]
            if factor:
                for place in range(here, size + 1):
                    other[place] -= factor * pivot[place]
    found = [0.0] * size
    for here in reversed(range(size)):
        row = rows[here]
        rest = fsum(row[place] * found[place] for place in range(here + 1, size))
        found[here] = (row[size] - rest) / row[here]
    return found
