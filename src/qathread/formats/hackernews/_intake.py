"""Finds the items in documents of any of the three APIs."""

from collections.abc import Mapping
from typing import Final

from .._json import Place, shown
from .._json_files import Records, documents
from .._sources import Input
from ._views import OPTION, View, ViewKind, merged, view_of

__all__ = ["items_of"]

_WANTED: Final = "items of Hacker News as JSON"
_ITEM: Final = frozenset(
    {"by", "dead", "deleted", "kids", "parent", "text", "time", "title", "type"}
)
_TREE: Final = frozenset({"author", "children", "created_at", "created_at_i"})
_NESTED: Final = ("options", "children", "hits")
_PAGES: Final = ("page", "nbPages")


def items_of(input: Input) -> dict[str, View]:
    """
    Return each item of *input* once, by id, in order of appearance.

    Raises:
        FormatError: If there is none; if strict, at any damage.
        LossError: If strict, where copies of an item differ.
        OSError: If a file of a folder cannot be opened.
    """
    intake = _Intake(input)
    for where, value in documents(input, _WANTED):
        intake.take(value, where)
    return intake.whole()


class _Intake:
    def __init__(self, input: Input) -> None:
        self._report = input.report
        self._records = Records(input.limits, input.report)
        self._views: dict[str, list[View]] = {}
        self._met = ""  # what was there in place of items
        self._has_items = False

    def take(self, document: object, where: Place) -> None:
        """Take in a document, whatever is nested in it, without recursion."""
        self._records.next_document()
        # What waits: a value, the item that it is nested in and under which name.
        waiting: list[tuple[object, str | None, str, Place]] = [
            (document, None, "", where)
        ]
        while waiting:
            value, above, name, here = waiting.pop()
            if isinstance(value, list):
                waiting.extend(
                    (value[index], None, "", here.down(index))
                    for index in range(len(value) - 1, -1, -1)
                )
                if not value:
                    self._met = self._met or "an empty list"
                continue
            found = self._item(value, above, name, here)
            if found is None or not isinstance(value, dict):
                continue
            for name in _NESTED:
                nested = value.get(name)
                for index, each in enumerate(
                    nested if isinstance(nested, list) else ()
                ):
                    if isinstance(each, dict):
                        place = here.down(name, index)
                        waiting.append((each, found or None, name, place))

    def whole(self) -> dict[str, View]:
        """Return the items, each once."""
        if not self._views and not self._has_items:
            what = self._met or "nothing of it is whole"
            raise self._report.error(
                "not-this-format", f"{_WANTED} expected, this is {what}"
            )
        found: dict[str, View] = {}
        for item_id in list(self._views):
            found[item_id] = merged(self._views.pop(item_id), self._report)
        return found

    def _item(
        self, value: object, above: str | None, name: str, where: Place
    ) -> str | None:
        """Take in one value; return its id, empty for a page of hits."""
        if value is None:
            self._met = self._met or "null"
            self._report.tell(
                "null-item", "null in place of an item that is not there", str(where)
            )
            return None
        if not isinstance(value, dict):
            self._other(shown(value), where)
            return None
        if isinstance(value.get("hits"), list):
            self._page(value, where)
            return ""
        kind = _kind_of(value)
        if kind is None:
            what = "a person" if "karma" in value else "an object that is no item"
            self._other(what, where)
            return None
        item_id = value["objectID" if kind is ViewKind.HIT else "id"]
        self._records.add(where)
        view = view_of(value, kind, str(item_id), above, where, self._report)
        if name == "options":
            view.known.setdefault("type", OPTION)
        self._views.setdefault(view.id, []).append(view)
        return view.id

    def _page(self, page: Mapping[str, object], where: Place) -> None:
        """Tell what a page of hits says of itself."""
        self._has_items = True
        more = sorted(set(page).difference(("hits", *_PAGES)))
        if more:
            self._report.tell(
                "answer-members",
                "what a page of a search says beside its hits is in no thread",
                f"{where}: {', '.join(more)}",
            )
        number, count = (page.get(name) for name in _PAGES)
        if type(number) is int and type(count) is int and number + 1 < count:
            self._report.tell(
                "has-more",
                "a page of a search says that more follow: the listing is not complete",
                f"{where}: page {number} of {count}",
            )

    def _other(self, what: str, where: Place) -> None:
        self._met = self._met or what
        self._report.loss(
            "unknown-item",
            "something that is no item of Hacker News is passed over",
            f"{where}: {what}",
            kind="skipped",
        )


def _kind_of(value: Mapping[str, object]) -> ViewKind | None:
    if _is_id(value.get("objectID")):
        return ViewKind.HIT
    if not _is_id(value.get("id")) or "karma" in value:
        return None
    if not _TREE.isdisjoint(value):
        return ViewKind.TREE
    return None if _ITEM.isdisjoint(value) else ViewKind.ITEM


def _is_id(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and bool(value))
