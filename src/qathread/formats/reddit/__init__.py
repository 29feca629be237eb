"""
Answers of the Reddit API, as JSON; read only.

Reddit takes no threads in, so there is nothing to write. What is read is a page of a
thread (a list of two Listings), any single Listing, an answer of ``morechildren``, a
bare thing, or several of them: in an array, one a line, or as the .json files of a
folder. The mapping is in :mod:`._things`.

``more`` objects become stubs: their children that are not there, the count that the
API states, and as cursor the id that ``morechildren`` takes. Where the view was too
deep, the stub is ``below:`` and the comment, and its cursor the page to ask for. They
go when what they stand for is there, in whatever order the answers are read.

All posts are kept in memory until the last answer is read, since any of them may
belong to any thread; beside that memory holds one document, or one line. Time grows
with the size of the input.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import ValidationError
from ...thread import Thread
from .._json_files import SUFFIXES, folder_sniffer
from .._sources import Input
from ..registry import Format
from ._pages import Intake
from ._things import Style

__all__ = ["FORMAT"]

_THING: Final = re.compile(rb'"kind"\s*:\s*"(?:t[1-6]|Listing|more)"')
_DATA: Final = re.compile(rb'"data"\s*:\s*\{')
_MORE: Final = re.compile(
    rb'\{\s*"json"\s*:\s*\{\s*"(?:errors"\s*:\s*\[|data"\s*:\s*\{\s*"things)'
)


def read_api(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of one or more answers, in order of their ids.

    A thread and its root have the full name of the submission, ``t3_abc``; comments
    are ``t1_def``. People are known by name. The order of the answers makes no
    difference to the threads.

    Options:
        unescape: Whether to undo, once, ``&amp;``, ``&lt;`` and ``&gt;`` in titles,
            texts and flairs. The API puts them in unless it was asked with
            ``raw_json=1``, and the file does not say; False if not said.

    Args:
        input: A document, lines or a folder.
        options: As above.

    Yields:
        Threads with their posts in order of time, each after its parent.

    Raises:
        FormatError: If it is no such answer.
        ValidationError: If an option is not of its kind.
    """
    unescape = options.get("unescape", False)
    if not isinstance(unescape, bool):
        raise ValidationError("unescape is neither True nor False: give one of them")
    return _threads(input, Style(unescape=unescape))


def _threads(input: Input, style: Style) -> Iterator[Thread]:
    intake = Intake(input, style)
    intake.read()
    yield from intake.threads()


def sniff_api(head: bytes) -> bool:
    """Tell whether *head* begins an answer of the API."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"{", b"[") or b'"qathread":' in head:
        return False
    if _MORE.match(start):
        return True
    return bool(_THING.search(head) and _DATA.search(head))


FORMAT: Final = Format(
    name="reddit",
    summary="pages of the Reddit API as JSON: a file, lines or a folder",
    suffixes=SUFFIXES,
    reader=read_api,
    sniff=sniff_api,
    sniff_folder=folder_sniffer(sniff_api),
    options=frozenset({"unescape"}),
)
