"""What the public API lost since a tag: needs griffe, of the group ``release``."""

import subprocess
from pathlib import Path

import pytest

from docs.make import broken

pytestmark = pytest.mark.slow


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A package with a tag, and a function less since."""
    pytest.importorskip("griffe")
    package = tmp_path / "src" / "qathread"
    package.mkdir(parents=True)
    (tmp_path / "docs" / "changelog.d").mkdir(parents=True)
    (tmp_path / "CHANGELOG.md").write_text("## Unreleased\n")
    module = package / "__init__.py"
    module.write_text("def ask(): ...\ndef cast(): ...\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    git(tmp_path, "tag", "v1")
    module.write_text("def ask(): ...\n")
    return tmp_path


def test_a_break_that_nobody_is_told_of_stops_the_release(tree: Path) -> None:
    with pytest.raises(SystemExit, match=r"does not name: qathread\.cast"):
        broken.main(root=tree)


def test_a_break_that_is_named_does_not(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "docs" / "changelog.d" / "1.removed.md").write_text("Removed `cast`.\n")
    broken.main(root=tree)
    assert "1 breaks since v1, all in the changelog" in capsys.readouterr().out
