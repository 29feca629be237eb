"""Two things timed side by side: ratios, never times."""

import gc
import statistics
from collections.abc import Callable
from time import process_time

from attrs import frozen

REPORT: list[str] = []
_NOISE = 1.3  # ratios on a shared machine move by so much from run to run
_ATTEMPTS = 3  # a shared machine can spoil a whole run; a slow program fails all


@frozen
class Ratio:
    """How long one thing takes as a multiple of another."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"


def ratio(
    one: Callable[[], object],
    other: Callable[[], object],
    *,
    rounds: int = 7,
    scale: float = 1.0,
    clock: Callable[[], float] = process_time,
) -> Ratio:
    """
    Return the time of *one* over *other*, the two in turn, times *scale*.

    It is CPU time, unless *clock* tells another one.
    """
    one(), other()
    gc.collect()
    gc.freeze()  # what stays from other tests must not slow these down
    ratios = []
    for _ in range(rounds):
        first = _time(one, clock)
        second = _time(other, clock)
        ratios.append(first / second * scale)
    gc.unfreeze()
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def _time(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    kept = work()
    spent = clock() - start
    del kept
    return max(spent, 1e-9)


def gate(
    name: str,
    limit: float,
    one: Callable[[], object],
    other: Callable[[], object],
    *,
    rounds: int = 7,
    scale: float = 1.0,
    missed: float | None = None,
) -> None:
    """
    Fail if *one* takes more than *limit* times as long as *other*, three times.

    A run within the noise of a shared machine is reported as a near miss. Where
    the gate is known to be missed, *missed* is what must not get worse.
    """
    attempt, found = 0, ratio(one, other, rounds=rounds, scale=scale)
    while found.median > limit and attempt + 1 < _ATTEMPTS and missed is None:
        attempt += 1
        again = ratio(one, other, rounds=rounds, scale=scale)
        found = min(found, again, key=lambda each: each.median)
    report(name, found, limit, missed, attempt + 1)


def report(
    name: str, found: Ratio, limit: float, missed: float | None = None, tries: int = 1
) -> None:
    """Write a line about a measured gate, and fail if it is not met."""
    bound = (limit if missed is None else missed) * _NOISE
    state = "ok  " if found.median <= limit else "near" if missed is None else "MISS"
    state = state if found.median <= bound else "FAIL"
    attempts = f", best of {tries}" if tries > 1 else ""
    REPORT.append(f"{state} {name}: {found}, gate {limit:.3g}{attempts}")
    assert found.median <= bound, REPORT[-1]


def note(name: str, text: str) -> None:
    """Add a line to the report that gates nothing."""
    REPORT.append(f"     {name}: {text}")
