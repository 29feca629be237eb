"""
Items of Hacker News as JSON, from its own API and from that of Algolia; read only.

The site takes no threads in, so there is nothing to write. What is read, in one
document, in a list, on lines, or in the files of a folder, in any order:

- items of the Firebase API, each by itself; ``null`` where there is none;
- items of Algolia, with what stands under them nested in ``children``;
- hits of a search of Algolia, alone or on their page.

===================================  ==============================================
Firebase / Algolia                   here
===================================  ==============================================
``id`` / ``objectID``                id of the post; of a root, of the thread too
``type``                             story, job, poll: question; comment: comment;
                                     in extra where it is not story or comment
``by`` / ``author``                  author, with this name as id and name
``time`` / ``created_at_i``,         ``created_at``
``created_at``
``text`` / ``comment_text``,         body, HTML as it is (paragraphs begin with
``story_text``                       ``<p>`` and do not end)
``title``                            title; of anything but a root, in extra
``parent`` / ``parent_id``           parent
``kids`` / ``children``              order of replies; a stub for each that is named
                                     and not there
``score`` / ``points``               score of the tally; comments mostly have none
``descendants`` / ``num_comments``   ``provenance.declared``
``deleted`` / no author and text     ``deleted``
``dead``                             ``removed``
``story_id``                         the root of a comment whose parents are missing
``parts``                            extra of the question
pollopt / ``options``                ``pollopts`` in the extra of the thread: options
                                     are no replies
all others, such as ``url``          extra of the post
===================================  ==============================================

A thread can be complete only when everything is read, so every item is held once, and
once more for each different view of it; beside that memory holds one document or one
line. Time grows with the size of the input, and with the logarithm of the number of
replies to one post. Nesting is walked without recursion.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import ValidationError
from ...thread import Thread
from .._json_files import SUFFIXES, folder_sniffer
from .._sources import Input
from ..registry import Format
from ._intake import items_of
from ._threads import threads_of

__all__ = ["FORMAT"]

_TYPE: Final = re.compile(rb'"type"\s*:\s*"(?:story|comment|job|poll|pollopt)"')
_ID: Final = re.compile(rb'"id"\s*:\s*[0-9]')
_TIME: Final = re.compile(rb'"time"\s*:\s*[0-9]')
_TREE: Final = re.compile(rb'"created_at_i"\s*:\s*[0-9]')
_CHILDREN: Final = re.compile(rb'"(?:children|parent_id|story_id)"\s*:')
_HIT: Final = re.compile(rb'"objectID"\s*:\s*"[0-9]')
_TAGS: Final = re.compile(rb'"_tags"\s*:\s*\[')


def read_items(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of items, in order of the first item of each.

    Ids are the site's, as text. Under a story that was not delivered, a stub is the
    root. Replies to one post come in the order in which the site ranks them, then by
    time; so the order of the input makes no difference.

    Options:
        unescape: Whether to undo HTML escapes in titles, once; False if not said,
            since titles of the samples are plain; the description of the API says
            that they are HTML.

    Args:
        input: A document, lines or a folder.
        options: As above.

    Yields:
        Threads of kind discussion.

    Raises:
        FormatError: If there is no item; if strict, at any damage.
        LossError: If strict, where two views of an item differ.
        ValidationError: If an option is not of its kind.
    """
    escaped = options.get("unescape", False)
    if not isinstance(escaped, bool):
        raise ValidationError("unescape is neither True nor False: give one of them")

    def threads() -> Iterator[Thread]:
        yield from threads_of(items_of(input), input.report, unescape=escaped)

    return threads()


def sniff_items(head: bytes) -> bool:
    """Tell whether *head* begins items of one of the APIs."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"[") or b'"qathread":' in head:
        return False
    if _HIT.search(head):
        return bool(_TREE.search(head) or _TAGS.search(head))
    if _TREE.search(head):
        return bool(_CHILDREN.search(head))
    return bool(_TYPE.search(head) and _ID.search(head) and _TIME.search(head))


FORMAT = Format(
    name="hackernews",
    summary="items of Hacker News as JSON: Firebase, Algolia, search hits",
    suffixes=SUFFIXES,
    reader=read_items,
    sniff=sniff_items,
    sniff_folder=folder_sniffer(sniff_items),
    options=frozenset({"unescape"}),
)
