"""What the SQLite store promises beside the contract: files, errors, threads, forks."""

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest

from qathread import Thread
from qathread.errors import (
    OutcomeUnknownError,
    QathreadError,
    StoreBusyError,
    StoreCorruptError,
    StoreTooNewError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from qathread.events import replay
from qathread.stores import SQLiteStore, ThreadQuery, ThreadStatus, update
from qathread.stores._sqlite_file import wal_advice
from qathread.stores._summaries import summarise
from qathread.stores.sqlite import Journal
from qathread.testing._samples import (
    a_comment,
    a_thread,
    a_thread_of,
    an_import,
    comments,
    dump,
)

NOBODY = 65534
GOLDEN = Path(__file__).parents[1] / "golden" / "stores"
ALL: frozenset[ThreadStatus] = frozenset()
journals = pytest.mark.parametrize("journal", get_args(Journal))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def filled(path: Path, *, journal: Journal = "wal") -> Thread:
    """Make a store with one thread of a few versions, and return the thread."""
    with SQLiteStore(path, journal=journal) as store:
        return store.save(comments(a_thread(), "one", "two"), op_id="op")


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file beside the store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


# -- opening ---------------------------------------------------------------------


def test_a_path_that_cannot_be_opened_keeps_its_os_error(tmp_path: Path) -> None:
    """A caller handles a missing folder as with any other file."""
    file = tmp_path / "file"
    file.write_bytes(b"text")
    for path, error in (
        (tmp_path / "none" / "store.db", FileNotFoundError),
        (tmp_path, IsADirectoryError),
        (file / "store.db", NotADirectoryError),
    ):
        with pytest.raises(error) as caught:
            SQLiteStore(path)
        assert caught.value.filename == str(path)
        assert not isinstance(caught.value, QathreadError)


@pytest.mark.parametrize("content", [b"not a database " * 100, b"short", b"\0" * 5000])
def test_a_file_that_is_no_database_is_refused(path: Path, content: bytes) -> None:
    """What is not ours is left as it is."""
    path.write_bytes(content)
    with pytest.raises(StoreCorruptError, match=r"store\.db"):
        SQLiteStore(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE t (a)", "PRAGMA user_version = 7", "PRAGMA application_id = 5"],
)
def test_a_database_of_something_else_is_refused(path: Path, statement: str) -> None:
    """Tables of another program are not mixed with ours."""
    with raw(path) as connection:
        connection.execute(statement)
    content = path.read_bytes()
    with pytest.raises(StoreCorruptError, match="none of this library"):
        SQLiteStore(path)
    assert path.read_bytes() == content


@journals
def test_a_newer_store_is_refused_and_left_alone(path: Path, journal: Journal) -> None:
    """An older release must not write what it does not understand (S15)."""
    filled(path, journal=journal)
    with raw(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    content = path.read_bytes()
    for again in get_args(Journal):
        with pytest.raises(StoreTooNewError, match="version 99"):
            SQLiteStore(path, journal=again)
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    """As the ones that tempfile makes."""
    path.touch()
    thread = filled(path)
    with SQLiteStore(path) as store:
        assert store.load("q") == thread


@pytest.mark.parametrize(
    "options",
    [
        {"path": ":memory:"},
        {"path": ""},
        {"path": "a\0b"},
        {"path": 5},
        {"journal": "memory"},
        {"durability": "none"},
        {"durability": "may-lose-saves-on-power-loss", "journal": "delete"},
        {"busy_timeout": -1},
        {"busy_timeout": float("nan")},
        {"busy_timeout": True},
        {"busy_timeout": "5"},
    ],
)
def test_options_that_make_no_sense_are_refused(
    path: Path, options: dict[str, Any]
) -> None:
    """And nothing is made at that path."""
    with pytest.raises(ValidationError):
        SQLiteStore(**{"path": path, **options})
    assert not path.exists()


def test_a_relative_path_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread's connection, opened after a change of folder, finds the file."""
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    with SQLiteStore("store.db") as store, ThreadPoolExecutor(1) as pool:
        store.save(a_thread())
        monkeypatch.chdir(tmp_path / "other")
        assert pool.submit(store.load, "q").result() == store.load("q")
        assert store.path == str(tmp_path / "store.db")
        assert repr(store) == f"SQLiteStore({store.path!r})"


@journals
def test_processes_that_open_one_new_file_at_once_agree(
    path: Path, journal: Journal
) -> None:
    """Whoever is second finds the store that the first one made."""
    barrier = threading.Barrier(8)

    def open_and_save(number: int) -> Thread:
        barrier.wait()
        with SQLiteStore(path, journal=journal) as store:
            return store.save(a_thread(str(number)))

    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(open_and_save, range(8)))
    with SQLiteStore(path, journal=journal) as store:
        assert [store.load(thread.id) for thread in saved] == saved


@pytest.mark.parametrize(
    ("options", "journal", "synchronous"),
    [
        ({}, "wal", 2),
        ({"journal": "delete"}, "delete", 3),
        ({"durability": "may-lose-saves-on-power-loss"}, "wal", 1),
    ],
)
def test_durability_is_what_was_asked_for(
    path: Path, options: dict[str, Any], journal: str, synchronous: int
) -> None:
    """FULL for WAL; without it EXTRA, as FULL does not sync the folder."""
    for _ in range(2):
        with SQLiteStore(path, **options) as store:
            execute = store._held().connection.execute
            assert execute("PRAGMA journal_mode").fetchone() == (journal,)
            assert execute("PRAGMA synchronous").fetchone() == (synchronous,)
            assert execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_the_journal_can_be_changed_later(path: Path) -> None:
    """What one journal wrote, the other one reads."""
    thread = filled(path)
    for journal in ("delete", "wal", "delete"):
        with SQLiteStore(path, journal=journal) as store:
            thread = store.save(a_comment(store.load("q"), journal))
            assert store.load("q") == thread


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 44, 9), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((4, 0, 0), False),
    ],
)
def test_the_wal_fault_is_told(version: tuple[int, int, int], affected: bool) -> None:
    """Once, as advice; the other journal does not have it."""
    advice = wal_advice("wal", version)
    assert (advice is not None) is affected
    assert advice is None or ".".join(map(str, version)) in advice
    assert wal_advice("delete", version) is None


