"""How the keys of formulas move while time passes and nothing else happens."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final, TypeAlias, cast

from attrs import frozen

from ..posts import Post
from ._case import Case
from ._inputs import seconds
from ._times import active_at, created_at, lemmy_active_at, like_times, recent_window

__all__ = ["MOTIONS", "Motion", "Shape"]

_HOUR: Final = 3600.0
_DAY: Final = 86400.0

#: A moment at which a formula starts to be defined is one, too.
#: Returns the moments, in Unix seconds and exact to rounding, where the key of an
#: item stops to follow one curve and starts to follow another.
Turns: TypeAlias = Callable[[Case, Mapping[str, object]], list[float]]


class Shape(Enum):
    """What holds for keys between two turns."""

    #: The quotient of two keys of one sign rises or falls all the time, as for
    #: powers of the age with one exponent. Signs do not change.
    RATIO = "ratio"
    #: Each key alone never rises, or never falls.
    ALONE = "alone"


@frozen(kw_only=True, weakref_slot=False)
class Motion:
    """The shape of the curves and where they turn."""

    shape: Shape
    turns: Turns


def _after_creation(*ages: float) -> Turns:
    """Return turns at fixed ages in seconds."""

    def turns(case: Case, given: Mapping[str, object]) -> list[float]:
        at = created_at(case)
        if at is None:
            return []
        born = seconds(at, "created_at")
        return [born + age for age in ages]

    return turns


def _se_hot(case: Case, given: Mapping[str, object]) -> list[float]:
    """Only from half-way between creation and activity, less an hour, is it defined."""
    at, (active, _) = created_at(case), active_at(case)
    if at is None or active is None:
        return []
    born, moved = seconds(at, "created_at"), seconds(active, "active_at")
    return [born, moved, (born + moved) / 2 - _HOUR]


def _apache_hot(case: Case, given: Mapping[str, object]) -> list[float]:
    """The same on whole hours: near creation and update the sign may change."""
    post = case.post
    if post is None or post.created_at is None:
        return []
    edited = post.edited_at or post.created_at
    times = [seconds(post.created_at, "created_at"), seconds(edited, "updated_at")]
    middle = sum(times) / 2 - _HOUR
    near = range(-3, 4)
    whole = [
        at + (round((middle - at) / _HOUR) + hours) * _HOUR
        for at in times
        for hours in near
    ]
    return [*whole, *times]


def _discourse_hot(case: Case, given: Mapping[str, object]) -> list[float]:
    """Posts and likes come into the window and leave it."""
    window = recent_window(given)
    posts = (cast("Post", node.post) for node in case.standing())
    times = [
        seconds(post.created_at, "created_at")
        for post in posts
        if post.created_at is not None
    ]
    times += [at for at, _ in like_times(case) or ()]
    born = _after_creation(-2 * _HOUR, 0.0, window)(case, given)
    return [*born, *times, *(at + window for at in times)]


def _forem(case: Case, given: Mapping[str, object]) -> list[float]:
    ages = [hours * _HOUR for hours in (0, 1, 8, 12, 26, 48, 96, 7 * 24)]
    turns = _after_creation(*ages)(case, given)
    crossposted = given.get("crossposted_at")
    if crossposted is not None:
        at = seconds(cast("float", crossposted), "crossposted_at")
        turns += [at + age for age in ages]
    return turns


def _lemmy_active(case: Case, given: Mapping[str, object]) -> list[float]:
    at = lemmy_active_at(case)
    if at is None:
        return []
    start = seconds(at, "active_at")
    return [start - 2 * _HOUR, start, start + 7 * _DAY]


def _bounties(case: Case, given: Mapping[str, object]) -> list[float]:
    times = [(bounty.starts_at, bounty.ends_at) for bounty in case.thread.bounties]
    return [seconds(at, "bounty") for pair in times for at in pair if at is not None]


_LEMMY: Final = Motion(
    shape=Shape.RATIO, turns=_after_creation(-2 * _HOUR, 0.0, 7 * _DAY)
)
_HN: Final = Motion(shape=Shape.RATIO, turns=_after_creation(-2 * _HOUR, 0.0))

#: By name of the order; what is not here does not move.
MOTIONS: Final[Mapping[str, Motion]] = {
    "apache_answer_hot": Motion(shape=Shape.ALONE, turns=_apache_hot),
    "bounty": Motion(shape=Shape.ALONE, turns=_bounties),
    "discourse_hot": Motion(shape=Shape.ALONE, turns=_discourse_hot),
    "forem_hotness": Motion(shape=Shape.ALONE, turns=_forem),
    "hn_observed": _HN,
    "hn_rank": _HN,
    "hn_simple": _HN,
    "lemmy_active": Motion(shape=Shape.RATIO, turns=_lemmy_active),
    "lemmy_hot_rank": _LEMMY,
    "lemmy_hot_rank_2019": Motion(
        shape=Shape.ALONE, turns=_after_creation(-2 * _HOUR, 0.0)
    ),
    "lemmy_hot_rank_2023_08": _LEMMY,
    "lemmy_scaled_rank": _LEMMY,
    "mastodon_trend": Motion(shape=Shape.RATIO, turns=_after_creation(0.0)),
    "mbin_ranking": Motion(shape=Shape.ALONE, turns=_after_creation(0.0)),
    "se_hot_network": Motion(shape=Shape.RATIO, turns=_after_creation(0.0, 5 * _HOUR)),
    "se_hot_site": Motion(shape=Shape.RATIO, turns=_se_hot),
}
