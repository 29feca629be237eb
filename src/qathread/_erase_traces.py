"""The proof of an erasure: a search for what must be gone."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from ._checks import settle
from ._erase_text import is_whole, letters, name_pattern
from .errors import ValidationError

__all__ = ["Trace", "traces"]

_CONTEXT: Final = 20
_JSON: Final = re.compile(
    r'\\(?:((?:u[0-9a-fA-F]{4})(?:\\u[0-9a-fA-F]{4})*)|(["\\/bfnrt]))'
)
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PERCENT: Final = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


@frozen(kw_only=True, weakref_slot=False)
class Trace:
    """
    Something that is still there.

    Attributes:
        text: What was looked for.
        form: How it was written where it was found: ``plain``, ``json``,
            ``json in json``, ``percent``, ``html`` or ``markdown``; other forms
            are not looked at after the first in which it is found.
        count: How often it is there in that form, at least 1.
        excerpt: The first of these places with some characters around it.
    """

    text: str
    form: str
    count: int
    excerpt: str

    def __attrs_post_init__(self) -> None:
        settle(self)


def traces(data: bytes | str, *texts: str, whole: bool = True) -> tuple[Trace, ...]:
    r"""
    Return what is left of *texts* in *data*: nothing, if they were erased.

    They are found in any Unicode normal form, as UTF-8, and escaped for JSON, for
    JSON within JSON, for addresses, for HTML or for Markdown.

    Args:
        data: What a thread, an event, a file or a table was written as. Bytes that
            are not UTF-8 are passed over.
        texts: Ids and names, case-sensitive; one that begins with an @ is
            a handle, looked for without the @ and in any case.
        whole: Whether to leave out places within longer words; Ann in Ann-Marie
            counts. False for files of databases, whose columns stand side by side
            without anything between them.

    Returns:
        At most one entry for each text, in their order.

    Raises:
        ValidationError: If there is no text, or an empty one.

    >>> traces(b'["Zo\\u00eb", "Annika"]', "Zoë", "Ann")
    (Trace(text='Zoë', form='json', count=1, excerpt='["Zoë", "Annika"]'),)
    """
    if isinstance(data, bytes):
        data = data.decode("utf-8", "replace")
    elif not isinstance(data, str):
        raise ValidationError(
            f"traces() is given {type(data).__name__}: write it as bytes first"
        )
    wanted = {text: _pattern(text) for text in texts}
    if not wanted:
        raise ValidationError("nothing to look for: give ids and names")
    found: dict[str, Trace] = {}
    for form, view in _views(data):
        for text, pattern in wanted.items():
            if text not in found:
                places = list(_places(pattern, view, whole))
                if places:
                    start, end = places[0]
                    excerpt = view[max(0, start - _CONTEXT) : end + _CONTEXT]
                    found[text] = Trace(
                        text=text,
                        form=form,
                        count=len(places),
                        excerpt=_shown(excerpt),
                    )
    return tuple(found[text] for text in wanted if text in found)


def _pattern(text: object) -> re.Pattern[str]:
    if not isinstance(text, str) or not text.strip().strip("@"):
        raise ValidationError(f"{text!r} cannot be looked for: give an id or a name")
    handle = text.startswith("@")
    flags = re.IGNORECASE if handle else re.NOFLAG
    return re.compile(name_pattern(text.removeprefix("@")), flags)


def _shown(text: str) -> str:
    """Return a part of anything as text that a value can hold."""
    legal = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return unicodedata.normalize("NFC", legal)


def _places(
    pattern: re.Pattern[str], view: str, whole: bool
) -> Iterator[tuple[int, int]]:
    place = 0
    while match := pattern.search(view, place):
        start, end = match.span()
        if not whole or _stands_alone(view, start, end):
            yield start, end
        place = start + 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether no letter is beside it; Ann-Marie may be Ann, so it counts."""
    first = max(0, start - 1)
    seen = text[first : end + 1].replace("-", " ").replace("\u2010", " ")
    return is_whole(seen, start - first, end - first)


def _views(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text as it may be read, each reading once, decomposed."""
    known: set[str] = set()
    readings: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("plain", str),
        ("json", _from_json),
        ("json in json", lambda held: _from_json(_from_json(held))),
        ("percent", lambda held: _from_percent(_from_json(held))),
        ("html", lambda held: html.unescape(_from_json(_from_json(held)))),
        ("markdown", lambda held: _ESCAPE.sub(r"\1", _from_json(_from_json(held)))),
        ("markdown", lambda held: _ESCAPE.sub(r"\1", held)),
    )
    for form, read in readings:
        view = letters(read(text))
        if view not in known:
            known.add(view)
            yield form, view


def _from_json(text: str) -> str:
    if "\\" not in text:
        return text

    def char(found: re.Match[str]) -> str:
        if found[2]:
            return _SHORT.get(found[2], found[2])
        units = bytes.fromhex(found[1].replace("\\u", "").removeprefix("u"))
        return units.decode("utf-16-be", "replace")

    return _JSON.sub(char, text)


def _from_percent(text: str) -> str:
    if "%" not in text:
        return text
    return _PERCENT.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode(
            "utf-8", "replace"
        ),
        text,
    )
