"""Users of a Django project as users of threads."""

from datetime import datetime
from typing import Any, Final, Protocol

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from ...ids import UserId
from ...users import User, UserKind
from .standings import standing_of

__all__ = ["ANONYMOUS_ID", "MODERATE", "MODERATOR", "user_for"]

#: The id of everybody who is not signed in.
ANONYMOUS_ID: Final = ":anonymous"

#: The permission that makes a user a moderator; superusers have it, as all others.
MODERATE: Final = "qathread.moderate"

#: The role that the permission gives; the named policies know it.
MODERATOR: Final = "moderator"

_ASK_THE_TABLE: Final = -(2**70)  # no standing is so low


class DjangoUser(Protocol):
    """What ``request.user`` always has, whatever the user model."""

    @property
    def pk(self) -> Any:
        """The key, of any type whose ``str`` is unique."""
        ...

    @property
    def is_anonymous(self) -> Any:
        """Whether nobody is signed in."""
        ...


def user_for(
    user: DjangoUser,
    *,
    reputation: int | None = _ASK_THE_TABLE,
    using: str = DEFAULT_DB_ALIAS,
) -> User:
    """
    Return a user of the project as verbs take one.

    The id is ``str(user.pk)``. The name is the full name, else the username, which is
    also the handle. Where people sign in by their e-mail address the username is
    private: then there is no handle, and without a full name no name, and the host
    gives one by ``attrs.evolve(user_for(...), name=...)``. Names go into the events
    of a thread, for everybody to read.

    Roles are the names of the user's groups, and ``"moderator"`` for who has the
    permission ``qathread.moderate``, by a group, directly, or as a superuser.
    ``is_staff`` alone gives no role: it opens Django's admin, no more.

    Everybody who is not signed in is one user with the id ``":anonymous"``, of kind
    anonymous; policies refuse them what needs reputation.

    Args:
        user: ``request.user``, of any user model.
        reputation: What the host knows; left out: the points of the table of
            standings, None if ``standings.catch_up`` was never called. The points of
            somebody whom no event concerns are the policy's start.
        using: The alias of the database with the standings.

    Returns:
        The user, with nothing private but roles and points, which no event holds.
    """
    if user.is_anonymous:
        return User(id=ANONYMOUS_ID, kind=UserKind.ANONYMOUS)
    user_id: UserId = str(user.pk)
    handle = _handle(user)
    if reputation == _ASK_THE_TABLE:
        reputation = standing_of(user_id, using=using)
    return User(
        id=user_id,
        name=_said(user, "get_full_name") or handle,
        handle=handle,
        reputation=reputation,
        roles=frozenset(_roles(user)),
        joined_at=_joined(user),
    )


def _handle(user: Any) -> str | None:
    """Return the username, unless it is an address that is nobody's business."""
    email = getattr(user, "get_email_field_name", lambda: None)()
    if email is not None and email == getattr(user, "USERNAME_FIELD", None):
        return None
    return _said(user, "get_username")


def _said(user: Any, method: str) -> str | None:
    """Return what a method says that not every user model has; None for nothing."""
    told = getattr(user, method, None)
    found = "" if told is None else str(told()).replace("\0", "").strip()
    return found or None


def _roles(user: Any) -> list[str]:
    groups = getattr(user, "groups", None)
    found = [] if groups is None else list(groups.values_list("name", flat=True))
    has_perm = getattr(user, "has_perm", None)
    if has_perm is not None and has_perm(MODERATE):
        found.append(MODERATOR)
    return found


def _joined(user: Any) -> datetime | None:
    joined = getattr(user, "date_joined", None)
    if not isinstance(joined, datetime):
        return None
    return timezone.make_aware(joined) if timezone.is_naive(joined) else joined
