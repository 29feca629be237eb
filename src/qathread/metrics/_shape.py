"""How the replies of a thread spread."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from .._index import root_of
from ..content import Content
from ..ids import PostId, ThreadId
from ..posts import Stub
from ..thread import Thread
from ._posts import each

__all__ = ["Shape", "shape", "shapes"]


@frozen(kw_only=True)
class Shape:
    """
    The tree that the replies of one thread make.

    Posts that were deleted or removed are part of it, since what stands under them
    would have no place else; places known only by id are, if a post stands below.

    Attributes:
        thread_id: Whose shape it is.
        posts: Nodes of the tree, a count.
        depth: The longest way down from the root, in replies; 0 for a root alone.
        width: The most posts at one depth, a count.
        leaves: Posts without replies, a count.
        branching: Replies per post that has any, a mean, at least 1; None if there are
            no replies.
        virality: The mean number of replies between two posts, along the tree; None
            for fewer than two posts. A star of many posts comes near to 2, a chain of
            n posts has (n + 1)/3. It is the structural virality of S. Goel,
            A. Anderson, J. Hofman, D. J. Watts, Management Science 62 (2016), 180-196.
    """

    thread_id: ThreadId
    posts: int
    depth: int
    width: int
    leaves: int
    branching: float | None
    virality: float | None


def shape(thread: Thread) -> Shape:
    """
    Return how the replies of a thread spread.

    Args:
        thread: The thread.

    Returns:
        Its shape, in time linear in its posts.
    """
    depths, parents, stubs = _nodes(thread.content)
    # What is below a node comes after it: one pass from the end adds it all up.
    sizes = [0 if stub else 1 for stub in stubs]
    for place in range(len(sizes) - 1, -1, -1):
        if stubs[place] and sizes[place]:
            sizes[place] += 1  # a place known only by id that something stands under
        if place:
            sizes[parents[place]] += sizes[place]
    number = sizes[0]
    at: dict[int, int] = {}  # how many posts are at each depth
    for depth, size in zip(depths, sizes, strict=True):
        if size:
            at[depth] = at.get(depth, 0) + 1
    leaves = sizes.count(1)
    inner = number - leaves
    pairs = number * (number - 1) // 2
    # An edge with s nodes below it lies between s(n - s) pairs.
    distances = sum(size * (number - size) for size in sizes)
    return Shape(
        thread_id=thread.id,
        posts=number,
        depth=max(at, default=0),
        width=max(at.values(), default=0),
        leaves=leaves,
        branching=(number - 1) / inner if inner > 0 else None,
        virality=distances / pairs if pairs else None,
    )


def shapes(threads: Iterable[Thread]) -> Iterator[Shape]:
    """
    Yield the shape of each thread, in their order.

    Args:
        threads: Threads, read once.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    return map(shape, each(threads))


def _nodes(content: Content) -> tuple[list[int], list[int], list[bool]]:
    """Return depth, parent's place and whether it is a stub, in preorder."""
    root = root_of(content)
    below: dict[PostId, list[tuple[PostId, bool]]] = {}
    for answer in content.answers:
        below.setdefault(answer.parent_id, []).append((answer.id, False))
    for comment in content.comments:
        below.setdefault(comment.parent_id, []).append((comment.id, False))
    for gap in content.stubs:
        if gap is not root:
            below.setdefault(gap.parent_id or root.id, []).append((gap.id, True))
    depths: list[int] = []
    parents: list[int] = []
    stubs: list[bool] = []
    waiting = [(root.id, isinstance(root, Stub), 0, 0)]
    while waiting:
        post_id, stub, depth, parent = waiting.pop()
        place = len(depths)
        depths.append(depth)
        parents.append(parent)
        stubs.append(stub)
        for each_id, is_stub in below.get(post_id, ()):
            waiting.append((each_id, is_stub, depth + 1, place))
    return depths, parents, stubs
