"""Answers of the Stack Exchange API: samples, traps, overlaps, hostile input."""

import io
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread, from_json, to_json
from qathread.errors import FormatError, LossError, ValidationError
from qathread.formats import Reading, read, sniff, write
from qathread.limits import Limits
from qathread.posts import Answer, Comment, Post, Stub
from qathread.provenance import TimePrecision
from qathread.users import UserKind

NAME = "stackexchange-api"
ADA = {"user_id": 7, "user_type": "registered", "display_name": "Ada"}
ASKED = 1_500_000_000


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def question(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "question_id": number,
        "owner": ADA,
        "creation_date": ASKED,
        "title": f"Question {number}",
        "body": "<p>Why?</p>",
        **members,
    }


def answer(number: int = 11, under: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "answer_id": number,
        "question_id": under,
        "owner": ADA,
        "creation_date": ASKED + number,
        "body": "<p>Because.</p>",
        **members,
    }


def comment(number: int = 5, under: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "comment_id": number,
        "post_id": under,
        "owner": ADA,
        "creation_date": ASKED + 1000 + number,
        "body": "Really?",
        **members,
    }


def page(*items: Any, **members: Any) -> dict[str, Any]:
    return {"items": list(items), "has_more": False, **members}


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def reading(value: Any, **options: Any) -> Reading:
    data = value if isinstance(value, bytes) else encoded(value)
    return read(data, NAME, **options)


def threads(value: Any, **options: Any) -> dict[str, Thread]:
    found = {thread.id: thread for thread in reading(value, **options)}
    for thread in found.values():
        assert from_json(to_json(thread)) == thread
    return found


def one(*items: Any, **options: Any) -> Thread:
    """Read the one thread of a page of items."""
    (thread,) = threads(page(*items), **options).values()
    return thread


def told(value: Any, **options: Any) -> dict[tuple[str, str], int]:
    """Return counts by kind and code, after reading to the end."""
    found = reading(value, **options)
    for _ in found:
        pass
    return {(loss.kind, loss.code): loss.count for loss in found.report}


def refusal(value: Any, **options: Any) -> FormatError:
    with pytest.raises(FormatError) as caught:
        list(reading(value, **options))
    assert caught.value.format == NAME
    return caught.value


def extra(post: Post) -> dict[str, Any]:
    assert post.provenance is not None
    return post.provenance.members()


# -- the samples -----------------------------------------------------------------


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "stackexchange_api"
    if not folder.is_dir():
        pytest.skip("no API sample in the folder of reference samples")
    return folder


def test_a_real_listing_keeps_what_it_says(samples: Path) -> None:
    path = samples / "questions_list_2018.json"
    (*_, seventh, _, _, _), raw = list(read(path, NAME)), json.loads(path.read_bytes())
    found = threads(path.read_bytes())
    assert len(found) == len(raw["items"]) == 10
    assert seventh == found["1642028"]
    for item in raw["items"]:
        thread = found[str(item["question_id"])]
        post = thread.question
        assert thread.id == post.id
        assert post.author_id == str(item["owner"]["user_id"])
        assert post.author_name == thread.author(post.id).name
        assert post.created_at == at(item["creation_date"])
        assert post.edited_at == at(item["last_edit_date"])
        assert post.views == item["view_count"]
        assert post.tags == tuple(item["tags"])
        assert thread.score(post.id) == item["score"]
        assert thread.tally(post.id).up is None
        assert thread.status.protected is not None
        assert thread.status.protected.at == at(item["protected_date"])
        assert (thread.status.locked is not None) == ("locked_date" in item)
        assert (thread.status.wiki is not None) == ("community_owned_date" in item)
        assert post.provenance is not None
        assert post.provenance.url == item["link"]
        assert post.provenance.declared == (("answers", item["answer_count"]),)
        assert post.provenance.time_precision is TimePrecision.SECOND
        assert post.provenance.zone_stated is True
        assert extra(post) == {
            "accepted_answer_id": item["accepted_answer_id"],
            "body": None,
            "is_answered": True,
            "last_activity_date": item["last_activity_date"],
            "owner": item["owner"],
        }
    assert seventh.question.title == 'What is the "-->" operator in C++?'
    assert found["292357"].question.title == (
        "What is the difference between 'git pull' and 'git fetch'?"
    )


def test_a_real_listing_says_what_it_has_not(samples: Path) -> None:
    path = samples / "questions_list_2018.json"
    assert told(path.read_bytes()) == {
        ("noted", "quota"): 1,
        ("noted", "has-more"): 1,
        ("noted", "accepted-missing"): 10,
        ("noted", "body-missing"): 10,
        ("noted", "count-differs"): 10,
    }
    found = read(path, NAME, strict=True)
    with pytest.raises(LossError, match="body-missing"):
        list(found)


def test_real_pages_with_answers_and_comments(samples: Path) -> None:
    """Its authors blanked the ids: answer 1 answers question 1."""
    first = (samples / "stackexchange_question_page.json").read_bytes()
    (thread,) = threads(first).values()
    assert [post.id for post in thread.posts] == ["1", "c2", "c60495069", "a1", "2"]
    assert [post.parent_id for post in thread.posts] == [None, "1", "1", "1", "1"]
    assert thread.tally("1").up == thread.score("1") == 1
    assert thread.tally("a1").down == thread.score("c2") == 0
    assert thread.question.body.media_type == "text/markdown"
    assert "body" not in extra(thread.question)
    assert thread["c2"].body.source == ""
    assert extra(thread["c2"])["body"] is None
    assert extra(thread["2"])["question_id"] == 2, "it is nested in question 1"
    assert {user.id: user.name for user in thread.users.values()} == {
        "1": "zhquan_example_1",
        "2": "zhquan_example_2",
        "3": "zhquan_example_3",
    }
    counts = told(first)
    assert counts["repaired", "wrong-parent"] == 1
    assert counts["repaired", "duplicate-id"] == 1
    assert counts["lost", "duplicate-id"] == 1


def test_a_folder_of_pages_is_read_as_one(samples: Path) -> None:
    found = read(samples, NAME)
    together = {thread.id: thread for thread in found}
    assert len(together) == 11
    single = threads((samples / "stackexchange_question_page_2.json").read_bytes())
    assert together["1"] == single["1"]
    counts = {loss.code: loss for loss in found.report}
    assert counts["backoff"].examples == (
        "stackexchange_question_backoff_page.json: 0.2",
    )
    assert counts["overlap"].harmless
    assert "has-more" not in counts, "page 2 is the last one"


