"""
Payloads in a real browser: nothing that was rendered opens a dialog.

Dialogs are replaced by a trap in every frame; after loading, everything is focused,
hovered and clicked. A control shows that the trap snaps.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from qathread import Body, Question, Thread
from qathread.bodies import HTML, MARKDOWN, PLAIN
from qathread.html import Images, page, render
from tests.unit._html_payloads import ADDRESSED, CALLS, ELEMENTS, payloads

pytestmark = pytest.mark.slow

POLICIES: tuple[Images, ...] = ("none", "link", "inline")
TOGETHER = 300  # renderings on one page
TRAP = """
for (const name of ['alert', 'confirm', 'prompt', 'print'])
    window[name] = () => console.log('TRAPPED ' + name);
"""
TOUCH = """
() => {
    const stay = event => {
        const link = event.target.closest && event.target.closest('a[href]');
        if (link && /^(https?|mailto):/.test(link.href)) event.preventDefault();
    };
    document.addEventListener('click', stay, true);
    for (const one of document.querySelectorAll('body *')) {
        for (const kind of ['mouseover', 'mouseenter', 'focus', 'click', 'toggle'])
            one.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
        if (one.focus) one.focus();
        if (one.tagName === 'DETAILS') one.open = true;
    }
    const odd = [...document.querySelectorAll('a[href]')]
        .map(link => new URL(link.href).protocol)
        .filter(protocol => !['http:', 'https:', 'mailto:'].includes(protocol));
    return [document.querySelectorAll('body *').length, odd];
}
"""


class Trap:
    """A browser's page in which dialogs are counted, and nothing is fetched."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        self.calls: list[str] = []
        tab.add_init_script(TRAP)
        tab.on("console", self._heard)
        tab.on("dialog", self._opened)
        tab.context.route("**/*", lambda route: route.abort())

    def _heard(self, message: Any) -> None:
        if message.text.startswith("TRAPPED "):
            self.calls.append(message.text)

    def _opened(self, dialog: Any) -> None:
        self.calls.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def show(self, markup: str, wait: int = 150) -> tuple[int, list[str]]:
        """Load a page and touch everything on it."""
        self.tab.goto("about:blank")  # the trap is set at a navigation
        self.tab.set_content(markup, wait_until="load")
        self.tab.wait_for_timeout(wait)
        count, odd = self.tab.evaluate(TOUCH)
        self.tab.wait_for_timeout(wait)
        return count, odd


@pytest.fixture
def trap() -> Iterator[Trap]:
    api = pytest.importorskip("playwright.sync_api")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no browser: install Debian's chromium")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox"] if root else []
        )
        try:
            yield Trap(running.new_page())
        finally:
            running.close()


def renderings() -> list[str]:
    """Return every distinct rendering of every payload, in any policy."""
    found: dict[str, None] = {}
    for payload in payloads():
        for media_type in (MARKDOWN, HTML, PLAIN):
            body = Body(source=payload, media_type=media_type)
            for images in POLICIES:
                found[str(render(body, images=images))] = None
    return list(found)


def sheets(parts: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(parts), TOGETHER):
        some = "</div>\n<div>".join(parts[start : start + TOGETHER])
        yield f"<!DOCTYPE html><body><div>{some}</div></body>"


def test_the_trap_snaps(trap: Trap) -> None:
    """Most vectors work if nobody renders them; else the next test says nothing."""
    worked = 0
    vectors = [form.format(js=CALLS[n % 4]) for n, form in enumerate(ELEMENTS)]
    vectors += [form.format(js="", url=f"javascript:{CALLS[0]}") for form in ADDRESSED]
    for vector in vectors:
        before = len(trap.calls)
        trap.show(f"<!DOCTYPE html><body>{vector}", 40)
        worked += len(trap.calls) > before
    print(f"{worked} of {len(vectors)} vectors work unrendered")
    assert worked >= len(vectors) / 2
    assert {call.split()[-1] for call in trap.calls} == {
        *("alert", "confirm", "prompt", "print")
    }


def test_one_bad_rendering_among_hundreds_is_seen(trap: Trap) -> None:
    parts = renderings()[: TOGETHER - 1]
    link = "<a href=javascript:alert(1)>x</a>"
    for planted in ("<img src=x onerror=alert(1)>", "<svg onload=print()>", link):
        trap.calls.clear()
        (sheet,) = sheets([*parts, planted])
        _, odd = trap.show(sheet)
        assert trap.calls == [f"TRAPPED {'print' if 'print' in planted else 'alert'}"]
        assert bool(odd) == (planted == link)


def test_no_rendered_payload_opens_a_dialog(trap: Trap) -> None:
    """Without any policy of the page: the sanitizer stands alone."""
    parts = renderings()
    elements = 0
    for sheet in sheets(parts):
        count, odd = trap.show(sheet)
        assert not odd
        assert not trap.calls, sheet
        elements += count
    print(f"{len(parts)} renderings, {elements} elements, {len(trap.calls)} calls")
    assert elements > len(parts)


def test_no_page_of_payloads_opens_a_dialog(trap: Trap) -> None:
    """Complete pages: titles, names and bodies; its own policy lets it be read."""
    every = payloads()[::40]
    threads = [
        Thread.from_parts(
            id="t",
            question=Question(
                id="q",
                author_id="ada",
                author_name=payload,
                title=payload,
                tags=(payload,),
                body=Body(source=payload, media_type=media_type),
            ),
        )
        for payload in every
        for media_type in (MARKDOWN, HTML)
    ]
    for start in range(0, len(threads), 50):
        some = threads[start : start + 50]
        count, odd = trap.show("".join(page(some, images="inline")))
        assert count > 8 * len(some)
        assert not odd
        assert not trap.calls
    one = "".join(page(threads[0], data='{"@type":"\\u003c/script\\u003e"}'))
    trap.show(one)
    style = "getComputedStyle(document.querySelector('.qt-meta')).fontSize"
    assert trap.tab.evaluate(style) == "14.4px"  # the policy lets our style in
    assert not trap.calls
