"""The top of many: one pass over threads, or over the rows of a frame."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Answer, Body, Question, Tally, Thread
from qathread.errors import ValidationError
from qathread.ranking import formulas, next_change, order, top

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = Body(source="text")


def talk(number: int, score: int, hours: float = 1.0) -> Thread:
    question = Question(
        id="q",
        author_id="ada",
        body=TEXT,
        created_at=NOW - timedelta(hours=hours),
    )
    tally = Tally(post_id="q", up=max(score, 0), down=max(-score, 0))
    return Thread.from_parts(id=f"t{number:05}", question=question, tallies=[tally])


def scores(number: int) -> int:
    return number * 7919 % 1009


# -- threads -----------------------------------------------------------------------


def test_the_best_of_a_stream() -> None:
    best = top((talk(n, scores(n)) for n in range(1500)), 5)
    every = sorted((-scores(n), f"t{n:05}") for n in range(1500))
    assert best.keys == tuple(-key for key, _ in every[:5])
    assert [item.id for item in best] == [id for _, id in every[:5]]
    assert [why.thread_id for why in best.reasons] == [item.id for item in best]
    assert repr(best).startswith("<Ranked 5 threads by score: t")


def test_memory_is_for_the_best_alone() -> None:
    def stream(size: int) -> Iterator[Thread]:
        return (talk(n, scores(n)) for n in range(size))

    def peak(make: Callable[[], object]) -> int:
        make()  # what is made once
        gc.collect()
        tracemalloc.start()
        try:
            make()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = peak(lambda: top(stream(1000), 10))
    assert few * 5 < peak(lambda: list(stream(1000)))


def test_a_short_stream_gives_what_there_is() -> None:
    forum = [talk(n, n) for n in range(3)]
    assert top(forum, 9) == order(forum)
    assert len(top([], 9)) == 0


def test_posts_of_one_thread() -> None:
    posts = [
        Answer(id=f"a{n}", question_id="q", author_id="li", body=TEXT) for n in range(9)
    ]
    thread = Thread.from_parts(
        id="t",
        question=Question(id="q", author_id="ada", body=TEXT),
        posts=posts,
        tallies=[Tally(post_id=f"a{n}", score=scores(n)) for n in range(9)],
    )
    assert top(thread, 4).items == order(thread).items[:4]
    assert top(thread.answers, 4, thread=thread) == top(thread, 4)
    across = top([thread], 4, of="answers")
    assert across.items == order(thread).items[:4]
    assert {why.thread_id for why in across.reasons} == {"t"}


def test_a_page_of_many_stays_right_for_a_while() -> None:
    forum = [talk(n, 3 + scores(n) % 50, 1 + scores(n) % 13) for n in range(60)]
    by = "lemmy_hot_rank"
    now, pages = NOW, 0
    while pages < 10:
        change = next_change(forum, by, now, k=5)
        if change is None:
            break
        here = top(forum, 5, by=by, now=now).items
        before = change - timedelta(microseconds=1)
        assert top(forum, 5, by=by, now=before).items == here
        assert top(forum, 5, by=by, now=change).items != here
        now, pages = change, pages + 1
    assert pages


def test_whoever_may_come_onto_the_page_counts() -> None:
    """A newcomer passes all that stand below the page, too."""
    forum = [talk(1, 90, 1), talk(2, 50, 2), talk(3, 400, -1)]
    by = "lemmy_hot_rank"
    assert [thread.id for thread in top(forum, 3, by=by, now=NOW)] == [
        "t00001",
        "t00002",
        "t00003",
    ]
    change = next_change(forum, by, NOW, k=1)
    assert change == NOW + timedelta(hours=1, microseconds=1)
    assert top(forum, 1, by=by, now=change)[0].id == "t00003"


def test_an_order_that_comes_back_has_changed_twice() -> None:
    """The younger question does not fade before it is five hours old."""

    def asked(id: str, hours: float, score: int) -> Thread:
        at = NOW - timedelta(hours=hours)
        question = Question(id="q", author_id="ada", body=TEXT, created_at=at)
        post = Answer(id="a", question_id="q", author_id="li", body=TEXT)
        tallies = [
            Tally(post_id="q", up=0, down=0),
            Tally(post_id="a", up=score, down=0),
        ]
        return Thread.from_parts(
            id=id, question=question, posts=[post], tallies=tallies
        )

    forum = [asked("old", 6, 130), asked("young", 4.5, 100)]
    by = partial(formulas.se_hot_network, site_rank=1)
    now, firsts, changes = NOW, [], []
    while True:
        firsts.append(order(forum, by=by, now=now)[0].id)
        change = next_change(forum, by, now)
        if change is None:
            break
        changes.append(change - NOW)
        now = change
    assert firsts == ["old", "young", "old"]
    minutes = [change / timedelta(minutes=1) for change in changes]
    # 130 / (7 + x)^1.4 = 100 / 6^1.4, then 130 / (7 + x)^1.4 = 100 / (5.5 + x)^1.4
    root = 1.3 ** (1 / 1.4)
    assert minutes[0] == pytest.approx(60 * (6 * root - 7), abs=1e-6)
    assert minutes[1] == pytest.approx(60 * (7 - 5.5 * root) / (root - 1), abs=1e-6)


@pytest.mark.parametrize("k", [0, -1, 1.0, True, None, "3"])
def test_how_many_is_a_whole_number_from_1_up(k: Any) -> None:
    with pytest.raises(ValidationError, match=r"^k is .*: give how many"):
        top([], k)
    if k is not None:
        with pytest.raises(ValidationError, match=r"^k is .*: give how many"):
            next_change([], "score", NOW, k=k)


def test_what_cannot_be_ranked_is_refused() -> None:
    bad: Any
    forum = [talk(1, 5), talk(2, 4)]
    with pytest.raises(ValidationError, match="'t00001' is given twice"):
        top([*forum, forum[0]], 2)
    for bad in (3, None):
        with pytest.raises(ValidationError, match="items is not iterable"):
            top(bad, 2)
    with pytest.raises(ValidationError, match="an item is of type str"):
        top("ab", 2)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="of is 'users'"):
        top(forum, 2, of="users")  # type: ignore[call-overload]
    with pytest.raises(ValidationError, match="ups= is for data frames"):
        top(forum, 2, ups="up")  # type: ignore[call-overload]
    with pytest.raises(ValidationError, match="depends on the moment: give now="):
        top(forum, 2, by="lemmy_hot_rank")
    with pytest.raises(ValidationError, match="cannot be compared"):
        top(forum, 2, by=lambda thread: thread.id if thread is forum[0] else 1)


# -- frames ------------------------------------------------------------------------

ROWS = {
    "id": [f"r{n:03}" for n in range(40)],
    "up": [scores(n) % 6 for n in range(39)] + [None],
    "down": [scores(n) % 4 for n in range(40)],
    "at": [1_700_000_000 + n % 5 * 90_000 for n in range(40)],
}
CONNECTION = duckdb.connect()
FRAMES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy": pl.LazyFrame,
    "arrow": pa.table,
    # Of a connection of its own, which the default one knows nothing of.
    "duckdb": lambda rows: CONNECTION.from_arrow(pa.table(rows)),
}


def column(frame: Any, name: str) -> list[Any]:
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    elif isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.to_arrow_table()
    found = frame[name]
    return list(found.to_pylist() if isinstance(frame, pa.Table) else found)


def expected(by: str, **more: Any) -> list[tuple[float, str]]:
    function = getattr(formulas, by)
    rows = zip(*ROWS.values(), strict=True)
    keys = [
        (function(up, down, **{name: at for name in more}), row_id)
        for row_id, up, down, at in rows
        if up is not None
    ]
    return sorted(keys, key=lambda pair: (-pair[0], pair[1]))


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("k", [1, 7, 40, 99])
def test_the_best_rows_of_a_frame(kind: str, k: int) -> None:
    frame = FRAMES[kind](ROWS)
    best: Any = top(
        frame, k, by="reddit_hot", id="id", ups="up", downs="down", created_at="at"
    )
    assert type(best) is type(frame)
    wanted = expected("reddit_hot", created_at="at")
    assert column(best, "id")[: len(wanted)] == [row_id for _, row_id in wanted[:k]]
    assert len(column(best, "id")) == min(k, 40)
    keys = column(best, "reddit_hot")[: len(wanted)]
    assert keys == pytest.approx([key for key, _ in wanted[:k]], abs=1e-6)
    if k >= 40:
        assert column(best, "id")[-1] == "r039"  # its ups are not known


@pytest.mark.parametrize("kind", FRAMES)
def test_equal_keys_go_by_id(kind: str) -> None:
    ids = ["c", "a", "d", "b"]
    frame = FRAMES[kind]({"id": ids, "score": [1, 1, 2, 1]})
    best = top(frame, 3, by="score", id="id", score="score")
    assert column(best, "id") == ["d", "a", "b"]
    worst = top(frame, 3, by="lowest", id="id", score="score", name="key")
    assert column(worst, "id") == ["a", "b", "c"]
    assert column(worst, "key") == [1, 1, 1]


@given(
    rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30),
    k=st.integers(1, 10),
)
def test_a_frame_and_threads_have_one_top(rows: list[tuple[int, int]], k: int) -> None:
    """One definition at two speeds."""
    ids = [f"t{n:05}" for n in range(len(rows))]
    frame = pl.DataFrame(
        {"id": ids, "up": [up for up, _ in rows], "down": [down for _, down in rows]},
        schema={"id": pl.String, "up": pl.Int64, "down": pl.Int64},
    )
    forum = [
        Thread.from_parts(
            id=row_id,
            question=Question(id="q", author_id="ada", body=TEXT),
            tallies=[Tally(post_id="q", up=up, down=down)],
        )
        for row_id, (up, down) in zip(ids, rows, strict=True)
    ]
    of_rows = top(frame, k, by="wilson_lower", id="id", ups="up", downs="down")
    of_threads = top(forum, k, by="wilson_lower")
    assert of_rows["id"].to_list() == [thread.id for thread in of_threads]


def test_a_lazy_frame_is_not_read() -> None:
    def never(frame: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError("it was read")

    frame = pl.LazyFrame(ROWS).map_batches(
        never, schema=pl.LazyFrame(ROWS).collect_schema()
    )
    best = top(frame, 3, by="wilson_lower", id="id", ups="up", downs="down")
    assert isinstance(best, pl.LazyFrame)


def test_now_reaches_the_formula() -> None:
    frame = pl.DataFrame(
        {
            "id": ["a", "b"],
            "score": [9, 90],
            "created_at": [1_700_000_000, 1_690_000_000],
        }
    )
    best = top(
        frame,
        2,
        by="mbin_ranking",
        id="id",
        now=1_700_003_600,
        score="score",
        comments=0,
        unique_commenters=0,
    )
    assert best["id"].to_list() == ["a", "b"]


def test_what_a_frame_needs_is_said() -> None:
    frame = pl.DataFrame(ROWS)
    with pytest.raises(ValidationError, match="needs the name of its ids: give id="):
        top(frame, 3, by="wilson_lower")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="has no column 'post'"):
        top(frame, 3, by="wilson_lower", id="post", ups="up", downs="down")
    with pytest.raises(ValidationError, match="by is 'hottest': give 'score'"):
        top(frame, 3, by="hottest", id="id")
    with pytest.raises(ValidationError, match="needs one column: give score="):
        top(frame, 3, by="score", id="id")
    with pytest.raises(ValidationError, match="by is the name of a formula"):
        top(frame, 3, by=partial(formulas.wilson_lower, z=2.0), id="id")  # type: ignore[call-overload]
