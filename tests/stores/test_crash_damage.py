"""Files and rows that were damaged: a store says so, in its own words (S13)."""

import random
import re
import time
from pathlib import Path
from typing import Final, get_args

import pytest

from qathread.errors import NotFoundError
from qathread.stores import SQLiteStore
from qathread.stores.sqlite import Journal
from tests.stores.crash.damage import (
    Ask,
    Told,
    answer,
    fill,
    flipped,
    look,
    questions,
    spoil,
)
from tests.stores.crash.opening import Opening, sqlalchemy, sqlite
from tests.stores.crash.servers import make_tables

journals = pytest.mark.parametrize("journal", get_args(Journal))


def asked(opening: Opening) -> tuple[dict[str, Ask], dict[str, object]]:
    """Return what a store can be asked, and what it answers."""
    store = opening.open()
    asks = questions(store)
    answers = {name: answer(store, ask) for name, ask in asks.items()}
    store.close()
    return asks, answers


# -- bytes -----------------------------------------------------------------------


def after_flips(path: Path, journal: Journal, flips: int, seed: int) -> Told:
    """Flip bytes of a file again and again, and ask what is left."""
    opening = sqlite(path, journal)
    with opening.open() as store:
        fill(store)
    data, rng, told = path.read_bytes(), random.Random(seed), Told()
    asks, answers = asked(opening)
    asks |= {"faults": SQLiteStore.faults, "stats": SQLiteStore.stats}
    answers |= {"faults": (), "stats": None}
    for number in range(flips):
        for each in path.parent.glob(f"{path.name}-*"):
            each.unlink()
        damaged, where = flipped(data, rng)
        path.write_bytes(damaged)
        look(opening, asks, answers, told, f"seed {seed}, flip {number}, {where}")
    print(f"seed {seed}, {journal}, {flips} flips: {told}")
    return told


def check(told: Told) -> None:
    """Nothing but errors of ours came out, and damage was told as such."""
    assert told.faults[:5] == []
    corrupt = told.errors["StoreCorruptError"]
    assert corrupt > told.errors.total() * 0.9
    # A text that was changed and is still a text cannot be told from another one.
    assert corrupt > told.other.total() - told.other["faults"] - told.other["stats"]


@pytest.mark.parametrize(("journal", "seed"), [("wal", 1), ("delete", 2)])
def test_flipped_bytes_are_told_or_do_not_matter(
    journal: Journal, seed: int, tmp_path: Path
) -> None:
    """Of any page, of a row or of what SQLite keeps beside rows."""
    check(after_flips(tmp_path / "store.db", journal, 200, seed))


@pytest.mark.slow
@journals
def test_thousands_of_flipped_bytes(journal: Journal, tmp_path: Path) -> None:
    seed = time.time_ns() % 10**6
    check(after_flips(tmp_path / "store.db", journal, 5_000, seed))


# -- rows ------------------------------------------------------------------------

