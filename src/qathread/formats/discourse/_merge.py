"""What several copies of a post or of a topic say together."""

from typing import Final

from ...provenance import extra_text
from .._instants import iso
from .._json import Place
from .._merging import completed, distinct
from .._report import Collector
from ._intake import Copy

__all__ = ["merged_post", "merged_topic"]

_GROWING: Final = ("highest_post_number", "views", "like_count")


def merged_post(post_id: str, copies: list[Copy], report: Collector) -> Copy:
    """
    Return the newest copy, with what only others of the same wording say.

    The newest has the highest version, then the latest time of change; the order
    in which copies came makes no difference. What older ones say otherwise is lost.

    Raises:
        LossError: If strict, where something is lost.
    """
    if len(copies) == 1:
        return copies[0]
    different = distinct(copies, _text)
    if len(different) < len(copies):
        report.tell(
            "repeated",
            "a post that came more than once, each time the same",
            f"{copies[0].where}: {post_id}",
        )
    newest, *older = sorted(different, key=_version, reverse=True)
    members = dict(newest.members)
    for copy in older:
        same = _version(copy) == _version(newest)
        lost = completed(members, copy.members, same=same)
        if lost:
            report.loss(
                "duplicate-id",
                "a post came more than once and said different things: the newest "
                "copy is kept",
                f"{copy.where}: {post_id}: {', '.join(sorted(lost))}",
            )
    return Copy(members, newest.where)


def merged_topic(copies: list[Copy], listed: list[Copy], report: Collector) -> Copy:
    """
    Return the newest copy of a topic, with what only others say; or nothing.

    Args:
        copies: Of the topic itself, which go first.
        listed: What lists of topics say of it.
        report: Hears of what they say otherwise.
    """
    if len(copies) + len(listed) == 1:
        return (copies or listed)[0]
    ordered = sorted(distinct(copies, _text), key=_size, reverse=True)
    ordered += sorted(distinct(listed, _text), key=_size, reverse=True)
    if not ordered:
        return Copy({}, Place(""))
    newest, *older = ordered
    members = dict(newest.members)
    made = members.get("created_at")
    for copy in older:
        stated = copy.members.get("created_at")
        if made is None or stated in (None, made):
            lost = completed(members, copy.members)
        else:  # a topic of another site under the same id
            lost = list(copy.members)
        if lost:
            report.tell(
                "topic-differs",
                "a topic came more than once and said different things: the copy "
                "with more posts and views is kept",
                f"{copy.where}: {', '.join(sorted(lost))}",
            )
    return Copy(members, newest.where)


def _text(copy: Copy) -> str:
    return extra_text(copy.members)


def _version(copy: Copy) -> tuple[int, float]:
    version, changed = (copy.members.get(n) for n in ("version", "updated_at"))
    at = iso(changed) if isinstance(changed, str) else None
    seconds = 0.0 if at is None else at.at.timestamp()
    return (version if type(version) is int else 0), seconds


def _size(copy: Copy) -> tuple[int, ...]:
    numbers = (copy.members.get(name) for name in _GROWING)
    return tuple(n if type(n) is int else -1 for n in numbers)
