"""The best few of many, in one pass and little memory."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from heapq import heappush, heapreplace
from typing import Final, Literal, TypeVar, cast, overload

from ..errors import ValidationError
from ..posts import Answer, Comment, Post, Question
from ..thread import Thread
from ._case import Case
from ._items import cases_of, post_cases, stands, thread_case
from ._places import place_of
from ._ranked import Ranked, ranked
from ._rules import Weighed
from .ordering import By, Plan, Tie

__all__ = ["top"]

F = TypeVar("F")
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "answers": (Answer,),
    "comments": (Comment,),
    "posts": (Question, Answer, Comment),
}


@overload
def top(
    items: Iterable[Thread],
    k: int,
    *,
    by: By = "score",
    of: Literal["threads"] = "threads",
    now: float | datetime | None = None,
    tie: Tie | None = None,
) -> Ranked[Thread]: ...
@overload
def top(
    items: Iterable[Thread],
    k: int,
    *,
    by: By = "score",
    of: Literal["answers", "comments", "posts"],
    now: float | datetime | None = None,
    tie: Tie | None = None,
) -> Ranked[Post]: ...
@overload
def top(
    items: Thread | Iterable[Post],
    k: int,
    *,
    by: By = "score",
    thread: Thread | None = None,
    now: float | datetime | None = None,
    tie: Tie | None = None,
) -> Ranked[Post]: ...
@overload
def top(
    items: F,
    k: int,
    *,
    by: str,
    id: str,
    now: float | datetime | None = None,
    name: str | None = None,
    **columns: str | float | datetime,
) -> F: ...
def top(  # type: ignore[misc]  # what a call gives back depends on what it is given
    items: object,
    k: int,
    *,
    by: By = "score",
    of: str = "threads",
    thread: Thread | None = None,
    now: float | datetime | None = None,
    tie: Tie | None = None,
    id: str | None = None,
    name: str | None = None,
    **columns: str | float | datetime,
) -> object:
    """
    Return the first *k* of an order without holding or sorting the rest.

    It is what ``order(items, ...)[:k]`` gives, in one pass over threads that may be
    read one by one, such as those of :func:`qathread.read`: O(n log k) steps, and
    memory for *k* items. Ask :func:`next_change` with the same *k* how long it stays
    right.

    A data frame that Narwhals knows is taken as well, lazy or not; it stays what it
    is, lazy frames unread. Then *by* is the name of a formula, or ``"score"``,
    ``"newest"`` or ``"oldest"``, its inputs are named as columns
    (``ups="up_votes"``), and rows without a key come last.

    Args:
        items: Threads, each once; or what :func:`order` takes; or a data frame.
        k: How many, at least 1.
        by: As for :func:`order`.
        of: What is ranked of each thread: itself, or its ``"answers"``,
            ``"comments"`` or ``"posts"``.
        thread: As for :func:`order`, where *items* are posts.
        now: As for :func:`order`.
        tie: As for :func:`order`; equal keys go by id of thread and post at last.
        id: Of a frame: the column that decides between equal keys, the least first.
        name: Of a frame: the column to add for the key; by default named like *by*.
        **columns: Of a frame: columns by parameter of the formula, or constants.

    Returns:
        The items with key and reason of each; of a frame its best rows in order,
        with the key.

    Raises:
        ValidationError: As :func:`order`; also if *k* is below 1, or an item that
            is among the best comes twice.
        MissingExtraError: If a frame is given and Narwhals is not installed.

    >>> from qathread.ranking import top
    >>> top([], 3, by="newest")
    <Ranked 0 posts by newest>
    """
    if type(k) is not int or k < 1:
        raise ValidationError(f"k is {k!r}: give how many, at least 1")
    if id is not None:
        if not isinstance(by, str) or tie is not None or thread is not None:
            raise ValidationError(
                "of a frame, by is the name of a formula, and id= decides ties: "
                "leave tie= and thread= out"
            )
        from .columns._best import top_rows

        return top_rows(items, k, by=by, id=id, now=now, name=name, columns=columns)
    if columns or name is not None:
        raise ValidationError(
            f"{next(iter(columns), 'name')}= is for data frames: give id= with a "
            "frame, or leave it out"
        )
    plan = Plan(by, tie, now)
    many = of != "threads"
    best = _best(plan, k, _cases(items, of, thread))
    places = [(case.item, plan.reason(case, row, many)) for case, row in best]
    return ranked(plan.name, plan.tie, places)


def _cases(items: object, of: str, thread: Thread | None) -> Iterator[Case]:
    if of != "threads" and of not in _KINDS:
        raise ValidationError(
            f"of is {of!r}: give 'threads', 'answers', 'comments' or 'posts'"
        )
    if isinstance(items, Thread) or thread is not None:
        if of != "threads":
            raise ValidationError("of= is for many threads: leave it out")
        yield from cases_of(cast("Iterable[Post]", items), thread)
        return
    if hasattr(type(items), "columns"):
        raise ValidationError("a data frame needs the name of its ids: give id=")
    if not isinstance(items, Iterable):
        raise ValidationError("items is not iterable: give threads or a data frame")
    for item in items:
        if not isinstance(item, Thread):
            raise ValidationError(
                f"an item is of type {type(item).__name__}: give threads, or posts "
                "with thread="
            )
        if of != "threads":
            yield from post_cases(item, _KINDS[of])
        elif stands(case := thread_case(item)):
            yield case


class _Entry:
    """An item in a heap of which the worst is at the top."""

    __slots__ = ("case", "place", "weighed")

    def __init__(self, place: tuple[object, ...], case: Case, weighed: Weighed) -> None:
        self.place, self.case, self.weighed = place, case, weighed

    def __lt__(self, other: "_Entry") -> bool:
        return other.place < self.place


def _best(plan: Plan, k: int, cases: Iterator[Case]) -> list[tuple[Case, Weighed]]:
    heap: list[_Entry] = []
    held: set[tuple[str, ...]] = set()
    try:
        for case in cases:
            if plan.tab is not None and not plan.of([case]):
                continue
            weighed = plan.rule.weigh(case, plan.clock)
            place = place_of(plan.rule, plan.ties, case, weighed[1], plan.clock)
            if case.place in held:
                raise ValidationError(
                    f"{case.place[-1]!r} is given twice: give every item once"
                )
            if len(heap) < k:
                heappush(heap, _Entry(place, case, weighed))
            elif place < heap[0].place:
                out = heapreplace(heap, _Entry(place, case, weighed))
                held.discard(out.case.place)
            else:
                continue
            held.add(case.place)
    except TypeError as error:
        raise plan.not_comparable(error) from error
    rows = [(entry.place, entry.case, entry.weighed) for entry in heap]
    plan.sort(rows)
    return [(case, weighed) for _, case, weighed in rows]
