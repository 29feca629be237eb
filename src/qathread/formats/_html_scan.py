"""One pass over the tags of a page before it is parsed."""

import re
from collections import Counter
from typing import Final

from ._json import place
from ._report import Collector

__all__ = ["VOID", "check_tags"]

_MOST: Final = 500  # attributes of one element
_SHORT: Final = 2000  # characters of a tag that cannot have many attributes
#: Elements without content and end tag.
VOID: Final = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr"),
        *("img", "input", "keygen", "link", "meta", "param", "source", "track", "wbr"),
    )
)
# The quantifiers take what they can and give nothing back, so a tag that never ends is
# looked at once. Names, values and quotes are those of the HTML standard.
_ATTRIBUTE: Final = (
    r"[^\s/>][^\s/>=]*+"
    r"(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>\"'][^\s>]*+)?+)?+"
)
_REST: Final = rf"(?:[\s/]++|{_ATTRIBUTE})*+>?+"
_NAME: Final = r"([A-Za-z][^\s/>]*+)"
_NEXT: Final = re.compile(rf"<(?:{_NAME}{_REST}|/{_NAME}{_REST}|!--|[/?!])")
_EACH: Final = re.compile(_ATTRIBUTE)
_RAW: Final = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE)
    for name in (
        "script",
        "style",
        "textarea",
        "title",
        "xmp",
        "iframe",
        "noembed",
        "noframes",
    )
}
_ITEMS: Final = frozenset(("dd", "dt"))
_CELLS: Final = frozenset(("td", "th"))
_ROWS: Final = frozenset(("thead", "tbody", "tfoot"))
#: What each start tag ends, if it is the innermost open element.
_ENDS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            *("address", "article", "aside", "blockquote", "center", "details"),
            *("dialog", "dir", "div", "dl", "fieldset", "figcaption", "figure"),
            *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
            *("hgroup", "hr", "main", "menu", "nav", "ol", "p", "pre", "section"),
            *("summary", "table", "ul"),
        ),
        frozenset(("p",)),
    ),
    "a": frozenset(("a",)),
    "li": frozenset(("li", "p")),
    "dd": _ITEMS | {"p"},
    "dt": _ITEMS | {"p"},
    "option": frozenset(("option",)),
    "optgroup": frozenset(("option", "optgroup")),
    "td": _CELLS | {"p"},
    "th": _CELLS | {"p"},
    "tr": _CELLS | {"tr", "p"},
    **dict.fromkeys(_ROWS, _CELLS | _ROWS | {"tr", "p"}),
}


def check_tags(text: str, most: int, report: Collector, label: str = "") -> None:
    """
    Refuse a page that is nested too deep, or has an element with too many attributes.

    Args:
        text: The page.
        most: Levels of elements.
        report: Where errors get their names from.
        label: What places begin with.

    Raises:
        FormatError: ``too-deep`` or ``too-large``.
    """
    at, opened, counts = 0, list[str](), Counter[str]()
    while (found := _NEXT.search(text, at)) is not None:
        at = found.end()
        name, closed = found.groups()
        if name is None:
            if closed is None:
                at = _skip(text, found.start(), at)
            else:
                _close(closed.lower(), opened, counts)
            continue
        if at - found.start() > _SHORT and _many(text, found.end(1), at):
            raise report.error(
                "too-large",
                f"an element has more than {_MOST} attributes",
                _place(text, found.start(), label),
            )
        name = name.lower()
        if name in VOID or text.startswith("/>", at - 2):
            continue
        closes = _ENDS.get(name)
        while closes and opened and opened[-1] in closes:
            counts[opened.pop()] -= 1
        if name in _RAW:
            closing = _RAW[name].search(text, at)
            at = len(text) if closing is None else closing.start()
        opened.append(name)
        counts[name] += 1
        if len(opened) > most:
            raise report.error(
                "too-deep",
                f"elements are nested more than {most} deep (Limits.html_depth; the "
                "parser takes no more than 250)",
                _place(text, found.start(), label),
            )


def _close(name: str, opened: list[str], counts: Counter[str]) -> None:
    """Close what an end tag closes; one that closes nothing means nothing."""
    if opened and opened[-1] == name:
        opened.pop()
        counts[name] -= 1
    elif counts[name]:
        while True:
            last = opened.pop()
            counts[last] -= 1
            if last == name:
                break


def _skip(text: str, start: int, at: int) -> int:
    """Return the end of a comment, or of what is no tag."""
    if text.startswith("<!--", start):
        end = text.find("-->", at - 2)
        return len(text) if end < 0 else end + 3
    end = text.find(">", at)
    return len(text) if end < 0 else end + 1


def _many(text: str, at: int, end: int) -> bool:
    return sum(1 for _ in _EACH.finditer(text, at, end)) > _MOST


def _place(text: str, at: int, label: str) -> str | None:
    return place(label, f"line {text.count(chr(10), 0, at) + 1}")
