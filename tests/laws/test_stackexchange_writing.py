"""Laws of the dump writer: what comes back is what was written, but for the report."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Thread
from qathread.formats import read, write
from qathread.losses import LossReport
from qathread.testing.strategies import moderated_threads, open_threads, threads
from tests.laws._dump_compare import check

some = settings(max_examples=max(20, settings().max_examples))
few = settings(max_examples=max(10, settings().max_examples // 4))
any_threads = st.one_of(threads(), open_threads(), moderated_threads())


@st.composite
def dump_threads(draw: st.DrawFn) -> Thread:
    """Return threads as they come from a dump."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "dump")
        write(draw(open_threads()), target, "stackexchange")
        with read(target, "stackexchange") as reading:
            found = list(reading)
    assume(found)  # a question that was deleted is in no dump
    return found[0]


def written(several: list[Thread], folder: Path) -> LossReport:
    return write(several, folder, "stackexchange")


@pytest.fixture(scope="module", autouse=True)
def no_sync() -> Iterator[None]:
    """Files need not outlive the test: waiting for the disk takes most of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@some
@given(thread=any_threads)
def test_a_thread_comes_back_but_for_what_the_report_lists(thread: Thread) -> None:
    """Nobody may lose a part of a thread without being told."""
    compare(thread)


@few
@given(thread=moderated_threads(dump_threads()))
def test_a_thread_of_a_dump_may_have_changed(thread: Thread) -> None:
    """Rows that were kept must not speak against what happened since."""
    compare(thread)


def compare(thread: Thread) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "dump")
        report = written([thread], target)
        with read(target, "stackexchange") as reading:
            found = list(reading)
    if any(loss.code == "threads" for loss in report):
        assert not found
        return
    (again,) = found
    check(thread, again, report)


@few
@given(thread=any_threads)
def test_a_dump_that_was_written_is_written_again_byte_for_byte(thread: Thread) -> None:
    """Reading and writing a dump must not wear it down."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        written([thread], first)
        with read(first, "stackexchange") as reading:
            report = write(reading, second, "stackexchange")
        assert not report
        assert contents(first) == contents(second)


@few
@given(several=st.lists(any_threads, min_size=1, max_size=3))
def test_threads_beside_each_other_come_back_as_if_alone(several: list[Thread]) -> None:
    """Ids that two threads share must not mix them up."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "dump")
        report = written(several, target)
        with read(target, "stackexchange") as reading:
            found = list(reading)
        lost = sum(loss.count for loss in report if loss.code == "threads")
        assert len(found) == len(several) - lost
        alone = []
        for place, thread in enumerate(several):
            own = Path(folder, str(place))
            written([thread], own)
            with read(own, "stackexchange") as reading:
                alone += [shape(each) for each in reading]
    assert sorted(map(shape, found)) == sorted(alone)


def shape(thread: Thread) -> str:
    """Return what of a thread does not depend on numbers."""
    texts = sorted(post.body.source for post in thread.posts)
    scores = sorted(str(thread.score(post.id)) for post in thread.posts)
    wordings = sorted(each.body.source for each in thread.revisions)
    question = getattr(thread.root, "title", None), getattr(thread.root, "tags", None)
    return repr((question, texts, scores, wordings, len(thread.bounties)))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
