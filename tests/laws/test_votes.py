"""Laws of votes and reactions: one standing vote per voter and post."""

from datetime import datetime

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import DOWN, UP, Direction, Thread, User, events, posting, to_json, voting
from qathread.testing.strategies import (
    instants,
    open_threads,
    reaction_kinds,
    threads,
    users,
)

directions = st.sampled_from(Direction)
weights = st.one_of(st.just(1), st.integers(1, 1000))


def votable(thread: Thread) -> str:
    """A post that takes votes."""
    status = thread.status
    assume(status.archived is None and status.locked is None)
    standing = [
        post.id for post in thread.posts if post.stands and post.status.locked is None
    ]
    assume(standing)
    return standing[-1]


thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
grown = st.one_of(open_threads(), open_threads(threads()))


@thread_laws
@given(thread=grown, ada=users(), way=directions, at=instants(), weight=weights)
def test_casting_twice_is_casting_once(
    thread: Thread, ada: User, way: Direction, at: datetime, weight: int
) -> None:
    """A repeated request must not count twice."""
    on = votable(thread)
    once = voting.cast(thread, on, way, weight=weight, by=ada, at=at)
    assert voting.cast(once, on, way, weight=weight, by=ada, at=at) is once


@thread_laws
@given(thread=grown, ada=users(), at=instants(), later=instants())
def test_casting_twice_is_casting_once_at_any_later_time(
    thread: Thread, ada: User, at: datetime, later: datetime
) -> None:
    """A vote stands from when it was first cast; a repeat does not renew it."""
    on = votable(thread)
    once = voting.cast(thread, on, UP, by=ada, at=at)
    assert voting.cast(once, on, UP, by=ada, at=later) is once


@thread_laws
@given(thread=grown, ada=users(), way=directions, at=instants())
def test_the_opposite_vote_is_one_change(
    thread: Thread, ada: User, way: Direction, at: datetime
) -> None:
    """From +1 to -1 the score moves by 2, and the log says so in one event."""
    on = votable(thread)
    assume(thread.vote(on, ada.id) is None)
    once = voting.cast(thread, on, way, by=ada, at=at)
    other = DOWN if way is UP else UP
    turned = voting.cast(once, on, other, by=ada, at=at)
    assert turned.version == once.version + 1
    event = turned.pending[-1]
    assert isinstance(event, events.VoteChanged)
    assert event.replaced == once.vote(on, ada.id)
    before, after = once.score(on), turned.score(on)
    if before is not None and after is not None:
        assert after - before == (2 if other is UP else -2)
    assert (before is None) is (after is None)
    standing = turned.vote(on, ada.id)
    assert standing is not None
    assert standing.direction is other
    direct = voting.cast(thread, on, other, by=ada, at=at)
    assert turned.content == direct.content


@thread_laws
@given(thread=grown, ada=users(), at=instants(), weight=weights, other=weights)
def test_another_weight_is_one_change(
    thread: Thread, ada: User, at: datetime, weight: int, other: int
) -> None:
    """A voter has one vote, however heavy: weights replace, they never add up."""
    on = votable(thread)
    once = voting.cast(thread, on, UP, weight=weight, by=ada, at=at)
    changed = voting.cast(once, on, UP, weight=other, by=ada, at=at)
    assert (changed is once) is (weight == other)
    first, then = once.tally(on).up, changed.tally(on).up
    if first is not None and then is not None:
        assert then - first == other - weight


@thread_laws
@given(thread=grown, ada=users(), way=directions, at=instants())
def test_a_vote_is_known_by_voter_and_post(
    thread: Thread, ada: User, way: Direction, at: datetime
) -> None:
    """Pages mark what a reader voted; nobody else's vote moves."""
    on = votable(thread)
    after = voting.cast(thread, on, way, by=ada, at=at)
    standing = after.vote(on, ada.id)
    assert standing is not None
    assert (standing.voter_id, standing.post_id) == (ada.id, on)
    assert standing.direction is way
    others = [
        vote for vote in thread.votes if (vote.post_id, vote.voter_id) != (on, ada.id)
    ]
    kept = [
        vote for vote in after.votes if (vote.post_id, vote.voter_id) != (on, ada.id)
    ]
    assert kept == others
    for post in thread.posts:
        if post.id != on:
            assert after.tally(post.id) == thread.tally(post.id)


@thread_laws
@given(
    thread=grown,
    ballots=st.lists(st.tuples(st.sampled_from("abcde"), directions), max_size=8),
    at=instants(),
    data=st.data(),
)
def test_the_order_of_different_voters_does_not_matter(
    thread: Thread,
    ballots: list[tuple[str, Direction]],
    at: datetime,
    data: st.DataObject,
) -> None:
    """Requests race; only the order of one voter's own votes may count."""
    on = votable(thread)
    turns = data.draw(st.permutations(sorted({voter for voter, _ in ballots})))
    shuffled = [each for voter in turns for each in ballots if each[0] == voter]

    def counted(order: list[tuple[str, Direction]]) -> Thread:
        after = thread
        for voter, way in order:
            after = voting.cast(after, on, way, by=User(id=voter), at=at)
        return after

    one, other = counted(ballots), counted(shuffled)
    assert one.tally(on) == other.tally(on)
    assert one.votes == other.votes
    assert one.content == other.content
    if one.version == other.version:
        assert to_json(one) == to_json(other)


@thread_laws
@given(thread=grown, ada=users(), kind=reaction_kinds(), at=instants())
def test_reacting_twice_is_reacting_once(
    thread: Thread, ada: User, kind: str, at: datetime
) -> None:
    """A double click is one like."""
    on = votable(thread)
    once = voting.react(thread, on, kind, by=ada, at=at)
    assert voting.react(once, on, kind, by=ada, at=at) is once


@thread_laws
@given(thread=grown, ada=users(), kind=reaction_kinds(), at=instants())
def test_a_reaction_never_moves_the_score(
    thread: Thread, ada: User, kind: str, at: datetime
) -> None:
    """Likes are no votes."""
    on = votable(thread)
    after = voting.react(thread, on, kind, by=ada, at=at)
    for post in thread.posts:
        mine, theirs = thread.tally(post.id), after.tally(post.id)
        assert (mine.up, mine.down, mine.score) == (
            theirs.up,
            theirs.down,
            theirs.score,
        )
    assert after.votes == thread.votes


@thread_laws
@given(thread=grown, ada=users(), at=instants())
def test_votes_outlive_the_deletion_of_their_post(
    thread: Thread, ada: User, at: datetime
) -> None:
    """A post that comes back comes back with its score."""
    on = votable(thread)
    voted = voting.cast(thread, on, DOWN, by=ada, at=at)
    gone = posting.delete(voted, on, by=ada, at=at)
    assert gone.tally(on) == voted.tally(on)
    assert gone.vote(on, ada.id) == voted.vote(on, ada.id)
