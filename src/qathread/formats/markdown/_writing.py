"""Threads as Markdown, one after another."""

from collections.abc import Iterable
from typing import BinaryIO, Final

from ...errors import ValidationError
from ...posts import Stub
from ...thread import Thread
from .._features import FEATURES, lose, report_losses
from .._own_parts import NOT_HELD
from .._report import Collector
from ._header import header
from ._text import LAST, blocks, quoted

__all__ = ["write_markdown"]

_TARGET: Final = "Markdown"
_HELD: Final = frozenset(FEATURES) - NOT_HELD - {"deleted-text"}


def write_markdown(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write threads one after another, a rule between them.

    A deleted or removed post leaves one line. What the report names is left out on
    purpose: the file is for people to read. The last line says that it is whole.

    Raises:
        LossError: If strict, at the first loss.
        ValidationError: If there is no thread at all.
    """
    count = 0
    for count, thread in enumerate(threads, start=1):
        report_losses(thread, report, target=_TARGET, held=_HELD)
        _lose_title(thread, report)
        _lose_extra(thread, report)
        begin, end = ("---\n", "---\n") if count == 1 else ("\n---\n\n<!--\n", "-->\n")
        out.write(begin.encode())
        for line in header(thread):
            out.write(line.encode())
        out.write(end.encode())
        for block in blocks(thread):
            if block.line is not None:
                out.write(f"\n{block.line}".encode())
                continue
            body = thread[block.post_id or ""].body
            if body.source:
                out.write(f"\n{quoted(body)}".encode())
    if not count:
        raise ValidationError("there is no thread to write: give at least one")
    out.write(f"\n{LAST}\n".encode())


def _lose_title(thread: Thread, report: Collector) -> None:
    """Report the title of a question that was taken down and has no text beside."""
    root = thread.root
    if isinstance(root, Stub) or root.stands or root.title is None:
        return
    if not root.body.source:  # else it is counted with its text
        lose(report, "deleted-text", _TARGET, thread.id)


def _lose_extra(thread: Thread, report: Collector) -> None:
    origins = [post.provenance for post in thread.posts]
    origins.append(thread.provenance)
    count = sum(each is not None and each.extra is not None for each in origins)
    if count:
        report.loss(
            "extra",
            f"{_TARGET} has no place for members of the source that have no place in "
            "the model",
            thread.id,
            count=count,
        )
