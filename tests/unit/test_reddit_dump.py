"""Dumps of Reddit: the spellings of the years, packings, memory, damage, writing."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from attrs import evolve

from qathread import UP, Thread, User, posting, voting
from qathread.bodies import Body
from qathread.errors import (
    FormatError,
    LossError,
    MissingExtraError,
    QathreadError,
    ValidationError,
)
from qathread.feedback import Tally
from qathread.formats import read, sniff, write
from qathread.formats.reddit_dump import _ids, _spool
from qathread.formats.reddit_dump._ids import ids_of
from qathread.limits import Limits
from qathread.losses import LossReport
from qathread.posts import Comment, Question, Stub
from qathread.provenance import Provenance
from qathread.status import Link, LinkKind, Locked, LockLevel, Mark, Status
from qathread.thread import content_in
from qathread.users import UserKind

NAME = "reddit-dump"
MADE = 1_706_745_600
AT = datetime.fromtimestamp(MADE, UTC)


def submission(number: str = "s", **members: Any) -> dict[str, Any]:
    found = {"id": number, "author": "ada", "title": "Why?", "selftext": "Because"}
    return {**found, "created_utc": MADE, "score": 5, "subreddit": "x", **members}


def comment(number: str = "a", under: str = "t3_s", **members: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": number,
        "author": "bob",
        "body": "No",
        "parent_id": under,
    }
    found |= {"link_id": "t3_s", "created_utc": MADE + 60, "score": 2}
    return {**found, "subreddit": "x", **members}


def lines(*objects: Any) -> bytes:
    return b"".join(
        each + b"\n" if isinstance(each, bytes) else json.dumps(each).encode() + b"\n"
        for each in objects
    )


def only(*objects: Any, **options: Any) -> Thread:
    (thread,) = read(lines(*objects), NAME, **options)
    return thread


def codes(data: bytes, **options: Any) -> dict[str, int]:
    with read(data, NAME, **options) as reading:
        list(reading)
        return {loss.code: loss.count for loss in reading.report}


def written(
    *threads: Thread, **options: Any
) -> tuple[list[dict[str, Any]], LossReport]:
    out = io.BytesIO()
    report = write(threads, out, NAME, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()], report


# -- spellings ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelled", [MADE, str(MADE), float(MADE), f"{MADE}.0"], ids=repr
)
def test_times_are_numbers_texts_and_floats(spelled: Any) -> None:
    thread = only(submission(created_utc=spelled), strict=True)
    assert thread.question.created_at == AT
    assert written(thread)[0][0]["created_utc"] == spelled


@pytest.mark.parametrize(
    ("edited", "at"), [(False, None), (True, None), (MADE, AT), (float(MADE), AT)]
)
def test_edits_are_false_true_and_times(edited: Any, at: datetime | None) -> None:
    thread = only(comment(edited=edited), strict=True)
    assert thread["t1_a"].edited_at == at
    found = written(thread)[0][0]["edited"]
    assert (type(found), found) == (type(edited), edited)


def test_scores_may_be_null_or_hidden() -> None:
    thread = only(comment("a", score=None), comment("b", score_hidden=True))
    assert (thread.score("t1_a"), thread.score("t1_b")) == (None, None)
    found = {each["id"]: each["score"] for each in written(thread)[0]}
    assert found == {"a": None, "b": 2}


def test_ids_may_come_without_their_kind() -> None:
    thread = only(comment(link_id="s", name="t1_a"), submission(), strict=True)
    assert (thread.id, len(thread)) == ("t3_s", 2)
    assert written(thread)[0][1]["link_id"] == "s"


@pytest.mark.parametrize(
    ("meta", "deleted", "removed"),
    [
        ({"retrieved_2nd_on": MADE}, None, None),
        ({"note": "no_2nd_retrieval"}, None, None),
        ({"removal_type": "deleted", "was_deleted_later": True}, Mark(), None),
        ({"removal_type": "removed", "was_deleted_later": True}, None, Mark()),
        (
            {"removal_type": "removed by reddit", "was_deleted_later": True},
            None,
            Mark(reason="removed by reddit"),
        ),
        ({"removal_type": "deleted", "was_initially_deleted": True}, None, None),
    ],
)
def test_a_second_look_tells_what_was_taken_down(
    meta: dict[str, Any], deleted: Mark | None, removed: Mark | None
) -> None:
    thread = only(comment(_meta=meta), strict=True)
    post = thread["t1_a"]
    assert (post.deleted, post.removed) == (deleted, removed)
    assert post.body.source == "No" and post.author_name == "bob"
    assert written(thread)[0][0]["_meta"] == meta


def test_the_copy_that_was_seen_last_counts() -> None:
    old = comment(body="old text", score=9, retrieved_on=MADE + 1)
    new = comment(body="new", score=1, retrieved_on=MADE + 2)
    for pair in ((old, new), (new, old)):
        thread = only(*pair)
        assert thread["t1_a"].body.source == "new"
        assert thread.score("t1_a") == 1
        assert codes(lines(*pair))["duplicate-id"] == 1


def test_escapes_are_undone_only_when_asked() -> None:
    line = comment(body="&gt; so &amp;amp;")
    assert only(line)["t1_a"].body.source == "&gt; so &amp;amp;"
    assert only(line, unescape=True)["t1_a"].body.source == "> so &amp;"
    with pytest.raises(ValidationError, match="unescape"):
        read(lines(line), NAME, unescape=None)


# -- grouping ----------------------------------------------------------------------


def test_lines_of_any_order_become_threads_in_order_of_ids() -> None:
    other = comment("z", "t3_zz", link_id="t3_zz")
    data = lines(comment("b", "t1_a"), other, comment(), submission("b0"), submission())
    threads = list(read(data, NAME))
    assert [thread.id for thread in threads] == ["t3_s", "t3_b0", "t3_zz"]
    assert [post.id for post in threads[0].posts] == ["t3_s", "t1_a", "t1_b"]
    assert threads[2].root == Stub(id="t3_zz")
    assert codes(data) == {"root-missing": 1}


def test_a_parent_that_is_not_there_is_a_stub() -> None:
    thread = only(submission(), comment("b", "t1_gone"), strict=True)
    assert thread["t1_b"].parent_id == "t1_gone"
    assert thread.stubs == (Stub(id="t1_gone"),)
    assert written(thread)[1].losses == ()


def test_a_list_is_read_like_lines() -> None:
    objects = [submission(), comment()]
    assert list(read(json.dumps(objects).encode(), NAME)) == [only(*objects)]


def packed_by_zstd(data: bytes) -> bytes:
    """Pack as the dumps are: a window of 2 GiB, no size in the frame."""
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=31)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".zst": packed_by_zstd,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".gz": gzip.compress,
    "": bytes,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_dumps_are_read_as_they_are_packed(tmp_path: Path, suffix: str) -> None:
    data = lines(comment(), submission())
    path = tmp_path / f"RC_2024-02{suffix}"
    path.write_bytes(PACKERS[suffix](data))
    with read(path, strict=True) as reading:
        assert list(reading) == [only(comment(), submission())]
    assert reading.format == NAME == sniff(path)


def test_the_frame_has_the_window_that_usual_defaults_refuse(tmp_path: Path) -> None:
    packed = packed_by_zstd(lines(comment()))
    assert zstandard.get_frame_parameters(packed).window_size == 2**31
    with pytest.raises(zstandard.ZstdError, match="too much memory"):
        zstandard.ZstdDecompressor().decompressobj().decompress(packed)


def test_a_folder_holds_files_of_all_packings(tmp_path: Path) -> None:
    (tmp_path / "RS_2024-02.zst").write_bytes(packed_by_zstd(lines(submission())))
    (tmp_path / "RC_2024-02.bz2").write_bytes(bz2.compress(lines(comment())))
    (tmp_path / "x_comments.ndjson").write_bytes(lines(comment("b")))
    (tmp_path / "README.txt").write_bytes(b"not read")
    with read(tmp_path, strict=True) as reading:
        (thread,) = reading
    assert (reading.format, len(thread)) == (NAME, 3)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="no file of a dump"):
        list(read(tmp_path / "empty", NAME))


def test_a_folder_that_cannot_be_unpacked_is_known_by_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody is told what to install."""
    (tmp_path / "RC_2024-02.zst").write_bytes(packed_by_zstd(lines(comment())))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtraError, match="archives"):
        list(read(tmp_path))


