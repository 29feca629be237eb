"""What tells that a post of Reddit was taken down, and by whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ...status import Mark
from .._instants import epoch

__all__ = ["GONE", "marks_of"]

#: What stands in place of the author of a post who is not shown any more.
GONE: Final = frozenset({"[deleted]", "[removed]"})
_BY_SITE: Final = "[ removed by reddit"
_BY_AUTHOR: Final = frozenset({"author", "deleted"})
#: Words that say who took a post down, and nothing of the reason.
_PLAIN: Final = frozenset({"moderator", "removed"})


def marks_of(
    members: Mapping[str, object], text: str, author: object
) -> tuple[Mark | None, Mark | None]:
    """
    Return the marks "deleted by its author" and "removed" of a post.

    The text itself tells: ``[deleted]`` where the author is gone too, ``[removed]``
    and ``[ Removed by Reddit ]``. So do ``removed_by_category``, ``removal_type`` in
    the ``_meta`` of a dump, unless the post came back, and what moderators see.

    Args:
        members: The members of the post.
        text: Its text.
        author: Its author, as the source says.
    """
    deleted, removed = False, False
    reasons: list[str] = []
    for word in _words(members):
        if word.lower() in _BY_AUTHOR:
            deleted = True
        else:
            removed = True
            if word.lower() not in _PLAIN:
                reasons.append(word)
    shown = text.strip()
    gone = author is None or (isinstance(author, str) and author in GONE)
    if shown == "[deleted]" and gone:
        deleted = True
    elif shown == "[removed]":
        removed = True
    elif _by_site(shown) or _by_site(members.get("title")):
        removed = True
        reasons.append("removed by reddit")
    by_id, at = _moderated(members)
    if by_id is not None or at is not None or members.get("removed") is True:
        removed = True
    reason = reasons[0] if reasons else None
    return (
        Mark() if deleted else None,
        Mark(by_id=by_id, at=at, reason=reason) if removed else None,
    )


def _words(members: Mapping[str, object]) -> list[str]:
    found: list[object] = [members.get("removed_by_category")]
    meta = members.get("_meta")
    if isinstance(meta, dict) and meta.get("was_initially_deleted") is not True:
        found.append(meta.get("removal_type"))
    return [word for word in found if isinstance(word, str) and word]


def _by_site(text: object) -> bool:
    return isinstance(text, str) and text.lstrip()[:32].lower().startswith(_BY_SITE)


def _moderated(members: Mapping[str, object]) -> tuple[str | None, datetime | None]:
    """Return who removed a post and when, as only its moderators are told."""
    by, time = members.get("banned_by"), members.get("banned_at_utc")
    found = None if isinstance(time, str) else epoch(time)
    by_id = by if isinstance(by, str) and by and by not in GONE else None
    return by_id, None if found is None else found.at