def test_samples_are_known_by_their_bytes(samples: Path) -> None:
    for path in samples.glob("*.json"):
        assert sniff(path) == NAME
        assert sniff(path.read_bytes()) == NAME
    assert read(samples).format == NAME


# -- sources ---------------------------------------------------------------------

TWO = [page(question(1), answer(11)), page(question(2), comment(5, 11))]


def test_every_form_of_several_pages_gives_the_same(tmp_path: Path) -> None:
    wanted = threads(TWO)
    assert list(wanted) == ["1", "2"]
    assert wanted["1"]["c5"].parent_id == "11"
    lines = b"\n".join(map(encoded, TWO))
    pretty = "\n".join(json.dumps(each, indent=2) for each in TWO).encode()
    items = [item for each in TWO for item in each["items"]]
    version_1 = [
        {"total": 1, "questions": [items[0], items[2]]},
        {"answers": [items[1]]},
        {"comments": [items[3]]},
    ]
    values = (lines, lines + b"\n", pretty, b"\xef\xbb\xbf" + lines, items, version_1)
    for value in values:
        assert threads(value) == wanted
    assert threads(b"\r\n".join(map(encoded, items))) == wanted
    for number, each in enumerate(TWO):
        (tmp_path / f"page{number + 9}.json").write_bytes(encoded(each))
    (tmp_path / "readme.txt").write_text("no page")
    (tmp_path / "more.json").mkdir()
    assert {thread.id: thread for thread in read(tmp_path, NAME)} == wanted
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines)
    assert {thread.id: thread for thread in read(path)} == wanted


def test_pages_of_a_folder_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        data = encoded(page(question(number), page=number))
        (tmp_path / f"page{number}.json").write_bytes(data)
    assert [thread.id for thread in read(tmp_path, NAME)] == ["1", "2", "10"]


def test_lines_are_bounded_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    line = encoded(page(question(1, body="x" * 1000)))
    path.write_bytes(b"\n".join([line] * 50))
    small = Limits(document=len(line), record=len(line), records=1)
    assert len(list(read(path, NAME, limits=small))) == 1
    with pytest.raises(FormatError) as caught:
        list(read(path, NAME, limits=Limits(record=len(line) - 1)))
    assert (caught.value.code, caught.value.where) == ("too-large", "line 1")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(document=50), "too-large"),
        (Limits(records=2), "too-large"),
        (Limits(json_depth=3), "too-deep"),
    ],
)
def test_beyond_the_limits_is_refused(limits: Limits, code: str) -> None:
    value = page(question(1, answers=[answer(11, comments=[comment(5, 11)])]))
    assert refusal(value, limits=limits).code == code
    assert len(threads(value, limits=None)["1"]) == 3


def test_nothing_is_written() -> None:
    with pytest.raises(ValidationError, match="read only"):
        write(one(question()), io.BytesIO(), NAME)


@pytest.mark.parametrize("unescape", [None, 1, "yes"])
def test_the_option_is_a_choice(unescape: object) -> None:
    with pytest.raises(ValidationError, match="unescape"):
        reading(page(), unescape=unescape)


# -- what it looks like ----------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (page(question()), True),
        (page(answer()), True),
        (page(comment()), True),
        ([question()], True),
        (question(), True),
        ({"questions": [question()], "total": 1}, True),
        ({"items": [], "quota_remaining": 9}, True),
        ({"error_id": 502, "error_name": "throttle_violation"}, True),
        ({"items": []}, False),
        ({"quota_remaining": 9}, False),
        ({"data": {"discussion": {"id": 1, "comments": [{"id": 2}]}}}, False),
        ({"kind": "Listing", "data": {"children": []}}, False),
        ({"comments": [{"comment_id": 3, "content": "hi"}]}, False),
        ({"@type": "QAPage", "mainEntity": {"answerCount": 2}}, False),
        ({"post_stream": {"posts": [{"id": 1}]}}, False),
        (["question_id", "creation_date"], False),
    ],
)
def test_only_answers_of_the_api_are_claimed(value: Any, known: bool) -> None:
    assert (sniff(encoded(value)) == NAME) is known
    pretty = json.dumps(value, indent=1).encode()
    assert (sniff(b"\xef\xbb\xbf\n" + pretty) == NAME) is known


def test_our_own_json_stays_our_own(tmp_path: Path) -> None:
    thread = one(question(owner={**ADA, "reputation": 3}, question_score=1))
    path = tmp_path / "t.json"
    write(thread, path)
    assert sniff(path) == "qathread"
    assert list(read(path)) == [thread]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html><body>Too many requests", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "LFS"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"null", "null"),
        (b"[]", "an empty list"),
        (b"{}", "without items"),
        (b"3", "3"),
        (b'"text"', "'text'"),
        (b"some words", "this is no JSON"),
        (b'{"items":[{"user_id":3}]}', "no question, answer or comment"),
        (b"[1,2]", "no question, answer or comment"),
    ],
)
def test_what_is_no_answer_of_the_api_says_so(data: bytes, says: str) -> None:
    error = refusal(data)
    assert error.code == "not-this-format"
    assert says in str(error)
    with pytest.raises((FormatError, LossError)):
        list(reading(data, strict=True))


def test_a_listing_of_nothing_is_no_error() -> None:
    assert threads(page()) == {}
    assert told(page(quota_max=3), strict=True) == {("noted", "quota"): 1}


@pytest.mark.parametrize("strict", [False, True])
def test_an_error_answer_says_what_it_is(strict: bool) -> None:
    throttled = {
        "error_id": 502,
        "error_name": "throttle_violation",
        "error_message": "too many requests from this IP, more in 7 seconds",
    }
    error = refusal(throttled, strict=strict)
    assert error.code == "not-this-format"
    for words in (
        "error answer",
        "502",
        "throttle_violation",
        "throttled",
        "7 seconds",
    ):
        assert words in str(error)
    old = {"error": {"code": 4000, "message": "no such key"}}
    assert "no such key" in str(refusal(old, strict=strict))
    assert len(str(refusal({"error_message": "x" * 10_000}, strict=strict))) < 400


