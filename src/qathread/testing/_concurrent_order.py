"""What many at once see: whole versions, in one order, and locks that end."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import pytest

from ..stores import ListsThreads, ReadsFeed
from ._concurrent_base import ConcurrentTests, check_texts
from ._concurrent_jobs import numbered
from ._concurrent_worker import Plain, opened
from ._crew import Job, results, together
from ._samples import a_thread

#: Seconds for which a lock is held that a save should wait for.
_HELD: Final = 0.3


class OrderTests(ConcurrentTests):
    """S8, S9 and S12."""

    # -- S8: isolation -----------------------------------------------------------

    def test_readers_see_whole_versions(self) -> None:
        """Four writers change every part at once; no reader meets a mixture (S8)."""
        place, times = self.arguments(), 5
        self._save(place, numbered("q"))
        with self._workers(place, 6) as workers:
            readers, writers = workers[:2], workers[2:]
            seen: list[Plain] = [0, 0]

            def looks(count: int) -> list[Plain]:
                told: dict[str, Plain] = {"thread_id": "q", "looks": count}
                jobs = [Job("look", {**told, "seen": number}) for number in seen]
                return together(readers, jobs)

            for number, writer in enumerate(writers):
                bump: dict[str, Plain] = {"thread_id": "q", "times": times}
                writer.begin(Job("bump", {**bump, "writer": f"writer {number}"}))
            while any(writer.busy for writer in writers):
                seen = looks(10)
            results(writers)
            ended = looks(1)
            assert ended == [4 * times] * 2, f"readers ended at {ended}"

    def test_a_page_is_one_state(self) -> None:
        """What stands on one page was so at one moment (S8)."""
        place, times = self.arguments(), 12
        with opened(self.factory, place) as store:
            if not isinstance(store, ListsThreads):
                pytest.skip("this store has no find()")
            for thread_id in ("p", "q"):
                store.save(numbered(thread_id))
        both: dict[str, Plain] = {"first": "p", "second": "q"}
        with self._workers(place, 3) as (writer, *readers):
            writer.begin(Job("alternate", {**both, "times": times}))
            looks = [Job("look_at_pages", {**both, "looks": 10})] * 2
            while writer.busy:
                together(readers, looks)
            writer.result()
            ended = together(readers, looks)
            assert ended == [[times, times]] * 2, f"readers ended at {ended}"

    # -- S9: order ---------------------------------------------------------------

    def test_a_follower_of_the_feed_misses_nothing(self) -> None:
        """No event ever appears below one that was seen; saves stand together (S9)."""
        place, large = self.arguments(), 1_000
        with opened(self.factory, place) as store:
            if not isinstance(store, ReadsFeed):
                pytest.skip("this store has no feed()")
        sizes = {"large 1": (1, large), "large 2": (1, large)}
        sizes |= {"small 1": (25, 1), "small 2": (25, 1)}
        with self._workers(place, 6) as workers:
            followers, writers = workers[:2], workers[2:]
            seen: list[list[Any]] = [[], []]

            def follow() -> bool:
                """Let followers go on; tell whether there was something new."""
                jobs = [_following(each) for each in seen]
                new: list[Any] = together(followers, jobs)
                for known, found in zip(seen, new, strict=True):
                    known.extend(found)
                return any(new)

            for writer, (name, (saves, size)) in zip(
                writers, sizes.items(), strict=True
            ):
                told: dict[str, Plain] = {"thread_id": name, "saves": saves}
                writer.begin(Job("append", {**told, "size": size}))
            while any(writer.busy for writer in writers):
                follow()
            results(writers)
            while follow():
                pass
        with opened(self.factory, place) as store:
            assert isinstance(store, ReadsFeed)
            told_last = _all_of(store)
        for each in seen:
            missed = [entry for entry in told_last if entry not in each]
            assert not missed, f"the follower missed {missed[:5]}"
            assert each == told_last, "the follower saw what is not in the feed"
        for name, (saves, size) in sizes.items():
            versions = [version for _, thread, version in told_last if thread == name]
            expected = [*range(1, 2 + saves * size)]
            assert versions == expected, f"the feed tells of {name}: {versions[:50]}"
        # A large save is never cut; the first save of its thread may stand before.
        runs = groupby(told_last, itemgetter(1))
        lengths = [len([*run]) for name, run in runs if name.startswith("large")]
        assert sum(length >= large for length in lengths) == 2, lengths

    # -- S12: locks --------------------------------------------------------------

    def test_a_lock_is_waited_for(self) -> None:
        """Then the save goes through, or it gives up and nothing was saved (S12)."""
        place = self.arguments()
        lock = self._lock(place)
        self._save(place, a_thread())
        with self._workers(place, 1) as [worker]:
            with lock:
                worker.begin(_saving("first"))
                time.sleep(_HELD)  # a longer one would not make it more true
                assert worker.busy, f"it did not wait: {worker.result()}"
            [went, _] = _pair(worker.result())
            assert went == "saved", went
        check_texts(self._texts(place), ["first"])

    def test_a_lock_is_not_waited_for_for_ever(self) -> None:
        """After the store's patience it gives up, with nothing saved (S12)."""
        patience = 1.0
        place = self.arguments(patience)
        lock = self._lock(place)
        self._save(place, a_thread())
        with self._workers(place, 1) as [worker]:
            with lock:
                worker.begin(_saving("second"))
                [went, took] = _pair(worker.result())
            assert went == "busy", went
            assert took >= 0.9 * patience, "it gave up too early"
            assert took < 30 * patience, "it waited much longer than it was told to"
            texts = self._texts(place)
            assert texts == [], f"busy, but saved: {texts}"
            for _ in range(2):  # again with the same op id: it counts once
                [went, _] = _pair(*together([worker], [_saving("second")]))
                assert went == "saved", went
            check_texts(self._texts(place), ["second"])

    def _lock(self, place: Sequence[Plain]) -> AbstractContextManager[object]:
        """Give what keeps everybody from writing, or skip the test."""
        lock = self.hold_write_lock(place)
        if lock is None:
            pytest.skip("give hold_write_lock to test how a lock is waited for")
        return lock


def _following(seen: list[Any]) -> Job:
    position = seen[-1][0] if seen else 0
    return Job("follow_feed", {"position": position, "looks": 10, "limit": 100})


def _saving(text: str) -> Job:
    return Job("save_patiently", {"text": text, "op_id": text})


def _pair(result: Plain) -> tuple[str, float]:
    """Return what ``save_patiently`` told."""
    assert isinstance(result, list)
    went, took = result
    assert isinstance(went, str) and isinstance(took, float)
    return went, took


def _all_of(store: ReadsFeed) -> list[list[Any]]:
    """Return all that the feed tells by now."""
    found: list[list[Any]] = []
    position = 0
    while entries := store.feed(position, 200):
        position = entries[-1].position
        found += (
            [entry.position, entry.event.thread_id, entry.event.version]
            for entry in entries
        )
    return found
