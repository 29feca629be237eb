"""Decisions on writing, editing and accepting; the rules are in rules."""

from collections.abc import Iterable
from datetime import datetime

from . import rules
from ._checks import identifier, instant, integer, text
from .bodies import Body
from .content import ThreadKind
from .errors import NotFoundError, PolicyViolation, ValidationError
from .facts import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    CommentPosted,
    EditApproved,
    EditRejected,
    EditSuggested,
    PostDeleted,
    PostEdited,
    PostRestored,
    PostRolledBack,
    QuestionAsked,
)
from .ids import PostId, ThreadId
from .policy import AcceptWho, Policy
from .posts import Answer, Comment, Post, PostKind, Question
from .revisions import Revision, RevisionKind, Suggestion
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


def edit(
    thread: Thread,
    post_id: PostId,
    body: Body | str | None,
    title: str | None,
    tags: Iterable[str] | None,
    base_revision: int | None,
    summary: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> PostEdited | None:
    """Decide on a new wording."""
    common = rules.happening(thread, by, at, recorded_at)
    post = rules.live_post(thread, post_id)
    _may_edit(post, by, policy)
    wording = _wording(post, body, title, tags, policy)
    if wording == _wording_of(post):
        return None
    _fresh(post, base_revision)
    return PostEdited(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        revision=_next(post, wording, by.id, common["at"], summary, RevisionKind.EDIT),
        replaced=current(thread, post),
    )


def rollback(
    thread: Thread,
    post_id: PostId,
    to: int,
    summary: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> PostRolledBack | None:
    """Decide on bringing an earlier wording back."""
    common = rules.happening(thread, by, at, recorded_at)
    post = rules.live_post(thread, post_id)
    _may_edit(post, by, policy)
    integer(to, "to")
    known = index_in(thread).rest.revisions.get(post_id, ())
    earlier = {revision.number: revision for revision in known}
    earlier.setdefault(post.revision, current(thread, post))
    if to not in earlier:
        raise NotFoundError(
            f"revision {to} of post {post_id!r} is not known: the known ones are "
            f"{sorted(earlier)[:20]}"
        )
    target = earlier[to]
    wording = (target.body, target.title, target.tags)
    if wording == _wording_of(post):
        return None
    kind = RevisionKind.ROLLBACK
    return PostRolledBack(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        to=to,
        revision=_next(post, wording, by.id, common["at"], summary, kind),
        replaced=current(thread, post),
    )


def suggest_edit(
    thread: Thread,
    post_id: PostId,
    body: Body | str | None,
    title: str | None,
    tags: Iterable[str] | None,
    summary: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
    id: str | None,
) -> EditSuggested | None:
    """Decide on a proposal."""
    common = rules.happening(thread, by, at, recorded_at)
    post = rules.live_post(thread, post_id)
    new_body, new_title, new_tags = wording = _wording(post, body, title, tags, policy)
    if wording == _wording_of(post):
        return None
    suggestion_id = rules.new_id(thread.id, common["version"], id)
    if any(each.id == suggestion_id for each in thread.suggestions):
        raise ValidationError(
            f"suggestion {suggestion_id!r} is there already: give another id="
        )
    return EditSuggested(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        suggestion=Suggestion(
            id=suggestion_id,
            post_id=post_id,
            base_revision=post.revision,
            body=new_body,
            title=new_title,
            tags=new_tags,
            editor_id=by.id,
            at=common["at"],
            summary=summary,
        ),
    )


def approve_edit(
    thread: Thread,
    suggestion_id: str,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> EditApproved:
    """Decide on taking a proposal."""
    common = rules.happening(thread, by, at, recorded_at)
    suggestion = _suggestion(thread, suggestion_id)
    post = rules.live_post(thread, suggestion.post_id)
    _may_edit(post, by, policy)
    _fresh(post, suggestion.base_revision)
    wording = (suggestion.body, suggestion.title, suggestion.tags)
    editor_id, kind = suggestion.editor_id, RevisionKind.EDIT
    return EditApproved(
        **common,
        post_id=post.id,
        post_kind=post.kind,
        author_id=post.author_id,
        suggestion=suggestion,
        revision=_next(
            post, wording, editor_id, common["at"], suggestion.summary, kind
        ),
        replaced=current(thread, post),
    )


def reject_edit(
    thread: Thread,
    suggestion_id: str,
    reason: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> EditRejected:
    """Decide on turning a proposal down."""
    common = rules.happening(thread, by, at, recorded_at)
    suggestion = _suggestion(thread, suggestion_id)
    post = thread[suggestion.post_id]
    if post.author_id != by.id and suggestion.editor_id != by.id:
        _may_edit(post, by, policy)
    return EditRejected(
        **common,
        post_id=post.id,
        post_kind=post.kind,
        author_id=post.author_id,
        suggestion=suggestion,
        reason=reason,
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


# -- parts of decisions ----------------------------------------------------------

_Wording = tuple[Body, str | None, tuple[str, ...]]


def current(thread: Thread, post: Post) -> Revision:
    """Return the current wording of *post* as a revision."""
    for revision in index_in(thread).rest.revisions.get(post.id, ()):
        if revision.number == post.revision:
            return revision
    first = post.revision == 1
    body, title, tags = _wording_of(post)
    return Revision(
        post_id=post.id,
        number=post.revision,
        body=body,
        title=title,
        tags=tags,
        editor_id=post.author_id if first else None,  # else nobody knows
        at=post.created_at if first else post.edited_at,
        kind=RevisionKind.INITIAL if first else RevisionKind.EDIT,
    )


def _wording_of(post: Post) -> _Wording:
    if isinstance(post, Question):
        return post.body, post.title, post.tags
    return post.body, None, ()


def _wording(
    post: Post,
    body: Body | str | None,
    title: str | None,
    tags: Iterable[str] | None,
    policy: Policy,
) -> _Wording:
    """Return the wording that the given parts make; None leaves a part as it is."""
    old_body, old_title, old_tags = _wording_of(post)
    if not isinstance(post, Question) and not (title is None and tags is None):
        raise ValidationError(
            f"post {post.id!r} is a {post.kind}: only a question has title and tags"
        )
    if isinstance(body, str):  # the new text is in the language of the old one
        body = Body(
            source=body, media_type=old_body.media_type, language=old_body.language
        )
    return (
        old_body if body is None else rules.body_of(body, post.kind, policy),
        old_title if title is None else rules.title_of(title, policy),
        old_tags if tags is None else rules.tags_of(tags, policy),
    )


def _next(
    post: Post,
    wording: _Wording,
    editor_id: str,
    at: datetime,
    summary: str | None,
    kind: RevisionKind,
) -> Revision:
    body, title, tags = wording
    return Revision(
        post_id=post.id,
        number=post.revision + 1,
        body=body,
        title=title,
        tags=tags,
        editor_id=editor_id,
        at=at,
        summary=summary,
        kind=kind,
    )


def _may_edit(post: Post, by: User, policy: Policy) -> None:
    if post.author_id != by.id:
        rules.require(policy.posting.of(post.kind).edit, by, f"edit a {post.kind}")


def _fresh(post: Post, base_revision: int | None) -> None:
    if base_revision is not None and base_revision != post.revision:
        raise PolicyViolation(
            Rule.STALE_REVISION,
            f"post {post.id!r} is at revision {post.revision}: "
            f"make the change again from there, not from {base_revision}",
            post.revision,
            base_revision,
        )


def _suggestion(thread: Thread, suggestion_id: str) -> Suggestion:
    for suggestion in thread.suggestions:
        if suggestion.id == suggestion_id:
            return suggestion
    raise NotFoundError(
        f"thread {thread.id!r} has no open suggestion {suggestion_id!r}"
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
