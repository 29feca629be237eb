"""The statements of a store on a server, by its driver alone, for the benchmarks."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from importlib import import_module
from typing import Any, Self

from sqlalchemy import make_url

from qathread import Thread
from qathread.events import Event, VoteCast, replay
from qathread.serialization import from_json, to_json
from qathread.stores._rows import SHOWN
from qathread.stores._summaries import columns, views
from qathread.thread import stored

_SHOWN = ", ".join(SHOWN)
_HEAD = (
    "SELECT first, version, tail_bytes, rewrites, snapshot_version, snapshot_bytes,"
    f" {_SHOWN} FROM qathread_threads WHERE id = %s"
)
_BODIES = (
    "SELECT body FROM qathread_events WHERE thread_id = %s AND version > %s"
    " ORDER BY version"
)


class Prepared:
    """What saving a thread writes beside its events, all of it known beforehand."""

    def __init__(self, thread: Thread) -> None:
        seen = views(None, None, thread.pending, thread)
        self.thread = thread
        self.shown = tuple(columns(seen.summary)[name] for name in SHOWN)
        self.people = sorted(seen.people)
        self.words = [(each, words) for each, words in seen.words.items() if words]
        # Whoever an import names is looked up among those who were erased.
        imports = thread._origin is not None
        self.digests = [
            blake2b(each.encode(), digest_size=16).hexdigest()
            for each in (self.people if imports else ())
        ]


class ByHand:
    """
    A connection of psycopg or PyMySQL, and what a store would do with it.

    It says nothing of how long locks are waited for, and looks for nothing that is
    known not to be there: a snapshot, words of a new thread.

    Args:
        url: As SQLAlchemy has it; the tables are there.
    """

    def __init__(self, url: str) -> None:
        where = make_url(url)
        self.is_mysql = where.get_backend_name() == "mysql"
        self.raw: Any
        if self.is_mysql:
            # It tells no types.
            self.raw = import_module("pymysql").connect(
                host=where.host or "",
                port=where.port or 0,
                user=where.username,
                database=where.database,
            )
            self.cursor = self.raw.cursor()
            self.cursor.execute(
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
            )
            self.raw.commit()
        else:
            plain = where.set(drivername="postgresql").render_as_string()
            self.raw = import_module("psycopg").connect(plain)
            self.cursor = self.raw.cursor()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done in it."""
        yield
        self.raw.commit()

    def key(self, text: str) -> str | bytes:
        """Return an id as its column has it."""
        return text.encode() if self.is_mysql else text

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        self.cursor.execute(statement, values)
        return list(self.cursor.fetchall())

    def load(self, thread_id: str, known: Thread | None = None) -> Thread:
        """Return a thread; *known* is what is at hand of it."""
        with self.transaction():
            after = 0 if known is None else known.version
            ((_, version, *_),) = self.rows(_HEAD, self.key(thread_id))
            if known is not None and version == known.version:
                return known
            bodies = self.rows(_BODIES, self.key(thread_id), after)
        events = [from_json(bytes(body), Event, limits=None) for (body,) in bodies]
        return stored(replay(events, start=known))

    def vote(self, thread_id: str, event: VoteCast) -> bool:
        """Save an upvote, if the thread is at the version before."""
        name = self.key(thread_id)
        with self.transaction():
            body = to_json(event)
            ((_, version, tail, _, _, _, *shown),) = self.rows(
                f"{_HEAD} FOR UPDATE", name
            )
            if version + 1 != event.version:
                return False
            score = shown[SHOWN.index("score")] + 1
            self.cursor.execute(
                "UPDATE qathread_threads SET version = %s, tail_bytes = %s, score = %s"
                " WHERE id = %s",
                (event.version, tail + len(body), score, name),
            )
            self.appear(name, [event.by.id])
            self.append(name, version, [body])
        return True

    def insert(self, prepared: Prepared) -> None:
        """Save a thread that was imported, or just asked."""
        thread = prepared.thread
        name = self.key(thread.id)
        with self.transaction():
            bodies = [to_json(event) for event in thread.pending]
            if prepared.digests:
                self.rows("SELECT value FROM qathread_settings WHERE name = 'salt'")
                marks = ", ".join(["%s"] * len(prepared.digests))
                erased = "SELECT digest, mode FROM qathread_erased WHERE digest IN"
                self.rows(f"{erased} ({marks})", *map(self.key, prepared.digests))
            self.rows(f"{_HEAD} FOR UPDATE", name)
            marks = ", ".join(["%s"] * (len(SHOWN) + 4))
            self.cursor.execute(
                "INSERT INTO qathread_threads (id, first, version, tail_bytes,"
                f" {_SHOWN}) VALUES ({marks})",
                (name, 1, len(bodies), sum(map(len, bodies)), *prepared.shown),
            )
            self.appear(name, prepared.people)
            self.cursor.executemany(
                "INSERT INTO qathread_searched (thread_id, post_id, words)"
                " VALUES (%s, %s, %s)",
                [
                    (name, self.key(post_id), self.words(words))
                    for post_id, words in prepared.words
                ],
            )
            self.append(name, 0, bodies)

    def words(self, words: str) -> str:
        """Return words as their index has them."""
        if not self.is_mysql:
            return words
        return " ".join("qx" + word for word in words.split())

    def appear(self, name: str | bytes, people: Sequence[str]) -> None:
        """Note who is in a thread."""
        start, end = "INSERT INTO", " ON CONFLICT DO NOTHING"
        if self.is_mysql:
            start, end = "INSERT IGNORE INTO", ""
        into = f"{start} qathread_people (user_id, thread_id) VALUES (%s, %s){end}"
        rows = [(self.key(each), name) for each in people]
        if len(rows) == 1:
            self.cursor.execute(into, rows[0])
        else:
            self.cursor.executemany(into, rows)

    def append(self, name: str | bytes, after: int, bodies: Sequence[bytes]) -> None:
        """Write events, at the next places of the feed."""
        number = len(bodies)
        if self.is_mysql:
            self.cursor.execute(
                "UPDATE qathread_feed SET position = last_insert_id(position + %s)"
                " WHERE id = 1",
                (number,),
            )
            last = self.cursor.lastrowid
        else:
            ((last,),) = self.rows(
                "UPDATE qathread_feed SET position = position + %s WHERE id = 1"
                " RETURNING position",
                number,
            )
        into = (
            "INSERT INTO qathread_events (thread_id, version, position, body)"
            " VALUES (%s, %s, %s, %s)"
        )
        rows = [
            (name, after + n, last - number + n, body)
            for n, body in enumerate(bodies, start=1)
        ]
        if number == 1:
            self.cursor.execute(into, rows[0])
        else:
            self.cursor.executemany(into, rows)

    def page(self, where: str, values: Iterable[object], limit: int) -> int:
        """Read a page of the newest threads, and their tags; return its length."""
        with self.transaction():
            # Numbers as values, as a store has them: PostgreSQL may plan otherwise
            # for a statement that has them in its text.
            found = self.rows(
                f"SELECT id, version, {_SHOWN} FROM qathread_threads"
                f" WHERE flags & %s = %s {where} ORDER BY created DESC, id DESC"
                " LIMIT %s",
                *(416, 0, *values, limit + 1),
            )
            names = [row[0] for row in found]
            marks = ", ".join(["%s"] * len(names))
            tags = "SELECT thread_id, tag FROM qathread_tags WHERE thread_id IN"
            self.rows(f"{tags} ({marks})", *names)
        return len(found) - 1
