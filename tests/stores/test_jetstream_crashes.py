"""
JetStreamStore on three servers, some of which are killed while writers are at work.

What was acknowledged must be there once, whatever happens to the servers; what was
not may be there once or not at all. Each test prints its seed and what it counted.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

pytest.importorskip("nats", reason="nats-py is not installed")

from attrs import Factory, define

from qathread import Thread
from qathread.errors import (
    OperationReusedError,
    OutcomeUnknownError,
    StoreUnavailableError,
    VersionConflictError,
)
from qathread.events import replay
from qathread.stores.jetstream import JetStreamStore
from qathread.testing._samples import a_comment, a_thread
from tests.stores._jetstream import all_of, leader, new_name, opened, stored
from tests.stores._servers import Nats, NatsCluster

THREADS = ("hot", "cold")
#: Seconds that one call of a writer may take.
TIMEOUT = 2.0
#: And what a busy machine may add to that.
SLACK = 2.0


@define
class Work:
    """
    What writers did, and what they were told.

    Attributes:
        acknowledged: Every text that a save was acknowledged for, and when.
        unknown: Texts whose save ended in no word.
        counts: How often what happened.
        longest: Seconds that the longest call took.
        stopped: Whether the writers shall end.
    """

    acknowledged: dict[str, float] = Factory(dict)
    unknown: set[str] = Factory(set)
    counts: Counter[str] = Factory(Counter)
    longest: float = 0.0
    stopped: bool = False

    async def write(self, store: JetStreamStore, writer: int, seed: int) -> None:
        """Add comments, each until it is acknowledged; half of them with op ids."""
        rng = random.Random(f"{seed} {writer}")
        number = 0
        while True:
            number += 1
            text = f"{writer}-{number}"
            thread_id = THREADS[rng.random() < 0.2]
            op_id = text if number % 2 else None
            value: Thread | None = None
            while text not in self.acknowledged:
                if self.stopped:
                    return
                started = time.monotonic()
                try:
                    if value is None:
                        value = a_comment(await store.load(thread_id), text)
                        started = time.monotonic()
                    saved = await store.save(value, op_id=op_id)
                    assert [c.body.source for c in saved.comments].count(text) == 1
                    self.acknowledged[text] = time.monotonic()
                except VersionConflictError:
                    self.counts["conflicts"] += 1
                    value = None  # another writer was faster: make it anew
                except OutcomeUnknownError:
                    self.counts["outcome unknown"] += 1
                    self.unknown.add(text)  # and the same is saved again
                except StoreUnavailableError:
                    self.counts["unavailable"] += 1
                except OperationReusedError:
                    # Only an earlier try of this writer can have had the op id.
                    assert op_id is not None
                    found = await store.operation(op_id)
                    assert found is not None
                    assert found.comments[-1].body.source == text
                    self.acknowledged[text] = time.monotonic()
                self.longest = max(self.longest, time.monotonic() - started)
            await asyncio.sleep(rng.uniform(0, 0.01))

    async def goes_on(self, number: int = 30, within: float = 60) -> None:
        """Wait until some more saves are acknowledged."""
        target = len(self.acknowledged) + number
        deadline = time.monotonic() + within
        while len(self.acknowledged) < target:
            assert time.monotonic() < deadline, self.counts
            await asyncio.sleep(0.02)


@asynccontextmanager
async def writing(
    servers: NatsCluster, name: str, writers: int, seed: int
) -> AsyncIterator[Work]:
    """Have writers at work, each with a connection of its own, and end them."""
    async with opened(servers.urls, name, replicas=3, timeout=30) as (first,):
        for thread_id in THREADS:
            await first.save(a_thread(thread_id))
    work = Work()
    async with opened(servers.urls, *[name] * writers, timeout=30) as stores:
        for store in stores:
            store._timeout = TIMEOUT
        tasks = [
            asyncio.create_task(work.write(store, writer, seed))
            for writer, store in enumerate(stores)
        ]
        try:
            yield work
        finally:
            work.stopped = True
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results == [None] * writers


async def verify(servers: NatsCluster, name: str, work: Work) -> dict[str, int]:
    """Compare what was told with what is stored, as each leader has it."""
    told = dict[str, int]()
    leaders = set[str]()
    for _ in range(12):
        async with opened(servers.urls, name, timeout=30) as (store,):
            leading = await leader(store)
            leaders.add(leading)
            told = await compare(store, work)
            print(f"  as {leading} has it: {told}")
            assert told["lost"] == told["doubled"] == told["strangers"] == 0
            if len(leaders) == 3:
                break
            # The servers hold copies of their own: hear another one.
            await store._client.request(
                f"$JS.API.STREAM.LEADER.STEPDOWN.{name}", b"", timeout=5
            )
            await asyncio.sleep(1)
    assert len(leaders) > 1
    return told


async def compare(store: JetStreamStore, work: Work) -> dict[str, int]:
    """Count what is there of what was told, in every view of it."""
    found = Counter[str]()
    entries = await all_of(store)
    assert all(one.position < two.position for one, two in pairwise(entries))
    for thread_id in THREADS:
        thread = await store.load(thread_id)
        found.update(comment.body.source for comment in thread.comments)
        history = await store.history(thread_id)
        assert replay(history) == thread
        of_thread = [e.event for e in entries if e.event.thread_id == thread_id]
        assert of_thread == list(history)
    open_end = set(found) - set(work.acknowledged)
    return {
        "acknowledged": len(work.acknowledged),
        "stored": found.total(),
        "lost": sum(not found[text] for text in work.acknowledged),
        "doubled": sum(number > 1 for number in found.values()),
        # Nobody may have saved what no writer was left in doubt about.
        "strangers": len(open_end - work.unknown),
        "void messages": await stored(store) - found.total() - len(THREADS),
    }


async def kill(*nodes: Nats) -> None:
    for node in nodes:
        await asyncio.to_thread(node.kill)


async def start(servers: NatsCluster, *nodes: Nats) -> None:
    for node in nodes:
        await asyncio.to_thread(node.start)
    await asyncio.to_thread(servers.wait)


async def crash(
    servers: NatsCluster, work: Work, name: str, rng: random.Random, *, pause: float
) -> int:
    """Kill the leader, then two of three; return how many servers were killed."""
    await work.goes_on()
    async with opened(servers.urls, name, timeout=30) as (store,):
        leading = servers.node(await leader(store))
    await kill(leading)
    await work.goes_on()
    await asyncio.sleep(pause)
    await start(servers, leading)
    await work.goes_on()

    two = rng.sample(servers.nodes, 2)
    await kill(*two)
    killed = time.monotonic()
    work.longest, errors = 0.0, work.counts["unavailable"]
    await asyncio.sleep(2 * TIMEOUT + pause)
    # One server alone decides nothing: what came later was no lie.
    late = [text for text, at in work.acknowledged.items() if at > killed + 1]
    assert late == []
    refused = work.counts["unavailable"] + work.counts["outcome unknown"] - errors
    assert refused > 0
    assert work.longest < TIMEOUT + SLACK
    await start(servers, *two)
    await work.goes_on()
    await asyncio.sleep(pause)
    return 3


def run(servers: NatsCluster, seed: int, *, writers: int, rounds: int) -> None:
    """Kill servers under load, in some rounds, and look at what is left."""

    async def check() -> None:
        name, kills = new_name(), 0
        rng = random.Random(seed)
        started = time.monotonic()
        async with writing(servers, name, writers, seed) as work:
            for _ in range(rounds):
                kills += await crash(servers, work, name, rng, pause=rng.random())
        told = await verify(servers, name, work)
        seconds = round(time.monotonic() - started)
        print(f"seed {seed}: {kills} kills in {seconds} s, {told}, {work.counts}")

    asyncio.run(check())


def test_acknowledged_saves_survive_killed_servers(
    own_nats_cluster: NatsCluster,
) -> None:
    """One server killed, then two of three, with six writers on two threads."""
    run(own_nats_cluster, seed=1, writers=6, rounds=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_acknowledged_saves_survive_many_killed_servers(
    own_nats_cluster: NatsCluster, seed: int
) -> None:
    """The same again and again, with more writers."""
    run(own_nats_cluster, seed=seed, writers=10, rounds=4)


def test_writers_at_once_lose_nothing_on_several_servers(
    nats_cluster: NatsCluster,
) -> None:
    """
    Saves that meet between the servers: one of them counts, for everybody.

    Before 2.9.21 a cluster takes both: how often, is printed.
    """

    async def check() -> None:
        name = new_name()
        async with opened(nats_cluster.urls, *[name] * 3, replicas=3) as stores:
            base = await stores[0].save(a_thread())
            for turn in range(60):
                for store in stores:
                    assert await store.load("q") == base
                results = await asyncio.gather(
                    *(
                        store.save(a_comment(base, f"{turn} {writer}"))
                        for writer, store in enumerate(stores)
                    ),
                    return_exceptions=True,
                )
                (base,) = (found for found in results if isinstance(found, Thread))
                assert sum(isinstance(e, VersionConflictError) for e in results) == 2
            messages = await stored(stores[0])
            print(f"{messages - 61} of 120 rivals were let in")
            async with opened(nats_cluster.urls, name) as (fresh,):
                for store in (*stores, fresh):
                    assert await store.load("q") == base
                    entries = await all_of(store)
                    assert len(entries) == 61
                    assert [e.event for e in entries] == list(await store.history("q"))

    asyncio.run(check())


def test_a_leader_that_steps_down_and_back_stops_no_writer(
    nats_cluster: NatsCluster,
) -> None:
    """
    Leadership goes round while writers meet.

    Before 2.9.21 servers lose track here, if messages were refused after they had
    been ordered; see ``_jetstream_chains``.
    """

    async def check() -> None:
        name = new_name()
        async with opened(nats_cluster.urls, *[name] * 4, replicas=3) as stores:
            thread = await stores[0].save(a_thread())
            leaders = list[str]()
            for turn in range(6):
                leaders.append(await leader(stores[0]))
                await asyncio.gather(
                    *(
                        store.save(a_comment(thread, f"{turn} {writer}"))
                        for writer, store in enumerate(stores)
                    ),
                    return_exceptions=True,
                )
                started = time.monotonic()
                for number in range(5):
                    thread = await stores[turn % 4].load("q")
                    value = a_comment(thread, f"{turn} alone {number}")
                    thread = await stores[turn % 4].save(value)
                assert time.monotonic() - started < 2
                await stores[0]._client.request(
                    f"$JS.API.STREAM.LEADER.STEPDOWN.{name}", b"", timeout=5
                )
                await asyncio.sleep(0.5)
            print(f"leaders: {leaders}")
            assert len(set(leaders)) > 1
            async with opened(nats_cluster.urls, name) as (fresh,):
                assert await fresh.load("q") == thread
                assert thread.version == 1 + 6 * 6

    asyncio.run(check())


def test_large_and_long_threads_are_kept_by_several_servers(
    nats_cluster: NatsCluster,
) -> None:
    """Answers of a megabyte go from server to server on their way to the client."""

    async def check() -> None:
        name = new_name()
        text = "x" * 9_900
        async with opened(nats_cluster.urls, name, name, replicas=3) as (one, two):
            thread = await one.save(a_thread())
            for number in range(4):
                value = thread
                for place in range(95):
                    value = a_comment(value, f"{number} {place} {text}")
                thread = await one.save(value)
            assert await stored(one, "-extra") == 0
            assert await two.load("q") == thread
            assert len(await two.history("q")) == thread.version
            assert len(await all_of(two)) == thread.version

    asyncio.run(check())
