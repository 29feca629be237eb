"""Laws of ActivityStreams: what is written comes back, whatever order it came in."""

import io
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import Thread
from qathread.errors import FormatError, LossError
from qathread.formats import read, write
from qathread.formats.activitystreams._shapes import written_id
from qathread.losses import LossReport
from qathread.serialization import digest
from qathread.testing.strategies import moderated_threads, open_threads, threads
from tests.unit._matrix import differing, without

NAME = "activitystreams"
some = settings(max_examples=max(20, settings().max_examples), deadline=None)
few = settings(max_examples=max(10, settings().max_examples // 4), deadline=None)
any_threads = st.one_of(threads(), open_threads(), moderated_threads())


def written(*several: Thread) -> tuple[bytes, LossReport]:
    out = io.BytesIO()
    report = write(several, out, NAME)
    return out.getvalue(), report


def found(data: bytes, **options: Any) -> list[Thread]:
    with read(data, NAME, limits=None, **options) as reading:
        return list(reading)


def codes(report: LossReport) -> set[str]:
    return {loss.code for loss in report if not loss.harmless}


@some
@given(thread=any_threads)
def test_a_thread_comes_back_but_for_what_the_report_lists(thread: Thread) -> None:
    """Nobody may lose a part of a thread without being told, nor be told in vain."""
    data, report = written(thread)
    (again,) = found(data, strict=True)
    told = codes(report)
    before, after = without(thread, told), without(again, told)
    assert not list(differing(before, after))
    for code in told - {"version"}:
        less = told - {code}
        assert list(differing(without(thread, less), without(again, less))), code


@some
@given(thread=any_threads)
def test_what_was_read_is_written_again_byte_for_byte(thread: Thread) -> None:
    """Reading and writing must not wear a document down."""
    data, _ = written(thread)
    (again,) = found(data)
    second, report = written(again)
    assert second == data
    assert not codes(report)


@some
@given(thread=any_threads)
def test_a_text_that_was_taken_down_is_not_written(thread: Thread) -> None:
    """Only that something stood there is shown to others."""
    data, _ = written(thread)
    (again,) = found(data)
    for post in again.posts:
        if not post.stands:
            assert post.body.source == ""
            assert all(one.post_id != post.id for one in again.revisions)


@few
@given(several=st.lists(any_threads, min_size=2, max_size=3))
def test_threads_beside_each_other_come_back_as_if_alone(several: list[Thread]) -> None:
    """Ids that two threads share must not mix them up."""
    data, _ = written(*several)
    alone = [digest(found(written(thread)[0])[0]) for thread in several]
    assert [digest(thread) for thread in found(data)] == alone


@few
@given(thread=any_threads)
def test_a_collection_is_plain_activitystreams(thread: Thread) -> None:
    """Other programs must find objects, parents first, with IRIs for ids."""
    document = json.loads(written(thread)[0])
    assert document["@context"][0] == "https://www.w3.org/ns/activitystreams"
    assert document["type"] == "OrderedCollection"
    assert document["totalItems"] == len(document["orderedItems"])
    seen = set()
    wanted = {written_id(post.id) for post in thread.posts}
    for item in document["orderedItems"]:
        assert isinstance(item["type"], str)
        for name in ("id", "attributedTo", "inReplyTo", "actor"):
            if name in item:
                assert ":" in item[name]
                assert not any(part.isspace() for part in item[name])
        above = item.get("inReplyTo")
        assert above is None or above in seen or above not in wanted
        seen.add(item.get("id"))
    assert wanted <= seen


# -- documents of others ---------------------------------------------------------

_ids = st.sampled_from([f"https://example.org/{name}" for name in "abcdef"])
_people = st.sampled_from([f"https://example.org/u/{name}" for name in "xyz"])
_times = st.integers(0, 9).map(lambda n: f"2026-01-0{n + 1}T00:00:00Z")
_odd: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1.5, True, "", "x", [], [None], {}, {"id": 5}, [[]], {"@value": 1}]
)


def _maybe(strategy: Any) -> Any:
    return st.one_of(st.none(), strategy)


@st.composite
def notes(draw: Any) -> dict[str, Any]:
    """Return objects that may say anything about each other, circles included."""
    note = {
        "id": draw(_ids),
        "type": draw(st.sampled_from(["Note", "Page", "as:Note", ["Note", "x:y"]])),
        "content": draw(st.sampled_from(["one", "two"])),
        "attributedTo": draw(_people),
        "inReplyTo": draw(_maybe(_ids)),
        "published": draw(_times),
        "updated": draw(_maybe(_times)),
        "replies": draw(_maybe(_ids)),
    }
    return {name: value for name, value in note.items() if value is not None}


