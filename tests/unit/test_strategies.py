"""The strategies that users draw from: found by type, varied, small when they fail."""

import importlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import qathread
from qathread import UP, Answer, Stub, Thread, User, events, posting, voting
from qathread.testing import _plugin, strategies
from qathread.testing.strategies import Step, open_threads, tallies, threads, users

ROOT = Path(__file__).parents[2]

Make = Callable[[], st.SearchStrategy[Any]]
Look = Callable[[Any], object]


def on_imports() -> st.SearchStrategy[Thread]:
    return open_threads(threads())


FEATURES: dict[str, tuple[Make, Look]] = {
    "a stub for the question": (threads, lambda t: isinstance(t.root, Stub)),
    "other stubs": (threads, lambda t: any(s is not t.root for s in t.stubs)),
    "a deep comment": (
        threads,
        lambda t: any(
            p.parent_id and p.parent_id in t and t[p.parent_id].kind == "comment"
            for p in t.posts
        ),
    ),
    "an unknown time": (threads, lambda t: any(not p.created_at for p in t.posts)),
    "a deleted post": (threads, lambda t: any(p.deleted for p in t.posts)),
    "a removed post": (threads, lambda t: any(p.removed for p in t.posts)),
    "children before parents": (
        threads,
        lambda t: any(p is t.root and n for n, p in enumerate(t.posts)),
    ),
    "several accepted answers": (threads, lambda t: len(t.accepted) > 1),
    "an accepted answer that is gone": (
        threads,
        lambda t: len(t.accepted) < len(t.content.accepted),
    ),
    "ballots without a tally": (
        threads,
        lambda t: any(t.tally(v.post_id).up is None for v in t.votes),
    ),
    "a tally over ballots": (
        threads,
        lambda t: any((t.tally(v.post_id).up or 0) > v.weight for v in t.votes),
    ),
    "a score alone": (
        threads,
        lambda t: any(
            x.score is not None and x.up is None and x.down is None for x in t.tallies
        ),
    ),
    "an estimate": (threads, lambda t: any(not x.exact for x in t.tallies)),
    "all kinds of reaction known": (
        threads,
        lambda t: any(x.complete and x.reactions for x in t.tallies),
    ),
    "a count of 0": (tallies, lambda t: 0 in dict(t.reactions).values()),
    "earlier wordings": (threads, lambda t: t.revisions),
    "marks on the thread": (threads, lambda t: t.status.closed),
    "flags": (threads, lambda t: t.flags),
    "bounties": (threads, lambda t: t.bounties),
    "links": (threads, lambda t: t.links),
    "suggestions": (threads, lambda t: t.suggestions),
    "a provenance": (threads, lambda t: t.provenance and t.provenance.extra),
    "a discussion": (threads, lambda t: t.kind == "discussion"),
    "a later version": (threads, lambda t: t.version > 1),
    "a long past": (open_threads, lambda t: t.version > 12),
    "verbs on an import": (on_imports, lambda t: len(t.pending) > 5),
    "a vote on one's own post": (
        open_threads,
        lambda t: any(t[v.post_id].author_id == v.voter_id for v in t.votes),
    ),
    "a suggestion that waits": (open_threads, lambda t: t.suggestions),
    "a deleted question": (open_threads, lambda t: not t.question.stands),
    "a user who is suspended": (users, lambda u: u.suspended_until and u.roles),
    "a tally of nothing": (tallies, lambda t: not t.known),
}


