"""JetStreamStore on one server: who is first, for every reader."""

import asyncio
import time
from typing import Any

import pytest

pytest.importorskip("nats", reason="nats-py is not installed")


from qathread import Thread
from qathread.errors import (
    NotFoundError,
    OperationReusedError,
    StoreUnavailableError,
    ValidationError,
    VersionConflictError,
)
from qathread.events import replay
from qathread.stores import (
    _jetstream_claims,
)
from qathread.stores._jetstream_frames import Claim
from qathread.stores._jetstream_requests import Deadline
from qathread.stores.jetstream import JetStreamStore
from qathread.testing._samples import (
    a_comment,
    a_thread,
    an_import,
    comments,
)
from qathread.testing._store_tests import assert_stored
from tests.stores._jetstream import (
    all_of,
    let_rivals_in,
    new_name,
    opened,
    stored,
    texts,
)
from tests.stores._servers import Nats

# -- saves -----------------------------------------------------------------------


def test_the_first_of_two_saves_on_one_version_counts(nats: Nats) -> None:
    """Also if the server stores both: everybody sees the second one as void."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, *[name] * 3) as (one, two, three):
            base = await one.save(a_thread())
            assert_stored(await two.load("q"), base)
            let_rivals_in(two)
            first = await one.save(a_comment(base, "first"))
            with pytest.raises(VersionConflictError) as caught:
                await two.save(a_comment(base, "second"))
            assert (caught.value.expected, caught.value.actual) == (1, 2)
            assert await stored(one) == 3
            for store in (one, two, three):
                assert_stored(await store.load("q"), first)
                assert_stored(await store.load("q", 1), base)
                history = await store.history("q")
                assert [event.version for event in history] == [1, 2]
                assert [entry.event for entry in await all_of(store)] == list(history)
                assert [entry.event for entry in await all_of(store, 1)] == list(
                    history
                )
            # What is void is also not in the way of what comes next.
            third = await two.save(a_comment(await two.load("q"), "third"))
            for store in (one, two, three):
                assert texts(await store.load("q")) == ["first", "third"]
                assert [e.event.version for e in await all_of(store)] == [1, 2, 3]
            async with opened(nats.url, name) as (fresh,):
                assert_stored(await fresh.load("q"), third)

    asyncio.run(check())


def test_the_first_of_two_new_threads_counts(nats: Nats) -> None:
    """Nothing stands before it that a server could compare with."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, *[name] * 4) as stores:
            results = await asyncio.gather(
                *(
                    store.save(a_thread("q", f"title {number}"))
                    for number, store in enumerate(stores)
                ),
                return_exceptions=True,
            )
            (won,) = (found for found in results if isinstance(found, Thread))
            assert sum(isinstance(e, VersionConflictError) for e in results) == 3
            async with opened(nats.url, name) as (fresh,):
                for store in (*stores, fresh):
                    assert_stored(await store.load("q"), won)
                    assert len(await store.history("q")) == 1
                    assert len(await all_of(store)) == 1

    asyncio.run(check())


def test_many_writers_lose_nothing_to_each_other(nats: Nats) -> None:
    """Four connections and four tasks on each, all on one thread."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, *[name] * 4) as stores:
            await stores[0].save(a_thread())
            for store in stores[::2]:
                let_rivals_in(store)

            async def write(store: JetStreamStore, writer: str) -> None:
                for number in range(8):
                    while True:
                        thread = await store.load("q")
                        try:
                            await store.save(a_comment(thread, f"{writer}-{number}"))
                        except VersionConflictError:
                            continue
                        break

            await asyncio.gather(
                *(
                    write(store, f"{number}{task}")
                    for number, store in enumerate(stores)
                    for task in "abcd"
                )
            )
            expected = {
                f"{number}{task}-{n}"
                for number in range(4)
                for task in "abcd"
                for n in range(8)
            }
            async with opened(nats.url, name) as (fresh,):
                for store in (*stores, fresh):
                    thread = await store.load("q")
                    assert sorted(texts(thread)) == sorted(expected)
                    history = await store.history("q")
                    assert replay(history) == thread
                    entries = await all_of(store)
                    assert [entry.event for entry in entries] == list(history)

    asyncio.run(check())


# -- op ids ----------------------------------------------------------------------


async def claimed(store: JetStreamStore, op_id: str, digest: str) -> Claim:
    """Claim an op id for a change of thread q, as a writer does that ends then."""
    state = await store._log.current("q", Deadline(15))
    claim = Claim(
        op_id=op_id,
        thread="q",
        place=state.tip.sequence,
        after=state.version,
        version=state.version + 1,
        digest=digest,
        done=False,
    )
    assert await store._claims.take(claim, Deadline(15)) == claim
    return claim


def test_an_op_id_outlives_a_writer_that_ended(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait for its change, then take its place: it can never come later."""
    monkeypatch.setattr(_jetstream_claims, "_PATIENCE", 0.3)

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, *[name] * 3) as (ended, other, third):
            base = await other.save(a_thread())
            assert_stored(await ended.load("q"), base)
            await claimed(ended, "op", "0" * 64)
            assert await other.operation("op") is None
            started = time.monotonic()
            saved = await other.save(a_comment(base, "other"), op_id="op")
            assert time.monotonic() - started > 0.3
            assert saved.version == 2
            # Its message arrives after all, and a server lets it in.
            let_rivals_in(ended)
            with pytest.raises(VersionConflictError):
                await ended.save(a_comment(base, "too late"))
            for store in (ended, other, third):
                found = await store.operation("op")
                assert found is not None
                assert_stored(found, saved)
                assert_stored(await store.load("q"), saved)
                assert [e.version for e in await store.history("q")] == [1, 2]
                assert [e.event.version for e in await all_of(store)] == [1, 2]
                assert_stored(await store.load("q", 1), base)
            with pytest.raises(OperationReusedError):
                await third.save(a_comment(saved, "another"), op_id="op")

    asyncio.run(check())


