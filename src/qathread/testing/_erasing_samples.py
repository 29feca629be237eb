"""Threads in which one person does all that can be done, for the tests of erasure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .. import erasure, posting, voting
from ..bodies import Body
from ..events import Event, replay
from ..posts import Answer
from ..stores import EraseMode, ThreadStore
from ._listing_oracle import states_of
from ._samples import ADA, comments, dump
from ._site import BEN, CY, after, answered, asked, imported, voted
from ._store_tests import assert_stored

KEY: Final = b"sixteen bytes, or more of them"
#: The modes, each with what goes with it.
MODES: Final[tuple[dict[str, Any], ...]] = (
    {"mode": "pseudonymise", "key": KEY},
    {"mode": "redact"},
    {"mode": "purge"},
)
#: The threads of :func:`fill`; Ben is in all but one.
IDS: Final = ("asked", "imported", "long", "other", "voted")


def fill(store: ThreadStore) -> None:
    """Save threads in which Ben does all that can be done, and one without Ben."""
    value = answered(asked("asked", BEN, 1, title="Whose kettle?", tags=("Ben",)))
    value = posting.comment(value, "asked.2", "Thanks to Ben.", by=ADA, at=after(2))
    value = posting.accept(value, "asked.2", by=BEN, at=after(3))
    value = posting.edit(value, "asked.1", body="Fine, Ben.", by=BEN, at=after(4))
    store.save(voted(value, "ben", "cy"), op_id="asked")
    value = imported("imported", posts=[an_answer()], users=[BEN, CY], version=5)
    value = store.save(value)
    store.save(voted(posting.comment(value, "2", "So.", by=BEN, at=after(5)), "dee"))
    # So many events that stores begin to keep snapshots beside them.
    value = comments(asked("long", CY), *(f"word {number}" for number in range(30)))
    value = store.save(answered(value, BEN, 40, "Boil it in a long thread."))
    store.save(voted(comments(value, "and", "more"), "ben"))
    store.save(comments(answered(asked("other"), CY), "one", "two"))
    value = store.save(asked("voted", CY))
    store.save(voting.react(voted(value, "ben"), "voted.1", "tea", by=BEN, at=after(3)))


def an_answer(post_id: str = "2", by: str = "ben") -> Answer:
    """Return an answer that came from outside."""
    body = Body(source="Boil it twice.")
    return Answer(
        id=post_id, question_id="1", author_id=by, body=body, created_at=after(1)
    )


def erased(
    log: Iterable[Event], user_id: str, mode: str, key: bytes = b""
) -> tuple[Event, ...]:
    """Return a log as erasing makes it."""
    log = tuple(log)
    match EraseMode(mode):
        case EraseMode.PSEUDONYMISE:
            return erasure.pseudonymise(log, user_id, key)
        case EraseMode.REDACT:
            return erasure.redact(log, user_id)
        case EraseMode.PURGE:
            return erasure.purge_votes(log, user_id)


def assert_logs(store: ThreadStore, logs: Mapping[str, tuple[Event, ...]]) -> None:
    """Check histories, and every version that they make."""
    for thread_id, log in logs.items():
        assert tuple(store.history(thread_id)) == log
        for state in states_of(log):
            assert_stored(store.load(thread_id, state.version), state)
        assert_stored(store.load(thread_id), replay(log))


def mentioned(store: ThreadStore, *thread_ids: str) -> bool:
    """Whether anything that is stored of some threads names Ben."""
    told = dump(store, *thread_ids)
    assert list(told) == list(thread_ids)
    return any(erasure.traces(repr(each), "ben", "Ben") for each in told.values())
