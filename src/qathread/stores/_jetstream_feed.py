"""All events of a JetStream store in the order in which they were saved."""

from collections.abc import Sequence
from typing import Final

from attrs import Factory, define

from ._jetstream_aside import aside, together
from ._jetstream_chains import Link
from ._jetstream_frames import Append
from ._jetstream_log import Log, Piece, events_in, size_of
from ._jetstream_requests import Deadline
from .queries import FeedEntry

#: A position is a message's place in the stream, and the event's place within it. So
#: one save has at most a million events, and a store at most 2**43 saves.
_WITHIN: Final = 2**20
MOST_EVENTS: Final = _WITHIN - 1

_AT_ONCE: Final = 16
_KEPT_TIPS: Final = 50_000


@define
class _Run:
    """
    A stretch of the log that was read without a gap.

    Attributes:
        start: The place before the first message.
        end: The last message.
        tips: The last valid link of each chain, by subject.
    """

    start: int
    end: int
    tips: dict[str, int] = Factory(dict)

    def knows(self, subject: str, link: Link) -> bool | None:
        """Tell whether a message is valid; None: the stretch does not show it."""
        last = self.tips.get(subject)
        if link.sequence == self.end:
            return last == link.sequence
        if last is not None or link.follows > self.start:
            return last == link.follows
        return link.follows == 0 if self.start == 0 else None


class Feed:
    """
    Reads the log from any position on, and remembers where it stopped.

    Args:
        log: The chains of threads.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._run: _Run | None = None

    async def read(self, after: int, limit: int, deadline: Deadline) -> list[FeedEntry]:
        """Return up to *limit* events after a position."""
        found = list[FeedEntry]()
        # The message at the position may hold more events.
        place = max(1, after // _WITHIN)
        run, self._run = self._run, None  # for one call at a time
        if run is None or run.end != place or len(run.tips) > _KEPT_TIPS:
            run = _Run(place - 1, place - 1)
        while len(found) < limit:
            wanted = min(_AT_ONCE, limit - len(found) + 1)
            links, ended = await self._log.chains.stretch(place, wanted, deadline)
            known = await self._known(run, links, deadline)
            for link in links:
                if await self._is_valid(run, link, known, deadline):
                    entries = await self._entries(link, deadline)
                    found += [entry for entry in entries if entry.position > after]
                run.end = link.sequence
                if len(found) >= limit:
                    break
            if ended:
                break
            place = run.end + 1
        self._run = run
        return found[:limit]

    async def _known(
        self, run: _Run, links: Sequence[Link], deadline: Deadline
    ) -> dict[int, bool]:
        """Ask, all at once, about the messages that the run itself does not show."""
        doubtful = dict[str, Link]()
        for link in links:
            subject = self._subject(link)
            if run.knows(subject, link) is None:
                doubtful.setdefault(subject, link)
        told = await together(
            self._log.chains.is_valid(subject, link, deadline)
            for subject, link in doubtful.items()
        )
        places = (link.sequence for link in doubtful.values())
        return dict(zip(places, told, strict=True))

    async def _is_valid(
        self, run: _Run, link: Link, known: dict[int, bool], deadline: Deadline
    ) -> bool:
        subject = self._subject(link)
        valid = run.knows(subject, link)
        if valid is None:
            valid = known.get(link.sequence)
        if valid is None:
            valid = await self._log.chains.is_valid(subject, link, deadline)
        if valid:
            run.tips[subject] = link.sequence
        return valid

    async def _entries(self, link: Link, deadline: Deadline) -> list[FeedEntry]:
        said = Append.of(link.frame)
        pieces = await self._log.pieces_of((link,), said.thread, deadline)
        return await aside(size_of(pieces), _entries, pieces[0], link.sequence)

    def _subject(self, link: Link) -> str:
        return self._log.subject(Append.of(link.frame).thread)


def _entries(piece: Piece, sequence: int) -> list[FeedEntry]:
    said = piece.append
    begins = said.version - said.events
    events = events_in((piece,), begins, said.version, said.thread)
    return [
        FeedEntry(position=sequence * _WITHIN + place, event=event)
        for place, event in enumerate(events)
    ]
