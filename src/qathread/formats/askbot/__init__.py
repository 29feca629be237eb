"""
Answers of Askbot's API, its lists of comments and its question pages; read only.

Askbot takes none of these in, so there is nothing to write. No source says all of a
question: the API has times as epochs, views and tags but no answers; a page has
question, answers and the first comments; a list has all comments on one post. A
folder that holds several of them is read as a whole, and what they say of one post
is put together: the API first, then lists, then pages.

=====================================  ===============================================
Askbot                                 in the thread
=====================================  ===============================================
``id``                                 the id of the post, as text
``title``, ``tags``, ``view_count``,   title, tags, views, score, ``provenance.url``
``score``, ``url``
``text``; ``html``, HTML of a page     the body: Markdown; HTML
``author``, ``user_id``, a profile     the author
``added_at``, ``last_edited_at``       ``created_at``, ``edited_at``: epochs
``comment_added_at``, times of pages   the same, as clock times with an offset
``accepted_answer_id``, its class      accepted
``closed`` and what goes with it       ``status.closed``
``answer_ids``, "see more comments"    stubs, for what is not at hand
``object_id``                          the parent of a comment
``answer_count``                       ``declared``: answers
all others                             ``provenance.extra`` of the post
=====================================  ===============================================

Everything is kept until the last file is read. Time grows with the size of the input.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import tzinfo
from pathlib import Path
from typing import Final

from ...errors import FormatError, excerpt
from ...thread import Thread
from .._html_tree import is_page
from .._json import Place, json_values
from .._json_files import shown_name
from .._sources import HEAD, Input, open_source, suffixes
from .._times import zone_of
from ..registry import Format
from ._answers import facts_in
from ._facts import Facts, threads_of
from ._page import page_facts

__all__ = ["FORMAT"]

_SUFFIXES: Final = (".json", ".html", ".htm")
_LOOKS: Final = 3  # files of a folder that are looked at
_BOM: Final = b"\xef\xbb\xbf"
_API: Final = re.compile(rb'"last_activity_at"\s*:\s*"?[0-9]')
_OWN: Final = re.compile(rb'"(?:answer_ids|accepted_answer_id|last_activity_by)"\s*:')
_COMMENT: Final = re.compile(rb'"comment_added_at"\s*:')
_PAGE: Final = re.compile(rb"\baskbot\[?['\"](?:data|urls|settings)['\"]\]|js-question")
_PARTS: Final = re.compile(rb"data-post-id|data-comment-id|askbot\[")


def read_askbot(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of a file or of all files in a folder.

    Options:
        assume_tz: The zone of the server. Pages and lists state an offset, but it is
            that of the day of the request; with the zone it is not needed.

    Args:
        input: A file or a folder.
        options: As above.

    Yields:
        Threads with their posts in order of time.

    Raises:
        FormatError: If nothing in it is of Askbot.
        MissingExtraError: If it holds a page, and lxml is not installed.
        ValidationError: If an option is not of its kind.
    """
    return _threads(input, zone_of(options.get("assume_tz")))


def _threads(input: Input, zone: tzinfo | None) -> Iterator[Thread]:
    report, facts = input.report, list[Facts]()
    problem: FormatError | None = None
    if not input.is_folder or input.path is None:
        facts = list(_facts(input, zone, ""))
    else:
        paths = _paths(input.path)
        if not paths:
            raise report.error(
                "not-this-format", "the folder holds no .json or .html file"
            )
        for path in paths:
            one = open_source(path, input.limits, report)
            report.source = input.name
            name = excerpt(shown_name(path), 80)
            with closing(one):
                try:
                    facts.extend(_facts(one, zone, name))
                except FormatError as error:
                    if report.strict or error.code != "not-this-format":
                        raise
                    problem = problem or error
                    report.damage(
                        "not-a-page",
                        f"a file is passed over: {error.message}",
                        name,
                        kind="skipped",
                        error="not-this-format",
                    )
    if not any(each.kind is not None for each in facts):
        if problem is not None:
            raise problem
        if any(loss.code == "syntax" for loss in report.report):
            raise report.error(
                "syntax",
                "it is damaged before its first question or comment ends: get the "
                "whole file",
            )
        raise report.error(
            "not-this-format", "this holds no question and no comment of Askbot"
        )
    yield from threads_of(facts, report)


def _facts(input: Input, zone: tzinfo | None, label: str) -> Iterator[Facts]:
    report = input.report
    if is_page(input.head(), report, "an answer or a page of Askbot"):
        yield from page_facts(input.document(), report, input.limits, zone, label)
        return
    data = input.document()
    for place, value in json_values(data, report, input.limits, label):
        yield from facts_in(value, Place(place), report, zone)


def _paths(folder: Path) -> list[Path]:
    found = []
    for path in folder.iterdir():
        suffix, packing = suffixes(path.name)
        if suffix in _SUFFIXES and packing != ".7z" and path.is_file():
            found.append(path)
    return sorted(found)


def sniff_askbot(head: bytes) -> bool:
    """Tell whether *head* begins an answer, a list or a page of Askbot."""
    start = head.removeprefix(_BOM).lstrip()[:1]
    if start == b"<":
        return bool(_PAGE.search(head) and _PARTS.search(head))
    if start not in (b"{", b"["):
        return False
    if _COMMENT.search(head):
        return b'"object_id"' in head
    return bool(_API.search(head) and _OWN.search(head))


def sniff_folder(folder: Path) -> bool:
    """Tell whether one of the first files of *folder* is of Askbot."""
    for path in _paths(folder)[:_LOOKS]:
        if suffixes(path.name)[1]:
            continue
        with path.open("rb") as opened:
            if sniff_askbot(opened.read(HEAD)):
                return True
    return False


FORMAT = Format(
    name="askbot",
    summary="Askbot: answers of its API, lists of comments, question pages, a folder",
    suffixes=_SUFFIXES,
    reader=read_askbot,
    sniff=sniff_askbot,
    sniff_folder=sniff_folder,
    options=frozenset({"assume_tz"}),
)
