"""A thread as a fragment: everything that stands, in its place, and nothing else."""

import re
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

import pytest

from qathread import Answer, Body, Comment, Mark, Question, Status, Stub, Thread, User
from qathread.bodies import HTML
from qathread.errors import ValidationError
from qathread.feedback import Tally
from qathread.html import Fragment, fragment
from qathread.provenance import Provenance, TimePrecision
from qathread.status import Closed, Locked, PostStatus
from qathread.users import UserKind
from tests.unit._html_judges import html5lib_tree
from tests.unit._html_pages import barriers, classed, text_of, unbalanced
from tests.unit._html_payloads import ELEMENTS

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REL = 'rel="nofollow ugc noopener noreferrer"'


def a_thread(**more: object) -> Thread:
    """A question, two comments, two answers, a comment on each."""
    given: dict[str, Any] = {
        "id": "t",
        "question": Question(
            id="q", author_id="ada", title="Why?", tags=("a<b",), body=Body(source="x")
        ),
        "posts": (
            Comment(id="c1", parent_id="q", author_id="bob", body=Body(source="1st")),
            Answer(
                id="a1", question_id="q", author_id="eve", body=Body(source="# One")
            ),
            Comment(id="c2", parent_id="q", author_id="bob", body=Body(source="# 2nd")),
            Answer(id="a2", question_id="q", author_id="ada", body=Body(source="Two")),
            Comment(id="c3", parent_id="a1", author_id="ada", body=Body(source="## 3")),
        ),
        "users": (User(id="ada", name="Ada"), User(id="bob", name="Bob")),
    }
    return Thread.from_parts(**given | more)


def numbers(markup: str) -> list[str]:
    """Return the numbers of posts in order of the page."""
    root = html5lib_tree(markup)
    return [text_of(meta).split(" ")[0] for meta in classed(root, "qt-meta")]


def meta(markup: str, place: int = 0) -> str:
    return text_of(classed(html5lib_tree(markup), "qt-meta")[place])


def test_comments_on_the_question_come_before_answers() -> None:
    """Each post bears the number of its arrival, so that order is not lost."""
    found = fragment(a_thread())
    assert type(found) is Fragment
    assert numbers(found) == ["#1", "#2", "#4", "#3", "#6", "#5"]
    assert [*barriers(html5lib_tree(found))] == []
    assert unbalanced(found) is None
    headings = [e.tag for e in html5lib_tree(found).iter() if str(e.tag)[0] == "h"]
    assert headings == ["h2", "h3", "h3", "h4", "h4", "h3"]


@pytest.mark.parametrize("heading", range(1, 7))
def test_headings_start_where_the_page_wants(heading: int) -> None:
    root = html5lib_tree(fragment(a_thread(), heading=heading))
    levels = [int(str(e.tag)[1]) for e in root.iter() if str(e.tag)[0] == "h"]
    wanted = [heading + more for more in (0, 1, 1, 2, 2, 1)]
    assert levels == [min(level, 6) for level in wanted]
    assert [*barriers(root)] == []


def test_comments_stand_within_what_they_answer() -> None:
    root = html5lib_tree(fragment(a_thread()))
    (first, second) = classed(root, "qt-answer")
    assert len(classed(first, "qt-comment")) == 1
    assert not classed(second, "qt-comment")
    assert len(classed(root, "qt-comment")) == 3
    labels = [e.get("aria-label") for e in classed(root, "qt-comment")]
    assert labels[0] == "Comment 2 by \u2068Bob\u2069"


def test_what_is_known_of_a_post_is_said() -> None:
    question = Question(
        id="q",
        author_id="ada",
        author_name="Ada then",
        title="Why?",
        tags=("x", "<y>"),
        views=7,
        body=Body(source="x", language="de"),
        created_at=AT,
        edited_at=AT + timedelta(days=1),
        status=PostStatus(wiki=Mark(), locked=Locked()),
        provenance=Provenance(
            platform="x", license="CC BY-SA 4.0", url="https://a.example/q/1?a&b"
        ),
    )
    answer = Answer(id="a", question_id="q", author_id="bot", body=Body(source="y"))
    thread = Thread.from_parts(
        id="t",
        kind="discussion",
        question=question,
        posts=(answer,),
        users=(User(id="ada", level=3), User(id="bot", name="B", kind=UserKind.BOT)),
        tallies=(
            Tally(post_id="q", score=-4, reactions=(("heart", 0), ("like", 2))),
            Tally(post_id="a", score=5, exact=False),
        ),
        accepted=("a",),
        status=Status(
            closed=Closed(reason="off <topic>", duplicate_of=("u", "v")), pinned=Mark()
        ),
    )
    found = fragment(thread)
    assert meta(found) == (
        "#1 · posted by Ada then level 3 · 2026-01-02 03:04:05 UTC"
        " · edited 2026-01-03 03:04:05 UTC · score -4 · 7 views · heart 0 · like 2"
        " · locked · wiki · licence CC BY-SA 4.0 · source"
    )
    assert f'<a href="https://a.example/q/1?a&amp;b" {REL}>source</a>' in found
    assert meta(found, 1) == "#2 · answered by B (bot) · score about 5"
    assert '<div class="qt-body" dir="auto" lang="de">' in found
    root = html5lib_tree(found)
    tags = classed(root, "qt-tags")[0]
    assert [text_of(tag) for tag in tags] == ["x", "<y>"]
    assert text_of(classed(root, "qt-status")[0]) == (
        "Thread: closed: off <topic>, duplicate of u, v; pinned"
    )
    (accepted,) = classed(root, "qt-accepted")
    assert text_of(classed(accepted, "qt-title")[0]) == "Accepted answer by B"


