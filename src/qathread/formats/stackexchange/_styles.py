"""How the files of a dump are written, found from a source so that it can be kept."""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from ._files import chunks_of
from ._index import Style
from ._tables import COLUMNS, Table

__all__ = ["FileStyle", "default_style", "style_of"]


@frozen
class FileStyle:
    """
    How one file is written.

    Attributes:
        before: All bytes before the first row.
        between: The blanks between two rows.
        close: How a row ends, behind the last quote.
        after: All bytes behind the last row.
        line_feed: What stands for U+000A in a value.
        carriage_return: What stands for U+000D.
        tab: What stands for U+0009.
        bars: Whether tags are written ``|a|b|``, as since 2024.
        columns: The order of columns; none if it is the usual one.
        empty: The whole file where there is no row; None: the frame without rows.
    """

    before: bytes
    between: bytes
    close: bytes
    after: bytes
    line_feed: bytes = b"&#xA;"
    carriage_return: bytes = b"&#xD;"
    tab: bytes = b"\t"
    bars: bool = False
    columns: tuple[str, ...] = ()
    empty: bytes | None = None

    def frame(self, with_rows: bool) -> tuple[bytes, bytes]:
        """Return what stands before and behind the rows."""
        if with_rows:
            return self.before, self.after
        if self.empty is not None:
            return self.empty, b""
        return self.before.rstrip(), self.after


_OPENING: Final = re.compile(rb"<([A-Za-z]+)\s*>\s*\Z")
_CLOSING: Final = re.compile(rb"\s*</([A-Za-z]+)\s*>\s*(?:<!--.*-->\s*)*\Z", re.DOTALL)
_EMPTY: Final = re.compile(
    rb"<([A-Za-z]+)\s*(?:/>|>\s*</\1\s*>)\s*(?:<!--.*-->\s*)*\Z", re.DOTALL
)
_CLOSE: Final = re.compile(rb"\s*/>\s*|\s*>\s*</row\s*>\s*")
_LINE_FEED: Final = re.compile(rb"&#(?:x0*[aA]|0*10);")
_CARRIAGE_RETURN: Final = re.compile(rb"&#(?:x0*[dD]|0*13);")
_TAB: Final = re.compile(rb"&#(?:x0*|0*)9;")
_TAGS: Final = re.compile(rb' Tags="(?:&lt;|\|)')
_COLUMN: Final = re.compile(rb"\s([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*[\"']")
_LONGEST: Final = 32  # bytes that one of these may have


def default_style(table: Table, like: FileStyle | None = None) -> FileStyle:
    """
    Return how Stack Exchange writes a file: with a byte order mark and CR LF.

    Args:
        table: Which one.
        like: A style that values are written in the manner of.
    """
    name = table.lower().encode()
    start = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<%b>\r\n  '
    style = FileStyle(start % name, b"\r\n  ", b" />", b"\r\n</%b>" % name)
    if like is None:
        return style
    return evolve(
        style,
        line_feed=like.line_feed,
        carriage_return=like.carriage_return,
        tab=like.tab,
        bars=like.bars,
    )


def style_of(table: Table, noted: Style, path: Path) -> FileStyle:
    """
    Return how a file is written; where its frame is damaged, as dumps are.

    Args:
        table: What it holds.
        noted: What the index noted of its frame.
        path: Where it is; read as far as it takes to see each of the characters
            that can be written in several ways.
    """
    style = FileStyle(noted.before, noted.between, noted.close, noted.after)
    blank = not style.between.strip()
    opening, closing = _OPENING.search(style.before), _CLOSING.match(style.after)
    if not style.close:  # there is no row
        whole = style.before if _EMPTY.search(style.before) else None
        return evolve(default_style(table), empty=whole)
    if not blank or opening is None or not _CLOSE.fullmatch(style.close):
        style = default_style(table)
    elif closing is None or closing[1] != opening[1]:
        # The file was cut: its beginning still shows how it is written.
        lines = style.before[: opening.start()]
        end = b"\r\n" if b"\r\n" in lines else b"\n" if b"\n" in lines else b""
        style = evolve(style, after=b"%b</%b>" % (end, opening[1]))
    style = evolve(style, columns=_columns(table, chunks_of(path)))
    if "text" not in COLUMNS[table].values():
        return style
    return _with_references(style, table, chunks_of(path))


def _columns(table: Table, chunks: Iterable[bytes]) -> tuple[str, ...]:
    """Return the order of columns, from the first rows of a file."""
    shapes: dict[tuple[bytes, ...], None] = {}
    for chunk in islice(chunks, 2):
        for row in chunk.split(b"<row")[1:-1]:
            shapes[tuple(_COLUMN.findall(row))] = None
    found = [tuple(name.decode() for name in shape) for shape in shapes]
    usual = tuple(COLUMNS[table])
    order = list(usual)
    for names in found:
        _insert(order, names)
    if not all(_is_within(names, order) for names in found):
        # Another order than the usual one, in which there may be other columns.
        order = []
        for names in (*found, usual):
            _insert(order, names)
    return () if tuple(order) == usual else tuple(order)


def _insert(order: list[str], names: Iterable[str]) -> None:
    """Put those of *names* that are new into an order, each behind the one before."""
    place = 0
    for name in names:
        if name not in order:
            order.insert(place, name)
        place = order.index(name) + 1


def _is_within(names: Iterable[str], order: Iterable[str]) -> bool:
    """Whether *names* stand in an order, some of which may be left out."""
    rest = iter(order)
    return all(name in rest for name in names)


def _with_references(
    style: FileStyle, table: Table, chunks: Iterable[bytes]
) -> FileStyle:
    """Look for the first of each character that can be written in several ways."""
    found: dict[str, bytes] = {}
    wanted = {
        "line_feed": _LINE_FEED,
        "carriage_return": _CARRIAGE_RETURN,
        "tab": _TAB,
    }
    if table == "Posts":
        wanted["bars"] = _TAGS
    # A raw tab in a value settles it; one in the margin says nothing.
    margins = b"\t" in style.before + style.between + style.close
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        for name, form in list(wanted.items()):
            match = form.search(data)
            if match is not None:
                found[name] = match[0]
                del wanted[name]
        if "tab" in wanted and not margins and b"\t" in data:
            del wanted["tab"]
        if not wanted:
            break
        rest = data[-_LONGEST:]
    return evolve(
        style,
        line_feed=found.get("line_feed", style.line_feed),
        carriage_return=found.get("carriage_return", style.carriage_return),
        tab=found.get("tab", style.tab),
        bars=found.get("bars", b"").endswith(b"|"),
    )
