"""
What writers do: votes for the most part, and some posts.

An action is told by its op id alone, so that a process that takes over can repeat it.
Each makes one event, whatever others did meanwhile, and the event's time tells which
action made it: a microsecond for each writer, a second for each number.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from attrs import frozen

from qathread import DOWN, UP, Thread, User, posting, voting
from qathread.events import Event
from qathread.posts import Post

Kind: TypeAlias = Literal["vote", "retract", "comment", "answer", "edit"]

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
KINDS: Final[tuple[Kind, ...]] = ("vote", "retract", "comment", "answer", "edit")
OFTEN: Final = (70, 5, 19, 3, 3)
#: How many people each writer votes for, again and again.
VOTERS: Final = 30
_STEP = timedelta(microseconds=1)


@frozen
class Action:
    """
    One thing that a writer does.

    Attributes:
        op_id: Its name, ``writer-number``.
        thread_id: In which thread.
        kind: What it is; a vote is turned round if it stands already.
        by: Who acts.
        at: When, which no other action has.
        place: Which of the posts of the thread, whatever there are.
    """

    op_id: str
    thread_id: str
    kind: Kind
    by: User
    at: datetime
    place: int

    def change(self, thread: Thread) -> Thread:
        """Return the thread after it."""
        by, at = self.by, self.at
        posts: list[Post] = [thread.question, *thread.answers]
        post = posts[self.place % len(posts)].id
        match self.kind:
            case "comment":
                return posting.comment(thread, post, self.text, by=by, at=at)
            case "answer":
                return posting.answer(thread, self.text, by=by, at=at)
            case "edit":
                title = f"Why {self.text}?"
                return posting.edit(thread, thread.root.id, title=title, by=by, at=at)
            case "vote" | "retract":
                standing = thread.vote(post, by.id)
                if standing is not None and self.kind == "retract":
                    return voting.retract(thread, post, by=by, at=at)
                up = standing is None or standing.direction is DOWN
                direction = UP if up else DOWN
                return voting.cast(thread, post, direction, by=by, at=at)

    @property
    def text(self) -> str:
        """What it writes, a word that nobody else writes."""
        return "word" + self.op_id.replace("-", "x")


def action(op_id: str, threads: int) -> Action:
    """Return the action of an op id, in a store of so many threads."""
    writer, number = map(int, op_id.split("-"))
    rng = random.Random(op_id)
    [kind] = rng.choices(KINDS, OFTEN)
    return Action(
        op_id=op_id,
        thread_id=thread_id(rng.randrange(threads)),
        kind=kind,
        by=User(id=f"voter {writer} {rng.randrange(VOTERS)}"),
        at=START + timedelta(seconds=number, microseconds=writer),
        place=rng.randrange(8),
    )


def op_id_of(event: Event) -> str | None:
    """Return the op id of the action that made an event; None: the preparation."""
    assert event.at is not None
    since = event.at - START
    if since < timedelta(seconds=1):
        return None
    number, rest = divmod(since, timedelta(seconds=1))
    return f"{rest // _STEP}-{number}"


def thread_id(number: int) -> str:
    """Return the id of a thread."""
    return f"thread {number}"


def prepared(number: int) -> Thread:
    """Return a thread as it is before anybody acts, with an answer."""
    by = User(id="asker", name="Asker")
    name = thread_id(number)
    thread = posting.ask(
        name, title="Why?", body="Because?", tags=("crash", name), by=by, at=START
    )
    return posting.answer(thread, "Thus.", by=by, at=START)
