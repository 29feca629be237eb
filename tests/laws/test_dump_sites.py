"""Dumps of Stack Exchange with anything in their columns: read, or told of."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread, events, formats, from_json, to_json
from qathread.errors import FormatError
from qathread.formats import stackexchange
from qathread.formats.stackexchange._tables import COLUMNS, TABLES, Table
from tests.unit._dumps import Row, read, site_of, small, write

LONG = "9" * 5_000  # more digits than Python turns into a number
IDS = [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "99",
    "-1",
    "0",
    "007",
    "x",
    "²",
    "٣",
    "-",
    "--1",
    "1.5",
]
IDS.append("9" * 20)
NUMBERS = [
    "0",
    "1",
    "-1",
    "5",
    "100",
    "-0",
    "1.5",
    "x",
    "²",
    "+1",
    "1_0",
    str(2**63 - 1),
]
NUMBERS.append(str(2**63))
TIMES = [
    "2019-01-01T00:00:00.000",
    "2020-01-02T03:04:05.678",
    "2020-01-02T03:04:05",
    "2020-01-02",
    "2020-01-02T03:04:05.678Z",
    "2020-02-30T00:00:00.000",
    "2020-01-02T24:00:00.000",
    "0001-01-01T00:00:00.000",
    "9999-12-31T23:59:59.999",
    "2020-W01-1",
    "never",
]
TAGS = ["<a><b>", "|a|b|", "<>", "||", "|", "a", "<a", "a>", "<a><a>", "<a b>", "< >"]
TEXTS = [
    "x",
    "{}",
    "{",
    "[" * 5_000,
    '{"a":' * 5_000,
    '{"Voters":[{"Id":1,"DisplayName":"A"},{"Id":1},{"Id":-1},{"Id":true},5,null]}',
    '{"Voters":[{"Id":2,"DisplayName":"\\u0000\\ud800"},{"Id":' + LONG + "}]}",
    '{"Voters":{},"OriginalQuestionIds":[4,4,-1,true,"x",1e400,0.5]}',
    '{"OriginalQuestionIds":null}',
    "to http://a.example/q/1",
    "from https://a.example/q/2",
    "101",
    "Proposed by 5 approved by 6 edit id of 7",
]
KINDS = {
    "PostTypeId": ["1", "2", "4", "5", "99", "x"],
    "VoteTypeId": [*map(str, range(17)), "99", "x"],
    "PostHistoryTypeId": [*map(str, range(40)), "50", "66", "99", "x"],
    "LinkTypeId": ["1", "3", "7"],
}
BY_TYPE = {"int": NUMBERS, "text": TEXTS, "time": TIMES, "bool": TEXTS, "tags": TAGS}


def values(table: Table, column: str) -> st.SearchStrategy[str]:
    """What may stand in a column, and what may not."""
    if column in KINDS:
        known = KINDS[column]
    elif column.endswith("Id"):
        known = IDS
    else:
        known = BY_TYPE[COLUMNS[table][column]]
    texts = st.text(st.characters(codec="utf-8", min_codepoint=0x20), max_size=8)
    return st.sampled_from(["", LONG, *known]) | texts


@st.composite
def sites(draw: st.DrawFn) -> dict[str, list[Row]]:
    """The small site with some columns changed, left out or added, and rows doubled."""
    tables = small()
    made: dict[str, list[Row]] = {}
    for table in TABLES:
        rows = made[table] = [*tables[table]]
        for number in draw(st.lists(st.integers(0, len(rows)), max_size=3)):
            place = min(number, len(rows) - 1)
            row = dict(rows[place])
            column = draw(st.sampled_from([*COLUMNS[table], "New"]))
            if column == "New":
                row[column] = "new"
            elif draw(st.integers(0, 4)):
                row[column] = draw(values(table, column))
            else:
                row.pop(column, None)
            if number > place:
                rows.append(row)
            else:
                rows[place] = row
    return made


def everything(path: Path, *, strict: bool) -> tuple[list[Thread], formats.Reading]:
    with formats.read(path, "stackexchange", strict=strict) as reading:
        threads = list(reading)
        site = site_of(reading)
        for part in (site.users, site.badges, site.tags, site.pages):
            for _ in part():
                pass
        for table in TABLES:
            for _ in site.loose(table):
                pass
    return threads, reading


def numbers(several: Sequence[Thread]) -> list[int]:
    return [int(thread.id) for thread in several]


@given(sites())
def test_anything_in_a_column_is_read_or_told(tables: dict[str, list[Row]]) -> None:
    """Threads that survive JSON; strict refuses exactly what lenient reports."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "site", tables)
        threads, reading = everything(path, strict=False)
        assert numbers(threads) == sorted({*numbers(threads)})
        for thread in threads:
            assert from_json(to_json(thread)) == thread
        damaged = any(loss.damage for loss in reading.report)
        assert damaged == bool(reading.report)
        try:
            strict, again = everything(path, strict=True)
        except FormatError as error:
            assert damaged
            assert len(str(error)) < 500
        else:
            assert not damaged
            assert strict == threads
            assert again.report == reading.report


@given(sites())
def test_logs_tell_of_the_same_threads(tables: dict[str, list[Row]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "site", tables)
        threads, _ = read(path)
        with stackexchange.events(path) as logs:
            told = [events.replay(log) for log in logs]
        assert numbers(told) == numbers(threads)
        for one, other in zip(told, threads, strict=True):
            assert {post.id for post in one.posts} == {post.id for post in other.posts}


@given(sites())
def test_an_opened_dump_gives_what_reading_gives(
    tables: dict[str, list[Row]],
) -> None:
    """One by one, many at once, and from an index that was there already."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "site", tables)
        expected, report = read(path)
        for _ in range(2):
            with stackexchange.open(path) as opened:
                assert list(opened.many()) == expected
                assert opened.report == report
                assert [opened.get(thread.id) for thread in expected] == expected
