"""Tables from a store and from a dump, beside the floor of reading them."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from qathread import Thread, frames
from qathread.stores import SQLiteStore
from tests.benchmarks import dumps
from tests.benchmarks.measure import gate, note, ratio
from tests.benchmarks.test_frames import by_hand
from tests.benchmarks.test_peers import ours

pytestmark = [pytest.mark.bench, pytest.mark.slow]
SIZES = (100_000,)


@pytest.fixture(scope="module", params=SIZES)
def given(request: pytest.FixtureRequest) -> Iterator[list[Thread]]:
    """Threads of ten posts; one size at a time is in memory."""
    yield ours(request.param)


def size_of(given: list[Thread]) -> str:
    return f"{sum(map(len, given))} posts"


def rounds_of(given: list[Thread]) -> int:
    return 5 if len(given) <= 10_000 else 3


def test_posts_beside_columns_by_hand(given: list[Thread]) -> None:
    """The goal is 1.3; tests/benchmarks/test_frames.py holds it at 0.4."""
    found = ratio(
        lambda: frames.posts(given).to_polars(),
        lambda: by_hand(given),
        rounds=rounds_of(given),
    )
    note(f"posts().to_polars() / by hand, {size_of(given)}", str(found))
    assert found.median <= 1.3


def drained(threads: Iterator[Thread]) -> int:
    return sum(1 for _ in threads)


def test_posts_of_a_store(given: list[Thread], tmp_path: Path) -> None:
    """A table made while threads are loaded costs little more than loading them."""
    with SQLiteStore(tmp_path / "forum.db") as store:
        for thread in given:
            store.save(thread)
        gate(
            f"posts(stored()) / loading alone, SQLite, {size_of(given)}",
            1.3,
            lambda: frames.posts(frames.stored(store)),
            lambda: drained(frames.stored(store)),
            rounds=rounds_of(given),
            missed=1.7,
        )
        peak = peak_of(lambda: drained(frames.stored(store)))
        note(f"peak memory of loading lazily, {size_of(given)}", f"{peak:.1f} MB")


def peak_of(work: Callable[[], object]) -> float:
    """Return the most memory that Python held more than before, in MB."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("copies", [4])
def test_a_dump_beside_the_floor_of_reading(copies: int, shared: Path) -> None:
    """Columns of all posts beside only reading the bytes and finding the rows."""
    path = dumps.beer(shared, copies) / "Posts.xml"

    def columns() -> int:
        found = frames.stackexchange(path)
        return sum(batch.num_rows for batch in found.batches())

    rows = columns()
    assert rows == floor(path)
    found = ratio(columns, partial(floor, path), rounds=3, clock=time.perf_counter)
    note(f"stackexchange() / reading and counting rows, {rows} posts", str(found))


def floor(path: Path) -> int:
    """Read a file in blocks, and count what begins a row."""
    count, rest = 0, b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            block = rest + block
            count += block.count(b"<row ")
            rest = block[-4:]
    return count
