"""
What schema.org has no word for, as members under a prefix of our own.

Held are the marks of thread and posts, links, bounties, which answers are accepted in a
discussion, and the people who appear in these. A page is for everybody, so what belongs
to others than the authors is left out: flags, votes to close, ballots, and why a post
was taken down.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeVar

import attrs
from attrs import frozen

from ...content import Content, ThreadKind
from ...errors import QathreadError
from ...posts import Post
from ...status import Bounty, Link, LinkKind, PostStatus, Status
from ...thread import Thread, content_in
from ...users import User
from .._report import Collector
from .._sparse import filled, sparse
from ._props import Props
from ._words import EXTENSION, is_iri

__all__ = ["RECORDS", "UNMARKED", "Own", "named", "shared", "take_marks", "take_own"]

#: Members whose values are JSON of our own, which no vocabulary knows.
RECORDS: Final = ("status", "marks", "links", "bounties", "people")

UNMARKED: Final = PostStatus()
_NO_STATUS: Final = Status()

R = TypeVar("R", bound=attrs.AttrsInstance)


@frozen(eq=False)
class Own:
    """What a thread holds beside its posts, as far as it is held here."""

    status: Status = _NO_STATUS
    links: tuple[Link, ...] = ()
    bounties: tuple[Bounty, ...] = ()
    people: tuple[User, ...] = ()
    accepted: tuple[str, ...] = ()

    @classmethod
    def of(cls, thread: Thread) -> "Own":
        """Return what of *thread* is held in members of our own."""
        content = content_in(thread)
        known = named(content)
        return cls(
            status=content.status,
            links=tuple(_unshared(thread)),
            bounties=content.bounties,
            people=tuple(
                user
                for user in content.users
                if user.id in known and user != User(id=user.id)
            ),
            accepted=content.accepted if content.kind is ThreadKind.DISCUSSION else (),
        )

    def members(self) -> dict[str, object]:
        """Return what is not usual of it as JSON."""
        found: dict[str, object] = {"status": sparse(self.status)}
        for name in ("links", "bounties", "people"):
            found[name] = [sparse(each) for each in getattr(self, name)]
        found["accepted"] = list(self.accepted)
        return {name: value for name, value in found.items() if value}


def shared(thread: Thread) -> dict[Link, str]:
    """Return the links that posts of a discussion share, and which post shares them."""
    links = content_in(thread).links
    return {each: each.post_id or "" for each in links if _is_shared(thread, each)}


def _unshared(thread: Thread) -> Iterator[Link]:
    """Yield all other links; of those that are there twice the second one."""
    held = shared(thread)
    for link in content_in(thread).links:
        if held.pop(link, None) is None:
            yield link


def _is_shared(thread: Thread, link: Link) -> bool:
    if link.kind is not LinkKind.LINKED or link.at is not None:
        return False
    if link.post_id is None or thread.kind is ThreadKind.QA:
        return False
    return is_iri(link.target) and link.post_id in thread


def named(content: Content) -> set[str]:
    """Return the ids of people who wrote nothing and appear in what is held."""
    posts: list[Post] = [*content.answers, *content.comments]
    if content.question is not None:
        posts.append(content.question)
    marks = [*_marks(content.status)]
    for post in posts:
        marks += _marks(post.status)
    found = {getattr(mark, "by_id", None) for mark in (*marks, *content.bounties)}
    return {each for each in found if each is not None} - {p.author_id for p in posts}


def _marks(status: Status | PostStatus) -> Iterator[object]:
    return (getattr(status, each.name) for each in attrs.fields(type(status)))


# -- reading -------------------------------------------------------------------------


def take_own(props: Props, report: Collector) -> Own:
    """Take what the first post says of the thread; what is damaged stays in extra."""
    accepted = props.take(f"{EXTENSION}accepted")
    return Own(
        status=next(iter(_taken(Status, "status", props, report)), _NO_STATUS),
        links=_taken(Link, "links", props, report),
        bounties=_taken(Bounty, "bounties", props, report),
        people=_taken(User, "people", props, report),
        accepted=tuple(each for each in accepted if isinstance(each, str) and each),
    )


def take_marks(props: Props, report: Collector) -> PostStatus:
    """Take the marks of a post."""
    return next(iter(_taken(PostStatus, "marks", props, report)), UNMARKED)


def _taken(cls: type[R], name: str, props: Props, report: Collector) -> tuple[R, ...]:
    name = f"{EXTENSION}{name}"
    values = props.take(name)
    try:
        return tuple(filled(cls, _object(each)) for each in values)
    except QathreadError as error:
        props.put(name, values)
        report.damage(
            "own-members",
            "members that qathread wrote are damaged: they are kept in extra only",
            f"{props.where.down(name)}: {error}",
            kind="skipped",
            error="field",
        )
        return ()


def _object(value: object) -> dict[str, Any]:
    """Return an object; what is none lacks all members."""
    return value if isinstance(value, dict) else {"": value}
