"""
What is made of the feed of all events: notices, open flags, tags, earlier names.

Each process follows the feed by itself, in memory: a read takes in what was saved
since the last one, so all processes agree. A restart reads the feed from the start; a
forum of millions of events keeps these in tables instead, as
``qathread.contrib.django.standings`` does for the points.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Final

from attrs import field, frozen, mutable

from qathread import notices
from qathread.contrib.django.models import ErasedRow
from qathread.events import Event, FlagResolved, PostFlagged
from qathread.ids import ThreadId, UserId
from qathread.notices import Inbox, Notice
from qathread.stores import FeedEntry

from .storage import STORE
from .tagging import Tagging

_BATCH: Final = 200


@frozen(kw_only=True)
class Heard:
    """A notice, and the place of its event in the feed."""

    position: int
    notice: Notice


@mutable(kw_only=True)
class _Followed:
    """All that the events so far make."""

    erased: int = 0
    position: int = 0
    inbox: Inbox = field(factory=notices.start)
    heard: dict[UserId, list[Heard]] = field(factory=dict)
    flags: dict[str, ThreadId] = field(factory=dict)
    tags: Tagging = field(factory=Tagging)
    names: dict[UserId, tuple[str, ...]] = field(factory=dict)

    def take(self, entries: Sequence[FeedEntry]) -> None:
        """Take in what happened, in the order in which it was saved."""
        events = [entry.event for entry in entries]
        self.inbox = self.inbox.extend(events)
        self._hear(entries, self.inbox.fresh)
        for event in events:
            self._note(event)
        self.position = entries[-1].position

    def _hear(self, entries: Sequence[FeedEntry], fresh: Iterable[Notice]) -> None:
        places = {
            (entry.event.thread_id, entry.event.version): entry.position
            for entry in entries
        }
        found = [
            Heard(
                position=places[notice.event.thread_id, notice.event.version],
                notice=notice,
            )
            for notice in fresh
        ]
        for each in sorted(found, key=lambda each: each.position):
            self.heard.setdefault(each.notice.user_id, []).append(each)

    def _note(self, event: Event) -> None:
        if isinstance(event, PostFlagged):
            self.flags[event.flag.id] = event.thread_id
        elif isinstance(event, FlagResolved):
            self.flags.pop(event.flag.id, None)
        self.tags.note(event)
        who = event.by
        if who is not None and who.name:
            known = self.names.get(who.id, ())
            if who.name not in known:
                self.names[who.id] = (*known, who.name)


class Watch:
    """Answers from what is followed; every question first catches up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._followed = _Followed()

    def _caught_up(self) -> _Followed:
        """Return what is followed, up to now. The lock is held."""
        # Erasing a person rewrites events that were read already: begin anew.
        erased = ErasedRow.objects.count()
        if erased != self._followed.erased:
            self._followed = _Followed(erased=erased)
        followed = self._followed
        while entries := STORE.feed(after=followed.position, limit=_BATCH):
            followed.take(entries)
        return followed

    def heard(self, user_id: UserId) -> tuple[Heard, ...]:
        """Return somebody's notices, oldest first."""
        with self._lock:
            return tuple(self._caught_up().heard.get(user_id, ()))

    def flagged(self) -> tuple[ThreadId, ...]:
        """Return the threads with open flags, the one that waits longest first."""
        with self._lock:
            return tuple(dict.fromkeys(self._caught_up().flags.values()))

    def tags(self) -> Counter[str]:
        """Return how many questions bear each tag."""
        with self._lock:
            return self._caught_up().tags.counts()

    def names(self, user_id: UserId) -> tuple[str, ...]:
        """Return the names that somebody did things under, the first one first."""
        with self._lock:
            return self._caught_up().names.get(user_id, ())


#: The one of this process.
watch: Final = Watch()