def test_one_failed_page_among_others_is_passed_over(tmp_path: Path) -> None:
    pages = [page(question(1)), {"error_id": 503}, page(question(2))]
    assert list(threads(pages)) == ["1", "2"]
    assert told(pages) == {("skipped", "error-answer"): 1}
    error = refusal(pages, strict=True)
    assert (error.code, error.where) == ("not-this-format", "/1")
    for number, each in enumerate(pages):
        (tmp_path / f"{number}.json").write_bytes(encoded(each))
    (tmp_path / "empty.json").write_bytes(b"")
    found = read(tmp_path, NAME)
    assert [thread.id for thread in found] == ["1", "2"]
    places = {loss.code: loss.examples for loss in found.report}
    assert places == {"error-answer": ("1.json",), "not-a-page": ("empty.json",)}
    with pytest.raises(FormatError) as caught:
        list(read(tmp_path, NAME, strict=True))
    assert caught.value.source == str(tmp_path)


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"no \.json") as caught:
        list(read(tmp_path, NAME))
    assert caught.value.code == "not-this-format"
    (tmp_path / "a.json").write_bytes(b"<html>")
    with pytest.raises(FormatError, match="HTML"):
        list(read(tmp_path, NAME))


def test_an_error_beside_items_does_not_lose_them() -> None:
    assert list(threads(page(question(), error_id=503))) == ["1"]


def test_what_a_wrapper_says_is_in_the_report() -> None:
    value = page(
        question(), has_more=True, backoff=10, quota_max=300, quota_remaining=0, total=9
    )
    found = reading(value, strict=True)
    assert len(list(found)) == 1
    assert not found.report, "nothing is lost"
    assert {loss.code: loss.examples[0] for loss in found.report} == {
        "wrapper": "/: total 9",
        "quota": "/: 0 of 300",
        "backoff": "/: 10",
        "has-more": "/",
    }
    assert told(page(question(), news=1)) == {("lost", "unknown-member"): 1}


# -- titles, names, bodies -------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("&quot;a&quot; &lt; &#39;b&#39; &amp; c", "\"a\" < 'b' & c"),
        ("&amp;quot; stays &amp;amp;", "&quot; stays &amp;"),
        ("na&#239;ve &#xE9; &#128512;", "naïve é 😀"),
        ("AT&T &copy &nosuch; &#0; &#xD800; &#9999999;", None),
        ("it's <b>", None),
        ("", None),
    ],
)
def test_escapes_are_undone_once(raw: str, title: str | None) -> None:
    thread = one(question(title=raw, body="<p>&amp;lt;</p>"))
    read_title = raw if title is None else title
    assert thread.question.title == read_title
    assert thread.question.body.source == "<p>&amp;lt;</p>", "HTML stays HTML"
    again = read_title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    again = again.replace('"', "&quot;").replace("'", "&#39;")
    assert extra(thread.question).get("title", again) == raw, "the source is not lost"
    assert one(question(title=raw), unescape=False).question.title == raw


def test_names_and_markdown_are_unescaped_too() -> None:
    owner = {**ADA, "display_name": "D&#39;Arcy &amp; Co"}
    item = question(owner=owner, body_markdown="a &lt; b &amp;&amp; c")
    del item["body"]
    thread = one(item)
    assert thread.question.author_name == "D'Arcy & Co"
    assert thread.users["7"].name == "D'Arcy & Co"
    assert thread.question.body.source == "a < b && c"
    assert thread.question.body.media_type == "text/markdown"
    assert extra(thread.question) == {}
    plain = one(item, unescape=False)
    assert plain.question.author_name == "D&#39;Arcy &amp; Co"
    assert plain.question.body.source == "a &lt; b &amp;&amp; c"


def test_html_is_the_body_and_markdown_is_kept_beside_it() -> None:
    thread = one(question(body_markdown="Why &amp; how?"))
    assert thread.question.body.source == "<p>Why?</p>"
    assert thread.question.body.media_type == "text/html"
    assert extra(thread.question) == {"body_markdown": "Why &amp; how?"}


def test_a_body_that_was_not_asked_for_is_not_an_empty_one() -> None:
    empty, missing = question(1, body=""), question(2)
    del missing["body"]
    found = threads(page(empty, missing))
    assert "body" not in extra(found["1"].question)
    assert extra(found["2"].question) == {"body": None}
    assert told(page(empty, missing)) == {("noted", "body-missing"): 1}
    with pytest.raises(LossError, match="body-missing"):
        list(reading(page(missing), strict=True))


@pytest.mark.parametrize(
    ("escape", "code"),
    [("\\ud800", "encoding"), ("\\u0000", "forbidden-character")],
)
def test_texts_that_no_store_holds(escape: str, code: str) -> None:
    data = encoded(page(question(title="a @ b", new={"@": ["@", 1]})))
    data = data.replace(b"@", escape.encode())
    (thread,) = threads(data).values()
    assert thread.question.title == "a \ufffd b"
    assert extra(thread.question)["new"] == {"\ufffd": ["\ufffd", 1]}
    assert told(data)["repaired", code] == 3
    error = refusal(data, strict=True)
    assert error.code == code
    assert str(error.where).startswith("/items/0/")


def test_other_characters_are_kept() -> None:
    text = "z\u0300\u0301 \u202eabc\u202c 😀 \x01 a\r\nb"
    thread = one(question(title=text, body=text))
    assert thread.question.title == thread.question.body.source == text


# -- people ----------------------------------------------------------------------


def test_a_deleted_author_is_one_user_per_post() -> None:
    gone = {"user_type": "does_not_exist", "display_name": "user123"}
    thread = one(question(owner=gone), answer(owner=gone), comment(owner=gone))
    assert [thread.author(post.id).id for post in thread.posts] == [
        "gone:p1",
        "gone:p11",
        "gone:c5",
    ]
    for post in thread.posts:
        assert thread.author(post.id).kind is UserKind.DELETED
        assert post.author_name == thread.author(post.id).name == "user123"
        assert extra(post) == {}


