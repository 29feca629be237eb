"""The threads of a JetStream store: a chain of saves for each."""

from collections.abc import Iterable, Sequence
from typing import Final

import attrs
from attrs import frozen

from ..events import Event
from ..ids import ThreadId
from ..serialization import bulk_load
from ..thread import Thread
from ._appending import Batch, event_of, no_version, refolded
from ._jetstream_aside import aside
from ._jetstream_chains import HEADERS, NOTHING, Chains, Link, OtherChainError, Tip
from ._jetstream_frames import (
    Append,
    bodies_of,
    damaged,
    digest_of,
    members,
    token_of,
)
from ._jetstream_parts import Parts
from ._jetstream_requests import Deadline, Requests
from ._jetstream_snapshots import Snapshots, State

#: Bytes of a head beside the thread's id.
_HEAD: Final = 2048

_KEPT_THREADS: Final = 32
_KEPT_POSTS: Final = 100_000
#: Of so many threads it is known which message was there at last.
_SEEN_THREADS: Final = 10_000


@frozen
class Piece:
    """The events of one save, and what it said of them."""

    append: Append
    text: bytes
    where: str

    def bodies(self) -> list[bytes]:
        """Return the events, if they are as they were written."""
        text, said = self.text, self.append
        if len(text) != said.size or digest_of(text) != said.digest:
            raise damaged(f"the events of {self.where} are not as written")
        found = bodies_of(text)
        if len(found) != said.events:
            raise damaged(f"{self.where} has {len(found)} events, not {said.events}")
        return found


class Log:
    """
    Reads and extends the chains of threads.

    Args:
        requests: The way to the server.
        name: Of the store: the stream of saves has it, and subjects begin with it.
        extra: The stream for the parts of what is too large for one message.
        snapshots: Where loading may start.
    """

    def __init__(
        self, requests: Requests, name: str, extra: str, snapshots: Snapshots
    ) -> None:
        self.name = name
        self._snapshots = snapshots
        self.chains = Chains(requests, name)
        self._requests = requests
        self._parts = Parts(requests, extra)
        self._kept: dict[ThreadId, State] = {}
        self._seen: dict[ThreadId, int] = {}

    def subject(self, thread_id: ThreadId) -> str:
        """Return the subject of a thread's chain."""
        return f"{self.name}.log.{token_of(thread_id)}"

    # -- what was folded last ----------------------------------------------------

    def known(self, thread_id: ThreadId) -> State | None:
        """Return the newest known state of a thread."""
        return self._kept.get(thread_id)

    def keep(self, state: State) -> None:
        """Keep a state at hand; the least recently used ones go."""
        kept = self._kept
        before = kept.pop(state.thread_id, None)
        if before is not None and before.tip.seen > state.tip.seen:
            state = before  # another task knows more by now
        kept[state.thread_id] = state
        seen = self._seen.pop(state.thread_id, 0)
        self._seen[state.thread_id] = max(seen, state.tip.seen)
        if len(self._seen) > _SEEN_THREADS:
            del self._seen[next(iter(self._seen))]
        posts = sum(map(_posts, kept.values()))
        while len(kept) > 1 and (len(kept) > _KEPT_THREADS or posts > _KEPT_POSTS):
            posts -= _posts(kept.pop(next(iter(kept))))

    def clear(self) -> None:
        """Let everything go."""
        self._kept.clear()
        self._seen.clear()

    # -- reading -----------------------------------------------------------------

    async def current(self, thread_id: ThreadId, deadline: Deadline) -> State:
        """Return the latest state of a thread; version 0 if there is none."""
        start = self._kept.get(thread_id)
        if start is None:
            start = await self._snapshots.read(thread_id, deadline)
        if start is not None:
            try:
                return await self._latest(start, deadline)
            except OtherChainError:
                # The streams were restored to an older state, or a snapshot is bad.
                self._kept.pop(thread_id, None)
        try:
            return await self._latest(State(thread_id=thread_id), deadline)
        except OtherChainError:
            raise damaged(f"the chain of thread {thread_id!r} is broken") from None

    async def _latest(self, start: State, deadline: Deadline) -> State:
        subject = self.subject(start.thread_id)
        least = self._seen.get(start.thread_id, 0)
        links, tip = await self.chains.news(subject, start.tip, deadline, least=least)
        state = await self._grown(start, links, tip, deadline)
        self.keep(state)
        return state

    async def pieces(
        self, thread_id: ThreadId, after: int, deadline: Deadline
    ) -> tuple[list[Piece], int]:
        """
        Return the saves that led beyond one version, and the latest version.

        The version is 0 if there is no such thread.
        """

        def enough(link: Link) -> bool:
            return said_in(link, thread_id).base <= after

        subject = self.subject(thread_id)
        least = self._seen.get(thread_id, 0)
        links, _ = await self.chains.news(
            subject, NOTHING, deadline, least=least, enough=enough
        )
        if not links:
            return [], 0
        later = [link for link in links if said_in(link, thread_id).version > after]
        latest = said_in(links[-1], thread_id).version
        return await self.pieces_of(later, thread_id, deadline), latest

    async def pieces_of(
        self, links: Iterable[Link], thread_id: ThreadId, deadline: Deadline
    ) -> list[Piece]:
        """Return the saves that links of a thread's chain tell."""
        found = list[Piece]()
        for link in links:
            append = said_in(link, thread_id)
            text = link.frame.body
            if append.parts:
                text = await self._parts.joined(append.parts, deadline)
            found.append(Piece(append, text, link.frame.where))
        return found

    async def at(self, state: State, version: int, deadline: Deadline) -> Thread:
        """Return a thread as it was at one version, up to its latest state."""
        thread_id = state.thread_id
        if state.thread is None or not state.first <= version <= state.version:
            raise no_version(thread_id, version, state.first, state.version)
        if version == state.version:
            return state.thread
        begin = None
        start = await self._snapshots.read(thread_id, deadline)
        if start is not None and start.version <= version:
            begin = start.thread
        after = 0 if begin is None else begin.version
        pieces, _ = await self.pieces(thread_id, after, deadline)
        needed = [piece for piece in pieces if piece.append.base < version]
        return await aside(size_of(needed), _folded, needed, begin, thread_id, version)

    # -- writing -----------------------------------------------------------------

    async def append(
        self,
        state: State,
        batch: Batch,
        text: bytes,
        saved: Thread,
        deadline: Deadline,
    ) -> tuple[State, bool]:
        """
        Add the events of a batch after *state*, or learn who was faster.

        Args:
            state: What the batch follows.
            batch: What to save.
            text: Its events as text.
            saved: The thread after that.
            deadline: When to give up.

        Returns:
            The state after the link that follows *state*, and whether that is the
            batch. The same events of another writer are as good.

        Raises:
            StoreUnavailableError: If nothing was saved.
            OutcomeUnknownError: If it may have been.
        """
        places: tuple[int, ...] = ()
        room = self._requests.max_payload - HEADERS - _HEAD - 6 * len(batch.thread_id)
        if len(text) > room:
            places = await self._parts.stored(text, f"{self.name}.part", deadline)
        asked = Append(
            thread=batch.thread_id,
            base=state.version,
            version=batch.version,
            first=state.first or batch.after + 1,
            events=len(batch.bodies),
            digest=await aside(len(text), digest_of, text),
            size=len(text),
            parts=places,
        )
        body = b"" if places else text
        links, tip = await self._add(state, asked, body, deadline)
        found = said_in(links[0], batch.thread_id)
        if not is_same(found, asked):
            grown = await self._grown(state, links, tip, deadline)
            self.keep(grown)
            return grown, False
        grown = attrs.evolve(
            state,
            tip=state.tip.grown(links[0]),
            version=batch.version,
            first=asked.first,
            thread=saved,
            tail_events=state.tail_events + asked.events,
            tail_bytes=state.tail_bytes + asked.size,
        )
        self.keep(grown)
        return grown, True

    async def take_place(self, state: State, deadline: Deadline) -> None:
        """
        Add a link without events after *state*, unless one is there.

        Whatever was meant to follow *state* is void then.
        """
        nothing = Append(
            thread=state.thread_id,
            base=state.version,
            version=state.version,
            first=state.first,
            events=0,
            digest=digest_of(b""),
            size=0,
        )
        await self._add(state, nothing, b"", deadline)

    async def _add(
        self, state: State, append: Append, body: bytes, deadline: Deadline
    ) -> tuple[list[Link], Tip]:
        subject = self.subject(append.thread)
        head = members(append)
        return await self.chains.add(subject, state.tip, head, body, deadline)

    async def _grown(
        self, state: State, links: Sequence[Link], tip: Tip, deadline: Deadline
    ) -> State:
        """Return the state after more links, the last of which is at *tip*."""
        pieces = await self.pieces_of(links, state.thread_id, deadline)
        version, first = state.version, state.first
        for piece in pieces:
            if piece.append.base != version:
                raise damaged(
                    f"{piece.where} follows version {piece.append.base} of thread "
                    f"{state.thread_id!r}, which was at {version}"
                )
            version, first = piece.append.version, piece.append.first
        thread, size = state.thread, size_of(pieces)
        if version != state.version:
            thread = await aside(
                size, _folded, pieces, thread, state.thread_id, version
            )
        return attrs.evolve(
            state,
            tip=tip,
            version=version,
            first=first,
            thread=thread,
            tail_events=state.tail_events + sum(one.append.events for one in pieces),
            tail_bytes=state.tail_bytes + size,
        )


