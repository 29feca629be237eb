"""Formulas against vectors, an oracle and laws; orders against laws and examples."""

import inspect
import json
import pickle
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, get_args

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import assume, given
from hypothesis import strategies as st

from qathread.bodies import Body
from qathread.errors import NotFoundError, ValidationError
from qathread.feedback import Tally
from qathread.posts import Answer, Comment, Post, Question, Stub
from qathread.ranking import Ranked, Reason, formulas, order
from qathread.ranking.formulas import reddit_hot, wilson_lower
from qathread.ranking.ordering import Name
from qathread.status import Mark
from qathread.thread import Thread

NAMES: tuple[Name, ...] = get_args(Name)
REDDIT_EPOCH = 1134028003
TEXT = Body(source="text")
votes = st.integers(0, 10**9)
some_votes = st.integers(0, 10**6)
quantiles = st.floats(0.01, 10)
zones = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)
instants = st.datetimes(timezones=zones)
seconds = st.integers(-62135596800, 253402300799)  # years 1 to 9999


# -- formulas --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reddit_hot", "wilson_lower"])
def test_every_vector_passes(name: str, shared: Path) -> None:
    """The vectors come from the original implementations and 60-digit arithmetic."""
    text = (shared / "data" / "ranking_vectors.json").read_text(encoding="utf-8")
    entry = json.loads(text)["formulas"][name]
    formula = getattr(formulas, name)
    assert list(inspect.signature(formula).parameters) == list(entry["inputs"])
    assert len(entry["vectors"]) >= 10
    for vector in entry["vectors"]:
        expected = vector["expected"]
        tolerance = entry["abs_tol"] + entry["rel_tol"] * abs(expected)
        got = formula(**vector["inputs"])
        assert abs(got - expected) <= tolerance, vector


def exact_wilson_lower(ups: int, downs: int, z: float) -> Decimal:
    """The textbook form, with 60 digits and then some for what it cancels."""
    with localcontext(prec=160):
        n, u, q = Decimal(ups + downs), Decimal(ups), Decimal(z)
        p = u / n
        root = (p * (1 - p) / n + q * q / (4 * n * n)).sqrt()
        return +((p + q * q / (2 * n) - q * root) / (1 + q * q / n))


@given(ups=votes, downs=votes, z=quantiles)
def test_wilson_lower_agrees_with_exact_arithmetic(
    ups: int, downs: int, z: float
) -> None:
    """The form with no cancellation must be the same formula."""
    assume(ups + downs)
    exact = exact_wilson_lower(ups, downs, z)
    got = Decimal(wilson_lower(ups, downs, z))
    assert abs(got - exact) <= Decimal("2e-15") * abs(exact) + Decimal("1e-100")


@given(ups=votes, downs=votes, z=quantiles)
def test_wilson_lower_is_a_share_that_is_never_above_the_mean(
    ups: int, downs: int, z: float
) -> None:
    """A cautious key must not flatter."""
    got = wilson_lower(ups, downs, z)
    assert 0 <= got <= 1
    if ups + downs:
        assert got <= ups / (ups + downs)
    if ups == 0:
        assert got == 0


@given(ups=some_votes, downs=some_votes)
def test_wilson_lower_rises_with_ups_and_falls_with_downs(ups: int, downs: int) -> None:
    """A vote must never work against its voter."""
    here = wilson_lower(ups, downs)
    assert wilson_lower(ups + 1, downs) > here
    if ups:
        assert wilson_lower(ups, downs + 1) < here


@given(ups=st.integers(1, 10**5), downs=some_votes, times=st.integers(2, 1000))
def test_wilson_lower_nears_the_mean_with_more_votes(
    ups: int, downs: int, times: int
) -> None:
    """Doubt must shrink with evidence."""
    here, there = wilson_lower(ups, downs), wilson_lower(ups * times, downs * times)
    assert here < there < ups / (ups + downs) * (1 + 1e-15)


@given(ups=votes, downs=votes, low=quantiles, high=quantiles)
def test_wilson_lower_does_not_rise_with_confidence(
    ups: int, downs: int, low: float, high: float
) -> None:
    """More confidence is more caution."""
    low, high = sorted([low, high])
    assert wilson_lower(ups, downs, high) <= wilson_lower(ups, downs, low) + 1e-15


