"""
Rows from bytes to attributes: by lxml in batches, or by splitting at the quotes.

Both give the same. lxml is about twice as fast and takes well-formed rows only; a
batch that it refuses goes the other way, which finds out what is wrong with which row
and mends it where formats allow that.

One thing is not as XML has it: a tab stays a tab. The software that writes dumps
leaves tabs in attributes as they are, where a parser by the book makes blanks of them.
"""

import re
from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

from .._report import Collector
from ._framing import Batch

try:
    from lxml import etree
except ModuleNotFoundError as error:
    if error.name != "lxml":  # installed but broken: show that instead
        raise
    etree = None

__all__ = ["Row", "RowDecoder"]

#: The attributes of one row, by name.
Row: TypeAlias = Mapping[str, str]

_CONTROLS: Final = bytes({*range(32)} - {9, 10, 13})
_NO_CHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE: Final = re.compile(r"&(?:#(?:x([0-9A-Fa-f]+)|([0-9]+));|([a-z]{2,4});)?")
_NAMED: Final = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_MOST_DIGITS: Final = 7  # of a character's number
_BLANK: Final = " \t\r\n"
#: Names as XML has them: more than letters and digits, and not all of these.
_FIRST: Final = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
    "\U00010000-\U000effff:"
)
_BEGIN: Final = (
    rf"[{_BLANK}]+([{_FIRST}][{_FIRST}.0-9\xb7\u0300-\u036f\u203f\u2040-]*)"
    rf"[{_BLANK}]*=[{_BLANK}]*"
)
_NAME: Final = re.compile(_BEGIN)
_ATTRIBUTE: Final = re.compile(_BEGIN + "(?:\"([^\"]*)\"|'([^']*)')")
_END: Final = re.compile(rf"[{_BLANK}]*/?>")
_BETWEEN: Final = re.compile(
    rf"(?:[{_BLANK}]|&#(?:x0*(?:9|[Aa]|[Dd]|20)|0*(?:9|10|13|32));)*"
)
#: The colon in the name of an attribute, of which lxml makes something else.
_PREFIX: Final = re.compile(rb":[\w\x80-\xff.-]*+[ \t\r\n]*+=[ \t\r\n]*+[\"']")
_BREAK: Final = re.compile("\r\n|\r|\n")
_GONE: Final = "\ufffd"
_MOST_SHAPES: Final = 4096
_LONGEST_SHAPE: Final = 4096
_NO_CHARACTER: Final = "characters that XML forbids"
_NO_REFERENCE: Final = "an & that begins no reference, kept as it is"


class Places(Protocol):
    """What knows how errors call a place of a file."""

    def where(self, place: int) -> str:
        """Name a place as errors do."""
        ...


