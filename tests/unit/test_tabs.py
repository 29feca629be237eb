"""Tabs of platforms: data that says where it is from, and orders made with it."""

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from attrs import evolve

from qathread import Answer, Body, Comment, Question, Tally, Thread
from qathread.errors import ValidationError
from qathread.ranking import First, Only, Tab, TabOf, next_change, order, tabs
from qathread.ranking._platform_tabs import Platform
from qathread.status import Bounty, Closed, Mark, Status

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = Body(source="text")
PLATFORMS = get_args(Platform)
KINDS = tuple(str(of) for of in TabOf)


def question(days: float, **more: Any) -> Question:
    created_at = NOW - timedelta(days=days)
    return Question(id="q", author_id="ada", body=TEXT, created_at=created_at, **more)


def answer(post_id: str, author_id: str = "li", minute: int = 0) -> Answer:
    created_at = NOW + timedelta(minutes=minute)
    return Answer(
        id=post_id,
        question_id="q",
        author_id=author_id,
        body=TEXT,
        created_at=created_at,
    )


def talk(id: str, days: float = 1, score: int = 0, **more: Any) -> Thread:
    tallies = [Tally(post_id="q", up=max(score, 0), down=max(-score, 0))]
    tallies += more.pop("tallies", [])
    return Thread.from_parts(id=id, question=question(days), tallies=tallies, **more)


def ids(ranked: Any) -> list[str]:
    return [item.id for item in ranked]


def every_tab() -> list[Tab]:
    found: list[Tab] = []
    for platform in PLATFORMS:
        for of in KINDS:
            try:
                known = tabs(platform, of)  # type: ignore[arg-type]
            except ValidationError:
                continue
            found += known.values()
    return found


def label(tab: Tab) -> str:
    return f"{tab.platform} {tab.of} {tab.name}"


def test_every_platform_has_tabs_of_threads() -> None:
    assert tuple(sorted(PLATFORMS)) == PLATFORMS
    for platform in PLATFORMS:
        found = tabs(platform)
        assert found and all(tab.of is TabOf.THREADS for tab in found.values())


@pytest.mark.parametrize("tab", every_tab(), ids=label)
def test_a_tab_is_data_that_says_where_it_is_from(tab: Tab) -> None:
    assert tab.source
    assert tabs(tab.platform, str(tab.of))[tab.name] is tab  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(tab)) == tab
    assert hash(evolve(tab)) == hash(tab)
    items: Any = [talk("t")]
    items = items if tab.of is TabOf.THREADS else talk("t", posts=[answer("a")])
    if tab.timed:
        with pytest.raises(ValidationError, match="depends on the moment: give now="):
            order(items, by=tab)
    else:
        assert order(items, by=tab) == order(items, by=tab, now=NOW)
    ranked = order(items, by=tab, now=NOW + timedelta(hours=1))
    assert ranked.by == f"{tab.platform}/{tab.name}"


@pytest.mark.parametrize("platform", ["mars", "", None, ["reddit"]])
def test_an_unknown_platform_is_answered_with_the_known_ones(platform: Any) -> None:
    with pytest.raises(ValidationError, match="'stackexchange' of threads"):
        tabs(platform)
    with pytest.raises(ValidationError, match="'reddit' of comments"):
        tabs("reddit", "answers")


def test_tabs_are_read_only() -> None:
    with pytest.raises(TypeError):
        tabs("reddit")["hot"] = tabs("reddit")["new"]  # type: ignore[index]


# -- what is shown -----------------------------------------------------------------

FORUM = [
    talk("fresh", 0.5, 1),
    talk("good", 3, 9, posts=[answer("a")], tallies=[Tally(post_id="a", score=1)]),
    talk("bad", 3, -2, posts=[answer("a")], tallies=[Tally(post_id="a", score=0)]),
    talk("solved", 20, 4, posts=[answer("a")], accepted=["a"]),
    talk("old", 800, 70),
    talk("shut", 2, 5, status=Status(closed=Closed())),
]


