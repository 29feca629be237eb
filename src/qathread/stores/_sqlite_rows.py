"""The statements of a store in SQLite."""

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..ids import PostId, ThreadId, UserId
from ._asking import Plan
from ._rows import SHOWN, Columns, Head, Listed, Operation
from ._trusting import damaged

_HEAD: Final = f"""
    SELECT t.first, t.version, t.tail_bytes, t.rewrites, s.version, length(s.body),
        {", ".join(f"t.{name}" for name in SHOWN)}
    FROM threads AS t LEFT JOIN snapshots AS s ON s.thread_id = t.id
    WHERE t.id = ?
"""
_BODIES: Final = """
    SELECT body FROM events WHERE thread_id = ? AND version > ? AND version <= ?
    ORDER BY version
"""
_FEED: Final = """
    SELECT position, thread_id, body FROM events WHERE position > ?
    ORDER BY position LIMIT ?
"""
_INSERT: Final = f"""
    INSERT INTO threads (id, first, version, tail_bytes, {", ".join(SHOWN)})
    VALUES (?, ?, ?, ?{", ?" * len(SHOWN)}) ON CONFLICT (id) DO NOTHING
"""
_LISTED: Final = ", ".join(f"t.{name}" for name in Listed._fields)

#: Fewer rows than this are looked up and sorted; of more, the first that fit are
#: looked for in the order of the list.
_FEW: Final = 2_000


