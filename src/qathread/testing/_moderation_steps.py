"""
What moderators do to threads, for the strategies of steps.

Each wish is a verb, what is positional after the thread, and what is passed by
name. None of them is refused by the policy OPEN where the thread takes changes.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from .. import moderation, trees
from ..posts import Answer, Comment, Post, Question, Stub
from ..status import Bounty, FlagState, LockLevel
from ..thread import Thread
from ..users import User

Wish: TypeAlias = tuple[Callable[..., Any], tuple[object, ...], Mapping[str, object]]
Who: TypeAlias = Mapping[str, object]

_REASONS = ("spam", "rude", "off-topic")


def lasting(
    thread: Thread, on: Post, other: int, words: str, who: Who
) -> Iterator[tuple[str, Wish]]:
    """
    Yield what stops nothing, each under the name of a group that is drawn as one.

    Args:
        thread: A thread that takes changes.
        on: A post of it that does.
        other: Any number; it decides what is not decided otherwise.
        words: Any text.
        who: Who and when.
    """
    why = {"reason": words, **who}
    status = thread.status
    if status.pinned is None:
        yield "mark", (moderation.pin, (), why)
    else:
        yield "unmark", (moderation.unpin, (), who)
    if status.protected is None:
        yield "mark", (moderation.protect, (), why)
    else:
        yield "unmark", (moderation.unprotect, (), who)
    for where, marks in (((), status), ((on.id,), on.status)):
        if marks.hidden is None:
            yield "mark", (moderation.hide, where, why)
        else:
            yield "unmark", (moderation.show, where, who)
        yield "mark", (moderation.make_wiki, where, why)
    if sum(1 for post in thread.posts if _open(post)) > 1:  # some must stand
        yield "removal", (moderation.remove, (on.id,), why)
    for post in thread.posts:
        if post.removed is not None and post.status.locked is None:
            yield "removal", (moderation.reinstate, (post.id,), who)
    yield from (("flag", wish) for wish in _flags(thread, on, other, words, who))
    if isinstance(on, Comment):
        places = [
            post.id
            for post in thread.posts
            if post.stands and post.id != on.parent_id and _outside(thread, on, post)
        ]
        for place in places[other % len(places) :][:1] if places else ():
            yield "move", (moderation.move, (on.id, place), who)


def _flags(
    thread: Thread, on: Post, other: int, words: str, who: Who
) -> Iterator[Wish]:
    by = who["by"]
    assert isinstance(by, User)
    own = [
        flag.reason
        for flag in thread.flags
        if (flag.post_id, flag.by_id, flag.state) == (on.id, by.id, FlagState.OPEN)
    ]
    if own or _next_id(thread) not in _ids(thread):
        reason = own[0] if own else _REASONS[other % len(_REASONS)]
        yield moderation.flag, (on.id, reason), who
    for flag in thread.flags:
        if flag.state is not FlagState.OPEN or flag.post_id not in thread:
            continue
        for outcome in (FlagState.HELPFUL, FlagState.DECLINED):
            settled = (flag.id, outcome)
            yield moderation.resolve_flag, settled, {"reason": words, **who}
        if flag.by_id is not None:
            flagger = {**who, "by": thread.users[flag.by_id]}
            yield moderation.resolve_flag, (flag.id, FlagState.WITHDRAWN), flagger


def passing(
    thread: Thread, on: Post, other: int, words: str, who: Who
) -> Iterator[tuple[str, tuple[Wish, ...]]]:
    """
    Yield what stops changes, each with what undoes it, and what counts every time.

    Args:
        thread: As for :func:`lasting`, like the following.
        on: A post.
        other: Any number.
        words: Any text.
        who: Who and when.
    """
    why = {"reason": words, **who}
    level = {"level": tuple(LockLevel)[other % len(LockLevel)], **why}
    for where in ((), (on.id,)):
        lifted = (moderation.unlock, where, who)
        yield "locked", ((moderation.lock, where, level), lifted)
    kept = (moderation.unarchive, (), who)
    yield "archived", ((moderation.archive, (), why), kept)
    root = thread.root
    if isinstance(root, Stub) or root.stands:
        original = {"duplicate_of": words} if words != thread.id else {}
        opened = (moderation.reopen, (), why)
        shut = (moderation.close, (_REASONS[other % 3],), {**original, **who})
        yield "closed", (shut, opened)
        if _next_id(thread) not in _ids(thread):
            yield "bounty", ((moderation.offer_bounty, (other + 1,), who),)


def settling(thread: Thread, who: Who) -> Iterator[Wish]:
    """
    Yield what ends the promises that are open.

    Args:
        thread: As for :func:`lasting`.
        who: Who and when.
    """
    for bounty in thread.bounties:
        if bounty.paid is None:
            yield from _settled(thread, bounty, who)


def _settled(thread: Thread, bounty: Bounty, who: Who) -> Iterator[Wish]:
    end = bounty.ends_at
    if isinstance(end, datetime):
        yield moderation.expire_bounty, (bounty.id,), {**who, "at": end}
    for answer in thread.answers:
        others = answer.author_id != bounty.by_id
        if bounty.by_id is None or not (others and _open(answer)):
            continue
        giver = {"by": thread.users[bounty.by_id], "at": end or who["at"]}
        yield moderation.award_bounty, (bounty.id, answer.id), {**who, **giver}


def arranging(
    thread: Thread, on: Post, other: int, words: str, who: Who
) -> Iterator[Wish]:
    """
    Yield what makes another thing of a post, a person or a count.

    Args:
        thread: As for :func:`lasting`, like the following.
        on: A post.
        other: Any number.
        words: Any text.
        who: Who and when.
    """
    by = who["by"]
    assert isinstance(by, User)
    if not isinstance(on, Question):
        yield moderation.convert, (on.id,), who
    if isinstance(on, Answer):
        place = thread.posts[other % len(thread)]
        if place.stands and _outside(thread, on, place):
            yield moderation.convert, (on.id,), {"under": place.id, **who}
    yield moderation.invalidate_votes, (on.id,), {"reason": words, **who}
    voters = [vote.voter_id for vote in thread.votes if vote.post_id == on.id]
    some = {"voters": tuple(voters[: 1 + other % 2]), **who}
    yield moderation.invalidate_votes, (on.id,), some
    people = [user for user in thread.users.values() if user.id != by.id]
    for user in people[other % len(people) :][:1] if people else ():
        yield moderation.merge_users, (user.id, by), who


def _outside(thread: Thread, post: Post, place: Post) -> bool:
    above = (place, *trees.ancestors(thread, place.id))
    return all(part.id != post.id for part in above)


def _open(post: Post) -> bool:
    return post.stands and post.status.locked is None


def _ids(thread: Thread) -> set[str]:
    return {flag.id for flag in thread.flags} | {each.id for each in thread.bounties}


def _next_id(thread: Thread) -> str:
    return f"{thread.id}.{thread.version + 1}"