def test_places_name_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "RC_2005-12.ndjson").write_bytes(lines(comment(), b"{]"))
    with read(tmp_path, NAME) as reading:
        list(reading)
    (loss,) = (loss for loss in reading.report if loss.damage)
    assert loss.examples[0].startswith("RC_2005-12.ndjson, line 2")


def many(threads: int) -> Iterator[dict[str, Any]]:
    """Comments of many threads, as far apart as can be."""
    for place in range(5):
        for thread in range(threads):
            number = f"{thread:x}x{place}"
            link = f"t3_{thread:x}"
            yield comment(number, link, link_id=link, body="x" * 300)


def peak(path: Path) -> int:
    tracemalloc.start()
    try:
        count = sum(1 for _ in read(path, NAME))
        assert count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_dump(tmp_path: Path) -> None:
    """A month has a hundred million lines."""
    small, large = tmp_path / "small.ndjson", tmp_path / "large.ndjson"
    small.write_bytes(lines(*many(300)))
    large.write_bytes(lines(*many(3000)))
    peak(small)  # what is imported and compiled on the way
    assert peak(large) < 1.25 * peak(small)


def test_the_temporary_file_goes_away(scratch: Path) -> None:
    reading = read(lines(submission(), comment("z", link_id="t3_z")), NAME)
    next(reading)
    assert list(scratch.iterdir())
    reading.close()
    assert not list(scratch.iterdir())
    list(read(lines(submission()), NAME))
    with pytest.raises(FormatError):
        list(read(b'{"a": 1}', NAME))
    assert not list(scratch.iterdir())


