"""The part of a policy for reputation: what is paid, and what is capped."""

from enum import StrEnum

from attrs import frozen

from ._checks import at_least, settle
from .errors import ValidationError

__all__ = ["Cap", "CapMode", "CapPer", "FloorMode", "PaidFor", "Pay", "Reputation"]


class PaidFor(StrEnum):
    """What moves somebody's points."""

    QUESTION_ASKED = "question_asked"
    ANSWER_POSTED = "answer_posted"
    COMMENT_POSTED = "comment_posted"
    QUESTION_UPVOTED = "question_upvoted"
    QUESTION_DOWNVOTED = "question_downvoted"
    ANSWER_UPVOTED = "answer_upvoted"
    ANSWER_DOWNVOTED = "answer_downvoted"
    COMMENT_UPVOTED = "comment_upvoted"
    COMMENT_DOWNVOTED = "comment_downvoted"
    ANSWER_ACCEPTED = "answer_accepted"
    EDIT_APPROVED = "edit_approved"
    BOUNTY_OFFERED = "bounty_offered"
    BOUNTY_AWARDED = "bounty_awarded"
    POST_FLAGGED = "post_flagged"
    HIDDEN_BY_FLAGS = "hidden_by_flags"
    REMOVED_BY_FLAGS = "removed_by_flags"
    #: Paid by events of accounts, never named in a policy's table.
    ADJUSTED = "adjusted"


@frozen(kw_only=True, weakref_slot=False)
class Pay:
    """
    What one kind of fact moves, in points.

    Attributes:
        rule: What it is paid for. For bounties the points below are multiplied
            by the bounty's own, for votes by their weight.
        author: To whoever wrote the post, or proposed the edit.
        actor: To whoever acted: the voter, the asker of an accepted answer, who
            approved the edit, who promised the bounty.
        own: In place of both where author and actor are one person.
    """

    rule: PaidFor
    author: int = 0
    actor: int = 0
    own: int = 0

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.rule is PaidFor.ADJUSTED:
            raise ValidationError(
                "Pay.rule is 'adjusted': adjustments name their own amount"
            )


class CapPer(StrEnum):
    """What a cap counts together: the entries of one user in one of these."""

    DAY = "day"
    POST = "post"
    EVER = "ever"


class CapMode(StrEnum):
    """How a cap works."""

    #: Gains and losses offset each other; the sum stays within the bounds.
    NET = "net"
    #: Gains count alone against the high bound, losses alone against the low one.
    GROSS = "gross"
    #: As GROSS, but what begins within the bounds is paid whole.
    OVERSHOOT = "overshoot"


@frozen(kw_only=True, weakref_slot=False)
class Cap:
    """
    A bound on what some causes move together.

    Attributes:
        rules: The causes that it counts and bounds; others pass by.
        per: What is counted together.
        high: The most points gained, at least 0; None: no bound.
        low: The most points lost, as a number of at most 0; None: no bound.
        mode: How it works.
    """

    rules: frozenset[PaidFor]
    per: CapPer = CapPer.DAY
    high: int | None = None
    low: int | None = None
    mode: CapMode = CapMode.NET

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.high is not None:
            at_least(0, self.high, "Cap.high")
        if self.low is not None and self.low > 0:
            raise ValidationError(f"Cap.low is {self.low}: give 0 or less")


class FloorMode(StrEnum):
    """What becomes of losses below the floor."""

    #: They are forgiven as they happen.
    CLIP = "clip"
    #: They stay owed; the standing is only shown no lower.
    SHOWN = "shown"


@frozen(kw_only=True, weakref_slot=False)
class Reputation:
    """
    How points are paid.

    Attributes:
        start: What everybody begins with.
        pays: What is paid, at most one entry for each cause.
        caps: Bounds, each applied to what the one before it let through.
        floor: The least standing; None: none. Not above *start*.
        floor_mode: What becomes of losses below it.
        day_offset: The day of the caps starts so many minutes before midnight
            UTC: 60 for a server at UTC+1; within one day.
        deleted_counts: Whether points from a post stay when it is taken down.
        question_takes_all: Whether a question that is taken down takes the
            points from its answers and comments with it.
        wiki_counts: Whether posts that belong to everybody earn points.
    """

    start: int = 0
    pays: tuple[Pay, ...] = ()
    caps: tuple[Cap, ...] = ()
    floor: int | None = None
    floor_mode: FloorMode = FloorMode.CLIP
    day_offset: int = 0
    deleted_counts: bool = False
    question_takes_all: bool = True
    wiki_counts: bool = False

    def __attrs_post_init__(self) -> None:
        settle(self)
        rules = [pay.rule for pay in self.pays]
        if len(set(rules)) < len(rules):
            raise ValidationError("Reputation.pays has two entries for one cause")
        if self.floor is not None and self.floor > self.start:
            raise ValidationError(
                f"Reputation.floor {self.floor} is above the start {self.start}: "
                "raise the start"
            )
        if not -1440 < self.day_offset < 1440:
            raise ValidationError(
                f"Reputation.day_offset is {self.day_offset}: give minutes within a day"
            )

    def pay(self, rule: PaidFor) -> Pay:
        """What is paid for one cause; nothing if there is no entry."""
        for pay in self.pays:
            if pay.rule is rule:
                return pay
        return Pay(rule=rule)
