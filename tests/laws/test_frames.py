"""What holds for the tables of all threads, in every data frame library."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import frames, from_json, posting, to_json, trees, voting
from qathread.feedback import UP
from qathread.frames import Column, ColumnType, Schema, Table
from qathread.posts import Answer, Question
from qathread.testing.strategies import instants, moderated_threads, texts, threads
from qathread.thread import Thread
from qathread.users import User
from tests.laws._tables import MAKERS

LIBRARIES: dict[str, Callable[[Table], Any]] = {
    "polars": Table.to_polars,
    "pandas": Table.to_pandas,
    "arrow": Table.to_arrow,
}
thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
several = st.lists(threads() | moderated_threads(), max_size=3)
makers = pytest.mark.parametrize("maker", MAKERS.values(), ids=list(MAKERS))

_CELLS: dict[ColumnType, st.SearchStrategy[object]] = {
    ColumnType.TEXT: texts(max_size=8),
    ColumnType.INT64: st.integers(-(2**63) + 1, 2**63 - 1),
    ColumnType.FLOAT64: st.floats(allow_nan=False),
    ColumnType.BOOL: st.booleans(),
    ColumnType.TIMESTAMP: instants(),
    ColumnType.DURATION: st.integers(-(2**60), 2**60).map(
        lambda count: timedelta(microseconds=count)
    ),
    ColumnType.TEXTS: st.lists(texts(max_size=4), max_size=3).map(tuple),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Tables of any columns."""
    kinds = draw(st.lists(st.sampled_from(ColumnType), min_size=1, max_size=5))
    rows = draw(st.integers(0, 4))
    schema = Schema.of({f"c{place}": kind for place, kind in enumerate(kinds)})
    cells = {
        column.name: draw(
            st.lists(st.none() | _CELLS[column.type], min_size=rows, max_size=rows)
        )
        for column in schema
    }
    return Table(schema, cells)


def rows_of(frame: Any) -> list[tuple[object, ...]]:
    """The rows of any frame as plain values."""
    if isinstance(frame, pl.DataFrame):
        return [tuple(map(plain, row)) for row in frame.rows()]
    if isinstance(frame, pa.Table):
        columns = [column.to_pylist() for column in frame.columns]
    else:
        columns = [frame[name].tolist() for name in frame.columns]
    rows = zip(*columns, strict=True) if columns else []
    return [tuple(map(plain, row)) for row in rows]


def plain(value: Any) -> object:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        return value.isoformat()
    if isinstance(value, datetime | timedelta):
        there = pd.Timestamp if isinstance(value, datetime) else pd.Timedelta
        return there(value).as_unit("us").isoformat()
    return value


@thread_laws
@given(several)
def test_all_libraries_have_the_same_rows_and_give_them_back(
    given: list[Thread],
) -> None:
    """A figure must not depend on the library somebody likes."""
    for name, maker in MAKERS.items():
        table = maker(given)
        rows = list(zip(*table.to_dict().values(), strict=True))
        expected = [tuple(map(plain, row)) for row in rows]
        for library, turned in LIBRARIES.items():
            frame = turned(table)
            assert rows_of(frame) == expected, (name, library)
            assert frames.from_frame(frame) == table, (name, library)
        assert frames.from_frame(table) is table


@given(tables())
def test_any_table_comes_back_by_its_schema(table: Table) -> None:
    """Also columns that are none of ours."""
    for library, turned in LIBRARIES.items():
        assert frames.from_frame(turned(table), table.schema) == table, library
        if library != "pandas":  # whose columns of objects do not say what they are
            assert frames.from_frame(turned(table)) == table, library


@given(tables(), st.data())
def test_the_columns_kept_come_back(table: Table, data: st.DataObject) -> None:
    """A column that somebody dropped takes nothing with it."""
    kept = data.draw(st.lists(st.sampled_from(table.columns), unique=True))
    assert frames.from_frame(table.to_polars().select(kept)) == table.select(kept)
    assert frames.from_frame(table, table.schema.select(kept)) == table.select(kept)
    count = data.draw(st.integers(0, 5))
    assert frames.from_frame(table.to_arrow().slice(0, count)) == table.head(count)


@given(several)
def test_cells_are_of_the_stated_types(given: list[Thread]) -> None:
    """Tables of threads are made unchecked: what is checked must agree."""
    for name, maker in MAKERS.items():
        table = maker(given)
        assert Table(table.schema, table.to_dict()) == table, name
        assert table.schema == maker([]).schema


