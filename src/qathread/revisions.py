"""Wordings of a post: those it had, and those somebody proposes."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ._checks import at_least, identifier, settle
from .bodies import Body
from .ids import PostId, UserId

__all__ = ["Revision", "RevisionKind", "Suggestion"]


class RevisionKind(StrEnum):
    """What brought a wording about."""

    INITIAL = "initial"
    EDIT = "edit"
    ROLLBACK = "rollback"


@frozen(kw_only=True, weakref_slot=False)
class Revision:
    """
    One whole wording of a post.

    Attributes:
        post_id: Whose wording.
        number: 1 for the first one, without gaps up to the post's own.
        body: The text. The current wording may be known in two forms, here as it
            was typed and in the post as it was rendered; their media types differ.
        title: The title, of a question.
        tags: The tags, of a question.
        editor_id: Who wrote this wording; None if that is not known.
        at: When.
        summary: What the editor said about it.
        kind: Initial, edit or rollback.
        group: A name that the source gives to changes made at once.
    """

    post_id: PostId = field(metadata={"check": identifier})
    number: int
    body: Body
    title: str | None = None
    tags: tuple[str, ...] = ()
    editor_id: UserId | None = None
    at: datetime | None = None
    summary: str | None = None
    kind: RevisionKind = RevisionKind.EDIT
    group: str | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.number, "Revision.number")


@frozen(kw_only=True, weakref_slot=False)
class Suggestion:
    """
    A wording that somebody proposes and nobody has decided on.

    Attributes:
        id: Unique within the thread.
        post_id: What it would change.
        base_revision: The wording it was made from.
        body: The proposed text.
        title: The proposed title, of a question.
        tags: The proposed tags, of a question.
        editor_id: Who proposes it.
        at: When.
        summary: What they say about it.
    """

    id: str = field(metadata={"check": identifier})
    post_id: PostId = field(metadata={"check": identifier})
    base_revision: int
    body: Body
    title: str | None = None
    tags: tuple[str, ...] = ()
    editor_id: UserId = field(metadata={"check": identifier})
    at: datetime
    summary: str | None = None

    def __attrs_post_init__(self) -> None:
        settle(self)
        at_least(1, self.base_revision, "Suggestion.base_revision")
