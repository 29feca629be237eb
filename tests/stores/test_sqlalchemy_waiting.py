"""A store on an engine beside other writers: locks, retries, order, threads, forks."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import Engine, NullPool, StaticPool, create_engine, event

from qathread import Thread
from qathread.errors import (
    NotFoundError,
    StoreBusyError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from qathread.stores import update
from qathread.stores.async_sqlalchemy import AsyncSQLAlchemyStore
from qathread.stores.sqlalchemy import SQLAlchemyStore
from qathread.testing import faults
from qathread.testing._samples import a_comment, a_thread, comments
from qathread.testing._store_tests import assert_stored
from tests.stores._sqlalchemy import (
    BLOCKING,
    ON_A_LOOP,
    Host,
    Store,
    Visit,
    hosted,
    places,
)

ON_SERVERS = ("psycopg", "asyncpg", "psycopg_async", "pymysql", "aiomysql")
MARIADB = ("pymysql", "aiomysql")
SQLITE = ("pysqlite", "aiosqlite")


@pytest.fixture(params=(*BLOCKING, *ON_A_LOOP))
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    yield from a_host(request, request.param)


@pytest.fixture(params=ON_SERVERS)
def on_a_server(request: pytest.FixtureRequest) -> Iterator[Host]:
    yield from a_host(request, request.param)


@pytest.fixture(params=BLOCKING)
def blocking(request: pytest.FixtureRequest) -> Iterator[Host]:
    yield from a_host(request, request.param)


def a_host(request: pytest.FixtureRequest, driver: str) -> Iterator[Host]:
    with hosted(places(request, driver), driver) as made:
        yield made


# -- locks -----------------------------------------------------------------------


def lock_thread(visit: Visit, host: Host) -> None:
    threads = host.tables.threads.name
    visit.execute(f"UPDATE {threads} SET tail_bytes = tail_bytes WHERE id = 'q'")


def lock_feed(visit: Visit, host: Host) -> None:
    visit.execute(f"UPDATE {host.tables.feed.name} SET position = position")


def lock_tables(visit: Visit, host: Host) -> None:
    threads = host.tables.threads.name
    if host.driver in MARIADB:
        visit.execute(f"LOCK TABLES {threads} WRITE")
    else:
        visit.execute(f"LOCK TABLE {threads} IN ACCESS EXCLUSIVE MODE")


def let_go(visit: Visit, host: Host) -> None:
    visit.rollback()
    if host.driver in MARIADB:
        visit.execute("UNLOCK TABLES")


@contextmanager
def locked(host: Host, lock: Callable[[Visit, Host], None]) -> Iterator[Visit]:
    """Have another connection hold a lock."""
    visit = host.connect()
    try:
        lock(visit, host)
        yield visit
        let_go(visit, host)
    finally:
        visit.close()


@pytest.mark.parametrize("lock", [lock_thread, lock_feed])
def test_a_lock_is_waited_for(
    blocking: Host, lock: Callable[[Visit, Host], None]
) -> None:
    """For as long as it is held, and then the save is there once (S12)."""
    host = blocking
    first = host.store.save(a_thread())
    with ThreadPoolExecutor(1) as pool:
        with locked(host, lock):
            saving = pool.submit(host.store.save, a_comment(first, "second"))
            time.sleep(1.2)  # longer than MariaDB's unit
            assert not saving.done()
        saved = saving.result(10)
    assert_stored(host.seen().load("q"), saved)
    assert [each.position for each in host.store.feed()] == [1, 2]


@pytest.mark.parametrize("lock", [lock_thread, lock_feed])
def test_a_lock_that_stays_is_told(
    host: Host, lock: Callable[[Visit, Host], None]
) -> None:
    """After busy_timeout, with nothing saved; and then the store goes on (S12)."""
    first = host.store.save(a_thread())
    store = host.another_store(busy_timeout=0.5)
    with locked(host, lock):
        start = time.monotonic()
        with pytest.raises(StoreBusyError, match="busy_timeout"):
            store.save(a_comment(first, "late"), op_id="op")
        # MariaDB counts in whole seconds; as long as usual would be too long.
        assert 0.5 <= time.monotonic() - start < 5
        assert_stored(store.load("q"), first)
    assert store.operation("op") is None
    saved = store.save(a_comment(first, "in time"), op_id="op")
    assert_stored(host.seen().load("q"), saved)


def test_a_locked_table_keeps_readers_waiting_only_so_long(on_a_server: Host) -> None:
    """A migration holds it; a load ends all the same (S12)."""
    host = on_a_server
    saved = host.store.save(a_thread())
    store = host.another_store(busy_timeout=0.5)
    with locked(host, lock_tables):
        uses: list[Callable[[], object]] = [
            lambda: store.load("q"),
            lambda: store.save(a_thread("new")),
        ]
        for use in uses:
            start = time.monotonic()
            with pytest.raises(StoreBusyError):
                use()
            assert time.monotonic() - start < 5
    assert_stored(store.load("q"), saved)
    store.save(a_thread("new"))


def test_a_deadlock_is_tried_again(on_a_server: Host) -> None:
    """The caller sees nothing of it."""
    host = on_a_server
    first = host.store.save(a_thread())
    seen = list[str]()
    core = host.engine if isinstance(host.engine, Engine) else host.engine.sync_engine

    def note(context: Any) -> None:
        seen.append(str(context.original_exception))

    event.listen(core, "handle_error", note)
    visit = host.connect()
    try:
        # What has written more is not the one that is given up.
        for number in range(50):
            visit.execute(f"INSERT INTO {host.table} (name) VALUES ('{number}')")
        lock_feed(visit, host)
        with ThreadPoolExecutor(1) as pool:
            saving = pool.submit(host.store.save, a_comment(first, "second"))
            wait_until(lambda: waits(host))
            lock_thread(visit, host)
            visit.commit()
            saved = saving.result(10)
    finally:
        visit.close()
    assert len(seen) == 1 and "deadlock" in seen[0].lower()
    assert_stored(host.seen().load("q"), saved)
    assert len(host.store.history("q")) == 2


def waits(host: Host) -> bool:
    """Whether somebody waits for a lock of these tables."""
    prefix = host.tables.feed.name.removesuffix("feed")
    if host.driver in MARIADB:
        query = (
            "SELECT count(*) FROM information_schema.processlist WHERE command ="
            f" 'Query' AND time_ms > 100 AND info LIKE '%%{prefix}%%'"
            " AND id <> connection_id()"
        )
    else:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            f" AND query LIKE '%%{prefix}%%'"
        )
    with host.places.engine.begin() as connection:
        return bool(connection.exec_driver_sql(query).scalar())


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


# -- first saves, and many at once -----------------------------------------------


def test_two_first_saves_at_once(host: Host) -> None:
    """One thread is made; the same save is acknowledged, another one refused (S1)."""
    stores = [host.store, host.another_store()]
    for number in range(12):
        thread_id, same = f"q{number}", number % 3 == 0
        values = [
            a_thread(thread_id, "same" if same else f"by {number}") for number in (0, 1)
        ]
        op_ids = [None, None] if number % 2 else ["op a", "op b"]
        found = at_once(
            *(
                saving(store, value, op_id and f"{op_id} {number}")
                for store, value, op_id in zip(stores, values, op_ids, strict=True)
            )
        )
        if same:
            assert all(isinstance(each, Thread) for each in found), found
        else:
            assert {type(each) for each in found} == {Thread, VersionConflictError}
        stored = host.seen().load(thread_id)
        assert stored in found
        assert len(host.store.history(thread_id)) == 1
    assert len(host.store.feed(limit=200)) == 12


def test_one_operation_sent_twice_at_once(host: Host) -> None:
    """It counts once, and both get the same answer (S6)."""
    base = host.store.save(a_thread())
    for number in range(6):
        value = a_comment(base, f"text {number}")
        found = at_once(*(saving(host.store, value, f"op {number}") for _ in range(3)))
        assert found == [value] * 3
        base = host.store.load("q")
    assert len(base.comments) == 6


def saving(store: Store, value: Thread, op_id: str | None) -> Callable[[], object]:
    def save() -> object:
        try:
            return store.save(value, op_id=op_id)
        except VersionConflictError as error:
            return error

    return save


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Return what calls return that begin together."""
    barrier = threading.Barrier(len(calls))

    def call(each: Callable[[], object]) -> object:
        barrier.wait(10)
        return each()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result(60) for done in [pool.submit(call, each) for each in calls]]


