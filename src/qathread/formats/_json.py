"""
JSON that other programs wrote: decoded within limits, repaired or refused.

Our own documents are read by ``serialization``, which takes whole numbers and one
object only. Here any JSON is legal, and a lenient reading mends what JSON forbids:
repeated keys, numbers beyond 64 bits, texts that no store can hold, a cut end.
"""

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from math import isfinite
from typing import Final, TypeAlias

from attrs import frozen

from ..errors import FormatError, excerpt
from ..limits import MAX_INTEGER, Limits
from ..serialization._scan import check_depth, is_doubtful
from ._looks import decode
from ._report import Collector

__all__ = ["Place", "json_values", "place", "pointer", "shown"]

_DEPTH: Final = Limits().json_depth
_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_RAW: Final = "Invalid control character"  # what the decoder says
_DIGITS: Final = 19  # of the largest whole number that fits 64 bits
_SEGMENT: Final = 60  # characters of one part of a pointer

#: The keys and indexes that lead to a place, innermost first; None at the top.
_Path: TypeAlias = "tuple[_Path, str | int] | None"


@frozen
class Place:
    """
    Where a value is.

    Attributes:
        label: The file and the line, as far as there are several.
        path: A JSON pointer.
    """

    label: str
    path: str = ""

    def down(self, *parts: str | int) -> "Place":
        """Return the place of what is within."""
        return Place(self.label, self.path + pointer(*parts))

    def __str__(self) -> str:
        return place(self.label, self.path) or "/"


class _Number(str):
    """The digits of a number that no field can hold."""


class _Repeated(dict[str, object]):
    """An object in which a key stood twice; the last one counts."""

    key: str = ""


def json_values(
    data: bytes, report: Collector, limits: Limits | None, label: str = ""
) -> Iterator[tuple[str, object]]:
    """
    Yield the values in a document: one, or several that begin on lines of their own.

    What is damaged at its end is read up to there; whole members of the list
    that was cut are kept.

    Args:
        data: The document in UTF-8.
        report: What counts repairs, or refuses the first.
        limits: Its ``json_depth`` bounds the nesting.
        label: What places in the report begin with, such as the name of a file.

    Yields:
        What places in a value begin with, and the value.

    Raises:
        FormatError: If it is nested too deep; if strict, at any damage.
    """
    try:
        check_depth(data, _DEPTH if limits is None else limits.json_depth)
    except FormatError as error:
        where = place(label, error.where or "")
        raise report.error(error.code, error.message, where) from error
    doubtful = is_doubtful(data)
    return _Reader(decode(data, report), report, doubtful, label).values()


def place(*parts: str) -> str | None:
    """Return where something is: a file, a line, a pointer, as far as there are."""
    return ", ".join(filter(None, parts)) or None


def pointer(*parts: str | int) -> str:
    """
    Return a JSON pointer.

    >>> pointer("items", 3, "a/b")
    '/items/3/a~1b'
    """
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return "".join(f"/{excerpt(part, _SEGMENT)}" for part in escaped)


