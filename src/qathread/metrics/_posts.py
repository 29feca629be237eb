"""What all metrics see of a thread."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ..content import Content
from ..frames._rows import each
from ..ids import UserId
from ..posts import Post
from ..users import UserKind

__all__ = ["bots_of", "each", "latest", "standing"]


def standing(content: Content) -> Iterator[Post]:
    """Yield the posts that stand: the question, the answers, the comments."""
    if content.question is not None and content.question.stands:
        yield content.question
    for answer in content.answers:
        if answer.stands:
            yield answer
    for comment in content.comments:
        if comment.stands:
            yield comment


def bots_of(content: Content) -> frozenset[UserId]:
    """Return who writes by machine."""
    return frozenset(
        user.id
        for user in content.users
        if user.kind is UserKind.BOT or user.kind is UserKind.SYSTEM
    )


def latest(posts: Iterable[Post], so_far: datetime | None) -> datetime | None:
    """Return the latest known time at which a post was made or edited."""
    for post in posts:
        for at in (post.created_at, post.edited_at):
            if at is not None and (so_far is None or at > so_far):
                so_far = at
    return so_far
