"""One utterance as a post, with what no post holds kept beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import frozen

from ..._checks import MAX_INTEGER
from ...bodies import PLAIN, Body
from ...feedback import Tally
from ...ids import PostId
from ...posts import NO_MARKS, Answer, Comment, Post, Question
from ...provenance import Provenance
from ...status import Mark, PostStatus
from ...users import User, UserKind
from .._completing import restored
from .._gathering import Piece, nobody
from .._instants import epoch, iso
from .._json import Place
from .._members import Members
from .._report import Collector

__all__ = ["GONE", "MARK", "PLATFORM", "Seat", "pickled", "piece_of", "timestamp_of"]

PLATFORM: Final = "convokit"

#: The speaker that stands for everybody who is gone, in corpora of Reddit.
GONE: Final = "[deleted]"

#: The member of ``meta`` that holds what a corpus has no word for.
MARK: Final = "qathread"

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BINARY: Final = "<##bin{"
_NO_MEMBERS: Final[Mapping[str, object]] = {}


@frozen(kw_only=True)
class Seat:
    """
    Where an utterance stands in its thread.

    Attributes:
        post_id: Its id.
        parent_id: What it stands under; None: it opens the thread.
        root_id: What opens the thread.
        title: The title of the thread.
        tags: Its tags.
    """

    post_id: PostId
    parent_id: PostId | None
    root_id: PostId
    title: str | None = None
    tags: tuple[str, ...] = ()


def timestamp_of(at: datetime | None) -> int | float | None:
    """Return a time as seconds since 1970, whole if they are."""
    if at is None:
        return None
    if at.microsecond:
        broken = (at - _START) / timedelta(seconds=1)
        if epoch(broken) is not None:  # the last second may be rounded up
            return broken
    return (at - _START) // timedelta(seconds=1)


def pickled(members: Mapping[str, object], where: Place, report: Collector) -> None:
    """Report members whose values are in files that are never loaded."""
    for name, value in members.items():
        if isinstance(value, str) and value.startswith(_BINARY):
            report.loss(
                "pickle",
                "a file of pickled values or vectors: it is never loaded, since "
                "loading it may run any program",
                str(where.down(name)),
                kind="skipped",
            )


def piece_of(
    value: Mapping[str, object],
    where: Place,
    seat: Seat,
    faces: Mapping[str, User],
    report: Collector,
) -> Piece:
    """
    Return the post that an utterance is.

    Args:
        value: The utterance.
        where: Its place.
        seat: Where it stands.
        faces: People by id.
        report: Hears of what does not fit.
    """
    members = Members(value, where, report)
    members.drop("id", "conversation_id", "root")
    meta = members.members("meta") or Members(_NO_MEMBERS, where, report)
    ours = meta.peek(MARK)
    own = _Own(ours if isinstance(ours, dict) else _NO_MEMBERS, where, report)
    is_ours, kind = isinstance(ours, dict), None
    if is_ours:
        kind = meta.text("type")
        meta.drop(MARK, "accepted")
    author = _author(members, seat.post_id, faces)
    author = own.record("author", User) or author
    text, created_at = _text(members), _time(members)
    tally = _tally(meta, own, seat.post_id)
    _drop_usual(members, seat)
    rest = meta.rest
    if rest:
        pickled(rest, meta.where, report)
        members.put("meta", rest)
    if own.has("origin"):
        provenance = own.record("origin", Provenance)
    else:
        provenance = Provenance(
            platform=PLATFORM,
            time_precision=members.precision,
            zone_stated=members.zone_stated,
            extra=members.extra(),
        )
    common: dict[str, Any] = {
        "id": seat.post_id,
        "author_id": author.id,
        "body": Body(
            source=text,
            media_type=own.text("media_type") or PLAIN,
            language=own.text("language"),
        ),
        "created_at": own.instant("created_at") or created_at,
        "provenance": provenance,
    }
    if is_ours:
        common |= {
            "author_name": own.text("author_name"),
            "edited_at": own.instant("edited_at"),
            "revision": own.count("revision") or 1,
            "deleted": own.record("deleted", Mark),
            "removed": own.record("removed", Mark),
            "status": own.record("status", PostStatus) or NO_MARKS,
        }
    post = _post(kind, common, seat, own, report)
    return Piece(post=post, author=author, where=str(where), tally=tally)


def _post(
    kind: str | None,
    common: dict[str, Any],
    seat: Seat,
    own: "_Own",
    report: Collector,
) -> Post:
    if seat.parent_id is None:
        views = own.count("views")
        return Question(**common, title=seat.title, tags=seat.tags, views=views)
    if kind == "answer" and seat.parent_id == seat.root_id:
        return Answer(**common, question_id=seat.root_id)
    if kind in ("answer", "question"):
        report.loss(
            "wrong-parent",
            "an utterance that says it is an answer, and answers no question, or a "
            "question, and replies to something: it is read as a comment",
            seat.post_id,
            kind="noted",
        )
    return Comment(**common, parent_id=seat.parent_id)


def _author(members: Members, post_id: PostId, faces: Mapping[str, User]) -> User:
    speaker = None
    for name in ("speaker", "user"):
        if name in members:
            speaker = speaker or members.name(name)
            if members.peek(name) is None:
                members.drop(name)
    if speaker is None:
        return nobody(post_id, UserKind.ANONYMOUS)
    if speaker == GONE:
        return nobody(post_id)
    return faces.get(speaker) or User(id=speaker)


def _text(members: Members) -> str:
    # Null stays in extra: an empty text is something else.
    return members.text("text") or ""


def _time(members: Members) -> datetime | None:
    stated = members.peek("timestamp")
    if stated is None:
        members.drop("timestamp")
        return None
    at = members.epoch("timestamp")
    usual = timestamp_of(at)
    if at is not None and (type(usual) is not type(stated) or usual != stated):
        members.put("timestamp", stated)
    return at


def _tally(meta: Members, own: "_Own", post_id: PostId) -> Tally | None:
    score = meta.integer("score")
    if not own.has("tally"):
        return None if score is None else Tally(post_id=post_id, score=score)
    stated: dict[str, object] = {} if score is None else {"score": score}
    stated.update(own.object("tally"))
    found = restored({**stated, "post_id": post_id}, Tally)
    if found is None:
        own.refuse("tally")
    return found if found is not None and found.known else None


def _drop_usual(members: Members, seat: Seat) -> None:
    """Forget what a writer puts there by itself."""
    for name in ("reply-to", "reply_to"):
        if name in members:
            stated = members.peek(name)
            if stated == seat.parent_id or str(stated) == seat.parent_id:
                members.drop(name)
            elif name == "reply_to":
                members.drop(name)
                members.put("reply-to", stated)
    if members.peek("vectors") == []:
        members.drop("vectors")


class _Own:
    """What our own member of ``meta`` says."""

    def __init__(
        self, members: Mapping[str, object], where: Place, report: Collector
    ) -> None:
        self._members, self._where, self._report = members, where, report

    def has(self, name: str) -> bool:
        return name in self._members

    def text(self, name: str) -> str | None:
        value = self._members.get(name)
        if value is None or isinstance(value, str):
            return value
        self.refuse(name)
        return None

    def count(self, name: str) -> int | None:
        value = self._members.get(name)
        if value is None:
            return None
        if type(value) is int and 0 <= value <= MAX_INTEGER:
            return value
        self.refuse(name)
        return None

    def instant(self, name: str) -> datetime | None:
        value = self.text(name)
        found = None if value is None else iso(value)
        if value is not None and found is None:
            self.refuse(name)
        return None if found is None else found.at

    def object(self, name: str) -> dict[str, object]:
        value = self._members.get(name)
        if isinstance(value, dict):
            return value
        self.refuse(name)
        return {}

    def record(self, name: str, cls: Any) -> Any:
        """Return a value of *cls*; None if there is none."""
        value = self._members.get(name)
        if value is None:
            return None
        found = restored(value, cls)
        if found is None:
            self.refuse(name)
        return found

    def refuse(self, name: str) -> None:
        """Report that a member is not what it has to be."""
        self._report.damage(
            "field",
            "a member of our own is not what it has to be: it is left out",
            str(self._where.down("meta", MARK, name)),
            kind="skipped",
        )
