"""What several copies of a post or of a topic say together."""

from collections.abc import Iterable, Mapping
from typing import Final

from ...provenance import extra_text
from .._instants import iso
from .._json import Place
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
    different = _different(copies)
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
        lost = _complete(members, copy.members, same)
        if lost:
            report.loss(
                "duplicate-id",
                "a post came more than once and said different things: the newest "
                "copy is kept",
                f"{copy.where}: {post_id}: {', '.join(sorted(lost))}",
            )
    return Copy(members, newest.where)


def merged_topic(copies: list[Copy], report: Collector) -> Copy:
    """Return the newest copy of a topic, with what only others say; or nothing."""
    if not copies:
        return Copy({}, Place(""))
    if len(copies) == 1:
        return copies[0]
    newest, *older = sorted(_different(copies), key=_size, reverse=True)
    members = dict(newest.members)
    for copy in older:
        lost = _complete(members, copy.members, same=True)
        if lost:
            report.tell(
                "topic-differs",
                "a topic came more than once and said different things: the copy "
                "with more posts and views is kept",
                f"{copy.where}: {', '.join(sorted(lost))}",
            )
    return Copy(members, newest.where)


def _different(copies: Iterable[Copy]) -> list[Copy]:
    """Return each different copy once, in an order of their own."""
    texts = {extra_text(copy.members): copy for copy in copies}
    return [texts[text] for text in sorted(texts)]


def _complete(
    members: dict[str, object], more: Mapping[str, object], same: bool
) -> list[str]:
    """Add what *more* says in addition; return the names of what is lost."""
    lost = list[str]()
    for name, value in more.items():
        if value is None:
            members.setdefault(name, value)
        elif members.get(name) is None and same:
            members[name] = value
        elif members.get(name) != value:
            lost.append(name)
    return lost


def _version(copy: Copy) -> tuple[int, float]:
    version, changed = (copy.members.get(n) for n in ("version", "updated_at"))
    at = iso(changed) if isinstance(changed, str) else None
    seconds = 0.0 if at is None else at.at.timestamp()
    return (version if type(version) is int else 0), seconds


def _size(copy: Copy) -> tuple[int, ...]:
    numbers = (copy.members.get(name) for name in _GROWING)
    return tuple(n if type(n) is int else -1 for n in numbers)
