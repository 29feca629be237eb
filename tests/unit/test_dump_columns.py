"""Tables straight from a dump: the same rows as any other way of reading them."""

import inspect
import io
import json
import lzma
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import dataset

from qathread import Limits, formats, frames
from qathread.errors import (
    FormatError,
    MissingExtraError,
    NotFoundError,
    ValidationError,
)
from qathread.frames import ColumnType, _dump, _dump_blocks
from qathread.losses import LossReport

AI = "ai.stackexchange.com_2016-12"
BEER = "beer.stackexchange.com_2020-06"
CONLANG = "conlang.meta.stackexchange.com_2020-09"
FRENCH = "french.meta.stackexchange.com_2021-09"
SITES = (AI, BEER, CONLANG, FRENCH)
TABLES: dict[frames.DumpTableName, str] = {
    "badges": "Badges",
    "comments": "Comments",
    "post_history": "PostHistory",
    "post_links": "PostLinks",
    "posts": "Posts",
    "tags": "Tags",
    "users": "Users",
    "votes": "Votes",
}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def dumps(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four sites as folders of XML files."""
    import py7zr

    source = shared / "data" / "formats" / "stackexchange_dump"
    target = tmp_path_factory.mktemp("dumps")
    for site in (AI, CONLANG, FRENCH):
        (target / site).mkdir()
        for path in (source / site).iterdir():
            if path.suffix == ".xz":
                with (
                    lzma.open(path) as packed,
                    (target / site / path.stem).open("wb") as out,
                ):
                    shutil.copyfileobj(packed, out)
            else:
                shutil.copyfile(path, target / site / path.name)
    with py7zr.SevenZipFile(source / f"{BEER}.7z") as archive:
        archive.extractall(target / BEER)
    return target


# -- an independent reading ----------------------------------------------------------

INTEGERS = {"Count", "Class", "Age", "Score", "Views", "UpVotes", "DownVotes"}


@cache
def by_the_book(path: Path) -> Rows:
    """The rows of a file by the standard library, turned by the names of columns."""
    data = path.read_bytes().replace(b"\t", b"&#9;")
    rows: Rows = []
    for _, element in ElementTree.iterparse(io.BytesIO(data)):
        if element.tag == "row":
            rows.append({name: meant(name, text) for name, text in element.items()})
            element.clear()
    return rows


def meant(name: str, text: str) -> Any:
    """What the text of an attribute stands for."""
    if name.endswith("Id") or name.endswith("Count") or name in INTEGERS:
        return int(text)
    if name == "Reputation" or name == "BountyAmount":
        return int(text)
    if name.endswith("Date"):
        return datetime.fromisoformat(f"{text}+00:00")
    if name.startswith("Is") or name == "TagBased":
        return {"True": True, "False": False}[text]
    if name == "Tags":
        return text[1:-1].split("><")
    return text


def snake(name: str) -> str:
    """A column's name, spelt out letter by letter."""
    if name == "RevisionGUID":
        return "revision_guid"
    small = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return small.removeprefix("_")


def whole(path: Path, table: str) -> Rows:
    """The same with every column, null where there is nothing."""
    names = frames.stackexchange(path, table).columns  # type: ignore[arg-type]
    return [
        dict.fromkeys(names) | {snake(name): value for name, value in row.items()}
        for row in by_the_book(path)
    ]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("site", SITES)
def test_rows_are_those_of_another_parser(
    site: str, table: frames.DumpTableName, dumps: Path
) -> None:
    """Every cell of every table of every site."""
    path = dumps / site / f"{TABLES[table]}.xml"
    found = frames.stackexchange(dumps / site, table)
    rows = [row for batch in found.batches() for row in batch.to_pylist()]
    assert rows == whole(path, table)
    assert not found.report
    assert found.count() == len(rows)


# -- types ---------------------------------------------------------------------------

ARROW = {
    ColumnType.INT64: pa.int64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us", "UTC"),
    ColumnType.BOOL: pa.bool_(),
    ColumnType.TEXTS: pa.list_(pa.string()),
}


@pytest.mark.parametrize("table", TABLES)
def test_types_are_those_of_all_our_tables(
    table: frames.DumpTableName, dumps: Path
) -> None:
    """In every library, whatever the rows hold."""
    found = frames.stackexchange(dumps / CONLANG, table)
    arrow = found.to_arrow()
    assert arrow.schema == pa.schema(
        [(each.name, ARROW[each.type]) for each in found.schema]
    )
    empty = frames.Table(found.schema, {name: [] for name in found.columns})
    polars, pandas = found.to_polars(), found.to_pandas()
    assert polars.schema == empty.to_polars().schema
    assert list(pandas.dtypes) == list(empty.to_pandas().dtypes)
    for frame in (polars, pandas, arrow):
        assert frames.from_frame(frame, found.schema).to_dict() == {
            name: [tuple(cell) if isinstance(cell, list) else cell for cell in column]
            for name, column in arrow.to_pydict().items()
        }


def test_columns_are_the_dump_s_own_names(dumps: Path) -> None:
    """In its order, the extra ones last."""
    found = frames.stackexchange(dumps / CONLANG, "post_history")
    assert found.columns == (
        "id",
        "post_history_type_id",
        "post_id",
        "revision_guid",
        "creation_date",
        "user_id",
        "user_display_name",
        "comment",
        "text",
        "content_license",
        "extra",
    )
    assert found.schema["tags" if "tags" in found.columns else "id"] == "int64"
    assert repr(found) == (f"<DumpTable post_history of {dumps / CONLANG}, 11 columns>")


def test_the_reference_page_lists_every_column(dumps: Path) -> None:
    """With its attribute and type, in order; and so does the docstring."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "columns.md"
    text = page.read_text(encoding="utf-8").partition("## Tables of a data dump")[2]
    found = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\w+) \|", text, re.MULTILINE)
    every = [
        (each.name, each.type.value)
        for table in re.findall(r"^### (\w+)", text, re.MULTILINE)
        for each in frames.stackexchange(dumps / CONLANG, table).schema
        if each.name != "extra"
    ]
    assert [(name, kind) for name, _, kind in found] == every
    assert all(snake(attribute) == name for name, attribute, _ in found)
    told = inspect.getdoc(frames.stackexchange) or ""
    assert {name for name, _ in every} <= {*re.findall(r"\w+", told)}


def test_what_a_table_does_not_know_is_kept(tmp_path: Path) -> None:
    """New attributes, and texts that are not what their column is of."""
    row = '<row Id="1" PostId="0x10" Score="-3" New="a&amp;b" Größe="7" />'
    found = frames.stackexchange(written(tmp_path, "Comments", row), "comments")
    (kept,) = found.to_arrow().to_pylist()
    assert (kept["id"], kept["post_id"], kept["score"]) == (1, None, -3)
    assert kept["extra"] == '{"Größe":"7","New":"a&b","PostId":"0x10"}'
    assert [(loss.kind, loss.code) for loss in found.report] == [("repaired", "number")]
    plain = '<row Id="1" PostId="5" New="a&amp;b" Newer="&lt;" /><row Id="2" />'
    found = frames.stackexchange(written(tmp_path, "Comments", plain), "comments")
    assert found.to_arrow()["extra"].to_pylist() == ['{"New":"a&b","Newer":"<"}', None]
    assert not found.report


# -- some of it ----------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_some_columns_are_those_of_all(
    table: frames.DumpTableName, dumps: Path
) -> None:
    """In the order that is asked for."""
    full = frames.stackexchange(dumps / AI, table)
    arrow = full.to_arrow()
    names = list(reversed(full.columns))
    for wanted in (names[: len(names) // 2], names[len(names) // 2 :], ["id"]):
        some = frames.stackexchange(dumps / AI, table, columns=wanted)
        assert some.to_arrow() == arrow.select(wanted)
        assert full.select(wanted).to_arrow() == arrow.select(wanted)
        assert full.columns == tuple(reversed(names))


def test_what_is_not_asked_for_is_not_looked_at(tmp_path: Path) -> None:
    """Damage there is nobody's business, even of those who are strict."""
    path = written(
        tmp_path, "Posts", '<row Id="1" Body="&#x0;" Score="no" Title="t" />'
    )
    found = frames.stackexchange(path, columns=["id", "title"], strict=True)
    assert found.to_arrow().to_pylist() == [{"id": 1, "title": "t"}]
    with pytest.raises(FormatError, match=r"Posts\.xml, byte"):
        frames.stackexchange(path, strict=True).to_arrow()


def test_batches_are_as_large_as_asked_for(dumps: Path) -> None:
    """All but the last one."""
    found = frames.stackexchange(dumps / BEER, "votes", batch_rows=5_000)
    batches = list(found.batches())
    assert [batch.num_rows for batch in batches] == [5_000] * 3 + [3_564]
    assert (
        pa.Table.from_batches(batches)
        == frames.stackexchange(dumps / BEER, "votes").to_arrow()
    )


# -- every time anew -----------------------------------------------------------------


def test_libraries_take_the_stream_again_and_again(dumps: Path) -> None:
    """Polars, PyArrow, pandas, DuckDB and Narwhals, each twice."""
    posts = frames.stackexchange(dumps / CONLANG, "posts")
    wanted = [row["Score"] for row in by_the_book(dumps / CONLANG / "Posts.xml")]
    for _ in range(2):
        assert pl.DataFrame(posts)["score"].to_list() == wanted
        assert pa.table(posts)["score"].to_pylist() == wanted
        assert pd.DataFrame.from_arrow(posts)["score"].tolist() == wanted
        summed: Any = duckdb.sql("SELECT sum(score) FROM posts")
        assert summed.fetchall() == [(sum(wanted),)]
        frame = nw.from_arrow(posts, backend="polars")
        assert frame["score"].to_list() == wanted
    assert posts.to_polars().equals(pl.DataFrame(posts))


def test_the_file_may_be_one_or_packed(dumps: Path, shared: Path) -> None:
    """A folder, a file, a packed one, or an archive."""
    source = shared / "data" / "formats" / "stackexchange_dump"
    plain = frames.stackexchange(dumps / AI, "tags").to_arrow()
    for path in (dumps / AI / "Tags.xml", source / AI, source / AI / "Tags.xml.xz"):
        with frames.stackexchange(path, "tags") as tags:
            assert tags.to_arrow() == plain
    with frames.stackexchange(source / f"{BEER}.7z", "tags") as tags:
        assert tags.to_arrow() == frames.stackexchange(dumps / BEER, "tags").to_arrow()
        unpacked = tags._file.path
        assert unpacked.is_file()
    assert not unpacked.exists()
    tags = frames.stackexchange(source / AI, "tags")
    unpacked = tags._file.path
    few = tags.select(["id"])
    del tags
    assert few.count() == plain.num_rows  # the file is still needed
    del few
    assert not unpacked.exists()


# -- several workers -----------------------------------------------------------------


def noted(report: LossReport) -> list[tuple[str, str, int]]:
    return sorted((loss.kind, loss.code, loss.count) for loss in report)


def test_workers_change_nothing(dumps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither rows nor their order."""
    monkeypatch.setattr(_dump, "_HANDFUL", 1 << 20)
    one = frames.stackexchange(dumps / FRENCH, "post_history")
    two = frames.stackexchange(dumps / FRENCH, "post_history", workers=2)
    assert len(_dump_blocks.parts(one._file.path, 3)) == 3
    assert two.to_arrow() == one.to_arrow()
    started = two.batches()
    assert next(started).num_rows
    del started  # and nobody waits for the rest


def test_parts_and_blocks_change_nothing(
    dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a file is cut, rows and damage are the same."""
    data = (dumps / CONLANG / "Posts.xml").read_bytes()
    at = data.index(b"Score=", 100_000)
    data = data[:at] + b"<oops " + data[at:]
    path = tmp_path / "Posts.xml"
    path.write_bytes(data[:-5_000])
    posts = frames.stackexchange(path)
    wanted, losses = posts.to_arrow(), noted(posts.report)
    assert [code for _, code, _ in losses] == ["syntax"] * len(losses) and losses
    for size in (3_000, 40_000):
        monkeypatch.setattr(_dump_blocks, "SIZE", size)
        for number in (1, 2, 7):
            parts = _dump_blocks.parts(path, number, 1)
            assert len(parts) == number
            monkeypatch.setattr(_dump_blocks, "parts", lambda *_, found=parts: found)
            assert posts.to_arrow() == wanted
            assert noted(posts.report) == losses
            monkeypatch.undo()
            monkeypatch.setattr(_dump_blocks, "SIZE", size)


# -- Parquet -------------------------------------------------------------------------


@pytest.mark.parametrize("partition", [None, "year", "month", "post_type_id"])
def test_parquet_keeps_the_rows(
    partition: str | None, dumps: Path, tmp_path: Path
) -> None:
    """In the order of the file within each folder."""
    posts = frames.stackexchange(dumps / CONLANG, "posts")
    target = tmp_path / "posts"
    assert not posts.to_parquet(target, partition)
    wanted = posts.to_polars()
    folders = sorted(path.name for path in target.iterdir())
    if partition in ("year", "month"):
        form = {"year": "%Y", "month": "%Y-%m"}[partition]
        dates = wanted["creation_date"].dt.strftime(form)
        assert folders == [f"{partition}={date}" for date in sorted(dates.unique())]
    elif partition:
        kinds = sorted(wanted["post_type_id"].unique())
        assert folders == [f"post_type_id={kind}" for kind in kinds]
    found = pl.read_parquet(target)
    if partition is None:
        assert found.equals(wanted)
    assert found.sort("id").select(posts.columns).equals(wanted.sort("id"))
    other = dataset.dataset(target, partitioning="hive").to_table()
    assert (
        pl.DataFrame(other)
        .sort("id")
        .select(posts.columns)
        .cast({"post_type_id": pl.Int64})
        .equals(wanted.sort("id"))
    )


def test_a_script_without_a_main_part_is_told_what_to_do(
    dumps: Path, tmp_path: Path
) -> None:
    """Other processes read the script again, and would start it again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from qathread import frames\n"
        "from qathread.frames import _dump\n"
        "_dump._HANDFUL = 1 << 20  # so that a small file is worth a process\n"
        f"table = frames.stackexchange({str(dumps / FRENCH)!r}, 'post_history',"
        " workers=2)\n"
        "print(table.to_arrow().num_rows)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "QathreadError: a worker process ended" in done.stderr
    assert "__main__" in done.stderr


def test_workers_write_files_of_their_own(dumps: Path, tmp_path: Path) -> None:
    """Whose names are in the order of the rows."""
    history = frames.stackexchange(dumps / FRENCH, "post_history", workers=2)
    history.to_parquet(tmp_path / "h")
    files = sorted((tmp_path / "h").iterdir())
    assert len(files) == 2
    assert pl.concat(map(pl.read_parquet, files)).equals(history.to_polars())
    few = history.select(["text", "id"])
    few.to_parquet(tmp_path / "few", "year", workers=1)
    found = pl.read_parquet(tmp_path / "few")
    assert found.columns == ["text", "id", "year"]
    assert found.drop("year").sort("id").equals(few.to_polars().sort("id"))


def test_values_become_names_of_folders(tmp_path: Path) -> None:
    """Of any text, and of null."""
    rows = ['<row Id="1" ContentLicense="CC BY/SA=4 é" />', '<row Id="2" />']
    path = written(tmp_path, "Posts", *rows)
    frames.stackexchange(path).to_parquet(tmp_path / "p", "content_license")
    assert sorted(each.name for each in (tmp_path / "p").iterdir()) == [
        "content_license=CC%20BY%2FSA%3D4%20%C3%A9",
        "content_license=__HIVE_DEFAULT_PARTITION__",
    ]
    found = pl.read_parquet(tmp_path / "p").sort("id")
    assert found["content_license"].to_list() == ["CC BY/SA=4 é", None]
    tags = written(tmp_path, "Tags", '<row Id="1" IsRequired="True" />')
    frames.stackexchange(tags, "tags").to_parquet(tmp_path / "t", "is_required")
    assert [each.name for each in (tmp_path / "t").iterdir()] == ["is_required=true"]


def test_parquet_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nothing is overwritten, and nothing half done is left."""
    path = written(tmp_path, "Posts", '<row Id="1" Score="x" />')
    target = tmp_path / "out"
    with pytest.raises(FormatError, match="number"):
        frames.stackexchange(path, strict=True).to_parquet(target)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["Posts.xml"]
    target.mkdir()
    report = frames.stackexchange(path).to_parquet(target)
    assert noted(report) == [("repaired", "number", 1)]
    with pytest.raises(FileExistsError, match="holds something"):
        frames.stackexchange(path).to_parquet(target)
    none = written(tmp_path, "Posts")
    frames.stackexchange(none).to_parquet(tmp_path / "none")
    assert pl.read_parquet(tmp_path / "none").shape == (0, 23)


@pytest.mark.parametrize(
    ("table", "columns", "partition", "message"),
    [
        ("tags", None, "year", "rows of tags have no date"),
        ("posts", None, "tags", "no column to partition by"),
        ("posts", ["id"], "score", "no column to partition by"),
        ("posts", ["score"], "score", "the only column"),
        ("votes", None, "id", "more than 1000 values"),
    ],
)
def test_what_cannot_be_partitioned_is_refused(
    table: frames.DumpTableName,
    columns: list[str] | None,
    partition: str,
    message: str,
    dumps: Path,
    tmp_path: Path,
) -> None:
    """With what to do instead."""
    found = frames.stackexchange(dumps / CONLANG, table, columns=columns)
    with pytest.raises(ValidationError, match=message):
        found.to_parquet(tmp_path / "x", partition)
    assert not any(tmp_path.iterdir())


# -- damage --------------------------------------------------------------------------


def written(folder: Path, table: str, *rows: str, end: str | None = None) -> Path:
    """A file of a table with some rows."""
    root = table.lower()
    lines = ['\ufeff<?xml version="1.0" encoding="utf-8"?>', f"<{root}>"]
    lines += [f"  {row}" for row in rows]
    lines.append(f"</{root}>" if end is None else end)
    path = folder / f"{table}.xml"
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    return path


SOUND = [f'<row Id="{n}" PostId="5" Score="{n}" Text="t{n}" />' for n in range(3)]
DAMAGE: dict[str, tuple[list[str], list[int], list[tuple[str, str, int]]]] = {
    "a quote too many": (
        [SOUND[0], '<row Id="9" Text="a"b" />', SOUND[1]],
        [0, 1],
        [("skipped", "syntax", 1)],
    ),
    "an attribute twice": (
        [SOUND[0], '<row Id="9" Id="9" />', SOUND[1]],
        [0, 1],
        [("skipped", "syntax", 1)],
    ),
    "a forbidden reference": (
        [SOUND[0], '<row Id="1" Text="a&#x0E;b" />'],
        [0, 1],
        [("repaired", "forbidden-character", 1)],
    ),
    "a forbidden character": (
        [SOUND[0], '<row Id="1" Text="a\x01b" />'],
        [0, 1],
        [("repaired", "forbidden-character", 1)],
    ),
    "no reference": (
        [SOUND[0], '<row Id="1" Text="a & b" />'],
        [0, 1],
        [("repaired", "syntax", 1)],
    ),
    "no number": (
        ['<row Id="0" />', '<row Id="1" Score="1e3" />'],
        [0, 1],
        [("repaired", "number", 1)],
    ),
    "no time": (
        ['<row Id="0" CreationDate="2020-02-30T00:00:00.000" />'],
        [0],
        [("repaired", "instant", 1)],
    ),
    "text between rows": (
        [SOUND[0], "oops", SOUND[1]],
        [0, 1],
        [("repaired", "syntax", 1)],
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_mended_or_told(case: str, tmp_path: Path) -> None:
    """And an error, with file and byte, for those who are strict."""
    rows, ids, losses = DAMAGE[case]
    path = written(tmp_path, "Comments", *rows)
    found = frames.stackexchange(path, "comments")
    assert found.to_arrow()["id"].to_pylist() == ids
    assert noted(found.report) == losses
    with pytest.raises(FormatError) as caught:
        frames.stackexchange(path, "comments", strict=True).to_arrow()
    assert caught.value.source == str(path)
    assert "Comments.xml, byte " in (caught.value.where or "")
    assert caught.value.format == "stackexchange"


def test_flags_of_other_words_are_told(tmp_path: Path) -> None:
    """In capitals or not they are understood."""
    path = written(
        tmp_path, "Tags", *(f'<row IsRequired="{each}" />' for each in ("true", "yes"))
    )
    tags = frames.stackexchange(path, "tags", columns=["is_required", "extra"])
    assert tags.to_arrow().to_pylist() == [
        {"is_required": True, "extra": None},
        {"is_required": None, "extra": '{"IsRequired":"yes"}'},
    ]
    assert noted(tags.report) == [("repaired", "flag", 1)]


def test_a_file_that_is_cut_gives_its_whole_rows(tmp_path: Path) -> None:
    """And says that it was cut."""
    path = written(tmp_path, "Comments", *SOUND, end='<row Id="3" Te')
    found = frames.stackexchange(path, "comments")
    assert found.to_arrow()["id"].to_pylist() == [0, 1, 2]
    assert noted(found.report) == [("lost", "syntax", 1)]
    with pytest.raises(FormatError, match="ends in the middle"):
        list(frames.stackexchange(path, "comments", strict=True).batches())


def test_rows_beyond_the_limits_are_refused(tmp_path: Path) -> None:
    """Unless there are none."""
    path = written(tmp_path, "Comments", f'<row Id="1" Text="{"a" * 5_000_000}" />')
    with pytest.raises(FormatError, match="larger than 4194304 bytes"):
        frames.stackexchange(path, "comments").to_arrow()
    small = frames.stackexchange(path, "comments", limits=Limits(record=1000))
    with pytest.raises(FormatError, match="larger than 1000 bytes"):
        small.count()
    assert frames.stackexchange(path, "comments", limits=None).count() == 1


def test_other_files_are_refused(tmp_path: Path) -> None:
    """By what they look like."""
    path = tmp_path / "Posts.xml"
    path.write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(FormatError, match="expected"):
        frames.stackexchange(path).to_arrow()
    path.write_text('<!DOCTYPE posts [<!ENTITY a "b">]><posts><row Id="1"/></posts>')
    with pytest.raises(FormatError, match="DOCTYPE"):
        frames.stackexchange(path).to_arrow()
    path.write_text("")
    with pytest.raises(FormatError):
        frames.stackexchange(path).to_arrow()
    with pytest.raises(FileNotFoundError):
        frames.stackexchange(tmp_path / "none.xml")


# -- what is asked for ---------------------------------------------------------------


def test_wrong_questions_are_answered(dumps: Path) -> None:
    """With the names that there are."""
    ask: Any = frames.stackexchange
    with pytest.raises(NotFoundError, match="there are badges, comments"):
        ask(dumps / AI, "answers")
    with pytest.raises(NotFoundError, match="there is no column 'Id': there are id"):
        ask(dumps / AI, columns=["Id"])
    with pytest.raises(ValidationError, match="columns= is empty"):
        ask(dumps / AI, columns=[])
    with pytest.raises(ValidationError, match="give a list"):
        ask(dumps / AI, columns="id")
    for option in ("workers", "batch_rows"):
        for number in (0, True, 1.5):
            with pytest.raises(ValidationError, match=f"{option}= is"):
                ask(dumps / AI, **{option: number})
    with pytest.raises(NotFoundError, match=r"only Posts: look for Users\.xml"):
        ask(dumps / AI / "Posts.xml", "users")
    with pytest.raises(ValidationError, match="no column is selected"):
        ask(dumps / AI).select([])


def test_a_folder_may_lack_a_table(tmp_path: Path) -> None:
    """Which is told when it is asked for."""
    written(tmp_path, "Posts")
    with pytest.raises(NotFoundError, match=r"look for Users\.xml"):
        frames.stackexchange(tmp_path, "users")
    assert frames.stackexchange(tmp_path, "posts").count() == 0


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make a package look as if it were not installed."""

    def hidden(name: str) -> None:
        monkeypatch.setitem(sys.modules, name, None)
        for own in ("_polars", "_pandas", "_dump_texts", "spark"):
            monkeypatch.delitem(sys.modules, f"qathread.frames.{own}", raising=False)

    return hidden


def test_missing_packages_name_their_extras(
    dumps: Path, hide: Callable[[str], None]
) -> None:
    """As soon as they are needed."""
    tags = frames.stackexchange(dumps / AI, "tags")
    hide("polars")
    with pytest.raises(MissingExtraError, match=r"'qathread\[polars\]'"):
        tags.to_polars()
    hide("pandas")
    with pytest.raises(MissingExtraError, match=r"'qathread\[pandas\]'"):
        tags.to_pandas()
    hide("pyspark")
    with pytest.raises(MissingExtraError, match=r"'qathread\[spark,arrow\]'"):
        from qathread.frames import spark  # noqa: F401
    hide("pyarrow")
    with pytest.raises(MissingExtraError, match=r"'qathread\[arrow\]'"):
        frames.stackexchange(dumps / AI, "tags")
    assert len(frames.vote_counts(dumps / AI))  # needs no library


# -- votes ---------------------------------------------------------------------------


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("by_day", [True, False])
def test_votes_are_counted(site: str, by_day: bool, dumps: Path) -> None:
    """As one by one."""
    rows = by_the_book(dumps / site / "Votes.xml")
    wanted = Counter(
        (row["PostId"], row["VoteTypeId"], row["CreationDate"])[: 2 + by_day]
        for row in rows
    )
    found = frames.vote_counts(dumps / site, by_day=by_day).to_dict()
    names = ["post_id", "vote_type_id", *(["day"] if by_day else []), "count"]
    assert list(found) == names
    keys = list(zip(*(found[name] for name in names[:-1]), strict=True))
    assert keys == sorted(wanted)
    assert dict(zip(keys, found["count"], strict=True)) == wanted


def test_votes_are_counted_by_several_workers(dumps: Path, tmp_path: Path) -> None:
    """Each in its part of the file."""
    path = tmp_path / "Votes.xml"
    blanks = b"\r\n" + b" " * (1 << 20)  # two megabytes make two parts
    path.write_bytes((dumps / BEER / "Votes.xml").read_bytes() + blanks)
    one, two = frames.vote_counts(path), frames.vote_counts(path, workers=2)
    assert one == two and len(one) > 10_000


def test_odd_votes_are_counted_too(tmp_path: Path) -> None:
    """Those without a day as such; those that cannot be read not at all."""
    on_7, day_1 = 'PostId="7" VoteTypeId="2"', 'CreationDate="2020-01-01T'
    rows = [
        f'<row Id="1" {on_7} {day_1}00:00:00.000" />',
        f'<row VoteTypeId="2" PostId="7" Id="2" {day_1}00:00:00.000"/>',
        f'<row Id="3" {on_7} {day_1}12:00:00.000" />',
        f'<row Id="4" {on_7} CreationDate="2020-02-30T00:00:00.000" />',
        f'<row Id="5" VoteTypeId="2" {day_1}00:00:00.000" />',
        '<row Id="6" PostId="7" PostId="8" />',
    ]
    found = frames.vote_counts(written(tmp_path, "Votes", *rows))
    day = datetime(2020, 1, 1, tzinfo=UTC)
    assert found.to_dict() == {
        "post_id": [7, 7, None],
        "vote_type_id": [2, 2, 2],
        "day": [None, day, day],
        "count": [1, 3, 1],
    }
    assert frames.vote_counts(tmp_path, by_day=False).to_dict() == {
        "post_id": [7, None],
        "vote_type_id": [2, 2],
        "count": [4, 1],
    }
    with pytest.raises(FormatError, match=r"Votes\.xml, byte \d+"):
        frames.vote_counts(tmp_path, strict=True)
    empty = frames.vote_counts(written(tmp_path, "Votes"))
    assert empty.columns == ("post_id", "vote_type_id", "day", "count")
    assert not len(empty)


# -- beside threads ------------------------------------------------------------------


def test_rows_are_those_that_threads_are_made_of(dumps: Path) -> None:
    """Ids, scores and times, by both doors."""
    with formats.read(dumps / CONLANG) as reading:
        threads = frames.posts(reading)
    kinds = [(1, "question"), (2, "answer")]
    posts = frames.stackexchange(dumps / CONLANG).to_polars()
    wanted = {
        str(row["id"]): (dict(kinds)[row["post_type_id"]], row["score"])
        for row in posts.iter_rows(named=True)
        if row["post_type_id"] in dict(kinds)
    }
    found = zip(threads["post_id"], threads["kind"], threads["score"], strict=True)
    assert {
        post: (kind, score) for post, kind, score in found if kind != "comment"
    } == wanted


def test_extra_is_canonical(tmp_path: Path) -> None:
    """So that equal rows are equal texts."""
    row = '<row Z="1" Id="1" B="&quot;&#xA;" A="é" />'
    (text,) = frames.stackexchange(written(tmp_path, "Posts", row)).to_arrow()["extra"]
    assert json.loads(text.as_py()) == {"A": "é", "B": '"\n', "Z": "1"}
    assert text.as_py() == '{"A":"é","B":"\\"\\n","Z":"1"}'
