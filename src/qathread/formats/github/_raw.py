"""What was found in a document, before it is settled what belongs together."""

from typing import Any, Final

from attrs import frozen

from .._json import Place

__all__ = ["NO_EVENT", "Event", "Raw"]


@frozen
class Event:
    """What a webhook says was done, and by whom."""

    action: str | None
    by: str | None


NO_EVENT: Final = Event(None, None)


@frozen(eq=False)
class Raw:
    """
    A discussion or a comment as it came.

    Attributes:
        value: Its members.
        where: Its place.
        key: A name of it; others may be known for the same.
        discussion: A name of the discussion of a comment.
        parent: A name of the comment that a reply stands in.
        event: What a webhook says.
        accepted: True if it came as the answer.
    """

    value: dict[str, Any]
    where: Place
    key: str
    discussion: str = ""
    parent: str | None = None
    event: Event = NO_EVENT
    accepted: bool | None = None
