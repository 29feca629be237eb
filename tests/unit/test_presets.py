"""
The named policies, and tables of worked examples.

The tables are data in presets.json: what a platform's own documentation or code says,
worked out by hand, with the source of each line. They go through the public verbs and
the ledger, so they test those as much as the policies.
"""

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest

from qathread import (
    Direction,
    Policy,
    Thread,
    User,
    from_json,
    posting,
    reputation,
    to_json,
    voting,
)
from qathread.errors import FormatError, PolicyViolation
from qathread.rules import Rule
from tests.unit._presets import PRESETS, RICH, START, TABLE, Log, taken, written_thread

names = pytest.mark.parametrize("name", sorted(PRESETS))


def rows(part: str) -> list[Any]:
    return [
        pytest.param(row, id=f"{row['preset']}: {row['what']}") for row in TABLE[part]
    ]


# -- the policies as data --------------------------------------------------------


def test_there_are_eleven_with_names_of_their_own() -> None:
    assert len(PRESETS) == 11
    assert {name: policy.name for name, policy in PRESETS.items()} == {
        name: name.lower().replace("_", "-") for name in PRESETS
    }


@names
def test_a_preset_survives_json(name: str) -> None:
    policy = PRESETS[name]
    data = to_json(policy)
    assert from_json(data, Policy) == policy
    assert to_json(from_json(data, Policy)) == data


@names
def test_a_field_that_nobody_knows_does_not_load(name: str) -> None:
    """A rule that is read past would be a rule that is not kept."""
    document = json.loads(to_json(PRESETS[name]))
    document["voting"]["answer"]["sideways"] = True
    with pytest.raises(FormatError, match="sideways"):
        from_json(json.dumps(document).encode(), Policy)


# -- worked examples: points -----------------------------------------------------


@pytest.mark.parametrize("row", rows("reputation"))
def test_points_are_those_of_the_platform(row: dict[str, Any]) -> None:
    log = Log()
    for fact in row["facts"]:
        log.add(fact)
    ledger = reputation.ledger(log.events, PRESETS[row["preset"]])
    found = {user: ledger.standing(user) for user in row["standings"]}
    assert found == row["standings"], row["source"]


def test_every_preset_has_examples_and_every_example_a_source() -> None:
    """The table is what holds the numbers to their sources."""
    paid = {name for name, policy in PRESETS.items() if policy.reputation.pays}
    assert {row["preset"] for row in TABLE["reputation"]} == set(PRESETS)
    assert {row["preset"] for row in TABLE["rules"]} == set(PRESETS)
    assert set(TABLE["nesting"]) == set(PRESETS)
    assert sum(row["preset"] in paid for row in TABLE["reputation"]) >= 40
    for row in (*TABLE["reputation"], *TABLE["rules"]):
        assert row["source"]
    for part in ("thresholds", "lengths", "windows", "quotas", "draws"):
        assert all(row[-1] for row in TABLE[part])


# -- worked examples: who may do what --------------------------------------------


@pytest.mark.parametrize("row", rows("rules"))
def test_what_is_allowed_is_what_the_platform_allows(row: dict[str, Any]) -> None:
    policy = PRESETS[row["preset"]]
    thread = written_thread(policy)
    for step in row["steps"]:
        if step["do"] == "standing":
            vote = thread.vote(step["on"], step["by"])
            assert vote is not None
            assert vote.direction == step["vote"]
        elif "refused" in step:
            with pytest.raises(PolicyViolation) as refusal:
                taken(thread, step, policy)
            assert refusal.value.rule == step["refused"], step
        else:
            after = taken(thread, step, policy)
            assert after is not thread, step
            thread = after
        if "closed" in step:
            assert (thread.status.closed is not None) == step["closed"], step
        if "accepted" in step:
            assert len(thread.accepted) == step["accepted"], step
        if "hidden" in step:
            assert (thread[step["on"]].status.hidden is not None) == step["hidden"]
        if "paid" in step:
            assert [each.paid or None for each in thread.content.bounties] == [
                step["paid"]
            ]
        if "stands" in step:
            assert thread[step["on"]].stands == step["stands"], step


def lines(part: str) -> list[Any]:
    return [pytest.param(*row, id=" ".join(map(str, row[:-1]))) for row in TABLE[part]]


def refused(thread: Thread, step: dict[str, Any], policy: Policy) -> str:
    """Which rule refuses a step."""
    with pytest.raises(PolicyViolation) as refusal:
        taken(thread, step, policy)
    return str(refusal.value.rule)


@pytest.mark.parametrize(("name", "do", "on", "points", "source"), lines("thresholds"))
def test_points_that_it_takes(
    name: str, do: str, on: str, points: int, source: str
) -> None:
    policy = PRESETS[name]
    thread = written_thread(policy)
    step = {"do": do, "on": on, "by": "li"}
    if policy.moderation.flags.reasons:
        step["reason"] = min(policy.moderation.flags.reasons)
    if do == "reopen":
        reason = min(policy.moderation.reasons, default="any")
        closing = {"do": "close", "on": reason, "by": "max", "roles": ["moderator"]}
        thread = taken(thread, closing, policy)
    assert refused(thread, {**step, "points": points - 1}, policy) == "reputation"
    assert taken(thread, {**step, "points": points}, policy) is not thread
    if do != "flag":  # where moderators are like everybody on some platforms
        moderator = {**step, "points": -10, "roles": ["moderator"]}
        assert taken(thread, moderator, policy) is not thread


