"""What documents hold: copies of posts, activities about them, people, places."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve, frozen

from ...errors import FormatError, excerpt
from ...limits import Limits
from ...posts import Stub
from .._json import Place, shown
from .._json_files import Records
from .._report import Collector
from ._collections import items_in
from ._flat import ABOUT, LISTS, flat, made_id
from ._people import face_of
from ._pools import Activity, Copy, Pool
from ._shapes import check, each, held_id, iri, names_vocabulary, plain, types
from ._vocabulary import (
    ACTIVITIES,
    ACTORS,
    COLLECTIONS,
    LINKS,
    PLACES,
    POSTS,
    THREAD,
    TOMBSTONE,
)

__all__ = ["Intake"]

#: What wraps a post and says nothing else of it.
_ENVELOPES: Final = frozenset({"Announce", "Create", "Update"})
#: How a collection hangs together.
_STRUCTURE: Final = frozenset(
    {
        "current",
        "first",
        "id",
        "last",
        "next",
        "partOf",
        "prev",
        "startIndex",
        "totalItems",
        "type",
    }
)
_KNOWN: Final = POSTS | COLLECTIONS | ACTORS | LINKS | PLACES | ACTIVITIES | {TOMBSTONE}


@frozen
class _Task:
    """A value that waits to be looked at."""

    value: object
    where: Place
    pool: Pool
    context: object = None
    parent: str | None = None  # the post whose reply it is
    actor: str | None = None  # who created it
    pinned: bool = False
    undone: bool = False


class Intake:
    """
    Takes documents in.

    Attributes:
        pools: One for all that is foreign, and one for each collection of ours.
    """

    def __init__(self, report: Collector, limits: Limits | None) -> None:
        self.pools = [Pool()]
        self._report = report
        self._records = Records(limits, report)
        self._documents = 0
        self._context: object = None
        self._problem: FormatError | None = None
        self._tasks: list[_Task] = []

    def read(self, documents: Iterable[tuple[Place, object]]) -> None:
        """
        Take in all documents.

        Raises:
            FormatError: If none is ActivityStreams; if strict, at any damage.
        """
        for where, value in documents:
            self._records.next_document()
            several = value if isinstance(value, list) else [value]
            if value == []:
                self._refuse("an empty list", where)
            for index, one in enumerate(several):
                self._document(one, where.down(index) if one is not value else where)
        if not self._documents:
            raise self._problem or self._report.error(
                "not-this-format", "ActivityStreams expected: nothing of it is whole"
            )

    # -- documents ---------------------------------------------------------------

    def _document(self, value: object, where: Place) -> None:
        if not isinstance(value, dict):
            self._refuse(shown(value), where)
            return
        if "@context" in value:
            context = value["@context"]
            if not isinstance(context, str | list | dict):
                self._refuse(f"an object whose @context is {shown(context)}", where)
                return
            if not names_vocabulary(context):
                known = _KNOWN.intersection(types(plain(value)))
                if not known or _names_other(context):
                    self._refuse("JSON-LD of another vocabulary", where)
                    return
                self._tell(
                    "context",
                    "a context that does not say ActivityStreams, around its types",
                    where,
                )
        elif "@graph" not in value and not _KNOWN.intersection(types(plain(value))):
            self._refuse("an object of no type of ActivityStreams", where)
            return
        self._documents += 1
        if value.get("@context") != self._context:  # one object for all that are equal
            self._context = value.get("@context")
        members = {**value, "@context": self._context}
        self._push(_Task(members, where, self.pools[0]))
        while self._tasks:
            self._visit(self._tasks.pop())

    def _refuse(self, found: str, where: Place) -> None:
        """Pass over a document; if all are so, the first problem is raised."""
        problem = f"ActivityStreams expected, this is {found}"
        path = str(where) if where.label or where.path else None
        if self._problem is None:
            self._problem = self._report.error("not-this-format", problem, path)
        self._report.damage(
            "not-this-format",
            "a document that is no ActivityStreams is passed over",
            f"{where}: {found}",
            kind="skipped",
        )

    def _push(self, task: _Task) -> None:
        self._tasks.append(task)

    # -- objects -----------------------------------------------------------------

    def _visit(self, task: _Task) -> None:
        value, where = task.value, task.where
        if isinstance(value, str):
            self._named(value, task)
            return
        if not isinstance(value, dict):
            self._report.damage(
                "field",
                "an object or an IRI belongs here: something else is left out",
                f"{where}: {shown(value)}",
                kind="skipped",
            )
            return
        self._records.add(where)
        members = plain(value)
        context = members.pop("@context", task.context)
        task = evolve(task, value=members, context=context)
        if "@graph" in members:
            for index, one in enumerate(each(members["@graph"])):
                self._push(_down(task, one, "@graph", index))
        check(members, where, self._report)
        kinds = types(members)
        if COLLECTIONS.intersection(kinds) or any(name in members for name in LISTS):
            self._collection(members, kinds, task)
        elif ACTORS.intersection(kinds):
            self._person(members, task)
            self._tell("actor", "a person or group: name and handle are kept", where)
        elif _is_post(members, kinds):
            self._post(members, task)
        elif "actor" in members or ACTIVITIES.intersection(kinds):
            self._activity(members, kinds, task)
        elif "@graph" not in members:
            what = ", ".join(kinds) or "without a type"
            self._tell(
                "no-post", "an object that is no post", f"{where}: {excerpt(what, 40)}"
            )

    def _named(self, value: str, task: _Task) -> None:
        """Take in what is only an address; nothing is fetched."""
        if task.parent is not None and value:
            task.pool.stubs.append(Stub(id=held_id(value), parent_id=task.parent))
        else:
            self._tell("only-an-iri", "something known only by its address", task.where)

    def _person(self, members: Mapping[str, object], task: _Task) -> None:
        found = face_of(members)
        if found is not None:
            task.pool.faces.setdefault(found[1].id, {})[found] = None

    # -- collections -------------------------------------------------------------

    def _collection(
        self, members: dict[str, object], kinds: tuple[str, ...], task: _Task
    ) -> None:
        where, pool = task.where, task.pool
        ours = members.get(THREAD)
        if isinstance(ours, dict) and pool is self.pools[0]:
            pool = Pool(ours=ours, where=where)
            self.pools.append(pool)
        more = sorted(set(members) - _STRUCTURE - set(LISTS))
        if more and THREAD not in members:
            self._tell(
                "collection",
                "a collection around posts: what it says of itself is in no thread",
                f"{where}: {', '.join(more)}",
            )
        name = members.get("id")
        pinned = task.pinned or (
            isinstance(name, str) and name.rstrip("/").endswith("/featured")
        )
        items, nexts = items_in(members, kinds, where, self._report)
        for place, item in reversed(items):
            self._push(
                _Task(
                    item,
                    place,
                    pool,
                    task.context,
                    task.parent,
                    pinned=pinned,
                )
            )
        total = _count(members.get("totalItems"))
        if task.parent is None:
            for following in nexts:
                self._tell(
                    "has-more", "a page that is not at hand", f"{where}: {following}"
                )
            if total is not None and total != len(items) and not nexts:
                self._tell(
                    "count-differs",
                    "a collection that holds more or less than it says",
                    f"{where}: {total}, here {len(items)}",
                )
            return
        missing = None if total is None else max(0, total - len(items))
        if nexts or missing:
            pool.stubs.append(
                Stub(
                    id=iri(members) or f"{task.parent}#replies",
                    parent_id=task.parent,
                    count=missing,
                    cursor=min(nexts, default=None),
                )
            )

    # -- activities --------------------------------------------------------------

    def _activity(
        self, members: dict[str, object], kinds: tuple[str, ...], task: _Task
    ) -> None:
        where, pool = task.where, task.pool
        kind = next((kind for kind in kinds if kind in ACTIVITIES), None)
        kind = kind or next(iter(kinds), "Activity")
        actor = self._whom(members.get("actor"), task)
        objects = list[str]()
        nested = [
            (value, where.down("object", index))
            for index, value in enumerate(each(members.get("object")))
        ]
        for value, place in nested:
            inner = plain(value) if isinstance(value, dict) else None
            if kind == "Undo":
                if isinstance(value, str):
                    pool.undone.append(
                        Activity(kind, held_id(value), actor, (), {}, place)
                    )
                elif inner is not None:
                    self._push(_Task(inner, place, pool, task.context, undone=True))
                continue
            if inner is not None and not ACTORS.intersection(types(inner)):
                creator = actor if kind == "Create" else None
                is_activity = "actor" in inner and "object" in inner
                if not (kind == "Delete" and types(inner) == ()):
                    self._push(
                        _Task(
                            inner,
                            place,
                            pool,
                            task.context,
                            actor=creator,
                            undone=task.undone and kind in _ENVELOPES,
                        )
                    )
                if is_activity and kind != "Resolve":
                    continue
                objects.append(iri(inner) or made_id(inner))
            elif (address := iri(value)) is not None:
                objects.append(address)
        if kind in ("Create", "Update") or (kind == "Announce" and not objects):
            self._tell(
                "envelope", "an activity around a post: its id and addressees", where
            )
        if kind in ("Create", "Update", "Undo"):
            return
        if not objects:
            if kind != "Announce":
                self._tell("activity-elsewhere", "an activity about no object", where)
            return
        kept = flat(members)
        kept["object"] = objects[0] if len(objects) == 1 else list(objects)
        found = Activity(
            kind, iri(members) or made_id(kept), actor, tuple(objects), kept, where
        )
        (pool.undone if task.undone else pool.activities).append(found)

    def _whom(self, value: object, task: _Task) -> str | None:
        """Return the first person of a member, and take in what is told of all."""
        found: str | None = None
        for one in each(value):
            inner = plain(one) if isinstance(one, dict) else None
            if inner is not None:
                self._person(inner, task)
            found = found or iri(inner or one)
        return found

    # -- posts -------------------------------------------------------------------

    def _post(self, members: dict[str, object], task: _Task) -> None:
        where, pool = task.where, task.pool
        self._whom(members.get("attributedTo"), task)
        kept = flat(members)
        name = iri(members) or made_id(members)
        for place, above in enumerate(each(members.get("inReplyTo"))):
            if isinstance(above, dict) and len(above) > 1:
                self._push(_down(task, above, "inReplyTo", place))
        if task.parent is not None and not each(members.get("inReplyTo")):
            kept["inReplyTo"] = task.parent
        replies = members.get("replies")
        if isinstance(replies, str) and replies:
            stub = Stub(id=held_id(replies), parent_id=name, cursor=replies)
            pool.stubs.append(stub)
        elif isinstance(replies, dict | list):
            for one in each(replies):
                self._push(_Task(one, where.down("replies"), pool, task.context, name))
        for about in ABOUT:
            held = members.get(about)
            if isinstance(held, dict):
                items, _ = items_in(plain(held), (), where.down(about), self._report)
                for place_of, item in items:
                    if isinstance(item, dict):
                        self._push(_Task(item, place_of, pool, task.context))
        if task.pinned:
            pool.pinned.add(name)
        if task.context is not None:
            pool.contexts.setdefault(name, []).append(task.context)
        copy = Copy(name, kept, where, task.actor)
        pool.copies.setdefault(name, []).append(copy)

    def _tell(self, code: str, message: str, where: object) -> None:
        self._report.tell(code, message, str(where))


def _is_post(members: Mapping[str, object], kinds: tuple[str, ...]) -> bool:
    if POSTS.intersection(kinds) or TOMBSTONE in kinds:
        return not ("actor" in members and "object" in members)
    if _KNOWN.intersection(kinds):
        return False
    if "actor" in members or "object" in members:
        return False
    return any(name in members for name in ("content", "contentMap", "inReplyTo"))


def _names_other(context: object) -> bool:
    """Tell whether a context is of schema.org, whose types are named alike."""
    return any(
        isinstance(part, str) and "//schema.org" in part for part in each(context)
    )


def _down(task: _Task, value: object, name: str, index: int) -> _Task:
    return _Task(value, task.where.down(name, index), task.pool, task.context)


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None
