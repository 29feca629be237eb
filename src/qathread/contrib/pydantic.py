"""
Threads, events and other values as fields of pydantic, and so of FastAPI.

Needs the extras ``pydantic`` and, for JSON schemas, ``schema``:
``pip install 'qathread[pydantic,schema]'``. A field is loaded and dumped by our own
strict converter; our classes know nothing of pydantic.

>>> from pydantic import TypeAdapter
>>> from qathread import Body
>>> bodies = TypeAdapter(Annotated[Body, Wire()])
>>> bodies.dump_python(Body(source="Why?"))["source"]
'Why?'
"""

import json
from types import UnionType
from typing import Annotated, Any, Protocol, TypeAlias

from attrs import field, frozen

from ..errors import FormatError, MissingExtraError
from ..facts import AccountEvent, Event
from ..limits import Limits
from ..serialization import from_json, to_dict
from ..thread import Thread

try:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import PydanticCustomError, ValidationError, core_schema
except ModuleNotFoundError as error:
    if error.name not in ("pydantic", "pydantic_core"):  # broken: show that instead
        raise
    message = (
        "qathread.contrib.pydantic needs pydantic: pip install 'qathread[pydantic]'"
    )
    raise MissingExtraError(message) from error

__all__ = ["AccountEventField", "EventField", "ThreadField", "Wire", "install"]

# Marks our schemas in a document, so that install() finds them.
_MARK = "x-qathread"


@frozen(kw_only=True, weakref_slot=False)
class Wire:
    """
    Says that a field holds one of our values: ``Annotated[Policy, Wire()]``.

    Input is a value already, or the document of one; output is its document.

    Attributes:
        limits: The largest document taken, measured as JSON without blanks; None
            lifts them. The framework has read the request before that, so let it
            or the server in front limit the size of requests too.
    """

    limits: Limits | None = field(default=Limits())

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return how pydantic loads, dumps and describes the annotated class."""

        def load(value: object) -> object:
            if isinstance(value, source):
                return value
            return _loaded(value, source, self.limits)

        return core_schema.no_info_plain_validator_function(
            load,
            metadata={"pydantic_js_functions": [lambda _, __: _whole_schema(source)]},
            serialization=core_schema.plain_serializer_function_ser_schema(to_dict),
        )


ThreadField: TypeAlias = Annotated[Thread, Wire()]
EventField: TypeAlias = Annotated[Event, Wire()]
AccountEventField: TypeAlias = Annotated[AccountEvent, Wire()]


def _loaded(value: object, cls: Any, limits: Limits | None) -> object:
    """Return the value in a document, or say which member is wrong."""
    try:
        return from_json(_as_json(value), cls, limits=limits)
    except FormatError as error:
        facts = {
            "pointer": error.where or "",
            "code": error.code,
            "problem": error.message,
        }
        raise ValidationError.from_exception_data(
            "qathread",
            [
                {
                    "type": PydanticCustomError("qathread", "{problem}", facts),
                    "loc": _steps(error.where or ""),
                    "input": None,  # what was sent may be large
                }
            ],
        ) from None


def _as_json(value: object) -> bytes:
    """Write decoded JSON again: only as bytes do all limits apply to it."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError):
        raise FormatError(
            "not-this-format", "this is no JSON: give a document of plain values"
        ) from None
    except RecursionError:
        raise FormatError("too-deep", "the document is nested too deep") from None
    try:
        return text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which is for the reader to name
        return json.dumps(value, separators=(",", ":")).encode()


def _steps(pointer: str) -> tuple[str | int, ...]:
    """Return a JSON pointer as the steps of pydantic's ``loc``."""
    if not pointer.startswith("/"):
        return ()
    return tuple(
        int(part)
        if part.isascii() and part.isdigit() and len(part) < 19
        else part.replace("~1", "/").replace("~0", "~")
        for part in pointer[1:].split("/")
    )


# -- schemas ---------------------------------------------------------------------


def _whole_schema(cls: Any) -> dict[str, Any]:
    """
    Return the schema with all parts in place.

    pydantic knows no definitions but its own, so there are no references in it. No
    record of ours holds another of its kind: this ends.
    """
    from .. import schema  # needs an extra of its own, and only here

    found = schema.event() if isinstance(cls, UnionType) else schema.document(cls)
    parts = found.pop("$defs")
    del found["$schema"]

    def placed(node: Any) -> Any:
        if isinstance(node, list):
            return [placed(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return placed(parts[node["$ref"].removeprefix("#/$defs/")])
        # A discriminator maps to references, and here is none.
        return {
            key: placed(each) for key, each in node.items() if key != "discriminator"
        }

    called = "Event" if isinstance(cls, UnionType) else schema.name(cls)
    return {**placed(found), _MARK: called}


class _App(Protocol):
    """What is used of a FastAPI application."""

    def openapi(self) -> dict[str, Any]: ...


def install(app: _App, *, prefix: str = "qathread.") -> None:
    """
    Put our schemas into the OpenAPI document of a FastAPI application.

    Without it the document is right too, with every schema written out where it is
    used; with it they are components, and events have their discriminator.

    Args:
        app: The application.
        prefix: What stands before the names of our components, so that ``User``
            or ``Comment`` of the application keep theirs.
    """
    made = app.openapi
    seen: list[dict[str, Any]] = []

    def openapi() -> dict[str, Any]:
        document = made()
        # FastAPI keeps its document: the next time it is the same one.
        if not any(document is each for each in seen):
            _refer(document, prefix)
            seen[:] = [document]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _refer(document: dict[str, Any], prefix: str) -> None:
    """Replace what is written out by references, and add what they refer to."""
    from .. import schema

    place = f"#/components/schemas/{prefix}"
    ours = schema.components(place + "{name}")
    used: set[str] = set()

    def follow(node: Any) -> None:
        if isinstance(node, list):
            for each in node:
                follow(each)
        elif isinstance(node, dict):
            if _MARK in node:
                called = node[_MARK]
                node.clear()
                node["$ref"] = place + called
            target = node.get("$ref")
            if isinstance(target, str) and target.startswith(place):
                called = target.removeprefix(place)
                if called not in used:
                    used.add(called)
                    follow(ours[called])
            for each in node.values():
                follow(each)

    follow(document)
    if used:
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update((prefix + called, ours[called]) for called in sorted(used))
