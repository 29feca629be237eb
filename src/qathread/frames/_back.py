"""The way back, from tables to threads."""

from typing import TYPE_CHECKING, Literal

from ..bodies import MARKDOWN

if TYPE_CHECKING:
    from ..formats.reading import Reading

__all__ = ["to_threads"]


def to_threads(
    posts: object,
    *,
    threads: object = None,
    users: object = None,
    votes: object = None,
    revisions: object = None,
    media_type: str = MARKDOWN,
    assume_tz: Literal["UTC"] | None = None,
    strict: bool = False,
) -> "Reading":
    """
    Return the threads whose posts are the rows of a table.

    Columns are called as in ``frames.POSTS`` and its like. The table of posts needs
    ``thread_id``, ``post_id``, ``parent_id``, ``kind`` and ``body``, that of threads
    and of users its id, that of votes the post, ``voter_id``, ``direction`` and
    ``cast_at``, that of revisions the post, ``number`` and ``body``. Others may be
    missing and are null then. Posts are sorted by ``order``, or else stand in the
    order of their rows.

    ``frames.posts(frames.to_threads(frames.posts(threads)))`` is the table it began
    with, and with the other tables these come back too. What no table holds (events
    above all) is lost, and the report says so.

    Args:
        posts: A table, or any frame or mapping that :func:`from_frame` takes, like
            the others.
        threads: Title, tags, views, status, origin and version of each thread.
        users: Names, handles and kinds of people; all of them are at
            ``reading.site``.
        votes: The known votes.
        revisions: The known wordings.
        media_type: What the texts are written in, which tables do not say.
        assume_tz: ``"UTC"`` takes times without a zone as UTC.
        strict: Whether damage and loss are errors; else what can be mended is mended
            (a stub for a parent that has no row, a circle cut), what cannot be is
            left out, and ``reading.report`` says so with column and row.

    Returns:
        The threads, one by one, in the order of their first rows.

    Raises:
        ValidationError: At once, if something is no frame, a column is missing, or a
            cell is not of its column's type; it names table, column and row.
        FormatError: While reading, if strict: an unknown kind, a parent that has no
            row, a circle, an id that comes twice.
        LossError: While reading, if strict, where something is lost.
        MissingExtraError: If Narwhals is not installed (extra ``frames``).

    >>> (thread,) = to_threads({"thread_id": ["t", "t"], "post_id": ["q", "a"],
    ...     "parent_id": [None, "q"], "kind": ["question", "answer"],
    ...     "author_id": ["ada", "bo"], "body": ["How hot?", "75 degrees."]})
    >>> thread.question.body.source, thread.answers[0].author_id
    ('How hot?', 'bo')
    """
    from ._rebuilt import reading

    return reading(
        posts=posts,
        threads=threads,
        users=users,
        votes=votes,
        revisions=revisions,
        media_type=media_type,
        assume_tz=assume_tz,
        strict=strict,
    )
