"""One row for each person."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain
from typing import Protocol, cast

from attrs import define

from .._checks import integer
from ..feedback import Tally
from ..ids import UserId
from ..posts import Answer, Comment, Post, Question
from ..thread import Thread
from ..users import User
from ._rows import Row, by_post, each
from ._schemas import USERS
from ._table import Table, made

__all__ = ["KnowsUsers", "user_table"]


class KnowsUsers(Protocol):
    """
    A site that knows more of its people than their threads show.

    A reader of a whole site puts one at ``reading.site``.
    """

    def users_table(self) -> Iterable[User]:
        """
        Return the whole records, each user once.

        It is called when all threads have been read.
        """
        ...


@define(weakref_slot=False)
class _Sum:
    """What one person did in all threads so far."""

    face: User
    threads: int = 0
    questions: int = 0
    answers: int = 0
    comments: int = 0
    accepted: int = 0
    score: int = 0
    scored: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, post: Post, tally: Tally | None, accepted: bool) -> None:
        match post:
            case Question():
                self.questions += 1
            case Answer():
                self.answers += 1
                self.accepted += accepted
            case Comment():
                self.comments += 1
        if tally is not None and tally.score is not None:
            self.score += tally.score
            self.scored += 1
        at = post.created_at
        if at is not None:
            if self.first is None or at < self.first:
                self.first = at
            if self.last is None or at > self.last:
                self.last = at


def user_table(threads: Iterable[Thread]) -> Table:
    """Return the table of `frames.users`."""
    sums: dict[UserId, _Sum] = {}
    for thread in each(threads):
        _add(thread, sums)
    site = getattr(threads, "site", None)
    whole = getattr(site, "users_table", None)
    records: dict[UserId, User] = {}
    if callable(whole):
        known = cast("Callable[[], Iterable[User]]", whole)()
        records = {record.id: record for record in known}
    rows = [_row(record, sums.pop(record.id, None)) for record in records.values()]
    rows += [_row(found.face, found) for found in sums.values()]
    return made(USERS, zip(*rows, strict=True) if rows else [()] * len(USERS))


def _add(thread: Thread, sums: dict[UserId, _Sum]) -> None:
    content = thread.content
    for user in content.users:
        found = sums.get(user.id)
        if found is None:
            sums[user.id] = _Sum(user)
        else:
            found.face = user
    tallies, accepted = by_post(content.tallies), set(content.accepted)
    here: set[UserId] = set()
    asked = () if content.question is None else (content.question,)
    for post in chain[Post](asked, content.answers, content.comments):
        if post.stands:
            found = sums[post.author_id]
            found.add(post, tallies.get(post.id), post.id in accepted)
            here.add(post.author_id)
    for user_id in here:
        sums[user_id].threads += 1


def _row(user: User, found: _Sum | None) -> Row:
    done = found or _Sum(user)
    score = integer(done.score, f"the score of all posts of user {user.id!r}")
    return (
        user.id,
        user.name,
        user.handle,
        user.level,
        user.kind.value,
        user.reputation,
        user.joined_at,
        done.threads,
        done.questions,
        done.answers,
        done.comments,
        done.accepted,
        score if done.scored else None,
        done.scored,
        done.first,
        done.last,
    )
