"""
Statuses as the Mastodon API gives them; read only.

A server takes in statuses one by one and gives them ids and times of its own, so there
is nothing to write: for other servers write ``activitystreams``. What is read is a
status, the context of one, its history, a list of statuses, JSON Lines, or a folder
of all these.

==============================================  ======================================
Mastodon                                        qathread
==============================================  ======================================
``id``                                          the id, which the server gave
``in_reply_to_id``                              the parent
``uri``, ``url``                                ``provenance.id``, ``provenance.url``
``content``, ``language``                       the body, HTML
``created_at``, ``edited_at``                   ``created_at``, ``edited_at``
``account.id``, ``acct``, ``display_name``      the author: id, handle, name
``account.bot``                                 of kind bot
``favourites_count``                            the count of ``favourite`` reactions,
                                                never a score; also declared
``replies_count``, ``reblogs_count``,           ``provenance.declared``
``quotes_count``
replies that were counted and not delivered     a ``Stub``
``tags`` of what opens a thread                 the tags; also ``extra``
``quote``                                       a link; also ``extra``
``reblog``                                      the status that it passes on is read
``ancestors``, ``descendants``                  statuses; the one between them is not
                                                in its context: a ``Stub``
a history                                       revisions; the rest of each wording
                                                in ``extra``, as ``history``
anything else (``account``, ``poll``,           ``provenance.extra``
``visibility``, ``spoiler_text``, ...)
==============================================  ======================================

All is held in memory. Time is in proportion to the size of the documents.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import ValidationError
from ...thread import Thread
from .._json_files import SUFFIXES, documents, folder_sniffer
from .._sources import Input
from ..registry import Format
from ._intake import WANTED, Intake
from ._threads import threads_in

__all__ = ["FORMAT"]

_SIGNS: Final = tuple(
    re.compile(sign)
    for sign in (rb'"(?:acct|in_reply_to_id)"\s*:', rb'"spoiler_text"\s*:')
)
_CONTEXT: Final = re.compile(rb'\s*\{\s*"(?:ancestors|descendants)"\s*:\s*\[')


def read_mastodon(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield a thread for each status that opens one, or that was not delivered.

    Args:
        input: A file, lines, or a folder.
        options: ``status_id=`` says which status a context or a history is of. Not
            given, the replies do, or the author and the time of the first wording;
            where they do not, the digits in the name of the file.

    Raises:
        FormatError: If there is no status; if strict, at any damage.
        LossError: If strict, where two copies of a status differ, or at a history
            of nobody knows what.
        ValidationError: If the option is no text.
    """
    status_id = options.get("status_id")
    if status_id is not None and (not isinstance(status_id, str) or not status_id):
        raise ValidationError("status_id is no text: give the id, such as '1104462'")
    return _threads(input, status_id if isinstance(status_id, str) else None)


def _threads(input: Input, status_id: str | None) -> Iterator[Thread]:
    name = "" if input.path is None else input.path.name
    intake = Intake(input.report, input.limits, name, status_id)
    intake.read(documents(input, WANTED))
    yield from threads_in(intake, input.report)


def sniff_mastodon(head: bytes) -> bool:
    """Tell whether *head* begins an answer of the API with statuses."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"{", b"["):
        return False
    return bool(_CONTEXT.match(start)) or all(sign.search(head) for sign in _SIGNS)


FORMAT = Format(
    name="mastodon",
    summary="answers of the Mastodon API: statuses, contexts, histories",
    suffixes=SUFFIXES,
    reader=read_mastodon,
    sniff=sniff_mastodon,
    sniff_folder=folder_sniffer(sniff_mastodon),
    options=frozenset({"status_id"}),
)
