"""Keys that fall as an item ages, so that they must be computed anew."""

from typing import Final

from ._formula import row_wise
from ._formula_kinds import (
    Age,
    Count,
    Flag,
    Gravity,
    ItemType,
    Now,
    Number,
    PositiveSetting,
    Setting,
    Span,
    Time,
    Whole,
)
from ._ops import (
    floor,
    instant,
    log10,
    maximum,
    minimum,
    power,
    valid,
    where,
    whole,
)

__all__ = [
    "hn_observed",
    "hn_rank",
    "hn_simple",
    "lemmy_hot_rank",
    "lemmy_hot_rank_2019",
    "lemmy_hot_rank_2023_08",
    "lemmy_scaled_rank",
    "mastodon_trend",
]

_HOUR: Final = 3600
_WEEK: Final = 604800
# Engines differ in the last digit of a logarithm: whole numbers must not fall below.
_UP: Final = 1 + 2**-50
_EXACT: Final = 2**53
_LEMMY: Final = "LemmyNet/lemmy, utils.sql at 439734dd638a"
_OLD: Final = "the age is two hours before the item was posted, or earlier: there "


@row_wise("decaying", "arclanguage/anarki, apps/news/news.arc")
def hn_rank(
    score: Whole,
    sock_votes: Count,
    created_at: Time,
    now: Now,
    type: ItemType,
    has_url: Flag,
    lightweight: Flag,
    visible_family: Count,
) -> float:
    """
    Return Hacker News' rank of an item, as in the published source; decaying.

    With r = *score* - *sock_votes*, b = r - 1 and v = *visible_family* it is
    ``x·f / ((age in minutes + 120)/60)^1.8``. Here x is b^0.8 for b > 0, else b. The
    factor f is 0.5 if the type is neither story nor poll; else 0.4 without a URL; else
    ``c = min(1, (r/v)²)`` for v > 20 and 1 for less, and for a lightweight item no more
    than 0.3. A negative key rises towards 0 with age.

    Args:
        score: Points, a whole number.
        sock_votes: Points that were discounted, a count.
        created_at: When it was posted, Unix seconds or an aware datetime.
        now: The present, likewise.
        type: ``story``, ``poll``, ``comment`` or ``pollopt``.
        has_url: Whether it links to a page.
        lightweight: Whether it is dead, an image, of a listed site or the like.
        visible_family: Visible posts in its tree, itself included, a count.

    Returns:
        A number without unit; higher ranks first. The front page takes items with
        r >= 1.

    Raises:
        ValidationError: If an argument is outside its range, or the item is from two
            hours after *now* or later, where there is no value.

    Source:
        arclanguage/anarki, ``apps/news/news.arc``; written anew from the formula.

    >>> round(hn_rank(5, 0, 0, 7200, "story", True, False, 3), 4)
    0.25
    """
    r = score - sock_votes
    b = r - 1
    hours = (instant(now) - instant(created_at)) / _HOUR + 2
    hours = valid(hours, hours > 0, f"{_OLD}hn_rank has no value")
    size = where(b > 0, power(maximum(b, 1), 0.8), b * 1.0)
    ratio = r / maximum(visible_family, 1)
    calm = where(visible_family > 20, minimum(ratio * ratio, 1.0), 1.0)
    linked = where(lightweight, minimum(calm, 0.3), calm)
    told = where(has_url, linked, 0.4)
    factor = where((type == "story") | (type == "poll"), told, 0.5)
    return size / power(hours, 1.8) * factor


@row_wise("decaying", "P. Graham, quoted 2008 and later")
def hn_simple(points: Whole, age_hours: Span, gravity: Gravity) -> float:
    """
    Return the well-known short form of Hacker News' rank; decaying.

    It is ``(points - 1)/(age + 2)^gravity``.

    Args:
        points: Points, a whole number.
        age_hours: Hours since it was posted, above -2.
        gravity: The exponent, 0 to 10: 1.5 in quotes of 2008, 1.8 since.

    Returns:
        A number without unit; higher ranks first.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        P. Graham's description of 2008; written anew from the formula.

    >>> hn_simple(points=17, age_hours=2.0, gravity=1.5)
    2.0
    """
    hours = age_hours + 2
    hours = valid(hours, hours > 0, f"{_OLD}hn_simple has no value")
    return (points - 1) / power(hours, gravity)


@row_wise("decaying", "K. Shirriff, How Hacker News ranking really works (2013)")
def hn_observed(votes: Whole, age_hours: Span, penalty: Number) -> float:
    """
    Return Hacker News' rank as it was measured in 2013; decaying.

    It is ``(votes - 1)^0.8/(age + 2)^1.8·penalty``; a number below 0 is not raised.

    Args:
        votes: Points, a whole number.
        age_hours: Hours since it was posted, above -2.
        penalty: The product of all penalties, unitless, 1 for none.

    Returns:
        A number without unit; higher ranks first.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        K. Shirriff, How Hacker News ranking really works (2013).

    >>> round(hn_observed(votes=33, age_hours=0.0, penalty=0.4), 4)
    1.8379
    """
    hours = age_hours + 2
    hours = valid(hours, hours > 0, f"{_OLD}hn_observed has no value")
    b = votes - 1
    return (
        where(b > 0, power(maximum(b, 1), 0.8), b * 1.0) / power(hours, 1.8) * penalty
    )


