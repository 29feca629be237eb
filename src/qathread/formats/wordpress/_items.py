"""One item of a WordPress export with its comments, as one thread."""

import hashlib
import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from attrs import evolve, frozen

from ..._checks import EARLIEST, LATEST
from ...bodies import HTML, Body
from ...content import ThreadKind
from ...ids import PostId
from ...posts import Comment, Question
from ...provenance import Provenance, TimePrecision
from ...status import Closed, Mark, PostStatus, Status
from ...thread import Thread
from ...users import User, UserKind
from .._gathering import Frame, Piece, build, nobody
from .._instants import Instant, finest, iso
from .._members import Members
from .._report import Collector
from .._xml_events import Record, children, text_of
from .._xml_members import of_record, taken_text
from ._authors import Authors
from ._own import REMOVED, Own, taken_own

__all__ = ["Item", "slug"]

PLATFORM: Final = "wordpress"
_NEVER: Final = "0000-00-00 00:00:00"
_FEED_TIME: Final = re.compile(
    r"(?:[A-Z][a-z]{2}, )?[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})? (?:[+-][0-9]{4}|GMT|UT)"
)
_HIDDEN: Final = ("private", "draft", "future", "auto-draft")


@frozen
class _Origin:
    """Where a post came from, and when."""

    created_at: datetime | None
    edited_at: datetime | None
    precision: TimePrecision | None
    zone_stated: bool | None


