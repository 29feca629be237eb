"""Large bodies, which servers take only in parts."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import and_, delete, insert, select

from ..ids import ThreadId
from ._sql_lists import Lists

#: The most bytes of one row. Drivers of MariaDB and MySQL send two digits for each,
#: and a server may take no more than a mebibyte at once.
PART: Final = 250_000

_AT_ONCE: Final = 500

#: The version under which the parts of a snapshot stand.
SNAPSHOT: Final = 0


class Bodies(Lists):
    """
    Reads and writes bodies of any length.

    In the row of one that is too long there is nothing, and its parts stand in a table
    of their own. An event or a snapshot is never empty.
    """

    def fitting(self, thread_id: ThreadId, version: int, body: bytes) -> bytes:
        """Write the parts of a body, if need be; return what its row has."""
        if len(body) <= PART:
            return body
        self.execute(insert(self.tables.parts), list(_rows(thread_id, version, body)))
        return b""

    def drop_parts(self, thread_id: ThreadId, versions: Iterable[int]) -> None:
        """Remove the parts of some bodies."""
        parts = self.tables.parts
        out = list(versions)
        for start in range(0, len(out), _AT_ONCE):
            these = parts.c.version.in_(out[start : start + _AT_ONCE])
            this = and_(parts.c.thread_id == thread_id, these)
            self.execute(delete(parts).where(this))

    def whole(self, thread_id: ThreadId, version: int, body: bytes) -> bytes:
        """Return a body, from its row or from its parts."""
        if body:
            return bytes(body)
        c = self.tables.parts.c
        query = (
            select(c.body)
            .where(c.thread_id == thread_id, c.version == version)
            .order_by(c.number)
        )
        return b"".join(map(bytes, self.read(query).scalars()))


def _rows(thread_id: ThreadId, version: int, body: bytes) -> Iterator[dict[str, Any]]:
    for number, start in enumerate(range(0, len(body), PART)):
        yield {
            "thread_id": thread_id,
            "version": version,
            "number": number,
            "body": body[start : start + PART],
        }
