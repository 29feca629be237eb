"""JetStreamStore on one server: what goes wrong is told, and mended."""

import asyncio
import time
from itertools import count
from typing import Any

import pytest

pytest.importorskip("nats", reason="nats-py is not installed")

from nats.aio.client import Client
from nats.errors import TimeoutError as NoAnswer

from qathread import posting
from qathread.errors import (
    IntegrityError,
    OutcomeUnknownError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
    ValidationError,
)
from qathread.stores._jetstream_frames import packed
from qathread.stores._jetstream_requests import Deadline
from qathread.stores.jetstream import JetStreamStore
from qathread.testing._samples import (
    ADA,
    START,
    a_comment,
    a_reply,
    a_thread,
    comments,
    forged,
)
from qathread.testing._store_tests import assert_stored
from tests.stores._jetstream import (
    all_of,
    ask,
    new_name,
    opened,
    stored,
    texts,
)
from tests.stores._servers import Nats


def test_a_lost_answer_is_found_out(nats: Nats) -> None:
    """The server took the message and its word was lost: the store looks."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name) as (one, two):
            base = await one.save(a_thread())
            deaf = _deaf(one, f"{name}.log.", times=1)
            saved = await one.save(a_comment(base, "text"))
            assert not deaf
            assert_stored(await two.load("q"), saved)
            deaf = _deaf(one, f"{name}.op.", times=1)
            answer = await one.save(a_comment(saved, "more"), op_id="op")
            assert not deaf
            assert_stored(await two.save(a_comment(saved, "more"), op_id="op"), answer)
            assert texts(await two.load("q")) == ["text", "more"]

    asyncio.run(check())


@pytest.mark.parametrize("op_id", [None, "op"])
def test_an_outcome_that_stays_unknown_is_told(nats: Nats, op_id: str | None) -> None:
    """And the same save again, once the server is heard, counts once (S13)."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name, timeout=0.5) as (one, two):
            base = await one.save(a_thread())
            value = a_comment(base, "text")
            deaf = _deaf(one, f"{name}.log.", then="", times=10**6)
            started = time.monotonic()
            with pytest.raises(OutcomeUnknownError, match="same op id"):
                await one.save(value, op_id=op_id)
            assert 0.4 < time.monotonic() - started < 3
            deaf.clear()
            saved = await one.save(value, op_id=op_id)
            assert_stored(await two.load("q"), saved)
            assert_stored(await one.save(value, op_id=op_id), saved)
            assert texts(saved) == ["text"]
            assert [e.event.version for e in await all_of(two)] == [1, 2]

    asyncio.run(check())


