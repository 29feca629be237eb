"""Rows from threads, one thread after the other, and what several tables share."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from .._index import root_of
from ..content import Content
from ..errors import ValidationError
from ..feedback import Tally
from ..ids import PostId
from ..posts import Answer, Comment, Post, PostKind, Question, Stub
from ..thread import Thread
from ._cells import Cell
from ._schema import Schema
from ._table import Table, made

__all__ = [
    "KINDS",
    "Placed",
    "Row",
    "arranged",
    "author_of",
    "built",
    "by_post",
    "each",
    "kind_of",
    "since",
    "time_of",
]

Row: TypeAlias = tuple[Cell, ...]
#: A post, how far it is below the root, and what it stands under.
Placed: TypeAlias = tuple[int, Post, Post | Stub | None]

#: Rows that are held as such before they become columns. So few do not wake the
#: garbage collector, which would look through all threads that the caller keeps.
_BATCH: Final = 256

#: Plain texts by class: an enum's own value and hash are slow.
KINDS: Final[dict[type[Post], str]] = {
    Question: PostKind.QUESTION.value,
    Answer: PostKind.ANSWER.value,
    Comment: PostKind.COMMENT.value,
}


def each(threads: Iterable[Thread]) -> Iterator[Thread]:
    """Yield the threads, once, and refuse what is no thread."""
    if isinstance(threads, Thread):
        raise ValidationError(
            f"thread {threads.id!r} is one thread: give an iterable, [thread]"
        )
    for thread in threads:
        if not isinstance(thread, Thread):
            kind = type(thread).__name__
            raise ValidationError(f"{kind} is no thread: give an iterable of Thread")
        yield thread


def built(
    schema: Schema,
    threads: Iterable[Thread],
    rows_of: Callable[[Thread], Iterable[Row]],
) -> Table:
    """Return the table of the rows that each thread gives, in that order."""
    columns: list[list[Cell]] = [[] for _ in schema]
    rows: list[Row] = []

    def turn() -> None:
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(cells)
        rows.clear()

    for thread in each(threads):
        rows.extend(rows_of(thread))
        if len(rows) >= _BATCH:
            turn()
    if rows:
        turn()
    return made(schema, columns)


def arranged(content: Content) -> list[Placed]:
    """
    Return every post with its depth and what it stands under, in preorder.

    As `trees.flatten`, and without building the index of a thread that is read once.
    """
    root = root_of(content)
    replies: dict[PostId, Answer | Comment] = {}
    replies.update({answer.id: answer for answer in content.answers})
    replies.update({comment.id: comment for comment in content.comments})
    below: dict[PostId, list[Post | Stub]] = {}
    for post_id in content.arrival:
        reply = replies.get(post_id)
        if reply is not None:  # and not the question
            parent_id = reply.parent_id
            if parent_id in below:
                below[parent_id].append(reply)
            else:
                below[parent_id] = [reply]
    for stub in content.stubs:
        if stub is not root:
            below.setdefault(stub.parent_id or root.id, []).append(stub)
    found: list[Placed] = []
    waiting: list[tuple[int, Post | Stub, Post | Stub | None]] = [(0, root, None)]
    while waiting:
        depth, part, parent = waiting.pop()
        if not isinstance(part, Stub):
            found.append((depth, part, parent))
        here = below.get(part.id)
        if here:
            depth += 1
            waiting += [(depth, each, part) for each in reversed(here)]
    return found


def time_of(part: Post | Stub | None) -> datetime | None:
    """Return when a post was made; None if it is gone, not at hand, or not known."""
    if part is None or isinstance(part, Stub) or not part.stands:
        return None
    return part.created_at


def author_of(part: Post | Stub | None) -> str | None:
    """Return who wrote a post; None if it is gone or not at hand."""
    if part is None or isinstance(part, Stub) or not part.stands:
        return None
    return part.author_id


def kind_of(part: Post | Stub | None) -> str | None:
    """Return the kind of a post; None if it is not at hand."""
    return None if part is None or isinstance(part, Stub) else KINDS[type(part)]


def since(start: datetime | None, end: datetime | None) -> timedelta | None:
    """Return the time between; None if one of the two is not known."""
    return None if start is None or end is None else end - start


def by_post(tallies: Iterable[Tally]) -> dict[PostId, Tally]:
    """Return tallies by their posts."""
    return {tally.post_id: tally for tally in tallies}
