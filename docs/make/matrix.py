"""The reference page that says what each conversion loses, made of real samples."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from qathread import Thread, formats
from qathread.formats._features import FEATURES, WORDS
from qathread.formats.registry import find
from qathread.formats.stackexchange._writing_losses import LOSSES
from qathread.losses import LossReport

from .samples import SAMPLES, threads

__all__ = ["READERS", "WRITERS", "page", "written"]

_HEAD: Final = """\
# The matrix of conversions

<!-- Written by `python -m docs.make` from samples: change the formats, not this. -->

Every format that is read, against every format that is written. A number says how many
kinds of loss the report of that conversion had on samples of the format on the left;
what they are is below. A test makes each conversion, reads back what was written, and
compares the threads without the parts that the report names: they are equal, so the
reports leave nothing out. Samples of `lemmy`, `markdown` and `wordpress` are of our own
making, and [`qathread`](../json.md) loses nothing either way.
"""


def _able(writing: bool) -> tuple[str, ...]:
    found = list[str]()
    for name in formats.names():
        known = find(name)
        writers = (known.writer, known.folder_writer)
        able = any(writers) if writing else known.reader is not None
        if able:
            found.append(name)
    return tuple(found)


READERS: Final = tuple(name for name in _able(False) if name in SAMPLES)
WRITERS: Final = tuple(name for name in _able(True) if name != "qathread")


def written(thread: Thread, writer: str, folder: Path) -> tuple[Path, LossReport]:
    """Write one thread, and return where it is and what got lost."""
    known = find(writer)
    suffix = known.suffixes[0] if known.suffixes else ""
    target = folder / (f"thread{suffix}" if known.writer is not None else "thread")
    return target, formats.write(thread, target, writer)


@cache
def losses(reader: str, writer: str) -> Mapping[str, str]:
    """Return the codes of all that gets lost of a reader's samples, and words."""
    found: dict[str, str] = {}
    for thread in threads(reader):
        with TemporaryDirectory() as folder:
            _, report = written(thread, writer, Path(folder))
        for loss in report:
            if not loss.harmless:
                found.setdefault(loss.code, loss.message)
    return dict(sorted(found.items()))


def page() -> str:
    """Return the page as it should be."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "| from | " + " | ".join(WRITERS) + " |"
    yield "| --- |" + " --- |" * len(WRITERS)
    for reader in READERS:
        cells = (str(len(losses(reader, writer))) for writer in WRITERS)
        shown = cells if threads(reader) else (" " for _ in WRITERS)
        yield f"| `{reader}` | " + " | ".join(shown) + " |"
    yield ""
    for writer in WRITERS:
        yield f"## To {writer}"
        yield ""
        yield from _of_one(writer)
        yield ""


def _of_one(writer: str) -> Iterator[str]:
    readers: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for reader in READERS:
        for code, message in losses(reader, writer).items():
            readers.setdefault(code, []).append(reader)
            words.setdefault(code, _words(code, message))
    if not readers:
        yield "Nothing gets lost of any sample."
        return
    yield "| code | lost is | from |"
    yield "| --- | --- | --- |"
    known = [reader for reader in READERS if threads(reader)]
    for code, names in sorted(readers.items()):
        shown = "all" if names == known else ", ".join(names)
        yield f"| `{code}` | {words[code]} | {shown} |"


def _words(code: str, message: str) -> str:
    if code in FEATURES:
        return FEATURES[code][0]
    return WORDS.get(code) or LOSSES.get(code) or message
