"""All figures of the reference page."""

from typing import Final

from .figures_of_age import OF_AGE
from .figures_of_times import OF_TIMES
from .figures_of_votes import OF_VOTES

__all__ = ["FIGURES"]

FIGURES: Final = (*OF_VOTES, *OF_TIMES, *OF_AGE)
