"""How a store tells repeated requests from new ones: promise S6, and updates."""

import pytest

from ..errors import (
    NotFoundError,
    OperationReusedError,
    ValidationError,
    VersionConflictError,
)
from ..feedback import DOWN
from ..stores import update
from ..thread import Thread
from ._samples import a_comment, a_thread, a_vote, comments, dump
from ._store_tests import StoreTests, assert_conflict, assert_stored, remembering


class OperationTests(StoreTests):
    """Op ids, and the way to change what is stored."""

    # -- S6: operations ----------------------------------------------------------

    def test_an_operation_counts_once(self) -> None:
        """A request that is sent again has no effect, and the first answer (S6)."""
        with self.fresh() as store:
            opened = store.save(a_thread(), op_id="open")
            value = comments(opened, "one", "two")
            answer = store.save(value, op_id="write")
            store.save(a_comment(answer, "three"))
            before = dump(store, "q")
            assert_stored(store.save(value, op_id="write"), answer)
            assert_stored(store.save(a_thread(), op_id="open"), opened)
            with self.reopened(store) as again:
                assert_stored(again.save(value, op_id="write"), answer)
                assert_stored(again.save(a_thread(), op_id="open"), opened)
                assert dump(again, "q") == before

    def test_an_op_id_belongs_to_one_change(self) -> None:
        """The same op id with another content is an error, not a repeat (S6)."""
        with self.fresh() as store:
            base = store.save(a_thread())
            saved = store.save(a_comment(base, "one"), op_id="op")
            store.save(a_thread("other"))
            before = dump(store, "q", "other", "new")
            for value in (
                a_comment(base, "other text"),
                a_comment(saved, "one"),
                comments(base, "one", "two"),
                a_thread("new"),
                base,
                saved,
            ):
                with pytest.raises(OperationReusedError) as caught:
                    store.save(value, op_id="op")
                assert (caught.value.op_id, caught.value.thread_id) == ("op", "q")
            assert dump(store, "q", "other", "new") == before

    def test_a_refused_save_does_not_use_its_op_id_up(self) -> None:
        """Only what took effect is remembered (S6)."""
        with self.fresh() as store:
            base = store.save(a_thread())
            saved = store.save(a_comment(base, "one"))
            with pytest.raises(VersionConflictError):
                store.save(a_comment(base, "two"), op_id="op")
            answer = store.save(a_comment(saved, "two"), op_id="op")
            assert_stored(store.save(a_comment(saved, "two"), op_id="op"), answer)
            assert len(store.history("q")) == 3

    def test_an_operation_that_changed_nothing_is_remembered(self) -> None:
        """Sent again after other changes it still changes nothing (S6)."""
        with self.fresh() as store:
            first = store.save(a_vote(a_thread(), "bo"))
            assert a_vote(first, "bo") is first
            assert_stored(store.save(first, op_id="vote"), first)
            store.save(a_vote(first, "bo", DOWN))
            assert_stored(store.save(first, op_id="vote"), first)
            assert store.load("q").score("q.1") == -1

    def test_an_operation_may_repeat_what_was_saved_without_one(self) -> None:
        """Acknowledged as the same events, and remembered from then on (S5, S6)."""
        with self.fresh() as store:
            value = a_comment(store.save(a_thread()), "one")
            saved = store.save(value)
            assert_stored(store.save(value, op_id="op"), saved)
            assert_stored(store.save(value, op_id="op"), saved)
            with pytest.raises(OperationReusedError):
                store.save(a_comment(saved, "two"), op_id="op")

    # -- update ------------------------------------------------------------------

    def test_an_update_meets_other_writers(self) -> None:
        """A change is made again on what another writer saved."""
        with self.fresh() as store:
            store.save(a_thread())
            seen: list[int] = []

            def change(thread: Thread) -> Thread:
                seen.append(thread.version)
                if len(seen) < 3:
                    store.save(a_comment(thread, f"faster {len(seen)}"))
                return a_comment(thread, "mine")

            saved = update(store, "q", change)
            assert seen == [1, 2, 3]
            assert_stored(store.load("q"), saved)
            texts = [comment.body.source for comment in saved.comments]
            assert texts == ["faster 1", "faster 2", "mine"]

    def test_an_update_gives_up_after_its_attempts(self) -> None:
        """A change that always loses ends in the conflict it met."""
        with self.fresh() as store:
            store.save(a_thread())

            def change(thread: Thread) -> Thread:
                store.save(a_comment(thread, "faster"))
                return a_comment(thread, "mine")

            with pytest.raises(VersionConflictError) as caught:
                update(store, "q", change, attempts=2)
            assert_conflict(caught.value, "q", 2, 3)

    def test_an_update_must_return_the_thread_it_was_given(self) -> None:
        """A change that saves something else is a mistake, not a conflict."""
        with self.fresh() as store:
            thread = store.save(a_thread())
            store.save(a_comment(thread, "newer"))
            store.save(a_thread("other"))
            for wrong in (store.load("other"), thread, a_thread(), None, "q"):
                with pytest.raises(ValidationError):
                    update(store, "q", lambda _, wrong=wrong: wrong)  # type: ignore[misc]
            with pytest.raises(ValidationError):
                update(store, "q", lambda same: same, attempts=0)
            with pytest.raises(NotFoundError):
                update(store, "none", lambda same: same)
            assert update(store, "q", lambda same: same).version == 2

    def test_an_updated_operation_counts_once(self) -> None:
        """A repeated request gives the first result; its change is not made (S6)."""
        with self.fresh() as store:
            remembering(store)
            store.save(a_thread())
            first = update(store, "q", lambda t: a_vote(t, "bo"), op_id="op")
            store.save(a_vote(store.load("q"), "bo", DOWN))

            def never(thread: Thread) -> Thread:
                raise AssertionError("an op id that took effect called its change")

            assert_stored(update(store, "q", never, op_id="op"), first)
            assert store.load("q").score("q.1") == -1
            store.save(a_thread("other"))
            with pytest.raises(OperationReusedError):
                update(store, "other", never, op_id="op")

    def test_an_operation_sent_twice_at_once_counts_once(self) -> None:
        """Of two copies of one request the slower one gets the faster one's answer."""
        with self.fresh() as store:
            remembering(store)
            store.save(a_thread())
            answers: list[Thread] = []

            def faster(thread: Thread) -> Thread:
                return a_comment(thread, "first")

            def slower(thread: Thread) -> Thread:
                answers.append(update(store, "q", faster, op_id="op"))
                return a_comment(thread, "second")

            assert_stored(
                update(store, "q", slower, op_id="op", attempts=1), answers[0]
            )
            assert len(store.history("q")) == 2

    def test_an_operation_can_be_asked_for(self) -> None:
        """What took effect under an op id can be told without sending it again."""
        with self.fresh() as store:
            memory = remembering(store)
            assert memory.operation("op") is None
            answer = store.save(a_thread(), op_id="op")
            store.save(a_comment(answer, "later"))
            found = memory.operation("op")
            assert found is not None
            assert_stored(found, answer)
            assert memory.operation("OP") is None
            for wrong in ("", "\0", None, 5):
                with pytest.raises(ValidationError):
                    memory.operation(wrong)  # type: ignore[arg-type]
