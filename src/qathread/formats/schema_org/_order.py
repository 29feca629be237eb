"""In which order posts arrive that a page shows in another one."""

from datetime import datetime

from ..._checks import LATEST
from ...content import Content
from ...ids import PostId
from ...posts import Post, Question

__all__ = ["arrival", "in_order"]

_Place = tuple[bool, datetime, str]


def arrival(post: Post) -> _Place:
    """Return where a post stands: the first one, then by time, then by id."""
    return (post.parent_id is not None, post.created_at or LATEST, post.id)


def in_order(content: Content) -> list[PostId]:
    """Return the ids of all posts in the order that times and ids give."""
    posts: list[Post] = [*content.answers, *content.comments]
    if isinstance(content.question, Question):
        posts.append(content.question)
    return [post.id for post in sorted(posts, key=arrival)]
