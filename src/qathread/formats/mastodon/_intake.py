"""What the answers of a server hold: statuses, their places, and their histories."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import define, field, frozen

from ...errors import FormatError
from ...limits import Limits
from .._json import Place, shown
from .._json_files import Records
from .._report import Collector

__all__ = ["WANTED", "History", "Intake", "Status", "parent_of"]

WANTED: Final = "answers of the Mastodon API as JSON"
_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{6,20}(?![0-9])")


@frozen(eq=False)
class Status:
    """A status as one document delivers it."""

    id: str
    members: Mapping[str, object]
    where: Place


@frozen(eq=False)
class History:
    """
    The wordings of one status, oldest first.

    Attributes:
        status_id: Whose they are, as the file is called; None if that is not said.
        entries: The wordings.
        where: The place.
    """

    status_id: str | None
    entries: tuple[Mapping[str, object], ...]
    where: Place


@define(eq=False)
class Intake:
    """
    Takes documents in.

    Attributes:
        report: Hears of what is no status.
        limits: Its ``records`` bounds the number of statuses.
        name: What the one file is called that is read.
        status_id: Which status a context or a history is about, if the caller says.
        statuses: All statuses, in order of appearance.
        histories: All histories.
        between: What a status that was not delivered stands under, by its id.
    """

    report: Collector
    limits: Limits | None
    name: str
    status_id: str | None
    statuses: list[Status] = field(factory=list)
    histories: list[History] = field(factory=list)
    between: dict[str, str] = field(factory=dict)
    _documents: int = field(default=0, init=False)
    _problem: FormatError | None = field(default=None, init=False)
    _records: Records = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._records = Records(self.limits, self.report)

    def read(self, documents: Iterable[tuple[Place, object]]) -> None:
        """
        Take in all documents.

        Raises:
            FormatError: If none is an answer with statuses; if strict, at damage.
        """
        for where, value in documents:
            self._records.next_document()
            if isinstance(value, list):
                self._list(value, where)
            else:
                self._document(value, where)
        if not self._documents:
            raise self._problem or self.report.error(
                "not-this-format", f"{WANTED} expected: nothing of it is whole"
            )

    # -- kinds of answers --------------------------------------------------------

    def _document(self, value: object, where: Place) -> None:
        if isinstance(value, dict) and ("ancestors" in value or "descendants" in value):
            self._documents += 1
            self._context(value, where)
            self._beside(value, ("ancestors", "descendants"), where)
        elif isinstance(value, dict) and isinstance(value.get("statuses"), list):
            self._list(value["statuses"], where.down("statuses"))
            self._beside(value, ("statuses",), where)
        elif isinstance(value, dict) and _is_status(value):
            self._documents += 1
            self._status(value, where)
        elif isinstance(value, dict) and "error" in value:
            said = shown(value["error"])
            self._refuse(f"an error answer of the server: it says {said}", where)
        else:
            self._refuse(shown(value), where)

    def _list(self, values: list[object], where: Place) -> None:
        if values and all(_is_wording(value) for value in values):
            self._documents += 1
            entries = tuple(value for value in values if isinstance(value, dict))
            self.histories.append(History(self._named(where), entries, where))
            return
        if not values:
            self._refuse("an empty list", where)
        for index, value in enumerate(values):
            self._document(value, where.down(index))

    def _context(self, value: Mapping[str, object], where: Place) -> None:
        above = self._listed(value, "ancestors", where)
        below = self._listed(value, "descendants", where)
        known = {status.id for status in (*above, *below)}
        named = self.status_id
        if named is None:
            missing = {parent_of(status) for status in below} - known
            named = self._named(where)
            if missing - {None} and named not in missing:
                # Ids grow with time, and it is older than what replies to it.
                named = min(filter(None, missing), key=lambda each: (len(each), each))
        if named is not None and above and named not in known:
            self.between[named] = above[-1].id
        if not above and not below:
            self.report.tell("no-post", "a context without any status", str(where))

    def _beside(
        self, value: Mapping[str, object], names: tuple[str, ...], where: Place
    ) -> None:
        """Tell of what an answer holds beside its statuses."""
        more = sorted(set(value).difference(names))
        if more:
            self.report.tell(
                "answer-members",
                "what an answer says beside its statuses is in no thread",
                f"{where}: {', '.join(more)}",
            )

    def _listed(
        self, value: Mapping[str, object], name: str, where: Place
    ) -> list[Status]:
        found = value.get(name)
        if not isinstance(found, list):
            if found is not None:
                self._unfit("a list of statuses", found, where.down(name))
            return []
        statuses = []
        for index, one in enumerate(found):
            place = where.down(name, index)
            if isinstance(one, dict) and _is_status(one):
                statuses.append(self._status(one, place))
            else:
                self._unfit("a status", one, place)
        return statuses

    def _status(self, members: Mapping[str, object], where: Place) -> Status:
        self._records.add(where)
        inner = members.get("reblog")
        while isinstance(inner, dict) and _is_status(inner):
            self.report.tell(
                "reblog",
                "a status that only passes another one on: the other one is read",
                str(where),
            )
            members, where = inner, where.down("reblog")
            inner = members.get("reblog")
        found = Status(str(members["id"]), members, where)
        self.statuses.append(found)
        return found

    def _named(self, where: Place) -> str | None:
        """Return the id of the status that a document is about."""
        if self.status_id is not None:
            return self.status_id
        name = where.label or re.split(r"[/\\]", self.name)[-1]
        match = _DIGITS.search(name.partition(", line")[0])
        return None if match is None else match[0]

    # -- what is none of these ---------------------------------------------------

    def _refuse(self, found: str, where: Place) -> None:
        """Pass over a document; if all are so, the first problem is raised."""
        path = str(where) if where.label or where.path else None
        if self._problem is None:
            problem = f"{WANTED} expected, this is {found}"
            self._problem = self.report.error("not-this-format", problem, path)
        self.report.damage(
            "not-this-format",
            "a document without statuses is passed over",
            f"{where}: {found}",
            kind="skipped",
        )

    def _unfit(self, wanted: str, value: object, where: Place) -> None:
        self.report.damage(
            "field",
            "something else than a status, which is left out",
            f"{where}: {shown(value)}, not {wanted}",
            kind="skipped",
        )


def _is_status(members: Mapping[str, object]) -> bool:
    name = members.get("id")
    is_id = (isinstance(name, str) and name != "") or type(name) is int
    return is_id and ("content" in members or "reblog" in members)


def _is_wording(value: object) -> bool:
    return (
        isinstance(value, dict)
        and "id" not in value
        and "content" in value
        and "created_at" in value
    )


def parent_of(status: Status) -> str | None:
    """Return the id of what a status replies to, if it says one."""
    value = status.members.get("in_reply_to_id")
    if isinstance(value, str) and value:
        return value
    return str(value) if type(value) is int else None
