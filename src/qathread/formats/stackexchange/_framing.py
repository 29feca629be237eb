"""
The rows of a dump as raw bytes, each with its place in the file.

A dump has one element a row, all data in attributes, and ``<`` cannot stand inside an
attribute. So a file falls apart at every ``<``, whatever its layout, without a look
at what is between: about as fast as it can be read. What the pieces hold is for
:mod:`._decoding`; here only the frame is checked: declaration, comments, root, end.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from .._looks import looks_like
from .._report import Collector

__all__ = ["ROOTS", "Batch", "Frame", "Piece"]

#: Where the ``<`` of a row is in the unpacked file, and the bytes from behind it up
#: to the next one: ``row Id="1" ... />`` and the blanks after it.
Piece = tuple[int, bytes]
Batch = list[Piece]

#: The root elements of the eight files, and the tables that they hold.
ROOTS: Final = {
    b"badges": "Badges",
    b"comments": "Comments",
    b"posthistory": "PostHistory",
    b"postlinks": "PostLinks",
    b"posts": "Posts",
    b"tags": "Tags",
    b"users": "Users",
    b"votes": "Votes",
}

_MARK: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


class Frame:
    """
    One file on its way: its rows in batches, and what stands around them.

    Attributes:
        name: What errors call the file.
        root: The name of the root element, once it was seen.
        before: All bytes before the first row; of a file without rows, all.
        between: The blanks between the first two rows.
        close: How the first row ends: ``/>`` with what is before it.
        after: All bytes behind the last row.
        whole: Whether the end of the root element was seen.
        rows: How many rows there were.
    """

    def __init__(self, name: str, report: Collector, record: int | None) -> None:
        self.name = name
        self.root = self.before = self.between = self.close = self.after = b""
        self.whole = False
        self.rows = 0
        self._report, self._record = report, record
        self._comment = False
        self._declared = False

    def batches(
        self, chunks: Iterable[bytes], start: int = 0, stop: int | None = None
    ) -> Iterator[Batch]:
        """
        Yield the rows in batches of about one chunk.

        Args:
            chunks: The unpacked bytes from *start* on.
            start: Where the first chunk begins; above 0 it may be anywhere in a
                row, which is left to whoever reads before it.
            stop: Rows that begin here or later are left to others; None: none.

        Raises:
            FormatError: ``doctype``, ``encoding``, ``not-this-format`` or
                ``too-large``; if strict also ``syntax``, where the file is damaged.
        """
        rest: list[bytes] = []
        size, place = 0, start - 1
        first = not start
        for chunk in chunks:
            if first:
                self._look_at_start(chunk)
                first = False
            rest.append(chunk)
            size += len(chunk)
            if b"<" not in chunk:
                self._check_size(size, place)
                continue
            pieces = b"".join(rest).split(b"<")
            last = pieces.pop()
            places = list(accumulate((len(p) + 1 for p in pieces), initial=place))
            self._check_size(max(map(len, pieces)), place)
            place = places.pop()
            rest, size = [last], len(last)
            batch = self._rows(list(zip(places, pieces, strict=True)), start)
            if stop is not None and place >= stop:
                batch = [piece for piece in batch if piece[0] < stop]
                self.whole = True
            if batch:
                yield batch
            if stop is not None and place >= stop:
                return
        if first:
            self._look_at_start(b"")
        batch = self._rows([(place, b"".join(rest))], start, last=True)
        if batch and (stop is None or place < stop):
            yield batch
        if not self.whole:
            self._cut(place)

    # -- the frame -------------------------------------------------------------------

    def _rows(self, found: Batch, start: int, last: bool = False) -> Batch:
        """Return what is a row of *found*, having looked at what is not."""
        plain = not self._comment and self.rows and not last
        if plain and all(piece.startswith(b"row ") for _, piece in found):
            self.rows += len(found)
            self._last(found[-1][1])
            return found
        rows: Batch = []
        for place, piece in found:
            if not self._is_row(place, piece, start):
                continue
            if last and not _is_whole(piece):
                self._cut(place)
                self.whole = True  # said so already
                continue
            if not self.rows:
                kept = len(piece.rstrip())
                self.between = piece[kept:]
                value = piece[:kept].rfind(b'"') + 1
                self.close = piece[value:kept]
            self.rows += 1
            rows.append((place, piece))
            self._last(piece)
        return rows

    def _last(self, piece: bytes) -> None:
        self.after = piece[len(piece.rstrip()) :]

    def _is_row(self, place: int, piece: bytes, start: int) -> bool:
        if self._comment:
            self._keep(piece)
            self._comment = b"-->" not in piece
            return False
        if piece.startswith((b"row ", b"row\t", b"row\r", b"row\n")):
            if not self.root and not start:
                self._damage(place, "a row stands before the root element")
            return True
        if place < start:  # the end of a row that began before
            if not start:
                self.before = piece
            return False
        self._keep(piece)
        if piece.startswith(b"!--"):
            self._comment = b"-->" not in piece
        elif piece[:9].upper().startswith(b"!DOCTYPE"):
            raise self._report.error(
                "doctype",
                f"{self.name} has a DOCTYPE, which no dump has: take it out of the "
                "file if you trust it",
                self.where(place),
            )
        elif piece.startswith(b"/"):
            self._closing(place, piece)
        elif not piece.startswith(b"?"):
            self._opening(place, piece)
        return False

    def _opening(self, place: int, piece: bytes) -> None:
        name = piece.split(b">")[0].split()[:1] or [b""]
        if not self.root and name[0].isalpha():
            self.root = name[0]
        else:
            self._damage(place, "an element that is no row")

    def _closing(self, place: int, piece: bytes) -> None:
        name = piece[1:].split(b">")[0].strip()
        if name == self.root:
            self.whole = True
        elif name != b"row":
            self._damage(place, "an end that nothing began")

    def _keep(self, piece: bytes) -> None:
        if self.rows:
            self.after += b"<" + piece
        else:
            self.before += b"<" + piece

    def _look_at_start(self, head: bytes) -> None:
        if head.startswith(_UTF16):
            raise self._report.error(
                "encoding",
                f"{self.name} is in UTF-16: convert it to UTF-8 first",
                "byte 0",
            )
        body = head.removeprefix(_MARK).lstrip()
        if not body.startswith(b"<"):
            what = looks_like(head) or "something else"
            raise self._report.error(
                "not-this-format",
                f"{self.name}: a table of a dump expected, this is {what}",
            )
        known = (b"<?xml", b"<!", b"<row", *(b"<" + root for root in ROOTS), b"<xml")
        if not body[:16].lower().startswith(known):
            what = looks_like(head) or "another kind of XML"
            raise self._report.error(
                "not-this-format",
                f"{self.name}: a table of a dump expected, this is {what}",
            )

    # -- damage ----------------------------------------------------------------------

    def where(self, place: int) -> str:
        """Name a place as errors do."""
        return f"{self.name}, byte {max(place, 0)}"

    def _damage(self, place: int, problem: str) -> None:
        self._report.damage(
            "syntax", f"damaged XML: {problem}", self.where(place), kind="skipped"
        )

    def _cut(self, place: int) -> None:
        self._report.damage(
            "syntax",
            "a file ends in the middle: get it again; all whole rows are read",
            self.where(place),
            kind="skipped",
            error="syntax",
        )

    def _check_size(self, size: int, place: int) -> None:
        if self._record is not None and size > self._record:
            raise self._report.error(
                "too-large",
                f"a record is larger than {self._record} bytes: raise Limits.record, "
                "or give limits=None, if you trust the source",
                self.where(place),
            )


def _is_whole(piece: bytes) -> bool:
    """Whether a row that nothing follows has its end."""
    return piece.rstrip().endswith(b">") and piece.count(b'"') % 2 == 0