def test_a_store_has_the_advice_for_its_sqlite(path: Path) -> None:
    """A warning would stop programs that turn warnings into errors."""
    advice = wal_advice("wal", sqlite3.sqlite_version_info)
    with SQLiteStore(path) as store:
        assert store.advice == (() if advice is None else (advice,))
    with SQLiteStore(path, journal="delete") as store:
        assert store.advice == ()


# -- locks -----------------------------------------------------------------------


def test_a_store_that_stays_locked_says_so(path: Path) -> None:
    """Readers go on; a writer waits as long as it was told, then says so (S12)."""
    thread = filled(path)
    with SQLiteStore(path, busy_timeout=0.1) as store, raw(path) as other:
        value = a_comment(store.load("q"), "three")
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(StoreBusyError, match=r"0\.1 s"):
            store.save(value, op_id="busy")
        assert 0.05 < time.monotonic() - started < 2
        assert store.load("q") == thread
        other.execute("ROLLBACK")
        assert store.save(value, op_id="busy").version == 4


def test_a_locked_rollback_journal_says_so_to_readers_too(path: Path) -> None:
    """Without WAL a writer that commits keeps everybody out."""
    filled(path, journal="delete")
    with (
        SQLiteStore(path, journal="delete", busy_timeout=0.05) as store,
        raw(path) as other,
    ):
        value = a_comment(store.load("q"), "three")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusyError):
            store.load("q")
        with pytest.raises(StoreBusyError):
            store.save(value)
        other.execute("ROLLBACK")
        # A reader keeps the commit out; nothing of the save is there then.
        other.execute("BEGIN")
        other.execute("SELECT * FROM threads").fetchall()
        with pytest.raises(StoreBusyError):
            store.save(value)
        other.execute("ROLLBACK")
        assert store.load("q").version == 3
        assert store.save(value).version == 4


