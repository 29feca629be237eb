"""The documents and threads that benchmarks work on, made the same each time."""

from datetime import UTC, datetime, timedelta
from functools import cache

from attrs import evolve

from qathread import (
    UP,
    Answer,
    Body,
    Comment,
    Question,
    Reaction,
    Tally,
    Thread,
    User,
    posting,
)
from qathread.events import VoteCast
from qathread.posts import PostKind

START = datetime(2026, 1, 1, tzinfo=UTC)
ADA = User(id="ada", name="Ada")
TEXT = (
    "Measure before you decide, write down what you measured, and say what "
    "the figures leave out. "
)


def at(step: int) -> datetime:
    """An instant, one second a step."""
    return START + timedelta(seconds=step)


@cache
def document(times: int = 1) -> Thread:
    """A question, 100 answers, 1,000 comments, 10,000 reactions, 500 users, times n."""
    users = [User(id=f"u{n}", name=f"User {n}") for n in range(500 * times)]
    question = Question(
        id="q",
        author_id="u0",
        body=Body(source=TEXT * 4),
        title="How?",
        created_at=START,
    )
    answers = [
        Answer(
            id=f"a{n}",
            question_id="q",
            author_id=f"u{n % 500}",
            body=Body(source=TEXT * 3),
            created_at=at(n),
        )
        for n in range(100 * times)
    ]
    comments = [
        Comment(
            id=f"c{n}",
            parent_id=f"a{n % (100 * times)}" if n % 3 else f"c{n // 2}" if n else "q",
            author_id=f"u{n % 500}",
            body=Body(source=TEXT),
            created_at=at(1000 + n),
        )
        for n in range(1000 * times)
    ]
    reactions = [
        Reaction(
            post_id=f"c{n % (1000 * times)}",
            user_id=f"u{n // (1000 * times) * 7}",
            kind=("like", "heart", "laugh")[n % 3],
            at=at(5000 + n),
        )
        for n in range(10_000 * times)
    ]
    posts: list[Answer | Comment] = [*answers, *comments]
    tallies = [
        Tally(post_id=post.id, up=n % 7, down=n % 3) for n, post in enumerate(posts)
    ]
    return Thread.from_parts(
        id="t",
        question=question,
        posts=posts,
        reactions=reactions,
        tallies=tallies,
        users=users,
    )


@cache
def page() -> Thread:
    """One question page: 3 answers, 10 comments, 40 reactions, 20 users."""
    whole = document().content
    posts: list[Answer | Comment] = [*whole.answers[:3], *whole.comments[:1]]
    posts += [evolve(each, parent_id="a1") for each in whole.comments[1:10]]
    return Thread.from_parts(
        id="t",
        question=whole.question,
        posts=posts,
        reactions=[
            evolve(each, post_id="a2", user_id=f"u{n % 20}", kind=f"kind-{n // 20}")
            for n, each in enumerate(whole.reactions[:40])
        ],
        users=whole.users[:20],
    )


@cache
def wide_thread(size: int) -> Thread:
    """A thread of *size* comments, a few replies to each, by 100 people."""
    body = Body(source="Well said.")
    posts = [
        Comment(
            id=f"c{n}",
            parent_id="q" if n < 5 else f"c{n // 3}",
            author_id=f"u{n % 100}",
            body=body,
            created_at=START,
        )
        for n in range(size)
    ]
    question = Question(id="q", author_id="u0", body=body, created_at=START)
    tallies = [Tally(post_id=post.id, up=0, down=0, complete=True) for post in posts]
    thread = Thread.from_parts(id="t", question=question, posts=posts, tallies=tallies)
    assert thread.root is not None  # arranges the index, once
    return thread


@cache
def opened() -> Thread:
    """A thread with nothing but its question."""
    return posting.ask("q", title="Why?", body="Because.", by=ADA, at=START)


@cache
def votes(number: int) -> tuple[VoteCast, ...]:
    """Events that vote on the question of :func:`opened`, by as many people."""
    return tuple(
        VoteCast(
            thread_id="q",
            version=2 + n,
            by=User(id=f"u{n}"),
            at=START,
            recorded_at=START,
            post_id="q.1",
            post_kind=PostKind.QUESTION,
            author_id="ada",
            direction=UP,
        )
        for n in range(number)
    )
