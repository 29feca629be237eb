"""
Trees of HTML pages, for readers.

The parser is lxml's, which takes any markup. Before it works, one pass over the bytes
counts how deep elements are nested and how many attributes they have, because it drops
all text of elements too deep, and its time grows with the square of the number of
attributes. Nothing is fetched, and a page names no entities of its own. Everything
here takes time in proportion to the page, and walks without recursion.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urljoin

from ..errors import MissingExtraError, excerpt
from ..limits import Limits
from ._html_scan import VOID, check_tags
from ._json import place
from ._looks import refuse_foreign
from ._report import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Element",
    "address",
    "inner_html",
    "is_page",
    "line_of",
    "parse_html",
    "text_of",
    "walk",
]

#: Beyond it the parser drops text, without a word but in its log.
_DEEPEST: Final = 250
_LONG: Final = 2_000_000  # characters of a page without a text that is too long
_RAW: Final = frozenset(("script", "style", "xmp", "iframe", "noembed", "noframes"))
_UNSEEN: Final = frozenset(("script", "style", "template"))
_BLANKS: Final = " \t\n\r\f"
#: Where a page names its encoding: in a meta element, or in a declaration of XML.
_STATED: Final = re.compile(
    rb"<(?:meta[^>]{1,400}?charset|\?xml[^>]{1,200}?encoding)\s*=\s*[\"']?\s*"
    rb"([A-Za-z0-9_:.-]{1,40})",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
#: How UTF-16 begins that has no mark of its byte order.
_UNMARKED: Final = re.compile(rb"(?:[ \t\r\n]\0)*+[<{\[]\0|(?:\0[ \t\r\n])*+\0[<{\[]")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Encodings by the names that pages use, as browsers understand them.
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    # A page that is read as bytes up to here is not in UTF-16, whatever it says.
    "utf-16": "utf-8",
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "cp1252": "cp1252",
    "x-sjis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "macintosh": "mac_roman",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "ibm866": "cp866",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp",
    "euc-kr": "cp949",
    **{f"windows-{each}": f"cp{each}" for each in (874, *range(1250, 1259))},
    **{f"iso-8859-{each}": f"iso8859_{each}" for each in (*range(2, 9), 10, 13, 14)},
    "iso-8859-9": "cp1254",
    "iso-8859-15": "iso8859_15",
    "iso-8859-16": "iso8859_16",
}


class Element(Protocol):
    """What is used of an element of lxml; a comment has a function as its tag."""

    tag: object
    text: str | None
    tail: str | None
    sourceline: int | None

    @property
    def attrib(self) -> "Mapping[str, str]":
        """Attributes by name, in lower case."""
        ...

    def get(self, name: str, /) -> str | None:
        """Return an attribute."""
        ...

    def getparent(self) -> "Element | None":
        """Return what it stands in."""
        ...

    def __iter__(self) -> "Iterator[Element]":
        """Yield what stands in it."""
        ...

    def iter(self, *tags: str) -> "Iterator[Element]":
        """Yield itself and what stands in it at any depth, by tag."""
        ...

    def xpath(self, path: str, /) -> "list[Element]":
        """Return elements in order of the page."""
        ...


def is_page(head: bytes, report: Collector, wanted: str) -> bool:
    """
    Tell whether input is a page, rather than JSON.

    Args:
        head: Its first bytes.
        report: Where errors get their names from.
        wanted: What was expected, for the message.

    Raises:
        FormatError: ``encoding`` if it is UTF-16 without a mark, which nobody can be
            sure of; ``not-this-format`` if it is no text at all.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            text = head[len(mark) :].decode(encoding, "ignore")
            if text.lstrip()[:1] == "<":
                return True
            break
    else:
        if head.lstrip()[:1] == b"<" and not _UNMARKED.match(head):
            return True
    if _UNMARKED.match(head):
        raise report.error(
            "encoding",
            "this is UTF-16 without a mark of its byte order: convert it to UTF-8",
            "byte 0",
        )
    refuse_foreign(head, report, wanted)
    return False


def parse_html(
    data: bytes, report: Collector, limits: Limits | None, label: str = ""
) -> Element:
    """
    Return the ``html`` element of a page.

    Args:
        data: The page; its encoding is that of its mark, or the one that it names in
            a ``meta`` element or a declaration of XML, or UTF-8.
        report: Hears of broken characters.
        limits: Its ``html_depth`` bounds the nesting.
        label: What places begin with, such as the name of a file.

    Raises:
        MissingExtraError: If lxml is not installed.
        FormatError: ``too-deep``, or ``too-large`` if an element has too many
            attributes; ``not-this-format`` if there is nothing; if strict, for
            broken characters.
    """
    parser = _parser()
    text = _decoded(data, report, label)
    most = _DEEPEST if limits is None else min(limits.html_depth, _DEEPEST)
    check_tags(text, most, report, label)
    root = parser.parse(text)
    if parser.limit:
        code = "too-deep" if "depth" in parser.limit else "too-large"
        message = f"the parser refuses the page: {excerpt(parser.limit, 80)}"
        raise report.error(code, message, label or None)
    if root is None:
        raise report.error("not-this-format", "the page is empty", label or None)
    return root


