"""The faster codec, where msgspec is installed: the same bytes, in C."""

from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import attrs
import msgspec
from msgspec import Struct, defstruct

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="sorted")
Fields = tuple[tuple[str, type], ...]
_documents: dict[tuple[type, Fields], type[Struct]] = {}
_decoders: dict[type, msgspec.json.Decoder[Any]] = {}
_getters: dict[type, Callable[[Any], Any]] = {}

#: What decoding can raise; the strict way then says what is wrong.
ERRORS = (msgspec.MsgspecError, ValueError, UnicodeError, RecursionError)


def document_class(cls: type, head: Fields) -> type[Struct]:
    """Return a flat struct of the fields of *cls* and of its document's head."""
    found = _documents.get((cls, head))
    if found is None:
        hints = get_type_hints(cls, include_extras=True)
        fields: list[tuple[str, Any]] = [
            (attribute.name, hints[attribute.name]) for attribute in attrs.fields(cls)
        ]
        found = _documents[cls, head] = defstruct(
            f"{cls.__name__}Document",
            [*fields, *head],
            forbid_unknown_fields=True,
            gc=False,
        )
    return found


def encode(document: object) -> bytes:
    """Return canonical bytes."""
    return _encoder.encode(document)


def decode(data: bytes, document: type[Struct]) -> Any:
    """Return the struct in *data*; raises one of :data:`ERRORS`."""
    decoder = _decoders.get(document)
    if decoder is None:
        decoder = _decoders[document] = msgspec.json.Decoder(document)
    return decoder.decode(data)


class Head(Struct):
    """What says how to read the rest."""

    qathread: int
    type: str
    event: str | None = None


def head(data: bytes) -> Head:
    """Return what the document says of itself."""
    return decode(data, Head)  # type: ignore[no-any-return]
