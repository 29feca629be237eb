"""One row for each known ballot, and one for each known wording."""

from collections.abc import Iterator

from ..content import Content
from ..ids import PostId
from ..posts import Post
from ..thread import Thread
from ._rows import Row, author_of, kind_of, since, time_of

__all__ = ["revision_rows", "vote_rows"]


def vote_rows(thread: Thread) -> Iterator[Row]:
    """Yield the rows of `frames.votes`."""
    content = thread.content
    posts = _by_id(content) if content.votes else {}
    for vote in content.votes:
        post = posts.get(vote.post_id)  # None: only a stub of it is at hand
        yield (
            thread.id,
            vote.post_id,
            kind_of(post),
            author_of(post),
            vote.voter_id,
            vote.direction.value,
            vote.weight,
            vote.cast_at,
            since(time_of(post), vote.cast_at),
        )


def revision_rows(thread: Thread) -> Iterator[Row]:
    """Yield the rows of `frames.revisions`."""
    content = thread.content
    posts = _by_id(content) if content.revisions else {}
    for wording in content.revisions:
        place = (thread.id, wording.post_id, wording.number, wording.kind.value)
        if not posts[wording.post_id].stands:
            yield (*place, None, None, None, None, None, None, None)
            continue
        yield (
            *place,
            wording.editor_id,
            wording.at,
            wording.title,
            wording.tags,
            wording.summary,
            wording.group,
            wording.body.source,
        )


def _by_id(content: Content) -> dict[PostId, Post]:
    posts: dict[PostId, Post] = {answer.id: answer for answer in content.answers}
    posts.update({comment.id: comment for comment in content.comments})
    if content.question is not None:
        posts[content.question.id] = content.question
    return posts
