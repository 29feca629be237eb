"""The main job, on the real page, in one process and read back in another."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "main_job.py"
LOAD = """
import sys
from qathread import to_json
from qathread.stores import SQLiteStore
with SQLiteStore(sys.argv[1]) as store:
    thread = store.load(sys.argv[2])
print(to_json(thread).hex())
"""


def run(*words: str) -> list[str]:
    """Run Python in a process of its own and return the lines it printed."""
    command = [sys.executable, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_the_script_is_short() -> None:
    """What the library promises fits on one screen."""
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 30


@pytest.mark.parametrize("page", ("seed", "example"))
def test_the_main_job_survives_the_process(
    page: str, shared: Path, tmp_path: Path
) -> None:
    """Read, comment, like, answer, vote, accept, rank, save, refuse, load again."""
    (seed,) = (shared / "seed").glob("*.txt")
    source = seed if page == "seed" else SCRIPT.parent / "page.txt"
    database = str(tmp_path / "threads.db")
    *table, refusal, replayed, saved = run(str(SCRIPT), str(source), database)
    assert "wilson_lower" in table[0]
    assert table[1].split()[:3] == ["1", f"{refusal.split(chr(39))[1]}.4", "0.4385"]
    assert refusal.endswith("is stored already, at version 8: load it and change that")
    assert replayed == "True"
    thread_id = refusal.split("'")[1]
    assert run("-c", LOAD, database, thread_id) == [saved]
