"""
Counts over threads, in one pass that keeps none of them.

Everything is exact. What grows with the source: 8 bytes for each answered question
(the time to its first answer), an entry for each tag, and for each person one bit
where ids are numbers, else the id.
"""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from math import ceil
from typing import Final

from attrs import define, field, frozen

from ..content import Content, ThreadKind
from ..posts import Answer, Comment, Question
from ..thread import Thread
from ..users import UserKind

__all__ = ["QUANTILES", "Counts", "Quantiles", "count"]

#: The shares of which quantiles are told, and their names.
QUANTILES: Final[Mapping[str, float]] = {
    "min": 0.0,
    "p25": 0.25,
    "median": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p99": 0.99,
    "max": 1.0,
}
_RUN: Final = 1 << 20  # integers that are sorted at once
_NO_ACCOUNT: Final = frozenset({UserKind.ANONYMOUS, UserKind.DELETED})

#: By name; each is a value that occurs. None where there are no values.
Quantiles = Mapping[str, int | None]


@frozen(kw_only=True)
class Counts:
    """
    What was counted; posts that were deleted or removed count as gone alone.

    Attributes:
        threads: How many threads.
        discussions: How many of them are discussions: their roots are no questions.
        questions: Questions that stand; all shares are of these.
        answers: Answers that stand.
        comments: Comments that stand, those in discussions included.
        gone: Posts that were deleted or removed.
        stubs: Posts that are not at hand.
        people: Who wrote what stands and has an account.
        without_account: Authors without one, counted anew in each thread.
        ups: Upvotes on what stands, where they are known.
        downs: Downvotes on what stands, where they are known.
        unknown_votes: Posts that stand and whose ups or downs are not known.
        named_votes: Votes on what stands whose voters are known.
        answered: Questions with an answer.
        accepted: Questions with an accepted answer.
        closed: Questions that are closed.
        first_at: When the first post that stands was written; None: not known.
        last_at: When the last one was.
        tags: How many tags there are.
        top_tags: The most frequent ones and their questions, by count and name.
        answers_per_question: Quantiles.
        seconds_to_first_answer: Quantiles, in whole seconds, over questions all of
            whose answers have a known time, as the question has.
        timed: How many questions these are.
    """

    threads: int
    discussions: int
    questions: int
    answers: int
    comments: int
    gone: int
    stubs: int
    people: int
    without_account: int
    ups: int
    downs: int
    unknown_votes: int
    named_votes: int
    answered: int
    accepted: int
    closed: int
    first_at: datetime | None
    last_at: datetime | None
    tags: int
    top_tags: tuple[tuple[str, int], ...]
    answers_per_question: Quantiles
    seconds_to_first_answer: Quantiles
    timed: int

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON; names are added to it, and never change."""
        return {
            "stats": 1,
            "threads": self.threads,
            "discussions": self.discussions,
            "questions": self.questions,
            "answers": self.answers,
            "comments": self.comments,
            "gone": self.gone,
            "stubs": self.stubs,
            "people": self.people,
            "without_account": self.without_account,
            "votes": {
                "known": self.ups + self.downs,
                "up": self.ups,
                "down": self.downs,
                "posts_unknown": self.unknown_votes,
                "voters_known": self.named_votes,
            },
            "answered": self._share(self.answered),
            "accepted": self._share(self.accepted),
            "closed": self._share(self.closed),
            "first_at": _instant(self.first_at),
            "last_at": _instant(self.last_at),
            "tags": {
                "count": self.tags,
                "top": [
                    {"name": name, "questions": questions}
                    for name, questions in self.top_tags
                ],
            },
            "answers_per_question": dict(self.answers_per_question),
            "seconds_to_first_answer": {
                "known": self.timed,
                "not_known": self.answered - self.timed,
                "unanswered": self.questions - self.answered,
                **self.seconds_to_first_answer,
            },
        }

    def _share(self, count: int) -> dict[str, object]:
        of = self.questions
        return {"count": count, "share": round(count / of, 4) if of else None}


def count(threads: Iterable[Thread], *, top: int = 10) -> Counts:
    """
    Count what threads hold.

    Args:
        threads: Read once; none is kept.
        top: How many tags to name.

    Returns:
        The counts. A quantile is the least value that so large a share of all values
        does not exceed; so it is one of them.
    """
    work = _Work()
    for thread in threads:
        work.add(thread.content)
    return work.done(top)


@define
class _Work:
    """The counts so far."""

    numbers: Counter[str] = field(factory=Counter)
    tags: Counter[str] = field(factory=Counter)
    answers: Counter[int] = field(factory=Counter)
    seconds: "_Seconds" = field(factory=lambda: _Seconds())
    people: "_Distinct" = field(factory=lambda: _Distinct())
    first: datetime | None = None
    last: datetime | None = None

    def add(self, content: Content) -> None:
        """Count one thread."""
        numbers = self.numbers
        numbers["threads"] += 1
        numbers["stubs"] += len(content.stubs)
        question, standing = content.question, set[str]()
        authors = set[str]()
        asked = () if question is None else (question,)
        for post in chain[Question | Answer | Comment](
            asked, content.answers, content.comments
        ):
            if not post.stands:
                numbers["gone"] += 1
                continue
            standing.add(post.id)
            authors.add(post.author_id)
            at = post.created_at
            if at is not None:
                if self.first is None or at < self.first:
                    self.first = at
                if self.last is None or at > self.last:
                    self.last = at
        answers = [answer for answer in content.answers if answer.stands]
        numbers["answers"] += len(answers)
        numbers["comments"] += sum(each.stands for each in content.comments)
        self._votes(content, standing)
        self._authors(content, authors)
        if content.kind is ThreadKind.DISCUSSION:
            numbers["discussions"] += 1
        elif question is not None and question.stands:
            self._question(content, question, answers)

    def _question(
        self, content: Content, question: Question, answers: list[Answer]
    ) -> None:
        numbers = self.numbers
        numbers["questions"] += 1
        numbers["closed"] += content.status.closed is not None
        self.tags.update(question.tags)
        self.answers[len(answers)] += 1
        if not answers:
            return
        numbers["answered"] += 1
        accepted = set(content.accepted)
        numbers["accepted"] += any(answer.id in accepted for answer in answers)
        times = [each.created_at for each in answers if each.created_at is not None]
        if question.created_at is not None and len(times) == len(answers):
            waited = min(times) - question.created_at
            self.seconds.add(waited // timedelta(seconds=1))

    def _votes(self, content: Content, standing: set[str]) -> None:
        known = 0
        for tally in content.tallies:
            if tally.post_id in standing:
                self.numbers["ups"] += tally.up or 0
                self.numbers["downs"] += tally.down or 0
                known += tally.up is not None and tally.down is not None
        self.numbers["unknown_votes"] += len(standing) - known
        self.numbers["named_votes"] += sum(
            vote.post_id in standing for vote in content.votes
        )

    def _authors(self, content: Content, authors: set[str]) -> None:
        for user in content.users:
            if user.id not in authors:
                continue
            if user.kind in _NO_ACCOUNT:
                self.numbers["without_account"] += 1
            else:
                self.people.add(user.id)

    def done(self, top: int) -> Counts:
        """Return the counts."""
        numbers = self.numbers
        tags = sorted(self.tags.items(), key=lambda item: (-item[1], item[0]))
        return Counts(
            **{
                name: numbers[name]
                for name in (
                    "threads",
                    "discussions",
                    "questions",
                    "answers",
                    "comments",
                    "gone",
                    "stubs",
                    "without_account",
                    "ups",
                    "downs",
                    "unknown_votes",
                    "named_votes",
                    "answered",
                    "accepted",
                    "closed",
                )
            },
            people=len(self.people),
            first_at=self.first,
            last_at=self.last,
            tags=len(tags),
            top_tags=tuple(islice(tags, top)),
            answers_per_question=_of_counter(self.answers),
            seconds_to_first_answer=self.seconds.quantiles(),
            timed=len(self.seconds),
        )


class _Distinct:
    """Counts different ids: numbers as bits, others as they are."""

    def __init__(self) -> None:
        self._bits, self._numbers = bytearray(), 0
        self._others = set[str]()

    def __len__(self) -> int:
        return self._numbers + len(self._others)

    def add(self, user_id: str) -> None:
        if not (
            user_id.isascii()
            and user_id.isdigit()
            and len(user_id) <= 8
            and (user_id[0] != "0" or user_id == "0")
        ):
            self._others.add(user_id)
            return
        place, bit = divmod(int(user_id), 8)
        bits = self._bits
        if place >= len(bits):
            bits.extend(bytes(place + 1 - len(bits)))
        if not bits[place] >> bit & 1:
            bits[place] |= 1 << bit
            self._numbers += 1


class _Seconds:
    """Integers in sorted runs of 8 bytes each."""

    def __init__(self) -> None:
        self._runs: list[array[int]] = [array("q")]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, value: int) -> None:
        run = self._runs[-1]
        if len(run) == _RUN:
            self._runs[-1] = _ordered(run)
            run = array("q")
            self._runs.append(run)
        run.append(value)
        self._count += 1

    def quantiles(self) -> Quantiles:
        """Return the quantiles of all."""
        self._runs[-1] = _ordered(self._runs[-1])
        values, passed = heapq.merge(*self._runs), 0
        found: dict[str, int | None] = {}
        value: int | None = None
        for name, share in QUANTILES.items():
            rank = _rank(share, self._count)
            if rank > passed:
                value = next(islice(values, rank - passed - 1, None))
                passed = rank
            found[name] = value
        return found


def _ordered(run: "array[int]") -> "array[int]":
    return array("q", sorted(run))


def _of_counter(counter: Mapping[int, int]) -> Quantiles:
    count = sum(counter.values())
    found: dict[str, int | None] = {}
    steps = iter(sorted(counter.items()))
    value: int | None = None
    passed = 0
    for name, share in QUANTILES.items():
        while passed < _rank(share, count):
            value, times = next(steps)
            passed += times
        found[name] = value
    return found


def _rank(share: float, count: int) -> int:
    """Return the place of a quantile, from 1 up; 0 if there are no values."""
    # Shares are hundredths: whole numbers keep the rank exact.
    return min(count, max(1, ceil(round(share * 100) * count / 100)))


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
