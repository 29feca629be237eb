"""Laws of moderation: undo is neutral, nothing is lost, and nothing counts twice."""

import pickle
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import (
    UP,
    Body,
    Comment,
    Direction,
    Flag,
    Reaction,
    Stub,
    Tally,
    Thread,
    User,
    Vote,
    from_json,
    moderation,
    posting,
    to_json,
    trees,
    voting,
)
from qathread._fold import apply, begin
from qathread.errors import CycleError, QathreadError
from qathread.events import EventId, Moderation, evolve, replay
from qathread.ids import UserId
from qathread.policies import OPEN
from qathread.policy import Bounties, Flagging, OwnVotes, Policy, Quorum
from qathread.posts import Answer, Question
from qathread.status import LockLevel, Motion, MotionKind
from qathread.testing import strategies
from qathread.testing._steps import (
    Step,
    _takes_changes,
    arranging_steps,
    moderated_threads,
    verb_steps,
)
from qathread.testing.strategies import open_threads, policies, texts, threads
from qathread.thread import index_in

AT = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

laws = settings(max_examples=max(10, settings().max_examples // 4))
many = settings(max_examples=max(20, settings().max_examples))
grown = st.one_of(moderated_threads(), moderated_threads(threads()))

_few = st.integers(0, 3)
_people = st.sampled_from(("ada", "greg", "li"))


@st.composite
def bushes(draw: st.DrawFn) -> Thread:
    """Small trees of any shape, in which many posts stand under one another."""
    body, posts = Body(source="!"), list[Answer | Comment]()
    for number, above in enumerate(draw(st.lists(st.integers(0, 20), max_size=9))):
        place = above % (number + 2)
        common: dict[str, Any] = {
            "id": f"p{number}",
            "author_id": "li",
            "body": body,
        }
        if place == 0:
            posts.append(Answer(question_id="q", **common))
        else:
            under = "q" if place == 1 else f"p{place - 2}"
            posts.append(Comment(parent_id=under, **common))
    answers = [post.id for post in posts if isinstance(post, Answer)]
    return Thread.from_parts(
        id="t",
        question=Question(id="q", author_id="ada", body=body),
        posts=posts,
        accepted=answers[: draw(st.integers(0, 1))],
    )


@st.composite
def crowds(draw: st.DrawFn) -> Thread:
    """Few posts, on which the same few people voted, reacted and wrote."""
    body, ids = Body(source="!"), ("q", "a", "b")
    pairs = [(on, name) for on in ids for name in ("ada", "greg", "li")]
    votes = [
        Vote(
            post_id=on,
            voter_id=name,
            direction=UP if way % 2 else Direction.DOWN,
            cast_at=AT + draw(_few) * SECOND,
            weight=1 + way,
        )
        for on, name in pairs
        if (way := draw(_few)) < 3
    ]
    reactions = [
        Reaction(post_id=on, user_id=name, kind=kind, at=AT + draw(_few) * SECOND)
        for on, name in pairs[:6]
        for kind in ("like", "heart")[: draw(_few) % 3]
    ]
    tallies = []
    for on in ids:
        sums = dict.fromkeys(Direction, draw(_few))
        for vote in votes:
            if vote.post_id == on:
                sums[vote.direction] += vote.weight
        put = Counter(each.kind for each in reactions if each.post_id == on)
        counts = tuple(sorted(put.items()))
        down = sums[Direction.DOWN]
        tallies.append(
            Tally(post_id=on, up=sums[UP], down=down, reactions=counts, complete=True)
        )
    return Thread.from_parts(
        id="t",
        posts=[
            Question(id="q", author_id=draw(_people), body=body),
            Answer(id="a", question_id="q", author_id=draw(_people), body=body),
            Comment(id="b", parent_id="a", author_id=draw(_people), body=body),
        ],
        votes=votes,
        reactions=reactions,
        tallies=tallies[: 1 + draw(_few)],
        flags=[
            Flag(id=name, post_id="a", reason="spam", by_id=name)
            for name in ("ada", "greg")
        ],
        motions=[
            Motion(kind=MotionKind.CLOSE, by_id=name, at=AT + draw(_few) * SECOND)
            for name in ("greg", "li")
        ],
    )


def somebody(thread: Thread) -> User:
    """Somebody who has a face already, so that acting adds nothing."""
    return next(iter(thread.users.values()))


def who(thread: Thread) -> dict[str, Any]:
    return {"by": somebody(thread), "at": AT}


def moderated(**changes: Any) -> Policy:
    return attrs.evolve(OPEN, moderation=attrs.evolve(OPEN.moderation, **changes))


def assert_whole(thread: Thread) -> None:
    read = from_json(to_json(thread), limits=None)
    assert read == thread
    assert to_json(read) == to_json(thread)
    again = replay(thread.pending)
    assert again == thread
    assert to_json(again) == to_json(thread)
    kept = pickle.loads(pickle.dumps(thread))
    assert kept == thread
    assert kept.pending == thread.pending


def assert_index_is_that_of_content(thread: Thread) -> None:
    """The index that the fold keeps is the one that content would make."""
    read = from_json(to_json(thread), limits=None)
    mine, theirs = index_in(thread), index_in(read)
    for post_id, node in theirs.nodes.items():
        assert list(mine.nodes[post_id].children) == list(node.children)
        assert mine.nodes[post_id].gaps == node.gaps
        assert mine.nodes[post_id].tally == node.tally
    assert len(mine.nodes) == len(theirs.nodes)
    for name in ("arrival", "answers", "comments"):
        assert list(getattr(mine, name)) == list(getattr(theirs, name))


# -- whole threads ---------------------------------------------------------------


@laws
@given(thread=grown)
def test_a_moderated_thread_follows_from_its_past_and_survives_json(
    thread: Thread,
) -> None:
    """A thread that cannot be saved, or made again, is a lost thread."""
    assert_whole(thread)
    assert_index_is_that_of_content(thread)


@laws
@given(thread=grown, data=st.data())
def test_every_split_of_a_moderated_past_makes_the_same_thread(
    thread: Thread, data: st.DataObject
) -> None:
    """One fold, two speeds: moves settle a batch half-way."""
    log = thread.pending
    cut = data.draw(st.integers(1, len(log)))
    head = replay(log[:cut])
    assert replay(log[cut:], start=head) == thread
    step = head
    for event in log[cut:]:
        step = evolve(step, event)
    assert step == thread
    assert to_json(step) == to_json(thread)


# -- undo is neutral -------------------------------------------------------------


def pairs(thread: Thread, number: int) -> Iterator[tuple[Any, Any, Any]]:
    """Each mark that is not there yet: what puts it on, what takes it off."""
    status, m = thread.status, moderation
    level = {"level": tuple(LockLevel)[number % 3]}
    root = thread.root
    stands = isinstance(root, Stub) or root.stands
    if status.closed is None and stands and not thread.motions:
        yield m.close, m.reopen, (("unclear",), {"duplicate_of": "another"}, ())
    if status.protected is None:
        yield m.protect, m.unprotect, ((), {"reason": "spam"}, ())
    if status.pinned is None:
        yield m.pin, m.unpin, ((), {}, ())
    if status.hidden is None:
        yield m.hide, m.show, ((), {}, ())
    yield m.archive, m.unarchive, ((), {}, ())
    yield m.lock, m.unlock, ((), level, ())
    for post in thread.posts:
        if post.stands and post.status.locked is None:
            yield m.lock, m.unlock, ((post.id,), level, (post.id,))
            yield m.remove, m.reinstate, ((post.id,), {}, (post.id,))
            if post.status.hidden is None:
                yield m.hide, m.show, ((post.id,), {"reason": "x"}, (post.id,))


@laws
@given(thread=grown, number=st.integers(0, 2))
def test_a_mark_taken_off_leaves_no_trace(thread: Thread, number: int) -> None:
    """Content is as before; only the version tells that something happened."""
    assume(_takes_changes(thread))
    for impose, lift, (where, how, back) in pairs(thread, number):
        once = impose(thread, *where, **how, **who(thread))
        assert once.content != thread.content
        assert once.version == thread.version + 1
        assert impose(once, *where, **how, **who(thread)) is once
        assert lift(thread, *back, **who(thread)) is thread
        undone = lift(once, *back, **who(thread))
        assert undone.content == thread.content
        assert undone.version == thread.version + 2


@many
@given(thread=st.one_of(bushes(), grown))
def test_converting_there_and_back_leaves_no_trace(thread: Thread) -> None:
    """Votes, wordings, flags and replies hang on the post, not on its kind."""
    assume(_takes_changes(thread))
    for post in thread.posts:
        if isinstance(post, Question) or not post.stands or post.status.locked:
            continue
        once = moderation.convert(thread, post.id, **who(thread))
        assert once[post.id].kind is not post.kind
        assert once.tally(post.id) == thread.tally(post.id)
        assert [each.id for each in once.replies(post.id)] == [
            each.id for each in thread.replies(post.id)
        ]
        if isinstance(post, Answer):
            assert post.id not in once.content.accepted
            if post.id not in thread.content.accepted:
                back = moderation.convert(once, post.id, **who(thread))
                assert back.content == thread.content
            continue
        above = index_in(thread).nodes[post.parent_id].post
        if isinstance(above, Stub) or above.stands:
            back = moderation.convert(
                once, post.id, under=post.parent_id, **who(thread)
            )
            assert back.content == thread.content


@many
@given(thread=st.one_of(bushes(), bushes(), grown), place=st.integers(0, 30))
def test_a_moved_comment_takes_all_under_it_along(thread: Thread, place: int) -> None:
    """And moved back, it leaves no trace."""
    assume(_takes_changes(thread))
    under = thread.posts[place % len(thread)]
    assume(under.stands)
    for post in thread.posts:
        if not isinstance(post, Comment) or not post.stands or post.status.locked:
            continue
        below = [each.id for each in trees.subtree(thread, post.id)]
        if under.id in below:
            with pytest.raises(CycleError):
                moderation.move(thread, post.id, under.id, **who(thread))
            continue
        moved = moderation.move(thread, post.id, under.id, **who(thread))
        assert (moved is thread) is (post.parent_id == under.id)
        assert [each.id for each in trees.subtree(moved, post.id)] == below
        assert moved[post.id].parent_id == under.id
        assert moderation.move(moved, post.id, under.id, **who(thread)) is moved
        assert len(moved) == len(thread)
        assert moved.tallies == thread.tallies
        assert moved.votes == thread.votes
        assert_index_is_that_of_content(moved)
        above = index_in(thread).nodes[post.parent_id].post
        if isinstance(above, Stub) or above.stands:
            back = moderation.move(moved, post.id, post.parent_id, **who(thread))
            assert back.content == thread.content


# -- the same again, and steps in general ----------------------------------------


def steps(thread: Thread) -> st.SearchStrategy[Step]:
    return st.one_of(verb_steps(thread), arranging_steps(thread))


AGAIN = {"answer", "comment", "suggest_edit", "convert"}


@laws
@given(thread=grown, data=st.data())
def test_moderating_again_changes_nothing(thread: Thread, data: st.DataObject) -> None:
    """A request sent twice must count once."""
    assume(_takes_changes(thread))
    step = data.draw(arranging_steps(thread))
    once = step(thread)
    if step.verb.__name__ not in AGAIN or "under" in step.options:
        assert step(once) is once


def baselines(thread: Thread) -> dict[str, object]:
    """What the tally of each post says beyond the ballots that are known."""
    found: dict[str, object] = {}
    reactions = thread.content.reactions
    for part in (*thread.posts, *thread.stubs):
        tally = thread.tally(part.id)
        sums = dict.fromkeys(Direction, 0)
        for vote in thread.votes:
            if vote.post_id == part.id:
                sums[vote.direction] += vote.weight
        put = Counter(each.kind for each in reactions if each.post_id == part.id)
        counts = dict(tally.reactions)
        kinds = {*counts, *put} if tally.complete else set(counts)
        beyond = {kind: counts.get(kind, 0) - put[kind] for kind in kinds}
        score = tally.score
        found[part.id] = (
            None if tally.up is None else tally.up - sums[UP],
            None if tally.down is None else tally.down - sums[Direction.DOWN],
            None if score is None else score - sums[UP] + sums[Direction.DOWN],
            {kind: n for kind, n in beyond.items() if n or not tally.complete},
            tally.exact,
            tally.complete,
        )
    return found


@laws
@given(thread=grown, data=st.data())
def test_tallies_follow_the_ballots_and_nothing_else(
    thread: Thread, data: st.DataObject
) -> None:
    """Whatever is merged, struck out or moved: the unnamed part stays as it was."""
    assume(_takes_changes(thread))
    before = baselines(thread)
    after = data.draw(arranging_steps(thread))(thread)
    assert baselines(after) == before
    assert_whole(after)


@many
@given(thread=st.one_of(crowds(), grown), data=st.data())
def test_struck_out_votes_go_and_all_others_stay(
    thread: Thread, data: st.DataObject
) -> None:
    """One voter's fraud is not another's."""
    assume(_takes_changes(thread))
    people = [*thread.users, "nobody"]
    voters = data.draw(st.lists(st.sampled_from(people), max_size=3))
    for post in thread.posts:
        for chosen in (None, voters):
            if post.status.locked:
                continue
            after = moderation.invalidate_votes(
                thread, post.id, voters=chosen, **who(thread)
            )
            gone = set(thread.votes) - set(after.votes)
            assert gone == {
                vote
                for vote in thread.votes
                if vote.post_id == post.id
                and (chosen is None or vote.voter_id in chosen)
            }
            assert set(after.votes) <= set(thread.votes)
            assert (after is thread) is (not gone)


# -- people ----------------------------------------------------------------------


def people_in(value: object) -> Iterator[str]:
    """All ids of people anywhere in a value, found by the types of fields."""
    waiting = [value]
    while waiting:
        found: Any = waiting.pop()
        if isinstance(found, tuple):
            waiting += found
        elif attrs.has(type(found)):
            hints = get_type_hints(type(found), include_extras=True)
            for name in [field.name for field in attrs.fields(type(found))]:
                held, hint = getattr(found, name), hints[name]
                if held is not None and UserId in (hint, *get_args(hint)):
                    yield held
                waiting.append(held)


FORBIDDEN = attrs.evolve(
    OPEN,
    voting=attrs.evolve(
        OPEN.voting,
        **{
            kind: attrs.evolve(getattr(OPEN.voting, kind), own=OwnVotes.FORBID)
            for kind in ("question", "answer", "comment")
        },
    ),
)


@many
@given(
    thread=st.one_of(crowds(), crowds(), grown),
    data=st.data(),
    policy=st.sampled_from((OPEN, FORBIDDEN)),
)
def test_of_two_people_made_one_nothing_counts_twice(
    thread: Thread, data: st.DataObject, policy: Policy
) -> None:
    """The expected votes are worked out again from those before, one by one."""
    users = sorted(thread.users)
    from_id = data.draw(st.sampled_from(users))
    into = User(id=data.draw(st.sampled_from((*users, "new"))), name="Both")
    assume(into.id != from_id)
    mod = User(id="mod")
    after = moderation.merge_users(thread, from_id, into, by=mod, at=AT, policy=policy)
    assert from_id not in after.users
    assert from_id not in set(people_in(after.content))
    assert after.users[into.id] == into
    authors = {post.id: post.author_id for post in thread.posts}
    pair = {from_id, into.id}
    kept: dict[tuple[str, str], Any] = {}
    order = sorted(thread.votes, key=lambda vote: (vote.cast_at, vote.voter_id))
    for vote in order:
        author = authors.get(vote.post_id)
        became_own = vote.voter_id != author and {vote.voter_id, author} == pair
        if became_own and policy is FORBIDDEN:
            continue
        voter = into.id if vote.voter_id in pair else vote.voter_id
        kept.setdefault((vote.post_id, voter), attrs.evolve(vote, voter_id=voter))
    assert set(after.votes) == set(kept.values())
    put: dict[tuple[str, str, str], datetime] = {}
    for each in thread.content.reactions:
        user = into.id if each.user_id in pair else each.user_id
        key = (each.post_id, user, each.kind)
        put[key] = min(put.get(key, each.at), each.at)
    assert put == {
        (r.post_id, r.user_id, r.kind): r.at for r in after.content.reactions
    }
    assert baselines(after) == baselines(thread)
    for post in thread.posts:
        expected = into.id if post.author_id == from_id else post.author_id
        assert after[post.id].author_id == expected
        assert after[post.id].body == post.body
    assert len(after.flags) == len(thread.flags)
    latest: dict[tuple[str, str], datetime] = {}
    for motion in thread.motions:
        voter = into.id if motion.by_id in pair else motion.by_id
        said = (motion.kind, voter)
        latest[said] = max(latest.get(said, motion.at), motion.at)
    assert latest == {(each.kind, each.by_id): each.at for each in after.motions}
    assert_whole(after)
    assert moderation.merge_users(after, from_id, into, by=mod, at=AT) is after


# -- between threads -------------------------------------------------------------


def asked(thread_id: str) -> st.SearchStrategy[Thread]:
    ada = User(id="ada", name="Ada")
    return st.builds(
        posting.ask,
        st.just(thread_id),
        title=st.none(),
        body=texts(max_size=4),
        by=st.just(ada),
        at=st.just(AT),
    )


def hanging(thread: Thread) -> dict[str, object]:
    """What hangs on each post, apart from where it stands and what it is called."""
    content = thread.content
    return {
        post.id: (
            post.author_id,
            post.body,
            post.revision,
            (post.deleted, post.removed, post.status),
            thread.tally(post.id),
            [vote for vote in content.votes if vote.post_id == post.id],
            [each for each in content.reactions if each.post_id == post.id],
            [each for each in content.revisions if each.post_id == post.id],
            [each for each in content.suggestions if each.post_id == post.id],
            [each for each in content.flags if each.post_id == post.id],
        )
        for post in thread.posts
    }


mergeable = st.tuples(moderated_threads(asked("q")), moderated_threads(asked("o")))


@laws
@given(two=mergeable)
def test_merging_threads_loses_nothing_and_makes_nothing(
    two: tuple[Thread, Thread],
) -> None:
    """Every post is in one of the two, with all that hung on it."""
    thread, other = two
    assume(thread.question.stands and _takes_changes(thread) and _takes_changes(other))
    mod: dict[str, Any] = {"by": User(id="mod"), "at": AT}
    after, rest = moderation.merge_threads(thread, other, **mod)
    assert len(after) + len(rest) == len(thread) + len(other)
    assert {**hanging(after), **hanging(rest)} == {**hanging(thread), **hanging(other)}
    assert [post.id for post in rest.posts] == [other.question.id]
    closed = rest.status.closed
    assert closed is not None
    assert closed.duplicate_of == (thread.id,)
    assert [link.target for link in after.links] == [other.id]
    assert [link.target for link in rest.links] == [thread.id]
    assert rest.pending[-1].cause is not None
    assert after.content.accepted == thread.content.accepted
    for part in (after, rest):
        assert_whole(part)
        assert_index_is_that_of_content(part)
    again = moderation.merge_threads(after, rest, **mod)
    assert again[0] is after
    assert again[1] is rest
    with pytest.raises(CycleError):
        moderation.merge_threads(rest, after, **mod)


@many
@given(thread=st.one_of(bushes(), grown), data=st.data())
def test_splitting_a_thread_counts_every_post_once(
    thread: Thread, data: st.DataObject
) -> None:
    """What stood under the post is in the new thread, all else in the old one."""
    assume(_takes_changes(thread))
    options = [
        post
        for post in thread.posts
        if not isinstance(post, Question) and post.stands and not post.status.locked
    ]
    assume(options)
    top = data.draw(st.sampled_from(options))
    below = [post.id for post in trees.subtree(thread, top.id)]
    old, new = moderation.split(thread, top.id, thread.id + "+", **who(thread))
    assert len(old) + len(new) == len(thread)
    assert sorted(post.id for post in new.posts) == sorted(below)
    assert {**hanging(old), **hanging(new)} == hanging(thread)
    assert len(old.stubs) + len(new.stubs) == len(thread.stubs)
    assert new.question.id == top.id
    assert (new.version, new.base_version, new.kind) == (1, None, thread.kind)
    assert new.question.title is None
    assert [link.target for link in new.links if link.post_id is None] == [thread.id]
    assert new.id in [link.target for link in old.links]
    for part in (old, new):
        assert_whole(part)
        assert_index_is_that_of_content(part)


# -- several people decide -------------------------------------------------------


@many
@given(
    votes=st.integers(2, 4),
    lasts=st.one_of(st.none(), st.integers(1, 4)),
    calls=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), min_size=2, max_size=9
    ),
)
def test_a_thread_closes_with_the_voice_that_completes_the_quorum(
    votes: int, lasts: int | None, calls: list[tuple[str, int]]
) -> None:
    """Against a plain dict of voices; one that has aged is as if never raised."""
    policy = moderated(close=Quorum(votes=votes, lasts=lasts))
    thread = posting.ask("q", title=None, body="?", by=User(id="z"), at=AT)
    voices: dict[str, int] = {}
    for name, second in calls:
        before = thread
        thread = moderation.close(
            thread, "why", by=User(id=name), at=AT + second * SECOND, policy=policy
        )
        counting = {
            each
            for each, said in voices.items()
            if lasts is None or second - said <= lasts
        }
        if name in counting:
            assert thread is before
            continue
        voices[name] = second
        if len(counting) + 1 < votes:
            assert thread.status.closed is None
            assert {each.by_id for each in thread.motions} == set(voices)
            continue
        assert thread.status.closed is not None
        assert thread.motions == ()
        assert thread.version == before.version + (1 if votes == 1 else 2)
        if votes > 1:
            shut: Any = thread.pending[-1]
            assert set(shut.voter_ids) == {*counting, name}
            assert shut.cause.version == shut.version - 1
        break
    assert_whole(thread)


