"""What undoing is done with, and what is said where it cannot be."""

from datetime import datetime
from typing import TypedDict

from ._draft import place
from .errors import IntegrityError, ValidationError
from .facts import Event
from .policy import Policy, Usage
from .status import Closed, Locked, Mark
from .users import User


class Who(TypedDict):
    """What all verbs take by name."""

    by: User
    at: datetime
    policy: Policy
    usage: Usage | None
    recorded_at: datetime | None


def since(event: Event, what: str) -> IntegrityError:
    """Return the error for a thread that has moved on."""
    return blocked(event, f"{what} since")


def blocked(event: Event, what: str) -> IntegrityError:
    """Return the error for a thread in which there is no room for what was before."""
    return IntegrityError(
        f"{_named(event)} cannot be undone, because {what}: undo that first, or make "
        "the change that you want with a verb"
    )


def final(event: Event, instead: str) -> ValidationError:
    """Return the error for what has no inverse."""
    return ValidationError(f"{_named(event)} cannot be undone: {instead}")


def not_own(event: Event, whose: str, by: User, instead: str) -> ValidationError:
    """Return the error for a vote or reaction of somebody else."""
    return ValidationError(
        f"{_named(event)} is of user {whose!r}, not of {by.id!r}: {instead}"
    )


def still(
    event: Event, mark: Mark | Closed | Locked | None, reason: str | None, name: str
) -> None:
    """Refuse unless the mark that *event* set is the one that stands."""
    if mark is None:
        raise since(event, f"{name} ended")
    if (mark.at, mark.reason) != (event.at, reason):
        raise since(event, f"{name} was set anew")


def gone(event: Event, mark: Mark | Closed | Locked | None, name: str) -> None:
    """Refuse unless the mark that *event* took off is still off."""
    if mark is not None:
        raise since(event, f"{name} was set anew")


def _named(event: Event) -> str:
    return f"{place(event)} ({type(event).__name__})"
