"""What the ways of erasing have in common: threads and logs taken apart and back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias, cast, get_args

from ._erase_pen import Emptying
from ._erase_people import Log
from ._erase_votes import Ids, opens
from ._facts_base import OnPost
from ._parts import reassemble
from ._persistent import Vector
from ._sound import is_sound
from .content import Content
from .errors import ValidationError
from .events import replay
from .facts import (
    AccountEvent,
    AnswerPosted,
    CommentPosted,
    EditApproved,
    EditRejected,
    Event,
    Imported,
    PostDeleted,
    PostRestored,
    PostsMovedIn,
    QuestionAsked,
    ThreadSplitOff,
)
from .ids import PostId, ThreadId
from .posts import Post
from .thread import Thread, content_in, made

__all__ = ["Change", "Subject", "emptyings", "erased", "log_of"]

#: What people are erased from.
Subject: TypeAlias = "Thread | Iterable[Event | AccountEvent]"
#: Rewrites a log part by part; contents in it belong to the thread named.
Change: TypeAlias = "Callable[[Log, ThreadId | None], Log]"

_EVENTS: Final = (*get_args(Event), *get_args(AccountEvent))


def log_of(subject: Subject) -> tuple[Log, ThreadId | None]:
    """
    Return all that is known of a subject, and the thread it belongs to.

    Args:
        subject: A thread or events.

    Returns:
        The events; before them the content of a thread that does not hold its
        whole history, and None for the thread of a log.

    Raises:
        ValidationError: If it is neither.
    """
    if isinstance(subject, Thread):
        pending = subject.pending
        whole = bool(pending) and opens(pending[0])
        return (pending if whole else (content_in(subject), *pending)), subject.id
    try:
        events = tuple(subject)
    except TypeError:
        raise _not_events(subject) from None
    for event in events:
        if not isinstance(event, _EVENTS):
            raise _not_events(event)
    return events, None


def erased(subject: Subject, change: Change) -> object:
    """Return the subject with its log changed; a thread that stays is the same."""
    log, group = log_of(subject)
    after = change(log, group)
    if not isinstance(subject, Thread):
        return after
    if all(a is b for a, b in zip(log, after, strict=True)):
        return subject
    first = after[0]
    if isinstance(first, Content):
        content = first if is_sound(first) else reassemble(first)
        return _like(subject, content, None, after[1:])
    again = replay(cast("Sequence[Event]", after))
    if subject._origin is None:
        return again
    origin = cast("Imported", first).content
    return _like(subject, again.content, origin, after[1:])


def _like(thread: Thread, content: Content, origin: Content | None, log: Log) -> Thread:
    return made(
        thread.id,
        thread.version,
        thread.base_version,
        thread.kind,
        content,
        None,
        origin,
        Vector.of(cast("Sequence[Event]", log)),
    )


def _not_events(found: object) -> ValidationError:
    return ValidationError(
        f"a person is erased from a Thread or from events, not from "
        f"{type(found).__name__}: give one of them"
    )


# -- what is to be empty ---------------------------------------------------------


def emptyings(
    log: Log, group: ThreadId | None, ids: Ids
) -> dict[ThreadId | None, Emptying]:
    """
    Return what a person leaves empty in each thread of a log.

    Args:
        log: Contents and events in order.
        group: The thread that contents belong to.
        ids: All accounts of the person.

    Returns:
        An entry for each thread.
    """
    posts: dict[ThreadId | None, set[PostId]] = {}
    decided: dict[ThreadId | None, set[str]] = {}
    down: dict[ThreadId | None, set[PostId]] = {}  # by events, in the end
    for part in log:
        thread_id = group if isinstance(part, Content) else part.thread_id
        mine = posts.setdefault(thread_id, set())
        mine.update(post.id for post in _posts(part) if post.author_id in ids)
        if isinstance(part, OnPost) and part.author_id in ids:
            mine.add(part.post_id)
        if isinstance(part, EditApproved | EditRejected):
            decided.setdefault(thread_id, set()).add(part.suggestion.id)
        if isinstance(part, PostDeleted | PostRestored):
            taken = down.setdefault(thread_id, set())
            (taken.add if isinstance(part, PostDeleted) else taken.discard)(
                part.post_id
            )
    return {
        thread_id: Emptying(
            posts=frozenset(mine),
            standing=frozenset(mine - down.get(thread_id, set())),
            decided=frozenset(decided.get(thread_id, ())),
        )
        for thread_id, mine in posts.items()
    }


def _posts(part: Content | Event | AccountEvent) -> Iterator[Post]:
    match part:
        case QuestionAsked():
            yield part.question
        case AnswerPosted():
            yield part.answer
        case CommentPosted():
            yield part.comment
        case Imported() | ThreadSplitOff() | PostsMovedIn():
            yield from _posts(part.content)
        case Content():
            if part.question is not None:
                yield part.question
            yield from part.answers
            yield from part.comments
        case _:
            return
