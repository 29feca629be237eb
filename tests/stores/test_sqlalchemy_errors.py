"""What a store says when a server, a connection or a table lets it down."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import (
    URL,
    Engine,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    update,
)
from sqlalchemy.ext.asyncio import create_async_engine

from qathread.errors import (
    OutcomeUnknownError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
)
from qathread.stores import ThreadQuery
from qathread.stores.async_sqlalchemy import AsyncSQLAlchemyStore
from qathread.stores.sqlalchemy import SQLAlchemyStore
from qathread.testing import faults
from qathread.testing._loops import Loop
from qathread.testing._samples import a_comment, a_thread, comments
from qathread.testing._store_tests import assert_stored
from tests.stores._servers import MariaDB, PostgreSQL
from tests.stores._sqlalchemy import (
    BLOCKING,
    ON_A_LOOP,
    Host,
    Places,
    hosted,
    places,
)

ON_SERVERS = ("psycopg", "asyncpg", "psycopg_async", "pymysql", "aiomysql")
MARIADB = ("pymysql", "aiomysql")


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


def core(host: Host) -> Engine:
    return host.engine if isinstance(host.engine, Engine) else host.engine.sync_engine


# -- connections that end --------------------------------------------------------


class Ending:
    """
    Ends the session of a host before its next statement of some number.

    Attributes:
        at: Which one, from 1; 0: none.
        ended: What that was, ``COMMIT`` among others.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self.calls = 0
        self.at = 0
        self.ended = ""
        event.listen(core(host), "before_cursor_execute", self.execute)
        event.listen(core(host), "commit", self.commit)

    def before(self, number: int) -> None:
        """End the session before its next statement of this number."""
        self.calls, self.at, self.ended = 0, number, ""

    def execute(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.count(connection, statement)

    def commit(self, connection: Any) -> None:
        self.count(connection, "COMMIT")

    def count(self, connection: Any, statement: str) -> None:
        self.calls += 1
        if self.calls == self.at:
            self.ended = statement
            self.end(connection)

    def end(self, connection: Any) -> None:
        driver = connection.connection.driver_connection
        with self.host.places.engine.begin() as other:
            if self.host.driver in MARIADB:
                other.exec_driver_sql(f"KILL CONNECTION {driver.thread_id()}")
                query = (
                    "SELECT count(*) FROM information_schema.processlist"
                    f" WHERE id = {driver.thread_id()}"
                )
            else:
                info = getattr(driver, "info", None)
                pid = driver.get_server_pid() if info is None else info.backend_pid
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
                query = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"
        while self.left(query):
            time.sleep(0.005)

    def left(self, query: str) -> bool:
        with self.host.places.engine.begin() as other:
            return bool(other.exec_driver_sql(query).scalar())


def test_a_session_that_is_ended_at_any_statement(on_a_server: Host) -> None:
    """Nothing is saved and it is said so; only during the commit nobody knows (S13)."""
    store = on_a_server.store
    ending = Ending(on_a_server)
    met = list[str]()
    for number in range(1, 100):
        # Always of the same statements, a snapshot among them.
        base = store.save(comments(a_thread(f"{number}"), *map(str, range(10))))
        value = comments(base, *map(str, range(12)))
        ending.before(number)
        try:
            store.save(value, op_id=f"op {number}")
        except StoreUnavailableError:
            assert ending.ended and ending.ended != "COMMIT"
        except OutcomeUnknownError:
            assert ending.ended == "COMMIT"
        else:
            assert not ending.ended
            break
        met.append(ending.ended)
        ending.before(0)
        assert_stored(store.load(f"{number}"), base)
        saved = store.save(value, op_id=f"op {number}")
        assert_stored(on_a_server.seen().load(f"{number}"), saved)
    assert len(met) >= 7 and met[-1] == "COMMIT"


def test_a_session_that_is_ended_while_it_reads(on_a_server: Host) -> None:
    """No outcome is unknown of a read, and the store goes on (S13)."""
    saved = on_a_server.store.save(comments(a_thread(), "two"))
    on_a_server.store.load("q")
    ending = Ending(on_a_server)
    reads: list[Callable[[Any], object]] = [
        lambda store: store.load("q", 1),
        lambda store: store.history("q"),
        lambda store: store.find(ThreadQuery(text="two")),
        lambda store: store.feed(),
        lambda store: store.operation("op"),
    ]
    for read in reads:
        ending.before(0)
        read(on_a_server.store)
        for number in range(1, ending.calls + 1):
            ending.before(number)
            with pytest.raises(StoreUnavailableError):
                read(on_a_server.store)
    ending.before(0)
    assert_stored(on_a_server.store.load("q"), saved)


def test_an_idle_session_that_was_ended(on_a_server: Host) -> None:
    """One call meets it; the connections of the pool are not used again (S13)."""
    host = on_a_server
    saved = host.store.save(a_thread())
    host.places.engine.dispose()  # not these
    server = host.places.server
    assert server is not None and server.terminate_backends(host.places.database) >= 1
    with pytest.raises(StoreUnavailableError):
        host.store.save(a_comment(saved, "text"))
    second = host.store.save(a_comment(saved, "text"))
    assert_stored(host.seen().load("q"), second)


def test_a_commit_whose_answer_is_lost(host: Host) -> None:
    """It took effect, and the same op id finds that out (S13)."""
    first = host.store.save(a_thread())
    lost = faults.at(1, faults.LostAnswer(), on="commit")
    value = a_comment(first, "second")
    planted = faults.sqlalchemy_statements(host.engine, lost)
    with planted, pytest.raises(OutcomeUnknownError, match="op id"):
        host.store.save(value, op_id="op")
    assert len(lost.met) == 1
    assert_stored(host.store.operation("op"), value)  # type: ignore[arg-type]
    assert_stored(host.store.save(value, op_id="op"), value)
    assert len(host.store.history("q")) == 2


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg", "psycopg_async"])
def test_a_commit_that_the_server_is_at(
    request: pytest.FixtureRequest, driver: str
) -> None:
    """Ended in the middle of it, a session leaves the outcome open (S13)."""
    with hosted(places(request, driver), driver) as host:
        first = host.store.save(a_thread())
        value = a_comment(first, "second")
        with slow_commits(host), ThreadPoolExecutor(1) as pool:
            ending = pool.submit(end_slow_commit, host)
            with pytest.raises(OutcomeUnknownError):
                host.store.save(value, op_id="op")
            ending.result(30)
        assert_stored(host.store.load("q"), first)
        assert_stored(host.store.save(value, op_id="op"), value)
        assert len(host.seen().history("q")) == 2


@contextmanager
def slow_commits(host: Host) -> Iterator[None]:
    """Let commits on PostgreSQL take for ever."""
    events = host.tables.events.name
    with host.places.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION sleeping() RETURNS trigger AS $$"
            " BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$ LANGUAGE plpgsql"
        )
        connection.exec_driver_sql(
            f"CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON {events}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sleeping()"
        )
    try:
        yield
    finally:
        with host.places.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TRIGGER slow ON {events}")


