"""What posting and voting are called when a past is told."""

from typing import assert_never

from . import facts
from ._display import counted
from ._facts_base import OnPost
from ._history_moments import MomentKind, Told, actor, on, plain, saying
from .content import Content
from .facts import Posting, Voting
from .feedback import Direction
from .revisions import Revision, Suggestion


def posting(event: Posting) -> Told:
    """Return what to say of what was written."""
    who = actor(event)
    match event:
        case facts.Imported():
            thread = f"the thread with {posts_in(event.content)}"
            said = f"{thread.capitalize()} was imported"
            if event.by is not None:
                said = f"{who} imported {thread}"
            question = event.content.question
            title = None if question is None else question.title
            return MomentKind.IMPORTED, None, saying(said, title)
        case facts.QuestionAsked():
            asked = event.question
            text = asked.body.source if asked.title is None else asked.title
            said = saying(f"{who} asked question {plain(asked.id)}", text)
            return MomentKind.ASKED, asked.id, said
        case facts.AnswerPosted():
            answer = event.answer
            said = f"{who} posted answer {plain(answer.id)}"
            return MomentKind.ANSWERED, answer.id, saying(said, answer.body.source)
        case facts.CommentPosted():
            comment = event.comment
            under = f"post {plain(comment.parent_id)}"
            if event.parent is not None:
                under = on(event.parent)
            said = f"{who} posted comment {plain(comment.id)} on {under}"
            return MomentKind.COMMENTED, comment.id, saying(said, comment.body.source)
        case facts.PostEdited():
            said = _worded(f"{who} edited {post(event)}", event.revision)
            return MomentKind.EDITED, event.post_id, said
        case facts.PostRolledBack():
            back = f"{who} rolled {post(event)} back to revision {event.to}"
            return MomentKind.ROLLED_BACK, event.post_id, _worded(back, event.revision)
        case facts.EditSuggested():
            said = f"{who} suggested an edit of {post(event)}"
            text = event.suggestion.body.source
            return MomentKind.EDIT_SUGGESTED, event.post_id, saying(said, text)
        case facts.EditApproved():
            edit = f"{_suggested(event.suggestion)} of {post(event)}"
            said = _worded(f"{who} approved {edit}", event.revision)
            return MomentKind.EDIT_APPROVED, event.post_id, said
        case facts.EditRejected():
            edit = f"{_suggested(event.suggestion)} of {post(event)}"
            said = saying(f"{who} rejected {edit}", event.reason)
            return MomentKind.EDIT_REJECTED, event.post_id, said
        case facts.PostDeleted():
            said = saying(f"{who} deleted {post(event)}", event.reason)
            return MomentKind.DELETED, event.post_id, said
        case facts.PostRestored():
            return MomentKind.RESTORED, event.post_id, f"{who} restored {post(event)}"
        case facts.AnswerAccepted():
            said = f"{who} accepted {post(event)}"
            if event.replaced:
                others = " and ".join(plain(each.post_id) for each in event.replaced)
                said += f" in place of {others}"
            return MomentKind.ACCEPTED, event.post_id, said
        case facts.AnswerUnaccepted():
            said = f"{who} no longer accepts {post(event)}"
            return MomentKind.UNACCEPTED, event.post_id, said
        case _:
            assert_never(event)


def voting(event: Voting) -> Told:
    """Return what to say of votes and reactions."""
    who, about = actor(event), event.post_id
    match event:
        case facts.VoteCast():
            said = f"{who} voted {_vote(event.direction, event.weight)} on"
            return MomentKind.VOTED, about, f"{said} {post(event)}"
        case facts.VoteChanged():
            old, new = event.replaced, event
            said = f"{who} changed a vote on {post(event)} from "
            said += f"{_vote(old.direction, old.weight)} to "
            said += _vote(new.direction, new.weight)
            return MomentKind.VOTE_CHANGED, about, said
        case facts.VoteRetracted():
            vote = _vote(event.replaced.direction, event.replaced.weight)
            said = f"{who} took back a vote {vote} on {post(event)}"
            return MomentKind.VOTE_RETRACTED, about, said
        case facts.ReactionAdded():
            said = f"{who} reacted to {post(event)} with {plain(event.kind)}"
            return MomentKind.REACTED, about, said
        case facts.ReactionRemoved():
            kind = plain(event.replaced.kind)
            said = f"{who} took back the reaction {kind} to {post(event)}"
            return MomentKind.UNREACTED, about, said
        case facts.VotesCounted():
            counts = [f"{event.up} up", f"{event.down} down"]
            counts += [f"{count} {plain(kind)}" for kind, count in event.reactions]
            said = f"Votes counted on {post(event)}: {', '.join(counts)}"
            return MomentKind.VOTES_COUNTED, about, said
        case _:
            assert_never(event)


# -- words -----------------------------------------------------------------------


def post(event: OnPost) -> str:
    """Name the post that an event is about."""
    return f"{event.post_kind} {plain(event.post_id)}"


def posts_in(content: Content) -> str:
    """Count posts."""
    return counted(len(content.arrival), "post")


def _vote(direction: Direction, weight: int) -> str:
    return f"{direction}" if weight == 1 else f"{direction} with weight {weight}"


def _worded(said: str, revision: Revision) -> str:
    return saying(f"{said} (revision {revision.number})", revision.body.source)


def _suggested(suggestion: Suggestion) -> str:
    return f"the edit that {plain(suggestion.editor_id)} suggested"
