"""
Reputation: who has how many points, and because of what.

A ledger takes the events of many threads and the rules of a policy, and knows
every point. There is one definition for all platforms. What happened opens
*grants* (so many points, to somebody, for a cause) and closes them again. A
standing follows from the grants that are open, in their order: each goes through
the caps of the policy, then the floor. What was taken back is not there at all,
so it neither costs anything nor fills a cap.

>>> from datetime import UTC, datetime
>>> from qathread import UP, User, posting, voting
>>> from qathread.policy import PaidFor, Pay, Policy, Reputation
>>> when = datetime(2026, 3, 1, tzinfo=UTC)
>>> tea = posting.ask("tea", title="How hot?", body="?", by=User(id="ada"), at=when)
>>> tea = voting.cast(tea, "tea.1", UP, by=User(id="li"), at=when)
>>> pays = (Pay(rule=PaidFor.QUESTION_UPVOTED, author=10),)
>>> policy = Policy(name="ours", reputation=Reputation(start=1, pays=pays))
>>> points = ledger(tea.pending, policy)
>>> points.standing("ada"), points.standing("li")
(11, 1)
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from typing import final

from . import _ledger_taking as taking
from ._checks import instant
from ._gc import bulk_load
from ._ledger_account import Account
from ._ledger_history import Entry, EntryKind, History, explained
from ._ledger_items import Item, cause_of, known_from, turn_of
from ._ledger_rates import rates_of
from ._ledger_routing import extended
from ._ledger_state import State, arranged
from ._ledger_usage import used
from .facts import AccountEvent, Event
from .ids import UserId
from .policy import Policy, Usage

__all__ = ["Entry", "EntryKind", "Ledger", "ledger"]


def ledger(
    events: Iterable[Event | AccountEvent],
    policy: Policy | Iterable[tuple[datetime, Policy]],
) -> "Ledger":
    """
    Make the ledger of events.

    Costs O(n) for n events in order of time, else a sort of them on top.

    Votes of an imported thread are paid at the time they were cast, its accepted
    answers at the time of the event, its posts when they were written. Counts
    without ballots are not paid, because nobody knows their day.

    Args:
        events: Those of any threads and of accounts, in any order. Within a thread
            they are ordered by version, threads are merged by time; an event that
            comes twice counts once.
        policy: What is paid, or pairs of start and policy: each cause is paid by
            the policy in force when it happened, the first one also before.

    Returns:
        The ledger.

    Raises:
        SequenceError: If two different events stand in one place.
        ValidationError: If something is no event, or there is no policy.
    """
    with bulk_load():
        return Ledger(extended(State(rates_of(policy)), events))


@final
class Ledger:
    """
    The points of all users; made by :func:`ledger`, never changed.

    Points are counted when they are first asked for, one user at a time. Iterating
    gives the ids of all users whom some event concerns, sorted.
    """

    __slots__ = ("_past", "_state")

    def __init__(self, state: State) -> None:
        self._state = state
        # The ledger of an earlier moment that was asked for last.
        self._past: list[tuple[datetime | None, datetime | None, Ledger]] = []

    # -- points ------------------------------------------------------------------

    def standing(
        self,
        user_id: UserId,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> int:
        """
        Return somebody's points.

        The first reading costs what happened to the user; later ones cost what
        happened since. After something was taken back, the buckets concerned are
        folded again. Earlier moments cost a fold of the user's own past; where
        clocks went back, or corrections came late, the whole ledger of that moment
        is made, and kept for further questions about it.

        Args:
            user_id: Who; the policy's start for a stranger.
            as_of: Leave out what happened later.
            known_at: Leave out what became known later.

        Returns:
            The points, as shown.
        """
        if as_of is not None or known_at is not None:
            found = self._select(user_id, as_of, known_at)
            if isinstance(found, Ledger):
                return found.standing(user_id)
            account = Account(user_id, self._state.rates)
            taking.take(account, found)
            return account.standing()
        lane = self._state.lanes.get(user_id)
        if lane is None:
            return self._state.rates.start
        # Whoever takes the account out of its cell has it alone; another thread
        # that finds the cell empty folds one of its own.
        try:
            account = lane.cell.pop()
        except IndexError:
            account = Account(user_id, self._state.rates)
        items, taken = lane.items, account.taken
        if taken < len(items):
            new: Iterable[Item] = items
            if taken:
                new = (items[-1],) if taken == len(items) - 1 else items[taken:]
            taking.take(account, new)
            account.taken = len(items)
        points = account.standing()
        if not lane.cell:
            lane.cell.append(account)
        return points

    def standings(
        self, as_of: datetime | None = None, known_at: datetime | None = None
    ) -> dict[UserId, int]:
        """
        Return the points of all users, by id; nothing is kept for later readings.

        Args:
            as_of: As for :meth:`standing`.
            known_at: As for :meth:`standing`.
        """
        if as_of is not None or known_at is not None:
            return self._at(*_moments(as_of, known_at)).standings()
        rates, found = self._state.rates, dict[UserId, int]()
        with bulk_load():
            for user_id in self:
                lane = self._state.lanes[user_id]
                account = Account(user_id, rates)
                taking.take(account, lane.items)
                found[user_id] = account.standing()
        return found

    def entries(
        self,
        user_id: UserId,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> tuple[Entry, ...]:
        """
        Return what moved somebody's points, in order.

        What is taken back is an entry of its own, dated when it was; so are
        corrections of other points for which a cap or the floor then had room. The
        start and all ``paid`` add up to the standing, before a floor that is only
        shown. Each closing costs a walk over the user's open grants.

        Args:
            user_id: Who; no entries for a stranger.
            as_of: As for :meth:`standing`.
            known_at: As for :meth:`standing`.
        """
        found = self._select(user_id, as_of, known_at)
        if isinstance(found, Ledger):
            return found.entries(user_id)
        return tuple(History(user_id, self._state.rates).take(found))

    def explain(
        self,
        user_id: UserId,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> str:
        """
        Tell in words where somebody's points come from, a line for each entry.

        Args:
            user_id: Who.
            as_of: As for :meth:`standing`.
            known_at: As for :meth:`standing`.
        """
        entries = self.entries(user_id, as_of, known_at)
        shown = self.standing(user_id, as_of, known_at)
        return explained(self._state.rates.start, entries, shown, user_id)

    # -- quotas ------------------------------------------------------------------

    def usage(self, user_id: UserId, at: datetime) -> Usage:
        """
        Return how much of each quota somebody has used at an instant.

        Acts count from the start of the quota's period, by the policy in force at
        *at*, and draw on nested quotas as :class:`qathread.policy.Quota` says. A
        vote taken back within the period it was counted in counts no more. What
        people do as authors of an imported thread is not counted.

        Args:
            user_id: Who.
            at: When, with a UTC offset; what happened later is left out.

        Returns:
            One entry for each quota; ``resets_at`` is the end of its period.

        Raises:
            ValidationError: If *at* is not an aware datetime.
        """
        at = instant(at, "at")
        lane = self._state.lanes.get(user_id)
        today: list[Item] = []
        midnight = datetime.combine(at.astimezone(UTC), time(), UTC)
        for item in () if lane is None else reversed(lane.items):
            if turn_of(item)[0] < midnight:
                break
            today.append(item)
        policy = self._state.rates.policy_at(at)
        return used(reversed(today), user_id, policy, at)

    # -- the whole ---------------------------------------------------------------

    def extend(self, events: Iterable[Event | AccountEvent]) -> "Ledger":
        """
        Return the ledger after more events, the same as that of all of them.

        One more event costs O(log n) for n events, and the accounts concerned go
        on where they were; this ledger folds them anew if it is asked again. The
        first event of a thread that says more than itself (a post is taken down,
        flagged, moved, ...) costs the thread's own past, a merge of accounts that
        of the threads concerned. An event that is late among other threads makes
        the users concerned be counted again. Everything is arranged again, in
        O(n log n), if an event stands before a known one of its own thread, or is
        late after accounts were merged or posts moved.

        Args:
            events: As for :func:`ledger`.

        Raises:
            SequenceError: As for :func:`ledger`.
            ValidationError: As for :func:`ledger`.
        """
        state = extended(self._state, events)
        return self if state is self._state else Ledger(state)

    @property
    def events(self) -> tuple[Event | AccountEvent, ...]:
        """All events, each once, in the order in which they count."""
        return tuple(arranged(self._state.events()))

    def __iter__(self) -> Iterator[UserId]:
        return iter(sorted(self._state.lanes))

    def __contains__(self, user_id: object) -> bool:
        return isinstance(user_id, str) and user_id in self._state.lanes

    def __len__(self) -> int:
        return len(self._state.lanes)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        names = ", ".join(policy.name for policy in self._state.rates.policies)
        return f"<Ledger of {len(self)} users by {names}>"

    def __reduce__(self) -> tuple[object, ...]:
        rates = self._state.rates
        return ledger, (self.events, rates.pairs or rates.policies[0])

    # -- earlier moments ---------------------------------------------------------

    def _select(
        self, user_id: UserId, as_of: datetime | None, known_at: datetime | None
    ) -> "list[Item] | Ledger":
        """Return part of a user's stream, or a ledger to ask."""
        as_of, known_at = _moments(as_of, known_at)
        state = self._state
        late = state.traits.foreseen or state.traits.belated
        past = as_of is not None or known_at is not None
        if past and (state.traits.skewed or (known_at is not None and late)):
            return self._at(as_of, known_at)
        lane = state.lanes.get(user_id)
        items: Iterable[Item] = () if lane is None else lane.items
        return [
            item
            for item in items
            if not past or _within(cause_of(item), as_of, known_at)
        ]

    def _at(self, as_of: datetime | None, known_at: datetime | None) -> "Ledger":
        for known in self._past:
            if known[:2] == (as_of, known_at):
                return known[2]
        events = (
            event for event in self._state.events() if _within(event, as_of, known_at)
        )
        with bulk_load():
            made = Ledger(extended(State(self._state.rates), events))
        self._past = [(as_of, known_at, made)]
        return made


def _moments(
    as_of: datetime | None, known_at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    return (
        None if as_of is None else instant(as_of, "as_of"),
        None if known_at is None else instant(known_at, "known_at"),
    )


def _within(
    event: Event | AccountEvent, as_of: datetime | None, known_at: datetime | None
) -> bool:
    """Whether an event is left over at an earlier moment."""
    if as_of is not None and event.at is not None and event.at > as_of:
        return False
    if known_at is None:
        return True
    known = known_from(event)
    return known is None or known <= known_at
