"""
Charts of threads, each a chart of Altair: times, shapes, points, ranks.

Needs the extra ``charts``: ``pip install 'qathread[charts]'``. A chart carries its
data, has titles, units and tooltips, and leaves the theme of the caller alone; times
are UTC. ``scheme="dark"`` makes one for a dark page. In a notebook a chart shows
itself; :func:`svg` and :func:`png` make files that need no network.
"""

from ._looks import Scheme, png, svg
from ._numbers import activity, survival
from ._times import rank_over_time, reputation, score_over_time
from ._tree import reply_tree

__all__ = [
    "Scheme",
    "activity",
    "png",
    "rank_over_time",
    "reply_tree",
    "reputation",
    "score_over_time",
    "survival",
    "svg",
]
