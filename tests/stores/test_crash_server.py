"""
C4: servers that are stopped at once while writers write, and started again.

The writers are killed as well. Every test prints its seed and what it counted.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stores._servers import MariaDB, PostgreSQL
from tests.stores.crash.kill_loop import Loop, run
from tests.stores.crash.logs import Log
from tests.stores.crash.opening import sqlalchemy
from tests.stores.crash.servers import make_tables, quiet, url_on

#: What a client may be told when its server goes (S13), and while it is away.
TOLD = {"OutcomeUnknownError", "StoreUnavailableError"}
#: Seconds between two stops.
PAUSE = 1.5
#: After so many it is over, when somebody has saved again.
STOPS = 3


def stopped_and_started(
    server: PostgreSQL | MariaDB,
    stop: Callable[[random.Random], None],
    folder: Path,
    seconds: float,
) -> None:
    """Stop a server again and again, and check what it keeps."""
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    seed = time.time_ns() % 10**6
    rng, name = random.Random(seed), server.create_database()
    url = url_on(server, name)
    make_tables(url)
    opening = sqlalchemy(url, busy_timeout=60)
    loop = Loop(opening=opening, folder=folder, seed=seed, patient=True)
    loop.prepare()
    stops, due, before = 0, time.monotonic() + PAUSE, 0

    def stop_sometimes() -> None:
        nonlocal stops, due, before
        if time.monotonic() < due:
            return
        acknowledged = len(Log.read(folder).acknowledged)
        if acknowledged == before:
            return  # nobody has gone on yet
        before = acknowledged
        stop(rng)
        time.sleep(rng.uniform(0, 0.3))
        server.start()
        stops += 1
        due = time.monotonic() + PAUSE

    def went_on(log: Log) -> bool:
        """Whether clients were told of stops, and saved more after the last one."""
        more = len(log.acknowledged) > before
        return stops >= STOPS and more and bool(log.errors)

    ran = run(loop, seconds, stop_sometimes, went_on)
    quiet(server, name)
    found, log = loop.examined(), Log.read(folder)
    print(f"seed {seed}: {stops} stops, {ran}; {found}; errors {log.errors}")
    assert found.all == []
    assert log.errors.keys() <= TOLD


def stop_postgresql(server: PostgreSQL) -> Callable[[random.Random], None]:
    def stop(rng: random.Random) -> None:
        if rng.random() < 0.7:
            server.stop("immediate")
        else:
            server.kill()

    return stop


def test_postgresql_is_stopped_at_once(
    own_postgresql: PostgreSQL, tmp_path: Path
) -> None:
    """What it acknowledged is there, and clients go on."""
    stop = stop_postgresql(own_postgresql)
    stopped_and_started(own_postgresql, stop, tmp_path, 10)


@pytest.mark.slow
def test_mariadb_is_killed(own_mariadb: MariaDB, tmp_path: Path) -> None:
    """The same; it knows no other way to stop at once."""
    stopped_and_started(own_mariadb, lambda _: own_mariadb.kill(), tmp_path, 10)


@pytest.mark.slow
def test_postgresql_is_stopped_for_five_minutes(
    own_postgresql: PostgreSQL, tmp_path: Path
) -> None:
    stop = stop_postgresql(own_postgresql)
    stopped_and_started(own_postgresql, stop, tmp_path, 300)


@pytest.mark.slow
def test_mariadb_is_killed_for_five_minutes(
    own_mariadb: MariaDB, tmp_path: Path
) -> None:
    stopped_and_started(own_mariadb, lambda _: own_mariadb.kill(), tmp_path, 300)
