"""What the reason for each place costs, and a top that does not sort everything."""

import polars as pl
import pytest

from qathread import Answer, Question, Tally, Thread
from qathread.bodies import Body
from qathread.ranking import order, top
from qathread.ranking.formulas import wilson_lower
from tests.benchmarks.data import START
from tests.benchmarks.measure import gate

pytestmark = pytest.mark.bench
TEXT = Body(source="Because it is so.")
ANSWERS = 30
ROWS = 10_000_000
TIMES = 200


def page() -> Thread:
    """A question with 30 answers, each voted on."""
    answers = [
        Answer(
            id=f"a{n:02}",
            question_id="q",
            author_id=f"u{n}",
            body=TEXT,
            created_at=START,
        )
        for n in range(ANSWERS)
    ]
    tallies = [
        Tally(post_id=post.id, up=n * 7 % 23, down=n * 5 % 11)
        for n, post in enumerate(answers)
    ]
    question = Question(id="q", author_id="ada", body=TEXT, created_at=START)
    return Thread.from_parts(id="t", question=question, posts=answers, tallies=tallies)


PAGE = page()


def by_score(post: Answer) -> int:
    score = PAGE.score(post.id)
    return 0 if score is None else -score


def by_wilson(post: Answer) -> float:
    tally = PAGE.tally(post.id)
    if tally.up is None or tally.down is None:
        return 0.0
    return -wilson_lower(tally.up, tally.down)


@pytest.mark.parametrize(
    ("by", "key"), [("score", by_score), ("wilson_lower", by_wilson)]
)
def test_ordering_the_answers_of_a_page(by: str, key: object) -> None:
    """A total order with its reasons is a few times a sort by a bare key."""

    def ours() -> None:
        for _ in range(TIMES):
            order(PAGE, by=by)

    def bare() -> None:
        for _ in range(TIMES):
            sorted(PAGE.answers, key=key)  # type: ignore[call-overload]

    gate(f"order of 30 answers by {by} / sorted with a bare key", 5.0, ours, bare)


def test_the_top_of_ten_million_rows() -> None:
    """A lazy frame is ranked as fast as by an expression written by hand."""
    numbers = pl.int_range(ROWS, eager=True)
    frame = pl.DataFrame(
        {
            "id": numbers,
            "up": numbers * 7919 % 10_007,
            "down": numbers * 104_729 % 997,
            "created_at": 1_600_000_000 + numbers * 31 % 100_000_000,
        }
    ).lazy()

    def ours() -> object:
        best = top(
            frame,
            100,
            by="reddit_hot",
            id="id",
            ups="up",
            downs="down",
            created_at="created_at",
        )
        return best.collect()

    def native() -> object:
        score = pl.col("up") - pl.col("down")
        votes = pl.max_horizontal(score.abs(), pl.lit(1)).log(10)
        age = (pl.col("created_at") - 1134028003) / 45000
        hot = (score.sign() * votes + age).round(7)
        best = frame.with_columns(hot.alias("reddit_hot")).top_k(
            100, by=["reddit_hot", "id"], reverse=[False, True]
        )
        order_of_best = best.sort("reddit_hot", "id", descending=[True, False])
        return order_of_best.collect()

    assert ours()["id"].to_list() == native()["id"].to_list()  # type: ignore[index]
    gate(
        "top 100 of 10^7 rows of a lazy Polars frame / native",
        1.5,
        ours,
        native,
        rounds=3,
    )
