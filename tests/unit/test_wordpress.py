"""WordPress exports: what is read, what our own members add, what is refused."""

import contextlib
import io
import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qathread import Body, Comment, Question, Thread, from_json, to_json
from qathread.bodies import HTML
from qathread.errors import FormatError, QathreadError, ValidationError
from qathread.feedback import Tally
from qathread.formats import Reading, read, write
from qathread.formats.wordpress import FORMAT
from qathread.posts import Answer, Post, Stub
from qathread.status import Mark, PostStatus
from qathread.users import User, UserKind

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dsq="http://www.disqus.com/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Site</title>
"""
SPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dsq": "http://www.disqus.com/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "wp": "http://wordpress.org/export/1.2/",
}
OTHER = "<wp:author><wp:author_login>bob</wp:author_login></wp:author>"
AUTHOR = (
    "<wp:author><wp:author_id>3</wp:author_id><wp:author_login>ann</wp:author_login>"
    "<wp:author_display_name>Ann</wp:author_display_name></wp:author>"
)


def export(*inner: str) -> bytes:
    return (HEAD + "".join(inner) + "</channel></rss>").encode()


def item(inner: str = "", number: int | None = 7) -> str:
    post_id = "" if number is None else f"<wp:post_id>{number}</wp:post_id>"
    return f"<item><title>T</title>{post_id}{inner}</item>"


def comment(number: object, parent: object = 0, inner: str = "") -> str:
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_content>m{number}</wp:comment_content>"
        f"<wp:comment_parent>{parent}</wp:comment_parent>{inner}</wp:comment>"
    )


def reading(*inner: str, **options: Any) -> Reading:
    return read(export(*inner), "wordpress", **options)


def threads(*inner: str, **options: Any) -> list[Thread]:
    found = list(reading(*inner, **options))
    for thread in found:
        assert from_json(to_json(thread)) == thread
    return found


def one(*inner: str, **options: Any) -> Thread:
    (thread,) = threads(*inner, **options)
    return thread


def told(*inner: str, **options: Any) -> dict[tuple[str, str], int]:
    found = reading(*inner, **options)
    list(found)
    return {(loss.kind, loss.code): loss.count for loss in found.report}


def extra(found: Post) -> dict[str, Any]:
    assert found.provenance is not None
    return found.provenance.members()


def written(*several: Thread) -> str:
    out = io.BytesIO()
    write(several, out, "wordpress")
    return out.getvalue().decode()


# -- reading ---------------------------------------------------------------------


def test_an_item_is_a_question_and_its_comments() -> None:
    thread = one(
        OTHER,
        AUTHOR,
        item(
            "<link>http://e.org/t</link><dc:creator>ann</dc:creator>"
            "<content:encoded><![CDATA[<p>Hi &amp; ho</p>]]></content:encoded>"
            "<wp:post_date>2010-07-20 14:08:08</wp:post_date>"
            "<wp:post_date_gmt>2010-07-20 12:08:08</wp:post_date_gmt>"
            "<wp:post_modified_gmt>2010-07-21 12:08:08</wp:post_modified_gmt>"
            '<category domain="post_tag" nicename="role-playing">role playing'
            '</category><category domain="post_tag" nicename="cpp">C++</category>'
            '<category domain="category" nicename="news">News</category>'
            "<wp:postmeta><wp:meta_key>a</wp:meta_key><wp:meta_value>1"
            "</wp:meta_value></wp:postmeta>"
            + comment(
                9,
                inner="<wp:comment_author>Bob</wp:comment_author>"
                "<wp:comment_author_email>b@e.org</wp:comment_author_email>"
                "<wp:comment_user_id>0</wp:comment_user_id>"
                "<wp:comment_approved>1</wp:comment_approved>",
            )
            + comment(
                10,
                9,
                "<wp:comment_user_id>3</wp:comment_user_id>"
                "<wp:comment_author>Annie</wp:comment_author>",
            )
        ),
    )
    root = thread.question
    assert (thread.id, root.id, root.title) == ("p7", "p7", "T")
    assert root.body == Body(source="<p>Hi &amp; ho</p>", media_type=HTML)
    assert root.created_at == datetime(2010, 7, 20, 12, 8, 8, tzinfo=UTC)
    assert root.edited_at == datetime(2010, 7, 21, 12, 8, 8, tzinfo=UTC)
    assert root.tags == ("role playing", "C++")
    assert root.provenance is not None
    assert root.provenance.url == "http://e.org/t"
    assert root.provenance.zone_stated is True
    assert extra(root) == {
        "category": [
            {"#text": "C++", "@domain": "post_tag", "@nicename": "cpp"},
            {"#text": "News", "@domain": "category", "@nicename": "news"},
        ],
        "wp:postmeta": {"wp:meta_key": "a", "wp:meta_value": "1"},
    }
    assert thread.author("p7") == User(id="ann", name="Annie", handle="ann")
    assert root.author_name == "Ann"
    assert thread.author("9").kind is UserKind.ANONYMOUS
    assert thread["9"].parent_id == "p7"
    assert extra(thread["9"]) == {"wp:comment_author_email": "b@e.org"}
    assert thread["10"].parent_id == "9"
    assert thread["10"].author_id == "ann"


@pytest.mark.parametrize(
    ("state", "pending", "removed"),
    [("1", 0, None), ("0", 1, None), ("spam", 0, "spam"), ("trash", 0, "trash")],
)
def test_a_comment_waits_or_was_removed(
    state: str, pending: int, removed: str | None
) -> None:
    mark = f"<wp:comment_approved>{state}</wp:comment_approved>"
    found = one(item(comment(9, inner=mark)))["9"]
    assert (found.status.pending is not None) == pending
    assert (found.removed and found.removed.reason) == removed
    assert extra(found) == {}


@pytest.mark.parametrize(
    ("inner", "names"),
    [
        ("<wp:comment_status>closed</wp:comment_status>", ["closed"]),
        ("<wp:comment_status>open</wp:comment_status>", []),
        ("<wp:is_sticky>1</wp:is_sticky>", ["pinned"]),
        ("<wp:status>private</wp:status>", ["hidden"]),
        ("<wp:status>pending</wp:status>", ["pending"]),
        ("<wp:status>publish</wp:status>", []),
        ("<wp:status>inherit</wp:status>", []),
    ],
)
def test_marks_of_an_item(inner: str, names: list[str]) -> None:
    status = one(item(inner)).status
    every = ("closed", "locked", "pinned", "hidden", "pending", "protected")
    assert [name for name in every if getattr(status, name) is not None] == names


def test_trash_is_deleted_and_unknown_states_are_kept() -> None:
    assert one(item("<wp:status>trash</wp:status>")).question.deleted is not None
    found = one(item("<wp:status>odd</wp:status>")).question
    assert extra(found) == {"wp:status": "odd"}


def test_times() -> None:
    never = "0000-00-00 00:00:00"
    feed = "<pubDate>Tue, 20 Jul 2010 14:08:08 +0200</pubDate>"
    gmt = f"<wp:post_date_gmt>{never}</wp:post_date_gmt>"
    local = "<wp:post_date>2010-07-20 14:08:08</wp:post_date>"
    wanted = datetime(2010, 7, 20, 12, 8, 8, tzinfo=UTC)
    assert one(item(gmt + feed)).question.created_at == wanted
    assert one(item(gmt)).question.created_at is None
    found = one(item(gmt + local), assume_tz="+02:00").question
    assert found.created_at == wanted
    assert found.provenance is not None
    assert found.provenance.zone_stated is False
    assert told(item(local)) == {("noted", "zone-not-stated"): 1}
    assert told(item(local), assume_tz="UTC") == {}
    with pytest.raises(FormatError) as caught:
        list(reading(item(local), strict=True))
    assert caught.value.code == "instant"
    assert told(item(f"<wp:post_date_gmt>{never[:9]}</wp:post_date_gmt>")) == {
        ("skipped", "instant"): 1
    }
    for odd in (
        "Mon, 30 Nov -0001 00:00:00 +0000",
        "soon",
        "Tue, 20 Jul 2010",
        "Tue, 31 Feb 2010 00:00:00 +0000",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Tue, 20 Xyz 2010 14:08:08 GMT",
    ):
        found = one(item(f"<pubDate>{odd}</pubDate>")).question
        assert found.created_at is None
        assert extra(found) == {"pubDate": odd}
    with pytest.raises(ValidationError, match="assume_tz"):
        reading(item(), assume_tz="Nowhere/Land")


def test_parts_of_a_site_are_told_and_left_out() -> None:
    attachment = item("<wp:post_type>attachment</wp:post_type>", 8)
    menu = item("<wp:post_type>wp_navigation</wp:post_type>", 9)
    product = item("<wp:post_type>product</wp:post_type>", 10)
    assert [each.id for each in threads(attachment, menu, product)] == ["p10"]
    assert told(attachment, menu, product) == {("noted", "post-type"): 2}
    talked = attachment.replace("</item>", comment(1) + "</item>")
    assert [each.id for each in threads(talked)] == ["p8"]


def test_pingbacks_are_comments_of_another_type() -> None:
    ping = comment(9, inner="<wp:comment_type>pingback</wp:comment_type>")
    plain = comment(8, inner="<wp:comment_type>comment</wp:comment_type>")
    assert told(item(ping + plain)) == {("noted", "comment-type"): 1}
    thread = one(item(ping + plain))
    assert extra(thread["9"]) == {"wp:comment_type": "pingback"}
    assert extra(thread["8"]) == {}


def test_the_file_that_disqus_imports_is_read() -> None:
    remote = (
        "<dsq:remote><dsq:id>u1</dsq:id><dsq:avatar>http://e.org/a</dsq:avatar>"
        "</dsq:remote><wp:comment_author>Al</wp:comment_author>"
    )
    named = "<dsq:thread_identifier>page one</dsq:thread_identifier>"
    thread = one(item(named + comment(5, inner=remote), None))
    assert thread.id == "item:page one"
    assert thread.author("5") == User(id="remote:u1", name="Al")
    assert extra(thread["5"]) == {"dsq:remote": {"dsq:avatar": "http://e.org/a"}}
    assert extra(thread.question) == {"dsq:thread_identifier": "page one"}
    bare = remote.replace("<dsq:avatar>http://e.org/a</dsq:avatar>", "")
    assert extra(one(item(named + comment(5, inner=bare), None))["5"]) == {}
    nameless = '<category domain="post_tag" nicename="x"/>'
    assert extra(one(item(nameless)).question) == {
        "category": [{"@domain": "post_tag", "@nicename": "x"}]
    }


def test_items_without_an_id_have_a_stable_one() -> None:
    linked = item("<link>http://e.org/x</link>", None)
    assert one(linked).id == "item:http://e.org/x"
    bare = one(item("", None)).id
    assert bare == one(AUTHOR, item("", None)).id
    assert bare != one(item("<description>d</description>", None)).id


def test_holes_circles_and_comments_without_an_id() -> None:
    inner = comment(5, 99) + comment(6, 7) + comment(7, 6) + comment("", 5)
    assert told(item(inner)) == {
        ("repaired", "missing-parent"): 1,
        ("repaired", "cycle"): 1,
        ("skipped", "field"): 1,
    }
    thread = one(item(inner + comment("p7") + comment("c:p7")))
    assert [stub.id for stub in thread.stubs] == ["99"]
    assert {"c:p7", "c:c:p7"} <= {each.id for each in thread.posts}
    assert one("<item/>").question.body.source == ""


def test_a_cut_file_keeps_the_comments_before() -> None:
    data = export(item(comment(5) + comment(6) + comment(7)), item(number=8))
    found = read(data[: data.index(b"m7")], "wordpress")
    (thread,) = found
    assert [each.id for each in thread.posts] == ["p7", "5", "6"]
    assert {loss.code for loss in found.report} == {"syntax", "cut-item"}
    whole = list(read(data[: data.index(b"<wp:post_id>8")], "wordpress"))
    assert [len(each.posts) for each in whole] == [4]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<disqus/>", "not-this-format"),
        (b"", "not-this-format"),
        (b"<!DOCTYPE rss><rss/>", "doctype"),
        ((HEAD + "<a>" * 70).encode(), "too-deep"),
        (b"<?xml version='1.0' encoding='latin-1'?><rss/>", "encoding"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(read(data, "wordpress"))
    assert caught.value.code == code
    assert caught.value.format == "wordpress"


_markup = st.text(st.sampled_from("<>&;/ ='\"wp:comment_idtm0123!-[]CDATA\n"))


@given(_markup)
def test_any_markup_gives_threads_or_a_format_error(text: str) -> None:
    for data in (text.encode(), export(text), export(item(text + comment(1)))):
        with contextlib.suppress(FormatError):
            list(read(data, "wordpress"))


def test_what_is_said_of_the_site_and_its_authors_is_told() -> None:
    term = "<wp:category><wp:cat_name>News</wp:cat_name></wp:category>"
    mail = AUTHOR.replace("</wp:author>", "<wp:author_email>e</wp:author_email>$&")
    mail = mail.replace("$&", "</wp:author>")
    assert told(term, mail, item()) == {
        ("noted", "site"): 1,
        ("noted", "author-members"): 1,
    }
    assert told("<wp:author><wp:author_id>1</wp:author_id></wp:author>") == {
        ("skipped", "field"): 1
    }


@pytest.mark.parametrize(
    "stray", [comment(9), f"<wp:category>{comment(9)}<a/></wp:category>"]
)
def test_a_comment_outside_of_any_item_belongs_to_none(stray: str) -> None:
    assert [each.id for each in one(stray, item(comment(5))).posts] == ["p7", "5"]
    assert told(stray, item()) == {("lost", "stray-comment"): 1}


def test_all_that_a_tag_says_is_kept() -> None:
    tag = '<category domain="post_tag" parent="4">x</category>'
    found = one(item(tag)).question
    assert found.tags == ("x",)
    assert extra(found) == {
        "category": [{"#text": "x", "@domain": "post_tag", "@parent": "4"}]
    }


def test_names_of_html_do_not_end_a_lenient_reading() -> None:
    title = "<title>Fish&nbsp;&amp;&nbsp;chips&hellip;</title>"
    records = f"<item>{title}<wp:post_id>7</wp:post_id>{comment(5)}</item>", item("", 8)
    assert told(*records) == {("repaired", "undefined-entity"): 3}
    first, second = threads(*records)
    assert first.question.title == "Fish\xa0&\xa0chips\u2026"
    assert ("5" in first, second.id) == (True, "p8")
    with pytest.raises(FormatError) as caught:
        list(reading(*records, strict=True))
    assert caught.value.code == "syntax"


# -- writing ---------------------------------------------------------------------


def a_thread(**members: Any) -> Thread:
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="Is <b>it</b>?", media_type=HTML),
        title="Why & how?",
        tags=("a b", "c<d"),
        created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    posts = (
        Answer(
            id="a",
            question_id="q",
            author_id="greg",
            body=Body(source="It *is*."),
            created_at=datetime(2026, 1, 3, tzinfo=UTC),
        ),
        Comment(
            id="c",
            parent_id="a",
            author_id="ada",
            body=Body(source="]]> \r\n&", media_type=HTML),
            removed=Mark(reason="noise"),
        ),
    )
    return Thread.from_parts(
        id="t",
        question=question,
        posts=posts,
        accepted=("a",),
        tallies=(Tally(post_id="a", up=3, down=1),),
        users=(User(id="greg", name="Greg"),),
        **members,
    )


def test_importers_find_what_they_look_for() -> None:
    text = written(a_thread())
    for line in (
        "<wp:wxr_version>1.2</wp:wxr_version>",
        "<title><![CDATA[Why & how?]]></title>",
        "<pubDate>Fri, 02 Jan 2026 03:04:05 +0000</pubDate>",
        "<content:encoded><![CDATA[Is <b>it</b>?]]></content:encoded>",
        "<wp:post_date_gmt>2026-01-02 03:04:05</wp:post_date_gmt>",
        "<wp:post_type>post</wp:post_type>",
        "<wp:status>publish</wp:status>",
        '<category domain="post_tag" nicename="c&lt;d"><![CDATA[c<d]]></category>',
        "<dsq:thread_identifier><![CDATA[t]]></dsq:thread_identifier>",
        "<wp:comment_id>1</wp:comment_id>",
        "<wp:comment_author><![CDATA[Greg]]></wp:comment_author>",
        "<wp:comment_date_gmt>2026-01-03 00:00:00</wp:comment_date_gmt>",
        "<wp:comment_date_gmt>0000-00-00 00:00:00</wp:comment_date_gmt>",
        "<wp:comment_approved>trash</wp:comment_approved>",
        "<wp:comment_parent>1</wp:comment_parent>",
        "<![CDATA[]]]]><![CDATA[> ]]>&#13;<![CDATA[\n&]]>",
    ):
        assert line in text


def test_all_of_it_is_there_again_but_nothing_more_is_reported() -> None:
    out = io.BytesIO()
    report = write(a_thread(), out, "wordpress", strict=True)
    assert [loss.code for loss in report] == ["not-html"]
    assert list(read(out.getvalue(), "wordpress", strict=True)) == [a_thread()]


def test_numbers_that_keep_the_tree_stay_and_others_are_given() -> None:
    root = Question(id="p7", author_id="a", body=Body(source="", media_type=HTML))

    def numbers(*pairs: tuple[str, str]) -> list[str]:
        comments = (
            Comment(id=each, parent_id=above, author_id="a", body=root.body)
            for each, above in pairs
        )
        thread = Thread.from_parts(id="p7", question=root, posts=comments)
        text = written(thread)
        assert "<wp:post_id>7</wp:post_id>" in text
        assert list(read(text.encode(), "wordpress", strict=True)) == [thread]
        return [part.partition("<")[0] for part in text.split("<wp:comment_id>")[1:]]

    assert numbers(("5", "p7"), ("12", "5")) == ["5", "12"]
    assert numbers(("12", "p7"), ("5", "12")) == ["1", "2"]
    assert numbers(("05", "p7")) == ["1"]
    assert numbers(("1" * 30, "p7")) == ["1"]


def test_a_thread_without_a_question_and_stubs_come_back() -> None:
    comments = (
        Comment(id="c", parent_id="gone", author_id="a", body=Body(source="x")),
        Answer(id="b", question_id="root", author_id="a", body=Body(source="y")),
    )
    stubs = (Stub(id="root"), Stub(id="gone", parent_id="root", count=2))
    thread = Thread.from_parts(id="t", posts=comments, stubs=stubs)
    text = written(thread)
    assert "<wp:status>trash</wp:status>" in text
    assert list(read(text.encode(), "wordpress", strict=True)) == [thread]


def test_what_wordpress_changed_afterwards_is_read() -> None:
    """A comment that came later, a text that was edited, a title."""
    text = written(a_thread())
    late = comment(50, 1, "<wp:comment_author>Li</wp:comment_author>")
    text = text.replace("</item>", late + "</item>").replace("It *is*.", "It was.")
    found = read(text.replace("Why & how?", "Why?").encode(), "wordpress", strict=True)
    (thread,) = found
    assert thread["50"].parent_id == "a"
    assert thread.author("50").name == "Li"
    assert thread["a"].body.source == "It was."
    assert thread.question.title == "Why?"
    assert thread.accepted == ("a",)


def imported(text: str) -> str:
    """
    Return what a site exports after an import: the same, under new numbers.

    As the importer of WordPress does it: an item whose number it has seen is left
    out, comments go in by number, and a parent is known only if it went in before.
    """
    root = ElementTree.fromstring(text)
    channel = root.find("channel")
    assert channel is not None
    seen, fresh = set[str](), iter(range(901, 9999))
    for element in list(channel.iterfind("item")):
        old = element.findtext("wp:post_id", "", SPACES)
        if old in seen:
            channel.remove(element)
            continue
        seen.add(old)
        element.find("wp:post_id", SPACES).text = str(next(fresh))  # type: ignore[union-attr]
        several = element.findall("wp:comment", SPACES)
        several.sort(key=lambda each: int(each.findtext("wp:comment_id", "", SPACES)))
        known = {"0": "0"}
        for each in several:
            number, parent = (
                each.find(f"wp:comment_{name}", SPACES) for name in ("id", "parent")
            )
            assert number is not None
            assert parent is not None
            parent.text = known.get(parent.text or "", parent.text)
            known[number.text or ""] = number.text = str(next(fresh))
    for prefix, address in SPACES.items():
        ElementTree.register_namespace(prefix, address)
    return ElementTree.tostring(root, "unicode").replace("\r", "&#13;")


def replies(*pairs: tuple[str, str], id: str = "q") -> Thread:
    body = Body(source="x", media_type=HTML)
    return Thread.from_parts(
        id=id,
        question=Question(id=id, author_id="a", body=body),
        posts=[
            Comment(id=each, parent_id=above, author_id="a", body=body)
            for each, above in pairs
        ],
    )


def test_what_went_through_a_site_is_the_same_thread() -> None:
    """Under new numbers of posts and comments ids, trees and answers stay."""
    several = [
        a_thread(),
        replies(("5", "p1"), ("12", "5"), id="p1"),
        replies(("5", "p2"), ("3", "5"), ("12", "3"), id="p2"),
        replies(("903", "p9"), ("902", "903"), ("1", "902"), id="p9"),
        Thread.from_parts(
            id="p5",
            question=Question(id="p5", author_id="a", body=Body(source="x")),
            posts=(
                Answer(id="7", question_id="p5", author_id="a", body=Body(source="y")),
            ),
            accepted=("7",),
        ),
    ]
    again = imported(written(*several))
    assert list(read(again.encode(), "wordpress", strict=True)) == several


def test_the_time_of_an_import_is_not_that_of_a_post() -> None:
    """WordPress gives a time to what has none."""
    thread = replies(("1", "q"))
    text = written(thread).replace("0000-00-00 00:00:00", "2026-05-06 07:08:09")
    assert list(read(text.encode(), "wordpress", strict=True)) == [thread]


def test_no_two_numbers_in_a_file_are_equal() -> None:
    """An importer leaves out an item whose number it has seen."""
    several = [
        replies(("x", "a"), ("y", "a"), id="a"),
        replies(("2", "p1"), id="p1"),
        replies(("7", "p2"), ("8", "p2"), id="p2"),
        replies(("8", "b"), ("9", "b"), id="b"),
        replies(*((f"z{at}", "c") for at in range(9)), id="c"),
    ]
    root = ElementTree.fromstring(written(*several))
    items, comments = (
        [each.text for each in root.iter(f"{{{SPACES['wp']}}}{name}_id")]
        for name in ("post", "comment")
    )
    assert len(set(items)) == len(items) == 5
    assert len(set(comments)) == len(comments) == 16
    assert "7" in comments


@pytest.mark.parametrize(
    ("said", "state"), [("hidden", "0"), ("shown", "1"), ("spam", "spam")]
)
@pytest.mark.parametrize(
    "before",
    [
        {},
        {"removed": Mark(reason="spam")},
        {"deleted": Mark()},
        {"status": PostStatus(hidden=Mark())},
    ],
)
def test_what_moderators_decided_afterwards_counts(
    before: dict[str, Any], said: str, state: str
) -> None:
    thread = replies(("1", "q"))
    post = evolve(thread["1"], **before)
    thread = Thread.from_parts(id="q", question=thread.question, posts=[post])
    text = written(thread)
    element = "<wp:comment_approved>{}</wp:comment_approved>"
    old = text.split("<wp:comment_approved>")[1].partition("<")[0]
    text = text.replace(element.format(old), element.format(state))
    found = read(text.encode(), "wordpress", strict=True)
    (again,) = list(found)
    assert [loss.code for loss in found.report] == (
        [] if old == state else ["approval-changed"]
    )
    if old == state:
        assert again == thread
    post = again["1"]
    assert post.stands == (said != "spam")
    waits = post.status.hidden is not None or post.status.pending is not None
    assert said == "spam" or waits == (said == "hidden")
    if said == "spam":
        assert post.removed == Mark(reason="spam")


def test_a_reply_does_not_move_under_a_post_that_has_the_number_as_its_id() -> None:
    text = written(replies(("2", "q"), ("1", "q"), ("z", "2")))
    start = text.index("<wp:comment>")
    end = text.index("</wp:comment>") + len("</wp:comment>")
    assert '"id":"2"' in text[start:end]
    found = read((text[:start] + text[end:]).encode(), "wordpress")
    (thread,) = list(found)
    assert "own-members" in {loss.code for loss in found.report}
    assert [stub.id for stub in thread.stubs] == ["1"]


def test_of_our_members_that_stand_twice_the_last_count() -> None:
    text = written(a_thread())
    start = text.index("<wp:postmeta>")
    end = text.index("</wp:postmeta>") + len("</wp:postmeta>")
    twice = text[:start] + text[start:end].replace("Greg", "X") + text[start:]
    (thread,) = read(twice.encode(), "wordpress", strict=True)
    assert thread == a_thread()


def test_why_a_post_is_hidden_is_said_in_the_words_of_wordpress() -> None:
    for reason in ("private", "draft", "future"):
        thread = one(item(f"<wp:status>{reason}</wp:status>"))
        assert f"<wp:status>{reason}</wp:status>" in written(thread)


def test_where_ours_does_not_fit_any_more_wxr_counts() -> None:
    text = written(a_thread())
    start = text.index("<wp:comment>")
    end = text.index("</wp:comment>") + len("</wp:comment>")
    taken_out = text[:start] + text[end:]  # the answer that c is about
    for damaged in (
        taken_out,
        text.replace('"kind":"qa"', '"kind":"odd"'),
        text.replace('"kind":"qa"', '"kind":'),
        text.replace('"kind":"answer"', '"kind":"letter"'),
        text.replace('"up":3', '"up":"3"'),
        text.replace('"question":{', '"question":5,"x":{'),
        text.replace('"kind":"question"', '"kind":"answer"'),
        text.replace('"question":{', '"question_at":"x","question":{'),
        text.replace('"id":"t",', ""),
        text.replace('"accepted":["a"]', '"accepted":"a"'),
        text.replace('"tally":{', '"tally":5,"x":{'),
        text.replace('"users":[', '"users":5,"x":['),
        text.replace('"users":[', '"users":[5,'),
        text.replace('"users":[', '"users":[{"id":5},'),
        text.replace('"body":{', '"body":5,"x":{'),
        text.replace('"accepted":', '"status":[],"accepted":'),
        text.replace('"id":"c"', '"id":"a"'),
    ):
        assert damaged != text
        found = read(damaged.encode(), "wordpress")
        (thread,) = found
        assert thread.question.title == "Why & how?"
        assert "own-members" in {loss.code for loss in found.report}
        with pytest.raises(QathreadError):
            list(read(damaged.encode(), "wordpress", strict=True))


def test_a_file_of_wordpress_goes_back_with_its_addresses() -> None:
    inner = (
        "<wp:comment_author>Bob</wp:comment_author>"
        "<wp:comment_author_email>b@e.org</wp:comment_author_email>"
        "<wp:comment_type>pingback</wp:comment_type>"
    )
    thread = one(item(comment(9, inner=inner)))
    text = written(thread)
    assert "<wp:comment_author_email><![CDATA[b@e.org]]>" in text
    assert "<wp:comment_type><![CDATA[pingback]]>" in text
    assert list(read(text.encode(), "wordpress", strict=True)) == [thread]


def test_no_thread_is_refused_and_sniffing_knows_the_format() -> None:
    with pytest.raises(ValidationError, match="no thread"):
        written()
    assert FORMAT.sniff is not None
    assert FORMAT.sniff(written(a_thread()).encode())
    assert FORMAT.sniff(export())
    assert not FORMAT.sniff(b"<rss version='2.0'/>")


def test_a_long_chain_takes_no_recursion() -> None:
    root = Question(id="q", author_id="a", body=Body(source=""))
    comments = (
        Comment(
            id=f"c{number}",
            parent_id=f"c{number - 1}" if number else "q",
            author_id="a",
            body=Body(source="x"),
        )
        for number in range(5000)
    )
    thread = Thread.from_parts(id="t", question=root, posts=comments)
    assert list(read(written(thread).encode(), "wordpress", strict=True)) == [thread]


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("qathread_thread", {"question": 5}),
        ("qathread_thread", {"question": {"kind": "answer", "author_id": "a"}}),
        ("qathread_thread", {"question": {"kind": "question"}}),
        ("qathread_thread", {"id": ""}),
        ("qathread_post", {"tally": 5}),
        ("qathread_post", {"tally": {"up": -1}}),
        ("qathread_post", {"created_at": "soon"}),
    ],
)
def test_members_of_ours_of_another_kind_are_damage(
    key: str, changes: dict[str, Any]
) -> None:
    text = written(a_thread())
    begin = f"<wp:meta_key>{key}</wp:meta_key>\n<wp:meta_value><![CDATA["
    before, _, rest = text.partition(begin)
    old, _, after = rest.partition("]]>")
    new = json.dumps({**json.loads(old), **changes})
    found = read(f"{before}{begin}{new}]]>{after}".encode(), "wordpress")
    (thread,) = list(found)
    assert thread.question.title == "Why & how?"
    assert {loss.code: loss.count for loss in found.report} == {"own-members": 1}
