"""Saving what comes from outside: what is stored already stays as it is."""

from enum import Enum, auto

from ..errors import NotFoundError, VersionConflictError
from ..ids import ThreadId
from ..limits import MAX_INTEGER
from ..thread import Thread
from .protocols import ThreadStore


class Saved(Enum):
    """What became of a thread that was to be saved."""

    NEW = auto()
    #: The same was stored before, with or without later changes.
    THERE = auto()
    #: Something else is stored under its id, and stays.
    OTHERWISE = auto()


def has(store: ThreadStore, thread_id: ThreadId) -> bool:
    """Tell whether anything is stored under an id, without reading it."""
    try:
        store.history(thread_id, after=MAX_INTEGER)
    except NotFoundError:
        return False
    return True


def save_imported(store: ThreadStore, thread: Thread) -> Saved:
    """
    Save a thread that a reader made.

    Raises:
        ValidationError: If the store cannot hold it.
        IntegrityError: If its events do not fit together.
        StoreError: If the store fails.
    """
    # A store acknowledges the same events again, and refuses others.
    known = has(store, thread.id)
    try:
        store.save(thread)
    except VersionConflictError:
        return Saved.OTHERWISE
    return Saved.THERE if known else Saved.NEW
