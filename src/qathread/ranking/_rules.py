"""How an order weighs an item: by a name, a formula or a function of the caller."""

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias, cast

from attrs import frozen

from .._display import quoted
from ..errors import ValidationError
from . import formulas
from ._case import Case
from ._inputs import seconds
from ._motions import MOTIONS, Motion
from ._readers import (
    NULLABLE,
    OF_THREADS,
    READERS,
    Reader,
    accepted,
    answers,
    comments,
    replies,
    self_answered,
    views,
)
from ._times import TIMED, UNKNOWN, TimedReader, active_at, created_at, open_bounties
from ._trend import trend_place

__all__ = [
    "NAMED",
    "RISING",
    "Clock",
    "Key",
    "Number",
    "Pin",
    "Rule",
    "Weighed",
    "rule_of",
]

#: A rank key: a score, the value of a formula, a time, or several in a row.
Key: TypeAlias = int | float | datetime | str | tuple[object, ...]
#: What went into a key; None is unknown.
Number: TypeAlias = int | float | bool | datetime | str | tuple[object, ...] | None

_NO_CONSTANTS: Final[Mapping[str, object]] = MappingProxyType({})


class Clock(NamedTuple):
    """The moment for which keys are made."""

    seconds: float
    shown: float | datetime  # as the caller gave it


#: What became of one item: what went in, the key, and a note.
Weighed: TypeAlias = tuple[tuple[tuple[str, Number], ...], Key | None, str]

Weigh: TypeAlias = Callable[[Case, Clock | None], Weighed]
#: Which items stand before all others, whatever their keys.
Pin: TypeAlias = Callable[[Case], bool]


@frozen(kw_only=True, weakref_slot=False)
class Rule:
    """
    One order.

    Attributes:
        name: What it is called.
        weigh: Makes the key of an item and says how.
        falling: Whether the greatest key is the best.
        timed: Whether the key is made for a moment.
        motion: How the key moves with time; None: it does not.
        given: The constants that the caller gave.
        place: Another number to sort by, where the key is too coarse; as keys,
            the greatest is the best if *falling*.
        pins: Names and tests of what stands first, the first test first.
        then: The orders among equal keys that belong to it.
        foreign: Whether keys come from a function of the caller.
    """

    name: str
    weigh: Weigh
    falling: bool = True
    timed: bool = False
    motion: Motion | None = None
    given: Mapping[str, object] = _NO_CONSTANTS
    place: Callable[[Case], Key | None] | None = None
    pins: tuple[tuple[str, Pin], ...] = ()
    then: tuple["Rule", ...] = ()
    foreign: bool = False


# -- orders without a formula ----------------------------------------------------


def _by_score(case: Case, clock: Clock | None) -> Weighed:
    tally = case.node.tally
    if tally is None or tally.score is None:
        return (("score", None),), None, "the score is not known"
    if tally.up is None or tally.down is None:
        return (("score", tally.score),), tally.score, ""
    return (("ups", tally.up), ("downs", tally.down)), tally.score, ""


def _by_time(case: Case, clock: Clock | None) -> Weighed:
    at = created_at(case)
    return (("created_at", at),), at, "its time is not known" * (at is None)


def _by_activity(case: Case, clock: Clock | None) -> Weighed:
    at, lacking = active_at(case)
    note = "its time is not known" * (at is None)
    if at is not None and lacking:
        note = f"{lacking} without a time"
    return (("active_at", at),), at, note


def _by_count(name: str, read: Callable[[Case], int | None]) -> Weigh:
    def weigh(case: Case, clock: Clock | None) -> Weighed:
        if name in OF_THREADS:
            _needs_thread(case, name, name)
        count = read(case)
        note = f"its {name} are not all known" if count is None else ""
        return ((name, count),), count, note

    return weigh


def _by_bounty(case: Case, clock: Clock | None) -> Weighed:
    amount = sum(bounty.amount for bounty in open_bounties(case, needed(clock)))
    return (("bounty", amount),), amount, ""


def needed(clock: Clock | None, name: str = "the order") -> float:
    """Return the moment in Unix seconds, or say that it is lacking."""
    if clock is None:
        raise ValidationError(f"{name} depends on the moment: give now=")
    return clock.seconds


def not_self_answered(case: Case) -> bool:
    """Return whether it is a solution that somebody else wrote."""
    return accepted(case) and not self_answered(case)


