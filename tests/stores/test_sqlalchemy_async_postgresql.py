"""The promises of stores on an event loop, on PostgreSQL with both of its drivers."""

import pytest

pytest.importorskip("sqlalchemy")

from qathread.testing.stores import AsyncThreadStoreContract
from tests.stores._sqlalchemy import OnALoop


class TestAsyncpg(OnALoop):
    driver = "asyncpg"


class TestPsycopg(OnALoop):
    driver = "psycopg_async"


@pytest.mark.slow
class TestAsyncpgInFull(OnALoop):
    driver = "asyncpg"
    settings = AsyncThreadStoreContract.settings


@pytest.mark.slow
class TestPsycopgInFull(OnALoop):
    driver = "psycopg_async"
    settings = AsyncThreadStoreContract.settings
