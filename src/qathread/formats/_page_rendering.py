"""
Threads of pages of Stack Exchange as a browser on a terminal shows them.

The layout: the title, ``Ask Question`` and lines of dates, the score, the text, the
tags, ``share | improve this question``, who edited and asked, comments after bullets,
``2 Answers 2``, and the answers in the same way. Text is kept as it is shown, broken
into lines where the browser broke it. Which answer is accepted, the ids of posts and
the addresses of people are not on such a page.

==================================  ==================================================
on the page                         in the thread
==================================  ==================================================
the number above a text             the score
the number below it                 ``declared``: favorites
``Viewed 843 times``                the views; ``5k`` is no number, it goes to ``extra``
``asked Oct 10 '18 at 14:31``       ``created_at``; a date without its year, and words
                                    such as "yesterday", go to ``extra``
``edited ...``                      ``edited_at``
the name, once or twice             the author, ``page:NAME``
the number after a bullet           the score of a comment; none: unknown
``2 Answers 2``                     ``declared``: answers
``show 3 more comments``            a stub that counts them
==================================  ==================================================

Reading takes one pass, linear in the size of the page.
"""

import re
from collections import Counter
from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from typing import Final

from ..bodies import PLAIN, Body
from ..content import ThreadKind
from ..errors import ValidationError, excerpt
from ..feedback import Tally
from ..posts import Answer, Comment, Post, Question, Stub
from ..provenance import Provenance, TimePrecision, extra_text
from ..thread import Thread
from ..users import User, UserKind
from ._gathering import Frame, Piece, build, nobody
from ._page_rendering_scan import Part, Remark, is_rendering, scan
from ._report import Collector
from ._times import in_zone

__all__ = ["is_rendering", "rendered_thread"]

_NAME: Final = "page-text"
_WHEN: Final = re.compile(
    r"([A-Z][a-z]{2}) ([0-9]{1,2}) '([0-9]{2}) at ([0-9]{1,2}):([0-9]{2})"
)
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_VIEWS: Final = re.compile(r"[0-9]{1,3}(?:,?[0-9]{3}){0,4}")


def rendered_thread(
    text: str, zone: tzinfo | None, thread_id: str | None, report: Collector
) -> Thread:
    """
    Return the thread of a page.

    Args:
        text: The page.
        zone: The zone of its times; None: UTC, and it is reported.
        thread_id: The id of the thread, if the caller has one.
        report: Hears of what is not read.

    Raises:
        FormatError: If strict, for times without a zone.
    """
    return _Rendering(text, zone, report).thread(thread_id)


