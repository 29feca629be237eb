"""Threads without a book: how long they go without, and whom their events concern."""

from typing import Final

from ._ledger_imports import marks_of, posts_of
from ._ledger_items import ACTS, AnyEvent
from ._ledger_rates import Rates
from ._ledger_state import Draft
from ._ledger_taking import accepter_of
from .facts import (
    AccountsMerged,
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    CommentPosted,
    EditApproved,
    HidingImposed,
    Imported,
    PostConverted,
    PostDeleted,
    PostFlagged,
    PostRemoved,
    PostsMovedOut,
    QuestionAsked,
    ReputationAdjusted,
    UsersMerged,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
    WikiMade,
)

#: After one of these, points in a thread depend on more than single events.
_STATEFUL: Final = frozenset(
    (
        AccountsMerged,
        Imported,
        PostConverted,
        PostDeleted,
        PostFlagged,
        PostRemoved,
        PostsMovedOut,
        UsersMerged,
        WikiMade,
    )
)


def stateful(draft: Draft, event: AnyEvent) -> bool:
    """Whether the thread must be kept in a book from here on."""
    match event:
        case QuestionAsked() | AnswerPosted() | CommentPosted():
            (post,) = posts_of(event)
            marks, wiki = marks_of(post)
            return bool(marks) or wiki
        case AnswerAccepted():
            replaced = {ref.post_id for ref in event.replaced}
            return event.post_id in draft.accepted and event.post_id not in replaced
        case HidingImposed():
            return event.cause is not None and event.post is not None
        case _:
            return event.__class__ in _STATEFUL


def concerned(draft: Draft, event: AnyEvent, rates: Rates) -> list[str]:
    """Into whose streams an event goes, and what the thread then has accepted."""
    names: list[str | None] = []
    match event:
        case VoteCast() | VoteChanged() | VoteRetracted():
            names.append(event.by.id)
            if event.post_kind in rates.author_kinds:
                names.append(event.author_id)
        case VotesInvalidated():
            names += [event.author_id, *(each.voter_id for each in event.replaced)]
        case VotesCounted() | BountyAwarded():
            names.append(event.author_id)
        case QuestionAsked() | AnswerPosted() | CommentPosted():
            (post,) = posts_of(event)
            names.append(post.author_id)
        case EditApproved():
            approver = None if event.by is None else event.by.id
            names += [event.suggestion.editor_id, approver]
        case AnswerAccepted():
            for ref in event.replaced:
                names += draft.accepted.get(ref.post_id, ())
                draft.accepted = draft.accepted.discard(ref.post_id)
            accepted = (event.author_id, accepter_of(event))
            names += accepted
            draft.accepted = draft.accepted.set(event.post_id, accepted)
        case AnswerUnaccepted():
            names += draft.accepted.get(event.post_id, ())
            draft.accepted = draft.accepted.discard(event.post_id)
        case ReputationAdjusted():
            names.append(event.user_id)
        case _:
            pass
    if event.by is not None and event.__class__ in ACTS:
        names.append(event.by.id)
    return [name for name in dict.fromkeys(names) if name is not None]
