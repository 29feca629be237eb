"""What is different between two policies."""

from collections.abc import Iterator, Mapping

import attrs
from attrs import frozen

from .._checks import settle
from ..errors import ValidationError
from ..policy import Cap, PaidFor, Pay, Policy, Quota
from ._words import text_of

__all__ = ["Difference", "diff"]


@frozen(kw_only=True, weakref_slot=False)
class Difference:
    """
    One difference between two policies.

    Attributes:
        path: Where, as names of fields joined by dots; what is paid stands under
            its rule, a quota under its name, a cap under its place from 0 up.
        before: The old value in words; ``none`` if there was none.
        after: The new value in words; ``none`` if there is none.
    """

    path: str
    before: str
    after: str

    def __attrs_post_init__(self) -> None:
        settle(self)

    def __str__(self) -> str:
        return f"{self.path}: {self.before} -> {self.after}"


def diff(a: Policy, b: Policy) -> tuple[Difference, ...]:
    """
    Return what is different between two policies.

    Args:
        a: The policy before.
        b: The policy after.

    Returns:
        The differences in the order of the fields; empty exactly if the policies
        are equal. Turned round, each difference changes its sides.

    Raises:
        ValidationError: If one is not a Policy.

    >>> from qathread.policies import STACK_EXCHANGE, STACK_EXCHANGE_2010
    >>> for difference in diff(STACK_EXCHANGE_2010, STACK_EXCHANGE)[-1:]:
    ...     print(difference)
    reputation.pays.question_upvoted.author: 5 -> 10
    """
    for policy in (a, b):
        if not isinstance(policy, Policy):
            raise ValidationError(
                f"diff() was given a {type(policy).__name__}: give two Policies"
            )
    return tuple(_between(a, b, ""))


def _between(before: object, after: object, path: str) -> Iterator[Difference]:
    """Compare two values of one field; the depth is that of the classes."""
    if before == after:
        return
    kind, name = type(before), path.rpartition(".")[2]
    if isinstance(before, tuple) and isinstance(after, tuple):
        yield from _items(_keyed(before), _keyed(after), path)
    elif kind is type(after) and attrs.has(kind):
        for each in attrs.fields(kind):
            inner = f"{path}.{each.name}" if path else each.name
            sides = getattr(before, each.name), getattr(after, each.name)
            yield from _between(*sides, inner)
    else:
        yield Difference(
            path=path, before=text_of(before, name), after=text_of(after, name)
        )


def _items(
    before: Mapping[str, object], after: Mapping[str, object], path: str
) -> Iterator[Difference]:
    """Compare what two tuples hold, by key, and then the order of the keys."""
    for key in sorted(before.keys() | after.keys(), key=_place):
        yield from _between(before.get(key), after.get(key), f"{path}.{key}")
    orders = [
        [key for key in side if key in before and key in after]
        for side in (before, after)
    ]
    if orders[0] != orders[1]:
        yield Difference(
            path=f"{path} (order)",
            before=", ".join(orders[0]),
            after=", ".join(orders[1]),
        )


def _keyed(items: tuple[object, ...]) -> dict[str, object]:
    """Return the items of a tuple by what tells them apart."""
    found: dict[str, object] = {}
    for place, item in enumerate(items):
        match item:
            case Pay():
                found[item.rule.value] = item
            case Quota():
                found[item.name] = item
            case Cap():
                found[str(place)] = item
            case _:  # pragma: no cover - our own mistake
                raise TypeError(f"no key for {item!r}")
    return found


_RULES = {rule.value: place for place, rule in enumerate(PaidFor)}


def _place(key: str) -> tuple[int, int, str]:
    """Rules in their own order, places by number, names as text."""
    digits = len(key) if key.isascii() and key.isdecimal() else 0
    return _RULES.get(key, len(_RULES)), digits, key
