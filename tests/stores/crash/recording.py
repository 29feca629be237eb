"""What a program asks of its disk, in order, with what it was told in between."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from attrs import frozen

from qathread.stores import SQLiteStore
from tests.stores.crash import vfs
from tests.stores.crash.actions import prepared
from tests.stores.crash.opening import opened
from tests.stores.crash.writers import act


@frozen
class Created:
    """A name leads to a new file."""

    name: str
    file: int


@frozen
class Written:
    """Bytes of a file changed."""

    file: int
    offset: int
    data: bytes


@frozen
class Truncated:
    """A file got a size."""

    file: int
    size: int


@frozen
class Synced:
    """What was asked of a file before is on the disk."""

    file: int


@frozen
class Removed:
    """A name leads nowhere."""

    name: str


@frozen
class FolderSynced:
    """All names are on the disk as they are now."""


@frozen
class Noted:
    """A line of the writer's log; its first word says what happened."""

    line: str


Step: TypeAlias = (
    Created | Written | Truncated | Synced | Removed | FolderSynced | Noted
)

#: How many threads a recorded program prepares, and then acts on.
THREADS: Final = 2


class Recorder(vfs.Watcher):
    """Takes down what SQLite asks, and the log of the writer."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._known: set[int] = set()

    def opened(self, file: int, name: str) -> None:
        if file not in self._known:
            self._known.add(file)
            self.steps.append(Created(name, file))

    def write(self, file: int, offset: int, data: bytes) -> None:
        self.steps.append(Written(file, offset, data))

    def truncate(self, file: int, size: int) -> None:
        self.steps.append(Truncated(file, size))

    def sync(self, file: int) -> None:
        self.steps.append(Synced(file))

    def remove(self, name: str) -> None:
        self.steps.append(Removed(name))

    def sync_folder(self) -> None:
        self.steps.append(FolderSynced())

    # -- as the log of a writer --------------------------------------------------

    def tries(self, op_id: str) -> None:
        self.steps.append(Noted(f"try {op_id}"))

    def acknowledged(self, op_id: str, version: int) -> None:
        self.steps.append(Noted(f"ack {op_id} {version}"))

    def failed(self, op_id: str, error: Exception) -> None:
        self.steps.append(Noted(f"err {op_id} {type(error).__name__}"))


def record(
    function: str, arguments: Mapping[str, object], actions: int, trace: str
) -> None:
    """
    Make a store and act on it, and write down what was asked of the disk.

    A second connection acts in turn with the first; the log beside the file is taken
    over every few pages; in the middle the store is closed and opened again, and near
    the end it is compacted.

    Args:
        function: What opens the store; see ``Opening``.
        arguments: What that takes.
        actions: How many actions are done.
        trace: Where the steps go.
    """
    recorder = Recorder()
    vfs.watch(recorder)
    number, half = 0, actions // 2

    def do(stores: list[SQLiteStore], until: int) -> None:
        nonlocal number
        while number < until:
            number += 1
            act(stores[number % 2], f"1-{number}", THREADS, recorder)

    with opened(function, arguments) as store:
        _take_over_soon(store)
        for each in range(THREADS):
            recorder.steps.append(Noted(f"prepare {each}"))
            store.save(prepared(each))
            recorder.steps.append(Noted(f"prepared {each}"))
        with opened(function, arguments) as other:
            _take_over_soon(other)
            do([store, other], half)
    with opened(function, arguments) as store:
        do([store, store], actions - 5)
        store.compact()
        do([store, store], actions)
    Path(trace).write_bytes(pickle.dumps(recorder.steps))


def _take_over_soon(store: SQLiteStore) -> None:
    store._held().connection.execute("PRAGMA wal_autocheckpoint = 25")


def steps_in(trace: Path) -> list[Step]:
    """Return the steps that were written down."""
    steps: list[Step] = pickle.loads(trace.read_bytes())
    return steps
