"""
Rules as data: a policy says what is allowed, as a value that survives JSON.

A policy has parts (voting, posting; moderation and reputation join here), and
each kind of post has a part of one shape. :mod:`qathread.rules` reads policies,
:mod:`qathread.policies` has the named ones. Presets differ by ``attrs.evolve``.
"""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .errors import ValidationError
from .feedback import Direction
from .posts import PostKind

__all__ = [
    "AcceptWho",
    "Accepting",
    "KindPosting",
    "KindVoting",
    "Lengths",
    "Needs",
    "Policy",
    "Posting",
    "Quota",
    "QuotaUse",
    "Usage",
    "Voting",
]


@frozen(kw_only=True, weakref_slot=False)
class Needs:
    """
    What somebody must have to do something: enough reputation, or a role.

    Attributes:
        reputation: Points needed; None: everybody may. Unknown points meet
            no number, not even 0.
        roles: Roles that may without the points.
    """

    reputation: int | None = None
    roles: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        settle(self)


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
class KindVoting:
    """
    Votes on one kind of post.

    Attributes:
        directions: Which votes exist; none: no votes at all.
        up: Who may vote up.
        down: Who may vote down.
        own: Whether people may vote on what they wrote.
    """

    directions: frozenset[Direction] = frozenset(Direction)
    up: Needs = Needs()
    down: Needs = Needs()
    own: bool = True

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Quota:
    """
    How often something may be done until a count starts again.

    The counts are facts of many threads, so they come in as :class:`Usage`.

    Attributes:
        name: The name that :class:`Usage` counts it under.
        limit: The most times.
        kinds: The kinds of post whose votes it counts.
    """

    name: str = field(metadata={"check": identifier})
    limit: int
    kinds: frozenset[PostKind] = frozenset(PostKind)

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(0, self.limit, "Quota.limit")


@frozen(kw_only=True, weakref_slot=False)
class Voting:
    """
    Votes: one part for each kind of post.

    Attributes:
        question: Votes on questions.
        answer: Votes on answers.
        comment: Votes on comments.
        quotas: How many votes in a while.
        heaviest: The largest weight of one vote, at least 1; None: any.
    """

    question: KindVoting = KindVoting()
    answer: KindVoting = KindVoting()
    comment: KindVoting = KindVoting()
    quotas: tuple[Quota, ...] = ()
    heaviest: int | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        if self.heaviest is not None:
            at_least(1, self.heaviest, "Voting.heaviest")

    def on(self, kind: PostKind) -> KindVoting:
        """The part for one kind of post."""
        return {
            PostKind.QUESTION: self.question,
            PostKind.ANSWER: self.answer,
            PostKind.COMMENT: self.comment,
        }[kind]


@frozen(kw_only=True, weakref_slot=False)
class KindPosting:
    """
    Writing one kind of post.

    Attributes:
        body: How long its text may be, in code points.
        write: Who may write one.
        edit: Who may change one that is not theirs; their own everybody may.
    """

    body: Lengths = Lengths()
    write: Needs = Needs()
    edit: Needs = Needs()

    def __attrs_post_init__(self) -> None:
        settle(self)


class AcceptWho(StrEnum):
    """Who may accept an answer."""

    ANYONE = "anyone"
    ASKER = "asker"


@frozen(kw_only=True, weakref_slot=False)
class Accepting:
    """
    Marking answers as the solution.

    Attributes:
        who: Anyone, or the asker alone.
        roles: Roles that may beside the asker.
        own: Whether people may accept an answer that they wrote.
        most: How many answers can be accepted at once, at least 1; one more
            takes the place of the oldest.
    """

    who: AcceptWho = AcceptWho.ANYONE
    roles: frozenset[str] = frozenset()
    own: bool = True
    most: int = 1

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.most, "Accepting.most")


@frozen(kw_only=True, weakref_slot=False)
class Posting:
    """
    Writing, editing and accepting: one part for each kind of post.

    Attributes:
        question: Questions.
        answer: Answers.
        comment: Comments.
        title: Length of a title in code points.
        tag: Length of a tag in code points.
        tags: Number of tags.
        name: Length of the name of whoever writes.
        accept: Who accepts, and how many.
    """

    question: KindPosting = KindPosting()
    answer: KindPosting = KindPosting()
    comment: KindPosting = KindPosting()
    title: Lengths = Lengths()
    tag: Lengths = Lengths()
    tags: Lengths = Lengths()
    name: Lengths = Lengths()
    accept: Accepting = Accepting()

    def __attrs_post_init__(self) -> None:
        settle(self)

    def of(self, kind: PostKind) -> KindPosting:
        """The part for one kind of post."""
        return {
            PostKind.QUESTION: self.question,
            PostKind.ANSWER: self.answer,
            PostKind.COMMENT: self.comment,
        }[kind]


@frozen(kw_only=True, weakref_slot=False)
class Policy:
    """
    What a forum allows.

    Attributes:
        name: The name of the policy.
        voting: Votes and reactions.
        posting: Writing, editing and accepting.
    """

    name: str = field(metadata={"check": identifier})
    voting: Voting = Voting()
    posting: Posting = Posting()

    def __attrs_post_init__(self) -> None:
        settle(self)


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
