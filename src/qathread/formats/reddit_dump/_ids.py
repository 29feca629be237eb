"""Ids as Reddit has them, for threads of any origin."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from attrs import frozen

from ...content import Content
from ...ids import PostId, ThreadId

__all__ = ["Ids", "ids_of"]

_SUBMISSION: Final = re.compile(r"t3_[0-9a-z]{1,13}")
_COMMENT: Final = re.compile(r"t1_[0-9a-z]{1,13}")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_BITS: Final = 60  # so that the number fits 64 bits with a sign


@frozen
class Ids:
    """
    The full names that a thread and its posts are written under.

    Attributes:
        thread: The one of the submission.
        posts: The ones of posts and of stubs that posts stand under, by id.
    """

    thread: ThreadId
    posts: Mapping[PostId, PostId]


def ids_of(thread_id: ThreadId, root_id: PostId, content: Content) -> Ids:
    """
    Return full names for a thread.

    An id that is one stays; another one becomes a number made of a digest of the
    thread's id and its own, so it is the same each time and in any order.

    Args:
        thread_id: The thread.
        root_id: Its root, post or stub.
        content: Its posts.
    """
    if _SUBMISSION.fullmatch(thread_id):
        thread = thread_id
    elif _SUBMISSION.fullmatch(root_id):
        thread = root_id
    else:
        thread = f"t3_{_number(thread_id, '')}"
    ids = {answer.id for answer in content.answers}
    for comment in content.comments:
        ids.update((comment.id, comment.parent_id))
    posts = _named(thread_id, sorted(ids - {root_id}))
    return Ids(thread, {root_id: thread, **posts})


def _named(thread_id: ThreadId, ids: Iterable[PostId]) -> dict[PostId, PostId]:
    named: dict[PostId, PostId] = {}
    others = []
    for post_id in ids:
        if _COMMENT.fullmatch(post_id):
            named[post_id] = post_id
        else:
            others.append(post_id)
    taken = set(named)
    for post_id in others:
        name = f"t1_{_number(thread_id, post_id)}"
        again = 0
        while name in taken:
            again += 1
            name = f"t1_{_number(thread_id, f'{post_id} {again}')}"
        taken.add(name)
        named[post_id] = name
    return named


def _number(thread_id: ThreadId, post_id: PostId) -> str:
    digest = sha256(f"{thread_id}\0{post_id}".encode()).digest()
    number = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
    digits = []
    while number:
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits)) or "0"
