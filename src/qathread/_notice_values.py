"""Notices and follows: who hears of what, and why."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ._checks import identifier, settle
from .errors import ValidationError
from .events import EventId
from .ids import PostId, ThreadId, UserId

__all__ = ["Follow", "Notice", "NoticeKind", "NoticeReason"]

_id = {"check": identifier}


class NoticeKind(StrEnum):
    """
    What happened, the strongest first.

    Of two that one person would hear of one event for equally good reasons, the
    one that stands higher here is kept.
    """

    #: An answer got a bounty.
    BOUNTY_AWARDED = "bounty_awarded"
    #: An answer was accepted.
    ACCEPTED = "accepted"
    #: An answer is no longer accepted.
    UNACCEPTED = "unaccepted"
    #: A question was answered.
    ANSWERED = "answered"
    #: A question or an answer was commented on.
    COMMENTED = "commented"
    #: A comment got a reply.
    REPLIED = "replied"
    #: A proposed wording was taken.
    EDIT_APPROVED = "edit_approved"
    #: A proposed wording was turned down.
    EDIT_REJECTED = "edit_rejected"
    #: Somebody proposed a wording.
    EDIT_SUGGESTED = "edit_suggested"
    #: A post was edited or rolled back.
    EDITED = "edited"
    #: A thread was closed.
    CLOSED = "closed"
    #: A thread was opened again.
    REOPENED = "reopened"
    #: A moderator took a post down.
    REMOVED = "removed"
    #: A removed post came back.
    REINSTATED = "reinstated"
    #: A post was deleted.
    DELETED = "deleted"
    #: A deleted post came back.
    RESTORED = "restored"
    #: A post or a thread was hidden.
    HIDDEN = "hidden"
    #: It is shown again.
    SHOWN = "shown"
    #: A post or a thread was locked.
    LOCKED = "locked"
    #: It was unlocked.
    UNLOCKED = "unlocked"
    #: An answer became a comment, or a comment an answer.
    CONVERTED = "converted"
    #: A post went to another place or another thread.
    MOVED = "moved"
    #: A post was given to everybody.
    WIKI_MADE = "wiki_made"
    #: Points were promised for an answer.
    BOUNTY_OFFERED = "bounty_offered"
    #: A bounty ended without an answer that got it.
    BOUNTY_EXPIRED = "bounty_expired"
    #: A report was decided on.
    FLAG_RESOLVED = "flag_resolved"
    #: A question was asked.
    ASKED = "asked"
    #: A text calls somebody by name.
    MENTIONED = "mentioned"


class NoticeReason(StrEnum):
    """
    Why somebody hears of it.

    The first two are the best reasons, then a mention, then a follow; only the
    best one gives a notice.
    """

    #: It concerns what they wrote.
    AUTHOR = "author"
    #: It is the outcome of what they asked for: a flag, an edit, a bounty.
    REQUEST = "request"
    #: They were called by name.
    MENTION = "mention"
    #: They follow the thread, the tag or the author.
    FOLLOW = "follow"


@frozen(kw_only=True, weakref_slot=False)
class Notice:
    """
    That somebody should hear of an event.

    Attributes:
        user_id: Who hears.
        kind: What happened.
        reason: Why they hear of it.
        at: When it happened.
        by_id: Who did it; None if that is not known.
        thread_id: In which thread.
        post_id: The post to look at; None: the thread.
        event: What happened, in full.
    """

    user_id: UserId = field(metadata=_id)
    kind: NoticeKind
    reason: NoticeReason
    at: datetime
    by_id: UserId | None = None
    thread_id: ThreadId = field(metadata=_id)
    post_id: PostId | None = None
    event: EventId

    def __attrs_post_init__(self) -> None:
        settle(self)


@frozen(kw_only=True, weakref_slot=False)
class Follow:
    """
    That somebody wants to hear of a thread, of a tag, or of an author.

    Attributes:
        user_id: Who follows.
        thread_id: Hear of its answers, edits, acceptance, bounties, closing and
            reopening, and in a discussion of its comments.
        tag: Hear of questions that are asked with this tag, spelt so.
        author_id: Hear of questions and answers of this person.

    Raises:
        ValidationError: If not exactly one of the three is given.
    """

    user_id: UserId = field(metadata=_id)
    thread_id: ThreadId | None = None
    tag: str | None = None
    author_id: UserId | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        given = (self.thread_id, self.tag, self.author_id)
        if sum(each is not None for each in given) != 1:
            raise ValidationError(
                f"a follow of {self.user_id!r} names not one thing: give thread_id, "
                "tag or author_id"
            )
        if "" in given:
            raise ValidationError(
                f"a follow of {self.user_id!r} names an empty id: give what is followed"
            )
