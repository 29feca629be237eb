"""The columns of a dump's tables, by the names that data frames use."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, get_args

from ..errors import NotFoundError, ValidationError
from ..formats.stackexchange import _tables
from ._dump import DumpTableName
from ._schema import ColumnType, Schema

__all__ = ["EXTRA", "SCHEMAS", "attributes", "file_of", "schema_of"]

#: The last column of every table: attributes that the others do not hold.
EXTRA: Final = "extra"

_TYPES: Final[Mapping[_tables.ColumnType, ColumnType]] = {
    "int": ColumnType.INT64,
    "text": ColumnType.TEXT,
    "time": ColumnType.TIMESTAMP,
    "bool": ColumnType.BOOL,
    "tags": ColumnType.TEXTS,
}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


_FILES: Final[Mapping[str, _tables.Table]] = {
    _snake(table): table for table in _tables.TABLES
}
_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    name: {_snake(each): each for each in _tables.COLUMNS[table]}
    for name, table in _FILES.items()
}

#: The schema of each table, by its name.
SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        name: Schema.of(
            {
                _snake(each): _TYPES[kind]
                for each, kind in _tables.COLUMNS[table].items()
            }
            | {EXTRA: ColumnType.TEXT}
        )
        for name, table in sorted(_FILES.items())
    }
)
assert set(SCHEMAS) == set(get_args(DumpTableName))


def file_of(table: str) -> _tables.Table:
    """
    Return the table as the dump calls it: ``PostLinks`` for ``post_links``.

    Raises:
        NotFoundError: If a dump has no such table.
    """
    found = _FILES.get(table)
    if found is None:
        raise NotFoundError(
            f"there is no table {table!r} in a dump: there are {', '.join(SCHEMAS)}"
        )
    return found


def schema_of(table: str, columns: Iterable[str] | None) -> Schema:
    """
    Return the columns of a table that are wanted.

    Args:
        table: Which table.
        columns: Which columns, in the wanted order; None: all.

    Raises:
        NotFoundError: If there is no such table or column.
        ValidationError: If columns are none or named twice.
    """
    file_of(table)
    schema = SCHEMAS[table]
    if columns is None:
        return schema
    found = schema.select(columns)
    if not len(found):
        raise ValidationError("columns= is empty: name at least one, or leave it out")
    return found


def attributes(table: str) -> Mapping[str, str]:
    """Return the attributes of a row by the names of their columns."""
    return _ATTRIBUTES[table]
