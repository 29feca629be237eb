"""When people write."""

from collections.abc import Iterable
from datetime import UTC

from attrs import frozen

from ..frames import ColumnType, Schema, Table
from ..provenance import Provenance, TimePrecision
from ..thread import Thread
from ._posts import bots_of, each, standing

__all__ = ["Activity", "activity"]

_SCHEMA = Schema.of(
    {
        "weekday": ColumnType.INT64,
        "hour": ColumnType.INT64,
        "posts": ColumnType.INT64,
    }
)


_COARSE = frozenset({TimePrecision.DAY, TimePrecision.MONTH, TimePrecision.YEAR})


@frozen(kw_only=True)
class Activity:
    """
    How many posts were made at each hour of the week, in UTC.

    Attributes:
        counts: Seven rows, Monday first, of 24 counts, from midnight on.
        unknown: Posts whose time, or hour, is not known, a count.
    """

    counts: tuple[tuple[int, ...], ...]
    unknown: int

    def table(self) -> Table:
        """Return 168 rows: ``weekday`` (0 is Monday), ``hour`` (UTC), ``posts``."""
        cells = [
            (weekday, hour, count)
            for weekday, row in enumerate(self.counts)
            for hour, count in enumerate(row)
        ]
        names = _SCHEMA.names
        columns = zip(*cells, strict=True)
        return Table(_SCHEMA, dict(zip(names, columns, strict=True)))


def activity(threads: Iterable[Thread], *, bots: bool = True) -> Activity:
    """
    Count posts by the weekday and hour at which they were made, in UTC.

    Args:
        threads: Threads, read once.
        bots: Whether posts of bots and of the system count.

    Returns:
        The counts. A post whose time is known to the day only is unknown here.

    Raises:
        ValidationError: If *threads* is one thread.
    """
    counts = [[0] * 24 for _ in range(7)]
    unknown = 0
    for thread in each(threads):
        content = thread.content
        robots = frozenset() if bots else bots_of(content)
        for post in standing(content):
            if post.author_id in robots:
                continue
            at = post.created_at
            if at is None or _coarse(post.provenance or content.provenance):
                unknown += 1
                continue
            at = at.astimezone(UTC)
            counts[at.weekday()][at.hour] += 1
    return Activity(counts=tuple(map(tuple, counts)), unknown=unknown)


def _coarse(origin: Provenance | None) -> bool:
    return origin is not None and origin.time_precision in _COARSE