def test_a_full_disk_is_an_error_of_the_system(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = _spool.Spool.__init__

    def small(self: _spool.Spool, path: Path) -> None:
        real(self, path)
        self._db.execute("PRAGMA max_page_count = 20")

    monkeypatch.setattr(_spool.Spool, "__init__", small)
    with pytest.raises(OSError, match="temporary file"):
        list(read(lines(*many(600)), NAME))
    assert not list(scratch.iterdir())


# -- damage ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b'{"id": "x", "body"', "syntax"),
        (b'{"a": [1], "b', "syntax"),
        (b'{"id": "a", "link_id": "t3_s", "b": [1], "c', "syntax"),
        (b"[1]", "field"),
        (b"7", "field"),
        (b'{"a": 1}', "unknown-item"),
        (b'{"kind": "t1", "data": {}}', "unknown-item"),
        (b'{"body": "x", "id": "x"}', "missing-parent"),
        (b'{"title": "x"}', "field"),
        (b'{"link_id": "t3_s", "parent_id": "t3_s", "body": "x"}', "field"),
        (b'{"id": "s", "id": "s", "title": "x"}', "duplicate-key"),
        (b'{"id": "x", "link_id": "t3_s", "parent_id": "t3_s", "n": NaN}', "number"),
        (
            b'{"id": "x", "link_id": "t3_s", "parent_id": "t3_s", "body": "\\ud800"}',
            "encoding",
        ),
        (
            b'{"id": "x", "link_id": "t3_s", "parent_id": "t3_s", "body": "\\u0000"}',
            "forbidden-character",
        ),
        (
            b'{"id": "x", "link_id": "t3_s", "parent_id": "t3_s", "body": "\xff"}',
            "encoding",
        ),
        (
            b'{"title": "x", "id": "y", "z": {"link_id": "t3_s"}}',
            "wrong-parent",
        ),
    ],
)
def test_damage_is_counted_once_and_the_rest_is_read(bad: bytes, code: str) -> None:
    data = lines(submission(), bad, comment())
    found = [thread for thread in read(data, NAME) if thread.id == "t3_s"]
    assert len(found[0].comments) in (1, 2)
    report = codes(data)
    harmful = {each for each in report if each not in ("body-missing", "repeated")}
    assert harmful - {"duplicate-id"} == {code}
    assert report[code] == 1
    with pytest.raises(LossError if code == "unknown-item" else FormatError):
        list(read(data, NAME, strict=True))


def test_of_a_key_that_stands_twice_the_last_counts_for_grouping_too() -> None:
    line = b'{"link_id": "t3_r", "link_id": "t3_s", "id": "a", "parent_id": "t3_s"}'
    (thread,) = read(lines(line), NAME)
    assert (thread.id, thread["t1_a"].parent_id) == ("t3_s", "t3_s")


