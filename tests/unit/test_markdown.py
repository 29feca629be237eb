"""Markdown: texts as they were, headings that nobody can forge, a header to read."""

import contextlib
import io
import re
import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qathread.bodies import HTML, MARKDOWN, PLAIN, Body
from qathread.errors import FormatError, LossError, ValidationError
from qathread.feedback import UP, Tally, Vote
from qathread.formats import LossReport, Reading, read, sniff, write
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


def page(text: str) -> str:
    """Return the first thread without its header, as static site generators do."""
    start, header, rest = text.split("---\n", 2)
    assert not start
    assert header.startswith("qathread: 1\n")
    return rest.removeprefix("\n")


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(text)


def headings(text: str) -> list[str]:
    """Return the words of the headings at the margin, as a reader sees them."""
    found = tokens(page(text))
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
---
qathread: 1
id: "t"
kind: "qa"
accepted: ["a"]
people:
  - {"id": "eve", "kind": "deleted"}
  - {"id": "greg", "name": "Greg"}
tallies:
  - {"post_id": "a", "up": 5, "down": 2, "score": 3}
posts:
  - {"kind": "question", "id": "q", "author_id": "ada", "created_at": \
"2026-01-02T03:04:05Z", "title": "Why_does it?", "tags": ["c++", "why"]}
  - {"kind": "answer", "id": "a", "author_id": "greg", "created_at": \
"2026-01-02T03:04:05Z", "edited_at": "2026-01-02T03:04:05Z", "provenance": \
{"platform": "x", "license": "CC BY-SA 4.0", "zone_stated": false}}
  - {"kind": "comment", "id": "c", "parent_id": "a", "author_id": "eve", "body": \
{"media_type": "text/html"}}
---

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

<!-- end -->
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
        (fence,) = [token for token in tokens(page(text)) if token.type == "fence"]
        assert fence.content == source + "\n"


@given(sources)
def test_a_quoted_body_stays_line_for_line(source: str) -> None:
    text, _ = written(a_thread(Body(source=source)))
    if source:
        quote = page(text).split("\n\n", 2)[2].removesuffix("\n<!-- end -->\n")
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
    assert '"x"' not in text  # its title
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
    assert page(text).startswith("*posts not delivered here.*\n")
    assert "*3 posts not delivered here.*" in text


def test_the_report_counts_what_has_no_place() -> None:
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="x", language="en"),
        views=9,
        created_at=AT.replace(microsecond=5),
        provenance=Provenance(platform="x", extra='{"a":1}'),
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
    assert {loss.code: loss.count for loss in report} == {"votes": 1, "extra": 1}
    assert all(loss.kind == "lost" and not loss.harmless for loss in report)
    with pytest.raises(LossError):
        write(thread, io.BytesIO(), "markdown", strict=True)


def test_several_threads_stand_apart_and_none_is_refused() -> None:
    text, report = written(a_thread(id="1"), a_thread(id="2"))
    assert headings(text) == ["Why?", "Why?"]
    assert sum(token.type == "hr" for token in tokens(page(text))) == 1
    assert not report
    assert [thread.id for thread in read(text.encode(), "markdown")] == ["1", "2"]
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
    assert len(text) < 4_000_000
    (again,) = read(text.encode(), "markdown", strict=True)
    assert len(again) == 20_001


# -- reading ---------------------------------------------------------------------


def edited(old: str, new: str, *, strict: bool = False) -> Reading:
    text, _ = written(a_thread(Body(source="One."), Body(source="Two.\n\nThree.")))
    assert old in text
    return read(text.replace(old, new).encode(), "markdown", strict=strict)


def test_texts_may_be_edited_in_the_file() -> None:
    reading = edited("> Two.", "> Two, *or*\n> more.")
    (thread,) = reading
    assert thread["a0"].body.source == "Two, *or*\nmore.\n\nThree."
    assert not reading.report


def test_editors_that_cut_blanks_and_change_line_ends_do_no_harm() -> None:
    text, _ = written(a_thread(Body(source="One.\n\nTwo.")))
    cut = text.replace("> \n", ">\n")
    assert cut != text
    (thread,) = read(cut.encode(), "markdown", strict=True)
    assert thread.question.body.source == "One.\n\nTwo."
    (thread,) = read(text.replace("\n", "\r\n").encode(), "markdown", strict=True)
    assert thread.question.body.source == "One.\n\nTwo."
    assert thread.id == "t"


@given(st.lists(sources.map(lambda text: text.replace("\r", "")), min_size=1))
def test_a_file_whose_line_ends_were_changed_is_the_same_thread(
    texts: list[str],
) -> None:
    kinds = (MARKDOWN, HTML, PLAIN)
    bodies = (
        Body(source=text, media_type=kinds[at % 3]) for at, text in enumerate(texts)
    )
    several = [a_thread(*bodies), a_thread(id="2")]
    text, _ = written(*several)
    reading = read(text.replace("\n", "\r\n").encode(), "markdown", strict=True)
    assert list(reading) == several
    assert [loss.code for loss in reading.report] == ["line-ends"]


