"""
Hypothesis strategies for every public value, for testing code that uses them.

With Hypothesis and qathread installed, ``st.from_type(Thread)`` and the classes
of all other values work as well, without an import of this module.

>>> from hypothesis import given
>>> from qathread import Thread, from_json, to_json
>>> from qathread.testing.strategies import threads
>>> @given(threads())
... def test_threads_survive_json(thread: Thread) -> None:
...     assert from_json(to_json(thread)) == thread
>>> test_threads_survive_json()
"""

from ._policies import (
    acceptings,
    kind_postings,
    kind_votings,
    lengths,
    needs,
    policies,
    postings,
    quota_uses,
    quotas,
    usages,
    votings,
)
from ._steps import Step, events, events_of, open_threads, verb_steps
from ._threads import contents, threads
from ._values import (
    answers,
    bodies,
    bounties,
    closings,
    comments,
    counts,
    event_ids,
    faces,
    flags,
    ids,
    instants,
    limits,
    links,
    loss_reports,
    losses,
    marks,
    names,
    post_refs,
    post_statuses,
    provenances,
    questions,
    reaction_kinds,
    reactions,
    revisions,
    statuses,
    stubs,
    suggestions,
    tallies,
    texts,
    users,
    votes,
)

__all__ = [
    "Step",
    "acceptings",
    "answers",
    "bodies",
    "bounties",
    "closings",
    "comments",
    "contents",
    "counts",
    "event_ids",
    "events",
    "events_of",
    "faces",
    "flags",
    "ids",
    "instants",
    "kind_postings",
    "kind_votings",
    "lengths",
    "limits",
    "links",
    "loss_reports",
    "losses",
    "marks",
    "names",
    "needs",
    "open_threads",
    "policies",
    "post_refs",
    "post_statuses",
    "postings",
    "provenances",
    "questions",
    "quota_uses",
    "quotas",
    "reaction_kinds",
    "reactions",
    "revisions",
    "statuses",
    "stubs",
    "suggestions",
    "tallies",
    "texts",
    "threads",
    "usages",
    "users",
    "verb_steps",
    "votes",
    "votings",
]
