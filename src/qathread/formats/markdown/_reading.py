"""Markdown that was written here, read again."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final

from ...errors import FormatError, excerpt
from ...thread import Thread
from .._looks import decode, refuse_foreign
from .._report import Collector
from .._sources import Input
from ._header import shell, with_bodies
from ._text import ENDS, LAST, Block, blocks

__all__ = ["read_markdown", "sniff_markdown"]

_FIRST: Final = re.compile(r"---\r?\nqathread: ")
_NEXT: Final = re.compile(r"<!--\r?\nqathread: ")
_NUMBERED: Final = re.compile(r"#{2,6} (?:Answer|Comment) ([0-9]{1,9})(?:,|$)")
_FENCE: Final = re.compile(r"(`{3,})[^`\r\n]*\r?\n")
_WANTED: Final = "a thread as Markdown"


def sniff_markdown(head: bytes) -> bool:
    """Tell whether *head* begins a file that was written here."""
    start = head.removeprefix(b"\xef\xbb\xbf")[:20]
    return start.replace(b"\r", b"").startswith(b"---\nqathread: ")


def read_markdown(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the threads of a file that was written here.

    The header is read strictly also by a lenient reading, and counts where the text
    says something else; the texts of posts are what stands in the file.

    Args:
        input: The file.
        options: None are known.

    Yields:
        Threads as they were written, but for what was lost then.

    Raises:
        FormatError: If it is another Markdown file, or the header is damaged; if
            strict, if the text does not fit the header.
    """
    report = input.report
    refuse_foreign(input.head(), report, _WANTED)
    text = decode(input.document(), report)
    match = _FIRST.match(text)
    if match is None:
        raise report.error(
            "not-this-format",
            "this Markdown was not written by qathread, so it does not say who wrote "
            "what: there is no thread to read",
        )
    if match[0].startswith("---\r"):
        # We write LF alone, so an editor changed them, also within texts.
        text = text.replace("\r\n", "\n")
        report.tell(
            "line-ends",
            "a file whose line ends were changed to CR LF: each is read as LF",
            "line 1",
        )
    reader = _Reader(text, report)
    at: int | None = 0
    while at is not None:
        thread, at = reader.thread(at)
        yield thread


