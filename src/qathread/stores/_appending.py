"""What all stores decide alike: what a save asks for, and what is stored already."""

from collections.abc import Iterable, Sequence

from attrs import frozen

from .._checks import at_least, identifier
from ..errors import (
    FormatError,
    IntegrityError,
    NotFoundError,
    QathreadError,
    StoreCorruptError,
    StoreTooNewError,
    ValidationError,
)
from ..events import replay
from ..facts import Event
from ..ids import ThreadId
from ..limits import MAX_INTEGER
from ..serialization import from_json, to_json, trusted_event
from ..thread import Thread, stored


@frozen(kw_only=True, weakref_slot=False)
class Batch:
    """
    What one save asks for.

    Attributes:
        thread_id: Which thread.
        base: The version that must be stored; None: nothing.
        after: The version that the events follow; *version* if there are none.
        version: The version that they make.
        events: What is pending, as it will be read back.
        bodies: The canonical bytes of each.
    """

    thread_id: ThreadId
    base: int | None
    after: int
    version: int
    events: tuple[Event, ...]
    bodies: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """The bytes of all events."""
        return sum(map(len, self.bodies))


def batch_of(thread: Thread) -> Batch:
    """Return what saving *thread* asks for, or refuse what cannot be."""
    if not isinstance(thread, Thread):
        raise ValidationError(f"save takes a Thread, not a {type(thread).__name__}")
    pending, base, version = thread.pending, thread.base_version, thread.version
    after = pending[0].version - 1 if pending else version
    if pending and base is not None and version <= base:
        raise ValidationError(
            f"thread {thread.id!r} has changes pending, but its version {version} is "
            f"not above {base}, the stored one: make changes with verbs or replay"
        )
    if after + len(pending) != version or (base is None and not pending):
        raise ValidationError(
            f"the pending events of thread {thread.id!r} do not lead to its version "
            f"{version}: make changes with verbs or replay"
        )
    if base is not None and after != base:
        raise ValidationError(
            f"the pending events of thread {thread.id!r} follow version {after}, not "
            f"{base}, the stored one: make changes with verbs or replay"
        )
    bodies = tuple(to_json(event) for event in pending)
    # What is accepted must be readable for good: read it before it is kept. Content
    # that was imported was checked whole when it came in.
    checked = 0 if thread._origin is None else 1
    events = (
        *pending[:checked],
        *(_read_back(body, thread.id) for body in bodies[checked:]),
    )
    return Batch(
        thread_id=thread.id,
        base=base,
        after=after,
        version=version,
        events=events,
        bodies=bodies,
    )


def _read_back(body: bytes, thread_id: ThreadId) -> Event:
    try:
        return trusted_event(body, check=True)
    except FormatError as error:
        raise IntegrityError(
            f"a pending event of thread {thread_id!r} could not be read again: {error}"
        ) from error


def appended(batch: Batch, start: Thread | None) -> Thread:
    """Return the stored thread *start* after the events of *batch*."""
    try:
        return stored(replay(batch.events, start))
    except NotFoundError as error:
        raise IntegrityError(
            f"what is pending does not fit the stored thread {batch.thread_id!r}: "
            f"{error}"
        ) from error


def event_of(body: bytes, thread_id: ThreadId) -> Event:
    """Return a stored event."""
    try:
        return trusted_event(body)
    except FormatError as error:
        raise unreadable(error, f"an event of thread {thread_id!r}") from error


def unreadable(error: FormatError, what: str) -> StoreCorruptError | StoreTooNewError:
    """Return the error for stored bytes that cannot be decoded."""
    if error.code == "too-new":
        return StoreTooNewError(f"{what} was stored by a newer release: {error}")
    return StoreCorruptError(
        f"{what} cannot be read back ({error}): restore the store from a backup"
    )


def refolded(
    events: Iterable[Event], start: Thread | None, thread_id: ThreadId, version: int
) -> Thread:
    """Return *start* after stored events, which must lead to *version*."""
    try:
        thread = stored(replay(events, start))
        if thread.version != version:
            raise IntegrityError(f"they lead to version {thread.version}")
    except QathreadError as error:
        raise StoreCorruptError(
            f"the stored events of thread {thread_id!r} do not make version "
            f"{version} ({error}): restore the store from a backup"
        ) from error
    return thread


def same(found: Sequence[bytes], bodies: Sequence[bytes]) -> bool:
    """Tell whether just the events *bodies* are what was *found*."""
    return len(found) == len(bodies) and all(
        old == new or _canonical(old) == new
        for old, new in zip(found, bodies, strict=True)
    )


def _canonical(body: bytes) -> bytes:
    """Return a stored event as this release writes it."""
    try:
        return to_json(from_json(body, Event, limits=None))
    except FormatError:
        return body


# -- arguments -------------------------------------------------------------------


def asked_id(thread_id: object) -> ThreadId:
    """Return *thread_id* if a thread may have it."""
    if not isinstance(thread_id, str):
        raise ValidationError(f"a thread id is a str, not a {type(thread_id).__name__}")
    try:
        return identifier(thread_id, "thread_id")
    except ValidationError:
        raise no_thread(thread_id) from None


def asked_version(version: object, thread_id: ThreadId) -> int | None:
    """Return *version* if a thread may be at it."""
    if version is None:
        return None
    if type(version) is not int:
        raise ValidationError(f"a version is an int, not a {type(version).__name__}")
    if not 1 <= version <= MAX_INTEGER:
        raise NotFoundError(f"thread {thread_id!r} never was at version {version}")
    return version


def asked_after(after: object) -> int:
    """Return *after* as a version that any store can compare."""
    if type(after) is int and after > MAX_INTEGER:
        return MAX_INTEGER
    return at_least(0, after, "after")


def asked_op_id(op_id: object) -> str:
    """Return *op_id* if it is text and not empty."""
    return identifier(op_id, "op_id")


def no_thread(thread_id: str) -> NotFoundError:
    """Return the error for an id that nothing is stored under."""
    return NotFoundError(f"no thread {thread_id!r} is stored: check the id")


def no_version(thread_id: str, version: int, first: int, last: int) -> NotFoundError:
    """Return the error for a version that the stored history lacks."""
    return NotFoundError(
        f"version {version} of thread {thread_id!r} is not stored: ask for one from "
        f"{first} to {last}"
    )
