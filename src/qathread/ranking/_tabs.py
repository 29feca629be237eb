"""A site's tab as a value: what it shows, in which order, and what stands first."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from .._checks import identifier, settle
from ..errors import ValidationError
from ._case import Case
from ._inputs import seconds
from ._motions import MOTIONS
from ._readers import accepted
from ._rules import Clock, Number, Pin, Rule, needed, not_self_answered, rule_of
from ._times import created_at, open_bounties

__all__ = [
    "First",
    "Only",
    "Tab",
    "TabOf",
    "kept",
    "rule_of_tab",
    "tab_turns",
    "ties_of_tab",
]


class TabOf(StrEnum):
    """What a tab lists."""

    THREADS = "threads"
    ANSWERS = "answers"
    COMMENTS = "comments"


class Only(StrEnum):
    """What a tab leaves out, by what it keeps."""

    #: No answer at all.
    NO_ANSWERS = "no answers"
    #: No accepted answer, and none with a score of 1 or more.
    UNANSWERED = "unanswered"
    #: No accepted answer.
    NOT_ACCEPTED = "not accepted"
    #: An accepted answer.
    ACCEPTED = "accepted"
    #: Points on offer at the moment.
    BOUNTY = "bounty"
    #: Not closed.
    OPEN = "open"


class First(StrEnum):
    """What a tab shows before all others."""

    #: Threads that are pinned.
    PINNED = "pinned"
    #: Accepted answers.
    ACCEPTED = "accepted"
    #: Accepted answers by others than the asker.
    ACCEPTED_UNLESS_OWN = "accepted unless own"


def _given(value: object, name: str) -> object:
    """Return *value* if it is pairs of a parameter and a constant."""
    if not isinstance(value, tuple) or any(
        not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str))
        for pair in value
    ):
        raise ValidationError(f"{name} is no tuple of pairs: give (name, constant)")
    return value


@frozen(kw_only=True, weakref_slot=False)
class Tab:
    """
    One tab of one platform: an order as data, for ``order(items, by=tab)``.

    Attributes:
        platform: Whose it is, such as ``"stackexchange"``.
        name: What the platform calls it, in small letters.
        of: Whether it lists threads, or the answers or comments of one.
        by: The name of an order or of a formula.
        given: (parameter, constant) for what the formula needs and an item lacks.
        tie: Names of the orders among equal keys, the most important first.
        only: What is kept; all of it must hold.
        within: How long ago an item may have been written at most; None: at any
            time. One whose time is not known is left out.
        first: What stands before all others, whatever its key.
        source: Where this is from; "general knowledge" if no source was read.

    Raises:
        ValidationError: If a field is not of its type, an order is not known, or
            *within* is not above 0.
    """

    platform: str = field(metadata={"check": identifier})
    name: str = field(metadata={"check": identifier})
    of: TabOf = TabOf.THREADS
    by: str
    given: tuple[tuple[str, Number], ...] = field(
        default=(), metadata={"check": _given}
    )
    tie: tuple[str, ...] = ()
    only: tuple[Only, ...] = ()
    within: timedelta | None = None
    first: tuple[First, ...] = ()
    source: str

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.within is not None and self.within <= timedelta(0):
            raise ValidationError("Tab.within is not above 0: give how long ago")
        rule_of_tab(self)
        ties_of_tab(self)

    @property
    def timed(self) -> bool:
        """Whether what it shows, or in which order, depends on the moment."""
        rules = (rule_of_tab(self), *ties_of_tab(self))
        return (
            self.within is not None
            or Only.BOUNTY in self.only
            or any(rule.timed for rule in rules)
        )


_FIRST: Final[dict[First, Pin]] = {
    First.PINNED: lambda case: case.thread.status.pinned is not None,
    First.ACCEPTED: accepted,
    First.ACCEPTED_UNLESS_OWN: not_self_answered,
}


def rule_of_tab(tab: Tab) -> Rule:
    """Return the order by the keys of a tab, with what it shows first."""
    rule = rule_of(tab.by, "Tab.by", dict(tab.given))
    if not tab.first:
        return rule
    pins = tuple((str(first), _FIRST[first]) for first in tab.first)
    return evolve(rule, pins=(*pins, *rule.pins))


def ties_of_tab(tab: Tab) -> tuple[Rule, ...]:
    """Return the orders among equal keys."""
    return tuple(rule_of(name, "Tab.tie") for name in tab.tie)


# -- what is shown ---------------------------------------------------------------


def kept(tab: Tab, case: Case, clock: Clock | None) -> bool:
    """
    Return whether a tab shows an item at a moment.

    Raises:
        ValidationError: If the tab lists threads and the item is none, or the
            moment is needed and not given.
    """
    if case.whole != (tab.of is TabOf.THREADS):
        raise ValidationError(
            f"tab {tab.name!r} of {tab.platform!r} lists {tab.of}: give "
            f"{'threads' if tab.of is TabOf.THREADS else 'posts, or one thread'}"
        )
    if tab.within is not None:
        at = created_at(case)
        if at is None:
            return False
        age = needed(clock, "the tab") - seconds(at, "created_at")
        if age > tab.within.total_seconds():
            return False
    return all(_KEEPS[only](case, clock) for only in tab.only)


def tab_turns(tab: Tab, case: Case) -> list[float]:
    """Return the moments, in Unix seconds, at which an item may come or go."""
    found = []
    at = created_at(case)
    if tab.within is not None and at is not None:
        found.append(seconds(at, "created_at") + tab.within.total_seconds())
    if Only.BOUNTY in tab.only:
        found += MOTIONS["bounty"].turns(case, {})
    return found


def _no_answers(case: Case, clock: Clock | None) -> bool:
    return case.answers() == []


def _unanswered(case: Case, clock: Clock | None) -> bool:
    found = case.answers()
    if found is None or case.thread.accepted:
        return False
    return not any(
        node.tally is not None and (node.tally.score or 0) >= 1 for node in found
    )


def _not_accepted(case: Case, clock: Clock | None) -> bool:
    return not case.thread.accepted


def _accepted(case: Case, clock: Clock | None) -> bool:
    return bool(case.thread.accepted)


def _bounty(case: Case, clock: Clock | None) -> bool:
    return bool(open_bounties(case, needed(clock, "the tab")))


def _open(case: Case, clock: Clock | None) -> bool:
    return case.thread.status.closed is None


_KEEPS: Final[dict[Only, Callable[[Case, Clock | None], bool]]] = {
    Only.NO_ANSWERS: _no_answers,
    Only.UNANSWERED: _unanswered,
    Only.NOT_ACCEPTED: _not_accepted,
    Only.ACCEPTED: _accepted,
    Only.BOUNTY: _bounty,
    Only.OPEN: _open,
}
