"""Everything that a SQLite file holds, to be compared."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

_WORDS: Final = """
    SELECT s.thread_id, s.post_id, search.words
    FROM searched AS s LEFT JOIN search ON search.rowid = s.number
"""

#: Rows, each with the name of its table.
Content: TypeAlias = list[tuple[object, ...]]


def content(path: Path) -> Content:
    """
    Return every row of a file, its tables, and the version of its schema.

    The index of words is told by the words of each post: in which order they came
    into it does not matter, and SQLite itself checks the rest.
    """
    with closing(sqlite3.connect(path)) as connection:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema")
        tables = sorted(schema, key=repr)
        found: Content = [("schema", *row) for row in tables]
        found += connection.execute("PRAGMA user_version") if tables else ()
        for kind, name, _ in tables:
            if kind != "table" or name.startswith("search_"):
                continue
            query = _WORDS if name == "searched" else f"SELECT * FROM {name}"
            if name != "search":
                rows = connection.execute(query)
                found += [(name, *row) for row in sorted(rows, key=repr)]
    return found


def unsalted(found: Content) -> Content:
    """Leave out the one thing that is drawn by chance, for each file anew."""
    return [row for row in found if row[:2] != ("settings", "salt")]