@pytest.mark.parametrize(
    ("owner", "user_id", "kind", "whole"),
    [
        (ADA, "7", UserKind.REGISTERED, True),
        ({"user_id": 7, "user_type": "unregistered"}, "7", UserKind.ANONYMOUS, True),
        ({"user_id": 7, "user_type": "moderator"}, "7", UserKind.REGISTERED, False),
        ({"user_id": 7, "user_type": "team_admin"}, "7", UserKind.REGISTERED, False),
        ({"user_id": 7}, "7", UserKind.REGISTERED, False),
        ({"user_id": 7, "user_type": "new"}, "7", UserKind.REGISTERED, False),
        ({"user_id": 7, "user_type": "does_not_exist"}, "7", UserKind.DELETED, True),
        ({"user_id": -1, "user_type": "moderator"}, "-1", UserKind.SYSTEM, False),
        ({"display_name": "Bo"}, "unknown:p1", UserKind.ANONYMOUS, False),
        ({**ADA, "reputation": 9}, "7", UserKind.REGISTERED, False),
        ({**ADA, "badge_counts": {"gold": 1}}, "7", UserKind.REGISTERED, False),
    ],
)
def test_kinds_of_users(
    owner: dict[str, Any], user_id: str, kind: UserKind, whole: bool
) -> None:
    thread = one(question(owner=owner), strict=True)
    user = thread.author("1")
    assert (user.id, user.kind) == (user_id, kind)
    assert user.name == thread.question.author_name == owner.get("display_name")
    assert user.reputation is None and not user.roles, "faces show no more"
    assert extra(thread.question) == ({} if whole else {"owner": owner})


def test_a_post_without_its_author() -> None:
    item = question()
    del item["owner"]
    thread = one(item, strict=True)
    assert thread.author("1").id == "unknown:p1"
    assert thread.author("1").kind is UserKind.ANONYMOUS
    assert extra(thread.question) == {"owner": None}


def test_a_face_is_as_of_the_last_post() -> None:
    renamed = {**ADA, "display_name": "Ada L."}
    nameless = {"user_id": 7, "user_type": "registered"}
    thread = one(question(), comment(5, owner=nameless), answer(owner=renamed))
    assert thread.users["7"].name == "Ada L."
    assert [post.author_name for post in thread.posts] == ["Ada", "Ada L.", None]


def test_whom_a_comment_replies_to_is_kept() -> None:
    thread = one(question(), comment(reply_to_user=ADA, edited=True))
    assert thread["c5"].parent_id == "1"
    assert thread["c5"].edited_at is None
    assert extra(thread["c5"]) == {"edited": True, "reply_to_user": ADA}


# -- scores, marks, acceptance ---------------------------------------------------


@pytest.mark.parametrize(
    ("members", "up", "down", "score"),
    [
        ({}, None, None, None),
        ({"score": -3}, None, None, -3),
        ({"score": 0}, None, None, 0),
        ({"score": 2, "up_vote_count": 3, "down_vote_count": 1}, 3, 1, 2),
        ({"up_vote_count": 3, "down_vote_count": 1}, 3, 1, 2),
        ({"score": 2, "up_vote_count": 3}, 3, None, 2),
        ({"score": 9, "up_vote_count": 3, "down_vote_count": 1}, None, None, 9),
    ],
)
def test_scores(
    members: dict[str, int], up: int | None, down: int | None, score: int | None
) -> None:
    thread = one(question(**members))
    tally = thread.tally("1")
    assert (tally.up, tally.down, tally.score) == (up, down, score)
    differs = score == 9
    assert extra(thread.question) == (
        {"up_vote_count": 3, "down_vote_count": 1} if differs else {}
    )
    assert told(page(question(**members))) == (
        {("noted", "score-differs"): 1} if differs else {}
    )


def test_marks_of_questions_and_answers() -> None:
    details = {
        "reason": "Duplicate",
        "by_users": [ADA],
        "original_questions": [{"question_id": 3, "title": "x"}, {"question_id": 4}],
    }
    item = question(
        closed_date=ASKED + 1,
        closed_reason="Duplicate",
        closed_details=details,
        locked_date=ASKED + 2,
        protected_date=ASKED + 3,
        community_owned_date=ASKED + 4,
    )
    thread = one(item, answer(locked_date=ASKED + 5, community_owned_date=ASKED + 6))
    status = thread.status
    assert status.closed and status.locked and status.protected and status.wiki
    assert (status.closed.at, status.closed.reason) == (at(ASKED + 1), "Duplicate")
    assert status.closed.duplicate_of == ("3", "4")
    assert status.closed.by_id is None
    assert status.locked.at == at(ASKED + 2)
    assert status.protected.at == at(ASKED + 3)
    assert status.wiki.at == at(ASKED + 4)
    assert extra(thread.question) == {"closed_details": details}
    own = thread["11"].status
    assert own.locked and own.locked.at == at(ASKED + 5)
    assert own.wiki and own.wiki.at == at(ASKED + 6)
    assert extra(thread["11"]) == {}


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"closed_reason": "off-topic"}, "off-topic"),
        (
            {"closed_details": {"reason": "Needs focus", "on_hold": False}},
            "Needs focus",
        ),
        ({"closed_date": ASKED}, None),
    ],
)
def test_a_closing_known_in_part(members: dict[str, Any], reason: str | None) -> None:
    closed = one(question(**members)).status.closed
    assert closed is not None
    assert (closed.reason, closed.by_id) == (reason, None)
    assert one(question(closed_details={})).status.closed is None


def test_a_bounty() -> None:
    item = question(
        bounty_amount=50,
        bounty_closes_date=ASKED + 9,
        bounty_user={**ADA, "user_id": 8},
    )
    thread = one(item)
    (bounty,) = thread.bounties
    assert (bounty.amount, bounty.ends_at, bounty.by_id) == (50, at(ASKED + 9), "8")
    assert thread.users["8"].name == "Ada"
    assert extra(thread.question) == {}
    none = one(question(bounty_amount=0, bounty_closes_date=ASKED))
    assert none.bounties == ()
    assert extra(none.question) == {"bounty_amount": 0, "bounty_closes_date": ASKED}


def test_the_accepted_answer() -> None:
    yes = one(question(accepted_answer_id=11), answer(11, is_accepted=True))
    assert yes.accepted == ("11",)
    assert extra(yes.question) == extra(yes["11"]) == {}
    by_answer = one(question(), answer(11, is_accepted=True), answer(12))
    assert by_answer.accepted == ("11",)
    by_question = one(question(accepted_answer_id=12), answer(11), answer(12))
    assert by_question.accepted == ("12",)
    missing = page(question(accepted_answer_id=99), answer(11, is_accepted=False))
    (thread,) = threads(missing, strict=True).values()
    assert thread.accepted == ()
    assert extra(thread.question) == {"accepted_answer_id": 99}
    assert told(missing) == {("noted", "accepted-missing"): 1}


