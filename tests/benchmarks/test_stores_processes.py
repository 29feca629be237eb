"""L1, L4, L8: several processes on one SQLite file, beside SQL by hand."""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import pytest
from attrs import frozen

from qathread import posting
from qathread.stores import SQLiteStore
from tests.benchmarks.data import ADA, START
from tests.benchmarks.measure import Ratio, note, report
from tests.benchmarks.test_stores import discussion

pytestmark = [pytest.mark.bench, pytest.mark.slow]
SECONDS = 2.0
ROUNDS = 5


@frozen
class Told:
    """What one process says at its end; times in milliseconds."""

    done: int
    conflicts: int
    median: float
    p95: float
    p99: float


def run(what: str, path: Path | str, threads: int, writers: int) -> list[Told]:
    """Let some processes work at once."""
    module = "tests.benchmarks.store_worker"
    workers = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", module, what, str(path)),
                *(str(SECONDS), str(threads), str(seed)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(writers)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    found = []
    for worker in workers:
        out, _ = worker.communicate(timeout=120)
        assert worker.returncode == 0
        done, conflicts, *times = out.split()
        found.append(Told(int(done), int(conflicts), *map(float, times)))
    return found


def rate(found: Sequence[Told]) -> float:
    """Return how many a second got through."""
    return sum(each.done for each in found) / SECONDS


@pytest.mark.parametrize("writers", [1, 2, 8])
@pytest.mark.parametrize("threads", [1, 1_000])
def test_l1_writers(tmp_path: Path, threads: int, writers: int) -> None:
    """Votes a second, with retries, against SQL that checks the version by hand."""
    paths = tmp_path / "store.db", tmp_path / "hand.db"
    for path in paths:
        with SQLiteStore(path) as store:
            for n in range(threads):
                store.save(posting.ask(f"t{n}", title="?", body="", by=ADA, at=START))
    ratios, rates, retries, worst = [], [], [], []
    for _ in range(ROUNDS):
        ours = run("store", paths[0], threads, writers)
        hand = run("hand", paths[1], threads, writers)
        ratios.append(rate(hand) / rate(ours))
        rates.append((rate(ours), rate(hand)))
        retries.append(sum(e.conflicts for e in ours) / sum(e.done for e in ours))
        worst.append(max(each.p99 for each in ours))
    name = f"L1 {writers} writers on {threads} threads"
    found = Ratio(statistics.median(ratios), min(ratios), max(ratios))
    report(f"{name}, time / SQL by hand", found, 2.0, 4.0)
    ours_rate, hand_rate = (
        statistics.median(each) for each in zip(*rates, strict=True)
    )
    note(
        name,
        f"{ours_rate:.0f} votes/s, by hand {hand_rate:.0f}; retries per success "
        f"{statistics.median(retries):.2f}; p99 {statistics.median(worst):.1f} ms",
    )
    with SQLiteStore(paths[0]) as store:
        scores = sum(store.load(f"t{n}").score(f"t{n}.1") or 0 for n in range(threads))
        assert scores == store.stats().events - threads


def test_l4_reading_beside_an_import(tmp_path: Path) -> None:
    """An import beside it must not stop pages from being shown."""
    path = tmp_path / "store.db"
    with SQLiteStore(path) as store:
        for n in range(200):
            store.save(discussion(f"t{n}", 30))
    alone = [run("read", path, 200, 1)[0] for _ in range(3)]
    code = (
        "import sys; from qathread.stores import SQLiteStore; "
        "from tests.benchmarks.test_stores import discussion\n"
        "with SQLiteStore(sys.argv[1]) as store:\n"
        "    for n in range(10**6): store.save(discussion(f'new{n}', 100))"
    )
    importer = subprocess.Popen([sys.executable, "-c", code, str(path)])
    try:
        beside = [run("read", path, 200, 1)[0] for _ in range(3)]
        assert importer.poll() is None
    finally:
        importer.kill()
        importer.wait()
    quiet = statistics.median(each.p99 for each in alone)
    busy = [each.p99 / quiet for each in beside]
    found = Ratio(statistics.median(busy), min(busy), max(busy))
    report("L4 p99 of loading beside an import / alone", found, 5.0, 10.0)
    note("L4", f"alone {quiet:.2f} ms, beside {quiet * found.median:.2f} ms")


def test_l8_opening_after_a_kill(tmp_path: Path) -> None:
    """A log of 64 MiB that nobody emptied is read once."""
    path = tmp_path / "store.db"
    code = (
        "import os, sys; from qathread.stores import SQLiteStore; "
        "from tests.benchmarks.test_stores import discussion\n"
        "store = SQLiteStore(sys.argv[1])\n"
        "store._held().connection.execute('PRAGMA wal_autocheckpoint = 0')\n"
        "n = 0\n"
        "while not n or os.path.getsize(sys.argv[1] + '-wal') < 64 * 2**20:\n"
        "    store.save(discussion(f't{n}', 1000)); n += 1\n"
        "print(n, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert ended.returncode == -9
    size = os.path.getsize(f"{path}-wal")
    start = perf_counter()
    store = SQLiteStore(path)
    thread = store.load("t0")
    taken = perf_counter() - start
    assert len(thread) == 1_000
    with open(f"{path}-wal", "rb") as log:
        start = perf_counter()
        while log.read(1 << 20):
            pass
        reading = perf_counter() - start
    found = Ratio(taken / reading, taken / reading, taken / reading)
    report("L8 open after a kill / read the log", found, 30.0)
    note("L8", f"{size / 2**20:.0f} MiB of log, open and load in {taken * 1e3:.0f} ms")
    store.close()
