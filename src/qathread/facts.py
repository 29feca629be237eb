"""
What happened to threads: a closed union of facts in the past tense.

Every fact is self-contained. Feedback names the author and kind of its post, a
change carries what it replaces, so that ledgers, feeds and erasure need no
thread. People appear as public faces only. The public path of these classes is
:mod:`qathread.events`.
"""

from datetime import UTC, datetime
from typing import TypeAlias

from attrs import field, frozen

from ._checks import at_least, reaction_kind
from ._facts_accounts import (
    AccountEvent,
    AccountsMerged,
    ReputationAdjusted,
    UserRegistered,
    UserSuspended,
    UserUnsuspended,
)
from ._facts_base import EventId, Fact, Happened, OnPost, PostRef, settle_fact
from ._facts_moderation import (
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    CloseVoteCast,
    FlagResolved,
    HidingImposed,
    HidingLifted,
    LockImposed,
    LockLifted,
    Moderation,
    PostConverted,
    PostFlagged,
    PostMoved,
    PostReinstated,
    PostRemoved,
    PostsMovedIn,
    PostsMovedOut,
    ReopenVoteCast,
    ThreadArchived,
    ThreadClosed,
    ThreadPinned,
    ThreadProtected,
    ThreadReopened,
    ThreadSplitOff,
    ThreadUnarchived,
    ThreadUnpinned,
    ThreadUnprotected,
    UsersMerged,
    VotesInvalidated,
    WikiMade,
)
from .content import Content, ThreadKind
from .feedback import Direction, Reaction, Vote
from .ids import UserId
from .limits import MAX_INTEGER
from .posts import Answer, Comment, PostKind, Question
from .revisions import Revision, Suggestion
from .status import Mark
from .users import User, is_face

__all__ = [
    "AccountEvent",
    "AccountsMerged",
    "AnswerAccepted",
    "AnswerPosted",
    "AnswerUnaccepted",
    "BountyAwarded",
    "BountyExpired",
    "BountyOffered",
    "CloseVoteCast",
    "CommentPosted",
    "EditApproved",
    "EditRejected",
    "EditSuggested",
    "Event",
    "EventId",
    "FlagResolved",
    "HidingImposed",
    "HidingLifted",
    "Imported",
    "LockImposed",
    "LockLifted",
    "Moderation",
    "PostConverted",
    "PostDeleted",
    "PostEdited",
    "PostFlagged",
    "PostMoved",
    "PostRef",
    "PostReinstated",
    "PostRemoved",
    "PostRestored",
    "PostRolledBack",
    "Posting",
    "PostsMovedIn",
    "PostsMovedOut",
    "QuestionAsked",
    "ReactionAdded",
    "ReactionRemoved",
    "ReopenVoteCast",
    "ReputationAdjusted",
    "ThreadArchived",
    "ThreadClosed",
    "ThreadPinned",
    "ThreadProtected",
    "ThreadReopened",
    "ThreadSplitOff",
    "ThreadUnarchived",
    "ThreadUnpinned",
    "ThreadUnprotected",
    "UserRegistered",
    "UserSuspended",
    "UserUnsuspended",
    "UsersMerged",
    "VoteCast",
    "VoteChanged",
    "VoteRetracted",
    "VotesCounted",
    "VotesInvalidated",
    "Voting",
    "WikiMade",
]

_ONCE = 1  # compared by identity: True and 1.0 are equal to it


# -- origins and posting ---------------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class Imported(Fact):
    """
    A thread came from outside, whole; history begins here.

    Attributes:
        at: The newest instant in the content; None if there is none.
        content: All of it.
    """

    at: datetime | None = None
    content: Content


@frozen(kw_only=True, weakref_slot=False)
class QuestionAsked(Happened):
    """A thread was opened."""

    kind: ThreadKind
    question: Question


@frozen(kw_only=True, weakref_slot=False)
class AnswerPosted(Happened):
    """
    A question was answered.

    Attributes:
        answer: The new post.
        asker_id: Whose question; None if the question is not at hand.
    """

    answer: Answer
    asker_id: UserId | None

    def __attrs_post_init__(self) -> None:
        plain = _plain_happening(self) and self.answer.__class__ is Answer
        asker = self.asker_id
        if plain and (asker is None or (type(asker) is str and asker.isprintable())):
            return
        settle_fact(self)


@frozen(kw_only=True, weakref_slot=False)
class CommentPosted(Happened):
    """
    A post was commented on.

    Attributes:
        comment: The new post.
        parent: The post it replies to; None if that is not at hand.
    """

    comment: Comment
    parent: PostRef | None

    def __attrs_post_init__(self) -> None:
        plain = _plain_happening(self) and self.comment.__class__ is Comment
        if plain and (self.parent is None or self.parent.__class__ is PostRef):
            return
        settle_fact(self)


@frozen(kw_only=True, weakref_slot=False)
class PostEdited(OnPost):
    """
    A wording changed.

    Attributes:
        revision: The new wording, whole.
        replaced: The wording before, whole.
    """

    revision: Revision
    replaced: Revision


@frozen(kw_only=True, weakref_slot=False)
class PostRolledBack(OnPost):
    """
    A wording was taken back to an earlier one.

    Attributes:
        to: The number of the wording that came back.
        revision: The new wording, whole.
        replaced: The wording before, whole.
    """

    to: int
    revision: Revision
    replaced: Revision


@frozen(kw_only=True, weakref_slot=False)
class EditSuggested(OnPost):
    """Somebody proposed a wording."""

    suggestion: Suggestion


