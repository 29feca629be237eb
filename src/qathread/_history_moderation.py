"""What moderation is called when a past is told."""

from typing import assert_never

from . import facts
from ._display import counted
from ._history_moments import MomentKind, Told, actor, listed, on, person, plain, saying
from ._history_sentences import post, posts_in
from .facts import Moderation, PostRef
from .ids import PostId, ThreadId
from .posts import PostKind
from .status import LockLevel

_STOPPED = {
    LockLevel.COMMENTS: " for comments",
    LockLevel.REPLIES: " for comments and answers",
    LockLevel.ALL: "",
}


def moderation(event: Moderation) -> Told:
    """Return what to say of marks, flags, bounties and moves."""
    who = actor(event)
    match event:
        case facts.CloseVoteCast():
            said = f"{who} voted to close the thread{_same(event.duplicate_of)}"
            return MomentKind.CLOSE_VOTED, None, saying(said, event.reason)
        case facts.ReopenVoteCast():
            said = f"{who} voted to reopen the thread"
            return MomentKind.REOPEN_VOTED, None, saying(said, event.reason)
        case facts.ThreadClosed():
            said = f"{who} closed the thread{_same(event.duplicate_of)}"
            return MomentKind.CLOSED, None, saying(said, event.reason)
        case facts.ThreadReopened():
            return MomentKind.REOPENED, None, f"{who} reopened the thread"
        case facts.ThreadProtected():
            said = saying(f"{who} protected the thread", event.reason)
            return MomentKind.PROTECTED, None, said
        case facts.ThreadUnprotected():
            said = f"{who} took the protection off the thread"
            return MomentKind.UNPROTECTED, None, said
        case facts.ThreadPinned():
            said = saying(f"{who} pinned the thread", event.reason)
            return MomentKind.PINNED, None, said
        case facts.ThreadUnpinned():
            return MomentKind.UNPINNED, None, f"{who} unpinned the thread"
        case facts.ThreadArchived():
            said = saying(f"{who} archived the thread", event.reason)
            return MomentKind.ARCHIVED, None, said
        case facts.ThreadUnarchived():
            said = f"{who} took the thread out of the archive"
            return MomentKind.UNARCHIVED, None, said
        case facts.LockImposed():
            said = f"{who} locked {on(event.post)}{_STOPPED[event.level]}"
            if event.until is not None:
                said += f" until {event.until:%Y-%m-%d %H:%M}"
            return MomentKind.LOCKED, _id(event.post), saying(said, event.reason)
        case facts.LockLifted():
            said = f"{who} unlocked {on(event.post)}"
            return MomentKind.UNLOCKED, _id(event.post), said
        case facts.HidingImposed():
            said = saying(f"{who} hid {on(event.post)}", event.reason)
            return MomentKind.HIDDEN, _id(event.post), said
        case facts.HidingLifted():
            said = f"{who} showed {on(event.post)} again"
            return MomentKind.SHOWN, _id(event.post), said
        case facts.WikiMade():
            what = "the question" if event.post is None else on(event.post)
            said = saying(f"{who} gave {what} to everybody", event.reason)
            return MomentKind.WIKI_MADE, _id(event.post), said
        case facts.PostRemoved():
            said = saying(f"{who} removed {post(event)}", event.reason)
            return MomentKind.REMOVED, event.post_id, said
        case facts.PostReinstated():
            said = f"{who} reinstated {post(event)}"
            return MomentKind.REINSTATED, event.post_id, said
        case facts.PostFlagged():
            said = saying(f"{who} flagged {post(event)}", event.flag.reason)
            return MomentKind.FLAGGED, event.post_id, said
        case facts.FlagResolved():
            said = f"{who} settled the flag on {post(event)} as {event.outcome}"
            said = saying(said, event.reason)
            return MomentKind.FLAG_RESOLVED, event.post_id, said
        case facts.PostConverted():
            article = "an" if event.to is PostKind.ANSWER else "a"
            said = f"{who} made {post(event)} {article} {event.to}"
            said += f" under {plain(event.parent_id)}"
            return MomentKind.CONVERTED, event.post_id, said
        case facts.PostMoved():
            said = f"{who} moved {post(event)} from under "
            said += f"{plain(event.replaced_parent_id)} to {plain(event.parent_id)}"
            return MomentKind.MOVED, event.post_id, said
        case facts.VotesInvalidated():
            votes = counted(len(event.replaced), "vote")
            said = saying(f"{who} struck out {votes} on {post(event)}", event.reason)
            return MomentKind.VOTES_INVALIDATED, event.post_id, said
        case facts.BountyOffered():
            points = counted(event.bounty.amount, "point")
            said = f"{who} offered a bounty of {points}"
            return MomentKind.BOUNTY_OFFERED, None, said
        case facts.BountyAwarded():
            points = counted(event.paid, "point")
            chosen = f"{who} awarded a bounty of {points} to {post(event)}"
            if event.automatic:
                chosen = f"A bounty of {points} went to {post(event)} by itself"
            return MomentKind.BOUNTY_AWARDED, event.post_id, chosen
        case facts.BountyExpired():
            points = counted(event.bounty.amount, "point")
            said = f"The bounty of {points} ended without an answer that got it"
            return MomentKind.BOUNTY_EXPIRED, None, said
        case facts.ThreadSplitOff():
            said = f"{who} split the thread off {plain(event.from_id)}"
            said += f" with {posts_in(event.content)}"
            return MomentKind.SPLIT_OFF, None, said
        case facts.PostsMovedIn():
            said = f"{who} moved {posts_in(event.content)} here from thread "
            return MomentKind.MOVED_IN, None, said + plain(event.from_id)
        case facts.PostsMovedOut():
            posts = counted(len(event.posts), "post")
            said = f"{who} moved {posts} to thread {plain(event.to_id)}"
            return MomentKind.MOVED_OUT, None, said
        case facts.UsersMerged():
            said = f"{who} merged user {plain(event.from_id)} into {person(event.into)}"
            return MomentKind.USERS_MERGED, None, said
        case _:
            assert_never(event)


def _id(ref: PostRef | None) -> PostId | None:
    return None if ref is None else ref.post_id


def _same(originals: tuple[ThreadId, ...]) -> str:
    return f" as a duplicate of {listed(originals)}" if originals else ""