def test_two_answers_that_both_say_accepted() -> None:
    older = answer(12, is_accepted=True, last_activity_date=ASKED)
    newer = answer(11, is_accepted=True, last_activity_date=ASKED + 1)
    for items in ((older, newer), (newer, older)):
        thread = one(question(), *items)
        assert thread.accepted == ("11",)
        assert extra(thread["12"])["is_accepted"] is True
        assert told(page(question(), *items)) == {("noted", "accepted-differs"): 1}


def test_version_1_says_accepted_in_its_own_word() -> None:
    value = {"questions": [question(answers=[answer(accepted=True)])]}
    assert threads(value)["1"].accepted == ("11",)


def test_totals_are_declared_not_believed() -> None:
    item = question(answer_count=3, comment_count=1, favorite_count=4, view_count=9)
    thread = one(item, answer(), comment())
    assert thread.question.provenance is not None
    assert thread.question.provenance.declared == (
        ("answers", 3),
        ("comments", 1),
        ("favorites", 4),
    )
    assert thread.question.views == 9
    found = reading(page(item, answer(), comment()), strict=True)
    assert [thread] == list(found)
    (loss,) = found.report
    assert loss.examples == ("question 1: answers 3, here 1",)


def test_members_without_a_place_survive() -> None:
    members: dict[str, Any] = {
        "is_answered": False,
        "last_activity_date": ASKED + 3,
        "new": [1, 2.5, None, {"a": True}],
        "migrated_from": {"on_date": ASKED},
        "notice": None,
    }
    item = question(
        content_license="CC BY-SA 4.0", link="https://a.test/q/1", **members
    )
    thread = one(item, strict=True)
    assert extra(thread.question) == members
    assert thread.question.provenance is not None
    assert thread.question.provenance.license == "CC BY-SA 4.0"
    assert thread.question.provenance.url == "https://a.test/q/1"
    assert extra(one(question(link="")).question) == {"link": ""}


# -- what is not delivered -------------------------------------------------------


def test_answers_without_their_question_get_a_stub() -> None:
    thread = one(answer(11, 1, is_accepted=True), answer(12, 1), comment(5, 1))
    assert thread.root == Stub(id="1")
    assert [post.id for post in thread.posts] == ["11", "12", "c5"]
    assert thread["c5"].parent_id == "1"
    assert thread.accepted == ("11",)


def test_comments_without_their_post_get_a_stub() -> None:
    on_answer = comment(5, 124, post_type="answer")
    thread = one(on_answer, comment(6, 124), strict=True)
    assert thread.root == Stub(id="124")
    assert extra(thread["c5"]) == {"post_type": "answer"}
    assert [post.parent_id for post in thread.posts] == ["124", "124"]


def test_comments_find_their_posts_wherever_they_are() -> None:
    first = page(
        comment(5, 11, post_type="answer"), comment(6, 1, post_type="question")
    )
    found = threads([first, page(answer(11, 1))])
    thread = found["1"]
    assert thread.root == Stub(id="1")
    assert (thread["c5"].parent_id, thread["c6"].parent_id) == ("11", "1")
    assert extra(thread["c5"]) == {}


def test_nested_posts_need_no_parent_id() -> None:
    inner, below = answer(), comment(5)
    del inner["question_id"], below["post_id"]
    item = question(answers=[{**inner, "comments": [below]}], comments=[comment(6)])
    thread = one(item, strict=True)
    assert thread["11"].parent_id == thread["c6"].parent_id == "1"
    assert thread["c5"].parent_id == "11"


def test_what_does_not_say_its_parent_is_left_out() -> None:
    lost, below = answer(), comment()
    del lost["question_id"], below["post_id"]
    assert list(threads(page(question(), lost, below))) == ["1"]
    assert told(page(question(), lost, below)) == {("skipped", "missing-parent"): 2}
    assert refusal(page(question(), lost), strict=True).code == "missing-parent"


def test_a_comment_on_a_post_of_another_kind() -> None:
    value = page(question(), comment(5, 1, post_type="answer"))
    thread = threads(value)["1"]
    assert thread["c5"].parent_id == "1"
    assert extra(thread["c5"]) == {"post_type": "answer"}
    assert told(value) == {("repaired", "wrong-parent"): 1}
    assert refusal(value, strict=True).code == "wrong-parent"


def test_an_answer_with_the_id_of_its_question() -> None:
    gone = {"user_type": "does_not_exist"}
    value = page(
        question(1, owner=gone), answer(1, 1, owner=gone, comments=[comment(5, 1)])
    )
    thread = threads(value)["1"]
    assert [post.id for post in thread.posts] == ["1", "a1", "c5"]
    assert thread["c5"].parent_id == "a1"
    assert thread.author("a1").id != thread.author("1").id
    assert refusal(value, strict=True).code == "duplicate-id"


# -- wrong types -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("title", 3, "field"),
        ("body_markdown", ["x"], "field"),
        ("tags", "python", "field"),
        ("tags", {"0": "python"}, "field"),
        ("tags", ["python", 3], "field"),
        ("score", "7", "number"),
        ("score", 7.0, "number"),
        ("score", True, "number"),
        ("view_count", -1, "number"),
        ("up_vote_count", [], "number"),
        ("answer_count", "many", "number"),
        ("accepted_answer_id", "11", "number"),
        ("creation_date", "yesterday", "instant"),
        ("creation_date", True, "instant"),
        ("creation_date", 10**15, "instant"),
        ("last_edit_date", -(10**15), "instant"),
        ("closed_date", {}, "instant"),
        ("owner", "Ada", "field"),
        ("owner", [ADA], "field"),
        ("closed_details", [], "field"),
        ("link", {}, "field"),
        ("answers", {}, "field"),
        ("comments", "none", "field"),
        ("bounty_amount", -5, "number"),
    ],
)
def test_a_member_of_another_type_is_reported_and_kept(
    name: str, value: Any, code: str
) -> None:
    item = question(**{name: value})
    thread = one(item)
    assert extra(thread.question)[name] == value
    assert told(page(item))["skipped", code] == 1
    error = refusal(page(item), strict=True)
    assert (error.code, str(error.where).split(":")[0]) == (code, f"/items/0/{name}")


