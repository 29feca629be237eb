"""Metrics: against brute force, networkx, SciPy and statsmodels, and what they see."""

import math
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from qathread import (
    UP,
    Answer,
    Body,
    Comment,
    Post,
    Provenance,
    Question,
    Stub,
    Thread,
    TimePrecision,
    User,
    UserKind,
    graphs,
    metrics,
    posting,
    trees,
    voting,
)
from qathread.errors import MissingExtraError, ValidationError
from qathread.metrics import Wait
from qathread.ranking.formulas import bradley_terry
from qathread.testing.strategies import moderated_threads, threads

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA, BEN, CY = User(id="ada"), User(id="ben"), User(id="cy")
BOT = User(id="bot", kind=UserKind.BOT)
COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)


def corpora() -> st.SearchStrategy[list[Thread]]:
    return st.lists(threads(), max_size=3, unique_by=lambda thread: thread.id)


def asked(thread_id: str = "q", at: datetime = NOW) -> Thread:
    return posting.ask(thread_id, title="Why?", body="Say.", by=ADA, at=at)


def chain(number: int) -> Thread:
    """A post under the one before, *number* of them."""
    posts: list[Post] = [Question(id="p0", author_id="ada", body=Body(source="0"))]
    for n in range(1, number):
        posts.append(
            Comment(
                id=f"p{n}",
                parent_id=f"p{n - 1}",
                author_id="ada",
                body=Body(source="?"),
            )
        )
    return Thread.from_parts(id="t", kind="discussion", posts=posts, users=[ADA])


def standing(corpus: Iterable[Thread]) -> list[Post]:
    return [post for each in corpus for post in each.posts if post.stands]


# -- waiting ---------------------------------------------------------------------


def test_who_counts_as_an_answerer() -> None:
    thread = posting.answer(asked(), "Never mind.", by=ADA, at=NOW + HOUR)
    thread = posting.answer(thread, "Beep.", by=BOT, at=NOW + 2 * HOUR)
    thread = posting.answer(thread, "So.", by=BEN, at=NOW + 3 * HOUR)
    end = NOW + 10 * HOUR

    def waited(**asked: bool) -> timedelta:
        wait = metrics.time_to_first_answer(thread, watched_until=end, **asked)
        assert wait is not None and wait.observed
        return wait.duration

    assert waited() == 3 * HOUR
    assert waited(bots=True) == 2 * HOUR
    assert waited(own=True) == HOUR
    assert metrics.rates([thread]).answers == 3
    assert metrics.rates([thread], own=False, bots=False).answers == 1


def test_what_is_not_seen_yet_is_censored() -> None:
    thread = posting.answer(asked(), "So.", by=BEN, at=NOW + 3 * HOUR)
    wait = metrics.time_to_first_answer(thread, watched_until=NOW + 2 * HOUR)
    assert wait == Wait(thread_id="q", since=NOW, until=NOW + 2 * HOUR, observed=False)
    assert metrics.time_to_first_answer(thread, watched_until=NOW - HOUR) is None
    gone = posting.delete(thread, "q.2", by=BEN, at=NOW + 4 * HOUR)
    wait = metrics.time_to_first_answer(gone, watched_until=NOW + 9 * HOUR)
    assert wait is not None and not wait.observed
    early = posting.answer(asked(), "So.", by=BEN, at=NOW - HOUR)
    wait = metrics.time_to_first_answer(early, watched_until=NOW)
    assert wait is not None and wait.duration == timedelta(0) and wait.observed


def test_what_is_not_known_is_no_wait() -> None:
    body = Body(source="?")
    question = Question(id="q", author_id="ada", body=body, created_at=NOW)
    answer = Answer(id="a", question_id="q", author_id="ben", body=body)
    timeless = Thread.from_parts(id="t", posts=[question, answer], users=[ADA, BEN])
    assert metrics.time_to_first_answer(timeless, watched_until=NOW) is None
    stub = Thread.from_parts(id="t", posts=[answer], stubs=[Stub(id="q")], users=[BEN])
    assert metrics.times_to_first_answer([timeless, stub]) == ()
    assert metrics.rates([stub]).answered_share is None
    with pytest.raises(ValidationError, match="no zone"):
        metrics.time_to_first_answer(timeless, watched_until=datetime(2026, 1, 1))


