"""Threads as event logs on NATS JetStream, kept by one server or by several."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Self
from weakref import WeakValueDictionary

from ..errors import (
    OperationReusedError,
    StoreBusyError,
    StoreClosedError,
    ValidationError,
    VersionConflictError,
)
from ..events import Event
from ..ids import ThreadId
from ..pages import check_limit
from ..thread import Thread
from ._appending import (
    Batch,
    appended,
    asked_after,
    asked_id,
    asked_op_id,
    asked_version,
    batch_of,
    no_thread,
    same,
)
from ._jetstream_aside import aside
from ._jetstream_claims import Claims
from ._jetstream_feed import MOST_EVENTS, Feed
from ._jetstream_frames import Claim, digest_of, text_of
from ._jetstream_log import Log, Piece, bodies_in, events_in, size_of
from ._jetstream_requests import Client, Deadline, Requests, connected
from ._jetstream_snapshots import Snapshots, State
from ._jetstream_streams import checked
from .queries import FeedEntry

__all__ = ["JetStreamStore"]

#: Bytes of an event, about, to tell much work from little.
_EVENT: Final = 500


class JetStreamStore:
    """
    A store of event logs on NATS JetStream, for programs on an event loop.

    It keeps the promises of :class:`qathread.stores.AsyncThreadStore`,
    :class:`qathread.stores.AsyncRemembersOperations` and
    :class:`qathread.stores.AsyncReadsFeed`, but for what follows. It lists no threads
    and erases nobody: a stream is not rewritten.

    A save is one message, all or nothing, and the order of the stream decides which of
    two saves on one version was first. Every save of a thread, in any process, sees
    this order the same way. Three streams belong to a store: *name* holds the saves,
    *name*-extra op ids and the parts of large saves, *name*-snapshots what makes
    loading fast, which may be emptied at any time.

    What is weaker than in a database:

    * A save that was acknowledged is written by most of the servers, but synced to
      their disks only some time later (every two minutes, with the server's defaults).
      It survives that servers are killed, not that most of them lose power at once.
    * A load asks the leader of the stream. In the moment after another server has
      become leader, before it has caught up, a load may miss the last saves of other
      processes. It never misses what this object has seen of the thread (the last
      10,000 threads are remembered), and no save is let through by it.
    * An op id and its change are two messages. If a writer ends between them, the next
      save with that op id and another content waits two seconds before it goes on.

    One object belongs to one event loop and may be used by many tasks.

    Args:
        client: A connection to NATS, open; the caller closes it.
        name: Of the store: letters, digits, ``-`` and ``_``.
        replicas: How many servers keep each stream (1, 3 or 5) if this object makes
            the streams; those that are there stay as they are.
        timeout: Seconds that one call may take. When a leader is lost, the servers
            need 4 to 9 to choose another one.
        domain: The JetStream domain, where there are several.

    Raises:
        ValidationError: If an argument is not valid.
    """

    name: str

    def __init__(
        self,
        client: Client,
        *,
        name: str = "qathread",
        replicas: int = 1,
        timeout: float = 15.0,
        domain: str | None = None,
    ) -> None:
        if not isinstance(client, Client):
            raise ValidationError(
                f"client is a {type(client).__name__}: give a connection of nats-py, "
                "or use JetStreamStore.open()"
            )
        if type(timeout) not in (int, float) or not 0 < timeout <= 86_400:
            raise ValidationError(
                f"timeout is {timeout!r}: give seconds above 0, up to 86400"
            )
        if domain is not None and not isinstance(domain, str):
            raise ValidationError(f"domain is {domain!r}: give a str")
        self._streams = checked(name, replicas)
        self.name = name
        self._timeout = timeout
        self._client = client
        self._requests = Requests(client, domain)
        self._snapshots = Snapshots(self._requests, name, self._streams.snapshots)
        self._log = Log(self._requests, name, self._streams.extra, self._snapshots)
        self._claims = Claims(self._requests, self._log, self._streams.extra)
        self._feed = Feed(self._log)
        self._saving: WeakValueDictionary[ThreadId, asyncio.Lock]
        self._saving = WeakValueDictionary()
        self._opening = asyncio.Lock()
        self._is_ready = False
        self._is_own = False
        self._closed = False

    @classmethod
    async def open(
        cls,
        servers: str | Sequence[str] = "nats://localhost:4222",
        *,
        name: str = "qathread",
        replicas: int = 1,
        timeout: float = 15.0,
        domain: str | None = None,
    ) -> Self:
        """
        Connect to servers, and return a store that closes the connection itself.

        Whoever needs TLS or credentials connects with nats-py and gives its client to
        the class.

        Args:
            servers: Addresses of one or more servers of the same cluster.
            name: See the class.
            replicas: See the class.
            timeout: See the class.
            domain: See the class.

        Raises:
            StoreUnavailableError: If no server answers in time, or JetStream does not.
            StoreTooNewError: If a newer release made the store.
            StoreCorruptError: If the streams of that name are no store.
            ValidationError: If an argument is not valid.
        """
        store = cls(
            Client(), name=name, replicas=replicas, timeout=timeout, domain=domain
        )
        deadline = Deadline(timeout)
        await connected(store._client, servers, deadline)
        store._is_own = True
        try:
            await store._ready(deadline)
        except BaseException:
            await store.close()
            raise
        return store

    async def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`qathread.stores.LoadsThreads.load`."""
        thread_id = asked_id(thread_id)
        version = asked_version(version, thread_id)
        deadline = await self._begin()
        return await self._at(thread_id, version, deadline)

    async def history(self, thread_id: ThreadId, after: int = 0) -> tuple[Event, ...]:
        """Return its events; see :meth:`qathread.stores.ReadsHistory.history`."""
        thread_id, after = asked_id(thread_id), asked_after(after)
        deadline = await self._begin()
        pieces, latest = await self._log.pieces(thread_id, after, deadline)
        if not latest:
            raise no_thread(thread_id)
        size = size_of(pieces)
        return await aside(size, events_in, pieces, after, latest, thread_id)

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """
        Append what is pending; see :meth:`qathread.stores.SavesThreads.save`.

        Raises:
            StoreUnavailableError: If the servers cannot be reached or do not agree in
                time; nothing was saved.
            OutcomeUnknownError: If the change was sent and no word of it came: it may
                be saved, or be so later. Save again with the same op id.
            StoreBusyError: If other saves of this thread take too long.
        """
        batch = await aside(_weight(thread), batch_of, thread)
        if op_id is not None:
            op_id = asked_op_id(op_id)
        if len(batch.bodies) > MOST_EVENTS:
            raise ValidationError(
                f"{len(batch.bodies)} events are pending: save at most {MOST_EVENTS} "
                "at once"
            )
        deadline = await self._begin()
        async with self._one_at_a_time(batch.thread_id, deadline):
            if op_id is not None:
                claim = await self._claims.stands(op_id, deadline)
                if claim is not None:
                    return await self._repeated(claim, batch, deadline)
            return await self._saved(batch, op_id, deadline)

    async def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        deadline = await self._begin()
        claim = await self._claims.stands(op_id, deadline)
        if claim is None:
            return None
        return await self._at(claim.thread, claim.version, deadline)

    async def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        """Return events by position; see :meth:`qathread.stores.ReadsFeed.feed`."""
        after, limit = asked_after(after), check_limit(limit)
        deadline = await self._begin()
        return tuple(await self._feed.read(after, limit, deadline))

    async def close(self) -> None:
        """
        Let go of what is known, and close the connection if it was opened here.

        Closing again is fine; any other use of the store is refused from now on.
        """
        self._closed = True
        self._log.clear()
        if self._is_own:
            await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<JetStreamStore {self.name!r}>"

    # -- the beginning of every call ---------------------------------------------

    async def _begin(self) -> Deadline:
        deadline = Deadline(self._timeout)
        await self._ready(deadline)
        return deadline

    async def _ready(self, deadline: Deadline) -> None:
        if not self._is_ready and not self._closed:
            async with self._opening:
                if not self._is_ready:
                    made = await self._streams.ready(self._requests, deadline)
                    self._snapshots.log_made = made
                    self._is_ready = True
        if self._closed:
            raise StoreClosedError(
                f"the store {self.name!r} is closed: open a new JetStreamStore"
            )

    @asynccontextmanager
    async def _one_at_a_time(
        self, thread_id: ThreadId, deadline: Deadline
    ) -> AsyncIterator[None]:
        """Let the saves of this object on one thread wait for each other."""
        lock = self._saving.get(thread_id)
        if lock is None:
            lock = self._saving[thread_id] = asyncio.Lock()
        try:
            async with asyncio.timeout(deadline.left):
                await lock.acquire()
        except TimeoutError:
            raise StoreBusyError(
                f"other saves of thread {thread_id!r} took {self._timeout:g} s: try "
                "again"
            ) from None
        try:
            yield
        finally:
            lock.release()

    # -- steps -------------------------------------------------------------------

    async def _at(
        self, thread_id: ThreadId, version: int | None, deadline: Deadline
    ) -> Thread:
        state = await self._log.current(thread_id, deadline)
        if state.thread is None:
            raise no_thread(thread_id)
        if version is None:
            return state.thread
        return await self._log.at(state, version, deadline)

    async def _saved(
        self, batch: Batch, op_id: str | None, deadline: Deadline
    ) -> Thread:
        """Append a batch, unless it stands already."""
        text = text_of(batch.bodies)
        state = self._log.known(batch.thread_id)
        if state is None or (state.version or None) != batch.base:
            state = await self._log.current(batch.thread_id, deadline)
        while batch.bodies and (state.version or None) == batch.base:
            saved = await aside(len(text), appended, batch, state.thread)
            if op_id is not None:
                claim = _claim(op_id, batch, text, state)
                held = await self._claims.take(claim, deadline)
                if held != claim:
                    return await self._repeated(held, batch, deadline)
            state, done = await self._log.append(state, batch, text, saved, deadline)
            if done:
                self._log.keep(await self._snapshots.write_if_due(state))
                return saved
        return await self._stands(batch, op_id, deadline)

    async def _stands(
        self, batch: Batch, op_id: str | None, deadline: Deadline
    ) -> Thread:
        """Acknowledge a batch that needs no writing, or refuse it as stale."""
        thread_id = batch.thread_id
        state = await self._log.current(thread_id, deadline)
        actual = state.version or None
        if actual != batch.base:
            pieces, _ = await self._log.pieces(thread_id, batch.after, deadline)
            if not batch.bodies or not await _holds(pieces, batch):
                raise VersionConflictError(thread_id, batch.base, actual)
        saved = await self._log.at(state, batch.version, deadline)
        if op_id is not None:
            claim = _claim(op_id, batch, text_of(batch.bodies), state, done=True)
            held = await self._claims.take(claim, deadline)
            if held != claim:
                return await self._repeated(held, batch, deadline)
        return saved

    async def _repeated(self, claim: Claim, batch: Batch, deadline: Deadline) -> Thread:
        """Return the first answer to an op id, if it made the same change."""
        asked = (batch.thread_id, batch.after, batch.version)
        if (claim.thread, claim.after, claim.version) == asked:
            pieces, _ = await self._log.pieces(claim.thread, claim.after, deadline)
            if await _holds(pieces, batch):
                return await self._at(claim.thread, claim.version, deadline)
        raise OperationReusedError(claim.op_id, claim.thread)


def _claim(
    op_id: str, batch: Batch, text: bytes, state: State, *, done: bool = False
) -> Claim:
    """Return the claim of an op id for a batch that is to follow *state*."""
    return Claim(
        op_id=op_id,
        thread=batch.thread_id,
        place=state.tip.sequence,
        after=batch.after,
        version=batch.version,
        digest=digest_of(text),
        done=done,
    )


async def _holds(pieces: Sequence[Piece], batch: Batch) -> bool:
    """Tell whether the events of a batch stand where they belong."""

    def compare() -> bool:
        return same(bodies_in(pieces, batch.after, batch.version), batch.bodies)

    return await aside(size_of(pieces), compare)


def _weight(thread: object) -> int:
    """Return about how many bytes are pending."""
    if not isinstance(thread, Thread):
        return 0
    posts = len(thread) if thread.base_version is None else 0
    return (len(thread.pending) + posts) * _EVENT
