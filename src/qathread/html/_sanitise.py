"""
The sanitizer, the last to touch markup: a list of what may be, kept by nh3.

nh3 parses as browsers do, so what it keeps is what they see. Before it does, one
look at the source refuses what would cost it time out of all proportion.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from ..errors import MissingExtraError
from ._urls import safe_url

try:
    import nh3
except ModuleNotFoundError as error:
    if error.name != "nh3":  # installed but broken: show that instead
        raise
    message = "safe HTML needs nh3: pip install 'qathread[html]'"
    raise MissingExtraError(message) from error

__all__ = ["ATTRIBUTES", "DEEPEST", "REL", "TAGS", "clean", "well_formed"]


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


REL: Final = "nofollow ugc noopener noreferrer"
#: No landmarks, forms, frames, media but images, styles or scripts.
TAGS: Final = _set(
    "a abbr b bdi blockquote br caption cite code dd del details dfn div dl dt em"
    " figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q rp rt ruby"
    " s samp small span strike strong sub summary sup table tbody td tfoot th thead"
    " tr tt u ul var wbr"
)
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "*": frozenset(),  # or nh3 keeps its own: title and lang everywhere
    "a": frozenset({"href", "title"}),
    "abbr": frozenset({"title"}),
    "code": frozenset({"class"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
_IMAGE: Final = _set("alt src title loading referrerpolicy")
#: Elements within each other; deeper markup is shown as text.
DEEPEST: Final = 200
_GROWTH = 20  # of markup made well-formed over its source

_LANGUAGE = re.compile(r"language-[A-Za-z0-9_+#.-]{1,40}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SPAN = re.compile(r"[1-9][0-9]{0,2}")

# Elements that end by themselves, so that thousands may stand open in the source;
# but not within drawings and formulas, where every element nests.
_ENDED = _set(
    "area base br col dd dt embed hr img input li link meta p param source tbody td"
    " tfoot th thead tr track wbr"
)
_FOREIGN = re.compile(r"<(?:svg|math)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\t\n\f\r />]{0,40})")
# Elements that browsers open again in each later paragraph until they are closed;
# at most three alike, so that attributes make any number of them.
_FORMATTING = re.compile(
    r"<(b|big|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\t\n\f\r /])",
    re.IGNORECASE,
)
_CODE = re.compile(r"<code(?=[\t\n\f\r /])", re.IGNORECASE)
_MOST_CODES = 20  # with attributes


def clean(markup: str, images: bool) -> str:
    """
    Return *markup* with nothing in it that is not on the lists.

    Args:
        markup: Anything at all.
        images: Whether ``<img>`` may stay.
    """
    tags, attributes = set(TAGS), {tag: set(names) for tag, names in ATTRIBUTES.items()}
    if images:
        tags.add("img")
        attributes["img"] = set(_IMAGE)
    cleaned: str = nh3.clean(
        markup,
        tags=tags,
        clean_content_tags={"script", "style"},
        attributes=attributes,
        attribute_filter=_attribute,
        strip_comments=True,
        link_rel=REL,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )
    return cleaned


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return what an attribute on the lists may hold; None takes it away."""
    match name:
        case "href":
            return safe_url(value)
        case "src":
            return safe_url(value, mail=False)
        case "class":
            return value if _LANGUAGE.fullmatch(value) else None
        case "start":
            return value if _NUMBER.fullmatch(value) else None
        case "colspan" | "rowspan":
            return value if _SPAN.fullmatch(value) else None
        case "loading":
            return "lazy"
        case "referrerpolicy":
            return "no-referrer"
        case "scope":
            return value if value in ("col", "row", "colgroup", "rowgroup") else None
        case _:
            return value


def well_formed(source: str) -> str | None:
    """
    Return *source* with every element closed and every attribute quoted.

    Returns:
        Markup that one pattern can read; None if the source nests too deep, or
        grows out of proportion.
    """
    if _depth(source) > DEEPEST:
        return None
    # An attribute on <b> moves to an element that is dropped: so no more than
    # three of each can stand open, whatever the source says.
    source = _FORMATTING.sub(r"<\1><embed", source)
    if len(_CODE.findall(source)) > _MOST_CODES:
        source = _CODE.sub("<code><embed", source)
    markup = clean(source, images=True)
    return None if len(markup) > _GROWTH * len(source) + 1000 else markup


def _depth(source: str) -> int:
    """Return about how deep elements nest, at the cost of one look at each tag."""
    ended = frozenset[str]() if _FOREIGN.search(source) else _ENDED
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for tag in _TAG.finditer(source):
        name = tag[2].lower()
        if name in ended:
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:  # else it ends nothing
            opened[name] -= 1
            depth -= 1
    return deepest
