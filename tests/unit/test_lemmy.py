"""Answers of the API of Lemmy: both shapes, holes, ids, states, odd input."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qathread import Thread, trees
from qathread.errors import FormatError, LossError, ValidationError
from qathread.formats import read, sniff
from qathread.limits import Limits
from qathread.provenance import TimePrecision
from qathread.status import LinkKind, LockLevel
from qathread.users import UserKind
from tests.unit._asked import Asked, encoded, extra

NAME = "lemmy"
asked = Asked(NAME)
threads, only, told = asked.threads, asked.only, asked.told


def person(number: int = 7, **members: Any) -> dict[str, Any]:
    """A person as version 3 shows one."""
    return {
        "id": number,
        "name": "ada",
        "actor_id": f"https://here.example/u/ada{number}",
        "local": True,
        "deleted": False,
        "bot_account": False,
        "banned": False,
        **members,
    }


def post(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Post {number}",
        "body": "Why?",
        "creator_id": 7,
        "community_id": 3,
        "removed": False,
        "locked": False,
        "published": "2024-01-02T03:04:05.123456Z",
        "deleted": False,
        "nsfw": False,
        "ap_id": f"https://here.example/post/{number}",
        "local": True,
        "language_id": 37,
        "featured_community": False,
        "featured_local": False,
        **members,
    }


def post_view(number: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "post": post(number, **members),
        "creator": person(),
        "community": {"id": 3, "name": "maths"},
        "counts": {
            "post_id": number,
            "comments": 0,
            "score": 3,
            "upvotes": 5,
            "downvotes": 2,
            "published": "2024-01-02T03:04:05.123456Z",
        },
        "saved": False,
    }


def comment_view(
    way: str, on: int = 1, children: int = 0, **members: Any
) -> dict[str, Any]:
    number = int(way.rpartition(".")[2])
    return {
        "comment": {
            "id": number,
            "creator_id": 8,
            "post_id": on,
            "content": f"Comment {number}",
            "removed": False,
            "published": f"2024-01-02T04:00:{number:02}.5Z",
            "deleted": False,
            "ap_id": f"https://here.example/comment/{number}",
            "local": True,
            "path": way,
            "distinguished": False,
            "language_id": 0,
            **members,
        },
        "creator": person(8, name="bob", display_name="Bob"),
        "post": post(on),
        "community": {"id": 3, "name": "maths"},
        "counts": {
            "comment_id": number,
            "score": 1,
            "upvotes": 1,
            "downvotes": 0,
            "child_count": children,
        },
    }


def newer(view: dict[str, Any]) -> dict[str, Any]:
    """The same view as version 4 shows it."""
    kind = "comment" if "comment" in view else "post"
    own, counts = dict(view[kind]), view["counts"]
    for old in ("published", "updated"):
        if old in own:
            own[f"{old}_at"] = own.pop(old)
    counts = {n: c for n, c in counts.items() if n not in ("comment_id", "post_id")}
    own |= {name: count for name, count in counts.items() if name != "published"}
    creator = dict(view["creator"])
    creator["ap_id"] = creator.pop("actor_id")
    rest = {n: v for n, v in view.items() if n not in (kind, "counts", "creator")}
    rest.pop("post", None)
    return {**rest, kind: own, "creator": creator}


# -- both shapes -----------------------------------------------------------------------


def test_a_post_with_its_comments_is_a_thread() -> None:
    value = [
        {"post_view": post_view(), "moderators": [], "cross_posts": []},
        {"comments": [comment_view("0.4.6"), comment_view("0.4", children=1)]},
    ]
    value[0]["post_view"]["counts"]["comments"] = 2  # type: ignore[index]
    source = encoded(value)
    thread = only(source, strict=True)
    assert not told(source)
    assert (thread.id, thread.kind) == ("1", "discussion")
    assert [(found.id, found.parent_id) for found in thread.posts] == [
        ("1", None),
        ("c4", "1"),
        ("c6", "c4"),
    ]
    assert (thread.question.title, thread.question.body.source) == ("Post 1", "Why?")
    assert thread["c6"].body.media_type == "text/markdown"
    tally = thread.tally("1")
    assert (tally.up, tally.down, tally.score) == (5, 2, 3)
    assert thread.author("c4").name == "Bob"
    assert thread.author("c4").handle == "bob"
    assert thread.question.provenance is not None
    assert thread.question.provenance.declared == (("comments", 2),)
    assert thread.question.provenance.url == "https://here.example/post/1"
    assert thread.question.provenance.time_precision is TimePrecision.MICROSECOND
    assert thread.question.created_at == datetime(2024, 1, 2, 3, 4, 5, 123456, UTC)
    assert extra(thread.question)["language_id"] == 37
    assert extra(thread)["community"] == {"id": 3, "name": "maths"}


def test_both_versions_tell_one_thread() -> None:
    """Counts and times moved; what a thread is made of did not."""
    views = [comment_view("0.4"), comment_view("0.4.6", updated="2024-01-03T00:00:00Z")]
    old = only(encoded([{"post_view": post_view()}, {"comments": views}]))
    new = only(
        encoded(
            [
                {"post_view": newer(post_view())},
                {"items": [newer(view) for view in views], "next_page": None},
            ]
        ),
        strict=True,
    )
    for one in old.posts:
        other = new[one.id]
        assert (one.author_id, one.author_name) == (other.author_id, other.author_name)
        assert (one.parent_id, one.body) == (other.parent_id, other.body)
        assert (one.created_at, one.edited_at) == (other.created_at, other.edited_at)
        assert one.provenance is not None and other.provenance is not None
        assert one.provenance.declared == other.provenance.declared
    assert old.content.tallies == new.content.tallies
    assert old.users == new.users
    assert new["c6"].edited_at is not None
    for version in (post_view(), newer(post_view())):
        assert sniff(encoded({"post_view": version})) == NAME


def test_a_post_that_only_comes_with_its_comments_is_a_question() -> None:
    thread = only(encoded({"comments": [comment_view("0.4"), comment_view("0.5")]}))
    assert thread.question.title == "Post 1"
    assert thread.author("1").name is None, "its author is a number only"
    assert thread.author("1").id == "7"
    slim = comment_view("0.4")
    del slim["post"]
    source = encoded({"items": [newer(slim)], "next_page": "Pabc"})
    assert only(source).root.id == "1"
    assert told(source) == {("noted", "root-missing"): 1, ("noted", "has-more"): 1}
    view = encoded({"comment_view": comment_view("0.4"), "recipient_ids": []})
    assert [found.id for found in only(view).posts] == ["1", "c4"]


def test_a_folder_of_answers_is_read_in_any_order(tmp_path: Path) -> None:
    parts = [
        {"post_view": post_view()},
        {"comments": [comment_view("0.4"), comment_view("0.4.6")]},
        {"comments": [comment_view("0.5"), comment_view("0.4")]},
    ]
    found = list[list[Thread]]()
    for turn in (parts, parts[::-1]):
        folder = tmp_path / str(len(found))
        folder.mkdir()
        for number, part in enumerate(turn):
            (folder / f"page{number}.json").write_bytes(encoded(part))
        found.append(list(read(folder)))
    assert found[0] == found[1]
    assert [post.id for post in found[0][0].posts] == ["1", "c4", "c5", "c6"]


# -- ids -------------------------------------------------------------------------------


def test_global_ids_are_addresses_and_merge_servers() -> None:
    here = [
        {"post_view": post_view()},
        {"comments": [comment_view("0.4"), comment_view("0.4.6")]},
    ]
    there = [
        {"post_view": post_view(900, ap_id="https://here.example/post/1", local=False)},
        {
            "comments": [
                comment_view("0.44", 900, ap_id="https://here.example/comment/4"),
                comment_view("0.44.55", 900, ap_id="https://there.example/comment/55"),
            ]
        },
    ]
    there[0]["post_view"]["creator"]["local"] = False  # type: ignore[index]
    one, other = (only(encoded(each), ids="global") for each in (here, there))
    assert one.id == other.id == "https://here.example/post/1"
    assert one.question.author_id == "https://here.example/u/ada7"
    assert one.question.provenance is not None
    assert one.question.provenance.id == "1"
    assert extra(one.question)["view"]["creator"]["id"] == 7
    merged = trees.merge(one, other)
    assert [post.id for post in merged.replies("https://here.example/comment/4")] == [
        "https://here.example/comment/6",
        "https://there.example/comment/55",
    ]
    hole = only(encoded({"comments": [comment_view("0.4.6")]}), ids="global")
    assert [stub.id for stub in hole.content.stubs] == ["here.example/c4"]
    with pytest.raises(ValidationError, match="ids"):
        threads(encoded(here), ids="both")


def test_answers_of_several_servers_are_noted() -> None:
    other = post_view(2, ap_id="https://there.example/post/2")
    source = encoded([{"post_view": post_view()}, {"post_view": other}])
    assert told(source)["noted", "several-sites"] == 1


# -- holes -----------------------------------------------------------------------------


def test_ids_in_paths_that_are_not_there_are_stubs() -> None:
    source = encoded({"comments": [comment_view("0.2.3.4"), comment_view("0.5")]})
    thread = only(source)
    assert {stub.id: stub.parent_id for stub in thread.content.stubs} == {
        "c2": "1",
        "c3": "c2",
    }
    assert thread["c4"].parent_id == "c3"
    assert told(source) == {("noted", "not-delivered"): 2}


def test_comments_that_are_only_counted_are_missing_where_they_are() -> None:
    """Ten below the post: 4, 5, 6, and three under 5; so four more are elsewhere."""
    view = post_view()
    view["counts"]["comments"] = 10
    value = [
        {"post_view": view},
        {
            "comments": [
                comment_view("0.4", children=2),
                comment_view("0.4.5", children=3),
                comment_view("0.6"),
            ]
        },
    ]
    thread = only(encoded(value))
    assert {stub.id: stub.count for stub in thread.content.stubs} == {
        "1/more": 4,
        "c5/more": 3,
    }
    assert told(encoded(value)) == {("noted", "count-differs"): 2}


def test_a_comment_without_a_path_is_put_under_the_post() -> None:
    views = [
        comment_view("0.4", path="0"),
        comment_view("0.5", path="0.4.9"),
        comment_view("0.6", path=7),
    ]
    source = encoded({"comments": views})
    thread = only(source)
    assert [found.parent_id for found in thread.comments] == ["1", "1", "1"]
    assert told(source) == {("repaired", "missing-parent"): 3}
    assert [extra(found)["path"] for found in thread.comments] == ["0", "0.4.9", 7]


def test_paths_in_a_circle_are_cut() -> None:
    views = [comment_view("0.5.4"), comment_view("0.4.5")]
    source = encoded({"comments": views})
    assert [found.parent_id for found in only(source).comments] == ["1", "c4"]
    assert told(source) == {("repaired", "cycle"): 1}
    crossed = [comment_view("0.9.2.3.4"), comment_view("0.9.3.2.5")]
    thread = only(encoded({"comments": crossed}))
    assert len(thread.content.stubs) == 3


# -- states ----------------------------------------------------------------------------


def test_deleted_removed_locked_and_featured_are_marks() -> None:
    thread = only(
        encoded(
            [
                {"post_view": post_view(locked=True, featured_local=True)},
                comment_view("0.4", deleted=True, content=""),
                comment_view("0.5", removed=True),
                comment_view("0.6", distinguished=True),
                newer(comment_view("0.7", locked=True, federation_pending=True)),
            ]
        )
    )
    assert thread.status.locked is not None
    assert thread.status.locked.level is LockLevel.REPLIES
    assert thread.status.pinned is not None
    assert extra(thread.question)["featured_local"] is True
    assert thread["c4"].deleted is not None and thread["c4"].removed is None
    assert thread["c5"].removed is not None and thread["c5"].deleted is None
    assert thread["c5"].body.source == "Comment 5", "as moderators see it"
    assert extra(thread["c6"])["distinguished"] is True
    assert thread["c7"].status.locked is not None
    assert extra(thread["c7"])["federation_pending"] is True


def test_people_are_bots_deleted_or_of_another_server() -> None:
    views = [comment_view(f"0.{number}") for number in (4, 5, 6)]
    views[0]["creator"] |= {"id": 21, "bot_account": True}
    views[1]["creator"] |= {"id": 22, "deleted": True}
    views[2]["creator"] |= {
        "id": 23,
        "local": False,
        "actor_id": "https://far.example/u/bob",
        "display_name": None,
    }
    for view in views:
        view["comment"]["creator_id"] = view["creator"]["id"]
    thread = only(encoded({"comments": views}))
    assert thread.author("c4").kind is UserKind.BOT
    assert thread.author("c5").kind is UserKind.DELETED
    assert thread.author("c6").handle == "bob@far.example"
    assert thread.author("c6").name == "bob"


def test_crossposts_are_links_and_stay_in_extra() -> None:
    others = [post_view(5, ap_id="https://far.example/post/9")]
    value = encoded({"post_view": post_view(), "cross_posts": others})
    (link,) = only(value).content.links
    assert (link.kind, link.target) == (LinkKind.CROSSPOST, "5")
    assert extra(only(value))["cross_posts"] == others
    (link,) = only(value, ids="global").content.links
    assert link.target == "https://far.example/post/9"


def test_tags_of_version_4_are_tags() -> None:
    view = newer(post_view())
    view["tags"] = [{"id": 1, "name": "solved", "color": "color01"}]
    thread = only(encoded({"post_view": view}))
    assert thread.question.tags == ("solved",)
    assert extra(thread.question)["view"]["tags"] == view["tags"]


# -- times and counts ------------------------------------------------------------------


def test_times_of_old_servers_state_no_zone() -> None:
    source = encoded({"post_view": post_view(published="2023-06-12T19:05:33.123456")})
    thread = only(source)
    assert told(source) == {("noted", "zone-not-stated"): 1}
    assert thread.question.created_at == datetime(2023, 6, 12, 19, 5, 33, 123456, UTC)
    assert thread.question.provenance is not None
    assert thread.question.provenance.zone_stated is False
    with pytest.raises(FormatError, match="assume_tz"):
        threads(source, strict=True)
    there = only(source, strict=True, assume_tz="+02:00").question
    assert there.created_at == thread.question.created_at - timedelta(hours=2)


def test_unknown_counts_are_not_0_and_odd_ones_are_reported() -> None:
    bare, odd = post_view(), post_view()
    del bare["counts"]
    assert only(encoded({"post_view": bare})).content.tallies == ()
    odd["counts"] = {"score": 9, "upvotes": 5, "downvotes": 2, "hot_rank": 0.5}
    thread = only(encoded({"post_view": odd}))
    assert (thread.score("1"), thread.tally("1").up) == (9, None)
    assert extra(thread.question)["view"]["counts"] == {
        "upvotes": 5,
        "downvotes": 2,
        "hot_rank": 0.5,
    }
    assert told(encoded({"post_view": odd})) == {("noted", "score-differs"): 1}


# -- copies and odd input --------------------------------------------------------------


def test_the_newest_copy_of_a_comment_is_kept() -> None:
    one = comment_view("0.4")
    two = comment_view("0.4", content="New", updated="2024-01-05T00:00:00Z")
    for value in ([one, two], [two, one]):
        assert only(encoded(value))["c4"].body.source == "New"
        assert told(encoded(value)) == {("lost", "duplicate-id"): 1}
    with pytest.raises(LossError, match="duplicate-id"):
        threads(encoded([one, two]), strict=True)
    assert told(encoded([one, one])) == {("noted", "repeated"): 1}


def test_a_whole_post_goes_before_one_that_comes_with_a_comment() -> None:
    view = comment_view("0.4")
    view["post"] |= {"name": "Other", "comments": 9}
    value = [newer(post_view()), view]
    assert only(encoded(value), strict=True).question.title == "Post 1"
    assert only(encoded(value[::-1])) == only(encoded(value))
    assert told(encoded(value)) == {("noted", "post-differs"): 1}


def test_a_post_changed_later_is_kept_even_if_it_comes_with_a_comment() -> None:
    view = comment_view("0.4")
    view["post"] |= {"name": "Changed", "updated": "2024-01-09T00:00:00Z"}
    value = [{"post_view": post_view()}, view]
    for each in (value, value[::-1]):
        thread = only(encoded(each))
        assert thread.question.title == "Changed"
        assert thread.author("1").name == "ada"
        assert told(encoded(each)) == {("lost", "duplicate-id"): 1}


def test_of_two_copies_of_a_community_always_the_same_is_kept() -> None:
    views = [comment_view("0.4"), comment_view("0.5")]
    views[1]["community"] = {"id": 3, "name": "maths", "subscribers": 5}
    assert only(encoded(views)) == only(encoded(views[::-1]))
    assert told(encoded(views)) == {("noted", "shared-differs"): 1}


def test_what_is_no_answer_is_told() -> None:
    with pytest.raises(FormatError, match="rate_limit_error"):
        threads(encoded({"error": "rate_limit_error"}))
    for value, what in (([], "an empty list"), (None, "null"), ({"a": 1}, "object")):
        with pytest.raises(FormatError, match=what):
            threads(encoded(value))
    assert list(read(encoded({"comments": []}), NAME)) == []
    assert told(encoded([post_view(), {"error": "x"}, 5])) == {
        ("skipped", "error-answer"): 1,
        ("skipped", "unknown-item"): 1,
    }


def test_wrong_types_are_kept_in_extra_and_counted() -> None:
    bad: dict[str, Any] = {
        "content": 5,
        "published": "yesterday",
        "deleted": "no",
        "creator_id": [],
        "ap_id": {},
    }
    view = comment_view("0.4", **bad)
    view["creator"], view["counts"] = "ada", 7
    source = encoded([post_view(), view])
    thread = only(source)
    found = extra(thread["c4"])
    assert {name: found[name] for name in bad} == bad
    assert found["view"] == {"creator": "ada", "counts": 7}
    assert thread.author("c4").id == "unknown:c4"
    assert {code for kind, code in told(source) if kind == "skipped"} == {
        "field",
        "instant",
    }


def test_too_many_views_are_refused() -> None:
    source = encoded([post_view(n) for n in (1, 2, 3)])
    with pytest.raises(FormatError, match="records"):
        threads(source, limits=Limits(records=2))


def test_a_comment_names_its_post_or_comes_with_it() -> None:
    view = comment_view("0.4")
    del view["comment"]["post_id"]
    assert only(encoded(view))["c4"].parent_id == "1"
    del view["post"]
    source = encoded([post_view(), view])
    assert told(source) == {("skipped", "missing-parent"): 1}
    assert len(only(source)) == 1


def test_lists_hold_views_and_nothing_else() -> None:
    views = {"comments": [comment_view("0.4"), {"comment": {}}, 5], "posts": []}
    value = [views, {"post_view": {"post": 3}}]
    assert told(encoded(value)) == {("skipped", "unknown-item"): 3}


def test_authors_may_be_told_in_two_ways_or_not_at_all() -> None:
    odd, none = comment_view("0.4"), comment_view("0.5")
    odd["creator"]["id"] = 99
    del none["creator"], none["comment"]["creator_id"], none["comment"]["content"]
    source = encoded([odd, none])
    thread = only(source)
    assert thread["c4"].author_id == "99"
    assert extra(thread["c4"])["creator_id"] == 8
    assert thread["c5"].author_id == "unknown:c5"
    assert thread["c5"].body.source == ""
    assert told(source) == {("noted", "body-missing"): 1}
    nameless = comment_view("0.6")
    del nameless["creator"]["id"], nameless["comment"]["creator_id"]
    assert only(encoded(nameless))["c6"].author_name == "Bob"
    assert only(encoded(nameless))["c6"].author_id == "unknown:c6"
    known = only(encoded(nameless), ids="global")
    assert known.posts[-1].author_id == "https://here.example/u/ada8"


# -- what must not be lost or made up --------------------------------------------------


def test_what_an_answer_says_beside_its_view_is_kept() -> None:
    answer = {"post_view": post_view(), "online": 5, "moderators": [{"x": 1}]}
    thread = only(encoded(answer))
    assert extra(thread)["online"] == 5
    assert extra(thread)["moderators"] == [{"x": 1}]
    single = {"comment_view": comment_view("0.5"), "recipient_ids": [3]}
    assert extra(only(encoded(single)))["recipient_ids"] == [3]


def test_what_a_list_says_beside_its_views_is_told() -> None:
    source = encoded({"posts": [post_view()], "made_up": 1, "prev_page": "x"})
    reading = read(source, NAME)
    list(reading)
    (loss,) = reading.report
    assert (loss.kind, loss.code) == ("noted", "answer-members")
    assert "made_up, prev_page" in loss.examples[0]


def test_a_post_that_comes_with_a_comment_on_another_is_a_thread_of_its_own() -> None:
    view = comment_view("0.5", on=1)
    view["post"] = post(2)
    source = encoded({"comments": [view]})
    found = threads(source)
    assert set(found) == {"1", "2"}
    assert found["2"].question.title == "Post 2"
    assert found["1"]["c5"].parent_id == "1"
    assert told(source) == {
        ("repaired", "wrong-parent"): 1,
        ("noted", "root-missing"): 1,
    }


def test_one_address_of_a_post_and_a_comment_gives_them_two_ids() -> None:
    same = "https://here.example/post/1"
    source = encoded([post_view(), comment_view("0.5", ap_id=same)])
    thread = only(source, ids="global")
    assert len(thread) == 2
    assert thread.id == same
    assert thread.comments[0].provenance is not None
    assert thread.comments[0].provenance.url == same
    reading = read(source, NAME, ids="global")
    list(reading)
    assert [loss.code for loss in reading.report] == ["address-taken"]


def test_deleted_by_the_author_and_removed_by_moderators_are_two_marks() -> None:
    both = comment_view("0.5", deleted=True, removed=True, content="")
    thread = only(encoded([post_view(), both, comment_view("0.6", removed=True)]))
    assert thread["c5"].deleted is not None is not thread["c5"].removed
    assert thread["c6"].removed is not None is thread["c6"].deleted
    assert thread["c6"].body.source == "Comment 6"
    assert thread.author("c5").kind == "registered"


def test_one_answer_with_two_posts_is_two_threads() -> None:
    answer = {
        "posts": [post_view(1), post_view(2)],
        "comments": [comment_view("0.5", on=2), comment_view("0.6", on=1)],
    }
    found = threads(encoded(answer))
    assert [len(found[each]) for each in ("1", "2")] == [2, 2]
    assert found["1"]["c6"].parent_id == "1"


def test_a_comment_never_has_the_id_of_its_post() -> None:
    view = comment_view("0.5", on=1)
    view["comment"]["post_id"] = "c5"
    del view["post"]
    thread = only(encoded(view))
    assert thread.id == "c5"
    assert [found.id for found in thread.comments] == ["cc5"]


def test_the_same_view_twice_is_one() -> None:
    source = encoded([post_view(), comment_view("0.5"), comment_view("0.5")])
    assert len(only(source)) == 2
    assert told(source)["noted", "repeated"] == 1


def test_a_folder_or_a_text_of_something_else_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(b'{"zz": 1}')
    with pytest.raises(FormatError):
        read(tmp_path)
    assert sniff(b'"id": 1, "type": "story", "acct": 1, "time": 1') is None
