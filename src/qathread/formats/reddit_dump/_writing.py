"""Writes threads as lines of submissions and comments."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from ...ids import PostId
from ...posts import Question
from ...thread import Thread, content_in
from .._json import Place
from .._report import Collector
from ..reddit._things import Kind, Style, Thing, thing_of
from ..reddit._threads import thread_of
from ._composing import members_of
from ._ids import ids_of
from ._losing import TARGET, compare

__all__ = ["write_dump", "write_folder"]

_SUBMISSIONS: Final = "RS.ndjson"
_COMMENTS: Final = "RC.ndjson"
_STYLE: Final = Style(exact=True)


def write_dump(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """Write a line for each post: submissions, each before its comments."""
    for _, line in _lines(threads, report):
        out.write(line)


def write_folder(threads: Iterable[Thread], folder: Path, report: Collector) -> None:
    """Write submissions and comments into a file each."""
    with (
        Path(folder, _SUBMISSIONS).open("wb") as submissions,
        Path(folder, _COMMENTS).open("wb") as comments,
    ):
        for kind, line in _lines(threads, report):
            (submissions if kind == "t3" else comments).write(line)


def _lines(
    threads: Iterable[Thread], report: Collector
) -> Iterator[tuple[Kind, bytes]]:
    written: set[str] = set()
    for thread in threads:
        content = content_in(thread)
        ids = ids_of(thread.id, thread.root.id, content)
        if not len(thread) or ids.thread in written:
            report.loss(
                "threads",
                f"{TARGET} has no place for a thread without posts, or for a second "
                "one of the same id: it is left out",
                thread.id,
            )
            continue
        written.add(ids.thread)
        things: list[Thing] = []
        lines: dict[PostId, tuple[Kind, bytes]] = {}
        for post in thread.posts:
            kind: Kind = "t3" if isinstance(post, Question) else "t1"
            members = members_of(post, thread, ids)
            lines[ids.posts[post.id]] = kind, _line(members)
            read = thing_of(kind, members, ids.thread, Place(""), Collector(), _STYLE)
            assert read is not None  # it has an id
            things.append(read)
        again = thread_of(ids.thread, things, Collector())
        compare(thread, again, ids, report)
        for post in again.posts:
            yield lines[post.id]


def _line(members: dict[str, object]) -> bytes:
    text = json.dumps(
        members, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode() + b"\n"
