"""
Where a text is code: names there are left alone unless the caller says otherwise.

Where the syntax is in doubt the answer is no: a name that stays by mistake is
worse than one that goes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from .bodies import HTML, MARKDOWN, Body

__all__ = ["Span", "code_spans"]

#: The first offset and the one after the last.
Span = tuple[int, int]

_LINE: Final = re.compile(r"[^\n\r]*(?:\r\n|\n|\r|\Z)")
_QUOTES: Final = re.compile(r"(?: {0,3}> ?)+")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})([^\n\r]*)")
_BULLET: Final = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?! )|[ \t]|\Z)")
_TICKS: Final = re.compile("`+")
_TAG: Final = re.compile(r"<(/?)(code|pre|kbd|samp|script|style)\b[^<>]*>", re.I)
_TAB: Final = 4


class _Fence(NamedTuple):
    """A fenced block that is open."""

    marks: str
    start: int
    quotes: int  # it ends where fewer begin a line
    floor: int  # or where a line begins before this column


def code_spans(body: Body) -> tuple[Span, ...]:
    """
    Return where *body* is code, in order, without overlaps.

    In Markdown these are fenced and indented blocks, spans between backticks, and
    the elements that HTML has for code; in HTML those elements alone.

    >>> code_spans(Body(source="see `ada` and ada"))
    ((4, 9),)
    """
    if body.media_type == MARKDOWN:
        blocks, prose = _blocks(body.source)
        inline = [span for part in prose for span in _ticks(body.source, *part)]
        known = _joined([*blocks, *inline])
        return _joined([*known, *_elements(body.source, known)])
    if body.media_type == HTML:
        return _joined(_elements(body.source, ()))
    return ()


def _blocks(source: str) -> tuple[list[Span], list[Span]]:
    """Return the blocks of code, and the paragraphs of what is not."""
    code: list[Span] = []
    prose: list[Span] = []
    fence: _Fence | None = None
    floor = 0  # the column where what is in a list item begins
    paragraph: int | None = None
    depth = 0  # the quotes that the paragraph began in
    for line in _LINE.finditer(source):
        start, end = line.span()
        if start == end:
            break
        quoted = _QUOTES.match(source, start, end)
        inner = quoted.end() if quoted else start
        quotes = source.count(">", start, inner)
        text = source[inner:end].strip()
        column = _column(source, inner, end, inner - start)
        if fence is not None:
            closed = text.startswith(fence.marks) and not text.strip(fence.marks[0])
            left = quotes < fence.quotes or (text and column < fence.floor)
            if closed or left:
                code.append((fence.start, end if closed and not left else start))
                fence = None
            if not left:
                continue
        indented = column >= floor + _TAB
        if text and indented and paragraph is None:
            code.append((start, end))
            continue
        bullets = 0
        while not indented and (bullet := _BULLET.match(text, bullets)):
            bullets = bullet.end()
        if bullets:
            floor = column + bullets
        elif text and paragraph is None and column < floor:
            floor = 0
        text = text[bullets:]
        opening = None if indented else _FENCE.match(text)
        if opening and opening[1][0] == "`" and "`" in opening[2]:
            opening = None
        if paragraph is not None and (not text or opening or bullets or quotes > depth):
            prose.append((paragraph, start))
            paragraph = None
        if opening:
            fence = _Fence(opening[1], start, quotes, min(floor, column + bullets))
        elif bullets and text[:_TAB].isspace() and text.strip():
            code.append((start, end))
        elif text and paragraph is None:
            paragraph, depth = start, quotes
    if fence is not None:
        code.append((fence.start, len(source)))
    elif paragraph is not None:
        prose.append((paragraph, len(source)))
    return code, prose


def _column(source: str, start: int, end: int, before: int) -> int:
    """Return how far the text of a line is indented, tabs to the next stop."""
    column = before
    for place in range(start, end):
        if source[place] == " ":
            column += 1
        elif source[place] == "\t":
            column += _TAB - column % _TAB
        else:
            break
    return column - before


def _ticks(source: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans between equal runs of backticks in one paragraph."""
    runs = [match.span() for match in _TICKS.finditer(source, start, end)]
    places: dict[int, list[int]] = {}
    for first, last in runs:
        places.setdefault(last - first, []).append(first)
    done = start
    for first, last in runs:
        if first < done:
            continue
        escapes = first
        while escapes > done and source[escapes - 1] == "\\":
            escapes -= 1
        opening = first + (first - escapes) % 2  # a backslash takes one tick away
        same = places.get(last - opening, ())
        following = bisect_left(same, last)
        if opening < last and following < len(same):
            done = same[following] + last - opening
            yield opening, done


def _elements(source: str, code: tuple[Span, ...]) -> Iterator[Span]:
    """Yield the elements for code, from tag to tag, tags inside *code* left out."""
    opened: dict[str, list[int]] = {}
    for tag in _TAG.finditer(source):
        if touches(code, *tag.span()):
            continue
        name = tag[2].lower()
        if not tag[1]:
            opened.setdefault(name, []).append(tag.start())
        elif opened.get(name):
            yield opened[name].pop(), tag.end()


def touches(spans: tuple[Span, ...], start: int, end: int) -> bool:
    """Tell whether any of *spans*, in order, shares a place with one more."""
    at = bisect_left(spans, (start, start))
    before = at > 0 and spans[at - 1][1] > start
    return before or (at < len(spans) and spans[at][0] < end)


def _joined(spans: "list[Span] | Iterator[Span]") -> tuple[Span, ...]:
    kept: list[Span] = []
    for start, end in sorted(spans):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)