@makers
def test_columns_and_types_are_the_same_for_no_rows(
    maker: Callable[[Iterable[Thread]], Table],
) -> None:
    """A script must not fail on the day that nobody asked anything."""
    empty, thread = maker([]), busy_thread()
    table = maker([thread])
    assert len(empty) == 0 < len(table)
    assert empty.to_polars().schema == table.to_polars().schema
    assert empty.to_arrow().schema == table.to_arrow().schema
    assert empty.to_pandas().dtypes.equals(table.to_pandas().dtypes)
    assert frames.from_frame(empty.to_pandas()) == empty


def busy_thread() -> Thread:
    """A thread that gives every table a row."""
    ada, at = User(id="ada"), datetime(2026, 1, 1, tzinfo=UTC)
    thread = posting.ask("q", title="Why?", body="Say.", by=ada, at=at)
    thread = posting.answer(thread, "So.", by=User(id="bo"), at=at)
    thread = posting.edit(thread, "q.1", body="Say why.", by=ada, at=at)
    return voting.cast(thread, "q.2", UP, by=ada, at=at)


@given(threads() | moderated_threads())
def test_depth_and_order_are_those_of_the_tree(thread: Thread) -> None:
    """Tables walk the tree in a way of their own."""
    table = frames.posts([thread])
    walked = list(trees.walk(thread))
    assert table["post_id"] == tuple(post.id for post in walked)
    assert table["order"] == tuple(range(len(thread)))
    assert table["depth"] == tuple(trees.depth(thread, post.id) for post in walked)
    assert table["parent_id"] == tuple(post.parent_id for post in walked)
    assert set(table["thread_id"]) <= {thread.id}
    edges = frames.edges([thread])
    below = [post for post in walked if post.parent_id is not None]
    assert edges["child_id"] == tuple(post.id for post in below)
    assert edges["parent_id"] == tuple(post.parent_id for post in below)


@given(threads() | moderated_threads())
def test_a_row_says_what_the_thread_says(thread: Thread) -> None:
    """Each cell by the thread's own look-ups."""
    columns = frames.posts([thread]).to_dict()
    for place, post_id in enumerate(columns["post_id"]):
        row = {name: cells[place] for name, cells in columns.items()}
        post = thread[post_id]
        assert row["kind"] == post.kind
        if not post.stands:
            seen = {"thread_id", "post_id", "parent_id", "kind", "depth", "order"}
            known = {name for name, cell in row.items() if cell is not None}
            assert known <= seen
            continue
        author, tally = thread.author(post_id), thread.tally(post_id)
        assert row["author_id"] == author.id
        assert row["author_name"] == (post.author_name or author.name)
        assert row["author_level"] == author.level
        assert (row["score"], row["up"]) == (thread.score(post_id), tally.up)
        assert row["down"] == tally.down
        answers = isinstance(post, Answer)
        assert row["accepted"] == (post_id in thread.accepted if answers else None)
        assert row["created_at"] == post.created_at
        assert row["edited_at"] == post.edited_at
        assert row["body"] == post.body.source
        assert row["since_parent"] == time_between(thread, post.parent_id, post_id)
        root_id = thread.root.id
        assert row["since_question"] == time_between(thread, root_id, post_id)


def time_between(thread: Thread, start_id: str | None, end_id: str) -> timedelta | None:
    if start_id is None or start_id not in thread:
        return None
    start, end = thread[start_id], thread[end_id]
    if not start.stands or None in (start.created_at, end.created_at):
        return None
    assert start.created_at is not None and end.created_at is not None
    return end.created_at - start.created_at


@given(several)
def test_counts_are_those_of_a_recount(given: list[Thread]) -> None:
    """Recounted post by post over all threads."""
    people = frames.users(given).to_dict()
    assert people["user_id"] == list(
        dict.fromkeys(user_id for thread in given for user_id in thread.users)
    )
    standing = [
        (number, thread, post)
        for number, thread in enumerate(given)
        for post in thread.posts
        if post.stands
    ]
    kinds = Counter((post.author_id, post.kind.value) for _, _, post in standing)
    for place, user_id in enumerate(people["user_id"]):
        own = [(n, t, post) for n, t, post in standing if post.author_id == user_id]
        for kind in ("question", "answer", "comment"):
            assert people[f"{kind}s"][place] == kinds[user_id, kind]
        accepted = sum(post.id in t.accepted for _, t, post in own)
        assert people["accepted_answers"][place] == accepted
        assert people["threads"][place] == len({n for n, _, _ in own})
        scores = [t.score(post.id) for _, t, post in own]
        known = [score for score in scores if score is not None]
        assert people["scored"][place] == len(known)
        assert people["score"][place] == (sum(known) if known else None)
        times = [post.created_at for _, _, post in own if post.created_at is not None]
        assert people["first_post_at"][place] == min(times, default=None)
        assert people["last_post_at"][place] == max(times, default=None)
        last = next(t for t in reversed(given) if user_id in t.users)
        assert people["name"][place] == last.users[user_id].name


