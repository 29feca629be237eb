"""Looks at the bytes of a document before anything decodes it."""

import re

from ..errors import FormatError
from ..limits import Limits

_MARK = b"\xef\xbb\xbf"
_OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
_AS_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_QUOTED = re.compile(rb'"[^"]*+(?:"|\Z)')
# An unclosed string matches up to the end, so that no byte is looked at twice.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
#: Escapes of characters that no text may hold, and days out of range: rare
#: enough for the slow way, which knows them one by one.
_DOUBTFUL = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def as_bytes(data: object, limits: Limits | None) -> bytes:
    """Return a document without its leading mark, if it is not too large."""
    if isinstance(data, str):
        try:
            data = data.encode()
        except UnicodeEncodeError as error:
            raise FormatError(
                "encoding",
                "the text holds a lone surrogate: decode it with its real encoding",
                "qathread",
                None,
                f"character {error.start}",
            ) from None
    if not isinstance(data, bytes | bytearray | memoryview):
        raise FormatError(
            "not-this-format",
            f"the document is of type {type(data).__name__}: give bytes",
            "qathread",
        )
    found = bytes(data)
    if limits is not None and len(found) > limits.document:
        raise FormatError(
            "too-large",
            f"the document has {len(found)} bytes, the limit is {limits.document}: "
            "raise Limits.document, or give limits=None for bytes you trust",
            "qathread",
        )
    return found.removeprefix(_MARK)


def check_depth(data: bytes, limit: int) -> None:
    """Refuse arrays and objects nested deeper than *limit*, without decoding."""
    if data.count(b"[") + data.count(b"{") <= limit:
        return
    # What is left are quotes and brackets, and two quotes side by side enclose
    # nothing; only strings with brackets in them need a closer look.
    kept = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _OTHERS)
    brackets = _QUOTED.sub(b"", kept.replace(b'""', b"")).translate(_AS_ONE_KIND)
    # Taking out the innermost pairs lowers the depth by one a round.
    for _ in range(limit):
        shorter = brackets.replace(b"[]", b"")
        if not shorter:
            return
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    at = _too_deep_at(data, limit)
    if at is not None:
        raise FormatError(
            "too-deep",
            f"arrays and objects are nested deeper than {limit}: flatten them",
            "qathread",
            None,
            f"byte {at}",
        )


def _too_deep_at(data: bytes, limit: int) -> int | None:
    """Return where the nesting passes *limit*, if it does."""
    depth = 0
    for match in _TOKEN.finditer(data):
        token = match[0]
        if token in b"[{":
            depth += 1
            if depth > limit:
                return match.start()
        elif token in b"]}":
            depth -= 1
    return None


def is_doubtful(data: bytes) -> bool:
    """Tell whether the document needs a look at each of its texts and times."""
    if b"0001-01-01T" in data or b"9999-12-31T" in data:
        return True
    return b"\\u" in data and _DOUBTFUL.search(data) is not None
