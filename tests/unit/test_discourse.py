"""Topics and posts of Discourse: real samples, plugins, states, odd input."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from qathread import Thread
from qathread.errors import FormatError, LossError
from qathread.formats import read, sniff
from qathread.limits import Limits
from qathread.posts import Answer
from qathread.provenance import TimePrecision
from qathread.users import UserKind
from tests.unit._asked import Asked, declared, encoded, extra

NAME = "discourse"
asked = Asked(NAME)
threads, only, told = asked.threads, asked.only, asked.told


def post(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "topic_id": 9,
        "post_number": number,
        "post_type": 1,
        "user_id": 7,
        "username": "ada",
        "name": "Ada L",
        "created_at": f"2024-01-02T03:04:{number:02}.500Z",
        "updated_at": f"2024-01-02T03:04:{number:02}.500Z",
        "cooked": f"<p>Post {number}</p>",
        "reply_to_post_number": None,
        "version": 1,
        "actions_summary": [],
        **members,
    }


def topic(*posts: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "id": 9,
        "title": "A title",
        "fancy_title": "A title",
        "posts_count": len(posts),
        "views": 12,
        "tags": ["a", "b"],
        "closed": False,
        "archived": False,
        "visible": True,
        "pinned": False,
        "pinned_at": None,
        "post_stream": {"posts": list(posts), "stream": [each["id"] for each in posts]},
        **members,
    }


def action(number: int, code: str, **members: Any) -> dict[str, Any]:
    return post(
        number, post_type=3, action_code=code, user_id=1, username="mod", **members
    )


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    folder = shared / "data/formats/discourse"
    if not folder.is_dir():
        pytest.skip("no samples of Discourse")
    return folder


def likes(item: dict[str, Any]) -> int:
    return sum(
        each.get("count", 0) for each in item["actions_summary"] if each["id"] == 2
    )


# -- real topics and posts -------------------------------------------------------------


def test_a_real_archive_of_posts_is_one_thread(samples: Path) -> None:
    path = samples / "delvingbitcoin_topic_340_posts.jsonl"
    items = [json.loads(line) for line in path.read_text().splitlines()]
    by_number = {item["post_number"]: item for item in items}
    thread = only(path)
    assert thread.id == "340"
    assert len(thread) == len(items) == 41
    assert thread.question.title == items[0]["topic_title"]
    assert [found.id for found in thread.posts] == [
        str(by_number[number]["id"]) for number in sorted(by_number)
    ]
    quotes = set()
    for item in items:
        found = thread[str(item["id"])]
        number = item["reply_to_post_number"]
        above = by_number[1 if number is None else number]["id"]
        parent = None if item["post_number"] == 1 else str(above)
        assert found.parent_id == parent
        assert found.author_id == str(item["user_id"])
        assert found.author_name == (item["name"] or item["username"])
        assert thread.author(found.id).handle == item["username"]
        assert found.body.source == item["raw"]
        assert found.body.media_type == "text/markdown"
        assert extra(found)["cooked"] == item["cooked"]
        assert extra(found)["post_number"] == item["post_number"]
        assert found.revision == item["version"]
        assert (found.edited_at is not None) == (item["version"] > 1)
        reactions = {each["id"]: each["count"] for each in item["reactions"]}
        if likes(item):
            reactions["like"] = likes(item)
        assert thread.reactions(found.id) == reactions
        assert thread.tally(found.id).complete
        assert thread.score(found.id) is None, "likes are no votes"
        for tag in re.findall(r'<aside class="quote[^>]*>', item["cooked"]):
            where = re.search(r'data-post="(\d+)" data-topic="340"', tag)
            assert where is not None
            quotes.add((found.id, str(by_number[int(where[1])]["id"])))
    links = {(link.post_id, link.target) for link in thread.content.links}
    assert quotes <= links
    assert all("/t/" in target for _, target in links - quotes)
    assert not told(path)
    assert only(path, strict=True) == thread


def test_a_real_topic_counts_what_it_does_not_hold(samples: Path) -> None:
    """The stream of this sample names ids of no post at all."""
    path = samples / "discourse_topic_1148.json"
    value = json.loads(path.read_bytes())
    items = value["post_stream"]["posts"]
    assert len(items) == 20
    assert len(value["post_stream"]["stream"]) == value["posts_count"] == 22
    assert not {item["id"] for item in items} & set(value["post_stream"]["stream"])
    thread = only(path)
    assert len(thread) == 20
    (stub,) = thread.content.stubs
    assert (stub.id, stub.count) == ("1148/more", 2)
    assert told(path) == {
        ("repaired", "stream-differs"): 1,
        ("noted", "count-differs"): 1,
    }
    assert thread.question.title == value["title"]
    assert thread.question.views == value["views"]
    assert declared(thread) == {
        "likes": value["like_count"],
        "participants": value["participant_count"],
        "posts": 22,
        "replies": value["reply_count"],
    }
    ids = {item["post_number"]: str(item["id"]) for item in items}
    for item in items:
        found = thread[str(item["id"])]
        number = item["reply_to_post_number"]
        assert found.parent_id == (
            None if item["post_number"] == 1 else ids[number or 1]
        )
        assert found.body.source == item["cooked"]
        assert found.body.media_type == "text/html"
        assert thread.reactions(found.id) == {"like": likes(item)}
        assert found.revision == item["version"]
        assert declared(found) == {"replies": item["reply_count"]}
        assert extra(found)["score"] == item["score"], "which is no count of votes"
    assert thread.status.closed is None
    assert extra(thread)["details"] == value["details"]


def test_the_oldest_shape_states_times_with_offsets(samples: Path) -> None:
    path = samples / "topic_57_2013.json"
    value = json.loads(path.read_bytes())
    thread = only(path, strict=True)
    assert [found.id for found in thread.posts] == ["83", "84", "86", "226"]
    assert [thread.reactions(found.id) for found in thread.posts] == [
        {"like": count} for count in (0, 0, 5, 5)
    ]
    assert thread.question.created_at is not None
    assert thread.question.created_at.isoformat() == "2013-02-04T20:26:26.278000+00:00"
    assert thread.question.edited_at is not None
    assert thread.question.revision == 5
    assert thread.question.provenance is not None
    assert thread.question.provenance.zone_stated is True
    assert thread.question.provenance.time_precision is TimePrecision.MILLISECOND
    assert thread.status.pinned is not None
    assert extra(thread["84"])["post_type"] == 2
    assert extra(thread)["fancy_title"] == value["fancy_title"] != value["title"]
    assert not told(path)


def test_a_real_post_alone_is_a_thread(samples: Path) -> None:
    path = samples / "discourse_post.json"
    item = json.loads(path.read_bytes())
    thread = only(path, strict=True)
    assert (thread.id, thread.question.id) == ("840", "2500")
    assert thread.question.title is None
    assert thread.question.body.source == item["raw"]
    assert thread.question.revision == 2


def test_a_real_list_of_topics_has_no_posts(samples: Path) -> None:
    path = samples / "discourse_topics_pinned.json"
    assert threads(path) == {}
    assert told(path) == {
        ("skipped", "posts-missing"): 3,
        ("noted", "answer-members"): 1,
    }
    with pytest.raises(LossError, match="posts-missing"):
        threads(path, strict=True)


def test_a_folder_of_samples_is_what_its_files_are(samples: Path) -> None:
    together = threads(samples)
    assert list(together) == ["340", "840", "1148", "57"]
    apart = {
        thread.id: thread
        for path in samples.glob("*.json*")
        for thread in threads(path).values()
    }
    assert together == apart
    for path in samples.glob("*.json*"):
        assert sniff(path) == NAME, path.name
    assert list(read(samples)) == list(read(samples, NAME))


# -- pages and copies ------------------------------------------------------------------


def test_pages_of_a_topic_are_put_together() -> None:
    posts = [post(number) for number in (1, 2, 3, 5)]
    stream = [101, 102, 103, 104, 105]
    pages = [
        topic(*part, post_stream={"posts": part, "stream": stream})
        for part in (posts[:2], posts[2:])
    ]
    thread = only(encoded(pages))
    assert [found.id for found in thread.posts] == ["101", "102", "103", "105"]
    assert [stub.id for stub in thread.content.stubs] == ["104"]
    assert thread.content.stubs[0].parent_id is None, "nothing says what it replies to"
    assert told(encoded(pages)) == {("noted", "not-delivered"): 1}
    assert only(encoded(pages[::-1])) == thread
    second = only(encoded(pages[1]))
    assert second.root.id == "101", "the stream names it"
    bare = {"id": 9, "post_stream": {"posts": posts[2:]}}
    assert only(encoded(bare)).root.id == "9/1"


def test_raw_and_cooked_of_one_version_are_merged() -> None:
    shown, source = post(1), post(1, raw="Post *1*")
    del source["cooked"]
    thread = only(encoded([shown, source]), strict=True)
    assert thread.question.body.source == "Post *1*"
    assert extra(thread.question)["cooked"] == "<p>Post 1</p>"
    newer = post(1, version=2, raw="Two", updated_at="2024-01-03T00:00:00Z")
    both = encoded([newer, post(1)])
    assert only(both).question.body.source == "Two"
    assert only(encoded([post(1), newer])) == only(both)
    assert told(both) == {("lost", "duplicate-id"): 1}


def test_a_change_that_made_no_version_is_no_edit() -> None:
    later = "2024-01-09T00:00:00.000Z"
    question = only(encoded(post(1, updated_at=later))).question
    assert question.edited_at is None
    assert extra(question)["updated_at"] == later
    assert "updated_at" not in extra(only(encoded(post(1))).question)
    edited = only(encoded(post(1, updated_at=later, version=3))).question
    assert edited.edited_at is not None and edited.revision == 3
    assert "updated_at" not in extra(edited)


def test_a_list_of_topics_tells_of_posts_that_come_alone() -> None:
    listed = {"topic_list": {"topics": [{"id": 9, "title": "Listed", "views": 3}]}}
    thread = only(encoded([post(1), listed]))
    assert (thread.question.title, thread.question.views) == ("Listed", 3)


# -- plugins ---------------------------------------------------------------------------


def test_a_solution_is_an_accepted_answer() -> None:
    by_post = topic(post(1), post(2), post(3, accepted_answer=True))
    by_topic = topic(
        post(1), post(2), post(3), accepted_answer={"post_number": 3, "username": "ada"}
    )
    for value in (by_post, by_topic):
        thread = only(encoded(value), strict=True)
        assert thread.kind == "qa"
        assert thread.accepted == ("103",)
        assert [answer.id for answer in thread.answers] == ["103"]
        assert [reply.id for reply in thread.comments] == ["102"]
    away = topic(post(1), accepted_answer={"post_number": 3})
    assert told(encoded(away)) == {("noted", "accepted-missing"): 1}
    assert extra(only(encoded(away)))["accepted_answer"] == {"post_number": 3}


def test_topics_with_votes_have_answers_and_comments() -> None:
    remark = {
        "id": 5,
        "user_id": 8,
        "username": "bob",
        "name": "",
        "created_at": "2024-01-02T04:00:00.000Z",
        "raw": "Why?",
        "cooked": "<p>Why?</p>",
        "post_voting_vote_count": 2,
        "user_voted": False,
    }
    value = topic(
        post(1, post_voting_vote_count=4),
        post(2, post_voting_vote_count=-1, comments=[remark], comments_count=6),
        is_post_voting=True,
        answer_count=1,
    )
    thread = only(encoded(value), strict=True)
    assert thread.kind == "qa"
    assert isinstance(thread["102"], Answer)
    assert [thread.score(each) for each in ("101", "102", "c5")] == [4, -1, 2]
    assert thread["c5"].parent_id == "102"
    assert thread["c5"].author_name == thread.author("c5").handle == "bob"
    assert extra(thread["c5"]) == {"cooked": "<p>Why?</p>", "user_voted": False}
    (stub,) = thread.content.stubs
    assert (stub.id, stub.parent_id, stub.count) == ("102/comments", "102", 5)
    assert declared(thread)["answers"] == 1
    assert declared(thread["102"]) == {"comments": 6}
    alone = only(encoded(value["post_stream"]["posts"]))
    assert isinstance(alone["102"], Answer), "posts with votes tell it too"


def test_flags_and_strange_reactions_stay_in_extra() -> None:
    summary = [{"id": 2, "count": 3, "acted": True}, {"id": 8, "count": 1}]
    emoji = [{"id": "heart", "type": "emoji", "count": 2}, {"id": 5}]
    thread = only(encoded(post(1, actions_summary=summary, reactions=emoji)))
    assert thread.reactions("101") == {"like": 3, "heart": 2}
    assert extra(thread.question)["actions_summary"] == summary
    assert extra(thread.question)["reactions"] == emoji
    unknown = post(1)
    del unknown["actions_summary"]
    assert thread.score("101") is None
    assert only(encoded(unknown)).content.tallies == (), "unknown is not 0"


# -- states ----------------------------------------------------------------------------


def test_small_actions_say_who_set_a_mark_and_when() -> None:
    value = topic(
        post(1),
        action(2, "closed.enabled", raw="Off topic."),
        action(3, "pinned_globally.enabled"),
        action(4, "visible.disabled"),
        action(5, "archived.enabled"),
        action(6, "tags_changed"),
        closed=True,
        visible=False,
        pinned_at="2024-01-01T00:00:00Z",
    )
    thread = only(encoded(value), strict=True)
    assert [found.id for found in thread.posts] == ["101"]
    status = thread.status
    assert status.closed is not None and status.pinned is not None
    assert (status.closed.by_id, status.closed.reason) == ("1", "Off topic.")
    assert status.closed.at is not None and status.closed.at.second == 2
    assert status.pinned.at is not None and status.pinned.at.day == 1
    assert status.hidden is not None and status.hidden.by_id == "1"
    assert status.archived is None, "the topic says it is not"
    assert thread.users["1"].handle == "mod"
    kept = extra(thread)["small_actions"]
    assert [each["action_code"] for each in kept][-1] == "tags_changed"
    assert [each["id"] for each in kept] == [102, 103, 104, 105, 106]
    alone = only(encoded(value["post_stream"]["posts"]))
    assert alone.status.archived is not None
    again = only(
        encoded([post(1), action(2, "closed.enabled"), action(3, "closed.disabled")])
    )
    assert again.status.closed is None


def test_deleted_and_removed_posts_say_who_took_them_down() -> None:
    moderator = {"id": 1, "username": "mod"}
    at = "2024-01-05T00:00:00Z"
    value = topic(
        post(1),
        post(2, user_deleted=True),
        post(3, deleted_at=at, deleted_by=moderator),
        post(4, deleted_at=at, deleted_by={"id": 7, "username": "ada"}),
        post(5, hidden=True),
        post(6, post_type=4),
        post(7, wiki=True, locked=True),
    )
    thread = only(encoded(value))
    assert thread["102"].deleted is not None
    removed = thread["103"].removed
    assert removed is not None and removed.by_id == "1"
    assert thread.users["1"].handle == "mod"
    assert thread["104"].deleted is not None and thread["104"].removed is None
    assert thread["105"].status.hidden is not None
    assert thread["106"].status.hidden is not None
    assert extra(thread["106"])["post_type"] == 4
    assert thread["107"].status.wiki is not None
    assert thread["107"].status.locked is not None
    gone = only(encoded(topic(post(1), deleted_at=at, deleted_by=moderator)))
    assert gone.question.removed is not None
    assert gone.question.removed.by_id == "1"


def test_people_without_an_account_are_one_per_post() -> None:
    value = topic(
        post(1, user_id=None, username=None, name=None),
        post(2, user_id=None, username="old"),
        post(3, user_id=-1, username="system", name="system"),
        post(4, user_id=-2, username="discobot", name=None),
    )
    thread = only(encoded(value))
    assert [thread.author(found.id).id for found in thread.posts] == [
        "gone:101",
        "gone:102",
        "-1",
        "-2",
    ]
    assert thread["102"].author_name == "Ada L"
    assert thread.author("103").kind is UserKind.SYSTEM
    assert thread.author("104").kind is UserKind.BOT
    assert thread.author("104").name == "discobot"


def test_tags_are_texts_or_objects() -> None:
    new = [{"id": 1, "name": "a", "slug": "a"}, {"id": 2, "name": "b", "slug": "b-2"}]
    one, other = only(encoded(topic(post(1)))), only(encoded(topic(post(1), tags=new)))
    assert one.question.tags == other.question.tags == ("a", "b")
    assert extra(other)["tags"] == new
    assert "tags" not in extra(one)


def test_links_lead_to_quoted_posts_and_other_topics() -> None:
    cooked = (
        '<aside class="quote" data-username="bob" data-post="1" data-topic="9"></aside>'
        '<aside class="quote" data-post="4" data-topic="77"></aside>'
        '<aside class="onebox" data-post="1" data-topic="66"></aside>'
    )
    counts = [
        {"url": "https://f.example/t/x/5", "internal": True, "reflection": False},
        {"url": "https://f.example/t/y/6", "internal": True, "reflection": True},
        {"url": "https://other.example/t/z", "internal": False, "reflection": False},
    ]
    raw = '```\n[quote="bob, post:3, topic:9"]\n```'
    value = topic(post(1), post(2, cooked=cooked, raw=raw, link_counts=counts))
    links = only(encoded(value)).content.links
    assert {(link.post_id, link.target) for link in links} == {
        ("102", "101"),
        ("102", "77/4"),
        ("102", "https://f.example/t/x/5"),
    }
    source = post(2, raw='[quote="bob, post:3, topic:9, full:true"]a[/quote]')
    del source["cooked"]
    (link,) = only(encoded(topic(post(1), source))).content.links
    assert link.target == "9/3", "a post that is not there"


# -- holes and odd input ---------------------------------------------------------------


def test_a_reply_to_a_hole_stands_under_a_stub_of_that_number() -> None:
    value = topic(post(1), post(4, reply_to_post_number=3))
    thread = only(encoded(value))
    assert thread["104"].parent_id == "9/3"
    assert [stub.id for stub in thread.content.stubs] == ["9/3"]
    assert told(encoded(value)) == {("repaired", "missing-parent"): 1}
    with pytest.raises(FormatError, match="stub"):
        threads(encoded(value), strict=True)


def test_what_is_no_topic_is_told() -> None:
    limited = {"errors": ["Slow down"], "error_type": "rate_limit"}
    with pytest.raises(FormatError, match="Slow down"):
        threads(encoded(limited))
    for value, what in (([], "an empty list"), (None, "null"), ({"a": 1}, "object")):
        with pytest.raises(FormatError, match=what):
            threads(encoded(value))
    assert told(encoded([post(1), limited, 5])) == {
        ("skipped", "error-answer"): 1,
        ("skipped", "unknown-item"): 1,
    }


def test_wrong_types_are_kept_in_extra_and_counted() -> None:
    bad = {
        "cooked": 5,
        "version": "two",
        "created_at": "yesterday",
        "username": 8,
        "hidden": "no",
        "reply_to_post_number": "1",
        "comments": {},
        "deleted_by": 3,
    }
    source = encoded(topic(post(1), post(2, **bad), tags="x", views=-1))
    thread = only(source)
    found = extra(thread["102"])
    assert {name: found.get(name) for name in bad} == bad
    assert extra(thread)["tags"] == "x"
    assert {code for kind, code in told(source) if kind == "skipped"} == {
        "field",
        "number",
        "instant",
    }
    assert thread["102"].parent_id == "101"


def test_too_many_posts_are_refused() -> None:
    source = encoded([post(1), post(2), post(3)])
    with pytest.raises(FormatError, match="records"):
        threads(source, limits=Limits(records=2))


def test_ten_thousand_levels_of_replies_are_read() -> None:
    chain = [
        post(n, created_at="2024-01-02T03:04:05Z", reply_to_post_number=n - 1 or None)
        for n in range(1, 10_001)
    ]
    thread = only(encoded(chain))
    assert thread["10100"].parent_id == "10099"
    assert len(thread) == 10_000


def test_posts_say_which_topic_they_are_in() -> None:
    latest = {"latest_posts": [post(1), post(1, id=7, topic_id=8)]}
    assert list(threads(encoded(latest))) == ["9", "8"]
    lost = post(2)
    del lost["topic_id"]
    assert told(encoded([post(1), lost])) == {("skipped", "missing-parent"): 1}
    within = encoded(topic(post(1), lost, post(3, topic_id=5), post(4, topic_id=[])))
    thread = only(within)
    assert len(thread) == 4, "the topic that they are in counts"
    assert extra(thread["103"])["topic_id"] == 5
    assert extra(thread["104"])["topic_id"] == []
    assert told(within) == {("repaired", "wrong-parent"): 1}
    odd = {"topic_list": {"topics": [{"title": "x"}, 3]}}
    assert told(encoded([post(1), odd])) == {("skipped", "unknown-item"): 2}


def test_a_post_twice_the_same_is_one() -> None:
    assert told(encoded([post(1), post(1)])) == {("noted", "repeated"): 1}
    one, other = topic(post(1)), topic(post(1), views=99)
    source = encoded([one, other])
    assert only(source).question.views == 99
    assert only(encoded([other, one])) == only(source)
    assert told(source) == {("noted", "repeated"): 1, ("noted", "topic-differs"): 1}


def test_a_reply_to_a_small_action_is_one_to_the_topic() -> None:
    value = topic(post(1), action(2, "pinned.enabled"), post(3, reply_to_post_number=2))
    thread = only(encoded(value), strict=True)
    assert thread["103"].parent_id == "101"
    assert extra(thread["103"])["reply_to_post_number"] == 2


def test_votes_of_the_first_plugin_are_among_the_actions() -> None:
    summary = [{"id": 5, "count": 3, "can_act": True}]
    old = topic(post(1, actions_summary=summary), post(2), qa_enabled=True)
    thread = only(encoded(old))
    assert thread.score("101") == 3
    assert [answer.id for answer in thread.answers] == ["102"]
    hidden = [{"id": 5, "count": 0, "hidden": True}]
    assert only(encoded(post(1, actions_summary=hidden))).score("101") is None


def test_comments_and_tags_that_are_none_are_told() -> None:
    source = encoded(
        topic(
            post(1, comments=["x", {"id": "y"}], accepted_answer=True),
            tags=["a", 5, "a"],
        )
    )
    thread = only(source)
    assert thread.question.tags == ("a",)
    assert extra(thread)["tags"] == ["a", 5, "a"]
    assert thread.accepted == ()
    assert extra(thread.question)["accepted_answer"] is True
    assert told(source) == {
        ("skipped", "field"): 3,
        ("noted", "accepted-missing"): 1,
    }


def test_who_took_a_post_down_may_not_be_known() -> None:
    at = "2024-01-05T00:00:00Z"
    source = encoded(topic(post(1, deleted_at=at, deleted_by="mod")))
    removed = only(source).question.removed
    assert removed is not None and removed.by_id is None
    assert extra(only(source).question)["deleted_by"] == "mod"
    assert told(source) == {("skipped", "field"): 1}


def test_a_post_without_text_has_an_empty_body() -> None:
    bare = post(1)
    del bare["cooked"]
    source = encoded(topic(bare))
    assert only(source).question.body.source == ""
    assert told(source) == {("noted", "body-missing"): 1}
    spoken = only(encoded(post(1, locale="pt_BR"))).question
    assert spoken.body.language == "pt-BR"


# -- what must not be lost or made up --------------------------------------------------


def test_likes_that_are_no_number_are_not_0() -> None:
    odd = post(1, actions_summary=[{"id": 2, "count": "3"}])
    source = encoded(topic(odd, post(2)))
    thread = only(source)
    assert "like" not in thread.reactions("101")
    assert extra(thread["101"])["actions_summary"] == [{"id": 2, "count": "3"}]
    assert told(source) == {("skipped", "field"): 1}
    assert thread.tally("102").complete is False


def test_a_reaction_that_says_more_stays_in_extra() -> None:
    said = [{"id": "heart", "type": "emoji", "count": 2, "users": ["ada"]}]
    thread = only(encoded(topic(post(1, reactions=said))))
    assert thread.reactions("101")["heart"] == 2
    assert extra(thread["101"])["reactions"] == said
    plain = [{"id": "heart", "type": "emoji", "count": 2}]
    assert "reactions" not in extra(
        only(encoded(topic(post(1, reactions=plain))))["101"]
    )


def test_an_author_without_an_id_is_gone_only_if_the_site_says_so() -> None:
    named = post(2)
    del named["user_id"]
    unsaid = post(3)
    for name in ("user_id", "username", "name"):
        del unsaid[name]
    gone = post(4, user_id=None, username=None, name=None)
    thread = only(encoded(topic(post(1), named, unsaid, gone)))
    assert thread.author("102").kind == thread.author("103").kind == "registered"
    assert thread.author("102").name == "Ada L"
    assert thread.author("104").kind == "deleted"
    assert len({thread[each].author_id for each in ("102", "103", "104")}) == 3


def test_a_stream_of_a_wrong_kind_is_kept_and_told() -> None:
    odd = topic(post(1))
    odd["post_stream"]["stream"] = {"1": "x"}
    assert extra(only(encoded(odd)))["post_stream"] == {"stream": {"1": "x"}}
    assert told(encoded(odd)) == {("skipped", "field"): 1}
    odd["post_stream"]["stream"] = [101, {"x": 1}, None]
    assert told(encoded(odd)) == {("skipped", "field"): 2}
    empty = topic()
    empty["post_stream"] = {"stream": [], "posts": "none"}
    assert extra(only(encoded(empty)))["post_stream"] == {"posts": "none"}
    assert told(encoded(empty))["skipped", "field"] == 1


def test_a_topic_without_an_id_is_that_of_its_posts() -> None:
    nameless = topic(post(1), post(2))
    del nameless["id"]
    thread = only(encoded(nameless))
    assert (thread.id, thread.question.title) == ("9", "A title")
    lost = topic()
    del lost["id"]
    source = encoded([lost, topic(post(1))])
    assert told(source) == {("skipped", "field"): 1}


def test_what_only_a_list_of_topics_says_is_added_to_its_topic() -> None:
    told_of = {"id": 9, "title": "A title", "views": 15, "excerpt": "Short"}
    listed = {"topic_list": {"topics": [told_of], "more_topics_url": "/latest?page=1"}}
    source = encoded([listed, topic(post(1))])
    thread = only(source)
    assert extra(thread)["excerpt"] == "Short"
    assert thread.question.views == 12
    assert told(source) == {("noted", "topic-differs"): 1, ("noted", "has-more"): 1}


def test_a_comment_of_the_plugin_for_votes_quotes_posts_by_their_ids() -> None:
    aside = '<aside class="quote" data-post="1" data-topic="9">x</aside>'
    other = '<aside class="quote" data-post="4" data-topic="77">x</aside>'
    said = {"id": 5, "user_id": 8, "username": "bob", "cooked": aside + other}
    thread = only(
        encoded(topic(post(1), post(2, comments=[said]), is_post_voting=True))
    )
    links = {(link.post_id, link.target) for link in thread.content.links}
    assert links == {("c5", "101"), ("c5", "77/4")}


def test_a_comment_of_the_plugin_for_votes_is_marked_as_posts_are() -> None:
    said = {
        "id": 5,
        "user_id": 8,
        "username": "bob",
        "cooked": "x",
        "deleted_at": "2024-01-03T00:00:00.000Z",
        "deleted_by_id": 1,
        "post_voting_vote_count": 0,
    }
    thread = only(
        encoded(topic(post(1), post(2, comments=[said]), is_post_voting=True))
    )
    assert thread["c5"].parent_id == "102"
    assert thread["c5"].removed is not None
    assert thread.score("c5") == 0
    assert thread.score("102") is None
    assert extra(thread["c5"]) == {"deleted_by_id": 1}


def test_a_whisper_stays_a_post_and_a_moderator_post_one_too() -> None:
    thread = only(encoded(topic(post(1), post(2, post_type=4), post(3, post_type=2))))
    assert thread["102"].status.hidden is not None
    assert thread["103"].status.hidden is None
    assert [extra(thread[each])["post_type"] for each in ("102", "103")] == [4, 2]


def test_a_small_action_with_an_empty_text_gives_no_reason() -> None:
    empty = only(encoded(topic(post(1), action(2, "closed.enabled", raw=""))))
    assert empty.status.closed is None, "the topic itself says that it is open"
    shut = topic(post(1), action(2, "closed.enabled", raw=""), closed=True)
    closed = only(encoded(shut)).status.closed
    assert closed is not None
    assert (closed.by_id, closed.reason) == ("1", None)


def test_the_number_of_what_a_post_replies_to_is_a_count() -> None:
    def read_with(number: Any) -> Thread:
        return only(
            encoded(topic(post(1), post(2), post(3, reply_to_post_number=number)))
        )

    assert read_with(2.0)["103"].parent_id == "102"
    for odd in ("2", -2, 2.5, [2]):
        thread = read_with(odd)
        assert thread["103"].parent_id == "101"
        assert extra(thread["103"])["reply_to_post_number"] == odd
        source = encoded(topic(post(1), post(2, reply_to_post_number=odd)))
        assert told(source) == {("skipped", "number"): 1}


def test_what_is_no_post_in_a_stream_is_told() -> None:
    odd = topic(post(1))
    odd["post_stream"]["posts"].append({"zz": 1})
    assert told(encoded(odd)) == {("skipped", "unknown-item"): 1}


def test_copies_of_a_topic_with_one_state_are_no_difference() -> None:
    pages = [topic(post(1)), topic(post(2), posts_count=1)]
    assert told(encoded(pages)) == {}


def test_a_folder_or_a_text_of_something_else_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(b'{"zz": 1}')
    with pytest.raises(FormatError):
        read(tmp_path)
    assert sniff(b'"id": 1, "type": "story", "acct": 1, "time": 1') is None
