"""
Pages of a question and its replies, copied as plain text.

The layout: a line ``Q&A``, the title, ``NAME 3`` (the asker and a number without a
label), the question, headings ``Comments`` or ``Answers``, and for each reply a
bullet with a number, ``NAME Reply``, an indented body, a time that may bear a count of
comments, and ``Like(0)``. Replies to replies stand deeper. Around them are banners,
buttons and a footer. Pages of Stack Exchange as a browser on a terminal shows them
have a layout of their own, which ``_page_rendering`` reads.

Reading takes one pass, linear in the size of the page.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from hashlib import sha256

from ..bodies import PLAIN, Body
from ..content import ThreadKind
from ..errors import FormatError, ValidationError, excerpt
from ..feedback import Tally
from ..ids import PostId
from ..posts import Answer, Comment, Question
from ..provenance import Provenance, extra_text
from ..thread import Thread
from ..users import User, UserKind
from ._looks import decode, refuse_foreign
from ._page_lines import (
    BLANKS,
    Line,
    likes,
    number,
    split_lines,
    time_parts,
    unindent,
)
from ._page_rendering import is_rendering, rendered_thread
from ._page_scan import Entry, Page, scan
from ._report import Collector
from ._sources import Input
from ._times import Stamp, in_zone, stamp, zone_of
from .registry import Format

__all__ = ["FORMAT"]

NAME = "page-text"
_NOBODY = {
    "anonymous": UserKind.ANONYMOUS,
    "guest": UserKind.ANONYMOUS,
    "[deleted]": UserKind.DELETED,
    "deleted user": UserKind.DELETED,
}


def read_page(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the one thread of a page.

    Numbers beside names become :attr:`qathread.User.level`, ``Like(n)`` a tally of
    reactions, "No comments" a declared count of replies; votes stay unknown. User
    ids are ``page:NAME``, so two people of one name on a page are one user. Ids of
    posts come from place and text, the thread's from title, asker and question.

    Options:
        assume_tz: The zone of times that state none. Without it a strict reading
            refuses them, a lenient one takes UTC and reports it.
        thread_id: The id of the thread.

    Args:
        input: The page.
        options: As above.

    Yields:
        The thread.

    Raises:
        FormatError: If it is no such page.
        ValidationError: If an option is not of its kind.
    """
    zone = zone_of(options.get("assume_tz"))
    thread_id = options.get("thread_id")
    if thread_id is not None and (not isinstance(thread_id, str) or not thread_id):
        raise ValidationError("thread_id is no text: give the id of the thread")
    return _threads(input, zone, thread_id)


def _threads(
    input: Input, zone: tzinfo | None, thread_id: str | None
) -> Iterator[Thread]:
    report = input.report
    refuse_foreign(input.head(), report, "a page copied as text")
    text = decode(input.document(), report)
    if is_rendering(text):
        yield rendered_thread(text, zone, thread_id, report)
        return
    page = scan(split_lines(text))
    if not _is_page(page):
        raise _refusal(text, report)
    yield _Builder(page, zone, report).thread(thread_id)


