"""
Servers for the tests of the stores; without their programs the tests skip.

``postgresql``, ``mariadb``, ``nats`` and ``nats_cluster`` are shared by all tests of a
process: take an empty database or a stream of your own, and leave the server running.
Who stops or kills a server takes one of the ``own_...`` fixtures.
"""

from collections.abc import Iterator

import pytest

from tests.stores._servers import MariaDB, Nats, NatsCluster, PostgreSQL


def skip_without(server: type[PostgreSQL | MariaDB | Nats | NatsCluster]) -> None:
    """Skip the test if the server's programs are not installed."""
    if reason := server.missing():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for all tests, quick: without syncs."""
    skip_without(PostgreSQL)
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def own_postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for one test, with syncs."""
    skip_without(PostgreSQL)
    with PostgreSQL(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A MariaDB server for all tests, quick: without syncs."""
    skip_without(MariaDB)
    with MariaDB() as server:
        yield server


@pytest.fixture
def own_mariadb() -> Iterator[MariaDB]:
    """A MariaDB server for one test, with syncs."""
    skip_without(MariaDB)
    with MariaDB(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def nats() -> Iterator[Nats]:
    """A NATS server for all tests."""
    skip_without(Nats)
    with Nats() as server:
        yield server


@pytest.fixture
def own_nats() -> Iterator[Nats]:
    """A NATS server for one test."""
    skip_without(Nats)
    with Nats() as server:
        yield server


@pytest.fixture(scope="session")
def nats_cluster() -> Iterator[NatsCluster]:
    """Three NATS servers for all tests."""
    skip_without(NatsCluster)
    with NatsCluster() as servers:
        yield servers


@pytest.fixture
def own_nats_cluster() -> Iterator[NatsCluster]:
    """Three NATS servers for one test."""
    skip_without(NatsCluster)
    with NatsCluster() as servers:
        yield servers
