"""Which policy of several holds at a time."""

from collections.abc import Iterable
from datetime import datetime

from .._checks import instant
from ..errors import ValidationError
from ..policy import Policy

__all__ = ["in_force"]


def in_force(schedule: Iterable[tuple[datetime, Policy]], at: datetime) -> Policy:
    """
    Return the policy that holds at a time.

    Args:
        schedule: When each policy starts, in any order; one holds until the next
            one starts. Starts carry a UTC offset, and no two are equal.
        at: When, with a UTC offset; a start itself belongs to the new policy.

    Returns:
        The policy with the latest start that is not after *at*.

    Raises:
        ValidationError: If none has started by then, two start at once, or a time
            has no zone.

    >>> from datetime import UTC, datetime
    >>> from qathread.policies import STACK_EXCHANGE, STACK_EXCHANGE_2010
    >>> history = [
    ...     (datetime(2010, 3, 19, tzinfo=UTC), STACK_EXCHANGE_2010),
    ...     (datetime(2019, 11, 13, tzinfo=UTC), STACK_EXCHANGE),
    ... ]
    >>> in_force(history, datetime(2015, 1, 1, tzinfo=UTC)).name
    'stack-exchange-2010'
    """
    moment = instant(at, "at")
    starts: dict[datetime, Policy] = {}
    for place, entry in enumerate(schedule):
        start, policy = _entry(entry, f"schedule[{place}]")
        if start in starts:
            raise ValidationError(
                f"two policies start at {start.isoformat()}, {starts[start].name!r} "
                f"and {policy.name!r}: leave one of them out"
            )
        starts[start] = policy
    latest = max((start for start in starts if start <= moment), default=None)
    if latest is None:
        raise ValidationError(
            f"no policy has started by {moment.isoformat()}: add one to the schedule "
            "that starts earlier"
        )
    return starts[latest]


def _entry(entry: object, name: str) -> tuple[datetime, Policy]:
    """Return one line of a schedule, if it is one."""
    if not isinstance(entry, tuple) or len(entry) != 2:
        raise ValidationError(f"{name} is not a pair: give a start and a Policy")
    start, policy = entry
    if not isinstance(policy, Policy):
        raise ValidationError(
            f"{name} holds a {type(policy).__name__}: give a Policy after the start"
        )
    return instant(start, f"{name} start"), policy
