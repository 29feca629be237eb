"""Whom each kind of event concerns."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, assert_never

from ._notice_scene import Follows, Scene
from ._notice_values import NoticeKind, NoticeReason
from .bodies import Body
from .content import ThreadKind
from .events import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    CloseVoteCast,
    CommentPosted,
    EditApproved,
    EditRejected,
    EditSuggested,
    Event,
    FlagResolved,
    HidingImposed,
    HidingLifted,
    Imported,
    LockImposed,
    LockLifted,
    PostConverted,
    PostDeleted,
    PostEdited,
    PostFlagged,
    PostMoved,
    PostReinstated,
    PostRemoved,
    PostRestored,
    PostRolledBack,
    PostsMovedIn,
    PostsMovedOut,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
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
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
    WikiMade,
)
from .ids import PostId, UserId
from .posts import PostKind

__all__ = ["Hearing", "concerned"]


class Hearing(NamedTuple):
    """One reason for one person to hear of an event."""

    user_id: UserId
    kind: NoticeKind
    reason: NoticeReason
    post_id: PostId | None


_OnPost = (
    AnswerUnaccepted
    | EditSuggested
    | PostConverted
    | PostDeleted
    | PostMoved
    | PostReinstated
    | PostRemoved
    | PostRestored
)
_Marks = HidingImposed | HidingLifted | LockImposed | LockLifted | WikiMade
_Wordings = PostEdited | PostRolledBack | EditApproved
_KIND = {
    AnswerUnaccepted: NoticeKind.UNACCEPTED,
    EditSuggested: NoticeKind.EDIT_SUGGESTED,
    HidingImposed: NoticeKind.HIDDEN,
    HidingLifted: NoticeKind.SHOWN,
    LockImposed: NoticeKind.LOCKED,
    LockLifted: NoticeKind.UNLOCKED,
    PostConverted: NoticeKind.CONVERTED,
    PostDeleted: NoticeKind.DELETED,
    PostMoved: NoticeKind.MOVED,
    PostReinstated: NoticeKind.REINSTATED,
    PostRemoved: NoticeKind.REMOVED,
    PostRestored: NoticeKind.RESTORED,
    WikiMade: NoticeKind.WIKI_MADE,
}


def concerned(scene: Scene, event: Event, follows: Follows) -> Iterator[Hearing]:
    """Yield everyone whom an event concerns, some for several reasons."""
    thread_followers = follows.of_thread(event.thread_id)
    match event:
        case QuestionAsked(question=question):
            following = [
                *thread_followers,
                *follows.of_tags(question.tags),
                *follows.of_author(question.author_id),
            ]
            yield from _following(following, NoticeKind.ASKED, question.id)
            yield from _called(scene, question.body, question.id)
        case AnswerPosted(answer=answer):
            asker_id = event.asker_id or scene.asker_id
            yield from _author(asker_id, NoticeKind.ANSWERED, answer.id)
            following = [*thread_followers, *follows.of_author(answer.author_id)]
            yield from _following(following, NoticeKind.ANSWERED, answer.id)
            yield from _called(scene, answer.body, answer.id)
        case CommentPosted(comment=comment, parent=parent):
            kind = NoticeKind.COMMENTED
            if parent is not None:
                if parent.kind is PostKind.COMMENT:
                    kind = NoticeKind.REPLIED
                yield from _author(parent.author_id, kind, comment.id)
            if scene.kind is ThreadKind.DISCUSSION:
                yield from _following(thread_followers, kind, comment.id)
            yield from _called(scene, comment.body, comment.id)
        case PostEdited() | PostRolledBack() | EditApproved():
            yield from _reworded(scene, event, thread_followers)
        case EditRejected():
            yield Hearing(
                event.suggestion.editor_id,
                NoticeKind.EDIT_REJECTED,
                NoticeReason.REQUEST,
                event.post_id,
            )
        case AnswerAccepted():
            yield from _author(event.author_id, NoticeKind.ACCEPTED, event.post_id)
            if event.by is not None:  # else it was the asker, as a rule
                asker_id = event.asker_id or scene.asker_id
                yield from _author(asker_id, NoticeKind.ACCEPTED, event.post_id)
            for post in event.replaced:
                yield from _author(post.author_id, NoticeKind.UNACCEPTED, post.post_id)
            yield from _following(thread_followers, NoticeKind.ACCEPTED, event.post_id)
        case (
            AnswerUnaccepted()
            | EditSuggested()
            | PostConverted()
            | PostDeleted()
            | PostMoved()
            | PostReinstated()
            | PostRemoved()
            | PostRestored()
        ):
            yield from _author(event.author_id, _KIND[type(event)], event.post_id)
        case (
            HidingImposed() | HidingLifted() | LockImposed() | LockLifted() | WikiMade()
        ):
            yield from _marked(scene, event)
        case ThreadClosed() | ThreadReopened():
            kind = NoticeKind.REOPENED
            if isinstance(event, ThreadClosed):
                kind = NoticeKind.CLOSED
            yield from _author(event.asker_id or scene.asker_id, kind, None)
            yield from _following(thread_followers, kind, None)
        case BountyOffered():
            asker_id = event.asker_id or scene.asker_id
            yield from _author(asker_id, NoticeKind.BOUNTY_OFFERED, None)
            yield from _following(thread_followers, NoticeKind.BOUNTY_OFFERED, None)
        case BountyAwarded():
            kind = NoticeKind.BOUNTY_AWARDED
            yield from _author(event.author_id, kind, event.post_id)
            yield from _requested(event.bounty.by_id, kind, event.post_id)
            yield from _following(thread_followers, kind, event.post_id)
        case BountyExpired():
            yield from _requested(event.bounty.by_id, NoticeKind.BOUNTY_EXPIRED, None)
        case FlagResolved():
            yield from _requested(
                event.flag.by_id, NoticeKind.FLAG_RESOLVED, event.post_id
            )
        case PostsMovedOut():
            for post in event.posts:
                yield from _author(post.author_id, NoticeKind.MOVED, post.post_id)
        case (
            # Votes, reactions and reports are no news for authors, calls for
            # votes none for anybody; who gave something tells it by another event.
            VoteCast()
            | VoteChanged()
            | VoteRetracted()
            | VotesCounted()
            | VotesInvalidated()
            | ReactionAdded()
            | ReactionRemoved()
            | PostFlagged()
            | CloseVoteCast()
            | ReopenVoteCast()
            | ThreadProtected()
            | ThreadUnprotected()
            | ThreadPinned()
            | ThreadUnpinned()
            | ThreadArchived()
            | ThreadUnarchived()
            | Imported()
            | ThreadSplitOff()
            | PostsMovedIn()
            | UsersMerged()
        ):
            return
        case _:
            assert_never(event)


def _reworded(
    scene: Scene, event: _Wordings, thread_followers: Iterable[UserId]
) -> Iterator[Hearing]:
    post_id = event.post_id
    yield from _author(event.author_id, NoticeKind.EDITED, post_id)
    if isinstance(event, EditApproved):
        yield from _requested(
            event.suggestion.editor_id, NoticeKind.EDIT_APPROVED, post_id
        )
    if event.post_kind is not PostKind.COMMENT:
        yield from _following(thread_followers, NoticeKind.EDITED, post_id)
    for user_id in scene.newly_called(event):
        yield Hearing(user_id, NoticeKind.MENTIONED, NoticeReason.MENTION, post_id)


def _marked(scene: Scene, event: _Marks) -> Iterator[Hearing]:
    post, kind = event.post, _KIND[type(event)]
    if post is None:
        yield from _author(scene.asker_id, kind, None)
    else:
        yield from _author(post.author_id, kind, post.post_id)


def _author(
    user_id: UserId | None, kind: NoticeKind, post_id: PostId | None
) -> Iterator[Hearing]:
    if user_id is not None:
        yield Hearing(user_id, kind, NoticeReason.AUTHOR, post_id)


def _requested(
    user_id: UserId | None, kind: NoticeKind, post_id: PostId | None
) -> Iterator[Hearing]:
    if user_id is not None:
        yield Hearing(user_id, kind, NoticeReason.REQUEST, post_id)


def _following(
    user_ids: Iterable[UserId], kind: NoticeKind, post_id: PostId | None
) -> Iterator[Hearing]:
    for user_id in user_ids:
        yield Hearing(user_id, kind, NoticeReason.FOLLOW, post_id)


def _called(scene: Scene, body: Body, post_id: PostId) -> Iterator[Hearing]:
    for user_id in scene.called(body):
        yield Hearing(user_id, NoticeKind.MENTIONED, NoticeReason.MENTION, post_id)
