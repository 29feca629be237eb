"""The commands rank, pairs and validate: what they print, against the library."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qathread import UP, Thread, User, posting, preferences, ranking, voting
from qathread.cli import run
from qathread.formats import write
from tests.unit._cli_dumps import PAGE, set_plain

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ["rank", "thread_id", "post_id", "key", "author", "title", "reason"]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    set_plain(monkeypatch)


@pytest.fixture
def threads() -> list[Thread]:
    """Three questions with 0, 2 and 1 votes, each with three answers."""
    people = [User(id=f"u{n}", name=f"=U{n}") for n in range(6)]
    found = []
    for n in range(3):
        at = NOW - timedelta(days=n)
        thread = posting.ask(
            f"t{n}", title=f"=Title {n}", body="?", by=people[n], at=at
        )
        for text in ("one two three four", "five six seven", "Eight."):
            thread = posting.answer(thread, text, by=people[3], at=at)
        for voter in people[: (n * 2) % 3]:
            thread = voting.cast(thread, thread.root.id, UP, by=voter, at=at)
            thread = voting.cast(thread, f"t{n}.3", UP, by=voter, at=at)
        found.append(thread)
    return found


@pytest.fixture
def source(threads: list[Thread], tmp_path: Path) -> str:
    path = tmp_path / "threads.jsonl"
    write(threads, path)
    return str(path)


@pytest.fixture
def printed(
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    def call(*words: str) -> tuple[int, str, str]:
        status = run(words)
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.mark.parametrize("by", ["score", "newest", "wilson_lower", "reddit_hot"])
@pytest.mark.parametrize("answers", [False, True])
def test_rank_prints_what_the_library_orders(
    by: str, answers: bool, source: str, threads: list[Thread], printed: Any
) -> None:
    words = ["rank", source, "--by", by, "--now", NOW.isoformat(), "--limit", "2"]
    status, out, _ = printed(*words, *(["--answers"] if answers else []))
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    wanted = []
    if answers:
        for thread in threads:
            ranked = ranking.order(thread.answers, thread=thread, by=by, now=NOW)
            wanted += [(thread.id, post.id) for post in ranked[:2]]
    else:
        ordered = ranking.order(threads, by=by, now=NOW)
        wanted = [(thread.id, thread.root.id) for thread in ordered[:2]]
    assert [(row["thread_id"], row["post_id"]) for row in rows] == wanted
    assert [list(row) for row in rows] == [COLUMNS] * len(rows)


def test_rank_in_all_formats(source: str, printed: Any) -> None:
    _, lines, _ = printed("rank", source)
    rows = [json.loads(line) for line in lines.splitlines()]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    _, whole, _ = printed("rank", source, "--format", "json")
    assert json.loads(whole) == rows
    _, text, _ = printed("rank", source, "--format", "csv")
    cells = list(csv.reader(io.StringIO(text)))
    assert cells[0] == COLUMNS
    assert [row[1] for row in cells[1:]] == [row["thread_id"] for row in rows]
    # A spreadsheet computes nothing.
    assert {row[4][:2] for row in cells[1:]} == {"'="}
    assert {row[5][:2] for row in cells[1:]} == {"'="}
    _, table, _ = printed("rank", source, "--format", "table")
    head = table.splitlines()[0].split()
    assert head == ["rank", "thread", "post", "key", "author", "title"]
    assert len(table.splitlines()) == 4
    assert max(map(len, table.splitlines())) <= 80


def test_rank_refuses_what_it_cannot_do(source: str, printed: Any) -> None:
    status, out, err = printed("rank", source, "--by", "nonsense")
    assert (status, out) == (2, "") and "'wilson_lower'" in err
    status, out, err = printed("rank", source, "--now", "2026-01-01T00:00:00")
    assert (status, out) == (2, "") and "has no zone" in err


@pytest.mark.parametrize(
    ("shape", "rows_of"),
    [
        ("pairs", preferences.pairs),
        ("chat-pairs", preferences.chat_pairs),
        ("unpaired", preferences.unpaired),
        ("chat-unpaired", preferences.chat_unpaired),
        ("messages", preferences.messages),
        ("sharegpt", preferences.conversations),
    ],
)
def test_pairs_writes_the_rows_of_the_library(
    shape: str, rows_of: Any, source: str, threads: list[Thread], printed: Any
) -> None:
    status, out, err = printed("pairs", source, "-", "--shape", shape)
    wanted = list(rows_of(threads))
    assert status == 0 and wanted
    assert [json.loads(line) for line in out.splitlines()] == wanted
    assert f"wrote {len(wanted)} row" in err


def test_pairs_in_parts_and_files(
    source: str, threads: list[Thread], tmp_path: Path, printed: Any
) -> None:
    rows = []
    for part in ("train", "test"):
        target = tmp_path / f"{part}.jsonl"
        words = ["pairs", source, str(target), "--part", part, "--test-share", "50"]
        assert printed(*words)[0] == 0
        found = [json.loads(line) for line in target.read_text().splitlines()]
        shares = {"train": 50, "test": 50}
        assert {preferences.split(row["thread_id"], shares) for row in found} <= {part}
        rows += found
    assert len(rows) == len(list(preferences.pairs(threads)))
    for words in (["--shape", "unpaired", "--most", "1"], ["--most", "0"]):
        assert printed("pairs", source, "-", *words)[0] == 2
    words = ["--shape", "messages", "--keep-duplicates"]
    assert printed("pairs", source, "-", *words)[0] == 2


def test_validate_tells_what_strict_refuses(
    source: str, tmp_path: Path, printed: Any
) -> None:
    cut = tmp_path / "cut.json"
    cut.write_text('{"qathread": 1, "type": "thr', encoding="utf-8")
    status, out, _ = printed("validate", source)
    assert (status, out) == (0, f"{source}: sound, 3 threads, 12 posts\n")
    status, out, _ = printed("validate", source, str(PAGE), str(cut))
    assert status == 1
    assert "zone-not-stated" in out and f"{cut}: not sound" in out
    status, out, _ = printed(
        "validate", "--format", "json", str(PAGE), "--assume-tz", "UTC"
    )
    (found,) = json.loads(out)
    assert (status, found["sound"]) == (0, True)
    for path, code in ((cut, 1), (tmp_path / "none", 2)):
        assert printed("validate", str(path))[0] == code
