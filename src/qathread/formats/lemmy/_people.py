"""Ids, and the people of Lemmy."""

from typing import Final

from attrs import frozen

from ...users import User, UserKind
from .._gathering import nobody
from .._members import Members
from ._intake import host_of

__all__ = ["Author", "Names", "author_of"]

_UNKNOWN: Final = UserKind.REGISTERED


@frozen
class Names:
    """
    Makes ids: those of the server, or the addresses that are the same everywhere.

    Attributes:
        is_global: Whether addresses are taken.
        host: Where the server is, as far as that is known.
    """

    is_global: bool
    host: str | None

    def post(self, number: str, address: str | None) -> str:
        """Return the id of a post."""
        return self._id(number, address)

    def comment(self, number: str, address: str | None) -> str:
        """Return the id of a comment; those of posts are numbers of their own."""
        return self._id(f"c{number}", address)

    def person(self, number: str, address: str | None) -> str:
        """Return the id of a person."""
        return self._id(number, address)

    def _id(self, local: str, address: str | None) -> str:
        if not self.is_global:
            return local
        if address:
            return address
        # Only this server's number is known.
        return local if self.host is None else f"{self.host}/{local}"


@frozen
class Author:
    """Who wrote a post, and the name shown beside it."""

    user: User
    name: str | None


def author_of(own: Members, more: Members, post_id: str, names: Names) -> Author:
    """
    Take who wrote a post.

    What a face cannot hold, such as a picture, stays as ``creator`` among the rest.
    """
    claimed = own.peek("creator_id")
    number = own.name("creator_id")
    creator = more.members("creator")
    if creator is None:
        if number is None:
            return Author(nobody(post_id, _UNKNOWN), None)
        return Author(User(id=names.person(number, None)), None)
    given = creator.peek("id")
    stated = creator.name("id")
    if number is None or stated == number:
        number = stated
    elif stated is not None:
        own.put("creator_id", claimed)  # which the view contradicts
        number = stated
    where = "ap_id" if creator.peek("ap_id") is not None else "actor_id"  # before 1.0
    address = creator.text(where) or None
    handle = creator.text("name") or None
    name = creator.text("display_name") or handle
    bot, deleted = creator.flag("bot_account"), creator.flag("deleted")
    host = host_of(address)
    if address is not None and not names.is_global:
        creator.put(where, address)
    elif address is not None and stated is not None:
        creator.put("id", given)
    if handle is not None and creator.peek("local") is False and host is not None:
        handle = f"{handle}@{host}"
    creator.drop_if(local=True)
    if creator.rest:
        more.put("creator", creator.rest)
    if number is None and not (names.is_global and address):
        return Author(nobody(post_id, _UNKNOWN, name), name)
    kind = UserKind.REGISTERED
    if deleted:
        kind = UserKind.DELETED
    elif bot:
        kind = UserKind.BOT
    user_id = names.person(number or "", address)
    return Author(User(id=user_id, name=name, handle=handle, kind=kind), name)
