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
from .policy import Lengths, Needs, Policy
from .posts import Post, PostKind, Question, Stub
from .thread import Thread, index_in
from .users import User, face

__all__ = ["Rule"]


class Rule(StrEnum):
    """Why a change was refused."""

    ACCEPT_WHO = "accept_who"
    ARCHIVED = "archived"
    BODY_LENGTH = "body_length"
    DELETED = "deleted"
    DIRECTION = "direction"
    NAME_LENGTH = "name_length"
    NOT_QA = "not_qa"
    QUOTA = "quota"
    REPUTATION = "reputation"
    SELF_ACCEPT = "self_accept"
    SELF_VOTE = "self_vote"
    STALE_REVISION = "stale_revision"
    TAG_COUNT = "tag_count"
    TAG_LENGTH = "tag_length"
    TITLE_LENGTH = "title_length"
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
    thread: Thread, by: User, at: datetime, recorded_at: datetime | None
) -> Happening:
    """Check who and when, and return the fields that say so."""
    moment = instant(at, "at")
    return {
        "thread_id": thread.id,
        "version": thread.version + 1,
        "by": person(by),
        "at": moment,
        "recorded_at": (
            moment if recorded_at is None else instant(recorded_at, "recorded_at")
        ),
    }


def person(by: User) -> User:
    """Return the face of whoever acts."""
    if not isinstance(by, User):
        raise ValidationError(f"by is of type {type(by).__name__}: give a User")
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


def require(needs: Needs, by: User, what: str) -> None:
    """Refuse whoever has neither the reputation nor a role."""
    if needs.reputation is None or not needs.roles.isdisjoint(by.roles):
        return
    if by.reputation is None or by.reputation < needs.reputation:
        have = "unknown" if by.reputation is None else str(by.reputation)
        raise PolicyViolation(
            Rule.REPUTATION,
            f"user {by.id!r} needs reputation {needs.reputation} to {what}, has {have}",
            needs.reputation,
            by.reputation,
        )


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
