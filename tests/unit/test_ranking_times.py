"""The times that orders read off items: the newest, the last days, the next turn."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from attrs import evolve

from qathread.bodies import Body
from qathread.feedback import DOWN, UP, Reaction, Tally, Vote
from qathread.posts import Answer, Comment, Post, Question, Stub
from qathread.ranking import (
    _times,
)
from qathread.ranking._case import Case
from qathread.status import Bounty
from qathread.thread import Thread, index_in

HOUR, DAY = 3600, 86400


def raised(base: Any, exponent: str) -> float:
    """A power with 40 digits, rounded once."""
    with localcontext(prec=40):
        return float(Decimal(base) ** Decimal(exponent))


START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START.timestamp() + 10 * DAY
MICRO = timedelta(microseconds=1)
TEXT = Body(source="Because.")
Days = float | None


def after(days: Days) -> datetime | None:
    return None if days is None else START + timedelta(days=days)


def asked(days: Days = 0, edited: Days = None) -> Question:
    return Question(
        id="q",
        author_id="ada",
        body=TEXT,
        created_at=after(days),
        edited_at=after(edited),
    )


def answer(id: str, days: Days, by: str = "li", edited: Days = None) -> Answer:
    return Answer(
        id=id,
        question_id="q",
        author_id=by,
        body=TEXT,
        created_at=after(days),
        edited_at=after(edited),
    )


def comment(id: str, days: Days, by: str = "mo", under: str = "q") -> Comment:
    return Comment(
        id=id, parent_id=under, author_id=by, body=TEXT, created_at=after(days)
    )


MORE = Stub(id="more", parent_id="q", count=7)


def case_of(
    *posts: Post, question: Question | None = None, of: str = "q", **more: Any
) -> Case:
    """The question of a thread, or another of its posts, as an order sees it."""
    question = question or asked()
    thread = Thread.from_parts(id="t", question=question, posts=posts, **more)
    return Case(thread, index_in(thread).nodes[of], of == "q")


def at_now(name: str, case: Case, **given: object) -> object:
    return _times.TIMED[name](case, NOW, given)


LONE = Thread.from_parts(id="t", stubs=[Stub(id="q")])
UNSEEN = Case(LONE, index_in(LONE).nodes["q"], True)


@pytest.mark.parametrize(
    ("tally", "likes"),
    [
        (None, None),
        (Tally(post_id="q", reactions=(("heart", 2), ("like", 3))), 3),
        (Tally(post_id="q", reactions=(("heart", 2),), complete=True), 0),
        (Tally(post_id="q", reactions=(("heart", 2),)), None),
    ],
)
def test_likes_are_known_or_not(tally: Tally | None, likes: int | None) -> None:
    """No entry is 0 only where every kind of reaction is accounted for."""
    case = case_of(tallies=[tally] if tally else [])
    assert _times.likes_on(case.node) == likes


def test_the_times_of_one_post() -> None:
    plain, edited = case_of(), case_of(question=asked(0, 3))
    unknown = case_of(question=asked(None, 3))
    assert _times.created_at(plain) == _times.edited_at(plain) == START
    assert _times.created_at(edited) == START
    assert _times.edited_at(edited) == _times.edited_at(unknown) == after(3)
    assert _times.created_at(unknown) is None
    assert _times.created_at(UNSEEN) is _times.edited_at(UNSEEN) is None
    assert at_now("age_seconds", plain) == 10 * DAY
    assert at_now("created_age_seconds", plain) == 10 * DAY
    assert at_now("age_hours", plain) == 240
    for name in ("age_seconds", "created_age_seconds", "age_hours"):
        assert at_now(name, unknown) is at_now(name, UNSEEN) is None


def test_the_newest_writing_below() -> None:
    posts: list[Post] = [answer("a", 1, edited=6), comment("c", 5, under="a")]
    posts.append(comment("d", None))
    case = case_of(*posts)
    assert _times.active_at(case) == (after(6), 1)
    assert at_now("updated_hours", case) == 4 * 24
    assert _times.active_at(case_of(*posts, of="c")) == (after(5), 0)
    silent = case_of(comment("d", None), question=asked(None))
    assert _times.active_at(silent) == (None, 2)
    assert at_now("updated_hours", silent) is None
    assert _times.active_at(case_of(answer("a", 1), answer("b", 2)))[0] == after(2)
    assert _times.active_at(case_of(answer("a", 2), answer("b", 1)))[0] == after(2)


def test_the_newest_answer() -> None:
    one, two = answer("a", 5), answer("b", 2)
    assert _times.last_answer_at(case_of(one, two, comment("c", 8))) == after(5)
    assert _times.last_answer_at(case_of()) is None
    undated = case_of(one, answer("b", None))
    assert _times.last_answer_at(undated) is _times.UNKNOWN is not None
    assert _times.last_answer_at(case_of(one, stubs=[MORE])) is _times.UNKNOWN


@pytest.mark.parametrize(
    ("late", "newest"), [(-MICRO, 2), (timedelta(0), 2), (MICRO, 1)]
)
def test_only_comments_of_the_first_two_days_wake_a_lemmy_post(
    late: timedelta, newest: int
) -> None:
    end = START + timedelta(days=2) + late
    last = evolve(comment("d", 0), created_at=end)
    case = case_of(comment("c", 1), last, comment("e", None), comment("f", 3))
    expected = end if newest == 2 else after(1)
    assert _times.lemmy_active_at(case) == expected
    assert expected is not None
    assert at_now("lemmy_active_age", case) == NOW - expected.timestamp()


def test_a_lemmy_post_without_comments_wakes_once() -> None:
    assert _times.lemmy_active_at(case_of()) == START
    unknown = case_of(comment("c", 1), question=asked(None))
    assert _times.lemmy_active_at(unknown) is None
    assert at_now("lemmy_active_age", unknown) is None


def test_a_bounty_is_open_from_its_start_until_just_before_its_end() -> None:
    offers = [
        Bounty(id="none", amount=1),
        Bounty(id="paid", amount=2, paid=2),
        Bounty(id="nil", amount=2, paid=0),
        Bounty(id="now", amount=4, starts_at=after(10)),
        Bounty(id="soon", amount=8, starts_at=after(10.5)),
        Bounty(id="over", amount=16, ends_at=after(10)),
        Bounty(id="short", amount=32, starts_at=after(9), ends_at=after(10.5)),
    ]
    found = _times.open_bounties(case_of(bounties=offers), NOW)
    assert [bounty.id for bounty in found] == ["none", "now", "short"]


def test_the_window_of_the_last_days() -> None:
    """It is seven days by default, without its start, with its end."""
    assert _times.recent_window({}) == 7 * DAY
    assert _times.recent_window({"recent_days": 0.5}) == DAY / 2
    posts = [
        comment("start", 3, by="bo"),
        comment("early", 4, by="li"),
        comment("again", 9, by="li"),
        comment("end", 10, by="mo"),
        comment("ahead", 10.5, by="zo"),
    ]
    case = case_of(*posts)
    assert at_now("recent_posters", case) == 2
    assert at_now("first_bumped_age_seconds", case) == 6 * DAY
    assert at_now("recent_posters", case, recent_days=8) == 3
    assert at_now("first_bumped_age_seconds", case, recent_days=8) == 7 * DAY
    assert at_now("recent_posters", case_of()) == 0
    assert at_now("first_bumped_age_seconds", case_of()) is None


def test_what_is_not_at_hand_may_be_of_the_last_days() -> None:
    for case in (case_of(comment("c", None)), case_of(stubs=[MORE])):
        assert at_now("recent_posters", case) is None
        assert at_now("first_bumped_age_seconds", case) is _times.UNKNOWN


def like(on: str, by: str, days: float, kind: str = "like") -> Reaction:
    at = START + timedelta(days=days)
    return Reaction(post_id=on, user_id=by, kind=kind, at=at)


def test_likes_of_the_last_days_are_counted_by_people() -> None:
    reactions = [
        like("q", "start", 3),
        like("q", "ada", 4),
        like("a", "ada", 9),
        like("a", "end", 10),
        like("a", "ahead", 10.5),
        like("q", "heart", 5, kind="heart"),
    ]
    tallies = [
        Tally(post_id="q", reactions=(("heart", 1), ("like", 2))),
        Tally(post_id="a", reactions=(("like", 3),)),
    ]
    known = case_of(answer("a", 1), reactions=reactions, tallies=tallies)
    times = _times.like_times(known)
    assert times is not None and sorted(times) == sorted(
        (like.at.timestamp(), like.user_id) for like in reactions[:5]
    )
    assert at_now("recent_likes", known) == 2
    assert at_now("recent_likes", known, recent_days=8) == 3
    more = [tallies[0], evolve(tallies[1], reactions=(("like", 4),))]
    for unknown in (
        case_of(answer("a", 1), reactions=reactions, tallies=more),
        case_of(answer("a", 1), reactions=reactions, tallies=tallies, stubs=[MORE]),
    ):
        assert _times.like_times(unknown) is at_now("recent_likes", unknown) is None


def test_ballots_are_weights_and_ages_in_days() -> None:
    cast = [("li", UP, 2, 3), ("mo", DOWN, 4, 1), ("bo", UP, 9, 1), ("zo", DOWN, 8, 2)]
    votes = [
        Vote(
            post_id="q",
            voter_id=voter,
            direction=direction,
            cast_at=START + timedelta(days=days),
            weight=weight,
        )
        for voter, direction, days, weight in cast
    ]
    tally = Tally(post_id="q", up=4, down=3)
    expected = ((-2, 2.0), (-1, 6.0), (1, 1.0), (3, 8.0))
    assert at_now("ballots", case_of(votes=votes, tallies=[tally])) == expected
    for up, down in ((5, 3), (4, 4)):
        other = Tally(post_id="q", up=up, down=down)
        assert at_now("ballots", case_of(votes=votes, tallies=[other])) is None
    assert at_now("ballots", case_of()) is None
    none = Tally(post_id="q", up=0, down=0)
    assert at_now("ballots", case_of(tallies=[none])) == ()
