"""Pages of a longer list, and the cursors that lead from one to the next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Generic, TypeVar

from attrs import frozen

from ._checks import integer
from .errors import BadCursorError, ValidationError

__all__ = ["MAX_LIMIT", "Page", "check_limit", "decode_cursor", "encode_cursor"]

T = TypeVar("T")

#: The most items of one page.
MAX_LIMIT = 200

_VERSION = 1
_SUM = 6  # bytes of the checksum: it finds accidents, it is not a signature


@frozen(kw_only=True, weakref_slot=False)
class Page(Generic[T]):
    """
    Some items of a list, in its order.

    Attributes:
        items: The items; at most as many as were asked for.
        next: The cursor of the next page; None after the last one.
    """

    items: tuple[T, ...]
    next: str | None = None


def check_limit(limit: int) -> int:
    """
    Return *limit* if a page may have so many items.

    Args:
        limit: From 1 to 200.

    Returns:
        The same number.

    Raises:
        ValidationError: If it is not a whole number in that range.
    """
    if not 1 <= integer(limit, "limit") <= MAX_LIMIT:
        raise ValidationError(f"limit is {limit}: give a number from 1 to {MAX_LIMIT}")
    return limit


def encode_cursor(kind: str, *parts: str | int | None) -> str:
    """
    Return an opaque cursor, safe in an address.

    Args:
        kind: What it leads through, so that no other list takes it.
        parts: What the list needs to go on.

    Returns:
        ASCII letters, digits, ``-`` and ``_`` only.

    >>> decode_cursor("example", encode_cursor("example", "q.2", 7))
    ('q.2', 7)
    """
    return _sealed(
        json.dumps(
            [_VERSION, kind, *parts], ensure_ascii=False, separators=(",", ":")
        ).encode()
    )


def decode_cursor(kind: str, cursor: str) -> tuple[str | int | None, ...]:
    """
    Return the parts of a cursor that :func:`encode_cursor` made.

    Args:
        kind: What it must lead through.
        cursor: What came back; any text.

    Returns:
        The parts.

    Raises:
        BadCursorError: If it was cut or changed, or is for another list or of
            another version.
    """
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = packed[_SUM:]
        # Decoders pass over foreign characters and spare bits: only what would be
        # written again is a cursor.
        if _sealed(text) != cursor:
            raise ValueError
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise BadCursorError(
            "the cursor was cut or changed: start again without one"
        ) from None
    if not isinstance(found, list) or len(found) < 2 or found[0] != _VERSION:
        raise BadCursorError(
            "the cursor is of another version: start again without one"
        )
    if found[1] != kind:
        raise BadCursorError(
            f"the cursor is not for {kind}: use it where it came from, or start "
            "again without one"
        )
    parts = tuple(found[2:])
    if not all(part is None or type(part) in (str, int) for part in parts):
        raise BadCursorError("the cursor is forged: start again without one")
    return parts


def _sealed(text: bytes) -> str:
    check = blake2b(text, digest_size=_SUM, person=b"qathread").digest()
    return urlsafe_b64encode(check + text).rstrip(b"=").decode("ascii")
