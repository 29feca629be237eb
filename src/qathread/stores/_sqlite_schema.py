"""The tables of a store in SQLite, of this release and of those before."""

import sqlite3
from collections.abc import Callable
from typing import Final

from ..errors import StoreCorruptError
from ._appending import event_of, refolded
from ._sqlite_rows import SQLiteRows
from ._summaries import UNKNOWN, columns, views

#: Says in the file's header whose it is: "qath" in ASCII.
APPLICATION_ID: Final = 0x71617468
SCHEMA_VERSION: Final = 2

_SHOWN = f"""
        kind TEXT NOT NULL DEFAULT 'qa',
        title TEXT,
        author_id TEXT,
        created INTEGER NOT NULL DEFAULT {UNKNOWN},
        active INTEGER NOT NULL DEFAULT {UNKNOWN},
        score INTEGER NOT NULL DEFAULT {UNKNOWN},
        answers INTEGER NOT NULL DEFAULT 0,
        comments INTEGER NOT NULL DEFAULT 0,
        accepted INTEGER NOT NULL DEFAULT 0,
        flags INTEGER NOT NULL DEFAULT 0"""

# Ids compare as bytes, which is by code point in UTF-8. A snapshot stands in a
# table of its own, so that a new version does not rewrite it. `position` is the
# order of commit. What follows `rewrites` is what lists show.
_LOG = (
    f"""
    CREATE TABLE threads (
        id TEXT NOT NULL PRIMARY KEY,
        first INTEGER NOT NULL,
        version INTEGER NOT NULL CHECK (version >= first),
        tail_bytes INTEGER NOT NULL,
        rewrites INTEGER NOT NULL DEFAULT 0,{_SHOWN}
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        thread_id TEXT NOT NULL REFERENCES threads (id),
        version INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (thread_id, version)
    )
    """,
    """
    CREATE TABLE snapshots (
        thread_id TEXT NOT NULL PRIMARY KEY REFERENCES threads (id),
        version INTEGER NOT NULL,
        body BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE operations (
        op_id TEXT NOT NULL PRIMARY KEY,
        thread_id TEXT NOT NULL REFERENCES threads (id) DEFERRABLE INITIALLY DEFERRED,
        base INTEGER NOT NULL,
        version INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)

# Since version 2. The words are letters and digits already; where they stand does
# not matter, so the index keeps no places.
_LISTS = (
    "CREATE INDEX threads_created ON threads (created, id)",
    "CREATE INDEX threads_active ON threads (active, id)",
    "CREATE INDEX threads_score ON threads (score, id)",
    "CREATE INDEX threads_answers ON threads (answers, id)",
    "CREATE INDEX threads_author ON threads (author_id, created, id)",
    """
    CREATE TABLE tags (
        tag TEXT NOT NULL,
        thread_id TEXT NOT NULL REFERENCES threads (id),
        PRIMARY KEY (tag, thread_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX tags_thread ON tags (thread_id)",
    """
    CREATE TABLE people (
        user_id TEXT NOT NULL,
        thread_id TEXT NOT NULL REFERENCES threads (id),
        PRIMARY KEY (user_id, thread_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX people_thread ON people (thread_id)",
    """
    CREATE TABLE searched (
        number INTEGER PRIMARY KEY,
        thread_id TEXT NOT NULL REFERENCES threads (id),
        post_id TEXT NOT NULL,
        UNIQUE (thread_id, post_id)
    )
    """,
    "CREATE VIRTUAL TABLE search USING fts5 ("
    "words, tokenize = 'ascii', detail = none, columnsize = 0)",
    """
    CREATE TABLE erased (
        digest BLOB NOT NULL,
        mode TEXT NOT NULL,
        PRIMARY KEY (digest, mode)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE settings (
        name TEXT NOT NULL PRIMARY KEY,
        value NOT NULL
    ) WITHOUT ROWID
    """,
)


def create(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file, inside the open transaction."""
    for statement in (*_LOG, *_LISTS):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the tables from an older version to this one, in the open transaction."""
    while version < SCHEMA_VERSION:
        step = _STEPS.get(version)
        if step is None:
            raise StoreCorruptError(
                f"the store has schema version {version}, which no release wrote: "
                "restore it from a backup"
            )
        step(connection)
        version += 1
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _lists(connection: sqlite3.Connection) -> None:
    """Version 1 to 2: lists and searches, counted from the events of each thread."""
    for column in _SHOWN.split(","):
        connection.execute(f"ALTER TABLE threads ADD COLUMN {column}")
    for statement in _LISTS:
        connection.execute(statement)
    rows = SQLiteRows(connection)
    query = "SELECT id, version FROM threads ORDER BY id"
    for thread_id, version in connection.execute(query).fetchall():
        head = rows.head(thread_id, lock=True)
        assert head is not None
        bodies = rows.bodies(thread_id, 0, version)
        events = tuple(event_of(body, thread_id) for body in bodies)
        thread = refolded(events, None, thread_id, version)
        seen = views(None, None, events, thread)
        shown = columns(seen.summary)
        rows.update_thread(thread_id, version, head.tail_bytes, shown)
        rows.put_tags(thread_id, (), seen.summary.tags)
        rows.put_people(thread_id, sorted(seen.people))
        rows.put_words(thread_id, seen.words)


_STEPS: Final[dict[int, Callable[[sqlite3.Connection], None]]] = {1: _lists}
