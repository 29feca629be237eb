"""``qathread convert`` and ``qathread formats``."""

from typing import Annotated, Final

from cyclopts import Parameter

from .. import formats
from ..errors import ValidationError
from ..formats.registry import find
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
from ._progress import Bar

__all__ = ["convert", "list_formats"]

PARQUET: Final = "parquet"  # no format of threads: nothing reads it back


def convert(
    source: Place,
    target: Place,
    /,
    *,
    to: str | None = None,
    from_: From = None,
    tables: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    workers: Count | None = None,
    assume_tz: AssumeTz = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Convert a file or a folder to another format.

    Parameters
    ----------
    source
        What to read; - is standard input.
    target
        What to write, whole or not at all; - is standard output.
    to
        The format to write, if the name of the target does not tell; or parquet.
    tables
        Of parquet: the tables to write; all, if not given.
    workers
        Of parquet from a Stack Exchange dump: how many processes read it.
    """
    if target == "-" and to is None:
        raise ValidationError("standard output has no suffix: add --to NAME")
    if to != PARQUET and (tables or workers):
        raise ValidationError("--tables and --workers are for --to parquet")
    with Bar(quiet=quiet, beside_output=target == "-") as bar:
        if to == PARQUET:
            from ._parquet import to_parquet

            report = to_parquet(
                source,
                target,
                tables,
                format=from_,
                workers=workers,
                strict=strict,
                bar=bar,
                options=options(assume_tz),
            )
        else:
            report = formats.convert(
                source,
                target,
                source_format=from_,
                target_format=to,
                strict=strict,
                progress=bar.threads,
                **options(assume_tz),
            )
        bar.stop()
        tell(report, verbose)
    return 0


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
