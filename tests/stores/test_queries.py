"""Queries, and the cursors that belong to them."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qathread.errors import BadCursorError, ValidationError
from qathread.pages import decode_cursor, encode_cursor
from qathread.stores import (
    FeedEntry,
    MemoryStore,
    ThreadOrder,
    ThreadQuery,
    ThreadStatus,
)
from qathread.stores._asking import _mark, plan
from qathread.testing._site import asked

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"tags": ["tea"]}, "tuple"),
        ({"tags": "tea"}, "tuple"),
        ({"tags": (5,)}, "str"),
        ({"tags": tuple(map(str, range(65)))}, "at most 64"),
        ({"author_id": 5}, "str"),
        ({"participant_id": b"ada"}, "str"),
        ({"kind": "poll"}, "kind"),
        ({"having": {"closed"}}, "frozenset"),
        ({"having": frozenset(("nonsense",))}, "'closed', 'locked'"),
        ({"lacking": frozenset((5,))}, "lacking is of type int"),
        ({"created_from": datetime(2026, 1, 1)}, "no zone"),
        ({"created_before": "2026-01-01"}, "datetime"),
        ({"active_from": 0}, "datetime"),
        ({"active_before": datetime(1, 1, 1, tzinfo=UTC)}, "out of range"),
        ({"min_score": True}, "bool"),
        ({"min_score": 1.0}, "float"),
        ({"max_score": 2**63}, "64 bits"),
        ({"answered": 1}, "int"),
        ({"accepted": "yes"}, "str"),
        ({"text": b"tea"}, "str"),
        ({"text": "a\0"}, re.escape("U+0000")),
        ({"text": "\ud800"}, "surrogate"),
        ({"text": "a" * 257}, "257 code points"),
        ({"text": " ".join(map(str, range(17)))}, "17 words"),
        ({"order": "random"}, "order"),
    ],
    ids=repr,
)
def test_a_query_that_means_nothing_is_refused(
    parts: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        ThreadQuery(**parts)


def test_marks_and_orders_may_be_given_by_name() -> None:
    """The same query, whichever way it was written: also for its cursors."""
    query = ThreadQuery(
        having=frozenset((ThreadStatus.CLOSED,)),
        lacking=frozenset((ThreadStatus.PINNED, ThreadStatus.WIKI)),
        order=ThreadOrder.SCORE,
    )
    by_name: dict[str, Any] = {
        "having": frozenset(("closed",)),
        "lacking": frozenset(("wiki", "pinned")),
        "order": "score",
    }
    same = ThreadQuery(**by_name)
    assert same == query and hash(same) == hash(query)
    assert all(type(each) is ThreadStatus for each in (*same.having, *same.lacking))
    assert _mark(same) == _mark(query)


def test_an_instant_is_the_same_in_any_zone() -> None:
    here = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert _mark(ThreadQuery(created_from=here)) == _mark(ThreadQuery(created_from=AT))


def test_queries_have_marks_of_their_own() -> None:
    """Each part counts, and no two parts are taken for one another."""
    queries = [
        ThreadQuery(),
        *(ThreadQuery(order=order) for order in ThreadOrder if order != "newest"),
        *(ThreadQuery(tags=tags) for tags in (("a",), ("b",), ("a", "b"), ("a, b",))),
        *(ThreadQuery(author_id=each) for each in ("a", "None", "\u00e9", "e\u0301")),
        ThreadQuery(participant_id="a"),
        ThreadQuery(text="a"),
        ThreadQuery(text="A"),
        ThreadQuery(text=""),
        ThreadQuery(kind="qa"),  # type: ignore[arg-type]
        ThreadQuery(min_score=1),
        ThreadQuery(max_score=1),
        ThreadQuery(answered=True),
        ThreadQuery(accepted=True),
        ThreadQuery(answered=False),
        ThreadQuery(created_from=AT),
        ThreadQuery(created_before=AT),
        ThreadQuery(active_from=AT),
        ThreadQuery(active_before=AT),
        ThreadQuery(lacking=frozenset()),
        ThreadQuery(having=frozenset((ThreadStatus.CLOSED,))),
    ]
    assert len(set(map(_mark, queries))) == len(queries)


PINNED = "35ee51641d11"
_OTHER_PROCESS = """
from qathread.stores import ThreadQuery, ThreadStatus
from qathread.stores._asking import _mark
tags = ("t\\u00e9a", "\\U0001fae8")
print(_mark(ThreadQuery(tags=tags, having=frozenset(ThreadStatus))))
"""


def test_a_mark_is_the_same_in_every_process() -> None:
    """A cursor outlives the process, whatever its hash seed (S10)."""
    query = ThreadQuery(tags=("t\u00e9a", "\U0001fae8"), having=frozenset(ThreadStatus))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _OTHER_PROCESS],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == _mark(query)
    # Pinned: it may not change between releases without a reason.
    assert _mark(query) == PINNED


def store_and_cursor(order: ThreadOrder) -> tuple[MemoryStore, ThreadQuery, str]:
    store, query = MemoryStore(), ThreadQuery(order=order)
    for number in range(4):
        store.save(asked(f"q{number}", minutes=number))
    cursor = store.find(query, limit=2).next
    assert cursor is not None
    return store, query, cursor


@pytest.mark.parametrize("order", ThreadOrder)
def test_a_forged_cursor_is_refused(order: ThreadOrder) -> None:
    """A cursor whose sum is right, and whose parts no store of ours wrote (S10)."""
    store, query, cursor = store_and_cursor(order)
    mark, value, thread_id = decode_cursor("threads", cursor)
    assert encode_cursor("threads", mark, value, thread_id) == cursor
    forged: list[tuple[str | int | None, ...]] = [
        (),
        (mark,),
        (mark, value),
        (mark, value, thread_id, "more"),
        (value, thread_id),
        (thread_id, mark, value),
        (None, value, thread_id),
        ("", value, thread_id),
        (f"{mark}0", value, thread_id),
        (mark, None, thread_id),
        (mark, value, None),
        (mark, value, 5),
        (mark, value, ""),
        (mark, value, "\0"),
        (mark, 2**63, thread_id),
        (mark, -(2**63) - 1, thread_id),
        (mark, 10**30, thread_id),
        (mark, "q9" if order is ThreadOrder.ID else "5", thread_id),
        (mark, 5 if order is ThreadOrder.ID else "", thread_id),
    ]
    for parts in forged:
        with pytest.raises(BadCursorError):
            store.find(query, encode_cursor("threads", *parts))
    with pytest.raises(BadCursorError):
        store.find(query, encode_cursor("posts", mark, value, thread_id))


@given(
    cursor=st.one_of(
        st.text(max_size=80),
        st.text("ABCDEFabcdef0123456789-_", max_size=80),
        st.lists(
            st.one_of(st.none(), st.text(max_size=5), st.integers(-(2**70), 2**70)),
            max_size=5,
        ).map(lambda parts: encode_cursor("threads", *parts)),
    )
)
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    """Never another error, and never a list from somewhere else (S10)."""
    with pytest.raises(BadCursorError):
        plan(ThreadQuery(), cursor, 50)


def test_a_plan_asks_for_one_more_than_a_page() -> None:
    """So a store knows whether there is a next page."""
    assert plan(ThreadQuery(), None, 1).limit == 2
    assert plan(ThreadQuery(), None, 200).limit == 201
    assert plan(ThreadQuery(text="!"), None, 1).words == ()
    assert plan(ThreadQuery(), None, 1).words is None
    twice = plan(ThreadQuery(tags=("a", "b", "a")), None, 1)
    assert twice.tags == ("a", "b")


def test_a_feed_entry_has_a_number() -> None:
    event = asked("q").pending[0]
    assert FeedEntry(position=1, event=event).position == 1
    for position in ("1", None, True, 1.0, 2**63):
        with pytest.raises(ValidationError):
            FeedEntry(position=position, event=event)  # type: ignore[arg-type]


def test_queries_can_be_changed_by_evolve() -> None:
    query = evolve(ThreadQuery(), text="tea", lacking=frozenset())
    assert (query.text, query.lacking) == ("tea", frozenset())
    with pytest.raises(ValidationError):
        evolve(query, lacking=frozenset(("none",)))  # type: ignore[arg-type]
