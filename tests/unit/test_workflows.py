"""The workflows of the repository: few rights, pinned actions, an end in sight."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
if not FOLDER.is_dir():
    pytest.skip("the workflows are not in a source archive", allow_module_level=True)
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    yaml = import_module("yaml")
    found: dict[str, Any] = yaml.safe_load(request.param.read_text("utf-8"))
    return found


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_both() -> None:
    assert [path.stem for path in WORKFLOWS] == ["ci", "release"]


def test_rights_are_few(workflow: dict[str, Any]) -> None:
    """Nothing may write; only publishing says who it is."""
    assert set(workflow["permissions"].items()) <= {("contents", "read")}
    for name, job in workflow["jobs"].items():
        rights = set(job.get("permissions", {}).items())
        allowed = ("id-token", "write") if name == "publish" else ("contents", "read")
        assert rights <= {allowed}


def test_jobs_end_and_actions_are_pinned(workflow: dict[str, Any]) -> None:
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    for step in steps(workflow):
        assert ("uses" in step) != ("run" in step)
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@(v\d+|release/v\d+)", step["uses"])
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_what_is_run_is_there(workflow: dict[str, Any]) -> None:
    """A renamed script would be noticed at the next release only."""
    scripts = [
        name
        for step in steps(workflow)
        for name in re.findall(r"\.ci/\w+", step.get("run", ""))
    ]
    assert scripts
    assert all((FOLDER.parents[1] / name).is_file() for name in scripts)


def test_no_secret_is_read(workflow: dict[str, Any]) -> None:
    assert "secrets." not in str(workflow)
