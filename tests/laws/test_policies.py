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
    Act,
    Bounties,
    Flagging,
    KindPosting,
    Lengths,
    Needs,
    OwnVotes,
    Quorum,
    Quota,
    Stops,
)
from qathread.testing.strategies import (
    Step,
    instants,
    lengths,
    open_threads,
    policies,
    texts,
    usages,
    users,
    verb_steps,
)

thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
small = st.integers(0, 40)


#: Parts that say what a verb does, not what it may: they stay as they are.
DOING = {
    Accepting: {"most"},
    Bounties: {"lasts", "auto_score", "auto_percent"},
    Flagging: {"hide_at", "remove_at"},
    KindPosting: {"grace"},
    Policy: {"name", "reputation"},
    Quorum: {"votes", "alone", "lasts"},
    Quota: {"name", "acts", "kinds", "period", "then"},
}
#: Numbers that allow less when they rise, and those that allow less when they fall.
RISING = {"least", "spare", "step", "answered_least", "wait", "others_after", "grace"}
FALLING = {"limit", "seconds", "open_for", "own_answers", "depth", "at_once"}


@st.composite
def tighter(draw: st.DrawFn, value: Any) -> Any:
    """A part of a policy that allows no more than *value* does."""
    match value:
        case Needs():
            return draw(tighter_needs(value))
        case Lengths():
            most = value.most
            if most is None:
                most = draw(st.none() | st.integers(value.least, value.least + 300))
            else:
                most = max(value.least, most - draw(small))
            least = value.least + draw(small)
            return Lengths(least=least if most is None else min(least, most), most=most)
        case Accepting():
            who = draw(st.sampled_from((value.who, AcceptWho.ASKER)))
            others = value.others
            if others is not None:
                others = draw(st.none() | tighter(others))
            return attrs.evolve(
                value,
                who=who,
                roles=draw(part_of(value.roles)),
                others=others,
                others_after=value.others_after + draw(small),
                own=value.own and draw(st.booleans()),
                own_needs=draw(tighter(value.own_needs)),
            )
        case Bounties() if draw(st.booleans()):
            return None
        case Flagging():
            reasons = draw(tighter_reasons(value.reasons))
            return attrs.evolve(
                value,
                who=draw(tighter(value.who)),
                settle=draw(tighter(value.settle)),
                own=value.own and draw(st.booleans()),
                reasons=reasons,
            )
        case Stops():
            more = st.frozensets(st.sampled_from(Act))
            return Stops(
                closed=value.closed | draw(more),
                hidden=value.hidden | draw(more),
                pending=value.pending | draw(more),
                suspended=value.suspended or draw(st.booleans()),
            )
        case OwnVotes.ALLOW:
            return draw(st.sampled_from((OwnVotes.ALLOW, OwnVotes.FORBID)))
        case bool():
            return value and draw(st.booleans())
        case frozenset():
            return draw(part_of(value))
        case str() | None:
            return value
        case tuple():
            return tuple([draw(tighter(each)) for each in value])
        case _:
            kept = DOING.get(type(value), set())
            return attrs.evolve(
                value,
                **{
                    each.name: draw(tighter_field(each.name, value))
                    for each in attrs.fields(type(value))
                    if each.name not in kept
                },
            )


@st.composite
def tighter_field(draw: st.DrawFn, name: str, value: Any) -> Any:
    found = getattr(value, name)
    if name in RISING:
        return found + draw(small)
    if name == "heaviest":
        drop = draw(st.integers(0, 5))
        return draw(st.sampled_from((found, max(1, (found or 5) - drop))))
    if name in FALLING:
        least = 1 if name == "at_once" else 0
        lower = least if found is None else max(least, found - draw(small))
        return draw(st.sampled_from((found, lower)))
    if name == "reasons":
        return draw(tighter_reasons(found))
    return draw(tighter(found))


@st.composite
def tighter_needs(draw: st.DrawFn, value: Needs) -> Needs:
    """More points, fewer roles; without either everybody may."""
    points, roles = value.reputation, value.roles
    if value.nothing:
        return Needs(reputation=draw(st.none() | small), roles=draw(some_roles))
    if points is None:
        return Needs(roles=draw(part_of(roles)) or roles)
    fewer = draw(part_of(roles))
    if fewer and draw(st.booleans()):
        return Needs(roles=fewer)
    return Needs(reputation=points + draw(small), roles=fewer)


@st.composite
def tighter_reasons(draw: st.DrawFn, reasons: frozenset[str]) -> frozenset[str]:
    """No reasons at all means that any text is one."""
    if not reasons:
        return draw(st.sampled_from((reasons, frozenset({"spam"}))))
    return draw(part_of(reasons)) or reasons


some_roles = st.frozensets(st.sampled_from(("moderator", "staff")), max_size=2)


def part_of(items: frozenset[Any]) -> st.SearchStrategy[Any]:
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
