"""From the events of many threads to one stream for each user."""

from collections import defaultdict
from collections.abc import Iterable

from ._ledger_book import Book
from ._ledger_entries import Begun, Entry, Joined, Renamed, event_of
from ._ledger_happening import add
from ._ledger_items import (
    AnyEvent,
    Item,
    Opened,
    Turn,
    cause_of,
    known_from,
    names_of,
    turn_of,
)
from ._ledger_spreading import concerned, stateful
from ._ledger_state import (
    Chapter,
    Draft,
    Lane,
    State,
    Traits,
    arranged,
    check,
    handed_over,
    same,
)
from ._persistent import EMPTY_VECTOR, Vector
from .facts import (
    AccountsMerged,
    AnswerAccepted,
    AnswerUnaccepted,
    PostsMovedOut,
    UsersMerged,
    VoteCast,
)


class DisorderError(Exception):
    """Events came in another order than that of the ledger."""


def extended(state: State, events: Iterable[AnyEvent]) -> State:
    """
    Return the state after more events, in whatever order they come.

    Costs what the events and the accounts concerned cost, as long as no event
    stands before one of its own thread that is known already and no account was
    merged and no post moved; else everything is arranged again.
    """
    batch = list(events)
    if len(batch) == 1:
        made = _voted(state, batch[0])
        if made is not None:
            return made
    try:
        router = Router(state)
        router.route(batch)
        return router.freeze()
    except DisorderError:
        pass
    if not state.traits.crossed and len(state.chapters):
        try:
            router = Router(state, late=True)
            router.route(arranged(batch))
            return router.freeze()
        except DisorderError:
            pass
    router = Router(State(state.rates))
    router.route(arranged([*state.events(), *batch]))
    return router.freeze()


def _voted(state: State, event: AnyEvent) -> State | None:
    """Add the commonest single event, a vote in a plain thread, the short way."""
    if event.__class__ is not VoteCast or state.traits.merges:
        return None
    thread_id, version, at = event.thread_id, event.version, event.at
    chapter, turn = state.chapters.get(thread_id), (at, thread_id, version)
    if (
        chapter is None
        or chapter.booked
        or version <= chapter.version
        or turn <= state.last
        or (event.recorded_at is not at and known_from(event) != at)
    ):
        return None
    made = Chapter(
        version,
        at,
        chapter.log.append(event),
        chapter.accepted,
        chapter.moved,
        False,
        chapter.cell,
    )
    lanes, voter_id, author_id = state.lanes, event.by.id, event.author_id
    lanes = lanes.set(voter_id, _longer(lanes.get(voter_id), event))
    if author_id != voter_id and event.post_kind in state.rates.author_kinds:
        lanes = lanes.set(author_id, _longer(lanes.get(author_id), event))
    chapters = state.chapters.set(thread_id, made)
    return State(state.rates, chapters, lanes, turn, state.traits)


def _longer(lane: Lane | None, item: Item) -> Lane:
    """A lane with one more item, which the account goes on with."""
    if lane is None:
        return Lane(EMPTY_VECTOR.append(item), [])
    return Lane(lane.items.append(item), handed_over(lane.cell))


