"""A thread as far as badges need it, and what of it a rule asks for."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import attrs

from ._badge_values import BadgeRule, First, Trigger, Whose
from ._interleaving import Place
from ._persistent import EMPTY_MAP, Map
from .feedback import Direction, Vote
from .ids import PostId, UserId
from .posts import PostKind

__all__ = ["Case", "Claim", "Key", "PostFacts", "RuleBook", "fits", "reached", "worth"]

#: The thread and the id of a post, a flag or a bounty in it.
Key = tuple[str, str]

_NO_LIKES: Final[Mapping[str, int]] = {}


class Claim(NamedTuple):
    """That somebody did something that a rule counts."""

    place: Place
    rule: int
    key: Key
    user_id: UserId
    post_id: PostId | None
    at: datetime | None


class RuleBook:
    """Rules by what they look at."""

    __slots__ = ("_by_trigger", "_on_kind", "rules")

    def __init__(self, rules: Iterable[BadgeRule]) -> None:
        self.rules = tuple(rules)
        self._by_trigger: dict[Trigger, list[tuple[int, BadgeRule]]] = {}
        for place, rule in enumerate(self.rules):
            self._by_trigger.setdefault(rule.trigger, []).append((place, rule))
        looking = [
            (place, rule)
            for trigger in (Trigger.SCORE, Trigger.REACTIONS, Trigger.ANSWERS)
            for place, rule in self.of(trigger)
        ]
        self._on_kind = {
            kind: tuple(each for each in looking if kind in each[1].kinds)
            for kind in PostKind
        }

    def on(self, kind: PostKind) -> tuple[tuple[int, BadgeRule], ...]:
        """The rules about what a post of a kind has, each with its place."""
        return self._on_kind[kind]

    def of(self, trigger: Trigger) -> Iterable[tuple[int, BadgeRule]]:
        """The rules of a trigger, each with its place."""
        return self._by_trigger.get(trigger, ())


@attrs.frozen(kw_only=True)
class PostFacts:
    """A post as far as badges need it; the score is None where it is not known."""

    kind: PostKind
    author_id: UserId
    created_at: datetime | None
    score: int | None = 0
    likes: Mapping[str, int] = _NO_LIKES
    complete: bool = True
    accepted: bool = False
    first: bool = False
    met: frozenset[int] = frozenset()


@attrs.frozen(kw_only=True)
class Case:
    """
    A thread as far as badges need it.

    Attributes:
        asker_id: Whose question; None if that is not known, like the next two.
        asked_at: When it was asked.
        root_id: The question.
        answers: How many answers there were.
        taken: Places of the rules whose score some answer has had.
        posts: All that are known, by id.
    """

    asker_id: UserId | None = None
    asked_at: datetime | None = None
    root_id: PostId | None = None
    answers: int = 0
    taken: frozenset[int] = frozenset()
    posts: Map[PostId, PostFacts] = EMPTY_MAP


def reached(rule: BadgeRule, post: PostFacts, case: Case) -> bool:
    """Whether a post, of a kind that a rule is about, has what it asks for."""
    match rule.trigger:
        case Trigger.REACTIONS:
            likes = post.likes
            counted = rule.reactions or likes
            return sum(likes.get(kind, 0) for kind in counted) >= rule.count
        case Trigger.ANSWERS:
            return post.kind is PostKind.QUESTION and case.answers >= rule.count
        case _:
            return (
                post.score is not None
                and post.score >= rule.count
                and (post.accepted or not rule.accepted)
                and (post.first or rule.first is not First.POSTED)
                and fits(rule.whose, post.author_id, case.asker_id)
                and (not rule.after_days or _is_late(rule, post, case))
            )


def _is_late(rule: BadgeRule, post: PostFacts, case: Case) -> bool:
    if post.created_at is None or case.asked_at is None:
        return False
    return post.created_at - case.asked_at >= timedelta(days=rule.after_days)


def fits(whose: Whose, user_id: UserId, owner_id: UserId | None) -> bool:
    """Whether an owner is whom a rule asks for, seen from *user_id*."""
    if whose is Whose.ANY:
        return True
    return owner_id is not None and (owner_id == user_id) is (whose is Whose.OWN)


def worth(vote: Vote) -> int:
    """What a vote adds to a score."""
    return vote.weight if vote.direction is Direction.UP else -vote.weight