def test_a_file_that_was_cut_gives_all_whole_lines() -> None:
    data = lines(submission(), comment(), comment("b"))
    for end in (2, 30, 60, 100):
        report = codes(data[:-end])
        assert report["syntax"] == 1
        (thread,) = read(data[:-end], NAME)
        assert len(thread) == 2


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_line_ends_and_marks_make_no_difference(mark: bytes, end: bytes) -> None:
    data = mark + lines(comment(), submission()).rstrip(b"\n").replace(
        b"\n", end or b"\n"
    )
    assert list(read(data + end, NAME, strict=True)) == [only(comment(), submission())]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"<html>", b'{"a": 1}\n{"b": 2}\n'])
def test_what_is_no_dump_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        list(read(data, NAME))
    assert caught.value.code == "not-this-format"


def test_limits_hold() -> None:
    with pytest.raises(FormatError, match=r"Limits\.record"):
        list(read(lines(comment(body="x" * 999)), NAME, limits=Limits(record=900)))
    deep = b'{"id":"a","link_id":"t3_s","a":' + b"[" * 300 + b"]" * 300 + b"}"
    with pytest.raises(FormatError) as caught:
        list(read(lines(deep), NAME))
    assert caught.value.code == "too-deep"


def test_a_circle_of_parents_is_cut() -> None:
    data = lines(submission(), comment("a", "t1_b"), comment("b", "t1_a"))
    (thread,) = read(data, NAME)
    assert [post.parent_id for post in thread.comments] == ["t3_s", "t1_a"]
    assert codes(data) == {"cycle": 1}


def test_a_chain_of_comments_may_be_long() -> None:
    chain = [comment("0")]
    chain += [comment(str(n), f"t1_{n - 1}") for n in range(1, 3000)]
    thread = only(submission(), *chain, strict=True)
    assert len(written(thread)[0]) == 3001


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_any_bytes_give_threads_or_one_of_our_errors(cut: int) -> None:
    data = lines(submission(), comment(_meta={"a": [1]}))
    spoiled = data[:cut] + bytes([cut * 31 % 256]) + data[cut + 1 :]
    for bad in (data[:cut], spoiled):
        for strict in (False, True):
            try:
                list(read(bad, NAME, strict=strict))
            except QathreadError:
                continue


# -- writing -----------------------------------------------------------------------

ADA, EVE = User(id="ada", name="ada"), User(id="eve", name="eve")


def discussion(**parts: Any) -> Thread:
    """A thread of another platform that fits."""
    root = Question(
        id="t3_s", author_id="ada", author_name="ada", body=Body(source="?"), title="T"
    )
    reply = Comment(
        id="t1_a",
        parent_id="t3_s",
        author_id="eve",
        author_name="eve",
        body=Body(source="!"),
        created_at=AT,
    )
    found = {"posts": [root, reply], "users": [ADA, EVE], **parts}
    return Thread.from_parts(id="t3_s", kind="discussion", **found)


def test_a_foreign_thread_loses_its_origin_only() -> None:
    thread = discussion()
    objects, report = written(thread)
    assert {loss.code for loss in report} == {"provenance"}
    assert objects[0]["num_comments"] == 1
    assert objects[1] == {
        "author": "eve",
        "body": "!",
        "created_utc": MADE,
        "edited": False,
        "id": "a",
        "link_id": "t3_s",
        "parent_id": "t3_s",
    }
    with pytest.raises(LossError):
        written(thread, strict=True)


def test_ids_that_are_none_of_reddit_are_mapped_and_reported() -> None:
    thread = posting.ask("q", title="T", body="?", by=ADA, at=AT, kind="discussion")
    thread = posting.comment(thread, "q.1", "!", by=EVE, at=AT)
    objects, report = written(thread)
    assert {"thread-id", "post-ids"} <= {loss.code for loss in report}
    assert objects == written(thread)[0]
    link = f"t3_{objects[0]['id']}"
    assert objects[1]["link_id"] == objects[1]["parent_id"] == link
    for each in objects:
        assert int(each["id"], 36) < 2**60