def test_a_discussion_waits_for_the_first_remark_under_its_root() -> None:
    thread = posting.ask("d", title=None, body="Hm.", kind="discussion", by=ADA, at=NOW)
    thread = posting.comment(thread, "d.1", "Me.", by=ADA, at=NOW + HOUR)
    thread = posting.comment(thread, "d.2", "Below.", by=BEN, at=NOW + 2 * HOUR)
    thread = posting.comment(thread, "d.1", "Direct.", by=BEN, at=NOW + 3 * HOUR)
    (wait,) = metrics.times_to_first_answer([thread])
    assert wait.duration == 3 * HOUR and wait.observed
    assert metrics.rates([thread]).questions == 0


def test_watching_ends_with_the_last_post_of_all() -> None:
    later = posting.comment(asked("r"), "r.1", "Hm.", by=BEN, at=NOW + 5 * HOUR)
    one, other = metrics.times_to_first_answer(iter([asked(), later]))
    assert (one.until, other.until) == (NOW + 5 * HOUR, NOW + 5 * HOUR)
    assert metrics.times_to_first_answer([]) == ()


def test_acceptance_is_known_from_events() -> None:
    thread = posting.answer(asked(), "So.", by=BEN, at=NOW + HOUR)
    thread = posting.accept(thread, "q.2", by=ADA, at=NOW + 2 * HOUR)
    thread = posting.unaccept(thread, "q.2", by=ADA, at=NOW + 3 * HOUR)
    thread = posting.accept(thread, "q.2", by=ADA, at=NOW + 4 * HOUR)
    open_one = asked("r", NOW + HOUR)
    events = [*thread.pending, *open_one.pending]
    one, other = metrics.times_to_acceptance(iter(events))
    assert (one.thread_id, one.duration, one.observed) == ("q", 2 * HOUR, True)
    assert (other.thread_id, other.duration, other.observed) == ("r", 3 * HOUR, False)
    imported = Thread.from_parts(
        id="i", posts=thread.posts, users=[ADA, BEN], accepted=["q.2"]
    )
    assert metrics.times_to_acceptance(imported.pending) == ()


def test_a_wait_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="before it begins"):
        Wait(thread_id="q", since=NOW, until=NOW - HOUR, observed=True)


# -- survival --------------------------------------------------------------------


def waits(spans: list[tuple[int, bool]]) -> list[Wait]:
    return [
        Wait(
            thread_id=str(place),
            since=NOW,
            until=NOW + timedelta(seconds=seconds),
            observed=observed,
        )
        for place, (seconds, observed) in enumerate(spans)
    ]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=40),
    st.sampled_from([0.5, 0.9, 0.95]),
)
def test_survival_is_that_of_statsmodels(
    spans: list[tuple[int, bool]], confidence: float
) -> None:
    found = metrics.survival(waits(spans), confidence=confidence)
    times = np.array([seconds for seconds, _ in spans], dtype=float)
    status = np.array([int(observed) for _, observed in spans])
    if not status.any():
        assert set(found.waiting) == {1.0}
        return
    other = SurvfuncRight(times, status)
    wanted = dict(zip(other.surv_times, other.surv_prob, strict=True))
    risk = dict(zip(other.surv_times, other.n_risk, strict=True))
    share = 1.0
    for after, waiting, low, high, at_risk in zip(
        found.after, found.waiting, found.low, found.high, found.at_risk, strict=True
    ):
        seconds = after.total_seconds()
        share = wanted.get(seconds, share)
        assert math.isclose(waiting, share, abs_tol=1e-12)
        assert at_risk == risk.get(seconds, at_risk) == sum(times >= seconds)
        if low is not None and high is not None:
            assert 0 <= low <= waiting <= high <= 1
            assert math.isclose(*_band(waiting, seconds, spans, confidence, low, -1))
            assert math.isclose(*_band(waiting, seconds, spans, confidence, high, 1))
        else:
            assert waiting in (0.0, 1.0)


