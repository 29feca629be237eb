"""What people have to show for their posts."""

from collections.abc import Iterable

from ..errors import ValidationError
from ..frames._rows import KINDS, by_post
from ..ids import UserId
from ..posts import PostKind
from ..thread import Thread
from ._posts import each, standing

__all__ = ["h_index", "h_indices"]


def h_index(scores: Iterable[int]) -> int:
    """
    Return the largest h such that h of the scores are at least h.

    Args:
        scores: Scores of one person's posts; they may be negative.

    Returns:
        A count, at least 0.

    Raises:
        ValidationError: If a score is not an integer.

    Source:
        J. E. Hirsch, PNAS 102 (2005), 16569-16572, with scores for citations.

    >>> h_index([10, 8, 5, 4, 3]), h_index([]), h_index([-3, 1])
    (4, 0, 1)
    """
    known = list(scores)
    for score in known:
        if type(score) is not int:
            raise ValidationError(f"{score!r} is no score: give integers")
    known.sort(reverse=True)
    return sum(score >= rank for rank, score in enumerate(known, 1))


def h_indices(
    threads: Iterable[Thread], *, kind: PostKind | str | None = None
) -> dict[UserId, int]:
    """
    Return the h-index of everyone who wrote a post with a known score.

    Args:
        threads: Threads, read once.
        kind: Which posts count, such as ``"answer"``; None: all.

    Returns:
        The h-index by user id, in the order in which people appear. Posts whose
        score is not known are left out.

    Raises:
        ValidationError: If *threads* is one thread, or there is no such kind.
    """
    wanted = None if kind is None else _kind(kind)
    scores: dict[UserId, list[int]] = {}
    for thread in each(threads):
        content = thread.content
        tallies = by_post(content.tallies)
        for post in standing(content):
            if wanted is not None and KINDS[type(post)] != wanted:
                continue
            tally = tallies.get(post.id)
            if tally is not None and tally.score is not None:
                scores.setdefault(post.author_id, []).append(tally.score)
    return {user_id: h_index(known) for user_id, known in scores.items()}


def _kind(kind: PostKind | str) -> PostKind:
    try:
        return PostKind(kind)
    except ValueError:
        known = ", ".join(repr(each.value) for each in PostKind)
        raise ValidationError(f"kind is {kind!r}: give one of {known}") from None
