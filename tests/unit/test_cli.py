"""The command line: what is printed where, and the exit status."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.abc import MetaPathFinder
from itertools import pairwise
from pathlib import Path

import pytest

import qathread
from qathread.__main__ import main
from qathread.bodies import Body
from qathread.cli import run
from qathread.feedback import Tally
from qathread.formats import names, read, screen, write
from qathread.posts import Answer, Comment, Question, Stub
from qathread.serialization import to_json
from qathread.status import Mark
from qathread.stores import SQLiteStore
from qathread.thread import Thread
from qathread.users import User

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "page.txt"
NO_ZONE = re.compile(r"what .*\nnoted +3  zone-not-stated +FormatError  [^\n]+\n")

GOLDEN = """\
Why does my bread come out dense?
asked by Marta (level 4)

  I bake the same loaf every week, and it hardly rises any more. Flour, water,
  salt and yeast are the same as ever.

3 comments, by newest
│
├─ 1. old_oven (level 2) · 2025-02-13 21:40:00 UTC, zone not stated
│
│  Put a pan of water below the loaf. In dry heat the crust sets before the
│  crumb has risen.
│
│  Like(0)
│
└─ 2. Quentin (level 7) · 2025-02-11 18:04:09 UTC, zone not stated

   Three things make a loaf dense, and you can rule them out one by one:

   • Old yeast: stir a spoonful into warm water with a pinch of sugar. No foam
     after ten minutes means no rise.
   • A cold kitchen: dough that doubles in an hour in summer may need three in
     winter.
   • Too much flour: weigh it. A packed cup holds a third more than a loose one.

   Change only one of them at a time.

   Like(3)
   │
   └─ Marta (level 4) · 2025-02-12 07:31:55 UTC, zone not stated

      It was the yeast:

      • the old packet gave no foam
      • the new one foamed over the cup

      Thank you!

      Like(1)
