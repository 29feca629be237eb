"""
Which rows belong to which question: an SQLite file beside the dump, or a temporary one.

The posts of one question, their comments, votes and history stand anywhere in their
files. One pass over each file notes where the rows of each post are, see
:mod:`._indexing`; then the rows of a thread are found by their place. Building costs
time linear in the size of the dump (and sorting by the database), memory that does not
depend on it, and disk space of 3 to 6 % of it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from struct import Struct
from typing import Final

from attrs import frozen

from ._decoding import Row
from ._tables import Table

__all__ = [
    "PARTS",
    "PLACE",
    "Found",
    "Index",
    "Style",
    "bad_id",
    "is_id",
    "places_in",
    "votes_in",
]

#: How the place and the size of a row are noted.
PLACE: Final = Struct("<qi")
#: What hangs on a post, by the number of its part.
PARTS: Final[Mapping[Table, int]] = {
    "Comments": 1,
    "PostHistory": 2,
    "PostLinks": 3,
    "Votes": 4,
}


@frozen
class Style:
    """
    How a file is written around its rows, so that it can be written so again.

    Attributes:
        before: All bytes before the first row.
        between: The blanks between two rows.
        close: How a row ends, behind the last quote.
        after: All bytes behind the last row.
    """

    before: bytes
    between: bytes
    close: bytes
    after: bytes


@frozen
class Found:
    """
    The rows of one thread, not yet decoded.

    Attributes:
        question: The id of its question, which may not be at hand.
        posts: (place, size) of the question and its answers, by id.
        parts: For each part the bytes that were noted, by post.
    """

    question: int
    posts: list[tuple[int, int, int]]
    parts: dict[int, dict[int, bytes]]


class Index:
    """
    The index of one dump.

    Args:
        path: Where the SQLite file is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.execute("PRAGMA cache_size = -32768")
        self._names: dict[int, str | None] = {}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- look-ups --------------------------------------------------------------------

    def meta(self, name: str) -> str | None:
        """Return what was noted of the dump as a whole."""
        try:
            row = self._db.execute(
                "SELECT value FROM meta WHERE name = ?", (name,)
            ).fetchone()
        except sqlite3.DatabaseError:
            return None
        return None if row is None else str(row[0])

    def style(self, table: Table) -> Style | None:
        """Return how the file of a table is written; None: there is none."""
        text = self.meta(f"style {table}")
        if text is None:
            return None
        return Style(*(part.encode("latin-1") for part in json.loads(text)))

    def questions(self, after: int = -1, ids: Sequence[int] | None = None) -> list[int]:
        """Return the next ids of threads, in order, some hundreds at most."""
        if ids is not None:
            marks = ",".join("?" * len(ids))
            rows = self._db.execute(
                f"SELECT DISTINCT question FROM posts WHERE question IN ({marks}) "
                "ORDER BY question",
                ids,
            )
        else:
            rows = self._db.execute(
                "SELECT DISTINCT question FROM posts WHERE question > ? "
                "ORDER BY question LIMIT 256",
                (after,),
            )
        return [question for (question,) in rows]

    def count(self) -> int:
        """Return how many threads there are."""
        row = self._db.execute("SELECT count(DISTINCT question) FROM posts").fetchone()
        return int(row[0])

    def found(self, questions: Sequence[int], parts: Sequence[int]) -> list[Found]:
        """Return where the rows of some threads are, in the order of *questions*."""
        marks = ",".join("?" * len(questions))
        threads = {question: Found(question, [], {}) for question in questions}
        for question, post, place, size in self._db.execute(
            f"SELECT question, id, place, size FROM posts WHERE question IN ({marks})"
            " ORDER BY question, id",
            questions,
        ):
            threads[question].posts.append((post, place, size))
        if parts:
            wanted = ",".join(map(str, parts))
            for question, part, post, data in self._db.execute(
                "SELECT question, part, post, data FROM posts JOIN parts ON post = id "
                f"WHERE question IN ({marks}) AND part IN ({wanted}) "
                "ORDER BY question, id, part, wave",
                questions,
            ):
                held = threads[question].parts.setdefault(part, {})
                held[post] = held[post] + data if post in held else data
        return [threads[question] for question in questions]

    def posts(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Return (place, size) of the posts of some ids, as far as they are there."""
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(
            f"SELECT place, size FROM posts WHERE id IN ({marks}) ORDER BY place", ids
        )
        return rows.fetchall()

    def leave_out(self, ids: Iterable[int]) -> None:
        """Behave from now on as if some posts were not there."""
        numbers = ",".join(map(str, ids))
        self._db.execute(
            "CREATE TEMP VIEW posts AS "
            f"SELECT * FROM main.posts WHERE id NOT IN ({numbers})"
        )

    def pages(self) -> Iterator[tuple[int, int]]:
        """Yield (place, size) of the posts that belong to no thread."""
        yield from self._db.execute(
            "SELECT place, size FROM posts WHERE question IS NULL ORDER BY place"
        )

    def loose(self, part: int) -> Iterator[tuple[int, bytes]]:
        """Yield what was noted of rows that hang on no post of a thread, by post."""
        yield from self._db.execute(
            "SELECT post, data FROM parts LEFT JOIN posts ON id = post "
            "WHERE part = ? AND question IS NULL ORDER BY post, wave",
            (part,),
        )

    def names(self, ids: Iterable[int]) -> dict[int, str | None]:
        """Return the names of those users that have a record."""
        wanted = set(ids)
        missing = list(wanted - self._names.keys())
        if len(self._names) + len(missing) > 200_000:
            self._names.clear()
            missing = list(wanted)
        for start in range(0, len(missing), 500):
            some = missing[start : start + 500]
            marks = ",".join("?" * len(some))
            self._names.update(
                self._db.execute(
                    f"SELECT id, name FROM users WHERE id IN ({marks})", some
                )
            )
        return {user: self._names[user] for user in wanted if user in self._names}

    def user(self, user_id: int) -> tuple[int, int] | None:
        """Return (place, size) of the whole record of a user."""
        row = self._db.execute(
            "SELECT place, size FROM users WHERE id = ?", (user_id,)
        ).fetchone()
        return None if row is None else (row[0], row[1])


# -- what was noted --------------------------------------------------------------


def places_in(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield what was noted of the rows of one post: place and size."""
    return PLACE.iter_unpack(data)


def votes_in(post: int, data: bytes) -> Iterator[Row]:
    """Yield the votes on one post as rows."""
    for line in data.decode().split("\n"):
        if line.startswith("{"):
            yield json.loads(line)
        elif line:
            vote, kind, day, user, amount = line.split(",")
            row = {
                "Id": vote,
                "PostId": str(post),
                "VoteTypeId": kind,
                "CreationDate": f"{day}T00:00:00.000",
            }
            if user:
                row["UserId"] = user
            if amount:
                row["BountyAmount"] = amount
            yield row


# -- ids -------------------------------------------------------------------------


#: The columns of each table without which a row belongs nowhere.
_NEEDED: Final[Mapping[Table, tuple[str, ...]]] = {
    "Badges": ("Id", "UserId"),
    "Comments": ("Id", "PostId"),
    "PostHistory": ("Id", "PostId"),
    "PostLinks": ("Id", "PostId"),
    "Posts": ("Id", "PostTypeId"),
    "Tags": ("Id",),
    "Users": ("Id",),
    "Votes": ("Id", "PostId", "VoteTypeId"),
}


#: Where the software itself may stand.
_SIGNED: Final = frozenset({("Badges", "UserId"), ("Users", "Id")})


def is_id(text: str) -> bool:
    """Whether *text* is a number as dumps write it, of 18 digits at most."""
    return (
        text.isascii()
        and text.isdigit()
        and len(text) <= 18
        and (text[0] != "0" or text == "0")
    )


def bad_id(table: Table, row: Row) -> str | None:
    """Return the column whose number a row of *table* needs and has not."""
    for name in _NEEDED[table]:
        text = row.get(name, "")
        if (table, name) in _SIGNED:
            text = text.removeprefix("-")
        if not is_id(text):
            return name
    return None
