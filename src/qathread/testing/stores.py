"""
The promises of a store, as tests that any store can inherit.

>>> from qathread.stores import MemoryStore
>>> class TestMemoryStore(ThreadStoreContract):
...     def make_store(self):
...         return MemoryStore()
>>> TestMemoryStore().test_a_stale_save_is_refused_and_changes_nothing()
"""

from collections.abc import MutableSequence

try:
    import pytest
    from hypothesis import given
    from hypothesis.stateful import run_state_machine_as_test
except ModuleNotFoundError as error:
    if error.name not in ("hypothesis", "pytest"):  # installed but broken
        raise
    from ..errors import MissingExtraError

    message = f"the store contract needs {error.name}: pip install 'qathread[testing]'"
    raise MissingExtraError(message) from error

from ..errors import NotFoundError, StoreClosedError, ValidationError
from ..serialization import to_json
from ..stores import (
    ErasesUsers,
    ListsThreads,
    ReadsFeed,
    RemembersOperations,
    ThreadQuery,
)
from ..thread import Thread
from . import strategies
from ._async_tests import AsyncTests, on_a_loop
from ._concurrent_tests import ConcurrentStoreContract
from ._erasing_tests import ErasingTests
from ._feed_tests import FeedTests
from ._finding_tests import FindingTests
from ._machine import BesideADict
from ._operation_tests import OperationTests
from ._paging_tests import PagingTests
from ._samples import (
    LOOK_ALIKES,
    NAUGHTY,
    a_comment,
    a_thread,
    a_thread_of,
    dump,
    forged,
)
from ._saving_tests import SavingTests
from ._searching_tests import SearchingTests
from ._store_tests import assert_stored

__all__ = [
    "AsyncThreadStoreContract",
    "ConcurrentStoreContract",
    "ThreadStoreContract",
]


