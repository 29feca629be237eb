"""
One line of a dump as values: by the fastest codec at hand where that is safe.

Most lines hold nothing that needs mending. Those are decoded by msgspec, or by the
standard library where it is not installed; it must be certain first that the way of
:mod:`.._json`, which mends and reports, would give the very same values.
"""

import json
import re
from collections.abc import Callable
from typing import Final

from ...errors import FormatError
from ...limits import MAX_INTEGER
from ...serialization._scan import check_depth

__all__ = ["decoded"]

#: Halves of pairs, perhaps without the other half, and numbers that are not finite.
_ODD: Final = re.compile(
    rb"\\u[dD][89a-fA-F]|[0-9][eE]\+?[0-9]{3}|\b(?:NaN|Infinity)\b"
)
_BLANK_BEFORE_COLON: Final = re.compile(rb'"[ ]+:')
_CONTAINERS: Final = (dict, list)


def _stock(data: bytes, /) -> object:
    """Decode with the standard library what it decodes as strictly as msgspec does."""
    if _ODD.search(data):
        raise ValueError
    return json.loads(data.decode())


_decode: Callable[[bytes], object]
try:
    import msgspec
except ModuleNotFoundError as error:
    if error.name != "msgspec":  # installed but broken: show that instead
        raise
    _decode = _stock
else:
    _decode = msgspec.json.Decoder().decode


def decoded(line: bytes, depth: int) -> dict[str, object] | None:
    """
    Return the object in a line, or None if it has to be read with care.

    Args:
        line: The line; without its end.
        depth: How deep arrays and objects may be nested.
    """
    if b"\\u0000" in line or b'\\\\"' in line or b"\t" in line:
        return None  # a forbidden character, a text that ends in a backslash, blanks
    if b" :" in line and _BLANK_BEFORE_COLON.search(line):
        return None
    try:
        check_depth(line, depth)
        found = _decode(line)
    except (ValueError, FormatError, RecursionError):
        return None
    if not isinstance(found, dict) or b"\r" in line[:-1]:
        return None
    # Each key is followed by a quote and a colon. Quotes in texts have a backslash; a
    # text that begins with a colon makes the count too high, which is no harm.
    keys = line.count(b'":') - line.count(b'\\":')
    return found if keys == _keys(found) else None


def _keys(top: dict[str, object]) -> int:
    """Count the members of an object and all in it; -1 if a number is too large."""
    count = 0
    waiting: list[dict[str, object] | list[object]] = [top]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            count += len(held)
        for each in held.values() if isinstance(held, dict) else held:
            kind = each.__class__
            if kind is int:
                if not -MAX_INTEGER <= each <= MAX_INTEGER:  # type: ignore[operator]
                    return -1
            elif kind in _CONTAINERS and each:
                waiting.append(each)  # type: ignore[arg-type]
    return count
