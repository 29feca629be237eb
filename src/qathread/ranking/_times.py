"""What formulas ask about the times of an item, and about the last days."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias, cast

from .._index import Node
from ..feedback import Direction
from ..posts import Answer, Post, Stub
from ..status import Bounty
from ._case import Case
from ._inputs import seconds

__all__ = [
    "TIMED",
    "UNKNOWN",
    "TimedReader",
    "active_at",
    "created_at",
    "edited_at",
    "last_answer_at",
    "lemmy_active_at",
    "like_times",
    "likes_on",
    "open_bounties",
    "recent_window",
]

#: What a reader returns for an unknown number where None is a value of its own.
UNKNOWN: Final = object()

TimedReader: TypeAlias = Callable[[Case, float, Mapping[str, object]], object]

_DAY: Final = 86400.0
_HOUR: Final = 3600.0
_RECENT: Final = 7  # days, of Discourse's window
_LIKE: Final = "like"


def likes_on(node: Node) -> int | None:
    """Return the number of likes on a post."""
    if node.tally is None:
        return None
    known = dict(node.tally.reactions)
    return known.get(_LIKE, 0 if node.tally.complete else None)


def created_at(case: Case) -> datetime | None:
    """Return when the post, or the question of the thread, was written."""
    return case.node.post.created_at if not isinstance(case.node.post, Stub) else None


def active_at(case: Case) -> tuple[datetime | None, int]:
    """Return the newest time of writing at or below it, and how many lack theirs."""
    newest: datetime | None = None
    lacking = 0
    for node in case.standing():
        post = cast("Post", node.post)
        for at in (post.created_at, post.edited_at):
            if at is not None and (newest is None or at > newest):
                newest = at
        lacking += post.created_at is None
    return newest, lacking


def edited_at(case: Case) -> datetime | None:
    post = case.post
    return None if post is None else post.edited_at or post.created_at


def last_answer_at(case: Case) -> object:
    found = case.answers()
    if found is None:
        return UNKNOWN
    times = [cast("Answer", node.post).created_at for node in found]
    if None in times:
        return UNKNOWN
    return max(cast("list[datetime]", times), default=None)


def _age(case: Case, now: float, given: Mapping[str, object]) -> float | None:
    at = created_at(case)
    return None if at is None else now - seconds(at, "created_at")


def _age_hours(case: Case, now: float, given: Mapping[str, object]) -> float | None:
    age = _age(case, now, given)
    return None if age is None else age / _HOUR


def _active_hours(case: Case, now: float, given: Mapping[str, object]) -> float | None:
    newest, _ = active_at(case)
    return None if newest is None else (now - seconds(newest, "active_at")) / _HOUR


def lemmy_active_at(case: Case) -> datetime | None:
    """Return the newest comment within two days of the post, or the post's time."""
    born = created_at(case)
    if born is None:
        return None
    times = [cast("Post", node.post).created_at for node in case.under()[0]]
    limit = born + timedelta(days=2)
    return max((at for at in times if at is not None and at <= limit), default=born)


def _lemmy_active(case: Case, now: float, given: Mapping[str, object]) -> float | None:
    at = lemmy_active_at(case)
    return None if at is None else now - seconds(at, "active_at")


def open_bounties(case: Case, now: float) -> list[Bounty]:
    """Return the points that are on offer at a moment."""
    return [
        bounty
        for bounty in case.thread.bounties
        if bounty.paid is None
        and (bounty.starts_at is None or seconds(bounty.starts_at, "starts_at") <= now)
        and (bounty.ends_at is None or now < seconds(bounty.ends_at, "ends_at"))
    ]


# Discourse looks at the posts and likes of the last days.


def recent_window(given: Mapping[str, object]) -> float:
    """Return the length of Discourse's window in seconds."""
    return float(cast("float", given.get("recent_days", _RECENT))) * _DAY


def _recent_posts(
    case: Case, now: float, given: Mapping[str, object]
) -> list[tuple[float, str]] | None:
    """Return time and author of the posts in the window."""
    start = now - recent_window(given)
    found = []
    if not case.under()[1]:
        return None
    for node in case.standing():
        post = cast("Post", node.post)
        if post.created_at is None:
            return None
        at = seconds(post.created_at, "created_at")
        if start < at <= now:
            found.append((at, post.author_id))
    return found


def _recent_posters(case: Case, now: float, given: Mapping[str, object]) -> int | None:
    found = _recent_posts(case, now, given)
    return None if found is None else len({author for _, author in found})


def _first_bumped_age(case: Case, now: float, given: Mapping[str, object]) -> object:
    found = _recent_posts(case, now, given)
    if found is None:
        return UNKNOWN
    return max((now - at for at, _ in found), default=None)


def like_times(case: Case) -> list[tuple[float, str]] | None:
    """Return time and user of all likes; None if not all are known by name."""
    if not case.under()[1]:
        return None
    found: list[tuple[float, str]] = []
    for node in case.standing():
        by_name = [each for each in node.reactions.values() if each.kind == _LIKE]
        if likes_on(node) != len(by_name):
            return None
        found += [(seconds(like.at, "at"), like.user_id) for like in by_name]
    return found


def _recent_likes(case: Case, now: float, given: Mapping[str, object]) -> int | None:
    start, found = now - recent_window(given), like_times(case)
    if found is None:
        return None
    return len({user for at, user in found if start < at <= now})


def _ballots(case: Case, now: float, given: Mapping[str, object]) -> object:
    """Return (signed weight, age in days) of each vote, if all are known by name."""
    node = case.node
    if node.tally is None:
        return None
    totals = {Direction.UP: 0, Direction.DOWN: 0}
    found = []
    for vote in node.votes.values():
        totals[vote.direction] += vote.weight
        sign = 1 if vote.direction is Direction.UP else -1
        age = (now - seconds(vote.cast_at, "cast_at")) / _DAY
        found.append((sign * vote.weight, age))
    known = (node.tally.up, node.tally.down)
    if known != (totals[Direction.UP], totals[Direction.DOWN]):
        return None
    # Sums of floats depend on the order of the summands, and the order of a map
    # says nothing.
    return tuple(sorted(found))


#: Where a number is found that depends on the moment, given in Unix seconds.
TIMED: Final[Mapping[str, TimedReader]] = {
    "age_hours": _age_hours,
    "age_seconds": _age,
    "ballots": _ballots,
    "created_age_seconds": _age,
    "lemmy_active_age": _lemmy_active,
    "first_bumped_age_seconds": _first_bumped_age,
    "recent_likes": _recent_likes,
    "recent_posters": _recent_posters,
    "updated_hours": _active_hours,
}
