"""
Chains of messages: what JetStream orders, and nothing that it compares.

A chain is the messages of one subject that say which link they follow. The first
message that follows a link is the next one; any other that follows the same link is
void, for every reader and for ever. So the order of the stream alone decides who was
faster, and all that is needed of the server is that it keeps one order.

The server's own comparison, the header ``Nats-Expected-Last-Subject-Sequence``, is
used to keep most void messages out, and not relied on. A cluster of servers before
2.9.21 looks at it before it orders messages: of two that come at once with the same
number it takes both. With the number 0 it looks afterwards, but loses count of what it
then refuses: once a former leader leads again it drops writes without a word, and after
a restart it may store a message twice. So the number 0 is never sent, nor anything else
that is refused after it was ordered.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs
from attrs import frozen

from ..errors import OutcomeUnknownError, StoreUnavailableError, ValidationError
from ._jetstream_aside import together
from ._jetstream_frames import Frame, damaged, packed, unpacked
from ._jetstream_requests import Deadline, Fate, Message, Requests

#: How many links before it each link names: so many are read at once.
REACH: Final = 16
#: Bytes of a message beside what is counted here, which count for the server.
HEADERS: Final = 512


@frozen
class Link:
    """
    One link of a chain.

    Attributes:
        sequence: Its place in the stream.
        number: Its place in the chain, from 1.
        recent: The sequences of the links before it, the nearest first.
        frame: What it says.
        size: Its bytes.
    """

    sequence: int
    number: int
    recent: tuple[int, ...]
    frame: Frame
    size: int

    @property
    def follows(self) -> int:
        """The sequence of the link before; 0 if this is the first."""
        return self.recent[0] if self.recent else 0


@frozen
class Tip:
    """
    How far a chain is known.

    Attributes:
        sequence: Of the last link known; 0 if there is none.
        number: Its place in the chain.
        recent: Sequences of the last links, the nearest first.
        seen: The last message of the subject that was looked at, void ones included.
    """

    sequence: int = 0
    number: int = 0
    recent: tuple[int, ...] = ()
    seen: int = 0

    def grown(self, link: Link) -> "Tip":
        """Return the tip after one more link."""
        return tip_at(link, max(self.seen, link.sequence))


NOTHING: Final = Tip()


class OtherChainError(Exception):
    """What was thought to be known of a chain is not in it."""


class Chains:
    """The chains of one stream."""

    def __init__(self, requests: Requests, stream: str) -> None:
        self.stream = stream
        self._requests = requests

    async def news(
        self,
        subject: str,
        known: Tip,
        deadline: Deadline,
        *,
        least: int = 0,
        enough: Callable[[Link], bool] | None = None,
    ) -> tuple[list[Link], Tip]:
        """
        Return the links after those that are known, and the new tip.

        Args:
            subject: Of the chain.
            known: How far it is known.
            deadline: When to give up.
            least: A message of the subject that is known to be there.
            enough: Tells of a link that none before it are needed.

        Raises:
            OtherChainError: If the chain does not go on from *known*.
            StoreUnavailableError: If no leader knows as much in time.
        """
        while True:
            last = await self._requests.last(self.stream, subject, deadline)
            there = 0 if last is None else last.sequence
            if there >= max(known.seen, least):
                break
            # A new leader, which has not yet applied all that was acknowledged.
            await deadline.pause("the leader lags behind")
        if last is None or there == known.seen:
            return [], known
        link = self._link(last)
        older = list[Link]()
        tip = known
        if link.follows > known.sequence:
            # Whoever wrote this link knew that all it names are valid.
            older = await self._before(link, known, enough, deadline)
            tip = tip_at(older[-1], link.follows)
        newer, tip = await self._onwards(subject, tip, there, deadline)
        return [*older, *newer], tip

    async def next(self, subject: str, place: int, deadline: Deadline) -> Link | None:
        """Return the link that follows the one at *place*, if there is one."""
        seen = place
        while True:
            found = await self._requests.first(self.stream, subject, seen + 1, deadline)
            if found is None:
                return None
            link = self._link(found)
            if link.follows == place:
                return link
            seen = link.sequence

    async def stretch(
        self, place: int, many: int, deadline: Deadline
    ) -> tuple[list[Link], bool]:
        """
        Return messages of all chains from one place on, void ones included.

        They are up to *many*; and whether these were the last ones.
        """
        read = await together(
            self._requests.first(self.stream, ">", place + ahead, deadline)
            for ahead in range(many)
        )
        found = list[Link]()
        for message in read:
            # A later request may have found what came after an earlier one.
            if message is None:
                return found, True
            if not found or message.sequence > found[-1].sequence:
                found.append(self._link(message))
        return found, False

    async def is_valid(self, subject: str, link: Link, deadline: Deadline) -> bool:
        """Tell whether a message is the first that follows the link before it."""
        first = await self.next(subject, link.follows, deadline)
        return first is not None and first.sequence == link.sequence

    async def add(
        self,
        subject: str,
        tip: Tip,
        head: Mapping[str, object],
        body: bytes,
        deadline: Deadline,
    ) -> tuple[list[Link], Tip]:
        """
        Add a link after *tip*, unless another one is there.

        Returns:
            The links after *tip*, at least one: the first is either the new one, or
            another that was faster. And the new tip.

        Raises:
            StoreUnavailableError: If it was surely not added.
            OutcomeUnknownError: If it may have been.
        """
        sent = False
        try:
            while True:
                links, known = list[Link](), tip
                data = packed(
                    {"number": tip.number + 1, "recent": tip.recent, **head}, body
                )
                if len(data) > self._requests.max_payload - HEADERS:
                    raise ValidationError(
                        f"{len(data)} bytes do not fit into one message: give shorter "
                        "ids"
                    )
                told = await self._requests.publish(
                    self.stream, subject, data, deadline, last=tip.seen
                )
                match told.fate:
                    case Fate.STORED:
                        sent = True
                        links, known = await self._onwards(
                            subject, tip, told.sequence, deadline
                        )
                    case Fate.REFUSED:
                        raise StoreUnavailableError(
                            f"the server refuses to store more ({told.reason}); "
                            "nothing was saved: raise its limits or make room"
                        )
                    case Fate.LOST | Fate.UNSENT:
                        sent = sent or told.fate is Fate.LOST
                        await deadline.pause(told.reason)
                        links, known = await self.news(subject, tip, deadline)
                    case Fate.STALE:
                        links, known = await self.news(subject, tip, deadline)
                        if known == tip:
                            await deadline.pause("the leader lags behind")
                if links:
                    return links, known
                tip = known
        except StoreUnavailableError as error:
            if not sent:
                raise
            raise OutcomeUnknownError(
                "something was sent to be saved, and no word came of it in time: save "
                "again with the same op id, or load the thread and look"
            ) from error

    # -- reading -----------------------------------------------------------------

    async def _before(
        self,
        link: Link,
        known: Tip,
        enough: Callable[[Link], bool] | None,
        deadline: Deadline,
    ) -> list[Link]:
        """Return the links before one, back to the known ones, oldest first."""
        found = list[Link]()
        while True:
            wanted = [place for place in link.recent if place > known.sequence]
            if len(wanted) < len(link.recent):
                meets = link.recent[len(wanted)]
            else:
                meets = -1 if len(link.recent) == REACH else 0
            if meets not in (-1, known.sequence):
                raise OtherChainError
            read = await self._all_at(wanted, deadline)
            for distance, older in enumerate(read, start=1):
                if older.number != link.number - distance:
                    raise damaged(f"{older.frame.where} is not link {older.number}")
            found.extend(read)
            if meets != -1:
                break
            link = read[-1]
            if enough is not None and enough(link):
                break
        if meets != -1 and found[-1].number != known.number + 1:
            raise OtherChainError
        found.reverse()
        return found

    async def _onwards(
        self, subject: str, tip: Tip, until: int, deadline: Deadline
    ) -> tuple[list[Link], Tip]:
        """Return the links after *tip*, up to a message that is known to be there."""
        links = list[Link]()
        while tip.seen < until:
            found = await self._requests.first(
                self.stream, subject, tip.seen + 1, deadline
            )
            if found is None:
                await deadline.pause("the leader lags behind")
                continue
            link = self._link(found)
            if link.follows == tip.sequence:
                if link.number != tip.number + 1:
                    raise damaged(f"{link.frame.where} is not link {link.number}")
                links.append(link)
                tip = tip.grown(link)
            else:
                tip = attrs.evolve(tip, seen=link.sequence)
        return links, tip

    async def _all_at(self, places: Sequence[int], deadline: Deadline) -> list[Link]:
        read = (self._requests.at(self.stream, place, deadline) for place in places)
        return [self._link(message) for message in await together(read)]

    def _link(self, message: Message) -> Link:
        frame = unpacked(message, self.stream)
        return Link(
            message.sequence,
            frame.get("number", int),
            frame.numbers("recent"),
            frame,
            len(message.data),
        )


def tip_at(link: Link, seen: int) -> Tip:
    """Return the tip of a chain that ends in *link*."""
    recent = (link.sequence, *link.recent)[:REACH]
    return Tip(link.sequence, link.number, recent, seen)
