"""Strategies for the values that threads, events and policies are made of."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..bodies import HTML, MARKDOWN, PLAIN, Body
from ..events import EventId, PostRef
from ..feedback import Direction, Reaction, Tally, Vote
from ..limits import EARLIEST, LATEST, Limits
from ..losses import Loss, LossReport
from ..posts import Answer, Comment, PostKind, Question, Stub
from ..provenance import Provenance, TimePrecision, extra_text
from ..revisions import Revision, RevisionKind, Suggestion
from ..status import (
    Bounty,
    Closed,
    Flag,
    FlagState,
    Link,
    LinkKind,
    Locked,
    LockLevel,
    Mark,
    Motion,
    MotionKind,
    PostStatus,
    Status,
)
from ..users import User, UserKind, face

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_EARLIEST = (EARLIEST - START) // _TICK
_LATEST = (LATEST - START) // _TICK
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
# Zones as minutes; half an hour, and the ends of what people use.
_ZONES = tuple(timezone(timedelta(minutes=each)) for each in (60, -330, 840, -720))


def maybe(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """Return None, or what *strategy* gives."""
    return st.one_of(st.none(), strategy)


def tuples_of(
    strategy: SearchStrategy[T],
    max_size: int = 3,
    key: Callable[[T], object] | None = None,
) -> SearchStrategy[tuple[T, ...]]:
    """Return short tuples, distinct by *key* if there is one."""
    if key is None:
        return st.lists(strategy, max_size=max_size).map(tuple)
    return st.lists(strategy, max_size=max_size, unique_by=key).map(tuple)


# -- plain parts -----------------------------------------------------------------


def texts(min_size: int = 0, max_size: int = 30) -> SearchStrategy[str]:
    """
    Return any text that a field takes: all but U+0000 and lone surrogates.

    Args:
        min_size: The fewest code points.
        max_size: The most.

    Returns:
        A strategy that shrinks to short runs of ``0``.
    """
    return st.text(_CHARACTERS, min_size=min_size, max_size=max_size)


def ids() -> SearchStrategy[str]:
    """Return ids of anything: short plain ones, and any text that is not empty."""
    return st.one_of(st.sampled_from("abcdefgh"), texts(1, 8))


def names() -> SearchStrategy[str]:
    """Return names of people, tags or titles, of 1 to 20 code points."""
    return st.one_of(st.sampled_from(("Ada", "Greg", "Zoë", "李")), texts(1, 20))


def instants() -> SearchStrategy[datetime]:
    """Return instants in the legal range, some in other zones than UTC."""
    near = st.integers(0, 86_400).map(lambda count: START + timedelta(seconds=count))
    far = st.integers(_EARLIEST, _LATEST).map(lambda count: START + count * _TICK)
    elsewhere = st.builds(datetime.astimezone, far, st.sampled_from(_ZONES))
    return st.one_of(near, far, elsewhere)


def reaction_kinds() -> SearchStrategy[str]:
    """Return kinds of reactions: words, emoji, and odd text, in normal form C."""
    odd = texts(1, 4).map(lambda text: unicodedata.normalize("NFC", text))
    return st.one_of(st.sampled_from(("like", "heart", "🎉", "é")), odd)


def counts() -> SearchStrategy[int]:
    """Return counts from 0 up, most of them small."""
    return st.one_of(st.integers(0, 5), st.integers(0, 2**31))


def _ordinals() -> SearchStrategy[int]:
    return st.one_of(st.integers(1, 5), st.integers(1, 2**31))


def _tags() -> SearchStrategy[tuple[str, ...]]:
    return tuples_of(names())


# -- people, texts, origins ------------------------------------------------------


def users() -> SearchStrategy[User]:
    """Return people with any of the fields that a caller may know."""
    return st.builds(
        User,
        id=ids(),
        name=maybe(names()),
        handle=maybe(names()),
        reputation=maybe(st.integers(-100, 30_000)),
        level=maybe(counts()),
        roles=st.frozensets(st.sampled_from(("moderator", "staff")), max_size=2),
        joined_at=maybe(instants()),
        kind=st.sampled_from(UserKind),
        suspended_until=maybe(instants()),
    )


def faces() -> SearchStrategy[User]:
    """Return public faces of people, all that threads and events hold of them."""
    return users().map(face)


def bodies() -> SearchStrategy[Body]:
    """Return wordings of any media type."""
    media_types = st.sampled_from((MARKDOWN, HTML, PLAIN, "text/bbcode"))
    languages = maybe(st.sampled_from(("en", "pt-BR")))
    return st.builds(Body, source=texts(), media_type=media_types, language=languages)


def provenances() -> SearchStrategy[Provenance]:
    """Return origins with declared totals and further members."""
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | texts(max_size=5)
    members = st.dictionaries(texts(max_size=5), leaves, max_size=2).map(extra_text)
    declared = st.dictionaries(names(), counts(), max_size=2)
    return st.builds(
        Provenance,
        platform=st.sampled_from(("stackexchange", "reddit", "lemmy")),
        id=maybe(texts(max_size=8)),
        url=maybe(texts(max_size=8)),
        license=maybe(texts(max_size=8)),
        time_precision=maybe(st.sampled_from(TimePrecision)),
        zone_stated=maybe(st.booleans()),
        declared=declared.map(lambda found: tuple(sorted(found.items()))),
        extra=maybe(members),
    )


# -- marks and what hangs on posts -----------------------------------------------


def marks() -> SearchStrategy[Mark]:
    """Return marks, of which nothing need be known."""
    return st.builds(
        Mark, by_id=maybe(ids()), at=maybe(instants()), reason=maybe(texts(max_size=8))
    )


def closings() -> SearchStrategy[Closed]:
    """Return closings, some as duplicates."""
    return st.builds(
        Closed,
        by_id=maybe(ids()),
        at=maybe(instants()),
        reason=maybe(texts(max_size=8)),
        duplicate_of=tuples_of(ids(), 2),
    )


def locks() -> SearchStrategy[Locked]:
    """Return locks of any level, some with an end."""
    return st.builds(
        Locked,
        by_id=maybe(ids()),
        at=maybe(instants()),
        reason=maybe(texts(max_size=8)),
        level=st.sampled_from(LockLevel),
        until=maybe(instants()),
    )


def motions() -> SearchStrategy[Motion]:
    """Return votes to close or reopen a thread."""
    return st.builds(
        Motion,
        kind=st.sampled_from(MotionKind),
        by_id=ids(),
        at=instants(),
        reason=maybe(texts(max_size=8)),
        duplicate_of=tuples_of(ids(), 2),
    )


def post_statuses() -> SearchStrategy[PostStatus]:
    """Return the marks of one post, any of them at once."""
    mark = maybe(marks())
    return st.builds(
        PostStatus, locked=maybe(locks()), hidden=mark, wiki=mark, pending=mark
    )


def statuses() -> SearchStrategy[Status]:
    """Return the marks of one thread, any of them at once."""
    mark = maybe(marks())
    return st.builds(
        Status,
        closed=maybe(closings()),
        locked=maybe(locks()),
        protected=mark,
        pinned=mark,
        archived=mark,
        hidden=mark,
        wiki=mark,
        pending=mark,
    )


def votes() -> SearchStrategy[Vote]:
    """Return ballots, most of weight 1."""
    return st.builds(
        Vote,
        post_id=ids(),
        voter_id=ids(),
        direction=st.sampled_from(Direction),
        cast_at=instants(),
        weight=st.one_of(st.just(1), _ordinals()),
    )


def reactions() -> SearchStrategy[Reaction]:
    """Return reactions of any kind."""
    return st.builds(
        Reaction, post_id=ids(), user_id=ids(), kind=reaction_kinds(), at=instants()
    )


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Return tallies in which any part may be unknown."""
    up, down = draw(maybe(counts())), draw(maybe(counts()))
    score = None
    if up is None or down is None:
        score = draw(maybe(st.integers(-9, 9)))
    kinds = draw(st.dictionaries(reaction_kinds(), counts(), max_size=2))
    return Tally(
        post_id=draw(ids()),
        up=up,
        down=down,
        score=score,
        reactions=tuple(kinds.items()),
        exact=draw(st.booleans()),
        complete=draw(st.booleans()),
    )


