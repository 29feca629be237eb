"""Everyone and every instant that appears in a thread."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Protocol

from .content import Content
from .ids import UserId
from .posts import Post
from .status import Closed, Locked, Mark, PostStatus


class _Dated(Protocol):
    @property
    def at(self) -> datetime | None: ...


_author = attrgetter("author_id")
_voter = attrgetter("voter_id")
_user = attrgetter("user_id")
_editor = attrgetter("editor_id")
_NO_STATUS = PostStatus()


def newest(content: Content) -> datetime | None:
    """Return the latest instant anywhere in *content*."""
    return max(_instants(content), default=None)


def people(content: Content) -> Iterator[UserId]:
    """Yield everyone who is named by id, some of them many times."""
    if content.question is not None:
        yield content.question.author_id
    yield from map(_author, content.answers)
    yield from map(_author, content.comments)
    yield from map(_voter, content.votes)
    yield from map(_user, content.reactions)
    yield from map(_editor, content.suggestions)
    for revision in content.revisions:
        if revision.editor_id is not None:
            yield revision.editor_id
    for bounty in content.bounties:
        if bounty.by_id is not None:
            yield bounty.by_id
    for flag in content.flags:
        if flag.by_id is not None:
            yield flag.by_id
    for motion in content.motions:
        yield motion.by_id
    for mark in _marks(content):
        if mark.by_id is not None:
            yield mark.by_id


def _instants(content: Content) -> Iterator[datetime]:
    for post in _posts(content):
        if post.created_at is not None:
            yield post.created_at
        if post.edited_at is not None:
            yield post.edited_at
    yield from map(attrgetter("cast_at"), content.votes)
    yield from map(attrgetter("at"), content.reactions)
    dated: tuple[tuple[_Dated, ...], ...] = (
        content.revisions,
        content.suggestions,
        content.flags,
        content.motions,
        content.links,
        tuple(_marks(content)),
    )
    for group in dated:
        for each in group:
            if each.at is not None:
                yield each.at
    for bounty in content.bounties:
        if bounty.starts_at is not None:
            yield bounty.starts_at


def _marks(content: Content) -> Iterator[Mark | Closed | Locked]:
    """Yield the marks on the thread, its posts and its flags."""
    found: list[Mark | Closed | Locked | None] = []
    for post in _posts(content):
        if post.deleted is not None or post.removed is not None:
            found += (post.deleted, post.removed)
        status = post.status
        if status is not _NO_STATUS:
            found += (status.locked, status.hidden, status.wiki, status.pending)
    of_thread = content.status
    found += (
        of_thread.closed,
        of_thread.locked,
        of_thread.protected,
        of_thread.pinned,
        of_thread.archived,
        of_thread.hidden,
        of_thread.wiki,
        of_thread.pending,
    )
    found += (flag.resolved for flag in content.flags)
    return (mark for mark in found if mark is not None)


def _posts(content: Content) -> Iterator[Post]:
    if content.question is not None:
        yield content.question
    yield from content.answers
    yield from content.comments
