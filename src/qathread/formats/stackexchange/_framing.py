"""
The rows of a dump as raw bytes, each with its place in the file.

A dump has one element a row, all data in attributes, and ``<`` cannot stand inside an
attribute. So a file falls apart at every ``<``, whatever its layout, without a look
at what is between: about as fast as it can be read. What the pieces hold is for
:mod:`._decoding`; here only the frame is checked: declaration, comments, root, end.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from .._looks import looks_like
from .._report import Collector

__all__ = ["ROOTS", "UTF16", "Batch", "Frame", "Piece"]

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
#: How files in UTF-16 begin.
UTF16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_KNOWN: Final = frozenset({*ROOTS, b"xml"})
_STARTS: Final = (b"<?xml", b"<!", b"<row", *(b"<" + root for root in _KNOWN))
_ENCODING: Final = re.compile(rb"\sencoding\s*=\s*[\"']([^\"']{0,40})[\"']")
_EIGHT_BITS: Final = frozenset({"utf-8", "ascii"})
#: How a row ends, behind its last value.
_CLOSE: Final = re.compile(rb"\s*/?>?\s*\Z")
_QUOTED: Final = re.compile(rb"\"[^\"]*\"|'[^']*'")
_HEAD: Final = 4096  # bytes that tell whether it is a table at all
_KEPT: Final = 1 << 20  # bytes around the rows that are kept


class Frame:
    """
    One file on its way: its rows in batches, and what stands around them.

    Attributes:
        name: What errors call the file.
        root: The name of the root element, once it was seen.
        between: The blanks between the first two rows.
        close: How the first row ends: ``/>`` with what is before it.
        whole: Whether the end of the root element was seen.
        rows: How many rows there were.
        largest: The bytes of the largest.
    """

    def __init__(self, name: str, report: Collector, record: int | None) -> None:
        self.name = name
        self.root = self.between = self.close = b""
        self.whole = False
        self.rows = self.largest = 0
        self._before, self._after = bytearray(), bytearray()
        self._report, self._record = report, record
        self._comment = False

    @property
    def before(self) -> bytes:
        """All bytes before the first row, up to a megabyte; without rows, all."""
        return bytes(self._before)

    @property
    def after(self) -> bytes:
        """All bytes behind the last row, up to a megabyte."""
        return bytes(self._after)

    def batches(
        self, chunks: Iterable[bytes], start: int = 0, stop: int | None = None
    ) -> Iterator[Batch]:
        """
        Yield the rows in batches of about one chunk.

        Args:
            chunks: The unpacked bytes from *start* on.
            start: Where the first chunk begins; above 0 it may be anywhere in a
                row, which is left to whoever reads before it, but not in a comment.
            stop: Rows that begin here or later are left to others; None: none.

        Raises:
            FormatError: ``doctype``, ``encoding``, ``not-this-format`` or
                ``too-large``; if strict also ``syntax``, where the file is damaged.
        """
        rest: list[bytes] = []
        size, place = 0, start - 1
        for chunk in chunks if start else self._from_start(chunks):
            rest.append(chunk)
            size += len(chunk)
            if b"<" not in chunk:
                self._check_size(size, place)
                continue
            pieces = b"".join(rest).split(b"<")
            last = pieces.pop()
            places = list(accumulate((len(p) + 1 for p in pieces), initial=place))
            place = places.pop()
            rest, size = [last], len(last)
            self.largest = max(self.largest, max(map(len, pieces)))
            if self._record is not None and self.largest > self._record:
                for at, piece in zip(places, pieces, strict=True):
                    self._check_size(len(piece), at)
            found = list(zip(places, pieces, strict=True))
            if stop is not None and place >= stop:
                found = [piece for piece in found if piece[0] < stop]
            batch = self._rows(found, start)
            if batch:
                yield batch
            if stop is not None and place >= stop:
                return
        self._check_size(size, place)
        self.largest = max(self.largest, size)
        piece = b"".join(rest)
        batch = self._rows([(place, piece)], start, last=True)
        if batch:
            yield batch
        # A part of a file may hold nothing but what is behind the end.
        behind = b">" in piece and not (self._comment or piece.startswith(b"row"))
        if not (self.whole or place < start or (start and behind and not self.rows)):
            self._cut(place)

    # -- the frame -------------------------------------------------------------------

    def _rows(self, found: Batch, start: int, last: bool = False) -> Batch:
        """Return what is a row of *found*, having looked at what is not."""
        plain = self.rows and not (self._comment or self.whole or last)
        if plain and all(piece.startswith(b"row ") for _, piece in found):
            self.rows += len(found)
            self._last(found[-1][1])
            return found
        rows: Batch = []
        for place, piece in found:
            if not self._is_row(place, piece, start, last):
                continue
            if last and not _is_whole(piece):
                continue
            if not self.rows:
                kept = len(piece.rstrip())
                self.between = piece[kept:]
                end = _CLOSE.search(piece, 0, kept)
                self.close = piece[end.start() if end else kept : kept]
            self.rows += 1
            rows.append((place, piece))
            self._last(piece)
        return rows

    def _last(self, piece: bytes) -> None:
        self._after[:] = piece[len(piece.rstrip()) :]

    def _is_row(self, place: int, piece: bytes, start: int, last: bool) -> bool:
        if place < start:  # the end of a row that began before
            if not start:
                self._before += piece
            return False
        if self._comment:
            self._keep(piece)
            self._commented(place, piece)
            return False
        if piece.startswith((b"row ", b"row\t", b"row\r", b"row\n")):
            if self.whole:
                self._damage(place, "a row stands behind the end of the root element")
                self.whole = False
            elif not (self.root or self.rows or start):
                self._damage(place, "a row stands before the root element")
            return True
        self._keep(piece)
        if piece.startswith(b"!--"):
            self._comment = True
            self._commented(place, piece[3:])
        elif piece[:9].upper().startswith(b"!DOCTYPE"):
            raise self._report.error(
                "doctype",
                f"{self.name} has a DOCTYPE, which no dump has: take it out of the "
                "file if you trust it",
                self.where(place),
            )
        elif last and b">" not in piece:
            pass  # the end is missing, which is told as such
        elif piece.startswith(b"/"):
            self._closing(place, piece, start)
        elif piece.startswith(b"?"):
            self._declaration(place, piece)
        else:
            self._opening(place, piece, start)
        return False

    def _commented(self, place: int, text: bytes) -> None:
        _, end, tail = text.partition(b"-->")
        if end:
            self._comment = False
            self._blank(place, tail)

    def _opening(self, place: int, piece: bytes, start: int) -> None:
        tag, end, tail = piece.partition(b">")
        name = (tag.removesuffix(b"/").split() or [b""])[0]
        known = name.lower() in _KNOWN if start else name.isalpha()
        if end and known and not self.root:
            self.root, self.whole = name, tag.endswith(b"/")
            self._blank(place, tail)
        else:
            self._damage(place, "an element that is no row", "skipped")

    def _closing(self, place: int, piece: bytes, start: int) -> None:
        name, end, tail = piece[1:].partition(b">")
        name = name.strip()
        ours = name == self.root or (start and name.lower() in _KNOWN)
        if ours and name and end and not self.whole:
            self.whole = True
        elif name != b"row":
            self._damage(place, "an end that nothing began")
        self._blank(place, tail)

    def _blank(self, place: int, text: bytes) -> None:
        """Check that between two elements there is nothing else."""
        if text.strip(b" \t\r\n"):
            self._damage(place, "text between the elements", "skipped")

    def _declaration(self, place: int, piece: bytes) -> None:
        told, end, tail = piece.partition(b"?>")
        if not end:
            self._damage(place, "a declaration without its end")
        self._blank(place, tail)
        found = _ENCODING.search(told)
        if not piece.startswith(b"?xml") or found is None:
            return
        name = found[1].decode("ascii", "replace")
        try:
            known = codecs.lookup(name).name
        except (LookupError, ValueError):
            known = ""
        if known in _EIGHT_BITS:
            return
        if known and not known.startswith(("utf-16", "utf-32")):
            raise self._report.error(
                "encoding",
                f"{self.name} says that it is in {name}: convert it to UTF-8 first",
                self.where(place),
            )
        self._report.damage(
            "encoding",
            "files that say that they are in another encoding, read as UTF-8",
            self.where(place),
        )

    def _keep(self, piece: bytes) -> None:
        kept = self._after if self.rows else self._before
        if len(kept) < _KEPT:
            kept += b"<" + piece

    def _from_start(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield *chunks* again, having looked at the first bytes."""
        head, chunks = b"", iter(chunks)
        for chunk in chunks:
            head += chunk
            if len(head) >= _HEAD:
                break
        self._look_at_start(head)
        if head:
            yield head
        yield from chunks

    def _look_at_start(self, head: bytes) -> None:
        if head.startswith(UTF16):
            raise self._report.error(
                "encoding",
                f"{self.name} is in UTF-16: convert it to UTF-8 first",
                "byte 0",
            )
        start = head.removeprefix(_MARK).lstrip()[:512].lower()
        page = start.startswith(b"<!doctype html") or b"<html" in start
        if start.startswith(_STARTS) and not page:
            return
        if b"<row " in head and not page:
            self._damage(0, "the file does not begin as XML does")
            return
        other = "another kind of XML" if start.startswith(b"<") else "something else"
        raise self._report.error(
            "not-this-format",
            f"{self.name}: a table of a dump expected, this is "
            f"{looks_like(head) or other}",
        )

    # -- damage ----------------------------------------------------------------------

    def where(self, place: int) -> str:
        """Name a place as errors do."""
        return f"{self.name}, byte {max(place, 0)}"

    def _damage(self, place: int, problem: str, kind: str = "repaired") -> None:
        self._report.damage(
            "syntax", f"damaged XML: {problem}", self.where(place), kind=kind
        )

    def _cut(self, place: int) -> None:
        self._report.damage(
            "syntax",
            "a file ends in the middle: get it again; all whole rows are read",
            self.where(place),
            kind="lost",
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
    tag, end, _ = _QUOTED.sub(b"", piece).partition(b">")
    return bool(end) and b'"' not in tag and b"'" not in tag
