"""Keys from the share of upvotes; none depends on time."""

from typing import Final

from ._formula import row_wise
from ._formula_kinds import Count, PositiveSetting, Share
from ._ops import maximum, sqrt, where

__all__ = [
    "agresti_coull_lower",
    "beta_mean",
    "beta_quantile",
    "codidact_score",
    "wilson_cc_lower",
    "wilson_center",
    "wilson_lower",
    "wilson_upper",
]

_WILSON: Final = "E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927), 209-212"


@row_wise("static", _WILSON, any_size=True)
def wilson_lower(
    ups: Count, downs: Count, z: PositiveSetting = 1.959963984540054
) -> float:
    """
    Return the lower Wilson bound on a post's share of upvotes, a static rank key.

    With u = *ups*, d = *downs*, n = u + d and p = u/n it is
    ``(p + z²/2n - z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``, computed in an equal form
    with one division, which loses no digits. It rises with every upvote and falls
    with every downvote. Works on arrays and columns too.

    Args:
        ups: Upvotes, a count, at least 0.
        downs: Downvotes, a count, at least 0.
        z: Normal quantile of the wanted confidence, unitless, finite, above 0;
            the default is the two-sided 95% one.

    Returns:
        A share in [0, 1], unitless, never above p; 0.0 when there are no upvotes.

    Raises:
        ValidationError: If a count is negative or not whole, or *z* is not a finite
            number above 0.

    Source:
        E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927), 209-212.

    >>> round(wilson_lower(ups=9, downs=1), 4)
    0.5958
    """
    n = ups + downs
    n = n + (n == 0)  # without votes 0 is divided by something that is not 0
    h = z * z / 2
    return ups * ups / (n * (ups + h) + z * sqrt(n * (ups * downs + n * h / 2)))


@row_wise("static", _WILSON, any_size=True)
def wilson_upper(
    ups: Count, downs: Count, z: PositiveSetting = 1.959963984540054
) -> float:
    """
    Return the upper Wilson bound on a post's share of upvotes, a static rank key.

    With u = *ups*, d = *downs* and n = u + d it is
    ``(u + z²/2 + z·sqrt(u·d/n + z²/4)) / (n + z²)``, that is
    ``1 - wilson_lower(d, u, z)`` without the loss of digits.

    Args:
        ups: Upvotes, a count, at least 0.
        downs: Downvotes, a count, at least 0.
        z: Normal quantile of the wanted confidence, unitless, finite, above 0.

    Returns:
        A share in [0, 1], unitless, never below u/n; 1.0 when there are no downvotes,
        so also without any votes.

    Raises:
        ValidationError: As for :func:`wilson_lower`.

    Source:
        E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927), 209-212.

    >>> round(wilson_upper(ups=9, downs=1), 4)
    0.9821
    """
    n = ups + downs
    some = n + (n == 0)
    h = z * z / 2
    root = sqrt(ups * downs / some + h / 2)
    return where(downs > 0, (ups + h + z * root) / (n + 2 * h + (n == 0)), 1.0)


@row_wise("static", "R. G. Newcombe, Statist. Med. 17 (1998), 857-872", any_size=True)
def wilson_cc_lower(
    ups: Count, downs: Count, z: PositiveSetting = 1.959963984540054
) -> float:
    """
    Return the lower Wilson bound with continuity correction, a static rank key.

    With u = *ups*, d = *downs*, n = u + d and p = u/n it is
    ``(2np + z² - 1 - z·sqrt(z² - 2 - 1/n + 4p(n(1-p) + 1))) / (2(n + z²))`` for u > 0,
    computed in an equal form without a difference of near numbers. It is a little
    below :func:`wilson_lower`.

    Args:
        ups: Upvotes, a count, at least 0.
        downs: Downvotes, a count, at least 0.
        z: Normal quantile of the wanted confidence, unitless, finite, above 0.

    Returns:
        A share in [0, 1], unitless; 0.0 when there are no upvotes.

    Raises:
        ValidationError: As for :func:`wilson_lower`.

    Source:
        R. G. Newcombe, Statist. Med. 17 (1998), 857-872, method 4.

    >>> round(wilson_cc_lower(ups=9, downs=1), 4)
    0.5412
    """
    # For u >= 1 the bound is (A - B)/2(n + z²) with A, B > 0, and A² - B² is
    # (2u - 1)²(n + z²)/n: so it is (2u - 1)²/2n(A + B).
    u = maximum(ups, 1)
    n = u + downs
    zz = z * z
    root = sqrt(zz - 2 + (4 * u * (downs + 1) - 1) / n)
    odd = 2 * u - 1
    return where(ups > 0, odd * odd / (2 * n * (odd + zz + z * root)), 0.0)


