"""What stores keep beside the log, counted step by step or anew."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread
from qathread._erase_fields import appearances
from qathread._survey import people
from qathread.content import Content
from qathread.events import evolve
from qathread.stores import ThreadStatus, ThreadSummary
from qathread.stores._summaries import (
    UNKNOWN,
    columns,
    flags_of,
    instant_of,
    micros,
    new_people,
    status_of,
    summarise,
    views,
)
from qathread.testing.strategies import (
    contents,
    instants,
    moderated_threads,
    threads,
)


@given(value=st.one_of(moderated_threads(), threads()), size=st.integers(1, 4))
def test_counting_step_by_step_is_counting_anew(value: Thread, size: int) -> None:
    """A store must not have to read a whole thread to count one vote."""
    events = value.pending
    before: Thread | None = None
    old: ThreadSummary | None = None
    words: dict[str, str] = {}
    known: set[str] = set()
    for start in range(0, len(events), size):
        batch = events[start : start + size]
        after = before
        for event in batch:
            after = evolve(after, event)
        assert after is not None
        seen = views(before, old, batch, after)
        known |= seen.people
        for post_id, found in seen.words.items():
            words.pop(post_id, None)
            if found is not None:
                words[post_id] = found
        before, old = after, seen.summary
    assert old == summarise(events, value)
    anew = views(None, None, events, value)
    assert words == {key: each for key, each in anew.words.items() if each is not None}
    assert known == anew.people == new_people(None, events)


@given(content=contents())
def test_nobody_is_passed_over_in_what_was_imported(content: Content) -> None:
    """The short way through an import finds whom the long way finds."""
    short = {*people(content), *(user.id for user in content.users)}
    assert short == {user_id for user_id, _ in appearances(content)}


@given(instant=st.one_of(st.none(), instants()))
def test_instants_come_back_from_columns(instant: datetime | None) -> None:
    assert instant_of(micros(instant)) == instant
    assert UNKNOWN <= micros(instant) < 2**63
    assert (micros(instant) == UNKNOWN) is (instant is None)


@given(first=instants(), second=instants())
def test_columns_sort_as_instants_do(first: datetime, second: datetime) -> None:
    assert (micros(first) < micros(second)) is (first < second)


@given(status=st.frozensets(st.sampled_from(ThreadStatus)))
def test_marks_come_back_from_columns(status: frozenset[ThreadStatus]) -> None:
    assert status_of(flags_of(status)) == status


@given(value=threads())
def test_columns_hold_what_a_database_can(value: Thread) -> None:
    """Integers of 64 bits and text; nothing that sorts is missing."""
    row = columns(summarise(value.pending, value))
    for name, cell in row.items():
        if isinstance(cell, int):
            assert -(2**63) <= cell < 2**63
        else:
            assert cell is None or isinstance(cell, str)
        if name not in ("title", "author_id"):
            assert cell is not None
