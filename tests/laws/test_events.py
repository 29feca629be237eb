"""Laws of event logs: a thread is what its events made of it."""

from typing import get_args

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Thread, events, to_json
from qathread._facts_base import OnPost
from qathread._survey import newest
from qathread.errors import NotFoundError, QathreadError, SequenceError
from qathread.events import Event, Imported, evolve, replay
from qathread.serialization import from_lines, to_lines
from qathread.testing import strategies
from qathread.testing.strategies import events_of, open_threads, threads
from qathread.thread import stored

thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
logs = st.one_of(events_of(), events_of(open_threads(threads())))


# -- replay ----------------------------------------------------------------------


@thread_laws
@given(thread=st.one_of(open_threads(), open_threads(threads())))
def test_replaying_the_past_of_a_thread_makes_it_again(thread: Thread) -> None:
    """A store keeps the log; the thread must follow from it alone."""
    again = replay(thread.pending)
    assert again == thread
    assert to_json(again) == to_json(thread)
    assert again.pending == thread.pending
    assert again.base_version is thread.base_version is None
    assert again.kind is thread.kind


@thread_laws
@given(log=logs)
def test_every_split_of_a_log_makes_the_same_thread(log: tuple[Event, ...]) -> None:
    """A snapshot and the tail of the log are as good as the whole log."""
    whole = replay(log)
    for cut in range(1, len(log) + 1):
        head = replay(log[:cut])
        joined = replay(log[cut:], start=head)
        assert joined == whole
        assert to_json(joined) == to_json(whole)
        assert joined.pending == whole.pending
        assert head.version == log[cut - 1].version


@thread_laws
@given(log=logs)
def test_replay_is_evolve_applied_to_each(log: tuple[Event, ...]) -> None:
    """One fold, two speeds: a batch may not differ from single steps."""
    thread: Thread | None = None
    for event in log:
        thread = evolve(thread, event)
    assert thread == replay(log)
    assert thread is not None
    assert thread.pending == replay(log).pending
    assert to_json(thread) == to_json(replay(log))


@thread_laws
@given(log=logs)
def test_a_saved_thread_holds_back_only_what_came_since(
    log: tuple[Event, ...],
) -> None:
    """`save` appends what is pending: nothing twice, nothing lost."""
    for cut in range(1, len(log) + 1):
        head = stored(replay(log[:cut]))
        assert head.pending == ()
        assert head.base_version == head.version
        after = replay(log[cut:], start=head)
        assert after.pending == log[cut:]
        assert after.base_version == head.version
        assert after == replay(log)


@thread_laws
@given(log=logs)
def test_replay_reads_its_events_once(log: tuple[Event, ...]) -> None:
    """A log comes as a stream."""
    assert replay(iter(log)) == replay(log)
    assert replay(iter(()), start=replay(log)) == replay(log)


@thread_laws
@given(log=logs)
def test_a_log_survives_json_lines(log: tuple[Event, ...]) -> None:
    """It is exported so, and must tell the same story."""
    read = tuple(from_lines(to_lines(log)))
    assert read == log
    assert replay(read) == replay(log)
    assert to_json(replay(read)) == to_json(replay(log))


def test_no_events_make_no_thread() -> None:
    """There is no empty thread."""
    with pytest.raises(SequenceError):
        replay(())


# -- order -----------------------------------------------------------------------


