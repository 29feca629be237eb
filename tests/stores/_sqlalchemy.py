"""What the tests of the SQLAlchemy stores share; importing it needs SQLAlchemy."""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import iscoroutine
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias, cast

import hypothesis
import pytest
from sqlalchemy import Connection, Engine, MetaData, create_engine, delete, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from qathread.stores import AsyncThreadStore
from qathread.stores.async_sqlalchemy import AsyncSQLAlchemyStore
from qathread.stores.sqlalchemy import SQLAlchemyStore, Tables, tables
from qathread.testing._loops import Loop, blocking
from qathread.testing.stores import AsyncThreadStoreContract
from tests.stores._servers import MariaDB, PostgreSQL

#: Drivers that block, and those of event loops with what blocks beside them.
BLOCKING: Final = ("psycopg", "pymysql", "pysqlite")
ON_A_LOOP: Final = {
    "asyncpg": "psycopg",
    "psycopg_async": "psycopg",
    "aiomysql": "pymysql",
    "aiosqlite": "pysqlite",
}

#: The methods of one that blocks; those of an event loop are made to look so.
Store: TypeAlias = SQLAlchemyStore

_names = (f"t{number}_" for number in count())
_key = pytest.StashKey[dict[str, "Places"]]()


class Places:
    """
    Empty tables in one database, again and again.

    Making tables takes long, emptying them does not: those of a store that is done
    with serve the next one.

    Attributes:
        driver: One that blocks.
        server: Who keeps the database; None: SQLite.
        database: Its name, or the path of the file.
        engine: Of the driver.
    """

    def __init__(
        self, driver: str, server: PostgreSQL | MariaDB | None, database: str
    ) -> None:
        self.driver = driver
        self.server = server
        self.database = database
        self.engine = create_engine(self.url(driver))
        self._free = list[Tables]()

    def url(self, driver: str) -> str:
        """Return the URL of the database for one of its drivers."""
        match driver, self.server:
            case (("psycopg" | "psycopg_async" | "asyncpg"), PostgreSQL() as server):
                url = server.url("psycopg", self.database)
                return url.replace("+psycopg:", f"+{driver}:")
            case (("pymysql" | "aiomysql"), MariaDB() as server):
                url = server.url("pymysql", self.database)
                return url.replace("+pymysql:", f"+{driver}:")
            case _:
                return f"sqlite+{driver}:///{self.database}"

    def take(self) -> Tables:
        """Return empty tables."""
        if not self._free:
            return self.make()
        found = self._free.pop()
        with self.engine.begin() as connection:
            for table in found.all():
                if table is not found.feed:
                    connection.execute(delete(table))
            connection.execute(found.feed.update().values(position=0))
        return found

    def make(self) -> Tables:
        """Return tables that nobody used before."""
        made = tables(MetaData(), next(_names))
        SQLAlchemyStore(self.engine, tables=made).create_all()
        return made

    def give_back(self, tables: Tables) -> None:
        """Let the next store have some tables."""
        self._free.append(tables)


def places(request: pytest.FixtureRequest, driver: str) -> Places:
    """Return the places of a driver, the same for all tests of a process."""
    blocking = ON_A_LOOP.get(driver, driver)
    for name in {driver.removesuffix("_async"), blocking} - {"pysqlite"}:
        pytest.importorskip(name)
    known = request.config.stash.setdefault(_key, {})
    if blocking not in known:
        if blocking == "pysqlite":
            folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("sqlite")
            made = Places(blocking, None, str(folder / "threads.db"))
        else:
            fixture = "postgresql" if blocking == "psycopg" else "mariadb"
            server: PostgreSQL | MariaDB = request.getfixturevalue(fixture)
            made = Places(blocking, server, server.create_database())
        known[blocking] = made
        # Before the server goes, which was there first.
        request.session.addfinalizer(made.engine.dispose)
    return known[blocking]


def engine_of(places: Places, driver: str, **options: Any) -> AsyncEngine:
    """Return an engine for the event loop that runs."""
    return create_async_engine(places.url(driver), **options)


class OnALoop(AsyncThreadStoreContract):
    """
    A fresh set of tables and an engine for each store.

    Stores on an event loop take the steps of their twins that block, which are tried
    with all examples: here a few show that a driver carries them. All examples are for
    the classes that are marked as slow.
    """

    driver: ClassVar[str]
    settings: ClassVar[hypothesis.settings] = hypothesis.settings(
        AsyncThreadStoreContract.settings, max_examples=5
    )

    @pytest.fixture(autouse=True)
    def place(self, request: pytest.FixtureRequest) -> None:
        self.places: Places = places(request, self.driver)
        self.taken: dict[int, tuple[Tables, AsyncEngine]] = {}

    async def make_store(self) -> AsyncThreadStore:
        return self._on(self.places.take())

    async def reopen(self, store: AsyncThreadStore) -> AsyncThreadStore:
        tables, engine = self.taken.pop(id(store))
        await super().close(store)
        await engine.dispose()
        return self._on(tables)

    async def close(self, store: AsyncThreadStore) -> None:
        await super().close(store)
        taken = self.taken.pop(id(store), None)
        if taken is not None:
            tables, engine = taken
            await engine.dispose()
            self.places.give_back(tables)

    def _on(self, tables: Tables) -> AsyncThreadStore:
        engine = engine_of(self.places, self.driver)
        store = AsyncSQLAlchemyStore(engine, tables=tables)
        self.taken[id(store)] = tables, engine
        return store


