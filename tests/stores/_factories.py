"""What opens stores in other processes; the tests name these by their path."""

from typing import cast

from qathread.stores import AsyncThreadStore, SQLiteStore, ThreadStore, in_threads
from qathread.stores.sqlite import Journal


def sqlite(path: str, journal: str, patience: float) -> ThreadStore:
    """Open a SQLite file."""
    return SQLiteStore(path, journal=cast("Journal", journal), busy_timeout=patience)


async def sqlite_in_threads(path: str, patience: float) -> AsyncThreadStore:
    """Open a SQLite file for an event loop."""
    return in_threads(SQLiteStore(path, busy_timeout=patience))


def sqlalchemy(url: str, prefix: str, patience: float) -> ThreadStore:
    """Open tables with a prefix, on an engine that ends with the store."""
    from sqlalchemy import MetaData, create_engine

    from qathread.stores.sqlalchemy import SQLAlchemyStore, tables

    engine = create_engine(url)

    class WithAnEngine(SQLAlchemyStore):
        def close(self) -> None:
            super().close()
            engine.dispose()

    made = tables(MetaData(), prefix)
    return WithAnEngine(engine, tables=made, busy_timeout=patience)
