"""How documents are read."""

from datetime import datetime, tzinfo

from attrs import frozen

__all__ = ["Settings"]


@frozen(kw_only=True)
class Settings:
    """
    How documents are read.

    Attributes:
        likes: ``votes``, ``reactions``, or None: as each thread shows.
        assume_at: When likes were given that state no time; None: then they are kept
            in the extra of their post.
        zone: The zone of times that state none.
        thread_id: The id of the one thread that all posts are of; None: threads are
            told apart by what replies to what.
        root_id: The post that opens this thread.
    """

    likes: str | None = None
    assume_at: datetime | None = None
    zone: tzinfo | None = None
    thread_id: str | None = None
    root_id: str | None = None
