"""Askbot: answers of its API, lists of comments, pages, and all of one question."""

import json
import lzma
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Stub, Thread
from qathread.errors import FormatError, LossError, QathreadError, ValidationError
from qathread.formats.askbot import FORMAT
from qathread.limits import Limits
from qathread.losses import LossReport
from qathread.status import Closed
from tests.unit._pages import counts, reading

CHICAGO = "America/Chicago"
NAMES = (
    "askbot_api_questions.json",
    "askbot_2481_multicomments.json",
    "askbot_question.html.xz",
)


def samples(shared: Path) -> list[Path]:
    folder = shared / "data/formats/askbot"
    found = [folder / name for name in NAMES]
    if not all(path.is_file() for path in found):
        pytest.skip("no samples of Askbot")
    return found


def question(**members: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "title": "Why?",
        "added_at": "1270788444",
        "last_activity_at": "1349928216",
        "author": {"id": 9, "username": "Ada"},
        "answer_count": 0,
        "answer_ids": [],
        "accepted_answer_id": None,
        "view_count": 7,
        "score": -2,
        "tags": ["a", "b"],
        "url": "https://example.org/question/1/why/",
        "summary": "Why is it so?",
        **members,
    }


def answer(number: int | None = 2, **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "added_at": "1270788500",
        "author": {"id": 8, "username": "Bob"},
        "score": 1,
        "summary": "Because.",
        "url": f"https://example.org/question/1/why/?answer={number}#post-id-{number}",
        **members,
    }


def comment(number: int = 5, under: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "object_id": under,
        "comment_added_at": "2010-04-09 11:09:03 -0600",
        "html": f"<p>{number}</p>",
        "user_id": 8,
        "user_display_name": "Bob",
        "score": 3,
        "points": 3,
        **members,
    }


def answers(*questions: Any, **members: Any) -> dict[str, Any]:
    return {"count": len(questions), "pages": 1, "questions": [*questions], **members}


def read(value: object, **options: Any) -> tuple[list[Thread], LossReport]:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return reading(FORMAT, data, **options)


def one(value: object, **options: Any) -> Thread:
    (thread,), _ = read(value, **options)
    return thread


def refused(value: object, **options: Any) -> str:
    with pytest.raises(FormatError) as caught:
        read(value, **options)
    return caught.value.code


def origin(thread: Thread, post_id: str) -> dict[str, object]:
    found = thread[post_id].provenance
    assert found is not None
    return found.members()


# -- samples -------------------------------------------------------------------------


def test_the_api_gives_a_question_without_its_body(shared: Path) -> None:
    (thread,), report = reading(FORMAT, samples(shared)[0])
    assert thread.id == thread.question.id == "2481"
    assert thread.question.created_at == datetime(2010, 4, 9, 4, 47, 24, tzinfo=UTC)
    assert thread.question.tags == ("feature-request", "messaging")
    assert (thread.question.views, thread.score("2481")) == (981, 10)
    assert thread.stubs == (Stub(id="7429", parent_id="2481"),), "its answer"
    assert thread.question.body.source == ""
    assert counts(report) == {"wrapper": 1, "body-missing": 1, "count-differs": 1}
    origin = thread.question.provenance
    assert origin is not None
    assert "Like most forums" in str(origin.members()["summary"])


def test_a_list_of_comments_stands_under_the_post_that_it_names(shared: Path) -> None:
    path = samples(shared)[1]
    (thread,), report = reading(FORMAT, path, assume_tz=CHICAGO)
    raw = json.loads(path.read_text())
    assert thread.stubs == (Stub(id="2481"),)
    assert {post.id for post in thread.comments} == {str(each["id"]) for each in raw}
    bodies = {post.id: post.body.source for post in thread.comments}
    assert bodies == {str(each["id"]): each["html"] for each in raw}
    assert counts(report) == {"root-missing": 1}


