"""Undo by example, and what it refuses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from qathread import (
    DOWN,
    UP,
    LockLevel,
    Thread,
    User,
    errors,
    events,
    history,
    moderation,
    posting,
    voting,
)
from qathread.events import EventId, evolve
from qathread.policies import OPEN, STACK_EXCHANGE
from qathread.policy import Accepting, KindPosting, Moderation, Posting, Quorum

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, GREG = User(id="ada", name="Ada"), User(id="greg", name="Greg")


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def kettle() -> Thread:
    """A question, an answer and a comment, a minute apart."""
    thread = posting.ask("q", title="How hot?", body="It is bitter.", by=ADA, at=at(0))
    thread = posting.answer(thread, "80 °C.", by=GREG, at=at(1))
    return posting.comment(thread, "q.2", "Thank you!", by=ADA, at=at(2))


def undone(thread: Thread, **options: Any) -> Thread:
    """Undo the last event, as whoever did it, at one o'clock."""
    event = thread.pending[-1]
    given = {"by": event.by, "at": at(60), **options}
    return history.undo(thread, event, **given)


def test_undo_says_what_it_undid() -> None:
    """The history keeps both, one with the other as its cause."""
    thread = moderation.close(kettle(), "unclear", by=GREG, at=at(5))
    back = undone(thread, by=ADA, recorded_at=at(61))
    event = back.pending[-1]
    assert isinstance(event, events.ThreadReopened)
    assert event.cause == EventId(thread_id="q", version=4)
    assert (event.by, event.at, event.recorded_at) == (ADA, at(60), at(61))
    assert back.version == 5
    assert back.status.closed is None
    again = history.undo(back, event, by=GREG, at=at(62))
    assert again.status.closed is not None
    assert again.status.closed.reason == "unclear"


def test_an_edit_is_undone_as_a_rollback() -> None:
    """The wording comes back as a new revision."""
    thread = posting.edit(kettle(), "q.2", body="90 °C.", by=ADA, at=at(5))
    back = undone(thread)
    assert back["q.2"].body.source == "80 °C."
    assert back["q.2"].revision == 3
    event = back.pending[-1]
    assert isinstance(event, events.PostRolledBack)
    assert event.to == 1
    assert undone(back)["q.2"].body.source == "90 °C."


def test_an_approved_edit_is_rolled_back() -> None:
    """Its suggestion stays decided."""
    thread = posting.suggest_edit(kettle(), "q.2", body="90 °C.", by=ADA, at=at(5))
    assert undone(thread).suggestions == ()
    thread = posting.approve_edit(thread, "q.4", by=GREG, at=at(6))
    back = undone(thread)
    assert back["q.2"].body.source == "80 °C."
    assert back.suggestions == ()


def test_an_edit_within_the_grace_period_can_be_undone() -> None:
    """It has no number of its own, so its wording is given anew."""
    part = KindPosting(grace=300)
    policy = attrs.evolve(OPEN, posting=Posting(answer=part, question=part))
    thread = posting.edit(kettle(), "q.2", body="85", by=GREG, at=at(5), policy=policy)
    assert thread["q.2"].revision == 1
    assert undone(thread, policy=policy)["q.2"].body.source == "80 °C."
    thread = kettle()
    for minute, title in ((10, "How warm?"), (11, "How cold?")):
        thread = posting.edit(
            thread, "q.1", title=title, by=ADA, at=at(minute), policy=policy
        )
    assert thread.question.revision == 2
    assert undone(thread, policy=policy).question.title == "How warm?"
    first = thread.pending[-2]
    with pytest.raises(errors.IntegrityError, match=r"revision 2 of .* was changed"):
        history.undo(thread, first, by=ADA, at=at(9))


def test_an_acceptance_gives_its_place_back() -> None:
    """Accepting another answer was one event; so is undoing it."""
    thread = posting.answer(kettle(), "95 °C.", by=ADA, at=at(3))
    thread = posting.accept(thread, "q.2", by=ADA, at=at(4))
    first = thread.pending[-1]
    thread = posting.accept(thread, "q.4", by=ADA, at=at(5))
    back = undone(thread)
    assert back.accepted == ("q.2",)
    assert back.version == thread.version + 1
    with pytest.raises(errors.IntegrityError, match="lost its acceptance"):
        history.undo(thread, first, by=ADA, at=at(9))
    assert undone(posting.accept(kettle(), "q.2", by=ADA, at=at(4))).accepted == ()


def test_an_acceptance_among_several_gives_its_place_back() -> None:
    """With two places, the oldest made room and comes back."""
    two = attrs.evolve(OPEN, posting=Posting(accept=Accepting(most=2)))
    thread = posting.answer(kettle(), "95 °C.", by=ADA, at=at(3))
    thread = posting.answer(thread, "99 °C.", by=ADA, at=at(3))
    for answer_id in ("q.2", "q.4", "q.5"):
        thread = posting.accept(thread, answer_id, by=ADA, at=at(4), policy=two)
    assert thread.accepted == ("q.4", "q.5")
    assert set(undone(thread, policy=two).accepted) == {"q.2", "q.4"}


