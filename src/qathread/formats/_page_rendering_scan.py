"""The parts of a page of Stack Exchange as a browser on a terminal shows it."""

import re
from typing import Final

from attrs import define, field

__all__ = ["DATE", "Part", "Remark", "Shown", "is_rendering", "scan"]

_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
DATE: Final = rf"{_MONTH} [0-9]{{1,2}}(?: '[0-9]{{2}})? at [0-9]{{1,2}}:[0-9]{{2}}"
_HEAD: Final = re.compile(
    r"(?:^|\n)(?P<button>Ask Question)[ \t\r]*\nAsked [^\n]{1,60}\n"
)
_MARK: Final = re.compile(r"share ?\| ?improve this (?:question|answer)\b.*")
_DATES: Final = ("Asked ", "Active ", "Modified ")
_VIEWED: Final = re.compile(r"Viewed (.{1,20}) times?")
_SCORE: Final = re.compile(r"[-\u2212]?[0-9]{1,9}")
_ANSWERS: Final = re.compile(r"([0-9]{1,9}) Answers? [0-9]{1,9}")
_ORDERS: Final = "Active Oldest Votes"
_DONE: Final = re.compile(r"(asked|answered|edited) (.{1,60})")
_TWICE: Final = re.compile(r"(.{1,100}?)\u2666?\1")
_BULLET: Final = re.compile(r" {2,4}\u2022 ?([0-9]{0,9})\s*")
_END: Final = re.compile(r"(?:add a comment|show [0-9]+ more comments?)\b.*")
_MORE: Final = re.compile(r"show ([0-9]{1,9}) more comments?")
_SIGNED: Final = re.compile(rf"\s*(.{{1,100}}?)\s+({DATE})\s*", re.DOTALL)
_LIMIT: Final = 200  # characters of a line that can be one of the layout
_BLANKS: Final = " \t\r\u00a0"


@define(eq=False)
class Remark:
    """
    A comment.

    Attributes:
        line: Where it begins.
        text: Its words, broken into lines as shown.
        name: Who wrote it, if it ends in a name and a date.
        when: The date as shown.
    """

    line: int
    score: int | None
    text: str = ""
    name: str | None = None
    when: str = ""


@define(eq=False)
class Part:
    """
    A question or an answer.

    Attributes:
        line: Where it begins.
        body: Its lines; the last one of a question holds its tags.
        done: By verb (asked, answered, edited): the date as shown, and by whom.
        more: How many comments the page does not show.
    """

    line: int
    score: int | None = None
    bookmarks: int | None = None
    body: list[str] = field(factory=list)
    done: dict[str, tuple[str, str | None]] = field(factory=dict)
    remarks: list[Remark] = field(factory=list)
    more: int | None = None


@define(eq=False)
class Shown:
    """
    A page.

    Attributes:
        views: How often it was seen, as shown, such as ``5k``.
        answers: How many answers the page says there are.
        parts: The question, then the answers on the page.
    """

    title: str = ""
    views: str | None = None
    answers: int | None = None
    parts: list[Part] = field(factory=list)


def is_rendering(text: str) -> bool:
    """Tell whether a page, or the first part of one, is of this layout."""
    head = _HEAD.search(text)
    if head is None:
        return False
    end = text.find("\nshare", head.end())
    return end >= 0 and _MARK.match(text, end + 1) is not None


def scan(text: str) -> Shown:
    """Return the parts of a page of this layout; see :func:`is_rendering`."""
    head = _HEAD.search(text)
    start = 0 if head is None else head.start("button")
    return _Scan(text.split("\n"), text.count("\n", 0, start)).page()


