"""Rows of a Stack Exchange dump: every way of reading them gives the same."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from attrs import frozen
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qathread.errors import FormatError
from qathread.formats import Collector
from qathread.formats.stackexchange._decoding import Row, RowDecoder
from qathread.formats.stackexchange._framing import Batch, Frame
from qathread.losses import LossReport

pytest.importorskip("lxml")  # without it there is one way only

# -- files -----------------------------------------------------------------------

COLUMNS = ["Id", "PostTypeId", "Body", "Text", "Tags", "Größe", "_x", "a.b-c", "x·1"]
BLANKS = [" ", "  ", "\t", "\r\n  ", "\n"]
#: What XML 1.0 takes as a character.
CHARACTERS = st.one_of(
    st.sampled_from("\t\n\r <>&'\"\x7f\x85\u2028\ud7ff\ue000\ufffd\U0010ffff=/:#;ax"),
    st.characters(min_codepoint=0x20, codec="utf-8", exclude_characters="\ufffe\uffff"),
)
NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;"}


@frozen
class Written:
    """
    A character of a value, and how it stands in the file.

    Attributes:
        meant: What a reader should find.
        text: What is written; a tab, though by the book it means a blank.
    """

    meant: str
    text: str

    @property
    def by_the_book(self) -> str:
        """The same for a parser that makes a blank of a tab."""
        return "&#9;" if self.text == "\t" else self.text


@st.composite
def characters(draw: st.DrawFn, quote: str) -> Written:
    char = draw(CHARACTERS)
    number = ord(char)
    zeros = "0" * draw(st.integers(0, 12))
    forms = [f"&#{zeros}{number};", f"&#x{zeros}{number:x};", f"&#x{zeros}{number:X};"]
    if char in NAMED:
        forms.append(NAMED[char])
    if char not in f"<&{quote}":
        forms = [char, char, char, *forms]
    text = draw(st.sampled_from(forms))
    return Written(" " if text in ("\n", "\r") else char, text)


@frozen
class Element:
    """One row: what it says, and how it stands in the file."""

    row: Row
    text: str
    by_the_book: str

    @property
    def data(self) -> bytes:
        return self.text.encode()


@st.composite
def elements(draw: st.DrawFn) -> Element:
    names = draw(st.lists(st.sampled_from(COLUMNS), unique=True, max_size=4))
    row = dict[str, str]()
    text = book = "<row"
    for name in names:
        quote = draw(st.sampled_from('"""\''))
        value = draw(st.lists(characters(quote), max_size=8))
        gap, before, after = (draw(st.sampled_from(BLANKS)) for _ in range(3))
        if draw(st.booleans()):
            before = after = ""
        head = f"{gap}{name}{before}={after}{quote}"
        written = "".join(each.text for each in value)
        text += head + written + quote
        book += head + "".join(each.by_the_book for each in value) + quote
        # A line end in the file is one blank, of whichever kind it is.
        meant = "".join(each.meant for each in value)
        if "\r\n" in written:
            parts = list[str]()
            for each, next_one in pairwise([*value, Written("", "")]):
                if (each.text, next_one.text) != ("\r", "\n"):
                    parts.append(each.meant)
            meant = "".join(parts)
        row[name] = meant
    end = draw(st.sampled_from([" />", "/>", "\t/>", "\r\n/>"]))
    if not names and end == "/>":
        end = " />"
    blanks = draw(st.sampled_from(["\r\n  ", "\n", "", "\n\n\t", "&#10;", "&#x20;"]))
    return Element(row, text + end + blanks, book + end + blanks)


@frozen
class File:
    """A whole file, its rows, and where they are."""

    data: bytes
    rows: Sequence[Element]
    places: Sequence[int]
    comment: range