@row_wise(
    "static",
    "A. Agresti, B. A. Coull, Amer. Statist. 52 (1998), 119-126",
    any_size=True,
)
def agresti_coull_lower(
    ups: Count, downs: Count, z: PositiveSetting = 1.959963984540054
) -> float:
    """
    Return the lower Agresti-Coull bound on the share of upvotes, a static rank key.

    With n' = n + z² and p' = (u + z²/2)/n' it is
    ``max(0, p' - z·sqrt(p'(1 - p')/n'))``.

    Args:
        ups: Upvotes u, a count, at least 0.
        downs: Downvotes, a count, at least 0; n is the sum of both.
        z: Normal quantile of the wanted confidence, unitless, finite, above 0.

    Returns:
        A share in [0, 1], unitless; below u/n, and 0.0 without votes.

    Raises:
        ValidationError: As for :func:`wilson_lower`.

    Source:
        A. Agresti, B. A. Coull, Amer. Statist. 52 (1998), 119-126.

    >>> round(agresti_coull_lower(ups=9, downs=1), 4)
    0.574
    """
    h = z * z / 2
    a = ups + h
    b = downs + h
    n = a + b
    return where(ups > 0, maximum((a - z * sqrt(a * (b / n))) / n, 0.0), 0.0)


@row_wise("static", _WILSON, any_size=True)
def wilson_center(
    ups: Count, downs: Count, z: PositiveSetting = 1.959963984540054
) -> float:
    """
    Return the centre of the Wilson interval, a static rank key.

    It is ``(u + z²/2)/(n + z²)``: the share of upvotes as if z² more votes had been
    cast, half of them up.

    Args:
        ups: Upvotes u, a count, at least 0.
        downs: Downvotes, a count, at least 0; n is the sum of both.
        z: Normal quantile of the wanted confidence, unitless, finite, above 0.

    Returns:
        A share in (0, 1), unitless; 0.5 without votes.

    Raises:
        ValidationError: As for :func:`wilson_lower`.

    Source:
        E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927), 209-212.

    >>> wilson_center(ups=0, downs=0)
    0.5
    """
    h = z * z / 2
    return (ups + h) / (ups + downs + 2 * h)


@row_wise(
    "static", "codidact/qpixel, app/models/post.rb at 604edb32dd27", any_size=True
)
def codidact_score(ups: Count, downs: Count, n: PositiveSetting = 2) -> float:
    """
    Return Codidact's score of a post, a static rank key.

    It is ``(u + N)/(u + d + 2N)``: N more votes are thought of on either side.

    Args:
        ups: Upvotes u, a count, at least 0.
        downs: Downvotes d, a count, at least 0.
        n: The site's setting N, unitless, finite, above 0.

    Returns:
        A share in (0, 1), unitless; 0.5 without votes, below it is "bad".

    Raises:
        ValidationError: If a count is negative or not whole, or *n* is not above 0.

    Source:
        codidact/qpixel, ``app/models/post.rb`` at 604edb32dd27; written anew.

    >>> codidact_score(ups=3, downs=1)
    0.625
    """
    return (ups + n) / (ups + downs + 2 * n)


@row_wise("static", "rule of succession (Laplace), conjugate prior", any_size=True)
def beta_mean(
    ups: Count, downs: Count, alpha: PositiveSetting, beta: PositiveSetting
) -> float:
    """
    Return the expected share of upvotes after a beta prior, a static rank key.

    It is ``(u + a)/(u + d + a + b)``; a = b = 1 is Laplace's rule of succession.

    Args:
        ups: Upvotes u, a count, at least 0.
        downs: Downvotes d, a count, at least 0.
        alpha: Upvotes thought of beforehand, a, finite, above 0.
        beta: Downvotes thought of beforehand, b, finite, above 0.

    Returns:
        A share in (0, 1), unitless; a/(a + b) without votes.

    Raises:
        ValidationError: If a count is negative or not whole, or a pseudo-count is
            not a finite number above 0.

    Source:
        Textbook result for a conjugate prior; Laplace's rule of succession.

    >>> beta_mean(ups=3, downs=0, alpha=1, beta=1)
    0.8
    """
    return (ups + alpha) / (ups + downs + alpha + beta)


@row_wise(
    "static",
    "L. D. Brown, T. T. Cai, A. DasGupta, Statist. Sci. 16 (2001), 101-133",
    frames=False,
)
def beta_quantile(
    ups: Count, downs: Count, alpha: PositiveSetting, beta: PositiveSetting, q: Share
) -> float:
    """
    Return a quantile of the share of upvotes after a beta prior, a static rank key.

    It is the *q* quantile of Beta(u + a, d + b): q = 0.05 gives a Bayesian lower
    bound, a = b = 1/2 with q = 0.025 the Jeffreys bound, and a uniform random q a
    Thompson draw. Needs the extra ``stats``; takes numbers and NumPy arrays, no frames.

    Args:
        ups: Upvotes u, a count, at least 0.
        downs: Downvotes d, a count, at least 0.
        alpha: Upvotes thought of beforehand, a, finite, above 0.
        beta: Downvotes thought of beforehand, b, finite, above 0.
        q: A probability, above 0 and below 1.

    Returns:
        A share in [0, 1], unitless; also without upvotes it is above 0, as far as a
        float can tell.

    Raises:
        ValidationError: If an argument is outside its range.
        MissingExtraError: If SciPy is not installed.

    Source:
        L. D. Brown, T. T. Cai, A. DasGupta, Statist. Sci. 16 (2001), 101-133.

    >>> round(beta_quantile(ups=9, downs=1, alpha=0.5, beta=0.5, q=0.025), 4)
    0.6187
    """
    return quantile(ups + alpha, downs + beta, q)


def quantile(a: float, b: float, q: float) -> float:
    """Return the *q* quantile of Beta(a, b), by SciPy."""
    from ._arrays import beta_quantile as by_scipy

    return by_scipy(a, b, q)
