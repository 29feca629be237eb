"""The notebook pages of the built site, as a reader's browser and Jupyter show them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import qathread
from qathread import Thread, frames, ranking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS: Final = Path(__file__).parents[2] / "docs"
NOTEBOOKS: Final = sorted(path.stem for path in (DOCS / "notebooks").glob("*.md"))
TITLE: Final = "Why do the leaves of my tomatoes roll up?"
#: Contrast of text that WCAG 2.2 asks for at level AA.
READABLE: Final = 4.5
#: Of what JupyterLab's sanitizer keeps in the output of a notebook that somebody else
#: wrote, the part that ours may use (jupyterlab: packages/apputils/src/sanitizer.ts).
KEPT_TAGS: Final = {
    *("b", "bdi", "br", "details", "div", "small", "summary", "time"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
KEPT_ATTRIBUTES: Final = {"*": {"style", "title"}, "details": {"open"}}

#: The contrast of an element's text with what is painted behind it.
CONTRAST: Final = """
element => {
    const parts = text => text.match(/[0-9.]+/g).map(Number);
    const light = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map(v => v / 255).map(
            v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    let behind = element, paper = [255, 255, 255];
    for (; behind; behind = behind.parentElement) {
        const found = parts(getComputedStyle(behind).backgroundColor);
        if (found.length === 3 || found[3] === 1) { paper = found; break; }
    }
    const pair = [light(parts(getComputedStyle(element).color)), light(paper)];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}
"""

#: The texts of a drawing that its edge cuts off.
CUT_OFF: Final = """
() => {
    const whole = document.documentElement.getBoundingClientRect();
    return [...document.querySelectorAll("text")]
        .filter(text => text.textContent)
        .filter(text => {
            const box = text.getBoundingClientRect();
            return box.right > whole.right + 1 || box.left < whole.left - 1;
        })
        .map(text => text.textContent);
}
"""


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


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, browser: Browser
) -> Iterator[tuple[Page, list[str]]]:
    """A page in one of the two colour schemes, and what went wrong on it."""
    page = browser.new_page(color_scheme=request.param)
    wrong: list[str] = []
    page.on("requestfailed", lambda found: wrong.append(f"failed: {found.url}"))
    page.on("pageerror", lambda found: wrong.append(str(found)))
    page.on(
        "console",
        lambda said: wrong.append(said.text) if said.type == "error" else None,
    )
    page.on("request", lambda asked: wrong.extend(_elsewhere(asked.url)))
    yield page, wrong
    page.close()


def _elsewhere(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [f"asked for {url}"]


def site() -> Path:
    """Return the folder of the built site."""
    named = os.environ.get("QATHREAD_SITE")
    if named is None:
        pytest.skip("no built site: set QATHREAD_SITE to its folder")
    return Path(named).resolve()


@pytest.mark.browser
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_reader_sees_the_thread_and_the_charts(
    name: str, page: tuple[Page, list[str]]
) -> None:
    """Without a net, on light and on dark."""
    shown, wrong = page
    shown.goto((site() / "notebooks" / f"{name}.html").as_uri())
    shown.wait_for_load_state("networkidle")
    outputs = shown.locator(".cell_output")
    tree = outputs.locator("details")
    assert tree.count() == 5
    texts = [*tree.locator("summary").all(), *outputs.locator("td").all()]
    assert len(texts) > 40
    for text in texts:
        assert text.is_visible()
        assert text.evaluate(CONTRAST) >= READABLE, text.inner_text()
    # Folded, the replies are out of sight.
    last = tree.last
    root = tree.first
    assert last.is_visible()
    root.locator("summary").first.click()
    assert not last.is_visible()
    drawings = outputs.locator("img")
    assert drawings.count() == 3
    addresses = []
    for drawing in drawings.all():
        assert drawing.is_visible()
        assert drawing.evaluate("image => image.naturalWidth") > 200
        assert " " in (drawing.get_attribute("alt") or ""), "no words for it"
        addresses.append(drawing.evaluate("image => image.src"))
    for address in addresses:
        shown.goto(address)
        assert shown.evaluate(CUT_OFF) == []
    assert wrong == []


# -- a notebook that somebody else wrote ---------------------------------------------


class Seen(HTMLParser):
    """The words, and how often each tag stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def sanitized(text: str) -> str:
    """Return what a sanitizer leaves, with the list of tags that Jupyter's keeps."""
    nh3 = pytest.importorskip("nh3", reason="nh3 is not installed")
    cleaned: str = nh3.clean(text, tags=KEPT_TAGS, attributes=KEPT_ATTRIBUTES)
    return cleaned


@pytest.fixture(scope="module")
def thread() -> Thread:
    with qathread.read(DOCS / "examples" / "dump") as reading:
        return next(reading)


def test_an_untrusted_notebook_still_shows_the_thread(thread: Thread) -> None:
    """Whoever opens another's notebook reads the same words, and can fold them."""
    before = thread._repr_html_()
    first, second = Seen(before), Seen(sanitized(before))
    assert first.words == second.words
    assert TITLE in " ".join(second.words)
    assert first.tags.count("details") == first.tags.count("summary") == 5
    assert first.tags == second.tags


def test_an_untrusted_notebook_still_shows_tables_and_ranks(thread: Thread) -> None:
    for value in (
        frames.posts([thread]),
        ranking.top(thread, 2, by="wilson_lower"),
    ):
        html = value._repr_html_()
        first, second = Seen(html), Seen(sanitized(html))
        assert first.words == second.words
        assert [tag for tag in second.tags if tag != "tbody"] == first.tags
        assert first.tags.count("td") > 4
