"""What a ledger holds, and the order of events in it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

from ._ledger_account import Account
from ._ledger_book import Book
from ._ledger_entries import Entry, event_of
from ._ledger_items import EVENTS, NEVER, AnyEvent, Item, Turn, place
from ._ledger_rates import Rates
from ._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector
from .errors import SequenceError, ValidationError

#: One merge of accounts: its number, its thread (None: all), and who stays.
Merge: TypeAlias = tuple[int, str | None, str]
#: An acceptance that stands: whose answer, and who is paid for accepting.
Accepted: TypeAlias = tuple[str, str | None]
_Folded = TypeVar("_Folded")


class Lane:
    """One user's stream, and in *cell* at most one account folded from it."""

    __slots__ = ("cell", "items")

    def __init__(self, items: Vector[Item], cell: list[Account]) -> None:
        self.items, self.cell = items, cell


class Chapter:
    """One thread's log, and in *cell* at most one book folded from it."""

    __slots__ = (
        "accepted",
        "booked",
        "cell",
        "effective",
        "log",
        "moved",
        "version",
    )

    def __init__(
        self,
        version: int,
        effective: datetime,
        log: Vector[Entry],
        accepted: Map[str, Accepted],
        moved: frozenset[str],
        booked: bool,
        cell: list[Book],
    ) -> None:
        self.version, self.effective, self.log = version, effective, log
        self.accepted, self.moved = accepted, moved
        self.booked, self.cell = booked, cell


class Draft:
    """A chapter while events are added to it."""

    __slots__ = (
        "accepted",
        "base",
        "book",
        "booked",
        "effective",
        "moved",
        "new",
        "version",
    )

    def __init__(self, base: Chapter | None) -> None:
        self.base = base
        self.new: list[Entry] = []
        self.book: Book | None = None
        self.accepted: Map[str, Accepted] = EMPTY_MAP
        self.version, self.effective = 0, NEVER
        self.booked, self.moved = False, frozenset[str]()
        if base is not None:
            self.accepted = base.accepted
            self.version, self.effective = base.version, base.effective
            self.booked, self.moved = base.booked, base.moved

    def chapter(self) -> Chapter:
        base = EMPTY_VECTOR if self.base is None else self.base.log
        return Chapter(
            self.version,
            self.effective,
            base.extend(self.new),
            self.accepted,
            self.moved,
            self.booked,
            [] if self.book is None else [self.book],
        )

    def log(self) -> Iterator[Entry]:
        if self.base is not None:
            yield from self.base.log
        yield from self.new


class Traits:
    """
    What is true of all the events of a ledger.

    Attributes:
        merges: Of each account that is gone, into what it was merged.
        crossed: Whether threads act on one another.
        skewed: Whether in some thread the clock went back.
        foreseen: Whether something was recorded before it happened.
        belated: Whether something became known later than it happened on which
            the meaning of other events depends.
    """

    __slots__ = ("belated", "crossed", "foreseen", "merges", "skewed")

    def __init__(self, like: "Traits | None" = None) -> None:
        self.merges: Mapping[str, tuple[Merge, ...]] = {}
        self.crossed = self.skewed = self.foreseen = self.belated = False
        if like is not None:
            self.merges, self.crossed = like.merges, like.crossed
            self.skewed, self.foreseen = like.skewed, like.foreseen
            self.belated = like.belated


class State:
    """All that a ledger holds; not changed once it is made, but for its cells."""

    __slots__ = ("chapters", "lanes", "last", "rates", "traits")

    def __init__(
        self,
        rates: Rates,
        chapters: Map[str, Chapter] = EMPTY_MAP,
        lanes: Map[str, Lane] = EMPTY_MAP,
        last: Turn = (NEVER, "", 0),
        traits: Traits | None = None,
    ) -> None:
        self.rates, self.chapters, self.lanes = rates, chapters, lanes
        self.last = last  # the place of the last event
        self.traits = Traits() if traits is None else traits

    def events(self) -> Iterator[AnyEvent]:
        """All events, thread by thread."""
        for chapter in self.chapters.values():
            for entry in chapter.log:
                event = event_of(entry)
                if event is not None:
                    yield event


def handed_over(cell: list[_Folded]) -> list[_Folded]:
    """
    Take what was folded out of a cell, if it is there, and put it into a new one.

    So nobody else has it; whoever finds the cell empty folds another.
    """
    try:
        return [cell.pop()]
    except IndexError:
        return []


def arranged(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    """
    Merge the logs of threads by time, each in order of version.

    Raises:
        SequenceError: If two different events stand in one place.
    """
    logs: dict[str, list[AnyEvent]] = {}
    for event in events:
        check(event)
        logs.setdefault(event.thread_id or "", []).append(event)
    found: list[AnyEvent] = []
    times = []
    for name in sorted(logs):
        log = logs[name]
        log.sort(key=lambda each: each.version)
        effective, before = NEVER, None
        for event in log:
            if before is not None and before.version == event.version:
                same(before, event)
                continue
            if event.at is not None and event.at > effective:
                effective = event.at
            found.append(event)
            times.append(effective)
            before = event
    # Sorting is stable: equal times stay in order of thread and version.
    return [found[index] for index in sorted(range(len(found)), key=times.__getitem__)]


def check(event: AnyEvent) -> None:
    if event.__class__ not in EVENTS:
        raise ValidationError(
            f"a ledger is made of events, not of {type(event).__name__}: give those "
            "of qathread.events"
        )


def same(known: AnyEvent, event: AnyEvent) -> None:
    if known != event:
        raise SequenceError(
            f"{place(event)} comes with two contents: a ledger takes the events of "
            "one history"
        )
