"""A thread as plain text, one line for each post."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from ._checks import at_least
from ._index import Index, Node
from ._walks import preorder
from .posts import Post, PostKind, Question, Stub
from .thread import Thread, index_in
from .users import UserKind

_INDENT: Final = 2
_DEEPEST: Final = 10  # levels that are indented; below, the line says its level
_NARROWEST: Final = 40
_NAME: Final = 24  # characters of a name that are shown
_MARKS: Final = {PostKind.QUESTION: "Q", PostKind.ANSWER: "A", PostKind.COMMENT: "-"}
_ISOLATE, _POP = "\u2068", "\u2069"
_JOINERS = "\u200c\u200d"  # parts of words and of emoji
_UNSEEN = frozenset({"Cc", "Cf"})  # controls, marks of direction
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_PEEK: Final = 4  # characters of a source looked at for each one shown


def outline(thread: Thread, *, width: int = 72, limit: int | None = None) -> str:
    """
    Return the thread as text: one line for each post, indented by depth.

    A line holds a mark (``Q``, ``A``, ``-`` for a comment), author with level,
    score (``?``: unknown), ``accepted``, the time in UTC (``?``: unknown) and the
    first words. Of what is deleted, removed or hidden it says only that something
    stood there. A stub reads ``… n more``.

    Args:
        thread: The thread.
        width: The most characters in a line, at least 40.
        limit: The most posts to show; None for all.

    Returns:
        Lines without a line end after the last one. Text from people cannot break
        lines, reorder them or hide in them.

    Raises:
        ValidationError: If the width is below 40 or the limit below 0.
    """
    at_least(_NARROWEST, width, "width")
    if limit is not None:
        at_least(0, limit, "limit")
    return "\n".join(_lines(thread, width, limit))


def _lines(thread: Thread, width: int, limit: int | None) -> Iterator[str]:
    index = index_in(thread)
    accepted = frozenset(thread.accepted)
    shown = 0
    for depth, node in preorder(index.nodes, index.rest.root_id):
        post = node.post
        if isinstance(post, Stub):
            text = _stub(post)
        elif shown == limit:
            yield f"… {len(thread) - shown} more posts"
            return
        else:
            shown += 1
            text = _post(index, node, post, post.id in accepted, width)
        indent = " " * (_INDENT * min(depth, _DEEPEST))
        if depth > _DEEPEST:
            indent += f"[{depth}] "
        yield _cut(indent + text, width)


def _stub(stub: Stub) -> str:
    count = len(stub.child_ids) if stub.count is None else stub.count
    return f"… {count} more" if count else "… not at hand"


def _post(index: Index, node: Node, post: Post, accepted: bool, width: int) -> str:
    mark = _MARKS[post.kind]
    for gone, name in (
        (post.removed, "removed"),
        (post.deleted, "deleted"),
        (post.status.hidden, "hidden"),
    ):
        if gone is not None:
            return f"{mark} [{name}]"
    author = index.users[post.author_id]
    name = _shown(post.author_name or author.name or author.handle or "", _NAME)
    if not name:
        unknown = author.kind in (UserKind.ANONYMOUS, UserKind.DELETED)
        name = f"({author.kind})" if unknown else _shown(author.id, _NAME)
    words = [mark, name]
    if author.level is not None:
        words.append(str(author.level))
    score = None if node.tally is None else node.tally.score
    words.append("?" if score is None else f"{score:+d}" if score else "0")
    if accepted:
        words.append("accepted")
    words.append(_time(post.created_at))
    text = post.body.source
    if isinstance(post, Question) and post.title:
        text = f"{post.title[: _PEEK * width]}: {text[: _PEEK * width]}"
    return f"{' '.join(words)}  {_shown(text, width)}".rstrip()


def _time(at: datetime | None) -> str:
    # strftime pads years in a way of each platform.
    return "?" if at is None else at.isoformat(" ", "minutes").removesuffix("+00:00")


def _shown(text: str, most: int) -> str:
    """Return the beginning of foreign text in one harmless line."""
    kept: list[str] = []
    for char in islice(text, _PEEK * most):
        if char.isspace():
            char = " "
        elif unicodedata.category(char) in _UNSEEN and char not in _JOINERS:
            continue
        if char != " " or (kept and kept[-1] != " "):
            kept.append(char)
    line = _cut("".join(kept).strip(), most)
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in line):
        return f"{_ISOLATE}{line}{_POP}"
    return line


def _cut(line: str, most: int) -> str:
    if len(line) <= most:
        return line
    cut = line[: most - 1].rstrip()
    # What was isolated must end within the line.
    opened = cut.count(_ISOLATE) > cut.count(_POP)
    return (cut[:-1] + "…" + _POP) if opened else cut + "…"
