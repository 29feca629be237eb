"""
The many shapes of one value: an IRI, an object, an array of both, a language map.

No JSON-LD processor is at work here. The short names of ActivityStreams are taken,
also behind ``as:`` or the whole namespace, and ``@id``, ``@type``, ``@value``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote

from attrs import frozen

from .._json import Place, shown
from .._report import Collector
from ._vocabulary import ADDRESSES

__all__ = [
    "Members",
    "Text",
    "check",
    "each",
    "held_id",
    "iri",
    "names_vocabulary",
    "plain",
    "text_of",
    "types",
    "written_id",
]

#: The members of one object.
Members = Mapping[str, object]

_STARTS: Final = (
    "as:",
    *sorted(address for address in ADDRESSES if address.endswith("#")),
)
_KEYWORDS: Final = {"@id": "id", "@type": "type"}
#: RFC 5646 in outline: language, script, region, variants, extensions, private use.
_LANGUAGE: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?"
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z0-9-]{1,16}|@none",
    re.IGNORECASE,
)
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+")
_OWN_IDS: Final = "urn:qathread:id:"
_TEXTS: Final = ("content", "name", "summary")


@frozen
class Text:
    """
    A text of an object.

    Attributes:
        text: The text; None if there is none.
        language: What it is written in, if that is said.
        exact: Whether a text and a language tell all that was there.
    """

    text: str | None = None
    language: str | None = None
    exact: bool = True


_NO_TEXT: Final = Text()


def plain(members: Members) -> dict[str, object]:
    """
    Return an object under the short names of ActivityStreams.

    >>> plain({"@id": "urn:1", "as:content": "Hello", "toot:x": 1})
    {'id': 'urn:1', 'content': 'Hello', 'toot:x': 1}
    """
    if not any(":" in name or name[:1] == "@" for name in members):
        return dict(members)
    found: dict[str, object] = {}
    for name, value in members.items():
        short = _KEYWORDS.get(name) or _short(name)
        taken = short != name and (short in members or short in found)
        found[name if taken else short] = value
    return found


def _short(name: str) -> str:
    for start in _STARTS:
        if name.startswith(start):
            return name[len(start) :] or name
    return name


def types(members: Members) -> tuple[str, ...]:
    """Return the short names of the types of an object."""
    return tuple(
        _short(name) for name in each(members.get("type")) if isinstance(name, str)
    )


def each(value: object) -> list[object]:
    """Return the values in a value: none, itself, or those of a list or set."""
    if isinstance(value, dict) and len(value) == 1:
        value = value.get("@list", value.get("@set", value))
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def iri(value: object) -> str | None:
    """Return what a value is an address of: itself, or of an object or a link."""
    if isinstance(value, dict):
        for name in ("id", "@id", "href"):
            found = value.get(name)
            if isinstance(found, str) and found:
                return held_id(found)
        return None
    return held_id(value) if isinstance(value, str) and value else None


def written_id(name: str) -> str:
    """
    Return an id as an IRI: itself, if it is one.

    >>> written_id("https://example.org/1"), written_id("c 5")
    ('https://example.org/1', 'urn:qathread:id:c%205')
    """
    if _IRI.fullmatch(name) and not name.startswith(_OWN_IDS):
        return name
    return _OWN_IDS + quote(name, safe="")


def held_id(name: str) -> str:
    """Return the id that :func:`written_id` wrote."""
    if not name.startswith(_OWN_IDS):
        return name
    try:
        found = unquote(name[len(_OWN_IDS) :], errors="strict")
    except UnicodeDecodeError:
        return name
    return found if found and "\0" not in found else name


def names_vocabulary(context: object) -> bool:
    """Tell whether a context names ActivityStreams."""
    for part in each(context):
        if isinstance(part, str) and part in ADDRESSES:
            return True
        if isinstance(part, dict):
            for value in part.values():
                inner = value.get("@id") if isinstance(value, dict) else value
                if isinstance(inner, str) and inner.startswith(tuple(ADDRESSES)):
                    return True
    return False


# -- texts -----------------------------------------------------------------------


def text_of(members: Members, name: str) -> Text:
    """
    Return a text that may be plain, in a language map, or a value of JSON-LD.

    Of several languages the one with the smallest tag is taken, so that the order
    of a map does not matter.
    """
    value, mapped = members.get(name), members.get(f"{name}Map")
    if isinstance(value, str):
        language = _language_of(value, mapped)
        whole = mapped is None or (
            isinstance(mapped, dict) and len(mapped) == 1 and language is not None
        )
        return Text(value, language, whole)
    if value is None:
        return _from_map(mapped)
    for part in each(value):
        if isinstance(part, str):
            return Text(part, None, False)
        if isinstance(part, dict) and isinstance(part.get("@value"), str):
            language = part.get("@language")
            stated = language if isinstance(language, str) else None
            return Text(part["@value"], stated, False)
    return _from_map(value, exact=False)


def _language_of(text: str, mapped: object) -> str | None:
    if not isinstance(mapped, dict):
        return None
    found = [tag for tag, value in mapped.items() if value == text and _is_tag(tag)]
    return min(found, default=None)


def _from_map(mapped: object, exact: bool = False) -> Text:
    if isinstance(mapped, str):
        return Text(mapped, None, False)
    if not isinstance(mapped, dict):
        return _NO_TEXT
    texts = {tag: text for tag, text in mapped.items() if isinstance(text, str)}
    if not texts:
        return _NO_TEXT
    tag = min(texts, key=lambda tag: (not _is_tag(tag), tag == "und", tag))
    return Text(texts[tag], tag if _is_tag(tag) else None, exact)


def _is_tag(name: object) -> bool:
    return isinstance(name, str) and _LANGUAGE.fullmatch(name[:64]) is not None


# -- what no shape allows --------------------------------------------------------


def check(members: Members, where: Place, report: Collector) -> None:
    """
    Report members of an object that are of no shape that they can have.

    Raises:
        FormatError: If strict, at the first.
    """
    for name in _TEXTS:
        value = members.get(name)
        if value is not None and not isinstance(value, str):
            _check_text(name, value, where, report)
        mapped = members.get(f"{name}Map")
        if mapped is not None:
            _check_map(f"{name}Map", mapped, where, report)
    for name, wanted in _wrong(members):
        _unfit(wanted, members[name], where.down(name), report)


def _wrong(members: Members) -> Iterator[tuple[str, str]]:
    """Yield what is no reference to something, and what that should be."""
    for name in ("actor", "attributedTo", "inReplyTo", "object"):
        if name in members:
            for value in each(members[name]):
                if not isinstance(value, str | dict):
                    yield name, "an IRI or an object"
                    break
    for name in ("id", "type"):
        if name in members and members[name] is not None:
            values = each(members[name]) if name == "type" else [members[name]]
            if not all(isinstance(value, str) for value in values):
                yield name, "text"


def _check_text(name: str, value: object, where: Place, report: Collector) -> None:
    for part in each(value):
        if isinstance(part, str) or (isinstance(part, dict) and "@value" in part):
            continue
        if isinstance(part, dict):
            report.damage(
                "field",
                "a map of languages stands where one text belongs: its name ends in "
                "Map",
                f"{where.down(name)}: {shown(part)}",
            )
        else:
            _unfit("text", part, where.down(name), report)


def _check_map(name: str, mapped: object, where: Place, report: Collector) -> None:
    if not isinstance(mapped, dict):
        _unfit("a map of languages", mapped, where.down(name), report)
        return
    for tag, text in mapped.items():
        if not _is_tag(tag):
            report.damage(
                "field",
                "a text under what is no language tag (RFC 5646): it is read without "
                "its language",
                str(where.down(name, tag)),
            )
        elif text is not None and not isinstance(text, str | list):
            _unfit("text", text, where.down(name, tag), report)


def _unfit(wanted: str, value: object, where: Place, report: Collector) -> None:
    report.damage(
        "field",
        "a member has a value that it cannot have: it is kept in extra only",
        f"{where}: {shown(value)}, not {wanted}",
        kind="skipped",
    )
