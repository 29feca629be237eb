"""What was found in documents and belongs together."""

from collections.abc import Mapping

from attrs import define, field, frozen

from ...posts import Stub
from ...users import User
from .._json import Place

__all__ = ["Activity", "Copy", "Pool"]


@frozen(eq=False)
class Copy:
    """
    One post as one document delivers it.

    Attributes:
        id: Its IRI, or a name made of its content.
        members: Its members under short names; what was nested is named by IRI.
        where: The place.
        actor: Who created it, as the activity around it says.
    """

    id: str
    members: dict[str, object]
    where: Place
    actor: str | None = None


@frozen(eq=False)
class Activity:
    """
    Something that somebody did to posts.

    Attributes:
        kind: Its type.
        id: Its IRI, or a name made of its content.
        actor: Who did it.
        objects: To what, as IRIs.
        members: Its members; what was nested is named by IRI.
        where: The place.
    """

    kind: str
    id: str
    actor: str | None
    objects: tuple[str, ...]
    members: dict[str, object]
    where: Place


@define(eq=False)
class Pool:
    """
    What belongs together: all documents of a reading, or one collection of ours.

    Attributes:
        copies: Copies of posts by id.
        activities: What was done to posts.
        undone: Activities that were undone: by id, and what they did.
        faces: People by id, with the time of each record.
        stubs: Places of posts that are only named.
        contexts: Contexts by the id of the post that they stand with.
        pinned: Ids in collections of pinned posts.
        ours: What one of our own collections says of its thread.
        where: The place of that collection.
    """

    copies: dict[str, list[Copy]] = field(factory=dict)
    activities: list[Activity] = field(factory=list)
    undone: list[Activity] = field(factory=list)
    faces: dict[str, dict[tuple[str, User], None]] = field(factory=dict)
    stubs: list[Stub] = field(factory=list)
    contexts: dict[str, list[object]] = field(factory=dict)
    pinned: set[str] = field(factory=set)
    ours: Mapping[str, object] | None = None
    where: Place = field(factory=lambda: Place(""))
