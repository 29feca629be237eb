"""What decisions on moderation share: locks, causes, names of posts, free ids."""

from datetime import datetime
from typing import TypeAlias, TypedDict

from . import rules
from ._checks import text
from .errors import DuplicateIdError
from .facts import Event, EventId
from .ids import PostId, UserId
from .policy import Act, Policy
from .posts import Post, PostKind
from .rules import Happening
from .status import Bounty, Flag
from .thread import Thread, index_in
from .users import User

Events: TypeAlias = tuple[Event, ...]


class OnPostFields(TypedDict):
    """The fields that name the post of an event."""

    post_id: PostId
    post_kind: PostKind
    author_id: UserId


def why(reason: str | None) -> str | None:
    """Check a reason, which nobody has to give."""
    return None if reason is None else text(reason, "reason")


def not_locked(
    thread: Thread, by: User, at: datetime, policy: Policy, post: Post | None = None
) -> None:
    """Refuse a change to what a lock keeps as it is, but by those who may lock."""
    held = [(f"thread {thread.id!r}", index_in(thread).rest.status.locked)]
    if post is not None:
        held.append((f"post {post.id!r}", post.status.locked))
    for what, lock in held:
        if lock is not None:
            # Like an edit, it is stopped by a lock of everything alone.
            rules.unlocked(lock, Act.EDIT, by, at, policy, what)


class Caused(TypedDict):
    """The fields of an event that another one brings about."""

    thread_id: str
    version: int
    at: datetime
    recorded_at: datetime
    cause: EventId


def caused(common: Happening, later: int = 1) -> Caused:
    """Return the fields of an event that the one with the *common* ones causes."""
    return {
        "thread_id": common["thread_id"],
        "version": common["version"] + later,
        "at": common["at"],
        "recorded_at": common["recorded_at"],
        "cause": EventId(thread_id=common["thread_id"], version=common["version"]),
    }


def on(post: Post) -> OnPostFields:
    """Return how an event on one post names it."""
    return {
        "post_id": post.id,
        "post_kind": post.kind,
        "author_id": post.author_id,
    }


def free(id: str, what: str, thread: Thread) -> str:
    """Refuse an id that another report or promise in the thread has."""
    parts: tuple[Flag | Bounty, ...] = (*thread.flags, *thread.bounties)
    if any(each.id == id for each in parts):
        raise DuplicateIdError(
            f"thread {thread.id!r} has {id!r} already, so a new {what} cannot be "
            "named: give the old one another id where the thread came from"
        )
    return id
