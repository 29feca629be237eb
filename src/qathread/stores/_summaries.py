"""What stores keep beside the log, so that lists and searches load no thread."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen

from .._erase_fields import appearances
from .._survey import people
from ..content import Content
from ..facts import (
    AnswerPosted,
    CommentPosted,
    EditApproved,
    Event,
    HidingImposed,
    HidingLifted,
    Imported,
    PostConverted,
    PostDeleted,
    PostEdited,
    PostReinstated,
    PostRemoved,
    PostRestored,
    PostRolledBack,
    PostsMovedIn,
    PostsMovedOut,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
    ThreadSplitOff,
    VoteCast,
    VoteChanged,
    VoteRetracted,
)
from ..ids import PostId, UserId
from ..posts import Post, PostKind, Question
from ..thread import Thread
from ._words import words_of
from .queries import ThreadStatus, ThreadSummary

#: Stands for what is not known in a column that lists are sorted by.
UNKNOWN: Final = -(2**63)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WORDED = (PostEdited, PostRolledBack, EditApproved)
_TAKEN = (PostDeleted, PostRestored, PostRemoved, PostReinstated, PostConverted)
_FEEDBACK = (VoteCast, VoteChanged, VoteRetracted, ReactionAdded, ReactionRemoved)
_BROUGHT = (Imported, ThreadSplitOff, PostsMovedIn)
_OF_THREAD: Final = tuple(each for each in ThreadStatus if each != "deleted")
#: Marks as one number each, in the order of their names in the code.
BITS: Final = {status: 1 << place for place, status in enumerate(ThreadStatus)}


@frozen
class Views:
    """
    What one save changes beside the log.

    Attributes:
        summary: The thread as lists show it from now on.
        words: The words of posts that changed; None: can no longer be found.
        people: Everyone who may be new in the thread.
    """

    summary: ThreadSummary
    words: dict[PostId, str | None]
    people: frozenset[UserId]


def views(
    before: Thread | None,
    old: ThreadSummary | None,
    events: Sequence[Event],
    after: Thread,
) -> Views:
    """
    Return what follows from some events.

    Args:
        before: The thread before them; None: there was none.
        old: Its summary.
        events: What happened, in order.
        after: The thread after them.
    """
    active = None if old is None else old.active_at
    for event in events:
        active = _later(active, _active(event))
    touched = None if before is None or old is None else _touched(events)
    if touched is None or old is None or before is None:
        answers = sum(map(is_live, after.answers))
        comments = sum(map(is_live, after.comments))
        shown: Iterable[Post] = after.posts
        words = {post.id: _words(post) for post in shown}
        if before is not None:
            words |= {each.id: None for each in before.posts if each.id not in after}
    else:
        answers, comments = old.answers, old.comments
        words = {}
        for post_id in sorted(touched):
            was, now = _post(before, post_id), _post(after, post_id)
            answers += _counts(now, PostKind.ANSWER) - _counts(was, PostKind.ANSWER)
            comments += _counts(now, PostKind.COMMENT) - _counts(was, PostKind.COMMENT)
            words[post_id] = None if now is None else _words(now)
    return Views(
        summary=_summary(after, active, answers, comments),
        words=words,
        people=new_people(before, events),
    )


def summarise(events: Sequence[Event], thread: Thread) -> ThreadSummary:
    """Return the summary of a thread by counting everything anew."""
    return views(None, None, events, thread).summary


def _post(thread: Thread, post_id: PostId) -> Post | None:
    return thread[post_id] if post_id in thread else None  # noqa: SIM401


def is_live(post: Post) -> bool:
    """Whether a post was not taken down."""
    return post.deleted is None and post.removed is None


def _summary(
    thread: Thread, active: datetime | None, answers: int, comments: int
) -> ThreadSummary:
    root = thread.root
    question = root if isinstance(root, Question) else None
    marks = thread.status
    status = {each for each in _OF_THREAD if getattr(marks, each) is not None}
    if question is not None and not is_live(question):
        status.add(ThreadStatus.DELETED)
    return ThreadSummary(
        id=thread.id,
        version=thread.version,
        kind=thread.kind,
        title=None if question is None else question.title,
        author_id=None if question is None else question.author_id,
        tags=() if question is None else tuple(sorted(set(question.tags))),
        created_at=None if question is None else question.created_at,
        active_at=active,
        score=None if question is None else thread.score(question.id),
        answers=answers,
        comments=comments,
        accepted=bool(thread.accepted),
        status=frozenset(status),
    )


def _words(post: Post) -> str | None:
    """Return the words of a post, or None for one that searches pass over."""
    if not is_live(post) or post.status.hidden is not None:
        return None
    return words_of(post) or None


def _counts(post: Post | None, kind: PostKind) -> int:
    return int(post is not None and post.kind is kind and is_live(post))


def _active(event: Event) -> datetime | None:
    """Return when an event added a post or worded one anew, if it did."""
    if isinstance(event, (QuestionAsked, AnswerPosted, CommentPosted, *_WORDED)):
        return event.at
    if isinstance(event, _BROUGHT):
        return _last_written(event.content)
    return None


def _last_written(content: Content) -> datetime | None:
    found: datetime | None = None
    question = () if content.question is None else (content.question,)
    for post in (*question, *content.answers, *content.comments):
        found = _later(found, _later(post.created_at, post.edited_at))
    return found


def _later(a: datetime | None, b: datetime | None) -> datetime | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)


def _touched(events: Iterable[Event]) -> set[PostId] | None:
    """Return the posts whose words or standing changed; None: it may be any."""
    found: set[PostId] = set()
    for event in events:
        match event:
            case QuestionAsked():
                found.add(event.question.id)
            case AnswerPosted():
                found.add(event.answer.id)
            case CommentPosted():
                found.add(event.comment.id)
            case HidingImposed() | HidingLifted():
                if event.post is not None:
                    found.add(event.post.post_id)
            case PostsMovedOut():
                found.update(ref.post_id for ref in event.posts)
            case _ if isinstance(event, (*_WORDED, *_TAKEN)):
                found.add(event.post_id)
            case _ if isinstance(event, _BROUGHT):
                return None
            case _:
                pass
    return found


def only_feedback(events: Iterable[Event]) -> bool:
    """Whether nothing but votes and reactions happened."""
    return all(isinstance(event, _FEEDBACK) for event in events)


def score_of(thread: Thread) -> int:
    """Return the score of the question, as a column."""
    root = thread.root
    score = thread.score(root.id) if isinstance(root, Question) else None
    return UNKNOWN if score is None else score


def new_people(before: Thread | None, events: Iterable[Event]) -> frozenset[UserId]:
    """Return those who appear in some events and, as far as is known, not before."""
    found: set[UserId] = set()
    for event in events:
        if isinstance(event, Imported):
            found.update(user.id for user in event.content.users)
            found.update(people(event.content))
        else:
            found.update(user_id for user_id, _ in appearances(event))
    if before is not None:
        found.difference_update([each for each in found if each in before.users])
    return frozenset(found)


# -- as columns ------------------------------------------------------------------


def micros(instant: datetime | None) -> int:
    """Return whole microseconds since 1970, UTC; ``UNKNOWN`` for None."""
    return UNKNOWN if instant is None else (instant - _EPOCH) // _MICROSECOND


def instant_of(number: int) -> datetime | None:
    """Return the instant of :func:`micros`."""
    return None if number == UNKNOWN else _EPOCH + number * _MICROSECOND


def flags_of(status: Iterable[ThreadStatus]) -> int:
    """Return marks as one number."""
    return sum(BITS[each] for each in status)


def status_of(flags: int) -> frozenset[ThreadStatus]:
    """Return the marks of :func:`flags_of`."""
    return frozenset(each for each, bit in BITS.items() if flags & bit)


def columns(summary: ThreadSummary) -> dict[str, str | int | None]:
    """Return a summary as the columns of a row; tags stand in a table of theirs."""
    return {
        "kind": summary.kind.value,
        "title": summary.title,
        "author_id": summary.author_id,
        "created": micros(summary.created_at),
        "active": micros(summary.active_at),
        "score": UNKNOWN if summary.score is None else summary.score,
        "answers": summary.answers,
        "comments": summary.comments,
        "accepted": int(summary.accepted),
        "flags": flags_of(summary.status),
    }
