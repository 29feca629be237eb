"""What looks after a SQLite file: figures, checks, copies, and compacting."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from qathread import User, erasure
from qathread.errors import StoreBusyError, StoreClosedError
from qathread.stores import SQLiteStore, ThreadQuery
from qathread.stores.sqlite import Journal
from qathread.testing._samples import a_comment, a_thread, a_thread_of, comments, dump

journals = pytest.mark.parametrize("journal", get_args(Journal))
NAME = "Zebedee Quintessence"
KEY = b"sixteen bytes or more"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def holding(path: Path, needle: str) -> list[str]:
    """Return the files of a store in whose bytes a text stands."""
    data = needle.encode()
    return [
        each.name
        for each in path.parent.iterdir()
        if each.name.startswith(path.name) and data in each.read_bytes()
    ]


@journals
def test_nothing_of_an_erased_person_stays_in_the_file(
    path: Path, journal: Journal
) -> None:
    """Erasing and compacting leave no byte of the name (reliability.md §9)."""
    who = User(id="zebedee-77", name=NAME)
    with SQLiteStore(path, journal=journal) as store:
        thread = store.save(a_thread())
        for number in range(40):
            thread = a_comment(thread, f"{number} @{NAME} @zebedee-77", by=who)
            thread = store.save(thread)
        assert holding(path, NAME) and holding(path, "zebedee-77")
        assert store.find(ThreadQuery(text="quintessence")).items
        assert store.erase("zebedee-77", "pseudonymise", key=KEY) == 1
        assert store.erase("zebedee-77", "redact") == 0
        store.compact()
        assert not store.find(ThreadQuery(text="quintessence")).items
        for needle in (NAME, "Zebedee", "zebedee", "quintessence"):
            assert holding(path, needle) == []
        assert store.faults() == ()
        pseudonym = erasure.pseudonym("zebedee-77", KEY, within="q")
        assert len(store.find(ThreadQuery(participant_id=pseudonym)).items) == 1


@journals
def test_a_backup_is_a_store_of_one_state(
    path: Path, tmp_path: Path, journal: Journal
) -> None:
    """A copy made while a writer is at work has whole saves, and no later ones."""
    with SQLiteStore(path, journal=journal) as store:
        thread = store.save(a_thread("q"), op_id="open")
        store.save(a_thread_of("other", "text " * 20_000))
        stop = threading.Event()

        def write() -> None:
            latest = thread
            while not stop.is_set():
                latest = store.save(comments(latest, "one", "two"))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(5):
                store.backup(tmp_path / f"copy-{number}.db")
        finally:
            stop.set()
            writer.join()
        versions = []
        for number in range(5):
            target = tmp_path / f"copy-{number}.db"
            with SQLiteStore(target, journal=journal) as copy:
                assert copy.faults() == ()
                latest = copy.load("q")
                versions.append(latest.version)
                assert latest.version % 2 == 1
                assert latest == store.load("q", latest.version)
                assert copy.operation("open") == thread
                assert dump(copy, "other") == dump(store, "other")
        assert versions == sorted(versions)
        with pytest.raises(FileExistsError):
            store.backup(tmp_path / "copy-0.db")
        with pytest.raises(FileNotFoundError):
            store.backup(tmp_path / "missing" / "copy.db")
    assert not list(tmp_path.glob("*.part*"))
    with pytest.raises(StoreClosedError):
        store.backup(tmp_path / "late.db")


def test_figures_are_counts(path: Path) -> None:
    """What is told of a store is what is in it."""
    with SQLiteStore(path) as store:
        assert store.stats().threads == 0
        assert store.stats().position == 0
        store.save(comments(a_thread("q"), *map(str, range(20))), op_id="op")
        store.save(a_thread("other"))
        found = store.stats()
        assert (found.threads, found.events, found.position) == (2, 22, 22)
        assert (found.snapshots, found.operations) == (1, 1)
        assert found.file_bytes > 4096 and found.wal_bytes > 0
        assert found.schema_version == 2
        assert found.engine == f"SQLite {sqlite3.sqlite_version}"


def test_compacting_gives_space_back(path: Path) -> None:
    """A smaller file, with the same content."""
    with SQLiteStore(path) as store:
        thread = store.save(a_thread_of("q", "x" * 2_000_000))
        for number in range(30):
            thread = store.save(a_comment(thread, f"{number} " * 2_000))
        before = dump(store, "q")
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("CREATE TABLE spare AS SELECT randomblob(1000000) AS bytes")
            raw.execute("DROP TABLE spare")
        full = store.stats()
        assert full.free_bytes > 900_000
        store.compact()
        found = store.stats()
        assert found.free_bytes == 0 and found.wal_bytes == 0
        assert found.file_bytes < full.file_bytes
        assert dump(store, "q") == before


def test_compacting_waits_no_longer_than_asked(path: Path) -> None:
    """A reader that stays is told of, not waited for without end (S12)."""
    with SQLiteStore(path, busy_timeout=0.05) as store:
        store.save(a_thread())
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError):
                store.compact()
            raw.execute("ROLLBACK")
        store.compact()


def test_damage_is_found(path: Path) -> None:
    """A row without its thread, and an index that lost a word."""
    with SQLiteStore(path) as store:
        store.save(a_thread())
        assert store.faults() == ()
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("INSERT INTO tags (tag, thread_id) VALUES ('tea', 'none')")
            raw.execute("UPDATE search_content SET c0 = 'wother'")
        found = store.faults()
        assert len(found) == 2
        assert "tags" in found[0] and "word index" in found[1]
