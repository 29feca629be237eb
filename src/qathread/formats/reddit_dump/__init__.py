"""
Dumps of Reddit as Pushshift and Arctic Shift publish them: a JSON object a line.

``RS_2024-02.zst`` holds submissions, ``RC_2024-02.zst`` comments; both are read from
one file or several in a folder, packed or not. The mapping is that of
:mod:`..reddit._things`; a member that another month spells differently (times as
texts, as floats) is read alike, and kept in ``extra`` as it was, so that an untouched
post is written again as an equal JSON object.

Reading is one pass over the input, which puts each line into a temporary SQLite file
beside the id of its submission, and one over that file, which yields thread by thread,
in the order of the ids. Time is linear in the size of the input, but for sorting the
ids; memory is that of the largest thread and a cache; the temporary folder needs as
much room as the unpacked input. Threads whose submission is not there have a stub as
root. What is damaged in a line is mostly found when its thread is read.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ...errors import FormatError, MissingExtraError, ValidationError
from ...thread import Thread
from .._report import Collector
from .._sources import Input, open_source
from ..reddit._things import Style
from ..registry import Format
from ._reading import dump_paths, threads_in
from ._writing import write_dump, write_folder

__all__ = ["FORMAT"]

_LOOKS: Final = 2  # files of a folder that are looked at
_OWN_NAME: Final = re.compile(r"R[CS]_[0-9]{4}-[0-9]{2}\.")
_OWN_FILE: Final = re.compile(r"R[CS](_[0-9]{4}-[0-9]{2})?\.(nd)?json")
_WRAPPED: Final = re.compile(rb'\s*[\[{]\s*"(?:kind|data|json)"\s*:')


def read_dump(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of a dump, in the order of their ids.

    Options:
        unescape: Whether to undo, once, ``&amp;``, ``&lt;`` and ``&gt;`` in titles,
            texts and flairs; False if not said.

    Args:
        input: A file, or a folder of files.
        options: As above.

    Yields:
        Threads with their posts in order of time, each after its parent.

    Raises:
        FormatError: If it is no dump.
        ValidationError: If an option is not of its kind.
        OSError: If a file cannot be opened, or the temporary folder is full.
    """
    unescape = options.get("unescape", False)
    if not isinstance(unescape, bool):
        raise ValidationError("unescape is neither True nor False: give one of them")
    return threads_in(input, Style(exact=True, unescape=unescape))


def sniff_dump(head: bytes) -> bool:
    """Tell whether *head* begins the lines of a dump."""
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if not line.startswith(b"{") or b'"qathread":' in line or _WRAPPED.match(line):
        return False
    if b'"subreddit"' not in line and b'"created_utc"' not in line:
        return False
    comment = b'"link_id"' in line and b'"body"' in line
    return comment or (b'"title"' in line and b'"selftext"' in line)


def sniff_folder(folder: Path) -> bool:
    """Tell whether one of the first files of *folder* is a dump."""
    for path in dump_paths(folder)[:_LOOKS]:
        try:
            input = open_source(path, None, Collector())
        except MissingExtraError:
            if _OWN_NAME.match(path.name):
                return True  # reading it then says what to install
            continue
        try:
            if sniff_dump(input.head()):
                return True
        except FormatError:
            continue
        finally:
            input.close()
    return False


def is_own_file(name: str) -> bool:
    """Tell whether writing a folder may replace the file of this name."""
    return _OWN_FILE.fullmatch(name) is not None


FORMAT: Final = Format(
    name="reddit-dump",
    summary="dumps of Reddit, a JSON object a line: a file, or a folder of RS and RC",
    suffixes=(".ndjson", ".jsonl"),
    reader=read_dump,
    writer=write_dump,
    folder_writer=write_folder,
    sniff=sniff_dump,
    sniff_folder=sniff_folder,
    is_own_file=is_own_file,
    options=frozenset({"unescape"}),
)
