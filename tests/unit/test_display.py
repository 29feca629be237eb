"""What threads show of themselves: golden examples, limits, and hostile content."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qathread import _display
from qathread.bodies import Body
from qathread.feedback import Tally
from qathread.posts import Answer, Comment, Post, Question, Stub
from qathread.status import Mark, PostStatus
from qathread.thread import Thread
from qathread.users import User

TITLE = 'What is "Emergence" in AI Models?'
TAGS = {"b", "bdi", "br", "details", "div", "small", "summary", "time"}
FRAME = "border-left:2px solid #888;padding-left:8px"
STYLES = {
    "max-width:720px",
    FRAME,
    f"{FRAME};margin-left:12px",
    "white-space:pre-wrap",
}
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


class Reader(HTMLParser):
    """Reads a page back and refuses whatever a notebook would drop."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.deepest = 0
        self.text = ""
        self.bodies: list[str] = []
        self.posts = 0
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        given = dict(attrs)
        assert given.pop("style", None) in STYLES | {None}
        assert given in ({}, {"open": None})
        assert not given or tag == "details"
        if tag == "br":
            return
        self.open.append(tag)
        self.deepest = max(self.deepest, self.open.count("details"))
        self.posts += tag == "bdi" and self.open[-3:] == ["summary", "b", "bdi"]
        if ("style", "white-space:pre-wrap") in attrs:
            self.bodies.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open[-2:] == ["details", "div"] and not data.startswith("… "):
            self.bodies[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def html(thread: Thread) -> str:
    page = thread._repr_html_()
    assert len(page.encode()) < 100_000
    return page


def at(minute: int) -> datetime:
    return datetime(2025, 3, 8, 9, minute, 30, tzinfo=UTC)


def question(**more: Any) -> Question:
    given: dict[str, Any] = {"id": "q", "author_id": "greg", "title": TITLE}
    return Question(**({"body": Body(source="?")} | given | more))


def answer(id: str, **more: Any) -> Answer:
    given: dict[str, Any] = {"id": id, "question_id": "q", "author_id": "ada"}
    return Answer(**({"body": Body(source=id)} | given | more))


def comment(id: str, parent_id: str, **more: Any) -> Comment:
    given: dict[str, Any] = {"id": id, "parent_id": parent_id, "author_id": "ada"}
    return Comment(**({"body": Body(source=id)} | given | more))


def thread_of(*posts: Post, root: Question | None = None, **more: Any) -> Thread:
    given: dict[str, Any] = {"id": "q-17", "question": root or question()}
    return Thread.from_parts(posts=posts, **(given | more))


# -- one line --------------------------------------------------------------------


def test_the_line_of_the_seed() -> None:
    comments = [comment(f"c{number}", "q") for number in range(5)]
    thread = thread_of(
        answer("a1"),
        answer("a2"),
        *comments,
        tallies=[Tally(post_id="q", up=4, down=1)],
        version=7,
    )
    expected = (
        """<Thread q-17 'What is "Emergence" in AI…' 2 answers, 5 comments, """
        "score 3, v7>"
    )
    assert repr(thread) == expected


def test_one_takes_no_plural_and_unknown_is_a_question_mark() -> None:
    thread = thread_of(answer("a"), comment("c", "a"), root=question(title="Why?"))
    assert repr(thread) == "<Thread q-17 'Why?' 1 answer, 1 comment, score ?, v1>"


def test_a_line_without_a_title_says_why() -> None:
    end = "0 answers, 0 comments, score ?, v1>"
    talk = thread_of(root=question(title=None), kind="discussion", id="d")
    assert repr(talk) == f"<Thread d untitled {end}"
    deleted = thread_of(root=question(deleted=Mark()))
    assert repr(deleted) == f"<Thread q-17 deleted {end}"
    removed = thread_of(root=question(removed=Mark(), deleted=Mark()))
    assert repr(removed) == f"<Thread q-17 removed {end}"
    rootless = Thread.from_parts(id="r", stubs=[Stub(id="q")])
    assert repr(rootless) == f"<Thread r without question {end}"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "''"),
        ("it's", '"it\'s"'),
        ("two\nlines\u202e", r"'two\nlines\u202e'"),
        ("x" * 32, f"'{'x' * 32}'"),
        ("x" * 33, f"'{'x' * 31}…'"),
        ("a word " + "x" * 40, f"'a word {'x' * 24}…'"),
        (
            "to be or not to be, that is the question",
            "'to be or not to be, that is the…'",
        ),
    ],
)
def test_titles_are_cut_between_words_and_escaped(title: str, shown: str) -> None:
    line = repr(thread_of(root=question(title=title), id="t"))
    assert line == f"<Thread t {shown} 0 answers, 0 comments, score ?, v1>"


