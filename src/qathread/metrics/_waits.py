"""How long askers waited, and how long those have waited who wait still."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from .._checks import instant, settle
from ..content import Content, ThreadKind
from ..errors import ValidationError
from ..events import AnswerAccepted, Event, Imported, QuestionAsked
from ..ids import ThreadId
from ..posts import Answer, Comment
from ..thread import Thread
from ._posts import bots_of, each, latest, standing

__all__ = [
    "Wait",
    "time_to_first_answer",
    "times_to_acceptance",
    "times_to_first_answer",
]


@frozen(kw_only=True)
class Wait:
    """
    How long one question waited for something.

    Attributes:
        thread_id: Whose question.
        since: When the waiting began.
        until: When what was waited for happened, or else when watching ended.
        observed: Whether it happened. If not, the wait is right-censored: it is
            known only to be longer than ``duration``.
    """

    thread_id: ThreadId
    since: datetime
    until: datetime
    observed: bool

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.until < self.since:
            raise ValidationError(
                f"the wait of thread {self.thread_id!r} ends before it begins: give "
                f"a later until than {self.since.isoformat()}"
            )

    @property
    def duration(self) -> timedelta:
        """The time between, at least 0."""
        return self.until - self.since


def time_to_first_answer(
    thread: Thread,
    *,
    watched_until: datetime,
    own: bool = False,
    bots: bool = False,
) -> Wait | None:
    """
    Return how long a question waited for its first answer.

    Args:
        thread: The thread. In a discussion, which has no answers, the comments
            directly under the root stand for them.
        watched_until: The end of what is known, with a UTC offset: a question without
            an answer by then is right-censored there. Later answers do not count.
        own: Whether answers of the asker count.
        bots: Whether answers of bots and of the system count.

    Returns:
        The wait; None if the question is not at hand, was asked at an unknown time or
        after *watched_until*, or if an answer that counts has no known time. An answer
        that is older than its question (clocks differ) counts as one at once.

    Raises:
        ValidationError: If *watched_until* is naive.

    Source:
        The definition is that of CHAOSS, "Time to First Response".
    """
    watched_until = instant(watched_until, "watched_until")
    begun = _begun(thread.id, thread.content, own, bots)
    return None if begun is None else _ended(begun, watched_until)


def times_to_first_answer(
    threads: Iterable[Thread],
    *,
    watched_until: datetime | None = None,
    own: bool = False,
    bots: bool = False,
) -> tuple[Wait, ...]:
    """
    Return how long each question waited for its first answer.

    Args:
        threads: Threads, read once.
        watched_until: As for :func:`time_to_first_answer`; None: the latest time at
            which any post of *threads* was written or edited.
        own: Whether answers of the askers count.
        bots: Whether answers of bots and of the system count.

    Returns:
        The waits in the order of the threads, without those of which
        :func:`time_to_first_answer` knows nothing.

    Raises:
        ValidationError: If *watched_until* is naive, or *threads* is one thread.
    """
    if watched_until is not None:
        watched_until = instant(watched_until, "watched_until")
    found: list[_Begun] = []
    end = watched_until
    for thread in each(threads):
        content = thread.content
        begun = _begun(thread.id, content, own, bots)
        if begun is not None:
            found.append(begun)
        if watched_until is None:
            end = latest(standing(content), end)
    if end is None:
        return ()  # no time at all is known
    waits = (_ended(begun, end) for begun in found)
    return tuple(wait for wait in waits if wait is not None)


def times_to_acceptance(
    events: Iterable[Event], *, watched_until: datetime | None = None
) -> tuple[Wait, ...]:
    """
    Return how long each question waited until an answer was accepted.

    A thread does not keep when that was, its events do: give those of a store's feed
    or of its histories.

    Args:
        events: Events of many threads, each thread's own in order of version.
        watched_until: The end of what is known, with a UTC offset; None: the latest
            time of any event.

    Returns:
        The waits in the order in which the questions appear. An acceptance that was
        taken back later still was one. Threads that were imported with an accepted
        answer are left out, since nobody knows when it was accepted.

    Raises:
        ValidationError: If *watched_until* is naive.
    """
    if watched_until is not None:
        watched_until = instant(watched_until, "watched_until")
    asked: dict[ThreadId, datetime] = {}
    first: dict[ThreadId, datetime] = {}
    end = watched_until
    for event in events:
        if watched_until is None and event.at is not None:
            end = event.at if end is None else max(end, event.at)
        if event.thread_id is None:
            continue
        match event:
            case QuestionAsked():
                asked[event.thread_id] = event.at
            case Imported(content=content):
                question = content.question
                if question is None or not question.stands or content.accepted:
                    continue
                if question.created_at is not None:
                    asked[event.thread_id] = question.created_at
            case AnswerAccepted():
                first.setdefault(event.thread_id, event.at)
            case _:
                pass
    if end is None:
        return ()
    waits = (
        _ended(_Begun(thread_id, since, first.get(thread_id)), end)
        for thread_id, since in asked.items()
    )
    return tuple(wait for wait in waits if wait is not None)


# -- inside ----------------------------------------------------------------------


@frozen
class _Begun:
    thread_id: ThreadId
    since: datetime
    first: datetime | None


def _begun(
    thread_id: ThreadId, content: Content, own: bool, bots: bool
) -> _Begun | None:
    """Return when a question was asked and first answered, if both are known."""
    question = content.question
    if question is None or not question.stands or question.created_at is None:
        return None
    robots = frozenset() if bots else bots_of(content)
    direct: Iterable[Answer | Comment] = content.answers
    if content.kind is ThreadKind.DISCUSSION:
        direct = (each for each in content.comments if each.parent_id == question.id)
    first: datetime | None = None
    for answer in direct:
        if not answer.stands or answer.author_id in robots:
            continue
        if not own and answer.author_id == question.author_id:
            continue
        if answer.created_at is None:
            return None
        if first is None or answer.created_at < first:
            first = answer.created_at
    return _Begun(thread_id, question.created_at, first)


def _ended(begun: _Begun, end: datetime) -> Wait | None:
    """Return the wait as it was known at *end*; None: it had not begun."""
    if begun.since > end:
        return None
    happened = begun.first
    observed = happened is not None and happened <= end
    until = max(happened, begun.since) if happened is not None and observed else end
    return Wait(
        thread_id=begun.thread_id, since=begun.since, until=until, observed=observed
    )
