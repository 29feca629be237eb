"""One item as an order sees it, with what hangs below it."""

from collections.abc import Iterator
from typing import cast

from .._index import Node
from ..feedback import Tally
from ..posts import Answer, Post, Stub
from ..thread import Thread, index_in

__all__ = ["Case"]


class Case:
    """One item under the eye of an order: a post, or a thread by its question."""

    __slots__ = ("_under", "node", "thread", "whole")

    def __init__(self, thread: Thread, node: Node, whole: bool) -> None:
        self.thread = thread
        self.node = node
        self.whole = whole
        self._under: tuple[list[Node], bool] | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """The last tie-break, unique among the items."""
        return (self.thread.id,) if self.whole else (self.thread.id, self.node.post.id)

    @property
    def item(self) -> Post | Thread:
        """What the caller gave."""
        return self.thread if self.whole else cast("Post", self.node.post)

    @property
    def post(self) -> Post | None:
        """The post, or the question of the thread; None if it is not at hand."""
        post = self.node.post
        return None if isinstance(post, Stub) else post

    @property
    def tally(self) -> Tally | None:
        """The feedback; None if nothing is known."""
        return self.node.tally

    def under(self) -> tuple[list[Node], bool]:
        """Return what stands below, and whether all of it is at hand."""
        if self._under is None:
            self._under = self._walk()
        return self._under

    def _walk(self) -> tuple[list[Node], bool]:
        nodes = index_in(self.thread).nodes
        found: list[Node] = []
        complete, waiting = True, [self.node]
        while waiting:
            node = waiting.pop()
            complete = complete and not node.gaps
            for post_id in node.children:
                child = nodes[post_id]
                post = cast("Post", child.post)
                if post.stands:
                    found.append(child)
                    waiting.append(child)
                elif not isinstance(post, Answer):  # its comments went with it
                    waiting.append(child)
        return found, complete

    def answers(self) -> list[Node] | None:
        """Return the standing answers; None if not all are at hand."""
        if self.node.gaps:
            return None
        nodes = index_in(self.thread).nodes
        under = (nodes[post_id] for post_id in self.node.children)
        return [
            node for node in under if isinstance(node.post, Answer) and node.post.stands
        ]

    def standing(self) -> Iterator[Node]:
        """Yield the post itself and what stands below it."""
        post = self.post
        if post is not None and post.stands:
            yield self.node
        yield from self.under()[0]
