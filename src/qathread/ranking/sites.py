"""Keys that link sites sort by, from votes and from the times of the item itself."""

from collections.abc import Sequence
from typing import Final

from ..errors import ValidationError
from ._formula import listed, row_wise
from ._formula_kinds import Count, PositiveSetting, Time, Whole
from ._inputs import count, items
from ._ops import fill, instant, log10, maximum, minimum, power, rounded, sign, where
from .proportions import wilson_lower

__all__ = [
    "hive_score",
    "lemmy_controversy_rank",
    "piefed_post_ranking",
    "reddit_confidence",
    "reddit_controversy",
    "reddit_controversy_pre2014",
    "reddit_hot",
    "reddit_hot_pre2014",
    "reddit_qa",
]

_REDDIT_EPOCH: Final = 1134028003  # 2005-12-08T07:46:43Z
_PIEFED_EPOCH: Final = 1685766018  # 2023-06-03T04:20:18Z
_Z80: Final = 1.281551565545  # two-sided 80%, as the sites print it
_REDDIT: Final = "reddit-archive/reddit, r2/r2/lib/db/_sorts.pyx at 753b17407e9a"


@row_wise("static", _REDDIT)
def reddit_hot(ups: Count, downs: Count, created_at: Time) -> float:
    """
    Return Reddit's "hot" key as of 2014-01-12, a static rank key.

    With s = *ups* - *downs* and t = *created_at* in Unix seconds it is
    ``round(sgn(s)·log10(max(|s|, 1)) + (t - 1134028003)/45000, 7)``: ten times the
    net votes are worth 45000 s (12.5 h) of being newer. Articles often quote the
    older form, in which the sign multiplied the time. Works on arrays and columns too.

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
    s = ups - downs
    age = (instant(created_at) - _REDDIT_EPOCH) / 45000
    return rounded(sign(s) * log10(maximum(abs(s), 1)) + age, 7)


@row_wise("static", _REDDIT.replace("at 753b17407e9a", "before 50d35de04b92"))
def reddit_hot_pre2014(ups: Count, downs: Count, created_at: Time) -> float:
    """
    Return Reddit's "hot" key before 2014-01-12, a static rank key.

    With s = *ups* - *downs* and t = *created_at* in Unix seconds it is
    ``round(log10(max(|s|, 1)) + sgn(s)·(t - 1134028003)/45000, 7)``. The sign
    multiplies the time: an item at s = 0 has the key 0 whatever its age, and newer
    items below 0 sink faster. Most articles still quote this form.

    Args:
        ups: Upvotes, a count, at least 0.
        downs: Downvotes, a count, at least 0.
        created_at: When it was posted, Unix seconds or an aware datetime.

    Returns:
        A finite number without unit, with 7 decimals; higher is hotter.

    Raises:
        ValidationError: As for :func:`reddit_hot`.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/db/_sorts.pyx`` before 50d35de04b92;
        written anew from the formula.

    >>> reddit_hot_pre2014(ups=0, downs=10, created_at=1700000000)
    -12576.1554889
    """
    s = ups - downs
    age = (instant(created_at) - _REDDIT_EPOCH) / 45000
    return rounded(log10(maximum(abs(s), 1)) + sign(s) * age, 7)


@row_wise("static", _REDDIT)
def reddit_controversy(ups: Whole, downs: Whole) -> float:
    """
    Return Reddit's controversy as of 2014-05-08, a static rank key.

    It is ``(u + d)^b`` with b the smaller of *ups* u and *downs* d over the larger:
    many votes, evenly split. Up and down may change places.

    Args:
        ups: Upvotes, a whole number; below 0, as fuzzed counts can be, counts as 0.
        downs: Downvotes, likewise.

    Returns:
        A number without unit: 0.0 if a count is 0 or below, else above 1 and at most
        u + d, which it is when both are equal.

    Raises:
        ValidationError: If a count is not a whole number.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/db/_sorts.pyx`` at 753b17407e9a; written
        anew from the formula.

    >>> reddit_controversy(ups=10, downs=10)
    20.0
    """
    u, d = maximum(ups, 1), maximum(downs, 1)
    balance = minimum(u, d) / maximum(u, d)
    return where((ups > 0) & (downs > 0), power(u + d, balance), 0.0)


@row_wise("static", _REDDIT.replace("at 753b17407e9a", "before 6ced69c7628a"))
def reddit_controversy_pre2014(ups: Count, downs: Count) -> float:
    """
    Return Reddit's controversy before 2014-05-08, a static rank key.

    It is ``(u + d) / max(|u - d|, 1)``.

    Args:
        ups: Upvotes u, a count, at least 0.
        downs: Downvotes d, a count, at least 0.

    Returns:
        A number without unit from 0 to u + d; 0.0 without votes.

    Raises:
        ValidationError: If a count is negative or not whole.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/db/_sorts.pyx`` before 6ced69c7628a;
        written anew from the formula.

    >>> reddit_controversy_pre2014(ups=10, downs=8)
    9.0
    """
    return (ups + downs) / maximum(abs(ups - downs), 1)


@row_wise("static", _REDDIT, any_size=True)
def reddit_confidence(ups: Count, downs: Count) -> float:
    """
    Return Reddit's "best" key of comments, a static rank key.

    It is :func:`~qathread.ranking.formulas.wilson_lower` with z = 1.281551565545. The
    original computes in single precision and so differs by up to 1e-7.

    Args:
        ups: Upvotes, a count, at least 0.
        downs: Downvotes, a count, at least 0.

    Returns:
        A share in [0, 1], unitless; 0.0 when there are no upvotes.

    Raises:
        ValidationError: If a count is negative or not whole.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/db/_sorts.pyx`` at 753b17407e9a; written
        anew from the formula.

    >>> round(reddit_confidence(ups=9, downs=1), 4)
    0.7176
    """
    return wilson_lower(ups, downs, _Z80)


@listed("static", _REDDIT)
def reddit_qa(
    question_ups: Count,
    question_downs: Count,
    question_length: Count,
    op_answers: Sequence[tuple[int, int, int]],
) -> float:
    """
    Return Reddit's "Q&A" key of a comment, a static rank key.

    With c = :func:`reddit_confidence` it is ``c(question) + c(best) +
    log10(length of the question + length of the best)/5``, where *best* is the reply
    by the thread's own author of highest c, the first one of several. Without such a
    reply c(best) is 0 and its length 1. Takes one item's lists, no arrays of items.

    Args:
        question_ups: Upvotes of the comment that asks, a count, at least 0.
        question_downs: Its downvotes, a count, at least 0.
        question_length: Its length in characters, at least 0.
        op_answers: For each reply by the thread's author its upvotes, downvotes and
            length in characters.

    Returns:
        A number without unit, about 0 to 3; higher is better.

    Raises:
        ValidationError: If a count is negative or not whole, a reply has not three
            members, or both lengths are 0, where there is no value.

    Source:
        reddit-archive/reddit, ``r2/r2/lib/db/_sorts.pyx`` at 753b17407e9a; written
        anew from the formula.

    >>> round(reddit_qa(10, 2, 300, [(9, 1, 50), (5, 0, 100)]), 4)
    1.931
    """
    ups, downs = (
        count(question_ups, "question_ups"),
        count(question_downs, "question_downs"),
    )
    length = count(question_length, "question_length")
    replies = items(op_answers, "op_answers", _reply)
    shares = [(reddit_confidence(up, down), size) for up, down, size in replies]
    best, size = max(shares, key=lambda share: share[0], default=(0.0, 1))
    if length + size == 0:
        raise ValidationError("reddit_qa has no value for texts without characters")
    return reddit_confidence(ups, downs) + best + log10(length + size) / 5


def _reply(value: tuple[int, int, int], name: str) -> tuple[int, int, int]:
    counts = items(value, name, count)
    if len(counts) != 3:
        raise ValidationError(
            f"{name} has {len(counts)} members: give ups, downs, length"
        )
    return counts[0], counts[1], counts[2]


@row_wise("static", "PieFed, app/utils.py")
def piefed_post_ranking(score: Whole | None, created_at: Time) -> float:
    """
    Return PieFed's "hot" key of a post, a static rank key.

    It is :func:`reddit_hot` with the zero point 1685766018, that is
    2023-06-03T04:20:18Z.

    Args:
        score: Upvotes minus downvotes, a whole number; ``None`` counts as 1, also in
            a column.
        created_at: When it was posted, Unix seconds or an aware datetime.

    Returns:
        A finite number without unit, with 7 decimals; higher is hotter.

    Raises:
        ValidationError: If the score is not whole, or the time is naive, NaN or
            infinite.

    Source:
        PieFed, ``app/utils.py``; written anew from the formula.

    >>> piefed_post_ranking(score=10, created_at=1685766018 + 45000)
    2.0
    """
    s = fill(score, 1)
    age = (instant(created_at) - _PIEFED_EPOCH) / 45000
    return rounded(sign(s) * log10(maximum(abs(s), 1)) + age, 7)


@row_wise("static", "steemit/hivemind, hive/utils/post.py")
def hive_score(rshares: Whole, created_at: Time, timescale: PositiveSetting) -> float:
    """
    Return the "hot" or "trending" key of Steem and Hive, a static rank key.

    With m = *rshares*/10^7 and t = *created_at* in Unix seconds it is
    ``g·log10(max(|m|, 1)) + t/T``, where g is 1 for m > 0 and else -1.

    Args:
        rshares: The sum of signed vote weights, a whole number.
        created_at: When it was posted, Unix seconds or an aware datetime.
        timescale: Seconds that ten times the votes are worth, T, above 0: 10000 for
            hot, 480000 for trending.

    Returns:
        A finite number without unit; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        steemit/hivemind, ``hive/utils/post.py``; written anew from the formula.

    >>> hive_score(rshares=10**9, created_at=480000, timescale=480000)
    3.0
    """
    m = rshares / 10000000
    size = log10(maximum(abs(m), 1.0))
    return where(m > 0, size, -size) + instant(created_at) / timescale


@row_wise("static", "LemmyNet/lemmy, utils.sql at 439734dd638a")
def lemmy_controversy_rank(ups: Whole, downs: Whole) -> float:
    """
    Return Lemmy's controversy of a post or comment, a static rank key.

    It is :func:`reddit_controversy`; the original keeps it in single precision.

    Args:
        ups: Upvotes, a whole number; 0 or below gives 0.
        downs: Downvotes, likewise.

    Returns:
        A number without unit: 0.0, or above 1 and at most the sum of both.

    Raises:
        ValidationError: If a count is not a whole number.

    Source:
        LemmyNet/lemmy, ``crates/diesel_utils/replaceable_schema/utils.sql`` at
        439734dd638a; written anew from the formula.

    >>> lemmy_controversy_rank(ups=5, downs=5)
    10.0
    """
    return reddit_controversy(ups, downs)
