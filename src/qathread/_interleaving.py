"""The events of many threads in one line, whatever the order they came in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeAlias, get_args

from ._checks import EARLIEST
from ._facts_base import Fact
from ._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector
from .errors import IntegrityError, SequenceError, ValidationError
from .facts import AccountEvent, Event

__all__ = ["NO_STREAMS", "AnyEvent", "Place", "Streams"]

#: What happened to a thread or to an account.
AnyEvent: TypeAlias = Event | AccountEvent

#: Where an event stands in the line: threads are merged by time, each thread's
#: own events in order of version. A clock that goes back does not count: the
#: instant is the latest one of the thread so far.
Place: TypeAlias = tuple[datetime, str, int]

_KNOWN: Final = (Fact, *get_args(AccountEvent))
_ACCOUNTS: Final = ""  # no thread has an empty id


class _Stream:
    """The events of one thread while more are added."""

    __slots__ = ("first", "kept", "latest", "new")

    def __init__(self, kept: Vector[AnyEvent], first: int, latest: datetime) -> None:
        self.kept = kept
        self.first = first
        self.latest = latest
        self.new: list[AnyEvent] = []

    def at(self, version: int) -> AnyEvent | None:
        """The event of a version, if it is here."""
        place = version - self.first
        if 0 <= place < len(self.kept):
            return self.kept[place]
        place -= len(self.kept)
        return self.new[place] if 0 <= place < len(self.new) else None


class Streams:
    """All events so far by thread, so that repeats and conflicts are seen."""

    __slots__ = ("_threads",)

    def __init__(
        self, threads: Map[str, tuple[Vector[AnyEvent], int, datetime]]
    ) -> None:
        self._threads = threads

    def add(
        self, events: Iterable[AnyEvent]
    ) -> tuple["Streams", list[tuple[Place, AnyEvent]]]:
        """
        Return the streams with more events, and those that are new, as given.

        A thread may begin at any version; from there on none is left out.

        Raises:
            ValidationError: If something is not an event.
            SequenceError: If an event is out of turn.
            IntegrityError: If two different events claim one place.
        """
        open_ones: dict[str, _Stream] = {}
        fresh: list[tuple[Place, AnyEvent]] = []
        for event in events:
            if not isinstance(event, _KNOWN):
                raise ValidationError(
                    f"{type(event).__name__} is not an event: give those of "
                    "thread.pending or of a store's history"
                )
            name = event.thread_id or _ACCOUNTS
            stream = open_ones.get(name)
            if stream is None:
                held = self._threads.get(name, (EMPTY_VECTOR, event.version, EARLIEST))
                open_ones[name] = stream = _Stream(*held)
            if _is_new(stream, event):
                stream.new.append(event)
                if event.at is not None and event.at > stream.latest:
                    stream.latest = event.at
                fresh.append(((stream.latest, name, event.version), event))
        if not fresh:
            return self, fresh
        grown = {
            name: (stream.kept.extend(stream.new), stream.first, stream.latest)
            for name, stream in open_ones.items()
            if stream.new
        }
        return Streams(self._threads.update(grown)), fresh


def _is_new(stream: _Stream, event: AnyEvent) -> bool:
    following = stream.first + len(stream.kept) + len(stream.new)
    version = event.version
    if version == following:
        return True
    whose = "accounts" if event.thread_id is None else f"thread {event.thread_id!r}"
    known = stream.at(version)
    if known is None:
        raise SequenceError(
            f"event {version} of {whose} is out of turn, {following} follows: "
            "give the events of each thread in order of version"
        )
    if known is not event and known != event:
        raise IntegrityError(
            f"two different events claim to be event {version} of {whose}: "
            "give those of one history"
        )
    return False


NO_STREAMS: Final = Streams(EMPTY_MAP)
