"""Threads and changes for the store contract, made of what users have: verbs."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from attrs import evolve

from .. import posting, voting
from .._persistent import Vector
from ..bodies import Body
from ..errors import NotFoundError
from ..events import Event
from ..feedback import UP, Direction
from ..posts import Post, Question
from ..serialization import from_json, to_json
from ..stores import ListsThreads, ReadsFeed, ThreadOrder, ThreadQuery, ThreadStore
from ..thread import Thread, made
from ..users import User

#: By so many words of a thread it is looked for.
_WORDS: Final = 10
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
ADA: Final = User(id="ada", name="Ada")

#: Texts that stores have been known to bend; all are legal.
NAUGHTY: Final = (
    "",
    " a ",
    "a\r\nb\rc\n",
    "\ufeffmark",
    "\u00e9 and e\u0301",
    "\u2028\u2029\u0085",
    "\u202eright to left",
    "\x01\x1f\x7f",
    "\ufffd\ufffe\uffff",
    "\U0001f469\u200d\U0001f4bb \U0010ffff",
    "'; DROP TABLE threads; --",
    "%s {0} ${HOME} \\n \\u0041 \\",
    "NULL",
    '{"qathread":1}',
    "<b>&amp;</b>",
    "\u0130\u0131\u00df\u1e9e\u017f",
)

#: Ids that are different, though one collation or another takes some for equal.
LOOK_ALIKES: Final = (
    "a",
    "A",
    "a ",
    " a",
    "\u00e1",
    "a\u0301",
    "\u00e4",
    "\uff41",
    "\U0001d41a",
    "\u0430",
    "1",
    "01",
    "1.0",
    "\u00df",
    "ss",
    "i",
    "\u0131",
    "\u0130",
    "%",
    "_",
    "a\u200b",
)


def a_thread(thread_id: str = "q", title: str = "Why?") -> Thread:
    """Return a thread that was never stored, at version 1."""
    return posting.ask(thread_id, title=title, body="Because?", by=ADA, at=START)


def an_import(thread_id: str = "q", version: int = 7, title: str = "Why?") -> Thread:
    """Return a thread that came from outside, at *version*."""
    question = Question(
        id=f"{thread_id}.1", author_id="ada", body=Body(source="Because?"), title=title
    )
    return Thread.from_parts(
        id=thread_id, question=question, users=(ADA,), version=version
    )


def a_comment(thread: Thread, text: str, by: User = ADA) -> Thread:
    """Return the thread with one more comment on its question."""
    at = START + timedelta(minutes=thread.version)
    return posting.comment(thread, thread.root.id, text, by=by, at=at)


def comments(thread: Thread, *texts: str) -> Thread:
    """Return the thread with more comments on its question."""
    for text in texts:
        thread = a_comment(thread, text)
    return thread


def a_vote(thread: Thread, voter_id: str, direction: Direction = UP) -> Thread:
    """Return the thread with a vote on its question; the same if it stands."""
    at = START + timedelta(minutes=thread.version)
    by = User(id=voter_id)
    return voting.cast(thread, thread.root.id, direction, by=by, at=at)


def an_answer(thread: Thread, post_id: str) -> Thread:
    """Return the thread with one more answer."""
    return posting.answer(thread, "Thus.", by=ADA, at=START, id=post_id)


def a_reply(thread: Thread, on: str, text: str) -> Thread:
    """Return the thread with one more comment on any post."""
    return posting.comment(thread, on, text, by=ADA, at=START)


def a_thread_of(thread_id: str, text: str) -> Thread:
    """Return a thread with one text wherever a text may stand."""
    question = Question(
        id="1", author_id="ada", body=Body(source=text), title=text, tags=(text,)
    )
    users = (User(id="ada", name=text), User(id=f"user {text}"))
    return Thread.from_parts(id=thread_id, question=question, users=users)


def forged(thread: Thread) -> Thread:
    """Return *thread* as if a store had given it back, though none did."""
    return from_json(to_json(thread), limits=None, stored=True)


def with_versions(thread: Thread, version: int, base: int | None) -> Thread:
    """Return *thread* with versions that do not add up; only tests do this."""
    events = Vector.of(thread.pending)
    content = thread.content
    return made(thread.id, version, base, thread.kind, content, None, None, events)


def spoil(post: Post) -> None:
    """Break a value behind its back, as a fault in memory would."""
    object.__setattr__(post.body, "media_type", 5)


class Told(NamedTuple):
    """
    All that a store tells of one thread.

    Attributes:
        thread: The bytes of its latest state.
        events: The bytes of each event.
        fed: The position and version of each event in the feed.
        listed: What lists show of it, and by which people and words it is found.
    """

    thread: bytes
    events: list[bytes]
    fed: list[tuple[int, int]]
    listed: list[str]


def dump(store: ThreadStore, *thread_ids: str) -> dict[str, Told]:
    """Return all that a store tells of some threads."""
    fed: dict[str, list[tuple[int, int]]] = {}
    if isinstance(store, ReadsFeed):
        for position, event in _feed(store):
            fed.setdefault(event.thread_id, []).append((position, event.version))
    found: dict[str, Told] = {}
    for thread_id in thread_ids:
        with suppress(NotFoundError):
            events = [to_json(event) for event in store.history(thread_id)]
            thread = store.load(thread_id)
            listed = list(_listed(store, thread))
            data = to_json(thread)
            found[thread_id] = Told(data, events, fed.get(thread_id, []), listed)
    return found


def _feed(store: ReadsFeed) -> Iterator[tuple[int, Event]]:
    last = 0
    while entries := store.feed(last, 200):
        for entry in entries:
            yield entry.position, entry.event
        last = entries[-1].position


def _listed(store: ThreadStore, thread: Thread) -> Iterator[str]:
    """Yield how lists show a thread, once for each way in which they find it."""
    if not isinstance(store, ListsThreads):
        return
    words: set[str] = set()
    for post in thread.posts:
        words.update(re.findall(r"\b[a-z]{1,40}\b", post.body.source.lower()))
    everything = ThreadQuery(lacking=frozenset(), order=ThreadOrder.ID)
    for query in (
        everything,
        *(evolve(everything, participant_id=each) for each in sorted(thread.users)),
        *(evolve(everything, text=each) for each in sorted(words)[:_WORDS]),
    ):
        cursor: str | None = None
        while True:
            page = store.find(query, cursor, 200)
            yield from (f"{each}" for each in page.items if each.id == thread.id)
            cursor = page.next
            if cursor is None:
                break
