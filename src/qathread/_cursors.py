"""Pages over the preorder of a thread, each continued from the last item."""

from collections.abc import Iterable
from hashlib import blake2b
from itertools import chain, pairwise

from ._index import Index, Node
from ._walks import above
from .errors import BadCursorError
from .ids import PostId
from .pages import Page, check_limit, decode_cursor, encode_cursor
from .posts import Post, Stub
from .thread import Thread, index_in

_KIND = "tree"
# Where a post stands among many siblings is noted in the cursor, so that the next
# page need not count them again; it is believed only if the post is still there.
_FAR = 512
_MOST_NOTES = 16


class _Level:
    """One post or stub on the way, and the child that the walk is at."""

    __slots__ = ("at", "child_id", "node", "note")

    def __init__(
        self,
        node: Node,
        child_id: PostId | None = None,
        note: int | None = None,
    ) -> None:
        self.node = node
        self.child_id = child_id
        self.note = note
        self.at = -1 if child_id is None else None

    def step(self) -> PostId | None:
        """Go to the next child; None after the last one."""
        if self.at is None:
            self.at = self._place()
        self.at += 1
        children, gaps = self.node.children, self.node.gaps
        if self.at < len(children):
            self.child_id = children[self.at]
        elif self.at - len(children) < len(gaps):
            self.child_id = gaps[self.at - len(children)]
        else:
            self.child_id = None
        return self.child_id

    def _place(self) -> int:
        children = self.node.children
        note = self.note
        if (
            note is not None
            and note < len(children)
            and children[note] == self.child_id
        ):
            return note
        below = chain(children, self.node.gaps)
        return next(at for at, child in enumerate(below) if child == self.child_id)

    def noted(self) -> int | None:
        """Return the place of the child if it is far and will not change."""
        at = self.note if self.at is None else self.at
        far = at is not None and _FAR <= at < len(self.node.children)
        return at if far else None


def page(thread: Thread, cursor: str | None = None, limit: int = 50) -> Page[Post]:
    """
    Return the posts that follow a cursor, in preorder.

    The cost is that of the page and of the way up from its first post, wherever
    in the thread it is. Posts that arrive between two pages never make one that
    stood all along be missed or repeated.

    Args:
        thread: The thread, at any version.
        cursor: ``next`` of the page before; None for the first page.
        limit: The most posts to return, from 1 to 200.

    Returns:
        A page of posts, deleted ones included.

    Raises:
        ValidationError: If the limit is out of range.
        BadCursorError: If the cursor is damaged or of another thread, or its post
            is gone or stands in another place now.
    """
    check_limit(limit)
    index = index_in(thread)
    nodes = index.nodes
    found: list[Post] = []
    following: str | None = None
    if cursor is None:
        root = nodes[index.rest.root_id]
        levels: list[_Level] = []
        reached: Node | None = root
    else:
        levels = _resumed(thread, index, cursor)
        reached = None
    while True:
        if reached is not None:
            post = reached.post
            if not isinstance(post, Stub):
                if len(found) == limit:
                    return Page(items=tuple(found), next=following)
                found.append(post)
                if len(found) == limit:
                    following = _cursor(thread, index, levels, post)
            levels.append(_Level(reached))
            reached = None
        elif levels:
            child_id = levels[-1].step()
            if child_id is None:
                levels.pop()
            else:
                reached = nodes[child_id]
        else:
            return Page(items=tuple(found))


def _cursor(thread: Thread, index: Index, levels: list[_Level], post: Post) -> str:
    way = chain((index.rest.root_id,), (level.child_id or "" for level in levels))
    places = ((level.noted(), depth) for depth, level in enumerate(levels))
    notes = sorted(
        ((at, depth) for at, depth in places if at is not None), reverse=True
    )
    flat = chain.from_iterable((depth, at) for at, depth in notes[:_MOST_NOTES])
    return encode_cursor(_KIND, thread.id, post.id, _digest(way), *flat)


def _resumed(thread: Thread, index: Index, cursor: str) -> list[_Level]:
    """Return the levels down to the post of *cursor*, as the walk left them."""
    parts = decode_cursor(_KIND, cursor)
    thread_id, post_id, digest = (*parts, None, None, None)[:3]
    if thread_id != thread.id:
        raise BadCursorError(
            f"the cursor is for another thread than {thread.id!r}: use it there, or "
            "start again without one"
        )
    node = index.nodes.get(post_id) if isinstance(post_id, str) else None
    if node is None or isinstance(node.post, Stub):
        raise BadCursorError(
            f"the post of the cursor is no longer in thread {thread.id!r}: start "
            "again without one"
        )
    way = [node.post, *above(index, node.post)]
    way.reverse()
    if digest != _digest(part.id for part in way):
        raise BadCursorError(
            f"post {node.post.id!r} of the cursor stands in another place now: start "
            "again without one"
        )
    notes = dict(zip(parts[3::2], parts[4::2], strict=False))
    levels = []
    for depth, (part, child) in enumerate(pairwise(way)):
        note = notes.get(depth)
        if not isinstance(note, int) or note < 0:
            note = None
        levels.append(_Level(index.nodes[part.id], child.id, note))
    levels.append(_Level(node))
    return levels


def _digest(way: Iterable[PostId]) -> str:
    digest = blake2b(digest_size=8)
    for post_id in way:
        digest.update(post_id.encode())
        digest.update(b"\0")  # no id holds it
    return digest.hexdigest()
