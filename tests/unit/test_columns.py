"""Formulas as columns: every vector on every frame library, and what is no number."""

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread.errors import QathreadError, ValidationError
from qathread.ranking import columns, formulas
from tests.unit._ranking_frames import Spread, keys, listed, vectors

NAMES = [name for name in columns.__all__ if name != "ColumnFormula"]
Maker = Callable[[pl.DataFrame], Any]
CONNECTION = duckdb.connect()
CONNECTION.sql("SET TimeZone = 'Asia/Kathmandu'")  # must change nothing


def to_duckdb(frame: pl.DataFrame) -> Any:
    """A relation over a table of its own."""
    CONNECTION.register("given", frame.to_arrow())
    name = f"t{len(CONNECTION.sql('SHOW TABLES'))}"
    CONNECTION.sql(f"CREATE TABLE {name} AS SELECT * FROM given")
    return CONNECTION.table(name)


def to_nullable(frame: pl.DataFrame) -> Any:
    """Pandas with types that know what is missing."""
    return frame.to_pandas().convert_dtypes()


ENGINES: dict[str, Maker] = {
    "polars": lambda frame: frame,
    "polars lazy": lambda frame: frame.lazy(),
    "pandas": lambda frame: frame.to_pandas(),
    "pandas nullable": to_nullable,
    "pandas pyarrow": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
    "pyarrow": lambda frame: frame.to_arrow(),
    "duckdb": to_duckdb,
}
engines = pytest.mark.parametrize("engine", ENGINES)
eager = pytest.mark.parametrize(
    "engine", [name for name in ENGINES if name not in ("polars lazy", "duckdb")]
)
SPREAD = Spread()