@many
@given(
    hide_at=st.one_of(st.none(), st.integers(1, 3)),
    remove_at=st.one_of(st.none(), st.integers(1, 4)),
    flaggers=st.lists(st.sampled_from("abcd"), max_size=6),
)
def test_flags_of_enough_people_hide_a_post_and_take_it_down(
    hide_at: int | None, remove_at: int | None, flaggers: list[str]
) -> None:
    """Each person counts once, however often they ask."""
    policy = moderated(flags=Flagging(hide_at=hide_at, remove_at=remove_at))
    thread = posting.ask("q", title=None, body="?", by=User(id="z"), at=AT)
    seen: set[str] = set()
    for name in flaggers:
        if thread.question.removed is not None:
            break
        thread = moderation.flag(
            thread, "q.1", "spam", by=User(id=name), at=AT, policy=policy
        )
        seen.add(name)
        assert len(thread.flags) == len(seen)
        hidden, removed = thread.question.status.hidden, thread.question.removed
        assert (hidden is not None) is (hide_at is not None and len(seen) >= hide_at)
        assert (removed is not None) is (
            remove_at is not None and len(seen) >= remove_at
        )
        for mark in (hidden, removed):
            assert mark is None or mark.by_id is None
    for event in thread.pending:
        if event.cause is not None:
            assert event.by is None
            assert thread.pending[event.cause.version - 1].by is not None
    assert_whole(thread)


