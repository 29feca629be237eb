"""Answers of the Reddit API: shapes, traps, places of more comments, bad input."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread, trees
from qathread.errors import FormatError, LossError, QathreadError, ValidationError
from qathread.formats import Reading, read, sniff
from qathread.formats.reddit import FORMAT
from qathread.limits import Limits
from qathread.posts import Comment, Post, Stub
from qathread.provenance import Provenance
from qathread.status import Link, LinkKind, Locked, LockLevel, Mark
from qathread.users import UserKind

NAME = "reddit"
MADE = 1_439_797_480.0


def submission(**members: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"id": "s", "name": "t3_s", "author": "ada", "title": "Why?"}
    data |= {"selftext": "Because", "created_utc": MADE, "score": 5, "edited": False}
    return {"kind": "t3", "data": {**data, **members}}


def comment(number: str = "a", under: str = "t3_s", **members: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": number,
        "name": f"t1_{number}",
        "author": "bob",
        "body": "No",
    }
    data |= {"parent_id": under, "link_id": "t3_s", "created_utc": MADE + 60}
    data |= {"score": 2, "replies": ""}
    return {"kind": "t1", "data": {**data, **members}}


def more(under: str, *children: str, count: int | None = None) -> dict[str, Any]:
    name = children[0] if children else "_"
    data: dict[str, Any] = {"parent_id": under, "children": list(children), "id": name}
    data |= {"name": f"t1_{name}", "count": len(children) if count is None else count}
    return {"kind": "more", "data": data}


def listing(*children: Any, after: str | None = None) -> dict[str, Any]:
    data = {"children": list(children), "after": after, "before": None, "modhash": ""}
    return {"kind": "Listing", "data": data}


def page(*comments: Any, **members: Any) -> list[Any]:
    return [listing(submission(**members)), listing(*comments)]


def things(*several: Any, errors: Any = ()) -> dict[str, Any]:
    return {"json": {"errors": list(errors), "data": {"things": list(several)}}}


def reading(value: Any, **options: Any) -> Reading:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read(data, NAME, **options)


def only(value: Any, **options: Any) -> Thread:
    (thread,) = reading(value, **options)
    return thread


def extra(post: Post) -> dict[str, Any]:
    return origin(post).members()


def origin(post: Post) -> Provenance:
    assert post.provenance is not None
    return post.provenance


def codes(value: Any, **options: Any) -> dict[str, int]:
    found = reading(value, **options)
    list(found)
    return {loss.code: loss.count for loss in found.report}


# -- shapes ------------------------------------------------------------------------


def test_a_page_is_a_submission_and_its_forest() -> None:
    deep = comment("b", "t1_a")
    thread = only(page(comment(replies=listing(deep))), strict=True)
    assert (thread.id, thread.root.id, thread.kind) == ("t3_s", "t3_s", "discussion")
    assert thread.question.title == "Why?"
    assert [post.parent_id for post in thread.comments] == ["t3_s", "t1_a"]
    assert thread.question.created_at == datetime.fromtimestamp(MADE, UTC)
    assert thread.author("t1_a").id == "bob" == thread["t1_a"].author_name
    assert thread["t1_a"].body.media_type == "text/markdown"


@pytest.mark.parametrize(
    "value",
    [
        [listing(submission()), listing(comment())],
        listing(submission(), comment()),
        things(submission(), comment()),
        [submission(), comment()],
        [[listing(submission())], things(comment())],
    ],
)
def test_all_shapes_of_answers_give_one_thread(value: Any) -> None:
    assert only(value) == only(page(comment()))


def test_lines_and_folders_give_the_same(tmp_path: Path) -> None:
    whole = only(page(comment()))
    lines = b"".join(
        json.dumps(each).encode() + b"\n" for each in (submission(), comment())
    )
    assert only(lines) == whole
    (tmp_path / "2.json").write_text(json.dumps(comment()))
    (tmp_path / "1.json").write_text(json.dumps(listing(submission())))
    with read(tmp_path) as found:
        assert found.format == NAME
        assert list(found) == [whole]


def test_a_listing_of_mixed_things_gives_all_their_threads() -> None:
    other = comment("x", "t1_gone", link_id="t3_q")
    subreddit = {"kind": "t5", "data": {"name": "t5_2", "display_name": "x"}}
    account = {"kind": "t2", "data": {"name": "bob"}}
    value = listing(other, submission(), subreddit, account, after="t3_zz")
    threads = {thread.id: thread for thread in reading(value, strict=True)}
    assert set(threads) == {"t3_q", "t3_s"}
    assert threads["t3_q"].root == Stub(id="t3_q")
    assert threads["t3_q"].stubs[0].id in ("t3_q", "t1_gone")
    assert codes(value) == {
        "account": 1,
        "has-more": 1,
        "parent-missing": 1,
        "root-missing": 1,
        "subreddit": 1,
    }


def test_a_message_is_no_part_of_a_thread() -> None:
    value = listing(submission(), {"kind": "t4", "data": {"id": "m"}})
    assert codes(value) == {"unknown-item": 1}
    with pytest.raises(LossError):
        list(reading(value, strict=True))


def test_a_comment_without_link_id_is_found_by_its_parent() -> None:
    bare = comment("b", "t1_a")
    del bare["data"]["link_id"]
    assert only(page(comment(), bare))["t1_b"].parent_id == "t1_a"
    alone = [listing(comment()), things(bare)]
    assert only(alone)["t1_b"].parent_id == "t1_a"
    lost = comment("c", "t1_zz")
    del lost["data"]["link_id"]
    two = [comment(), comment("d", link_id="t3_r", parent_id="t3_r"), lost]
    assert codes(two)["missing-parent"] == 1


# -- what members become -----------------------------------------------------------


def test_gone_authors_are_different_people() -> None:
    gone = [comment(each, author="[deleted]", body="text stays") for each in "ab"]
    thread = only(page(*gone))
    users = [thread.author(post.id) for post in thread.comments]
    assert [user.id for user in users] == ["gone:t1_a", "gone:t1_b"]
    assert {user.kind for user in users} == {UserKind.DELETED}
    assert all(post.stands and post.author_name is None for post in thread.comments)


@pytest.mark.parametrize(
    ("author", "text", "deleted", "removed"),
    [
        ("[deleted]", "[deleted]", Mark(), None),
        ("bob", "[deleted]", None, None),
        ("[deleted]", "[removed]", None, Mark()),
        ("bob", "[removed]", None, Mark()),
        ("bob", "[ Removed by Reddit ]", None, Mark(reason="removed by reddit")),
        ("[deleted]", "said [deleted]", None, None),
        ({}, "[deleted]", None, None),
    ],
)
def test_the_text_tells_who_took_a_post_down(
    author: Any, text: str, deleted: Mark | None, removed: Mark | None
) -> None:
    post = only(page(comment(author=author, body=text)))["t1_a"]
    assert (post.deleted, post.removed) == (deleted, removed)
    assert post.body.source == text  # as it came


@pytest.mark.parametrize(
    ("members", "deleted", "removed"),
    [
        ({"removed_by_category": "deleted"}, Mark(), None),
        ({"removed_by_category": "author"}, Mark(), None),
        ({"removed_by_category": "moderator"}, None, Mark()),
        (
            {"removed_by_category": "copyright_takedown"},
            None,
            Mark(reason="copyright_takedown"),
        ),
        ({"removed_by_category": None}, None, None),
        (
            {"banned_by": "mod", "banned_at_utc": 0},
            None,
            Mark(by_id="mod", at=datetime.fromtimestamp(0, UTC)),
        ),
        ({"banned_by": None, "banned_at_utc": None}, None, None),
    ],
)
def test_members_tell_who_took_a_submission_down(
    members: dict[str, Any], deleted: Mark | None, removed: Mark | None
) -> None:
    thread = only(page(**members))
    assert (thread.question.deleted, thread.question.removed) == (deleted, removed)
    assert set(members) <= set(extra(thread.question))


def test_marks_of_a_submission_are_those_of_the_thread() -> None:
    thread = only(page(locked=True, stickied=True, archived=True))
    locked = Locked(level=LockLevel.REPLIES)
    assert thread.status.locked == locked
    assert (thread.status.pinned, thread.status.archived) == (Mark(), Mark())
    assert "locked" not in extra(thread.question)
    unmarked = only(page(locked=False))
    assert unmarked.status.locked is None
    assert extra(unmarked.question)["locked"] is False


def test_a_comment_is_locked_by_itself_and_what_else_it_says_is_kept() -> None:
    said: dict[str, Any] = {
        "stickied": True,
        "distinguished": "moderator",
        "archived": True,
    }
    thread = only(page(comment(locked=True, **said)))
    post = thread["t1_a"]
    assert isinstance(post, Comment)
    assert post.status.locked == Locked(level=LockLevel.REPLIES)
    assert thread.status.archived is None
    assert said.items() <= extra(post).items()


def test_scores_are_fuzzed_hidden_or_not_known() -> None:
    thread = only(
        page(
            comment("a", ups=2, downs=0),
            comment("b", score=9, score_hidden=True),
            comment("c", score=None),
            comment("d", score=4, ups=9, downs=5),
            hide_score=True,
        )
    )
    tally = thread.tally("t1_a")
    assert (tally.score, tally.up, tally.down, tally.exact) == (2, None, None, False)
    assert [thread.score(f"t1_{each}") for each in "bcd"] == [None, None, 4]
    assert thread.score("t3_s") is None
    members = {each: extra(thread[f"t1_{each}"]) for each in "abd"}
    assert "ups" not in members["a"]
    assert members["b"]["score"] == 9
    assert (members["d"]["ups"], members["d"]["downs"]) == (9, 5)


def test_an_edit_may_be_known_without_its_time() -> None:
    made = [comment("a", edited=True), comment("b", edited=MADE + 99)]
    thread = only(page(*made), strict=True)
    assert thread["t1_a"].edited_at is None
    assert extra(thread["t1_a"])["edited"] is True
    assert thread["t1_b"].edited_at == datetime.fromtimestamp(MADE + 99, UTC)


def test_flair_crosspost_address_and_counts_have_places() -> None:
    thread = only(
        page(
            link_flair_text="News",
            crosspost_parent="t3_old",
            permalink="/r/x/comments/s/why/",
            num_comments=7,
            view_count=3,
            upvote_ratio=0.97,
        )
    )
    question = thread.question
    assert (question.tags, question.views) == (("News",), 3)
    crosspost = Link(kind=LinkKind.CROSSPOST, target="t3_old", post_id="t3_s")
    assert thread.links == (crosspost,)
    assert origin(question).url == "https://www.reddit.com/r/x/comments/s/why/"
    assert origin(question).declared == (("comments", 7),)
    assert extra(question) == {"edited": False, "upvote_ratio": 0.97}


def test_both_forms_of_a_text_are_kept() -> None:
    thread = only(page(comment(body_html="<p>No</p>")))
    assert extra(thread["t1_a"])["body_html"] == "<p>No</p>"


def test_texts_are_altered_only_when_asked() -> None:
    escaped = "a &lt;b&gt; &amp;amp; c"
    value = page(
        comment("a", body=escaped), comment("b", body="a & b &lt;"), title="&gt;"
    )
    assert only(value)["t1_a"].body.source == escaped
    thread = only(value, unescape=True)
    assert thread["t1_a"].body.source == "a <b> &amp; c"
    assert thread.question.title == ">"
    assert "body" not in extra(thread["t1_a"])
    assert extra(thread["t1_b"])["body"] == "a & b &lt;"
    with pytest.raises(ValidationError, match="unescape"):
        reading(value, unescape="yes")


def test_nobody_is_named_for_a_post_without_author() -> None:
    value = page(comment("a", author=None), comment("b", author=""))
    thread = only(value)
    assert [thread.author(f"t1_{each}").id for each in "ab"] == [
        "unknown:t1_a",
        "unknown:t1_b",
    ]


# -- more comments -----------------------------------------------------------------


def test_a_place_of_more_comments_is_a_stub() -> None:
    deep = comment("b", "t1_a", replies=listing(more("t1_b")))
    first = comment("a", replies=listing(deep, more("t1_a", "c", "d", count=27)))
    thread = only(page(first, more("t3_s", "e")), strict=True)
    assert set(thread.stubs) == {
        Stub(id="below:t1_b", parent_id="t1_b", cursor="/comments/s/_/b"),
        Stub(
            id="more:t1_c",
            parent_id="t1_a",
            count=27,
            child_ids=("t1_c", "t1_d"),
            cursor="c",
        ),
        Stub(
            id="more:t1_e", parent_id="t3_s", count=1, child_ids=("t1_e",), cursor="e"
        ),
    }


def test_what_is_delivered_is_not_missing_any_more() -> None:
    first = comment("a", replies=listing(more("t1_a", "c", "d", count=3)))
    answer = things(comment("c", "t1_a"), more("t1_c", "x"))
    thread = only([*page(first), answer], strict=True)
    assert [(s.id, s.parent_id, s.child_ids, s.count) for s in thread.stubs] == [
        ("more:t1_c", "t1_a", ("t1_d",), 3),
        ("more:t1_x", "t1_c", ("t1_x",), 1),
    ]
    whole = [*page(first), answer, things(comment("d", "t1_a"), comment("x", "t1_c"))]
    assert only(whole).stubs == ()


def test_a_view_that_was_too_deep_is_continued() -> None:
    first = comment("a", replies=listing(more("t1_a")))
    continued = page(comment("a", replies=listing(comment("b", "t1_a"))))
    assert len(only(page(first)).stubs) == 1
    for value in ([page(first), continued], [continued, page(first)]):
        thread = only(value, strict=True)
        assert (thread.stubs, len(thread)) == ((), 3)


def test_more_in_an_answer_alone_knows_its_thread() -> None:
    thread = only(things(comment("c", "t1_a"), more("t1_b", "d")), strict=True)
    assert {s.id: s.parent_id for s in thread.stubs} == {
        "t3_s": None,
        "t1_a": "t3_s",
        "t1_b": "t3_s",
        "more:t1_d": "t1_b",
    }


def test_copies_that_differ_are_reported_unless_only_counts_do() -> None:
    value = [*page(comment()), things(comment(score=99, controversiality=1))]
    assert codes(value) == {"repeated": 1}
    assert only(value).score("t1_a") == 99
    edited = comment(body="Yes", edited=MADE + 100)
    for value in ([*page(comment()), things(edited)], [edited, *page(comment())]):
        assert codes(value) == {"duplicate-id": 1}
        assert only(value)["t1_a"].body.source == "Yes"
        with pytest.raises(LossError):
            list(reading(value, strict=True))


def test_of_copies_without_a_time_the_greater_text_counts_as_in_a_merge() -> None:
    one = comment(author="zoe", body="a")
    other = comment(author="bob", body="b")
    thread = only([*page(one), things(other)])
    assert thread["t1_a"].body.source == "b"
    merged = trees.merge(only(page(one)), only(page(other)))
    assert list(merged.posts) == list(thread.posts)


# -- bad input ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"", "empty input"),
        (b"[]", "an empty list"),
        (b"{}", "an empty object"),
        (b'{"a": 1}', "without kind and data"),
        (b"null", "null"),
        (b'"x"', "'x'"),
        (b"[1, 2]", "a list of other things"),
        (b"<!doctype html><p>", "an HTML page"),
        ({"message": "Not Found", "error": 404}, "error answer of the API (404"),
        (
            {"reason": "private", "message": "Forbidden", "error": 403},
            "'Forbidden', private",
        ),
        (
            {"json": {"errors": [["RATELIMIT", "try again", "ratelimit"]]}},
            "RATELIMIT, try again",
        ),
    ],
)
def test_what_is_no_answer_is_refused_by_name(value: Any, told: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(reading(value))
    assert caught.value.code == "not-this-format"
    assert told in str(caught.value)


def test_one_bad_answer_of_several_is_passed_over() -> None:
    lines = [json.dumps(page(comment())), '{"message": "x", "error": 500}']
    value = "\n".join(lines).encode()
    assert codes(value) == {"not-a-page": 1}
    with pytest.raises(FormatError):
        list(reading(value, strict=True))


def test_members_of_another_type_are_kept_and_counted() -> None:
    odd: dict[str, Any] = {
        "body": 3,
        "score": "many",
        "created_utc": [],
        "author": {},
        "edited": "x",
    }
    value = page(comment(**odd))
    thread = only(value)
    assert odd.items() <= extra(thread["t1_a"]).items()
    assert codes(value) == {"body-missing": 1, "field": 2, "instant": 2, "number": 1}
    with pytest.raises(FormatError):
        list(reading(value, strict=True))


@pytest.mark.parametrize("bad", [3, "x", None, {"kind": 1}, {"kind": "t1", "data": []}])
def test_what_is_no_thing_is_left_out(bad: Any) -> None:
    value = [listing(submission()), listing(comment(), bad)]
    assert len(only(value)) == 2
    assert codes(value) == {"field": 1}


def test_parents_that_cannot_be_are_mended() -> None:
    value = page(comment("a", "t3_other"), comment("b", "zz"), comment("c", "t1_c"))
    thread = only(value)
    assert {post.parent_id for post in thread.comments} == {"t3_s"}
    found = codes(value)
    assert (found["wrong-parent"], found["missing-parent"], found["cycle"]) == (1, 1, 1)


def test_a_cut_answer_gives_what_is_whole() -> None:
    whole = json.dumps([listing(submission()), listing(comment())]).encode()
    assert codes(whole[: whole.rindex(b'"kind": "t1"')])["syntax"] == 1


def test_limits_hold() -> None:
    value = page(*(comment(f"c{n}") for n in range(20)))
    with pytest.raises(FormatError, match=r"Limits\.records"):
        list(reading(value, limits=Limits(records=20)))
    assert len(only(value, limits=Limits(records=21))) == 21


@given(
    value=st.recursive(
        st.sampled_from(
            [None, True, 1, "_", "t1", "t3", "t3_s", "t1_a", "Listing", "more", -1.5]
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    [
                        *("kind", "data", "children", "replies", "id", "name", "body"),
                        *("parent_id", "link_id", "author", "json", "things", "title"),
                        *("score", "created_utc", "count", "_meta", "removal_type"),
                    ]
                ),
                inner,
                max_size=6,
            ),
        ),
        max_leaves=25,
    )
)
def test_any_json_gives_threads_or_one_of_our_errors(value: Any) -> None:
    for strict in (False, True):
        try:
            list(reading(value, strict=strict))
        except QathreadError:
            continue


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (page(), NAME),
        (listing(), NAME),
        (things(), NAME),
        (comment(), NAME),
        ({"items": [], "quota_remaining": 1}, "stackexchange-api"),
    ],
)
def test_answers_are_known_by_their_content(value: Any, name: str) -> None:
    assert sniff(json.dumps(value).encode()) == name


def test_reddit_takes_nothing_in() -> None:
    assert FORMAT.writer is None and FORMAT.folder_writer is None
