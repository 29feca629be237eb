"""Formulas against vectors, against other libraries, and against bad input."""

import inspect
import math
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import choix
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from statsmodels.stats.proportion import proportion_confint

from qathread.errors import NotFoundError, ValidationError
from qathread.ranking import formulas
from qathread.ranking.formulas import Formula, describe
from tests.unit._ranking_frames import matches, vectors

ARRAYS = [name for name in formulas.__all__ if describe(name).arrays]
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("name", formulas.__all__)
def test_every_vector_passes(name: str, shared: Path) -> None:
    """The vectors come from the original implementations and 60-digit arithmetic."""
    entry = vectors(shared)[name]
    formula = getattr(formulas, name)
    assert list(inspect.signature(formula).parameters) == list(entry["inputs"])
    for vector in entry["vectors"]:
        got = formula(**vector["inputs"])
        got = list(got) if isinstance(got, tuple) else got
        assert matches(got, vector["expected"], entry), vector
        by_place = formula(*vector["inputs"].values())
        assert by_place == (tuple(got) if isinstance(got, list) else got)


def test_every_formula_of_the_file_is_there(shared: Path) -> None:
    assert set(formulas.__all__) == set(vectors(shared))
    assert len(formulas.__all__) == 54


@pytest.mark.parametrize("name", ARRAYS)
def test_every_vector_passes_in_an_array(name: str, shared: Path) -> None:
    """All vectors at once: a row must not depend on the others."""
    entry = vectors(shared)[name]
    arrays = {
        parameter: np.array(
            [vector["inputs"][parameter] for vector in entry["vectors"]]
        )
        for parameter in entry["inputs"]
    }
    for parameter, array in arrays.items():
        if array.dtype == object:  # None among numbers
            numbers = [NAN if value is None else value for value in array]
            arrays[parameter] = np.array(numbers)
    found: Any = getattr(formulas, name)(**arrays)
    assert found.dtype == (np.int64 if describe(name).whole else np.float64)
    for got, vector in zip(found.tolist(), entry["vectors"], strict=True):
        assert matches(got, vector["expected"], entry), vector


# -- other libraries ---------------------------------------------------------------


COUNTS = [(0, 1), (1, 0), (3, 1), (5, 5), (0, 12), (40, 2), (999, 1), (12345, 67890)]
LEVELS = [0.5, 0.8, 0.95, 0.999]


def quantile(level: float) -> float:
    return float(scipy.stats.norm.ppf((1 + level) / 2))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("ups", "downs"), COUNTS)
