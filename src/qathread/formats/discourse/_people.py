"""The people of Discourse, as posts show them."""

from typing import Final

from attrs import frozen

from ...users import User, UserKind
from .._gathering import nobody
from .._members import Members

__all__ = ["Author", "author_of", "kind_of"]

_SYSTEM: Final = "-1"  # the user that acts for the site itself


@frozen
class Author:
    """Who wrote a post, and the name shown beside it."""

    user: User
    name: str | None


def author_of(post: Members, post_id: str) -> Author:
    """Take who wrote a post; of users who are gone the site shows only null."""
    is_null = "user_id" in post and post.peek("user_id") is None
    user_id = post.name("user_id")
    handle = post.text("username") or None
    name = post.text("name") or post.text("display_username") or handle
    if post.peek("display_username") == name:
        post.drop("display_username")
    if user_id is None:
        kind = UserKind.DELETED if is_null else UserKind.REGISTERED
        return Author(nobody(post_id, kind, name), name)
    user = User(id=user_id, name=name, handle=handle, kind=kind_of(user_id))
    return Author(user, name)


def kind_of(user_id: str) -> UserKind:
    """Return what stands behind an id: below 0 are those of the site itself."""
    if user_id == _SYSTEM:
        return UserKind.SYSTEM
    return UserKind.BOT if user_id.startswith("-") else UserKind.REGISTERED