class SQLiteRows:
    """The rows of one transaction; see :class:`qathread.stores._rows.Rows`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute

    # -- threads and events ------------------------------------------------------

    def head(self, thread_id: ThreadId, *, lock: bool) -> Head | None:
        """Look a thread up; the transaction has locked the whole file."""
        row = self._execute(_HEAD, (thread_id,)).fetchone()
        return None if row is None else Head._make(row)

    def bodies(self, thread_id: ThreadId, after: int, version: int) -> list[bytes]:
        """Return events."""
        rows = self._execute(_BODIES, (thread_id, after, version))
        return [body for (body,) in rows]

    def snapshot(self, thread_id: ThreadId) -> bytes | None:
        """Return a snapshot."""
        query = "SELECT body FROM snapshots WHERE thread_id = ?"
        row = self._execute(query, (thread_id,)).fetchone()
        return None if row is None else row[0]

    def operation(self, op_id: str) -> Operation | None:
        """Look an op id up."""
        query = "SELECT thread_id, base, version FROM operations WHERE op_id = ?"
        row = self._execute(query, (op_id,)).fetchone()
        return None if row is None else Operation._make(row)

    def claim(self, op_id: str, operation: Operation) -> bool:
        """Take an op id; the key of its table tells whether it was free."""
        done = self._execute(
            "INSERT INTO operations (op_id, thread_id, base, version)"
            " VALUES (?, ?, ?, ?) ON CONFLICT (op_id) DO NOTHING",
            (op_id, *operation),
        )
        return done.rowcount == 1

    def insert_thread(
        self,
        thread_id: ThreadId,
        first: int,
        version: int,
        tail_bytes: int,
        shown: Columns,
    ) -> bool:
        """Add a thread."""
        values = (shown[name] for name in SHOWN)
        row = (thread_id, first, version, tail_bytes, *values)
        return self._execute(_INSERT, row).rowcount == 1

    def update_thread(
        self, thread_id: ThreadId, version: int, tail_bytes: int, changed: Columns
    ) -> None:
        """Change a thread; only what differs, so that few indexes are written."""
        names = "".join(f", {name} = ?" for name in changed)
        self._execute(
            f"UPDATE threads SET version = ?, tail_bytes = ?{names} WHERE id = ?",
            (version, tail_bytes, *changed.values(), thread_id),
        )

    def append(self, thread_id: ThreadId, after: int, bodies: Sequence[bytes]) -> None:
        """Add events; with one writer at a time, positions rise as they commit."""
        self._connection.executemany(
            "INSERT INTO events (thread_id, version, body) VALUES (?, ?, ?)",
            (
                (thread_id, version, body)
                for version, body in enumerate(bodies, start=after + 1)
            ),
        )

    def put_snapshot(self, thread_id: ThreadId, version: int, body: bytes) -> None:
        """Replace a snapshot."""
        self._execute(
            "REPLACE INTO snapshots (thread_id, version, body) VALUES (?, ?, ?)",
            (thread_id, version, body),
        )

    def rewrite(self, thread_id: ThreadId, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Replace events in place."""
        self._connection.executemany(
            "UPDATE events SET body = ? WHERE thread_id = ? AND version = ?",
            ((body, thread_id, version) for version, body in bodies),
        )
        self._execute(
            "UPDATE threads SET rewrites = rewrites + 1 WHERE id = ?", (thread_id,)
        )

    def feed(self, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
        """Return events by position."""
        return self._execute(_FEED, (after, limit)).fetchall()

    # -- what lists and searches need --------------------------------------------

    def tags(self, thread_ids: Sequence[ThreadId]) -> list[tuple[ThreadId, str]]:
        """Return tags."""
        marks = ", ".join("?" * len(thread_ids))
        query = f"SELECT thread_id, tag FROM tags WHERE thread_id IN ({marks})"
        return self._execute(query, tuple(thread_ids)).fetchall()

    def put_tags(
        self, thread_id: ThreadId, gone: Iterable[str], new: Iterable[str]
    ) -> None:
        """Change tags."""
        self._connection.executemany(
            "DELETE FROM tags WHERE tag = ? AND thread_id = ?",
            ((tag, thread_id) for tag in gone),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO tags (tag, thread_id) VALUES (?, ?)",
            ((tag, thread_id) for tag in new),
        )

    def people(self, thread_id: ThreadId) -> list[UserId]:
        """Return who appears."""
        query = "SELECT user_id FROM people WHERE thread_id = ?"
        return [user_id for (user_id,) in self._execute(query, (thread_id,))]

    def put_people(self, thread_id: ThreadId, new: Iterable[UserId]) -> None:
        """Note who appears."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO people (user_id, thread_id) VALUES (?, ?)",
            ((user_id, thread_id) for user_id in new),
        )

    def drop_people(self, thread_id: ThreadId, gone: Iterable[UserId]) -> None:
        """Take people back."""
        self._connection.executemany(
            "DELETE FROM people WHERE user_id = ? AND thread_id = ?",
            ((user_id, thread_id) for user_id in gone),
        )

    def threads_of(
        self, user_id: UserId, after: ThreadId, limit: int
    ) -> list[ThreadId]:
        """Return where somebody appears."""
        query = (
            "SELECT thread_id FROM people WHERE user_id = ? AND thread_id > ?"
            " ORDER BY thread_id LIMIT ?"
        )
        found = self._execute(query, (user_id, after, limit))
        return [thread_id for (thread_id,) in found]

    def words(self, thread_id: ThreadId) -> list[tuple[PostId, str]]:
        """Return the words of posts."""
        query = (
            "SELECT p.post_id, s.words FROM searched AS p"
            " JOIN search AS s ON s.rowid = p.number WHERE p.thread_id = ?"
        )
        return self._execute(query, (thread_id,)).fetchall()

    def put_words(
        self, thread_id: ThreadId, words: Mapping[PostId, str | None]
    ) -> None:
        """Change the words of posts; an index row has the number of its post."""
        for post_id, found in words.items():
            query = "SELECT number FROM searched WHERE thread_id = ? AND post_id = ?"
            row = self._execute(query, (thread_id, post_id)).fetchone()
            if row is not None:
                self._execute("DELETE FROM search WHERE rowid = ?", row)
                if found is None:
                    self._execute("DELETE FROM searched WHERE number = ?", row)
                    continue
            elif found is None:
                continue
            else:
                row = self._execute(
                    "INSERT INTO searched (thread_id, post_id) VALUES (?, ?)"
                    " RETURNING number",
                    (thread_id, post_id),
                ).fetchone()
            self._execute(
                "INSERT INTO search (rowid, words) VALUES (?, ?)", (row[0], found)
            )

    def find(self, plan: Plan) -> list[Listed]:
        """Return the threads of one page."""
        where: list[str] = []
        values: list[str | int] = []
        for column, compared, value in plan.where:
            match compared:
                case "all":
                    where.append(f"t.{column} & ? = ?")
                    values += (value, value)
                case "none":
                    where.append(f"t.{column} & ? = 0")
                    values.append(value)
                case _:
                    where.append(f"t.{column} {compared} ?")
                    values.append(value)
        for condition, parameter in self._among(plan):
            where.append(condition)
            values.append(parameter)
        if plan.after is not None:
            sign = "<" if plan.descending else ">"
            if plan.key == "id":
                where.append(f"t.id {sign} ?")
                values.append(plan.after[1])
            else:
                where.append(f"(t.{plan.key}, t.id) {sign} (?, ?)")
                values += plan.after
        by = "DESC" if plan.descending else "ASC"
        query = (
            f"SELECT {_LISTED} FROM threads AS t"
            f" WHERE {' AND '.join(where) or '1'}"
            f" ORDER BY {'' if plan.key == 'id' else f't.{plan.key} {by}, '}t.id {by}"
            " LIMIT ?"
        )
        return [
            Listed._make(row) for row in self._execute(query, (*values, plan.limit))
        ]

    def _among(self, plan: Plan) -> Iterable[tuple[str, str]]:
        """Yield conditions that other tables decide, each with its parameter."""
        parts = [("tags AS g", "g.thread_id", "g.tag = ?", tag) for tag in plan.tags]
        if plan.participant_id is not None:
            who = plan.participant_id
            parts.append(("people AS p", "p.thread_id", "p.user_id = ?", who))
        if plan.words:
            parts.append(
                (
                    "search JOIN searched AS w ON w.number = search.rowid",
                    "w.thread_id",
                    "search MATCH ?",
                    " AND ".join(f'"{word}"' for word in plan.words),
                )
            )
        for table, column, condition, parameter in parts:
            some = f"SELECT 1 FROM {table} WHERE {condition} LIMIT {_FEW}"
            query = f"SELECT count(*) FROM ({some})"
            (count,) = self._execute(query, (parameter,)).fetchone()
            if count < _FEW or "MATCH" in condition:
                inner = f"SELECT {column} FROM {table} WHERE {condition}"
                # A blank + keeps the order of the list from being given up.
                yield f"{'t' if count < _FEW else '+t'}.id IN ({inner})", parameter
            else:
                yield (
                    f"EXISTS (SELECT 1 FROM {table} WHERE {condition}"
                    f" AND {column} = t.id)",
                    parameter,
                )

    # -- who was erased ----------------------------------------------------------

    def erased(self, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Return who was erased."""
        marks = ", ".join("?" * len(digests))
        query = f"SELECT digest, mode FROM erased WHERE digest IN ({marks})"
        return self._execute(query, tuple(digests)).fetchall()

    def put_erased(self, digest: bytes, mode: str) -> None:
        """Note who is erased."""
        self._execute(
            "INSERT OR IGNORE INTO erased (digest, mode) VALUES (?, ?)", (digest, mode)
        )

    def salt(self) -> bytes:
        """Return the salt of the file; the first erasure or import makes it."""
        query = "SELECT value FROM settings WHERE name = 'salt'"
        row = self._execute(query).fetchone()
        if row is None:
            row = (os.urandom(16),)
            self._execute("INSERT INTO settings (name, value) VALUES ('salt', ?)", row)
        if type(row[0]) is not bytes:
            raise damaged("the salt of the store", "it is not stored as bytes")
        return row[0]
