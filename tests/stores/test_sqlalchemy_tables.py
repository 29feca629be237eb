"""The tables of a store: keys, words, and what a host's migrations make of them."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import (
    MetaData,
    Table,
    create_engine,
    delete,
    func,
    inspect,
    make_url,
    select,
    text,
)

from qathread import Body, Comment, Question, Thread, User
from qathread.errors import MissingExtraError, StoreUnavailableError, ValidationError
from qathread.serialization import from_json, to_json
from qathread.stores import MemoryStore, ThreadQuery, verify
from qathread.stores._sql_parts import PART
from qathread.stores._sql_tables import SCHEMA_VERSION, search_table
from qathread.stores.sqlalchemy import (
    MAX_KEY,
    SQLAlchemyStore,
    metadata,
    tables,
)
from qathread.testing._samples import a_comment, a_thread, comments
from qathread.testing._store_tests import assert_stored
from tests.stores._servers import PostgreSQL
from tests.stores._sqlalchemy import BLOCKING, ON_A_LOOP, Host, hosted, places

#: What InnoDB leaves out of its indexes of words, unless told otherwise.
STOP_WORDS = """
    a about an are as at be by com de en for from how i in is it la of on or that the
    this to was what when where who will with und www
"""


@pytest.fixture(params=(*BLOCKING, *ON_A_LOOP))
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    yield from a_host(request, request.param)


@pytest.fixture(params=BLOCKING)
def blocking(request: pytest.FixtureRequest) -> Iterator[Host]:
    yield from a_host(request, request.param)


def a_host(request: pytest.FixtureRequest, driver: str) -> Iterator[Host]:
    with hosted(places(request, driver), driver) as made:
        yield made


# -- keys ------------------------------------------------------------------------


def made_of(
    thread_id: str = "q",
    post_id: str = "q.1",
    comment_id: str = "q.2",
    user_id: str = "ada",
    tag: str = "tag",
) -> Thread:
    """Return a thread with some ids."""
    body = Body(source="words")
    return Thread.from_parts(
        id=thread_id,
        kind="qa",
        question=Question(
            id=post_id, author_id=user_id, body=body, title="Why?", tags=(tag,)
        ),
        posts=[Comment(id=comment_id, author_id=user_id, body=body, parent_id=post_id)],
        users=[User(id=user_id)],
    )


@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u20ac", "\U0001f469"])
def test_the_longest_keys(host: Host, letter: str) -> None:
    """They are kept whole, also where two of them make one key."""
    size = len(letter.encode())
    fill = (letter * (MAX_KEY // size)).ljust(MAX_KEY - MAX_KEY % size and 1, "y")
    fill += "y" * (MAX_KEY - len(fill.encode()))
    assert len(fill.encode()) == MAX_KEY
    value = made_of(fill, f"p{fill[1:]}" if size == 1 else "p", fill, fill, fill)
    saved = host.store.save(value, op_id=fill)
    assert_stored(host.seen().load(fill), value)
    assert host.store.operation(fill) == saved
    for query in (
        ThreadQuery(tags=(fill,)),
        ThreadQuery(participant_id=fill),
        ThreadQuery(author_id=fill),
        ThreadQuery(text="words"),
    ):
        assert [each.id for each in host.store.find(query).items] == [fill]
    almost = fill[:-1] + "z"
    assert not host.store.find(ThreadQuery(participant_id=almost)).items
    host.store.save(made_of(almost))
    assert host.store.load(almost).id == almost


@pytest.mark.parametrize(
    "what", ["thread_id", "post_id", "comment_id", "user_id", "tag", "op_id"]
)
def test_a_key_that_is_too_long_is_refused(host: Host, what: str) -> None:
    """By name and with the limit, the same on every database, and nothing is saved."""
    long = "\u20ac" * (MAX_KEY // 3) + "xx"
    assert len(long.encode()) == MAX_KEY + 1
    value = made_of() if what == "op_id" else made_of(**{what: long})
    with pytest.raises(ValidationError, match=r"1000 bytes in UTF-8.*shorter"):
        host.store.save(value, op_id=long if what == "op_id" else "op")
    assert not host.seen().find(ThreadQuery()).items
    assert host.store.operation("op") is None
    for query in (
        ThreadQuery(tags=(long,)),
        ThreadQuery(participant_id=long),
        ThreadQuery(author_id=long),
    ):
        assert not host.store.find(query).items
    assert host.store.operation(long) is None


# -- large bodies ----------------------------------------------------------------


def test_large_bodies_stand_in_parts(host: Host) -> None:
    """MariaDB takes so much at once and no more; nobody needs to know (S16)."""
    bob = User(id="bob")
    texts = [f"{number} {'word ' * 800}" for number in range(150)]
    value = comments(a_thread("source"), *texts[:75])
    for text_ in texts[75:]:
        value = a_comment(value, text_, by=bob)
    data = to_json(value)
    assert len(data) > 2 * PART
    with small_packets(host):
        imported = host.store.save(from_json(data))
        assert_stored(host.seen().load(imported.id), imported)
        again = host.store.save(comments(imported, *(f"more {n}" for n in range(30))))
        assert_stored(host.seen().load(imported.id), again)
        assert_stored(host.seen().load(imported.id, imported.version), imported)
        assert len(host.store.history(imported.id)) == 31
        assert [each.event for each in host.store.feed()] == list(
            host.seen().history(imported.id)
        )
        assert_stored(host.store.save(from_json(data)), imported)  # as it was, again
        assert parts_of(host)
        assert host.store.erase("bob", "redact") == 1
        assert not verify(host.seen()).differences
        assert host.store.erase("ada", "redact") == 1
        assert not verify(host.seen()).differences
        assert not parts_of(host)
        assert host.seen().load(imported.id).version == again.version


def parts_of(host: Host) -> int:
    with host.places.engine.begin() as connection:
        count = select(func.count()).select_from(host.tables.parts)
        return int(connection.execute(count).scalar_one())


@contextmanager
def small_packets(host: Host) -> Iterator[None]:
    """Let MariaDB take less from new connections than large rows would need."""
    if host.driver not in ("pymysql", "aiomysql"):
        yield
        return
    server = host.places.server
    assert server is not None
    before = server.execute("SELECT @@GLOBAL.max_allowed_packet")
    server.execute("SET GLOBAL max_allowed_packet = 1048576")
    try:
        yield
    finally:
        server.execute(f"SET GLOBAL max_allowed_packet = {before}")


# -- words -----------------------------------------------------------------------


def test_short_and_common_words_are_found(host: Host) -> None:
    """Servers would leave them out; their tokens are longer and not common."""
    letters = [*"abcxyz019", "ab", "to be", "\u00e9", "\u6c34", "C++", "c#", "9 1"]
    words = [*STOP_WORDS.split(), *letters]
    memory = MemoryStore()
    for number, word in enumerate(words):
        value = a_thread(f"q{number}", f"{word} only")
        host.store.save(value)
        memory.save(value)
    for word in (*words, "only", "on", "onl", "c", "wa", "qxwa"):
        query = ThreadQuery(text=word)
        found = {each.id for each in host.store.find(query, limit=200).items}
        assert found == {each.id for each in memory.find(query, limit=200).items}
        assert found or word in ("onl", "wa", "qxwa")


def test_a_post_of_very_many_long_words(host: Host) -> None:
    """PostgreSQL indexes a mebibyte at most, so no store is given more."""
    numbers = [f"{number:060}" for number in range(20_000)]
    question = Question(id="q.1", author_id="ada", body=Body(source=" ".join(numbers)))
    value = Thread.from_parts(
        id="q", kind="discussion", question=question, users=[User(id="ada")]
    )
    memory = MemoryStore()
    for store in (memory, host.store):
        store.save(value)
    assert_stored(host.seen().load("q"), value)
    queries = [ThreadQuery(text=number) for number in numbers[::999]]
    expected = [memory.find(query).items for query in queries]
    assert 10 < sum(map(len, expected)) < len(queries)
    for query, items in zip(queries, expected, strict=True):
        # MariaDB misses a word for a moment while it writes its index to the disk.
        for _ in range(200 if host.driver in ("pymysql", "aiomysql") else 1):
            if host.store.find(query).items == items:
                break
            time.sleep(0.01)
        else:
            raise AssertionError(f"found other threads than {items} by {query}")


def test_words_follow_every_change(blocking: Host) -> None:
    """What was written over or erased is in no index."""
    store = blocking.store
    thread = store.save(a_thread("q", "quintessence"))
    store.save(a_comment(thread, "zeppelin"))
    assert store.find(ThreadQuery(text="quintessence")).items
    assert store.find(ThreadQuery(text="zeppelin")).items
    assert store.erase("ada", "redact") == 1
    assert not store.find(ThreadQuery(text="quintessence")).items
    assert not store.find(ThreadQuery(text="zeppelin")).items
    store.save(a_thread("new", "zeppelin"))
    assert [each.id for each in store.find(ThreadQuery(text="zeppelin")).items] == [
        "new"
    ]
    assert not verify(store).differences
    if blocking.driver == "pysqlite":
        index = search_table(blocking.tables.searched).name
        with blocking.places.engine.begin() as connection:
            connection.exec_driver_sql(
                f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"
            )


# -- making and migrating --------------------------------------------------------


def test_the_tables_of_a_host(postgresql: PostgreSQL) -> None:
    """They can stand in its metadata, in a schema, under names of its own."""
    with postgresql.database() as name:
        engine = create_engine(postgresql.url("psycopg", name))
        own = MetaData(schema="forum")
        found = tables(own, "talk_")
        Table("members", own)
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA forum"))
        store = SQLAlchemyStore(engine, tables=found)
        with pytest.raises(StoreUnavailableError, match="create_all"):
            store.load("q")
        found.threads.metadata.create_all(engine)
        saved = store.save(comments(a_thread(), "two"))
        assert_stored(store.load("q"), saved)
        names = set(inspect(engine).get_table_names("forum"))
        assert names == {each.name for each in found.all()} | {"members"}
        assert not inspect(engine).get_table_names()
        assert SQLAlchemyStore(engine, tables=found).find(ThreadQuery(text="two")).items
        engine.dispose()


def test_an_attached_database_of_sqlite(tmp_path: Path) -> None:
    """A schema is that for SQLite; the index of words stands there, too."""
    engine = create_engine(f"sqlite:///{tmp_path / 'main.db'}")
    found = tables(MetaData(schema="forum"))

    def attach(connection: Any, record: Any) -> None:
        connection.execute(f"ATTACH DATABASE '{tmp_path / 'forum.db'}' AS forum")

    from sqlalchemy import event

    event.listen(engine, "connect", attach)
    store = SQLAlchemyStore(engine, tables=found)
    store.create_all()
    saved = store.save(comments(a_thread(), "two"))
    assert_stored(store.load("q"), saved)
    assert store.find(ThreadQuery(text="two")).items
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_hosts_make_the_tables_by_their_metadata(tmp_path: Path) -> None:
    """As Alembic does; the index of words comes with them, and goes with them."""
    engine = create_engine(f"sqlite:///{tmp_path / 'threads.db'}")
    metadata.create_all(engine)
    store = SQLAlchemyStore(engine)
    store.save(a_thread("q", "quintessence"))
    assert store.find(ThreadQuery(text="quintessence")).items
    assert "qathread_search" in inspect(engine).get_table_names()
    metadata.drop_all(engine)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_sqlite_without_an_index_of_words(tmp_path: Path) -> None:
    """A migration may have left it out; searches read all words then."""
    engine = create_engine(f"sqlite:///{tmp_path / 'threads.db'}")
    store = SQLAlchemyStore(engine)
    store.create_all()
    with engine.begin() as connection:
        for what in ("insert", "delete", "update"):
            connection.exec_driver_sql(f"DROP TRIGGER qathread_search_{what}")
        connection.exec_driver_sql("DROP TABLE qathread_search")
    store.save(comments(a_thread("q", "quintessence"), "it's C++"))
    store.save(a_thread("other"))

    def found(words: str) -> list[str]:
        return [each.id for each in store.find(ThreadQuery(text=words)).items]

    for _ in range(2):
        assert found("quintessence") == found("c++ it") == ["q"]
        assert found("quint") == found("why quintessence") == []
        store.create_all()  # the second time with an index, of what is there
    assert "qathread_search" in inspect(engine).get_table_names()
    assert not verify(store).differences
    engine.dispose()


def test_tables_are_made_by_several_at_once(blocking: Host) -> None:
    """Processes that start together do not trip over each other."""
    made = tables(MetaData(), blocking.table)
    stores = [SQLAlchemyStore(blocking.places.engine, tables=made) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(store.create_all) for store in stores]:
            done.result(60)
    saved = stores[0].save(a_thread())
    assert_stored(stores[1].load("q"), saved)
    made.threads.metadata.drop_all(blocking.places.engine)


def test_rows_that_a_migration_did_not_make(host: Host) -> None:
    """The counter of the feed is made by the first save, the schema is not needed."""
    with host.places.engine.begin() as connection:
        connection.execute(delete(host.tables.feed))
        connection.execute(delete(host.tables.settings))
    host.store.save(comments(a_thread(), "two"))
    host.store.save(a_thread("new"))
    assert [each.position for each in host.store.feed()] == [1, 2, 3]


def test_columns_change_with_the_version_of_the_schema() -> None:
    """Whoever changes one raises SCHEMA_VERSION, and says so to hosts."""
    assert SCHEMA_VERSION == 1
    dialects = [
        make_url(f"{name}://").get_dialect()()
        for name in ("postgresql+psycopg", "mysql+pymysql", "sqlite+pysqlite")
    ]
    described = [
        f"{table.name.removeprefix('qathread_')}.{column.name}"
        f" {' / '.join(column.type.compile(dialect) for dialect in dialects)}"
        f"{' key' if column.primary_key else ''}{' null' if column.nullable else ''}"
        for table in metadata.sorted_tables
        for column in table.columns
    ]
    assert sorted(described) == [line.strip() for line in COLUMNS.split("\n") if line]


#: Of PostgreSQL, MariaDB and MySQL, SQLite.
COLUMNS = """
    erased.digest VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    erased.mode VARCHAR(16) / VARCHAR(16) / VARCHAR(16) key
    events.body BYTEA / LONGBLOB / BLOB
    events.position BIGINT / BIGINT / BIGINT
    events.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    events.version BIGINT / BIGINT / BIGINT key
    feed.id INTEGER / INTEGER / INTEGER key
    feed.position BIGINT / BIGINT / BIGINT
    operations.base BIGINT / BIGINT / BIGINT
    operations.op_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    operations.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT
    operations.version BIGINT / BIGINT / BIGINT
    parts.body BYTEA / LONGBLOB / BLOB
    parts.number INTEGER / INTEGER / INTEGER key
    parts.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    parts.version BIGINT / BIGINT / BIGINT key
    people.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    people.user_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    searched.number BIGINT / BIGINT / INTEGER key
    searched.post_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT
    searched.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT
    searched.words TEXT / LONGTEXT CHARACTER SET ascii COLLATE ascii_bin / TEXT
    settings.name VARCHAR(32) / VARCHAR(32) / VARCHAR(32) key
    settings.value VARCHAR(64) / VARCHAR(64) / VARCHAR(64)
    snapshots.body BYTEA / LONGBLOB / BLOB
    snapshots.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    tags.tag VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    tags.thread_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    threads.accepted SMALLINT / SMALLINT / SMALLINT
    threads.active BIGINT / BIGINT / BIGINT
    threads.answers BIGINT / BIGINT / BIGINT
    threads.author_id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT null
    threads.comments BIGINT / BIGINT / BIGINT
    threads.created BIGINT / BIGINT / BIGINT
    threads.first BIGINT / BIGINT / BIGINT
    threads.flags INTEGER / INTEGER / INTEGER
    threads.id VARCHAR COLLATE "C" / VARBINARY(1000) / TEXT key
    threads.kind VARCHAR(16) / VARCHAR(16) / VARCHAR(16)
    threads.rewrites BIGINT / BIGINT / BIGINT
    threads.score BIGINT / BIGINT / BIGINT
    threads.snapshot_bytes BIGINT / BIGINT / BIGINT null
    threads.snapshot_version BIGINT / BIGINT / BIGINT null
    threads.tail_bytes BIGINT / BIGINT / BIGINT
    threads.title TEXT / LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin / TEXT null
    threads.version BIGINT / BIGINT / BIGINT
"""


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("sqlalchemy", "sqlalchemy"),
        ("async_sqlalchemy", "sqlalchemy"),
    ],
)
def test_a_missing_extra_is_named(
    module: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who lacks a package is told which extra brings it."""
    monkeypatch.delitem(sys.modules, f"qathread.stores.{module}")
    for name in [each for each in sys.modules if each.split(".")[0] == missing]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=rf"{missing}.*qathread\[sqlalchemy\]"):
        import_module(f"qathread.stores.{module}")
