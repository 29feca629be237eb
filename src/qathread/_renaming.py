"""
One person's id put in the place of another's, anywhere in a value.

Fields that name a person are found by their declared type, so a field that is
added later is found as well.
"""

from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

import attrs

from ._bulk import changer
from .ids import UserId

T = TypeVar("T")


def renamed(value: T, old: UserId, new: UserId) -> T:
    """
    Return *value* with *new* wherever a field named the person *old*.

    Args:
        value: A record, or a tuple of records; of their fields those that hold
            records are looked into as well, to whatever depth the classes have.
        old: The id that goes.
        new: The id that comes.

    Returns:
        The same object if *old* is not named.
    """
    return cast("T", _renamed(value, old, new))


def _renamed(value: Any, old: UserId, new: UserId) -> Any:
    cls = type(value)
    if cls is tuple:
        kept = tuple(_renamed(each, old, new) for each in value)
        same = all(a is b for a, b in zip(kept, value, strict=True))
        return value if same else kept
    if not attrs.has(cls):
        return value
    naming, holding = _fields(cls)
    changes: dict[str, object] = {}
    for name in naming:
        if getattr(value, name) == old:
            changes[name] = new
    for name in holding:
        held = getattr(value, name)
        if held is not None:
            after = _renamed(held, old, new)
            if after is not held:
                changes[name] = after
    return changer(cls)(value, **changes) if changes else value


@cache
def _fields(cls: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields that name a person, and those whose records may."""
    hints = get_type_hints(cls, include_extras=True)
    naming, holding = [], []
    for field in attrs.fields(cls):
        options = _options(hints[field.name])
        if UserId in options:
            naming.append(field.name)
        elif any(_names_people(option) for option in options):
            holding.append(field.name)
    return tuple(naming), tuple(holding)


def _options(hint: Any) -> tuple[Any, ...]:
    """Return a declared type and what it is made of."""
    return (hint, *(part for each in get_args(hint) for part in _options(each)))


def _names_people(cls: Any) -> bool:
    return isinstance(cls, type) and attrs.has(cls) and any(_fields(cls))
