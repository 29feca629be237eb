"""The command line: schemas, the example forum, completion."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from qathread import schema
from qathread.cli import _example, app, run
from qathread.errors import MissingExtraError

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "schema"
#: A background job of a shell inherits that Ctrl-C is ignored: not so here.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from qathread.__main__ import main
sys.exit(main())
"""
VERBS = {name for name in app if not name.startswith("-")}


# -- schema ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["thread", "event"])
def test_schema_prints_what_the_reference_has(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema", name]) == 0
    kept = (COMMITTED / f"{name}-1.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == kept


def test_schema_of_all_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "all"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["$schema"] == schema.DIALECT
    assert found["$defs"] == schema.components(schema.TEMPLATE)


def test_schema_knows_its_documents(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "page"]) == 2
    assert '"thread", "event", "all"' in "".join(capsys.readouterr())


def test_schema_says_what_it_needs() -> None:
    program = (
        "import sys; sys.modules['msgspec'] = None\n"
        "from qathread.cli import run; sys.exit(run(['schema']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.returncode == 2
    assert b"pip install 'qathread[schema]'" in done.stderr
    assert done.stdout == b""


# -- serve-example -----------------------------------------------------------------


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the forum in a process group of its own, as a shell would."""
    command = [sys.executable, "-c", PROGRAM, "serve-example", str(folder)]
    with (folder.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def page(port: int, process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = monotonic() + 60
    while monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                return str(answer.read().decode())
        except URLError:
            sleep(0.1)
    pytest.fail(log.read_text())


def test_the_example_is_served_until_it_is_interrupted(tmp_path: Path) -> None:
    for name in ("django", "argon2", "nh3"):
        pytest.importorskip(name)
    folder, port = tmp_path / "new" / "data", free_port()
    (tmp_path / "new").mkdir()
    with served(folder, port) as process:
        shown = page(port, process, folder.parent / "log")
        assert "What does the temperature of a language model do?" in shown
        # Ctrl-C in a terminal reaches all processes of the group.
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) in (0, 130)
    assert (folder / "forum.db").is_file()
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/")


def test_an_installed_package_has_no_example(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(_example, "FORUM", tmp_path)
    assert run(["serve-example"]) == 2
    assert "run this in a clone" in capsys.readouterr().err


def test_the_example_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_example, "_NEEDED", ("no_such_package",))
    with pytest.raises(MissingExtraError, match="no_such_package: pip install"):
        _example.serve_example()


# -- completion --------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_verb(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    script = tmp_path / "completion"
    arguments = ["--install-completion", "--shell", shell, "--output", str(script)]
    assert run(arguments) == 0
    text = script.read_text(encoding="utf-8")
    missing = [verb for verb in VERBS if not re.search(rf"\b{verb}\b", text)]
    assert missing == []


def test_bash_completes_a_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    script = tmp_path / "completion"
    run(["--install-completion", "--shell", "bash", "--output", str(script)])
    ask = (
        f"source {script}; COMP_WORDS=(qathread ra); COMP_CWORD=1; COMP_POINT=11; "
        'COMP_LINE="qathread ra"; $(complete -p qathread | '
        "sed -E 's/.*-F ([^ ]+).*/\\1/') qathread ra qathread; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True)
    assert [each.strip() for each in done.stdout.split()] == ["rank"], done.stderr
