"""
The tree of a thread: walks, pages, text, and what several copies make together.

All functions are pure, and none recurses: a chain of 100,000 replies is as good
as any other thread.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from ._conflicts import Conflict, ConflictKind
from ._cursors import page
from ._diff import Change, ChangeKind, Part, diff
from ._merge import conflicts, merge
from ._outline import outline
from ._walks import above, breadth, preorder
from .errors import ValidationError
from .ids import PostId
from .limits import LATEST
from .posts import Post, Stub
from .thread import Thread, index_in, node_of

__all__ = [
    "Change",
    "ChangeKind",
    "Conflict",
    "ConflictKind",
    "Order",
    "Part",
    "ancestors",
    "children",
    "conflicts",
    "depth",
    "diff",
    "flatten",
    "merge",
    "outline",
    "page",
    "subtree",
    "walk",
]

Order: TypeAlias = Literal["preorder", "time", "breadth"]


def walk(thread: Thread, order: Order = "preorder") -> Iterator[Post]:
    """
    Return every post once, deleted ones included.

    Stubs are never among them, but what stands under a stub is. Posts under one
    post come in order of arrival, after them what stands under its stubs.

    Args:
        thread: The thread.
        order: ``"preorder"``: each post, then all below it; ``"breadth"``: level
            by level; ``"time"``: by ``created_at``, unknown times last, else in
            order of arrival. Except by time, parents come before children.

    Returns:
        An iterator, in time linear in the posts (by time: n log n).

    Raises:
        ValidationError: If there is no such order.
    """
    index = index_in(thread)
    start = index.rest.root_id
    match order:
        case "preorder":
            return _posts(node.post for _, node in preorder(index.nodes, start))
        case "breadth":
            return _posts(node.post for node in breadth(index.nodes, start))
        case "time":
            return iter(sorted(thread.posts, key=_time))
        case _:
            known = ", ".join(map(repr, get_args(Order)))
            raise ValidationError(f"order is {order!r}: give one of {known}")


def depth(thread: Thread, post_id: PostId) -> int:
    """
    Return how far below the root a post stands.

    Args:
        thread: The thread.
        post_id: A post or stub of it.

    Returns:
        0 for the root; each stub on the way counts as a step.

    Raises:
        NotFoundError: If nothing has that id.
    """
    part = node_of(thread, post_id).post
    return sum(1 for _ in above(index_in(thread), part))


def ancestors(thread: Thread, post_id: PostId) -> tuple[Post | Stub, ...]:
    """
    Return what a post stands under.

    Args:
        thread: The thread.
        post_id: A post or stub of it.

    Returns:
        Nearest first, the root last; nothing for the root.

    Raises:
        NotFoundError: If nothing has that id.
    """
    part = node_of(thread, post_id).post
    return tuple(above(index_in(thread), part))


def children(thread: Thread, post_id: PostId) -> Sequence[Post]:
    """
    Return the posts directly under a post, as ``thread.replies`` does.

    Args:
        thread: The thread.
        post_id: A post or stub of it.

    Returns:
        A read-only sequence in order of arrival, without stubs.

    Raises:
        NotFoundError: If nothing has that id.
    """
    return thread.replies(post_id)


def subtree(thread: Thread, post_id: PostId) -> Iterator[Post]:
    """
    Return a post and all that stands under it, in preorder.

    Args:
        thread: The thread.
        post_id: A post or stub of it; a stub itself is left out.

    Returns:
        An iterator, at the cost of what it yields.

    Raises:
        NotFoundError: If nothing has that id.
    """
    start = node_of(thread, post_id).post.id
    nodes = index_in(thread).nodes
    return _posts(node.post for _, node in preorder(nodes, start))


def flatten(thread: Thread) -> tuple[tuple[int, Post], ...]:
    """
    Return every post with its depth, in preorder.

    Args:
        thread: The thread.

    Returns:
        Pairs of depth, as :func:`depth` counts it, and post.
    """
    index = index_in(thread)
    return tuple(
        (level, node.post)
        for level, node in preorder(index.nodes, index.rest.root_id)
        if not isinstance(node.post, Stub)
    )


def _posts(parts: Iterator[Post | Stub]) -> Iterator[Post]:
    return (part for part in parts if not isinstance(part, Stub))


def _time(post: Post) -> tuple[bool, datetime]:
    return post.created_at is None, post.created_at or LATEST
