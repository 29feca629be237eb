"""What happened to a thread, told event by event."""

from collections.abc import Iterable
from itertools import pairwise

from . import facts
from ._facts_base import Fact
from ._history_moderation import moderation
from ._history_moments import Moment, Told
from ._history_sentences import posting, voting
from .errors import SequenceError, ValidationError
from .facts import Event, EventId


def timeline(events: Iterable[Event]) -> tuple[Moment, ...]:
    """Return a moment for each event, in order of version."""
    found = list(events)
    for event in found:
        if not isinstance(event, Fact):
            name = type(event).__name__
            raise ValidationError(f"{name} is not about a thread: give its own events")
    found.sort(key=lambda event: event.version)
    for before, event in pairwise(found):
        if event.thread_id != before.thread_id:
            raise SequenceError(
                f"threads {before.thread_id!r} and {event.thread_id!r} have a "
                "timeline each: give the events of one"
            )
        if event.version == before.version:
            raise SequenceError(
                f"two events of thread {event.thread_id!r} make version "
                f"{event.version}: give each event once"
            )
    return tuple(map(_moment, found))


def _moment(event: Event) -> Moment:
    kind, post_id, text = _told(event)
    return Moment(
        at=event.at,
        event_id=EventId(thread_id=event.thread_id, version=event.version),
        who=event.by,
        post_id=post_id,
        kind=kind,
        text=text,
    )


def _told(event: Event) -> Told:
    match event:
        case (
            facts.VoteCast()
            | facts.VoteChanged()
            | facts.VoteRetracted()
            | facts.ReactionAdded()
            | facts.ReactionRemoved()
            | facts.VotesCounted()
        ):
            return voting(event)
        case (
            facts.Imported()
            | facts.QuestionAsked()
            | facts.AnswerPosted()
            | facts.CommentPosted()
            | facts.PostEdited()
            | facts.PostRolledBack()
            | facts.EditSuggested()
            | facts.EditApproved()
            | facts.EditRejected()
            | facts.PostDeleted()
            | facts.PostRestored()
            | facts.AnswerAccepted()
            | facts.AnswerUnaccepted()
        ):
            return posting(event)
        case _:
            return moderation(event)
