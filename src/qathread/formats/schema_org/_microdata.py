"""
Items of microdata, by the rules of the HTML standard.

The content of elements that hold the text of a post is kept as HTML, every other value
is read as the standard says. What ``itemref`` leads to is read once for each item, so
pages that refer to each other in circles end.
"""

from itertools import islice
from typing import Final

from .._html_tree import Element, inner_html, line_of, text_of, walk
from .._json import Place
from .._report import Collector
from ._nodes import RDF_HTML, Allowance, Node, Source
from ._words import short

__all__ = ["BODIES", "microdata", "value_of"]

#: Properties whose value is the HTML in their element.
BODIES: Final = frozenset(("text", "articleBody"))
_ADDRESSES: Final = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(
        ("audio", "embed", "iframe", "img", "source", "track", "video"), "src"
    ),
    "object": "data",
    "data": "value",
    "meter": "value",
    "meta": "content",
}
_PEOPLE: Final = frozenset(("Person", "Organization"))
_NEAR: Final = 100  # elements of a person in which a link is looked for
_OFTEN: Final = 4  # times that elements are read because items refer to them


def microdata(
    root: Element, report: Collector, base: str | None, allowance: Allowance
) -> Source:
    """
    Return the items of a page.

    Args:
        root: The page.
        report: Hears of items that refer to too much.
        base: Its address, if that is known.
        allowance: How much text they may give.

    Raises:
        FormatError: ``too-large`` beyond the allowance.
    """
    return _Items(root, report, base, allowance).source()


class _Items:
    def __init__(
        self,
        root: Element,
        report: Collector,
        base: str | None,
        allowance: Allowance,
    ) -> None:
        self._root, self._report, self._base = root, report, base
        self._allowance = allowance
        self._made: dict[int, Node] = {}
        self._elements: list[tuple[Element, Node]] = []  # kept, so that ids stay theirs
        self._above: dict[Element, Node | None] = {}
        self._by_id: dict[str, Element] = {}
        self._used: set[int] = set()  # items that others refer to
        self._left = 0

    def source(self) -> Source:
        tops: list[tuple[Node, Place]] = []
        referring: list[tuple[Element, Node]] = []
        for element in self._root.xpath("//*[@itemscope or @itemprop]"):
            item = self._around(element)
            if element.get("itemscope") is not None:
                within = self._item(element)
                if element.get("itemprop") is None or item is None:
                    tops.append((within, Place(within.where)))
                if element.get("itemref"):
                    referring.append((element, within))
            if item is not None:
                self._add(element, item)
        if referring:
            for element in self._root.xpath("//*[@id]"):
                self._by_id.setdefault(element.get("id") or "", element)
            self._left = _OFTEN * sum(1 for _ in walk(self._root))
        for element, item in referring:
            self._refer(element, item)
        for element, item in self._elements:
            self._link(element, item)
        alone = [(node, place) for node, place in tops if id(node) not in self._used]
        return Source("microdata", list(alone), base=self._base)

    def _around(self, element: Element) -> Node | None:
        """Return the item that an element stands in; each way up is gone once."""
        way: list[Element] = []
        found, above = None, element.getparent()
        while above is not None:
            if above in self._above:
                found = self._above[above]
                break
            way.append(above)
            if above.get("itemscope") is not None:
                found = self._item(above)
                break
            above = above.getparent()
        for each in way:
            self._above[each] = found
        return found

    def _item(self, element: Element) -> Node:
        found = self._made.get(id(element))
        if found is None:
            found = self._made[id(element)] = Node()
            self._elements.append((element, found))
            types = (element.get("itemtype") or "").split()
            if types:
                found["@type"] = [short(each) for each in types]
            iri = (element.get("itemid") or "").strip()
            if iri:
                found["@id"] = iri
            found.where, found.anchor = line_of(element), element.get("id") or None
        return found

    def _add(self, element: Element, item: Node) -> None:
        names = (element.get("itemprop") or "").split()
        if not names:
            return
        item_in = None
        if element.get("itemscope") is not None:
            item_in = self._item(element)
        made: dict[bool, object] = {}  # one value as HTML, one as text
        for name in dict.fromkeys(map(short, names)):
            is_body = name in BODIES
            if item_in is None and is_body not in made:
                made[is_body] = value_of(
                    element, name, _stated(element), self._allowance
                )
            value = made[is_body] if item_in is None else item_in
            values = item.setdefault(name, [])
            if isinstance(values, list):
                values.append(value)

    def _link(self, element: Element, item: Node) -> None:
        """Remember where the name of a person leads, if the item has no address."""
        types = item.get("@type")
        if "url" in item or not isinstance(types, list) or not _PEOPLE & {*types}:
            return
        names = item.get("name")
        name = names[0] if isinstance(names, list) and names else None
        for inner in islice(walk(element), _NEAR):
            if inner.tag != "a" or not inner.get("href"):
                continue
            text = self._allowance.taken(text_of(inner), item.where)
            if name is None or " ".join(text.split()) == name:
                item.link = inner.get("href")
                return

    def _refer(self, top: Element, item: Node) -> None:
        """Add the properties in the elements that an item refers to."""
        seen: set[Element] = {top}  # kept alive: ids of others would be theirs again
        waiting: list[Element] = []
        for name in reversed((top.get("itemref") or "").split()):
            element = self._by_id.get(name)
            if element is not None:
                waiting.append(element)
        while waiting:
            element = waiting.pop()
            if not isinstance(element.tag, str) or element in seen:
                continue
            if not self._left:
                self._report.damage(
                    "itemref",
                    "items that refer to the same elements again and again: the rest "
                    "of what they refer to is left out",
                    line_of(top),
                    kind="skipped",
                )
                return
            self._left -= 1
            seen.add(element)
            self._add(element, item)
            if element.get("itemscope") is not None:
                if element.get("itemprop") is not None:
                    self._used.add(id(self._item(element)))
            else:
                waiting.extend(reversed(list(element)))


def _stated(element: Element) -> str | None:
    """Return the value that an element states apart from its content."""
    if element.tag == "time":
        return element.get("datetime")
    attribute = _ADDRESSES.get(str(element.tag))
    if attribute is not None:
        return element.get(attribute) or ""
    return element.get("content")  # not in the standard, but widely used


def value_of(
    element: Element, name: str, stated: str | None, allowance: Allowance
) -> object:
    """
    Return the value of a property.

    Args:
        element: Where it stands.
        name: What it is; the text of a post is kept as HTML.
        stated: What an attribute says; None: the content of the element counts.
        allowance: How much text the properties of a page may give.
    """
    where = line_of(element)
    if stated is not None:
        return allowance.taken(stated, where)
    if name in BODIES:
        html = allowance.taken(inner_html(element), where)
        return {"@type": RDF_HTML, "@value": html}
    return " ".join(allowance.taken(text_of(element), where).split())
