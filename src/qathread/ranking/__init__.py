"""Orders of posts: formulas that score an item, and orders made with them."""

from . import formulas
from .ordering import Ranked, Reason, order

__all__ = ["Ranked", "Reason", "formulas", "order"]
