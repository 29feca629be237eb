"""
What must hold between a store and the log of those who wrote to it.

The scores, posts and people of a thread are counted here from its events, by hand:
what the library itself would count is what is being tested.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from attrs import define, field

from qathread import Thread
from qathread.events import (
    AnswerPosted,
    CommentPosted,
    Event,
    PostEdited,
    QuestionAsked,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    replay,
)
from qathread.stores import FeedEntry, ThreadOrder, ThreadQuery, ThreadSummary
from tests.stores.crash.actions import action, op_id_of, thread_id
from tests.stores.crash.logs import Log
from tests.stores.crash.opening import AnyStore, file_of

T = TypeVar("T")

EVERYTHING: Final = ThreadQuery(lacking=frozenset(), order=ThreadOrder.ID)
#: Of many threads or events, so many are looked at one by one.
SOME: Final = 150


@define
class Findings:
    """
    What a store has and lacks.

    Attributes:
        acknowledged: How many actions were.
        more: How many others are there: sent, not acknowledged, and saved.
        lost: Actions that were acknowledged and are not there.
        doubled: Actions that are there more than once.
        faults: Whatever else is wrong.
    """

    acknowledged: int = 0
    more: int = 0
    lost: list[str] = field(factory=list)
    doubled: list[str] = field(factory=list)
    faults: list[str] = field(factory=list)

    def check(self, holds: object, fault: str) -> None:
        """Note a fault unless something holds."""
        if not holds:
            self.faults.append(fault)

    @property
    def all(self) -> list[str]:
        """Everything that is wrong."""
        return [
            *(f"lost: {each}" for each in self.lost),
            *(f"doubled: {each}" for each in self.doubled),
            *self.faults,
        ]

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged, {self.more} more, "
            f"{len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{len(self.faults)} other faults"
        )


def examine(
    store: AnyStore, log: Log, threads: int, there: int | None = None
) -> Findings:
    """
    Compare a store that nobody writes to with what was tried.

    Args:
        store: The store, opened anew.
        log: What was tried and acknowledged.
        threads: How many threads are written to.
        there: How many of them are there already; None: all.
    """
    names = [thread_id(number) for number in range(threads)][:there]
    found = agreement(store, names)
    found.acknowledged = len(log.acknowledged)
    found.faults += log.faults
    histories = {name: tuple(store.history(name)) for name in names}
    _actions(store, log, histories, threads, found)
    return found


def agreement(store: AnyStore, names: Iterable[str]) -> Findings:
    """
    Compare all that a store tells of its threads with their events: S7.

    Args:
        store: The store, opened anew.
        names: The threads that are there, and no others.
    """
    found = Findings()
    histories = {name: tuple(store.history(name)) for name in names}
    for name, events in histories.items():
        _thread(store, name, events, found)
    _feed(store, histories, found)
    _lists(store, histories, found)
    file = file_of(store)
    if file is not None:
        found.faults += file.faults()
    return found


def _actions(
    store: AnyStore,
    log: Log,
    histories: dict[str, tuple[Event, ...]],
    threads: int,
    found: Findings,
) -> None:
    """Compare actions with events: S5, S6."""
    places: dict[str, set[tuple[str, int]]] = {}
    for name, events in histories.items():
        for event in events:
            op_id = op_id_of(event)
            if op_id is not None:
                places.setdefault(op_id, set()).add((name, event.version))
    found.lost += sorted(log.acknowledged.keys() - places.keys())
    found.more = len(places.keys() - log.acknowledged.keys())
    for op_id in sorted(places.keys() - log.tried.keys()):
        found.faults.append(f"{op_id} is there, and nobody tried it")
    for op_id, saved in sorted(places.items()):
        if len(saved) > 1:
            found.doubled.append(op_id)
            continue
        [(name, version)] = saved
        told = log.acknowledged.get(op_id, {version})
        found.check(
            told == {version}, f"{op_id} made {version}, and {told} was acknowledged"
        )
        wanted = action(op_id, threads).thread_id
        found.check(name == wanted, f"{op_id} is in {name}, not in {wanted}")
    for op_id in _some(sorted(log.tried)):
        first = store.operation(op_id)
        told_of = set() if first is None else {(first.id, first.version)}
        saved = places.get(op_id, set())
        found.check(
            told_of == saved or (len(saved) > 1 and told_of < saved),
            f"op id {op_id} stands for {told_of}, and its event is at {saved}",
        )


def _thread(
    store: AnyStore, name: str, events: tuple[Event, ...], found: Findings
) -> None:
    """Compare a thread with its events: S4, V2."""
    versions = [event.version for event in events]
    found.check(
        versions == list(range(1, len(events) + 1)), f"{name}: versions {versions}"
    )
    thread = store.load(name)
    found.check(replay(events) == thread, f"{name}: load is not what history makes")
    scores = recounted(events)
    for post in thread.posts:
        wanted = scores.get(post.id, 0)
        found.check(
            thread.score(post.id) == wanted,
            f"{name}: {post.id} has score {thread.score(post.id)}, not {wanted}",
        )
    for version in {1, len(events) // 2 or 1, max(1, len(events) - 1)}:
        found.check(
            store.load(name, version) == replay(events[:version]),
            f"{name}: load at {version} is not what history makes",
        )


def recounted(events: Iterable[Event]) -> dict[str, int]:
    """Return the scores of all posts, counted from the votes that stand."""
    standing: dict[tuple[str, str], int] = {}
    for event in events:
        match event:
            case VoteCast() | VoteChanged():
                key = (event.post_id, event.by.id)
                standing[key] = 1 if event.direction.value == "up" else -1
            case VoteRetracted():
                assert event.by is not None
                del standing[event.post_id, event.by.id]
            case _:
                pass
    scores: dict[str, int] = {}
    for (post_id, _), vote in standing.items():
        scores[post_id] = scores.get(post_id, 0) + vote
    return scores


def _feed(
    store: AnyStore, histories: dict[str, tuple[Event, ...]], found: Findings
) -> None:
    """Compare the feed with the events: S9."""
    entries: list[FeedEntry] = []
    while more := store.feed(entries[-1].position if entries else 0, 200):
        entries += more
    positions = [entry.position for entry in entries]
    found.check(positions == sorted(set(positions)), "the feed does not rise")
    by_thread: dict[str, list[Event]] = {name: [] for name in histories}
    for entry in entries:
        by_thread.setdefault(entry.event.thread_id or "", []).append(entry.event)
    for name, events in by_thread.items():
        found.check(
            tuple(events) == histories.get(name), f"{name}: the feed has other events"
        )


def _lists(
    store: AnyStore, histories: dict[str, tuple[Event, ...]], found: Findings
) -> None:
    """Compare lists and searches with the events: S7."""
    listed = {each.id: each for each in walked(store, EVERYTHING)}
    found.check(
        listed.keys() == histories.keys(), f"find gives the threads {sorted(listed)}"
    )
    for name, events in histories.items():
        if name in listed:
            _summary(listed[name], store.load(name), events, found)
    people = {
        (event.by.id, name)
        for name, events in histories.items()
        for event in events
        if event.by is not None
    }
    for who in _some(sorted({who for who, _ in people})):
        query = ThreadQuery(lacking=frozenset(), participant_id=who)
        got = {each.id for each in walked(store, query)}
        wanted = {name for each, name in people if each == who}
        found.check(got == wanted, f"{who} is found in {got}, not in {wanted}")
    words = _words(histories)
    for word in _some(sorted(words)):
        query = ThreadQuery(lacking=frozenset(), text=word)
        got = {each.id for each in walked(store, query)}
        found.check(got == words[word], f"{word} is found in {got}, not {words[word]}")


def _words(histories: dict[str, tuple[Event, ...]]) -> dict[str, set[str]]:
    """Return words that stand in one post each, or no longer, with their threads."""
    words: dict[str, set[str]] = {}
    for name, events in histories.items():
        edits = [event for event in events if isinstance(event, PostEdited)]
        titles = [str(event.revision.title)[4:-1] for event in edits]
        texts = [
            *(e.comment.body.source for e in events if isinstance(e, CommentPosted)),
            *(e.answer.body.source for e in events if isinstance(e, AnswerPosted)),
            *titles[-1:],
        ]
        words |= {text: set() for text in titles[:-1]}
        words |= {text: {name} for text in texts if text.startswith("word")}
    return words


def _summary(
    summary: ThreadSummary, thread: Thread, events: Sequence[Event], found: Findings
) -> None:
    """Compare what lists show of a thread with its events."""
    asked = events[0]
    assert isinstance(asked, QuestionAsked)
    edits = [event for event in events if isinstance(event, PostEdited)]
    posts = [e for e in events if isinstance(e, (AnswerPosted, CommentPosted))]
    written = [event.at for event in (asked, *edits, *posts)]
    wanted = ThreadSummary(
        id=thread.id,
        version=events[-1].version,
        kind=asked.kind,
        title=edits[-1].revision.title if edits else asked.question.title,
        author_id=asked.question.author_id,
        tags=tuple(sorted(asked.question.tags)),
        created_at=asked.at,
        active_at=max(written),
        score=recounted(events).get(asked.question.id, 0),
        answers=sum(isinstance(event, AnswerPosted) for event in events),
        comments=sum(isinstance(event, CommentPosted) for event in events),
        accepted=False,
        status=frozenset(),
    )
    found.check(summary == wanted, f"find shows {summary}, not {wanted}")


def walked(store: AnyStore, query: ThreadQuery) -> list[ThreadSummary]:
    """Return all pages of a query."""
    found: list[ThreadSummary] = []
    cursor = None
    while True:
        page = store.find(query, cursor, 200)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def _some(items: Sequence[T]) -> Sequence[T]:
    """Return all of a few, or as many of many, spread out, the last ones too."""
    if len(items) <= SOME:
        return items
    step = len(items) // SOME + 1
    return [*items[::step], *items[-10:]]