def end_slow_commit(host: Host) -> None:
    """Wait for one, and end its session."""
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE wait_event = 'PgSleep' AND query ILIKE 'commit%%'"
    )
    for _ in range(1_000):
        with host.places.engine.begin() as connection:
            if connection.exec_driver_sql(query).all():
                return
        time.sleep(0.01)
    raise AssertionError("nobody commits")


def test_a_reset_connection(blocking: Host) -> None:
    """Errors of the network that a driver lets through are ours, too (S13)."""
    host = blocking
    first = host.store.save(a_thread())
    reset = faults.Refusal(error=ConnectionResetError)
    for on, expected in (
        ("select", StoreUnavailableError),
        ("commit", OutcomeUnknownError),
    ):
        plan = faults.at(1, reset, on=on)
        planted = faults.sqlalchemy_statements(host.engine, plan)
        with planted, pytest.raises(expected):
            host.store.save(a_comment(first, "text"))
        assert len(plan.met) == 1
    assert_stored(host.store.load("q"), first)
    host.store.save(a_comment(first, "text"))


# -- servers that are down, or not there -----------------------------------------


def test_postgresql_goes_down_and_comes_back(own_postgresql: PostgreSQL) -> None:
    """Each call says so while it is down; then all is there (S13, C4)."""
    stop_and_start(own_postgresql, "psycopg", ("psycopg", "asyncpg", "psycopg_async"))


def test_mariadb_goes_down_and_comes_back(own_mariadb: MariaDB) -> None:
    """Each call says so while it is down; then all is there (S13)."""
    stop_and_start(own_mariadb, "pymysql", ("pymysql", "aiomysql"))


def stop_and_start(
    server: PostgreSQL | MariaDB, blocking: str, drivers: tuple[str, ...]
) -> None:
    for driver in drivers:
        pytest.importorskip(driver.removesuffix("_async"))
    place = Places(blocking, server, server.create_database())
    with ExitStack() as stack:
        stack.callback(place.engine.dispose)
        hosts = [stack.enter_context(hosted(place, driver)) for driver in drivers]
        saved = [host.store.save(a_thread(host.driver)) for host in hosts]
        place.engine.dispose()
        server.kill()
        for host, thread in zip(hosts, saved, strict=True):
            for _ in range(3):  # those of the pool, and then new ones
                with pytest.raises(StoreUnavailableError):
                    host.store.load(host.driver)
                with pytest.raises(StoreUnavailableError):
                    host.store.save(a_comment(thread, "text"), op_id="op")
        server.start()
        for host, thread in zip(hosts, saved, strict=True):
            assert_stored(host.store.load(host.driver), thread)
            host.store.save(a_comment(thread, "text"), op_id="op")


