"""What changed from one state of a thread to another."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from attrs import frozen

from ._order import names, shown
from .content import Content
from .errors import ValidationError
from .ids import ThreadId
from .posts import Post
from .thread import Thread, content_in

__all__ = ["Change", "ChangeKind", "Part", "diff"]

T = TypeVar("T")


class ChangeKind(StrEnum):
    """What became of a part."""

    ADDED = "added"
    MISSING = "missing"
    CHANGED = "changed"


class Part(StrEnum):
    """What parts a thread has."""

    POST = "post"
    STUB = "stub"
    VOTE = "vote"
    REACTION = "reaction"
    TALLY = "tally"
    USER = "user"
    REVISION = "revision"
    SUGGESTION = "suggestion"
    BOUNTY = "bounty"
    FLAG = "flag"
    MOTION = "motion"
    LINK = "link"
    THREAD = "thread"


@frozen(kw_only=True, weakref_slot=False)
class Change:
    """
    One difference between two states of a thread.

    Attributes:
        kind: Added, missing, or changed.
        part: What is different.
        key: Which one: its id, or the post and what else it takes, such as the
            voter.
        field: Which field of it, by its name in the class (``kind`` where a post
            became one of another kind); None where the whole came or went.
        before: The old value as text; None if there was none.
        after: The new value as text; None if there is none.
    """

    kind: ChangeKind
    part: Part
    key: tuple[str, ...]
    field: str | None = None
    before: str | None = None
    after: str | None = None


def diff(a: Thread, b: Thread) -> tuple[Change, ...]:
    """
    Return what changed from *a* to *b*.

    A change of ``body`` is a new wording, one of ``deleted``, ``removed`` or
    ``status`` a mark, one of ``parent_id`` a move.

    Args:
        a: One state of a thread.
        b: Another state of it, older or newer.

    Returns:
        Changes by part, then by key; none exactly if the content is equal. Versions
        are not compared.

    Raises:
        ValidationError: If the two have different ids.
    """
    if a.id != b.id:
        raise ValidationError(
            f"threads {a.id!r} and {b.id!r} are not one: compare states of the same"
        )
    old, new = content_in(a), content_in(b)
    return () if old == new else tuple(_changes(a.id, old, new))


def _changes(thread_id: ThreadId, old: Content, new: Content) -> Iterator[Change]:
    yield from _compared(Part.POST, _posts(old), _posts(new), _id, _body)
    yield from _compared(Part.STUB, old.stubs, new.stubs, _id)
    yield from _compared(Part.VOTE, old.votes, new.votes, _ids("post_id", "voter_id"))
    by = _ids("post_id", "user_id", "kind")
    yield from _compared(Part.REACTION, old.reactions, new.reactions, by)
    yield from _compared(Part.TALLY, old.tallies, new.tallies, _ids("post_id"))
    yield from _compared(Part.USER, old.users, new.users, _id)
    by = _ids("post_id", "number")
    yield from _compared(Part.REVISION, old.revisions, new.revisions, by, _body)
    yield from _compared(Part.SUGGESTION, old.suggestions, new.suggestions, _id, _body)
    yield from _compared(Part.BOUNTY, old.bounties, new.bounties, _id)
    yield from _compared(Part.FLAG, old.flags, new.flags, _id)
    by = _ids("kind", "by_id")
    yield from _compared(Part.MOTION, old.motions, new.motions, by)
    by = _ids("kind", "target", "post_id")
    yield from _compared(Part.LINK, old.links, new.links, by)
    key = (thread_id,)
    for name in ("kind", "accepted", "provenance"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield _changed(Part.THREAD, key, name, before, after)
    yield from _fields(Part.THREAD, key, old.status, new.status)
    kept = {*old.arrival} & {*new.arrival}
    was = tuple(post_id for post_id in old.arrival if post_id in kept)
    now = tuple(post_id for post_id in new.arrival if post_id in kept)
    if was != now:
        yield _changed(Part.THREAD, key, "arrival", was, now)


def _compared(
    part: Part,
    old: Iterable[T],
    new: Iterable[T],
    by: Callable[[T], tuple[str, ...]],
    text: Callable[[T], str | None] = shown,
) -> Iterator[Change]:
    before, after = _keyed(old, by), _keyed(new, by)
    for key in sorted({*before, *after}):
        was, now = before.get(key), after.get(key)
        if was is not None and now is not None:
            if was != now:
                yield from _fields(part, key, was, now)
        elif now is not None:
            yield Change(kind=ChangeKind.ADDED, part=part, key=key, after=text(now))
        elif was is not None:
            yield Change(kind=ChangeKind.MISSING, part=part, key=key, before=text(was))


def _keyed(
    parts: Iterable[T], by: Callable[[T], tuple[str, ...]]
) -> dict[tuple[str, ...], T]:
    found: dict[tuple[str, ...], T] = {}
    for part in parts:
        key = plain = by(part)
        again = 1
        while key in found:  # links may repeat
            again += 1
            key = (*plain, str(again))
        found[key] = part
    return found


def _fields(
    part: Part, key: tuple[str, ...], was: object, now: object
) -> Iterator[Change]:
    if type(was) is not type(now):
        before, after = getattr(was, "kind", None), getattr(now, "kind", None)
        yield _changed(part, key, "kind", before, after)
    for name in dict.fromkeys((*names(type(was)), *names(type(now)))):
        before, after = getattr(was, name, None), getattr(now, name, None)
        if before != after:
            yield _changed(part, key, name, before, after)


def _changed(
    part: Part, key: tuple[str, ...], name: str, before: object, after: object
) -> Change:
    return Change(
        kind=ChangeKind.CHANGED,
        part=part,
        key=key,
        field=name,
        before=shown(before),
        after=shown(after),
    )


def _posts(content: Content) -> Iterator[Post]:
    if content.question is not None:
        yield content.question
    yield from content.answers
    yield from content.comments


def _body(part: Any) -> str:
    text: str = part.body.source
    return text


def _id(part: Any) -> tuple[str, ...]:
    return (part.id,)


def _ids(*names: str) -> Callable[[Any], tuple[str, ...]]:
    def by(part: Any) -> tuple[str, ...]:
        values = (getattr(part, name) for name in names)
        return tuple(str(value) for value in values if value is not None)

    return by
