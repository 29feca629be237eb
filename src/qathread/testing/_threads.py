"""Strategies for whole threads that came from outside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..bodies import Body
from ..content import Content, ThreadKind
from ..feedback import DOWN, UP, Direction, Reaction, Tally, Vote
from ..ids import PostId, UserId
from ..posts import Answer, Comment, Post, Question, Stub
from ..provenance import Provenance
from ..revisions import Revision, RevisionKind, Suggestion
from ..status import Bounty, Flag, Link, Mark, Motion, PostStatus, Status
from ..thread import Thread
from ._values import (
    bodies,
    bounties,
    counts,
    faces,
    flags,
    ids,
    instants,
    links,
    marks,
    maybe,
    motions,
    names,
    post_statuses,
    provenances,
    reaction_kinds,
    statuses,
    stubs,
    suggestions,
    tuples_of,
)


@attrs.frozen
class _Extras:
    """What few posts have."""

    edited_at: datetime | None
    revision: int
    known: int  # wordings before the current one
    lists_current: bool
    deleted: Mark | None
    removed: Mark | None
    status: PostStatus
    provenance: Provenance | None
    author_name: str | None


@attrs.frozen
class _Plan:
    """A post before it is settled what it stands under."""

    is_answer: bool
    above: int
    author_id: UserId
    body: Body
    created_at: datetime | None
    extras: _Extras


@attrs.frozen
class _More:
    """What hangs on the thread as a whole, and what is rare."""

    status: Status
    suggestions: tuple[tuple[int, Suggestion], ...]
    bounties: tuple[Bounty, ...]
    flags: tuple[tuple[int, Flag], ...]
    motions: tuple[Motion, ...]
    links: tuple[Link, ...]
    provenance: Provenance | None


_Ballot = tuple[int, UserId, Direction, datetime, int]
_Emoji = tuple[int, UserId, str, datetime]
_Baseline = tuple[int, int | None, int | None, int | None, dict[str, int], bool, bool]

# Strategies are made once: a thread draws from them a hundred times.
_person = st.sampled_from(("ada", "greg", "li", "zoë"))
_place = st.integers(0, 30)
_few = st.integers(0, 3)  # 3 stands for what one in four has
_id = ids()
_created = maybe(instants())
_words = bodies()
_extras = st.builds(
    _Extras,
    edited_at=_created,
    revision=st.integers(1, 4),
    known=st.integers(0, 3),
    lists_current=st.booleans(),
    deleted=maybe(marks()),
    removed=maybe(marks()),
    status=post_statuses(),
    provenance=maybe(provenances()),
    author_name=maybe(names()),
)
_NO_EXTRAS = _Extras(None, 1, 0, False, None, None, PostStatus(), None, None)
_more = st.builds(
    _More,
    status=st.one_of(st.just(Status()), statuses()),
    suggestions=tuples_of(st.tuples(_place, suggestions()), 2, lambda two: two[1].id),
    bounties=tuples_of(bounties(), 2, lambda bounty: bounty.id),
    flags=tuples_of(st.tuples(_place, flags()), 2, lambda two: two[1].id),
    motions=tuples_of(motions(), 2, lambda each: (each.kind, each.by_id)),
    links=tuples_of(links(), 2),
    provenance=maybe(provenances()),
)


@st.composite
def _plans(draw: st.DrawFn) -> _Plan:
    return _Plan(
        is_answer=draw(_boolean),
        above=draw(_place),
        author_id=draw(_person),
        body=draw(_words),
        created_at=draw(_created),
        extras=draw(_extras) if draw(_few) == 3 else _NO_EXTRAS,
    )


_boolean = st.booleans()
_plan = _plans()
_replies = st.lists(_plan, max_size=8)
_gaps = st.lists(st.tuples(_place, stubs()), max_size=3)
_weight = st.sampled_from((1, 1, 1, 2, 1000))
_ballots = st.lists(
    st.tuples(_place, _person, st.sampled_from(Direction), instants(), _weight),
    max_size=6,
)
_emoji = st.lists(st.tuples(_place, _person, reaction_kinds(), instants()), max_size=4)
_beside = maybe(st.integers(0, 9))  # counted beside the ballots; None: not known
_baselines = st.lists(
    st.tuples(
        _place,
        _beside,
        _beside,
        maybe(st.integers(-9, 9)),
        st.dictionaries(reaction_kinds(), counts(), max_size=2),
        _boolean,
        _boolean,
    ),
    max_size=4,
)
_heading = st.tuples(maybe(names()), tuples_of(names()), maybe(counts()))
_people = tuples_of(faces(), 2, lambda user: user.id)
_chosen = st.lists(_place, max_size=3)
_kind = st.sampled_from(ThreadKind)
_version = st.one_of(st.just(1), st.integers(1, 1000))


@st.composite
def threads(draw: st.DrawFn) -> Thread:
    """
    Return threads as readers make them.

    They have trees of any shape, deleted posts, unknown times, places that were
    not delivered (a question among them), known and unknown counts, several
    accepted answers, and earlier wordings. Their one pending event is
    ``Imported``.

    Args:
        draw: Given by Hypothesis.

    Returns:
        Threads that shrink to a question alone.
    """
    places = ["q"]
    posts: list[Post] = []
    gaps: list[Stub] = []
    wordings: list[Revision] = []
    first, plans = draw(_plan), draw(_replies)
    if draw(_few) == 3:
        gaps.append(Stub(id="q"))
        # Without an answer nothing would say which stub is the root.
        plans.insert(0, attrs.evolve(first, is_answer=True))
    else:
        title, tags, views = draw(_heading)
        question = Question(
            id="q", title=title, tags=tags, views=views, **_common(first)
        )
        posts.append(question)
        wordings += _wordings(question, first.extras)
    if draw(_few) == 3:
        for above, stub in draw(_gaps):
            parent_id = stub.parent_id and _one(places, above)
            stub_id = _free(stub.id, places)
            gaps.append(attrs.evolve(stub, id=stub_id, parent_id=parent_id))
            places.append(stub_id)
    for plan in plans:
        post_id = _free(f"p{len(posts)}", places)
        post: Post
        if plan.is_answer:
            post = Answer(id=post_id, question_id="q", **_common(plan))
        else:
            parent_id = _one(places, plan.above)
            post = Comment(id=post_id, parent_id=parent_id, **_common(plan))
        posts.append(post)
        places.append(post_id)
        wordings += _wordings(post, plan.extras)
    if draw(_few) == 3:
        posts = draw(st.permutations(posts))
    votes = _votes(draw(_ballots), places)
    reactions = _reactions(draw(_emoji), places)
    answer_ids = [post.id for post in posts if isinstance(post, Answer)]
    accepted = [_one(answer_ids, at) for at in draw(_chosen) if answer_ids]
    more = draw(_more)
    return Thread.from_parts(
        id=draw(_id),
        kind=draw(_kind),
        posts=posts,
        stubs=gaps,
        votes=votes,
        reactions=reactions,
        tallies=_tallies(draw(_baselines), places, votes, reactions),
        users=draw(_people),
        accepted=dict.fromkeys(accepted),
        status=more.status,
        revisions=wordings,
        suggestions=[
            attrs.evolve(each, post_id=_one(places, at))
            for at, each in more.suggestions
        ],
        bounties=more.bounties,
        flags=[attrs.evolve(each, post_id=_one(places, at)) for at, each in more.flags],
        motions=more.motions,
        links=more.links,
        provenance=more.provenance,
        version=draw(_version),
    )


def contents() -> SearchStrategy[Content]:
    """Return what threads hold apart from id and version."""
    return threads().map(lambda thread: thread.content)


# -- from plans to parts ---------------------------------------------------------


def _one(items: Sequence[str], place: int) -> str:
    return items[place % len(items)]


def _free(wanted: str, taken: Sequence[str]) -> str:
    while wanted in taken:
        wanted += "'"
    return wanted


def _common(plan: _Plan) -> dict[str, Any]:
    extras = plan.extras
    return {
        "author_id": plan.author_id,
        "author_name": extras.author_name,
        "body": plan.body,
        "created_at": plan.created_at,
        "edited_at": extras.edited_at,
        "revision": extras.revision,
        "deleted": extras.deleted,
        "removed": extras.removed,
        "status": extras.status,
        "provenance": extras.provenance,
    }


def _wordings(post: Post, extras: _Extras) -> Iterator[Revision]:
    """Give some earlier wordings, and the current one in some threads."""
    title, tags = (post.title, post.tags) if isinstance(post, Question) else (None, ())
    last = post.revision if extras.lists_current else post.revision - 1
    for number in range(max(1, post.revision - extras.known), last + 1):
        current = number == post.revision
        yield Revision(
            post_id=post.id,
            number=number,
            body=post.body if current else Body(source=f"wording {number}"),
            title=title,
            tags=tags,
            editor_id=post.author_id if number == 1 else None,
            kind=RevisionKind.INITIAL if number == 1 else RevisionKind.EDIT,
        )


def _votes(ballots: list[_Ballot], places: Sequence[PostId]) -> list[Vote]:
    found = {
        (_one(places, at), voter_id): (direction, cast_at, weight)
        for at, voter_id, direction, cast_at, weight in ballots
    }
    return [
        Vote(
            post_id=post_id,
            voter_id=voter_id,
            direction=direction,
            cast_at=cast_at,
            weight=weight,
        )
        for (post_id, voter_id), (direction, cast_at, weight) in found.items()
    ]


def _reactions(emoji: list[_Emoji], places: Sequence[PostId]) -> list[Reaction]:
    found = {
        (_one(places, at), user_id, kind): put_at for at, user_id, kind, put_at in emoji
    }
    return [
        Reaction(post_id=post_id, user_id=user_id, kind=kind, at=put_at)
        for (post_id, user_id, kind), put_at in found.items()
    ]


def _tallies(
    baselines: list[_Baseline],
    places: Sequence[PostId],
    votes: list[Vote],
    reactions: list[Reaction],
) -> Iterator[Tally]:
    """Give totals that cover the ballots; a part of them is unknown."""
    chosen = {_one(places, baseline[0]): baseline for baseline in baselines}
    for post_id, (_, up, down, score, kinds, exact, complete) in chosen.items():
        cast = {UP: 0, DOWN: 0}
        for vote in votes:
            if vote.post_id == post_id:
                cast[vote.direction] += vote.weight
        put = Counter(each.kind for each in reactions if each.post_id == post_id)
        totals = {kind: count + put[kind] for kind, count in kinds.items()}
        if complete:
            totals = {**put, **totals}
        yield Tally(
            post_id=post_id,
            up=None if up is None else up + cast[UP],
            down=None if down is None else down + cast[DOWN],
            score=None if None not in (up, down) else score,
            reactions=tuple(totals.items()),
            exact=exact,
            complete=complete,
        )
