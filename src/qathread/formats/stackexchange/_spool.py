"""Rows on disk until all of them are known, then in the order of their numbers."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from ._index import is_id
from ._tables import TABLES, Table

__all__ = ["Numbered", "Spool", "later", "number_of"]

#: What stands for a number that is given when all rows are known: a letter for what
#: it numbers, and how many of these came before, between two NUL; text has none.
_LETTERS: Final[Mapping[Table, str]] = {
    "Badges": "B",
    "Comments": "C",
    "PostHistory": "H",
    "PostLinks": "L",
    "Posts": "P",
    "Tags": "G",
    "Users": "U",
    "Votes": "V",
}
_TABLES: Final[Mapping[str, Table]] = {
    letter: table for table, letter in _LETTERS.items()
}
#: The letter of a thread that is named by its id.
_THREAD: Final = "T"
_LATER: Final = re.compile(rb"\0([A-Z])([0-9,]+)\0")

#: Rows by table and number.
Numbered = Mapping[Table, Mapping[int, bytes]]

_SCHEMA: Final = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE people (k INTEGER PRIMARY KEY, id TEXT UNIQUE, name TEXT);
CREATE TABLE tags (k INTEGER PRIMARY KEY, name TEXT UNIQUE, count INTEGER);
CREATE TABLE threads (id TEXT PRIMARY KEY, number BLOB) WITHOUT ROWID;
CREATE TABLE names (k INTEGER PRIMARY KEY, id TEXT UNIQUE);
"""
_AT_ONCE: Final = 500


def number_of(text: str) -> int | None:
    """Return the number that an id is already; None if it is none."""
    return int(text) if is_id(text) else None


def later(table: Table, count: int) -> bytes:
    """Return what stands for a number until it is given."""
    return f"\0{_LETTERS[table]}{count}\0".encode()


