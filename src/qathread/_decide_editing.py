"""Decisions on changes of wording; the rules are in rules."""

from collections.abc import Iterable
from datetime import datetime

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
from .policy import Policy
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
