"""
Threads as an HTML page for people and for search engines; written only.

The markup is that of :mod:`qathread.html`, which needs the extra ``html``.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from ..bodies import PLAIN
from ..errors import ValidationError
from ..posts import Post
from ..thread import Thread
from ._features import lose, report_losses
from ._report import Collector
from .registry import Format
from .schema_org import json_ld, script_text

__all__ = ["FORMAT"]

_TARGET = "HTML"
_HELD = frozenset(
    (
        "kind",
        "root-missing",
        "answers",
        "comments-on-answers",
        "nesting",
        "order",
        "title",
        "tags",
        "views",
        "accepted",
        "languages",
        "created",
        "edited",
        "author-names",
        "user-names",  # counted here
        "levels",
        "user-kinds",
        "scores",
        "reaction-counts",  # counted here
        "estimates",
        "closed",
        "marks",
        "deleted",
        "stubs",
    )
)


def write_html(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write one page; the JSON-LD for search engines only if it has one thread.

    Images are links, so that the page asks nothing of other servers. A deleted or
    removed post shows that something stood there. Everything else that a page has
    no words for is counted in the report.

    Raises:
        ValidationError: If there is no thread at all.
        MissingExtraError: If markdown-it-py or nh3 is missing.
    """
    # Not at the top: a list of formats must not need what this one needs.
    from ..html import page

    found = iter(threads)
    first = list[Thread]()
    for thread in found:
        first.append(thread)
        if len(first) == 2:
            break
    if not first:
        raise ValidationError("there is no thread to write: give at least one")
    # What only the data block lacks is no loss of the page, so nobody counts it.
    data = script_text(json_ld(first[0])) if len(first) == 1 else None
    told = _telling(chain(first, found), report)
    for piece in page(told, data=data):
        out.write(piece.encode())


def _telling(threads: Iterable[Thread], report: Collector) -> Iterator[Thread]:
    """Yield threads, each after its losses were counted."""
    for thread in threads:
        report_losses(thread, report, target=_TARGET, held=_HELD)
        _report_names(thread, report)
        complete = sum(tally.complete for tally in thread.tallies)
        if complete:
            words = "that the counts of reactions are complete"
            lose(
                report,
                "reaction-counts",
                _TARGET,
                thread.id,
                count=complete,
                words=words,
            )
        changed = sum(map(_changes, thread.posts))
        if changed:
            lose(report, "body", _TARGET, thread.id, count=changed)
        yield thread


def _changes(post: Post) -> bool:
    """Tell whether the source of a body is not what the page shows."""
    return post.stands and bool(post.body.source) and post.body.media_type != PLAIN


def _report_names(thread: Thread, report: Collector) -> None:
    """Count people whose name of today stands nowhere in the page."""
    users = thread.users
    shown = {
        post.author_id
        for post in thread.posts
        if post.stands and post.author_name in (None, "", users[post.author_id].name)
    }
    hidden = sum(
        user.name is not None and user.id not in shown for user in users.values()
    )
    if hidden:
        lose(report, "user-names", _TARGET, thread.id, count=hidden)


FORMAT = Format(
    name="html",
    summary="an HTML page for people and search engines",
    suffixes=(".html", ".htm"),
    writer=write_html,
)
