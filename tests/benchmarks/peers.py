"""Other libraries' forms of our records, made from our classes."""

from typing import Any, get_type_hints

import attrs
import pydantic

from qathread import Content

_models: dict[type, type[pydantic.BaseModel]] = {}


def pydantic_model(cls: type) -> type[pydantic.BaseModel]:
    """Return a frozen pydantic model with the fields of an attrs class."""
    if cls not in _models:
        _models[cls] = _made(cls)
    return _models[cls]


def _made(cls: type) -> type[pydantic.BaseModel]:
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {}
    for attribute in attrs.fields(cls):
        required = attribute.default is attrs.NOTHING
        default: Any = ... if required else attribute.default
        if not required and attrs.has(type(default)):
            default = pydantic_model(type(default))()
        fields[attribute.name] = (_mirrored(hints[attribute.name]), default)
    config = pydantic.ConfigDict(frozen=True, strict=False)
    return pydantic.create_model(cls.__name__, __config__=config, **fields)


def _mirrored(hint: Any) -> Any:
    import types
    import typing

    if isinstance(hint, type) and attrs.has(hint):
        return pydantic_model(hint)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_mirrored(arg) for arg in args)]  # noqa: UP007
    if origin is tuple:
        return tuple[tuple(a if a is ... else _mirrored(a) for a in args)]  # type: ignore[misc]
    return hint


def content_model() -> type[pydantic.BaseModel]:
    """Return the pydantic form of a whole thread."""
    return pydantic_model(Content)
