"""JetStreamStore on one server: the promises of stores, sizes, and connections."""

import asyncio
import os
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from itertools import cycle
from pathlib import Path
from typing import Any

import hypothesis
import pytest

pytest.importorskip("nats", reason="nats-py is not installed")

from nats.aio.client import Client

from qathread import Thread, posting
from qathread.bodies import Body
from qathread.errors import (
    MissingExtraError,
    NotFoundError,
    StoreClosedError,
    StoreUnavailableError,
)
from qathread.events import Event
from qathread.posts import Comment, Question
from qathread.stores import (
    AsyncErasesUsers,
    AsyncListsThreads,
    AsyncReadsFeed,
    AsyncRemembersOperations,
    AsyncThreadStore,
    FeedEntry,
)
from qathread.stores._jetstream_aside import aside
from qathread.stores._jetstream_frames import packed, unpacked
from qathread.stores._jetstream_requests import Deadline
from qathread.stores.jetstream import JetStreamStore
from qathread.testing._samples import (
    ADA,
    START,
    a_comment,
    a_thread,
    comments,
)
from qathread.testing._store_tests import assert_stored
from qathread.testing.stores import AsyncThreadStoreContract
from tests.stores._jetstream import (
    ask,
    new_name,
    opened,
    stored,
)
from tests.stores._servers import Nats, NatsCluster

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "jetstream.md"


def a_large_thread(posts: int) -> Thread:
    question = Question(
        id="large.1", author_id="ada", body=Body(source="?"), title="Why?"
    )
    found = (
        Comment(
            id=f"c{number}",
            parent_id="large.1",
            author_id="ada",
            # Nothing that packing could make small.
            body=Body(source=os.urandom(60).hex()),
        )
        for number in range(posts)
    )
    return Thread.from_parts(
        id="large", question=question, posts=tuple(found), users=(ADA,)
    )


# -- the contract ----------------------------------------------------------------


class OnJetStream(AsyncThreadStoreContract):
    """
    A name of its own for each store, on three nodes; reopening connects anew.

    Listing and erasing JetStream cannot do: the tests of both skip.
    """

    settings = hypothesis.settings(AsyncThreadStoreContract.settings, max_examples=5)

    @pytest.fixture(autouse=True)
    def servers(self, nats_cluster: NatsCluster) -> None:
        self.urls = nats_cluster.urls

    async def open(self, name: str) -> JetStreamStore:
        return await JetStreamStore.open(self.urls, name=name, replicas=3)


class TestJetStreamStore(OnJetStream):
    async def make_store(self) -> AsyncThreadStore:
        return await self.open(new_name())

    async def reopen(self, store: AsyncThreadStore) -> AsyncThreadStore:
        assert isinstance(store, JetStreamStore)
        await store.close()
        return await self.open(store.name)


class TakingTurns:
    """Two stores of one name; each call goes to the other one."""

    def __init__(self, one: JetStreamStore, two: JetStreamStore) -> None:
        self.name = one.name
        self.turns = cycle((one, two))

    async def load(self, thread_id: str, version: int | None = None) -> Thread:
        return await next(self.turns).load(thread_id, version)

    async def history(self, thread_id: str, after: int = 0) -> Sequence[Event]:
        return await next(self.turns).history(thread_id, after)

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        return await next(self.turns).save(thread, op_id=op_id)

    async def operation(self, op_id: str) -> Thread | None:
        return await next(self.turns).operation(op_id)

    async def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        return await next(self.turns).feed(after, limit)

    async def close(self) -> None:
        await next(self.turns).close()
        await next(self.turns).close()


class TestTwoJetStreamStoresOfOneName(OnJetStream):
    """What one store has at hand does not hide what the other one saved."""

    async def make_store(self) -> AsyncThreadStore:
        return await self._two(new_name())

    async def reopen(self, store: AsyncThreadStore) -> AsyncThreadStore:
        assert isinstance(store, TakingTurns)
        await store.close()
        return await self._two(store.name)

    async def _two(self, name: str) -> TakingTurns:
        return TakingTurns(await self.open(name), await self.open(name))


