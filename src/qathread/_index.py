"""
The parts of a thread by id, in persistent structures.

Changing one post of a large thread copies a path of the map, never the map.
Nodes and the index are never changed after they are built.
"""

from collections.abc import Iterable
from itertools import chain
from typing import TypeAlias, TypeVar, cast

from attrs import frozen

from ._gc import bulk_load
from ._persistent import EMPTY_MAP, EMPTY_VECTOR, Map, Vector
from .content import Content, ThreadKind
from .errors import MissingParentError
from .feedback import Reaction, Tally, Vote
from .ids import PostId, UserId
from .posts import Answer, Comment, Post, Question, Stub
from .provenance import Provenance
from .revisions import Revision, Suggestion
from .status import Bounty, Flag, Link, Motion, Status
from .users import User

T = TypeVar("T")

#: A user and a kind of reaction: one standing reaction each.
UserAndKind: TypeAlias = tuple[UserId, str]


class Node:
    """One post or stub with all that hangs on it."""

    __slots__ = ("children", "gaps", "post", "reactions", "tally", "votes")

    def __init__(
        self,
        post: Post | Stub,
        children: Vector[PostId],  # posts directly under it, in order of arrival
        gaps: tuple[PostId, ...],  # stubs directly under it
        votes: Map[UserId, Vote],
        reactions: Map[UserAndKind, Reaction],
        tally: Tally | None,  # None: nothing is known
    ) -> None:
        self.post = post
        self.children = children
        self.gaps = gaps
        self.votes = votes
        self.reactions = reactions
        self.tally = tally


@frozen(kw_only=True, weakref_slot=False, eq=False)
class Rest:
    """What changes seldom, kept together so that a vote need not copy it."""

    root_id: PostId
    stubs: tuple[PostId, ...]
    accepted: tuple[PostId, ...]
    status: Status
    revisions: Map[PostId, tuple[Revision, ...]]
    suggestions: tuple[Suggestion, ...]
    bounties: tuple[Bounty, ...]
    flags: tuple[Flag, ...]
    motions: tuple[Motion, ...]
    links: tuple[Link, ...]
    provenance: Provenance | None


class Index:
    """A whole thread by id."""

    __slots__ = ("answers", "arrival", "comments", "nodes", "rest", "users")

    def __init__(
        self,
        nodes: Map[PostId, Node],
        arrival: Vector[PostId],
        answers: Vector[PostId],
        comments: Vector[PostId],
        users: Map[UserId, User],
        rest: Rest,
    ) -> None:
        self.nodes = nodes
        self.arrival = arrival
        self.answers = answers
        self.comments = comments
        self.users = users
        self.rest = rest


def root_of(content: Content) -> Question | Stub:
    """
    Return what opens the thread: its question, or the stub in its place.

    The stub is the one that the answers name; without answers, the only one
    that stands under nothing.
    """
    if content.question is not None:
        return content.question
    loose = [stub for stub in content.stubs if stub.parent_id is None]
    named = {answer.question_id for answer in content.answers}
    roots = [stub for stub in loose if stub.id in named] if named else loose
    if len(roots) == 1:
        return roots[0]
    raise MissingParentError(
        "no post or stub opens the thread: give the question, or one stub "
        "without a parent whose id the answers name"
    )


def index_of(content: Content) -> Index:
    """Arrange *content*, which must be canonical and sound, by id."""
    with bulk_load():
        return _index_of(content)


