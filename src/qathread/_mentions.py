"""Who is called by name in a text: ``@name``, but not inside code."""

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from .bodies import HTML, MARKDOWN, Body

__all__ = ["called", "name_key"]

_JOINERS: Final = ".-@"  # part of a name between two of its characters
#: After these an @ belongs to an address, a path or a longer word.
_NOT_AFTER: Final = frozenset("/@.-+=&?%#\\")
_QUOTES: Final = re.compile(r"(?: {0,3}> ?)*")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})(.*)")
_MARKER: Final = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_TICKS: Final = re.compile("`+")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)[^<>]*>")
_VERBATIM: Final = frozenset({"code", "pre", "kbd", "samp", "script", "style"})


def name_key(name: str) -> str:
    """
    Return what a name is compared by in mentions; empty if nobody can call it.

    Case does not count; blanks, and all but letters, marks, digits, ``_`` and
    inner ``.``, ``-``, ``@`` are left out: Ada Lovelace is called ``@AdaLovelace``.

    >>> name_key("Ada Lovelace"), name_key("O'Brien"), name_key("!")
    ('adalovelace', 'obrien', '')
    """
    folded = unicodedata.normalize("NFC", name).casefold()
    kept = "".join(c for c in folded if c in _JOINERS or _is_part(c))
    return kept.strip(_JOINERS)


def called(body: Body) -> frozenset[str]:
    """
    Return the keys of all names that a text calls.

    A name ends where no letter, mark, digit or ``_`` follows, so ``@annika`` does
    not call Ann. Markdown and HTML lose their code first.

    >>> sorted(called(Body(source="@Ada, see `@greg` or ask @li. Not x@y.z!")))
    ['ada', 'li']
    """
    if "@" not in body.source and "&" not in body.source:
        return frozenset()
    return frozenset(_calls(unicodedata.normalize("NFC", _prose(body))))


def _is_part(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.category(char).startswith("M")


def _calls(text: str) -> Iterator[str]:
    end = len(text)
    place = text.find("@")
    while place >= 0:
        stop = place + 1
        before = text[place - 1] if place else " "
        if not before.isalnum() and before not in _NOT_AFTER:
            while stop < end and (
                _is_part(text[stop])
                or (
                    text[stop] in _JOINERS
                    and stop > place + 1
                    and stop + 1 < end
                    and _is_part(text[stop + 1])
                )
            ):
                stop += 1
            name = text[place + 1 : stop].casefold()
            if name:
                yield name
                if name.endswith("_"):  # the end of _emphasis_ is no part of it
                    yield name.rstrip("_")
        place = text.find("@", stop)


def _prose(body: Body) -> str:
    if body.media_type == HTML:
        return _without_tags(body.source)
    if body.media_type == MARKDOWN:
        blocks = _paragraphs(body.source)
        return "\n\n".join(_without_tags(_without_ticks(block)) for block in blocks)
    return body.source


# -- Markdown --------------------------------------------------------------------


def _paragraphs(source: str) -> Iterator[str]:
    """Yield the blocks that are not code; what a quote holds is one as well."""
    fence, in_list = "", False
    block: list[str] = []
    for line in source.splitlines():
        line = line.expandtabs(4)
        line = line[_QUOTES.match(line).end() :]  # type: ignore[union-attr]
        text = line.strip()
        if fence:
            if text.startswith(fence) and not text.strip(fence[0]):
                fence = ""
            continue
        opening = _FENCE.match(text)
        if opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
            text = ""
        if not text:
            if block:
                yield "\n".join(block)
            block = []
            continue
        depth = len(line) - len(line.lstrip())
        if not block and depth >= (8 if in_list else 4):
            continue  # indented code
        if _MARKER.match(text):
            in_list = True
        elif not block and depth < 2:
            in_list = False
        block.append(text)
    if block:
        yield "\n".join(block)


def _without_ticks(text: str) -> str:
    """Return a block without its code spans, each left as a blank."""
    runs = [match.span() for match in _TICKS.finditer(text)]
    places: dict[int, list[int]] = {}
    for start, end in runs:
        places.setdefault(end - start, []).append(start)
    kept: list[str] = []
    done = 0
    for start, end in runs:
        if start < done:
            continue
        opening = start
        while opening > done and text[opening - 1] == "\\":
            opening -= 1
        opening = start + (start - opening) % 2  # a backslash takes one tick away
        width = end - opening
        same = places.get(width, ())
        following = bisect_left(same, end)
        if width and following < len(same):
            kept += (text[done:opening], " ")
            done = same[following] + width
    kept.append(text[done:])
    return "".join(kept)


# -- HTML ------------------------------------------------------------------------


def _without_tags(text: str) -> str:
    """Return what is to be read: no tags, no comments, no code."""
    kept: list[str] = []
    inside = done = 0
    text = _without_comments(text)
    for tag in _TAG.finditer(text):
        if not inside:
            kept.append(text[done : tag.start()])
        done = tag.end()
        if tag[2].lower() in _VERBATIM:
            inside = max(0, inside - 1) if tag[1] else inside + 1
            kept.append(" ")
        elif not tag[1]:
            kept.append(" ")
    if not inside:
        kept.append(text[done:])
    return html.unescape("".join(kept))


def _without_comments(text: str) -> str:
    kept: list[str] = []
    done = 0
    while (start := text.find("<!--", done)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        kept += (text[done:start], " ")
        done = end + 3
    kept.append(text[done:])
    return "".join(kept)
