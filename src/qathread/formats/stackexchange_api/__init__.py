"""
Answers of the Stack Exchange API, version 2.3, as JSON; read only.

The API takes no threads in, so there is nothing to write. What is read is one wrapper
with ``items``, several of them (an array, JSON Lines, a folder of .json pages), or a
bare list of items: questions, answers and comments, nested or each by itself. Version
1, with ``questions``, ``answers`` or ``comments`` in place of ``items``, is read too.

Pages overlap when something changes between two requests: posts are merged by id,
the newest copy wins, and what the others said is reported. That cannot be known
before the last page, so every post is kept once, and once more for each different
copy of it, until all pages are read; beside that memory holds the bytes and values of
one document, or of one line. Time grows with the size of the input.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import ValidationError
from ...thread import Thread
from .._json_files import SUFFIXES, folder_sniffer
from .._report import Collector
from .._sources import Input
from ..registry import Format
from ._pages import Intake
from ._people import Texts
from ._threads import threads_of

__all__ = ["FORMAT"]

_LIST: Final = re.compile(rb'"(?:items|questions|answers|comments)"\s*:\s*\[')
_POST: Final = re.compile(rb'"(?:question|answer|comment)_id"\s*:\s*-?[0-9]')
_OWN: Final = re.compile(
    rb'"(?:accepted_answer_id|creation_date|has_more|is_accepted|is_answered|'
    rb'last_activity_date|post_type|quota_max|user_type)"\s*:'
)
_QUOTA: Final = re.compile(rb'"quota_remaining"\s*:')
_ERROR: Final = re.compile(rb'"error_(?:id|message|name)"\s*:')


def read_api(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of one or more pages, in order of appearance.

    Ids are the site's: thread and question ``123``, answer ``124``, comment ``c5``,
    people by ``user_id``. The site itself is not in the items, so read the pages of
    one site at a time. An author who is gone is a user ``gone:p124`` of kind deleted,
    one per post; one who was not delivered is ``unknown:p124``. Under a question that
    was not delivered, a stub is the root.

    Options:
        unescape: Whether to undo, once, the HTML escapes that the API puts into
            titles, names and Markdown; True if not said.

    Args:
        input: A document, lines or a folder.
        options: As above.

    Yields:
        Threads with their posts in order of time.

    Raises:
        FormatError: If it is no such answer, or an error of the API.
        ValidationError: If an option is not of its kind.
    """
    unescape = options.get("unescape", True)
    if not isinstance(unescape, bool):
        raise ValidationError("unescape is neither True nor False: give one of them")
    return _threads(input, Texts(unescape))


def _threads(input: Input, texts: Texts) -> Iterator[Thread]:
    report: Collector = input.report
    intake = Intake(report)
    intake.read(input)
    yield from threads_of(intake.merged(), texts, report)


def sniff_api(head: bytes) -> bool:
    """Tell whether *head* begins an answer of the API."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"[") or b'"qathread":' in head:
        return False
    if _POST.search(head) and _OWN.search(head):
        return True
    if start == b"{" and len(set(_ERROR.findall(head))) > 1:
        return True
    return bool(_QUOTA.search(head) and _LIST.search(head))


FORMAT = Format(
    name="stackexchange-api",
    summary="pages of the Stack Exchange API as JSON: a file, lines or a folder",
    suffixes=SUFFIXES,
    reader=read_api,
    sniff=sniff_api,
    sniff_folder=folder_sniffer(sniff_api),
    options=frozenset({"unescape"}),
)
