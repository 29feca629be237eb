"""Faults that are planted come when they are due, and as what they are."""

import asyncio
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from qathread import Thread
from qathread.errors import (
    MissingExtraError,
    NotFoundError,
    OutcomeUnknownError,
    StoreBusyError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from qathread.stores import (
    ErasesUsers,
    ListsThreads,
    MemoryStore,
    ReadsFeed,
    RemembersOperations,
    SQLiteStore,
    update,
)
from qathread.testing import faults
from qathread.testing._samples import a_comment, a_thread, comments, dump
from tests.stores.crash.nursery import Nursery

if TYPE_CHECKING:
    from sqlalchemy import Engine

KILL = f"{__name__}:killed"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


# -- plans -----------------------------------------------------------------------


def test_a_plan_counts_the_calls_that_it_looks_at() -> None:
    """By whole words from the beginning, whatever their case."""
    refusal = faults.Refusal()
    plan = faults.at(2, refusal, on=("save", "insert into events"), times=2)
    calls = [
        ("save", None),
        ("saves", None),
        ("INSERT  INTO events_old", None),
        ("INSERT  INTO Events (body) VALUES (?)", refusal),
        ("insert", None),
        ("save it", refusal),
        ("save", None),
    ]
    assert [(call, plan.fault(call)) for call, _ in calls] == calls
    assert plan.calls == 4
    assert [str(each) for each in plan.met] == [
        "INSERT  INTO Events (body) VALUES (?) 2: Refusal(error=None)",
        "save it 3: Refusal(error=None)",
    ]


def test_chance_is_decided_by_the_seed() -> None:
    """The same calls fail in every run, and about as many as were asked for."""

    def drawn(seed: int) -> list[int]:
        plan = faults.by_chance(0.2, faults.Refusal(), faults.LostAnswer(), seed=seed)
        for _ in range(1_000):
            plan.fault("save")
        assert {type(each.fault) for each in plan.met} == {
            faults.Refusal,
            faults.LostAnswer,
        }
        return [each.number for each in plan.met]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 150 < len(drawn(1)) < 250
    for share, number in ((0, 0), (1, 5)):
        plan = faults.by_chance(share, faults.Refusal(), seed=1)
        assert sum(plan.fault("save") is not None for _ in range(5)) == number


def test_a_plan_counts_for_all_threads_together() -> None:
    """The fault comes once, whoever is the one."""
    plan = faults.at(500, faults.Refusal())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: plan.fault("save"), range(1_000)))
    assert sum(each is not None for each in found) == 1
    assert plan.calls == 1_000


def test_plans_that_make_no_sense_are_refused() -> None:
    refusal = faults.Refusal()
    makes: tuple[Callable[[], faults.Plan], ...] = (
        lambda: faults.at(0, refusal),
        lambda: faults.at(1, refusal, times=0),
        lambda: faults.at(1, faults.Refusal),  # type: ignore[arg-type]
        lambda: faults.by_chance(0.5, seed=1),
        lambda: faults.by_chance(1.5, refusal, seed=1),
        lambda: faults.by_chance(0.5, "refusal", seed=1),  # type: ignore[arg-type]
    )
    for make in makes:
        with pytest.raises(ValidationError):
            make()


# -- around a store --------------------------------------------------------------


def test_a_refused_save_changes_nothing() -> None:
    """The fault comes before the call; the next call is as always."""
    plan = faults.at(2, faults.Refusal(), on="save")
    store = faults.faulty(MemoryStore(), plan)
    first = store.save(a_thread())
    with pytest.raises(StoreUnavailableError, match="save was refused"):
        store.save(a_comment(first, "two"), op_id="op")
    assert len(store.history("q")) == 1
    assert store.operation("op") is None
    assert store.save(a_comment(first, "two"), op_id="op").version == 2
    assert len(plan.met) == 1


def test_a_save_whose_answer_is_lost_took_effect() -> None:
    """Repeated under its op id it counts once, as ``update`` does it by itself."""
    plan = faults.at(2, faults.LostAnswer(), on="save", times=2)
    store = faults.faulty(MemoryStore(), plan)
    first = store.save(a_thread())
    value = a_comment(first, "two")
    with pytest.raises(OutcomeUnknownError, match="answer of save was lost"):
        store.save(value)
    assert store.load("q") == value
    update(store, "q", lambda thread: a_comment(thread, "three"), op_id="op")
    assert len(plan.met) == 2
    assert len(store.history("q")) == 3


