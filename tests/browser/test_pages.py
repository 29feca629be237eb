"""Every page: barriers, valid HTML, and pictures to look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser._furniture import furnish
from tests.browser._judges import axe, barriers, html_errors
from tests.browser._person import DESKTOP, PHONE, Crowd, Person
from tests.browser._sights import SIGHTS, Cast
from tests.forum._forum import Forum

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def cast(chromium: Browser, forum: Forum) -> Iterator[Cast]:
    made = furnish(forum)
    with ExitStack() as stack:
        crowd = Crowd(chromium, forum, stack)
        yield Cast(
            crowd.person("Guest"),
            crowd.person(made.owner, member=True),
            crowd.person("Odile", member=True),
            made,
            crowd,
        )
        crowd.check()


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