@pytest.mark.parametrize(
    "name",
    ["title", "tags", "score", "creation_date", "owner", "closed_date", "answers"],
)
def test_null_is_not_told(name: str) -> None:
    thread = one({**question(), name: None}, strict=True)
    assert extra(thread.question) == {name: None}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (0, at(0)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        ("1500000000", at(ASKED)),
        ("-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("\uff11\uff12", None),
        (" 7", None),
        (253_402_300_799, None),
    ],
)
def test_times(value: Any, found: datetime | None) -> None:
    thread = one(question(creation_date=value))
    assert thread.question.created_at == found
    exact = type(value) is int and found is not None
    assert ("creation_date" in extra(thread.question)) is not exact
    if not exact:
        assert (
            refusal(page(question(creation_date=value)), strict=True).code == "instant"
        )


@pytest.mark.parametrize("number", ["3", 3.0, True, None, [3], {}])
def test_an_id_is_a_whole_number(number: Any) -> None:
    value = page(question(2), {**question(), "question_id": number})
    assert list(threads(value)) == ["2"]
    assert told(value) == {("skipped", "number"): 1}
    error = refusal(value, strict=True)
    assert error.code == "number"
    assert str(error.where).startswith("/items/1/question_id")


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("user_id", "7", "number"),
        ("user_id", True, "number"),
        ("display_name", 7, "field"),
        ("user_type", {}, "field"),
    ],
)
def test_users_of_another_shape(member: str, value: Any, code: str) -> None:
    owner = {**ADA, member: value}
    thread = one(question(owner=owner))
    assert extra(thread.question) == {"owner": owner}
    error = refusal(page(question(owner=owner)), strict=True)
    assert error.code == code
    assert str(error.where).startswith(f"/items/0/owner/{member}")


@pytest.mark.parametrize(
    ("json_text", "code"),
    [
        ("NaN", "number"),
        ("-Infinity", "number"),
        ("1e999", "number"),
        ("9223372036854775808", "number"),
        ("1" * 5000, "number"),
    ],
)
def test_numbers_beyond_any_field(json_text: str, code: str) -> None:
    data = encoded(page(question(new=["@"]))).replace(b'"@"', json_text.encode())
    (thread,) = threads(data).values()
    assert extra(thread.question) == {"new": [json_text]}
    assert told(data) == {("repaired", code): 1}
    error = refusal(data, strict=True)
    assert (error.code, str(error.where)[:14]) == (code, "/items/0/new/0")
    assert len(str(error)) < 400


def test_a_key_that_stands_twice() -> None:
    data = encoded(page(question(score=1))).replace(
        b'"score": 1', b'"score": 1, "score": 2'
    )
    assert threads(data)["1"].score("1") == 2
    assert told(data) == {("repaired", "duplicate-key"): 1}
    error = refusal(data, strict=True)
    assert (error.code, error.where) == ("duplicate-key", "/items/0/score")


def test_items_that_are_no_posts_are_reported() -> None:
    value = page(question(), {"user_id": 3}, 7, question(2, answers=[{"x": 1}, None]))
    assert list(threads(value)) == ["1", "2"]
    assert told(value) == {("skipped", "unknown-item"): 2, ("skipped", "field"): 2}
    assert told(page(question(), items=None)) == told(
        {"items": None, "has_more": False}
    )


# -- overlap ---------------------------------------------------------------------


def test_the_newest_copy_wins_and_the_rest_is_reported() -> None:
    old = question(score=1, view_count=5, last_activity_date=ASKED)
    new = question(score=2, view_count=5, last_activity_date=ASKED + 1)
    for pages in ([page(old), page(new)], [page(new), page(old)]):
        assert threads(pages)["1"].score("1") == 2
        found = reading(pages)
        list(found)
        losses = {loss.code: loss for loss in found.report}
        assert losses["overlap"].harmless
        assert losses["duplicate-id"].kind == "lost"
        assert (
            losses["duplicate-id"]
            .examples[0]
            .endswith("question 1: last_activity_date, score")
        )
        with pytest.raises(LossError, match="duplicate-id"):
            list(reading(pages, strict=True))


def test_without_dates_the_last_page_wins() -> None:
    one_page, other = page(comment(5, body="a")), page(comment(5, body="b"))
    assert threads([one_page, other])["1"]["c5"].body.source == "b"
    assert threads([other, one_page])["1"]["c5"].body.source == "a"
    assert threads([one_page, other, one_page])["1"]["c5"].body.source == "b"


def test_the_same_copy_again_is_harmless() -> None:
    assert told([page(question()), page(question())], strict=True) == {
        ("noted", "overlap"): 1
    }


def test_a_narrower_filter_does_not_hide_what_is_known() -> None:
    wide = question(
        score=3, up_vote_count=4, down_vote_count=1, last_activity_date=ASKED
    )
    narrow = {
        "question_id": 1,
        "view_count": 8,
        "score": 3,
        "last_activity_date": ASKED + 9,
    }
    for pages in ([page(wide), page(narrow)], [page(narrow), page(wide)]):
        thread = threads(pages)["1"]
        assert thread.question.title == "Question 1"
        assert thread.question.body.source == "<p>Why?</p>"
        assert thread.question.views == 8
        assert thread.tally("1").up == 4
        assert thread.author("1").id == "7"


def test_what_is_no_longer_so_is_not_taken_from_an_older_copy() -> None:
    """A closed question that was reopened stays open."""
    shut = question(closed_date=ASKED, accepted_answer_id=11, last_activity_date=ASKED)
    reopened = question(last_activity_date=ASKED + 1)
    for pages in ([page(shut), page(reopened)], [page(reopened), page(shut)]):
        thread = threads(pages)["1"]
        assert thread.status.closed is None
        assert extra(thread.question) == {"last_activity_date": ASKED + 1}


def test_an_old_wording_is_not_taken_for_an_edited_one() -> None:
    old = question(last_activity_date=ASKED)
    edited = {
        "question_id": 1,
        "owner": ADA,
        "title": "Question 1",
        "last_edit_date": ASKED + 5,
        "last_activity_date": ASKED + 5,
    }
    pages = [page(old), page(edited)]
    thread = threads(pages)["1"]
    assert extra(thread.question)["body"] is None
    assert thread.question.created_at == at(ASKED), "this does not change"
    assert told(pages)["noted", "body-missing"] == 1
    late = question(last_activity_date=ASKED + 5)
    assert threads([page(late), page(edited)])["1"].question.body.source


