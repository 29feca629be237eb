"""Charts: what they hold, that every one is valid, and how they end up as files."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from qathread import (
    UP,
    Body,
    Question,
    Thread,
    User,
    charts,
    events,
    metrics,
    moderation,
    policies,
    posting,
    ranking,
    reputation,
    voting,
)
from qathread.errors import MissingExtraError, ValidationError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = [User(id=f"u{n}", name=f"Person {n}") for n in range(12)]


def busy() -> Thread:
    """Eight answers, each with as many upvotes as its place, and a comment."""
    thread = posting.ask("q", title="Why <b>?", body="Say.", by=PEOPLE[0], at=NOW)
    for n in range(1, 9):
        thread = posting.answer(thread, "So.", by=PEOPLE[n], at=NOW + n * HOUR)
        for voter in PEOPLE[9 : 9 + n % 4]:
            at = NOW + (8 + n) * HOUR
            thread = voting.cast(thread, thread.answers[-1].id, UP, by=voter, at=at)
    thread = posting.comment(thread, "q.2", "Hm.", by=PEOPLE[3], at=NOW + 30 * HOUR)
    thread = posting.comment(thread, "q.2", "No.", by=PEOPLE[4], at=NOW + 30 * HOUR)
    thread = posting.delete(
        thread, thread.comments[-1].id, by=PEOPLE[4], at=NOW + 31 * HOUR
    )
    return posting.accept(thread, "q.2", by=PEOPLE[0], at=NOW + 32 * HOUR)


THREAD = busy()
LEDGER = reputation.ledger(THREAD.pending, policies.STACK_EXCHANGE)
WAITS = metrics.times_to_first_answer(
    [THREAD, posting.ask("r", title="?", body="?", by=PEOPLE[1], at=NOW)]
)
CHARTS: dict[str, Callable[..., Any]] = {
    "reply_tree": lambda **asked: charts.reply_tree(THREAD, **asked),
    "score_over_time": lambda **asked: charts.score_over_time(THREAD.pending, **asked),
    "rank_over_time": lambda **asked: charts.rank_over_time(THREAD.pending, **asked),
    "reputation": lambda **asked: charts.reputation(LEDGER, "u3", **asked),
    "survival": lambda **asked: charts.survival(metrics.survival(WAITS), **asked),
    "activity": lambda **asked: charts.activity(metrics.activity([THREAD]), **asked),
}
AXES = [
    "time (UTC)",
    "time since the question (hours)",
    "hour of the day (UTC)",
    "weekday",
    "posts in reading order",
    "score (up minus down)",
    "place (1 is first)",
    "reputation (points)",
    "share still waiting",
]
every_chart = pytest.mark.parametrize("make", CHARTS.values(), ids=CHARTS.keys())


def rows_of(chart: Any) -> list[dict[str, Any]]:
    """The data of a chart, however many layers share it."""
    spec = chart.to_dict()
    data = spec.get("data") or spec["layer"][0]["data"]
    if "name" in data:
        data = {"values": spec["datasets"][data["name"]]}
    rows: list[dict[str, Any]] = data["values"]
    return rows


@every_chart
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_is_valid_and_becomes_files(make: Any, scheme: str) -> None:
    chart = make(scheme=scheme)
    spec = chart.to_dict()  # Altair checks it against the schema of Vega-Lite
    assert spec["title"]["text"] and spec["title"]["subtitle"]
    image = charts.svg(chart)
    root = etree.fromstring(image.encode())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "<script" not in image and "http://" not in image.replace(
        "http://www.w3.org/", ""
    )
    # Titles and captions are in it as text, those of both axes too.
    texts = "".join(root.itertext())
    assert spec["title"]["text"] in texts and spec["title"]["subtitle"] in texts
    assert len([axis for axis in AXES if axis in texts]) == 2
    assert charts.png(chart, scale=1)[:8] == b"\x89PNG\r\n\x1a\n"
    assert make(scheme=scheme).to_dict() == spec


@every_chart
def test_there_are_two_schemes(make: Any) -> None:
    paper = [make(scheme=each).to_dict()["background"] for each in ("light", "dark")]
    assert paper == ["#ffffff", "#181818"]
    with pytest.raises(ValidationError, match="'light' or 'dark'"):
        make(scheme="blue")


def test_a_tree_shows_what_stands() -> None:
    rows = rows_of(charts.reply_tree(THREAD))
    assert [row["post"] for row in rows] == [
        "q.1",
        "q.2",
        *(post.id for post in THREAD.comments[:1]),
        *(post.id for post in THREAD.answers[1:]),
    ]
    assert rows[1]["kind"] == "accepted answer"
    assert rows[2]["parent_place"] == 2
    chart = charts.reply_tree(THREAD).to_dict()
    assert chart["title"]["subtitle"].startswith("10 posts, 1 not shown")
    timeless = Thread.from_parts(
        id="t",
        posts=[Question(id="q", author_id="u0", body=Body(source="?"))],
        users=[PEOPLE[0]],
    )
    with pytest.raises(ValidationError, match="known time"):
        charts.reply_tree(timeless)


def test_scores_end_where_the_thread_is() -> None:
    rows = rows_of(charts.score_over_time(THREAD.pending, most=9))
    last = {row["post"]: row["score"] for row in rows}
    assert last == {
        post.id: THREAD.score(post.id) for post in (THREAD.root, *THREAD.answers)
    }
    assert len({row["post"] for row in rows_of(charts.score_over_time(THREAD.pending))})
    with pytest.raises(ValidationError, match="no event"):
        charts.score_over_time([])
    with pytest.raises(ValidationError, match="most"):
        charts.score_over_time(THREAD.pending, most=0)


def test_every_change_of_a_score_is_drawn_when_it_happened() -> None:
    """As a replay of the first events tells, for each number of them."""
    wanted: dict[str, list[tuple[str, int]]] = {}
    for number in range(1, len(THREAD.pending) + 1):
        thread = events.replay(THREAD.pending[:number])
        at = THREAD.pending[number - 1].at
        assert at is not None
        for post in thread.posts:
            score = thread.score(post.id)
            known = wanted.setdefault(post.id, [])
            assert score is not None
            if not known or known[-1][1] != score:
                known.append((f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", score))
    found: dict[str, list[tuple[str, int]]] = {}
    for row in rows_of(charts.score_over_time(THREAD.pending, most=20)):
        found.setdefault(row["post"], []).append((row["at"], row["score"]))
    # The last point of each line only takes it to the end.
    assert {post: points[:-1] for post, points in found.items()} == wanted
    assert max(map(len, wanted.values())) > 2


def test_scores_of_posts_that_come_after_others_left() -> None:
    post_id = THREAD.answers[1].id
    at = NOW + 40 * HOUR
    rest, _ = moderation.split(THREAD, post_id, "other", by=PEOPLE[0], at=at)
    rest = posting.answer(rest, "Late.", by=PEOPLE[5], at=NOW + 41 * HOUR)
    rows = rows_of(charts.score_over_time(rest.pending, most=20))
    late = [row for row in rows if row["post"] == rest.answers[-1].id]
    assert {row["score"] for row in late} == {0}


def test_places_at_the_end_are_those_of_the_order() -> None:
    rows = rows_of(charts.rank_over_time(THREAD.pending, "newest", most=8, moments=5))
    end = max(row["at"] for row in rows)
    found = {row["place"]: row["post"] for row in rows if row["at"] == end}
    ranked = ranking.order(THREAD, by="newest")
    assert [found[place] for place in sorted(found)] == [post.id for post in ranked]
    for moments in (1, 1_001):
        with pytest.raises(ValidationError, match="moments"):
            charts.rank_over_time(THREAD.pending, moments=moments)
    with pytest.raises(ValidationError, match="no event"):
        charts.rank_over_time([])


def test_points_end_at_the_standing() -> None:
    for user_id in LEDGER:
        if LEDGER.entries(user_id):
            rows = rows_of(charts.reputation(LEDGER, user_id))
            assert rows[-1]["points"] == LEDGER.standing(user_id)
            assert [row["paid"] for row in rows] == [
                entry.paid for entry in LEDGER.entries(user_id)
            ]
    with pytest.raises(ValidationError, match="'nobody'"):
        charts.reputation(LEDGER, "nobody")


def test_survival_starts_whole_and_falls() -> None:
    rows = rows_of(charts.survival(metrics.survival(WAITS)))
    assert rows[0]["waiting"] == 1.0
    shares = [row["waiting"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert [row["after"] for row in rows[1:]] == [1.0, 30.0]  # hours


def test_activity_counts_every_post() -> None:
    rows = rows_of(charts.activity(metrics.activity([THREAD])))
    assert len(rows) == 168
    assert sum(row["posts"] for row in rows) == 10


def test_what_is_too_much_or_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = charts.activity(metrics.activity([THREAD]))
    for scale in (0, 11):
        with pytest.raises(ValidationError, match="scale"):
            charts.png(chart, scale=scale)
    waits = [
        metrics.Wait(thread_id=str(n), since=NOW, until=NOW + n * HOUR, observed=True)
        for n in range(20_001)
    ]
    with pytest.raises(ValidationError, match="more than a chart can show"):
        charts.survival(metrics.survival(waits))
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"qathread\[charts\]"):
        charts.svg(chart)