def test_a_lost_answer_may_have_been_an_error() -> None:
    """Whoever hears nothing does not hear of a conflict either."""
    store = faults.faulty(MemoryStore(), faults.at(2, faults.LostAnswer(), on="save"))
    store.save(a_thread("q", "one"))
    with pytest.raises(OutcomeUnknownError) as caught:
        store.save(a_thread("q", "two"))
    assert isinstance(caught.value.__cause__, VersionConflictError)


def test_a_fault_may_name_its_error_and_the_first_plan_decides() -> None:
    """A busy store, here, where another plan has a delay."""
    busy = faults.Refusal(lambda: StoreBusyError("busy"))
    lost = faults.LostAnswer(KeyError)
    delay = faults.at(1, faults.Delay(60))
    store = faults.faulty(MemoryStore(), faults.at(1, busy), faults.at(2, lost), delay)
    with pytest.raises(StoreBusyError):
        store.load("q")
    with pytest.raises(KeyError):
        store.save(a_thread())
    assert store.load("q").version == 1
    assert delay.calls == 3


def test_a_delayed_call_is_late() -> None:
    store = faults.faulty(MemoryStore(), faults.at(1, faults.Delay(0.05)))
    started = time.monotonic()
    with pytest.raises(NotFoundError):
        store.load("q")
    assert time.monotonic() - started >= 0.05


def test_a_faulty_store_is_as_able_as_the_one_behind_it(tmp_path: Path) -> None:
    """It can be asked what it can do, closed, and used as a context."""
    plan = faults.at(1, faults.Refusal(), on="find")
    with faults.faulty(SQLiteStore(tmp_path / "store.db"), plan) as store:
        for each in (ErasesUsers, ListsThreads, ReadsFeed, RemembersOperations):
            assert isinstance(store, each)
        store.save(a_thread())
        assert store.stats().threads == 1
        assert store.path == str(tmp_path / "store.db")
        assert repr(store) == f"faulty(SQLiteStore({store.path!r}))"

    class Small:
        """Neither lists nor remembers."""

        def __init__(self) -> None:
            store = MemoryStore()
            self.load, self.save = store.load, store.save

    small = faults.faulty(Small(), plan)
    for each in (ErasesUsers, ListsThreads, ReadsFeed, RemembersOperations):
        assert not isinstance(small, each)
    assert small.save(a_thread()).version == 1
    with pytest.raises(AttributeError, match="history"):
        small.history  # type: ignore[attr-defined]  # noqa: B018


class OnALoop:
    """A store for an event loop."""

    def __init__(self, store: MemoryStore | SQLiteStore) -> None:
        self.store = store

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        await asyncio.sleep(0)
        return self.store.save(thread, op_id=op_id)

    async def load(self, thread_id: str, version: int | None = None) -> Thread:
        return self.store.load(thread_id, version)

    async def __aenter__(self) -> "OnALoop":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.store.close()


def test_a_store_on_an_event_loop_fails_alike() -> None:
    """The same faults, and a delay lets others go on."""

    async def main() -> None:
        async with faults.faulty(
            OnALoop(MemoryStore()),
            faults.at(1, faults.Refusal(), on="save"),
            faults.at(2, faults.LostAnswer(), on="save"),
            faults.at(1, faults.Delay(0.05), on="load"),
        ) as store:
            with pytest.raises(StoreUnavailableError):
                await store.save(a_thread())
            with pytest.raises(OutcomeUnknownError):
                await store.save(a_thread())
            with pytest.raises(VersionConflictError):
                await store.save(a_thread("q", "other"))
            slow = asyncio.create_task(store.load("q"))
            ticks = 0
            while not slow.done():
                await asyncio.sleep(0.001)
                ticks += 1
            assert ticks > 5
            assert (await slow).version == 1

    asyncio.run(main())


# -- in the statements of SQLite -------------------------------------------------


@pytest.mark.parametrize("fault", [faults.Refusal(), faults.LostAnswer()], ids=repr)
def test_a_fault_at_any_statement_of_a_save_leaves_it_whole_or_absent(
    fault: faults.Fault, tmp_path: Path
) -> None:
    """Whether it is whole or absent is known, but for the commit's own answer."""
    for number in range(1, 60):
        plan = faults.at(number, fault)
        with faults.sqlite_statements(plan), plan.paused():
            store = SQLiteStore(tmp_path / f"{number}.db")
            value = comments(store.save(a_thread()), "one", "two", "three")
            before = dump(store, "q")
        with closing(store):
            try:
                store.save(value, op_id="op")
            except (OutcomeUnknownError, StoreUnavailableError) as error:
                commit = plan.met[0].operation == "COMMIT"
                lost = commit and isinstance(fault, faults.LostAnswer)
                assert isinstance(error, OutcomeUnknownError) is commit
                assert (dump(store, "q") != before) is lost
                assert store.save(value, op_id="op") == value
            else:
                break
    else:
        pytest.fail("no save went through")
    assert plan.met == ()
    # Among them are three events, each a row of one statement, and the commit.
    assert number > 8


