"""Keys from ratings: stars, kinds of reviews, means; none depends on time."""

from collections.abc import Sequence

from ..errors import ValidationError
from ._formula import listed, row_wise
from ._formula_kinds import Count, Number, PositiveSetting, Setting, Weight
from ._inputs import count, items, number, positive
from ._ops import log10, power, sqrt, valid

__all__ = [
    "bayesian_average",
    "dirichlet_mean",
    "star_rating_lower",
    "steamdb_rating",
]


@row_wise("static", "IMDb, help page of the Top 250")
def bayesian_average(
    mean: Number, count: Count, prior_mean: Setting, prior_weight: Weight
) -> float:
    """
    Return a mean rating that few ratings pull little, a static rank key.

    It is ``(v·R + m·C)/(v + m)``: as if m ratings of C had been given beforehand.

    Args:
        mean: The item's mean rating R, in the unit of the ratings.
        count: How many ratings it has, v, at least 0.
        prior_mean: The usual mean C, in the same unit.
        prior_weight: How many ratings it is worth, m, at least 0.

    Returns:
        A rating between R and C, in the same unit: C without ratings, R if m is 0.

    Raises:
        ValidationError: If an argument is outside its range, or v and m are both 0,
            where there is no value.

    Source:
        IMDb, explanation of the Top 250 (m = 25000, C = 7.0).

    >>> bayesian_average(mean=9.0, count=300, prior_mean=6.0, prior_weight=100)
    8.25
    """
    n = valid(
        count + prior_weight,
        count + prior_weight > 0,
        "bayesian_average has no value if count and prior_weight are 0: "
        "give a weight above 0",
    )
    return (count * mean + prior_weight * prior_mean) / n


@listed("static", "J. Kun, Bayesian Ranking for Rated Items (2017)")
def dirichlet_mean(
    counts: Sequence[int], prior: Sequence[float], utilities: Sequence[float]
) -> float:
    """
    Return the expected worth of a rating after a Dirichlet prior, a static rank key.

    It is ``Σ u_k(n_k + a_k) / Σ(n_k + a_k)`` over the kinds k of rating. Takes one
    item's lists, no arrays of items.

    Args:
        counts: How often each rating was given, n_k, counts, at least 0.
        prior: How often each is thought of beforehand, a_k, above 0.
        utilities: What each is worth, u_k, in any one unit.

    Returns:
        A mean in the unit of *utilities*, between the least and the largest.

    Raises:
        ValidationError: If the lists are empty or of different lengths, or a member
            is outside its range.

    Source:
        J. Kun, Bayesian Ranking for Rated Items (2017).

    >>> dirichlet_mean([0, 0, 5], prior=[1, 1, 1], utilities=[1, 2, 3])
    2.625
    """
    ratings = items(counts, "counts", count)
    thought = items(prior, "prior", positive)
    worth = items(utilities, "utilities", number)
    _same_length({"counts": ratings, "prior": thought, "utilities": worth})
    try:
        weights = [n + a for n, a in zip(ratings, thought, strict=True)]
        total = sum(weights)
        parts = zip(worth, weights, strict=True)
        return sum(u * (weight / total) for u, weight in parts)
    except OverflowError:
        raise ValidationError("counts holds a number too large for a float") from None


@listed("static", "E. Miller, Ranking Items With Star Ratings (2014)")
def star_rating_lower(
    counts: Sequence[int], values: Sequence[float], z: PositiveSetting = 1.65
) -> float:
    """
    Return a cautious mean of star ratings, a static rank key.

    With K kinds of rating worth s_k and given n_k times, N = Σ n_k and one more of
    each thought of, the mean is ``m = Σ s_k(n_k + 1)/(N + K)``, the variance V is
    taken with the same weights, and the bound is ``m - z·sqrt(V/(N + K + 1))``.
    Takes one item's lists, no arrays of items.

    Args:
        counts: How often each rating was given, counts, at least 0.
        values: What each is worth, in any one unit.
        z: Normal quantile, unitless, finite, above 0; 1.65 is a one-sided 95%.

    Returns:
        A rating in the unit of *values*, below their weighted mean.

    Raises:
        ValidationError: If the lists are empty or of different lengths, or a member
            is outside its range.

    Source:
        E. Miller, Ranking Items With Star Ratings (2014).

    >>> round(star_rating_lower([60, 80, 75, 20, 25], [5, 4, 3, 2, 1]), 6)
    3.368431
    """
    ratings = items(counts, "counts", count)
    worth = items(values, "values", number)
    z = positive(z, "z")
    _same_length({"counts": ratings, "values": worth})
    total = sum(ratings) + len(ratings)
    try:
        shares = [(n + 1) / total for n in ratings]
        mean = sum(s * share for s, share in zip(worth, shares, strict=True))
        parts = zip(worth, shares, strict=True)
        spread = sum((s - mean) * (s - mean) * share for s, share in parts)
        return number(mean - z * sqrt(spread / (total + 1)), "the bound")
    except OverflowError:
        raise ValidationError("counts holds a number too large for a float") from None


@row_wise("static", "SteamDB, Introducing Steam Database's new rating algorithm (2017)")
def steamdb_rating(positive: Count, negative: Count) -> float:
    """
    Return SteamDB's rating, the share of good reviews drawn to 1/2, a static rank key.

    With n reviews, a share p of them positive, it is
    ``p - (p - 1/2)·2^(-log10(n + 1))``: ten times the reviews halve the doubt.

    Args:
        positive: Positive reviews, a count, at least 0.
        negative: Negative reviews, a count, at least 0.

    Returns:
        A share in (0, 1), unitless.

    Raises:
        ValidationError: If a count is negative or not whole, or there are no reviews,
            where there is no value (its limit is 1/2).

    Source:
        SteamDB, Introducing Steam Database's new rating algorithm (2017).

    >>> round(steamdb_rating(positive=9, negative=0), 4)
    0.75
    """
    n = valid(
        positive + negative,
        positive + negative > 0,
        "steamdb_rating has no value without reviews: leave such items out",
    )
    p = positive / n
    return p - (p - 0.5) * power(2.0, -log10(n + 1))


def _same_length(lists: dict[str, list[int] | list[float]]) -> None:
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValidationError(f"{told}: give one member of each for every rating")