class _Rendering:
    def __init__(self, text: str, zone: tzinfo | None, report: Collector) -> None:
        self._page, self._zone, self._report = scan(text), zone, report
        self._taken: Counter[str] = Counter()

    def thread(self, thread_id: str | None) -> Thread:
        page = self._page
        root = self._question(page.parts[0])
        root_id, pieces, stubs = root.post.id, [root], list[Stub]()
        for part in page.parts:
            post_id = root_id
            if part is not page.parts[0]:
                answer = self._answer(part, root_id)
                pieces.append(answer)
                post_id = answer.post.id
            pieces.extend(self._comment(remark, post_id) for remark in part.remarks)
            if part.more is not None:
                missing = f"more-{post_id}"
                stubs.append(Stub(id=missing, parent_id=post_id, count=part.more))
        shown = len(page.parts) - 1
        if page.answers not in (None, shown):
            self._report.tell(
                "count-differs",
                "a count on the page differs from the replies that it shows; it is "
                "kept as declared",
                f"{root_id}: answers {page.answers}, shown {shown}",
            )
        self._report.tell(
            "not-shown",
            "such a page does not show which answer is accepted, ids and addresses",
        )
        frame = Frame(
            thread_id=thread_id or f"page-{root_id.removeprefix('q-')}",
            root_id=root_id,
            kind=ThreadKind.QA,
            provenance=Provenance(platform=_NAME),
            by_time=False,
        )
        return build(frame, pieces, self._report, stubs)

    def _question(self, part: Part) -> Piece:
        tags = _tags(part)
        body = _text(part.body)
        when, name = part.done.get("asked", ("", None))
        post_id = f"q-{_digest(self._page.title, name or '', body)}"
        declared = {"favorites": part.bookmarks, "answers": self._page.answers}
        views, extra = self._page.views, dict[str, object]()
        if views is not None and not _VIEWS.fullmatch(views):
            extra["views"] = views
        created, edited = self._times(part, when, extra)
        author = _author(name, post_id)
        return self._piece(
            Question(
                id=post_id,
                author_id=author.id,
                author_name=name,
                body=Body(source=body, media_type=PLAIN),
                created_at=created,
                edited_at=edited,
                provenance=self._origin(created or edited, extra, declared),
                title=self._page.title,
                tags=tags,
                views=None
                if views is None or "views" in extra
                else int(views.replace(",", "")),
            ),
            author,
            part,
        )

    def _answer(self, part: Part, root_id: str) -> Piece:
        body = _text(part.body)
        when, name = part.done.get("answered", ("", None))
        post_id = self._id("a", root_id, name or "", when, body)
        extra: dict[str, object] = {}
        created, edited = self._times(part, when, extra)
        author = _author(name, post_id)
        return self._piece(
            Answer(
                id=post_id,
                question_id=root_id,
                author_id=author.id,
                author_name=name,
                body=Body(source=body, media_type=PLAIN),
                created_at=created,
                edited_at=edited,
                provenance=self._origin(created or edited, extra, {}),
            ),
            author,
            part,
        )

    def _comment(self, remark: Remark, parent_id: str) -> Piece:
        name = remark.name
        post_id = self._id("c", parent_id, name or "", remark.when, remark.text)
        extra: dict[str, object] = {}
        created = self._time(remark.when, remark.line, "time", extra)
        author = _author(name, post_id)
        return self._piece(
            Comment(
                id=post_id,
                parent_id=parent_id,
                author_id=author.id,
                author_name=name,
                body=Body(source=remark.text, media_type=PLAIN),
                created_at=created,
                provenance=self._origin(created, extra, {}),
            ),
            author,
            remark,
        )

    def _piece(self, post: Post, author: User, part: Part | Remark) -> Piece:
        self._report.note(
            post.kind.value,
            f"{post.kind.value} {post.id} by {excerpt(repr(post.author_name), 40)}",
            f"line {part.line}",
        )
        tally = None
        if part.score is not None:
            tally = Tally(post_id=post.id, score=part.score)
        return Piece(post=post, author=author, where=f"line {part.line}", tally=tally)

    def _id(self, letter: str, *parts: str) -> str:
        key = f"{letter}-{_digest(*parts)}"
        self._taken[key] += 1
        # The same words by the same person at the same time: told apart by place.
        return key if self._taken[key] == 1 else f"{key}-{self._taken[key]}"

    def _origin(
        self,
        at: datetime | None,
        extra: dict[str, object],
        declared: dict[str, int | None],
    ) -> Provenance:
        known = {name: n for name, n in declared.items() if n is not None and n >= 0}
        return Provenance(
            platform=_NAME,
            time_precision=None if at is None else TimePrecision.MINUTE,
            zone_stated=None if at is None or self._zone is not None else False,
            declared=tuple(sorted(known.items())),
            extra=extra_text(extra) if extra else None,
        )

    # -- times -------------------------------------------------------------------

    def _times(
        self, part: Part, when: str, extra: dict[str, object]
    ) -> tuple[datetime | None, datetime | None]:
        edited = part.done.get("edited", ("", None))[0]
        return (
            self._time(when, part.line, "time", extra),
            self._time(edited, part.line, "edited", extra),
        )

    def _time(
        self, when: str, line: int, name: str, extra: dict[str, object]
    ) -> datetime | None:
        """Return a time in UTC; what is no whole date stays as it is shown."""
        if not when:
            return None
        found = _WHEN.fullmatch(when)
        at: datetime | None = None
        moved = None
        if found is not None and _MONTHS.find(found[1]) % 3 == 0:
            month = _MONTHS.index(found[1]) // 3 + 1
            try:
                day, hour, minute = map(int, found.group(2, 4, 5))
                at = datetime(2000 + int(found[3]), month, day, hour, minute)
                moved = in_zone(at, self._zone or UTC)[0]
            except (ValueError, ValidationError):
                at = None
        if at is None:
            extra[name] = when
            self._report.loss(
                "date-not-whole",
                "a date without its year, or in words: it is kept in extra only",
                f"line {line}: {excerpt(when, 60)}",
                kind="noted",
            )
            return None
        if self._zone is None:
            self._report.damage(
                "zone-not-stated",
                "the time has no zone; lenient reading takes UTC: say which zone it "
                "is, such as assume_tz='UTC' or --assume-tz UTC",
                f"line {line}: {when}",
                kind="noted",
                error="instant",
            )
        return moved


def _tags(part: Part) -> tuple[str, ...]:
    """Take the last line of a question, which holds its tags."""
    body = part.body
    while body and not body[-1]:
        body.pop()
    if len(body) < 2 or body[-2]:
        return ()  # no line of its own
    return tuple(body.pop().split())


def _text(lines: list[str]) -> str:
    """Return a text as it is shown, without blank lines at its ends."""
    return "\n".join(lines).strip("\n")


def _author(name: str | None, post_id: str) -> User:
    if name is None:
        return nobody(post_id, UserKind.REGISTERED)
    return User(id=f"page:{name}", name=name)


def _digest(*parts: str) -> str:
    joined = "\0".join(" ".join(part.split()) for part in parts)
    return sha256(joined.encode()).hexdigest()[:16]
