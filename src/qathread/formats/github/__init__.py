"""
GitHub Discussions as JSON: GraphQL results, webhooks, flattened exports; read only.

GitHub has no interface that takes in discussions with their authors and dates, so
there is nothing to write.

========================================  ===========================================
GitHub                                    qathread
========================================  ===========================================
``url``, ``html_url``, or repository and  ``owner/name#4``, the id of the thread and
``number``                                of its question; without them the node id
``url`` of a comment, ``databaseId``,     the number of the comment; without one the
``id`` of a webhook                       node id, without any id ``x-`` and a digest
                                          of author, time and text
``title``, ``body``, ``bodyHTML``         title and body; Markdown before HTML, the
                                          other one stays in ``extra``
``author``, ``user``                      login as id, handle and name shown; ``Bot``
                                          is of kind bot; null or ``ghost``: deleted,
                                          one per post
``createdAt``, ``lastEditedAt``           ``created_at``, ``edited_at``
``upvoteCount``, ``upvotes``              ``tally.up``; ``down`` is 0, since there are
                                          no downvotes
``reactionGroups``, ``reactions``         counts by kind: ``+1``, ``-1``, ``laugh``,
                                          ``hooray``, ``confused``, ``heart``,
                                          ``rocket``, ``eyes``; no part of the score
``reactions.nodes`` with user and time    reactions by name
``category.isAnswerable``                 a question with answers: comments are
                                          answers, replies comments; else a
                                          discussion. Without a category a chosen
                                          answer makes it one
``answer``, ``isAnswer``,                 ``accepted``
``answer_html_url``
``labels``                                tags
``closed``, ``closedAt``,                 ``status.closed``
``stateReason``
``locked``, ``activeLockReason``          ``status.locked`` for replies
``isMinimized``, ``minimizedReason``      ``hidden``
``deletedAt``; a webhook ``deleted``      ``deleted``; ``removed`` if another one
                                          than the author did it
``userContentEdits``                      revisions, if the newest is the text
``comments.totalCount``, ``replies``      ``provenance.declared``; where there are
                                          more, a ``Stub`` with cursor and count
anything else                             ``provenance.extra`` of the post, as it came
========================================  ===========================================

Several documents (a webhook after the other, pages, an export) are merged by these
ids, so all posts are kept until the end; time grows with the size of the input.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...thread import Thread
from .._json_files import SUFFIXES, documents, folder_sniffer
from .._sources import Input
from ..registry import Format
from ._intake import Intake

__all__ = ["FORMAT"]

_GRAPHQL: Final = re.compile(
    rb'"(?:discussions?|isAnswerable|answerChosenAt|upvoteCount|isAnswered|'
    rb'discussionComment)"\s*:'
)
_HOOK: Final = re.compile(rb'"(?:answer_html_url|discussion_id|is_answerable)"\s*:')
_FLAT: Final = re.compile(rb'"(?:answer|comments|upvotes|commentTotal)"\s*:')
_URL: Final = re.compile(rb"/discussions\\?/[0-9]")


def read_github(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the discussions of one or more documents, in order of appearance.

    Args:
        input: A document, lines or a folder of .json files.
        options: None are known.

    Yields:
        Threads with their posts in order of time.

    Raises:
        FormatError: If there is no discussion in it; if strict, at any damage.
    """
    intake = Intake(input.report)
    for where, value in documents(input, "GitHub discussions"):
        intake.take(value, where)
    yield from intake.threads()


def sniff_github(head: bytes) -> bool:
    """Tell whether *head* begins a document with discussions of GitHub."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"[") or b'"qathread":' in head:
        return False
    if _URL.search(head) is None:
        return b'"isAnswerable"' in head or b'"answerChosenAt"' in head
    return any(each.search(head) is not None for each in (_GRAPHQL, _HOOK, _FLAT))


FORMAT = Format(
    name="github",
    summary="GitHub Discussions as JSON: GraphQL, webhooks, exports",
    suffixes=SUFFIXES,
    reader=read_github,
    sniff=sniff_github,
    sniff_folder=folder_sniffer(sniff_github),
)
