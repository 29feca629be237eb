"""Searches: the same words find the same threads on every store (S11)."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .. import moderation, posting
from ..bodies import HTML, PLAIN, Body
from ..errors import QathreadError, ValidationError
from ..serialization import from_json, to_json
from ..stores import ListsThreads, MemoryStore, ThreadOrder, ThreadQuery
from ..thread import Thread
from . import strategies
from ._listing_oracle import assert_agrees, walked
from ._samples import ADA
from ._searches import (
    HARMLESS,
    LONG,
    SEARCHES,
    TEXTS,
    TOO_MUCH,
    UNHEARD_OF,
    wordy,
)
from ._site import ALL, BEN, CY, MOD, after, answered, asked, imported
from ._store_tests import StoreTests, listing


class SearchingTests(StoreTests):
    """What is found by which words, and what no longer is."""

    def test_words_are_found_wherever_they_stand(self) -> None:
        """In the title, the tags, the body, answers and comments; all in one post."""
        with self.fresh() as store:
            lists = listing(store)
            value = asked(
                "q", title="Alpha beta", body="Gamma delta.", tags=("epsilon",)
            )
            value = answered(value, text="Zeta, eta!\nTheta; gamma")
            value = posting.comment(value, "q.2", "Iota kappa?", by=CY, at=after(3))
            value = posting.comment(value, "q.3", "lambda", by=CY, at=after(4))
            store.save(value)
            store.save(asked("other", title="Else", body="gamma alone"))
            for text in (
                *("alpha", "beta", "delta", "epsilon", "zeta", "theta", "iota"),
                *("lambda", "ALPHA Epsilon gamma", "eta gamma zeta", "kappa iota"),
                *("alpha alpha beta", "theta,gamma", "  iota  "),
            ):
                assert _found(lists, text) == ["q"], text
            assert _found(lists, "gamma") == ["other", "q"]
            for text in ("alpha zeta", "epsilon iota", "gamma kappa", "alph", "eltas"):
                assert _found(lists, text) == [], text
            for name in ("q", "ada", "Ada", "qa", "2026"):
                assert _found(lists, name) == [], name
            query = ThreadQuery(text="gamma", tags=("epsilon",), answered=True)
            assert [each.id for each in walked(lists, query)] == ["q"]
            with self.reopened(store) as again:
                assert _found(listing(again), "Kappa IOTA") == ["q"]
                assert_agrees(again, "other", "q")

    def test_few_threads_are_found_on_pages_of_one(self) -> None:
        """Servers search a small table in ways of their own, and may stop early."""
        with self.fresh() as store:
            lists = listing(store)
            for thread_id, title in (("q", "first"), ("Q", "why"), ("q.1", "why")):
                store.save(asked(thread_id, title=title, body="because"))
            for text, there in (("why", ["Q", "q.1"]), ("because", ["Q", "q", "q.1"])):
                for order in ThreadOrder:
                    query = ThreadQuery(text=text, lacking=ALL, order=order)
                    found = [each.id for each in walked(lists, query, 1)]
                    assert sorted(found) == there, (text, order)

    def test_what_can_no_longer_be_read_is_not_found(self) -> None:
        """Edited, deleted, removed and hidden text goes; what comes back is found."""
        with self.fresh() as store:
            lists = listing(store)
            value = answered(asked("q", title="First", body="one"), text="old words")
            value = posting.comment(value, "q.2", "remark", by=CY, at=after(3))
            thread = store.save(value)
            for step, there, gone in _STEPS:
                thread = store.save(step(thread))
                assert _found(lists, there) == ["q"], (there, thread.version)
                assert _found(lists, gone) == [], (gone, thread.version)
                assert_agrees(store, "q")
            assert thread.version == value.version + len(_STEPS)
            with self.reopened(store) as again:
                assert_agrees(again, "q")

    def test_odd_searches_find_what_they_say(self) -> None:
        """No sign is an operator, and nothing is found by accident."""
        with self.fresh() as store:
            lists = listing(store)
            for name, text in TEXTS.items():
                body = Body(
                    source=text, media_type=HTML if name == "html" else "text/plain"
                )
                store.save(imported(name, body=body))
            for text, right in SEARCHES.items():
                assert _found(lists, text) == sorted(right.split()), ascii(text)
            for text in HARMLESS:
                assert _found(lists, text) == [], ascii(text)
            for text in TOO_MUCH:
                with pytest.raises(ValidationError):
                    ThreadQuery(text=text)
            with self.reopened(store) as again:
                for text, right in SEARCHES.items():
                    assert _found(listing(again), text) == sorted(right.split())

    def test_long_words_and_long_posts_are_found(self) -> None:
        """What servers would cut off or refuse is found like anything else."""
        with self.fresh() as store:
            lists = listing(store)
            for name, word in LONG.items():
                store.save(imported(name, body=Body(source=f"a {word} b")))
            for name, word in LONG.items():
                if len(word) <= 256:
                    assert _found(lists, word) == [name]
            body, first, last = wordy()
            store.save(imported("wordy", body=Body(source=body)))
            assert _found(lists, first) == ["wordy"]
            assert _found(lists, last) == []
            for text in UNHEARD_OF:
                assert _found(lists, text) == []

    def test_any_search_gives_a_page(self) -> None:
        """Whatever is typed: the page of any other store, or an error of ours."""
        parts = st.sampled_from([*SEARCHES, *HARMLESS, *" \"'*+-#()", "\0", "\ud800"])
        typed = st.one_of(
            st.text(max_size=40),
            st.lists(parts, max_size=6).map("".join),
            st.lists(parts, max_size=6).map(" ".join),
        )
        with self.fresh() as store, MemoryStore() as memory:
            lists = listing(store)
            for name, text in TEXTS.items():
                value = imported(name, body=_body(name, text))
                store.save(value)
                memory.save(value)

            @self.settings
            @given(typed)
            def check(text: str) -> None:
                try:
                    query = ThreadQuery(text=text)
                except QathreadError:
                    return
                assert lists.find(query) == memory.find(query)

            check()

    def test_words_follow_every_verb(self) -> None:
        """Found step by step is what is found when the thread is read in anew."""

        @self.settings
        @given(value=strategies.moderated_threads())
        def check(value: Thread) -> None:
            texts = sorted(_wordings(value))
            copy = from_json(to_json(value))
            with self.fresh() as store, MemoryStore() as memory:
                lists = listing(store)
                memory.save(copy)
                store.save(value)
                for text in texts:
                    query = ThreadQuery(text=text, lacking=ALL)
                    found = [each.id for each in walked(lists, query)]
                    assert found == [each.id for each in walked(memory, query)], text

        check()


_MOD: dict[str, Any] = {"by": MOD, "at": after(9)}
_ADA: dict[str, Any] = {"by": ADA, "at": after(9)}
_BEN: dict[str, Any] = {"by": BEN, "at": after(9)}

#: Steps of one thread, one after the other, each with what is then found or not.
_STEPS: Final[tuple[tuple[Callable[[Thread], Thread], str, str], ...]] = (
    (lambda t: posting.edit(t, "q.2", body="new words", **_BEN), "new", "old"),
    (lambda t: posting.rollback(t, "q.2", 1, **_BEN), "old", "new"),
    (lambda t: posting.delete(t, "q.2", **_BEN), "remark", "old"),
    (lambda t: posting.restore(t, "q.2", **_BEN), "old", "new"),
    (lambda t: moderation.remove(t, "q.3", **_MOD), "words", "remark"),
    (lambda t: moderation.reinstate(t, "q.3", **_MOD), "remark", "new"),
    (lambda t: moderation.hide(t, post_id="q.2", **_MOD), "remark", "words"),
    (lambda t: moderation.show(t, post_id="q.2", **_MOD), "words", "new"),
    (lambda t: moderation.hide(t, **_MOD), "words", "new"),
    (lambda t: moderation.show(t, **_MOD), "words", "new"),
    (lambda t: moderation.convert(t, "q.2", **_MOD), "old words", "new"),
    (lambda t: posting.edit(t, "q.1", title="Last", **_MOD), "last", "first"),
    (lambda t: posting.edit(t, "q.1", tags=("tag",), **_MOD), "tag", "first"),
    (lambda t: posting.edit(t, "q.1", tags=(), **_MOD), "one", "tag"),
    (lambda t: posting.suggest_edit(t, "q.1", body="two", **_MOD), "one", "two"),
    (lambda t: _approved(t), "two", "one"),
    (lambda t: posting.delete(t, "q.1", **_ADA), "old", "two"),
    (lambda t: posting.restore(t, "q.1", **_ADA), "two", "one"),
)


def _approved(thread: Thread) -> Thread:
    [suggestion] = thread.suggestions
    return posting.approve_edit(thread, suggestion.id, **_ADA)


def _body(name: str, text: str) -> Body:
    return Body(source=text, media_type=HTML if name == "html" else PLAIN)


def _found(lists: ListsThreads, text: str) -> list[str]:
    found = walked(lists, ThreadQuery(text=text, lacking=ALL))
    return sorted(each.id for each in found)


def _wordings(thread: Thread) -> set[str]:
    """Return texts that stand, or stood, in a thread."""
    bodies = [post.body for post in thread.posts]
    bodies += [each.body for each in thread.revisions]
    texts = {body.source for body in bodies}
    texts |= {getattr(post, "title", None) or "" for post in thread.posts}
    return {text for text in texts if text.strip()}
