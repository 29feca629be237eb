"""Rows as files: the same rows give the same bytes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from ..errors import MissingExtraError, ValidationError
from ..formats._targets import Target, opened, target_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FileFormat", "write"]

FileFormat: TypeAlias = Literal["jsonl", "parquet"]

_BATCH = 1_000
_CHAT = frozenset({"messages", "prompt", "chosen", "rejected", "completion"})
_INTEGERS = frozenset({"score", "score_chosen", "score_rejected"})


def write(
    rows: Iterable[Mapping[str, object]],
    target: Target,
    format: FileFormat | None = None,
) -> int:
    """
    Write rows of one kind, as the functions of this module make them.

    Args:
        rows: The rows, read once and not held.
        target: A path, whose file is replaced whole or not at all, ``-`` for
            standard output, or an open binary file.
        format: ``"jsonl"`` or ``"parquet"``; None: as the path ends.

    Returns:
        How many rows were written.

    Raises:
        ValidationError: If the format is not known, rows differ in their columns, or
            there is no row for a Parquet file to take its columns from.
        MissingExtraError: If PyArrow is not installed (extra ``arrow``), for Parquet.
        OSError: If the path cannot be written.
    """
    kind = format or _by_name(target_name(target))
    if kind not in get_args(FileFormat):
        raise ValidationError(f"format is {kind!r}: give 'jsonl' or 'parquet'")
    if kind == "parquet":
        return _parquet(rows, target)
    number = 0
    with opened(target) as out:
        for number, row in enumerate(_alike(rows), start=1):  # noqa: B007
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            out.write(text.encode() + b"\n")
    return number


def _by_name(name: str) -> str:
    stem = name.removesuffix(".gz").removesuffix(".zst")
    stem = stem.removesuffix(".bz2").removesuffix(".xz")
    return "parquet" if stem.endswith(".parquet") else "jsonl"


def _alike(rows: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    names: list[str] | None = None
    for row in rows:
        if names is None:
            names = list(row)
        elif list(row) != names:
            raise ValidationError(
                "rows differ in their columns: write rows of one kind to one file"
            )
        yield row


def _parquet(rows: Iterable[Mapping[str, object]], target: Target) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":  # installed but broken: show that instead
            raise
        message = "writing Parquet needs PyArrow: pip install 'qathread[arrow]'"
        raise MissingExtraError(message) from error
    ahead = _alike(rows)
    first = next(ahead, None)
    if first is None:
        raise ValidationError("there are no rows: a Parquet file needs columns")
    schema = pa.schema([(name, _type(name, first[name])) for name in first])
    number = 0
    with opened(target) as out, pq.ParquetWriter(out, schema) as writer:
        batch: list[Mapping[str, object]] = [first, *islice(ahead, _BATCH - 1)]
        while batch:
            number += len(batch)
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            batch = list(islice(ahead, _BATCH))
    return number


def _type(name: str, value: object) -> "pa.DataType":
    """Return the type of a column: by its name, since the first row may not know."""
    import pyarrow as pa

    text: Any = pa.string()
    if name == "label":
        return pa.bool_()
    if name in _INTEGERS:
        return pa.int64()
    if name == "conversations":
        return pa.list_(pa.struct([("from", text), ("value", text)]))
    if name in _CHAT and isinstance(value, list):
        return pa.list_(pa.struct([("role", text), ("content", text)]))
    return text
