"""A store inside the transaction of its host, and outside of any."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest

pytest.importorskip("django")

from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from qathread import UP, Body, Question, Thread, User, voting
from qathread.contrib.django.stores import DjangoStore
from qathread.errors import (
    NotFoundError,
    OperationReusedError,
    StoreBusyError,
    StoreCorruptError,
    StoreTooNewError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from qathread.stores import EraseMode, ThreadQuery, update, verify
from qathread.testing._samples import (
    ADA,
    START,
    a_comment,
    a_thread,
    a_vote,
    an_import,
    comments,
)
from qathread.testing._store_tests import assert_stored
from tests.django import _project
from tests.django.project.models import Topic
from tests.stores._servers import PostgreSQL


def write(alias: str, name: str) -> None:
    Topic.objects.using(alias).create(name=name)


def names(alias: str) -> list[str]:
    rows = Topic.objects.using(alias).order_by("name")
    return list(rows.values_list("name", flat=True))


class Undone(Exception):
    """What a host raises to undo its transaction."""


# -- all or nothing --------------------------------------------------------------


def test_the_host_commits_both(alias: str) -> None:
    """Others see the host's rows and the thread together, and no sooner."""
    store = DjangoStore(alias)

    def look() -> tuple[list[str], int]:
        return names(alias), len(DjangoStore(alias).feed())

    with transaction.atomic(using=alias):
        write(alias, "topic")
        saved = store.save(a_thread(), op_id="op")
        write(alias, "counter")
        with _project.in_a_thread(look) as found:
            pass
        assert found == [([], 0)]
    assert names(alias) == ["counter", "topic"]
    assert_stored(DjangoStore(alias).load("q"), saved)
    assert store.operation("op") == saved


def test_the_host_rolls_back_both(alias: str) -> None:
    """Nothing is left of either, nothing is at hand, and the op id is free."""
    store = DjangoStore(alias)
    first = store.save(a_thread())
    with pytest.raises(Undone), transaction.atomic(using=alias):
        write(alias, "topic")
        store.save(a_comment(store.load("q"), "undone"), op_id="op")
        store.save(a_thread("new"))
        assert len(store.feed()) == 3
        raise Undone
    assert names(alias) == []
    for each in (store, DjangoStore(alias)):
        assert_stored(each.load("q"), first)
        with pytest.raises(NotFoundError):
            each.load("new")
        assert each.operation("op") is None
        assert [entry.position for entry in each.feed()] == [1]
    store.save(a_comment(first, "another"), op_id="op")
    assert [entry.position for entry in store.feed()] == [1, 2]


def test_a_refused_save_leaves_the_transaction_usable(alias: str) -> None:
    """What the host wrote before and after is committed, the refused save is not."""
    store = DjangoStore(alias)
    first = store.save(a_thread())
    second = store.save(a_comment(first, "second"), op_id="op")
    with transaction.atomic(using=alias):
        write(alias, "before")
        with pytest.raises(VersionConflictError):
            store.save(a_comment(first, "late"), op_id="free")
        with pytest.raises(OperationReusedError):
            store.save(a_comment(second, "third"), op_id="op")
        with pytest.raises(ValidationError, match="1000 bytes"):
            store.save(a_thread("long" * 300), op_id="free")
        with pytest.raises(NotFoundError):
            store.load("none")
        write(alias, "after")
        third = store.save(a_comment(second, "third"), op_id="free")
    assert names(alias) == ["after", "before"]
    assert_stored(DjangoStore(alias).load("q"), third)


def test_a_part_of_the_host_can_be_undone(alias: str) -> None:
    """A savepoint of the host's own holds the store's too."""
    store = DjangoStore(alias)
    with transaction.atomic(using=alias):
        first = store.save(a_thread())
        with pytest.raises(Undone), transaction.atomic(using=alias):
            store.save(a_comment(first, "undone"))
            raise Undone
        assert_stored(store.load("q"), first)
        saved = store.save(a_comment(first, "kept"))
    assert_stored(DjangoStore(alias).load("q"), saved)


