"""Columns from a dump: the fast way and the careful one give the same."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread.errors import FormatError
from qathread.formats import Collector
from qathread.frames import _dump_blocks
from qathread.frames._dump_columns import SCHEMAS, attributes, file_of, schema_of
from qathread.frames._dump_jobs import Where

pa = pytest.importorskip("pyarrow")

from qathread.frames._dump_cells import Cells  # noqa: E402
from qathread.frames._dump_decode import Decoder  # noqa: E402

#: What stands in files, or might.
BITS = [
    *(b"<", b">", b'"', b"'", b"&", b"=", b" ", b"\t", b"\r", b"\n", b"\0", b"\xff"),
    *(b"&#xA;", b"&#x0D;", b"&amp;", b"&amp;lt;", b"&lt;", b"&quot;", b"&apos;"),
    *(b"&#x0E;", b"&#38;", b"&lt", b"\xef\xbf\xbe", b"\xc3\xa9", b"0x1", b"-", b"T"),
    *(b"<!-- x -->", b"<row />", b'<row Id="3" />', b"</row>", b"<posts>", b"</tags>"),
    *(b' New="1"', b' New="a&amp;b"', b' Id="7"', b' a:b="1"', b' xmlns="z"', b"/>"),
    *(b"9" * 19, b"-9223372036854775808", b"2020-02-30T00:00:00.000", b"True", b"no"),
]
VALUES = {
    "int": [b"0", b"-1", b"17", b"9223372036854775807"],
    "time": [b"2020-01-02T03:04:05.678", b"0001-01-02T00:00:00", b"9999-12-31T23:59"],
    "flag": [b"True", b"False"],
    "text": [
        b"",
        b"a &lt;b&gt; &amp;amp; c&#xD;&#xA;",
        b"<a",
        b"&lt;x&gt;&lt;y-z&gt;",
        b"|x|",
    ],
}


def attribute(column: str, kind: str, draw: st.DrawFn) -> bytes:
    own = {"int64": "int", "timestamp": "time", "bool": "flag"}.get(kind, "text")
    return draw(st.sampled_from(VALUES[own]))


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str], bytes]:
    """A table, some columns of it, and a file, damaged here and there."""
    table = draw(st.sampled_from(list(SCHEMAS)))
    schema = SCHEMAS[table]
    names = attributes(table)
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        given = draw(st.lists(st.sampled_from(list(names)), unique=True))
        held = [
            b'%b="%b"' % (names[each].encode(), attribute(each, schema[each], draw))
            for each in sorted(given, key=list(names).index)
        ]
        rows.append(b"  <row " + b" ".join(held) + b" />")
    root = file_of(table).lower().encode()
    # The first and the last line say whether a file is read at all, and to its end.
    text = b"\r\n".join([*rows, b""])
    for _ in range(draw(st.integers(0, 2))):
        at, bit = draw(st.integers(0, len(text))), draw(st.sampled_from(BITS))
        text = text[:at] + bit + text[at + draw(st.integers(0, 9)) :]
    text = b"<%b>\r\n%b</%b>" % (root, text, root)
    wanted = draw(st.lists(st.sampled_from(schema.names), min_size=1, unique=True))
    every = draw(st.booleans())
    return table, list(schema.names) if every else wanted, text


Found = tuple[list[dict[str, object]], list[tuple[str, str, int]]]


def read(
    table: str, columns: Sequence[str], path: Path, size: int, number: int, fast: bool
) -> Found | str:
    """Rows and losses of a file that is cut in so many ways."""
    schema, report = schema_of(table, columns), Collector()
    decoder = Decoder(table, schema)
    rows: list[dict[str, object]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_dump_blocks, "SIZE", size)
        try:
            for part in _dump_blocks.parts(path, number, 1):
                for block in _dump_blocks.blocks(part, report, None):
                    found = decoder.batch(block.data) if fast else None
                    if found is None:
                        block.frame()
                        found = decoder.batch(block.data) if fast else None
                    if found is None:
                        cells = Cells(table, schema, Where(path.name), report)
                        found = cells.batch(block.frame())
                    number_of, batch = found
                    assert batch.num_rows == number_of
                    rows += batch.to_pylist()
        except FormatError as error:
            return error.code
    return rows, sorted((each.kind, each.code, each.count) for each in report.report)


@given(files(), st.integers(20, 400), st.integers(1, 4))
def test_whichever_way_a_file_is_read(
    case: tuple[str, list[str], bytes], size: int, number: int
) -> None:
    """Rows and losses are the same, by columns or by cells, whole or in parts."""
    table, columns, data = case
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{file_of(table)}.xml")
        path.write_bytes(data)
        wanted = read(table, columns, path, 1 << 20, 1, fast=False)
        assert read(table, columns, path, 1 << 20, 1, fast=True) == wanted
        assert read(table, columns, path, size, number, fast=True) == wanted
