"""The votes of a dump, counted without a row for each."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from os import PathLike, fspath
from typing import Any, Final, TypeAlias

from .._gc import bulk_load
from ..formats._report import Collector
from ..formats.stackexchange._decoding import RowDecoder
from ..formats.stackexchange._framing import Batch
from ..formats.stackexchange._values import Values
from ..limits import Limits
from ._cells import Cell
from ._dump import counted
from ._dump_blocks import Part, blocks, parts
from ._dump_columns import SCHEMAS
from ._dump_files import file_in
from ._dump_jobs import Job, Where, each_part
from ._schema import ColumnType, Schema
from ._table import Table, made

__all__ = ["COUNTS", "Key", "counts", "tally"]

#: A post, a type of vote and, if wanted, a day, as the dump writes them.
Key: TypeAlias = tuple[bytes, ...]

COUNTS: Final = Schema.of(
    {
        "post_id": ColumnType.INT64,
        "vote_type_id": ColumnType.INT64,
        "day": ColumnType.TIMESTAMP,
        "count": ColumnType.INT64,
    }
)

_ROW: Final = (
    rb'<row Id="[0-9]{1,18}+" PostId="([0-9]{1,18}+)" VoteTypeId="([0-9]{1,9}+)"'
    rb'(?: UserId="-?[0-9]{1,18}+")? CreationDate="%b"'
    rb'(?: BountyAmount="[0-9]{1,18}+")? ?/>\s*+(?=<|\Z)'
)
_OF_DAY: Final = re.compile(_ROW % rb'([^"]{10})T00:00:00\.000')
_OF_POST: Final = re.compile(_ROW % rb"[0-9T:.-]{23}")


def tally(
    job: Job, part: Part, report: Collector, *, by_day: bool = True
) -> Counter[Key]:
    """Count the votes in a part of a file."""
    pattern = _OF_DAY if by_day else _OF_POST
    count: Counter[Key] = Counter()
    where = Where(part.path.name)
    decoder, values = RowDecoder(where, report), Values(report)
    with bulk_load():  # a tuple for each vote
        for block in blocks(part, report, job.record):
            found = pattern.findall(block.data)
            if len(found) == block.data.count(b"<") and _are_days(found):
                count.update(found)
                continue
            odd: Batch = []
            for place, piece in block.frame():
                match = pattern.fullmatch(b"<" + piece)
                if match and _are_days([match.groups()]):
                    count[match.groups()] += 1
                else:
                    odd.append((place, piece))
            count.update(_odd(odd, decoder, values, where, by_day))
    return count


def _are_days(keys: list[Key]) -> bool:
    """Whether the days in *keys*, if there are any, are in the calendar."""
    return not keys or len(keys[0]) < 3 or all(map(_day, {key[2] for key in keys}))


def _odd(
    pieces: Batch, decoder: RowDecoder, values: Values, where: Where, by_day: bool
) -> list[Key]:
    """Return the keys of votes that are not as the dump's software writes them."""
    found = []
    for (place, _), row in zip(pieces, decoder.rows(pieces), strict=True):
        if row is None:
            continue
        at = where.where(place)
        post = values.number(row.get("PostId"), at)
        kind = values.number(row.get("VoteTypeId"), at)
        day = values.instant(row.get("CreationDate"), at) if by_day else None
        key = ["" if each is None else str(each) for each in (post, kind)]
        if by_day:
            key.append("" if day is None else day.date().isoformat())
        found.append(tuple([each.encode() for each in key]))
    return found


def counts(
    path: str | PathLike[str],
    *,
    by_day: bool,
    workers: int,
    strict: bool,
    limits: Limits | None,
) -> Table:
    """Return the votes of a dump, counted; `frames.vote_counts` says how."""
    counted(workers, "workers")
    job = Job(
        table="votes",
        schema=SCHEMAS["votes"],
        source=fspath(path),
        strict=strict,
        limits=limits,
    )
    report = job.collector()
    file = file_in(fspath(path), "votes", report, limits)
    total: Counter[Key] = Counter()
    try:
        shares = parts(file.path, workers)
        work = partial(tally, by_day=by_day)
        for count in each_part(work, job, shares, report, workers):
            if total:
                total.update(count)
            else:
                total = count
    finally:
        file.close()
    return _table(total, by_day)


def _table(total: Counter[Key], by_day: bool) -> Table:
    with bulk_load():
        known = [
            (int(post), int(kind), *day, count)
            for (post, kind, *day), count in total.items()
            if post and kind
        ]
        known.sort()
        unknown = [
            (_number(post), _number(kind), *day, count)
            for (post, kind, *day), count in total.items()
            if not (post and kind)
        ]
        rows: list[tuple[Any, ...]] = [*known, *unknown]
        # Ten times as fast as to zip them.
        columns: list[Sequence[Cell]] = [
            [row[n] for row in rows] for n in range(4 if by_day else 3)
        ]
    if by_day:
        columns[2] = [_day(cell) for cell in columns[2]]
    names = [name for name in COUNTS.names if by_day or name != "day"]
    return made(COUNTS.select(names), columns)


def _number(text: bytes) -> int | None:
    return int(text) if text else None


@lru_cache(maxsize=1 << 16)
def _day(text: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{text.decode()}T00:00:00Z")
    except ValueError:
        return None