@pytest.mark.parametrize(
    ("id", "shown"),
    [
        ("6ba7b810-9dad-11d1-80b4-00c04fd430c8",) * 2,
        ("two words", "'two words'"),
        ("a\u2028b", r"'a\u2028b'"),
        ("x" * 10**6, "x" * 35 + "…"),
        ("x> 'Hi' 9 answers", "\"x> 'Hi' 9 answers\""),
    ],
)
def test_ids_stay_one_word(id: str, shown: str) -> None:
    line = repr(thread_of(root=question(title="Why?"), id=id))
    assert line == f"<Thread {shown} 'Why?' 0 answers, 0 comments, score ?, v1>"


@given(
    id=texts.filter(bool),
    title=st.none() | texts,
    times=st.sampled_from([1, 100]),
    score=st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    version=st.integers(1, 2**63 - 1),
)
def test_a_line_is_one_line_whatever_it_names(
    id: str, title: str | None, times: int, score: int | None, version: int
) -> None:
    """A log or a terminal must not be taken over by a title."""
    root = question(title=title and title * times)
    tallies = [] if score is None else [Tally(post_id="q", score=score)]
    thread = thread_of(root=root, id=id * times, tallies=tallies, version=version)
    line = repr(thread)
    assert len(line) <= 120
    assert line.isprintable()
    tail = f"score {'?' if score is None else score}, v{version}>"
    assert line.startswith("<Thread ") and line.endswith(tail)


class Crowded:
    """As many posts as a thread can have, without making them."""

    id = "i" * 100
    version = 2**63 - 1
    _index = None

    def __init__(self, root: Question | Stub) -> None:
        self.root = root
        self.answers = self.comments = range(10**8)

    @property
    def question(self) -> Question:
        assert isinstance(self.root, Question)
        return self.root

    def score(self, post_id: str) -> int:
        return -(2**63) + 1

    def __contains__(self, post_id: object) -> bool:
        return isinstance(self.root, Question)


@pytest.mark.parametrize("root", [question(), question(title=None), Stub(id="q")])
def test_the_largest_numbers_leave_room_for_a_name(root: Question | Stub) -> None:
    crowded: Any = Crowded(root)
    line = _display.line(crowded)
    assert len(line) <= 120
    assert re.match(r"<Thread i{5,}… .{8,} 100000000 answers, ", line)


# -- a page ----------------------------------------------------------------------


def test_the_page_of_a_small_thread() -> None:
    root = question(
        body=Body(source='Is <b> & "it" new?\n\nYes.'),
        created_at=at(50),
        author_name="Greg",
    )
    thread = thread_of(
        answer("a1", body=Body(source="Big is new."), created_at=at(55)),
        comment("c1", "a1", body=Body(source="Why?"), created_at=at(57)),
        answer("a2"),
        root=root,
        users=[User(id="greg", level=3), User(id="ada", name="Ada")],
        tallies=[Tally(post_id="q", score=3), Tally(post_id="a1", up=0, down=2)],
        accepted=["a1"],
        stubs=[Stub(id="s", parent_id="a1", count=4)],
        version=7,
    )
    reply = f'<details open style="{FRAME};margin-left:12px"><summary>'
    body = '<div style="white-space:pre-wrap">'
    assert html(thread) == (
        '<div style="max-width:720px"><b><bdi>What is "Emergence" in AI Models?</bdi>'
        "</b><br><small>4 posts · 1 accepted · v7</small>\n"
        f'<details open style="{FRAME}"><summary><b><bdi>Greg</bdi></b> '
        "<small>level 3</small> · +3 · <time>2025-03-08 09:50</time></summary>"
        f'{body}Is &lt;b&gt; &amp; "it" new?\n\nYes.</div>'
        f"{reply}<b><bdi>Ada</bdi></b> · -2 · <b>accepted</b> · "
        f"<time>2025-03-08 09:55</time></summary>{body}Big is new.</div>"
        f"{reply}<b><bdi>Ada</bdi></b> · score ? · "
        f"<time>2025-03-08 09:57</time></summary>{body}Why?</div></details>\n"
        "<div><small>… 4 more</small></div>\n</details>\n"
        f"{reply}<b><bdi>Ada</bdi></b> · score ? · answer</summary>{body}a2</div>"
        "</details>\n</details>\n</div>"
    )