def test_counts_and_wordings_of_different_moments_are_not_mixed() -> None:
    old = question(score=3, up_vote_count=4, down_vote_count=1, last_activity_date=1)
    new = {"question_id": 1, "title": "Another", "last_activity_date": 2}
    for votes, up in (({"score": 9}, None), ({"up_vote_count": 8}, 8)):
        thread = threads([page(old), page({**new, **votes})])["1"]
        assert thread.tally("1").up == up
        assert thread.tally("1").down is None
        assert extra(thread.question)["body"] is None, "it went with another title"
        assert thread.question.created_at == at(ASKED)


def test_a_parent_that_one_copy_leaves_out() -> None:
    bare, below = answer(), comment(5, 11)
    del bare["question_id"], below["post_id"]
    for items in ((answer(), bare), (bare, answer())):
        thread = one(*items, below, comment(5, 11, post_type="answer"))
        assert (thread["11"].parent_id, thread["c5"].parent_id) == ("1", "11")
        assert extra(thread["c5"]) == {}
    moved = [page(answer(11, 1)), page(answer(11, 2))]
    assert list(threads(moved)) == ["2"]
    found = reading(moved)
    list(found)
    assert [x.examples for x in found.report if x.kind == "lost"] == [
        ("/0/items/0: answer 11: question_id",)
    ]


def test_copies_of_different_sites_are_not_mixed() -> None:
    here = question(link="https://a.test/q/1", title="Here")
    there = question(link="https://www.b.test/q/1", title="There", body="<p>!</p>")
    pages = [page(here), page(there)]
    assert threads(pages)["1"].question.title == "Here"
    assert told(pages)["skipped", "several-sites"] == 1
    with pytest.raises(LossError, match="several-sites"):
        list(reading(pages, strict=True))
    other = [page(here), page(question(2, link="https://b.test/q/2"))]
    assert told(other) == {("noted", "several-sites"): 1}
    same = [page(here), page(question(link="http://www.A.test/q/1", title="Here"))]
    assert ("noted", "several-sites") not in told(same)


VERSIONS = 3
ALWAYS = ("title", "body", "owner", "view_count", "answer_count")


def version(number: int, count: int, state: int) -> dict[str, Any]:
    """Return a question or an answer as it was at one time."""
    item = question(number) if number < 10 else answer(number, number % 10)
    item.update(
        last_activity_date=ASKED + state,
        score=state * 10 + number,
        view_count=state,
        body=f"<p>{number} {state // 2}</p>",
        owner={**ADA, "reputation": state},
    )
    if state // 2:
        item["last_edit_date"] = ASKED + 2 * (state // 2)
    if number < 10 and (state + number) % 2:
        item["closed_date"] = ASKED + state
    if number < 10:
        item["answer_count"] = count
    return item


@st.composite
def copies(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.sampled_from((1, 2, 3, 11, 12, 21)))
    state = draw(st.integers(0, VERSIONS))
    item = version(number, 2, state)
    if number < 10 and draw(st.booleans()):
        item["answers"] = [version(number + 10, 0, draw(st.integers(0, VERSIONS)))]
    if draw(st.booleans()):
        item["comments"] = [comment(100 + number, number)]
    return item


def listings() -> st.SearchStrategy[list[dict[str, Any]]]:
    each = st.one_of(copies(), copies(), st.just(comment(111, 11)))
    pages = st.lists(each, max_size=4).map(lambda items: page(*items))
    return st.lists(pages, min_size=1, max_size=5)


@given(pages=listings(), data=st.data())
def test_the_order_of_pages_does_not_matter(
    pages: list[dict[str, Any]], data: st.DataObject
) -> None:
    """What a listing says does not depend on which request came first."""
    wanted = threads(pages)
    assert threads(data.draw(st.permutations(pages))) == wanted
    items = [item for each in pages for item in each["items"]]
    if items:
        assert threads(data.draw(st.permutations(items))) == wanted


@given(pages=listings(), data=st.data())
def test_a_page_that_comes_again_changes_nothing(
    pages: list[dict[str, Any]], data: st.DataObject
) -> None:
    """A request that is repeated must not count twice."""
    again = data.draw(st.lists(st.sampled_from(pages), min_size=1, max_size=4))
    wanted = threads(pages)
    assert threads([*pages, *again]) == wanted
    assert list(threads([*pages, *again])) == list(wanted)


@given(pages=listings())
def test_the_newest_state_of_each_post_is_what_remains(
    pages: list[dict[str, Any]],
) -> None:
    """An older page never undoes what a newer one says."""
    newest: dict[str, dict[str, Any]] = {}
    for each in pages:
        for item in each["items"]:
            for post in (item, *item.get("answers", ())):
                key = str(post.get("answer_id") or post.get("question_id"))
                if "comment_id" in post:
                    continue
                if post["score"] >= newest.get(key, post)["score"]:
                    newest[key] = post
    found = threads(pages)
    for key, post in newest.items():
        root = str(int(key) % 10)
        thread = found[root]
        assert thread.score(key) == post["score"]
        assert thread[key].body.source == post["body"]
        assert extra(thread[key])["owner"] == post["owner"]
        if key == root:
            assert (thread.status.closed is not None) == ("closed_date" in post)


@given(st.permutations(range(4)), st.sets(st.sampled_from(ALWAYS)))
def test_filters_of_one_moment_add_up(order: list[int], dropped: set[str]) -> None:
    """Asking twice with two filters tells as much as asking once with both."""
    whole = version(1, 2, VERSIONS)
    narrow = {name: value for name, value in whole.items() if name not in dropped}
    kept = {"question_id", "last_activity_date", "last_edit_date", *dropped}
    rest = {name: value for name, value in whole.items() if name in kept}
    items = [narrow, rest, answer(11), comment(5)]
    wanted = threads(page(whole, answer(11), comment(5)))
    if dropped:
        assert threads([page(items[place]) for place in order]) == wanted


# -- hostile input ---------------------------------------------------------------


def tried(data: bytes, **options: Any) -> list[Thread]:
    """Read, and let nothing but errors of damage and loss escape."""
    found: list[Thread] = []
    try:
        found.extend(reading(data, **options))
    except (FormatError, LossError) as error:
        assert len(str(error)) < 5000
    return found


def damaged(samples: Path) -> Iterator[bytes]:
    rng = random.Random(20)
    pages = [path.read_bytes() for path in sorted(samples.glob("*.json"))]
    for _ in range(300):
        data = bytearray(rng.choice(pages))
        for _ in range(rng.choice((1, 1, 2, 8))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        yield bytes(data)
    for _ in range(300):
        data = bytearray(rng.choice(pages))
        yield bytes(data[: rng.randrange(len(data))])


def test_damaged_samples_give_threads_or_an_error_of_ours(samples: Path) -> None:
    start = time.perf_counter()
    for data in damaged(samples):
        for thread in tried(data):
            assert from_json(to_json(thread)) == thread
        tried(data, strict=True)
    assert time.perf_counter() - start < 60


def test_a_cut_page_keeps_its_whole_items(samples: Path) -> None:
    data = (samples / "questions_list_2018.json").read_bytes()
    whole = threads(data)
    for cut in range(200, len(data) - 60, 97):
        found = threads(data[:cut])
        count = data[:cut].count(b'"title"') - 1
        assert len(found) in (count, count + 1)
        assert found.items() <= whole.items()
        assert told(data[:cut])["skipped", "syntax"] == 1
        error = refusal(data[:cut], strict=True)
        assert error.code == "syntax"
        assert str(error.where).startswith("line ")


def test_cut_arrays_and_lines_keep_whole_pages() -> None:
    both = encoded(TWO)
    for cut in (len(both) - 1, len(both) - 20):
        assert next(iter(threads(both[:cut]))) == "1"
    cut_inside = both[: both.rindex(b'{"comment_id"')]
    assert list(threads(cut_inside)) == ["1", "2"]
    lines = b"\n".join(map(encoded, TWO))
    assert list(threads(lines[:-30])) == ["1", "2"]
    broken_first = lines.replace(b'"items"', b'"items', 1)
    assert list(threads(broken_first)) == ["2", "11"]
    assert told(broken_first)["skipped", "syntax"] == 1
    junk = encoded(page(question())) + b" junk"
    assert list(threads(junk)) == ["1"]
    assert refusal(junk, strict=True).code == "syntax"


MEMBERS = (
    "accepted_answer_id",
    "answer_id",
    "answers",
    "backoff",
    "body",
    "body_markdown",
    "bounty_amount",
    "bounty_user",
    "closed_date",
    "closed_details",
    "comment_id",
    "comments",
    "creation_date",
    "display_name",
    "error_id",
    "has_more",
    "is_accepted",
    "items",
    "last_activity_date",
    "last_edit_date",
    "link",
    "new",
    "original_questions",
    "owner",
    "page",
    "post_id",
    "post_type",
    "question_id",
    "questions",
    "reason",
    "score",
    "tags",
    "title",
    "up_vote_count",
    "down_vote_count",
    "user_id",
    "user_type",
    "view_count",
)


def junk() -> st.SearchStrategy[Any]:
    names = st.sampled_from(MEMBERS)
    plain = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.integers(),
        st.floats(),
        st.sampled_from(["", "answer", "question", "registered", "does_not_exist"]),
        st.text(max_size=5),
    )
    return st.recursive(
        plain,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=8)
        ),
        max_leaves=40,
    )