def test_every_way_to_run_a_statement_is_a_call(tmp_path: Path) -> None:
    """Of the connection or of a cursor, one row or many, a script, or a commit."""
    plan = faults.Plan(lambda _: None)
    every = faults.Plan(lambda _: faults.Delay(0))
    with faults.sqlite_statements(plan, every):
        connection = sqlite3.connect(tmp_path / "any.db")
    with closing(connection):
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO  t\nVALUES (?)", [(1,), (2,)])
        cursor = connection.cursor()
        cursor.executemany("INSERT INTO t VALUES (:a)", [{"a": 3}])
        connection.commit()
        connection.executescript("DELETE FROM t WHERE a = 1; SELECT 1")
        assert cursor.execute("SELECT a FROM t").fetchall() == [(2,), (3,)]
    assert plan.calls == 7
    assert [each.operation for each in every.met] == [
        "CREATE TABLE t (a)",
        "INSERT INTO t VALUES (?)",
        "INSERT INTO t VALUES (?)",
        "INSERT INTO t VALUES (:a)",
        "COMMIT",
        "DELETE FROM t WHERE a = 1; SELECT 1",
        "SELECT a FROM t",
    ]


def test_a_fault_may_be_any_error_of_sqlite(tmp_path: Path) -> None:
    """As a full disk, at one of several rows."""
    full = faults.Refusal(faults.sqlite_error(sqlite3.SQLITE_FULL, "no space"))
    plan = faults.at(2, full, on="insert into events")
    with faults.sqlite_statements(plan):
        store = SQLiteStore(tmp_path / "store.db")
    with store:
        with pytest.raises(StoreUnavailableError, match="no space is left"):
            store.save(comments(a_thread(), "one", "two"))
        with pytest.raises(NotFoundError):
            store.load("q")
        assert store.save(comments(a_thread(), "one", "two")).version == 3
    with SQLiteStore(tmp_path / "store.db") as other:
        other.save(a_comment(other.load("q"), "three"))
    assert plan.calls == 5


# -- killed ----------------------------------------------------------------------


def killed(path: str, level: str, when: Literal["before", "after"], told: str) -> None:
    """Save under a plan that kills, in a child."""
    fault = faults.Kill(when)
    if level == "store":
        faults.faulty(SQLiteStore(path), faults.at(1, fault)).save(a_thread())
    elif level == "loop":
        on_a_loop = faults.faulty(OnALoop(SQLiteStore(path)), faults.at(1, fault))
        asyncio.run(on_a_loop.save(a_thread()))
    else:
        on = {"commit": "commit", "row": "insert into events"}[level]
        plan = faults.at(3 if level == "row" else 1, fault, on=on)
        with faults.sqlite_statements(plan), plan.paused():
            store = SQLiteStore(path)
        store.save(comments(a_thread(), "one", "two"))
    Path(told).touch()


@pytest.mark.parametrize(
    ("level", "when", "saved"),
    [
        ("store", "before", False),
        ("store", "after", True),
        ("loop", "before", False),
        ("loop", "after", True),
        ("row", "before", False),
        ("row", "after", False),
        ("commit", "before", False),
        ("commit", "after", True),
    ],
)
def test_a_process_that_kills_itself(
    level: str, when: str, saved: bool, nursery: Nursery, tmp_path: Path
) -> None:
    """It gets no further, and what it had saved is there."""
    path, told = tmp_path / "store.db", tmp_path / "told"
    ended = nursery.run(KILL, str(path), level, when, str(told))
    assert ended == -signal.SIGKILL
    assert not told.exists()
    with SQLiteStore(path) as store:
        assert (store.stats().threads == 1) is saved
        assert (store.stats().events > 0) is saved


# -- in the statements of SQLAlchemy ---------------------------------------------


