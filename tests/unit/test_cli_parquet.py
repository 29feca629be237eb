"""Tables of dumps and threads as folders of Parquet files."""

import subprocess
import sys
from pathlib import Path

import py7zr
import pyarrow.parquet as pq
import pytest

from qathread import frames
from qathread.cli import _parquet, run
from qathread.formats import read, write
from qathread.serialization import to_json
from tests.unit._cli_dumps import PAGE, environment, made_dump, rows_of, said, set_plain


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    set_plain(monkeypatch)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return made_dump(tmp_path / "dump", 12)


def rows_in(folder: Path) -> dict[str, int]:
    """The rows of each table; each in a folder of files of the same columns."""
    found = {}
    for name in folder.iterdir():
        files = [pq.ParquetFile(path) for path in sorted(name.iterdir())]
        assert len({str(file.schema_arrow) for file in files}) == 1
        found[name.name] = sum(file.metadata.num_rows for file in files)
    return found


@pytest.mark.parametrize("size", [1, 10, 10**6])
def test_threads_become_tables(
    size: int,
    dump: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(_parquet, "_PART", size)
    lines, target = tmp_path / "threads.jsonl", tmp_path / "tables"
    write(read(dump), lines)
    assert run(["convert", str(lines), str(target), "--to", "parquet"]) == 0
    assert said(capsys) == []
    assert rows_in(target) == {
        "edges": len(frames.edges(read(dump))),
        "posts": len(frames.posts(read(dump))),
        "revisions": len(frames.revisions(read(dump))),
        "threads": 12,
        "users": 7,
        "votes": 0,
    }
    parts = sorted((target / "posts").iterdir())
    assert len(parts) == {1: 12, 10: 3}.get(size, 1)
    posts = pq.read_table(target / "posts")
    assert posts["post_id"].to_pylist() == list(frames.posts(read(dump))["post_id"])
    people = pq.read_table(target / "users")
    assert people["name"].to_pylist() == list(frames.users(read(lines))["name"])


def test_some_tables_into_an_empty_folder(tmp_path: Path) -> None:
    target = tmp_path / "tables"
    target.mkdir()
    words = ["convert", str(PAGE), str(target), "--to", "parquet", "--tables"]
    assert run([*words, "edges", "posts", "--assume-tz", "UTC"]) == 0
    assert rows_in(target) == {"edges": 3, "posts": 4}


def test_a_failure_leaves_no_folder(tmp_path: Path) -> None:
    lines, target = tmp_path / "threads.jsonl", tmp_path / "tables"
    lines.write_bytes(to_json(next(read(PAGE))) + b"\n{}\n")
    assert run(["convert", str(lines), str(target), "--to", "parquet"]) == 1
    assert sorted(tmp_path.iterdir()) == [lines]


def test_without_a_writer_of_parquet_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = sys.modules['polars'] = None\n"
        "from qathread.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    words = ["convert", str(PAGE), str(tmp_path / "tables"), "--to", "parquet"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("qathread: ")
    assert "qathread[arrow]" in done.stderr
    assert list(tmp_path.iterdir()) == []


# -- straight from a dump --------------------------------------------------------


def test_a_dump_becomes_its_own_tables(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample,) = shared.glob("data/formats/stackexchange_dump/conlang.meta*")
    target = tmp_path / "tables"
    assert run(["convert", str(sample), str(target), "--to", "parquet"]) == 0
    assert said(capsys) == []
    names = {"PostHistory": "post_history", "PostLinks": "post_links"}
    assert rows_in(target) == {
        names.get(path.stem, path.stem.lower()): sum(1 for _ in rows_of(path))
        for path in sample.glob("*.xml")
    }
    scores = pq.read_table(target / "posts", columns=["score"])["score"].to_pylist()
    assert scores == [int(row["Score"]) for row in rows_of(sample / "Posts.xml")]


def test_some_tables_of_an_archive_by_several_workers(
    dump: Path, tmp_path: Path
) -> None:
    packed, target = tmp_path / "site.7z", tmp_path / "tables"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.writeall(dump, "site")
    words = ["convert", str(packed), str(target), "--to", "parquet", "--workers", "2"]
    assert run([*words, "--tables", "votes", "posts"]) == 0
    assert rows_in(target) == {"posts": 24, "votes": 18}


def test_tables_that_a_dump_lacks(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["convert", str(dump), str(tmp_path / "tables"), "--to", "parquet"]
    assert run([*words, "--tables", "badges"]) == 1
    assert "Badges.xml" in said(capsys)[-1]
    assert not (tmp_path / "tables").exists()
    assert run([*words, "--verbose"]) == 0
    assert said(capsys)[-1].split()[:3] == ["noted", "3", "missing-table"]
    assert set(rows_in(tmp_path / "tables")) == {
        "comments",
        "post_history",
        "posts",
        "users",
        "votes",
    }


def test_damage_in_a_table_is_told_or_refused(
    dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes = dump / "Votes.xml"
    votes.write_text(votes.read_text().replace('<row Id="7"', '<row Id="7" ='))
    words = ["convert", str(dump), str(tmp_path / "tables"), "--to", "parquet"]
    assert run([*words, "--strict"]) == 1
    assert "Votes.xml, byte " in said(capsys)[-1]
    assert sorted(tmp_path.iterdir()) == [dump]
    assert run(words) == 0
    assert "Votes.xml, byte " in said(capsys)[-1]
    assert rows_in(tmp_path / "tables")["votes"] == 17


def test_one_file_is_one_table(dump: Path, tmp_path: Path) -> None:
    target = tmp_path / "tables"
    words = ["convert", str(dump / "Posts.xml"), str(target), "--to", "parquet"]
    assert run(words) == 0
    assert rows_in(target) == {"posts": 24}


def test_a_dump_needs_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["convert", "-", str(tmp_path / "tables"), "--to", "parquet"]
    assert run([*words, "--from", "stackexchange"]) == 2
    assert "files" in said(capsys)[-1]