@given(junk())
def test_any_json_is_threads_or_an_error_of_ours(value: Any) -> None:
    data = json.dumps(value).encode()
    for thread in tried(data):
        assert from_json(to_json(thread)) == thread
    tried(data, strict=True)
    tried(data, unescape=False)
    tried(json.dumps({"items": value}).encode())
    tried(json.dumps([question(1, **{"answers": value, "comments": value})]).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_an_error_of_ours(data: bytes) -> None:
    tried(data)
    tried(b'{"items":[' + data)
    tried(data, strict=True)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"items":' * 20_000,
        b'{"items":[' + b"[" * 150 + b"]" * 150 + b"]}",
        b'"' * 100_001,
        b"{" * 190 + b'"' * 90_000,
        b"[1," * 190,
        b"{}\n" * 10_000,
        b"[]" * 40_000,
        b"&amp;" * 20_000,
        b'{"items":[{"question_id":1,"title":"' + b"&#" * 40_000 + b'"}]}',
        b'{"items":[{"question_id":1,"link":"https://' + b"/" * 90_000 + b'"}]}',
        b'{"items":[' + b'{"question_id":1,"score":1},' * 3000 + b"]}",
        b'{"items":[{"question_id":1,"x":' + b"9" * 90_000 + b"}]}",
        b"\n" * 100_000 + b"{",
    ],
    ids=range(14),
)
def test_hostile_shapes_take_no_time(data: bytes) -> None:
    start = time.perf_counter()
    tried(data)
    tried(data, strict=True)
    sniff(data)
    assert time.perf_counter() - start < 5


def test_many_copies_and_many_comments_take_linear_time() -> None:
    start = time.perf_counter()
    many = [question(score=number) for number in range(3000)]
    assert threads(page(*many))["1"].score("1") == 2999
    crowd = [comment(number) for number in range(10_000)]
    assert len(threads(page(question(), *crowd))["1"]) == 10_001
    assert time.perf_counter() - start < 20


def test_deep_values_are_bounded_whatever_the_limit() -> None:
    deep = b"[" * 5000 + b"]" * 5000
    data = encoded(page(question(new="@"))).replace(b'"@"', deep)
    assert refusal(data).code == "too-deep"
    tried(data, limits=Limits(json_depth=100_000))
    tried(b'{"items":[' + data + b"," + data, limits=Limits(json_depth=100_000))
    copies = encoded(page(question(new="@"), question(new="@", score=1)))
    tried(copies.replace(b'"@"', b"[" * 900 + b"]" * 900), limits=None)
    for depth in range(300, 1000, 50):
        nested = b"[" * depth + b"]" * depth
        tried(copies.replace(b'"@"', nested), limits=Limits(json_depth=2000))


def test_kinds_of_posts_are_what_they_are() -> None:
    thread = one(question(), answer(), comment())
    assert isinstance(thread["11"], Answer)
    assert isinstance(thread["c5"], Comment)
    assert thread.provenance is not None
    assert thread.provenance.platform == "stackexchange"
    assert thread.kind == "qa"
