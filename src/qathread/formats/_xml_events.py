"""
Records of an XML file that other programs wrote, one after another.

The parser is expat, from the standard library. It is given text that was decoded
and mended here, it loads nothing, and it stops at a document type, so it knows no
entities but the five of XML. What is read of a file at one time is one record: its
bytes are bounded by ``Limits.record``, its levels by ``Limits.xml_depth``. Time
grows with the size of the input, also where one token is very long.

An element becomes its text if it has neither attributes nor children, else a dict:
children by name (a list where a name is repeated), attributes by ``@`` and their
name, and text beside them as ``#text`` unless it is blank. Prefixes of known
namespaces are put in place of those that the file declares.
"""

import codecs
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias
from xml.parsers import expat

from attrs import frozen

from ..errors import excerpt
from ..limits import Limits
from ._looks import refuse_foreign
from ._report import Collector
from ._sources import Input
from ._xml_text import decoded

__all__ = ["Record", "Value", "children", "is_xml", "records", "text_of"]

#: What an element became: a text, a dict, or a list of either.
Value: TypeAlias = "str | dict[str, Any] | list[Any]"

_NODE: Final = 64  # what an element counts beside its text, in bytes of a record
_PROLOG: Final = 1024  # characters fed at a time until the root is open
_SLACK: Final = 1 << 17  # bytes that a token may be longer than is allowed
_UTF8: Final = ("utf-8", "utf8", "us-ascii", "ascii")
_UTF16: Final = ("utf-16", "utf-16le", "utf-16be")


@frozen
class Record:
    """
    One element of the level that was asked for.

    Attributes:
        name: Its name, with the prefix that is usual for its namespace.
        value: What it became.
        line: Where it begins.
        whole: False if the file ends, or is damaged, within it.
        inner: Whether it stands in another one, which comes behind it.
    """

    name: str
    value: Value
    line: int
    whole: bool = True
    inner: bool = False

    def __str__(self) -> str:
        return f"line {self.line}"


def is_xml(head: bytes, root: str, sign: bytes) -> bool:
    """
    Tell whether *head* begins an XML document with this root.

    Args:
        head: The first bytes.
        root: The name of the root element.
        sign: What must stand somewhere behind it.
    """
    text = head
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            text = head[len(mark) :].decode(name, "replace").encode()
    text = text.lstrip()
    if not text.startswith(b"<"):
        return False
    at = text.find(b"<" + root.encode())
    after = text[at + len(root) + 1 : at + len(root) + 2]
    return at >= 0 and after in (b" ", b">", b"\n", b"\r", b"\t") and sign in text[at:]


def records(
    input: Input,
    *,
    level: int,
    inner: Collection[str] = (),
    namespaces: Mapping[str, str],
    wanted: str,
) -> Iterator[Record]:
    """
    Yield the root, and then the elements of one level.

    Args:
        input: The file.
        level: The level of the records: 2 for children of the root.
        inner: Names of children of records that are records of their own; they
            come before what they stand in.
        namespaces: Beginnings of the addresses of known namespaces, and the
            prefixes that are put for them.
        wanted: What is expected, for messages, such as ``a Disqus export``.

    Yields:
        First the root with its attributes alone, then each record at its end. Of a
        file that is cut within a record with inner ones, that record as far as it
        came, not whole.

    Raises:
        FormatError: ``doctype``, ``too-deep``, ``too-large``, ``encoding``,
            ``not-this-format``; if strict, at any damage.
    """
    if input.head()[:2] in (b"<\0", b"\0<"):
        raise input.report.error(
            "encoding", "this is UTF-16 without a mark: convert it to UTF-8", "byte 0"
        )
    refuse_foreign(input.head(), input.report, wanted)
    found = _Builder(input.limits, input.report, level, frozenset(inner), namespaces)
    parser, error = found.parser, None
    fed = 0  # bytes of UTF-8
    try:
        for text in _grouped(decoded(input), found):
            parser.Parse(text, False)
            fed += len(text) if text.isascii() else len(text.encode())
            found.unread = fed - parser.CurrentByteIndex
            if found.most is not None and found.unread > found.most + _SLACK:
                raise found.too_large("a tag or a comment")
            yield from found.take()
        parser.Parse("", True)
        yield from found.take()
    except expat.ExpatError as caught:
        error = caught
    if error is not None:
        yield from found.take()
        yield from _broken(error, found, input.report, wanted)


def _broken(
    error: expat.ExpatError, found: "_Builder", report: Collector, wanted: str
) -> Iterator[Record]:
    """Say what is wrong, and give what is whole of a record that was cut."""
    where = f"line {error.lineno}, column {error.offset + 1}"
    problem = expat.ErrorString(error.code)
    if not found.opened:
        what = f"{wanted} expected, this is no XML ({problem})"
        raise report.error("not-this-format", what, where)
    report.damage(
        "syntax",
        f"the XML is damaged ({excerpt(problem, 80)}): strict reading refuses it, "
        "lenient reading keeps what is whole before it",
        where,
        kind="skipped",
    )
    yield from found.cut()


def _grouped(pieces: Iterator[str], found: "_Builder") -> Iterator[str]:
    """Yield small pieces until the root is open, then at least what is unread."""
    waiting, size = list[str](), 0
    for piece in pieces:
        at = 0
        while not found.opened and at < len(piece):
            # A document type is met before much of it can be expanded.
            end = at + max(_PROLOG, found.unread)
            yield piece[at:end]
            at = end
        if at < len(piece):
            waiting.append(piece[at:] if at else piece)
            size += len(piece) - at
        # The parser looks at an unfinished token again from its start each time.
        if waiting and size >= found.unread:
            yield "".join(waiting)
            waiting, size = [], 0
    yield "".join(waiting)


