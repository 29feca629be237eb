"""Marks that come and go: which one an event takes off, and whether it can."""

from collections.abc import Mapping
from typing import Any, Final

from ...events import (
    LockImposed,
    LockLifted,
    PostDeleted,
    PostReinstated,
    PostRemoved,
    PostRestored,
    ThreadClosed,
    ThreadProtected,
    ThreadReopened,
    ThreadUnprotected,
    WikiMade,
)
from ...status import Closed, Locked, Mark

__all__ = ["standing"]

_State = dict[tuple[str, str], Any]
_Whole = tuple[type[Any], dict[str, Any]]


def standing(cls: type[Any], facts: dict[str, Any], state: _State) -> _Whole | None:
    """
    Complete an event by the mark that it replaces.

    Args:
        cls: What happened.
        facts: The fields known so far.
        state: The marks that stand; changed.

    Returns:
        None if the event has nothing to act on.
    """
    by = facts.get("by")
    who = None if by is None else by.id
    at, reason = facts["at"], facts.get("reason")
    post = facts.get("post")
    place = facts.get("post_id", post.post_id if post else "")
    if cls is ThreadClosed:
        facts["replaced"] = state.get(("closed", ""))
        state["closed", ""] = Closed(
            by_id=who, at=at, reason=reason, duplicate_of=facts["duplicate_of"]
        )
    elif cls is LockImposed:
        facts["replaced"] = state.get(("locked", place))
        state["locked", place] = Locked(by_id=who, at=at, reason=reason)
    elif cls in _ONCE:
        key = (_ONCE[cls], place)
        if key in state:
            return None
        state[key] = Mark(by_id=who, at=at, reason=reason)
        if cls is PostRemoved:
            state["removed", place] = True
    elif cls in _LIFTING:
        key = (_LIFTING[cls], place)
        if key not in state:
            return None
        facts["replaced"] = state.pop(key)
        if cls is PostRestored and state.pop(("removed", place), False):
            cls = PostReinstated
    return cls, facts


_ONCE: Final[Mapping[type[Any], str]] = {
    ThreadProtected: "protected",
    WikiMade: "wiki",
    PostDeleted: "down",
    PostRemoved: "down",
}
_LIFTING: Final[Mapping[type[Any], str]] = {
    ThreadReopened: "closed",
    LockLifted: "locked",
    ThreadUnprotected: "protected",
    PostRestored: "down",
}
