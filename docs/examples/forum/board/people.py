"""People, as qathread knows them and as pages show them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypedDict

from attrs import evolve, frozen
from django.http import HttpRequest

from qathread import Thread, User
from qathread.contrib.django import standings
from qathread.contrib.django.models import Standing
from qathread.contrib.django.users import MODERATOR, user_for
from qathread.ids import UserId
from qathread.policy import Policy, Usage
from qathread.posts import Post
from qathread.users import UserKind

from .rules import POLICY, level_of


class How(TypedDict):
    """What every verb is told beside the change itself."""

    by: User
    at: datetime
    policy: Policy
    usage: Usage | None


def member(request: HttpRequest) -> User:
    """Return who is signed in; the accounts of this forum mark moderators as staff."""
    user = user_for(request.user)
    points = POLICY.reputation.start if user.reputation is None else user.reputation
    staff = bool(getattr(request.user, "is_staff", False))
    roles = user.roles | {MODERATOR} if staff else user.roles
    return evolve(user, reputation=points, level=level_of(points), roles=roles)


def how(request: HttpRequest, at: datetime) -> How:
    """Return who acts, when, by which rules, and how often they did so lately."""
    by = member(request)
    usage = standings.ledger(POLICY).usage(by.id, at)
    return How(by=by, at=at, policy=POLICY, usage=usage)


def reading(request: HttpRequest, at: datetime) -> How:
    """Return the same for somebody who only looks: quotas are not asked for then."""
    return How(by=member(request), at=at, policy=POLICY, usage=None)


@frozen(kw_only=True)
class Person:
    """
    Somebody as a page shows them.

    Attributes:
        id: As qathread has it; None for who has no profile.
        name: As it was at the time.
        level: The number beside the name.
        reputation: The points that make it.
        note: What kind of account it is, unless it is a usual one.
    """

    id: UserId | None
    name: str
    level: int | None = None
    reputation: int | None = None
    note: str = ""


def author_of(post: Post, thread: Thread, points: Mapping[UserId, int]) -> Person:
    """Return the author of a post, under the name of that time."""
    user = thread.author(post.id)
    return person(user, points.get(user.id), post.author_name)


def person(user: User, points: int | None, name: str | None = None) -> Person:
    """Return somebody with the points of today."""
    gone = user.kind in (UserKind.DELETED, UserKind.ANONYMOUS)
    registered = user.kind is UserKind.REGISTERED
    account = not gone and user.id.isascii() and user.id.isdecimal()
    return Person(
        # Who came with an imported thread has no account here.
        id=user.id if account else None,
        name=name or user.name or user.handle or "somebody",
        level=None if points is None or gone else level_of(points),
        reputation=None if gone else points,
        note="" if registered else user.kind.value,
    )


def points_of(user_ids: Iterable[UserId]) -> dict[UserId, int]:
    """Return the points of some people, in one query."""
    wanted = set(user_ids)
    rows = Standing.objects.filter(user_id__in=wanted)
    found = dict(rows.values_list("user_id", "reputation"))
    return {each: found.get(each, POLICY.reputation.start) for each in wanted}
