"""The threads that tables hold, one after the other."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from ..bodies import Body
from ..errors import IntegrityError, ValidationError
from ..formats._report import Collector
from ..formats._sources import Input
from ..formats.reading import Reading
from ..ids import ThreadId
from ..thread import Thread
from ._given import Given, Site, faces_of, given
from ._rebuilt_thread import Part, Shared
from ._taken import Zone

__all__ = ["reading"]


def reading(
    *, media_type: str, assume_tz: Zone, strict: bool, **frames: object
) -> Reading:
    """Return the threads of some tables by name; `frames.to_threads` says how."""
    report = Collector(strict=strict, format="tables", source="<tables>")
    body = Body(source="", media_type=media_type)
    tables = given(assume_tz, report, **frames)
    source = Input(
        None,
        name="<tables>",
        path=None,
        suffix="",
        limits=None,
        report=report,
        closing=ExitStack(),
    )
    faces = faces_of(tables.users)
    if frames["users"] is not None:
        source.site = Site(faces.values())
    shared = Shared(tables, faces, body, report)
    return Reading(_threads(tables, shared, report), input=source, report=report)


def _threads(tables: Given, shared: Shared, report: Collector) -> Iterator[Thread]:
    """Yield the threads, in the order of their first posts."""
    rows = tables.posts.by_thread()
    votes = tables.votes.by_thread()
    revisions = tables.revisions.by_thread()
    heads = _heads(tables, rows, report)
    for table, found in ((tables.votes, votes), (tables.revisions, revisions)):
        for thread_id, more in found.items():
            if thread_id not in rows:
                for row in more:
                    table.refuse(row, "thread_id", "a row of a thread without posts")
    for thread_id, here in rows.items():
        part = Part(shared, thread_id, here, heads.get(thread_id))
        try:
            thread = part.thread(votes.get(thread_id, []), revisions.get(thread_id, []))
        except (IntegrityError, ValidationError) as error:
            report.damage(
                "thread",
                "a thread whose rows do not fit together: it is left out",
                f"{tables.posts.at(here[0])}: {thread_id}: {error}",
                kind="skipped",
            )
            continue
        if thread is not None:
            yield thread


def _heads(
    tables: Given, rows: Mapping[ThreadId, object], report: Collector
) -> dict[ThreadId, int]:
    """Return the row that the table of threads has of each thread."""
    found: dict[ThreadId, int] = {}
    for thread_id, more in tables.threads.by_thread().items():
        found[thread_id] = more[0]
        for row in more[1:]:
            tables.threads.refuse(row, "thread_id", "a thread a second time")
        if thread_id not in rows:
            report.loss(
                "no-posts",
                "a thread of which there are no posts: it is left out",
                tables.threads.at(more[0], "thread_id"),
                kind="skipped",
            )
    return found