_OLDEST: Final = Rule(name="oldest", weigh=_by_time, falling=False)
_ACCEPTED: Final = (("accepted", accepted),)
_NAMED: Final = (
    Rule(name="score", weigh=_by_score),
    Rule(name="votes", weigh=_by_score),
    Rule(name="lowest", weigh=_by_score, falling=False),
    Rule(name="newest", weigh=_by_time),
    _OLDEST,
    Rule(name="active", weigh=_by_activity),
    Rule(name="inactive", weigh=_by_activity, falling=False),
    Rule(name="answers", weigh=_by_count("answers", answers)),
    Rule(name="fewest_answers", weigh=_by_count("answers", answers), falling=False),
    Rule(name="comments", weigh=_by_count("comments", comments)),
    Rule(name="replies", weigh=_by_count("replies", replies)),
    Rule(name="views", weigh=_by_count("views", views)),
    Rule(name="bounty", weigh=_by_bounty, timed=True, motion=MOTIONS["bounty"]),
    Rule(
        name="order_stackoverflow_pinned",
        weigh=_by_score,
        pins=(("accepted", not_self_answered),),
        then=(_OLDEST,),
    ),
    Rule(name="order_stackoverflow_score", weigh=_by_score, then=(_OLDEST,)),
    Rule(name="order_apache_answer", weigh=_by_score, pins=_ACCEPTED, then=(_OLDEST,)),
    Rule(name="order_q2a_votes", weigh=_by_score, then=(_OLDEST,)),
)
#: The orders that are no formula of one item, by name.
NAMED: Final[Mapping[str, Rule]] = {rule.name: rule for rule in _NAMED}


# -- formulas --------------------------------------------------------------------

#: Formulas of net votes alone: a score without its votes is enough.
_NET: Final = frozenset({"reddit_hot", "reddit_hot_pre2014"})
#: Keys of which the smallest is the best.
RISING: Final = frozenset({"lobsters_confidence_order", "lobsters_hotness"})
#: Formulas of lists, pairs or distributions, not of one item.
_NOT_OF_ONE: Final = frozenset(
    {
        "bradley_terry",
        "discourse_percent_rank",
        "elo_update",
        "reddit_normalized_hot",
        "reddit_rising",
    }
)
#: Parameters that are read elsewhere than their name says.
_OTHERWISE: Final[Mapping[str, Mapping[str, str]]] = {
    "lemmy_active": {"age_seconds": "lemmy_active_age"},
    "se_trending": {"votes": "ballots"},
}
#: Orders by a formula of another name.
_VARIANTS: Final[Mapping[str, str]] = {"lemmy_active": "lemmy_hot_rank"}
_UNKNOWN_WORDS: Final = {
    "created_at": "its time is not known",
    "published_at": "its time is not known",
    "question_created_at": "its time is not known",
    "age_hours": "its time is not known",
    "age_seconds": "its time is not known",
    "created_age_seconds": "its time is not known",
    "score": "the score is not known",
    "net_votes": "the score is not known",
    "points": "the score is not known",
    "question_score": "the score is not known",
    "upvotes": "the score is not known",
    "ups": "its ups are not known",
    "downs": "its downs are not known",
    "views": "its views are not known",
    "answers": "its answers are not all known",
}


def _needs_thread(case: Case, by: str, parameter: str) -> None:
    if not case.whole and case.node.post.id != case.thread.root.id:
        raise ValidationError(
            f"by={by!r} needs {parameter}, which only a question has: order threads "
            f"by it, not post {case.node.post.id!r}"
        )


class _Formula:
    """Reads the inputs of a formula off items, and calls it."""

    __slots__ = ("fixed", "function", "given", "name", "net", "sources", "timed")

    def __init__(
        self,
        name: str,
        function: Callable[..., Key],
        given: Mapping[str, object],
    ) -> None:
        self.name, self.function, self.given = name, function, given
        self.net = name in _NET and not given
        otherwise = _OTHERWISE.get(name, {})
        parameters = inspect.signature(function).parameters
        for wrong in given.keys() - parameters.keys():
            raise ValidationError(
                f"{name}() has no parameter {wrong!r}: it takes {', '.join(parameters)}"
            )
        self.fixed = dict(given)
        self.sources: list[tuple[str, Reader | None, TimedReader | None]] = []
        lacking = []
        for parameter, declared in parameters.items():
            source = otherwise.get(parameter, parameter)
            if parameter in given:
                continue
            if parameter == "now":
                self.sources.append((parameter, None, None))
            elif source in READERS:
                self.sources.append((parameter, READERS[source], None))
            elif source in TIMED:
                self.sources.append((parameter, None, TIMED[source]))
            elif declared.default is inspect.Parameter.empty:
                lacking.append(parameter)
        if lacking:
            raise ValidationError(
                f"by={name!r} needs {', '.join(lacking)}, which neither a post nor a "
                f"thread has: give by=partial(formulas.{name}, {lacking[0]}=...)"
            )
        self.timed = any(reader is None for _, reader, _ in self.sources)

    def __call__(self, case: Case, clock: Clock | None) -> Weighed:
        if self.net:
            return self._net(case)
        inputs: dict[str, object] = {}
        unknown: list[str] = []
        for name, reader, timed in self.sources:
            if name in OF_THREADS:
                _needs_thread(case, self.name, name)
            if reader is not None:
                value = reader(case)
            elif timed is not None:
                value = timed(case, needed(clock, self.name), self.given)
            else:
                value = needed(clock, self.name) if clock is None else clock.shown
            if value is UNKNOWN or (value is None and name not in NULLABLE):
                unknown.append(name)
                value = None
            inputs[name] = value
        if self.fixed:
            inputs |= self.fixed
        numbers = cast("tuple[tuple[str, Number], ...]", tuple(inputs.items()))
        if unknown:
            return numbers, None, _not_known(unknown)
        try:
            return numbers, self.function(**inputs), ""
        except ValidationError as error:
            if str(error).split(" ", 1)[0] in self.fixed:
                raise  # the caller's constant, not this item
            return numbers, None, f"no value: {error}"

    def _net(self, case: Case) -> Weighed:
        tally, at = case.node.tally, created_at(case)
        net = None if tally is None else tally.score
        if tally is None or tally.up is None or tally.down is None:
            numbers: tuple[tuple[str, Number], ...] = (("score", net),)
        else:
            numbers = (("ups", tally.up), ("downs", tally.down))
        numbers = (*numbers, ("created_at", at))
        if net is None:
            return numbers, None, "the score is not known"
        if at is None:
            return numbers, None, "its time is not known"
        key = self.function(ups=max(net, 0), downs=max(-net, 0), created_at=at)
        return numbers, key, ""


