"""
The documents that every release must read and write byte for byte.

``python -m tests.golden.make`` writes them for the format version of this
checkout. Files of a released version are never written again: a change to the
fields raises ``FORMAT_VERSION``, and the new version gets a folder of its own.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Bounty,
    Closed,
    Comment,
    Flag,
    FlagState,
    Limits,
    Link,
    LinkKind,
    Locked,
    LockLevel,
    Mark,
    Motion,
    MotionKind,
    PostKind,
    PostStatus,
    Provenance,
    Question,
    Reaction,
    Revision,
    RevisionKind,
    Status,
    Stub,
    Suggestion,
    Tally,
    Thread,
    TimePrecision,
    Usage,
    User,
    UserKind,
    Vote,
    events,
    policies,
    posting,
    to_json,
    voting,
)
from qathread.badges import Award, BadgeLevel, BadgeRule, Repeat, Trigger
from qathread.losses import Loss, LossReport
from qathread.notices import Follow, Notice, NoticeKind, NoticeReason
from qathread.policies import Difference
from qathread.policy import QuotaUse
from qathread.serialization import FORMAT_VERSION, to_lines
from qathread.serialization._documents import EVENT_OF, TYPE_OF

FOLDER = Path(__file__).parent
SUMS = "SHA256SUMS"
FIELDS = "FIELDS"

ADA = User(id="ada", name="Ada", level=3)
GREG = User(id="greg", name="Greg", handle="greg")
LI = User(id="李", name="李", kind=UserKind.BOT)
START = datetime(2026, 1, 1, tzinfo=UTC)


def at(minute: int) -> datetime:
    """An instant; one of them has a fraction of a second."""
    return START + timedelta(minutes=minute, microseconds=250 * (minute == 7))


def by_verbs() -> Thread:
    """A thread that every verb has touched."""
    thread = posting.ask(
        "q",
        title="Why?",
        body="Why *this*?\r\n",
        tags=("c++", "日本語"),
        by=ADA,
        at=at(0),
    )
    thread = posting.answer(thread, "Because.", by=GREG, at=at(1))
    thread = posting.answer(thread, "No idea 🎉", by=LI, at=at(2))
    thread = posting.comment(thread, "q.2", "Thanks", by=ADA, at=at(3))
    thread = posting.comment(thread, "q.4", "You're welcome", by=GREG, at=at(4))
    thread = voting.cast(thread, "q.2", UP, by=ADA, at=at(5))
    thread = voting.cast(thread, "q.2", DOWN, weight=2, by=ADA, at=at(6))
    thread = voting.cast(thread, "q.1", UP, by=LI, at=at(7))
    thread = voting.cast(thread, "q.3", DOWN, by=GREG, at=at(8))
    thread = voting.retract(thread, "q.3", by=GREG, at=at(9))
    thread = voting.react(thread, "q.4", "🎉", by=LI, at=at(10))
    thread = voting.react(thread, "q.4", "like", by=GREG, at=at(10))
    thread = voting.unreact(thread, "q.4", "like", by=GREG, at=at(11))
    thread = posting.edit(
        thread, "q.1", title="Why, really?", summary="clearer", by=ADA, at=at(12)
    )
    thread = posting.rollback(thread, "q.1", 1, by=LI, at=at(13))
    thread = posting.suggest_edit(thread, "q.2", body="Because!", by=LI, at=at(14))
    thread = posting.suggest_edit(thread, "q.2", body="Never mind", by=LI, at=at(15))
    thread = posting.suggest_edit(thread, "q.3", body="Some idea", by=ADA, at=at(16))
    thread = posting.approve_edit(thread, "q.16", by=GREG, at=at(17))
    thread = posting.reject_edit(thread, "q.17", reason="no", by=GREG, at=at(18))
    thread = posting.accept(thread, "q.3", by=ADA, at=at(19))
    thread = posting.accept(thread, "q.2", by=ADA, at=at(20))
    thread = posting.unaccept(thread, "q.2", by=ADA, at=at(21))
    thread = posting.accept(thread, "q.2", by=ADA, at=at(22), recorded_at=at(30))
    thread = posting.delete(thread, "q.5", by=GREG, at=at(23))
    thread = posting.restore(thread, "q.5", by=GREG, at=at(24))
    thread = posting.delete(thread, "q.3", reason="wrong", by=LI, at=at(25))
    counted = events.VotesCounted(
        thread_id="q",
        version=thread.version + 1,
        at=at(26),
        recorded_at=at(26),
        cause=events.EventId(thread_id="q", version=1),
        post_id="q.1",
        post_kind=thread.question.kind,
        author_id="ada",
        up=4,
        down=1,
        reactions=(("heart", 2),),
    )
    return events.evolve(thread, counted)


def by_import() -> Thread:
    """A thread with something in every field."""
    mark = Mark(by_id="mod", at=at(3), reason="spam")
    lock = Locked(
        by_id="mod", at=at(3), reason="heat", level=LockLevel.REPLIES, until=at(60)
    )
    origin = Provenance(
        platform="stackexchange",
        id="11",
        url="https://example.org/q/11",
        license="CC BY-SA 4.0",
        time_precision=TimePrecision.MILLISECOND,
        zone_stated=False,
        declared=(("answers", 2), ("views", 7)),
        extra='{"flair":"é","n":[1,2.5,null]}',
    )
    question = Question(
        id="11",
        author_id="ada",
        author_name="Ada (then)",
        body=Body(source="<p>Why?</p>", media_type="text/html", language="en"),
        created_at=at(0),
        edited_at=at(2),
        revision=3,
        status=PostStatus(locked=lock, hidden=mark, wiki=mark, pending=mark),
        provenance=origin,
        title="Why?",
        tags=("python",),
        views=7,
    )
    answers = [
        Answer(id="12", question_id="11", author_id="greg", body=Body(source="So.")),
        Answer(
            id="13",
            question_id="11",
            author_id="gone",
            body=Body(source="Not so."),
            created_at=at(1),
            deleted=Mark(),
            removed=mark,
        ),
    ]
    comments = [
        Comment(id="15", parent_id="14", author_id="李", body=Body(source="deep")),
        Comment(id="14", parent_id="12", author_id="ada", body=Body(source="hm")),
    ]
    return Thread.from_parts(
        id="11",
        kind="qa",
        question=question,
        posts=[*answers, *comments],
        stubs=[Stub(id="more", parent_id="12", count=3, child_ids=("x",), cursor="c")],
        votes=[
            Vote(post_id="12", voter_id="ada", direction=UP, cast_at=at(1)),
            Vote(post_id="12", voter_id="li", direction=DOWN, cast_at=at(2), weight=3),
        ],
        reactions=[Reaction(post_id="11", user_id="greg", kind="like", at=at(4))],
        tallies=[
            Tally(post_id="11", score=5, reactions=(("like", 4), ("heart", 0))),
            Tally(post_id="12", up=9, down=3, exact=False, complete=True),
        ],
        users=[ADA, GREG, LI, User(id="gone", kind=UserKind.DELETED)],
        accepted=["13", "12"],
        status=Status(
            closed=Closed(
                by_id="mod", at=at(5), reason="duplicate", duplicate_of=("9", "10")
            ),
            locked=lock,
            protected=mark,
            pinned=mark,
            archived=mark,
            hidden=mark,
            wiki=mark,
            pending=mark,
        ),
        revisions=[
            Revision(
                post_id="11",
                number=2,
                body=Body(source="Wy?"),
                title="Wy?",
                tags=("python",),
                editor_id="greg",
                at=at(1),
                summary="typo",
                kind=RevisionKind.ROLLBACK,
                group="g1",
            ),
        ],
        suggestions=[
            Suggestion(
                id="s1",
                post_id="12",
                base_revision=1,
                body=Body(source="So!"),
                editor_id="李",
                at=at(6),
                summary="louder",
            )
        ],
        bounties=[
            Bounty(
                id="b1",
                amount=50,
                by_id="ada",
                starts_at=at(0),
                ends_at=at(9),
                answer_id="12",
                paid=50,
            )
        ],
        flags=[
            Flag(
                id="f1",
                post_id="13",
                reason="rude",
                by_id="ada",
                at=at(3),
                state=FlagState.HELPFUL,
                resolved=mark,
            )
        ],
        motions=[
            Motion(
                kind=MotionKind.REOPEN,
                by_id="ada",
                at=at(7),
                reason="clear now",
                duplicate_of=("9",),
            )
        ],
        links=[Link(kind=LinkKind.DUPLICATE, target="9", post_id="11", at=at(5))],
        provenance=origin,
        version=7,
    )


def moderated() -> tuple[events.Event, ...]:
    """One event of each kind of moderation, with something in every field."""
    content = by_import().content
    common: dict[str, Any] = {"thread_id": "t", "at": at(9), "recorded_at": at(10)}
    common["by"] = User(id="mod", name="Mod")
    common["cause"] = events.EventId(thread_id="t", version=4)
    post = events.PostRef(post_id="12", kind=PostKind.ANSWER, author_id="greg")
    on: dict[str, Any] = {
        "post_id": "12",
        "post_kind": PostKind.ANSWER,
        "author_id": "greg",
    }
    closed, lock, mark = content.status.closed, content.status.locked, Mark(by_id="mod")
    bounty, flag, votes = content.bounties[0], content.flags[0], content.votes
    assert closed is not None
    assert lock is not None
    fields: dict[type[events.Event], dict[str, Any]] = {
        events.CloseVoteCast: {"reason": "duplicate", "duplicate_of": ("9",)},
        events.ReopenVoteCast: {"reason": "clear now"},
        events.ThreadClosed: {
            "reason": "duplicate",
            "duplicate_of": ("9",),
            "asker_id": "ada",
            "voter_ids": ("ada", "李"),
            "replaced": closed,
        },
        events.ThreadReopened: {
            "replaced": closed,
            "asker_id": "ada",
            "voter_ids": ("ada",),
        },
        events.ThreadProtected: {"reason": "noise"},
        events.ThreadUnprotected: {"replaced": mark},
        events.ThreadPinned: {"reason": "rules"},
        events.ThreadUnpinned: {"replaced": mark},
        events.ThreadArchived: {"reason": "old"},
        events.ThreadUnarchived: {"replaced": mark},
        events.LockImposed: {
            "post": post,
            "level": LockLevel.COMMENTS,
            "until": at(99),
            "reason": "heat",
            "replaced": lock,
        },
        events.LockLifted: {"post": post, "replaced": lock},
        events.HidingImposed: {"post": post, "reason": "rude"},
        events.HidingLifted: {"post": post, "replaced": mark},
        events.WikiMade: {"post": post, "reason": "shared"},
        events.PostRemoved: {**on, "reason": "spam"},
        events.PostReinstated: {**on, "replaced": mark},
        events.PostFlagged: {**on, "flag": flag},
        events.FlagResolved: {
            **on,
            "flag": flag,
            "outcome": FlagState.DECLINED,
            "reason": "fine",
        },
        events.PostConverted: {
            **on,
            "to": PostKind.COMMENT,
            "parent_id": "13",
            "replaced_parent_id": "11",
        },
        events.PostMoved: {**on, "parent_id": "13", "replaced_parent_id": "11"},
        events.VotesInvalidated: {**on, "replaced": votes, "reason": "ring"},
        events.BountyOffered: {"bounty": bounty, "asker_id": "ada"},
        events.BountyAwarded: {**on, "bounty": bounty, "paid": 25, "automatic": True},
        events.BountyExpired: {"bounty": bounty},
        events.ThreadSplitOff: {"from_id": "s", "content": content},
        events.PostsMovedIn: {"from_id": "s", "content": content},
        events.PostsMovedOut: {"to_id": "s", "posts": (post,)},
        events.UsersMerged: {"from_id": "old", "into": ADA, "dropped": votes},
    }
    return tuple(
        cls(version=version, **common, **given)
        for version, (cls, given) in enumerate(fields.items(), 5)
    )


def of_accounts() -> tuple[events.AccountEvent, ...]:
    """One event of each kind that concerns an account and no thread."""
    common: dict[str, Any] = {"user_id": "ada", "at": at(9), "recorded_at": at(10)}
    common["by"] = User(id="mod", name="Mod")
    return (
        events.UserRegistered(version=1, user=ADA, **common),
        events.UserSuspended(version=2, until=at(99), reason="spam", **common),
        events.UserUnsuspended(version=3, reason="mistake", **common),
        events.AccountsMerged(version=4, into_id="greg", **common),
        events.ReputationAdjusted(version=5, amount=-100, reason="bonus", **common),
    )


def stub_only() -> Thread:
    """A discussion of which the question is not at hand."""
    return Thread.from_parts(
        id="t",
        kind="discussion",
        stubs=[Stub(id="root")],
        posts=[
            Comment(id="c", parent_id="root", author_id="ada", body=Body(source="?"))
        ],
    )


def values() -> dict[str, object]:
    """One value of each type that has a document, by the name of its file."""
    thread, imported = by_verbs(), by_import()
    content = imported.content
    found: dict[str, object] = {
        "thread-by-verbs": thread,
        "thread-imported": imported,
        "thread-without-question": stub_only(),
        "policy-open": policies.OPEN,
        "policy-stack-exchange": policies.STACK_EXCHANGE,
        "answer": content.answers[1],
        "award": Award(
            user_id="ada",
            badge="Nice",
            level=BadgeLevel.BRONZE,
            at=at(5),
            thread_id="t",
            post_id="12",
            event=events.EventId(thread_id="t", version=9),
        ),
        "badge_rule": BadgeRule(
            name="Nice",
            level=BadgeLevel.BRONZE,
            trigger=Trigger.SCORE,
            count=10,
            repeat=Repeat.PER_POST,
            after_days=30,
            source="example.org/badges",
        ),
        "difference": Difference(path="voting.heaviest", before="none", after="1"),
        "follow": Follow(user_id="ada", tag="c++"),
        "notice": Notice(
            user_id="ada",
            kind=NoticeKind.ANSWERED,
            reason=NoticeReason.AUTHOR,
            at=at(5),
            by_id="greg",
            thread_id="t",
            post_id="12",
            event=events.EventId(thread_id="t", version=9),
        ),
        "body": content.question and content.question.body,
        "bounty": content.bounties[0],
        "closed": content.status.closed,
        "comment": content.comments[0],
        "content": content,
        "flag": content.flags[0],
        "link": content.links[0],
        "locked": content.status.locked,
        "loss": REPORT.losses[0],
        "motion": content.motions[0],
        "loss_report": REPORT,
        "mark": content.status.hidden,
        "post_status": content.question and content.question.status,
        "provenance": content.provenance,
        "question": content.question,
        "reaction": content.reactions[0],
        "revision": content.revisions[0],
        "status": content.status,
        "stub": content.stubs[0],
        "suggestion": content.suggestions[0],
        "tally": content.tallies[0],
        "usage": Usage(quotas=(QuotaUse(name="votes", used=3, resets_at=at(1440)),)),
        "limits": Limits(document=4096, record=512),
        "user": User(
            id="ada",
            name="Ada",
            handle="ada",
            reputation=None,
            level=3,
            roles=frozenset({"staff", "moderator"}),
            joined_at=at(0),
            suspended_until=at(1),
        ),
        "vote": content.votes[1],
    }
    for event in (*thread.pending, *imported.pending, *moderated(), *of_accounts()):
        found[f"event-{EVENT_OF[type(event)]}"] = event
    return found


REPORT = LossReport(
    losses=(
        Loss(
            kind="lost",
            code="body-html",
            message="HTML became text",
            count=2,
            examples=("line 3", "/posts/1"),
            damage=True,
        ),
    )
)


def documents() -> dict[str, bytes]:
    """The bytes of every file but the list of sums."""
    found = {f"{name}.json": to_json(value) for name, value in values().items()}
    found["events.jsonl"] = to_lines(by_verbs().pending)
    found[FIELDS] = fields().encode()
    return found


def fields() -> str:
    """Every field of every class that is written, with its type, one a line."""
    waiting: list[type] = [*TYPE_OF, *EVENT_OF]
    lines: set[str] = set()
    seen: set[type] = set()
    while waiting:
        cls = waiting.pop()
        if cls in seen:
            continue
        seen.add(cls)
        if issubclass(cls, StrEnum):
            lines.add(f"{cls.__name__} = {' | '.join(sorted(cls))}\n")
        if not attrs.has(cls):
            continue
        hints = get_type_hints(cls, include_extras=True)
        for field in attrs.fields(cls):
            hint = hints[field.name]
            lines.add(f"{cls.__name__}.{field.name}: {_shown(hint)}\n")
            waiting += _classes(hint)
    return "".join(sorted(lines))


def _classes(hint: Any) -> list[type]:
    if get_args(hint):
        return [cls for each in get_args(hint) for cls in _classes(each)]
    return [hint] if isinstance(hint, type) else []


def _shown(hint: Any) -> str:
    """A type as text that no Python version writes in another way."""
    arguments = [_shown(each) for each in get_args(hint)]
    if get_origin(hint) is Annotated:
        return arguments[0]
    if get_origin(hint) in (Union, UnionType):
        return " | ".join(arguments)
    if get_origin(hint) is not None:
        return f"{get_origin(hint).__name__}[{', '.join(arguments)}]"
    if hint is NoneType:
        return "None"
    return "..." if hint is Ellipsis else getattr(hint, "__name__", repr(hint))


def main() -> None:
    """Write the files of the current version, and the list of their sums."""
    folder = FOLDER / f"v{FORMAT_VERSION}"
    folder.mkdir(exist_ok=True)
    sums = []
    for name, data in sorted(documents().items()):
        (folder / name).write_bytes(data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    main()
