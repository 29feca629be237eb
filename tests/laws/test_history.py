"""Laws of a thread's past: seen again, and told."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import (
    Thread,
    User,
    errors,
    events,
    history,
    posting,
    to_json,
)
from qathread._fold import begin, happen
from qathread.events import AccountEvent, Event, evolve, replay
from qathread.limits import EARLIEST, LATEST
from qathread.stores import MemoryStore
from qathread.testing import strategies
from qathread.testing._steps import moderated_threads
from qathread.testing.strategies import (
    events_of,
    instants,
    open_threads,
    threads,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
MORE = User(id="more", name="More")

thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
grown = st.one_of(
    open_threads(), open_threads(threads()), moderated_threads(open_threads())
)
logs = events_of(grown)


@st.composite
def times(draw: st.DrawFn, log: tuple[Event, ...]) -> datetime:
    """Instants around those of a log, so that each part of it is left out at times."""
    known = [each for event in log for each in (event.at, event.recorded_at) if each]
    if not known:
        return draw(instants())

    def shifted(at: datetime, shift: int) -> datetime:
        return min(max(EARLIEST, at + timedelta(microseconds=shift)), LATEST)

    near = st.builds(shifted, st.sampled_from(known), st.integers(-1, 1))
    return draw(st.one_of(near, near, instants()))


@st.composite
def recorded_logs(draw: st.DrawFn) -> tuple[Event, ...]:
    """Logs of which some events became known at another time than they happened."""
    log = draw(logs)
    recorded = draw(
        st.lists(st.one_of(st.none(), instants()), min_size=len(log), max_size=len(log))
    )
    return tuple(
        event if at is None else attrs.evolve(event, recorded_at=at)
        for event, at in zip(log, recorded, strict=True)
    )


def rising(log: tuple[Event, ...], steps: list[int]) -> tuple[Event, ...]:
    """The same log as it would be had the clock never gone back."""
    at, found = START, []
    for event, step in zip(log, steps, strict=True):
        at += timedelta(seconds=step)
        found.append(attrs.evolve(event, at=at, recorded_at=at))
    return tuple(found)


def seen(
    look: Callable[..., Thread], log: tuple[Event, ...], *args: Any, **options: Any
) -> Thread | None:
    """A view, or None before the beginning."""
    try:
        return look(log, *args, **options)
    except errors.NotFoundError:
        return None


# -- as_of and known_at ----------------------------------------------------------


@thread_laws
@given(log=logs)
def test_late_enough_the_view_is_the_thread(log: tuple[Event, ...]) -> None:
    """A view that leaves nothing out must not differ from the present."""
    newest = max((event.at for event in log if event.at is not None), default=START)
    whole = replay(log)
    for view in (
        history.as_of(log, newest),
        history.known_at(log, newest),
        history.as_of(iter(log), LATEST, known_at=LATEST),
    ):
        assert view == whole
        assert to_json(view) == to_json(whole)
        assert view.kind is whole.kind


@thread_laws
@given(log=recorded_logs(), data=st.data())
def test_a_view_is_what_the_events_in_it_make_one_by_one(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """The slow way: each event on a thread of its own, and skipped if it is refused."""
    t, k = data.draw(times(log)), data.draw(times(log))
    expected: Thread | None = None
    for event in log:
        at, recorded = event.at, event.recorded_at or event.at
        if (at is not None and at > t) or (recorded is not None and recorded > k):
            if expected is None:
                break
            continue
        version = event.version if expected is None else expected.version + 1
        try:
            expected = evolve(expected, attrs.evolve(event, version=version))
        except (errors.IntegrityError, errors.NotFoundError):
            continue
    view = seen(history.as_of, log, t, known_at=k)
    if expected is None:
        assert view is None
    else:
        assert view is not None
        assert view.content == expected.content


@thread_laws
@given(log=recorded_logs(), data=st.data())
def test_the_two_times_commute(log: tuple[Event, ...], data: st.DataObject) -> None:
    """When it happened and when it was known are two questions, in any order."""
    t, k = data.draw(times(log)), data.draw(times(log))
    one = seen(history.as_of, log, t, known_at=k)
    other = seen(history.known_at, log, k, as_of=t)
    assert one == other
    if one is not None and other is not None:
        assert to_json(one) == to_json(other)


@thread_laws
@given(log=logs, data=st.data())
def test_what_happens_later_changes_no_view(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """The past does not depend on the future."""
    t = data.draw(times(log).filter(lambda at: at < START + timedelta(days=10**6)))
    cut = data.draw(st.integers(1, len(log)))
    later = t + timedelta(microseconds=data.draw(st.integers(1, 5)))
    tail = [attrs.evolve(event, at=later) for event in log[cut:]]
    longer = (*log[:cut], *tail)
    assert seen(history.as_of, longer, t) == seen(history.as_of, log[:cut], t)


@thread_laws
@given(log=logs, data=st.data())
def test_later_views_have_all_posts_of_earlier_ones(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """Nothing that was said is unsaid by waiting; taking down leaves the post."""
    assume(not any(isinstance(event, events.PostsMovedOut) for event in log))
    s, t = sorted((data.draw(times(log)), data.draw(times(log))))
    early, late = seen(history.as_of, log, s), seen(history.as_of, log, t)
    if early is None:
        return
    assert late is not None
    assert {post.id for post in early.posts} <= {post.id for post in late.posts}
    assert early.version <= late.version


@thread_laws
@given(log=logs, data=st.data())
def test_where_time_never_goes_back_a_view_is_a_replay(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """Then what is left out is the tail, and nothing else has to be skipped."""
    steps = st.lists(st.integers(0, 2), min_size=len(log), max_size=len(log))
    log = rising(log, data.draw(steps))
    for event in log:
        t = event.at
        assert t is not None
        head = tuple(each for each in log if each.at is not None and each.at <= t)
        assert history.as_of(log, t) == replay(head)
        assert history.known_at(log, t) == replay(head)
    first = log[0].at
    assert first is not None
    with pytest.raises(errors.NotFoundError, match=re.escape(repr(log[0].thread_id))):
        history.as_of(log, first - timedelta(microseconds=1))
    with pytest.raises(errors.NotFoundError, match="become known"):
        history.known_at(log, first - timedelta(microseconds=1))


@thread_laws
@given(log=logs, data=st.data())
def test_a_log_out_of_order_is_refused_also_where_it_is_left_out(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """A damaged log must not pass because nobody looked at its end."""
    t = data.draw(times(log))
    place = data.draw(st.integers(0, len(log) - 1))
    twice = (*log[: place + 1], *log[place:])
    with pytest.raises(errors.SequenceError):
        history.as_of(twice, t)
    foreign = attrs.evolve(
        log[-1], thread_id=log[0].thread_id + "x", version=log[-1].version + 1
    )
    with pytest.raises(errors.SequenceError):
        history.as_of((*log, foreign), t)
    if 0 < place < len(log) - 1:
        with pytest.raises(errors.SequenceError):
            history.as_of((*log[:place], *log[place + 1 :]), t)


@thread_laws
@given(log=events_of(), data=st.data())
def test_a_view_cannot_be_saved(log: tuple[Event, ...], data: st.DataObject) -> None:
    """Else a look at the past would overwrite the present."""
    view = seen(history.as_of, log, data.draw(times(log)))
    assume(view is not None)
    assert view is not None
    assert view.pending == ()
    assert view.base_version is None
    empty, store = MemoryStore(), MemoryStore()
    saved = store.save(replay(log))
    changed = (
        posting.comment(view, view.root.id, "New.", by=MORE, at=START, id="a new id")
        if _open(view)
        else view
    )
    for thread in (view, changed):
        for each in (empty, store):
            with pytest.raises(errors.QathreadError):
                each.save(thread)
    assert store.load(saved.id) == saved
    with pytest.raises(errors.NotFoundError):
        empty.load(saved.id)


def _open(thread: Thread) -> bool:
    try:
        posting.comment(thread, thread.root.id, "x", by=MORE, at=START, id="x y z")
    except errors.QathreadError:
        return False
    return True


@thread_laws
@given(log=logs, data=st.data())
def test_a_refused_event_leaves_a_draft_as_it_was(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """A view goes on after what does not fit: half a change must not stay."""
    cut = data.draw(st.integers(1, len(log)))
    start, following = replay(log[:cut]), log[cut:]
    post_ids = [post.id for post in start.posts] + [stub.id for stub in start.stubs]
    draft = begin(start, log[0])
    some = st.lists(st.sampled_from(get_args(Event)), min_size=4, max_size=8)
    for cls in data.draw(some):
        event = data.draw(strategies.events(cls))
        fitting: dict[str, object] = {
            "version": start.version + 1,
            "thread_id": start.id,
        }
        if hasattr(event, "post_id") and data.draw(st.booleans()):
            fitting["post_id"] = data.draw(st.sampled_from(post_ids))
        event = attrs.evolve(event, **fitting)
        try:
            happen(begin(start, event), event)
        except (errors.IntegrityError, errors.NotFoundError):
            with pytest.raises((errors.IntegrityError, errors.NotFoundError)):
                happen(draft, event)
    for event in following:
        happen(draft, event)
    after = draft.freeze()
    assert after == replay(log)
    assert after.pending == log


# -- timeline --------------------------------------------------------------------


@thread_laws
@given(log=logs, data=st.data())
def test_a_timeline_has_a_moment_for_each_event(
    log: tuple[Event, ...], data: st.DataObject
) -> None:
    """Whatever the order in which the events come."""
    found = history.timeline(data.draw(st.permutations(log)))
    assert [moment.event_id.version for moment in found] == [
        event.version for event in log
    ]
    for moment, event in zip(found, log, strict=True):
        assert (moment.at, moment.who) == (event.at, event.by)
        assert moment.event_id.thread_id == event.thread_id
        assert moment.post_id is None or moment.post_id in _names(event)


def _names(event: Event) -> set[str]:
    """All post ids in an event that a moment may be about."""
    found = set()
    for name in ("question", "answer", "comment", "post"):
        value = getattr(event, name, None)
        if value is not None:
            found.add(getattr(value, "id", None) or value.post_id)
    found.add(getattr(event, "post_id", None))
    return found


@pytest.mark.parametrize("cls", get_args(Event))
def test_every_class_of_event_is_told_in_a_line(cls: type[Any]) -> None:
    """No event may be missing from what people read, and no text may break it."""

    @settings(max_examples=15)
    @given(event=strategies.events(cls))
    def law(event: Event) -> None:
        (moment,) = history.timeline([event])
        assert moment.text.isprintable()
        assert moment.text[:1].strip()
        assert len(moment.text) < 800
        kinds.add(moment.kind)
        assert str(moment).endswith(moment.text)

    kinds: set[str] = set()
    law()
    assert len(kinds) == 1
    assert KINDS.setdefault(kinds.pop(), cls) is cls


KINDS: dict[str, type] = {}


@given(event=st.one_of(*map(strategies.events, get_args(AccountEvent))))
def test_events_of_accounts_have_no_place_in_a_timeline(event: Any) -> None:
    """They are no part of a thread's past."""
    with pytest.raises(errors.ValidationError, match=type(event).__name__):
        history.timeline([event])


# -- revisions -------------------------------------------------------------------


@thread_laws
@given(thread=grown)
def test_the_last_revision_is_the_current_wording(thread: Thread) -> None:
    """What is compared must be what is shown."""
    for post in thread.posts:
        found = history.revisions(thread, post.id)
        numbers = [revision.number for revision in found]
        assert numbers == list(range(numbers[0], post.revision + 1))
        assert found[-1].body == post.body
        assert {revision.post_id for revision in found} == {post.id}
        assert set(found) >= {
            each for each in thread.revisions if each.post_id == post.id
        }
    for stub in thread.stubs:
        with pytest.raises(errors.NotFoundError):
            history.revisions(thread, stub.id)