def _not_known(names: list[str]) -> str:
    if "ups" in names and "downs" in names:
        return "its votes are not known"
    return _UNKNOWN_WORDS.get(names[0], f"its {names[0]} is not known")


def _formula_rule(name: str, given: Mapping[str, object]) -> Rule:
    weigh = _Formula(name, getattr(formulas, _VARIANTS.get(name, name)), given)
    place: Callable[[Case], Key | None] | None = None
    if name == "se_trending":
        place = partial(trend_place, half_life_days=given.get("half_life_days", 365))
    return Rule(
        name=name,
        weigh=weigh,
        falling=name not in RISING,
        timed=weigh.timed,
        motion=MOTIONS.get(name),
        given=given,
        place=place,
    )


@cache
def _plain_formula_rule(name: str) -> Rule:
    return _formula_rule(name, _NO_CONSTANTS)


# -- from what the caller gave ---------------------------------------------------


def rule_of(
    by: object, where: str = "by", given: Mapping[str, object] = _NO_CONSTANTS
) -> Rule:
    """
    Return the order that *by* stands for.

    Raises:
        ValidationError: If it is no order, or needs what items do not have.
    """
    if isinstance(by, str):
        return _named(by, where, given)
    if isinstance(by, partial):
        name = _formula_name(by.func)
        if name is None:
            return _foreign(by)
        if by.args:
            raise ValidationError(
                f"{where} fixes {name}() by position: give constants by name"
            )
        return _named(name, where, {**by.keywords, **given})
    if callable(by):
        name = _formula_name(by)
        return _foreign(by) if name is None else _named(name, where, given)
    raise ValidationError(
        f"{where} is {quoted(str(by), 40)}: give a function of an item, or {_known()}"
    )


def _named(name: str, where: str, given: Mapping[str, object]) -> Rule:
    named = NAMED.get(name)
    if named is not None:
        return named
    if name in _NOT_OF_ONE and name in formulas.__all__:
        raise ValidationError(
            f"{where} is {name!r}, which takes more than one item: call "
            f"formulas.{name} with the list"
        )
    if name not in _VARIANTS and (
        name not in formulas.__all__ or name.startswith("order_")
    ):
        raise ValidationError(f"{where} is {quoted(name, 40)}: give {_known()}")
    return _formula_rule(name, given) if given else _plain_formula_rule(name)


def _known() -> str:
    named = ", ".join(map(repr, NAMED))
    return (
        f"one of {named}, or a formula of qathread.ranking.formulas such as "
        f"'wilson_lower' or 'reddit_hot'"
    )


def _formula_name(function: object) -> str | None:
    name = getattr(function, "__name__", None)
    if isinstance(name, str) and name in formulas.__all__:
        return name if getattr(formulas, name) is function else None
    return None


def _foreign(function: Callable[..., object]) -> Rule:
    name = getattr(function, "__name__", "key")
    name = name if isinstance(name, str) and name.isidentifier() else "key"

    def weigh(case: Case, clock: Clock | None) -> Weighed:
        key = function(case.item)
        if key is None:
            return (), None, "it has no key"
        if not isinstance(key, int | float | datetime | str | tuple):
            raise ValidationError(
                f"{name}() gave a key of type {type(key).__name__}: give a number, "
                "an instant, text, a tuple of them, or None if it is not known"
            )
        if key != key:
            raise ValidationError(f"{name}() gave NaN: give None for an unknown key")
        if isinstance(key, datetime):
            seconds(key, f"the key from {name}()")
        return (), key, ""

    return Rule(name=name, weigh=weigh, foreign=True)
