"""Whether the lists and searches of a store find what they should."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from html import unescape
from itertools import islice
from typing import Final

import attrs
from attrs import evolve, frozen

from .._checks import LATEST
from ..bodies import HTML, Body
from ..errors import ValidationError
from ..events import Event
from ..pages import MAX_LIMIT
from ..posts import Post, Question
from ..thread import Thread
from ._findings import Findings, StorePart, some
from ._summaries import new_people
from ._words import _TAGS, MAX_TERMS, terms_of, words_of
from .async_protocols import AsyncListsThreads
from .queries import MAX_TEXT, ThreadOrder, ThreadQuery, ThreadStatus, ThreadSummary

#: How many words are looked for: of each post, and of what a thread no longer says.
_OF_POST: Final = 4
_OF_GONE: Final = 4
_EVERYTHING: Final = frozenset[ThreadStatus]()
_MOMENT: Final = timedelta(microseconds=1)


async def listed(lists: AsyncListsThreads | None) -> AsyncIterator[ThreadSummary]:
    """Yield all threads, by id; none if there are no lists."""
    if lists is None:
        return
    query = ThreadQuery(lacking=_EVERYTHING, order=ThreadOrder.ID)
    async for summary in _found(lists, query):
        yield summary


async def shown(
    lists: AsyncListsThreads, likes: Iterable[ThreadSummary]
) -> ThreadSummary | None:
    """Return what lists show of a thread that should look like one of *likes*."""
    for like in likes:
        async for summary in _found(lists, _just(like)):
            if summary.id == like.id:
                return summary
    return None


async def _found(
    lists: AsyncListsThreads, query: ThreadQuery
) -> AsyncIterator[ThreadSummary]:
    cursor: str | None = None
    while True:
        page = await lists.find(query, cursor, MAX_LIMIT)
        for summary in page.items:
            yield summary
        cursor = page.next
        if cursor is None:
            return


def compare(seen: ThreadSummary, counted: ThreadSummary, findings: Findings) -> None:
    """Compare a summary with one that was counted from the events."""
    for name in (each.name for each in attrs.fields(ThreadSummary)):
        shown, true = getattr(seen, name), getattr(counted, name)
        if shown != true:
            message = f"{name} is {_plain(shown)}, the events make {_plain(true)}"
            findings.add(counted.id, StorePart.SUMMARY, message)


@frozen
class ListsCheck:
    """
    Asks the lists of a store for one thread in many ways.

    Attributes:
        lists: The store.
        findings: Takes what is wrong.
        seen: The thread as lists show it. All of it is asked for, so that few
            other threads are in the answers.
        thread: The thread as its events make it.
        events: All of them.
    """

    lists: AsyncListsThreads
    findings: Findings
    seen: ThreadSummary
    thread: Thread
    events: list[Event]

    async def check(self) -> None:
        """Look the thread up by its tags, its people and its words."""
        just = _just(self.seen)
        root = self.thread.root
        tags = sorted(set(root.tags)) if isinstance(root, Question) else []
        await self._missing(
            StorePart.TAGS,
            ((tag, evolve(just, tags=(tag,))) for tag in tags),
            "it is not found by",
        )
        people = sorted(new_people(None, self.events))
        await self._missing(
            StorePart.PEOPLE,
            ((each, evolve(just, participant_id=each)) for each in people),
            "it is not found by its participants",
        )
        await self._missing(
            StorePart.WORDS,
            ((text, evolve(just, text=text)) for text in _searches(self.thread)),
            "it is not found by words of one post,",
        )
        for word in _gone(self.thread):
            if await self._finds(evolve(just, text=word)):
                message = f"it is found by {word!r}, which no visible post says"
                self.findings.add(self.thread.id, StorePart.WORDS, message)

    async def _missing(
        self, part: StorePart, asked: Iterable[tuple[str, ThreadQuery]], what: str
    ) -> None:
        missing = [name for name, query in asked if not await self._finds(query)]
        if missing:
            self.findings.add(self.thread.id, part, f"{what} {some(missing)}")

    async def _finds(self, query: ThreadQuery) -> bool:
        async for summary in _found(self.lists, query):
            if summary.id == self.thread.id:
                return True
        return False


def _just(summary: ThreadSummary) -> ThreadQuery:
    """Return a query that finds a thread, and few others."""
    created, active = summary.created_at, summary.active_at
    return ThreadQuery(
        author_id=summary.author_id,
        kind=summary.kind,
        having=summary.status,
        lacking=frozenset(ThreadStatus) - summary.status,
        created_from=created,
        created_before=None if created in (None, LATEST) else created + _MOMENT,
        active_from=active,
        active_before=None if active in (None, LATEST) else active + _MOMENT,
        min_score=summary.score,
        max_score=summary.score,
        answered=summary.answers > 0,
        accepted=summary.accepted,
        order=ThreadOrder.ID,
    )


def _plain(value: object) -> str:
    """Return a value of a summary, short."""
    if isinstance(value, frozenset):
        return some(sorted(map(str, value))) or "none"
    if isinstance(value, tuple):
        return some(map(str, value)) or "none"
    return repr(value) if isinstance(value, int | str | None) else str(value)


# -- words -----------------------------------------------------------------------


def _searches(thread: Thread) -> Iterator[str]:
    """Yield a search for each post that searches should find: a few of its words."""
    for post in thread.posts:
        if not _is_visible(post):
            continue
        known = frozenset(words_of(post).split())
        words = [
            word
            for word in _candidates(post.body, getattr(post, "title", None))
            if known.issuperset(_terms(word))
        ]
        text = " ".join(words[:: -(-len(words) // _OF_POST)]) if words else ""
        if text:
            yield text


def _gone(thread: Thread) -> Iterator[str]:
    """Yield some words that were said, but by no visible post now."""
    said = frozenset[str]().union(
        *(words_of(post).split() for post in thread.posts if _is_visible(post))
    )
    hidden = (post.body for post in thread.posts if not _is_visible(post))
    found = (
        word
        for body in (*hidden, *(each.body for each in thread.revisions))
        for word in _candidates(body)
        if said.isdisjoint(_terms(word))
    )
    yield from islice(dict.fromkeys(found), _OF_GONE)


def _is_visible(post: Post) -> bool:
    return post.stands and post.status.hidden is None


def _candidates(body: Body, title: str | None = None) -> list[str]:
    """Return pieces of a text that can be searched for, each once."""
    text = body.source
    if body.media_type == HTML:
        text = unescape(_TAGS.sub(" ", text))
    pieces = dict.fromkeys(f"{title or ''} {text}".split())
    return [piece for piece in pieces if _terms(piece)]


def _terms(piece: str) -> tuple[str, ...]:
    """Return the words that a piece of text is searched by; none: it is too long."""
    if len(piece) >= MAX_TEXT // _OF_POST:
        return ()
    try:
        terms = terms_of(piece)
    except ValidationError:
        return ()
    return terms if len(terms) <= MAX_TERMS // _OF_POST else ()
