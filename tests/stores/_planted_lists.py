"""Stores whose lists, searches or feeds are wrong, each in one way."""

import unicodedata
from datetime import UTC, datetime

from attrs import evolve

from qathread import Thread
from qathread.errors import QathreadError
from qathread.events import VoteCast
from qathread.pages import Page, decode_cursor, encode_cursor
from qathread.stores import FeedEntry, MemoryStore, ThreadQuery, ThreadSummary
from qathread.stores._appending import Batch
from qathread.stores._asking import _mark
from qathread.stores._memory_views import Shown
from qathread.stores._summaries import only_feedback
from qathread.stores._words import words_of
from qathread.stores.memory import _Log
from qathread.testing._site import ALL

LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


class Changing(MemoryStore):
    """A store that does something wrong with what lists show after a save."""

    def _append(self, batch: Batch) -> Thread:
        log = self._logs.get(batch.thread_id)
        before = None if log is None else _copy(log.shown)
        thread = super()._append(batch)
        log = self._logs[batch.thread_id]
        if batch.bodies and before is not None and log.latest is thread:
            self.change(before, log, batch)
        return thread

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        raise NotImplementedError


def _copy(shown: Shown) -> Shown:
    return Shown(shown.summary, dict(shown.words), set(shown.people))


class Finding(MemoryStore):
    """A store that does something wrong with what a query finds."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        page = super().find(query, cursor, limit)
        items = tuple(self.found(list(page.items), query, cursor))
        return Page(items=items, next=page.next)

    def found(
        self, items: list[ThreadSummary], query: ThreadQuery, cursor: str | None
    ) -> list[ThreadSummary]:
        raise NotImplementedError


# -- summaries -------------------------------------------------------------------


class CountsVotesLater(Changing):
    """A vote is saved, and the score that lists show stays as it was."""

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        if only_feedback(batch.events):
            log.shown.summary = evolve(before.summary, version=batch.version)


class CountsARepeatedVote(MemoryStore):
    """The score that lists show rises again when a vote is sent again."""

    def _stands(self, log: _Log, batch: Batch) -> bool:
        stands = super()._stands(log, batch)
        score = log.shown.summary.score
        if stands and score is not None and isinstance(batch.events[0], VoteCast):
            log.shown.summary = evolve(log.shown.summary, score=score + 1)
        return stands


class CountsWhatIsRefused(MemoryStore):
    """Lists change before the events are taken, and stay so if they are not."""

    def _append(self, batch: Batch) -> Thread:
        try:
            return super()._append(batch)
        except QathreadError:
            log = self._logs.get(batch.thread_id)
            if log is not None and log.latest.version == batch.base:
                seen = log.shown.summary
                log.shown.summary = evolve(seen, comments=seen.comments + 1)
            raise


class CountsDeletedAnswers(Changing):
    """An answer that was deleted is counted for good."""

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        seen = log.shown.summary
        most = max(before.summary.answers, seen.answers)
        log.shown.summary = evolve(seen, answers=most)


class ForgetsWhoCameLater(Changing):
    """Who appears is noted when a thread is new, and not after that."""

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        log.shown.people = before.people


class ListsLastWeek(MemoryStore):
    """Lists are as they were before the last save."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[str, Shown] = {}

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        self._before = {
            thread_id: _copy(log.shown) for thread_id, log in self._logs.items()
        }
        return super().save(thread, op_id=op_id)

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        now = {thread_id: log.shown for thread_id, log in self._logs.items()}
        for thread_id, shown in self._before.items():
            self._logs[thread_id].shown = shown
        try:
            return super().find(query, cursor, limit)
        finally:
            for thread_id, shown in now.items():
                self._logs[thread_id].shown = shown


# -- filters and orders ----------------------------------------------------------


class TakesTagsInAnyCase(MemoryStore):
    """Tags that differ in case only are one."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        page = super().find(evolve(query, tags=()), cursor, limit)
        wanted = {tag.casefold() for tag in query.tags}
        items = [
            each
            for each in page.items
            if wanted <= {tag.casefold() for tag in each.tags}
        ]
        return Page(items=tuple(items), next=page.next)


class SortsWithoutCase(Finding):
    """Ids are sorted as if case did not matter, as in some collations."""

    def found(
        self, items: list[ThreadSummary], query: ThreadQuery, cursor: str | None
    ) -> list[ThreadSummary]:
        return sorted(items, key=lambda each: (each.id.casefold(), each.id.swapcase()))


class SortsAsDictionariesDo(Finding):
    """Ids are sorted as a language does: a letter with an accent beside its base."""

    def found(
        self, items: list[ThreadSummary], query: ThreadQuery, cursor: str | None
    ) -> list[ThreadSummary]:
        return sorted(items, key=lambda each: unicodedata.normalize("NFD", each.id))


class PutsTheUnknownFirst(Finding):
    """What has no time counts as new."""

    def found(
        self, items: list[ThreadSummary], query: ThreadQuery, cursor: str | None
    ) -> list[ThreadSummary]:
        return sorted(items, key=lambda each: each.created_at is not None)


class TakesTheUnknownForOld(MemoryStore):
    """A thread without a time was asked before any instant."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        if query.created_before is None or query.created_from is not None:
            return super().find(query, cursor, limit)
        found = super().find(evolve(query, created_before=None), None, 200).items
        end = query.created_before
        return Page(
            items=tuple(each for each in found if (each.created_at or LONG_AGO) < end)
        )


