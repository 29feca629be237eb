"""
Answers of the API of Lemmy as JSON, versions 3 (server 0.19) and 4 (1.0); read only.

Lemmy takes posts in one by one through its API, and by federation, not in this form;
so there is nothing to write. What is read, in one document, in a list, on lines, or in
the files of a folder, in any order: answers of ``/post``, ``/comment/list``,
``/comment``, ``/post/list`` and others with ``posts``, ``comments`` or ``items``, and
single views. Old and new shapes are told apart member by member, and may be mixed.

===================================  ==============================================
Lemmy                                here
===================================  ==============================================
``post.id``                          id of the question and of the thread
``comment.id``                       ``c`` and the id
``ap_id``                            ``provenance.url``; with ``ids="global"`` the id
``path``                             parent; stubs for ids in it that are not there
``comments``, ``child_count``        ``provenance.declared``; a stub ``ID/more`` where
                                     more are counted than are known
``name``, ``body``, ``content``      title; body, which is Markdown
``creator``                          author: ``display_name`` or ``name``; the handle
                                     is ``name``, with the host if that is another;
                                     bot, deleted
``published``, ``published_at``      ``created_at``
``updated``, ``updated_at``          ``edited_at``; how often is not known
``upvotes``, ``downvotes``,          tally
``score``
``deleted``, ``removed``             deleted by the author, removed by a moderator
``locked``                           locked: no more replies
``featured_community``,              pinned; extra says which
``featured_local``
``tags``                             tags; whole in extra
``cross_posts``                      links; whole in the extra of the thread
``community``, ``moderators``, all   extra of the thread
beside a ``post_view``
``distinguished``, ``language_id``,  extra of the post
``url``, all others
all others of a view                 ``view`` in the extra of the post
===================================  ==============================================

A thread can be complete only when everything is read, so every view is held once, and
once more for each copy of it; beside that memory holds one document or one line. Time
grows with the size of the input.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import ValidationError
from ...thread import Thread
from .._json_files import SUFFIXES, folder_sniffer
from .._sources import Input
from .._times import zone_of
from ..registry import Format
from ._intake import Intake
from ._people import Names
from ._threads import thread_of

__all__ = ["FORMAT"]

_ADDRESS: Final = re.compile(rb'"ap_id"\s*:\s*"')
_CREATOR: Final = re.compile(rb'"creator_id"\s*:\s*[0-9]')
_OWN: Final = re.compile(
    rb'"(?:post_view|comment_view|community_id|post_id|creator|bot_account)"\s*:'
)
_IDS: Final = ("local", "global")


def read_views(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of posts, in order of the first appearance of each.

    Options:
        ids: ``"local"``, the numbers of the server, if not said; or ``"global"``,
            the addresses that are the same on every server, for merging what
            several servers tell of one thread.
        assume_tz: The zone of times that state none, as those of servers before
            0.19: an IANA name or an offset. Without it a strict reading refuses
            them, and a lenient one takes UTC.

    Args:
        input: A document, lines or a folder; of one server.
        options: As above.

    Yields:
        Threads of kind discussion, with their posts in order of time.

    Raises:
        FormatError: If there is no post and no comment; if strict, at any damage.
        LossError: If strict, where copies of a post differ.
        ValidationError: If an option is not of its kind.
    """
    ids = options.get("ids", "local")
    if ids not in _IDS:
        raise ValidationError("ids is neither 'local' nor 'global': give one of them")
    zone = zone_of(options.get("assume_tz"))
    intake = Intake(input)

    def threads() -> Iterator[Thread]:
        intake.read()
        names = Names(ids == "global", min(intake.hosts, default=None))
        for number in list(intake.threads):
            found = intake.threads.pop(number)
            yield thread_of(number, found, names, zone, input.report)

    return threads()


def sniff_views(head: bytes) -> bool:
    """Tell whether *head* begins an answer of the API."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"[") or b'"qathread":' in head:
        return False
    return bool(_ADDRESS.search(head) and _CREATOR.search(head) and _OWN.search(head))


FORMAT = Format(
    name="lemmy",
    summary="answers of the API of Lemmy as JSON, 0.19 and 1.0",
    suffixes=SUFFIXES,
    reader=read_views,
    sniff=sniff_views,
    sniff_folder=folder_sniffer(sniff_views),
    options=frozenset({"assume_tz", "ids"}),
)