@many
@given(
    scores=st.lists(st.integers(-1, 2), min_size=1, max_size=5),
    authors=st.lists(st.sampled_from("aabg"), min_size=5, max_size=5),
    late=st.lists(st.integers(-1, 2), min_size=5, max_size=5),
    least=st.one_of(st.none(), st.integers(-1, 2), st.integers(-1, 0)),
    percent=st.integers(0, 100),
    amount=st.integers(1, 500),
)
def test_an_expired_bounty_goes_to_the_best_answer_since_its_start(
    scores: list[int],
    authors: list[str],
    late: list[int],
    least: int | None,
    percent: int,
    amount: int,
) -> None:
    """The winner is found by sorting all answers, one line of arithmetic pays it."""
    rules = Bounties(lasts=100, grace=10, auto_score=least, auto_percent=percent)
    policy = moderated(bounty=rules)
    giver = User(id="g")
    thread = posting.ask("q", title=None, body="?", by=User(id="z"), at=AT)
    thread = moderation.offer_bounty(thread, amount, by=giver, at=AT, policy=policy)
    for score, author, second in zip(scores, authors, late, strict=False):
        at = AT + second * SECOND
        thread = posting.answer(thread, "so", by=User(id=author), at=at)
        answer_id = thread.answers[-1].id
        for voter in range(abs(score)):
            way = UP if score > 0 else Direction.DOWN
            thread = voting.cast(thread, answer_id, way, by=User(id=f"v{voter}"), at=at)
    done = moderation.expire_bounty(
        thread, "q.2", by=giver, at=AT + 110 * SECOND, policy=policy
    )
    ranked = sorted(
        (-score, second, answer.id)
        for score, author, second, answer in zip(
            scores, authors, late, thread.answers, strict=False
        )
        if least is not None and score >= least and author != "g" and second > 0
    )
    (bounty,) = done.bounties
    if ranked:
        assert bounty.answer_id == ranked[0][2]
        assert bounty.paid == amount * percent // 100
        # What brought it about is the promise itself.
        assert done.pending[-1].cause == EventId(thread_id="q", version=2)
    else:
        assert (bounty.answer_id, bounty.paid) == (None, 0)
    assert moderation.expire_bounty(done, "q.2", by=giver, at=AT, policy=policy) is done
    assert_whole(done)


