"""What the tests of the JetStream store share; importing it needs nats-py."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from qathread import Thread
from qathread.stores import FeedEntry
from qathread.stores._jetstream_requests import Deadline, Sent
from qathread.stores.jetstream import JetStreamStore

_names = (f"store{number}" for number in count(1))


def new_name() -> str:
    """Return a name that no store of this process has had."""
    return next(_names)


@asynccontextmanager
async def opened(
    servers: str | Sequence[str],
    *names: str,
    replicas: int = 1,
    timeout: float = 15.0,
) -> AsyncIterator[list[JetStreamStore]]:
    """Have a store for each of some names, each with a connection of its own."""
    stores = list[JetStreamStore]()
    try:
        for name in names:
            stores.append(
                await JetStreamStore.open(
                    servers, name=name, replicas=replicas, timeout=timeout
                )
            )
        yield stores
    finally:
        for store in stores:
            await store.close()


async def all_of(store: JetStreamStore, limit: int = 200) -> list[FeedEntry]:
    """Follow the feed from its start to its end."""
    found = list[FeedEntry]()
    while True:
        position = found[-1].position if found else 0
        entries = await store.feed(position, limit)
        if not entries:
            return found
        found += entries


async def ask(store: JetStreamStore, request: str, **arguments: object) -> Any:
    """Ask JetStream itself."""
    return await store._requests.ask(request, arguments, Deadline(30))


async def stored(store: JetStreamStore, stream: str = "") -> int:
    """Return how many messages a stream of the store holds."""
    told = await ask(store, f"STREAM.INFO.{store.name}{stream}")
    return int(told["state"]["messages"])


async def leader(store: JetStreamStore) -> str:
    """Return the name of the server that leads the stream of saves."""
    told = await ask(store, f"STREAM.INFO.{store.name}")
    return str(told["cluster"]["leader"])


def let_rivals_in(store: JetStreamStore) -> None:
    """
    Let the server take what this store sends, also if it comes too late.

    So does a cluster, before 2.9.21, when two writers are at it at once.
    """
    publish = store._requests.publish

    async def careless(
        stream: str, subject: str, data: bytes, deadline: Deadline, *, last: int = 0
    ) -> Sent:
        return await publish(stream, subject, data, deadline)

    vars(store._requests)["publish"] = careless


def texts(thread: Thread) -> list[str]:
    """Return the comments of a thread."""
    return [comment.body.source for comment in thread.comments]