@row_wise("decaying", _LEMMY)
def lemmy_hot_rank(score: Whole, age_seconds: Span) -> float:
    """
    Return Lemmy's "hot" rank since October 2023; decaying.

    It is ``log10(max(2, score + 2))/(age in hours + 2)^1.8`` for ages strictly between
    0 and 7 days, else 0. The site's "active" is the same with the age of the newest
    comment.

    Args:
        score: Upvotes minus downvotes, a whole number.
        age_seconds: Seconds since it was posted; below 0 is legal and gives 0.

    Returns:
        A number without unit, at least 0; higher is hotter. The original is in
        single precision.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        LemmyNet/lemmy, ``crates/diesel_utils/replaceable_schema/utils.sql`` at
        439734dd638a; written anew from the formula.

    >>> lemmy_hot_rank(score=1, age_seconds=0)
    0.0
    >>> round(lemmy_hot_rank(score=8, age_seconds=7200), 4)
    0.0825
    """
    age = minimum(maximum(age_seconds, 0), _WEEK)
    rank = log10(maximum(score + 2, 2)) / power(age / _HOUR + 2, 1.8)
    return where((age > 0) & (age < _WEEK), rank, 0.0)


@row_wise("decaying", "LemmyNet/lemmy, 2023-08 to 2023-10")
def lemmy_hot_rank_2023_08(score: Whole, age_seconds: Span) -> float:
    """
    Return Lemmy's "hot" rank of August to October 2023; decaying.

    It is ``log10(max(1, score + 3))/(age in hours + 2)^1.8`` for ages strictly between
    0 and 7 days, else 0; so also 0 for scores up to -2.

    Args:
        score: Upvotes minus downvotes, a whole number.
        age_seconds: Seconds since it was posted; below 0 is legal and gives 0.

    Returns:
        A number without unit, at least 0; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        LemmyNet/lemmy, 2023-08 to 2023-10; written anew from the formula.

    >>> round(lemmy_hot_rank_2023_08(score=7, age_seconds=7200), 4)
    0.0825
    """
    age = minimum(maximum(age_seconds, 0), _WEEK)
    rank = log10(maximum(score + 3, 1)) / power(age / _HOUR + 2, 1.8)
    return where((age > 0) & (age < _WEEK), rank, 0.0)


@row_wise("decaying", "LemmyNet/lemmy, 2019 to 2023", whole=True)
def lemmy_hot_rank_2019(score: Whole, age_seconds: Span) -> int:
    """
    Return Lemmy's "hot" rank of 2019 to 2023; decaying.

    It is ``floor(10000·log10(max(1, score + 3))/(age in hours + 2)^1.8)``, at any age.

    Args:
        score: Upvotes minus downvotes, a whole number.
        age_seconds: Seconds since it was posted, above -7200.

    Returns:
        A whole number without unit, 0 to 2^53; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        LemmyNet/lemmy, 2019 to 2023; written anew from the formula.

    >>> lemmy_hot_rank_2019(score=3, age_seconds=0)
    2234
    """
    hours = age_seconds / _HOUR + 2
    hours = valid(hours, hours > 0, f"{_OLD}lemmy_hot_rank_2019 has no value")
    rank = 10000 * log10(maximum(score + 3, 1)) / power(hours, 1.8)
    return whole(floor(minimum(rank * _UP, _EXACT)))


@row_wise("decaying", _LEMMY)
def lemmy_scaled_rank(
    score: Whole, age_seconds: Span, interactions_month: Count
) -> float:
    """
    Return Lemmy's "scaled" rank, which lifts small communities; decaying.

    It is ``lemmy_hot_rank(score, age)/log10(2 + interactions)``.

    Args:
        score: Upvotes minus downvotes, a whole number.
        age_seconds: Seconds since it was posted; below 0 is legal and gives 0.
        interactions_month: Interactions in the community in a month, a count.

    Returns:
        A number without unit, at least 0; higher is hotter.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        LemmyNet/lemmy, ``crates/diesel_utils/replaceable_schema/utils.sql`` at
        439734dd638a; written anew from the formula.

    >>> round(lemmy_scaled_rank(score=8, age_seconds=7200, interactions_month=98), 4)
    0.0412
    """
    return lemmy_hot_rank(score, age_seconds) / log10(2 + interactions_month)


@row_wise("decaying", "mastodon/mastodon, app/models/trends at 0486db9f4ebc")
def mastodon_trend(
    observed: Count,
    expected: Count,
    age_seconds: Age,
    half_life_seconds: PositiveSetting,
    threshold: Setting = 5,
) -> float:
    """
    Return Mastodon's trend score of a post, tag or link; decaying.

    With e = max(*expected*, 1) it is ``((o - e)²/e)·2^(-age/half-life)`` for
    *observed* o of at least *threshold* and at least e, else 0.

    Args:
        observed: Accounts that used it today, or a post's reblogs and favourites.
        expected: Accounts that used it yesterday; 0 for a post, and 0 counts as 1.
        age_seconds: Seconds since its best score, or since a post was made, at
            least 0.
        half_life_seconds: Posts 7200, tags 14400, links 28800; above 0.
        threshold: The least *observed* that counts.

    Returns:
        A number without unit, at least 0; the site drops posts below 0.3, tags and
        links below 1.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        mastodon/mastodon, ``app/models/trends`` at 0486db9f4ebc; written anew from
        the formula.

    >>> mastodon_trend(101, 1, age_seconds=7200, half_life_seconds=7200)
    5000.0
    """
    e = maximum(expected, 1)
    more = observed - e
    halves = minimum(age_seconds / half_life_seconds, 2000.0)  # 2^-2000 is 0
    score = more * more / e * power(2.0, -halves)
    return where((more >= 0) & (observed >= threshold), score, 0.0)
