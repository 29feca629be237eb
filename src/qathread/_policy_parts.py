"""What all parts of a policy are made of: needs, lengths, windows, quorums."""

from enum import StrEnum

from attrs import frozen

from ._checks import at_least, settle
from .errors import ValidationError

__all__ = ["Act", "Lengths", "Needs", "Quorum", "Window"]


class Act(StrEnum):
    """What people do, as quotas count it and as marks on a thread stop it."""

    ASK = "ask"
    ANSWER = "answer"
    COMMENT = "comment"
    EDIT = "edit"
    ACCEPT = "accept"
    DELETE = "delete"
    VOTE = "vote"
    REACT = "react"
    FLAG = "flag"
    CLOSE = "close"
    BOUNTY = "bounty"


@frozen(kw_only=True, weakref_slot=False)
class Needs:
    """
    What somebody must have to do something: enough reputation, or a role.

    Everybody may where neither is named; where both are, one is enough.

    Attributes:
        reputation: Points needed; None: points do not help. Unknown points meet
            no number, not even 0.
        roles: Roles that may, whatever the points.
    """

    reputation: int | None = None
    roles: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        settle(self)

    @property
    def nothing(self) -> bool:
        """Whether everybody may."""
        return self.reputation is None and not self.roles


@frozen(kw_only=True, weakref_slot=False)
class Lengths:
    """
    How long a text or list may be, ends included.

    Attributes:
        least: The shortest, in code points or items, at least 0.
        most: The longest; None: no limit of the policy.
    """

    least: int = 0
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(0, self.least, "Lengths.least")
        if self.most is not None and self.most < self.least:
            raise ValidationError(
                f"Lengths.most {self.most} is below Lengths.least {self.least}: "
                "swap them"
            )


@frozen(kw_only=True, weakref_slot=False)
class Window:
    """
    For how long something may be changed after it was made.

    Attributes:
        seconds: From then on, ends included, at least 0; None: for good.
        edits_reopen: For votes: an edit of the post after the vote opens the
            window again, until the vote is changed.
        while_last: For texts: the window stays open while nothing was posted
            under the same post after it.
    """

    seconds: int | None = None
    edits_reopen: bool = False
    while_last: bool = False

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.seconds is not None:
            at_least(0, self.seconds, "Window.seconds")


@frozen(kw_only=True, weakref_slot=False)
class Quorum:
    """
    A decision that one person takes alone, or several take together.

    Attributes:
        who: Who has a voice.
        votes: How many voices it takes, at least 1.
        alone: Roles whose one voice is enough.
        own: Whether the author of the post has a voice without what *who* needs.
        lasts: Seconds after which a voice no longer counts; None: it always does.
    """

    who: Needs = Needs()
    votes: int = 1
    alone: frozenset[str] = frozenset()
    own: bool = True
    lasts: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.votes, "Quorum.votes")
        if self.lasts is not None:
            at_least(1, self.lasts, "Quorum.lasts")
