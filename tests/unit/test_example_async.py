"""The example of plain asyncio, in a process of its own, and what it leaves."""

import subprocess
import sys
from pathlib import Path

import pytest

from qathread.stores import verify

pytest.importorskip("sqlalchemy")
pytest.importorskip("aiosqlite")

from sqlalchemy import create_engine

from qathread.stores.sqlalchemy import SQLAlchemyStore

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "async_app.py"


def test_the_script_is_short() -> None:
    """It fits on two screens."""
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 80


def test_every_task_counts_once(tmp_path: Path) -> None:
    """Nothing is lost or doubled, and another process finds it so."""
    database = tmp_path / "threads.db"
    command = [sys.executable, "-W", "error", str(SCRIPT), str(database)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "8 comments, score 8",
        "version 17",
        "found by a participant: tea",
        "1 threads, 17 events: no differences",
    ]
    engine = create_engine(f"sqlite+pysqlite:///{database}")
    try:
        with SQLAlchemyStore(engine) as store:
            assert not verify(store).differences
            thread = store.load("tea")
            assert {vote.voter_id for vote in thread.votes} == {
                f"u{number}" for number in range(8)
            }
            assert sorted(each.author_id for each in thread.comments) == [
                f"u{number}" for number in range(8)
            ]
            again = store.operation("vote u3")
            assert again is not None
            assert again.vote("tea.1", "u3") is not None
    finally:
        engine.dispose()
