"""Where a value came from, and what its source said that has no place elsewhere."""

import json
from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .errors import ValidationError

__all__ = ["Provenance", "TimePrecision", "extra_text"]


class TimePrecision(StrEnum):
    """The finest unit that a source states times in."""

    MICROSECOND = "microsecond"
    MILLISECOND = "millisecond"
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@frozen(kw_only=True, weakref_slot=False)
class Provenance:
    """
    The origin of a thread or post, enough to write it back as it was.

    Attributes:
        platform: The kind of site, such as ``stackexchange``.
        id: The id at that site, where ours differs.
        url: The address there.
        license: The licence of the text.
        time_precision: How fine the times are; None if that is not known.
        zone_stated: Whether the source gave a zone; False: UTC was assumed.
        declared: Totals that the source states, as (name, count), sorted by
            name; what is at hand may be less.
        extra: Members of the source with no place in the model, as the
            canonical JSON text of one object; see :func:`extra_text`.
    """

    platform: str = field(metadata={"check": identifier})
    id: str | None = None
    url: str | None = None
    license: str | None = None
    time_precision: TimePrecision | None = None
    zone_stated: bool | None = None
    declared: tuple[tuple[str, int], ...] = ()
    extra: str | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.declared:
            names = [name for name, _ in self.declared]
            if names != sorted(set(names)):
                raise ValidationError(
                    "Provenance.declared is not sorted by distinct names: "
                    "give tuple(sorted({...}.items()))"
                )
            for name, count in self.declared:
                at_least(0, count, f"Provenance.declared {name!r}")
        if self.extra is not None and extra_text(_decode(self.extra)) != self.extra:
            raise ValidationError(
                "Provenance.extra is not canonical: give extra_text(members)"
            )

    def members(self) -> dict[str, object]:
        """
        Return the members in :attr:`extra`, decoded.

        Returns:
            A new dict; empty if there are none.
        """
        return {} if self.extra is None else _decode(self.extra)


def extra_text(members: Mapping[str, object]) -> str:
    """
    Return *members* as the canonical JSON text that ``extra`` holds.

    Args:
        members: JSON values under string keys.

    Returns:
        One line: keys sorted, no blanks.

    Raises:
        ValidationError: If a value is not JSON, or not a finite number.
    """
    try:
        return json.dumps(
            members,
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            separators=(",", ":"),
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"extra members are not plain JSON: {error}") from None


def _decode(text: str) -> dict[str, object]:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"Provenance.extra is not JSON: {error}") from None
    if not isinstance(members, dict):
        raise ValidationError("Provenance.extra is not a JSON object: give one")
    return members
