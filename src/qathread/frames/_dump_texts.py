"""
Texts of a dump as Arrow arrays: split at quotes, turned into what they stand for.

All functions raise :class:`OddError` or ``pyarrow.ArrowInvalid`` where a text is not
as the dump's software writes it, rather than do anything about it.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from .._checks import EARLIEST, LATEST, MAX_INTEGER
from ..errors import MissingExtraError
from ..formats.stackexchange._values import tags_of

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ModuleNotFoundError as error:
    if error.name != "pyarrow":  # installed but broken: show that instead
        raise
    message = "columns from a dump need PyArrow: pip install 'qathread[arrow]'"
    raise MissingExtraError(message) from error

__all__ = [
    "POOL",
    "OddError",
    "Unescape",
    "bytes_of",
    "cast",
    "check_characters",
    "controls",
    "count_of",
    "flags",
    "integers",
    "split",
    "spread",
    "tag_lists",
    "take",
    "times",
]

_BELOW_BLANK: Final = bytes(range(ord(" ")))
_NO_CHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_DIGITS: Final = b"0123456789-"
#: References in dumps of all years; ``&amp;`` has to come last.
_REFERENCES: Final = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#xA;", "\n"),
    ("&#xD;", "\r"),
    ("&#x0A;", "\n"),
    ("&#x0D;", "\r"),
    ("&#x9;", "\t"),
    ("&#x09;", "\t"),
    ("&apos;", "'"),
    ("&#39;", "'"),
)
_FLAGS: Final = pa.array(["True", "False"])
_SHORTEST: Final = len("2026-01-01T00:00:00")
#: What large arrays are made of: it gives memory back, where the default one keeps
#: many times what a stream needs.
POOL: Final = pa.system_memory_pool()
#: The numbers of rows, from 1 on.
_EVERY: Final = pa.array(range(1, 1 << 15), pa.int32())


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


_EARLIEST: Final = _microseconds(EARLIEST)
_LATEST: Final = _microseconds(LATEST)


class OddError(Exception):
    """Something is not as the dump's software writes it."""


def take(values: "pa.Array[Any]", places: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return the values at some places."""
    return pc.take(values, places, memory_pool=POOL)


def cast(values: "pa.Array[Any]", type: "pa.DataType") -> "pa.Array[Any]":
    """Return the values as another type; ArrowInvalid if they are none of it."""
    return pc.cast(values, type, memory_pool=POOL)


# -- bytes ---------------------------------------------------------------------------


def split(data: bytes) -> "pa.Array[Any]":
    """Return what is between the quotes in *data*, as bytes."""
    ends = pa.py_buffer(struct.pack("=ii", 0, len(data)))
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, ends, pa.py_buffer(data)])
    return pc.split_pattern(whole, '"', memory_pool=POOL).values


def controls(data: bytes) -> int:
    """Return how many control characters, line ends too, there are in *data*."""
    return len(data) - len(data.translate(None, _BELOW_BLANK))


def count_of(data: "pa.Buffer", compare: Callable[..., Any], byte: int) -> int:
    """Return how many bytes compare so with *byte*, faster than by `bytes.count`."""
    values = pa.Array.from_buffers(pa.uint8(), data.size, [None, data])
    each = compare(values, pa.scalar(byte, pa.uint8()), memory_pool=POOL)
    found = pc.sum(each, min_count=0)
    return found.as_py()  # type: ignore[no-any-return]


def check_characters(data: bytes, between: int) -> None:
    """
    Refuse what is not as it seems in values.

    A line end there is a blank, by the book; other control characters are forbidden.

    Args:
        data: Names and values.
        between: How many control characters there are outside of values.
    """
    found = count_of(pa.py_buffer(data), pc.less, ord(" "))
    if found != between and found - data.count(b"\t") != between:
        raise OddError
    if b"\xef" in data and any(each in data for each in _NO_CHARACTERS):
        raise OddError


def bytes_of(values: "pa.Array[Any]") -> "pa.Buffer":
    """Return the bytes of all texts, one after the other."""
    _, offsets, data = values.buffers()
    if not len(values) or data is None:
        return pa.py_buffer(b"")
    first, last = values.offset, values.offset + len(values)
    (start,) = struct.unpack_from("=i", offsets, 4 * first)
    (stop,) = struct.unpack_from("=i", offsets, 4 * last)
    return data.slice(start, stop - start)


# -- texts ---------------------------------------------------------------------------


class Unescape:
    """Turns references into characters, only those that were seen so far."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, str]] = []

    def __call__(self, values: "pa.Array[Any]") -> "pa.Array[Any]":
        """Return the texts that *values* are written for."""
        if b"&" not in bytes_of(values).to_pybytes():
            return values
        done = _replaced(values, self._seen)
        if done is None:
            data = bytes_of(values).to_pybytes()
            self._seen = [
                each
                for each in _REFERENCES
                if each in self._seen or each[0].encode() in data
            ]
            done = _replaced(values, self._seen)
        if done is None:
            raise OddError  # a character that XML forbids, or no reference at all
        return done


def _replaced(
    values: "pa.Array[Any]", references: Sequence[tuple[str, str]]
) -> "pa.Array[Any] | None":
    """Return *values* without *references* and ``&amp;``; None if others are left."""
    for each in references:
        values = pc.replace_substring(values, *each, memory_pool=POOL)
    size = bytes_of(values).size
    values = pc.replace_substring(values, "&amp;", "&", memory_pool=POOL)
    data = bytes_of(values)
    # Each `&` that is there has to come from an `&amp;`, which is longer by 4.
    known = (size - data.size) // 4
    return values if count_of(data, pc.equal, ord("&")) == known else None


def integers(values: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return numbers."""
    data = bytes_of(values).to_pybytes()
    if data.translate(None, _DIGITS):
        raise OddError  # PyArrow takes hexadecimal ones too
    numbers = cast(values, pa.int64())
    if b"-" in data and pc.any(pc.less(numbers, -MAX_INTEGER), min_count=0).as_py():
        raise OddError
    return numbers


def times(values: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return instants."""
    naive = cast(values, pa.timestamp("us"))
    if len(values):
        shortest = pc.min(pc.binary_length(values)).as_py()
        bounds = pc.min_max(cast(naive, pa.int64())).as_py()
        in_range = bounds["min"] >= _EARLIEST and bounds["max"] <= _LATEST
        if shortest < _SHORTEST or not in_range:
            raise OddError
    return cast(naive, pa.timestamp("us", "UTC"))


def flags(values: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return booleans."""
    if not pc.all(pc.is_in(values, _FLAGS), min_count=0).as_py():
        raise OddError
    return pc.equal(values, "True", memory_pool=POOL)


def tag_lists(values: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return lists of tags; *values* are unescaped."""
    named = pc.dictionary_encode(values, memory_pool=POOL)
    lists = [tags_of(each) for each in named.dictionary.to_pylist()]
    return take(pa.array(lists, pa.list_(pa.string())), named.indices)


def spread(
    values: "pa.Array[Any]", rows: "pa.Array[Any]", number: int
) -> "pa.Array[Any]":
    """
    Return one cell for each row.

    Args:
        values: The cells that there are.
        rows: The rows that have one, counted from 1, each greater than the last.
        number: How many rows there are; those without a cell get null.
    """
    if len(values) == number:
        return values
    if not len(values):
        return pa.nulls(number, values.type)
    every = _EVERY.slice(0, number)
    if len(every) < number:
        every = pa.array(range(1, number + 1), pa.int32())
    return take(values, pc.index_in(every, rows, memory_pool=POOL))
