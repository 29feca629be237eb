"""
Rows of a dump from bytes to Arrow columns, without an object for each cell.

A block of rows is split at its quotes, so that names and values take turns; what
names there are decides which value belongs to which column, and PyArrow turns texts
into numbers and times. This holds for rows as the dump's software writes them. A
block where anything is unusual is declined, and :mod:`._dump_cells` takes it row by
row. Both give the same.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from . import _dump_texts as texts
from ._arrow import types
from ._dump_columns import EXTRA, attributes
from ._dump_texts import POOL, OddError, cast, take
from ._schema import ColumnType, Schema

__all__ = ["Decoder", "extra_text"]

_FIRST: Final = re.compile(rb"\s*/>\s*<row\s+([A-Za-z_][\w.-]*)\s*=\s*")
_NEXT: Final = re.compile(rb"\s+([A-Za-z_][\w.-]*)\s*=\s*")
_LAST: Final = re.compile(rb"\s*/>\s*")
#: Long columns: where they are not wanted they are cut out first.
_LONG: Final = frozenset({"Body", "Text", "AboutMe"})
#: Columns of one kind lie beside each other, so that one call turns them all.
_KINDS: Final = (
    ColumnType.INT64,
    ColumnType.TIMESTAMP,
    ColumnType.BOOL,
    ColumnType.TEXT,
    ColumnType.TEXTS,
)
_encode: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


@frozen
class _Found:
    """
    The values of a block, those of one attribute beside each other.

    Attributes:
        rows: How many rows there are.
        names: The attributes, in that order: wanted ones, those that the table does
            not know, others.
        sizes: How many values each has.
        values: The values, of the first attributes only.
        places: The row that each is of, counted from 1.
    """

    rows: int
    names: Sequence[bytes]
    sizes: Sequence[int]
    values: "pa.Array[Any]"
    places: "pa.Array[Any]"


class Decoder:
    """
    Makes Arrow record batches of blocks of rows.

    Args:
        table: Which table.
        schema: The wanted columns of it.

    Attributes:
        schema: The same as Arrow has it.
    """

    def __init__(self, table: str, schema: Schema) -> None:
        self.schema = types(schema)
        known = attributes(table)
        self._known = frozenset(name.encode() for name in known.values())
        self._names = schema.names
        self._groups = [
            (kind, [c.name for c in schema if c.type is kind and c.name != EXTRA])
            for kind in _KINDS
        ]
        self._wanted = [
            known[name].encode() for _, names in self._groups for name in names
        ]
        self._cut = _without(
            name
            for column, name in known.items()
            if name in _LONG and column not in schema
        )
        self._unescaped = texts.Unescape()
        self._even = pa.array([], pa.int32())

    def batch(self, data: bytes) -> tuple[int, "pa.RecordBatch"] | None:
        """
        Return the number of rows and their columns; None to decline.

        Args:
            data: Rows, from the ``<`` of the first one on.
        """
        try:
            rows = texts.count_of(pa.py_buffer(data), pc.equal, ord("<"))
            if not rows:
                return 0, pa.RecordBatch.from_pylist([], self.schema)
            return rows, self._columns(self._found(data, rows))
        except (OddError, pa.ArrowInvalid):
            return None

    # -- from quotes to values -------------------------------------------------------

    def _found(self, data: bytes, rows: int) -> _Found:
        if self._cut is not None:
            data = self._cut.sub(b"", data)
        data = b"/>" + data  # now all rows begin alike
        pieces = texts.split(data)
        size = len(pieces) // 2
        end = pieces[-1].as_py()
        if len(pieces) != 2 * size + 1 or not _LAST.fullmatch(end):
            raise OddError
        if len(self._even) < size:
            self._even = pa.array(range(0, 4 * size, 2), pa.int32())
        named = pc.dictionary_encode(
            take(pieces, self._even.slice(0, size)), memory_pool=POOL
        )
        between = named.dictionary.to_pylist()
        starts, names = _names(between)
        counts = {
            each["values"]: each["counts"]
            for each in pc.value_counts(named.indices).to_pylist()
        }
        if sum(counts[n] for n in starts) != rows:
            raise OddError  # another `<` than that of a row
        outside = sum(
            counts[n] * texts.controls(name) for n, name in enumerate(between)
        )
        texts.check_characters(data, outside + texts.controls(end))
        return self._sorted(pieces, named.indices, starts, names, counts, rows)

    def _sorted(
        self,
        pieces: "pa.Array[Any]",
        codes: "pa.Array[Any]",
        starts: Sequence[int],
        names: Sequence[bytes],
        counts: Mapping[int, int],
        rows: int,
    ) -> _Found:
        """Return the values that the names with these *codes* stand before."""
        unknown = sorted({*names} - self._known) if EXTRA in self._names else []
        taken = [*self._wanted, *unknown]
        every = [*taken, *sorted({*names}.difference(taken))]
        place = {name: n for n, name in enumerate(every)}
        sizes = [0] * len(every)
        for n, name in enumerate(names):
            sizes[place[name]] += counts[n]
        columns = pa.array([place[name] for name in names], pa.int32())
        columns = take(columns, codes)
        order = pc.array_sort_indices(columns, memory_pool=POOL)
        firsts = pc.is_in(codes, pa.array(starts, pa.int32()), memory_pool=POOL)
        places = pc.cumulative_sum(cast(firsts, pa.int32()), memory_pool=POOL)
        places = take(places, order)
        _check_once(take(columns, order), places)
        wanted = take(self._even, order.slice(0, sum(sizes[: len(taken)])))
        wanted = pc.add(wanted, 1, memory_pool=POOL)
        values = cast(take(pieces, wanted), pa.string())  # if it is UTF-8
        return _Found(rows, every, sizes, values, places)

    # -- from values to columns ------------------------------------------------------

    def _columns(self, found: _Found) -> "pa.RecordBatch":
        arrays: dict[str, Any] = {}
        at, sizes = 0, iter(found.sizes)
        for kind, names in self._groups:
            own = [next(sizes) for _ in names]
            turned = self._turned(kind, found.values.slice(at, sum(own)))
            start = 0
            for name, size in zip(names, own, strict=True):
                arrays[name] = texts.spread(
                    turned.slice(start, size),
                    found.places.slice(at + start, size),
                    found.rows,
                )
                start += size
            at += start
        if EXTRA in self._names:
            arrays[EXTRA] = self._extra(found, at)
        columns = [arrays[name] for name in self._names]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _turned(self, kind: ColumnType, values: "pa.Array[Any]") -> "pa.Array[Any]":
        match kind:
            case ColumnType.INT64:
                return texts.integers(values)
            case ColumnType.TIMESTAMP:
                return texts.times(values)
            case ColumnType.BOOL:
                return texts.flags(values)
            case ColumnType.TEXTS:
                return texts.tag_lists(self._unescaped(values))
            case _:
                return self._unescaped(values)

    def _extra(self, found: _Found, at: int) -> "pa.Array[Any]":
        """Return the attributes that the table does not know; they begin at *at*."""
        if at == len(found.values):
            return pa.nulls(found.rows, pa.string())
        values = iter(self._unescaped(found.values.slice(at)).to_pylist())
        places = iter(found.places.slice(at).to_pylist())
        held: list[dict[str, str]] = [{} for _ in range(found.rows)]
        for name, size in zip(found.names, found.sizes, strict=True):
            if name not in self._known:
                for _ in range(size):
                    held[next(places) - 1][name.decode()] = next(values)
        return pa.array(map(extra_text, held), pa.string())


def _check_once(columns: "pa.Array[Any]", places: "pa.Array[Any]") -> None:
    """Refuse rows that have one attribute twice; *columns* are sorted."""
    keys = pc.multiply(cast(columns, pa.int64()), 1 << 32, memory_pool=POOL)
    keys = pc.add(keys, places, memory_pool=POOL)
    rising = pc.greater(keys.slice(1), keys.slice(0, max(len(keys) - 1, 0)))
    if not pc.all(rising, min_count=0).as_py():
        raise OddError


def _names(between: Iterable[bytes]) -> tuple[list[int], list[bytes]]:
    """Return which of the names begin a row, and what the attributes are called."""
    starts, found = list[int](), list[bytes]()
    for n, each in enumerate(between):
        match = _FIRST.fullmatch(each)
        if match:
            starts.append(n)
        else:
            match = _NEXT.fullmatch(each)
        if not match or match[1].startswith(b"xmlns"):
            raise OddError
        found.append(match[1])
    return starts, found


def extra_text(held: Mapping[str, str]) -> str | None:
    """Return attributes as canonical JSON; None if there are none."""
    return _encode(held) if held else None


def _without(names: Iterable[str]) -> re.Pattern[bytes] | None:
    """Return what finds attributes of these *names* in a row; None for none."""
    joined = "|".join(names).encode()
    return re.compile(rb' (?:%b)="[^"]*"' % joined) if joined else None
