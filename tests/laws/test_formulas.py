"""What holds for every input of a formula, up to 10^9 votes and years 1 to 9999."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qathread.errors import ValidationError
from qathread.ranking import formulas
from qathread.ranking.formulas import Parameter, describe

ROW_WISE = [name for name in formulas.__all__ if describe(name).arrays]
votes = st.integers(0, 10**9)
nets = st.integers(-(10**9), 10**9)
seconds = st.integers(-62135596800, 253402300799)  # years 1 to 9999
ages = st.floats(0, 10**12)
zones = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)
instants = st.datetimes(timezones=zones)
quantiles = st.floats(0.01, 10)

STRATEGIES: Mapping[str, st.SearchStrategy[Any]] = {
    "count": votes,
    "whole": nets,
    "number": st.floats(-1e9, 1e9),
    "positive": st.floats(1e-3, 1e9),
    "weight": st.floats(0, 1e9),
    "gravity": st.floats(0, 10),
    "share": st.floats(1e-6, 1 - 1e-6),
    "span": st.floats(-1e12, 1e12) | st.integers(-(10**6), 10**6),
    "age": ages,
    "rank": st.integers(1, 50),
    "time": seconds | st.floats(-62135596800.0, 253402300799.0),
    "flag": st.booleans(),
    "text": st.sampled_from(["story", "poll", "comment", "pollopt"]),
}


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Legal values of a parameter."""
    made = STRATEGIES[parameter.kind]
    return st.none() | made if parameter.optional else made


