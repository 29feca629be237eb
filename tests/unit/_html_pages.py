"""What tests ask of a fragment or page, by a parser written from the standard."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[a-z-]+(?:="[^"]*")?)*)\s*>')
VOID = frozenset({"br", "hr", "img", "wbr", "meta"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def tree(page: str) -> Element:
    """Return a whole page as browsers see it."""
    found = html5lib.parse(page, namespaceHTMLElements=False)
    assert isinstance(found, Element)
    return found


def classed(root: Element, name: str) -> list[Element]:
    """Return the elements that bear a class."""
    return [each for each in root.iter() if name in each.get("class", "").split()]


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def unbalanced(markup: str) -> str | None:
    """Return what is wrong with the order of tags in markup of ours."""
    opened: list[str] = []
    for tag in TAG.finditer(markup):
        if tag[2] in VOID:
            continue
        if not tag[1]:
            opened.append(tag[2])
        elif not opened or opened.pop() != tag[2]:
            return tag[0]
    return opened[-1] if opened else None


def barriers(root: Element) -> Iterator[str]:
    """Yield what stands in the way of somebody who cannot see the page."""
    above = None
    for element in root.iter():
        name = str(element.tag)
        if name in HEADINGS:
            level = int(name[1])
            if above is not None and level > above + 1:
                yield f"h{above} is followed by h{level}"
            above = level
            if not text_of(element).strip():
                yield f"h{level} is empty"
        elif name == "a":
            alternatives = [image.get("alt", "") for image in element.iter("img")]
            if not f"{text_of(element)}{''.join(alternatives)}".strip():
                yield "a link has no text"
            if element.get("rel") != "nofollow ugc noopener noreferrer":
                yield "a link vouches for its target"
        elif name == "img" and "alt" not in element.attrib:
            yield "an image has no alternative"
        elif name == "time":
            yield from _no_machine_time(element.get("datetime", ""))
        elif name == "summary" and not text_of(element).strip():
            yield "a summary is empty"
    ids = [each.get("id") for each in root.iter() if each.get("id") is not None]
    if len(ids) != len(set(ids)):
        yield "an id stands twice"


# https://html.spec.whatwg.org/#the-time-element, the forms that are used here
_MACHINE = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-([012]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d"
    r"(:[0-5]\d)?Z?)?)?)?"
)


def _no_machine_time(value: str) -> Iterator[str]:
    if not _MACHINE.fullmatch(value):
        yield f"{value!r} is no time for machines"