def test_sixteen_threads_on_one_store(blocking: Host) -> None:
    """Nothing is lost, nothing is doubled (S14)."""
    store = blocking.store
    store.save(a_thread())
    names = [f"{writer} {number}" for writer in range(16) for number in range(4)]

    def write(writer: int) -> None:
        own = store.save(a_thread(f"own {writer}"))
        for name in names[writer::16]:
            update(store, "q", partial(a_comment, text=name), attempts=10_000)
            own = store.save(a_comment(own, name))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    thread = blocking.seen().load("q")
    assert sorted(each.body.source for each in thread.comments) == sorted(names)
    assert_stored(store.load("q"), thread)
    for writer in range(16):
        assert len(blocking.seen().load(f"own {writer}").comments) == 4


# -- the order of the feed -------------------------------------------------------


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_positions_rise_as_transactions_commit(on_a_server: Host, end: str) -> None:
    """Who began later and would be done sooner comes later all the same (S9)."""
    host = on_a_server
    visit = host.connect()
    try:
        visit.store.save(comments(a_thread("slow"), "two", "three"))
        with ThreadPoolExecutor(1) as pool:
            quick = pool.submit(host.store.save, a_thread("quick"))
            wait_until(lambda: waits(host))
            assert host.seen().feed() == ()
            visit.commit() if end == "commit" else visit.rollback()
            quick.result(10)
    finally:
        visit.close()
    found = [(each.position, each.event.thread_id) for each in host.seen().feed()]
    slow = [(1, "slow"), (2, "slow"), (3, "slow")] if end == "commit" else []
    assert found == [*slow, (len(slow) + 1, "quick")]


