"""Rows from attributes to bytes, in the style of a file."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, cast

from ._styles import FileStyle
from ._tables import COLUMNS, Table

__all__ = ["Cells", "RowEncoder", "in_order"]

#: The attributes of a row in order. Bytes are written as they are, None is left out.
Cells: TypeAlias = Mapping[str, str | bytes | None]

_CONTROLS: Final = bytes({*range(32)} - {9, 10, 13})
#: Characters that XML cannot hold, not even as references.
_FORBIDDEN: Final = {each: "\ufffd" for each in (*_CONTROLS, 0xFFFE, 0xFFFF)}
_NONCHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_MOST_SHAPES: Final = 4096


class RowEncoder:
    """
    Makes bytes of the rows of one file.

    Attributes:
        style: How they are written.
        replaced: How many characters XML cannot hold, so far.
    """

    def __init__(self, style: FileStyle) -> None:
        self.style = style
        self.replaced = 0
        # What stands around the values of rows with the same columns.
        self._shapes: dict[tuple[str, ...], bytes] = {}

    def rows(self, several: Sequence[Cells]) -> list[bytes]:
        """Return rows, each from its ``<`` to its end."""
        shapes, given = list[tuple[str, ...]](), list[str | bytes | None]()
        for cells in several:
            if self.style.columns:
                cells = _arranged(cells, self.style.columns)
            if None in cells.values():
                cells = {
                    name: value for name, value in cells.items() if value is not None
                }
            shapes.append(tuple(cells))
            given += cells.values()
        values = self._values(given)
        found, at = [], 0
        for shape in shapes:
            end = at + len(shape)
            frame = self._shapes.get(shape) or self._frame(shape)
            found.append(frame % tuple(values[at:end]))
            at = end
        return found

    def _values(self, given: Sequence[str | bytes | None]) -> list[bytes]:
        """Return values as they stand between quotes."""
        # All at once, parted by what no text has: one by one takes three times as long.
        texts = cast("Sequence[str]", given)
        try:
            data = "\0".join(texts).encode()
        except TypeError:  # some are ready
            texts = [each if isinstance(each, str) else "" for each in given]
            values = self._values(texts)
            for place, each in enumerate(given):
                if isinstance(each, bytes):
                    values[place] = each
            return values
        clean = data.translate(None, _CONTROLS)
        if (
            len(data) - len(clean) != len(texts) - 1
            or _NONCHARACTERS[0] in data
            or _NONCHARACTERS[1] in data
        ):
            data = b"\0".join(map(self._mended, texts))
        data = (
            data.replace(b"&", b"&amp;")
            .replace(b"<", b"&lt;")
            .replace(b">", b"&gt;")
            .replace(b'"', b"&quot;")
            .replace(b"\n", self.style.line_feed)
            .replace(b"\r", self.style.carriage_return)
        )
        if self.style.tab != b"\t":
            data = data.replace(b"\t", self.style.tab)
        return data.split(b"\0")

    def _mended(self, text: str) -> bytes:
        clean = text.translate(_FORBIDDEN)
        self.replaced += sum(map(str.__ne__, text, clean))
        return clean.encode()

    def _frame(self, names: tuple[str, ...]) -> bytes:
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
        # A name is XML's, which has no "%".
        columns = " ".join([f'{name}="%b"' for name in names])
        frame = f"<row {columns}".encode() + self.style.close
        self._shapes[names] = frame
        return frame


def _arranged(cells: Cells, columns: Sequence[str]) -> Cells:
    """Return a row with its columns in some order, others last."""
    return {name: cells[name] for name in columns if name in cells} | dict(cells)


def in_order(table: Table, row: Mapping[str, str]) -> dict[str, str | bytes | None]:
    """Return a row with its columns as dumps order them, unknown ones last."""
    known = COLUMNS[table]
    cells: dict[str, str | bytes | None] = {
        name: row[name] for name in known if name in row
    }
    if len(cells) != len(row):
        cells.update((name, row[name]) for name in sorted(row.keys() - known.keys()))
    return cells
