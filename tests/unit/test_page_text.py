"""Pages copied as text: the seed, the sample, odd layouts, and any text at all."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from qathread.errors import FormatError, LossError, ValidationError
from qathread.formats import Reading, read, sniff
from qathread.posts import Answer, Comment, Post
from qathread.provenance import TimePrecision
from qathread.thread import Thread
from qathread.users import UserKind

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "page.txt"
FURNITURE = ("Sign In", "Sign Up", "Forgot Password", "Add comment", "Welcome!")


def one(page: str | bytes, **options: object) -> Thread:
    """Read the one thread of a page, zone given."""
    options.setdefault("assume_tz", "UTC")
    data = page if isinstance(page, bytes) else page.encode()
    (thread,) = read(data, "page-text", **options)  # type: ignore[arg-type]
    return thread


def told(reading: Reading) -> dict[str, int]:
    """Return counts by code, after reading to the end."""
    for _ in reading:
        pass
    counts: dict[str, int] = {}
    for loss in reading.report:
        counts[loss.code] = counts.get(loss.code, 0) + loss.count
    return counts


def reply(thread: Thread, place: int = 0) -> Post:
    """Return the n-th reply from the top of the page."""
    return thread.posts[place + 1]


# -- the seed --------------------------------------------------------------------


@pytest.fixture
def seed(shared: Path) -> Path:
    (found,) = (shared / "seed").glob("*.txt")
    return found


def test_the_seed_page_is_read_exactly(seed: Path) -> None:
    with read(seed) as reading:
        (thread,) = reading
    assert reading.format == "page-text"
    question, comment = thread.posts
    assert thread.kind == "qa"
    assert thread.question.title == 'What is "Emergence" in AI Models?'
    assert question.body.source == 'What is "Emergence" in AI Models?'
    assert question.body.media_type == "text/plain"
    assert question.created_at is None
    greg = thread.author(question.id)
    assert (greg.id, greg.name, greg.level) == ("page:Greg", "Greg", 3)
    assert thread.reactions(question.id) == {}
    assert thread.score(question.id) is None

    assert isinstance(comment, Comment)
    assert comment.parent_id == question.id
    bloom = thread.author(comment.id)
    assert (bloom.name, bloom.level, bloom.reputation) == ("CrimsonBloom", 5, None)
    assert comment.created_at == datetime(2025, 3, 8, 9, 57, 31, tzinfo=UTC)
    assert comment.provenance is not None
    assert comment.provenance.zone_stated is False
    assert comment.provenance.time_precision is TimePrecision.SECOND
    assert comment.provenance.declared == (("replies", 0),)
    assert comment.provenance.members() == {"time": "2025-03-08 09:57:31"}
    assert thread.tally(comment.id).reactions == (("like", 0),)
    assert not thread.tally(comment.id).complete
    assert thread.score(comment.id) is None


def test_the_seed_body_is_its_lines_without_the_margin(seed: Path) -> None:
    lines = seed.read_text("utf-8").split("\n")[16:64]
    wanted = "\n".join(line.removeprefix("    ") for line in lines)
    body = reply(one(seed.read_bytes())).body.source
    assert body == wanted
    bullets = [line for line in body.split("\n") if line.startswith("• ")]
    assert [line.split(":")[0] for line in bullets] == [
        "• Few-shot learning",
        "• Reasoning",
        "• Code generation",
        "• Understanding nuanced language",
        "• Phase transitions",
        "• Implicit programming",
        "• Representation learning",
    ]
    assert body.startswith('"Emergence" in AI models refers')
    assert body.endswith("a key piece of the puzzle.")
    assert not any(word in body for word in (*FURNITURE, "Like(", "No comments"))


def test_the_seed_report_names_the_lines(seed: Path) -> None:
    with read(seed) as reading:
        list(reading)
    places = {loss.code: loss.examples for loss in reading.report}
    assert places["title"] == ("line 6",)
    assert places["question"] == ("name line 8", "level line 8", "body line 9")
    assert places["comment"] == (
        "name line 15",
        "level line 14",
        "body lines 17-64",
        "time line 66",
        "likes line 68",
    )
    assert places["zone-not-stated"] == ("line 66: 2025-03-08 09:57:31",)
    (harmful,) = [loss for loss in reading.report if not loss.harmless]
    assert harmful.code == "zone-not-stated"
    assert harmful.kind == "noted"


def test_the_seed_is_refused_strictly_until_its_zone_is_given(seed: Path) -> None:
    with pytest.raises(FormatError, match="assume_tz") as caught:
        list(read(seed, strict=True))
    assert caught.value.code == "instant"
    assert caught.value.format == "page-text"
    assert str(caught.value.where).startswith("line 66")
    with read(seed, strict=True, assume_tz="America/New_York") as reading:
        (thread,) = reading
    created = reply(thread).created_at
    assert created == datetime(2025, 3, 8, 14, 57, 31, tzinfo=UTC)
    assert not reading.report


def test_ids_do_not_depend_on_the_run(seed: Path) -> None:
    once, again = one(seed.read_bytes()), one(seed.read_bytes())
    assert once == again
    assert one(seed.read_bytes(), thread_id="t").id == "t"
    assert once.id == "page-c38f7c503b7e9e29"
    assert reply(once).id == "c-d98137b32ce8cb82"


# -- the sample of the docs ------------------------------------------------------


def test_the_example_page_holds_what_it_shows() -> None:
    with read(EXAMPLE, strict=True, assume_tz="UTC") as reading:
        (thread,) = reading
    assert not reading.report
    first, nested, last = thread.comments
    people = [thread.author(post.id) for post in thread.posts]
    assert [(user.name, user.level) for user in people] == [
        ("Marta", 4),
        ("Quentin", 7),
        ("Marta", 4),
        ("old_oven", 2),
    ]
    assert nested.parent_id == first.id
    assert first.parent_id == last.parent_id == thread.question.id
    assert [thread.reactions(c.id)["like"] for c in thread.comments] == [3, 1, 0]
    declared = [c.provenance and c.provenance.declared for c in thread.comments]
    assert declared == [(("replies", 1),), (("replies", 0),), (("replies", 0),)]
    assert first.body.source.count("\n• ") == 3
    assert nested.body.source == (
        "It was the yeast:\n\n• the old packet gave no foam\n"
        "• the new one foamed over the cup\n\nThank you!"
    )


# -- layouts ---------------------------------------------------------------------

SMALL = """Welcome!

