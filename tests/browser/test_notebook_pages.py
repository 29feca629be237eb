"""The notebook pages of the built site, as a reader's browser shows them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCS: Final = Path(__file__).parents[2] / "docs"
NOTEBOOKS: Final = sorted(path.stem for path in (DOCS / "notebooks").glob("*.md"))
#: Contrast of text that WCAG 2.2 asks for at level AA.
READABLE: Final = 4.5
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


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, chromium: Browser
) -> Iterator[tuple[Page, list[str]]]:
    """A page in one of the two colour schemes, and what went wrong on it."""
    page = chromium.new_page(color_scheme=request.param)
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
