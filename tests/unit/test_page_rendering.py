"""Pages of Stack Exchange as a browser on a terminal shows them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Post, Stub, Thread
from qathread.errors import FormatError, LossError, QathreadError
from qathread.formats.page_text import FORMAT
from qathread.formats.schema_org import FORMAT as SCHEMA
from qathread.losses import LossReport
from tests.unit._pages import counts, reading

PAGE = """
 1. Log in Sign up

Why is 0.1 not 0.1?

Ask Question
Asked 2 years, 2 months ago
Active 2 years, 2 months ago
Viewed 1,234 times
-3
4
\u00a0

It prints more digits.

    share | improve this question is what the page says

float python
share | improve this question | follow |
edited Oct 11 '18 at 15:01
[a1]
CidCid
1,024\u00a01 gold badge
asked Oct 10 '18 at 14:31
[b2]
AdaAda
34.2k6666 gold badges

  \u2022 2
    Which language? \u2013 Bob\u2666 Oct 10 '18 at 14:48
  \u2022\u00a0
    Two lines of
    words \u2013 and a dash \u2013\u00a0
    Eve E. Aug 8 at 13:45

add a comment  | show 3 more comments

2 Answers 2

Active Oldest Votes
21
\u00a0

It is binary.

share | improve this answer | follow |
answered Oct 10 '18 at 14:39
Bob\u2666Bob
1

add a comment  |
0
\u00a0

So it is.

share | improve this answer | follow |
answered yesterday
community wiki

add a comment  |

Your Answer
5