def test_a_fence_may_be_emptied() -> None:
    text, _ = written(a_thread(Body(source="One.", media_type=HTML)))
    (thread,) = read(text.replace("One.\n", "").encode(), "markdown", strict=True)
    assert thread.question.body.source == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Why?", "# Why not?"),
        ("## Answer 1\n", "## Answer 7\n"),
        ("By **(registered user)**", "By **someone**"),
        ("> One.", "> One.\n\n> Once more."),
        ("# Why?\n", "Words between.\n\n# Why?\n"),
    ],
)
def test_what_differs_from_the_header_is_reported(old: str, new: str) -> None:
    reading = edited(old, new)
    (thread,) = reading
    assert thread.question.title == "Why?"
    assert len(thread) == 2
    assert "differs" in {loss.code for loss in reading.report}
    with pytest.raises(FormatError) as caught:
        list(edited(old, new, strict=True))
    assert caught.value.code == "differs"


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("qathread: 1", "qathread: 2", "too-new", "line 1, header"),
        ('id: "t"', "id: t", "syntax", "line 1, header, line 2"),
        ('id: "t"', 'id: "t"\nid: "t"', "duplicate-key", "line 1, header, line 3"),
        ('id: "t"', 'id: "t"\nmood: 1', "field", "line 1, header"),
        ('id: "t"', "id: []", "field", "line 1, /id"),
        ('kind: "qa"', "kind: 1", "field", "line 1, /kind"),
        ('"author_id": "ada"', '"author_id": 5', "field", "item 0/author_id"),
        ('"kind": "answer"', '"kind": "letter"', "field", "posts, item 1/kind"),
        ('"id": "a0"', '"id": "q"', "field", "line 1, header"),
        ('kind: "qa"', 'kind: "qa"\norder: [0, 0]', "field", "line 1, header"),
        ('kind: "qa"', 'kind: "qa"\n  - 1', "syntax", "line 1, header, line 4"),
        ("posts:\n", "posts: 5\n", "syntax", "line 1, header"),
        ("posts:\n", "mood: 5\nposts:\n  - 5\n", "field", "posts"),
        ("posts:\n", 'root: ["q"]\nposts:\n', "field", "line 1, header"),
        ("posts:\n", "usual: 5\nposts:\n", "field", "usual"),
        ("posts:\n", 'usual: {"id": {}}\nposts:\n', "field", "usual"),
        ("posts:\n", 'usual: {"body": 5}\nposts:\n', "field", "usual"),
        ('"id": "q"', '"body": 5, "id": "q"', "field", "posts, item 0/body"),
        (
            '"id": "q"',
            '"status": {"locked": 5}, "id": "q"',
            "field",
            "posts, item 0/status/locked",
        ),
        ("posts:\n", "empty: [7]\nposts:\n", "field", "line 1, header"),
        ("posts:\n", "empty: 7\nposts:\n", "field", "line 1, header"),
        ("posts:\n", "no key\nposts:\n", "syntax", "line 1, header, line 4"),
        ("posts:\n", "stubs: 5\nposts:\n", "field", "/stubs"),
        ("posts:\n", "stubs: [5]\nposts:\n", "field", "/stubs/0"),
        ("posts:\n", 'stubs: [{"id": 5}]\nposts:\n', "field", "/stubs/0/id"),
        ("posts:\n", 'accepted: "a0"\nposts:\n', "field", "/accepted"),
        ("posts:\n", "status: []\nposts:\n", "field", "/status"),
    ],
)
def test_a_damaged_header_is_refused(old: str, new: str, code: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(edited(old, new))
    assert caught.value.code == code
    assert caught.value.format == "markdown"
    assert where in (caught.value.where or "")


def test_other_markdown_is_refused() -> None:
    for data in (b"# Title\n\nText.\n", b"---\ntitle: x\n---\n\n# Title\n"):
        assert sniff(data) is None
        with pytest.raises(FormatError, match="not written by qathread") as caught:
            list(read(data, "markdown"))
        assert caught.value.code == "not-this-format"
    assert sniff(written(a_thread())[0].encode()) == "markdown"


@pytest.mark.parametrize(
    "bodies",
    [
        [Body(source="<b>", media_type=HTML)],
        [Body(source="One.\n\nTwo.\nThree.")],
        [Body(source="One."), Body(source=""), Body(source="Two.\n> Three.")],
        [Body(source="<!-- end -->\n\n---\n"), Body(source="<!-- end -->\n")],
    ],
)
def test_a_file_that_was_cut_anywhere_says_so(bodies: list[Body]) -> None:
    """Also at the end of a line, within a text or between two threads."""
    text, _ = written(a_thread(*bodies), a_thread(id="2"))
    for end in range(len(text) - 1):
        data = text[:end].encode()
        with pytest.raises(FormatError):
            list(read(data, "markdown", strict=True))
        with contextlib.suppress(FormatError):
            reading = read(data, "markdown")
            list(reading)
            assert "no-end" in {loss.code for loss in reading.report}
    assert len(list(read(text[:-1].encode(), "markdown", strict=True))) == 2


@pytest.mark.parametrize("piece", ["> ", ">\r", "```\n", "\r", "- - -", "<!--\n", "#"])
def test_time_to_read_grows_with_the_size(piece: str) -> None:
    """Nothing is looked at again from its start for each line."""
    text, _ = written(a_thread())

    def spent(count: int) -> float:
        data = (text + piece * count).encode()
        start = time.process_time()
        with contextlib.suppress(FormatError):
            list(read(data, "markdown"))
        return time.process_time() - start

    small = min(spent(20_000) for _ in range(2))
    assert spent(160_000) < 24 * small + 0.2


def test_headers_edited_by_hand_are_read() -> None:
    """A place where usual is no object for a post, a rule that was taken out."""
    reading = edited('"id": "q"', '"provenance": 5, "id": "q"')
    with pytest.raises(FormatError, match="provenance"):
        list(reading)
    text, _ = written(a_thread(id="1"), a_thread(id="2"))
    assert len(list(read(text.replace("\n---\n\n<!--", "\n<!--").encode()))) == 2
    begin = text.index("usual") if "usual" in text else text.index("posts:")
    odd = text[:begin] + 'usual: {"body": {}}\n' + text[begin:]
    odd = odd.replace('"id": "q"', '"body": 5, "id": "q"', 1)
    with pytest.raises(FormatError):
        list(read(odd.encode(), "markdown"))