@pytest.fixture(scope="module", autouse=True)
def report(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print how far the engines are from each other."""
    yield
    SPREAD.report(request.config)


@engines
@pytest.mark.parametrize("name", NAMES)
def test_every_vector_passes(name: str, engine: str, shared: Path) -> None:
    """One definition must mean the same on every engine."""
    entry = vectors(shared)[name]
    found = keys(name, entry, ENGINES[engine])
    SPREAD.add(name, engine, found)
    # Within the rounding of logarithms and powers, or of the seventh decimal.
    assert SPREAD.of(name) <= 1e-11
    if any(each.kind == "time" for each in formulas.describe(name).parameters):
        assert keys(name, entry, ENGINES[engine], dates=True) == found


def test_every_row_wise_formula_is_here() -> None:
    assert [
        name for name in formulas.__all__ if formulas.describe(name).row_wise
    ] == NAMES


@engines
@settings(max_examples=25)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.integers(-3, 10**9),
            st.none() | st.integers(-3, 10**9),
            st.none() | st.integers(-(10**10), 10**10),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_column_is_the_formula_row_by_row(
    engine: str, rows: list[tuple[int | None, int | None, int | None]]
) -> None:
    """A row must not depend on its neighbours, and bad ones must become null."""
    kinds = {"up": pl.Int64, "down": pl.Int64, "created_at": pl.Int64}
    frame = ENGINES[engine](pl.DataFrame(rows, schema=kinds, orient="row"))
    hot = listed(columns.reddit_hot(frame), "reddit_hot")
    share = listed(columns.wilson_lower(frame), "wilson_lower")
    for (up, down, at), key, low in zip(rows, hot, share, strict=True):
        votes = up is not None and up >= 0 and down is not None and down >= 0
        if not votes:
            assert low is None and key is None
            continue
        assert up is not None and down is not None
        assert low == pytest.approx(formulas.wilson_lower(up, down), rel=1e-13)
        if at is None:
            assert key is None
        else:
            expected = formulas.reddit_hot(up, down, at)
            assert key == pytest.approx(expected, rel=1e-15, abs=1.1e-7)


FRAME = pl.DataFrame(
    {"up": [9, 0, None, -1], "down": [1, 0, 2, 3], "created_at": [0.0, 9e9, 1.0, 2.0]}
)


@engines
def test_the_rest_of_the_frame_stays(engine: str) -> None:
    """A column is added at the end, or takes the place of its namesake."""
    frame = ENGINES[engine](FRAME)
    added = columns.reddit_hot(frame, name="hot")
    assert type(added) is type(frame)
    assert list(nw.from_native(added).collect_schema()) == [*FRAME.columns, "hot"]
    for column in FRAME.columns:
        assert listed(added, column) == listed(frame, column)
    again = columns.wilson_lower(added, name="hot")
    assert list(nw.from_native(again).collect_schema()) == [*FRAME.columns, "hot"]
    assert listed(again, "hot")[2:] == [None, None]


@engines
def test_a_frame_of_narwhals_stays_one(engine: str) -> None:
    frame = nw.from_native(ENGINES[engine](FRAME))
    added = columns.wilson_lower(frame, name="w")
    assert isinstance(added, nw.DataFrame | nw.LazyFrame)
    assert listed(added, "w")[1] == 0.0


def test_an_index_of_pandas_stays() -> None:
    frame = FRAME.to_pandas().set_index(pd.Index([5, 5, 1, 0], name="i"))
    added = columns.wilson_lower(frame, name="w")
    assert list(added.index) == [5, 5, 1, 0] and "w" not in frame
    assert round(added["w"].iloc[0], 4) == 0.5958


@engines
def test_names_and_values_can_change_places(engine: str) -> None:
    """Some sites have no downvotes, and some posts their own now."""
    frame = ENGINES[engine](FRAME.select(likes="up", seen="created_at"))
    added = columns.wilson_lower(frame, "likes", 0, z=2.0, name="w")
    alone = [formulas.wilson_lower(9, 0, 2.0), 0.0, None, None]
    assert listed(added, "w") == [pytest.approx(each) for each in alone]
    ranked = columns.mbin_ranking(
        frame, score=0, comments=0, unique_commenters=0, created_at=60, now="seen"
    )
    assert listed(ranked, "mbin_ranking") == [0, 60, 1, 2]


def test_a_setting_may_be_an_aware_datetime() -> None:
    frame = pl.DataFrame({"score": [0], "comments": [0], "unique_commenters": [0]})
    later = datetime(2026, 1, 1, tzinfo=UTC)
    added = columns.mbin_ranking(frame, created_at=later, now=later)
    assert added["mbin_ranking"].to_list() == [int(later.timestamp())]
    with pytest.raises(ValidationError, match="now has no zone"):
        columns.mbin_ranking(frame, created_at=later, now=datetime(2026, 1, 1))


INSTANTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    None,
]


@engines
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_of_any_zone_and_precision(engine: str, zone: str, unit: str) -> None:
    """The zone is how a time is shown; the key is made of the instant."""
    if unit == "ns" or engine.startswith(("pandas", "duckdb")):
        instants = [INSTANTS[1], INSTANTS[2], None]  # what they can hold everywhere
    else:
        instants = INSTANTS
    times = pl.Series(instants, dtype=pl.Datetime("us", "UTC")).dt.cast_time_unit(unit)  # type: ignore[arg-type]
    frame = pl.DataFrame({"t": times.dt.convert_time_zone(zone)})
    added = columns.hive_score(ENGINES[engine](frame), 0, "t", 1.0)
    for got, instant in zip(listed(added, "hive_score"), instants, strict=True):
        if instant is None:
            assert got is None
        else:
            exact = (instant - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
            assert got == pytest.approx(
                exact, rel=1e-15, abs=2e-3 if unit == "ms" else 1e-6
            )


@engines
def test_times_without_a_zone_are_an_error_or_utc(engine: str) -> None:
    """A guess of the zone would be hours off, with no sign of it."""
    frame = ENGINES[engine](pl.DataFrame({"t": [datetime(2026, 1, 1)]}))
    with pytest.raises(
        ValidationError, match=r"'t' has times without a zone.*assume_tz"
    ):
        columns.hive_score(frame, 0, "t", 1.0)
    added = columns.hive_score(frame, 0, "t", 1.0, assume_tz="UTC")
    assert listed(added, "hive_score") == [1767225600.0]


@engines
def test_an_age_may_be_a_duration(engine: str) -> None:
    """The tables of posts have durations."""
    frame = pl.DataFrame({"since": [timedelta(hours=2), timedelta(days=8), None]})
    added = columns.lemmy_hot_rank(ENGINES[engine](frame), 8, "since")
    expected = formulas.lemmy_hot_rank(8, 7200)
    assert listed(added, "lemmy_hot_rank") == [pytest.approx(expected), 0.0, None]
    added = columns.hn_simple(ENGINES[engine](frame), 17, "since", gravity=1.5)
    assert listed(added, "hn_simple")[0] == 2.0


BAD: dict[str, tuple[str, pl.Series, dict[str, Any]]] = {
    "a negative count": ("wilson_lower", pl.Series([1, -1]), {"ups": "x", "downs": 0}),
    "a broken count": ("wilson_lower", pl.Series([1.0, 0.5]), {"ups": "x", "downs": 0}),
    "an endless count": (
        "wilson_lower",
        pl.Series([1.0, float("inf")]),
        {"ups": "x", "downs": 0},
    ),
    "milliseconds": (
        "reddit_hot",
        pl.Series([1, 1700000000000]),
        {"ups": 1, "downs": 0, "created_at": "x"},
    ),
    "nothing to divide by": (
        "steamdb_rating",
        pl.Series([1, 0]),
        {"positive": "x", "negative": 0},
    ),
    "no views": (
        "se_hot_site",
        pl.Series([1, 0]),
        {
            "views": "x",
            "answers": 0,
            "question_score": 0,
            "answer_scores_sum": 0,
            "age_hours": 1,
            "updated_hours": 1,
        },
    ),
    "before its time": ("hn_simple", pl.Series([0.0, -2.0]), {"age_hours": "x"}),
    "a strange type": ("hn_rank", pl.Series(["story", "ask"]), {"type": "x"}),
    "an optional count": (
        "discourse_post_score",
        pl.Series([1, -5]),
        {"reply_count": "x"},
    ),
}
MORE: dict[str, dict[str, Any]] = {
    "hn_simple": {"points": 3, "gravity": 1.8},
    "hn_rank": {
        "score": 2,
        "sock_votes": 0,
        "created_at": 0,
        "now": 60,
        "has_url": True,
        "lightweight": False,
        "visible_family": 1,
    },
    "discourse_post_score": {
        "like_score": None,
        "incoming_link_count": 1,
        "bookmark_count": 0,
        "reads": 0,
    },
}


@engines
@pytest.mark.parametrize("case", BAD)
def test_what_has_no_value_is_null_or_an_error(engine: str, case: str) -> None:
    """Never a silent number."""
    name, cells, arguments = BAD[case]
    formula = getattr(columns, name)
    given = MORE.get(name, {}) | arguments
    frame = ENGINES[engine](pl.DataFrame({"x": cells}))
    first, second = listed(formula(frame, **given, name="k"), "k")
    assert first is not None and second is None
    with pytest.raises(ValidationError) as caught:
        formula(frame, **given, invalid="raise")
    lazy = engine in ("polars lazy", "duckdb")
    expected = "needs a frame in memory" if lazy else r"has 1 bad|in 1 rows, "
    assert caught.match(expected)
    if case == "milliseconds":  # one number alone may be any time
        return
    alone = [cells.to_list()[1] if value == "x" else value for value in given.values()]
    with pytest.raises(ValidationError):
        getattr(formulas, name)(**dict(zip(given, alone, strict=True)))


@eager
def test_missing_is_not_bad(engine: str) -> None:
    """To raise is about bad values; a missing one stays missing."""
    frame = ENGINES[engine](pl.DataFrame({"up": [1, None], "down": [0, 0]}))
    added = columns.wilson_lower(frame, invalid="raise", name="w")
    assert listed(added, "w")[1] is None


def test_nan_is_bad_where_it_is_not_missing() -> None:
    nan = pl.DataFrame(
        {"score": [float("nan"), None, 9.0], "created_at": [1685766018] * 3}
    )
    assert columns.piefed_post_ranking(nan)["piefed_post_ranking"].to_list() == [
        None,
        0.0,  # a missing score counts as 1 there
        pytest.approx(0.9542425),
    ]
    with pytest.raises(ValidationError, match="'score' has 1 bad values for score"):
        columns.piefed_post_ranking(nan, invalid="raise")
    lazy = columns.piefed_post_ranking(nan.lazy()).collect()
    assert lazy["piefed_post_ranking"].to_list()[:2] == [None, 0.0]


@engines
def test_what_a_formula_reads_as_unknown(engine: str) -> None:
    frame = pl.DataFrame(
        {"reply_count": [1, None], "like_score": [None, 2], "reads": [0, None]}
    ).with_columns(incoming_link_count=pl.lit(0), bookmark_count=pl.lit(0))
    added = columns.discourse_post_score(ENGINES[engine](frame))
    assert listed(added, "discourse_post_score") == [5.0, 30.0]


@engines
def test_whole_results_are_whole(engine: str) -> None:
    frame = pl.DataFrame({"score": [-7, 1, 5], "accepted": [False, True, False]})
    added = columns.pm_score(ENGINES[engine](frame), name="k")
    assert listed(added, "k") == [-1, 2, 3]
    assert nw.from_native(added).collect_schema()["k"] == nw.Int64


def test_whole_results_with_gaps() -> None:
    """Where NaN is what is missing there is no other way."""
    frame = pl.DataFrame({"score": [None, 1], "accepted": [False, True]})
    added = columns.pm_score(frame, name="k")
    assert added.schema["k"] == pl.Int64 and added["k"].to_list() == [None, 2]
    floats = columns.pm_score(frame.to_pandas(), name="k")
    assert floats["k"].dtype == "float64" and listed(floats, "k") == [None, 2.0]


@eager
def test_no_rows_are_no_problem(engine: str) -> None:
    frame = ENGINES[engine](FRAME.clear())
    assert listed(columns.reddit_hot(frame), "reddit_hot") == []


def test_decimals_and_small_integers_are_numbers() -> None:
    up = pl.Series([Decimal("9"), Decimal("0")], dtype=pl.Decimal(10, 0))
    frame = pl.DataFrame({"up": up, "down": pl.Series([1, 0], dtype=pl.UInt8)})
    assert columns.wilson_lower(frame)["wilson_lower"].round(4).to_list() == [0.5958, 0]


@engines
def test_a_column_of_nothing_is_missing(engine: str) -> None:
    """Such as the crossposts of articles that have none."""
    frame = pl.DataFrame({"score": [3, 5], "created_at": [None, None]})
    if engine.startswith("pandas"):  # has no type for it
        frame = frame.cast({"created_at": pl.Float64})
    added = columns.piefed_post_ranking(ENGINES[engine](frame), name="k")
    assert listed(added, "k") == [None, None]


def test_a_column_of_an_odd_type_is_refused() -> None:
    """Not all types of all engines have a name of their own in Narwhals."""
    maps = pa.table({"score": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64()))})
    with pytest.raises(ValidationError, match="'score' is of type"):
        columns.piefed_post_ranking(maps, created_at=0)
    with pytest.raises(ValidationError, match="'score' is of type"):
        columns.piefed_post_ranking(
            CONNECTION.sql("SELECT MAP {'a': 1} AS score"), created_at=0
        )


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([True, False], "'up' is of type Boolean: ups takes a whole count"),
        (["1", "2"], "'up' is of type String"),
        ([datetime(2026, 1, 1, tzinfo=UTC)] * 2, "'up' is of type Datetime"),
        ([[1], [2]], "'up' is of type List"),
    ],
)
def test_a_column_of_another_type_is_refused(cells: list[Any], message: str) -> None:
    """Also a truth value where a count belongs: it would count as 1."""
    frame = pl.DataFrame({"up": cells, "down": [0, 0]})
    for table in (frame, frame.lazy()):
        with pytest.raises(ValidationError, match=message):
            columns.wilson_lower(table)


def test_other_types_of_other_columns_are_refused() -> None:
    frame = pl.DataFrame({"score": [1], "accepted": [1], "day": [date(2026, 1, 1)]})
    with pytest.raises(ValidationError, match="accepted takes True or False"):
        columns.pm_score(frame)
    with pytest.raises(ValidationError, match="'day' is of type Date"):
        columns.piefed_post_ranking(frame, created_at="day")
    loose = pd.DataFrame({"score": [1, 2], "accepted": [True, None]})
    with pytest.raises(ValidationError, match="'accepted' is of type Object"):
        columns.pm_score(loose)


def test_what_is_wrong_is_named() -> None:
    bad: Any
    frame = FRAME
    with pytest.raises(ValidationError, match=r"no column 'ups': name the one for ups"):
        columns.wilson_lower(frame, ups="ups")
    with pytest.raises(ValidationError, match="needs a column: give the name"):
        columns.wilson_lower(frame, 1, 2)
    for bad in (0, -1.0, True, 1e200, None):
        with pytest.raises(ValidationError, match=r"^z is "):
            columns.wilson_lower(frame, z=bad)
    with pytest.raises(ValidationError, match=r"^ups is -1: give a whole count"):
        columns.wilson_lower(frame, ups=-1)
    for bad in ("drop", None, True):
        with pytest.raises(ValidationError, match=r"^invalid is .*'null' or 'raise'"):
            columns.wilson_lower(frame, invalid=bad)
    with pytest.raises(ValidationError, match=r"^assume_tz is 'CET': give 'UTC'"):
        columns.wilson_lower(frame, assume_tz="CET")  # type: ignore[arg-type]
    for bad in (3, [1, 2], {"up": [1]}):
        with pytest.raises(ValidationError, match="the frame is of type"):
            columns.wilson_lower(bad)
    with pytest.raises(TypeError, match="lacks the argument 'timescale'"):
        columns.hive_score(frame, "up")
    with pytest.raises(TypeError, match="wrong or repeated argument: votes"):
        columns.wilson_lower(frame, votes="up")
    with pytest.raises(TypeError, match="3 arguments at most"):
        columns.wilson_lower(frame, 1, 2, 3, 4)


def test_columns_show_their_defaults() -> None:
    """help() and editors are where a reader looks first."""
    signature = inspect.signature(columns.reddit_hot)
    assert {name: each.default for name, each in signature.parameters.items()} == {
        "frame": inspect.Parameter.empty,
        "ups": "up",
        "downs": "down",
        "created_at": "created_at",
        "name": "reddit_hot",
        "invalid": "null",
        "assume_tz": None,
    }
    assert "formulas.reddit_hot" in (columns.reddit_hot.__doc__ or "")
    for name in NAMES:
        inspect.signature(getattr(columns, name))


def test_columns_of_the_same_names_as_ours() -> None:
    """Helper columns must not hit the caller's."""
    frame = FRAME.lazy().with_columns(_qathread_ups=pl.lit(1), _qathread=pl.lit(2))
    added = columns.wilson_lower(frame).collect()
    assert added.columns == [
        *FRAME.columns,
        "_qathread_ups",
        "_qathread",
        "wilson_lower",
    ]


def test_a_missing_narwhals_is_named() -> None:
    code = (
        "import sys; sys.modules['narwhals'] = None\n"
        "import qathread.ranking.formulas\n"
        "try:\n    import qathread.ranking.columns\n"
        "except qathread.errors.MissingExtraError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("pip install 'qathread[frames]'")


def test_an_engine_that_cannot_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*args: object) -> None:
        raise NotImplementedError("timestamp")

    monkeypatch.setattr(columns, "added", cannot)
    with pytest.raises(
        QathreadError, match=r"cannot compute wilson_lower .*Unix seconds"
    ):
        columns.wilson_lower(FRAME)


def test_arrow_has_one_column_type() -> None:
    table = pa.table({"up": [9, None], "down": [1, 0]})
    added = columns.wilson_lower(table)
    assert (
        added["wilson_lower"].type == pa.float64()
        and added["wilson_lower"].null_count == 1
    )
