"""``qathread stats``: what is in a source, in numbers."""

import json
import sys
from collections.abc import Iterator
from typing import Final, Literal

from .. import formats
from ..formats import screen
from ._common import AssumeTz, From, Place, Quiet, Strict, Verbose, options, tell
from ._counting import QUANTILES, Counts, count
from ._progress import Bar, is_terminal
from ._sources import is_dump

__all__ = ["stats"]

_LABEL: Final = 22
_UNITS: Final = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("min", 60))


def stats(
    source: Place,
    /,
    *,
    format: Literal["table", "json"] | None = None,
    from_: From = None,
    assume_tz: AssumeTz = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Count what a source holds.

    Parameters
    ----------
    source
        What to read; - is standard input.
    format
        How to print it; a table on a terminal and JSON elsewhere, if not given.
    """
    more = options(assume_tz)
    if is_dump(source, from_):
        more["with_history"] = False  # nothing of it is counted: half the time
    with (
        Bar(quiet=quiet) as bar,
        formats.read(
            source, from_, strict=strict, progress=bar.threads, **more
        ) as reading,
    ):
        counts = count(reading)
        bar.stop()
        if format == "table" or (format is None and is_terminal(sys.stdout)):
            _print(counts)
        else:
            print(json.dumps(counts.to_dict(), ensure_ascii=False, indent=2))
        tell(reading.report, verbose)
    return 0


def _print(counts: Counts) -> None:
    for label, value in _rows(counts):
        print(screen.harmless(f"{label:<{_LABEL}} {value}"))
    print()
    for line in _matrix(counts):
        print(line)


def _rows(counts: Counts) -> Iterator[tuple[str, str]]:
    yield "threads", f"{counts.threads:,}"
    if counts.discussions:
        yield "  discussions", f"{counts.discussions:,}"
    yield "questions", f"{counts.questions:,}"
    for name in ("answered", "accepted", "closed"):
        yield f"  {name}", _share(getattr(counts, name), counts.questions)
    yield "answers", f"{counts.answers:,}"
    yield "comments", f"{counts.comments:,}"
    if counts.gone:
        yield "deleted or removed", f"{counts.gone:,}"
    if counts.stubs:
        yield "not at hand", f"{counts.stubs:,}"
    yield "people", f"{counts.people:,}"
    if counts.without_account:
        yield "  without account", f"{counts.without_account:,}"
    yield "votes known", f"{counts.ups + counts.downs:,}"
    yield "  up, down", f"{counts.ups:,}, {counts.downs:,}"
    yield "  not known", f"of {counts.unknown_votes:,} posts"
    for label, at in (("first post", counts.first_at), ("last post", counts.last_at)):
        yield label, "-" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
    yield "tags", f"{counts.tags:,}"
    for name, questions in counts.top_tags:
        yield f"  {name}", f"{questions:,}"


def _matrix(counts: Counts) -> Iterator[str]:
    """Yield the quantiles as lines."""
    answers, seconds = counts.answers_per_question, counts.seconds_to_first_answer
    yield f"{'':<{_LABEL}}" + "".join(f"{name:>8}" for name in QUANTILES)
    for label, row, shown in (
        ("answers per question", answers, str),
        ("time to first answer", seconds, duration),
    ):
        cells = (row[name] for name in QUANTILES)
        yield f"{label:<{_LABEL}}" + "".join(
            f"{'-' if cell is None else shown(cell):>8}" for cell in cells
        )


def duration(seconds: int) -> str:
    """Return a time in the largest unit that it fills."""
    for unit, size in _UNITS:
        if abs(seconds) >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds} s"


def _share(count: int, of: int) -> str:
    return f"{count:,}" + (f" ({count / of:.1%})" if of else "")
