"""Copies of one post, from several documents and servers, made one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from ..._checks import EARLIEST
from ...provenance import extra_text
from .._instants import iso
from .._json import Place
from .._report import Collector
from ._pools import Copy
from ._shapes import types
from ._vocabulary import TOMBSTONE

__all__ = ["Merged", "instant_in", "merged"]

#: What an edit changes: all of it comes from one wording.
_WORDING: Final = frozenset(
    {
        "attachment",
        "content",
        "contentMap",
        "image",
        "mediaType",
        "name",
        "nameMap",
        "source",
        "summary",
        "summaryMap",
        "tag",
        "updated",
    }
)
#: What changes all the time and is not the same everywhere.
_VOLATILE: Final = frozenset({"dislikes", "likes", "replies", "shares", "views"})
#: What makes a wording of its own.
_TEXTS: Final = ("content", "contentMap", "name", "nameMap", "source", "tag")


@frozen(eq=False)
class Merged:
    """
    One post, from one copy or from several.

    Attributes:
        id: Its id.
        members: Those of the newest copy, and what only older ones have.
        where: The place of the newest copy.
        actor: Who created it, as an activity says.
        wordings: Members of all copies that are worded differently, oldest first;
            only if there are several.
        tombstone: The members of a tombstone beside the post itself.
    """

    id: str
    members: dict[str, object]
    where: Place
    actor: str | None = None
    wordings: tuple[Mapping[str, object], ...] = ()
    tombstone: Mapping[str, object] | None = None


def instant_in(members: Mapping[str, object], *names: str) -> datetime | None:
    """Return the first time among some members, read without a word."""
    for name in names:
        value = members.get(name)
        found = iso(value) if isinstance(value, str) else None
        if found is not None:
            return found.at
    return None


def merged(copies: list[Copy], report: Collector) -> Merged:
    """
    Return what the copies of a post say together.

    The newest one counts, and of two as new the one with the greater text, so that
    the order of documents does not matter. What it lacks is taken from others, but
    for parts of another wording.

    Raises:
        LossError: If strict, where copies of one time differ.
    """
    if len(copies) == 1:
        (only,) = copies
        return Merged(only.id, only.members, only.where, only.actor)
    distinct = list({_text(copy.members): copy for copy in copies}.values())
    actors = sorted(copy.actor for copy in copies if copy.actor is not None)
    full = [copy for copy in distinct if TOMBSTONE not in types(copy.members)]
    stones = [copy for copy in distinct if TOMBSTONE in types(copy.members)]
    if len(distinct) == 1 or (full and len(full) == 1 and not stones):
        report.tell(
            "repeated",
            "a post that came more than once, each time the same",
            copies[0].id,
        )
    ordered = sorted(full or stones, key=_age)
    newest = ordered[-1]
    members = dict(newest.members)
    for older in reversed(ordered[:-1]):
        _complete(members, older, newest, report)
    return Merged(
        newest.id,
        members,
        newest.where,
        actors[0] if actors else None,
        _wordings(ordered) if full else (),
        max(stones, key=_age).members if full and stones else None,
    )


def _complete(
    members: dict[str, object], older: Copy, newest: Copy, report: Collector
) -> None:
    """Take from an older copy what the newer ones lack; report what differs."""
    same = _worded(older.members) == _worded(newest.members)
    as_old = _time(older) == _time(newest)
    differing = []
    for name, value in older.members.items():
        if value is None or (name in _VOLATILE and name in members):
            continue
        if members.get(name) is None:
            if same or name not in _WORDING:
                members[name] = value
        elif members[name] != value and (as_old or name not in _WORDING):
            differing.append(name)
    if differing:
        report.loss(
            "duplicate-id",
            "a post came more than once and said different things: the newest copy "
            "is kept",
            f"{older.where}: {older.id}: {', '.join(sorted(differing))}",
        )


def _wordings(ordered: Iterable[Copy]) -> tuple[Mapping[str, object], ...]:
    """Return one copy per wording, the newest of each time, oldest first."""
    by_time: dict[datetime, Copy] = {}
    for copy in ordered:
        by_time[_time(copy)] = copy
    found: list[Copy] = []
    for copy in by_time.values():
        if not found or _worded(found[-1].members) != _worded(copy.members):
            found.append(copy)
    return tuple(copy.members for copy in found) if len(found) > 1 else ()


def _worded(members: Mapping[str, object]) -> dict[str, object]:
    return {name: members[name] for name in _TEXTS if members.get(name) is not None}


def _time(copy: Copy) -> datetime:
    return instant_in(copy.members, "updated", "published", "deleted") or EARLIEST


def _age(copy: Copy) -> tuple[datetime, str]:
    return _time(copy), _text(copy.members)


def _text(members: Mapping[str, object]) -> str:
    return extra_text(members)
