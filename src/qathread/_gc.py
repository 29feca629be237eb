"""Pauses of the cyclic garbage collector while many lasting objects are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["bulk_load"]


@contextmanager
def bulk_load(*, freeze: bool = False) -> Iterator[None]:
    """
    Keep the garbage collector still while values are loaded and kept.

    Records hold no cycles, so looking for some after each few hundred of them
    is time lost. Guards nest: the outermost one restores what it found. The
    collector belongs to the whole process; other threads pause theirs too.

    Args:
        freeze: Also set aside all that exists at the end, so that later
            collections skip it; cycles among it are never collected.

    Yields:
        Nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if freeze:
            gc.freeze()
        if was_on:
            gc.enable()
