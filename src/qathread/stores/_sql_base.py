"""What the statements of a store on a server have in common."""

from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Executable, Select, Table

from ..errors import ValidationError
from ._sql_hot import hot, passing
from ._sql_tables import MAX_KEY, Tables, is_mysql

_COUNTED: Final = {"preserve_rowcount": True}


class Statements:
    """
    The statements of one transaction.

    Attributes:
        connection: Where they run.
        tables: What they are about.
        is_mysql: Whether the server is MariaDB or MySQL.
        hot: The statements that run all the time.
    """

    def __init__(
        self, connection: Connection, tables: Tables, *, latest: bool = False
    ) -> None:
        self.connection = connection
        self.tables = tables
        self.is_mysql = is_mysql(connection.dialect)
        self.hot = hot(tables, connection.dialect)
        # In a transaction that began with a read, MariaDB goes on showing what was
        # committed by then, also after it has waited for a lock. A read that locks
        # shows the rest.
        self._locks_reads = latest and self.is_mysql

    def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Execute a statement, with one or many sets of values."""
        return self.connection.execute(statement, values)

    def read(self, query: Select[Any], values: Any = None) -> CursorResult[Any]:
        """Read rows as they are now."""
        if self._locks_reads:
            query = query.with_for_update(read=True)
        return self.connection.execute(query, values)

    def add(self, table: Table, rows: list[dict[str, Any]]) -> bool:
        """Insert rows whose keys are free; say of a single one whether it was."""
        if not rows:
            return True
        return self.pass_over(passing(self.connection.dialect, table), rows)

    def pass_over(self, into: Any, rows: list[dict[str, Any]]) -> bool:
        """Run an insert that passes over rows whose keys are taken; as ``add``."""
        if len(rows) > 1:
            self.execute(into, rows)
            return True
        done = self.connection.execute(into, rows[0], execution_options=_COUNTED)
        return bool(done.rowcount == 1)


def key(value: str, what: str) -> str:
    """Return *value* if every server can index it."""
    if len(value) * 4 > MAX_KEY and len(value.encode()) > MAX_KEY:
        raise ValidationError(
            f"the {what} {value[:40]!r}... has more than {MAX_KEY} bytes in UTF-8: "
            "servers cannot index it; give a shorter one"
        )
    return value
