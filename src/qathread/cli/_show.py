"""``qathread show``: threads as trees."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Literal

from rich.console import Console
from rich.text import Text

from .. import formats
from ..formats import screen
from ._common import (
    AssumeTz,
    From,
    Place,
    Quiet,
    Strict,
    Verbose,
    counted,
    options,
    say,
    store_at,
    tell,
)
from ._progress import Bar

__all__ = ["show"]

Order = Literal["score", "newest", "oldest", "wilson_lower", "reddit_hot"]


def show(
    file: Place,
    /,
    *,
    order: Order | None = None,
    assume_tz: AssumeTz = None,
    into: str | None = None,
    from_: From = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Print the threads of a file as trees.

    Parameters
    ----------
    file
        What to read; - is standard input.
    order
        How to rank the answers, or without any the comments.
    into
        A database to save the threads in, made if it is missing.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    count = 0
    with ExitStack() as stack:
        bar = stack.enter_context(Bar(quiet=quiet, beside_output=True))
        reading = stack.enter_context(
            formats.read(
                file,
                from_,
                strict=strict,
                progress=bar.threads,
                **options(assume_tz),
            )
        )
        store = None if into is None else stack.enter_context(store_at(into))
        for count, thread in enumerate(reading, start=1):
            if store is not None:
                store.save(thread)
            if count > 1:
                print()
            _print(screen.lines(thread, order=order, width=console.width), console)
        bar.stop()
        tell(reading.report, verbose)
    if into is not None:
        say(f"saved {counted(count, 'thread')} in {into}")
    return 0


def _print(lines: Iterable[tuple[str, str]], console: Console) -> None:
    plain = console.color_system is None or console.no_color
    for text, style in lines:
        if plain:
            print(text)
        else:
            console.print(Text(text, style=style), soft_wrap=True)