# -- large and long threads ------------------------------------------------------


def test_what_does_not_fit_into_one_message_is_stored_in_parts(nats: Nats) -> None:
    """A thread of several megabytes is saved and loaded like any other."""

    async def check() -> None:
        name = new_name()
        value = a_large_thread(20_000)
        async with opened(nats.url, name, name) as (one, two):
            saved = await one.save(value, op_id="large")
            assert_stored(saved, value)
            assert await stored(one) == 1
            assert await stored(one, "-extra") > 5
            assert_stored(await two.load("large"), value)
            assert_stored(await two.save(value, op_id="large"), saved)
            (event,) = await two.history("large")
            (entry,) = await two.feed()
            assert entry.event == event == value.pending[0]
            assert_stored(
                await two.save(posting.comment(saved, "c7", "More.", by=ADA, at=START)),
                await one.load("large"),
            )

    asyncio.run(check())


def test_a_long_thread_is_loaded_from_its_snapshot(nats: Nats) -> None:
    """A few requests, however many events there are; the history is still there."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name) as (one,):
            thread = await one.save(a_thread())
            for number in range(300):
                thread = await one.save(a_comment(thread, f"number {number}"))
            async with opened(nats.url, *[name] * 2) as (two, three):
                assert await _requests(two, two.load("q")) < 60
                assert await _requests(two, two.load("q")) == 1
                assert await _requests(three, three.history("q", 295)) < 20
                assert_stored(await two.load("q"), thread)
                assert len(await three.history("q")) == 301
                assert_stored(await three.load("q", 100), await one.load("q", 100))
            # It is no more than a help.
            await ask(one, f"STREAM.PURGE.{name}-snapshots")
            async with opened(nats.url, name) as (fresh,):
                assert_stored(await fresh.load("q"), thread)
            subject = one._snapshots._subject("q")
            for damage in (
                b"nonsense",
                packed({"thread": "q", "log": one._snapshots.log_made}),
                packed({"format": 99}),
            ):
                await one._client.publish(subject, damage)
                await one._client.flush()
                async with opened(nats.url, name) as (fresh,):
                    assert_stored(await fresh.load("q"), thread)

    asyncio.run(check())


def test_a_snapshot_that_does_not_fit_is_passed_over(nats: Nats) -> None:
    """The chain tells: what a snapshot says to end in must be a link of it."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name) as (one,):
            thread = await one.save(a_thread())
            for number in range(45):
                thread = await one.save(a_comment(thread, f"number {number}"))
            subject = one._snapshots._subject("q")
            found = await one._requests.last(f"{name}-snapshots", subject, Deadline(9))
            assert found is not None
            head = unpacked(found, name).head
            recent = [int(place) for place in unpacked(found, name).numbers("recent")]
            assert recent[0] < 46
            for wrong in (
                {"recent": [place - 1 for place in recent]},
                {"number": recent[0] - 1},
                {"digest": "0" * 64},
                {"parts": [10**6]},
            ):
                await one._client.publish(subject, packed({**head, **wrong}))
                await one._client.flush()
                async with opened(nats.url, name) as (fresh,):
                    assert_stored(await fresh.load("q"), thread)
                    thread = await fresh.save(a_comment(thread, "more"))
                    assert_stored(await one.load("q"), thread)

    asyncio.run(check())


