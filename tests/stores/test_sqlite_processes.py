"""Several processes on one file, and processes that are killed."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

import qathread
from qathread.events import replay
from qathread.stores import SQLiteStore
from qathread.stores.sqlite import Journal
from qathread.testing._samples import a_comment, a_thread

WRITER = Path(__file__).with_name("writer.py")
journals = pytest.mark.parametrize("journal", get_args(Journal))


def start(
    path: Path, journal: Journal, writer: str, first: int, stop: int
) -> "subprocess.Popen[str]":
    source = str(Path(qathread.__file__).parents[1])
    known = os.environ.get("PYTHONPATH", "")
    return subprocess.Popen(
        [
            sys.executable,
            str(WRITER),
            str(path),
            journal,
            writer,
            str(first),
            str(stop),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([source, known])},
        stdout=subprocess.PIPE,
        text=True,
    )


def written(store: SQLiteStore) -> list[str]:
    return [comment.body.source for comment in store.load("q").comments]


@journals
def test_two_processes_lose_nothing_to_each_other(
    tmp_path: Path, journal: Journal
) -> None:
    """Both load, change and save one thread; every change is there once."""
    path, number = tmp_path / "store.db", 60
    with SQLiteStore(path, journal=journal) as store:
        store.save(a_thread())
        writers = [start(path, journal, name, 0, number) for name in ("bo", "cy")]
        for writer in writers:
            writer.communicate(timeout=60)
            assert writer.returncode == 0
        expected = {f"{name}-{n}" for name in ("bo", "cy") for n in range(number)}
        assert Counter(written(store)) == Counter(expected)
        assert store.load("q").version == 1 + 2 * number


@journals
def test_what_was_acknowledged_survives_a_kill(
    tmp_path: Path, journal: Journal
) -> None:
    """Every acknowledged change is there once; at most one other per kill, whole."""
    path, names = tmp_path / "store.db", ("bo", "cy")
    with SQLiteStore(path, journal=journal) as store:
        store.save(a_thread())
    acknowledged: set[str] = set()
    reached = dict.fromkeys(names, 0)
    kills = 0
    rng = random.Random(1)
    for _ in range(3):
        writers = {
            name: start(path, journal, name, reached[name], 10**6) for name in names
        }
        for name, writer in writers.items():
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]  # it is at work now
            time.sleep(rng.uniform(0.05, 0.25))
            writer.kill()
            kills += 1
            rest = writer.communicate()[0].splitlines(keepends=True)
            whole = [line.strip() for line in lines + rest if line.endswith("\n")]
            acknowledged.update(whole)
            # The next round sends the first unacknowledged op id again.
            reached[name] += len(whole)
    with SQLiteStore(path, journal=journal) as store:
        found = Counter(written(store))
        assert found.keys() >= acknowledged
        assert len(found.keys() - acknowledged) <= len(names)
        assert set(found.values()) == {1}
        assert replay(store.history("q")) == store.load("q")
        store.save(a_comment(store.load("q"), "goes on"))
    assert len(acknowledged) > kills
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
