"""Laws of verbs: each is `evolve` after `decide`, and changes nothing else."""

import copy
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType
from typing import Any, get_args, get_type_hints

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Direction,
    Policy,
    Question,
    Stub,
    Thread,
    ThreadKind,
    User,
    _decide_editing,
    _decide_marks,
    _decide_moderation,
    _decide_moves,
    _decide_posting,
    _decide_voting,
    events,
    from_json,
    posting,
    to_json,
    voting,
)
from qathread.errors import NotFoundError, PolicyViolation, QathreadError
from qathread.ids import UserId
from qathread.policies import OPEN, STACK_EXCHANGE
from qathread.policy import Accepting
from qathread.ranking import order
from qathread.ranking.ordering import Name
from qathread.rules import Rule
from qathread.testing.strategies import (
    Step,
    instants,
    open_threads,
    policies,
    reaction_kinds,
    texts,
    threads,
    verb_steps,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA = User(id="ada", name="Ada", reputation=5000)
MORE = User(id="more", name="Ore")

#: Threads with a past, and imported threads that verbs have changed since.
thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
grown = st.one_of(open_threads(), open_threads(threads()))


def changeable(thread: Thread) -> bool:
    stands = any(post.stands for post in thread.posts)
    status = thread.status
    marks = (status.archived, status.locked, status.closed)
    locked = any(post.status.locked for post in thread.posts)
    return stands and not any(marks) and not locked


def step_for(data: st.DataObject, thread: Thread) -> Step:
    assume(changeable(thread))
    return data.draw(verb_steps(thread))


def decide(step: Step, thread: Thread) -> tuple[events.Event, ...]:
    """Ask the rules for the events of a step, by the names of their parameters."""
    homes: dict[str, tuple[ModuleType, ...]] = {
        "qathread.posting": (_decide_posting, _decide_editing),
        "qathread.voting": (_decide_voting,),
        "qathread.moderation": (_decide_marks, _decide_moderation, _decide_moves),
    }
    name = step.verb.__name__
    (home,) = (each for each in homes[step.verb.__module__] if name in vars(each))
    decision = getattr(home, name)
    names = decision.__code__.co_varnames[: decision.__code__.co_argcount]
    defaults: dict[str, Any] = {"policy": OPEN, "weight": 1}
    options = {**defaults, **step.options}
    rest = names[1 + len(step.arguments) :]
    given_by_name = {name: options.get(name) for name in rest}
    found = decision(thread, *step.arguments, **given_by_name)
    if found is None:
        return ()
    return found if isinstance(found, tuple) else (found,)


# -- verb = evolve after decide --------------------------------------------------


@thread_laws
@given(thread=grown, data=st.data())
def test_a_verb_is_evolve_after_decide(thread: Thread, data: st.DataObject) -> None:
    """Audit, undo and replay see in events all that verbs do."""
    step = step_for(data, thread)
    decided = decide(step, thread)
    after = step(thread)
    if not decided:
        assert after is thread
        return
    evolved = thread
    for event in decided:
        evolved = events.evolve(evolved, event)
    assert after == evolved
    assert after.pending == evolved.pending == (*thread.pending, *decided)
    assert after.base_version == evolved.base_version == thread.base_version


@thread_laws
@given(thread=grown, data=st.data())
def test_a_version_rises_by_one_per_event(thread: Thread, data: st.DataObject) -> None:
    """Stores tell writers apart by it."""
    step = step_for(data, thread)
    after = step(thread)
    added = after.pending[len(thread.pending) :]
    assert after.version == thread.version + len(added)
    assert bool(added) == (after is not thread)
    last = thread.version
    assert [event.version for event in added] == list(
        range(last + 1, last + 1 + len(added))
    )
    assert all(event.thread_id == thread.id for event in added)


@thread_laws
@given(thread=grown, data=st.data())
def test_a_verb_leaves_the_thread_before_it_as_it_was(
    thread: Thread, data: st.DataObject
) -> None:
    """The thread before is still shown, ranked, compared by others."""
    step = step_for(data, thread)
    before = pickle.dumps(thread)
    look = (to_json(thread), repr(thread), thread.pending, len(thread))
    step(thread)
    assert (to_json(thread), repr(thread), thread.pending, len(thread)) == look
    assert pickle.loads(before) == thread


@thread_laws
@given(thread=grown, data=st.data())
def test_events_show_a_person_to_the_public_only(
    thread: Thread, data: st.DataObject
) -> None:
    """Event logs are kept for good: no reputation, role or date gets in."""
    step = step_for(data, thread)
    by = step.options["by"]
    assert isinstance(by, User)
    by = attrs.evolve(
        by,
        reputation=77,
        roles=frozenset({"moderator"}),
        joined_at=AT,
        suspended_until=AT,
    )
    after = step(thread, by=by)
    assert after == step(thread)
    assert after.pending == step(thread).pending
    public = attrs.evolve(
        by, reputation=None, roles=frozenset(), joined_at=None, suspended_until=None
    )
    assert after is thread or after.users[by.id] == public


@thread_laws
@given(thread=grown, data=st.data(), at=instants(), known=instants())
def test_a_verb_keeps_when_it_happened_and_when_it_became_known(
    thread: Thread, data: st.DataObject, at: datetime, known: datetime
) -> None:
    """`as_of` goes by the one, `known_at` by the other; clocks may go back."""
    step = step_for(data, thread)
    after = step(thread, at=at)
    assume(after is not thread)
    assert (after.pending[-1].at, after.pending[-1].recorded_at) == (at, at)
    later = step(thread, at=at, recorded_at=known)
    assert (later.pending[-1].at, later.pending[-1].recorded_at) == (at, known)
    assert later == after


# -- a verb that changes nothing, and one that is refused ------------------------


@thread_laws
@given(thread=grown, data=st.data())
def test_doing_the_same_again_changes_nothing(
    thread: Thread, data: st.DataObject
) -> None:
    """A request sent twice must count once."""
    step = step_for(data, thread)
    once = step(thread)
    if step.verb.__name__ in {"answer", "comment", "suggest_edit"}:
        return  # two equal texts are two posts
    try:
        twice = step(once)
    except (NotFoundError, PolicyViolation):
        # The suggestion or the post is gone with the first time.
        assert step.verb.__name__ in {"approve_edit", "reject_edit", "delete"}
        return
    assert twice is once


@thread_laws
@given(thread=open_threads(), at=instants())
def test_verbs_that_would_change_nothing_return_the_same_thread(
    thread: Thread, at: datetime
) -> None:
    """`is` tells a caller that there is nothing to save."""
    for post in thread.posts:
        who: dict[str, Any] = {"by": MORE, "at": at}
        if not post.stands:
            if post.deleted is not None:
                assert posting.delete(thread, post.id, **who) is thread
            continue
        assert posting.restore(thread, post.id, **who) is thread
        assert posting.edit(thread, post.id, **who) is thread
        assert posting.edit(thread, post.id, body=post.body, **who) is thread
        assert posting.edit(thread, post.id, body=post.body.source, **who) is thread
        assert posting.suggest_edit(thread, post.id, body=post.body, **who) is thread
        assert posting.rollback(thread, post.id, post.revision, **who) is thread
        assert voting.retract(thread, post.id, **who) is thread
        assert voting.unreact(thread, post.id, "like", **who) is thread
        if isinstance(post, Answer) and post.id not in thread.accepted:
            assert posting.unaccept(thread, post.id, **who) is thread


@thread_laws
@given(thread=grown, data=st.data(), policy=policies())
def test_a_refused_verb_names_its_rule_and_changes_nothing(
    thread: Thread, data: st.DataObject, policy: Policy
) -> None:
    """A host shows `.rule` to people, and goes on with the thread it has."""
    step = step_for(data, thread)
    before, pending = to_json(thread), thread.pending
    for chosen in (policy, STACK_EXCHANGE):
        try:
            step(thread, policy=chosen)
        except PolicyViolation as error:
            assert isinstance(error.rule, Rule)
            assert str(error.rule) in str(error)
    assert to_json(thread) == before
    assert thread.pending == pending


# -- undo is neutral -------------------------------------------------------------


def shown(thread: Thread) -> dict[str, object]:
    """What people see of a thread: counts, order, acceptance, texts."""
    return {
        "tallies": [thread.tally(post.id) for post in thread.posts],
        "scores": [thread.score(post.id) for post in thread.posts],
        "reactions": [dict(thread.reactions(post.id)) for post in thread.posts],
        "accepted": thread.accepted,
        "posts": list(thread.posts),
        "votes": thread.votes,
        "ranks": [
            order(thread.posts, by=name, thread=thread).reasons
            for name in get_args(Name)
        ],
    }


@thread_laws
@given(thread=grown, at=instants(), direction=st.sampled_from(Direction))
def test_undoing_a_vote_is_neutral(
    thread: Thread, at: datetime, direction: Direction
) -> None:
    """A vote taken back must leave no trace in what people see."""
    assume(changeable(thread))
    for post in [post for post in thread.posts if post.stands][:3]:
        cast = voting.cast(thread, post.id, direction, by=MORE, at=at)
        assert cast.tally(post.id) != thread.tally(post.id) or (
            thread.tally(post.id).up is None or thread.tally(post.id).down is None
        )
        back = voting.retract(cast, post.id, by=MORE, at=at)
        assert shown(back) == shown(thread)
        assert back.version == thread.version + 2


@thread_laws
@given(thread=grown, at=instants(), kind=reaction_kinds())
def test_undoing_a_reaction_is_neutral(thread: Thread, at: datetime, kind: str) -> None:
    """So must an emoji, also where counts of that kind are unknown."""
    assume(changeable(thread))
    for post in [post for post in thread.posts if post.stands][:3]:
        put = voting.react(thread, post.id, kind, by=MORE, at=at)
        assert put.reaction(post.id, MORE.id, kind) is not None
        assert shown(voting.unreact(put, post.id, kind, by=MORE, at=at)) == shown(
            thread
        )


@settings(max_examples=settings().max_examples)
@given(thread=grown, at=instants())
def test_undoing_an_acceptance_is_neutral(thread: Thread, at: datetime) -> None:
    """The green tick goes, and with it all that it changed."""
    if not changeable(thread) or thread.kind is not ThreadKind.QA:
        return  # too many for assume: only one in seven has answers to accept
    if not isinstance(thread.root, Stub) and not thread.root.stands:
        return
    many = attrs.evolve(
        OPEN, posting=attrs.evolve(OPEN.posting, accept=Accepting(most=100))
    )
    for answer in thread.answers:
        if answer.stands and answer.id not in thread.accepted:
            once = posting.accept(thread, answer.id, by=MORE, at=at, policy=many)
            assert once.accepted == (*thread.accepted, answer.id)
            back = posting.unaccept(once, answer.id, by=MORE, at=at)
            assert shown(back) == shown(thread)


@thread_laws
@given(thread=grown, at=instants())
def test_undoing_a_deletion_is_neutral(thread: Thread, at: datetime) -> None:
    """Text, votes and the tick come back with a post."""
    assume(changeable(thread))
    for post in [post for post in thread.posts if post.stands][:3]:
        gone = posting.delete(thread, post.id, by=MORE, at=at)
        assert not gone[post.id].stands
        assert gone[post.id].body == post.body
        assert post.id not in gone.accepted
        assert shown(posting.restore(gone, post.id, by=MORE, at=at)) == shown(thread)


@thread_laws
@given(thread=grown, at=instants(), words=texts(1, 8))
def test_rolling_an_edit_back_brings_the_wording_back(
    thread: Thread, at: datetime, words: str
) -> None:
    """And no wording is lost on the way."""
    assume(changeable(thread))
    post = next(post for post in thread.posts if post.stands)
    edited = posting.edit(thread, post.id, body=words, by=MORE, at=at)
    assume(edited is not thread)
    back = posting.rollback(edited, post.id, post.revision, by=MORE, at=at)
    found = back[post.id]
    assert found.body == post.body
    if isinstance(post, Question):
        assert isinstance(found, Question)
        assert (found.title, found.tags) == (post.title, post.tags)
    assert found.revision == post.revision + 2
    numbers = [each.number for each in back.revisions if each.post_id == post.id]
    assert numbers == list(range(numbers[0], found.revision + 1))


# -- nothing but our errors, and nothing but whole threads -----------------------

odd_texts = st.one_of(
    st.sampled_from(("", " ", "\0", "a\0", "\ud800", "\u202e", "e" + "\u0301" * 9)),
    st.sampled_from(("x" * 301, "x" * 10_001, "ﷺ" * 20, "q", "q.1", "q.2", "like")),
    st.text(st.characters(), max_size=4),
)
odd_times = st.one_of(
    st.just(AT),
    st.datetimes(),
    st.sampled_from(
        (
            datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
        )
    ),
    st.datetimes(timezones=st.timezones()),
)
odd_numbers = st.one_of(
    st.integers(-2, 3), st.sampled_from((2**31, 2**63 - 1, 2**63, -(2**63), 10**30))
)
Odd = tuple[str, str, str, datetime, int, str, bool]
odd_calls: st.SearchStrategy[Odd] = st.tuples(
    st.sampled_from((*posting.__all__, *voting.__all__)),
    odd_texts,
    odd_texts,
    odd_times,
    odd_numbers,
    st.one_of(st.sampled_from(("ada", "greg")), odd_texts),
    st.booleans(),
)


def call(thread: Thread, odd: Odd) -> Thread:
    """Call a verb with whatever came."""
    verb, name, words, at, number, person, flip = odd
    who: dict[str, Any] = {"by": User(id=person, name=words), "at": at}
    if flip:
        who["recorded_at"] = at
    ids = [post.id for post in thread.posts]
    on = ids[number % len(ids)] if flip else name
    match verb:
        case "ask":
            return posting.ask(name, title=words, body=words, tags=(words,), **who)
        case "answer":
            who["id"] = name if flip else None
            return posting.answer(thread, words, **who)
        case "comment":
            return posting.comment(thread, on, words, id=name, **who)
        case "edit":
            base = number if flip else None
            tags = (words, name) if flip else None
            return posting.edit(
                thread, on, body=words, tags=tags, base_revision=base, **who
            )
        case "rollback":
            return posting.rollback(thread, on, number, summary=words, **who)
        case "suggest_edit":
            return posting.suggest_edit(
                thread, on, body=Body(source=words, media_type=name), id=name, **who
            )
        case "approve_edit":
            return posting.approve_edit(thread, name, **who)
        case "reject_edit":
            return posting.reject_edit(thread, name, reason=words, **who)
        case "delete":
            return posting.delete(thread, on, reason=words, **who)
        case "cast":
            direction = UP if flip else DOWN
            return voting.cast(thread, on, direction, weight=number, **who)
        case "react" | "unreact":
            return getattr(voting, verb)(thread, on, words, **who)  # type: ignore[no-any-return]
        case "retract":
            return voting.retract(thread, on, **who)
        case _:
            return getattr(posting, verb)(thread, on, **who)  # type: ignore[no-any-return]


@thread_laws
@given(thread=open_threads(), odd=st.lists(odd_calls, min_size=1, max_size=8))
def test_odd_arguments_meet_our_errors_and_leave_whole_threads(
    thread: Thread, odd: list[Odd]
) -> None:
    """Requests bring anything; a thread that cannot be saved is a lost thread."""
    for each in odd:
        try:
            thread = call(thread, each)
        except QathreadError:
            continue
        assert_whole(thread)


@thread_laws
@given(thread=grown)
def test_every_thread_survives_what_keeps_threads(thread: Thread) -> None:
    """JSON, pickle and copies must bring back what they were given."""
    assert_whole(thread)


def assert_whole(thread: Thread) -> None:
    read = from_json(to_json(thread), limits=None)
    assert read == thread
    assert to_json(read) == to_json(thread)
    for kind in range(2, 6):
        kept = pickle.loads(pickle.dumps(thread, kind))
        assert kept == thread
        assert hash(kept) == hash(thread)
        assert kept.pending == thread.pending
        assert kept.base_version == thread.base_version
    assert copy.copy(thread) is copy.deepcopy(thread) is thread
    assert "\n" not in repr(thread)
    assert len(thread._repr_html_()) < 100_000


# -- sameness of threads ---------------------------------------------------------


@thread_laws
@given(thread=grown)
def test_a_thread_made_again_from_its_own_parts_is_equal(thread: Thread) -> None:
    """Programs with data of their own take a thread apart and build it again."""
    content = thread.content
    again = Thread.from_parts(
        id=thread.id,
        kind=thread.kind,
        question=content.question,
        posts=thread.posts,
        stubs=thread.stubs,
        votes=thread.votes,
        reactions=content.reactions,
        tallies=thread.tallies,
        users=thread.users,
        accepted=content.accepted,
        status=thread.status,
        revisions=thread.revisions,
        suggestions=thread.suggestions,
        bounties=thread.bounties,
        flags=thread.flags,
        motions=thread.motions,
        links=thread.links,
        provenance=thread.provenance,
        version=thread.version,
    )
    assert again == thread
    assert hash(again) == hash(thread)
    assert to_json(again) == to_json(thread)


@thread_laws
@given(thread=grown, data=st.data())
def test_the_order_in_which_parts_are_given_does_not_matter(
    thread: Thread, data: st.DataObject
) -> None:
    """All but arrival and acceptance is sorted: equal content is equal bytes."""
    content = thread.content
    names = "stubs votes reactions tallies users revisions suggestions bounties flags"
    parts: dict[str, Any] = {
        name: data.draw(st.permutations(getattr(content, name)))
        for name in (*names.split(), "motions", "links")
    }
    again = Thread.from_parts(
        id=thread.id,
        kind=thread.kind,
        posts=thread.posts,
        accepted=content.accepted,
        status=thread.status,
        provenance=thread.provenance,
        version=thread.version,
        **parts,
    )
    assert to_json(again) == to_json(thread)


@thread_laws
@given(thread=grown, other=grown)
def test_equal_threads_are_those_with_equal_bytes(
    thread: Thread, other: Thread
) -> None:
    """So `serialization.digest` compares threads across machines."""
    for each in (other, pickle.loads(pickle.dumps(thread))):
        assert (each == thread) is (to_json(each) == to_json(thread))
        assert each != thread or hash(each) == hash(thread)
    assert thread != thread.content
    assert thread


@thread_laws
@given(thread=grown)
def test_everyone_who_appears_has_a_face(thread: Thread) -> None:
    """A page shows who asked, edited, closed or flagged without another look-up."""
    assert set(people_in(thread.content)) <= set(thread.users)


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


@thread_laws
@given(thread=grown)
def test_look_ups_agree_with_the_arrays(thread: Thread) -> None:
    """The index and the content are two forms of one thread."""
    content = thread.content
    by_id = {post.id: post for post in thread.posts}
    assert len(thread) == len(by_id) == len(content.arrival)
    assert [post.id for post in thread.posts] == list(content.arrival)
    assert thread.answers == content.answers
    assert thread.comments == content.comments
    assert thread.stubs == content.stubs
    for post_id, post in by_id.items():
        assert post_id in thread
        assert thread[post_id] == post
        assert thread.author(post_id).id == post.author_id
        below = [each for each in thread.posts if each.parent_id == post_id]
        assert thread.replies(post_id) == below
        tally = next((t for t in content.tallies if t.post_id == post_id), None)
        assert thread.score(post_id) == (tally and tally.score)
        if tally is not None:
            assert thread.tally(post_id) == tally
            assert dict(thread.reactions(post_id)) == dict(tally.reactions)
    for vote in thread.votes:
        assert thread.vote(vote.post_id, vote.voter_id) == vote
    for each in content.reactions:
        assert thread.reaction(each.post_id, each.user_id, each.kind) == each
    assert set(thread.accepted) == {
        each for each in content.accepted if by_id[each].stands
    }
    for stub in thread.stubs:
        assert stub.id not in thread
        with pytest.raises(NotFoundError):
            thread[stub.id]
    with pytest.raises(NotFoundError):
        thread["nothing has this id"]
    with pytest.raises(TypeError):
        iter(thread)  # type: ignore[call-overload]
