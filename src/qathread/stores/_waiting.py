"""For how long a store waits for others, and how often it tries again meanwhile."""

import random
from time import monotonic
from typing import Final

from attrs import define

from ..errors import ValidationError

_FIRST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.1


@define
class Attempts:
    """
    The tries of one transaction.

    Attributes:
        wait: Seconds after which there is no further try.
    """

    wait: float
    _start: float = 0.0
    _pause: float = _FIRST_PAUSE

    def __attrs_post_init__(self) -> None:
        self._start = monotonic()

    def waited(self) -> float:
        """Return the seconds since the first try began."""
        return monotonic() - self._start

    def left(self) -> float:
        """Return the seconds that are left."""
        return max(0.0, self.wait - self.waited())

    def pause(self) -> float | None:
        """Return how long to wait before the next try; None: there is none."""
        left = self.left()
        if not left:
            return None
        pause = min(left, random.uniform(self._pause / 2, self._pause))
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return pause


def checked_wait(seconds: float) -> float:
    """Return *seconds* if a store may wait so long."""
    if type(seconds) not in (int, float) or not 0 <= seconds <= 86_400:
        raise ValidationError(
            f"busy_timeout is {seconds!r}: give seconds from 0 to 86400"
        )
    return float(seconds)