def revisions() -> SearchStrategy[Revision]:
    """Return single wordings of any post."""
    return st.builds(
        Revision,
        post_id=ids(),
        number=_ordinals(),
        body=bodies(),
        title=maybe(names()),
        tags=_tags(),
        editor_id=maybe(ids()),
        at=maybe(instants()),
        summary=maybe(texts(max_size=8)),
        kind=st.sampled_from(RevisionKind),
        group=maybe(ids()),
    )


def suggestions() -> SearchStrategy[Suggestion]:
    """Return proposed wordings of any post."""
    return st.builds(
        Suggestion,
        id=ids(),
        post_id=ids(),
        base_revision=_ordinals(),
        body=bodies(),
        title=maybe(names()),
        tags=_tags(),
        editor_id=ids(),
        at=instants(),
        summary=maybe(texts(max_size=8)),
    )


def flags() -> SearchStrategy[Flag]:
    """Return reports of any post in any state."""
    return st.builds(
        Flag,
        id=ids(),
        post_id=ids(),
        reason=texts(max_size=8),
        by_id=maybe(ids()),
        at=maybe(instants()),
        state=st.sampled_from(FlagState),
        resolved=maybe(marks()),
    )


@st.composite
def bounties(draw: st.DrawFn) -> Bounty:
    """Return bounties, open or paid, whose end is not before their start."""
    starts_at, ends_at = draw(maybe(instants())), draw(maybe(instants()))
    if starts_at is not None and ends_at is not None:
        starts_at, ends_at = sorted((starts_at, ends_at))
    return Bounty(
        id=draw(ids()),
        amount=draw(_ordinals()),
        by_id=draw(maybe(ids())),
        starts_at=starts_at,
        ends_at=ends_at,
        answer_id=draw(maybe(ids())),
        paid=draw(maybe(counts())),
    )


