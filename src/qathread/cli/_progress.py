"""A bar on standard error while something long is read: on terminals only."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "is_terminal"]

T = TypeVar("T")


def is_terminal(stream: object) -> bool:
    """Whether somebody looks at *stream*."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty is not None and isatty())


class Bar(AbstractContextManager["Bar"]):
    """
    Counts what passes, and shows it on a terminal.

    Nothing is shown where standard error is no terminal, where that is a dumb one, or
    where the command prints its data to the same screen. ``NO_COLOR`` takes the
    colours away, not the bar. It is gone when the block is left.

    Args:
        quiet: Show nothing.
        beside_output: Whether data goes to standard output in the meantime.
    """

    def __init__(self, *, quiet: bool, beside_output: bool = False) -> None:
        self._shown = (
            not quiet
            and is_terminal(sys.stderr)
            and os.environ.get("TERM") != "dumb"
            and not (beside_output and is_terminal(sys.stdout))
        )
        self._progress: Progress | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def threads(self, items: Iterable[T]) -> Iterable[T]:
        """Count *items*: what ``progress=`` of the readers takes."""
        return self._items(items) if self._shown else items

    def steps(self, what: str, total: int | None = None) -> Callable[[], None]:
        """Return what is to be called for each thing that is done."""
        if not self._shown:
            return _nothing
        of = "" if total is None else f" of {total:,}"
        count = 0

        def step() -> None:
            nonlocal count
            count += 1
            progress, task = self._task(what, total)
            progress.update(task, completed=count, done=f"{count:,}{of}")

        return step

    def chunks(
        self, what: str, total: int | None = None
    ) -> Callable[[Iterable[bytes]], Iterable[bytes]]:
        """Return what counts the bytes of chunks, those of several files as one."""
        if not self._shown:
            return lambda chunks: chunks
        of = "" if total is None else f" of {total / 1e6:,.0f}"
        size = 0

        def counting(chunks: Iterable[bytes]) -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                size += len(chunk)
                progress, task = self._task(what, total)
                done = f"{size / 1e6:,.0f}{of} MB"
                progress.update(task, completed=size, done=done)
                yield chunk

        return counting

    def _items(self, items: Iterable[T]) -> Iterator[T]:
        step = self.steps("threads")
        for item in items:
            yield item
            step()

    def _task(self, what: str, total: int | None) -> "tuple[Progress, TaskID]":
        """Return the task that goes by a name, new or not."""
        if self._progress is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
            )

            self._progress = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[done]}", markup=False),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._progress.start()
        for task in self._progress.tasks:
            if task.description == what:
                return self._progress, task.id
        return self._progress, self._progress.add_task(what, total=total, done="")


def _nothing() -> None:
    pass
