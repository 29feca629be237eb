"""Where keys put an item: tuples that sort best first."""

from typing import TypeAlias

from ._case import Case
from ._rules import Clock, Key, Rule

__all__ = ["Falling", "Place", "level", "levels_of", "place_of"]

#: A part of a place: known before unknown, then what the key says.
Level: TypeAlias = tuple[int, object]
#: Sorts an item among others of one order.
Place: TypeAlias = tuple[object, ...]

_UNKNOWN: Level = (1, 0)


class Falling:
    """A key of which the greatest comes first."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Falling) and self.key == other.key

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Falling):
            return NotImplemented  # a number beside it: no keys of one kind
        return bool(other.key < self.key)  # type: ignore[operator]  # of one kind

    __hash__ = None  # type: ignore[assignment]  # it only sorts


def level(key: Key | None, falling: bool) -> Level:
    """Return what sorts by one key, what is not known at the end."""
    if key is None:
        return _UNKNOWN
    if not falling:
        return 0, key
    return 0, -key if isinstance(key, int | float) else Falling(key)


def levels_of(rule: Rule, ties: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the orders that decide, the most important first."""
    found = [rule, *rule.then]
    for tie in ties:
        found += [tie, *tie.then]
    return tuple(found)


def rule_level(rule: Rule, case: Case, clock: Clock | None) -> tuple[object, ...]:
    """Return the part of a place that one order makes, its pins first."""
    place = rule.weigh(case, clock)[1] if rule.place is None else rule.place(case)
    return (*pin_levels(rule, case), level(place, rule.falling))


def pin_levels(rule: Rule, case: Case) -> tuple[int, ...]:
    """Return 0 for each test of the order that the item passes, else 1."""
    return tuple(0 if pin(case) else 1 for _, pin in rule.pins)


def place_of(
    rule: Rule, ties: tuple[Rule, ...], case: Case, key: Key | None, clock: Clock | None
) -> Place:
    """Return the place of an item whose key by *rule* is made already."""
    if rule.place is not None:
        key = rule.place(case)
    place: Place = (level(key, rule.falling),)
    if rule.pins:
        place = (*pin_levels(rule, case), *place)
    for tie in ties:
        place += rule_level(tie, case, clock)
    return (*place, case.place)