@st.composite
def inputs(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Arguments that are legal one by one; together they may have no value."""
    return {each.name: draw(values(each)) for each in describe(name).parameters}


@pytest.mark.parametrize("name", ROW_WISE)
@given(data=st.data())
def test_a_result_is_finite_or_refused(name: str, data: st.DataObject) -> None:
    """No NaN and no infinity: they would sort anywhere."""
    arguments = data.draw(inputs(name))
    try:
        result = getattr(formulas, name)(**arguments)
    except ValidationError as refused:
        assert "no value" in str(refused) or "is below 0" in str(refused)
        return
    assert type(result) is (int if describe(name).whole else float)
    assert isfinite(result)


@pytest.mark.parametrize("name", ROW_WISE)
@given(data=st.data())
def test_an_array_agrees_with_a_number(name: str, data: st.DataObject) -> None:
    """One definition, two speeds."""
    arguments = data.draw(inputs(name))
    formula = getattr(formulas, name)
    parameters = describe(name).parameters
    arrays = {
        each.name: np.array(
            [np.nan if arguments[each.name] is None else arguments[each.name]] * 2
        )
        for each in parameters
    }
    try:
        alone = formula(**arguments)
    except ValidationError:
        with pytest.raises(ValidationError, match="in row 0, "):
            formula(**arrays)
        return
    found = formula(**arrays)
    # Sums of numbers that cancel keep the error of the larger ones.
    size = max(
        (abs(x) for x in arguments.values() if isinstance(x, int | float)), default=1
    )
    assert np.isfinite(found).all()
    slack = 1 if describe(name).whole else 1.1e-7
    assert found.tolist() == pytest.approx(
        [alone] * 2, rel=1e-9, abs=slack + size * 1e-12
    )


# -- shares ------------------------------------------------------------------------

BOUNDS = ["wilson_lower", "wilson_cc_lower", "agresti_coull_lower"]
SHARES = [*BOUNDS, "wilson_upper", "wilson_center"]


@pytest.mark.parametrize("name", SHARES)
@given(ups=votes, downs=votes, z=quantiles)
def test_a_bound_is_a_share_on_its_side(
    name: str, ups: int, downs: int, z: float
) -> None:
    got = getattr(formulas, name)(ups, downs, z)
    assert 0 <= got <= 1
    if ups + downs:
        mean = ups / (ups + downs)
        if name in BOUNDS:
            assert got <= mean
        elif name == "wilson_upper":
            assert got >= mean
        else:
            assert abs(got - 0.5) <= abs(mean - 0.5) + 1e-15


@pytest.mark.parametrize("name", [*SHARES, "reddit_confidence", "codidact_score"])
@given(ups=st.integers(0, 10**6), downs=st.integers(0, 10**6))
def test_a_vote_never_works_against_its_voter(name: str, ups: int, downs: int) -> None:
    formula = getattr(formulas, name)
    here = formula(ups, downs)
    assert formula(ups + 1, downs) >= here - 1e-15
    assert formula(ups, downs + 1) <= here + 1e-15


@given(ups=votes, downs=votes, z=quantiles)
def test_the_upper_bound_mirrors_the_lower(ups: int, downs: int, z: float) -> None:
    upper = formulas.wilson_upper(ups, downs, z)
    assert upper == pytest.approx(1 - formulas.wilson_lower(downs, ups, z), abs=1e-15)


@given(ups=votes, downs=votes, z=quantiles)
def test_the_centre_is_half_way(ups: int, downs: int, z: float) -> None:
    low, high = (
        formulas.wilson_lower(ups, downs, z),
        formulas.wilson_upper(ups, downs, z),
    )
    assert formulas.wilson_center(ups, downs, z) == pytest.approx((low + high) / 2)


@given(ups=votes, downs=votes, n=st.floats(1e-3, 1e6))
def test_codidact_is_fair(ups: int, downs: int, n: float) -> None:
    both = formulas.codidact_score(ups, downs, n) + formulas.codidact_score(
        downs, ups, n
    )
    assert both == pytest.approx(1, abs=1e-15)
    center = formulas.wilson_center(ups, downs, 2.0)
    assert formulas.codidact_score(ups, downs) == pytest.approx(center, rel=1e-14)


@given(ups=votes, downs=votes, alpha=st.floats(0.1, 10), beta=st.floats(0.1, 10))
def test_the_mean_lies_between_quantiles(
    ups: int, downs: int, alpha: float, beta: float
) -> None:
    mean = formulas.beta_mean(ups, downs, alpha, beta)
    low = formulas.beta_quantile(ups, downs, alpha, beta, 1e-6)
    high = formulas.beta_quantile(ups, downs, alpha, beta, 1 - 1e-6)
    assert 0 < mean < 1
    assert low <= mean * (1 + 1e-9) and mean <= high * (1 + 1e-9)


@given(
    mean=st.floats(0, 10), n=votes, prior=st.floats(0, 10), weight=st.floats(1e-3, 1e6)
)
def test_a_shrunk_mean_lies_between_both(
    mean: float, n: int, prior: float, weight: float
) -> None:
    got = formulas.bayesian_average(mean, n, prior, weight)
    low, high = sorted([mean, prior])
    assert low - 1e-12 <= got <= high + 1e-12


stars = st.lists(
    st.tuples(st.integers(0, 10**6), st.floats(-9, 9)), min_size=1, max_size=9
)


@given(ratings=stars, z=quantiles)
def test_stars_lie_below_their_mean(ratings: list[tuple[int, float]], z: float) -> None:
    counts, worth = zip(*ratings, strict=True)
    mean = formulas.dirichlet_mean(counts, [1.0] * len(counts), worth)
    assert min(worth) - 1e-12 <= mean <= max(worth) + 1e-12
    assert formulas.star_rating_lower(counts, worth, z) <= mean + 1e-12


@given(good=votes, bad=votes)
def test_few_reviews_stay_near_the_middle(good: int, bad: int) -> None:
    assume(good + bad)
    got, mean = formulas.steamdb_rating(good, bad), good / (good + bad)
    assert 0 <= got <= 1 and abs(got - 0.5) <= abs(mean - 0.5) + 1e-15


# -- sort keys ---------------------------------------------------------------------


@given(ups=votes, downs=votes, at=seconds, shift=st.integers(-(10**9), 10**9))
def test_newer_is_hotter_by_the_clock_alone(
    ups: int, downs: int, at: int, shift: int
) -> None:
    moved = formulas.reddit_hot(ups, downs, at + shift)
    difference = moved - formulas.reddit_hot(ups, downs, at)
    assert difference == pytest.approx(shift / 45000, abs=2e-7)


@given(net=st.integers(1, 10**8), at=seconds)
def test_ten_times_the_votes_are_half_a_day(net: int, at: int) -> None:
    more, later = (
        formulas.reddit_hot(10 * net, 0, at),
        formulas.reddit_hot(net, 0, at + 45000),
    )
    assert more == pytest.approx(later, abs=2e-7)


@given(ups=votes, downs=votes, at=seconds)
def test_the_older_form_is_odd(ups: int, downs: int, at: int) -> None:
    """Its sign multiplies the time, and what is at 0 has no age."""
    old = formulas.reddit_hot_pre2014(ups, downs, at)
    if ups == downs:
        assert old == 0
    elif ups > downs:
        assert old == formulas.reddit_hot(ups, downs, at)


@given(score=nets, at=seconds)
def test_piefed_is_reddit_with_another_zero(score: int, at: int) -> None:
    other = formulas.reddit_hot(max(score, 0), max(-score, 0), at - 551738015)
    assert formulas.piefed_post_ranking(score, at) == pytest.approx(other, abs=2e-7)


@given(ups=votes, downs=votes)
def test_controversy_is_even_handed(ups: int, downs: int) -> None:
    for name in ("reddit_controversy", "reddit_controversy_pre2014"):
        formula = getattr(formulas, name)
        assert formula(ups, downs) == formula(downs, ups)
        assert 0 <= formula(ups, downs) <= (ups + downs) * (1 + 1e-12)
    assert formulas.lemmy_controversy_rank(ups, downs) == formulas.reddit_controversy(
        ups, downs
    )
    if ups and downs:
        assert formulas.reddit_controversy(ups, downs) > 1


@given(score=nets, flags=votes, id=votes)
def test_siblings_sort_by_confidence_then_id(score: int, flags: int, id: int) -> None:
    assume(score + flags >= 0)
    share = formulas.lobsters_confidence(score, flags)
    key = formulas.lobsters_confidence_order(score, flags, id)
    assert len(key) == 6 and key == key.lower()
    assert 65535 - int(key[:4], 16) == int(Fraction(share) * 65535)
    assert int(key[4:], 16) == id % 256


@given(
    score=nets,
    mods=st.floats(-10, 10),
    own=st.booleans(),
    points=st.integers(0, 10**6),
    merged=st.lists(nets, max_size=3),
    at=seconds,
)
def test_newer_stories_are_hotter(
    score: int, mods: float, own: bool, points: int, merged: list[int], at: int
) -> None:
    here = formulas.lobsters_hotness(score, mods, own, points, merged, at)
    later = formulas.lobsters_hotness(score, mods, own, points, merged, at + 79200)
    assert later == pytest.approx(here - 1, abs=2e-7)


@given(score=nets, comments=votes, people=votes, at=seconds, now=seconds)
def test_an_advantage_has_limits(
    score: int, comments: int, people: int, at: int, now: int
) -> None:
    plain = formulas.postmill_ranking(score, comments, people, at, now)
    assert -43200 <= plain - at <= 86400
    mbin = formulas.mbin_ranking(score, comments, people, at, now)
    assert mbin <= 2**31 - 1
    assert mbin == 2**31 - 1 or -43200 <= mbin - min(at, now) <= 86400


@given(votes_=nets, accepted=st.booleans())
def test_a_preference_grows_by_doubling(votes_: int, accepted: bool) -> None:
    score = formulas.pm_score(votes_, accepted)
    if votes_ < 0:
        assert score == -1
    else:
        doubled = 2 * (score - accepted)  # half a step on either side
        assert 2 ** (doubled - 1) <= (1 + votes_) ** 2 <= 2 ** (doubled + 1)


@given(score=nets, points=votes, shift=seconds, at=seconds)
def test_a_datetime_means_its_unix_seconds(
    score: int, points: int, shift: int, at: int
) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)
    assert formulas.hive_score(score, instant, 1e4) == formulas.hive_score(
        score, at, 1e4
    )
    asked: Any = (instant, None, points, score, points)
    plain: Any = (at, None, points, score, points)
    assert formulas.q2a_hotness(*asked) == formulas.q2a_hotness(*plain)


# -- keys that age -----------------------------------------------------------------


@given(score=nets, age=st.floats(1, 604_000), more=st.floats(1, 10_000))
def test_lemmy_falls_with_age(score: int, age: float, more: float) -> None:
    assume(age + more < 604_800)
    for name in ("lemmy_hot_rank", "lemmy_hot_rank_2023_08"):
        formula = getattr(formulas, name)
        here, later = formula(score, age), formula(score, age + more)
        assert later <= here and here >= 0
        assert formula(score, 604_800) == formula(score, -1) == formula(score, 0) == 0
    assert formulas.lemmy_hot_rank(score, age) > formulas.lemmy_hot_rank(
        score, age + more
    )
    assert formulas.lemmy_hot_rank(score, age) == formulas.lemmy_scaled_rank(
        score, age, 8
    )


@given(points=st.integers(2, 10**9), age=st.floats(0, 1e6), more=st.floats(1, 1e6))
def test_hacker_news_falls_with_age(points: int, age: float, more: float) -> None:
    assert formulas.hn_simple(points, age + more, 1.8) < formulas.hn_simple(
        points, age, 1.8
    )
    here = formulas.hn_observed(points, age, 1.0)
    assert formulas.hn_observed(points, age + more, 1.0) < here
    story: Any = ("story", True, False, 1)
    ranked = formulas.hn_rank(points, 0, 0, age * 3600, *story)
    assert ranked == pytest.approx(here, rel=1e-9)


ballot = st.tuples(st.sampled_from([-1, 1]), st.floats(0, 5000))


@given(
    first=st.lists(ballot, max_size=8),
    second=st.lists(ballot, max_size=8),
    later=st.floats(0, 3000),
)
def test_the_trending_order_moves_with_votes_only(
    first: list[tuple[int, float]], second: list[tuple[int, float]], later: float
) -> None:
    """All fall by one factor, so a stored key can stand for it."""

    def trend(votes: list[tuple[int, float]], more: float) -> float:
        return formulas.se_trending([(weight, age + more) for weight, age in votes])

    factor = 2 ** -(later / 365)
    for votes_ in (first, second):
        fallen = trend(votes_, later)
        assert fallen == pytest.approx(trend(votes_, 0) * factor, rel=1e-9, abs=1e-15)


@given(
    score=nets,
    talk=nets,
    cooler=st.booleans(),
    at=st.integers(0, 10**10),
    age=st.integers(0, 10**7),
)
def test_forem_falls_in_steps(
    score: int, talk: int, cooler: bool, at: int, age: int
) -> None:
    now = at + age
    here = formulas.forem_hotness(at, None, score, talk, cooler, now)
    later = formulas.forem_hotness(at, None, score, talk, cooler, now + 3600)
    if score >= 0:
        assert later <= here
    assert formulas.forem_hotness(0, at, score, talk, cooler, now) == here


@given(seen=votes, usual=votes, age=ages, half=st.floats(60, 1e6))
def test_a_trend_halves(seen: int, usual: int, age: float, half: float) -> None:
    here = formulas.mastodon_trend(seen, usual, age, half)
    later = formulas.mastodon_trend(seen, usual, age + half, half)
    assert here >= 0 and later == pytest.approx(here / 2, rel=1e-3, abs=1e-300)


# -- lists and pairs ---------------------------------------------------------------


@given(scores=st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_percent_ranks(scores: list[int]) -> None:
    """0 for the best, 1 for a worst one alone, equal for equals."""
    ranks = formulas.discourse_percent_rank(scores)
    assert min(ranks) == 0 and max(ranks) <= 1
    for score, rank in zip(scores, ranks, strict=True):
        better = sum(other > score for other in scores)
        assert rank == better / max(len(scores) - 1, 1)


ratings = st.floats(-5000, 5000)


@given(a=ratings, b=ratings, result=st.floats(0, 1), k=st.floats(0.1, 100))
def test_elo_moves_points_and_makes_none(
    a: float, b: float, result: float, k: float
) -> None:
    new_a, new_b = formulas.elo_update(a, b, result, k)
    assert new_a + new_b == pytest.approx(a + b, abs=1e-9)
    assert abs(new_a - a) <= k + 1e-9  # ratings of thousands keep no more digits
    other_b, other_a = formulas.elo_update(b, a, 1 - result, k)
    assert (other_a, other_b) == pytest.approx((new_a, new_b), abs=1e-9)


tables = st.integers(2, 5).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(1, 30), min_size=size, max_size=size),
        min_size=size,
        max_size=size,
    )
)


@given(table=tables, times=st.integers(2, 9), data=st.data())
def test_strengths_do_not_depend_on_how_often_or_in_which_order(
    table: list[list[int]], times: int, data: st.DataObject
) -> None:
    size = len(table)
    wins = [[0 if a == b else table[a][b] for b in range(size)] for a in range(size)]
    theta = formulas.bradley_terry(wins)
    assert abs(sum(theta)) < 1e-9
    more = formulas.bradley_terry([[n * times for n in row] for row in wins])
    assert more == pytest.approx(theta, abs=1e-9)
    order = data.draw(st.permutations(range(size)))
    turned = formulas.bradley_terry([[wins[a][b] for b in order] for a in order])
    assert turned == pytest.approx([theta[a] for a in order], abs=1e-9)


ORDERS = [name for name in formulas.__all__ if name.startswith("order_")]
answers = st.lists(
    st.fixed_dictionaries(
        {
            "ups": st.integers(0, 3),
            "downs": st.integers(0, 3),
            "created_at": st.integers(0, 3) | instants,
            "accepted": st.booleans(),
            "self_answer": st.booleans(),
        }
    ),
    max_size=8,
).map(lambda rows: [row | {"id": place} for place, row in enumerate(rows)])


@pytest.mark.parametrize(
    "name", [name for name in formulas.__all__ if "order_" in name]
)
@given(answers=answers, data=st.data())
def test_orders_are_total(
    name: str, answers: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Every id once, whatever order the answers came in."""
    order = getattr(formulas, name)
    ids = order(answers)
    assert sorted(ids) == [answer["id"] for answer in answers]
    assert order(data.draw(st.permutations(answers))) == ids
    scores = [answers[id]["ups"] - answers[id]["downs"] for id in ids]
    if name in ("order_q2a_votes", "order_stackoverflow_score"):
        assert scores == sorted(scores, reverse=True)


@given(
    links=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9),
)
def test_rising_keeps_what_rises(links: list[tuple[int, int]]) -> None:
    records = [
        {"id": n, "ups": up, "count": seen} for n, (up, seen) in enumerate(links)
    ]
    ids = formulas.reddit_rising(records)
    ratios = [Fraction(links[int(id)][0], max(links[int(id)][1], 1)) for id in ids]
    assert ratios == sorted(ratios, reverse=True)
    assert sorted(ids) == [n for n, (up, _) in enumerate(links) if up > 1]


