"""
One writer or reader of a store, in a process of its own.

``python -m tests.benchmarks.store_worker WHAT PATH SECONDS THREADS SEED``, where PATH
may be the URL of a server, prints how
often it got through, how often it met somebody else, and how long each took at the
median, the 95th and the 99th percentile, in milliseconds.
"""

import os
import random
import sqlite3
import sys
from collections.abc import Callable
from time import perf_counter

from sqlalchemy import create_engine

from qathread import UP, Thread, User, voting
from qathread.events import Event, VoteCast, replay
from qathread.serialization import from_json, to_json
from qathread.stores import SQLiteStore, ThreadStore, update
from qathread.stores.sqlalchemy import SQLAlchemyStore
from qathread.thread import stored
from tests.benchmarks.by_hand import ByHand
from tests.benchmarks.data import START

BODIES = "SELECT body FROM events WHERE thread_id = ? ORDER BY version"


def main() -> None:
    """Work until the time is over, and say what came of it."""
    what, path, seconds, threads, seed = sys.argv[1:]
    step, conflicts = WORK[what](path, int(threads), random.Random(int(seed)))
    step(0)  # everything is imported and open from here on
    print("ready", flush=True)
    sys.stdin.readline()
    taken: list[float] = []
    end = perf_counter() + float(seconds)
    while (start := perf_counter()) < end:
        step(len(taken) + 1)
        taken.append(perf_counter() - start)
    taken.sort()
    figures = [taken[int(len(taken) * part)] * 1e3 for part in (0.5, 0.95, 0.99)]
    print(len(taken), conflicts[0], *(f"{figure:.2f}" for figure in figures))


def upvoted(by: User, conflicts: list[int]) -> Callable[[Thread], Thread]:
    """Return a change that votes, and counts every time but the first."""
    conflicts[0] -= 1

    def change(thread: Thread) -> Thread:
        conflicts[0] += 1
        return voting.cast(thread, thread.root.id, UP, by=by, at=START)

    return change


def opened(path: str) -> ThreadStore:
    """Return a store on a file, or on a server."""
    if "://" not in path:
        return SQLiteStore(path)
    return SQLAlchemyStore(create_engine(path), busy_timeout=60)


def through_the_store(
    path: str, threads: int, rng: random.Random
) -> tuple[Callable[[int], object], list[int]]:
    """Vote through a store."""
    store, conflicts, name = opened(path), [0], f"{os.getpid()} {perf_counter()}"

    def step(number: int) -> None:
        by = User(id=f"{name} {number}")
        change = upvoted(by, conflicts)
        update(store, f"t{rng.randrange(threads)}", change, attempts=10_000)

    return step, conflicts


def by_hand(
    path: str, threads: int, rng: random.Random
) -> tuple[Callable[[int], object], list[int]]:
    """Vote by SQL: the version is checked, and the events read are decoded."""
    raw = sqlite3.connect(path, isolation_level=None, timeout=60)
    raw.execute("PRAGMA synchronous = FULL")
    conflicts, name = [0], f"{os.getpid()} {perf_counter()}"
    known: dict[str, Thread] = {}

    def step(number: int) -> None:
        by = User(id=f"{name} {number}")
        thread_id = f"t{rng.randrange(threads)}"
        while True:
            thread = known.get(thread_id)
            if thread is None:
                query = BODIES
                bodies = raw.execute(query, (thread_id,)).fetchall()
                events = [from_json(body, Event, limits=None) for (body,) in bodies]
                thread = replay(events)
            else:
                query = BODIES.replace("ORDER", "AND version > ? ORDER")
                row = (thread_id, thread.version)
                bodies = raw.execute(query, row).fetchall()
                events = [from_json(body, Event, limits=None) for (body,) in bodies]
                thread = replay(events, start=thread) if events else thread
            voted = voting.cast(thread, thread.root.id, UP, by=by, at=START)
            body = to_json(voted.pending[-1])
            raw.execute("BEGIN IMMEDIATE")
            done = raw.execute(
                "UPDATE threads SET version = ?, score = score + 1"
                " WHERE id = ? AND version = ?",
                (voted.version, thread_id, thread.version),
            )
            if done.rowcount:
                raw.execute(
                    "INSERT OR IGNORE INTO people (user_id, thread_id) VALUES (?, ?)",
                    (by.id, thread_id),
                )
                raw.execute(
                    "INSERT INTO events (thread_id, version, body) VALUES (?, ?, ?)",
                    (thread_id, voted.version, body),
                )
                raw.execute("COMMIT")
                known.clear()
                known[thread_id] = voted
                return
            raw.execute("ROLLBACK")
            known[thread_id] = thread
            conflicts[0] += 1

    return step, conflicts


def by_the_driver(
    path: str, threads: int, rng: random.Random
) -> tuple[Callable[[int], object], list[int]]:
    """Vote by the driver of a server, with the statements of a store."""
    hand, conflicts, name = ByHand(path), [0], f"{os.getpid()} {perf_counter()}"
    known: dict[str, Thread] = {}

    def step(number: int) -> None:
        by = User(id=f"{name} {number}")
        thread_id = f"t{rng.randrange(threads)}"
        while True:
            thread = hand.load(thread_id, known.get(thread_id))
            voted = voting.cast(thread, thread.root.id, UP, by=by, at=START)
            event = voted.pending[-1]
            assert isinstance(event, VoteCast)
            known.clear()
            if hand.vote(thread_id, event):
                known[thread_id] = stored(voted)
                return
            known[thread_id] = thread
            conflicts[0] += 1

    return step, conflicts


def reading(
    path: str, threads: int, rng: random.Random
) -> tuple[Callable[[int], object], list[int]]:
    """Load threads, as pages are shown."""
    store = opened(path)

    def step(number: int) -> None:
        store.load(f"t{rng.randrange(threads)}")

    return step, [0]


WORK = {
    "store": through_the_store,
    "hand": by_hand,
    "driver": by_the_driver,
    "read": reading,
}

if __name__ == "__main__":
    main()
