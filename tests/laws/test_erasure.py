"""Laws of erasure: what is gone, what stays, and that a log still replays."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from qathread import (
    UP,
    Content,
    Tally,
    Thread,
    User,
    erasure,
    events,
    from_json,
    moderation,
    posting,
    to_json,
)
from qathread._erase_fields import WORDS, Role, roles
from qathread._erase_people import survey
from qathread.errors import QathreadError
from qathread.ids import PersonName, UserId
from qathread.testing.strategies import (
    events as any_events,
)
from qathread.testing.strategies import (
    instants,
    open_threads,
    threads,
    verb_steps,
)
from qathread.thread import stored

KEY = b"thirty-two bytes that are secret"
#: Names that no random text has by chance.
ZEB = User(id="u-zebulonia", name="Zebulonia Quaxwörth", handle="zeb_quax", level=7)
LIA = User(id="lia", name="Lia")

thread_laws = settings(max_examples=max(10, settings().max_examples // 4))
plain = st.one_of(open_threads(), open_threads(threads()))


@st.composite
def tangled(draw: st.DrawFn) -> Thread:
    """Threads in which accounts were merged, and went on."""
    thread = draw(plain)
    for _ in range(draw(st.integers(1, 2))):
        people = st.sampled_from(sorted(thread.users))
        from_id, into, by = draw(people), draw(people), draw(people)
        with suppress(QathreadError):  # an account with itself
            thread = moderation.merge_users(
                thread,
                from_id,
                thread.users[into],
                by=thread.users[by],
                at=draw(instants()),
            )
        for _ in range(draw(st.integers(0, 6))):
            if takes_changes(thread):
                with suppress(QathreadError):
                    thread = draw(verb_steps(thread))(thread)
    return thread


def takes_changes(thread: Thread) -> bool:
    status = thread.status
    marks = (status.archived, status.locked, status.closed)
    return not any(marks) and any(
        post.stands and post.status.locked is None for post in thread.posts
    )


@st.composite
def parted(draw: st.DrawFn) -> Thread:
    """Threads that were split off, and what was left, or what came together again."""
    thread = draw(plain)
    assume(takes_changes(thread) and len(thread) > 1)
    by = thread.users[draw(st.sampled_from(sorted(thread.users)))]
    post_id = draw(st.sampled_from([post.id for post in thread.posts]))
    at = draw(instants())
    try:
        left, new = moderation.split(thread, post_id, "new thread", by=by, at=at)
        if draw(st.booleans()):
            left, new = moderation.merge_threads(left, new, by=by, at=at)
    except QathreadError:  # the question, or one that does not stand
        reject()
    return draw(st.sampled_from((left, new)))


grown = st.one_of(plain, tangled(), parted())

Erase = Callable[[Any, str], Any]


def pseudonymise(subject: Any, user_id: str) -> Any:
    return erasure.pseudonymise(subject, user_id, KEY)


WAYS: tuple[Erase, ...] = (pseudonymise, erasure.redact, erasure.purge_votes)
ways = st.sampled_from(WAYS)


@st.composite
def with_zeb(draw: st.DrawFn) -> Thread:
    """Threads in which Zeb took part, under two names, and others speak of her."""
    thread, at = draw(grown), draw(instants())
    elder = attrs.evolve(ZEB, name="Zebulonia Elder")
    thread = _comment(thread, "I was here", elder, at)
    for _ in range(draw(st.integers(0, 6))):
        assume(takes_changes(thread))
        with suppress(QathreadError):  # what only somebody else may do
            thread = draw(verb_steps(thread))(thread, by=ZEB)
    thread = _comment(thread, "I was here", ZEB, at)
    said = (
        "> Zebulonia Quaxwo\u0308rth wrote:\n> hello\n\n@ZEB_QUAX, @u-zebulonia, "
        "zeb\\_quax and Zebulonia Elder's friend are not Zebulonian."
    )
    return _comment(thread, said, LIA, at)


def _comment(thread: Thread, text: str, by: User, at: datetime) -> Thread:
    live = [post.id for post in thread.posts if post.stands]
    assume(live)
    try:
        return posting.comment(thread, live[0], text, by=by, at=at)
    except QathreadError:  # locked, or archived
        reject()


def someone(data: st.DataObject, thread: Thread) -> str:
    return data.draw(st.sampled_from(sorted(thread.users)), label="who")


# -- the three ways --------------------------------------------------------------


@thread_laws
@given(data=st.data(), thread=grown, erase=ways)
def test_erasing_again_changes_nothing(
    data: st.DataObject, thread: Thread, erase: Erase
) -> None:
    """A request that is repeated, or resumed, must do no further harm."""
    who = someone(data, thread)
    once = erase(thread, who)
    assert erase(once, who) is once
    log = erase(thread.pending, who)
    assert erase(log, who) == log


@thread_laws
@given(data=st.data(), thread=grown, erase=ways)
def test_an_erased_log_replays_to_the_erased_thread(
    data: st.DataObject, thread: Thread, erase: Erase
) -> None:
    """A store erases its log and folds it again; readers erase what they hold."""
    who = someone(data, thread)
    log = erase(thread.pending, who)
    after = erase(thread, who)
    assert events.replay(log) == after
    assert after.pending == log
    assert events.replay(after.pending) == after
    assert (after.version, after.base_version) == (thread.version, None)


@thread_laws
@given(data=st.data(), thread=grown, erase=ways)
def test_order_versions_and_times_stay(
    data: st.DataObject, thread: Thread, erase: Erase
) -> None:
    """Feeds and caches point into the log by version."""
    log = thread.pending
    after = erase(log, someone(data, thread))
    assert [_place(event) for event in after] == [_place(event) for event in log]


def _place(event: events.Event) -> object:
    at = None if isinstance(event, events.Imported) else (event.at, event.recorded_at)
    return event.thread_id, event.version, event.cause, at


@thread_laws
@given(data=st.data(), thread=grown, erase=ways)
def test_what_is_erased_survives_json(
    data: st.DataObject, thread: Thread, erase: Erase
) -> None:
    """Erased values are values like all others."""
    after = erase(thread, someone(data, thread))
    assert from_json(to_json(after)) == after
    for event in after.pending:
        assert from_json(to_json(event), cls=type(event)) == event


@thread_laws
@given(data=st.data(), thread=grown, erase=ways)
def test_what_others_did_stays(
    data: st.DataObject, thread: Thread, erase: Erase
) -> None:
    """Nobody asked for them to be erased."""
    who = someone(data, thread)
    after = erase(thread, who)
    assert [post.id for post in after.posts] == [post.id for post in thread.posts]
    found = survey(thread.pending, thread.id)
    ids = found.person(who, (), ()).ids  # with accounts that were merged into it
    names = {*ids, *(name for each in ids for name in found.names.get(each, ()))}
    for post in thread.posts:
        if post.author_id not in ids:
            now = after[post.id]
            assert now.author_id == post.author_id
            assert now.author_name == post.author_name
            if not any(_may_hold(post.body.source, name) for name in names):
                assert now.body == post.body
    if erase is erasure.purge_votes:
        assume(not found.became)  # a vote may come back
    mine = {*ids, *set(after.users) - set(thread.users)}
    assert _others(after, mine) == _others(thread, mine)


def _others(thread: Thread, mine: set[str]) -> object:
    content = thread.content
    return (
        [vote for vote in content.votes if vote.voter_id not in mine],
        [each for each in content.reactions if each.user_id not in mine],
        [user for user in content.users if user.id not in mine],
        [each.id for each in content.flags],
        content.accepted,
    )


def _may_hold(text: str, name: str) -> bool:
    """A generous test of its own: any of the name's letters in a row, in any case."""

    def plain(each: str) -> str:
        folded = unicodedata.normalize("NFKD", each).casefold()
        return "".join(filter(str.isalnum, folded))

    return "&" in text or plain(name) in plain(text)


