"""Threads as conversations of a corpus, so that they come back."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final

from attrs import AttrsInstance, evolve

from ...bodies import PLAIN
from ...content import Content, ThreadKind
from ...ids import PostId
from ...posts import Answer, Post, Question
from ...provenance import Provenance
from ...status import PostStatus, Status
from ...thread import Thread, content_in
from ...users import User, UserKind
from .._features import report_losses
from .._gathering import nobody
from .._instants import epoch
from .._json import Place
from .._report import Collector
from .._sparse import sparse
from ._conversations import opening
from ._corpus import Corpus
from ._index import Index
from ._records import (
    as_record,
    by_time,
    free_name,
    has_usual_stubs,
    instant_text,
    json_line,
    json_text,
    speaker_record,
)
from ._spool import id_of
from ._utterances import GONE, MARK, PLATFORM, Seat, piece_of, timestamp_of

__all__ = ["Writer"]

_HELD: Final = frozenset(
    {
        "thread-id", "post-ids", "user-ids", "kind", "root-missing", "answers",
        "comments-on-answers", "nesting", "order", "title", "tags", "views",
        "accepted", "media-types", "languages", "created", "edited", "fractions",
        "author-names", "user-names", "handles", "levels", "user-kinds", "users",
        "scores", "up-and-down", "reaction-counts", "estimates", "votes", "reactions",
        "closed", "marks", "mark-details", "deleted", "revision-numbers", "bounties",
        "flags", "motions", "links", "stubs", "provenance",
    }
)  # fmt: skip
_NOWHERE: Final = Place("")


class Writer:
    """
    Writes a corpus, file by file.

    Args:
        folder: Where to.
        report: Hears of what a corpus has no place for.
        corpus: What it says beside its utterances.
    """

    def __init__(self, folder: Path, report: Collector, corpus: Corpus) -> None:
        self._folder, self._report, self._corpus = folder, report, corpus
        self._index = Index(corpus.index)
        self._speakers: dict[str, Any] = {}
        self._taken, self._groups = set[str](), set[str]()
        self._open = ExitStack()

    def __enter__(self) -> "Writer":
        with ExitStack() as opening:
            self._lines = opening.enter_context(self._file("utterances.jsonl"))
            self._records = opening.enter_context(self._file("conversations.json"))
            self._open = opening.pop_all()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with self._open:
            if kind is None:
                self._finish()

    def write(self, thread: Thread) -> None:
        """Write the posts of a thread, in order of arrival."""
        report_losses(thread, self._report, target="a ConvoKit corpus", held=_HELD)
        content = content_in(thread)
        if not content.arrival:
            self._report.loss(
                "threads",
                "a ConvoKit corpus has no place for threads without a post",
                thread.id,
            )
            return
        group_id = free_name(thread.id, self._groups)
        sheet = _Sheet(thread, content, group_id, self._taken, self._speakers)
        for value in sheet.utterances():
            self._index.add("utterances", value["meta"])
            self._lines.write(json_line(value))
        record = sheet.record()
        self._record(group_id, record)

    def _record(self, group_id: str, record: dict[str, Any]) -> None:
        meta = record["meta"]
        if isinstance(meta, dict):
            self._index.add("conversations", meta)
        self._records.write(b", " if len(self._groups) > 1 else b"{")
        self._records.write(json_text(group_id) + b": " + json_text(record))

    def _finish(self) -> None:
        """Write what is known at the end only."""
        for group_id, record in self._corpus.conversations.items():
            if group_id not in self._groups:  # of no utterance
                self._groups.add(group_id)
                self._record(group_id, as_record(record))
        self._records.write(b"}" if self._groups else b"{}")
        for speaker, record in self._corpus.speakers.items():
            if speaker == GONE or speaker not in self._speakers:
                self._speakers[speaker] = as_record(record)
        for record in self._speakers.values():
            self._index.add("speakers", record["meta"])
        self._index.add("overall", self._corpus.meta)
        for name, value in (
            ("speakers.json", self._speakers),
            ("corpus.json", self._corpus.meta),
            ("index.json", self._index.document()),
        ):
            with self._file(name) as out:
                out.write(json_text(value))

    def _file(self, name: str) -> BinaryIO:
        return (self._folder / name).open("wb")


class _Sheet:
    """One thread on its way into a corpus."""

    def __init__(
        self,
        thread: Thread,
        content: Content,
        group_id: str,
        taken: set[str],
        speakers: dict[str, Any],
    ) -> None:
        self._thread, self._content = thread, content
        self._group_id, self._speakers = group_id, speakers
        self._root_id = thread.root.id
        self._users = {user.id: user for user in content.users}
        self._tallies = {tally.post_id: tally for tally in content.tallies}
        self._accepted = set(content.accepted)
        question = content.question
        self._title = None if question is None else question.title
        self._tags = () if question is None else question.tags
        self._names: dict[PostId, str] = {}
        # What is missing here may be an utterance of another conversation.
        missing = {stub.id for stub in content.stubs}
        for post_id in content.arrival:
            name, number = post_id, 0
            while name in taken or name in missing:
                number += 1
                name = f"{group_id}/{post_id}" + f"~{number}" * (number > 1)
            taken.add(name)
            self._names[post_id] = name
        self._names.update((stub_id, stub_id) for stub_id in missing)
        self._people: dict[str, User] = {}
        # What each utterance that was written replies to, and when it was said.
        self._written: dict[PostId, PostId | None] = {}
        self._times: dict[PostId, object] = {}

    def utterances(self) -> Iterator[dict[str, Any]]:
        """Yield the utterances of the thread, in order of arrival."""
        self._meet()
        renamed = {name: post_id for post_id, name in self._names.items()}
        for post_id in self._content.arrival:
            post = self._thread[post_id]
            if not post.stands:
                post = evolve(post, body=evolve(post.body, source=""))
            value = self._as_it_came(post) or self._anew(post)
            above = id_of(value["reply-to"])
            self._written[post_id] = (
                None if above is None else renamed.get(above, above)
            )
            self._times[post_id] = value["timestamp"]
            yield value

    # -- posts -----------------------------------------------------------------------

    def _as_it_came(self, post: Post) -> dict[str, Any] | None:
        """Return the utterance of a post that was one, if reading it gives the same."""
        origin = post.provenance
        if origin is None or origin.platform != PLATFORM:
            return None
        extra = origin.members()
        meta = extra.pop("meta", {})
        if not isinstance(meta, dict) or MARK in meta or "id" in extra:
            return None
        value = {**self._frame(post), **extra, "meta": meta}
        if post.created_at is not None and "timestamp" in extra:
            found = epoch(extra["timestamp"])
            if found is None or found.at != post.created_at:
                return None
        tally = self._tallies.get(post.id)
        if tally is not None and tally.score is not None:
            value["meta"] = {"score": tally.score, **meta}
        return value if self._comes_back(value, post) else None

    def _anew(self, post: Post) -> dict[str, Any]:
        value = self._frame(post)
        tally = self._tallies.get(post.id)
        meta: dict[str, Any] = {}
        if tally is not None and tally.score is not None:
            meta["score"] = tally.score
        meta["type"] = post.kind.value
        if isinstance(post, Answer):
            meta["accepted"] = post.id in self._accepted
        meta[MARK] = dict(self._ours(post, value["timestamp"]))
        return {**value, "meta": meta}

    def _frame(self, post: Post) -> dict[str, Any]:
        """Return what every utterance has."""
        above = post.parent_id
        return {
            "id": self._names[post.id],
            "conversation_id": self._group_id,
            "text": post.body.source,
            "speaker": self._speaker(post),
            "meta": {},
            "reply-to": None if above is None else self._names[above],
            "timestamp": timestamp_of(post.created_at),
            "vectors": [],
        }

    def _speaker(self, post: Post) -> str | None:
        """Return who speaks; None for somebody who is not known, one per post."""
        user = self._users[post.author_id]
        if user == nobody(post.id, UserKind.ANONYMOUS):
            return None
        return GONE if user == nobody(post.id) else user.id

    def _comes_back(self, value: dict[str, Any], post: Post) -> bool:
        """Tell whether reading an utterance gives the post that it was made of."""
        seat = Seat(
            post_id=post.id,
            parent_id=post.parent_id,
            root_id=self._root_id,
            title=self._title,
            tags=self._tags,
        )
        stated = {**value, "reply-to": value["reply-to"]}
        if post.parent_id is not None and stated["reply-to"] == self._names.get(
            post.parent_id
        ):
            stated["reply-to"] = post.parent_id
        found = piece_of(stated, _NOWHERE, seat, self._users, Collector())
        return (
            found.post == post
            and found.author == self._users[post.author_id]
            and found.tally == self._tallies.get(post.id)
        )

    def _ours(self, post: Post, stamp: object) -> Iterator[tuple[str, Any]]:
        """Yield what a corpus has no word for, as far as there is any of it."""
        if post.author_id == GONE:
            yield "author", sparse(self._users[GONE])
        origin = post.provenance
        yield "origin", None if origin is None else sparse(origin)
        if post.author_name is not None:
            yield "author_name", post.author_name
        if post.body.media_type != PLAIN:
            yield "media_type", post.body.media_type
        if post.body.language is not None:
            yield "language", post.body.language
        at = post.created_at
        if at is not None:
            found = epoch(stamp)
            if found is None or found.at != at:
                yield "created_at", instant_text(at)
        if post.edited_at is not None:
            yield "edited_at", instant_text(post.edited_at)
        if post.revision > 1:
            yield "revision", post.revision
        for name in ("deleted", "removed"):
            mark = getattr(post, name)
            if mark is not None:
                yield name, sparse(mark)
        if post.status != PostStatus():
            yield "status", sparse(post.status)
        if isinstance(post, Question) and post.views is not None:
            yield "views", post.views
        tally = self._tallies.get(post.id)
        if tally is not None:
            members = sparse(tally)
            del members["post_id"]
            members.pop("score", None)
            if members:
                yield "tally", members

    # -- people ----------------------------------------------------------------------

    def _meet(self) -> None:
        """Note everyone who appears; a face that differs from before stays here."""
        posts = [self._thread[post_id] for post_id in self._content.arrival]
        named: dict[str, set[str | None]] = {}
        for post in posts:
            named.setdefault(post.author_id, set()).add(self._speaker(post))
        foreign = self._foreign_speakers()
        for user in self._content.users:
            if user.id not in named:
                self._people[user.id] = user
                continue
            if GONE in named[user.id]:
                self._speakers.setdefault(GONE, speaker_record(User(id=GONE)))
            if user.id not in named[user.id] or user.id == GONE:
                continue
            record = foreign.get(user.id) or speaker_record(user)
            known = self._speakers.setdefault(user.id, record)
            is_bare = user == User(id=user.id)
            if record != known or (user.id in foreign and not is_bare):
                self._people[user.id] = user

    def _foreign_speakers(self) -> Mapping[str, Any]:
        origin = self._content.provenance
        if origin is None or origin.platform != PLATFORM:
            return {}
        found = origin.members().get("speakers")
        if not isinstance(found, dict):
            return {}
        return {name: as_record(record) for name, record in found.items()}

    # -- the thread as a whole -------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """Return what the corpus says of the conversation."""
        record, meta = self._record_as_it_came()
        if self._title is not None:
            meta = {"title": self._title, **meta}
        ours = dict(self._of_thread(record is None))
        if self._tags or ours:
            if self._tags:
                meta = {**meta, "tags": list(self._tags)}
            meta = {**meta, MARK: ours}
        return {"meta": meta, "vectors": [], **(record or {})}

    def _record_as_it_came(self) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """Return what a corpus said of it, if reading that gives the same."""
        origin = self._content.provenance
        if origin is None or origin.platform != PLATFORM:
            return None, {}
        extra = origin.members()
        extra.pop("speakers", None)
        meta = extra.pop("meta", {})
        if not isinstance(meta, dict) or MARK in meta:
            return None, {}
        if "title" in meta and self._content.question is not None:
            return None, {}
        count = meta.get("num_comments")
        declared = (("comments", count),) if type(count) is int and count >= 0 else ()
        plain = Provenance(platform=PLATFORM, declared=declared, extra=origin.extra)
        if origin != plain or self._foreign_speakers().keys() - self._users.keys():
            return None, {}
        return extra, meta

    def _of_thread(self, is_new: bool) -> Iterator[tuple[str, Any]]:
        content = self._content
        if self._thread.id != self._group_id:
            yield "id", self._thread.id
        if opening(self._group_id, self._written, self._times) != self._root_id:
            yield "root_id", self._root_id
        renamed = {n: p for p, n in self._names.items() if n != p}
        if renamed:
            yield "post_ids", renamed
        if content.kind is ThreadKind.QA:
            yield "kind", "qa"
        if content.accepted:
            yield "accepted", list(content.accepted)
        if content.status != Status():
            yield "status", sparse(content.status)
        there = set(content.arrival)
        several: dict[str, tuple[AttrsInstance, ...]] = {
            "tallies": tuple(t for t in content.tallies if t.post_id not in there),
            "votes": content.votes,
            "reactions": content.reactions,
            "flags": content.flags,
            "bounties": content.bounties,
            "motions": content.motions,
            "links": content.links,
            "people": tuple(self._people.values()),
            "stubs": () if has_usual_stubs(content, self._root_id) else content.stubs,
        }
        for name, values in several.items():
            if values:
                yield name, [sparse(value) for value in values]
        if by_time(content) != list(content.arrival):
            yield "arrival", list(content.arrival)
        if is_new:
            origin = content.provenance
            yield "origin", None if origin is None else sparse(origin)