@thread_laws
@given(log=logs, data=st.data())
def test_an_event_out_of_turn_is_refused(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """A gap, a repeat or a foreign event must not pass as history."""
    thread = replay(log)
    event = data.draw(st.sampled_from(log))
    shift = data.draw(st.sampled_from((-1, 0, 2, 10)))
    wrong = attrs.evolve(event, version=max(1, thread.version + shift))
    if wrong.version != thread.version + 1:
        with pytest.raises(SequenceError):
            evolve(thread, wrong)
    foreign = attrs.evolve(event, version=thread.version + 1, thread_id=thread.id + "x")
    with pytest.raises(SequenceError):
        evolve(thread, foreign)
    if not isinstance(event, Imported | events.QuestionAsked):
        with pytest.raises(SequenceError):
            evolve(None, event)


@thread_laws
@given(log=events_of())
def test_a_log_cut_in_the_middle_is_refused(log: tuple[Event, ...]) -> None:
    """A lost event must not go unnoticed."""
    assume(len(log) > 2)
    with pytest.raises(SequenceError):
        replay((*log[:1], *log[2:]))


@thread_laws
@given(log=logs, data=st.data())
def test_any_event_is_applied_or_refused_with_our_error(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """A log from outside may hold anything; nothing else may escape."""
    thread = replay(log)
    before = to_json(thread)
    post_ids = [post.id for post in thread.posts] + [stub.id for stub in thread.stubs]
    for cls in data.draw(st.lists(st.sampled_from(get_args(Event)), max_size=3)):
        event = data.draw(strategies.events(cls))
        fitting = {"version": thread.version + 1, "thread_id": thread.id}
        if hasattr(event, "post_id") and data.draw(st.booleans()):
            fitting["post_id"] = data.draw(st.sampled_from(post_ids))
        event = attrs.evolve(event, **fitting)
        try:
            after = evolve(thread, event)
        except QathreadError:
            assert to_json(thread) == before
            continue
        assert after.version == thread.version + 1
        assert after.pending == (*thread.pending, event)
        to_json(after)


@thread_laws
@given(event=strategies.events())
def test_any_first_event_opens_a_thread_or_is_refused(event: Event) -> None:
    """Only a question or an import comes first."""
    first = attrs.evolve(event, version=1)
    try:
        thread = evolve(None, first)
    except QathreadError:
        assert not isinstance(event, Imported)
        return
    assert isinstance(event, Imported | events.QuestionAsked)
    assert (thread.id, thread.version) == (event.thread_id, 1)
    assert thread.pending == (first,)


# -- self-contained --------------------------------------------------------------


@thread_laws
@given(log=logs)
def test_events_name_the_author_and_kind_of_their_post(log: tuple[Event, ...]) -> None:
    """Ledgers, feeds and erasure read events without the thread."""
    thread = replay(log)
    for event in log:
        if isinstance(event, OnPost):
            post = thread[event.post_id]
            assert event.author_id == post.author_id
            assert event.post_kind is post.kind
        if isinstance(event, events.AnswerPosted | events.AnswerAccepted):
            asker_id = getattr(thread.root, "author_id", None)
            assert event.asker_id == asker_id
        if isinstance(event, events.AnswerAccepted):
            for ref in event.replaced:
                assert ref.author_id == thread[ref.post_id].author_id


@thread_laws
@given(log=logs)
def test_a_change_carries_what_it_replaces(log: tuple[Event, ...]) -> None:
    """An event can be undone, and paid back, from itself."""
    for cut in range(1, len(log)):
        before, event = replay(log[:cut]), log[cut]
        match event:
            case events.VoteChanged() | events.VoteRetracted():
                assert event.replaced == before.vote(event.post_id, event.by.id)
            case events.ReactionRemoved():
                kind = event.replaced.kind
                assert event.replaced == before.reaction(
                    event.post_id, event.by.id, kind
                )
            case events.PostRestored():
                assert event.replaced == before[event.post_id].deleted
            case events.PostEdited() | events.PostRolledBack() | events.EditApproved():
                post = before[event.post_id]
                assert event.replaced.number == post.revision
                assert event.replaced.body == post.body
                assert event.revision.number == post.revision + 1
            case events.AnswerAccepted():
                for ref in event.replaced:
                    assert ref.post_id in before.content.accepted
            case _:
                pass


@thread_laws
@given(log=logs)
def test_events_are_told_apart_by_thread_and_version(log: tuple[Event, ...]) -> None:
    """Stores find a repeat by its place in the log."""
    assert [event.version for event in log] == list(
        range(log[0].version, log[0].version + len(log))
    )
    assert len({event.thread_id for event in log}) == 1


# -- origins ---------------------------------------------------------------------


@thread_laws
@given(thread=threads())
def test_an_import_is_one_event_that_holds_it_all(thread: Thread) -> None:
    """What came from outside can be saved and replayed like any other thread."""
    (event,) = thread.pending
    assert isinstance(event, Imported)
    assert event.content == thread.content
    assert event.version == thread.version
    assert event.at == event.recorded_at == newest(thread.content)
    assert thread.base_version is None
    assert replay(thread.pending) == thread


@thread_laws
@given(thread=open_threads(threads()))
def test_an_import_stays_the_first_of_what_is_pending(thread: Thread) -> None:
    """Changes made before the first save follow it."""
    first, *rest = thread.pending
    assert isinstance(first, Imported)
    assert not any(isinstance(event, Imported) for event in rest)
    assert [event.version for event in thread.pending] == list(
        range(first.version, thread.version + 1)
    )


@thread_laws
@given(thread=open_threads())
def test_posts_of_verbs_are_named_by_their_version(thread: Thread) -> None:
    """Unique and the same on any machine, without a random number."""
    for event in thread.pending:
        made = (
            getattr(event, "question", None)
            or getattr(event, "answer", None)
            or getattr(event, "comment", None)
        )
        if made is not None:
            assert made.id == f"{thread.id}.{event.version}"


@thread_laws
@given(thread=open_threads(), event=strategies.events(events.VoteCast))
def test_an_event_about_an_unknown_post_is_refused(
    thread: Thread, event: events.VoteCast
) -> None:
    """A vote cannot hang in the air."""
    following = attrs.evolve(
        event, thread_id=thread.id, version=thread.version + 1, post_id="nowhere"
    )
    with pytest.raises(NotFoundError):
        evolve(thread, following)
