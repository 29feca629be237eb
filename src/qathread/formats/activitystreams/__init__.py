"""
ActivityStreams 2.0: objects, activities and collections, as ActivityPub servers send.

Documents, lists, JSON Lines and folders of them. Nothing is fetched: what is only an
address is a ``Stub``, or is told of in the report. Objects of any type that can be
read or shown are posts, and ``inReplyTo`` makes threads of them; a post that was not
delivered is a stub, also at the top.

==========================================  ==========================================
ActivityStreams                             qathread
==========================================  ==========================================
``id``                                      the id; without one a name made of the
                                            content, ``urn:qathread:object:...``
``type``                                    ``extra``, unless it is ``Note``
``inReplyTo``                               the parent: of several the first that is
                                            here; what has none opens a thread
``content``, ``mediaType``, ``contentMap``  the body: HTML unless it says otherwise
``source``                                  ``extra``; the body where there is no
                                            ``content``
``name`` of what opens a thread             the title; else ``extra``
``attributedTo``, the ``actor`` of Create   the author: of several the first person
``published``, ``updated``                  ``created_at``, ``edited_at``
``url``, ``licence``                        ``provenance.url``, ``provenance.license``
Hashtags of what opens a thread             the tags; ``tag`` stays in ``extra`` if it
                                            says more
``totalItems`` of likes, dislikes,          ``provenance.declared``; of the first two
shares, replies                             also the tally
``replies`` that are elsewhere              a ``Stub``, with the next page as cursor
Tombstone, Delete                           ``deleted``; ``removed`` if somebody else
                                            than the author did it
Update, copies of different times           revisions
Like, Dislike                               votes where the thread takes votes, else
                                            reactions (see ``likes=``)
EmojiReact, Like with a ``content``         a reaction
Flag, Lock, Add to ``featured``             a flag, a lock, pinned
``schema:acceptedAnswer``                   the accepted answers
Undo                                        takes away what it undoes
other activities about a post               ``extra``, as ``qathreadActivities``
``@context``                                ``extra`` of the thread
anything else                               ``extra``
==========================================  ==========================================

A thread can be complete only when the last document is read, so all are held in
memory. Time is in proportion to the size of the documents.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..._checks import instant
from ...errors import ValidationError
from ...thread import Thread
from .._json_files import SUFFIXES, documents, folder_sniffer
from .._sources import Input
from .._times import zone_of
from ..registry import Format
from ._intake import Intake
from ._own import read_pool
from ._settings import Settings
from ._writing import write_activitystreams

__all__ = ["FORMAT"]

#: Names that only ActivityStreams has, for documents without a context.
_SIGNS: Final = re.compile(
    rb'"https?://www\.w3\.org/ns/activitystreams[#"]|'
    rb'"(?:attributedTo|inReplyTo|orderedItems|preferredUsername)"\s*:|'
    rb'"type"\s*:\s*"Tombstone"'
)
_ACTIVITY: Final = tuple(
    re.compile(rb'"%s"\s*:\s*[\["{]' % name) for name in (b"actor", b"object", b"type")
)
_LIKES: Final = ("votes", "reactions")


def read_activitystreams(
    input: Input, options: Mapping[str, object]
) -> Iterator[Thread]:
    """
    Yield the threads of all documents.

    Args:
        input: A document, a list of them, JSON Lines, or a folder.
        options: ``likes="votes"`` or ``likes="reactions"`` says what a Like is; not
            given, it is a vote in a thread that opens with a Page or takes dislikes.
            ``assume_at=`` is when likes were given that state no time.
            ``assume_tz=`` is the zone of times that state none.

    Raises:
        FormatError: If nothing is ActivityStreams; if strict, at any damage.
        LossError: If strict, where two copies of one post differ.
        ValidationError: If an option is not of its kind.
    """
    likes, at = options.get("likes"), options.get("assume_at")
    if likes is not None and likes not in _LIKES:
        raise ValidationError(f"likes is {likes!r}: give 'votes' or 'reactions'")
    settings = Settings(
        likes=likes if isinstance(likes, str) else None,
        assume_at=None if at is None else instant(at, "assume_at"),
        zone=zone_of(options.get("assume_tz")),
    )
    return _threads(input, settings)


def _threads(input: Input, settings: Settings) -> Iterator[Thread]:
    intake = Intake(input.report, input.limits)
    intake.read(documents(input, "ActivityStreams as JSON"))
    found = 0
    for pool in intake.pools:
        for thread in read_pool(pool, settings, input.report):
            found += 1
            yield thread
    if not found:
        input.report.tell(
            "no-thread", "ActivityStreams in which nothing is a post", input.name
        )


def sniff_activitystreams(head: bytes) -> bool:
    """Tell whether *head* begins a document of ActivityStreams."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"["):
        return False
    return _SIGNS.search(head) is not None or all(
        sign.search(head) for sign in _ACTIVITY
    )


FORMAT = Format(
    name="activitystreams",
    summary="ActivityStreams 2.0 of ActivityPub servers: objects, activities, lists",
    suffixes=SUFFIXES,
    reader=read_activitystreams,
    writer=write_activitystreams,
    sniff=sniff_activitystreams,
    sniff_folder=folder_sniffer(sniff_activitystreams),
    options=frozenset({"assume_at", "assume_tz", "likes"}),
)
