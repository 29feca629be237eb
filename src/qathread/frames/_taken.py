"""Whatever holds columns as a table: ours, a mapping of columns, a frame."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeAlias, cast

from ..errors import ValidationError
from ._schema import Column, Schema
from ._schemas import KNOWN
from ._table import Table

__all__ = ["Zone", "names_of", "opened", "present", "taken"]

#: What times without a zone are in; None: they are refused.
Zone: TypeAlias = Literal["UTC"] | None


def taken(frame: object, schema: Schema | None, assume_tz: Zone) -> Table:
    """Return what holds columns as a table; `frames.from_frame` says how."""
    if isinstance(frame, Table):
        return frame if schema is None else _stated(frame, schema)
    if isinstance(frame, Mapping):
        return _mapped(frame, schema, assume_tz)
    from ._read import read

    return read(frame, schema, assume_tz)


def opened(frame: object) -> object:
    """Return a frame that can be looked at twice, whatever was given."""
    if isinstance(frame, Table | Mapping):
        return frame
    from ._read import eager

    return eager(frame)


def names_of(frame: object) -> tuple[str, ...]:
    """Return the names of the columns of what :func:`opened` gave."""
    if isinstance(frame, Mapping):
        return tuple(frame)
    return tuple(cast("Table", frame).columns)


def present(schema: Schema, names: Sequence[str]) -> None:
    """Raise unless every column of *schema* is among *names*."""
    missing = [name for name in schema.names if name not in names]
    if missing:
        raise ValidationError(
            f"the frame lacks {', '.join(missing)}: it has {', '.join(names)}"
        )


def _stated(table: Table, schema: Schema) -> Table:
    present(schema, table.columns)
    return Table(schema, {name: table[name] for name in schema.names})


def _mapped(
    columns: Mapping[str, Iterable[object]], schema: Schema | None, assume_tz: Zone
) -> Table:
    """Return a table of columns by name, which say nothing of their types."""
    if schema is None:
        schema = Schema(columns=tuple(map(_known, columns)))
    present(schema, tuple(columns))
    cells = {name: list(columns[name]) for name in schema.names}
    if assume_tz is not None:
        cells = {name: list(map(_zoned, column)) for name, column in cells.items()}
    return Table(schema, cells)


def _known(name: str) -> Column:
    if name not in KNOWN:
        raise ValidationError(
            f"column {name!r} is none of ours, and a mapping does not say what it "
            "holds: say so with schema="
        )
    return Column(name=name, type=KNOWN[name])


def _zoned(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
