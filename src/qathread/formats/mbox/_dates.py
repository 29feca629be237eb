"""Dates of mails: those of RFC 5322, and what archives and old programs write."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from attrs import frozen

from ..._checks import EARLIEST, LATEST
from ...provenance import TimePrecision
from .._instants import iso

__all__ = ["Sent", "date_text", "sent_at"]

_MONTHS: Final = (
    "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK: Final = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
_ZONE: Final = r"(?:\s*([+-][0-9]{4}|[+-][0-9]{2}:[0-9]{2}|[A-Za-z]{1,5})\b)?"
_RFC: Final = re.compile(
    r"(?:[^\W\d_]{2,9}\.?,?\s*)?([0-9]{1,2})[\s-]+([A-Za-z]{3})[a-z]{0,6}\.?,?[\s-]+"
    rf"([0-9]{{4}}|[0-9]{{2,3}}),?\s+{_CLOCK}{_ZONE}"
)
_CTIME: Final = re.compile(
    r"(?:[A-Za-z]{2,9},?\s+)?([A-Za-z]{3})[a-z]{0,6}\s+([0-9]{1,2}),?\s+"
    rf"{_CLOCK}{_ZONE}\s+([0-9]{{4}})(?:\s+([+-][0-9]{{4}})\b)?"
)
_COMMENT: Final = re.compile(r"\([^()]*\)")
#: Hours of the zones that RFC 5322 names; others mean several offsets, or none.
_NAMED: Final = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_MOST: Final = 200  # characters of a date


@frozen
class Sent:
    """
    When a mail says that it was sent.

    Attributes:
        at: The time in UTC.
        precision: The finest unit that is written.
        zone_stated: Whether its zone is known.
    """

    at: datetime
    precision: TimePrecision
    zone_stated: bool


def sent_at(text: str, zone: tzinfo | None) -> Sent | None:
    """
    Read a date.

    Args:
        text: The date as written.
        zone: The zone of dates that state none; None: UTC.

    Returns:
        The time; None if there is no such date or time.

    >>> str(sent_at("Fri,  6 Apr 07 15:43:55 -0700 (PDT)", None).at)
    '2007-04-06 22:43:55+00:00'
    """
    text = _COMMENT.sub(" ", text[:_MOST]).strip()
    match = _RFC.match(text)
    if match is not None:
        day, month, year, hour, minute, second, offset = match.groups()
    else:
        match = _CTIME.match(text)
        if match is None:
            found = iso(text, zone)
            if found is None:
                return None
            return Sent(found.at, found.precision, found.zone_stated)
        month, day, hour, minute, second, offset, year, late = match.groups()
        offset = late or offset
    if month.lower() not in _MONTHS:
        return None
    stated = _offset(offset)
    try:
        at = datetime(
            _year(year),
            _MONTHS.index(month.lower()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),  # a leap second is no instant here
            tzinfo=stated or zone or UTC,
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not EARLIEST <= at <= LATEST or int(second or 0) > 60:
        return None
    precision = TimePrecision.MINUTE if second is None else TimePrecision.SECOND
    return Sent(at, precision, stated is not None)


def date_text(at: datetime) -> str:
    """
    Return a time as a ``Date`` header states it, in UTC and whole seconds.

    >>> date_text(datetime(2001, 11, 1, 11, 19, 12, tzinfo=UTC))
    'Thu, 01 Nov 2001 11:19:12 +0000'
    """
    month = _MONTHS[at.month - 1].capitalize()
    return (
        f"{_DAYS[at.weekday()]}, {at.day:02} {month} {at.year:04} "
        f"{at.hour:02}:{at.minute:02}:{at.second:02} +0000"
    )


def _year(digits: str) -> int:
    """Return a year; RFC 5322 says what two and three digits mean."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        hours = _NAMED.get(text.lower())
        return None if hours is None else timezone(timedelta(hours=hours))
    digits = text[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if shift >= timedelta(hours=24):
        return None
    return timezone(-shift if text[0] == "-" else shift)
