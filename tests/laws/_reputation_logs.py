"""Logs of several threads and of accounts, made of events and of no verb."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from qathread import Body, Mark, Thread, User
from qathread import events as ev
from qathread.content import ThreadKind
from qathread.feedback import DOWN, UP, Vote
from qathread.policy import (
    Cap,
    CapMode,
    CapPer,
    FloorMode,
    PaidFor,
    Pay,
    Policy,
    Reputation,
)
from qathread.posts import Answer, Comment, PostKind, Question
from qathread.revisions import Revision, Suggestion
from qathread.status import Bounty, Flag, FlagState, LockLevel, PostStatus
from qathread.testing.strategies import quota_lists, reputations

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
PEOPLE = tuple(f"u{n}" for n in range(5))
THREADS = ("s", "t", "v")
BODY = Body(source="Text.")
_PAYABLE = tuple(rule for rule in PaidFor if rule is not PaidFor.ADJUSTED)
_HIDDEN = PostStatus(wiki=Mark(at=START))
_choices = st.tuples(
    st.integers(0, 99),  # what happens
    st.integers(0, 2),  # in which thread
    st.integers(0, 4),  # to which post
    st.integers(0, 4),  # by whom
    st.integers(0, 4),  # who else
    st.integers(0, 11),  # how much, or which way
    # Seconds since the last event; hours, days; back.
    st.sampled_from((0, 0, 1, 60, 3_600, 40_000, 90_000, -50, -50_000)),
    # Seconds until it became known.
    st.sampled_from((None, 0, 0, 0, 0, 1, 4_000, 100_000, -10)),
)


class Site:
    """Threads while things happen to them, as far as events must make sense."""

    def __init__(self) -> None:
        self.now = START
        self.versions: dict[str | None, int] = {}
        self.places: dict[str, str] = {}  # of posts: in which thread
        self.kinds: dict[str, PostKind] = {}
        self.authors: dict[str, str] = {}
        for number, thread in enumerate(THREADS):
            for place, name in enumerate(("q", "a", "b", "c")):
                post = f"{thread}.{name}"
                self.places[post] = thread
                kind = (PostKind.QUESTION, PostKind.ANSWER, PostKind.ANSWER)
                self.kinds[post] = (*kind, PostKind.COMMENT)[place]
                self.authors[post] = PEOPLE[(number + place) % 4]


def events_from(choices: list[tuple[Any, ...]]) -> list[Any]:
    """Make a log of choices."""
    site = Site()
    log: list[Any] = []
    for choice in choices:
        log += happenings(site, *choice)
    return log


def happenings(
    site: Site,
    what: int,
    thread_number: int,
    post_number: int,
    by_number: int,
    other_number: int,
    much: int,
    seconds: int,
    known: int | None,
) -> Iterator[Any]:
    """One event, or none where it would make no sense at all."""
    thread = THREADS[thread_number]
    by, other = User(id=PEOPLE[by_number]), User(id=PEOPLE[other_number])
    site.now += timedelta(seconds=max(0, seconds))
    at = site.now + timedelta(seconds=min(0, seconds))
    recorded = None if known is None else at + timedelta(seconds=known)

    def made(cls: type[Any], thread_id: str | None = thread, **fields: Any) -> Any:
        version = site.versions.get(thread_id, 0) + 1 + (much == 11)  # some are lost
        site.versions[thread_id] = version
        who = {"by": by, "at": at, "recorded_at": recorded, "version": version}
        if thread_id is not None:
            who["thread_id"] = thread_id
        return cls(**{**who, **fields})

    if what >= 94:
        if what >= 98:
            gone, stays = by.id, other.id
            yield made(ev.AccountsMerged, None, user_id=gone, into_id=stays)
        elif what == 97:
            yield made(ev.UserRegistered, None, user_id=by.id, user=by)
        else:
            amount = (much - 5) * 7
            yield made(ev.ReputationAdjusted, None, user_id=by.id, amount=amount)
        return
    if not site.versions.get(thread) and what % 3 == 0:
        yield made(ev.Imported, content=content_of(thread, much, at), by=None)
        return
    posts = sorted(post for post, where in site.places.items() if where == thread)
    if not posts:
        return
    post = posts[post_number % len(posts)]
    on: dict[str, Any] = {
        "post_id": post,
        "post_kind": site.kinds[post],
        "author_id": site.authors[post],
    }
    ref = ev.PostRef(post_id=post, kind=site.kinds[post], author_id=site.authors[post])
    cause = ev.EventId(thread_id=thread, version=1) if much % 2 else None
    vote = Vote(post_id=post, voter_id=by.id, direction=UP, cast_at=START)
    way: dict[str, Any] = {
        "direction": UP if much % 3 else DOWN,
        "weight": 1 + (much == 7),
    }
    mark = Mark(at=at)
    if what < 36:
        yield made(ev.VoteCast, **on, **way)
    elif what < 42:
        yield made(ev.VoteChanged, **on, **way, replaced=vote)
    elif what < 46:
        yield made(ev.VoteRetracted, **on, replaced=vote)
    elif what < 49:
        second = Vote(post_id=post, voter_id=other.id, direction=UP, cast_at=START)
        both = (vote, second) if vote != second else (vote,)
        yield made(ev.VotesInvalidated, **on, replaced=both)
    elif what < 52:
        yield made(ev.VotesCounted, **on, up=much, down=(much * 7) % 5, by=None)
    elif what < 56:
        replaced = tuple(
            ev.PostRef(
                post_id=each, kind=site.kinds[each], author_id=site.authors[each]
            )
            for each in posts[: much % 3]
        )
        asker = other.id if much % 2 else None
        giver = None if much == 4 else by
        yield made(ev.AnswerAccepted, **on, asker_id=asker, replaced=replaced, by=giver)
    elif what < 58:
        yield made(ev.AnswerUnaccepted, **on, asker_id=None)
    elif what < 61:
        yield from posted(made, site, thread, post, by.id, much)
    elif what < 63:
        yield made(
            ev.EditApproved,
            **{**on, "by": None if much == 4 else by},
            suggestion=Suggestion(
                id="s",
                post_id=post,
                base_revision=1,
                body=BODY,
                editor_id=other.id,
                at=at,
            ),
            revision=Revision(post_id=post, number=2, body=BODY),
            replaced=Revision(post_id=post, number=1, body=BODY),
        )
    elif what < 68:
        yield made(ev.PostDeleted, **on)
    elif what < 71:
        yield made(ev.PostRestored, **on, replaced=mark)
    elif what < 73:
        yield made(ev.PostRemoved, **on, cause=cause)
    elif what < 75:
        yield made(ev.PostReinstated, **on, replaced=mark)
    elif what < 77:
        yield made(ev.WikiMade, post=ref if much % 3 else None)
    elif what < 79:
        flag = Flag(id=f"f{much % 2}", post_id=post, reason="spam")
        yield made(ev.PostFlagged, **on, flag=flag)
    elif what < 81:
        flag = Flag(id=f"f{much % 2}", post_id=post, reason="spam")
        outcomes = (FlagState.DECLINED, FlagState.HELPFUL, FlagState.WITHDRAWN)
        outcome = outcomes[much % 3]
        yield made(ev.FlagResolved, **on, flag=flag, outcome=outcome)
    elif what < 83:
        target = None if much == 4 else ref
        yield made(ev.HidingImposed, post=target, cause=cause)
    elif what == 83:
        yield made(ev.HidingLifted, post=ref, replaced=mark)
    elif what == 84:
        bounty = Bounty(id="b", amount=1 + much)
        yield made(ev.BountyOffered, bounty=bounty)
    elif what == 85:
        bounty = Bounty(id="b", amount=1 + much)
        yield made(ev.BountyAwarded, **on, bounty=bounty, paid=much)
    elif what == 86:
        kind = PostKind.COMMENT
        if site.kinds[post] is PostKind.COMMENT:
            kind = PostKind.ANSWER
        if site.kinds[post] is not PostKind.QUESTION:
            site.kinds[post] = kind
            yield made(
                ev.PostConverted, **on, to=kind, parent_id="x", replaced_parent_id="y"
            )
    elif what < 89:
        to = THREADS[(thread_number + 1 + much % 2) % 3]
        site.places[post] = to
        yield made(ev.PostsMovedOut, to_id=to, posts=(ref,))
    elif what < 92:
        dropped = tuple(
            Vote(post_id=each, voter_id=by.id, direction=UP, cast_at=START)
            for each in posts[: much % 2]
        )
        yield made(ev.UsersMerged, from_id=by.id, into=other, dropped=dropped)
    elif what == 92:
        yield made(ev.ReactionAdded, **on, kind="like")
    else:
        yield made(ev.LockImposed, level=LockLevel.ALL)


def posted(
    made: Any, site: Site, thread: str, parent: str, by: str, much: int
) -> Iterator[Any]:
    """A new post, some of which come with marks on them."""
    marks = {"deleted": Mark()} if much == 9 else {}
    status = _HIDDEN if much == 10 else PostStatus()
    common: dict[str, Any] = {"author_id": by, "body": BODY, "status": status, **marks}
    post = f"{thread}.{len(site.places)}"
    site.places[post], site.authors[post] = thread, by
    if much % 3 == 0:
        site.kinds[post] = PostKind.ANSWER
        answer = Answer(id=post, question_id=f"{thread}.q", **common)
        yield made(ev.AnswerPosted, answer=answer, asker_id=None)
    elif much % 3 == 1:
        site.kinds[post] = PostKind.COMMENT
        comment = Comment(id=post, parent_id=parent, **common)
        yield made(ev.CommentPosted, comment=comment, parent=None)
    else:
        site.kinds[post] = PostKind.QUESTION
        question = Question(id=post, **common)
        yield made(ev.QuestionAsked, kind=ThreadKind.QA, question=question)


def content_of(thread: str, much: int, at: datetime) -> Any:
    """A thread from outside: some posts down, some for everybody, some votes."""
    site = Site()
    earlier = [at - timedelta(seconds=each) for each in (90_000, 40_000, 10, 0)]
    wiki = PostStatus(wiki=Mark(at=earlier[1] if much % 2 else None))

    def parts(name: str) -> dict[str, Any]:
        return {"author_id": site.authors[f"{thread}.{name}"], "body": BODY}

    question = Question(
        id=f"{thread}.q",
        created_at=earlier[0],
        deleted=Mark() if much == 3 else None,
        status=wiki if much in (5, 6) else PostStatus(),
        **parts("q"),
    )
    answers = [
        Answer(
            id=f"{thread}.{name}",
            question_id=question.id,
            created_at=earlier[1] if much != 8 else None,
            removed=Mark() if much == 2 and name == "a" else None,
            status=wiki if much in (1, 4) and name == "b" else PostStatus(),
            **parts(name),
        )
        for name in ("a", "b")
    ]
    votes = [
        Vote(
            post_id=f"{thread}.{name}",
            voter_id=PEOPLE[(much + place) % 5],
            direction=DOWN if place % 3 == much % 3 else UP,
            cast_at=earlier[(much + place) % 4],
            weight=1 + (place == much),
        )
        for place, name in enumerate("qabqab")
    ]
    once = {(vote.post_id, vote.voter_id): vote for vote in votes}
    return Thread.from_parts(
        id=thread,
        question=question,
        posts=answers,
        votes=once.values(),
        accepted=[f"{thread}.a"] if much % 2 else [],
    ).content


def logs(max_size: int = 40) -> st.SearchStrategy[list[Any]]:
    """Event logs in the order in which they were made."""
    half = st.lists(_choices, min_size=2, max_size=max_size // 2)
    return st.builds(lambda a, b: events_from(a + b), half, half)


@st.composite
def paying(draw: st.DrawFn) -> list[tuple[datetime, Policy]]:
    """One policy, or two or three one after the other; most pay for all."""
    number = draw(st.sampled_from((1, 1, 1, 2, 3)))
    rules = [draw(reputations()) for _ in range(number)]
    if draw(st.integers(0, 3)):
        points = draw(st.lists(_points, min_size=3, max_size=7))
        rules = [evolve(each, pays=_all_pay(points)) for each in rules]
    quotas = draw(quota_lists())
    return [
        (
            START + timedelta(seconds=50_000 * place),
            Policy(name=f"p{place}", reputation=each, quotas=quotas),
        )
        for place, each in enumerate(rules)
    ]


_points = st.sampled_from((10, 5, 2, 1, 0, -1, -2, -7))


def _all_pay(points: list[int]) -> tuple[Pay, ...]:
    """Pay for every cause, with these points in turn."""
    return tuple(
        Pay(
            rule=rule,
            author=points[place % len(points)],
            actor=points[(place + 1) % len(points)],
            own=points[(place + 3) % len(points)],
        )
        for place, rule in enumerate(_PAYABLE)
    )


def random_case(seed: int) -> tuple[list[Any], list[tuple[datetime, Policy]]]:
    """A log and policies by chance, longer than what shrinks well."""
    chance = Random(seed)
    seconds = (0, 0, 1, 60, 3_600, 40_000, 90_000)
    back = (-50, -50_000) if seed % 3 == 0 else ()
    known = (None, 0, 1, 100_000, -10) if seed % 4 == 0 else (0,)
    common = 100 if seed % 2 else 63 + seed % 37  # half without rare events
    log = events_from(
        [
            (
                chance.randrange(common),
                chance.randrange(3),
                chance.randrange(5),
                chance.randrange(5),
                chance.randrange(5),
                chance.randrange(12),
                chance.choice(seconds + back),
                chance.choice(known),
            )
            for _ in range(chance.randrange(5, 60))
        ]
    )
    pairs = []
    for place in range(chance.choice((1, 1, 1, 2, 3))):
        points = [chance.choice((10, 5, 2, 1, 0, -1, -2, -7)) for _ in range(5)]
        floor = chance.choice((None, 0, 1, -5))
        rules = Reputation(
            start=chance.choice((1, 3, 10)),
            pays=_all_pay(points),
            caps=tuple(_random_cap(chance) for _ in range(chance.randrange(4))),
            floor=floor,
            floor_mode=chance.choice(list(FloorMode)),
            day_offset=chance.choice((0, 60, -330)),
            deleted_counts=chance.random() < 0.2,
            question_takes_all=chance.random() < 0.7,
            wiki_counts=chance.random() < 0.2,
        )
        start = START + timedelta(seconds=50_000 * place)
        pairs.append((start, Policy(name=f"p{place}", reputation=rules)))
    return log, pairs


def _random_cap(chance: Random) -> Cap:
    return Cap(
        rules=frozenset(rule for rule in PaidFor if chance.random() < 0.7),
        per=chance.choice(list(CapPer)),
        high=chance.choice((None, 0, 5, 12, 30)),
        low=chance.choice((None, 0, -3, -9)),
        mode=chance.choice(list(CapMode)),
    )
