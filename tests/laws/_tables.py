"""The tables that threads become."""

from collections.abc import Callable, Iterable
from typing import Final

from qathread import frames
from qathread.frames import Table
from qathread.thread import Thread

MAKERS: Final[dict[str, Callable[[Iterable[Thread]], Table]]] = {
    "posts": frames.posts,
    "threads": frames.threads,
    "users": frames.users,
    "votes": frames.votes,
    "revisions": frames.revisions,
    "edges": frames.edges,
}
