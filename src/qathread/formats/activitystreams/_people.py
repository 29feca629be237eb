"""People and groups, and who of them wrote something."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve

from ...users import User, UserKind
from ._shapes import each, iri, plain, text_of, types

__all__ = ["author_of", "face_of", "faces"]

_KINDS: Final = {"Service": UserKind.BOT, "Application": UserKind.SYSTEM}
_GROUPS: Final = frozenset({"Group", "Organization"})


def face_of(members: Mapping[str, object]) -> tuple[str, User] | None:
    """
    Return what a record tells of somebody, and how new it is.

    Args:
        members: An object of ActivityStreams, under short names.

    Returns:
        The text of its time and a face; None without an id.
    """
    name = iri(members)
    if name is None:
        return None
    handle = members.get("preferredUsername")
    kinds = (_KINDS[kind] for kind in types(members) if kind in _KINDS)
    time = members.get("updated")
    face = User(
        id=name,
        name=text_of(members, "name").text or None,
        handle=handle if isinstance(handle, str) and handle else None,
        kind=next(kinds, UserKind.REGISTERED),
    )
    return (time if isinstance(time, str) else "", face)


def author_of(value: object) -> tuple[str | None, str | None, bool]:
    """
    Return who wrote a post: of several the first that is no group.

    Args:
        value: ``attributedTo``.

    Returns:
        The id, the name of somebody without an id, and whether that is all that
        the value tells.
    """
    people = each(value)
    found: object = None
    for one in people:
        kinds = types(plain(one)) if isinstance(one, dict) else ()
        if found is None or (not _GROUPS.intersection(kinds) and _is_group(found)):
            found = one
    name: str | None = None
    if isinstance(found, dict):
        name = text_of(plain(found), "name").text or None
    return iri(found), name, isinstance(value, str)


def _is_group(value: object) -> bool:
    return isinstance(value, dict) and bool(_GROUPS.intersection(types(plain(value))))


def faces(known: Mapping[str, Iterable[tuple[str, User]]]) -> dict[str, User]:
    """Return the faces of people as of their newest records; no name is lost."""
    found: dict[str, User] = {}
    for user_id, records in known.items():
        for _, face in sorted(records, key=_age):
            before = found.get(user_id)
            if before is not None:
                face = evolve(
                    face,
                    name=face.name or before.name,
                    handle=face.handle or before.handle,
                    kind=before.kind if _is_bare(face) else face.kind,
                )
            found[user_id] = face
    return found


def _age(record: tuple[str, User]) -> tuple[str, str]:
    time, face = record
    return time, f"{face.name!r} {face.handle!r} {face.kind}"


def _is_bare(face: User) -> bool:
    return face.name is None and face.handle is None
