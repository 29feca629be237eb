"""Times as other programs write them: seconds since 1970, and ISO 8601 texts."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from attrs import frozen

from .._checks import EARLIEST, LATEST
from ..provenance import TimePrecision

__all__ = ["Instant", "epoch", "finest", "iso"]

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,9})?")
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,12}))?)?"
    r" ?([Zz]|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_ORDER: Final = tuple(TimePrecision)


@frozen
class Instant:
    """
    A time of a source.

    Attributes:
        at: The time in UTC.
        precision: The finest unit that is written.
        zone_stated: Whether the source says which zone it is in.
    """

    at: datetime
    precision: TimePrecision
    zone_stated: bool


def epoch(value: object, *, unit: int = 1) -> Instant | None:
    """
    Read a number of seconds since 1970.

    Args:
        value: An int, a float, or the digits of one.
        unit: How many units a second has: 1000 for milliseconds.

    Returns:
        The time; None if it is none, or beyond the years 1 to 9999.

    >>> str(epoch("1704067200").at)
    '2024-01-01 00:00:00+00:00'
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return None
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    precision = TimePrecision.SECOND
    try:
        if isinstance(value, int):
            seconds, rest = divmod(value, unit)
            at = _START + timedelta(seconds=seconds, microseconds=rest * 10**6 // unit)
            if unit > 1:
                precision = TimePrecision.MILLISECOND
        else:
            at = _START + timedelta(seconds=value / unit)
            if at.microsecond:
                precision = TimePrecision.MICROSECOND
    except (OverflowError, ValueError):
        return None
    return Instant(at, precision, True) if EARLIEST <= at <= LATEST else None


def iso(text: str, zone: tzinfo | None = None) -> Instant | None:
    """
    Read ``YYYY-MM-DD[THH:MM[:SS[.f]][Z|+HH:MM]]``, with a blank for the T too.

    Args:
        text: The time as written.
        zone: The zone of times that state none; None: UTC.

    Returns:
        The time; None if there is no such date or time, or it is out of range.

    >>> iso("2010-11-04T20:07Z").precision
    <TimePrecision.MINUTE: 'minute'>
    """
    match = _ISO.fullmatch(text.strip(" "))
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        at = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "")[:6].ljust(6, "0")),
            tzinfo=_zone(offset) or zone or UTC,
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not EARLIEST <= at <= LATEST:
        return None
    if hour is None:
        precision = TimePrecision.DAY
    elif second is None:
        precision = TimePrecision.MINUTE
    elif not fraction:
        precision = TimePrecision.SECOND
    elif len(fraction) <= 3:
        precision = TimePrecision.MILLISECOND
    else:
        precision = TimePrecision.MICROSECOND
    return Instant(at, precision, offset is not None)


def finest(*times: Instant | None) -> tuple[TimePrecision | None, bool | None]:
    """Return what a provenance says of several times: precision, zone stated."""
    known = [time for time in times if time is not None]
    if not known:
        return None, None
    precision = min((time.precision for time in known), key=_ORDER.index)
    return precision, all(time.zone_stated for time in known)


def _zone(offset: str | None) -> tzinfo | None:
    if offset is None:
        return None
    if offset in ("Z", "z", "UTC"):
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if offset[0] == "-" else shift)
