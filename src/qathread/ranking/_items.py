"""What an order is given: posts of one thread, or threads."""

from collections.abc import Iterable
from typing import cast

from .._index import Node
from ..errors import ValidationError
from ..posts import Answer, Comment, Post, Question
from ..thread import Thread, index_in, node_of
from ._case import Case

__all__ = ["cases_of", "thread_case"]


def cases_of(
    items: Thread | Iterable[Post] | Iterable[Thread], thread: Thread | None
) -> list[Case]:
    """
    Return the items that still stand, each once.

    Raises:
        ValidationError: If they are no posts of the thread, or no threads, or one
            is given twice.
        NotFoundError: If the thread has no post of an item's id.
    """
    if isinstance(items, Thread):
        if thread is not None and thread is not items:
            raise ValidationError(
                "items is a thread already: leave thread= out, or give its posts"
            )
        return _of_thread(items)
    if thread is not None and not isinstance(thread, Thread):
        raise ValidationError("thread is no Thread: give the one the posts are of")
    if not isinstance(items, Iterable):
        raise ValidationError(
            "items is not iterable: give a thread, posts of one, or threads"
        )
    cases: dict[object, Case] = {}
    for item in items:
        case = _case(item, thread)
        if case.place in cases:
            what = "thread" if case.whole else "post"
            raise ValidationError(
                f"{what} {case.place[-1]!r} is given twice: give every {what} once"
            )
        cases[case.place] = case
    if len({case.whole for case in cases.values()}) > 1:
        raise ValidationError("items are posts and threads: give one kind")
    return [case for case in cases.values() if stands(case)]


def _of_thread(thread: Thread) -> list[Case]:
    """Return the answers, or if there never was one the comments on the question."""
    index = index_in(thread)
    nodes = index.nodes
    if index.answers:
        found = [nodes[post_id] for post_id in index.answers]
    else:
        under = (nodes[post_id] for post_id in nodes[index.rest.root_id].children)
        found = [node for node in under if isinstance(node.post, Comment)]
    cases = []
    for node in found:
        post = cast("Post", node.post)
        if post.deleted is None and post.removed is None:
            cases.append(Case(thread, node, False))
    return cases


def _case(item: object, thread: Thread | None) -> Case:
    if isinstance(item, Thread):
        return thread_case(item)
    if not isinstance(item, Question | Answer | Comment):
        raise ValidationError(
            f"an item is of type {type(item).__name__}: give posts or threads"
        )
    if thread is None:
        raise ValidationError("the thread of the posts is not known: give thread=")
    node = node_of(thread, item.id)
    if node.post is not item and thread[item.id] != item:
        raise ValidationError(
            f"post {item.id!r} differs from that of thread {thread.id!r}: "
            f"give thread[{item.id!r}]"
        )
    return Case(thread, node, False)


def thread_case(thread: Thread) -> Case:
    """Return a thread as an item, seen through its question."""
    index = index_in(thread)
    return Case(thread, index.nodes[index.rest.root_id], True)


def post_cases(thread: Thread, kinds: tuple[type, ...]) -> list[Case]:
    """Return the standing posts of some kinds."""
    index = index_in(thread)
    nodes: list[Node] = [index.nodes[post_id] for post_id in index.arrival]
    return [
        case
        for case in (Case(thread, node, False) for node in nodes)
        if isinstance(case.node.post, kinds) and stands(case)
    ]


def stands(case: Case) -> bool:
    """Return whether it is neither deleted nor removed, as far as that is known."""
    post = case.post
    return post is None or post.stands
