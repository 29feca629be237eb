"""
L9: a store in use for a long time: memory and open files must not grow.

The same twenty people vote again and again, so that threads stay about as large as they
were, while their logs grow.

``python -m tests.benchmarks.soak SECONDS [FOLDER]`` works on a SQLite file with four
threads, and prints figures every minute and what came of them at the end. It exits
with 1 if memory rises or files stay open.
"""

import os
import random
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

from qathread import DOWN, UP, Thread, User, posting, voting
from qathread.stores import SQLiteStore, ThreadOrder, ThreadQuery, update
from tests.benchmarks.data import ADA, START

_THREADS = 500
_PAUSE = 0.004  # the machine is for others too
#: Megabytes a minute that memory may seem to rise by, in the second half.
_SLOPE = 0.1


def main() -> int:
    """Soak a store, and judge the figures."""
    seconds = float(sys.argv[1])
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=folder) as made:
        figures, done = soak(Path(made) / "store.db", seconds)
    half = figures[len(figures) // 2 :]
    minutes = (half[-1][0] - half[0][0]) / 60 or 1.0
    slope = (half[-1][1] - half[0][1]) / minutes
    files = {figure[2] for figure in figures[1:]}
    size = (figures[-1][3] - figures[0][3]) / max(1, done["events"])
    print(
        f"{done}; memory {half[0][1]:.1f} to {half[-1][1]:.1f} MB in the second half, "
        f"{slope:+.3f} MB a minute; open files {sorted(files)}; {size:.0f} bytes of "
        "file an event"
    )
    return 0 if slope <= _SLOPE and len(files) <= 2 else 1


def soak(
    path: Path, seconds: float
) -> tuple[list[tuple[float, float, int, int]], dict[str, int]]:
    """Return time, megabytes, open files and bytes of file, every ten seconds."""
    stop = threading.Event()
    done = {"updates": 0, "loads": 0, "pages": 0, "feeds": 0, "reopened": 0}
    with SQLiteStore(path) as store:
        for number in range(_THREADS):
            store.save(
                posting.ask(f"t{number}", title="Why?", body="", by=ADA, at=START)
            )
        before = store.stats().events
        workers = [
            threading.Thread(target=_work, args=(step, random.Random(seed), stop))
            for seed, step in enumerate(
                (
                    _updating(store, done),
                    _reading(store, done),
                    _listing(store, done),
                    _reopening(path, done),
                )
            )
        ]
        for worker in workers:
            worker.start()
        start = monotonic()
        figures = []
        while (passed := monotonic() - start) < seconds:
            figures.append((passed, _memory(), _files(), store.stats().file_bytes))
            if len(figures) % 6 == 1:
                print(*(f"{figure:.1f}" for figure in figures[-1]), flush=True)
            sleep(min(10, seconds / 6))
        stop.set()
        for worker in workers:
            worker.join()
        done["events"] = store.stats().events - before
        assert store.faults() == ()
    return figures, done


Step = Callable[[random.Random], None]


def _work(step: Step, rng: random.Random, stop: threading.Event) -> None:
    while not stop.is_set():
        step(rng)
        sleep(_PAUSE)


def _updating(store: SQLiteStore, done: dict[str, int]) -> Step:
    def step(rng: random.Random) -> None:
        by = User(id=f"u{rng.randrange(20)}")

        def change(thread: Thread) -> Thread:
            root = thread.root.id
            if rng.random() < 0.002:
                text = f"comment {rng.random()}"
                return posting.comment(thread, root, text, by=by, at=START)
            direction = UP if rng.random() < 0.7 else DOWN
            return voting.cast(thread, root, direction, by=by, at=START)

        update(store, f"t{rng.randrange(_THREADS)}", change)
        done["updates"] += 1

    return step


def _reading(store: SQLiteStore, done: dict[str, int]) -> Step:
    def step(rng: random.Random) -> None:
        store.load(f"t{rng.randrange(_THREADS)}")
        done["loads"] += 1

    return step


def _listing(store: SQLiteStore, done: dict[str, int]) -> Step:
    def step(rng: random.Random) -> None:
        query = ThreadQuery(order=rng.choice(tuple(ThreadOrder)))
        page = store.find(query, limit=20)
        store.find(query, page.next, limit=20)
        store.find(ThreadQuery(text=f"comment {rng.randrange(10)}"), limit=20)
        store.feed(rng.randrange(_THREADS), 50)
        done["pages"] += 3
        done["feeds"] += 1

    return step


def _reopening(path: Path, done: dict[str, int]) -> Step:
    def step(rng: random.Random) -> None:
        with SQLiteStore(path) as store:
            store.load(f"t{rng.randrange(_THREADS)}")
        done["reopened"] += 1
        sleep(0.05)

    return step


def _memory() -> float:
    with open("/proc/self/statm") as status:
        pages = int(status.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _files() -> int:
    return len(os.listdir("/proc/self/fd"))


if __name__ == "__main__":
    sys.exit(main())
