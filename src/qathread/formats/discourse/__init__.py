"""
Topics and posts of Discourse as JSON; read only.

Discourse takes threads in through scripts that run on the server, and post by post
through its API, not in this form; so there is nothing to write. What is read, in one
document, in a list, on lines, or in the files of a folder, in any order:

- topics: ``/t/ID.json``, page by page;
- posts: ``/posts/ID.json``, ``/posts.json``, archives of such posts;
- lists of topics, for the title and tags of topics whose posts come by themselves.

===================================  ==============================================
Discourse                            here
===================================  ==============================================
topic ``id``                         id of the thread
post ``id``                          id of the post; ``c`` and the id for a comment
                                     of the plugin for votes
``title``, ``tags``, ``views``       of the question; ``topic_title`` of a post where
                                     the topic itself is not there
``post_number`` 1                    the question
``reply_to_post_number``             parent; none: the question. A post that is not
                                     there is ``TOPIC/NUMBER``
``post_stream.stream``               stubs for ids that were not delivered
``raw``, ``cooked``                  body: Markdown, with ``cooked`` in extra; without
                                     ``raw`` the HTML
``user_id``, ``username``, ``name``  author: id, handle, name; a null id: of kind
                                     deleted; below 0 system or bot
``created_at``                       ``created_at``
``version``                          ``revision``; earlier wordings are not known
``updated_at``                       ``edited_at`` where the version is above 1
``actions_summary``                  the count of ``like``; no entry means 0; flags
                                     stay in extra
``reactions``                        counts of emoji, under the names of the site
``post_voting_vote_count``           score
``accepted_answer``                  accepted; the post is an answer
``user_deleted``, ``deleted_at``     deleted by the author, else removed
``hidden``, ``wiki``, ``locked``     marks of the post; a whisper is hidden too
``closed``, ``archived``,            marks of the thread; small actions (``post_type``
``pinned_at``, ``visible``           3) say who, when and why
small actions                        ``small_actions`` in the extra of the thread
quotes, links to other topics        links; a quoted post by its id, or ``TOPIC/NUMBER``
counts of the topic and of replies   ``provenance.declared``
all others                           extra of the post, or of the thread
===================================  ==============================================

A thread is of kind qa if people vote on its posts (then replies to the topic are
answers) or if it has a solution (then that one is an answer, all others stay
comments, since nothing says more of them).

A topic can be complete only when everything is read, so every post is held once, and
once more for each copy of it; beside that memory holds one document or one line. Time
grows with the size of the input.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...thread import Thread
from .._json_files import SUFFIXES, folder_sniffer
from .._sources import Input
from ..registry import Format
from ._intake import topics_of
from ._threads import thread_of

__all__ = ["FORMAT"]

_NUMBER: Final = re.compile(rb'"post_number"\s*:\s*[0-9]')
_COOKED: Final = re.compile(rb'"(?:cooked|raw|topic_slug)"\s*:')
_STREAM: Final = re.compile(rb'"post_stream"\s*:\s*\{')
_LIST: Final = re.compile(rb'"topic_list"\s*:\s*\{')
_TOPIC: Final = re.compile(rb'"(?:fancy_title|highest_post_number|topic_slug)"\s*:')


def read_topics(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of topics, in order of their first appearance.

    Posts come in order of their numbers, then comments on posts; so the order of
    the input makes no difference. Ids are those of one site: read the files of one
    site at a time.

    Args:
        input: A document, lines or a folder.
        options: There are none.

    Yields:
        Threads.

    Raises:
        FormatError: If there is no topic and no post; if strict, at any damage.
        LossError: If strict, where copies of a post differ.
    """
    for topic in topics_of(input):
        yield thread_of(topic, input.report)


def sniff_topics(head: bytes) -> bool:
    """Tell whether *head* begins topics or posts."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"[") or b'"qathread":' in head:
        return False
    if _NUMBER.search(head) and _COOKED.search(head):
        return True
    return bool((_STREAM.search(head) or _LIST.search(head)) and _TOPIC.search(head))


FORMAT = Format(
    name="discourse",
    summary="topics and posts of Discourse as JSON: files, lines or a folder",
    suffixes=SUFFIXES,
    reader=read_topics,
    sniff=sniff_topics,
    sniff_folder=folder_sniffer(sniff_topics),
)
