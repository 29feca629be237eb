"""One object of ActivityStreams as a post."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from attrs import frozen

from ...bodies import HTML, Body
from ...ids import PostId
from ...posts import Post, PostKind, Question
from ...provenance import Provenance, TimePrecision
from ...revisions import Revision, RevisionKind
from ...status import Mark
from ...users import User, UserKind
from .._gathering import nobody
from .._making import made_post
from .._members import Members
from .._report import Collector
from ._copies import Merged, instant_in
from ._people import author_of
from ._shapes import each, iri, plain, text_of, types
from ._vocabulary import ACCEPTED, KIND, PLATFORM, TOMBSTONE

__all__ = [
    "ACTIVITIES_KEPT",
    "Made",
    "accepted_names",
    "hashtags",
    "language_of",
    "make_post",
    "tag_of",
    "time_text",
    "total",
]

#: Where the extra of a post keeps activities that have no other place.
ACTIVITIES_KEPT: Final = "qathreadActivities"
_ACCEPTED_NAMES: Final = (
    ACCEPTED,
    "acceptedAnswer",
    "https://schema.org/acceptedAnswer",
    "http://schema.org/acceptedAnswer",
)
_DECLARED: Final = ("dislikes", "likes", "replies", "shares")
_DIGITS: Final = {TimePrecision.MICROSECOND: 6, TimePrecision.MILLISECOND: 3}


@frozen(eq=False)
class Made:
    """
    A post, and what was found with it.

    Attributes:
        post: The post.
        author: Who wrote it, as far as it is said here.
        is_known: Whether anything is said of who wrote it.
        revisions: Its known wordings.
        is_voting: Whether it counts votes against it.
        locked: Whether it says that it takes no replies.
        pinned: Whether it says that it is pinned.
    """

    post: Post
    author: User
    is_known: bool
    revisions: tuple[Revision, ...]
    is_voting: bool
    locked: bool
    pinned: bool


def make_post(
    merged: Merged,
    parent_id: PostId | None,
    *,
    is_answer: bool,
    accepted: bool,
    kept: Iterable[object],
    zone: tzinfo | None,
    report: Collector,
) -> Made:
    """
    Return the post that an object stands for.

    Args:
        merged: The object.
        parent_id: What it stands under; None: it opens the thread.
        is_answer: Whether it is an answer to the root.
        accepted: Whether the accepted answers that it names are there.
        kept: Activities about it that only its extra can hold.
        zone: The zone of times that state none.
        report: Hears of times that are none.
    """
    root = parent_id is None
    source = merged.members
    take = Members(source, merged.where, report, zone)
    gone = TOMBSTONE in types(source)
    take.drop("id")
    if source.get("type") == "Note":
        take.drop("type")
    elif "type" not in source:
        take.put("type", None)
    body = _take_body(take, source)
    stone = merged.tombstone or source if gone or merged.tombstone else None
    created_at, edited_at = take.iso("published"), take.iso("updated")
    deleted_at = take.iso("deleted") if gone else None
    for name, at in (
        ("published", created_at),
        ("updated", edited_at),
        ("deleted", deleted_at),
    ):
        if at is not None and source[name] != time_text(at, take.precision):
            take.put(name, source[name])
    if merged.tombstone is not None:
        deleted_at = instant_in(merged.tombstone, "deleted")
    author = _take_author(take, merged, gone)
    if isinstance(source.get("inReplyTo"), str) and not root:
        take.drop("inReplyTo")
    url = _take_url(take)
    title, tags, views = _take_heading(take, source) if root else (None, (), None)
    _take_ours(take, root=root, is_answer=is_answer, accepted=accepted)
    kept = sorted(kept, key=str)
    licence = source.get("licence", source.get("license"))
    if isinstance(licence, dict):
        licence = licence.get("name")
    provenance = Provenance(
        platform=PLATFORM,
        url=url,
        license=licence if isinstance(licence, str) else None,
        time_precision=take.precision,
        zone_stated=take.zone_stated,
        declared=_declared(source),
        extra=take.extra([(ACTIVITIES_KEPT, kept)] if kept else ()),
    )
    number = max(1, len(merged.wordings))
    deleted = None if stone is None else Mark(at=deleted_at)
    kind = PostKind.ANSWER if is_answer else PostKind.COMMENT
    post = made_post(
        PostKind.QUESTION if parent_id is None else kind,
        id=merged.id,
        parent_id=parent_id,
        author=author,
        name=None,  # objects name people by address alone
        body=body,
        created_at=created_at,
        edited_at=edited_at,
        revision=number,
        deleted=deleted,
        provenance=provenance,
        title=title,
        tags=tags,
        views=views,
    )
    return Made(
        post,
        author,
        author.id != nobody(merged.id, author.kind).id,
        tuple(_revisions(merged, post, author)),
        "dislikes" in source,
        source.get("commentsEnabled") is False,
        source.get("stickied") is True,
    )


# -- texts -----------------------------------------------------------------------


def _body_of(source: Mapping[str, object]) -> tuple[Body, bool, bool]:
    """Return the body, and whether it is ``content``, and all that this says."""
    found = text_of(source, "content")
    if found.text is None:
        raw = source.get("source")
        text = text_of(plain(raw), "content").text if isinstance(raw, dict) else None
        if text is None:
            return Body(source="", media_type=HTML), False, False
        stated = raw.get("mediaType") if isinstance(raw, dict) else None
        kind = stated if isinstance(stated, str) and stated else HTML
        language = language_of(source.get("language"))
        return Body(source=text, media_type=kind, language=language), False, False
    stated = source.get("mediaType")
    kind = stated if isinstance(stated, str) and stated else HTML
    language = found.language or language_of(source.get("language"))
    return (
        Body(source=found.text, media_type=kind, language=language),
        True,
        found.exact,
    )


def _take_body(take: Members, source: Mapping[str, object]) -> Body:
    body, is_content, exact = _body_of(source)
    if not is_content:
        if not any(name in source for name in ("content", "contentMap")):
            take.put("content", None)
    else:
        if exact:
            take.drop("content", "contentMap")
        if source.get("mediaType") == body.media_type != HTML:
            take.drop("mediaType")
    return body


def language_of(value: object) -> str | None:
    """Return the language that some servers state beside a text."""
    if isinstance(value, dict):
        value = value.get("identifier")
    return value if isinstance(value, str) and value and value != "und" else None


def _take_heading(
    take: Members, source: Mapping[str, object]
) -> tuple[str | None, tuple[str, ...], int | None]:
    found = text_of(source, "name")
    if found.text is not None and found.exact and "nameMap" not in source:
        take.drop("name")
    tags = tuple(hashtags(source.get("tag")))
    if tags and source.get("tag") == [tag_of(name) for name in tags]:
        take.drop("tag")
    views = source.get("views")
    if type(views) is int and views >= 0:
        take.drop("views")
        return found.text, tags, views
    return found.text, tags, None


def hashtags(value: object) -> Iterator[str]:
    """Yield the names of hashtags among the tags of an object, without ``#``."""
    for tag in each(value):
        if isinstance(tag, dict):
            members = plain(tag)
            name = text_of(members, "name").text
            if "Hashtag" in types(members) and name and name != "#":
                yield name.removeprefix("#")


