"""Keys that Lobsters sorts stories and comments by; none depends on the present."""

from collections.abc import Sequence
from math import log10
from typing import Final

from ..errors import ValidationError
from ._formula import listed, row_wise
from ._formula_kinds import Count, Flag, Number, Time, Whole
from ._inputs import count, flag, items, net, number, seconds
from ._ops import sign, valid
from .proportions import wilson_lower

__all__ = [
    "lobsters_confidence",
    "lobsters_confidence_order",
    "lobsters_hotness",
]

_Z80: Final = 1.281551565545  # two-sided 80%, as the sites print it
_LOBSTERS: Final = "lobsters/lobsters, app/models at 57268d762e1c"


@listed("static", _LOBSTERS)
def lobsters_hotness(
    score: Whole,
    tag_mods_sum: Number,
    by_author: Flag,
    comment_points_raw: Whole,
    merged_scores: Sequence[int],
    created_at: Time,
) -> float:
    """
    Return the hotness of a Lobsters story, a static rank key: smaller is hotter.

    The base is *tag_mods_sum*, plus 0.25 by the author. Comments weigh
    ``c = 0 if base < 0 else comment_points_raw/2``, plus the scores of merged stories,
    and no more than *score*. With t in Unix seconds the key is
    ``-round(sgn(score)·log10(max(|score + 1| + c, 1)) + base + t/79200, 7)``. Takes
    one item's list of merged stories, no arrays of items.

    Args:
        score: Upvotes minus flags, a whole number; at 0 only base and time count.
        tag_mods_sum: The sum of the tags' modifiers, each in [-10, 10].
        by_author: Whether the submitter wrote what is linked.
        comment_points_raw: The sum of (score + 1) over comments of other people.
        merged_scores: The scores of stories merged into this one.
        created_at: When it was posted, Unix seconds or an aware datetime.

    Returns:
        A finite number without unit, with 7 decimals, about -2e4 in our days.

    Raises:
        ValidationError: If an argument is outside its range.

    Source:
        lobsters/lobsters, ``app/models/story.rb`` at 57268d762e1c; written anew from
        the formula.

    >>> lobsters_hotness(9, 0.0, False, 0, [], created_at=79200)
    -2.0
    """
    points = net(score, "score")
    base = number(tag_mods_sum, "tag_mods_sum")
    base += 0.25 if flag(by_author, "by_author") else 0.0
    raw = net(comment_points_raw, "comment_points_raw")
    merged = sum(items(merged_scores, "merged_scores", net))
    try:
        weight = min(points, (0 if base < 0 else raw / 2) + merged)
        size = log10(max(abs(points + 1) + weight, 1))
        time = seconds(created_at, "created_at") / 79200
    except OverflowError:
        raise ValidationError("a score is too large for a float") from None
    return -round(sign(points) * size + base + time, 7)


@row_wise("static", _LOBSTERS, any_size=True)
def lobsters_confidence(score: Whole, flags: Count) -> float:
    """
    Return the confidence of a Lobsters comment, a static rank key.

    It is :func:`~qathread.ranking.formulas.wilson_lower` of *score* + *flags* upvotes
    and *flags* downvotes with z = 1.281551565545. Deleted and moderated comments count
    as 0 on the site: leave them out, or set that yourself.

    Args:
        score: Upvotes minus flags, a whole number.
        flags: Flags, which are its downvotes, a count, at least 0.

    Returns:
        A share in [0, 1], unitless; 0.0 when there are no upvotes.

    Raises:
        ValidationError: If *score* + *flags* is below 0, which no votes can give, or
            an argument is outside its range.

    Source:
        lobsters/lobsters, ``app/models/comment.rb`` at 57268d762e1c; written anew
        from the formula.

    >>> round(lobsters_confidence(score=8, flags=1), 4)
    0.7176
    """
    ups = valid(
        score + flags,
        score + flags >= 0,
        "score + flags is below 0: that is the upvotes: give matching counts",
    )
    return wilson_lower(ups, flags, _Z80)


@listed("static", _LOBSTERS)
def lobsters_confidence_order(score: Whole, flags: Count, id: Count) -> str:
    """
    Return the key that orders comments under one parent on Lobsters, a static one.

    Three bytes in hexadecimal: ``65535 - floor(65535·c)`` in two, with c =
    :func:`lobsters_confidence`, then the low byte of *id*. Smaller comes first. The
    keys from the root to a comment, joined, sort a whole tree depth first. The result
    is a text, so there are no arrays of it.

    Args:
        score: Upvotes minus flags, a whole number.
        flags: Flags, a count, at least 0.
        id: The number of the comment, at least 0.

    Returns:
        Six hexadecimal digits.

    Raises:
        ValidationError: As for :func:`lobsters_confidence`, or if *id* is no count.

    Source:
        lobsters/lobsters, ``app/models/comment.rb`` at 57268d762e1c; written anew
        from the formula.

    >>> lobsters_confidence_order(score=0, flags=0, id=258)
    'ffff02'
    """
    share = lobsters_confidence(net(score, "score"), count(flags, "flags"))
    low = count(id, "id") % 256
    return f"{65535 - int(65535 * share):04x}{low:02x}"
