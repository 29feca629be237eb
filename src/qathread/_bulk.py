"""
A faster private constructor for records whose fields are known to be right.

The public constructor of a frozen class sets each field through a guard. Here
a twin class with the same slots and no guard takes the values and then becomes
the frozen class. No check runs: for loaders and folds only, never for input.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

T = TypeVar("T")

_makers: dict[type, Callable[..., Any]] = {}
_changers: dict[type, Callable[..., Any]] = {}


def maker(cls: type[T]) -> Callable[..., T]:
    """
    Return a function that builds a *cls* from all its fields, in order.

    Args:
        cls: A frozen attrs class with slots and without weak references.

    Returns:
        A function of positional arguments only.
    """
    made = _makers.get(cls)
    if made is None:
        made = _makers[cls] = _twin(cls)
    return made


def changer(cls: type[T]) -> Callable[..., T]:
    """
    Return a function that copies a *cls* with some fields changed.

    Args:
        cls: As for :func:`maker`.

    Returns:
        A function of a record and keyword arguments.
    """
    changed = _changers.get(cls)
    if changed is None:
        changed = _changers[cls] = _written_changer(cls)
    return changed


def _written_changer(cls: type) -> Callable[..., Any]:
    names = _names(cls)
    given = ", ".join(f"{name}=same" for name in names)
    values = ", ".join(f"_held.{name} if {name} is same else {name}" for name in names)
    source = f"def change(_held, *, {given}):\n    return make({values})\n"
    scope: dict[str, Any] = {"make": maker(cls), "same": object()}
    exec(source, scope)  # names come from our own classes
    change: Callable[..., Any] = scope["change"]
    return change


def _names(cls: type) -> list[str]:
    return [attribute.name for attribute in attrs.fields(cls)]


def _twin(cls: type) -> Any:
    names = _names(cls)
    lines = [f"def __init__(self, {', '.join(names)}):"]
    lines += [f"    self.{name} = {name}" for name in names]
    lines += ["    self.__class__ = cls"]
    scope: dict[str, Any] = {"cls": cls}
    exec("\n".join(lines), scope)  # names come from our own classes
    own = tuple(cls.__dict__["__slots__"])
    body = {
        "__slots__": own,
        "__init__": scope["__init__"],
        "__setattr__": object.__setattr__,
        "__qualname__": cls.__qualname__,
    }
    return type(cls.__name__, cls.__bases__, body)
