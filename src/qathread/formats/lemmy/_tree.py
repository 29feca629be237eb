"""What stands under what, as the paths of comments tell it."""

from collections.abc import Iterator, Mapping

from attrs import define, field

from .._gathering import circles
from .._json import Place
from .._members import Members
from .._report import Collector

__all__ = ["Tree", "tree_of"]


@define(eq=False)
class Tree:
    """
    The comments on one post, by the numbers that they have at the server.

    Attributes:
        above: What each stands under, also one that is only named by a path;
            None: the post.
        missing: Those that are only named.
    """

    above: dict[str, str | None] = field(factory=dict)
    missing: list[str] = field(factory=list)

    def lacking(
        self, totals: Mapping[str | None, int]
    ) -> Iterator[tuple[str | None, int, int]]:
        """
        Yield where more comments are counted than are known.

        Args:
            totals: How many comments the server counts below each, to any depth;
                None: below the post.

        Yields:
            The comment, the count, and how many are known; those that are missing
            below a reply are told there and not again.
        """
        sizes = self._sizes(totals)
        known: dict[str | None, int] = {}
        for number, above in self.above.items():
            known[above] = known.get(above, 0) + 1 + sizes[number]
        for each, total in totals.items():
            if total > known.get(each, 0):
                yield each, total, known.get(each, 0)

    def _sizes(self, totals: Mapping[str | None, int]) -> dict[str, int]:
        """Return how many comments are below each: as stated or as found."""
        waiting: dict[str | None, int] = {}  # how many under it are not done yet
        for above in self.above.values():
            waiting[above] = waiting.get(above, 0) + 1
        sizes = dict.fromkeys(self.above, 0)
        ready = [number for number in self.above if number not in waiting]
        while ready:
            number = ready.pop()
            sizes[number] = max(sizes[number], totals.get(number, 0))
            above = self.above[number]
            if above is None or above not in sizes:
                continue
            sizes[above] += 1 + sizes[number]
            waiting[above] -= 1
            if not waiting[above]:
                ready.append(above)
        return sizes


def tree_of(comments: Mapping[str, Members], report: Collector) -> Tree:
    """
    Return the tree that the paths of *comments* tell; they are taken.

    Args:
        comments: Their members, by number.
        report: Hears of comments without a path, and of circles.
    """
    tree = Tree()
    named: dict[str, set[str | None]] = {}
    for number, own in comments.items():
        path = own.peek("path")
        ids = path.split(".") if isinstance(path, str) else []
        if len(ids) > 1 and ids[0] == "0" and ids[-1] == number and all(ids):
            own.drop("path")
            way: list[str | None] = [None, *ids[1:-1]]
            tree.above[number] = way[-1]
            for place, each in enumerate(ids[1:-1]):
                if each not in comments:
                    named.setdefault(each, set()).add(way[place])
            continue
        tree.above[number] = own.name("parent_id")  # before there were paths
        if tree.above[number] is None and (path is not None or "parent_id" not in own):
            report.damage(
                "missing-parent",
                "a comment has no path from the post to itself: it is put under the "
                "post",
                _where(own.where, number),
            )
    for number in sorted(named):
        tree.above[number] = min(named[number], key=_shallow)
    for number in circles(tree.above):
        report.damage(
            "cycle",
            "replies that stand under each other in a circle: the one with the "
            "smallest id is put under the first post",
            number,
        )
        tree.above[number] = None
    tree.missing = [number for number in tree.above if number not in comments]
    return tree


def _shallow(number: str | None) -> tuple[bool, int, str]:
    return (number is not None, len(number or ""), number or "")


def _where(place: Place, number: str) -> str:
    return f"{place.down('path')}: {number}"
