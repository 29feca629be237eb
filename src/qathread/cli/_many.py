"""Several sources at once: what patterns and folders stand for, and their threads."""

from collections.abc import Iterable, Iterator, Mapping
from glob import glob, has_magic
from itertools import chain
from pathlib import Path

from .. import formats
from ..errors import QathreadError, ValidationError
from ..formats._sources import open_source
from ..formats.registry import Format, by_suffix, choose, find
from ..limits import Limits
from ..losses import LossReport
from ..thread import Thread
from ._common import say
from ._progress import Bar

__all__ = ["Together", "each_to_folder", "expanded", "is_folder_target"]


def expanded(sources: Iterable[str], format: str | None) -> list[str]:
    """
    Return the sources that words of the command line stand for.

    Args:
        sources: Paths, ``-``, patterns such as ``dumps/**/*.json``, and folders. One
            that is a format's own folder is one source; of any other its files.
        format: The format, if it was given.

    Raises:
        ValidationError: If a pattern or a folder holds nothing.
    """
    found = list[str]()
    for source in sources:
        if source != "-" and has_magic(source) and not Path(source).exists():
            matches = sorted(glob(source, recursive=True))
            if not matches:
                raise ValidationError(f"nothing is there under {source!r}")
            found += (match for match in matches if not Path(match).is_dir())
        elif source != "-" and Path(source).is_dir() and not _is_one(source, format):
            files = _files_in(Path(source))
            if not files:
                raise ValidationError(f"the folder {source!r} holds no file")
            found += files
        else:
            found.append(source)
    return found


def is_folder_target(target: str, to: str | None) -> bool:
    """Tell whether each source gets a file of its own under *target*."""
    if target == "-":
        return False
    if to is not None and find(to).folder_writer is not None:
        return False  # that folder is one thing
    return target.endswith("/") or Path(target).is_dir()


def each_to_folder(
    sources: Iterable[str],
    target: str,
    *,
    source_format: str | None,
    target_format: str | None,
    strict: bool,
    bar: Bar,
    options: Mapping[str, object],
) -> tuple[LossReport, int]:
    """
    Convert each source to a file of its own; one that fails does not stop others.

    Args:
        sources: What to read.
        target: The folder to write to, made if it is missing.
        source_format: The format to read; None: found out for each.
        target_format: The format to write.
        strict: Stop at the first that fails, or loses something.
        bar: Counts the sources.
        options: Of the reader.

    Returns:
        What got lost in all, and how many sources failed.

    Raises:
        QathreadError: If strict, for the first that fails.
        ValidationError: If two sources would be written to one file.
    """
    if target_format is None:
        raise ValidationError("a folder has no suffix: add --to NAME")
    suffix = _suffix_of(find(target_format))
    folder = Path(target)
    names = _names(sources, suffix)
    folder.mkdir(parents=True, exist_ok=True)
    step, reports, failed = bar.steps("sources", len(names)), list[LossReport](), 0
    for name, source in names.items():
        try:
            reports.append(
                formats.convert(
                    source,
                    folder / name,
                    source_format=source_format,
                    target_format=target_format,
                    strict=strict,
                    **dict(options),  # type: ignore[arg-type]
                )
            )
        except QathreadError as error:
            if strict:
                raise
            failed += 1
            say(f"qathread: {_named(source, error)}")
        step()
    return _joined(reports), failed


class Together(Iterator[Thread]):
    """
    The threads of several sources, one after another.

    Attributes:
        failed: How many sources could not be read to their end.
    """

    def __init__(
        self,
        sources: Iterable[str],
        *,
        format: str | None,
        strict: bool,
        options: Mapping[str, object],
    ) -> None:
        self.failed = 0
        self._reports = list[LossReport]()
        self._threads = self._read(list(sources), format, strict, options)

    @property
    def report(self) -> LossReport:
        """What reading lost so far."""
        return _joined(self._reports)

    def __next__(self) -> Thread:
        return next(self._threads)

    def _read(
        self,
        sources: list[str],
        format: str | None,
        strict: bool,
        options: Mapping[str, object],
    ) -> Iterator[Thread]:
        for source in sources:
            try:
                with formats.read(
                    source,
                    format,
                    strict=strict,
                    **dict(options),  # type: ignore[arg-type]
                ) as reading:
                    try:
                        yield from reading
                    finally:
                        self._reports.append(reading.report)
            except QathreadError as error:
                if strict or len(sources) == 1:
                    raise
                self.failed += 1
                say(f"qathread: {_named(source, error)}")


def _named(source: str, error: QathreadError) -> str:
    text = str(error)
    return text if source in text else f"{source}: {text}"


def _is_one(source: str, format: str | None) -> bool:
    """Tell whether a folder is in a format as a whole."""
    if format is not None:
        return find(format).sniff_folder is not None
    input = open_source(source, Limits(), formats.Collector())
    try:
        choose(input)
    except QathreadError:
        return False
    finally:
        input.close()
    return True


def _files_in(folder: Path) -> list[str]:
    files = (path for path in folder.iterdir() if path.is_file())
    return sorted(str(path) for path in files if not path.name.startswith("."))


def _suffix_of(found: Format) -> str:
    if found.writer is None:
        raise ValidationError(
            f"format {found.name!r} is not written to files: name another one"
        )
    # A suffix that leads back to the format, where it has one.
    own = [each for each in found.suffixes if by_suffix(each) is found]
    return next(chain(own, found.suffixes), "")


def _names(sources: Iterable[str], suffix: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for source in sources:
        stem = "stdin" if source == "-" else Path(source).name.split(".")[0]
        name = f"{stem or Path(source).name}{suffix}"
        if name in names:
            raise ValidationError(
                f"{names[name]!r} and {source!r} would both become {name!r}: convert "
                "them one by one"
            )
        names[name] = source
    return names


def _joined(reports: Iterable[LossReport]) -> LossReport:
    """Return several reports as one, equal cases added up."""
    collector = formats.Collector()
    for loss in chain.from_iterable(reports):
        collector.include(loss)
    return collector.report
