"""Answers of the Reddit API taken apart into things."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final, TypeGuard

from attrs import frozen

from ...ids import PostId
from ...thread import Thread
from .._gathering import roots
from .._json import Place, shown
from .._json_files import Records, documents
from .._sources import Input
from ._things import Style, Thing, thing_of
from ._threads import More, thread_of

__all__ = ["Intake", "is_answer"]

_WANTED: Final = "an answer of the Reddit API as JSON"
_KINDS: Final = {
    "t2": ("account", "an account by itself, which belongs to no thread"),
    "t5": ("subreddit", "a subreddit by itself, which belongs to no thread"),
}


@frozen(eq=False)
class _Loose:
    """A comment that does not say which submission it belongs to."""

    data: Mapping[str, object]
    where: Place


class Intake:
    """
    Takes in answers, and keeps what belongs to each submission.

    Args:
        input: What is read.
        style: How posts are read.
    """

    def __init__(self, input: Input, style: Style) -> None:
        self._input, self._report, self._style = input, input.report, style
        self._records = Records(input.limits, input.report)
        self._things: dict[PostId, list[Thing]] = {}
        self._mores: list[tuple[More, PostId | None]] = []
        self._loose: list[_Loose] = []
        self._thread_of: dict[PostId, PostId] = {}  # of each comment
        self._answers = 0
        self._problem: tuple[str, str] | None = None

    def read(self) -> None:
        """
        Take in everything.

        Raises:
            FormatError: If nothing of it is an answer of the API; if strict, at
                any damage.
        """
        for where, value in documents(self._input, _WANTED):
            self._records.next_document()
            self._document(value, where)
        if not self._answers:
            problem, where_ = self._problem or (f"{_WANTED} expected", "")
            raise self._report.error("not-this-format", problem, where_ or None)
        self._settle_loose()

    def threads(self) -> Iterator[Thread]:
        """Yield each thread, in order of the numbers that their ids are."""
        mores: dict[PostId, list[More]] = {}
        for more, thread_id in self._mores:
            found = thread_id or self._thread_of.get(more.parent_id)
            if found is None:
                self._report.loss(
                    "more-without-thread",
                    "a place of more comments that does not say in which thread",
                    more.stub_id,
                    kind="skipped",
                )
            else:
                mores.setdefault(found, []).append(more)
        for thread_id in sorted({*self._things, *mores}, key=_numbered):
            yield thread_of(
                thread_id,
                self._things.pop(thread_id, ()),
                self._report,
                mores.pop(thread_id, ()),
            )

    # -- answers -----------------------------------------------------------------

    def _document(self, top: object, where: Place) -> None:
        failed = _failure(top)
        if failed is not None or not is_answer(top):
            self._refused(failed or _told(top), where)
            return
        self._answers += 1
        waiting: list[tuple[object, Place, PostId | None]] = [(top, where, None)]
        while waiting:
            value, place, link = waiting.pop()
            link = link or _only_submission(value)
            for below, path in reversed(self._opened(value, place, link)):
                waiting.append((below, place.down(*path), link))

    def _opened(
        self, value: object, where: Place, link: PostId | None
    ) -> list[tuple[object, tuple[str | int, ...]]]:
        """Take in one value; return what is in it, each with the way there."""
        if isinstance(value, list):
            return [(each, (at,)) for at, each in enumerate(value)]
        if not isinstance(value, dict):
            self._unfit("a thing", value, where)
            return []
        answer = _answer(value)
        if answer is not None:
            for error in _errors(value):
                self._refused(error, where)
            return [(each, ("json", "data", "things", i)) for i, each in answer]
        kind, data = value.get("kind"), value.get("data")
        if not isinstance(kind, str) or not isinstance(data, dict):
            self._unfit("a thing with kind and data", value, where)
            return []
        inside = where.down("data")
        if kind == "Listing":
            return self._listing(data, inside)
        self._thing(kind, data, inside, link)
        replies = data.get("replies")
        if kind == "t1" and isinstance(replies, dict):
            return [(replies, ("data", "replies"))]
        return []

    def _listing(
        self, data: Mapping[str, object], where: Place
    ) -> list[tuple[object, tuple[str | int, ...]]]:
        children = data.get("children")
        if not isinstance(children, list):
            self._unfit("a list of children", children, where.down("children"))
            return []
        if data.get("after") is not None:
            self._report.tell(
                "has-more",
                "a listing goes on: ask for what comes after",
                f"{where.down('after')}: {shown(data['after'])}",
            )
        return [(each, ("data", "children", i)) for i, each in enumerate(children)]

    # -- things ------------------------------------------------------------------

    def _thing(
        self,
        kind: str,
        data: Mapping[str, object],
        where: Place,
        link: PostId | None,
    ) -> None:
        self._records.add(where)
        if kind == "t3":
            thing = thing_of("t3", data, "", where, self._report, self._style)
            if thing is not None:
                self._things.setdefault(thing.piece.post.id, []).append(thing)
        elif kind == "t1":
            thread_id = _link_of(data) or link
            if thread_id is None:
                self._loose.append(_Loose(data, where))
            else:
                self._comment(data, thread_id, where)
        elif kind == "more":
            self._more(data, where, link)
        elif kind in _KINDS:
            code, message = _KINDS[kind]
            self._report.tell(code, message, f"{where}: {shown(data.get('name'))}")
        else:
            self._report.loss(
                "unknown-item",
                "a thing that is neither a submission nor a comment",
                f"{where}: {shown(kind)}",
                kind="skipped",
            )

    def _comment(
        self, data: Mapping[str, object], thread_id: PostId, where: Place
    ) -> None:
        replies = data.get("replies")
        if isinstance(replies, dict):
            data = {name: each for name, each in data.items() if name != "replies"}
        thing = thing_of("t1", data, thread_id, where, self._report, self._style)
        if thing is not None:
            self._things.setdefault(thread_id, []).append(thing)
            self._thread_of[thing.piece.post.id] = thread_id

    def _more(
        self, data: Mapping[str, object], where: Place, link: PostId | None
    ) -> None:
        parent_id, name = data.get("parent_id"), data.get("id")
        if not isinstance(parent_id, str) or parent_id[:3] not in ("t1_", "t3_"):
            self._unfit("what comments are under", parent_id, where.down("parent_id"))
            return
        if parent_id.startswith("t3_"):
            link = parent_id
        count, below = data.get("count"), data.get("children")
        children = []
        for each in below if isinstance(below, list) else ():
            if isinstance(each, str) and each and each != "_":
                children.append(f"t1_{each}")
        if children:
            name = name if isinstance(name, str) and name else children[0][3:]
            more = More(
                parent_id,
                f"t1_{name}",
                count if type(count) is int and count >= 0 else None,
                tuple(dict.fromkeys(children)),
                name,
            )
        else:
            # The page of the comment itself: /comments/ID/_/COMMENT
            page = f"/comments/{(link or 't3__')[3:]}/_/{parent_id[3:]}"
            more = More(parent_id, None, None, (), page)
        self._mores.append((more, link))

    def _settle_loose(self) -> None:
        """Find out what comments without a submission hang on."""
        parents: dict[str, str | None] = dict(self._thread_of)
        named = [(_name_of(each.data), each) for each in self._loose]
        for name, each in named:
            above = each.data.get("parent_id")
            if name is not None and isinstance(above, str):
                parents.setdefault(name, above)
        tops = roots(parents)
        for name, each in named:
            top = None if name is None else tops.get(name)
            if top is not None and top.startswith("t3_"):
                self._comment(each.data, top, each.where)
            else:
                self._report.damage(
                    "missing-parent",
                    "a comment that does not say which submission it belongs to: it "
                    "is left out",
                    str(each.where),
                    kind="skipped",
                )
        self._loose.clear()

    def _refused(self, problem: str, where: Place) -> None:
        """Pass over an answer; if all are so, the first problem is raised."""
        if self._problem is None:
            self._problem = (problem, "" if str(where) == "/" else str(where))
        self._report.damage(
            "not-a-page",
            f"an answer holds no posts: {problem}",
            str(where),
            kind="skipped",
            error="not-this-format",
        )

    def _unfit(self, wanted: str, value: object, where: Place) -> None:
        self._report.damage(
            "field",
            f"{wanted} belongs here, something else is left out",
            f"{where}: {shown(value)}",
            kind="skipped",
        )


def is_answer(value: object) -> bool:
    """Tell whether *value* is a thing, a list of things, or a morechildren answer."""
    several = value if isinstance(value, list) else [value]
    pages = (each if isinstance(each, list) else [each] for each in several)
    return any(map(_is_part, chain.from_iterable(pages)))


def _is_part(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return _is_thing(value) or _answer(value) is not None


def _is_thing(value: object) -> TypeGuard[dict[str, Any]]:
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("kind"), str) and isinstance(value.get("data"), dict)


def _answer(value: Mapping[str, object]) -> list[tuple[int, object]] | None:
    """Return the things of a morechildren answer."""
    answer = value.get("json")
    if not isinstance(answer, dict):
        return None
    data = answer.get("data")
    things = data.get("things") if isinstance(data, dict) else None
    return list(enumerate(things)) if isinstance(things, list) else None


def _errors(value: Mapping[str, object]) -> list[str]:
    answer = value.get("json")
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list) or not errors:
        return []
    return ["the API tells of an error: " + ", ".join(_words(each)) for each in errors]


def _words(error: object) -> list[str]:
    parts = error if isinstance(error, list) else [error]
    return [part if isinstance(part, str) else shown(part) for part in parts][:3]


def _failure(value: object) -> str | None:
    """Return what went wrong, if the answer is about that."""
    if not isinstance(value, dict):
        return None
    if type(value.get("error")) is int and "message" in value:
        told = [str(value["error"]), *map(shown, (value["message"],))]
        if isinstance(value.get("reason"), str):
            told.append(str(value["reason"]))
        return f"this is an error answer of the API ({', '.join(told)})"
    errors = _errors(value)
    return errors[0] if errors and _answer(value) is None else None


def _told(value: object) -> str:
    what = shown(value)
    if isinstance(value, dict):
        what = "an object without kind and data" if value else "an empty object"
    elif isinstance(value, list):
        what = "a list of other things" if value else "an empty list"
    return f"{_WANTED} expected, this is {what}"


def _only_submission(top: object) -> PostId | None:
    """Return the submission that a whole answer is about, if it is about one."""
    found: set[str] = set()
    if not isinstance(top, list | dict):
        return None
    for each in top if isinstance(top, list) else [top]:
        if not isinstance(each, dict):
            continue
        answer = _answer(each)
        data = each.get("data")
        children = data.get("children") if isinstance(data, dict) else None
        if answer is not None:
            children = [thing for _, thing in answer]
        for child in children if isinstance(children, list) else ():
            if not _is_thing(child):
                continue
            data = child["data"]
            link = _name_of(data) if child["kind"] == "t3" else _link_of(data)
            if link is not None and child["kind"] in ("t1", "t3"):
                found.add(link)
    return found.pop() if len(found) == 1 else None


def _link_of(data: Mapping[str, object]) -> PostId | None:
    """Return which submission a comment belongs to, as far as it says so."""
    link, above = data.get("link_id"), data.get("parent_id")
    for name in (link, above):
        if isinstance(name, str) and name.startswith("t3_") and len(name) > 3:
            return name
    return None


def _name_of(data: Mapping[str, object]) -> PostId | None:
    name, number = data.get("name"), data.get("id")
    if isinstance(name, str) and name[:3] in ("t1_", "t3_") and len(name) > 3:
        return name
    return f"t1_{number}" if isinstance(number, str) and number else None


def _numbered(thread_id: PostId) -> tuple[int, str]:
    return len(thread_id), thread_id