def test_many_saves_are_one_transaction(alias: str) -> None:
    """Snapshots, lists, searches and erasure work within it, too."""
    store = DjangoStore(alias)
    with transaction.atomic(using=alias):
        thread = store.save(comments(a_thread(), *map(str, range(30))))
        for number in range(20):
            thread = store.save(a_comment(thread, f"more {number}"))
        store.save(an_import("imported"))
        assert_stored(store.load("q"), thread)
        assert len(store.load("q", 7)) == 7
        assert len(store.history("q")) == 51
        found = store.find(ThreadQuery(participant_id="ada", text="because")).items
        assert {each.id for each in found} == {"q", "imported"}
        assert store.erase("ada", EraseMode.REDACT) == 2
        assert store.erase("ada", EraseMode.REDACT) == 0
    erased = DjangoStore(alias).load("q")
    assert erased.version == 51
    assert all("more" not in each.body.source for each in erased.comments)
    assert not verify(DjangoStore(alias)).differences


def test_a_broken_transaction_says_so(alias: str) -> None:
    """An error that was caught inside of it leaves nothing to save into."""
    store = DjangoStore(alias)
    refused = pytest.raises(StoreUnavailableError)
    with refused as caught, transaction.atomic(using=alias):
        write(alias, "topic")
        # What a caught error of an inner block without a savepoint leaves.
        transaction.set_rollback(True, using=alias)
        store.save(a_thread())
    assert "leave its atomic block" in str(caught.value)
    assert names(alias) == []
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":
            write(alias, "topic")
            with pytest.raises(IntegrityError), transaction.atomic(using=alias):
                write(alias, "topic")
        store.save(a_thread())
    assert store.load("q").version == 1


# -- beside others ---------------------------------------------------------------


@pytest.mark.parametrize("joined", [False, True])
def test_two_connections_race(postgresql: PostgreSQL, joined: bool) -> None:
    """Of all who save on one version one is taken, and the others are told (S8)."""
    alias = _project.postgresql(postgresql)
    racers = 4
    store = DjangoStore(alias)
    base = store.save(a_thread())
    for round in range(5):
        barrier = Barrier(racers)

        def race(number: int, base: Thread = base, barrier: Barrier = barrier) -> bool:
            changed = a_comment(base, f"by {number}")
            try:
                barrier.wait(30)
                if joined:
                    with transaction.atomic(using=alias):
                        write(alias, f"{base.version}.{number}")
                        store.save(changed)
                else:
                    store.save(changed)
            except VersionConflictError as error:
                assert error.actual == base.version + 1
                return False
            finally:
                connections[alias].close()
            return True

        with ThreadPoolExecutor(racers) as pool:
            assert sum(pool.map(race, range(racers))) == 1
        base = store.load("q")
        assert base.version == round + 2
    assert len(names(alias)) == (5 if joined else 0)
    assert not verify(DjangoStore(alias)).differences
    connections[alias].close()


def test_nothing_is_lost_where_many_vote(alias: str) -> None:
    """Updates from several connections all take effect, each once."""

    def vote(number: int) -> None:
        store = DjangoStore(alias, busy_timeout=60)
        by = User(id=f"u{number}")
        try:
            for _ in range(2):
                update(
                    store,
                    "q",
                    lambda thread: voting.cast(thread, "q.1", UP, by=by, at=START),
                    attempts=100,
                    op_id=f"vote of {by.id}",
                )
        finally:
            connections[alias].close()

    DjangoStore(alias).save(a_thread())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(vote, range(12)))
    store = DjangoStore(alias)
    assert store.load("q").score("q.1") == 12
    assert [entry.position for entry in store.feed()] == list(range(1, 14))
    assert not verify(store).differences


