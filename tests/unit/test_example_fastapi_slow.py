"""The example of FastAPI, asked at random after its own OpenAPI document."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("schemathesis")

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "fastapi_app.py"
SERVE = """
import runpy, sys, uvicorn
from datetime import UTC, datetime
from qathread import User, posting
from qathread.stores import SQLiteStore
create_app = runpy.run_path(sys.argv[1])["create_app"]
who = {"by": User(id="ada"), "at": datetime(2026, 3, 1, tzinfo=UTC)}
with SQLiteStore(sys.argv[2]) as store:
    store.save(posting.ask("q", title="Why?", body="Say.", **who))
    uvicorn.run(create_app(store), port=int(sys.argv[3]), log_level="warning")
"""
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The example, served on loopback by a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, str(SCRIPT), str(tmp_path / "t.db")]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([*command, str(port)], stdout=log, stderr=log)
    try:
        where = f"http://127.0.0.1:{port}"
        for _ in range(200):
            assert server.poll() is None, (tmp_path / "log").read_text()
            try:
                urlopen(f"{where}/openapi.json", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield where
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        server.terminate()
        server.wait(30)


def asked(address: str, cases: int, folder: Path) -> None:
    """Send *cases* requests to each operation; the seed is fixed."""
    command = [sys.executable, "-m", "schemathesis.cli", "run"]
    command += [f"{address}/openapi.json", "--checks", CHECKS, "--seed", "1"]
    command += ["--phases", "examples,fuzzing", "--max-examples", str(cases)]
    # Ids at random would find nothing: let it be the one that is there.
    (folder / "schemathesis.toml").write_text(
        '[parameters]\n"path.name" = "q"\n', encoding="utf-8"
    )
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    print(done.stdout[-2000:])


def test_forty_requests(address: str, tmp_path: Path) -> None:
    """No answer is a fault of the server's, or other than the document says."""
    asked(address, 10, tmp_path)


@pytest.mark.slow
def test_five_hundred_requests(address: str, tmp_path: Path) -> None:
    """The same with more of them: 125 for each of the four operations."""
    asked(address, 125, tmp_path)
