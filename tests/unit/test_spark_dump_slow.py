"""A dump's tables on Spark, which takes seconds to start."""

import lzma
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from qathread import Limits, frames
from qathread.errors import FormatError, NotFoundError, ValidationError
from qathread.ranking import columns, formulas
from tests.spark import local_session

pytestmark = [
    pytest.mark.slow,
    # Spark announces changes to come.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SITE = "conlang.meta.stackexchange.com_2020-09"
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


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """A local session that splits files of a few hundred kilobytes too."""
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.files.maxPartitionBytes": "100000",
        "spark.sql.files.openCostInBytes": "0",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    with local_session(settings) as found:
        yield found


@pytest.fixture(scope="module")
def site(shared: Path) -> Path:
    """An unpacked dump."""
    return shared / "data" / "formats" / "stackexchange_dump" / SITE


def arrow(frame: Any) -> pa.Table:
    """What a frame of Spark holds, in order."""
    found: pa.Table = frame.toArrow()
    return found.sort_by("id")


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_those_of_one_machine(
    table: frames.DumpTableName, session: Any, site: Path
) -> None:
    """Every cell and every type, though files are split."""
    from qathread.frames import spark

    frame = spark.dump(session, site, table)
    wanted = frames.stackexchange(site, table).to_arrow().sort_by("id")
    if table == "posts":
        assert frame.rdd.getNumPartitions() > 1
    assert arrow(frame) == wanted
    names = wanted.column_names[::-2]
    if "id" in names:
        some = spark.dump(session, site / f"{TABLES[table]}.xml", table, names)
        assert arrow(some) == wanted.select(names)


def test_ranking_and_parquet_are_spark_s(
    session: Any, site: Path, tmp_path: Path
) -> None:
    """The formulas that run on any frame, and Spark's own files."""
    from qathread.frames import spark

    posts = spark.dump(session, site, "posts", ["id", "score", "creation_date"])
    ranked = columns.hive_score(posts, "score", "creation_date", 45_000.0)
    ranked.write.parquet(str(tmp_path / "ranked"))
    found = pl.read_parquet(tmp_path / "ranked" / "*.parquet").sort("id")
    table = frames.stackexchange(site).select(["id", "score", "creation_date"])
    wanted = table.to_polars().sort("id")
    assert found.select(wanted.columns).equals(wanted)
    for row in found.head(20).iter_rows(named=True):
        key = formulas.hive_score(row["score"], row["creation_date"], 45_000.0)
        assert row["hive_score"] == pytest.approx(key, rel=1e-12)


ROWS = [
    '<row Id="1" Score="3" Text="a &lt; b" />',
    '<row Id="2" Score="x" />',
    '<row Id="3" Text="a"b" />',
    "oops",
    "",
    '<row Id="4" Text="&#x0E;" /> <row Id="5" />',
    '    <row Id="6" New="1" />',
]


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A file with a comment of two lines, and damage."""
    lines = ['\ufeff<?xml version="1.0" encoding="utf-8"?>', "<!-- one", "two -->"]
    lines += ["<comments>", *ROWS, "</comments>"]
    path = tmp_path / "Comments.xml"
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    return path


def test_damaged_lines_are_left_out(session: Any, damaged: Path) -> None:
    """Or mended, as on one machine."""
    from qathread.frames import spark

    found = arrow(spark.dump(session, damaged, "comments", ["id", "score", "text"]))
    assert found.to_pydict() == {
        "id": [1, 2, 4, 5, 6],
        "score": [3, None, None, None, None],
        "text": ["a < b", None, "\ufffd", None, None],
    }


def test_damaged_lines_can_be_counted(session: Any, damaged: Path) -> None:
    """By a column that says what is wrong."""
    from qathread.frames import spark

    frame = spark.dump(session, damaged, "comments", damaged="column")
    assert frame.columns[-2:] == ["extra", "_error"]
    assert frame.where("_error IS NOT NULL").count() == 5
    found = {
        row["id"]: (row["extra"], row["_error"])
        for row in frame.where("id IS NOT NULL").collect()
    }
    assert found[1] == (None, None)
    assert found[2] == (
        '{"Score":"x"}',
        "number: numbers that are none, left out",
    )
    assert found[6] == ('{"New":"1"}', None)
    lost = [row["_error"] for row in frame.where("id IS NULL").collect()]
    assert sorted(lost) == [
        "syntax: lines that hold something other than rows",
        "syntax: rows that are no well-formed XML",
    ]


def test_damage_can_fail_the_job(session: Any, damaged: Path) -> None:
    """With the line that is at fault."""
    from pyspark.errors import PythonException

    from qathread.frames import spark

    with pytest.raises(PythonException, match="FormatError: stackexchange, "):
        spark.dump(session, damaged, "comments", damaged="raise").collect()


def test_questions_are_checked_before_any_job(session: Any, site: Path) -> None:
    """As far as one machine can tell."""
    from qathread.frames import spark

    with pytest.raises(NotFoundError, match="there is no column 'Id'"):
        spark.dump(session, site, "posts", ["Id"])
    with pytest.raises(ValidationError, match="unpack it first"):
        spark.dump(session, "s3a://dumps/beer.stackexchange.com.7z")
    ask: Any = spark.dump
    with pytest.raises(ValidationError, match="give 'skip', 'column' or 'raise'"):
        ask(session, site, damaged="keep")
    session.conf.set("spark.sql.session.timeZone", "Asia/Kathmandu")
    try:
        with pytest.raises(ValidationError, match="time zone is Asia/Kathmandu"):
            spark.dump(session, site)
    finally:
        session.conf.set("spark.sql.session.timeZone", "UTC")


def test_lines_are_refused_as_in_files(tmp_path: Path) -> None:
    """Too long, or with a DOCTYPE; what does the work needs no Spark."""
    from qathread.frames._dump_columns import schema_of
    from qathread.frames._dump_lines import Lines

    def rows(*lines: str, limits: Limits | None = Limits()) -> pa.Table:
        work = Lines("tags", schema_of("tags", ["id"]), "s", "skip", limits)
        work = pickle.loads(pickle.dumps(work))
        batch = pa.RecordBatch.from_pydict({"value": list(lines)})
        return pa.Table.from_batches(work([batch]), pa.schema([("id", pa.int64())]))

    with pytest.raises(FormatError, match="DOCTYPE"):
        rows("<!DOCTYPE tags [", '  <row Id="1" />')
    with pytest.raises(FormatError, match="longer than 30 bytes"):
        rows('  <row Id="1" TagName="a-long-one" />', limits=Limits(record=30))
    assert len(rows('  <row Id="1" TagName="a-long-one" />', limits=None)) == 1
    assert rows('<row Id="1" />', '  <row Id="2" />')["id"].to_pylist() == [2, 1]
    assert not len(rows())


def test_packed_files_of_hadoop_are_read(
    session: Any, site: Path, tmp_path: Path, shared: Path
) -> None:
    """Those of gzip, each by one executor; others are refused."""
    import gzip

    from qathread.frames import spark

    plain = (site / "Tags.xml").read_bytes()
    (tmp_path / "Tags.xml.gz").write_bytes(gzip.compress(plain))
    found = spark.dump(session, tmp_path / "Tags.xml.gz", "tags")
    assert found.count() == frames.stackexchange(site, "tags").count()
    (tmp_path / "Tags.xml.xz").write_bytes(lzma.compress(plain))
    with pytest.raises(ValidationError, match="unpack it first"):
        spark.dump(session, tmp_path / "Tags.xml.xz", "tags")
