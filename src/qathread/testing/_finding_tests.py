"""What lists of threads show, beside an oracle that looks at every thread (S11)."""

from collections.abc import Iterator
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from .. import moderation, posting
from ..content import ThreadKind
from ..errors import ValidationError, VersionConflictError
from ..events import replay
from ..feedback import DOWN
from ..stores import ThreadOrder, ThreadQuery, ThreadStatus, ThreadSummary
from ..thread import Thread
from . import strategies
from ._listing_oracle import Seen, assert_agrees, assert_told, seen, states_of, walked
from ._samples import ADA, LOOK_ALIKES, START
from ._site import (
    ALL,
    BEN,
    CY,
    EVERYTHING,
    MOD,
    QUERIES,
    a_site,
    after,
    answered,
    asked,
    imported,
    voted,
)
from ._store_tests import StoreTests, listing


class FindingTests(StoreTests):
    """Filters, orders and summaries."""

    def test_a_summary_shows_what_a_thread_is(self) -> None:
        """What a list shows needs no thread to be loaded."""
        with self.fresh() as store:
            lists = listing(store)
            assert lists.find(ThreadQuery()).items == ()
            value = asked("q", minutes=1, title="Why?", tags=("tea", "ice", "tea"))
            value = voted(answered(answered(value, minutes=7)), "ben", "dee")
            value = posting.accept(value, "q.2", by=ADA, at=after(8))
            value = posting.comment(value, "q.2", "So?", by=CY, at=after(9))
            value = posting.comment(value, "q.7", "So.", by=CY, at=after(10))
            value = posting.delete(value, "q.8", by=CY, at=after(11))
            value = posting.delete(value, "q.3", by=BEN, at=after(11))
            value = moderation.protect(value, by=MOD, at=after(12))
            value = moderation.pin(value, by=MOD, at=after(13))
            store.save(value)
            right = ThreadSummary(
                id="q",
                version=12,
                kind=ThreadKind.QA,
                title="Why?",
                author_id="ada",
                tags=("ice", "tea"),
                created_at=after(1),
                active_at=after(10),
                score=2,
                answers=1,
                comments=1,
                accepted=True,
                status=frozenset((ThreadStatus.PINNED, ThreadStatus.PROTECTED)),
            )
            assert lists.find(ThreadQuery()).items == (right,)
            with self.reopened(store) as again:
                page = listing(again).find(ThreadQuery())
                assert (page.items, page.next) == ((right,), None)

    def test_a_vote_counts_once(self) -> None:
        """However often it is sent, lists and thread show the same score (V1, V2)."""
        with self.fresh() as store:
            lists = listing(store)
            thread = store.save(asked("q"))

            def score() -> int | None:
                [summary] = lists.find(ThreadQuery()).items
                assert summary.score == store.load("q").score("q.1")
                assert summary.version == store.load("q").version
                return summary.score

            assert score() == 0
            vote = voted(thread, "ben")
            saved = store.save(vote, op_id="vote")
            assert score() == 1
            store.save(vote, op_id="vote")
            store.save(vote)
            store.save(voted(saved, "ben"))
            assert score() == 1
            with pytest.raises(VersionConflictError):
                store.save(voted(thread, "ben", direction=DOWN))
            assert score() == 1
            saved = store.save(voted(saved, "ben", direction=DOWN))
            assert score() == -1
            saved = store.save(voted(saved, "cy", "dee"))
            assert score() == 1
            with self.reopened(store) as again:
                again.save(vote, op_id="vote")
                [summary] = listing(again).find(ThreadQuery()).items
                assert summary.score == again.load("q").score("q.1") == 1

    def test_lists_find_what_fits(self) -> None:
        """Each filter, each order and each mark, at its ends and with others."""
        with self.fresh() as store:
            lists = listing(store)
            site = a_site()
            for value in site:
                store.save(value)
            threads = [seen(store, each.id) for each in site]
            for query in QUERIES:
                assert_told(lists, threads, query)
            with self.reopened(store) as again:
                for query in QUERIES:
                    assert_told(listing(again), threads, query)

    def test_what_is_unknown_is_the_least(self) -> None:
        """A thread of which little is known has a place in every list."""
        with self.fresh() as store:
            lists = listing(store)
            for value in (
                imported("b"),
                imported("a"),
                imported("c", created_at=START),
                voted(asked("d", minutes=-(10**6)), "ben", direction=DOWN),
            ):
                store.save(value)
            for order, right in {
                ThreadOrder.NEWEST: "cdba",
                ThreadOrder.OLDEST: "abdc",
                ThreadOrder.ACTIVE: "cdba",
                ThreadOrder.SCORE: "dcba",
                ThreadOrder.ANSWERS: "dcba",
                ThreadOrder.ID: "abcd",
            }.items():
                found = walked(lists, ThreadQuery(order=order))
                assert "".join(each.id for each in found) == right

    def test_lists_compare_by_code_point(self) -> None:
        """Ids, tags and people that look alike are different, and so sorted (S11)."""
        with self.fresh() as store:
            lists = listing(store)
            for name in LOOK_ALIKES:
                of_name = {"author_id": name, "tags": (name,), "created_at": START}
                store.save(imported(name, **of_name))
            with self.reopened(store) as again:
                lists = listing(again)
                for order in ThreadOrder:
                    down = order not in (ThreadOrder.ID, ThreadOrder.OLDEST)
                    found = walked(lists, ThreadQuery(order=order))
                    right = sorted(LOOK_ALIKES, reverse=down)
                    assert [each.id for each in found] == right
                for name in LOOK_ALIKES:
                    for query in (
                        ThreadQuery(tags=(name,)),
                        ThreadQuery(author_id=name),
                        ThreadQuery(participant_id=name),
                    ):
                        [summary] = walked(lists, query)
                        assert summary.id == summary.author_id == name
                        assert summary.tags == (name,)

    def test_any_query_finds_what_fits(self) -> None:
        """Whatever is stored, and whatever is asked."""

        @self.settings
        @given(
            values=st.lists(
                st.one_of(strategies.moderated_threads(), strategies.threads()),
                min_size=1,
                max_size=3,
                unique_by=lambda value: value.id,
            ),
            data=st.data(),
        )
        def check(values: list[Thread], data: DataObject) -> None:
            with self.fresh() as store:
                lists = listing(store)
                for value in values:
                    store.save(value)
                threads = [Seen(states_of(value.pending)) for value in values]
                assert_told(lists, threads, EVERYTHING)
                asked_for = _queries(threads)
                for _ in range(5):
                    assert_told(lists, threads, data.draw(asked_for))

        check()

    def test_summaries_follow_every_verb(self) -> None:
        """What is counted step by step is what counting anew gives (S7, V2)."""

        @self.settings
        @given(
            value=st.one_of(
                strategies.moderated_threads(),
                strategies.moderated_threads(strategies.threads().filter(_is_open)),
            ),
            sizes=st.lists(st.integers(1, 4), min_size=1),
        )
        def check(value: Thread, sizes: list[int]) -> None:
            states = states_of(value.pending)
            people = sorted(Seen(states).people)
            with self.fresh() as store:
                lists = listing(store)
                saved: Thread | None = None
                for start, end in _parts(sizes, len(states)):
                    saved = store.save(replay(value.pending[start:end], saved))
                    assert_told(lists, [Seen(states[:end])], EVERYTHING)
                with self.reopened(store) as again:
                    lists = listing(again)
                    for each in people:
                        query = ThreadQuery(participant_id=each, lacking=ALL)
                        assert_told(lists, [Seen(states)], query)

        check()

    def test_merged_and_split_threads_are_listed_anew(self) -> None:
        """Posts that go to another thread are counted and found there alone."""
        with self.fresh() as store:
            listing(store)
            late = after(40)
            one = answered(asked("one", body="Leaves in water."), BEN, 1, "Steep it.")
            one = answered(one, CY, 2, "Pour over.")
            one = posting.comment(one, "one.3", "Slowly.", by=ADA, at=after(3))
            two = answered(asked("two", BEN, 4, body="Beans in it."), CY, 5, "Grind.")
            one, two = store.save(one), store.save(two)
            rest, new = moderation.split(one, "one.3", "new", by=MOD, at=late)
            one = store.save(rest)
            store.save(new)
            assert_agrees(store, "new", "one", "two")
            for moved in moderation.merge_threads(two, one, by=MOD, at=late):
                store.save(moved)
            assert_agrees(store, "new", "one", "two")
            with self.reopened(store) as again:
                assert_agrees(again, "new", "one", "two")

    def test_a_question_that_is_none_is_refused(self) -> None:
        """What is not a query is told, and not taken for an empty one."""
        with self.fresh() as store:
            lists = listing(store)
            for wrong in (None, "tea", {"tags": ("tea",)}, ThreadQuery):
                with pytest.raises(ValidationError):
                    lists.find(wrong)  # type: ignore[arg-type]


