"""C2: processes that are killed at each statement of a change, one after the other."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import get_args

import pytest

from qathread.stores import SQLiteStore
from qathread.stores.sqlite import Journal
from tests.stores.crash.benches import (
    MOST,
    Bench,
    FileBench,
    ServerBench,
    committed,
    killed,
    killed_everywhere,
)
from tests.stores.crash.nursery import Nursery
from tests.stores.crash.opening import sqlalchemy
from tests.stores.crash.servers import DRIVERS, MARKED, url_of
from tests.stores.crash.statements import fill

GOLDEN = Path(__file__).parents[1] / "golden" / "stores" / "sqlite-1.db"
#: What is done, and how many states there are before, between and after.
CHANGES = {"first": 2, "snapshot": 2, "op id": 2, "erase": 4}
journals = pytest.mark.parametrize("journal", get_args(Journal))
changes = pytest.mark.parametrize("name", CHANGES)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery("tests.stores.crash.statements", *DRIVERS) as nursery:
        yield nursery


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with two threads, in one piece."""
    path = tmp_path_factory.mktemp("filled") / "store.db"
    with SQLiteStore(path, journal="delete") as store:
        fill(store)
        assert store.faults() == ()
    return path


def check(bench: Bench, nursery: Nursery, name: str, number: int) -> None:
    """Kill a change everywhere; it must be whole or absent each time."""
    states = committed(bench, nursery, name)
    wrong, kills = killed_everywhere(bench, nursery, name, states)
    print(f"{name}: {kills} kills, {len(states)} states")
    assert wrong == []
    assert len(states) == number
    assert kills > 5


@changes
@journals
def test_killed_at_any_statement_it_is_all_or_nothing(
    name: str, journal: Journal, nursery: Nursery, filled: Path, tmp_path: Path
) -> None:
    """Events, lists, words, people and the feed are of one version (S7)."""
    check(FileBench(tmp_path, filled, journal), nursery, name, CHANGES[name])


@journals
@pytest.mark.parametrize("start", [None, GOLDEN], ids=["new", "migrated"])
def test_killed_while_it_is_opened_the_tables_are_all_there_or_none(
    start: Path | None, journal: Journal, nursery: Nursery, tmp_path: Path
) -> None:
    """A file is made, or brought up to date, in one step (S15)."""
    check(FileBench(tmp_path, start, journal), nursery, "open", 2)


@changes
@pytest.mark.parametrize("kind", MARKED)
def test_killed_at_any_round_to_a_database_it_is_all_or_nothing(
    name: str,
    kind: str,
    nursery: Nursery,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """As in a file, also where the server must find out that its client is gone."""
    from sqlalchemy import create_engine

    with url_of(kind, request, tmp_path) as url, ExitStack() as stack:
        engine, opening = create_engine(url), sqlalchemy(url)
        stack.callback(engine.dispose)
        with closing(opening.open()) as store:
            fill(store)
        check(ServerBench(tmp_path, opening, engine), nursery, name, CHANGES[name])


@pytest.mark.parametrize(
    ("fault", "told"),
    [("AcknowledgesEarly", "acknowledged"), ("CommitsTwice", "damaged")],
)
def test_a_planted_fault_is_found(
    fault: str, told: str, nursery: Nursery, filled: Path, tmp_path: Path
) -> None:
    """Undisturbed such a store seems to be sound; killed it is caught."""
    states = committed(FileBench(tmp_path, filled, "wal"), nursery, "snapshot")
    bench = FileBench(tmp_path, filled, "wal", fault)
    assert not killed(bench, nursery, "snapshot", MOST, "before")
    assert bench.content() == states[-1]
    wrong, _ = killed_everywhere(bench, nursery, "snapshot", states)
    print(*wrong[:5], sep="\n")
    assert any(told in each for each in wrong)
