"""What a reader makes of small answers of an API, and how to look at it."""

import json
from pathlib import Path
from typing import Any

from attrs import frozen

from qathread import Thread
from qathread.formats import read
from qathread.posts import Post

__all__ = ["Asked", "declared", "encoded", "extra"]


@frozen
class Asked:
    """Reads in one format."""

    name: str

    def threads(self, source: bytes | Path, **options: Any) -> dict[str, Thread]:
        """Return the threads by id."""
        return {thread.id: thread for thread in read(source, self.name, **options)}

    def only(self, source: bytes | Path, **options: Any) -> Thread:
        """Return the one thread."""
        (thread,) = self.threads(source, **options).values()
        return thread

    def told(self, source: bytes | Path) -> dict[tuple[str, str], int]:
        """Return what the report says: kind, code, count."""
        reading = read(source, self.name)
        list(reading)
        return {(loss.kind, loss.code): loss.count for loss in reading.report}


def encoded(value: Any) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value).encode()


def extra(part: Post | Thread) -> dict[str, Any]:
    """Return the members that have no place in the model."""
    assert part.provenance is not None
    return part.provenance.members()


def declared(part: Post | Thread) -> dict[str, int]:
    """Return the totals that the source states."""
    assert part.provenance is not None
    return dict(part.provenance.declared)
