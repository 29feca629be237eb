"""
Records as plain JSON without what has its usual value, and back.

Formats that have a place for members of their own (a header, meta data) keep there
what they have no word for: the names are those of our JSON, and the values are read
as strictly.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, TypeVar, get_args, get_type_hints

import attrs

from ..serialization._converter import CONVERTER, Mismatch, plain, structured

__all__ = ["filled", "sparse"]

R = TypeVar("R", bound=attrs.AttrsInstance)

#: Member, the class of the record in it if it is one, and its usual value if any.
_Plan = tuple[tuple[str, type[attrs.AttrsInstance] | None, object], ...]
_NONE: Final = object()


def sparse(record: attrs.AttrsInstance, *without: str) -> dict[str, Any]:
    """
    Return what is not usual in *record*, as plain JSON values.

    Args:
        record: Any value of ours.
        *without: Members that the format holds itself.

    >>> from ..status import Locked, PostStatus
    >>> sparse(PostStatus(locked=Locked(reason="noise")))
    {'locked': {'reason': 'noise'}}
    """
    return _thinned(plain(record), type(record), frozenset(without))


def filled(cls: type[R], members: Mapping[str, object]) -> R:
    """
    Return the record of which *members* are what is not usual.

    Args:
        cls: Its class.
        members: JSON values; what is absent has its usual value.

    Raises:
        FormatError: If a member is unknown, of another type, or missing.

    >>> from ..status import PostStatus
    >>> filled(PostStatus, {"locked": {}}).locked
    Locked(by_id=None, at=None, reason=None, level=<LockLevel.ALL: 'all'>, until=None)
    """
    try:
        return structured(_thick(members, cls), cls)  # type: ignore[no-any-return]
    except Mismatch as error:
        raise error.as_format_error() from None


def _thinned(
    members: Mapping[str, Any], cls: type, without: frozenset[str]
) -> dict[str, Any]:
    # Classes nest a few levels, whatever the input is.
    found: dict[str, Any] = {}
    for name, inner, usual in _plan(cls):
        value = members[name]
        if name in without or (usual is not _NONE and value == usual):
            continue
        if inner is not None and isinstance(value, dict):
            value = _thinned(value, inner, frozenset())
        found[name] = value
    return found


def _thick(members: Mapping[str, object], cls: type) -> dict[str, object]:
    found = dict(members)
    for name, inner, usual in _plan(cls):
        if name not in found:
            if usual is not _NONE:
                found[name] = usual
            continue
        value = found[name]
        if inner is not None and isinstance(value, dict):
            found[name] = _thick(value, inner)
    return found


@cache
def _plan(cls: type[attrs.AttrsInstance]) -> _Plan:
    hints = get_type_hints(cls)
    return tuple(
        (each.name, _inner(hints[each.name]), _usual(each))
        for each in attrs.fields(cls)
    )


def _inner(hint: object) -> type[attrs.AttrsInstance] | None:
    """Return the class of the record in a member; no record here holds several."""
    options = [hint, *get_args(hint)]
    return next((each for each in options if _is_record(each)), None)


def _is_record(hint: object) -> bool:
    return isinstance(hint, type) and attrs.has(hint)


def _usual(attribute: "attrs.Attribute[object]") -> object:
    value = attribute.default
    return _NONE if value is attrs.NOTHING else CONVERTER.unstructure(value)
