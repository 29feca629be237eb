"""Pages of lists, and the cursors between them: promise S10."""

from collections.abc import Iterator

import pytest

from .. import posting, trees
from ..errors import BadCursorError, ValidationError
from ..stores import ThreadOrder, ThreadQuery, ThreadStatus
from ._listing_oracle import walked
from ._samples import ADA, a_thread, comments
from ._site import ALL, EVERYTHING, a_site, after, asked
from ._store_tests import StoreTests, listing

_STEADY = (ThreadOrder.NEWEST, ThreadOrder.OLDEST, ThreadOrder.ID)
_BAD_LIMITS = (0, -1, 201, 2**70, True, "5", 5.0, None)


class PagingTests(StoreTests):
    """One list in many pages."""

    def test_pages_make_up_the_list(self) -> None:
        """However long the pages are, and whatever the order."""
        with self.fresh() as store:
            lists = listing(store)
            for value in a_site():
                store.save(value)
            for order in ThreadOrder:
                query = ThreadQuery(lacking=ALL, order=order)
                whole = lists.find(query, None, 200)
                assert whole.next is None
                for limit in range(1, 8):
                    assert walked(lists, query, limit) == list(whole.items)
                assert len(lists.find(query).items) == len(whole.items)
                assert lists.find(query, limit=len(whole.items)).next is None

    def test_a_walk_misses_and_repeats_nothing_beside_writers(self) -> None:
        """What keeps its place is met once, whatever comes and goes meanwhile (S10)."""
        for order in _STEADY:
            for limit in range(1, 8):
                self._walk_beside_writers(order, limit)

    def _walk_beside_writers(self, order: ThreadOrder, limit: int) -> None:
        down = order is ThreadOrder.NEWEST
        query = ThreadQuery(order=order)
        with self.fresh() as store:
            lists = listing(store)
            # What a list holds, each as its key: ties end on the id.
            there: dict[str, tuple[float, str]] = {}

            def add(thread_id: str, minutes: float) -> None:
                store.save(asked(thread_id, minutes=minutes))
                minutes = 0 if order is ThreadOrder.ID else minutes
                there[thread_id] = (minutes, thread_id)

            def take_away(thread_id: str) -> None:
                thread = store.load(thread_id)
                root = thread.root.id
                store.save(posting.delete(thread, root, by=ADA, at=after(99)))
                del there[thread_id]

            for number in range(9):
                add(f"m{number}", number // 3)
            cursor: str | None = None
            last: tuple[float, str] | None = None
            for number in range(9):
                left = sorted(
                    key
                    for key in there.values()
                    if last is None or (key < last if down else key > last)
                )
                right = [each for _, each in (reversed(left) if down else left)]
                page = lists.find(query, cursor, limit)
                assert [each.id for each in page.items] == right[:limit]
                assert (page.next is None) is (len(right) <= limit)
                if page.next is None:
                    break
                cursor, last = page.next, there[right[limit - 1]]
                # Before and behind the place, among its ties, and the place itself.
                add(f"a{number}", -1)
                add(f"z{number}", 5)
                add(f"m{number}0", last[0])
                if number % 2:
                    take_away(last[1])
                elif len(right) > limit + 1:
                    take_away(right[limit + 1])

    def test_a_cursor_survives_reopening(self) -> None:
        """Where a walk stopped, it goes on after a restart (S10)."""
        with self.fresh() as store:
            lists = listing(store)
            for number in range(5):
                store.save(asked(f"q{number}", minutes=number))
            first = lists.find(ThreadQuery(), limit=2)
            with self.reopened(store) as again:
                second = listing(again).find(ThreadQuery(), first.next, 2)
                assert [each.id for each in second.items] == ["q2", "q1"]
                again.save(asked("q9", minutes=9))
                rest = listing(again).find(ThreadQuery(), second.next)
                assert [each.id for each in rest.items] == ["q0"]

    def test_a_changed_cursor_is_refused(self) -> None:
        """Cut, stretched or changed anywhere: told, never taken for another (S10)."""
        with self.fresh() as store:
            lists = listing(store)
            store.save(asked("a\u00e9", minutes=1))
            store.save(asked("b"))
            cursor = lists.find(ThreadQuery(), limit=1).next or ""
            assert [each.id for each in lists.find(ThreadQuery(), cursor).items] == [
                "b"
            ]
            for wrong in (
                *_mutants(cursor),
                "",
                "x",
                "\u00e9",
                "\0",
                "\ud800",
                "=" * 99,
            ):
                with pytest.raises(BadCursorError):
                    lists.find(ThreadQuery(), wrong)
            for strange in (5, cursor.encode(), 0, False, (cursor,)):
                with pytest.raises(BadCursorError):
                    lists.find(ThreadQuery(), strange)  # type: ignore[arg-type]

    def test_a_cursor_belongs_to_its_query(self) -> None:
        """A cursor of another list would lead nowhere in this one (S10)."""
        with self.fresh() as store:
            lists = listing(store)
            for number in range(3):
                store.save(asked(f"q{number}", minutes=number, tags=("tea",)))
            cursors = {query: lists.find(query, limit=1).next for query in _QUERIES}
            for query in _QUERIES:
                for other, cursor in cursors.items():
                    assert cursor is not None, other
                    if query == other:
                        assert len(lists.find(query, cursor).items) == 2
                    else:
                        with pytest.raises(BadCursorError):
                            lists.find(query, cursor)
            thread = comments(a_thread(), *"abc")
            foreign = trees.page(thread, limit=1).next
            assert foreign is not None
            with pytest.raises(BadCursorError):
                lists.find(ThreadQuery(), foreign)

    def test_a_page_has_from_1_to_200_threads(self) -> None:
        """Any other limit is refused, also on an empty list."""
        with self.fresh() as store:
            lists = listing(store)
            for limit in _BAD_LIMITS:
                with pytest.raises(ValidationError):
                    lists.find(ThreadQuery(), limit=limit)  # type: ignore[arg-type]
                with pytest.raises(ValidationError):
                    lists.find(ThreadQuery(text=""), limit=limit)  # type: ignore[arg-type]
            assert lists.find(ThreadQuery(), limit=1).items == ()
            assert lists.find(EVERYTHING, limit=200).items == ()


#: Different questions; each finds the same threads.
_QUERIES = (
    *(ThreadQuery(order=order) for order in ThreadOrder),
    ThreadQuery(tags=("tea",)),
    ThreadQuery(text="cup"),
    ThreadQuery(text="cold"),
    ThreadQuery(author_id="ada"),
    ThreadQuery(participant_id="ada"),
    ThreadQuery(lacking=frozenset((ThreadStatus.CLOSED,))),
    ThreadQuery(lacking=ALL),
    ThreadQuery(created_from=after(-1)),
    ThreadQuery(active_from=after(-1)),
    ThreadQuery(min_score=0),
    ThreadQuery(max_score=0),
    ThreadQuery(answered=False),
    ThreadQuery(accepted=False),
    EVERYTHING,
)


def _mutants(cursor: str) -> Iterator[str]:
    """Yield all that one slip makes of a cursor."""
    for place, sign in enumerate(cursor):
        head, tail = cursor[:place], cursor[place + 1 :]
        yield head  # cut
        yield cursor[place + 1 :]
        yield head + tail
        yield head + sign + sign + tail
        for other in ("A", "B", "_", " ", "\u00e9"):
            if other != sign:
                yield head + other + tail
        if sign.swapcase() != sign:
            yield head + sign.swapcase() + tail
    for more in ("=", "==", "A", "AAAA", " ", "\n", "\0", cursor):
        yield cursor + more
        if more != cursor:
            yield more + cursor
