"""
Which mail answers which: the algorithm of Jamie Zawinski, made independent of order.

Mails are looked at in order of time and id, never of arrival. What a mail says of its
own parent goes before what the references of others let one guess.

Source:
    jamie zawinski, "message threading", jwz.org/doc/threading.html.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

__all__ = ["Forest", "Links", "threaded"]


@frozen
class Links:
    """
    What one mail refers to.

    Attributes:
        number: The mail.
        chain: The mails that it refers to, oldest first, its parent last.
    """

    number: int
    chain: Sequence[int]


@frozen
class Forest:
    """
    Where mails stand.

    Attributes:
        parents: What each mail, and each missing one that is kept, stands under.
        cut: Mails that would answer themselves, alone or in a circle.
    """

    parents: Mapping[int, int | None]
    cut: tuple[int, ...]


def threaded(
    mails: Iterable[Links],
    name: Callable[[int], str],
    keep: Collection[int] = (),
) -> Forest:
    """
    Return the forest that mails make.

    Every mail stands under the last mail that it refers to. Where that makes a circle,
    the mail with the smallest id in it stands under none. Then references are linked
    one after another, unless one stands somewhere already, or it would make a
    circle. Last, a missing mail with one reply makes way for it, and one without is
    dropped.

    Args:
        mails: In an order that does not depend on that of the input; each once or
            more, the last copy counts for its parent.
        name: The id of a mail.
        keep: Missing mails that are kept, whatever stands under them.

    Returns:
        The forest. Time grows with the number of references, nearly.
    """
    copies = list(mails)
    own: dict[int, int | None] = {}
    for mail in copies:
        own[mail.number] = mail.chain[-1] if mail.chain else None
    cut = _circles(own, name)
    parents: dict[int, int | None] = {**own, **dict.fromkeys(cut)}
    for above in own.values():
        if above is not None:
            parents.setdefault(above, None)
    _guess(copies, parents)
    _prune(parents, own.keys(), keep)
    return Forest(parents, tuple(cut))


def _circles(
    parents: Mapping[int, int | None], name: Callable[[int], str]
) -> list[int]:
    """Return the member with the smallest id of each circle."""
    found, done = list[int](), set[int]()
    for start in parents:
        way: dict[int, None] = {}
        at: int | None = start
        while at is not None and at in parents and at not in done and at not in way:
            way[at] = None
            at = parents[at]
        if at in way:
            circle = list(way)
            found.append(min(circle[circle.index(at) :], key=name))
        done.update(way)
    return sorted(found, key=name)


def _guess(copies: Iterable[Links], parents: dict[int, int | None]) -> None:
    """Link references to each other where nothing is known of them."""
    up = {node: node if above is None else above for node, above in parents.items()}

    def top(node: int) -> int:
        way = list[int]()
        while up[node] != node:
            way.append(node)
            node = up[node]
        for each in way:
            up[each] = node
        return node

    for mail in copies:
        for node in mail.chain:
            if node not in parents:
                parents[node], up[node] = None, node
        chain = (*mail.chain, mail.number)
        for above, node in pairwise(chain):
            if parents[node] is None and top(above) != node:
                parents[node] = up[node] = above


def _prune(
    parents: dict[int, int | None], there: Collection[int], keep: Collection[int]
) -> None:
    """Drop missing mails that hold nothing together."""
    below: dict[int, set[int]] = {}
    for node, above in parents.items():
        if above is not None:
            below.setdefault(above, set()).add(node)
    waiting = [node for node in parents if node not in there and node not in keep]
    while waiting:
        node = waiting.pop()
        kids = below.get(node, set())
        if node not in parents or len(kids) > 1:
            continue
        above = parents.pop(node)
        below.pop(node, None)
        if above is not None:
            below[above].discard(node)
        for kid in kids:
            parents[kid] = above
            if above is not None:
                below[above].add(kid)
        if above is not None and above not in there and above not in keep:
            waiting.append(above)
