"""What several files of tests start from."""

import tempfile
from pathlib import Path

import pytest

from tests.unit._dumps import small, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small dump of Stack Exchange."""
    return write(tmp_path / "site", small())


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made; it has to be empty in the end."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place