@pytest.mark.parametrize("driver", ON_SERVERS)
def test_a_database_that_is_not_there(
    request: pytest.FixtureRequest, driver: str
) -> None:
    """Whatever a driver raises when it connects is ours (S13)."""
    place = places(request, driver)
    for url in (
        make_url(place.url(driver)).set(database="nowhere"),
        make_url(place.url(driver)).set(port=1),
    ):
        with pytest.raises(StoreUnavailableError, match="nothing was saved"):
            use_once(url)


def use_once(url: URL) -> None:
    """Load a thread by a store on a new engine."""
    if not url.get_dialect().is_async and "async" not in url.drivername:
        engine = create_engine(url)
        SQLAlchemyStore(engine).load("q")
        return

    async def use() -> None:
        engine = create_async_engine(url)
        try:
            await AsyncSQLAlchemyStore(engine).load("q")
        finally:
            await engine.dispose()

    with Loop() as loop:
        loop.run(use())


def test_a_pool_that_is_used_up(request: pytest.FixtureRequest) -> None:
    """It is busy, and says which knob to turn (S12)."""
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1}
    for driver in ("psycopg", "asyncpg"):
        with hosted(places(request, driver), driver, **options) as host:
            visit = host.connect()
            try:
                with pytest.raises(StoreBusyError, match="pool"):
                    host.store.load("q")
            finally:
                visit.close()
            host.store.save(a_thread())


# -- what may not be written -----------------------------------------------------


def test_a_user_who_may_only_read(request: pytest.FixtureRequest) -> None:
    """Loads work, saves say why they do not (S13)."""
    for driver in BLOCKING:
        place = places(request, driver)
        tables = place.take()
        saved = SQLAlchemyStore(place.engine, tables=tables).save(a_thread())
        engine = create_engine(url_of_reader(place))
        store = SQLAlchemyStore(engine, tables=tables)
        assert_stored(store.load("q"), saved)
        with pytest.raises(StoreUnavailableError, match="nothing was saved"):
            store.save(a_comment(saved, "text"))
        with pytest.raises(StoreUnavailableError):
            store.save(a_thread("new"), op_id="op")
        assert_stored(store.load("q"), saved)
        engine.dispose()
        place.give_back(tables)


def url_of_reader(place: Places) -> URL:
    """Return how somebody connects who may read all tables and no more."""
    url = make_url(place.url(place.driver))
    match place.server:
        case None:
            return make_url(f"sqlite:///file:{place.database}?mode=ro&uri=true")
        case PostgreSQL() as server:
            server.execute(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname ="
                " 'reader') THEN CREATE ROLE reader LOGIN; END IF; END $$;"
                " GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
                place.database,
            )
        case MariaDB() as server:
            server.execute(
                "CREATE USER IF NOT EXISTS reader;"
                f" GRANT SELECT ON {place.database}.* TO reader"
            )
    return url.set(username="reader")


def test_a_full_disk(tmp_path: Path) -> None:
    """Nothing of the save is there, and the store goes on when there is room (C6)."""
    engine = create_engine(f"sqlite:///{tmp_path / 'threads.db'}")
    store = SQLAlchemyStore(engine)
    store.create_all()
    first = store.save(a_thread())
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(connection: Any, record: Any, proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "checkout", limit)
    value = comments(first, *("long " * 1_900 for _ in range(12)))
    with pytest.raises(StoreUnavailableError, match="full"):
        store.save(value, op_id="op")
    assert_stored(store.load("q"), first)
    pages = 100_000
    saved = store.save(value, op_id="op")
    assert_stored(store.load("q"), saved)
    engine.dispose()


def test_a_commit_that_sqlite_fails(tmp_path: Path) -> None:
    """It is undone if SQLite says so; of a broken disk nobody knows (S13)."""
    engine = create_engine(f"sqlite:///{tmp_path / 'threads.db'}")
    store = SQLAlchemyStore(engine, busy_timeout=0.2)
    store.create_all()
    first = store.save(a_thread())
    for code, times, expected in (
        (sqlite3.SQLITE_FULL, 1, StoreUnavailableError),
        (sqlite3.SQLITE_IOERR, 1, OutcomeUnknownError),
        (sqlite3.SQLITE_BUSY, 1_000, StoreBusyError),
        (sqlite3.SQLITE_CORRUPT, 1, StoreCorruptError),
    ):
        fault = faults.Refusal(faults.sqlite_error(code))
        plan = faults.at(1, fault, on="commit", times=times)
        planted = faults.sqlalchemy_statements(engine, plan)
        with planted, pytest.raises(expected):
            store.save(a_comment(first, "text"))
        assert plan.met
        assert_stored(store.load("q"), first)
    once = faults.at(1, faults.Refusal(faults.sqlite_error(5)), on="commit", times=2)
    with faults.sqlalchemy_statements(engine, once):
        store.save(a_comment(first, "text"))
    assert len(once.met) == 2
    engine.dispose()


