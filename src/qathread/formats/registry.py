"""Which formats there are, and which one a source is in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from attrs import field, frozen

from ..errors import ValidationError
from ..thread import Thread
from ._looks import looks_like
from ._report import Collector
from ._sources import Input

__all__ = [
    "GROUP",
    "Format",
    "by_suffix",
    "choose",
    "detect",
    "detect_folder",
    "find",
    "names",
]

#: Third parties register a :class:`Format` in this group of entry points.
GROUP = "qathread.formats"

#: Where our own formats are, in the order in which they look at a source: the
#: more a format asks of it, the sooner.
_BUILT_IN: Mapping[str, str] = {
    "qathread": "qathread.formats.native",
    "page-text": "qathread.formats.page_text",
    "markdown": "qathread.formats.markdown",
    "html": "qathread.formats.html",
    "stackexchange-api": "qathread.formats.stackexchange_api",
    "stackexchange": "qathread.formats.stackexchange",
    "reddit": "qathread.formats.reddit",
    "reddit-dump": "qathread.formats.reddit_dump",
    "hackernews": "qathread.formats.hackernews",
    "discourse": "qathread.formats.discourse",
    "github": "qathread.formats.github",
    "lemmy": "qathread.formats.lemmy",
    "mastodon": "qathread.formats.mastodon",
    "activitystreams": "qathread.formats.activitystreams",
    "schema-org": "qathread.formats.schema_org",
    "askbot": "qathread.formats.askbot",
    "convokit": "qathread.formats.convokit",
    "mbox": "qathread.formats.mbox",
    "disqus": "qathread.formats.disqus",
    "wordpress": "qathread.formats.wordpress",
}


@frozen(kw_only=True, weakref_slot=False)
class Format:
    """
    What one format can do.

    Attributes:
        name: The name that ``read`` and ``write`` take.
        summary: One line for a list of formats.
        suffixes: File name endings in lower case, such as ``.json``.
        reader: Takes the opened input and the options; yields threads.
        writer: Takes threads, an open file, the target's name and what counts
            losses.
        sniff: Takes the first 64 KiB; tells whether they are in this format.
        sniff_folder: Takes a folder; tells whether its files are in this format.
        folder_writer: Takes threads, an empty folder, and what counts losses; for
            formats that are folders of files.
        is_own_file: Takes the name of a file in a folder; tells whether writing may
            replace or remove it.
        options: Names of the options that the reader takes.
    """

    name: str
    summary: str = ""
    suffixes: tuple[str, ...] = ()
    reader: Callable[[Input, Mapping[str, object]], Iterator[Thread]] | None = None
    writer: Callable[[Iterable[Thread], BinaryIO, str, Collector], None] | None = None
    sniff: Callable[[bytes], bool] | None = None
    sniff_folder: Callable[[Path], bool] | None = None
    folder_writer: Callable[[Iterable[Thread], Path, Collector], None] | None = None
    is_own_file: Callable[[str], bool] | None = None
    options: frozenset[str] = field(default=frozenset())


def names() -> tuple[str, ...]:
    """Return the names of all formats, sorted; none is imported for it."""
    return tuple(sorted({*_BUILT_IN, *(point.name for point in _foreign())}))


def find(name: str) -> Format:
    """
    Return the format called *name*.

    Raises:
        ValidationError: If there is none, or a third party's cannot be loaded.
    """
    module = _BUILT_IN.get(name)
    if module is not None:
        return cast("Format", import_module(module).FORMAT)
    for point in _foreign():
        if point.name == name:
            return _load(point)
    raise ValidationError(
        f"there is no format {name!r}: give one of {', '.join(names())}"
    )


def choose(input: Input) -> Format:
    """
    Return the format of *input*: by its suffix, then by its first bytes.

    Our own formats go first; third parties' are loaded only if none of ours fits,
    and one that cannot be loaded does not stand in the way of others.

    Raises:
        FormatError: ``not-this-format``, saying what the input looks like.
    """
    if input.is_folder:
        known = None if input.path is None else detect_folder(input.path)
        if known is not None:
            return known
        raise input.report.error(
            "not-this-format", "this is a folder: name its format, or give a file"
        )
    problems: list[str] = []
    for likely in (_readable(_own()), _readable(_loadable(problems))):
        # One by one: a format behind the one that fits need not be imported.
        fitting = (found for found in likely if input.suffix in found.suffixes)
        found = _first(fitting, input.head())
        if found is not None:
            return found
    ours = _suffixed(_own(), input.suffix)
    theirs = _suffixed(_loadable([]), input.suffix) if ours is None else None
    # A suffix that is ours alone says less than content that another one knows:
    # archives of mail are .txt too. Of several the first is taken.
    found = theirs or detect(input.head(), "") or ours
    if found is not None:
        return found
    raise input.report.error("not-this-format", _unknown(input.head(), problems))


def detect_folder(folder: Path) -> Format | None:
    """Return the format that knows the files of *folder* as its own."""
    for known in chain(_own(), _loadable([])):
        if known.sniff_folder is not None and known.sniff_folder(folder):
            return known
    return None


def detect(head: bytes, suffix: str) -> Format | None:
    """Return the format that knows *head* as its own, those of *suffix* first."""
    for group in (_own, lambda: _loadable([])):
        known = list(_readable(group()))
        known.sort(key=lambda found: suffix not in found.suffixes)
        found = _first(known, head)
        if found is not None:
            return found
    return None


def by_suffix(suffix: str) -> Format | None:
    """Return the format that writes files ending in *suffix*, ours before others."""
    for group in (_own, lambda: _loadable([])):
        for found in group():
            if found.writer is not None and suffix in found.suffixes:
                return found
    return None


def _unknown(head: bytes, problems: list[str]) -> str:
    what = looks_like(head)
    if what is not None:
        return f"this is {what}"
    known = ", ".join(found.name for found in _readable(_own()))
    broken = "".join(f" ({problem})" for problem in problems)
    return f"no format knows these bytes: name one of {known}{broken}"


def _suffixed(formats: Iterable[Format], suffix: str) -> Format | None:
    return next((f for f in _readable(formats) if suffix in f.suffixes), None)


def _first(formats: Iterable[Format], head: bytes) -> Format | None:
    return next((f for f in formats if f.sniff is not None and f.sniff(head)), None)


def _readable(formats: Iterable[Format]) -> Iterator[Format]:
    return (found for found in formats if found.reader is not None)


def _own() -> Iterator[Format]:
    return map(find, _BUILT_IN)


def _loadable(problems: list[str]) -> Iterator[Format]:
    """Yield the formats of third parties, noting those that cannot be loaded."""
    for point in _foreign():
        try:
            yield _load(point)
        except ValidationError as error:
            problems.append(str(error))


def _foreign() -> tuple[EntryPoint, ...]:
    """Return the entry points of third parties; none may take a name of ours."""
    points = (p for p in entry_points(group=GROUP) if p.name not in _BUILT_IN)
    return tuple(sorted(points, key=lambda point: (point.name, point.value)))


def _load(point: EntryPoint) -> Format:
    try:
        found = point.load()
    except Exception as error:
        owner = "" if point.dist is None else f" of {point.dist.name}"
        raise ValidationError(
            f"format {point.name!r}{owner} cannot be loaded from {point.value!r}: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(found, Format):
        raise ValidationError(
            f"format {point.name!r}: {point.value!r} is a {type(found).__name__}, "
            "not a qathread.formats.Format"
        )
    return found
