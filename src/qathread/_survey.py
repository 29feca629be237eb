"""Everyone and every instant that appears in a thread."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Protocol

from .content import Content
from .ids import UserId
from .posts import Post


class _Dated(Protocol):
    @property
    def at(self) -> datetime | None: ...


def newest(content: Content) -> datetime | None:
    """Return the latest instant anywhere in *content*."""
    return max(_instants(content), default=None)


def _instants(content: Content) -> Iterator[datetime]:
    posts: tuple[Post, ...] = (*content.answers, *content.comments)
    if content.question is not None:
        posts = (content.question, *posts)
    for post in posts:
        for at in (post.created_at, post.edited_at):
            if at is not None:
                yield at
        for mark in (
            post.deleted,
            post.removed,
            post.status.locked,
            post.status.hidden,
            post.status.wiki,
            post.status.pending,
        ):
            if mark is not None and mark.at is not None:
                yield mark.at
    yield from map(attrgetter("cast_at"), content.votes)
    yield from map(attrgetter("at"), content.reactions)
    groups: tuple[tuple[_Dated, ...], ...] = (
        content.revisions,
        content.suggestions,
        content.flags,
        content.links,
    )
    for group in groups:
        for dated in group:
            if dated.at is not None:
                yield dated.at
    for flag in content.flags:
        if flag.resolved is not None and flag.resolved.at is not None:
            yield flag.resolved.at
    for bounty in content.bounties:
        if bounty.starts_at is not None:
            yield bounty.starts_at
    status = content.status
    for mark in (
        status.locked,
        status.protected,
        status.pinned,
        status.archived,
        status.hidden,
        status.wiki,
        status.pending,
    ):
        if mark is not None and mark.at is not None:
            yield mark.at
    if status.closed is not None and status.closed.at is not None:
        yield status.closed.at


def people(content: Content) -> Iterator[UserId]:
    """Everyone who is named by id, some of them many times."""
    if content.question is not None:
        yield content.question.author_id
    yield from map(attrgetter("author_id"), content.answers)
    yield from map(attrgetter("author_id"), content.comments)
    yield from map(attrgetter("voter_id"), content.votes)
    yield from map(attrgetter("user_id"), content.reactions)
    for revision in content.revisions:
        if revision.editor_id is not None:
            yield revision.editor_id
    yield from map(attrgetter("editor_id"), content.suggestions)
    for bounty in content.bounties:
        if bounty.by_id is not None:
            yield bounty.by_id
    for flag in content.flags:
        if flag.by_id is not None:
            yield flag.by_id
