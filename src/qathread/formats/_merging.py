"""
Copies of one object, from several documents, made one.

What readers need that hold whole objects until the end, once: each different copy in
an order that does not depend on that of the input, and the members of a newer copy
completed with what only an older one says. Time grows with the size of the copies.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

__all__ = ["completed", "distinct"]

T = TypeVar("T")


def distinct(copies: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """
    Return each different copy once, in an order of their own.

    Args:
        copies: Copies, in any order.
        text: All that a copy says, as one text.

    >>> distinct([{"b": 1}, {"a": 2}, {"b": 1}], str)
    [{'a': 2}, {'b': 1}]
    """
    found = {text(copy): copy for copy in copies}
    return [found[name] for name in sorted(found)]


def completed(
    members: dict[str, object], older: Mapping[str, object], *, same: bool = True
) -> list[str]:
    """
    Add to the members of a newer copy what only an older one says.

    A null says nothing: it is filled, and contradicts no value.

    Args:
        members: Those of the newer copy; they are changed.
        older: Those of the older one.
        same: Whether both are of one state of the object. If not, what only the
            older one says may be out of date: nothing but names with null is added.

    Returns:
        The names of members that the older copy says otherwise, or alone without
        being added, in its order.

    >>> members = {"a": 1, "b": None}
    >>> completed(members, {"a": 2, "b": 3, "c": 4}), members
    (['a'], {'a': 1, 'b': 3, 'c': 4})
    """
    lost = list[str]()
    for name, value in older.items():
        if value is None:
            members.setdefault(name, None)
        elif same and members.get(name) is None:
            members[name] = value
        elif members.get(name) != value:
            lost.append(name)
    return lost
