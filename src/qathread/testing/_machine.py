"""A state machine that drives a store beside a plain dict."""

from collections.abc import Mapping
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from .. import posting, voting
from ..errors import NotFoundError, OperationReusedError, VersionConflictError
from ..feedback import DOWN, UP, Direction
from ..posts import Answer, Post
from ..stores import (
    EraseMode,
    ErasesUsers,
    ListsThreads,
    ReadsFeed,
    RemembersOperations,
    ThreadOrder,
    ThreadQuery,
    ThreadStatus,
    ThreadStore,
)
from ..thread import Thread
from ..users import User
from ._listing_oracle import assert_told, followed
from ._machine_model import Known, Model
from ._samples import ADA, a_comment, a_thread, an_import, comments
from ._site import ALL, EVERYTHING, after
from ._store_tests import StoreTests, assert_conflict, assert_stored

_IDS = ("q", "Q", "q.1")
_STRANGER = "stranger"
_TEXTS = st.sampled_from(("so", "why", "\u00e9\U0001f600\r\n"))
_ids = st.sampled_from(_IDS)
_numbers = st.integers(0, 12)
_SELDOM = 9
_people = st.sampled_from((User(id="bo", name="Bo"), User(id="cy")))
_QUERIES = (
    ThreadQuery(),
    *(ThreadQuery(lacking=ALL, order=order) for order in ThreadOrder),
    *(ThreadQuery(text=text) for text in ("so", "why", "because", "stale")),
    *(ThreadQuery(participant_id=each) for each in ("bo", "ada", "nobody")),
    ThreadQuery(author_id="ada", lacking=ALL, order=ThreadOrder.OLDEST),
    ThreadQuery(answered=True, order=ThreadOrder.ANSWERS),
    ThreadQuery(accepted=True),
    ThreadQuery(min_score=1, order=ThreadOrder.SCORE),
    ThreadQuery(max_score=0, active_from=after(2)),
    ThreadQuery(having=frozenset((ThreadStatus.DELETED,)), lacking=ALL),
)
# Imports name Ada alone: a pseudonym that an import gets is each store's own.
_ERASURES = (
    *((who, mode) for who in ("bo", "cy") for mode in EraseMode),
    ("ada", EraseMode.REDACT),
    ("ada", EraseMode.PURGE),
)


