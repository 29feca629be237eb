"""
The text of an XML file, decoded and mended so that a parser takes it.

What XML cannot hold, written as it is or as a reference, becomes U+FFFD; so do bytes
that are not UTF-8 (or UTF-16 with a mark). A name of HTML such as ``&nbsp;``, which XML
does not know, becomes the reference to its characters. Sections, comments and
instructions are left alone. Text comes in pieces, and no reference is cut in two. Time
grows with the size of the input.
"""

import codecs
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Final

from ._report import Collector
from ._sources import Input

__all__ = ["FORBIDDEN", "decoded"]

_HELD_BACK: Final = 40  # characters: no reference and no mark of a section is longer
#: What XML cannot hold. Lone surrogates never come out of a decoder.
FORBIDDEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BAD_NUMBER: Final = (
    r"&#(?:0{0,9}(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0{0,9}(?:[0-8bcefBCEF]|1[0-9a-fA-F])"
    r"|x0{0,6}[dD][89a-fA-F][0-9a-fA-F]{2}|x0{0,6}[fF]{3}[eEfF]"
    r"|0{0,6}(?:5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]"
    r"|5734[0-3]|6553[45]));"
)
_WRONG: Final = re.compile(
    rf"{_BAD_NUMBER}|&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{{1,31}};)"
)
#: What opens a part in which references mean nothing, and what ends it.
_OPENS: Final = re.compile(r"<!\[CDATA\[|<!--|<\?")
_CLOSES: Final = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_MARKS: Final = re.compile(r"[&<\]?-]")


def decoded(input: Input) -> Iterator[str]:
    """Yield the text, with what XML cannot hold replaced and counted."""
    report = input.report
    head = input.head()
    name, mark = "utf-8", codecs.BOM_UTF8
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        mark = head[:2]
        name = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    decoder = codecs.getincrementaldecoder(name)("strict")
    lenient = codecs.getincrementaldecoder(name)("replace")
    size, rest, until, first = 0, "", "", True
    for chunk in input.chunks():
        data = chunk.removeprefix(mark) if first else chunk
        first = False
        state = decoder.getstate()
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError as error:
            lenient.setstate(state)
            text = lenient.decode(data)
            pending = lenient.getstate()
            good = (state[0] + data).count("\ufffd".encode(name))
            report.damage(
                "encoding",
                f"bytes that are not {name.upper()} (strict reading refuses them, "
                "lenient reading puts U+FFFD): convert the file to UTF-8",
                f"byte {size + error.start}",
                count=max(1, text.count("\ufffd") - good),
            )
            decoder.reset()
            decoder.setstate(pending)
        size += len(chunk)
        text = rest + text
        cut = _cut(text)
        rest, text = text[cut:], text[:cut]
        until, mended = _mended(text, until, report)
        if mended:
            yield mended
    try:
        rest += decoder.decode(b"", True)
    except UnicodeDecodeError:
        report.damage(
            "encoding",
            "the file ends within a character: lenient reading puts U+FFFD",
            f"byte {size}",
        )
        rest += "\ufffd"
    yield _mended(rest, until, report)[1]


def _cut(text: str) -> int:
    """Return where *text* can be cut without cutting a reference or a mark."""
    start = max(0, len(text) - _HELD_BACK)
    found = _MARKS.search(text, start)
    if found is None:
        return len(text)
    at = found.start()
    while at and text[at - 1] in "]-" and at + 2 > found.start():
        at -= 1
    return at


def _mended(text: str, until: str, report: Collector) -> tuple[str, str]:
    """
    Return *text* as XML takes it.

    Args:
        text: A piece that cuts no reference and no mark.
        until: What ends the section, comment or instruction that is open before it;
            empty if none is.
        report: Hears of what was mended.

    Returns:
        What ends the one that is open behind it, and the text.
    """
    if FORBIDDEN.search(text):
        text, count = FORBIDDEN.subn("\ufffd", text)
        _forbidden(report, count)
    parts, at = list[str](), 0
    while at < len(text):
        if until:
            end = text.find(until, at)
            if end < 0:
                parts.append(text[at:])
                break
            end += len(until)
            parts.append(text[at:end])
            at, until = end, ""
            continue
        begun = _OPENS.search(text, at)
        end = len(text) if begun is None else begun.start()
        parts.append(_referred(text[at:end], report))
        if begun is not None:
            until = _CLOSES[begun[0]]
            parts.append(begun[0])
            end = begun.end()
        at = end
    return until, "".join(parts)


def _referred(text: str, report: Collector) -> str:
    """Return *text* with references that XML takes."""
    if "&" not in text:
        return text

    def meant(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            _forbidden(report, 1)
            return "\ufffd"
        characters = html5.get(name)
        if characters is None:
            return found[0]  # the parser says that it is not defined
        report.damage(
            "undefined-entity",
            "names of characters that HTML knows and XML does not (strict reading "
            "refuses them, lenient reading takes the character): write the character",
            f"&{name}",
            error="syntax",
        )
        return "".join(f"&#{ord(each)};" for each in characters)

    return _WRONG.sub(meant, text)


def _forbidden(report: Collector, count: int) -> None:
    report.damage(
        "forbidden-character",
        "characters that XML cannot hold (strict reading refuses them, lenient "
        "reading puts U+FFFD): remove them",
        None,
        count=count,
    )
