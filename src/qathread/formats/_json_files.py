"""Documents of JSON: in one file, on lines of their own, or in a folder of files."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from ..errors import FormatError, MissingExtraError, excerpt
from ..limits import Limits
from ._json import Place, json_values, place
from ._looks import refuse_foreign
from ._report import Collector
from ._sources import Input, open_source, suffixes

__all__ = [
    "LINES",
    "SUFFIXES",
    "Records",
    "documents",
    "folder_sniffer",
    "is_lines",
    "page_paths",
    "shown_name",
]

LINES: Final = (".jsonl", ".ndjson")
SUFFIXES: Final = (".json", *LINES)
_LOOKS: Final = 5  # files of a folder that are looked at
_DIGITS: Final = re.compile(r"([0-9]+)")


def page_paths(folder: Path) -> list[Path]:
    """
    Return the JSON files in a folder, page2 before page10.

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


def folder_sniffer(sniff: Callable[[bytes], bool]) -> Callable[[Path], bool]:
    """
    Return what tells whether one of the first files of a folder is in a format.

    Args:
        sniff: Takes the first bytes of a file; tells whether they are.
    """

    def sniff_folder(folder: Path) -> bool:
        for path in page_paths(folder)[:_LOOKS]:
            try:
                with closing(open_source(path, None, Collector())) as one:
                    if sniff(one.head()):
                        return True
            except (FormatError, MissingExtraError):
                continue  # a packed file that is broken, or cannot be unpacked here
        return False

    return sniff_folder


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


class Records:
    """
    Counts the records of each document, and refuses those beyond the limit.

    Args:
        limits: Its ``records`` bounds them; None: nothing does.
        report: Makes the error.

    Attributes:
        total: How many there were in all documents.
    """

    def __init__(self, limits: Limits | None, report: Collector) -> None:
        self._most = None if limits is None else limits.records
        self._report = report
        self.total = self._before = 0

    def next_document(self) -> None:
        """Count anew."""
        self._before = self.total

    def add(self, where: Place) -> None:
        """
        Count one.

        Raises:
            FormatError: ``too-large`` beyond the limit.
        """
        self.total += 1
        if self._most is not None and self.total - self._before > self._most:
            raise self._report.error(
                "too-large",
                f"the document holds more than {self._most} records: raise "
                "Limits.records, or give limits=None, if you trust the source",
                str(where),
            )


def documents(input: Input, wanted: str) -> Iterator[tuple[Place, object]]:
    """
    Yield the JSON values of *input*, one after another.

    A file holds one value or several that begin on lines of their own; JSON Lines
    are read line by line, in bounded memory; of a folder its .json and .jsonl
    files, in natural order of their names.

    Args:
        input: A file, lines, or a folder.
        wanted: What is expected, for messages, such as ``a page of the API``.

    Yields:
        The place of each value, and the value.

    Raises:
        FormatError: If a file is no JSON at all; if strict, at any damage.
        OSError: If a file of the folder cannot be opened.
    """
    report = input.report
    if not input.is_folder or input.path is None:
        found = False
        for each in _in_file(input, "", wanted):
            found = True
            yield each
        if not found:
            start = input.head().removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
            if start in (b"{", b"["):
                raise report.error(
                    "syntax", "it is cut before its first value ends: get all of it"
                )
            raise report.error("not-this-format", f"{wanted} expected, this is no JSON")
        return
    paths = page_paths(input.path)
    if not paths:
        raise report.error("not-this-format", "the folder holds no .json file")
    problem: FormatError | None = None
    read = False
    for path in paths:
        one = open_source(path, input.limits, report)
        report.source = input.name
        name = excerpt(shown_name(path), 80)
        with closing(one):
            try:
                refuse_foreign(one.head(), report, wanted)
            except FormatError as error:
                if report.strict:
                    raise
                problem = problem or error
                report.damage(
                    "not-a-page",
                    f"a file is passed over: {error.message}",
                    name,
                    kind="skipped",
                    error="not-this-format",
                )
                continue
            read = True
            yield from _in_file(one, name, wanted)
    if problem is not None and not read:
        raise problem


def shown_name(path: Path) -> str:
    """Return the name of a file as text, whatever bytes it is made of."""
    return path.name.encode("utf-8", "replace").decode()


def _in_file(input: Input, label: str, wanted: str) -> Iterator[tuple[Place, object]]:
    report = input.report
    refuse_foreign(input.head(), report, wanted)
    if input.suffix in LINES or is_lines(input.head()):
        for number, line in input.lines():
            if line.strip():
                where = place(label, f"line {number}") or ""
                for found, value in json_values(line, report, input.limits, where):
                    yield Place(found), value
    else:
        for found, value in json_values(input.document(), report, input.limits, label):
            yield Place(found), value
