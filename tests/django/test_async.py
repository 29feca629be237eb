"""The store on an event loop, and in an asynchronous view."""

import asyncio
from typing import ClassVar

import hypothesis
import pytest

pytest.importorskip("django")

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections
from django.test import AsyncClient

from qathread.contrib.django.stores import AsyncDjangoStore, DjangoStore
from qathread.stores import AsyncThreadStore
from qathread.testing._samples import a_thread
from qathread.testing.stores import AsyncThreadStoreContract
from tests.django import _project


def _close(alias: str) -> None:
    """Close the connection of this thread."""
    connections[alias].close()


class TestContract(AsyncThreadStoreContract):
    """
    On SQLite, with a few examples.

    The steps are those of the store that blocks, which is tried with all examples.
    """

    settings: ClassVar[hypothesis.settings] = hypothesis.settings(
        AsyncThreadStoreContract.settings, max_examples=5
    )
    free: ClassVar[list[str]] = []

    @pytest.fixture(autouse=True)
    def place(self) -> None:
        self.taken: dict[int, str] = {}
        _project.template()  # which cannot be made on the loop

    async def make_store(self) -> AsyncThreadStore:
        alias = self.free.pop() if self.free else _project.sqlite()
        await sync_to_async(_project.empty)(alias)
        return self.on(alias)

    async def reopen(self, store: AsyncThreadStore) -> AsyncThreadStore:
        alias = self.taken.pop(id(store))
        await super().close(store)
        await sync_to_async(_close)(alias)
        return self.on(alias)

    async def close(self, store: AsyncThreadStore) -> None:
        await super().close(store)
        alias = self.taken.pop(id(store), None)
        if alias is not None:
            await sync_to_async(_close)(alias)
            self.free.append(alias)

    def on(self, alias: str) -> AsyncThreadStore:
        store = AsyncDjangoStore(alias)
        self.taken[id(store)] = alias
        return store


@pytest.mark.usefixtures("project")
def test_asynchronous_views_change_threads() -> None:
    DjangoStore().save(a_thread())

    async def story() -> None:
        client = AsyncClient()
        posts = [
            client.post("/q/q/comment", {"text": f"number {number}"})
            for number in range(5)
        ]
        answers = await asyncio.gather(*posts)
        assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4, 5, 6]
        lost = await client.post("/q/none/comment", {"text": "lost"})
        assert (lost.status_code, lost.json()["title"]) == (404, "Nothing has that id")

    async_to_sync(story)()
    comments = DjangoStore().load("q").comments
    assert {each.body.source for each in comments} == {f"number {n}" for n in range(5)}
    assert {each.author_id for each in comments} == {":anonymous"}


def test_it_says_what_it_is() -> None:
    assert repr(AsyncDjangoStore()) == "AsyncDjangoStore(using='default')"
