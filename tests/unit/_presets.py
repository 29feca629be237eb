"""Builds threads and events from the short facts of presets.json."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qathread import (
    Body,
    Direction,
    Policy,
    Thread,
    Usage,
    User,
    moderation,
    policies,
    posting,
    voting,
)
from qathread.content import ThreadKind
from qathread.events import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    BountyOffered,
    CommentPosted,
    EditApproved,
    Event,
    EventId,
    HidingImposed,
    PostDeleted,
    PostFlagged,
    PostRef,
    PostRemoved,
    PostRestored,
    QuestionAsked,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    WikiMade,
)
from qathread.feedback import Vote
from qathread.policy import QuotaUse
from qathread.posts import Answer, Comment, PostKind, Question
from qathread.revisions import Revision, Suggestion
from qathread.status import Bounty, Flag, Mark

START = datetime(2026, 1, 1, 10, tzinfo=UTC)
#: What people have whose points do not matter.
RICH = 1_000_000
PRESETS: dict[str, Policy] = {
    name: getattr(policies, name) for name in policies.__all__ if name.isupper()
}
TABLE: dict[str, Any] = json.loads(
    Path(__file__).with_name("presets.json").read_text("utf-8")
)


class Log:
    """Builds the events of one thread from the short facts of the table."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, fact: dict[str, Any]) -> None:
        times = fact.get("times", 1)
        by = fact.get("by", "x")
        for number in range(1, times + 1):
            self.one(fact, by if times == 1 else f"{by}{number}")

    def one(self, fact: dict[str, Any], by: str) -> None:
        at = datetime.fromisoformat(fact["at"]) if "at" in fact else START
        kind = PostKind(fact.get("post", "answer"))
        author = fact.get("author", by)
        version = len(self.events) + 1
        post = PostRef(
            post_id=fact.get("id", f"{kind}-{author}"), kind=kind, author_id=author
        )
        base: dict[str, Any] = {
            "thread_id": "t",
            "version": version,
            "by": User(id=by),
            "at": at,
            "recorded_at": at,
        }
        flags = {**base, "by": None, "cause": EventId(thread_id="t", version=version)}
        on = {
            **base,
            "post_id": post.post_id,
            "post_kind": kind,
            "author_id": author,
        }
        match fact["do"]:
            case "upvote":
                event: Event = VoteCast(**on, direction=Direction.UP)
            case "downvote":
                event = VoteCast(**on, direction=Direction.DOWN)
            case "retract":
                vote = standing(post, by, fact["was"])
                event = VoteRetracted(**on, replaced=vote)
            case "turn":
                to = Direction(fact["to"])
                other = next(each for each in Direction if each is not to)
                vote = standing(post, by, other)
                event = VoteChanged(**on, direction=to, replaced=vote)
            case "accept":
                event = AnswerAccepted(**on, asker_id=by)
            case "unaccept":
                event = AnswerUnaccepted(**on, asker_id=by)
            case "approve":
                event = approved(on, post, fact["editor"], version)
            case "offer":
                bounty = Bounty(id="bounty", amount=fact["amount"], by_id=by)
                event = BountyOffered(**base, bounty=bounty, asker_id=fact["asker"])
            case "award":
                amount = fact.get("amount", fact["paid"])
                event = BountyAwarded(
                    **on,
                    bounty=Bounty(id="bounty", amount=amount, by_id=by),
                    paid=fact["paid"],
                    automatic=fact.get("automatic", False),
                )
            case "flagged":
                flag = Flag(
                    id=f"flag-{version}", post_id=post.post_id, reason="spam", by_id=by
                )
                event = PostFlagged(**on, flag=flag)
            case "hidden":
                event = HidingImposed(**flags, post=post)
            case "removed":
                event = PostRemoved(**{**on, **flags})
            case "delete":
                event = PostDeleted(**on)
            case "restore":
                event = PostRestored(**on, replaced=Mark(by_id=author))
            case "wiki":
                event = WikiMade(**base, post=post)
            case "ask" | "answer" | "comment":
                event = written(fact["do"], base, f"{fact['do']}-{by}", fact.get("id"))
            case unknown:
                raise AssertionError(unknown)
        self.events.append(event)


