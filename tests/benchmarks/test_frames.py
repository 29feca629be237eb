"""What a table of posts costs, beside ConvoKit's and beside one written by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from qathread import Thread, frames, trees
from tests.benchmarks.measure import gate, note, ratio
from tests.benchmarks.test_peers import a_corpus, ours

pytestmark = pytest.mark.bench
SIZES = (10_000, pytest.param(100_000, marks=pytest.mark.slow))


@cache
def threads(number: int) -> list[Thread]:
    """Threads of ten posts, as a reader leaves them."""
    return ours(number)


@cache
def corpus(number: int) -> Any:
    """The same posts in ConvoKit."""
    return a_corpus(number)


def by_hand(given: list[Thread]) -> pl.DataFrame:
    """The same columns as people write them, from the public look-ups."""
    columns: dict[str, list[Any]] = {name: [] for name in frames.POSTS.names}
    put = {name: cells.append for name, cells in columns.items()}
    for thread in given:
        asked = thread.question.created_at
        accepted = set(thread.accepted)
        for order, (depth, post) in enumerate(trees.flatten(thread)):
            tally, author = thread.tally(post.id), thread.author(post.id)
            parent_id = post.parent_id
            parent = None if parent_id is None else thread[parent_id].created_at
            put["thread_id"](thread.id)
            put["post_id"](post.id)
            put["parent_id"](parent_id)
            put["kind"](post.kind.value)
            put["depth"](depth)
            put["order"](order)
            put["author_id"](author.id)
            put["author_name"](post.author_name or author.name)
            put["author_level"](author.level)
            put["score"](tally.score)
            put["up"](tally.up)
            put["down"](tally.down)
            put["accepted"](post.id in accepted if post.kind == "answer" else None)
            put["created_at"](post.created_at)
            put["edited_at"](post.edited_at)
            put["since_parent"](between(parent, post.created_at))
            put["since_question"](between(asked, post.created_at))
            put["body"](post.body.source)
    return pl.DataFrame(columns, schema=frames.posts([]).to_polars().schema)


def between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else end - start


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.filterwarnings("ignore")
def test_posts_beside_convokit(number: int) -> None:
    """A table of all posts, with places in the tree, for any library."""
    given, theirs = threads(number), corpus(number)
    assert len(frames.posts(given)) == len(theirs.get_utterances_dataframe()) == number
    gate(
        f"posts().to_polars() / ConvoKit's frame of utterances, {number} posts",
        1 / 6,
        lambda: frames.posts(given).to_polars(),
        theirs.get_utterances_dataframe,
        rounds=5,
    )
    gate(
        f"posts().to_pandas() / ConvoKit's frame of utterances, {number} posts",
        1 / 4,
        lambda: frames.posts(given).to_pandas(),
        theirs.get_utterances_dataframe,
        rounds=5,
    )


@pytest.mark.parametrize("number", SIZES)
def test_posts_beside_a_table_written_by_hand(number: int) -> None:
    """Nobody should have to write it for speed."""
    given = threads(number)
    assert by_hand(given[:100]).equals(frames.posts(given[:100]).to_polars())
    gate(
        f"posts().to_polars() / by hand, {number} posts",
        0.4,
        lambda: frames.posts(given).to_polars(),
        lambda: by_hand(given),
        rounds=5,
    )


@pytest.mark.parametrize("number", SIZES)
def test_the_other_tables(number: int) -> None:
    """Each costs about what its rows do; reported beside the table of posts."""
    given = threads(number)
    others: list[Callable[[], object]] = [
        lambda: frames.threads(given),
        lambda: frames.users(given),
        lambda: frames.edges(given),
    ]
    for name, other in zip(("threads", "users", "edges"), others, strict=True):
        found = ratio(other, lambda: frames.posts(given), rounds=5)
        note(f"{name}() / posts(), {number} posts", str(found))


def test_the_cost_grows_with_the_posts_alone() -> None:
    """Ten times the posts take ten times as long."""
    few, many = threads(10_000), threads(100_000)
    gate(
        "posts() for 100,000 posts / ten times that for 10,000",
        1.5,
        lambda: frames.posts(many),
        lambda: frames.posts(few),
        rounds=5,
        scale=1 / 10,
    )


def test_parquet_and_back() -> None:
    """Reported: a frame read back and checked cell by cell, beside making it."""
    given = threads(10_000)
    frame = frames.posts(given).to_polars()
    found = ratio(
        lambda: frames.from_frame(frame), lambda: frames.posts(given), rounds=5
    )
    note("from_frame() of posts / posts(), 10,000 posts", str(found))
