"""What the statements of a store on Django's connection have in common."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper

from ...errors import ValidationError

T = TypeVar("T")

Row: TypeAlias = tuple[Any, ...]
Values: TypeAlias = Sequence[str | int | bytes | None]

#: Bytes of UTF-8 that an id or a tag may have: what every server can index, twice.
MAX_KEY: Final = 1_000

#: Values in one statement; SQLite takes no more than 999.
AT_ONCE: Final = 500


class Statements:
    """
    The statements of one transaction.

    Attributes:
        connection: Where they run.
        is_postgresql: Whether the server is PostgreSQL; else it is SQLite.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.is_postgresql = connection.vendor == "postgresql"

    def one(self, statement: str, values: Values = ()) -> Row | None:
        """Return the first row."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            row: Row | None = cursor.fetchone()
        return row

    def all(self, statement: str, values: Values = ()) -> list[Row]:
        """Return all rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def changed(self, statement: str, values: Values = ()) -> bool:
        """Change rows; tell whether there was one to change."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return bool(cursor.rowcount > 0)

    def many(self, statement: str, rows: Sequence[Values]) -> None:
        """Change rows, with a set of values for each."""
        if len(rows) == 1:
            self.changed(statement, rows[0])
        elif rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(statement, rows)


def marks(values: Sequence[object]) -> str:
    """Return a place for each value."""
    return ", ".join(["%s"] * len(values))


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items, some at once."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def key(value: str, what: str) -> str:
    """Return *value* if every server can index it."""
    if len(value) * 4 > MAX_KEY and len(value.encode()) > MAX_KEY:
        raise ValidationError(
            f"the {what} {value[:40]!r}... has more than {MAX_KEY} bytes in UTF-8: "
            "servers cannot index it; give a shorter one"
        )
    return value
