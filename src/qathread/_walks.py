"""Ways through the tree of one thread, none of them recursive."""

from collections.abc import Iterator

from ._index import Index, Node
from ._persistent import Map
from .ids import PostId
from .posts import Post, Stub


def preorder(nodes: Map[PostId, Node], start: PostId) -> Iterator[tuple[int, Node]]:
    """Yield *start* and all below it with its depth there, parents first."""
    ids, depths = [start], [0]
    while ids:
        node = nodes[ids.pop()]
        depth = depths.pop()
        yield depth, node
        if node.children or node.gaps:
            before = len(ids)
            ids.extend(reversed(node.gaps))
            ids.extend(reversed(node.children))
            depths.extend([depth + 1] * (len(ids) - before))


def breadth(nodes: Map[PostId, Node], start: PostId) -> Iterator[Node]:
    """Yield *start* and all below it, one level after the other."""
    level = [start]
    while level:
        below: list[PostId] = []
        for post_id in level:
            node = nodes[post_id]
            yield node
            below.extend(node.children)
            below.extend(node.gaps)
        level = below


def above(index: Index, part: Post | Stub) -> Iterator[Post | Stub]:
    """Yield what *part* stands under, nearest first, the root last."""
    root_id = index.rest.root_id
    while part.id != root_id:
        # A stub of unknown place stands under the root.
        part = index.nodes[part.parent_id or root_id].post
        yield part
