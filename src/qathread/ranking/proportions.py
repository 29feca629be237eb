"""Keys from the share of upvotes among all votes; none depends on time."""

from math import sqrt
from typing import Final

from ._inputs import count, positive

__all__ = ["wilson_lower"]

_LARGEST: Final = 2**1023  # a larger count has no float


def wilson_lower(ups: int, downs: int, z: float = 1.959963984540054) -> float:
    """
    Return the lower Wilson bound on a post's share of upvotes, a static rank key.

    With u = *ups*, n = u + *downs* and p = u/n it is
    ``(p + z²/2n - z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``, computed in a form that
    loses no digits. It rises with every upvote and falls with every downvote.

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
    u, d = count(ups, "ups"), count(downs, "downs")
    z = positive(z, "z")
    if u == 0:
        return 0.0
    # u² / (n(u + z²/2) + z·sqrt(n·u·d + n²z²/4)), above and below divided by n²:
    # every term is then of the size of a share, also for the largest counts.
    n = u + d
    p, q = u / n, d / n
    if p == 0.0:  # below the smallest float
        return 0.0
    a = z / min(n, _LARGEST) * z / 2
    return p * (p / (p + a + sqrt(a) * sqrt(2 * p * q + a)))