def _blocking(loop: Loop, store: AsyncSQLAlchemyStore) -> Store:
    made: Any = blocking(loop, store)
    made.create_all = lambda: loop.run(store.create_all())
    return cast(Store, made)


# -- hosts, which write rows of their own beside ---------------------------------


class Visit:
    """
    A connection of a host, whatever its driver; what it does blocks.

    Attributes:
        store: Joins the transaction of the connection.
    """

    def __init__(
        self, connection: Connection | AsyncConnection, tables: Tables, loop: Loop
    ) -> None:
        self._connection = connection
        self._loop = loop
        self.store: Store
        if isinstance(connection, AsyncConnection):
            joined = AsyncSQLAlchemyStore(connection, tables=tables)
            self.store = _blocking(loop, joined)
        else:
            self.store = SQLAlchemyStore(connection, tables=tables)

    def _do(self, name: str, *arguments: Any) -> Any:
        found = getattr(self._connection, name)(*arguments)
        return self._loop.run(found) if iscoroutine(found) else found

    def execute(self, statement: str, *values: Any) -> Any:
        """Execute a statement of the host; return its rows."""
        found = self._do("execute", text(statement), *values)
        return [tuple(row) for row in found] if found.returns_rows else None

    def commit(self) -> None:
        """Commit what was done since the last commit."""
        self._do("commit")

    def rollback(self) -> None:
        """Undo it."""
        self._do("rollback")

    def close(self) -> None:
        """Give the connection back."""
        self._do("close")

    @property
    def in_transaction(self) -> bool:
        """Whether SQLAlchemy has a transaction open."""
        return bool(self._connection.in_transaction())


class Host:
    """
    A program with an engine of its own, and a table of its own.

    Attributes:
        places: Where.
        driver: By which driver.
        tables: Empty ones.
        table: The name of the host's own one, with a column ``name``.
        store: On the engine.
    """

    def __init__(self, places: Places, driver: str, loop: Loop, **options: Any) -> None:
        self.places = places
        self.driver = driver
        self.tables = places.take()
        self.table = self.tables.threads.name.replace("threads", "host")
        self.loop = loop
        self.engine: Engine | AsyncEngine
        self.store: Store
        if driver in ON_A_LOOP:
            self.engine = loop.run(self._engine_on_a_loop(options))
            self.store = self.another_store()
        else:
            self.engine = create_engine(places.url(driver), **options)
            self.store = self.another_store()
        with places.engine.begin() as connection:
            for statement in (
                f"DROP TABLE IF EXISTS {self.table}",
                f"CREATE TABLE {self.table} (name VARCHAR(20) PRIMARY KEY)",
            ):
                connection.exec_driver_sql(statement)

    async def _engine_on_a_loop(self, options: dict[str, Any]) -> AsyncEngine:
        return engine_of(self.places, self.driver, **options)

    def another_store(self, *, busy_timeout: float = 5.0) -> Store:
        """Return one more store on the engine."""
        if isinstance(self.engine, AsyncEngine):
            store = AsyncSQLAlchemyStore(
                self.engine, tables=self.tables, busy_timeout=busy_timeout
            )
            return _blocking(self.loop, store)
        return SQLAlchemyStore(
            self.engine, tables=self.tables, busy_timeout=busy_timeout
        )

    def connect(self, **options: Any) -> Visit:
        """Return a connection, with some execution options."""
        if isinstance(self.engine, AsyncEngine):
            return self.loop.run(self._connected(self.engine, options))
        connection = self.engine.connect().execution_options(**options)
        return Visit(connection, self.tables, self.loop)

    async def _connected(self, engine: AsyncEngine, options: dict[str, Any]) -> Visit:
        connection = await engine.connect()
        await connection.execution_options(**options)
        return Visit(connection, self.tables, self.loop)

    def names(self) -> list[str]:
        """Return what stands in the host's own table, as others see it."""
        with self.places.engine.begin() as connection:
            query = f"SELECT name FROM {self.table} ORDER BY name"
            return [str(name) for (name,) in connection.exec_driver_sql(query)]

    def seen(self) -> SQLAlchemyStore:
        """Return a store of somebody else, with nothing at hand."""
        return SQLAlchemyStore(self.places.engine, tables=self.tables)

    def close(self) -> None:
        """Give everything back."""
        if isinstance(self.engine, AsyncEngine):
            self.loop.run(self.engine.dispose())
        else:
            self.engine.dispose()
        with self.places.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {self.table}")
        self.places.give_back(self.tables)


@contextmanager
def hosted(places: Places, driver: str, **options: Any) -> Iterator[Host]:
    """Have a host for a while; *options* are those of its engine."""
    with Loop() as loop:
        host = Host(places, driver, loop, **options)
        try:
            yield host
        finally:
            host.close()
