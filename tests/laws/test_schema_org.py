"""What is written as JSON-LD of schema.org and read again is the same, or told."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Content, Thread
from qathread.errors import FormatError
from qathread.formats._report import Collector
from qathread.formats.askbot import FORMAT as ASKBOT
from qathread.formats.schema_org import FORMAT, json_ld, script_text
from qathread.formats.stackexchange_api import FORMAT as API
from qathread.losses import LossReport
from qathread.status import Mark
from qathread.testing._threads import threads
from tests.unit._pages import reading

NAME = "schema-org"


def written(*several: Thread) -> tuple[bytes, LossReport]:
    report, out = Collector(format=NAME), io.BytesIO()
    assert FORMAT.writer is not None
    FORMAT.writer(several, out, "<file>", report)
    return out.getvalue(), report.report


def again(data: bytes, *, strict: bool = True) -> list[Thread]:
    return reading(FORMAT, data, strict=strict, limits=None)[0]


def codes(report: LossReport) -> set[str]:
    return {loss.code for loss in report if not loss.harmless}


def without(thread: Thread, lost: Iterable[str], other: Thread) -> Content:
    """Return what *thread* holds without the parts that *lost* names."""
    gone, content = set(lost), thread.content
    origins = {post.id: post.provenance for post in other.posts}
    authors = {post.author_id for post in thread.posts}

    def bare(post: Any) -> Any:
        kept: dict[str, Any] = {}
        if "provenance" in gone or origins.get(post.id) is None:
            kept["provenance"] = None  # reading always says where a post is from
        if "author-names" in gone:
            kept["author_name"] = None
        if "deleted-text" in gone and not post.stands:
            kept["body"] = attrs.evolve(post.body, source="")
        if "mark-details" in gone:
            kept["deleted"] = post.deleted and Mark()
            kept["removed"] = post.removed and Mark()
        return attrs.evolve(post, **kept)

    users = list(content.users)
    if "users" in gone:
        users = [user for user in users if user.id in authors]
    if "user-names" in gone:
        users = [attrs.evolve(user, name=None) for user in users]
    empty: dict[str, Any] = {
        name: ()
        for name in (
            "votes",
            "reactions",
            "revisions",
            "suggestions",
            "flags",
            "motions",
        )
        if name in gone
    }
    if "provenance" in gone or other.provenance is None:
        empty["provenance"] = None
    return attrs.evolve(
        content,
        question=None if content.question is None else bare(content.question),
        answers=tuple(map(bare, content.answers)),
        comments=tuple(map(bare, content.comments)),
        users=tuple(users),
        **empty,
    )


def assert_same(before: Thread, after: Thread, lost: set[str]) -> None:
    assert after.id == before.id
    if "version" not in lost:
        assert after.version == before.version
    assert without(after, lost, before) == without(before, lost, before)


def assert_needed(before: Thread, after: Thread, lost: set[str]) -> None:
    """Each code of a report explains a difference that is there."""
    for code in lost:
        if code == "version":
            assert before.version > 1
        else:
            rest = lost - {code}
            try:
                differ = without(after, rest, before) != without(before, rest, before)
            except AssertionError:
                differ = True
            assert differ, code


@given(thread=threads())
def test_reading_what_was_written_gives_the_thread_but_what_was_told(
    thread: Thread,
) -> None:
    """A loss that is not reported is a lie; one that is none is another."""
    data, report = written(thread)
    (after,) = again(data)
    assert_same(thread, after, codes(report))
    assert_needed(thread, after, codes(report))


@given(several=st.lists(threads(), min_size=2, max_size=3))
def test_several_threads_are_pages_of_a_list(several: list[Thread]) -> None:
    """Threads of other sites may have posts of the same ids."""
    several = [
        Thread.from_parts(id=f"{place}", **_parts(thread), version=thread.version)
        for place, thread in enumerate(several)
    ]
    data, report = written(*several)
    found = again(data)
    assert [each.id for each in found] == [each.id for each in several]
    for before, after in zip(several, found, strict=True):
        assert_same(before, after, codes(report))


def _parts(thread: Thread) -> dict[str, Any]:
    content = thread.content
    names = (
        "kind",
        "stubs",
        "votes",
        "reactions",
        "tallies",
        "users",
        "accepted",
        "status",
        "revisions",
        "suggestions",
        "bounties",
        "flags",
        "motions",
        "links",
        "provenance",
    )
    return {name: getattr(content, name) for name in names} | {
        "posts": tuple(thread.posts)
    }


@given(thread=threads())
def test_text_for_scripts_is_the_same_json_and_ends_no_script(thread: Thread) -> None:
    """A page must not be broken out of, whatever people wrote."""
    text = script_text(json_ld(thread))
    assert json.loads(text) == json_ld(thread)
    assert not {*"<>&\u2028\u2029\n"} & {*text}


@given(thread=threads())
def test_writing_twice_gives_the_same_bytes(thread: Thread) -> None:
    """Pages are compared and cached by what they are."""
    assert written(thread) == written(thread)


def _samples(shared: Path) -> list[tuple[str, Path]]:
    formats = shared / "data/formats"
    found = [
        *(("schema-org", path) for path in (formats / "schema_org").glob("question*")),
        *(
            ("schema-org", path)
            for path in (formats / "html_microdata_qapage").glob("*.xz")
        ),
        *(("askbot", path) for path in (formats / "askbot").glob("askbot_*")),
        *(
            ("stackexchange-api", path)
            for path in (formats / "stackexchange_api").glob("*.json")
        ),
    ]
    if not found:
        pytest.skip("no samples")
    return sorted(found)


def test_threads_of_real_sites_are_read_again_but_for_what_was_told(
    shared: Path,
) -> None:
    """The law, on what people wrote."""
    formats = {"schema-org": FORMAT, "askbot": ASKBOT, "stackexchange-api": API}
    met = 0
    for name, path in _samples(shared):
        try:
            found, _ = reading(formats[name], path)
        except FormatError:  # not every file of a folder holds posts
            continue
        for thread in found:
            data, report = written(thread)
            (after,) = again(data)
            lost = codes(report)
            assert_same(thread, after, lost)
            assert_needed(thread, after, lost)
            # What came from such a page is written and read as it is from then on.
            more, report = written(after)
            assert more == data and not codes(report)
            assert again(more) == [after]
            met += 1
    assert met > 20
