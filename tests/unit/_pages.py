"""Reads through a format itself, whether or not it is in the list of formats."""

from contextlib import closing
from pathlib import Path

from qathread import Thread
from qathread.formats._report import Collector
from qathread.formats._sources import open_source
from qathread.formats.registry import Format
from qathread.limits import Limits
from qathread.losses import LossReport


def reading(
    format: Format,
    source: bytes | Path,
    *,
    strict: bool = False,
    limits: Limits | None = Limits(),
    **options: object,
) -> tuple[list[Thread], LossReport]:
    """Return the threads of a source, and what was reported."""
    report = Collector(strict=strict, format=format.name)
    assert format.reader is not None
    with closing(open_source(source, limits, report)) as opened:
        return list(format.reader(opened, options)), report.report


def counts(report: LossReport) -> dict[str, int]:
    """Return how often each code was reported."""
    return {loss.code: loss.count for loss in report}
