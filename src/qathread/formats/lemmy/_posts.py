"""Posts and comments of Lemmy, of versions 0.19 and 1.0 of its server."""

from datetime import datetime
from typing import Final

from attrs import frozen

from ...bodies import MARKDOWN, Body
from ...feedback import Tally
from ...posts import Comment, Question
from ...provenance import Provenance, extra_text
from ...status import Locked, LockLevel, Mark, PostStatus, Status
from .._gathering import Piece
from .._members import Members
from ._people import Names, author_of

__all__ = ["PLATFORM", "Delivered", "comment_of", "question_of", "status_of"]

PLATFORM: Final = "lemmy"

_MARK: Final = Mark()
_UNMARKED: Final = PostStatus()
#: No replies any more; votes and edits go on.
_LOCKED: Final = Locked(level=LockLevel.REPLIES)
_FEATURED: Final = ("featured_community", "featured_local")


@frozen(eq=False)
class Delivered:
    """
    A post or comment that is there.

    Attributes:
        id: Its id here.
        number: Its id at the server.
        own: Its members.
        more: What stands beside them in its view.
    """

    id: str
    number: str
    own: Members
    more: Members

    def total(self, name: str) -> int | None:
        """Return how many comments the server counts below it."""
        found, counts = self.own.peek(name), self.more.peek("counts")
        if found is None and isinstance(counts, dict):
            found = counts.get(name)
        return found if type(found) is int and found >= 0 else None


@frozen
class _Marks:
    deleted: Mark | None
    removed: Mark | None


def status_of(post: Delivered) -> Status:
    """Take the marks of a post that hold for its thread."""
    own = post.own
    locked = own.flag("locked")
    pinned = any(own.peek(name) is True for name in _FEATURED)
    own.drop_if(**dict.fromkeys(_FEATURED, False))
    return Status(locked=_LOCKED if locked else None, pinned=_MARK if pinned else None)


def question_of(post: Delivered, names: Names) -> Piece:
    """Return a post as a piece of its thread."""
    own = post.own
    author = author_of(own, post.more, post.id, names)
    marks = _gone(own)
    title, text = own.text("name"), own.text("body")
    tally = _tally(post, "comments")
    created_at = _time(own, "published_at", "published")
    edited_at = _time(own, "updated_at", "updated")
    question = Question(
        id=post.id,
        author_id=author.user.id,
        author_name=author.name,
        body=Body(source=text or "", media_type=MARKDOWN),
        created_at=created_at,
        edited_at=edited_at,
        deleted=marks.deleted,
        removed=marks.removed,
        provenance=_provenance(post, "comments"),
        title=title,
        tags=_tags(post.more),
    )
    return Piece(post=question, author=author.user, where=str(own.where), tally=tally)


def comment_of(comment: Delivered, parent_id: str, names: Names) -> Piece:
    """Return a comment as a piece of its thread."""
    own = comment.own
    own.drop("post_id")
    author = author_of(own, comment.more, comment.id, names)
    marks = _gone(own)
    locked = own.flag("locked")
    own.drop_if(distinguished=False)
    text = own.text("content")
    if text is None:
        own.report.loss(
            "body-missing",
            "a comment without its text: its body is empty",
            f"{own.where}: {comment.id}",
            kind="noted",
        )
    tally = _tally(comment, "child_count")
    created_at = _time(own, "published_at", "published")
    edited_at = _time(own, "updated_at", "updated")
    post = Comment(
        id=comment.id,
        parent_id=parent_id,
        author_id=author.user.id,
        author_name=author.name,
        body=Body(source=text or "", media_type=MARKDOWN),
        created_at=created_at,
        edited_at=edited_at,
        deleted=marks.deleted,
        removed=marks.removed,
        status=PostStatus(locked=_LOCKED) if locked else _UNMARKED,
        provenance=_provenance(comment, "child_count"),
    )
    return Piece(post=post, author=author.user, where=str(own.where), tally=tally)


def _gone(own: Members) -> _Marks:
    deleted, removed = own.flag("deleted"), own.flag("removed")
    return _Marks(_MARK if deleted else None, _MARK if removed else None)


def _time(own: Members, new: str, old: str) -> datetime | None:
    """Take a time, under its name of version 1.0 or that of before."""
    return own.iso(new if own.peek(new) is not None else old)


def _tally(post: Delivered, total: str) -> Tally | None:
    """Take the counts: within the post since 1.0, beside it before."""
    source = post.own
    nested = post.more.members("counts")
    if nested is not None:
        source = nested
    up, down = source.count("upvotes"), source.count("downvotes")
    score = source.integer("score")
    if up is not None and down is not None and score not in (None, up - down):
        post.own.report.loss(
            "score-differs",
            "a score is not the upvotes less the downvotes: the score is kept, the "
            "counts go to extra",
            f"{post.own.where}: {up} - {down} is not {score}",
            kind="noted",
        )
        source.put("upvotes", up)
        source.put("downvotes", down)
        up = down = None
    if nested is not None:
        if post.total(total) is None and (count := nested.count(total)) is not None:
            post.own.put(total, count)
        number = int(post.number) if post.number.isdecimal() else post.number
        nested.drop_if(comment_id=number, post_id=number)
        if nested.peek("published") == post.own.peek("published"):
            nested.drop("published")
        if nested.rest:
            post.more.put("counts", nested.rest)
    if up is down is score is None:
        return None
    return Tally(post_id=post.id, up=up, down=down, score=score)


def _tags(more: Members) -> tuple[str, ...]:
    """Return the names of the tags; the tags themselves stay."""
    tags = more.peek("tags")
    found: dict[str, None] = {}
    for each in tags if isinstance(tags, list) else ():
        name = each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str):
            found.setdefault(name)
    return tuple(found)


def _provenance(post: Delivered, total: str) -> Provenance:
    own = post.own
    address, count = own.text("ap_id"), own.count(total)
    extra = own.rest
    if post.more.rest:
        extra["view"] = post.more.rest
    return Provenance(
        platform=PLATFORM,
        id=None if post.id in (post.number, f"c{post.number}") else post.number,
        url=address,
        time_precision=own.precision,
        zone_stated=own.zone_stated,
        declared=() if count is None else (("comments", count),),
        extra=extra_text(extra) if extra else None,
    )
