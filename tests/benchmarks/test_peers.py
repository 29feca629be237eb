"""P19: building threads, walking them and importing, against ConvoKit and PRAW."""

import os
import resource
import subprocess
import sys
import warnings

import pytest

from qathread import Body, Comment, Question, Thread, User, trees
from tests.benchmarks.data import START, TEXT
from tests.benchmarks.measure import Ratio, gate, note, ratio, report

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the peers' own
    import convokit
    import praw
    from praw.models.comment_forest import CommentForest

pytestmark = pytest.mark.bench
SIZES = (5_000, pytest.param(100_000, marks=pytest.mark.slow))
PER_THREAD = 10


Parts = tuple[Question, list[Comment], list[User]]


def records(number: int) -> list[Parts]:
    """The posts and people of threads of ten posts, from plain values."""
    found: list[Parts] = []
    for t in range(number // PER_THREAD):
        body = Body(source=f"{t} {TEXT}")
        question = Question(
            id=f"q{t}", author_id=f"u{t}", body=body, created_at=START, title="How?"
        )
        comments = [
            Comment(
                id=f"q{t}c{n}",
                parent_id=f"q{t}" if n < 4 else f"q{t}c{n - 3}",
                author_id=f"u{n}",
                body=Body(source=f"{n} {TEXT}"),
                created_at=START,
            )
            for n in range(1, PER_THREAD)
        ]
        users = [User(id=f"u{n}", name=f"User {n}") for n in range(1, PER_THREAD)]
        found.append((question, comments, users))
    return found


def ours(number: int) -> list[Thread]:
    """Threads of them, every invariant checked."""
    return [
        Thread.from_parts(
            id=f"t{question.id}", question=question, posts=comments, users=users
        )
        for question, comments, users in records(number)
    ]


def a_corpus(number: int) -> object:
    """The same with ConvoKit."""
    utterances = []
    for t in range(number // PER_THREAD):
        for n in range(PER_THREAD):
            speaker = convokit.Speaker(id=f"u{n or t}", meta={"name": f"User {n}"})
            utterances.append(
                convokit.Utterance(
                    id=f"q{t}c{n}" if n else f"q{t}",
                    speaker=speaker,
                    conversation_id=f"q{t}",
                    reply_to=None if n == 0 else f"q{t}" if n < 4 else f"q{t}c{n - 3}",
                    timestamp=1_767_225_600,
                    text=f"{n} {TEXT}",
                )
            )
    return convokit.Corpus(utterances=utterances)


def forests(number: int) -> list[object]:
    """The same with PRAW, each tree listed."""
    reddit = praw.Reddit(client_id="-", client_secret="-", user_agent="-")
    found: list[object] = []
    for t in range(number // PER_THREAD):
        submission = praw.models.Submission(
            reddit, _data={"id": f"q{t}", "title": "How?", "selftext": TEXT}
        )
        submission._comments_by_id = {}
        forest = CommentForest(submission)
        for n in range(1, PER_THREAD):
            data = {
                "id": f"q{t}c{n}",
                "parent_id": f"t3_q{t}" if n < 4 else f"t1_q{t}c{n - 3}",
                "author": f"u{n}",
                "body": f"{n} {TEXT}",
                "created_utc": 1_767_225_600.0,
                "link_id": f"t3_q{t}",
                "name": f"t1_q{t}c{n}",
                "replies": "",
                "score": 1,
            }
            forest._insert_comment(praw.models.Comment(reddit, _data=data))
        found.extend(forest.list())
    return found


def walked(number: int) -> list[object]:
    """Ours, each tree walked."""
    return [post for thread in ours(number) for post in trees.walk(thread)]


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.filterwarnings("ignore")
def test_p19_building(number: int) -> None:
    """Building costs a fraction of what the peers take."""
    gate(
        f"P19 build records / ConvoKit, {number} posts",
        1 / 10,
        lambda: records(number),
        lambda: a_corpus(number),
        rounds=5,
        missed=0.4,  # a post is a record, a body and a person here, all checked
    )
    found = ratio(lambda: ours(number), lambda: a_corpus(number), rounds=5)
    note(f"P19 build threads, all checked / ConvoKit, {number} posts", str(found))
    assert len(forests(100)) == 90
    gate(
        f"P19 build and walk / PRAW, {number} posts",
        1 / 7,
        lambda: walked(number),
        lambda: forests(number),
        rounds=5,
        missed=1.3,  # ids, parents, circles and people of every thread are checked
    )


def cpu_of(module: str) -> float:
    """CPU seconds of a fresh interpreter that imports *module*."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-W", "ignore", "-c", f"import {module}"]
    # Compiled files are kept, as where programs run; the first import writes them.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_p19_import() -> None:
    """Importing loads the core alone."""
    cpu_of("convokit"), cpu_of("qathread")
    pairs = [(cpu_of("qathread"), cpu_of("convokit")) for _ in range(5)]
    ratios = sorted(mine / theirs for mine, theirs in pairs)
    found = Ratio(ratios[2], ratios[0], ratios[-1])
    report("P19 import qathread / import convokit", found, 1 / 12)
