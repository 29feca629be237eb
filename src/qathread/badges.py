"""
Who won which badge: a fold over events, with rules that are data.

:func:`award` takes whole logs, :class:`Board` follows a feed. A badge once won
stays, whatever happens to the post or the votes afterwards.

>>> from datetime import UTC, datetime
>>> from qathread import UP, User, badges, posting, voting
>>> now = datetime(2026, 1, 1, tzinfo=UTC)
>>> ada, greg = User(id="ada"), User(id="greg")
>>> thread = posting.ask("q", title="Why?", body="Why is it?", by=ada, at=now)
>>> thread = voting.cast(thread, "q.1", UP, by=greg, at=now)
>>> for award in badges.award(thread.pending):
...     print(award.user_id, award.badge, award.level)
ada Student bronze
greg Supporter bronze
"""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from ._badge_case import Case, Claim, Key, RuleBook
from ._badge_claims import Turn
from ._badge_presets import APACHE_ANSWER, ASKBOT, COMMON, DISCOURSE, STACK_EXCHANGE
from ._badge_values import (
    Award,
    BadgeLevel,
    BadgeRule,
    First,
    Repeat,
    Trigger,
    Whose,
)
from ._facts_base import Fact
from ._interleaving import NO_STREAMS, AnyEvent, Place, Streams
from ._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector
from .errors import ValidationError
from .events import AccountsMerged, EventId, UsersMerged
from .ids import ThreadId, UserId

__all__ = [
    "APACHE_ANSWER",
    "ASKBOT",
    "COMMON",
    "DISCOURSE",
    "STACK_EXCHANGE",
    "Award",
    "BadgeLevel",
    "BadgeRule",
    "Board",
    "First",
    "Repeat",
    "Trigger",
    "Whose",
    "award",
    "start",
]

_Mark = tuple[int, Key | None]
_Merge = tuple[Place, UserId, UserId]
_Prize = tuple[tuple[Place, UserId, int, Key], _Mark, Award]


@attrs.frozen(kw_only=True)
class _Record:
    """What the claims of one person came to, up to the last one."""

    last: Claim | None = None
    counts: Mapping[int, frozenset[Key]] = attrs.field(factory=dict)
    marks: frozenset[_Mark] = frozenset()
    won: tuple[_Prize, ...] = ()


_NO_RECORD: Final = _Record()


class Board:
    """
    The badges won in all events so far, immutable; get one from :func:`start`.

    It keeps the events it was given. Taking in one that is later than those before
    costs the same however many came before; one that is earlier costs a new look at
    what its people did, and a merge of accounts or threads one at everybody.
    """

    __slots__ = (
        "_book",
        "_cases",
        "_claims",
        "_fresh",
        "_merges",
        "_origins",
        "_records",
        "_streams",
    )

    def __init__(
        self,
        book: RuleBook,
        streams: Streams,
        cases: Map[ThreadId, Case],
        claims: Map[UserId, Vector[Claim]],
        records: Map[UserId, _Record],
        merges: tuple[_Merge, ...],
        origins: Map[Key, Key],
        fresh: tuple[Award, ...],
    ) -> None:
        self._book = book
        self._streams = streams
        self._cases = cases
        self._claims = claims
        self._records = records
        self._merges = merges
        self._origins = origins
        self._fresh = fresh

    def extend(self, events: Iterable[AnyEvent]) -> "Board":
        """
        Return the board after more events.

        Args:
            events: Of any threads and of accounts, in any interleaving, each
                thread's in order of version and without gaps. Events that came
                before change nothing. Of a post from before the first event of a
                thread the score is not known.

        Raises:
            ValidationError: If something is not an event.
            SequenceError: If an event is out of turn.
            IntegrityError: If two different events claim one place.
        """
        streams, arrived = self._streams.add(events)
        if not arrived:
            return self if not self._fresh else self._with(fresh=())
        cases: dict[ThreadId, Case] = {}
        merges: list[_Merge] = []
        origins: dict[Key, Key] = {}
        claims: dict[UserId, list[Claim]] = {}
        for place, event in arrived:
            if isinstance(event, AccountsMerged):
                merges.append((place, event.user_id, event.into_id))
            if not isinstance(event, Fact):
                continue
            if isinstance(event, UsersMerged):
                merges.append((place, event.from_id, event.into.id))
            case = cases.get(event.thread_id)
            if case is None:
                case = self._cases.get(event.thread_id, _NO_CASE)
            turn = Turn(self._book, case, place)
            turn.read(event)
            cases[event.thread_id] = turn.case
            origins |= turn.origins
            for claim in turn.claims:
                claims.setdefault(claim.user_id, []).append(claim)
        grown = {
            user_id: self._claims.get(user_id, EMPTY_VECTOR).extend(new)
            for user_id, new in claims.items()
        }
        board = self._with(
            streams=streams,
            cases=self._cases.update(cases),
            claims=self._claims.update(grown),
            merges=tuple(sorted((*self._merges, *merges))),
            origins=self._origins.update(origins),
        )
        if merges or origins:  # who counts as whom has changed
            records = board._refolded()
        else:
            records = self._records.update(board._continued(claims))
        return board._with(records=records, fresh=_new_in(records, self._records))

    def _with(self, **changes: object) -> "Board":
        board = object.__new__(Board)
        for name in Board.__slots__:
            value = changes.get(name[1:], getattr(self, name))
            setattr(board, name, value)
        return board

    def _continued(self, claims: Mapping[UserId, list[Claim]]) -> dict[UserId, _Record]:
        """Return the records of those who have new claims."""
        living = _living(self._merges)
        mine: dict[UserId, list[Claim]] = {}
        for user_id, new in claims.items():
            mine.setdefault(living.get(user_id, user_id), []).extend(new)
        records: dict[UserId, _Record] = {}
        for user_id, new in mine.items():
            record = self._records.get(user_id, _NO_RECORD)
            if record.last is not None and min(new) < record.last:
                others = [each for each, into in living.items() if into == user_id]
                new = [
                    claim
                    for each in (user_id, *others)
                    for claim in self._claims.get(each, EMPTY_VECTOR)
                ]
                record = _NO_RECORD
            records[user_id] = self._folded(user_id, record, new)
        return records

    def _refolded(self) -> Map[UserId, _Record]:
        living = _living(self._merges)
        mine: dict[UserId, list[Claim]] = {}
        for user_id, claims in self._claims.items():
            mine.setdefault(living.get(user_id, user_id), []).extend(claims)
        return Map.of(
            (user_id, self._folded(user_id, _NO_RECORD, claims))
            for user_id, claims in mine.items()
        )

    def _folded(self, user_id: UserId, record: _Record, claims: list[Claim]) -> _Record:
        counts, marks, won = dict(record.counts), set(record.marks), [*record.won]
        claims.sort()
        for claim in claims:
            rule = self._book.rules[claim.rule]
            key = self._origin(claim.key)
            mark = (claim.rule, key if rule.repeat is Repeat.PER_POST else None)
            if mark in marks:
                continue
            if not rule.on_post:
                seen = counts.get(claim.rule, frozenset()) | {key}
                if len(seen) < rule.count:
                    counts[claim.rule] = seen
                    continue
                counts.pop(claim.rule, None)
            marks.add(mark)
            _, thread_id, version = claim.place
            prize = Award(
                user_id=user_id,
                badge=rule.name,
                level=rule.level,
                at=claim.at,
                thread_id=thread_id,
                post_id=claim.post_id,
                event=EventId(thread_id=thread_id, version=version),
            )
            order = (claim.place, user_id, claim.rule, claim.key)
            won.append((order, mark, prize))
        return _Record(
            last=claims[-1] if claims else record.last,
            counts=counts,
            marks=frozenset(marks),
            won=tuple(won),
        )

    def _origin(self, key: Key) -> Key:
        """Where a post stood first, as far as that is known."""
        way = {key}
        while (before := self._origins.get(key)) is not None and before not in way:
            way.add(before)
            key = before
        return key

    @property
    def awards(self) -> tuple[Award, ...]:
        """
        All awards: threads merged by time, each thread's in order of version.

        Those of one event are in order of user id and rule. Neither they nor their
        order depend on how the events of different threads were interleaved.
        """
        records = self._records.values()
        return _in_order(each for record in records for each in record.won)

    @property
    def fresh(self) -> tuple[Award, ...]:
        """Badges that the last call of :meth:`extend` brought, in the same order."""
        return self._fresh

    def __repr__(self) -> str:
        won = sum(len(record.won) for record in self._records.values())
        return f"<Board of {won} awards, {len(self._fresh)} fresh>"


