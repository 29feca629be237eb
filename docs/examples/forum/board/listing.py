"""Lists of questions: the tabs of the rules as queries of the store."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import evolve, frozen
from django.contrib.auth import get_user_model

from qathread.errors import BadCursorError
from qathread.ids import UserId
from qathread.pages import decode_cursor, encode_cursor
from qathread.ranking import First, Only, Tab, formulas
from qathread.stores import ThreadOrder, ThreadQuery, ThreadStatus, ThreadSummary

from .people import Person, points_of
from .rules import LISTS, level_of
from .storage import STORE

#: Rows on one page.
ROWS: Final = 20

_ORDERS: Final[Mapping[str, ThreadOrder]] = {
    "newest": ThreadOrder.NEWEST,
    "oldest": ThreadOrder.OLDEST,
    "active": ThreadOrder.ACTIVE,
    "score": ThreadOrder.SCORE,
    "answers": ThreadOrder.ANSWERS,
}
_HOT: Final = "hot"
_HOT_OF: Final = 200  # the last active ones, in one query
_HOT_PARTS: Final = 10_000_000  # the formula has seven decimals


@frozen(kw_only=True)
class Row:
    """A question in a list, and who asked it."""

    thread: ThreadSummary
    asker: Person | None


@frozen(kw_only=True)
class Listed:
    """
    A page of a list.

    Attributes:
        rows: The questions.
        next: The cursor of the next page; None on the last one.
    """

    rows: tuple[Row, ...]
    next: str | None = None


def names() -> tuple[str, ...]:
    """Return the names of the tabs, in the order in which they stand."""
    first, *others = LISTS
    return (first, _HOT, *others)


def query_of(tab: Tab, at: datetime) -> ThreadQuery:
    """
    Return what a tab asks of the store.

    Raises:
        LookupError: If the store has no such order or no such condition.
    """
    query = ThreadQuery(order=_ORDERS[tab.by])
    for only in tab.only:
        match only:
            case Only.NO_ANSWERS:
                query = evolve(query, answered=False)
            case Only.NOT_ACCEPTED:
                query = evolve(query, accepted=False)
            case Only.ACCEPTED:
                query = evolve(query, accepted=True)
            case Only.OPEN:
                lacking = query.lacking | {ThreadStatus.CLOSED}
                query = evolve(query, lacking=lacking)
            case _:
                raise LookupError(f"tab {tab.name!r}: a store does not find {only}")
    if tab.within is not None:
        query = evolve(query, created_from=at - tab.within)
    return query


def listed(name: str, tag: str, cursor: str | None, at: datetime) -> Listed:
    """Return a page of one of the tabs; a tag narrows it down."""
    if name == _HOT:
        return _hot(tag, cursor)
    tab = LISTS[name]
    query = query_of(tab, at)
    if tag:
        query = evolve(query, tags=(tag,))
    pinned: tuple[ThreadSummary, ...] = ()
    if First.PINNED in tab.first:
        bear = frozenset({ThreadStatus.PINNED})
        if cursor is None:
            pinned = STORE.find(evolve(query, having=bear), limit=5).items
        query = evolve(query, lacking=query.lacking | bear)
    return found(query, cursor, first=pinned)


def found(
    query: ThreadQuery,
    cursor: str | None,
    *,
    first: Iterable[ThreadSummary] = (),
) -> Listed:
    """Return a page of what a query finds."""
    page = STORE.find(query, cursor=cursor, limit=ROWS)
    return Listed(rows=rows((*first, *page.items)), next=page.next)


def _hot(tag: str, cursor: str | None) -> Listed:
    """
    Return what is hot, by Reddit's formula: the score, and a head start for the new.

    The store does not sort by it, so it is worked out for the questions that were
    active last, and the list ends with these. The formula does not ask what time it
    is: a question keeps its place until somebody votes on it. So the cursor is the last
    place shown, and what is asked or answered between two pages moves nothing else.
    """
    query = ThreadQuery(order=ThreadOrder.ACTIVE, tags=(tag,) if tag else ())
    known = {thread.id: thread for thread in STORE.find(query, limit=_HOT_OF).items}
    places = sorted(
        (-_heat(thread.score or 0, thread.created_at), thread.id)
        for thread in known.values()
        if thread.created_at is not None
    )
    kind = f"hot {tag}"
    if cursor is not None:
        after = _place(kind, cursor)
        places = [place for place in places if place > after]
    shown = places[:ROWS]
    return Listed(
        rows=rows(known[thread_id] for _, thread_id in shown),
        next=encode_cursor(kind, *shown[-1]) if len(places) > ROWS else None,
    )


def _heat(score: int, asked: datetime) -> int:
    """Return how hot a question is, in whole numbers, which a cursor holds exactly."""
    key = formulas.reddit_hot(max(score, 0), max(-score, 0), asked)
    return round(key * _HOT_PARTS)


def _place(kind: str, cursor: str) -> tuple[int, str]:
    match decode_cursor(kind, cursor):
        case (int(heat), str(thread_id)):
            return heat, thread_id
        case _:
            raise BadCursorError("the cursor is forged: start again without one")


def rows(threads: Iterable[ThreadSummary]) -> tuple[Row, ...]:
    """Return summaries with their askers, all of them in one query."""
    summaries = tuple(threads)
    askers = known_people({each.author_id for each in summaries if each.author_id})
    return tuple(
        Row(thread=each, asker=askers.get(each.author_id or "")) for each in summaries
    )


def known_people(user_ids: Iterable[UserId]) -> dict[UserId, Person]:
    """Return people by id, under the names of today; who is gone is left out."""
    wanted = set(user_ids)
    points = points_of(wanted)
    numbers = [int(each) for each in wanted if each.isascii() and each.isdecimal()]
    users = get_user_model().objects.filter(pk__in=numbers, is_active=True)
    found = {str(user.pk): user.get_username() for user in users}
    return {
        user_id: Person(
            id=user_id,
            name=name,
            level=level_of(points[user_id]),
            reputation=points[user_id],
        )
        for user_id, name in found.items()
    }
