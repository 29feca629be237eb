"""
Our own format: one canonical JSON document, or JSON Lines with a thread a line.

It holds everything, so nothing is ever lost, and it is read strictly also by a
lenient reading: what we wrote ourselves is right or damaged, never a matter of taste.
JSON Lines are read line by line in constant memory.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import BinaryIO

from ..errors import FormatError, ValidationError
from ..serialization import from_json, to_json
from ..thread import Thread
from ._looks import refuse_foreign
from ._report import Collector
from ._sources import Input, suffixes
from .registry import Format

__all__ = ["FORMAT"]

_LINES = (".jsonl", ".ndjson")
_WANTED = "a thread as JSON"


def read_native(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield the thread of a document, or the threads of JSON Lines.

    A name that ends in .jsonl or .ndjson means lines; without a name the content
    tells: a whole object in the first line with more below it means lines too.

    Raises:
        FormatError: With line or JSON pointer.
    """
    refuse_foreign(input.head(), input.report, _WANTED)
    if input.suffix in _LINES or (input.suffix == "" and _is_lines(input.head())):
        yield from _read_lines(input)
    else:
        yield _thread(input.document(), input, None)


def _read_lines(input: Input) -> Iterator[Thread]:
    for number, line in input.lines():
        if line.strip():
            yield _thread(line, input, number)


def _thread(data: bytes, input: Input, line: int | None) -> Thread:
    try:
        # Canonical bytes take a faster door, and those have no line end.
        return from_json(data.strip(), Thread, limits=input.limits)
    except FormatError as error:
        places = ("" if line is None else f"line {line}", error.where)
        where = ", ".join(place for place in places if place) or None
        raise input.report.error(error.code, error.message, where) from error


def write_native(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write one line per thread, each a canonical document.

    Raises:
        ValidationError: If there is no thread at all, or more than one for a
            name that promises a single document.
    """
    threads = iter(threads)
    first = list(islice(threads, 2))
    if not first:
        raise ValidationError("there is no thread to write: give at least one")
    suffix = suffixes(name)[0]
    if len(first) > 1 and suffix == ".json":
        raise ValidationError(
            f"{name!r} holds one thread: name it .jsonl to write several"
        )
    for thread in chain(first, threads):
        out.write(to_json(thread) + b"\n")


def sniff_native(head: bytes) -> bool:
    """Tell whether *head* begins one of our documents."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    # Keys are sorted, so the name of the format stands behind the content.
    canonical = start.startswith(b'{"accepted":[')
    return canonical or (start.startswith(b"{") and b'"qathread":' in start)


def _is_lines(head: bytes) -> bool:
    first, end, rest = head.partition(b"\n")
    whole = first.strip().startswith(b"{") and first.strip().endswith(b"}")
    return whole and end == b"\n" and rest.strip().startswith(b"{")


FORMAT = Format(
    name="qathread",
    summary="our own JSON, without loss: one document, or one a line (.jsonl)",
    suffixes=(".json", *_LINES),
    reader=read_native,
    writer=write_native,
    sniff=sniff_native,
)
