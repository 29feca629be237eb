"""The marks of topics and posts, and the small actions that say who set them."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from ...status import Closed, Locked, Mark, PostStatus, Status
from ...users import User
from .._json import Place, shown
from .._members import Members
from .._report import Collector
from ._people import kind_of

__all__ = ["Action", "action_of", "gone", "post_status", "status_of"]

_MARK: Final = Mark()
_UNMARKED: Final = PostStatus()
_WHISPER: Final = 4
#: What the code of an action begins with, the mark it sets, and what sets it.
_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "archived": ("archived", "enabled"),
    "autoclosed": ("closed", "enabled"),
    "closed": ("closed", "enabled"),
    "pinned": ("pinned", "enabled"),
    "pinned_globally": ("pinned", "enabled"),
    "visible": ("hidden", "disabled"),
}


@frozen
class Action:
    """That a mark was set on a topic, or taken off."""

    name: str
    is_set: bool
    mark: Mark


def action_of(members: Mapping[str, object], where: Place) -> Action | None:
    """Return what a small action did to the marks of its topic, if anything."""
    # The action stays whole in extra, so nothing is reported twice here.
    post = Members(members, where, Collector())
    code = post.peek("action_code")
    stem, _, end = code.partition(".") if isinstance(code, str) else ("", "", "")
    if stem not in _CODES or end not in ("enabled", "disabled"):
        return None
    name, setting = _CODES[stem]
    mark = Mark(
        by_id=post.name("user_id"), at=post.iso("created_at"), reason=post.text("raw")
    )
    if mark.reason == "":
        mark = Mark(by_id=mark.by_id, at=mark.at)
    return Action(name, end == setting, mark)


def status_of(topic: Members, actions: Iterable[Action]) -> Status:
    """
    Return the marks of a topic; what it says itself goes before its actions.

    Args:
        topic: Its members, from which those that are understood are taken.
        actions: In order of their posts.
    """
    last = {action.name: action for action in actions}
    stated = _stated(topic)

    def mark(name: str) -> Mark | None:
        action, own = last.get(name), stated.get(name)
        if name in stated and own is None:
            return None
        if action is None or not action.is_set:
            return own
        told = action.mark
        return (
            told
            if own is None or own.at is None
            else Mark(by_id=told.by_id, at=own.at, reason=told.reason)
        )

    closed = mark("closed")
    return Status(
        closed=None
        if closed is None
        else Closed(by_id=closed.by_id, at=closed.at, reason=closed.reason),
        pinned=mark("pinned"),
        archived=mark("archived"),
        hidden=mark("hidden"),
    )


def _stated(topic: Members) -> dict[str, Mark | None]:
    """Take what a topic says of its marks; a mark that it does not have is None."""
    stated: dict[str, Mark | None] = {}
    for name in ("closed", "archived"):
        flag = topic.flag(name)
        if flag is not None:
            stated[name] = _MARK if flag else None
    visible = topic.flag("visible")
    if visible is not None:
        stated["hidden"] = None if visible else _MARK
    pinned, at = topic.peek("pinned"), topic.iso("pinned_at")
    if at is not None:  # "pinned" says only whether this reader still sees it
        stated["pinned"] = Mark(at=at)
    elif isinstance(pinned, bool):
        stated["pinned"] = _MARK if topic.flag("pinned") else None
    return stated


def post_status(post: Members) -> PostStatus:
    """Take the marks of a post."""
    hidden, wiki, locked = (post.flag(name) for name in ("hidden", "wiki", "locked"))
    # A whisper is for moderators only.
    whisper = post.peek("post_type") == _WHISPER
    if not (hidden or wiki or locked or whisper):
        return _UNMARKED
    return PostStatus(
        hidden=_MARK if hidden or whisper else None,
        wiki=_MARK if wiki else None,
        locked=Locked() if locked else None,
    )


def gone(
    members: Members, author_id: str | None
) -> tuple[Mark | None, Mark | None, tuple[User, ...]]:
    """
    Take whether a post or topic is deleted by its author, or removed.

    Returns:
        The two marks, and who set them.
    """
    by_author = members.flag("user_deleted")
    at = members.iso("deleted_at")
    if at is None:
        return (_MARK if by_author else None), None, ()
    by_id, people = None, tuple[User, ...]()
    by = members.peek("deleted_by")
    if isinstance(by, dict) and type(by.get("id")) is int:
        by_id = str(by["id"])
        handle, name = by.get("username"), by.get("name")
        handle = handle if isinstance(handle, str) and handle else None
        shown_name = name if isinstance(name, str) and name else handle
        kind = kind_of(by_id)
        people = (User(id=by_id, name=shown_name, handle=handle, kind=kind),)
    elif by is not None:
        where = f"{members.where.down('deleted_by')}: {shown(by)}"
        message = "who deleted a post is not told by id: it is kept in extra only"
        members.report.damage("field", message, where, kind="skipped")
    mark = Mark(by_id=by_id, at=at)
    if by_author or (by_id is not None and by_id == author_id):
        return mark, None, people
    return None, mark, people