def test_two_ids_never_become_one() -> None:
    posts: list[Any] = [Question(id="r", author_id="ada", body=Body(source=""))]
    names = [*map(str, range(200)), "t1_1", "T1_1", "é", "t1_", "t1_0123456789abcd"]
    posts += [
        Comment(id=name, parent_id="r", author_id="ada", body=Body(source=name))
        for name in names
    ]
    thread = Thread.from_parts(id="x", posts=posts)
    ids = ids_of("x", "r", content_in(thread))
    assert len(set(ids.posts.values())) == len(posts)
    assert ids.posts["t1_1"] == "t1_1"
    (again,) = read(lines(*written(thread)[0]), NAME)
    assert {p.body.source for p in again.comments} == set(names)


def test_digests_that_meet_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ids, "_number", lambda thread, post: str(len(post)))
    posts: list[Any] = [Question(id="r", author_id="ada", body=Body(source=""))]
    for name in ("aa", "bb", "cc", "t1_2"):
        posts.append(
            Comment(id=name, parent_id="r", author_id="ada", body=Body(source=""))
        )
    content = content_in(Thread.from_parts(id="x", posts=posts))
    ids = ids_of("x", "r", content)
    assert len(set(ids.posts.values())) == 5
    assert ids.posts["t1_2"] == "t1_2"


def test_a_post_that_came_back_and_is_removed_again_is_written_so() -> None:
    meta = {"removal_type": "deleted", "was_initially_deleted": True, "kept": 1}
    thread = only(submission(), comment(_meta=meta))
    reply = evolve(thread["t1_a"], removed=Mark(reason="spam"))
    changed = Thread.from_parts(
        id=thread.id,
        kind=thread.kind,
        posts=[thread.question, reply],
        tallies=content_in(thread).tallies,
        users=content_in(thread).users,
        provenance=thread.provenance,
    )
    objects, report = written(changed)
    removed = {"removal_type": "spam", "was_deleted_later": True, "kept": 1}
    assert objects[1]["_meta"] == removed
    assert {loss.code for loss in report} == {"provenance"}  # it says otherwise


def test_answers_votes_and_acceptance_have_no_place() -> None:
    thread = posting.ask("q", title="T", body="?", by=ADA, at=AT)
    thread = posting.answer(thread, "!", by=EVE, at=AT)
    thread = voting.cast(thread, "q.2", UP, by=ADA, at=AT)
    thread = posting.accept(thread, "q.2", by=ADA, at=AT)
    objects, report = written(thread)
    assert {loss.code for loss in report} >= {"accepted", "answers", "kind", "votes"}
    assert objects[1]["score"] == 1


@pytest.mark.parametrize(
    ("marks", "members"),
    [
        ({"deleted": Mark()}, {"removal_type": "deleted"}),
        ({"removed": Mark()}, {"removal_type": "removed"}),
        ({"removed": Mark(reason="spam")}, {"removal_type": "spam"}),
    ],
)
def test_what_was_taken_down_is_written_with_its_text(
    marks: dict[str, Any], members: dict[str, Any]
) -> None:
    base = discussion()
    reply = evolve(base["t1_a"], **marks)
    thread = discussion(posts=[base.question, reply])
    objects, report = written(thread)
    assert {loss.code for loss in report} == {"provenance"}
    assert objects[1]["_meta"] == {**members, "was_deleted_later": True}
    assert (objects[1]["body"], objects[1]["author"]) == ("!", "eve")


def test_a_post_of_reddit_that_changed_is_written_as_it_is_now() -> None:
    thread = only(
        submission(edited=False, locked=True, link_flair_text="A"),
        comment(created_utc=str(MADE), score=2.0, score_hidden=True),
    )
    question = evolve(thread.question, title="New", tags=("B",), edited_at=AT)
    reply = evolve(thread["t1_a"], created_at=AT, body=Body(source="Yes"))
    changed = Thread.from_parts(
        id=thread.id,
        kind=thread.kind,
        posts=[question, reply],
        tallies=[Tally(post_id="t1_a", score=7, exact=False)],
        users=content_in(thread).users,
        provenance=thread.provenance,
        status=Status(archived=Mark()),
    )
    objects, report = written(changed)
    # That it was not edited, and that its score was hidden, holds no more.
    assert {loss.code: loss.count for loss in report} == {"provenance": 2}
    first, second = objects
    assert (first["title"], first["link_flair_text"]) == ("New", "B")
    assert (first["edited"], first["archived"]) == (MADE, True)
    assert not {"score", "locked"} & set(first)
    assert (second["body"], second["created_utc"]) == ("Yes", str(MADE))
    assert (second["score"], second["score_hidden"]) == (7, False)
    (again,) = read(lines(*objects), NAME)
    assert again.score("t1_a") == 7


