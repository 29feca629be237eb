"""A complete page around one thread or several."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from ..errors import ValidationError
from ..posts import Question
from ..thread import Thread
from ._escape import escape
from ._facts import check_now
from ._fragment import language as lang
from ._fragment import pieces
from ._render import check
from ._shape import Images
from ._style import DIGEST, STYLE

__all__ = ["page"]

_NESTING = 6


def page(
    threads: Thread | Iterable[Thread],
    *,
    images: Images = "link",
    now: datetime | None = None,
    language: str = "en",
    data: str | None = None,
) -> Iterator[str]:
    r"""
    Return a complete page of one thread or several, in pieces to be joined.

    It loads nothing from elsewhere, unless *images* is ``"inline"``, and holds no
    script that runs; a content security policy says the same to the browser.

    Args:
        threads: One thread, or any number but none; they are taken one by one.
        images: As in :func:`render`.
        now: As in :func:`fragment`.
        language: Of our own words in the page: a language tag. Texts whose
            language is known bear their own.
        data: JSON-LD as text in which ``<`` is written ``\u003c``; a data block,
            which no browser runs.

    Returns:
        An iterator; the page is the pieces one after another.

    Raises:
        ValidationError: If there is no thread, or an argument is out of its range.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> at = datetime(2026, 1, 2, tzinfo=UTC)
    >>> thread = posting.ask("t", title="Why?", body="x", by=User(id="u"), at=at)
    >>> text = "".join(page(thread))
    >>> text.startswith("<!DOCTYPE html>"), "<title>Why?</title>" in text
    (True, True)
    """
    check(images, 1)
    check_now(now)
    attribute = lang(language)
    if not attribute:
        raise ValidationError(f"language is {language!r}: give a tag such as 'en'")
    if data is not None and "<" in data:
        raise ValidationError("data holds '<': write it as \\u003c")
    found = iter([threads] if isinstance(threads, Thread) else threads)
    first = next(found, None)
    if first is None:
        raise ValidationError("there is no thread to write: give at least one")
    return _pieces(first, found, images, now, attribute, data)


def _pieces(
    first: Thread,
    others: Iterator[Thread],
    images: Images,
    now: datetime | None,
    attribute: str,
    data: str | None,
) -> Iterator[str]:
    second = next(others, None)
    several = second is not None
    title = "Threads" if several else escape(_title(first))
    yield (
        f"<!DOCTYPE html>\n<html{attribute}>\n<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(images)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n"
    )
    if data is not None:
        yield f'<script type="application/ld+json">{data}</script>\n'
    yield "</head>\n<body>\n<main>\n"
    heading = 1
    if several:
        yield f"<h1>{title}</h1>\n"
        heading = 2
    for thread in chain([first], [] if second is None else [second], others):
        yield from pieces(
            thread, images=images, heading=heading, now=now, nesting=_NESTING
        )
    yield "</main>\n</body>\n</html>\n"


def _policy(images: Images) -> str:
    shown = "https: http:" if images == "inline" else "'none'"
    return (
        f"default-src 'none'; script-src 'none'; style-src '{DIGEST}'; "
        f"img-src {shown}; base-uri 'none'; form-action 'none'"
    )


def _title(thread: Thread) -> str:
    root = thread.root
    if isinstance(root, Question) and root.stands and root.title:
        return " ".join(root.title.split()) or "Untitled"
    return "Untitled"