@st.composite
def files(draw: st.DrawFn) -> File:
    line = draw(st.sampled_from(["\r\n", "\n", ""]))
    head = draw(st.sampled_from(["", "\ufeff"]))
    head += draw(
        st.sampled_from(
            ["", '<?xml version="1.0" encoding="utf-8"?>', '<?xml version="1.0"?>']
        )
    )
    head += line
    comment = range(0)
    if draw(st.booleans()):
        inside = draw(
            st.sampled_from([" a ", "\n<row Id='1' />\n", ' <posts> "', "->"])
        )
        start = len(head.encode())
        head += f"<!--{inside}-->"
        comment = range(start, len(head.encode()))
        head += line
    root = draw(st.sampled_from(["posts", "xml", "Posts", "posthistory"]))
    data = (head + f"<{root}>{line}  ").encode()
    rows = draw(st.lists(elements(), max_size=6))
    places = list[int]()
    for row in rows:
        places.append(len(data))
        data += row.data
    end = draw(st.sampled_from(["", "\r\n", "\n<!-- the end -->"]))
    return File(data + f"</{root}>{end}".encode(), rows, places, comment)


def cut(data: bytes, at: Iterable[int]) -> Iterator[bytes]:
    """Yield *data* in pieces."""
    for start, stop in pairwise([0, *sorted(at), len(data)]):
        yield data[start:stop]


def framed(
    chunks: Iterable[bytes], start: int = 0, stop: int | None = None
) -> tuple[Batch, Collector, Frame]:
    report = Collector()
    frame = Frame("Posts.xml", report, None)
    batches = frame.batches(chunks, start, stop)
    return [piece for batch in batches for piece in batch], report, frame


def decoded(batch: Batch, *, fast: bool) -> tuple[list[Row | None], LossReport]:
    report = Collector()
    decoder = RowDecoder(Frame("Posts.xml", report, None), report, fast=fast)
    return decoder.rows(batch), report.report


def refused(batch: Batch, *, fast: bool) -> object:
    """What a strict reader says of the rows."""
    report = Collector(strict=True)
    decoder = RowDecoder(Frame("Posts.xml", report, None), report, fast=fast)
    try:
        return decoder.rows(batch)
    except FormatError as error:
        return error.code, error.where


# -- decoding --------------------------------------------------------------------


@given(st.lists(elements(), min_size=1, max_size=5))
def test_well_formed_rows_mean_what_xml_says(several: list[Element]) -> None:
    """Characters, references, quotes and blanks, however they are written."""
    batch = [(0, element.data[1:]) for element in several]
    meant = [dict(element.row) for element in several]
    book = "".join(element.by_the_book for element in several)
    parsed = ElementTree.fromstring(f"<rows>{book}</rows>")
    assert [element.attrib for element in parsed] == meant
    for fast in (True, False):
        rows, report = decoded(batch, fast=fast)
        assert rows == meant
        assert report == Collector().report
        assert refused(batch, fast=fast) == meant


#: Pieces that look like rows, more or less.
NOISE = st.one_of(
    st.sampled_from(
        [
            b'row Id="1" />',
            b'row Id="1" Id="2" />',
            b"row Id='1' B=\"'\" />",
            b'row a:b="1" b="2" />',
            b'row :b="1" />',
            b'row xml:lang="1" />',
            b'row xmlns="u" Id="1" />',
            b'row xmlns="" Id="1" />',
            b'row xmlns:a="u" a:Id="1" />',
            b'row Id="&nbsp;" />',
            b'row Id="&#x0E;&#0;&#xFFFE;&#xD800;&#x110000;" />',
            b'row Id="&#x0000000041;&#0000000065;&#X41;" />',
            b'row Id="&#99999999999999999999;&#xfffffffffff;" />',
            b'row Id="&#;&#x;&;&amp&lt" />',
            b'row Id="\x00" />',
            b'row Id="\x0e\xef\xbf\xbe\xef\xbf\xbf" />',
            b'row Id="\xff\xc3" />',
            b'row Id="\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80" />',
            b'row Id="1">',
            b'row Id="1" />text',
            b'row Id="1" />]]>',
            b'row Id="1" />&#32;&#x9;',
            b'row Id="1" />&#33;',
            b'row Id="1"B="2" />',
            b'row Id="1" / >',
            b"row Id=1 />",
            b"row Id />",
            b"row />",
            b'row\xc2\xa0Id="1" />',
            b'row\x0cId="1" />',
            b'row 1d="1" />',
            b'row \xc2\xb2="1" />',
            b'row \xc3\x96="1" \xe2\x80\x8c="2" \xcd\xbe="3" />',
            b'row Id="1" />\xe2\x80\xa8',
            b'row Id="a\r\nb\rc\nd\te" />\r\n',
        ]
    ),
    st.binary(max_size=12).map(lambda data: b"row " + data.replace(b"<", b"")),
    st.text(alphabet=" \t\n=\"'/>&#;xX0aI:.-\xe9\x00\ufffe", max_size=16).map(
        lambda text: b'row Id="1"' + text.encode()
    ),
)


