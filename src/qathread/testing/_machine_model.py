"""What a state machine holds a store to: every event and every state, in a dict."""

from collections.abc import Iterable, Sequence

from ..events import Event, Imported
from ..stores import EraseMode
from ..thread import Thread, stored
from ._erasing_samples import erased
from ._listing_oracle import Seen, states_of


class Known:
    """What is known of one thread."""

    def __init__(self, thread_id: str) -> None:
        self.id = thread_id
        self.events: tuple[Event, ...] = ()
        self.states: dict[int, Thread] = {}

    @property
    def first(self) -> int:
        """The version that the thread began with."""
        return min(self.states)

    @property
    def last(self) -> int:
        """The latest version."""
        return max(self.states)

    @property
    def now(self) -> Thread:
        """The latest state."""
        return self.states[self.last]

    @property
    def seen(self) -> Seen:
        """The thread as the oracle of lists takes it."""
        return Seen(tuple(self.states.values()))

    def pick(self, number: int) -> int:
        """Return one of the versions."""
        versions = sorted(self.states)
        return versions[number % len(versions)]

    def put(self, events: Iterable[Event]) -> None:
        """Make the thread what some events make of it."""
        self.events = tuple(events)
        states = map(stored, states_of(self.events))
        self.states = {state.version: state for state in states}

    def between(self, after: int, version: int) -> tuple[Event, ...]:
        """Return the events after one version, up to another."""
        return tuple(each for each in self.events if after < each.version <= version)


class Model:
    """All threads, the order of all events, and who was erased."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.fed: list[tuple[str, int]] = []
        self.gone: set[tuple[str, EraseMode]] = set()

    def cleaned(self, value: Thread) -> tuple[Event, ...]:
        """Return what is pending, without people who were erased, if imported."""
        events = value.pending
        if events and isinstance(events[0], Imported):
            # In that order: votes, then words.
            for mode in (EraseMode.PURGE, EraseMode.REDACT):
                for user_id in sorted(who for who, how in self.gone if how is mode):
                    events = erased(events, user_id, mode)
        return events

    def append(self, value: Thread) -> Thread:
        """Take over what is pending; return the thread as it is then."""
        known = self.known.setdefault(value.id, Known(value.id))
        events = self.cleaned(value)
        known.put((*known.events, *events))
        self.fed += ((value.id, event.version) for event in events)
        return known.states[value.version]

    def stands(self, value: Thread) -> bool:
        """Whether what is pending was saved before, and was not rewritten since."""
        events = self.cleaned(value)
        known = self.known.get(value.id)
        if known is None or not events:
            return False
        return known.between(events[0].version - 1, value.version) == events

    def erase(self, user_id: str, mode: EraseMode, key: bytes | None) -> int:
        """Rewrite all events; return in how many threads something changed."""
        self.gone.add((user_id, mode))
        changed = 0
        for known in self.known.values():
            events = erased(known.events, user_id, mode, key or b"")
            changed += events != known.events
            known.put(events)
        return changed

    def events(self) -> Sequence[Event]:
        """Return all events in the order in which they were saved."""
        return [
            event
            for thread_id, version in self.fed
            for event in self.known[thread_id].between(version - 1, version)
        ]
