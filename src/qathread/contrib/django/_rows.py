"""The statements of a store on a connection of Django's."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ...errors import StoreCorruptError, ValidationError
from ...ids import ThreadId
from ...stores._rows import SHOWN, Columns, Head, Operation
from ...stores._trusting import check_schema_version
from ._lists import Lists
from ._statements import AT_ONCE, chunks, key, marks

#: The version of the tables that this release writes.
SCHEMA_VERSION: Final = 1

#: The version under which ``SQLAlchemyStore`` keeps the parts of a snapshot.
_SNAPSHOT: Final = 0

_HEAD: Final = f"""
    SELECT first, version, tail_bytes, rewrites, snapshot_version, snapshot_bytes,
        {", ".join(SHOWN)}
    FROM qathread_threads WHERE id = %s
"""
_INSERT: Final = f"""
    INSERT INTO qathread_threads (id, first, version, tail_bytes, {", ".join(SHOWN)})
    VALUES (%s, %s, %s, %s{", %s" * len(SHOWN)}) ON CONFLICT (id) DO NOTHING
"""


class DjangoRows(Lists):
    """The rows of one transaction; see :class:`qathread.stores._rows.Rows`."""

    # -- threads and events ------------------------------------------------------

    def head(self, thread_id: ThreadId, *, lock: bool) -> Head | None:
        """Look a thread up; on SQLite whoever writes has locked the whole file."""
        locking = " FOR UPDATE" if lock and self.is_postgresql else ""
        row = self.one(_HEAD + locking, (thread_id,))
        return None if row is None else Head._make(row)

    def bodies(self, thread_id: ThreadId, after: int, version: int) -> list[bytes]:
        """Return events."""
        found = self.all(
            "SELECT version, body FROM qathread_events WHERE thread_id = %s"
            " AND version > %s AND version <= %s ORDER BY version",
            (thread_id, after, version),
        )
        return [self._whole(thread_id, at, body) for at, body in found]

    def snapshot(self, thread_id: ThreadId) -> bytes | None:
        """Return a snapshot."""
        row = self.one(
            "SELECT body FROM qathread_snapshots WHERE thread_id = %s", (thread_id,)
        )
        return None if row is None else self._whole(thread_id, _SNAPSHOT, row[0])

    def operation(self, op_id: str) -> Operation | None:
        """Look an op id up."""
        row = self.one(
            "SELECT thread_id, base, version FROM qathread_operations WHERE op_id = %s",
            (op_id,),
        )
        return None if row is None else Operation._make(row)

    def claim(self, op_id: str, operation: Operation) -> bool:
        """Take an op id; the key of its table tells whether it was free."""
        key(op_id, "op id")
        key(operation.thread_id, "thread id")
        return self.changed(
            "INSERT INTO qathread_operations (op_id, thread_id, base, version)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (op_id) DO NOTHING",
            (op_id, *operation),
        )

    def insert_thread(
        self,
        thread_id: ThreadId,
        first: int,
        version: int,
        tail_bytes: int,
        shown: Columns,
    ) -> bool:
        """Add a thread."""
        key(thread_id, "thread id")
        if isinstance(shown["author_id"], str):
            key(shown["author_id"], "user id")
        values = (shown[name] for name in SHOWN)
        return self.changed(_INSERT, (thread_id, first, version, tail_bytes, *values))

    def update_thread(
        self, thread_id: ThreadId, version: int, tail_bytes: int, changed: Columns
    ) -> None:
        """Change a thread; only what differs, so that few indexes are written."""
        names = "".join(f", {name} = %s" for name in changed)
        self.changed(
            f"UPDATE qathread_threads SET version = %s, tail_bytes = %s{names}"
            " WHERE id = %s",
            (version, tail_bytes, *changed.values(), thread_id),
        )

    def append(self, thread_id: ThreadId, after: int, bodies: Sequence[bytes]) -> None:
        """Add events; the row of the feed is locked until the commit."""
        if not bodies:
            return
        start = self._positions(len(bodies)) - after
        self.many(
            "INSERT INTO qathread_events (thread_id, version, position, body)"
            " VALUES (%s, %s, %s, %s)",
            [
                (thread_id, version, start + version, body)
                for version, body in enumerate(bodies, start=after + 1)
            ],
        )

    def _positions(self, number: int) -> int:
        """Take the next positions of the feed; return the last one before them."""
        taking = "UPDATE qathread_feed SET position = position + %s WHERE id = 1"
        while True:
            if self.is_postgresql:
                row = self.one(f"{taking} RETURNING position", (number,))
            else:  # an old SQLite returns nothing, and the file is locked anyway
                self.changed(taking, (number,))
                row = self.one("SELECT position FROM qathread_feed WHERE id = 1")
            if row is not None:
                return int(row[0]) - number
            self.changed(
                "INSERT INTO qathread_feed (id, position) VALUES (1, 0)"
                " ON CONFLICT (id) DO NOTHING"
            )

    def put_snapshot(self, thread_id: ThreadId, version: int, body: bytes) -> None:
        """Replace a snapshot."""
        self._drop_parts(thread_id, (_SNAPSHOT,))
        self.changed(
            "INSERT INTO qathread_snapshots (thread_id, body) VALUES (%s, %s)"
            " ON CONFLICT (thread_id) DO UPDATE SET body = excluded.body",
            (thread_id, body),
        )
        self.changed(
            "UPDATE qathread_threads SET snapshot_version = %s, snapshot_bytes = %s"
            " WHERE id = %s",
            (version, len(body), thread_id),
        )

    def rewrite(self, thread_id: ThreadId, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Replace events in place; what was made of them must be made anew."""
        new = dict(bodies)
        self._drop_parts(thread_id, new)
        self.many(
            "UPDATE qathread_events SET body = %s"
            " WHERE thread_id = %s AND version = %s",
            [(body, thread_id, version) for version, body in new.items()],
        )
        self.changed(
            "UPDATE qathread_threads SET rewrites = rewrites + 1 WHERE id = %s",
            (thread_id,),
        )
        self.changed("UPDATE qathread_projections SET rewrites = rewrites + 1")

    def feed(self, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
        """Return events by position."""
        found = self.all(
            "SELECT position, thread_id, version, body FROM qathread_events"
            " WHERE position > %s ORDER BY position LIMIT %s",
            (after, limit),
        )
        return [
            (position, thread_id, self._whole(thread_id, version, body))
            for position, thread_id, version, body in found
        ]

    # -- bodies that another program wrote in parts ------------------------------

    def _whole(self, thread_id: ThreadId, version: int, body: bytes) -> bytes:
        """Return a body, from its row or from its parts."""
        if body:
            return bytes(body)
        found = self.all(
            "SELECT body FROM qathread_parts WHERE thread_id = %s AND version = %s"
            " ORDER BY number",
            (thread_id, version),
        )
        return b"".join(bytes(part) for (part,) in found)

    def _drop_parts(self, thread_id: ThreadId, versions: Iterable[int]) -> None:
        for some in chunks(versions, AT_ONCE):
            self.changed(
                "DELETE FROM qathread_parts WHERE thread_id = %s"
                f" AND version IN ({marks(some)})",
                (thread_id, *some),
            )

    # -- who was erased, and settings --------------------------------------------

    def erased(self, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Return who was erased."""
        return list(self._erased(digests))

    def _erased(self, digests: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
        for some in chunks((digest.hex() for digest in digests), AT_ONCE):
            found = self.all(
                "SELECT digest, mode FROM qathread_erased"
                f" WHERE digest IN ({marks(some)})",
                some,
            )
            yield from ((bytes.fromhex(digest), mode) for digest, mode in found)

    def put_erased(self, digest: bytes, mode: str) -> None:
        """Note who is erased."""
        self.changed(
            "INSERT INTO qathread_erased (digest, mode) VALUES (%s, %s)"
            " ON CONFLICT (digest, mode) DO NOTHING",
            (digest.hex(), mode),
        )

    def salt(self) -> bytes:
        """Return the salt of the store; the first erasure or import makes it."""
        found = self._setting("salt")
        while found is None:
            self.changed(
                "INSERT INTO qathread_settings (name, value) VALUES ('salt', %s)"
                " ON CONFLICT (name) DO NOTHING",
                (secrets.token_hex(16),),
            )
            found = self._setting("salt")
        return bytes.fromhex(found)

    def check_schema(self) -> None:
        """Refuse tables of a newer release; a test may have emptied them all."""
        check_schema_version(self._setting("schema"), SCHEMA_VERSION)

    def _setting(self, name: str) -> str | None:
        row = self.one("SELECT value FROM qathread_settings WHERE name = %s", (name,))
        if row is None:
            return None
        if not isinstance(row[0], str):
            raise StoreCorruptError(
                f"the setting {name!r} of the store is no text: restore a backup"
            )
        return row[0]


def check_vendor(vendor: str, alias: str) -> None:
    """Refuse a database that the statements here are not written for."""
    if vendor not in ("postgresql", "sqlite"):
        raise ValidationError(
            f"the database {alias!r} is {vendor}: DjangoStore keeps threads in "
            "PostgreSQL or SQLite; for MariaDB and MySQL there is SQLAlchemyStore"
        )