def _band(
    share: float,
    seconds: float,
    spans: list[tuple[int, bool]],
    confidence: float,
    found: float,
    side: int,
) -> tuple[float, float]:
    """Greenwood's formula on the scale of log(-log), as books give it."""
    total = 0.0
    for at in sorted(
        {span for span, observed in spans if observed and span <= seconds}
    ):
        risk = sum(span >= at for span, _ in spans)
        ended = sum(span == at and observed for span, observed in spans)
        total += ended / (risk * (risk - ended))
    z = stats.norm.ppf((1 + confidence) / 2)
    width = z * math.sqrt(total) / abs(math.log(share))
    return found, share ** math.exp(-side * width)


def test_quantiles_of_survival() -> None:
    found = metrics.survival(waits([(1, True), (2, True), (3, False), (4, False)]))
    assert found.median == timedelta(seconds=2)
    assert found.quantile(0.25) == timedelta(seconds=1)
    assert found.quantile(0.75) is None
    assert len(found.table()) == 4
    for share in (0, 1.5, math.nan):
        with pytest.raises(ValidationError):
            found.quantile(share)
    with pytest.raises(ValidationError, match="no waits"):
        metrics.survival([])
    for confidence in (0, 1, math.nan):
        with pytest.raises(ValidationError, match="confidence"):
            metrics.survival(waits([(1, True)]), confidence=confidence)


def test_survival_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError, match=r"qathread\[stats\]"):
        metrics.survival(waits([(1, True)]))


# -- shapes ----------------------------------------------------------------------


@given(threads())
def test_shapes_are_those_of_the_graph(thread: Thread) -> None:
    found = metrics.shape(thread)
    graph = graphs.reply_tree(thread)
    while True:  # places known only by id, with nothing below them
        empty = [
            node
            for node, notes in graph.nodes.items()
            if notes["kind"] == "stub" and graph.out_degree(node) == 0
        ]
        if not empty:
            break
        graph.remove_nodes_from(empty)
    assert found.posts == len(graph)
    if not len(graph):
        assert (found.depth, found.width, found.virality) == (0, 0, None)
        return
    depths = nx.single_source_shortest_path_length(graph, thread.root.id)
    levels = Counter(depths.values())
    assert found.depth == max(levels)
    assert found.width == max(levels.values())
    replied = [n for n in dict(graph.out_degree()).values() if n]
    assert found.leaves == len(graph) - len(replied)
    assert found.branching == (sum(replied) / len(replied) if replied else None)
    distances = nx.wiener_index(graph.to_undirected())
    pairs = len(graph) * (len(graph) - 1) / 2
    assert found.virality == (distances / pairs if pairs else None)


def test_known_shapes() -> None:
    line = metrics.shape(chain(30_000))
    assert (line.depth, line.width, line.leaves) == (29_999, 1, 1)
    assert line.virality == 30_001 / 3
    star = asked()
    for _ in range(9):
        star = posting.answer(star, "So.", by=BEN, at=NOW)
    found = metrics.shape(star)
    assert (found.depth, found.width, found.branching) == (1, 9, 9.0)
    assert found.virality == 2 * (1 - 1 / 10)
    assert [each.thread_id for each in metrics.shapes(iter([star, asked("r")]))] == [
        "q",
        "r",
    ]


# -- people ----------------------------------------------------------------------


@given(COUNTS)
def test_gini_is_the_mean_difference(counts: list[int]) -> None:
    differences = sum(abs(a - b) for a in counts for b in counts)
    wanted = differences / (2 * len(counts) * sum(counts))
    assert math.isclose(metrics.gini(counts), wanted, abs_tol=1e-12)
    assert math.isclose(metrics.gini(counts * 2), wanted, abs_tol=1e-12)