class _Reader:
    def __init__(
        self, text: str, report: Collector, doubtful: bool, label: str
    ) -> None:
        self._text, self._report, self._doubtful = text, report, doubtful
        self._document = self._label = label
        self._odd = False  # whether a hook met something to mend
        self._decoder = self._decoding(strict=True)

    def _decoding(self, *, strict: bool) -> JSONDecoder:
        return JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=self._constant,
            strict=strict,
        )

    def values(self) -> Iterator[tuple[str, object]]:
        text, line, counted = self._text, 1, 0
        first = at = self._skip(0)
        while at < len(text):
            line += text.count("\n", counted, at)
            counted = at
            if at > first:
                self._label = place(self._document, f"line {line}") or ""
            try:
                value, end = self._decoder.raw_decode(text, at)
            except JSONDecodeError as error:
                if self._decoder.strict and error.msg.startswith(_RAW):
                    self._raw_control(error.pos)
                    self._decoder = self._decoding(strict=False)
                    continue
                self._broken(error.msg, error.pos)
                part = self._whole_part(at, 2)
                if part is not None:
                    yield self._label, self._mended(part)
                return
            except RecursionError:
                raise self._report.error(
                    "too-deep", "arrays and objects are nested too deep"
                ) from None
            yield self._label, self._mended(value)
            at = self._skip(end)
            if at < len(text) and "\n" not in text[end:at]:
                self._broken("something follows the value", at)
                return

    def _skip(self, at: int) -> int:
        match = _BLANKS.match(self._text, at)
        return at if match is None else match.end()

    def _raw_control(self, at: int) -> None:
        self._report.damage(
            "forbidden-character",
            "control characters stand raw in a text (strict reading refuses them, "
            "lenient reading keeps them): write them as escapes",
            self._at(at),
        )

    def _at(self, at: int) -> str | None:
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        return place(self._document, f"line {line}, column {column}")

    def _broken(self, problem: str, at: int) -> None:
        self._report.damage(
            "syntax",
            f"this is no JSON ({excerpt(problem, 80)}): strict reading refuses it, "
            "lenient reading keeps what is whole before it",
            self._at(at),
            kind="skipped",
        )

    # -- what is whole before a damage -------------------------------------------

    def _whole_part(self, at: int, levels: int) -> object | None:
        """Return the whole members of the list or object that begins there."""
        if self._text.startswith("[", at):
            return self._whole_items(at + 1, levels)
        if self._text.startswith("{", at) and levels:
            return self._whole_members(at + 1, levels)
        return None

    def _whole_items(self, at: int, levels: int) -> list[object]:
        found: list[object] = []
        at = self._skip(at)
        while not self._text.startswith("]", at):
            try:
                value, end = self._decoder.raw_decode(self._text, at)
            except (JSONDecodeError, RecursionError):
                part = self._whole_part(at, levels - 1) if levels > 1 else None
                if isinstance(part, dict):
                    found.append(part)
                break
            found.append(value)
            at = self._skip(end)
            if not self._text.startswith(",", at):
                break
            at = self._skip(at + 1)
        return found

    def _whole_members(self, at: int, levels: int) -> dict[str, object] | None:
        """Return the lists of a cut object; alone they are whole."""
        found: dict[str, object] = {}
        at = self._skip(at)
        while not self._text.startswith("}", at):
            key: object = None
            try:
                key, end = self._decoder.raw_decode(self._text, at)
                at = self._skip(end)
                if not isinstance(key, str) or not self._text.startswith(":", at):
                    break
                at = self._skip(at + 1)
                value, end = self._decoder.raw_decode(self._text, at)
            except (JSONDecodeError, RecursionError):
                if self._text.startswith("[", at) and isinstance(key, str):
                    found[key] = self._whole_items(at + 1, 0)
                break
            found[key] = value
            at = self._skip(end)
            if not self._text.startswith(",", at):
                break
            at = self._skip(at + 1)
        lists: dict[str, object] = {
            key: each for key, each in found.items() if isinstance(each, list)
        }
        return lists or None

    # -- what JSON allows and no value can hold ----------------------------------

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        self._odd = True
        repeated, seen = _Repeated(members), set[str]()
        for key, _ in pairs:
            if key in seen:
                repeated.key = key
                break
            seen.add(key)
        return repeated

    def _integer(self, digits: str) -> int | _Number:
        if len(digits) <= _DIGITS + 1 and abs(number := int(digits)) <= MAX_INTEGER:
            return number
        return self._constant(digits)

    def _float(self, digits: str) -> float | _Number:
        number = float(digits)
        return number if isfinite(number) else self._constant(digits)

    def _constant(self, digits: str) -> _Number:
        self._odd = True
        return _Number(digits)

    def _mended(self, top: object) -> object:
        """Return *top* as plain values that a thread can hold."""
        if not self._odd and not self._doubtful:
            return top
        self._odd = False
        holder: list[object] = [top]
        waiting: list[tuple[list[object] | dict[str, object], _Path]] = [(holder, None)]
        while waiting:
            held, path = waiting.pop()
            if isinstance(held, dict):
                self._mend_keys(held, path)
            entries: list[tuple[str | int, object]] = list(
                held.items() if isinstance(held, dict) else enumerate(held)
            )
            for key, value in entries:
                here: _Path = None if held is holder else (path, key)
                if isinstance(value, list | dict):
                    waiting.append((value, here))
                elif isinstance(value, str):
                    mended = self._mend_text(value, here)
                    if mended is not value:
                        held[key] = mended  # type: ignore[index]
        return holder[0]

    def _mend_keys(self, members: dict[str, object], path: _Path) -> None:
        if isinstance(members, _Repeated):
            self._report.damage(
                "duplicate-key",
                "a key stands twice in one object: the last one counts",
                self._place((path, members.key)),
            )
        if not self._doubtful:
            return
        if not any("\0" in key or _SURROGATES.search(key) for key in members):
            return
        kept = [
            (self._mend_text(key, (path, key)), value) for key, value in members.items()
        ]
        members.clear()
        members.update(kept)

    def _mend_text(self, text: str, path: _Path) -> str:
        if isinstance(text, _Number):
            self._report.damage(
                "number",
                "a number that is not finite or beyond 64 bits: it is kept as text",
                f"{self._place(path) or '/'}: {excerpt(text, 24)}",
            )
            return str(text)
        if not self._doubtful:
            return text
        if "\0" in text:
            self._report.damage(
                "forbidden-character",
                "U+0000 in a text: lenient reading puts U+FFFD",
                self._place(path),
                count=text.count("\0"),
            )
            text = text.replace("\0", "\ufffd")
        if not text.isascii() and _SURROGATES.search(text):
            text, count = _SURROGATES.subn("\ufffd", text)
            self._report.damage(
                "encoding",
                "half of a surrogate pair in a text: lenient reading puts U+FFFD",
                self._place(path),
                count=count,
            )
        return text

    def _place(self, path: _Path) -> str | None:
        parts: list[str | int] = []
        while path is not None:
            path, part = path
            parts.append(part if isinstance(part, int) else _shown(part))
        return place(self._label, pointer(*reversed(parts)))


def shown(value: object) -> str:
    """Return a JSON value as a message names it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return repr(excerpt(value, 40))
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return excerpt(repr(value), 24)


def _shown(key: str) -> str:
    return _SURROGATES.sub("\ufffd", key).replace("\0", "\ufffd")