@given(st.lists(st.one_of(elements().map(lambda e: e.data[1:]), NOISE), max_size=4))
@example([b'row Id="1" />', b'row a:b="1" />'])
def test_both_ways_of_decoding_agree_on_any_bytes(pieces: list[bytes]) -> None:
    """Rows, report and the first error are the same with and without lxml."""
    places = [100 * number for number in range(len(pieces))]
    batch = list(zip(places, pieces, strict=True))
    assert decoded(batch, fast=True) == decoded(batch, fast=False)
    assert refused(batch, fast=True) == refused(batch, fast=False)


@given(data=st.data(), rows=st.lists(elements(), min_size=1, max_size=3))
def test_both_ways_of_decoding_agree_on_damaged_rows(
    data: st.DataObject, rows: list[Element]
) -> None:
    """A byte changed, left out or put in does not tell the two ways apart."""
    pieces = [row.data[1:] for row in rows]
    number = data.draw(st.integers(0, len(pieces) - 1))
    piece = bytearray(pieces[number])
    at = data.draw(st.integers(0, len(piece) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != ord("<")))
    match data.draw(st.sampled_from(["change", "leave out", "put in"])):
        case "change":
            piece[at] = byte
        case "leave out":
            del piece[at]
        case _:
            piece.insert(at, byte)
    pieces[number] = b"row " + bytes(piece)[4:]
    batch = list(enumerate(pieces))
    assert decoded(batch, fast=True) == decoded(batch, fast=False)
    assert refused(batch, fast=True) == refused(batch, fast=False)


@given(st.lists(NOISE, min_size=2, max_size=4))
def test_a_row_does_not_depend_on_its_neighbours(pieces: list[bytes]) -> None:
    """What is wrong with one row changes nothing of another."""
    batch = list(enumerate(pieces))
    rows, _ = decoded(batch, fast=True)
    assert rows == [decoded([piece], fast=True)[0][0] for piece in batch]


@pytest.mark.parametrize("fast", [True, False])
def test_a_row_is_kept_whose_neighbour_lost_its_bracket(fast: bool) -> None:
    """The first of two is whole; what follows it is text."""
    batch = [(7, b'row Id="1" />\r\n  row Id="2" />')]
    rows, report = decoded(batch, fast=fast)
    assert rows == [{"Id": "1"}]
    (loss,) = report
    assert (loss.kind, loss.code, loss.count) == ("repaired", "syntax", 1)
    assert loss.message == "text between rows, left out"
    assert loss.examples == ("Posts.xml, byte 7",)


# -- framing ---------------------------------------------------------------------


@given(file=files(), data=st.data())
def test_a_file_gives_its_rows_at_their_places(file: File, data: st.DataObject) -> None:
    """However it is cut into chunks; nothing is reported of a sound file."""
    cuts = data.draw(st.lists(st.integers(0, len(file.data)), max_size=8))
    pieces, report, frame = framed(cut(file.data, cuts))
    assert [place for place, _ in pieces] == file.places
    assert [piece for _, piece in pieces] == [row.data[1:] for row in file.rows]
    assert all(file.data[place : place + 4] == b"<row" for place, _ in pieces)
    assert report.report == Collector().report
    assert frame.whole
    assert frame.rows == len(file.rows)
    rows = b"".join(row.data for row in file.rows).rstrip(b" \t\r\n")
    assert frame.before + rows + frame.after == file.data


#: Bytes of files that are not sound.
PARTS = st.sampled_from(
    [
        b"\xef\xbb\xbf",
        b'<?xml version="1.0"?>',
        b"<posts>",
        b"</posts>",
        b"<posts/>",
        b"<comments>",
        b"<!-- ",
        b" -->",
        b"<!-->",
        b'<row Id="1" />',
        b"<row\tId='2'/>\n",
        b'<row Id="3" Body="x',
        b"</row>",
        b"<![CDATA[",
        b"text",
        b"\r\n  ",
        b"<",
        b">",
        b"\x00",
    ]
)


