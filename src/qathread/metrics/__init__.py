"""
What threads are like, in numbers: waiting times, shapes, people, activity.

Every function is pure and streams: it goes through an iterable of threads once and
keeps no thread. One thread is ``[thread]``; only :func:`shape` and
:func:`time_to_first_answer` take a thread itself. Posts that were deleted or removed
count for nothing, but their place in the tree stays. What is not known is left out and
never taken for 0.

>>> from datetime import UTC, datetime, timedelta
>>> from qathread import User, posting
>>> now = datetime(2026, 1, 1, tzinfo=UTC)
>>> ada, ben = User(id="ada"), User(id="ben")
>>> thread = posting.ask("q", title="Why?", body="Say.", by=ada, at=now)
>>> later = now + timedelta(hours=3)
>>> thread = posting.answer(thread, "So.", by=ben, at=later)
>>> time_to_first_answer(thread, watched_until=later).duration
datetime.timedelta(seconds=10800)
>>> rates([thread]).answered_share
1.0
"""

from ._activity import Activity, activity
from ._cohorts import Cohort, Cohorts, cohorts
from ._duels import Player, Strengths, duels, strengths
from ._participation import (
    Participation,
    entropy,
    gini,
    participation,
    reciprocity,
)
from ._people import h_index, h_indices
from ._rates import Rates, rates
from ._shape import Shape, shape, shapes
from ._survival import Survival, survival
from ._waits import (
    Wait,
    time_to_first_answer,
    times_to_acceptance,
    times_to_first_answer,
)

__all__ = [
    "Activity",
    "Cohort",
    "Cohorts",
    "Participation",
    "Player",
    "Rates",
    "Shape",
    "Strengths",
    "Survival",
    "Wait",
    "activity",
    "cohorts",
    "duels",
    "entropy",
    "gini",
    "h_index",
    "h_indices",
    "participation",
    "rates",
    "reciprocity",
    "shape",
    "shapes",
    "strengths",
    "survival",
    "time_to_first_answer",
    "times_to_acceptance",
    "times_to_first_answer",
]
