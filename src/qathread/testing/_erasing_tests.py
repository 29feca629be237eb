"""Taking a person out of a store: nothing is left, and nothing else is touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..errors import IntegrityError, ValidationError, VersionConflictError
from ..events import replay
from ..serialization import from_json, to_json
from ..stores import (
    EraseMode,
    ListsThreads,
    MemoryStore,
    ReadsFeed,
    ThreadQuery,
    update,
)
from ..thread import Thread
from . import strategies
from ._erasing_samples import (
    IDS,
    KEY,
    MODES,
    an_answer,
    assert_logs,
    erased,
    fill,
    mentioned,
)
from ._listing_oracle import (
    Seen,
    assert_agrees,
    assert_told,
    followed,
    states_of,
    walked,
)
from ._samples import a_comment, dump
from ._site import ALL, BEN, CY, EVERYTHING, answered, asked, imported, voted
from ._store_tests import StoreTests, assert_stored, erasing, remembering


class ErasingTests(StoreTests):
    """What ``erase`` changes, in each of its ways."""

    def test_erasing_rewrites_every_log_in_place(self) -> None:
        """All that was made of the events follows them: nothing old is served."""
        for how in MODES:
            with self.fresh() as store:
                erasing(store)
                fill(store)
                logs = {each: tuple(store.history(each)) for each in IDS}
                fed = followed(store) if isinstance(store, ReadsFeed) else []
                other = dump(store, "other")
                right = {each: erased(log, "ben", **how) for each, log in logs.items()}
                assert right != logs
                changed = sum(right[each] != logs[each] for each in IDS)
                assert erasing(store).erase("ben", **how) == changed
                assert dump(store, "other") == other
                assert_logs(store, right)
                assert_agrees(store, *IDS)
                if isinstance(store, ReadsFeed):
                    again = followed(store)
                    places = [each.position for each in fed]
                    assert [each.position for each in again] == places
                    names = [(e.event.thread_id, e.event.version) for e in fed]
                    assert [
                        (e.event.thread_id, e.event.version) for e in again
                    ] == names
                before = dump(store, *IDS)
                assert erasing(store).erase("ben", **how) == 0
                assert dump(store, *IDS) == before
                with self.reopened(store) as later:
                    assert_logs(later, right)
                    assert_agrees(later, *IDS)
                    assert erasing(later).erase("ben", **how) == 0
                    assert dump(later, *IDS) == before

    def test_an_erased_person_is_nowhere(self) -> None:
        """Not by id, not by name, not in any list (section 9)."""
        for how in MODES[:2]:
            with self.fresh() as store:
                eraser = erasing(store)
                fill(store)
                assert mentioned(store, *IDS)
                assert eraser.erase("ben", **how) == 4
                assert not mentioned(store, *IDS)
                if isinstance(store, ListsThreads):
                    for query in (
                        ThreadQuery(participant_id="ben", lacking=ALL),
                        ThreadQuery(author_id="ben", lacking=ALL),
                        ThreadQuery(text="ben", lacking=ALL),
                    ):
                        assert walked(store, query) == []
                    said = ThreadQuery(text="boil long", lacking=ALL)
                    kept = how["mode"] == "pseudonymise"
                    assert bool(walked(store, said)) is kept

    def test_erasing_goes_mode_after_mode(self) -> None:
        """Votes first, then words, then the name: each finds what is left."""
        with self.fresh() as store:
            eraser = erasing(store)
            fill(store)
            right = {each: tuple(store.history(each)) for each in IDS}
            for how in ({"mode": EraseMode.PURGE}, MODES[1], MODES[0]):
                right = {each: erased(log, "ben", **how) for each, log in right.items()}
                eraser.erase("ben", **how)
                assert_logs(store, right)
            assert_agrees(store, *IDS)

    def test_what_is_unknown_is_not_changed(self) -> None:
        """Erasing somebody who is not there, or in words alone, changes nothing."""
        with self.fresh() as store:
            eraser = erasing(store)
            fill(store)
            store.save(a_comment(store.load("other"), "Ask nobody or @Nobody."))
            before = dump(store, *IDS)
            for how in MODES:
                for unknown in (
                    "nobody",
                    "Ben",
                    "BEN",
                    "ben ",
                    "be",
                    "b%",
                    "'",
                    "\u00df",
                ):
                    assert eraser.erase(unknown, **how) == 0
            assert dump(store, *IDS) == before
            assert_agrees(store, *IDS)

    def test_op_ids_answer_after_erasing(self) -> None:
        """With what stands now: the first answer must not bring anybody back (S6)."""
        for how in MODES:
            with self.fresh() as store:
                memory = remembering(store)
                eraser = erasing(store)
                value = imported("i", posts=[an_answer()])
                first = store.save(value, op_id="import")
                second = store.save(answered(first, BEN, 5, "More."), op_id="answer")
                store.save(voted(second, "ben"), op_id="vote")
                eraser.erase("ben", **how)
                for op_id, version in (("import", 1), ("answer", 2), ("vote", 3)):
                    found = memory.operation(op_id)
                    assert found is not None
                    assert_stored(found, store.load("i", version))
                    assert ("ben" in found.users) is (how["mode"] == "purge")

                def never(thread: Thread) -> Thread:
                    raise AssertionError("an op id that took effect called its change")

                again = update(store, "i", never, op_id="answer")
                assert_stored(again, store.load("i", 2))

    def test_a_fold_from_before_is_not_used(self) -> None:
        """Whoever loaded before, and saves after, brings nothing back."""
        for how in MODES:
            with self.fresh() as store:
                eraser = erasing(store)
                fill(store)
                loaded = {each: store.load(each) for each in IDS}
                eraser.erase("ben", **how)
                for thread_id, old in loaded.items():
                    value = a_comment(old, "later")
                    log = (*store.history(thread_id), *value.pending)
                    assert erased(log[:-1], "ben", **how) == log[:-1]
                    assert_stored(store.save(value), replay(log))
                    assert_stored(store.load(thread_id), replay(log))
                assert_agrees(store, *IDS)

    def test_an_old_copy_brings_nobody_back(self) -> None:
        """A later import of a copy is stored without the erased person."""
        for how in MODES:
            with self.fresh() as store:
                eraser = erasing(store)
                value = imported("i", posts=[an_answer()], votes=[], version=3)
                copy = from_json(to_json(voted(value, "ben")))
                store.save(value)
                eraser.erase("ben", **how)
                new = imported("new", author_id="ben", posts=[an_answer()])
                new = answered(new, CY, 7, "Boil it again.")
                saved = store.save(new, op_id="new")
                for each in (saved, store.load("new"), store.load("new", 1)):
                    assert ("ben" in each.users) is (how["mode"] == "purge")
                    assert each.version in (1, 2)
                if how["mode"] != "pseudonymise":
                    log = erased(new.pending[:1], "ben", **how)
                    right = replay((*log, *new.pending[1:]))
                    assert_stored(saved, right)
                assert [event.version for event in store.history("new")] == [1, 2]
                assert_agrees(store, "i", "new")
                before = dump(store, "i", "new")
                with self.reopened(store) as again:
                    # The same copy is the same again, also after a restart.
                    assert_stored(again.save(new), saved)
                    assert_stored(again.save(new, op_id="new"), saved)
                    assert_stored(again.save(new, op_id="copy"), saved)
                    if how["mode"] == "pseudonymise":
                        # No key is kept: whether it is the same cannot be told.
                        with pytest.raises(VersionConflictError):
                            again.save(value)
                    else:
                        assert_stored(again.save(value), again.load("i"))
                    with pytest.raises(VersionConflictError):
                        again.save(copy)
                    assert dump(again, "i", "new") == before

    def test_copies_are_cleaned_in_each_way_that_was_asked_for(self) -> None:
        """Also of people whom the store had never met when they were erased."""
        with self.fresh() as store:
            eraser = erasing(store)
            for user_id, mode in (
                ("ben", "redact"),
                ("ben", "purge"),
                ("cy", "redact"),
                ("ada", "purge"),
            ):
                assert eraser.erase(user_id, mode) == 0
            value = imported(
                "i", posts=[an_answer(), an_answer("3", "cy"), an_answer("4", "ed")]
            )
            value = from_json(to_json(voted(value, "ada", "ben", "cy", "ed")))
            [event] = value.pending
            log = erased((event,), "ben", mode="purge")
            log = erased(erased(log, "ada", mode="purge"), "ben", mode="redact")
            log = erased(log, "cy", mode="redact")
            with self.reopened(store) as again:
                assert_stored(again.save(value), replay(log))
                assert tuple(again.history("i")) == log
                assert len(again.load("i").votes) == 2
                assert_agrees(again, "i")

    def test_who_acts_again_is_somebody_new(self) -> None:
        """An erased id may be used again by who comes of their own accord."""
        for how in MODES:
            with self.fresh() as store:
                eraser = erasing(store)
                fill(store)
                eraser.erase("ben", **how)
                thread = answered(store.load("other"), BEN, 90, "Here again.")
                thread = store.save(thread)
                assert thread.author(thread.answers[-1].id).name == "Ben"
                mine = store.save(asked("mine", BEN, 91))
                assert_stored(store.load("mine"), asked("mine", BEN, 91))
                store.save(voted(mine, "ben"))
                assert_agrees(store, *IDS, "mine")
                assert eraser.erase("ben", **how) == (
                    1 if how["mode"] == "purge" else 2
                )
                assert store.load("mine").version == 2
                assert_agrees(store, *IDS, "mine")

    def test_a_pseudonym_that_did_the_same_is_refused(self) -> None:
        """Two votes of one pseudonym would be one: another key tells them apart."""
        with self.fresh() as store:
            eraser = erasing(store)
            store.save(voted(asked("q"), "ben"))
            assert eraser.erase("ben", "pseudonymise", key=KEY) == 1
            store.save(voted(store.load("q"), "ben"))
            before = dump(store, "q")
            with pytest.raises(IntegrityError):
                eraser.erase("ben", "pseudonymise", key=KEY)
            assert dump(store, "q") == before
            assert eraser.erase("ben", "pseudonymise", key=KEY[::-1]) == 1
            assert store.load("q").score("q.1") == 2
            assert not mentioned(store, "q")
            assert_agrees(store, "q")

    def test_arguments_of_erase_are_checked(self) -> None:
        """A wrong one is refused; a key goes with pseudonyms and only with them."""
        with self.fresh() as store:
            eraser = erasing(store)
            fill(store)
            before = dump(store, *IDS)
            for user_id in ("", None, 5, b"ben", "\0", "\ud800"):
                with pytest.raises(ValidationError):
                    eraser.erase(user_id, "redact")  # type: ignore[arg-type]
            for mode in ("", "delete", "REDACT", None, 5, ("redact",)):
                with pytest.raises(ValidationError):
                    eraser.erase("ben", mode)  # type: ignore[arg-type]
            for mode in ("redact", "purge"):
                with pytest.raises(ValidationError):
                    eraser.erase("ben", mode, key=KEY)
            for key in (None, b"", b"fifteen bytes..", "sixteen letters.", 16):
                with pytest.raises(ValidationError):
                    eraser.erase("ben", "pseudonymise", key=key)  # type: ignore[arg-type]
            assert dump(store, *IDS) == before

    def test_anybody_is_erased_from_any_thread(self) -> None:
        """What lists and searches tell is what the rewritten events make."""

        @self.settings
        @given(
            value=st.one_of(strategies.moderated_threads(), strategies.threads()),
            place=st.integers(0, 9),
            how=st.sampled_from(MODES),
        )
        def check(value: Thread, place: int, how: dict[str, Any]) -> None:
            people = sorted(
                {each for s in states_of(value.pending) for each in s.users}
            )
            who = people[place % len(people)]
            right = erased(value.pending, who, **how)
            with self.fresh() as store, MemoryStore() as memory:
                eraser = erasing(store)
                store.save(value)
                assert eraser.erase(who, **how) == (right != value.pending)
                memory.save(replay(right))
                assert_logs(store, {value.id: right})
                if isinstance(store, ListsThreads):
                    states = Seen(states_of(right))
                    assert_told(store, [states], EVERYTHING)
                    parts: list[dict[str, Any]] = [
                        *({"participant_id": each} for each in people),
                        *({"text": post.body.source} for post in value.posts),
                    ]
                    for part in parts:
                        query = ThreadQuery(lacking=ALL, **part)
                        assert store.find(query) == memory.find(query)

        check()
