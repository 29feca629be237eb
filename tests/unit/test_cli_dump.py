"""Threads of whole dumps into a database, and what a kill leaves of it."""

import io
import random
import shutil
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import py7zr
import pytest

import qathread
from qathread import User, posting
from qathread.cli import run
from qathread.events import Imported, replay
from qathread.formats import read, stackexchange, write
from qathread.stores import SQLiteStore
from qathread.thread import Thread
from tests.unit._cli_dumps import (
    EXAMPLE,
    INDEX,
    PAGE,
    made_dump,
    said,
    set_plain,
    started,
)


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    set_plain(monkeypatch)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return made_dump(tmp_path / "dump", 12)


def content(path: Path) -> list[tuple[object, ...]]:
    """Everything that a database holds, row by row."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
            " AND name != 'settings' ORDER BY name"  # its salt is random
        )
        return [
            (name, *row)
            for (name,) in names.fetchall()
            for row in sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)
        ]
    finally:
        connection.close()


# -- import ----------------------------------------------------------------------


def test_import_saves_every_thread_once(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "threads.db"
    assert run(["import", str(dump), "--into", str(path)]) == 0
    assert said(capsys)[-1] == (
        f"saved 12 threads in {path}, skipped 0 that were there, 0 records not readable"
    )
    threads = list(read(dump))
    with SQLiteStore(path) as store:
        for thread in threads:
            assert store.load(thread.id) == thread
            assert store.history(thread.id) == thread.pending
    before = content(path)
    assert run(["import", str(dump), "--into", str(path)]) == 0
    assert said(capsys)[-1] == (
        f"saved 0 threads in {path}, skipped 12 that were there, 0 records not readable"
    )
    assert content(path) == before


def test_the_index_is_built_once_beside_the_dump(dump: Path, tmp_path: Path) -> None:
    words = ["import", str(dump), "--into", str(tmp_path / "threads.db")]
    assert run(words) == 0
    built = (dump / INDEX).stat().st_mtime_ns
    assert run(words) == 0
    assert (dump / INDEX).stat().st_mtime_ns == built


def test_events_are_the_log_of_each_thread(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "threads.db"
    assert run(["import", str(dump), "--events", "--into", str(path)]) == 0
    assert said(capsys)[-1].startswith("saved 12 threads in ")
    logs = list(stackexchange.events(dump))
    with SQLiteStore(path) as store:
        for log in logs:
            thread_id = log[0].thread_id
            assert thread_id is not None
            assert list(store.history(thread_id)) == log
            assert store.load(thread_id) == replay(log)
    assert sum(map(len, logs)) > 12
    assert run(["import", str(dump), "--events", "--into", str(path)]) == 0
    assert "skipped 12 that were there," in said(capsys)[-1]


def test_what_differs_is_told_and_left_alone(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "threads.db"
    assert run(["import", str(dump), "--into", str(path), "--limit", "11"]) == 0
    before = content(path)
    posts = dump / "Posts.xml"
    posts.write_text(posts.read_text().replace("Why 3?", "Why three?"))
    capsys.readouterr()
    words = ["import", str(dump), "--into", str(path), "--limit", "11"]
    assert run([*words, "--strict"]) == 1
    assert content(path) == before
    assert "stored-otherwise" in capsys.readouterr().err
    assert run(words) == 0
    lines = said(capsys)
    assert lines[-1] == (
        f"saved 0 threads in {path}, skipped 11 that were there (1 with other "
        "content), 0 records not readable"
    )
    assert lines[-2].split()[:3] == ["skipped", "1", "stored-otherwise"]
    assert lines[-2].endswith("[31]")
    assert content(path) == before


def test_what_was_changed_since_is_left_alone_and_no_difference(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "threads.db"
    assert run(["import", str(dump), "--into", str(path)]) == 0
    with SQLiteStore(path) as store:
        changed = store.save(
            posting.comment(
                store.load("11"),
                "11",
                "Later.",
                by=User(id="eve"),
                at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
    capsys.readouterr()
    assert run(["import", str(dump), "--into", str(path)]) == 0
    assert "skipped 12 that were there, 0 records not readable" in said(capsys)[-1]
    with SQLiteStore(path) as store:
        assert store.load("11") == changed


@pytest.mark.parametrize("events", [[], ["--events"]])
def test_skipping_by_id_gives_the_same(
    events: list[str], dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, parts = tmp_path / "whole.db", tmp_path / "parts.db"
    assert run(["import", str(dump), *events, "--into", str(whole)]) == 0
    words = ["import", str(dump), *events, "--into", str(parts), "--skip-stored"]
    for limit in ("5", "9", "100"):
        assert run([*words, "--limit", limit]) == 0
    assert [line.partition(" in ")[0] for line in said(capsys)] == [
        "saved 12 threads",
        "saved 5 threads",
        "saved 4 threads",
        "saved 3 threads",
    ]
    assert content(parts) == content(whole)


def test_skipping_by_id_does_not_compare(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "threads.db"
    words = ["import", str(dump), "--into", str(path)]
    assert run(words) == 0
    posts = dump / "Posts.xml"
    posts.write_text(posts.read_text().replace("Why 3?", "Why three?"))
    assert run([*words, "--skip-stored"]) == 0
    assert "skipped 12 that were there, " in said(capsys)[-1]


@pytest.mark.parametrize("events", [[], ["--events"]])
def test_a_whole_site_is_there_afterwards(
    events: list[str],
    shared: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (sample,) = shared.glob("data/formats/stackexchange_dump/conlang.meta*")
    folder = tmp_path / "site"  # an index is not to be left among the samples
    shutil.copytree(sample, folder)
    path = tmp_path / "threads.db"
    assert run(["import", str(folder), *events, "--into", str(path)]) == 0
    logs = stackexchange.events(folder)
    threads = map(replay, logs) if events else read(folder)
    number = 0
    with SQLiteStore(path) as store:
        for thread in threads:
            assert store.load(thread.id) == thread
            assert store.history(thread.id) == thread.pending
            number += 1
    assert said(capsys)[-1].startswith(f"saved {number} threads in ")


@pytest.mark.parametrize("skip", [[], ["--skip-stored"]])
def test_import_takes_any_format(
    skip: list[str], dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, path = tmp_path / "threads.jsonl", tmp_path / "threads.db"
    write(read(dump), lines)
    for words in (["--limit", "7"], []):
        assert run(["import", str(lines), "--into", str(path), *skip, *words]) == 0
    assert said(capsys) == [
        f"saved 7 threads in {path}, skipped 0 that were there, 0 records not readable",
        f"saved 5 threads in {path}, skipped 7 that were there, 0 records not readable",
    ]
    words = ["import", str(PAGE), "--into", str(path), "--assume-tz", "UTC", "--strict"]
    assert run(words) == 0
    (page,) = read(PAGE, assume_tz="UTC")
    with SQLiteStore(path) as store:
        assert store.load(page.id) == page
        assert store.load("31") == next(iter(read(dump, questions=[31])))


def test_import_takes_standard_input_and_archives(
    dump: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines, packed = tmp_path / "threads.jsonl", tmp_path / "site.7z"
    write(read(dump), lines)
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.writeall(dump, "site")
    first, second, third = (tmp_path / f"{n}.db" for n in range(3))
    stdin = io.TextIOWrapper(io.BytesIO(lines.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run(["import", "-", "--into", str(first)]) == 0
    assert run(["import", str(packed), "--into", str(second)]) == 0
    assert run(["import", str(packed), "--events", "--into", str(third)]) == 0
    capsys.readouterr()
    assert content(first) == content(second)
    assert run(["import", str(dump), "--events", "--into", str(second)]) == 0
    assert "(12 with other content)" in said(capsys)[-1]
    with SQLiteStore(third) as store:
        assert not isinstance(store.history("1")[0], Imported)


def test_an_archive_of_another_format_is_no_dump(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, packed = tmp_path / "threads.jsonl", tmp_path / "threads.jsonl.7z"
    write(read(dump), lines)
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.write(lines, "threads.jsonl")
    assert run(["import", str(packed), "--into", str(tmp_path / "a.db")]) == 0
    assert said(capsys)[-1].startswith("saved 12 threads in ")


def test_damage_is_counted_or_refused(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = dump / "Posts.xml"
    posts.write_text(posts.read_text().replace('row Id="31"', 'row Id="none"'))
    path, strict = tmp_path / "threads.db", tmp_path / "strict.db"
    for _ in range(2):  # without an index, and with one
        assert run(["import", str(dump), "--into", str(strict), "--strict"]) == 1
        assert "Posts.xml, byte " in capsys.readouterr().err
        assert run(["import", str(dump), "--into", str(path)]) == 0
        lines = said(capsys)
        assert lines[-1].endswith(", 1 record not readable")
        assert lines[1].split()[:3] == ["skipped", "1", "field"]


def test_a_thread_that_no_store_takes_is_told(
    dump: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = SQLiteStore.save

    def save(
        self: SQLiteStore, thread: Thread, /, *, op_id: str | None = None
    ) -> Thread:
        if thread.id == "31":
            raise qathread.errors.IntegrityError("not this one")
        return real(self, thread, op_id=op_id)

    monkeypatch.setattr(SQLiteStore, "save", save)
    words = ["import", str(dump), "--into", str(tmp_path / "threads.db")]
    assert run(words) == 0
    lines = said(capsys)
    assert lines[-1].startswith("saved 11 threads in ")
    assert lines[-1].endswith(", 1 record not readable")
    assert lines[-2].endswith("[thread 31: not this one]")
    assert run([*words, "--strict"]) == 1
    assert "not this one" in said(capsys)[-1]


def test_bad_data_in_the_middle_keeps_what_came_before(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, path = tmp_path / "threads.jsonl", tmp_path / "threads.db"
    write(read(dump), lines)
    lines.write_bytes(lines.read_bytes() + b"{}\n")
    assert run(["import", str(lines), "--into", str(path)]) == 1
    first, last = said(capsys)
    assert first.startswith("saved 12 threads in ")
    assert "line 13" in last


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["import", "DUMP"], 2, "--into"),
        (["import", "NOTHING", "--into", "DB"], 2, "No such file"),
        (["import", "EMPTY", "--into", "DB"], 1, "folder"),
        (["import", "DUMP", "--into", "EMPTY"], 2, ""),
        (["import", "DUMP", "--into", "PAGE"], 1, ""),
        (["import", "DUMP", "--into", "DB", "--limit", "0"], 2, "--limit"),
        (["import", "DUMP", "--into", "DB", "--assume-tz", "UTC"], 2, "--assume-tz"),
        (["import", "DUMP", "--into", "DB", "--from", "page-text"], 1, "folder"),
        (["import", "PAGE", "--into", "DB", "--events"], 1, "dump"),
        (
            ["import", "PAGE", "--into", "DB", "--events", "--from", "page-text"],
            2,
            "--events",
        ),
        (["stats", "NOTHING"], 2, "No such file"),
        (["stats", "EMPTY"], 1, "folder"),
        (["stats", "PAGE", "--strict"], 1, "--assume-tz"),
        (["stats", "PAGE", "--format", "xml"], 2, "table"),
        (["convert", "DUMP", "-", "--to", "parquet"], 2, "folder"),
        (["convert", "DUMP", "FULL", "--to", "parquet"], 2, "Badges.xml"),
        (["convert", "DUMP", "PAGE", "--to", "parquet"], 2, "folder"),
        (["convert", "EMPTY", "OUT", "--to", "parquet"], 1, "folder"),
        (["convert", "DUMP", "OUT", "--to", "parquet", "--tables", "x"], 2, "posts"),
        (["convert", "PAGE", "OUT", "--to", "parquet", "--tables", "x"], 2, "edges"),
        (["convert", "PAGE", "OUT", "--to", "parquet", "--workers", "2"], 2, "dump"),
        (["convert", "PAGE", "OUT.md", "--tables", "posts"], 2, "--to parquet"),
        (["convert", "PAGE", "OUT.md", "--workers", "2"], 2, "--to parquet"),
    ],
)
def test_the_exit_status_tells_bad_data_from_bad_use(
    words: list[str],
    status: int,
    says: str,
    dump: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    places = {
        "DUMP": dump,
        "PAGE": PAGE,
        "FULL": EXAMPLE,
        "DB": tmp_path / "threads.db",
        "EMPTY": tmp_path / "empty",
        "NOTHING": tmp_path / "nothing",
        "OUT": tmp_path / "out",
        "OUT.md": tmp_path / "out.md",
    }
    before = sorted(EXAMPLE.iterdir())
    found = run([str(places.get(word, word)) for word in words])
    done = capsys.readouterr()
    assert (found, says in done.err) == (status, True), done.err
    assert "Traceback" not in done.err
    assert not places["OUT"].exists()
    assert sorted(EXAMPLE.iterdir()) == before
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
    if "NOTHING" in words:
        assert not places["DB"].exists()


def test_an_interruption_says_how_far_it_came(
    dump: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = SQLiteStore.save

    def save(
        self: SQLiteStore, thread: Thread, /, *, op_id: str | None = None
    ) -> Thread:
        if thread.id == "51":
            raise KeyboardInterrupt
        return real(self, thread, op_id=op_id)

    monkeypatch.setattr(SQLiteStore, "save", save)
    words = ["import", str(dump), "--into", str(tmp_path / "threads.db")]
    assert run(words) == 130
    assert said(capsys)[-1].startswith("saved 5 threads in ")
    monkeypatch.setattr(SQLiteStore, "save", real)
    assert run(words) == 0
    assert said(capsys)[-1].startswith("saved 7 threads in ")


# -- import, killed --------------------------------------------------------------


def saved_in(path: Path) -> int:
    """How many threads a database has; 0 where it is none yet."""
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, timeout=30)
    try:
        return int(connection.execute("SELECT count(*) FROM threads").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize(
    "words", [[], ["--events"], ["--skip-stored"]], ids=["plain", "events", "skip"]
)
def test_killed_at_any_moment_it_goes_on_where_it_was(
    words: list[str], tmp_path: Path
) -> None:
    """What is in the database in the end is what an undisturbed run puts there."""
    dump = made_dump(tmp_path / "dump", 300)
    whole, parts = tmp_path / "whole.db", tmp_path / "parts.db"
    assert run(["import", str(dump), *words, "--into", str(whole)]) == 0
    (dump / INDEX).unlink()
    rng, cut, now = random.Random(len(words)), 0, 0
    for at_least in (0, 1, 60, 150):
        child = started("import", str(dump), *words, "--into", str(parts))
        deadline = time.monotonic() + 60
        while saved_in(parts) < at_least and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.05))
        child.kill()
        child.communicate()
        now = saved_in(parts)
        assert now >= at_least
        cut += 0 < now < 300
    assert cut >= 2, "killed in the middle"
    child = started("import", str(dump), *words, "--into", str(parts))
    _, errors = child.communicate(timeout=120)
    assert child.returncode == 0
    summary = errors.decode().splitlines()[-1]
    assert f"saved {300 - now} threads" in summary
    assert f"skipped {now} that were there, 0 records not readable" in summary
    assert content(parts) == content(whole)


# -- a dump again ----------------------------------------------------------------


def test_a_dump_is_written_again(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Straight it is the same; lines of threads bring the threads, not the site."""
    lines, direct, again = (tmp_path / name for name in ("t.jsonl", "direct", "again"))
    assert run(["convert", str(dump), str(direct), "--to", "stackexchange"]) == 0
    assert run(["convert", str(dump), str(lines)]) == 0
    assert run(["convert", str(lines), str(again), "--to", "stackexchange"]) == 0
    capsys.readouterr()
    assert list(read(direct)) == list(read(dump))
    assert (direct / "Users.xml").exists()
    assert [thread.id for thread in read(again)] == [thread.id for thread in read(dump)]
    assert run(["convert", str(lines), "-", "--to", "stackexchange"]) == 2
    assert "folder" in said(capsys)[-1]
