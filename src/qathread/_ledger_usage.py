"""How much of each quota somebody has used, counted from what they did."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from ._ledger_items import ORDERS, Acted, AnyEvent, Item, act_of
from .facts import VoteCast, VoteRetracted, VotesInvalidated
from .policy import Policy, Quota, QuotaUse, Usage, drawn


def used(items: Iterable[Item], user_id: str, policy: Policy, at: datetime) -> Usage:
    """
    Go through what one user did on the day of *at*, up to then.

    A vote that is taken back within the period it was counted in counts no more;
    all other acts do, whatever became of them.
    """
    if not policy.quotas:
        return Usage()
    midnight = datetime.combine(at.astimezone(UTC), time(), UTC)
    by_name = {quota.name: quota for quota in policy.quotas}
    counts: Counter[tuple[str, int]] = Counter()
    votes: dict[tuple[str, str], tuple[str, int]] = {}
    for event, name in _own(items, user_id):
        if event.at is None or not midnight <= event.at <= at:
            continue
        for place in _taken_back(event, name):
            counted = votes.pop(place, None)
            if counted is not None and counted[1] == _period(
                by_name[counted[0]], midnight, event.at
            ):
                counts[counted] -= 1
        act = act_of(event)
        if act is None or event.by is None or event.by.id != name:
            continue
        moment = event.at

        def count(name: str, moment: datetime = moment) -> int:
            return counts[name, _period(by_name[name], midnight, moment)]

        quota, _ = drawn(policy.quotas, *act, count)
        if quota is not None:
            key = (quota.name, _period(quota, midnight, moment))
            counts[key] += 1
            if isinstance(event, VoteCast):
                votes[event.thread_id, event.post_id] = key
    return Usage(
        quotas=tuple(_use(quota, counts, midnight, at) for quota in policy.quotas)
    )


def _use(
    quota: Quota, counts: Counter[tuple[str, int]], midnight: datetime, at: datetime
) -> QuotaUse:
    period = _period(quota, midnight, at)
    resets_at = midnight + timedelta(seconds=quota.period * (period + 1))
    return QuotaUse(
        name=quota.name, used=counts[quota.name, period], resets_at=resets_at
    )


def _period(quota: Quota, midnight: datetime, at: datetime) -> int:
    """The number of the quota's period in its day."""
    return int((at - midnight) // timedelta(seconds=quota.period))


def _own(items: Iterable[Item], user_id: str) -> Iterable[tuple[AnyEvent, str]]:
    """What concerns the user's own acts, with their id as it stands there."""
    for item in items:
        if isinstance(item, Acted):
            yield item.cause, item.name
        elif not isinstance(item, ORDERS):
            yield item, user_id


def _taken_back(event: AnyEvent, name: str) -> list[tuple[str, str]]:
    """The posts on which an event took the user's vote back."""
    match event:
        case VoteRetracted() if event.by.id == name:
            return [(event.thread_id, event.post_id)]
        case VotesInvalidated():
            return [
                (event.thread_id, event.post_id)
                for vote in event.replaced
                if vote.voter_id == name
            ]
        case _:
            return []