def links() -> SearchStrategy[Link]:
    """Return references to other threads."""
    return st.builds(
        Link,
        kind=st.sampled_from(LinkKind),
        target=ids(),
        post_id=maybe(ids()),
        at=maybe(instants()),
    )


# -- posts -----------------------------------------------------------------------


def questions() -> SearchStrategy[Question]:
    """Return questions by themselves, with any mark on them."""
    return st.builds(
        Question,
        id=ids(),
        author_id=ids(),
        author_name=maybe(names()),
        body=bodies(),
        created_at=maybe(instants()),
        edited_at=maybe(instants()),
        revision=_ordinals(),
        deleted=maybe(marks()),
        removed=maybe(marks()),
        status=post_statuses(),
        provenance=maybe(provenances()),
        title=maybe(names()),
        tags=_tags(),
        views=maybe(counts()),
    )


def answers() -> SearchStrategy[Answer]:
    """Return answers by themselves, with any mark on them."""
    return st.builds(
        Answer,
        id=ids(),
        question_id=ids(),
        author_id=ids(),
        author_name=maybe(names()),
        body=bodies(),
        created_at=maybe(instants()),
        edited_at=maybe(instants()),
        revision=_ordinals(),
        deleted=maybe(marks()),
        removed=maybe(marks()),
        status=post_statuses(),
        provenance=maybe(provenances()),
    )


def comments() -> SearchStrategy[Comment]:
    """Return comments by themselves, with any mark on them."""
    return st.builds(
        Comment,
        id=ids(),
        parent_id=ids(),
        author_id=ids(),
        author_name=maybe(names()),
        body=bodies(),
        created_at=maybe(instants()),
        edited_at=maybe(instants()),
        revision=_ordinals(),
        deleted=maybe(marks()),
        removed=maybe(marks()),
        status=post_statuses(),
        provenance=maybe(provenances()),
    )


def stubs() -> SearchStrategy[Stub]:
    """Return places that a source did not deliver."""
    return st.builds(
        Stub,
        id=ids(),
        parent_id=maybe(ids()),
        count=maybe(counts()),
        child_ids=tuples_of(ids(), 2),
        cursor=maybe(texts(max_size=8)),
    )


# -- parts of events, reports, limits --------------------------------------------


def event_ids() -> SearchStrategy[EventId]:
    """Return identities of events."""
    return st.builds(EventId, thread_id=ids(), version=_ordinals())


def post_refs() -> SearchStrategy[PostRef]:
    """Return posts as events name them."""
    kinds = st.sampled_from(PostKind)
    return st.builds(PostRef, post_id=ids(), kind=kinds, author_id=ids())


def losses() -> SearchStrategy[Loss]:
    """Return single kinds of loss."""
    return st.builds(
        Loss,
        kind=st.sampled_from(("skipped", "repaired", "lost", "noted")),
        code=st.sampled_from(("zone-not-stated", "body-html")),
        message=texts(),
        count=_ordinals(),
        examples=tuples_of(texts(max_size=8)),
        damage=st.booleans(),
        harmless=st.booleans(),
    )


def loss_reports() -> SearchStrategy[LossReport]:
    """Return reports of conversions."""
    return st.builds(LossReport, losses=tuples_of(losses()))


def limits() -> SearchStrategy[Limits]:
    """Return limits of reading, from absurdly low ones up."""
    return st.builds(
        Limits,
        document=_ordinals(),
        record=_ordinals(),
        records=_ordinals(),
        ratio=_ordinals(),
        json_depth=_ordinals(),
    )
