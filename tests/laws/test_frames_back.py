"""What holds for threads that are made of tables again."""

from collections.abc import Callable
from typing import Any

import duckdb
import narwhals as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import frames
from qathread.frames import Table
from qathread.testing.strategies import moderated_threads, threads
from qathread.thread import Thread

# What can be handed over in place of a table.
FORMS: dict[str, Callable[[Table], Any]] = {
    "table": lambda table: table,
    "dict": Table.to_dict,
    "polars": Table.to_polars,
    "lazy": lambda table: table.to_polars().lazy(),
    "pandas": Table.to_pandas,
    "arrow": Table.to_arrow,
    "narwhals": lambda table: nw.from_native(table.to_polars()),
    "duckdb": lambda table: duckdb.from_arrow(table.to_arrow()),
}
forms = pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
some = st.lists(
    threads() | moderated_threads(), max_size=3, unique_by=lambda thread: thread.id
)
few = settings(max_examples=max(10, settings().max_examples // 4))


def tables_of(given: list[Thread]) -> dict[str, Any]:
    """The tables that threads are made of."""
    return {
        "posts": frames.posts(given),
        "threads": frames.threads(given),
        "users": frames.users(given),
        "votes": frames.votes(given),
        "revisions": frames.revisions(given),
    }


def has_plain_gaps(thread: Thread) -> bool:
    """Whether what is away stands under posts, or under what opens the thread."""
    deep = {stub.id for stub in thread.stubs if stub is not thread.root}
    return all(stub.parent_id not in deep for stub in thread.stubs)


def said(table: Table, given: list[Thread]) -> list[tuple[object, ...]]:
    """The rows that come back; in no order where a gap stands under a gap."""
    names = list(table.columns)
    if all(map(has_plain_gaps, given)):
        return list(zip(*[table[name] for name in names], strict=True))
    names = [name for name in names if name not in ("depth", "order")]
    rows = list(zip(*[table[name] for name in names], strict=True))
    return sorted(rows, key=lambda row: row[:2])


@given(some)
def test_tables_come_back(given: list[Thread]) -> None:
    """Nothing that a table says may be lost or invented on the way."""
    tables = tables_of(given)
    with frames.to_threads(**tables) as reading:
        people = frames.users(reading)
    again = list(frames.to_threads(**tables))
    assert [thread.id for thread in again] == [thread.id for thread in given]
    assert said(frames.posts(again), given) == said(tables["posts"], given)
    assert said(frames.edges(again), given) == said(frames.edges(given), given)
    assert frames.votes(again) == tables["votes"]
    assert frames.revisions(again) == tables["revisions"]
    assert frames.threads(again) == tables["threads"]
    # Whoever wrote what is gone is somebody else now.
    assert people.head(len(tables["users"])) == tables["users"]
    more = people["user_id"][len(tables["users"]) :]
    assert all(user_id.startswith("gone:") for user_id in more)


@given(some)
def test_the_table_of_posts_alone_comes_back(given: list[Thread]) -> None:
    """One table is enough for what it says itself."""
    table = frames.posts(given)
    again = frames.posts(frames.to_threads(table))
    assert said(again, given) == said(table, given)


@forms
@few
@given(some)
def test_whatever_library_holds_them(
    form: Callable[[Table], Any], given: list[Thread]
) -> None:
    """The same threads come of a frame of any library."""
    tables = tables_of(given)
    wanted = list(frames.to_threads(**tables))
    assert (
        list(frames.to_threads(**{name: form(table) for name, table in tables.items()}))
        == wanted
    )


@forms
def test_no_rows_give_no_threads(form: Callable[[Table], Any]) -> None:
    """An empty export is not an error."""
    tables = {name: form(table) for name, table in tables_of([]).items()}
    with frames.to_threads(**tables, strict=True) as reading:
        assert list(reading) == []
    assert not reading.report
    assert [loss.code for loss in reading.report] == ["not-in-tables"]


@given(threads() | moderated_threads())
def test_a_second_time_nothing_changes(thread: Thread) -> None:
    """What was lost is lost once."""
    once = list(frames.to_threads(**tables_of([thread])))
    if not thread.stubs:  # how deep these were is not known twice
        assert list(frames.to_threads(**tables_of(once))) == once