class Item:
    """
    Makes the thread of an item.

    Args:
        record: The item.
        records: Its comments.
        authors: The people of the export.
        report: Hears of what does not fit.
    """

    def __init__(
        self,
        record: Record,
        records: list[Record],
        authors: Authors,
        report: Collector,
    ) -> None:
        self._record, self._records = record, records
        self._authors, self._report = authors, report
        self._members = of_record(record, report)
        if not isinstance(record.value, dict):
            report.damage(
                "field", "an item without any member", str(record), kind="repaired"
            )

    def thread(self) -> Thread:
        """Return the thread; if we wrote it, with all that we put beside."""
        if not self._record.whole:
            self._report.loss(
                "cut-item",
                "the file ends within an item: its comments up to there are kept",
                str(self._record),
                kind="noted",
            )
        where = str(self._members.where)
        own = Own(taken_own(self._members, "wp:postmeta", "qathread_thread"), where)
        root_id = self._root_id()
        root, frame = self._question(root_id)
        pieces = [root]
        for record in self._records:
            piece = self._comment(record, root_id, own)
            if piece is not None:
                pieces.append(piece)
        found = own.thread(root, self._report)
        return found or build(frame, pieces, self._report)

    # -- the post ----------------------------------------------------------------

    def _root_id(self) -> PostId:
        members = self._members
        number = text_of(members.peek("wp:post_id"))
        if number is not None:
            return f"p{number}"
        for name in ("dsq:thread_identifier", "guid", "link"):
            value = children(members.peek(name))[:1]
            found = text_of(value[0]) if value else None
            if found is not None:
                return f"item:{found}"
        # No clue but the text itself: the same item has the same id each time.
        text = json.dumps(self._record.value, sort_keys=True, ensure_ascii=True)
        return f"item:{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def _question(self, root_id: PostId) -> tuple[Piece, Frame]:
        members = self._members
        number = taken_text(members, "wp:post_id")
        title = taken_text(members, "title")
        source = taken_text(members, "content:encoded") or ""
        url = taken_text(members, "link")
        login = taken_text(members, "dc:creator")
        author = (
            nobody(root_id, UserKind.REGISTERED)
            if login is None
            else self._authors.of_login(login)
        )
        origin = self._times(members, "wp:post_date", "wp:post_modified")
        members.drop_if(**{"wp:post_type": "post"})
        tags = _tags(members)
        status, marks, deleted = _standing(members)
        piece = Piece(
            post=Question(
                id=root_id,
                author_id=author.id,
                author_name=author.name,
                body=Body(source=source, media_type=HTML),
                created_at=origin.created_at,
                edited_at=origin.edited_at,
                deleted=deleted,
                status=marks,
                provenance=Provenance(
                    platform=PLATFORM,
                    id=number,
                    url=url,
                    time_precision=origin.precision,
                    zone_stated=origin.zone_stated,
                    extra=members.extra(),
                ),
                title=title,
                tags=tags,
            ),
            author=author,
            where=str(members.where),
        )
        frame = Frame(
            thread_id=root_id,
            root_id=root_id,
            kind=ThreadKind.DISCUSSION,
            status=status,
            provenance=Provenance(platform=PLATFORM),
        )
        return piece, frame

    # -- comments ----------------------------------------------------------------

    def _comment(self, record: Record, root_id: PostId, own: Own) -> Piece | None:
        members = of_record(record, self._report)
        where = str(members.where)
        mine = taken_own(members, "wp:commentmeta", "qathread_post")
        number = taken_text(members, "wp:comment_id")
        if number is None:
            self._report.damage(
                "field",
                "a comment without wp:comment_id: it is left out",
                where,
                kind="skipped",
            )
            return None
        post_id = _comment_id(number)
        parent = taken_text(members, "wp:comment_parent")
        source = taken_text(members, "wp:comment_content") or ""
        name = taken_text(members, "wp:comment_author")
        author = self._commenter(members, post_id, name)
        origin = self._times(members, "wp:comment_date", None)
        state = text_of(members.peek("wp:comment_approved"))
        pending, removed = _approved(members)
        kind = text_of(members.peek("wp:comment_type"))
        if kind == "comment":
            members.drop("wp:comment_type")
        elif kind is not None:
            self._report.tell(
                "comment-type",
                "comments of another type, such as pingbacks: extra says which",
                f"{where}: {post_id} {kind[:40]}",
            )
        piece = Piece(
            post=Comment(
                id=post_id,
                parent_id=(
                    root_id if parent in (None, "0") else _comment_id(str(parent))
                ),
                author_id=author.id,
                author_name=name,
                body=Body(source=source, media_type=HTML),
                created_at=origin.created_at,
                removed=removed,
                status=PostStatus(pending=pending),
                provenance=Provenance(
                    platform=PLATFORM,
                    time_precision=origin.precision,
                    zone_stated=origin.zone_stated,
                    extra=members.extra(),
                ),
            ),
            author=author,
            where=where,
        )
        own.add(mine, piece, state)
        return piece

    def _commenter(self, members: Members, post_id: str, name: str | None) -> User:
        number = text_of(members.peek("wp:comment_user_id"))
        remote = members.peek("dsq:remote")
        if isinstance(remote, dict) and text_of(remote.get("dsq:id")) is not None:
            rest = {key: each for key, each in remote.items() if each != ""}
            user_id = text_of(rest.pop("dsq:id"))
            members.drop("dsq:remote")
            if rest:
                members.put("dsq:remote", rest)
            return User(id=f"remote:{user_id}", name=name)
        if number is None or number == "0":
            members.drop("wp:comment_user_id")
            return nobody(post_id, UserKind.ANONYMOUS, name)
        members.drop("wp:comment_user_id")
        found = self._authors.of_number(number, name)
        return found if name is None else evolve(found, name=name)

    # -- times -------------------------------------------------------------------

    def _times(self, members: Members, name: str, edited: str | None) -> _Origin:
        created = self._time(members, name)
        if created is None:
            created = self._published(members)
        else:
            members.drop("pubDate")
        changed = None if edited is None else self._time(members, edited)
        if changed is not None and created is not None and changed.at == created.at:
            changed = None
        precision, stated = finest(created, changed)
        return _Origin(
            None if created is None else created.at,
            None if changed is None else changed.at,
            precision,
            stated,
        )

    def _time(self, members: Members, name: str) -> Instant | None:
        """Take a time in GMT, or else in the zone of the site."""
        found: Instant | None = None
        for member, zone in ((f"{name}_gmt", "Z"), (name, "")):
            text = text_of(members.peek(member))
            if text is None or text == _NEVER:
                if text is not None:
                    members.drop(member)
                continue
            if found is not None:
                members.drop(member)  # the same time on the clock of the site
                continue
            found = iso(text + zone, self._authors.zone)
            if found is None:
                self._report.damage(
                    "instant",
                    "a member is not a time: it is kept in extra only",
                    f"{members.where.down(member)}: {text[:40]!r}",
                    kind="skipped",
                )
                continue
            members.drop(member)
            if not found.zone_stated and self._authors.zone is None:
                self._report.damage(
                    "zone-not-stated",
                    "a time without a zone (strict reading refuses it, lenient "
                    "reading takes UTC): give assume_tz=",
                    f"{members.where.down(member)}: {text[:40]}",
                    kind="noted",
                    error="instant",
                )
        return found

    def _published(self, members: Members) -> Instant | None:
        """Take the time of the feed, which a draft has not."""
        text = text_of(members.peek("pubDate"))
        # "Mon, 30 Nov -0001" stands for never.
        if text is None or not _FEED_TIME.fullmatch(text):
            return None
        try:
            at = parsedate_to_datetime(text)
        except ValueError:  # such as day 31 of a shorter month
            return None
        if not EARLIEST <= at <= LATEST:
            return None
        members.drop("pubDate")
        return iso(at.isoformat())


