"""Records of a corpus as they are written, and what a reader makes by itself."""

import json
from datetime import datetime
from typing import Any, Final

from ..._checks import LATEST
from ...content import Content
from ...ids import PostId
from ...posts import Post, Stub
from ...users import User
from .._sparse import sparse
from ._utterances import MARK

__all__ = [
    "as_record",
    "by_time",
    "free_name",
    "has_usual_stubs",
    "instant_text",
    "json_line",
    "json_text",
    "speaker_record",
]

_MEMBERS: Final = frozenset({"meta", "vectors"})


def speaker_record(user: User) -> dict[str, Any]:
    """Return what the corpus says of somebody."""
    members = sparse(user)
    del members["id"]
    if not members:
        return {"meta": {}, "vectors": []}
    meta = {n: members.pop(n) for n in ("name", "handle") if n in members}
    return {"meta": {**meta, MARK: members}, "vectors": []}


def as_record(record: object) -> dict[str, Any]:
    """Return what a corpus says of a speaker or a conversation, as it is written."""
    if not isinstance(record, dict):
        return {"meta": {}, "vectors": []}
    if isinstance(record.get("meta", {}), dict) and record.keys() <= _MEMBERS:
        return {"meta": {}, "vectors": [], **record}
    return {"meta": record, "vectors": []}


def has_usual_stubs(content: Content, root_id: PostId) -> bool:
    """Tell whether a reader makes the same stubs of what is missing."""
    there = set(content.arrival)
    posts: tuple[Post, ...] = (*content.answers, *content.comments)
    missing = {post.parent_id for post in posts if post.parent_id} - there
    above = None
    if content.question is None:
        missing, above = missing | {root_id}, root_id
    made = [
        Stub(id=each, parent_id=None if each == root_id else above)
        for each in sorted(missing)
    ]
    return made == list(content.stubs)


def by_time(content: Content) -> list[PostId]:
    """Return the ids of posts in the order in which a reader puts them."""
    posts: list[Post] = [*content.answers, *content.comments]
    posts.sort(key=lambda post: (post.created_at or LATEST, post.id))
    first = [] if content.question is None else [content.question.id]
    return first + [post.id for post in posts]


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, and take it."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}~{number}"
    taken.add(found)
    return found


def instant_text(at: datetime) -> str:
    """Return a time with all its digits."""
    return at.isoformat().replace("+00:00", "Z")


def json_text(value: object) -> bytes:
    """Return plain values as JSON in ASCII, which ConvoKit reads everywhere."""
    return json.dumps(value).encode()


def json_line(value: object) -> bytes:
    """Return plain values as one line."""
    return json_text(value) + b"\n"
