"""Real answers of the Reddit API and real lines of dumps, whole."""

import io
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qathread import Thread, to_json, trees
from qathread.formats import read, sniff, write
from qathread.formats.reddit_dump import _decoding


def folder_of(shared: Path, name: str) -> Path:
    folder = shared / "data" / "formats" / name
    if not folder.is_dir():
        pytest.skip(f"no samples in {folder}")
    return folder


@pytest.fixture(scope="module")
def pages(shared: Path) -> Path:
    return folder_of(shared, "reddit_api")


@pytest.fixture(scope="module")
def dumps(shared: Path) -> Path:
    return folder_of(shared, "reddit_dump")


@pytest.fixture
def whole(pages: Path, tmp_path: Path) -> Path:
    """One thread as it was asked for: its page, and 18 answers of more."""
    for path in pages.glob("3hahrw*.json"):
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


# -- one thread from many answers --------------------------------------------------


def test_a_page_and_its_answers_are_one_thread(whole: Path) -> None:
    with read(whole, "reddit", strict=True) as reading:
        (thread,) = reading
        report = {loss.code: loss.count for loss in reading.report}
    assert len(thread.comments) == 541
    origin = thread.question.provenance
    assert origin is not None
    assert origin.declared == (("comments", 543),)
    (left,) = thread.stubs  # two of nine never came
    assert (left.id, left.parent_id, left.count) == ("more:t1_cu5tt8h", "t3_3hahrw", 9)
    assert left.child_ids == ("t1_cu5tkk4", "t1_cu5tpek")
    assert report == {"repeated": 12}
    assert thread.score("t3_3hahrw") == 11703
    assert max(trees.depth(thread, post.id) for post in thread.comments) == 12
    gone = [p for p in thread.comments if thread.author(p.id).id.startswith("gone:")]
    assert (len(gone), sum(not post.stands for post in gone)) == (16, 6)


def test_files_under_other_names_give_the_same_thread(
    whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (thread,) = read(whole, "reddit")
    order = random.Random(5)
    paths = sorted(whole.iterdir())
    for _ in range(3):
        order.shuffle(paths)
        folder = tmp_path_factory.mktemp("renamed")
        for place, path in enumerate(paths):
            shutil.copyfile(path, folder / f"{place}.json")
        (again,) = read(folder, "reddit")
        assert to_json(again) == to_json(thread)


def test_answers_read_apart_merge_to_the_same_posts(whole: Path) -> None:
    (thread,) = read(whole, "reddit")
    merged: Thread | None = None
    for path in sorted(whole.iterdir(), reverse=True):
        (part,) = read(path, "reddit", strict=True)
        merged = part if merged is None else trees.merge(merged, part)
    assert merged is not None
    assert list(merged.posts) == list(thread.posts)
    assert merged.content.tallies == thread.content.tallies
    assert merged.content.users == thread.content.users
    below = [stub for stub in merged.stubs if stub.id.startswith("below:")]
    assert len(below) == 6  # a merge cannot know that these were answered
    assert tuple(s for s in merged.stubs if s not in below) == thread.stubs


def test_a_listing_of_things_gives_a_thread_for_each_submission(pages: Path) -> None:
    path = pages / "info_mixed_t1_t3_t5_a.json"
    with read(path, strict=True) as reading:
        threads = list(reading)
        report = {loss.code: loss.count for loss in reading.report}
    assert reading.format == "reddit"
    posts = [post for thread in threads for post in thread.posts]
    assert len(posts) == 34 + 32
    assert report["subreddit"] == 30
    assert report["root-missing"] == len(threads) - 32
    hidden = [t for t in threads if t.root.id in t and t.score(t.root.id) is None]
    assert len(hidden) == 32  # all are too new to show it
    marked = {post.id for post in posts if not post.stands}
    assert marked == {"t1_d7ltv31", "t3_5dec01", "t3_5dec18", "t3_5dec21", "t3_5dec30"}


def test_every_sample_is_known_by_its_content(pages: Path, dumps: Path) -> None:
    for path in sorted(pages.glob("*.json")):
        assert sniff(path) == "reddit", path.name
    for path in sorted(dumps.glob("*.ndjson")):
        assert sniff(path) == "reddit-dump", path.name


# -- dumps -------------------------------------------------------------------------


def objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def ordered(several: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in several)


@pytest.mark.parametrize(
    ("name", "posts", "down"),
    [("RC_2024-02_sample.ndjson", 14, 4), ("RS_2024-02_sample.ndjson", 16, 3)],
)
def test_lines_of_all_years_come_back_as_they_were(
    dumps: Path, name: str, posts: int, down: int
) -> None:
    """They spell times as whole numbers, texts and floats."""
    threads = list(read(dumps / name, strict=True))
    found = [post for thread in threads for post in thread.posts]
    assert (len(found), sum(not post.stands for post in found)) == (posts, down)
    assert all(post.created_at is not None for post in found)
    out = io.BytesIO()
    assert not write(threads, out, "reddit-dump", strict=True)
    again = [json.loads(line) for line in out.getvalue().splitlines()]
    assert ordered(again) == ordered(objects(dumps / name))
    assert list(read(out.getvalue(), "reddit-dump")) == threads


def test_second_looks_tell_of_deletions(dumps: Path) -> None:
    threads = list(read(dumps / "RS_2024-02_sample.ndjson"))
    later = [t.question for t in threads if t.question.deleted is not None]
    assert len(later) == 2
    assert all(post.author_name and post.removed is None for post in later)
    (removed,) = (t.question for t in threads if t.question.removed is not None)
    assert removed.body.source == "[removed]"


def test_a_folder_of_both_kinds_is_one_dump(dumps: Path, tmp_path: Path) -> None:
    for path in dumps.glob("*.ndjson"):
        shutil.copyfile(path, tmp_path / path.name)
    with read(tmp_path, strict=True) as reading:
        threads = list(reading)
    assert reading.format == "reddit-dump"
    assert sum(map(len, threads)) == 30
    assert len(threads) == 30  # none of the comments is on one of the submissions


def test_real_lines_take_the_fast_way(dumps: Path) -> None:
    """Else the figures for speed say nothing of real dumps."""
    lines = [
        line
        for path in dumps.glob("*.ndjson")
        for line in path.read_bytes().splitlines()
    ]
    slow = [line for line in lines if _decoding.decoded(line, 200) is None]
    assert len(lines) == 30
    assert len(slow) <= 1


def converted(path: Path) -> Iterator[tuple[Thread, Thread]]:
    threads = list(read(path, "reddit"))
    out = io.BytesIO()
    report = write(threads, out, "reddit-dump")
    assert {loss.code for loss in report} <= {"stubs"}
    again = {thread.id: thread for thread in read(out.getvalue(), "reddit-dump")}
    for thread in threads:
        yield thread, again[thread.id]


def test_what_the_api_says_fits_a_dump_but_for_places_of_more(pages: Path) -> None:
    for path in sorted(pages.glob("*.json")):
        for thread, again in converted(path):
            assert list(again.posts) == list(thread.posts)
            assert again.content.tallies == thread.content.tallies
            assert again.content.users == thread.content.users
            assert (again.status, again.links) == (thread.status, thread.links)
