"""Laws of undo: what was before is there again, and the history says how."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import (
    Comment,
    Content,
    LockLevel,
    PostKind,
    Thread,
    ThreadKind,
    User,
    errors,
    events,
    history,
    moderation,
    posting,
    to_json,
    trees,
)
from qathread.events import Event, replay
from qathread.limits import LATEST
from qathread.testing import strategies
from qathread.testing._steps import arranging_steps, moderated_threads
from qathread.testing.strategies import (
    instants,
    open_threads,
    threads,
    verb_steps,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
ADA, MORE = User(id="ada", name="Ada"), User(id="more", name="More")

thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
grown = st.one_of(
    open_threads(), open_threads(threads()), moderated_threads(open_threads())
)


#: What cannot be undone, whoever asks.
FINAL = (
    events.Imported
    | events.QuestionAsked
    | events.AnswerPosted
    | events.CommentPosted
    | events.EditRejected
    | events.VotesCounted
    | events.CloseVoteCast
    | events.ReopenVoteCast
    | events.WikiMade
    | events.PostFlagged
    | events.FlagResolved
    | events.VotesInvalidated
    | events.BountyOffered
    | events.BountyAwarded
    | events.BountyExpired
    | events.ThreadSplitOff
    | events.PostsMovedIn
    | events.PostsMovedOut
    | events.UsersMerged
)


def left(thread: Thread, event: Event) -> dict[str, object]:
    """What a thread says, without what undoing cannot bring back: times and people."""

    def plain(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        cls: type[Any] = type(value)
        if not attrs.has(cls):
            return value
        hidden = {"at", "by_id", "cast_at", "edited_at", "revision"}
        fields = {each.name for each in attrs.fields(cls)} - hidden
        return cls, {name: plain(getattr(value, name)) for name in fields}

    content: Content = thread.content
    lost = {
        "users",
        "revisions",
        "motions",
    }  # decided votes to close do not count again
    kept = {each.name for each in attrs.fields(Content)} - lost
    if isinstance(event, events.EditApproved):
        kept.remove("suggestions")
    found = {name: plain(getattr(content, name)) for name in kept}
    found["accepted"] = sorted(content.accepted)
    return found


@given(
    thread=grown,
    data=st.data(),
    at=instants(),
)
def test_undoing_the_last_event_brings_the_content_back(
    thread: Thread, data: st.DataObject, at: datetime
) -> None:
    """Undo is neutral for scores, marks, acceptance, places and texts."""
    status = thread.status
    assume(not any((status.archived, status.locked, status.closed)))
    assume(any(post.stands and not post.status.locked for post in thread.posts))
    step = data.draw(st.one_of(verb_steps(thread), arranging_steps(thread)))
    after = step(thread)
    assume(after.version == thread.version + 1)
    event, by = after.pending[-1], step.options["by"]
    assert isinstance(by, User)
    if isinstance(event, FINAL):
        with pytest.raises(errors.ValidationError, match="cannot be undone"):
            history.undo(after, event, by=by, at=at)
        return
    beyond = len(thread.content.accepted) > 1 or thread.kind is ThreadKind.DISCUSSION
    if beyond and isinstance(event, events.AnswerAccepted | events.AnswerUnaccepted):
        with pytest.raises(
            (errors.ValidationError, errors.IntegrityError, errors.PolicyViolation)
        ):
            history.undo(after, event, by=by, at=at)
        return
    lost = (
        isinstance(event, events.PostConverted)
        and event.post_id in thread.content.accepted
    )
    lapsed = isinstance(event, events.LockLifted | events.LockImposed)
    before = left(thread, event)
    try:
        back = history.undo(after, event, by=by, at=at)
    except (errors.PolicyViolation, errors.NotFoundError):
        assert _shut(thread, event)
        return
    made = back.pending[len(after.pending) :]
    cause = events.EventId(thread_id=thread.id, version=event.version)
    assert all(each.cause is not None for each in made)
    assert made == () or made[0].cause == cause
    assert replay(back.pending) == back
    if lost:
        assert len(back.content.accepted) == len(thread.content.accepted) - 1
    elif not lapsed:
        assert left(back, event) == before


def _shut(thread: Thread, event: Event) -> bool:
    """Whether what was before is at a place that takes no changes."""
    match event:
        case events.PostRestored():
            return thread[event.post_id].removed is not None
        case events.PostConverted() | events.PostMoved():
            needed = [thread.root.id, event.replaced_parent_id]
        case events.AnswerAccepted():
            needed = [ref.post_id for ref in event.replaced]
        case _:
            return False
    for post_id in needed:
        if post_id not in thread:
            return True
        post = thread[post_id]
        if not post.stands or post.status.locked is not None:
            return True
    return False


_Pair = tuple[Callable[..., Thread], Callable[..., Thread]]


def _pairs_of_verbs(thread: Thread, post_id: str, until: datetime) -> list[_Pair]:
    """Verbs of moderation, each with its opposite."""
    post = thread[post_id]
    on_post = [
        (moderation.remove, moderation.reinstate),
        (posting.delete, posting.restore),
        (moderation.hide, moderation.show),
    ]
    # A lock that is over does not come back with what replaced it.
    if thread.status.locked is post.status.locked is None:
        on_post.append((moderation.lock, moderation.unlock))
    found: list[_Pair] = [
        (partial(verb, post_id=post_id, reason="why"), partial(back, post_id=post_id))
        for verb, back in on_post
    ]
    of_thread = (
        (moderation.protect, moderation.unprotect),
        (moderation.pin, moderation.unpin),
        (moderation.archive, moderation.unarchive),
        (moderation.hide, moderation.show),
    )
    found += [(partial(verb, reason="why"), back) for verb, back in of_thread]
    if thread.status.closed is None:  # an import may say that of odd threads
        close = partial(moderation.close, reason="twin", duplicate_of=("x", "y"))
        found.append((close, moderation.reopen))
    if thread.status.locked is None:
        lock = partial(moderation.lock, level=LockLevel.COMMENTS, until=until)
        found.append((lock, moderation.unlock))
    if post.kind is PostKind.ANSWER and post_id not in thread.content.accepted:
        back = partial(moderation.convert, post_id=post_id)
        found.append((partial(moderation.convert, post_id=post_id), back))
    if isinstance(post, Comment):
        back = partial(moderation.convert, post_id=post_id, under=post.parent_id)
        found.append((partial(moderation.convert, post_id=post_id), back))
        below = {each.id for each in trees.subtree(thread, post_id)}
        other = next(p.id for p in thread.posts if p.id not in below)
        away = partial(moderation.move, post_id=post_id, under=other)
        back = partial(moderation.move, post_id=post_id, under=post.parent_id)
        found.append((away, back))
    return found


@thread_laws
@given(
    thread=grown,
    data=st.data(),
    at=st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC)),
)
def test_undoing_a_mark_or_its_opposite_is_neutral(
    thread: Thread, data: st.DataObject, at: datetime
) -> None:
    """What one moderator does another can undo, and undo the undoing."""
    standing = [post.id for post in thread.posts if post.stands]
    assume(standing)
    post_id = data.draw(st.sampled_from(standing))
    until = min(at + timedelta(days=9), LATEST)
    at = min(at, until - timedelta(days=1))
    for verb, back in _pairs_of_verbs(thread, post_id, until):
        try:
            marked = verb(thread, by=MORE, at=at)
            cleared = back(marked, by=MORE, at=at)
        except errors.QathreadError:
            continue  # locked, archived, in the way
        if marked.version == thread.version or cleared.version == marked.version:
            continue
        undone = history.undo(marked, marked.pending[-1], by=ADA, at=at)
        assert left(undone, marked.pending[-1]) == left(thread, marked.pending[-1])
        undone = history.undo(cleared, cleared.pending[-1], by=ADA, at=at)
        assert left(undone, cleared.pending[-1]) == left(marked, cleared.pending[-1])
        again = history.undo(undone, undone.pending[-1], by=ADA, at=at)
        assert left(again, undone.pending[-1]) == left(cleared, undone.pending[-1])
        assert again.pending[-1].cause == events.EventId(
            thread_id=thread.id, version=undone.version
        )


@thread_laws
@given(thread=grown, at=instants())
def test_undoing_anything_ends_in_a_thread_or_in_our_error(
    thread: Thread, at: datetime
) -> None:
    """An old event may have been built upon: then it says so and changes nothing."""
    before = to_json(thread)
    for event in thread.pending:
        by = MORE if event.by is None else event.by
        try:
            after = history.undo(thread, event, by=by, at=at)
        except errors.QathreadError as error:
            named = str(event.version) in str(error)
            assert named or isinstance(error, errors.PolicyViolation)
        else:
            assert replay(after.pending) == after
            assert after.version >= thread.version
        assert to_json(thread) == before


@thread_laws
@given(thread=open_threads(), event=strategies.events(), at=instants())
def test_what_did_not_happen_cannot_be_undone(
    thread: Thread, event: Any, at: datetime
) -> None:
    """An event of another thread, or of the future, is refused by its name."""
    if event.thread_id is not None:
        event = attrs.evolve(event, version=thread.version + 1)
    with pytest.raises(errors.ValidationError):
        history.undo(thread, event, by=MORE, at=at)
