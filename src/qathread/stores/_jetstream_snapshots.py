"""Snapshots of threads, so that loading one does not begin at its first event."""

from typing import Final

import attrs
from attrs import frozen

from ..errors import FormatError, StoreError
from ..ids import ThreadId
from ..serialization import to_json, trusted
from ..thread import Thread
from ._jetstream_aside import aside
from ._jetstream_chains import NOTHING, Tip
from ._jetstream_frames import Frame, digest_of, packed, token_of, unpacked
from ._jetstream_parts import Parts
from ._jetstream_requests import Deadline, Fate, Requests

# A snapshot is written when more events than this follow the last one, and their
# bytes are more than a share of its own: then writing snapshots never costs more
# than a fixed multiple of writing events, however large the thread.
_TAIL_EVENTS: Final = 16
_TAIL_SHARE: Final = 4

#: Seconds that a save may wait for its snapshot.
_PATIENCE: Final = 10.0
#: Bytes of a post as JSON, about.
_POST: Final = 400


@frozen(kw_only=True)
class State:
    """
    What is known of one thread.

    Attributes:
        thread_id: Its id.
        tip: How far its chain is known.
        version: The version at the tip; 0: nothing was saved yet.
        first: The version of its first event.
        thread: The fold of all events up to the tip; None if there are none.
        tail_events: Events since the last snapshot.
        tail_bytes: Bytes of these events.
        snapshot_bytes: Size of that snapshot; 0 if there is none.
    """

    thread_id: ThreadId
    tip: Tip = NOTHING
    version: int = 0
    first: int = 0
    thread: Thread | None = None
    tail_events: int = 0
    tail_bytes: int = 0
    snapshot_bytes: int = 0


class Snapshots:
    """
    Reads and writes snapshots, which are a help and no more.

    One that cannot be read, or is of another log, is passed over. There is one for
    each thread; writing the next one replaces it.

    Args:
        requests: The way to the server.
        name: Of the store; subjects begin with it.
        stream: Where snapshots are.
    """

    def __init__(self, requests: Requests, name: str, stream: str) -> None:
        self._requests = requests
        self._name = name
        self._stream = stream
        self._parts = Parts(requests, stream, tries=1)
        #: When the log was made: snapshots of another one are void.
        self.log_made = ""

    async def read(self, thread_id: ThreadId, deadline: Deadline) -> State | None:
        """Return the state of a thread that its snapshot holds, if there is one."""
        subject = self._subject(thread_id)
        message = await self._requests.last(self._stream, subject, deadline)
        if message is None:
            return None
        try:
            frame = unpacked(message, self._stream)
            if (frame.get("thread", str), frame.get("log", str)) != (
                thread_id,
                self.log_made,
            ):
                return None
            data = await self._parts.joined(frame.numbers("parts"), deadline)
            digest = frame.get("digest", str)
            thread = await aside(len(data), _checked, data, digest)
            if thread is None:
                return None
            return State(
                thread_id=thread_id,
                tip=_tip(frame),
                version=thread.version,
                first=frame.get("first", int),
                thread=thread,
                snapshot_bytes=len(data),
            )
        except StoreError:
            # Being replaced just now, or written by a newer release.
            return None

    async def write_if_due(self, state: State) -> State:
        """Write a snapshot if it is time, and return the state with what is left."""
        thread = state.thread
        if (
            thread is None
            or state.tail_events <= _TAIL_EVENTS
            or state.tail_bytes * _TAIL_SHARE <= state.snapshot_bytes
        ):
            return state
        deadline = Deadline(_PATIENCE)
        subject = self._subject(state.thread_id)
        data = await aside(len(thread) * _POST, to_json, thread)
        try:
            places = await self._parts.stored(data, subject, deadline, each=True)
            head = {
                "digest": await aside(len(data), digest_of, data),
                "first": state.first,
                "log": self.log_made,
                "number": state.tip.number,
                "parts": places,
                "recent": state.tip.recent,
                "seen": state.tip.seen,
                "thread": state.thread_id,
            }
            told = await self._requests.publish(
                self._stream, subject, packed(head), deadline
            )
        except StoreError:
            return state
        if told.fate is not Fate.STORED:
            return state
        return attrs.evolve(
            state, tail_events=0, tail_bytes=0, snapshot_bytes=len(data)
        )

    def _subject(self, thread_id: ThreadId) -> str:
        return f"{self._name}.snap.{token_of(thread_id)}"


def _tip(frame: Frame) -> Tip:
    recent = frame.numbers("recent")
    return Tip(recent[0], frame.get("number", int), recent, frame.get("seen", int))


def _checked(data: bytes, digest: str) -> Thread | None:
    """Return a thread from its bytes, if these are as they were written."""
    if digest_of(data) != digest:
        return None
    try:
        return trusted(data)
    except FormatError:
        return None
