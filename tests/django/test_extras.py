"""What happens where a package is not installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("django")

#: Runs a program as if some packages were not there.
WITHOUT = """
import sys
for name in {names!r}:
    sys.modules[name] = None
{program}
"""

PROJECT = """
from django.conf import settings
ENGINE = "django.template.backends.django.DjangoTemplates"
settings.configure(
    INSTALLED_APPS=["qathread.contrib.django"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": ENGINE, "APP_DIRS": True}],
)
import django
django.setup()
from datetime import UTC, datetime
from django.template import engines
from qathread import User, posting
ada, now = User(id="ada"), datetime(2026, 1, 1, tzinfo=UTC)
thread = posting.ask("q", title="Why?", body="b", by=ada, at=now)
def show(template):
    made = engines["django"].from_string("{% load qathread %}" + template)
    return made.render({"thread": thread})
"""


def run(program: str, *names: str) -> str:
    """Return what a program printed."""
    src = str(Path(__file__).parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(names=names, program=program)],
        env=os.environ | {"PYTHONPATH": src},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["django", "django.stores", "django.users"])
def test_a_missing_django_names_the_extra(module: str) -> None:
    program = f"""
from qathread.errors import MissingExtraError
try:
    import qathread.contrib.{module}
except MissingExtraError as error:
    print(error)
"""
    assert "pip install 'qathread[django]'" in run(program, "django")


def test_other_packages_are_not_taken_for_django() -> None:
    """A Django that is there but broken shows its own error."""
    program = """
try:
    import qathread.contrib.django.stores
except ImportError as error:
    print(type(error).__name__)
"""
    assert run(program, "asgiref") == "ModuleNotFoundError"


def test_templates_work_without_the_extra_for_html() -> None:
    """The tags that need it say so; others, and other templates, do not."""
    program = (
        PROJECT
        + """
print(show("{{ 1 }}{% qathread_tally thread 'q.1' %}").count("score 0"))
from qathread.errors import MissingExtraError
try:
    show("{% qathread_thread thread %}")
except MissingExtraError as error:
    print(error)
"""
    )
    first, second = run(program, "markdown_it", "nh3").splitlines()
    assert first == "1"
    assert "qathread[html]" in second


def test_importing_the_app_loads_no_server() -> None:
    """Neither SQLAlchemy nor a driver is needed."""
    program = PROJECT + "import qathread.contrib.django.stores, sys\n"
    program += "print('sqlalchemy' in sys.modules, 'psycopg' in sys.modules)"
    assert run(program) == "False False"