@journals
def test_a_short_lock_is_waited_for(path: Path, journal: Journal) -> None:
    """Nobody sees an error where waiting helps (S12)."""
    filled(path, journal=journal)
    with SQLiteStore(path, journal=journal) as store, raw(path) as other:
        value = a_comment(store.load("q"), "three")
        other.execute("BEGIN EXCLUSIVE")
        with ThreadPoolExecutor(1) as pool:
            saved = pool.submit(store.save, value)
            time.sleep(0.3)
            assert not saved.done()
            other.execute("ROLLBACK")
            assert saved.result().version == 4


# -- damage ----------------------------------------------------------------------


def test_a_damaged_page_is_told_or_does_not_matter(path: Path) -> None:
    """Every page in turn: what comes back is right, or it is an error (S13)."""
    with SQLiteStore(path, journal="delete") as store:
        for thread_id in ("q", "r"):
            thread = store.save(a_thread(thread_id), op_id=thread_id)
            for number in range(30):
                thread = store.save(a_comment(thread, f"{number} " * 40))
        before = dump(store, "q", "r")
    whole = path.read_bytes()
    size = 4096
    refused = 0
    for start in range(0, len(whole), size):
        page = bytes(byte ^ 0xFF for byte in whole[start : start + size])
        path.write_bytes(whole[:start] + page + whole[start + size :])
        try:
            with SQLiteStore(path, journal="delete") as store:
                assert dump(store, "q", "r") == before
                assert store.operation("q") is not None
        except StoreCorruptError:
            refused += 1
    assert refused > len(whole) // size // 2


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE events SET body = x'7b7d' WHERE version = 2", StoreCorruptError),
        ("UPDATE events SET body = x'ff' WHERE version = 2", StoreCorruptError),
        ("DELETE FROM events WHERE version = 2", StoreCorruptError),
        ("DELETE FROM events WHERE version = 3", StoreCorruptError),
        ("UPDATE events SET version = 4 WHERE version = 3", StoreCorruptError),
        ("UPDATE threads SET version = 9", StoreCorruptError),
        ("INSERT INTO snapshots VALUES ('q', 3, x'7b7d')", StoreCorruptError),
        ("DROP TABLE events", StoreCorruptError),
        (
            "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), "
            "'\"qathread\":1', '\"qathread\":99') AS BLOB) WHERE version = 2",
            StoreTooNewError,
        ),
    ],
)
def test_what_cannot_be_read_back_is_told(
    path: Path, statement: str, error: type[QathreadError]
) -> None:
    """An event of a newer release is no damage; everything else is."""
    filled(path)
    with raw(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    with SQLiteStore(path) as store, pytest.raises(error):
        store.load("q")


# -- erasure ---------------------------------------------------------------------


@journals
def test_an_old_copy_meets_a_pseudonym_of_another_key(
    path: Path, journal: Journal
) -> None:
    """It cannot be told to be the same: it is a conflict, and brings nobody back."""
    old = an_import()
    with SQLiteStore(path, journal=journal) as store:
        saved = store.save(old)
        assert store.save(old) == saved
        [who] = saved.users
        assert store.erase(who, "pseudonymise", key=b"sixteen bytes or more") == 1
        before = dump(store, "q")
        for _ in range(2):
            with pytest.raises(VersionConflictError):
                store.save(old)
        assert dump(store, "q") == before
        assert who not in store.load("q").users


# -- faults ----------------------------------------------------------------------


class Failing(sqlite3.Connection):
    """Fails at one statement; a class per test holds when and how."""

    countdown = -1
    failure: Callable[[], BaseException]

    def _step(self) -> None:
        cls = type(self)
        cls.countdown -= 1
        if cls.countdown == 0:
            raise cls.failure()

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        self._step()
        return super().execute(sql, *parameters)

    def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        self._step()
        return super().executemany(sql, *parameters)


def failing_with(
    monkeypatch: pytest.MonkeyPatch, failure: Callable[[], BaseException]
) -> type[Failing]:
    """Let stores connect through a class that fails when its countdown ends."""
    cls = type("FailingOnce", (Failing,), {"failure": staticmethod(failure)})
    connect = sqlite3.connect

    def connect_failing(path: str, **options: Any) -> sqlite3.Connection:
        return connect(path, factory=cls, **options)

    monkeypatch.setattr(sqlite3, "connect", connect_failing)
    return cls


def coded(code: int) -> Callable[[], sqlite3.Error]:
    def failure() -> sqlite3.Error:
        error = sqlite3.OperationalError("planted")
        error.sqlite_errorcode = code
        return error

    return failure


@journals
@pytest.mark.parametrize("kept", [True, False])
def test_a_fault_at_any_statement_changes_nothing(
    path: Path, journal: Journal, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing, also for an interrupt; the next save works (S4, S7)."""
    failing = failing_with(monkeypatch, KeyboardInterrupt)
    with SQLiteStore(path, journal=journal) as store:
        thread = store.save(comments(a_thread(), *map(str, range(15))))
        value = comments(thread, "a", "b", "c")  # a snapshot is due with these
        before = dump(store, "q")
        for statement in range(1, 30):
            if not kept:
                store._held().folds.clear()
            failing.countdown = statement
            try:
                saved = store.save(value, op_id="op")
            except KeyboardInterrupt:
                failing.countdown = -1
                assert dump(store, "q") == before
                assert store.operation("op") is None
            else:
                failing.countdown = -1
                break
        else:
            pytest.fail("no save went through")
        assert statement > 5
        assert saved == value
        with raw(path) as connection:
            rows = connection.execute("SELECT version FROM snapshots").fetchall()
        assert rows == [(19,)]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlite3.SQLITE_BUSY, StoreBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusyError),
        (sqlite3.SQLITE_LOCKED, StoreBusyError),
        (sqlite3.SQLITE_FULL, StoreUnavailableError),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreUnavailableError),
        (sqlite3.SQLITE_IOERR_READ, StoreUnavailableError),
        (sqlite3.SQLITE_NOMEM, StoreUnavailableError),
        (sqlite3.SQLITE_CORRUPT_VTAB, StoreCorruptError),
        (sqlite3.SQLITE_NOTADB, StoreCorruptError),
    ],
)
def test_errors_of_the_driver_never_leak(
    path: Path,
    code: int,
    error: type[QathreadError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each has a name of ours, says which file, and keeps its cause (S13)."""
    failing = failing_with(monkeypatch, coded(code))
    with SQLiteStore(path) as store:
        store.save(a_thread())
        value = a_comment(store.load("q"), "text")
        for use in (
            lambda: store.load("q"),
            lambda: store.history("q"),
            lambda: store.save(value),
            lambda: store.operation("op"),
        ):
            failing.countdown = 4  # the transaction has begun
            with pytest.raises(error, match=r"store\.db") as caught:
                use()
            assert isinstance(caught.value.__cause__, sqlite3.Error)
        assert store.save(value).version == 2


def test_a_failed_commit_says_that_its_outcome_is_open(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same op id again settles it (S13)."""
    failing = failing_with(monkeypatch, coded(sqlite3.SQLITE_IOERR_FSYNC))
    with SQLiteStore(path) as store:
        value = a_comment(store.save(a_thread()), "text")
        failing.countdown = 1_000
        store.save(value, op_id="first")
        commit = 1_000 - failing.countdown  # the last statement of a save
        value = a_comment(store.load("q"), "more")
        failing.countdown = commit
        with pytest.raises(OutcomeUnknownError, match="same op id"):
            store.save(value, op_id="second")
        assert store.save(value, op_id="second").version == 3
        assert len(store.history("q")) == 3


def test_a_full_disk_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed is there, and after space returns all goes on (S13)."""
    connect = sqlite3.connect

    def connect_small(path: str, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, **options)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    filled(path)
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_small)
        with SQLiteStore(path) as store:
            before = dump(store, "q")
            value = a_comment(store.load("q"), "x" * 9_999)
            for number in range(20):
                value = a_comment(value, f"{number} " * 3_000)
            with pytest.raises(StoreUnavailableError, match="no space"):
                store.save(value, op_id="full")
            assert dump(store, "q") == before
    with SQLiteStore(path) as store:
        assert dump(store, "q") == before
        assert store.save(value, op_id="full") == value


def in_a_child(work: Callable[[], None], user: int | None = None) -> None:
    """Run *work* in a forked process, as another user if we may become one."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if user is not None and os.geteuid() == 0:
                os.setgid(user)
                os.setuid(user)
            work()
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_file_that_may_only_be_read() -> None:
    """It can be read; saving says what is wrong (S13)."""
    folder = Path(tempfile.mkdtemp())  # others may not enter pytest's own
    try:
        path = folder / "store.db"
        thread = filled(path, journal="delete")
        unreadable = folder / "secret.db"
        shutil.copy(path, unreadable)
        unreadable.chmod(0)
        path.chmod(0o444)
        folder.chmod(0o555)

        def work() -> None:
            for journal in get_args(Journal):
                with SQLiteStore(path, journal=journal) as store:
                    assert store.load("q") == thread
                    with pytest.raises(StoreUnavailableError, match="only be read"):
                        store.save(a_comment(thread, "three"))
                    assert store.load("q") == thread
            for closed in (unreadable, folder / "new.db"):
                with pytest.raises(PermissionError):
                    SQLiteStore(closed)

        in_a_child(work, NOBODY)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


# -- threads, forks, files -------------------------------------------------------


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


@journals
def test_many_threads_share_one_store(path: Path, journal: Journal) -> None:
    """Every change of every thread is there once (S14)."""
    with SQLiteStore(path, journal=journal, busy_timeout=30) as store:
        store.save(a_thread())

        def write(name: str) -> None:
            for number in range(5):

                def change(thread: Thread, text: str = f"{name} {number}") -> Thread:
                    return a_comment(thread, text)

                update(store, "q", change)

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(write, map(str, range(16))))
        texts = {comment.body.source for comment in store.load("q").comments}
        assert len(texts) == 80
        assert store.load("q").version == 81
        assert replay(store.history("q")) == store.load("q")


def test_no_file_stays_open(path: Path) -> None:
    """Neither after closing nor after the end of a thread (S17)."""
    filled(path)
    before = open_files()
    for _ in range(200):
        SQLiteStore(path).close()
    assert open_files() == before
    with SQLiteStore(path) as store:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(store.load, ["q"] * 16))
        ours = open_files()
        for _ in range(20):
            thread = threading.Thread(target=store.load, args=("q",))
            thread.start()
            thread.join()
        assert open_files() <= ours + 1
    assert open_files() == before
    SQLiteStore(path).load("q")  # dropped, not closed
    assert open_files() == before


def test_a_store_that_could_not_be_opened_leaves_no_file_open(path: Path) -> None:
    """However often a program tries."""
    path.write_bytes(b"not a database" * 100)
    before = open_files()
    for _ in range(50):
        with pytest.raises(StoreCorruptError):
            SQLiteStore(path)
    assert open_files() == before


@journals
def test_closing_reaches_the_connections_of_all_threads(
    path: Path, journal: Journal
) -> None:
    """Whoever is at work meets a closed store, and no other error (S17)."""
    before = open_files()
    store = SQLiteStore(path, journal=journal, busy_timeout=30)
    store.save(a_thread())
    started = threading.Barrier(5)

    def change(thread: Thread) -> Thread:
        return a_comment(thread, "text")

    def write() -> QathreadError:
        started.wait()
        try:
            while True:
                update(store, "q", change)
        except QathreadError as error:
            return error

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(write) for _ in range(4)]
        started.wait()
        time.sleep(0.1)
        store.close()
        ends = {type(each.result()).__name__ for each in running}
    assert ends == {"StoreClosedError"}
    assert open_files() == before
    with SQLiteStore(path, journal=journal) as again:
        assert replay(again.history("q")) == again.load("q")


@journals
def test_a_forked_process_opens_connections_of_its_own(
    path: Path, journal: Journal
) -> None:
    """Neither disturbs the other (S14)."""
    with SQLiteStore(path, journal=journal) as store:
        thread = store.save(a_thread())
        inherited = store._held().connection

        def work() -> None:
            assert store.load("q") == thread
            store.save(a_comment(thread, "child"))
            assert store._held().connection is not inherited
            store.close()
            assert inherited.total_changes  # it would raise if it had been closed

        in_a_child(work)
        with pytest.raises(QathreadError):
            store.save(a_comment(thread, "parent"))
        saved = store.save(a_comment(store.load("q"), "parent"))
        texts = [comment.body.source for comment in saved.comments]
        assert texts == ["child", "parent"]
    with raw(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# -- snapshots -------------------------------------------------------------------


def test_snapshots_are_few_and_never_disagree(path: Path) -> None:
    """A large thread is not written again with each change to it."""
    versions = set()
    with SQLiteStore(path) as store, raw(path) as connection:
        thread = store.save(a_thread_of("q", "x" * 40_000))
        for number in range(250):
            thread = store.save(a_comment(thread, f"number {number}"))
            row = connection.execute("SELECT version FROM snapshots").fetchone()
            versions.add(row)
    assert None in versions  # a short history needs none
    assert 3 <= len(versions) <= 6
    with SQLiteStore(path) as store:
        assert store.load("q") == thread
        assert store.load("q", 200) == replay(store.history("q")[:200])
        (last,) = max(version for version in versions if version)
        for version in (last - 1, last, last + 1, 1, 251):
            assert store.load("q", version).version == version


def test_what_was_rewritten_in_place_is_read_again(path: Path) -> None:
    """Erasure rewrites events; a fold kept at hand must not bring them back."""
    with SQLiteStore(path) as store, raw(path) as connection:
        store.save(a_thread("q", "before"))
        connection.execute(
            "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'before', "
            "'after') AS BLOB)"
        )
        connection.execute("UPDATE threads SET rewrites = rewrites + 1")
        assert store.load("q").question.title == "after"


def test_only_the_last_few_threads_are_kept_at_hand(path: Path) -> None:
    """Memory does not grow with the number of threads seen."""
    with SQLiteStore(path, durability="may-lose-saves-on-power-loss") as store:
        for number in range(30):
            store.save(a_thread(str(number)))
        assert len(store._held().folds) == 8
        for number in range(30):
            assert store.load(str(number)) == a_thread(str(number))
        assert set(store._held().folds) == set(map(str, range(22, 30)))


# -- older releases --------------------------------------------------------------


def test_a_store_of_an_older_release_is_brought_up_to_date(
    path: Path, tmp_path: Path
) -> None:
    """Everything is there, and lists and searches know it (S15)."""
    shutil.copy(GOLDEN / "sqlite-1.db", path)
    with SQLiteStore(path) as store:
        found = {each.id: each for each in store.find(ThreadQuery(lacking=ALL)).items}
        assert set(found) == {"q", "imported", "naughty", "deleted"}
        for thread_id, listed in found.items():
            events = store.history(thread_id)
            assert replay(events) == store.load(thread_id)
            assert listed == summarise(events, store.load(thread_id))
        assert found["q"].accepted and found["q"].comments == 25
        [naughty] = store.find(ThreadQuery(text="it's c++")).items
        assert naughty.id == "naughty"
        assert len(store.feed(limit=200)) == 33
        answer = store.operation("accept")
        assert answer is not None and answer.version == 29
        assert store.save(a_comment(answer, "later")).version == 30
    with SQLiteStore(path) as store:
        assert store.load("q").version == 30


@journals
def test_an_interrupted_migration_leaves_the_old_store(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration fails at any statement: the next one finds all there (S15)."""
    shutil.copy(GOLDEN / "sqlite-1.db", path)
    failing = failing_with(monkeypatch, KeyboardInterrupt)
    statement = 0
    while True:
        statement += 1
        failing.countdown = statement
        try:
            SQLiteStore(path, journal=journal).close()
        except KeyboardInterrupt:
            with raw(path) as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
            assert version == 1
        else:
            break
    failing.countdown = -1
    assert statement > 100
    with SQLiteStore(path) as store:
        assert store.load("q").version == 29
        assert len(store.find(ThreadQuery()).items) == 3
