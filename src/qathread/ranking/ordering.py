"""Posts of a thread, or threads, in order of a rank key, with the reason for each."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias, cast, overload

from ..errors import ValidationError
from ..posts import Post
from ..thread import Thread
from ._case import Case
from ._inputs import seconds
from ._items import cases_of
from ._places import level, place_of
from ._ranked import Ranked, Reason, ranked, reason
from ._rules import Clock, Key, Rule, Weighed, rule_of
from ._tabs import Tab, kept, rule_of_tab, ties_of_tab

__all__ = ["By", "Key", "Name", "Ranked", "Reason", "Tie", "order"]

#: Orders for which every post has what they need.
Name: TypeAlias = Literal["score", "newest", "oldest", "wilson_lower", "reddit_hot"]
#: What :func:`order` can order by: a name, a formula, a tab, or a function of an
#: item that returns a key, the greatest first, or None if that is not known.
By: TypeAlias = str | Tab | Callable[..., object]
#: What can decide among equal keys: the same, one or several.
Tie: TypeAlias = str | Callable[..., object] | Sequence[str | Callable[..., object]]


@overload
def order(
    items: Thread | Iterable[Post],
    *,
    by: By = "score",
    thread: Thread | None = None,
    now: float | datetime | None = None,
    tie: Tie | None = None,
) -> Ranked[Post]: ...
@overload
def order(
    items: Iterable[Thread],
    *,
    by: By = "score",
    thread: None = None,
    now: float | datetime | None = None,
    tie: Tie | None = None,
) -> Ranked[Thread]: ...
def order(
    items: Thread | Iterable[Post] | Iterable[Thread],
    *,
    by: By = "score",
    thread: Thread | None = None,
    now: float | datetime | None = None,
    tie: Tie | None = None,
) -> Ranked[Post] | Ranked[Thread]:
    """
    Order posts of one thread, or threads, by a rank key, best first.

    The order is total and does not depend on the order of *items*: equal keys go by
    *tie*, if given, and at last by id, in order of Unicode. Deleted and removed
    posts, and threads whose question is, are left out. An item whose counts or time
    are not known comes after those that have a key, and its reason says so; so does
    one for which the formula is not defined. What a site shows first, such as an
    accepted answer, comes first whatever its key.

    A formula reads its inputs off the item: votes, score, times, views, the answers
    and comments below, likes, whether it is accepted. Some inputs only a question
    has, and some nothing has; give those as constants::

        order(threads, by=partial(formulas.lemmy_scaled_rank, interactions_month=900),
              now=now)

    Args:
        items: Threads, which are then ordered by their questions; or posts of
            *thread*; or one thread, which stands for its answers, or, if it has not
            even a deleted one, for the comments directly under its question.
        by: The name of an order: ``"score"`` and ``"votes"`` (ups minus downs),
            ``"lowest"``, ``"newest"``, ``"oldest"``, ``"active"`` and
            ``"inactive"`` (the newest post below), ``"answers"``,
            ``"fewest_answers"``, ``"comments"``, ``"replies"``, ``"views"``,
            ``"bounty"`` (points on offer), ``"lemmy_active"`` (hot by the newest
            comment), ``"order_stackoverflow_pinned"`` and
            the other site orders of answers. Or a formula of
            :mod:`qathread.ranking.formulas` that scores one item: itself, its name,
            or a ``partial`` that gives constants by name. Or a tab of
            :func:`qathread.ranking.tabs`. Or a function that takes an item.
        thread: Whose posts *items* are; left out if *items* is a thread or threads.
        now: The moment for which keys that decay are computed, Unix seconds or
            an aware datetime; needed by those alone.
        tie: The order among items of equal key, like *by* but no tab; or several,
            the most important first.

    Returns:
        The items with key and reason of each.

    Raises:
        ValidationError: If an order is unknown or needs what the items do not have,
            *now* is naive or lacking, or *items* are not different posts of *thread*
            as they stand there, or different threads.
        NotFoundError: If *thread* has no post of an item's id.
    """
    plan = Plan(by, tie, now)
    rows = plan.rows(plan.of(cases_of(items, thread)))
    plan.sort(rows)
    places = plan.reasons(rows)
    return ranked(plan.name, plan.tie, places)  # type: ignore[return-value]  # one kind


Row: TypeAlias = tuple[tuple[object, ...], Case, Weighed]


class Plan:
    """What *by*, *tie* and *now* ask for, looked up and checked."""

    __slots__ = ("clock", "name", "rule", "tab", "tie", "ties")

    def __init__(self, by: object, tie: object, now: float | datetime | None) -> None:
        self.clock = None if now is None else Clock(seconds(now, "now"), now)
        self.tab = by if isinstance(by, Tab) else None
        if self.tab is None:
            self.rule = rule_of(by)
            self.name = self.rule.name
        else:
            self.rule = rule_of_tab(self.tab)
            self.name = f"{self.tab.platform}/{self.tab.name}"
        ties = () if tie is None else _ties(tie)
        self.tie = ", ".join(rule.name for rule in ties) or None
        own = () if self.tab is None else ties_of_tab(self.tab)
        found: list[Rule] = [*self.rule.then]
        for rule in (*own, *ties):
            found += [rule, *rule.then]
        self.ties = tuple(found)
        needs_now = [rule.name for rule in (self.rule, *found) if rule.timed]
        if self.clock is None and needs_now:
            raise ValidationError(f"{needs_now[0]!r} depends on the moment: give now=")

    def of(self, cases: list[Case]) -> list[Case]:
        """Return the items that the tab shows; all without a tab."""
        if self.tab is None:
            return cases
        return [case for case in cases if kept(self.tab, case, self.clock)]

    def rows(self, cases: list[Case]) -> list[Row]:
        """Return each item with its place and what it is made of."""
        rule, ties, clock = self.rule, self.ties, self.clock
        weigh = rule.weigh
        if ties or rule.pins or rule.place is not None:
            weighed = [(case, weigh(case, clock)) for case in cases]
            return [
                (place_of(rule, ties, case, row[1], clock), case, row)
                for case, row in weighed
            ]
        # A page by one key is what is asked for most, so it takes few steps.
        falling = rule.falling
        rows: list[Row] = []
        for case in cases:
            row = weigh(case, clock)
            key = row[1]
            if falling and (key.__class__ is int or key.__class__ is float):
                part: tuple[int, object] = (0, -key)
            else:
                part = level(key, falling)
            rows.append(((part, case.place), case, row))
        return rows

    def sort(self, rows: list[Row]) -> None:
        """Sort by the places, best first."""
        try:
            rows.sort(key=_place)
        except TypeError as error:
            raise self.not_comparable(error) from error

    def not_comparable(self, error: TypeError) -> Exception:
        """Return what to raise for keys that cannot be sorted."""
        if not any(rule.foreign for rule in (self.rule, *self.ties)):
            return error  # not the caller's keys
        return ValidationError(
            f"the keys cannot be compared ({error}): give keys of one kind"
        )

    def reasons(self, rows: list[Row]) -> list[tuple[Post | Thread, Reason]]:
        """Return the items with the reason for each place."""
        if self.rule.pins:
            return [(case.item, self.reason(case, row)) for _, case, row in rows]
        by, places = self.rule.name, []
        for _, case, (numbers, key, note) in rows:
            post, thread = case.node.post, case.thread
            if case.whole:
                why = reason(post.id, thread.id, by, numbers, key, note)
                places.append((cast("Post | Thread", thread), why))
            else:
                why = reason(post.id, None, by, numbers, key, note)
                places.append((cast("Post", post), why))
        return places

    def reason(self, case: Case, weighed: Weighed, many: bool = False) -> Reason:
        """Return why an item stands where it stands."""
        numbers, key, note = weighed
        if self.rule.pins:
            pins = tuple([(name, pin(case)) for name, pin in self.rule.pins])
            first = [name for name, holds in pins if holds][:1]
            numbers = (*pins, *numbers)
            note = "; ".join([f"{name} first" for name in first] + [note] * bool(note))
        thread_id = case.thread.id if many or case.whole else None
        return reason(case.node.post.id, thread_id, self.rule.name, numbers, key, note)


def _place(row: Row) -> tuple[object, ...]:
    return row[0]


def _ties(tie: object) -> tuple[Rule, ...]:
    if isinstance(tie, Tab):
        raise ValidationError("tie is a tab: give the name of an order")
    if isinstance(tie, Sequence) and not isinstance(tie, str):
        return tuple(rule_of(each, f"tie[{n}]") for n, each in enumerate(tie))
    return (rule_of(tie, "tie"),)