def standing(post: PostRef, by: str, direction: str) -> Vote:
    return Vote(
        post_id=post.post_id,
        voter_id=by,
        direction=Direction(direction),
        cast_at=START,
    )


def approved(on: dict[str, Any], post: PostRef, editor: str, number: int) -> Event:
    new, old = Body(source="new"), Body(source="old")
    return EditApproved(
        **on,
        suggestion=Suggestion(
            id=f"suggestion-{number}",
            post_id=post.post_id,
            base_revision=number,
            body=new,
            editor_id=editor,
            at=START,
        ),
        revision=Revision(
            post_id=post.post_id, number=number + 1, body=new, editor_id=editor
        ),
        replaced=Revision(post_id=post.post_id, number=number, body=old),
    )


def written(kind: str, base: dict[str, Any], default: str, id: str | None) -> Event:
    author, body = base["by"].id, Body(source="text")
    made = {
        "id": id or default,
        "author_id": author,
        "body": body,
        "created_at": base["at"],
    }
    if kind == "ask":
        return QuestionAsked(**base, kind=ThreadKind.QA, question=Question(**made))
    if kind == "answer":
        answer = Answer(**made, question_id="question")
        return AnswerPosted(**base, answer=answer, asker_id="somebody")
    comment = Comment(**made, parent_id="question")
    return CommentPosted(**base, comment=comment, parent=None)


def written_thread(policy: Policy) -> Thread:
    """A question of ada, an answer of ben, a comment of ada on it; all at once."""
    ada, ben = User(id="ada", reputation=RICH), User(id="ben", reputation=RICH)
    options: dict[str, Any] = {"at": START, "policy": policy}
    thread = posting.ask(
        "t",
        title="A title that is long enough",
        body="A body that is long enough for every platform",
        tags=("tag",),
        by=ada,
        id="question",
        **options,
    )
    body = "An answer that is long enough for all of them"
    thread = posting.answer(thread, body, by=ben, id="answer", **options)
    body = "A comment of some thirty characters"
    return posting.comment(thread, "answer", body, by=ada, id="comment", **options)


def taken(thread: Thread, step: dict[str, Any], policy: Policy) -> Thread:
    """Take one step of the table."""
    on, length = step["on"], step.get("length", 60)
    by = User(
        id=step["by"],
        reputation=step.get("points", RICH),
        roles=frozenset(step.get("roles", ())),
    )
    used = step.get("used")
    options: dict[str, Any] = {
        "by": by,
        "at": START + timedelta(seconds=step.get("after", 0)),
        "policy": policy,
        "usage": used
        and Usage(
            quotas=tuple(
                QuotaUse(name=name, used=count) for name, count in sorted(used.items())
            )
        ),
    }
    match step["do"]:
        case "up" | "down":
            weight = step.get("weight", 1)
            way = Direction(step["do"])
            return voting.cast(thread, on, way, weight=weight, **options)
        case "retract":
            return voting.retract(thread, on, **options)
        case "react":
            return voting.react(thread, on, "like", **options)
        case "comment":
            return posting.comment(thread, on, "x" * length, **options)
        case "edit":
            return posting.edit(thread, on, body="x" * length, **options)
        case "accept":
            return posting.accept(thread, on, **options)
        case "delete":
            return posting.delete(thread, on, **options)
        case "answer":
            return posting.answer(thread, "x" * length, id=step.get("id"), **options)
        case "ask":
            title, body = "A title that is long enough", "x" * length
            return posting.ask("new", title=title, body=body, tags=("a",), **options)
        case "close":
            return moderation.close(thread, on, **options)
        case "flag":
            reason = step.get("reason", "spam")
            return moderation.flag(thread, on, reason, **options)
        case "reopen":
            return moderation.reopen(thread, **options)
        case "offer":
            return moderation.offer_bounty(thread, int(on), **options)
        case "award":
            (bounty,) = thread.content.bounties
            return moderation.award_bounty(thread, bounty.id, on, **options)
        case "expire":
            (bounty,) = thread.content.bounties
            return moderation.expire_bounty(thread, bounty.id, **options)
        case "remove":
            return moderation.remove(thread, on, **options)
        case "protect":
            return moderation.protect(thread, **options)
        case "lock":
            return moderation.lock(thread, **options)
        case unknown:
            raise AssertionError(unknown)
