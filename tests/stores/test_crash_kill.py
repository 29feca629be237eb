"""
C1: writers that are killed at any moment, and take over from each other.

Every test prints its seed and what it counted.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from qathread.stores import update
from tests.stores.crash.actions import action
from tests.stores.crash.kill_loop import THREADS, WRITERS, Loop, run
from tests.stores.crash.logs import Log
from tests.stores.crash.nursery import Nursery
from tests.stores.crash.opening import Opening, sqlalchemy, sqlite
from tests.stores.crash.servers import (
    DRIVERS,
    ENGINES,
    MARKED,
    name_in,
    quiet,
    url_of,
)

PLANTED = "tests.stores.crash.planted"
#: A planted fault needs a kill at the right moment: one round finds it most times.
ROUNDS = 30


def wal(folder: Path) -> Opening:
    return sqlite(folder / "store.db", "wal")


def rollback_journal(folder: Path) -> Opening:
    return sqlite(folder / "store.db", "delete")


Opener = Callable[[Path], Opening]
FILES: list[Opener] = [wal, rollback_journal]
files = pytest.mark.parametrize("opener", FILES)
engines = pytest.mark.parametrize("kind", ENGINES)
#: Of the engines, a change runs what takes longest on PostgreSQL alone.
marked = pytest.mark.parametrize("kind", MARKED)


def killed(
    opening: Opening,
    folder: Path,
    seconds: float,
    settle: Callable[[], None] = lambda: None,
) -> None:
    """Kill writers for a while, and check what they leave."""
    seed = time.time_ns() % 10**6
    loop = Loop(opening=opening, folder=folder, seed=seed)
    loop.prepare()
    ran = run(loop, seconds)
    settle()
    found = loop.examined()
    print(f"seed {seed}: {ran}; {found}")
    assert found.all == []
    with closing(opening.open()) as store:  # and it goes on
        todo = action("99-1", THREADS)
        saved = update(store, todo.thread_id, todo.change, op_id=todo.op_id)
        assert store.load(todo.thread_id) == saved
    assert found.acknowledged > 0
    # Whoever is killed leaves at most one action that nobody was told of.
    assert found.more <= ran.kills


def killed_on(
    kind: str, request: pytest.FixtureRequest, folder: Path, seconds: float
) -> None:
    """Do so on a server, and let it end what it still does for the dead."""
    with url_of(kind, request, folder) as url:

        def settle() -> None:
            if kind != "sqlite":
                quiet(request.getfixturevalue(kind), name_in(url))

        killed(sqlalchemy(url, busy_timeout=60), folder, seconds, settle)


@files
def test_what_was_acknowledged_survives_kills(opener: Opener, tmp_path: Path) -> None:
    """Every acknowledged action is there once, and everything agrees with it."""
    killed(opener(tmp_path), tmp_path, 10)


@marked
def test_what_a_database_acknowledged_survives_kills(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Also what a server acknowledged to a client that was killed meanwhile."""
    killed_on(kind, request, tmp_path, 10)


@pytest.mark.slow
@files
def test_ten_minutes_of_kills(opener: Opener, tmp_path: Path) -> None:
    """The same, until thousands were killed."""
    killed(opener(tmp_path), tmp_path, 600)


@pytest.mark.slow
@engines
def test_ten_minutes_of_kills_on_a_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The same, through SQLAlchemy."""
    killed_on(kind, request, tmp_path, 600)


@files
def test_processes_lose_nothing_to_each_other(opener: Opener, tmp_path: Path) -> None:
    """All load, change and save the same threads; every change is there once."""
    undisturbed(opener(tmp_path), tmp_path)


@marked
def test_processes_lose_nothing_to_each_other_on_a_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with url_of(kind, request, tmp_path) as url:
        undisturbed(sqlalchemy(url, busy_timeout=60), tmp_path)


def undisturbed(opening: Opening, folder: Path) -> None:
    """Let writers do some actions each, and count them."""
    loop = Loop(opening=opening, folder=folder, seed=0, actions=40)
    loop.prepare()
    with Nursery(*DRIVERS) as nursery:
        children = [loop.start(nursery, writer) for writer in range(WRITERS)]
        assert [nursery.wait(child) for child in children] == [0] * WRITERS
    log = Log.read(folder)
    assert len(log.acknowledged) == len(log.tried) == 40 * WRITERS
    found = loop.examined()
    assert (found.all, found.more) == ([], 0)
    with closing(opening.open()) as store:
        names = [f"thread {number}" for number in range(THREADS)]
        events = sum(len(store.history(name)) for name in names)
    assert events == 2 * THREADS + 40 * WRITERS


# -- the oracle tells ------------------------------------------------------------


@pytest.mark.parametrize("fault", ["AcknowledgesEarly", "RemembersLate"])
def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    """Without a kill such a store seems to be sound; with kills it is caught."""
    calm = Loop(
        opening=planted(tmp_path / "calm", fault),
        folder=tmp_path / "calm",
        seed=0,
        writers=2,
        actions=10,
    )
    calm.prepare()
    with Nursery() as nursery:
        for child in [calm.start(nursery, writer) for writer in (1, 2)]:
            assert nursery.wait(child) == 0
    assert calm.examined(wal(calm.folder)).all == []

    for number in range(ROUNDS):
        rough = Loop(
            opening=planted(tmp_path / f"rough {number}", fault),
            folder=tmp_path / f"rough {number}",
            seed=time.time_ns() % 10**6,
        )
        rough.prepare()
        ran = run(rough, 2)
        found = rough.examined(wal(rough.folder))
        print(f"seed {rough.seed}: {ran}; {found}")
        told, other = found.lost, found.doubled
        if fault != "AcknowledgesEarly":
            told, other = other, told
        assert not other
        if told:
            return
    raise AssertionError(f"{fault} was not found in {ROUNDS} rounds")


def planted(folder: Path, fault: str) -> Opening:
    folder.mkdir()
    return wal(folder).named(f"{PLANTED}:{fault}")
