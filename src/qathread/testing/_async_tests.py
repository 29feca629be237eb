"""The promises of a store on an event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial, wraps
from typing import Any, ClassVar, Final, TypeVar

import hypothesis

from ..errors import NotFoundError
from ..events import replay
from ..stores import (
    AsyncRemembersOperations,
    AsyncThreadStore,
    ThreadStore,
    update_async,
)
from ..thread import Thread
from ._loops import Loop, blocking, unblocked
from ._samples import a_comment, a_thread, comments
from ._store_tests import StoreTests, assert_stored

T = TypeVar("T")
Tests = TypeVar("Tests", bound="AsyncTests")

#: When a save is cancelled: after so many turns of the loop, or after so many seconds.
_TURNS: Final = (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30)
_SECONDS: Final = (0.0002, 0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.008)

#: So many events are enough work to see whether somebody else has to wait for it.
_MUCH: Final = 6_000
#: Waits of this many seconds are nobody's fault on a busy machine.
_NOISE: Final = 0.1
_TRIES: Final = 3


class AsyncTests:
    """
    What only an event loop can show, and how the other tests get to one.

    Attributes:
        settings: How hard Hypothesis tries; replace it in the subclass for more.
    """

    settings: ClassVar[hypothesis.settings] = StoreTests.settings

    async def make_store(self) -> AsyncThreadStore:
        """Return a new store that holds nothing."""
        raise NotImplementedError("return a new, empty store from make_store")

    async def reopen(self, store: AsyncThreadStore) -> AsyncThreadStore:
        """
        Return a store of what *store* kept, as after a restart.

        Args:
            store: A store in use; this method closes it.

        Returns:
            Another one, or the same one if it cannot outlive its process.
        """
        return store

    async def close(self, store: AsyncThreadStore) -> None:
        """
        Close a store.

        Args:
            store: One that :meth:`make_store` or :meth:`reopen` returned.
        """
        close = getattr(store, "close", None)
        if close is not None:
            await close()

    # -- many at once ------------------------------------------------------------

    def test_many_tasks_change_one_thread(self) -> None:
        """Nothing is lost where tasks take turns in the middle of a change (S14)."""
        _on_a_loop(self._many_tasks)

    async def _many_tasks(self) -> None:
        async with self._fresh() as store:
            await store.save(a_thread())
            names = [f"task {number}" for number in range(20)]

            async def write(name: str) -> Thread:
                await store.save(a_thread(name))
                return await update_async(
                    store, "q", lambda thread: a_comment(thread, name), attempts=1_000
                )

            async def read() -> None:
                seen = 0
                while not all(writer.done() for writer in writers):
                    thread = await store.load("q")
                    assert thread.version >= seen
                    assert len(thread.comments) == thread.version - 1
                    seen = thread.version
                    await asyncio.sleep(0.001)

            writers = [asyncio.ensure_future(write(name)) for name in names]
            await asyncio.gather(*writers, read())
            saved = [writer.result() for writer in writers]
            versions = sorted(thread.version for thread in saved)
            assert versions == [*range(2, len(names) + 2)]
            texts = [each.body.source for each in (await store.load("q")).comments]
            assert sorted(texts) == sorted(names)
            for name in names:
                assert_stored(await store.load(name), a_thread(name))

    def test_a_new_thread_is_saved_by_one_of_many_tasks(self) -> None:
        """Of tasks that save the same thing at once, all are told it is there (S5)."""
        _on_a_loop(self._first_of_many)

    async def _first_of_many(self) -> None:
        async with self._fresh() as store:
            value = comments(a_thread(), "one", "two")
            for saved in await asyncio.gather(*(store.save(value) for _ in range(10))):
                assert_stored(saved, value)
            assert len(await store.history("q")) == 3

    # -- cancelling --------------------------------------------------------------

    def test_a_cancelled_save_is_whole_or_absent(self) -> None:
        """Wherever that happens, and the store goes on working."""
        _on_a_loop(self._cancelled_saves)

    async def _cancelled_saves(self) -> None:
        async with self._fresh() as store:
            await store.save(a_thread())
            remembers = isinstance(store, AsyncRemembersOperations)
            delays = [
                *(partial(_turns, number) for number in _TURNS),
                *(partial(asyncio.sleep, seconds) for seconds in _SECONDS),
            ]
            for number, delay in enumerate(delays):
                texts = [f"{number} {part}" for part in "abc"]
                op_id = f"op {number}" if remembers else None
                value = comments(await store.load("q"), *texts)
                save = asyncio.ensure_future(store.save(value, op_id=op_id))
                await delay()
                save.cancel()
                with suppress(asyncio.CancelledError):
                    await save

                def again(thread: Thread, texts: list[str] = texts) -> Thread:
                    written = [each.body.source for each in thread.comments]
                    return thread if texts[0] in written else comments(thread, *texts)

                await update_async(store, "q", again, op_id=op_id, attempts=1_000)
            expected = [f"{n} {part}" for n in range(len(delays)) for part in "abc"]
            thread = await store.load("q")
            assert [each.body.source for each in thread.comments] == expected
            assert_stored(thread, replay(await store.history("q")))
            again_stored = await self.reopen(store)
            try:
                assert_stored(await again_stored.load("q"), thread)
            finally:
                await self.close(again_stored)

    def test_a_cancelled_load_leaves_the_store_usable(self) -> None:
        """A reader who goes away takes no connection along."""
        _on_a_loop(self._cancelled_loads)

    async def _cancelled_loads(self) -> None:
        async with self._fresh() as store:
            saved = await store.save(comments(a_thread(), *map(str, range(20))))
            for turns in _TURNS:
                calls = [
                    asyncio.ensure_future(call)
                    for _ in range(5)
                    for call in (_loaded(store, 3), _told(store))
                ]
                await _turns(turns)
                for each in calls:
                    each.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
                assert_stored(await store.load("q"), saved)
            with suppress(NotFoundError):
                await store.load("none")
            await store.save(a_comment(saved, "goes on"))

    # -- the loop ----------------------------------------------------------------

    def test_the_loop_is_not_blocked(self) -> None:
        """Others go on while a large thread is saved, read and folded (S14)."""
        _on_a_loop(self._not_blocked)

    async def _not_blocked(self) -> None:
        late: list[str] = []
        for number in range(_TRIES):
            value = comments(a_thread(f"q{number}"), *map(str, range(_MUCH)))
            async with self._fresh() as store:
                late = [
                    await _wait_beside("save", store.save(value)),
                    await _wait_beside("history", store.history(value.id)),
                    await _wait_beside("load", store.load(value.id, _MUCH)),
                ]
            if not any(late):
                return
        raise AssertionError(f"the loop was blocked: {late}")

    # -- inside ------------------------------------------------------------------

    @asynccontextmanager
    async def _fresh(self) -> AsyncIterator[AsyncThreadStore]:
        store = await self.make_store()
        try:
            yield store
        finally:
            await self.close(store)


def on_a_loop(contract: type[StoreTests]) -> Callable[[type[Tests]], type[Tests]]:
    """
    Give a class of asynchronous tests those of stores that block.

    Args:
        contract: The tests; its stores will be those of the class, each behind a
            store that blocks, all on one event loop for each test.

    Returns:
        A decorator for the class.
    """
    behind = _behind(contract)

    def extend(tests: type[Tests]) -> type[Tests]:
        for name in dir(contract):
            if name.startswith("test_"):
                setattr(tests, name, _taken_over(behind, name))
        return tests

    return extend


def _taken_over(behind: type[Any], name: str) -> Callable[..., None]:
    @wraps(getattr(behind, name))
    def test(self: AsyncTests, *args: object, **kwargs: object) -> None:
        with Loop() as loop:
            getattr(behind(self, loop), name)(*args, **kwargs)

    return test


def _behind(contract: type[StoreTests]) -> type[Any]:
    """Return the tests of *contract*, with asynchronous stores behind."""

    class Behind(contract):  # type: ignore[misc, valid-type]
        def __init__(self, tests: AsyncTests, loop: Loop) -> None:
            self.settings = tests.settings
            self._tests = tests
            self._loop = loop

        def make_store(self) -> ThreadStore:
            return blocking(self._loop, self._loop.run(self._tests.make_store()))

        def reopen(self, store: ThreadStore) -> ThreadStore:
            again = self._loop.run(self._tests.reopen(unblocked(store)))
            return blocking(self._loop, again)

        def close(self, store: ThreadStore) -> None:
            self._loop.run(self._tests.close(unblocked(store)))

    return Behind


def _on_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with Loop() as loop:
        loop.run(test())


async def _turns(number: int) -> None:
    """Let the loop turn some times."""
    for _ in range(number):
        await asyncio.sleep(0)


async def _loaded(store: AsyncThreadStore, version: int) -> None:
    await store.load("q", version)


async def _told(store: AsyncThreadStore) -> None:
    await store.history("q")


async def _wait_beside(name: str, call: Coroutine[Any, Any, object]) -> str:
    """
    Return how long others had to wait for a call; nothing: not for too long.

    A call that blocks makes them wait for as long as it takes.
    """
    loop = asyncio.get_running_loop()
    start = loop.time()
    task = asyncio.ensure_future(call)
    longest = 0.0
    while not task.done():
        before = loop.time()
        await asyncio.sleep(0.001)
        longest = max(longest, loop.time() - before)
    await task
    took = loop.time() - start
    if longest <= max(_NOISE, took / 2):
        return ""
    return f"{name} took {took:.3f} s, others waited for {longest:.3f} s"