def test_a_place_taken_before_the_first_save_is_no_thread(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was ever saved there, and the first save goes on as usual."""
    monkeypatch.setattr(_jetstream_claims, "_PATIENCE", 0.1)

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name) as (one, two):
            await claimed(one, "op", "0" * 64)
            await two.save(a_thread("another"), op_id="op")
            for store in (one, two):
                for call in (store.load("q"), store.load("q", 1), store.history("q")):
                    with pytest.raises(NotFoundError):
                        await call
            base = await two.save(an_import("q", 7))
            assert_stored(await one.load("q"), base)
            assert [e.version for e in await one.history("q")] == [7]
            assert len(await all_of(one)) == 2

    asyncio.run(check())


def test_the_same_request_finishes_what_a_writer_began(nats: Nats) -> None:
    """Sent again after its writer ended, it need not wait."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name) as (one, two):
            base = await one.save(a_thread())
            value = a_comment(base, "text")
            fails = _failing_appends(one)
            with pytest.raises(StoreUnavailableError):
                await one.save(value, op_id="op")
            fails.clear()
            assert await two.operation("op") is None
            started = time.monotonic()
            saved = await two.save(value, op_id="op")
            assert time.monotonic() - started < 1
            assert_stored(await one.save(value, op_id="op"), saved)
            assert len(await one.history("q")) == 2

    asyncio.run(check())


def _failing_appends(store: JetStreamStore) -> list[str]:
    """Let appends of a store fail until the list is empty."""
    reasons = ["the plug is out"]
    append = store._log.append

    async def failing(*arguments: Any) -> Any:
        if reasons:
            raise StoreUnavailableError(reasons[0])
        return await append(*arguments)

    vars(store._log)["append"] = failing
    return reasons


def test_a_claim_that_lost_is_in_nobodys_way(nats: Nats) -> None:
    """Its place was taken by another save: the op id is free at once."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name) as (one, two):
            base = await one.save(a_thread())
            await claimed(one, "op", "0" * 64)
            saved = await two.save(a_comment(base, "faster"))
            started = time.monotonic()
            answer = await one.save(a_comment(saved, "later"), op_id="op")
            assert time.monotonic() - started < 1
            assert_stored(await two.save(a_comment(saved, "later"), op_id="op"), answer)
            assert texts(await two.load("q")) == ["faster", "later"]

    asyncio.run(check())


def test_one_op_id_on_many_threads_at_once_takes_effect_once(nats: Nats) -> None:
    """No two writers get it, though they change different subjects."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, *[name] * 6) as stores:
            for store in stores[::2]:
                let_rivals_in(store)
            for turn in range(5):
                results = await asyncio.gather(
                    *(
                        store.save(a_thread(f"{turn}-{number}"), op_id=f"op {turn}")
                        for number, store in enumerate(stores)
                    ),
                    return_exceptions=True,
                )
                (won,) = (found for found in results if isinstance(found, Thread))
                lost = [e for e in results if isinstance(e, OperationReusedError)]
                assert len(lost) == 5
                assert {error.thread_id for error in lost} == {won.id}
                for number, store in enumerate(stores):
                    thread_id = f"{turn}-{number}"
                    found = await store.operation(f"op {turn}")
                    assert found is not None and found.id == won.id
                    if thread_id != won.id:
                        with pytest.raises(NotFoundError):
                            await store.load(thread_id)

    asyncio.run(check())


# -- the feed --------------------------------------------------------------------


def test_the_feed_tells_every_event_once_in_order(nats: Nats) -> None:
    """From any position, in steps of any size, while others go on (S9)."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name) as (one, two):
            assert await one.feed() == ()
            threads = [await one.save(a_thread(f"t{n}")) for n in range(5)]
            for turn in range(6):
                for n, thread in enumerate(threads):
                    added = [f"{turn} {k}" for k in range(1 + (turn * n) % 4)]
                    threads[n] = await two.save(comments(thread, *added))
            entries = await all_of(one)
            positions = [entry.position for entry in entries]
            assert positions == sorted(set(positions))
            assert len(entries) == sum(thread.version for thread in threads)
            for thread in threads:
                events = [e.event for e in entries if e.event.thread_id == thread.id]
                assert events == list(await one.history(thread.id))
            for limit in (1, 3, 7, 50):
                assert await all_of(one, limit) == entries
            for place in range(0, len(entries), 11):
                later = await two.feed(positions[place], 200)
                assert list(later) == entries[place + 1 : place + 201]
            assert await one.feed(positions[-1]) == ()
            assert await one.feed(2**63) == ()
            more = await two.save(comments(threads[0], "more", "and more"))
            found = await one.feed(positions[-1])
            assert [entry.event.version for entry in found] == [
                more.version - 1,
                more.version,
            ]
            for arguments in ((-1,), (None,), ("0",), (0, 0), (0, 201), (0, None)):
                with pytest.raises(ValidationError):
                    await one.feed(*arguments)

    asyncio.run(check())