class Router:
    """Sends events to the users whom they concern."""

    def __init__(self, state: State, *, late: bool = False) -> None:
        self.state, self.rates = state, state.rates
        self.late = late  # other threads may be ahead
        self.drafts: dict[str, Draft] = {}
        self.streams: defaultdict[str, list[Item]] = defaultdict(list)
        self.last = state.last
        self.traits = Traits(state.traits)

    def route(self, events: Iterable[AnyEvent]) -> None:
        """Take events in, in their order."""
        drafts, streams, traits = self.drafts, self.streams, self.traits
        author_kinds = self.rates.author_kinds
        last_at, last_id, last_version = self.last
        for event in events:
            # Nearly all events are votes in threads where nothing else happened:
            # `_route` and `concerned`, without the calls.
            if event.__class__ is VoteCast and not traits.merges and not self.late:
                thread_id, version, at = event.thread_id, event.version, event.at
                draft = drafts.get(thread_id)
                if (
                    draft is not None
                    and not draft.booked
                    and version > draft.version
                    and (
                        at > last_at
                        or (
                            at == last_at
                            and (thread_id, version) > (last_id, last_version)
                        )
                    )
                ):
                    known = event.recorded_at
                    if known is not at and known is not None and known < at:
                        traits.foreseen = True
                    last_at, last_id, last_version = at, thread_id, version
                    draft.version, draft.effective = version, at
                    draft.new.append(event)
                    author_id, voter_id = event.author_id, event.by.id
                    streams[voter_id].append(event)
                    if author_id != voter_id and event.post_kind in author_kinds:
                        streams[author_id].append(event)
                    continue
            self.last = (last_at, last_id, last_version)
            self._route(event)
            last_at, last_id, last_version = self.last
        self.last = (last_at, last_id, last_version)

    def freeze(self) -> State:
        """The state after all that was taken in."""
        if not self.drafts:
            return self.state
        base = self.state
        chapters = base.chapters.update(
            {name: draft.chapter() for name, draft in self.drafts.items()}
        )
        lanes = base.lanes.update(
            {name: self._lane(name, items) for name, items in self.streams.items()}
        )
        return State(self.rates, chapters, lanes, self.last, self.traits)

    def _lane(self, user_id: str, items: list[Item]) -> Lane:
        lane = self.state.lanes.get(user_id)
        if lane is None:
            return Lane(EMPTY_VECTOR.extend(items), [])
        if self.late:
            return Lane(Vector.of(sorted([*lane.items, *items], key=turn_of)), [])
        return Lane(lane.items.extend(items), handed_over(lane.cell))

    # -- one event ---------------------------------------------------------------

    def _route(self, event: AnyEvent) -> None:
        check(event)
        thread_id = event.thread_id or ""
        draft = self._draft(thread_id)
        if event.version <= draft.version:
            self._repeat(draft, event)
            return
        at, effective = event.at, draft.effective
        skewed = at is not None and at < effective
        if at is not None and not skewed:
            effective = at
        turn = (effective, thread_id, event.version)
        if turn > self.last:
            self.last = turn
        elif not self.late:
            raise DisorderError
        names = self._names(event, thread_id)
        if not draft.booked and (names or skewed or stateful(draft, event)):
            self._begin(draft, thread_id)
        self._look_at_times(draft, event)
        self.traits.skewed = self.traits.skewed or skewed
        draft.version, draft.effective = event.version, effective
        if not draft.booked:
            draft.new.append(event)
            for name in concerned(draft, event, self.rates):
                self.streams[name].append(event)
            return
        entry: Entry = Renamed(event, names) if names else event
        self._enter(draft, thread_id, entry)
        if isinstance(event, PostsMovedOut):
            self._move(draft, thread_id, event)
        elif isinstance(event, UsersMerged):
            self._merge(event.from_id, thread_id, event.into.id)
        elif isinstance(event, AccountsMerged):
            self._join(event, turn)

    def _draft(self, thread_id: str) -> Draft:
        draft = self.drafts.get(thread_id)
        if draft is None:
            draft = Draft(self.state.chapters.get(thread_id))
            self.drafts[thread_id] = draft
        return draft

    def _repeat(self, draft: Draft, event: AnyEvent) -> None:
        """Pass over an event that is known, or say that it comes late."""
        logs = [reversed(draft.new)]
        if draft.base is not None:
            logs.append(reversed(draft.base.log))
        for log in logs:
            for entry in log:
                known = event_of(entry)
                if known is None or known.version > event.version:
                    continue
                if known.version < event.version:
                    raise DisorderError
                same(known, event)
                return
        raise DisorderError

    def _look_at_times(self, draft: Draft, event: AnyEvent) -> None:
        known = known_from(event)
        if known is None or event.at is None or known == event.at:
            return
        if known < event.at:
            self.traits.foreseen = True
        elif draft.booked or isinstance(event, (AnswerAccepted, AnswerUnaccepted)):
            self.traits.belated = True

    def _names(self, event: AnyEvent, thread_id: str) -> dict[str, str]:
        """The present ids of people whom an event names by others."""
        if not self.traits.merges:
            return {}
        known = {
            name: self._resolved(name, thread_id)
            for name in names_of(event)
            if name in self.traits.merges
        }
        return {name: now for name, now in known.items() if name != now}

    def _resolved(self, name: str, thread_id: str) -> str:
        last = -1
        while True:
            for number, scope, into_id in self.traits.merges.get(name, ()):
                if number > last and (scope is None or scope == thread_id):
                    name, last = into_id, number
                    break
            else:
                return name

    # -- books -------------------------------------------------------------------

    def _book(self, draft: Draft, thread_id: str) -> Book:
        if draft.book is None and draft.base is not None and not draft.new:
            draft.book = next(iter(handed_over(draft.base.cell)), None)
        if draft.book is None:
            draft.book = Book(thread_id, self.rates)
            for entry in draft.log():
                add(draft.book, entry)
            draft.book.out.clear()
            draft.book.parcel = None
        return draft.book

    def _begin(self, draft: Draft, thread_id: str) -> None:
        book = self._book(draft, thread_id)
        for entry in draft.log():
            event = event_of(entry)
            known = None if event is None else known_from(event)
            if event is not None and known != event.at:
                self.traits.belated = True
        draft.booked = True
        draft.new.append(Begun())
        add(book, draft.new[-1])

    def _enter(self, draft: Draft, thread_id: str, entry: Entry) -> None:
        """Write an entry into a book, and send what it orders."""
        book = self._book(draft, thread_id)
        draft.new.append(entry)
        add(book, entry)
        for user_id, item in book.take_out():
            self.streams[user_id].append(item)

    def _other(self, thread_id: str) -> Draft:
        draft = self._draft(thread_id)
        if not draft.booked:
            self._begin(draft, thread_id)
        return draft

    def _move(self, draft: Draft, thread_id: str, event: PostsMovedOut) -> None:
        self._cross()
        book = self._book(draft, thread_id)
        parcel, book.parcel = book.parcel, None
        draft.moved |= {event.to_id}
        if parcel is not None:
            self._enter(self._other(event.to_id), event.to_id, parcel)

    def _join(self, event: AccountsMerged, turn: Turn) -> None:
        """Let an account become part of another in all threads that know it."""
        lane = self.state.lanes.get(event.user_id)
        todo = {""}
        for item in (
            *(lane.items if lane else ()),
            *self.streams.get(event.user_id, ()),
        ):
            todo.add(cause_of(item).thread_id or "")
            if isinstance(item, Opened):
                todo.add(item.event.thread_id or "")
        done = {""}
        todo -= done
        while todo:
            thread_id = todo.pop()
            done.add(thread_id)
            draft = self._other(thread_id)
            self._enter(draft, thread_id, Joined(event, turn))
            todo |= draft.moved - done
        self._merge(event.user_id, None, event.into_id)

    def _merge(self, from_id: str, thread_id: str | None, into_id: str) -> None:
        self._cross()
        number = sum(map(len, self.traits.merges.values()))
        known = self.traits.merges.get(from_id, ())
        merge = (number, thread_id, into_id)
        self.traits.merges = {**self.traits.merges, from_id: (*known, merge)}

    def _cross(self) -> None:
        if self.late:  # other threads would have to be gone through again
            raise DisorderError
        self.traits.crossed = True