def _index_of(content: Content) -> Index:
    root = root_of(content)
    children: dict[PostId, list[PostId]] = {}
    gaps: dict[PostId, list[PostId]] = {}
    posts: dict[PostId, Post | Stub] = {}
    if content.question is not None:
        posts[content.question.id] = content.question
    for answer in content.answers:
        posts[answer.id] = answer
    for comment in content.comments:
        posts[comment.id] = comment
    for post_id in content.arrival:
        parent_id = posts[post_id].parent_id
        if parent_id is not None:
            children.setdefault(parent_id, []).append(post_id)
    for stub in content.stubs:
        posts[stub.id] = stub
        if stub is not root:
            gaps.setdefault(stub.parent_id or root.id, []).append(stub.id)
    votes: dict[PostId, dict[UserId, Vote]] = {}
    for vote in content.votes:
        votes.setdefault(vote.post_id, {})[vote.voter_id] = vote
    reactions: dict[PostId, dict[UserAndKind, Reaction]] = {}
    for reaction in content.reactions:
        key = (reaction.user_id, reaction.kind)
        reactions.setdefault(reaction.post_id, {})[key] = reaction
    tallies = {tally.post_id: tally for tally in content.tallies}
    revisions: dict[PostId, tuple[Revision, ...]] = {}
    for revision in content.revisions:
        known = revisions.get(revision.post_id, ())
        revisions[revision.post_id] = (*known, revision)
    nodes = {
        post_id: Node(
            post,
            Vector.of(children[post_id]) if post_id in children else EMPTY_VECTOR,
            tuple(gaps[post_id]) if post_id in gaps else (),
            Map.of(votes[post_id]) if post_id in votes else EMPTY_MAP,
            Map.of(reactions[post_id]) if post_id in reactions else EMPTY_MAP,
            tallies.get(post_id),
        )
        for post_id, post in posts.items()
    }
    return Index(
        Map.of(nodes),
        Vector.of(content.arrival),
        Vector.of([answer.id for answer in content.answers]),
        Vector.of([comment.id for comment in content.comments]),
        Map.of({user.id: user for user in content.users}),
        Rest(
            root_id=root.id,
            stubs=tuple(stub.id for stub in content.stubs),
            accepted=content.accepted,
            status=content.status,
            revisions=Map.of(revisions),
            suggestions=content.suggestions,
            bounties=content.bounties,
            flags=content.flags,
            motions=content.motions,
            links=content.links,
            provenance=content.provenance,
        ),
    )


def content_of(index: Index, kind: ThreadKind) -> Content:
    """Write *index* out as canonical arrays."""
    nodes, rest = index.nodes, index.rest
    votes: list[Vote] = []
    reactions: list[Reaction] = []
    tallies: list[Tally] = []
    by_id = dict(nodes.items())
    for post_id in sorted(by_id):
        node = by_id[post_id]
        if node.votes:
            held = dict(node.votes.items())
            votes.extend(map(held.__getitem__, sorted(held)))
        if node.reactions:
            put = dict(node.reactions.items())
            reactions.extend(map(put.__getitem__, sorted(put)))
        if node.tally is not None:
            tallies.append(node.tally)
    root = by_id[rest.root_id].post
    users = dict(index.users.items())
    revisions = dict(rest.revisions.items())
    return Content(
        kind=kind,
        question=root if isinstance(root, Question) else None,
        answers=cast_tuple(Answer, [by_id[key].post for key in index.answers]),
        comments=cast_tuple(Comment, [by_id[key].post for key in index.comments]),
        arrival=tuple(index.arrival),
        stubs=cast_tuple(Stub, [by_id[key].post for key in rest.stubs]),
        votes=tuple(votes),
        reactions=tuple(reactions),
        tallies=tuple(tallies),
        users=tuple(map(users.__getitem__, sorted(users))),
        accepted=rest.accepted,
        status=rest.status,
        revisions=tuple(
            chain.from_iterable(map(revisions.__getitem__, sorted(revisions)))
        ),
        suggestions=rest.suggestions,
        bounties=rest.bounties,
        flags=rest.flags,
        motions=rest.motions,
        links=rest.links,
        provenance=rest.provenance,
    )


def cast_tuple(cls: type[T], items: Iterable[object]) -> tuple[T, ...]:
    """Tell the type checker what the index guarantees: all are *cls*."""
    return cast("tuple[T, ...]", tuple(items))
