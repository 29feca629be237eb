"""The children of one XML record, taken one by one; what is left goes to extra."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from ._json import Place
from ._members import Members
from ._report import Collector
from ._xml_events import Record, text_of

__all__ = ["of_record", "taken_flag", "taken_text"]

_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


def of_record(record: Record, report: Collector, zone: tzinfo | None = None) -> Members:
    """Return the children of *record*, without those that are empty."""
    value = record.value
    members: Mapping[str, Any]
    if isinstance(value, dict):
        members = {name: each for name, each in value.items() if each != ""}
    else:
        members = {"#text": value} if value else {}
    return Members(members, Place(str(record), f"/{record.name}"), report, zone)


def taken_text(members: Members, name: str) -> str | None:
    """Take the text of a child; what it has beside text stays among the rest."""
    value = members.peek(name)
    if isinstance(value, list):
        members.report.damage(
            "field",
            "a child stands more than once: the first one counts, all are kept in "
            "extra",
            str(members.where.down(name)),
        )
        return text_of(value[0])
    if isinstance(value, str):
        members.drop(name)
    return text_of(value)


def taken_flag(members: Members, name: str) -> bool | None:
    """Take true or false, also 1 or 0; anything else stays among the rest."""
    value = members.peek(name)
    if value is None:
        return None
    found = _TRUTH.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        members.report.damage(
            "field",
            "a member is not true or false: it is kept in extra only",
            str(members.where.down(name)),
            kind="skipped",
        )
        return None
    members.drop(name)
    return found
