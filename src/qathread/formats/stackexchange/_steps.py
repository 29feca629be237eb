"""What happened to a thread, gathered before it is put in order."""

from datetime import datetime
from typing import Any, Final, TypeAlias

from ...events import PostRef
from ...posts import Post
from ...thread import Thread
from ...users import User
from ._values import user_of

__all__ = [
    "ACCEPTED",
    "ASKED",
    "COUNTED",
    "MARKED",
    "PAID",
    "POSTED",
    "WORDED",
    "Step",
    "Steps",
    "on",
    "ref",
]

#: What happens at one instant, in this order.
ASKED: Final = 0
POSTED: Final = 1
WORDED: Final = 2
MARKED: Final = 3
COUNTED: Final = 4
ACCEPTED: Final = 5
PAID: Final = 6

#: When it takes its place, what goes before at the same time, and what it is.
Step: TypeAlias = tuple[datetime, int, int, type[Any], dict[str, Any]]


class Steps:
    """
    What happened to one thread so far, in any order.

    Attributes:
        thread: The thread.
        noted: The steps.
        places: When each post takes its place: never before what it hangs on.
        asker_id: Whose question it is.
    """

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.noted: list[Step] = []
        self.places: dict[str, datetime] = {}
        self.asker_id = thread.question.author_id

    def add(
        self, post_id: str, at: datetime, rank: int, cls: type[Any], /, **facts: Any
    ) -> None:
        """Note something that happened to a post, never before it was there."""
        place = max(at, self.places[post_id])
        self.noted.append((place, rank, len(self.noted), cls, {"at": at, **facts}))

    def face(self, user_id: str | None) -> User | None:
        """Return the face of a user."""
        if user_id is None:
            return None
        return self.thread.users.get(user_id) or user_of(user_id, None)


def ref(post: Post) -> PostRef:
    """Name a post as an event does."""
    return PostRef(post_id=post.id, kind=post.kind, author_id=post.author_id)


def on(post: Post) -> dict[str, Any]:
    """Return the fields of an event that is about a post."""
    return {
        "post_id": post.id,
        "post_kind": post.kind,
        "author_id": post.author_id,
    }
