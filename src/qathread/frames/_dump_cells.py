"""Rows of a dump that are not as its software writes them, cell by cell."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from ..formats._report import Collector
from ..formats.stackexchange._decoding import Places, Row, RowDecoder
from ..formats.stackexchange._framing import Batch
from ..formats.stackexchange._values import Values
from ._arrow import types
from ._dump_columns import EXTRA, attributes
from ._dump_decode import extra_text
from ._schema import ColumnType, Schema

__all__ = ["Cells"]

_ATTRIBUTE: Final = rb'[ \t\r\n](?:%b)[ \t\r\n]*=[ \t\r\n]*"[^"]*"'
_FLAGS: Final[Mapping[str, bool]] = {"true": True, "false": False}


class Cells:
    """
    Makes Arrow record batches of rows of any kind, and reports what was mended.

    Args:
        table: Which table.
        schema: The wanted columns of it.
        places: What names the places of damage.
        report: What hears of damage.
    """

    def __init__(
        self, table: str, schema: Schema, places: Places, report: Collector
    ) -> None:
        self._types = types(schema)
        self._places, self._report = places, report
        self._values = Values(report)
        self._decoder = RowDecoder(places, report)
        known = attributes(table)
        self._known = frozenset(known.values())
        self._wanted = [
            (known[each.name], each.type) for each in schema if each.name != EXTRA
        ]
        self._names = schema.names
        # What is not asked for is not looked at, so that it cannot be damaged.
        unwanted = [name for column, name in known.items() if column not in schema]
        name = "|".join(unwanted) or "-"  # which is none
        if EXTRA not in schema:
            wanted = "|".join(each for each, _ in self._wanted)
            name = rf"(?!(?:{wanted})[ \t\r\n=])[A-Za-z_][\w.-]*"
        self._cut = re.compile(_ATTRIBUTE % name.encode())

    def batch(self, pieces: Batch) -> tuple[int, "pa.RecordBatch"]:
        """
        Return the number of rows that can be read, and their columns.

        Raises:
            FormatError: If strict, at the first damage.
        """
        pieces = [(place, self._cut.sub(b" ", piece)) for place, piece in pieces]
        columns: list[list[Any]] = [[] for _ in self._wanted]
        extra: list[str | None] = []
        decoded = self._decoder.rows(pieces)
        for (place, _), row in zip(pieces, decoded, strict=True):
            if row is not None:
                extra.append(extra_text(self._take(row, columns, place)))
        held = dict(zip([name for name, _ in self._wanted], columns, strict=True))
        arrays = iter(held.values())
        together = [
            pa.array(extra if name == EXTRA else next(arrays), field.type)
            for name, field in zip(self._names, self._types, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(together, schema=self._types)
        return len(extra), batch

    def _take(self, row: Row, columns: list[list[Any]], place: int) -> dict[str, str]:
        """Add a row to the columns, and return what has no place there."""
        extra = {name: text for name, text in row.items() if name not in self._known}
        for (name, kind), column in zip(self._wanted, columns, strict=True):
            text = row.get(name)
            value = None if text is None else self._value(kind, text, place)
            if text is not None and value is None:
                extra[name] = text
            column.append(value)
        return extra

    def _value(self, kind: ColumnType, text: str, place: int) -> Any:
        match kind:
            case ColumnType.INT64:
                return self._values.number(text, self._places.where(place))
            case ColumnType.TIMESTAMP:
                return self._values.instant(text, self._places.where(place))
            case ColumnType.TEXTS:
                return self._values.tags(text)
            case ColumnType.BOOL:
                flag = _FLAGS.get(text.lower())
                if flag is None:
                    self._report.damage(
                        "flag",
                        "flags that are neither True nor False, left out",
                        self._places.where(place),
                    )
                return flag
            case _:
                return text
