"""A total order over values that attrs gives only equality."""

from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import attrs

T = TypeVar("T")

#: Nested tuples of values that Python can order.
Rank: TypeAlias = tuple[Any, ...]


def names(cls: type) -> tuple[str, ...]:
    """Return the names of the fields of an attrs class."""
    return tuple(field.name for field in attrs.fields(cls))


def rank(value: object) -> Rank:
    """Return a key that orders values of one declared type, None lowest."""
    if value is None:
        return ()
    if isinstance(value, str | int | datetime):  # every StrEnum is a str
        return (value,)
    if isinstance(value, tuple):
        return (tuple(map(rank, value)),)
    if attrs.has(type(value)):
        return (tuple(rank(getattr(value, name)) for name in names(type(value))),)
    raise TypeError(f"no order for {value!r}")  # pragma: no cover - our own mistake


def greater(a: T, b: T) -> T:
    """Return the greater of two values of one declared type."""
    return a if a == b or rank(a) >= rank(b) else b


def shown(value: object) -> str | None:
    """Return a value as one text for people and for comparison; None stays."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return ", ".join(shown(item) or "" for item in value)
    if attrs.has(type(value)):
        parts = ((name, shown(getattr(value, name))) for name in names(type(value)))
        return "; ".join(f"{name}: {text}" for name, text in parts if text is not None)
    return str(value)


def contrast(a: object, b: object) -> tuple[str, str]:
    """Return two records as texts, without the fields in which they agree."""
    if not attrs.has(type(a)) or not attrs.has(type(b)):
        return shown(a) or "", shown(b) or ""
    mine, theirs = _fields(a), _fields(b)
    return _only(mine, theirs), _only(theirs, mine)


def _fields(record: object) -> dict[str, str | None]:
    fields = {name: shown(getattr(record, name)) for name in names(type(record))}
    kind = getattr(type(record), "kind", None)  # of posts only, where it is no field
    return fields if "kind" in fields else {"kind": shown(kind), **fields}


def _only(fields: dict[str, str | None], others: dict[str, str | None]) -> str:
    return "; ".join(
        f"{name}: {text}"
        for name, text in fields.items()
        if text is not None and text != others.get(name)
    )
