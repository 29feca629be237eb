"""What is checked before a release: the files, and the changelog."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from docs.make import broken, released

PACKAGE = ("qathread/__init__.py", "qathread/py.typed")
ARCHIVED = ("src/qathread/__init__.py", "src/qathread/py.typed", "docs/index.md")


@pytest.fixture(autouse=True)
def tracked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small tree."""
    names = {*ARCHIVED, "pyproject.toml", ".ci/run", ".gitignore"}
    monkeypatch.setattr(released, "_tracked", lambda: names)


def wheel(folder: Path, names: tuple[str, ...]) -> str:
    path = folder / "qathread.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in (*names, "qathread-1.dist-info/METADATA"):
            archive.writestr(name, "")
    return str(path)


def source(folder: Path, names: tuple[str, ...]) -> str:
    path = folder / "qathread.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in (*names, "pyproject.toml", "PKG-INFO", ".gitignore"):
            archive.addfile(tarfile.TarInfo(f"qathread-1/{name}"), io.BytesIO())
    return str(path)


def test_files_that_hold_the_tree_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released.main(wheel(tmp_path, PACKAGE), source(tmp_path, ARCHIVED))
    assert "2 files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("package", "archived", "told"),
    [
        (PACKAGE[:1], ARCHIVED, r"wheel: missing \['qathread/py.typed'\]"),
        ((*PACKAGE, "tests/x.py"), ARCHIVED, r"wheel: .* \['tests/x.py'\]"),
        (PACKAGE, ARCHIVED[:2], r"source archive: missing \['docs/index.md'\]"),
        (PACKAGE, (*ARCHIVED, "threads.db"), r"archive: .* \['threads.db'\]"),
    ],
)
def test_files_that_do_not_are_refused(
    package: tuple[str, ...], archived: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match=told):
        released.main(wheel(tmp_path, package), source(tmp_path, archived))


def changelog(root: Path, unreleased: str, fragment: str) -> Path:
    (root / "docs" / "changelog.d").mkdir(parents=True)
    (root / "docs" / "changelog.d" / "1.removed.md").write_text(fragment)
    older = "## 1.0\n\nRemoved `walk`.\n"
    (root / "CHANGELOG.md").write_text(f"## Unreleased\n\n{unreleased}\n\n{older}")
    return root


def test_a_break_must_be_named_as_code_in_what_is_new(tmp_path: Path) -> None:
    root = changelog(
        tmp_path, "Changed `trees.outline(width=)`.", "Removed `posting.ask`, and bump."
    )
    text = broken.changes(root)
    assert broken.unnamed(["qathread.posting.ask"], text) == []
    assert broken.unnamed(["qathread.trees.outline(width)"], text) == []
    # Of an older release, no code, and not there at all.
    lost = ["qathread.trees.walk", "qathread.posting.bump", "qathread.voting.cast"]
    assert broken.unnamed(lost, text) == sorted(lost)