def test_deleted_and_removed_posts_show_only_that_something_stood_there() -> None:
    secret = {"body": Body(source="SECRET"), "author_name": "SECRET"}
    thread = thread_of(
        answer("a1", deleted=Mark(reason="SECRET"), **secret),
        comment("c1", "a1"),
        answer("a2", removed=Mark(by_id="SECRET"), **secret),
        root=question(title="SECRET", removed=Mark(), **secret),
        accepted=["a1"],
    )
    page = html(thread)
    assert "SECRET" not in page + repr(thread) and "accepted" not in page
    assert page.count("<summary><small>deleted</small></summary>") == 1
    assert page.count("<summary><small>removed</small></summary>") == 2
    assert Reader(page).bodies == ["c1"]


def test_hidden_posts_are_folded_and_pending_ones_named() -> None:
    folded = answer("a1", status=PostStatus(hidden=Mark()))
    waiting = answer("a2", status=PostStatus(pending=Mark()))
    page = html(thread_of(folded, waiting))
    assert f'<details style="{FRAME};margin-left:12px">' in page
    assert page.count("<details open") == 2
    assert "answer · hidden</summary>" in page and "answer · pending</summary>" in page


@pytest.mark.parametrize(
    ("stubs", "text"),
    [
        ([{"count": 3}], "… 3 more"),
        ([{"count": 3}, {"child_ids": ("x", "y")}], "… 5 more"),
        ([{"count": 3}, {}], "… at least 3 more"),
        ([{}], "… more"),
        ([{"count": 0, "cursor": "next"}], "… more"),
    ],
)
def test_stubs_say_how_many_are_missing(stubs: list[dict[str, Any]], text: str) -> None:
    made = [
        Stub(id=f"s{number}", parent_id="q", **more)
        for number, more in enumerate(stubs)
    ]
    page = html(thread_of(stubs=made))
    assert f"<div><small>{text}</small></div>" in page
    assert "not shown" not in page and "<small>1 post · v1</small>" in page


def test_posts_under_a_stub_are_shown_under_it() -> None:
    stubs = [Stub(id="q", count=1), Stub(id="s", parent_id="a", count=2)]
    posts: list[Post] = [answer("a"), comment("c", "s")]
    page = html(Thread.from_parts(id="t", posts=posts, stubs=stubs))
    assert Reader(page).bodies == ["a", "c"]
    assert Reader(page).deepest == 4
    assert "<small>without question</small><br><small>2 posts · v1</small>" in page
    assert "<summary><small>… 1 more</small></summary>" in page
    assert "<summary><small>… 2 more</small></summary>" in page


def chain(length: int, **more: Any) -> list[Post]:
    ids = ["q", *(f"c{number}" for number in range(length))]
    return [comment(id, above, **more) for above, id in pairwise(ids)]


def test_deep_replies_stand_side_by_side_and_name_whom_they_answer() -> None:
    page = html(thread_of(*chain(8), users=[User(id="ada", name="Ada")]))
    read = Reader(page)
    assert read.deepest == 7  # depths 0 to 6
    assert read.bodies == ["?", *(f"c{number}" for number in range(8))]
    assert page.count("to <bdi>Ada</bdi>") == 2


def test_at_most_200_posts_nearest_to_the_question_first() -> None:
    answers = [answer(f"a{number}") for number in range(50)]
    below = [comment(f"c{number}", "a0") for number in range(1000)]
    page = html(thread_of(*below, *answers))
    read = Reader(page)
    assert len(read.bodies) == 200
    assert read.bodies[0] == "?" and read.bodies[-1] == "a49"
    assert page.endswith("<small>… 851 more posts not shown</small></div>")
    exactly = html(thread_of(*chain(199)))
    assert len(Reader(exactly).bodies) == 200 and "not shown" not in exactly
    over = html(thread_of(*chain(200)))
    assert over.endswith("<small>… 1 more post not shown</small></div>")


def test_at_most_300_characters_of_a_body() -> None:
    short, long = "é" * 300, "é" * 301
    posts = [
        answer("a1", body=Body(source=short)),
        answer("a2", body=Body(source=long)),
    ]
    assert Reader(html(thread_of(*posts))).bodies[1:] == [short, "é" * 299 + "…"]


@pytest.mark.parametrize(
    "text", ["&", "<script>alert(1)</script>", "😀", "'\"", "\x1b\r"]
)
def test_a_page_stays_small_whatever_the_text(text: str) -> None:
    """Escapes and other scripts take up to six bytes for a character."""
    long = text * 1000
    people = [
        User(id=f"{long}{number}", name=long, level=2**63 - 1) for number in (1, 2)
    ]
    posts = [
        comment(
            f"{long}{number}",
            "q",
            author_id=people[number % 2].id,
            author_name=long,
            body=Body(source=long),
            created_at=at(1),
        )
        for number in range(300)
    ]
    root = question(title=long, author_id=people[0].id, body=Body(source=long))
    page = html(thread_of(*posts, root=root, users=people, id=long))
    read = Reader(page)
    shown = re.search(r"… (\d+) more posts not shown", read.text)
    assert shown and int(shown[1]) + len(read.bodies) == 301
    assert len(read.bodies) > 30


