"""
Threads to look at: the page that this forum rebuilds, and a few beside it.

Everything is made by the verbs that the pages use, at times of the past. People are
those of ``accounts.people``.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from accounts import people

from qathread import UP, Thread, User, posting, voting
from qathread.contrib.django import standings
from qathread.contrib.django.users import user_for
from qathread.errors import NotFoundError

from .reading import LIKE
from .rules import POLICY
from .storage import STORE

#: Made of a thread and the people by name.
Story: TypeAlias = Callable[[dict[str, User]], Thread]


def seed() -> None:
    """Add what is not there yet; called again it changes nothing."""
    known = {name: user_for(people.person(name)) for name in people.DEMO}
    for thread_id, story in _STORIES.items():
        try:
            STORE.load(thread_id)
        except NotFoundError:
            STORE.save(story(known), op_id=f"seed:{thread_id}")
    standings.catch_up(POLICY)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _ups(thread: Thread, post_id: str, voters: list[User], at: datetime) -> Thread:
    for place, voter in enumerate(voters, start=1):
        when = at + timedelta(minutes=7 * place)
        thread = voting.cast(thread, post_id, UP, by=voter, at=when, policy=POLICY)
    return thread


_EMERGENCE: Final = """\
"Emergence" is what people call it when a model can suddenly do something that nobody \
trained it for. Small models show no sign of it; then, past some size, it is there.

## A picture

A child learns letters, then words, then a few rules. Nobody teaches it to write a \
poem, and one day it writes one. What it had learnt was enough to build on.

## What is meant by it

- **A few examples are enough.** Two or three in the prompt stand in for a training set.
- **Steps of thought.** Questions that need several steps in a row are answered.
- **Programs.** A description in plain words becomes code that runs.

## Why it happens

Nobody knows for certain. Some think of water that freezes at one degree and not at \
another; some think the measure is to blame, because a score that counts only whole \
answers jumps where the model itself gets better bit by bit.

So it is a good word for a surprise, and not yet an explanation."""


def _emergence(by: dict[str, User]) -> Thread:
    """Return the page with one comment, and nothing else."""
    title = 'What is "Emergence" in AI Models?'
    thread = posting.ask(
        "emergence",
        title=title,
        body=title,
        tags=("language-models", "scaling"),
        by=by["Greg"],
        at=_at("2025-03-08 09:12:04"),
        policy=POLICY,
    )
    return posting.comment(
        thread,
        thread.root.id,
        _EMERGENCE,
        by=by["CrimsonBloom"],
        at=_at("2025-03-08 09:57:31"),
        policy=POLICY,
    )


def _temperature(by: dict[str, User]) -> Thread:
    """Return a question with two answers, one accepted, and some talk."""
    at = _at("2025-02-11 18:03:40")
    greg, bloom, maren = by["Greg"], by["CrimsonBloom"], by["Maren"]
    thread = posting.ask(
        "temperature",
        title="What does the temperature of a language model do?",
        body="With `temperature=0` I get the same answer each time, with `2` I get "
        "nonsense. What is it that I am turning?",
        tags=("language-models", "sampling"),
        by=greg,
        at=at,
        policy=POLICY,
    )
    question = thread.root.id
    thread = posting.answer(
        thread,
        "The scores of the next token are **divided by it** before they become "
        "chances:\n\n    p_i = exp(z_i / T) / sum_j exp(z_j / T)\n\nBelow 1 the best "
        "one gets better still, above 1 all become alike. Zero is a special case: "
        "always the best one.",
        by=bloom,
        at=at + timedelta(minutes=51),
        policy=POLICY,
    )
    best = thread.answers[-1].id
    thread = posting.answer(
        thread,
        "In short: how much it dares.",
        by=maren,
        at=at + timedelta(hours=2),
        policy=POLICY,
    )
    thread = posting.comment(
        thread,
        best,
        "And what does *top-p* do beside it?",
        by=by["Tadeo"],
        at=at + timedelta(hours=3),
        policy=POLICY,
    )
    thread = posting.comment(
        thread,
        thread.comments[-1].id,
        "It cuts the tail off first. @Tadeo, that is worth a question of its own.",
        by=bloom,
        at=at + timedelta(hours=3, minutes=20),
        policy=POLICY,
    )
    others = [maren, by["Tadeo"], by["Odile"]]
    thread = _ups(thread, question, others, at)
    thread = _ups(thread, best, [greg, *others], at + timedelta(hours=4))
    thread = voting.react(
        thread, best, LIKE, by=maren, at=at + timedelta(hours=5), policy=POLICY
    )
    return posting.accept(
        thread, best, by=greg, at=at + timedelta(hours=6), policy=POLICY
    )


def _split(by: dict[str, User]) -> Thread:
    """Return a question about threads in data, answered."""
    at = _at("2025-02-27 07:44:12")
    bloom = by["CrimsonBloom"]
    thread = posting.ask(
        "split-by-thread",
        title="How do I split question and answer data for training?",
        body="Rows are answers. Is a random split of the rows good enough?",
        tags=("data", "evaluation"),
        by=by["Maren"],
        at=at,
        policy=POLICY,
    )
    thread = posting.answer(
        thread,
        "No: two answers to one question share most of their words. If one is in the "
        "training part and one in the test part, the score says too much. Split by "
        "**thread**, for example by a hash of its id.",
        by=bloom,
        at=at + timedelta(minutes=33),
        policy=POLICY,
    )
    best = thread.answers[-1].id
    voters = [by[name] for name in ("Greg", "Maren", "Tadeo", "Odile")]
    thread = _ups(thread, best, voters, at + timedelta(hours=1))
    return posting.accept(
        thread, best, by=by["Maren"], at=at + timedelta(hours=3), policy=POLICY
    )


def _tokens(by: dict[str, User]) -> Thread:
    """Return a question that nobody has answered."""
    at = _at("2025-03-06 20:15:09")
    thread = posting.ask(
        "token-count",
        title="Why does one emoji cost four tokens?",
        body='`len("🧭")` is 1, and the counter says 4. Who is right?',
        tags=("tokenizers",),
        by=by["Tadeo"],
        at=at,
        policy=POLICY,
    )
    return voting.cast(
        thread,
        thread.root.id,
        UP,
        by=by["Odile"],
        at=at + timedelta(hours=1),
        policy=POLICY,
    )


_STORIES: Final[dict[str, Story]] = {
    "temperature": _temperature,
    "split-by-thread": _split,
    "token-count": _tokens,
    "emergence": _emergence,
}
