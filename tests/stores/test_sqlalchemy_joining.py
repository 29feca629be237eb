"""A store inside the transaction of its host, with every driver."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

pytest.importorskip("sqlalchemy")

from qathread import Thread
from qathread.errors import (
    NotFoundError,
    OperationReusedError,
    StoreBusyError,
    StoreClosedError,
    StoreError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from qathread.stores import EraseMode, ThreadQuery
from qathread.testing._samples import a_comment, a_thread, an_import, comments
from qathread.testing._store_tests import assert_stored
from tests.stores._sqlalchemy import BLOCKING, ON_A_LOOP, Host, Visit, hosted, places

T = TypeVar("T")

DRIVERS = (*BLOCKING, *ON_A_LOOP)
MARIADB = ("pymysql", "aiomysql")
POSTGRESQL = ("psycopg", "psycopg_async", "asyncpg")


@pytest.fixture(params=DRIVERS)
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    driver: str = request.param
    with hosted(places(request, driver), driver) as made:
        yield made


@pytest.fixture(params=MARIADB)
def on_mariadb(request: pytest.FixtureRequest) -> Iterator[Host]:
    driver: str = request.param
    with hosted(places(request, driver), driver) as made:
        yield made


@pytest.fixture
def visit(host: Host) -> Iterator[Visit]:
    made = host.connect()
    try:
        yield made
    finally:
        made.close()


def write(visit: Visit, host: Host, name: str) -> None:
    visit.execute(f"INSERT INTO {host.table} (name) VALUES ('{name}')")


# -- all or nothing --------------------------------------------------------------


def test_the_host_commits_both(host: Host, visit: Visit) -> None:
    """The host's rows and the thread are there together, and no sooner."""
    write(visit, host, "topic")
    saved = visit.store.save(a_thread(), op_id="op")
    write(visit, host, "counter")
    if host.driver not in ("pysqlite", "aiosqlite"):  # which lets nobody look
        with pytest.raises(NotFoundError):
            host.seen().load("q")
        assert host.names() == []
    visit.commit()
    assert host.names() == ["counter", "topic"]
    assert_stored(host.seen().load("q"), saved)
    assert_stored(host.store.load("q"), saved)
    assert host.store.operation("op") == saved
    assert [each.position for each in host.store.feed()] == [1]


def test_the_host_rolls_back_both(host: Host, visit: Visit) -> None:
    """Nothing is left of either, nothing is at hand, and the op id is free."""
    first = host.store.save(a_thread())
    write(visit, host, "topic")
    visit.store.save(a_comment(visit.store.load("q"), "undone"), op_id="op")
    visit.store.save(a_thread("new"))
    assert len(visit.store.feed()) == 3
    visit.rollback()
    assert host.names() == []
    for store in (visit.store, host.store, host.seen()):
        assert_stored(store.load("q"), first)
        with pytest.raises(NotFoundError):
            store.load("new")
        assert store.operation("op") is None
        assert len(store.feed()) == 1
    visit.rollback()
    other = host.store.save(a_comment(first, "another"), op_id="op")
    assert_stored(visit.store.load("q"), other)
    assert [each.position for each in host.store.feed()] == [1, 2]


def test_a_refused_save_leaves_the_transaction_usable(host: Host, visit: Visit) -> None:
    """What the host wrote before and after is committed, the refused save is not."""
    first = host.store.save(a_thread())
    second = host.store.save(a_comment(first, "second"), op_id="op")
    write(visit, host, "before")
    with pytest.raises(VersionConflictError):
        visit.store.save(a_comment(first, "late"), op_id="free")
    with pytest.raises(OperationReusedError):
        visit.store.save(a_comment(second, "third"), op_id="op")
    with pytest.raises(ValidationError, match="1000 bytes"):
        visit.store.save(a_thread("long" * 300), op_id="free")
    with pytest.raises(NotFoundError):
        visit.store.load("none")
    write(visit, host, "after")
    third = visit.store.save(a_comment(second, "third"), op_id="free")
    visit.commit()
    assert host.names() == ["after", "before"]
    assert_stored(host.seen().load("q"), third)


def test_a_part_of_the_host_can_be_undone(host: Host, visit: Visit) -> None:
    """A savepoint of the host's own holds the store's too."""
    write(visit, host, "before")
    first = visit.store.save(a_thread())
    visit.execute("SAVEPOINT part")
    visit.store.save(a_comment(first, "undone"))
    visit.execute("ROLLBACK TO SAVEPOINT part")
    assert_stored(visit.store.load("q"), first)
    saved = visit.store.save(a_comment(first, "kept"))
    visit.commit()
    assert host.names() == ["before"]
    assert_stored(host.seen().load("q"), saved)


def test_many_saves_are_one_transaction(host: Host, visit: Visit) -> None:
    """Snapshots, lists, searches and erasure work within it, too."""
    thread = visit.store.save(comments(a_thread(), *map(str, range(30))))
    for number in range(20):
        thread = visit.store.save(a_comment(thread, f"more {number}"))
    visit.store.save(an_import("imported"))
    assert_stored(visit.store.load("q"), thread)
    assert len(visit.store.load("q", 7)) == 7
    assert len(visit.store.history("q")) == 51
    found = visit.store.find(ThreadQuery(participant_id="ada")).items
    assert {each.id for each in found} == {"q", "imported"}
    assert visit.store.erase("ada", EraseMode.REDACT) == 2
    assert visit.store.erase("ada", EraseMode.REDACT) == 0
    visit.commit()
    erased = host.seen().load("q")
    assert erased.version == 51
    assert all("more" not in each.body.source for each in erased.comments)


