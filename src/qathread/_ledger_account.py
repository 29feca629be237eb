"""
One user's account: grants in order, folded through caps and floor.

Opening a grant at the end is done at once. All else (closing one, opening one
that belongs earlier) is noted, and settled before the next reading: only the
buckets concerned are folded again, and, with a floor that forgives, the blocks of
grants concerned.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from ._ledger_grants import Bucket, Grant, Step, paid_by, step_of
from ._ledger_items import Key, Order
from ._ledger_rates import CapLine, Rates, Tariff
from .facts import VoteCast, VoteChanged
from .policy import CapPer, PaidFor

_BLOCK: Final = 256


class Account:
    """
    What one user's stream comes to.

    Attributes:
        taken: How many items of the stream it has taken in.
    """

    __slots__ = (
        "blocks",
        "buckets",
        "drifted",
        "line",
        "paids",
        "places",
        "rates",
        "stale",
        "taken",
        "trace",
        "unsorted",
        "user_id",
        "value",
        "wild",
    )

    def __init__(self, user_id: str, rates: Rates) -> None:
        self.user_id, self.rates, self.taken = user_id, rates, 0
        self.value = rates.start
        # By place: what was granted, in order, and what the caps let through of
        # it. A vote stands for its grant; None stands where one was closed.
        self.line: list[Grant | VoteCast | None] = []
        self.paids: list[int] = []
        self.places: dict[Key, int | None] = {}  # None: a vote that pays nothing
        self.buckets: dict[tuple[int, object], Bucket] = {}
        self.stale: dict[Bucket, None] = {}
        self.blocks: list[Step | None] = []
        self.drifted = False  # the walk over the floor is to be done again
        self.unsorted = False
        self.wild = False  # some grant is dated after what opened it
        self.trace: Callable[[bool, Grant], None] | None = None

    # -- reading -----------------------------------------------------------------

    def standing(self) -> int:
        """The points, as shown."""
        self.settle()
        if self.rates.shown:
            shown = self._last_tariff().shown
            if shown is not None and self.value < shown:
                return shown
        return self.value

    def _last_tariff(self) -> Tariff:
        if self.rates.only is not None:
            return self.rates.only
        for place in reversed(range(len(self.line))):
            grant = self.grant(place)
            if grant is not None:
                return grant.tariff
        return self.rates.tariffs[0]

    def grant(self, place: int) -> Grant | None:
        """The grant in one place, in full."""
        found = self.line[place]
        if not isinstance(found, VoteCast):
            return found
        tariff = self.rates.at(found.at)
        rule, nominal, _ = self.vote_pay(found, tariff)
        grant = self.line[place] = Grant(found, rule, nominal, found.at, tariff)
        grant.buckets = self._buckets(grant)
        return grant

    # -- changing ----------------------------------------------------------------

    def open(self, key: Key, grant: Grant) -> None:
        self.places[key] = len(self.line)
        self._append(grant)
        if self.trace is not None:
            self.trace(True, grant)

    def _append(self, grant: Grant) -> None:
        place = len(self.line)
        self.line.append(grant)
        if self.wild:
            self.unsorted = True
        if self.unsorted:
            self.paids.append(0)
            return
        grant.buckets = self._buckets(grant)
        for bucket in grant.buckets:
            bucket.members.append(place)
        paid = paid_by(grant)
        self.paids.append(paid)
        least, total = step_of(grant, paid)
        value = self.value + total
        self.value = value if least is None or value > least else least

    def _buckets(self, grant: Grant) -> tuple[Bucket, ...]:
        """What counts a grant, in the order of the caps."""
        caps = grant.tariff.caps[grant.rule]
        if not caps:
            return ()
        return tuple(self.found(caps, grant.tariff, grant.when, grant.post()))

    def found(
        self,
        caps: tuple[CapLine, ...],
        tariff: Tariff,
        when: datetime,
        post: tuple[str, ...],
    ) -> Iterator[Bucket]:
        for line in caps:
            scope: object = None
            if line.per is CapPer.DAY:
                scope = tariff.day(when)
            elif line.per is CapPer.POST:
                scope = post[:2]
            bucket = self.buckets.get((line.number, scope))
            if bucket is None:
                bucket = self.buckets[line.number, scope] = Bucket(line)
            yield bucket

    def close(self, key: Key) -> None:
        place = self.places.pop(key, None)
        if place is None:
            return
        grant = self.grant(place)
        if grant is None:
            return
        self.line[place] = None
        if not self.unsorted:
            for bucket in grant.buckets:
                self.stale[bucket] = None
            self._shift(place, -self.paids[place])
        if self.trace is not None:
            self.trace(False, grant)

    def _shift(self, place: int, amount: int) -> None:
        """Note that the grant in one place pays more or less."""
        if self.rates.clipped:
            self.drifted = True
            block = place // _BLOCK
            if block < len(self.blocks):
                self.blocks[block] = None
        else:
            self.value += amount

    # -- settling ----------------------------------------------------------------

    def settle(self) -> None:
        """Make all sums right after grants were closed, or came late."""
        if self.unsorted:
            self._fold_again()
        if self.stale:
            self._fold_buckets()
        if self.drifted:
            self._walk()

    def _fold_again(self) -> None:
        open_ones: list[tuple[Order, Key, Grant]] = []
        for key, place in self.places.items():
            grant = None if place is None else self.grant(place)
            if grant is not None:
                open_ones.append((grant.turn(), key, grant))
        open_ones.sort(key=lambda each: each[0])
        self.line, self.paids, self.blocks = [], [], []
        self.buckets.clear()
        self.stale.clear()
        self.value = self.rates.start
        wild, self.wild, self.unsorted, self.drifted = self.wild, False, False, False
        for _, key, grant in open_ones:
            self.places[key] = len(self.line)
            self._append(grant)
        self.wild = wild

    def _fold_buckets(self) -> None:
        # What goes through one cap goes into the next: fold all that hang together.
        todo = list(self.stale)
        buckets, found = set(todo), dict[int, Grant]()
        while todo:
            bucket = todo.pop()
            bucket.gained = bucket.lost = 0
            members, bucket.members = bucket.members, []
            for place in members:
                grant = self.grant(place)
                if grant is None:
                    continue
                bucket.members.append(place)
                if place not in found:
                    found[place] = grant
                    for other in grant.buckets:
                        if other not in buckets:
                            buckets.add(other)
                            todo.append(other)
        self.stale.clear()
        for place, grant in sorted(found.items()):
            before, runs = self.paids[place], grant.runs
            paid = self.paids[place] = paid_by(grant)
            if paid != before or grant.runs != runs:
                self._shift(place, paid - before)

    def _walk(self) -> None:
        blocks, value = self.blocks, self.rates.start
        whole = len(self.line) // _BLOCK
        blocks.extend([None] * (whole - len(blocks)))
        for number in range(whole + 1):
            step = blocks[number] if number < whole else None
            if step is None:
                step = self._steps(number * _BLOCK)
                if number < whole:
                    blocks[number] = step
            least, total = step
            value += total
            if least is not None and value < least:
                value = least
        self.value, self.drifted = value, False

    def _steps(self, start: int) -> Step:
        """What a block of grants does to any value: max(least, value + total)."""
        least, total = None, 0
        floor = None if self.rates.only is None else self.rates.only.floor
        places = range(start, min(start + _BLOCK, len(self.line)))
        for place in places:
            grant, paid = self.line[place], self.paids[place]
            if grant is None:
                continue
            total += paid
            if least is not None:
                least += paid
            bound = floor if isinstance(grant, VoteCast) else step_of(grant, paid)[0]
            if bound is not None and (least is None or least < bound):
                least = bound
        return least, total

    def vote_pay(
        self, event: VoteCast | VoteChanged, tariff: Tariff
    ) -> tuple[PaidFor, int, bool]:
        """The rule and points of a vote, and whether it concerns this user."""
        kind, mine = event.post_kind, event.author_id == self.user_id
        rule, author, actor, own, _ = tariff.votes[event.direction][kind]
        points = actor
        if mine:
            points = own if event.by.id == self.user_id else author
        return rule, points * event.weight, mine or kind in self.rates.voter_kinds
