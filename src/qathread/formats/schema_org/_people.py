"""Who wrote a post, as a page tells it."""

import re
from typing import Final

from ...users import User, UserKind
from .._html_tree import address
from .._report import Collector
from ._nodes import Node, Source, types_of
from ._props import Props, text_in
from ._words import EXTENSION

__all__ = ["take_author"]

#: Links that do something else than to lead to a page.
_SCHEME: Final = re.compile(r"(?:javascript|data|mailto|tel|about):", re.IGNORECASE)


def take_author(
    props: Props, source: Source, report: Collector
) -> tuple[User | None, tuple[User, ...]]:
    """
    Take the author of a post, and whoever is named with them.

    A page may name one person twice, once with and once without their address: where
    names are the same, that is one person. Of several people the first is the author,
    the others are told.
    """
    name = "author" if "author" in props else "creator"
    values = props.take(name)
    found: list[User] = []
    rests: list[object] = []
    for value in values:
        user, rest = _person(value, props, source, report)
        if user is not None:
            found.append(user)
        if rest:
            rests.append(rest)
    if not found:
        if values:
            props.put(name, values[0] if len(values) == 1 else values)
        return None, ()
    named = {user.name: user for user in found if not _is_by_name(user)}
    people = list({u.id: u for u in (named.get(u.name, u) for u in found)}.values())
    if len(people) > 1:
        props.put(name, values)
        report.tell(
            "several-authors",
            "a post with more than one author: the first is its author, extra holds "
            "all of them",
            str(props.where),
        )
    elif rests:
        props.put(name, rests[0] if len(rests) == 1 else rests)
    return people[0], tuple(people[1:])


def _is_by_name(user: User) -> bool:
    return user.name is not None and user.id == f"page:{user.name}"


def _person(
    value: object, props: Props, source: Source, report: Collector
) -> tuple[User | None, dict[str, object]]:
    """Return a person, and what is left of what is said of them."""
    node = source.resolved(value)
    if node is None:
        text = text_in(value)
        if text is None or not text.strip():
            return None, {}
        return User(id=f"page:{text}", name=str(text)), {}
    inner = Props(node, props.where.down("author"), report, None)
    iri, own = inner.name("@id"), inner.name("identifier")
    if iri is not None and iri.startswith("_:"):
        iri = None
    stated = inner.name("url")
    url = _profile(stated, source.base)
    if url is None and isinstance(node, Node):
        url = _profile(node.link, source.base)
    name, handle = inner.text("name"), inner.text("alternateName")
    called = inner.text(f"{EXTENSION}kind")
    kind = UserKind.REGISTERED
    if called is not None and str(called) in tuple(UserKind):
        kind = UserKind(str(called))
    user_id = (
        (None if iri is None else address(source.base, iri))
        or own
        or url
        or (None if name is None or not name.strip() else f"page:{name}")
    )
    if user_id is None:
        return None, {}
    if stated is not None and address(source.base, stated) != user_id:
        inner.put("url", stated)
    if own is not None and own != user_id:
        inner.put("identifier", own)
    if types_of(node) not in ((), ("Person",)):
        inner.put("@type", node["@type"])
    user = User(
        id=user_id,
        name=None if name is None else str(name),
        handle=None if handle is None else str(handle),
        level=inner.count(f"{EXTENSION}level", None),
        kind=kind,
    )
    return user, inner.rest


def _profile(url: str | None, base: str | None) -> str | None:
    """Return the address of a person; None for what leads nowhere, or to the page."""
    if url is None:
        return None
    found = address(base, url)
    if url.strip()[:1] in ("#", "") or found == base or _SCHEME.match(found):
        return None
    return found
