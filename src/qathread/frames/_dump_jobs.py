"""Work on the parts of a dump's file, by this process or by several."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import Final, TypeVar

from attrs import frozen

from ..errors import QathreadError
from ..formats._report import Collector
from ..limits import Limits
from ..losses import LossReport
from ._dump_blocks import Part
from ._schema import Schema

__all__ = ["Job", "Where", "each_part"]

T = TypeVar("T")

#: How many parts wait for their turn, beside those that are worked on.
_WAITING: Final = 2


@frozen(kw_only=True)
class Job:
    """
    What to read of a table, in a form that another process takes.

    Attributes:
        table: Which table.
        schema: The wanted columns of it.
        source: What errors call the dump.
        strict: Whether damage is an error.
        limits: How long a row may be; None: as long as it likes.
    """

    table: str
    schema: Schema
    source: str
    strict: bool
    limits: Limits | None

    @property
    def record(self) -> int | None:
        """The most bytes of one row; None: any."""
        return None if self.limits is None else self.limits.record

    def collector(self) -> Collector:
        """Return what collects the losses of a pass."""
        return Collector(strict=self.strict, format="stackexchange", source=self.source)


class Where:
    """Names places of a file as errors do."""

    def __init__(self, name: str) -> None:
        self._name = name

    def where(self, place: int) -> str:
        """Name a place."""
        return f"{self._name}, byte {max(place, 0)}"


def _reported(
    work: Callable[[Job, Part, Collector], T], job: Job, part: Part
) -> tuple[T, LossReport]:
    report = job.collector()
    return work(job, part, report), report.report


def each_part(
    work: Callable[[Job, Part, Collector], T],
    job: Job,
    parts: list[Part],
    report: Collector,
    workers: int,
) -> Iterator[T]:
    """
    Yield what *work* makes of each part, in their order.

    Args:
        work: A function of a module, so that other processes find it.
        job: What it works on.
        parts: The parts.
        report: What hears of damage.
        workers: How many processes work; 1: this one.

    Raises:
        QathreadError: If a process ended before its work.
    """
    if workers < 2 or len(parts) < 2:
        for part in parts:
            yield work(job, part, report)
        return
    with ProcessPoolExecutor(
        min(workers, len(parts)), mp_context=get_context("spawn")
    ) as pool:
        left = iter(parts)
        waiting: list[Future[tuple[T, LossReport]]] = []
        try:
            while True:
                for part in islice(left, workers + _WAITING - len(waiting)):
                    waiting.append(pool.submit(_reported, work, job, part))
                if not waiting:
                    return
                found, losses = waiting.pop(0).result()
                for loss in losses:
                    report.include(loss)
                yield found
        except BrokenProcessPool as error:
            raise QathreadError(
                "a worker process ended before its work: in a script, call this under "
                "if __name__ == '__main__', or give workers=1"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
