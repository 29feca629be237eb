"""When an order can next differ, if nothing happens but that time passes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import floor, inf, nextafter, ulp
from typing import Final, overload

from .._checks import LATEST
from ..errors import ValidationError
from ..posts import Post
from ..thread import Thread
from ._case import Case
from ._inputs import seconds
from ._items import cases_of
from ._motions import Shape
from ._places import level, pin_levels, place_of
from ._rules import Clock, Key, Rule
from ._tabs import kept, tab_turns
from .ordering import By, Plan, Tie

__all__ = ["next_change"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_LAST: Final = (LATEST - _EPOCH) // _MICRO
#: Keys nearer than this part of their size may be swapped by rounding.
_NEAR: Final = 1e-12
#: Looks at one pair before what was found safe so far has to do.
_LOOKS: Final = 3000
#: Moments at which two keys are compared to see if they are one curve.
_SAMPLES: Final = 16

# Moments are whole microseconds here, as in a datetime: on that grid the first
# change can be found exactly, because an order is a function of the moment.


@overload
def next_change(
    items: Thread | Iterable[Post] | Iterable[Thread],
    by: By,
    now: datetime,
    *,
    thread: Thread | None = None,
    tie: Tie | None = None,
    k: int | None = None,
) -> datetime | None: ...
@overload
def next_change(
    items: Thread | Iterable[Post] | Iterable[Thread],
    by: By,
    now: float,
    *,
    thread: Thread | None = None,
    tie: Tie | None = None,
    k: int | None = None,
) -> float | None: ...
def next_change(
    items: Thread | Iterable[Post] | Iterable[Thread],
    by: By,
    now: float | datetime,
    *,
    thread: Thread | None = None,
    tie: Tie | None = None,
    k: int | None = None,
) -> float | datetime | None:
    """
    Return when the order of *items* can next differ, if no one acts.

    From *now* until the moment returned, that moment excluded, ``order(items,
    by=by, now=..., tie=tie)`` gives the items in one and the same order, so a page
    can be kept till then. Where two keys cross, the moment is exact to rounding; where
    that would take long to find out, it is earlier, and never later.

    Args:
        items: As for :func:`order`.
        by: As for :func:`order`; a function of the caller's own counts as one that
            does not depend on time.
        now: Unix seconds or an aware datetime, not before 1970.
        thread: As for :func:`order`.
        tie: As for :func:`order`.
        k: Only the first so many places matter; None: all of them.

    Returns:
        A moment after *now*, as *now* a number or a datetime in UTC; None if the
        order does not depend on time, or does not change before the year 10000.

    Raises:
        ValidationError: As :func:`order`; also if *k* is below 1 or *now* is out of
            range.
    """
    plan = Plan(by, tie, now)
    if k is not None and (type(k) is not int or k < 1):
        raise ValidationError(f"k is {k!r}: give how many places matter, at least 1")
    start = _micros(now)
    cases = cases_of(items, thread)
    found = _first_coming(plan, cases, start)
    shown = [_Mover(case, plan) for case in plan.of(cases)]
    clock = _clock(start)
    shown.sort(key=lambda mover: mover.place(clock))
    pairs = list(pairwise(shown))
    if k is not None:
        pairs = pairs[: k - 1] + [(shown[k - 1], below) for below in shown[k:]]
    for above, below in pairs:
        change = _Pair(above, below).first_change(start, found - 1)
        if change is not None:
            found = change
            if found == start + 1:
                break
    return _moment(found, now)


def _micros(now: float | datetime) -> int:
    """Return the last whole microsecond that is not after *now*."""
    if isinstance(now, datetime):
        micros = (now - _EPOCH) // _MICRO
    else:
        micros = floor(seconds(now, "now") * 1e6) - 1  # the product is rounded
    if not 0 <= micros < _LAST:
        raise ValidationError(f"now is {now}: give a moment from 1970 to 9999")
    return micros


def _moment(found: int, now: float | datetime) -> float | datetime | None:
    if found > _LAST:
        return None
    if isinstance(now, datetime):
        return _EPOCH + timedelta(microseconds=found)
    # Between microseconds lie more numbers: the change may be at one of them.
    start = seconds(now, "now")
    return max(nextafter(start, inf), nextafter((found - 1) / 1e6, -inf))


def _clock(micros: int) -> Clock:
    at = micros / 1e6
    return Clock(at, at)


def _around(turn: float) -> range:
    """Return the microseconds in which rounding may put a turn."""
    if not -1e14 < turn < 1e14:
        return range(0)
    middle, wide = round(turn * 1e6), 3 + int(4e6 * ulp(turn))
    return range(middle - wide, middle + wide + 1)


def _first_coming(plan: Plan, cases: list[Case], start: int) -> int:
    """Return when an item first comes into the tab or leaves it."""
    found = _LAST + 1
    if plan.tab is None:
        return found
    for case in cases:
        now = kept(plan.tab, case, _clock(start))
        moments = {
            at
            for turn in tab_turns(plan.tab, case)
            for at in _around(turn)
            if start < at < found
        }
        for at in sorted(moments):
            if kept(plan.tab, case, _clock(at)) != now:
                found = at
                break
    return found


class _Mover:
    """One item whose keys move."""

    __slots__ = ("case", "levels", "plan", "rules", "turns")

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case, self.plan = case, plan
        self.rules = (plan.rule, *plan.ties)
        #: For each order: its place if that stands still, else None.
        self.levels: list[tuple[object, ...] | None] = []
        self.turns: list[float] = []
        clock = plan.clock
        for rule in self.rules:
            if rule.motion is None or "now" in rule.given:
                self.levels.append(_level(rule, case, clock))
            else:
                self.levels.append(None)
                self.turns += rule.motion.turns(case, rule.given)

    def place(self, clock: Clock) -> tuple[object, ...]:
        """Return the place at a moment, as :func:`order` would."""
        plan = self.plan
        key = plan.rule.weigh(self.case, clock)[1]
        return place_of(plan.rule, plan.ties, self.case, key, clock)

    def key(self, number: int, at: int) -> Key | None:
        """Return the key by one order at a moment."""
        return self.rules[number].weigh(self.case, _clock(at))[1]


def _level(rule: Rule, case: Case, clock: Clock | None) -> tuple[object, ...]:
    key = rule.weigh(case, clock)[1] if rule.place is None else rule.place(case)
    return (*pin_levels(rule, case), level(key, rule.falling))


class _Pair:
    """Two neighbours, of which the first stands above the second at the start."""

    __slots__ = ("above", "below", "looks", "rules")

    def __init__(self, above: _Mover, below: _Mover) -> None:
        self.above, self.below = above, below
        self.rules = above.rules
        self.looks = _LOOKS

    def first_change(self, start: int, last: int) -> int | None:
        """Return the first moment after *start*, till *last*, of another order."""
        if last <= start or all(place is not None for place in self.above.levels):
            return None
        turns = {*self.above.turns, *self.below.turns}
        zones = sorted(
            (zone.start, zone.stop - 1)
            for zone in map(_around, turns)
            if zone and zone.stop - 1 > start and zone.start <= last
        )
        at = start
        for first, end in zones:
            # Between two turns keys follow one curve each; near a turn every
            # moment is looked at.
            if first - 1 > at:
                change = self._on_curves(0, at, first - 1)
                if change is not None:
                    return change
                at = first - 1
            if end <= last and self._clear_jump(at, end):
                at = max(at, end)
            while at < min(end, last):
                at += 1
                if not self._holds(at):
                    return at
        return None if at >= last else self._on_curves(0, at, last)

    def _clear_jump(self, start: int, end: int) -> bool:
        """Return whether a turn of each at most leaves the first key the better."""
        if self.above.levels[0] is not None or self.rules[0].pins:
            return False
        for mover in (self.above, self.below):
            near = {at for at in mover.turns if start <= at * 1e6 <= end + 1}
            if len(near) > 1:
                return False
        ends = [(self.above.key(0, at), self.below.key(0, at)) for at in (start, end)]
        if any(key is None for keys in ends for key in keys):
            return False
        return self._clear(self._keys(0, start), self._keys(0, end))

    def _holds(self, at: int) -> bool:
        self.looks -= 1
        clock = _clock(at)
        return self.above.place(clock) < self.below.place(clock)

    def _on_curves(self, number: int, start: int, last: int) -> int | None:
        """Look from one order on, the orders before it being equal all the time."""
        while number < len(self.rules):
            one, other = self.above.levels[number], self.below.levels[number]
            if one is None or other is None:
                return self._moving(number, start, last)
            if one != other:
                return None if one < other else start + 1
            number += 1
        return None  # the ids decide

    def _moving(self, number: int, start: int, last: int) -> int | None:
        rule = self.rules[number]
        pins = pin_levels(rule, self.above.case), pin_levels(rule, self.below.case)
        if pins[0] != pins[1]:
            return None if pins[0] < pins[1] else start + 1
        one, other = self.above.key(number, start), self.below.key(number, start)
        if one is None or other is None:
            # What is defined stays so till the next turn.
            if one is None is other:
                return self._on_curves(number + 1, start, last)
            return None if other is None else start + 1
        if rule.motion is not None and rule.motion.shape is Shape.RATIO:
            return self._crossing(number, start, last)
        return self._marching(number, start, last)

    # -- quotients that rise or fall all the time --------------------------------

    def _crossing(self, number: int, start: int, last: int) -> int | None:
        here, there = self._keys(number, start), self._keys(number, last)
        if here[0] == here[1] and self._one_curve(number, start, last):
            return self._on_curves(number + 1, start, last)
        while not _apart(here):
            # Too near to tell by the curves: moment by moment, as long as it takes.
            if start >= last:
                return None
            start += 1
            if self.looks <= 0 or not self._holds(start):
                return start
            here = self._keys(number, start)
        if _apart(there):
            return None
        safe, unsafe = start, last
        while unsafe - safe > 1:
            middle = (safe + unsafe) // 2
            if _apart(self._keys(number, middle)):
                safe = middle
            else:
                unsafe = middle
        while unsafe <= last and self.looks > 0 and self._holds(unsafe):
            unsafe += 1
        return unsafe if unsafe <= last else None

    def _one_curve(self, number: int, start: int, last: int) -> bool:
        """Return whether two keys are equal all the time, to the last digit."""
        step = max(1, (last - start) // _SAMPLES)
        moments = (*range(start, last, step), last)
        return all(
            one == other for one, other in (self._keys(number, at) for at in moments)
        )

    # -- keys of which each alone never rises, or never falls ----------------------

    def _marching(self, number: int, start: int, last: int) -> int | None:
        at, step = start, last - start
        here = self._keys(number, at)
        while at < last:
            self.looks -= 1
            if self.looks <= 0:
                return at + 1
            end = min(at + step, last)
            there = self._keys(number, end)
            if here == there and here[0] == here[1]:
                change = self._on_curves(number + 1, at, end)
                if change is not None:
                    return change
            elif not self._clear(here, there):
                if step > 1:
                    step = max(1, min(step, last - at) // 8)
                    continue
                if not self._holds(end):
                    return end
            at, here, step = end, there, step * 4
        return None

    # -- keys ----------------------------------------------------------------------

    def _keys(self, number: int, at: int) -> tuple[float, float]:
        """Return both keys, the greater the better."""
        self.looks -= 1
        one, other = self.above.key(number, at), self.below.key(number, at)
        if not isinstance(one, int | float) or not isinstance(other, int | float):
            # Undefined where it should not be: rounding at a turn.
            return 0.0, 0.0
        return (one, other) if self.rules[number].falling else (-one, -other)

    def _clear(self, here: tuple[float, float], there: tuple[float, float]) -> bool:
        """Return whether all that one key can be is above all the other can be."""
        return _apart((min(here[0], there[0]), max(here[1], there[1])))


def _apart(keys: tuple[float, float]) -> bool:
    """Return whether the first is above the second by more than rounding."""
    one, other = keys
    return one - other > _NEAR * (abs(one) + abs(other))