@st.composite
def deeds(draw: Any) -> dict[str, Any]:
    """Return activities about such objects."""
    deed = {
        "id": draw(_maybe(st.sampled_from(["urn:a:1", "urn:a:2", "urn:a:3"]))),
        "type": draw(
            st.sampled_from(
                ["Like", "Dislike", "Delete", "Announce", "Flag", "Lock", "Create"]
            )
        ),
        "actor": draw(_people),
        "object": draw(st.one_of(_ids, notes())),
        "published": draw(_maybe(_times)),
    }
    deed = {name: value for name, value in deed.items() if value is not None}
    if draw(st.booleans()):
        return deed
    return {"type": "Undo", "actor": deed["actor"], "object": deed}


@some
@given(items=st.lists(st.one_of(notes(), deeds()), max_size=8), seed=st.integers())
def test_the_order_of_documents_does_not_matter(
    items: list[dict[str, Any]], seed: int
) -> None:
    """Two servers send the same things in different orders."""
    if not items:
        return
    mixed = list(items)
    random.Random(seed).shuffle(mixed)
    assert digests(items) == digests(mixed)


@some
@given(items=st.lists(st.one_of(notes(), deeds()), min_size=1, max_size=6))
def test_what_comes_twice_counts_once(items: list[dict[str, Any]]) -> None:
    """The same activity reaches a server by several ways."""
    assert digests(items) == digests([*items, *items])


@some
@given(items=st.lists(st.one_of(notes(), deeds()), min_size=1, max_size=6))
def test_a_collection_reads_like_its_items(items: list[dict[str, Any]]) -> None:
    """A list, lines and a collection are the same things in another wrapping."""
    whole = {"type": "OrderedCollection", "orderedItems": items}
    lines = b"\n".join(json.dumps(item).encode() for item in items)
    assert digests(items) == digests([whole])
    assert digests(items) == {digest(thread) for thread in found(lines)}


def digests(items: list[dict[str, Any]]) -> set[str]:
    return {digest(thread) for thread in found(json.dumps(items).encode())}


@some
@given(items=st.lists(st.one_of(notes(), deeds()), min_size=1, max_size=6))
def test_threads_of_foreign_documents_come_back(items: list[dict[str, Any]]) -> None:
    """Also what was read from others is written without loss but of deleted texts."""
    for thread in found(json.dumps(items).encode()):
        data, report = written(thread)
        (again,) = found(data)
        told = codes(report)
        assert not list(differing(without(thread, told), without(again, told)))
        assert told <= {"deleted-text", "provenance"}


@st.composite
def foreign_threads(draw: st.DrawFn) -> Thread:
    """Return threads as they are read from others."""
    items = draw(st.lists(st.one_of(notes(), deeds()), max_size=6))
    page = {"type": "Page", "id": "https://example.org/a", "content": "<p>a</p>"}
    return found(json.dumps([page, *items]).encode())[0]


@few
@given(thread=moderated_threads(foreign_threads()))
def test_a_thread_of_others_may_have_changed(thread: Thread) -> None:
    """Members that were kept must not speak against what happened since."""
    data, report = written(thread)
    (again,) = found(data, strict=True)
    told = codes(report)
    assert not list(differing(without(thread, told), without(again, told)))


@some
@given(data=st.data(), note=st.one_of(notes(), deeds()), value=_odd)
def test_no_wrong_type_gets_further_than_the_report(
    data: st.DataObject, note: dict[str, Any], value: Any
) -> None:
    """Servers send anything under any name."""
    name = data.draw(
        st.sampled_from([*note, "tag", "url", "name", "contentMap", "source", "likes"])
    )
    document = json.dumps([{**note, name: value}, note]).encode()
    for strict in (False, True):
        try:
            found(document, strict=strict)
        except (FormatError, LossError):
            continue


@pytest.mark.parametrize("depth", [3, 60])
def test_replies_may_nest_in_replies(depth: int) -> None:
    """Whole trees come in one document."""
    note: dict[str, Any] = {"type": "Note", "content": "last"}
    for number in range(depth):
        replies = {"type": "Collection", "items": [note]}
        note = {"type": "Note", "content": str(number), "replies": replies}
    (thread,) = found(json.dumps(note).encode())
    assert len(thread) == depth + 1
    assert len(thread.comments) == depth
