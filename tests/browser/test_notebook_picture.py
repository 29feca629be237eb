"""The picture of a thread in a notebook that README shows, drawn anew and compared."""

from __future__ import annotations

import os
from hashlib import sha256
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import qathread
from tests.browser._pictures import check, slim

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS: Final = Path(__file__).parents[2] / "docs"
KEPT: Final = DOCS / "pictures"
FRAME: Final = (760, 560)
AGAIN: Final = (
    "draw it again: QATHREAD_PICTURES=docs/pictures "
    "pytest tests/browser/test_notebook_picture.py -m browser"
)
#: What a notebook has around a value, in its two colours.
SCHEMES: Final = {"light": ("#ffffff", "#1f2328"), "dark": ("#0d1117", "#e6edf3")}
INPUT: Final = """\
thread = next(qathread.read("page.txt", assume_tz="UTC"))
thread"""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_picture_shows_a_thread_as_it_is(
    scheme: str, chromium: Browser, tmp_path: Path
) -> None:
    """The value brings no colours of its own: it is readable on both."""
    if find_spec("PIL") is None:
        pytest.skip("PIL is not installed")
    html = cell(scheme)
    page = chromium.new_page(viewport={"width": FRAME[0], "height": FRAME[1]})
    try:
        page.set_content(html)
        assert page.get_by_text("Why does my bread come out dense?").first.is_visible()
        picture = page.screenshot()
    finally:
        page.close()

    folder = Path(os.environ.get("QATHREAD_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = folder / f"notebook-{scheme}.png"
    drawn.write_bytes(slim(picture, sha256(html.encode()).hexdigest()))
    check(drawn, KEPT / drawn.name, FRAME, AGAIN)


def test_no_picture_is_left_over() -> None:
    """What no test draws would never be drawn again."""
    assert {path.name for path in KEPT.iterdir()} == {
        f"notebook-{scheme}.png" for scheme in SCHEMES
    }


def cell(scheme: str) -> str:
    """Return a page with one cell of a notebook: what was typed, and the thread."""
    with qathread.read(DOCS / "examples" / "page.txt", assume_tz="UTC") as reading:
        thread = next(reading)
    paper, ink = SCHEMES[scheme]
    return (
        f'<!DOCTYPE html><body style="margin:20px;background:{paper};color:{ink};'
        f'font:15px/1.45 sans-serif"><pre style="margin:0 0 14px;padding:10px 12px;'
        f'border:1px solid #8884;border-radius:4px;font-size:14px">'
        f"{escape(INPUT)}</pre>"
        f"{thread._repr_html_()}</body>"
    )