# -- pseudonyms and redaction ----------------------------------------------------


@thread_laws
@given(thread=with_zeb(), erase=st.sampled_from(WAYS[:2]))
def test_an_erased_person_is_in_no_byte(thread: Thread, erase: Erase) -> None:
    """The proof that the law asks for, over the thread and each of its events."""
    wanted = (ZEB.id, "@" + str(ZEB.handle), str(ZEB.name), "Zebulonia Elder")
    before = to_json(thread)
    assert {trace.text for trace in erasure.traces(before, *wanted)} == set(wanted)
    after = erase(thread, ZEB.id)
    for value in (after, *after.pending):
        data = to_json(value)
        assert erasure.traces(data, *wanted) == ()
        left = data.decode().replace("Zebulonian", "")
        assert "zeb" not in left.lower()
        assert "not Zebulonian." in to_json(after).decode()


@thread_laws
@given(thread=with_zeb())
def test_redaction_leaves_no_word(thread: Thread) -> None:
    """Tombstones hold no text, in no wording, and none stands."""
    after = erasure.redact(thread, ZEB.id)
    mine = [post.id for post in thread.posts if post.author_id == ZEB.id]
    assert mine
    for post_id in mine:
        post = after[post_id]
        assert post.body.source == ""
        assert post.author_name is None
        assert post.deleted is not None
        assert not post.stands
    for wording in after.revisions:
        if wording.post_id in mine:
            assert (wording.body.source, wording.title, wording.tags) == ("", None, ())
    assert all(each.editor_id in thread.users for each in after.suggestions)
    assert b"I was here" not in to_json(after)
    assert all(b"I was here" not in to_json(event) for event in after.pending)


