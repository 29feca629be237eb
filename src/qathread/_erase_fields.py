"""Where values name people and where they hold words, by declared type."""

from collections.abc import Iterator
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Final, Union, get_args, get_origin, get_type_hints

import attrs

from .ids import PersonName, UserId
from .users import User

__all__ = ["WORDS", "Role", "appearances", "roles"]

#: Fields of plain text that somebody wrote; all other plain text is ids,
#: addresses and codes.
WORDS: Final = frozenset(
    {"extra", "reason", "source", "summary", "tags", "title", "url"}
)


class Role(Enum):
    """What a field means to erasure."""

    PERSON = auto()  # the id of one person
    PEOPLE = auto()  # ids of several
    NAME = auto()  # a name of the one person whose id stands beside it
    WORDS = auto()  # text, or a tuple of texts
    PARTS = auto()  # a value, or a tuple of values, with such fields


@cache
def roles(cls: type) -> tuple[tuple[str, Role], ...]:
    """
    Return the fields of an attrs class that erasure looks at, with their roles.

    >>> from qathread.feedback import Vote
    >>> roles(Vote)
    (('voter_id', <Role.PERSON: 1>),)
    """
    hints = get_type_hints(cls, include_extras=True)
    found = ((each.name, _role(each.name, hints[each.name])) for each in _fields(cls))
    return tuple((name, role) for name, role in found if role is not None)


def appearances(value: object) -> Iterator[tuple[UserId, str | None]]:
    """
    Yield everyone who is named in *value*, in order, each time with a name or None.

    Args:
        value: A value, or a tuple of values.

    Yields:
        Pairs of a person's id and a name that the person is shown under there.
    """
    if isinstance(value, User):
        yield value.id, None
        for name in (value.name, value.handle):
            if name is not None:
                yield value.id, name
        return
    if isinstance(value, tuple):
        for each in value:
            yield from appearances(each)
        return
    owner: UserId | None = None
    cls: type = type(value)
    for name, role in roles(cls) if attrs.has(cls) else ():
        held = getattr(value, name)
        if held is None or role is Role.WORDS:
            continue
        if role is Role.PERSON:
            owner = held
            yield held, None
        elif role is Role.PEOPLE:
            for each in held:
                yield each, None
        elif role is Role.NAME:
            # A name follows the id of its person; a test holds classes to it.
            if owner is not None:
                yield owner, held
        else:
            yield from appearances(held)


def _fields(cls: type) -> Iterator["attrs.Attribute[object]"]:
    yield from attrs.fields(cls)


def _role(name: str, hint: object) -> Role | None:
    options = _options(hint)
    if UserId in options:
        return Role.PERSON
    if PersonName in options:
        return Role.NAME
    items = [get_args(each)[0] for each in options if get_origin(each) is tuple]
    if UserId in items:
        return Role.PEOPLE
    if name in WORDS and str in (*options, *items):
        return Role.WORDS
    if any(_speaks(each) for each in (*options, *items)):
        return Role.PARTS
    return None


def _options(hint: object) -> list[object]:
    """Return what a field may hold, None left out."""
    if get_origin(hint) in (Union, UnionType):
        return [each for each in get_args(hint) if each is not NoneType]
    return [hint]


def _speaks(hint: object) -> bool:
    """Whether a value of that type holds anything that erasure looks at."""
    return isinstance(hint, type) and attrs.has(hint) and bool(roles(hint))
