"""Grants, and the buckets that caps count them in."""

from datetime import datetime
from typing import Final, TypeAlias

from ._ledger_items import NEVER, AnyEvent, Order
from ._ledger_rates import CapLine, Tariff
from .policy import CapMode, PaidFor

#: Equal amounts one after the other: an amount and how often.
Run: TypeAlias = tuple[int, int]
#: What grants do to a standing: it becomes max(least, standing + total).
Step: TypeAlias = tuple[int | None, int]
_ONE_RUN: Final[tuple[Run, ...]] = ()


class Bucket:
    """
    What one cap counts together, and how much of it has gone through.

    The sum of a NET cap is in *gained*, losses included.
    """

    __slots__ = ("gained", "line", "lost", "members")

    def __init__(self, line: CapLine) -> None:
        self.line = line
        self.gained = self.lost = 0
        self.members: list[int] = []  # places of grants in their account

    def take(self, amount: int) -> int:
        """Let as much of *amount* through as the cap allows."""
        line = self.line
        if amount > 0:
            high = line.high
            if high is not None:
                room = high - self.gained
                if line.mode is CapMode.OVERSHOOT:
                    amount = amount if room > 0 else 0
                elif amount > room:
                    amount = room
            self.gained += amount
        elif amount:
            low, net = line.low, line.mode is CapMode.NET
            if low is not None:
                room = low - (self.gained if net else self.lost)
                if line.mode is CapMode.OVERSHOOT:
                    amount = amount if room < 0 else 0
                elif amount < room:
                    amount = room
            if net:
                self.gained += amount
            else:
                self.lost += amount
        return amount

    def take_many(self, amount: int, count: int) -> list[Run]:
        """Do the same for *count* equal amounts in a row, without a loop over them."""
        line, gain = self.line, amount > 0
        bound = line.high if gain else line.low
        if amount == 0 or bound is None:
            self._count(amount * count, gain)
            return [(amount, count)]
        used = self.gained if gain or line.mode is CapMode.NET else self.lost
        room = max(0, bound - used if gain else used - bound)
        size = abs(amount)
        whole, rest = divmod(room, size)
        if line.mode is CapMode.OVERSHOOT:
            whole, rest = whole + (rest > 0), 0
        if whole >= count:
            whole, rest = count, 0
        runs = [(amount, whole), (rest if gain else -rest, 1 if rest else 0)]
        runs.append((0, count - whole - (1 if rest else 0)))
        runs = [run for run in runs if run[1]]
        self._count(sum(each * times for each, times in runs), gain)
        return runs

    def _count(self, amount: int, gain: bool) -> None:
        if gain or self.line.mode is CapMode.NET:
            self.gained += amount
        else:
            self.lost += amount


class Grant:
    """Points for one cause."""

    __slots__ = (
        "buckets",
        "event",
        "home",
        "nominal",
        "order",
        "rule",
        "runs",
        "tariff",
        "units",
        "when",
    )

    def __init__(
        self,
        event: AnyEvent,
        rule: PaidFor,
        nominal: int,
        when: datetime,
        tariff: Tariff,
        order: Order | None = None,
        home: tuple[str, str] | None = None,
        units: int = 1,
    ) -> None:
        self.event, self.rule, self.nominal, self.when = event, rule, nominal, when
        self.tariff, self.order, self.home, self.units = tariff, order, home, units
        self.runs = _ONE_RUN  # of more than one unit
        self.buckets: tuple[Bucket, ...] = ()

    def turn(self) -> Order:
        """Its place in the order of all grants."""
        if self.order is None:
            event = self.event
            return (event.at or NEVER, event.thread_id or "", event.version, 0)
        return self.order

    def post(self) -> tuple[str, str]:
        """What a cap per post counts it with."""
        if self.home is None:
            event = self.event
            post_id: str = getattr(event, "post_id", "")
            return (event.thread_id or "", post_id)
        return self.home


def paid_by(grant: Grant) -> int:
    """Send a grant through its buckets."""
    if grant.units == 1:
        amount = grant.nominal
        for bucket in grant.buckets:
            amount = bucket.take(amount)
        return amount
    runs: list[Run] = [(grant.nominal, grant.units)]
    for bucket in grant.buckets:
        runs = [
            run for amount, times in runs for run in bucket.take_many(amount, times)
        ]
    grant.runs = tuple(runs)
    return sum(amount * times for amount, times in runs)


def step_of(grant: Grant, paid: int) -> Step:
    """What one grant does to any value: max(least, value + total)."""
    floor = grant.tariff.floor
    if floor is not None and grant.units != 1:
        # Of several units the first may only reach the floor; gains go on from it.
        floor += max(0, paid - grant.runs[0][0])
    return floor, paid
