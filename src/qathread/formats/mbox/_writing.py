"""Posts as mails, so that they come back."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, Final

from attrs import evolve

from ..._checks import LATEST
from ...bodies import Body
from ...content import Content, ThreadKind
from ...feedback import Tally
from ...ids import PostId
from ...posts import Answer, Post, Question
from ...provenance import Provenance
from ...status import Locked, Mark, PostStatus, Status
from ...thread import Thread, content_in
from .._features import report_losses
from .._report import Collector
from .._sparse import sparse
from ._dates import date_text, sent_at
from ._headers import address_form, head_of, keywords_in, own_parent
from ._lines import (
    author_text,
    body_lines,
    content_type,
    header,
    is_plain,
    keywords_text,
    raw_fits,
    words,
)
from ._names import NO_ENVELOPE, made_id, message_id_of, placeholder
from ._own import POST_MARKS, THREAD_MARKS
from ._posts import PLATFORM, Settings, opened, piece_of
from ._splitting import Raw, is_from_line

__all__ = ["Writer"]

_HELD: Final = frozenset(
    {
        "thread-id", "post-ids", "user-ids", "kind", "root-missing", "answers",
        "comments-on-answers", "nesting", "order", "title", "tags", "views",
        "accepted", "media-types", "languages", "created", "edited", "fractions",
        "author-names", "user-names", "handles", "levels", "user-kinds", "scores",
        "up-and-down", "reaction-counts", "estimates", "closed", "marks", "deleted",
        "revision-numbers", "stubs", "provenance",
    }
)  # fmt: skip
_REFERENCES: Final = 20  # of the ancestors that are named, beside the first
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_NAME: Final = re.compile(r"[!-9;-~]{1,200}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_SETTINGS: Final = Settings()


class Writer:
    """
    Writes threads as mails.

    Args:
        out: Where to.
        report: Hears of what mail has no place for.
    """

    def __init__(self, out: BinaryIO, report: Collector) -> None:
        self._out, self._report = out, report
        self._taken: set[str] = set()

    def write(self, thread: Thread) -> None:
        """Write the posts of a thread, in order of arrival."""
        report_losses(thread, self._report, target="mail", held=_HELD)
        content = content_in(thread)
        if not content.arrival:
            self._report.loss(
                "threads", "mail has no place for threads without a post", thread.id
            )
            return
        sheet = _Sheet(thread, content, self._taken)
        for post_id in content.arrival:
            self._out.write(sheet.mail(thread[post_id]))


class _Sheet:
    """One thread on its way into mails."""

    def __init__(self, thread: Thread, content: Content, taken: set[str]) -> None:
        self._thread, self._content = thread, content
        self._root_id = thread.root.id
        self._title = content.question.title if content.question else None
        self._users = {user.id: user for user in content.users}
        self._tallies = {tally.post_id: tally for tally in content.tallies}
        self._accepted = {post_id: n for n, post_id in enumerate(content.accepted, 1)}
        self._parents: dict[PostId, PostId | None] = {
            stub.id: stub.parent_id or self._root_id for stub in content.stubs
        }
        ids = [*content.arrival, *(stub.id for stub in content.stubs)]
        self._names: dict[PostId, str] = {}
        for post_id in ids:
            name = message_id_of(thread.id, post_id)
            if name == post_id and name in taken:
                name = made_id(thread.id, post_id)
            self._names[post_id] = name
        taken.update(post_id for post_id in ids if self._names[post_id] == post_id)
        for post_id in content.arrival:
            self._parents[post_id] = thread[post_id].parent_id
        self._parents[self._root_id] = None
        self._places = {post_id: n for n, post_id in enumerate(content.arrival)}
        self._is_placed = _by_time(content) != list(content.arrival)
        self._is_first = True

    def mail(self, post: Post) -> bytes:
        """Return the mail of a post, with what stands before and after it."""
        shown = post
        if not post.stands:
            shown = evolve(post, body=evolve(post.body, source=""))
        data = self._as_it_came(shown) or self._anew(shown)
        self._is_first = False
        return data

    # -- a mail that was one ---------------------------------------------------------

    def _as_it_came(self, post: Post) -> bytes | None:
        """Return the mail of a post that was one, if reading it gives the same."""
        origin = post.provenance
        if origin is None or origin.platform != PLATFORM:
            return None
        extra = origin.members()
        kept = _pairs(extra.pop("headers", []))
        envelope = extra.pop("envelope", NO_ENVELOPE)
        if kept is None or not isinstance(envelope, str):
            return None
        names = {name.lower() for name, _ in kept}
        lines = list(kept)
        for name, value in self._usual(post):
            if name.lower() not in names:
                lines.append((name, value))
        head = b"".join(header(name, value) for name, value in lines)
        parent_id = self._parents[post.id]
        parent = None if parent_id is None else self._names[parent_id]
        if (
            parent is not None
            and own_parent(head_of(head, Collector(), "")[0]) != parent
        ):
            lines.append(("X-QA-Parent", f"<{parent}>"))
        if extra:
            lines.append(("X-QA-Extra", _json(extra)))
        if any(name.lower() == "date" for name, _ in kept):
            stated = next(value for name, value in kept if name.lower() == "date")
            sent = sent_at(stated, None)
            if post.created_at and (sent is None or sent.at != post.created_at):
                lines.append(("X-QA-Date", _instant(post.created_at)))
        lines += self._ours(post)
        for with_author in (False, True):
            every = [*lines, *(self._author(post) if with_author else ())]
            data = _mail(envelope, every, post.body)
            if data is not None and self._comes_back(data, post):
                return data
        return None

    def _usual(self, post: Post) -> Iterator[tuple[str, str]]:
        """Yield the headers that a mail mostly has."""
        yield "Message-ID", f"<{self._names[post.id]}>"
        if post.created_at is not None:
            yield "Date", date_text(post.created_at)
        user = self._users[post.author_id]
        name = post.author_name or user.name
        if address_form(user.id):
            yield "From", author_text(name, user.id)
        elif post.provenance is None or post.provenance.platform != PLATFORM:
            yield "From", author_text(name, placeholder(user.id))
        if isinstance(post, Question):
            if post.title is not None:
                yield "Subject", words(post.title)
            if post.tags:
                yield "Keywords", keywords_text(post.tags)
        elif self._title is not None:
            yield "Subject", words(f"Re: {self._title}")
        yield "MIME-Version", "1.0"
        language = post.body.language
        if language is not None and _LANGUAGE.fullmatch(language):
            yield "Content-Language", language

    def _comes_back(self, data: bytes, post: Post) -> bool:
        """Tell whether reading a mail gives the post that it was made of."""
        line, _, rest = data.partition(b"\n")
        raw = Raw(1, line.removeprefix(b"From "), rest.removesuffix(b"\n"))
        report = Collector()
        head, at = head_of(raw.data, report, "")
        mail = opened(raw, head, at, _SETTINGS, report, "")
        found = piece_of(
            mail, post.id, self._parents[post.id], self._root_id, self._title, report
        )
        return (
            found.post == _bare(post)
            and found.author == self._users[post.author_id]
            and found.tally == self._tallies.get(post.id)
        )

    # -- a mail that was none --------------------------------------------------------

    def _anew(self, post: Post) -> bytes:
        lines = list(self._usual(post))
        chain = self._ancestors(post.id)
        if chain:
            lines.insert(1, ("In-Reply-To", f"<{chain[-1]}>"))
            lines.insert(2, ("References", " ".join(f"<{each}>" for each in chain)))
        at = post.created_at
        if at is not None and at.microsecond:
            lines.append(("X-QA-Date", _instant(at)))
        tags = post.tags if isinstance(post, Question) else ()
        if keywords_in(keywords_text(tags), Collector(), "") != tags:
            lines.append(("X-QA-Tags", _json(tags)))
        lines += self._author(post)
        lines += self._ours(post)
        origin = post.provenance
        lines.append(("X-QA-Origin", _json(sparse(origin) if origin else {})))
        envelope = NO_ENVELOPE
        if at is not None and 1900 <= at.year < 2100:
            envelope = f"MAILER-DAEMON {_ctime(at)}"
        data = _mail(envelope, lines, post.body)
        assert data is not None
        return data

    def _ancestors(self, post_id: PostId) -> list[str]:
        """Return the message ids of the first and the last posts above a post."""
        found, at = list[PostId](), self._parents[post_id]
        while at is not None and len(found) < _REFERENCES:
            found.append(at)
            at = self._parents[at]
        if at is not None:
            found.append(self._root_id)
        return [self._names[each] for each in reversed(found)]

    # -- our own headers -------------------------------------------------------------

    def _author(self, post: Post) -> Iterator[tuple[str, str]]:
        members = sparse(self._users[post.author_id])
        if post.author_name is not None:
            members["shown"] = post.author_name
        yield "X-QA-Author", _json(members)

    def _ours(self, post: Post) -> Iterator[tuple[str, str]]:
        """Yield what mail has no word for, as far as there is any of it."""
        thread, content = self._thread, self._content
        is_qa = content.kind is ThreadKind.QA
        if is_qa:
            yield "X-QA-Kind", "qa"
        if is_qa or isinstance(post, Answer):
            yield "X-QA-Type", post.kind.value
        if thread.id != self._root_id or self._names[self._root_id] != self._root_id:
            yield "X-QA-Thread", words(thread.id)
        if post.id in self._accepted:
            yield "X-QA-Accepted", str(self._accepted[post.id])
        tally = self._tallies.get(post.id)
        if tally is not None:
            yield from _tally(tally)
        if isinstance(post, Question) and post.views is not None:
            yield "X-QA-Views", str(post.views)
        if post.edited_at is not None:
            yield "X-QA-Edited", _instant(post.edited_at)
        if post.revision > 1:
            yield "X-QA-Revision", str(post.revision)
        marks = ", ".join(_marks(post))
        if marks:
            yield "X-QA-Status", marks
        language = post.body.language
        if language is not None and not _LANGUAGE.fullmatch(language):
            yield "X-QA-Language", words(language)
        media_type = post.body.media_type
        if content_type(media_type) != f"{media_type}; charset=utf-8":
            yield "X-QA-Media-Type", words(media_type)
        if self._is_placed:
            yield "X-QA-Position", str(self._places[post.id])
        if self._is_first:
            yield from self._of_thread()

    def _of_thread(self) -> Iterator[tuple[str, str]]:
        content = self._content
        marks = ", ".join(_thread_marks(content.status))
        if marks:
            yield "X-QA-Thread-Status", marks
        if content.stubs:
            stubs = [sparse(stub) for stub in content.stubs]
            yield "X-QA-Stubs", _json(stubs)
        placed = set(content.arrival)
        missing = [sparse(t) for t in content.tallies if t.post_id not in placed]
        if missing:
            yield "X-QA-Missing-Tallies", _json(missing)
        origin = content.provenance
        if origin != Provenance(platform=PLATFORM):
            yield "X-QA-Thread-Origin", _json(sparse(origin) if origin else {})


def _mail(envelope: str, lines: Iterable[tuple[str, str]], body: Body) -> bytes | None:
    """Return a mail with its From_ line; None if a header is none."""
    coding, data = body_lines(body.source)
    start = f"From {envelope}\n".encode()
    every = [
        *lines,
        ("Content-Type", content_type(body.media_type)),
        ("Content-Transfer-Encoding", coding),
    ]
    if not all(raw_fits(value) for _, value in every) or _CONTROLS.search(envelope):
        return None
    head = b"".join(header(name, value) for name, value in every)
    if not is_from_line(start + head):
        return None
    return start + head + b"\n" + data + b"\n"


def _pairs(value: object) -> list[tuple[str, str]] | None:
    """Return headers that were kept, if all of them can be written again."""
    if not isinstance(value, list):
        return None
    found = list[tuple[str, str]]()
    for each in value:
        match each:
            case [str(name), str(text)] if _NAME.fullmatch(name):
                found.append((name, text))
            case _:
                return None
    return found


def _bare(post: Post) -> Post:
    """Return a post without what is reported as lost."""
    bare = evolve(
        post,
        deleted=None if post.deleted is None else Mark(),
        removed=None if post.removed is None else Mark(),
        status=_bare_status(post.status),
    )
    return bare


def _bare_status(status: PostStatus) -> PostStatus:
    marks = {name: Mark() for name in POST_MARKS if getattr(status, name) is not None}
    locked = None if status.locked is None else Locked()
    return PostStatus(locked=locked, **marks)


def _marks(post: Post) -> Iterator[str]:
    if post.deleted is not None:
        yield "deleted"
    if post.removed is not None:
        yield "removed"
    yield from (
        name
        for name in ("locked", *POST_MARKS)
        if getattr(post.status, name) is not None
    )


def _thread_marks(status: Status) -> Iterator[str]:
    return (
        name
        for name in ("closed", "locked", *THREAD_MARKS)
        if getattr(status, name) is not None
    )


def _tally(tally: Tally) -> Iterator[tuple[str, str]]:
    members = sparse(tally)
    del members["post_id"]
    score = members.pop("score", None)
    if score is not None:
        yield "X-QA-Score", str(score)
    if members:
        yield "X-QA-Tally", _json(members)


def _json(value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if is_plain(text) or "=?" in text else words(text)


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _ctime(at: datetime) -> str:
    """Return a time as a From_ line states it."""
    day, date, month, year, clock, _ = date_text(at).replace(",", "").split()
    return f"{day} {month} {int(date):2} {clock} {year}"


def _by_time(content: Content) -> list[PostId]:
    """Return the ids of posts in the order in which a reader puts them."""
    posts: list[Post] = [*content.answers, *content.comments]
    posts.sort(key=lambda post: (post.created_at or LATEST, post.id))
    first = [] if content.question is None else [content.question.id]
    return first + [post.id for post in posts]