share | improve this answer
"""


def read(
    page: str, *, strict: bool = False, assume_tz: str | None = "UTC"
) -> tuple[Thread, LossReport]:
    (thread,), report = reading(
        FORMAT, page.encode(), strict=strict, assume_tz=assume_tz
    )
    return thread, report


def test_a_page_is_read_part_by_part() -> None:
    thread, report = read(PAGE)
    question = thread.question
    assert question.title == "Why is 0.1 not 0.1?"
    assert question.body.source == (
        "It prints more digits.\n\n"
        "    share | improve this question is what the page says"
    )
    assert (question.tags, question.views) == (("float", "python"), 1234)
    assert question.created_at == datetime(2018, 10, 10, 14, 31, tzinfo=UTC)
    assert question.edited_at == datetime(2018, 10, 11, 15, 1, tzinfo=UTC)
    assert question.author_id == "page:Ada"
    assert question.provenance is not None
    assert dict(question.provenance.declared) == {"answers": 2, "favorites": 4}
    assert [post.body.source for post in thread.answers] == [
        "It is binary.",
        "So it is.",
    ]
    assert [post.author_name for post in thread.answers] == ["Bob", None]
    assert [thread.score(post.id) for post in thread.answers] == [21, 0]
    assert thread.score(question.id) == -3
    first, second = thread.comments
    assert (first.author_name, thread.score(first.id)) == ("Bob", 2)
    assert second.body.source == "Two lines of\nwords \u2013 and a dash"
    assert (second.author_name, second.created_at) == ("Eve E.", None)
    assert second.provenance is not None
    assert second.provenance.members() == {"time": "Aug 8 at 13:45"}
    assert thread.score(second.id) is None, "a score that is not shown is not 0"
    assert thread.stubs == (
        Stub(id=f"more-{question.id}", parent_id=question.id, count=3),
    )
    assert thread.accepted == ()
    assert counts(report)["date-not-whole"] == 2
    assert "count-differs" not in counts(report)


@pytest.mark.parametrize(
    ("shown", "score"), [("0", 0), ("7", 7), ("", None)], ids=["0", "7", "nothing"]
)
def test_a_comment_has_the_score_that_is_shown(shown: str, score: int | None) -> None:
    thread, _ = read(PAGE.replace("  \u2022 2\n", f"  \u2022 {shown}\n"))
    assert thread.score(thread.comments[0].id) == score


@pytest.mark.parametrize("blanks", [" " * 300, "\t\r"], ids=["many", "few"])
def test_blanks_at_the_ends_of_lines_do_not_matter(blanks: str) -> None:
    spaced = PAGE.replace("Ask Question\nAsked ", f"Ask Question{blanks}\nAsked \u00a0")
    assert read(spaced)[0].question.title == "Why is 0.1 not 0.1?"
    assert read(spaced)[0].posts == read(PAGE)[0].posts


def test_the_last_line_is_that_of_tags_only_if_it_stands_apart() -> None:
    for tags in ("float python\n", "float python\n\n\n"):
        thread, _ = read(PAGE.replace("float python\n", tags))
        assert thread.question.tags == ("float", "python")
    thread, _ = read(PAGE.replace("\n\nfloat python\n", "\nfloat python\n"))
    assert thread.question.tags == ()
    assert thread.question.body.source.endswith("float python")


def test_a_number_after_the_last_answer_is_no_answer() -> None:
    assert len(read(PAGE)[0].answers) == 2


def test_line_ends_do_not_matter() -> None:
    assert read(PAGE.replace("\n", "\r\n"))[0] == read(PAGE)[0]


def test_answers_that_are_not_on_the_page_are_told() -> None:
    _, report = read(PAGE.replace("2 Answers 2", "7 Answers 7"))
    assert counts(report)["count-differs"] == 1


def test_times_need_a_zone_or_are_told() -> None:
    whole = PAGE.replace("Aug 8 at", "Aug 8 '19 at").replace("yesterday", "")
    _, report = read(whole, assume_tz=None)
    assert counts(report)["zone-not-stated"] == 5
    with pytest.raises(FormatError) as caught:
        read(whole, assume_tz=None, strict=True)
    assert caught.value.code == "instant"
    thread, _ = read(whole, assume_tz="+02:00", strict=True)
    assert thread.question.created_at == datetime(2018, 10, 10, 12, 31, tzinfo=UTC)
    with pytest.raises(LossError):
        read(PAGE, strict=True)


@pytest.mark.parametrize("when", ["Feb 30 '18 at 1:00", "Oct 10 '18 at 25:00"])
def test_dates_that_are_none_are_kept_as_shown(when: str) -> None:
    thread, _ = read(PAGE.replace("Oct 10 '18 at 14:31", when))
    assert thread.question.created_at is None
    assert thread.question.provenance is not None
    assert thread.question.provenance.members() == {"time": when}


def test_the_same_comment_twice_is_two_comments() -> None:
    remark = "  \u2022\u00a0\n    Yes. \u2013 Bob Oct 10 '18 at 14:48\n"
    twice = PAGE.replace("  \u2022 2\n", remark * 2 + "  \u2022 2\n", 1)
    thread, _ = read(twice)
    assert len(thread.comments) == 4
    assert len({post.id for post in thread.comments}) == 4


def test_renderings_say_what_the_pages_themselves_say(shared: Path) -> None:
    """The microdata of the same page is what is to be found."""
    met = 0
    folder = shared / "data/formats"
    for path in sorted((folder / "qa_text").glob("stackoverflow_*.txt")):
        met += 1
        (shown,), _ = reading(FORMAT, path, assume_tz="UTC")
        source = folder / "html_microdata_qapage" / f"{path.stem}.html.xz"
        (marked,), _ = reading(SCHEMA, source, assume_tz="UTC")
        assert shown.question.title == marked.question.title
        pairs: list[tuple[Post, Post]] = [(shown.question, marked.question)]
        pairs += zip(shown.answers, marked.answers, strict=True)
        for one, other in pairs:
            assert one.author_name == other.author_name
            assert shown.score(one.id) == marked.score(other.id)
            assert other.created_at is not None
            assert one.created_at == other.created_at.replace(second=0)
            assert letters(one.body.source) == letters(text_of(other.body.source))
        bullets = re.findall(
            r"\u2013\s+\S.*\n?.* at [0-9]+:[0-9]+$", path.read_text(), re.M
        )
        assert len(shown.comments) == len(bullets)
    if not met:
        pytest.skip("no renderings")


def letters(text: str) -> str:
    """Return a text without blanks: lines are broken where the screen ended."""
    return "".join(text.split())


def text_of(html: str) -> str:
    from qathread.formats._html_tree import parse_html, text_of
    from qathread.formats._report import Collector

    return text_of(parse_html(f"<div>{html}</div>".encode(), Collector(), None))


@given(
    cut=st.integers(0, len(PAGE)),
    at=st.integers(0, len(PAGE)),
    junk=st.sampled_from(
        ["\n", "5\n", "share | improve this answer\n", "  \u2022 1\n"]
    ),
)
def test_a_page_that_is_cut_or_mixed_up_gives_a_thread_or_an_error_of_ours(
    cut: int, at: int, junk: str
) -> None:
    """People copy what they see, and not all of it."""
    for page in (PAGE[:cut], PAGE[cut:], PAGE[:at] + junk + PAGE[at:]):
        try:
            thread, _ = read(page)
        except QathreadError as error:
            assert isinstance(error, FormatError)
            continue
        assert thread.question.title is not None
