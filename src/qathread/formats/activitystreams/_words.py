"""A thread in the words of ActivityStreams, as far as it has words for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ..._walks import preorder
from ...bodies import HTML
from ...feedback import UP, Tally
from ...ids import PostId
from ...posts import Answer, Post, Question, Stub
from ...provenance import Provenance, TimePrecision
from ...revisions import Revision
from ...status import Mark
from ...thread import Thread, index_in
from ...users import User, UserKind
from .._instants import iso
from ._objects import (
    ACTIVITIES_KEPT,
    accepted_names,
    hashtags,
    language_of,
    tag_of,
    time_text,
)
from ._people import author_of
from ._shapes import plain, text_of, types, written_id
from ._vocabulary import ACCEPTED, KIND, PLATFORM, TOMBSTONE

__all__ = ["items_of"]

_ACTOR_TYPES: Final = {UserKind.BOT: "Service", UserKind.SYSTEM: "Application"}

Object = dict[str, object]


def items_of(thread: Thread, *, votes: bool) -> Iterator[Object]:
    """
    Yield people, then posts with parents first, then what was done to them.

    Args:
        thread: The thread.
        votes: Whether a Like will be read as a vote.
    """
    for user in thread.users.values():
        if user.name is not None or user.handle is not None:
            yield _actor(user)
    wordings: dict[PostId, list[Revision]] = {}
    for revision in thread.revisions:
        wordings.setdefault(revision.post_id, []).append(revision)
    kept: dict[str, Object] = {}
    for _, node in preorder(index_in(thread).nodes, thread.root.id):
        post = node.post
        if isinstance(post, Stub):
            continue
        for revision in wordings.get(post.id, ()):
            if revision.number < post.revision:
                yield _earlier(post, revision, _extra(post))
        extra = _extra(post)
        for activity in _kept(extra.pop(ACTIVITIES_KEPT, None)):
            kept.setdefault(repr(activity), activity)
        yield _object(thread, post, extra, node.tally, votes)
    yield from kept.values()
    yield from _feedback(thread, votes)
    yield from _moderation(thread)


def _kept(value: object) -> list[Object]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]


def _extra(post: Post) -> Object:
    """Return the members of the source, if that was ActivityStreams."""
    origin = post.provenance
    if origin is None or origin.platform != PLATFORM:
        return {}
    return origin.members()


# -- people ----------------------------------------------------------------------


def _actor(user: User) -> Object:
    found: Object = {
        "type": _ACTOR_TYPES.get(user.kind, "Person"),
        "id": written_id(user.id),
    }
    if user.name is not None:
        found["name"] = user.name
    if user.handle is not None:
        found["preferredUsername"] = user.handle
    return found


# -- posts -----------------------------------------------------------------------


def _object(
    thread: Thread, post: Post, extra: Object, tally: Tally | None, votes: bool
) -> Object:
    """Return a post: members of its source as they came, where they still hold."""
    titled = isinstance(post, Question) and post.title is not None
    is_ours = post.provenance is not None and post.provenance.platform == PLATFORM
    kind = extra.pop("type", "Note" if is_ours or not titled else "Page")
    found: Object = {"id": written_id(post.id)}
    if not post.stands and TOMBSTONE not in types({"type": kind}):
        found |= {"type": TOMBSTONE, "formerType": kind}
    elif kind is not None:
        found["type"] = kind
    _put_author(found, extra, post)
    if post.parent_id is not None:
        found["inReplyTo"] = extra.pop("inReplyTo", written_id(post.parent_id))
    if isinstance(post, Question):
        _put_heading(found, extra, post)
    if post.stands:
        _put_body(found, extra, post.body.source, post.body.media_type, post)
    elif extra.get("content", "") is None:
        del extra["content"]
    _put_times(found, extra, post)
    if post.provenance is not None and post.provenance.url and "url" not in extra:
        found["url"] = post.provenance.url
    if isinstance(post, Answer):
        found[KIND] = "answer"
    if isinstance(post, Question) and thread.accepted and not accepted_names(extra):
        found[ACCEPTED] = [written_id(name) for name in thread.accepted]
    if tally is not None and not is_ours:
        found |= _counts(tally, votes)
    return {**found, **extra}


def _put_author(found: Object, extra: Object, post: Post) -> None:
    raw = extra.pop("attributedTo", None)
    name, _, _ = author_of(raw)
    if raw is not None and name in (None, post.author_id):
        found["attributedTo"] = raw
    elif not post.author_id.endswith(f":{post.id}"):  # somebody, not nobody
        found["attributedTo"] = written_id(post.author_id)


def _put_heading(found: Object, extra: Object, post: Question) -> None:
    if post.title is not None and text_of(extra, "name").text != post.title:
        extra.pop("name", None)
        extra.pop("nameMap", None)
        found["name"] = post.title
    raw = extra.pop("tag", None)
    if raw is not None and tuple(hashtags(raw)) == post.tags:
        found["tag"] = raw
    elif post.tags or raw is not None:
        listed = raw if isinstance(raw, list) else [raw]
        others = [
            tag
            for tag in listed
            if isinstance(tag, dict) and "Hashtag" not in types(plain(tag))
        ]
        found["tag"] = [*map(tag_of, post.tags), *others]
    if post.views is not None:
        found["views"] = post.views


def _put_body(
    found: Object, extra: Object, source: str, media_type: str, post: Post
) -> None:
    if not source and extra.get("content", "") is None:
        del extra["content"]
        return
    stated = text_of(extra, "content").text
    inner = extra.get("source")
    if stated is None and isinstance(inner, dict):
        stated = text_of(plain(inner), "content").text
    if stated == source and ("content" in extra or "contentMap" in extra):
        if extra.get("content", "") is None:
            del extra["content"]
        return
    for name in ("content", "contentMap"):
        extra.pop(name, None)
    found["content"] = source
    language = post.body.language
    if language is not None and language_of(extra.get("language")) != language:
        found["contentMap"] = {language: source}
    if media_type != HTML:
        extra.pop("mediaType", None)
        found["mediaType"] = media_type


def _put_times(found: Object, extra: Object, post: Post) -> None:
    gone = post.deleted or post.removed
    precision = None if post.provenance is None else post.provenance.time_precision
    for name, at in (
        ("published", post.created_at),
        ("updated", post.edited_at),
        ("deleted", None if gone is None else gone.at),
    ):
        raw = extra.pop(name, None)
        told = iso(raw) if isinstance(raw, str) else None
        if told is not None and told.at == at:
            found[name] = raw
        elif at is not None:
            found[name] = time_text(at, precision)


def _earlier(post: Post, revision: Revision, extra: Object) -> Object:
    """Return an earlier wording, in the activity that made it."""
    kind = extra.get("type", "Note")
    inner: Object = {"id": written_id(post.id)}
    if kind is not None:
        inner["type"] = kind
    inner["attributedTo"] = written_id(post.author_id)
    if post.parent_id is not None:
        inner["inReplyTo"] = written_id(post.parent_id)
    if revision.title is not None:
        inner["name"] = revision.title
    if revision.tags:
        inner["tag"] = [tag_of(name) for name in revision.tags]
    inner["content"] = revision.body.source
    if revision.body.media_type != HTML:
        inner["mediaType"] = revision.body.media_type
    first = revision.number == 1
    at = revision.at or (post.created_at if first else None)
    if post.created_at is not None:
        inner["published"] = _time(post.created_at, post.provenance)
    if at is not None and not first:
        inner["updated"] = _time(at, post.provenance)
    found: Object = {"type": "Create" if first else "Update"}
    if revision.editor_id is not None:
        found["actor"] = written_id(revision.editor_id)
    return {**found, "object": inner}


def _counts(tally: Tally, votes: bool) -> Object:
    ups = tally.up if votes else dict(tally.reactions).get("like")
    found: Object = {}
    for name, count in (("likes", ups), ("dislikes", tally.down if votes else None)):
        if count is not None:
            found[name] = {"type": "Collection", "totalItems": count}
    return found


# -- what was done ---------------------------------------------------------------


def _feedback(thread: Thread, votes: bool) -> Iterator[Object]:
    content = thread.content
    for vote in content.votes if votes else ():
        kind = "Like" if vote.direction is UP else "Dislike"
        yield _activity(kind, vote.voter_id, vote.post_id, vote.cast_at)
    for reaction in content.reactions:
        done = _activity("EmojiReact", reaction.user_id, reaction.post_id, reaction.at)
        if reaction.kind == "like" and not votes:
            yield {**done, "type": "Like"}
        elif reaction.kind == "dislike" and not votes:
            yield {**done, "type": "Dislike"}
        else:
            yield {**done, "content": reaction.kind}


def _moderation(thread: Thread) -> Iterator[Object]:
    locks = [(post.id, post.status.locked) for post in thread.posts]
    for post in thread.posts:
        mark = post.deleted or post.removed
        if mark is not None and mark.by_id is not None:
            yield _marked("Delete", mark, post.id)
    for post_id, lock in (*locks, (thread.root.id, thread.status.locked)):
        if lock is not None and lock.by_id is not None:
            mark = Mark(by_id=lock.by_id, at=lock.at, reason=lock.reason)
            yield _marked("Lock", mark, post_id)
    for flag in thread.flags:
        told = Mark(by_id=flag.by_id, at=flag.at, reason=flag.reason or None)
        yield {"id": written_id(flag.id), **_marked("Flag", told, flag.post_id)}


def _marked(kind: str, mark: Mark, post_id: PostId) -> Object:
    found = _activity(kind, mark.by_id, post_id, mark.at)
    return found if mark.reason is None else {**found, "summary": mark.reason}


def _activity(
    kind: str, actor: str | None, post_id: PostId, at: datetime | None
) -> Object:
    found: Object = {"type": kind}
    if actor is not None:
        found["actor"] = written_id(actor)
    found["object"] = written_id(post_id)
    if at is not None:
        found["published"] = time_text(at, None)
    return found


def _time(at: datetime, origin: Provenance | None) -> str:
    precision = TimePrecision.SECOND if origin is None else origin.time_precision
    return time_text(at, precision)
