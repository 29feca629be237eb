"""How a store takes events in: promises S1 to S5."""

import pytest

from ..errors import (
    IntegrityError,
    NotFoundError,
    ValidationError,
    VersionConflictError,
)
from ..events import replay
from ._samples import (
    a_comment,
    a_reply,
    a_thread,
    an_answer,
    an_import,
    comments,
    dump,
    forged,
    spoil,
    with_versions,
)
from ._store_tests import StoreTests, assert_conflict, assert_stored


class SavingTests(StoreTests):
    """Versions, events and their order."""

    # -- S1, S2, S3: versions ----------------------------------------------------

    def test_a_new_thread_is_saved_once(self) -> None:
        """Two people cannot both open one thread (S1)."""
        with self.fresh() as store:
            saved = store.save(a_thread("q", "first"))
            assert_stored(saved, a_thread("q", "first"))
            with pytest.raises(VersionConflictError) as caught:
                store.save(a_thread("q", "second"))
            assert_conflict(caught.value, "q", None, 1)
            assert_stored(store.load("q"), saved)

    def test_a_stale_save_is_refused_and_changes_nothing(self) -> None:
        """What another writer saved meanwhile must not be lost (S2)."""
        with self.fresh() as store:
            base = store.save(a_thread())
            store.save(a_thread("other"))
            first = store.save(a_comment(base, "first"))
            before = dump(store, "q", "other")
            with pytest.raises(VersionConflictError) as caught:
                store.save(a_comment(base, "second"))
            assert_conflict(caught.value, "q", 1, 2)
            assert dump(store, "q", "other") == before
            assert_stored(store.load("q"), first)

    def test_a_base_that_is_not_stored_is_refused(self) -> None:
        """A thread of another store is not new, and not known either (S2)."""
        with self.fresh() as store:
            elsewhere = forged(a_thread())
            for value in (a_comment(elsewhere, "text"), elsewhere):
                with pytest.raises(VersionConflictError) as caught:
                    store.save(value)
                assert_conflict(caught.value, "q", 1, None)
            assert dump(store, "q") == {}

    def test_a_base_ahead_of_the_store_is_refused(self) -> None:
        """Events never leave a gap (S2)."""
        with self.fresh() as store:
            store.save(a_thread())
            ahead = forged(comments(a_thread(), "one", "two"))
            with pytest.raises(VersionConflictError) as caught:
                store.save(a_comment(ahead, "three"))
            assert_conflict(caught.value, "q", 3, 1)
            assert len(store.history("q")) == 1

    def test_saving_nothing_writes_nothing(self) -> None:
        """A save without changes is no change, but a stale one is still told."""
        with self.fresh() as store:
            first = store.save(a_thread())
            assert_stored(store.save(first), first)
            second = store.save(a_comment(first, "text"))
            before = dump(store, "q")
            assert_stored(store.save(second), second)
            with pytest.raises(VersionConflictError) as caught:
                store.save(first)
            assert_conflict(caught.value, "q", 1, 2)
            assert dump(store, "q") == before

    def test_a_version_must_rise(self) -> None:
        """A thread whose versions do not add up is refused as such (S3)."""
        with self.fresh() as store:
            thread = store.save(a_thread())
            pending = a_comment(thread, "text")
            before = dump(store, "q")
            for version, base in ((2, 2), (1, 2), (3, 1)):
                with pytest.raises(ValidationError):
                    store.save(with_versions(pending, version, base))
            with pytest.raises(ValidationError):
                store.save(with_versions(thread, 1, None))
            assert dump(store, "q") == before

    # -- S4, S5: appending -------------------------------------------------------

    def test_events_are_kept_in_order_without_gaps(self) -> None:
        """History is what happened, whole (S4)."""
        with self.fresh() as store:
            value = comments(a_thread(), "one", "two")
            saved = store.save(value)
            later = comments(saved, "three", "four", "five")
            store.save(later)
            expected = [*value.pending, *later.pending]
            assert list(store.history("q")) == expected
            assert [event.version for event in expected] == [1, 2, 3, 4, 5, 6]
            for after in range(8):
                assert list(store.history("q", after)) == expected[after:]
            assert replay(store.history("q")) == store.load("q")

    def test_events_that_do_not_fit_are_refused_whole(self) -> None:
        """The second of three events fails: none of them is there (S4)."""
        with self.fresh() as store:
            stored = store.save(comments(a_thread(), "one"))
            # The same version of another thread: it has a post that is not stored.
            other = forged(an_answer(a_thread(), "elsewhere"))
            assert other.version == stored.version
            value = a_comment(other, "fits")
            value = a_reply(value, "elsewhere", "does not fit")
            value = a_comment(value, "would fit")
            assert len(value.pending) == 3
            before = dump(store, "q")
            with pytest.raises(IntegrityError):
                store.save(value)
            assert dump(store, "q") == before
            store.save(a_comment(store.load("q"), "still works"))

    def test_an_event_that_could_not_be_read_again_is_refused(self) -> None:
        """What was acknowledged can be loaded, whatever came in (S4)."""
        with self.fresh() as store:
            base = store.save(a_thread())
            value = a_comment(base, "text")
            spoil(value.comments[0])
            before = dump(store, "q")
            with pytest.raises(IntegrityError):
                store.save(value)
            assert dump(store, "q") == before

    def test_the_same_events_again_are_acknowledged(self) -> None:
        """A writer that lost the answer may send the same again (S5)."""
        with self.fresh() as store:
            value = comments(a_thread(), "one", "two")
            saved = store.save(value)
            assert_stored(store.save(value), saved)
            more = comments(saved, "three", "four")
            after = store.save(more)
            before = dump(store, "q")
            assert_stored(store.save(more), after)
            assert_stored(store.save(value), saved)
            with self.reopened(store) as again:
                assert_stored(again.save(more), after)
                assert dump(again, "q") == before

    def test_other_events_at_the_same_places_are_a_conflict(self) -> None:
        """Two writers on one base make events of one version: no repeats (S5)."""
        with self.fresh() as store:
            base = store.save(a_thread())
            store.save(comments(base, "one", "two"))
            before = dump(store, "q")
            for texts in (("one", "2"), ("1", "two"), ("1",), ("one", "two", "three")):
                with pytest.raises(VersionConflictError) as caught:
                    store.save(comments(base, *texts))
                assert_conflict(caught.value, "q", 1, 3)
            assert dump(store, "q") == before
            assert store.save(a_comment(base, "one")).version == 2

    def test_history_of_an_import_begins_at_its_version(self) -> None:
        """What came from outside at version n has no earlier one."""
        with self.fresh() as store:
            value = an_import("q", 7)
            saved = store.save(value)
            assert_stored(saved, value)
            assert_stored(store.save(value), saved)
            for other in (an_import("q", 7, "Else?"), an_import("q", 6), a_thread()):
                with pytest.raises(VersionConflictError) as caught:
                    store.save(other)
                assert_conflict(caught.value, "q", None, 7)
            store.save(comments(saved, "eight", "nine"))
            assert [event.version for event in store.history("q")] == [7, 8, 9]
            assert [event.version for event in store.history("q", 7)] == [8, 9]
            assert_stored(store.load("q", 7), saved)
            assert_stored(store.save(value), saved)
            with pytest.raises(NotFoundError):
                store.load("q", 6)
