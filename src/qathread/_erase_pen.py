"""
Values and events written anew without a person.

A pen belongs to one thread and rewrites anything in it. It copies only what
changes, so that what nobody is erased from stays the same object.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs
from attrs import evolve, frozen

from ._erase_fields import Role, roles
from ._erase_text import Names
from ._survey import newest
from .bodies import Body
from .content import Content
from .facts import (
    AccountEvent,
    EditSuggested,
    Event,
    Imported,
    PostDeleted,
    PostRestored,
    VotesCounted,
)
from .ids import PostId, UserId
from .posts import Answer, Comment, Post, Question
from .provenance import Provenance
from .revisions import Revision, Suggestion
from .status import Closed, Flag, Locked, Mark, Motion
from .users import User

__all__ = ["Emptying", "Pen", "in_order", "neutral", "same_time"]

T = TypeVar("T")
E = TypeVar("E", bound=Event | AccountEvent)

_EMPTY = Body(source="")


@frozen
class Emptying:
    """
    What a person leaves empty in one thread.

    Attributes:
        posts: Ids of the posts that the person wrote.
        standing: Those of them that are not deleted in the end; from their
            beginning they get a mark, and events that took them down and back
            lose their effect.
        decided: Ids of proposals that events take or turn down.
    """

    posts: frozenset[PostId]
    standing: frozenset[PostId]
    decided: frozenset[str]


class Pen:
    """Writes values anew without one person."""

    def __init__(
        self, faces: Mapping[UserId, User], names: Names, emptying: Emptying | None
    ) -> None:
        """
        Prepare to write.

        Args:
            faces: Who stands for each account of the person.
            names: What to look for in text.
            emptying: What is to be empty; None: all texts stay.
        """
        self._faces = faces
        self._names = names
        self._emptying = emptying

    def event(self, event: E) -> E | VotesCounted:
        """Return an event without the person; what has no effect left is neutral."""
        after = self.value(event)
        if self._emptying is not None and self._is_void(event, self._emptying):
            return neutral(after, after.by)
        if isinstance(after, Imported) and isinstance(event, Imported):
            return cast("E", same_time(event, after))
        return after

    def value(self, value: T) -> T:
        """Return a value, or a tuple of values, without the person."""
        return cast("T", self._value(value))

    # -- one value ---------------------------------------------------------------

    def _value(self, value: Any) -> Any:
        cls: type = type(value)
        if cls is tuple:
            kept = tuple(map(self._value, value))
            same = all(a is b for a, b in zip(kept, value, strict=True))
            return value if same else kept
        if cls is User:
            return self._faces.get(value.id, value)
        if cls is Body:
            return self._names.body(value)
        if not attrs.has(cls):
            return value
        changes = self._emptied(value) if self._emptying else self._unsigned(value)
        for name, role in roles(cls):
            held = changes.get(name, getattr(value, name))
            after = self._field(name, role, held, value)
            if after is not getattr(value, name):
                changes[name] = after
        if not changes:
            return value
        after = evolve(value, **changes)
        return in_order(after) if isinstance(after, Content) else after

    def _field(self, name: str, role: Role, held: Any, value: Any) -> Any:
        match role:
            case _ if held is None:
                return None
            case Role.PERSON:
                return self._face_id(held)
            case Role.PEOPLE:
                kept = tuple(map(self._face_id, held))
                return held if kept == held else kept
            case Role.NAME:
                return None if self._has_written(value) else held
            case Role.WORDS if name == "extra":
                return self._names.extra(held)
            case Role.WORDS if isinstance(held, tuple):
                kept = tuple(map(self._names.words, held))
                return held if kept == held else kept
            case Role.WORDS:
                return self._names.words(held)
            case _:
                return self._value(held)

    def _face_id(self, user_id: UserId) -> UserId:
        face = self._faces.get(user_id)
        return user_id if face is None else face.id

    def _has_written(self, value: Any) -> bool:
        return isinstance(value, Question | Answer | Comment) and (
            value.author_id in self._faces
        )

    # -- what the person leaves --------------------------------------------------

    def _unsigned(self, value: Any) -> dict[str, Any]:
        """Return the fields that lead back to whoever wrote a post."""
        if isinstance(value, Content):
            question = value.question
            signed = question is not None and self._has_written(question)
            return _without_source(value.provenance) if signed else {}
        return _without_source(value.provenance) if self._has_written(value) else {}

    def _emptied(self, value: Any) -> dict[str, Any]:
        """Return the fields of a value that are to be empty."""
        emptying = cast("Emptying", self._emptying)
        match value:
            case Question() | Answer() | Comment() if value.id in emptying.posts:
                return self._tombstone(value, emptying)
            case Revision() | Suggestion():
                mine = value.editor_id in self._faces
                changes: dict[str, Any] = {}
                if value.post_id in emptying.posts or (
                    mine and isinstance(value, Suggestion)
                ):
                    changes = {"body": _EMPTY, "title": None, "tags": ()}
                if mine or (changes and value.editor_id is None):
                    changes["summary"] = None
                return changes
            case Mark() | Closed() | Locked() | Motion():
                return {"reason": None} if value.by_id in self._faces else {}
            case Flag():
                return {"reason": ""} if value.by_id in self._faces else {}
            case Content():
                return self._content(value, emptying)
            case _:
                by = getattr(value, "by", None)
                mine = isinstance(by, User) and by.id in self._faces
                return {"reason": None} if mine and hasattr(value, "reason") else {}

    def _tombstone(self, post: Post, emptying: Emptying) -> dict[str, Any]:
        changes: dict[str, Any] = {"body": _EMPTY, "author_name": None}
        changes |= _without_source(post.provenance)
        if isinstance(post, Question):
            changes |= {"title": None, "tags": ()}
        if post.id in emptying.standing and post.deleted is None:
            known = post.author_id if post.author_id in self._faces else None
            changes["deleted"] = Mark(by_id=known)
        return changes

    def _content(self, content: Content, emptying: Emptying) -> dict[str, Any]:
        suggestions = tuple(
            each
            for each in content.suggestions
            if each.editor_id not in self._faces or each.id in emptying.decided
        )
        links = tuple(
            each for each in content.links if each.post_id not in emptying.posts
        )
        changes: dict[str, Any] = {}
        if len(suggestions) < len(content.suggestions):
            changes["suggestions"] = suggestions
        if len(links) < len(content.links):
            changes["links"] = links
        if content.question is not None and content.question.id in emptying.posts:
            changes |= _without_source(content.provenance)
        return changes

    def _is_void(self, event: Event | AccountEvent, emptying: Emptying) -> bool:
        if isinstance(event, PostDeleted | PostRestored):
            return event.post_id in emptying.standing
        if isinstance(event, EditSuggested):
            mine = event.suggestion.editor_id in self._faces
            return mine and event.suggestion.id not in emptying.decided
        return False


def _without_source(provenance: Provenance | None) -> dict[str, Any]:
    """Return an origin without what leads there, if there was any."""
    if provenance is None or (provenance.url is None and provenance.extra is None):
        return {}
    return {"provenance": evolve(provenance, url=None, extra=None)}


# -- what all kinds of erasure share ---------------------------------------------


def neutral(event: Any, by: User | None) -> VotesCounted:
    """Return what stands in the place of an event on a post and changes nothing."""
    return VotesCounted(
        thread_id=event.thread_id,
        version=event.version,
        by=by,
        recorded_at=event.recorded_at,
        cause=event.cause,
        at=event.at,
        post_id=event.post_id,
        post_kind=event.post_kind,
        author_id=event.author_id,
    )


def same_time(before: Imported, after: Imported) -> Imported:
    """Let the time of an import be again the newest instant in its content."""
    if after is before or before.at != newest(before.content):
        return after
    at = newest(after.content)
    if at == before.at:
        return after
    recorded_at = at if before.recorded_at == before.at else before.recorded_at
    return evolve(after, at=at, recorded_at=recorded_at)


def in_order(content: Content) -> Content:
    """Return *content* with people and what they did in canonical order again."""
    users = {user.id: user for user in content.users}
    return evolve(
        content,
        votes=tuple(sorted(content.votes, key=lambda v: (v.post_id, v.voter_id))),
        reactions=tuple(
            sorted(content.reactions, key=lambda r: (r.post_id, r.user_id, r.kind))
        ),
        motions=tuple(sorted(content.motions, key=lambda m: (m.kind, m.by_id))),
        users=tuple(users[user_id] for user_id in sorted(users)),
    )
