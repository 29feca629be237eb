"""A state machine that drives a store beside a plain dict."""

from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from ..errors import NotFoundError, OperationReusedError, VersionConflictError
from ..events import Event, evolve
from ..feedback import DOWN, UP, Direction
from ..stores import ThreadStore
from ..thread import Thread, stored
from ._samples import a_comment, a_thread, a_vote, an_import, comments
from ._store_tests import StoreTests, assert_conflict, assert_stored

_IDS = ("q", "Q", "q.1")
_STRANGER = "stranger"
_TEXTS = st.sampled_from(("so", "why", "\u00e9\U0001f600\r\n"))
_ids = st.sampled_from(_IDS)
_numbers = st.integers(0, 12)


class Known:
    """What the dict holds of one thread: every event, and every state."""

    def __init__(self, thread_id: str) -> None:
        self.id = thread_id
        self.events: list[Event] = []
        self.states: dict[int, Thread] = {}

    @property
    def first(self) -> int:
        """The version that the thread began with."""
        return min(self.states)

    @property
    def last(self) -> int:
        """The latest version."""
        return max(self.states)

    def pick(self, number: int) -> int:
        """Return one of the versions."""
        versions = sorted(self.states)
        return versions[number % len(versions)]


class BesideADict(RuleBasedStateMachine):
    """
    Saves and loads in any order; after each step the store and the dict agree.

    A subclass names the contract that gives the stores.
    """

    contract: ClassVar[StoreTests]

    def __init__(self) -> None:
        super().__init__()
        self.store: ThreadStore = self.contract.make_store()
        self.known: dict[str, Known] = {}
        self.saved: list[tuple[Thread, Thread]] = []
        self.operations: dict[str, tuple[Thread, Thread]] = {}

    def teardown(self) -> None:
        """Let go of the store."""
        self.contract.close(self.store)

    # -- what should happen ------------------------------------------------------

    def accept(self, value: Thread, op_id: str | None = None) -> None:
        """Save what must be taken, and note it."""
        answer = self.store.save(value, op_id=op_id)
        assert_stored(answer, value)
        known = self.known.setdefault(value.id, Known(value.id))
        known.events.extend(value.pending)
        state = known.states.get(value.base_version or 0)
        for event in value.pending:
            state = stored(evolve(state, event))
            known.states[state.version] = state
        self.saved.append((value, answer))
        if op_id is not None:
            self.operations[op_id] = (value, answer)

    def refuse(self, value: Thread, op_id: str | None = None) -> None:
        """Save what must be refused as stale."""
        known = self.known.get(value.id)
        with pytest.raises(VersionConflictError) as caught:
            self.store.save(value, op_id=op_id)
        actual = None if known is None else known.last
        assert_conflict(caught.value, value.id, value.base_version, actual)

    # -- steps -------------------------------------------------------------------

    @initialize(version=st.sampled_from((None, 1, 5)))
    def begin(self, version: int | None) -> None:
        """Start with one thread, made here or imported."""
        self.open("q", "first", version)

    @rule(thread_id=_ids, title=_TEXTS, version=st.sampled_from((None, None, 1, 2, 9)))
    def open(self, thread_id: str, title: str, version: int | None) -> None:
        """Save a new thread; one under a taken id is refused, or is the same."""
        value = (
            a_thread(thread_id, title)
            if version is None
            else an_import(thread_id, version, title)
        )
        known = self.known.get(thread_id)
        if known is None:
            self.accept(value)
        elif known.events[0] == value.pending[0]:
            assert_stored(self.store.save(value), value)
        else:
            self.refuse(value)

    @precondition(lambda self: self.known)
    @rule(number=_numbers, texts=st.lists(_TEXTS, min_size=1, max_size=3))
    def comment(self, number: int, texts: list[str]) -> None:
        """Load, write, save; one to three events at once."""
        self.accept(comments(self.loaded(number), *texts))

    @precondition(lambda self: self.known)
    @rule(
        number=_numbers,
        voter_id=st.sampled_from(("bo", "cy")),
        direction=st.sampled_from((UP, DOWN)),
    )
    def vote(self, number: int, voter_id: str, direction: Direction) -> None:
        """Load, vote, save; a vote that stands already leaves nothing pending."""
        self.accept(a_vote(self.loaded(number), voter_id, direction))

    @precondition(lambda self: self.known)
    @rule(number=_numbers, place=_numbers, text=_TEXTS)
    def save_stale(self, number: int, place: int, text: str) -> None:
        """Save what was made on an older version."""
        known = self.picked(number)
        old = known.states[known.pick(place)]
        if old.version < known.last:
            self.refuse(a_comment(old, f"stale {text}"))
            self.refuse(old)

    @precondition(lambda self: self.saved)
    @rule(number=_numbers)
    def save_again(self, number: int) -> None:
        """Save a value that was saved before: acknowledged with the same answer."""
        value, answer = self.saved[number % len(self.saved)]
        if value.pending:
            assert_stored(self.store.save(value), answer)

    @precondition(lambda self: self.saved)
    @rule(number=_numbers)
    def save_half_again(self, number: int) -> None:
        """Some, but not all, of the events are there: a conflict."""
        value, _ = self.saved[number % len(self.saved)]
        if value.pending and value.version == self.known[value.id].last:
            self.refuse(a_comment(value, "one more"))

    @precondition(lambda self: self.known)
    @rule(
        number=_numbers,
        op_id=st.sampled_from(("a", "A", "b")),
        text=_TEXTS,
        times=st.integers(1, 3),
    )
    def save_as_operation(self, number: int, op_id: str, text: str, times: int) -> None:
        """Send a change under an op id; one in use belongs to another change."""
        value = a_comment(self.loaded(number), f"{op_id} {text}")
        if op_id not in self.operations:
            self.accept(value, op_id)
            for _ in range(1, times):
                assert_stored(self.store.save(value, op_id=op_id), value)
        else:
            with pytest.raises(OperationReusedError):
                self.store.save(value, op_id=op_id)

    @precondition(lambda self: self.operations)
    @rule(number=_numbers)
    def repeat_operation(self, number: int) -> None:
        """Send an operation again: the first answer, whatever came between."""
        op_id = sorted(self.operations)[number % len(self.operations)]
        value, answer = self.operations[op_id]
        assert_stored(self.store.save(value, op_id=op_id), answer)

    @precondition(lambda self: self.known)
    @rule(number=_numbers)
    def save_nothing(self, number: int) -> None:
        """Save what is stored already."""
        current = self.loaded(number)
        assert_stored(self.store.save(current), current)

    @precondition(lambda self: self.known)
    @rule(number=_numbers)
    def look_back(self, number: int) -> None:
        """Load every version and the events after each, and what never was."""
        known = self.picked(number)
        for version, state in known.states.items():
            assert_stored(self.store.load(known.id, version), state)
            expected = [event for event in known.events if event.version > version]
            assert list(self.store.history(known.id, version)) == expected
        for missing in (known.first - 1, known.last + 1):
            with pytest.raises(NotFoundError):
                self.store.load(known.id, missing)

    @rule()
    def reopen(self) -> None:
        """Close the store and open it again."""
        self.store = self.contract.reopen(self.store)

    @invariant()
    def agrees_with_the_dict(self) -> None:
        """Every thread is as the dict has it, and no other is there."""
        for thread_id in (*_IDS, _STRANGER):
            known = self.known.get(thread_id)
            if known is None:
                with pytest.raises(NotFoundError):
                    self.store.load(thread_id)
                with pytest.raises(NotFoundError):
                    self.store.history(thread_id)
            else:
                assert_stored(self.store.load(thread_id), known.states[known.last])
                assert list(self.store.history(thread_id)) == known.events

    # -- picking -----------------------------------------------------------------

    def picked(self, number: int) -> Known:
        """Return what is known of one of the threads."""
        return self.known[sorted(self.known)[number % len(self.known)]]

    def loaded(self, number: int) -> Thread:
        """Load one of the threads."""
        return self.store.load(self.picked(number).id)
