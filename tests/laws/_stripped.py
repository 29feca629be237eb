"""Contents without the parts that a loss report names, for comparisons."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from attrs import evolve

from qathread import Content, Thread
from qathread.posts import Post, Question
from qathread.thread import content_in

_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def without(thread: Thread, codes: Iterable[str]) -> tuple[str, int, Content]:
    """Return all of *thread* but the parts that *codes* name."""
    content, version = content_in(thread), thread.version
    for code in codes:
        if code == "version":
            version = 1
        else:
            content = PARTS[code](content)
    return thread.id, version, content


def _posts(content: Content, change: Callable[[Post], Any]) -> Content:
    question = content.question
    return evolve(
        content,
        question=None if question is None else change(question),
        answers=tuple(map(change, content.answers)),
        comments=tuple(map(change, content.comments)),
    )


def _sources(change: Callable[[Post], str]) -> Callable[[Content], Content]:
    def changed(post: Post) -> Post:
        return evolve(post, body=evolve(post.body, source=change(post)))

    return lambda content: _posts(content, changed)


def _no_deleted(post: Post) -> Post:
    if post.stands:
        return post
    bare = evolve(post, body=evolve(post.body, source=""))
    return evolve(bare, title=None) if isinstance(bare, Question) else bare


def _extra(post: Post) -> Post:
    origin = post.provenance
    return (
        post if origin is None else evolve(post, provenance=evolve(origin, extra=None))
    )


def _no_extra(content: Content) -> Content:
    content, origin = _posts(content, _extra), content.provenance
    if origin is not None:
        content = evolve(content, provenance=evolve(origin, extra=None))
    return content


PARTS: dict[str, Callable[[Content], Content]] = {
    "votes": lambda content: evolve(content, votes=()),
    "reactions": lambda content: evolve(content, reactions=()),
    "revisions": lambda content: evolve(content, revisions=()),
    "suggestions": lambda content: evolve(content, suggestions=()),
    "flags": lambda content: evolve(content, flags=()),
    "motions": lambda content: evolve(content, motions=()),
    "characters": _sources(lambda post: _FORBIDDEN.sub("\ufffd", post.body.source)),
    "deleted-text": lambda content: _posts(content, _no_deleted),
    "extra": _no_extra,
}
