"""
Random partial copies of one small thread, as several readers might deliver it.

Ids, times and texts come from small sets, so that copies meet and contradict each
other. All choices are read from one string of bytes: drawing each on its own would
take longer than what is tested.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from qathread.bodies import Body
from qathread.feedback import DOWN, UP, Reaction, Tally, Vote
from qathread.posts import Answer, Comment, Post, Question, Stub
from qathread.provenance import Provenance
from qathread.revisions import Revision, Suggestion
from qathread.status import (
    Bounty,
    Closed,
    Flag,
    FlagState,
    Link,
    LinkKind,
    Locked,
    Mark,
    Motion,
    MotionKind,
    PostStatus,
    Status,
)
from qathread.thread import Thread
from qathread.users import User, UserKind

T = TypeVar("T")

ROOT = "r"
IDS = ("a", "b", "c", "d", "e", "f")
GAPS = ("m", "n")
PEOPLE = ("ada", "bob", "eve")
START = datetime(2026, 1, 1, tzinfo=UTC)


def copies(*, feedback: bool = True) -> st.SearchStrategy[Thread]:
    """Return copies of thread ``t``, of which any part may be missing or differ."""
    # Left to itself, Hypothesis keeps texts short and threads nearly empty.
    data = st.binary(min_size=150, max_size=400)
    return data.map(lambda choices: Choices(choices).copy(feedback))


class Choices:
    """Makes values from a string of bytes; where it ends, the simplest ones."""

    def __init__(self, data: bytes) -> None:
        self.data = iter(data)

    def number(self, most: int) -> int:
        return next(self.data, 0) % (most + 1)

    def one(self, options: Sequence[T]) -> T:
        return options[self.number(len(options) - 1)]

    def some(self, options: Sequence[T], most: int = 6) -> list[T]:
        """Choose different ones in any order."""
        left = list(options)
        count = self.number(min(most, len(left)))
        return [left.pop(self.number(len(left) - 1)) for _ in range(count)]

    def maybe(self, value: T, odds: int = 1) -> T | None:
        return value if self.number(odds) else None

    def at(self) -> datetime:
        return START + timedelta(hours=self.number(3))

    def maybe_at(self) -> datetime | None:
        return self.maybe(self.at())

    def body(self) -> Body:
        return Body(source=self.one(("one", "two")))

    def mark(self) -> Mark | None:
        if self.number(3) < 3:
            return None
        return Mark(by_id=self.maybe(self.one(PEOPLE)), at=self.maybe_at())

    def lock(self) -> Locked | None:
        mark = self.mark()
        return None if mark is None else Locked(by_id=mark.by_id, at=mark.at)

    def copy(self, feedback: bool) -> Thread:
        posts: list[Post] = []
        stubs: list[Stub] = []
        known = [ROOT]
        for post_id in self.some(IDS + GAPS, most=8):
            parent_id = self.one(known)
            kind = (
                "stub" if post_id in GAPS else self.one(("comment", "answer", "stub"))
            )
            if kind == "stub":
                stubs.append(self.stub(post_id, self.maybe(parent_id, 3)))
            else:
                posts.append(self.post(kind, post_id, parent_id))
            known.append(post_id)
        if self.number(2):
            posts.append(self.post("question", ROOT, ROOT))
        else:
            stubs.append(self.stub(ROOT, None))
            if not any(isinstance(post, Answer) for post in posts):
                # Then only one stub may have no parent.
                stubs = [
                    self.stub(stub.id, stub.parent_id or ROOT)
                    if stub.id != ROOT
                    else stub
                    for stub in stubs
                ]
        posts = self.some(posts) + posts
        posts = list({post.id: post for post in posts}.values())
        if not feedback:
            return Thread.from_parts(id="t", posts=posts, stubs=stubs)
        votes = [
            Vote(
                post_id=post_id,
                voter_id=voter_id,
                direction=self.one((UP, DOWN)),
                cast_at=self.at(),
                weight=1 + self.number(1),
            )
            for post_id in self.some(known)
            for voter_id in self.some(PEOPLE)
        ]
        reactions = [
            Reaction(post_id=post_id, user_id=user_id, kind=kind, at=self.at())
            for post_id in self.some(known, 2)
            for user_id in self.some(PEOPLE)
            for kind in self.some(("like", "wow"))
        ]
        return Thread.from_parts(
            id="t",
            kind=self.one(("qa", "discussion")),
            posts=posts,
            stubs=stubs,
            votes=votes,
            reactions=reactions,
            tallies=[
                self.tally(post_id, votes, reactions) for post_id in self.some(known)
            ],
            users=[self.user(user_id) for user_id in self.some((*PEOPLE, "zoe"))],
            accepted=self.some([p.id for p in posts if isinstance(p, Answer)]),
            status=Status(
                closed=self.maybe(Closed(at=self.maybe_at())),
                locked=self.lock(),
                pinned=self.mark(),
            ),
            revisions=[revision for post in posts for revision in self.revisions(post)],
            suggestions=[
                Suggestion(
                    id=name,
                    post_id=self.one(known),
                    base_revision=1,
                    body=self.body(),
                    editor_id=self.one(PEOPLE),
                    at=self.at(),
                )
                for name in self.some(("s1", "s2"))
            ],
            bounties=[
                Bounty(id=name, amount=1 + self.number(1))
                for name in self.some(("b1", "b2"))
            ],
            flags=[
                Flag(
                    id=name,
                    post_id=self.one(known),
                    reason="spam",
                    state=self.one(tuple(FlagState)),
                )
                for name in self.some(("f1", "f2"))
            ],
            motions=[
                Motion(kind=MotionKind.CLOSE, by_id=name, at=self.at())
                for name in self.some(PEOPLE)
            ],
            links=[
                Link(
                    kind=self.one(tuple(LinkKind)),
                    target="elsewhere",
                    post_id=self.maybe(ROOT),
                    at=self.maybe_at(),
                )
                for _ in range(self.number(3))
            ],
            provenance=self.maybe(Provenance(platform=self.one(("one", "two")))),
        )

    def post(self, kind: str, post_id: str, parent_id: str) -> Post:
        plain = Question(
            id=post_id,
            author_id=self.one(PEOPLE),
            author_name=self.maybe("Ada"),
            body=self.body(),
            created_at=self.maybe_at(),
            edited_at=self.maybe_at(),
            revision=1 + self.number(2),
            deleted=self.mark(),
            removed=self.mark(),
            status=PostStatus(locked=self.lock()),
        )
        if kind == "question":
            return Question(
                id=post_id,
                author_id=plain.author_id,
                body=plain.body,
                created_at=plain.created_at,
                revision=plain.revision,
                title=self.one((None, "why", "how")),
                tags=self.one(((), ("x",), ("x", "y"))),
                views=self.maybe(self.number(3)),
            )
        fields = {
            name: getattr(plain, name)
            for name in (
                "id",
                "author_id",
                "author_name",
                "body",
                "created_at",
                "edited_at",
                "revision",
                "deleted",
                "removed",
                "status",
            )
        }
        if kind == "answer":
            return Answer(question_id=ROOT, **fields)
        return Comment(parent_id=parent_id, **fields)

    def stub(self, stub_id: str, parent_id: str | None) -> Stub:
        return Stub(
            id=stub_id,
            parent_id=parent_id,
            count=self.maybe(self.number(3)),
            child_ids=tuple(self.some(IDS, 3)),
            cursor=self.one((None, None, "x", "y")),
        )

    def tally(
        self, post_id: str, votes: list[Vote], reactions: list[Reaction]
    ) -> Tally:
        own = [vote for vote in votes if vote.post_id == post_id]
        up = sum(vote.weight for vote in own if vote.direction is UP)
        down = sum(vote.weight for vote in own if vote.direction is DOWN)
        known = self.one(("both", "both", "up", "down", "up score", "score", ""))
        complete = bool(self.number(1))
        counts: dict[str, int] = {}
        for kind in ("like", "wow"):
            put = [r for r in reactions if (r.post_id, r.kind) == (post_id, kind)]
            if self.number(1) or (complete and put):
                counts[kind] = len(put) + self.number(3)
        return Tally(
            post_id=post_id,
            up=up + self.number(4) if known.startswith(("both", "up")) else None,
            down=down + self.number(4) if known in ("both", "down") else None,
            score=self.number(4) - 2 if known.endswith("score") else None,
            reactions=tuple(counts.items()),
            exact=not self.number(1),
            complete=complete,
        )

    def user(self, user_id: str) -> User:
        return User(
            id=user_id,
            name=self.one((None, "Ada", "Eve")),
            level=self.maybe(self.number(3)),
            kind=self.one(tuple(UserKind)),
        )

    def revisions(self, post: Post) -> list[Revision]:
        last = post.revision - self.number(1)
        return [
            Revision(
                post_id=post.id,
                number=number,
                body=post.body if number == post.revision else self.body(),
                summary=self.maybe("typo"),
            )
            for number in range(1 + self.number(post.revision), last + 1)
        ]
