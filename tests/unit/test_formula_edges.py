"""Where formulas turn: defaults, limits, boundaries, and rules seldom met in data."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.stats
from statsmodels.stats.proportion import proportion_confint

from qathread.errors import ValidationError
from qathread.ranking import (
    _arrays,
    _ops,
    _ops_trace,
    columns,
    formulas,
    pairwise,
)

HOUR, DAY = 3600, 86400


def raised(base: Any, exponent: str) -> float:
    """A power with 40 digits, rounded once."""
    with localcontext(prec=40):
        return float(Decimal(base) ** Decimal(exponent))


# -- shares and stars --------------------------------------------------------------


@pytest.mark.parametrize(("ups", "downs"), [(9, 1), (1, 4), (40, 2)])
def test_bounds_are_two_sided_95_percent_unless_said(ups: int, downs: int) -> None:
    n = ups + downs
    low, high = proportion_confint(ups, n, 0.05, method="wilson")
    assert formulas.wilson_lower(ups, downs) == pytest.approx(low, rel=1e-12)
    assert formulas.wilson_upper(ups, downs) == pytest.approx(high, rel=1e-12)
    center = (low + high) / 2
    assert formulas.wilson_center(ups, downs) == pytest.approx(center, rel=1e-12)
    low, _ = proportion_confint(ups, n, 0.05, method="agresti_coull")
    assert formulas.agresti_coull_lower(ups, downs) == pytest.approx(low, rel=1e-12)
    corrected = scipy.stats.binomtest(ups, n).proportion_ci(0.95, "wilsoncc")
    got = formulas.wilson_cc_lower(ups, downs)
    assert got == pytest.approx(corrected.low, rel=1e-12)


def test_stars_of_large_worth_keep_their_digits() -> None:
    """What is far from 0 must not swallow how far the stars are from each other."""
    counts, base = [3, 4, 5], 10**8
    weights = [Fraction(n + 1, sum(counts) + 3) for n in counts]
    near = [1, 2, 4]
    mean = sum(s * w for s, w in zip(near, weights, strict=True))
    spread = sum(s * s * w for s, w in zip(near, weights, strict=True)) - mean * mean
    bound = float(mean) - 1.65 * math.sqrt(spread / (sum(counts) + 4))
    got = formulas.star_rating_lower(counts, [base + s for s in near])
    assert got - base == pytest.approx(bound, abs=1e-7)


def test_lists_of_different_lengths_are_counted_for_the_reader() -> None:
    with pytest.raises(
        ValidationError, match=r"^counts has 1, prior has 2, utilities has 3: "
    ):
        formulas.dirichlet_mean([1], [1, 1], [1, 2, 3])
    with pytest.raises(ValidationError, match=r"^counts has 1, values has 2: "):
        formulas.star_rating_lower([1], [1, 2])


# -- keys of one item, by the words of the reference ---------------------------------

STORY = ("story", True, False)
KEYS: dict[str, tuple[str, tuple[Any, ...], float]] = {
    # The published source of Hacker News; all at an age of 2 h, or the age named.
    "hn: votes of socks are taken off": (
        "hn_rank",
        (5, 2, 0, 2 * HOUR, *STORY, 3),
        raised(2, "0.8") / raised(4, "1.8"),
    ),
    "hn: half an hour before the pole": (
        "hn_rank",
        (2, 0, 3 * HOUR // 2, 0, *STORY, 1),
        1 / raised("0.5", "1.8"),
    ),
    "hn: more talk than points is calmed": (
        "hn_rank",
        (10, 0, 0, 2 * HOUR, *STORY, 40),
        raised(9, "0.8") / raised(4, "1.8") / 16,
    ),
    "hn: 21 posts are many": (
        "hn_rank",
        (7, 0, 0, 2 * HOUR, *STORY, 21),
        raised(6, "0.8") / raised(4, "1.8") / 9,
    ),
    "hn: 20 posts are not": (
        "hn_rank",
        (7, 0, 0, 2 * HOUR, *STORY, 20),
        raised(6, "0.8") / raised(4, "1.8"),
    ),
    "hn: a lightweight item may be calmer still": (
        "hn_rank",
        (10, 0, 0, 2 * HOUR, "poll", True, True, 40),
        raised(9, "0.8") / raised(4, "1.8") / 16,
    ),
    "hn: a lightweight item counts 0.3": (
        "hn_rank",
        (10, 0, 0, 2 * HOUR, "poll", True, True, 20),
        raised(9, "0.8") / raised(4, "1.8") * 0.3,
    ),
    "hn, short: half an hour before the pole": ("hn_simple", (17, -1.5, 2), 64.0),
    "hn, measured: half an hour before the pole": (
        "hn_observed",
        (2, -1.5, 1.0),
        1 / raised("0.5", "1.8"),
    ),
    "hn, measured: one point is none": ("hn_observed", (1, 0.0, 1.0), 0.0),
    "hn, measured: what is below 0 is not raised": (
        "hn_observed",
        (-3, 0.0, 1.0),
        -4 / raised(2, "1.8"),
    ),
    "lemmy 2023-08: -2 is the last score without a rank": (
        "lemmy_hot_rank_2023_08",
        (-2, HOUR),
        0.0,
    ),
    "lemmy 2023-08: -1 has one": (
        "lemmy_hot_rank_2023_08",
        (-1, HOUR),
        math.log10(2) / raised(3, "1.8"),
    ),
    "lemmy 2019: half an hour before the pole": (
        "lemmy_hot_rank_2019",
        (7, -3 * HOUR // 2),
        math.floor(10000 / raised("0.5", "1.8")),
    ),
    "lemmy 2019: no more than a float can count": (
        "lemmy_hot_rank_2019",
        (1000, -7199.999999),
        2**53,
    ),
    "mastodon: five are enough": ("mastodon_trend", (5, 1, 0, 7200), 16.0),
    "mastodon: four are not": ("mastodon_trend", (4, 1, 0, 7200), 0.0),
    "discourse: a week old is not new": (
        "discourse_hot",
        (100, 3, 2, 7 * DAY, None),
        100 / raised(170, "1.2"),
    ),
    "discourse: a second less is": (
        "discourse_hot",
        (100, 3, 2, 7 * DAY - 1, None),
        3 / raised(Decimal(7 * DAY - 1) / HOUR + 2, "1.2"),
    ),
    "discourse: half an hour before the pole": (
        "discourse_hot",
        (8, 1, 1, -3 * HOUR // 2, -3 * HOUR // 2, 1.0),
        1 / 0.5 + 1 / 0.5,
    ),
    "se: half an hour before it was asked": (
        "se_hot_site",
        (1, 1, 5, 0, -0.5, -0.5),
        1 / raised("0.5", "1.5"),
    ),
    "apache: never changed means since it was asked": (
        "apache_answer_hot",
        (1, 1, 50, 0, 10**9, None, 10**9 + 8 * HOUR),
        math.ceil(10000 * 10 / 27),
    ),
    "apache: changed in 1970": (
        "apache_answer_hot",
        (1, 1, 50, 0, -10 * HOUR, 0, 10 * HOUR),
        math.ceil(10000 * 10 / 64),
    ),
    "apache: asked just now": ("apache_answer_hot", (1, 1, 50, 0, 9, None, 9), 100000),
    "apache: not seen by anyone": ("apache_answer_hot", (0, 1, 50, 0, 9, None, 9), 0),
    "reddit: two texts of one length": (
        "reddit_qa",
        (0, 0, 5, [(0, 0, 5)]),
        math.log10(10) / 5,
    ),
    "q2a: what each part weighs": (
        "q2a_hotness",
        (1262304001, 1262304010, 3, 5, 7),
        100 * (1 + 10) + 160000 * 100 * (3 + 5) + 4000 * 100 * 7,
    ),
    "postmill: talk below -4 counts little": (
        "postmill_ranking",
        (-5, 8, None, 0),
        -9000 + 4000,
    ),
    "postmill: talk at -4 counts": (
        "postmill_ranking",
        (-4, 8, None, 0),
        -7200 + 40000,
    ),
    "mbin: talk below -4 counts little": (
        "mbin_ranking",
        (-5, 8, 2, 0, 0),
        -22500 + 5000,
    ),
    "mbin: talk at -4 counts": (
        "mbin_ranking",
        (-4, 8, 2, 0, 0),
        -18000 + 12000 + 10000,
    ),
    "mbin: never past 2038": (
        "mbin_ranking",
        (0, 0, 0, 2**31 + 5, 2**31 + 9),
        2147483647,
    ),
    "discourse: what is not known counts as 0": (
        "discourse_post_score",
        (None, None, None, None, None),
        0.0,
    ),
    "discourse top: factors, limit and period as the site has them": (
        "discourse_top_score",
        (1000, 4, 40, 10, 10),
        3 * 2 + 4 * 0.5 + 3 + 10 + 1,
    ),
    "discourse top: one like of one post": ("discourse_top_score", (1, 0, 1, 1, 1), 1),
    "discourse top: likes without posts": ("discourse_top_score", (1, 0, 9, 0, 1), 0),
    "discourse top: without likes not even a limit below 0": (
        "discourse_top_score",
        (1, 0, 0, 1, 1, 2, 0.5, -1),
        0,
    ),
    "discourse top: of another period": (
        "discourse_top_score",
        (1000, 4, 40, 10, 10, 2, 0.5, 3, False),
        0,
    ),
}


@pytest.mark.parametrize(("name", "given", "expected"), KEYS.values(), ids=list(KEYS))
def test_a_rule_of_a_key(name: str, given: tuple[Any, ...], expected: float) -> None:
    got = getattr(formulas, name)(*given)
    assert got == pytest.approx(expected, rel=1e-12, abs=0)


REFUSED: dict[str, tuple[str, tuple[Any, ...]]] = {
    "hn, measured: two hours ahead": ("hn_observed", (2, -2, 1.0)),
    "hn, short: two hours ahead": ("hn_simple", (2, -2, 1.8)),
    "hn: two hours ahead": ("hn_rank", (2, 0, 7200, 0, *STORY, 1)),
    "lemmy 2019: two hours ahead": ("lemmy_hot_rank_2019", (2, -7200)),
}


@pytest.mark.parametrize(("name", "given"), REFUSED.values(), ids=list(REFUSED))
def test_two_hours_ahead_there_is_no_value(name: str, given: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError, match=f"two hours before .* {name} has no"):
        getattr(formulas, name)(*given)


def test_powers_of_ten_have_whole_logarithms_on_every_engine() -> None:
    """One digit less in a logarithm must not cost a whole step of the rank."""
    scores = [10**power - 3 for power in range(1, 16)]
    expected = [10000 * power for power in range(1, 16)]
    assert [formulas.lemmy_hot_rank_2019(n, -HOUR) for n in scores] == expected
    array: Any = formulas.lemmy_hot_rank_2019(np.array(scores), -HOUR)
    assert array.tolist() == expected
    frame = columns.lemmy_hot_rank_2019(
        pl.DataFrame({"score": scores}), age_seconds=-HOUR, name="key"
    )
    assert frame["key"].to_list() == expected


FOREM_BONUS = {1: 28, 8: 81, 12: 280, 26: 795, 48: 830, 96: 930}


def forem(at: int, score: int, comments: int, cooler: bool, age: int) -> int:
    """The reference in whole numbers only."""
    points = score
    if age > 4 * DAY:
        points //= 2
    if age > 7 * DAY:
        points //= 4
    if cooler:
        points = int(Fraction(4, 5) * points)
    bonus = sum(more for hours, more in FOREM_BONUS.items() if age < hours * HOUR)
    known = 2 * min(score, 650) + 2 * min(comments, 650)
    return (at - 1262304001) // 1000 + known + points + bonus


@pytest.mark.parametrize("hours", [*FOREM_BONUS, 168])
@pytest.mark.parametrize("late", [-1, 0, 1])
@pytest.mark.parametrize(("score", "comments"), [(37, 650), (651, 649), (-37, -9)])
def test_forem_turns_on_the_second(
    hours: int, late: int, score: int, comments: int
) -> None:
    age = hours * HOUR + late
    for at in (1262304000, 1262304001, 1700000000, 1700000001):
        for cooler in (True, False):
            got = formulas.forem_hotness(at, None, score, comments, cooler, at + age)
            assert got == forem(at, score, comments, cooler, age)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, (7,)),
        ({"malice": 9.0}, (7,)),
        ({"exemplary": 0.5}, (10,)),  # 10.5, to even
        ({"exemplary": 1.5}, (18,)),  # 17.5, to even
        ({"joke": 1.0, "exemplary": 1.0}, (3,)),
        ({"offtopic": 1.0, "joke": 1.0}, (-1, 7)),
        ({"noise": 1.0, "offtopic": 1.0}, (-2, 7)),
    ],
)
def test_the_first_label_of_tildes_wins(
    labels: dict[str, float], expected: tuple[int, ...]
) -> None:
    got = formulas.tildes_relevance(7, labels, removed=False)
    assert got == expected and all(type(number) is int for number in got)
    assert formulas.tildes_relevance(7, labels, removed=True) == (-100,)


# -- pages of several communities ----------------------------------------------------

Link = dict[str, Any]


def links(*keys: tuple[int | str, float], at: float = 0) -> list[Link]:
    return [{"id": id, "created_at": at, "hot": hot} for id, hot in keys]


def test_a_community_gives_150_items_and_a_page_holds_1000() -> None:
    lists = [
        links(*[(1000 * place + n, 900.0 - n) for n in range(160)])
        for place in range(7)
    ]
    one = formulas.reddit_normalized_hot(lists[:1], now=0)
    assert one == tuple(range(150))
    page = formulas.reddit_normalized_hot(lists, now=0)
    assert len(page) == 1000 and len(set(page)) == 1000
    assert page[:8] == (0, 1000, 2000, 3000, 4000, 5000, 6000, 1)


def test_an_item_of_1000_days_is_on_the_page_and_no_older_one() -> None:
    old = links(("a", 5.0))
    assert formulas.reddit_normalized_hot([old], now=1000 * DAY) == ("a",)
    assert formulas.reddit_normalized_hot([old], now=1000 * DAY + 1) == ()


def test_a_cool_community_is_not_lifted_above_its_keys() -> None:
    """A key is divided by the hottest, but never by less than 1."""
    cool, hot = links(("a", 1.5), ("b", 1.2)), links(("c", 4.0), ("d", 2.8))
    assert formulas.reddit_normalized_hot([cool, hot], 0) == ("c", "a", "b", "d")
    tepid = links(("a", 0.5))  # 0.5 / 1, not 0.5 / 0.5
    assert formulas.reddit_normalized_hot([tepid, hot], 0) == ("c", "d", "a")


def test_a_community_without_news_sinks_by_45000_seconds_a_step() -> None:
    """With the weight 1; by default its age counts nothing."""
    now = 45_000_000
    stale, other = links(("stale", 1.0)), links(("top", 1000.99), ("b", 1.0), at=now)
    ratio = Fraction(1) / (1 + Fraction(now, 45000))
    assert ratio < 1 / Fraction("1000.99") < Fraction(1) / (1 + Fraction(now, 45001))
    pair = [stale, other]
    assert formulas.reddit_normalized_hot(pair, now, 1) == ("top", "b", "stale")
    assert formulas.reddit_normalized_hot(pair, now) == ("top", "stale", "b")


def test_the_id_that_comes_twice_is_named() -> None:
    listing = [{"id": id, "ups": 2, "count": 1} for id in (1, 2, 2)]
    with pytest.raises(ValidationError, match="has the id 2 twice"):
        formulas.reddit_rising(listing)


# -- strengths -----------------------------------------------------------------------


def test_who_beats_whom_is_followed_on_every_path() -> None:
    """Of two items found at once the first must not be forgotten."""
    wins = [[0, 1, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0]]
    theta = formulas.bradley_terry(wins)
    share = [[1 / (1 + math.exp(b - a)) for b in theta] for a in theta]
    for a in range(4):
        games = [wins[a][b] + wins[b][a] for b in range(4)]
        expected = sum(n * p for n, p in zip(games, share[a], strict=True))
        assert sum(wins[a]) == pytest.approx(expected, abs=1e-9)


def table_of(strengths: Sequence[int], games: int) -> list[list[float]]:
    """Results just as likely as can be: the strengths are known without a search."""
    return [
        [0.0 if a == b else float(Fraction(games * a, a + b)) for b in strengths]
        for a in strengths
    ]


def test_strengths_are_found_in_a_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Newton's steps double the digits: ten are plenty, or a step is wrong."""
    monkeypatch.setattr(pairwise, "_STEPS", 10)
    strengths = [1, 2, 4, 8, 16]
    found = formulas.bradley_terry(table_of(strengths, 6120))
    logs = [math.log(each) for each in strengths]
    mean = sum(logs) / len(logs)
    assert found == pytest.approx([each - mean for each in logs], abs=1e-12)