def test_a_follower_never_misses_anything(blocking: Host) -> None:
    """What it has read past never comes to be later (S9)."""
    store, ends = blocking.store, threading.Event()
    seen = list[tuple[int, str]]()

    def follow() -> None:
        last_round = False
        while True:
            for each in store.feed(seen[-1][0] if seen else 0, 3):
                seen.append((each.position, each.event.thread_id))
            if last_round:
                return
            last_round = ends.is_set() and not store.feed(seen[-1][0], 1)

    def write(writer: int) -> None:
        thread = store.save(comments(a_thread(f"{writer}"), "a", "b"))
        for number in range(10):
            thread = store.save(comments(thread, f"{number} a", f"{number} b"))

    with ThreadPoolExecutor(5) as pool:
        following = pool.submit(follow)
        list(pool.map(write, range(4)))
        ends.set()
        following.result(60)
    assert [position for position, _ in seen] == [*range(1, 4 * 23 + 1)]
    # What one save adds stands together.
    for start in range(0, len(seen), 23):
        assert len(seen[start : start + 23]) == 23
    for writer in range(4):
        mine = [position for position, name in seen if name == str(writer)]
        assert [b - a for a, b in zip(mine[3::2], mine[4::2], strict=True)] == [1] * 10


# -- what the host has set up ----------------------------------------------------

SETTINGS = {
    "psycopg": ("SHOW lock_timeout", "SHOW transaction_isolation"),
    "pymysql": (
        "SELECT @@innodb_lock_wait_timeout, @@lock_wait_timeout",
        "SELECT @@tx_isolation, @@tx_read_only",
    ),
    "pysqlite": ("PRAGMA busy_timeout",),
}


def test_the_settings_of_a_connection_are_as_before(host: Host) -> None:
    """What a store needs for its transaction is gone with it."""
    queries = SETTINGS[ON_A_LOOP.get(host.driver, host.driver)]
    before, session = look(host, queries)
    saved = host.store.save(a_thread())
    assert look(host, queries) == (before, session)
    host.store.load("q")
    with pytest.raises(NotFoundError):
        host.store.load("none")
    with pytest.raises(VersionConflictError):
        host.store.save(a_thread("q", "other"))
    host.store.save(a_comment(saved, "text"))
    assert look(host, queries) == (before, session)  # on the same connection


def look(host: Host, queries: tuple[str, ...]) -> tuple[list[Any], Any]:
    """Return some settings of the only connection of a pool, and whose it is."""
    visit = host.connect()
    try:
        number = {
            "postgresql": "SELECT pg_backend_pid()",
            "mysql": "SELECT connection_id()",
            "sqlite": "SELECT 1",
        }[host.engine.dialect.name]
        found = [visit.execute(query) for query in queries]
        # What it can do shows more than what it says: write, and commit alone or not.
        visit.execute(f"INSERT INTO {host.table} (name) VALUES ('undone')")
        session = visit.execute(number)
        visit.rollback()
        assert host.names() == []
        return found, session
    finally:
        visit.close()


