"""The statements of a store on a server, written with SQLAlchemy's Core."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite

from ..errors import StoreTooNewError, ValidationError
from ..ids import PostId, ThreadId, UserId
from ._asking import Plan
from ._rows import SHOWN, Columns, Head, Listed, Operation
from ._sql_tables import MAX_KEY, SCHEMA_VERSION, Key, Tables, is_mysql

#: In front of every word on MariaDB and MySQL, which pass over the shortest ones.
_LONGER: Final = "qx"
_AT_ONCE: Final = 500


class SQLRows:
    """The rows of one transaction; see :class:`qathread.stores._rows.Rows`."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._tables = tables
        self._is_mysql = is_mysql(connection.dialect)

    # -- threads and events ------------------------------------------------------

    def head(self, thread_id: ThreadId, *, lock: bool) -> Head | None:
        """Look a thread up."""
        c = self._tables.threads.c
        query = select(
            *(c.first, c.version, c.tail_bytes, c.rewrites),
            *(c.snapshot_version, c.snapshot_bytes),
            *(c[name] for name in SHOWN),
        ).where(c.id == thread_id)
        row = self._execute(query.with_for_update() if lock else query).first()
        return None if row is None else Head._make(row)

    def bodies(self, thread_id: ThreadId, after: int, version: int) -> list[bytes]:
        """Return events."""
        c = self._tables.events.c
        query = (
            select(c.body)
            .where(c.thread_id == thread_id, c.version > after, c.version <= version)
            .order_by(c.version)
        )
        return list(map(bytes, self._execute(query).scalars()))

    def snapshot(self, thread_id: ThreadId) -> bytes | None:
        """Return a snapshot."""
        c = self._tables.snapshots.c
        query = select(c.body).where(c.thread_id == thread_id)
        found = self._execute(query).scalar()
        return None if found is None else bytes(found)

    def operation(self, op_id: str) -> Operation | None:
        """Look an op id up."""
        c = self._tables.operations.c
        query = select(c.thread_id, c.base, c.version).where(c.op_id == op_id)
        row = self._execute(query).first()
        return None if row is None else Operation._make(row)

    def claim(self, op_id: str, operation: Operation) -> bool:
        """Take an op id; the key of its table tells whether it was free."""
        values = {
            "op_id": key(op_id, "op id"),
            "thread_id": key(operation.thread_id, "thread id"),
            "base": operation.after,
            "version": operation.version,
        }
        return self._add(self._tables.operations, [values]) == 1

    def insert_thread(
        self,
        thread_id: ThreadId,
        first: int,
        version: int,
        tail_bytes: int,
        shown: Columns,
    ) -> bool:
        """Add a thread."""
        values = {
            "id": key(thread_id, "thread id"),
            "first": first,
            "version": version,
            "tail_bytes": tail_bytes,
            **shown,
        }
        if isinstance(shown["author_id"], str):
            key(shown["author_id"], "user id")
        return self._add(self._tables.threads, [values]) == 1

    def update_thread(
        self, thread_id: ThreadId, version: int, tail_bytes: int, changed: Columns
    ) -> None:
        """Change a thread."""
        threads = self._tables.threads
        values = {"version": version, "tail_bytes": tail_bytes, **changed}
        self._execute(update(threads).where(threads.c.id == thread_id).values(values))

    def append(self, thread_id: ThreadId, after: int, bodies: Sequence[bytes]) -> None:
        """Add events; the row of the feed is locked until the commit."""
        if not bodies:
            return
        start = self._positions(len(bodies))
        rows = [
            {
                "thread_id": thread_id,
                "version": version,
                "position": position,
                "body": body,
            }
            for position, (version, body) in enumerate(
                enumerate(bodies, start=after + 1), start=start + 1
            )
        ]
        self._execute(insert(self._tables.events), rows)

    def _positions(self, number: int) -> int:
        """Take the next positions of the feed; return the last one before them."""
        feed = self._tables.feed
        while True:
            if self._is_mysql:
                query = select(feed.c.position).where(feed.c.id == 1)
                last = self._execute(query.with_for_update()).scalar()
                if last is not None:
                    raised = {"position": last + number}
                    self._execute(update(feed).where(feed.c.id == 1).values(raised))
                    return int(last)
            else:
                raising = (
                    update(feed)
                    .where(feed.c.id == 1)
                    .values(position=feed.c.position + number)
                    .returning(feed.c.position)
                )
                last = self._execute(raising).scalar()
                if last is not None:
                    return int(last) - number
            self._add(feed, [{"id": 1, "position": 0}])

    def put_snapshot(self, thread_id: ThreadId, version: int, body: bytes) -> None:
        """Replace a snapshot."""
        t = self._tables
        values = {"thread_id": thread_id, "body": body}
        if self._is_mysql:
            mine = self._insert(t.snapshots).values(values)
            self._execute(mine.on_duplicate_key_update(body=mine.inserted.body))
        else:
            other = self._insert(t.snapshots).values(values)
            self._execute(
                other.on_conflict_do_update(
                    index_elements=[t.snapshots.c.thread_id],
                    set_={"body": other.excluded.body},
                )
            )
        sizes = {"snapshot_version": version, "snapshot_bytes": len(body)}
        of_thread = t.threads.c.id == thread_id
        self._execute(update(t.threads).where(of_thread).values(sizes))

    def rewrite(self, thread_id: ThreadId, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Replace events in place."""
        t = self._tables
        rows = [{"at": version, "new": body} for version, body in bodies]
        this = and_(
            t.events.c.thread_id == thread_id, t.events.c.version == bindparam("at")
        )
        self._execute(update(t.events).where(this).values(body=bindparam("new")), rows)
        self._execute(
            update(t.threads)
            .where(t.threads.c.id == thread_id)
            .values(rewrites=t.threads.c.rewrites + 1)
        )

    def feed(self, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
        """Return events by position."""
        c = self._tables.events.c
        query = (
            select(c.position, c.thread_id, c.body)
            .where(c.position > after)
            .order_by(c.position)
            .limit(limit)
        )
        found = self._execute(query)
        return [
            (position, thread_id, bytes(body)) for position, thread_id, body in found
        ]

    # -- what lists and searches need --------------------------------------------

    def tags(self, thread_ids: Sequence[ThreadId]) -> list[tuple[ThreadId, str]]:
        """Return tags."""
        c = self._tables.tags.c
        query = select(c.thread_id, c.tag).where(c.thread_id.in_(thread_ids))
        return [(thread_id, tag) for thread_id, tag in self._execute(query)]

    def put_tags(
        self, thread_id: ThreadId, gone: Iterable[str], new: Iterable[str]
    ) -> None:
        """Change tags."""
        tags = self._tables.tags
        out = list(gone)
        if out:
            this = and_(tags.c.thread_id == thread_id, tags.c.tag.in_(out))
            self._execute(delete(tags).where(this))
        rows = [{"tag": key(tag, "tag"), "thread_id": thread_id} for tag in new]
        self._add(tags, rows)

    def people(self, thread_id: ThreadId) -> list[UserId]:
        """Return who appears."""
        c = self._tables.people.c
        query = select(c.user_id).where(c.thread_id == thread_id)
        return list(self._execute(query).scalars())

    def put_people(self, thread_id: ThreadId, new: Iterable[UserId]) -> None:
        """Note who appears."""
        rows = [
            {"user_id": key(user_id, "user id"), "thread_id": thread_id}
            for user_id in new
        ]
        self._add(self._tables.people, rows)

    def drop_people(self, thread_id: ThreadId, gone: Iterable[UserId]) -> None:
        """Take people back."""
        people = self._tables.people
        out = list(gone)
        for start in range(0, len(out), _AT_ONCE):
            some = people.c.user_id.in_(out[start : start + _AT_ONCE])
            this = and_(people.c.thread_id == thread_id, some)
            self._execute(delete(people).where(this))

    def threads_of(
        self, user_id: UserId, after: ThreadId, limit: int
    ) -> list[ThreadId]:
        """Return where somebody appears."""
        c = self._tables.people.c
        query = (
            select(c.thread_id)
            .where(c.user_id == user_id, c.thread_id > after)
            .order_by(c.thread_id)
            .limit(limit)
        )
        return list(self._execute(query).scalars())

    def words(self, thread_id: ThreadId) -> list[tuple[PostId, str]]:
        """Return the words of posts."""
        c = self._tables.searched.c
        query = select(c.post_id, c.words).where(c.thread_id == thread_id)
        return [
            (post_id, self._short(words)) for post_id, words in self._execute(query)
        ]

    def put_words(
        self, thread_id: ThreadId, words: Mapping[PostId, str | None]
    ) -> None:
        """Change the words of posts."""
        searched = self._tables.searched
        out = list(words)
        for start in range(0, len(out), _AT_ONCE):
            some = searched.c.post_id.in_(out[start : start + _AT_ONCE])
            this = and_(searched.c.thread_id == thread_id, some)
            self._execute(delete(searched).where(this))
        rows = [
            {
                "thread_id": thread_id,
                "post_id": key(post_id, "post id"),
                "words": self._long(found),
            }
            for post_id, found in words.items()
            if found is not None
        ]
        if rows:
            self._execute(insert(searched), rows)

    def _long(self, words: str) -> str:
        if not self._is_mysql:
            return words
        return " ".join(_LONGER + word for word in words.split())

    def _short(self, words: str) -> str:
        if not self._is_mysql:
            return words
        return " ".join(word.removeprefix(_LONGER) for word in words.split())

    def find(self, plan: Plan) -> list[Listed]:
        """Return the threads of one page."""
        c = self._tables.threads.c
        query = select(*(c[name] for name in Listed._fields)).where(*self._where(plan))
        if plan.after is not None:
            query = query.where(self._beyond(plan))
        order = [c.id] if plan.key == "id" else [c[plan.key], c.id]
        by = [each.desc() if plan.descending else each.asc() for each in order]
        found = self._execute(query.order_by(*by).limit(plan.limit))
        return [Listed._make(row) for row in found]

    def _where(self, plan: Plan) -> Iterable[ColumnElement[bool]]:
        t = self._tables
        c = t.threads.c
        for name, compared, value in plan.where:
            column: ColumnElement[Any] = c[name]
            match compared:
                case "all":
                    yield column.bitwise_and(value) == value
                case "none":
                    yield column.bitwise_and(value) == 0
                case "=":
                    yield column == value
                case ">=":
                    yield column >= value
                case "<=":
                    yield column <= value
                case "<":
                    yield column < value
        for tag in plan.tags:
            yield exists().where(t.tags.c.thread_id == c.id, t.tags.c.tag == tag)
        if plan.participant_id is not None:
            who = t.people.c.user_id == plan.participant_id
            yield exists().where(t.people.c.thread_id == c.id, who)
        if plan.words:
            held = t.searched.c
            some = select(held.thread_id).where(*self._matching(plan.words))
            yield c.id.in_(some)

    def _matching(self, words: Sequence[str]) -> Iterable[ColumnElement[bool]]:
        """Yield what holds of a post with all of some words, by the server's means."""
        column = self._tables.searched.c.words
        if self._connection.dialect.name == "postgresql":
            asked = func.to_tsquery(text("'simple'"), " & ".join(words))
            yield func.to_tsvector(text("'simple'"), column).op("@@")(asked)
        elif self._is_mysql:
            asked_words = " ".join(f"+{_LONGER}{word}" for word in words)
            yield mysql.match(column, against=literal(asked_words)).in_boolean_mode()
        else:
            for word in words:
                yield (" " + column + " ").like(f"% {word} %")

    def _beyond(self, plan: Plan) -> ColumnElement[bool]:
        """Return what holds of threads after the page before."""
        assert plan.after is not None
        c = self._tables.threads.c
        value, thread_id = plan.after
        if plan.key == "id":
            return c.id < thread_id if plan.descending else c.id > thread_id
        column = c[plan.key]
        if self._is_mysql:  # which finds no way into an index by pairs
            if plan.descending:
                later = or_(column < value, c.id < thread_id)
                return and_(column <= value, later)
            return and_(column >= value, or_(column > value, c.id > thread_id))
        here = tuple_(column, c.id)
        there = tuple_(literal(value, column.type), literal(thread_id, Key()))
        return here < there if plan.descending else here > there

    # -- who was erased, and settings --------------------------------------------

    def erased(self, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Return who was erased."""
        c = self._tables.erased.c
        names = [digest.hex() for digest in digests]
        query = select(c.digest, c.mode).where(c.digest.in_(names))
        return [(bytes.fromhex(name), mode) for name, mode in self._execute(query)]

    def put_erased(self, digest: bytes, mode: str) -> None:
        """Note who is erased."""
        self._add(self._tables.erased, [{"digest": digest.hex(), "mode": mode}])

    def salt(self) -> bytes:
        """Return the salt of the store; the first erasure or import makes it."""
        found = self._setting("salt")
        while found is None:
            self._add(
                self._tables.settings,
                [{"name": "salt", "value": secrets.token_hex(16)}],
            )
            found = self._setting("salt")
        return bytes.fromhex(found)

    def create_all(self, tables: Iterable[Table]) -> None:
        """Make the tables that are missing, and note their version."""
        found = list(tables)
        found[0].metadata.create_all(self._connection, found)
        values = {"name": "schema", "value": str(SCHEMA_VERSION)}
        self._add(self._tables.settings, [values])

    def check_schema(self) -> None:
        """Refuse tables of a newer release; those of a host may tell no version."""
        found = self._setting("schema")
        if found is not None and int(found) > SCHEMA_VERSION:
            raise StoreTooNewError(
                f"the tables of the store have schema version {found}, this release "
                f"reads up to {SCHEMA_VERSION}: upgrade qathread"
            )

    def _setting(self, name: str) -> str | None:
        c = self._tables.settings.c
        return self._execute(select(c.value).where(c.name == name)).scalar()

    # -- inserting ---------------------------------------------------------------

    def _insert(self, table: Any) -> Any:
        """Return an insert that can pass over what is there."""
        if self._is_mysql:
            return mysql.insert(table)
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def _add(self, table: Any, rows: list[dict[str, Any]]) -> int:
        """Insert rows whose keys are free; return how many, if it was one."""
        if not rows:
            return 0
        into = self._insert(table)
        if self._is_mysql:
            into = into.prefix_with("IGNORE")
        else:
            into = into.on_conflict_do_nothing()
        if len(rows) > 1:
            self._execute(into, rows)
            return len(rows)
        kept = into.execution_options(preserve_rowcount=True)
        return int(self._execute(kept, rows[0]).rowcount)


def key(value: str, what: str) -> str:
    """Return *value* if every server can index it."""
    if len(value) * 4 > MAX_KEY and len(value.encode()) > MAX_KEY:
        raise ValidationError(
            f"the {what} {value[:40]!r}... has more than {MAX_KEY} bytes in UTF-8: "
            "servers cannot index it; give a shorter one"
        )
    return value
