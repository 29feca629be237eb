"""What one definition for all engines costs, beside expressions written by hand."""

import statistics
from collections.abc import Callable, Iterator
from functools import cache
from math import log10, sqrt
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl
import pytest

from qathread.ranking import columns, formulas
from tests.benchmarks.measure import Ratio, gate, report
from tests.spark import local_session

pytestmark = pytest.mark.bench
SIZES = [10**6, pytest.param(10**7, marks=pytest.mark.slow)]
Z = 1.959963984540054
EPOCH = 1134028003


@cache
def table(rows: int) -> pl.DataFrame:
    """Votes and times such as a site has, some items without votes."""
    random = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "up": random.geometric(0.05, rows) - 1,
            "down": random.geometric(0.3, rows) - 1,
            "created_at": random.integers(1_200_000_000, 1_700_000_000, rows),
        }
    )


# -- numbers -----------------------------------------------------------------------


def share_by_hand(ups: int, downs: int, z: float = Z) -> float:
    n = ups + downs
    if n == 0:
        return 0.0
    zz = z * z
    return ups * ups / (n * (ups + zz / 2) + z * sqrt(n * ups * downs + n * n * zz / 4))


def hot_by_hand(ups: int, downs: int, created_at: float) -> float:
    s = ups - downs
    order = log10(max(abs(s), 1))
    sign = 1 if s > 0 else -1 if s < 0 else 0
    return round(sign * order + (created_at - EPOCH) / 45000, 7)


ITEMS = [tuple(row) for row in table(1_000).rows()]


def each(formula: Callable[..., float], size: int) -> None:
    rows = [row[:size] for row in ITEMS]
    for _ in range(20):
        for row in rows:
            formula(*row)


def test_numbers() -> None:
    """Checks must not cost more than the arithmetic."""
    gate(
        "wilson_lower of numbers / by hand, unchecked",
        1.6,
        lambda: each(formulas.wilson_lower, 2),
        lambda: each(share_by_hand, 2),
        rounds=15,
    )
    gate(
        "reddit_hot of numbers / by hand, unchecked",
        1.6,
        lambda: each(formulas.reddit_hot, 3),
        lambda: each(hot_by_hand, 3),
        rounds=15,
    )


# -- arrays ------------------------------------------------------------------------


def share_of_arrays(u: Any, d: Any) -> Any:
    n = u + d
    some = np.maximum(n, 1)
    p, zz = u / some, Z * Z
    root = np.sqrt((p * (1 - p) + zz / (4 * some)) / some)
    low = (p + zz / (2 * some) - Z * root) / (1 + zz / some)
    return np.where(n > 0, low, 0.0)


def hot_of_arrays(u: Any, d: Any, t: Any) -> Any:
    s = u - d
    order = np.sign(s) * np.log10(np.maximum(np.abs(s), 1))
    return np.round(order + (t - EPOCH) / 45000, 7)


@pytest.mark.parametrize("rows", SIZES)
def test_arrays(rows: int) -> None:
    up, down, at = (
        table(rows)[name].to_numpy() for name in ("up", "down", "created_at")
    )
    assert np.allclose(formulas.wilson_lower(up, down), share_of_arrays(up, down))
    assert np.allclose(formulas.reddit_hot(up, down, at), hot_of_arrays(up, down, at))
    gate(
        f"wilson_lower of NumPy arrays / by hand, {rows:.0e} rows",
        1.15,
        lambda: formulas.wilson_lower(up, down),
        lambda: share_of_arrays(up, down),
        rounds=5,
    )
    gate(
        f"reddit_hot of NumPy arrays / by hand, {rows:.0e} rows",
        1.15,
        lambda: formulas.reddit_hot(up, down, at),
        lambda: hot_of_arrays(up, down, at),
        rounds=5,
    )


# -- frames ------------------------------------------------------------------------


def share_of_polars() -> pl.Expr:
    u, d = pl.col("up"), pl.col("down")
    n, zz = u + d, Z * Z
    p = u / n
    root = ((p * (1 - p) + zz / (4 * n)) / n).sqrt()
    low = (p + zz / (2 * n) - Z * root) / (1 + zz / n)
    return pl.when(n > 0).then(low).otherwise(0.0).alias("wilson_lower")


