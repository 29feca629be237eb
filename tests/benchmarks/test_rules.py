"""What it costs to ask a full policy before each verb."""

from datetime import timedelta
from itertools import cycle

import pytest

from qathread import DOWN, UP, Policy, Thread, User, posting, voting
from qathread.policies import OPEN, STACK_EXCHANGE
from tests.benchmarks.data import ADA, START, wide_thread
from tests.benchmarks.measure import gate

pytestmark = pytest.mark.bench
TRUSTED = [User(id=f"t{n}", name=f"T{n}", reputation=5000) for n in range(50)]
WORDS = "A remark that is long enough to be taken by both policies."


def verbs(thread: Thread, policy: Policy, number: int) -> Thread:
    """Vote, turn votes, take them back, comment and edit, one verb at a time."""
    answer_ids = cycle([answer.id for answer in thread.answers][:20])
    at = START
    for n in range(number):
        by, on = TRUSTED[n % 50], next(answer_ids)
        at += timedelta(seconds=1)
        thread = voting.cast(thread, on, UP, by=by, at=at, policy=policy)
        thread = voting.cast(thread, on, DOWN, by=by, at=at, policy=policy)
        thread = voting.retract(thread, on, by=by, at=at, policy=policy)
        if n % 5 == 0:
            thread = posting.comment(thread, on, WORDS, by=by, at=at, policy=policy)
            words = f"{WORDS} It is edit number {n}."
            thread = posting.edit(thread, on, body=words, by=by, at=at, policy=policy)
    return thread


@pytest.mark.parametrize("size", [100, 1_000])
def test_verbs_under_a_full_policy(size: int) -> None:
    """Rules are a few look-ups beside the change itself, whatever the size."""
    thread = wide_thread(size)
    for _ in range(20):
        thread = posting.answer(thread, WORDS, by=ADA, at=START)
    gate(
        f"verbs under STACK_EXCHANGE / OPEN, {size} posts",
        1.5,
        lambda: verbs(thread, STACK_EXCHANGE, 200),
        lambda: verbs(thread, OPEN, 200),
    )
