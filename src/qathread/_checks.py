"""Checks of field values, driven by the declared types of a class."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import attrs

from .errors import ValidationError, excerpt

#: Instants outside this range are refused: their neighbours in another zone
#: could not be written.
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC)

#: Integers beyond it do not fit the 64-bit columns of the stores.
MAX_INTEGER = 2**63 - 1

#: Takes a value and its name, returns the value to keep or raises.
Check = Callable[[object, str], object]


def text(value: object, name: str) -> str:
    """Return *value* if it is text that every store can hold."""
    if type(value) is not str:
        if not isinstance(value, str):
            raise ValidationError(f"{name} is {_kind(value)}: give a str")
        value = str(value)
    if "\0" in value:
        raise ValidationError(f"{name} holds U+0000: remove it first")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValidationError(
                f"{name} holds a lone surrogate at {error.start}: "
                "decode the source with its real encoding"
            ) from None
    return value


def identifier(value: object, name: str) -> str:
    """Return *value* if it is text and not empty."""
    found = text(value, name)
    if not found:
        raise ValidationError(f"{name} is empty: give the id")
    return found


def instant(value: object, name: str) -> datetime:
    """Return *value* as its UTC time."""
    if not isinstance(value, datetime):
        raise ValidationError(f"{name} is {_kind(value)}: give a datetime")
    if value.utcoffset() is None:
        raise ValidationError(
            f"{name} has no zone: add one, such as {name}.replace(tzinfo=datetime.UTC)"
        )
    moved = value
    try:
        if value.tzinfo is not UTC:
            moved = value.astimezone(UTC)
        legal = EARLIEST <= moved <= LATEST
    except OverflowError:
        legal = False
    if not legal:
        raise ValidationError(
            f"{name} is out of range: give an instant from "
            f"{EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d} UTC"
        )
    return moved


def integer(value: object, name: str) -> int:
    """Return *value* if it is a whole number that fits 64 bits."""
    if type(value) is not int:
        raise ValidationError(f"{name} is {_kind(value)}: give an int")
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ValidationError(f"{name} is beyond 64 bits: give a smaller number")
    return value


def at_least(least: int, value: object, name: str) -> int:
    """Return *value* if it is a whole number from *least* up."""
    number = integer(value, name)
    if number < least:
        raise ValidationError(f"{name} is {number}: give at least {least}")
    return number


def counted(least: int) -> Check:
    """Return the check of a whole number from *least* up, for a field."""
    return partial(at_least, least)


def reaction_kind(value: object, name: str) -> str:
    """Return *value* in normal form C, so that one emoji is one kind."""
    return unicodedata.normalize("NFC", identifier(value, name))


def settle(record: attrs.AttrsInstance, *, shallow: bool = False) -> None:
    """
    Check every field of *record* against its declared type.

    Instants are moved to UTC in place; this is for constructors only. A shallow
    look takes tuples as they are.
    """
    for name, check in _plan(type(record)):
        value = getattr(record, name)
        if shallow and type(value) is tuple:
            value = ()
        kept = check(value, f"{type(record).__name__}.{name}")
        if kept is not value:
            object.__setattr__(record, name, kept)


@cache
def _plan(cls: type[attrs.AttrsInstance]) -> tuple[tuple[str, Check], ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        (
            attribute.name,
            attribute.metadata.get("check") or _check_for(hints[attribute.name]),
        )
        for attribute in attrs.fields(cls)
    )


def _check_for(hint: object) -> Check:
    if get_origin(hint) is Annotated:
        hint, *_ = get_args(hint)
    if hint is str:
        return text
    if hint is datetime:
        return instant
    if hint is int:
        return integer
    if get_origin(hint) in (Union, UnionType):
        return _optional(get_args(hint))
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if get_origin(hint) is frozenset:
        return _frozenset(get_args(hint))
    if isinstance(hint, type):
        return _instance(hint)
    raise TypeError(f"no check for {hint!r}")  # pragma: no cover - our own mistake


def _optional(options: tuple[object, ...]) -> Check:
    others = [_check_for(option) for option in options if option is not NoneType]
    if len(others) != 1:
        classes = tuple(option for option in options if isinstance(option, type))
        return _instance(*classes)
    (inner,) = others

    def check(value: object, name: str) -> object:
        return None if value is None else inner(value, name)

    return check


def _tuple(items: tuple[object, ...]) -> Check:
    repeated = len(items) == 2 and items[1] is Ellipsis
    checks = [_check_for(item) for item in items if item is not Ellipsis]

    def check(value: object, name: str) -> object:
        if type(value) is not tuple:
            raise ValidationError(f"{name} is {_kind(value)}: give a tuple")
        if not repeated and len(value) != len(checks):
            raise ValidationError(f"{name} has {len(value)} items: give {len(checks)}")
        each = checks * len(value) if repeated else checks
        kept = tuple(
            test(item, f"{name}[{place}]")
            for place, (item, test) in enumerate(zip(value, each, strict=True))
        )
        same = all(a is b for a, b in zip(kept, value, strict=True))
        return value if same else kept

    return check


def _frozenset(items: tuple[object, ...]) -> Check:
    (inner,) = (_check_for(item) for item in items)

    def check(value: object, name: str) -> object:
        if not isinstance(value, frozenset):
            raise ValidationError(f"{name} is {_kind(value)}: give a frozenset")
        for item in value:
            inner(item, name)
        return value

    return check


def _instance(*classes: type) -> Check:
    wanted = " or ".join(cls.__name__ for cls in classes)

    def check(value: object, name: str) -> object:
        if type(value) is bool and bool not in classes:
            pass
        elif isinstance(value, classes):
            return value
        choice = next((cls for cls in classes if issubclass(cls, StrEnum)), None)
        if choice is not None and isinstance(value, str):
            try:
                return choice(value)
            except ValueError:
                known = ", ".join(repr(member.value) for member in choice)
                raise ValidationError(
                    f"{name} is {excerpt(value, 40)!r}: give one of {known}"
                ) from None
        raise ValidationError(f"{name} is {_kind(value)}: give a {wanted}")

    return check


def _kind(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
