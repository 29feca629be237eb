"""Copies of one thread taken apart, and their posts put together."""

from collections.abc import Iterable, Mapping
from itertools import chain
from operator import attrgetter
from typing import Any

import attrs
from attrs import frozen

from . import _stubs
from ._conflicts import ConflictKind, Decisions
from ._index import root_of
from ._order import Rank, names, rank
from .content import Content
from .ids import PostId
from .posts import Answer, Comment, Post
from .revisions import Revision


@frozen(kw_only=True, weakref_slot=False)
class Copy:
    """One thread, freed of what an earlier merge had to put in stubs."""

    content: Content
    root_id: PostId
    posts: dict[PostId, Post]  # in order of arrival
    missing: _stubs.Missing


def read(content: Content) -> Copy:
    """Take a thread apart."""
    root_id = root_of(content).id
    posts: dict[PostId, Post] = {post.id: post for post in content.answers}
    posts.update((post.id, post) for post in content.comments)
    if content.question is not None:
        posts[content.question.id] = content.question
    posts = {post_id: posts[post_id] for post_id in content.arrival}
    _stubs.check_free(posts)
    if not content.stubs:
        return Copy(
            content=content, root_id=root_id, posts=posts, missing=_stubs.Missing()
        )
    known = posts.keys() | {stub.id for stub in content.stubs}
    kept = _stubs.parents_kept(content.stubs, known)
    if kept:
        for post in content.comments:
            if post.parent_id in kept:
                posts[post.id] = attrs.evolve(post, parent_id=kept[post.parent_id])
    ballots = chain(
        content.votes,
        content.reactions,
        content.tallies,
        content.suggestions,
        content.flags,
    )
    above = (stub.parent_id for stub in content.stubs if stub.parent_id is not None)
    below = used(posts.values(), (kept.get(up, up) for up in above), ballots)
    missing = _stubs.read(content.stubs, kept, below, root_id)
    return Copy(content=content, root_id=root_id, posts=posts, missing=missing)


def used(
    posts: Iterable[Post],
    above_stubs: Iterable[PostId],
    parts: Iterable[Any],
) -> set[PostId]:
    """Return the ids that anything in a thread refers to."""
    ids = {post.parent_id for post in posts if post.parent_id is not None}
    ids.update(above_stubs)
    ids.update(map(attrgetter("post_id"), parts))
    return ids


#: What comes first or last in the order of wordings.
_OWN = frozenset({"id", "parent_id", "question_id", "revision", "edited_at", "body"})


def _wording(post: Post) -> Rank:
    return post.revision, rank(post.edited_at), rank(post.body)


def _whole(post: Post) -> Rank:
    own = (name for name in names(type(post)) if name not in _OWN)
    rest = tuple(rank(getattr(post, name)) for name in own)
    # Parent and kind come last: what was a comment and stays an answer lost them.
    return *_wording(post), rest, rank(post.parent_id), isinstance(post, Answer)


def joined_posts(
    copies: tuple[Copy, Copy], root_id: PostId, decisions: Decisions
) -> dict[PostId, Post]:
    """Return all posts, of two wordings the greater one."""
    posts = dict(copies[0].posts)
    for post_id, post in copies[1].posts.items():
        other = posts.get(post_id)
        if other is None:
            posts[post_id] = post
        elif other != post:
            kept, dropped = other, post
            if _whole(kept) < _whole(dropped):
                kept, dropped = dropped, kept
            if isinstance(kept, Comment) and isinstance(dropped, Answer):
                kept = _as_answer(kept, root_id)
            posts[post_id] = kept
            decisions.note(ConflictKind.WORDING, (post_id,), kept, dropped)
    return posts


def _as_answer(post: Comment, root_id: PostId) -> Answer:
    same = {
        name: getattr(post, name) for name in names(Answer) if name != "question_id"
    }
    return Answer(question_id=root_id, **same)