class RowDecoder:
    """
    Makes attributes of the raw rows of one file.

    Args:
        places: What names the places of damage.
        report: What hears of damage.
        fast: Whether to use lxml; None: if it is installed.
    """

    def __init__(
        self, places: Places, report: Collector, fast: bool | None = None
    ) -> None:
        self._places, self._report = places, report
        self._fast = etree is not None if fast is None else fast
        # What stands around the values, and the names in it.
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}

    def rows(self, batch: Batch) -> list[Row | None]:
        """
        Return the attributes of each row; None for one that cannot be read.

        Raises:
            FormatError: If strict, at the first damage.
        """
        joined = b"<".join([piece for _, piece in batch])
        if self._fast:
            found = _by_lxml(joined, len(batch))
            if found is not None:
                return found
        clean = not _is_foul(joined)
        return [self._row(place, piece, clean) for place, piece in batch]

    def _row(self, place: int, piece: bytes, clean: bool) -> Row | None:
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            text = piece.decode(errors="replace")
            count = text.count(_GONE) - piece.count(_GONE.encode())
            self._repaired("encoding", "bytes that are no UTF-8", place, count)
        if not clean and _is_foul(piece):
            text, count = _FORBIDDEN.subn(_GONE, text)
            self._repaired("forbidden-character", _NO_CHARACTER, place, count)
        text = text.rstrip(_BLANK)
        parts = text.split('"')
        shape = tuple(parts[0::2])
        # Without the last piece one quote too many makes the shape of a sound row.
        names = self._shapes.get(shape) if len(parts) % 2 else None
        if names is None:
            names = self._names(shape, len(parts))
        values = parts[1::2] if names else []
        if not names:
            found = _attributes(text)
            if found is None:
                self._report.damage(
                    "syntax",
                    "rows that are no well-formed XML",
                    self._places.where(place),
                    kind="skipped",
                )
                return None
            names, values, rest = found
            if _BETWEEN.fullmatch(rest) is None:
                self._repaired("syntax", "text between rows, left out", place)
        if "\n" in text or "\r" in text:
            values = [_BREAK.sub(" ", value) for value in values]
        if "&" in text:
            values = [
                self._unescaped(value, place) if "&" in value else value
                for value in values
            ]
        return dict(zip(names, values, strict=True))

    def _names(self, shape: tuple[str, ...], size: int) -> tuple[str, ...] | None:
        """Return the names of attributes that stand before the values of a row."""
        names = None
        if (
            size % 2
            and shape[-1].strip(_BLANK) in (">", "/>")
            and shape[0][:3] == "row"
        ):
            first = (shape[0][3:], *shape[1:-1])
            found = [_NAME.fullmatch(part) for part in first]
            if all(found):
                names = tuple([each[1] for each in found if each])
                if len(set(names)) < len(names):
                    names = None
        if names is not None and sum(map(len, shape)) <= _LONGEST_SHAPE:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            self._shapes[shape] = names
        return names

    def _unescaped(self, value: str, place: int) -> str:
        plain = (
            value.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", '"')
            .replace("&#xA;", "\n")
            .replace("&#xD;", "\r")
        )
        if plain.count("&") == plain.count("&amp;"):
            return plain.replace("&amp;", "&")
        foul: list[str] = []

        def character(match: re.Match[str]) -> str:
            hexadecimal, decimal, name = match.groups()
            if name in _NAMED:
                return _NAMED[name]
            digits = hexadecimal or decimal
            if digits is None:
                foul.append("syntax")
                return match[0]
            if len(digits.lstrip("0")) <= _MOST_DIGITS:
                number = int(digits.lstrip("0") or "0", 16 if hexadecimal else 10)
                if _is_character(number):
                    return chr(number)
            foul.append("forbidden-character")
            return _GONE

        mended = _REFERENCE.sub(character, value)
        for code in dict.fromkeys(foul):
            what = _NO_CHARACTER if code == "forbidden-character" else _NO_REFERENCE
            self._repaired(code, what, place, foul.count(code))
        return mended

    def _repaired(self, code: str, message: str, place: int, count: int = 1) -> None:
        if count:
            self._report.damage(code, message, self._places.where(place), count=count)


def _is_foul(data: bytes) -> bool:
    """Whether *data* holds a character that XML forbids, written as itself."""
    return len(data.translate(None, _CONTROLS)) != len(data) or any(
        each in data for each in _NO_CHARACTERS
    )


def _is_character(number: int) -> bool:
    return (
        number in (9, 10, 13)
        or 0x20 <= number < 0xD800
        or 0xE000 <= number < 0xFFFE
        or 0x10000 <= number <= 0x10FFFF
    )


def _attributes(text: str) -> tuple[tuple[str, ...], list[str], str] | None:
    """Return names and values of an unusual row, and what stands behind it."""
    names, values, at = list[str](), list[str](), 3
    while match := _ATTRIBUTE.match(text, at):
        names.append(match[1])
        values.append(match[2] if match[2] is not None else match[3])
        at = match.end()
    end = _END.match(text, at)
    if end is None or not text.startswith("row") or len(set(names)) < len(names):
        return None
    return tuple(names), values, text[end.end() :]


# -- lxml ------------------------------------------------------------------------


class _Rows:
    """The target of the parser: a list of attributes."""

    def __init__(self) -> None:
        self.found: list[Row] = []
        self.start = self._start

    def _start(self, tag: str, attributes: Row) -> None:
        self.found.append(attributes)

    def data(self, text: str) -> None:
        if text.strip(" \t\r\n"):
            raise ValueError("text between the rows")

    def close(self) -> list[Row]:
        return self.found


def _by_lxml(joined: bytes, size: int) -> list[Row | None] | None:
    """Parse rows as one document; None if they are no well-formed rows."""
    if b"\t" in joined:
        joined = joined.replace(b"\t", b"&#9;")
    if _PREFIX.search(joined) or b"xmlns" in joined:
        return None
    parser = etree.XMLParser(target=_Rows())
    try:
        found: list[Row | None] = etree.XML(b"<rows><%b</rows>" % joined, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if len(found) != size + 1:
        return None
    del found[0]
    return found
