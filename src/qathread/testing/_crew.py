"""Processes that work on one store at the same time, and how to tell them what."""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from threading import Thread
from typing import IO, Final

from attrs import define, field, frozen

from ._concurrent_worker import Plain

#: Seconds in which a process that is out of time writes down where it was.
_GRACE: Final = 30.0
#: Characters of what a process has printed that a failure shows.
_SHOWN: Final = 6_000
_MODULE: Final = "qathread.testing._concurrent_worker"


@frozen
class Job:
    """
    What one process does.

    Attributes:
        name: A function of ``_concurrent_jobs``.
        options: Its keyword arguments.
    """

    name: str
    options: dict[str, Plain]


@define(eq=False)
class Worker:
    """One process of the crew; it waits for jobs and does one at a time."""

    _process: "subprocess.Popen[str]"
    _told: IO[str]
    _tells: IO[str]
    _printed: str
    _limit: float
    _answers: "Queue[str]" = field(factory=Queue)
    _listener: Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._listener = Thread(target=self._listen, name="listener", daemon=True)
        self._listener.start()

    def send(self, request: dict[str, Plain]) -> None:
        """Ask it for something."""
        # One that has ended is told of when its answer is wanted.
        with suppress(OSError):
            self._told.write(json.dumps(request) + "\n")
            self._told.flush()

    def begin(self, job: Job) -> None:
        """Let it do a job, and return when it is about to begin."""
        self.send({"job": job.name, "options": job.options})
        told = self._receive()
        assert "begun" in told, told

    @property
    def busy(self) -> bool:
        """Whether it has not told the result of the job that it has begun."""
        return self._answers.empty()

    def result(self) -> Plain:
        """
        Wait for what it was asked for, and return that.

        Raises:
            AssertionError: If it failed, has ended, or was at it for too long; the
                message has the traceback.
        """
        told = self._receive()
        while "begun" in told:
            told = self._receive()
        if "failed" in told:
            raise AssertionError(f"a process failed:\n{told['failed']}")
        return told["result"]

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def printed(self) -> str:
        """Return the end of what it has printed."""
        # By another descriptor: both sides of this one share their place in the file.
        with open(self._printed, encoding="utf-8", errors="replace") as file:
            return file.read()[-_SHOWN:]

    def kill(self) -> None:
        """End it, and what it has forked, whatever they are at."""
        if self._process.returncode is None and hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def close(self) -> None:
        """Wait for its end; if it does not come soon, kill it."""
        with suppress(OSError):
            self._told.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        # A process that it forked may still hold the other end of the pipe.
        self._listener.join(5)
        if not self._listener.is_alive():
            self._tells.close()
        with suppress(OSError):
            os.remove(self._printed)

    def _listen(self) -> None:
        for line in self._tells:
            self._answers.put(line)
        self._answers.put("")

    def _receive(self) -> dict[str, Plain]:
        try:
            line = self._answers.get(timeout=self._limit + _GRACE)
        except Empty:
            self.kill()
            line = ""
        if not line:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            code = self._process.returncode
            self._answers.put("")  # for whoever asks next
            raise AssertionError(f"a process has ended with {code}:\n{self.printed()}")
        told: dict[str, Plain] = json.loads(line)
        return told


class Crew:
    """
    Processes that are started when they are first needed, and then wait for jobs.

    Starting Python and importing the library takes longer than most jobs, so the
    processes serve one test after the other. They end with :meth:`close`, with this
    process, and after any failure.

    Args:
        limit: Seconds for which a process may be at one thing. Then it writes down
            where it was, and ends.
    """

    def __init__(self, limit: float = 90.0) -> None:
        self._limit = limit
        self._workers: list[Worker] = []

    @contextmanager
    def at(
        self, factory: str, arguments: Sequence[Plain], count: int
    ) -> Iterator[list[Worker]]:
        """
        Let some processes have a store open for a while, each for itself.

        Args:
            factory: Opens the store, as ``module:function``.
            arguments: Its arguments.
            count: How many processes.

        Yields:
            The processes.
        """
        try:
            while len(self._workers) < count:
                self._workers.append(_started(self._limit))
            workers = self._workers[:count]
            for worker in workers:
                worker.send({"open": factory, "arguments": list(arguments)})
            results(workers)
            yield workers
            for worker in workers:
                worker.send({"close": True})
            results(workers)
        except BaseException:
            # Nobody knows what they are at: the next test gets others.
            for worker in self._workers:
                worker.kill()
            self.close()
            raise

    def close(self) -> None:
        """End all processes."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.send({"end": True})  # all at once, then wait for each
        for worker in workers:
            worker.close()


def together(workers: Sequence[Worker], jobs: Sequence[Job]) -> list[Plain]:
    """Let processes do a job each, at the same time; return the results."""
    for worker, job in zip(workers, jobs, strict=True):
        worker.send({"job": job.name, "options": job.options})
    return results(workers)


def results(workers: Sequence[Worker]) -> list[Plain]:
    """
    Return what processes were asked for, in their order.

    Raises:
        AssertionError: If one failed, after all have ended their jobs.
    """
    found: list[Plain] = []
    failed: list[AssertionError] = []
    for worker in workers:
        try:
            found.append(worker.result())
        except AssertionError as error:
            failed.append(error)
    if failed:
        count = f"{len(failed)} of {len(workers)} processes failed"
        raise AssertionError(f"{count}, the first one so: {failed[0]}")
    return found


def _started(limit: float) -> Worker:
    found = os.pathsep.join(path for path in sys.path if path)
    descriptor, printed = tempfile.mkstemp(prefix="qathread-worker-")
    with open(descriptor, "wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(limit)],
            env=os.environ | {"PYTHONPATH": found},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # to be killed together with what it forks
        )
    assert process.stdin is not None and process.stdout is not None
    return Worker(process, process.stdin, process.stdout, printed, limit)


#: All processes that tests of this process use.
crew: Final = Crew()
atexit.register(crew.close)
