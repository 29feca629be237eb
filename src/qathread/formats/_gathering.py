"""
Threads of posts that a source delivered in any order, with holes, and perhaps twice.

What every reader of trees needs, once: copies of one post become one, a post whose
parent is absent stands under a stub, a circle of parents is cut, and everybody who
appears is known. All of it takes time in proportion to the number of posts, and no
recursion.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import reduce
from itertools import chain, pairwise
from typing import Final, TypeVar

from attrs import evolve, field, frozen

from .._checks import EARLIEST, LATEST
from .._order import rank
from ..content import ThreadKind
from ..feedback import Reaction, Tally, Vote
from ..ids import PostId, ThreadId, UserId
from ..posts import Answer, Comment, Post, Question, Stub
from ..provenance import Provenance
from ..revisions import Revision
from ..status import Bounty, Flag, Link, Status
from ..thread import Thread
from ..users import User, UserKind
from ._report import Collector

__all__ = ["Frame", "Piece", "build", "circles", "nobody", "roots"]

T = TypeVar("T")

_NO_STATUS: Final = Status()
_ID_OF_NOBODY: Final = {
    UserKind.DELETED: "gone",
    UserKind.ANONYMOUS: "anonymous",
    UserKind.REGISTERED: "unknown",
}


@frozen(kw_only=True, eq=False)
class Piece:
    """
    One post as the source delivered it, with all that was said of it.

    Attributes:
        post: The post; a comment's parent may be missing, or a circle.
        author: Who wrote it; see :func:`nobody` for people who are not known.
        where: The place, for the report.
        tally: Its counts.
        as_of: When this copy was made; of several copies the latest counts.
        accepted: Whether the source marks it as the accepted answer.
        reactions: Who reacted how, as far as it is known.
        votes: Who voted how, as far as it is known.
        revisions: Its known wordings.
        links: Where it leads to.
        flags: Reports of it.
        bounties: Points promised on it.
        people: Others who appear with it, such as editors.
    """

    post: Post
    author: User
    where: str
    tally: Tally | None = None
    as_of: datetime | None = None
    accepted: bool = False
    reactions: tuple[Reaction, ...] = ()
    votes: tuple[Vote, ...] = ()
    revisions: tuple[Revision, ...] = ()
    links: tuple[Link, ...] = ()
    flags: tuple[Flag, ...] = ()
    bounties: tuple[Bounty, ...] = ()
    people: tuple[User, ...] = ()


@frozen(kw_only=True, eq=False)
class Frame:
    """
    What a source says of a thread as a whole.

    Attributes:
        thread_id: Its id.
        root_id: The post that opens it; a stub stands for it if it is no piece.
        kind: Question and answers, or a discussion.
        status: Its marks.
        accepted: Ids of accepted answers, beside the pieces that say so.
        links: Where it leads to.
        people: Others who appear.
        provenance: Where it came from.
        by_time: Whether posts arrive in order of time, ties by id, so that the
            order of the input does not matter; else in the order of the pieces.
    """

    thread_id: ThreadId
    root_id: PostId
    kind: ThreadKind = ThreadKind.DISCUSSION
    status: Status = _NO_STATUS
    accepted: tuple[PostId, ...] = ()
    links: tuple[Link, ...] = ()
    people: tuple[User, ...] = ()
    provenance: Provenance | None = field(default=None)
    by_time: bool = True


def nobody(
    post_id: PostId, kind: UserKind = UserKind.DELETED, name: str | None = None
) -> User:
    """
    Return the author of a post of whom no account is known; one per post.

    Args:
        post_id: The post.
        kind: DELETED, ANONYMOUS, or REGISTERED where it is only not said.
        name: The name that the source shows, if any.

    >>> nobody("t1_c5").id
    'gone:t1_c5'
    """
    return User(id=f"{_ID_OF_NOBODY[kind]}:{post_id}", name=name, kind=kind)


def build(
    frame: Frame,
    pieces: Iterable[Piece],
    report: Collector,
    stubs: Iterable[Stub] = (),
) -> Thread:
    """
    Return the thread that pieces make together.

    Args:
        frame: What holds them together.
        pieces: Its posts, in any order, copies among them.
        report: Hears of copies that differ, parents that are missing, circles.
        stubs: Places of posts that the source names and does not deliver; those
            that turn out to be there are dropped.

    Returns:
        An imported thread. A different copy of a post loses to a later one, and
        among copies of one time to the greater one, so order does not matter.

    Raises:
        FormatError: If strict, at a missing parent or a circle.
        LossError: If strict, where copies differ.
        IntegrityError: If a piece does not fit, such as an answer of another root.
    """
    kept = _joined(pieces, report)
    root_id = frame.root_id
    posts = {post_id: piece.post for post_id, piece in kept.items()}
    known = {stub.id: stub for stub in stubs if stub.id not in posts}
    root = posts.get(root_id)
    if not isinstance(root, Question):
        known.setdefault(root_id, Stub(id=root_id))
    for post_id in circles({p.id: p.parent_id for p in posts.values()}):
        moved = posts[post_id]
        if isinstance(moved, Comment):
            report.damage(
                "cycle",
                "replies that stand under each other in a circle: the one with the "
                "smallest id is put under the first post",
                f"{kept[post_id].where}: {post_id}",
            )
            posts[post_id] = evolve(moved, parent_id=root_id)
    for post in tuple(posts.values()):
        parent_id = post.parent_id
        if parent_id is None or parent_id in posts or parent_id in known:
            continue
        report.damage(
            "missing-parent",
            "a reply to a post that is not there: a stub stands for that post",
            f"{kept[post.id].where}: {post.id} under {parent_id}",
        )
        # With a question at hand nothing has to be said of where the stub stands.
        under = None if isinstance(root, Question) else root_id
        known[parent_id] = Stub(id=parent_id, parent_id=under)
    arrival = list(posts.values())
    if frame.by_time:
        arrival.sort(key=_arrival)
    parts = list(kept.values())
    return Thread.from_parts(
        id=frame.thread_id,
        kind=frame.kind,
        posts=arrival,
        stubs=_placed(known.values(), posts, known, root_id),
        votes=_latest(
            chain.from_iterable(p.votes for p in parts),
            lambda vote: (vote.post_id, vote.voter_id),
        ),
        reactions=_latest(
            chain.from_iterable(p.reactions for p in parts),
            lambda each: (each.post_id, each.user_id, each.kind),
        ),
        tallies=[p.tally for p in parts if p.tally is not None],
        users=_faces(parts, frame.people),
        accepted=_accepted(frame, parts, posts, report),
        status=frame.status,
        revisions=chain.from_iterable(p.revisions for p in parts),
        bounties=_unique(chain.from_iterable(p.bounties for p in parts)),
        flags=_unique(chain.from_iterable(p.flags for p in parts)),
        links=_unique(chain(frame.links, chain.from_iterable(p.links for p in parts))),
        provenance=frame.provenance,
    )


def circles(parents: Mapping[str, str | None]) -> list[str]:
    """
    Return the smallest id of each circle of parents.

    Args:
        parents: What each id stands under; a parent need not be an id here.

    >>> circles({"a": "b", "b": "c", "c": "b", "d": "d", "e": None})
    ['b', 'd']
    """
    found, done = list[str](), set[str]()
    for start in parents:
        path, at = dict[str, None](), start
        while at in parents and at not in done and at not in path:
            path[at] = None
            above = parents[at]
            if above is None:
                break
            at = above
        else:
            if at in path:
                way = list(path)
                found.append(min(way[way.index(at) :]))
        done.update(path)
    return sorted(found)


def roots(parents: Mapping[str, str | None]) -> dict[str, str]:
    """
    Return the top of each id: itself, or the last parent that is named.

    Args:
        parents: What each id stands under; a parent need not be an id here, then
            it is a top itself. At a circle the smallest id of it is the top.

    >>> roots({"a": None, "b": "a", "c": "gone"})
    {'a': 'a', 'b': 'a', 'c': 'gone'}
    """
    tops: dict[str, str] = {}
    cut = set(circles(parents))
    for start in parents:
        path, at = list[str](), start
        while at not in tops:
            path.append(at)
            above = None if at in cut else parents.get(at)
            if above is None:
                tops[at] = at
                break
            at = above
        top = tops[at]
        for each in path:
            tops[each] = top
    return {each: tops[each] for each in parents}


def _joined(pieces: Iterable[Piece], report: Collector) -> dict[PostId, Piece]:
    kept: dict[PostId, Piece] = {}
    several: dict[PostId, list[Piece]] = {}
    for piece in pieces:
        first = kept.setdefault(piece.post.id, piece)
        if first is not piece:
            several.setdefault(piece.post.id, [first]).append(piece)
    for post_id, copies in several.items():
        copies.sort(key=_freshness)
        kept[post_id] = reduce(_both, copies)
        for one, other in pairwise(copies):
            if one.post == other.post and one.tally == other.tally:
                report.tell(
                    "repeated",
                    "a post that came several times, always the same",
                    post_id,
                )
            else:
                report.loss(
                    "duplicate-id",
                    "a post came more than once and said different things: the newest "
                    "copy is kept",
                    f"{other.where}: {post_id}",
                )
    return kept


def _both(older: Piece, newer: Piece) -> Piece:
    """Return the newer copy, with what only the older one tells beside the post."""
    return evolve(
        newer,
        tally=newer.tally or older.tally,
        accepted=newer.accepted or older.accepted,
        reactions=(*older.reactions, *newer.reactions),
        votes=(*older.votes, *newer.votes),
        revisions=newer.revisions or older.revisions,
        links=(*older.links, *newer.links),
        flags=(*older.flags, *newer.flags),
        bounties=(*older.bounties, *newer.bounties),
        people=(*older.people, *newer.people),
    )


def _freshness(piece: Piece) -> tuple[datetime, int, datetime, str, str]:
    post = piece.post
    return (
        piece.as_of or EARLIEST,
        post.revision,
        post.edited_at or post.created_at or EARLIEST,
        repr(rank(post)),
        repr(rank(piece.tally)),
    )


def _arrival(post: Post) -> tuple[bool, datetime, str]:
    return (post.parent_id is not None, post.created_at or LATEST, post.id)


def _placed(
    stubs: Iterable[Stub],
    posts: Mapping[PostId, Post],
    known: Mapping[PostId, Stub],
    root_id: PostId,
) -> Iterator[Stub]:
    """Yield stubs under what is there; one under nothing known loses its parent."""
    loose = None if isinstance(posts.get(root_id), Question) else root_id
    for stub in stubs:
        if stub.id == root_id:
            yield evolve(stub, parent_id=None)
            continue
        parent_id = stub.parent_id
        if parent_id is None or (parent_id not in posts and parent_id not in known):
            parent_id = loose
        missing = tuple(each for each in stub.child_ids if each not in posts)
        yield evolve(stub, parent_id=parent_id, child_ids=missing)


def _accepted(
    frame: Frame,
    parts: Iterable[Piece],
    posts: Mapping[PostId, Post],
    report: Collector,
) -> list[PostId]:
    marked = (piece.post.id for piece in parts if piece.accepted)
    found = list[PostId]()
    for post_id in dict.fromkeys(chain(frame.accepted, marked)):
        if isinstance(posts.get(post_id), Answer):
            found.append(post_id)
        else:
            report.loss(
                "accepted-missing",
                "an accepted answer that is not there, or is no answer here",
                f"{frame.thread_id}: {post_id}",
                kind="noted",
            )
    return found


def _faces(pieces: Iterable[Piece], others: Iterable[User]) -> dict[UserId, User]:
    """Return everyone as of their last post; a name is never lost."""
    faces: dict[UserId, User] = {}
    latest = sorted(pieces, key=lambda piece: _arrival(piece.post))
    for user in chain(
        others, chain.from_iterable((*piece.people, piece.author) for piece in latest)
    ):
        before = faces.get(user.id)
        if before is not None:
            user = evolve(
                user,
                name=user.name or before.name,
                handle=user.handle or before.handle,
                level=before.level if user.level is None else user.level,
            )
        faces[user.id] = user
    return faces


def _latest(values: Iterable[T], key: Callable[[T], tuple[str, ...]]) -> list[T]:
    """Return one value per key, whatever their order: the greatest."""
    found: dict[tuple[str, ...], T] = {}
    for value in values:
        name = key(value)
        other = found.get(name)
        if other is None or rank(other) < rank(value):
            found[name] = value
    return list(found.values())


def _unique(values: Iterable[T]) -> list[T]:
    """Return each value once, those of one id once."""
    return list({getattr(value, "id", value): value for value in values}.values())
