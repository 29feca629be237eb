"""``qathread rank``: threads, or the answers of each, in order."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, TypeAlias

from cyclopts import Parameter

from .. import formats, ranking
from ..errors import ValidationError
from ..formats import screen
from ..posts import Post, Question
from ..ranking import Ranked
from ..thread import Thread
from ._common import AssumeTz, Count, From, Place, Quiet, Strict, Verbose, options, tell
from ._progress import Bar, is_terminal

__all__ = ["rank"]

Format = Literal["table", "json", "jsonl", "csv"]
Cell: TypeAlias = str | int | float | None
_COLUMNS: Final = ("rank", "thread_id", "post_id", "key", "author", "title", "reason")
#: What a spreadsheet would take for a formula.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def rank(
    source: Place,
    /,
    *,
    by: str = "score",
    answers: bool = False,
    limit: Count | None = None,
    now: Annotated[
        datetime | None, Parameter(help="The moment for orders that decay; now.")
    ] = None,
    format: Format | None = None,
    from_: From = None,
    assume_tz: AssumeTz = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Order the threads of a source by a rank key, best first.

    Parameters
    ----------
    source
        What to read; - is standard input.
    by
        An order, such as newest, or a formula, such as wilson_lower.
    answers
        Order the answers of each thread instead.
    limit
        Show no more than so many, with --answers of each thread.
    format
        How to print it; a table on a terminal and JSON Lines elsewhere, if not given.
    """
    moment = _instant(now)
    with (
        Bar(quiet=quiet) as bar,
        formats.read(
            source, from_, strict=strict, progress=bar.threads, **options(assume_tz)
        ) as reading,
    ):
        rows = _rows(reading, by, answers, limit, moment)
        if format is None:
            format = "table" if is_terminal(sys.stdout) else "jsonl"
        bar_ended = _after(rows, bar)
        _PRINTERS[format](bar_ended)
        tell(reading.report, verbose)
    return 0


def _instant(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    if now.utcoffset() is None:
        raise ValidationError(
            f"--now {now.isoformat()} has no zone: add one, such as "
            f"{now.isoformat()}+00:00"
        )
    return now


def _after(rows: Iterable[list[Cell]], bar: Bar) -> Iterator[list[Cell]]:
    for row in rows:
        bar.stop()  # what it shows and what is printed must not mix
        yield row


def _rows(
    threads: Iterable[Thread], by: str, answers: bool, limit: int | None, now: datetime
) -> Iterator[list[Cell]]:
    if answers:
        for thread in threads:
            found = ranking.order(thread.answers, thread=thread, by=by, now=now)
            for place, post in enumerate(found[:limit]):
                yield _row(found, place, thread, post)
        return
    # A thread whose question is not at hand has no place.
    known = [each for each in threads if isinstance(each.root, Question)]
    ordered = ranking.order(known, by=by, now=now)
    for place, thread in enumerate(ordered[:limit]):
        yield _row(ordered, place, thread, thread.question)


def _row(
    ranked: Ranked[Post] | Ranked[Thread], place: int, thread: Thread, post: Post
) -> list[Cell]:
    author = thread.author(post.id)
    key = ranked.keys[place]
    return [
        place + 1,
        thread.id,
        post.id,
        key if isinstance(key, int | float) or key is None else str(key),
        post.author_name or author.name or author.id,
        post.title if isinstance(post, Question) else None,
        str(ranked.reasons[place]),
    ]


# -- printing --------------------------------------------------------------------


def _json(rows: Iterable[list[Cell]]) -> None:
    found = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _jsonl(rows: Iterable[list[Cell]]) -> None:
    for row in rows:
        print(json.dumps(dict(zip(_COLUMNS, row, strict=True)), ensure_ascii=False))


def _csv(rows: Iterable[list[Cell]]) -> None:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="")
    writer.writerow(_COLUMNS)
    print(line.getvalue())
    for cells in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([_inert(cell) for cell in cells])
        print(line.getvalue())


def _inert(cell: Cell) -> Cell:
    """Return a text that no spreadsheet computes."""
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return cell


def _table(rows: Iterable[list[Cell]]) -> None:
    from rich.console import Console

    found = [[_shown(cell) for cell in row] for row in rows]
    names = ["rank", "thread", "post", "key", "author", "title"]
    table: list[Sequence[str]] = [names, *(row[:6] for row in found)]
    widths = [max(len(row[column]) for row in table) for column in range(6)]
    width = Console().width
    for row in table:
        cells = [
            cell.rjust(size) if column in (0, 3) else cell.ljust(size)
            for column, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        print(screen.harmless("  ".join(cells).rstrip())[:width])


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.4f}" if isinstance(cell, float) else str(cell)


_PRINTERS: Final = {"table": _table, "json": _json, "jsonl": _jsonl, "csv": _csv}
