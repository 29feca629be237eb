"""The one fold: what each kind of event does to a thread."""

from typing import assert_never

from ._bulk import maker
from ._draft import Draft, change_rest, changed_post, misfit, place
from ._fold_moderation import moderate
from ._index import Index, Rest, index_of
from ._parts import reassemble
from ._persistent import EMPTY_MAP, EMPTY_VECTOR
from ._sound import is_sound
from .errors import IntegrityError, SequenceError
from .facts import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    CommentPosted,
    EditApproved,
    EditRejected,
    EditSuggested,
    Event,
    Imported,
    PostDeleted,
    PostEdited,
    Posting,
    PostRestored,
    PostRolledBack,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
    ThreadSplitOff,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    Voting,
)
from .feedback import Reaction, Vote
from .posts import Answer, Post, Question, Stub
from .revisions import Revision, Suggestion
from .status import Mark, Status
from .thread import Thread, index_in

_make_vote = maker(Vote)
_make_reaction = maker(Reaction)

_Feedback = VoteCast | VoteChanged | VoteRetracted | VotesCounted
_Reactions = ReactionAdded | ReactionRemoved
_Wordings = PostEdited | PostRolledBack | EditApproved


def begin(thread: Thread | None, event: Event) -> Draft:
    """Return a draft of *thread*, or of the one that *event* opens."""
    if thread is not None:
        return Draft(thread, index_in(thread), thread.version)
    if isinstance(event, Imported | ThreadSplitOff):
        content = event.content
        if not is_sound(content):
            content = reassemble(content)
        return Draft(None, index_of(content), event.version - 1)
    if isinstance(event, QuestionAsked):
        rest = Rest(
            root_id=event.question.id,
            stubs=(),
            accepted=(),
            status=Status(),
            revisions=EMPTY_MAP,
            suggestions=(),
            bounties=(),
            flags=(),
            motions=(),
            links=(),
            provenance=None,
        )
        none = EMPTY_VECTOR
        return Draft(None, Index(EMPTY_MAP, none, none, none, EMPTY_MAP, rest), 0)
    raise SequenceError(
        f"{place(event)} comes first, but only QuestionAsked, Imported and "
        "ThreadSplitOff open a thread: give the events from the beginning, or the "
        "thread they follow"
    )


def apply(draft: Draft, event: Event, thread_id: str) -> None:
    """Let the next *event* happen to the draft, or raise and leave it as it is."""
    if event.version != draft.version + 1 or event.thread_id != thread_id:
        raise out_of_turn(event, draft.version, thread_id)
    happen(draft, event)


def out_of_turn(event: Event, version: int, thread_id: str) -> SequenceError:
    """Return the error for an event that does not follow *version*."""
    return SequenceError(
        f"{place(event)} does not follow version {version} of thread "
        f"{thread_id!r}: apply events in order of version"
    )


def happen(draft: Draft, event: Event) -> None:
    """
    Let *event* happen to the draft, whatever its version.

    Every step checks first and changes after: a draft that raised is as it was,
    and may go on with another event.
    """
    match event:
        case (
            VoteCast()
            | ReactionAdded()
            | VoteChanged()
            | VoteRetracted()
            | ReactionRemoved()
            | VotesCounted()
        ):
            _feedback(draft, event)
        case (
            AnswerPosted()
            | CommentPosted()
            | QuestionAsked()
            | PostEdited()
            | PostRolledBack()
            | PostDeleted()
            | PostRestored()
            | AnswerAccepted()
            | AnswerUnaccepted()
            | Imported()
            | EditSuggested()
            | EditApproved()
            | EditRejected()
        ):
            _posting(draft, event)
        case _:
            moderate(draft, event)
    if event.by is not None:
        draft.meet(event.by)
    draft.version = event.version
    draft.events.append(event)


def _feedback(draft: Draft, event: Voting) -> None:
    node = draft.open(event.post_id, event)
    match event:
        case VoteCast() | VoteChanged():
            user_id = event.by.id
            old = node.vote_of(user_id)
            if (old is None) is isinstance(event, VoteChanged):
                raise misfit(event, "that vote does not stand as it says")
            vote = _make_vote(
                event.post_id, user_id, event.direction, event.at, event.weight
            )
            node.set_vote(user_id, old, vote)
        case VoteRetracted():
            user_id = event.by.id
            old = node.vote_of(user_id)
            if old is None:
                raise misfit(event, "no such vote stands")
            node.set_vote(user_id, old, None)
        case ReactionAdded():
            key = (event.by.id, event.kind)
            if node.reaction_of(key) is not None:
                raise misfit(event, "that reaction stands already")
            node.set_reaction(key, _make_reaction(event.post_id, *key, event.at))
        case ReactionRemoved():
            key = (event.by.id, event.replaced.kind)
            if node.reaction_of(key) is None:
                raise misfit(event, "no such reaction stands")
            node.set_reaction(key, None)
        case VotesCounted():
            node.up += event.up
            node.down += event.down
            for kind, count in event.reactions:
                node.count_kind(kind, count)
        case _:
            assert_never(event)