def said_in(link: Link, thread_id: ThreadId) -> Append:
    """Return what a link of a thread's chain says."""
    append = Append.of(link.frame)
    if append.thread != thread_id:
        raise damaged(f"{link.frame.where} is of another thread")
    return append


def is_same(one: Append, other: Append) -> bool:
    """Tell whether two saves on one base are the same."""
    return (one.version, one.digest) == (other.version, other.digest)


def size_of(pieces: Iterable[Piece]) -> int:
    """Return how many bytes of events there are."""
    return sum(piece.append.size for piece in pieces)


def bodies_in(pieces: Iterable[Piece], after: int, version: int) -> list[bytes]:
    """Return the events after one version, up to another."""
    found = list[bytes]()
    for piece in pieces:
        begins = piece.append.version - piece.append.events
        bodies = piece.bodies()
        found += bodies[max(0, after - begins) : max(0, version - begins)]
    return found


def events_in(
    pieces: Iterable[Piece], after: int, version: int, thread_id: ThreadId
) -> tuple[Event, ...]:
    """Return the events after one version, up to another."""
    with bulk_load():
        bodies = bodies_in(pieces, after, version)
        return tuple(event_of(body, thread_id) for body in bodies)


def _folded(
    pieces: Sequence[Piece], start: Thread | None, thread_id: ThreadId, version: int
) -> Thread:
    """Return *start* after the events of saves, up to one version."""
    after = 0 if start is None else start.version
    with bulk_load():
        events = events_in(pieces, after, version, thread_id)
        return refolded(events, start, thread_id, version)


def _posts(state: State) -> int:
    return 0 if state.thread is None else len(state.thread)