def test_a_transaction_that_the_store_began_is_the_hosts(host: Host) -> None:
    """Closing the connection without a commit undoes it."""
    visit = host.connect()
    assert not visit.in_transaction
    visit.store.save(a_thread())
    assert visit.in_transaction
    visit.store.close()
    assert visit.in_transaction
    with pytest.raises(StoreClosedError):
        visit.store.load("q")
    visit.close()
    with pytest.raises(NotFoundError):
        host.seen().load("q")


# -- what cannot be joined -------------------------------------------------------


def test_a_closed_connection_says_so(host: Host) -> None:
    """It is for the host to give another one."""
    visit = host.connect()
    visit.close()
    with pytest.raises(StoreClosedError, match="connection"):
        visit.store.load("q")


def test_a_connection_that_commits_alone_is_refused(host: Host) -> None:
    """Without a transaction a save could be there in part."""
    visit = host.connect(isolation_level="AUTOCOMMIT")
    try:
        if host.driver in ("pysqlite", "aiosqlite"):
            visit.store.save(a_thread())  # it begins by itself there
            visit.rollback()
        else:
            with pytest.raises(ValidationError, match="AUTOCOMMIT"):
                visit.store.save(a_thread())
        with pytest.raises(NotFoundError):
            host.seen().load("q")
    finally:
        visit.close()


def test_tables_are_made_within_where_the_server_can(host: Host, visit: Visit) -> None:
    """MariaDB would commit what the host has written."""
    write(visit, host, "before")
    if host.driver in MARIADB:
        with pytest.raises(ValidationError, match="engine"):
            visit.store.create_all()
    else:
        visit.store.create_all()
    visit.rollback()
    assert host.names() == []


# -- beside others ---------------------------------------------------------------


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_save_sees_what_others_committed(on_mariadb: Host, level: str) -> None:
    """MariaDB goes on showing what there was at the first read; a save must not."""
    host = on_mariadb
    first = host.store.save(a_thread())
    visit = host.connect(isolation_level=level)
    try:
        if level != "SERIALIZABLE":  # whose reads keep writers out
            visit.execute(f"SELECT * FROM {host.table}")
            visit.store.load("q")
        second = host.store.save(a_comment(first, "second"), op_id="op")
        assert_stored(visit.store.save(a_comment(first, "second")), second)
        assert_stored(visit.store.save(a_comment(first, "second"), op_id="op"), second)
        third = visit.store.save(a_comment(second, "third"))
        assert_stored(visit.store.load("q"), third)
        assert len(visit.store.history("q")) == 3
        visit.commit()
        assert_stored(host.seen().load("q"), third)
    finally:
        visit.close()


@pytest.mark.parametrize("driver", POSTGRESQL)
def test_a_transaction_that_cannot_see_it_is_told(
    request: pytest.FixtureRequest, driver: str
) -> None:
    """PostgreSQL refuses to change what was changed since the first read."""
    with hosted(places(request, driver), driver) as host:
        first = host.store.save(a_thread())
        visit = host.connect(isolation_level="REPEATABLE READ")
        try:
            write(visit, host, "before")
            assert_stored(visit.store.load("q"), first)
            second = host.store.save(a_comment(first, "second"))
            with pytest.raises(StoreBusyError, match="do all of it again"):
                visit.store.save(a_comment(second, "third"))
            write(visit, host, "after")
            visit.commit()
            assert host.names() == ["after", "before"]
            assert_stored(host.seen().load("q"), second)
        finally:
            visit.close()


@pytest.mark.parametrize("driver", ["psycopg", "pymysql", "asyncpg", "aiomysql"])
def test_a_deadlock_is_told(request: pytest.FixtureRequest, driver: str) -> None:
    """One of two hosts that wait for each other goes on, the other can do it again."""
    with hosted(places(request, driver), driver) as host:
        one, two = host.store.save(a_thread("one")), host.store.save(a_thread("two"))
        first, second = host.connect(), host.connect()
        try:
            query = "SELECT id FROM {} WHERE id = '{}' FOR UPDATE"
            for visit, name in ((first, "one"), (second, "two")):
                write(visit, host, name)
                visit.execute(query.format(host.tables.threads.name, name))
            errors = beside(
                lambda: attempt(first, a_comment(two, "by first")),
                lambda: attempt(second, a_comment(one, "by second")),
            )
            [error] = [each for each in errors if each is not None]
            if host.driver in MARIADB:
                # The server has undone all of it; so nothing more may come to it.
                assert isinstance(error, StoreUnavailableError)
                assert "whole transaction" in str(error)
            else:
                assert isinstance(error, StoreBusyError)
            assert len(host.names()) == 1
            loser = first if errors[0] is error else second
            loser.store.save(a_comment(loser.store.load("one"), "again"))
            loser.commit()
        finally:
            first.close()
            second.close()
        assert sum(map(len, map(host.seen().history, ("one", "two")))) == 4


def attempt(visit: Visit, thread: Thread) -> StoreError | None:
    """Save and commit, or roll back and return why."""
    try:
        visit.store.save(thread)
    except StoreError as error:
        undone = isinstance(error, StoreUnavailableError)
        assert visit.in_transaction is not undone
        visit.rollback()
        return error
    visit.commit()
    return None


def beside(*calls: Callable[[], T]) -> list[T]:
    """Return what calls on threads of their own return."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(call) for call in calls]
        return [future.result() for future in futures]
