"""Metrics and graphs beside the same figures from tables, in Polars and networkx."""

from functools import cache

import networkx as nx
import polars as pl
import pytest

from qathread import Thread, frames, graphs, metrics
from tests.benchmarks.measure import gate, note, ratio
from tests.benchmarks.test_peers import ours

pytestmark = pytest.mark.bench
SIZES = (10_000, pytest.param(100_000, marks=pytest.mark.slow))


@cache
def threads(number: int) -> list[Thread]:
    """Threads of ten posts, as a reader leaves them."""
    return ours(number)


@pytest.mark.parametrize("number", SIZES)
def test_activity_beside_polars(number: int) -> None:
    """From threads; with a table at hand, Polars is the faster way."""
    given = threads(number)

    def in_polars(table: pl.DataFrame) -> int:
        at = pl.col("created_at")
        by_hour = table.group_by(at.dt.weekday().alias("d"), at.dt.hour().alias("h"))
        found = by_hour.len()["len"].sum()
        assert isinstance(found, int)
        return found

    def ours_whole() -> int:
        return sum(map(sum, metrics.activity(given).counts))

    def theirs_whole() -> int:
        return in_polars(frames.posts(given).to_polars())

    assert ours_whole() == theirs_whole()
    gate(
        f"activity of {number} posts / table and Polars", 0.5, ours_whole, theirs_whole
    )
    table = frames.posts(given).to_polars()
    found = ratio(ours_whole, lambda: in_polars(table))
    note(f"activity of {number} posts / Polars on a table at hand", str(found))


@pytest.mark.parametrize("number", SIZES)
def test_participation_beside_polars(number: int) -> None:
    given = threads(number)

    def theirs() -> int:
        counts = frames.posts(given).to_polars().group_by("author_id").len()["len"]
        return len(metrics.gini(counts.to_list()).hex())

    def mine() -> int:
        gini = metrics.participation(given).gini
        assert gini is not None
        return len(gini.hex())

    assert mine() == theirs()
    gate(f"participation in {number} posts / table and Polars", 0.6, mine, theirs)


@pytest.mark.parametrize("number", SIZES)
def test_who_replies_to_whom_beside_a_table_of_edges(number: int) -> None:
    given = threads(number)

    def theirs() -> int:
        edges = frames.edges(given).to_polars()
        pairs = edges.group_by("child_author_id", "parent_author_id").len()
        graph: nx.DiGraph[str] = nx.DiGraph()
        for replier, replied, count in pairs.iter_rows():
            if replier is not None and replied is not None and replier != replied:
                graph.add_edge(replier, replied, weight=count)
        return graph.number_of_edges()

    def mine() -> int:
        return graphs.who_replies_to_whom(given).number_of_edges()

    assert mine() == theirs()
    gate(f"who replies to whom, {number} posts / edges and networkx", 1.3, mine, theirs)


def test_the_cost_of_shapes_grows_with_the_posts() -> None:
    small, large = threads(10_000)[:200], threads(10_000)
    gate(
        "shapes of 1,000 threads / of 200, five times",
        1.5,
        lambda: list(metrics.shapes(large)),
        lambda: [list(metrics.shapes(small)) for _ in range(5)],
    )
