"""Badges as data: what has to be done for one, and that somebody won it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs
from attrs import field, frozen

from ._checks import at_least, identifier, reaction_kind, settle
from .errors import ValidationError
from .events import EventId
from .feedback import Direction
from .ids import PostId, ThreadId, UserId
from .posts import PostKind

__all__ = ["Award", "BadgeLevel", "BadgeRule", "First", "Repeat", "Trigger", "Whose"]

_id = {"check": identifier}


class BadgeLevel(StrEnum):
    """How rare a badge is."""

    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"


class Trigger(StrEnum):
    """
    What is looked at; the first five look at one post, the others count acts.

    Acts on one post count once, however often they are repeated, and they still
    count when they were taken back.
    """

    #: The score of a post reaches the count; its author wins.
    SCORE = "score"
    #: A post has so many reactions; its author wins.
    REACTIONS = "reactions"
    #: A question has so many answers; the asker wins.
    ANSWERS = "answers"
    #: Somebody deletes a post of their own that has at least this score.
    DELETED_LIKED = "deleted_liked"
    #: Somebody deletes a post of their own that has at most minus this score.
    DELETED_DISLIKED = "deleted_disliked"
    #: Casting a vote, or turning one over.
    VOTING = "voting"
    #: Putting a reaction under a post.
    REACTING = "reacting"
    #: Writing a post.
    POSTING = "posting"
    #: Changing a wording, also by a proposal that was taken.
    EDITING = "editing"
    #: Taking a wording back to an earlier one.
    ROLLING_BACK = "rolling_back"
    #: Reporting a post.
    FLAGGING = "flagging"
    #: Having a report found helpful.
    FLAGGING_WELL = "flagging_well"
    #: Accepting an answer to one's own question.
    ACCEPTING = "accepting"
    #: Having an answer accepted.
    BEING_ACCEPTED = "being_accepted"
    #: Promising points for an answer.
    OFFERING_BOUNTY = "offering_bounty"
    #: Choosing the answer that gets one's points.
    AWARDING_BOUNTY = "awarding_bounty"


class Whose(StrEnum):
    """
    Whose work is looked at.

    For answers looked at by score: whose question it is; for bounties and accepted
    answers too. For other acts: whose post it is.
    """

    #: Anybody's, also where it is not known.
    ANY = "any"
    #: One's own.
    OWN = "own"
    #: Somebody else's.
    OTHERS = "others"


class First(StrEnum):
    """In what an answer must come before the others to its question."""

    #: In nothing.
    ANY = "any"
    #: It was posted first.
    POSTED = "posted"
    #: It was the first to have the score, also if it has it no more.
    SCORED = "scored"


class Repeat(StrEnum):
    """How often one person can win a badge."""

    ONCE = "once"
    #: Once for every post, wherever it is moved.
    PER_POST = "per_post"


_ON_POST: Final = frozenset(list(Trigger)[:5])
_READS: Final = {
    Trigger.SCORE: {"kinds", "whose", "accepted", "first", "after_days"},
    Trigger.REACTIONS: {"kinds", "reactions"},
    Trigger.DELETED_LIKED: {"kinds"},
    Trigger.DELETED_DISLIKED: {"kinds"},
    Trigger.VOTING: {"kinds", "whose", "direction"},
    Trigger.REACTING: {"kinds", "whose", "reactions"},
    Trigger.POSTING: {"kinds"},
    Trigger.EDITING: {"kinds", "whose"},
    Trigger.ROLLING_BACK: {"kinds", "whose"},
    Trigger.FLAGGING: {"kinds", "whose"},
    Trigger.FLAGGING_WELL: {"kinds", "whose"},
    Trigger.BEING_ACCEPTED: {"whose"},
    Trigger.OFFERING_BOUNTY: {"whose"},
    Trigger.AWARDING_BOUNTY: {"whose"},
}
_OPTIONS: Final = (
    "kinds",
    "whose",
    "direction",
    "accepted",
    "first",
    "after_days",
    "reactions",
)


@frozen(kw_only=True, weakref_slot=False)
class BadgeRule:
    """
    What has to be done for a badge.

    Attributes:
        name: The name of the badge, one of its kind in a set of rules.
        level: Gold, silver or bronze.
        trigger: What is looked at.
        count: How much of it is enough: a score, or a number of acts; at least 1.
        kinds: The kinds of post that it is about.
        whose: Whose post or question it is about.
        repeat: Once, or for every post; only for what looks at one post.
        direction: Of votes; None: any.
        accepted: Whether the answer must be accepted too.
        first: In what the answer must be the first to its question.
        after_days: How many days the answer must come after the question.
        reactions: The kinds of reaction that count; empty: all.
        source: Where the rule can be read.

    Raises:
        ValidationError: If a number is out of range, or an option is given that
            the trigger does not look at.

    >>> BadgeRule(
    ...     name="Helpful", level="bronze", trigger="score", count=5, repeat="per_post"
    ... ).trigger
    <Trigger.SCORE: 'score'>
    """

    name: str = field(metadata=_id)
    level: BadgeLevel
    trigger: Trigger
    count: int = 1
    kinds: frozenset[PostKind] = frozenset({PostKind.QUESTION, PostKind.ANSWER})
    whose: Whose = Whose.ANY
    repeat: Repeat = Repeat.ONCE
    direction: Direction | None = None
    accepted: bool = False
    first: First = First.ANY
    after_days: int = 0
    reactions: frozenset[str] = frozenset()
    source: str | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        name = f"badge {self.name!r}"
        at_least(1, self.count, f"{name}: count")
        at_least(0, self.after_days, f"{name}: after_days")
        if self.after_days > 1_000_000:
            raise ValidationError(f"{name}: after_days is too many: give fewer")
        if not self.kinds:
            raise ValidationError(f"{name} is about no kind of post: name one")
        kinds = frozenset(reaction_kind(each, name) for each in self.reactions)
        object.__setattr__(self, "reactions", kinds)
        if self.repeat is Repeat.PER_POST and not self.on_post:
            raise ValidationError(
                f"{name} counts acts, which is won once: leave repeat out"
            )
        read = _READS.get(self.trigger, set[str]())
        for option in _OPTIONS:
            given = getattr(self, option)
            if option not in read and given != _DEFAULTS[option]:
                raise ValidationError(
                    f"{name}: {self.trigger} does not look at {option}: leave it out"
                )

    @property
    def on_post(self) -> bool:
        """Whether it looks at one post; else it counts acts."""
        return self.trigger in _ON_POST


_DEFAULTS: Final = {
    each.name: each.default for each in attrs.fields(BadgeRule) if each.name in _OPTIONS
}


@frozen(kw_only=True, weakref_slot=False)
class Award:
    """
    That somebody won a badge.

    Attributes:
        user_id: Who won it.
        badge: The name of the rule.
        level: Gold, silver or bronze.
        at: When; None if the event does not say.
        thread_id: Where.
        post_id: The post for which, or the last of those that were counted; None
            if it is none.
        event: What happened that was still missing.
    """

    user_id: UserId = field(metadata=_id)
    badge: str = field(metadata=_id)
    level: BadgeLevel
    at: datetime | None = None
    thread_id: ThreadId = field(metadata=_id)
    post_id: PostId | None = None
    event: EventId

    def __attrs_post_init__(self) -> None:
        settle(self)
