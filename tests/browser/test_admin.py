"""
The admin pages of the library's tables: what they add to Django's own has no faults.

Django's own pages have some. So each page is held against one of the same kind that is
all Django's, seen by the same person; faults that both have are Django's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser._furniture import Furniture
from tests.browser._judges import axe, barriers, html_errors
from tests.browser._person import Crowd, Person
from tests.forum._forum import Forum

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VIEWER: Final = "Vera Viewer"
# Somebody who may see every table and change none.
_MADE: Final = f"""
from accounts.models import User
from django.contrib.auth.models import Permission
who = User.objects.get(username={VIEWER!r})
who.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
"""
# The forum's people: no template or script of their own, and a list with filters.
_LIST: Final = "accounts/user/?q=Greg"
_ROW: Final = "accounts/user/1/change/"
#: Our pages, and the page that each is like.
PAGES: Final = {
    "threads": ("qathread/threadrow/", _LIST),
    "threads found": ("qathread/threadrow/?q=page&kind=qa", _LIST),
    "a thread": ("qathread/threadrow/{thread}/change/", _ROW),
    "points": ("qathread/standing/", _LIST),
    "points of one": ("qathread/standing/1/change/", _ROW),
}


@pytest.fixture(scope="module")
def viewer(chromium: Browser, forum: Forum) -> Iterator[Person]:
    forum.member(VIEWER, moderator=True)
    forum.manage("shell", "--verbosity=0", "--no-imports", "--command", _MADE)
    with ExitStack() as stack:
        yield Crowd(chromium, forum, stack).person(VIEWER, member=True)


def faults(viewer: Person, path: str, source: str, file: Path) -> set[str]:
    """Return what is wrong with an admin page, without where and how often."""
    viewer.troubles.clear()
    viewer.open(f"/admin/{path}")
    assert viewer.document is not None
    assert viewer.document.status == 200
    assert viewer.path == f"/admin/{path.partition('?')[0]}"
    file.write_text(viewer.document.text(), "utf-8")
    # Later ones are of axe, which adds styles of its own where it looks into imports.
    troubles = list(viewer.troubles)
    found = {
        re.sub(r"^\d+ ", "", each.partition(": ")[0])
        for each in barriers(viewer, source)
    }
    for each in html_errors([file]):
        message = re.split(r"[.:] ", each.partition(": ")[2])[0]
        found.add(f"html: {re.sub('“[^”]*”', '“…”', message, count=1)}")
    for each in troubles:
        found.add(each.removeprefix(f"{VIEWER}: ").partition(" directive")[0])
    return found


@pytest.mark.parametrize("name", PAGES)
def test_an_admin_page_adds_no_faults(
    name: str, viewer: Person, made: Furniture, tmp_path: Path
) -> None:
    source = axe()
    page, like = PAGES[name]
    of_django = faults(viewer, like, source, tmp_path / "django.html")
    found = faults(viewer, page.format(thread=made.thread), source, tmp_path / "o.html")
    print(f"{name}: of Django: {sorted(of_django)}")
    assert found - of_django == set()