@pytest.mark.parametrize("name", ["there", "new/"])
def test_a_folder_has_a_file_for_each_kind(tmp_path: Path, name: str) -> None:
    """A folder that is there, or a name that ends in a slash, asks for one."""
    (tmp_path / "there").mkdir()
    thread, target = only(submission(), comment(), comment("b")), tmp_path / name
    for _ in range(2):  # what it wrote it replaces
        write(thread, f"{tmp_path}/{name}", NAME)
    sizes = {p.name: len(p.read_bytes().splitlines()) for p in target.iterdir()}
    assert sizes == {"RS.ndjson": 1, "RC.ndjson": 2}
    assert list(read(target, strict=True)) == [thread]
    (target / "notes.txt").write_text("mine")
    with pytest.raises(ValidationError, match=r"notes\.txt"):
        write(thread, f"{tmp_path}/{name}", NAME)


def test_a_second_thread_of_one_id_and_an_empty_one_are_left_out() -> None:
    thread = discussion()
    empty = Thread.from_parts(id="t3_e", kind="discussion", stubs=[Stub(id="t3_e")])
    objects, report = written(thread, empty, thread)
    assert len(objects) == 2
    assert {loss.code: loss.count for loss in report if loss.code == "threads"} == {
        "threads": 2
    }


def test_people_are_known_by_the_name_in_the_line() -> None:
    users = [
        User(id="1", name="Ada"),
        User(id="2", name="Ada"),
        User(id="3", name="x", kind=UserKind.DELETED),
        User(id="gone:t1_d", kind=UserKind.DELETED),
        User(id="unknown:t1_e"),
    ]
    root = Question(id="t3_s", author_id="1", body=Body(source=""))
    posts: list[Any] = [root]
    for name, user in zip("bcde", users[1:], strict=True):
        posts.append(
            Comment(
                id=f"t1_{name}",
                parent_id="t3_s",
                author_id=user.id,
                body=Body(source=""),
            )
        )
    objects, report = written(
        Thread.from_parts(id="t3_s", kind="discussion", posts=posts, users=users)
    )
    found = {each["id"]: each.get("author") for each in objects}
    assert found == {"s": "Ada", "b": "Ada", "c": "x", "d": "[deleted]", "e": None}
    counts = {loss.code: loss.count for loss in report}
    assert counts["users-merged"] == 1
    assert counts["user-ids"] == 3
    assert counts["user-kinds"] == 1


def test_links_and_locks_are_held_as_far_as_lines_go() -> None:
    crosspost = Link(kind=LinkKind.CROSSPOST, target="t3_old", post_id="t3_s")
    other = Link(kind=LinkKind.DUPLICATE, target="t3_dup")
    locked = Status(locked=Locked(level=LockLevel.REPLIES))
    objects, report = written(discussion(links=[crosspost, other], status=locked))
    assert (objects[0]["crosspost_parent"], objects[0]["locked"]) == ("t3_old", True)
    assert {loss.code: loss.count for loss in report} == {"links": 1, "provenance": 3}
    strange = Status(locked=Locked(reason="heat"), hidden=Mark())
    _, report = written(discussion(status=strange))
    assert {loss.code for loss in report} == {"mark-details", "marks", "provenance"}


def test_media_types_and_exact_scores_are_reported() -> None:
    base = discussion()
    question = evolve(
        base.question, body=Body(source="<p>", media_type="text/html", language="en")
    )
    thread = discussion(
        posts=[question, base["t1_a"]], tallies=[Tally(post_id="t1_a", up=3, down=1)]
    )
    objects, report = written(thread)
    assert (objects[0]["selftext"], objects[1]["score"]) == ("<p>", 2)
    told = {loss.code for loss in report}
    assert told == {
        "estimates",
        "languages",
        "media-types",
        "provenance",
        "up-and-down",
    }


def test_a_thread_of_reddit_keeps_its_origin() -> None:
    thread = only(submission(permalink="/r/x/comments/s/"), comment())
    assert thread.provenance == Provenance(platform="reddit")
    assert thread.question.provenance is not None
    assert thread.question.provenance.url == "https://www.reddit.com/r/x/comments/s/"
    assert not written(thread)[1]
