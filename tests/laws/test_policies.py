"""Laws of policies: data that survives JSON, and that is ordered by strictness."""

from typing import Any

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Direction, Policy, PostKind, Thread, Usage, User, posting
from qathread.errors import PolicyViolation, QathreadError
from qathread.policies import OPEN, STACK_EXCHANGE
from qathread.policy import (
    Accepting,
    AcceptWho,
    KindVoting,
    Lengths,
    Needs,
    Quota,
    Voting,
)
from qathread.testing.strategies import (
    Step,
    instants,
    lengths,
    open_threads,
    policies,
    quotas,
    texts,
    usages,
    users,
    verb_steps,
)

thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
small = st.integers(0, 40)


@st.composite
def tighter(draw: st.DrawFn, value: Any) -> Any:
    """A part of a policy that allows no more than *value* does."""
    match value:
        case Needs():
            points = value.reputation
            if points is None:
                points = draw(st.none() | small)
            else:
                points += draw(small)
            return Needs(reputation=points, roles=draw(part_of(value.roles)))
        case Lengths():
            most = value.most
            if most is None:
                most = draw(st.none() | st.integers(value.least, value.least + 300))
            else:
                most = max(value.least, most - draw(small))
            least = value.least + draw(small)
            return Lengths(least=least if most is None else min(least, most), most=most)
        case Quota():
            limit = max(0, value.limit - draw(small))
            kinds = value.kinds | draw(st.frozensets(st.sampled_from(PostKind)))
            return attrs.evolve(value, limit=limit, kinds=kinds)
        case Accepting():
            return Accepting(
                who=draw(st.sampled_from((value.who, AcceptWho.ASKER))),
                roles=draw(part_of(value.roles)),
                own=value.own and draw(st.booleans()),
                most=value.most,
            )
        case KindVoting():
            return KindVoting(
                directions=draw(part_of(value.directions)),
                up=draw(tighter(value.up)),
                down=draw(tighter(value.down)),
                own=value.own and draw(st.booleans()),
            )
        case Voting():
            names = {quota.name for quota in value.quotas}
            more = [each for each in draw(st.lists(quotas(), max_size=2))]
            heaviest = value.heaviest
            if draw(st.booleans()):
                heaviest = max(1, (heaviest or 5) - draw(st.integers(0, 5)))
            return Voting(
                question=draw(tighter(value.question)),
                answer=draw(tighter(value.answer)),
                comment=draw(tighter(value.comment)),
                quotas=(
                    *[draw(tighter(each)) for each in value.quotas],
                    *[each for each in more if each.name not in names],
                ),
                heaviest=heaviest,
            )
        case str():
            return value
        case _:
            return type(value)(
                **{
                    each.name: draw(tighter(getattr(value, each.name)))
                    for each in attrs.fields(type(value))
                }
            )


def part_of(items: frozenset[Any]) -> st.SearchStrategy[frozenset[Any]]:
    if not items:
        return st.just(items)
    return st.frozensets(st.sampled_from(sorted(items)))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy and a stricter one."""
    loose = draw(st.one_of(st.just(OPEN), st.just(STACK_EXCHANGE), policies()))
    return loose, draw(tighter(loose))


def refused(step: Step, thread: Thread, **options: object) -> bool:
    try:
        step(thread, **options)
    except PolicyViolation:
        return True
    return False


@settings(max_examples=max(20, settings().max_examples // 2))
@given(
    thread=open_threads(),
    data=st.data(),
    pair=pairs(),
    somebody=users(),
    usage=st.none() | usages(),
)
def test_a_stricter_policy_never_allows_what_a_looser_one_refuses(
    thread: Thread,
    data: st.DataObject,
    pair: tuple[Policy, Policy],
    somebody: User,
    usage: Usage | None,
) -> None:
    """A moderator who tightens a rule must not open a door elsewhere."""
    assume(any(post.stands for post in thread.posts))
    loose, strict = pair
    for step in data.draw(st.lists(verb_steps(thread), min_size=4, max_size=8)):
        known = step.options["by"]
        assert isinstance(known, User)
        for by in (somebody, attrs.evolve(somebody, id=known.id)):
            options = {"by": by, "usage": usage}
            if refused(step, thread, policy=loose, **options):
                assert refused(step, thread, policy=strict, **options), step


@thread_laws
@given(
    pair=pairs(),
    by=users(),
    at=instants(),
    title=st.none() | texts(0, 60),
    body=texts(0, 60),
    tags=st.lists(st.sampled_from(("a", "python", "c++")), max_size=3, unique=True),
)
def test_a_stricter_policy_never_lets_a_question_in_that_a_looser_one_refuses(
    pair: tuple[Policy, Policy],
    by: User,
    at: Any,
    title: str | None,
    body: str,
    tags: list[str],
) -> None:
    """The same for the verb that has no thread before it."""

    def asked(policy: Policy) -> bool:
        try:
            posting.ask(
                "q", title=title, body=body, tags=tags, by=by, at=at, policy=policy
            )
        except PolicyViolation:
            return False
        return True

    loose, strict = pair
    assert asked(loose) or not asked(strict)


@thread_laws
@given(thread=open_threads(), data=st.data(), pair=pairs())
def test_what_two_policies_allow_they_do_alike(
    thread: Thread, data: st.DataObject, pair: tuple[Policy, Policy]
) -> None:
    """A policy says what is allowed, never what a verb does."""
    assume(any(post.stands for post in thread.posts))
    step = data.draw(verb_steps(thread))
    loose, strict = pair
    try:
        after = step(thread, policy=strict)
    except PolicyViolation:
        return
    assert step(thread, policy=loose) == after


@given(text_lengths=lengths(), data=st.data())
def test_stricter_lengths_take_fewer_lengths(
    text_lengths: Lengths, data: st.DataObject
) -> None:
    """The generator of stricter parts is itself right."""
    strict = data.draw(tighter(text_lengths))
    assert strict.least >= text_lengths.least
    if text_lengths.most is not None:
        assert strict.most is not None
        assert strict.most <= text_lengths.most


@thread_laws
@given(thread=open_threads(), data=st.data(), somebody=users())
def test_what_stack_exchange_allows_open_allows_too(
    thread: Thread, data: st.DataObject, somebody: User
) -> None:
    """OPEN refuses only what makes no sense anywhere."""
    assume(any(post.stands for post in thread.posts))
    step = data.draw(verb_steps(thread))
    known = step.options["by"]
    assert isinstance(known, User)
    assert not refused(step, thread, by=known)
    somebody = attrs.evolve(somebody, id=known.id, reputation=5000)
    try:
        step(thread, by=somebody, policy=STACK_EXCHANGE)
    except QathreadError:
        return
    step(thread, by=somebody)


@given(
    policy=policies(), kind=st.sampled_from(PostKind), way=st.sampled_from(Direction)
)
def test_every_kind_of_post_has_a_part_of_one_shape(
    policy: Policy, kind: PostKind, way: Direction
) -> None:
    """Rules look parts up by kind, never by name."""
    assert policy.voting.on(kind) is getattr(policy.voting, kind.value)
    assert policy.posting.of(kind) is getattr(policy.posting, kind.value)
    assert isinstance(getattr(policy.voting.on(kind), way.value), Needs)
