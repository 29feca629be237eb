"""Bars on terminals; help, its speed, and its page."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from qathread.cli import app
from qathread.cli._counting import count
from tests.unit._cli_dumps import DOCS, environment, made_dump, set_plain, started


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    set_plain(monkeypatch)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return made_dump(tmp_path / "dump", 12)


def on_a_terminal(*words: str, **more: str) -> tuple[str, str]:
    """What a command prints where standard error is a terminal: output, errors."""
    master, slave = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "qathread", *words],
        env=environment(**{"TERM": "xterm-256color", **more}),
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    seen = bytearray()
    with suppress(OSError):  # how Linux tells that the other end was closed
        while piece := os.read(master, 65536):
            seen += piece
    os.close(master)
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0, bytes(seen)
    return out.decode(), seen.decode()


terminals = pytest.mark.skipif(
    not hasattr(os, "openpty"), reason="needs pseudo-terminals"
)


@terminals
@pytest.mark.parametrize("command", ["stats", "show", "convert"])
def test_a_bar_counts_threads_on_a_terminal(
    command: str, dump: Path, tmp_path: Path
) -> None:
    words = [command, str(dump)]
    if command == "convert":
        words.append(str(tmp_path / "threads.jsonl"))
    _, seen = on_a_terminal(*words)
    assert "threads" in seen
    assert "━" in seen
    assert seen.rstrip().endswith("\x1b[2K"), "and it is taken away"


@terminals
def test_import_counts_bytes_and_threads(dump: Path, tmp_path: Path) -> None:
    words = ["import", str(dump), "--into", str(tmp_path / "threads.db")]
    out, seen = on_a_terminal(*words)
    assert out == ""
    assert " MB" in seen
    assert "12 of 12" in seen
    assert "\x1b[3" not in seen, "no colours are asked for"
    last = seen.rstrip().rpartition("\x1b[2K")[2]
    assert last.startswith("saved 12 threads in ")


@terminals
def test_no_bar_where_nobody_wants_one(dump: Path, tmp_path: Path) -> None:
    words = ["import", str(dump), "--into", str(tmp_path / "threads.db")]
    _, quiet = on_a_terminal(*words, "--quiet")
    _, dumb = on_a_terminal(*words, TERM="dumb")
    _, piped = started(*words).communicate(timeout=60)
    for seen in (quiet, dumb, piped.decode()):
        assert seen.count("\n") == 1
        assert "━" not in seen


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs POSIX")
def test_help_is_quick() -> None:
    """In processor time, which a busy machine does not change much."""
    child = subprocess.Popen(
        [sys.executable, "-m", "qathread", "import", "--help"],
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    assert status == 0
    assert used.ru_utime + used.ru_stime < 0.6


def test_every_command_is_in_the_reference() -> None:
    """The page itself is run: what it shows of each command is true."""
    page = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    commands = [name for name in app if not name.startswith("-")]
    assert {"import", "stats"} <= {*commands}
    for name in commands:
        assert f"$ qathread {name} --help" in page
    for name in count(()).to_dict():
        assert f"`{name}" in page
