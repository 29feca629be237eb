"""A thread's past by example: views and sentences."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from qathread import (
    DOWN,
    UP,
    Body,
    LockLevel,
    Question,
    Thread,
    User,
    errors,
    events,
    history,
    moderation,
    posting,
    voting,
)
from qathread.events import EventId, PostRef, replay
from qathread.history import MomentKind
from qathread.posts import PostKind
from qathread.users import UserKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, GREG = User(id="ada", name="Ada"), User(id="greg", name="Greg")


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def kettle() -> Thread:
    """A question, an answer and a comment, a minute apart."""
    thread = posting.ask("q", title="How hot?", body="It is bitter.", by=ADA, at=at(0))
    thread = posting.answer(thread, "80 °C.", by=GREG, at=at(1))
    return posting.comment(thread, "q.2", "Thank you!", by=ADA, at=at(2))


# -- views -----------------------------------------------------------------------


def test_a_reply_goes_with_the_post_that_it_replies_to() -> None:
    """The clock went back: the comment is older than its answer."""
    log = list(kettle().pending)
    log[1] = attrs.evolve(log[1], at=at(30), recorded_at=at(30))
    view = history.as_of(log, at(10))
    assert [post.id for post in view.posts] == ["q.1"]
    assert view.version == 1
    assert history.as_of(log, at(30)) == replay(log)


def test_a_vote_stands_while_its_retraction_is_not_there() -> None:
    """What follows a retraction then finds the vote in its place."""
    thread = voting.cast(kettle(), "q.2", UP, by=ADA, at=at(3))
    thread = voting.retract(thread, "q.2", by=ADA, at=at(50))
    thread = voting.cast(thread, "q.2", DOWN, by=ADA, at=at(4))
    assert thread.score("q.2") == -1
    assert history.as_of(thread.pending, at(10)).score("q.2") == 1
    assert history.as_of(thread.pending, at(3)).score("q.2") == 1
    assert history.as_of(thread.pending, at(2)).score("q.2") == 0
    assert history.as_of(thread.pending, at(50)).score("q.2") == -1


def test_a_retraction_of_a_vote_that_is_not_there_is_left_out() -> None:
    """It has nothing to act on; the version is that of the last event included."""
    thread = voting.cast(kettle(), "q.2", UP, by=ADA, at=at(60))
    thread = voting.retract(thread, "q.2", by=ADA, at=at(5))
    view = history.as_of(thread.pending, at(10))
    assert (view.score("q.2"), view.version) == (0, 3)


def test_an_edit_of_a_wording_that_is_not_there_is_left_out() -> None:
    """Revisions stay without gaps."""
    thread = posting.edit(kettle(), "q.2", body="85 °C.", by=GREG, at=at(60))
    thread = posting.edit(thread, "q.2", body="90 °C.", by=GREG, at=at(5))
    view = history.as_of(thread.pending, at(10))
    assert (view["q.2"].body.source, view["q.2"].revision) == ("80 °C.", 1)
    assert history.as_of(thread.pending, at(60)) == thread


def test_an_approval_of_a_suggestion_that_is_not_there_is_left_out() -> None:
    """All of it: half an approval would be a wording that nobody gave."""
    thread = posting.suggest_edit(kettle(), "q.2", body="85 °C.", by=ADA, at=at(60))
    thread = posting.approve_edit(thread, "q.4", by=GREG, at=at(5))
    view = history.as_of(thread.pending, at(10))
    assert (view["q.2"].body.source, view["q.2"].revision) == ("80 °C.", 1)
    assert view.version == 3
    assert history.as_of(thread.pending, at(60)) == thread


def test_what_was_recorded_later_was_not_known() -> None:
    """An import brought the answer two hours after it was written."""
    thread = posting.ask("q", title=None, body="?", kind="discussion", by=ADA, at=at(0))
    thread = posting.answer(thread, "!", by=GREG, at=at(1), recorded_at=at(120))
    log = thread.pending
    assert len(history.as_of(log, at(60))) == 2
    assert len(history.known_at(log, at(60))) == 1
    assert len(history.as_of(log, at(60), known_at=at(60))) == 1
    assert len(history.known_at(log, at(120), as_of=at(0))) == 1
    assert len(history.known_at(log, at(120), as_of=at(1))) == 2


def test_an_import_without_times_was_always_there() -> None:
    """Else there would be no time at which it could be seen."""
    thread = Thread.from_parts(
        id="q", question=Question(id="a", author_id="ada", body=Body(source="?"))
    )
    assert thread.pending[0].at is None
    assert history.as_of(thread.pending, at(0)) == thread
    assert history.known_at(thread.pending, at(0), as_of=at(0)) == thread


def test_before_the_beginning_there_is_no_thread() -> None:
    """The message says from when on there is one."""
    log = kettle().pending
    with pytest.raises(errors.NotFoundError, match=r"not exist .* 2026-03-01T12:00:00"):
        history.as_of(log, at(-1))
    late = (attrs.evolve(log[0], recorded_at=at(9)), *log[1:])
    with pytest.raises(errors.NotFoundError, match=r"become known .*T12:09:00"):
        history.as_of(late, at(1), known_at=at(8))


@pytest.mark.parametrize("look", (history.as_of, history.known_at))
def test_bad_input_to_views_meets_our_errors(look: Callable[..., Thread]) -> None:
    """Nothing else may escape."""
    log = kettle().pending
    with pytest.raises(errors.ValidationError, match="has no zone"):
        look(log, at(1).replace(tzinfo=None))
    with pytest.raises(errors.SequenceError, match="no events"):
        look((), at(1))
    with pytest.raises(errors.SequenceError, match="comes first"):
        look(log[1:], at(9))
    with pytest.raises(errors.SequenceError, match="does not follow version 0"):
        look([attrs.evolve(log[0], version=2)], at(9))
    with pytest.raises(errors.SequenceError, match="does not follow version 2"):
        look((*log[:2], log[1]), at(1))


def test_damage_is_no_reason_to_leave_an_event_out() -> None:
    """Only what was left out before excuses an event that does not fit."""
    thread = voting.cast(kettle(), "q.2", UP, by=ADA, at=at(3))
    repeated = attrs.evolve(thread.pending[-1], version=5, at=at(4))
    log = (*thread.pending, repeated)
    with pytest.raises(errors.IntegrityError, match="event 5"):
        history.as_of(log, at(9))
    assert history.as_of(log, at(3)).version == 4


# -- timeline --------------------------------------------------------------------


def told(thread: Thread) -> list[str]:
    return [moment.text for moment in history.timeline(thread.pending)]


def test_a_past_reads_like_a_story() -> None:
    """Who, what and which post, and how texts begin."""
    thread = kettle()
    thread = posting.edit(thread, "q.2", body="80 °C,\nno  more.", by=ADA, at=at(3))
    thread = posting.rollback(thread, "q.2", 1, by=GREG, at=at(4))
    thread = voting.cast(thread, "q.2", UP, weight=2, by=ADA, at=at(5))
    thread = voting.cast(thread, "q.2", DOWN, by=ADA, at=at(5))
    thread = voting.retract(thread, "q.2", by=ADA, at=at(5))
    thread = voting.react(thread, "q.1", "🎉", by=User(id="li"), at=at(6))
    thread = posting.accept(thread, "q.2", by=ADA, at=at(7))
    thread = posting.delete(thread, "q.3", reason="done", by=ADA, at=at(8))
    thread = moderation.lock(
        thread, "q.2", level=LockLevel.COMMENTS, until=at(60), by=GREG, at=at(9)
    )
    thread = moderation.close(thread, "twin", duplicate_of="tea", by=GREG, at=at(9))
    assert told(thread) == [
        "Ada asked question q.1: 'How hot?'",
        "Greg posted answer q.2: '80 °C.'",
        "Ada posted comment q.3 on answer q.2: 'Thank you!'",
        "Ada edited answer q.2 (revision 2): '80 °C, no more.'",
        "Greg rolled answer q.2 back to revision 1 (revision 3): '80 °C.'",
        "Ada voted up with weight 2 on answer q.2",
        "Ada changed a vote on answer q.2 from up with weight 2 to down",
        "Ada took back a vote down on answer q.2",
        "li reacted to question q.1 with 🎉",
        "Ada accepted answer q.2",
        "Ada deleted comment q.3: 'done'",
        "Greg locked answer q.2 for comments until 2026-03-01 13:00",
        "Greg closed the thread as a duplicate of tea: 'twin'",
    ]
    moment = history.timeline(thread.pending)[3]
    assert str(moment) == f"2026-03-01 12:03  {moment.text}"
    assert moment.kind is MomentKind.EDITED
    assert moment.event_id == EventId(thread_id="q", version=4)
    assert (moment.who, moment.post_id, moment.at) == (ADA, "q.2", at(3))


def test_a_sentence_names_people_as_well_as_it_can() -> None:
    """A name, else a handle, else an id; and odd ones cannot break the line."""
    people = (
        (None, "Somebody"),
        (User(id="u1"), "u1"),
        (User(id="u1", handle="@ada"), "@ada"),
        (User(id="u1", name="Ada L.", handle="@ada"), "Ada L."),
        (User(id="u1", name="Ada\nGreg"), r"'Ada\nGreg'"),
        (User(id="u1", name="\u202eadA"), r"'\u202eadA'"),
        (User(id="u1", name="A" * 99), f"'{'A' * 37}…'"),
        (User(id="u1", kind=UserKind.DELETED), "u1"),
    )
    for by, name in people:
        event = events.PostDeleted(
            thread_id="q",
            version=2,
            by=by,
            at=at(0),
            post_id="q.1",
            post_kind=PostKind.QUESTION,
            author_id="ada",
        )
        (moment,) = history.timeline([event])
        assert moment.text == f"{name} deleted question q.1"
        assert moment.who == by


def test_what_nobody_did_by_hand_is_told_so() -> None:
    """Flags hide a post without a person; times may be unknown."""
    post = PostRef(post_id="q.2", kind=PostKind.ANSWER, author_id="greg")
    hidden = events.HidingImposed(
        thread_id="q",
        version=9,
        at=at(0),
        post=post,
        cause=EventId(thread_id="q", version=8),
    )
    (moment,) = history.timeline([hidden])
    assert moment.text == "The site hid answer q.2"
    thread = Thread.from_parts(
        id="q", question=Question(id="a", author_id="ada", body=Body(source="?"))
    )
    (moment,) = history.timeline(thread.pending)
    assert str(moment) == "at an unknown time  The thread with 1 post was imported"


def test_a_timeline_is_of_one_thread_and_of_each_event_once() -> None:
    """A mix-up of logs must not read like a story."""
    log = kettle().pending
    with pytest.raises(errors.SequenceError, match="version 2"):
        history.timeline((*log, log[1]))
    with pytest.raises(errors.SequenceError, match="'other'"):
        history.timeline((*log, attrs.evolve(log[1], thread_id="other", version=9)))
    assert history.timeline(()) == ()
    assert len(history.timeline(log[1:])) == 2
