"""Converting folders and patterns, and the report as a file."""

import json
from pathlib import Path

import pytest

from qathread import from_json
from qathread.cli import run
from qathread.formats import convert, read
from qathread.losses import LossReport

PAGE = Path(__file__).parents[2] / "docs" / "examples" / "page.txt"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of three pages and one file that is none."""
    folder = tmp_path / "pages"
    folder.mkdir()
    text = PAGE.read_text()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(text.replace("Why does", f"{name}: why"))
    (folder / ".hidden.txt").write_text("not looked at")
    return folder


def test_a_folder_becomes_a_file_each(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    words = ["convert", str(pages), f"{out}/", "--to", "qathread"]
    assert run([*words, "--report", str(report)]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "one.json",
        "three.json",
        "two.json",
    ]
    for path in out.iterdir():
        assert list(read(path)) == list(read(pages / f"{path.stem}.txt"))
    told = from_json(report.read_bytes(), LossReport)
    zones = [loss for loss in told if loss.code == "zone-not-stated"]
    assert [loss.count for loss in zones] == [9]
    assert "zone-not-stated" in capsys.readouterr().err


def test_a_pattern_becomes_one_file(pages: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.jsonl"
    assert run(["convert", str(pages / "t*.txt"), str(target)]) == 0
    expected = [t for name in ("three", "two") for t in read(pages / f"{name}.txt")]
    assert list(read(target)) == expected


def test_several_words_become_one_file(pages: Path, tmp_path: Path) -> None:
    """A pattern that the shell has taken apart means the same."""
    target = tmp_path / "all.jsonl"
    names = [str(pages / "three.txt"), str(pages / "two.txt")]
    assert run(["convert", *names, str(target)]) == 0
    assert run(["convert", str(pages / "t*.txt"), str(tmp_path / "b.jsonl")]) == 0
    assert target.read_bytes() == (tmp_path / "b.jsonl").read_bytes()


@pytest.mark.parametrize("target", ["out/", "all.jsonl"])
def test_one_bad_source_does_not_stop_others(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    (pages / "a.txt").write_text("no page at all")
    goal = tmp_path / target
    words = ["convert", str(pages), f"{goal}/" if target == "out/" else str(goal)]
    assert run([*words, "--to", "qathread"]) == 1
    assert str(pages / "a.txt") in capsys.readouterr().err
    files = sorted(goal.iterdir()) if goal.is_dir() else [goal]
    assert sum(len(list(read(path))) for path in files) == 3
    before = {path: path.read_bytes() for path in files}
    assert run([*words, "--to", "qathread", "--strict"]) == 1
    assert {path: path.read_bytes() for path in files} == before


def test_two_sources_of_one_name_are_refused(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text(PAGE.read_text())
    words = [str(pages / "one.txt"), str(other / "one.txt"), f"{tmp_path}/out/"]
    assert run(["convert", *words, "--to", "qathread"]) == 2
    assert "both become 'one.json'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["none*.txt", "out.jsonl"], "nothing is there"),
        (["empty", "out.jsonl"], "holds no file"),
        (["pages", "out/"], "add --to NAME"),
        (["pages", "out/", "--to", "page-text"], "is not written to files"),
        (["pages", "pages", "out", "--to", "parquet"], "one source"),
    ],
)
def test_bad_use_says_what_to_do(
    pages: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    problem: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert run(["convert", *words]) == 2
    assert problem in capsys.readouterr().err


def test_one_source_reports_as_the_library_does(pages: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    source, target = str(pages / "one.txt"), tmp_path / "one.json"
    assert run(["convert", source, str(target), "--report", str(report)]) == 0
    expected = convert(source, tmp_path / "two.json")
    assert from_json(report.read_bytes(), LossReport) == expected
    assert json.loads(report.read_bytes())["type"] == "loss_report"
