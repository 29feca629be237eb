"""
Disks that are full, in three ways.

``quota``: SQLite is told that no space is left, at any of its writes. ``limit``: the
system lets no file of this process grow beyond a size, and writes what still fits.
``disk``: a small disk of its own, which root may mount, is filled up.

All of them for a process of its own, that may be left so.
"""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import run
from typing import Final, Protocol

from qathread.cli import run as run_command
from qathread.errors import OutcomeUnknownError, StoreUnavailableError
from qathread.testing._samples import a_comment, dump
from tests.stores.crash import vfs
from tests.stores.crash.opening import sqlite

FULL: Final = 13  # SQLITE_FULL
DISK: Final = 16 * 2**20
_MAY_MOUNT: Final = 21  # CAP_SYS_ADMIN


class Space(Protocol):
    """What is left on a disk."""

    def take(self, left: int) -> None:
        """Leave so many bytes."""

    def give(self) -> None:
        """Leave more than enough."""


class Quota(vfs.Watcher):
    """Counts what files grow by, and tells SQLite when it is too much."""

    def __init__(self, folder: Path) -> None:
        self._left: int | None = None
        self._folder = folder
        self._names: dict[int, str] = {}
        vfs.watch(self)

    def take(self, left: int) -> None:
        self._left = left

    def give(self) -> None:
        self._left = None

    def opened(self, file: int, name: str) -> None:
        self._names[file] = name

    def write(self, file: int, offset: int, data: bytes) -> int | None:
        if self._left is None:
            return None
        size = (self._folder / self._names[file]).stat().st_size
        grows = max(0, offset + len(data) - size)
        if grows > self._left:
            return FULL
        self._left -= grows
        return None


class Limit:
    """Lets no file of this process be written beyond so many bytes."""

    def __init__(self, folder: Path) -> None:
        self._most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def take(self, left: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (left, self._most))

    def give(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._most, self._most))


class Ballast:
    """A file that takes the space of a small disk."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def take(self, left: int) -> None:
        with self._file.open("wb", buffering=0) as file:
            with suppress(OSError):
                while True:
                    file.write(bytes(4096))
            file.truncate(max(0, self._file.stat().st_size - left))

    def give(self) -> None:
        self._file.unlink()


def may_mount() -> bool:
    """Whether this process may mount a disk."""
    status = Path("/proc/self/status").read_text()
    rights = next(line for line in status.splitlines() if line.startswith("CapEff"))
    return bool(int(rights.split()[1], 16) >> _MAY_MOUNT & 1)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a disk of 16 MiB on a folder."""
    run(["mount", "-t", "tmpfs", f"-osize={DISK}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        run(["umount", str(folder)], check=True)


def space(kind: str, folder: Path) -> Space:
    """Return the space of a folder, of one kind."""
    kinds: dict[str, type[Quota | Limit | Ballast]] = {
        "quota": Quota,
        "limit": Limit,
        "disk": Ballast,
    }
    return kinds[kind](folder)


def save(kind: str, path: str, journal: str, left: int, told: str) -> None:
    """
    Save on a disk that is full, and again when it is not.

    Args:
        kind: Of the disk.
        path: A store that holds thread ``q``.
        journal: Which it has.
        left: How many bytes are left.
        told: A file that gets the name of the error, or ``saved``.
    """
    room = space(kind, Path(path).parent)
    with sqlite(path, journal).open() as store:
        before = dump(store, "q")
        value = a_comment(store.load("q"), "x " * 5_000)
        for number in range(6):
            value = a_comment(value, f"{number} " * 3_000)
        room.take(left)
        try:
            store.save(value, op_id="full")
            outcome = "saved"
        except (StoreUnavailableError, OutcomeUnknownError) as error:
            outcome = type(error).__name__
        try:
            assert outcome != "StoreUnavailableError" or dump(store, "q") == before
        except StoreUnavailableError:
            assert kind == "limit"  # not even the pages from before can be put back
        room.give()
        saved = dump(store, "q") != before
        assert saved is (store.operation("full") is not None)
        assert outcome == "OutcomeUnknownError" or saved is (outcome == "saved")
        assert store.save(value, op_id="full") == value
    Path(told).write_text(outcome)


def command(kind: str, folder: str, left: int, words: list[str], told: str) -> None:
    """
    Run a command on a disk that is full.

    Args:
        kind: Of the disk.
        folder: Where on it.
        left: How many bytes are left.
        words: Of the command.
        told: A file that gets its exit status, and what it printed as an error.
    """
    room = space(kind, Path(folder))
    file = os.open(told, os.O_CREAT | os.O_WRONLY)
    errors, there = os.dup(2), os.dup(file)
    os.dup2(there, 2)
    room.take(left)
    status = run_command(words)
    room.give()
    os.dup2(errors, 2)
    os.write(file, f"{status}\n".encode())
