"""
The part of the fold for what moderators, flags and bounties did.

A mark, a flag or a bounty costs the path to one node, whatever the size of the
thread; what arranges posts anew (:mod:`qathread._fold_moves`) may look at all.
"""

from typing import assert_never

from ._bulk import changer
from ._draft import Draft, change_rest, changed_post, misfit
from ._fold_moves import arrange
from .facts import (
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
from .ids import PostId, UserId
from .posts import NO_MARKS, Answer, Post, Stub
from .status import (
    Bounty,
    Closed,
    Flag,
    FlagState,
    Locked,
    Mark,
    Motion,
    MotionKind,
    PostStatus,
    Status,
)

_change_status = changer(Status)
_change_marks = changer(PostStatus)
_change_flag = changer(Flag)
_change_bounty = changer(Bounty)

_Imposed = ThreadProtected | ThreadPinned | ThreadArchived
_Lifted = ThreadUnprotected | ThreadUnpinned | ThreadUnarchived
_OnEither = LockImposed | LockLifted | HidingImposed | HidingLifted | WikiMade
_Closing = CloseVoteCast | ReopenVoteCast | ThreadClosed | ThreadReopened
_OfBounty = BountyOffered | BountyAwarded | BountyExpired

#: The mark that each event puts on a thread, or takes off.
_FIELDS: dict[type[_Imposed | _Lifted], str] = {
    ThreadProtected: "protected",
    ThreadUnprotected: "protected",
    ThreadPinned: "pinned",
    ThreadUnpinned: "pinned",
    ThreadArchived: "archived",
    ThreadUnarchived: "archived",
}


def moderate(draft: Draft, event: Moderation) -> None:
    """
    Let *event* happen to the draft.

    Args:
        draft: The thread; it stays as it is if this raises.
        event: What happened.

    Raises:
        NotFoundError: If it is about a post that the thread does not have.
        IntegrityError: If the thread is not in the state that it changes.
    """
    match event:
        case ThreadProtected() | ThreadPinned() | ThreadArchived():
            _mark(draft, event)
        case ThreadUnprotected() | ThreadUnpinned() | ThreadUnarchived():
            name = _FIELDS[type(event)]
            if getattr(draft.rest.status, name) is None:
                raise misfit(event, f"the thread is not {name}")
            _set_status(draft, **{name: None})
        case CloseVoteCast() | ReopenVoteCast() | ThreadClosed() | ThreadReopened():
            _closing(draft, event)
        case (
            LockImposed() | LockLifted() | HidingImposed() | HidingLifted() | WikiMade()
        ):
            _on_either(draft, event)
        case PostRemoved() | PostReinstated():
            _take_down(draft, event)
        case PostFlagged() | FlagResolved():
            _flag(draft, event)
        case VotesInvalidated():
            _strike_out(draft, event)
        case BountyOffered() | BountyAwarded() | BountyExpired():
            _bounty(draft, event)
        case (
            PostConverted()
            | PostMoved()
            | PostsMovedIn()
            | PostsMovedOut()
            | UsersMerged()
        ):
            arrange(draft, event)
        case ThreadSplitOff():
            if draft.thread is not None or draft.events:
                raise misfit(event, "a thread is split off only at its beginning")
        case _:
            assert_never(event)


# -- marks on a thread -----------------------------------------------------------


def _mark(draft: Draft, event: _Imposed) -> None:
    name = _FIELDS[type(event)]
    if getattr(draft.rest.status, name) is not None:
        raise misfit(event, f"the thread is {name} already")
    _set_status(draft, **{name: _mark_of(event, event.reason)})


def _closing(draft: Draft, event: _Closing) -> None:
    closed = draft.rest.status.closed
    match event:
        case CloseVoteCast():
            if closed is not None:
                raise misfit(event, "the thread is closed already")
            motion = Motion(
                kind=MotionKind.CLOSE,
                by_id=event.by.id,
                at=event.at,
                reason=event.reason,
                duplicate_of=event.duplicate_of,
            )
            _put(draft, motion)
        case ReopenVoteCast():
            if closed is None:
                raise misfit(event, "the thread is not closed")
            motion = Motion(
                kind=MotionKind.REOPEN,
                by_id=event.by.id,
                at=event.at,
                reason=event.reason,
            )
            _put(draft, motion)
        case ThreadClosed():
            if closed is not None and event.replaced is None:
                raise misfit(event, "the thread is closed already")
            mark = Closed(
                by_id=_who(event),
                at=event.at,
                reason=event.reason,
                duplicate_of=event.duplicate_of,
            )
            _decided(draft, MotionKind.CLOSE)
            _set_status(draft, closed=mark)
        case ThreadReopened():
            if closed is None:
                raise misfit(event, "the thread is not closed")
            _decided(draft, MotionKind.REOPEN)
            _set_status(draft, closed=None)
        case _:
            assert_never(event)


def _put(draft: Draft, motion: Motion) -> None:
    """Keep a vote to close or reopen; of each person and kind the last one."""
    key = (motion.kind, motion.by_id)
    kept = [each for each in draft.rest.motions if (each.kind, each.by_id) != key]
    ordered = sorted((*kept, motion), key=lambda each: (each.kind, each.by_id))
    draft.rest = change_rest(draft.rest, motions=tuple(ordered))


def _decided(draft: Draft, kind: MotionKind) -> None:
    motions = draft.rest.motions
    if any(each.kind is kind for each in motions):
        left = tuple(each for each in motions if each.kind is not kind)
        draft.rest = change_rest(draft.rest, motions=left)


def _set_status(draft: Draft, **marks: object) -> None:
    status = _change_status(draft.rest.status, **marks)
    draft.rest = change_rest(draft.rest, status=status)


def _mark_of(event: Moderation, reason: str | None) -> Mark:
    return Mark(by_id=_who(event), at=event.at, reason=reason)


def _who(event: Moderation) -> UserId | None:
    return None if event.by is None else event.by.id


# -- marks on a thread or a post -------------------------------------------------


def _on_either(draft: Draft, event: _OnEither) -> None:
    post = None if event.post is None else _post(draft, event, event.post.post_id)
    held = draft.rest.status if post is None else post.status
    what = "the thread" if post is None else f"post {post.id!r}"
    name: str
    mark: Mark | Locked | None
    match event:
        case LockImposed():
            if held.locked is not None and event.replaced is None:
                raise misfit(event, f"{what} is locked already")
            name = "locked"
            mark = Locked(
                by_id=_who(event),
                at=event.at,
                reason=event.reason,
                level=event.level,
                until=event.until,
            )
        case LockLifted():
            if held.locked is None:
                raise misfit(event, f"{what} is not locked")
            name, mark = "locked", None
        case HidingImposed():
            if held.hidden is not None:
                raise misfit(event, f"{what} is hidden already")
            name, mark = "hidden", _mark_of(event, event.reason)
        case HidingLifted():
            if held.hidden is None:
                raise misfit(event, f"{what} is not hidden")
            name, mark = "hidden", None
        case WikiMade():
            if held.wiki is not None:
                raise misfit(event, f"{what} belongs to everybody already")
            name, mark = "wiki", _mark_of(event, event.reason)
        case _:
            assert_never(event)
    if post is None:
        _set_status(draft, **{name: mark})
        return
    status = _change_marks(post.status, **{name: mark})
    # Posts without marks are known by identity.
    status = NO_MARKS if status == NO_MARKS else status
    draft.open(post.id, event).post = changed_post(post, status=status)


# -- posts -----------------------------------------------------------------------


def _post(draft: Draft, event: Moderation, post_id: PostId) -> Post:
    post = draft.open(post_id, event).post
    if isinstance(post, Stub):
        raise misfit(event, f"post {post_id!r} is not at hand, only a stub")
    return post


def _take_down(draft: Draft, event: PostRemoved | PostReinstated) -> None:
    post = _post(draft, event, event.post_id)
    mark = None
    if isinstance(event, PostRemoved):
        if post.removed is not None:
            raise misfit(event, "that post is removed already")
        mark = _mark_of(event, event.reason)
    elif post.removed is None:
        raise misfit(event, "that post is not removed")
    draft.open(post.id, event).post = changed_post(post, removed=mark)


def _flag(draft: Draft, event: PostFlagged | FlagResolved) -> None:
    flags, flag = draft.rest.flags, event.flag
    draft.open(event.post_id, event)  # which must be there
    if flag.post_id != event.post_id:
        raise misfit(event, f"its flag is on post {flag.post_id!r}")
    if isinstance(event, PostFlagged):
        if any(each.id == flag.id for each in flags):
            raise misfit(event, f"a flag has the id {flag.id!r} already")
        after = tuple(sorted((*flags, flag), key=lambda each: each.id))
        if flag.by_id is not None:
            draft.meet_id(flag.by_id)
    else:
        standing = next((each for each in flags if each.id == flag.id), None)
        if standing is None or standing.state is not FlagState.OPEN:
            raise misfit(event, f"no flag {flag.id!r} is open")
        if standing.post_id != event.post_id or event.outcome is FlagState.OPEN:
            raise misfit(event, "it does not settle the flag that stands there")
        settled = _change_flag(
            standing, state=event.outcome, resolved=_mark_of(event, event.reason)
        )
        after = tuple(settled if each is standing else each for each in flags)
    draft.rest = change_rest(draft.rest, flags=after)


def _strike_out(draft: Draft, event: VotesInvalidated) -> None:
    node = draft.open(event.post_id, event)
    voters = [vote.voter_id for vote in event.replaced]
    standing = [node.vote_of(voter_id) for voter_id in voters]
    if None in standing or len(set(voters)) < len(voters):
        raise misfit(event, "not all of those votes stand")
    for voter_id, vote in zip(voters, standing, strict=True):
        node.set_vote(voter_id, vote, None)


# -- bounties --------------------------------------------------------------------


def _bounty(draft: Draft, event: _OfBounty) -> None:
    bounties, bounty = draft.rest.bounties, event.bounty
    standing = next((each for each in bounties if each.id == bounty.id), None)
    match event:
        case BountyOffered():
            if standing is not None:
                raise misfit(event, f"a bounty has the id {bounty.id!r} already")
            after = tuple(sorted((*bounties, bounty), key=lambda each: each.id))
            draft.rest = change_rest(draft.rest, bounties=after)
            if bounty.by_id is not None:
                draft.meet_id(bounty.by_id)
            return
        case BountyAwarded():
            if not isinstance(_post(draft, event, event.post_id), Answer):
                raise misfit(event, f"post {event.post_id!r} is not an answer")
            changes = {"answer_id": event.post_id, "paid": event.paid}
        case BountyExpired():
            changes = {"paid": 0}
        case _:
            assert_never(event)
    if standing is None or standing.paid is not None:
        raise misfit(event, f"no bounty {bounty.id!r} is open")
    settled = _change_bounty(standing, **changes)
    after = tuple(settled if each is standing else each for each in bounties)
    draft.rest = change_rest(draft.rest, bounties=after)