@pytest.mark.parametrize("driver", (*BLOCKING, *ON_A_LOOP))
@pytest.mark.parametrize("level", ["AUTOCOMMIT", "SERIALIZABLE"])
def test_engines_of_any_isolation_level(
    request: pytest.FixtureRequest, driver: str, level: str
) -> None:
    """A save is all or nothing, whatever the engine is set to."""
    with hosted(places(request, driver), driver, isolation_level=level) as host:
        first = host.store.save(a_thread())
        refused = faults.at(1, faults.Refusal(), on=f"insert into {host.tables.events}")
        planted = faults.sqlalchemy_statements(host.engine, refused)
        with planted, pytest.raises(StoreUnavailableError):
            host.store.save(a_comment(first, "in part"), op_id="op")
        assert len(refused.met) == 1
        assert_stored(host.seen().load("q"), first)
        assert host.seen().operation("op") is None
        second = host.store.save(a_comment(first, "whole"), op_id="op")
        assert_stored(host.seen().load("q"), second)


def test_sqlite_engines_that_begin_by_themselves(tmp_path: Any) -> None:
    """Readers that become writers would be refused; the store begins as a writer."""
    engine = create_engine(f"sqlite:///{tmp_path / 'threads.db'}")

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    store = SQLAlchemyStore(engine)
    store.create_all()
    store.save(a_thread())
    with ThreadPoolExecutor(4) as pool:
        changing = [
            pool.submit(
                update, store, "q", partial(a_comment, text=str(number)), attempts=1_000
            )
            for number in range(40)
        ]
        for each in changing:
            each.result(60)
    assert len(store.load("q").comments) == 40
    engine.dispose()


def test_sqlite_in_memory() -> None:
    """One connection for all, as programs have it in their tests."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    store = SQLAlchemyStore(engine)
    store.create_all()
    saved = store.save(a_thread())
    assert_stored(store.load("q"), saved)
    engine.dispose()


def test_an_engine_without_a_pool(request: pytest.FixtureRequest) -> None:
    """Each call connects anew."""
    for driver in BLOCKING:
        with hosted(places(request, driver), driver, poolclass=NullPool) as host:
            saved = host.store.save(comments(a_thread(), "two"))
            assert_stored(host.store.load("q"), saved)


@pytest.mark.parametrize("busy_timeout", [-1, 100_000, "5", None, True, float("nan")])
def test_a_wait_that_makes_no_sense_is_refused(busy_timeout: Any) -> None:
    with pytest.raises(ValidationError, match="busy_timeout"):
        SQLAlchemyStore(create_engine("sqlite://"), busy_timeout=busy_timeout)


def test_the_wrong_kind_of_engine_is_refused() -> None:
    """Either kind names the store of the other."""
    from sqlalchemy.ext.asyncio import create_async_engine

    pytest.importorskip("aiosqlite")
    with pytest.raises(ValidationError, match="AsyncSQLAlchemyStore"):
        SQLAlchemyStore(create_async_engine("sqlite+aiosqlite://"))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="SQLAlchemyStore"):
        AsyncSQLAlchemyStore(create_engine("sqlite://"))  # type: ignore[arg-type]


# -- forks -----------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_process_takes_connections_of_its_own(
    request: pytest.FixtureRequest,
) -> None:
    """What the parent sends is not read by the child, nor the other way (S14)."""
    for driver in BLOCKING:
        place = places(request, driver)
        tables = place.take()
        engine = create_engine(place.url(driver), pool_size=1, max_overflow=0)
        store = SQLAlchemyStore(engine, tables=tables)
        first = store.save(a_thread())
        mine = session(engine)
        assert session(engine) == mine
        child = os.fork()
        if child == 0:
            code = 1
            try:
                second = store.save(a_comment(first, "by the child"))
                own = session(engine)
                alike = store.load("q") == second and (driver == "pysqlite")
                code = 0 if alike or own != mine else 2
                engine.dispose()
            finally:
                os._exit(code)
        for _ in range(50):
            assert_stored(store.load("q", 1), first)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert session(engine) == mine
        third = store.save(a_comment(store.load("q"), "by the parent"))
        assert [each.body.source for each in third.comments] == [
            "by the child",
            "by the parent",
        ]
        engine.dispose()
        place.give_back(tables)


def session(engine: Engine) -> object:
    """Return the number of the session of the next connection."""
    query = {
        "postgresql": "SELECT pg_backend_pid()",
        "mysql": "SELECT connection_id()",
        "sqlite": "SELECT 1",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar()
