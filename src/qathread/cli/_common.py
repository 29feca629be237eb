"""What commands share: options, messages, the database."""

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter
from cyclopts.validators import Number

from ..formats import screen
from ..losses import LossReport

if TYPE_CHECKING:
    from ..stores import SQLiteStore

__all__ = [
    "AssumeTz",
    "Count",
    "From",
    "Place",
    "Quiet",
    "Strict",
    "Verbose",
    "counted",
    "options",
    "say",
    "store_at",
    "tell",
]

#: A path, or - for standard input and output.
Place: TypeAlias = Annotated[str, Parameter(allow_leading_hyphen=True)]
From: TypeAlias = Annotated[
    str | None,
    Parameter(
        name="--from",
        help="The format to read, if the name of the source does not tell.",
    ),
]
AssumeTz: TypeAlias = Annotated[
    str | None,
    Parameter(
        help="The zone of times that state none, such as Europe/Paris or +02:00."
    ),
]
Strict: TypeAlias = Annotated[
    bool, Parameter(help="Refuse damage and loss instead of reporting it.")
]
Quiet: TypeAlias = Annotated[
    bool, Parameter(help="Show no progress, also on a terminal.")
]
Verbose: TypeAlias = Annotated[
    bool, Parameter(help="Report also what was found where.")
]
Count: TypeAlias = Annotated[int, Parameter(validator=Number(gte=1))]


def options(assume_tz: str | None) -> dict[str, Any]:
    """Return the options of a reader that were given."""
    return {} if assume_tz is None else {"assume_tz": assume_tz}


def store_at(path: str) -> "SQLiteStore":
    """Open a database, made if it is missing."""
    from ..stores import SQLiteStore

    return SQLiteStore(path)


def tell(report: LossReport, verbose: bool) -> None:
    """Print what a report says, what is harmless only when asked to."""
    told = tuple(loss for loss in report if verbose or not loss.harmless)
    if told:
        say(str(LossReport(losses=told)))


def say(message: str) -> None:
    """Print a message to standard error."""
    # What was printed before must not come after it in a common log.
    sys.stdout.flush()
    print(screen.harmless(message), file=sys.stderr)


def counted(count: int, what: str) -> str:
    """Return a count with its noun, ``1 thread`` or ``2 threads``."""
    return f"{count} {what}{'' if count == 1 else 's'}"
