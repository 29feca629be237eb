"""
The strict converter: plain JSON values to ours and back, nothing coerced.

This module alone imports cattrs. cattrs finds the hook for a type and writes
values out; taking them in, every hook accepts exactly what the format says, and
an error knows its place.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import EnumType, StrEnum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
from cattrs import Converter

from .._bulk import maker
from .._checks import instant
from ..errors import FormatError, QathreadError, ValidationError, excerpt
from ..limits import MAX_INTEGER

Hook = Callable[[Any, Any], Any]


class Mismatch(Exception):
    """A value is not what its place takes; the path grows on the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message
        self.path: list[str | int] = []

    def as_format_error(self) -> FormatError:
        """Return the error for users, with a JSON pointer."""
        parts = (
            str(part).replace("~", "~0").replace("/", "~1")
            for part in reversed(self.path)
        )
        pointer = "".join(f"/{excerpt(part, 60)}" for part in parts)
        return FormatError(self.code, self.message, "qathread", None, pointer or None)


_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)


def instant_text(at: datetime) -> str:
    """Return an instant as the format writes it."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return datetime.isoformat(at).removesuffix("+00:00") + "Z"


def _str(value: Any, _: Any) -> str:
    if value.__class__ is str:
        return value
    raise _wrong("a string", value)


def _int(value: Any, _: Any) -> int:
    if value.__class__ is not int:
        raise Mismatch("number", f"a whole number belongs here, not {_shown(value)}")
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise Mismatch("number", "the number is beyond 64 bits")
    return value


def _bool(value: Any, _: Any) -> bool:
    if value is True or value is False:
        return value
    raise _wrong("true or false", value)


def _null(value: Any, _: Any) -> None:
    if value is not None:
        raise _wrong("null", value)


def _instant(value: Any, _: Any) -> datetime:
    if value.__class__ is not str:
        raise Mismatch("instant", f"a time belongs here, not {_shown(value)}")
    plain = (
        len(value) == 20
        and value[19] == "Z"
        and value[10] == "T"
        and value[7] == "-"
        and value[13] == value[16] == ":"
    )
    try:
        if not plain and _INSTANT.fullmatch(value) is None:
            raise ValueError
        at = datetime.fromisoformat(value)
    except ValueError:
        naive = _INSTANT.fullmatch(value + "Z") is not None
        why = "has no zone: add Z or an offset" if naive else "is no time"
        raise Mismatch(
            "instant", f"{_shown(value)} {why}: write it like 2026-01-01T00:00:00Z"
        ) from None
    if not 1 < at.year < 9999:
        try:
            return instant(at, "the time")
        except ValidationError as error:
            raise Mismatch("instant", str(error)) from None
    return at


def _wrong(wanted: str, value: Any) -> Mismatch:
    return Mismatch("field", f"{wanted} belongs here, not {_shown(value)}")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return repr(excerpt(value, 40))
        case int() | float():
            return f"the number {excerpt(str(value), 24)}"
        case list():
            return "an array"
        case _:
            return "an object"


def _hook_for(hint: Any, converter: Converter) -> Hook:
    """Return the hook of a type; cattrs would take an enum of text for text."""
    if isinstance(hint, EnumType):
        return _choice(hint)
    return converter.get_structure_hook(hint)


def _choice(cls: Any) -> Hook:
    members: dict[str, StrEnum] = {member.value: member for member in cls}
    known = ", ".join(members)

    def structure(value: Any, _: Any) -> StrEnum:
        member = members.get(value) if value.__class__ is str else None
        if member is None:
            raise Mismatch("field", f"{_shown(value)} is none of: {known}")
        return member

    return structure


def _optional_factory(hint: Any, converter: Converter) -> Hook:
    (inner,) = (option for option in get_args(hint) if option is not NoneType)
    hook = _hook_for(inner, converter)

    def structure(value: Any, _: Any) -> Any:
        return None if value is None else hook(value, inner)

    return structure


def _tuple_factory(hint: Any, converter: Converter) -> Hook:
    items = get_args(hint)
    if len(items) == 2 and items[1] is Ellipsis:
        return _array(items[0], converter, tuple)
    hooks = [(_hook_for(item, converter), item) for item in items]

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not list:
            raise _wrong("an array", value)
        if len(value) != len(hooks):
            raise Mismatch("field", f"an array of {len(hooks)} belongs here")
        return tuple(
            hook(item, kind) for item, (hook, kind) in zip(value, hooks, strict=True)
        )

    return structure


def _frozenset_factory(hint: Any, converter: Converter) -> Hook:
    inner = _array(get_args(hint)[0], converter, frozenset)

    def structure(value: Any, cls: Any) -> Any:
        found = inner(value, cls)
        if len(found) != len(value):
            raise Mismatch("field", "an item of this set stands twice")
        return found

    return structure


def _array(item: Any, converter: Converter, build: Callable[[Any], Any]) -> Hook:
    hook = _hook_for(item, converter)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not list:
            raise _wrong("an array", value)
        try:
            return build([hook(each, item) for each in value])
        except Mismatch as error:
            error.path.append(_failing(value, hook, item))
            raise

    return structure


def _failing(value: list[Any], hook: Hook, item: Any) -> int:
    """Find which item failed; only errors pay for counting."""
    for place, each in enumerate(value):
        try:
            hook(each, item)
        except Mismatch:
            return place
    return len(value)  # pragma: no cover - it failed a moment ago


def _record_factory(cls: type[attrs.AttrsInstance], converter: Converter) -> Hook:
    hints = get_type_hints(cls, include_extras=True)
    plan = tuple(
        (attribute.name, _hook_for(hints[attribute.name], converter))
        for attribute in attrs.fields(cls)
    )
    names = frozenset(name for name, _ in plan)
    make = maker(cls)
    check: Callable[[Any], None] | None = getattr(cls, "__attrs_post_init__", None)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise _wrong(f"an object ({cls.__name__})", value)
        name = ""
        try:
            parts = []
            for name, hook in plan:
                parts.append(hook(value[name], None))
            if len(value) != len(plan):
                raise _extra(value, names, cls)
            record = make(*parts)
            if check is not None:
                check(record)
            return record
        except KeyError:
            raise Mismatch("field", f"{cls.__name__} lacks {name!r}") from None
        except Mismatch as error:
            if error.code != "extra":
                error.path.append(name)
            else:
                error.code = "field"
            raise
        except QathreadError as error:
            raise Mismatch("field", str(error)) from None

    return structure


def _extra(value: dict[str, Any], names: frozenset[str], cls: type) -> Mismatch:
    unknown = next(key for key in value if key not in names)
    return Mismatch("extra", f"{cls.__name__} has no {excerpt(unknown, 60)!r}")


def _origin(hint: Any) -> Any:
    return get_origin(hint)


def _annotated_factory(hint: Any, converter: Converter) -> Hook:
    return _hook_for(get_args(hint)[0], converter)


def _new_converter() -> Converter:
    converter = Converter(
        unstruct_collection_overrides={tuple: list, frozenset: sorted},
    )
    converter.register_structure_hook(str, _str)
    converter.register_structure_hook(int, _int)
    converter.register_structure_hook(bool, _bool)
    converter.register_structure_hook(NoneType, _null)
    converter.register_structure_hook(datetime, _instant)
    converter.register_unstructure_hook(datetime, instant_text)
    converter.register_unstructure_hook(StrEnum, attrgetter("value"))
    register: Any = converter.register_structure_hook_factory
    register(attrs.has, _record_factory)
    register(lambda hint: _origin(hint) in (Union, UnionType), _optional_factory)
    register(lambda hint: _origin(hint) is tuple, _tuple_factory)
    register(lambda hint: _origin(hint) is frozenset, _frozenset_factory)
    register(lambda hint: _origin(hint) is Annotated, _annotated_factory)
    return converter


CONVERTER = _new_converter()


def plain(value: attrs.AttrsInstance) -> dict[str, Any]:
    """Return a record as plain JSON values."""
    return CONVERTER.unstructure(value)  # type: ignore[no-any-return]


def structured(value: object, cls: type) -> Any:
    """Return plain JSON values as a record, or raise :class:`Mismatch`."""
    return CONVERTER.get_structure_hook(cls)(value, cls)


def canonical(document: dict[str, Any]) -> bytes:
    """Return plain JSON values as canonical bytes."""
    return json.dumps(
        document,
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def decoded(data: bytes) -> dict[str, Any]:
    """Return the top object of a document as plain JSON values."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise FormatError(
            "encoding",
            "the document is not UTF-8: write it in UTF-8",
            "qathread",
            None,
            f"byte {error.start}",
        ) from None
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except json.JSONDecodeError as error:
        if not text.strip():
            raise FormatError(
                "not-this-format", "the document is empty", "qathread"
            ) from None
        raise FormatError(
            "syntax",
            f"the document is no JSON: {error.msg}",
            "qathread",
            None,
            f"line {error.lineno}, column {error.colno}",
        ) from None
    except Mismatch as error:
        error.path = _locate(text)
        raise error.as_format_error() from None
    except RecursionError:
        raise FormatError(
            "too-deep", "arrays and objects are nested too deep", "qathread"
        ) from None
    if not isinstance(document, dict):
        raise FormatError(
            "not-this-format",
            f"the document is {_shown(document)}: an object with "
            '"qathread" and "type" belongs here',
            "qathread",
        )
    return document


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, with repeated keys."""


def _locate(text: str) -> list[str | int]:
    """Find the first repeated key or bad number again; only errors pay for this."""
    try:
        top = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=lambda digits: 1.5 if len(digits) > 20 else 0,
            parse_float=lambda _: 1.5,
            parse_constant=lambda _: 1.5,
        )
    except (ValueError, RecursionError):
        return []  # broken further on as well
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(top, ())]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, float):
            return list(reversed(path))
        if isinstance(value, _Pairs):
            seen: set[str] = set()
            for key, _ in value:
                if key in seen:
                    return [key, *reversed(path)]
                seen.add(key)
            waiting.extend((member, (*path, key)) for key, member in reversed(value))
        elif isinstance(value, list):
            waiting.extend((each, (*path, i)) for i, each in enumerate(value))
    return []


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Mismatch("duplicate-key", f"key {excerpt(twice, 60)!r} stands twice")
    return members


def _number(digits: str) -> int:
    if len(digits) > 20:
        raise Mismatch("number", f"the number {excerpt(digits, 24)} is beyond 64 bits")
    return int(digits)


def _no_float(digits: str) -> float:
    raise Mismatch(
        "number", f"{excerpt(digits, 24)}: this format has whole numbers only"
    )


def check_texts(document: dict[str, Any]) -> None:
    """Refuse U+0000 and lone surrogates in any text, without recursion."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(document, ())]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, dict):
            for key, member in value.items():
                waiting.append((key, path))
                waiting.append((member, (*path, key)))
        elif isinstance(value, list):
            waiting.extend((each, (*path, i)) for i, each in enumerate(value))
        elif isinstance(value, str):
            code = "forbidden-character" if "\0" in value else ""
            if not code and not value.isascii():
                try:
                    value.encode()
                except UnicodeEncodeError:
                    code = "encoding"
            if code:
                name = "U+0000" if code != "encoding" else "a lone surrogate"
                error = Mismatch(code, f"the text holds {name}: remove it")
                error.path = list(reversed(path))
                raise error
