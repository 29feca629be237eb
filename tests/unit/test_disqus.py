"""Exports of Disqus: the sample, holes, people, damage."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread, from_json, to_json
from qathread.errors import FormatError, QathreadError, ValidationError
from qathread.formats import Reading, read, write
from qathread.formats.disqus import FORMAT
from qathread.limits import Limits
from qathread.posts import Post, Stub
from qathread.users import UserKind

HEAD = (
    '<?xml version="1.0"?><disqus xmlns="http://disqus.com" '
    'xmlns:dsq="http://disqus.com/disqus-internals">'
)
DSQ = "{http://disqus.com/disqus-internals}"


def export(*records: str) -> bytes:
    return (HEAD + "".join(records) + "</disqus>").encode()


def topic(number: object = 2, inner: str = "") -> str:
    return f'<thread dsq:id="{number}"><title>T</title>{inner}</thread>'


def post(number: object, thread: object = 2, inner: str = "") -> str:
    return (
        f'<post dsq:id="{number}"><message>m{number}</message>'
        f'<thread dsq:id="{thread}"/>{inner}</post>'
    )


def reading(*records: str, **options: Any) -> Reading:
    return read(export(*records), "disqus", **options)


def threads(*records: str, **options: Any) -> dict[str, Thread]:
    found = {thread.id: thread for thread in reading(*records, **options)}
    for thread in found.values():
        assert from_json(to_json(thread)) == thread
    return found


def told(*records: str) -> dict[tuple[str, str], int]:
    found = reading(*records)
    list(found)
    return {(loss.kind, loss.code): loss.count for loss in found.report}


def extra(found: Post) -> dict[str, Any]:
    assert found.provenance is not None
    return found.provenance.members()


@pytest.fixture(scope="module")
def sample(shared: Path) -> Path:
    path = shared / "data" / "formats" / "comment_exports" / "disqus.xml"
    if not path.is_file():
        pytest.skip("no Disqus sample in the folder of reference samples")
    return path


def test_the_sample_keeps_what_another_parser_finds(sample: Path) -> None:
    tree = ElementTree.parse(sample).getroot()
    space = {"": "http://disqus.com"}
    with read(sample) as opened:
        found = {thread.id: thread for thread in opened}
        report = opened.report
    assert [(loss.code, loss.count) for loss in report] == [("root-missing", 1)]
    topics = [each.attrib[f"{DSQ}id"] for each in tree.findall("thread", space)]
    assert list(found) == [*(f"t{each}" for each in topics), "t1337"]
    posts = {each.id: each for thread in found.values() for each in thread.posts}
    for element in tree.findall("post", space):
        comment = posts[element.attrib[f"{DSQ}id"]]
        home = element.find("thread", space)
        above = element.find("parent", space)
        assert home is not None
        assert comment.parent_id == (
            f"t{home.attrib[f'{DSQ}id']}" if above is None else above.attrib[f"{DSQ}id"]
        )
        assert comment.body.source == (element.findtext("message", "", space))
        assert comment.author_name == element.findtext("author/name", None, space)
        gone = element.findtext("isDeleted", "", space) == "true"
        assert (comment.deleted is not None) == gone
        said = element.findtext("createdAt", "", space)
        assert comment.created_at == datetime.fromisoformat(said)
    assert len(posts) == len(topics) + len(tree.findall("post", space))


def test_the_sample_in_detail(sample: Path) -> None:
    first, second, third, orphans = read(sample)
    root = first.question
    assert (first.id, root.id, root.title) == ("t2", "t2", "Hello, World!")
    assert root.provenance is not None
    assert root.provenance.id == "2"
    assert root.provenance.url == "http://example.org/"
    assert root.provenance.zone_stated is True
    assert extra(root) == {
        "author": {"email": "foo@bar.com"},
        "category": {"@dsq:id": "1", "forum": "disqusdev", "title": "Technology"},
        "forum": "disqusdev",
        "id": "some-id",
    }
    assert first.author("t2").kind is UserKind.REGISTERED
    assert first.author("t2").id == "unknown:t2"
    assert first.author("4").kind is UserKind.ANONYMOUS
    assert first.author("4") != first.author("9")  # one name, not one person
    assert first.author("5") == first.author("11")
    assert first.author("5").handle == "user"
    assert len(first.posts) == 5
    assert (second.id, second.question.title, len(second.posts)) == ("t3", None, 1)
    assert second.question.created_at is None
    assert third.question.title is None
    assert orphans.root == Stub(id="t1337")


def test_marks() -> None:
    (thread,) = threads(
        topic(inner="<isClosed>true</isClosed><isDeleted>true</isDeleted>"),
        post(4, inner="<isSpam>true</isSpam><isApproved>false</isApproved>"),
        post(5, inner="<isDeleted>false</isDeleted><isSpam>maybe</isSpam>"),
    ).values()
    assert thread.status.closed is not None
    assert thread.question.deleted is not None
    spam = thread["4"].removed
    assert spam is not None
    assert spam.reason == "spam"
    assert thread["4"].status.pending is not None
    assert thread["5"].stands
    assert extra(thread["5"]) == {"isSpam": "maybe"}


def test_posts_may_stand_before_their_thread_and_in_any_order() -> None:
    records = [
        topic(),
        post(4, inner='<parent dsq:id="5"/>'),
        post(5),
        post(6, 7),
        topic(7),
    ]
    wanted = threads(*records)
    assert threads(*reversed(records)) == wanted
    assert list(wanted) == ["t2", "t7"]
    assert wanted["t2"]["4"].parent_id == "5"


def test_holes_are_told_and_have_stubs() -> None:
    records = (topic(), post(4, inner='<parent dsq:id="99"/>'), post(5, 8))
    assert told(*records) == {
        ("repaired", "missing-parent"): 1,
        ("noted", "root-missing"): 1,
    }
    found = threads(*records)
    assert [stub.id for stub in found["t2"].stubs] == ["99"]
    assert found["t2"]["4"].parent_id == "99"
    assert found["t8"].root == Stub(id="t8")
    with pytest.raises(FormatError) as caught:
        list(reading(*records, strict=True))
    assert caught.value.code == "missing-parent"


def test_a_parent_of_another_thread_is_no_parent() -> None:
    records = (topic(), topic(3), post(4), post(5, 3, '<parent dsq:id="4"/>'))
    assert told(*records) == {("repaired", "wrong-parent"): 1}
    assert threads(*records)["t3"]["5"].parent_id == "t3"


def test_circles_are_cut() -> None:
    records = (
        topic(),
        post(4, inner='<parent dsq:id="5"/>'),
        post(5, inner='<parent dsq:id="4"/>'),
        post(6, inner='<parent dsq:id="6"/>'),
    )
    assert told(*records) == {("repaired", "cycle"): 2}
    assert threads(*records)["t2"]["5"].parent_id == "4"


def test_records_that_say_too_little_are_left_out_and_told() -> None:
    assert told(
        topic(),
        "<thread><title>no id</title></thread>",
        "<post><message>no id</message></post>",
        '<post dsq:id="9"><message>no thread</message></post>',
        "<novelty>x</novelty>",
    ) == {("skipped", "field"): 3, ("lost", "unknown-member"): 1}


def test_ids_of_threads_and_posts_do_not_meet() -> None:
    (thread,) = threads(
        topic(2), post(2), post("t2"), post("p:t2", inner='<parent dsq:id="t2"/>')
    ).values()
    assert {each.id for each in thread.posts} == {"t2", "2", "p:t2", "p:p:t2"}
    assert thread["p:p:t2"].parent_id == "p:t2"


def test_copies_are_merged() -> None:
    assert told(topic(), post(4), post(4)) == {("noted", "repeated"): 1}
    other = post(4).replace("m4", "n4")
    assert told(topic(), post(4), other) == {("lost", "duplicate-id"): 1}
    assert threads(topic(), post(4), other) == threads(topic(), other, post(4))


def test_what_is_unknown_stays_in_extra() -> None:
    (thread,) = threads(
        topic(),
        post(4, inner="<ipAddress>::1</ipAddress><a b='1'>x<c/><c>2</c></a><e/>"),
    ).values()
    assert extra(thread["4"]) == {
        "ipAddress": "::1",
        "a": {"@b": "1", "c": ["", "2"], "#text": "x"},
    }


@pytest.mark.parametrize("name", ["title", "message", "createdAt", "author"])
def test_members_of_another_kind_are_told_and_kept(name: str) -> None:
    odd = f"<{name}>1<x/></{name}><{name}>2</{name}>"
    (thread,) = threads(f'<thread dsq:id="2">{odd}</thread>').values()
    assert name in extra(thread.question) or name == "author"
    with pytest.raises(QathreadError):
        list(
            reading(
                f'<thread dsq:id="2"><createdAt>{name}</createdAt></thread>',
                strict=True,
            )
        )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<rss></rss>", "not-this-format"),
        (b"", "not-this-format"),
        (b"<!DOCTYPE disqus><disqus/>", "doctype"),
        ((HEAD + "<a>" * 70).encode(), "too-deep"),
        (b"<?xml version='1.0' encoding='latin-1'?><disqus/>", "encoding"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(read(data, "disqus"))
    assert caught.value.code == code
    assert caught.value.format == "disqus"


def test_a_cut_export_keeps_whole_records() -> None:
    data = export(topic(), post(4), post(5))
    kept = list(read(data[: data.index(b"m5")], "disqus"))
    assert [len(thread.posts) for thread in kept] == [2]
    small = Limits(record=100)
    with pytest.raises(FormatError, match=r"Limits\.record"):
        list(
            read(
                export(topic(inner="<message>" + "x" * 99 + "</message>")),
                "disqus",
                limits=small,
            )
        )


def test_sniffing_and_writing() -> None:
    assert FORMAT.sniff is not None
    assert FORMAT.sniff(export())
    assert FORMAT.sniff(b"\xef\xbb\xbf" + export())
    assert not FORMAT.sniff(b"<rss xmlns='http://disqus.com'/>")
    assert not FORMAT.sniff(b"<disqus/>")
    (thread,) = threads(topic()).values()
    with pytest.raises(ValidationError, match="read only"):
        write(thread, "x.xml", "disqus")


_markup = st.text(st.sampled_from("<>&;/ ='\"dsq:id1234postthread!-[]CDATA\n"))


@given(_markup)
def test_any_markup_gives_threads_or_a_format_error(text: str) -> None:
    for data in (text.encode(), (HEAD + text).encode(), export(text, post(1))):
        with contextlib.suppress(FormatError):
            list(read(data, "disqus"))


AT = datetime(2013, 10, 10, 19, 20, 29, tzinfo=UTC)


def test_times() -> None:
    (thread,) = threads(
        topic(inner="<createdAt>2013-10-10T19:20:29Z</createdAt>"),
        post(4, inner="<createdAt>2013-10-10T21:20:29+02:00</createdAt>"),
        post(5, inner="<createdAt>yesterday</createdAt>"),
    ).values()
    assert thread.question.created_at == thread["4"].created_at == AT
    assert thread["5"].created_at is None
    assert extra(thread["5"]) == {"createdAt": "yesterday"}


# -- nothing is lost without a word, and order does not matter ---------------------


def test_a_category_may_stand_behind_its_threads_or_have_none() -> None:
    named = '<category dsq:id="9"><title>G</title></category>'
    used = topic(inner='<category dsq:id="9"/>')
    for records in ((named, used), (used, named)):
        (thread,) = threads(*records).values()
        assert extra(thread.question) == {"category": {"@dsq:id": "9", "title": "G"}}
        assert told(*records) == {}
    assert told(topic(), named) == {("noted", "category-unused"): 1}
    assert told(topic(), "<category><title>G</title></category>") == {
        ("skipped", "field"): 1
    }


def test_a_large_category_is_not_repeated_in_each_thread() -> None:
    """Else a small file would become a large one."""
    large = f'<category dsq:id="9"><title>{"x" * 5000}</title></category>'
    used = [topic(each, '<category dsq:id="9"/>') for each in range(9)]
    assert told(large, *used) == {("noted", "category-unused"): 1}
    for thread in threads(large, *used).values():
        assert extra(thread.question) == {"category": {"@dsq:id": "9"}}


def test_a_thread_that_came_twice_does_not_depend_on_the_order() -> None:
    copies = [topic(inner=f"<isClosed>{each}</isClosed>") for each in ("true", "false")]
    for records in (copies, copies[::-1]):
        (thread,) = threads(*records).values()
        assert thread.status.closed is not None
        assert told(*records)["lost", "duplicate-id"] == 1


def test_a_reply_to_an_id_of_two_threads_stays_in_its_own() -> None:
    twice = [post(5, 1), post(5, 2), post(6, 2, '<parent dsq:id="5"/>')]
    for records in (twice, twice[::-1]):
        found = threads(topic(1), topic(2), *records)
        assert found["t2"]["6"].parent_id == "5"
        assert told(topic(1), topic(2), *records) == {}


def test_an_anonymous_author_with_a_user_name_keeps_both() -> None:
    author = "<author><username>u</username><isAnonymous>true</isAnonymous></author>"
    (thread,) = threads(topic(), post(5, inner=author)).values()
    assert thread.author("5").id == "u"
    assert extra(thread["5"]) == {"author": {"isAnonymous": "true"}}


@pytest.mark.parametrize(
    "inner",
    ["<author>Bob</author>", "<parent>4</parent>", "<author><name/></author>" * 2],
)
def test_members_of_another_shape_are_reported_and_kept(inner: str) -> None:
    records = topic(), post(5, inner=inner)
    assert told(*records) == {("skipped", "field"): 1}
    (thread,) = threads(*records).values()
    assert extra(thread["5"])
    assert thread["5"].parent_id == "t2"


def test_an_empty_parent_is_none() -> None:
    records = topic(), post(5, inner='<parent dsq:id=""/>')
    assert told(*records) == {}
    (thread,) = threads(*records).values()
    assert thread["5"].parent_id == "t2"
    assert extra(thread["5"]) == {}


def test_names_of_html_do_not_end_a_lenient_reading() -> None:
    records = topic(inner="<forum>a&nbsp;b</forum>"), post(5)
    assert told(*records) == {("repaired", "undefined-entity"): 1}
    (thread,) = threads(*records).values()
    assert extra(thread.question) == {"forum": "a\xa0b"}
    assert "5" in thread
    with pytest.raises(FormatError) as caught:
        list(reading(*records, strict=True))
    assert caught.value.code == "syntax"


def test_what_a_reference_or_an_author_says_beside_is_kept() -> None:
    inner = (
        '<parent dsq:id="4" kind="x"/><author><name/><username>u</username></author>'
    )
    (thread,) = threads(topic(), post(4), post(5, inner=inner)).values()
    assert thread["5"].parent_id == "4"
    assert thread.author("5").handle == "u"
    assert extra(thread["5"]) == {"parent": {"@dsq:id": "4", "@kind": "x"}}
