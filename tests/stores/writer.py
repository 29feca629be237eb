"""Comments on thread ``q`` of a store, for tests that run it and kill it."""

import sys
from datetime import UTC, datetime
from typing import cast

from qathread import Thread, User, posting
from qathread.stores import SQLiteStore, update
from qathread.stores.sqlite import Journal


def write(path: str, journal: str, writer: str, start: int, stop: int) -> None:
    """Save numbered comments, each under an op id, and print what was acknowledged."""
    by, at = User(id=writer), datetime(2026, 1, 1, tzinfo=UTC)
    with SQLiteStore(path, journal=cast("Journal", journal), busy_timeout=30) as store:
        for number in range(start, stop):
            op_id = f"{writer}-{number}"

            def change(thread: Thread, text: str = op_id) -> Thread:
                return posting.comment(thread, "q.1", text, by=by, at=at)

            update(store, "q", change, op_id=op_id, attempts=10_000)
            print(op_id, flush=True)


if __name__ == "__main__":
    path, journal, writer, start, stop = sys.argv[1:]
    write(path, journal, writer, int(start), int(stop))
