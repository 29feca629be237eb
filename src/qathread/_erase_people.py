"""Who appears in threads and logs, under which names, and who became whom."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from attrs import frozen

from ._erase_fields import appearances
from ._erase_text import PLACEHOLDER, Names, letters
from .content import Content
from .errors import ValidationError
from .facts import AccountEvent, AccountsMerged, Event, UsersMerged
from .ids import ThreadId, UserId
from .users import User

__all__ = ["Log", "Person", "Survey", "survey"]

#: Events with what stands before them: the content of a thread that was stored.
Log: TypeAlias = "tuple[Content | Event | AccountEvent, ...]"


@frozen
class Survey:
    """Everyone in some events."""

    people: Mapping[ThreadId | None, Mapping[UserId, None]]  # as they first appear
    names: Mapping[UserId, Mapping[str, None]]
    became: Mapping[UserId, Mapping[UserId, None]]  # whom each account took in

    def person(
        self, user_id: UserId, names: Iterable[str], mentioned: Iterable[str]
    ) -> "Person":
        """Return what is known of one person, all their accounts included."""
        ids = {user_id: None}
        waiting = [user_id]
        while waiting:
            for taken_in in self.became.get(waiting.pop(), ()):
                if taken_in not in ids:
                    ids[taken_in] = None
                    waiting.append(taken_in)
        given = dict.fromkeys(map(_checked, names))
        insisted = set(map(_key, given))
        found: dict[str, UserId] = {}
        for each in ids:
            for name in self.names.get(each, ()):
                found.setdefault(name, each)
        others = {
            name: None
            for each, known in self.names.items()
            if each not in ids
            for name in known
            if _key(name) not in insisted
        }
        taken = set(map(_key, others))
        return Person(
            ids=tuple(ids),
            erased=frozenset(
                each
                for each in ids
                if each != user_id and re.fullmatch(PLACEHOLDER, each)
            ),
            names={
                **{name: id for name, id in found.items() if _key(name) not in taken},
                **dict.fromkeys(given, user_id),
            },
            others=tuple(others),
            shared=tuple(name for name in found if _key(name) in taken),
            mentioned=frozenset(_key(_checked(name)) for name in mentioned),
        )


@frozen
class Person:
    """
    One person to erase.

    Attributes:
        ids: The account asked for, then those that were merged into it.
        erased: Those of the latter that are placeholders already.
        names: Names to look for, each with the account that it belongs to.
        others: Names of everybody else.
        shared: Names of this person that others have as well.
        mentioned: Names, as keys, that are looked for behind an @ only.
    """

    ids: tuple[UserId, ...]
    erased: frozenset[UserId]
    names: Mapping[str, UserId]
    others: tuple[str, ...]
    shared: tuple[str, ...]
    mentioned: frozenset[str]

    def in_text(self, faces: Mapping[UserId, User], in_code: bool) -> Names:
        """Return the names to look for, with what *faces* put in their places."""
        put = {
            name: faces[each].id for name, each in self.names.items() if each in faces
        }
        ids = {each: face.id for each, face in faces.items()}
        return Names(
            {name: to for name, to in put.items() if _key(name) not in self.mentioned},
            {**ids, **put},
            self.others,
            ids,
            in_code,
        )


def survey(log: Log, group: ThreadId | None) -> Survey:
    """
    Look at everyone in *log*.

    Args:
        log: Contents and events in order.
        group: The thread that contents belong to.

    Returns:
        Who appears in which thread, with all their names.
    """
    people: dict[ThreadId | None, dict[UserId, None]] = {}
    names: dict[UserId, dict[str, None]] = {}
    became: dict[UserId, dict[UserId, None]] = {}
    for part in log:
        thread_id = group if isinstance(part, Content) else part.thread_id
        here = people.setdefault(thread_id, {})
        for user_id, name in appearances(part):
            here[user_id] = None
            if name is not None:
                names.setdefault(user_id, {})[name.removeprefix("@")] = None
        if isinstance(part, UsersMerged):
            became.setdefault(part.into.id, {})[part.from_id] = None
        elif isinstance(part, AccountsMerged):
            became.setdefault(part.into_id, {})[part.user_id] = None
    return Survey(people, names, became)


def _key(name: str) -> str:
    return " ".join(letters(name).casefold().split())


def _checked(name: object) -> str:
    if not isinstance(name, str) or not any(map(str.isalnum, name)):
        raise ValidationError(
            f"{name!r} is not a name to look for: give text with a letter or digit"
        )
    return name.removeprefix("@")