def missing_wins(wins: Sequence[Sequence[float]], theta: Sequence[float]) -> float:
    """At the most likely strengths everyone has won as often as was to be expected."""
    table, strength = np.array(wins, float), np.array(theta)
    share = 1 / (1 + np.exp(strength[None, :] - strength[:, None]))
    expected = ((table + table.T) * share).sum(1)
    return float(np.abs(table.sum(1) - expected).max())


def test_a_step_too_far_is_halved() -> None:
    """Here some full steps would lead away from the most likely strengths."""
    wins = [[0, 0, 1000, 1], [0, 0, 100000, 0], [0, 1, 0, 1], [1, 100000, 10, 0]]
    theta = formulas.bradley_terry(wins)
    assert missing_wins(wins, theta) < 1e-6
    assert abs(sum(theta)) < 1e-9


#: Long shots beside favourites: one full step leads to where the curve is flat.
LOPSIDED = (
    (
        [
            [0, 1, 1, 1, 1000],
            [1, 0, 0, 0, 0],
            [0, 1000, 0, 10**6, 0],
            [0, 1, 0, 0, 1000],
            [10**6, 0, 0, 0, 0],
        ],
        (-9.3916, -9.3916, 17.5423, 3.7268, -2.4858),
    ),
    (
        [
            [0, 1, 1, 1, 1],
            [1, 0, 1000, 0, 10**6],
            [0, 10**6, 0, 1, 10**6],
            [10**6, 0, 1000, 0, 1],
            [10**6, 0, 1000, 0, 0],
        ],
        None,
    ),
)


