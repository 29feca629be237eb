"""What several views of a post or comment say together."""

from typing import Final

from ...provenance import extra_text
from .._instants import iso
from .._merging import completed, distinct
from .._report import Collector
from ._intake import View

__all__ = ["merged"]

_CHANGED: Final = ("updated", "updated_at", "published", "published_at")
_COUNTS: Final = ("comments", "child_count", "upvotes", "score")


def merged(name: str, views: list[View], report: Collector) -> View:
    """
    Return the newest of several views, with what only others say.

    The one changed last goes first, then a whole view before a post that came with a
    comment, then the one with higher counts; the order in which they came makes no
    difference.

    Raises:
        LossError: If strict, where whole views say different things.
    """
    if len(views) == 1:
        return views[0]
    different = distinct(views, _text)
    if len(different) < len(views):
        report.tell(
            "repeated",
            "a post that came more than once, each time the same",
            f"{views[0].where}: {name}",
        )
    newest, *others = sorted(different, key=_freshness, reverse=True)
    members, more = dict(newest.members), dict(newest.more)
    for view in others:
        same = _changed(view) == _changed(newest)
        lost = sorted(
            {
                *completed(members, view.members, same=same),
                *completed(more, view.more, same=same or not newest.more),
            }
        )
        if not lost:
            continue
        where = f"{view.where}: {name}: {', '.join(lost)}"
        if view.is_whole:
            report.loss(
                "duplicate-id",
                "a post came more than once and said different things: the newest "
                "copy is kept",
                where,
            )
        else:
            report.tell(
                "post-differs",
                "a post that came with a comment says other things than the post "
                "itself, which is kept",
                where,
            )
    return View(members, more, newest.where, newest.is_whole)


def _text(view: View) -> str:
    return extra_text({"": [view.members, view.more, view.is_whole]})


def _changed(view: View) -> float:
    """Return when a view changed last, in seconds."""
    found = [0.0]
    for name in _CHANGED:
        value = view.members.get(name)
        at = iso(value) if isinstance(value, str) else None
        if at is not None:
            found.append(at.at.timestamp())
    return max(found)


def _freshness(view: View) -> tuple[float, bool, tuple[int, ...]]:
    stated = view.more.get("counts")
    counts = stated if isinstance(stated, dict) else view.members
    numbers = (counts.get(name) for name in _COUNTS)
    sizes = tuple(each if type(each) is int else -1 for each in numbers)
    return _changed(view), view.is_whole, sizes
