"""
The command line: parsing and printing, the work is done elsewhere.

Data goes to standard output, messages and loss reports to standard error. The exit
status is 0 when done, 1 for bad data and 2 for bad use.
"""

import os
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper

from cyclopts import App, CycloptsError, Parameter

from ..errors import MissingExtraError, QathreadError, ValidationError
from ._common import say
from ._convert import convert, list_formats
from ._example import serve_example
from ._import import import_threads
from ._pairs import pairs
from ._rank import rank
from ._schema import schema
from ._show import show
from ._stats import stats
from ._validate import validate

__all__ = ["app", "run"]


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
    default_parameter=Parameter(negative=(), show_default=False),
    suppress_keyboard_interrupt=False,  # run() answers it
)
app.register_install_completion_command()
app.command(show)
app.command(convert)
app.command(import_threads, name="import")
app.command(stats)
app.command(rank)
app.command(pairs)
app.command(validate)
app.command(schema)
app.command(serve_example, name="serve-example")
app.command(list_formats, name="formats")


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
        say(f"qathread: {error}")
        return 2
    except QathreadError as error:
        say(f"qathread: {error}")
        return 1
    return done if isinstance(done, int) else 0
