"""P21, P22 and L1 to L8 on SQLite: stores beside SQL doing the same steps by hand."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter

import pytest
from attrs import evolve

from qathread import UP, Body, Comment, Question, Thread, User, posting, voting
from qathread.events import Event, VoteCast, replay
from qathread.posts import PostKind
from qathread.serialization import from_json, to_json
from qathread.stores import SQLiteStore, ThreadOrder, ThreadQuery, update
from qathread.stores._rows import SHOWN
from qathread.stores._sqlite_schema import create
from qathread.stores._summaries import columns, views
from tests.benchmarks.data import ADA, START, at, opened, votes
from tests.benchmarks.measure import Ratio, note, ratio, report

pytestmark = pytest.mark.bench

HEAD = """
    SELECT t.first, t.version, t.tail_bytes, t.rewrites, s.version, length(s.body),
        t.score FROM threads AS t LEFT JOIN snapshots AS s ON s.thread_id = t.id
    WHERE t.id = ?
"""
BODIES = "SELECT body FROM events WHERE thread_id = ? ORDER BY version"


# -- by hand ---------------------------------------------------------------------


class ByHand:
    """The statements of a store, with all that they write known beforehand."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.execute = self.connection.execute
        self.execute("PRAGMA journal_mode = wal")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA foreign_keys = ON")
        with self.writing():
            create(self.connection)

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.execute("BEGIN IMMEDIATE")
        yield
        self.execute("COMMIT")

    def insert(self, prepared: "Prepared", bodies: Sequence[bytes]) -> None:
        """Save a new thread."""
        thread_id = prepared.thread_id
        marks = ", ".join("?" * (len(SHOWN) + 4))
        with self.writing():
            self.execute(HEAD, (thread_id,)).fetchone()
            self.execute(
                f"INSERT INTO threads (id, first, version, tail_bytes, "
                f"{', '.join(SHOWN)}) VALUES ({marks})",
                (thread_id, 1, len(bodies), len(bodies[0]), *prepared.shown),
            )
            self.connection.executemany(
                "INSERT OR IGNORE INTO people (user_id, thread_id) VALUES (?, ?)",
                ((user_id, thread_id) for user_id in prepared.people),
            )
            for post_id, words in prepared.words:
                self.execute(
                    "SELECT number FROM searched WHERE thread_id = ? AND post_id = ?",
                    (thread_id, post_id),
                ).fetchone()
                row = self.execute(
                    "INSERT INTO searched (thread_id, post_id) VALUES (?, ?)"
                    " RETURNING number",
                    (thread_id, post_id),
                ).fetchone()
                self.execute(
                    "INSERT INTO search (rowid, words) VALUES (?, ?)", (*row, words)
                )
            self.append(thread_id, 0, bodies)

    def append(self, thread_id: str, after: int, bodies: Sequence[bytes]) -> None:
        """Add events."""
        self.connection.executemany(
            "INSERT INTO events (thread_id, version, body) VALUES (?, ?, ?)",
            (
                (thread_id, version, body)
                for version, body in enumerate(bodies, start=after + 1)
            ),
        )

    def vote(self, thread_id: str, event: VoteCast) -> None:
        """Save one vote."""
        with self.writing():
            body = to_json(event)
            row = self.execute(HEAD, (thread_id,)).fetchone()
            assert row[1] + 1 == event.version
            self.execute(
                "UPDATE threads SET version = ?, tail_bytes = ?, score = ?"
                " WHERE id = ?",
                (event.version, row[2] + len(body), row[6] + 1, thread_id),
            )
            self.execute(
                "INSERT OR IGNORE INTO people (user_id, thread_id) VALUES (?, ?)",
                (event.by.id, thread_id),
            )
            self.append(thread_id, event.version - 1, [body])


class Prepared:
    """What saving a thread writes beside its events."""

    def __init__(self, thread: Thread) -> None:
        self.thread_id = thread.id
        seen = views(None, None, thread.pending, thread)
        self.shown = tuple(columns(seen.summary)[name] for name in SHOWN)
        self.people = sorted(seen.people)
        self.words = [(each, words) for each, words in seen.words.items() if words]


def in_turn(
    one: Callable[[], object], other: Callable[[], object], rounds: int = 7
) -> Ratio:
    """Return the elapsed time of *one* over *other*: waiting for the disk counts."""
    return ratio(one, other, rounds=rounds, clock=perf_counter)


def repeat(times: int, work: Callable[[], object]) -> None:
    """Do something several times."""
    for _ in range(times):
        work()