class _Builder:
    """Makes records of what the parser finds."""

    def __init__(
        self,
        limits: Limits | None,
        report: Collector,
        level: int,
        inner: frozenset[str],
        namespaces: Mapping[str, str],
    ) -> None:
        self._report, self._level, self._inner = report, level, inner
        self._deepest = None if limits is None else limits.xml_depth
        self._records = None if limits is None else limits.records
        self.most = None if limits is None else limits.record
        self._known = namespaces
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._names_of: list[str] = []
        self._values: list[dict[str, Any]] = []
        self._texts: list[list[str]] = []
        self._lines: list[int] = []
        self._done: list[Record] = []
        self._size, self._outer, self._count = 0, 0, 0
        self._has_inner = False
        self.opened, self.unread = False, 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def take(self) -> list[Record]:
        """Return the records that are complete by now."""
        done, self._done = self._done, []
        return done

    def cut(self) -> Iterator[Record]:
        """Yield the record that is open, if some of it was yielded before."""
        if self._has_inner and len(self._values) >= self._level:
            at = self._level - 1
            # An unfinished child is not in there: children are put in at their end.
            yield Record(self._names_of[at], self._values[at], self._lines[at], False)

    def too_large(self, what: str) -> Exception:
        """Return the error that says so."""
        return self._report.error(
            "too-large",
            f"{what} is larger than {self.most} bytes: raise Limits.record, or give "
            "limits=None, if you trust the source",
            self._where(),
        )

    def _where(self) -> str:
        return f"line {self.parser.CurrentLineNumber}"

    # -- what the parser calls ---------------------------------------------------

    def _declaration(self, version: str, encoding: str | None, alone: int) -> None:
        name = (encoding or "utf-8").lower()
        if name in _UTF8 or name in _UTF16:
            return
        raise self._report.error(
            "encoding",
            f"the file says that it is in {excerpt(name, 40)}: convert it to UTF-8",
            "line 1",
        )

    def _doctype(self, *_: object) -> None:
        raise self._report.error(
            "doctype",
            "the file has a document type, which could define entities: remove "
            "everything from <!DOCTYPE to its end",
            self._where(),
        )

    def _start(self, name: str, attributes: list[str]) -> None:
        names, values = self._names_of, self._values
        depth = len(values)
        if depth == self._deepest:
            raise self._report.error(
                "too-deep",
                f"elements are nested deeper than {depth} levels: raise "
                "Limits.xml_depth if you trust the source",
                self._where(),
            )
        value: dict[str, Any] = {}
        outer = self._size
        self._size += _NODE
        if attributes:
            self._attributes(attributes, value)
        names.append(self._names.get(name) or self._name(name))
        values.append(value)
        self._texts.append([])
        if depth < self._level or (depth == self._level and names[-1] in self._inner):
            if depth == self._level:
                self._outer = outer
            self._lines.append(self.parser.CurrentLineNumber)
            if not depth:
                self.opened = True
                self._done.append(Record(names[0], dict(value), self._lines[0]))
        if self.most is not None and self._size > self.most:
            raise self.too_large("a record")
        if depth < self._level - 1:
            self._size = 0

    def _text(self, data: str) -> None:
        texts = self._texts
        if len(texts) >= self._level:
            texts[-1].append(data)
            self._size += len(data)
            if self.most is not None and self._size > self.most:
                raise self.too_large("a record")

    def _end(self, _: str) -> None:
        name, members = self._names_of.pop(), self._values.pop()
        text = "".join(self._texts.pop())
        depth = len(self._values)
        value: Value
        if not members:
            value = text
        else:
            if not text.isspace() and text:
                members["#text"] = text
            value = members
        if depth >= self._level:
            if depth > self._level or name not in self._inner:
                parent = self._values[-1]
                if name not in parent:
                    parent[name] = value
                elif isinstance(before := parent[name], list):
                    before.append(value)
                else:
                    parent[name] = [before, value]
                return
            self._has_inner, self._size = True, self._outer
        elif depth < self._level - 1:
            self._lines.pop()
            return
        else:
            self._has_inner, self._size = False, 0
        inner = depth >= self._level
        self._done.append(Record(name, value, self._lines.pop(), inner=inner))
        self._count += 1
        if self._records is not None and self._count > self._records:
            raise self._report.error(
                "too-large",
                f"there are more than {self._records} records: raise Limits.records "
                "if you trust the source",
                self._where(),
            )

    # -- names -------------------------------------------------------------------

    def _attributes(self, attributes: list[str], value: dict[str, Any]) -> None:
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        for name, text in pairs:
            if name == "xmlns" or name.startswith("xmlns:"):
                self._declare(name[6:], text)
        for name, text in pairs:
            self._size += len(name) + len(text)
            if name != "xmlns" and not name.startswith("xmlns:"):
                value["@" + (self._names.get(name) or self._name(name))] = text

    def _declare(self, prefix: str, address: str) -> None:
        usual = prefix
        for begin, known in self._known.items():
            if address.startswith(begin):
                usual = known
        if self._prefixes.get(prefix, prefix) != usual:
            self._names.clear()
        self._prefixes[prefix] = usual

    def _name(self, raw: str) -> str:
        prefix, colon, local = raw.rpartition(":")
        usual = self._prefixes.get(prefix, prefix)
        name = f"{usual}:{local}" if usual else local
        if not colon:
            name = raw  # one namespace by default: no format here mixes two
        if len(self._names) < 1000:
            self._names[raw] = name
        return name


# -- taking values apart -------------------------------------------------------------


def children(value: object) -> list[Any]:
    """Return a repeated child as a list, one that stands once as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: object) -> str | None:
    """Return the text of an element, beside attributes; None if it has none."""
    if isinstance(value, dict):
        value = value.get("#text")
    return value if isinstance(value, str) and value else None