Q&A

Why?

ada 7
Why is it so?

Comments

Add comment
  • 5
    greg Reply

    Because.

    • one
      • two

    2025-03-08 09:57:31 No comments

Like(2)

Sign In

Sign Up"""


def parts(thread: Thread) -> list[tuple[object, ...]]:
    """Return what a person sees of every post."""
    return [
        (
            post.kind,
            thread.author(post.id).name,
            thread.author(post.id).level,
            post.body.source,
            post.created_at,
            dict(thread.reactions(post.id)),
        )
        for post in thread.posts
    ]


@pytest.mark.parametrize(
    "page",
    [
        SMALL + "\n",
        "\ufeff" + SMALL,
        SMALL.replace("•", "*").replace("* one\n      * two", "• one\n      • two"),
        SMALL.replace("  • 5", "  - 5"),
        SMALL.replace("  • 5", "  ·\t5"),
        SMALL.replace("ada 7", "ada\u00a07").replace("  • 5", "\u00a0\u00a0•\u00a05"),
        SMALL.replace("\n    ", "\n\t").replace("\n  • 5", "\n   • 5"),
        SMALL.replace("\n\nSign In\n\nSign Up", "Sign InSign Up"),
        SMALL.replace("\n\nSign In\n\nSign Up", "\nSign InForgot PasswordSign Up"),
        SMALL.replace("\n\nSign In\n\nSign Up", ""),
        SMALL.replace("Welcome!\n\n", ""),
        SMALL.replace("Q&A\n\n", ""),
        SMALL.replace("Add comment\n", ""),
        SMALL.replace("  • 5\n    greg Reply", "  • 5 greg Reply"),
        SMALL.replace("  • 5\n    greg Reply", "  • greg 5 Reply"),
        SMALL.replace("    greg Reply", "    greg\n    Reply"),
        SMALL.replace("  • 5\n    greg Reply", "5\ngreg Reply").replace("\n    ", "\n"),
        SMALL.replace("\n    ", "\n").replace("\n  •", "\n•"),
        SMALL.replace("\nLike(2)", "\n    Like(2)"),
        SMALL.replace("No comments\n", "No comments\n    Reply\n"),
        SMALL.replace("ada 7\n", "ada 7\n\n"),
        SMALL.replace("\n\n", "\n\n\n   \n"),
    ],
)
def test_odd_layouts_read_like_the_plain_one(page: str) -> None:
    # Where lines lost their margin or gained blank ones, the body differs in that.
    def words(thread: Thread) -> list[object]:
        return [
            (*row[:3], str(row[3]).replace(" ", "").split(), *row[4:])
            for row in parts(thread)
        ]

    assert words(one(page, strict=True)) == words(one(SMALL))


def test_line_ends_of_a_body_stay() -> None:
    body = reply(one(SMALL.replace("\n", "\r\n"))).body.source
    assert body == "Because.\r\n\r\n• one\r\n  • two"


def test_tabs_and_no_break_spaces_inside_a_body_stay() -> None:
    page = SMALL.replace("    Because.", "    Be\u00a0cause.\t\n\tdeeper  ")
    body = reply(one(page)).body.source
    assert body == "Be\u00a0cause.\t\n    deeper  \n\n• one\n  • two"


def test_a_page_without_comments_is_a_question() -> None:
    page = "Q&A\n\nWhy?\n\nada 7\nWhy is it so?\n\nComments\n\nAdd comment\n\nSign In"
    thread = one(page, strict=True)
    assert len(thread) == 1
    assert thread.question.body.source == "Why is it so?"


def test_the_question_may_have_text_time_and_likes_of_its_own() -> None:
    page = SMALL.replace(
        "Why is it so?\n",
        "First line.\n\n* a list\n  in it\n\n"
        "2024-01-02 03:04:05 1 comment\n\nLike(9)\n",
    )
    thread = one(page, strict=True)
    question = thread.question
    assert question.body.source == "First line.\n\n* a list\n  in it"
    assert question.created_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert question.provenance is not None
    assert question.provenance.declared == (("replies", 1),)
    assert thread.reactions(question.id) == {"like": 9}
    assert thread.reactions(reply(thread).id) == {"like": 2}


def test_answers_stand_under_their_heading() -> None:
    page = """Q&A

