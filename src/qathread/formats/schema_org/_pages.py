"""Pages of HTML: which address they have, and all structured data in them."""

import re
from collections.abc import Iterator
from typing import Final

from ...limits import Limits
from .._html_tree import Element, address, line_of, parse_html
from .._report import Collector
from ._jsonld import documents
from ._microdata import microdata
from ._nodes import Allowance, Source
from ._rdfa import rdfa

__all__ = ["page_sources"]

_ABSOLUTE: Final = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_SCRIPT: Final = "application/ld+json"


def page_sources(data: bytes, report: Collector, limits: Limits | None) -> list[Source]:
    """
    Return what JSON-LD, microdata and RDFa of a page say, as far as they are there.

    Raises:
        MissingExtraError: If lxml is not installed.
        FormatError: If the page or a script is nested too deep; if strict, at any
            damage.
    """
    root = parse_html(data, report, limits)
    base = _base(root)
    found: list[Source] = []
    for element in root.iter("script"):
        kind = (element.get("type") or "").partition(";")[0]
        if kind.strip().lower() == _SCRIPT:
            found.extend(_script(element, report, limits, base))
    allowance = Allowance(len(data), report)
    found.append(microdata(root, report, base, allowance))
    found.append(rdfa(root, base, allowance))
    return found


def _script(
    element: Element, report: Collector, limits: Limits | None, base: str | None
) -> Iterator[Source]:
    text = element.text or ""
    inner = _unwrapped(text)
    yield from documents(inner.encode(), report, limits, line_of(element), base)


def _unwrapped(text: str) -> str:
    text = text.strip()
    for start in ("<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["):
        text = text.removeprefix(start)
    for end in ("-->", "//]]>", "/*]]>*/", "]]>"):
        text = text.removesuffix(end)
    return text


def _base(root: Element) -> str | None:
    """Return the address of a page, as far as it says so itself."""
    canonical, shared, stated = None, None, None
    for element in root.iter("base", "link", "meta"):
        if element.tag == "base" and stated is None:
            stated = element.get("href")
        elif element.tag == "link" and canonical is None:
            if "canonical" in (element.get("rel") or "").lower().split():
                canonical = element.get("href")
        elif element.tag == "meta" and element.get("property") == "og:url":
            shared = shared or element.get("content")
    page = next((u for u in (canonical, shared) if u and _ABSOLUTE.match(u)), None)
    if stated is not None:
        found = address(page, stated)
        if _ABSOLUTE.match(found):
            return found
    return page