def hot_of_polars() -> pl.Expr:
    s = pl.col("up") - pl.col("down")
    order = s.sign() * pl.max_horizontal(s.abs(), pl.lit(1)).log10()
    age = (pl.col("created_at") - EPOCH) / 45000
    return (order + age).round(7).alias("reddit_hot")


@pytest.mark.parametrize("name", ["wilson_lower", "reddit_hot"])
@pytest.mark.parametrize("rows", SIZES)
def test_polars(rows: int, name: str) -> None:
    """Frames in memory against frames in memory, plans against plans."""
    frame = table(rows)
    formula = getattr(columns, name)
    expression = share_of_polars() if name == "wilson_lower" else hot_of_polars()
    by_hand = frame.lazy().with_columns(expression).collect()
    assert np.allclose(formula(frame)[name].to_numpy(), by_hand[name].to_numpy())
    gate(
        f"columns.{name} on Polars / native, {rows:.0e} rows",
        1.15,
        lambda: formula(frame),
        lambda: frame.with_columns(expression),
        rounds=7,
    )
    gate(
        f"columns.{name} on lazy Polars / native, {rows:.0e} rows",
        1.6,  # nothing is known of the rows: each is checked, and may be null
        lambda: formula(frame.lazy()).collect(),
        lambda: frame.lazy().with_columns(expression).collect(),
        rounds=5,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wilson_lower", "reddit_hot"])
def test_time_is_linear_in_rows(name: str) -> None:
    few, many = table(10**6), table(10**7)
    formula = getattr(columns, name)
    gate(
        f"columns.{name} on Polars, 1e7 rows / 10 x 1e6 rows",
        1.25,
        lambda: formula(many),
        lambda: formula(few),
        rounds=5,
        scale=0.1,
    )
    up, down, at = ([part[c].to_numpy() for part in (few, many)] for c in few.columns)
    arguments = [up, down] if name == "wilson_lower" else [up, down, at]
    gate(
        f"{name} of NumPy arrays, 1e7 rows / 10 x 1e6 rows",
        1.25,
        lambda: getattr(formulas, name)(*[each[1] for each in arguments]),
        lambda: getattr(formulas, name)(*[each[0] for each in arguments]),
        rounds=5,
        scale=0.1,
    )


# -- a cluster of one --------------------------------------------------------------


@pytest.fixture
def spark() -> Iterator[Any]:
    with local_session({"spark.sql.session.timeZone": "UTC"}) as session:
        yield session


def share_of_spark() -> Any:
    from pyspark.sql import functions as f

    u, d = f.col("up"), f.col("down")
    n, zz = u + d, Z * Z
    p = u / n
    root = f.sqrt((p * (1 - p) + zz / (4 * n)) / n)
    low = (p + zz / (2 * n) - Z * root) / (1 + zz / n)
    return f.when(n > 0, low).otherwise(0.0)


def hot_of_spark() -> Any:
    from pyspark.sql import functions as f

    s = f.col("up") - f.col("down")
    order = f.signum(s) * f.log10(f.greatest(f.abs(s), f.lit(1)))
    return f.round(order + (f.col("created_at") - EPOCH) / 45000, 7)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_spark(spark: Any) -> None:
    """By the clock: the work is done in another process."""
    frame = spark.range(0, 4_000_000, 1, 4).selectExpr(
        "id * 7919 % 1000 AS up",
        "id * 104729 % 300 AS down",
        "1200000000 + id * 15485863 % 500000000 AS created_at",
    )
    frame = frame.cache()
    frame.count()

    def taken(plan: Any, name: str) -> float:
        start = perf_counter()
        plan.selectExpr(f"sum({name})").collect()
        return perf_counter() - start

    for name, native in (
        ("wilson_lower", share_of_spark()),
        ("reddit_hot", hot_of_spark()),
    ):
        formula = getattr(columns, name)
        ratios = []
        for _ in range(9):
            ours = taken(formula(frame), name)
            theirs = taken(frame.withColumn(name, native), name)
            ratios.append(ours / theirs)
        ratios = ratios[2:]  # the first ones compile
        found = Ratio(statistics.median(ratios), min(ratios), max(ratios))
        report(f"columns.{name} on PySpark / native, 4e6 rows", found, 1.3)
