"""What lists should tell, found by looking at loaded threads: slow and plain."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from ..events import Event, evolve, replay
from ..ids import UserId
from ..posts import Answer, Comment, Post, Question
from ..stores import (
    FeedEntry,
    ListsThreads,
    ReadsFeed,
    ThreadOrder,
    ThreadQuery,
    ThreadStatus,
    ThreadStore,
    ThreadSummary,
)
from ..thread import Thread
from ._site import ALL, EVERYTHING

_MOST_PAGES = 1_000


@frozen
class Seen:
    """
    A thread with its past.

    Attributes:
        states: What was loaded at each version, in order.
    """

    states: tuple[Thread, ...]

    @property
    def now(self) -> Thread:
        """The thread as it is."""
        return self.states[-1]

    @property
    def people(self) -> frozenset[UserId]:
        """Everyone who ever appeared."""
        return frozenset[UserId]().union(*(each.users for each in self.states))

    @property
    def active_at(self) -> datetime | None:
        """The latest time at which a post came or was worded anew."""
        times: list[datetime | None] = []
        before: dict[str, Post] = {}
        for state in self.states:
            for post in state.posts:
                old = before.get(post.id)
                if old is None:
                    times += (post.created_at, post.edited_at)
                elif _wording(old) != _wording(post):
                    times.append(post.edited_at)
            before = {post.id: post for post in state.posts}
        return max((each for each in times if each is not None), default=None)

    @property
    def summary(self) -> ThreadSummary:
        """What a list should show."""
        thread = self.now
        root = thread.root if isinstance(thread.root, Question) else None
        status: set[ThreadStatus] = {
            each
            for each in ThreadStatus
            if each is not ThreadStatus.DELETED
            and getattr(thread.status, each.value) is not None
        }
        if root is not None and not root.stands:
            status.add(ThreadStatus.DELETED)
        standing = [post for post in thread.posts if post.stands]
        return ThreadSummary(
            id=thread.id,
            version=thread.version,
            kind=thread.kind,
            title=None if root is None else root.title,
            author_id=None if root is None else root.author_id,
            tags=() if root is None else tuple(sorted(set(root.tags))),
            created_at=None if root is None else root.created_at,
            active_at=self.active_at,
            score=None if root is None else thread.score(root.id),
            answers=sum(isinstance(post, Answer) for post in standing),
            comments=sum(isinstance(post, Comment) for post in standing),
            accepted=any(thread[each].stands for each in thread.accepted),
            status=frozenset(status),
        )

    @property
    def words(self) -> Iterator[frozenset[str]]:
        """The plain words of each post that can be found."""
        for post in self.now.posts:
            if post.stands and post.status.hidden is None:
                yield plain_words(post)


def _wording(post: Post) -> tuple[object, ...]:
    title, tags = getattr(post, "title", None), getattr(post, "tags", None)
    return post.body, post.revision, post.edited_at, title, tags


def plain_words(post: Post) -> frozenset[str]:
    """Return words of ASCII; nothing else is known here."""
    text = post.body.source
    if isinstance(post, Question):
        text = " ".join((post.title or "", *post.tags, text))
    return frozenset(re.findall("[a-z0-9]+", text.lower()))


def states_of(events: Iterable[Event]) -> tuple[Thread, ...]:
    """Return what a log makes of a thread, event by event."""
    states: list[Thread] = []
    for event in events:
        states.append(evolve(states[-1] if states else None, event))
    return tuple(states)


def seen(store: ThreadStore, thread_id: str) -> Seen:
    """Load a thread at each of its versions."""
    versions = [event.version for event in store.history(thread_id)]
    return Seen(tuple(store.load(thread_id, version) for version in versions))


def expected(threads: Iterable[Seen], query: ThreadQuery) -> list[ThreadSummary]:
    """Return what *query* should find, in order."""
    found = [each.summary for each in threads if _fits(each, each.summary, query)]
    down = query.order not in (ThreadOrder.OLDEST, ThreadOrder.ID)
    return sorted(found, key=lambda each: _place(each, query.order), reverse=down)


def _place(summary: ThreadSummary, order: ThreadOrder) -> tuple[object, ...]:
    by: object = {
        ThreadOrder.NEWEST: summary.created_at,
        ThreadOrder.OLDEST: summary.created_at,
        ThreadOrder.ACTIVE: summary.active_at,
        ThreadOrder.SCORE: summary.score,
        ThreadOrder.ANSWERS: summary.answers,
        ThreadOrder.ID: 0,
    }[order]
    # What is unknown counts as the least.
    return (False, 0, summary.id) if by is None else (True, by, summary.id)


def _fits(thread: Seen, summary: ThreadSummary, query: ThreadQuery) -> bool:
    if query.participant_id is not None and query.participant_id not in thread.people:
        return False
    if query.text is not None:
        wanted = set(query.text.lower().split())
        if not any(wanted and wanted <= words for words in thread.words):
            return False
    times = (
        (summary.created_at, query.created_from, query.created_before),
        (summary.active_at, query.active_from, query.active_before),
    )
    for when, start, end in times:
        if start is not None and (when is None or when < start):
            return False
        if end is not None and (when is None or when >= end):
            return False
    score = summary.score
    if query.min_score is not None and (score is None or score < query.min_score):
        return False
    if query.max_score is not None and (score is None or score > query.max_score):
        return False
    return (
        all(tag in summary.tags for tag in query.tags)
        and query.author_id in (None, summary.author_id)
        and query.kind in (None, summary.kind)
        and query.having <= summary.status
        and not query.lacking & summary.status
        and query.answered in (None, summary.answers > 0)
        and query.accepted in (None, summary.accepted)
    )


# -- asking a store --------------------------------------------------------------


def walked(
    lists: ListsThreads, query: ThreadQuery, limit: int = 200
) -> list[ThreadSummary]:
    """Return all that a query finds, page by page."""
    found: list[ThreadSummary] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = lists.find(query, cursor, limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next
        if cursor is None:
            return found
    raise AssertionError(f"after {_MOST_PAGES} pages of {query} there are still more")


def followed(reads: ReadsFeed, limit: int = 200) -> list[FeedEntry]:
    """Return the whole feed, a few events at a time; its positions must rise."""
    found: list[FeedEntry] = []
    last = 0
    while True:
        entries = reads.feed(last, limit)
        assert len(entries) <= limit
        for entry in entries:
            assert entry.position > last
            last = entry.position
        if not entries:
            return found
        found += entries


def assert_told(
    lists: ListsThreads, threads: Iterable[Seen], query: ThreadQuery, limit: int = 200
) -> None:
    """Check what a query finds; differences show as ids first."""
    found, right = walked(lists, query, limit), expected(threads, query)
    assert [each.id for each in found] == [each.id for each in right], query
    assert found == right


def assert_agrees(store: ThreadStore, *thread_ids: str) -> None:
    """
    Check that all that a store tells of its threads is what their events make.

    Args:
        store: The store. What it cannot do is passed over.
        thread_ids: All threads in it; their texts are of plain ASCII words.
    """
    threads = [seen(store, each) for each in thread_ids]
    for each in threads:
        events = store.history(each.now.id)
        for number, state in enumerate(each.states, start=1):
            assert replay(events[:number]) == state
        assert store.load(each.now.id) == each.now
    if isinstance(store, ListsThreads):
        for query in (EVERYTHING, *_queries(threads)):
            assert_told(store, threads, query)
    if isinstance(store, ReadsFeed):
        _assert_fed(followed(store), threads)


def _queries(threads: Sequence[Seen]) -> Iterator[ThreadQuery]:
    """Yield queries for all people, tags and words that ever were."""
    people, tags, words = set[str](), set[str](), set[str]()
    for thread in threads:
        people |= thread.people
        for state in thread.states:
            tags.update(getattr(state.root, "tags", ()))
            words.update(*map(plain_words, state.posts))
    for each in sorted(people):
        yield ThreadQuery(participant_id=each, lacking=ALL)
    for each in sorted(tags):
        yield ThreadQuery(tags=(each,), lacking=ALL)
    for each in sorted(words):
        yield ThreadQuery(text=each, lacking=ALL)


def _assert_fed(entries: Sequence[FeedEntry], threads: Iterable[Seen]) -> None:
    """Check that every event is in the feed once, each thread's in order."""
    fed: dict[str, list[Event]] = {}
    for entry in entries:
        fed.setdefault(entry.event.thread_id, []).append(entry.event)
    for each in threads:
        versions = [state.version for state in each.states]
        events = fed.pop(each.now.id)
        assert [event.version for event in events] == versions
        assert replay(events) == each.now
    assert not fed, f"the feed tells of threads that are not there: {sorted(fed)}"