def test_periods_and_what_is_unanswered() -> None:
    se, reddit = tabs("stackexchange"), tabs("reddit")
    assert ids(order(FORUM, by=se["votes"])) == [
        "old",
        "good",
        "shut",
        "solved",
        "fresh",
        "bad",
    ]
    assert ids(order(FORUM, by=se["unanswered"])) == ["old", "fresh", "bad"]
    assert ids(order(FORUM, by=reddit["top day"], now=NOW)) == ["fresh"]
    week = ["good", "shut", "fresh", "bad"]
    assert ids(order(FORUM, by=reddit["top week"], now=NOW)) == week
    month = ["good", "shut", "solved", "fresh", "bad"]
    assert ids(order(FORUM, by=reddit["top month"], now=NOW)) == month
    q2a = tabs("question2answer")["unanswered"]
    assert ids(order(FORUM, by=q2a)) == ["fresh", "old"]
    github = tabs("github")["unanswered"]
    assert ids(order(FORUM, by=github)) == ["fresh", "shut", "bad", "good", "old"]
    solved = evolve(github, only=(Only.ACCEPTED,))
    assert ids(order(FORUM, by=solved)) == ["solved"]


def test_a_thread_leaves_a_period_when_it_is_said() -> None:
    day = tabs("reddit")["top day"]
    change = next_change(FORUM, day, NOW)
    # Exactly a day after it was written it still belongs to the day.
    last = NOW + timedelta(days=0.5)
    assert change == last + timedelta(microseconds=1)
    assert ids(order(FORUM, by=day, now=last)) == ["fresh"]
    assert ids(order(FORUM, by=day, now=change)) == []
    assert next_change(FORUM, day, change) is None
    seconds = next_change(FORUM, day, NOW.timestamp())
    assert isinstance(seconds, float)
    assert 0 <= change.timestamp() - seconds < 1e-5


def test_bounties_come_and_go() -> None:
    def offered(id: str, **more: Any) -> Thread:
        return talk(id, 9, bounties=[Bounty(id="b", amount=50, **more)])

    day = timedelta(days=1)
    forum = [
        offered("open"),
        offered("over", ends_at=NOW),
        offered("soon", starts_at=NOW + day, ends_at=NOW + 3 * day),
        offered("paid", paid=50),
        talk("none"),
    ]
    tab = tabs("stackexchange")["bounties"]
    assert ids(order(forum, by=tab, now=NOW)) == ["open"]
    assert next_change(forum, tab, NOW) == NOW + day
    assert ids(order(forum, by=tab, now=NOW + day)) == ["open", "soon"]
    assert next_change(forum, tab, NOW + day) == NOW + 3 * day
    assert order(forum, by="bounty", now=NOW).keys == (50, 0, 0, 0, 0)


def test_what_a_site_pins_stands_first() -> None:
    pinned = talk("pin", 300, -9, status=Status(pinned=Mark()))
    forum = [*FORUM, pinned]
    hot = order(forum, by=tabs("reddit")["hot"])
    assert ids(hot)[0] == "pin" and ids(hot)[1] == "fresh"
    assert hot.reasons[0].note == "pinned first"
    assert dict(hot.reasons[0].numbers)["pinned"] is True
    assert ids(order(forum, by=tabs("reddit")["new"]))[-1] == "old"
    assert ids(order(forum, by=tabs("reddit")["top"]))[0] == "old"


def test_an_accepted_answer_stands_first_where_the_site_does_so() -> None:
    posts = [answer("a1"), answer("a2", minute=1), answer("a3", "ada", minute=2)]
    tallies = [
        Tally(post_id=post_id, score=score)
        for post_id, score in (("a1", 7), ("a2", 2), ("a3", 5))
    ]
    by_other = talk("t", posts=posts, tallies=tallies, accepted=["a2"])
    by_self = talk("t", posts=posts, tallies=tallies, accepted=["a3"])
    se = tabs("stackexchange", "answers")
    assert ids(order(by_other, by=se["score"])) == ["a1", "a3", "a2"]
    assert ids(order(by_other, by=se["pinned"])) == ["a2", "a1", "a3"]
    assert ids(order(by_self, by=se["pinned"])) == ["a1", "a3", "a2"]
    apache = tabs("apache-answer", "answers")["default"]
    assert ids(order(by_self, by=apache)) == ["a3", "a1", "a2"]
    reasons = order(by_self, by=apache).reasons
    assert [why.note for why in reasons] == ["accepted first", "", ""]


