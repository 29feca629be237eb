"""What can be asked of a store beside single threads, and what it answers."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from .._checks import integer, settle
from ..content import ThreadKind
from ..errors import ValidationError
from ..facts import Event
from ..ids import ThreadId, UserId
from ._words import terms_of

__all__ = [
    "EraseMode",
    "FeedEntry",
    "ThreadOrder",
    "ThreadQuery",
    "ThreadStatus",
    "ThreadSummary",
]

#: What a search may ask for (reliability.md, Search).
MAX_TEXT = 256
MAX_TAGS = 64


class ThreadOrder(StrEnum):
    """
    How a list of threads is sorted; ties end on the id, in the same direction.

    What is unknown counts as the least: it comes last from the top down, and first
    in ``OLDEST``.
    """

    #: By the time of the question, the latest first.
    NEWEST = "newest"
    #: By the time of the question, the earliest first.
    OLDEST = "oldest"
    #: By the last post or edit, the latest first.
    ACTIVE = "active"
    #: By the score of the question, the highest first.
    SCORE = "score"
    #: By the number of answers, the most first.
    ANSWERS = "answers"
    #: By id, in code points, ascending. It never changes, so a long walk misses
    #: nothing that stays.
    ID = "id"


class ThreadStatus(StrEnum):
    """A mark on a thread that a list can ask for; several hold at once."""

    CLOSED = "closed"
    LOCKED = "locked"
    PROTECTED = "protected"
    PINNED = "pinned"
    ARCHIVED = "archived"
    HIDDEN = "hidden"
    WIKI = "wiki"
    PENDING = "pending"
    #: The question was deleted or removed.
    DELETED = "deleted"


#: What lists leave out if they are not told otherwise.
UNLISTED: Final = frozenset(
    (ThreadStatus.DELETED, ThreadStatus.HIDDEN, ThreadStatus.PENDING)
)


class EraseMode(StrEnum):
    """What erasing a person from a store does; see :mod:`qathread.erasure`."""

    #: A keyed pseudonym takes the person's place.
    PSEUDONYMISE = "pseudonymise"
    #: What the person wrote becomes empty, and a placeholder takes their place.
    REDACT = "redact"
    #: The person's votes and reactions go, and scores with them.
    PURGE = "purge"


@frozen(kw_only=True, weakref_slot=False)
class ThreadQuery:
    """
    Which threads to list, and in which order; every part narrows it down.

    Attributes:
        tags: Tags that the question has, all of them, as they are written.
        author_id: Who asked the question.
        participant_id: Who appears anywhere in the thread: author, voter, editor.
        kind: Question and answers, or a discussion.
        having: Marks that the thread bears, all of them.
        lacking: Marks that it does not bear. Lists leave out what is deleted,
            hidden or pending, unless another set is given.
        created_from: Asked at this instant or later.
        created_before: Asked earlier than this.
        active_from: Last post or edit at this instant or later.
        active_before: Last post or edit earlier than this.
        min_score: Least score of the question; an unknown one is left out.
        max_score: Greatest score of the question; an unknown one is left out.
        answered: Whether there are answers.
        accepted: Whether one is accepted.
        text: Words, all of which one post of the thread must have; at most 256
            code points and 16 words. The title and the tags count as the
            question's. Case, width and punctuation do not matter, there are no
            operators, and text without a letter or digit finds nothing.
        order: How to sort.

    >>> ThreadQuery(tags=("tea",), accepted=False).order
    <ThreadOrder.NEWEST: 'newest'>
    """

    tags: tuple[str, ...] = ()
    author_id: UserId | None = None
    participant_id: UserId | None = None
    kind: ThreadKind | None = None
    having: frozenset[ThreadStatus] = frozenset()
    lacking: frozenset[ThreadStatus] = UNLISTED
    created_from: datetime | None = None
    created_before: datetime | None = None
    active_from: datetime | None = None
    active_before: datetime | None = None
    min_score: int | None = None
    max_score: int | None = None
    answered: bool | None = None
    accepted: bool | None = None
    text: str | None = None
    order: ThreadOrder = ThreadOrder.NEWEST

    def __attrs_post_init__(self) -> None:
        settle(self)
        for name in ("having", "lacking"):
            object.__setattr__(self, name, _statuses(getattr(self, name), name))
        if len(self.tags) > MAX_TAGS:
            raise ValidationError(
                f"ThreadQuery.tags has {len(self.tags)} tags: give at most {MAX_TAGS}"
            )
        if self.text is not None and len(self.text) > MAX_TEXT:
            raise ValidationError(
                f"ThreadQuery.text has {len(self.text)} code points: give at most "
                f"{MAX_TEXT}"
            )
        if self.text is not None:
            terms_of(self.text)


def _statuses(given: frozenset[object], name: str) -> frozenset[ThreadStatus]:
    """Return marks that may be given by their names."""
    found = set()
    for each in given:
        try:
            found.add(ThreadStatus(each))  # type: ignore[arg-type]
        except ValueError:
            known = ", ".join(map(repr, map(str, ThreadStatus)))
            raise ValidationError(
                f"ThreadQuery.{name} has {each!r}: give some of {known}"
            ) from None
    return frozenset(found)


@frozen(kw_only=True, weakref_slot=False)
class ThreadSummary:
    """
    What a list shows of a thread, without loading it.

    Attributes:
        id: Which thread.
        version: Its latest version.
        kind: Question and answers, or a discussion.
        title: Of the question; None if it has none or was not delivered.
        author_id: Who asked; None if the question was not delivered.
        tags: Of the question, in code-point order.
        created_at: When it was asked; None if that is not known.
        active_at: The latest time at which a post was added or worded anew; None
            if no such time is known.
        score: Of the question; None if it is not known.
        answers: How many answers are there, deleted ones left out.
        comments: How many comments are there, deleted ones left out.
        accepted: Whether an answer is accepted.
        status: The marks that the thread bears.
    """

    id: ThreadId
    version: int
    kind: ThreadKind
    title: str | None
    author_id: UserId | None
    tags: tuple[str, ...]
    created_at: datetime | None
    active_at: datetime | None
    score: int | None
    answers: int
    comments: int
    accepted: bool
    status: frozenset[ThreadStatus]


@frozen(kw_only=True, weakref_slot=False)
class FeedEntry:
    """
    One event with its place among all events of a store.

    Attributes:
        position: Rises strictly in the order of commit, from 1; numbers may be
            left out.
        event: What happened.
    """

    position: int
    event: Event

    def __attrs_post_init__(self) -> None:
        integer(self.position, "FeedEntry.position")
