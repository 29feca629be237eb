"""Erasing a person from what is stored, and from what is imported later."""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final, TypeAlias

from attrs import evolve

from .. import erasure
from .._checks import identifier
from .._survey import people
from ..errors import IntegrityError, ValidationError
from ..facts import Event, Imported
from ..ids import ThreadId, UserId
from ..serialization import to_json
from ..thread import Thread
from ._appending import Batch, event_of, refolded
from ._rows import Rows
from ._summaries import Views, columns, views
from ._trusting import (
    WRONG,
    check_head,
    check_order,
    damaged,
    rising,
    texts,
    trusting,
)
from .queries import EraseMode

#: Rewrites whole logs, event by event.
Rewrite: TypeAlias = Callable[[tuple[Event, ...]], tuple[Event, ...]]

#: Threads that an erasure looks up at once.
THREADS_AT_ONCE: Final = 100

_DIGEST: Final = 16
_AT_ONCE: Final = 500
#: Whatever else is done to the same person, votes go first and names last.
_ORDER: Final = (EraseMode.PURGE, EraseMode.REDACT, EraseMode.PSEUDONYMISE)


def asked_erasure(
    user_id: object, mode: object, key: object
) -> tuple[UserId, EraseMode, Rewrite]:
    """
    Return what one call of ``erase`` asks for.

    Raises:
        ValidationError: If an argument is not valid, or *key* does not go with
            *mode*.
    """
    who = identifier(user_id, "user_id")
    try:
        how = EraseMode(mode)  # type: ignore[arg-type]
    except ValueError:
        known = ", ".join(map(repr, map(str, EraseMode)))
        raise ValidationError(f"mode is {mode!r}: give one of {known}") from None
    if (key is not None) is not (how is EraseMode.PSEUDONYMISE):
        raise ValidationError(
            "a key goes with mode 'pseudonymise', and only with that: it decides "
            "which pseudonym a person gets"
        )
    if key is None:
        return who, how, rewriting(who, how, b"")
    if not isinstance(key, bytes):
        raise ValidationError(f"key is a {type(key).__name__}: give bytes")
    erasure.pseudonym(who, key, within="any")  # refuses a key that is too short
    return who, how, rewriting(who, how, key)


def rewriting(user_id: UserId, mode: EraseMode, key: bytes) -> Rewrite:
    """Return the function that erases a person from a log in one way."""
    match mode:
        case EraseMode.PSEUDONYMISE:
            return lambda log: erasure.pseudonymise(log, user_id, key)
        case EraseMode.REDACT:
            return lambda log: erasure.redact(log, user_id)
        case EraseMode.PURGE:
            return lambda log: erasure.purge_votes(log, user_id)


def digest_of(user_id: UserId, salt: bytes) -> bytes:
    """
    Return what a store remembers of an erased person.

    It leads to nobody, but whoever holds both the store and an id can tell whether
    that id was erased.
    """
    return blake2b(user_id.encode(), digest_size=_DIGEST, key=salt).digest()


def note_erased(rows: Rows, user_id: UserId, mode: EraseMode) -> None:
    """Remember that somebody was erased, before anything is: it may take long."""
    rows.put_erased(digest_of(user_id, _salt(rows)), mode.value)


def erase_in(rows: Rows, thread_id: ThreadId, rewrite: Rewrite) -> bool:
    """
    Erase a person from one stored thread, and from all that was made of it.

    Returns:
        Whether anything changed.
    """
    with trusting(f"the row of thread {thread_id!r}"):
        head = rows.head(thread_id, lock=True)
    if head is None:  # a thread in which somebody appears is there
        raise damaged(f"the row of thread {thread_id!r}", "it is not there")
    check_head(head, thread_id)
    with trusting(f"the log of thread {thread_id!r}"):
        bodies = rows.bodies(thread_id, head.first - 1, head.version)
        events = tuple(event_of(body, thread_id) for body in bodies)
        check_order(events, thread_id, head.first - 1)
        changed = rewritten(events, bodies, rewrite)
    if not changed:
        return False
    after = tuple(
        changed[event.version][0] if event.version in changed else event
        for event in events
    )
    thread = folded_anew(events, after, thread_id, head.version)
    with trusting(f"thread {thread_id!r}"):
        seen = views(None, None, after, thread)
    rows.rewrite(
        thread_id, ((version, body) for version, (_, body) in sorted(changed.items()))
    )
    was = head.columns()
    shown = {
        name: value
        for name, value in columns(seen.summary).items()
        if was[name] != value
    }
    if head.snapshot_version is None:
        rows.update_thread(thread_id, head.version, head.tail_bytes, shown)
    else:
        rows.put_snapshot(thread_id, head.version, to_json(thread))
        rows.update_thread(thread_id, head.version, 0, shown)
    _put_views(rows, thread_id, seen)
    return True


def threads_after(user_id: UserId, after: ThreadId) -> Callable[[Rows], list[ThreadId]]:
    """Return the step that finds where somebody appears, a few threads at once."""
    return lambda rows: _where(rows, user_id, after)


