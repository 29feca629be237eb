"""Threads of a hostile size: a chain of replies, and a crowd under one post."""

import copy
import pickle
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from qathread import (
    UP,
    Body,
    Comment,
    Question,
    Thread,
    User,
    events,
    from_json,
    posting,
    to_json,
    voting,
)
from qathread.errors import CycleError

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA = User(id="ada", name="Ada")
MANY = 100_000
FEWER = 20_000  # where the depth matters, and not how long it takes
QUESTION = Question(id="0", author_id="ada", body=Body(source="?"), created_at=AT)
TEXT = Body(source="!")


def above_in_a_chain(number: int) -> int:
    return number - 1


def above_in_a_crowd(number: int) -> int:
    return 0


def thread_of(many: int, above: Callable[[int], int]) -> Thread:
    return Thread.from_parts(
        id="t",
        question=QUESTION,
        posts=(
            Comment(
                id=str(number),
                parent_id=str(above(number)),
                author_id="ada",
                body=TEXT,
                created_at=AT,
            )
            for number in range(1, many)
        ),
    )


@pytest.fixture(
    scope="module",
    params=[above_in_a_chain, above_in_a_crowd],
    ids=["chain", "crowd"],
)
def thread(request: pytest.FixtureRequest) -> Thread:
    assert sys.getrecursionlimit() <= 1_000
    return thread_of(MANY, request.param)


def test_look_ups(thread: Thread) -> None:
    last = str(MANY - 1)
    assert len(thread) == len(thread.posts) == MANY
    assert len(thread.comments) == MANY - 1
    assert len(thread.answers) == 0
    assert thread.root is thread.question is thread["0"]
    assert thread[last] is thread.posts[-1] is thread.comments[-1]
    assert last in thread
    assert str(MANY) not in thread
    below = len(thread.replies("0"))
    assert below in (1, MANY - 1)
    assert len(thread.replies(last)) == 0
    assert sum(len(thread.replies(post.id)) for post in thread.posts) == MANY - 1
    assert thread.author(last).id == "ada"
    assert thread.score(last) is None
    assert thread.accepted == ()
    assert list(thread.users) == ["ada"]


def test_shown(thread: Thread) -> None:
    assert len(repr(thread)) < 200
    assert "99,999 comments" in repr(thread) or "99999 comments" in repr(thread)
    assert len(thread._repr_html_()) < 100_000
    assert len(repr(thread.pending)) > 0


def test_equality_hash_copies_and_pickle(thread: Thread) -> None:
    again = pickle.loads(pickle.dumps(thread))
    assert again == thread
    assert hash(again) == hash(thread)
    assert again.pending == thread.pending
    assert copy.copy(thread) is copy.deepcopy(thread) is thread
    shorter = posting.delete(thread, "1", by=ADA, at=AT)
    assert shorter != thread


def test_json(thread: Thread) -> None:
    written = to_json(thread)
    read = from_json(written, limits=None)
    assert read == thread
    assert to_json(read) == written
    event = to_json(thread.pending[0])
    assert from_json(event, events.Imported, limits=None) == thread.pending[0]


def test_verbs_and_replay(thread: Thread) -> None:
    last = str(MANY - 1)
    after = posting.comment(thread, last, "deeper", by=ADA, at=AT)
    after = posting.comment(after, "0", "wider", by=ADA, at=AT)
    after = voting.cast(after, "t.2", UP, by=ADA, at=AT)
    assert len(after) == MANY + 2
    assert after.score("t.2") == 1
    assert [post.id for post in after.replies(last)] == ["t.2"]
    assert len(thread) == MANY
    assert events.replay(after.pending) == after


def test_parents_may_come_last() -> None:
    chain = thread_of(FEWER, above_in_a_chain)
    again = Thread.from_parts(id="t", posts=reversed(chain.posts))
    assert len(again) == FEWER
    assert again.replies("1") == chain.replies("1")


def test_a_circle_of_all_posts_is_found() -> None:
    posts = list(thread_of(FEWER, above_in_a_chain).comments)
    first = Comment(id="1", parent_id=posts[-1].id, author_id="ada", body=TEXT)
    with pytest.raises(CycleError, match="circle"):
        Thread.from_parts(id="t", question=QUESTION, posts=[first, *posts[1:]])


@pytest.mark.slow
def test_a_million_replies_to_one_post() -> None:
    """Slow: half a minute. The smaller crowd above has the same shape."""
    thread = thread_of(1_000_000, above_in_a_crowd)
    assert len(thread) == 1_000_000
    assert len(thread.replies("0")) == 999_999
    assert thread.replies("0")[-1].id == "999999"
    after = posting.comment(thread, "0", "one more", by=ADA, at=AT)
    assert len(after.replies("0")) == 1_000_000
    assert len(repr(after)) < 200
    assert len(after._repr_html_()) < 100_000