#: ``thread 1`` has five events and no snapshot, ``thread 4`` has a snapshot.
ONE: Final = "WHERE thread_id = 'thread 1' AND version"
ALL_OF_ONE: Final = "load thread 1, history thread 1, feed, save thread 1, erase"
OTHER: Final = "SELECT body FROM events WHERE thread_id = 'thread 2' AND version = 3"
NEXT: Final = "SELECT body FROM events WHERE thread_id = 'thread 1' AND version = 4"
EVENTS: Final = {
    f"UPDATE events SET body = NULL {ONE} = 3": ALL_OF_ONE,
    f"UPDATE events SET body = 7 {ONE} = 3": ALL_OF_ONE,
    f"UPDATE events SET body = 'text' {ONE} = 3": ALL_OF_ONE,
    f"UPDATE events SET body = substr(body, 1, 30) {ONE} = 3": ALL_OF_ONE,
    f"UPDATE events SET body = ({OTHER}) {ONE} = 3": ALL_OF_ONE,
    f"UPDATE events SET body = ({NEXT}) {ONE} = 3": "load thread 1, history thread 1",
    f"UPDATE events SET body = ({NEXT}) {ONE} = 5": "load thread 1, history thread 1",
    f"DELETE FROM events {ONE} = 1": "load thread 1, history thread 1, erase",
    f"DELETE FROM events {ONE} = 3": "load thread 1, history thread 1, erase",
    f"DELETE FROM events {ONE} = 5": "load thread 1, history thread 1, end of thread 1",
    f"UPDATE events SET version = 105 {ONE} = 5": "load thread 1, end of thread 1",
    "DELETE FROM events": "load thread 0, history thread 0, load thread 1, first 0",
}
FOUR: Final = "WHERE thread_id = 'thread 4'"
SNAPSHOTS: Final = {
    f"UPDATE snapshots SET body = NULL {FOUR}": "",
    f"UPDATE snapshots SET body = 7 {FOUR}": "load thread 4, save thread 4",
    f"UPDATE snapshots SET body = 'text' {FOUR}": "load thread 4, save thread 4",
    f"UPDATE snapshots SET body = substr(body, 9) {FOUR}": "load thread 4",
    f"UPDATE snapshots SET body = ({OTHER}) {FOUR}": "load thread 4, save thread 4",
    "UPDATE snapshots SET body ="
    f" (SELECT body FROM snapshots WHERE thread_id = 'thread 3') {FOUR}": (
        "load thread 4, save thread 4"
    ),
    f"UPDATE snapshots SET version = version - 1 {FOUR}": "load thread 4",
    f"UPDATE snapshots SET version = 'x' {FOUR}": "load thread 4, save thread 4",
    f"UPDATE snapshots SET version = 999 {FOUR}": "load thread 4, save thread 4",
}
HEAD: Final = "WHERE id = 'thread 1'"
READING: Final = "load thread 1, history thread 1"
LISTS: Final = "find by newest, find by id, find word, find tag"
HEADS: Final = {
    f"UPDATE threads SET version = 9 {HEAD}": f"{READING}, end of thread 1",
    f"UPDATE threads SET version = 0 {HEAD}": READING,
    f"UPDATE threads SET version = 'x' {HEAD}": f"{READING}, save thread 1, {LISTS}",
    f"UPDATE threads SET version = NULL {HEAD}": f"{READING}, save thread 1, {LISTS}",
    f"UPDATE threads SET first = 6 {HEAD}": READING,
    f"UPDATE threads SET first = NULL {HEAD}": READING,
    f"UPDATE threads SET tail_bytes = 'x' {HEAD}": f"{READING}, save thread 1",
    f"UPDATE threads SET rewrites = NULL {HEAD}": f"{READING}, save thread 1",
    f"UPDATE threads SET kind = 'x' {HEAD}": LISTS,
    f"UPDATE threads SET kind = NULL {HEAD}": f"{READING}, {LISTS}",
    f"UPDATE threads SET title = x'ff' {HEAD}": f"{READING}, {LISTS}",
    f"UPDATE threads SET score = 'x' {HEAD}": f"{READING}, {LISTS}",
    f"UPDATE threads SET created = 9223372036854775807 {HEAD}": LISTS,
    f"UPDATE threads SET active = 0.5 {HEAD}": f"{READING}, {LISTS}",
    f"DELETE FROM threads {HEAD}": f"{READING}, first 1, then 1, erase",
}
OTHERS: Final = {
    "UPDATE operations SET version = 99 WHERE op_id = 'then 1'": "then 1",
    "UPDATE operations SET version = NULL WHERE op_id = 'then 1'": "then 1",
    "UPDATE operations SET thread_id = 'x' WHERE op_id = 'then 1'": "then 1",
    "UPDATE operations SET thread_id = x'ff' WHERE op_id = 'then 1'": "then 1",
    "UPDATE operations SET base = 7 WHERE op_id = 'then 1'": "then 1",
    "UPDATE tags SET tag = x'ff' WHERE tag = 'thread 1'": "find by newest",
    "UPDATE people SET thread_id = 'x' WHERE thread_id = 'thread 1'": "erase",
    "UPDATE people SET thread_id = x'ff' WHERE thread_id = 'thread 1'": "erase",
    "UPDATE erased SET mode = 'x'": "",
    "UPDATE settings SET value = NULL WHERE name = 'salt'": "save an import, erase",
    "UPDATE settings SET value = 5 WHERE name = 'salt'": "save an import, erase",
}
ROWS: Final = EVENTS | SNAPSHOTS | HEADS | OTHERS
TABLE: Final = re.compile(r"\b(UPDATE|FROM) (?=[a-z])")


def check_rows(opening: Opening, path: Path, statements: dict[str, str]) -> None:
    """Damage the rows of one file in many ways, each anew."""
    store = opening.open()
    fill(store)
    store.close()
    data = path.read_bytes()
    asks, answers = asked(opening)
    for statement, needed in statements.items():
        for each in path.parent.glob(f"{path.name}-*"):
            each.unlink()
        path.write_bytes(data)
        assert spoil(path, statement) > 0, statement
        told = Told()
        corrupt = look(opening, asks, answers, told, statement)
        assert told.faults == []
        missed = set(filter(None, needed.split(", "))) - corrupt
        assert not missed, f"{statement}: not told by {missed}"
        print(f"{statement}: {told}")


@journals
def test_damaged_rows_are_told(journal: Journal, tmp_path: Path) -> None:
    """Of each table, whatever was put there."""
    path = tmp_path / "store.db"
    check_rows(sqlite(path, journal), path, ROWS)


def test_damaged_rows_behind_sqlalchemy_are_told(tmp_path: Path) -> None:
    """What is looked at is the same for all databases."""
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    path = tmp_path / "store.db"
    url = f"sqlite+pysqlite:///{path}"
    make_tables(url)
    check_rows(sqlalchemy(url), path, prefixed(ROWS))


def prefixed(statements: dict[str, str]) -> dict[str, str]:
    """Return the same for the tables of SQLAlchemy, which note snapshots elsewhere."""
    found = {}
    for statement, needed in statements.items():
        if statement.startswith("UPDATE snapshots SET version"):
            statement = statement.replace("snapshots SET version", "threads SET sv")
            statement = statement.replace("= version", "= sv").replace(
                "thread_id", "id"
            )
            statement = statement.replace("sv", "snapshot_version")
        found[TABLE.sub(r"\1 qathread_", statement)] = needed
    return found


# -- the tests tell --------------------------------------------------------------


def test_a_store_that_tells_nothing_is_found(tmp_path: Path) -> None:
    """Errors that are not of ours, and wrong ones of ours, are faults."""
    path = tmp_path / "store.db"
    opening = sqlite(path)
    with opening.open() as store:
        fill(store)

    def leaks(_: object) -> object:
        raise KeyError("x")

    def lacks(_: object) -> object:
        raise NotFoundError("x")

    told = Told()
    look(opening, {"a": leaks, "b": lacks}, {}, told, "here")
    assert told.faults == ["here: a: KeyError('x')", "here: b: NotFoundError('x')"]