@pytest.mark.parametrize(("name", "kind", "least", "most", "source"), lines("lengths"))
def test_lengths_that_fit(
    name: str, kind: str, least: int, most: int | None, source: str
) -> None:
    policy = PRESETS[name]
    thread = written_thread(policy)

    def written(length: int) -> Thread:
        by = User(id="li", reputation=RICH)
        common: dict[str, Any] = {"by": by, "at": START, "policy": policy}
        if kind in ("answer", "comment"):
            if kind == "answer":
                return posting.answer(thread, "x" * length, **common)
            return posting.comment(thread, "answer", "x" * length, **common)
        given: dict[str, Any] = {
            "title": "A title that is long enough",
            "body": "A body that is long enough for every platform",
            "tags": ("tag",),
        }
        match kind:
            case "title":
                given["title"] = "x" * length
            case "question":
                given["body"] = "x" * length
            case "tag":
                given["tags"] = ("x" * length,)
            case "tags":
                given["tags"] = tuple(f"t{number}" for number in range(length))
            case "name":
                common["by"] = attrs.evolve(by, name="x" * length)
            case unknown:
                raise AssertionError(unknown)
        return posting.ask("new", **given, **common)

    rule = {"question": "body", "answer": "body", "comment": "body", "tags": "tag"}
    rules = {f"{rule.get(kind, kind)}_length", "tag_count"}
    if least:
        with pytest.raises(PolicyViolation) as refusal:
            written(least - 1)
        assert refusal.value.rule in rules
    written(least)
    if most is not None:
        written(most)
        with pytest.raises(PolicyViolation) as refusal:
            written(most + 1)
        assert refusal.value.rule in rules
    else:
        written(max(least, 70_000))


@pytest.mark.parametrize(("name", "do", "on", "seconds", "source"), lines("windows"))
def test_times_that_end(name: str, do: str, on: str, seconds: int, source: str) -> None:
    """To the second, ends included."""
    policy = PRESETS[name]
    thread = written_thread(policy)
    author = thread[on].author_id
    by = "li" if do in ("retract", "up", "down") else author
    step = {"do": "edit" if do == "join" else do, "on": on, "by": by}
    if do == "retract":
        thread = taken(thread, {**step, "do": "up"}, policy)
    in_time = taken(thread, {**step, "after": seconds}, policy)
    assert in_time is not thread
    late = {**step, "after": seconds + 1}
    if do == "join":
        assert in_time[on].revision == 1
        assert taken(thread, late, policy)[on].revision == 2
    else:
        rule = {"retract": "vote_locked", "edit": "edit_window"}.get(do, "vote_closed")
        # Where nothing follows, some windows stay open.
        thread = taken(thread, {"do": "comment", "on": "answer", "by": "max"}, policy)
        assert refused(thread, late, policy) == rule


@pytest.mark.parametrize(
    ("name", "quota", "limit", "period", "do", "on", "source"), lines("quotas")
)
def test_quotas_that_are_used_up(
    name: str, quota: str, limit: int, period: int, do: str, on: str, source: str
) -> None:
    policy = PRESETS[name]
    thread = written_thread(policy)
    step = {"do": do, "on": on, "by": "li", "roles": ["moderator"]}
    last = {**step, "used": {quota: limit - 1}}
    assert taken(thread, last, policy) is not thread
    assert refused(thread, {**step, "used": {quota: limit}}, policy) == "quota"
    assert {each.name: each.period for each in policy.quotas}[quota] == period


@pytest.mark.parametrize(
    ("name", "on_answers", "on_questions", "own", "shared", "source"), lines("draws")
)
def test_votes_on_questions_have_their_own_while_others_are_left(
    name: str, on_answers: int, on_questions: int, own: int, shared: int, source: str
) -> None:
    """So many votes on answers, then on questions, and one more on a question."""
    log = Log()
    for number in range(on_answers + on_questions + 1):
        post = "answer" if number < on_answers else "question"
        log.add({"do": "upvote", "by": "u", "post": post, "id": f"post {number}"})
    usage = reputation.ledger(log.events, PRESETS[name]).usage("u", START)
    assert usage.of("votes on questions").used == own
    assert usage.of("votes").used == shared


@names
def test_who_is_suspended_does_nothing(name: str) -> None:
    policy = PRESETS[name]
    until = START + timedelta(days=1)
    by = User(id="li", reputation=RICH, suspended_until=until)
    thread = written_thread(policy)

    def vote() -> Thread:
        up = Direction.UP
        return voting.cast(thread, "answer", up, by=by, at=START, policy=policy)

    if name == "OPEN":
        assert vote() is not thread
    else:
        with pytest.raises(PolicyViolation, match="suspended"):
            vote()


@names
def test_comments_nest_as_deep_as_the_platform_lets_them(name: str) -> None:
    policy = PRESETS[name]
    most = TABLE["nesting"][name]
    thread = written_thread(policy)
    parent, by = "comment", User(id="ada", reputation=RICH)
    for level in range(2, (most or 60) + 1):
        made = f"level {level}"
        body = "A comment of some thirty characters"
        thread = posting.comment(
            thread, parent, body, by=by, at=START, policy=policy, id=made
        )
        parent = made
    if most is not None:
        with pytest.raises(PolicyViolation) as refusal:
            posting.comment(thread, parent, "x" * 30, by=by, at=START, policy=policy)
        assert refusal.value.rule == Rule.NESTING
