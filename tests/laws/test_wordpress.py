"""Laws of WordPress exports: what is written is there when it is read again."""

import io
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from qathread import Body, Question, Thread
from qathread.formats import LossReport, read, write
from qathread.posts import Post
from qathread.testing.strategies import threads
from tests.laws._stripped import without


def written(*several: Thread) -> tuple[bytes, LossReport]:
    out = io.BytesIO()
    report = write(several, out, "wordpress")
    return out.getvalue(), report


def of_source(source: str, title: str | None = None) -> Thread:
    question = Question(id="q", author_id="a", body=Body(source=source), title=title)
    return Thread.from_parts(id="t", question=question)


@given(st.lists(threads(), min_size=1, max_size=2, unique_by=lambda each: each.id))
@example([of_source("]]>\r\n<![CDATA[&amp;&#1;\x01\ufffe]]]>", " ")])
@example([of_source("\r", "\x01")])
def test_all_comes_back_but_what_the_report_names(several: list[Thread]) -> None:
    data, report = written(*several)
    codes = [loss.code for loss in report if loss.kind == "lost"]
    reading = read(data, "wordpress", strict=True)
    again = list(reading)
    for thread, other in zip(several, again, strict=True):
        assert without(other, codes) == without(thread, codes)
    if len(several) == 1:
        for code in codes:
            rest = [each for each in codes if each != code]
            assert without(again[0], rest) != without(several[0], rest), code


@given(threads())
def test_another_parser_sees_the_same_texts(thread: Thread) -> None:
    """What importers read must not depend on our own members."""
    data, _ = written(thread)
    names = {"wp": "http://wordpress.org/export/1.2/"}
    (item,) = ElementTree.fromstring(data).iterfind("channel/item")
    wanted = [post for post in thread.posts if post.kind != "question"]
    comments = item.findall("wp:comment", names)
    held = without(thread, ["characters"])[2]
    posts: tuple[Post, ...] = (*held.answers, *held.comments)
    sources = {post.id: post.body.source for post in posts}
    found = [each.findtext("wp:comment_content", "", names) for each in comments]
    assert found == [sources[post.id] for post in wanted]
    numbers = [int(each.findtext("wp:comment_id", "", names)) for each in comments]
    parents = [int(each.findtext("wp:comment_parent", "", names)) for each in comments]
    assert len(set(numbers)) == len(numbers)
    assert all(parent < number for parent, number in zip(parents, numbers, strict=True))
    number_of = dict(zip((post.id for post in wanted), numbers, strict=True))
    for post, parent in zip(wanted, parents, strict=True):
        assert parent == number_of.get(post.parent_id or "", 0)