def circles(
    posts: Mapping[PostId, Post],
    missing: _stubs.Missing,
    root_id: PostId,
    decisions: Decisions,
) -> dict[PostId, PostId]:
    """Return what must not stand under its parent, with that parent."""
    moved: dict[PostId, PostId] = {}
    placed = {root_id}
    for start in chain(posts, missing.places):
        way: dict[PostId, PostId] = {}
        here = start
        while here not in placed and here not in way:
            part = posts.get(here) or missing.places[here]
            way[here] = part.parent_id or root_id
            here = way[here]
        if here in way:
            ids = list(way)
            circle = ids[ids.index(here) :]
            cut = min(circle, key=lambda post_id: (post_id not in posts, post_id))
            moved[cut] = way[cut]
            decisions.note(
                ConflictKind.CIRCLE, (cut,), _stubs.under(way[cut]), way[cut]
            )
        placed.update(way)
    return moved


def arrival(
    copies: tuple[Copy, Copy],
    posts: Mapping[PostId, Post],
    root_id: PostId,
    decisions: Decisions,
) -> list[PostId]:
    """Return the ids of all posts in an order that both copies lead to."""
    left, right = (copy.posts for copy in copies)
    if list(left) == list(right) and all(
        (post.created_at, post.parent_id)
        == (right[post_id].created_at, right[post_id].parent_id)
        for post_id, post in left.items()
    ):
        return list(left)
    order: dict[PostId, None] = {}
    if root_id in posts:
        order[root_id] = None
    for start in sorted(posts, key=lambda post_id: _by_time(posts[post_id])):
        way: dict[PostId, None] = {}
        here = start
        # Up to what is a stub, or comes round in a circle.
        while here in posts and here not in order and here not in way:
            way[here] = None
            here = posts[here].parent_id or root_id
        order.update(dict.fromkeys(reversed(way)))
    both = [
        [key for key in own if key in left and key in right] for own in (left, right)
    ]
    if both[0] != both[1]:
        common = [key for key in order if key in left and key in right]
        for own in both:
            if own != common:
                decisions.note(
                    ConflictKind.ARRIVAL, (root_id,), tuple(common), tuple(own)
                )
    return list(order)


def _by_time(post: Post) -> Rank:
    return post.created_at is None, rank(post.created_at), post.id


def placed(
    arrival: Iterable[PostId],
    posts: Mapping[PostId, Post],
    moved: Mapping[PostId, PostId],
) -> Iterable[Post]:
    """Yield the posts in order of arrival, those in a circle cut out of it."""
    for post_id in arrival:
        post = posts[post_id]
        if post_id in moved and isinstance(post, Comment):
            yield attrs.evolve(post, parent_id=_stubs.under(moved[post_id]))
        else:
            yield post


def joined_revisions(
    copies: tuple[Copy, Copy], posts: Mapping[PostId, Post], decisions: Decisions
) -> list[Revision]:
    """Return the wordings known to the copies with the highest revision."""
    found: dict[tuple[PostId, int], Revision] = {}
    for copy in copies:
        for revision in copy.content.revisions:
            own, post = copy.posts[revision.post_id], posts[revision.post_id]
            key = (revision.post_id, revision.number)
            if own.revision != post.revision or (
                revision.number == post.revision and _wording(own) != _wording(post)
            ):
                decisions.note(
                    ConflictKind.REVISION, (key[0], str(key[1])), None, revision
                )
            else:
                known = found.get(key, revision)
                found[key] = decisions.greater(
                    ConflictKind.REVISION, (key[0], str(key[1])), known, revision
                )
    return list(found.values())


def compare_stubs(
    copies: tuple[Copy, Copy], posts: Mapping[PostId, Post], decisions: Decisions
) -> None:
    """Note where two stubs of one id say different things."""
    theirs = {stub.id: stub for stub in copies[1].content.stubs}
    for stub in copies[0].content.stubs:
        other = theirs.get(stub.id)
        if other is not None and stub.id not in posts:
            for name in ("parent_id", "count", "cursor"):
                decisions.greater(
                    ConflictKind.STUB,
                    (stub.id, name),
                    getattr(stub, name),
                    getattr(other, name),
                )