# -- the fold --------------------------------------------------------------------


@settings(max_examples=max(20, settings().max_examples))
@given(thread=st.one_of(crowds(), grown), data=st.data())
def test_an_event_that_does_not_fit_leaves_the_draft_as_it_was(
    thread: Thread, data: st.DataObject
) -> None:
    """`as_of` leaves such events out, and goes on with the same draft."""
    post_ids = [post.id for post in thread.posts] + [stub.id for stub in thread.stubs]
    draft = None
    for cls in data.draw(st.lists(st.sampled_from(get_args(Moderation)), max_size=6)):
        event = data.draw(strategies.events(cls))
        fitting: dict[str, Any] = {
            "version": thread.version + 1,
            "thread_id": thread.id,
        }
        for name in ("post_id", "parent_id"):
            if hasattr(event, name):
                fitting[name] = data.draw(st.sampled_from(post_ids))
        event = attrs.evolve(event, **fitting)
        draft = draft or begin(thread, event)
        try:
            apply(draft, event, thread.id)
        except QathreadError:
            assert draft.freeze() == thread
            continue
        after = draft.freeze()
        assert after == evolve(thread, event)
        to_json(after)
        thread, draft = after, None


# -- nothing but our errors ------------------------------------------------------

odd_texts = st.one_of(
    st.sampled_from(("", "\0", "\ud800", "q", "q.1", "q.2", "q.3", "x" * 301)),
    st.sampled_from(("ada", "greg", "spam", "helpful", "withdrawn", "all", "open")),
    st.text(st.characters(), max_size=3),
)
odd_calls = st.tuples(
    st.sampled_from((*moderation.__all__, "answer", "comment", "delete", "cast")),
    odd_texts,
    odd_texts,
    st.one_of(st.just(AT), st.datetimes(), st.datetimes(timezones=st.timezones())),
    st.one_of(st.integers(-2, 9), st.sampled_from((2**62, 2**63, -(2**63)))),
    st.one_of(st.sampled_from(("ada", "greg", "li")), odd_texts),
    st.booleans(),
)


