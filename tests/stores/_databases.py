"""Databases for the tests of SQLAlchemyStore: one each, emptied for every store."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine

from qathread.stores.sqlalchemy import SQLAlchemyStore, metadata


@contextmanager
def database(url: str) -> Iterator[Engine]:
    """Give an engine whose database has the tables of a store, empty."""
    engine = create_engine(url)
    try:
        SQLAlchemyStore(engine).create_all()
        empty(engine)
        yield engine
    finally:
        engine.dispose()


def empty(engine: Engine) -> None:
    """Take everything out of all tables but their version."""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if not table.name.endswith("_settings"):
                connection.execute(table.delete())
