"""
Stored values that are taken as they are, and what is said if they were damaged.

What a store wrote is read without looking at every value again. If something then
does not work out that always does, the store is damaged, and says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from ..errors import QathreadError, StoreCorruptError, StoreError, StoreTooNewError
from ..facts import Event
from ..ids import ThreadId
from ._rows import Head, Listed, Operation

#: What comes of values that no store writes.
WRONG: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    QathreadError,
    TypeError,
    ValueError,
)
_NUMBER: Final = frozenset((int,))
_TEXT: Final = frozenset((str,))


def damaged(what: str, why: object) -> StoreCorruptError:
    """Return the error for stored values that cannot be."""
    return StoreCorruptError(
        f"{what} cannot be read back ({why}): restore the store from a backup"
    )


@contextmanager
def trusting(what: str) -> Iterator[None]:
    """
    Read what is stored, and nothing that a caller gave.

    Args:
        what: What that is, for the message.

    Raises:
        StoreCorruptError: If anything is wrong with it.
    """
    try:
        yield
    except StoreError:
        raise
    except WRONG as error:
        raise damaged(what, str(error) or type(error).__name__) from error


def check_head(head: Head, thread_id: ThreadId) -> None:
    """Refuse what no store notes of a thread."""
    first, version, at, size = head[0], head[1], head[4], head[5]
    fits = (
        _NUMBER.issuperset(map(type, (*head[:4], *head[9:])))
        and _has_texts(head[6:9])
        and 1 <= first <= version
        and (at is None) is (size is None)
        and (at is None or (type(at) is int and type(size) is int))
        and (at is None or first <= at <= version)
    )
    if not fits:
        raise damaged(f"the row of thread {thread_id!r}", "it does not fit together")


def check_listed(row: Listed) -> None:
    """Refuse what no store notes of a thread in a list."""
    fits = (
        type(row.id) is str
        and _NUMBER.issuperset(map(type, (row.version, *row[5:])))
        and _has_texts(row[2:5])
    )
    if not fits:
        raise damaged("a row of a thread", f"that of {row.id!r} does not fit together")


def _has_texts(shown: Sequence[object]) -> bool:
    kind, title, author_id = shown
    return (
        type(kind) is str
        and (title is None or type(title) is str)
        and (author_id is None or type(author_id) is str)
    )


def check_operation(op_id: str, done: Operation) -> None:
    """Refuse what no store notes under an op id."""
    if not (
        type(done.thread_id) is str
        and type(done.after) is int
        and type(done.version) is int
        and 0 <= done.after <= done.version
    ):
        raise damaged(f"the row of op id {op_id!r}", "it does not fit together")


def check_order(
    events: Sequence[Event], thread_id: ThreadId, after: int | None = None
) -> None:
    """
    Refuse events that are not of one thread, one version after the other.

    Args:
        events: As they stand in the store.
        thread_id: Whose they are.
        after: The version that they follow; None: that is not known.
    """
    expected = after
    for event in events:
        if expected is None:
            expected = event.version - 1
        expected += 1
        if event.version != expected or event.thread_id != thread_id:
            raise damaged(
                f"the log of thread {thread_id!r}",
                f"version {event.version} of thread {event.thread_id!r} is not what "
                f"follows version {expected - 1}",
            )


def check_schema_version(found: str | None, known: int) -> None:
    """
    Refuse tables of a newer release.

    Args:
        found: What the store tells; None: nothing, as tables of a host may.
        known: The version that this release writes.

    Raises:
        StoreTooNewError: If it is a later one.
        StoreCorruptError: If it is none.
    """
    if found is None:
        return
    if not found.isdecimal():
        raise damaged("the schema version of the store", f"it is {found[:40]!r}")
    if int(found) > known:
        raise StoreTooNewError(
            f"the tables of the store have schema version {found}, this release reads "
            f"up to {known}: upgrade qathread"
        )


def texts(found: Iterable[str], what: str) -> list[str]:
    """Return values that must be texts."""
    values = list(found)
    if not _TEXT.issuperset(map(type, values)):
        raise damaged(what, "a value is no text")
    return values


def rising(found: Iterable[str], after: str) -> list[str]:
    """Return ids that must be texts in order, each after *after*."""
    values = texts(found, "where a person appears")
    for before, value in pairwise((after, *values)):
        if value <= before:
            raise damaged("where a person appears", "the ids are not in order")
    return values
