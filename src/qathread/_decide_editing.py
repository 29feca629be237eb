"""Decisions on changes of wording; the rules are in rules."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from . import rules
from ._checks import integer
from .bodies import Body
from .errors import NotFoundError, PolicyViolation, ValidationError
from .facts import (
    EditApproved,
    EditRejected,
    EditSuggested,
    PostEdited,
    PostRolledBack,
)
from .ids import PostId
from .policy import Act, Policy, Usage
from .posts import Post, Question
from .revisions import Revision, RevisionKind, Suggestion
from .rules import Rule
from .thread import Thread, index_in
from .users import User


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
    usage: Usage | None,
    recorded_at: datetime | None,
) -> PostEdited | None:
    """Decide on a new wording."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = rules.live_post(thread, post_id)
    _may_edit(thread, post, by, common["at"], policy)
    wording = _wording(post, body, title, tags, policy)
    if wording == _wording_of(post):
        return None
    _fresh(post, base_revision)
    rules.within_quotas(Act.EDIT, post.kind, by, policy, usage)
    replaced = current(thread, post)
    revision = _next(post, wording, by.id, common["at"], summary, RevisionKind.EDIT)
    if _coalesces(replaced, by, common["at"], policy.posting.of(post.kind).grace):
        revision = attrs.evolve(
            revision,
            number=replaced.number,
            kind=replaced.kind,
            at=replaced.at,
            summary=replaced.summary if summary is None else summary,
        )
    return PostEdited(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        revision=revision,
        replaced=replaced,
    )


def rollback(
    thread: Thread,
    post_id: PostId,
    to: int,
    summary: str | None,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> PostRolledBack | None:
    """Decide on bringing an earlier wording back."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = rules.live_post(thread, post_id)
    _may_edit(thread, post, by, common["at"], policy)
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
    rules.within_quotas(Act.EDIT, post.kind, by, policy, usage)
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
    common = rules.happening(thread, by, at, recorded_at, policy)
    post = rules.live_post(thread, post_id)
    rules.open_to(thread, Act.EDIT, by, common["at"], policy, post)
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
    common = rules.happening(thread, by, at, recorded_at, policy)
    suggestion = _suggestion(thread, suggestion_id)
    post = rules.live_post(thread, suggestion.post_id)
    _may_edit(thread, post, by, common["at"], policy)
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
    common = rules.happening(thread, by, at, recorded_at, policy)
    suggestion = _suggestion(thread, suggestion_id)
    post = thread[suggestion.post_id]
    if post.author_id != by.id and suggestion.editor_id != by.id:
        _may_edit(thread, post, by, common["at"], policy)
    return EditRejected(
        **common,
        post_id=post.id,
        post_kind=post.kind,
        author_id=post.author_id,
        suggestion=suggestion,
        reason=reason,
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


def _may_edit(
    thread: Thread, post: Post, by: User, at: datetime, policy: Policy
) -> None:
    rules.open_to(thread, Act.EDIT, by, at, policy, post)
    allowed = policy.posting.of(post.kind)
    if rules.meets(allowed.edit, by):
        return
    root_wiki = thread.status.wiki is not None and isinstance(post, Question)
    if post.status.wiki is not None or root_wiki:
        rules.require(
            allowed.edit_wiki, by, f"edit {rules.some(post.kind)} of everybody's"
        )
        return
    if post.author_id != by.id:
        rules.require(allowed.edit, by, f"edit {rules.some(post.kind)}")
    window = allowed.edit_own
    if rules.within(post.created_at, window.seconds, at):
        return
    if window.while_last and _is_last(thread, post):
        return
    raise PolicyViolation(
        Rule.EDIT_WINDOW,
        f"post {post.id!r} could be changed by its author for {window.seconds} s: "
        "suggest an edit, or ask somebody who may edit",
        window.seconds,
        None
        if post.created_at is None
        else int((at - post.created_at).total_seconds()),
    )


def _is_last(thread: Thread, post: Post) -> bool:
    """Whether nothing was posted under the same post after it."""
    if post.parent_id is None:
        return len(thread) == 1
    return thread.replies(post.parent_id)[-1].id == post.id


def _coalesces(last: Revision, by: User, at: datetime, grace: int) -> bool:
    """Whether an edit becomes part of the wording before, in its grace period."""
    return (
        grace > 0
        and last.editor_id == by.id
        and last.at is not None
        and last.at <= at
        and rules.within(last.at, grace, at)
    )


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
