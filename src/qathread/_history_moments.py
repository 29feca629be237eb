"""Moments of a thread's past, and the words they are told in."""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from attrs import frozen

from ._checks import settle
from ._display import quoted
from ._facts_base import EventId, Fact, PostRef
from .ids import PostId
from .users import User

__all__ = ["Moment", "MomentKind"]

_EXCERPT = 60  # characters of a text that a sentence shows, quotes included
_LOOKED_AT = 240  # characters of a text that are looked at for it
_NAME = 40


class MomentKind(StrEnum):
    """What happened, in a word: one for each class of event."""

    IMPORTED = "imported"
    ASKED = "asked"
    ANSWERED = "answered"
    COMMENTED = "commented"
    EDITED = "edited"
    ROLLED_BACK = "rolled_back"
    EDIT_SUGGESTED = "edit_suggested"
    EDIT_APPROVED = "edit_approved"
    EDIT_REJECTED = "edit_rejected"
    DELETED = "deleted"
    RESTORED = "restored"
    ACCEPTED = "accepted"
    UNACCEPTED = "unaccepted"
    VOTED = "voted"
    VOTE_CHANGED = "vote_changed"
    VOTE_RETRACTED = "vote_retracted"
    REACTED = "reacted"
    UNREACTED = "unreacted"
    VOTES_COUNTED = "votes_counted"
    CLOSE_VOTED = "close_voted"
    REOPEN_VOTED = "reopen_voted"
    CLOSED = "closed"
    REOPENED = "reopened"
    PROTECTED = "protected"
    UNPROTECTED = "unprotected"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    HIDDEN = "hidden"
    SHOWN = "shown"
    WIKI_MADE = "wiki_made"
    REMOVED = "removed"
    REINSTATED = "reinstated"
    FLAGGED = "flagged"
    FLAG_RESOLVED = "flag_resolved"
    CONVERTED = "converted"
    MOVED = "moved"
    VOTES_INVALIDATED = "votes_invalidated"
    BOUNTY_OFFERED = "bounty_offered"
    BOUNTY_AWARDED = "bounty_awarded"
    BOUNTY_EXPIRED = "bounty_expired"
    SPLIT_OFF = "split_off"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    USERS_MERGED = "users_merged"


@frozen(kw_only=True, weakref_slot=False)
class Moment:
    """
    One event of a thread's past, for people to read.

    Attributes:
        at: When it happened; None if that is not known.
        event_id: Which event.
        who: The face of who did it; None if that is not known.
        post_id: The post it is about; None: the thread as a whole.
        kind: What happened, in a word.
        text: What happened, in a plain sentence on one line, without a full stop;
            of a text it shows the beginning. Odd characters come out escaped, but
            it is text: escape it before it goes into a page.
    """

    at: datetime | None
    event_id: EventId
    who: User | None
    post_id: PostId | None
    kind: MomentKind
    text: str

    def __attrs_post_init__(self) -> None:
        settle(self)

    def __str__(self) -> str:
        when = "at an unknown time" if self.at is None else f"{self.at:%Y-%m-%d %H:%M}"
        return f"{when}  {self.text}"


#: What a sentence says of an event: its kind, the post it is about, the sentence.
Told: TypeAlias = tuple[MomentKind, PostId | None, str]


# -- words -----------------------------------------------------------------------


def actor(event: Fact) -> str:
    """Name who did it."""
    if event.by is None:
        # What another event brings about without a person is the site's doing.
        return "Somebody" if event.cause is None else "The site"
    return person(event.by)


def person(user: User) -> str:
    """Return the name of somebody, else what names them best."""
    return plain(user.name or user.handle or user.id)


def plain(text: str) -> str:
    """Return a name or id as it is, unless it is long or cannot be seen."""
    if len(text) <= _NAME and text.isprintable() and text == text.strip():
        return text
    return quoted(text, _NAME)


def on(ref: PostRef | None) -> str:
    """Name what is marked: a post, or the thread."""
    return "the thread" if ref is None else f"{ref.kind} {plain(ref.post_id)}"


def saying(sentence: str, text: str | None) -> str:
    """Add the beginning of a text to a sentence, if there is one."""
    start = "" if text is None else " ".join(text[:_LOOKED_AT].split())
    return f"{sentence}: {quoted(start, _EXCERPT)}" if start else sentence


def listed(ids: tuple[str, ...], most: int = 5) -> str:
    """Name several ids."""
    named = [plain(id) for id in ids[:most]]
    more = [f"{len(ids) - most} more"] if len(ids) > most else []
    *first, last = [*named, *more]
    return f"{', '.join(first)} and {last}" if first else last