communities = st.lists(st.lists(st.floats(0.1, 99), max_size=6), max_size=4)


@given(communities=communities, weight=st.floats(0, 1))
def test_a_merged_page_holds_everyone_once(
    communities: list[list[float]], weight: float
) -> None:
    listing = [
        [
            {"id": f"{n}.{m}", "created_at": 0, "hot": hot}
            for m, hot in enumerate(sorted(hots, reverse=True))
        ]
        for n, hots in enumerate(communities)
    ]
    ids = formulas.reddit_normalized_hot(listing, 60, weight)
    assert sorted(map(str, ids)) == sorted(
        str(link["id"]) for links in listing for link in links
    )
    assert formulas.reddit_normalized_hot(listing, 1000 * 86400 + 1) == ()


@given(
    votes_=st.integers(0, 1000),
    labels=st.dictionaries(
        st.sampled_from(["noise", "offtopic", "joke", "exemplary", "malice"]),
        st.floats(0, 5),
    ),
)
def test_labels_move_a_comment_one_way(votes_: int, labels: dict[str, float]) -> None:
    plain = formulas.tildes_relevance(votes_, {}, False)
    key = formulas.tildes_relevance(votes_, labels, False)
    if {"noise", "offtopic", "joke"} & set(labels):
        assert key <= plain
    else:
        assert key >= plain
    assert formulas.tildes_relevance(votes_, labels, True) < key
