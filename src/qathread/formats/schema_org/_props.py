"""The properties of one node, taken one by one; what is left goes to extra."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from ...provenance import TimePrecision, extra_text
from .._instants import Instant, finest, iso
from .._json import Place, shown
from .._report import Collector
from ._nodes import RDF_HTML, each, plain
from ._words import short

__all__ = ["Props", "Text"]

_COUNT: Final = re.compile(r"[+-]?[0-9]{1,19}")
_MOST: Final = 2**63 - 1


class Text(str):
    """A text with what is said about it."""

    media_type: str | None = None
    language: str | None = None


class Props:
    """
    The properties of a node under short names.

    A property that is of another kind than asked for is counted as damage and stays
    among the rest; so do further values where one is taken.

    Args:
        members: The node.
        where: Its place.
        report: Hears of values that do not fit.
        zone: The zone of times that state none; None: UTC, and it is reported.
    """

    def __init__(
        self,
        members: Mapping[str, object],
        where: Place,
        report: Collector,
        zone: tzinfo | None,
    ) -> None:
        self._rest: dict[str, object] = {}
        for name, value in members.items():
            name = short(name)
            if name in self._rest:  # once under its short name, once in full
                value = [*each(self._rest[name]), *each(value)]
            self._rest[name] = value
        self._rest.pop("@type", None)
        self._rest.pop("@context", None)
        self.where, self._report, self._zone = where, report, zone
        self._times: list[Instant] = []

    def __contains__(self, name: str) -> bool:
        return name in self._rest

    def put(self, name: str, value: object) -> None:
        """Keep *value* among the rest."""
        self._rest[name] = value

    def take(self, name: str) -> list[object]:
        """Take all values of a property."""
        return list(each(self._rest.pop(name, None)))

    def peek(self, name: str) -> list[object]:
        """Return all values of a property and leave it there."""
        return list(each(self._rest.get(name)))

    def is_list(self, name: str) -> bool:
        """Tell whether the values of a property are written as a list."""
        return isinstance(self._rest.get(name), list)

    def text(self, name: str) -> Text | None:
        """Take a text."""
        for at, value in enumerate(values := self.peek(name)):
            found = text_in(value)
            if found is not None:
                self._leave(name, values, at)
                return found
        self._unfit(name, values, "text")
        return None

    def name(self, name: str) -> str | None:
        """Take an id or an address: a text, a number, that of a node."""
        for at, value in enumerate(values := self.peek(name)):
            found = id_in(value)
            if found:
                self._leave(name, values, at)
                return found
        if values and all(_same(value, "") for value in values):
            del self._rest[name]
        return None

    def count(self, name: str, least: int | None = 0) -> int | None:
        """Take a whole number, also one that is written as text."""
        for at, value in enumerate(values := self.peek(name)):
            number = number_in(value)
            if number is not None and (least is None or number >= least):
                self._leave(name, values, at)
                return number
        self._unfit(name, values, "a whole number", "number")
        return None

    def flag(self, name: str) -> bool | None:
        """Take true or false."""
        value = self._rest.get(name)
        if isinstance(value, bool):
            del self._rest[name]
            return value
        return None

    def time(self, name: str) -> datetime | None:
        """Take a time in ISO 8601."""
        for at, value in enumerate(values := self.peek(name)):
            text = text_in(value)
            found = None if text is None else iso(text.strip(), self._zone)
            if found is None or text is None:
                continue
            if not found.zone_stated and self._zone is None:
                self._report.damage(
                    "zone-not-stated",
                    "a time without a zone (strict reading refuses it, lenient "
                    "reading takes UTC): give assume_tz=",
                    f"{self.where.down(name)}: {text}",
                    kind="noted",
                    error="instant",
                )
            self._leave(name, values, at)
            self._times.append(found)
            return found.at
        self._unfit(name, values, "a time", "instant")
        return None

    # -- what is left ------------------------------------------------------------

    @property
    def precision(self) -> TimePrecision | None:
        """The finest unit of the times that were taken."""
        return finest(*self._times)[0]

    @property
    def zone_stated(self) -> bool | None:
        """Whether the times that were taken state their zone; None: do not ask."""
        stated = finest(*self._times)[1]
        return None if stated is False and self._zone is not None else stated

    @property
    def rest(self) -> dict[str, object]:
        """What is left."""
        return self._rest

    def extra(self) -> str | None:
        """Return what is left as the text that a provenance holds."""
        return extra_text(plain(self._rest)) if self._rest else None

    def _leave(self, name: str, values: list[object], at: int) -> None:
        rest = [value for place, value in enumerate(values) if place != at]
        if all(_same(value, values[at]) for value in rest):
            del self._rest[name]
        else:
            self._rest[name] = rest

    def _unfit(
        self, name: str, values: list[object], wanted: str, code: str = "field"
    ) -> None:
        if all(_same(value, "") for value in values):
            return
        self._report.damage(
            code,
            f"a property is not {wanted}: it is kept in extra only",
            f"{self.where.down(name)}: {shown(values[0])}",
            kind="skipped",
        )


def text_in(value: object) -> Text | None:
    """Return the text of a value: text, a number, or a value object."""
    language: object = None
    media_type = None
    if isinstance(value, dict) and "@value" in value:
        language = value.get("@language")
        if value.get("@type") in (RDF_HTML, "rdf:HTML"):
            media_type = "text/html"
        value = value["@value"]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = Text(value)
    found.media_type = media_type
    found.language = language if isinstance(language, str) and language else None
    return found


def number_in(value: object) -> int | None:
    """Return the whole number that a value is or spells."""
    if isinstance(value, dict) and "@value" in value:
        value = value["@value"]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()):
        value = int(value)
    return value if type(value) is int and abs(value) <= _MOST else None


def id_in(value: object) -> str | None:
    """Return the id or address that a value gives."""
    if isinstance(value, dict) and "@value" not in value:
        for name in ("@id", "value", "url"):  # a reference, a PropertyValue, a page
            for inner in each(value.get(name)):
                found = text_in(inner)
                if found:
                    return str(found)
        return None
    found = text_in(value)
    return str(found) if found else None


def _same(one: object, other: object) -> bool:
    """Compare single values; nodes may refer to each other in circles."""
    return one is other or (not isinstance(one, dict | list) and one == other)
