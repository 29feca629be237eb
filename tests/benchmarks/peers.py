"""Other libraries' forms of our records, made from our classes."""

from functools import cache
from typing import Any, get_type_hints

import attrs
import pydantic

from qathread import Content


@cache
def pydantic_model(cls: type) -> type[pydantic.BaseModel]:
    """Return a frozen pydantic model with the fields of an attrs class."""
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {}
    for attribute in attrs.fields(cls):
        default = ... if attribute.default is attrs.NOTHING else attribute.default
        if attrs.has(type(default)):
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
