"""What policies pay and cap, arranged for quick look-ups."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from ._checks import instant
from .errors import ValidationError
from .feedback import Direction
from .policy import CapMode, CapPer, FloorMode, PaidFor, Policy, Reputation
from .posts import PostKind

#: Points of one cause: to the author, to whoever acted, to both in one person.
Points: TypeAlias = tuple[int, int, int]

VOTED: Final = {
    Direction.UP: {
        PostKind.QUESTION: PaidFor.QUESTION_UPVOTED,
        PostKind.ANSWER: PaidFor.ANSWER_UPVOTED,
        PostKind.COMMENT: PaidFor.COMMENT_UPVOTED,
    },
    Direction.DOWN: {
        PostKind.QUESTION: PaidFor.QUESTION_DOWNVOTED,
        PostKind.ANSWER: PaidFor.ANSWER_DOWNVOTED,
        PostKind.COMMENT: PaidFor.COMMENT_DOWNVOTED,
    },
}
WRITTEN: Final = {
    PostKind.QUESTION: PaidFor.QUESTION_ASKED,
    PostKind.ANSWER: PaidFor.ANSWER_POSTED,
    PostKind.COMMENT: PaidFor.COMMENT_POSTED,
}


class CapLine:
    """
    One cap as accounts use it.

    Equal caps of several policies are one line, so that a change of other rules
    starts no count again; two equal caps of one policy are two lines.
    """

    __slots__ = ("high", "low", "mode", "number", "per")

    def __init__(
        self,
        number: int,
        per: CapPer,
        mode: CapMode,
        high: int | None,
        low: int | None,
    ) -> None:
        self.number, self.per, self.mode = number, per, mode
        self.high, self.low = high, low

    def __str__(self) -> str:
        high = "" if self.high is None else f" {self.high:+d}"
        low = "" if self.low is None else f" {self.low:+d}"
        return f"cap per {self.per.value}{high}{low}"


class Tariff:
    """One policy's pay: look-ups instead of searches."""

    __slots__ = (
        "caps",
        "deleted_counts",
        "floor",
        "offset",
        "pays",
        "plain",
        "shown",
        "takes_all",
        "votes",
        "wiki_counts",
    )

    def __init__(self, rules: Reputation, lines: dict[tuple[object, int], CapLine]):
        self.pays: dict[PaidFor, Points] = dict.fromkeys(PaidFor, (0, 0, 0))
        for pay in rules.pays:
            self.pays[pay.rule] = (pay.author, pay.actor, pay.own)
        self.caps: dict[PaidFor, tuple[CapLine, ...]] = dict.fromkeys(PaidFor, ())
        seen: dict[object, int] = {}
        for cap in rules.caps:
            seen[cap] = place = seen.get(cap, 0) + 1
            line = lines.setdefault(
                (cap, place), CapLine(len(lines), cap.per, cap.mode, cap.high, cap.low)
            )
            for rule in cap.rules:
                self.caps[rule] += (line,)
        clipped = rules.floor_mode is FloorMode.CLIP
        self.floor = rules.floor if clipped else None
        self.shown = None if clipped else rules.floor
        self.offset = timedelta(minutes=rules.day_offset) if rules.day_offset else None
        self.deleted_counts = rules.deleted_counts
        self.takes_all = rules.question_takes_all
        self.wiki_counts = rules.wiki_counts
        #: For each direction and kind: the rule, its points, its caps.
        self.votes = {
            direction: {
                kind: (rule, *self.pays[rule], self.caps[rule])
                for kind, rule in by_kind.items()
            }
            for direction, by_kind in VOTED.items()
        }
        #: Whether the order of grants never matters.
        self.plain = self.floor is None and not rules.caps

    def day(self, when: datetime) -> int:
        """The number of the day of the caps that *when* falls on."""
        return (when if self.offset is None else when + self.offset).toordinal()


class Rates:
    """All policies of a ledger, each from its start on."""

    __slots__ = (
        "author_kinds",
        "clipped",
        "only",
        "pairs",
        "policies",
        "shown",
        "start",
        "starts",
        "tariffs",
        "voter_kinds",
    )

    def __init__(
        self, policies: tuple[Policy, ...], starts: tuple[datetime, ...]
    ) -> None:
        lines: dict[tuple[object, int], CapLine] = {}
        self.policies = policies
        self.pairs = tuple(zip(starts, policies, strict=True)) if starts else ()
        self.starts = starts[1:]  # the first policy holds from the beginning
        self.tariffs = [Tariff(policy.reputation, lines) for policy in policies]
        self.start = policies[0].reputation.start
        self.only = self.tariffs[0] if len(policies) == 1 else None
        self.clipped = any(each.floor is not None for each in self.tariffs)
        self.shown = any(each.shown is not None for each in self.tariffs)
        #: Kinds of post whose votes concern the author's points, or the voter's.
        self.author_kinds = self._kinds(0, 1, 2)
        self.voter_kinds = self._kinds(1, 2)

    def _kinds(self, *roles: int) -> frozenset[PostKind]:
        return frozenset(
            kind
            for tariff in self.tariffs
            for by_kind in VOTED.values()
            for kind, rule in by_kind.items()
            if any(tariff.pays[rule][role] for role in roles)
        )

    def at(self, when: datetime) -> Tariff:
        """What is paid for what happens at *when*."""
        only = self.only
        if only is not None:
            return only
        return self.tariffs[bisect_right(self.starts, when)]

    def policy_at(self, when: datetime) -> Policy:
        """The policy in force at *when*."""
        return self.policies[bisect_right(self.starts, when)]


def rates_of(policy: Policy | Iterable[tuple[datetime, Policy]]) -> Rates:
    """
    Arrange the policies of a ledger.

    Args:
        policy: One for all time, or pairs of start and policy in any order; the
            first one also holds before its start.

    Returns:
        The rates.

    Raises:
        ValidationError: If there is no policy, a start has no zone, or two are
            the same.
    """
    if isinstance(policy, Policy):
        return Rates((policy,), ())
    pairs: list[tuple[datetime, Policy]] = []
    try:
        for start, each in policy:
            pairs.append((instant(start, "the start of a policy"), each))
    except (TypeError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError(
            "policy is of another kind: give a Policy, or pairs of start and Policy"
        ) from None
    kinds: list[object] = [each for _, each in pairs]
    for kind in kinds:
        if not isinstance(kind, Policy):
            raise ValidationError(
                f"policy holds {type(kind).__name__}: give pairs of start and Policy"
            )
    if not pairs:
        raise ValidationError("there is no policy: give at least one")
    pairs.sort(key=lambda pair: pair[0])
    starts = tuple(start for start, _ in pairs)
    if len(set(starts)) < len(starts):
        raise ValidationError("two policies start at one instant: keep one of them")
    return Rates(tuple(each for _, each in pairs), starts)