def test_a_page_is_as_a_recount_of_its_text_says(shared: Path) -> None:
    """Regular expressions on the raw page, which know nothing of the reader."""
    path = samples(shared)[2]
    raw = lzma.decompress(path.read_bytes()).decode()
    (thread,), report = reading(FORMAT, path, assume_tz=CHICAGO, strict=True)
    assert not report
    ids = re.findall(r'class="comment js-comment" data-comment-id="([0-9]+)"', raw)
    assert {post.id for post in thread.comments} == {*ids} - {"0"}, "0 is a template"
    assert [post.id for post in thread.answers] == re.findall(
        r'data-post-id="([0-9]+)"\s+class="post answer', raw
    )
    votes = re.findall(r'class="vote-number"\s+title="[^"]*"\s+>(-?[0-9]+)<', raw)
    assert [str(thread.score(i)) for i in ("2481", "7429")] == votes
    tags = re.findall(r'data-tag-name="([^"]+)"', raw)
    assert [*thread.question.tags, "none"] == tags, "the last one is a template"
    title = re.search(r"<h1><a [^>]*>([^<]*)</a></h1>", raw)
    assert title is not None and thread.question.title == unescape(title[1])
    seen = re.search(r"Seen: <strong>([0-9]+) times", raw)
    assert seen is not None and thread.question.views == int(seen[1])
    clocks = re.findall(r'title="([0-9-]{10} [0-9:]{8}) -0500"', raw)
    given = [post.created_at for post in thread.posts]
    given += [post.edited_at for post in thread.posts if post.edited_at]
    # The page is of summer time; the one time of winter is not on it.
    local = {f"{at - timedelta(hours=5):%Y-%m-%d %H:%M:%S}" for at in given if at}
    assert local <= {*clocks}
    assert thread.question.body.source.startswith("<p>Like most forums")
    assert thread.question.body.source.endswith("</p>")
    assert thread["7429"].body.source.count("<li>") == 4
    assert "user-card" not in thread["7429"].body.source
    assert Stub(id="more:2481", parent_id="2481") in thread.stubs


def test_a_folder_of_all_sources_is_one_question(shared: Path, tmp_path: Path) -> None:
    for path in samples(shared):
        shutil.copyfile(path, tmp_path / path.name)
    assert FORMAT.sniff_folder is not None and FORMAT.sniff_folder(tmp_path)
    (thread,), report = reading(FORMAT, tmp_path, assume_tz=CHICAGO, strict=True)
    assert (len(thread.answers), len(thread.comments)) == (1, 8)
    assert not thread.stubs, "nothing is left to be loaded"
    assert thread.question.views == 981, "the API goes before the page"
    assert counts(report) == {"wrapper": 1, "sources-differ": 1}
    assert thread.question.body.source.startswith("<p>Like most forums")
    api, _ = reading(FORMAT, samples(shared)[0])
    page, _ = reading(FORMAT, samples(shared)[2], assume_tz=CHICAGO)
    assert thread.question.created_at == api[0].question.created_at
    assert page[0].question.created_at == api[0].question.created_at


def test_the_offset_of_the_day_of_the_request_is_an_hour_off(shared: Path) -> None:
    """A list and a page of the same comment state two times, and say so."""
    _, lists, page = samples(shared)
    (winter,), report = reading(FORMAT, lists)
    (summer,), _ = reading(FORMAT, page)
    before, after = winter["6494"].created_at, summer["6494"].created_at
    assert before is not None and after is not None
    assert before - after == timedelta(hours=1)
    assert counts(report)["offset"] == 8
    sure = [reading(FORMAT, path, assume_tz=CHICAGO)[0][0] for path in (lists, page)]
    assert sure[0]["6494"].created_at == sure[1]["6494"].created_at == after


# -- laws and traps ------------------------------------------------------------------


@given(order=st.permutations(range(4)))
def test_the_order_of_files_does_not_matter(order: list[int]) -> None:
    """Files are saved as they come."""
    parts = [
        answers(question(answer_count=1, answer_ids=[2], accepted_answer_id=2)),
        answer(),
        [comment(5, 1), comment(6, 2)],
        [comment(7, 2)],
    ]
    data = b"\n".join(json.dumps(parts[place]).encode() for place in order)
    thread = one(data, assume_tz="UTC")
    assert thread.accepted == ("2",)
    assert {post.id: post.parent_id for post in thread.posts} == {
        "1": None,
        "2": "1",
        "5": "1",
        "6": "2",
        "7": "2",
    }
    first = b"\n".join(json.dumps(part).encode() for part in parts)
    assert thread == one(first, assume_tz="UTC")


