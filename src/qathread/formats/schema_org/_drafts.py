"""One post as a page tells of it, before it is known what else there is."""

import json
from datetime import datetime
from hashlib import sha256

from attrs import define, field

from ...bodies import PLAIN
from ...posts import PostKind
from ...provenance import TimePrecision, extra_text
from ...status import PostStatus
from ...users import User
from ._own import UNMARKED, Own

__all__ = ["Counts", "Draft", "Found", "digest", "with_members"]


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

    @property
    def votes(self) -> tuple[int | None, int | None, int | None]:
        """Upvotes, downvotes, score."""
        return self.up, self.down, self.score

    @property
    def net(self) -> int | None:
        """The score, stated or counted."""
        if self.score is None and self.up is not None and self.down is not None:
            return self.up - self.down
        return self.score


@define(eq=False)
class Draft:
    """
    One post.

    Attributes:
        kind: Which kind; None: only its place is known.
        id: Its id, or one that is derived.
        is_named: Whether the page gives the id.
        names: What the page calls it: ``@id``, ``identifier``, ``url``, the id of its
            element; None where it has none.
        parent: What it stands under; None for the first post.
        above: The id of what it replies to, where that is stated apart.
        own: Of the first post, what members of our own say of the thread.
    """

    kind: PostKind | None
    where: str
    parent: "Draft | None" = None
    above: str | None = None
    id: str = ""
    is_named: bool = False
    names: tuple[str | None, ...] = ()
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
    marks: PostStatus = UNMARKED
    own: Own | None = None


@define(eq=False)
class Found:
    """
    One thread of a page.

    Attributes:
        drafts: Its posts, the first one first.
        is_qa: Questions and answers, or a discussion.
        thread_id: Its id, if it has one of its own.
        source: The way it is marked up.
        extra: What the page says of itself, as JSON.
    """

    drafts: list[Draft]
    is_qa: bool
    thread_id: str | None
    source: str
    extra: str | None = None

    @property
    def root(self) -> Draft:
        """The first post."""
        return self.drafts[0]


def with_members(extra: str | None, **members: object) -> str | None:
    """Return *extra* with further members; those that it has already stay."""
    known = {} if extra is None else json.loads(extra)
    return extra_text({**members, **known}) if members or known else None


def digest(*parts: str) -> str:
    """Return a short name of texts, the same wherever they are read."""
    joined = "\0".join(" ".join(part.split()) for part in parts)
    return sha256(joined.encode()).hexdigest()[:16]