@given(COUNTS)
def test_entropy_is_that_of_scipy(counts: list[int]) -> None:
    wanted = float(stats.entropy(counts, base=2))
    assert math.isclose(metrics.entropy(counts), wanted, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("counts", [[], [0, 0], [-1, 2], [1.5], [True, 1]])
@pytest.mark.parametrize("measure", [metrics.gini, metrics.entropy])
def test_counts_are_counts(measure: Any, counts: list[Any]) -> None:
    with pytest.raises(ValidationError):
        measure(counts)


@given(corpora())
def test_reciprocity_is_that_of_networkx(corpus: list[Thread]) -> None:
    graph = graphs.who_replies_to_whom(corpus)
    found = metrics.reciprocity(iter(corpus))
    if graph.number_of_edges():
        assert found == nx.overall_reciprocity(graph)
    else:
        assert found is None


@given(corpora())
def test_participation_counts_what_stands(corpus: list[Thread]) -> None:
    written = Counter(post.author_id for post in standing(corpus))
    found = metrics.participation(iter(corpus))
    assert (found.people, found.posts) == (len(written), sum(written.values()))
    if written:
        assert found.gini == metrics.gini(written.values())
        assert found.entropy == metrics.entropy(written.values())
    assert (found.evenness is None) == (len(written) < 2)
    if found.evenness is not None:
        assert 0 <= found.evenness <= 1


@given(st.lists(st.integers(-5, 30), max_size=40))
def test_h_index_by_definition(scores: list[int]) -> None:
    h = metrics.h_index(iter(scores))
    assert sum(score >= h for score in scores) >= h
    assert sum(score >= h + 1 for score in scores) < h + 1


@given(st.lists(moderated_threads(), max_size=2, unique_by=lambda each: each.id))
def test_h_indices_by_a_recount(corpus: list[Thread]) -> None:
    scores: dict[str, list[int]] = {}
    for thread in corpus:
        for answer in thread.answers:
            score = thread.score(answer.id)
            if answer.stands and score is not None:
                scores.setdefault(answer.author_id, []).append(score)
    wanted = {user_id: metrics.h_index(known) for user_id, known in scores.items()}
    assert metrics.h_indices(iter(corpus), kind="answer") == wanted


def test_kinds_of_posts_are_named() -> None:
    with pytest.raises(ValidationError, match="'question', 'answer', 'comment'"):
        metrics.h_indices([], kind="note")
    with pytest.raises(ValidationError, match="no score"):
        metrics.h_index([1.5])  # type: ignore[list-item]


# -- questions and answerers -----------------------------------------------------


def test_who_beats_whom() -> None:
    thread = posting.answer(asked(), "So.", by=BEN, at=NOW)
    thread = posting.answer(thread, "Or so.", by=CY, at=NOW)
    assert list(metrics.duels([thread])) == []  # nobody judged
    up = voting.cast(thread, "q.3", UP, by=ADA, at=NOW)
    cy, ben, ada = ("user", "cy"), ("user", "ben"), ("user", "ada")
    assert list(metrics.duels([up], questions=False)) == [(cy, ada), (cy, ben)]
    taken = posting.accept(up, "q.2", by=ADA, at=NOW)
    assert list(metrics.duels([taken])) == [
        (("question", "q"), ada),
        (ben, ("question", "q")),
        (ben, ada),
        (ben, cy),
    ]
    tied = voting.cast(up, "q.2", UP, by=ADA, at=NOW)
    assert list(metrics.duels([tied])) == []


def test_strengths_are_those_of_bradley_and_terry() -> None:
    games: list[tuple[metrics.Player, metrics.Player]] = [
        (("user", "a"), ("user", "b")),
        (("user", "a"), ("user", "b")),
        (("user", "b"), ("question", "q")),
        (("question", "q"), ("user", "a")),
    ]
    found = metrics.strengths(iter(games), prior=0.5)
    a, b, q, mean = bradley_terry(
        [[0, 2, 0, 0.5], [0, 0, 1, 0.5], [1, 0, 0, 0.5], [0.5, 0.5, 0.5, 0]]
    )
    assert found.expertise == pytest.approx({"a": a - mean, "b": b - mean})
    assert found.difficulty == pytest.approx({"q": q - mean})
    assert metrics.strengths([]).expertise == {}
    for prior in (0, -1, math.nan, math.inf):
        with pytest.raises(ValidationError, match="prior"):
            metrics.strengths([], prior=prior)


# -- times -----------------------------------------------------------------------


@given(corpora())
def test_activity_is_a_recount(corpus: list[Thread]) -> None:
    found = metrics.activity(iter(corpus))
    wanted: Counter[tuple[int, int]] = Counter()
    for thread in corpus:
        for post in standing([thread]):
            origin = post.provenance or thread.provenance
            fine = origin is None or origin.time_precision not in (
                TimePrecision.DAY,
                TimePrecision.MONTH,
                TimePrecision.YEAR,
            )
            if post.created_at is not None and fine:
                at = post.created_at.astimezone(UTC)
                wanted[at.weekday(), at.hour] += 1
    assert {
        (day, hour): count
        for day, row in enumerate(found.counts)
        for hour, count in enumerate(row)
        if count
    } == wanted
    assert found.unknown == len(standing(corpus)) - sum(wanted.values())
    assert sum(found.table()["posts"]) == sum(wanted.values())


def test_a_day_has_no_hour() -> None:
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="?"),
        created_at=NOW,
        provenance=Provenance(platform="x", time_precision=TimePrecision.DAY),
    )
    thread = Thread.from_parts(id="t", posts=[question], users=[ADA])
    assert metrics.activity([thread]).unknown == 1