@thread_laws
@given(data=st.data(), thread=grown)
def test_two_pseudonyms_in_either_order(data: st.DataObject, thread: Thread) -> None:
    """Erasing everybody must not depend on who comes first."""
    one, other = someone(data, thread), someone(data, thread)
    assume(not erasure.shared_names(thread, one))
    assume(not erasure.shared_names(thread, other))
    first = pseudonymise(pseudonymise(thread, one), other)
    assert first == pseudonymise(pseudonymise(thread, other), one)


@thread_laws
@given(data=st.data(), thread=grown)
def test_a_stored_thread_is_erased_like_its_log(
    data: st.DataObject, thread: Thread
) -> None:
    """A thread that holds no history gives what its erased log gives."""
    who = someone(data, thread)
    log, content = survey(thread.pending, None), survey((thread.content,), thread.id)
    assume(log.names == content.names and not log.became)
    kept = stored(thread)
    after = pseudonymise(kept, who)
    assert after == pseudonymise(thread, who)
    assert (after.version, after.base_version) == (kept.version, kept.base_version)
    assert after.pending == ()
    assert pseudonymise(after, who) is after
    votes = erasure.purge_votes(kept, who).content
    assert _without_users(votes) == _without_users(
        erasure.purge_votes(thread, who).content
    )


def _without_users(content: Content) -> Content:
    return attrs.evolve(content, users=())


@given(event=any_events(), erase=ways)
def test_no_event_holds_on_to_anybody(event: Any, erase: Erase) -> None:
    """Any event alone, also one that fits no thread, is rewritten like others."""
    for who in survey((event,), None).people[event.thread_id]:
        try:
            (after,) = (
                erasure.pseudonymise([event], who, KEY, scope="global")
                if erase is pseudonymise
                else erase([event], who)
            )
        except QathreadError:
            assert event.thread_id is None
            raise
        found = survey((after,), None).people[event.thread_id]
        if erase is not erasure.purge_votes:
            assert who not in found
        assert after.version == event.version


# -- votes -----------------------------------------------------------------------


@thread_laws
@given(data=st.data(), thread=grown)
def test_purged_votes_are_counted_no_more(data: st.DataObject, thread: Thread) -> None:
    """Tallies go down by exactly what one person gave."""
    who = someone(data, thread)
    assume(not survey(thread.pending, None).became)
    after = erasure.purge_votes(thread, who)
    assert all(vote.voter_id != who for vote in after.votes)
    assert all(each.user_id != who for each in after.content.reactions)
    given_ = [vote for vote in thread.votes if vote.voter_id == who]
    put = [each for each in thread.content.reactions if each.user_id == who]
    for tally in thread.tallies:
        up = sum(v.weight for v in given_ if _on(v, tally) and v.direction is UP)
        down = sum(v.weight for v in given_ if _on(v, tally)) - up
        now = after.tally(tally.post_id)
        assert now.up == (None if tally.up is None else tally.up - up)
        assert now.down == (None if tally.down is None else tally.down - down)
        assert now.score == (None if tally.score is None else tally.score - up + down)
        kinds = dict(now.reactions)
        for kind, count in tally.reactions:
            mine = sum(1 for r in put if _on(r, tally) and r.kind == kind)
            assert kinds.get(kind, 0) == count - mine
        assert (now.exact, now.complete) == (tally.exact, tally.complete)
    for post in thread.posts:
        assert after[post.id] == post