@pytest.mark.parametrize("ups", [0, 1, 10**9, 10**200, 10**400])
@pytest.mark.parametrize("downs", [0, 1, 10**9, 10**200, 10**400])
@pytest.mark.parametrize("z", [5e-324, 1e-200, 1.96, 1e160, 1.7e308])
def test_wilson_lower_stays_finite_at_the_edges(ups: int, downs: int, z: float) -> None:
    assert 0 <= wilson_lower(ups, downs, z) <= 1


def exact_reddit_hot(ups: int, downs: int, created_at: Fraction) -> Decimal:
    with localcontext(prec=60):
        net = ups - downs
        size = Decimal(max(abs(net), 1)).log10()
        age = (created_at - REDDIT_EPOCH) / 45000
        return size.copy_sign(net) + Decimal(age.numerator) / Decimal(age.denominator)


@given(ups=votes, downs=votes, at=seconds)
def test_reddit_hot_agrees_with_exact_arithmetic(ups: int, downs: int, at: int) -> None:
    """Half a unit of the last decimal, and what doubles lose."""
    exact = exact_reddit_hot(ups, downs, Fraction(at))
    assert abs(Decimal(reddit_hot(ups, downs, at)) - exact) <= Decimal("5.2e-8")


@given(net=st.integers(1, 10**8), down=st.booleans(), at=seconds)
def test_ten_times_the_votes_are_worth_45000_seconds(
    net: int, down: bool, at: int
) -> None:
    """This is what the constants of the formula mean."""
    assume(net > 1)
    if down:
        more, later = reddit_hot(0, net * 10, at), reddit_hot(0, net, at - 45000)
    else:
        more, later = reddit_hot(net * 10, 0, at), reddit_hot(net, 0, at + 45000)
    assert more == pytest.approx(later, abs=2.5e-7, rel=0)


@given(ups=votes, downs=votes, at=seconds, shift=st.integers(-(10**9), 10**9))
def test_a_shift_of_time_adds_the_same_to_every_key(
    ups: int, downs: int, at: int, shift: int
) -> None:
    """So the order of a list never changes while nobody votes."""
    moved = reddit_hot(ups, downs, at + shift) - reddit_hot(ups, downs, at)
    assert moved == pytest.approx(shift / 45000, abs=2.5e-7, rel=0)


@given(ups=votes, downs=votes, more=st.integers(1, 10**9), at=seconds)
def test_reddit_hot_never_falls_with_ups(
    ups: int, downs: int, more: int, at: int
) -> None:
    """A vote must never work against its voter."""
    assert reddit_hot(ups + more, downs, at) >= reddit_hot(ups, downs, at)
    assert reddit_hot(ups, downs + more, at) <= reddit_hot(ups, downs, at)


@given(ups=votes, downs=votes, at=instants)
def test_a_datetime_means_its_unix_seconds(ups: int, downs: int, at: datetime) -> None:
    """Zones name the same instant in other words."""
    key = reddit_hot(ups, downs, at)
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    micros = (at - zero) // timedelta(microseconds=1)
    assert isfinite(key)
    exact = exact_reddit_hot(ups, downs, Fraction(micros, 10**6))
    assert abs(Decimal(key) - exact) <= Decimal("5.2e-8")


