"""One row for each thread."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Final

from ..content import Content
from ..feedback import Tally
from ..posts import Post
from ..provenance import Provenance
from ..thread import Thread
from ._rows import Row, since, time_of

__all__ = ["thread_rows"]

_GONE: Final = (None,) * 10


def thread_rows(thread: Thread) -> Iterator[Row]:
    """Yield the one row of `frames.threads`."""
    content = thread.content
    answers = [answer for answer in content.answers if answer.stands]
    comments = [comment for comment in content.comments if comment.stands]
    standing: list[Post] = [*answers, *comments]
    total = len(content.answers) + len(content.comments)
    if content.question is not None:
        total += 1
        if content.question.stands:
            standing.append(content.question)
    times = [answer.created_at for answer in answers]
    first = None if None in times else min(filter(None, times), default=None)
    # In order of acceptance.
    here = {answer.id for answer in answers}
    accepted = [post_id for post_id in content.accepted if post_id in here]
    status = content.status
    closed = status.closed
    yield (
        thread.id,
        content.kind.value,
        *_asked(content),
        len(answers),
        len(comments),
        total - len(standing),
        len({post.author_id for post in standing}),
        accepted[0] if accepted else None,
        len(accepted),
        first,
        since(time_of(content.question), first),
        _latest(standing),
        closed is not None,
        None if closed is None else closed.at,
        None if closed is None else closed.reason,
        () if closed is None else closed.duplicate_of,
        status.locked is not None,
        status.protected is not None,
        status.pinned is not None,
        status.archived is not None,
        status.hidden is not None,
        thread.version,
        *_origin(content),
    )


def _asked(content: Content) -> Row:
    """Return what the question says: title to downvotes."""
    question = content.question
    if question is None or not question.stands:
        return _GONE
    found = (tally for tally in content.tallies if tally.post_id == question.id)
    tally = next(found, None) or Tally(post_id=question.id)
    name = next(user.name for user in content.users if user.id == question.author_id)
    return (
        question.title,
        question.tags,
        question.author_id,
        question.author_name or name,
        question.created_at,
        question.edited_at,
        question.views,
        tally.score,
        tally.up,
        tally.down,
    )


def _latest(posts: list[Post]) -> datetime | None:
    times = chain.from_iterable((post.created_at, post.edited_at) for post in posts)
    return max(filter(None, times), default=None)


def _origin(content: Content) -> Row:
    """Return platform, address and licence, of the thread or else its question."""
    question = content.question
    origins: list[Provenance | None] = [content.provenance]
    if question is not None and question.stands:
        origins.append(question.provenance)
    known = [origin for origin in origins if origin is not None]
    return (
        next((each.platform for each in known), None),
        next((each.url for each in known if each.url is not None), None),
        next((each.license for each in known if each.license is not None), None),
    )
