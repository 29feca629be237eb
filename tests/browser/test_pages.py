"""Every page: barriers, valid HTML, and pictures to look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser._furniture import Furniture
from tests.browser._judges import axe, barriers, html_errors
from tests.browser._person import DESKTOP, PHONE, Crowd, Person
from tests.browser._sights import SIGHTS, Cast
from tests.forum._forum import Forum

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A forum that nobody has made the tables of."""
    forum = Forum(tmp_path_factory.mktemp("broken"))
    try:
        forum.start(migrate=False)
        yield forum
    finally:
        forum.close()


@pytest.fixture(scope="module")
def cast(
    chromium: Browser, forum: Forum, broken: Forum, made: Furniture
) -> Iterator[Cast]:
    with ExitStack() as stack:
        crowd = Crowd(chromium, forum, stack)
        unlucky = Crowd(chromium, broken, stack).person("Unlucky")
        yield Cast(
            guest=crowd.person("Guest"),
            owner=crowd.person(made.owner, member=True),
            moderator=crowd.person("Odile", member=True),
            broken=unlucky,
            made=made,
            crowd=crowd,
        )
        crowd.check()
        # That the server failed is all that the console may say there.
        assert [
            each
            for each in unlucky.troubles
            if "the server responded with a status of 50" not in each
        ] == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("html")


def visit(name: str, cast: Cast, folder: Path) -> Person:
    """Go to a page, and keep what the server sent."""
    person = SIGHTS[name](cast)
    assert person.document is not None
    file = folder / f"{name.replace(' ', '_')}.html"
    file.write_text(person.document.text(), "utf-8")
    return person


#: What the pages that refuse or fail are answered with, so that none is another one.
STATUSES = {
    "nothing here": 404,
    "list of a page that is not there": 400,
    "more than is taken": 400,
    "not for members": 403,
    "not allowed to edit": 403,
    "form without cookies": 403,
    "conflict": 409,
    "wordings of what is gone": 410,
    "too many tries": 429,
    "something broke": 500,
    "no database": 503,
}


@pytest.mark.parametrize("name", STATUSES)
def test_what_is_refused_says_so_by_its_status(
    name: str, cast: Cast, folder: Path
) -> None:
    person = visit(name, cast, folder)
    assert person.document is not None
    assert person.document.status == STATUSES[name]


@pytest.mark.parametrize("name", SIGHTS)
def test_a_page_has_no_barriers(name: str, cast: Cast, folder: Path) -> None:
    person = visit(name, cast, folder)
    source = axe()
    # Where no script runs, axe cannot either; the same page is among the others.
    if person.scripts:
        found = barriers(person, source)
        assert not found, "\n".join(found)


def test_the_html_of_all_pages_is_valid(cast: Cast, folder: Path) -> None:
    # The test above has been to most pages, if it ran.
    for name in SIGHTS:
        if not (folder / f"{name.replace(' ', '_')}.html").exists():
            visit(name, cast, folder)
    files = sorted(folder.glob("*.html"))
    assert len(files) == len(SIGHTS)
    found = html_errors(files)
    assert not found, "\n".join(found)


PICTURED = {
    "question": "question",
    "seed": "seed page",
    "list": "list",
    "sign-in": "sign in",
    "profile": "profile",
    "conflict": "conflict",
}


@pytest.mark.parametrize("name", PICTURED)
def test_pictures_to_look_at(name: str, cast: Cast, tmp_path: Path) -> None:
    folder = Path(os.environ.get("QATHREAD_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    person = SIGHTS[PICTURED[name]](cast)
    for place, (width, height) in {"desk": DESKTOP, "phone": PHONE}.items():
        person.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            person.page.emulate_media(color_scheme=scheme)
            path = folder / f"{name}-{place}-{scheme}.png"
            person.page.screenshot(path=path, full_page=True)
            assert path.stat().st_size > 5_000
