"""Objects in which others are named by their ids instead of nested."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from ...provenance import extra_text
from ._shapes import iri, plain

__all__ = ["ABOUT", "LISTS", "flat", "made_id"]

#: Where a collection holds its items.
LISTS: Final = ("items", "orderedItems")
#: Collections that a post has, in which activities about it may stand.
ABOUT: Final = ("likes", "dislikes", "shares")
#: What is not part of an object itself, as far as its name goes.
_NESTING: Final = frozenset({*ABOUT, "@context", "replies"})
_ANONYMOUS: Final = "urn:qathread:object:"


def flat(members: Mapping[str, object]) -> dict[str, object]:
    """Return members in which posts and activities are named, not nested."""
    found = dict(members)
    found.pop("@context", None)
    above = found.get("inReplyTo")
    if isinstance(above, list):
        found["inReplyTo"] = [_name_of(one) for one in above]
    elif above is not None:
        found["inReplyTo"] = _name_of(above)
    for name in ("replies", *ABOUT):
        held = found.get(name)
        if isinstance(held, list):
            found[name] = [_name_of(one) for one in held]
        elif isinstance(held, dict):
            found[name] = _named_items(held)
    return found


def _named_items(collection: Mapping[str, object]) -> dict[str, object]:
    """Return a collection in which objects are named by their ids."""
    found = plain(collection)
    waiting = [found]
    while waiting:
        page = waiting.pop()
        for name in LISTS:
            items = page.get(name)
            if isinstance(items, list):
                page[name] = [_name_of(item) for item in items]
        for name in ("first", "next"):
            inner = page.get(name)
            if isinstance(inner, dict):
                page[name] = inner = plain(inner)
                waiting.append(inner)
    return found


def _name_of(item: object) -> object:
    if not isinstance(item, dict):
        return item
    found = plain(item)
    return iri(found) or made_id(found)


def made_id(members: Mapping[str, object]) -> str:
    """Return a name for an object without one, made of what it says."""
    own = {name: value for name, value in members.items() if name not in _NESTING}
    if not isinstance(own.get("inReplyTo"), str):
        own["inReplyTo"] = iri(own.get("inReplyTo"))
    text = extra_text(own)
    return _ANONYMOUS + sha256(text.encode()).hexdigest()[:32]
