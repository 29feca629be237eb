"""The items of a collection and of its pages, as far as they are at hand."""

from collections.abc import Mapping

from .._json import Place
from .._report import Collector
from ._flat import LISTS
from ._shapes import each, iri, plain, types

__all__ = ["items_in"]


def items_in(
    members: Mapping[str, object],
    kinds: tuple[str, ...],
    where: Place,
    report: Collector,
) -> tuple[list[tuple[Place, object]], list[str]]:
    """
    Return the items of a collection and its pages, and the pages that are elsewhere.

    Args:
        members: The collection.
        kinds: Its types.
        where: Its place.
        report: Hears of items under the name of the other kind of collection.

    Raises:
        FormatError: If strict, at such a name.
    """
    found: list[tuple[Place, object]] = []
    nexts: list[str] = []
    pages = [(members, kinds, where)]
    while pages:
        page, kinds, where = pages.pop()
        for name in LISTS:
            if name in page:
                _check_list(name, kinds, where, report)
                for index, item in enumerate(each(page[name])):
                    found.append((where.down(name, index), item))
        for name in ("first", "next"):
            following = page.get(name)
            inner = plain(following) if isinstance(following, dict) else {}
            if any(key in inner for key in (*LISTS, "next", "first")):
                pages.append((inner, types(inner), where.down(name)))
            elif (address := iri(following)) is not None:
                nexts.append(address)
    if not nexts and not found and "first" not in members:
        last = iri(members.get("last"))
        nexts += [] if last is None else [last]
    return found, nexts


def _check_list(
    name: str, kinds: tuple[str, ...], where: Place, report: Collector
) -> None:
    ordered = any(kind.startswith("Ordered") for kind in kinds)
    plainly = any(kind in ("Collection", "CollectionPage") for kind in kinds)
    if (ordered and name == "items") or (
        plainly and not ordered and name == "orderedItems"
    ):
        report.damage(
            "field",
            "a collection names its items in the wrong way (items, or orderedItems of "
            "an ordered one): they are read all the same",
            str(where.down(name)),
        )