@pytest.mark.parametrize("ups", [0, 10**9, 10**400])
@pytest.mark.parametrize("downs", [0, 10**9, 10**400])
@pytest.mark.parametrize(
    "at",
    [
        -1.7e308,
        1.7e308,
        10**300,
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_reddit_hot_stays_finite_at_the_edges(
    ups: int, downs: int, at: float | datetime
) -> None:
    assert isfinite(reddit_hot(ups, downs, at))


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("bad", [-1, 1.0, True, False, NAN, "1", None, Fraction(1)])
@pytest.mark.parametrize("name", ["ups", "downs"])
def test_a_count_is_a_whole_number_from_0_up(name: str, bad: Any) -> None:
    given = {"ups": 1, "downs": 1, name: bad}
    with pytest.raises(ValidationError, match=f"^{name} is .*: give a whole count"):
        wilson_lower(**given)
    with pytest.raises(ValidationError, match=f"^{name} is .*: give a whole count"):
        reddit_hot(**given, created_at=0)


@pytest.mark.parametrize("bad", [0, 0.0, -1, NAN, INF, -INF, True, "2", None, 10**400])
def test_z_is_a_finite_number_above_0(bad: Any) -> None:
    with pytest.raises(
        ValidationError, match=r"^z is .*: give a finite number above 0"
    ):
        wilson_lower(0, 0, bad)


@pytest.mark.parametrize("bad", [NAN, INF, -INF, True, "0", None, 10**400])
def test_a_time_is_finite_seconds(bad: Any) -> None:
    with pytest.raises(ValidationError, match=r"^created_at is .*: give Unix seconds"):
        reddit_hot(0, 0, bad)


def test_a_time_has_a_zone() -> None:
    with pytest.raises(ValidationError, match=r"^created_at has no zone: add one"):
        reddit_hot(0, 0, datetime(2026, 1, 1))


# -- orders ----------------------------------------------------------------------


def at(minute: int) -> datetime:
    return datetime(2026, 1, 1, 12, minute, tzinfo=UTC)


def answer(id: str, created_at: datetime | None = None, **more: Any) -> Answer:
    return Answer(
        id=id,
        question_id="q",
        author_id="ada",
        body=TEXT,
        created_at=created_at,
        **more,
    )


def comment(id: str, parent_id: str = "q", **more: Any) -> Comment:
    return Comment(id=id, parent_id=parent_id, author_id="greg", body=TEXT, **more)


def thread_of(
    posts: Sequence[Post], tallies: Sequence[Tally] = (), **more: Any
) -> Thread:
    question = Question(id="q", author_id="greg", body=TEXT, title="Why?")
    return Thread.from_parts(
        id="t", question=question, posts=posts, tallies=tallies, **more
    )


@st.composite
def threads(draw: st.DrawFn) -> Thread:
    """Few distinct counts and times, so that there are ties; some are unknown."""
    ids = draw(st.lists(st.text("ab19é", min_size=1, max_size=3), unique=True))
    answers: list[Answer] = []
    tallies: list[Tally] = []
    few = st.none() | st.integers(0, 3)
    for post_id in ids:
        minute = draw(few)
        deleted = draw(st.sampled_from([None, None, None, Mark()]))
        removed = draw(st.sampled_from([None, None, None, Mark()]))
        created_at = None if minute is None else at(minute)
        answers.append(answer(post_id, created_at, deleted=deleted, removed=removed))
        up, down = draw(few), draw(few)
        score = draw(st.none() | st.integers(-2, 3))
        if up is not None and down is not None:
            score = None
        tallies.append(Tally(post_id=post_id, up=up, down=down, score=score))
    return thread_of(answers, [tally for tally in tallies if tally.known])


names = st.sampled_from(NAMES)
ties = st.none() | names


@given(thread=threads(), by=names, tie=ties, data=st.data())
def test_the_order_given_does_not_matter(
    thread: Thread, by: Name, tie: Name | None, data: st.DataObject
) -> None:
    """A page must not change because a database returned other rows first."""
    shuffled = data.draw(st.permutations(thread.answers))
    assert order(shuffled, by=by, tie=tie, thread=thread) == order(
        thread, by=by, tie=tie
    )


@given(thread=threads(), by=names, tie=ties)
def test_what_stands_is_ranked_once_and_nothing_else(
    thread: Thread, by: Name, tie: Name | None
) -> None:
    """Nothing is lost, nothing comes twice, nothing deleted comes back."""
    ranked = order(thread, by=by, tie=tie)
    standing = {post.id for post in thread.answers if post.stands}
    assert sorted(post.id for post in ranked) == sorted(standing)
    assert [why.post_id for why in ranked.reasons] == [post.id for post in ranked]
    assert ranked.keys == tuple(why.key for why in ranked.reasons)


def place(key: Any, by: str) -> tuple[bool, float]:
    """Return what sorts keys best first, written without the library."""
    if key is None:
        return True, 0
    number = key.timestamp() if isinstance(key, datetime) else key
    return False, number if by == "oldest" else -number


@given(thread=threads(), by=names, tie=ties)
def test_keys_fall_then_the_tie_decides_then_the_id(
    thread: Thread, by: Name, tie: Name | None
) -> None:
    """The order is total, with what is unknown at the end."""
    ranked = order(thread, by=by, tie=tie)
    second = order(thread, by=tie or by)
    tie_keys = dict(zip((post.id for post in second), second.keys, strict=True))
    places = [
        (place(key, by), place(tie_keys[post.id], tie or by), post.id)
        for post, key in zip(ranked, ranked.keys, strict=True)
    ]
    assert places == sorted(places)


@given(thread=threads(), by=names)
def test_a_reason_holds_what_the_key_is_made_of(thread: Thread, by: Name) -> None:
    """A reader can check every key from the numbers beside it."""
    for why in order(thread, by=by).reasons:
        numbers: dict[str, Any] = dict(why.numbers)
        tally = thread.tally(why.post_id)
        post = thread[why.post_id]
        for name, value in numbers.items():
            truth = {
                "ups": tally.up,
                "downs": tally.down,
                "score": tally.score,
                "created_at": post.created_at,
            }
            assert value == truth[name]
        assert why.by == by
        if None in numbers.values():
            assert why.key is None
            assert "not known" in why.note and why.note in str(why)
            continue
        assert why.note == ""
        if "score" in numbers:
            score = numbers.pop("score")
            numbers |= {"ups": max(score, 0), "downs": max(-score, 0)}
        if by == "score":
            assert why.key == numbers["ups"] - numbers["downs"]
        elif by in ("newest", "oldest"):
            assert why.key == numbers["created_at"]
        else:
            assert why.key == getattr(formulas, by)(**numbers)


EXAMPLE = thread_of(
    [answer("a1", at(1)), answer("a2", at(2)), answer("a3"), answer("a4", at(4))],
    [
        Tally(post_id="a1", up=1, down=0),
        Tally(post_id="a2", up=90, down=20),
        Tally(post_id="a4", score=70),
    ],
)


def ids(ranked: Ranked[Any]) -> list[str]:
    return [post.id for post in ranked]


def test_the_orders_of_an_example() -> None:
    assert ids(order(EXAMPLE)) == ["a2", "a4", "a1", "a3"]
    assert ids(order(EXAMPLE, by="newest")) == ["a4", "a2", "a1", "a3"]
    assert ids(order(EXAMPLE, by="oldest")) == ["a1", "a2", "a4", "a3"]
    assert ids(order(EXAMPLE, by="wilson_lower")) == ["a2", "a1", "a3", "a4"]
    assert ids(order(EXAMPLE, by="reddit_hot")) == ["a4", "a2", "a1", "a3"]
    by_newest = order(EXAMPLE, by="wilson_lower", tie="newest")
    assert ids(by_newest) == ["a2", "a1", "a4", "a3"]


def test_what_is_unknown_is_named() -> None:
    notes = {why.post_id: why.note for why in order(EXAMPLE, by="wilson_lower").reasons}
    assert notes == {"a2": "", "a1": "", "a3": "its votes are not known"} | {
        "a4": "its votes are not known"
    }
    half = thread_of([answer("a")], [Tally(post_id="a", up=3)])
    (why,) = order(half, by="wilson_lower").reasons
    assert (why.key, why.note) == (None, "its downs are not known")
    (why,) = order(half, by="reddit_hot").reasons
    assert (why.key, why.note) == (None, "the score is not known")
    undated = thread_of([answer("a")], [Tally(post_id="a", score=3)])
    (why,) = order(undated, by="reddit_hot").reasons
    assert (why.key, why.note) == (None, "its time is not known")


def test_without_answers_a_thread_stands_for_the_comments_on_its_question() -> None:
    comments = [comment("c1"), comment("c2"), comment("c3", "c1")]
    talk = thread_of(comments, [Tally(post_id="c2", score=1)], kind="discussion")
    assert ids(order(talk)) == ["c2", "c1"]
    asked = thread_of([*comments, answer("a", deleted=Mark())])
    assert ids(order(asked)) == []
    stubs = [Stub(id="q")]
    rootless = Thread.from_parts(id="t", posts=comments, stubs=stubs)
    assert ids(order(rootless)) == ["c1", "c2"]


def test_any_posts_of_a_thread_can_be_ordered() -> None:
    posts = [EXAMPLE.question, EXAMPLE["a2"]]
    assert ids(order(iter(posts), thread=EXAMPLE)) == ["a2", "q"]
    assert ids(order([], thread=EXAMPLE)) == []


@pytest.mark.parametrize("name", ["hot", "", "SCORE", None, 3, ["score"]])
def test_an_unknown_name_is_answered_with_the_known_ones(name: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        order(EXAMPLE, by=name)
    assert all(repr(known) in str(caught.value) for known in NAMES)
    if name == ["score"]:
        assert order(EXAMPLE, tie=name) == order(EXAMPLE, tie="score")
    elif name is not None:
        with pytest.raises(ValidationError, match=r"^tie is .*'reddit_hot'"):
            order(EXAMPLE, tie=name)


@pytest.mark.parametrize("now", [datetime(2026, 1, 1), NAN, "now"])
def test_now_must_be_an_instant(now: Any) -> None:
    with pytest.raises(ValidationError, match=r"^now "):
        order(EXAMPLE, now=now)


@given(now=instants | seconds)
def test_now_moves_no_static_order(now: Any) -> None:
    assert order(EXAMPLE, now=now) == order(EXAMPLE)


def test_items_that_do_not_belong_are_refused() -> None:
    own = EXAMPLE["a1"]
    bad: Any
    with pytest.raises(ValidationError, match="give thread="):
        order([own])
    with pytest.raises(ValidationError, match="leave thread= out"):
        order(EXAMPLE, thread=thread_of([]))
    for bad in (3, None):
        with pytest.raises(ValidationError, match="not iterable"):
            order(bad, thread=EXAMPLE)
    for bad in ("a1", b"a1", [Stub(id="a1")], ["a1"]):
        with pytest.raises(ValidationError, match="an item is of type"):
            order(bad, thread=EXAMPLE)
    with pytest.raises(ValidationError, match="'a1' is given twice"):
        order([own, own], thread=EXAMPLE)
    with pytest.raises(ValidationError, match=r"'a1' differs .* give thread"):
        order([answer("a1", at(9))], thread=EXAMPLE)
    with pytest.raises(NotFoundError):
        order([answer("a9")], thread=EXAMPLE)


# -- the result ------------------------------------------------------------------


def test_ranked_is_a_sequence_and_a_value() -> None:
    ranked = order(EXAMPLE)
    assert isinstance(ranked, Sequence)
    assert len(ranked) == 4
    assert ranked[0] is EXAMPLE["a2"] and ranked[-1] is EXAMPLE["a3"]
    assert ranked[1:3] == (EXAMPLE["a4"], EXAMPLE["a1"])
    assert ranked.index(EXAMPLE["a1"]) == 2 and EXAMPLE.question not in ranked
    assert ranked == order(list(EXAMPLE.answers), thread=EXAMPLE)
    assert hash(ranked) == hash(order(EXAMPLE)) and ranked != order(
        EXAMPLE, by="newest"
    )
    assert pickle.loads(pickle.dumps(ranked)) == ranked
    with pytest.raises(FrozenInstanceError):
        ranked.keys = ()  # type: ignore[misc]
    with pytest.raises(ValidationError, match="one of each for every item"):
        Ranked(by="score", items=ranked.items, keys=(), reasons=())


def test_ranked_shows_the_best_three() -> None:
    assert repr(order(EXAMPLE)) == "<Ranked 4 posts by score: a2 70, a4 70, a1 1, …>"
    hot = order(EXAMPLE.answers[:1], by="reddit_hot", thread=EXAMPLE)
    assert repr(hot) == "<Ranked 1 post by reddit_hot: a1 14072.0190>"
    assert repr(order(thread_of([]))) == "<Ranked 0 posts by score>"


def test_ranked_prints_as_a_table() -> None:
    assert str(order(EXAMPLE, by="wilson_lower")).splitlines() == [
        "rank  post  wilson_lower  from",
        "   1  a2          0.7358  ups 90, downs 20",
        "   2  a1          0.2065  ups 1, downs 0",
        "   3  a3               ?  ups ?, downs ? (its votes are not known)",
        "   4  a4               ?  ups ?, downs ? (its votes are not known)",
    ]
    newest = order(EXAMPLE, by="newest").table(limit=1).splitlines()
    assert newest[1:] == [
        "   1  a4    2026-01-01 12:04:00  created_at 2026-01-01 12:04:00",
        "… 3 more",
    ]
    assert len(order(EXAMPLE).table(limit=None).splitlines()) == 5


def test_ranked_shows_itself_in_a_notebook() -> None:
    many = thread_of([answer(f"a<{number}>") for number in range(30)])
    html = order(many)._repr_html_()
    assert html.count("<tr>") == 21 and "<small>… 10 more</small>" in html
    assert "<td>1</td><td>&#x27;" not in html and "a&lt;0&gt;" in html
    assert "<td>score ? (the score is not known)</td>" in html
    assert "style" not in html and "id=" not in html


id_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
)


@given(post_ids=st.lists(id_texts, min_size=1, max_size=5, unique=True), by=names)
def test_whatever_the_ids_each_item_is_one_line(post_ids: list[str], by: Name) -> None:
    """Ids are foreign text: they must not break lines or turn the writing."""
    assume("q" not in post_ids)
    long = [post_id * 50 for post_id in post_ids]
    assume(len({"q", *long}) == len(long) + 1)
    ranked = order(thread_of([answer(post_id) for post_id in long]), by=by)
    assert len(repr(ranked)) <= 120 and repr(ranked).isprintable()
    lines = str(ranked).split("\n")
    assert len(lines) == len(long) + 1
    assert all(line.isprintable() and len(line) < 160 for line in lines)


def test_a_reason_reads_as_text() -> None:
    why = Reason(post_id="a", by="score", numbers=(("score", None),), note="hidden")
    assert str(why) == "score ? (hidden)"


# -- threads, functions and constants ----------------------------------------------


def talk(id: str, ups: int, minute: int, **more: Any) -> Thread:
    question = Question(
        id="q",
        author_id="greg",
        body=TEXT,
        title="Why?",
        created_at=at(minute),
        views=more.pop("views", None),
    )
    tallies = [Tally(post_id="q", up=ups, down=0), *more.pop("tallies", [])]
    return Thread.from_parts(id=id, question=question, tallies=tallies, **more)


TALKS = [
    talk("t1", 3, 1, posts=[answer("a1", at(9)), comment("c1", "a1")]),
    talk("t2", 5, 2),
    talk("t3", 5, 3, posts=[answer("a1", at(5)), answer("a2"), comment("c1")]),
]


def test_threads_are_ordered_by_their_questions() -> None:
    ranked = order(TALKS)
    assert ids(ranked) == ["t2", "t3", "t1"]
    assert ranked.items[0] is TALKS[1]
    why = ranked.reasons[0]
    assert (why.thread_id, why.post_id, why.key) == ("t2", "q", 5)
    assert ids(order(TALKS, by="answers")) == ["t3", "t1", "t2"]
    assert ids(order(TALKS, by="comments", tie="newest")) == ["t3", "t1", "t2"]
    assert order(TALKS, by="replies").keys == (3, 2, 0)
    active = order(TALKS, by="active")
    assert ids(active) == ["t1", "t3", "t2"]
    assert [why.note for why in active.reasons] == [
        "1 without a time",
        "2 without a time",
        "",
    ]
    assert repr(ranked) == "<Ranked 3 threads by score: t2 5, t3 5, t1 3>"
    assert str(ranked).splitlines()[0] == "rank  thread  score  from"
    assert pickle.loads(pickle.dumps(ranked)) == ranked


def test_threads_and_posts_are_of_one_kind_each() -> None:
    with pytest.raises(ValidationError, match="thread 't1' is given twice"):
        order([TALKS[0], TALKS[0]])
    mixed: Any = [TALKS[0], TALKS[0]["a1"]]
    with pytest.raises(ValidationError, match="give one kind"):
        order(mixed, thread=TALKS[0])
    with pytest.raises(ValidationError, match="thread is no Thread"):
        order(mixed, thread="t1")  # type: ignore[call-overload]


def test_a_formula_stands_for_its_name() -> None:
    assert order(EXAMPLE, by=wilson_lower) == order(EXAMPLE, by="wilson_lower")
    assert order(EXAMPLE, by=partial(reddit_hot)) == order(EXAMPLE, by="reddit_hot")
    bold = order(EXAMPLE, by=partial(wilson_lower, z=0.5))
    assert dict(bold.reasons[1].numbers) == {"ups": 90, "downs": 20, "z": 0.5}
    assert bold.keys[:2] == (wilson_lower(1, 0, 0.5), wilson_lower(90, 20, 0.5))
    with pytest.raises(ValidationError, match=r"z is -1: give a .*number above 0"):
        order(EXAMPLE, by=partial(wilson_lower, z=-1))
    with pytest.raises(ValidationError, match="has no parameter 'y': it takes ups"):
        order(EXAMPLE, by=partial(wilson_lower, y=1))
    with pytest.raises(ValidationError, match="by position: give constants by name"):
        order(EXAMPLE, by=partial(wilson_lower, 3))


def test_a_function_of_an_item_is_an_order() -> None:
    def length(post: Post) -> int | None:
        return None if post.id == "a1" else -len(post.body.source) + int(post.id[1])

    ranked = order(EXAMPLE, by=length)
    assert ids(ranked) == ["a4", "a3", "a2", "a1"] and ranked.by == "length"
    assert ranked.reasons[-1].note == "it has no key"
    by_thread = order(TALKS, by=lambda thread: (len(thread), thread.id))
    assert ids(by_thread) == ["t3", "t1", "t2"] and by_thread.by == "key"
    assert by_thread.keys == ((4, "t3"), (3, "t1"), (1, "t2"))
    assert ids(order(TALKS, tie=lambda thread: thread.id)) == ["t3", "t2", "t1"]
    assert ids(order(TALKS, by=lambda thread: thread.id)) == ["t3", "t2", "t1"]
    assert ids(order(TALKS, by="score", tie=("views", "newest"))) == ["t3", "t2", "t1"]
    assert order(TALKS, tie=("views", "newest")).tie == "views, newest"


@pytest.mark.parametrize("bad", [[1], {1}, NAN, datetime(2026, 1, 1), object()])
def test_a_key_is_a_number_an_instant_text_or_several(bad: Any) -> None:
    with pytest.raises(ValidationError, match="key"):
        order(EXAMPLE, by=lambda post: bad)


def test_keys_of_two_kinds_cannot_be_compared() -> None:
    with pytest.raises(ValidationError, match="give keys of one kind"):
        order(EXAMPLE, by=lambda post: "x" if post.id == "a1" else 3)


def test_what_only_questions_have_is_not_asked_of_answers() -> None:
    for by in ("views", "answers", "q2a_hotness"):
        with pytest.raises(ValidationError, match="which only a question has: order"):
            order(EXAMPLE, by=by)
    assert order([EXAMPLE.question], by="answers", thread=EXAMPLE).keys == (4,)


def test_answers_that_are_not_at_hand_are_not_counted() -> None:
    stubs = [Stub(id="more", parent_id="q", count=7)]
    partly = thread_of([answer("a1", at(1))], stubs=stubs)
    (why,) = order([partly], by="answers").reasons
    assert (why.key, why.note) == (None, "its answers are not all known")


def test_what_moves_needs_now() -> None:
    for by in ("lemmy_hot_rank", "bounty", partial(formulas.hn_simple, gravity=1.8)):
        with pytest.raises(ValidationError, match="depends on the moment: give now="):
            order(TALKS, by=by)
    with pytest.raises(ValidationError, match="depends on the moment: give now="):
        order(TALKS, tie="lemmy_hot_rank")
    hot = order(TALKS, by="lemmy_hot_rank", now=at(59))
    assert ids(hot) == ["t3", "t2", "t1"]
    assert dict(hot.reasons[0].numbers) == {"score": 5, "age_seconds": 56 * 60}
    undefined = order(TALKS, by="se_hot_site", now=at(59)).reasons[0]
    assert undefined.key is None and undefined.note == "its views are not known"
    unseen = [talk("t", 1, 1, views=0)]
    (why,) = order(unseen, by="se_hot_site", now=at(59)).reasons
    assert why.key is None and why.note.startswith("no value: ")


def test_a_reason_holds_numbers_of_every_kind() -> None:
    why = Reason(
        post_id="a",
        by="x",
        numbers=(("yes", True), ("when", at(1)), ("few", (1, 2, 3, 4)), ("name", "é")),
        key=(1, "z"),
    )
    said = "yes yes, when 2026-01-01 12:01:00, few (1, 2, 3, …), name é"
    assert str(why) == said
    for bad in ({"key": [1]}, {"numbers": (("a",),)}, {"numbers": [("a", 1)]}):
        with pytest.raises(ValidationError):
            Reason(post_id="a", by="x", **bad)
    with pytest.raises(ValidationError, match="holds a str: give posts or threads"):
        Ranked(by="x", items=("a",), keys=(1,), reasons=(why,))  # type: ignore[type-var]


def test_importing_ranking_loads_no_frames() -> None:
    code = (
        "import sys, qathread.ranking\n"
        "heavy = 'narwhals', 'numpy', 'pandas', 'scipy'\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
