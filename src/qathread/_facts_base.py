"""What all facts are made of: who, when, which thread, which post."""

from datetime import datetime

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .errors import ValidationError
from .ids import PostId, ThreadId, UserId
from .posts import PostKind
from .users import User, is_face

__all__ = ["EventId", "Fact", "Happened", "OnPost", "PostRef", "settle_fact"]

_id = {"check": identifier}


@frozen(kw_only=True, weakref_slot=False)
class EventId:
    """
    The identity of an event.

    Attributes:
        thread_id: Which thread.
        version: The version that the event made.
    """

    thread_id: ThreadId = field(metadata=_id)
    version: int

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.version, "EventId.version")


@frozen(kw_only=True, weakref_slot=False)
class PostRef:
    """
    A post as an event names it, with what a ledger needs to know of it.

    Attributes:
        post_id: Which post.
        kind: What it is.
        author_id: Whose it is.
    """

    post_id: PostId = field(metadata=_id)
    kind: PostKind
    author_id: UserId = field(metadata=_id)

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.post_id + self.author_id).isprintable()
                and self.post_id
                and self.author_id
                and self.kind.__class__ is PostKind
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Fact:
    """
    What all facts have.

    Attributes:
        thread_id: Which thread.
        version: The version that this fact makes, from 1 up.
        by: The face of who did it; None if that is not known.
        recorded_at: When it became known; as a rule the time it happened.
        cause: The event that brought it about, if one did.
    """

    thread_id: ThreadId = field(metadata=_id)
    version: int
    by: User | None = None
    recorded_at: datetime | None = None
    cause: EventId | None = None

    def __attrs_post_init__(self) -> None:
        settle_fact(self)


@frozen(kw_only=True, weakref_slot=False)
class Happened(Fact):
    """A fact with a time, in UTC."""

    at: datetime


@frozen(kw_only=True, weakref_slot=False)
class OnPost(Happened):
    """A fact about one post: its id, its kind and whose it is."""

    post_id: PostId = field(metadata=_id)
    post_kind: PostKind
    author_id: UserId = field(metadata=_id)


def settle_fact(event: Fact) -> None:
    """Check all fields, and that nothing but a face is known of whoever acts."""
    settle(event)
    name = type(event).__name__
    at_least(1, event.version, f"{name}.version")
    if event.by is not None and not is_face(event.by):
        raise ValidationError(
            f"{name}.by holds more than a public face: give users.face(user)"
        )
