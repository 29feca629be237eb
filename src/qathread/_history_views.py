"""A thread as it stood, or was known, at another time."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import cast

from ._checks import instant
from ._draft import Draft
from ._fold import begin, happen, out_of_turn
from ._gc import bulk_load
from ._persistent import EMPTY_VECTOR
from .errors import IntegrityError, NotFoundError, SequenceError
from .facts import Event
from .thread import Thread, made


def view(
    events: Iterable[Event], as_of: datetime | None, known_at: datetime | None
) -> Thread:
    """Return the thread that the events up to both times make; None is no bound."""
    until = None if as_of is None else instant(as_of, "as_of")
    known = None if known_at is None else instant(known_at, "known_at")
    with bulk_load():
        draft = _folded(events, until, known)
        thread = draft.freeze()
    # Nothing is pending and there is no base: no store takes it for new history.
    return made(
        thread.id,
        thread.version,
        None,
        thread.kind,
        None,
        thread._index,
        None,
        EMPTY_VECTOR,
    )


def _folded(
    events: Iterable[Event], until: datetime | None, known: datetime | None
) -> Draft:
    remaining = iter(events)
    first = next(remaining, None)
    if first is None:
        raise SequenceError("there are no events: give at least the first one")
    draft = begin(None, first)
    thread_id, version = first.thread_id, first.version
    if draft.version + 1 != version:  # a question opens a thread at version 1
        raise out_of_turn(first, draft.version, thread_id)
    whole = _happened(first, until, known)
    if whole:
        happen(draft, first)
    for event in remaining:
        # Order is a matter of all events, also of those that are left out.
        if event.version != version + 1 or event.thread_id != thread_id:
            raise out_of_turn(event, version, thread_id)
        version = event.version
        if not draft.events:
            continue
        if not _happened(event, until, known):
            whole = False
        elif whole:
            happen(draft, event)
        else:
            # What acts on something left out does not fit; the draft stays as it is.
            with suppress(IntegrityError, NotFoundError):
                happen(draft, event)
    if not draft.events:
        raise _not_begun(first, until, known)
    return draft


def _happened(event: Event, until: datetime | None, known: datetime | None) -> bool:
    """Whether an event counts; one without a time was always there."""
    at = event.at
    if until is not None and at is not None and at > until:
        return False
    if known is None:
        return True
    recorded = event.recorded_at
    if recorded is None:
        recorded = at
    return recorded is None or recorded <= known


def _not_begun(
    first: Event, until: datetime | None, known: datetime | None
) -> NotFoundError:
    at, recorded = first.at, first.recorded_at or first.at
    if until is not None and at is not None and at > until:
        what, bound, start = "exist", until, at
    else:  # then it was recorded too late
        what = "become known"
        bound, start = cast("datetime", known), cast("datetime", recorded)
    return NotFoundError(
        f"thread {first.thread_id!r} did not {what} by {bound.isoformat()}: "
        f"give a time from {start.isoformat()} on"
    )