def _posting(draft: Draft, event: Posting) -> None:
    match event:
        case Imported():
            if draft.thread is not None or draft.events:
                raise misfit(event, "a thread is imported only at its beginning")
        case QuestionAsked():
            if draft.thread is not None or draft.events:
                raise misfit(event, "a thread is opened only once")
            draft.add(event.question, event)
        case AnswerPosted():
            _answers_root(draft, event)
            draft.add(event.answer, event)
        case CommentPosted():
            draft.open(event.comment.parent_id, event)  # which must be there
            draft.add(event.comment, event)
        case PostEdited() | PostRolledBack():
            _reword(draft, event)
        case EditApproved():
            kept = _other_suggestions(draft, event)
            _reword(draft, event)
            draft.rest = change_rest(draft.rest, suggestions=kept)
        case EditRejected():
            kept = _other_suggestions(draft, event)
            draft.rest = change_rest(draft.rest, suggestions=kept)
        case EditSuggested():
            draft.open(event.post_id, event)
            open_ones = (*draft.rest.suggestions, event.suggestion)
            if len({each.id for each in open_ones}) < len(open_ones):
                raise misfit(event, "a suggestion has that id already")
            ordered = tuple(sorted(open_ones, key=lambda each: each.id))
            draft.rest = change_rest(draft.rest, suggestions=ordered)
            draft.meet_id(event.suggestion.editor_id)
        case PostDeleted():
            post = _post(draft, event)
            if post.deleted is not None:
                raise misfit(event, "that post is deleted already")
            by_id = None if event.by is None else event.by.id
            mark = Mark(by_id=by_id, at=event.at, reason=event.reason)
            _set_post(draft, event, changed_post(post, deleted=mark))
        case PostRestored():
            post = _post(draft, event)
            if post.deleted is None:
                raise misfit(event, "that post is not deleted")
            _set_post(draft, event, changed_post(post, deleted=None))
        case AnswerAccepted():
            _accept(draft, event)
        case AnswerUnaccepted():
            accepted = draft.rest.accepted
            if event.post_id not in accepted:
                raise misfit(event, "that answer is not accepted")
            left = tuple(each for each in accepted if each != event.post_id)
            draft.rest = change_rest(draft.rest, accepted=left)
        case _:
            assert_never(event)


def _answers_root(draft: Draft, event: AnswerPosted) -> None:
    root_id = draft.rest.root_id
    if event.answer.question_id != root_id:
        raise IntegrityError(
            f"{place(event)} answers {event.answer.question_id!r}, but the thread "
            f"opens with {root_id!r}"
        )


def _accept(draft: Draft, event: AnswerAccepted) -> None:
    if not isinstance(_post(draft, event), Answer):
        raise misfit(event, "that post is not an answer")
    gone = {each.post_id for each in event.replaced}
    kept = tuple(each for each in draft.rest.accepted if each not in gone)
    if event.post_id in kept:
        raise misfit(event, "that answer is accepted already")
    draft.rest = change_rest(draft.rest, accepted=(*kept, event.post_id))


def _reword(draft: Draft, event: _Wordings) -> None:
    post, revision = _post(draft, event), event.revision
    follows = revision.number == post.revision + 1
    # An edit in the grace period of the one before becomes part of it.
    joins = isinstance(event, PostEdited) and revision.number == post.revision
    if (
        not (follows or joins)
        or event.replaced.number != post.revision
        or not revision.post_id == event.replaced.post_id == post.id
    ):
        raise misfit(event, f"that post is at revision {post.revision}")
    title_and_tags: dict[str, object] = {}
    if isinstance(post, Question):
        title_and_tags = {"title": revision.title, "tags": revision.tags}
    changed = changed_post(
        post,
        body=revision.body,
        revision=revision.number,
        edited_at=event.at,
        **title_and_tags,
    )
    _set_post(draft, event, changed)
    revisions = draft.rest.revisions
    known: tuple[Revision, ...] = revisions.get(post.id) or (event.replaced,)
    if known[-1].number < event.replaced.number:
        known = (*known, event.replaced)
    if joins:
        known = known[:-1]
    revisions = revisions.set(post.id, (*known, revision))
    draft.rest = change_rest(draft.rest, revisions=revisions)
    if revision.editor_id is not None:
        draft.meet_id(revision.editor_id)


def _other_suggestions(
    draft: Draft, event: EditApproved | EditRejected
) -> tuple[Suggestion, ...]:
    kept = tuple(
        each for each in draft.rest.suggestions if each.id != event.suggestion.id
    )
    if len(kept) == len(draft.rest.suggestions):
        raise misfit(event, "no such suggestion is open")
    return kept


def _post(
    draft: Draft,
    event: _Wordings | PostDeleted | PostRestored | AnswerAccepted,
) -> Post:
    post = draft.open(event.post_id, event).post
    if isinstance(post, Stub):
        raise misfit(event, "that post is not at hand, only a stub")
    return post


def _set_post(
    draft: Draft, event: _Wordings | PostDeleted | PostRestored, post: Post
) -> None:
    draft.open(event.post_id, event).post = post
