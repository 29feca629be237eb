"""The standing order of votes that all lose weight at one rate."""

from math import log2

from ..errors import ValidationError
from ..feedback import Direction
from ._case import Case
from ._inputs import positive, seconds
from ._times import TIMED

__all__ = ["trend_place"]


def trend_place(case: Case, half_life_days: object) -> tuple[int, float] | None:
    """
    Return what orders items by ``Σ w·2^(t/T)`` without any moment.

    All sums of :func:`qathread.ranking.formulas.se_trending` fall by one common
    factor, so their order never changes; the logarithm keeps them from running out
    of range, as they would within some centuries.

    Returns:
        (sign, sign times the binary logarithm of the sum); None if not all votes
        are known by name.
    """
    if TIMED["ballots"](case, 0.0, {}) is None:
        return None
    if not isinstance(half_life_days, int | float):
        raise ValidationError("half_life_days is no number: give days, above 0")
    life = positive(half_life_days, "half_life_days") * 86400.0
    terms = sorted(
        (
            seconds(vote.cast_at, "cast_at") / life,
            vote.weight if vote.direction is Direction.UP else -vote.weight,
        )
        for vote in case.node.votes.values()
    )
    if not terms:
        return 0, 0.0
    newest = terms[-1][0]
    total = sum(weight * 2.0 ** (at - newest) for at, weight in terms)
    if total == 0.0:
        return 0, 0.0
    sign = 1 if total > 0 else -1
    return sign, sign * (newest + log2(abs(total)))
