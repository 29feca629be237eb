"""Read, write and convert: the doors that all formats share."""

from collections.abc import Iterable
from itertools import chain
from os import PathLike, fspath
from pathlib import Path

from ..errors import ValidationError
from ..limits import Limits
from ..losses import LossReport
from ..thread import Thread
from . import registry
from ._folders import opened_folder
from ._report import Collector
from ._sources import Source, open_source, suffixes
from ._targets import Target, opened, target_name
from .reading import Progress, Reading

__all__ = ["convert", "names", "read", "sniff", "write"]

names = registry.names


def read(
    source: Source,
    format: str | None = None,
    *,
    strict: bool = False,
    limits: Limits | None = Limits(),
    progress: Progress | None = None,
    **options: object,
) -> Reading:
    r"""
    Read threads, one by one, from a file, a stream or bytes.

    Args:
        source: A path, ``-`` for standard input, an open binary file, or bytes.
            A path that ends in .gz, .bz2, .xz, .zst or .7z is unpacked.
        format: The name of the format; None: by suffix, then by the content.
        strict: Refuse the first damage (FormatError) or loss (LossError).
        limits: How much is read before it is refused; None: everything.
        progress: Wraps the threads, as ``tqdm.auto.tqdm`` does.
        **options: What this format takes, such as ``assume_tz=``.

    Returns:
        An iterator and context manager; its report is complete at the end.

    Raises:
        OSError: If the path cannot be opened.
        FormatError: If the input is in no known format.
        ValidationError: If the format, the source or an option is unknown.
        MissingExtraError: If unpacking needs a package that is not there.

    >>> page = b"Q&A\n\nWhy?\n\nada 7\nWhy is it so?\n\nComments\n"
    >>> [thread.question.title for thread in read(page)]
    ['Why?']
    """
    report = Collector(strict=strict, format=format)
    chosen = None if format is None else registry.find(format)
    input = open_source(source, limits, report)
    try:
        if chosen is None:
            chosen = registry.choose(input)
        report.format = chosen.name
        if chosen.reader is None:
            raise ValidationError(
                f"format {chosen.name!r} is written only: name one that is read"
            )
        _known_options(chosen, options)
        threads = chosen.reader(input, options)
    except BaseException:
        input.close()
        raise
    return Reading(threads, input=input, report=report, progress=progress)


def write(
    threads: Thread | Iterable[Thread],
    target: Target,
    format: str | None = None,
    *,
    strict: bool = False,
) -> LossReport:
    """
    Write threads to a file or a stream, and say what got lost.

    A path is replaced whole or not at all; one that ends in .gz, .bz2, .xz or
    .zst is packed. Some formats are folders of files: then the target is the path
    of a folder that is not there, or holds nothing but such files.

    Args:
        threads: One thread, several, or a reading, of which also what belongs to
            its site is written, where the format has a place for it.
        target: A path, ``-`` for standard output, or an open binary file.
        format: The name of the format; None: by suffix.
        strict: Refuse the first loss; a path then keeps its old content.

    Returns:
        What the format could not hold.

    Raises:
        OSError: If the path cannot be written.
        LossError: If strict, at the first loss.
        ValidationError: If the format or the target is unknown or does not fit.
    """
    name = target_name(target)
    chosen = _writable(name) if format is None else registry.find(format)
    report = Collector(strict=strict, format=chosen.name, source=name)
    several = (threads,) if isinstance(threads, Thread) else threads
    # A format that is a file or a folder is what the target is already.
    into_folder = chosen.folder_writer is not None and _is_folder(target)
    if chosen.writer is not None and not into_folder:
        with opened(target) as out:
            chosen.writer(several, out, name, report)
    elif chosen.folder_writer is not None:
        with opened_folder(target, chosen) as folder:
            chosen.folder_writer(several, folder, report)
    else:
        raise ValidationError(
            f"format {chosen.name!r} is read only: name one that is written"
        )
    return report.report


def convert(
    source: Source,
    target: Target,
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    strict: bool = False,
    limits: Limits | None = Limits(),
    progress: Progress | None = None,
    **options: object,
) -> LossReport:
    """
    Read *source* and write it to *target* in another format.

    Args:
        source: As in :func:`read`.
        target: As in :func:`write`.
        source_format: The format to read; None: found out.
        target_format: The format to write; None: by suffix.
        strict: Refuse the first damage or loss; a path then keeps its content.
        limits: As in :func:`read`.
        progress: As in :func:`read`.
        **options: Of the reader.

    Returns:
        What reading and writing lost, in this order.

    Raises:
        QathreadError: As :func:`read` and :func:`write` do.
        OSError: If a path cannot be opened.
    """
    with read(
        source,
        source_format,
        strict=strict,
        limits=limits,
        progress=progress,
        **options,
    ) as reading:
        written = write(reading, target, target_format, strict=strict)
        return LossReport(losses=tuple(chain(reading.report, written)))


def sniff(source: Source) -> str | None:
    """
    Name the format of *source*, from its suffix and its first bytes, or its files.

    Args:
        source: As in :func:`read`; a stream that can seek is set back.

    Returns:
        The name, or None if no format knows it.

    Raises:
        OSError: If the path cannot be opened.
    """
    report = Collector(strict=False)
    stream = None
    if not isinstance(source, str | PathLike | bytes | bytearray | memoryview):
        stream = source if source.seekable() else None
    place = None if stream is None else stream.tell()
    input = open_source(source, Limits(), report)
    try:
        if input.is_folder:
            found = None if input.path is None else registry.detect_folder(input.path)
        else:
            found = registry.detect(input.head(), input.suffix)
        return None if found is None else found.name
    finally:
        input.close()
        if stream is not None and place is not None:
            stream.seek(place)


def _is_folder(target: Target) -> bool:
    if not isinstance(target, str | PathLike):
        return False
    return fspath(target).endswith("/") or Path(target).is_dir()


def _known_options(chosen: registry.Format, options: Iterable[str]) -> None:
    unknown = sorted(set(options) - chosen.options)
    if unknown:
        known = ", ".join(sorted(chosen.options)) or "none"
        raise ValidationError(
            f"format {chosen.name!r} takes no option {unknown[0]!r}: it takes {known}"
        )


def _writable(name: str) -> registry.Format:
    suffix = suffixes(name)[0]
    found = registry.by_suffix(suffix)
    if found is not None:
        return found
    what = f"the suffix {suffix!r}" if suffix else "no suffix"
    raise ValidationError(
        f"{name!r} has {what}, which names no format that is written: give format="
    )
