"""Feeds: the events of several threads, interleaved as a store would give them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
from hypothesis import strategies as st

from qathread.events import Event
from qathread.testing.strategies import events_of, open_threads, threads

LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)

Log = tuple[Event, ...]


def _named(logs: Sequence[Log]) -> list[Log]:
    return [
        tuple(attrs.evolve(event, thread_id=f"t{place}") for event in log)
        for place, log in enumerate(logs)
    ]


#: The logs of one to three threads with different ids, imported ones among them.
logs = st.lists(
    st.one_of(events_of(), events_of(open_threads(threads()))), min_size=1, max_size=3
).map(_named)


@st.composite
def feeds(draw: st.DrawFn, given: Sequence[Log]) -> list[Event]:
    """One interleaving of logs that keeps the order of each."""
    turns = [place for place, log in enumerate(given) for _ in log]
    streams = [iter(log) for log in given]
    return [next(streams[place]) for place in draw(st.permutations(turns))]


def in_line(given: Sequence[Log]) -> list[Event]:
    """Merge logs by time, naively: the earliest of what each has next."""
    left = [list(log) for log in given]
    line: list[Event] = []
    while any(left):
        heads = [
            (log[0].at or LONG_AGO, log[0].thread_id, place)
            for place, log in enumerate(left)
            if log
        ]
        line.append(left[min(heads)[2]].pop(0))
    return line
