"""
Logs and contents without the votes and reactions of one person.

Nobody else's votes change by it, with one exception that is hard to see: where
accounts were merged, a vote that one of them lost to the other's comes back if
that other one goes. So a log with such a merge is folded twice, as it was and as
it becomes, and each event is made to fit the second fold.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from attrs import evolve, frozen

from ._erase_pen import neutral, same_time
from ._survey import people
from .content import Content
from .events import evolve as happen
from .facts import (
    AccountEvent,
    Event,
    Imported,
    PostsMovedIn,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
    ThreadSplitOff,
    UsersMerged,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
)
from .feedback import UP, Tally, Vote
from .ids import PostId, UserId
from .posts import PostKind, Question
from .thread import Thread

__all__ = ["Ids", "opens", "without_ballots", "without_votes"]

#: The accounts of one person.
Ids = frozenset[UserId]
_NOBODY: Ids = frozenset()

_Ballot = VoteCast | VoteChanged | VoteRetracted | ReactionAdded | ReactionRemoved
_Holding = Imported | ThreadSplitOff | PostsMovedIn


def without_votes(
    log: Sequence[Event | AccountEvent], ids: Ids
) -> Iterator[Event | AccountEvent]:
    """
    Yield the events of one thread without the votes and reactions of a person.

    Args:
        log: In order of version; a merge of accounts is followed exactly if the
            log begins where the thread does.
        ids: All accounts of the person.

    Yields:
        One event for each, at the same version.
    """
    tangled = any(
        isinstance(event, UsersMerged) and {event.from_id, event.into.id} & ids
        for event in log
    )
    if tangled and opens(log[0]):
        yield from _Refolded(ids).events(cast("Sequence[Event]", log))
        return
    for event in log:
        yield _without(event, ids)


def opens(event: object) -> bool:
    """Whether a thread begins with an event of that class."""
    return isinstance(event, QuestionAsked | Imported | ThreadSplitOff)


def without_ballots(content: Content, ids: Ids, staying: Ids = _NOBODY) -> Content:
    """
    Return content without the votes and reactions of a person, and recounted.

    Args:
        content: Of one thread.
        ids: All accounts of the person; the faces of those that did nothing
            else go as well.
        staying: Whose faces stay in any case.

    Returns:
        The same object if there are none.
    """
    gone = [vote for vote in content.votes if vote.voter_id in ids]
    taken = [each for each in content.reactions if each.user_id in ids]
    if not gone and not taken:
        return content
    less: dict[PostId, _Less] = {}
    for vote in gone:
        found = less.setdefault(vote.post_id, _Less())
        if vote.direction is UP:
            found.up += vote.weight
        else:
            found.down += vote.weight
    for each in taken:
        kinds = less.setdefault(each.post_id, _Less()).kinds
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    after = evolve(
        content,
        votes=tuple(vote for vote in content.votes if vote.voter_id not in ids),
        reactions=tuple(r for r in content.reactions if r.user_id not in ids),
        tallies=tuple(
            less[tally.post_id].of(tally) if tally.post_id in less else tally
            for tally in content.tallies
        ),
    )
    named = staying.union(people(after))
    users = tuple(u for u in after.users if u.id in named or u.id not in ids)
    return evolve(after, users=users)


class _Less:
    """What one post loses."""

    def __init__(self) -> None:
        self.up = 0
        self.down = 0
        self.kinds: dict[str, int] = {}

    def of(self, tally: Tally) -> Tally:
        """Return a tally without it; what was unknown stays so."""
        score = tally.score
        return evolve(
            tally,
            up=None if tally.up is None else tally.up - self.up,
            down=None if tally.down is None else tally.down - self.down,
            score=None if score is None else score - self.up + self.down,
            reactions=tuple(
                (kind, count - self.kinds.get(kind, 0))
                for kind, count in tally.reactions
            ),
        )


def _without(event: Event | AccountEvent, ids: Ids) -> Event | AccountEvent:
    """Return an event as it is where no accounts of the person were merged."""
    match event:
        case (
            VoteCast()
            | VoteChanged()
            | VoteRetracted()
            | ReactionAdded()
            | ReactionRemoved()
        ) if event.by.id in ids:
            return neutral(event, None)
        case VotesInvalidated():
            kept = tuple(vote for vote in event.replaced if vote.voter_id not in ids)
            same = len(kept) == len(event.replaced)
            return event if same else evolve(event, replaced=kept)
        case UsersMerged():
            kept = tuple(vote for vote in event.dropped if vote.voter_id not in ids)
            same = len(kept) == len(event.dropped)
            return event if same else evolve(event, dropped=kept)
        case Imported() | ThreadSplitOff() | PostsMovedIn():
            content = without_ballots(event.content, ids)
            if content is event.content:
                return event
            after = evolve(event, content=content)
            if isinstance(after, Imported) and isinstance(event, Imported):
                return same_time(event, after)
            return after
        case _:
            return event


@frozen
class _Refolded:
    """A log as it was and as it becomes, folded side by side."""

    ids: Ids

    def events(self, log: Sequence[Event]) -> Iterator[Event]:
        """Yield each event as it fits the votes that are left."""
        before: Thread | None = None
        after: Thread | None = None
        for event in log:
            fitted = cast("Event", _without(event, self.ids))
            if before is not None and after is not None:
                fitted = _fitted(fitted, before, after)
            before, after = happen(before, event), happen(after, fitted)
            yield fitted


def _fitted(left: Event, before: Thread, after: Thread) -> Event:
    """Return an event of others as it fits the thread as it is now."""
    match left:
        case VoteCast() | VoteChanged():
            return _cast(left, after.vote(left.post_id, left.by.id))
        case VoteRetracted():
            vote = after.vote(left.post_id, left.by.id)
            if vote is None:
                return neutral(left, left.by)
            return left if vote == left.replaced else evolve(left, replaced=vote)
        case ReactionAdded():
            put = after.reaction(left.post_id, left.by.id, left.kind)
            return left if put is None else neutral(left, left.by)
        case ReactionRemoved():
            put = after.reaction(left.post_id, left.by.id, left.replaced.kind)
            if put is None:
                return neutral(left, left.by)
            return left if put == left.replaced else evolve(left, replaced=put)
        case VotesInvalidated():
            found = (after.vote(left.post_id, vote.voter_id) for vote in left.replaced)
            return evolve(left, replaced=tuple(vote for vote in found if vote))
        case UsersMerged():
            return _merged(left, before, after)
        case _:
            return left


def _cast(event: VoteCast | VoteChanged, standing: Vote | None) -> Event:
    common: dict[str, Any] = {
        "thread_id": event.thread_id,
        "version": event.version,
        "by": event.by,
        "recorded_at": event.recorded_at,
        "cause": event.cause,
        "at": event.at,
        "post_id": event.post_id,
        "post_kind": event.post_kind,
        "author_id": event.author_id,
        "direction": event.direction,
        "weight": event.weight,
    }
    if standing is None:
        return event if isinstance(event, VoteCast) else VoteCast(**common)
    if isinstance(event, VoteChanged) and event.replaced == standing:
        return event
    return VoteChanged(**common, replaced=standing)


def _merged(event: UsersMerged, before: Thread, after: Thread) -> Event:
    """Return a merge without what nobody can lose any more."""
    if event.from_id not in after.users:
        # All that the account had was votes: there is nothing left to merge.
        root = after.root
        author_id = root.author_id if isinstance(root, Question) else event.into.id
        return VotesCounted(
            thread_id=event.thread_id,
            version=event.version,
            by=event.by,
            recorded_at=event.recorded_at,
            cause=event.cause,
            at=event.at,
            post_id=root.id,
            post_kind=PostKind.QUESTION,
            author_id=author_id,
        )
    dropped = {(vote.post_id, vote.voter_id) for vote in event.dropped}
    pair = {event.from_id: event.into.id, event.into.id: event.from_id}

    def lost(vote: Vote) -> bool:
        """Whether a dropped vote goes for another reason than a vote now gone."""
        rival = pair[vote.voter_id]
        won = (vote.post_id, rival) not in dropped and before.vote(vote.post_id, rival)
        return not won or after.vote(vote.post_id, rival) is not None

    kept = tuple(
        found
        for vote in event.dropped
        if (found := after.vote(vote.post_id, vote.voter_id)) and lost(vote)
    )
    return event if kept == event.dropped else evolve(event, dropped=kept)
