"""The files and lines that pages of the API are in."""

import re
from pathlib import Path
from typing import Final

from .._sources import suffixes

__all__ = ["LINES", "SUFFIXES", "is_lines", "page_paths"]

LINES: Final = (".jsonl", ".ndjson")
SUFFIXES: Final = (".json", *LINES)
_DIGITS: Final = re.compile(r"([0-9]+)")


def page_paths(folder: Path) -> list[Path]:
    """
    Return the files of pages in a folder, page2 before page10.

    Raises:
        OSError: If the folder cannot be read.
    """
    found = []
    for path in folder.iterdir():
        suffix, packing = suffixes(path.name)
        if suffix in SUFFIXES and packing != ".7z" and path.is_file():
            found.append(path)
    return sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    # Every second part is a number.
    parts = enumerate(_DIGITS.split(path.name))
    key = [(int(part), "") if odd % 2 else (-1, part) for odd, part in parts]
    return [*key, (-1, path.name)]


def is_lines(head: bytes) -> bool:
    """Tell whether each line is a value of its own."""
    first, _, rest = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    second, end, _ = rest.lstrip().partition(b"\n")
    if not end:  # the head may be cut there
        return _is_whole(first) and second[:1] in (b"{", b"[")
    return _is_whole(first) and _is_whole(second)


def _is_whole(line: bytes) -> bool:
    line = line.strip()
    return len(line) > 1 and line[:1] + line[-1:] in (b"{}", b"[]")
