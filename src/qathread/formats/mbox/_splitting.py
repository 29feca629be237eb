"""A stream of mail cut into messages, in memory bounded by one of them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from ...errors import FormatError
from .._report import Collector

__all__ = ["Raw", "is_from_line", "messages", "starts_message"]

_MARK: Final = b"\xef\xbb\xbf"
_FROM: Final = b"From "
_LINE: Final = 1000  # bytes of a From_ line, and of the look at the line below it
#: A time and a year, which every From_ line has; its address may be odd.
_TIME: Final = re.compile(rb"[0-9]:[0-9]{2}(?![0-9])")
_YEAR: Final = re.compile(rb"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_KNOWN: Final = re.compile(
    rb"(?mi)^(?:from|to|cc|date|subject|message-id|in-reply-to|references|received|"
    rb"return-path|delivered-to|reply-to|sender|mime-version|content-type)[ \t]*:"
)
_HEADER: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,80}[ \t]*:")
_BELOW: Final = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>?From ")
_BLANKS: Final = re.compile(rb"[\r\n]+")
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_LENGTH: Final = re.compile(rb"(?mi)^content-length:[ \t]*([0-9]{1,12})[ \t]*\r?$")
_QUOTED: Final = re.compile(rb"(?m)^>(>*From )")
_QUOTED_ONCE: Final = re.compile(rb"(?m)^>(From )")
_OPEN: Final = re.compile(rb"(?m)^From ")


@frozen
class Raw:
    """
    One message as it stands in a mailbox.

    Attributes:
        number: Which one of its file, from 1 up.
        envelope: What its From_ line says after ``From``; None: it has none.
        data: Headers and body, lines that were quoted for the mailbox set right,
            without the blank line that ends it.
    """

    number: int
    envelope: bytes | None
    data: bytes


def starts_message(head: bytes) -> bool:
    """Tell whether *head* begins with a From_ line or with headers of a mail."""
    head = head.removeprefix(_MARK).lstrip(b"\r\n")
    if head.startswith(_FROM):
        return is_from_line(head[: 4 * _LINE])
    block = _BLANK.split(head, maxsplit=1)[0]
    return bool(_HEADER.match(block) and _KNOWN.search(block))


def messages(
    chunks: Iterable[bytes],
    limit: int | None,
    report: Collector,
    *,
    label: str = "",
    quoting: str = "mboxrd",
) -> Iterator[Raw]:
    """
    Yield the messages of a stream.

    A message begins at the start, and at each line after an empty one that begins
    with ``From``, ends in a time and a year, and stands above a header. Where a
    ``Content-Length`` leads to such a line or to the end, it is believed, and lines
    before that which look like the start of a message belong to the body.

    Args:
        chunks: The bytes.
        limit: The most bytes of one message; None: any.
        report: Hears of lines that look like a start.
        label: What places begin with, such as the name of a file.
        quoting: How lines of bodies that begin with ``From`` are quoted:
            ``mboxrd``, ``mboxo`` or ``none``.

    Yields:
        Messages, in order.

    Raises:
        FormatError: ``too-large`` for a message beyond the limit.
    """
    splitter = _Splitter(chunks, limit, report, label)
    while (data := splitter.next()) is not None:
        yield _raw(splitter.number, data, quoting, splitter.is_counted)


class _Splitter:
    """Holds the bytes of one message, and those that are read ahead."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        limit: int | None,
        report: Collector,
        label: str,
    ) -> None:
        self._chunks, self._limit = iter(chunks), limit
        self._report, self._label = report, label
        self._held, self._ended = bytearray(), False
        self.number, self.is_counted = 0, False
        self._fill(len(_MARK))
        if self._held.startswith(_MARK):
            del self._held[: len(_MARK)]

    def next(self) -> bytes | None:
        """Return the next message, with its From_ line; None at the end."""
        self._skip_blank_lines()
        if not self._held:
            return None
        self.number += 1
        end = self._counted_end()
        self.is_counted = end is not None
        if end is not None:
            data = bytes(self._held[:end])
            del self._held[:end]
            return data
        return self._up_to_next()

    def _up_to_next(self) -> bytes:
        """Take what stands before the next start of a message, or up to the end."""
        at = 0
        while True:
            found = self._held.find(b"\nFrom ", at)
            if found < 0:
                if self._ended:
                    return self._take(len(self._held))
                if self._limit is not None and len(self._held) > self._limit + _LINE:
                    raise self._too_large(self._limit)
                at = max(0, len(self._held) - len(_FROM))
                self._fill(len(self._held) + 1)
            elif self._is_start(found):
                return self._take(found + 1)
            else:
                at = found + 1

    def _take(self, end: int) -> bytes:
        if self._limit is not None and end > self._limit:
            raise self._too_large(self._limit)
        data = bytes(self._held[:end])
        del self._held[:end]
        return data

    def _too_large(self, limit: int) -> FormatError:
        return self._report.error(
            "too-large",
            f"a message is larger than {limit} bytes: raise Limits.record, or give "
            "limits=None, if you trust the source",
            self.place,
        )

    @property
    def place(self) -> str:
        """Where the message is."""
        return f"{self._label}message {self.number}"

    def _is_start(self, found: int) -> bool:
        """Tell whether the line after the line end at *found* starts a message."""
        held = self._held
        before = held[max(0, found - 2) : found]
        if found and not before.endswith((b"\n", b"\n\r")) and before != b"\r":
            return False
        self._fill(found + 2 * _LINE)
        line = bytes(held[found + 1 : found + 2 * _LINE])
        if is_from_line(line):
            return True
        self._report.tell(
            "from-line",
            "a line that begins with From after an empty one, and does not start a "
            "message: it is kept as text",
            self.place,
        )
        return False

    def _counted_end(self) -> int | None:
        """Return where Content-Length says that the message ends, if that is so."""
        head = self._head_end()
        if head is None:
            return None
        stated = _LENGTH.search(self._held, 0, head)
        if stated is None:
            return None
        end = head + int(stated[1])
        if self._limit is not None and end > self._limit:
            return None
        self._fill(end + 2 * _LINE)
        if end > len(self._held):
            return None
        rest = bytes(self._held[end : end + 2 * _LINE])
        below = rest.lstrip(b"\r\n")
        if self._ended and not below:
            return len(self._held)
        blank = len(rest) - len(below)
        if (blank or self._held[end - 1 : end] == b"\n") and is_from_line(below):
            return end + blank
        return None

    def _head_end(self) -> int | None:
        """Return where the body begins, if the headers are not too long to look."""
        at, most = 0, 1 << 20
        while True:
            match = _BLANK.search(self._held, at)
            if match is not None:
                return match.end()
            if self._ended or len(self._held) > most:
                return None
            at = max(0, len(self._held) - 4)
            self._fill(len(self._held) + 1)

    def _skip_blank_lines(self) -> None:
        while True:
            self._fill(1)
            blank = _BLANKS.match(self._held)
            if blank is not None:
                del self._held[: blank.end()]
            if self._held or self._ended:
                return

    def _fill(self, size: int) -> None:
        """Read until *size* bytes are held, or all."""
        while len(self._held) < size and not self._ended:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._ended = True
            else:
                self._held += chunk


def is_from_line(text: bytes) -> bool:
    """Tell whether a line starts a message, by itself and what stands below it."""
    line, end, below = text.partition(b"\n")
    if not line.startswith(_FROM) or len(line) > _LINE or not end:
        return False
    return bool(_TIME.search(line) and _YEAR.search(line) and _BELOW.match(below))


def _raw(number: int, data: bytes, quoting: str, is_counted: bool) -> Raw:
    envelope = None
    if data.startswith(_FROM):
        line, _, data = data.partition(b"\n")
        envelope = line[len(_FROM) :].rstrip(b"\r")
    if data.endswith(b"\n\n"):
        data = data[:-1]
    elif data.endswith(b"\n\r\n"):
        data = data[:-2]
    # A body that is counted, and has lines to quote, was written without quoting.
    if quoting != "none" and b">From " in data:
        quoted = _QUOTED if quoting == "mboxrd" else _QUOTED_ONCE
        if not (is_counted and _OPEN.search(data)):
            data = quoted.sub(rb"\1", data)
    return Raw(number, envelope, data)
