"""
Exports of Disqus as XML; read only.

Disqus takes no such file back. What it imports is a WXR file with members of its own,
which the format ``wordpress`` writes. The export holds ``<thread>``s, the pages that
are commented on, and ``<post>``s, the comments, in any order:

==================================  =================================================
Disqus                              qathread
==================================  =================================================
``thread/@dsq:id``                  ``t`` and the id, of the thread and its question;
                                    the id itself as ``provenance.id``
``title``, ``message``              title and body (HTML) of the question
``link``                            ``provenance.url``
``createdAt``                       ``created_at``; precision second, zone stated
``isClosed``                        ``status.closed``
``isDeleted``                       ``deleted``: Disqus does not say by whom
``isSpam``                          ``removed``, with ``spam`` as the reason
``isApproved`` that is false        ``pending``
``post/@dsq:id``                    the id of a comment
``post/thread``, ``post/parent``    which thread, and what it stands under
``author/username``                 id and handle of a user, ``name`` its name
``author`` without a user name      one user per post: ``anonymous:5`` where
                                    ``isAnonymous`` is true, else ``unknown:5``
``category``                        ``extra``, with title and forum where they are
                                    in the file; one without threads is told
anything else                       ``provenance.extra``: ``id``, ``forum``,
                                    ``ipAddress``, ``author/email``, ...
==================================  =================================================

Empty elements say nothing and are dropped. Threads and posts are kept until the end of
the file, since a post may stand before its thread; time grows with its size.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from ...thread import Thread
from .._sources import Input
from .._xml_events import is_xml, records
from ..registry import Format
from ._threads import Intake

__all__ = ["FORMAT"]

_NAMESPACES: Final = {
    "http://disqus.com/disqus-internals": "dsq",
    "https://disqus.com/disqus-internals": "dsq",
}
_WANTED: Final = "a Disqus export"


def read_disqus(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of an export, in the order of the file.

    A thread without posts is a question alone. Posts of a thread that is not in the
    file stand under a stub, which is yielded behind the others.

    Args:
        input: The file.
        options: None are known.

    Yields:
        Discussions with their posts in order of time.

    Raises:
        FormatError: If it is no such export; if strict, at any damage.
    """
    intake = Intake(input.report)
    found = records(input, level=2, namespaces=_NAMESPACES, wanted=_WANTED)
    root = next(found, None)
    if root is None or root.name != "disqus":
        named = "nothing" if root is None else f"<{root.name[:60]}>"
        raise input.report.error(
            "not-this-format", f"{_WANTED} begins with <disqus>, this is {named}"
        )
    for record in found:
        intake.take(record)
    yield from intake.threads()


def sniff_disqus(head: bytes) -> bool:
    """Tell whether *head* begins an export of Disqus."""
    return is_xml(head, "disqus", b"disqus.com")


FORMAT = Format(
    name="disqus",
    summary="exports of Disqus as XML",
    suffixes=(".xml",),
    reader=read_disqus,
    sniff=sniff_disqus,
)