def test_a_lost_acceptance_comes_back_if_there_is_room() -> None:
    """Another answer may have been accepted since."""
    thread = posting.answer(kettle(), "95 °C.", by=ADA, at=at(3))
    thread = posting.accept(thread, "q.2", by=ADA, at=at(4))
    thread = posting.unaccept(thread, "q.2", by=ADA, at=at(5))
    event = thread.pending[-1]
    assert undone(thread).accepted == ("q.2",)
    thread = posting.accept(thread, "q.4", by=ADA, at=at(6))
    with pytest.raises(errors.IntegrityError, match="is accepted in its place"):
        history.undo(thread, event, by=ADA, at=at(9))
    thread = posting.unaccept(thread, "q.4", by=ADA, at=at(6))
    thread = posting.accept(thread, "q.2", by=ADA, at=at(7))
    with pytest.raises(errors.IntegrityError, match="accepted again"):
        history.undo(thread, event, by=ADA, at=at(9))


def test_a_lock_gives_way_to_the_one_before() -> None:
    """Unless that one would be over by now."""
    thread = moderation.lock(
        kettle(), level=LockLevel.COMMENTS, until=at(90), by=GREG, at=at(5)
    )
    thread = moderation.lock(thread, level=LockLevel.ALL, by=GREG, at=at(6))
    back = undone(thread)
    assert back.status.locked is not None
    assert (back.status.locked.level, back.status.locked.until) == (
        LockLevel.COMMENTS,
        at(90),
    )
    assert undone(thread, at=at(90)).status.locked is None
    thread = moderation.unlock(back, by=GREG, at=at(70))
    assert undone(thread, at=at(80)).status.locked == attrs.evolve(
        back.status.locked, at=at(80)
    )
    assert undone(thread, at=at(90)) is thread


def test_a_closing_gives_way_to_the_one_before() -> None:
    """Closed for another reason, undone, closed for the first one."""
    thread = moderation.close(kettle(), "unclear", by=GREG, at=at(5))
    thread = moderation.close(thread, "twin", duplicate_of="tea", by=GREG, at=at(6))
    back = undone(thread)
    assert back.status.closed is not None
    assert (back.status.closed.reason, back.status.closed.duplicate_of) == (
        "unclear",
        (),
    )


def test_where_several_must_agree_undo_is_one_voice() -> None:
    """The policy holds for undoing too."""
    closed = moderation.close(kettle(), "unclear", by=GREG, at=at(5))
    three = attrs.evolve(OPEN, moderation=Moderation(reopen=Quorum(votes=3)))
    back = undone(closed, by=ADA, policy=three)
    assert back.status.closed is not None
    event = back.pending[-1]
    assert isinstance(event, events.ReopenVoteCast)
    assert event.cause == EventId(thread_id="q", version=4)


def test_a_policy_may_refuse_to_undo() -> None:
    """A vote is locked in after five minutes there, whatever undo is called."""
    voter = attrs.evolve(ADA, reputation=5000)
    thread = voting.cast(kettle(), "q.2", UP, by=voter, at=at(5), policy=STACK_EXCHANGE)
    event = thread.pending[-1]
    late: dict[str, Any] = {"by": voter, "at": at(60), "policy": STACK_EXCHANGE}
    with pytest.raises(errors.PolicyViolation):
        history.undo(thread, event, **late)
    early = {**late, "at": at(6)}
    assert history.undo(thread, event, **early).score("q.2") == 0


def test_votes_and_reactions_are_undone_by_their_owners() -> None:
    """Others are told who can, and what moderators do instead."""
    thread = voting.cast(kettle(), "q.2", UP, by=ADA, at=at(5))
    with pytest.raises(errors.ValidationError, match=r"'ada', not of 'greg': .*invali"):
        undone(thread, by=GREG)
    thread = voting.react(kettle(), "q.2", "like", by=ADA, at=at(5))
    with pytest.raises(errors.ValidationError, match="'ada', not of 'greg'"):
        undone(thread, by=GREG)
    assert undone(thread).reaction("q.2", "ada", "like") is None


Change = Callable[[Thread], Thread]


def since(change: Change, later: Change) -> errors.QathreadError:
    """What undoing a change says when something came after it."""
    thread = change(kettle())
    event = thread.pending[-1]
    thread = later(thread)
    assert event.by is not None
    with pytest.raises(errors.QathreadError) as caught:
        history.undo(thread, event, by=event.by, at=at(60))
    return caught.value


def up(thread: Thread) -> Thread:
    return voting.cast(thread, "q.2", UP, by=ADA, at=at(5))


