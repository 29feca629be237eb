"""
A post as the members of a line, the inverse of :mod:`qathread.formats.reddit._things`.

What a post of Reddit kept in ``extra`` is taken as it is; a member that the model
holds is put over it only where it says something else.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from ...ids import PostId
from ...posts import Post, Question
from ...status import Link, LinkKind, Mark
from ...thread import Thread
from ...users import User, UserKind
from .._instants import epoch
from ..reddit._marks import GONE, marks_of
from ..reddit._things import PLATFORM, SITE, seconds
from ._ids import Ids

__all__ = ["members_of"]

_WORDS: Final = frozenset({"author", "deleted", "moderator", "removed"})


def members_of(post: Post, thread: Thread, ids: Ids) -> dict[str, object]:
    """
    Return the members of one line.

    Args:
        post: A post of *thread*.
        thread: Tells its author, score, links and marks.
        ids: The names that posts are written under.
    """
    name = ids.posts[post.id]
    origin = post.provenance
    foreign = origin is None or origin.platform != PLATFORM
    members = {} if origin is None or foreign else origin.members()
    members["id"] = name[3:]
    if "name" in members:
        members["name"] = name
    if isinstance(post, Question):
        text = "selftext"
        _submission(members, post, thread, foreign)
    else:
        text = "body"
        _comment(members, ids.posts[post.parent_id], ids.thread)
        _set(members, "locked", post.status.locked is not None)
    _author(members, post, thread.author(post.id))
    _put(
        members,
        text,
        post.body.source,
        lambda raw: raw is None and not post.body.source,
    )
    _time(members, "created_utc", post.created_at)
    if post.edited_at is None:
        if foreign or _at(members.get("edited")) is not None:
            members["edited"] = False
    else:
        _time(members, "edited", post.edited_at)
    hidden = "hide_score" if isinstance(post, Question) else "score_hidden"
    _score(members, thread.tally(post.id).score, hidden)
    if origin is not None and not foreign:
        url = origin.url
        if url is not None and url.startswith(f"{SITE}/"):
            members["permalink"] = url.removeprefix(SITE)
    _marks(members, post, text)
    return members


def _put(
    members: dict[str, object],
    name: str,
    value: object,
    fits: Callable[[object], bool] = lambda raw: False,
) -> None:
    """Set a member, unless it is there and says the same in another way."""
    if name not in members or not fits(members[name]):
        members[name] = value


def _submission(
    members: dict[str, object], post: Question, thread: Thread, foreign: bool
) -> None:
    if post.title is not None:
        members["title"] = post.title
    _set(members, "stickied", thread.status.pinned is not None)
    _set(members, "archived", thread.status.archived is not None)
    _set(members, "locked", thread.status.locked is not None)
    if post.tags and post.tags[0].strip():
        members["link_flair_text"] = post.tags[0]
    elif isinstance(members.get("link_flair_text"), str):
        _drop_text(members, "link_flair_text")
    if post.views is not None:
        views = post.views
        _put(members, "view_count", views, lambda raw: _whole(raw) == views)
    elif _whole(members.get("view_count")) is not None:
        members["view_count"] = None
    crossposts = sorted(map(_target, filter(_is_crosspost, thread.links)))
    if crossposts:
        members["crosspost_parent"] = crossposts[0]
    elif isinstance(members.get("crosspost_parent"), str):
        _drop_text(members, "crosspost_parent")
    declared = {} if post.provenance is None else dict(post.provenance.declared)
    comments = len(thread) - 1 if foreign else declared.get("comments")
    if comments is not None:
        _put(members, "num_comments", comments, lambda raw: _whole(raw) == comments)


def _comment(members: dict[str, object], parent: PostId, thread: PostId) -> None:
    _put(members, "link_id", thread, lambda raw: raw == thread[3:])

    def fits(raw: object) -> bool:
        # What is no parent was read as the submission.
        known = isinstance(raw, str) and raw[:3] == "t1_" and raw[3:]
        return raw == parent or (parent == thread and not known)

    _put(members, "parent_id", parent, fits)
    if members["parent_id"] is None:
        members["parent_id"] = parent


def _author(members: dict[str, object], post: Post, user: User) -> None:
    shown = _shown(post, user)
    if shown is not None:
        members["author"] = shown
    elif user.kind is UserKind.REGISTERED:
        if members.get("author"):
            del members["author"]
    else:
        _put(members, "author", "[deleted]", _is_gone)


def _shown(post: Post, user: User) -> str | None:
    """Return the name in a line; None for somebody who is not known."""
    nameless = user.name is None and user.handle is None
    if nameless and user.kind is not UserKind.REGISTERED:
        return None
    if nameless and user.id == f"unknown:{post.id}":
        return None
    names = (user.name, user.handle, post.author_name, user.id)
    return next(name for name in names if name and name not in GONE)


def _score(members: dict[str, object], score: int | None, hidden: str) -> None:
    if score is not None:
        if members.get(hidden) is True:
            members[hidden] = False
        _put(members, "score", score, lambda raw: _whole(raw) == score)
    elif members.get(hidden) is not True and _whole(members.get("score")) is not None:
        members["score"] = None


def _time(members: dict[str, object], name: str, at: datetime | None) -> None:
    if at is not None:
        _put(members, name, seconds(at), lambda raw: _at(raw) == at)
    elif _at(members.get(name)) is not None:
        members[name] = None


def _set(members: dict[str, object], name: str, value: bool) -> None:
    if value:
        members[name] = True
    elif members.get(name) is True:
        members[name] = False


def _drop_text(members: dict[str, object], name: str) -> None:
    if str(members[name]).strip():
        members[name] = None


def _is_gone(raw: object) -> bool:
    return isinstance(raw, str) and raw in GONE


def _is_crosspost(link: Link) -> bool:
    return link.kind is LinkKind.CROSSPOST


def _target(link: Link) -> str:
    return link.target


def _at(raw: object) -> datetime | None:
    found = epoch(raw)
    return None if found is None else found.at


def _whole(raw: object) -> int | None:
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw if type(raw) is int else None


# -- deleted and removed -----------------------------------------------------------


def _marks(members: dict[str, object], post: Post, text: str) -> None:
    """Say that a post was taken down, in the words that dumps have for it."""
    wanted = _told(post.deleted, post.removed)
    if _read(members, post) == wanted:
        return
    meta = members.get("_meta")
    meta = dict(meta) if isinstance(meta, dict) else {}
    for name in ("removal_type", "was_initially_deleted", "was_deleted_later"):
        meta.pop(name, None)
    for name in ("removed_by_category", "banned_by", "banned_at_utc"):
        if name in members:
            members[name] = None
    members.pop("removed", None)
    words = []
    bare = _read({**members, "_meta": meta}, post)
    if wanted[0] and not bare[0]:
        words.append("deleted")
    if wanted[1] and bare[1:] != wanted[1:]:
        reason = wanted[2]
        special = not reason or reason.lower() in _WORDS
        words.append("removed" if special else str(reason))
    # Submissions have a member for it, comments only what a second look adds.
    slots = ["category", "meta"] if text == "selftext" else ["meta", "category"]
    for slot, word in zip(slots, words, strict=False):
        if slot == "category":
            members["removed_by_category"] = word
        else:
            meta |= {"removal_type": word, "was_deleted_later": True}
    members.pop("_meta", None)
    if meta:
        members["_meta"] = meta


def _read(members: dict[str, object], post: Post) -> tuple[bool, bool, str | None]:
    return _told(*marks_of(members, post.body.source, members.get("author")))


def _told(deleted: Mark | None, removed: Mark | None) -> tuple[bool, bool, str | None]:
    reason = None if removed is None else removed.reason
    return deleted is not None, removed is not None, reason
