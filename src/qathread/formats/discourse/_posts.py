"""Posts of Discourse, and the comments of its plugin for votes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from unicodedata import normalize

from attrs import frozen

from ...bodies import HTML, MARKDOWN, Body
from ...feedback import Tally
from ...posts import PostKind
from ...provenance import Provenance
from ...status import Link, LinkKind, Mark
from .._gathering import Piece
from .._json import Place, shown
from .._making import made_post
from .._members import Members
from .._report import Collector
from ._marks import gone, post_status
from ._people import author_of
from ._quotes import quoted

__all__ = ["PLATFORM", "SMALL_ACTION", "Role", "comments_of", "post_of"]

PLATFORM: Final = "discourse"
SMALL_ACTION: Final = 3

_REGULAR: Final = 1
_LIKE: Final = 2
_VOTE: Final = 5  # in the plugin's first versions
_VOTES: Final = ("post_voting_vote_count", "qa_vote_count")
_DECLARED: Final = {"comments_count": "comments", "reply_count": "replies"}


@frozen(kw_only=True)
class Role:
    """
    What a post is in its thread.

    Attributes:
        parent_id: What it stands under; None: it is the root.
        is_answer: Whether it answers the root.
        accepted: Whether it is the solution.
        title: Of the root: the title.
        tags: Of the root: the tags.
        views: Of the root: how often it was seen.
        deleted: Of the root: that its topic was.
        removed: Of the root: that its topic was.
        ids: The ids of posts by topic and number, for links.
    """

    parent_id: str | None
    is_answer: bool = False
    accepted: bool = False
    title: str | None = None
    tags: tuple[str, ...] = ()
    views: int | None = None
    deleted: Mark | None = None
    removed: Mark | None = None
    ids: Mapping[tuple[str, int], str]


def post_of(post_id: str, post: Members, role: Role) -> Piece:
    """
    Return a post as a piece of its thread.

    Args:
        post_id: Its id.
        post: Its members but the comments; what is not understood goes to extra.
        role: What it is.
    """
    where = str(post.where)
    author = author_of(post, post_id)
    post.drop_if(post_type=_REGULAR, accepted_answer=role.accepted)
    raw, cooked = post.text("raw"), post.text("cooked")
    links = tuple(_links(post_id, post, raw, cooked, role))
    if raw is not None:
        body = Body(source=raw, media_type=MARKDOWN, language=_language(post))
        if cooked is not None:
            post.put("cooked", cooked)
    else:
        body = Body(source=cooked or "", media_type=HTML, language=_language(post))
        if cooked is None:
            _without_body(post.report, post_id, where)
    created_at = post.iso("created_at")
    revision = _revision(post)
    edited_at = _edited(post, created_at, revision)
    tally = _tally(post_id, post)
    deleted, removed, people = gone(post, author.user.id)
    status = post_status(post)
    if deleted is None and removed is None:
        deleted, removed = role.deleted, role.removed
    declared = {short: post.count(name) for name, short in _DECLARED.items()}
    provenance = Provenance(
        platform=PLATFORM,
        time_precision=post.precision,
        zone_stated=post.zone_stated,
        declared=tuple(
            (name, count) for name, count in declared.items() if count is not None
        ),
        extra=post.extra(),
    )
    kind = PostKind.ANSWER if role.is_answer else PostKind.COMMENT
    made = made_post(
        PostKind.QUESTION if role.parent_id is None else kind,
        id=post_id,
        parent_id=role.parent_id,
        author=author.user,
        name=author.name,
        body=body,
        created_at=created_at,
        edited_at=edited_at,
        revision=revision,
        deleted=deleted,
        removed=removed,
        status=status,
        provenance=provenance,
        title=role.title,
        tags=role.tags,
        views=role.views,
    )
    return Piece(
        post=made,
        author=author.user,
        where=where,
        tally=tally,
        accepted=role.accepted,
        links=links,
        people=people,
    )


def comments_of(
    post_id: str,
    comments: list[object],
    where: Place,
    report: Collector,
    ids: Mapping[tuple[str, int], str],
) -> Iterator[Piece]:
    """Yield the comments of the plugin for votes; their ids begin with c."""
    for index, each in enumerate(comments):
        here = where.down("comments", index)
        number = each.get("id") if isinstance(each, dict) else None
        if not isinstance(each, dict) or type(number) is not int:
            report.damage(
                "field",
                "a comment without an id is left out",
                f"{here}: {shown(each)}",
                kind="skipped",
            )
            continue
        comment = Members(each, here, report)
        comment.drop("id")
        comment.drop_if(post_id=int(post_id) if post_id.isdecimal() else post_id)
        role = Role(parent_id=post_id, ids=ids)
        yield post_of(f"c{number}", comment, role)


def _without_body(report: Collector, post_id: str, where: str) -> None:
    report.loss(
        "body-missing",
        "a post without its text: its body is empty",
        f"{where}: {post_id}",
        kind="noted",
    )


def _language(post: Members) -> str | None:
    """Take the language of a post."""
    stated = post.text("locale")
    return stated.replace("_", "-") if stated else None


def _revision(post: Members) -> int:
    """Take the number of the wording; only that one is known."""
    version = post.peek("version")
    if type(version) is int and version >= 1:
        post.drop("version")
        return version
    post.count("version")
    return 1


def _edited(post: Members, created: datetime | None, revision: int) -> datetime | None:
    """Take when the wording changed: told of posts that have more than one."""
    if revision > 1:
        return post.iso("updated_at")
    if post.peek("updated_at") is not None and created is not None:
        kept = post.peek("updated_at")
        if post.iso("updated_at") != created:
            post.put("updated_at", kept)
    return None


def _tally(post_id: str, post: Members) -> Tally | None:
    """Take likes, emoji and votes."""
    counts: dict[str, int] = {}
    score: int | None = None
    for name in _VOTES:
        found = post.integer(name)
        score = found if score is None else score
    actions, voted = _actions(post)
    if actions is not None:
        counts["like"] = actions
    score = voted if score is None else score
    reactions = post.peek("reactions")
    if isinstance(reactions, list):
        emoji = dict(_emoji(reactions))
        if len(emoji) == len(reactions) and all(map(_is_plain, reactions)):
            post.drop("reactions")
        counts.update(emoji)
    if score is None and not counts:
        return None
    return Tally(
        post_id=post_id,
        score=score,
        reactions=tuple(counts.items()),
        complete=actions is not None and isinstance(reactions, list),
    )


def _actions(post: Members) -> tuple[int | None, int | None]:
    """Take the summary of actions: likes and, of old, votes; flags stay there."""
    summary = post.peek("actions_summary")
    if not isinstance(summary, list):
        return None, None
    likes: int | None = 0
    votes, plain = None, True
    for index, each in enumerate(summary):
        kind = each.get("id") if isinstance(each, dict) else None
        count = each.get("count", 0) if isinstance(each, dict) else None
        is_count = type(count) is int and count >= 0
        if kind == _LIKE and is_count:
            likes = count
            plain = plain and set(each) <= {"id", "count"}
            continue
        plain = False
        if kind == _LIKE:
            likes = None
            post.report.damage(
                "field",
                "likes that are no count from 0 up: they are kept in extra only",
                f"{post.where.down('actions_summary', index)}: {shown(count)}",
                kind="skipped",
            )
        elif kind == _VOTE and type(count) is int and not each.get("hidden"):
            votes = count
    if plain:
        post.drop("actions_summary")
    return likes, votes


def _emoji(reactions: list[object]) -> Iterator[tuple[str, int]]:
    for each in reactions:
        if isinstance(each, dict):
            kind, count = each.get("id"), each.get("count")
            if isinstance(kind, str) and kind and type(count) is int and count >= 0:
                yield normalize("NFC", kind), count


def _is_plain(reaction: object) -> bool:
    """Tell whether its kind and count are all that a reaction says."""
    return (
        isinstance(reaction, dict)
        and set(reaction) <= {"count", "id", "type"}
        and reaction.get("type", "emoji") == "emoji"
    )


def _links(
    post_id: str, post: Members, raw: str | None, cooked: str | None, role: Role
) -> Iterator[Link]:
    """Yield what a post quotes, and the topics of the site that it links to."""
    found: dict[str, None] = {}
    for topic_id, number in quoted(cooked, raw):
        found.setdefault(role.ids.get((topic_id, number), f"{topic_id}/{number}"))
    links = post.peek("link_counts")
    for each in links if isinstance(links, list) else ():
        if isinstance(each, dict) and each.get("internal") is True:
            url = each.get("url")
            if (
                each.get("reflection") is False
                and isinstance(url, str)
                and "/t/" in url
            ):
                found.setdefault(url)
    for target in found:
        yield Link(kind=LinkKind.LINKED, target=target, post_id=post_id)