def test_a_save_waits_for_a_lock_and_says_when_it_waited_too_long(
    postgresql: PostgreSQL,
) -> None:
    """A host that keeps the thread's row makes others wait, not fail at once."""
    alias = _project.postgresql(postgresql)
    store = DjangoStore(alias, busy_timeout=0.2)
    first = store.save(a_thread())
    held, done = Event(), Event()

    def hold() -> str:
        with transaction.atomic(using=alias):
            DjangoStore(alias).save(a_comment(first, "held"))
            held.set()
            assert done.wait(60)
        return "committed"

    with _project.in_a_thread(hold) as found:
        assert held.wait(60)
        assert_stored(store.load("q"), first)  # readers do not wait
        with pytest.raises(StoreBusyError, match="raise busy_timeout"):
            store.save(a_comment(first, "late"))
        done.set()
    assert found == ["committed"]
    with pytest.raises(VersionConflictError):
        store.save(a_comment(first, "late"))
    connections[alias].close()


def test_a_snapshot_that_is_too_old_is_told(postgresql: PostgreSQL) -> None:
    """A host that repeats its reads cannot change what others changed since."""
    from psycopg import IsolationLevel

    level = IsolationLevel.REPEATABLE_READ
    alias = _project.postgresql(postgresql, isolation_level=level)
    store = DjangoStore(alias)
    first = store.save(a_thread())
    with transaction.atomic(using=alias):
        assert_stored(store.load("q"), first)

        def other() -> Thread:
            return DjangoStore(alias).save(a_comment(first, "second"))

        with _project.in_a_thread(other) as found:
            pass
        with pytest.raises(StoreBusyError, match="do all of it again"):
            store.save(a_comment(found[0], "third"))
        write(alias, "after")
    assert names(alias) == ["after"]
    assert_stored(store.load("q"), found[0])
    connections[alias].close()


def test_on_sqlite_a_reader_that_goes_on_to_save_may_be_told() -> None:
    """With IMMEDIATE it holds the lock from the start, and cannot be."""
    for mode in (None, "IMMEDIATE"):
        options = {} if mode is None else {"transaction_mode": mode}
        alias = _project.sqlite(timeout=0.5, **options)
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = wal")
        store = DjangoStore(alias, busy_timeout=0.5)
        first = store.save(a_thread())

        def other(alias: str = alias, first: Thread = first) -> Thread:
            return DjangoStore(alias, busy_timeout=0).save(a_comment(first, "other"))

        with transaction.atomic(using=alias):
            store.load("q")
            with _project.in_a_thread(other) as found:
                pass
            if mode is None:
                with pytest.raises(StoreBusyError, match="atomic block"):
                    store.save(a_comment(first, "mine"))
            else:
                assert isinstance(found[0], StoreBusyError)
                store.save(a_comment(first, "mine"))
        last = store.load("q").comments[-1].body.source
        assert last == ("other" if mode is None else "mine")
        connections[alias].close()


def test_on_sqlite_calls_of_their_own_choose_how_to_begin() -> None:
    """A reader never waits for a writer, whatever the host chose for itself."""
    alias = _project.sqlite(timeout=0.2, transaction_mode="IMMEDIATE")
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = wal")
    first = DjangoStore(alias).save(a_thread())
    with transaction.atomic(using=alias):
        found = _project.in_new_connection(alias, lambda: DjangoStore(alias).load("q"))
    assert found == first
    connection: Any = connections[alias]
    assert connection.transaction_mode == "IMMEDIATE"
    connections[alias].close()


# -- what fails ------------------------------------------------------------------


def test_an_unknown_database_is_refused() -> None:
    with pytest.raises(ValidationError, match="'default'"):
        DjangoStore("none")
    with pytest.raises(ValidationError, match="seconds"):
        DjangoStore(busy_timeout=-1)


def test_another_kind_of_database_is_refused() -> None:
    alias = _project.add_database(ENGINE="django.db.backends.dummy")
    with pytest.raises(ValidationError, match="PostgreSQL or SQLite"):
        DjangoStore(alias)


def test_missing_tables_are_told(postgresql: PostgreSQL) -> None:
    here = _project.add_database(
        ENGINE="django.db.backends.sqlite3", NAME=str(_project.FOLDER / "bare.db")
    )
    for alias in (here, _project.bare_postgresql(postgresql)):
        with pytest.raises(StoreUnavailableError, match="migrate qathread"):
            DjangoStore(alias).load("q")
        connections[alias].close()


