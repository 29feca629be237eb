"""
WordPress exports (WXR, "WordPress eXtended RSS"): read and written.

Each item that people comment on is a thread: the post is its question, comments are
comments. Disqus imports a variant of it, with ``dsq:`` members, which is read too.

=====================================  ==============================================
WXR                                    qathread
=====================================  ==============================================
``wp:post_id``                         ``p`` and the id, of the thread and its
                                       question; the id itself as ``provenance.id``
``title``, ``content:encoded``         title and body (HTML)
``link``                               ``provenance.url``
``wp:post_date_gmt``, ``pubDate``      ``created_at``; else ``wp:post_date``, which
                                       states no zone (``assume_tz=``)
``wp:post_modified_gmt``               ``edited_at``, if it differs
``dc:creator``, ``wp:author``          the author: login as id and handle, display
                                       name
``category domain="post_tag"``         tags; other domains stay in ``extra``, and
                                       slugs that do not follow from the name
``wp:status``                          ``pending``; ``private``, ``draft``,
                                       ``future``: hidden, with that as the reason;
                                       ``trash``: the question is deleted
``wp:comment_status`` ``closed``       ``status.closed``
``wp:is_sticky`` 1                     ``status.pinned``
``wp:comment_id``, ``_parent``         ids of comments; 0 is the post
``wp:comment_content``                 the body (HTML)
``wp:comment_date_gmt``                ``created_at``; else ``wp:comment_date``
``wp:comment_approved``                0: ``pending``; ``spam``, ``trash``,
                                       ``post-trashed``: removed, with that as the
                                       reason
``wp:comment_user_id``                 ``login`` of the author, else ``user:`` and
                                       the number; 0: ``anonymous:`` and the id of
                                       the comment, one each
``dsq:remote/dsq:id``                  the id of a user
``qathread_thread``, ``qathread_post`` members of our own, as meta data: what WXR has
                                       no word for
beside ``item`` and ``wp:author``      nothing: categories, terms and such are told
anything else                          ``provenance.extra``: ``wp:comment_type``,
                                       ``wp:comment_author_email``, ``wp:postmeta``,
                                       ``dsq:thread_identifier``, ...
=====================================  ==============================================

One item at a time is in memory, a comment is bounded by ``Limits.record``; time grows
with the size of the file.
"""

from typing import Final

from .._xml_events import is_xml
from ..registry import Format
from ._reading import read_wordpress
from ._writing import write_wordpress

__all__ = ["FORMAT"]

_SIGN: Final = b"wordpress.org/export/"


def sniff_wordpress(head: bytes) -> bool:
    """Tell whether *head* begins a WordPress export."""
    return is_xml(head, "rss", _SIGN)


FORMAT = Format(
    name="wordpress",
    summary="WordPress exports (WXR), as WordPress and Disqus import them",
    suffixes=(".xml", ".wxr"),
    reader=read_wordpress,
    writer=write_wordpress,
    sniff=sniff_wordpress,
    options=frozenset({"assume_tz"}),
)
