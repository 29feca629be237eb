"""
Rules as data: a policy says what is allowed and paid, as a value that survives JSON.

A policy has parts (voting, posting, moderation, reputation, quotas), and each
kind of post has a part of one shape. :mod:`qathread.rules` reads policies,
:mod:`qathread.policies` has the named ones. Presets differ by ``attrs.evolve``.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from ._policy_moderation import Bounties, Flagging, Moderation, Stops
from ._policy_parts import Act, Lengths, Needs, Quorum, Window
from ._policy_posting import Accepting, AcceptWho, Deleting, KindPosting, Posting
from ._policy_reputation import (
    Cap,
    CapMode,
    CapPer,
    FloorMode,
    PaidFor,
    Pay,
    Reputation,
)
from ._policy_voting import KindVoting, OwnVotes, Voting
from .errors import ValidationError
from .posts import PostKind

__all__ = [
    "AcceptWho",
    "Accepting",
    "Act",
    "Bounties",
    "Cap",
    "CapMode",
    "CapPer",
    "Deleting",
    "Flagging",
    "FloorMode",
    "KindPosting",
    "KindVoting",
    "Lengths",
    "Moderation",
    "Needs",
    "OwnVotes",
    "PaidFor",
    "Pay",
    "Policy",
    "Posting",
    "Quorum",
    "Quota",
    "QuotaUse",
    "Reputation",
    "Stops",
    "Usage",
    "Voting",
    "Window",
    "drawn",
]


@frozen(kw_only=True, weakref_slot=False)
class Quota:
    """
    How often something may be done until a count starts again.

    The counts are facts of many threads, so they come in as :class:`Usage`.
    Quotas nest: an act draws on the first quota in the policy's order that
    counts it; while that one is full, or fewer than *spare* of the next one are
    left, it draws on the quota named by *then* instead.

    Attributes:
        name: The name that :class:`Usage` counts it under.
        limit: The most times, at least 0.
        acts: What it counts.
        kinds: The kinds of post whose acts it counts.
        period: Seconds until the count starts again, counted from the start of
            a UTC day and no longer than one: 86,400 is a day, 3,600 an hour.
        then: The quota that an act draws on when this one is full; None: the
            act is refused.
        spare: How many of the next quota must be left for this one to be used.
    """

    name: str = field(metadata={"check": identifier})
    limit: int
    acts: frozenset[Act] = frozenset({Act.VOTE})
    kinds: frozenset[PostKind] = frozenset(PostKind)
    period: int = 86_400
    then: str | None = None
    spare: int = 0

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(0, self.limit, "Quota.limit")
        at_least(0, self.spare, "Quota.spare")
        at_least(1, self.period, "Quota.period")
        if 86_400 % self.period:
            raise ValidationError(
                f"Quota.period is {self.period}: give a whole part of a day in seconds"
            )
        if self.then == self.name:
            raise ValidationError(f"quota {self.name!r} names itself as the next one")

    def counts(self, act: Act, kind: PostKind) -> bool:
        """Whether an act on a post of *kind* counts."""
        return act in self.acts and kind in self.kinds


def drawn(
    quotas: Iterable[Quota], act: Act, kind: PostKind, used: Callable[[str], int]
) -> tuple[Quota | None, bool]:
    """
    Return the quota that an act draws on, and whether it is full.

    Args:
        quotas: Those of the policy.
        act: What is done.
        kind: The kind of post it is done to.
        used: How much of a quota is used, by its name.

    Returns:
        The quota, or None if none counts the act; True if the act is one too many.
    """
    by_name = {quota.name: quota for quota in quotas}
    chosen = next((each for each in by_name.values() if each.counts(act, kind)), None)
    while chosen is not None:
        full = used(chosen.name) >= chosen.limit
        following = None if chosen.then is None else by_name[chosen.then]
        if following is None:
            return chosen, full
        left = following.limit - used(following.name)
        if not full and left >= chosen.spare:
            return chosen, False
        chosen = following
    return None, False


@frozen(kw_only=True, weakref_slot=False)
class Policy:
    """
    What a forum allows, and what it pays.

    Attributes:
        name: The name of the policy.
        voting: Votes.
        posting: Writing, editing and accepting.
        moderation: Marks, flags, bounties and moves.
        reputation: What is paid for what.
        quotas: How often things may be done in a while, by name.
    """

    name: str = field(metadata={"check": identifier})
    voting: Voting = Voting()
    posting: Posting = Posting()
    moderation: Moderation = Moderation()
    reputation: Reputation = Reputation()
    quotas: tuple[Quota, ...] = ()

    def __attrs_post_init__(self) -> None:
        settle(self)
        names = [quota.name for quota in self.quotas]
        if len(set(names)) < len(names):
            raise ValidationError(f"policy {self.name!r} has two quotas of one name")
        for place, quota in enumerate(self.quotas):
            # Only later ones: so no chain of quotas runs in a circle.
            if quota.then is not None and quota.then not in names[place + 1 :]:
                raise ValidationError(
                    f"quota {quota.name!r} goes on with {quota.then!r}, which does "
                    "not stand after it: add it there"
                )


@frozen(kw_only=True, weakref_slot=False)
class QuotaUse:
    """
    How much of one quota somebody has used.

    Attributes:
        name: The quota's name in the policy.
        used: How often, at least 0.
        resets_at: When the count starts again; None if that is not known.
    """

    name: str = field(metadata={"check": identifier})
    used: int
    resets_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(0, self.used, "QuotaUse.used")


@frozen(kw_only=True, weakref_slot=False)
class Usage:
    """
    What somebody has used of the quotas, which no single thread knows.

    Attributes:
        quotas: One entry for each quota that has been used.
    """

    quotas: tuple[QuotaUse, ...] = ()

    def __attrs_post_init__(self) -> None:
        settle(self)

    def of(self, name: str) -> QuotaUse:
        """The use of one quota; unused if there is no entry."""
        for use in self.quotas:
            if use.name == name:
                return use
        return QuotaUse(name=name, used=0)