@given(title=texts, name=texts, body=texts, id=texts.filter(bool))
def test_any_text_reads_back_as_it_was(
    title: str, name: str, body: str, id: str
) -> None:
    """Escaping is right if a parser sees the text and no tag of it."""
    assume(id != "q")
    users = [User(id="ada", name=name or "Ada")]
    thread = thread_of(
        answer(id, body=Body(source=body)), root=question(title=title), users=users
    )
    read = Reader(html(thread))
    controls = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
    expected = controls.sub("\ufffd", body)
    if not expected.startswith("… "):
        assert read.bodies[-1] == expected
    assert controls.sub("\ufffd", title) in read.text
    assert controls.sub("\ufffd", name) in read.text


@st.composite
def threads(draw: st.DrawFn) -> Thread:
    """Trees of any shape with stubs in them, and some posts that are gone."""
    ids, posts, stubs = ["q"], list[Post](), list[Stub]()
    for number in range(draw(st.integers(0, 40))):
        above = draw(st.sampled_from(ids))
        gone = draw(st.sampled_from([None, None, Mark()]))
        id = f"p{number}"
        match draw(st.integers(0, 5)):
            case 0:
                count = draw(st.none() | st.integers(0, 9))
                stubs.append(Stub(id=id, parent_id=above, count=count))
            case 1:
                posts.append(answer(id, deleted=gone))
            case _:
                posts.append(comment(id, above, removed=gone))
        ids.append(id)
    return thread_of(*posts, stubs=stubs)


@given(thread=threads())
def test_a_page_shows_every_post_of_a_small_thread_in_its_place(
    thread: Thread,
) -> None:
    """Nothing is lost, and a reply comes after what it answers."""
    page = html(thread)
    read = Reader(page)
    standing = [post for post in thread.posts if post.stands]
    assert sorted(read.bodies) == sorted(post.body.source for post in standing)
    assert read.posts == len(standing)
    gone = len(re.findall("<small>(?:deleted|removed)</small>", page))
    assert gone == len(thread) - len(standing)
    place = {body: number for number, body in enumerate(read.bodies)}
    for post in standing:
        above = post.parent_id
        if above is not None and above in thread and thread[above].stands:
            assert place[thread[above].body.source] < place[post.body.source]
    assert read.deepest <= 7
    assert "not shown" not in page


@given(thread=threads())
def test_equal_threads_have_equal_pages(thread: Thread) -> None:
    """A notebook under version control must not change when it is run again."""
    content = thread.content
    again = Thread.from_parts(
        id=thread.id,
        question=content.question,
        posts=list(thread.posts),
        stubs=content.stubs,
        users=content.users,
    )
    assert again == thread
    assert html(again) == html(thread) and repr(again) == repr(thread)


# -- size ------------------------------------------------------------------------


def wide(size: int) -> Thread:
    return thread_of(*(comment(f"c{number}", "q") for number in range(size)))


def accepted(size: int) -> Thread:
    answers = [answer(f"a{number}") for number in range(size)]
    return thread_of(*answers, accepted=[post.id for post in answers])


def gaps(size: int) -> Thread:
    stubs = (Stub(id=f"s{number}", parent_id="q", count=1) for number in range(size))
    return thread_of(stubs=stubs)


def deep_gaps(size: int) -> Thread:
    ids = ["q", *(f"s{number}" for number in range(size))]
    pairs = pairwise(ids)
    stubs = [Stub(id=id, parent_id=above) for above, id in pairs]
    return thread_of(comment("c", ids[-1]), stubs=stubs)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (lambda size: thread_of(*chain(size)), "99801 more posts not shown"),
        (wide, "99801 more posts not shown"),
        (accepted, "at least 1000 accepted"),
        (gaps, "… at least 200 more"),
        (deep_gaps, "1 more post not shown"),
    ],
    ids=["chain", "wide", "accepted", "gaps", "deep gaps"],
)
def test_a_huge_thread_shows_itself_at_once(shape: Any, text: str) -> None:
    """What is not shown must not be walked: no recursion, no look at all posts."""
    some, many = shape(10_000), shape(100_000)
    assert some.root.id == many.root.id == "q"  # arranged by the first look
    # Ten times the posts, the same page: looking at all would cost ten times.
    assert least(many) < 4 * least(some)
    assert text in Reader(html(many)).text


def least(thread: Thread) -> float:
    """The least CPU time of a few looks."""
    spent = []
    for _ in range(7):
        start = process_time()
        html(thread)
        repr(thread)
        spent.append(process_time() - start)
    return min(spent)
