"""Broken input made of real samples, and what every reader owes it."""

import json
import lzma
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from docs.make import samples
from qathread import formats, from_json, to_json
from qathread.errors import QathreadError
from qathread.formats.registry import find
from qathread.losses import LossReport

__all__ = ["FORMATS", "corpus", "cuts", "mutations", "outcome"]

#: Formats whose readers take bytes; dumps of Stack Exchange have tests of their own.
FORMATS: Final = tuple(
    name
    for name in formats.names()
    if find(name).reader is not None and name not in ("qathread", "stackexchange")
)
_LARGEST: Final = 100_000  # bytes of one input
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    "",
    "x",
    "0",
    "[deleted]",
    "2024-02-30T25:61:00Z",
    "\ud800",
    "a\0b",
    "<p>&#0;<!DOCTYPE a><script>",
    0,
    -1,
    2**63,
    10**25,
    1.5,
    -1e300,
    [],
    {},
    [None],
    [[]],
    {"": None},
    {"id": {"id": []}},
)
_TOKENS: Final = (
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n\n",
    b'"',
    b"\\",
    b"\\ud800",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"<!DOCTYPE x>",
    b"<![CDATA[",
    b"-->",
    b"[" * 300,
    b"{" * 3,
    b"null",
    b"NaN",
    b"1e999",
    b"9" * 25,
    b"\nFrom x  Thu Nov  1 11:19:12 2001\n",
    b"\nContent-Type: multipart/mixed; boundary=a\n\n--a\n",
    b"\nReferences: <a@b> <a@b>\n",
    b"=?utf-8?b?====?=",
    b"---\n",
    b"> ",
    b"```\n",
)


def unpacked(path: Path) -> bytes:
    """Return the bytes of a sample, of a large one the first lines."""
    data = path.read_bytes()
    data = lzma.decompress(data) if path.suffix == ".xz" else data
    if len(data) > _LARGEST:
        data = data[: data.rfind(b"\n", 0, _LARGEST) + 1 or _LARGEST]
    return data


@cache
def corpus(format: str) -> tuple[bytes, ...]:
    """Return samples of a format, none of them large; made by its writer if need be."""
    if samples.sources(format):
        found = [
            unpacked(path)
            for source in samples.sources(format)
            for path in (sorted(source.iterdir()) if source.is_dir() else [source])
            if path.is_file() and path.name != "SOURCES.md"
        ]
        return tuple(data for data in found if data)
    made = list[bytes]()
    if find(format).writer is not None:
        for thread in (*samples.threads("page-text"), *samples.threads("askbot")):
            out = BytesIO()
            formats.write(thread, out, format)
            made.append(out.getvalue()[:_LARGEST])
    return tuple(made)


def outcome(data: bytes, format: str, **options: Any) -> LossReport | None:
    """
    Read everything, lenient and strict.

    Returns:
        What the lenient reading lost, or None if it refused the input. Anything but
        our own errors is raised, and so is a thread that does not survive our JSON.
    """
    report: LossReport | None = None
    for strict in (True, False):
        try:
            with formats.read(data, format, strict=strict, **options) as reading:
                for thread in reading:
                    assert from_json(to_json(thread), limits=None) == thread
            report = None if strict else reading.report
        except QathreadError as error:
            assert str(error)  # a message that can be shown
    return report


def cuts(data: bytes, count: int) -> Iterator[bytes]:
    """Yield *data* cut short at places that are spread all over it."""
    step = max(1, len(data) // count)
    for at in islice(range(zlib.crc32(data) % step, len(data), step), count):
        yield data[:at]


def mutations(format: str) -> st.SearchStrategy[bytes]:
    """Draw samples with something broken in them."""
    found = corpus(format)
    whole = [value for value in map(_json, found) if isinstance(value, dict | list)]
    kinds = [st.builds(_edited, st.sampled_from(found), st.lists(_edits, max_size=4))]
    if whole:
        kinds.append(_changed(whole))
    return st.one_of(kinds)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


_edits: st.SearchStrategy[tuple[Callable[..., bytes], int, int, bytes]] = st.tuples(
    st.sampled_from(
        [
            lambda data, at, size, token: data[:at] + token + data[at:],
            lambda data, at, size, token: data[:at] + data[at + size :],
            lambda data, at, size, token: data[:at] + data[at : at + size] * 2,
            lambda data, at, size, token: data[:at] + token + data[at + len(token) :],
            lambda data, at, size, token: data[:at],
            lambda data, at, size, token: data[at:],
        ]
    ),
    st.integers(0, 1 << 30),
    st.integers(1, 400),
    st.sampled_from(_TOKENS) | st.binary(min_size=1, max_size=4),
)


def _edited(
    data: bytes, edits: list[tuple[Callable[..., bytes], int, int, bytes]]
) -> bytes:
    for edit, place, size, token in edits:
        data = edit(data, place % (len(data) + 1), size, token)
    return data[:_LARGEST]


@st.composite
def _changed(draw: st.DrawFn, whole: list[Any]) -> bytes:
    """Draw JSON in which one to three members are what nobody expects."""
    value = json.loads(json.dumps(draw(st.sampled_from(whole))))
    for _ in range(draw(st.integers(1, 3))):
        held: Any = value
        for _ in range(draw(st.integers(1, 8))):
            keys = list(held) if isinstance(held, dict) else list(range(len(held)))
            if not keys:
                break
            key = keys[draw(st.integers(0, 1 << 20)) % len(keys)]
            inner = held[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
                held = inner
                continue
            if isinstance(held, dict) and draw(st.booleans()):
                del held[key]
            else:
                held[key] = deepcopy(draw(st.sampled_from(_ODD)))  # never shared
            break
    return json.dumps(value).encode()[:_LARGEST]
