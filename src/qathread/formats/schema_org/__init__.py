"""
Pages marked up with schema.org: ``QAPage`` and ``DiscussionForumPosting``.

Read are JSON-LD documents, and pages of HTML with JSON-LD, microdata or RDFa Lite,
which need lxml; written is JSON-LD.

=================================  ===================================================
schema.org                         in the thread
=================================  ===================================================
``@id``, ``identifier``, ``url``,  the id, the first that is no other post's; else one
the id of the element              made of parent, author, time and words
the same of the page               the id of the thread
``name``, ``headline``             the title
``text``, ``articleBody``          the body: HTML of elements; of JSON-LD plain, or as
                                   ``encodingFormat`` says
``keywords``, ``inLanguage``       tags, language
``author``, ``creator``            the author; further people are told
``datePublished``, else            ``created_at``
``dateCreated``
``dateModified``, ``version``      ``edited_at``, ``revision``
``acceptedAnswer``,                answers; one that is both is one
``suggestedAnswer``
``comment``, ``parentItem``        comments, to any depth
``upvoteCount``                    the score; with ``downvoteCount`` votes
``interactionStatistic``           votes (likes and dislikes together), reactions
                                   (likes alone, ``ReactAction``), views; comments
                                   and shares go to ``declared``
``answerCount``, ``commentCount``  ``declared``: answers, comments
``creativeWorkStatus``             deleted, if it says so
``sharedContent``                  links
``x-qathread:`` and a name         what we wrote there: marks, links, bounties, kinds
                                   and levels of people, missing posts
``license``, ``url``               of the provenance
all others                         ``provenance.extra`` of the post, of a ``QAPage``
                                   that of the thread
=================================  ===================================================

A document is held in memory. Time and memory grow with its size, whatever refers to
what in it: every node is read once, and properties may give the text of a page ten
times.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Final

from ...thread import Thread
from .._html_tree import is_page
from .._sources import Input
from .._times import zone_of
from ..registry import Format
from ._drafts import Found
from ._jsonld import cuts, documents
from ._merging import merged
from ._pages import page_sources
from ._posts import Posts
from ._threads import thread_of
from ._writing import json_ld, script_text, write_pages

__all__ = ["FORMAT", "json_ld", "script_text"]

_TYPES: Final = rb"(?:Question|QAPage|DiscussionForumPosting|SocialMediaPosting)"
_JSON: Final = re.compile(
    rb'"@type"\s*:\s*(?:\[[^\]]{0,200})?"(?:https?://(?:www\.)?schema\.org/|schema:)?'
    + _TYPES
    + rb'"'
)
_MARKUP: Final = re.compile(
    rb"itemtype\s*=\s*[\"']?[^\"'>]{0,200}schema\.org/"
    + _TYPES
    + rb"\b|typeof\s*=\s*[\"']?[^\"'>]{0,200}\b"
    + _TYPES
    + rb"\b",
    re.IGNORECASE,
)
_BOM: Final = b"\xef\xbb\xbf"


def read_pages(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of a page or a JSON-LD document, in order of appearance.

    Options:
        assume_tz: The zone of times that state none. Without it a strict reading
            refuses them, a lenient one takes UTC and reports it.

    Args:
        input: A page, or a document.
        options: As above.

    Yields:
        Threads.

    Raises:
        FormatError: If it holds no question and no discussion.
        MissingExtraError: If it is a page, and lxml is not installed.
        ValidationError: If an option is not of its kind.
    """
    zone = zone_of(options.get("assume_tz"))
    return _threads(input, zone)


def _threads(input: Input, zone: tzinfo | None) -> Iterator[Thread]:
    report = input.report
    is_html = is_page(input.head(), report, "a page or JSON-LD of schema.org")
    found: list[Found] = []
    data = input.document()
    before = cuts(report)
    read = page_sources if is_html else documents
    for source in read(data, report, input.limits):
        found.extend(Posts(source, report, zone).threads())
    if not found:
        what = "an HTML page" if is_html else "JSON"
        if cuts(report) > before:
            raise report.error(
                "syntax",
                f"this is {what} with damaged JSON-LD and nothing whole before the "
                "damage: get the whole file",
            )
        raise report.error(
            "not-this-format",
            f"this is {what} without a Question or DiscussionForumPosting of "
            "schema.org",
        )
    for thread in merged(found, report):
        yield thread_of(thread, report)


def sniff_page(head: bytes) -> bool:
    """Tell whether *head* begins a page or document with such data."""
    start = head.removeprefix(_BOM).lstrip()[:1]
    if b"schema.org" not in head:
        return False
    if start in (b"{", b"["):
        return _JSON.search(head) is not None
    return start == b"<" and bool(_JSON.search(head) or _MARKUP.search(head))


FORMAT = Format(
    name="schema-org",
    summary="JSON-LD, microdata and RDFa of schema.org: a file, or a page of HTML",
    suffixes=(".jsonld", ".html", ".htm"),
    reader=read_pages,
    writer=write_pages,
    sniff=sniff_page,
    options=frozenset({"assume_tz"}),
)