@pytest.mark.parametrize(("wins", "strengths"), LOPSIDED)
def test_strengths_of_lopsided_tables_explain_the_wins(
    wins: list[list[int]], strengths: tuple[float, ...] | None
) -> None:
    """Where likelihood is greatest, everybody won as often as expected."""
    theta = formulas.bradley_terry(wins)
    if strengths is not None:
        assert theta == pytest.approx(strengths, abs=1e-4)
    people = range(len(wins))
    for a in people:
        expected = math.fsum(
            (wins[a][b] + wins[b][a]) / (1 + math.exp(theta[b] - theta[a]))
            for b in people
            if b != a
        )
        assert expected == pytest.approx(sum(wins[a]), rel=1e-9, abs=1e-6)


def test_a_score_beyond_64_bits_is_none_on_every_engine() -> None:
    """Counts in range can have a product out of it; it must not wrap around."""
    given = (1, 2**40, 2**40, 0, 0, None)
    with pytest.raises(ValidationError, match="64 bits"):
        formulas.apache_answer_hot(*given, now=1)
    with pytest.raises(ValidationError, match="64 bits"):
        formulas.apache_answer_hot(np.array([1]), *given[1:], now=1)
    row = {"views": 1, "answers": 2**40, "question_score": 2**40}
    row |= {"answer_scores_sum": 0, "created_at": 0, "updated_at": 0}
    frame = pl.DataFrame([row, row | {"answers": 3}])
    keys = columns.apache_answer_hot(frame, now=1)["apache_answer_hot"]
    assert keys.is_null().to_list() == [True, False]