# -- tables ----------------------------------------------------------------------


def test_tables_that_are_missing(host: Host) -> None:
    """The error names both ways to get them."""
    with host.places.engine.begin() as connection:
        host.tables.threads.metadata.drop_all(connection)
    uses: list[Callable[[], object]] = [
        lambda: host.store.load("q"),
        lambda: host.store.save(a_thread()),
        lambda: host.store.feed(),
    ]
    for use in uses:
        with pytest.raises(StoreUnavailableError, match=r"create_all\(\).*migrations"):
            use()
    visit = host.connect()
    try:
        with pytest.raises(StoreUnavailableError, match="create_all"):
            visit.store.save(a_thread())
        visit.execute(f"INSERT INTO {host.table} (name) VALUES ('kept')")
        visit.commit()
    finally:
        visit.close()
    assert host.names() == ["kept"]
    host.store.create_all()
    host.store.create_all()
    saved = host.store.save(a_thread())
    assert_stored(host.another_store().load("q"), saved)


def test_one_table_that_is_missing(host: Host) -> None:
    """Also if the others are there."""
    saved = host.store.save(a_thread())
    with host.places.engine.begin() as connection:
        host.tables.people.drop(connection)
    with pytest.raises(StoreUnavailableError, match="create_all"):
        host.store.save(a_thread("new"))
    host.store.create_all()
    host.store.save(a_thread("new"))
    assert_stored(host.store.load("q"), saved)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2", StoreTooNewError), ("999", StoreTooNewError), ("one", StoreCorruptError)],
)
def test_tables_of_another_release(
    host: Host, version: str, expected: type[StoreError]
) -> None:
    """They are not touched (S15)."""
    settings = host.tables.settings
    with host.places.engine.begin() as connection:
        connection.execute(delete(settings).where(settings.c.name == "schema"))
        connection.execute(insert(settings).values(name="schema", value=version))
    for _ in range(2):
        with pytest.raises(expected):
            host.store.save(a_thread())
        with pytest.raises(expected):
            host.store.load("q")
    visit = host.connect()
    try:
        with pytest.raises(expected):
            visit.store.save(a_thread())
    finally:
        visit.close()
    with host.places.engine.begin() as connection:
        connection.execute(update(settings).values(value="1"))
    host.store.save(a_thread())


def test_stored_bytes_that_are_damaged(blocking: Host) -> None:
    """They are told from what is merely not there."""
    host = blocking
    thread = host.store.save(comments(a_thread(), *map(str, range(30))))
    for table in (host.tables.events, host.tables.snapshots):
        with host.places.engine.begin() as connection:
            connection.execute(update(table).values(body=b"{}"))
    with pytest.raises(StoreCorruptError):
        host.another_store().load("q")
    with pytest.raises(StoreCorruptError):
        host.another_store().history("q")
    with pytest.raises(StoreCorruptError):
        host.another_store().save(a_comment(thread, "text"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """SQLite says so at the first statement."""
    path = tmp_path / "threads.db"
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    engine = create_engine(f"sqlite:///{path}")
    with pytest.raises(StoreCorruptError):
        SQLAlchemyStore(engine).create_all()
    with pytest.raises(StoreCorruptError):
        SQLAlchemyStore(engine).load("q")
    engine.dispose()


def test_a_rule_of_the_hosts_own_that_refuses(request: pytest.FixtureRequest) -> None:
    """The error does not repeat what was refused: it may be private (A9)."""
    for driver in ("psycopg", "asyncpg"):
        with hosted(places(request, driver), driver) as host:
            threads = host.tables.threads.name
            with host.places.engine.begin() as connection:
                connection.exec_driver_sql(
                    f"ALTER TABLE {threads} ADD CONSTRAINT calm CHECK (title !~ '!')"
                )
            try:
                with pytest.raises(StoreError, match="calm") as caught:
                    host.store.save(a_thread("q", "Zebedee!"))
                assert "Zebedee" not in str(caught.value)
            finally:
                with host.places.engine.begin() as connection:
                    connection.exec_driver_sql(
                        f"ALTER TABLE {threads} DROP CONSTRAINT calm"
                    )