Why?

ada 7
Why is it so?

2 Answers
  • 5
    greg Reply

    Because.

    2025-03-08 09:57:31 1 comment
      • 7
        ada Reply

        Thanks.

        2025-03-08 09:58:00 No comments
  • 6
    eve Reply

    No idea.

    2025-03-08 10:57:31 No comments

3 Comments
  • 1
    bob Reply

    What?

    2025-03-08 11:57:31 No comments
"""
    thread = one(page, strict=True)
    assert [type(post).__name__ for post in thread.posts[1:]] == [
        "Answer",
        "Comment",
        "Answer",
        "Comment",
    ]
    answer, thanks = thread.posts[1:3]
    assert isinstance(answer, Answer)
    assert thanks.parent_id == answer.id
    assert thread.comments[1].parent_id == thread.question.id
    assert thread.question.provenance is not None
    assert thread.question.provenance.declared == (("answers", 2), ("comments", 3))
    counts = told(read(page.encode(), "page-text", assume_tz="UTC"))
    assert counts["count-differs"] == 1


def test_likes_find_their_post_at_the_margin_and_in_the_list() -> None:
    page = """Q&A

Why?

ada 7
Why?

Comments
  • 5
    a Reply

    A

    2025-03-08 09:57:31 1 comment
      • 4
        b Reply

        B

        2025-03-08 09:57:31 No comments

    Like(2)

Like(1)
  • 3
    c Reply

    C

    2025-03-08 09:57:31 1 comment

Like(3)
      • 2
        d Reply

        D

        2025-03-08 09:57:31 No comments

Like(4)
  • 1
    e Reply

    E