def _is_open(thread: Thread) -> bool:
    """Whether steps can be taken in a thread from outside."""
    marks = (thread.status.archived, thread.status.locked, thread.status.closed)
    return not any(marks) and any(
        post.stands and post.status.locked is None for post in thread.posts
    )


def _parts(sizes: list[int], length: int) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and ends of the parts that a list is cut into."""
    end = 0
    for size in cycle(sizes):
        if end == length:
            return
        start, end = end, min(length, end + size)
        yield start, end


def _queries(threads: list[Seen]) -> SearchStrategy[ThreadQuery]:
    """Return queries about what there is, most of which find something."""
    shown = [each.summary for each in threads]
    tags = sorted({tag for each in shown for tag in each.tags} | {"other"})
    people = sorted(frozenset[str]().union(*(each.people for each in threads)))
    times = {each.created_at for each in shown} | {each.active_at for each in shown}
    scores = {each.score for each in shown if each.score is not None} | {0}
    at = st.sampled_from([None, *sorted(each or START for each in times)])
    score = st.one_of(st.none(), st.sampled_from(sorted(scores)))
    marks = st.frozensets(st.sampled_from(ThreadStatus), max_size=2)
    person = st.sampled_from([None, *people, "other"])
    choice = st.sampled_from((None, None, True, False))
    queries = st.builds(
        ThreadQuery,
        tags=st.lists(st.sampled_from(tags), max_size=1).map(tuple),
        author_id=person,
        participant_id=person,
        kind=st.sampled_from((None, *ThreadKind)),
        having=marks,
        lacking=st.one_of(st.just(ALL), marks),
        created_from=at,
        created_before=at,
        active_from=at,
        active_before=at,
        min_score=score,
        max_score=score,
        answered=choice,
        accepted=choice,
        order=st.sampled_from(ThreadOrder),
    )
    # Of many parts at once next to none fits: most queries keep one or two.
    names = st.sets(st.sampled_from(_PARTS), max_size=2)
    some = st.builds(
        lambda query, kept, order: ThreadQuery(
            **{name: getattr(query, name) for name in kept}, lacking=ALL, order=order
        ),
        queries,
        names,
        st.sampled_from(ThreadOrder),
    )
    return st.one_of(some, some, queries)


_PARTS = (
    "tags",
    "author_id",
    "participant_id",
    "kind",
    "having",
    "created_from",
    "created_before",
    "active_from",
    "active_before",
    "min_score",
    "max_score",
    "answered",
    "accepted",
)
