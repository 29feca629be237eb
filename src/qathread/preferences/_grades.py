"""How good an answer is taken to be, and when two are the same."""

from .._checks import integer
from ..errors import ValidationError

__all__ = ["grade", "similarity"]

_WORDS = 3


def grade(score: int, *, accepted: bool = False) -> int:
    """
    Return how good an answer is taken to be.

    Args:
        score: Upvotes minus downvotes.
        accepted: Whether the asker accepted it.

    Returns:
        The binary logarithm of 1 + *score*, rounded, and 1 more if it was accepted;
        -1 if *score* is negative, accepted or not.

    Raises:
        ValidationError: If *score* is not an integer.

    Source:
        A. Askell et al., A General Language Assistant as a Laboratory for Alignment
        (2021), section C, which does not say what an accepted answer of negative
        score is: here the votes decide.

    >>> [grade(score) for score in (-2, 0, 1, 2, 3, 10, 100)]
    [-1, 0, 1, 2, 2, 3, 7]
    >>> grade(0, accepted=True), grade(-1, accepted=True)
    (1, -1)
    """
    integer(score, "score")
    if score < 0:
        return -1
    n = score + 1
    # Half the bits of the square: the logarithm rounded, without a float.
    return (n * n).bit_length() // 2 + bool(accepted)


def similarity(one: str, other: str) -> float:
    """
    Return which share of their runs of three words two texts have in common.

    Words are what stands between blanks, in lower case.

    Args:
        one: A text.
        other: Another one.

    Returns:
        The Jaccard index of the two sets of runs, in [0, 1]; 1.0 for equal words.

    Source:
        A. Z. Broder, On the resemblance and containment of documents (1997),
        computed exactly.

    >>> similarity("a b c d", "A b c  e"), similarity("a b", "a b")
    (0.3333333333333333, 1.0)
    """
    return overlap(shingles(one), shingles(other))


def overlap(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    """Return the Jaccard index of two sets that are not empty."""
    both = len(a & b)
    return both / (len(a) + len(b) - both)


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return the runs of three words; of a shorter text, all its words."""
    words = text.casefold().split()
    if len(words) <= _WORDS:
        return frozenset((tuple(words),))
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def checked_share(share: float, name: str) -> float:
    """Return *share* if it is one."""
    if not 0 < share <= 1:
        raise ValidationError(f"{name} is {share!r}: give a number above 0, at most 1")
    return share
