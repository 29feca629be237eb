"""What a thread is when it comes back from a dump: all but what the report lists."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs

from qathread import Answer, Body, Comment, Content, Post, Question, Tally, Thread
from qathread.formats.stackexchange._tables import CLOSE_REASONS
from qathread.losses import LossReport
from qathread.posts import NO_MARKS, Stub
from qathread.revisions import Revision, RevisionKind
from qathread.status import Closed, LinkKind, Locked, LockLevel, Mark
from qathread.users import UserKind

HTML, MARKDOWN = "text/html", "text/markdown"
GONE = (UserKind.DELETED, UserKind.ANONYMOUS)
_BAD = {
    **dict.fromkeys({*range(32)} - {9, 10, 13}, "\ufffd"),
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
}


def clean(text: str | None) -> str | None:
    """Return text as XML can hold it."""
    return None if text is None else text.translate(_BAD)


def rounded(at: datetime | None) -> datetime | None:
    """Return a time as a dump tells it."""
    return at and at.replace(microsecond=at.microsecond // 1000 * 1000)


def day(at: datetime | None) -> datetime | None:
    return at and at.replace(hour=0, minute=0, second=0, microsecond=0)


#: Codes that a comparison of two threads does not look for.
BESIDE = {
    "duplicates",
    "forbidden-character",
    "fractions",
    "links",
    "order",
    "people",
    "provenance",
}


def check(thread: Thread, again: Thread, report: LossReport) -> None:
    """Assert that two threads differ in what a report lists, and in all of it."""
    told = {loss.code for loss in report if not loss.harmless}
    notes = {loss.code for loss in report if loss.harmless}
    lost = Comparison(thread, again).lost
    sure = {code for code in lost if not code.startswith("?")}
    maybe = {code.removeprefix("?") for code in lost}
    assert sure <= told
    assert told - BESIDE <= maybe
    if "?people" in lost:
        assert "people" in told or "numbers" in notes


class Comparison:
    """
    Compares a thread that was written with the one that was read.

    Attributes:
        lost: Codes of the losses that explain each difference.
    """

    def __init__(self, written: Thread, read: Thread) -> None:
        self.written, self.read = written.content, read.content
        self.lost: set[str] = set()
        self.users: dict[str, str] = {}
        self.faces = {user.id: user for user in self.written.users}
        self.read_faces = {user.id: user for user in self.read.users}
        self.met: set[str] = set()
        self.answers = [each for each in self.written.answers if each.stands]
        self.posts: dict[str, str] = {}
        self.places = self._places(written)
        self._pair(read)
        if written.id != (self.written.question or _root(self.written)).id:
            self._expect("thread-ids", written.id == read.id)
        self._whole()
        for post, other in self._pairs():
            self._post(post, other)
        self._marks()
        self._tallies()
        self._revisions()
        self._bounties()
        self._links()
        self._people()
        self._stubs()
        self._order(written, read)

    # -- which is which --------------------------------------------------------------

    def _places(self, thread: Thread) -> dict[str, str]:
        """Return on which post each comment stands that a dump has."""
        written = self.written
        kept = {each.id for each in self.answers}
        if written.question is not None:
            kept.add(written.question.id)
        root = thread.root
        above = {each.id: each.parent_id for each in written.comments}
        above.update(
            (each.id, each.parent_id or root.id)
            for each in written.stubs
            if each is not root
        )
        gone = len(written.answers) - len(self.answers)
        places = {}
        for comment in written.comments:
            place = comment.parent_id
            while place in above:
                place = above[place]
            if not comment.stands or (place not in kept and place != root.id):
                gone += 1
            elif place not in kept:
                self.lost.add("orphans")
            else:
                places[comment.id] = place
                if place != comment.parent_id:
                    self.lost.add("threaded-comments")
        if gone:
            self.lost.add("deleted")
        return places

    def _pair(self, read: Thread) -> None:
        """Find the number of each post: new ones rise in order of arrival."""
        root = self.written.question or _root(self.written)
        self.posts[root.id] = read.id
        comments = [each for each in self.written.comments if each.id in self.places]
        self._number(self.answers, self.read.answers, "")
        self._number(comments, self.read.comments, "c")

    def _number(self, old: Iterable[Post], new: Iterable[Post], letter: str) -> None:
        left = {post.id for post in new}
        renamed = []
        for post in old:
            number = post.id.removeprefix(letter)
            if post.id in left and post.id == letter + number:
                self.posts[post.id] = post.id
                left.remove(post.id)
            else:
                renamed.append(post.id)
        numbers = sorted(left, key=lambda each: int(each.removeprefix("c")))
        self.posts.update(zip(renamed, numbers, strict=True))

    def _pairs(self) -> Iterator[tuple[Any, Any]]:
        below: list[Post] = [*self.read.answers, *self.read.comments]
        by_id = {each.id: each for each in below}
        if self.written.question is None:
            assert self.read.question is None
            assert self.read.stubs[0].id == self.posts[_root(self.written).id]
        else:
            yield self.written.question, self.read.question
        written: list[Post] = [*self.answers, *self.written.comments]
        for post in written:
            if post.id in self.posts:
                yield post, by_id[self.posts[post.id]]

    def _expect(self, code: str, same: bool) -> None:
        if not same:
            self.lost.add(code)

    def user(
        self, old: str | None, new: str | None, code: str = "mark-details"
    ) -> None:
        """Compare who is named, in places where a row names accounts only."""
        if old is None:
            assert new is None
            return
        if self.is_nobody(old):
            self.lost.add(code)
            assert new is None
            return
        assert new is not None
        self.met.add(old)
        assert self.users.setdefault(old, new) == new
        if _is_number(old):
            assert old == new

    def is_nobody(self, user_id: str) -> bool:
        return self.faces[user_id].kind in GONE and not _is_number(user_id)

    # -- parts -----------------------------------------------------------------------

    def _whole(self) -> None:
        written, read = self.written, self.read
        self._expect("kind", written.kind is read.kind)
        for name in ("flags", "motions", "suggestions"):
            assert not getattr(read, name)
            self._expect(name, not getattr(written, name))
        assert not read.votes and not read.reactions
        self._expect("voters", not written.votes)
        self._expect("reactions", not written.reactions)
        accepted = [
            self.posts[each]
            for each in written.accepted
            if each in self.posts and written.question is not None
        ]
        assert list(read.accepted) == accepted[:1]
        there = [each for each in written.accepted if each in self.posts]
        self._expect("accepted", len(there) == len(read.accepted))

    def _post(self, post: Any, other: Any) -> None:
        assert other.body.source == clean(post.body.source)
        assert other.created_at == rounded(post.created_at)
        self._expect("fractions", other.created_at == post.created_at)
        self._body(post.body, other.body)
        if isinstance(post, Comment):
            assert other.parent_id == self.posts[self.places[post.id]]
            edits = [each for each in self.written.revisions if each.post_id == post.id]
            same = post.edited_at is None and post.revision == 1 and not edits
            self._expect("comment-edits", same)
        else:
            assert other.edited_at == rounded(post.edited_at)
            self._expect("fractions", other.edited_at == post.edited_at)
        if isinstance(post, Question):
            assert other.title == clean(post.title)
            assert other.views == post.views
            self._tags(post.tags, other.tags)
        self._author(post, other)
        license = post.provenance and post.provenance.license
        assert other.provenance.license == clean(license)

    def _body(self, body: Body, other: Body) -> None:
        self._expect("body-media-type", body.media_type == other.media_type)
        self._expect("language", body.language == other.language)

    def _tags(self, tags: tuple[str, ...], other: tuple[str, ...]) -> None:
        if other != tuple(map(clean, tags)):
            self.lost.add("tag-characters")
            assert any(set(tag) & set("<>|") or not tag for tag in tags)

    def _author(self, post: Any, other: Any) -> None:
        face = self.faces[post.author_id]
        name = clean(post.author_name)
        if not self.is_nobody(post.author_id):
            self.user(post.author_id, other.author_id)
            assert other.author_name == name
            return
        self.met.add(post.author_id)
        shown = name if name is not None else clean(face.name)
        assert other.author_name == shown
        person = self.read_faces[other.author_id]
        assert (person.name, person.kind) == (shown, UserKind.DELETED)
        assert other.author_id.startswith("gone:")
        self._expect("user-kinds", face.kind is UserKind.DELETED)
        if other.author_id != post.author_id or clean(face.name) != name:
            self.lost.add("?people")  # or only a new number

    def _marks(self) -> None:
        old, new = self.written.status, self.read.status
        question = self.written.question
        if question is None:
            assert new == attrs.evolve(new, closed=None, locked=None, protected=None)
            marks = (old.closed, old.locked, old.protected, old.wiki)
            self._expect("marks", not any(mark is not None for mark in marks))
        else:
            own = question.status
            self._closed(old.closed, new.closed)
            for name in ("locked", "wiki"):
                mark, inner = getattr(old, name), getattr(own, name)
                self._expect("question-marks", inner is None or inner == mark)
                mark = inner if mark is None else mark
                self._mark(mark, getattr(new, name), name)
            self._mark(old.protected, new.protected, "protected")
        others = (old.pinned, old.archived, old.hidden, old.pending)
        self._expect("marks", not any(mark is not None for mark in others))
        for post, other in self._pairs():
            own = post.status
            self._expect("marks", own.hidden is None and own.pending is None)
            if isinstance(post, Answer):
                self._mark(own.locked, other.status.locked, "locked")
                self._mark(own.wiki, other.status.wiki, "wiki")
            else:
                assert other.status == NO_MARKS
            if isinstance(post, Comment):
                self._expect("marks", own.locked is None and own.wiki is None)

    def _mark(self, old: Mark | Locked | None, new: Any, name: str) -> None:
        if old is None or (new is None and name == "wiki"):
            assert new is None
            self._expect("mark-times", old is None)
            if old is not None and old.reason is not None:
                self.lost.add("mark-details")
            return
        assert new is not None
        self.user(old.by_id, new.by_id)
        if name == "wiki" and old.at is None:
            self.lost.add("mark-times")
        else:
            assert new.at == rounded(old.at)
            self._expect("fractions", new.at == old.at)
        if isinstance(old, Locked):
            assert new.reason == clean(old.reason)
            same = old.level is LockLevel.ALL and old.until is None
            self._expect("mark-details", same)
        else:
            assert new.reason is None
            self._expect("mark-details", old.reason is None)

    def _closed(self, old: Closed | None, new: Closed | None) -> None:
        if old is None:
            assert new is None
            return
        if new is None:
            assert old.at is None
            self.lost.add("mark-times")
            return
        self.user(old.by_id, new.by_id)
        assert new.at == rounded(old.at)
        self._expect("fractions", new.at == old.at)
        if old.reason in CLOSE_REASONS:
            self.lost.add("mark-details")
        else:
            assert new.reason == clean(old.reason)
        once = tuple(dict.fromkeys(old.duplicate_of))
        self._expect("mark-details", once == old.duplicate_of)
        wanted = tuple(filter(_is_number, once))
        self._expect("?duplicates", wanted == once)

    def _tallies(self) -> None:
        old = {each.post_id: each for each in self.written.tallies}
        new = {each.post_id: each for each in self.read.tallies}
        for post, other in self._pairs():
            told = new.pop(other.id, None)
            tally = old.pop(post.id, None)
            if tally is None:
                assert told is None
                continue
            self._tally(tally, told, isinstance(post, Comment))
        assert not new
        root = self.written.question or _root(self.written)
        if root.id in old:
            self.lost.add("stubs")

    def _tally(self, old: Tally, new: Tally | None, on_comment: bool) -> None:
        self._expect("reactions", not old.reactions)
        self._expect("estimates", old.exact)
        known = old.up is not None and old.down is not None
        if new is None:
            assert old.score is None
            self._expect("up-and-down", old.up is None and old.down is None)
            return
        assert new.score == old.score
        if on_comment:
            assert new.up is new.down is None
            self._expect("up-and-down", old.up is None and old.down is None)
        elif known and new.up is not None:
            assert (new.up, new.down) == (old.up, old.down)
        else:
            self._expect("up-and-down", old.up is None and old.down is None)

    def _revisions(self) -> None:
        old: dict[str, list[Revision]] = {}
        new: dict[str, list[Revision]] = {}
        for held, revisions in (
            (old, self.written.revisions),
            (new, self.read.revisions),
        ):
            for revision in revisions:
                held.setdefault(revision.post_id, []).append(revision)
        for post, other in self._pairs():
            if isinstance(post, Comment):
                continue
            told, known = new.pop(other.id, []), old.get(post.id, [])
            assert len(told) - len(known) in (0, 1)
            if len(told) > len(known):
                assert told[-1].body.source == clean(post.body.source)
                self._expect("body-media-type", post.body.media_type == MARKDOWN)
                self._expect("language", post.body.language is None)
            groups: set[str] = set()
            for place, (wording, found) in enumerate(zip(known, told, strict=False)):
                self._wording(post, other, wording, found, place, groups)
            numbers = [each.number for each in known]
            same = numbers == list(range(1, len(numbers) + 1))
            same = same and post.revision == other.revision
            self._expect("revision-numbers", same)
        assert not new

    def _wording(
        self,
        post: Any,
        other: Any,
        old: Revision,
        new: Revision,
        place: int,
        groups: set[str],
    ) -> None:
        assert new.number == place + 1
        assert new.body.source == clean(old.body.source)
        self._body(old.body, new.body)
        assert new.title == clean(old.title)
        self._tags(old.tags, new.tags)
        assert new.at == rounded(old.at)
        self._expect("fractions", new.at == old.at)
        assert new.summary == clean(old.summary)
        if old.kind is not new.kind:
            assert (old.kind, new.kind) == (RevisionKind.INITIAL, RevisionKind.EDIT)
            self.lost.add("revision-kinds")
        if old.group:
            self._expect("revision-groups", old.group not in groups)
            groups.add(old.group)
        if old.editor_id is not None and not self.is_nobody(old.editor_id):
            self.user(old.editor_id, new.editor_id)
            return
        if old.editor_id is not None:
            self.met.add(old.editor_id)
        if old.editor_id is None and new.editor_id is None:
            return
        same = old.editor_id == post.author_id and new.editor_id == other.author_id
        self._expect("people", same)

    def _bounties(self) -> None:
        if self.written.question is None and self.written.bounties:
            assert not self.read.bounties
            self.lost.add("orphans")
            return
        old = sorted(self.written.bounties, key=lambda each: each.paid is None)
        new = sorted(self.read.bounties, key=lambda each: int(each.id[1:]))
        if not all(_is_number(each.id[1:]) for each in old):
            new.sort(key=lambda each: each.paid is None)
        assert len(old) == len(new)
        for one in old:
            other = next(each for each in new if self._is_same(one, each))
            new.remove(other)
            if one.by_id is None or self.is_nobody(one.by_id):
                self.lost.add("people")
                if one.by_id is not None:
                    self.met.add(one.by_id)
                assert other.by_id == f"gone:v{other.id[1:]}"
            else:
                self.user(one.by_id, other.by_id)
            answer = self.posts.get(one.answer_id or "")
            is_answer = any(each.id == one.answer_id for each in self.answers)
            over = one.paid is not None
            same = (one.starts_at, one.ends_at) == (other.starts_at, other.ends_at)
            same = same and (one.paid or 0) == (other.paid or 0)
            same = same and (answer if is_answer else one.answer_id) == other.answer_id
            self._expect("bounties", same)
            assert over == (other.paid is not None)

    def _is_same(self, one: Any, other: Any) -> bool:
        return (
            one.amount == other.amount
            and day(one.starts_at) == other.starts_at
            and (one.paid is None) == (other.paid is None)
            and (one.paid is None or day(one.ends_at) == other.ends_at)
            and (one.by_id is None or self.users.get(one.by_id) in (None, other.by_id))
        )

    def _links(self) -> None:
        root = self.written.question
        found = {
            (each.kind, each.target, each.post_id): each for each in self.read.links
        }
        keys = set()
        for link in self.written.links:
            key = link.kind, link.target, link.post_id
            post_id = link.post_id or (root and root.id) or ""
            post = self.posts.get(post_id)
            if link.kind is LinkKind.CROSSPOST or post is None or key in keys:
                self.lost.add("links")
                continue
            keys.add(key)
            if not _is_number(link.target):
                self.lost.add("?links")
                continue
            other = found.pop((link.kind, link.target, post), None)
            if other is None:
                self.lost.add("links")
                continue
            assert other.at == rounded(link.at)
            self._expect("fractions", other.at == link.at)
            self._expect("links", link.post_id is not None)

    def _people(self) -> None:
        for user in self.written.users:
            if user.id not in self.met:
                self.lost.add("users")
                continue
            self._expect("user-names", user.handle is None and user.level is None)
            if self.is_nobody(user.id):
                continue
            other = self.read_faces[self.users[user.id]]
            if other.name != clean(user.name):
                self.lost.add("user-names")
            kind = UserKind.SYSTEM if user.id == "-1" else UserKind.REGISTERED
            assert other.kind is kind
            self._expect("user-kinds", user.kind is kind)

    def _stubs(self) -> None:
        root = None if self.written.question else _root(self.written)
        bare = root is not None and root == Stub(id=root.id)
        if len(self.written.stubs) != (1 if bare else 0):
            self.lost.add("stubs")

    def _order(self, written: Thread, read: Thread) -> None:
        old = [self.posts[each.id] for each in written.posts if each.id in self.posts]
        new = [each.id for each in read.posts]
        assert sorted(old) == sorted(new)
        self._expect("order", old == new)


def _root(content: Content) -> Stub:
    named = {answer.question_id for answer in content.answers}
    loose = [stub for stub in content.stubs if stub.parent_id is None]
    return next(stub for stub in loose if not named or stub.id in named)


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    plain = digits.isascii() and digits.isdigit() and len(digits) < 19
    return plain and text not in ("-0",) and (digits == "0" or digits[0] != "0")