def sniff_page(head: bytes) -> bool:
    """Tell whether *head* begins a page of this layout."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return "\0" not in text and (
        is_rendering(text) or _is_page(scan(split_lines(text)))
    )


def _is_page(page: Page) -> bool:
    """Weigh the evidence: one sign alone is no page."""
    if page.title is None or page.question is None:
        return False
    asked = page.question.level is not None
    dated = any(entry.time or entry.likes for entry in page.entries)
    strong = any(len(entry.head) > 1 for entry in page.entries)
    if page.section is not None:
        return asked or bool(page.headings) or bool(page.entries)
    return (asked and bool(page.headings)) or (
        bool(page.entries) and (dated or strong) and (asked or bool(page.headings))
    )


def _refusal(text: str, report: Collector) -> FormatError:
    if "share | improve this question" in text or "Stack Exchange" in text[:5000]:
        found = (
            "it looks like a part of a Stack Exchange page as a terminal browser shows "
            "it: give the whole page from its title, or the HTML of the page"
        )
    else:
        found = (
            "no title with an asker such as 'NAME 3', 'Comments' and replies such as "
            "'NAME Reply' was found"
        )
    return report.error("not-this-format", f"this is no page of questions: {found}")


class _Builder:
    """Makes values of the parts of a page and reports where each was found."""

    def __init__(self, page: Page, zone: tzinfo | None, report: Collector) -> None:
        self.page, self.zone, self.report = page, zone, report
        self.users: dict[str, User] = {}
        self.ids: dict[Entry, PostId] = {}
        self.taken: Counter[PostId] = Counter()
        self.tallies: list[Tally] = []
        self.declared: list[tuple[str, str, int]] = []  # post, what, count

    def thread(self, thread_id: str | None) -> Thread:
        """Return the whole page."""
        question = self._question()
        replies = [self._reply(entry, question.id) for entry in self.page.entries]
        self._compare_counts(question, replies)
        self._tell_rest()
        found = Thread.from_parts(
            id=thread_id or f"page-{question.id.removeprefix('q-')}",
            kind=ThreadKind.QA,
            question=question,
            posts=replies,
            tallies=self.tallies,
            users=self.users,
            provenance=Provenance(platform=NAME),
        )
        return found

    def _question(self) -> Question:
        line, entry = self.page.title, self.page.question
        if line is None or entry is None:  # _is_page has seen to it
            raise self.report.error("not-this-format", "the page has no title")
        title, body = line.text.strip(BLANKS), _text(entry)
        self.report.note("title", f"title {excerpt(title, 60)!r}", _span([line]))
        post_id = f"q-{_digest(title, entry.name or '', body)}"
        stated = {
            what: count for _, what, count in self.page.headings if count is not None
        }
        at, origin = self._origin(entry, post_id, stated)
        self._parts(entry, "question", post_id)
        return Question(
            id=post_id,
            author_id=self._author(entry, post_id),
            author_name=entry.name,
            body=Body(source=body, media_type=PLAIN),
            created_at=at,
            provenance=origin,
            title=title,
        )

    def _reply(self, entry: Entry, question_id: PostId) -> Answer | Comment:
        parent_id = question_id if entry.parent is None else self.ids[entry.parent]
        body, kind = _text(entry), "answer" if entry.is_answer else "comment"
        written = "" if entry.time is None else entry.time.plain[:19]
        key = _digest(parent_id, entry.name or "", written, body)
        self.taken[key] += 1
        # The same words by the same person in the same second: told apart by place.
        again = "" if self.taken[key] == 1 else f"-{self.taken[key]}"
        post_id = self.ids[entry] = f"{kind[0]}-{key}{again}"
        at, origin = self._origin(entry, post_id, {})
        self._parts(entry, kind, post_id)
        author_id, source = (
            self._author(entry, post_id),
            Body(source=body, media_type=PLAIN),
        )
        if entry.is_answer:
            return Answer(
                id=post_id,
                question_id=question_id,
                author_id=author_id,
                author_name=entry.name,
                body=source,
                created_at=at,
                provenance=origin,
            )
        return Comment(
            id=post_id,
            parent_id=parent_id,
            author_id=author_id,
            author_name=entry.name,
            body=source,
            created_at=at,
            provenance=origin,
        )

    def _author(self, entry: Entry, post_id: PostId) -> str:
        """Remember the author of a post and return their id."""
        name = entry.name
        kind = UserKind.ANONYMOUS if name is None else _NOBODY.get(name.lower())
        if name is None or kind is not None:
            user_id = f"{kind or UserKind.ANONYMOUS}:{post_id}"
            self.users[user_id] = User(
                id=user_id,
                name=name,
                level=entry.level,
                kind=kind or UserKind.ANONYMOUS,
            )
            return user_id
        user_id = f"page:{name}"
        known = self.users.get(user_id)
        level = entry.level
        if known is not None and known.level is not None:
            if level is None:
                level = known.level
            elif level != known.level:
                self.report.loss(
                    "level-differs",
                    "one name bears two numbers; the last one is kept",
                    f"{_span(entry.head)}: {excerpt(name, 40)}",
                )
        self.users[user_id] = User(id=user_id, name=name, level=level)
        return user_id

    def _origin(
        self, entry: Entry, post_id: PostId, stated: dict[str, int]
    ) -> tuple[datetime | None, Provenance | None]:
        """Return the time of a post, and what else its page says about it."""
        declared = dict(stated)
        if entry.likes is not None:
            count = likes(entry.likes) or 0
            self.tallies.append(Tally(post_id=post_id, reactions=(("like", count),)))
        at, precision, zone_stated, extra = None, None, None, None
        if entry.time is not None:
            when, zone, counted = time_parts(entry.time) or ("", "", None)
            if counted is not None:
                declared["replies"] = counted
            found = self._stamp(entry.time, when, zone)
            if found is not None:
                at, zone_stated = self._settle(entry.time, found)
                if at is not None:
                    precision, extra = found.precision, extra_text({"time": found.text})
        self.declared.extend((post_id, what, n) for what, n in declared.items())
        if at is None and not declared:
            return None, None
        return at, Provenance(
            platform=NAME,
            time_precision=precision,
            zone_stated=zone_stated,
            declared=tuple(sorted(declared.items())),
            extra=extra,
        )

    def _stamp(self, line: Line, when: str, zone: str) -> Stamp | None:
        try:
            return stamp(when, zone)
        except ValueError as error:
            self._no_time(line, str(error))
            return None

    def _settle(self, line: Line, found: Stamp) -> tuple[datetime | None, bool | None]:
        """Return the instant, and whether the page states its zone."""
        if found.at.tzinfo is not None:
            return found.at, True
        if self.zone is None:
            what = "has no zone" if found.zone is None else f"has the zone {found.zone}"
            self.report.damage(
                "zone-not-stated",
                f"the time {what}; lenient reading takes UTC: say which zone it is, "
                "such as assume_tz='UTC' or --assume-tz UTC",
                f"line {line.number}: {found.text}",
                kind="noted",
                error="instant",
            )
        try:
            at, sure = in_zone(found.at, self.zone or UTC)
        except ValidationError as error:
            self._no_time(line, str(error))
            return None, None
        if not sure:
            self.report.loss(
                "ambiguous-time",
                "clocks changed at this time; the earlier reading is taken",
                f"line {line.number}: {found.text}",
                kind="noted",
            )
        return at, False if self.zone is None else None

    def _no_time(self, line: Line, problem: str) -> None:
        self.report.damage(
            "instant",
            f"this is no time ({problem}): it is left out",
            f"line {line.number}: {excerpt(line.plain, 60)}",
            kind="skipped",
        )

    # -- the report --------------------------------------------------------------

    def _parts(self, entry: Entry, kind: str, post_id: PostId) -> None:
        """Say by line what was found of one post."""
        by = "nobody named" if entry.name is None else repr(excerpt(entry.name, 40))
        places = []
        if entry.name is not None:
            named = next(
                (x for x in entry.head if entry.name in x.plain), entry.head[0]
            )
            places.append(f"name line {named.number}")
        if entry.level is not None:
            words = ((x, x.plain.split()) for x in entry.head)
            leveled = next(
                (x for x, found in words if entry.level in map(number, found)),
                entry.head[0],
            )
            places.append(f"level line {leveled.number}")
        if entry.body:
            places.append(f"body {_span(entry.body)}")
        if entry.time is not None:
            places.append(f"time line {entry.time.number}")
        if entry.likes is not None:
            places.append(f"likes line {entry.likes.number}")
        self.report.note(kind, f"{kind} {post_id} by {by}", *places)

    def _compare_counts(
        self, question: Question, replies: list[Answer | Comment]
    ) -> None:
        """Tell where a page states another number of replies than it shows."""
        direct = Counter(reply.parent_id for reply in replies)
        answers = sum(isinstance(reply, Answer) for reply in replies)
        comments = len(replies) - answers
        for post_id, what, count in self.declared:
            if what == "answers":
                shown = {answers}
            elif post_id != question.id:
                shown = {direct[post_id]}
            else:  # a site may count those below other comments too
                shown = {comments, direct[post_id] - answers}
                shown |= {direct[post_id]} if what == "replies" else set()
            if count not in shown:
                self.report.tell(
                    "count-differs",
                    "a count on the page differs from the replies that it shows; it "
                    "is kept as declared",
                    f"{post_id}: {what} {count}, shown {max(shown)}",
                )

    def _tell_rest(self) -> None:
        page = self.page
        for line in sorted(page.furniture, key=_number_of):
            self.report.tell(
                "navigation",
                "buttons, links and banners of the site, in no body",
                f"line {line.number}: {line.plain}",
            )
        for line in sorted(page.unplaced, key=_number_of):
            self.report.loss(
                "unplaced-line",
                "lines that belong to no part of the page",
                f"line {line.number}: {excerpt(line.text.strip(BLANKS), 60)}",
                kind="skipped",
            )


def _text(entry: Entry) -> str:
    """Return the body without its own indentation, line ends as they are."""
    if not entry.body:
        return ""
    pieces = [unindent(line, entry.content) + line.end for line in entry.body]
    return "".join(pieces).removesuffix(entry.body[-1].end)


def _span(lines: Iterable[Line]) -> str:
    """Name the lines from the first to the last of *lines*."""
    numbers = [line.number for line in lines]
    first, last = min(numbers), max(numbers)
    return f"line {first}" if first == last else f"lines {first}-{last}"


def _number_of(line: Line) -> int:
    return line.number


def _digest(*parts: str) -> str:
    """Return a short name for *parts*; their lengths keep them apart."""
    found = sha256()
    for part in parts:
        data = part.encode()
        found.update(b"%d:" % len(data) + data)
    return found.hexdigest()[:16]


FORMAT = Format(
    name=NAME,
    summary="a page of a question and its replies, copied as plain text",
    suffixes=(".txt", ".text"),
    reader=read_page,
    sniff=sniff_page,
    options=frozenset({"assume_tz", "thread_id"}),
)
