"""The lists of the store in memory: every thread looked at, for each page."""

from attrs import define

from ..ids import PostId, ThreadId, UserId
from ._asking import Condition, Plan, key_of
from ._summaries import Views, columns
from .queries import ThreadSummary


@define
class Shown:
    """
    What is kept of a thread for lists and searches.

    Attributes:
        summary: As lists show it.
        words: The words of each post that can be found.
        people: Everyone who appears.
    """

    summary: ThreadSummary
    words: dict[PostId, frozenset[str]]
    people: set[UserId]

    def change(self, seen: Views) -> None:
        """Take over what a save changed."""
        self.summary = seen.summary
        self.people |= seen.people
        for post_id, words in seen.words.items():
            if words is None:
                self.words.pop(post_id, None)
            else:
                self.words[post_id] = frozenset(words.split())


def shown(seen: Views) -> Shown:
    """Return what is kept of a thread that is new, or was counted anew."""
    made = Shown(seen.summary, {}, set())
    made.change(seen)
    return made


def found(threads: dict[ThreadId, Shown], plan: Plan) -> list[ThreadSummary]:
    """Return the threads of one page."""
    fitting = [each.summary for each in threads.values() if _fits(each, plan)]
    keyed = sorted(
        (key_of(each, plan.key), each.id, place) for place, each in enumerate(fitting)
    )
    if plan.descending:
        keyed.reverse()
    if plan.after is not None:
        after = plan.after
        keyed = [
            row
            for row in keyed
            if (row[:2] < after if plan.descending else row[:2] > after)
        ]
    return [fitting[place] for _, _, place in keyed[: plan.limit]]


def _fits(thread: Shown, plan: Plan) -> bool:
    values = columns(thread.summary)
    if not all(_holds(values[each.column], each) for each in plan.where):
        return False
    if not set(plan.tags).issubset(thread.summary.tags):
        return False
    if plan.participant_id not in (None, *thread.people):
        return False
    if plan.words is None:
        return True
    return bool(plan.words) and any(
        words.issuperset(plan.words) for words in thread.words.values()
    )


def _holds(value: str | int | None, condition: Condition) -> bool:
    wanted = condition.value
    if condition.compared == "=":
        return value == wanted
    assert isinstance(value, int) and isinstance(wanted, int)
    match condition.compared:
        case ">=":
            return value >= wanted
        case "<=":
            return value <= wanted
        case "<":
            return value < wanted
        case "all":
            return value & wanted == wanted
        case "none":
            return value & wanted == 0
