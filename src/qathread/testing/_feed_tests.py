"""All that happens in a store, in order: promise S9."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..errors import (
    IntegrityError,
    OperationReusedError,
    ValidationError,
    VersionConflictError,
)
from ..events import Event, replay
from ..stores import FeedEntry
from ..thread import Thread
from . import strategies
from ._listing_oracle import followed
from ._samples import (
    a_comment,
    a_reply,
    a_thread,
    a_vote,
    an_answer,
    an_import,
    comments,
    forged,
)
from ._store_tests import StoreTests, feeding

_REFUSALS = (VersionConflictError, OperationReusedError, IntegrityError)
_BAD_LIMITS = (0, -1, 201, 2**70, True, "5", 5.0, None)


class FeedTests(StoreTests):
    """Positions and what stands at them."""

    def test_the_feed_tells_every_event_once_and_in_order(self) -> None:
        """Whoever follows it knows all that the histories know (S9)."""
        with self.fresh() as store:
            reads = feeding(store)
            assert list(reads.feed()) == []
            one = comments(a_thread("b"), "one", "two")
            two = an_import("a", 7)
            right = [*one.pending, *two.pending]
            one, two = store.save(one), store.save(two)
            for number in range(4):
                changed = comments(one, f"{number}", "and more")
                right += changed.pending
                one = store.save(changed)
                changed = a_vote(two, f"voter {number}")
                right += changed.pending
                two = store.save(changed)
            assert _events(followed(reads)) == right
            for thread in (one, two):
                told = [each for each in right if each.thread_id == thread.id]
                assert list(store.history(thread.id)) == told
                assert replay(told) == thread
            with self.reopened(store) as again:
                assert _events(followed(feeding(again))) == right

    def test_the_feed_goes_on_from_any_position(self) -> None:
        """A follower remembers one number, and reads as much as it wants (S9)."""
        with self.fresh() as store:
            reads = feeding(store)
            for name in ("a", "b", "c"):
                store.save(comments(a_thread(name), "one", "two"))
            whole = followed(reads)
            assert len(whole) == 9
            for limit in range(1, 11):
                assert list(reads.feed(0, limit)) == whole[:limit]
                assert followed(reads, limit) == whole
            for number, entry in enumerate(whole, start=1):
                assert list(reads.feed(entry.position)) == whole[number:]
                assert list(reads.feed(entry.position, 2)) == whole[number : number + 2]
                before = reads.feed(entry.position - 1, 1)
                assert list(before) == [entry]
            last = whole[-1].position
            for beyond in (last, last + 1, 2**62, 2**63 - 1, 2**63, 2**70):
                assert list(reads.feed(beyond)) == []

    def test_what_was_not_saved_is_not_fed(self) -> None:
        """Refused saves and repeated ones add nothing (S5, S6, S9)."""
        with self.fresh() as store:
            reads = feeding(store)
            base = store.save(a_thread(), op_id="ask")
            value = comments(base, "one", "two")
            saved = store.save(value, op_id="write")
            whole = followed(reads)
            assert _events(whole) == [*a_thread().pending, *value.pending]
            elsewhere = forged(an_answer(comments(a_thread(), "x"), "elsewhere"))
            unfit = a_reply(a_comment(elsewhere, "fits"), "elsewhere", "does not")
            for refused, op_id in (
                (a_thread("q", "other"), None),
                (a_comment(base, "stale"), None),
                (comments(base, "one"), "write"),
                (a_comment(saved, "three"), "write"),
                (unfit, None),
            ):
                with pytest.raises(_REFUSALS):
                    store.save(refused, op_id=op_id)
            assert followed(reads) == whole
            store.save(value)
            store.save(value, op_id="write")
            store.save(saved)
            assert followed(reads) == whole
            with self.reopened(store) as again:
                again.save(value, op_id="write")
                assert followed(feeding(again)) == whole

    def test_positions_stay_when_more_is_saved(self) -> None:
        """What was read once is read the same again, below all that is new (S9)."""
        with self.fresh() as store:
            feeding(store)
            thread = store.save(a_thread())
            whole = followed(feeding(store))
            for number in range(4):
                thread = store.save(comments(thread, *("text",) * (number + 1)))
                store.save(a_thread(f"{number}"))
                found = followed(feeding(store), 4)
                assert found[: len(whole)] == whole
                assert len(found) == len(whole) + number + 2
                whole = found
            with self.reopened(store) as again:
                assert followed(feeding(again)) == whole
                again.save(a_comment(thread, "after a restart"))
                found = followed(feeding(again))
                assert found[:-1] == whole

    def test_any_threads_are_fed(self) -> None:
        """Whatever was saved, in whatever parts and turns."""

        @self.settings
        @given(
            values=st.lists(
                strategies.open_threads(),
                min_size=1,
                max_size=3,
                unique_by=lambda value: value.id,
            ),
            turns=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=9),
        )
        def check(values: list[Thread], turns: list[tuple[int, int]]) -> None:
            with self.fresh() as store:
                reads = feeding(store)
                left = {value.id: list(value.pending) for value in values}
                saved: dict[str, Thread] = {}
                right: list[Event] = []
                rest = [(place, 99) for place in range(len(values))]
                for place, size in (*turns, *rest):
                    thread_id = values[place % len(values)].id
                    events = left[thread_id][:size]
                    if events:
                        del left[thread_id][:size]
                        thread = replay(events, saved.get(thread_id))
                        saved[thread_id] = store.save(thread)
                        right += events
                assert _events(followed(reads, 7)) == right

        check()

    def test_arguments_of_the_feed_are_checked(self) -> None:
        """A wrong position or limit is told, and not taken for another."""
        with self.fresh() as store:
            reads = feeding(store)
            store.save(a_thread())
            for limit in _BAD_LIMITS:
                with pytest.raises(ValidationError):
                    reads.feed(0, limit)  # type: ignore[arg-type]
            for after in (-1, -(2**70), "0", None, True, 0.0):
                with pytest.raises(ValidationError):
                    reads.feed(after)  # type: ignore[arg-type]
            assert len(reads.feed(0, 200)) == 1


def _events(entries: list[FeedEntry]) -> list[Event]:
    return [entry.event for entry in entries]