@pytest.mark.parametrize("title", [None, "", " \n"])
def test_what_is_not_known_is_not_said(title: str | None) -> None:
    question = Question(id="q", author_id="ada", body=Body(source="x"), title=title)
    thread = Thread.from_parts(id="t", question=question)
    assert str(fragment(thread)) == (
        '<article class="qt-thread">\n<div class="qt-post qt-question">\n'
        '<h2 class="qt-title">Untitled</h2>\n'
        '<p class="qt-meta">#1 · asked by '
        '<b class="qt-author"><bdi>(registered user)</bdi></b></p>\n'
        '<div class="qt-body" dir="auto">\n<p>x</p>\n</div>\n</div>\n</article>'
    )


@pytest.mark.parametrize(
    ("precision", "machine", "people"),
    [
        ("year", "2026", "2026"),
        ("month", "2026-01", "2026-01"),
        ("day", "2026-01-02", "2026-01-02"),
        ("hour", "2026-01-02T03:00", "2026-01-02 03:00"),
        ("minute", "2026-01-02T03:04", "2026-01-02 03:04"),
        ("second", "2026-01-02T03:04:05", "2026-01-02 03:04:05"),
        (None, "2026-01-02T03:04:05", "2026-01-02 03:04:05"),
    ],
)
@pytest.mark.parametrize("stated", [True, False, None])
def test_a_time_is_as_fine_as_it_is_known(
    precision: str | None, machine: str, people: str, stated: bool | None
) -> None:
    fine = None if precision is None else TimePrecision(precision)
    origin = Provenance(platform="x", time_precision=fine, zone_stated=stated)
    question = Question(
        id="q", author_id="a", body=Body(source=""), created_at=AT, provenance=origin
    )
    zone, words = ("", ", zone not stated") if stated is False else ("Z", " UTC")
    if precision in ("year", "month", "day"):
        zone = words = ""
    found = fragment(Thread.from_parts(id="t", question=question))
    assert f'<time datetime="{machine}{zone}">{people}{words}</time>' in found


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=40), "1 month ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-3), "just now"),  # a clock was wrong
    ],
)
def test_ages_are_shown_if_the_time_is_given(age: timedelta, words: str) -> None:
    question = Question(id="q", author_id="a", body=Body(source=""), created_at=AT)
    thread = Thread.from_parts(id="t", question=question)
    assert f"UTC</time> ({words})" in fragment(thread, now=AT + age)
    assert words not in fragment(thread)


def test_deleted_and_removed_posts_leave_a_line() -> None:
    gone: dict[str, Any] = {"author_id": "eve", "author_name": "Eve", "created_at": AT}
    secret = Body(source="secret")
    thread = a_thread(
        question=Question(
            id="q",
            title="secret",
            tags=("secret",),
            body=secret,
            deleted=Mark(),
            **gone,
        ),
        posts=(
            Answer(id="a", question_id="q", body=secret, removed=Mark(), **gone),
            Comment(id="c", parent_id="a", author_id="bob", body=Body(source="# left")),
            Comment(id="d", parent_id="c", body=secret, deleted=Mark(), **gone),
        ),
    )
    found = fragment(thread)
    assert "secret" not in found
    assert "Eve" not in found
    assert "2026" not in found
    assert "Question deleted by its author" in found
    assert "#2 · answer removed by a moderator" in found
    assert "#4 · comment deleted by its author" in found
    assert "left" in found
    assert [*barriers(html5lib_tree(found))] == []


def test_hidden_posts_are_folded_and_pending_ones_say_so() -> None:
    status = PostStatus(hidden=Mark(), pending=Mark())
    answer = Answer(
        id="a", question_id="q", author_id="e", body=Body(source="y"), status=status
    )
    found = fragment(a_thread(posts=(answer,)))
    (details,) = html5lib_tree(found).iter("details")
    assert "open" not in details.attrib
    assert text_of(details).split() == ["Hidden:", "show", "the", "text", "y"]
    assert "hidden · waits for approval" in meta(found, 1)


