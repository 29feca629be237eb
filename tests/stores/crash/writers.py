"""Processes that write until they are told to stop, or are killed."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from qathread.errors import (
    OutcomeUnknownError,
    StoreBusyError,
    StoreUnavailableError,
)
from qathread.stores import update
from tests.stores.crash.actions import action
from tests.stores.crash.logs import LogWriter, last_of
from tests.stores.crash.opening import AnyStore, opened

#: Errors after which a writer may send the same action again.
PASSING = (OutcomeUnknownError, StoreBusyError, StoreUnavailableError)
#: A writer that nobody stops ends on its own, some time after any test.
LONGEST = 3600.0


def write(
    function: str,
    arguments: Mapping[str, object],
    folder: str,
    writer: int,
    threads: int,
    repeat: bool,
    patient: bool,
    actions: int | None,
) -> None:
    """
    Do one action after the other.

    Args:
        function: What opens the store; see ``Opening``.
        arguments: What that takes.
        folder: Where the logs are. A file ``stop`` there ends all writers.
        writer: Which one this is.
        threads: How many threads there are.
        repeat: Whether the last action, if nobody acknowledged it, is sent again.
        patient: Whether an action is sent again after an error of the store.
        actions: After how many to end; None: never.
    """
    stop, log = Path(folder) / "stop", LogWriter(folder, writer)
    number, unacknowledged = last_of(folder, writer)
    end, parent = time.monotonic() + LONGEST, os.getppid()
    store = _opened(function, arguments, patient, end)
    again = unacknowledged if repeat else None
    left = actions
    while not stop.exists() and left != 0:
        if time.monotonic() > end or os.getppid() != parent:
            raise TimeoutError("nobody told this writer to stop")
        if again is None:
            number += 1
        op_id, again = again or f"{writer}-{number}", None
        done = act(store, op_id, threads, log, patient)
        if not done:
            again = op_id
            time.sleep(0.01)
        elif left is not None:
            left -= 1
    store.close()


class Noting(Protocol):
    """Where a writer notes what it does; see ``LogWriter``."""

    def tries(self, op_id: str) -> None: ...

    def acknowledged(self, op_id: str, version: int) -> None: ...

    def failed(self, op_id: str, error: Exception) -> None: ...


def act(
    store: AnyStore, op_id: str, threads: int, log: Noting, patient: bool = False
) -> bool:
    """Do one action, with a line before and after; False: an error came instead."""
    todo = action(op_id, threads)
    log.tries(op_id)
    try:
        saved = update(store, todo.thread_id, todo.change, attempts=10**6, op_id=op_id)
    except PASSING as error:
        if not patient:
            raise
        log.failed(op_id, error)
        return False
    log.acknowledged(op_id, saved.version)
    return True


def _opened(
    function: str, arguments: Mapping[str, object], patient: bool, end: float
) -> AnyStore:
    while True:
        try:
            return opened(function, arguments)
        except PASSING:
            if not patient or time.monotonic() > end:
                raise
        time.sleep(0.05)
