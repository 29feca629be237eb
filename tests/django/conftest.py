"""
Databases for the tests of the Django app.

Settings are those of a process: the project of all tests is set up here, by importing
``_project``. Each test module begins with ``pytest.importorskip("django")``: without
Django they skip.
"""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.stores._servers import PostgreSQL

if find_spec("django") is not None:
    from tests.django import _project as _project_of_all_tests  # noqa: F401


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for all tests, quick: without syncs."""
    if reason := PostgreSQL.missing():
        pytest.skip(reason)
    pytest.importorskip("psycopg")
    with PostgreSQL() as server:
        yield server
        from django.db import connections

        connections.close_all()


@pytest.fixture(scope="session")
def _project() -> str:
    from tests.django import _project

    _project.migrate("default")
    return "default"


@pytest.fixture
def project(_project: str) -> Iterator[str]:
    """The database ``default``, with all tables; what a test wrote is taken out."""
    from django.core.management import call_command

    from tests.django._project import empty

    yield _project
    empty(_project)
    call_command("flush", database=_project, interactive=False, verbosity=0)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO qathread_settings (name, value) VALUES ('schema', '1')"
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def alias(request: pytest.FixtureRequest) -> Iterator[str]:
    """A new database of each kind, with all tables."""
    pytest.importorskip("django")
    from django.db import connections

    from tests.django import _project

    if request.param == "sqlite":
        made = _project.sqlite()
    else:
        made = _project.postgresql(request.getfixturevalue("postgresql"))
    yield made
    connections[made].close()
