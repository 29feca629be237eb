"""People, as far as a thread needs to know them."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ._checks import identifier, settle
from .ids import PersonName, UserId

__all__ = ["User", "UserKind", "face"]


class UserKind(StrEnum):
    """What stands behind a user id."""

    REGISTERED = "registered"
    ANONYMOUS = "anonymous"
    DELETED = "deleted"
    SYSTEM = "system"
    BOT = "bot"


@frozen(kw_only=True, weakref_slot=False)
class User:
    """
    One person, or what acts as one.

    Attributes:
        id: Opaque and unique among the people of one source.
        name: The name shown beside posts; None if it is not known.
        handle: The short name used in mentions and addresses.
        reputation: Points, as the caller knows them; None is unknown, not 0.
        level: The number that a site shows beside a name, as in ``Greg 3``.
        roles: Names of roles; the policy says what each may do.
        joined_at: When the account was made.
        kind: Whether the account is registered, anonymous, deleted, ...
        suspended_until: The end of a suspension, if one was imposed.

    Raises:
        ValidationError: If a field is not of its type, or the id is empty.
    """

    id: UserId = field(metadata={"check": identifier})
    name: PersonName | None = None
    handle: PersonName | None = None
    reputation: int | None = None
    level: int | None = None
    roles: frozenset[str] = frozenset()
    joined_at: datetime | None = None
    kind: UserKind = UserKind.REGISTERED
    suspended_until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.id + (self.name or "")).isprintable()
                and self.id
                and self.kind.__class__ is UserKind
                and self.handle is None
                and self.level is None
                and is_face(self)
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)


def is_face(user: User) -> bool:
    """Tell whether *user* holds nothing but what everybody may see."""
    return (
        user.reputation is None
        and not user.roles
        and user.joined_at is None
        and user.suspended_until is None
    )


def face(user: User) -> User:
    """
    Return the public face of *user*: id, name, handle, level and kind.

    Args:
        user: Anyone, with whatever else is known of them.

    Returns:
        The same object if it is a face already.
    """
    if is_face(user):
        return user
    return User(
        id=user.id,
        name=user.name,
        handle=user.handle,
        level=user.level,
        kind=user.kind,
    )
