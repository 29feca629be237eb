"""Times as Askbot shows them."""

from datetime import UTC, datetime, tzinfo

from .._instants import iso
from .._json import Place
from .._report import Collector
from .._times import in_zone

__all__ = ["local_time"]


def local_time(
    text: str | None, zone: tzinfo | None, where: Place, report: Collector
) -> datetime | None:
    """
    Return a time such as ``2010-04-09 11:09:03 -0500`` in UTC.

    Askbot writes the clock time of its server and the offset that the server has on
    the day of the request, which is another one for half of the year. With the zone
    of the server the clock time counts and the offset does not.

    Args:
        text: What is written.
        zone: The zone of the server, if the caller knows it.
        where: The place.
        report: Hears of what is no time, and of offsets that are believed.
    """
    if text is None:
        return None
    found = iso(text.strip(), zone)
    if found is None:
        report.damage(
            "instant",
            "this is no time: it is left out",
            f"{where}: {text}",
            kind="skipped",
        )
        return None
    if zone is not None and found.zone_stated:
        plain = iso(text.strip()[:19], UTC)
        if plain is not None:
            return in_zone(plain.at.replace(tzinfo=None), zone)[0]
    if not found.zone_stated and zone is None:
        report.damage(
            "zone-not-stated",
            "a time without a zone (strict reading refuses it, lenient reading takes "
            "UTC): give assume_tz=",
            f"{where}: {text}",
            kind="noted",
            error="instant",
        )
    elif zone is None:
        report.tell(
            "offset",
            "the offset of a time is that of the day of the request, and may be an "
            "hour off: give the zone of the server as assume_tz=",
            f"{where}: {text}",
        )
    return found.at
