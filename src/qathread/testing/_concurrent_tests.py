"""What a store promises to many at once: S8, S9, S12, S14, V1 and V3."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import pytest

from .. import posting
from ..events import (
    AnswerAccepted,
    Event,
    LockImposed,
    PostDeleted,
    VoteCast,
    VoteChanged,
    replay,
)
from ..stores import ListsThreads, ThreadQuery
from ._concurrent_base import PROCESSES, check_texts
from ._concurrent_jobs import changed, commenting
from ._concurrent_order import OrderTests
from ._concurrent_worker import Plain, opened
from ._crew import Job, together
from ._samples import ADA, START, a_comment, a_thread
from ._store_tests import assert_stored

_THREADS: Final = 16
#: Threads on which a race is run, one after the other.
_SEVERAL: Final = ("q0", "q1", "q2", "q3", "q4")


class ConcurrentStoreContract(OrderTests):
    """
    The promises of a store to many processes and threads at once.

    Subclass, name a function that opens the store and that other processes can
    import, return its arguments from ``arguments``, run pytest. The processes are
    real ones; each opens the store for itself. For a store in a file ``open_store``
    of the module ``tests.opening`` might be ``return MyStore(path, wait=patience)``,
    and the class::

        class TestMyStore(ConcurrentStoreContract):
            factory = "tests.opening:open_store"

            @pytest.fixture(autouse=True)
            def folder(self, tmp_path_factory):
                self.new_folder = lambda: tmp_path_factory.mktemp("store")

            def arguments(self, patience=60.0):
                return [str(self.new_folder() / "threads"), patience]

    A store that others can be kept out of also overrides ``hold_write_lock``.

    Attributes:
        factory: What opens a store, as ``"module:function"``. A coroutine function
            opens an asynchronous store.
    """

    # -- nothing lost, nothing doubled -------------------------------------------

    def test_no_update_is_lost(self) -> None:
        """Eight processes write to one thread; each comment is there once."""
        place, times = self.arguments(), 6
        self._save(place, a_thread())
        names = [f"writer {number}" for number in range(PROCESSES)]
        jobs = [
            Job("comment", {"thread_id": "q", "writer": name, "times": times})
            for name in names
        ]
        with self._workers(place) as workers:
            together(workers, jobs)
        texts = self._texts(place)
        check_texts(texts, [f"{n} {i}" for n in names for i in range(times)])
        for name in names:
            own = [text for text in texts if text.startswith(f"{name} ")]
            assert own == [f"{name} {i}" for i in range(times)], f"out of order: {own}"

    def test_a_new_thread_has_one_first_save(self) -> None:
        """Of eight who open one thread, one does; the others are told (S1)."""
        place = self.arguments()
        titles = [f"title {number}" for number in range(PROCESSES)]
        with opened(self.factory, place) as store, self._workers(place) as workers:
            for thread_id in _SEVERAL:
                told = together(
                    workers, [_opening(thread_id, title) for title in titles]
                )
                assert told.count(1) == 1, f"not one first save: {told}"
                assert told.count([thread_id, None, 1]) == PROCESSES - 1, told
                title = store.load(thread_id).question.title
                winner = titles[told.index(1)]
                assert title == winner, f"{winner} was saved, {title} is stored"
                assert len(store.history(thread_id)) == 1, "several first saves"

    def test_a_new_thread_is_opened_once_by_one_op_id(self) -> None:
        """Eight who send the same first save all get its answer (S1)."""
        place = self.arguments()
        with self._remembering(place) as store, self._workers(place) as workers:
            for thread_id in _SEVERAL:
                jobs = [_opening(thread_id, "Why?", f"op {thread_id}")] * PROCESSES
                told = together(workers, jobs)
                assert told == [1] * PROCESSES, f"one op id, but {told}"
                assert len(store.history(thread_id)) == 1, "several first saves"

    def test_one_vote_is_counted_once(self) -> None:
        """Eight processes cast one vote, with one op id and with eight (V1)."""
        place = self.arguments()
        with self._remembering(place) as store, self._workers(place) as workers:
            for thread_id in _SEVERAL:
                store.save(a_thread(thread_id))
                one = [thread_id] * PROCESSES
                several = [f"{thread_id} {number}" for number in range(PROCESSES)]
                for voter, op_ids, answer in (
                    ("bo", one, [2, 1]),
                    ("cy", several, [3, 2]),
                ):
                    options = {"thread_id": thread_id, "voter": voter}
                    jobs = [Job("vote", {**options, "op_id": each}) for each in op_ids]
                    told = together(workers, jobs)
                    log = store.history(thread_id)
                    voters = [each.by.id for each in log if isinstance(each, VoteCast)]
                    assert voters.count(voter) == 1, f"votes by {voters}"
                    assert told == [answer] * PROCESSES, f"one vote, but {told}"
                thread = store.load(thread_id)
                assert_stored(thread, replay(store.history(thread_id)))
                assert thread.version == 3
                assert thread.score(thread.root.id) == 2

    # -- V3: rules ---------------------------------------------------------------

    def test_rules_hold_on_the_state_that_is_written_to(self) -> None:
        """No vote or acceptance ever comes after a deletion or a lock (V3)."""
        place, posts = self.arguments(), ["a1", "a2", "a3"]
        thread = a_thread()
        for post in posts:
            thread = posting.answer(thread, "Thus.", by=ADA, at=START, id=post)
        self._save(place, thread)
        voters = [f"voter {number}" for number in range(5)]
        worked = Counter[str]()
        with self._workers(place, 7) as workers:
            for post in posts:
                told: dict[str, Plain] = {"thread_id": "q", "post": post}
                votes = [_voting(post, voter) for voter in voters]
                ends = [Job("accept_answer", told), Job("delete_post", told)]
                *cast, _, _ = together(workers, [*votes, *ends])
                worked.update(_counts(voters, cast))
                # Now that it is gone nobody gets through.
                *cast, accepted = together(workers[:-1], [*votes, ends[0]])
                assert cast == [0] * len(voters), f"deleted, but votes: {cast}"
                assert accepted is False, "deleted, but accepted"
            votes = [_voting("q.1", voter) for voter in voters]
            lock = Job("lock_thread", {"thread_id": "q"})
            *cast, _ = together(workers[:-1], [*votes, lock])
            worked.update(_counts(voters, cast))
            cast = together(workers[: len(voters)], votes)
            assert cast == [0] * len(voters), f"locked, but votes: {cast}"
        with opened(self.factory, place) as store:
            log = store.history("q")
            assert_stored(store.load("q"), replay(log))
        votes_kept = _votes_before_the_end(log)
        assert votes_kept == +worked, f"saved {worked}, but stored {votes_kept}"
        gone = {event.post_id for event in log if isinstance(event, PostDeleted)}
        assert gone == {*posts}, f"deleted {posts}, but gone are {gone}"

    # -- S14: threads and forks --------------------------------------------------

    def test_many_threads_use_one_store(self) -> None:
        """One object serves sixteen threads (S14)."""
        place, times = self.arguments(), 3
        with opened(self.factory, place) as store:
            store.save(a_thread())
            begin = Barrier(_THREADS)

            def use(number: int) -> None:
                begin.wait(60)
                name = f"thread {number}"
                own = store.save(a_thread(name))
                for turn in range(times):
                    text = f"{name}: {turn}"
                    saved = changed(store, "q", commenting(text))
                    assert store.load("q").version >= saved.version
                    own = store.save(a_comment(own, text))
                    assert_stored(store.load(name), own)
                    assert len(store.history(name)) == turn + 2
                    if isinstance(store, ListsThreads):
                        ids = {each.id for each in store.find(ThreadQuery()).items}
                        assert {"q", name} <= ids

            with ThreadPoolExecutor(_THREADS) as pool:
                for _ in pool.map(use, range(_THREADS)):
                    pass
        expected = [f"thread {n}: {i}" for n in range(_THREADS) for i in range(times)]
        check_texts(self._texts(place), expected)

    def test_a_forked_process_goes_its_own_way(self) -> None:
        """What was open before a fork is not used by both sides after it (S14)."""
        place, times = self.arguments(), 10
        with opened(self.factory, place) as store:
            if hasattr(store, "store"):  # one that blocks, around an asynchronous one
                pytest.skip("an event loop does not survive a fork")
            store.save(a_thread())
        with self._workers(place, 1) as workers:
            [status] = together(workers, [Job("fork", {"times": times})])
            if status is None:
                pytest.skip("processes cannot fork here")
            printed = workers[0].printed()
            assert status == 0, f"the forked process ended with {status}:\n{printed}"
        sides = ("child", "parent")
        expected = [f"{name} {number}" for name in sides for number in range(times)]
        check_texts(self._texts(place), ["before", *expected])


def _opening(thread_id: str, title: str, op_id: str | None = None) -> Job:
    return Job("open_thread", {"thread_id": thread_id, "title": title, "op_id": op_id})


def _voting(post: str, voter: str) -> Job:
    options: dict[str, Plain] = {"thread_id": "q", "post": post, "voter": voter}
    return Job("cast_votes", {**options, "times": 4})


def _counts(voters: list[str], cast: list[Plain]) -> dict[str, int]:
    counts = dict[str, int]()
    for voter, count in zip(voters, cast, strict=True):
        assert isinstance(count, int)
        counts[voter] = count
    return counts


def _votes_before_the_end(log: Sequence[Event]) -> Counter[str]:
    """Count votes by voter; none may come after its post or thread was closed."""
    gone, locked = set[str](), False
    votes = Counter[str]()
    for event in log:
        match event:
            case VoteCast() | VoteChanged():
                assert event.post_id not in gone, f"a vote after the deletion: {event}"
                assert not locked, f"a vote after the lock: {event}"
                votes[event.by.id] += 1
            case AnswerAccepted():
                assert event.post_id not in gone, f"accepted when deleted: {event}"
            case PostDeleted():
                gone.add(event.post_id)
            case LockImposed():
                locked = True
            case _:
                pass
    assert locked
    return votes
