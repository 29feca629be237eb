"""One row for each post, and one for each reply."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ..content import Content
from ..feedback import Tally
from ..ids import PostId
from ..posts import Answer
from ..thread import Thread
from ._rows import KINDS, Row, arranged, author_of, by_post, kind_of, since, time_of

__all__ = ["edge_rows", "post_rows"]

_NO_TALLY: Final = Tally(post_id="-")
_GONE: Final = (None,) * 12


def post_rows(thread: Thread) -> Iterator[Row]:
    """Yield the rows of `frames.posts`."""
    content = thread.content
    tallies = by_post(content.tallies)
    users = {user.id: user for user in content.users}
    accepted = set(content.accepted)
    thread_id = thread.id
    asked = time_of(content.question)
    times: dict[PostId | None, datetime] = {}  # of what stands; parents come first
    for order, (depth, post, _) in enumerate(arranged(content)):
        post_id, parent_id, kind = post.id, post.parent_id, KINDS[post.__class__]
        if post.deleted is not None or post.removed is not None:
            yield (thread_id, post_id, parent_id, kind, depth, order, *_GONE)
            continue
        author = users[post.author_id]
        tally = tallies.get(post_id, _NO_TALLY)
        created = post.created_at
        above = times.get(parent_id)
        if created is not None:
            times[post_id] = created
        yield (
            thread_id,
            post_id,
            parent_id,
            kind,
            depth,
            order,
            author.id,
            post.author_name or author.name,
            author.level,
            tally.score,
            tally.up,
            tally.down,
            post_id in accepted if post.__class__ is Answer else None,
            created,
            post.edited_at,
            None if above is None or created is None else created - above,
            None if asked is None or created is None else created - asked,
            post.body.source,
        )


def edge_rows(thread: Thread) -> Iterator[Row]:
    """Yield the rows of `frames.edges`."""
    content: Content = thread.content
    for _, post, parent in arranged(content):
        if post.parent_id is None:
            continue
        created = time_of(post)
        yield (
            thread.id,
            post.id,
            post.parent_id,
            KINDS[type(post)],
            kind_of(parent),
            author_of(post),
            author_of(parent),
            created,
            since(time_of(parent), created),
        )
