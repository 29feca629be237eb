"""
Other libraries on the same input: PRAW and ConvoKit see what our readers see.

They stand here because they are installed for the benchmarks only.
"""

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Thread, trees
from qathread.formats import read, write
from qathread.testing.strategies import moderated_threads, open_threads, threads

PAGES = {  # file -> comments, places of more
    "3hahrw_comments_confidence.json": (476, 18),
    "6otocc_permalink_context.json": (10, 0),
    "98vj9e_limited.json": (4, 2),
}
any_threads = st.one_of(threads(), open_threads(), moderated_threads())
few = settings(max_examples=max(15, settings().max_examples // 4))


def forest(praw: Any, path: Path) -> list[Any]:
    """Return what PRAW makes of a page: comments and places of more."""
    reddit = praw.Reddit(client_id="-", client_secret="-", user_agent="-")
    first, second = json.loads(path.read_bytes())
    submission = reddit._objector.objectify(data=first).children[0]
    comments = praw.models.comment_forest.CommentForest(submission)
    comments._update(reddit._objector.objectify(data=second).children)
    return list(comments.list())


@pytest.mark.bench
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.filterwarnings("ignore")
def test_a_page_is_the_forest_that_praw_sees(shared: Path, name: str) -> None:
    pages = shared / "data" / "formats" / "reddit_api"
    praw = pytest.importorskip("praw")
    (thread,) = read(pages / name, "reddit", strict=True)
    others = forest(praw, pages / name)
    comments = [each for each in others if isinstance(each, praw.models.Comment)]
    mores = [each for each in others if not isinstance(each, praw.models.Comment)]
    assert (len(comments), len(mores)) == PAGES[name]
    assert {
        (post.id, post.parent_id, post.body.source) for post in thread.comments
    } == {(each.name, each.parent_id, each.body) for each in comments}
    depths = {each.name: 1 for each in comments if each.is_root}
    for each in comments:  # level by level, so the parent is known, or not there
        depths.setdefault(each.name, depths.get(each.parent_id, 1) + 1)
    assert {post.id: trees.depth(thread, post.id) for post in thread.comments} == depths
    ours = [stub for stub in thread.stubs if stub.id.startswith(("more:", "below:"))]
    assert sorted(
        (s.parent_id or "", s.child_ids, s.count or 0) for s in ours
    ) == sorted(
        (each.parent_id, tuple(sorted(f"t1_{c}" for c in each.children)), each.count)
        for each in mores
    )
    known = {each.name: getattr(each.author, "name", None) for each in comments}
    assert {post.id: post.author_name for post in thread.comments} == known


@pytest.mark.bench
@few
@given(several=st.lists(any_threads, min_size=1, max_size=2))
@pytest.mark.filterwarnings("ignore")
def test_convokit_loads_what_was_written(several: list[Thread]) -> None:
    """The same utterances, parents, speakers and times."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        convokit = pytest.importorskip("convokit")
    assume(any(thread.posts for thread in several))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "corpus")
        write(several, target, "convokit")
        corpus = convokit.Corpus(filename=str(target))
    posts = [post for thread in several for post in thread.posts]
    utterances = list(corpus.iter_utterances())
    assert len(utterances) == len(posts)
    for post, utterance in zip(posts, utterances, strict=True):
        assert utterance.text == (post.body.source if post.stands else "")
        assert utterance.meta["type"] == post.kind.value
        assert (utterance.reply_to is None) == (post.parent_id is None)
        if post.created_at is not None and not post.created_at.microsecond:
            assert utterance.timestamp == post.created_at.timestamp()
    groups = [thread for thread in several if thread.posts]
    assert len(list(corpus.iter_conversations())) == len(groups)
