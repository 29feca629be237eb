"""
Submissions and comments of Reddit, as the API and the dumps have them.

================================ =================================================
member                           part of the model
================================ =================================================
``id``                           ``t3_`` or ``t1_`` and the id
``link_id``                      the thread, whose root is the submission
``parent_id``                    ``parent_id`` of the comment
``author``                       author and ``author_name``; ``[deleted]``: a user of
                                 kind deleted, one per post
``body``, ``selftext``           the body, Markdown
``title``                        ``title``
``created_utc``                  ``created_at``
``edited``                       ``edited_at``, where it is a time
``score``                        the tally, not exact, unless ``score_hidden`` or
                                 ``hide_score``
``link_flair_text``              ``tags``
``view_count``                   ``views``
``locked``                       locked for replies: thread, or comment
``stickied``, ``archived``       of a submission: ``pinned``, ``archived``
``crosspost_parent``             a crosspost ``Link``
``permalink``                    ``provenance.url``
``num_comments``                 ``provenance.declared``: ``comments``
what :mod:`._marks` names        ``deleted`` and ``removed``; it stays in ``extra``
everything else                  ``provenance.extra`` of the post
================================ =================================================

A member that says nothing, such as ``"locked": false``, stays in ``extra``. Time and
memory are linear in the size of a post.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from attrs import frozen

from ...bodies import MARKDOWN, Body
from ...feedback import Tally
from ...posts import Comment, Post, Question
from ...provenance import Provenance
from ...status import Link, LinkKind, Locked, LockLevel, Mark, PostStatus, Status
from ...users import User, UserKind
from .._gathering import Piece, nobody
from .._instants import epoch
from .._json import Place, shown
from .._members import Members
from .._report import Collector
from ._marks import GONE, marks_of

__all__ = [
    "LOCKED",
    "PLATFORM",
    "SITE",
    "Kind",
    "Style",
    "Thing",
    "escaped",
    "same",
    "seconds",
    "thing_of",
    "unescaped",
]

PLATFORM: Final = "reddit"
SITE: Final = "https://www.reddit.com"
#: What a lock means there: no more comments, while votes and edits go on.
LOCKED: Final = Locked(level=LockLevel.REPLIES)
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNMARKED: Final = PostStatus()

Kind: TypeAlias = Literal["t1", "t3"]


@frozen
class Style:
    """
    How posts are read.

    Attributes:
        exact: Keep in extra every member that would be spelled otherwise when it is
            written again, such as a time that is a text.
        unescape: Undo ``&amp;``, ``&lt;`` and ``&gt;`` in texts, once.
    """

    exact: bool = False
    unescape: bool = False


@frozen(eq=False)
class Thing:
    """
    A submission or a comment.

    Attributes:
        piece: The post.
        status: The marks that a submission sets on its thread.
    """

    piece: Piece
    status: Status


def thing_of(
    kind: Kind,
    data: Mapping[str, object],
    thread_id: str,
    where: Place,
    report: Collector,
    style: Style,
) -> Thing | None:
    """
    Return what one object is.

    Args:
        kind: ``t3`` for a submission, ``t1`` for a comment.
        data: Its members.
        thread_id: The full name of the submission that it belongs to.
        where: Its place.
        report: Hears of what does not fit.
        style: How it is read.

    Returns:
        The thing; None if it has no id.
    """
    taken = Members(data, where, report)
    post_id = _id(taken, kind, style)
    if post_id is None:
        report.damage(
            "field",
            "a post without an id: it is left out",
            str(where),
            kind="skipped",
        )
        return None
    user, name = _author(taken, post_id, style)
    text = _text(taken, "selftext" if kind == "t3" else "body", style)
    if text is None:
        report.tell("body-missing", "a post without its text", f"{where}: {post_id}")
    deleted, removed = marks_of(data, text or "", data.get("author"))
    created_at = _time(taken, "created_utc", style)
    edited_at = None
    if not isinstance(data.get("edited"), bool):
        edited_at = _time(taken, "edited", style)
    tally = _tally(taken, kind, post_id, style)
    locked = LOCKED if _true(taken, "locked") else None
    common = {
        "id": post_id,
        "author_id": user.id,
        "author_name": name,
        "body": Body(source=text or "", media_type=MARKDOWN),
        "created_at": created_at,
        "edited_at": edited_at,
        "deleted": deleted,
        "removed": removed,
    }
    status = Status()
    links: tuple[Link, ...] = ()
    post: Post
    if kind == "t1":
        parent_id = _parent(taken, thread_id, post_id, style)
        post = Comment(
            **common,  # type: ignore[arg-type]
            parent_id=parent_id,
            status=_UNMARKED if locked is None else PostStatus(locked=locked),
            provenance=_origin(taken, style),
        )
    else:
        status = Status(
            locked=locked,
            pinned=Mark() if _true(taken, "stickied") else None,
            archived=Mark() if _true(taken, "archived") else None,
        )
        title, views = _text(taken, "title", style), _count(taken, "view_count", style)
        tags, links = _flair(taken, style), _crosspost(taken, post_id)
        post = Question(
            **common,  # type: ignore[arg-type]
            title=title,
            tags=tags,
            views=views,
            provenance=_origin(taken, style),
        )
    by_id = None if removed is None else removed.by_id
    piece = Piece(
        post=post,
        author=user,
        where=f"{where}: {post_id}",
        tally=tally,
        as_of=_seen(data),
        links=links,
        people=() if by_id is None else (User(id=by_id, name=by_id),),
    )
    return Thing(piece, status)


# -- spelling --------------------------------------------------------------------


def seconds(at: datetime) -> int | float:
    """Return a time as the dumps spell it: whole seconds, unless there is more."""
    since = at - _START
    if at.microsecond:
        exact = since.total_seconds()
        found = epoch(exact)
        if found is not None and found.at == at:
            return exact
    return since.days * 86400 + since.seconds


def same(one: object, other: object) -> bool:
    """Tell whether two JSON values are equal, 1 and 1.0 and true apart."""
    return type(one) is type(other) and one == other


def unescaped(text: str) -> str:
    """Return *text* without the escapes that the API puts in unless told not to."""
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&amp;", "&")


def escaped(text: str) -> str:
    """Return *text* as the API escapes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# -- members ---------------------------------------------------------------------