_NO_CASE: Final = Case()


def start(rules: Iterable[BadgeRule] = COMMON) -> Board:
    """
    Return an empty board.

    Args:
        rules: What is there to be won; every name once.

    Returns:
        A board to :meth:`Board.extend`.

    Raises:
        ValidationError: If two rules have one name.
    """
    book = RuleBook(rules)
    names = [rule.name for rule in book.rules]
    for name in names:
        if names.count(name) > 1:
            raise ValidationError(f"two badges are called {name!r}: rename one")
    return Board(book, NO_STREAMS, EMPTY_MAP, EMPTY_MAP, EMPTY_MAP, (), EMPTY_MAP, ())


def award(
    events: Iterable[AnyEvent], rules: Iterable[BadgeRule] = COMMON
) -> tuple[Award, ...]:
    """
    Return who won which badge, each at the event that was still missing.

    An import counts for what it brings: scores, votes, edits and the like. What is
    not known (a hidden score, voters who are only counted) wins nothing. Accounts
    that were merged are one person, who has a badge under the account that stays.

    Args:
        events: As for :meth:`Board.extend`.
        rules: As for :func:`start`.

    Returns:
        The awards in the order of :attr:`Board.awards`.

    Raises:
        ValidationError: If something is not an event, or two rules have one name.
        SequenceError: If an event is out of turn.
        IntegrityError: If two different events claim one place.
    """
    return start(rules).extend(events).awards


def _living(merges: Iterable[_Merge]) -> dict[UserId, UserId]:
    """Return the account that stays, by each one that is gone."""
    into: dict[UserId, UserId] = {}
    for _, gone, stays in merges:
        into.pop(stays, None)  # so no chain runs in a circle
        if gone != stays:
            into[gone] = stays
    found: dict[UserId, UserId] = {}
    for gone in into:
        stays = gone
        while stays in into:
            stays = into[stays]
        found[gone] = stays
    return found


def _new_in(
    records: Map[UserId, _Record], before: Map[UserId, _Record]
) -> tuple[Award, ...]:
    fresh: list[_Prize] = []
    for user_id, record in records.items():
        old = before.get(user_id, _NO_RECORD)
        if record is not old:
            fresh += [each for each in record.won if each[1] not in old.marks]
    return _in_order(fresh)


def _in_order(won: Iterable[_Prize]) -> tuple[Award, ...]:
    return tuple(prize for _, _, prize in sorted(won, key=_order))


def _order(won: _Prize) -> tuple[Place, UserId, int, Key]:
    return won[0]
