"""
The Django project that the tests run in; importing it needs Django.

Settings are of a process, so there is one project for all tests. Its database
``default`` is SQLite; more databases are made as tests ask for them.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import Any, Final, TypeVar

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from qathread.contrib.django.stores import DjangoStore
from tests.stores._servers import PostgreSQL

T = TypeVar("T")

FOLDER: Final = Path(tempfile.mkdtemp(prefix="qathread-django-"))
TABLES: Final = (
    *("threads", "events", "snapshots", "parts", "operations", "tags", "people"),
    *("searched", "erased", "standings", "projections"),
)

_numbers = count(1)
_made: dict[str, list[str]] = {}


def _sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


settings.configure(
    SECRET_KEY="for tests",
    USE_TZ=True,
    TIME_ZONE="UTC",
    DATABASES={"default": _sqlite(FOLDER / "default.db")},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "qathread.contrib.django",
        "tests.django.project",
    ],
    AUTH_USER_MODEL="project.Member",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    ROOT_URLCONF="tests.django.project.urls",
    STATIC_URL="static/",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()


@atexit.register
def _clean() -> None:
    connections.close_all()
    shutil.rmtree(FOLDER, ignore_errors=True)


def migrate(alias: str) -> None:
    """Make all tables."""
    call_command("migrate", database=alias, verbosity=0)


def add_database(**parts: Any) -> str:
    """Add a database to the project; return its alias."""
    alias = f"db{next(_numbers)}"
    known = {**connections.databases, alias: parts}
    connections.databases[alias] = connections.configure_settings(known)[alias]
    return alias


def template() -> Path:
    """Return a SQLite database with all tables, to be copied."""
    path = FOLDER / "template.db"
    if not path.exists():
        alias = add_database(**_sqlite(path))
        migrate(alias)
        connections[alias].close()
    return path


def sqlite(**options: Any) -> str:
    """Return the alias of a new SQLite database with all tables."""
    path = FOLDER / f"{next(_numbers)}.db"
    shutil.copy(template(), path)
    return add_database(**_sqlite(path), OPTIONS=options)


def postgresql(server: PostgreSQL, **options: Any) -> str:
    """Return the alias of a new PostgreSQL database with all tables."""
    if "template" not in _made:
        name = server.create_database()
        alias = add_database(**_on(server, name))
        migrate(alias)
        connections[alias].close()
        _made["template"] = [name]
    name = f"copy_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {_made['template'][0]}")
    return add_database(**_on(server, name), OPTIONS=options)


def bare_postgresql(server: PostgreSQL) -> str:
    """Return the alias of a new PostgreSQL database with nothing in it."""
    return add_database(**_on(server, server.create_database()))


def _on(server: PostgreSQL, name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": "127.0.0.1",
        "PORT": server.port,
        "USER": "postgres",
    }


def empty(alias: str) -> None:
    """Take out what a store wrote."""
    with connections[alias].cursor() as cursor:
        for name in TABLES:
            cursor.execute(f"DELETE FROM qathread_{name}")
        cursor.execute("UPDATE qathread_feed SET position = 0")


class ClosingStore(DjangoStore):
    """
    Closes the connection of a thread that is not the main one, as its end would not.

    Django does so at the end of a request. A thread of a test has none.
    """

    def _run(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super()._run(*arguments, **options)
        finally:
            if current_thread() is not main_thread():
                connections[self._using].close()


@contextmanager
def in_a_thread(work: Any) -> Iterator[list[Any]]:
    """Do some work meanwhile, with connections of its own; its result is the item."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield found
    finally:
        thread.join(60)
        assert not thread.is_alive()


def in_new_connection(alias: str, work: Callable[[], T]) -> T:
    """Return what some work gives on a connection that nobody used before."""
    with in_a_thread(work) as found:
        pass
    if isinstance(found[0], Exception):
        raise found[0]
    result: T = found[0]
    return result