def outcome(chunks: Iterable[bytes]) -> object:
    """Rows, report and frame, or the error."""
    report = Collector()
    frame = Frame("Posts.xml", report, None)
    pieces: Batch = []
    try:
        for batch in frame.batches(chunks):
            pieces += batch
    except FormatError as error:
        return error.code, error.where, report.report
    parts = (frame.root, frame.before, frame.between, frame.close, frame.after)
    return pieces, report.report, parts, frame.whole, frame.rows


@given(parts=st.lists(PARTS, max_size=12), data=st.data())
def test_chunks_do_not_matter_for_any_bytes(
    parts: list[bytes], data: st.DataObject
) -> None:
    """Damage is found and told alike wherever one chunk ends."""
    whole = b"<posts>" + b"".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=10))
    assert outcome(cut(whole, cuts)) == outcome([whole])


@given(file=files(), data=st.data())
def test_ranges_of_a_file_share_its_rows(file: File, data: st.DataObject) -> None:
    """Each row belongs to one range, at its place, and no range finds damage."""
    size = len(file.data)
    inside = st.integers(1, size - 1).filter(lambda place: place not in file.comment)
    bounds = [0, *sorted(data.draw(st.sets(inside, max_size=6))), size]
    cuts = data.draw(st.lists(st.integers(0, size), max_size=4))
    found: Batch = []
    for start, stop in pairwise(bounds):
        rest = file.data[start:]
        chunks = cut(rest, [at for at in cuts if at <= len(rest)])
        last = None if stop == size and data.draw(st.booleans()) else stop
        pieces, report, _ = framed(chunks, start, last)
        assert report.report == Collector().report
        assert all(start <= place < stop for place, _ in pieces)
        found += pieces
    assert found == framed([file.data])[0]


@given(file=files(), data=st.data())
def test_of_a_cut_file_all_whole_rows_are_read(file: File, data: st.DataObject) -> None:
    """The cut is told once, and no row is made of half a row."""
    first = file.data.index(b">", file.comment.stop) + 1
    end = file.data.rindex(b"</")
    size = data.draw(st.integers(min(first, end), end + 1))
    assume(not re.search(rb"&[^;]*\Z", file.data[:size]))  # no half reference
    pieces, report, _ = framed([file.data[:size]])
    rows = [
        row
        for row, place in zip(file.rows, file.places, strict=True)
        if place + len(row.text[: row.text.rindex(">") + 1].encode()) <= size
    ]
    whole = [row for row in decoded(pieces, fast=True)[0] if row is not None]
    assert whole[: len(rows)] == [row.row for row in rows]
    assert len(whole) - len(rows) <= 1
    (loss,) = report.report
    assert (loss.kind, loss.code, loss.count) == ("lost", "syntax", 1)


# -- time ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        b"&" * 100_000,
        b"&#" + b"0" * 100_000,
        b"&#x" + b"0" * 100_000,
        b"&#" + b"9" * 100_000 + b";",
        b"&#x" + b"f" * 100_000 + b";",
        b" " * 100_000,
        b"a:" * 50_000,
        b":" + b"a" * 100_000,
        b":" + b" " * 100_000,
        b"\r" * 100_000,
    ],
    ids=lambda data: repr(data[:4]),
)
@pytest.mark.parametrize(
    "form", [b'row Id="%b" />', b"row Id='%b' />", b'row %b="1" />', b'row Id="1" />%b']
)
def test_hostile_rows_take_no_longer(hostile: bytes, form: bytes) -> None:
    """No expression goes back and forth over the same characters."""
    for fast in (True, False):
        part = best_of_three(form.replace(b"%b", hostile[: len(hostile) // 4]), fast)
        whole = best_of_three(form.replace(b"%b", hostile), fast)
        # Four times as long takes four times the time, and not sixteen.
        assert whole < 9 * part + 0.005


def best_of_three(piece: bytes, fast: bool) -> float:
    spent = []
    for _ in range(3):
        start = time.process_time()
        decoded([(0, piece)], fast=fast)
        spent.append(time.process_time() - start)
    return min(spent)