def test_what_was_built_upon_is_not_undone() -> None:
    """The message names the event and what changed since."""
    who: dict[str, Any] = {"by": ADA}

    def pinned_anew(thread: Thread) -> Thread:
        thread = moderation.unpin(thread, at=at(7), **who)
        return moderation.pin(thread, at=at(8), **who)

    def renewed(thread: Thread) -> Thread:
        thread = voting.retract(thread, "q.2", at=at(7), **who)
        return voting.cast(thread, "q.2", UP, at=at(8), **who)

    cases: list[tuple[Change, Change, str]] = [
        (up, lambda t: voting.retract(t, "q.2", at=at(6), **who), "was taken back"),
        (up, lambda t: voting.cast(t, "q.2", DOWN, at=at(6), **who), "was changed"),
        (up, renewed, "was changed"),
        (
            lambda t: voting.retract(up(t), "q.2", at=at(6), **who),
            up,
            "another vote was cast",
        ),
        (
            lambda t: voting.react(t, "q.2", "like", at=at(5), **who),
            lambda t: voting.unreact(t, "q.2", "like", at=at(6), **who),
            "the reaction was taken back",
        ),
        (
            lambda t: voting.unreact(
                voting.react(t, "q.2", "like", at=at(5), **who),
                "q.2",
                "like",
                at=at(5),
                **who,
            ),
            lambda t: voting.react(t, "q.2", "like", at=at(6), **who),
            "the reaction was given again",
        ),
        (
            lambda t: posting.edit(t, "q.2", body="1", at=at(5), **who),
            lambda t: posting.edit(t, "q.2", body="2", at=at(6), **who),
            "came to revision 3",
        ),
        (
            lambda t: posting.suggest_edit(t, "q.2", body="1", at=at(5), **who),
            lambda t: posting.reject_edit(t, "q.4", at=at(6), **who),
            "the suggestion was decided on",
        ),
        (
            lambda t: posting.delete(t, "q.3", at=at(5), **who),
            lambda t: posting.restore(t, "q.3", at=at(6), **who),
            "the deletion ended",
        ),
        (
            lambda t: posting.restore(
                posting.delete(t, "q.3", at=at(5), **who), "q.3", at=at(5), **who
            ),
            lambda t: posting.delete(t, "q.3", at=at(6), **who),
            "the deletion was set anew",
        ),
        (
            lambda t: moderation.pin(t, at=at(5), **who),
            lambda t: moderation.unpin(t, at=at(6), **who),
            "the pin ended",
        ),
        (
            lambda t: moderation.pin(t, at=at(5), **who),
            pinned_anew,
            "the pin was set anew",
        ),
        (
            lambda t: moderation.convert(t, "q.2", at=at(5), **who),
            lambda t: moderation.convert(t, "q.2", at=at(6), **who),
            "post 'q.2' became answer",
        ),
        (
            lambda t: moderation.move(t, "q.3", "q.1", at=at(5), **who),
            lambda t: moderation.move(t, "q.3", "q.2", at=at(6), **who),
            "post 'q.3' was moved",
        ),
    ]
    for change, later, message in cases:
        error = since(change, later)
        assert isinstance(error, errors.IntegrityError), message
        assert message in str(error)
        assert "event " in str(error)
        assert "cannot be undone" in str(error)


def test_what_has_no_opposite_says_what_to_do_instead() -> None:
    """Each names a verb, or why there is none."""
    thread = moderation.flag(kettle(), "q.2", "spam", by=ADA, at=at(4))
    thread = moderation.make_wiki(thread, "q.2", by=ADA, at=at(5))
    thread = up(thread)
    thread = moderation.invalidate_votes(thread, "q.2", by=GREG, at=at(6))
    thread = moderation.offer_bounty(thread, 50, by=ADA, at=at(6))
    expected = [
        "posting.delete",
        "posting.delete",
        "posting.delete",
        "moderation.resolve_flag",
        "stays so",
        None,
        "voting.cast",
        "offer another",
    ]
    log = thread.pending
    for event, message in zip(log, expected, strict=True):
        if message is not None:
            with pytest.raises(errors.ValidationError, match=message):
                history.undo(thread, event, by=ADA, at=at(60))


def test_an_event_that_is_not_in_the_thread_is_refused() -> None:
    """Also one of an account, and one that is no event at all."""
    thread = kettle()
    later = up(thread).pending[-1]
    other = attrs.evolve(thread.pending[1], thread_id="other")
    account = events.UserSuspended(version=1, user_id="greg", at=at(0))
    odd: list[Any] = [later, other, account, "event 2"]
    for event in odd:
        with pytest.raises(errors.ValidationError):
            history.undo(thread, event, by=ADA, at=at(60))
    with pytest.raises(errors.ValidationError, match="has no zone"):
        history.undo(up(thread), later, by=ADA, at=at(60).replace(tzinfo=None))


def test_an_undone_thread_is_saved_like_any_other() -> None:
    """It went through the same fold."""
    back = undone(up(kettle()))
    thread: Thread | None = None
    for event in back.pending:
        thread = evolve(thread, event)
    assert thread == back