def test_answers_and_edits_and_closing_of_newer_versions() -> None:
    closed = {
        "closed": True,
        "closed_by": {"id": 3, "username": "Cid"},
        "closed_at": "1270788600",
        "closed_reason": "duplicate question",
    }
    document = question(last_edited_at="1270788555", **closed)
    thread = one(b"\n".join(json.dumps(p).encode() for p in (document, answer())))
    assert thread.status.closed == Closed(
        by_id="3",
        at=datetime.fromtimestamp(1270788600, UTC),
        reason="duplicate question",
    )
    assert thread.users["3"].name == "Cid"
    assert thread.question.edited_at == datetime.fromtimestamp(1270788555, UTC)
    assert [post.id for post in thread.answers] == ["2"]
    assert one(question(closed=False)).status.closed is None


def test_an_accepted_answer_that_is_not_at_hand_is_told() -> None:
    document = question(accepted_answer_id=2, answer_ids=[2], has_accepted_answer=True)
    (thread,), report = read(document)
    assert thread.accepted == ()
    assert counts(report)["accepted-missing"] == 1
    origin = thread.question.provenance
    assert origin is not None
    assert origin.members()["accepted_answer_id"] == 2


def test_epochs_are_texts_or_numbers_and_others_are_kept() -> None:
    at = datetime(2010, 4, 9, 4, 47, 24, tzinfo=UTC)
    assert one(question(added_at=1270788444)).question.created_at == at
    (thread,), report = read(question(added_at="yesterday"))
    assert thread.question.created_at is None
    assert counts(report)["instant"] == 1


def test_the_newest_copy_of_a_question_goes_first() -> None:
    older, newer = question(score=1), question(score=2, last_activity_at="1349928217")
    for several in ((older, newer), (newer, older)):
        (thread,), report = read(answers(*several))
        assert thread.score("1") == 2
        assert counts(report)["sources-differ"] == 1


def test_a_body_is_missed_only_where_there_is_none() -> None:
    with pytest.raises(LossError):
        read(question(), strict=True)
    thread = one(question(text="*Why*?", answer_count=0), strict=True)
    assert thread.question.body.media_type == "text/markdown"


def test_nobody_named_is_nobody() -> None:
    both = [comment(5, user_id=None), comment(6, user_id=None)]
    thread = one(both, assume_tz="UTC")
    assert {post.author_id for post in thread.comments} == {"unknown:5", "unknown:6"}


@pytest.mark.parametrize(
    "wrong",
    [
        comment(5, 5),
        comment(5, object_id=None),
        {"comment_added_at": "x"},
        answer(url="x"),
        7,
        {"id": 1},
    ],
    ids=repr,
)
def test_what_is_no_post_is_left_out_and_told(wrong: object) -> None:
    (thread,), report = read([comment(1, 9), wrong], assume_tz="UTC")
    assert [post.id for post in thread.comments] == ["1"]
    assert any(loss.kind == "skipped" for loss in report)


def test_comments_in_a_circle_are_no_endless_loop() -> None:
    threads, _ = read([comment(5, 6), comment(6, 5)], assume_tz="UTC")
    assert sum(len(thread.posts) for thread in threads) <= 2


def page(inside: str, after: str = "") -> bytes:
    return f"""<html><head><link rel="canonical" href="https://example.org/question/1/">
    <script>askbot['data'] = {{}};</script></head><body>
    <div class="post js-question" data-post-id="1"><h1>Why?</h1>{inside}</div>{after}
    </body></html>""".encode()


def test_a_page_of_another_skin_with_an_accepted_answer() -> None:
    info = (
        '<div class="post-update-info">answered <abbr class="timeago" '
        'title="2012-05-03 09:19:55 +0000"></abbr>'
        '<a href="/users/7/ada/">Ada</a></div>'
    )
    body = (
        f'<div class="post-body"><div class="post-update-info-container">{info}</div>'
        "<p>So.</p><!-- x --></div>"
    )
    after = (
        '<div class="post answer accepted-answer" data-post-id="2">'
        f'<div class="vote-number">\u22123</div>{body}</div>'
        '<div class="question-status">Closed for the following reason "off-topic"</div>'
    )
    thread = one(page('<div class="post-body"><p>Why?</p></div>', after))
    assert thread.accepted == ("2",)
    assert thread["2"].body.source == "<p>So.</p><!-- x -->"
    assert thread["2"].created_at == datetime(2012, 5, 3, 9, 19, 55, tzinfo=UTC)
    assert (thread["2"].author_id, thread.score("2")) == ("7", -3)
    assert thread.status.closed == Closed(reason="off-topic")


