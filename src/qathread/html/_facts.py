"""What stands beside a body: who, when, how well, and in which state."""

from collections.abc import Iterator
from datetime import datetime

from ..errors import ValidationError
from ..feedback import Tally
from ..posts import Post
from ..provenance import Provenance, TimePrecision
from ..status import PostStatus, Status
from ..users import User, UserKind
from ._escape import escape, isolated
from ._sanitise import REL
from ._urls import safe_url

__all__ = [
    "author",
    "check_now",
    "counted",
    "label",
    "notes",
    "origin",
    "score",
    "when",
]

# How much of a time is known, as HTML writes it and as people read it.
_SHOWN = {
    TimePrecision.YEAR: ("%Y", "%Y"),
    TimePrecision.MONTH: ("%Y-%m", "%Y-%m"),
    TimePrecision.DAY: ("%Y-%m-%d", "%Y-%m-%d"),
    TimePrecision.HOUR: ("%Y-%m-%dT%H:00", "%Y-%m-%d %H:00"),
    TimePrecision.MINUTE: ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"),
}
_WHOLE = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_DATES = (TimePrecision.YEAR, TimePrecision.MONTH, TimePrecision.DAY)
_UNITS = (
    (365 * 86400, "year"),
    (30 * 86400, "month"),
    (86400, "day"),
    (3600, "hour"),
    (60, "minute"),
)


def check_now(now: datetime | None) -> None:
    """Refuse a time without a zone."""
    if now is not None and now.utcoffset() is None:
        raise ValidationError("now has no zone: give datetime.now(UTC)")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an s unless there is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def label(post: Post, user: User) -> str:
    """Return the name to show for an author, unescaped."""
    return post.author_name or user.name or user.handle or f"({user.kind} user)"


def author(post: Post, user: User) -> str:
    """Return the author's name with what the site shows beside it."""
    name = label(post, user)
    shown = f'<b class="qt-author">{isolated(name)}</b>'
    if user.kind is not UserKind.REGISTERED and name != f"({user.kind} user)":
        shown += f" ({user.kind})"
    if user.level is not None:
        shown += f" <small>level {user.level}</small>"
    return shown


def when(at: datetime, origin: Provenance | None, now: datetime | None) -> str:
    """
    Return a time for people and for machines, as fine as it is known.

    Args:
        at: The time, in UTC.
        origin: Says how fine it is, and whether the zone was stated.
        now: If given, the age is added.
    """
    precision = None if origin is None else origin.time_precision
    machine, people = _SHOWN.get(precision, _WHOLE) if precision else _WHOLE
    # strftime writes the year 987 with three digits on some systems.
    year = f"{at.year:04}"
    stamp = at.strftime(machine.replace("%Y", year))
    text = at.strftime(people.replace("%Y", year))
    if precision not in _DATES:
        stated = origin is None or origin.zone_stated is not False
        stamp += "Z" if stated else ""
        text += " UTC" if stated else ", zone not stated"
    shown = f'<time datetime="{stamp}">{text}</time>'
    return shown if now is None else f"{shown} ({_age(at, now)})"


def _age(at: datetime, now: datetime) -> str:
    seconds = max(0, int((now - at).total_seconds()))
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{counted(seconds // length, unit)} ago"
    return "just now"


def score(tally: Tally) -> str | None:
    """Return the score in words; None if it is not known."""
    if tally.score is None:
        return None
    about = "" if tally.exact else "about "
    return f"score {about}{tally.score}"


def notes(status: Status | PostStatus) -> Iterator[str]:
    """Yield the marks on a thread or post, escaped."""
    closed = getattr(status, "closed", None)
    if closed is not None:
        reason = f": {isolated(closed.reason)}" if closed.reason else ""
        same = ", ".join(map(isolated, closed.duplicate_of))
        yield f"closed{reason}{f', duplicate of {same}' if same else ''}"
    for name in ("locked", "protected", "pinned", "archived", "hidden", "wiki"):
        if getattr(status, name, None) is not None:
            yield name
    if status.pending is not None:
        yield "waits for approval"


def origin(provenance: Provenance | None) -> Iterator[str]:
    """Yield the licence and the address of the source, escaped."""
    if provenance is not None and provenance.license:
        yield f"licence {isolated(provenance.license)}"
    if provenance is not None and provenance.url:
        address = safe_url(provenance.url, mail=False)
        if address is not None:
            yield f'<a href="{escape(address)}" rel="{REL}">source</a>'