class _Parser:
    def __init__(self) -> None:
        from lxml import etree

        self._etree = etree
        self.limit = ""  # what the parser says, if it stopped at a limit of its own

    def parse(self, text: str) -> Element | None:
        parser = self._etree.HTMLParser(
            encoding="utf-8",
            no_network=True,
            remove_pis=True,
            # Else a text of ten million characters is the end of the page.
            huge_tree=len(text) > _LONG,
        )
        try:
            root: Element | None = self._etree.fromstring(
                text.encode("utf-8", "replace"), parser
            )
        except self._etree.ParserError:  # nothing but blanks
            root = None
        for entry in parser.error_log:
            if entry.type_name == "ERR_RESOURCE_LIMIT":
                self.limit = entry.message
        return root


def _parser() -> _Parser:
    try:
        return _Parser()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "lxml":
            raise
        message = "reading HTML pages needs lxml: pip install 'qathread[html]'"
        raise MissingExtraError(message) from error


def _decoded(data: bytes, report: Collector, label: str) -> str:
    encoding = None
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding, data = name, data[len(mark) :]
            break
    if encoding is None:
        stated = _STATED.search(_COMMENT.sub(b"", data[:4096]))
        name = "utf-8" if stated is None else stated[1].decode("ascii").lower()
        encoding = _ENCODINGS.get(name)
        if encoding is None:
            report.damage(
                "encoding",
                "the page names an encoding that is not known: it is read as UTF-8",
                place(label, excerpt(name, 40)),
            )
            encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        whole = data.decode(encoding, "ignore")
        report.damage(
            "encoding",
            "bytes that are not in the encoding of the page (strict reading refuses "
            "them, lenient reading puts U+FFFD)",
            place(label, f"byte {error.start}"),
            count=max(1, text.count("\ufffd") - whole.count("\ufffd")),
        )
    if "\0" in text:
        report.damage(
            "forbidden-character",
            "U+0000 in the page (strict reading refuses it, lenient reading puts "
            "U+FFFD)",
            label or None,
            count=text.count("\0"),
        )
        text = text.replace("\0", "\ufffd")
    return text


# -- what stands in an element -------------------------------------------------------


def walk(top: Element) -> Iterator[Element]:
    """Yield *top* and all elements within, in order; no comments."""
    return top.iter("*")


def text_of(top: Element) -> str:
    """Return all text within, as it stands, but that of scripts and styles."""
    parts: list[str] = []
    waiting: list[Element | str] = [top]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            parts.append(found)
            continue
        if found is not top and found.tail:
            waiting.append(found.tail)
        if isinstance(found.tag, str) and (found is top or found.tag not in _UNSEEN):
            waiting.extend(reversed(list(found)))
            if found.text:
                waiting.append(found.text)
    return "".join(parts)


def inner_html(top: Element, *, without: Collection[Element] = ()) -> str:
    """
    Return what stands within as HTML, in one way of writing it.

    Text, attributes and comments are as in the page; what browsers do not care about,
    such as quotes and the case of names, is not.

    Args:
        top: An element.
        without: Elements directly within that are left out.
    """
    raw = top.tag in _RAW
    parts: list[str] = [_text(top.text, raw=raw)]
    waiting: list[Element | str] = list(reversed(list(top)))
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            parts.append(found)
            continue
        if found in without:
            parts.append(_text(found.tail))
            continue
        if not isinstance(found.tag, str):
            parts.append(f"<!--{found.text or ''}-->{_text(found.tail)}")
            continue
        parts.append(_start(found))
        raw = found.tag in _RAW
        if found.tag in VOID:
            parts.append(_text(found.tail))
            continue
        parts.append(_text(found.text, raw=raw))
        waiting.append(f"</{found.tag}>{_text(found.tail)}")
        waiting.extend(reversed(list(found)))
    return "".join(parts)


def _start(element: Element) -> str:
    attributes = "".join(
        f' {name}="{_text(value).replace(chr(34), "&quot;")}"'
        for name, value in element.attrib.items()
    )
    return f"<{element.tag}{attributes}>"


def _text(text: str | None, *, raw: bool = False) -> str:
    if text is None or raw:
        return text or ""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def line_of(element: Element, label: str = "") -> str:
    """Return the place of an element."""
    return place(label, f"line {element.sourceline or 1}") or ""


def address(base: str | None, url: str) -> str:
    """
    Return *url* as it is meant on a page at *base*; as it is if that is not known.

    >>> address("https://example.org/q/1", "/a/2")
    'https://example.org/a/2'
    """
    url = url.strip(_BLANKS)
    try:
        return urljoin(base, url) if base else url
    except ValueError:  # such as a broken address of IPv6
        return url
