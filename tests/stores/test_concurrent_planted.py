"""The contract for many at once finds faults that were planted into a sound store."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest

from qathread.testing._concurrent_worker import Plain
from qathread.testing._crew import Crew, Job, Worker, crew, together
from qathread.testing.stores import ConcurrentStoreContract
from tests.stores import _planted_concurrent as planted

_MODULE = planted.__name__


class InOneFile(ConcurrentStoreContract):
    """A fresh file for each store."""

    paths: Iterator[str]

    def arguments(self, patience: float = 60.0) -> Sequence[str | float]:
        return [next(self.paths), patience]

    @contextmanager
    def hold_write_lock(self, arguments: Sequence[object]) -> Iterator[None]:
        with closing(sqlite3.connect(str(arguments[0]), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


class TestSound(InOneFile):
    factory = f"{_MODULE}:Sound"

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.paths = (str(tmp_path / f"{number}.db") for number in count())

    def test_a_page_is_one_state(self) -> None:
        """The contract leaves out what this store does not have."""
        with pytest.raises(pytest.skip.Exception, match="no find"):
            super().test_a_page_is_one_state()


@pytest.fixture(scope="module", autouse=True)
def no_process_stays() -> Iterator[None]:
    """End the processes after the tests that are no methods."""
    yield
    crew.close()


@pytest.mark.parametrize(
    ("store", "test", "told"),
    [
        (
            planted.ChecksTheVersionOutside,
            InOneFile.test_no_update_is_lost,
            "lost: ",
        ),
        (
            planted.ChecksTheVersionOutside,
            InOneFile.test_a_new_thread_has_one_first_save,
            "not one first save",
        ),
        (
            planted.TakesThePositionAtTheStart,
            InOneFile.test_a_follower_of_the_feed_misses_nothing,
            "the follower missed",
        ),
        (
            planted.MergesWhatConflicts,
            InOneFile.test_one_vote_is_counted_once,
            r"VoteCast\) does not fit|votes by",
        ),
        (
            planted.MergesWhatConflicts,
            InOneFile.test_rules_hold_on_the_state_that_is_written_to,
            "a vote after the",
        ),
        (
            planted.ChecksOpIdsOutside,
            InOneFile.test_a_new_thread_is_opened_once_by_one_op_id,
            "one op id, but",
        ),
        (
            planted.CommitsEachEvent,
            InOneFile.test_readers_see_whole_versions,
            "parts of several versions",
        ),
        (
            planted.GivesUpAtOnce,
            InOneFile.test_a_lock_is_waited_for,
            "it did not wait",
        ),
        (
            planted.GivesUpAtOnce,
            InOneFile.test_a_lock_is_not_waited_for_for_ever,
            "gave up too early",
        ),
    ],
)
def test_a_fault_is_found(
    store: type[planted.Sound], test: object, told: str, tmp_path: Path
) -> None:
    class Planted(InOneFile):
        factory = f"{_MODULE}:{store.__name__}"
        paths = (str(tmp_path / f"{number}.db") for number in count())

    assert callable(test)
    with pytest.raises(AssertionError, match=told):
        test(Planted())


# -- the processes themselves ----------------------------------------------------

_COMMENT = Job("comment", {"thread_id": "q", "writer": "ada", "times": 1})


def after_failure(
    store: type[planted.Sound], path: Path, crew: Crew
) -> tuple[str, bool]:
    """Let two processes use a store; return what is told, and if one is left."""
    place: list[Plain] = [str(path), 60.0]
    workers = list[Worker]()
    with (
        pytest.raises(AssertionError) as failure,
        crew.at(f"{_MODULE}:{store.__name__}", place, 2) as found,
    ):
        workers += found
        together(workers, [_COMMENT] * 2)
    return str(failure.value), any(worker.alive for worker in workers)


def test_a_process_that_hangs_tells_where(tmp_path: Path) -> None:
    told, left = after_failure(planted.Hangs, tmp_path / "q.db", Crew(limit=4.0))
    assert "2 of 2 processes failed" in told
    assert "Timeout" in told and "_planted_concurrent.py" in told and "in load" in told
    assert not left


def test_a_process_that_ends_tells_what_it_printed(tmp_path: Path) -> None:
    told, left = after_failure(planted.EndsTheProcess, tmp_path / "q.db", Crew())
    assert "has ended with 3" in told and "going down" in told
    assert not left


def test_a_process_that_raises_tells_its_traceback(tmp_path: Path) -> None:
    told, left = after_failure(planted.Sound, tmp_path / "q.db", Crew())
    assert "NotFoundError: no thread 'q'" in told and "in load" in told
    assert not left


def test_processes_that_are_busy_do_not_stay(tmp_path: Path) -> None:
    """Also those that are at something when the test itself fails."""
    crew = Crew()
    place: list[Plain] = [str(tmp_path / "q.db"), 60.0]
    workers = list[Worker]()
    with (
        pytest.raises(ZeroDivisionError),
        crew.at(f"{_MODULE}:Hangs", place, 2) as found,
    ):
        workers += found
        for worker in workers:
            worker.begin(_COMMENT)
        raise ZeroDivisionError
    assert len(workers) == 2
    assert not any(worker.alive for worker in workers)
