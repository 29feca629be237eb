"""The part of a policy for votes."""

from enum import StrEnum

from attrs import frozen

from ._checks import at_least, settle
from ._policy_parts import Needs, Window
from .feedback import Direction
from .posts import PostKind

__all__ = ["KindVoting", "OwnVotes", "Voting"]


class OwnVotes(StrEnum):
    """Whether people vote on what they wrote."""

    #: They may.
    ALLOW = "allow"
    #: They may not.
    FORBID = "forbid"
    #: They may, and writing a post casts their upvote on it.
    AUTO = "auto"


@frozen(kw_only=True, weakref_slot=False)
class KindVoting:
    """
    Votes on one kind of post.

    Attributes:
        directions: Which votes exist; none: no votes at all.
        up: Who may vote up.
        down: Who may vote down.
        own: Whether people vote on what they wrote.
        change: How long after it was cast a vote may be changed or taken back.
        open_for: Seconds after the post was written in which votes are taken;
            None: always.
    """

    directions: frozenset[Direction] = frozenset(Direction)
    up: Needs = Needs()
    down: Needs = Needs()
    own: OwnVotes = OwnVotes.ALLOW
    change: Window = Window()
    open_for: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.open_for is not None:
            at_least(0, self.open_for, "KindVoting.open_for")


@frozen(kw_only=True, weakref_slot=False)
class Voting:
    """
    Votes: one part for each kind of post.

    Attributes:
        question: Votes on questions.
        answer: Votes on answers.
        comment: Votes on comments.
        heaviest: The largest weight of one vote, at least 1; None: any.
    """

    question: KindVoting = KindVoting()
    answer: KindVoting = KindVoting()
    comment: KindVoting = KindVoting()
    heaviest: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.heaviest is not None:
            at_least(1, self.heaviest, "Voting.heaviest")

    def on(self, kind: PostKind) -> KindVoting:
        """The part for one kind of post."""
        if kind is PostKind.ANSWER:
            return self.answer
        return self.question if kind is PostKind.QUESTION else self.comment
