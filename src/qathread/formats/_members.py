"""The members of one JSON object, taken one by one; what is left goes to extra."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Final

from ..provenance import TimePrecision, extra_text
from ._instants import Instant, epoch, finest, iso
from ._json import Place, shown
from ._report import Collector

__all__ = ["Members"]

_UNZONED: Final = (
    "a time without a zone (strict reading refuses it, lenient reading takes UTC): "
    "give assume_tz="
)


class Members:
    """
    The members of one object of a source.

    Each method that takes a member removes it, unless its value is of another kind
    than asked for: then it is counted as damage and stays among the rest, which
    goes to ``provenance.extra``. A member that is absent or null gives None, and a
    null stays among the rest, so that it is not forgotten that it was there.

    Args:
        members: The object.
        where: Its place.
        report: Hears of values that are not what their member takes.
        zone: The zone of times that state none; None: UTC, and it is reported.
    """

    def __init__(
        self,
        members: Mapping[str, object],
        where: Place,
        report: Collector,
        zone: tzinfo | None = None,
    ) -> None:
        self._rest = dict(members)
        self.where, self.report, self._zone = where, report, zone
        self._times: list[Instant] = []

    def __contains__(self, name: str) -> bool:
        return name in self._rest

    def peek(self, name: str) -> object:
        """Return a member as it is and leave it there; None if absent."""
        return self._rest.get(name)

    def put(self, name: str, value: object) -> None:
        """Keep *value* among the rest, under *name*."""
        self._rest[name] = value

    def drop(self, *names: str) -> None:
        """Forget members that only repeat what is known elsewhere."""
        for name in names:
            self._rest.pop(name, None)

    def drop_if(self, **values: object) -> None:
        """Forget members that have the value that they mostly have."""
        for name, value in values.items():
            found = self._rest.get(name)
            if type(found) is type(value) and found == value:
                del self._rest[name]

    # -- taking ------------------------------------------------------------------

    def text(self, name: str) -> str | None:
        """Take a text."""
        value = self._rest.get(name)
        if isinstance(value, str):
            del self._rest[name]
            return value
        self._unfit(name, value, "text")
        return None

    def name(self, name: str) -> str | None:
        """Take an id: a text that is not empty, or a whole number as its digits."""
        value = self._rest.get(name)
        if (isinstance(value, str) and value) or type(value) is int:
            del self._rest[name]
            return str(value)
        self._unfit(name, value, "an id")
        return None

    def integer(self, name: str) -> int | None:
        """Take a whole number; one written as ``3.0`` is one."""
        value = self._rest.get(name)
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if type(value) is int:
            del self._rest[name]
            return value
        self._unfit(name, value, "a whole number", "number")
        return None

    def count(self, name: str) -> int | None:
        """Take a whole number that is at least 0."""
        value = self._rest.get(name)
        if isinstance(value, int | float) and value < 0:
            self._unfit(name, value, "a count from 0 up", "number")
            return None
        return self.integer(name)

    def flag(self, name: str) -> bool | None:
        """Take true or false."""
        value = self._rest.get(name)
        if isinstance(value, bool):
            del self._rest[name]
            return value
        self._unfit(name, value, "true or false")
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Take a list of texts."""
        value = self._rest.get(name)
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            del self._rest[name]
            return tuple(value)
        self._unfit(name, value, "a list of texts")
        return ()

    def items(self, name: str) -> list[object]:
        """Take a list of anything."""
        value = self._rest.get(name)
        if isinstance(value, list):
            del self._rest[name]
            return value
        self._unfit(name, value, "a list")
        return []

    def members(self, name: str) -> "Members | None":
        """Take an object; what is left of it is for the caller to keep."""
        value = self._rest.get(name)
        if isinstance(value, dict):
            del self._rest[name]
            return Members(value, self.where.down(name), self.report, self._zone)
        self._unfit(name, value, "an object")
        return None

    def epoch(self, name: str, *, unit: int = 1) -> datetime | None:
        """Take seconds since 1970, as a number or its digits."""
        return self._time(name, epoch(self._rest.get(name), unit=unit))

    def iso(self, name: str) -> datetime | None:
        """Take a time in ISO 8601."""
        value = self._rest.get(name)
        found = iso(value, self._zone) if isinstance(value, str) else None
        if found is not None and not found.zone_stated and self._zone is None:
            self.report.damage(
                "zone-not-stated",
                _UNZONED,
                f"{self.where.down(name)}: {value}",
                kind="noted",
                error="instant",
            )
        return self._time(name, found)

    # -- what is left ------------------------------------------------------------

    @property
    def precision(self) -> TimePrecision | None:
        """The finest unit of the times that were taken."""
        return finest(*self._times)[0]

    @property
    def zone_stated(self) -> bool | None:
        """Whether all times that were taken state their zone; None: no times."""
        return finest(*self._times)[1]

    @property
    def rest(self) -> dict[str, object]:
        """The members that were not taken; a new dict."""
        return dict(self._rest)

    def extra(self, more: Iterable[tuple[str, object]] = ()) -> str | None:
        """Return what is left as the text that a provenance holds."""
        members = {**self._rest, **dict(more)}
        return extra_text(members) if members else None

    def _time(self, name: str, found: Instant | None) -> datetime | None:
        if found is None:
            self._unfit(name, self._rest.get(name), "a time", "instant")
            return None
        del self._rest[name]
        self._times.append(found)
        return found.at

    def _unfit(
        self, name: str, value: object, wanted: str, code: str = "field"
    ) -> None:
        if value is None:
            return
        self.report.damage(
            code,
            f"a member is not {wanted}: it is kept in extra only",
            f"{self.where.down(name)}: {shown(value)}",
            kind="skipped",
        )
