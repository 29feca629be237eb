"""
The command line: parsing and printing, the work is done elsewhere.

Data goes to standard output, messages and loss reports to standard error. The exit
status is 0 when done, 1 for bad data and 2 for bad use.
"""

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.text import Text

from . import formats
from .errors import MissingExtraError, QathreadError, ValidationError
from .formats import screen
from .formats.registry import find
from .losses import LossReport

if TYPE_CHECKING:
    from .stores import SQLiteStore

__all__ = ["app", "run"]

#: A path, or - for standard input and output.
Place = Annotated[str, Parameter(allow_leading_hyphen=True)]
Order = Literal["score", "newest", "oldest", "wilson_lower", "reddit_hot"]


def _version() -> str:
    try:
        return f"qathread {version('qathread')}"
    except PackageNotFoundError:  # run from a source tree
        return "qathread (not installed)"


app = App(
    name="qathread",
    help="Read, rank, keep and convert threads of questions, answers and comments.",
    help_format="plaintext",
    version=_version,
    version_format="plaintext",
    default_parameter=Parameter(negative=()),
)
app.register_install_completion_command()


@app.command
def show(
    file: Place,
    /,
    *,
    order: Order | None = None,
    assume_tz: str | None = None,
    into: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    strict: bool = False,
    verbose: bool = False,
) -> int:
    """
    Print the threads of a file as trees.

    Parameters
    ----------
    file
        What to read; - is standard input.
    order
        How to rank the answers, or without any the comments.
    assume_tz
        The zone of times that state none, such as Europe/Paris or +02:00.
    into
        A database to save the threads in, made if it is missing.
    from_
        The format of the file, if its name does not tell.
    strict
        Refuse damage and loss instead of reporting it.
    verbose
        Report also what was found where.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    count = 0
    with ExitStack() as stack:
        reading = stack.enter_context(
            formats.read(file, from_, strict=strict, **_options(assume_tz))
        )
        store = None if into is None else stack.enter_context(_store(into))
        for count, thread in enumerate(reading, start=1):
            if store is not None:
                store.save(thread)
            if count > 1:
                print()
            _print(screen.lines(thread, order=order, width=console.width), console)
        _tell(reading.report, verbose)
    if into is not None:
        _say(f"saved {count} thread{'' if count == 1 else 's'} in {into}")
    return 0


@app.command
def convert(
    source: Place,
    target: Place,
    /,
    *,
    to: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    assume_tz: str | None = None,
    strict: bool = False,
    verbose: bool = False,
) -> int:
    """
    Convert a file to another format.

    Parameters
    ----------
    source
        What to read; - is standard input.
    target
        What to write, replaced whole or not at all; - is standard output.
    to
        The format to write, if the name of the target does not tell.
    from_
        The format to read, if the name of the source does not tell.
    assume_tz
        The zone of times that state none, such as Europe/Paris or +02:00.
    strict
        Refuse damage and loss instead of reporting it.
    verbose
        Report also what was found where.
    """
    if target == "-" and to is None:
        raise ValidationError("standard output has no suffix: add --to NAME")
    report = formats.convert(
        source,
        target,
        source_format=from_,
        target_format=to,
        strict=strict,
        **_options(assume_tz),
    )
    _tell(report, verbose)
    return 0


@app.command(name="formats")
def list_formats() -> int:
    """List the formats that are read and written."""
    status = 0
    for name in formats.names():
        try:
            found = find(name)
        except ValidationError as error:
            _say(f"qathread: {error}")
            status = 1
            continue
        does = (("read", found.reader), ("write", found.writer))
        verbs = ", ".join(verb for verb, able in does if able is not None)
        print(f"{name:<20}{verbs:<13}{' '.join(found.suffixes)}".rstrip())
        print(f"    {found.summary}")
    return status


def run(arguments: Iterable[str]) -> int:
    """
    Run one command.

    Args:
        arguments: The words after the name of the program.

    Returns:
        The exit status.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a box must not end the program
            stream.reconfigure(errors="replace")
    try:
        status = _call(list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough. What is left in the buffer must
        # go somewhere when the interpreter closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


def _call(arguments: list[str]) -> int:
    try:
        done = app(arguments, exit_on_error=False, result_action="return_value")
    except CycloptsError:  # printed by cyclopts
        return 2
    except BrokenPipeError:
        raise
    except (ValidationError, MissingExtraError, OSError) as error:
        _say(f"qathread: {error}")
        return 2
    except QathreadError as error:
        _say(f"qathread: {error}")
        return 1
    return done if isinstance(done, int) else 0


def _options(assume_tz: str | None) -> dict[str, Any]:
    return {} if assume_tz is None else {"assume_tz": assume_tz}


def _store(path: str) -> "SQLiteStore":
    from .stores import SQLiteStore

    return SQLiteStore(path)


def _print(lines: Iterable[tuple[str, str]], console: Console) -> None:
    plain = console.color_system is None or console.no_color
    for text, style in lines:
        if plain:
            print(text)
        else:
            console.print(Text(text, style=style), soft_wrap=True)


def _tell(report: LossReport, verbose: bool) -> None:
    """Print what a report says, what is harmless only when asked to."""
    told = tuple(loss for loss in report if verbose or not loss.harmless)
    if told:
        _say(str(LossReport(losses=told)))


def _say(message: str) -> None:
    # What was printed before must not come after it in a common log.
    sys.stdout.flush()
    print(screen.harmless(message), file=sys.stderr)
