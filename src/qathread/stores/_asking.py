"""A query as conditions on columns, and the cursors that lead through its pages."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs
from attrs import frozen

from .._checks import identifier
from ..errors import BadCursorError, ValidationError
from ..ids import ThreadId, UserId
from ..limits import MAX_INTEGER
from ..pages import Page, check_limit, decode_cursor, encode_cursor
from ._summaries import UNKNOWN, flags_of, micros
from ._words import terms_of
from .queries import ThreadOrder, ThreadQuery, ThreadSummary

_KIND: Final = "threads"

#: ``all``: every bit of the value is set; ``none``: no bit of it is.
Compared: TypeAlias = Literal["=", ">=", "<=", "<", "all", "none"]


class Condition(NamedTuple):
    """What a column of a thread must be."""

    column: str
    compared: Compared
    value: str | int


@frozen
class Plan:
    """
    One page of a list of threads, as any database can answer it.

    Attributes:
        where: What must hold of a thread.
        tags: Tags that it must have, all of them.
        participant_id: Who must appear in it.
        words: Words that one of its posts must have, all of them; None: any post
            does. An empty tuple finds nothing.
        key: The column to sort by; ties end on the id, in the same direction.
        descending: In which direction.
        after: Key and id of the last thread of the page before.
        limit: The most rows to return: one more than the page has.
    """

    where: tuple[Condition, ...]
    tags: tuple[str, ...]
    participant_id: UserId | None
    words: tuple[str, ...] | None
    key: str
    descending: bool
    after: tuple[str | int, ThreadId] | None
    limit: int


_KEYS: Final = {
    ThreadOrder.NEWEST: ("created", True),
    ThreadOrder.OLDEST: ("created", False),
    ThreadOrder.ACTIVE: ("active", True),
    ThreadOrder.SCORE: ("score", True),
    ThreadOrder.ANSWERS: ("answers", True),
    ThreadOrder.ID: ("id", False),
}


def plan(query: object, cursor: object, limit: object) -> Plan:
    """
    Return what one call of ``find`` asks for.

    Raises:
        ValidationError: If an argument has the wrong type, or *limit* is not from
            1 to 200.
        BadCursorError: If the cursor was not made by the same query.
    """
    if not isinstance(query, ThreadQuery):
        raise ValidationError(f"find takes a ThreadQuery, not a {type(query).__name__}")
    if type(limit) is not int:
        raise ValidationError(f"limit is a {type(limit).__name__}: give an int")
    key, descending = _KEYS[query.order]
    return Plan(
        where=tuple(_where(query)),
        tags=tuple(dict.fromkeys(query.tags)),
        participant_id=query.participant_id,
        words=None if query.text is None else terms_of(query.text),
        key=key,
        descending=descending,
        after=None if cursor is None else _after(query, key, cursor),
        limit=check_limit(limit) + 1,
    )


def page(
    query: ThreadQuery, found: list[ThreadSummary], limit: int
) -> Page[ThreadSummary]:
    """Return up to *limit* of what was found, and the cursor to the rest."""
    items = tuple(found[:limit])
    if len(found) <= limit:
        return Page(items=items)
    last = items[-1]
    key = _KEYS[query.order][0]
    parts = (_mark(query), key_of(last, key), last.id)
    return Page(items=items, next=encode_cursor(_KIND, *parts))


def key_of(summary: ThreadSummary, key: str) -> str | int:
    """Return the value that a thread is sorted by."""
    match key:
        case "created":
            return micros(summary.created_at)
        case "active":
            return micros(summary.active_at)
        case "score":
            return UNKNOWN if summary.score is None else summary.score
        case "answers":
            return summary.answers
        case _:
            return summary.id


def _where(query: ThreadQuery) -> Iterator[Condition]:
    if query.author_id is not None:
        yield Condition("author_id", "=", query.author_id)
    if query.kind is not None:
        yield Condition("kind", "=", query.kind.value)
    if query.having:
        yield Condition("flags", "all", flags_of(query.having))
    if query.lacking:
        yield Condition("flags", "none", flags_of(query.lacking))
    for column, start, end in (
        ("created", query.created_from, query.created_before),
        ("active", query.active_from, query.active_before),
    ):
        if start is not None:
            yield Condition(column, ">=", micros(start))
        if end is not None:
            yield Condition(column, "<", micros(end))
            if start is None:
                yield Condition(column, ">=", UNKNOWN + 1)
    if query.min_score is not None:
        yield Condition("score", ">=", query.min_score)
    if query.max_score is not None:
        yield Condition("score", "<=", query.max_score)
        if query.min_score is None:
            yield Condition("score", ">=", -MAX_INTEGER)
    if query.answered is not None:
        answered: Condition = Condition("answers", "=", 0)
        yield Condition("answers", ">=", 1) if query.answered else answered
    if query.accepted is not None:
        yield Condition("accepted", "=", int(query.accepted))


def _after(query: ThreadQuery, key: str, cursor: object) -> tuple[str | int, ThreadId]:
    if not isinstance(cursor, str):
        raise BadCursorError(f"a cursor is a str, not a {type(cursor).__name__}")
    match decode_cursor(_KIND, cursor):
        case (mark, value, str(thread_id)) if mark == _mark(query) and (
            isinstance(value, str) if key == "id" else _fits(value)
        ):
            if _is_legal(thread_id) and (value == thread_id or key != "id"):
                assert isinstance(value, str | int)
                return value, thread_id
    raise BadCursorError(
        "the cursor is of another query: use it with the one it came from, or start "
        "again without one"
    )


def _fits(value: object) -> bool:
    return type(value) is int and UNKNOWN <= value <= MAX_INTEGER


def _is_legal(thread_id: str) -> bool:
    try:
        identifier(thread_id, "id")
    except ValidationError:
        return False
    return True


def _mark(query: ThreadQuery) -> str:
    """Return what tells one query from another, on any machine."""
    parts = [
        sorted(value) if isinstance(value, frozenset) else value
        for value in attrs.astuple(query, recurse=False)
    ]
    # In ASCII, for what is printed as it stands changes with the Unicode version.
    return blake2b(ascii(parts).encode(), digest_size=6).hexdigest()


def bits(mask: int) -> list[int]:
    """Return the bits that are set, each as a number."""
    return [1 << place for place in range(mask.bit_length()) if mask >> place & 1]