def rows_of(raw: sqlite3.Connection, statement: str, value: str) -> list[tuple[int]]:
    """Return all rows of a query with one parameter."""
    return raw.execute(statement, (value,)).fetchall()


def upvoted(by: User, thread: Thread) -> Thread:
    """Return the thread with one more vote on its question."""
    return voting.cast(thread, thread.root.id, UP, by=by, at=START)


def discussion(thread_id: str, posts: int) -> Thread:
    """Return a thread of some posts that is not stored."""
    comments = [
        Comment(
            id=f"c{n}",
            parent_id="q",
            author_id=f"u{n % 50}",
            body=Body(source=f"Comment {n} of {thread_id}: measure, then decide."),
            created_at=at(n),
        )
        for n in range(posts - 1)
    ]
    question = Question(
        id="q",
        author_id="ada",
        body=Body(source="How would one find out?"),
        title=f"Question {thread_id}",
        created_at=START,
    )
    users = (ADA, *(User(id=f"u{n}", name=f"User {n}") for n in range(50)))
    return Thread.from_parts(
        id=thread_id, question=question, posts=comments, users=users
    )


# -- L1: votes -------------------------------------------------------------------


def test_l1_votes_on_one_hot_thread(tmp_path: Path) -> None:
    """Each vote is decided, folded, checked and written in a commit of its own."""
    number = 200
    store = SQLiteStore(tmp_path / "store.db")
    hand = ByHand(tmp_path / "hand.db")
    thread = store.save(opened())
    hand.insert(Prepared(opened()), [to_json(event) for event in opened().pending])
    latest = [thread]
    events = (
        VoteCast(
            thread_id=thread.id,
            version=version,
            by=User(id=f"v{version}"),
            at=START,
            recorded_at=START,
            post_id=thread.root.id,
            post_kind=PostKind.QUESTION,
            author_id=thread.author(thread.root.id).id,
            direction=UP,
        )
        for version in count(thread.version + 1)
    )

    def ours() -> None:
        for _ in range(number):
            by = User(id=f"v{latest[0].version + 1}")
            root = latest[0].root.id
            latest[0] = store.save(voting.cast(latest[0], root, UP, by=by, at=START))

    def theirs() -> None:
        for _ in range(number):
            hand.vote(thread.id, next(events))

    found = in_turn(ours, theirs)
    report("L1 votes on one thread / SQL by hand", found, 2.0)
    store.close()


def test_l1_votes_on_a_thousand_threads(tmp_path: Path) -> None:
    """No thread is at hand: each vote loads its thread first."""
    number, threads = 300, 1_000
    store = SQLiteStore(tmp_path / "store.db")
    hand = ByHand(tmp_path / "hand.db")
    for n in range(threads):
        value = posting.ask(f"t{n}", title="Why?", body="Because.", by=ADA, at=START)
        store.save(value)
        hand.insert(Prepared(value), [to_json(event) for event in value.pending])
    turns, others = count(), count()

    def ours() -> None:
        for turn in (next(turns) for _ in range(number)):
            by = User(id=f"v{turn}")
            update(store, f"t{turn * 7 % threads}", partial(upvoted, by))

    def theirs() -> None:
        for turn in (next(others) for _ in range(number)):
            thread_id = f"t{turn * 7 % threads}"
            hand.execute("BEGIN")
            hand.execute(HEAD, (thread_id,)).fetchone()
            bodies = [body for (body,) in hand.execute(BODIES, (thread_id,))]
            hand.execute("COMMIT")
            thread = replay([from_json(body, Event, limits=None) for body in bodies])
            by = User(id=f"v{turn}")
            voted = voting.cast(thread, thread.root.id, UP, by=by, at=START)
            event = voted.pending[-1]
            assert isinstance(event, VoteCast)
            hand.vote(thread_id, event)

    found = in_turn(ours, theirs)
    report("L1 votes on 1,000 threads / SQL by hand", found, 2.0)
    store.close()


# -- P21, P22, L2: saving and loading ----------------------------------------------


@pytest.mark.parametrize("posts", [10, pytest.param(1_000, marks=pytest.mark.slow)])
def test_p21_saving_new_threads(tmp_path: Path, posts: int) -> None:
    """A thread and all that lists and searches need of it, in one commit."""
    number = 300 * 10 // posts + 1
    store = SQLiteStore(tmp_path / "store.db")
    hand = ByHand(tmp_path / "hand.db")
    names = count()

    def made() -> list[Thread]:
        return [discussion(f"t{next(names)}", posts) for _ in range(number)]

    ahead = iter([made() for _ in range(8)])
    prepared = iter([[(each, Prepared(each)) for each in made()] for _ in range(8)])

    def ours() -> None:
        for thread in next(ahead):
            store.save(thread)

    def theirs() -> None:
        for thread, known in next(prepared):
            hand.insert(known, [to_json(event) for event in thread.pending])

    found = in_turn(ours, theirs)
    report(f"P21 save threads of {posts} posts / SQL by hand", found, 1.25, 1.6)
    store.close()


