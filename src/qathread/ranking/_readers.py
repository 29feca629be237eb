"""What formulas ask for, and where it stands in a post or a thread."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, cast

from .._index import Node
from ..posts import Answer, Comment, Post, Question, Stub
from ..thread import index_in
from ._case import Case
from ._times import created_at, edited_at, last_answer_at, likes_on

__all__ = ["NULLABLE", "OF_THREADS", "READERS", "Reader"]

Reader: TypeAlias = Callable[[Case], object]


# -- votes -----------------------------------------------------------------------


def _ups(case: Case) -> int | None:
    tally = case.node.tally
    return None if tally is None else tally.up


def _downs(case: Case) -> int | None:
    tally = case.node.tally
    return None if tally is None else tally.down


def score(case: Case) -> int | None:
    """Return ups minus downs."""
    tally = case.node.tally
    return None if tally is None else tally.score


def _sum(nodes: list[Node] | None) -> int | None:
    """Return the sum of the scores; None if one is not known."""
    total = 0
    for node in () if nodes is None else nodes:
        if node.tally is None or node.tally.score is None:
            return None
        total += node.tally.score
    return None if nodes is None else total


def _answer_scores(case: Case) -> int | None:
    return _sum(case.answers())


def _comment_scores(case: Case) -> int | None:
    found = _comments(case)
    return _sum(found)


def _others_points(case: Case) -> int | None:
    """Lobsters: score + 1 of every comment that the submitter did not write."""
    found, post = _comments(case), case.post
    if found is None or post is None:
        return None
    others = [
        node for node in found if cast("Comment", node.post).author_id != post.author_id
    ]
    total = _sum(others)
    return None if total is None else total + len(others)


def _asker_replies(case: Case) -> object:
    """Reddit's Q&A sort: ups, downs, length of replies by who opened the thread."""
    opened = case.thread.root
    if isinstance(opened, Stub):
        return None
    nodes = index_in(case.thread).nodes
    if case.node.gaps:
        return None
    found = []
    for post_id in case.node.children:
        node = nodes[post_id]
        post, tally = cast("Post", node.post), node.tally
        if not post.stands or post.author_id != opened.author_id:
            continue
        if tally is None or tally.up is None or tally.down is None:
            return None
        found.append((tally.up, tally.down, len(post.body.source)))
    return tuple(found)


def _length(case: Case) -> int | None:
    return None if case.post is None else len(case.post.body.source)


def accepted(case: Case) -> bool:
    """Return whether the post is a solution of its thread."""
    return case.node.post.id in case.thread.accepted


def self_answered(case: Case) -> bool:
    """Return whether who asked wrote the answer."""
    root, post = case.thread.root, case.post
    return (
        isinstance(post, Answer)
        and isinstance(root, Question)
        and post.author_id == root.author_id
    )


# -- counts ----------------------------------------------------------------------


def views(case: Case) -> int | None:
    """Return how often the question was seen."""
    return case.post.views if isinstance(case.post, Question) else None


def answers(case: Case) -> int | None:
    """Return the number of standing answers."""
    found = case.answers()
    return None if found is None else len(found)


def _comments(case: Case) -> list[Node] | None:
    found, complete = case.under()
    if not complete:
        return None
    return [node for node in found if isinstance(node.post, Comment)]


def comments(case: Case) -> int | None:
    """Return the number of standing comments below, to any depth."""
    found = _comments(case)
    return None if found is None else len(found)


def replies(case: Case) -> int | None:
    """Return the number of standing posts below, to any depth."""
    found, complete = case.under()
    return len(found) if complete else None


def _posts(case: Case) -> int | None:
    below = replies(case)
    return None if below is None else below + 1


def _direct_replies(case: Case) -> int | None:
    if case.node.gaps:
        return None
    nodes = index_in(case.thread).nodes
    under = (cast("Post", nodes[post_id].post) for post_id in case.node.children)
    return sum(post.stands for post in under)


def _commenters(case: Case) -> int | None:
    found = _comments(case)
    if found is None:
        return None
    return len({cast("Comment", node.post).author_id for node in found})


def _own_likes(case: Case) -> int | None:
    return likes_on(case.node)


def _likes(case: Case) -> int | None:
    total = 0
    if not case.under()[1]:
        return None
    for node in case.standing():
        count = likes_on(node)
        if count is None:
            return None
        total += count
    return total


def _kind(case: Case) -> str:
    return "story" if case.whole or isinstance(case.post, Question) else "comment"


def _removed(case: Case) -> bool:
    return case.post is not None and case.post.removed is not None


def _watercooler(case: Case) -> bool | None:
    root = case.thread.root
    return None if isinstance(root, Stub) else "watercooler" in root.tags


def _id_number(case: Case) -> int | None:
    text = case.node.post.id
    return int(text) if text.isascii() and text.isdecimal() else None


#: Where a number is found, by the name of the parameter. A parameter that is
#: neither here nor in TIMED has to be given by the caller.
READERS: Final[Mapping[str, Reader]] = {
    "accepted": accepted,
    "answer_scores_sum": _answer_scores,
    "answers": answers,
    "comment_points_raw": _others_points,
    "comment_score": _comment_scores,
    "comments": comments,
    "created_at": created_at,
    "downs": _downs,
    "flags": _downs,  # Lobsters counts a flag as a vote down
    "id": _id_number,
    "last_answer_at": last_answer_at,
    "like_count": _likes,
    "like_score": _own_likes,
    "likes": _likes,
    "negative": _downs,
    "net_votes": score,
    "op_answers": _asker_replies,
    "op_likes": _own_likes,
    "points": score,
    "positive": _ups,
    "posts": _posts,
    "published_at": created_at,
    "question_created_at": created_at,
    "question_downs": _downs,
    "question_length": _length,
    "question_score": score,
    "question_ups": _ups,
    "removed": _removed,
    "reply_count": _direct_replies,
    "score": score,
    "topic_posts_count": _posts,
    "type": _kind,
    "unique_commenters": _commenters,
    "updated_at": edited_at,
    "ups": _ups,
    "upvotes": score,  # of pm_score: net votes
    "views": views,
    "visible_family": _posts,
    "votes": score,  # of hn_observed
    "watercooler": _watercooler,
}

#: Parameters for which None is a value.
NULLABLE: Final = frozenset({"first_bumped_age_seconds", "last_answer_at"})

#: Parameters that only a question or a whole thread has.
OF_THREADS: Final = frozenset(
    {
        "answer_scores_sum",
        "answers",
        "last_answer_at",
        "like_count",
        "likes",
        "posts",
        "question_created_at",
        "recent_likes",
        "recent_posters",
        "topic_posts_count",
        "updated_hours",
        "views",
    }
)