"""
    thread = one(page, strict=True)
    names = {str(post.author_name): post for post in thread.comments}
    likes = {name: dict(thread.reactions(post.id)) for name, post in names.items()}
    assert likes == {
        "a": {"like": 1},
        "b": {"like": 2},
        "c": {"like": 3},
        "d": {"like": 4},
        "e": {},
    }
    assert names["d"].parent_id == names["c"].id
    assert names["e"].created_at is None


def test_a_name_with_two_numbers_is_said() -> None:
    page = SMALL.replace("greg Reply", "ada Reply")
    thread = one(page)
    assert {user.level for user in thread.users.values()} == {5}
    with pytest.raises(LossError, match="level-differs"):
        one(page, strict=True)


def test_people_without_a_name_are_not_one_person() -> None:
    page = SMALL.replace("ada 7", "Anonymous").replace("greg Reply", "Anonymous Reply")
    thread = one(page)
    people = [thread.author(post.id) for post in thread.posts]
    assert people[0].id != people[1].id
    assert {user.kind for user in people} == {UserKind.ANONYMOUS}
    gone = one(SMALL.replace("greg Reply", "[deleted] Reply"))
    assert gone.author(reply(gone).id).kind is UserKind.DELETED


def test_the_same_words_twice_are_two_posts() -> None:
    start, end = SMALL.index("  • 5"), SMALL.index("Sign In")
    page = SMALL[:end] + SMALL[start:end] + SMALL[end:]
    ids = [post.id for post in one(page).comments]
    assert len(set(ids)) == 2
    assert ids[0] == reply(one(SMALL)).id, "ids of earlier posts stay"


def test_lines_without_a_place_are_reported_and_refused_strictly() -> None:
    page = SMALL.replace("Like(2)\n", "Like(2)\n\nan advertisement\n\nLike(7)\n")
    reading = read(page.encode(), "page-text", assume_tz="UTC")
    (thread,) = reading
    (loss,) = [loss for loss in reading.report if not loss.harmless]
    assert (loss.kind, loss.code, loss.count) == ("skipped", "unplaced-line", 2)
    assert loss.examples[0].endswith("an advertisement")
    assert parts(thread) == parts(one(SMALL))
    with pytest.raises(LossError, match="unplaced-line"):
        one(page, strict=True)


@pytest.mark.parametrize(
    "end",
    [
        "Comments\n\nan advertisement",
        "Comments\n\nAdd comment\n\nan advertisement",
        "Add comment\n\nan advertisement",
        "Sign In\n\nSign Up\n\nan advertisement",
        "Home\nShare\nan advertisement\nSign InSign Up",
        "Like(1)\n\nSign In\n\nSign Up\n\nan advertisement",
    ],
)
def test_what_follows_a_question_is_not_its_text(end: str) -> None:
    page = f"Q&A\n\nWhy?\n\nada 7\nWhy is it so?\n\n{end}\n".encode()
    reading = read(page, "page-text")
    (thread,) = reading
    assert thread.question.body.source == "Why is it so?"
    (loss,) = [loss for loss in reading.report if not loss.harmless]
    assert (loss.code, loss.count) == ("unplaced-line", 1)


def test_words_of_the_site_inside_a_text_stay() -> None:
    page = SMALL.replace(
        "    Because.", "    Press Sign In.\n\n    Comments\n\n    So."
    )
    body = reply(one(page)).body.source
    assert body.startswith("Press Sign In.\n\nComments\n\nSo.")


def test_what_looks_like_a_reply_inside_a_body_stays() -> None:
    page = SMALL.replace("    • one", "    • 12\n    • Write a Reply\n    • one")
    thread = one(page)
    assert len(thread) == 2
    assert "• 12\n• Write a Reply\n• one" in reply(thread).body.source


def test_a_title_may_end_in_reply() -> None:
    page = SMALL.replace("Why?\n", "May I Reply\n").replace(
        "Why is", "Please Reply\nis"
    )
    thread = one(page, strict=True)
    assert thread.question.title == "May I Reply"
    assert thread.question.body.source == "Please Reply\nis it so?"
    assert len(thread) == 2


# -- times -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stated", "precision"),
    [
        ("2025-03-08 09:57:31 +02:00", "2025-03-08T07:57:31", "second"),
        ("2025-03-08 09:57:31 -0530", "2025-03-08T15:27:31", "second"),
        ("2025-03-08 09:57:31Z", "2025-03-08T09:57:31", "second"),
        ("2025-03-08 09:57 UTC", "2025-03-08T09:57:00", "minute"),
        ("2025-03-08T09:57:31.25 GMT", "2025-03-08T09:57:31.25", "millisecond"),
        ("2025-03-08 09:57:31 UTC+01", "2025-03-08T08:57:31", "second"),
    ],
)
def test_a_zone_on_the_page_is_taken(written: str, stated: str, precision: str) -> None:
    page = SMALL.replace("2025-03-08 09:57:31", written).encode()
    (thread,) = read(page, "page-text", strict=True)
    post = reply(thread)
    assert post.created_at == datetime.fromisoformat(stated).replace(tzinfo=UTC)
    assert post.provenance is not None
    assert post.provenance.zone_stated is True
    assert post.provenance.time_precision == precision
    assert post.provenance.declared == (("replies", 0),)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("Europe/Paris", 8),
        ("+02:00", 7),
        ("-0100", 10),
        ("UTC", 9),
        (timezone(timedelta(hours=3)), 6),
    ],
)
def test_assume_tz_settles_the_zone(zone: object, hour: int) -> None:
    post = reply(one(SMALL, strict=True, assume_tz=zone))
    assert post.created_at is not None
    assert post.created_at.hour == hour
    assert post.provenance is not None
    assert post.provenance.zone_stated is None, "neither stated nor assumed"


@pytest.mark.parametrize("zone", ["Mars/Base", "", "+99:00", "../UTC", 3, "Europe"])
def test_an_unknown_zone_is_bad_use(zone: object) -> None:
    with pytest.raises(ValidationError, match=r"assume_tz|offset"):
        one(SMALL, assume_tz=zone)


def test_a_zone_that_means_several_is_not_guessed() -> None:
    page = SMALL.replace("09:57:31", "09:57:31 CST").encode()
    counts = told(read(page, "page-text"))
    assert counts["zone-not-stated"] == 1
    with pytest.raises(FormatError) as caught:
        list(read(page, "page-text", strict=True))
    assert caught.value.code == "instant"
    assert "CST" in str(caught.value)


@pytest.mark.parametrize(
    "written",
    ["2025-02-30 09:57:31", "2025-03-08 24:57:31", "0000-01-01 00:00:00"],
)
def test_a_time_that_never_was_is_left_out(written: str) -> None:
    page = SMALL.replace("2025-03-08 09:57:31", written)
    reading = read(page.encode(), "page-text", assume_tz="UTC")
    (thread,) = reading
    assert reply(thread).created_at is None
    assert "instant" in {loss.code for loss in reading.report}
    with pytest.raises(FormatError) as caught:
        one(page, strict=True)
    assert caught.value.code == "instant"


@pytest.mark.parametrize("written", ["2025-03-30 02:30:00", "2025-10-26 02:30:00"])
def test_a_clock_time_that_is_doubtful_is_said(written: str) -> None:
    page = SMALL.replace("2025-03-08 09:57:31", written)
    one(page, strict=True)
    with pytest.raises(LossError, match="ambiguous-time"):
        one(page, strict=True, assume_tz="Europe/Paris")


def test_instants_at_the_edge_of_the_calendar_are_left_out() -> None:
    page = SMALL.replace("2025-03-08 09:57:31", "9999-12-31 23:59:59 -12:00")
    reading = read(page.encode(), "page-text")
    (thread,) = reading
    assert reply(thread).created_at is None


# -- what is no such page --------------------------------------------------------


@pytest.mark.parametrize("number", ["15920496", "52742612"])
def test_a_part_of_a_stack_overflow_page_is_refused_with_a_reason(
    shared: Path, number: str
) -> None:
    path = shared / "data" / "formats" / "qa_text" / f"stackoverflow_{number}.txt"
    part = path.read_text("utf-8").partition("Viewed")[2].encode()
    assert sniff(part) is None
    with pytest.raises(FormatError, match="Stack Exchange") as caught:
        list(read(part, "page-text"))
    assert caught.value.code == "not-this-format"


@pytest.mark.parametrize(
    ("data", "code", "looks"),
    [
        (b"", "not-this-format", "empty"),
        (b" \r\n\t", "not-this-format", "empty"),
        (b"<!DOCTYPE html><html>502 Bad Gateway", "not-this-format", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\n", "not-this-format", "LFS"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not-this-format", "PNG"),
        (bytes(range(256)) * 4, "not-this-format", "binary"),
        (b"just some words\n\nand more of them", "not-this-format", "no page"),
        (SMALL.encode("utf-16"), "encoding", "UTF-16"),
    ],
)
def test_other_input_is_named(data: bytes, code: str, looks: str) -> None:
    for strict in (False, True):
        with pytest.raises(FormatError, match=looks) as caught:
            list(read(data, "page-text", strict=strict))
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        (b"Because", b"Be\xff\xfecause", "encoding"),
        (b"Because", b"Be\0cause", "forbidden-character"),
    ],
)
def test_broken_text_is_repaired_or_refused(good: bytes, bad: bytes, code: str) -> None:
    page = SMALL.encode().replace(good, bad)
    reading = read(page, "page-text", assume_tz="UTC")
    (thread,) = reading
    assert reply(thread).body.source.startswith("Be\ufffd")
    (loss,) = [loss for loss in reading.report if not loss.harmless]
    assert (loss.kind, loss.code, loss.damage) == ("repaired", code, True)
    assert loss.count == bad.count(b"\xff") + bad.count(b"\xfe") + bad.count(b"\0")
    with pytest.raises(FormatError) as caught:
        one(page, strict=True)
    assert caught.value.code == code


# -- laws ------------------------------------------------------------------------

scraps = st.sampled_from(
    [
        *SMALL.split("\n"),
        *FURNITURE,
        "Answers",
        "3 Answers",
        "Reply",
        "x Reply",
        "5",
        "Like(99999999999999999999)",
        "2025-99-99 99:99:99 9 comments",
        "2025-03-08 09:57:31",
        "      • 4",
        "        deep Reply",
        "\t• 3",
        "*",
    ]
)


@given(st.lists(st.one_of(scraps, st.text(max_size=20)), max_size=60).map("\n".join))
def test_any_text_gives_a_thread_or_a_format_error(text: str) -> None:
    """Whatever people paste, nothing but our own error may escape."""
    try:
        threads = list(read(text.encode("utf-8", "replace"), "page-text"))
    except FormatError as error:
        assert error.code in ("not-this-format", "encoding")
    else:
        (thread,) = threads
        posts = thread.posts
        assert len({post.id for post in posts}) == len(posts)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_give_a_thread_or_an_error_of_ours(data: bytes, inside: bool) -> None:
    if inside:
        data = SMALL.encode().replace(b"Because.", data)
    for strict in (False, True):
        with suppress(FormatError, LossError):
            list(read(data, "page-text", strict=strict))


@pytest.mark.parametrize(
    "line",
    [
        "•",
        "• 5",
        "x Reply",
        "Like(1)",
        "2025-03-08 09:57:31",
        "2025-03-08 09:57:31 No comments",
        "Comments",
        "Sign In",
        "Sign InSign Up",
        "\t \u00a0",
        "  • 5\n    a Reply\n\n    b\n    2025-03-08 09:57:31 No comments\nLike(0)",
    ],
)
def test_hostile_pages_take_linear_time(line: str) -> None:
    """A paste of a hundred thousand odd lines must not stop a program."""
    # Four times the input in about four times the time; a quadratic reader
    # takes sixteen times, and on these pages minutes.
    for page in range(3):
        once, more = (spent(hostile(line, size)[page]) for size in (25_000, 100_000))
        assert more < 9 * once + 0.05


def hostile(line: str, size: int) -> list[str]:
    """Pages of so many characters: many lines, one line, ever deeper lines."""
    head = "Q&A\n\nWhy?\n\nada 7\n"
    depth = range(round(size**0.5))
    return [
        head + f"{line}\n" * (size // len(line)),
        head + line * (size // len(line)),
        head + "".join(" " * n + "• 5\n" + " " * n + " a Reply\n" for n in depth),
    ]


def spent(page: str) -> float:
    """The least CPU time of reading a page."""
    times = []
    for _ in range(3):
        start = time.process_time()
        with suppress(FormatError):
            list(read(page.encode(), "page-text"))
        times.append(time.process_time() - start)
    return min(times)


@frozen
class Shown:
    """One reply of a made-up page."""

    name: str
    level: int
    body: tuple[str, ...]
    at: datetime
    likes: int | None
    below: tuple["Shown", ...] = field(default=())


words = st.text("abcxyzÄß漢•-*() '", min_size=1, max_size=12)
names = st.from_regex(
    r"[A-Za-z_ß漢][A-Za-z0-9_ß漢]{0,10}( [a-z]{1,5})?", fullmatch=True
)


def is_text(line: str) -> bool:
    """Leave out what is a bullet of a reply, a button or a time on any page."""
    plain = " ".join(line.split())
    return bool(plain) and not plain.endswith("Reply")


plain_lines = st.builds("{}{}".format, st.sampled_from(["", "• ", "  - "]), words)
bodies = st.lists(
    st.one_of(plain_lines.filter(is_text), st.just(""), scraps.filter(is_text)),
    min_size=1,
    max_size=6,
).map(lambda lines: ("Start.", *lines, "End."))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
leaves = st.builds(
    Shown,
    name=names,
    level=st.integers(0, 10**9),
    body=bodies,
    at=moments,
    likes=st.none() | st.integers(0, 10**6),
)
replies = st.recursive(
    leaves,
    lambda below: st.builds(
        lambda leaf, nested: evolve(leaf, below=tuple(nested)),
        leaves,
        st.lists(below, max_size=3),
    ),
    max_leaves=8,
)


def written(shown: Shown, margin: str) -> Iterator[str]:
    """Yield the lines of a reply in the layout of the seed."""
    yield f"{margin}  • {shown.level}"
    inner = margin + "    "
    yield f"{inner}{shown.name} Reply"
    yield ""
    for line in shown.body:
        yield inner + line if line else ""
    yield ""
    count = len(shown.below)
    comments = {0: "No comments", 1: "1 comment"}.get(count, f"{count} comments")
    yield f"{inner}{shown.at:%Y-%m-%d %H:%M:%S} {comments}"
    if shown.likes is not None:
        yield ""
        yield f"{inner}Like({shown.likes})"
    for below in shown.below:
        yield from written(below, inner)


def flat(shown: tuple[Shown, ...]) -> Iterator[Shown]:
    for item in shown:
        yield item
        yield from flat(item.below)


@given(
    shown=st.lists(replies, max_size=4).map(tuple),
    title=words.filter(lambda text: any(c.isalpha() for c in text)),
    asker=names,
    level=st.integers(0, 999),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_page_shows_is_read_back(
    shown: tuple[Shown, ...], title: str, asker: str, level: int, end: str
) -> None:
    """Nothing is lost, invented or moved between a page and its thread."""
    title = title.strip()
    lines = ["Welcome!", "", "Q&A", "", title, "", f"{asker} {level}", "Why?", ""]
    lines += ["Comments", "", "Add comment"]
    for item in shown:
        lines += written(item, "")
    lines += ["", "Sign In", "", "Forgot Password", "", "Sign Up"]
    reading = read(end.join(lines).encode(), "page-text", assume_tz="UTC")
    (thread,) = reading
    assert thread.question.title == title
    assert thread.question.body.source == "Why?"
    found = list(thread.comments)
    wanted = list(flat(shown))
    assert [post.author_name for post in found] == [item.name for item in wanted]
    assert [post.body.source for post in found] == [
        end.join(item.body) for item in wanted
    ]
    assert [post.created_at for post in found] == [item.at for item in wanted]
    likes = [thread.reactions(post.id).get("like") for post in found]
    assert likes == [item.likes for item in wanted]
    declared = [post.provenance and dict(post.provenance.declared) for post in found]
    assert declared == [{"replies": len(item.below)} for item in wanted]
    under = [len(thread.replies(post.id)) for post in found]
    assert under == [len(item.below) for item in wanted]
    codes = {loss.code for loss in reading.report if not loss.harmless}
    assert codes <= {"level-differs"}
