"""The promises of stores on an event loop: MariaDB and SQLite, and large threads."""

import asyncio

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncEngine

from qathread.stores.async_sqlalchemy import AsyncSQLAlchemyStore
from qathread.testing._samples import a_thread, comments
from qathread.testing.stores import AsyncThreadStoreContract
from tests.stores._sqlalchemy import Host, OnALoop, hosted, places


class TestAiomysql(OnALoop):
    driver = "aiomysql"


class TestAiosqlite(OnALoop):
    driver = "aiosqlite"


@pytest.mark.slow
class TestAiomysqlInFull(OnALoop):
    driver = "aiomysql"
    settings = AsyncThreadStoreContract.settings


@pytest.mark.slow
class TestAiosqliteInFull(OnALoop):
    driver = "aiosqlite"
    settings = AsyncThreadStoreContract.settings


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["asyncpg", "aiomysql", "aiosqlite"])
def test_a_large_thread_does_not_hold_up_the_loop(
    request: pytest.FixtureRequest, driver: str
) -> None:
    """Others go on while 20,000 events are loaded, also without a snapshot (S14)."""
    with hosted(places(request, driver), driver) as host:
        value = comments(a_thread(), *map(str, range(20_000)))
        host.seen().save(value)
        bare = comments(a_thread("bare"), *map(str, range(5_000)))
        host.seen().save(bare)
        with host.places.engine.begin() as connection:
            connection.execute(delete(host.tables.snapshots))
            connection.execute(
                update(host.tables.threads).values(
                    snapshot_version=None, snapshot_bytes=None
                )
            )
        took, late = host.loop.run(_loaded_beside(host))
        assert late <= max(0.25, took / 3), (took, late)


async def _loaded_beside(host: Host) -> tuple[float, float]:
    """Load large threads; return how long it took, and how long others waited."""
    assert isinstance(host.engine, AsyncEngine)
    store = AsyncSQLAlchemyStore(host.engine, tables=host.tables)
    loop = asyncio.get_running_loop()
    start, late = loop.time(), 0.0
    loading = [asyncio.ensure_future(store.load(name)) for name in ("q", "bare")]
    while not all(each.done() for each in loading):
        before = loop.time()
        await asyncio.sleep(0.001)
        late = max(late, loop.time() - before)
    assert [(await each).version for each in loading] == [20_001, 5_001]
    return loop.time() - start, late
