"""Laws of tallies: they equal a recount, and what is unknown stays unknown."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import (
    UP,
    Answer,
    Body,
    Direction,
    Question,
    Tally,
    Thread,
    Vote,
    events,
)
from qathread.errors import IntegrityError
from qathread.testing.strategies import open_threads, reaction_kinds, threads

AT = datetime(2026, 1, 1, tzinfo=UTC)

half = settings(max_examples=max(10, settings().max_examples // 2))

daily_counts = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(0, 5),
        st.integers(0, 5),
        st.dictionaries(reaction_kinds(), st.integers(0, 5), max_size=2),
    ),
    max_size=3,
)


def with_counts(thread: Thread, counted: list[Any]) -> Thread:
    """Let votes known by number only happen to a thread."""
    places = [post.id for post in thread.posts]
    for place, up, down, kinds in counted:
        post = thread[places[place % len(places)]]
        event = events.VotesCounted(
            thread_id=thread.id,
            version=thread.version + 1,
            at=AT,
            recorded_at=AT,
            post_id=post.id,
            post_kind=post.kind,
            author_id=post.author_id,
            up=up,
            down=down,
            reactions=tuple(sorted(kinds.items())),
        )
        thread = events.evolve(thread, event)
    return thread


class Recount:
    """Every tally of a thread from its event log, by addition alone."""

    def __init__(self, log: tuple[events.Event, ...]) -> None:
        self.votes: dict[tuple[str, str], tuple[Direction, int]] = {}
        self.reactions: set[tuple[str, str, str]] = set()
        #: What came without ballots, by post; a post without an entry is unknown.
        self.base: dict[str, dict[str, Any]] = {}
        for event in log:
            self.take(event)

    def take(self, event: events.Event) -> None:
        match event:
            case events.Imported():
                self.imported(event)
            case events.QuestionAsked():
                self.opened(event.question.id)
            case events.AnswerPosted():
                self.opened(event.answer.id)
            case events.CommentPosted():
                self.opened(event.comment.id)
            case events.VoteCast() | events.VoteChanged():
                key = (event.post_id, event.by.id)
                self.votes[key] = (event.direction, event.weight)
            case events.VoteRetracted():
                del self.votes[event.post_id, event.by.id]
            case events.ReactionAdded():
                self.reactions.add((event.post_id, event.by.id, event.kind))
            case events.ReactionRemoved():
                kind = event.replaced.kind
                self.reactions.remove((event.post_id, event.by.id, kind))
            case events.VotesCounted():
                self.counted(event)
            case _:
                pass

    def imported(self, event: events.Imported) -> None:
        content = event.content
        for vote in content.votes:
            key = (vote.post_id, vote.voter_id)
            self.votes[key] = (vote.direction, vote.weight)
        for each in content.reactions:
            self.reactions.add((each.post_id, each.user_id, each.kind))
        for tally in content.tallies:
            up, down = self.cast_on(tally.post_id)
            put = self.put_on(tally.post_id)
            self.base[tally.post_id] = {
                "up": None if tally.up is None else tally.up - up,
                "down": None if tally.down is None else tally.down - down,
                "score": None if tally.score is None else tally.score - up + down,
                "kinds": {kind: n - put[kind] for kind, n in tally.reactions},
                "exact": tally.exact,
                "complete": tally.complete,
            }

    def opened(self, post_id: str) -> None:
        zero = {"up": 0, "down": 0, "score": 0, "kinds": {}}
        self.base[post_id] = {**zero, "exact": True, "complete": True}

    def counted(self, event: events.VotesCounted) -> None:
        base = self.base.get(event.post_id)
        if base is None:
            return
        for name, amount in (("up", event.up), ("down", event.down)):
            if base[name] is not None:
                base[name] += amount
        if base["score"] is not None:
            base["score"] += event.up - event.down
        for kind, amount in event.reactions:
            if base["complete"] or kind in base["kinds"]:
                base["kinds"][kind] = base["kinds"].get(kind, 0) + amount

    def cast_on(self, post_id: str) -> tuple[int, int]:
        sums = {way: 0 for way in Direction}
        for (on, _), (way, weight) in self.votes.items():
            if on == post_id:
                sums[way] += weight
        return sums[Direction.UP], sums[Direction.DOWN]

    def put_on(self, post_id: str) -> Counter[str]:
        return Counter(kind for on, _, kind in self.reactions if on == post_id)

    def tally(self, post_id: str) -> Tally:
        base = self.base.get(post_id)
        if base is None:
            return Tally(post_id=post_id)
        up, down = self.cast_on(post_id)
        put = self.put_on(post_id)
        kinds = {*base["kinds"], *(put if base["complete"] else ())}
        known = base["up"] is not None and base["down"] is not None
        return Tally(
            post_id=post_id,
            up=None if base["up"] is None else base["up"] + up,
            down=None if base["down"] is None else base["down"] + down,
            score=(
                None if known or base["score"] is None else base["score"] + up - down
            ),
            reactions=tuple(
                (kind, base["kinds"].get(kind, 0) + put[kind]) for kind in kinds
            ),
            exact=base["exact"],
            complete=base["complete"],
        )


@half
@given(thread=st.one_of(open_threads(), open_threads(threads())), counted=daily_counts)
def test_tallies_equal_a_recount_from_scratch(
    thread: Thread, counted: list[Any]
) -> None:
    """Counters kept beside ballots drift; these must never do so."""
    thread = with_counts(thread, counted)
    recount = Recount(thread.pending)
    for post in (*thread.posts, *thread.stubs):
        assert thread.tally(post.id) == recount.tally(post.id)
        assert thread.score(post.id) == recount.tally(post.id).score
        assert dict(thread.reactions(post.id)) == dict(recount.tally(post.id).reactions)
    standing = {
        (vote.post_id, vote.voter_id): (vote.direction, vote.weight)
        for vote in thread.votes
    }
    assert standing == recount.votes
    put = {(r.post_id, r.user_id, r.kind) for r in thread.content.reactions}
    assert put == recount.reactions


@half
@given(thread=threads(), data=st.data(), counted=daily_counts)
def test_what_is_unknown_stays_unknown_whatever_is_added(
    thread: Thread, data: st.DataObject, counted: list[Any]
) -> None:
    """A count that a site hid cannot be had by adding to it."""
    after = with_counts(data.draw(open_threads(st.just(thread))), counted)
    for post in thread.posts:
        before, now = thread.tally(post.id), after.tally(post.id)
        for part in ("up", "down", "score"):
            known = getattr(before, part) is not None
            assert (getattr(now, part) is not None) is known
        if not before.complete:
            kinds = {kind for kind, _ in before.reactions}
            assert {kind for kind, _ in now.reactions} == kinds
        assert (now.exact, now.complete) == (before.exact, before.complete)


@half
@given(thread=open_threads())
def test_posts_made_here_start_from_an_exact_zero(thread: Thread) -> None:
    """Of such a post nothing is unknown, ever."""
    for post in thread.posts:
        tally = thread.tally(post.id)
        ups = [v for v in thread.votes if v.post_id == post.id and v.direction is UP]
        assert tally.up == sum(vote.weight for vote in ups)
        assert tally.exact
        assert tally.complete
        assert tally.down is not None
        assert tally.score == sum(vote.weight for vote in ups) - tally.down
        assert all(count > 0 for _, count in tally.reactions)


@half
@given(thread=threads())
def test_a_score_is_ups_minus_downs_where_both_are_known(thread: Thread) -> None:
    """The three numbers on a page agree."""
    for post in thread.posts:
        tally = thread.tally(post.id)
        if tally.up is not None and tally.down is not None:
            assert tally.score == tally.up - tally.down


@given(up=st.integers(0, 5), down=st.integers(0, 5), weight=st.integers(1, 5))
def test_a_tally_that_counts_less_than_its_ballots_is_refused(
    up: int, down: int, weight: int
) -> None:
    """Such a baseline would be negative: nobody takes votes back that never were."""
    vote = Vote(post_id="q", voter_id="ada", direction=UP, cast_at=AT, weight=weight)
    parts: dict[str, Any] = {
        "id": "t",
        "question": Question(id="q", author_id="greg", body=Body(source="?")),
        "votes": [vote],
        "tallies": [Tally(post_id="q", up=up, down=down)],
    }
    if up < weight:
        with pytest.raises(IntegrityError, match="'q'"):
            Thread.from_parts(**parts)
    else:
        assert Thread.from_parts(**parts).score("q") == up - down


def test_a_post_without_a_tally_is_unknown_and_not_zero() -> None:
    """`None` sorts last and shows as a question mark; 0 would be a lie."""
    answer = Answer(id="a", question_id="q", author_id="li", body=Body(source="!"))
    question = Question(id="q", author_id="greg", body=Body(source="?"))
    thread = Thread.from_parts(
        id="t",
        question=question,
        posts=[answer],
        tallies=[Tally(post_id="q", reactions=(("like", 0),))],
    )
    assert thread.score("a") is None
    assert thread.tally("a") == Tally(post_id="a")
    assert dict(thread.reactions("q")) == {"like": 0}
    assert dict(thread.reactions("a")) == {}
