"""The feed of a store beside the histories of its threads."""

from hashlib import blake2b

from attrs import Factory, define

from ..events import Event
from ..ids import ThreadId
from ..pages import MAX_LIMIT
from ..serialization import to_json
from ._findings import UNREADABLE, Findings, StorePart
from .async_protocols import AsyncReadsFeed
from .queries import FeedEntry

#: How many unreadable entries in a row are stepped over.
_STEPS = 200


@define
class Told:
    """
    What the feed told of one thread.

    Attributes:
        first: The version of its first event.
        version: That of the last one.
        digest: Of all these events, in order.
        known: Whether the thread itself was looked at.
        expected: The last version that its history has, if the feed did not have it.
    """

    first: int
    version: int
    digest: bytes
    known: bool = False
    expected: int = 0


@define
class FeedCheck:
    """
    Reads the feed once, and keeps a digest of each thread's events.

    Attributes:
        position: The last position that was read.
        broken: Whether the feed could not be read to its end.
    """

    feed: AsyncReadsFeed
    findings: Findings
    told: dict[ThreadId, Told] = Factory(dict)
    position: int = 0
    events: int = 0
    broken: bool = False

    async def read(self) -> None:
        """Read on to the end of the feed."""
        steps = 0
        limit = MAX_LIMIT
        while not self.broken:
            try:
                entries = await self.feed.feed(self.position, limit)
            except UNREADABLE as error:
                if limit > 1:
                    limit = 1  # to see which entry it is
                    continue
                if not steps:
                    self._add(None, f"after position {self.position}: {error}")
                # Numbers may be left out, so the entry is one of the next ones.
                self.position += 1
                steps += 1
                if steps > _STEPS:
                    self._add(None, f"cannot be read on from {self.position}")
                    self.broken = True
                continue
            if steps or limit == 1:
                steps, limit = 0, MAX_LIMIT
            if not entries:
                return
            for entry in entries:
                self._take(entry)

    def compare(self, thread_id: ThreadId, events: list[Event]) -> None:
        """Compare what was told with the whole history of a thread."""
        if self.broken:
            return
        told = self.told.get(thread_id)
        last = events[-1].version
        if told is None:
            # Perhaps it was saved after the feed was read: look again at the end.
            self.told[thread_id] = Told(
                events[0].version, 0, b"", known=True, expected=last
            )
            return
        if told.version < last:
            told.expected = last
        held = [event for event in events if event.version <= told.version]
        digest = b""
        for event in held:
            digest = _digest(digest, event)
        if (
            not held
            or (told.first, told.version) != (held[0].version, held[-1].version)
            or digest != told.digest
        ):
            self._add(thread_id, "its events there are others than in the history")

    def know(self, thread_id: ThreadId) -> None:
        """Note that a thread is being looked at."""
        told = self.told.get(thread_id)
        if told is not None:
            told.known = True

    def unknown(self) -> list[ThreadId]:
        """Return the threads that nobody looked at yet."""
        return [thread_id for thread_id, told in self.told.items() if not told.known]

    async def finish(self) -> None:
        """Tell what the feed should have had by now."""
        await self.read()
        for thread_id, told in self.told.items():
            if told.version < told.expected and not self.broken:
                start = told.version + 1 if told.version else told.first
                missing = f"{start} to {told.expected}"
                self._add(thread_id, f"it lacks the events of versions {missing}")

    def _take(self, entry: FeedEntry) -> None:
        event, thread_id = entry.event, entry.event.thread_id
        if entry.position <= self.position:
            place = f"position {entry.position} follows {self.position}"
            self._add(thread_id, f"{place}: positions must rise")
            self.broken = True
            return
        self.position = entry.position
        self.events += 1
        told = self.told.get(thread_id)
        if told is None:
            digest = _digest(b"", event)
            self.told[thread_id] = Told(event.version, event.version, digest)
            return
        if not told.version:
            told.first = event.version
        elif event.version != told.version + 1:
            place = f"at position {entry.position} version {event.version}"
            self._add(thread_id, f"{place} follows {told.version}")
            if event.version <= told.version:
                return
        told.version = event.version
        told.digest = _digest(told.digest, event)

    def _add(self, thread_id: ThreadId | None, message: str) -> None:
        self.findings.add(thread_id, StorePart.FEED, message)


def _digest(before: bytes, event: Event) -> bytes:
    return blake2b(before + to_json(event), digest_size=16).digest()
