"""
JSON Schema of the documents that :func:`qathread.to_dict` writes, draft 2020-12.

Needs the extra ``schema``: ``pip install 'qathread[schema]'``. The schemas come from
the classes themselves: each becomes a struct of msgspec, which writes the schema. They
say which members there are, their types, ranges and times; what only a whole thread can
tell, such as whether every parent is there, is left to :func:`qathread.from_dict`.

>>> thread()["$ref"]
'#/$defs/Thread'
>>> event()["discriminator"]["propertyName"]
'event'
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, partial, reduce
from operator import or_
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from ._checks import at_least, identifier, reaction_kind
from .content import Content
from .errors import MissingExtraError, ValidationError
from .limits import MAX_INTEGER
from .serialization import FORMAT_VERSION
from .serialization._documents import EVENT, EVENT_OF, THREAD, TYPE_OF
from .thread import Thread

try:
    import msgspec
except ModuleNotFoundError as error:
    if error.name != "msgspec":  # installed but broken: show that instead
        raise
    message = "qathread.schema needs msgspec: pip install 'qathread[schema]'"
    raise MissingExtraError(message) from error

__all__ = ["DIALECT", "TEMPLATE", "components", "document", "event", "name", "thread"]

#: The dialect, as ``$schema`` names it.
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: Where a schema that stands alone keeps its parts.
TEMPLATE: Final = "#/$defs/{name}"

_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
)
_Fields = Iterable[tuple[str, Any]]


def thread() -> dict[str, Any]:
    """
    Return the schema of the document of a thread.

    Returns:
        A new dict that stands alone, its parts under ``$defs``.
    """
    return document(Thread)


def event() -> dict[str, Any]:
    """
    Return the schema of the documents of all events, of threads and accounts.

    Returns:
        A new dict that stands alone; the member ``event`` says which event it is.
    """
    (found,), parts = msgspec.json.schema_components([_events()], ref_template=TEMPLATE)
    return {"$schema": DIALECT, **found, "$defs": parts}


def document(cls: type) -> dict[str, Any]:
    """
    Return the schema of the document of one class.

    Args:
        cls: Thread, the class of an event, or of another public value.

    Returns:
        A new dict that stands alone, its parts under ``$defs``.

    Raises:
        ValidationError: If the class has no document form.
    """
    (found,), parts = msgspec.json.schema_components(
        [_document(cls)], ref_template=TEMPLATE
    )
    return {"$schema": DIALECT, **found, "$defs": parts}


def components(ref_template: str = "#/components/schemas/{name}") -> dict[str, Any]:
    """
    Return the schemas of all documents and their parts, by name.

    Args:
        ref_template: How one refers to another; the default is OpenAPI's.

    Returns:
        A new dict: ``Thread``, ``Event``, every event by the name of its class,
        parts by theirs, and documents of other values as ``PolicyDocument``.
    """
    every = [_document(cls) for cls in (Thread, *TYPE_OF)]
    found, parts = msgspec.json.schema_components(
        [_events(), *every], ref_template=ref_template
    )
    return dict(sorted({**parts, "Event": found[0]}.items()))


def name(cls: type) -> str:
    """
    Return the name that the document of a class has among the components.

    Args:
        cls: Thread, the class of an event, or of another public value.

    Returns:
        The name of the class; for what also is a part of others, and for values
        beside threads and events, with ``Document`` after it.

    Raises:
        ValidationError: If the class has no document form.
    """
    if cls is Thread or cls in EVENT_OF:
        return cls.__name__
    if cls in TYPE_OF:
        return f"{cls.__name__}Document"
    raise ValidationError(
        f"{getattr(cls, '__name__', cls)} has no document form: give Thread or the "
        "class of an event or another public value"
    )


# -- structs ---------------------------------------------------------------------


@cache
def _document(cls: type) -> Any:
    """Return the struct of a document, with what stands at its top level."""
    called = name(cls)
    head: list[tuple[str, Any]] = [("qathread", Literal[FORMAT_VERSION])]
    if cls is Thread:
        own = [("id", _TEXT_OF_ID), ("version", _whole(1))]
        head = [*own, *head, ("type", Literal[THREAD])]
        return _struct(called, [*_fields(Content), *head], Thread)
    if cls in EVENT_OF:
        # msgspec tells the structs of a union apart by the tag.
        head.append(("type", Literal[EVENT]))
        return _struct(called, [*_fields(cls), *head], cls, EVENT_OF[cls])
    head.append(("type", Literal[TYPE_OF[cls]]))
    return _struct(called, [*_fields(cls), *head], cls)


def _struct(called: str, fields: _Fields, cls: type, tag: str | None = None) -> Any:
    struct = msgspec.defstruct(
        called,
        fields,
        forbid_unknown_fields=True,
        tag_field=None if tag is None else "event",
        tag=tag,
    )
    # What msgspec gives as the description.
    struct.__doc__ = (cls.__doc__ or "").strip().partition("\n")[0]
    return struct


@cache
def _events() -> Any:
    return reduce(or_, map(_document, EVENT_OF))


@cache
def _part(cls: type) -> Any:
    """Return the struct of a record within a document."""
    return _struct(cls.__name__, _fields(cls), cls)


def _fields(cls: Any) -> list[tuple[str, Any]]:
    hints = get_type_hints(cls, include_extras=True)
    return [
        (each.name, _wire(hints[each.name], each.metadata.get("check")))
        for each in attrs.fields(cls)
    ]


_TEXT_OF_ID: Final = Annotated[str, msgspec.Meta(min_length=1)]
_INSTANT: Final = Annotated[
    datetime, msgspec.Meta(tz=True, extra_json_schema={"pattern": _TIME})
]


def _whole(least: int = -MAX_INTEGER) -> Any:
    return Annotated[int, msgspec.Meta(ge=least, le=MAX_INTEGER)]


def _wire(hint: Any, check: Callable[..., object] | None = None) -> Any:
    """Return the type that a struct has where a record has *hint*."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if check in (identifier, reaction_kind):
        return _TEXT_OF_ID
    if isinstance(check, partial) and check.func is at_least:
        return _whole(*check.args)
    if hint is int:
        return _whole()
    if hint is datetime:
        return _INSTANT
    if attrs.has(hint):
        return _part(hint)
    origin, items = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return reduce(or_, (_wire(item) for item in items if item is not NoneType)) | (
            None
        )
    if origin is tuple:
        parts = tuple(each if each is Ellipsis else _wire(each) for each in items)
        return tuple.__class_getitem__(parts)
    if origin is frozenset:
        distinct = msgspec.Meta(extra_json_schema={"uniqueItems": True})
        return Annotated[frozenset.__class_getitem__(_wire(items[0])), distinct]
    return hint