def _on(part: Any, tally: Tally) -> bool:
    return bool(part.post_id == tally.post_id)


@thread_laws
@given(data=st.data(), thread=grown)
def test_a_log_without_votes_names_no_voter(
    data: st.DataObject, thread: Thread
) -> None:
    """What is left of a purged vote is a count of nothing, by nobody."""
    who = someone(data, thread)
    log = erasure.purge_votes(thread.pending, who)
    merged = survey(thread.pending, None).became
    for before, after in zip(thread.pending, log, strict=True):
        if isinstance(before, _BALLOTS) and before.by.id == who:
            assert isinstance(after, events.VotesCounted)
            assert (after.up, after.down, after.reactions) == (0, 0, ())
            assert after.by is None
            assert after.post_id == before.post_id
        elif before is not after and not merged:
            assert type(before) is type(after)


_BALLOTS = (
    events.VoteCast,
    events.VoteChanged,
    events.VoteRetracted,
    events.ReactionAdded,
    events.ReactionRemoved,
)


# -- no field is forgotten -------------------------------------------------------

#: Ids that are not a person's.
NOT_PEOPLE = {
    ("*", "answer_id"),
    ("*", "child_ids"),
    ("*", "parent_id"),
    ("*", "post_id"),
    ("*", "question_id"),
    ("*", "replaced_parent_id"),
    ("*", "thread_id"),
    ("PostsMovedIn", "from_id"),
    ("PostsMovedOut", "to_id"),
    ("ThreadSplitOff", "from_id"),
}
#: Text that nobody wrote: ids, codes, addresses of other threads, counts by name.
NOT_WORDS = {
    "accepted",
    "arrival",
    "cursor",
    "declared",
    "duplicate_of",
    "group",
    "id",
    "kind",
    "language",
    "license",
    "media_type",
    "platform",
    "reactions",
    "roles",
    "target",
}


def classes() -> Iterator[type]:
    """All classes of values that a thread or an event holds."""
    waiting = [*get_args(events.Event), *get_args(events.AccountEvent), Content]
    known: set[type] = set()
    while waiting:
        cls = waiting.pop()
        if cls in known:
            continue
        known.add(cls)
        yield cls
        for hint in _hints(cls).values():
            waiting += (each for each in _all(hint) if attrs.has(each))


def _class_name(cls: object) -> str:
    return str(cls)


def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {each.name: hints[each.name] for each in attrs.fields(cls)}


def _all(hint: Any) -> Iterable[Any]:
    if get_origin(hint) is Annotated:
        return [hint]
    if get_origin(hint) in (Union, UnionType, tuple, frozenset):
        return [part for each in get_args(hint) for part in _all(each)]
    return [hint]


@pytest.mark.parametrize("cls", sorted(classes(), key=_class_name))
def test_every_field_has_a_role(cls: type) -> None:
    """A field that names a person or holds words is found; others are listed."""
    known = dict(roles(cls))
    for name, hint in _hints(cls).items():
        parts = [each for each in _all(hint) if each not in (NoneType, Ellipsis)]
        if UserId in parts:
            assert known[name] in (Role.PERSON, Role.PEOPLE)
        elif PersonName in parts:
            assert known[name] is Role.NAME
            people = [each for each, role in known.items() if role is Role.PERSON]
            assert len(people) == 1, "whose name it is must be plain"
            fields = list(_hints(cls))
            assert fields.index(people[0]) < fields.index(name)
        elif str in parts and not _is_id(cls, name):
            assert (name in WORDS) is not (name in NOT_WORDS), f"what is {name}?"
            assert (known.get(name) is Role.WORDS) is (name in WORDS)
        if name.endswith(("_id", "_ids")):
            assert (UserId in parts) is not _is_id(cls, name)


def _is_id(cls: type, name: str) -> bool:
    return bool(NOT_PEOPLE & {("*", name), (cls.__name__, name)})
