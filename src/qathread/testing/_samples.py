"""Threads and changes for the store contract, made of what users have: verbs."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from .. import posting, voting
from .._persistent import Vector
from ..bodies import Body
from ..errors import NotFoundError
from ..feedback import UP, Direction
from ..posts import Post, Question
from ..serialization import from_json, to_json
from ..stores import ThreadStore
from ..thread import Thread, made
from ..users import User

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


def dump(store: ThreadStore, *thread_ids: str) -> dict[str, tuple[bytes, list[bytes]]]:
    """Return all that a store tells of some threads."""
    return dict(_told(store, thread_ids))


def _told(
    store: ThreadStore, thread_ids: tuple[str, ...]
) -> Iterator[tuple[str, tuple[bytes, list[bytes]]]]:
    for thread_id in thread_ids:
        with suppress(NotFoundError):
            events = [to_json(event) for event in store.history(thread_id)]
            yield thread_id, (to_json(store.load(thread_id)), events)
