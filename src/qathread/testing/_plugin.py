"""
What Hypothesis finds through its entry point, so that ``st.from_type`` knows us.

Nothing of Hypothesis, and no strategy, is imported before it is wanted: a test
run that draws no thread pays for the core alone, and Hypothesis may be in the
middle of its own import.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, get_args

from .. import (
    badges,
    bodies,
    content,
    events,
    feedback,
    limits,
    losses,
    notices,
    policies,
    policy,
    posts,
    provenance,
    revisions,
    status,
    thread,
    users,
)

__all__ = ["STRATEGIES", "register"]

#: The function of :mod:`qathread.testing.strategies` that makes each class.
STRATEGIES: dict[type, str] = {
    badges.Award: "awards",
    badges.BadgeRule: "badge_rules",
    bodies.Body: "bodies",
    content.Content: "contents",
    events.EventId: "event_ids",
    events.PostRef: "post_refs",
    feedback.Reaction: "reactions",
    feedback.Tally: "tallies",
    feedback.Vote: "votes",
    limits.Limits: "limits",
    losses.Loss: "losses",
    losses.LossReport: "loss_reports",
    notices.Follow: "follows",
    notices.Notice: "notices",
    policies.Difference: "differences",
    policy.Accepting: "acceptings",
    policy.Bounties: "bounty_rules",
    policy.Cap: "caps",
    policy.Deleting: "deletings",
    policy.Flagging: "flaggings",
    policy.KindPosting: "kind_postings",
    policy.KindVoting: "kind_votings",
    policy.Lengths: "lengths",
    policy.Moderation: "moderations",
    policy.Needs: "needs",
    policy.Pay: "pays",
    policy.Policy: "policies",
    policy.Posting: "postings",
    policy.Quorum: "quorums",
    policy.Quota: "quotas",
    policy.QuotaUse: "quota_uses",
    policy.Reputation: "reputations",
    policy.Stops: "stops",
    policy.Usage: "usages",
    policy.Voting: "votings",
    policy.Window: "windows",
    posts.Answer: "answers",
    posts.Comment: "comments",
    posts.Question: "questions",
    posts.Stub: "stubs",
    provenance.Provenance: "provenances",
    revisions.Revision: "revisions",
    revisions.Suggestion: "suggestions",
    status.Bounty: "bounties",
    status.Closed: "closings",
    status.Flag: "flags",
    status.Link: "links",
    status.Locked: "locks",
    status.Mark: "marks",
    status.Motion: "motions",
    status.PostStatus: "post_statuses",
    status.Status: "statuses",
    thread.Thread: "threads",
    users.User: "users",
}


def register() -> None:
    """
    Tell Hypothesis how to make values of every public class.

    Called through the entry point ``hypothesis``; a program that has qathread on
    its path without being installed calls it itself.
    """
    from hypothesis.strategies import register_type_strategy

    for cls, name in STRATEGIES.items():
        register_type_strategy(cls, _later(name))
    for cls in (*get_args(events.Event), *get_args(events.AccountEvent)):
        register_type_strategy(cls, _later("events"))


def _later(name: str) -> Callable[[type], Any]:
    def resolve(cls: type) -> Any:
        strategies = import_module("qathread.testing.strategies")
        make = getattr(strategies, name)
        return make(cls) if name == "events" else make()

    return resolve