@contextmanager
def url_of(driver: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give an empty database, on each server that is installed."""
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    if driver in ("psycopg", "asyncpg"):
        postgresql = request.getfixturevalue("postgresql")
        with postgresql.database() as name:
            yield postgresql.url(driver, name)
    elif driver in ("pymysql", "aiomysql"):
        mariadb = request.getfixturevalue("mariadb")
        with mariadb.database() as name:
            yield mariadb.url(driver, name)
    else:
        yield f"sqlite+{driver}:///{folder / 'any.db'}"


@pytest.fixture(params=["psycopg", "pymysql", "pysqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator["Engine"]:
    with url_of(request.param, request, tmp_path) as url:
        from sqlalchemy import create_engine

        engine = create_engine(url)
        yield engine
        engine.dispose()


def test_a_round_to_a_database_meets_its_fault(engine: "Engine") -> None:
    """As an error of the driver, which SQLAlchemy wraps; a lost answer ends it."""
    from sqlalchemy import exc, text

    refused = faults.at(2, faults.Refusal(), on="insert")
    lost = faults.at(2, faults.LostAnswer(), on="commit")
    every = faults.Plan(lambda _: faults.Delay(0))
    with faults.sqlalchemy_statements(engine, refused, lost, every):
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (a INTEGER)"))
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO t VALUES (1)"))
            with pytest.raises(exc.OperationalError, match="planted") as caught:
                connection.execute(text("INSERT INTO t VALUES (2)"))
            assert not caught.value.connection_invalidated
            connection.rollback()
            rows = [{"a": 3}, {"a": 4}]
            connection.execute(text("INSERT INTO t VALUES (:a)"), rows)
            with pytest.raises(exc.OperationalError, match="planted"):
                connection.commit()
    with engine.connect() as connection:
        found = connection.execute(text("SELECT a FROM t ORDER BY a")).scalars()
        assert list(found) == [3, 4]
    assert [str(each) for each in (*refused.met, *lost.met)] == [
        "INSERT INTO t VALUES (2) 2: Refusal(error=None)",
        "COMMIT 2: LostAnswer(error=None)",
    ]
    operations = [each.operation.partition(" VALUES")[0] for each in every.met]
    many = ["INSERT INTO t"] * operations.count("INSERT INTO t")
    assert 2 <= len(many) <= 3  # one round for many rows, or one for each


def test_a_fault_at_any_round_of_a_save_leaves_it_whole_or_absent(
    engine: "Engine",
) -> None:
    """Only a commit that is not answered leaves the store in doubt (S13)."""
    stores = import_module("qathread.stores.sqlalchemy")
    store = stores.SQLAlchemyStore(engine)
    store.create_all()
    for fault in (faults.Refusal(), faults.LostAnswer()):
        kind = type(fault).__name__
        for number in range(1, 60):
            name = f"{kind} {number}"
            value = comments(store.save(a_thread(name)), "one", "two")
            plan = faults.at(number, fault)
            with faults.sqlalchemy_statements(engine, plan):
                try:
                    store.save(value, op_id=name)
                except (OutcomeUnknownError, StoreUnavailableError) as error:
                    doubt = isinstance(error, OutcomeUnknownError)
                    assert doubt is (plan.met[0].operation == "COMMIT")
                else:
                    assert plan.met == ()
                    break
            lost = doubt and kind == "LostAnswer"
            assert len(store.history(name)) == (3 if lost else 1)
            assert store.save(value, op_id=name) == value
        else:
            pytest.fail("no save went through")
        assert number > 5


@pytest.mark.parametrize("driver", ["asyncpg", "aiomysql", "aiosqlite"])
def test_an_engine_on_an_event_loop_fails_alike(
    driver: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Through the store, and a delay lets others go on."""

    async def main(url: str) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine

        stores = import_module("qathread.stores.async_sqlalchemy")
        engine = create_async_engine(url)
        store = stores.AsyncSQLAlchemyStore(engine)
        await store.create_all()
        value = a_comment(await store.save(a_thread()), "two")
        refused = faults.at(2, faults.Refusal())
        lost = faults.at(1, faults.LostAnswer(), on="commit")
        late = faults.at(2, faults.Delay(0.05), on="commit")
        with faults.sqlalchemy_statements(engine, refused, lost, late):
            with pytest.raises(StoreUnavailableError, match="planted"):
                await store.save(value, op_id="op")
            with pytest.raises(OutcomeUnknownError, match="planted"):
                await store.save(value, op_id="op")
            slow = asyncio.create_task(store.save(value, op_id="op"))
            ticks = 0
            while not slow.done():
                await asyncio.sleep(0.001)
                ticks += 1
            assert ticks > 5
            assert await slow == value
        assert len(refused.met) == len(lost.met) == len(late.met) == 1
        assert len(await store.history("q")) == 2
        await engine.dispose()

    with url_of(driver, request, tmp_path) as url:
        asyncio.run(main(url))


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks the package is told which extra brings it."""
    name = "qathread.testing._faults_sqlalchemy"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingExtraError, match=r"qathread\[sqlalchemy\]"):
        import_module(name)
