"""
Every formula by name: pure functions of vote counts and times.

Times are Unix seconds in UTC or aware datetimes. A key is *static* if it depends
on nothing but votes and the item's own times, so that it can be stored and
indexed, and *decaying* if it also depends on ``now``.
"""

from .proportions import wilson_lower
from .sites import reddit_hot

__all__ = ["reddit_hot", "wilson_lower"]