class ThreadStoreContract(
    SavingTests,
    OperationTests,
    FindingTests,
    PagingTests,
    SearchingTests,
    FeedTests,
    ErasingTests,
):
    """
    Subclass, return a fresh empty store from ``make_store``, run pytest.

    What a store need not have is ``operation``, ``find``, ``feed`` and ``erase``:
    without one of these methods its tests skip.

    A store that outlives its process also overrides ``reopen``; one that is not
    closed by its method ``close`` overrides that. The tests take no fixtures and
    may be called as they are: each makes stores of its own and closes them.

    Attributes:
        settings: How hard Hypothesis tries; replace it in the subclass for more.
    """

    # -- what comes back ---------------------------------------------------------

    def test_every_version_can_be_loaded(self) -> None:
        """History is kept, not only the end of it; also when there is much of it."""
        with self.fresh() as store:
            states = [store.save(a_thread())]
            for number in range(150):
                states.append(store.save(a_comment(states[-1], f"number {number}")))
            with self.reopened(store) as again:
                for state in states[::13]:
                    assert_stored(again.load("q", state.version), state)
                assert_stored(again.load("q"), states[-1])
                for version in (0, -1, 152, 2**63, 2**64):
                    with pytest.raises(NotFoundError):
                        again.load("q", version)

    def test_what_is_not_there_is_not_found(self) -> None:
        """An unknown id is told, whatever it looks like; a wrong type is refused."""
        with self.fresh() as store:
            store.save(a_thread("5"))
            for unknown in ("q", "", "5 ", "\0", "5\0", "\ud800"):
                with pytest.raises(NotFoundError):
                    store.load(unknown)
                with pytest.raises(NotFoundError):
                    store.history(unknown)
            for wrong in (5, None, b"5"):
                with pytest.raises(ValidationError):
                    store.load(wrong)  # type: ignore[arg-type]
                with pytest.raises(ValidationError):
                    store.history(wrong)  # type: ignore[arg-type]
            with pytest.raises(ValidationError):
                store.load("5", "1")  # type: ignore[arg-type]
            for after in ("0", None, -1):
                with pytest.raises(ValidationError):
                    store.history("5", after)  # type: ignore[arg-type]
            assert list(store.history("5", 2**70)) == []
            with pytest.raises(ValidationError):
                store.save("5")  # type: ignore[arg-type]

    def test_a_store_folds_what_it_holds_itself(self) -> None:
        """Whatever else a saved value holds beside its events is not taken over."""
        with self.fresh() as store:
            real = store.save(a_thread("q", "real"))
            value = a_comment(forged(a_thread("q", "forged")), "text")
            saved = store.save(value)
            assert saved.question.title == "real"
            assert_stored(saved, a_comment(real, "text"))
            assert_stored(store.load("q"), saved)
            assert_stored(store.save(forged(a_comment(real, "lie"))), saved)

    def test_what_is_handed_out_is_not_what_is_kept(self) -> None:
        """A caller who changes a list that was handed out changes nothing stored."""
        with self.fresh() as store:
            first = store.save(a_thread())
            second = store.save(a_comment(first, "two"))
            before = dump(store, "q")
            for after in (0, 1):
                found = store.history("q", after)
                if isinstance(found, MutableSequence):
                    found.clear()
            assert dump(store, "q") == before
            assert_stored(store.load("q", 1), first)
            assert_stored(store.load("q"), second)

    def test_ids_that_look_alike_are_different(self) -> None:
        """Ids compare by code point, on every store (S11)."""
        with self.fresh() as store:
            saved = {
                thread_id: store.save(a_thread(thread_id), op_id=f"op {thread_id}")
                for thread_id in LOOK_ALIKES
            }
            with self.reopened(store) as again:
                for thread_id, thread in saved.items():
                    assert_stored(again.load(thread_id), thread)
                    assert again.load(thread_id).id == thread_id
                    [event] = again.history(thread_id)
                    assert event.thread_id == thread_id

    def test_text_comes_back_code_point_for_code_point(self) -> None:
        """A body is never altered (S16)."""

        @self.settings
        @given(
            thread_id=strategies.texts(min_size=1),
            op_id=strategies.texts(min_size=1),
            body=strategies.texts(),
        )
        def check(thread_id: str, op_id: str, body: str) -> None:
            self._keeps_text(thread_id, op_id, body)

        check()
        for text in NAUGHTY:
            self._keeps_text(text or "empty", text or "empty", text)

    def test_text_that_no_store_can_hold_is_refused_by_the_core(self) -> None:
        """U+0000 and lone surrogates are refused everywhere alike (S16)."""
        with self.fresh() as store:
            thread = store.save(a_thread())
            for text in ("a\0b", "\0", "\ud800", "\udfff"):
                with pytest.raises(ValidationError):
                    a_thread(text)
                with pytest.raises(ValidationError):
                    a_comment(thread, text)
                with pytest.raises(ValidationError):
                    store.save(a_comment(thread, "text"), op_id=text)
            with pytest.raises(ValidationError):
                store.save(a_comment(thread, "text"), op_id="")
            assert_stored(store.load("q"), thread)

    def test_any_thread_comes_back_equal(self) -> None:
        """What the core accepts, a store keeps: imported, changed, or both."""

        @self.settings
        @given(value=strategies.open_threads())
        def check(value: Thread) -> None:
            with self.fresh() as store:
                saved = store.save(value)
                assert_stored(saved, value)
                assert_stored(store.save(value), saved)
                assert list(store.history(value.id)) == list(value.pending)
                with self.reopened(store) as again:
                    assert_stored(again.load(value.id), value)
                    assert dump(again, value.id)[value.id][0] == to_json(value)

        check()

    # -- S17 and the machine -----------------------------------------------------

    def test_a_closed_store_says_so(self) -> None:
        """Closing twice is fine; using a closed store is not (S17)."""
        store = self.make_store()
        if not hasattr(store, "close"):
            pytest.skip("this store has no close()")
        saved = store.save(a_thread(), op_id="op")
        self.close(store)
        self.close(store)
        for use in (
            lambda: store.load("q"),
            lambda: store.load("none", 1),
            lambda: store.history("q"),
            lambda: store.save(saved),
            lambda: store.save(a_comment(saved, "text")),
            lambda: store.save(a_thread("new"), op_id="new"),
        ):
            with pytest.raises(StoreClosedError):
                use()
        if isinstance(store, RemembersOperations):
            with pytest.raises(StoreClosedError):
                store.operation("op")
        if isinstance(store, ListsThreads):
            for text in (None, "words", ""):
                with pytest.raises(StoreClosedError):
                    store.find(ThreadQuery(text=text))
        if isinstance(store, ReadsFeed):
            with pytest.raises(StoreClosedError):
                store.feed()
        if isinstance(store, ErasesUsers):
            with pytest.raises(StoreClosedError):
                store.erase("ada", "redact")

    def test_agrees_with_a_dict(self) -> None:
        """Whatever the order of saves and loads, the store tells what a dict does."""
        tested = self

        class Machine(BesideADict):
            contract = tested

        run_state_machine_as_test(Machine, settings=self.settings)

    def _keeps_text(self, thread_id: str, op_id: str, text: str) -> None:
        with self.fresh() as store:
            value = a_thread_of(thread_id, text)
            saved = store.save(value, op_id=op_id)
            assert_stored(saved, value)
            with self.reopened(store) as again:
                found = again.load(thread_id)
                assert_stored(found, value)
                assert found.id == thread_id
                assert found.question.body.source == text
                assert found.users["ada"].name == text
                assert list(again.history(thread_id)) == list(value.pending)
                assert_stored(again.save(value, op_id=op_id), saved)


@on_a_loop(ThreadStoreContract)
class AsyncThreadStoreContract(AsyncTests):
    """
    The same for a store on an event loop, and what only a loop can show.

    Subclass, return a fresh empty store from the coroutine function ``make_store``,
    run pytest. ``reopen`` and ``close`` are coroutine functions too. Each test of
    :class:`ThreadStoreContract` runs against the store, its calls made on an event
    loop that lives as long as the test.

    >>> from qathread.stores import MemoryStore, in_threads
    >>> class TestInThreads(AsyncThreadStoreContract):
    ...     async def make_store(self):
    ...         return in_threads(MemoryStore())
    >>> TestInThreads().test_a_stale_save_is_refused_and_changes_nothing()
    >>> TestInThreads().test_many_tasks_change_one_thread()
    """
