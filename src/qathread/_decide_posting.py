"""Decisions on writing, taking down and accepting; the rules are in rules."""

from collections.abc import Iterable
from datetime import datetime

from . import rules
from ._checks import identifier, instant, text
from .bodies import Body
from .content import ThreadKind
from .errors import PolicyViolation, ValidationError
from .facts import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    CommentPosted,
    PostDeleted,
    PostRestored,
    QuestionAsked,
)
from .ids import PostId, ThreadId
from .policy import AcceptWho, Policy
from .posts import Answer, Comment, Post, PostKind, Question
from .rules import Rule
from .thread import Thread, index_in
from .users import User


def ask(
    thread_id: ThreadId,
    title: str | None,
    body: Body | str,
    tags: Iterable[str],
    kind: str,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
    id: PostId | None,
) -> QuestionAsked:
    """Decide on opening a thread."""
    moment = instant(at, "at")
    author = rules.person(by)
    rules.named(by, policy)
    rules.require(policy.posting.question.write, by, "ask a question")
    try:
        thread_kind = ThreadKind(kind)
    except ValueError:
        raise ValidationError(f"kind is {kind!r}: give 'qa' or 'discussion'") from None
    post_id = rules.new_id(identifier(thread_id, "thread_id"), 1, id)
    question = Question(
        id=post_id,
        author_id=author.id,
        author_name=author.name,
        body=rules.body_of(body, PostKind.QUESTION, policy),
        created_at=moment,
        title=rules.title_of(title, policy),
        tags=rules.tags_of(tags, policy),
    )
    return QuestionAsked(
        thread_id=thread_id,
        version=1,
        by=author,
        at=moment,
        recorded_at=(
            moment if recorded_at is None else instant(recorded_at, "recorded_at")
        ),
        kind=thread_kind,
        question=question,
    )


def answer(
    thread: Thread,
    body: Body | str,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
    id: PostId | None,
) -> AnswerPosted:
    """Decide on an answer."""
    common = rules.happening(thread, by, at, recorded_at)
    rules.live_thread(thread)
    rules.named(by, policy)
    rules.require(policy.posting.answer.write, by, "answer")
    post_id = rules.new_id(thread.id, common["version"], id)
    return AnswerPosted(
        **common,
        answer=Answer(
            id=rules.free_id(thread, post_id),
            question_id=thread.root.id,
            author_id=by.id,
            author_name=by.name,
            body=rules.body_of(body, PostKind.ANSWER, policy),
            created_at=common["at"],
        ),
        asker_id=rules.asker_of(thread),
    )


def comment(
    thread: Thread,
    on: PostId,
    body: Body | str,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
    id: PostId | None,
) -> CommentPosted:
    """Decide on a comment."""
    common = rules.happening(thread, by, at, recorded_at)
    parent = rules.live_post(thread, on)
    rules.named(by, policy)
    rules.require(policy.posting.comment.write, by, "comment")
    post_id = rules.new_id(thread.id, common["version"], id)
    return CommentPosted(
        **common,
        comment=Comment(
            id=rules.free_id(thread, post_id),
            parent_id=on,
            author_id=by.id,
            author_name=by.name,
            body=rules.body_of(body, PostKind.COMMENT, policy),
            created_at=common["at"],
        ),
        parent=rules.ref(parent),
    )


def delete(
    thread: Thread,
    post_id: PostId,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> PostDeleted | None:
    """Decide on taking a post down."""
    common = rules.happening(thread, by, at, recorded_at)
    if thread[post_id].deleted is not None:
        return None
    post = rules.live_post(thread, post_id)
    return PostDeleted(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        reason=None if reason is None else text(reason, "reason"),
    )


def restore(
    thread: Thread,
    post_id: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> PostRestored | None:
    """Decide on bringing a deleted post back."""
    common = rules.happening(thread, by, at, recorded_at)
    post = thread[post_id]
    if post.deleted is None:
        return None
    rules.not_archived(thread)
    return PostRestored(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        replaced=post.deleted,
    )


def accept(
    thread: Thread,
    answer_id: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> AnswerAccepted | None:
    """Decide on marking an answer as the solution."""
    common = rules.happening(thread, by, at, recorded_at)
    rules.question_and_answers(thread)
    chosen = rules.answer_in(thread, answer_id)
    rules.live_post(thread, answer_id)
    rules.live_thread(thread)
    standing = index_in(thread).rest.accepted
    if answer_id in standing:
        return None
    _may_accept(thread, chosen, by, policy)
    over = len(standing) + 1 - policy.posting.accept.most
    replaced = standing[:over] if over > 0 else ()
    return AnswerAccepted(
        **common,
        post_id=answer_id,
        post_kind=chosen.kind,
        author_id=chosen.author_id,
        asker_id=rules.asker_of(thread),
        replaced=tuple(rules.ref(thread[each]) for each in replaced),
    )


def unaccept(
    thread: Thread,
    answer_id: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> AnswerUnaccepted | None:
    """Decide on taking that mark off."""
    common = rules.happening(thread, by, at, recorded_at)
    chosen = rules.answer_in(thread, answer_id)
    if answer_id not in index_in(thread).rest.accepted:
        return None
    rules.live_post(thread, answer_id)
    _may_accept(thread, chosen, by, policy)
    return AnswerUnaccepted(
        **common,
        post_id=answer_id,
        post_kind=chosen.kind,
        author_id=chosen.author_id,
        asker_id=rules.asker_of(thread),
    )


def _may_accept(thread: Thread, chosen: Post, by: User, policy: Policy) -> None:
    allowed = policy.posting.accept
    asker_id = rules.asker_of(thread)
    if (
        allowed.who is AcceptWho.ASKER
        and by.id != asker_id
        and allowed.roles.isdisjoint(by.roles)
    ):
        raise PolicyViolation(
            Rule.ACCEPT_WHO,
            f"user {by.id!r} did not ask the question: its asker accepts",
            asker_id,
            by.id,
        )
    if not allowed.own and chosen.author_id == by.id:
        raise PolicyViolation(
            Rule.SELF_ACCEPT,
            f"user {by.id!r} wrote answer {chosen.id!r}: accept somebody else's",
            "another author",
            by.id,
        )
