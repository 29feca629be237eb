"""
What two copies of a thread together know of posts that are not at hand.

A stub is two things: a place that something hangs on, and a list of children
that are still missing. Merging takes them apart:

- A place stays until the post itself is there. A stub is one if anything in its
  own thread refers to it, or if it lists no children.
- A child stays missing until it is there. For each one the greatest count,
  cursor and parent that a stub of that id gave with it stand; a stub with no
  missing child left is gone.

Written back, children of one stub for which the sources said different things
need stubs of their own, named ``merge~again~2~ID``. A post that would stand in a
circle is put under ``merge~under~ID``, which keeps the parent that it names. Read
again, both give what they were made from: that is what makes the result
independent of the order of merging.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Final

from attrs import field, frozen

from ._order import greater, rank
from .errors import ValidationError
from .ids import PostId
from .posts import Stub

_RESERVED: Final = "merge~"
_UNDER: Final = "merge~under~"
_AGAIN: Final = "merge~again~"


@frozen(kw_only=True, weakref_slot=False)
class Place:
    """What a stub says beside its id and children; greater ones win."""

    count: int | None = None
    cursor: str | None = None
    parent_id: PostId | None = None


@frozen(kw_only=True, weakref_slot=False)
class Missing:
    """All that is known of what is not at hand."""

    places: dict[PostId, Place] = field(factory=dict)
    #: By stub, then by missing child.
    children: dict[PostId, dict[PostId, Place]] = field(factory=dict)


def parents_kept(stubs: Iterable[Stub], known: Container[PostId]) -> dict[str, PostId]:
    """
    Return what posts under the stubs of an earlier merge really stand under.

    Args:
        stubs: The stubs of one thread.
        known: The ids of its posts and stubs.
    """
    kept: dict[str, PostId] = {}
    for stub in stubs:
        if stub.id.startswith(_UNDER):
            parent_id = stub.id.removeprefix(_UNDER)
            bare = (stub.count, stub.cursor, stub.child_ids) == (None, None, ())
            if not bare or parent_id not in known:
                raise _reserved(stub.id)
            kept[stub.id] = parent_id
    return kept


def read(
    stubs: Iterable[Stub],
    kept: Mapping[str, PostId],
    used: Container[PostId],
    root_id: PostId,
) -> Missing:
    """
    Take the stubs of one thread apart.

    Args:
        stubs: Its stubs.
        kept: From :func:`parents_kept`.
        used: Ids that anything in the thread refers to.
        root_id: Its root.
    """
    missing = Missing()
    for stub in stubs:
        if stub.id in kept:
            continue
        stub_id = _named(stub)
        parent_id = stub.parent_id
        if parent_id is not None:
            parent_id = kept.get(parent_id, parent_id)
        if stub_id == root_id:
            parent_id = None
        place = Place(count=stub.count, cursor=stub.cursor, parent_id=parent_id)
        again = stub_id != stub.id
        if again and (stub.id in used or not stub.child_ids):
            raise _reserved(stub.id)
        if not again and (stub_id in used or stub_id == root_id or not stub.child_ids):
            missing.places[stub_id] = place
        if stub.child_ids:
            _note(missing, stub_id, dict.fromkeys(stub.child_ids, place))
    return missing


def check_free(post_ids: Iterable[PostId]) -> None:
    """Refuse posts whose ids look like those that merging gives to stubs."""
    for post_id in post_ids:
        if post_id.startswith(_RESERVED):
            raise _reserved(post_id)


def joined(parts: Iterable[Missing], present: Container[PostId]) -> Missing:
    """
    Return what is still missing where these posts are present.

    Args:
        parts: What each thread misses.
        present: The ids of all posts.
    """
    missing = Missing()
    for part in parts:
        for stub_id, place in part.places.items():
            if stub_id not in present:
                old = missing.places.get(stub_id, place)
                missing.places[stub_id] = Place(
                    count=greater(old.count, place.count),
                    cursor=greater(old.cursor, place.cursor),
                    parent_id=greater(old.parent_id, place.parent_id),
                )
        for stub_id, children in part.children.items():
            if stub_id not in present:
                left = {
                    child_id: place
                    for child_id, place in children.items()
                    if child_id not in present
                }
                if left:
                    _note(missing, stub_id, left)
    return missing


def parents(missing: Missing) -> Iterable[PostId]:
    """Return what the stubs stand under, as far as it is known."""
    for place in missing.places.values():
        if place.parent_id is not None:
            yield place.parent_id
    for children in missing.children.values():
        for place in children.values():
            if place.parent_id is not None:
                yield place.parent_id


def write(
    missing: Missing,
    moved: Mapping[PostId, PostId],
    used: Container[PostId],
    root_id: PostId,
) -> list[Stub]:
    """
    Return the stubs of a merged thread.

    Args:
        missing: What is missing in it.
        moved: Parents of posts and stubs that would stand in a circle.
        used: Ids that anything in it refers to.
        root_id: Its root.
    """
    stubs = [
        Stub(id=under(parent_id), parent_id=root_id)
        for parent_id in sorted(set(moved.values()))
    ]
    for stub_id in sorted({*missing.places, *missing.children}):
        groups: dict[Place, list[PostId]] = {}
        for child_id, place in missing.children.get(stub_id, {}).items():
            groups.setdefault(place, []).append(child_id)
        main = missing.places.get(stub_id)
        taken: list[PostId] = []
        if main is None:
            main = max(groups, key=rank)
            taken = groups.pop(main)
        elif stub_id in used or stub_id == root_id:
            taken = groups.pop(main, [])
        parent_id = under(moved[stub_id]) if stub_id in moved else main.parent_id
        stubs.append(_stub(stub_id, main, parent_id, taken))
        others = sorted(groups.items(), key=lambda group: rank(group[0]), reverse=True)
        for number, (place, child_ids) in enumerate(others, start=2):
            parent_id = root_id if stub_id == root_id else place.parent_id
            again = f"{_AGAIN}{number}~{stub_id}"
            stubs.append(_stub(again, place, parent_id, child_ids))
    return stubs


def under(parent_id: PostId) -> PostId:
    """Return the id of the stub that keeps a parent for a post in a circle."""
    return _UNDER + parent_id


def _stub(
    stub_id: PostId, place: Place, parent_id: PostId | None, children: list[PostId]
) -> Stub:
    return Stub(
        id=stub_id,
        parent_id=parent_id,
        count=place.count,
        child_ids=tuple(sorted(children)),
        cursor=place.cursor,
    )


def _note(missing: Missing, stub_id: PostId, children: Mapping[PostId, Place]) -> None:
    known = missing.children.setdefault(stub_id, {})
    for child_id, place in children.items():
        known[child_id] = greater(known.get(child_id, place), place)


def _named(stub: Stub) -> PostId:
    if not stub.id.startswith(_RESERVED):
        return stub.id
    number, _, stub_id = stub.id.removeprefix(_AGAIN).partition("~")
    if not stub.id.startswith(_AGAIN) or not stub_id or not number.isdecimal():
        raise _reserved(stub.id)
    return stub_id


def _reserved(id: PostId) -> ValidationError:
    return ValidationError(
        f"id {id!r} begins with {_RESERVED!r}, which is for stubs that merging makes: "
        "rename it"
    )