class ListsWhatIsHidden(MemoryStore):
    """Lists leave nothing out."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        return super().find(evolve(query, lacking=ALL), cursor, limit)


# -- pages -----------------------------------------------------------------------


class SkipsTheFirstOfAPage(Finding):
    """The next page begins one too late."""

    def found(
        self, items: list[ThreadSummary], query: ThreadQuery, cursor: str | None
    ) -> list[ThreadSummary]:
        return items if cursor is None else items[1:]


class CountsPlaces(MemoryStore):
    """A cursor is a number of threads to pass over, so what is added moves it."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, int] = {}

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        page = super().find(query, cursor, limit)  # checks the arguments
        start = 0 if cursor is None else self._places.get(cursor, 0)
        found = super().find(query, None, 200).items
        if page.next is None and start + limit >= len(found):
            return Page(items=found[start : start + limit])
        after = encode_cursor("threads", _mark(query), start + limit, f"{start}")
        after = page.next or after
        self._places[after] = start + limit
        return Page(items=found[start : start + limit], next=after)


class TakesAnyCursor(MemoryStore):
    """A cursor of another query is taken for one of this."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        if isinstance(cursor, str):
            parts = decode_cursor("threads", cursor)
            cursor = encode_cursor("threads", _mark(query), *parts[1:])
        return super().find(query, cursor, limit)


class MendsCursors(MemoryStore):
    """Blanks and padding around a cursor are passed over."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        if isinstance(cursor, str):
            cursor = cursor.strip().rstrip("=")
        return super().find(query, cursor, limit)


class MendsLimits(MemoryStore):
    """A limit that is too small or too large becomes one that is not."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        if isinstance(limit, int):
            limit = min(max(1, limit), 200)
        return super().find(query, cursor, limit)


# -- searches --------------------------------------------------------------------


class MissesEdits(Changing):
    """A post is found by the words that it was first written in."""

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        for post_id in log.shown.words.keys() & before.words.keys():
            log.shown.words[post_id] = before.words[post_id]


class FindsWhatWasDeleted(Changing):
    """What was found once is found for good."""

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        log.shown.words = before.words | log.shown.words


class ForgetsWhatWasRestored(Changing):
    """What was taken down and brought back is not found any more."""

    def change(self, before: Shown, log: _Log, batch: Batch) -> None:
        then = self._at(log, batch.thread_id, batch.after)
        for post in then.posts:
            if post.id not in before.words:
                log.shown.words.pop(post.id, None)


class TakesAnyWord(MemoryStore):
    """One of the words is enough."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        words = [] if query.text is None else query.text.split()
        for word in words:
            page = super().find(evolve(query, text=word), cursor, limit)
            if page.items:
                return page
        return super().find(query, cursor, limit)


class JoinsPosts(MemoryStore):
    """The words may stand in different posts of a thread."""

    def _append(self, batch: Batch) -> Thread:
        thread = super()._append(batch)
        shown = self._logs[batch.thread_id].shown
        every = frozenset[str]().union(*shown.words.values())
        shown.words = dict.fromkeys(shown.words, every)
        return thread


class FindsPartsOfWords(MemoryStore):
    """A word is found by how it begins."""

    def _append(self, batch: Batch) -> Thread:
        thread = super()._append(batch)
        log = self._logs[batch.thread_id]
        for post_id in log.shown.words:
            words = words_of(log.latest[post_id]).split()
            parts = {word[:end] for word in words for end in range(3, len(word) + 1)}
            log.shown.words[post_id] = frozenset(parts)
        return thread


class HasOperators(MemoryStore):
    """OR means something."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        if query.text is not None and " OR " in query.text:
            query = evolve(query, text=query.text.partition(" OR ")[0])
        return super().find(query, cursor, limit)


# -- the feed --------------------------------------------------------------------


class LeavesGaps(MemoryStore):
    """The last of many events at once is not fed."""

    def _append(self, batch: Batch) -> Thread:
        before = len(self._feed)
        thread = super()._append(batch)
        if len(self._feed) > before + 1:
            self._feed.pop()
        return thread


class FeedsThreadByThread(MemoryStore):
    """The feed is sorted by thread, so what is new may stand before what was read."""

    def _append(self, batch: Batch) -> Thread:
        thread = super()._append(batch)
        self._feed.sort()
        return thread


class FeedsFromThePosition(MemoryStore):
    """The event at the position that was seen comes once more."""

    def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        found = super().feed(after, limit)
        return super().feed(after - 1, limit) if after > 0 else found


class FeedsRepeats(MemoryStore):
    """What was sent again and acknowledged is fed again."""

    def _stands(self, log: _Log, batch: Batch) -> bool:
        stands = super()._stands(log, batch)
        if stands:
            versions = range(batch.after + 1, batch.version + 1)
            self._feed.extend((batch.thread_id, version) for version in versions)
        return stands


class FeedsAnyNumber(MemoryStore):
    """A limit is a wish."""

    def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        found = super().feed(after, limit)
        return super().feed(after, 200) if found else found