def call(thread: Thread, odd: Any, policy: Policy) -> tuple[Thread, ...]:
    """Call a verb with whatever came."""
    verb, name, words, at, number, person, flip = odd
    by = User(id=person, name=words or None)
    given: dict[str, Any] = {"by": by, "at": at, "policy": policy}
    if flip:
        given["recorded_at"] = at
    ids = [post.id for post in thread.posts]
    on = ids[number % len(ids)] if flip else name
    under = ids[number // 2 % len(ids)]
    if verb in ("answer", "comment", "delete"):
        arguments = (
            (on, words) if verb == "comment" else (words if verb == "answer" else on,)
        )
        return (getattr(posting, verb)(thread, *arguments, **given),)
    if verb == "cast":
        return (voting.cast(thread, on, UP, weight=max(1, number), **given),)
    call = getattr(moderation, verb)
    match verb:
        case "close":
            original: Any = thread if number == 3 else name
            again = (original, words) if flip else original
            return (call(thread, words, duplicate_of=again, **given),)
        case "lock":
            until = AT + timedelta(seconds=number % 9)
            return (
                (call(thread, on, level=words, until=until, **given),)
                if flip
                else (call(thread, **given),)
            )
        case "unlock" | "hide" | "show" | "make_wiki":
            return (call(thread, on if number % 2 else None, **given),)
        case "remove" | "reinstate" | "invalidate_votes":
            return (call(thread, on, **given),)
        case "flag":
            return (call(thread, on, words, **given),)
        case "resolve_flag":
            flags = [flag.id for flag in thread.flags]
            flag_id = flags[number % len(flags)] if flip and flags else name
            return (call(thread, flag_id, words, reason=name, **given),)
        case "convert":
            return (call(thread, on, under=under if number % 2 else None, **given),)
        case "move":
            return (call(thread, on, under, **given),)
        case "offer_bounty":
            return (call(thread, number, **given),)
        case "award_bounty" | "expire_bounty":
            offers = [each.id for each in thread.bounties]
            bounty_id = offers[number % len(offers)] if flip and offers else name
            to = (on,) if verb == "award_bounty" else ()
            return (call(thread, bounty_id, *to, **given),)
        case "merge_users":
            return (call(thread, name, User(id=words), **given),)
        case "merge_threads":
            other = posting.ask(name, title=None, body="?", by=by, at=AT)
            other = posting.answer(other, "so", by=by, at=AT)
            return call(thread, thread if number == 3 else other, **given)  # type: ignore[no-any-return]
        case "split":
            return call(thread, on, name, **given)  # type: ignore[no-any-return]
        case _:
            return (call(thread, **given),)


@laws
@given(
    thread=open_threads(asked("q")),
    odd=st.lists(odd_calls, min_size=1, max_size=8),
    policy=st.one_of(st.just(OPEN), policies()),
)
def test_odd_arguments_meet_our_errors_and_leave_whole_threads(
    thread: Thread, odd: list[Any], policy: Policy
) -> None:
    """Requests bring anything; a thread that cannot be saved is a lost thread."""
    for each in odd:
        try:
            found = call(thread, each, policy)
        except QathreadError:
            continue
        for part in found:
            assert_whole(part)
        thread = found[0]


@laws
@given(thread=grown, data=st.data())
def test_a_mark_costs_no_look_at_the_other_posts(
    thread: Thread, data: st.DataObject
) -> None:
    """On a large thread they must cost what they cost on a small one."""
    assume(_takes_changes(thread))
    post = data.draw(st.sampled_from([each for each in thread.posts if each.stands]))
    assume(post.status.locked is None)
    before = index_in(thread)
    stranger = User(id="a stranger")
    flagged = moderation.flag(thread, post.id, "spam", by=stranger, at=AT)
    assert len(flagged.flags) == len(thread.flags) + 1
    pinned = moderation.pin(thread, **who(thread))
    hidden = moderation.hide(thread, post.id, **who(thread))
    for after in (flagged, pinned, hidden):
        now = index_in(after)
        assert now.arrival is before.arrival
        assert now.answers is before.answers
        for other, node in now.nodes.items():
            assert other == post.id or node is before.nodes[other]
