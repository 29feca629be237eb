"""Orders of posts and threads: formulas for keys, and what is made of them."""

from . import aggregation, formulas
from ._next_change import next_change
from ._platform_tabs import tabs
from ._tabs import First, Only, Tab, TabOf
from ._top import top
from .ordering import Ranked, Reason, order

__all__ = [
    "First",
    "Only",
    "Ranked",
    "Reason",
    "Tab",
    "TabOf",
    "aggregation",
    "formulas",
    "next_change",
    "order",
    "tabs",
    "top",
]
