"""Votes, reactions, and what they add up to."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ._checks import at_least, identifier, reaction_kind, settle
from .errors import ValidationError
from .ids import PostId, UserId

__all__ = ["DOWN", "UP", "Direction", "Reaction", "Tally", "Vote"]


class Direction(StrEnum):
    """Whether a vote adds to the score or takes from it."""

    UP = "up"
    DOWN = "down"


_ONCE = 1  # compared by identity: True and 1.0 are equal to it
_PLENTY = 2**62  # sums of two counts below it fit 64 bits
UP: Final = Direction.UP
DOWN: Final = Direction.DOWN


@frozen(kw_only=True, weakref_slot=False)
class Vote:
    """
    One user's standing opinion of one post.

    Attributes:
        post_id: What is voted on.
        voter_id: Who votes; a thread keeps one vote per voter and post.
        direction: UP adds the weight to the post's score, DOWN takes it away.
        cast_at: When; a naive datetime raises ValidationError.
        weight: How much the vote counts, at least 1.
    """

    post_id: PostId = field(metadata={"check": identifier})
    voter_id: UserId = field(metadata={"check": identifier})
    direction: Direction
    cast_at: datetime
    weight: int = 1

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.post_id + self.voter_id).isprintable()
                and self.post_id
                and self.voter_id
                and self.direction.__class__ is Direction
                and self.cast_at.tzinfo is UTC
                and 1 < self.cast_at.year < 9999
                and self.weight is _ONCE
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)
        at_least(1, self.weight, "Vote.weight")


@frozen(kw_only=True, weakref_slot=False)
class Reaction:
    """
    One user's emoji on one post; it never counts in the score.

    Attributes:
        post_id: What is reacted to.
        user_id: Who reacts; one reaction per user, post and kind.
        kind: ``like``, ``heart`` or an emoji, in Unicode normal form C.
        at: When; a naive datetime raises ValidationError.
    """

    post_id: PostId = field(metadata={"check": identifier})
    user_id: UserId = field(metadata={"check": identifier})
    kind: str = field(metadata={"check": reaction_kind})
    at: datetime

    def __attrs_post_init__(self) -> None:
        try:
            if (
                (self.post_id + self.user_id + self.kind).isprintable()
                and self.post_id
                and self.user_id
                and self.kind
                and self.kind.isascii()
                and self.at.tzinfo is UTC
                and 1 < self.at.year < 9999
            ):
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Tally:
    """
    What is known of the feedback on one post: known, unknown and 0 differ.

    Attributes:
        post_id: Which post.
        up: Sum of the weights of upvotes, at least 0; None if not known.
        down: Sum of the weights of downvotes, at least 0; None if not known.
        score: ``up - down``; alone where a source shows only that; None if
            not known.
        reactions: (kind, count), sorted by kind. A kind without an entry is
            unknown, or 0 where the tally is *complete*.
        exact: False where the source fuzzes or estimates its numbers.
        complete: True where every kind of reaction is accounted for.

    Raises:
        ValidationError: If a count is negative, a kind occurs twice, or the
            score is not ``up - down``.
    """

    post_id: PostId = field(metadata={"check": identifier})
    up: int | None = None
    down: int | None = None
    score: int | None = None
    reactions: tuple[tuple[str, int], ...] = ()
    exact: bool = True
    complete: bool = False

    def __attrs_post_init__(self) -> None:
        up, down = self.up, self.down
        try:
            if (
                self.post_id.isprintable()
                and self.post_id
                and up.__class__ is down.__class__ is int
                and 0 <= up < _PLENTY
                and 0 <= down < _PLENTY
                and (self.score is None or self.score == up - down)
                and not self.reactions
                and self.reactions.__class__ is tuple
                and self.exact.__class__ is self.complete.__class__ is bool
            ):
                object.__setattr__(self, "score", up - down)
                return
        except (AttributeError, TypeError):
            pass  # settle says which field it is
        settle(self)
        for name, count in (("up", up), ("down", down), *self.reactions):
            if count is not None:
                at_least(0, count, f"Tally.{name} of post {self.post_id!r}")
        if self.up is not None and self.down is not None:
            score = self.up - self.down
            if self.score not in (None, score):
                raise ValidationError(
                    f"tally of post {self.post_id!r} says score {self.score} but "
                    f"{self.up} - {self.down} is {score}: leave one of them out"
                )
            object.__setattr__(self, "score", score)
        if self.reactions:
            self._settle_reactions()

    def _settle_reactions(self) -> None:
        counts: dict[str, int] = {}
        for kind, count in self.reactions:
            kind = reaction_kind(kind, "Tally.reactions")
            if kind in counts:
                raise ValidationError(
                    f"tally of post {self.post_id!r} counts {kind!r} twice: add them up"
                )
            counts[kind] = count
        if self.complete:  # no entry means 0 already
            counts = {kind: count for kind, count in counts.items() if count}
        object.__setattr__(self, "reactions", tuple(sorted(counts.items())))

    @property
    def known(self) -> bool:
        """Whether it says anything at all."""
        return bool(
            self.complete
            or self.reactions
            or not (self.up is self.down is self.score is None)
        )