def tag_of(name: str) -> dict[str, object]:
    """Return a tag as a hashtag."""
    return {"type": "Hashtag", "name": f"#{name}"}


def _revisions(merged: Merged, post: Post, author: User) -> Iterator[Revision]:
    for number, members in enumerate(merged.wordings, start=1):
        first = number == 1 and members.get("updated") is None
        body = post.body if number == len(merged.wordings) else _body_of(members)[0]
        is_root = isinstance(post, Question)
        yield Revision(
            post_id=post.id,
            number=number,
            body=body,
            title=text_of(members, "name").text if is_root else None,
            tags=tuple(hashtags(members.get("tag"))) if is_root else (),
            editor_id=author.id if first else None,
            at=instant_in(members, "updated", "published"),
            kind=RevisionKind.INITIAL if first else RevisionKind.EDIT,
        )


# -- people, places, times, counts -----------------------------------------------


def _take_author(take: Members, merged: Merged, gone: bool) -> User:
    found, name, exact = author_of(merged.members.get("attributedTo"))
    if found is not None:
        if exact:
            take.drop("attributedTo")
        return User(id=found, name=name)
    if name is None and merged.actor is not None:
        return User(id=merged.actor)
    kind = UserKind.DELETED if gone and name is None else UserKind.REGISTERED
    return nobody(merged.id, kind, name)


def _take_url(take: Members) -> str | None:
    value = take.peek("url")
    if isinstance(value, str):
        take.drop("url")
        return value
    links = [plain(link) if isinstance(link, dict) else link for link in each(value)]
    pages = [
        link
        for link in links
        if isinstance(link, dict) and link.get("mediaType") == "text/html"
    ]
    return next(filter(None, map(iri, [*pages, *links])), None)


def accepted_names(members: Mapping[str, object]) -> list[str]:
    """Return the ids of the answers that an object names as accepted."""
    found = [
        iri(value) for name in _ACCEPTED_NAMES for value in each(members.get(name))
    ]
    return list(dict.fromkeys(name for name in found if name is not None))


def _take_ours(take: Members, *, root: bool, is_answer: bool, accepted: bool) -> None:
    if is_answer and take.peek(KIND) == "answer":
        take.drop(KIND)
    named = take.peek(ACCEPTED)
    is_list = isinstance(named, list) and all(isinstance(one, str) for one in named)
    if root and accepted and is_list:
        take.drop(ACCEPTED)


def total(value: object) -> int | None:
    """Return how many items a collection says that it has."""
    found = plain(value).get("totalItems") if isinstance(value, dict) else None
    return found if type(found) is int and found >= 0 else None


def _declared(source: Mapping[str, object]) -> tuple[tuple[str, int], ...]:
    counts = ((name, total(source.get(name))) for name in _DECLARED)
    return tuple((name, count) for name, count in counts if count is not None)


def time_text(at: datetime, precision: TimePrecision | None) -> str:
    """
    Return a time as a document of some precision says it.

    >>> from datetime import UTC
    >>> time_text(datetime(2026, 1, 1, tzinfo=UTC), TimePrecision.MILLISECOND)
    '2026-01-01T00:00:00.000Z'
    """
    digits = 0 if precision is None else _DIGITS.get(precision, 0)
    if at.microsecond % 10 ** (6 - digits):
        digits = 6
    whole = at.replace(microsecond=0, tzinfo=None).isoformat()
    fraction = f".{at.microsecond:06}"[: digits + 1] if digits else ""
    return f"{whole}{fraction}Z"
