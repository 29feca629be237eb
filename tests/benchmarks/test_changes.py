"""P8, P8b, P9, P10, P24: what a change costs, and that size does not matter."""

import pytest

from qathread import UP, Reaction, Tally, Thread, User, posting, voting
from qathread.events import Event, VoteCast, evolve, replay
from tests.benchmarks.data import ADA, START, opened, votes, wide_thread
from tests.benchmarks.measure import gate, note, ratio

pytestmark = pytest.mark.bench
BOB = User(id="bob", name="Bob")


def test_p8_batch_replay() -> None:
    """A batch costs its events, at any size, and less than one by one."""
    few, many = votes(1_000), votes(100_000)
    start = opened()
    gate(
        "P8 replay of 1e5 / 1e3, per event",
        1.5,
        lambda: replay(many, start=start),
        lambda: [replay(few, start=start) for _ in range(100)],
        rounds=5,
        missed=1.8,  # a hundred thousand events do not fit the caches
    )
    gate(
        "P8 replay of 1e3 / one by one",
        0.40,
        lambda: [replay(few, start=start) for _ in range(5)],
        lambda: [one_by_one(start, few) for _ in range(5)],
    )


def one_by_one(thread: Thread, events: tuple[Event, ...]) -> Thread:
    """The slow way."""
    for event in events:
        thread = evolve(thread, event)
    return thread


def tail(thread: Thread, number: int) -> list[VoteCast]:
    """Events that go on from a thread, spread over 100 of its posts."""
    posts = thread.comments[:: len(thread.comments) // 100]
    return [
        VoteCast(
            thread_id=thread.id,
            version=thread.version + 1 + n,
            by=User(id=f"v{n}"),
            at=START,
            recorded_at=START,
            post_id=post.id,
            post_kind=post.kind,
            author_id=post.author_id,
            direction=UP,
        )
        for n in range(number)
        for post in (posts[n * 79 % 100],)
    ]


def test_p8b_tail_on_a_snapshot() -> None:
    """A tail never costs the size of what it follows."""
    small, large = wide_thread(100), wide_thread(100_000)
    short, long = tail(small, 1000), tail(large, 1000)
    gate(
        "P8b tail of 1e3 on 1e5 posts / 1e2",
        1.5,
        lambda: [replay(long, start=large) for _ in range(5)],
        lambda: [replay(short, start=small) for _ in range(5)],
    )


def test_p9_one_vote_among_many() -> None:
    """A vote does not copy the votes that stand."""
    small = replay(votes(100), start=opened())
    large = replay(votes(100_000), start=opened())
    held = {f"u{n}": n for n in range(100_000)}

    def vote(thread: Thread) -> None:
        for n in range(300):
            voting.cast(thread, "q.1", UP, by=BOB, at=START, weight=1 + n % 2)

    def copy() -> None:
        for _ in range(3):
            {**held, "bob": 1}  # noqa: B018 - the copy is the work

    gate("P9 one vote at 1e5 / 1e2 votes", 8, lambda: vote(large), lambda: vote(small))
    gate(
        "P9 one vote / copying a dict of 1e5",
        0.01,
        lambda: vote(large),
        copy,
        scale=1 / 100,
        missed=0.03,  # copying a dict that never lost a key is one memcpy
    )


def test_p10_reading_a_score() -> None:
    """A score is kept, not counted."""

    def reacted(number: int) -> Thread:
        thread = opened()
        reactions = [
            Reaction(post_id="q.1", user_id=f"u{n}", kind="like", at=START)
            for n in range(number)
        ]
        return Thread.from_parts(
            id="q",
            question=thread.question,
            reactions=reactions,
            tallies=[Tally(post_id="q.1", up=0, down=0, reactions=(("like", number),))],
        )

    few, many = reacted(10), reacted(100_000)

    def read(thread: Thread) -> None:
        for _ in range(50_000):
            thread.score("q.1")

    gate("P10 score at 1e5 / 1e1 reactions", 1.2, lambda: read(many), lambda: read(few))


@pytest.mark.parametrize(
    "size", (10_000, pytest.param(1_000_000, marks=pytest.mark.slow))
)
def test_p24_one_verb(size: int) -> None:
    """A verb on a huge thread costs what it costs on a small one."""
    small, large = wide_thread(100), wide_thread(size)

    def cast(thread: Thread) -> None:
        length = len(thread) - 1
        for n in range(1000):
            voting.cast(thread, f"c{n * 7919 % length}", UP, by=BOB, at=START)

    def comment(thread: Thread) -> None:
        length = len(thread) - 1
        for n in range(1000):
            on = f"c{n * 7919 % length}"
            posting.comment(thread, on, "Indeed.", by=ADA, at=START)

    gate(f"P24 cast at {size} / 100 posts", 3, lambda: cast(large), lambda: cast(small))
    gate(
        f"P24 comment at {size} / 100 posts",
        3,
        lambda: comment(large),
        lambda: comment(small),
    )
    found = ratio(lambda: comment(small), lambda: cast(small))
    note("P24 comment / cast at 100 posts", str(found))