def test_posts_without_a_number_are_left_out_and_told() -> None:
    inside = '<div class="comment" data-comment-id="x"></div>'
    (thread,), report = read(page(inside))
    assert len(thread.posts) == 1
    assert counts(report)["field"] == 1


def test_a_time_without_an_offset_needs_a_zone_or_is_told() -> None:
    document = [comment(comment_added_at="2010-04-09 11:09:03")]
    _, report = read(document)
    assert counts(report)["zone-not-stated"] == 1
    with pytest.raises(FormatError) as caught:
        read(document, strict=True)
    assert caught.value.code == "instant"
    with pytest.raises(ValidationError):
        read(document, assume_tz="Nowhere")


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (json.dumps(answers(question())).encode(), True),
        (json.dumps([comment()]).encode(), True),
        (page(""), True),
        (b'{"question_id": 5, "last_activity_date": 3}', False),
        (b"<html><body>askbot</body></html>", False),
        (b"askbot", False),
        (b"", False),
    ],
)
def test_heads_are_known(data: bytes, known: bool) -> None:
    assert FORMAT.sniff is not None
    assert FORMAT.sniff(data) is known


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"7", b"<p>x</p>", b"\x89PNG"])
def test_what_is_nothing_of_askbot_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        read(data)
    with pytest.raises(FormatError):
        reading(FORMAT, tmp_path)


_names = st.sampled_from([*question(), *answer(), *comment(), "text", "closed"])
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(_names, inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    members=st.dictionaries(_names, _values, max_size=4),
    base=st.sampled_from([question(), answer(), comment()]),
    strict=st.booleans(),
)
def test_members_of_any_type_give_threads_or_errors_of_ours(
    members: dict[str, Any], base: dict[str, Any], strict: bool
) -> None:
    """The API has no schema, and sites change theirs."""
    try:
        read([base | members, comment(77, 1)], strict=strict, limits=Limits())
    except QathreadError:
        assert strict


@given(data=st.binary(max_size=200), strict=st.booleans())
def test_any_bytes_give_threads_or_errors_of_ours(data: bytes, strict: bool) -> None:
    for start in (b"", b'[{"comment_added_at":', b"<div class='post' data-post-id="):
        try:
            read(start + data, strict=strict)
        except QathreadError:
            continue


# -- carelessness and malice ---------------------------------------------------------


@pytest.mark.parametrize("stated", ["x", "9" * 5000, "\u0663"])
def test_an_accepted_answer_may_be_named_by_any_text(stated: str) -> None:
    thread = one(question(accepted_answer_id=stated))
    assert thread.accepted == ()
    assert origin(thread, "1")["accepted_answer_id"] == stated


def test_ids_of_answers_are_numbers_or_texts_and_others_are_told() -> None:
    (thread,), report = read(question(answer_ids=[2, "3", None, "x"]))
    assert [stub.id for stub in thread.stubs] == ["2", "3"]
    assert origin(thread, "1")["answer_ids"] == [None, "x"]
    assert counts(report)["field"] == 1


def test_a_name_without_an_id_stays_in_extra() -> None:
    thread = one(question(author={"username": "Ada"}))
    assert origin(thread, "1")["author"] == {"username": "Ada"}
    thread = one([comment(user_id=None)], assume_tz="UTC")
    assert origin(thread, "5")["user_display_name"] == "Bob"
    assert len({post.author_id for post in thread.posts}) == 1


def test_posts_of_two_kinds_and_one_number_are_not_mixed() -> None:
    both = [question(), comment(1, 9)]
    data = b"\n".join(json.dumps(part).encode() for part in both)
    (thread,), report = read(data, assume_tz="UTC")
    assert thread.question.title == "Why?" and not thread.comments
    assert counts(report)["duplicate-id"] == 1


def test_long_chains_of_comments_take_time_in_proportion() -> None:
    def spent(size: int) -> float:
        chain = [comment(n + 1, n) for n in range(1, size)]
        start = time.process_time()
        read(chain, assume_tz="UTC")
        return time.process_time() - start

    small, large = min(spent(500), spent(500)), spent(4000)
    assert large < 30 * small + 0.1  # eight times as long; its square is 64


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_json_in_utf_16_is_refused_as_such(encoding: str) -> None:
    assert refused(json.dumps(answers(question())).encode(encoding)) == "encoding"


