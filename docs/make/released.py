"""Check that the built files hold what they should: ``released WHEEL SOURCE``."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
#: Folders and files of the tree that the source archive has.
ARCHIVED = ("src", "tests", "docs")
FILES = ("CHANGELOG.md", "LICENSE", "README.md", "conftest.py", "pyproject.toml")


def main(wheel: str, source: str) -> None:
    """Print sizes; exit 1 if a file is missing or too much."""
    tracked = _tracked()
    package = {name.removeprefix("src/") for name in tracked if name[:4] == "src/"}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    _compare("wheel", names, package)

    expected = {
        name
        for name in tracked
        if name in FILES or PurePosixPath(name).parts[0] in ARCHIVED
    }
    with tarfile.open(source) as tar:
        members = [each.name for each in tar.getmembers() if each.isfile()]
    # What the build writes itself, and the list of files to ignore that it goes by.
    held = {name.split("/", 1)[1] for name in members} - {"PKG-INFO", ".gitignore"}
    _compare("source archive", held, expected)

    size = Path(wheel).stat().st_size
    print(f"wheel: {size / 1000:.0f} kB, {len(names)} files")
    print(f"source archive: {Path(source).stat().st_size / 1000:.0f} kB")


def _tracked() -> set[str]:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return {name for name in listed.decode().split("\0") if name}


def _compare(what: str, found: set[str], expected: set[str]) -> None:
    missing, more = sorted(expected - found), sorted(found - expected)
    if missing or more:
        sys.exit(f"{what}: missing {missing[:9]}, more than expected {more[:9]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