class Spool:
    """
    The rows of a dump that is being written.

    Args:
        path: Where the SQLite file goes.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        run = self._db.execute
        # It is thrown away whatever happens: only what is taken back is kept safe.
        run("PRAGMA journal_mode = TRUNCATE")
        run("PRAGMA synchronous = OFF")
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA cache_size = -32768")
        self._db.executescript(_SCHEMA)
        for table in TABLES:
            run(f"CREATE TABLE rows_{table} (id INTEGER PRIMARY KEY, data BLOB)")
            run(f"CREATE TABLE new_{table} (k INTEGER PRIMARY KEY, data BLOB)")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- rows ------------------------------------------------------------------------

    def put(self, several: Sequence[Numbered], *, whole: bool = True) -> bool:
        """
        Add rows; if *whole* all of them or, where a number is taken, none.

        Returns:
            Whether all numbers were free.
        """
        self._db.execute("BEGIN")
        for table in TABLES:
            held = [rows[table] for rows in several if table in rows]
            if not held:
                continue
            found = sorted(chain.from_iterable(rows.items() for rows in held))
            before = self._db.total_changes
            self._db.executemany(
                f"INSERT OR IGNORE INTO rows_{table} VALUES (?, ?)", found
            )
            if whole and self._db.total_changes - before != len(found):
                self._db.execute("ROLLBACK")
                return False
        self._db.execute("COMMIT")
        return True

    def taken(self, rows: Numbered) -> dict[Table, set[int]]:
        """Return the numbers of *rows* that other rows have already."""
        found: dict[Table, set[int]] = {}
        for table, own in rows.items():
            ids = list(own)
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                for number, data in self._db.execute(
                    f"SELECT id, data FROM rows_{table} WHERE id IN ({marks})", some
                ):
                    if data != own[number]:
                        found.setdefault(table, set()).add(number)
        return found

    def put_new(self, table: Table, rows: Iterable[tuple[int, bytes]]) -> None:
        """Add rows that get their numbers later, each with its count."""
        self._db.execute("BEGIN")
        self._db.executemany(f"INSERT INTO new_{table} VALUES (?, ?)", rows)
        self._db.execute("COMMIT")

    def put_loose(self, table: Table, rows: Iterable[tuple[int, bytes]]) -> None:
        """Add rows that belong to no thread where their numbers are free."""
        self._db.execute("BEGIN")
        self._db.executemany(
            f"INSERT INTO rows_{table} VALUES (?, ?) ON CONFLICT (id) "
            "DO UPDATE SET data = excluded.data WHERE substr(data, 1, 1) != x'3c'",
            rows,
        )
        self._db.execute("COMMIT")

    def highest(self, table: Table) -> int:
        """Return the highest number in a table, 0 if it has none."""
        (number,) = self._db.execute(f"SELECT max(id) FROM rows_{table}").fetchone()
        return max(number or 0, 0)

    def in_order(self, table: Table) -> Iterator[bytes]:
        """Yield the rows of a table, those without a number at the end."""
        for kind, key in (("rows", "id"), ("new", "k")):
            for (data,) in self._db.execute(
                f"SELECT data FROM {kind}_{table} ORDER BY {key}"
            ):
                if data[:1] == b"<":  # else a number that is kept free
                    yield data

    # -- people, tags, threads -------------------------------------------------------

    def person(self, user_id: str, name: str | None) -> tuple[int, str | None]:
        """Return the count of someone whose id is no number, and the name kept."""
        self._db.execute(
            "INSERT INTO people (id, name) VALUES (?, ?) ON CONFLICT (id) "
            "DO UPDATE SET name = excluded.name WHERE name IS NULL",
            (user_id, name),
        )
        k, kept = self._db.execute(
            "SELECT k, name FROM people WHERE id = ?", (user_id,)
        ).fetchone()
        return k, kept

    def user(self, number: int, name: str) -> str:
        """Note the name of an account; return the name kept."""
        self._db.execute("INSERT OR IGNORE INTO users VALUES (?, ?)", (number, name))
        (kept,) = self._db.execute(
            "SELECT name FROM users WHERE id = ?", (number,)
        ).fetchone()
        return str(kept)

    def users(self) -> Iterator[tuple[int, str]]:
        """Yield accounts with their names, by number."""
        yield from self._db.execute("SELECT id, name FROM users ORDER BY id")

    def people(self) -> Iterator[tuple[int, str | None]]:
        """Yield those whose ids are no numbers, by count."""
        yield from self._db.execute("SELECT k, name FROM people ORDER BY k")

    def count_tags(self, tags: Iterable[str]) -> None:
        """Count each of the tags of one question."""
        self._db.executemany(
            "INSERT INTO tags (name, count) VALUES (?, 1) ON CONFLICT (name) "
            "DO UPDATE SET count = count + 1",
            ((tag,) for tag in tags),
        )

    def tags(self) -> Iterator[tuple[int, str, int]]:
        """Yield tags with the count of questions that have them."""
        yield from self._db.execute("SELECT k, name, count FROM tags ORDER BY k")

    def thread(self, thread_id: str, number: str | bytes) -> None:
        """Note the number of a thread whose id is another one."""
        data = number.encode() if isinstance(number, str) else number
        self._db.execute(
            "INSERT OR IGNORE INTO threads VALUES (?, ?)", (thread_id, data)
        )

    def reference(self, thread_ids: Iterable[str]) -> bytes:
        """Return what stands for the numbers of threads until all are known."""
        counts = []
        for thread_id in thread_ids:
            self._db.execute(
                "INSERT OR IGNORE INTO names (id) VALUES (?)", (thread_id,)
            )
            (k,) = self._db.execute(
                "SELECT k FROM names WHERE id = ?", (thread_id,)
            ).fetchone()
            counts.append(str(k))
        return f"\0{_THREAD}{','.join(counts)}\0".encode()

    # -- numbers ---------------------------------------------------------------------

    def settler(
        self, start: Mapping[Table, int], missing: Callable[[], None]
    ) -> Callable[[bytes], bytes]:
        """
        Return a function that puts the numbers into a row that waits for some.

        Args:
            start: For each table the highest number that is taken.
            missing: Called for each named thread that is not there.
        """

        def number(match: re.Match[bytes]) -> bytes:
            letter = match[1].decode()
            if letter != _THREAD:
                return b"%d" % (start[_TABLES[letter]] + int(match[2]))
            found = []
            for k in match[2].split(b","):
                thread_id, known = self._db.execute(
                    "SELECT id, number FROM names LEFT JOIN threads USING (id) "
                    "WHERE k = ?",
                    (int(k),),
                ).fetchone()
                if known is not None:
                    found.append(_LATER.sub(number, known))
                elif number_of(thread_id) is not None:
                    found.append(thread_id.encode())
                else:
                    missing()
            return b",".join(found)

        return lambda data: _LATER.sub(number, data)
