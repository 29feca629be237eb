"""Threads of the submissions and comments that a source delivered, in any order."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from ... import _stubs
from ..._checks import EARLIEST, LATEST
from ..._order import Rank, rank
from ...ids import PostId
from ...posts import Post, Stub
from ...provenance import Provenance
from ...thread import Thread
from .._gathering import Frame, build
from .._report import Collector
from ._things import PLATFORM, Thing

__all__ = ["More", "arrival", "thread_of"]

_ORIGIN: Final = Provenance(platform=PLATFORM)


@frozen
class More:
    """
    A place where the API left comments out.

    Attributes:
        parent_id: What they are under.
        name: The full name of the first of them; None where the view is too deep,
            and the API wants to be asked for a page of its own.
        count: How many there are.
        children: The full names of those directly below.
        cursor: What the API wants to be asked.
    """

    parent_id: PostId
    name: PostId | None
    count: int | None
    children: tuple[PostId, ...]
    cursor: str

    @property
    def stub_id(self) -> PostId:
        """The id of its stub, which no post has."""
        return f"below:{self.parent_id}" if self.name is None else f"more:{self.name}"


def thread_of(
    thread_id: PostId,
    things: Iterable[Thing],
    report: Collector,
    mores: Iterable[More] = (),
) -> Thread:
    """
    Return the thread of one submission.

    Args:
        thread_id: The full name of the submission, which need not be there.
        things: Its posts, in any order, copies among them.
        report: Hears of copies that differ, and of what is not there.
        mores: Where more comments are.

    Returns:
        The thread. Of several copies of a post the one that was seen last counts,
        of copies of one time the greater text, so order does not matter. A place of
        more comments goes when they are all there.

    Raises:
        FormatError: If strict, at a circle of parents.
        LossError: If strict, where copies say different things.
    """
    kept = _kept(things, report)
    posts = {post_id: thing.piece.post for post_id, thing in kept.items()}
    mores = tuple(mores)
    root = kept.get(thread_id)
    if root is None:
        report.tell(
            "root-missing",
            "comments whose submission is not there: a stub is their root",
            thread_id,
        )
    stubs = {stub.id: stub for stub in _missing(kept, thread_id, report)}
    for stub in _left(mores, posts, thread_id):
        stubs[stub.id] = stub
        above = stub.parent_id
        if above is not None and above not in posts and above != thread_id:
            stubs.setdefault(above, Stub(id=above))
    frame = Frame(
        thread_id=thread_id,
        root_id=thread_id,
        provenance=_ORIGIN,
        by_time=False,
    )
    if root is not None:
        frame = evolve(frame, status=root.status)
    order = arrival(posts)
    pieces = (kept[post_id].piece for post_id in order)
    return build(frame, pieces, report, stubs.values())


def arrival(posts: Mapping[PostId, Post]) -> list[PostId]:
    """
    Return ids in order of time, ties by id, each after its parent.

    A circle of parents begins with its smallest id, where it is going to be cut.
    """
    order: dict[PostId, None] = {}
    for start in sorted(posts, key=lambda post_id: _by_time(posts[post_id])):
        way: dict[PostId, None] = {}
        here: PostId | None = start
        while here is not None and here in posts:
            if here in order or here in way:
                break
            way[here] = None
            here = posts[here].parent_id
        down = list(reversed(way))
        if here in way:
            circle = down[: down.index(here) + 1]
            first = circle.index(min(circle))
            down[: len(circle)] = circle[first:] + circle[:first]
        order.update(dict.fromkeys(down))
    return list(order)


def _by_time(post: Post) -> Rank:
    at = post.created_at
    return post.parent_id is not None, at is None, at or LATEST, post.id


def _kept(things: Iterable[Thing], report: Collector) -> dict[PostId, Thing]:
    kept: dict[PostId, Thing] = {}
    for thing in things:
        post_id = thing.piece.post.id
        other = kept.get(post_id)
        if other is None:
            kept[post_id] = thing
            continue
        older, newer = sorted((other, thing), key=_freshness)
        kept[post_id] = _both(older, newer)
        if _said(older) != _said(newer):
            report.loss(
                "duplicate-id",
                "a post came more than once and said different things: the newest "
                "copy is kept",
                thing.piece.where,
            )
        else:
            report.tell(
                "repeated",
                "a post that came more than once; at most its counts differ",
                thing.piece.where,
            )
    return kept


def _both(older: Thing, newer: Thing) -> Thing:
    """Return the newer copy; of counts of one time, which are fuzzed, the highest."""
    first, last = older.piece, newer.piece
    tally = last.tally or first.tally
    if first.tally and last.tally and first.as_of == last.as_of:
        tally = max(first.tally, last.tally, key=rank)
    links = dict.fromkeys((*first.links, *last.links))
    return Thing(
        evolve(last, tally=tally, links=tuple(sorted(links, key=rank))), newer.status
    )


def _said(thing: Thing) -> tuple[Post, object]:
    return evolve(thing.piece.post, provenance=None), thing.status


def _freshness(thing: Thing) -> Rank:
    post = thing.piece.post
    return (
        thing.piece.as_of or EARLIEST,
        rank(post.edited_at),
        rank(post.body),
        rank(post),
        rank(thing.status),
    )


def _missing(
    kept: Mapping[PostId, Thing], thread_id: PostId, report: Collector
) -> Iterator[Stub]:
    """Yield stubs for parents that were not delivered, as most views leave some out."""
    for thing in kept.values():
        parent_id = thing.piece.post.parent_id
        if parent_id is None or parent_id == thread_id or parent_id in kept:
            continue
        report.tell(
            "parent-missing",
            "a comment on one that is not there: a stub stands for that",
            f"{thing.piece.where} under {parent_id}",
        )
        yield Stub(id=parent_id)


def _left(
    mores: Iterable[More], posts: Mapping[PostId, Post], thread_id: PostId
) -> list[Stub]:
    """Return the stubs of places that are not filled yet, as a merge makes them."""
    answered = {post.parent_id for post in posts.values()}
    found = []
    for more in mores:
        place = _stubs.Place(
            count=more.count, cursor=more.cursor, parent_id=more.parent_id
        )
        if more.children:
            below = dict.fromkeys(more.children, place)
            found.append(_stubs.Missing(children={more.stub_id: below}))
        elif more.parent_id not in answered:
            found.append(_stubs.Missing(places={more.stub_id: place}))
    return _stubs.write(_stubs.joined(found, posts), {}, (), thread_id)
