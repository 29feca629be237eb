"""One change of a store, with a kill at one of its statements."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal

from qathread import Thread
from qathread.stores import EraseMode
from qathread.testing import faults
from tests.stores.crash.actions import action, prepared, thread_id
from tests.stores.crash.opening import AnyStore, opened

#: The threads that are there before, each at one version.
VERSIONS: Final = (15, 14)
THREADS: Final = len(VERSIONS)
KEY: Final = b"sixteen bytes or more"
#: Who is erased, from both threads.
ERASED: Final = "asker"


def acted(thread: Thread, writer: int, first: int, count: int) -> Thread:
    """Return a thread after some of a writer's actions that belong to it."""
    number = first
    while count:
        todo = action(f"{writer}-{number}", THREADS + 1)
        if todo.thread_id == thread.id:
            thread = todo.change(thread)
            count -= 1
        number += 1
    return thread


def fill(store: AnyStore) -> None:
    """Put two threads there, and what an erasure keeps for later."""
    for number in range(THREADS):
        thread = prepared(number)
        actions = VERSIONS[number] - thread.version
        store.save(acted(thread, 1, 1, actions))
    store.erase("nobody", EraseMode.REDACT)


def save_first(store: AnyStore) -> None:
    """Save a thread for the first time, with many events."""
    store.save(acted(prepared(THREADS), 1, 1, 18))


def save_with_snapshot(store: AnyStore) -> None:
    """Save enough for a snapshot to be due."""
    store.save(acted(store.load(thread_id(0), VERSIONS[0]), 2, 1, 6))


def save_with_op_id(store: AnyStore) -> None:
    """Save one change under an op id."""
    store.save(acted(store.load(thread_id(1), VERSIONS[1]), 2, 1, 1), op_id="op")


def erase(store: AnyStore) -> None:
    """Erase a person from two threads."""
    store.erase(ERASED, EraseMode.PSEUDONYMISE, key=KEY)


def nothing(store: AnyStore) -> None:
    """Only open it."""


#: What is done to an open store; each can be done again, and nothing more happens.
CHANGES: Final[dict[str, Callable[[AnyStore], None]]] = {
    "first": save_first,
    "snapshot": save_with_snapshot,
    "op id": save_with_op_id,
    "erase": erase,
    "open": nothing,
}


def change(
    function: str,
    arguments: Mapping[str, object],
    name: str,
    number: int,
    when: Literal["before", "after"],
    on: str | None,
    done: str,
) -> None:
    """
    Open a store and change it, and be killed on the way.

    Args:
        function: What opens the store; see ``Opening``.
        arguments: What that takes.
        name: Which change.
        number: At which statement, from the opening on, the process is killed.
        when: Before or after that statement.
        on: Which statements count; None: all.
        done: A file that is made when the change was acknowledged.
    """
    plan = faults.at(number, faults.Kill(when), on=on)
    with faults.sqlite_statements(plan):
        store = opened(function, arguments, plan)
        CHANGES[name](store)
        Path(done).touch()
        store.close()
