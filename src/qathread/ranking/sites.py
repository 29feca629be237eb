"""Keys that sites sort by, from votes and from the times of the item itself."""

from datetime import datetime
from math import log10
from typing import Final

from ._inputs import count, seconds

__all__ = ["reddit_hot"]

_REDDIT_EPOCH: Final = 1134028003  # 2005-12-08T07:46:43Z


def reddit_hot(ups: int, downs: int, created_at: float | datetime) -> float:
    """
    Return Reddit's "hot" key as of 2014-01-12, a static rank key.

    With s = *ups* - *downs* and t = *created_at* in Unix seconds it is
    ``round(sgn(s)·log10(max(|s|, 1)) + (t - 1134028003)/45000, 7)``: ten times the
    net votes are worth 45000 s (12.5 h) of being newer. Articles often quote the
    older form, in which the sign multiplied the time.

    Args:
        ups: Upvotes, a count, at least 0.
        downs: Downvotes, a count, at least 0.
        created_at: When it was posted, Unix seconds or an aware datetime; before
            2005 and in the future is legal.

    Returns:
        A finite number without unit, about 1e4 for items of our days; higher is
        hotter. It has 7 decimals.

    Raises:
        ValidationError: If a count is negative or not whole, or the time is naive,
            NaN or infinite.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/db/_sorts.pyx`` at 753b17407e9a; written
        anew from the formula.

    >>> reddit_hot(ups=10, downs=0, created_at=1700000000)
    12578.1554889
    >>> reddit_hot(ups=1, downs=0, created_at=1700000000 + 45000)
    12578.1554889
    """
    s = count(ups, "ups") - count(downs, "downs")
    t = seconds(created_at, "created_at")
    sign = (s > 0) - (s < 0)
    return round(sign * log10(max(abs(s), 1)) + (t - _REDDIT_EPOCH) / 45000, 7)