def test_bounds_agree_with_scipy(ups: int, downs: int, level: float) -> None:
    z = quantile(level)
    plain = scipy.stats.binomtest(ups, ups + downs).proportion_ci(level, "wilson")
    assert formulas.wilson_lower(ups, downs, z) == pytest.approx(
        plain.low, rel=1e-12, abs=1e-15
    )
    assert formulas.wilson_upper(ups, downs, z) == pytest.approx(plain.high, rel=1e-12)
    corrected = scipy.stats.binomtest(ups, ups + downs).proportion_ci(level, "wilsoncc")
    assert formulas.wilson_cc_lower(ups, downs, z) == pytest.approx(
        corrected.low, rel=1e-11, abs=1e-14
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("ups", "downs"), COUNTS)
def test_bounds_agree_with_statsmodels(ups: int, downs: int, level: float) -> None:
    z, n = quantile(level), ups + downs
    low, high = proportion_confint(ups, n, 1 - level, method="wilson")
    assert formulas.wilson_lower(ups, downs, z) == pytest.approx(
        low, rel=1e-11, abs=1e-15
    )
    assert formulas.wilson_upper(ups, downs, z) == pytest.approx(high, rel=1e-12)
    assert formulas.wilson_center(ups, downs, z) == pytest.approx((low + high) / 2)
    low, _ = proportion_confint(ups, n, 1 - level, method="agresti_coull")
    if ups:
        assert formulas.agresti_coull_lower(ups, downs, z) == pytest.approx(
            max(low, 0), rel=1e-10, abs=1e-15
        )
    low, high = proportion_confint(ups, n, 1 - level, method="jeffreys")
    q = (1 - level) / 2
    if ups:  # there some set the bound to 0
        got = formulas.beta_quantile(ups, downs, 0.5, 0.5, q)
        assert got == pytest.approx(low, rel=1e-9)
    if downs:
        got = formulas.beta_quantile(ups, downs, 0.5, 0.5, 1 - q)
        assert got == pytest.approx(high, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_strengths_agree_with_choix(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = int(random.integers(2, 9))
    wins = random.integers(1, 20, (size, size))
    np.fill_diagonal(wins, 0)
    games = [
        (a, b) for a in range(size) for b in range(size) for _ in range(int(wins[a, b]))
    ]
    theirs = choix.opt_pairwise(size, games, tol=1e-10)
    ours = formulas.bradley_terry(wins.tolist())
    assert np.abs(np.array(ours) - (theirs - theirs.mean())).max() < 2e-5
    # The likelihood is flat at our strengths, to more digits than theirs.
    theta = np.array(ours)
    share = 1 / (1 + np.exp(theta[None, :] - theta[:, None]))
    slope = wins.sum(1) - ((wins + wins.T) * share).sum(1)
    assert np.abs(slope).max() < 1e-9 * wins.sum()


def test_strengths_of_sparse_and_lopsided_games() -> None:
    """A long ring, and one lucky win among a million games."""
    ring = [[3.0 if b == (a + 1) % 40 else 0.0 for b in range(40)] for a in range(40)]
    assert formulas.bradley_terry(ring) == pytest.approx([0.0] * 40, abs=1e-9)
    ring[0][1] = 30.0
    theta = np.array(formulas.bradley_terry(ring))
    assert abs(theta.sum()) < 1e-9 and theta.argmax() == 0
    strong, weak = formulas.bradley_terry([[0, 10**6], [1, 0]])
    assert strong - weak == pytest.approx(math.log(10**6), rel=1e-9)
    chain = [[0, 10**6, 0], [1, 0, 10**6], [0, 1, 0]]
    first, second, third = formulas.bradley_terry(chain)
    assert first - second == pytest.approx(math.log(10**6), rel=1e-9)
    assert second - third == pytest.approx(math.log(10**6), rel=1e-9)
    assert formulas.bradley_terry([]) == () and formulas.bradley_terry([[0]]) == (0.0,)


@pytest.mark.parametrize("seed", range(5))
def test_lists_agree_with_numpy(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 500, 5)
    prior, worth = random.uniform(0.1, 5, 5), random.uniform(-3, 10, 5)
    weights = counts + prior
    assert formulas.dirichlet_mean(
        counts.tolist(), prior.tolist(), worth.tolist()
    ) == pytest.approx(np.average(worth, weights=weights), rel=1e-13)
    mean = np.average(worth, weights=counts + 1)
    spread = np.average((worth - mean) ** 2, weights=counts + 1)
    bound = mean - 1.65 * np.sqrt(spread / (counts.sum() + 6))
    got = formulas.star_rating_lower(counts.tolist(), worth.tolist())
    assert got == pytest.approx(bound, rel=1e-12, abs=1e-12)
    scores = random.integers(0, 9, 30)
    ranks = scipy.stats.rankdata(-scores, method="min")
    got_ranks = formulas.discourse_percent_rank(scores.tolist())
    assert got_ranks == pytest.approx((ranks - 1) / 29, abs=1e-15)
    votes = np.column_stack([random.choice([-1, 1], 20), random.uniform(0, 4000, 20)])
    trend = (votes[:, 0] * np.exp2(-votes[:, 1] / 365)).sum()
    assert formulas.se_trending(votes.tolist()) == pytest.approx(trend, rel=1e-12)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_agree_with_numbers(name: str, shared: Path) -> None:
    """Blocks, shapes and broadcasting change nothing."""
    entry = vectors(shared)[name]
    formula, first = getattr(formulas, name), entry["vectors"][0]["inputs"]
    number = next(p.name for p in describe(name).parameters if p.kind != "text")
    kind = next(p.kind for p in describe(name).parameters if p.name == number)
    column: Any = np.array([first[number]] * 20_000)
    if kind in ("count", "whole"):
        column = column + np.arange(20_000)
    found: Any = formula(**(first | {number: column.reshape(2, 100, 100)}))
    assert found.shape == (2, 100, 100)
    for place in (0, 1, 8191, 8192, 19_999):
        alone = formula(**(first | {number: column[place].item()}))
        assert found.reshape(-1)[place] == pytest.approx(alone, rel=1e-13)


# -- what is refused ---------------------------------------------------------------


def wrong(kind: str) -> list[Any]:
    """What no parameter of that kind takes."""
    never: list[Any] = [NAN, INF, -INF, "1", 1j, [1], {}]
    match kind:
        case "count":
            return [*never, -1, 1.0, 0.5, True, False, Fraction(1), Decimal(1)]
        case "whole":
            return [*never, 1.0, 0.5, True, False, Fraction(1)]
        case "positive" | "share":
            return [*never, 0, -1, 0.0, True, 10**400, datetime(2026, 1, 1, tzinfo=UTC)]
        case "age" | "gravity" | "weight":
            return [*never, -1, -1e-9, True, 10**400]
        case "time":
            return [*never, True, 10**400, datetime(2026, 1, 1)]
        case "flag":
            return [0, 1, 1.0, "yes", NAN, []]
        case "text":
            return ["", "Story", "stories", 1, True, NAN]
        case "rank":
            return [*never, 0, -1, 51, 1.5, True]
        case "mapping":
            return [NAN, "1", 1j, [1], 3, True, {"noise": NAN}, {"noise": "1"}]
        case _:
            return [*never, True, 10**400, datetime(2026, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("name", formulas.__all__)
def test_bad_input_is_a_validation_error(name: str, shared: Path) -> None:
    """Never a silent number, never another exception."""
    first = vectors(shared)[name]["vectors"][0]["inputs"]
    formula = getattr(formulas, name)
    for parameter in describe(name).parameters:
        bad = [*wrong(parameter.kind), *([] if parameter.optional else [None])]
        if parameter.kind == "list":
            bad = bad_lists(first[parameter.name])
        for value in bad:
            with pytest.raises(ValidationError) as caught:
                formula(**(first | {parameter.name: value}))
            assert parameter.name in str(caught.value)


def bad_lists(good: Any) -> list[Any]:
    """What is no such list, number, time or flag, whichever it was."""
    match good:
        case bool():
            return wrong("flag")
        case int():
            return [NAN, INF, "1", True, None, [1], 0.5]
        case float():
            return [NAN, INF, "1", True, None, [1]]
        case dict():
            return [None, 3, [1], {"noise": NAN}, {"noise": "x"}]
        case _:
            return [
                None,
                3,
                "ab",
                {"a": 1},
                [None],
                ["ab"],
                [[NAN]],
                [[[]]],
                [object()],
            ]


UNDEFINED: list[tuple[str, tuple[Any, ...], str]] = [
    ("steamdb_rating", (0, 0), "without reviews"),
    ("bayesian_average", (3.0, 0, 5.0, 0), "prior_weight are 0"),
    ("lobsters_confidence", (-5, 2), r"score \+ flags is below 0"),
    ("lobsters_confidence_order", (-5, 2, 1), r"score \+ flags is below 0"),
    ("hn_rank", (2, 0, 7200, 0, "story", True, False, 1), "two hours before"),
    ("hn_simple", (2, -2, 1.8), "two hours before"),
    ("hn_observed", (2, -2.5, 1.0), "two hours before"),
    ("lemmy_hot_rank_2019", (2, -7200), "two hours before"),
    ("discourse_hot", (1, 1, 1, -7200, None), "two hours before"),
    ("discourse_hot", (1, 1, 1, 0, -7200), "two hours before"),
    ("se_hot_site", (0, 1, 1, 1, 3.0, 3.0), "without views"),
    ("se_hot_site", (1, 1, 1, 1, -1.0, -1.0), "for such times"),
    ("apache_answer_hot", (1, 1, 1, 1, 7200, None, 0), "for future times"),
    ("reddit_qa", (1, 1, 0, [(1, 1, 0)]), "without characters"),
    ("dirichlet_mean", ([], [], []), "one member of each"),
    ("dirichlet_mean", ([1], [1.0], [1, 2]), "utilities has 2"),
    ("dirichlet_mean", ([1], [0.0], [1]), r"^prior\[0\] is 0"),
    ("star_rating_lower", ([1], [], 1.65), "values has 0"),
    ("elo_update", (1500, 1500, 1.5, 32), "from 0 to 1"),
    ("elo_update", (1500, 1500, 1, 0), "^k is 0"),
    ("bradley_terry", ([[0, 1], [0, 0]],), "items 1 never won against|1 never won"),
    ("bradley_terry", ([[0, 0], [1, 0]],), "1 never lost to"),
    ("bradley_terry", ([[0, 1]],), "square"),
    ("bradley_terry", ([[1, 1], [1, 0]],), r"wins\[0\]\[0\] is not 0"),
    ("bradley_terry", ([[0, -1], [1, 0]],), r"wins\[0\]\[1\] is -1"),
    ("mastodon_trend", (9, 1, -1, 7200), "age_seconds is -1"),
    ("se_trending", ([(1, -1.0)],), r"votes\[0\]"),
    ("se_hot_network", (1, 1, 1, 1.0, 51), "site_rank is 51"),
    ("reddit_normalized_hot", ([], 0, 1.5), "from 0 to 1"),
    (
        "reddit_normalized_hot",
        (
            [
                [
                    {"id": 1, "created_at": 0, "hot": 1.0},
                    {"id": 2, "created_at": 0, "hot": 2.0},
                ]
            ],
            0,
        ),
        "hotter than what is before",
    ),
    ("reddit_rising", ([{"id": "a", "ups": 1}],), "no 'count'"),
    ("reddit_rising", ([{"id": 1.5, "ups": 1, "count": 1}],), r"\['id'\] is 1.5"),
    ("reddit_rising", ([{"id": True, "ups": 1, "count": 1}],), r"\['id'\] is True"),
    ("reddit_rising", ([{"id": 1, "ups": 1, "count": 1}] * 2,), "the id 1 twice"),
    (
        "reddit_rising",
        ([{"id": 1, "ups": 1, "count": 1}, {"id": "1", "ups": 1, "count": 1}],),
        "texts and numbers",
    ),
    ("reddit_rising", ([{"id": 1, "ups": 10**400, "count": 1}],), "too large"),
    ("tildes_relevance", (10**400, {"exemplary": 1.5}, False), "too large"),
    ("dirichlet_mean", ([10**400], [1.5], [1]), "too large"),
    ("star_rating_lower", ([1, 2], [1, 10**99], 1e300), "."),
    ("lobsters_hotness", (10**400, 0, False, 10**401, [10**400], 0), "too large"),
    ("hive_score", (1, 1e300, 1e-300), "no finite value"),
    ("mbin_ranking", (10**400, 1, 1, 0, 0), "no finite value"),
]


@pytest.mark.parametrize(("name", "given", "message"), UNDEFINED)
def test_what_is_undefined_is_refused(
    name: str, given: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        getattr(formulas, name)(*given)


def test_arguments_are_bound_as_python_does() -> None:
    call: Any = formulas.wilson_lower
    assert call(9, downs=1) == call(downs=1, ups=9) == call(9, 1)
    with pytest.raises(TypeError, match="'downs'"):
        call(1)
    with pytest.raises(TypeError, match=r"3 arguments at most|takes from"):
        call(1, 2, 3, 4)
    with pytest.raises(TypeError):
        call(1, 2, votes=3)
    with pytest.raises(TypeError):
        formulas.reddit_hot(1, 2, 3, ups=1)


def test_numbers_of_other_libraries_are_numbers() -> None:
    """A count from NumPy or pandas counts."""
    nine, one, two, half, true = (
        np.int64(9),
        np.uint8(1),
        np.float32(2.0),
        Fraction(3, 2),
        np.bool_(True),
    )
    calls: Any = formulas
    assert calls.wilson_lower(nine, one) == formulas.wilson_lower(9, 1)
    assert calls.pm_score(np.int32(5), true) == 4
    assert calls.hn_simple(17, two, half) == 2.0
    assert type(calls.wilson_lower(nine, 1)) is float


@pytest.mark.parametrize("tens", [0, 9, 16, 30, 200, 400])
@pytest.mark.parametrize("more", [None, 0, 9, 200, 400])
def test_shares_of_any_number_of_votes(tens: int, more: int | None) -> None:
    """Counts that have no float, and yet a share."""
    up, down = 10**tens, 0 if more is None else 10**more
    for name in ("wilson_lower", "wilson_upper", "wilson_cc_lower", "wilson_center"):
        assert 0 <= getattr(formulas, name)(up, down) <= 1
    assert 0 <= formulas.agresti_coull_lower(up, down) <= 1
    assert 0 <= formulas.codidact_score(up, down) <= 1
    assert 0 <= formulas.lobsters_confidence(up, down) <= 1
    if up + down > 10**30:
        share = float(Fraction(up, up + down))
        for name in ("wilson_lower", "wilson_upper", "codidact_score"):
            assert getattr(formulas, name)(up, down) == pytest.approx(share, abs=1e-14)


# -- arrays ------------------------------------------------------------------------


def test_an_array_names_the_bad_row() -> None:
    ups = np.arange(20_000)
    ups[12_345] = -1
    with pytest.raises(ValidationError, match=r"^in row 12345, ups is -1: give a"):
        formulas.wilson_lower(ups, 1)
    for bad in (NAN, INF, 0.5, 2.0**60):
        with pytest.raises(ValidationError, match=r"^in row 1, ups is "):
            formulas.wilson_lower(np.array([1.0, bad]), 1)
    with pytest.raises(ValidationError, match=r"^in row 2, steamdb_rating has no"):
        formulas.steamdb_rating(np.array([1, 2, 0]), 0)
    with pytest.raises(ValidationError, match=r"^in row 0, created_at is 17000"):
        formulas.reddit_hot(1, 0, np.array([1700000000000]))


def test_arrays_of_other_types_are_refused() -> None:
    bad: Any
    for bad in (np.array([True]), np.array(["1"]), np.array([1j])):
        with pytest.raises(ValidationError, match=r"^ups is an array of"):
            formulas.wilson_lower(bad, 1)
    with pytest.raises(ValidationError, match="accepted is an array of int64"):
        formulas.pm_score(np.array([1]), np.array([1]))
    with pytest.raises(ValidationError, match="has no zone: give Unix seconds"):
        formulas.reddit_hot(1, 0, np.array(["2026-01-01"], "datetime64[s]"))
    with pytest.raises(ValidationError, match=r"shapes \(2,\), \(3,\)"):
        formulas.wilson_lower(np.zeros(2, int), np.zeros(3, int))
    with pytest.raises(ValidationError, match=r"^downs is "):
        formulas.wilson_lower(np.zeros(2, int), "x")
    with pytest.raises(ValidationError, match="is 'ask'"):
        formulas.hn_rank(1, 0, 0, 0, np.array(["story", "ask"]), True, True, 1)


def test_arrays_of_objects_and_masks() -> None:
    """Times as objects, and values that are missing."""
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    times = pd.Series([zero, zero + timedelta(hours=1)])
    got: Any = formulas.reddit_hot(np.array([1, 2]), 0, times)
    assert got[1] == formulas.reddit_hot(2, 0, zero + timedelta(hours=1))
    masked = np.ma.MaskedArray([3, 0], mask=[False, True])
    with pytest.raises(ValidationError, match="in row 1, ups is nan"):
        formulas.wilson_lower(masked, 0)
    piefed: Any = formulas.piefed_post_ranking(masked, 1685766018)
    assert piefed.tolist() == [formulas.piefed_post_ranking(3, 1685766018), 0.0]
    objects: Any = formulas.piefed_post_ranking(np.array([3, None]), 1685766018)
    assert objects.tolist() == piefed.tolist()
    with pytest.raises(ValidationError, match=r"created_at\[1\] has no zone"):
        formulas.reddit_hot(1, 0, np.array([zero, datetime(2026, 1, 1)]))


def test_arrays_have_shapes() -> None:
    table: Any = formulas.wilson_lower(np.arange(3)[:, None], np.arange(2)[None, :])
    assert table.shape == (3, 2) and table[2, 1] == formulas.wilson_lower(2, 1)
    none: Any = formulas.wilson_lower(np.zeros(0, int), 1)
    assert none.shape == (0,)
    ranks: Any = formulas.pm_score(np.array([5]), True)
    assert ranks.dtype == np.int64 and ranks.tolist() == [4]


def test_settings_of_the_caller_change_nothing() -> None:
    """A branch that is not taken may overflow, and must not shout."""
    with np.errstate(all="raise"):
        trend: Any = formulas.mastodon_trend(
            np.array([9, 9]), 1, np.array([0.0, 1e15]), 7200.0
        )
    assert trend.tolist() == [64.0, 0.0]


# -- what is known of a formula ------------------------------------------------------


def test_describe_tells_what_a_formula_takes() -> None:
    known = describe("wilson_lower")
    assert isinstance(known, Formula)
    assert known.row_wise and known.arrays
    assert known.summary.startswith("Return the lower Wilson bound")
    ups, _, z = known.parameters
    assert (ups.kind, ups.required, ups.constant) == ("count", True, False)
    assert (z.kind, z.required, z.constant) == ("positive", False, True)
    assert z.default == 1.959963984540054
    assert not describe("elo_update").row_wise
    assert describe("beta_quantile").arrays and not describe("beta_quantile").row_wise
    with pytest.raises(NotFoundError, match="no formula 'hot'"):
        describe("hot")


@pytest.mark.parametrize("name", formulas.__all__)
def test_every_formula_documents_itself(name: str, shared: Path) -> None:
    """Formula, ranges, units, edges, pace and source: what a page is made of."""
    known, text = describe(name), inspect.getdoc(getattr(formulas, name)) or ""
    for part in ("Args:", "Returns:", "Raises:", "Source:", ">>> "):
        assert part in text
    head = text.split("Args:")[0]
    assert ("static" in head) or ("decaying" in head) or "snapshot" in head
    assert known.source.strip()
    for parameter in known.parameters:
        assert f"{parameter.name}:" in text
    time = vectors(shared)[name]["time"]
    if time.startswith("decays"):
        assert known.pace == "decaying"
    if not known.arrays:
        assert "no arrays" in " ".join(text.split())
    assert pickle.loads(pickle.dumps(getattr(formulas, name))) is getattr(
        formulas, name
    )


def test_nothing_of_the_extras_loads_with_the_core() -> None:
    code = (
        "import sys, qathread.ranking\n"
        "from qathread.ranking.formulas import reddit_hot\n"
        "reddit_hot(1, 0, 0.0)\n"
        "names = {'numpy', 'scipy', 'narwhals', 'pandas', 'polars'}\n"
        "print(sorted(names & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["numpy", "scipy"])
def test_a_missing_extra_is_named(package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from qathread.errors import MissingExtraError\n"
        "from qathread.ranking import formulas\n"
        "try:\n    formulas.beta_quantile(1, 1, 1.0, 1.0, 0.5)\n"
        "except MissingExtraError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("pip install 'qathread[stats]'")
