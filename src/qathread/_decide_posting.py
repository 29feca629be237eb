"""Decisions on writing, taking down and accepting; the rules are in rules."""

from collections.abc import Iterable
from datetime import datetime

from . import rules
from ._checks import identifier, instant, text
from ._decide_voting import own_upvote
from ._spans import after
from .bodies import Body
from .content import ThreadKind
from .errors import PolicyViolation, ValidationError
from .facts import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    CommentPosted,
    Event,
    PostDeleted,
    PostRestored,
    QuestionAsked,
)
from .ids import PostId, ThreadId
from .policy import AcceptWho, Act, Policy, Usage
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
    usage: Usage | None,
    recorded_at: datetime | None,
    id: PostId | None,
) -> tuple[Event, ...]:
    """Decide on opening a thread."""
    moment = instant(at, "at")
    author = rules.person(by, moment, policy)
    rules.named(by, policy)
    rules.require(policy.posting.question.write, by, "ask a question")
    rules.within_quotas(Act.ASK, PostKind.QUESTION, by, policy, usage)
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
    posted = QuestionAsked(
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
    return (posted, *own_upvote(posted, question, policy))


def answer(
    thread: Thread,
    body: Body | str,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
    id: PostId | None,
) -> tuple[Event, ...]:
    """Decide on an answer."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    rules.live_thread(thread)
    rules.open_to(thread, Act.ANSWER, by, common["at"], policy, None)
    rules.named(by, policy)
    rules.require(policy.posting.answer.write, by, "answer")
    if index_in(thread).rest.status.protected is not None:
        rules.require(policy.moderation.protected, by, "answer a protected question")
    rules.within_quotas(Act.ANSWER, PostKind.ANSWER, by, policy, usage)
    post_id = rules.new_id(thread.id, common["version"], id)
    post = Answer(
        id=rules.free_id(thread, post_id),
        question_id=thread.root.id,
        author_id=by.id,
        author_name=by.name,
        body=rules.body_of(body, PostKind.ANSWER, policy),
        created_at=common["at"],
    )
    posted = AnswerPosted(**common, answer=post, asker_id=rules.asker_of(thread))
    return (posted, *own_upvote(posted, post, policy))


def comment(
    thread: Thread,
    on: PostId,
    body: Body | str,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
    id: PostId | None,
) -> tuple[Event, ...]:
    """Decide on a comment."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    parent = rules.live_post(thread, on)
    rules.open_to(thread, Act.COMMENT, by, common["at"], policy, parent)
    rules.named(by, policy)
    rules.require(policy.posting.comment.write, by, "comment")
    rules.shallow(thread, parent, policy)
    rules.within_quotas(Act.COMMENT, PostKind.COMMENT, by, policy, usage)
    post_id = rules.new_id(thread.id, common["version"], id)
    post = Comment(
        id=rules.free_id(thread, post_id),
        parent_id=on,
        author_id=by.id,
        author_name=by.name,
        body=rules.body_of(body, PostKind.COMMENT, policy),
        created_at=common["at"],
    )
    posted = CommentPosted(**common, comment=post, parent=rules.ref(parent))
    return (posted, *own_upvote(posted, post, policy))


def delete(
    thread: Thread,
    post_id: PostId,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> PostDeleted | None:
    """Decide on taking a post down."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    if thread[post_id].deleted is not None:
        return None
    post = rules.live_post(thread, post_id)
    rules.open_to(thread, Act.DELETE, by, common["at"], policy, post)
    _may_delete(thread, post, by, policy)
    rules.within_quotas(Act.DELETE, post.kind, by, policy, usage)
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
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = thread[post_id]
    if post.deleted is None:
        return None
    rules.not_archived(thread)
    rules.open_to(thread, Act.DELETE, by, common["at"], policy, post)
    if by.id != post.deleted.by_id:
        others = policy.posting.of(post.kind).delete.others
        rules.require(others, by, "restore what somebody else took down")
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
    usage: Usage | None,
    recorded_at: datetime | None,
) -> AnswerAccepted | None:
    """Decide on marking an answer as the solution."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    rules.question_and_answers(thread)
    chosen = rules.answer_in(thread, answer_id)
    rules.live_post(thread, answer_id)
    rules.live_thread(thread)
    standing = index_in(thread).rest.accepted
    if answer_id in standing:
        return None
    rules.open_to(thread, Act.ACCEPT, by, common["at"], policy, chosen)
    _may_accept(thread, chosen, by, common["at"], policy)
    rules.within_quotas(Act.ACCEPT, chosen.kind, by, policy, usage)
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
    common = rules.happening(thread, by, at, recorded_at, policy)
    chosen = rules.answer_in(thread, answer_id)
    if answer_id not in index_in(thread).rest.accepted:
        return None
    rules.live_post(thread, answer_id)
    rules.open_to(thread, Act.ACCEPT, by, common["at"], policy, chosen)
    _may_accept(thread, chosen, by, common["at"], policy)
    return AnswerUnaccepted(
        **common,
        post_id=answer_id,
        post_kind=chosen.kind,
        author_id=chosen.author_id,
        asker_id=rules.asker_of(thread),
    )


def _may_delete(thread: Thread, post: Post, by: User, policy: Policy) -> None:
    allowed = policy.posting.of(post.kind).delete
    if rules.meets(allowed.others, by):
        return
    if post.author_id != by.id:
        rules.require(allowed.others, by, "take down what somebody else wrote")
    if not allowed.own:
        raise PolicyViolation(
            Rule.DELETE_OWN,
            f"user {by.id!r} wrote post {post.id!r}: under policy {policy.name!r} "
            "others take it down",
        )
    if not allowed.own_accepted and post.id in thread.accepted:
        raise PolicyViolation(
            Rule.DELETE_ACCEPTED,
            f"answer {post.id!r} is accepted: its author does not take it down",
        )
    if isinstance(post, Question):
        _unanswered(thread, allowed.own_answers, allowed.own_upvoted)


def _unanswered(thread: Thread, most: int | None, upvoted: bool) -> None:
    """Refuse to take a question from under the answers that others gave."""
    if most is None and upvoted:
        return
    standing = [answer for answer in thread.answers if answer.stands]
    if most is not None and len(standing) > most:
        raise PolicyViolation(
            Rule.DELETE_ANSWERED,
            f"question {thread.root.id!r} has {len(standing)} answers: its author "
            f"takes it down while there are at most {most}",
            most,
            len(standing),
        )
    for answer in standing:
        score = thread.score(answer.id)
        if not upvoted and score is not None and score > 0:
            raise PolicyViolation(
                Rule.DELETE_ANSWERED,
                f"answer {answer.id!r} has score {score}: its question stays",
                0,
                score,
            )


def _may_accept(
    thread: Thread, chosen: Post, by: User, at: datetime, policy: Policy
) -> None:
    allowed = policy.posting.accept
    asker_id = rules.asker_of(thread)
    if (
        allowed.who is AcceptWho.ASKER
        and by.id != asker_id
        and allowed.roles.isdisjoint(by.roles)
    ):
        others = allowed.others
        later = None
        if others is not None and rules.meets(others, by):
            if chosen.created_at is not None:
                later = after(chosen.created_at, allowed.others_after)
            if later is not None and later <= at:
                return _may_accept_own(chosen, by, policy)
        raise PolicyViolation(
            Rule.ACCEPT_WHO,
            f"user {by.id!r} did not ask the question: its asker accepts"
            + ("" if later is None else " until others may"),
            asker_id,
            by.id,
            later,
        )
    return _may_accept_own(chosen, by, policy)


def _may_accept_own(chosen: Post, by: User, policy: Policy) -> None:
    allowed = policy.posting.accept
    if chosen.author_id != by.id:
        return
    if not allowed.own:
        raise PolicyViolation(
            Rule.SELF_ACCEPT,
            f"user {by.id!r} wrote answer {chosen.id!r}: accept somebody else's",
            "another author",
            by.id,
        )
    rules.require(allowed.own_needs, by, "accept an answer of their own")
