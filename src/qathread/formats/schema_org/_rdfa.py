"""Nodes of RDFa Lite in the words of schema.org."""

from attrs import frozen

from .._html_tree import Element, line_of
from .._json import Place
from ._microdata import BODIES, value_of
from ._nodes import Allowance, Node, Source
from ._words import short

__all__ = ["rdfa"]

_TEXT = ("content", "datetime")
_ADDRESSES = ("resource", "href", "src")


@frozen(eq=False)
class _Context:
    """What holds for an element and all within."""

    is_schema: bool
    prefixes: frozenset[str]
    node: Node | None

    def name(self, term: str) -> str | None:
        """Return the short name of a term; None if it is none of schema.org."""
        prefix, colon, rest = term.partition(":")
        if not colon:
            return term if self.is_schema else None
        if prefix in self.prefixes:
            return rest
        found = short(term)
        return None if found == term else found


def rdfa(root: Element, base: str | None, allowance: Allowance) -> Source:
    """
    Return the nodes of a page.

    Args:
        root: The page.
        base: Its address, if that is known.
        allowance: How much text they may give.

    Raises:
        FormatError: ``too-large`` beyond the allowance.
    """
    tops: list[tuple[Node, Place]] = []
    if not root.xpath("//*[@typeof][1]"):
        return Source("RDFa", [], base=base)
    waiting = [(root, _Context(False, frozenset(("schema",)), None))]
    while waiting:
        element, context = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        context = _within(element, context)
        node = _node(element, context)
        names = [
            name
            for name in map(context.name, (element.get("property") or "").split())
            if name
        ]
        if context.node is not None:
            made: dict[bool, object] = {}  # one value as HTML, one as text
            for name in dict.fromkeys(names):
                is_body = name in BODIES
                if node is None and is_body not in made:
                    stated = _stated(element)
                    made[is_body] = value_of(element, name, stated, allowance)
                values = context.node.setdefault(name, [])
                if isinstance(values, list):
                    values.append(made[is_body] if node is None else node)
        if node is not None:
            if context.node is None or not names:
                tops.append((node, Place(node.where)))
            context = _Context(context.is_schema, context.prefixes, node)
        waiting.extend((child, context) for child in reversed(list(element)))
    return Source("RDFa", list(tops), base=base)


def _within(element: Element, context: _Context) -> _Context:
    vocabulary, prefix = element.get("vocab"), element.get("prefix")
    if vocabulary is None and prefix is None:
        return context
    is_schema, prefixes = context.is_schema, context.prefixes
    if vocabulary is not None:
        is_schema = not short(vocabulary.rstrip("/#") + "/")
    if prefix is not None:
        words = prefix.split()
        pairs = zip(words[::2], words[1::2], strict=False)
        found = {name.rstrip(":") for name, iri in pairs if not short(iri)}
        prefixes |= found
    return _Context(is_schema, prefixes, context.node)


def _node(element: Element, context: _Context) -> Node | None:
    types = (element.get("typeof") or "").split()
    names = [name for name in map(context.name, types) if name]
    if not names:
        return None
    node = Node({"@type": names})
    iri = element.get("resource") or element.get("about")
    if iri:
        node["@id"] = iri
    node.where, node.anchor = line_of(element), element.get("id") or None
    return node


def _stated(element: Element) -> str | None:
    """Return the value that an element states apart from its content."""
    for attribute in (*_TEXT, *_ADDRESSES):
        stated = element.get(attribute)
        if stated is not None:
            return stated
    return None