class _Reader:
    def __init__(self, text: str, report: Collector) -> None:
        self._text, self._report = text, report
        self._counted, self._line = 0, 1  # lines up to a place, which moves on
        self._whole = False  # whether the last line was seen

    def thread(self, at: int) -> tuple[Thread, int | None]:
        """Return the thread whose header begins at *at*, and where the next is."""
        text, start, where = self._text, at, self._where(at)
        close = "---" if text.startswith("---", at) else "-->"
        lines: list[str] = []
        at = self._line_end(at)
        while True:
            if at >= len(text):
                raise self._error(start, FormatError("syntax", "the header has no end"))
            end = self._line_end(at)
            line = text[at:end]
            at = end
            if line.rstrip("\r\n") == close:
                break
            lines.append(line)
        try:
            empty, silent = shell(lines)
        except FormatError as error:
            raise self._error(start, error) from error
        found, sources, following = self._blocks(at, empty)
        self._compare(where, empty, found)
        if following is None and not self._whole:
            self._report.damage(
                "no-end",
                f"the last line, {LAST}, is not there: the file was cut off, or it was "
                "taken out; what is there is read",
                self._where(len(text)),
                kind="noted",
                error="syntax",
            )
        for post in empty.posts:
            if post.stands and post.id not in sources and post.id not in silent:
                self._report.damage(
                    "body-missing",
                    "a post without its text, which was cut off or taken out",
                    f"{where}: {post.id}",
                )
        return with_bodies(empty, sources), following

    # -- the text ----------------------------------------------------------------

    def _blocks(
        self, at: int, empty: Thread
    ) -> tuple[list[str], dict[str, str], int | None]:
        """Return our lines, the texts of posts, and where the next header is."""
        text = self._text
        numbered = _numbered(empty)
        lines: list[str] = []
        sources: dict[str, str] = {}
        here = numbered.get(0)
        while at < len(text):
            if text.startswith(("\n", "\r\n"), at):
                at = self._line_end(at)
            elif text.startswith(">", at):
                source, at = self._quote(at)
                self._keep(source, here, sources, at)
            elif (fence := _FENCE.match(text, at)) is not None:
                source, at = self._fenced(fence)
                self._keep(source, here, sources, at)
            else:
                if _NEXT.match(text, at):
                    if lines and lines[-1] == "---":
                        lines.pop()
                    return lines, sources, at
                end = self._line_end(at)
                line = text[at:end].rstrip("\r\n")
                at = end
                if line == LAST:
                    self._whole = True
                    continue
                lines.append(line)
                match = _NUMBERED.match(line)
                if match is not None:
                    here = numbered.get(int(match[1]))
        return lines, sources, None

    def _keep(
        self, source: str, post_id: str | None, sources: dict[str, str], at: int
    ) -> None:
        if post_id is not None and post_id not in sources:
            sources[post_id] = source
            return
        self._report.damage(
            "differs",
            "a quote that stands under no post of the header, or is its second: it is "
            "left out",
            self._where(at),
            kind="skipped",
        )

    def _quote(self, at: int) -> tuple[str, int]:
        """Return what a block quote holds, and where it ends."""
        text, parts = self._text, list[str]()
        for end in ENDS.finditer(text, at):
            start = at + (2 if text.startswith("> ", at) else 1)
            # What an editor made of "> " at the end of a line is an empty line too.
            parts.append(text[min(start, end.start()) : end.start()])
            at = end.end()
            if not text.startswith(">", at) or at >= len(text):
                return "".join(parts), at
            parts.append(end[0])
        start = at + (2 if text.startswith("> ", at) else 1)
        return "".join((*parts, text[start:])), len(text)

    def _fenced(self, fence: re.Match[str]) -> tuple[str, int]:
        """Return what a fence holds, and where it ends."""
        text, start = self._text, fence.end()
        end = text.find(f"\n{fence[1]}", start - 1)  # it may be empty
        if end < 0:
            self._report.damage(
                "syntax",
                "a code fence has no end: it is taken up to the end of the file",
                self._where(fence.start()),
            )
            return text[start:], len(text)
        return text[start:end], self._line_end(end + 1)

    # -- places ------------------------------------------------------------------

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end + 1

    def _where(self, at: int) -> str:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return f"line {self._line}"

    def _error(self, at: int, error: FormatError) -> FormatError:
        where = f"{self._where(at)}, {error.where or 'header'}"
        return self._report.error(error.code, error.message, where)

    def _compare(self, where: str, empty: Thread, found: list[str]) -> None:
        """Report where the text for people says something else than the header."""
        wanted = [
            block.line.rstrip("\n") for block in blocks(empty) if block.line is not None
        ]
        if wanted == found:
            return
        pairs = zip_longest(wanted, found, fillvalue="nothing")
        one, other = next(pair for pair in pairs if pair[0] != pair[1])
        self._report.damage(
            "differs",
            "a line of the text was changed: the header counts, and texts of posts",
            f"{where}: {excerpt(other, 40)!r}, not {excerpt(one, 40)!r}",
            kind="noted",
        )


def _numbered(thread: Thread) -> dict[int, str]:
    """Return which number in the text is which post that has a text."""
    found: dict[int, str] = {}
    number = -1
    lines: list[Block] = list(blocks(thread))
    for place, block in enumerate(lines):
        if block.line is None and block.post_id is not None:
            back = lines[place - 2].line or ""
            match = _NUMBERED.match(back.rstrip("\n"))
            number = 0 if match is None else int(match[1])
            found[number] = block.post_id
    return found
