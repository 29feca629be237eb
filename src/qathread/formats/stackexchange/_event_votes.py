"""Votes, acceptance and bounties as events of a thread."""

from collections import Counter
from datetime import datetime

from attrs import evolve

from ...events import (
    AnswerAccepted,
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    VotesCounted,
)
from ...posts import Post, PostKind
from ._bundle import Rows
from ._steps import ACCEPTED, COUNTED, PAID, Steps, on
from ._values import Values

__all__ = ["add_bounties", "add_undated", "add_votes"]


def add_votes(steps: Steps, rows: Rows, values: Values) -> None:
    """Count votes by post and day; note the acceptance of what is accepted."""
    accepted = set(steps.thread.accepted)
    for post_id, votes in (rows.votes or {}).items():
        post = steps.thread[post_id]
        days: Counter[tuple[str, str]] = Counter()
        for vote in votes:
            kind, day = vote["VoteTypeId"], vote.get("CreationDate", "")
            if kind in ("2", "3"):
                days[day, kind] += 1
            elif kind == "1" and post_id in accepted:
                at = values.instant(day, f"vote {vote['Id']}")
                if at is not None:
                    accepted.discard(post_id)
                    _accepted(steps, post, at)
        for day in sorted({day for day, _ in days}):
            at = values.instant(day, f"votes on {post_id}")
            if at is not None:
                up, down = days[day, "2"], days[day, "3"]
                steps.add(
                    post_id,
                    at,
                    COUNTED,
                    VotesCounted,
                    up=up,
                    down=down,
                    **on(post),
                )


def _accepted(steps: Steps, post: Post, at: datetime) -> None:
    steps.add(
        post.id,
        at,
        ACCEPTED,
        AnswerAccepted,
        asker_id=steps.asker_id,
        by=steps.face(steps.asker_id),
        **on(post),
    )


def add_undated(steps: Steps, rows: Rows, last: datetime) -> None:
    """
    Add at the end what no row gives a day for.

    Scores of comments, scores without votes, and an acceptance without its vote.
    """
    noted = {
        facts["post_id"] for *_, cls, facts in steps.noted if cls is AnswerAccepted
    }
    for post_id in steps.thread.accepted:
        if post_id not in noted:
            _accepted(steps, steps.thread[post_id], last)
    for post in steps.thread.posts:
        tally = steps.thread.tally(post.id)
        dated = rows.votes is not None and post.kind is not PostKind.COMMENT
        if not dated and tally.score:
            up, down = max(tally.score, 0), max(-tally.score, 0)
            steps.add(
                post.id,
                last,
                COUNTED,
                VotesCounted,
                up=up,
                down=down,
                **on(post),
            )


def add_bounties(steps: Steps) -> None:
    """Note what was promised for answers, and what became of it."""
    question = steps.thread.question
    for bounty in steps.thread.bounties:
        start = bounty.starts_at
        if start is None or bounty.by_id is None:
            continue
        offered = evolve(bounty, ends_at=None, answer_id=None, paid=None)
        steps.add(
            question.id,
            start,
            PAID,
            BountyOffered,
            bounty=offered,
            asker_id=steps.asker_id,
            by=steps.face(bounty.by_id),
        )
        end = bounty.ends_at
        if bounty.paid is None or end is None:
            continue
        answer_id = bounty.answer_id
        if answer_id is not None and answer_id != question.id:
            post = steps.thread[answer_id]
            steps.add(
                post.id,
                end,
                PAID,
                BountyAwarded,
                bounty=offered,
                paid=bounty.paid,
                **on(post),
            )
        else:
            steps.add(question.id, end, PAID, BountyExpired, bounty=offered)