@cache
def drawn(make: Make) -> list[Any]:
    """Some hundred values of a strategy, always the same ones."""
    found: list[Any] = []

    @settings(
        max_examples=50 if make is on_imports else 150,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(value=make())
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


@pytest.mark.parametrize("feature", FEATURES)
def test_strategies_reach_what_threads_can_be(feature: str) -> None:
    """A law says nothing about what is never drawn."""
    make, look = FEATURES[feature]
    if not any(look(value) for value in drawn(make)):  # rare: search on
        assert look(searched(make, look))


def searched(make: Make, look: Look) -> Any:
    """The first value of that kind among many more; an error if there is none."""
    longer = settings(
        max_examples=5000,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return find(make(), lambda value: bool(look(value)), settings=longer)


#: Readers count votes; OPEN lets one person close a thread; what makes earlier events
#: name posts and people as they no longer are is left to `moderated_threads`.
VERBS_MAKE = set(get_args(events.Event)) - {
    events.VotesCounted,
    events.CloseVoteCast,
    events.ReopenVoteCast,
    events.PostConverted,
    events.VotesInvalidated,
    events.UsersMerged,
    events.PostsMovedIn,
    events.PostsMovedOut,
    events.ThreadSplitOff,
}


def test_verbs_make_every_event_that_verbs_can_make() -> None:
    """Nor about events that never happen."""
    made = {
        type(event)
        for thread in (*drawn(open_threads), *drawn(on_imports))
        for event in thread.pending
    }
    assert made <= VERBS_MAKE
    for rare in VERBS_MAKE - made:
        searched(open_threads, goes_through(rare))


def goes_through(kind: type) -> Look:
    """Tell whether an event of a kind is in a thread's past."""
    return lambda thread: kind in map(type, thread.pending)


@pytest.mark.slow
def test_failing_threads_shrink_to_small_ones() -> None:
    """Slow: three shrinks. A counterexample that nobody can read helps nobody."""
    shrinking = settings(
        max_examples=500, database=None, derandomize=True, phases=tuple(Phase)
    )
    smallest = find(threads(), lambda thread: True, settings=shrinking)
    assert len(smallest) == 1
    assert smallest.version == 1
    one = find(threads(), lambda thread: len(thread.answers) > 0, settings=shrinking)
    assert len(one) <= 2  # or an answer alone, under a stub
    assert not one.votes
    past = find(
        open_threads(),
        lambda thread: any(isinstance(post, Answer) for post in thread.posts),
        settings=shrinking,
    )
    assert past.version == 2


def test_a_step_reads_like_code() -> None:
    """It is what a counterexample prints."""
    at, ada = datetime(2026, 1, 1, tzinfo=UTC), User(id="ada")
    thread = posting.ask("q", title=None, body="?", by=ada, at=at)
    step = Step(voting.cast, ("q.1", UP), {"by": ada, "at": at})
    assert repr(step).startswith("voting.cast(thread, 'q.1', <Direction.UP: 'up'>, by=")
    assert step(thread) == voting.cast(thread, "q.1", UP, by=ada, at=at)


# -- the entry point -------------------------------------------------------------


def test_the_entry_point_names_the_function_that_registers() -> None:
    """Hypothesis calls it when it is imported: a wrong name would break it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, name = project["project"]["entry-points"]["hypothesis"][
        "qathread"
    ].partition(":")
    assert getattr(importlib.import_module(module), name) is _plugin.register


SCRIPT = """
import sys
import qathread.testing._plugin as plugin
assert "hypothesis" not in sys.modules
import hypothesis
plugin.register()
assert "qathread.testing.strategies" not in sys.modules
from hypothesis import given, settings, strategies as st
import qathread
from qathread.policy import Policy

@settings(max_examples=5, database=None)
@given(
    thread=st.from_type(qathread.Thread),
    post=st.from_type(qathread.Post),
    event=st.from_type(qathread.events.Event),
    policy=st.from_type(Policy),
    vote=...,
)
def test(thread, post, event, policy, vote: qathread.Vote) -> None:
    assert isinstance(thread, qathread.Thread)
    assert isinstance(event, qathread.events.Event)
    assert isinstance(vote, qathread.Vote)
    assert isinstance(policy, Policy)
    assert isinstance(post, qathread.Post)
    print("drawn")

test()
"""


def test_from_type_knows_the_classes_and_loads_no_strategy_before_it_is_wanted() -> (
    None
):
    """`st.from_type(Thread)` in a user's test needs no import of ours."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(qathread.__file__).parents[1]),
            "HYPOTHESIS_NO_PLUGINS": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "drawn" in done.stdout


@pytest.mark.parametrize("name", strategies.__all__)
def test_every_strategy_is_documented(name: str) -> None:
    """They are part of the public face."""
    assert getattr(strategies, name).__doc__
