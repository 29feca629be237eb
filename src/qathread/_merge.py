"""
Joining partial copies of one thread.

Every decision is a maximum under a total order, so neither the order of merging
nor its grouping matters. That holds because a merged thread still says all that a
later merge compares; where a plain choice would lose it, the module concerned
(:mod:`qathread._stubs`, :mod:`qathread._tallies`) tells how it is kept.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, TypeVar

from . import _copies, _stubs, _tallies
from ._conflicts import Conflict, ConflictKind, Decisions
from ._copies import Copy
from ._order import Rank, names, rank
from .errors import ValidationError
from .feedback import Reaction, Tally, Vote
from .ids import PostId, ThreadId
from .status import Link, Motion, Status
from .thread import Thread, content_in, imported
from .users import User, UserKind

__all__ = ["conflicts", "merge"]

T = TypeVar("T")


def merge(a: Thread, b: Thread) -> Thread:
    """
    Return what two copies of one thread together know.

    Neither the order nor the grouping of several merges matters, and merging a
    thread with itself changes nothing. Of two wordings of a post the higher revision
    wins, then the later edit, then the greater text; the post is taken whole,
    except that what is an answer in one copy stays one. A stub goes when its post
    is there, and when it listed missing posts that are all there. Of two votes or
    reactions the later one counts; totals are never added up; known wins over
    unknown. Earlier wordings are those of the copies with the highest revision,
    since those of others may leave a gap. If the copies arrived in different
    orders, posts are put by time, each after its parent.

    Posts that the copies together place in a circle are cut apart: the one with
    the smallest id goes under a stub named ``merge~under~`` and its parent.

    Args:
        a: One copy, at any version.
        b: Another one.

    Returns:
        A new imported thread at version 1; its parts are those of the copies, its
        history begins here.

    Raises:
        ValidationError: If the two have different ids or open with different
            posts, or an id begins with ``merge~`` that no merge made.
    """
    return _merged(a, b, Decisions())


def conflicts(a: Thread, b: Thread) -> tuple[Conflict, ...]:
    """
    Return what :func:`merge` has to decide between two copies of a thread.

    Args:
        a: One copy.
        b: Another one.

    Returns:
        The same for either order of the two; nothing where one copy just knows
        what the other does not.

    Raises:
        ValidationError: As for :func:`merge`.
    """
    decisions = Decisions()
    _merged(a, b, decisions)
    return decisions.all()


def _merged(a: Thread, b: Thread, decisions: Decisions) -> Thread:
    if a.id != b.id:
        raise ValidationError(
            f"threads {a.id!r} and {b.id!r} are not one: merge copies of the same "
            "thread, or use moderation.merge_threads"
        )
    left, right = content_in(a), content_in(b)
    if left == right:
        return imported(a.id, 1, left)
    copies = (_copies.read(left), _copies.read(right))
    root_id = copies[0].root_id
    if root_id != copies[1].root_id:
        raise ValidationError(
            f"the copies of thread {a.id!r} open with {root_id!r} and "
            f"{copies[1].root_id!r}: give the opening post one id"
        )
    posts = _copies.joined_posts(copies, root_id, decisions)
    missing = _stubs.joined((copy.missing for copy in copies), posts)
    _copies.compare_stubs(copies, posts, decisions)
    votes = _joined(
        ConflictKind.VOTE, left.votes, right.votes, _by_voter, _when_cast, decisions
    )
    reactions = _joined(
        ConflictKind.REACTION,
        left.reactions,
        right.reactions,
        _by_reactor,
        rank,
        decisions,
    )
    tallies = _joined_tallies(copies, votes, reactions, decisions)
    suggestions = _joined(
        ConflictKind.SUGGESTION,
        left.suggestions,
        right.suggestions,
        _by_id,
        rank,
        decisions,
    )
    flags = _joined(ConflictKind.FLAG, left.flags, right.flags, _by_id, rank, decisions)
    moved = _copies.circles(posts, missing, root_id, decisions)
    used = _copies.used(
        posts.values(),
        _stubs.parents(missing),
        chain(votes, reactions, tallies, suggestions, flags),
    )
    return Thread.from_parts(
        id=a.id,
        kind=decisions.greater(ConflictKind.KIND, (a.id,), left.kind, right.kind),
        posts=_copies.placed(
            _copies.arrival(copies, posts, root_id, decisions), posts, moved
        ),
        stubs=_stubs.write(missing, moved, used, root_id),
        votes=votes,
        reactions=reactions,
        tallies=tallies,
        users=_joined(
            ConflictKind.USER, left.users, right.users, _by_id, _face, decisions
        ),
        accepted=_accepted(a.id, left.accepted, right.accepted, decisions),
        status=_status(a.id, left.status, right.status, decisions),
        revisions=_copies.joined_revisions(copies, posts, decisions),
        suggestions=suggestions,
        bounties=_joined(
            ConflictKind.BOUNTY, left.bounties, right.bounties, _by_id, rank, decisions
        ),
        flags=flags,
        motions=_joined(
            ConflictKind.MOTION, left.motions, right.motions, _by_kind, rank, decisions
        ),
        links=_joined(
            ConflictKind.LINK,
            left.links,
            right.links,
            _by_target,
            rank,
            decisions,
        ),
        provenance=decisions.greater(
            ConflictKind.PROVENANCE, (a.id,), left.provenance, right.provenance
        ),
        version=1,
    )


# -- feedback --------------------------------------------------------------------


def _joined_tallies(
    copies: tuple[Copy, Copy],
    votes: Iterable[Vote],
    reactions: Iterable[Reaction],
    decisions: Decisions,
) -> list[Tally]:
    found: dict[PostId, list[tuple[Tally, _tallies.Ballots]]] = {}
    for copy in copies:
        content = copy.content
        wanted = [tally.post_id for tally in content.tallies]
        named = _tallies.count_ballots(content.votes, content.reactions, wanted)
        for tally in content.tallies:
            parts = found.setdefault(tally.post_id, [])
            parts.append((tally, named[tally.post_id]))
    named = _tallies.count_ballots(votes, reactions, found)
    joined = []
    for post_id, parts in found.items():
        kept = _tallies.joined(parts, post_id, named[post_id])
        joined.append(kept)
        for tally, _ in parts:
            if tally != kept:
                decisions.note(ConflictKind.TALLY, (post_id,), kept, tally)
    return joined


def _when_cast(vote: Vote) -> Rank:
    return vote.cast_at, vote.direction, vote.weight


def _by_voter(vote: Vote) -> tuple[str, ...]:
    return vote.post_id, vote.voter_id


def _by_reactor(reaction: Reaction) -> tuple[str, ...]:
    return reaction.post_id, reaction.user_id, reaction.kind


# -- the rest --------------------------------------------------------------------


def _joined(
    kind: ConflictKind,
    left: Iterable[T],
    right: Iterable[T],
    by: Callable[[T], tuple[str, ...]],
    worth: Callable[[T], Rank],
    decisions: Decisions,
) -> list[T]:
    """Return all parts; of those of one key the one that is worth most."""
    found = _greatest(left, by, worth)
    for key, part in _greatest(right, by, worth).items():
        other = found.setdefault(key, part)
        if other != part:
            kept, dropped = other, part
            if worth(kept) < worth(dropped):
                kept, dropped = dropped, kept
            found[key] = kept
            if worth(dropped) != _NOBODY:
                decisions.note(kind, key, kept, dropped)
    return list(found.values())


def _greatest(
    parts: Iterable[T], by: Callable[[T], tuple[str, ...]], worth: Callable[[T], Rank]
) -> dict[tuple[str, ...], T]:
    found: dict[tuple[str, ...], T] = {}
    for part in parts:
        other = found.setdefault(by(part), part)
        if other is not part and worth(other) < worth(part):  # links may repeat
            found[by(part)] = part
    return found


def _by_id(part: Any) -> tuple[str, ...]:
    return (part.id,)


def _by_kind(motion: Motion) -> tuple[str, ...]:
    return motion.kind, motion.by_id


def _by_target(link: Link) -> tuple[str, ...]:
    return link.kind, link.target, *rank(link.post_id)


def _face(user: User) -> Rank:
    # A person of whom only the id is known is taken as registered.
    special = user.kind is not UserKind.REGISTERED
    return rank(user.name), rank(user.handle), rank(user.level), special, user.kind


_NOBODY = _face(User(id="nobody"))


def _accepted(
    thread_id: ThreadId,
    left: tuple[PostId, ...],
    right: tuple[PostId, ...],
    decisions: Decisions,
) -> tuple[PostId, ...]:
    if left == right or not left or not right:
        return left or right
    kept = tuple(sorted({*left, *right}))
    for own in (left, right):
        if own != kept:
            decisions.note(ConflictKind.ACCEPTED, (thread_id,), kept, own)
    return kept


def _status(
    thread_id: ThreadId, left: Status, right: Status, decisions: Decisions
) -> Status:
    marks = {
        name: decisions.greater(
            ConflictKind.STATUS,
            (thread_id, name),
            getattr(left, name),
            getattr(right, name),
        )
        for name in names(Status)
    }
    return Status(**marks)
