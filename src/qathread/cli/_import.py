"""``qathread import``: threads into a database, as often as it takes."""

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from attrs import define

from .. import formats
from ..errors import (
    IntegrityError,
    NotFoundError,
    QathreadError,
    ValidationError,
)
from ..events import replay
from ..losses import LossReport
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
    store_at,
    tell,
)
from ._progress import Bar
from ._sources import DUMP, dump_at

if TYPE_CHECKING:
    from ..formats.stackexchange import Threads
    from ..stores import ThreadStore

__all__ = ["import_threads"]


def import_threads(
    source: Place,
    /,
    *,
    into: str,
    from_: From = None,
    events: bool = False,
    skip_stored: bool = False,
    limit: Count | None = None,
    assume_tz: AssumeTz = None,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """
    Save the threads of a source in a database.

    What is stored already stays as it is. So the same command goes on where it was
    when it was interrupted.

    Parameters
    ----------
    source
        What to read; - is standard input.
    into
        The database, made if it is missing.
    events
        Of a Stack Exchange dump: save all that happened, not only how it ended.
    skip_stored
        Skip by its id what is stored, without comparing: faster.
    limit
        Read no more than so many threads.
    """
    if events and from_ not in (None, DUMP):
        raise ValidationError(f"--events is for a Stack Exchange dump, not for {from_}")
    if source != "-":
        os.stat(source)  # a wrong name must not leave an empty database behind
    with ExitStack() as stack:
        bar = stack.enter_context(Bar(quiet=quiet))
        store = stack.enter_context(store_at(into))
        work = _Import(store, skip_stored, formats.Collector(strict=strict))
        dump = dump_at(source, DUMP if events else from_, strict=strict, bar=bar)
        told: _HasReport
        total = limit
        if dump is not None:
            told = stack.enter_context(dump)
            if assume_tz is not None:
                raise ValidationError("a dump states its zone: leave out --assume-tz")
            total = min(limit or len(dump), len(dump))
            save = partial(work.save_dump, dump, islice(dump, limit), events)
        else:
            told = reading = stack.enter_context(
                formats.read(source, from_, strict=strict, **options(assume_tz))
            )
            save = partial(work.save_all, islice(reading, limit))
        work.step = bar.steps("threads", total)
        try:
            save()
        except BaseException:
            bar.stop()
            say(work.summary(into, told.report))
            raise
        bar.stop()
        tell(told.report, verbose)
        tell(work.report.report, verbose)
        say(work.summary(into, told.report))
    return 0


class _HasReport(Protocol):
    @property
    def report(self) -> LossReport: ...


@define
class _Import:
    """
    What becomes of each thread.

    Attributes:
        store: Where they go.
        skip_stored: Whether those whose ids are stored are looked at no further.
        report: What hears of those that could not be saved.
        step: Is called when one is done with.
        saved: How many are new.
        skipped: How many were stored before, whatever they held.
        differing: How many of these are stored with another content.
        refused: How many no store takes.
    """

    store: "ThreadStore"
    skip_stored: bool
    report: formats.Collector
    step: Callable[[], None] = lambda: None
    saved: int = 0
    skipped: int = 0
    differing: int = 0
    refused: int = 0

    def save_all(self, threads: Iterable[Thread]) -> None:
        """Save threads one by one, each in a transaction of its own."""
        for thread in threads:
            if not self._skips(thread.id):
                self._save(thread)

    def save_dump(self, dump: "Threads", ids: Iterable[str], events: bool) -> None:
        """Save the threads of a dump with some ids, or what happened to them."""
        wanted = (each for each in ids if not self._skips(each))
        if not events:
            for thread in dump.many(wanted):
                self._save(thread)
            return
        for log in dump.logs(wanted):
            try:
                thread = replay(log)
            except (ValidationError, IntegrityError, NotFoundError) as error:
                self._refuse(log[0].thread_id, error)
            else:
                self._save(thread)

    def summary(self, into: str, report: LossReport) -> str:
        """Say in a line what became of all."""
        lost = (loss for loss in report if loss.kind == "skipped" and loss.damage)
        unread = self.refused + sum(loss.count for loss in lost)
        differing = f" ({self.differing} with other content)" if self.differing else ""
        return (
            f"saved {counted(self.saved, 'thread')} in {into}, skipped {self.skipped} "
            f"that were there{differing}, {counted(unread, 'record')} not readable"
        )

    def _skips(self, thread_id: str) -> bool:
        """Whether a thread is passed over, by its id alone."""
        from ..stores._importing import has  # no other command needs a store

        if not (self.skip_stored and has(self.store, thread_id)):
            return False
        self.skipped += 1
        self.step()
        return True

    def _save(self, thread: Thread) -> None:
        from ..stores._importing import Saved, save_imported

        try:
            became = save_imported(self.store, thread)
        except (ValidationError, IntegrityError) as error:
            self._refuse(thread.id, error)
            self.step()
            return
        self.saved += became is Saved.NEW
        self.skipped += became is not Saved.NEW
        if became is Saved.OTHERWISE:
            self.differing += 1
            self.report.loss(
                "stored-otherwise",
                "threads that are stored with other content; what is stored stays",
                thread.id,
                kind="skipped",
            )
        self.step()

    def _refuse(self, thread_id: str | None, error: QathreadError) -> None:
        self.refused += 1
        self.report.damage(
            "field",
            "threads that cannot be stored",
            f"thread {thread_id}: {error}",
            kind="skipped",
        )