"""


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a pipe of 80 columns of whatever runs the tests."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TERM"):
        monkeypatch.delenv(name, raising=False)


def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    paths = [str(Path(qathread.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, "-m", "qathread", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | more,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


# -- show ------------------------------------------------------------------------


def test_show_prints_the_example_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(EXAMPLE), "--order", "newest"]) == 0
    done = capsys.readouterr()
    assert done.out == GOLDEN
    assert NO_ZONE.fullmatch(done.err)


def test_a_zone_makes_a_strict_run_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["show", str(EXAMPLE), "--assume-tz", "Europe/Paris", "--strict"]
    assert run(words) == 0
    done = capsys.readouterr()
    assert done.err == ""
    assert "Quentin (level 7) · 2025-02-11 17:04:09 UTC\n" in done.out


def test_verbose_says_by_line_what_was_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["show", str(EXAMPLE), "--verbose"]) == 0
    done = capsys.readouterr()
    assert "[name line 15, level line 14, body lines 17-23, time line 25" in done.err


def test_show_prints_the_seed(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (seed,) = (shared / "seed").glob("*.txt")
    assert run(["show", str(seed)]) == 0
    out = capsys.readouterr().out
    lines = out.split("\n")
    assert lines[0] == 'What is "Emergence" in AI Models?'
    assert lines[1] == "asked by Greg (level 3)"
    assert "1 comment" in lines
    assert "CrimsonBloom (level 5) · 2025-03-08 09:57:31 UTC, zone not stated" in out
    assert "   Like(0)" in lines
    starts = [line[3:9] for line in lines if line.startswith("   • ")]
    assert len(starts) == 7
    for word in ("Sign", "Forgot", "Add comment", "Welcome!", "No comments"):
        assert word not in out
    body = read(seed.read_bytes(), "page-text")
    (thread,) = body
    shown = " ".join(out.split())
    assert " ".join(thread.comments[0].body.source.split()) in shown, "bodies are whole"
    assert max(map(len, lines)) <= 80


def test_into_saves_what_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "threads.db"
    for _ in range(2):
        assert run(["show", str(EXAMPLE), "--into", str(path)]) == 0
        assert capsys.readouterr().err.endswith(f"\nsaved 1 thread in {path}\n")
    (thread,) = read(EXAMPLE)
    with SQLiteStore(path) as store:
        assert store.load(thread.id) == thread


def test_into_refuses_what_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, page = tmp_path / "threads.db", tmp_path / "page.txt"
    page.write_bytes(EXAMPLE.read_bytes())
    assert run(["show", str(page), "--into", str(path)]) == 0
    page.write_bytes(EXAMPLE.read_bytes().replace(b"Like(3)", b"Like(4)"))
    assert run(["show", str(page), "--into", str(path)]) == 1
    assert "is stored already, at version 1" in capsys.readouterr().err


ALL = Thread.from_parts(
    id="t",
    question=Question(
        id="q",
        author_id="ada",
        body=Body(source="Why?"),
        title="Why \u202eis it?",
        tags=("a", "b"),
    ),
    posts=(
        Comment(id="c", parent_id="q", author_id="eve", body=Body(source="Which?")),
        Answer(
            id="a1",
            question_id="q",
            author_id="greg",
            body=Body(source="\x1b[31mred\ttext\r\nsecond\x07 line"),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        Answer(id="a2", question_id="q", author_id="eve", body=Body(source="best")),
        Answer(
            id="a3",
            question_id="q",
            author_id="eve",
            body=Body(source="secret"),
            deleted=Mark(),
        ),
        Comment(
            id="d", parent_id="a3", author_id="ada", body=Body(source="Still here")
        ),
    ),
    stubs=(Stub(id="s", parent_id="a1", count=2),),
    users=(User(id="eve", name="Eve"), User(id="greg", name="Greg")),
    tallies=(
        Tally(post_id="a1", up=3, down=1),
        Tally(post_id="a2", score=5, reactions=(("heart", 2), ("🎉", 1))),
    ),
    accepted=("a2",),
)


def test_answers_stand_by_rank_with_all_that_is_known() -> None:
    shown = [line for line, _ in screen.lines(ALL, order="score")]
    assert shown == [
        "\u2068Why \u202eis it?\u2069",
        "asked by [registered user]",
        "tags: a, b",
        "",
        "  Why?",
        "",
        "3 answers, 2 comments, by score",
        "│",
        "├─ Eve",
        "│",
        "│  Which?",
        "│",
        "├─ 1. Eve · score 5 · accepted answer",
        "│",
        "│  best",
        "│",
        "│  Heart(2)  🎉(1)",
        "│",
        "├─ 2. Greg · 2026-01-01 00:00:00 UTC · score 2 · answer",
        "│",
        "│  \ufffd[31mred        text",
        "│  second\ufffd line",
        "│  │",
        "│  └─ [2 posts not at hand]",
        "│",
        "└─ [answer deleted by its author]",
        "   │",
        "   └─ [registered user]",
        "",
        "      Still here",
    ]


def test_without_an_order_posts_stand_as_they_came() -> None:
    shown = [line for line, _ in screen.lines(ALL) if "Eve" in line or "Greg" in line]
    assert [line.split("─ ")[1].split()[0] for line in shown] == ["Eve", "Greg", "Eve"]


def test_deep_threads_keep_their_text_readable() -> None:
    ids = ["q", *(f"c{n}" for n in range(5_000))]
    comments = [
        Comment(id=here, parent_id=under, author_id="ada", body=Body(source="w " * 99))
        for under, here in pairwise(ids)
    ]
    question = Question(id="q", author_id="ada", body=Body(source="x"), title="x")
    thread = Thread.from_parts(id="t", question=question, posts=comments)
    lines: list[str] = []
    for width in (20, 80):
        lines = [line for line, _ in screen.lines(thread, width=width)]
        assert max(map(len, lines)) <= max(width, 60)
        assert sum(line.count("w") for line in lines) == 99 * 5_000
    assert "level 5000 of the tree" in " ".join(
        " ".join(lines).replace("│", "").split()
    )


def test_wide_characters_take_two_columns() -> None:
    body = Body(source="漢字 " * 40)
    question = Question(id="q", author_id="ada", body=body, title="x" * 200)
    lines = [
        line for line, _ in screen.lines(Thread.from_parts(id="t", question=question))
    ]
    assert "x" * 200 in lines, "words are never cut"
    assert all(len(line) < 50 for line in lines if "漢" in line)


# -- convert and formats ---------------------------------------------------------


def test_convert_writes_a_file_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.json"
    assert run(["convert", str(EXAMPLE), str(target)]) == 0
    done = capsys.readouterr()
    assert done.out == ""
    assert NO_ZONE.fullmatch(done.err)
    assert list(read(target)) == list(read(EXAMPLE))


def test_convert_takes_the_standard_streams(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(EXAMPLE.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    words = ["convert", "-", "-", "--to", "qathread", "--assume-tz", "UTC"]
    assert run(words) == 0
    done = capfd.readouterr()
    assert done.err == ""
    assert json.loads(done.out)["type"] == "thread"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(done.out.encode())))
    assert run(["show", "-"]) == 0
    assert capfd.readouterr().out.startswith("Why does my bread")


def test_markdown_says_what_it_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.md"
    words = ["convert", str(EXAMPLE), str(target), "--assume-tz", "UTC"]
    assert run(words) == 0
    assert re.search(r"^lost +3  extra ", capsys.readouterr().err, re.MULTILINE)
    before = target.read_bytes()
    assert run([*words, "--strict"]) == 1
    assert "strict conversion refused" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_formats_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["formats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[::2]] == list(names())
    assert all(line.startswith("    ") for line in lines[1::2])
    assert "page-text           read         .txt .text" in lines
    assert "qathread            read, write  .json .jsonl .ndjson" in lines
    assert "html                write        .html .htm" in lines
    assert "    a page of a question and its replies, copied as plain text" in lines


# -- bad data, bad use -----------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["show", "NOTHING"], 2, "No such file"),
        (["show", "BAD"], 1, "bad.txt: "),
        (["show", "CUT"], 1, "line 2"),
        (["show", "FOLDER"], 1, "folder"),
        (["show", "PAGE", "--strict"], 1, "--assume-tz"),
        (["show", "PAGE", "--assume-tz", "Mars"], 2, "Europe/Paris"),
        (["show", "PAGE", "--order", "best"], 2, "wilson_lower"),
        (["show", "PAGE", "--from", "nosuch"], 2, "page-text"),
        (["show", "PAGE", "--nosuch"], 2, "--nosuch"),
        (["show", "PAGE", "--into", "FOLDER"], 2, ""),
        (["show"], 2, "FILE"),
        (["nosuch"], 2, "nosuch"),
        (["convert", "PAGE", "-"], 2, "--to NAME"),
        (["convert", "PAGE", "out.xyz"], 2, ".xyz"),
        (["convert", "PAGE"], 2, "TARGET"),
    ],
)
def test_the_exit_status_tells_bad_data_from_bad_use(
    words: list[str],
    status: int,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {
        "PAGE": EXAMPLE,
        "NOTHING": tmp_path / "nothing",
        "BAD": tmp_path / "bad.txt",
        "CUT": tmp_path / "cut.jsonl",
        "FOLDER": tmp_path,
    }
    (tmp_path / "bad.txt").write_text("nothing of that kind")
    good = to_json(ALL)
    (tmp_path / "cut.jsonl").write_bytes(good + b"\n" + good[:-5])
    found = run([str(places.get(word, word)) for word in words])
    done = capsys.readouterr()
    assert (found, says in done.err) == (status, True), done.err
    assert "Traceback" not in done.err


def test_what_came_before_bad_data_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.jsonl"
    write([ALL], path)
    path.write_bytes(path.read_bytes() + b"{}\n")
    assert run(["show", str(path)]) == 1
    assert "Which?" in capsys.readouterr().out


def test_version_and_help_go_to_standard_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("qathread ")
    for words in (["--help"], [], ["show", "--help"]):
        assert run(words) == 0
        done = capsys.readouterr()
        assert "qathread" in done.out
        assert done.err == ""


# -- as a program ----------------------------------------------------------------


def test_the_program_prints_the_same_as_the_function() -> None:
    done = command("show", str(EXAMPLE), "--order", "newest")
    assert (done.returncode, done.stdout) == (0, GOLDEN)
    again = command("show", str(EXAMPLE), "--order", "newest", PYTHONHASHSEED="7")
    assert again.stdout == done.stdout


def test_an_old_encoding_does_not_stop_it() -> None:
    done = command("show", str(EXAMPLE), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Old yeast" in done.stdout


def test_colours_are_for_terminals_only() -> None:
    forced = {"FORCE_COLOR": "1", "TERM": "xterm"}
    done = command("show", str(EXAMPLE), NO_COLOR="", **forced)
    assert "\x1b[1m" in done.stdout
    assert "\x1b" not in command("show", str(EXAMPLE), **forced).stdout


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    write([ALL] * 3000, path)
    source = Path(qathread.__file__).parents[1]
    paths = os.pathsep.join([str(source), os.environ.get("PYTHONPATH", "")])
    child = subprocess.Popen(
        [sys.executable, "-m", "qathread", "show", str(path)],
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr is not None
    errors = child.stderr.read()
    child.stderr.close()
    assert (child.wait(60), errors) == (0, b"")


def block(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Make *module* look as if it were not installed."""

    class Nowhere(MetaPathFinder):
        def find_spec(self, name: str, *_: object) -> None:
            if name == module:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    gone = ("cyclopts", "rich", "qathread.cli", module)
    for name in list(sys.modules):
        if name.startswith(gone):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Nowhere(), *sys.meta_path])


@pytest.mark.parametrize("package", ["cyclopts", "rich"])
def test_without_the_extra_it_says_how_to_get_it(
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    block(monkeypatch, package)
    assert main() == 2
    done = capsys.readouterr()
    assert "pip install 'qathread[cli]'" in done.err
    assert done.out == ""


def test_another_missing_module_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    block(monkeypatch, "rich.console")
    with pytest.raises(ModuleNotFoundError, match=r"rich\.console"):
        main()
