"""
What is allowed: the one home of every decision.

Each function takes a thread and a wish, and returns the event that grants it,
None if it would change nothing, or raises. The verbs of
:mod:`qathread.posting` and :mod:`qathread.voting` apply what is returned here.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from ._checks import identifier, instant, text
from .bodies import Body
from .content import ThreadKind
from .errors import (
    DuplicateIdError,
    NotFoundError,
    PolicyViolation,
    ValidationError,
    excerpt,
)
from .facts import PostRef
from .ids import PostId
from .policy import Act, Lengths, Needs, Policy, Usage, drawn
from .posts import NO_MARKS, Comment, Post, PostKind, Question, Stub
from .status import Locked, LockLevel, Mark
from .thread import Thread, index_in
from .users import User, face

__all__ = ["Rule"]


class Rule(StrEnum):
    """Why a change was refused."""

    ACCEPT_WHO = "accept_who"
    ARCHIVED = "archived"
    BODY_LENGTH = "body_length"
    BOUNTY_AMOUNT = "bounty_amount"
    BOUNTY_OPEN = "bounty_open"
    BOUNTY_OVER = "bounty_over"
    BOUNTY_OWNER = "bounty_owner"
    BOUNTY_WAIT = "bounty_wait"
    CLOSED = "closed"
    CLOSE_REASON = "close_reason"
    DELETED = "deleted"
    DELETE_ACCEPTED = "delete_accepted"
    DELETE_ANSWERED = "delete_answered"
    DELETE_OWN = "delete_own"
    DIRECTION = "direction"
    EDIT_WINDOW = "edit_window"
    FLAG_REASON = "flag_reason"
    FLAG_REPEATED = "flag_repeated"
    HIDDEN = "hidden"
    LOCKED = "locked"
    NAME_LENGTH = "name_length"
    NESTING = "nesting"
    NOT_QA = "not_qa"
    NO_BOUNTIES = "no_bounties"
    PENDING = "pending"
    QUOTA = "quota"
    REPUTATION = "reputation"
    ROLE = "role"
    SELF_ACCEPT = "self_accept"
    SELF_FLAG = "self_flag"
    SELF_VOTE = "self_vote"
    STALE_REVISION = "stale_revision"
    SUSPENDED = "suspended"
    TAG_COUNT = "tag_count"
    TAG_LENGTH = "tag_length"
    TITLE_LENGTH = "title_length"
    VOTE_CLOSED = "vote_closed"
    VOTE_LOCKED = "vote_locked"
    WEIGHT = "weight"


# -- what every wish has ---------------------------------------------------------


class Happening(TypedDict):
    """The fields that all events of verbs share."""

    thread_id: str
    version: int
    by: User
    at: datetime
    recorded_at: datetime


def happening(
    thread: Thread,
    by: User,
    at: datetime,
    recorded_at: datetime | None,
    policy: Policy,
) -> Happening:
    """Check who and when, and return the fields that say so."""
    moment = instant(at, "at")
    return {
        "thread_id": thread.id,
        "version": thread.version + 1,
        "by": person(by, moment, policy),
        "at": moment,
        "recorded_at": (
            moment if recorded_at is None else instant(recorded_at, "recorded_at")
        ),
    }


def person(by: User, at: datetime, policy: Policy) -> User:
    """Return the face of whoever acts, unless they are suspended."""
    if not isinstance(by, User):
        raise ValidationError(f"by is of type {type(by).__name__}: give a User")
    until = by.suspended_until
    if until is not None and until > at and policy.moderation.stops.suspended:
        raise PolicyViolation(
            Rule.SUSPENDED,
            f"user {by.id!r} is suspended: wait until the end of it",
            None,
            None,
            until,
        )
    return face(by)


def not_archived(thread: Thread) -> None:
    """Refuse a change to what is kept for good."""
    if index_in(thread).rest.status.archived is not None:
        raise PolicyViolation(
            Rule.ARCHIVED, f"thread {thread.id!r} is archived: nothing in it changes"
        )


def live_post(thread: Thread, post_id: PostId) -> Post:
    """Return a post that can be changed."""
    post = thread[post_id]
    not_archived(thread)
    if not post.stands:
        raise PolicyViolation(
            Rule.DELETED, f"post {post_id!r} is deleted: restore it first"
        )
    return post


def live_thread(thread: Thread) -> None:
    """Refuse a change to an archived thread, or one with a deleted question."""
    root = thread.root
    not_archived(thread)
    if not isinstance(root, Stub):
        live_post(thread, root.id)


def meets(needs: Needs, by: User) -> bool:
    """Tell whether somebody has the reputation or a role, or needs neither."""
    if needs.reputation is None:
        return not needs.roles or not needs.roles.isdisjoint(by.roles)
    if by.reputation is not None and by.reputation >= needs.reputation:
        return True
    return not needs.roles.isdisjoint(by.roles)


def require(needs: Needs, by: User, what: str) -> None:
    """Refuse whoever has neither the reputation nor a role."""
    if meets(needs, by):
        return
    if needs.reputation is None:
        raise PolicyViolation(
            Rule.ROLE,
            f"user {by.id!r} needs a role to {what}: {_named(needs.roles)}",
            _named(needs.roles),
            _named(by.roles) or "none",
        )
    have = "unknown" if by.reputation is None else str(by.reputation)
    raise PolicyViolation(
        Rule.REPUTATION,
        f"user {by.id!r} needs reputation {needs.reputation} to {what}, has {have}",
        needs.reputation,
        by.reputation,
    )


def some(kind: PostKind) -> str:
    """Return a kind of post with its article."""
    return f"an {kind}" if kind is PostKind.ANSWER else f"a {kind}"


def _named(roles: frozenset[str]) -> str:
    return " or ".join(sorted(roles))


def within(start: datetime | None, seconds: int | None, at: datetime) -> bool:
    """Tell whether *at* is in a span of time; an unknown start never ends."""
    if seconds is None or start is None:
        return True
    return (at - start).total_seconds() <= seconds


def fitting(length: int, allowed: Lengths, rule: Rule, what: str) -> None:
    """Refuse what is too long or too short."""
    if length < allowed.least:
        raise PolicyViolation(
            rule,
            f"{what} is {length} long: give at least {allowed.least}",
            allowed.least,
            length,
        )
    if allowed.most is not None and length > allowed.most:
        raise PolicyViolation(
            rule,
            f"{what} is {length} long: give at most {allowed.most}",
            allowed.most,
            length,
        )


# -- marks that stop -------------------------------------------------------------

_REPLIES = frozenset({Act.COMMENT, Act.ANSWER})
_COMMENTS = frozenset({Act.COMMENT})


def open_to(
    thread: Thread, act: Act, by: User, at: datetime, policy: Policy, post: Post | None
) -> None:
    """Refuse what a lock, a closing, hiding or waiting for approval stops."""
    status = index_in(thread).rest.status
    what = f"thread {thread.id!r}"
    if status.locked is not None:
        unlocked(status.locked, act, by, at, policy, what)
    stops = policy.moderation.stops
    if status.closed is not None and act in stops.closed:
        raise PolicyViolation(Rule.CLOSED, f"{what} is closed: reopen it first")
    _stopped(status.hidden, status.pending, act, policy, what)
    if post is not None and post.status is not NO_MARKS:
        own, what = post.status, f"post {post.id!r}"
        if own.locked is not None:
            unlocked(own.locked, act, by, at, policy, what)
        _stopped(own.hidden, own.pending, act, policy, what)


def _stopped(
    hidden: Mark | None, pending: Mark | None, act: Act, policy: Policy, what: str
) -> None:
    stops = policy.moderation.stops
    if hidden is not None and act in stops.hidden:
        raise PolicyViolation(Rule.HIDDEN, f"{what} is hidden: show it first")
    if pending is not None and act in stops.pending:
        raise PolicyViolation(
            Rule.PENDING, f"{what} waits for approval: approve it first"
        )


def unlocked(
    lock: Locked, act: Act, by: User, at: datetime, policy: Policy, what: str
) -> None:
    """Refuse what a lock stops, unless it is over or the role may lock."""
    if lock.until is not None and lock.until <= at:
        return
    if lock.level is not LockLevel.ALL:
        stopped = _COMMENTS if lock.level is LockLevel.COMMENTS else _REPLIES
        if act not in stopped:
            return
    if policy.moderation.lock.roles.isdisjoint(by.roles):
        raise PolicyViolation(
            Rule.LOCKED,
            f"{what} is locked: unlock it first, or wait for the end of the lock",
            None,
            lock.level.value,
            lock.until,
        )


def within_quotas(
    act: Act, kind: PostKind, by: User, policy: Policy, usage: Usage | None
) -> None:
    """Check what other threads have used up; without *usage* nobody knows."""
    if usage is None:
        return
    quota, full = drawn(policy.quotas, act, kind, lambda name: usage.of(name).used)
    if quota is not None and full:
        use = usage.of(quota.name)
        raise PolicyViolation(
            Rule.QUOTA,
            f"user {by.id!r} has used {use.used} of {quota.limit} "
            f"{quota.name!r}: wait until it starts again",
            quota.limit,
            use.used,
            use.resets_at,
        )


# -- texts -----------------------------------------------------------------------


def body_of(body: Body | str, kind: PostKind, policy: Policy) -> Body:
    """Return the wording of a post, if it has the right length."""
    given = Body(source=body) if isinstance(body, str) else body
    if not isinstance(given, Body):
        raise ValidationError(
            f"body is of type {type(body).__name__}: give a str of Markdown or a Body"
        )
    allowed = policy.posting.of(kind).body
    fitting(len(given.source), allowed, Rule.BODY_LENGTH, f"the {kind}'s body")
    return given


def title_of(title: str | None, policy: Policy) -> str | None:
    """Return a title that can be shown on one line, if it has the right length."""
    if title is not None:
        text(title, "title")
        fitting(len(title), policy.posting.title, Rule.TITLE_LENGTH, "the title")
    elif policy.posting.title.least:
        fitting(0, policy.posting.title, Rule.TITLE_LENGTH, "the title")
    return title


def tags_of(tags: Iterable[str], policy: Policy) -> tuple[str, ...]:
    """Return typed tags, each of them clean, distinct and of the right length."""
    if isinstance(tags, str):
        raise ValidationError("tags is a str: give a tuple of tags")
    found = tuple(tags)
    fitting(len(found), policy.posting.tags, Rule.TAG_COUNT, "the list of tags")
    keys: dict[str, str] = {}
    for tag in found:
        fitting(len(text(tag, "tag")), policy.posting.tag, Rule.TAG_LENGTH, "a tag")
        folded = _clean(tag, "tag")
        fitting(len(folded), policy.posting.tag, Rule.TAG_LENGTH, "a tag, normalised,")
        if keys.setdefault(folded, tag) is not tag:
            raise ValidationError(
                f"tags {keys[folded]!r} and {tag!r} are the same: give one of them"
            )
    return found


def named(by: User, policy: Policy) -> None:
    """Refuse a writer whose name is too long to be shown."""
    if by.name is not None:
        fitting(len(by.name), policy.posting.name, Rule.NAME_LENGTH, "the name")


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = 4  # combining marks in a row


def _clean(tag: str, what: str) -> str:
    """Return the key under which a tag is unique; refuse odd characters."""
    if tag != tag.strip():
        raise ValidationError(f"{what} {excerpt(tag, 40)!r} has blanks around it")
    marks = 0
    for character in tag:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _HIDDEN or marks > _MARKS:
            raise ValidationError(
                f"{what} {excerpt(tag, 40)!r} holds U+{ord(character):04X}, which "
                "cannot be typed or seen: leave it out"
            )
    folded = unicodedata.normalize("NFKC", tag).casefold()
    return unicodedata.normalize("NFKC", folded)


# -- posts -----------------------------------------------------------------------


def new_id(thread_id: str, version: int, id: PostId | None) -> PostId:
    """Return the id of a post made by a verb."""
    return f"{thread_id}.{version}" if id is None else identifier(id, "id")


def free_id(thread: Thread, post_id: PostId) -> PostId:
    """Refuse an id that something in the thread has."""
    if post_id in index_in(thread).nodes:
        raise DuplicateIdError(
            f"thread {thread.id!r} has {post_id!r} already: give another id="
        )
    return post_id


def shallow(thread: Thread, parent: Post, policy: Policy) -> None:
    """Refuse a comment under more comments than the policy wants."""
    most = policy.posting.depth
    if most is None:
        return
    depth, above = 1, parent
    while depth <= most and isinstance(above, Comment):
        depth += 1
        node = index_in(thread).nodes[above.parent_id].post
        if isinstance(node, Stub):
            break
        above = node
    if depth > most:
        raise PolicyViolation(
            Rule.NESTING,
            f"a comment on {parent.id!r} would stand under {depth - 1} others: "
            "comment on what is above it",
            most,
            depth,
        )


def ref(post: Post) -> PostRef:
    """Return how an event names *post*."""
    return PostRef(post_id=post.id, kind=post.kind, author_id=post.author_id)


def asker_of(thread: Thread) -> str | None:
    """Return whose question it is, if the question is at hand."""
    root = thread.root
    return root.author_id if isinstance(root, Question) else None


def question_and_answers(thread: Thread) -> None:
    """Refuse what only a question has."""
    if thread.kind is not ThreadKind.QA:
        raise PolicyViolation(
            Rule.NOT_QA,
            f"thread {thread.id!r} is a discussion: its answers are not accepted",
        )


def answer_in(thread: Thread, answer_id: PostId) -> Post:
    """Return an answer of the thread."""
    post = thread[answer_id]
    if post.kind is not PostKind.ANSWER:
        raise NotFoundError(
            f"post {answer_id!r} of thread {thread.id!r} is a {post.kind}, no answer"
        )
    return post