def test_missing_posts_are_counted() -> None:
    answer = Answer(id="a", question_id="s", author_id="g", body=Body(source="x"))
    thread = Thread.from_parts(
        id="t",
        posts=(answer,),
        stubs=(
            Stub(id="s"),
            Stub(id="more", parent_id="a", count=3),
            Stub(id="one", parent_id="a", child_ids=("z",)),
            Stub(id="some", parent_id="a"),
        ),
    )
    root = html5lib_tree(fragment(thread))
    assert [text_of(gap) for gap in classed(root, "qt-gap")] == [
        "Posts not delivered here",
        "3 posts not delivered here",
        "1 post not delivered here",
        "Posts not delivered here",
    ]
    assert "Question not at hand" in text_of(root)
    assert [*barriers(root)] == []


def chain(length: int) -> Thread:
    ids = ["q", *(f"c{n}" for n in range(length))]
    comments = tuple(
        Comment(id=here, parent_id=under, author_id="ada", body=Body(source="x"))
        for under, here in pairwise(ids)
    )
    return a_thread(posts=comments)


@pytest.mark.parametrize("nesting", [1, 2, 6])
def test_deep_replies_stand_side_by_side_and_say_whom_they_answer(nesting: int) -> None:
    found = fragment(chain(9), nesting=nesting)
    steps = (1 - 2 * bool(end) for end in re.findall("<(/?)article", found))
    assert max(accumulate(steps)) == nesting + 1  # the thread itself is one
    assert found.count("in reply to") == 9 - nesting
    assert "#10 · in reply to #9 of Ada, comment by Ada" in meta(found, 9)


def test_a_long_chain_is_written_without_recursion() -> None:
    found = fragment(chain(20_000))
    assert found.count('class="qt-post qt-comment"') == 20_000
    assert "#20001 · in reply to #20000" in found.replace("<bdi>", "")
    assert unbalanced(found) is None


def test_names_titles_tags_and_reasons_are_words_not_markup() -> None:
    """And turn nothing around them about."""
    for payload in [form.format(js="alert(1)") for form in ELEMENTS]:
        odd = f"\u202e{payload}"
        origin = Provenance(platform=odd, url=odd, license=odd)
        thread = Thread.from_parts(
            id=odd,
            question=Question(
                id=odd,
                author_id=odd,
                title=odd,
                tags=(odd,),
                body=Body(source="x", language=odd, media_type=odd.strip()),
                provenance=origin,
            ),
            posts=(
                Comment(id="c", parent_id=odd, author_id=odd, body=Body(source="x")),
            ),
            users=(User(id=odd, name=odd, handle=odd),),
            tallies=(Tally(post_id=odd, score=1, reactions=(("x" + payload, 1),)),),
            status=Status(closed=Closed(reason=odd, duplicate_of=(odd,))),
        )
        root = html5lib_tree(fragment(thread))
        assert {str(element.tag) for element in root.iter()} <= {
            *("DOCUMENT_FRAGMENT", "article", "div", "h2", "bdi", "b", "p", "ul", "li"),
        }
        shown = [text_of(each) for each in root.iter("bdi")]
        assert shown.count(odd) == 7
        bare = root.find(".//article")
        assert bare is not None
        for each in root.iter("bdi"):
            each.text = ""
        assert "\u202e" not in text_of(bare)
        (label,) = [e.get("aria-label") for e in classed(root, "qt-comment")]
        assert label == f"Comment 2 by \u2068{odd}\u2069"


def test_arguments_out_of_range_are_refused() -> None:
    thread = a_thread()
    for nesting in (0, -1, True):
        with pytest.raises(ValidationError, match="at least 1"):
            fragment(thread, nesting=nesting)
    with pytest.raises(ValidationError, match="no zone"):
        fragment(thread, now=datetime(2026, 1, 1))
    with pytest.raises(ValidationError, match="from 1 to 6"):
        fragment(thread, heading=0)
    with pytest.raises(ValidationError, match="'inline'"):
        fragment(thread, images="all")  # type: ignore[arg-type]


def test_templates_take_it_as_it_is() -> None:
    jinja2 = pytest.importorskip("jinja2")
    found = fragment(a_thread())
    template = jinja2.Environment(autoescape=True).from_string("{{ x }}")
    assert template.render(x=found) == found
    assert "&lt;" in template.render(x=found + "<b>")


def test_a_body_stays_within_its_post() -> None:
    """Whatever it opens or closes."""
    sources = (
        "</div></article></main>x",
        "<li>x<li>y",
        "<dd>x",
        "<td>x",
        "<table>x",
        "<a href=https://a.example><table><a href=https://b.example>",
        "<p>x<p>",
        "<h1>x<h2>",
        "<b><p>x</b>",
        "<details><summary>x",
        "<ul><li><table><td>x",
        "<ruby><rt>x",
    )
    posts = tuple(
        Answer(
            id=f"a{n}",
            question_id="q",
            author_id="e",
            body=Body(source=source, media_type=HTML),
        )
        for n, source in enumerate(sources)
    )
    root = html5lib_tree(fragment(a_thread(posts=posts)))
    (thread,) = root
    answers = [each for each in thread if "qt-answer" in each.get("class", "")]
    assert len(answers) == len(sources)
    for answer in answers:
        kinds = [str(part.get("class")) for part in answer]
        assert kinds == ["qt-title", "qt-meta", "qt-body"][: len(kinds)]
