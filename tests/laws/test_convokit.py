"""Laws of ConvoKit corpora: what is written comes back, and ConvoKit loads it."""

import json
import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Thread
from qathread.formats import read, write
from qathread.losses import LossReport
from qathread.testing.strategies import moderated_threads, open_threads, threads
from tests.unit._matrix import differing, without

any_threads = st.one_of(threads(), open_threads(), moderated_threads())
some = settings(max_examples=max(30, settings().max_examples))
few = settings(max_examples=max(15, settings().max_examples // 4))


@pytest.fixture(scope="module", autouse=True)
def no_sync() -> Iterator[None]:
    """Files need not outlive the test: waiting for the disk takes most of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


def codes(report: LossReport) -> set[str]:
    return {loss.code for loss in report if not loss.harmless}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def returned(several: Sequence[Thread]) -> tuple[list[Thread], set[str], set[str]]:
    """Write and read threads; return them, what got lost, and what was repaired."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "corpus")
        report = write(several, target, "convokit")
        reading = read(target, "convokit")
        return list(reading), codes(report), codes(reading.report)


@some
@given(thread=any_threads)
def test_a_thread_comes_back_but_for_what_the_report_lists(thread: Thread) -> None:
    """Nobody may lose a part of a thread without being told."""
    found, lost, repaired = returned([thread])
    if not thread.posts:
        assert "threads" in lost and not found
        return
    assert not repaired
    (again,) = found
    assert not list(differing(without(thread, lost), without(again, lost)))
    assert lost <= {"version", "deleted-text", "revisions", "suggestions"}


@few
@given(thread=any_threads)
def test_each_loss_that_is_reported_is_one(thread: Thread) -> None:
    """A report that cries wolf is not read."""
    assume(thread.posts)
    (again,), lost, _ = returned([thread])
    if "deleted-text" in lost:
        lost.discard("revisions")  # those of deleted posts go with it
    for code in lost - {"version", "deleted-text"}:
        others = lost - {code}
        assert without(thread, others) != without(again, others), code


@few
@given(several=st.lists(any_threads, min_size=1, max_size=3))
def test_threads_in_one_corpus_come_back_as_if_alone(several: list[Thread]) -> None:
    """Ids that two threads share must not mix them up, nor people of one id."""
    several = [thread for thread in several if thread.posts]
    found, _, _ = returned(several)
    alone = [returned([thread])[0][0] for thread in several]
    assert found == alone


@few
@given(thread=any_threads)
def test_a_corpus_that_was_written_is_written_again_byte_for_byte(
    thread: Thread,
) -> None:
    """Reading and writing a corpus must not wear it down."""
    assume(thread.posts)
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        write([thread], first, "convokit")
        with read(first, "convokit") as reading:
            assert not codes(write(reading, second, "convokit"))
        assert contents(first) == contents(second)


# -- corpora of others ---------------------------------------------------------------

short = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)
values = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), short, st.just([1]))
metas = st.dictionaries(
    st.sampled_from(["score", "a", "gilded", "type", "tags"]), values, max_size=3
)


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, Any]:
    """Return corpora with whatever replies to whatever, in any order."""
    count = draw(st.integers(1, 8))
    names = [f"u{n}" for n in range(count)]
    utterances = []
    for name in names:
        group = draw(st.sampled_from(["u0", "c1"]))
        utterances.append(
            {
                "id": name,
                "conversation_id": group,
                "text": draw(short),
                "speaker": draw(st.sampled_from(["ada", "bob", "[deleted]"])),
                "meta": draw(metas),
                "reply-to": draw(st.none() | st.sampled_from([*names, "gone"])),
                "timestamp": draw(
                    st.none()
                    | st.integers(0, 10**9)
                    | st.just("12")
                    | st.just(1.5)
                    | st.just(3.0)
                ),
                "vectors": draw(st.sampled_from([[], ["bert"]])),
            }
        )
    groups = {each["conversation_id"] for each in utterances}
    record = st.fixed_dictionaries({"meta": metas, "vectors": st.just([])})
    return {
        "utterances": utterances,
        "conversations": {
            group: {"meta": {"title": "?", **draw(metas)}, "vectors": []}
            for group in groups
        },
        "speakers": {
            name: draw(record) for name in ("ada", "bob", "[deleted]", "idle")
        },
        "corpus": draw(metas),
    }


def saved(corpus: dict[str, Any], folder: Path) -> Path:
    folder.mkdir()
    lines = (json.dumps(each) + "\n" for each in corpus["utterances"])
    (folder / "utterances.jsonl").write_text("".join(lines))
    for name in ("conversations", "speakers", "corpus"):
        (folder / f"{name}.json").write_text(json.dumps(corpus[name]))
    return folder


def loaded(folder: Path) -> dict[str, Any]:
    found = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in ("conversations", "speakers", "corpus")
    }
    lines = (folder / "utterances.jsonl").read_text().splitlines()
    utterances = sorted(map(json.loads, lines), key=lambda each: str(each["id"]))
    return {**found, "utterances": utterances}


@some
@given(corpus=corpora())
def test_a_corpus_of_others_is_written_again_as_it_was(corpus: dict[str, Any]) -> None:
    """What the model has no place for is kept, cycles and orphans included."""
    with tempfile.TemporaryDirectory() as folder:
        first = saved(corpus, Path(folder, "first"))
        second = Path(folder, "second")
        with read(first, "convokit") as reading:
            assert not codes(write(reading, second, "convokit"))
        assert loaded(second) == loaded(first)


@few
@given(corpus=corpora(), seed=st.integers(0, 99))
def test_the_order_of_utterances_changes_nothing(
    corpus: dict[str, Any], seed: int
) -> None:
    """Those of one conversation need not stand together."""
    with tempfile.TemporaryDirectory() as folder:
        first = list(read(saved(corpus, Path(folder, "first")), "convokit"))
        random.Random(seed).shuffle(corpus["utterances"])
        second = list(read(saved(corpus, Path(folder, "second")), "convokit"))
    key = str
    assert sorted(first, key=key) == sorted(second, key=key)
