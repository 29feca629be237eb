"""The part of a policy for marks, flags, bounties and moves."""

from attrs import frozen

from ._checks import at_least, settle
from ._policy_parts import Act, Lengths, Needs, Quorum
from .errors import ValidationError

__all__ = ["Bounties", "Flagging", "Moderation", "Stops"]


@frozen(kw_only=True, weakref_slot=False)
class Stops:
    """
    What a mark on a thread, a post or a person keeps people from doing.

    Deleted, removed and archived stop every change, and a lock what its level
    says; they need no entry.

    Attributes:
        closed: In a closed thread.
        hidden: On a hidden post, or in a hidden thread.
        pending: On a post, or in a thread, that waits for approval.
        suspended: Whether people who are suspended may do nothing at all.
    """

    closed: frozenset[Act] = frozenset({Act.ANSWER})
    hidden: frozenset[Act] = frozenset()
    pending: frozenset[Act] = frozenset()
    suspended: bool = False

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Flagging:
    """
    Reports of posts, and what many of them bring about.

    Attributes:
        who: Who may report.
        settle: Who decides on a report.
        own: Whether people may report what they wrote.
        reasons: The reasons that are taken; none: any text.
        hide_at: Open reports by different people that hide a post; None: never.
        remove_at: Open reports that take it down; None: never.
    """

    who: Needs = Needs()
    settle: Needs = Needs()
    own: bool = True
    reasons: frozenset[str] = frozenset()
    hide_at: int | None = None
    remove_at: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.hide_at is not None:
            at_least(1, self.hide_at, "Flagging.hide_at")
        if self.remove_at is not None:
            at_least(1, self.remove_at, "Flagging.remove_at")


@frozen(kw_only=True, weakref_slot=False)
class Bounties:
    """
    Points promised for answers.

    Attributes:
        who: Who may promise.
        amount: The least and the most points.
        step: The amount is a whole multiple of it, at least 1.
        answered_least: The least for somebody who answered the question.
        wait: Seconds a question must be old.
        at_once: Open promises on one question, at least 1; None: any number.
        lasts: Seconds until a promise ends.
        grace: Seconds after its end in which it can still be awarded by hand.
        auto_score: The score from which the best answer written after the start
            gets a promise that ended; None: none does.
        auto_percent: How much of it that answer gets, 0 to 100.
    """

    who: Needs = Needs()
    amount: Lengths = Lengths(least=1)
    step: int = 1
    answered_least: int = 1
    wait: int = 0
    at_once: int | None = None
    lasts: int = 7 * 86_400
    grace: int = 0
    auto_score: int | None = None
    auto_percent: int = 50

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.amount.least, "Bounties.amount.least")
        at_least(1, self.step, "Bounties.step")
        at_least(1, self.answered_least, "Bounties.answered_least")
        at_least(0, self.wait, "Bounties.wait")
        at_least(1, self.lasts, "Bounties.lasts")
        at_least(0, self.grace, "Bounties.grace")
        if self.at_once is not None:
            at_least(1, self.at_once, "Bounties.at_once")
        if not 0 <= self.auto_percent <= 100:
            raise ValidationError(
                f"Bounties.auto_percent is {self.auto_percent}: give 0 to 100"
            )


@frozen(kw_only=True, weakref_slot=False)
class Moderation:
    """
    Marks, flags, bounties and moves: who may do what.

    Attributes:
        close: Closing a thread.
        reopen: Opening it again.
        reasons: The reasons for closing; none: any text.
        protect: Who may keep newcomers from answering.
        protected: What it takes to answer then.
        lock: Who may lock and unlock.
        pin: Who may pin and unpin.
        archive: Who may archive, and take out of the archive.
        hide: Who may hide and show.
        remove: Who may take a post down as a moderator, and reinstate it.
        wiki: Who may give a post to everybody; authors may their own.
        arrange: Who may convert, move, merge and split.
        invalidate: Who may strike out votes of others.
        people: Who may merge users.
        flags: Reports.
        bounty: Bounties; None: there are none.
        stops: What marks stop.
    """

    close: Quorum = Quorum()
    reopen: Quorum = Quorum()
    reasons: frozenset[str] = frozenset()
    protect: Needs = Needs()
    protected: Needs = Needs()
    lock: Needs = Needs()
    pin: Needs = Needs()
    archive: Needs = Needs()
    hide: Needs = Needs()
    remove: Needs = Needs()
    wiki: Needs = Needs()
    arrange: Needs = Needs()
    invalidate: Needs = Needs()
    people: Needs = Needs()
    flags: Flagging = Flagging()
    bounty: Bounties | None = Bounties()
    stops: Stops = Stops()

    def __attrs_post_init__(self) -> None:
        settle(self)
