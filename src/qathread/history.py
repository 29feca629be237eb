"""
Time travel, wordings compared, and undo: what a thread's past is good for.

The past of a thread is its events, as ``store.history(thread_id)`` or
``thread.pending`` give them. Nothing here reads a clock or changes a value.
"""

from collections.abc import Iterable
from datetime import datetime

from ._compare import Comparison, Op, WordingPart, compare
from ._decide_editing import current
from ._history_moments import Moment, MomentKind
from ._history_timeline import timeline
from ._history_views import view
from ._undo import undo
from .facts import Event
from .ids import PostId
from .revisions import Revision
from .thread import Thread, index_in

__all__ = [
    "Comparison",
    "Moment",
    "MomentKind",
    "Op",
    "WordingPart",
    "as_of",
    "compare",
    "known_at",
    "revisions",
    "timeline",
    "undo",
]


def as_of(
    events: Iterable[Event], t: datetime, *, known_at: datetime | None = None
) -> Thread:
    """
    Return the thread as it stood at a time.

    What happened later is left out, and so is what then has nothing to act on: a
    reply to a post that is not there yet, an edit of a wording that is not there
    yet. Order is that of the versions, also where times go back: a vote whose
    retraction is left out stands. An event without a time was always there.

    The result is a view of the past and nothing to save: nothing is pending in it
    and it has no base version, so stores refuse it, and what verbs make of it.
    Its version is that of the last event in it; where events before that one were
    left out, it differs from what the thread was at that version.

    Args:
        events: All events of one thread, or the first ones, in order of version.
        t: The time, with a UTC offset; what happened then is in it.
        known_at: Leave out, too, what became known later than this.

    Returns:
        The thread, in time linear in the events.

    Raises:
        NotFoundError: If the thread did not exist yet.
        SequenceError: If there are no events, or one is out of turn.
        IntegrityError: If nothing was left out before an event and it does not
            fit; NotFoundError if it is about a post that never was.
        ValidationError: If a time has no zone.

    >>> from datetime import UTC, datetime, timedelta
    >>> from qathread import User, posting
    >>> ada, noon = User(id="ada"), datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> thread = posting.ask("q", title="How hot?", body="", by=ada, at=noon)
    >>> later = noon + timedelta(hours=1)
    >>> thread = posting.answer(thread, "80 °C.", by=ada, at=later)
    >>> as_of(thread.pending, noon)
    <Thread q 'How hot?' 0 answers, 0 comments, score 0, v1>
    """
    return view(events, t, known_at)


def known_at(
    events: Iterable[Event], k: datetime, *, as_of: datetime | None = None
) -> Thread:
    """
    Return the thread as it was believed to be at a time.

    An event became known when it was recorded, or else when it happened: an answer
    of Monday that an import brought on Friday was not known on Wednesday. The two
    times commute: ``known_at(events, k, as_of=t)`` is ``as_of(events, t, known_at=k)``.

    Args:
        events: As for :func:`as_of`.
        k: The time, with a UTC offset; what was recorded then is in it.
        as_of: Leave out, too, what happened later than this.

    Returns:
        A view of the past, as for :func:`as_of`.

    Raises:
        NotFoundError: If nothing was known of the thread yet.
        SequenceError: As for :func:`as_of`.
        IntegrityError: As for :func:`as_of`.
        ValidationError: As for :func:`as_of`.
    """
    return view(events, as_of, k)


def revisions(thread: Thread, post_id: PostId) -> tuple[Revision, ...]:
    """
    Return all wordings of a post that are known.

    Args:
        thread: The thread.
        post_id: Which post; also a deleted one.

    Returns:
        Wordings by number, at least one; the last is the current one. Earlier
        ones are missing where the source of the thread did not have them.

    Raises:
        NotFoundError: If there is no such post, or only a stub.
    """
    post = thread[post_id]
    known = index_in(thread).rest.revisions.get(post_id, ())
    if known and known[-1].number == post.revision:
        return known
    return (*known, current(thread, post))
