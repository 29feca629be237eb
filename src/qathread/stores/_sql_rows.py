"""The statements of a store on a server, written with SQLAlchemy's Core."""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import and_, bindparam, select, update

from ..errors import ValidationError
from ..ids import ThreadId
from ._rows import Columns, Head, Operation
from ._sql_base import key
from ._sql_hot import upserting
from ._sql_parts import SNAPSHOT, Bodies
from ._sql_tables import SCHEMA_VERSION, make_search
from ._trusting import check_schema_version, damaged


class SQLRows(Bodies):
    """The rows of one transaction; see :class:`qathread.stores._rows.Rows`."""

    # -- threads and events ------------------------------------------------------

    def head(self, thread_id: ThreadId, *, lock: bool) -> Head | None:
        """Look a thread up."""
        this = {"this": thread_id}
        if lock:
            row = self.execute(self.hot.head_locked, this).first()
        else:
            row = self.read(self.hot.head, this).first()
        return None if row is None else Head._make(row)

    def bodies(self, thread_id: ThreadId, after: int, version: int) -> list[bytes]:
        """Return events."""
        these = {"this": thread_id, "low": after, "high": version}
        found = self.read(self.hot.bodies, these).all()
        return [self.whole(thread_id, row.version, row.body) for row in found]

    def snapshot(self, thread_id: ThreadId) -> bytes | None:
        """Return a snapshot."""
        c = self.tables.snapshots.c
        query = select(c.body).where(c.thread_id == thread_id)
        found = self.read(query).scalar()
        return None if found is None else self.whole(thread_id, SNAPSHOT, found)

    def operation(self, op_id: str) -> Operation | None:
        """Look an op id up."""
        c = self.tables.operations.c
        query = select(c.thread_id, c.base, c.version).where(c.op_id == op_id)
        row = self.read(query).first()
        return None if row is None else Operation._make(row)

    def claim(self, op_id: str, operation: Operation) -> bool:
        """Take an op id; the key of its table tells whether it was free."""
        values = {
            "op_id": key(op_id, "op id"),
            "thread_id": key(operation.thread_id, "thread id"),
            "base": operation.after,
            "version": operation.version,
        }
        return self.pass_over(self.hot.claim, [values])

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
        return self.add(self.tables.threads, [values])

    def update_thread(
        self, thread_id: ThreadId, version: int, tail_bytes: int, changed: Columns
    ) -> None:
        """Change a thread."""
        values = {"version": version, "tail_bytes": tail_bytes, **changed}
        self.execute(self.hot.update, {"this": thread_id, **values})

    def append(self, thread_id: ThreadId, after: int, bodies: Sequence[bytes]) -> None:
        """Add events; the row of the feed is locked until the commit."""
        if not bodies:
            return
        fitting = [
            (version, self.fitting(thread_id, version, body))
            for version, body in enumerate(bodies, start=after + 1)
        ]
        start = self._positions(len(bodies))
        rows = [
            {
                "thread_id": thread_id,
                "version": version,
                "position": position,
                "body": body,
            }
            for position, (version, body) in enumerate(fitting, start=start + 1)
        ]
        self.execute(self.hot.event, rows)

    def _positions(self, number: int) -> int:
        """Take the next positions of the feed; return the last one before them."""
        while True:
            done = self.execute(self.hot.positions, {"number": number})
            if self.is_mysql:
                last = done.lastrowid if done.rowcount else None
            else:
                last = done.scalar()
            if last is not None:
                return int(last) - number
            self.add(self.tables.feed, [{"id": 1, "position": 0}])

    def put_snapshot(self, thread_id: ThreadId, version: int, body: bytes) -> None:
        """Replace a snapshot."""
        self.drop_parts(thread_id, (SNAPSHOT,))
        fitting = self.fitting(thread_id, SNAPSHOT, body)
        snapshots = self.tables.snapshots
        into = upserting(self.connection.dialect, snapshots)
        into = into.values(thread_id=thread_id, body=fitting)
        if self.is_mysql:
            into = into.on_duplicate_key_update(body=into.inserted.body)
        else:
            into = into.on_conflict_do_update(
                index_elements=[snapshots.c.thread_id],
                set_={"body": into.excluded.body},
            )
        self.execute(into)
        sizes = {"snapshot_version": version, "snapshot_bytes": len(body)}
        self.execute(self.hot.update, {"this": thread_id, **sizes})

    def rewrite(self, thread_id: ThreadId, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Replace events in place."""
        t = self.tables
        changed = dict(bodies)
        self.drop_parts(thread_id, changed)
        rows = [
            {"at": version, "new": self.fitting(thread_id, version, body)}
            for version, body in changed.items()
        ]
        this = and_(
            t.events.c.thread_id == thread_id, t.events.c.version == bindparam("at")
        )
        self.execute(update(t.events).where(this).values(body=bindparam("new")), rows)
        self.execute(
            update(t.threads)
            .where(t.threads.c.id == thread_id)
            .values(rewrites=t.threads.c.rewrites + 1)
        )

    def feed(self, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
        """Return events by position."""
        c = self.tables.events.c
        query = (
            select(c.position, c.thread_id, c.version, c.body)
            .where(c.position > after)
            .order_by(c.position)
            .limit(limit)
        )
        return [
            (
                row.position,
                row.thread_id,
                self.whole(row.thread_id, row.version, row.body),
            )
            for row in self.execute(query).all()
        ]

    # -- who was erased, and settings --------------------------------------------

    def erased(self, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Return who was erased."""
        c = self.tables.erased.c
        names = [digest.hex() for digest in digests]
        query = select(c.digest, c.mode).where(c.digest.in_(names))
        return [(bytes.fromhex(row.digest), row.mode) for row in self.read(query)]

    def put_erased(self, digest: bytes, mode: str) -> None:
        """Note who is erased."""
        self.add(self.tables.erased, [{"digest": digest.hex(), "mode": mode}])

    def salt(self) -> bytes:
        """Return the salt of the store; the first erasure or import makes it."""
        found = self._setting("salt")
        if found is None:
            made = {"name": "salt", "value": secrets.token_hex(16)}
            self.add(self.tables.settings, [made])
            found = self._setting("salt")
        if found is None:
            raise damaged("the salt of the store", "it is there and has no value")
        return bytes.fromhex(found)

    def create_all(self, *, joined: bool) -> None:
        """Make the tables that are missing, and note their version."""
        if joined and self.is_mysql:
            raise ValidationError(
                "the server would commit the transaction that is open: make the tables "
                "by a store on an engine"
            )
        t = self.tables
        t.threads.metadata.create_all(self.connection, t.all())
        if self.connection.dialect.name == "sqlite" and not self.has_search():
            make_search(t.searched, self.connection)
        values = {"name": "schema", "value": str(SCHEMA_VERSION)}
        self.add(t.settings, [values])
        self.add(t.feed, [{"id": 1, "position": 0}])

    def check_schema(self) -> None:
        """Refuse tables of a newer release; those of a host may tell no version."""
        check_schema_version(self._setting("schema"), SCHEMA_VERSION)

    def _setting(self, name: str) -> str | None:
        c = self.tables.settings.c
        found: str | None = self.read(select(c.value).where(c.name == name)).scalar()
        return found
