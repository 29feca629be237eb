"""The part of the fold that makes one person of two, at the cost of all parts."""

from typing import TypeVar

from ._bulk import changer
from ._draft import Draft, change_rest, misfit
from ._index import Index, Node, UserAndKind
from ._persistent import Map
from ._renaming import renamed
from .facts import UsersMerged
from .feedback import Reaction, Vote
from .ids import PostId, UserId
from .posts import NO_MARKS, Stub
from .status import Motion
from .users import face

K = TypeVar("K")
V = TypeVar("V")

_change_vote = changer(Vote)
_change_reaction = changer(Reaction)


def merge_users(draft: Draft, event: UsersMerged) -> None:
    """Let *event* happen to the draft, or raise and leave it as it is."""
    index = draft.settle()
    old, new = event.from_id, event.into.id
    if old == new:
        raise misfit(event, "both accounts have one id")
    if event.by is not None and event.by.id == old:
        raise misfit(event, f"user {old!r}, who is gone, does it")
    if old not in index.users:
        raise misfit(event, f"user {old!r} does not appear")
    _may_drop(index, event)
    # Nothing raises from here on: votes only go.
    for vote in event.dropped:
        opened = draft.open(vote.post_id, event)
        opened.set_vote(vote.voter_id, opened.vote_of(vote.voter_id), None)
    for post_id in [key for key, node in index.nodes.items() if node.reactions]:
        _drop_reactions(draft, event, post_id)
    index = draft.settle()
    changed = {}
    for post_id, node in index.nodes.items():
        after = _renamed_node(node, old, new)
        if after is not node:
            changed[post_id] = after
    rest = index.rest
    draft.rebase(
        Index(
            index.nodes.update(changed),
            index.arrival,
            index.answers,
            index.comments,
            index.users.discard(old).set(new, face(event.into)),
            change_rest(
                rest,
                status=renamed(rest.status, old, new),
                revisions=_renamed_values(rest.revisions, old, new),
                suggestions=renamed(rest.suggestions, old, new),
                bounties=renamed(rest.bounties, old, new),
                flags=renamed(rest.flags, old, new),
                motions=_renamed_motions(rest.motions, old, new),
            ),
        )
    )


def _may_drop(index: Index, event: UsersMerged) -> None:
    """Check that the dropped votes stand, and that the others do not meet."""
    pair = (event.from_id, event.into.id)
    dropped = {(vote.post_id, vote.voter_id) for vote in event.dropped}
    for vote in event.dropped:
        held = index.nodes.get(vote.post_id)
        stands = held is not None and vote.voter_id in held.votes
        if vote.voter_id not in pair or not stands:
            raise misfit(event, "not all of the dropped votes stand")
    if len(dropped) < len(event.dropped):
        raise misfit(event, "it drops one vote twice")
    for post_id, node in index.nodes.items():
        if node.votes and all(
            voter_id in node.votes and (post_id, voter_id) not in dropped
            for voter_id in pair
        ):
            raise misfit(event, f"two votes on post {post_id!r} would be one person's")


def _drop_reactions(draft: Draft, event: UsersMerged, post_id: PostId) -> None:
    """Of two equal reactions keep the earlier one."""
    node = draft.open(post_id, event)
    held = node.node.reactions
    mine = {kind: put for (who, kind), put in held.items() if who == event.from_id}
    for kind, put in mine.items():
        other = held.get((event.into.id, kind))
        if other is not None:
            later = max(put, other, key=lambda each: (each.at, each.user_id))
            node.set_reaction((later.user_id, kind), None)


def _renamed_node(node: Node, old: UserId, new: UserId) -> Node:
    post = node.post
    # Most posts are by others and bear no mark that could name somebody.
    if isinstance(post, Stub) or not (
        post.author_id != old
        and post.deleted is post.removed is None
        and post.status is NO_MARKS
    ):
        post = renamed(post, old, new)
    votes: Map[UserId, Vote] = node.votes
    vote = votes.get(old)
    if vote is not None:
        votes = votes.discard(old).set(new, _change_vote(vote, voter_id=new))
    reactions: Map[UserAndKind, Reaction] = node.reactions
    mine = [(key, put) for key, put in reactions.items() if key[0] == old]
    for (_, kind), put in mine:
        reactions = reactions.discard((old, kind))
        reactions = reactions.set((new, kind), _change_reaction(put, user_id=new))
    if post is node.post and votes is node.votes and reactions is node.reactions:
        return node
    return Node(post, node.children, node.gaps, votes, reactions, node.tally)


def _renamed_values(held: Map[K, V], old: UserId, new: UserId) -> Map[K, V]:
    changes = {}
    for key, value in held.items():
        after = renamed(value, old, new)
        if after is not value:
            changes[key] = after
    return held.update(changes)


def _renamed_motions(
    motions: tuple[Motion, ...], old: UserId, new: UserId
) -> tuple[Motion, ...]:
    """Of two votes of one kind keep the later one, as if the person had recast it."""
    found: dict[tuple[str, str], Motion] = {}
    for motion in sorted(motions, key=lambda each: (each.at, each.by_id)):
        after = renamed(motion, old, new)
        found[after.kind, after.by_id] = after
    return tuple(found[key] for key in sorted(found))
