"""Decisions on taking two accounts for one."""

from datetime import datetime

from . import rules
from ._checks import identifier
from ._granting import Events
from .errors import ValidationError
from .facts import UsersMerged
from .feedback import Vote
from .ids import UserId
from .policy import OwnVotes, Policy
from .posts import Stub
from .thread import Thread, index_in
from .users import User, face


def merge_users(
    thread: Thread,
    from_id: UserId,
    into: User,
    by: User,
    at: datetime,
    policy: Policy,
    recorded_at: datetime | None,
) -> Events:
    """Decide on taking two accounts for one; neither lock nor archive stop that."""
    common = rules.happening(thread, by, at, recorded_at, policy)
    identifier(from_id, "from_id")
    if not isinstance(into, User):
        raise ValidationError(f"into is of type {type(into).__name__}: give a User")
    if into.id == from_id:
        raise ValidationError(f"user {from_id!r} cannot be merged with itself")
    if from_id not in index_in(thread).users:
        return ()
    if by.id == from_id:
        raise ValidationError(
            f"user {from_id!r} is to go: let {into.id!r} or somebody else do it"
        )
    rules.require(policy.moderation.people, by, "merge users")
    return (
        UsersMerged(
            **common,
            from_id=from_id,
            into=face(into),
            dropped=_dropped(thread, from_id, into.id, policy),
        ),
    )


def _dropped(
    thread: Thread, from_id: UserId, into_id: UserId, policy: Policy
) -> tuple[Vote, ...]:
    """Return the votes that cannot stand when the two are one person."""
    pair, found = (from_id, into_id), list[Vote]()
    for node in index_in(thread).nodes.values():
        if not node.votes:
            continue
        standing = [vote for each in pair if (vote := node.votes.get(each)) is not None]
        post = node.post
        if not isinstance(post, Stub) and post.author_id in pair:
            own = policy.voting.on(post.kind).own
            for vote in tuple(standing):
                if own is OwnVotes.FORBID and vote.voter_id != post.author_id:
                    found.append(vote)
                    standing.remove(vote)
        if len(standing) == 2:
            found.append(max(standing, key=lambda each: (each.cast_at, each.voter_id)))
    return tuple(sorted(found, key=lambda each: (each.post_id, each.voter_id)))