def test_a_snapshot_of_a_log_that_is_gone_is_void(nats: Nats) -> None:
    """Whoever removes the stream of saves alone begins anew."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name) as (one,):
            thread = await one.save(a_thread())
            await one.save(comments(thread, *map(str, range(40))))
            assert await stored(one, "-snapshots") > 0
            await ask(one, f"STREAM.DELETE.{name}")
        async with opened(nats.url, name) as (two,):
            with pytest.raises(NotFoundError):
                await two.load("q")
            await two.save(a_thread("q", "anew"))
        async with opened(nats.url, name) as (three,):
            assert (await three.load("q")).question.title == "anew"

    asyncio.run(check())


async def _requests(store: JetStreamStore, call: Awaitable[object]) -> int:
    """Make a call and return how many requests it took."""
    before = store._client.stats["out_msgs"]
    await call
    return int(store._client.stats["out_msgs"]) - int(before)


def test_much_work_is_done_beside_the_event_loop() -> None:
    """Folding a large thread must not stop everything else."""

    async def check() -> None:
        here = threading.get_ident()
        assert await aside(100, threading.get_ident) == here
        assert await aside(10**6, threading.get_ident) != here

    asyncio.run(check())


# -- connections -----------------------------------------------------------------


def test_a_connection_of_the_callers_stays_open(nats: Nats) -> None:
    """Who connects also closes; several stores may share one connection (S17)."""

    async def check() -> None:
        client = Client()
        await client.connect(nats.url)
        name = new_name()
        async with (
            JetStreamStore(client, name=name) as one,
            JetStreamStore(client, name=new_name()) as two,
        ):
            saved = await one.save(a_thread())
            with pytest.raises(NotFoundError):
                await two.load("q")
        await one.close()
        with pytest.raises(StoreClosedError):
            await one.load("q")
        assert client.is_connected
        assert_stored(await JetStreamStore(client, name=name).load("q"), saved)
        await client.close()
        with pytest.raises(StoreUnavailableError, match="closed"):
            await JetStreamStore(client, name=name).load("q")

    asyncio.run(check())


def test_many_may_open_a_new_store_at_once(nats: Nats) -> None:
    """Whoever comes first makes the streams."""

    async def check() -> None:
        name = new_name()
        opening = (JetStreamStore.open(nats.url, name=name) for _ in range(8))
        stores = await asyncio.gather(*opening)
        saved = await stores[0].save(a_thread())
        for store in stores:
            assert_stored(await store.load("q"), saved)
            await store.close()

    asyncio.run(check())


def test_a_store_is_what_the_protocols_ask_for(nats: Nats) -> None:
    """Of what a store can do, this one does all but to list and to erase."""

    async def check() -> None:
        async with opened(nats.url, new_name()) as (store,):
            whole: AsyncThreadStore = store
            assert isinstance(whole, AsyncRemembersOperations)
            assert isinstance(whole, AsyncReadsFeed)
            assert not isinstance(whole, AsyncListsThreads)
            assert not isinstance(whole, AsyncErasesUsers)

    asyncio.run(check())


def test_nothing_stays_open(nats: Nats) -> None:
    """Opening and closing many times leaves no socket behind (S17)."""

    def open_files() -> int:
        return len(os.listdir("/proc/self/fd"))

    async def check() -> None:
        name = new_name()
        before = 0
        for turn in range(60):
            async with await JetStreamStore.open(nats.url, name=name) as store:
                assert repr(store) == f"<JetStreamStore {name!r}>"
                await store.feed()
            await asyncio.sleep(0)
            if turn == 10:
                before = open_files()
        assert open_files() <= before + 1

    asyncio.run(check())


class Without(MetaPathFinder):
    """Finds that a package is not installed."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == self.package:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks nats-py is told which extra brings it."""
    for module in list(sys.modules):
        if re.match(r"nats(\.|$)|qathread\.stores\._?jetstream", module):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [Without("nats"), *sys.meta_path])
    with pytest.raises(MissingExtraError, match=r"qathread\[jetstream\]"):
        import_module("qathread.stores.jetstream")


def test_the_page_works(nats: Nats) -> None:
    """The functions of the how-to do what the page says."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "page"}
    exec("\n".join(blocks), names)
    run: Callable[[str], Awaitable[object]] = names["main"]

    async def check() -> None:
        assert await run(nats.url) is None

    asyncio.run(check())
