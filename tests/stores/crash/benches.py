"""Stores that are put back before each kill, and looked at after it."""

import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from qathread.errors import QathreadError, StoreCorruptError
from tests.stores.crash.content import Content, content
from tests.stores.crash.nursery import Nursery
from tests.stores.crash.opening import AnyStore, Opening, sqlite
from tests.stores.crash.oracle import agreement
from tests.stores.crash.statements import CHANGES

CHANGE: Final = "tests.stores.crash.statements:change"
#: No change has as many statements.
MOST: Final = 500


class Bench(Protocol):
    """
    One store, as it is before a change.

    Attributes:
        sound: How it is opened.
        opening: How the child opens it that is killed; maybe a planted one.
        done: A file that is there if the change was acknowledged.
    """

    sound: Opening
    opening: Opening
    done: Path

    def reset(self) -> None:
        """Put it back."""

    def content(self) -> Content:
        """Return everything that it holds."""

    def names(self, found: Content) -> list[str]:
        """Return the ids of the threads in a content."""


class FileBench:
    """
    One SQLite file.

    Args:
        folder: Where it may be.
        start: The file before the change; None: there is none.
        journal: Which journal it has.
        fault: Which planted store a child opens; None: a sound one.
    """

    def __init__(
        self, folder: Path, start: Path | None, journal: str, fault: str | None = None
    ) -> None:
        self._path, self._start = folder / "store.db", start
        self.done = folder / "done"
        self.sound = sqlite(self._path, journal)
        planted = f"tests.stores.crash.planted:{fault}"
        self.opening = self.sound if fault is None else self.sound.named(planted)

    def reset(self) -> None:
        """Copy the file anew."""
        for each in self._path.parent.glob(f"{self._path.name}*"):
            each.unlink()
        if self._start is not None:
            shutil.copy(self._start, self._path)

    def content(self) -> Content:
        """Return all rows."""
        return content(self._path)

    def names(self, found: Content) -> list[str]:
        """Return the ids of the threads."""
        return [str(row[1]) for row in found if row[0] == "threads"]


class ServerBench:
    """
    The tables of one database, as they are now.

    Args:
        folder: Where files may be.
        opening: How it is opened, through SQLAlchemy.
        engine: Of the same database.
    """

    def __init__(self, folder: Path, opening: Opening, engine: Any) -> None:
        from qathread.stores.sqlalchemy import metadata

        self.done, self.sound, self.opening = folder / "done", opening, opening
        self._engine, self._tables = engine, metadata.sorted_tables
        self._start = self._rows()

    def reset(self) -> None:
        """Put all rows back."""
        with self._engine.begin() as connection:
            for table in reversed(self._tables):
                connection.execute(table.delete())
            for table in self._tables:
                rows = self._start[table.name]
                if rows:
                    connection.execute(table.insert(), rows)

    def content(self) -> Content:
        """Return all rows, without the numbers that mean nothing."""
        found = [
            (name, *(value for key, value in row.items() if key != "number"))
            for name, rows in self._rows().items()
            for row in rows
        ]
        return sorted(found, key=repr)

    def names(self, found: Content) -> list[str]:
        """Return the ids of the threads."""
        return [str(row[1]) for row in found if row[0] == "qathread_threads"]

    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        with self._engine.connect() as connection:
            return {
                table.name: [
                    dict(row._mapping) for row in connection.execute(table.select())
                ]
                for table in self._tables
            }


def killed(
    bench: Bench,
    nursery: Nursery,
    name: str,
    number: int,
    when: Literal["before", "after"],
    on: str | None = None,
) -> bool:
    """Change a store from the start, with a kill; False: it was done before that."""
    bench.reset()
    bench.done.unlink(missing_ok=True)
    opening = (bench.opening.function, dict(bench.opening.arguments))
    status = nursery.run(CHANGE, *opening, name, number, when, on, str(bench.done))
    assert status in (0, -signal.SIGKILL)
    return status != 0


def committed(bench: Bench, nursery: Nursery, name: str) -> list[Content]:
    """Return what is there before a change, and after each of its commits."""
    bench.reset()
    states = [bench.content()]
    for number in range(1, MOST):
        cut = killed(bench, nursery, name, number, "after", "commit")
        now = bench.content()
        if now != states[-1]:
            states.append(now)
        if not cut:
            assert bench.done.exists()
            return states
    raise AssertionError(f"{name} does not end")


def killed_everywhere(
    bench: Bench, nursery: Nursery, name: str, states: Sequence[Content]
) -> tuple[list[str], int]:
    """
    Kill a change before each of its statements, and look at what is there.

    Args:
        bench: The store.
        nursery: Where children come from.
        name: Of the change.
        states: What may be there, in order.

    Returns:
        What is wrong, and at how many statements it was killed.
    """
    wrong, reached = list[str](), 0
    for number in range(1, MOST):
        cut = killed(bench, nursery, name, number, "before")
        faults, reached = _after(bench, name, states, reached)
        wrong += (f"{name}, killed before {number}: {each}" for each in faults)
        if not cut:
            return wrong, number - 1
    raise AssertionError(f"{name} does not end")


def _after(
    bench: Bench, name: str, states: Sequence[Content], reached: int
) -> tuple[list[str], int]:
    """Look at what one kill left, and do the change again."""
    wrong = list[str]()
    # Before it is opened again, where that is the change itself.
    found = bench.content() if name == "open" else []
    store: AnyStore = bench.sound.open()
    if name != "open":
        found = bench.content()
        try:
            wrong += agreement(store, bench.names(found)).all
        except StoreCorruptError as error:
            wrong.append(f"it is damaged: {error}")
    if found not in states:
        wrong.append("something is half done")
    else:
        if states.index(found) < reached:
            wrong.append("less is there than with an earlier kill")
        reached = states.index(found)
    if bench.done.exists() and found != states[-1]:
        wrong.append("it was acknowledged, and is not there")
    try:
        CHANGES[name](store)
    except QathreadError as error:
        wrong.append(f"it cannot be done again: {error}")
    store.close()
    if bench.content() != states[-1]:
        wrong.append("done again, it ends otherwise")
    return wrong, reached
