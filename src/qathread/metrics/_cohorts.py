"""Whether people who came together stay."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias, get_args

from attrs import frozen

from ..errors import ValidationError
from ..frames import ColumnType, Schema, Table
from ..ids import UserId
from ..thread import Thread
from ._posts import bots_of, each, standing

__all__ = ["Cohort", "Cohorts", "Period", "cohorts"]

Period: TypeAlias = Literal["month", "year"]

_SCHEMA = Schema.of(
    {
        "cohort": ColumnType.TEXT,
        "size": ColumnType.INT64,
        "later": ColumnType.INT64,
        "active": ColumnType.INT64,
        "share": ColumnType.FLOAT64,
    }
)


@frozen(kw_only=True)
class Cohort:
    """
    The people whose first post fell into one period.

    Attributes:
        start: The first day of the period, in UTC.
        size: How many there are, at least 1.
        active: How many of them wrote 0, 1, 2, ... periods later, up to the last
            period of all; the first number is *size*.
    """

    start: date
    size: int
    active: tuple[int, ...]


@frozen(kw_only=True)
class Cohorts:
    """
    People by the period of their first post, and when they wrote again.

    Attributes:
        by: ``"month"`` or ``"year"``, of the calendar, in UTC.
        rows: The cohorts, oldest first.
    """

    by: Period
    rows: tuple[Cohort, ...]

    def table(self) -> Table:
        """
        Return a row for each cohort and period: those that were, and no later ones.

        ``cohort`` is the first day (``2026-01-01``), ``later`` counts periods from 0,
        ``share`` is *active* of *size*, in [0, 1].
        """
        cells = [
            (row.start.isoformat(), row.size, later, active, active / row.size)
            for row in self.rows
            for later, active in enumerate(row.active)
        ]
        columns = list(zip(*cells, strict=True)) or [()] * len(_SCHEMA)
        return Table(_SCHEMA, dict(zip(_SCHEMA.names, columns, strict=True)))


def cohorts(
    threads: Iterable[Thread], *, by: Period = "month", bots: bool = False
) -> Cohorts:
    """
    Group people by the period of their first post, and count who wrote again.

    Args:
        threads: Threads, read once, in any order.
        by: ``"month"`` or ``"year"``.
        bots: Whether bots and the system count as people.

    Returns:
        The cohorts. Posts of unknown time are left out; the last period is that of
        the latest post, and may be incomplete.

    Raises:
        ValidationError: If *threads* is one thread, or *by* is no period.
    """
    if by not in get_args(Period):
        known = ", ".join(map(repr, get_args(Period)))
        raise ValidationError(f"by is {by!r}: give one of {known}")
    seen: dict[UserId, set[int]] = {}
    for thread in each(threads):
        content = thread.content
        robots = frozenset() if bots else bots_of(content)
        for post in standing(content):
            if post.created_at is not None and post.author_id not in robots:
                place = _place(post.created_at, by)
                seen.setdefault(post.author_id, set()).add(place)
    if not seen:
        return Cohorts(by=by, rows=())
    last = max(map(max, seen.values()))
    counts: dict[int, list[int]] = {}
    for places in seen.values():
        first = min(places)
        row = counts.setdefault(first, [0] * (last - first + 1))
        for place in places:
            row[place - first] += 1
    return Cohorts(
        by=by,
        rows=tuple(
            Cohort(start=_start(first, by), size=row[0], active=tuple(row))
            for first, row in sorted(counts.items())
        ),
    )


def _place(at: datetime, by: Period) -> int:
    at = at.astimezone(UTC)
    return at.year if by == "year" else at.year * 12 + at.month - 1


def _start(place: int, by: Period) -> date:
    return date(place, 1, 1) if by == "year" else date(place // 12, place % 12 + 1, 1)
