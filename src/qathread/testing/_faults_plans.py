"""What can go wrong, and the plans that say when it does."""

import os
import random
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final, Literal, NoReturn, TypeAlias

from attrs import frozen

from ..errors import ValidationError

#: Makes the error that is raised, anew each time.
MakesError: TypeAlias = Callable[[], BaseException]


@frozen
class Refusal:
    """
    The call fails before anything is done.

    Attributes:
        error: Makes the error; None: the one that is usual at that place.
    """

    error: MakesError | None = None


@frozen
class LostAnswer:
    """
    The call is made, and its answer, whatever it is, does not come back.

    Attributes:
        error: Makes the error; None: the one that is usual at that place.
    """

    error: MakesError | None = None


@frozen
class Delay:
    """
    The call is made, but later.

    Attributes:
        seconds: How much later.
    """

    seconds: float


@frozen
class Kill:
    """
    The process kills itself, with no time to clean up.

    Attributes:
        when: Before the call, or when it is done and nobody has heard of it.
    """

    when: Literal["before", "after"] = "before"


Fault: TypeAlias = Refusal | LostAnswer | Delay | Kill
_FAULTS: Final = (Refusal, LostAnswer, Delay, Kill)


@frozen
class Met:
    """
    A fault that came.

    Attributes:
        operation: Which call met it.
        number: Its place among the calls that the plan looks at, from 1.
        fault: What happened to it.
    """

    operation: str
    number: int
    fault: Fault

    def __str__(self) -> str:
        return f"{self.operation} {self.number}: {self.fault!r}"


class Plan:
    """
    Which calls meet which fault; made by :func:`at` and :func:`by_chance`.

    It counts the calls that it looks at, in all threads. A test should look at
    ``met`` in the end: a fault that never came proves nothing.

    Args:
        choose: Takes the number of a call, from 1, and returns its fault or None.
        on: Which calls to look at: a method such as ``"save"``, the beginning of a
            statement such as ``"insert into events"`` in whole words of any case,
            several of these, or None for every call.
    """

    def __init__(
        self,
        choose: Callable[[int], Fault | None],
        *,
        on: str | Collection[str] | None = None,
    ) -> None:
        names = (on,) if isinstance(on, str) else on
        self._beginnings = None if names is None else [_words(name) for name in names]
        self._choose = choose
        self._lock = threading.Lock()
        self._met: list[Met] = []
        self._calls = 0
        self._paused = 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Neither count nor fail within a block, as while a test prepares a store."""
        with self._lock:
            self._paused += 1
        try:
            yield
        finally:
            with self._lock:
                self._paused -= 1

    @property
    def calls(self) -> int:
        """How many calls it has looked at."""
        return self._calls

    @property
    def met(self) -> tuple[Met, ...]:
        """The faults that came, in order."""
        return tuple(self._met)

    def fault(self, operation: str) -> Fault | None:
        """Count a call that is about to be made, and return its fault."""
        if not self._looks_at(operation):
            return None
        with self._lock:
            if self._paused:
                return None
            self._calls += 1
            fault = self._choose(self._calls)
            if fault is not None:
                self._met.append(Met(operation, self._calls, fault))
        return fault

    def _looks_at(self, operation: str) -> bool:
        if self._beginnings is None:
            return True
        words = _words(operation)
        return any(words[: len(each)] == each for each in self._beginnings)


def _words(text: str) -> list[str]:
    return text.casefold().split()


def at(
    number: int,
    fault: Fault,
    *,
    on: str | Collection[str] | None = None,
    times: int = 1,
) -> Plan:
    """
    Return a plan of one fault at one place.

    Args:
        number: The place of the call that meets it, from 1.
        fault: What happens.
        on: Which calls count; see :class:`Plan`.
        times: How many calls in a row meet it.

    Raises:
        ValidationError: If a number is not at least 1, or *fault* is none.
    """
    _check(fault)
    if number < 1 or times < 1:
        raise ValidationError(f"number is {number}, times {times}: count from 1")
    return Plan(lambda n: fault if number <= n < number + times else None, on=on)


def by_chance(
    share: float,
    *faults: Fault,
    seed: int,
    on: str | Collection[str] | None = None,
) -> Plan:
    """
    Return a plan that lets some calls fail, the same ones for the same seed.

    Args:
        share: How many of them, from 0 to 1.
        faults: What may happen; each as often as the others.
        seed: What decides. A test that draws it should print it.
        on: Which calls count; see :class:`Plan`.

    Raises:
        ValidationError: If *share* is outside its range, or *faults* are none.
    """
    for fault in faults:
        _check(fault)
    if not faults or not 0 <= share <= 1:
        raise ValidationError(
            f"share is {share}, with {len(faults)} faults: give a share from 0 to 1, "
            "and at least one fault"
        )

    def choose(number: int) -> Fault | None:
        # Of the number alone, so that threads do not change what is drawn for it.
        rng = random.Random(f"{seed} {number}")
        return rng.choice(faults) if rng.random() < share else None

    return Plan(choose, on=on)


def _check(fault: object) -> None:
    if not isinstance(fault, _FAULTS):
        names = ", ".join(each.__name__ for each in _FAULTS)
        raise ValidationError(f"{fault!r} is no fault: give one of {names}")


def chosen(plans: Collection[Plan], operation: str) -> Fault | None:
    """Let every plan count a call, and return the fault of the first that has one."""
    found = [plan.fault(operation) for plan in plans]
    return next((fault for fault in found if fault is not None), None)


def kill() -> NoReturn:
    """End this process as a power switch would end it."""
    # Where there is no SIGKILL, any other signal ends a process as hard.
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    raise AssertionError("a killed process went on")