def test_a_count_beyond_decimals_is_refused() -> None:
    with pytest.raises(ValidationError, match="ups"):
        formulas.wilson_lower(10**600_000, 1)


def test_times_of_columns_begin_with_the_calendar() -> None:
    """Unix seconds before the year 1 are no times, and give null."""
    first = datetime(1, 1, 1, tzinfo=UTC).timestamp()
    frame = pl.DataFrame(
        {"up": [1, 1], "down": [0, 0], "created_at": [first, first - 1]}
    )
    keys = columns.reddit_hot(frame)["reddit_hot"].to_list()
    assert keys[0] is not None and keys[1] is None


def test_a_tree_of_lopsided_games_has_the_odds_as_strengths() -> None:
    """Where rounding hides the last digits the sum must stay 0."""
    strengths = [10**5, 1, 10**7, 10**3, 1]
    pairs = {(0, 1): 1, (0, 4): 1, (1, 3): 1000, (2, 3): 1, (2, 4): 1000}
    wins = [[0.0] * 5 for _ in range(5)]
    for (a, b), games in pairs.items():
        low = min(strengths[a], strengths[b])
        wins[a][b] = games * strengths[a] / low
        wins[b][a] = games * strengths[b] / low
    logs = [math.log(each) for each in strengths]
    mean = sum(logs) / 5
    found = formulas.bradley_terry(wins)
    assert found == pytest.approx([each - mean for each in logs], abs=1e-6)