class BesideADict(RuleBasedStateMachine):
    """
    Saves and loads in any order; after each step the store and the dict agree.

    A subclass names the contract that gives the stores. What a store cannot do is
    left out.
    """

    contract: ClassVar[StoreTests]

    def __init__(self) -> None:
        super().__init__()
        self.store: ThreadStore = self.contract.make_store()
        self.model = Model()
        self.known = self.model.known
        self.saved: list[Thread] = []
        self.operations: dict[str, Thread] = {}
        self.positions: list[int] = []
        self.keys = 0

    def teardown(self) -> None:
        """Let go of the store."""
        self.contract.close(self.store)

    # -- what should happen ------------------------------------------------------

    def accept(self, value: Thread, op_id: str | None = None) -> None:
        """Save what must be taken, and note it."""
        answer = self.store.save(value, op_id=op_id)
        assert_stored(answer, self.model.append(value))
        self.saved.append(value)
        if op_id is not None:
            self.operations[op_id] = value

    def refuse(self, value: Thread, op_id: str | None = None) -> None:
        """Save what must be refused as stale."""
        known = self.known.get(value.id)
        with pytest.raises(VersionConflictError) as caught:
            self.store.save(value, op_id=op_id)
        actual = None if known is None else known.last
        assert_conflict(caught.value, value.id, value.base_version, actual)

    def repeat(self, value: Thread) -> None:
        """Save what was saved before: the same, unless it was rewritten since."""
        if self.model.stands(value):
            then = self.known[value.id].states[value.version]
            assert_stored(self.store.save(value), then)
        else:
            self.refuse(value)

    # -- saving ------------------------------------------------------------------

    @initialize(version=st.sampled_from((None, 1, 5)), more=st.integers(0, 2))
    def begin(self, version: int | None, more: int) -> None:
        """Start with a thread, made here or imported, and some beside it."""
        self.open("q", "first", version)
        for thread_id in _IDS[1 : more + 1]:
            self.open(thread_id, "why", None)

    @rule(thread_id=_ids, title=_TEXTS, version=st.sampled_from((None, None, 1, 2, 9)))
    def open(self, thread_id: str, title: str, version: int | None) -> None:
        """Save a new thread; one under a taken id is refused, or is the same."""
        value = (
            a_thread(thread_id, title)
            if version is None
            else an_import(thread_id, version, title)
        )
        if thread_id in self.known:
            self.repeat(value)
        else:
            self.accept(value)

    @rule(number=_numbers, texts=st.lists(_TEXTS, min_size=1, max_size=3))
    def comment(self, number: int, texts: list[str]) -> None:
        """Load, write, save; one to three events at once."""
        thread = self.loaded(number)
        if thread.root.id in _standing(thread):
            self.accept(comments(thread, *texts))

    @rule(number=_numbers, by=_people, text=_TEXTS)
    def answer(self, number: int, by: User, text: str) -> None:
        """Load, answer, save."""
        thread = self.loaded(number)
        if thread.root.id in _standing(thread):
            at = after(thread.version)
            self.accept(posting.answer(thread, text, by=by, at=at))

    @rule(number=_numbers, place=_numbers, text=_TEXTS)
    def edit(self, number: int, place: int, text: str) -> None:
        """Load, word a post anew, save."""
        thread = self.loaded(number)
        post = _pick(_standing(thread), place)
        if post is not None:
            at = after(thread.version)
            self.accept(posting.edit(thread, post.id, body=text, by=ADA, at=at))

    @rule(number=_numbers, place=_numbers)
    def accept_answer(self, number: int, place: int) -> None:
        """Load, accept an answer, save."""
        thread = self.loaded(number)
        standing = _standing(thread)
        answers = {k: post for k, post in standing.items() if isinstance(post, Answer)}
        post = _pick(answers, place)
        if post is not None and thread.root.id in standing:
            at = after(thread.version)
            self.accept(posting.accept(thread, post.id, by=ADA, at=at))

    @rule(number=_numbers, place=_numbers)
    def delete(self, number: int, place: int) -> None:
        """Load, delete a post, save; seldom the question, which stops the rest."""
        thread = self.loaded(number)
        standing = _standing(thread)
        question = standing.pop(thread.root.id, None)
        post = question if place > _SELDOM else _pick(standing, place)
        if post is not None:
            at = after(thread.version)
            self.accept(posting.delete(thread, post.id, by=ADA, at=at))

    @rule(number=_numbers, place=_numbers)
    def restore(self, number: int, place: int) -> None:
        """Load, bring a deleted post back, save."""
        thread = self.loaded(number)
        deleted = {post.id: post for post in thread.posts if post.deleted is not None}
        post = _pick(deleted, place)
        if post is not None:
            at = after(thread.version)
            self.accept(posting.restore(thread, post.id, by=ADA, at=at))

    @rule(
        number=_numbers,
        place=st.sampled_from((0, 0, 1, 2)),
        by=_people,
        direction=st.sampled_from((UP, UP, DOWN)),
    )
    def cast(self, number: int, place: int, by: User, direction: Direction) -> None:
        """Load, vote, save; a vote that stands already leaves nothing pending."""
        thread = self.loaded(number)
        post = _pick(_standing(thread), place)
        if post is not None:
            at = after(thread.version)
            self.accept(voting.cast(thread, post.id, direction, by=by, at=at))

    @rule(number=_numbers, place=_numbers)
    def retract(self, number: int, place: int) -> None:
        """Load, take a vote back, save."""
        thread = self.loaded(number)
        standing = _standing(thread)
        votes = [vote for vote in thread.votes if vote.post_id in standing]
        if votes:
            vote = votes[place % len(votes)]
            by, at = thread.users[vote.voter_id], after(thread.version)
            self.accept(voting.retract(thread, vote.post_id, by=by, at=at))

    # -- saving what is stored, or too late --------------------------------------

    @rule(number=_numbers, place=_numbers, text=_TEXTS)
    def save_stale(self, number: int, place: int, text: str) -> None:
        """Save what was made on an older version."""
        known = self.picked(number)
        old = known.states[known.pick(place)]
        if old.version < known.last:
            if old.root.id in _standing(old):
                self.refuse(a_comment(old, f"stale {text}"))
            self.refuse(old)

    def save_again(self) -> None:
        """Save what was saved before: acknowledged with the same answer."""
        for value in self.saved:
            if value.pending:
                self.repeat(value)

    @rule(number=_numbers)
    def save_half_again(self, number: int) -> None:
        """Some, but not all, of the events are there: a conflict."""
        value = self.saved[number % len(self.saved)]
        is_last = value.version == self.known[value.id].last
        if value.pending and is_last and value.root.id in _standing(value):
            self.refuse(a_comment(value, "one more"))

    @rule(
        number=_numbers,
        op_id=st.sampled_from(("a", "A", "b")),
        text=_TEXTS,
        times=st.integers(1, 3),
    )
    def save_as_operation(self, number: int, op_id: str, text: str, times: int) -> None:
        """Send a change under an op id; one in use belongs to another change."""
        thread = self.loaded(number)
        if thread.root.id not in _standing(thread):
            return
        value = a_comment(thread, f"{op_id} {text}")
        if op_id not in self.operations:
            self.accept(value, op_id)
            for _ in range(1, times):
                assert_stored(self.store.save(value, op_id=op_id), value)
        for other in (comments(thread, f"{op_id} {text}", text), a_thread("new")):
            with pytest.raises(OperationReusedError):
                self.store.save(other, op_id=op_id)

    def repeat_operations(self) -> None:
        """Send each again: the first answer, whatever came between."""
        for op_id, value in self.operations.items():
            then = self.known[value.id].states[value.version]
            if self.model.stands(value):
                assert_stored(self.store.save(value, op_id=op_id), then)
            else:
                with pytest.raises(OperationReusedError):
                    self.store.save(value, op_id=op_id)
            if isinstance(self.store, RemembersOperations):
                found = self.store.operation(op_id)
                assert found is not None
                assert_stored(found, then)

    @rule(number=_numbers)
    def save_nothing(self, number: int) -> None:
        """Save what is stored already."""
        current = self.loaded(number)
        assert_stored(self.store.save(current), current)

    # -- looking -----------------------------------------------------------------

    @rule(limit=st.sampled_from((1, 1, 2, 200)))
    def look_around(self, limit: int) -> None:
        """Ask for all that can be asked for, and save all of it again."""
        self.look_back()
        self.find(limit)
        self.feed(limit)
        self.save_again()
        self.repeat_operations()

    def look_back(self) -> None:
        """Load every version and the events after each, and what never was."""
        for known in self.known.values():
            for version, state in known.states.items():
                assert_stored(self.store.load(known.id, version), state)
                expected = known.between(version, known.last)
                assert tuple(self.store.history(known.id, version)) == expected
            for missing in (known.first - 1, known.last + 1):
                with pytest.raises(NotFoundError):
                    self.store.load(known.id, missing)

    def find(self, limit: int) -> None:
        """List and search in all ways, with a few threads on a page."""
        if isinstance(self.store, ListsThreads):
            threads = [known.seen for known in self.known.values()]
            for query in _QUERIES:
                assert_told(self.store, threads, query, limit)

    def feed(self, limit: int) -> None:
        """Read all that happened; what has a position keeps it."""
        if isinstance(self.store, ReadsFeed):
            entries = followed(self.store, limit)
            assert [entry.event for entry in entries] == self.model.events()
            positions = [entry.position for entry in entries]
            assert positions[: len(self.positions)] == self.positions
            self.positions = positions

    @rule(erasure=st.sampled_from(_ERASURES))
    def erase(self, erasure: tuple[str, EraseMode]) -> None:
        """Take somebody out; saying so again finds nothing."""
        if isinstance(self.store, ErasesUsers):
            user_id, mode = erasure
            key = None
            if mode is EraseMode.PSEUDONYMISE:
                # Each time another: one pseudonym cannot do the same thing twice.
                self.keys += 1
                key = b"%016d" % self.keys
            changed = self.store.erase(user_id, mode, key=key)
            assert changed == self.model.erase(user_id, mode, key)
            assert self.store.erase(user_id, mode, key=key) == 0
            self.look_around(200)

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
                assert_stored(self.store.load(thread_id), known.now)
                assert tuple(self.store.history(thread_id)) == known.events
        if isinstance(self.store, ListsThreads):
            threads = [known.seen for known in self.known.values()]
            assert_told(self.store, threads, EVERYTHING)

    # -- picking -----------------------------------------------------------------

    def picked(self, number: int) -> Known:
        """Return what is known of one of the threads."""
        return self.known[sorted(self.known)[number % len(self.known)]]

    def loaded(self, number: int) -> Thread:
        """Load one of the threads."""
        return self.store.load(self.picked(number).id)


def _standing(thread: Thread) -> dict[str, Post]:
    return {post.id: post for post in thread.posts if post.stands}


def _pick(posts: Mapping[str, Post], place: int) -> Post | None:
    found = list(posts.values())
    return found[place % len(found)] if found else None
