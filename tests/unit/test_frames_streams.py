"""Tables of what is never in memory as a whole: stores, and Parquet in parts."""

import gc
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine

from qathread import Thread, User, frames, posting
from qathread.errors import (
    MissingExtraError,
    NotFoundError,
    ValidationError,
)
from qathread.stores import (
    MemoryStore,
    SQLiteStore,
    ThreadOrder,
    ThreadQuery,
    ThreadStore,
)
from qathread.stores._folds import _KEPT_THREADS
from qathread.stores.sqlalchemy import SQLAlchemyStore

ADA, AT = User(id="ada"), datetime(2026, 1, 1, tzinfo=UTC)
TABLES: tuple[frames.TableName, ...] = get_args(frames.TableName)


def asked(name: str) -> Thread:
    thread = posting.ask(name, title=name, body="?", by=ADA, at=AT)
    return posting.answer(thread, "So.", by=User(id="bo"), at=AT)


class Passing:
    """Threads made one after the other, of which it knows how many still live."""

    def __init__(self, number: int) -> None:
        self.most = 0
        self._number = number

    def __iter__(self) -> Iterator[Thread]:
        for number in range(self._number):
            name = f"passing-{number:04}"
            if number % 5 == 4:  # looking through everything takes its time
                self.most = max(self.most, living())
            yield asked(name)


def living() -> int:
    """How many threads called so there are, in this process."""
    return sum(
        isinstance(each, Thread) and each.id.startswith("passing-")
        for each in gc.get_objects()
    )


def memory(path: Path) -> AbstractContextManager[ThreadStore]:
    return nullcontext(MemoryStore())


def sqlite(path: Path) -> AbstractContextManager[ThreadStore]:
    return SQLiteStore(path / "threads.db")


@contextmanager
def sqlalchemy(path: Path) -> Iterator[ThreadStore]:
    engine = create_engine(f"sqlite:///{path / 'alchemy.db'}")
    store = SQLAlchemyStore(engine)
    store.create_all()
    yield store
    engine.dispose()


stores = pytest.mark.parametrize("opened", [memory, sqlite, sqlalchemy])


@stores
def test_a_store_as_tables(
    opened: Callable[[Path], AbstractContextManager[ThreadStore]], tmp_path: Path
) -> None:
    """The same rows as of the threads themselves, in the order of their ids."""
    given = [asked(name) for name in ("c", "a", "b")]
    # Lists leave it out; tables do not.
    alone = posting.ask("d", title="d", body="?", by=ADA, at=AT)
    given.append(posting.delete(alone, "d.1", by=ADA, at=AT))
    with opened(tmp_path) as store:
        for thread in given:
            store.save(thread)
        wanted = sorted(given, key=lambda thread: thread.id)
        for name in TABLES:
            maker = getattr(frames, name)
            assert maker(frames.stored(store)) == maker(wanted)
        oldest = ThreadQuery(tags=("none",), order=ThreadOrder.OLDEST)
        assert list(frames.stored(store, oldest)) == []
        first = ThreadQuery(text="a")
        assert frames.threads(frames.stored(store, first))["thread_id"] == ("a",)


@stores
def test_more_threads_than_a_page_of_a_list(
    opened: Callable[[Path], AbstractContextManager[ThreadStore]], tmp_path: Path
) -> None:
    names = [f"t{number:03}" for number in range(203)]
    with opened(tmp_path) as store:
        for name in names:
            store.save(posting.ask(name, title=None, body="?", by=ADA, at=AT))
        assert frames.posts(frames.stored(store))["thread_id"] == tuple(names)
        query = ThreadQuery(order=ThreadOrder.ID)
        assert len(frames.posts(frames.stored(store, query))) == len(names)


def test_of_a_store_no_thread_is_held(tmp_path: Path) -> None:
    """One is in use, one is behind it, and the store has eight at hand itself."""
    with SQLiteStore(tmp_path / "threads.db") as store:
        for thread in Passing(40):
            store.save(thread)
        del thread
        most = 0

        def watched() -> Iterator[Thread]:
            nonlocal most
            for thread in frames.stored(store):
                if thread.id.endswith("9"):
                    most = max(most, living())
                yield thread

        assert len(frames.posts(watched())) == 80
    assert 1 <= most <= _KEPT_THREADS + 3 < 40


@pytest.mark.parametrize("name", TABLES)
def test_of_what_becomes_a_file_no_thread_is_held(
    name: frames.TableName, tmp_path: Path
) -> None:
    """Nor is more than a row group of the table."""
    passing = Passing(40)
    path = tmp_path / "table.parquet"
    count = frames.write_parquet(passing, path, name, rows=16)
    assert 1 <= passing.most <= 3
    file = pq.ParquetFile(path)
    groups = file.metadata.num_row_groups
    sizes = [file.metadata.row_group(at).num_rows for at in range(groups)]
    assert sum(sizes) == count and sizes[:-1] == [16] * (groups - 1)
    assert frames.from_frame(pl.read_parquet(path)) == getattr(frames, name)(
        Passing(40)
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_file_without_rows_has_the_columns(name: frames.TableName) -> None:
    out = io.BytesIO()
    assert frames.write_parquet([], out, name) == 0
    assert frames.from_frame(pl.read_parquet(out.getvalue())) == getattr(frames, name)(
        []
    )
    assert list(frames.batches([], name)) == []


def test_a_store_that_went_on(tmp_path: Path) -> None:
    """A thread that is gone when its turn comes is passed over."""

    class Losing(MemoryStore):
        def load(self, thread_id: str, version: int | None = None) -> Thread:
            if thread_id == "b":
                raise NotFoundError("b went")
            return super().load(thread_id, version)

    store = Losing()
    for name in ("a", "b", "c"):
        store.save(asked(name))
    assert [thread.id for thread in frames.stored(store)] == ["a", "c"]


def test_what_no_store_of_ours_offers() -> None:
    """A store of somebody else's needs a list or a feed."""
    inner = MemoryStore()
    for name in ("b", "a"):
        inner.save(asked(name))

    class Loads:
        def load(self, thread_id: str, version: int | None = None) -> Thread:
            return inner.load(thread_id, version)

    class Feeds(Loads):
        def feed(self, after: int = 0, limit: int = 50) -> Any:
            return inner.feed(after, limit)

    assert [thread.id for thread in frames.stored(Feeds())] == ["b", "a"]
    for store, query in ((Loads(), None), (Feeds(), ThreadQuery())):
        with pytest.raises(ValidationError, match=r"has no find\(\)"):
            frames.stored(store, query)


def test_arguments_are_checked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "posts.parquet"
    with pytest.raises(NotFoundError, match="no table 'badges': give one of posts, "):
        frames.batches([], "badges")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="rows is 0"):
        frames.batches([], rows=0)
    with pytest.raises(NotFoundError):
        frames.write_parquet([], path, "badges")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=r"\[thread\]"):
        frames.write_parquet(asked("a"), path)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"qathread\[arrow\]"):
        frames.write_parquet([], path)
    assert not list(tmp_path.iterdir())
