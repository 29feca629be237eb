"""``qathread convert`` and ``qathread formats``."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from cyclopts import Parameter

from .. import formats
from ..errors import ValidationError
from ..formats._targets import opened
from ..formats.registry import find
from ..losses import LossReport
from ..serialization import to_json
from ._common import (
    AssumeTz,
    Count,
    From,
    Place,
    Quiet,
    Strict,
    Verbose,
    options,
    say,
    tell,
)
from ._many import Together, each_to_folder, expanded, is_folder_target
from ._progress import Bar

__all__ = ["convert", "list_formats"]

PARQUET: Final = "parquet"  # no format of threads: nothing reads it back


def convert(
    source: Place,
    target: Place,
    /,
    *more: Place,
    to: str | None = None,
    from_: From = None,
    tables: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    workers: Count | None = None,
    report: str | None = None,
    assume_tz: AssumeTz = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Convert files and folders to another format.

    Several sources become one file, or, where the target is a folder, a file each.

    Parameters
    ----------
    source
        What to read: a file, a folder, or a pattern; - is standard input.
    target
        What to write, whole or not at all; - is standard output.
    more
        If there is more than one source: the last word is the target.
    to
        The format to write, if the name of the target does not tell; or parquet.
    tables
        Of parquet: the tables to write; all, if not given.
    workers
        Of parquet from a Stack Exchange dump: how many processes read it.
    report
        A file to write the loss report to, as JSON.
    """
    words = [source, target, *more]
    sources, goal = words[:-1], words[-1]
    if goal == "-" and to is None:
        raise ValidationError("standard output has no suffix: add --to NAME")
    if to != PARQUET and (tables or workers):
        raise ValidationError("--tables and --workers are for --to parquet")
    failed = 0
    with Bar(quiet=quiet, beside_output=goal == "-") as bar:
        if to == PARQUET:
            from ._parquet import to_parquet

            if len(sources) > 1:
                raise ValidationError("tables are made of one source: give one")
            losses = to_parquet(
                sources[0],
                goal,
                tables,
                format=from_,
                workers=workers,
                strict=strict,
                bar=bar,
                options=options(assume_tz),
            )
        else:
            losses, failed = _threads(
                sources, goal, to, from_, strict, bar, options(assume_tz)
            )
        bar.stop()
        tell(losses, verbose)
        if report is not None:
            with opened(report) as out:
                out.write(to_json(losses) + b"\n")
    return 1 if failed else 0


def _threads(
    sources: list[str],
    target: str,
    to: str | None,
    from_: str | None,
    strict: bool,
    bar: Bar,
    options: Mapping[str, Any],
) -> tuple[LossReport, int]:
    """Convert threads; return what got lost, and how many sources failed."""
    found = expanded(sources, from_)
    if is_folder_target(target, to):
        return each_to_folder(
            found,
            target,
            source_format=from_,
            target_format=to,
            strict=strict,
            bar=bar,
            options=options,
        )
    if len(found) > 1:
        threads = Together(found, format=from_, strict=strict, options=options)
        written = formats.write(bar.threads(threads), target, to, strict=strict)
        losses = LossReport(losses=(*threads.report, *written))
        return losses, threads.failed
    losses = formats.convert(
        found[0],
        target,
        source_format=from_,
        target_format=to,
        strict=strict,
        progress=bar.threads,
        **options,
    )
    return losses, 0


def list_formats() -> int:
    """List the formats that are read and written."""
    status = 0
    for name in formats.names():
        try:
            found = find(name)
        except ValidationError as error:
            say(f"qathread: {error}")
            status = 1
            continue
        does = (("read", found.reader), ("write", found.writer or found.folder_writer))
        verbs = ", ".join(verb for verb, able in does if able is not None)
        print(f"{name:<20}{verbs:<13}{' '.join(found.suffixes)}".rstrip())
        print(f"    {found.summary}")
    return status