@given(several)
def test_a_row_of_a_thread_sums_up_its_posts(given: list[Thread]) -> None:
    """One row a thread, from the table of posts of it alone."""
    table = frames.threads(given).to_dict()
    assert table["thread_id"] == [thread.id for thread in given]
    for place, thread in enumerate(given):
        row = {name: cells[place] for name, cells in table.items()}
        posts = frames.posts([thread])
        standing = Counter(
            kind
            for kind, body in zip(posts["kind"], posts["body"], strict=True)
            if body is not None
        )
        assert row["answers"] == standing["answer"]
        assert row["comments"] == standing["comment"]
        assert row["gone"] == len(posts) - standing.total()
        assert row["participants"] == len(set(posts["author_id"]) - {None})
        assert row["accepted_answers"] == sum(map(bool, posts["accepted"]))
        assert row["accepted_id"] == next(iter(thread.accepted), None)
        answered = [
            at
            for kind, at, body in zip(
                posts["kind"], posts["created_at"], posts["body"], strict=True
            )
            if kind == "answer" and body is not None
        ]
        known = answered and None not in answered
        assert row["first_answer_at"] == (min(answered) if known else None)
        times = {*posts["created_at"], *posts["edited_at"]} - {None}
        assert row["last_activity_at"] == max(times, default=None)
        root = thread.root
        if isinstance(root, Question) and root.stands:
            assert (row["title"], row["tags"]) == (root.title, root.tags)
            assert row["score"] == thread.score(root.id)
            assert row["until_first_answer"] == (
                row["first_answer_at"] - root.created_at
                if row["first_answer_at"] and root.created_at
                else None
            )
        else:
            assert row["title"] is row["tags"] is row["author_id"] is None
        assert row["closed"] == (thread.status.closed is not None)
        assert (row["kind"], row["version"]) == (thread.kind, thread.version)


@given(several)
def test_votes_and_wordings_are_all_there(given: list[Thread]) -> None:
    """One row each, in the order that threads have them."""
    votes = frames.votes(given)
    expected = [(t.id, vote) for t in given for vote in t.votes]
    assert votes["voter_id"] == tuple(vote.voter_id for _, vote in expected)
    assert votes["post_id"] == tuple(vote.post_id for _, vote in expected)
    assert votes["direction"] == tuple(vote.direction for _, vote in expected)
    assert votes["weight"] == tuple(vote.weight for _, vote in expected)
    assert votes["cast_at"] == tuple(vote.cast_at for _, vote in expected)
    assert votes["thread_id"] == tuple(thread_id for thread_id, _ in expected)
    wordings = frames.revisions(given)
    kept = [(t, each) for t in given for each in t.revisions]
    assert wordings["number"] == tuple(each.number for _, each in kept)
    assert wordings["body"] == tuple(
        each.body.source if t[each.post_id].stands else None for t, each in kept
    )


@given(moderated_threads())
def test_saving_and_loading_changes_no_row(thread: Thread) -> None:
    """Whether a thread is held by id or as arrays must not show."""
    again = from_json(to_json(thread))
    for maker in MAKERS.values():
        assert maker([again]) == maker([thread])


@thread_laws
@given(tables())
def test_a_stream_can_be_read_again(table: Table) -> None:
    """A library may look at it twice, and several may read it."""
    for _ in range(2):
        assert frames.from_frame(pa.table(table), table.schema) == table
        assert frames.from_frame(pl.DataFrame(table), table.schema) == table


def test_a_column_is_its_name_and_type() -> None:
    """Schemas are values: equal when they say the same."""
    assert Schema.of({"a": "text"}) == Schema(
        columns=(Column(name="a", type=ColumnType.TEXT),)
    )
    assert hash(frames.POSTS) == hash(Schema(columns=frames.POSTS.columns))
