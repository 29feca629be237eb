"""How evenly people take part, and whether they answer each other."""

from collections import Counter
from collections.abc import Iterable
from math import fsum, log2

from attrs import frozen

from ..errors import ValidationError
from ..frames._rows import arranged, author_of
from ..ids import UserId
from ..thread import Thread
from ._posts import bots_of, each, standing

__all__ = ["Participation", "entropy", "gini", "participation", "reciprocity"]


@frozen(kw_only=True)
class Participation:
    """
    How the posts spread over the people who wrote any.

    Attributes:
        people: Who wrote a post that stands, a count.
        posts: What they wrote, a count.
        gini: From 0, all wrote alike, towards 1, one wrote all; None for nobody.
        entropy: In bits, from 0, one wrote all, to the binary logarithm of *people*;
            None for nobody.
        evenness: The entropy as a share of that logarithm, in [0, 1] (Pielou); None
            for fewer than two people.
    """

    people: int
    posts: int
    gini: float | None
    entropy: float | None
    evenness: float | None


def participation(threads: Iterable[Thread], *, bots: bool = True) -> Participation:
    """
    Return how the posts spread over the people who wrote any.

    Args:
        threads: Threads, read once.
        bots: Whether bots and the system count as people.

    Returns:
        Counts and measures. Unknown people count as the source tells them apart, at
        worst one for each post.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    written: Counter[UserId] = Counter()
    for thread in each(threads):
        content = thread.content
        robots = frozenset() if bots else bots_of(content)
        for post in standing(content):
            if post.author_id not in robots:
                written[post.author_id] += 1
    counts = list(written.values())
    people = len(counts)
    if not people:
        return Participation(people=0, posts=0, gini=None, entropy=None, evenness=None)
    bits = entropy(counts)
    return Participation(
        people=people,
        posts=sum(counts),
        gini=gini(counts),
        entropy=bits,
        evenness=min(bits / log2(people), 1.0) if people > 1 else None,
    )


def gini(counts: Iterable[int]) -> float:
    """
    Return the Gini coefficient of some counts.

    Args:
        counts: Counts, each at least 0, at least one above 0.

    Returns:
        From 0 (all are equal) to (n - 1)/n for n counts (one has all), unitless.

    Raises:
        ValidationError: If a count is negative, or none is above 0.

    Source:
        C. Gini, Variabilità e mutabilità (1912); computed by ranks.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 4])
    (0.0, 0.75)
    """
    ordered = sorted(_counts(counts))
    number, total = len(ordered), sum(ordered)
    weighted = sum((2 * rank - number - 1) * n for rank, n in enumerate(ordered, 1))
    return weighted / (number * total)


def entropy(counts: Iterable[int]) -> float:
    """
    Return the Shannon entropy of the shares that some counts make.

    Args:
        counts: Counts, each at least 0, at least one above 0.

    Returns:
        In bits, from 0 (one has all) to the binary logarithm of their number.

    Raises:
        ValidationError: If a count is negative, or none is above 0.

    Source:
        C. E. Shannon, Bell System Technical Journal 27 (1948), 379-423.

    >>> entropy([1, 1, 1, 1]), entropy([5])
    (2.0, 0.0)
    """
    known = [count for count in _counts(counts) if count]
    total = sum(known)
    return max(fsum(n / total * log2(total / n) for n in known), 0.0)


def reciprocity(threads: Iterable[Thread], *, bots: bool = True) -> float | None:
    """
    Return how often a reply goes both ways between two people.

    Of all ordered pairs (a, b) where a replied to b at least once, it is the share
    where b replied to a as well. Replies to oneself, and those whose author or
    recipient is gone or not at hand, are left out.

    Args:
        threads: Threads, read once.
        bots: Whether bots and the system count as people.

    Returns:
        A share in [0, 1]; None if nobody replied to anybody.

    Raises:
        ValidationError: If *threads* is one thread.

    Source:
        The share r of D. Garlaschelli, M. I. Loffredo, Phys. Rev. Lett. 93 (2004),
        268701, equation 1.
    """
    pairs: set[tuple[UserId, UserId]] = set()
    for thread in each(threads):
        content = thread.content
        robots = frozenset() if bots else bots_of(content)
        for _, post, parent in arranged(content):
            replier, replied = author_of(post), author_of(parent)
            if replier is None or replied is None or replier == replied:
                continue
            if replier not in robots and replied not in robots:
                pairs.add((replier, replied))
    if not pairs:
        return None
    return sum((b, a) in pairs for a, b in pairs) / len(pairs)


def _counts(counts: Iterable[int]) -> list[int]:
    known = list(counts)
    for count in known:
        if type(count) is not int or count < 0:
            raise ValidationError(f"{count!r} is no count: give integers from 0 up")
    if not any(known):
        raise ValidationError("no count is above 0: there is nothing to share")
    return known