def _where(rows: Rows, user_id: UserId, after: ThreadId) -> list[ThreadId]:
    with trusting("where a person appears"):
        return rising(rows.threads_of(user_id, after, THREADS_AT_ONCE), after)


def erasing(thread_id: ThreadId, rewrite: Rewrite) -> Callable[[Rows], bool]:
    """Return the step that erases somebody from one thread."""
    return lambda rows: erase_in(rows, thread_id, rewrite)


def rewritten(
    events: tuple[Event, ...], bodies: Iterable[bytes], rewrite: Rewrite
) -> dict[int, tuple[Event, bytes]]:
    """Return the events that a rewriting changes, by version, with their bytes."""
    changed = {}
    for old, body, new in zip(events, bodies, rewrite(events), strict=True):
        if new is not old:
            data = to_json(new)
            if data != body:
                changed[old.version] = (new, data)
    return changed


def folded_anew(
    before: tuple[Event, ...],
    after: tuple[Event, ...],
    thread_id: ThreadId,
    version: int,
) -> Thread:
    """
    Return the thread that rewritten events make.

    Raises:
        IntegrityError: If they make none, though those *before* them did.
    """
    try:
        return refolded(after, None, thread_id, version)
    except WRONG as error:
        with trusting(f"thread {thread_id!r}"):
            refolded(before, None, thread_id, version)
        raise IntegrityError(
            f"in thread {thread_id!r} the person did again, after an erasure, what "
            "the pseudonym of that time had done: give another key"
        ) from error


def _put_views(rows: Rows, thread_id: ThreadId, seen: Views) -> None:
    """Make the tags, people and words of a thread just those of *seen*."""
    what = f"what is found of thread {thread_id!r}"
    with trusting(what):
        tags = set(texts((tag for _, tag in rows.tags((thread_id,))), what))
        known = set(texts(rows.people(thread_id), what))
        words: dict[str, str | None] = dict(rows.words(thread_id))
        texts(words, what)
    gone, new = tags.difference(seen.summary.tags), set(seen.summary.tags) - tags
    if gone or new:
        rows.put_tags(thread_id, sorted(gone), sorted(new))
    if known - seen.people:
        rows.drop_people(thread_id, sorted(known - seen.people))
    if seen.people - known:
        rows.put_people(thread_id, sorted(seen.people - known))
    now = {each: found for each, found in seen.words.items() if found is not None}
    changed = {
        post_id: now.get(post_id)
        for post_id in sorted(words.keys() | now.keys())
        if words.get(post_id) != now.get(post_id)
    }
    if changed:
        rows.put_words(thread_id, changed)


# -- what comes in later ---------------------------------------------------------


def cleaned(rows: Rows, batch: Batch) -> Batch:
    """
    Return a save without the people who were erased from this store.

    Only what was imported is looked at: an old copy must not bring anybody back.
    Whoever acts again under an erased id is a person of their own accord.
    """
    if not any(isinstance(event, Imported) for event in batch.events):
        return batch
    salt = _salt(rows)
    return without_erased(batch, lambda ids: _modes(rows, ids, salt), salt)


def without_erased(
    batch: Batch,
    modes_of: Callable[[list[UserId]], list[tuple[UserId, EraseMode]]],
    salt: bytes,
) -> Batch:
    """Return a save without erased people, told by what *modes_of* finds of them."""
    found: dict[UserId, None] = {}
    for event in batch.events:
        if isinstance(event, Imported):
            found.update(dict.fromkeys(user.id for user in event.content.users))
            found.update(dict.fromkeys(people(event.content)))
    known = modes_of(list(found))
    if not known:
        return batch
    events = batch.events
    for mode in _ORDER:
        for user_id in sorted(who for who, how in known if how is mode):
            # The key of the first erasure is not here, and must not be: with it a
            # store would lead from an id to its pseudonym. This one leads to another
            # pseudonym, the same for every copy that comes in; where the thread is
            # stored under the first one, the copy is a conflict and changes nothing.
            key = blake2b(user_id.encode(), key=salt, person=b"import").digest()
            events = rewriting(user_id, mode, key)(events)
    return evolve(batch, events=events, bodies=tuple(map(to_json, events)))


def _modes(
    rows: Rows, ids: list[UserId], salt: bytes
) -> list[tuple[UserId, EraseMode]]:
    with trusting("who was erased"):
        return _modes_of(rows, ids, salt)


def _salt(rows: Rows) -> bytes:
    with trusting("the salt of the store"):
        return rows.salt()


def _modes_of(
    rows: Rows, ids: list[UserId], salt: bytes
) -> list[tuple[UserId, EraseMode]]:
    by_digest = {digest_of(user_id, salt): user_id for user_id in ids}
    digests = list(by_digest)
    found: list[tuple[UserId, EraseMode]] = []
    for start in range(0, len(digests), _AT_ONCE):
        part = rows.erased(digests[start : start + _AT_ONCE])
        found += ((by_digest[digest], EraseMode(mode)) for digest, mode in part)
    return found
