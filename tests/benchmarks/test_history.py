"""Views of the past cost their events; comparing is bounded, whatever is compared."""

import random
from datetime import datetime
from time import process_time

import pytest
from attrs import evolve

from qathread import Body, Revision, Thread, User, events, history, posting, voting
from qathread.events import Event, replay
from qathread.feedback import DOWN, UP
from tests.benchmarks.data import ADA, at
from tests.benchmarks.measure import gate, note

pytestmark = pytest.mark.bench
LARGEST = 262_144  # code points of a body


def past(number: int) -> tuple[Event, ...]:
    """Events of all common sorts, one a second, on a thread that grows."""
    thread = posting.ask("q", title="Why?", body="Because.", by=ADA, at=at(0))
    step = 0
    while thread.version < number:
        thread = one_round(thread, step, User(id=f"u{step % 97}"))
        step += 1
    found = thread.pending[:number]
    return tuple(
        evolve(event, at=at(second), recorded_at=at(second))
        for second, event in enumerate(found)
    )


def one_round(thread: Thread, step: int, by: User) -> Thread:
    """An answer with a comment, votes, a changed vote and an edit."""
    now = at(step)
    thread = posting.answer(thread, "Like this.", by=by, at=now)
    answer_id = thread.answers[-1].id
    thread = posting.comment(thread, answer_id, "Really?", by=ADA, at=now)
    for voter in range(5):
        voting_by = User(id=f"v{voter}")
        thread = voting.cast(thread, answer_id, UP, by=voting_by, at=now)
    thread = voting.cast(thread, answer_id, DOWN, by=User(id="v0"), at=now)
    return posting.edit(thread, answer_id, body="Like that.", by=by, at=now)


@pytest.mark.parametrize("size", (1_000, 10_000))
def test_a_view_costs_what_a_replay_costs(size: int) -> None:
    """All of a log, half of it, and one with much to skip."""
    log = past(size)
    repeat = 10_000 // size
    half, late = at(size // 2), at(10 * size)
    # Answers that came late: their comments, votes and edits have nothing to act on.
    holes = tuple(
        evolve(event, at=late)
        if isinstance(event, events.AnswerPosted) and event.version % 2
        else event
        for event in log
    )

    def whole() -> None:
        for _ in range(repeat):
            replay(log)

    for name, limit, seen, when in (
        ("all", 1.3, log, late),
        ("half", 0.8, log, half),
        ("holes", 1.5, holes, at(size)),
    ):

        def view(seen: tuple[Event, ...] = seen, when: datetime = when) -> None:
            for _ in range(repeat):
                history.as_of(seen, when)

        gate(f"as_of, {name}, of {size} events / replay", limit, view, whole)


def test_a_view_is_linear() -> None:
    """Ten times the events, ten times the cost."""
    few, many = past(1_000), past(10_000)
    gate(
        "as_of of 1e4 events / 1e3, per event",
        1.5,
        lambda: history.as_of(many, at(10_000)),
        lambda: [history.as_of(few, at(1_000)) for _ in range(10)],
    )


def hostile() -> dict[str, tuple[str, str]]:
    """Pairs of the largest bodies, made to be dear to compare."""
    chance = random.Random(7)

    def words(letters: str, length: int) -> list[str]:
        count = LARGEST // (length + 1)
        return ["".join(chance.choices(letters, k=length)) for _ in range(count)]

    unlike = words("abcdefghij", 5)
    shuffled = unlike[:]
    chance.shuffle(shuffled)
    half = unlike[: len(unlike) // 2]
    signs = [chr(chance.randrange(0x4E00, 0x9FA0)) for _ in range(LARGEST)]
    moved = signs[:]
    chance.shuffle(moved)
    blocks = [
        " ".join([f"u{n}", *chance.choices("ab", k=60)]) for n in range(LARGEST // 125)
    ]
    others = [
        " ".join([f"u{n}", *chance.choices("ab", k=60)]) for n in range(LARGEST // 125)
    ]
    return {
        "different words": (" ".join(unlike), " ".join(words("klmnop", 5))),
        "few words": (" ".join(words("ab", 3)), " ".join(words("ab", 3))),
        "the same words": (" ".join(unlike), " ".join(shuffled)),
        "every other word": (" ".join(half), " ".join(f"{w} q{w}" for w in half)),
        "few lines": ("\n".join(words("ab", 1)), "\n".join(words("ab", 1))),
        "different lines": ("\n".join(unlike), "\n".join(shuffled)),
        "every other line": ("\n".join(half), "\n".join(f"{w}\nq{w}" for w in half)),
        "signs": ("".join(signs), "".join(moved)),
        "blocks": (" ".join(blocks), " ".join(others)),
        "popular words": ("P Q " * (LARGEST // 4), "P R " * (LARGEST // 4)),
    }


def test_comparing_the_largest_bodies() -> None:
    """No pair of bodies takes a server's time: one figure in seconds, on purpose."""
    for name, texts in hostile().items():
        one, other = (
            Revision(post_id="q.1", number=n, body=Body(source=text[:LARGEST]))
            for n, text in enumerate(texts, start=1)
        )
        found = history.compare(one, other)
        for what, work in (("text", found.text), ("html", found.html)):
            start = process_time()
            work()
            spent = process_time() - start
            note(f"compare {name}, {what}", f"{spent:.2f} s")
            assert spent < 2, (name, what, spent)
