"""Numbers for items and comments, of which no two in a file are equal."""

from typing import Final

from ..._walks import preorder
from ...thread import Thread, index_in

__all__ = ["Numbers"]

_LARGEST: Final = 2**63


class Numbers:
    """
    Gives numbers to items and comments.

    An importer leaves out an item whose number it has seen. What has a number of its
    own keeps it, unless it was given away before.
    """

    def __init__(self) -> None:
        self._items: set[int] = set()
        self._item = 1  # the next to give
        self._comments: set[int] = set()  # numbers that comments brought along
        self._comment = 1

    def of_item(self, thread: Thread) -> int:
        """Return a number for a thread; each call gives another one."""
        number = _number(thread.id[1:]) if thread.id[:1] == "p" else None
        if number is None or number in self._items:
            while self._item in self._items:
                self._item += 1
            number = self._item
        self._items.add(number)
        return number

    def of_comments(self, thread: Thread) -> dict[str, int]:
        """
        Return a number for each comment; a reply has a greater one than its parent.

        Importers keep the tree only in this order.
        """
        root_id = thread.root.id
        way = [
            node.post.id
            for _, node in preorder(index_in(thread).nodes, root_id)
            if node.post.id in thread and node.post.id != root_id
        ]
        found = self._brought(thread, way)
        if found is not None:
            self._comments.update(found.values())
            return found
        return {post_id: self._next() for post_id in way}

    def _brought(self, thread: Thread, way: list[str]) -> dict[str, int] | None:
        """Return ids as the numbers that they are, if all are and can stay."""
        found: dict[str, int] = {}
        for post_id in way:
            number = _number(post_id)
            above = found.get(thread[post_id].parent_id or "", 0)
            if number is None or number <= above:
                return None
            if number < self._comment or number in self._comments:
                return None
            found[post_id] = number
        return found

    def _next(self) -> int:
        while self._comment in self._comments:
            self._comment += 1
        self._comment += 1
        return self._comment - 1


def _number(text: str) -> int | None:
    """Return the whole number from 1 up that *text* is, written in the usual way."""
    if not 0 < len(text) < 20 or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if text[0] != "0" and number < _LARGEST else None