def test_newer_tables_are_refused(alias: str) -> None:
    DjangoStore(alias).save(a_thread())
    connections[alias].close()
    with connections[alias].cursor() as cursor:
        cursor.execute("UPDATE qathread_settings SET value = '2' WHERE name = 'schema'")
    with pytest.raises(StoreTooNewError, match="upgrade"):
        _project.in_new_connection(alias, lambda: DjangoStore(alias).load("q"))


def test_damage_is_told(alias: str) -> None:
    DjangoStore(alias).save(a_thread())
    with connections[alias].cursor() as cursor:
        cursor.execute("UPDATE qathread_events SET body = %s", [b"{"])
    with pytest.raises(StoreCorruptError):
        DjangoStore(alias).load("q")
    with pytest.raises(StoreCorruptError):
        DjangoStore(alias).feed()


def test_a_lost_server_is_told_and_met_again(postgresql: PostgreSQL) -> None:
    """The next call takes a new connection, without a request in between."""
    alias = _project.postgresql(postgresql)
    store = DjangoStore(alias)
    saved = store.save(a_thread())
    name = connections[alias].settings_dict["NAME"]
    assert postgresql.terminate_backends(str(name)) == 1
    with pytest.raises(StoreUnavailableError, match="nothing was saved"):
        store.load("q")
    assert_stored(store.load("q"), saved)
    connections[alias].close()


def test_a_server_that_does_not_answer_is_told(postgresql: PostgreSQL) -> None:
    alias = _project.add_database(
        ENGINE="django.db.backends.postgresql",
        NAME="none",
        USER="postgres",
        HOST="127.0.0.1",
        PORT=postgresql.port,
    )
    with pytest.raises(StoreUnavailableError, match="see to the server"):
        DjangoStore(alias).load("q")


def test_a_file_that_is_no_database_is_told() -> None:
    path = _project.FOLDER / "noise.db"
    path.write_bytes(b"noise " * 1000)
    alias = _project.add_database(ENGINE="django.db.backends.sqlite3", NAME=str(path))
    with pytest.raises(StoreCorruptError, match="restore"):
        DjangoStore(alias).load("q")
    connections[alias].close()


# -- statements ------------------------------------------------------------------


def test_the_number_of_statements_does_not_depend_on_the_posts(alias: str) -> None:
    """Loading, saving, listing and telling the history, with 3 and with 300 posts."""
    few, many = _counts(alias, 3), _counts(alias, 300)
    # A thread of more than 16 events has a snapshot, which is one statement more.
    assert all(b <= a + 1 for a, b in zip(few, many, strict=True)), (few, many)
    assert max(many) <= 14, many


def _counts(alias: str, posts: int) -> list[int]:
    """Return how many statements each call makes on a thread of so many posts."""
    name, store = f"t{posts}", DjangoStore(alias)
    thread = store.save(comments(a_thread(name), *map(str, range(posts))))
    calls: list[Callable[[], object]] = [
        lambda: DjangoStore(alias).load(name),
        lambda: store.history(name),
        lambda: store.find(ThreadQuery(text="because")),
        lambda: store.feed(limit=200),
        lambda: DjangoStore(alias).save(a_vote(thread, "li")),
    ]
    found = []
    for call in calls:
        with CaptureQueriesContext(connections[alias]) as queries:
            call()
        found.append(len(queries))
    return found


# -- another program -------------------------------------------------------------


