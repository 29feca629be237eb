"""One post as a page tells of it, before it is known what else there is."""

from datetime import datetime
from hashlib import sha256

from attrs import define, field

from ...bodies import PLAIN
from ...posts import PostKind
from ...provenance import TimePrecision
from ...users import User

__all__ = ["Counts", "Draft", "Found", "digest"]


@define(eq=False)
class Counts:
    """The counts of a post."""

    up: int | None = None
    down: int | None = None
    score: int | None = None
    reactions: dict[str, int] = field(factory=dict)
    exact: bool = True
    complete: bool = False
    views: int | None = None
    declared: dict[str, int] = field(factory=dict)


@define(eq=False)
class Draft:
    """
    One post.

    Attributes:
        kind: Which kind; None: only its place is known.
        id: Its id, or one that is derived.
        is_named: Whether the page gives the id.
        parent: What it stands under; None for the first post.
        above: The id of what it replies to, where that is stated apart.
    """

    kind: PostKind | None
    where: str
    parent: "Draft | None" = None
    above: str | None = None
    id: str = ""
    is_named: bool = False
    other_id: str | None = None
    url: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    text: str = ""
    media_type: str = PLAIN
    language: str | None = None
    author: User | None = None
    people: tuple[User, ...] = ()
    created: datetime | None = None
    edited: datetime | None = None
    deleted: bool = False
    removed: bool = False
    revision: int = 1
    license: str | None = None
    position: int | None = None
    accepted: bool = False
    links: tuple[str, ...] = ()
    counts: Counts = field(factory=Counts)
    precision: TimePrecision | None = None
    zone_stated: bool | None = None
    extra: str | None = None
    count: int | None = None
    child_ids: tuple[str, ...] = ()
    cursor: str | None = None
    loose: bool = False


@define(eq=False)
class Found:
    """
    One thread of a page.

    Attributes:
        drafts: Its posts, the first one first.
        is_qa: Questions and answers, or a discussion.
        thread_id: Its id, if it has one of its own.
        source: The way it is marked up.
    """

    drafts: list[Draft]
    is_qa: bool
    thread_id: str | None
    source: str

    @property
    def root(self) -> Draft:
        """The first post."""
        return self.drafts[0]


def digest(*parts: str) -> str:
    """Return a short name of texts, the same wherever they are read."""
    joined = "\0".join(" ".join(part.split()) for part in parts)
    return sha256(joined.encode()).hexdigest()[:16]
