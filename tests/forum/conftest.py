"""The example forum for tests, on SQLite and on PostgreSQL."""

import importlib.util
from collections.abc import Callable, Iterator

import pytest

from tests.forum._forum import Forum, database_url
from tests.stores._servers import PostgreSQL


@pytest.fixture(scope="session")
def _django() -> None:
    for name in ("django", "argon2", "httpx", "lxml"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for all tests of the forum."""
    if reason := PostgreSQL.missing():
        pytest.skip(reason)
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def forum(_django: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A forum on SQLite, one for all tests: use names of your own."""
    with Forum(tmp_path_factory.mktemp("forum")) as running:
        yield running


@pytest.fixture(scope="session")
def forum_postgresql(
    _django: None,
    postgresql: PostgreSQL,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Forum]:
    """A forum on PostgreSQL, one for all tests: use names of your own."""
    with postgresql.database() as name:
        url = database_url(postgresql, name)
        folder = tmp_path_factory.mktemp("forum_postgresql")
        with Forum(folder, FORUM_DATABASE_URL=url) as running:
            yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def each_forum(request: pytest.FixtureRequest) -> Forum:
    """Both forums, one after the other."""
    name = "forum" if request.param == "sqlite" else "forum_postgresql"
    found: Forum = request.getfixturevalue(name)
    return found


@pytest.fixture
def new_forum(
    _django: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Forum]]:
    """A maker of forums for one test, not started, with variables of the test's own."""
    made: list[Forum] = []

    def make(**environment: str) -> Forum:
        made.append(Forum(tmp_path_factory.mktemp("new_forum"), **environment))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database, of each kind; empty for SQLite's default."""
    if request.param == "sqlite":
        yield ""
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database() as name:
        yield database_url(server, name)
