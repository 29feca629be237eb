"""Sums of an instant and a number of seconds, which may be any number."""

from datetime import datetime, timedelta

from .limits import LATEST


def after(start: datetime, seconds: int) -> datetime:
    """Return the instant so many seconds later; the last one there is, if beyond."""
    try:
        return min(start + timedelta(seconds=seconds), LATEST)
    except OverflowError:
        return LATEST
