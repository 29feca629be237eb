"""The utterances of one conversation as a thread."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from ...content import ThreadKind
from ...feedback import Reaction, Tally, Vote
from ...ids import PostId
from ...posts import Question, Stub
from ...provenance import Provenance, extra_text
from ...status import Bounty, Flag, Link, Motion, Status
from ...thread import Thread
from ...users import User
from .._completing import completed, restored, untangled
from .._gathering import Frame, Piece, build, circles
from .._json import Place, shown
from .._members import Members
from .._report import Collector
from ._spool import id_of, parent_of
from ._utterances import MARK, PLATFORM, Seat, pickled, piece_of

__all__ = ["Group", "face_of", "opening", "speaker_of", "thread_of"]

_COUNTS: Final = {"num_comments": "comments"}


@frozen(eq=False)
class Group:
    """
    One conversation.

    Attributes:
        id: Its id.
        utterances: Its utterances, each with its place.
        record: What the corpus says of it.
        speakers: What the corpus says of speakers, by id.
    """

    id: str
    utterances: list[tuple[Place, Mapping[str, object]]]
    record: object
    speakers: Mapping[str, object]


def thread_of(group: Group, report: Collector) -> Thread:
    """Return the thread of a conversation."""
    record = _Record(group, report)
    found = dict[PostId, list[tuple[Place, Mapping[str, object]]]]()
    names = dict[str, PostId]()
    for where, value in group.utterances:
        name = id_of(value.get("id")) or ""
        names.setdefault(name, record.post_ids.get(name, name))
        found.setdefault(names[name], []).append((where, value))
    parents = dict[PostId, PostId | None]()
    for post_id, copies in found.items():
        above = parent_of(copies[-1][1])
        parents[post_id] = (
            None
            if above is None
            else names.get(above, record.post_ids.get(above, above))
        )
    times = {name: copies[-1][1].get("timestamp") for name, copies in found.items()}
    root_id = record.root_id or opening(group.id, parents, times)
    _settle(found, parents, root_id, report)
    faces = record.faces(found)
    pieces = list[Piece]()
    for post_id, copies in found.items():
        seat = Seat(
            post_id=post_id,
            parent_id=parents[post_id],
            root_id=root_id,
            title=record.title,
            tags=record.tags,
        )
        pieces += [
            piece_of(value, where, seat, faces, report) for where, value in copies
        ]
    if record.arrival:
        order = {post_id: n for n, post_id in enumerate(record.arrival)}
        pieces.sort(key=lambda piece: order.get(piece.post.id, len(order)))
    return record.thread(root_id, pieces, found, report)


def opening(
    group_id: str,
    parents: Mapping[PostId, PostId | None],
    times: Mapping[PostId, object],
) -> PostId:
    """
    Return what opens a conversation, whether it is there or not.

    Args:
        group_id: Its id.
        parents: What each utterance replies to.
        times: When each was said, as the corpus writes it.
    """
    first = [post_id for post_id, above in parents.items() if above is None]
    if group_id in first:
        return group_id
    if first:
        return min(first, key=lambda post_id: (*_time_of(times[post_id]), post_id))
    if group_id in parents:
        return group_id
    missing = {above for above in parents.values() if above and above not in parents}
    return missing.pop() if len(missing) == 1 else group_id


def _time_of(stamp: object) -> tuple[bool, float]:
    try:
        return False, float(stamp)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return True, 0.0


def _settle(
    found: Mapping[PostId, list[tuple[Place, Mapping[str, object]]]],
    parents: dict[PostId, PostId | None],
    root_id: PostId,
    report: Collector,
) -> None:
    """Put every utterance under something that leads to the first one."""
    for post_id in circles(parents):
        where = found[post_id][-1][0]
        report.damage(
            "cycle",
            "utterances that reply to each other in a circle, or to themselves: the "
            "one with the smallest id is put under the first one",
            f"{where}: {post_id}",
        )
        parents[post_id] = root_id
    for post_id, above in parents.items():
        if above is None and post_id != root_id:
            report.loss(
                "second-root",
                "an utterance that replies to nothing and does not open its "
                "conversation: it is put under the one that does",
                f"{found[post_id][-1][0]}: {post_id}",
                kind="noted",
            )
            parents[post_id] = root_id
    if root_id in parents:
        parents[root_id] = None


class _Record:
    """What a corpus says of one conversation, and of its speakers."""

    def __init__(self, group: Group, report: Collector) -> None:
        self._group, self._report = group, report
        where = Place("conversations.json").down(group.id)
        record = group.record
        if not isinstance(record, dict):
            if record is not None:
                report.damage(
                    "field",
                    "a conversation that is no object: it is left out",
                    f"{where}: {shown(record)}",
                    kind="skipped",
                )
            record = {}
        if not isinstance(record.get("meta"), dict):
            record = {"meta": record}  # as older files write it
        self._members = Members(record, where, report)
        self._meta = self._members.members("meta") or Members({}, where, report)
        ours = self._meta.peek(MARK)
        self._own: Mapping[str, object] = ours if isinstance(ours, dict) else {}
        self.tags: tuple[str, ...] = ()
        if isinstance(ours, dict):
            self._meta.drop(MARK)
            self.tags = self._meta.texts("tags")
        self.title = self._meta.text("title")
        names = self._own.get("post_ids")
        self.post_ids: Mapping[str, PostId] = {}
        if isinstance(names, dict):
            self.post_ids = {k: v for k, v in names.items() if isinstance(v, str) and v}
        root_id = self._own.get("root_id")
        self.root_id = root_id if isinstance(root_id, str) and root_id else None
        arrival = self._own.get("arrival")
        self.arrival = [
            each
            for each in (arrival if isinstance(arrival, list) else ())
            if isinstance(each, str)
        ]

    def faces(self, found: Mapping[PostId, Any]) -> dict[str, User]:
        """Return the people of this conversation of whom more than an id is known."""
        people = self._several("people", User)
        faces = {user.id: user for user in people}
        for copies in found.values():
            for where, value in copies:
                speaker = speaker_of(value)
                if speaker is not None and speaker not in faces:
                    faces[speaker] = face_of(
                        speaker, self._group.speakers.get(speaker), where, self._report
                    )
        return faces

    def thread(
        self,
        root_id: PostId,
        pieces: Iterable[Piece],
        found: Mapping[PostId, Any],
        report: Collector,
    ) -> Thread:
        pieces = list(pieces)
        kind = self._own.get("kind")
        accepted = self._own.get("accepted")
        above = {piece.post.id: piece.post.parent_id for piece in pieces}
        stubs = untangled(self._several("stubs", Stub), above)
        people = self._several("people", User)
        built = build(
            Frame(
                thread_id=str(self._own.get("id") or self._group.id),
                root_id=root_id,
                kind=ThreadKind.QA if kind == "qa" else ThreadKind.DISCUSSION,
                status=self._one("status", Status) or Status(),
                accepted=tuple(
                    each
                    for each in (accepted if isinstance(accepted, list) else ())
                    if isinstance(each, str)
                ),
                people=tuple(people),
                provenance=self._provenance(pieces),
                by_time=not self.arrival,
            ),
            pieces,
            report,
            stubs,
        )
        return completed(
            built,
            report,
            stubs=stubs,
            tallies=self._several("tallies", Tally),
            votes=self._several("votes", Vote),
            reactions=self._several("reactions", Reaction),
            flags=self._several("flags", Flag),
            bounties=self._several("bounties", Bounty),
            motions=self._several("motions", Motion),
            links=self._several("links", Link),
        )

    def _provenance(self, pieces: Iterable[Piece]) -> Provenance | None:
        if "origin" in self._own:
            origin: Provenance | None = self._one("origin", Provenance)
            return origin
        declared = {
            short: count
            for name, short in _COUNTS.items()
            if type(count := self._meta.peek(name)) is int and count >= 0
        }
        extra = self._members.rest
        if extra.get("vectors") == []:
            del extra["vectors"]
        rest = self._meta.rest
        pieces = list(pieces)
        if self.title is not None and not any(
            isinstance(piece.post, Question) for piece in pieces
        ):
            rest["title"] = self.title  # nothing at hand has that title
        if rest:
            pickled(rest, self._members.where.down("meta"), self._report)
            extra["meta"] = rest
        speakers = dict(self._foreign(pieces))
        if speakers:
            extra["speakers"] = speakers
        return Provenance(
            platform=PLATFORM,
            declared=tuple(sorted(declared.items())),
            extra=extra_text(extra) if extra else None,
        )

    def _foreign(self, pieces: Iterable[Piece]) -> Iterator[tuple[str, object]]:
        """Yield what a corpus says of speakers beside what a face holds."""
        for speaker in dict.fromkeys(piece.author.id for piece in pieces):
            record = self._group.speakers.get(speaker)
            if not isinstance(record, dict):
                continue
            meta = record.get("meta", record)
            if not isinstance(meta, dict) or MARK in meta:
                continue
            rest = {"meta": meta} if meta else {}
            if meta is not record:
                rest |= {k: v for k, v in record.items() if k != "meta" and v != []}
            if rest:
                yield speaker, rest

    def _one(self, name: str, cls: Any) -> Any:
        value = self._own.get(name)
        if value is None:
            return None
        found = restored(value, cls)
        if found is None:
            self._refuse(name)
        return found

    def _several(self, name: str, cls: Any) -> list[Any]:
        values = self._own.get(name)
        if values is None:
            return []
        found = (
            [restored(each, cls) for each in values]
            if isinstance(values, list)
            else [None]
        )
        if None in found:
            self._refuse(name)
        return [each for each in found if each is not None]

    def _refuse(self, name: str) -> None:
        self._report.damage(
            "field",
            "a member of our own is not what it has to be: it is left out",
            str(self._members.where.down("meta", MARK, name)),
            kind="skipped",
        )


def speaker_of(value: Mapping[str, object]) -> str | None:
    """Return who speaks, under either name."""
    return id_of(value.get("speaker")) or id_of(value.get("user"))


def face_of(speaker: str, record: object, where: Place, report: Collector) -> User:
    """Return the face of a speaker."""
    meta = record.get("meta", record) if isinstance(record, dict) else None
    ours = meta.get(MARK) if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or not isinstance(ours, dict):
        return User(id=speaker)
    stated = {**ours, "id": speaker}
    for name in ("name", "handle"):
        if name in meta:
            stated[name] = meta[name]
    found = restored(stated, User)
    if found is None:
        report.damage(
            "field",
            "a member of our own is not what it has to be: it is left out",
            str(Place("speakers.json").down(speaker, "meta", MARK)),
            kind="skipped",
        )
        return User(id=speaker)
    return found