@pytest.mark.parametrize(
    "posts", [10, 1_000, pytest.param(100_000, marks=pytest.mark.slow)]
)
def test_l2_loading_a_thread(tmp_path: Path, posts: int) -> None:
    """As much as reading the bytes and decoding them (P21, L2)."""
    path = tmp_path / "store.db"
    with SQLiteStore(path) as store:
        store.save(discussion("q", posts))
    raw = sqlite3.connect(path)
    times = max(1, 3_000 // posts)

    def ours() -> None:
        for _ in range(times):
            store = SQLiteStore(path)
            store.load("q")
            store.close()

    def opening() -> None:
        for _ in range(times):
            SQLiteStore(path).close()

    def theirs() -> None:
        opening()
        for _ in range(times):
            [(body,)] = raw.execute(BODIES, ("q",)).fetchall()
            from_json(body, Event, limits=None)

    found = in_turn(ours, theirs)
    report(f"P21 load {posts} posts / read and decode", found, 1.25, 2.0)
    raw.close()


def test_a_long_history_loads_like_a_fresh_thread(tmp_path: Path) -> None:
    """Snapshots bound what has to be replayed, however much happened."""
    number = 100_000
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with SQLiteStore(old) as store:
        thread = store.save(opened())
        for start in range(0, number, 1_000):
            events = votes(number)[start : start + 1_000]
            thread = store.save(replay(events, start=thread))
        assert thread.version == number + 1
    fresh = Thread.from_parts(
        id="q",
        question=thread.question,
        users=thread.users.values(),
        votes=thread.votes,
        tallies=thread.tallies,
    )
    with SQLiteStore(new) as store:
        store.save(fresh)

    def loaded(path: Path) -> Callable[[], object]:
        def load() -> Thread:
            with SQLiteStore(path) as store:
                return store.load("q")

        return load

    assert loaded(old)() == thread
    found = ratio(loaded(old), loaded(new))
    report("a thread of 1e5 events / one saved fresh, load", found, 1.5)


def test_p22_appending_a_batch(tmp_path: Path) -> None:
    """A thousand events in one save, in a small table and in a large one."""
    events = votes(1_000)
    store = SQLiteStore(tmp_path / "store.db")
    hand = ByHand(tmp_path / "hand.db")
    names, others = count(), count()
    bases: dict[str, Thread] = {}

    def fresh() -> Iterator[tuple[Thread, list[VoteCast]]]:
        for name in (f"t{next(names)}" for _ in range(9)):
            value = posting.ask(name, title="Why?", body="", by=ADA, at=START)
            bases[name] = store.save(value)
            mine = [evolve(e, thread_id=name, post_id=f"{name}.1") for e in events]
            yield bases[name], mine

    def raw() -> Iterator[tuple[str, list[VoteCast]]]:
        for name in (f"t{next(others)}" for _ in range(9)):
            value = posting.ask(name, title="Why?", body="", by=ADA, at=START)
            hand.insert(Prepared(value), [to_json(each) for each in value.pending])
            mine = [evolve(e, thread_id=name, post_id=f"{name}.1") for e in events]
            yield name, mine

    ahead, prepared = iter(list(fresh())), iter(list(raw()))

    def ours() -> None:
        base, mine = next(ahead)
        store.save(replay(mine, start=base))

    def theirs() -> None:
        name, mine = next(prepared)
        with hand.writing():
            hand.connection.executemany(
                "INSERT OR IGNORE INTO people (user_id, thread_id) VALUES (?, ?)",
                ((event.by.id, name) for event in mine),
            )
            hand.execute(
                "UPDATE threads SET version = ?, score = ? WHERE id = ?",
                (1_001, 1_000, name),
            )
            hand.append(name, 1, [to_json(event) for event in mine])

    found = in_turn(ours, theirs)
    report("P22 append 1,000 events / SQL by hand", found, 1.3, 6.0)
    store.close()


# -- L5, L6, L7: feed, pages, search ----------------------------------------------


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SQLiteStore]:
    """A store of 12,000 short threads."""
    path = tmp_path_factory.mktemp("forum") / "store.db"
    with SQLiteStore(path, durability="may-lose-saves-on-power-loss") as store:
        for n in range(12_000):
            store.save(
                posting.ask(
                    f"t{n * 7919 % 12_000}",
                    title=f"Question {n}",
                    body="How?",
                    tags=("all", f"tag{n % 100}"),
                    by=User(id=f"u{n % 500}"),
                    at=at(n * 7919 % 12_000),
                )
            )
        yield store