def test_a_leader_that_lags_behind_is_not_believed(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was just made leader, and does not know yet what this store has seen (S8)."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name) as (store,):
            base = await store.save(a_thread())
            old = await store._requests.last(name, store._log.subject("q"), Deadline(9))
            saved = await store.save(a_comment(base, "text"))
            last, answers = store._requests.last, [old, old, None]

            async def lagging(*arguments: Any) -> Any:
                return answers.pop() if answers else await last(*arguments)

            monkeypatch.setattr(store._requests, "last", lagging)
            assert_stored(await store.load("q"), saved)
            assert not answers
            answers += [old, None]
            store._log._kept.clear()  # of older threads less is at hand
            assert len(await store.history("q")) == 2
            answers += [old, None]
            monkeypatch.setattr(store._snapshots, "read", _nothing)
            assert_stored(await store.load("q"), saved)
            assert not answers

    asyncio.run(check())


async def _nothing(*_: object) -> None:
    return None


def _deaf(
    store: JetStreamStore, subject: str, *, then: str | None = None, times: int
) -> list[int]:
    """
    Let answers be lost: as many as the list that is returned has items.

    The first one of a subject that starts with *subject*; after that of one that
    starts with *then*.
    """
    left = [0] * min(times, 100_000)
    request = store._client.request
    begun = False

    async def lossy(
        asked: str, payload: bytes = b"", timeout: float = 0.5, **options: Any
    ) -> Any:
        nonlocal begun
        lost = asked.startswith(subject) or (
            begun and then is not None and asked.startswith(then)
        )
        answer = await request(asked, payload, timeout=timeout, **options)
        if lost and left:
            begun = True
            left.pop()
            raise NoAnswer
        return answer

    vars(store._client)["request"] = lossy
    return left


def test_saves_that_hold_each_other_up_are_told(nats: Nats) -> None:
    """A save waits for others of its thread, and not for ever (S12)."""

    async def check() -> None:
        async with opened(nats.url, new_name(), timeout=0.2) as (store,):
            base = await store.save(a_thread())
            async with store._one_at_a_time("q", Deadline(9)):
                with pytest.raises(StoreBusyError, match="try again"):
                    await store.save(a_comment(base, "text"))
                await store.save(a_thread("another"))
            assert (await store.save(a_comment(base, "text"))).version == 2

    asyncio.run(check())


def test_too_many_events_at_once_are_refused(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positions have no room for more."""
    monkeypatch.setattr("qathread.stores.jetstream.MOST_EVENTS", 3)

    async def check() -> None:
        async with opened(nats.url, new_name()) as (store,):
            base = await store.save(comments(a_thread(), "one", "two"))
            with pytest.raises(ValidationError, match="at most 3 at once"):
                await store.save(comments(base, "1", "2", "3", "4"))
            assert_stored(await store.load("q"), base)

    asyncio.run(check())


def test_a_server_that_is_gone_is_told_in_time(own_nats: Nats) -> None:
    """Nothing was saved, says the error, and when it is back all goes on (S12, S13)."""

    async def check() -> None:
        name = new_name()
        async with opened(own_nats.url, name, timeout=0.4) as (store,):
            base = await store.save(a_thread())
            await asyncio.to_thread(own_nats.stop)
            await asyncio.sleep(0.2)
            value = a_comment(base, "text")
            for call in (
                lambda: store.load("q"),
                lambda: store.load("new"),
                lambda: store.history("q"),
                lambda: store.save(value),
                lambda: store.save(base),
                lambda: store.save(value, op_id="op"),
                lambda: store.operation("op"),
                lambda: store.feed(),
            ):
                started = time.monotonic()
                with pytest.raises(StoreUnavailableError, match="nothing was saved"):
                    await call()
                assert time.monotonic() - started < 3
            with pytest.raises(StoreUnavailableError, match="could be connected to"):
                await JetStreamStore.open(own_nats.url, name=name, timeout=0.5)
            await asyncio.to_thread(own_nats.start)
            store._timeout = 15
            assert_stored(await store.load("q"), base)
            saved = await store.save(value, op_id="op")
            assert_stored(await store.load("q"), saved)

    asyncio.run(check())


def test_what_was_acknowledged_survives_a_kill_of_the_server(own_nats: Nats) -> None:
    """Of one server alone, without any other to make up for it."""

    async def check() -> None:
        name, acknowledged = new_name(), list[str]()
        async with opened(own_nats.url, name, timeout=20) as (store,):
            thread = await store.save(a_thread())

            async def write() -> None:
                nonlocal thread
                for number in count():
                    thread = await store.save(a_comment(thread, f"{number}"))
                    acknowledged.append(f"{number}")
                    if done:
                        return

            done = False
            writing = asyncio.create_task(write())
            for _ in range(3):
                await asyncio.sleep(0.3)
                await asyncio.to_thread(own_nats.kill)
                await asyncio.to_thread(own_nats.start)
            await asyncio.sleep(0.3)
            done = True
            await writing
        async with opened(own_nats.url, name) as (fresh,):
            assert texts(await fresh.load("q")) == acknowledged
            assert len(acknowledged) > 30

    asyncio.run(check())


def test_a_full_log_refuses_more_and_drops_nothing(own_nats: Nats) -> None:
    """An operator's limit is an error, not the end of old events (S13)."""

    async def check() -> None:
        name = new_name()
        async with opened(own_nats.url, name) as (store,):
            thread = await store.save(a_thread())
            config = (await ask(store, f"STREAM.INFO.{name}"))["config"]
            await ask(store, f"STREAM.UPDATE.{name}", **config | {"max_msgs": 3})
            for text in ("one", "two"):
                thread = await store.save(a_comment(thread, text))
            with pytest.raises(StoreUnavailableError, match="maximum messages"):
                await store.save(a_comment(thread, "three"), op_id="op")
            assert_stored(await store.load("q"), thread)
            await ask(store, f"STREAM.UPDATE.{name}", **config | {"max_msgs": -1})
            await store.save(a_comment(thread, "three"), op_id="op")
            assert texts(await store.load("q")) == ["one", "two", "three"]

    asyncio.run(check())


@pytest.mark.parametrize(
    "data, error, match",
    [
        (b"hello", StoreCorruptError, "not of this library"),
        (b"\xff\n", StoreCorruptError, "not of this library"),
        (b'{"format":1}\n', StoreCorruptError, "number"),
        (packed({"number": 2, "recent": []}), StoreCorruptError, "not link 2"),
        (packed({"number": 1, "recent": []}), StoreCorruptError, "proper 'thread'"),
        (b'{"format":9,"new":1}\n', StoreTooNewError, "upgrade qathread"),
    ],
)
def test_a_message_that_is_none_of_ours_is_told(
    nats: Nats, data: bytes, error: type[StoreError], match: str
) -> None:
    """Somebody else published to the store's subjects, or a newer release did."""

    async def check() -> None:
        async with opened(nats.url, new_name()) as (store,):
            await store._ready(Deadline(15))
            await store._client.publish(store._log.subject("q"), data)
            await store._client.flush()
            for call in (
                lambda: store.load("q"),
                lambda: store.history("q"),
                lambda: store.save(a_thread()),
            ):
                with pytest.raises(error, match=match):
                    await call()
            with pytest.raises(error):
                await store.feed()

    asyncio.run(check())


def test_events_that_were_changed_are_told(nats: Nats) -> None:
    """A message whose events are not those that were saved is damage."""

    async def check() -> None:
        name = new_name()
        async with opened(nats.url, name, name) as (one, two):
            await one.save(a_thread())
            message = await one._requests.at(name, 1, Deadline(15))
            await ask(one, f"STREAM.PURGE.{name}")
            changed = message.data.replace(b"Because?", b"Because!")
            assert changed != message.data
            await one._client.publish(one._log.subject("q"), changed)
            await one._client.flush()
            with pytest.raises(StoreCorruptError, match="not as written"):
                await two.load("q")
            with pytest.raises(StoreCorruptError, match="not as written"):
                await two.history("q")

    asyncio.run(check())


def test_streams_of_others_are_left_alone(nats: Nats) -> None:
    """The name of a store must not be that of anything else."""

    async def check() -> None:
        client = Client()
        await client.connect(nats.url)
        jetstream = client.jetstream()
        await jetstream.add_stream(name="taken", subjects=["taken.>"])
        with pytest.raises(StoreCorruptError, match="another name"):
            await JetStreamStore.open(nats.url, name="taken")
        await jetstream.add_stream(
            name="newer",
            subjects=["newer.log.*"],
            description="qathread store, form 2: saves",
        )
        with pytest.raises(StoreTooNewError, match="upgrade qathread"):
            await JetStreamStore.open(nats.url, name="newer")
        name = new_name()
        async with opened(nats.url, name):
            pass
        await jetstream.update_stream(
            name=name,
            subjects=[f"{name}.log.*"],
            description="qathread store, form 1: saves",
            max_age=3600,
        )
        with pytest.raises(StoreCorruptError, match="max_age"):
            await JetStreamStore.open(nats.url, name=name)
        await client.close()

    asyncio.run(check())


def test_a_save_that_cannot_be_is_refused_before_it_is_sent(nats: Nats) -> None:
    """Neither a message nor a claim is left of it."""

    async def check() -> None:
        async with opened(nats.url, new_name()) as (store,):
            base = await store.save(a_thread())
            other = posting.answer(
                a_thread(), "elsewhere", by=ADA, at=START, id="elsewhere"
            )
            value = a_reply(forged(other), "elsewhere", "does not fit")
            saved = await store.save(a_comment(base, "two"))
            assert saved.version == value.base_version
            with pytest.raises(IntegrityError):
                await store.save(value, op_id="op")
            with pytest.raises(ValidationError, match="shorter ids"):
                await store.save(a_thread("x" * 2_000_000))
            assert await stored(store) == 2
            assert await stored(store, "-extra") <= 8  # parts that nobody names
            assert await store.operation("op") is None

    asyncio.run(check())


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a.b"},
        {"name": "a b"},
        {"name": "x" * 65},
        {"name": 5},
        {"replicas": 0},
        {"replicas": 2},
        {"replicas": True},
        {"replicas": "3"},
        {"timeout": 0},
        {"timeout": float("nan")},
        {"timeout": "5"},
        {"domain": 5},
        {"servers": 5},
        {"servers": []},
        {"servers": ["nats://localhost", None]},
        {"servers": "nats://localhost:none"},
    ],
)
def test_wrong_arguments_are_refused(nats: Nats, wrong: dict[str, Any]) -> None:
    """Before anything is asked of a server."""

    async def check() -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            await JetStreamStore.open(**({"servers": nats.url} | wrong))
        with pytest.raises(ValidationError, match="nats-py"):
            client: Any = "nats://localhost"
            JetStreamStore(client)

    asyncio.run(check())


def test_what_a_server_cannot_do_is_told_at_once(nats: Nats) -> None:
    """One server keeps no three replicas, however often it is asked."""

    async def check() -> None:
        started = time.monotonic()
        with pytest.raises(StoreUnavailableError, match="replicas > 1"):
            await JetStreamStore.open(nats.url, name=new_name(), replicas=3)
        assert time.monotonic() - started < 5

    asyncio.run(check())


def test_a_server_without_jetstream_is_told(nats: Nats) -> None:
    """A domain that no server has looks the same."""

    async def check() -> None:
        with pytest.raises(StoreUnavailableError):
            await JetStreamStore.open(nats.url, domain="none", timeout=0.5)

    asyncio.run(check())


def test_secrets_in_addresses_are_not_told() -> None:
    """The text of an error ends up in logs."""

    async def check() -> None:
        for address in ("nats://ada:hunter2@127.0.0.1:1", "nats://hunter2@127.0.0.1:x"):
            with pytest.raises((StoreUnavailableError, ValidationError)) as caught:
                await JetStreamStore.open([address], timeout=0.3)
            assert "127.0.0.1" in str(caught.value)
            assert "hunter2" not in str(caught.value)

    asyncio.run(check())