@frozen(kw_only=True, weakref_slot=False)
class EditApproved(OnPost):
    """
    A proposed wording was taken; ``by`` approved it.

    Attributes:
        suggestion: What was proposed.
        revision: The new wording, whole, with the proposer as editor.
        replaced: The wording before, whole.
    """

    suggestion: Suggestion
    revision: Revision
    replaced: Revision


@frozen(kw_only=True, weakref_slot=False)
class EditRejected(OnPost):
    """A proposed wording was turned down; ``by`` did so."""

    suggestion: Suggestion
    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class PostDeleted(OnPost):
    """A post was taken down; its text stays known."""

    reason: str | None = None


@frozen(kw_only=True, weakref_slot=False)
class PostRestored(OnPost):
    """
    A deleted post came back.

    Attributes:
        replaced: The mark that was taken off.
    """

    replaced: Mark


@frozen(kw_only=True, weakref_slot=False)
class AnswerAccepted(OnPost):
    """
    An answer was marked as the solution.

    Attributes:
        asker_id: Whose question; None if the question is not at hand.
        replaced: Answers that are no longer accepted because of this.
    """

    asker_id: UserId | None
    replaced: tuple[PostRef, ...] = ()


@frozen(kw_only=True, weakref_slot=False)
class AnswerUnaccepted(OnPost):
    """
    An answer is no longer marked as the solution.

    Attributes:
        asker_id: Whose question; None if the question is not at hand.
    """

    asker_id: UserId | None


# -- voting ----------------------------------------------------------------------


@frozen(kw_only=True, weakref_slot=False)
class VoteCast(OnPost):
    """A first vote by one user on one post; ``by`` is the voter."""

    by: User
    direction: Direction
    weight: int = 1

    def __attrs_post_init__(self) -> None:
        if not _plain(self) or self.direction.__class__ is not Direction:
            settle_fact(self)
        if self.weight is not _ONCE:
            at_least(1, self.weight, "VoteCast.weight")


@frozen(kw_only=True, weakref_slot=False)
class VoteChanged(OnPost):
    """
    A standing vote became another one: one change, not two.

    Attributes:
        replaced: The vote as it stood.
    """

    by: User
    direction: Direction
    weight: int = 1
    replaced: Vote

    def __attrs_post_init__(self) -> None:
        settle_fact(self)
        at_least(1, self.weight, "VoteChanged.weight")


@frozen(kw_only=True, weakref_slot=False)
class VoteRetracted(OnPost):
    """
    A standing vote was taken back.

    Attributes:
        replaced: The vote as it stood.
    """

    by: User
    replaced: Vote


@frozen(kw_only=True, weakref_slot=False)
class ReactionAdded(OnPost):
    """A user put an emoji under a post; ``by`` is the user."""

    by: User
    kind: str = field(metadata={"check": reaction_kind})

    def __attrs_post_init__(self) -> None:
        kind = self.kind
        plain = type(kind) is str and kind.isascii() and kind.isprintable()
        if plain and kind and _plain(self):
            return
        settle_fact(self)


@frozen(kw_only=True, weakref_slot=False)
class ReactionRemoved(OnPost):
    """
    A user took an emoji back.

    Attributes:
        replaced: The reaction as it stood.
    """

    by: User
    replaced: Reaction


@frozen(kw_only=True, weakref_slot=False)
class VotesCounted(OnPost):
    """
    Votes known by number only, such as those of one day.

    Attributes:
        up: Upvotes to add, at least 0.
        down: Downvotes to add, at least 0.
        reactions: (kind, count) to add, sorted by kind.
    """

    up: int = 0
    down: int = 0
    reactions: tuple[tuple[str, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        settle_fact(self)
        for name, count in (("up", self.up), ("down", self.down), *self.reactions):
            at_least(0, count, f"VotesCounted.{name}")


def _plain_happening(event: Happened) -> bool:
    """Whether the common fields need no closer look; most events are like that."""
    try:
        return (
            event.thread_id.isprintable()
            and event.thread_id != ""
            and event.version.__class__ is int
            and 0 < event.version <= MAX_INTEGER
            and event.by.__class__ is User
            and is_face(event.by)
            and event.at.tzinfo is UTC
            and 1 < event.at.year < 9999
            and event.recorded_at is event.at
            and event.cause is None
        )
    except (AttributeError, TypeError):
        return False


def _plain(event: VoteCast | ReactionAdded) -> bool:
    """The same for the fields of a post."""
    try:
        return (
            (event.post_id + event.author_id).isprintable()
            and event.post_id != ""
            and event.author_id != ""
            and event.post_kind.__class__ is PostKind
            and _plain_happening(event)
        )
    except (AttributeError, TypeError):
        return False


Posting: TypeAlias = (
    Imported
    | QuestionAsked
    | AnswerPosted
    | CommentPosted
    | PostEdited
    | PostRolledBack
    | EditSuggested
    | EditApproved
    | EditRejected
    | PostDeleted
    | PostRestored
    | AnswerAccepted
    | AnswerUnaccepted
)
Voting: TypeAlias = (
    VoteCast
    | VoteChanged
    | VoteRetracted
    | ReactionAdded
    | ReactionRemoved
    | VotesCounted
)
#: Everything that can happen to a thread. Families join here, one alias each;
#: what concerns an account and no thread is an ``AccountEvent``.
Event: TypeAlias = Posting | Voting | Moderation
