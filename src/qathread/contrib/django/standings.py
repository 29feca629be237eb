"""The points of all users in a table, kept up to date from the feed of the store."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final, TypeAlias

from attrs import frozen
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.models import BigIntegerField, Subquery

from ...ids import ThreadId, UserId
from ...policy import Policy
from ...reputation import Ledger
from ...reputation import ledger as made
from ...serialization import to_json
from ...stores._keeping import entries_of
from ...stores._keeping import feed as feed_of
from ._errors import ours
from ._rows import DjangoRows
from ._statements import AT_ONCE, chunks, marks
from ._transactions import checked_alias, is_joined, run
from .models import STANDINGS, ProjectionRow, Standing

__all__ = ["Rules", "catch_up", "ledger", "recompute", "standing_of"]

#: A policy, or pairs of start and policy, as ``reputation.ledger`` takes them.
Rules: TypeAlias = Policy | Sequence[tuple[datetime, Policy]]

_EVENTS: Final = 1_000
_WAIT: Final = 30.0


def catch_up(policy: Rules, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """
    Bring the table of standings up to the last event of the feed.

    Standings and position are written in one transaction, each event counts once,
    and calls at the same time wait for each other. Inside ``transaction.atomic()``
    the call is part of it: right after a save, both are there or neither is.

    The first call in a process reads all events, and keeps the ledger that they make
    in memory; later ones read what is new. After an erasure, and with another policy
    than the last time, the table is made anew.

    Args:
        policy: What is paid.
        using: The alias of the database.

    Returns:
        The position of the last event that is in the table.

    Raises:
        StoreError: If the database fails, or others are in the way for 30 seconds.
        ValidationError: If there is no such database, or no policy.
    """
    return _bring(policy, using, anew=False)[0]


def recompute(
    policy: Rules,
    *,
    using: str = DEFAULT_DB_ALIAS,
    step: Callable[[int], object] = lambda events: None,
) -> int:
    """
    Make the table of standings anew, from all events.

    Args:
        policy: As for :func:`catch_up`.
        using: As for :func:`catch_up`.
        step: Is told how many events were read so far.

    Returns:
        As :func:`catch_up`.

    Raises:
        StoreError: As for :func:`catch_up`.
        ValidationError: As for :func:`catch_up`.
    """
    return _bring(policy, using, anew=True, step=step)[0]


def ledger(policy: Rules, *, using: str = DEFAULT_DB_ALIAS) -> Ledger:
    """
    Catch up, and return the ledger: for quotas, and to explain somebody's points.

    Args:
        policy: As for :func:`catch_up`.
        using: As for :func:`catch_up`.

    Returns:
        The ledger of all events.

    Raises:
        StoreError: As for :func:`catch_up`.
        ValidationError: As for :func:`catch_up`.
    """
    found = _bring(policy, using, anew=False, needed=True)[1]
    assert found is not None
    return found


def standing_of(user_id: UserId, *, using: str = DEFAULT_DB_ALIAS) -> int | None:
    """
    Return the points of somebody, in one query.

    Args:
        user_id: Who: ``str(user.pk)``.
        using: The alias of the database.

    Returns:
        The points; the policy's start for somebody whom no event concerns; None if
        no standings are kept.

    Raises:
        StoreError: If the database fails.
    """
    points = Standing.objects.filter(user_id=user_id).values("reputation")
    query = (
        ProjectionRow.objects.using(checked_alias(using))
        .filter(name=STANDINGS)
        .annotate(points=Subquery(points, output_field=BigIntegerField()))
        .values_list("points", "start")
    )
    try:
        row = query.first()
    except Error as error:
        raise ours(error) from error
    if row is None:
        return None
    points_found, start = row
    return int(start if points_found is None else points_found)


# -- inside ----------------------------------------------------------------------


@frozen
class _Kept:
    """
    A ledger in memory.

    Attributes:
        rules: The digest of its policy.
        rewrites: How often events had been rewritten in place.
        position: The last event that is in it.
        last: A digest of that event: another database has another one.
        ledger: Of all events up to there.
    """

    rules: str
    rewrites: int
    position: int
    last: bytes | None
    ledger: Ledger


_KEPT: Final[dict[str, _Kept]] = {}


def _bring(
    policy: Rules,
    using: str,
    *,
    anew: bool,
    needed: bool = False,
    step: Callable[[int], object] = lambda events: None,
) -> tuple[int, Ledger | None]:
    """Bring the table up to date; return the position and, if *needed*, the ledger."""
    using = checked_alias(using)
    empty = made((), policy)
    work = _Work(empty, _digest(policy), _KEPT.get(using), anew, needed, step)
    joined = is_joined(using)
    position, kept = run(using, work.done, writing=True, wait=_WAIT)
    if kept is None:
        return position, None
    if not joined:
        _KEPT[using] = kept
    elif connections[using].in_atomic_block:
        # What is rolled back must not stay in memory.
        transaction.on_commit(partial(_KEPT.__setitem__, using, kept), using=using)
    return position, kept.ledger


def _print_of(entry: tuple[int, ThreadId, bytes]) -> bytes:
    return sha256(entry[2]).digest()


def _digest(policy: Rules) -> str:
    pairs = [(None, policy)] if isinstance(policy, Policy) else list(policy)
    told = sha256()
    for start, each in pairs:
        told.update(f"{start and start.timestamp()!r} ".encode() + to_json(each))
    return told.hexdigest()


@frozen
class _Work:
    """One call, as the steps of a transaction that may have to be tried again."""

    empty: Ledger
    rules: str
    kept: _Kept | None
    anew: bool
    needed: bool
    step: Callable[[int], object]

    def done(self, rows: DjangoRows) -> tuple[int, _Kept | None]:
        """Write what is new; return the position, and the ledger if there is one."""
        rules, position, rewrites, seen = self._locked(rows)
        anew = self.anew or rules != self.rules or rewrites != seen
        if position and not anew and self._event_at(rows, position) is None:
            anew = True  # the table is newer than the events: of another backup
        if anew:
            position = 0
        news = bool(feed_of(rows, position, 1))
        if not (anew or news or self.needed):
            return position, None
        kept = self._usable(rows, rewrites)
        after = min(position, kept.position)
        events, touched, last = 0, set[ThreadId](), None
        points, end = kept.ledger, after
        while found := feed_of(rows, end, _EVENTS):
            entries = entries_of(found)
            points = points.extend(entry.event for entry in entries)
            touched.update(
                entry.event.thread_id for entry in entries if entry.position > position
            )
            end = entries[-1].position
            last = _print_of(found[-1])
            events += len(entries)
            self.step(events)
        if anew:
            rows.changed("DELETE FROM qathread_standings")
            self._put(rows, points.standings())
        else:
            self._put(rows, self._changed(rows, points, touched))
        rows.changed(
            "UPDATE qathread_projections SET policy = %s, start = %s, position = %s,"
            " seen = %s WHERE name = %s",
            (self.rules, self.empty.standing(""), end, rewrites, STANDINGS),
        )
        last = kept.last if last is None else last
        return end, _Kept(self.rules, rewrites, end, last, points)

    def _locked(self, rows: DjangoRows) -> tuple[str, int, int, int]:
        """Return the row of the projection, locked; make it if need be."""
        query = (
            "SELECT policy, position, rewrites, seen FROM qathread_projections"
            " WHERE name = %s"
        )
        if rows.is_postgresql:
            query += " FOR UPDATE"
        while True:
            row = rows.one(query, (STANDINGS,))
            if row is not None:
                return row[0], row[1], row[2], row[3]
            rows.changed(
                "INSERT INTO qathread_projections"
                " (name, policy, start, position, rewrites, seen)"
                " VALUES (%s, '', 0, 0, 0, 0) ON CONFLICT (name) DO NOTHING",
                (STANDINGS,),
            )

    def _usable(self, rows: DjangoRows, rewrites: int) -> _Kept:
        """Return the ledger in memory, if it is one of this database as it is now."""
        kept = self.kept
        if (
            kept is not None
            and not self.anew
            and (kept.rules, kept.rewrites) == (self.rules, rewrites)
            and kept.last == self._event_at(rows, kept.position)
        ):
            return kept
        return _Kept(self.rules, rewrites, 0, None, self.empty)

    def _event_at(self, rows: DjangoRows, position: int) -> bytes | None:
        """Return a digest of the event at a position, if there is one."""
        found = feed_of(rows, position - 1, 1) if position else []
        if not found or found[0][0] != position:
            return None
        return _print_of(found[0])

    def _changed(
        self, rows: DjangoRows, points: Ledger, touched: Iterable[ThreadId]
    ) -> dict[UserId, int]:
        """Return the new points of those in some threads who have others so far."""
        found: dict[UserId, int] = {}
        for some in chunks(sorted(touched), AT_ONCE):
            query = (
                "SELECT DISTINCT p.user_id, s.reputation FROM qathread_people AS p"
                " LEFT JOIN qathread_standings AS s ON s.user_id = p.user_id"
                f" WHERE p.thread_id IN ({marks(some)})"
            )
            for user_id, known in rows.all(query, some):
                if user_id in points and known != points.standing(user_id):
                    found[user_id] = points.standing(user_id)
        return found

    def _put(self, rows: DjangoRows, new: dict[UserId, int]) -> None:
        rows.many(
            "INSERT INTO qathread_standings (user_id, reputation) VALUES (%s, %s)"
            " ON CONFLICT (user_id) DO UPDATE SET reputation = excluded.reputation",
            sorted(new.items()),
        )