def test_who_stays() -> None:
    def wrote(thread_id: str, user: User, year: int, month: int) -> Thread:
        at = datetime(year, month, 5, tzinfo=UTC)
        return posting.ask(thread_id, title="?", body="?", by=user, at=at)

    corpus = [
        wrote("1", ADA, 2025, 11),
        wrote("2", BEN, 2025, 11),
        wrote("3", ADA, 2026, 1),
        wrote("4", ADA, 2026, 1),
        wrote("5", CY, 2026, 1),
        wrote("6", BOT, 2026, 2),
    ]
    found = metrics.cohorts(iter(corpus))
    assert [(row.start, row.size, row.active) for row in found.rows] == [
        (date(2025, 11, 1), 2, (2, 0, 1)),
        (date(2026, 1, 1), 1, (1,)),
    ]
    assert found == metrics.cohorts(reversed(corpus))
    assert found.table()["share"] == (1.0, 0.0, 0.5, 1.0)
    years = metrics.cohorts(corpus, by="year", bots=True)
    assert [(row.start.year, row.active) for row in years.rows] == [
        (2025, (2, 1)),
        (2026, (2,)),
    ]
    assert len(metrics.cohorts([]).table()) == 0
    with pytest.raises(ValidationError, match="'month', 'year'"):
        metrics.cohorts([], by="week")  # type: ignore[arg-type]


# -- all -------------------------------------------------------------------------

STREAMS: list[Any] = [
    metrics.times_to_first_answer,
    metrics.rates,
    lambda corpus: list(metrics.shapes(corpus)),
    metrics.participation,
    metrics.reciprocity,
    metrics.h_indices,
    lambda corpus: list(metrics.duels(corpus)),
    metrics.activity,
    metrics.cohorts,
]


@pytest.mark.parametrize("measure", STREAMS, ids=range(len(STREAMS)))
def test_one_pass_and_no_bare_thread(measure: Any) -> None:
    corpus = [asked("q"), asked("r")]
    assert measure(iter(corpus)) == measure(corpus)
    with pytest.raises(ValidationError, match=r"\[thread\]"):
        measure(asked())
    with pytest.raises(ValidationError, match="no thread"):
        measure([1])


@settings(max_examples=30)
@given(corpora())
def test_metrics_of_anything(corpus: list[Thread]) -> None:
    """No thread is too odd for a number, and depth agrees with the trees."""
    for measure in STREAMS:
        measure(corpus)
    for thread, found in zip(corpus, metrics.shapes(corpus), strict=True):
        deepest = max((depth for depth, _ in trees.flatten(thread)), default=0)
        assert found.depth == deepest
