"""
What two copies of a thread together know of the feedback on one post.

The sources count the same voters, so totals are never added up: the tally that
counts more votes wins. Ballots that are known by name are in the totals. Those
that only the other copy knows are taken out of the winner's unnamed votes, and
where there are too few of these, the totals rise to cover the ballots.

For the result not to depend on the order of merging, what is compared must still
be readable from a merged tally, whichever ballots were added. These are:

- the number of votes, each named voter counted once: merging never lowers it,
  since voters are only ever added, though their votes may change;
- the unnamed downvotes.

A tally with ups and downs takes the place of one with less; one with ups alone
that of one with downs alone.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from .feedback import UP, Reaction, Tally, Vote
from .ids import PostId


@frozen(kw_only=True, weakref_slot=False)
class Ballots:
    """The feedback on one post that is known by name."""

    voters: int = 0
    up: int = 0
    down: int = 0
    reactions: Mapping[str, int]


NO_BALLOTS = Ballots(reactions={})


@frozen(weakref_slot=False)
class _Known:
    """What a tally says beyond the ballots, in numbers that merge by maximum."""

    # The most votes, then the fewest unnamed downvotes: (votes, -downs).
    both: tuple[int, int] | None
    ups: int | None
    downs: int | None
    score: int | None
    reactions: Mapping[str, int]
    exact: bool
    complete: bool


def count_ballots(
    votes: Iterable[Vote], reactions: Iterable[Reaction], wanted: Iterable[PostId]
) -> dict[PostId, Ballots]:
    """Return the ballots on the *wanted* posts."""
    sums: dict[PostId, list[int]] = {post_id: [0, 0, 0] for post_id in wanted}
    kinds: dict[PostId, dict[str, int]] = {post_id: {} for post_id in sums}
    for vote in votes:
        if vote.post_id in sums:
            found = sums[vote.post_id]
            found[0] += 1
            found[1 if vote.direction is UP else 2] += vote.weight
    for reaction in reactions:
        if reaction.post_id in kinds:
            put = kinds[reaction.post_id]
            put[reaction.kind] = put.get(reaction.kind, 0) + 1
    return {
        post_id: Ballots(voters=voters, up=up, down=down, reactions=kinds[post_id])
        for post_id, (voters, up, down) in sums.items()
    }


def joined(
    tallies: Iterable[tuple[Tally, Ballots]], post_id: PostId, named: Ballots
) -> Tally:
    """
    Return the tally of one post in a merged thread.

    Args:
        tallies: Its tallies, each with the ballots of its own thread.
        post_id: Which post.
        named: The ballots of the merged thread.
    """
    parts = [_known(tally, ballots) for tally, ballots in tallies]
    both = max((part.both for part in parts if part.both is not None), default=None)
    ups = max((part.ups for part in parts if part.ups is not None), default=None)
    downs = max((part.downs for part in parts if part.downs is not None), default=None)
    score = max((part.score for part in parts if part.score is not None), default=None)
    complete = any(part.complete for part in parts)
    counts = dict(named.reactions) if complete else {}
    for part in parts:
        for kind, count in part.reactions.items():
            least = named.reactions.get(kind, 0)
            counts[kind] = max(count, counts.get(kind, 0), least)
    up = down = None
    if both is not None:
        unnamed = max(both[0] - named.voters, 0)
        against = min(-both[1], unnamed)
        up, down, score = named.up + unnamed - against, named.down + against, None
    elif ups is not None:
        up = named.up + max(ups - named.voters, 0)
    elif downs is not None:
        down = named.down + max(downs - named.voters, 0)
    return Tally(
        post_id=post_id,
        up=up,
        down=down,
        score=score,
        reactions=tuple(counts.items()),
        exact=all(part.exact for part in parts),
        complete=complete,
    )


def _known(tally: Tally, own: Ballots) -> _Known:
    up = None if tally.up is None else tally.up - own.up
    down = None if tally.down is None else tally.down - own.down
    both = None
    if up is not None and down is not None:
        both = (up + down + own.voters, -down)
    return _Known(
        both,
        None if up is None else up + own.voters,
        None if down is None else down + own.voters,
        tally.score,
        dict(tally.reactions),
        tally.exact,
        tally.complete,
    )