@pytest.mark.parametrize(
    "query",
    [
        ThreadQuery(),
        ThreadQuery(order=ThreadOrder.ACTIVE),
        ThreadQuery(tags=("all",)),
        ThreadQuery(text="question"),
    ],
    ids=["newest", "active", "tag", "text"],
)
def test_l6_a_late_page_costs_what_the_first_costs(
    forum: SQLiteStore, query: ThreadQuery, request: pytest.FixtureRequest
) -> None:
    """Pages are found by key, not counted through."""
    first = forum.find(query, limit=10)
    cursor = first.next
    for _ in range(998):
        cursor = forum.find(query, cursor, limit=10).next
    assert cursor is not None
    assert len(forum.find(query, cursor, limit=10).items) == 10
    found = ratio(
        lambda: [forum.find(query, cursor, limit=10) for _ in range(50)],
        lambda: [forum.find(query, limit=10) for _ in range(50)],
    )
    name = request.node.callspec.id
    report(f"L6 page 1,000 / page 1, {name}", found, 1.2, 1.5)


def test_l6_a_page_beside_sql(forum: SQLiteStore) -> None:
    """Summaries cost a few microseconds each above their rows."""
    raw = sqlite3.connect(forum.path)
    statement = (
        "SELECT * FROM threads WHERE flags & 160 = 0"
        " ORDER BY created DESC, id DESC LIMIT 51"
    )

    def theirs() -> None:
        for _ in range(50):
            rows = raw.execute(statement).fetchall()
            marks = ", ".join("?" * len(rows))
            ids = [row[0] for row in rows]
            tags = f"SELECT thread_id, tag FROM tags WHERE thread_id IN ({marks})"
            raw.execute(tags, ids).fetchall()

    found = ratio(lambda: [forum.find(ThreadQuery()) for _ in range(50)], theirs)
    report("L6 a page of 50 / SQL by hand", found, 4.0)
    raw.close()


def test_l5_following_the_feed(forum: SQLiteStore) -> None:
    """Reading what happened costs its decoding."""
    raw = sqlite3.connect(forum.path)
    feed = "SELECT position, body FROM events WHERE position > ? LIMIT 200"

    def ours() -> int:
        position = 0
        while entries := forum.feed(position, 200):
            position = entries[-1].position
        return position

    def theirs() -> int:
        position = 0
        while rows := raw.execute(feed, (position,)).fetchall():
            for _, body in rows:
                from_json(body, Event, limits=None)
            position = rows[-1][0]
        return position

    assert ours() == theirs() == 12_000
    found = ratio(ours, theirs, rounds=5)
    report("L5 read the whole feed / SQL and decoding", found, 1.5)
    raw.close()


@pytest.mark.slow
def test_l7_searching_a_million_posts(tmp_path: Path) -> None:
    """What FTS5 takes, and the rows of one page."""
    path = tmp_path / "store.db"
    with SQLiteStore(path, durability="may-lose-saves-on-power-loss") as store:
        for n in range(10_000):
            store.save(discussion(f"t{n}", 100))
        raw = sqlite3.connect(path)
        for text, words in (
            ("t4711", '"wt4711"'),
            ("measure then decide", '"wmeasure" AND "wthen" AND "wdecide"'),
            ("comment 98", '"wcomment" AND "w98"'),
        ):
            query = ThreadQuery(text=text)
            statement = (
                "SELECT count(*) FROM (SELECT DISTINCT w.thread_id FROM search"
                " JOIN searched AS w ON w.number = search.rowid"
                " WHERE search MATCH ? LIMIT 2000)"
            )
            assert store.find(query).items
            found = ratio(
                partial(repeat, 5, partial(store.find, query)),
                partial(repeat, 5, partial(rows_of, raw, statement, words)),
            )
            report(f"L7 search {text!r} in 1e6 posts / bare FTS5", found, 4.0, 20.0)
        size = path.stat().st_size
        note("L7 size", f"{size / 1e6:.0f} MB, {size / 1e6:.0f} bytes a post")
        raw.close()
