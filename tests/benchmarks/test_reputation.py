"""P25: what a ledger costs, as a whole and for one more event."""

from collections.abc import Callable
from functools import cache
from time import process_time

import pytest

from qathread import DOWN, UP, User, voting
from qathread.events import VoteCast, VoteRetracted, replay
from qathread.feedback import Vote
from qathread.policy import Cap, PaidFor, Pay, Policy, Reputation
from qathread.posts import PostKind
from qathread.reputation import Ledger, ledger
from tests.benchmarks import data
from tests.benchmarks.measure import gate, note

pytestmark = pytest.mark.bench
_POSTS = (
    PaidFor.QUESTION_UPVOTED,
    PaidFor.QUESTION_DOWNVOTED,
    PaidFor.ANSWER_UPVOTED,
    PaidFor.ANSWER_DOWNVOTED,
)
#: Paid over time: a cap by day, a floor that forgives.
DAILY = Policy(
    name="daily",
    reputation=Reputation(
        start=1,
        pays=(
            Pay(rule=PaidFor.QUESTION_UPVOTED, author=10),
            Pay(rule=PaidFor.QUESTION_DOWNVOTED, author=-2),
            Pay(rule=PaidFor.ANSWER_UPVOTED, author=10),
            Pay(rule=PaidFor.ANSWER_DOWNVOTED, author=-2, actor=-1),
        ),
        caps=(Cap(rules=frozenset(_POSTS), high=200),),
        floor=1,
    ),
)
#: A sum over what stands: every vote pays both.
ORDER_FREE = Policy(
    name="order-free",
    reputation=Reputation(
        start=100,
        pays=tuple(Pay(rule=rule, author=20, actor=10) for rule in _POSTS),
    ),
)


@cache
def votes(number: int) -> tuple[VoteCast, ...]:
    """Votes half a minute apart: a thread for 50, a voter for 10 of them."""
    threads, people = max(5, number // 50), max(10, number // 10)
    voters = [User(id=f"u{n}") for n in range(people)]
    found = []
    for n in range(number):
        thread, post = n * 7919 % threads, n % 4
        found.append(
            VoteCast(
                thread_id=f"t{thread}",
                version=n + 1,
                by=voters[n * 31337 % people],
                at=data.at(30 * n),
                recorded_at=data.at(30 * n),
                post_id=f"t{thread}.{post}",
                post_kind=PostKind.ANSWER if post else PostKind.QUESTION,
                author_id=f"u{(thread * 5 + post) % threads}",
                direction=UP if n % 7 else DOWN,
            )
        )
    return tuple(found)


def everything(number: int, policy: Policy) -> Callable[[], object]:
    """Work: make a ledger and read every standing."""
    events = votes(number)
    return lambda: ledger(events, policy).standings()


@pytest.mark.parametrize("policy", [DAILY, ORDER_FREE], ids=["daily", "order-free"])
@pytest.mark.parametrize(
    "size", (100_000, pytest.param(1_000_000, marks=pytest.mark.slow))
)
def test_p25_a_whole_ledger(size: int, policy: Policy) -> None:
    """Events and every standing: linear, and no slower than replaying a thread."""
    small = everything(size // 10, policy)
    gate(
        f"P25 ledger of {size} / {size // 10} votes, per event, {policy.name}",
        1.5,
        everything(size, policy),
        lambda: [small() for _ in range(10)],
        rounds=5,
        missed=1.8,  # ten thousand events fit the caches, the next sizes do not
    )
    start, events = data.opened(), data.votes(100_000)
    gate(
        f"P25 ledger of {size} votes / replay of 1e5, per event, {policy.name}",
        1.0,
        everything(size, policy),
        lambda: replay(events, start=start),
        rounds=5,
        scale=len(events) / size,
    )
    began = process_time()
    everything(size, policy)()
    spent = process_time() - began
    rate = f"{size / spent:,.0f} events/s, {spent / size * 1e6:.2f} us each"
    note(f"P25 ledger of {size} votes, {policy.name}", rate)


def one_by_one(points: Ledger, last: VoteCast) -> None:
    """Add votes one by one, and read both parties after each."""
    for n in range(500):
        event = VoteCast(
            thread_id=last.thread_id,
            version=last.version + 1 + n,
            by=User(id=f"u{n % 5}"),
            at=last.at,
            recorded_at=last.at,
            post_id=f"p{n}",
            post_kind=PostKind.ANSWER,
            author_id=f"u{5 + n % 5}",
            direction=UP,
        )
        points = points.extend((event,))
        points.standing(event.author_id)
        points.standing(event.by.id)


@pytest.mark.parametrize("policy", [DAILY, ORDER_FREE], ids=["daily", "order-free"])
@pytest.mark.parametrize(
    "size", (100_000, pytest.param(1_000_000, marks=pytest.mark.slow))
)
def test_p25_one_more_event(size: int, policy: Policy) -> None:
    """It costs the same however much there is already."""
    small, large = votes(1_000), votes(size)
    few, many = ledger(small, policy), ledger(large, policy)
    gate(
        f"P25 one more event at {size} / 1e3, {policy.name}",
        3,
        lambda: one_by_one(many, large[-1]),
        lambda: one_by_one(few, small[-1]),
    )
    thread = data.opened()

    def cast() -> None:
        for _ in range(500):
            voting.cast(thread, "q.1", UP, by=User(id="bob"), at=data.START)

    gate(
        f"P25 one more event at {size} and both read / one verb, {policy.name}",
        0.6,  # 8 of 13 us, the time of a verb when the goal was set
        lambda: one_by_one(many, large[-1]),
        cast,
        missed=1.6,  # three changes of persistent maps are most of it
    )
    began = process_time()
    one_by_one(many, large[-1])
    spent = (process_time() - began) / 500
    note(f"P25 one more event at {size}, {policy.name}", f"{spent * 1e6:.1f} us")


def test_p25_closing_refolds_its_bucket_only() -> None:
    """Taking one vote back does not count the author's other years again."""

    def author(days: int) -> Ledger:
        cast = [
            VoteCast(
                thread_id="t",
                version=n + 1,
                by=User(id=f"v{n}"),
                at=data.at(3_000 * n),
                recorded_at=data.at(3_000 * n),
                post_id="a",
                post_kind=PostKind.ANSWER,
                author_id="ada",
                direction=UP,
            )
            for n in range(28 * days)
        ]
        return ledger(cast, DAILY)

    def retract(points: Ledger) -> None:
        for n in range(1_000):
            vote = Vote(post_id="a", voter_id=f"v{n}", direction=UP, cast_at=data.START)
            gone = VoteRetracted(
                thread_id="t",
                version=100_000 + n,
                by=User(id=f"v{n}"),
                at=data.at(10**8),
                post_id="a",
                post_kind=PostKind.ANSWER,
                author_id="ada",
                replaced=vote,
            )
            points = points.extend((gone,))
            points.standing("ada")

    short, long = author(50), author(500)
    gate(
        "P25 retracting 1,000 of 14,000 / of 1,400 votes",
        3,
        lambda: retract(long),
        lambda: retract(short),
    )
