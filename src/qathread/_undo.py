"""Taking one event back by the verb that does the opposite."""

from datetime import datetime

import attrs

from . import facts, posting, voting
from ._checks import instant
from ._facts_base import Fact
from ._undo_moderation import moderated_back
from ._undo_words import Who, blocked, final, gone, not_own, since, still
from .errors import ValidationError
from .events import replay
from .facts import Event, EventId
from .policies import OPEN
from .policy import Policy, Usage
from .posts import Question
from .thread import Thread, index_in
from .users import User

_Wordings = facts.PostEdited | facts.PostRolledBack | facts.EditApproved


def undo(
    thread: Thread,
    event: Event,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take back what one event did, as far as nothing has been built on it since.

    The opposite verb is applied, and the policy must allow it: what was done stays
    in the history, followed by what undid it. Votes and reactions are taken back
    by whoever gave them. A wording comes back as a new revision; what is put back
    (a vote, a mark) has the time of the undoing. An approved edit is rolled back,
    and its suggestion stays decided. Where the policy asks for several voices to
    close or reopen, undoing is one of them, and voices that were counted once do
    not count again. The acceptance that an answer lost when it became a comment
    does not come back.

    Args:
        thread: The thread.
        event: What happened to it.
        by: Who undoes it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread, whose new events have the undone one as their ``cause``;
        the same one if nothing is left to undo.

    Raises:
        IntegrityError: If the thread is no longer in the state that the event
            left; it says what changed since.
        ValidationError: If the event is not of this thread, is somebody else's
            vote, or has no opposite (a post, a flag, a bounty, a merge ...); it
            says what to do instead.
        PolicyViolation: If a rule refuses the opposite verb.
        NotFoundError: If what it is about has left the thread.
    """
    _of(thread, event)
    moment = instant(at, "at")
    who: Who = {
        "by": by,
        "at": moment,
        "policy": policy,
        "usage": usage,
        "recorded_at": recorded_at,
    }
    after = _inverse(thread, event, who)
    if after is thread:
        return thread
    cause = EventId(thread_id=event.thread_id, version=event.version)
    decided = after._events[len(thread._events) :]
    return replay(
        [
            made if made.cause is not None else attrs.evolve(made, cause=cause)
            for made in decided
        ],
        start=thread,
    )


def _of(thread: Thread, event: Event) -> None:
    if not isinstance(event, Fact):
        name = type(event).__name__
        raise ValidationError(
            f"{name} did not happen to a thread: give one of its events"
        )
    if event.thread_id != thread.id or event.version > thread.version:
        raise ValidationError(
            f"event {event.version} of thread {event.thread_id!r} did not happen to "
            f"thread {thread.id!r}, which is at version {thread.version}"
        )


def _inverse(thread: Thread, event: Event, who: Who) -> Thread:
    match event:
        case (
            facts.VoteCast()
            | facts.VoteChanged()
            | facts.VoteRetracted()
            | facts.ReactionAdded()
            | facts.ReactionRemoved()
        ):
            return _voted_back(thread, event, who)
        case facts.VotesCounted():
            raise final(event, "counts only add up, so import the right ones")
        case facts.Imported():
            raise final(event, "history begins with it, so delete its posts")
        case facts.QuestionAsked() | facts.AnswerPosted() | facts.CommentPosted():
            raise final(event, "take the post down with posting.delete")
        case facts.PostEdited() | facts.PostRolledBack() | facts.EditApproved():
            return _worded_back(thread, event, who)
        case facts.EditSuggested():
            if event.suggestion not in thread.suggestions:
                raise since(event, "the suggestion was decided on")
            return posting.reject_edit(thread, event.suggestion.id, **who)
        case facts.EditRejected():
            raise final(event, "suggest the edit again with posting.suggest_edit")
        case facts.PostDeleted():
            mark = thread[event.post_id].deleted
            still(event, mark, event.reason, "the deletion")
            return posting.restore(thread, event.post_id, **who)
        case facts.PostRestored():
            gone(event, thread[event.post_id].deleted, "the deletion")
            reason = event.replaced.reason
            return posting.delete(thread, event.post_id, reason=reason, **who)
        case facts.AnswerAccepted():
            return _accepted_back(thread, event, who)
        case facts.AnswerUnaccepted():
            accepted = index_in(thread).rest.accepted
            if event.post_id in accepted:
                raise since(event, "that answer was accepted again")
            if len(accepted) >= who["policy"].posting.accept.most:
                raise blocked(
                    event, f"answer {accepted[-1]!r} is accepted in its place"
                )
            return posting.accept(thread, event.post_id, **who)
        case _:
            return moderated_back(thread, event, who)


def _voted_back(
    thread: Thread,
    event: facts.VoteCast
    | facts.VoteChanged
    | facts.VoteRetracted
    | facts.ReactionAdded
    | facts.ReactionRemoved,
    who: Who,
) -> Thread:
    post_id, user_id = event.post_id, event.by.id
    if who["by"].id != user_id:
        instead = "they take it back themselves, and moderators strike out votes with "
        raise not_own(
            event, user_id, who["by"], instead + "moderation.invalidate_votes"
        )
    match event:
        case facts.VoteCast() | facts.VoteChanged():
            vote = thread.vote(post_id, user_id)
            given = (event.direction, event.weight, event.at)
            if vote is None:
                raise since(event, "the vote was taken back or struck out")
            if (vote.direction, vote.weight, vote.cast_at) != given:
                raise since(event, "the vote was changed")
            if isinstance(event, facts.VoteCast):
                return voting.retract(thread, post_id, **who)
            old = event.replaced
            return voting.cast(thread, post_id, old.direction, weight=old.weight, **who)
        case facts.VoteRetracted():
            if thread.vote(post_id, user_id) is not None:
                raise since(event, "another vote was cast")
            old = event.replaced
            return voting.cast(thread, post_id, old.direction, weight=old.weight, **who)
        case facts.ReactionAdded():
            standing = thread.reaction(post_id, user_id, event.kind)
            if standing is None or standing.at != event.at:
                raise since(event, "the reaction was taken back")
            return voting.unreact(thread, post_id, event.kind, **who)
        case facts.ReactionRemoved():
            kind = event.replaced.kind
            if thread.reaction(post_id, user_id, kind) is not None:
                raise since(event, "the reaction was given again")
            return voting.react(thread, post_id, kind, **who)


def _worded_back(thread: Thread, event: _Wordings, who: Who) -> Thread:
    post, made, old = thread[event.post_id], event.revision, event.replaced
    if post.revision != made.number:
        raise since(event, f"post {post.id!r} came to revision {post.revision}")
    same = post.body == made.body
    if isinstance(post, Question):
        same = same and (post.title, post.tags) == (made.title, made.tags)
    if not same:
        raise since(event, f"revision {made.number} of post {post.id!r} was changed")
    if old.number != made.number:
        return posting.rollback(thread, post.id, old.number, **who)
    # An edit in the grace period of the one before it: the wording that it took the
    # place of has no number any more.
    if not isinstance(post, Question):
        return posting.edit(thread, post.id, body=old.body, **who)
    if old.title is None and post.title is not None:
        raise final(event, "the question had no title; roll it back to a revision")
    return posting.edit(
        thread, post.id, body=old.body, title=old.title, tags=old.tags, **who
    )


def _accepted_back(thread: Thread, event: facts.AnswerAccepted, who: Who) -> Thread:
    accepted = index_in(thread).rest.accepted
    if event.post_id not in accepted:
        raise since(event, "that answer lost its acceptance")
    most = who["policy"].posting.accept.most
    if len(event.replaced) > 1 and len(accepted) - 1 + len(event.replaced) > most:
        raise final(event, f"more than {most} answers were accepted before it")
    after = thread
    # Where there is one place, accepting the answer before is one event that does it.
    if len(event.replaced) != 1 or most > 1:
        after = posting.unaccept(thread, event.post_id, **who)
    for ref in event.replaced:
        after = posting.accept(after, ref.post_id, **who)
    return after