def _comment_id(number: str) -> PostId:
    """Return the id of a comment, which is no id of a post whatever *number* is."""
    return number if number.isascii() and number.isdigit() else f"c:{number}"


def slug(name: str) -> str:
    """Return the address that WordPress makes of a plain name."""
    return "-".join(name.lower().split())


def _tags(members: Members) -> tuple[str, ...]:
    """Take tags; what a category says beyond its name stays."""
    found, rest = list[str](), list[Any]()
    for each in children(members.peek("category")):
        name = text_of(each)
        if name is None or not isinstance(each, dict):
            rest.append(each)
        elif each.get("@domain") in ("post_tag", "tag"):
            found.append(name)
            usual = {"@domain", "@nicename", "#text"}
            if (
                each.get("@nicename") not in (None, slug(name))
                or not each.keys() <= usual
            ):
                rest.append(each)
        else:
            rest.append(each)
    members.drop("category")
    if rest:
        members.put("category", rest)
    return tuple(found)


def _standing(members: Members) -> tuple[Status, PostStatus, Mark | None]:
    """Take the marks of an item: on the thread, on the question, deleted."""
    state = text_of(members.peek("wp:status"))
    sticky = text_of(members.peek("wp:is_sticky"))
    closed = text_of(members.peek("wp:comment_status"))
    if sticky in ("0", "1"):
        members.drop("wp:is_sticky")
    if closed in ("open", "closed"):
        members.drop("wp:comment_status")
    if state in ("publish", "pending", "trash", *_HIDDEN):
        members.drop("wp:status")
    status = Status(
        closed=Closed() if closed == "closed" else None,
        pinned=Mark() if sticky == "1" else None,
        hidden=Mark(reason=state) if state in _HIDDEN else None,
        pending=Mark() if state == "pending" else None,
    )
    return status, PostStatus(), Mark(reason=state) if state == "trash" else None


def _approved(members: Members) -> tuple[Mark | None, Mark | None]:
    """Take whether a comment is shown: it waits, or was removed."""
    state = text_of(members.peek("wp:comment_approved"))
    if state in ("0", "hold"):
        members.drop("wp:comment_approved")
        return Mark(), None
    if state in REMOVED:
        members.drop("wp:comment_approved")
        return None, Mark(reason=state)
    if state in ("1", "approve"):
        members.drop("wp:comment_approved")
    return None, None