def test_equations_are_solved_whatever_their_order() -> None:
    matrix = [[0.0, 2.0, 1.0, 3.0], [4.0, 0.0, 1.0, 1.0]]
    matrix += [[1.0, 5.0, 0.0, 2.0], [2.0, 1.0, 7.0, 0.0]]
    right = [1.0, -2.0, 3.0, 4.0]
    found = pairwise._solved(matrix, right)
    for row, value in zip(matrix, right, strict=True):
        total = sum(a * x for a, x in zip(row, found, strict=True))
        assert total == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("x", [-800.0, -40.0, -0.5, 0.0, 0.5, 1.0, 40.0, 800.0])
def test_the_likelihood_of_any_distance_is_a_number(x: float) -> None:
    with localcontext(prec=400):
        exact = float((1 + Decimal(x).exp()).ln())
    assert pairwise._log_of_one_and_exp(x) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize(
    ("wins", "said"),
    [
        ([[0, 1, 1], [0, 0, 1], [0, 1, 0]], "the items 1, 2 never won against the"),
        ([[0, 0, 0], [1, 0, 1], [1, 1, 0]], "the items 1, 2 never lost to the others"),
    ],
)
def test_who_cannot_be_ranked_is_named(wins: list[list[int]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        formulas.bradley_terry(wins)


# -- the way in ----------------------------------------------------------------------


def test_a_formula_is_described_by_its_own_name_and_words() -> None:
    known = formulas.describe("elo_update")
    assert known.name == "elo_update"
    assert known.whole is known.arrays is known.row_wise is False
    ups = formulas.describe("wilson_lower").parameters[0]
    assert ups.accepts == "a whole count, 0 or up"
    for name in formulas.__all__:
        assert all(each.accepts for each in formulas.describe(name).parameters)


def test_numbers_that_are_all_wrong_are_wrong() -> None:
    """No good neighbour is needed to see it."""
    for given in ((-1, -1, -1), (-1, -2, 0)):
        with pytest.raises(ValidationError, match=r"^ups is -1: give a whole"):
            formulas.codidact_score(*given)


def test_arguments_without_a_parameter_are_named() -> None:
    call: Any = formulas.codidact_score
    with pytest.raises(TypeError, match=r"argument: votes$"):
        call(ups=1, downs=2, votes=3)
    with pytest.raises(TypeError, match=r"argument: votes, views$"):
        call(ups=1, downs=2, votes=3, views=4)


def test_what_has_no_finite_value_is_shown_whole() -> None:
    said = (
        r"^hive_score has no finite value for rshares=1, created_at=1e\+300, "
        r"timescale=1e-300: give"
    )
    with pytest.raises(ValidationError, match=said):
        formulas.hive_score(1, 1e300, 1e-300)


@pytest.mark.parametrize("z", [1e-300, 1e-160, 1e155, 1e160, 1e307])
@pytest.mark.parametrize(("ups", "downs"), [(10**6, 0), (10**6, 3), (10**200, 10**9)])
def test_shares_keep_their_digits_at_any_confidence(
    ups: int, downs: int, z: float
) -> None:
    """Past what floats can square, the same formula runs on decimals."""
    with localcontext(prec=2000):
        u, d, q = Decimal(ups), Decimal(downs), Decimal(z)
        n, zz = u + d, q * q
        root = q * (u * d / n + zz / 4).sqrt()
        low = (u + zz / 2 - root) / (n + zz)
        high = (u + zz / 2 + root) / (n + zz) if downs else Decimal(1)
        center = (u + zz / 2) / (n + zz)
        exact = [float(low), float(high), float(center)]
    got = [
        formulas.wilson_lower(ups, downs, z),
        formulas.wilson_upper(ups, downs, z),
        formulas.wilson_center(ups, downs, z),
    ]
    assert got == pytest.approx(exact, rel=1e-12, abs=1e-319)


@pytest.mark.parametrize("name", ["wilson_lower", "wilson_upper", "wilson_cc_lower"])
def test_the_type_of_a_count_changes_no_digit(name: str) -> None:
    """Keys that are compared must come from one arithmetic."""
    formula: Any = getattr(formulas, name)
    for ups in range(12):
        for downs in range(12):
            assert formula(np.int64(ups), np.uint8(downs)) == formula(ups, downs)


def test_the_ends_of_a_range_belong_to_it() -> None:
    assert formulas.discourse_percent_rank([1e100, -1e100, 0]) == (0.0, 1.0, 0.5)
    with pytest.raises(ValidationError, match=r"^scores\[0\] is .*at most 1e100"):
        formulas.discourse_percent_rank([math.nextafter(1e100, math.inf)])
    calls: Any = formulas
    for answers in (10, np.int64(10)):
        got = calls.se_hot_network(answers, 5, 0, 5.0, 50)
        assert got == pytest.approx(10 / raised(6, "1.4") / 50, rel=1e-12)


def test_counts_and_times_of_columns_end_where_floats_and_datetimes_do() -> None:
    """2^53 and the year 10000; past these a number is most likely a slip."""
    last: Any = formulas.wilson_lower(np.array([2.0**53]), 0)
    assert last[0] == pytest.approx(1, abs=1e-14)
    with pytest.raises(ValidationError, match=r"^in row 0, ups is "):
        formulas.wilson_lower(np.array([2.0**53 + 2]), 0)
    end: Any = formulas.hive_score(0, np.array([253402300800.0]), 1.0)
    assert end[0] == 253402300800
    with pytest.raises(ValidationError, match=r"^in row 0, created_at is "):
        formulas.hive_score(0, np.array([253402300801.0]), 1.0)


def test_no_number_is_a_flag() -> None:
    """Also not NumPy's; NumPy's truth values are."""
    calls: Any = formulas
    assert calls.pm_score(3, np.True_) == 3 and calls.pm_score(3, np.False_) == 2
    for bad in (np.float64(1.0), np.int64(1), np.uint8(0)):
        with pytest.raises(ValidationError, match=r"^accepted is "):
            calls.pm_score(3, bad)
    other = type("bool", (), {})()
    with pytest.raises(ValidationError, match=r"^accepted is of type bool"):
        calls.pm_score(3, other)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-(10**20) + 1, "-99999999999999999999"),
        (-(10**20), "of type int"),
        ("x" * 39, repr("x" * 39)),
        ("x" * 40, "of type str"),
        (b"x", "of type bytes"),
        (None, "None"),
        (-1.5, "-1.5"),
        (True, "True"),
    ],
)
def test_what_is_refused_is_shown_if_it_is_short(value: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=f"^ups is {said}: give a whole count"):
        formulas.wilson_lower(value, 0)


def test_every_engine_brings_every_operation() -> None:
    """A formula may use any of them, whatever it is given."""
    assert {name for name in vars(_ops) if name in _ops.__all__} == set(_ops.__all__)
    for operations in (_arrays.OPERATIONS, _ops_trace.OPERATIONS):
        assert set(operations) == _ops.NAMES == set(_ops.__all__) - {"NAMES"}


def test_a_parameter_is_required_and_plain_unless_said() -> None:
    plain = formulas.Parameter(name="x", kind="count", accepts="a whole count")
    assert plain.required is True and plain.default is None
    assert plain.constant is False and plain.optional is False
