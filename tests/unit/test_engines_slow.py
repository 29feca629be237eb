"""Formulas as columns on PySpark and Dask, which take seconds to start."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from qathread.errors import ValidationError
from qathread.ranking import columns, formulas
from tests.spark import local_session
from tests.unit._ranking_frames import Spread, frames, keys, listed, matches, vectors

pytestmark = [
    pytest.mark.slow,
    # Both libraries and Narwhals announce changes to come.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NAMES = [name for name in columns.__all__ if name != "ColumnFormula"]
SPREAD = Spread()


@pytest.fixture(scope="module", autouse=True)
def report(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print how far the engines are from each other, and from Polars."""
    yield
    SPREAD.report(request.config)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A local session, in a zone that is not UTC: it must change nothing."""
    settings = {
        "spark.sql.session.timeZone": "Asia/Kathmandu",
        "spark.sql.shuffle.partitions": "2",
    }
    with local_session(settings) as session:
        yield session


def to_spark(session: Any, frame: pl.DataFrame) -> Any:
    """A frame of Spark with the same types."""
    kinds = {
        pl.Int64: "long",
        pl.Float64: "double",
        pl.Boolean: "boolean",
        pl.String: "string",
        pl.Datetime: "timestamp",
    }
    schema = ", ".join(
        f"`{name}` {kinds[dtype.base_type()]}" for name, dtype in frame.schema.items()
    )
    return session.createDataFrame(frame.rows(), schema)


def to_dask(frame: pl.DataFrame) -> Any:
    """A frame of Dask in two parts."""
    import dask.dataframe as dd

    make: Any = dd.from_pandas
    return make(frame.to_pandas(), npartitions=2)


def timed(name: str) -> bool:
    return any(each.kind == "time" for each in formulas.describe(name).parameters)


def test_every_vector_passes_on_spark(spark: Any, shared: Path) -> None:
    """One plan per formula, all of them collected together, for speed."""
    entries = vectors(shared)
    for dates in (False, True):
        asked: list[tuple[str, Any, list[Any]]] = []
        for name in NAMES:
            if dates and not timed(name):
                continue
            entry = entries[name]
            for frame, given, group in frames(name, entry["vectors"], dates=dates):
                numbered = frame.with_row_index("n").cast({"n": pl.Int64})
                added = getattr(columns, name)(
                    to_spark(spark, numbered), **given, name="key"
                )
                plan = added.selectExpr("n", "CAST(key AS DOUBLE)")
                asked.append((name, plan, group))
        for name, plan, group in asked:
            found = {n: key for n, key in plan.collect()}
            for n, vector in enumerate(group):
                assert matches(found[n], vector["expected"], entries[name]), vector
                if not dates:
                    kept = SPREAD.keys.setdefault(name, {}).setdefault("spark", {})
                    kept[vector["id"]] = found[n]
    for name in NAMES:
        SPREAD.add(name, "polars", keys(name, entries[name], lambda frame: frame))
        assert SPREAD.of(name) <= 1e-11


@pytest.mark.parametrize("name", NAMES)
def test_every_vector_passes_on_dask(name: str, shared: Path) -> None:
    entry = vectors(shared)[name]
    found = keys(name, entry, to_dask)
    SPREAD.add(name, "dask", found)
    assert SPREAD.of(name) <= 1e-11
    if timed(name):
        keys(name, entry, to_dask, dates=True)


BAD = pl.DataFrame(
    {
        "up": [9, -1, None, 0, 1],
        "down": [1, 0, 0, 0, 1],
        "created_at": [0.0, 1.0, 2.0, 1.7e12, None],
        "score": [1, 2, None, 3, 4],
    }
)


def check_nulls(frame: Any) -> None:
    """Bad and missing values are null, where they are not given a meaning."""
    share = columns.wilson_lower(frame, name="k")
    assert type(share) is type(frame)
    found = listed(share, "k")
    assert [key is None for key in found] == [False, True, True, False, False]
    assert found[0] == pytest.approx(formulas.wilson_lower(9, 1))
    hot = listed(columns.reddit_hot(frame, name="k"), "k")
    assert [key is None for key in hot] == [False, True, True, True, True]
    rating = listed(columns.steamdb_rating(frame, name="k"), "k")
    assert [key is None for key in rating] == [False, True, True, True, False]
    post = listed(columns.piefed_post_ranking(frame, created_at=0, name="k"), "k")
    assert post[2] == formulas.piefed_post_ranking(None, 0)
    with pytest.raises(ValidationError, match="needs a frame in memory"):
        columns.wilson_lower(frame, invalid="raise")
    schema = nw.from_native(share).collect_schema()
    assert list(schema) == [*BAD.columns, "k"]


def test_bad_values_on_spark(spark: Any) -> None:
    check_nulls(to_spark(spark, BAD))


def test_bad_values_on_dask() -> None:
    check_nulls(to_dask(BAD))


INSTANTS = [
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
]


def test_times_on_spark(spark: Any) -> None:
    """In a session of any zone, to the microsecond."""
    frame = to_spark(spark, pl.DataFrame({"t": INSTANTS}))
    found = listed(columns.hive_score(frame, 0, "t", 1.0), "hive_score")
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    exact = [(each - zero) / timedelta(seconds=1) for each in INSTANTS]
    assert found == pytest.approx(exact, rel=1e-15)
    naive = spark.sql("SELECT TIMESTAMP_NTZ '2026-01-01 00:00:00' AS t")
    with pytest.raises(ValidationError, match="times without a zone"):
        columns.hive_score(naive, 0, "t", 1.0)
    with pytest.raises(ValidationError, match="cast it to Spark's timestamp first"):
        columns.hive_score(naive, 0, "t", 1.0, assume_tz="UTC")
    since = spark.sql("SELECT INTERVAL '2' HOUR AS since")
    with pytest.raises(ValidationError, match=r"Unix seconds|is of type"):
        columns.lemmy_hot_rank(since, 1, "since")


def test_times_on_dask() -> None:
    frame = to_dask(pl.DataFrame({"t": INSTANTS}))
    found = listed(columns.hive_score(frame, 0, "t", 1.0), "hive_score")
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    exact = [(each - zero) / timedelta(seconds=1) for each in INSTANTS]
    assert found == pytest.approx(exact, rel=1e-15)
