"""
A seeded forum, Debian's Chromium, and people who use the one with the other.

The browser is that of pytest-playwright, so its options work: ``--headed``,
``--slowmo``. Playwright's loop then runs to the end of the session, and no other loop
runs beside it in one thread: so this folder's tests are the last.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser._demo import demo
from tests.browser._furniture import Furniture, furnish
from tests.browser._person import Crowd, Person
from tests.forum._forum import Forum

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests, which the usual run leaves out, and put them last."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path.is_relative_to(HERE))


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
) -> dict[str, Any]:
    """Tell pytest-playwright to start the system's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("the program chromium is not installed")
    # Chromium keeps no sandbox for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": arguments}


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Browser:
    """The browser of pytest-playwright, where that is installed."""
    if find_spec("pytest_playwright") is None:
        pytest.skip("pytest-playwright is not installed")
    browser: Browser = request.getfixturevalue("browser")
    return browser


@pytest.fixture(scope="package")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A forum with the threads and people of the demo, one for all tests."""
    with demo(tmp_path_factory.mktemp("forum")) as forum:
        yield forum


@pytest.fixture(scope="package")
def made(forum: Forum) -> Furniture:
    """A thread with everything in it."""
    return furnish(forum)


@pytest.fixture(scope="package")
def crowd(chromium: Browser, forum: Forum) -> Iterator[Crowd]:
    """All who ever come to the forum; they are told apart by their addresses."""
    with ExitStack() as stack:
        yield Crowd(chromium, forum, stack)


@pytest.fixture
def person(chromium: Browser, forum: Forum) -> Iterator[Callable[..., Person]]:
    """
    A maker of people for one test, each with a browser of their own.

    At the end nobody must have seen an error, a dialog, a forbidden script or a request
    to another host.
    """
    with ExitStack() as stack:
        crowd = Crowd(chromium, forum, stack)
        yield crowd.person
        crowd.check()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether JavaScript runs."""
    return bool(request.param)
