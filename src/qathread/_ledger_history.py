"""What moved one user's points: one entry for each change, in order."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ._checks import settle
from ._ledger_account import Account
from ._ledger_grants import Grant
from ._ledger_items import AnyEvent, Item, cause_of
from ._ledger_rates import Rates
from ._ledger_taking import take_one
from .facts import EventId
from .ids import PostId, ThreadId
from .policy import PaidFor


class EntryKind(StrEnum):
    """What an entry of a ledger says."""

    #: Points were paid for something.
    OPENED = "opened"
    #: It was taken back, or its post taken down: so are the points.
    CLOSED = "closed"
    #: A cap or the floor now lets more or less of earlier points through.
    CORRECTED = "corrected"


@frozen(kw_only=True, weakref_slot=False)
class Entry:
    """
    One change of somebody's points, at the time it was found out.

    ``paid + withheld == nominal`` holds in each.

    Attributes:
        at: When the cause happened: corrections are dated by what brought them
            about. None if that event has no time.
        kind: Opened, closed or corrected.
        rule: What the points are for.
        nominal: What the policy pays without caps and floor; the opposite where
            it was taken back, 0 in corrections.
        paid: What the standing moved by.
        withheld: What caps kept back and the floor forgave.
        cause_thread_id: The thread of the event that caused the entry; None: an
            event of an account.
        cause_version: The version of that event.
        earned_at: When what is paid for happened; caps count it on that day.
        thread_id: The thread of what is paid for; None: an account.
        version: The version of the event that is paid for.
        post_id: The post, if there is one.
        because: In words, what was withheld by what.
    """

    at: datetime | None
    kind: EntryKind
    rule: PaidFor
    nominal: int
    paid: int
    withheld: int
    cause_thread_id: ThreadId | None
    cause_version: int
    earned_at: datetime
    thread_id: ThreadId | None
    version: int
    post_id: PostId | None = field(default=None)
    because: str = ""

    def __attrs_post_init__(self) -> None:
        settle(self)

    @property
    def cause(self) -> EventId | None:
        """The event that caused it; None if it is one of an account."""
        if self.cause_thread_id is None:
            return None
        return EventId(thread_id=self.cause_thread_id, version=self.cause_version)


class History:
    """An account that is watched while it takes its stream in."""

    def __init__(self, user_id: str, rates: Rates) -> None:
        self.account = Account(user_id, rates)
        self.account.trace = self._note
        self.entries: list[Entry] = []
        self.moved: list[tuple[bool, Grant]] = []
        self.paid: dict[Grant, int] = {}  # what each open grant moved, floor included
        self.capped: dict[Grant, int] = {}  # what the caps let through of each
        self.levels: list[int] = []  # the standing after each place

    def take(self, items: Iterable[Item]) -> list[Entry]:
        """Return all entries that the stream makes."""
        for item in items:
            take_one(self.account, item)
            if self.moved:
                self._write(cause_of(item))
                self.moved.clear()
        return self.entries

    def _note(self, opened: bool, grant: Grant) -> None:
        self.moved.append((opened, grant))

    def _write(self, cause: AnyEvent) -> None:
        before = self.paid
        settled = not (
            self.account.unsorted or self.account.stale or self.account.drifted
        )
        self.account.settle()
        after = self._appended() if settled else self._walked()
        for opened, grant in self.moved:
            kind = EntryKind.OPENED if opened else EntryKind.CLOSED
            nominal = grant.nominal * grant.units
            if opened and grant in after:
                self._enter(kind, grant, cause, nominal, after[grant])
            elif not opened and grant in before:
                self._enter(kind, grant, cause, -nominal, -before[grant])
        if not settled:
            for grant, paid in after.items():
                if grant in before and before[grant] != paid:
                    change = paid - before[grant]
                    self._enter(EntryKind.CORRECTED, grant, cause, 0, change)
        self.paid = after

    def _appended(self) -> dict[Grant, int]:
        """The same grants, and new ones at the end."""
        account = self.account
        level = self.levels[-1] if self.levels else account.rates.start
        for place in range(len(self.levels), len(account.line)):
            grant = account.grant(place)
            if grant is not None:
                self.capped[grant] = account.paids[place]
                reached = _reached(level, grant, account.paids[place])
                self.paid[grant] = reached - level
                level = reached
            self.levels.append(level)
        return self.paid

    def _walked(self) -> dict[Grant, int]:
        """All grants anew."""
        self.levels = []
        self.paid = {}
        return self._appended()

    def _enter(
        self, kind: EntryKind, grant: Grant, cause: AnyEvent, nominal: int, paid: int
    ) -> None:
        event = grant.event
        post_id = grant.post()[1]
        self.entries.append(
            Entry(
                at=cause.at,
                kind=kind,
                rule=grant.rule,
                nominal=nominal,
                paid=paid,
                withheld=nominal - paid,
                cause_thread_id=cause.thread_id,
                cause_version=cause.version,
                earned_at=grant.when,
                thread_id=event.thread_id,
                version=event.version,
                post_id=post_id or None,
                because=_reasons(kind, grant, paid, nominal, self.capped.get(grant, 0)),
            )
        )


def _reached(level: int, grant: Grant, paid: int) -> int:
    """The standing after a grant, by the floor of its policy."""
    floor = grant.tariff.floor
    for amount, times in grant.runs or ((paid, 1),):
        first = level + amount
        if floor is not None and first < floor:
            first = floor
        level = first + amount * (times - 1)
        if floor is not None and level < floor:
            level = floor
    return level


def _reasons(
    kind: EntryKind, grant: Grant, paid: int, nominal: int, through: int
) -> str:
    if kind is EntryKind.CORRECTED:
        return "a cap or the floor has other room now"
    if paid == nominal:
        return ""
    if kind is EntryKind.CLOSED:
        return "no more than was paid is taken back"
    reasons = []
    capped = nominal - through
    if capped:
        caps = " and ".join(str(bucket.line) for bucket in grant.buckets)
        reasons.append(f"{capped:+d} withheld by the {caps}")
    forgiven = through - paid
    if forgiven:
        reasons.append(f"{forgiven:+d} forgiven at the floor {grant.tariff.floor}")
    return ", ".join(reasons)


def explained(start: int, entries: Iterable[Entry], shown: int, user_id: str) -> str:
    """Tell in lines of text how a standing came about."""
    lines = [f"{user_id}: starts with {start}"]
    total = start
    for entry in entries:
        total += entry.paid
        day = "no time" if entry.at is None else f"{entry.at:%Y-%m-%d %H:%M}"
        what = f"{entry.rule.value} {entry.kind.value}"
        where = "" if entry.post_id is None else f", post {entry.post_id}"
        lines.append(
            f"{day}  {entry.paid:+d} of {entry.nominal:+d} = {total}  "
            f"{what}{where}, {_event_name(entry)}"
            + (f": {entry.because}" if entry.because else "")
        )
    if shown != total:
        lines.append(f"shown as {shown}: the floor")
    return "\n".join(lines)


def _event_name(entry: Entry) -> str:
    if entry.cause_thread_id is None:
        return f"account event {entry.cause_version}"
    return f"event {entry.cause_version} of {entry.cause_thread_id}"
