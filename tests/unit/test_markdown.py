"""Markdown out: texts as they were, headings that nobody can forge, honest losses."""

import io
import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qathread.bodies import HTML, MARKDOWN, PLAIN, Body
from qathread.errors import LossError, ValidationError
from qathread.feedback import UP, Tally, Vote
from qathread.formats import LossReport, write
from qathread.posts import Answer, Comment, Question, Stub
from qathread.provenance import Provenance
from qathread.status import Closed, Mark, Status
from qathread.thread import Thread
from qathread.users import User, UserKind

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def written(*threads: Thread) -> tuple[str, LossReport]:
    out = io.BytesIO()
    report = write(threads, out, "markdown")
    return out.getvalue().decode(), report


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(text)


def headings(text: str) -> list[str]:
    """Return the words of the headings at the margin, as a reader sees them."""
    found = tokens(text)
    return [
        "".join(child.content for child in after.children or ())
        for here, after in pairwise(found)
        if here.type == "heading_open" and here.level == 0
    ]


def a_thread(
    *bodies: Body, title: str = "Why?", name: str = "ada", id: str = "t"
) -> Thread:
    first, *others = bodies or (Body(source="Because."),)
    question = Question(
        id="q", author_id="ada", author_name=name, body=first, title=title
    )
    answers = (
        Answer(id=f"a{n}", question_id="q", author_id="greg", body=body)
        for n, body in enumerate(others)
    )
    return Thread.from_parts(id=id, question=question, posts=answers)


def test_a_thread_reads_like_a_page() -> None:
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="It *always* does.\n\n- so"),
        title="Why_does it?",
        tags=("c++", "why"),
        created_at=AT,
    )
    answer = Answer(
        id="a",
        question_id="q",
        author_id="greg",
        body=Body(source="Like `this`.\n```\nopen fence"),
        created_at=AT,
        edited_at=AT,
        provenance=Provenance(platform="x", license="CC BY-SA 4.0", zone_stated=False),
    )
    comment = Comment(
        id="c", parent_id="a", author_id="eve", body=Body(source="a<b", media_type=HTML)
    )
    thread = Thread.from_parts(
        id="t",
        question=question,
        posts=(answer, comment),
        users=(User(id="greg", name="Greg"), User(id="eve", kind=UserKind.DELETED)),
        tallies=(Tally(post_id="a", up=5, down=2),),
        accepted=("a",),
    )
    text, _ = written(thread)
    assert (
        text
        == """\
# Why\\_does it?

Tags: c++, why

By **(registered user)** · 2026-01-02 03:04:05 UTC

> It *always* does.
>\x20
> - so

## Answer 1

By **Greg** · 2026-01-02 03:04:05 UTC, zone not stated · edited 2026-01-02 03:04:05 UTC\
 · score 3 · accepted · licence CC BY-SA 4.0

> Like `this`.
> ```
> open fence

### Comment 2, reply to 1

By **(deleted user)**

```html
a<b
```
"""
    )


sources = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")),
    st.text("`~#>-=*_ \n\r\t<!/[]:ab1.", max_size=60),
)


@given(
    st.lists(
        st.builds(
            Body, source=sources, media_type=st.sampled_from([MARKDOWN, PLAIN, HTML])
        ),
        min_size=1,
        max_size=4,
    )
)
@example([Body(source="```\nopen"), Body(source="# Answer 1"), Body(source="x\n---")])
@example([Body(source="<!--"), Body(source="<script>"), Body(source="</script>")])
@example(
    [Body(source="````", media_type=PLAIN), Body(source="a\r```\r", media_type=PLAIN)]
)
def test_no_text_can_pass_for_structure(bodies: list[Body]) -> None:
    """A body must not add, hide or change a heading, whatever is in it."""
    text, _ = written(a_thread(*bodies))
    wanted = ["Why?", *(f"Answer {n}" for n in range(1, len(bodies)))]
    assert headings(text) == wanted


@given(sources, st.sampled_from([PLAIN, HTML, "text/x-odd thing`"]))
def test_a_fenced_body_stays_as_it_is(source: str, media_type: str) -> None:
    text, _ = written(a_thread(Body(source=source, media_type=media_type)))
    assert source in text
    if source and "\r" not in source:  # the parser takes CR for LF
        (fence,) = [token for token in tokens(text) if token.type == "fence"]
        assert fence.content == source + "\n"


