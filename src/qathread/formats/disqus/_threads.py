"""Threads of the records of a Disqus export."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import evolve

from ...bodies import HTML, Body
from ...content import ThreadKind
from ...posts import Comment, Question, Stub
from ...provenance import Provenance, extra_text
from ...status import Closed, Mark, PostStatus, Status
from ...thread import Thread
from ...users import User, UserKind
from .._gathering import Frame, Piece, build, nobody
from .._members import Members
from .._report import Collector
from .._xml_events import Record
from .._xml_members import of_record, taken_flag, taken_text

__all__ = ["Intake"]

PLATFORM: Final = "disqus"
_ID: Final = "@dsq:id"
_LARGEST_CATEGORY: Final = 1000  # characters


class Intake:
    """
    Keeps what a file holds until all of it was seen.

    Args:
        report: Hears of what does not fit.
    """

    def __init__(self, report: Collector) -> None:
        self._report = report
        self._frames: dict[str, Frame] = {}
        self._roots: dict[str, list[Piece]] = {}
        self._posts: dict[str, list[Piece]] = {}
        self._homes: dict[str, set[str]] = {}  # of posts, to find parents elsewhere
        self._categories: dict[str, dict[str, Any]] = {}
        self._unused: dict[str, str] = {}  # categories, and where they are

    def take(self, record: Record) -> None:
        """Keep one record."""
        members = of_record(record, self._report)
        if record.name == "thread":
            self._thread(members)
        elif record.name == "post":
            self._post(members)
        elif record.name == "category":
            known = members.rest
            category_id = known.pop(_ID, None)
            if not isinstance(category_id, str):
                self._key(members)
                return
            self._unused[category_id] = str(members.where)
            # It is repeated in each of its threads, which must not be much.
            if len(extra_text(known)) <= _LARGEST_CATEGORY:
                self._categories[category_id] = known
        else:
            self._report.loss(
                "unknown-member",
                "the file holds records of another kind: they are left out",
                f"{members.where}: {record.name[:60]}",
            )

    def threads(self) -> Iterator[Thread]:
        """Yield what was kept, threads of the file first."""
        self._roots = {
            key: [self._filed(piece) for piece in pieces]
            for key, pieces in self._roots.items()
        }
        for category_id, where in self._unused.items():
            self._report.tell(
                "category-unused",
                "a category without threads, or a large one: it is left out",
                f"{where}: {category_id}",
            )
        for key in dict.fromkeys((*self._frames, *self._posts)):
            posts = [self._settled(key, each) for each in self._posts.pop(key, [])]
            frame, stubs = self._frames.get(key), tuple[Stub, ...]()
            root_id = f"t{key}"
            if frame is None:
                self._report.tell(
                    "root-missing",
                    "posts of a thread that is not in the file: a stub stands for it",
                    f"{posts[0].where}: thread {key}",
                )
                frame, stubs = _frame(root_id), (Stub(id=root_id),)
            pieces = (*self._roots.pop(key, ()), *posts)
            yield build(frame, pieces, self._report, stubs)

    # -- one record --------------------------------------------------------------

    def _thread(self, members: Members) -> None:
        key = self._key(members)
        if key is None:
            return
        root_id = f"t{key}"
        title = taken_text(members, "title")
        url = taken_text(members, "link")
        closed = taken_flag(members, "isClosed")
        frame = _frame(root_id, Closed() if closed else None)
        post, author = self._common(members, root_id, root_id)
        provenance = post.provenance and evolve(post.provenance, id=key, url=url)
        before = self._frames.setdefault(key, frame)
        if before.status != frame.status:
            self._report.loss(
                "duplicate-id",
                "a thread came more than once, closed and not: it is taken for closed",
                f"{members.where}: {root_id}",
            )
            self._frames[key] = _frame(root_id, Closed())
        self._roots.setdefault(key, []).append(
            Piece(
                post=Question(
                    id=root_id,
                    author_id=author.id,
                    author_name=post.author_name,
                    body=post.body,
                    created_at=post.created_at,
                    deleted=post.deleted,
                    removed=post.removed,
                    status=post.status,
                    provenance=provenance,
                    title=title,
                ),
                author=author,
                where=str(members.where),
            )
        )

    def _post(self, members: Members) -> None:
        key = self._key(members)
        if key is None:
            return
        thread_key = _reference(members, "thread")
        if thread_key is None:
            self._report.damage(
                "field",
                "a post does not say which thread it belongs to: it is left out",
                f"{members.where}: post {key}",
                kind="skipped",
            )
            return
        parent = _reference(members, "parent")
        post_id = _post_id(key)
        parent_id = f"t{thread_key}" if parent is None else _post_id(parent)
        post, author = self._common(members, post_id, parent_id)
        self._homes.setdefault(post_id, set()).add(thread_key)
        piece = Piece(post=post, author=author, where=str(members.where))
        self._posts.setdefault(thread_key, []).append(piece)

    def _settled(self, key: str, piece: Piece) -> Piece:
        """Return *piece* with a parent in its own thread."""
        above = piece.post.parent_id or ""
        homes = self._homes.get(above, {key})
        post = piece.post
        if key in homes or above == f"t{key}" or not isinstance(post, Comment):
            return piece
        self._report.damage(
            "wrong-parent",
            "a post replies to one of another thread: it is put under its own",
            f"{piece.where}: {post.id} under {above}",
        )
        return evolve(piece, post=evolve(post, parent_id=f"t{key}"))

    def _key(self, members: Members) -> str | None:
        key = members.name(_ID)
        if key is None:
            self._report.damage(
                "field",
                "a record without dsq:id: it is left out",
                str(members.where),
                kind="skipped",
            )
        return key

    def _common(
        self, members: Members, post_id: str, parent_id: str
    ) -> tuple[Comment, User]:
        """Take what both kinds of records have; the post is one of either kind."""
        text = taken_text(members, "message") or ""
        created_at = members.iso("createdAt")
        deleted = taken_flag(members, "isDeleted")
        spam = taken_flag(members, "isSpam")
        approved = taken_flag(members, "isApproved")
        author, name = _author(members, post_id)
        post = Comment(
            id=post_id,
            parent_id=parent_id,
            author_id=author.id,
            author_name=name,
            body=Body(source=text, media_type=HTML),
            created_at=created_at,
            deleted=Mark() if deleted else None,
            removed=Mark(reason="spam") if spam else None,
            status=PostStatus(pending=Mark() if approved is False else None),
            provenance=Provenance(
                platform=PLATFORM,
                time_precision=members.precision,
                zone_stated=members.zone_stated,
                extra=members.extra(),
            ),
        )
        return post, author

    def _filed(self, piece: Piece) -> Piece:
        """Put what is known of its category in the place of the id."""
        origin = piece.post.provenance
        if not self._categories or origin is None or origin.extra is None:
            return piece
        extra = origin.members()
        found = extra.get("category")
        category_id = found.get(_ID) if isinstance(found, dict) else None
        if not isinstance(category_id, str) or category_id not in self._categories:
            return piece
        self._unused.pop(category_id, None)
        assert isinstance(found, dict)
        extra["category"] = {**self._categories[category_id], **found}
        origin = evolve(origin, extra=extra_text(extra))
        return evolve(piece, post=evolve(piece.post, provenance=origin))


def _frame(root_id: str, closed: Closed | None = None) -> Frame:
    return Frame(
        thread_id=root_id,
        root_id=root_id,
        kind=ThreadKind.DISCUSSION,
        status=Status(closed=closed),
        provenance=Provenance(platform=PLATFORM),
    )


def _post_id(key: str) -> str:
    """Return the id of a post, which is no id of a thread whatever *key* is."""
    return key if key.isascii() and key.isdigit() else f"p:{key}"


def _reference(members: Members, name: str) -> str | None:
    """Take the id in a child such as ``<parent dsq:id="4"/>``."""
    value = members.peek(name)
    found = value.get(_ID) if isinstance(value, dict) else None
    if isinstance(found, str) and isinstance(value, dict):
        if len(value) == 1:
            members.drop(name)
        return found or None
    if value is not None:
        members.report.damage(
            "field",
            "a member does not say the dsq:id of another record: it is kept in extra "
            "only",
            str(members.where.down(name)),
            kind="skipped",
        )
    return None


def _author(members: Members, post_id: str) -> tuple[User, str | None]:
    if not isinstance(members.peek("author"), dict):
        members.members("author")  # damage, unless there is none
        return nobody(post_id, UserKind.REGISTERED), None
    author = members.members("author")
    assert author is not None
    for empty in [name for name, value in author.rest.items() if value == ""]:
        author.drop(empty)
    name = taken_text(author, "name")
    handle = taken_text(author, "username")
    anonymous = taken_flag(author, "isAnonymous")
    if handle is not None:
        user = User(id=handle, name=name, handle=handle)
        if anonymous:
            author.put("isAnonymous", "true")
    elif anonymous:
        user = nobody(post_id, UserKind.ANONYMOUS, name)
    else:
        user = nobody(post_id, UserKind.REGISTERED, name)
    if author.rest:
        members.put("author", author.rest)
    return user, name
