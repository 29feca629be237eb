"""
Name what the public API lost since a release, as griffe finds it: ``broken [REF]``.

Whoever upgrades reads the changelog, so each break must be named there.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(ref: str | None = None, root: Path = ROOT) -> None:
    """Print the breaks; exit 1 if the changelog does not name one."""
    import griffe  # of the group ``release``; the rest here is for the usual tests

    since = ref or _last_tag(root)
    if since is None:
        print("no tag: this is the first release, nothing can be broken")
        return
    old = griffe.load_git("qathread", ref=since, repo=root, search_paths=["src"])
    new = griffe.load("qathread", search_paths=[root / "src"])
    breaks = list(griffe.find_breaking_changes(old, new))
    for each in breaks:
        print(each.explain(style=griffe.ExplanationStyle.ONE_LINE))
    untold = unnamed((each.obj.path for each in breaks), changes(root))
    if untold:
        sys.exit(f"the changelog does not name: {', '.join(untold)}")
    print(f"{len(breaks)} breaks since {since}, all in the changelog")


def changes(root: Path) -> str:
    """Return what the changelog says of the next release."""
    told = (root / "CHANGELOG.md").read_text("utf-8")
    _, _, after = told.partition("## Unreleased")
    fragments = sorted((root / "docs" / "changelog.d").glob("*.md"))
    texts = [path.read_text("utf-8") for path in fragments]
    return "\n".join([re.split(r"^## ", after, flags=re.MULTILINE)[0], *texts])


def unnamed(paths: Iterable[str], text: str) -> list[str]:
    """
    Return those of some dotted names that a text does not name.

    A name counts as named where its last part stands as code: a parameter by its
    function, a method by its class or by itself.
    """
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", text))))
    found = []
    for path in sorted(set(paths)):
        last = re.split(r"[.(]", path.rstrip(")"))[-1]
        if last not in words:
            found.append(path)
    return found


def _last_tag(root: Path) -> str | None:
    command = ["git", "describe", "--tags", "--abbrev=0"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