def test_answers_of_one_age_go_by_what_the_tab_says() -> None:
    posts = [answer("b", minute=1), answer("a", minute=2), answer("c", minute=0)]
    thread = talk("t", posts=posts, tallies=[])
    q2a = tabs("question2answer", "answers")["votes"]
    assert ids(order(thread, by=q2a)) == ["c", "b", "a"]  # no score is known
    tallies = [Tally(post_id=post.id, score=1) for post in posts]
    even = talk("t", posts=posts, tallies=tallies)
    assert ids(order(even, by=q2a)) == ["c", "b", "a"]
    assert ids(order(even, by="score")) == ["a", "b", "c"]


def test_lemmys_active_looks_at_comments_of_two_days() -> None:
    def commented(id: str, hours: float) -> Thread:
        comment = Comment(
            id="c",
            parent_id="q",
            author_id="li",
            body=TEXT,
            created_at=NOW - timedelta(days=5) + timedelta(hours=hours),
        )
        return talk(id, 5, 3, posts=[comment])

    forum = [commented("late", 90), commented("next day", 30), commented("soon", 1)]
    tab = tabs("lemmy")["active"]
    assert ids(order(forum, by=tab, now=NOW)) == ["next day", "soon", "late"]
    by_any = order(forum, by=tabs("lemmy")["new comments"], now=NOW)
    assert ids(by_any) == ["late", "next day", "soon"]


def test_threads_and_posts_are_not_mixed_up() -> None:
    thread = talk("t", posts=[answer("a")])
    with pytest.raises(ValidationError, match="lists threads: give threads"):
        order(thread, by=tabs("reddit")["hot"])
    with pytest.raises(ValidationError, match="lists answers: give posts"):
        order([thread], by=tabs("askbot", "answers")["votes"])
    with pytest.raises(ValidationError, match="tie is a tab"):
        order([thread], tie=tabs("reddit")["hot"])  # type: ignore[call-overload]


# -- tabs of one's own ---------------------------------------------------------------


def test_a_tab_of_ones_own() -> None:
    mine = evolve(tabs("stackexchange")["votes"], first=(First.PINNED,), name="mine")
    pinned = talk("pin", 300, -9, status=Status(pinned=Mark()))
    assert ids(order([*FORUM, pinned], by=mine))[:2] == ["pin", "old"]
    careful = Tab(
        platform="mine",
        name="careful",
        by="wilson_lower",
        given=(("z", 3.0),),
        source="me",
    )
    ranked = order(FORUM, by=careful)
    assert dict(ranked.reasons[0].numbers)["z"] == 3.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"by": "hottest"}, "Tab.by is 'hottest'"),
        ({"by": "elo_update"}, "takes more than one item"),
        ({"by": "hn_rank"}, "needs sock_votes"),
        ({"tie": ("hottest",)}, "Tab.tie is 'hottest'"),
        ({"given": (("y", 1),)}, "no parameter 'y'"),
        ({"given": ("z", 1)}, "give .name, constant."),
        ({"within": timedelta(0)}, "within is not above 0"),
        ({"only": ("some",)}, "give one of 'no answers'"),
        ({"platform": ""}, "platform is empty"),
    ],
)
def test_a_tab_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    good: dict[str, Any] = {
        "platform": "mine",
        "name": "n",
        "by": "wilson_lower",
        "source": "me",
    }
    Tab(**good)
    with pytest.raises(ValidationError, match=said):
        Tab(**{**good, **change})
