"""The rows of one thread, decoded."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from ._decoding import Row

__all__ = ["Rows"]


@frozen
class Rows:
    """
    The decoded rows of one thread, each list in order of ids.

    Attributes:
        question: The id of its question, which may not be among the posts.
        posts: The question and its answers.
        comments: Comments on them.
        history: By post; None: the table was not asked for or is not there.
        votes: By post; None likewise.
        links: Links from them.
    """

    question: str
    posts: Sequence[Row]
    comments: Sequence[Row]
    history: Mapping[str, Sequence[Row]] | None
    votes: Mapping[str, Sequence[Row]] | None
    links: Sequence[Row]