@given(sources)
def test_a_quoted_body_stays_line_for_line(source: str) -> None:
    text, _ = written(a_thread(Body(source=source)))
    if source:
        quote = text.split("\n\n", 2)[2]
        assert quote.endswith("\n")
        assert re.sub(r"(\A|\r\n?|\n)> ", r"\1", quote[:-1]) == source


@given(
    title=st.text(max_size=30).map(lambda text: text.replace("\0", "")),
    name=st.text("*_[]<>#&!`~|\\ab\n", min_size=1, max_size=20),
)
def test_names_and_titles_are_words_not_markup(title: str, name: str) -> None:
    title = title.encode("utf-8", "ignore").decode()
    text, _ = written(a_thread(title=title, name=name))
    assert len(headings(text)) == 1
    (shown,) = headings(text)
    assert shown == " ".join((title or "Untitled").split())


def test_deleted_and_removed_posts_leave_a_line() -> None:
    question = Question(
        id="q", author_id="ada", body=Body(source="secret"), deleted=Mark(), title="x"
    )
    answer = Answer(
        id="a", question_id="q", author_id="g", body=Body(source="gone"), removed=Mark()
    )
    comment = Comment(
        id="c", parent_id="a", author_id="e", body=Body(source="still here")
    )
    thread = Thread.from_parts(id="t", question=question, posts=(answer, comment))
    text, report = written(thread)
    assert "secret" not in text
    assert "gone" not in text
    assert "# *A question that was deleted*" in text
    assert "*Answer 1 was removed.*" in text
    assert "> still here" in text
    assert {loss.code: loss.count for loss in report}["deleted-text"] == 2


def test_missing_posts_and_a_missing_question_are_said() -> None:
    thread = Thread.from_parts(
        id="t",
        posts=(Answer(id="a", question_id="s", author_id="g", body=Body(source="x")),),
        stubs=(Stub(id="s"), Stub(id="more", parent_id="a", count=3)),
    )
    text, _ = written(thread)
    assert text.startswith("*posts not delivered here.*\n")
    assert "*3 posts not delivered here.*" in text


def test_the_report_counts_what_has_no_place() -> None:
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="x", language="en"),
        views=9,
        created_at=AT.replace(microsecond=5),
        provenance=Provenance(platform="x"),
    )
    thread = Thread.from_parts(
        id="t",
        question=question,
        votes=(Vote(post_id="q", voter_id="greg", direction=UP, cast_at=AT),),
        tallies=(Tally(post_id="q", up=5, down=2, reactions=(("like", 1),)),),
        users=(User(id="ada", level=3, handle="ada"),),
        status=Status(closed=Closed(reason="off-topic"), pinned=Mark()),
    )
    _, report = written(thread)
    assert {loss.code: loss.count for loss in report} == {
        "ids": 4,
        "levels": 1,
        "handles": 1,
        "votes": 1,
        "up-and-down": 1,
        "reactions": 1,
        "provenance": 1,
        "status": 2,
        "views": 1,
        "fractions": 1,
        "languages": 1,
    }
    assert all(loss.kind == "lost" and not loss.harmless for loss in report)
    with pytest.raises(LossError):
        write(thread, io.BytesIO(), "markdown", strict=True)


def test_several_threads_stand_apart_and_none_is_refused() -> None:
    text, report = written(a_thread(id="1"), a_thread(id="2"))
    assert headings(text) == ["Why?", "Why?"]
    assert sum(token.type == "hr" for token in tokens(text)) == 1
    assert report.losses[0].examples == ("1", "2")
    with pytest.raises(ValidationError, match="no thread"):
        written()


def test_a_long_chain_is_written_without_recursion() -> None:
    ids = ["q", *(f"c{n}" for n in range(20_000))]
    comments = (
        Comment(id=here, parent_id=under, author_id="ada", body=Body(source="x"))
        for under, here in pairwise(ids)
    )
    question = Question(id="q", author_id="ada", body=Body(source="x"), title="x")
    text, _ = written(Thread.from_parts(id="t", question=question, posts=comments))
    assert "###### Comment 20000, reply to 19999" in text
    assert len(text) < 2_000_000
