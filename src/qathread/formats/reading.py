"""A reading: threads one by one, and afterwards what was lost."""

import weakref
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

from ..errors import (
    CycleError,
    DuplicateIdError,
    FormatError,
    IntegrityError,
    LossError,
    MissingParentError,
    ValidationError,
)
from ..losses import LossReport
from ..thread import Thread
from ._report import Collector
from ._sources import Input

__all__ = ["Progress", "Reading"]

#: Wraps the threads while they are read, as tqdm and rich.progress.track do.
Progress = Callable[[Iterable[Thread]], Iterable[Thread]]


class Reading(Iterator[Thread]):
    """
    Threads of one source, read as they are asked for, once.

    Use it in a ``with`` block, or run it to its end: either closes the source.

    Attributes:
        format: The name of the format.
        source: What is read, as errors call it.
        site: What belongs to the site and not to a thread, where a format has
            such parts; None otherwise.
    """

    def __init__(
        self,
        threads: Iterable[Thread],
        *,
        input: Input,
        report: Collector,
        progress: Progress | None = None,
    ) -> None:
        self.format = report.format or ""
        self.source = input.name
        self.site = input.site
        self._report = report
        if progress is not None:
            threads = progress(threads)
        self._threads = iter(threads)
        # A reading that nobody runs to its end must not keep a file open.
        self._close = weakref.finalize(self, input.close)

    @property
    def report(self) -> LossReport:
        """What was skipped, repaired or lost so far; complete at the end."""
        return self._report.report

    def close(self) -> None:
        """Stop reading and close what :func:`read` opened."""
        self._threads = iter(())
        self._close()

    def __iter__(self) -> "Reading":
        return self

    def __next__(self) -> Thread:
        try:
            return next(self._threads)
        except (FormatError, LossError, StopIteration):
            self.close()
            raise
        except (ValidationError, IntegrityError) as error:
            self.close()
            raise self._report.error(_code_of(error), str(error)) from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Reading of {self.source} as {self.format}>"


def _code_of(error: ValidationError | IntegrityError) -> str:
    """Name the case of a part that the model refuses."""
    match error:
        case CycleError():
            return "cycle"
        case DuplicateIdError():
            return "duplicate-id"
        case MissingParentError():
            return "missing-parent"
        case _:
            return "field"
