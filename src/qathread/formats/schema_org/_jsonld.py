"""
The nodes of JSON-LD documents, as far as they are in the words of schema.org.

Contexts are never fetched. What a context within the document says about names is
heeded as far as it only renames: a prefix, a vocabulary, another word for a term.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...limits import Limits
from .._json import Place, json_values
from .._report import Collector
from ._nodes import Source, each
from ._words import MAIN, SCHEMA, short

__all__ = ["cuts", "documents"]

_VOCABULARY: Final = "schema.org"
_CONTEXT: Final = re.compile(
    rb'"@context"\s*:\s*(?:\[\s*)?"https?://(?:www\.)?schema\.org'
)


def documents(
    data: bytes,
    report: Collector,
    limits: Limits | None,
    label: str = "",
    base: str | None = None,
) -> Iterator[Source]:
    """
    Yield the nodes of the documents in a text.

    Args:
        data: JSON, one or several values.
        report: Hears of damage.
        limits: Its ``json_depth`` bounds the nesting.
        label: What places begin with.
        base: The address of the page it stands on, if that is known.

    Raises:
        FormatError: If it is nested too deep; if strict, at any damage.
    """
    before = cuts(report)
    for place, value in json_values(data, report, limits, label):
        # Of an object that is cut only lists are left, and its context is none.
        cut = cuts(report) > before and _CONTEXT.search(data) is not None
        yield from _sources(value, Place(place), base, cut)


def cuts(report: Collector) -> int:
    """Return how often JSON was damaged up to now."""
    return sum(loss.count for loss in report.report if loss.code == "syntax")


def _sources(
    value: object, where: Place, base: str | None, cut: bool
) -> Iterator[Source]:
    """Yield the nodes of a value: of each document in it for itself."""
    if not isinstance(value, list):
        if isinstance(value, dict):
            if cut and "@context" not in value:
                value = {"@context": SCHEMA, **value}
            yield _source([(value, where)], base)
        return
    loose: list[tuple[dict[str, object], Place]] = []
    for at, part in enumerate(value):
        if isinstance(part, dict):
            place = where.down(at)
            if "@context" in part:
                yield _source([(part, place)], base)
            else:
                loose.append((part, place))
    if loose:
        yield _source(loose, base)


def _source(tops: list[tuple[dict[str, object], Place]], base: str | None) -> Source:
    found: list[tuple[Mapping[str, object], Place]] = []
    known: dict[str, Mapping[str, object]] = {}
    for node, place in tops:
        names = _Names(node.get("@context"))
        top = names.applied(node)
        if names.is_schema or _is_spelled_out(top):
            found.append((top, place))
            _remember(top, known)
    return Source("JSON-LD", found, known, base)


class _Names:
    """What a context calls things."""

    def __init__(self, context: object) -> None:
        self.is_schema = False
        self._prefixes: list[str] = []
        self._terms: dict[str, str] = {}
        for part in each(context):
            if isinstance(part, str):
                self.is_schema |= _VOCABULARY in part
            elif isinstance(part, dict):
                self._learn(part)

    def _learn(self, part: dict[str, object]) -> None:
        for term, meaning in part.items():
            if isinstance(meaning, dict):
                meaning = meaning.get("@id")
            if not isinstance(meaning, str):
                continue
            if term == "@vocab":
                self.is_schema |= _VOCABULARY in meaning
            elif not short(meaning):
                self._prefixes.append(f"{term}:")
                self.is_schema = True
            elif not term.startswith("@"):
                self._terms[term] = meaning

    def short(self, name: str) -> str:
        name = self._terms.get(name, name)
        for prefix in self._prefixes:
            if name.startswith(prefix):
                return name[len(prefix) :]
        return name if name.startswith("@") else short(name)

    def applied(self, top: dict[str, object]) -> dict[str, object]:
        """Return a copy of *top* in our words; *top* itself if it is in them."""
        if not self._terms and not self._prefixes:
            return top
        made: dict[str, object] = {}
        waiting: list[tuple[dict[str, object], dict[str, object]]] = [(top, made)]
        while waiting:
            old, new = waiting.pop()
            for name, value in old.items():
                name = self.short(name)
                if name == "@context":
                    continue
                if name == "@type":
                    new[name] = [
                        self.short(t) if isinstance(t, str) else t for t in each(value)
                    ]
                    continue
                new[name] = self._value(value, waiting)
        return made

    @staticmethod
    def _value(
        value: object, waiting: list[tuple[dict[str, object], dict[str, object]]]
    ) -> object:
        if isinstance(value, dict):
            inner: dict[str, object] = {}
            waiting.append((value, inner))
            return inner
        if not isinstance(value, list):
            return value
        made: list[object] = []
        for part in each(value):  # lists within lists mean the same without them
            if isinstance(part, dict):
                inner = {}
                waiting.append((part, inner))
                made.append(inner)
            else:
                made.append(part)
        return made


def _is_spelled_out(top: Mapping[str, object]) -> bool:
    """Tell whether a node without a context has the types that are wanted, in full."""
    for node in _nodes(top):
        for name in each(node.get("@type")):
            if isinstance(name, str) and short(name) != name and short(name) in MAIN:
                return True
    return False


def _remember(
    top: Mapping[str, object], known: dict[str, Mapping[str, object]]
) -> None:
    for node in _nodes(top):
        id = node.get("@id")
        if isinstance(id, str) and not node.keys() <= {"@id", "@type"}:
            known.setdefault(id, node)


def _nodes(top: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    waiting: list[object] = [top]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found))
        elif isinstance(found, dict):
            yield found
            waiting.extend(
                value
                for value in reversed(found.values())
                if isinstance(value, dict | list)
            )