def _id(taken: Members, kind: Kind, style: Style) -> str | None:
    raw, name = taken.peek("id"), taken.peek("name")
    found = taken.name("id")
    if found is None:
        if (
            not isinstance(name, str)
            or not name.startswith(f"{kind}_")
            or name[3:] == ""
        ):
            return None
        return name
    if style.exact:
        if not isinstance(raw, str):
            taken.put("id", raw)
    elif name == f"{kind}_{found}":
        taken.drop("name")
    return f"{kind}_{found}"


def _author(taken: Members, post_id: str, style: Style) -> tuple[User, str | None]:
    raw = taken.peek("author")
    if raw == "":
        return nobody(post_id, UserKind.REGISTERED), None
    name = taken.text("author")
    if name is None:
        return nobody(post_id, UserKind.REGISTERED), None
    if name in GONE:
        if name != "[deleted]":
            taken.put("author", raw)
        return nobody(post_id, UserKind.DELETED), None
    return User(id=name, name=name), name


def _text(taken: Members, name: str, style: Style) -> str | None:
    raw = taken.text(name)
    if raw is None or not style.unescape or "&" not in raw:
        return raw
    text = unescaped(raw)
    if escaped(text) != raw:
        taken.put(name, raw)
    return text


def _time(taken: Members, name: str, style: Style) -> datetime | None:
    raw = taken.peek(name)
    at = taken.epoch(name)
    if at is not None and style.exact and not same(raw, seconds(at)):
        taken.put(name, raw)
    return at


def _count(taken: Members, name: str, style: Style) -> int | None:
    raw = taken.peek(name)
    count = taken.count(name)
    if count is not None and style.exact and not same(raw, count):
        taken.put(name, raw)
    return count


def _tally(taken: Members, kind: Kind, post_id: str, style: Style) -> Tally | None:
    raw = taken.peek("score")
    if taken.peek("hide_score" if kind == "t3" else "score_hidden") is True:
        return None
    score = taken.integer("score")
    if score is None:
        return None
    if style.exact:
        if not same(raw, score):
            taken.put("score", raw)
    elif same(taken.peek("ups"), score) and same(taken.peek("downs"), 0):
        # What the API says of votes since 2014: the score again, and nothing.
        taken.drop("ups", "downs")
    return Tally(post_id=post_id, score=score, exact=False)


def _true(taken: Members, name: str) -> bool:
    """Take a mark that is set; what says otherwise stays."""
    if taken.peek(name) is not True:
        return False
    taken.drop(name)
    return True


def _parent(taken: Members, thread_id: str, post_id: str, style: Style) -> str:
    _link(taken, thread_id)
    raw = taken.peek("parent_id")
    if isinstance(raw, str) and (raw == thread_id or (raw[:3] == "t1_" and raw[3:])):
        taken.drop("parent_id")
        return raw
    wrong = isinstance(raw, str) and raw.startswith("t3_")
    taken.report.damage(
        "wrong-parent" if wrong else "missing-parent",
        "a comment under another submission than its own, or one that does not say "
        "what it is under: it is put under its submission",
        f"{taken.where}: {post_id} under {shown(raw)}",
    )
    return thread_id


def _link(taken: Members, thread_id: str) -> None:
    if taken.peek("link_id") == thread_id:
        taken.drop("link_id")


def _flair(taken: Members, style: Style) -> tuple[str, ...]:
    raw = taken.peek("link_flair_text")
    if isinstance(raw, str) and not raw.strip():
        return ()
    text = _text(taken, "link_flair_text", style)
    return () if text is None else (text,)


def _crosspost(taken: Members, post_id: str) -> tuple[Link, ...]:
    if taken.peek("crosspost_parent") == "":
        return ()
    target = taken.text("crosspost_parent")
    if target is None:
        return ()
    return (Link(kind=LinkKind.CROSSPOST, target=target, post_id=post_id),)


def _origin(taken: Members, style: Style) -> Provenance:
    """Return where a post came from; all other members must have been taken."""
    path = taken.peek("permalink")
    url = None
    if isinstance(path, str) and path.startswith("/"):
        url = SITE + path
        taken.drop("permalink")
    declared: tuple[tuple[str, int], ...] = ()
    if "num_comments" in taken:
        comments = _count(taken, "num_comments", style)
        declared = () if comments is None else (("comments", comments),)
    if not style.exact:
        taken.drop("depth")  # of the view; the parents tell it
        if "replies" in taken and not taken.peek("replies"):
            taken.drop("replies")
    return Provenance(
        platform=PLATFORM,
        url=url,
        time_precision=taken.precision,
        zone_stated=taken.zone_stated,
        declared=declared,
        extra=taken.extra(),
    )


def _seen(data: Mapping[str, object]) -> datetime | None:
    """Return when a copy was made; the second look of a dump counts."""
    meta = data.get("_meta")
    times = [data.get("retrieved_on"), data.get("retrieved_utc")]
    if isinstance(meta, dict):
        times.append(meta.get("retrieved_2nd_on"))
    found = [each.at for each in map(epoch, times) if each is not None]
    return max(found, default=None)