def test_sqlalchemy_reads_and_writes_the_same_tables(alias: str) -> None:
    """What one of the two stores wrote, the other one keeps the promises of."""
    pytest.importorskip("sqlalchemy")
    from sqlalchemy import create_engine

    from qathread.stores.sqlalchemy import SQLAlchemyStore

    settings = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        url = f"sqlite:///{settings['NAME']}"
    else:
        at = f"postgres@127.0.0.1:{settings['PORT']}/{settings['NAME']}"
        url = f"postgresql+psycopg://{at}"
    engine = create_engine(url)
    try:
        ours, theirs = DjangoStore(alias), SQLAlchemyStore(engine)
        first = ours.save(comments(a_thread(), *map(str, range(40))), op_id="op")
        second = theirs.save(a_comment(first, "second"))
        text = Body(source="long " * 60_000)  # which SQLAlchemyStore keeps in parts
        question = Question(id="1", author_id="ada", body=text, title="Long")
        imported = Thread.from_parts(id="long", question=question, users=(ADA,))
        long = theirs.save(imported)
        assert_stored(ours.load("long"), long)
        assert_stored(ours.save(long), long)
        assert_stored(ours.load("q"), second)
        third = ours.save(a_comment(second, "third"))
        assert_stored(theirs.load("q"), third)
        assert theirs.operation("op") == first
        assert ours.erase("ada", "redact") == 2
        for store in (DjangoStore(alias), SQLAlchemyStore(engine)):
            report = verify(store)
            assert (report.threads, report.events) == (2, 44)
            assert not report.differences
        assert ours.find(ThreadQuery(text="long")).items == ()
    finally:
        engine.dispose()


# -- migrations ------------------------------------------------------------------


def test_migrations_go_back_and_forth_with_data(alias: str) -> None:
    store = DjangoStore(alias)
    saved = store.save(a_thread())
    connection = connections[alias]

    def tables() -> set[str]:
        return {
            name
            for name in connection.introspection.table_names()
            if name.startswith("qathread_")
        }

    before = tables()
    call_command("migrate", "qathread", "zero", database=alias, verbosity=0)
    assert tables() == set()
    with pytest.raises(StoreUnavailableError):
        store.load("q")
    call_command("migrate", database=alias, verbosity=0)
    assert tables() == before
    again = DjangoStore(alias)
    with pytest.raises(NotFoundError):
        again.load("q")
    again.save(a_thread())
    assert again.load("q") == saved
    assert [each.id for each in again.find(ThreadQuery(text="because")).items] == ["q"]


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "qathread", check=True, dry_run=True, verbosity=0)
    call_command("check", "qathread", fail_level="WARNING")


def test_keys_compare_by_code_point_and_words_have_an_index(
    postgresql: PostgreSQL,
) -> None:
    alias = _project.postgresql(postgresql)
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE table_name LIKE 'qathread%%' AND data_type = 'text'"
            " AND column_name LIKE '%%id' AND collation_name IS DISTINCT FROM 'C'"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%%text_pattern_ops%%'"
            " AND indexname LIKE 'qathread%%'"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT thread_id FROM qathread_searched WHERE"
            " to_tsvector('simple', words) @@ to_tsquery('simple', 'wtea')"
        )
        plan = str(cursor.fetchall())
    assert "qathread_searched_words" in plan
    connections[alias].close()


def test_without_fts5_a_search_reads_all_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SQLite that was built without it keeps the promises of searches, too."""
    from qathread.contrib.django.migrations import _search

    monkeypatch.setattr(_search, "_has_fts5", lambda connection: False)
    alias = _project.add_database(
        ENGINE="django.db.backends.sqlite3", NAME=str(_project.FOLDER / "plain.db")
    )
    call_command("migrate", "qathread", database=alias, verbosity=0)
    store = DjangoStore(alias)
    store.save(a_thread())
    store.save(comments(a_thread("tea"), "hot tea"))
    query = "SELECT 1 FROM sqlite_master WHERE name LIKE 'qathread_search%'"
    with sqlite3.connect(_project.FOLDER / "plain.db") as file:
        assert [row for row in file.execute(query + " AND type = 'trigger'")] == []
    file.close()
    found = store.find(ThreadQuery(text="tea hot")).items
    assert [each.id for each in found] == ["tea"]
    assert store.find(ThreadQuery(text="te")).items == ()
    call_command("migrate", "qathread", "zero", database=alias, verbosity=0)
    connections[alias].close()
