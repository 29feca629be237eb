"""One item as one of the three APIs shows it, under the names of the first of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Final

from attrs import field, frozen

from ...provenance import extra_text
from .._instants import Instant, epoch, iso
from .._json import Place, shown
from .._members import Members
from .._merging import completed, distinct
from .._report import Collector

__all__ = ["OPTION", "ROOTS", "View", "ViewKind", "merged", "view_of"]

#: The types of items that open a thread.
ROOTS: Final = frozenset({"story", "job", "poll"})
COMMENT: Final = "comment"
OPTION: Final = "pollopt"

_TYPES: Final = (*sorted(ROOTS), COMMENT, OPTION)
#: What Algolia says of every item, null where it does not apply.
_OFTEN_NULL: Final = (
    "author",
    "comment_text",
    "num_comments",
    "parent_id",
    "points",
    "story_id",
    "story_text",
    "story_title",
    "story_url",
    "text",
    "title",
    "url",
)


class ViewKind(IntEnum):
    """Which API an item came from; what the first of several says goes first."""

    ITEM = 0  # Firebase
    TREE = 1  # an item of Algolia, its children within
    HIT = 2  # of a search of Algolia


@frozen(eq=False)
class View:
    """
    One item as one document shows it.

    Attributes:
        id: Its id.
        kind: Which API it came from.
        where: Its place.
        known: What is understood, under the names of Firebase; nothing in it is
            null. Ids are texts, ``time`` is an Instant.
        rest: All other members as they came.
    """

    id: str
    kind: ViewKind
    where: Place
    known: dict[str, object] = field(factory=dict)
    rest: dict[str, object] = field(factory=dict)

    @property
    def type(self) -> str | None:
        """The type of the item, as far as it is known."""
        return self.text("type")

    def text(self, name: str) -> str | None:
        """Return a text of what is understood."""
        value = self.known.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """Return a number of what is understood."""
        value = self.known.get(name)
        return value if type(value) is int else None

    def ids(self, name: str) -> tuple[str, ...]:
        """Return a list of ids."""
        value = self.known.get(name)
        return value if isinstance(value, tuple) else ()

    @property
    def time(self) -> Instant | None:
        """When it was posted."""
        value = self.known.get("time")
        return value if isinstance(value, Instant) else None

    @property
    def at(self) -> datetime | None:
        """When it was posted, as a time."""
        found = self.time
        return None if found is None else found.at

    def canonical(self) -> str:
        """Return all that it says as one text, equal for equal views."""
        members: dict[str, object] = dict(self.known)
        if self.time is not None:
            members["time"] = self.time.at.isoformat()
        return extra_text({"known": members, "rest": self.rest})


def view_of(
    members: Mapping[str, object],
    kind: ViewKind,
    item_id: str,
    above: str | None,
    where: Place,
    report: Collector,
) -> View:
    """
    Return what an object says of an item.

    Args:
        members: The object.
        kind: Which API it came from.
        item_id: The id of the item.
        above: The item that it is nested in.
        where: Its place.
        report: Hears of members that are not what they should be.
    """
    found = Members(members, where, report)
    found.drop("objectID" if kind is ViewKind.HIT else "id")
    if kind is ViewKind.ITEM:
        known = _firebase(found)
    else:
        known = _algolia(found, kind, item_id)
    if above is not None:
        stated = known.get("parent")
        if stated not in (None, above):
            report.damage(
                "wrong-parent",
                "an item names another parent than the one it is nested in: the "
                "latter is taken, extra holds what it says",
                f"{where.down('parent_id')}: {stated}, not {above}",
            )
            found.put("parent_id", members.get("parent_id"))
        known["parent"] = above
    told = {name: value for name, value in known.items() if value is not None}
    return View(item_id, kind, where, told, found.rest)


def _firebase(found: Members) -> dict[str, object]:
    known: dict[str, object] = {
        "type": _type(found),
        "by": _name(found, "by"),
        "time": _time(found, "time", None),
        "text": found.text("text"),
        "title": found.text("title"),
        "parent": found.name("parent"),
        "score": found.integer("score"),
        "descendants": found.count("descendants"),
        "deleted": found.flag("deleted") or None,
        "dead": found.flag("dead") or None,
        "kids": _ids(found, "kids") or None,
        "parts": _ids(found, "parts") or None,
    }
    stated = found.peek("poll")
    poll = found.name("poll")
    if known["parent"] is None:
        known["parent"] = poll
    elif poll not in (None, known["parent"]):
        found.put("poll", stated)
    return known


def _algolia(found: Members, kind: ViewKind, item_id: str) -> dict[str, object]:
    known: dict[str, object] = {
        "type": _type(found),
        "by": _name(found, "author"),
        "time": _time(found, "created_at_i", "created_at"),
        "title": found.text("title"),
        "parent": found.name("parent_id"),
        "score": found.integer("points"),
        "kids": _ids(found, "children") or None,
        "story": found.name("story_id"),
    }
    if kind is ViewKind.HIT:
        known["num_comments"] = found.count("num_comments")
        known["text"] = found.text("comment_text") or found.text("story_text")
        if known["type"] is None:
            known["type"] = _tagged(found)
    else:
        known["text"] = found.text("text")
    options = found.peek("options")
    if isinstance(options, list) and all(isinstance(each, dict) for each in options):
        known["parts"] = _ids(found, "options") or None
    is_comment = known["type"] == COMMENT
    if is_comment and known["by"] is known["text"] is None and kind is ViewKind.TREE:
        known["deleted"] = True
    if known["story"] == item_id:
        known["story"] = None
    for name in _OFTEN_NULL:
        if name in found and found.peek(name) is None:
            found.drop(name)
    return known


def _type(found: Members) -> str | None:
    value = found.peek("type")
    if isinstance(value, str) and value in _TYPES:
        found.drop("type")
        return value
    if value is not None:
        found.report.damage(
            "field",
            "a type of item that is not known: it is kept in extra only",
            f"{found.where.down('type')}: {shown(value)}",
            kind="skipped",
        )
    return None


def _tagged(found: Members) -> str | None:
    """Return the type that the tags of a hit say; they stay."""
    tags = found.peek("_tags")
    known = tags if isinstance(tags, list) else []
    for name in (OPTION, "poll", "job", COMMENT, "story"):
        if name in known:
            return name
    return None


def _name(found: Members, member: str) -> str | None:
    if found.peek(member) == "":
        return None
    return found.text(member)


def _time(found: Members, seconds: str, written: str | None) -> Instant | None:
    """Take a time, told as seconds, as text, or both."""
    counted = epoch(found.peek(seconds))
    found.epoch(seconds)
    if written is None:
        return counted
    text = found.peek(written)
    other = iso(text) if isinstance(text, str) else None
    if counted is None:
        at = found.iso(written)
        return other if at is not None else None
    if other is not None and other.at == counted.at:
        found.drop(written)
    return counted


def _ids(found: Members, name: str) -> tuple[str, ...]:
    """Take a list of ids, or of objects that have one."""
    ids: dict[str, None] = {}
    for index, value in enumerate(found.items(name)):
        each = value.get("id") if isinstance(value, dict) else value
        if type(each) is int or (isinstance(each, str) and each):
            ids.setdefault(str(each))
            continue
        found.report.damage(
            "field",
            "what a list of ids holds is none: it is passed over",
            f"{found.where.down(name, index)}: {shown(value)}",
            kind="skipped",
        )
    return tuple(ids)


# -- several views of one item ---------------------------------------------------------


def merged(views: list[View], report: Collector) -> View:
    """
    Return what several views of one item say together.

    Firebase goes before a tree of Algolia, and that before a hit of a search; of
    two views of one API the one with more comments, then more points goes first,
    since both mostly grow. Each gives what those before it lack. The order in
    which they came makes no difference.

    Raises:
        LossError: If strict, where they say different things.
    """
    if len(views) == 1:
        return views[0]
    ordered = distinct(views, View.canonical)
    if len(ordered) < len(views):
        report.tell(
            "repeated",
            "an item that came more than once, each time the same",
            f"{views[0].where}: {views[0].id}",
        )
    ordered.sort(key=_size, reverse=True)
    ordered.sort(key=lambda view: view.kind)
    first, *others = ordered
    known, rest = dict(first.known), dict(first.rest)
    lists: dict[str, dict[str, None]] = {}
    for view in others:
        lost = {*_filled(known, lists, view, first.kind), *completed(rest, view.rest)}
        if lost:
            report.loss(
                "duplicate-id",
                "an item came more than once and said different things: Firebase "
                "goes before Algolia, and more comments before fewer",
                f"{view.where}: {view.id}: {', '.join(sorted(lost))}",
            )
    known.update((name, tuple(ids)) for name, ids in lists.items())
    return View(first.id, first.kind, first.where, known, rest)


def _filled(
    known: dict[str, object],
    lists: dict[str, dict[str, None]],
    view: View,
    first: ViewKind,
) -> Iterator[str]:
    """Add what a view knows more; yield the names of what it says otherwise."""
    for name, value in view.known.items():
        if name == "deleted" and first is ViewKind.ITEM is not view.kind:
            continue  # Algolia does not say it: it was only concluded
        mine = known.setdefault(name, value)
        if isinstance(mine, tuple) and isinstance(value, tuple):
            lists.setdefault(name, dict.fromkeys(mine)).update(dict.fromkeys(value))
        elif isinstance(mine, Instant) and isinstance(value, Instant):
            if mine.at != value.at:
                yield name
        elif mine != value:
            yield name


def _size(view: View) -> tuple[int, int, int]:
    comments = view.number("descendants") or view.number("num_comments") or 0
    return comments, len(view.ids("kids")), view.number("score") or 0