def test_what_is_cut_before_its_first_post_ends_is_damaged() -> None:
    data = json.dumps(answers(question(), question(id=7))).encode()
    assert refused(data[:60]) == "syntax"
    (thread,), report = read(data[:-20])
    assert thread.id == "1" and counts(report)["syntax"] == 1


def test_files_of_a_folder_that_are_none_of_askbot_are_passed_over(
    tmp_path: Path,
) -> None:
    (tmp_path / "list.html").write_text("<html><p>All questions</p></html>")
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "x.json.gz").mkdir()
    with pytest.raises(FormatError, match="Askbot"):
        reading(FORMAT, tmp_path)
    (tmp_path / "q.json").write_text(json.dumps(answers(question())))
    threads, report = reading(FORMAT, tmp_path)
    assert [thread.id for thread in threads] == ["1"]
    assert counts(report)["not-a-page"] == 2
    with pytest.raises(FormatError):
        reading(FORMAT, tmp_path, strict=True)


def test_a_folder_is_known_by_its_first_files_that_are_not_packed(
    tmp_path: Path,
) -> None:
    assert FORMAT.sniff_folder is not None
    (tmp_path / "a.json.gz").write_bytes(b"\x1f\x8b")
    assert not FORMAT.sniff_folder(tmp_path)
    (tmp_path / "b.json").write_text(json.dumps(answers(question())))
    assert FORMAT.sniff_folder(tmp_path)
    (tmp_path / "b.json").write_text(json.dumps(answers(question(), count=1)))
    assert FORMAT.sniff_folder(tmp_path)


def test_a_wrapper_alone_holds_nothing_and_unknown_items_are_told() -> None:
    assert refused({"questions": []}) == "not-this-format"
    (thread,), report = read({"questions": [question(), 5]})
    assert thread.id == "1"
    assert counts(report)["unknown-item"] == 1


def test_an_answer_needs_its_number_and_its_question() -> None:
    for wrong, code in (
        (answer(None), "field"),
        (answer(url="https://example.org/x"), "missing-parent"),
        (question(id=None), "field"),
    ):
        data = b"\n".join(json.dumps(part).encode() for part in (question(), wrong))
        (thread,), report = read(data)
        assert len(thread.posts) == 1
        assert counts(report)[code] == 1


def test_points_that_are_not_the_score_are_kept() -> None:
    thread = one([comment(points=4)], assume_tz="UTC")
    assert origin(thread, "5")["points"] == 4
    assert origin(one([comment()], assume_tz="UTC"), "5") == {}


@pytest.mark.parametrize("when", ["yesterday", "2010-99-09 11:09:03 -0600"])
def test_a_time_that_is_none_is_told(when: str) -> None:
    (thread,), report = read([comment(comment_added_at=when)])
    assert thread["5"].created_at is None
    assert counts(report)["instant"] == 1
    assert refused([comment(comment_added_at=when)], strict=True) == "instant"
    assert one([comment(comment_added_at=None)]).comments[0].created_at is None


def test_a_clock_time_without_an_offset_takes_the_zone() -> None:
    thread = one([comment(comment_added_at="2010-04-09 11:09:03")], assume_tz="UTC")
    assert thread["5"].created_at == datetime(2010, 4, 9, 11, 9, 3, tzinfo=UTC)


def test_boxes_of_a_page_are_looked_at_once_however_deep() -> None:
    def spent(depth: int) -> float:
        box = '<div class="statsWidget question-status">' * depth
        text = "<p>word</p>" * 20_000
        start = time.process_time()
        read(page(f"{box}{text}"))
        return time.process_time() - start

    flat, deep = min(spent(1), spent(1)), spent(150)
    assert deep < 5 * flat + 0.1


def test_comments_and_posts_where_none_belong_are_told() -> None:
    after = (
        '<div class="post answer" data-post-id="0"></div><!-- note -->'
        '<div class="comment" data-comment-id="8"></div>'
    )
    nested = '<div class="post answer" data-post-id="3"><!-- x --></div>'
    inside = f'<div class="vote-number">many</div>{nested}'
    (thread,), report = read(page(inside, after))
    assert thread.score("1") is None
    assert [post.id for post in thread.posts] == ["1", "3"]
    assert counts(report)["field"] == 2
