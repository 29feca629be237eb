"""What happened to accounts, beside all threads."""

from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .errors import ValidationError
from .ids import UserId
from .users import User, is_face

__all__ = [
    "AccountEvent",
    "AccountsMerged",
    "ReputationAdjusted",
    "UserRegistered",
    "UserSuspended",
    "UserUnsuspended",
]

_id = {"check": identifier}


@frozen(kw_only=True, weakref_slot=False)
class _AccountFact:
    """
    What all facts about accounts have.

    Attributes:
        version: The place in the log of accounts, from 1 up.
        user_id: Whose account.
        at: When it happened.
        by: The face of who did it; None if that is not known.
        recorded_at: When it became known; as a rule the time it happened.
        thread_id: None: no thread is concerned.
    """

    version: int
    user_id: UserId = field(metadata=_id)
    at: datetime
    by: User | None = None
    recorded_at: datetime | None = None
    thread_id: None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        name = type(self).__name__
        at_least(1, self.version, f"{name}.version")
        if self.by is not None and not is_face(self.by):
            raise ValidationError(
                f"{name}.by holds more than a public face: give users.face(user)"
            )


@frozen(kw_only=True, weakref_slot=False)
class UserRegistered(_AccountFact):
    """
    An account was made.

    Attributes:
        user: Its public face.
    """

    user: User


@frozen(kw_only=True, weakref_slot=False)
class UserSuspended(_AccountFact):
    """
    Somebody may not take part for a while.

    Attributes:
        until: The end of it; None: it has none.
        reason: Why.
    """

    until: datetime | None = None
    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class UserUnsuspended(_AccountFact):
    """Somebody may take part again, before the time."""

    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class AccountsMerged(_AccountFact):
    """
    An account became part of another one.

    Attributes:
        into_id: The account that stays; ``user_id`` is gone.
    """

    into_id: UserId = field(metadata=_id)


@frozen(kw_only=True, weakref_slot=False)
class ReputationAdjusted(_AccountFact):
    """
    Points were given or taken by decision, such as a bonus.

    Attributes:
        amount: Points, more or less than 0.
        reason: Why.
    """

    amount: int
    reason: str | None = None


AccountEvent: TypeAlias = (
    UserRegistered
    | UserSuspended
    | UserUnsuspended
    | AccountsMerged
    | ReputationAdjusted
)
