"""``qathread pairs``: data for language models."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Final, Literal, TypeAlias

from cyclopts import Parameter
from cyclopts.validators import Number

from .. import preferences
from ..errors import ValidationError
from ..thread import Thread
from ._common import (
    AssumeTz,
    Count,
    From,
    Place,
    Quiet,
    Strict,
    Verbose,
    counted,
    options,
    say,
    tell,
)
from ._many import Together, expanded
from ._progress import Bar

__all__ = ["pairs"]

Shape = Literal[
    "pairs", "chat-pairs", "unpaired", "chat-unpaired", "messages", "sharegpt"
]
Rows: TypeAlias = Iterator[Mapping[str, object]]
_PAIRED: Final = ("pairs", "chat-pairs")
_BEST: Final = ("messages", "sharegpt")


def pairs(
    source: Place,
    target: Place,
    /,
    *more: Place,
    shape: Shape = "pairs",
    most: Count | None = None,
    keep_duplicates: bool = False,
    part: Literal["train", "test"] | None = None,
    test_share: Annotated[int, Parameter(validator=Number(gte=0, lte=100))] = 10,
    to: Literal["jsonl", "parquet"] | None = None,
    from_: From = None,
    assume_tz: AssumeTz = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Write which answers people preferred, as rows for language models.

    Parameters
    ----------
    source
        What to read: a file, a folder, or a pattern; - is standard input.
    target
        A file that ends in .jsonl or .parquet; - is standard output.
    more
        If there is more than one source: the last word is the target.
    shape
        What the rows are.
    most
        How many pairs of one thread at most, those furthest apart first.
    keep_duplicates
        Keep answers to one question that say nearly the same.
    part
        Write the threads of one part only; each thread is in one part.
    test_share
        How many of a hundred threads are in the part test.
    to
        The format to write, if the name of the target does not tell.
    """
    if most is not None and shape not in _PAIRED:
        raise ValidationError("--most is for pairs and chat-pairs")
    if keep_duplicates and shape in _BEST:
        raise ValidationError("--keep-duplicates is not for messages and sharegpt")
    words = [source, target, *more]
    sources, goal = expanded(words[:-1], from_), words[-1]
    with Bar(quiet=quiet, beside_output=goal == "-") as bar:
        together = Together(
            sources, format=from_, strict=strict, options=options(assume_tz)
        )
        threads: Iterable[Thread] = bar.threads(together)
        if part is not None:
            shares = {"train": 100 - test_share, "test": test_share}
            threads = (
                thread
                for thread in threads
                if preferences.split(thread.id, shares) == part
            )
        duplicates = "keep" if keep_duplicates else "drop"
        rows = _makers(most, duplicates)[shape](threads)
        number = preferences.write(rows, goal, to)
        bar.stop()
        tell(together.report, verbose)
    say(f"wrote {counted(number, 'row')}")
    return 1 if together.failed else 0


def _makers(
    most: int | None, duplicates: str
) -> dict[str, Callable[[Iterable[Thread]], Rows]]:
    return {
        "pairs": lambda threads: preferences.pairs(
            threads, most=most, duplicates=duplicates
        ),
        "chat-pairs": lambda threads: preferences.chat_pairs(
            threads, most=most, duplicates=duplicates
        ),
        "unpaired": lambda threads: preferences.unpaired(
            threads, duplicates=duplicates
        ),
        "chat-unpaired": lambda threads: preferences.chat_unpaired(
            threads, duplicates=duplicates
        ),
        "messages": preferences.messages,
        "sharegpt": preferences.conversations,
    }
