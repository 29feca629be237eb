"""Items of Hacker News: real samples, both APIs, polls, holes, odd input."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qathread import Thread, from_json, to_json
from qathread.errors import FormatError, LossError, ValidationError
from qathread.formats import read, sniff
from qathread.limits import Limits
from qathread.provenance import TimePrecision
from qathread.users import UserKind
from tests.unit._asked import Asked, encoded, extra

NAME = "hackernews"
asked = Asked(NAME)
threads, only, told = asked.threads, asked.only, asked.told


def story(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "story",
        "by": "ada",
        "time": 1_500_000_000,
        "title": f"Story {number}",
        "score": 3,
        **members,
    }


def comment(number: int, parent: int, **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "comment",
        "by": "bob",
        "parent": parent,
        "time": 1_500_000_000 + number,
        "text": f"Comment {number}",
        **members,
    }


def node(number: int, parent: int | None = None, **members: Any) -> dict[str, Any]:
    """An item as the other API nests it."""
    return {
        "id": number,
        "created_at": "2017-07-14T02:40:00.000Z",
        "created_at_i": 1_500_000_000,
        "type": "story" if parent is None else "comment",
        "author": "ada",
        "title": f"Story {number}" if parent is None else None,
        "url": None,
        "text": None if parent is None else f"Comment {number}",
        "points": 3 if parent is None else None,
        "parent_id": parent,
        "story_id": 1,
        "children": [],
        "options": [],
        **members,
    }


def stubs(thread: Thread) -> dict[str, str | None]:
    return {stub.id: stub.parent_id for stub in thread.content.stubs}


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    folder = shared / "data/formats/hackernews"
    if not folder.is_dir():
        pytest.skip("no samples of Hacker News")
    return folder


def found_in(path: Path) -> Iterator[dict[str, Any]]:
    value = json.loads(path.read_bytes())
    yield from value if isinstance(value, list) else [value]


# -- real items ------------------------------------------------------------------------


def test_a_real_list_of_items_becomes_one_thread(samples: Path) -> None:
    path = samples / "firebase_items_list_23436775.json"
    items = {item["id"]: item for item in found_in(path)}
    thread = only(path)
    assert len(thread) == len(items) == 7
    assert thread.kind == "discussion"
    for item in items.values():
        post = thread[str(item["id"])]
        parent = item.get("parent")
        assert post.parent_id == (None if parent is None else str(parent))
        assert post.author_id == post.author_name == item["by"]
        assert post.body.source == item.get("text", "")
        assert post.body.media_type == "text/html"
        assert post.created_at is not None
        assert post.created_at.timestamp() == item["time"]
        assert thread.score(post.id) == item.get("score")
        replies = [reply.id for reply in thread.replies(post.id)]
        assert replies == [str(kid) for kid in item.get("kids", [])]
        assert post.provenance is not None
        assert post.provenance.time_precision is TimePrecision.SECOND
        assert post.provenance.zone_stated is True
    assert thread.question.title == items[23436775]["title"]
    assert extra(thread.question) == {"url": items[23436775]["url"]}
    assert thread.question.provenance is not None
    assert thread.question.provenance.declared == (("descendants", 142),)
    assert not stubs(thread), "all kids of all items are in the list"
    assert told(path) == {("noted", "count-differs"): 1}


def test_real_items_alone_have_stubs_for_their_kids(samples: Path) -> None:
    for name, count in (("story_8863", 33), ("poll_126809", 25)):
        path = samples / f"{name}.json"
        (item,) = found_in(path)
        thread = only(path)
        assert thread.question.title == item["title"]
        assert thread.score(thread.id) == item["score"]
        assert stubs(thread) == {str(kid): thread.id for kid in item["kids"]}
        assert len(item["kids"]) == count
        assert extra(thread.question)["kids"] == item["kids"]
        assert told(path) == {("noted", "not-delivered"): count}
    poll = only(samples / "poll_126809.json").question
    assert extra(poll)["parts"] == [126810, 126811, 126812]
    assert extra(poll)["type"] == "poll"


def test_a_real_comment_alone_stands_under_a_stub(samples: Path) -> None:
    path = samples / "comment_2921983.json"
    (item,) = found_in(path)
    thread = only(path)
    assert thread.id == thread.root.id == "2921506"
    assert thread["2921983"].body.source == item["text"]
    assert stubs(thread) == {
        "2921506": None,
        **{str(kid): "2921983" for kid in item["kids"]},
    }
    assert told(path) == {("noted", "not-delivered"): 7, ("noted", "root-missing"): 1}
    assert threads(path, strict=True) == {thread.id: thread}, "holes are no damage"


def test_a_real_option_alone_is_in_the_extra_of_its_poll(samples: Path) -> None:
    path = samples / "pollopt_160705.json"
    (item,) = found_in(path)
    thread = only(path)
    item["parent"] = item.pop("poll")
    assert thread.id == "160704"
    assert len(thread) == 0
    assert extra(thread) == {"pollopts": [item]}


def test_a_folder_of_real_items_is_what_its_files_are(samples: Path) -> None:
    together = threads(samples)
    apart = {
        thread.id: thread
        for path in samples.glob("*.json")
        for thread in threads(path).values()
    }
    assert together == apart
    assert len(together) == 5


def test_real_items_are_known_as_such(samples: Path) -> None:
    for path in samples.glob("*.json"):
        assert sniff(path) == NAME, path.name
    assert list(read(samples)) == list(read(samples, NAME))


# -- both APIs -------------------------------------------------------------------------


def test_a_nested_tree_gives_what_its_items_give() -> None:
    tree = node(1, children=[node(3, 1, children=[node(4, 3)]), node(2, 1)])
    items = [
        story(1, kids=[3, 2]),
        comment(2, 1, by="ada", time=1_500_000_000),
        comment(3, 1, by="ada", time=1_500_000_000, kids=[4]),
        comment(4, 3, by="ada", time=1_500_000_000),
    ]
    one, other = only(encoded(tree)), only(encoded(items))
    assert one == other
    assert [post.id for post in one.posts] == ["1", "3", "4", "2"]


def test_views_of_one_item_are_merged_in_any_order() -> None:
    """Firebase ranks replies and counts comments; the other has children and tags."""
    item = story(1, kids=[3, 2], descendants=2, text=None)
    del item["text"]
    tree = node(1, url="https://a.example", children=[node(2, 1), node(3, 1)])
    hit = {
        "objectID": "1",
        "title": "Story 1",
        "author": "ada",
        "points": 3,
        "num_comments": 2,
        "created_at_i": 1_500_000_000,
        "_tags": ["story", "author_ada", "story_1"],
        "_highlightResult": {"title": {"value": "<em>Story</em> 1"}},
    }
    thread = only(encoded([item, tree, {"hits": [hit]}]))
    assert [post.id for post in thread.posts] == ["1", "3", "2"], "as Firebase ranks"
    assert extra(thread.question) == {
        "url": "https://a.example",
        "_tags": hit["_tags"],
        "_highlightResult": hit["_highlightResult"],
    }
    assert thread.question.provenance is not None
    declared = thread.question.provenance.declared
    assert declared == (("descendants", 2), ("num_comments", 2))
    assert only(encoded([hit, tree, item])) == thread
    assert only(encoded([tree, item, hit]), strict=True) == thread


def test_what_two_views_say_differently_is_reported() -> None:
    one, other = story(1, score=5), story(1, score=4)
    assert only(encoded([one, other])).score("1") == 5
    assert only(encoded([other, one])).score("1") == 5, "scores mostly grow"
    assert told(encoded([one, other])) == {("lost", "duplicate-id"): 1}
    with pytest.raises(LossError, match="duplicate-id"):
        threads(encoded([one, other]), strict=True)
    assert told(encoded([one, one])) == {("noted", "repeated"): 1}


def test_hits_of_a_search_are_threads_of_what_was_found() -> None:
    hit = {
        "objectID": "22",
        "author": "bob",
        "comment_text": "Found",
        "story_id": 1,
        "parent_id": 20,
        "story_title": "Story 1",
        "points": None,
        "created_at": "2017-07-14T02:40:00Z",
        "_tags": ["comment", "author_bob", "story_1"],
    }
    source = encoded({"hits": [hit], "page": 0, "nbPages": 3, "nbHits": 41})
    thread = only(source)
    assert thread.id == thread.root.id == "1"
    assert thread["22"].body.source == "Found"
    assert thread["22"].parent_id == "20"
    assert stubs(thread) == {"1": None, "20": "1"}
    assert extra(thread["22"])["story_title"] == "Story 1"
    assert told(source) == {
        ("noted", "answer-members"): 1,
        ("noted", "has-more"): 1,
        ("noted", "root-missing"): 1,
        ("repaired", "missing-parent"): 1,
    }
    assert sniff(source) == NAME
    assert list(read(b'{"hits": [], "page": 0, "nbPages": 0}', NAME)) == []


def test_a_time_told_only_as_text_is_read() -> None:
    item = node(1, created_at="2017-07-14T02:40:00.000Z")
    del item["created_at_i"]
    post = only(encoded(item)).question
    assert post.created_at is not None
    assert post.created_at.timestamp() == 1_500_000_000
    differing = node(1, created_at="2017-07-14T02:40:01.000Z")
    post = only(encoded(differing)).question
    assert extra(post)["created_at"] == "2017-07-14T02:40:01.000Z"


# -- states ----------------------------------------------------------------------------


def test_deleted_and_dead_items_keep_their_replies() -> None:
    items = [
        story(1, kids=[2, 4]),
        {"id": 2, "type": "comment", "parent": 1, "deleted": True, "kids": [3]},
        comment(3, 2),
        comment(4, 1, dead=True),
    ]
    thread = only(encoded(items))
    assert thread["2"].deleted is not None
    assert thread["2"].body.source == ""
    assert thread.author("2").kind is UserKind.DELETED
    assert thread.author("2").id == "gone:2"
    assert thread["3"].parent_id == "2"
    assert thread["4"].removed is not None
    assert thread["4"].body.source == "Comment 4"
    assert not told(encoded(items))


def test_a_comment_without_author_and_text_is_deleted_in_a_tree() -> None:
    inner = node(2, 1, author=None, text=None, children=[node(3, 2)])
    thread = only(encoded(node(1, children=[inner])))
    assert thread["2"].deleted is not None
    assert thread["3"].stands
    alive = comment(2, 1)
    merged = only(encoded([node(1, children=[inner]), alive]))
    assert merged["2"].stands, "the first API would say it"
    assert merged["2"].author_name == "bob"


def test_options_of_a_poll_are_no_replies() -> None:
    poll = story(1, type="poll", parts=[8, 7, 9], kids=[2])
    options = [
        {"id": 7, "type": "pollopt", "by": "ada", "poll": 1, "text": "No", "score": 2},
        {"id": 8, "type": "pollopt", "by": "ada", "parent": 1, "text": "Yes"},
    ]
    thread = only(encoded([*options, comment(2, 1), poll]))
    assert [post.id for post in thread.posts] == ["1", "2"]
    assert extra(thread.question)["parts"] == [8, 7, 9]
    assert [each["id"] for each in extra(thread)["pollopts"]] == [8, 7]
    assert extra(thread)["pollopts"][1]["score"] == 2
    nested = [
        {"id": each["id"], "author": "ada", "text": each["text"], "points": 1}
        for each in options
    ]
    tree = only(encoded(node(1, type="poll", options=nested)))
    assert [post.id for post in tree.posts] == ["1"]
    assert [each["text"] for each in extra(tree)["pollopts"]] == ["No", "Yes"]


def test_jobs_and_comments_say_so_only_where_it_is_odd() -> None:
    job = only(encoded(story(1, type="job", text="Join us<p>Now")))
    assert extra(job.question)["type"] == "job"
    assert job.question.body.source == "Join us<p>Now"
    assert extra(only(encoded(story(1))).question) == {}


def test_titles_are_kept_unless_told_that_they_are_escaped() -> None:
    source = encoded(story(1, title="AT&amp;T &lt;3"))
    assert only(source).question.title == "AT&amp;T &lt;3"
    assert extra(only(source).question) == {}
    question = only(source, unescape=True).question
    assert question.title == "AT&T <3"
    assert extra(question) == {"title": "AT&amp;T &lt;3"}
    assert extra(only(encoded(story(1)), unescape=True).question) == {}
    with pytest.raises(ValidationError, match="unescape"):
        read(source, NAME, unescape="yes")


# -- holes and odd input ---------------------------------------------------------------


def test_a_missing_comment_joins_what_is_above_and_below_it() -> None:
    items = [story(1, kids=[2]), comment(3, 2), comment(2, 1, kids=[3, 4])]
    thread = only(encoded([items[0], items[1], comment(5, 4), items[2]]))
    assert stubs(thread) == {"4": "2"}
    assert thread["5"].parent_id == "4"
    without = threads(encoded([items[0], items[1]]))
    assert list(without) == ["1"]
    assert stubs(without["1"]) == {"2": "1"}
    assert without["1"]["3"].parent_id == "2"


def test_null_items_are_noted() -> None:
    assert told(encoded([None, story(1)])) == {("noted", "null-item"): 1}
    with pytest.raises(FormatError, match="this is null"):
        list(read(b"null", NAME))
    with pytest.raises(FormatError, match="this is an empty list"):
        list(read(b"[]", NAME, strict=True))


def test_what_is_no_item_is_reported() -> None:
    person = {"id": "ada", "karma": 7, "created": 1, "submitted": [1]}
    source = encoded([story(1), person, 17, {"a": 1}])
    assert told(source) == {("skipped", "unknown-item"): 3}
    with pytest.raises(FormatError, match="this is a person"):
        list(read(encoded(person), NAME))


def test_circles_are_cut_at_the_smallest_id() -> None:
    items = [comment(3, 4), comment(4, 3), comment(5, 5)]
    found = threads(encoded(items))
    assert {each: len(thread) for each, thread in found.items()} == {"3": 2, "5": 1}
    assert told(encoded(items)) == {("repaired", "cycle"): 2}
    with pytest.raises(FormatError, match="circle"):
        threads(encoded(items), strict=True)


def test_a_comment_without_a_parent_is_found_by_the_kids_that_name_it() -> None:
    lost = comment(2, 1)
    del lost["parent"]
    assert only(encoded([lost, story(1, kids=[2])]))["2"].parent_id == "1"
    assert told(encoded(lost)) == {("repaired", "missing-parent"): 1}


def test_wrong_types_are_kept_in_extra_and_counted() -> None:
    bad = story(1, by=7, time="soon", score="3", kids="2", title=["a"], dead="no")
    source = encoded(bad)
    thread = only(source)
    assert extra(thread.question) == {
        name: bad[name] for name in ("by", "time", "score", "kids", "title", "dead")
    }
    assert thread.author("1").id == "unknown:1"
    assert thread.question.created_at is None
    assert thread.score("1") is None
    assert {code for _, code in told(source)} == {"field", "number", "instant"}
    with pytest.raises(FormatError):
        threads(source, strict=True)


def test_a_nested_tree_is_as_deep_as_the_limits_allow() -> None:
    tree = node(101, 100)
    for number in range(100, 0, -1):
        tree = node(number, number - 1 or None, children=[tree])
    with pytest.raises(FormatError, match="nested deeper"):
        threads(encoded(tree))
    assert len(only(encoded(tree), limits=Limits(json_depth=250))) == 101
    assert len(only(encoded(tree["children"][0]))) == 100


def test_ten_thousand_levels_of_replies_are_read() -> None:
    items = [story(1), *(comment(n, n - 1) for n in range(2, 10_002))]
    thread = only(encoded(items))
    assert len(thread) == 10_001
    assert from_json(to_json(thread)) == thread


def test_a_cut_list_keeps_its_whole_items() -> None:
    source = encoded([story(1), comment(2, 1), comment(3, 1)])[:-30]
    assert [post.id for post in only(source).posts] == ["1", "2"]
    with pytest.raises(FormatError):
        threads(source, strict=True)


def test_too_many_items_are_refused() -> None:
    source = encoded([story(1), comment(2, 1), comment(3, 1)])
    with pytest.raises(FormatError, match="records"):
        threads(source, limits=Limits(records=2))


def test_where_an_item_is_nested_goes_before_what_it_says() -> None:
    inner = node(2, 9, title="A title")
    source = encoded(node(1, children=[inner]))
    thread = only(source)
    assert thread["2"].parent_id == "1"
    assert extra(thread["2"]) == {"parent_id": 9, "title": "A title"}
    assert told(source) == {("repaired", "wrong-parent"): 1}


def test_two_parents_that_list_one_missing_comment_have_one_stub() -> None:
    items = [story(1, kids=[2, 3]), comment(2, 1, kids=[4]), comment(3, 1, kids=[4])]
    thread = only(encoded(items))
    assert stubs(thread) == {"4": "2"}
    assert extra(thread["3"])["kids"] == [4]
    odd = story(1, kids=[2, "x", {}, None], type="essay")
    assert stubs(only(encoded(odd))) == {"2": "1", "x": "1"}
    assert told(encoded(odd))["skipped", "field"] == 3


def test_times_of_two_views_that_differ_are_reported() -> None:
    source = encoded([story(1), node(1, created_at_i=1_500_000_009)])
    assert told(source)["lost", "duplicate-id"] == 1
    assert (
        only(source).question.created_at == only(encoded(story(1))).question.created_at
    )


# -- what must not be lost or made up --------------------------------------------------


def test_a_text_that_is_null_is_told_apart_from_one_that_is_absent() -> None:
    absent = comment(2, 1)
    del absent["text"]
    thread = only(encoded([story(1), absent, comment(3, 1, text=None)]))
    assert "text" not in extra(thread["2"])
    assert extra(thread["3"]) == {"text": None}
    assert thread["2"].deleted is thread["3"].deleted is None


def test_an_item_may_be_dead_and_deleted_at_once() -> None:
    gone = {"id": 2, "type": "comment", "parent": 1, "dead": True, "deleted": True}
    thread = only(encoded([story(1, kids=[2]), gone]))
    assert thread["2"].deleted is not None is not thread["2"].removed
    dead = only(encoded([story(1), comment(2, 1, dead=True)]))["2"]
    assert dead.removed is not None is dead.deleted
    assert dead.author_id == "bob"


def test_kids_that_name_another_parent_are_kept_as_they_were() -> None:
    items = [story(1, kids=[2, 3]), comment(2, 1), comment(3, 2)]
    thread = only(encoded(items))
    assert thread["3"].parent_id == "2"
    assert extra(thread["1"])["kids"] == [2, 3]
    agreed = [story(1, kids=[2]), comment(2, 1, kids=[3]), comment(3, 2)]
    assert "kids" not in extra(only(encoded(agreed))["1"])


def test_the_parent_of_what_opens_a_thread_is_kept_in_extra() -> None:
    source = encoded([story(1), story(2, parent=1)])
    found = threads(source)
    assert set(found) == {"1", "2"}
    assert extra(found["2"]["2"]) == {"parent": 1}
    assert told(source) == {("repaired", "wrong-parent"): 1}


def test_a_poll_that_is_not_the_parent_is_kept_in_extra() -> None:
    thread = only(encoded([story(1), comment(2, 1, poll=7)]))
    assert extra(thread["2"]) == {"poll": 7}


def test_a_story_that_a_comment_is_not_in_is_kept_in_extra() -> None:
    tree = node(1, children=[node(2, 1, story_id=9), node(3, 1)])
    thread = only(encoded(tree))
    assert extra(thread["2"]) == {"story_id": 9}
    assert extra(thread["3"]) == {}


def test_a_time_with_a_fraction_says_so() -> None:
    option = {"id": 3, "type": "pollopt", "poll": 1, "text": "A", "time": 1500000000.5}
    thread = only(encoded([story(1, type="poll", time=1500000000.5), option]))
    origin = thread.question.provenance
    assert origin is not None
    assert origin.time_precision == TimePrecision.MICROSECOND
    assert extra(thread)["pollopts"][0]["time"] == 1500000000.5


def test_a_hit_may_say_its_type_or_have_no_tag_of_one() -> None:
    hit = {"objectID": "1", "created_at_i": 1_500_000_000, "title": "A", "author": "a"}
    assert only(encoded({**hit, "type": "story", "_tags": []})).question.title == "A"
    thread = only(encoded({**hit, "_tags": ["front_page"]}))
    assert thread.question.title == "A"
    assert extra(thread["1"])["_tags"] == ["front_page"]


def test_an_option_keeps_what_it_lists() -> None:
    option = {"id": 3, "type": "pollopt", "poll": 1, "text": "A", "kids": [8]}
    thread = only(encoded([story(1, type="poll"), option]))
    (found,) = extra(thread)["pollopts"]
    assert (found["kids"], found["parent"]) == ([8], 1)
    assert "time" not in found


def test_two_views_that_lack_different_members_are_one_item() -> None:
    found = [story(1, url=None, made=1), {**node(1), "url": "https://a.example/"}]
    thread = only(encoded(found))
    assert extra(thread["1"])["url"] == "https://a.example/"
    assert extra(thread["1"])["made"] == 1
    other = [story(1, url="https://b.example/"), found[1]]
    assert told(encoded(other))["lost", "duplicate-id"] == 1
    assert extra(only(encoded(other))["1"])["url"] == "https://b.example/"


def test_a_folder_or_a_text_of_something_else_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(b'{"zz": 1}')
    with pytest.raises(FormatError):
        read(tmp_path)
    assert sniff(b'"id": 1, "type": "story", "acct": 1, "time": 1') is None