class _Scan:
    def __init__(self, lines: list[str], head: int) -> None:
        self._lines, self._begin = lines, head
        marks = (at for at in range(len(lines)) if self._is_mark(at))
        self._last = max(marks, default=-1)  # where the last post ends
        self._page = Shown()

    def page(self) -> Shown:
        at: int | None = self._head()
        while at is not None:
            part, at = self._part(at)
            self._page.parts.append(part)
            at = self._next(at)
        return self._page

    def _line(self, at: int) -> str:
        line = self._lines[at] if at < len(self._lines) else ""
        return line.strip(_BLANKS) if len(line) <= _LIMIT else line

    def _is_mark(self, at: int) -> bool:
        line = self._lines[at]
        return line.startswith("share") and bool(_MARK.fullmatch(line.strip()))

    def _head(self) -> int:
        """Read the title and what is below it; return where the question begins."""
        for above in range(self._begin):
            self._page.title = self._line(above) or self._page.title
        for below in range(self._begin + 1, len(self._lines)):
            line = self._line(below)
            viewed = _VIEWED.fullmatch(line)
            if viewed is not None:
                self._page.views = viewed[1]
            elif line and not line.startswith(_DATES):
                return below
        return len(self._lines)

    def _part(self, at: int) -> tuple[Part, int]:
        part = Part(at + 1)
        for name in ("score", "bookmarks"):
            line = self._line(at)
            if not _SCORE.fullmatch(line):
                break
            setattr(part, name, int(line.replace("\u2212", "-")))
            at += 1
        while at < len(self._lines) and not self._is_mark(at):
            part.body.append(self._lines[at].rstrip(_BLANKS))
            at += 1
        at = self._people(part, at + 1)
        return part, self._remarks(part, at)

    def _people(self, part: Part, at: int) -> int:
        """Read who edited and who wrote a post, up to a blank line."""
        verb = ""
        while at < len(self._lines) and (line := self._line(at)):
            at += 1
            done = _DONE.fullmatch(line)
            if done is not None:
                verb = done[1]
                part.done[verb] = (done[2], None)
            elif verb and part.done[verb][1] is None and line[0] != "[":
                # The name of a person with a profile stands there twice.
                twice = _TWICE.fullmatch(line)
                name = line if twice is None else twice[1]
                if name != "community wiki":
                    part.done[verb] = (part.done[verb][0], name.rstrip("\u2666"))
        return at

    def _remarks(self, part: Part, at: int) -> int:
        lines: list[str] = []
        while at < len(self._lines):
            raw, line = self._lines[at], self._line(at)
            bullet = _BULLET.fullmatch(raw) if len(raw) <= _LIMIT else None
            if bullet is not None:
                _finish(part, lines)
                score = int(bullet[1]) if bullet[1] else None
                part.remarks.append(Remark(at + 1, score))
            elif _END.fullmatch(line):
                more = _MORE.search(line)
                part.more = None if more is None else int(more[1])
                at += 1
                break
            elif line and part.remarks and raw[0] == " ":
                lines.append(line)
            elif line:
                break  # a page without a button below its comments
            at += 1
        _finish(part, lines)
        return at

    def _next(self, at: int) -> int | None:
        """Return where the next answer begins; None: there is none."""
        while at < self._last:
            line = self._line(at)
            counted = _ANSWERS.fullmatch(line)
            if counted is not None:
                self._page.answers = int(counted[1])
            elif _SCORE.fullmatch(line):
                return at
            elif line and line != _ORDERS:
                return None
            at += 1
        return None


def _finish(part: Part, lines: list[str]) -> None:
    """Give the last comment its lines, and find its name and date in them."""
    if not part.remarks or not lines:
        return
    remark = part.remarks[-1]
    remark.text = "\n".join(lines)
    lines.clear()
    text, dash, end = remark.text.rpartition("\u2013")
    signed = _SIGNED.fullmatch(end) if dash and len(end) <= _LIMIT else None
    if signed is not None:
        remark.text = text.strip(_BLANKS + "\n")
        remark.name = " ".join(signed[1].split()).rstrip("\u2666")
        remark.when = " ".join(signed[2].split())
