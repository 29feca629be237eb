"""Times as people's pages write them, and what settles a missing zone."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from attrs import frozen

from .._checks import instant
from ..errors import ValidationError, excerpt
from ..provenance import TimePrecision

__all__ = ["Stamp", "in_zone", "stamp", "zone_of"]

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{2})(?::?([0-9]{2}))?")
_STAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
)
_UTC_NAMES = frozenset({"Z", "UTC", "GMT"})


@frozen
class Stamp:
    """
    A date and a time as they were written.

    Attributes:
        text: The words.
        at: The naive date and time, or an aware one if the zone is stated.
        precision: The finest unit written.
        zone: A zone that is stated but means several offsets, such as ``CST``.
    """

    text: str
    at: datetime
    precision: TimePrecision
    zone: str | None = None


def stamp(text: str, zone: str) -> Stamp:
    """
    Read ``YYYY-MM-DD HH:MM[:SS[.f]]`` and a zone.

    Args:
        text: Date and time.
        zone: ``Z``, ``UTC``, an offset, an abbreviation, or nothing.

    Returns:
        What was written.

    Raises:
        ValueError: If there is no such date, time or offset.
    """
    match = _STAMP.fullmatch(text)
    if match is None:
        raise ValueError("it is not written as YYYY-MM-DD HH:MM:SS")
    year, month, day, hour, minute, second, fraction = match.groups()
    at = datetime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        int(second or 0),
        int((fraction or "")[:6].ljust(6, "0")),
    )
    if second is None:
        precision = TimePrecision.MINUTE
    elif fraction is None:
        precision = TimePrecision.SECOND
    elif len(fraction) <= 3:
        precision = TimePrecision.MILLISECOND
    else:
        precision = TimePrecision.MICROSECOND
    written = f"{text} {zone}" if zone else text
    if not zone:
        return Stamp(written, at, precision)
    fixed = _fixed(zone)  # a ValidationError is a ValueError too
    if fixed is None:
        return Stamp(written, at, precision, zone)
    try:
        return Stamp(written, instant(at.replace(tzinfo=fixed), "it"), precision)
    except ValidationError as error:
        raise ValueError(str(error)) from None


def zone_of(value: object) -> tzinfo | None:
    """
    Return the zone that ``assume_tz=`` names.

    Args:
        value: An IANA name, an offset such as ``+02:00``, a tzinfo, or None.

    Raises:
        ValidationError: If it is none of these.
    """
    if value is None or isinstance(value, tzinfo):
        return value
    if isinstance(value, str):
        fixed = _fixed(value)
        if fixed is not None:
            return fixed
        try:
            return ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            pass
    shown = excerpt(repr(value), 60)
    raise ValidationError(
        f"assume_tz is {shown}: give an IANA name such as 'Europe/Paris', an offset "
        "such as '+02:00', or a tzinfo"
    )


def in_zone(at: datetime, zone: tzinfo) -> tuple[datetime, bool]:
    """
    Return the naive *at* as UTC, and whether its zone left no doubt.

    A clock time that occurs twice or never (when clocks change) is doubtful; the
    earlier reading is taken.

    Raises:
        ValidationError: If it is out of range.
    """
    early, late = at.replace(tzinfo=zone, fold=0), at.replace(tzinfo=zone, fold=1)
    moved = instant(early, "it")
    return moved, early.utcoffset() == late.utcoffset()


def _fixed(text: str) -> tzinfo | None:
    if text.upper() in _UTC_NAMES:
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset >= timedelta(hours=24) or int(minutes or 0) > 59:
        raise ValidationError(f"there is no offset {text!r}: give one below 24:00")
    return timezone(-offset if sign == "-" else offset)
