"""The pages of an API answer: their wrappers, and the posts in them."""

from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import FormatError
from ...posts import PostKind
from .._json import Place, shown
from .._json_files import Records, documents
from .._report import Collector
from .._sources import Input
from ._fields import (
    ID_NAMES,
    PARENT_NAMES,
    number_of,
    read_fields,
)
from ._merge import Copies, Copy, Merged
from ._wrappers import LISTS, failure, is_wrapper, tell_wrapper

__all__ = ["Intake"]

_WANTED: Final = "an answer of the Stack Exchange API as JSON"

_NESTED: Final[Mapping[PostKind, tuple[tuple[str, PostKind], ...]]] = {
    PostKind.QUESTION: (
        ("answers", PostKind.ANSWER),
        ("comments", PostKind.COMMENT),
    ),
    PostKind.ANSWER: (("comments", PostKind.COMMENT),),
    PostKind.COMMENT: (),
}


class Intake:
    """
    Takes in pages, and keeps each post once for every different copy of it.

    Attributes:
        posts: Copies by kind and id, in order of appearance.
        sites: The hosts that links lead to.
    """

    def __init__(self, report: Collector) -> None:
        self.posts: dict[tuple[PostKind, int], Copies] = {}
        self.sites: dict[str, None] = {}
        self._report = report
        self._records = Records(None, report)
        self._copies = 0
        self._pages = 0  # that were wrappers, lists or items
        self._problem: FormatError | None = None
        self._last: tuple[int, bool, Place] | None = None  # page, has_more, place

    def read(self, input: Input) -> None:
        """
        Take in all pages of *input*.

        Raises:
            FormatError: If there is none, or none that holds posts; if strict,
                for any damage.
        """
        self._records = Records(input.limits, self._report)
        for where, value in documents(input, _WANTED):
            self._records.next_document()
            self._page(value, where)
        self._end()

    # -- pages -------------------------------------------------------------------

    def _page(self, value: object, where: Place) -> None:
        if isinstance(value, list) and value:
            self._pages += 1
            for index, each in enumerate(value):
                self._element(each, where.down(index))
        elif isinstance(value, dict) and _is_post(value):
            self._pages += 1
            self._post(value, None, None, where)
        elif isinstance(value, dict) and is_wrapper(value):
            self._wrapper(value, where)
        else:
            what = "an empty list" if value == [] else shown(value)
            if isinstance(value, dict):
                what = "an object without items"
            self._refused(f"{_WANTED} expected, this is {what}", where)

    def _element(self, value: object, where: Place) -> None:
        if isinstance(value, dict) and not _is_post(value) and is_wrapper(value):
            self._wrapper(value, where)
        else:
            self._item(value, None, None, where)

    def _refused(self, problem: str, where: Place, code: str = "not-a-page") -> None:
        """Pass over a page; if all are so, the first problem is raised."""
        path = str(where) if where.label or where.path else None
        if self._problem is None:
            self._problem = self._report.error("not-this-format", problem, path)
        self._report.damage(
            code,
            f"a page holds no posts: {problem}",
            path,
            kind="skipped",
            error="not-this-format",
        )

    def _wrapper(self, wrapper: Mapping[str, object], where: Place) -> None:
        lists = [name for name in LISTS if name in wrapper]
        failed = failure(wrapper)
        if failed is not None:
            self._refused(failed, where, "error-answer")
            if not any(wrapper[name] for name in lists):
                return
        self._pages += 1
        for name in lists:
            items = wrapper[name]
            if not isinstance(items, list):
                self._unfit("a list", items, where.down(name))
                continue
            for index, item in enumerate(items):
                self._item(item, None, None, where.down(name, index))
        tell_wrapper(wrapper, where, self._report)
        page = number_of(wrapper.get("page")) or 0
        if self._last is None or page >= self._last[0]:
            self._last = (page, wrapper.get("has_more") is True, where)

    def _end(self) -> None:
        if self._last is not None and self._last[1]:
            self._report.tell(
                "has-more",
                "the last page says that more follow: the listing is not complete",
                str(self._last[2]),
            )
        if self.posts:
            if len(self.sites) > 1:
                self._report.loss(
                    "several-sites",
                    "the pages are of several sites, whose ids mean different posts: "
                    "read the pages of one site at a time",
                    ", ".join(list(self.sites)[:5]),
                    kind="noted",
                )
            return
        if self._problem is not None and not self._pages:
            raise self._problem
        if not self._pages:
            raise self._report.error(
                "not-this-format", f"{_WANTED} expected: nothing of it is whole"
            )
        if self._records.total:
            raise self._report.error(
                "not-this-format",
                "no question, answer or comment is among the items: they need a "
                "question_id, an answer_id or a comment_id",
            )

    # -- posts -------------------------------------------------------------------

    def _item(
        self,
        value: object,
        kind: PostKind | None,
        above: tuple[PostKind, int] | None,
        where: Place,
    ) -> None:
        """Take in an item; *kind* and *above* are known of a nested one."""
        if not isinstance(value, dict):
            self._records.add(where)
            self._unfit("an object", value, where)
        else:
            self._post(value, kind, above, where)

    def _post(
        self,
        members: Mapping[str, object],
        kind: PostKind | None,
        above: tuple[PostKind, int] | None,
        where: Place,
    ) -> None:
        self._records.add(where)
        if kind is None:
            kind = next((k for k, name in ID_NAMES.items() if name in members), None)
        if kind is None or ID_NAMES[kind] not in members:
            what = "a question, an answer or a comment" if kind is None else f"{kind}s"
            self._report.loss(
                "unknown-item",
                "an item without the id of a post",
                f"{where}: {what} expected",
                kind="skipped",
            )
            return
        number = number_of(members[ID_NAMES[kind]])
        if number is None:
            self._report.damage(
                "number",
                "the id of a post is no whole number: the post is left out",
                f"{where.down(ID_NAMES[kind])}: {shown(members[ID_NAMES[kind]])}",
                kind="skipped",
            )
            return
        self._copies += 1
        self._keep(self._copy(members, kind, number, above, where))
        for name, below in _NESTED[kind]:
            nested = members.get(name)
            if isinstance(nested, list):
                for index, item in enumerate(nested):
                    self._item(item, below, (kind, number), where.down(name, index))

    def _copy(
        self,
        members: Mapping[str, object],
        kind: PostKind,
        number: int,
        above: tuple[PostKind, int] | None,
        where: Place,
    ) -> Copy:
        skipped = {ID_NAMES[kind]}
        for name, _ in _NESTED[kind]:
            nested = members.get(name)
            if isinstance(nested, list):
                skipped.add(name)
            elif nested is not None:
                self._unfit("a list", nested, where.down(name))
        parent, parent_kind = self._parent(members, kind, above, skipped, where)
        fields = read_fields(members, skipped, where, self._report)
        accepted = fields.rest.get("accepted")
        if kind is PostKind.ANSWER and isinstance(accepted, bool):  # version 1
            fields.known.setdefault("is_accepted", accepted)
            del fields.rest["accepted"]
        return Copy(kind, number, self._copies, where, parent, parent_kind, fields)

    def _parent(
        self,
        members: Mapping[str, object],
        kind: PostKind,
        above: tuple[PostKind, int] | None,
        skipped: set[str],
        where: Place,
    ) -> tuple[int | None, PostKind | None]:
        """Return what a post stands under; where it is nested tells most."""
        name = PARENT_NAMES.get(kind)
        if name is None:
            return None, None
        stated = number_of(members.get(name))
        if stated is None and members.get(name) is not None:
            self._report.damage(
                "number",
                "the id of a parent is no whole number",
                f"{where.down(name)}: {shown(members[name])}",
                kind="skipped",
            )
        kinds = {"question": PostKind.QUESTION, "answer": PostKind.ANSWER}
        found = members.get("post_type") if kind is PostKind.COMMENT else None
        parent_kind = kinds.get(found) if isinstance(found, str) else None
        if above is None:
            if stated is not None or members.get(name) is None:
                skipped.add(name)
            return stated, parent_kind
        if stated not in (None, above[1]):
            self._report.damage(
                "wrong-parent",
                "a post names another parent than the one it is nested in: the "
                "latter is taken",
                f"{where.down(name)}: {stated}, not {above[1]}",
            )
        elif stated is not None or members.get(name) is None:
            skipped.add(name)
        if parent_kind in (None, above[0]) and found in (None, above[0].value):
            skipped.add("post_type")
        return above[1], above[0]

    def _keep(self, copy: Copy) -> None:
        key = (copy.kind, copy.number)
        site = copy.site
        if site is not None:
            self.sites.setdefault(site)
        copies = self.posts.get(key)
        if copies is None:
            self.posts[key] = Copies(copy)
            return
        copies.add(copy)
        self._report.tell(
            "overlap",
            "a post came more than once",
            f"{copy.place}: {copy.kind} {copy.number}",
        )

    def _unfit(self, wanted: str, value: object, where: Place) -> None:
        self._report.damage(
            "field",
            f"{wanted} belongs here, something else is left out",
            f"{where}: {shown(value)}",
            kind="skipped",
        )

    def merged(self) -> Iterator[Merged]:
        """Yield each post once, in order of appearance, and forget it here."""
        for key in list(self.posts):
            yield self.posts.pop(key).merged(self._report)


def _is_post(members: Mapping[str, object]) -> bool:
    return any(name in members for name in ID_NAMES.values())
