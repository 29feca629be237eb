"""Real samples of each format, and a few of their threads that differ most."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from qathread import Thread, formats
from qathread.errors import FormatError
from qathread.formats._features import FEATURES
from qathread.thread import content_in

__all__ = ["SAMPLES", "Sample", "differing", "folder", "sources", "threads"]

ROOT: Final = Path(__file__).parents[2]
#: Formats of which no real sample is at hand, with a writer that makes some of others.
_MADE: Final = ("markdown", "wordpress")
_OTHERS: Final = ("discourse", "page-text", "stackexchange-api")
_MOST: Final = 400  # threads looked at per source
_KEPT: Final = 12  # threads kept per format


@frozen
class Sample:
    """
    Where samples of one format are.

    Attributes:
        paths: Below the folder of samples; patterns stand for files.
        options: What the reader needs to be told.
    """

    paths: tuple[str, ...]
    options: Mapping[str, str] = field(factory=dict)


#: Samples by format; formats of our own making are made of the others.
SAMPLES: Final[Mapping[str, Sample]] = {
    "activitystreams": Sample(("activitypub/lemmy_assets/*/*/*.json",)),
    "askbot": Sample(("askbot/*.json", "askbot/*.html.xz")),
    "convokit": Sample(("convokit/cornell_a",)),
    "discourse": Sample(("discourse/*.json", "discourse/*.jsonl")),
    "disqus": Sample(("comment_exports/disqus.xml",)),
    "github": Sample(("github_discussions/*.json",)),
    "hackernews": Sample(("hackernews/*.json",)),
    "lemmy": Sample(()),
    "markdown": Sample(()),
    "mastodon": Sample(("mastodon_api",)),
    "mbox": Sample(("mbox/*.txt", "mbox/*.mbox")),
    "page-text": Sample(("qa_text/*.txt",)),
    "reddit": Sample(("reddit_api",)),
    "reddit-dump": Sample(("reddit_dump",)),
    "schema-org": Sample(
        ("schema_org/*", "html_microdata_qapage/*.html.xz"), {"assume_tz": "UTC"}
    ),
    "stackexchange": Sample(
        (
            "stackexchange_dump/conlang.meta.stackexchange.com_2020-09",
            "stackexchange_dump/ai.stackexchange.com_2016-12",
        )
    ),
    "stackexchange-api": Sample(("stackexchange_api/*.json",)),
    "wordpress": Sample(()),
}


def folder() -> Path | None:
    """Return the folder of samples, if it is there."""
    shared = Path(os.environ.get("QATHREAD_SHARED", ROOT.parent / "shared"))
    found = shared / "data" / "formats"
    return found.resolve() if found.is_dir() else None


def sources(format: str) -> list[Path]:
    """Return the files and folders of samples of a format."""
    if format == "lemmy":  # no answer of a server is at hand: one of our own making
        return [ROOT / "docs" / "examples" / "lemmy.json"]
    base = folder()
    if base is None or format not in SAMPLES:
        return []
    found = (path for each in SAMPLES[format].paths for path in base.glob(each))
    return sorted(path for path in found if path.name != "SOURCES.md")


@cache
def threads(format: str) -> tuple[Thread, ...]:
    """Return a few threads of a format's samples, those that differ most."""
    found = list[Thread]()
    if format in _MADE:
        for thread in chain.from_iterable(map(threads, _OTHERS)):
            out = BytesIO()
            formats.write(thread, out, format)
            found += formats.read(out.getvalue(), format)
        return tuple(differing(found))
    for source in sources(format):
        options: dict[str, Any] = dict(SAMPLES[format].options)
        try:
            with formats.read(source, format, **options) as reading:
                found += islice(reading, _MOST)
        except FormatError:
            continue  # a sample that is to be refused
    return tuple(differing(found))


def differing(several: Iterable[Thread]) -> Iterator[Thread]:
    """
    Yield threads that hold what none before them held, small ones first.

    Args:
        several: Threads of any size.

    Yields:
        At most a dozen.
    """
    seen, kept = set[str](), 0
    for thread in sorted(several, key=len):
        content = content_in(thread)
        parts = {code for code, (_, count) in FEATURES.items() if count(content)}
        if not parts <= seen and kept < _KEPT:
            seen |= parts
            kept += 1
            yield thread
