"""
Two HTML parsers that judge what was rendered against a list of what may be.

The lists are written here once more, so that they can disagree with the code.
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Comment, Element, ProcessingInstruction

import html5lib
import lxml.etree
import lxml.html

Seen = tuple[str, dict[str, str]]  # an element and its attributes

ALLOWED = frozenset(
    re.findall(
        r"\w+",
        """
        a abbr b bdi blockquote br caption cite code dd del details dfn div dl dt em
        figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q rp rt ruby
        s samp small span strike strong sub summary sup table tbody td tfoot th thead
        tr tt u ul var wbr
        """,
    )
)
NUMBER = re.compile(r"[0-9]{1,9}")
ANY = re.compile(r"[\s\S]*")
ATTRIBUTES: dict[tuple[str, str], re.Pattern[str]] = {
    ("a", "title"): ANY,
    ("abbr", "title"): ANY,
    ("img", "title"): ANY,
    ("img", "alt"): ANY,
    ("img", "loading"): re.compile("lazy"),
    ("img", "referrerpolicy"): re.compile("no-referrer"),
    ("a", "rel"): re.compile("nofollow ugc noopener noreferrer"),
    ("code", "class"): re.compile(r"language-[\w+#.-]{1,40}", re.ASCII),
    ("ol", "start"): NUMBER,
    ("td", "colspan"): NUMBER,
    ("td", "rowspan"): NUMBER,
    ("th", "colspan"): NUMBER,
    ("th", "rowspan"): NUMBER,
    ("th", "scope"): re.compile("col|row|colgroup|rowgroup"),
}


def by_html5lib(markup: str) -> Iterator[Seen]:
    """Yield elements as a parser written from the standard sees them."""
    for element in html5lib_tree(markup).iter():
        yield from _node(element.tag, dict(element.attrib))


def by_lxml(markup: str) -> Iterator[Seen]:
    """Yield elements as libxml2 sees them."""
    for element in lxml_tree(markup).iter():
        yield from _node(element.tag, {str(k): str(v) for k, v in element.items()})


def html5lib_tree(markup: str) -> Element:
    tree = html5lib.parseFragment(
        markup, container="div", treebuilder="etree", namespaceHTMLElements=False
    )
    assert isinstance(tree, Element)
    return tree


def lxml_tree(markup: str) -> lxml.etree._Element:
    parser = lxml.html.HTMLParser(recover=True, huge_tree=True, encoding="utf-8")
    page = f"<html><body><div>{markup}</div></body></html>".encode()
    return lxml.html.document_fromstring(page, parser=parser).find("body")


def _node(tag: object, attributes: dict[str, str]) -> Iterator[Seen]:
    if tag is Comment or tag is lxml.etree.Comment:
        yield "!--", {}
    elif tag is ProcessingInstruction or tag is lxml.etree.ProcessingInstruction:
        yield "?", {}
    else:
        yield str(tag), attributes


JUDGES: tuple[Callable[[str], Iterator[Seen]], ...] = (by_html5lib, by_lxml)
_FRAMES = ("DOCUMENT_FRAGMENT", "body", "div", "html")


def _serialised(markup: str) -> Iterator[str]:
    """Yield *markup* as each of the parsers writes what it read."""
    yield html5lib.serialize(
        html5lib_tree(markup),
        tree="etree",
        omit_optional_tags=False,
        quote_attr_values="always",
        sanitize=False,
    )
    body = lxml_tree(markup)
    yield lxml.etree.tostring(body, method="html", encoding="unicode")


def findings(markup: str, *, images: bool = False, twice: bool = True) -> list[str]:
    """Return what is in *markup* that may not be, by any parser, also a second time."""
    found = [
        problem
        for judge in JUDGES
        for tag, attributes in judge(markup)
        for problem in _problems(tag, attributes, images)
    ]
    if twice:
        for again in _serialised(markup):
            found += findings(again, images=images, twice=False)
    return found


def _problems(tag: str, attributes: dict[str, str], images: bool) -> Iterator[str]:
    if tag in _FRAMES and not attributes:
        return
    if tag not in ALLOWED and not (images and tag == "img"):
        yield f"element {tag}"
    for name, value in attributes.items():
        if (tag, name) in (("a", "href"), ("img", "src")):
            if not is_safe(value, mail=tag == "a"):
                yield f"address {value!r}"
        elif (tag, name) not in ATTRIBUTES:
            yield f"attribute {name} of {tag}"
        elif not ATTRIBUTES[tag, name].fullmatch(value):
            yield f"value {value!r} of {name}"
    if tag == "a" and "rel" not in attributes:
        yield "link without rel"


def is_safe(address: str, *, mail: bool) -> bool:
    """Judge an address by the standard library's reading of it."""
    if any(ord(character) <= 0x20 for character in address):
        return False
    parts = urlsplit(address)
    if parts.scheme == "mailto":
        return mail and "@" in parts.path and not (parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or "\\" in address:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and "%" not in parts.netloc
