"""Strategies for what happens to threads: verbs, and the events that they make."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from operator import add
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .. import posting, voting
from ..content import Content, ThreadKind
from ..events import AccountEvent, Event, EventId, PostRef
from ..feedback import DOWN, UP, Reaction, Vote
from ..posts import Answer, Comment, Post, Question
from ..revisions import Revision, Suggestion
from ..status import Bounty, Closed, Flag, Locked, Mark
from ..thread import Thread
from ..users import User
from ._moderation_steps import arranging, lasting, passing, settling
from ._threads import contents
from ._values import (
    START,
    answers,
    bounties,
    closings,
    comments,
    event_ids,
    faces,
    flags,
    ids,
    instants,
    locks,
    marks,
    maybe,
    names,
    post_refs,
    questions,
    reaction_kinds,
    reactions,
    revisions,
    suggestions,
    texts,
    tuples_of,
    votes,
)

E = TypeVar("E", bound=Event | AccountEvent)


@attrs.frozen(repr=False)
class Step:
    """
    One verb with all that it takes but the thread: ``step(thread)`` does it.

    Attributes:
        verb: The function.
        arguments: What is positional, after the thread.
        options: What is passed by name.
    """

    verb: Callable[..., Thread]
    arguments: tuple[object, ...]
    options: Mapping[str, object]

    def __call__(self, thread: Thread, **changes: object) -> Thread:
        return self.verb(thread, *self.arguments, **{**self.options, **changes})

    def __repr__(self) -> str:
        module = self.verb.__module__.rpartition(".")[2]
        given = ["thread", *map(repr, self.arguments)]
        given += [f"{name}={value!r}" for name, value in self.options.items()]
        return f"{module}.{self.verb.__name__}({', '.join(given)})"


# A choice is a number until the thread is known, so that steps can be taken out
# of a failing example without changing what the others mean.
_Choices = tuple[int, int, int, User, datetime, str]

_PEOPLE = tuple(
    User(id=id, name=name)
    for id, name in (("ada", "Ada"), ("greg", "Greg"), ("li", "李"), ("zoë", None))
)
_people = st.one_of(
    st.sampled_from(_PEOPLE),
    st.builds(User, id=st.just("ada"), name=names(), level=st.integers(0, 3)),
)
_around = st.integers(-100_000, 100_000).map(lambda s: START + timedelta(seconds=s))
_choices: SearchStrategy[_Choices] = st.tuples(
    st.integers(0, 63),
    st.integers(0, 30),
    st.integers(0, 5),
    _people,
    st.one_of(_around, _around, instants()),
    texts(1, 8),
)
_SETTLING = 40  # from this number of a verb on, bounties end if there are any
_PASSING = 58  # from this number of a verb on, what stops changes for a while
_KINDS = ("like", "heart", "🎉", "e\u0301")


_half = st.lists(_choices, max_size=10)
_run = st.builds(add, _half, _half)  # one list alone is about 5 long
_asked = st.builds(
    posting.ask,
    st.one_of(st.just("q"), texts(1, 4)),
    title=maybe(names()),
    body=texts(max_size=8),
    tags=st.sampled_from(((), ("python",), ("c++", "日本語"))),
    kind=st.sampled_from(ThreadKind),
    by=_people,
    at=_around,
)


def verb_steps(thread: Thread) -> SearchStrategy[Step]:
    """
    Return verbs that the policy OPEN does not refuse for *thread*.

    Some of them change nothing: they retract a vote that does not stand.

    Args:
        thread: Any thread that takes changes: not archived, locked or closed, and
            with a post that stands and is not locked.

    Returns:
        Steps; ``step(thread)`` is the thread after it.
    """
    return _choices.map(lambda choices: _step(thread, choices))


@st.composite
def open_threads(
    draw: st.DrawFn, start: SearchStrategy[Thread] | None = None
) -> Thread:
    """
    Return threads made by verbs under the policy OPEN, so that they have a past.

    Args:
        draw: Given by Hypothesis.
        start: The threads to begin with; None: ones that somebody just asked.

    Returns:
        Threads whose ``pending`` is all that happened to them; they shrink to
        few steps.
    """
    thread = draw(_asked if start is None else start)
    for choices in draw(_run):
        if _takes_changes(thread):
            for step in _steps(thread, choices):
                thread = step(thread)
    return thread


@st.composite
def moderated_threads(
    draw: st.DrawFn, start: SearchStrategy[Thread] | None = None
) -> Thread:
    """
    Return threads that moderators have also arranged anew.

    In them answers became comments, votes were struck out and users were merged,
    so that earlier events name posts and people as they no longer are.

    Args:
        draw: Given by Hypothesis.
        start: As for :func:`open_threads`.

    Returns:
        Threads whose ``pending`` is all that happened to them.
    """
    thread = draw(open_threads(start))
    for choices in draw(st.lists(_choices, max_size=4)):
        if _takes_changes(thread):
            thread = _arranging_step(thread, choices)(thread)
    return thread


def arranging_steps(thread: Thread) -> SearchStrategy[Step]:
    """
    Return verbs that arrange posts, people and votes anew, and OPEN allows.

    Args:
        thread: As for :func:`verb_steps`.

    Returns:
        Steps; ``step(thread)`` is the thread after it.
    """
    return _choices.map(lambda choices: _arranging_step(thread, choices))


def events_of(
    source: SearchStrategy[Thread] | None = None,
) -> SearchStrategy[tuple[Event, ...]]:
    """
    Return whole event logs, each the past of one thread.

    Args:
        source: The threads; None: those of :func:`open_threads`.

    Returns:
        Events in order of version, at least one, ready for ``events.replay``.
    """
    made = open_threads() if source is None else source
    return made.map(lambda thread: thread.pending)


def _takes_changes(thread: Thread) -> bool:
    status = thread.status
    marks = (status.archived, status.locked, status.closed)
    return not any(marks) and any(map(_is_open, thread.posts))


def _is_open(post: Post) -> bool:
    """Whether the post takes changes: it stands, and no lock is on it."""
    return post.stands and post.status.locked is None


def _step(thread: Thread, choices: _Choices) -> Step:
    """Return one step, after which the thread still takes changes."""
    verb, place, other, by, at, words = choices
    who: dict[str, object] = {"by": by, "at": at}
    live = [post for post in thread.posts if _is_open(post)]
    on = live[place % len(live)]
    kind = _KINDS[other % len(_KINDS)]
    steps = [
        Step(voting.cast, (on.id, UP), who),
        Step(voting.cast, (on.id, DOWN), who),
        Step(voting.cast, (on.id, UP), {"weight": other + 1, **who}),
        *_of_answers(thread, live, other, words, who),
        Step(posting.comment, (on.id, words), who),
        *_of_wordings(thread, on, other, words, who),
        Step(voting.react, (on.id, kind), who),
        *_taken_back(thread, on, kind, who),
        Step(posting.delete, (on.id,), {"reason": words, **who}),
    ]
    gone = [
        post
        for post in thread.posts
        if post.deleted is not None and post.status.locked is None
    ]
    if gone:
        steps.append(Step(posting.restore, (gone[place % len(gone)].id,), who))
    # Each verb is as likely as another, whatever the number of ways to use it, and
    # so is each group of verbs of moderation.
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(step.verb.__name__, []).append(step)
    for name, wish in lasting(thread, on, other + place, words, who):
        groups.setdefault(name, []).append(Step(*wish))
    chosen = list(groups.values())[verb % len(groups)]
    return chosen[(other + place) % len(chosen)]


def _steps(thread: Thread, choices: _Choices) -> tuple[Step, ...]:
    """Return one step, or one that stops changes with the one that lifts it."""
    verb, place, other, by, at, words = choices
    who = {"by": by, "at": at}
    if verb >= _PASSING:
        live = [post for post in thread.posts if _is_open(post)]
        on = live[place % len(live)]
        groups: dict[str, list[tuple[Step, ...]]] = {}
        for name, wishes in passing(thread, on, other, words, who):
            steps = tuple(Step(*wish) for wish in wishes)
            groups.setdefault(name, []).append(steps)
        chosen = list(groups.values())[(verb + other) % len(groups)]
        return chosen[place % len(chosen)]
    if verb >= _SETTLING:
        ends = [*settling(thread, who)]
        if ends:
            return (Step(*ends[(place + other) % len(ends)]),)
    return (_step(thread, choices),)


def _arranging_step(thread: Thread, choices: _Choices) -> Step:
    verb, place, other, by, at, words = choices
    live = [post for post in thread.posts if _is_open(post)]
    on = live[place % len(live)]
    who = {"by": by, "at": at}
    wishes = [*arranging(thread, on, other + place, words, who)]
    moves = (each for each in lasting(thread, on, place, words, who))
    wishes += [wish for name, wish in moves if name == "move"]
    return Step(*wishes[verb % len(wishes)])


def _taken_back(
    thread: Thread, on: Post, kind: str, who: dict[str, object]
) -> Iterator[Step]:
    yield Step(voting.retract, (on.id,), who)
    yield Step(voting.unreact, (on.id, kind), who)
    for vote in thread.votes:
        if vote.post_id == on.id:
            voter = {**who, "by": thread.users[vote.voter_id]}
            yield Step(voting.retract, (on.id,), voter)
    for each in thread.content.reactions:
        if each.post_id == on.id:
            user = {**who, "by": thread.users[each.user_id]}
            yield Step(voting.unreact, (on.id, each.kind), user)


def _of_answers(
    thread: Thread, live: list[Post], other: int, words: str, who: dict[str, object]
) -> Iterator[Step]:
    root = thread.root
    if isinstance(root, Question) and not root.stands:
        return
    accepted = [each for each in thread.accepted if _is_open(thread[each])]
    if accepted:
        chosen = accepted[other % len(accepted)]
        yield Step(posting.unaccept, (chosen,), who)
    answers = [post for post in live if isinstance(post, Answer)]
    if answers and thread.kind is ThreadKind.QA:
        yield Step(posting.accept, (answers[other % len(answers)].id,), who)
    yield Step(posting.answer, (words,), who)


def _of_wordings(
    thread: Thread, on: Post, other: int, words: str, who: dict[str, object]
) -> Iterator[Step]:
    yield Step(posting.edit, (on.id,), {"body": words, **who})
    yield Step(posting.suggest_edit, (on.id,), {"body": words, **who})
    if isinstance(on, Question):
        heading = {"title": words, "tags": ("python",) * (other % 2)}
        yield Step(posting.edit, (on.id,), {**heading, "summary": words, **who})
    known = [each.number for each in thread.revisions if each.post_id == on.id]
    if known:
        yield Step(posting.rollback, (on.id, known[other % len(known)]), who)
    for suggestion in thread.suggestions:
        if suggestion.post_id == on.id:
            yield Step(posting.reject_edit, (suggestion.id,), who)
            if suggestion.base_revision == on.revision:
                yield Step(posting.approve_edit, (suggestion.id,), who)


# -- any event, whether it fits a thread or not ----------------------------------

_BY_TYPE: dict[object, Callable[[], SearchStrategy[Any]]] = {
    Answer: answers,
    Bounty: bounties,
    Closed: closings,
    Comment: comments,
    Content: contents,
    EventId: event_ids,
    Flag: flags,
    Locked: locks,
    Mark: marks,
    PostRef: post_refs,
    Question: questions,
    Reaction: reactions,
    Revision: revisions,
    Suggestion: suggestions,
    User: faces,
    Vote: votes,
    bool: st.booleans,
    datetime: instants,
    int: lambda: st.integers(1, 2**31),
    str: ids,
}


@overload
def events() -> SearchStrategy[Event | AccountEvent]: ...
@overload
def events(cls: type[E]) -> SearchStrategy[E]: ...
def events(cls: type[Any] | None = None) -> SearchStrategy[Any]:
    """
    Return single events with any content, whether or not they fit a thread.

    Args:
        cls: The class of the events; None: any class of event.

    Returns:
        A strategy; for events that follow one another use :func:`events_of`.
    """
    if cls is None:
        kinds = (*get_args(Event), *get_args(AccountEvent))
        return st.one_of(*map(events, kinds))
    hints = get_type_hints(cls, include_extras=True)
    fields = {each.name: _of_type(hints[each.name]) for each in attrs.fields(cls)}
    return st.builds(cls, **fields)


def _of_type(hint: Any) -> SearchStrategy[Any]:
    """Return a strategy for a declared type of a field."""
    arguments = get_args(hint)
    if get_origin(hint) is Annotated:
        return _of_type(arguments[0])
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*map(_of_type, arguments))
    if get_origin(hint) is tuple and get_origin(arguments[0]) is tuple:
        counted = st.dictionaries(reaction_kinds(), st.integers(1, 9), max_size=2)
        return counted.map(lambda found: tuple(sorted(found.items())))
    if get_origin(hint) is tuple:
        return tuples_of(_of_type(arguments[0]))
    if hint is NoneType:
        return st.none()
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return _BY_TYPE[hint]()
