"""Texts that are too large for one message, in parts."""

import zlib
from collections.abc import Sequence
from typing import Final

from ..errors import StoreUnavailableError
from ._jetstream_aside import aside, together
from ._jetstream_frames import damaged, packed, unpacked
from ._jetstream_requests import Deadline, Fate, Message, Requests

_PART: Final = 512 * 1024
_AT_ONCE: Final = 8


class Parts:
    """
    Stores parts, and joins them again.

    A part is of use once a message names it. If the writer ends before, the part
    stays and nobody reads it.

    Args:
        requests: The way to the server.
        stream: Where parts are.
        tries: How often to ask for a part that is not there.
    """

    def __init__(self, requests: Requests, stream: str, *, tries: int = 20) -> None:
        self._requests = requests
        self._stream = stream
        self._tries = tries

    async def stored(
        self, text: bytes, subject: str, deadline: Deadline, *, each: bool = False
    ) -> tuple[int, ...]:
        """
        Store a text and return the sequences of its parts.

        Args:
            text: Any bytes.
            subject: Of the parts.
            deadline: When to give up.
            each: Whether each part has a subject of its own, below *subject*.
        """
        size = min(_PART, self._requests.max_payload // 2)
        places = list[int]()
        for start in range(0, len(text), size * _AT_ONCE):
            chunks = [
                text[begin : begin + size]
                for begin in range(start, min(len(text), start + size * _AT_ONCE), size)
            ]
            data = await aside(sum(map(len, chunks)), _squeezed, chunks)
            places += await together(
                self._store(
                    f"{subject}.{start // size + number}" if each else subject,
                    part,
                    deadline,
                )
                for number, part in enumerate(data)
            )
        return tuple(places)

    async def joined(self, places: Sequence[int], deadline: Deadline) -> bytes:
        """Return the text whose parts are at *places*."""
        text = list[bytes]()
        for start in range(0, len(places), _AT_ONCE):
            messages = await together(
                self._requests.at(self._stream, place, deadline, tries=self._tries)
                for place in places[start : start + _AT_ONCE]
            )
            size = sum(len(message.data) for message in messages)
            text += await aside(size, self._spread, messages)
        return b"".join(text)

    async def _store(self, subject: str, part: bytes, deadline: Deadline) -> int:
        while True:
            told = await self._requests.publish(self._stream, subject, part, deadline)
            match told.fate:
                case Fate.STORED:
                    return told.sequence
                case Fate.REFUSED:
                    raise StoreUnavailableError(
                        f"the server refuses to store more ({told.reason}); nothing "
                        "was saved: raise its limits or make room"
                    )
                case Fate.STALE | Fate.UNSENT | Fate.LOST:
                    # Stored twice it is only a waste.
                    await deadline.pause(told.reason)

    def _spread(self, messages: Sequence[Message]) -> list[bytes]:
        found = list[bytes]()
        for message in messages:
            frame = unpacked(message, self._stream)
            try:
                found.append(zlib.decompress(frame.body))
            except zlib.error as error:
                raise damaged(f"{frame.where} cannot be unpacked") from error
        return found


def _squeezed(chunks: Sequence[bytes]) -> list[bytes]:
    return [packed({}, zlib.compress(chunk, 1)) for chunk in chunks]
