"""
A seeded forum, Debian's Chromium, and people who use the one with the other.

Playwright's loop runs as long as its fixture lives, and no other loop runs beside it in
one thread: so nothing here is kept for longer than this folder's tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser._person import Crowd, Person
from tests.forum._forum import PASSWORD, Forum

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, so that the usual run leaves them out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    if find_spec("playwright") is None:
        pytest.skip("playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("the program chromium is not installed")
    from playwright.sync_api import sync_playwright

    # Chromium keeps no sandbox for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A forum with the threads and people of the demo, one for all tests."""
    for name in ("django", "argon2", "httpx", "lxml"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    forum = Forum(tmp_path_factory.mktemp("forum"))
    try:
        forum.manage("demo", "--no-server", "--password", PASSWORD)
        forum.start(migrate=False)
        yield forum
    finally:
        forum.close()


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
