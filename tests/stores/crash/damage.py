"""
A store whose bytes or rows were damaged, and everything that it can be asked.

What a store answered before the damage is what it must answer after it, or it says
that it is damaged. A text that was changed and still is a text cannot be told from
one that was written so: that is counted.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, TypeAlias

from attrs import define, evolve, field

from qathread import Thread
from qathread.errors import QathreadError, StoreCorruptError, StoreError
from qathread.stores import EraseMode, ThreadOrder, ThreadQuery
from qathread.testing._samples import an_import
from tests.stores.crash.actions import action, prepared, thread_id
from tests.stores.crash.opening import AnyStore, Opening

#: Versions of the threads; the last ones have snapshots, with and without a tail.
VERSIONS: Final = (3, 5, 9, 24, 40)
THREADS: Final = len(VERSIONS)
IMPORTED: Final = "imported"
#: Of threads, events or pages, no store has more.
MOST: Final = 100
PAGE: Final = 4096

Ask: TypeAlias = Callable[[AnyStore], object]


def acted(thread: Thread, first: int, count: int) -> Thread:
    """Return a thread after some actions of its own."""
    number = first
    while count:
        todo = action(f"1-{number}", THREADS)
        if todo.thread_id == thread.id:
            thread = todo.change(thread)
            count -= 1
        number += 1
    return thread


def fill(store: AnyStore) -> None:
    """Put threads there, each in two saves under op ids."""
    for number, version in enumerate(VERSIONS):
        thread = prepared(number)
        first = acted(thread, 1, (version - thread.version) // 2)
        saved = store.save(first, op_id=f"first {number}")
        later = acted(saved, 1_000, version - saved.version)
        store.save(later, op_id=f"then {number}")
    store.save(an_import(IMPORTED))
    store.erase("nobody", EraseMode.REDACT)


def questions(store: AnyStore) -> dict[str, Ask]:
    """Return what can be asked of a sound store; changes come last."""
    names = [thread_id(number) for number in range(THREADS)] + [IMPORTED]
    known = {name: store.load(name) for name in names}
    asks = dict(_readings(known))
    for number, name in enumerate(names[:-1]):
        later = acted(known[name], 2_000, 2)
        asks[f"save {name}"] = _saving(later, f"last {number}")
        first = acted(prepared(number), 1, (VERSIONS[number] - 2) // 2)
        asks[f"save {name} again"] = _saving(first, f"first {number}")
    asks["save a new one"] = _saving(acted(prepared(THREADS), 1, 0), "new")
    asks["save an import"] = _saving(an_import("another"), "import")
    asks["erase"] = lambda store: store.erase("asker", EraseMode.REDACT)
    return asks


def _saving(thread: Thread, op_id: str) -> Ask:
    return lambda store: store.save(thread, op_id=op_id)


def _calling(name: str, *arguments: object) -> Ask:
    return lambda store: getattr(store, name)(*arguments)


def _readings(known: dict[str, Thread]) -> Iterator[tuple[str, Ask]]:
    for name, thread in known.items():
        yield f"load {name}", _calling("load", name)
        yield f"history {name}", _calling("history", name)
        yield f"end of {name}", _calling("history", name, thread.version - 1)
    for version in (20, 38):
        yield f"load {version}", _calling("load", thread_id(4), version)
    for number in range(THREADS):
        for word in ("first", "then"):
            yield f"{word} {number}", _calling("operation", f"{word} {number}")
    every = ThreadQuery(lacking=frozenset())
    for order in ThreadOrder:
        yield f"find by {order}", _finding(evolve(every, order=order))
    for what, query in (
        ("word", evolve(every, text="thus")),
        ("tag", evolve(every, tags=("crash",))),
        ("person", evolve(every, participant_id="asker")),
        ("author", evolve(every, author_id="asker", answered=True)),
    ):
        yield f"find {what}", _finding(query)
    yield "feed", _feed


def _finding(query: ThreadQuery) -> Ask:
    return lambda store: _pages(store, query)


def _pages(store: AnyStore, query: ThreadQuery) -> object:
    found: list[object] = []
    cursor = None
    for _ in range(MOST):
        page = store.find(query, cursor, 4)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found


def _feed(store: AnyStore) -> object:
    found: list[object] = []
    after = 0
    for _ in range(MOST):
        entries = store.feed(after, 30)
        if not entries:
            break
        found += entries
        after = entries[-1].position
    return found


def answer(store: AnyStore, ask: Ask) -> object:
    """Return what a store answers, or the error of ours that it raises."""
    try:
        return ask(store)
    except QathreadError as error:
        return error


@define
class Told:
    """
    What damaged stores answered.

    Attributes:
        right: How many answers were as before the damage.
        errors: How often which error of ours came instead.
        other: How often which question was answered otherwise.
        faults: What no store may do.
    """

    right: int = 0
    errors: Counter[str] = field(factory=Counter)
    other: Counter[str] = field(factory=Counter)
    faults: list[str] = field(factory=list)

    def __str__(self) -> str:
        return f"{self.right} right, {dict(self.errors)}, otherwise {dict(self.other)}"


def look(
    opening: Opening,
    asks: dict[str, Ask],
    answers: dict[str, object],
    told: Told,
    where: str,
) -> set[str]:
    """
    Ask a damaged store everything.

    Args:
        opening: How it is opened.
        asks: The questions.
        answers: What it answered when it was sound.
        told: Takes what it answers now.
        where: The damage, for messages.

    Returns:
        The questions to which it said that it is damaged.
    """
    corrupt = set()
    try:
        store = opening.open()
    except StoreError as error:
        told.errors[type(error).__name__] += 1
        return set(asks)
    except Exception as error:  # whatever it is
        told.faults.append(f"{where}: opening: {error!r}")
        return set()
    for name, ask in asks.items():
        try:
            got = answer(store, ask)
        except Exception as error:  # whatever it is
            told.faults.append(f"{where}: {name}: {error!r}")
            continue
        if isinstance(got, QathreadError):
            told.errors[type(got).__name__] += 1
            if not may_be_told(name, got):
                told.faults.append(f"{where}: {name}: {got!r}")
            if isinstance(got, StoreCorruptError):
                corrupt.add(name)
        elif got == answers[name]:
            told.right += 1
        else:
            told.other[name.split()[0]] += 1
    with suppress(StoreError):
        store.close()
    return corrupt


def may_be_told(name: str, error: QathreadError) -> bool:
    """Whether an error may come out of a damaged store."""
    known = {"StoreCorruptError", "StoreTooNewError", "StoreUnavailableError"}
    if name.startswith("save"):
        # What is stored may be another valid thread now, which the change does not fit.
        known |= {"IntegrityError", "OperationReusedError", "VersionConflictError"}
    return type(error).__name__ in known


def flipped(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """Return a file with some bytes of one page changed, and where they are."""
    page = rng.randrange(len(data) // PAGE)
    changed = bytearray(data)
    # Most is told by the first bytes of a page; the rest of it is rows.
    span = rng.choice((16, 100, PAGE, PAGE))
    places = [page * PAGE + rng.randrange(span) for _ in range(rng.choice((1, 1, 4)))]
    for place in places:
        changed[place] ^= rng.choice((1 << rng.randrange(8), rng.randrange(1, 256)))
    return bytes(changed), f"page {page + 1}, bytes {places}"


def spoil(path: Path, statement: str) -> int:
    """Change rows of a SQLite file, whatever its tables allow; say how many."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')"
            " WHERE type = 'table' AND name NOT LIKE '%search%'"
        )
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        return connection.execute(statement).rowcount
