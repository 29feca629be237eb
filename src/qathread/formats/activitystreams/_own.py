"""The threads of documents; of our own ones also what their words do not tell."""

from collections.abc import Iterator
from typing import Final

from ...errors import FormatError, IntegrityError, ValidationError
from ...serialization import digest, from_dict, to_dict
from ...thread import Thread
from .._report import Collector
from ._changes import BadChange, changed
from ._pools import Pool
from ._settings import Settings
from ._threads import threads_in

__all__ = ["read_pool"]

_DIFFERS: Final = (
    "a collection of ours whose objects were changed since: they are read as they are, "
    "and what it says beside them is left out"
)


def read_pool(pool: Pool, settings: Settings, report: Collector) -> Iterator[Thread]:
    """
    Yield the threads of a pool; one of our own collections gives one thread.

    Raises:
        FormatError: If strict, at damage.
        LossError: If strict, where copies differ.
    """
    if pool.ours is None:
        yield from threads_in(pool, settings, report)
        return
    thread_id, root_id = pool.ours.get("id"), pool.ours.get("root")
    if not isinstance(thread_id, str) or not isinstance(root_id, str):
        thread_id = root_id = ""
    if not thread_id or not root_id:
        report.damage("field", _DIFFERS, str(pool.where))
        yield from threads_in(pool, settings, report)
        return
    own = Settings(likes="votes", thread_id=thread_id, root_id=root_id)
    thread = _exact(pool, own)
    if thread is not None:
        yield thread
        return
    report.damage("field", _DIFFERS, str(pool.where))
    yield from threads_in(pool, own, report)


def _exact(pool: Pool, settings: Settings) -> Thread | None:
    """Return the thread that was written, if nobody touched what was written."""
    ours = pool.ours or {}
    quiet = Collector()
    try:
        (words,) = threads_in(pool, settings, quiet)
        plain = changed(to_dict(words), ours.get("changes"))
        if not isinstance(plain, dict):
            return None
        thread = from_dict(plain, Thread, limits=None)
        return thread if digest(thread) == ours.get("digest") else None
    except (BadChange, FormatError, IntegrityError, ValidationError, ValueError):
        return None
