"""
Nodes of structured data, however they are written on a page.

A node is a dict as JSON-LD has it: ``@type``, ``@id``, and properties under the short
names of schema.org, each with one value or a list. Text that is the content of an
element is a value object of type ``rdf:HTML``.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import field, frozen

from .._json import Place
from .._report import Collector
from ._words import short

__all__ = ["RDF_HTML", "Allowance", "Node", "Source", "each", "plain", "types_of"]

RDF_HTML: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML"
_DEEPEST: Final = 100
_OFTEN: Final = 10  # times that the text of a page may be given
_SPARE: Final = 100_000  # characters beside it


class Node(dict[str, object]):
    """
    A node that was found in elements of a page.

    Attributes:
        where: Its place.
        anchor: The id of its element.
        link: Of a person, the address that their name leads to.
    """

    where: str = ""
    anchor: str | None = None
    link: str | None = None


@frozen(eq=False)
class Source:
    """
    All nodes that one way of marking up gives.

    Attributes:
        name: ``JSON-LD``, ``microdata`` or ``RDFa``.
        tops: The nodes that stand in no other, with their places.
        known: Nodes by ``@id``, for references to them.
        base: The address that relative ones are meant from.
    """

    name: str
    tops: list[tuple[Mapping[str, object], Place]]
    known: Mapping[str, Mapping[str, object]] = field(factory=dict)
    base: str | None = None

    def resolved(self, value: object) -> Mapping[str, object] | None:
        """Return the node that a value is or refers to; None if it is no node."""
        if not isinstance(value, dict) or "@value" in value:
            return None
        id = value.get("@id")
        if isinstance(id, str) and value.keys() <= {"@id", "@type"}:
            return self.known.get(id, value)
        return value


class Allowance:
    """
    How much text the properties of a page may give in all.

    Elements with properties may stand within each other, and each gives all the text
    within: two hundred of them around a large page would fill the memory.

    Args:
        size: Characters of the page.
        report: Where errors get their names from.
    """

    def __init__(self, size: int, report: Collector) -> None:
        self._left, self._report = _OFTEN * size + _SPARE, report

    def taken(self, text: str, where: str) -> str:
        """
        Return *text*.

        Raises:
            FormatError: ``too-large`` if it is more than is allowed.
        """
        self._left -= len(text)
        if self._left < 0:
            raise self._report.error(
                "too-large",
                "properties within properties give the text of the page again and "
                "again",
                where,
            )
        return text


def each(value: object) -> Iterator[object]:
    """Yield the values of a property: one, those of a list, none for null."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found))
        elif isinstance(found, dict) and "@list" in found:
            waiting.append(found["@list"])
        elif isinstance(found, dict) and "@set" in found:
            waiting.append(found["@set"])
        elif found is not None:
            yield found


def types_of(node: Mapping[str, object]) -> tuple[str, ...]:
    """Return the types of a node under their short names."""
    return tuple(short(t) for t in each(node.get("@type")) if isinstance(t, str))


def plain(members: Mapping[str, object]) -> dict[str, object]:
    """
    Return members as plain JSON that ends somewhere.

    Elements of a page may refer to each other in a circle, or often to the same: what
    was met before is left out, and what is nested deeper than any person would do.
    """
    top: dict[str, object] = {}
    met = {id(members)}
    waiting: list[tuple[Iterable[tuple[object, object]], object, int]] = [
        (members.items(), top, 0)
    ]
    while waiting:
        items, target, depth = waiting.pop()
        for key, value in items:
            made: object = value
            if isinstance(value, dict | list):
                if id(value) in met or depth == _DEEPEST:
                    continue
                met.add(id(value))
                if isinstance(value, dict):
                    made = dict[str, object]()
                    waiting.append((value.items(), made, depth + 1))
                else:
                    made = list[object]()
                    waiting.append((enumerate(value), made, depth + 1))
            if isinstance(target, dict):
                target[key] = made
            elif isinstance(target, list):
                target.append(made)
    return top
