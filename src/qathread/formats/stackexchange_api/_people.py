"""The people and the texts of the API: shallow users, and HTML escapes undone."""

import re
from collections.abc import Mapping
from html.entities import html5
from typing import Final

from attrs import frozen

from ...users import User, UserKind
from .._json import Place, shown
from .._report import Collector
from ._fields import number_of

__all__ = ["Author", "Texts", "author_of"]

_REFERENCE: Final = re.compile(
    r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));"
)
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
)
_COMMUNITY: Final = -1  # the user that acts for the site itself
_KINDS: Final[Mapping[object, UserKind]] = {
    "anonymous": UserKind.ANONYMOUS,  # version 1
    "does_not_exist": UserKind.DELETED,
    "moderator": UserKind.REGISTERED,
    "registered": UserKind.REGISTERED,
    "team_admin": UserKind.REGISTERED,
    "unregistered": UserKind.ANONYMOUS,
}
_TYPES: Final = {
    UserKind.ANONYMOUS: "unregistered",
    UserKind.DELETED: "does_not_exist",
    UserKind.REGISTERED: "registered",
}


@frozen
class Texts:
    """
    Undoes the escapes of titles, names and Markdown, once.

    Attributes:
        unescape: False: leave them as they are.
    """

    unescape: bool

    def read(self, text: str) -> str:
        """Return *text* as people typed it."""
        return _REFERENCE.sub(_character, text) if self.unescape else text

    def is_exact(self, text: str, read: str) -> bool:
        """Tell whether *text* can be had again from what was read of it."""
        return text == (read.translate(_ESCAPES) if self.unescape else read)


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        return html5.get(f"{name};", found[0])
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if not 0 < number < 0x110000 or 0xD800 <= number < 0xE000:
        return found[0]  # no character has that number
    return chr(number)


@frozen
class Author:
    """
    Who wrote a post.

    Attributes:
        user: Their face.
        name: The name shown beside the post.
        is_whole: Whether face and name hold all that the API says of them.
    """

    user: User
    name: str | None
    is_whole: bool


def author_of(
    owner: object, post: str, texts: Texts, where: Place, report: Collector
) -> Author:
    """
    Return who wrote a post.

    Args:
        owner: The shallow user, if there is one.
        post: What names the post in ids: ``p124`` or ``c5``.
        texts: Reads the name.
        where: The place of the owner.
        report: Hears of what does not fit.
    """
    if not isinstance(owner, dict):
        report.tell(
            "owner-missing",
            "a post without its author: somebody unknown stands for them",
            str(where),
        )
        user = User(id=f"unknown:{post}", kind=UserKind.ANONYMOUS)
        return Author(user, None, owner is None)
    number = _member(owner, "user_id", int, where, report)
    shown_name = _member(owner, "display_name", str, where, report)
    stated = _member(owner, "user_type", str, where, report)
    name = texts.read(shown_name) if isinstance(shown_name, str) else None
    kind = _KINDS.get(stated)
    if stated is not None and kind is None:
        message = "a kind of user that is not known; it is kept in extra"
        report.tell("user-type", message, f"{where.down('user_type')}: {shown(stated)}")
    if number is not None:
        user_id = str(number)
        kind = kind or UserKind.REGISTERED
        kind = UserKind.SYSTEM if number == _COMMUNITY else kind
    elif kind is UserKind.DELETED:
        user_id = f"gone:{post}"
    else:
        user_id, kind = f"unknown:{post}", UserKind.ANONYMOUS
    again = {
        "user_id": number,
        "user_type": _TYPES.get(kind),
        "display_name": shown_name,
    }
    whole = owner == {key: value for key, value in again.items() if value is not None}
    exact = name is None or texts.is_exact(str(shown_name), name)
    return Author(User(id=user_id, name=name, kind=kind), name, whole and exact)


def _member(
    owner: Mapping[str, object],
    name: str,
    wanted: type,
    where: Place,
    report: Collector,
) -> object:
    value = owner.get(name)
    if value is None or type(value) is wanted:
        return value
    is_number = number_of(value) is None and wanted is int
    report.damage(
        "number" if is_number else "field",
        "a member of a user is of another type: it is kept in extra only",
        f"{where.down(name)}: {shown(value)}",
        kind="skipped",
    )
    return None
