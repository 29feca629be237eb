"""Programs of others that judge pages: axe, and the checker of the HTML standard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.browser._person import DESKTOP, PHONE, Tab

_RUN: Final = """
async () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    // Half-way from one colour to another, nothing can be said about contrast.
    await Promise.allSettled(document.getAnimations().map(one => one.finished));
    const rules = {'target-size': {enabled: true}};
    const found = await axe.run(document, {resultTypes: ['violations'], rules});
    return found.violations.flatMap(one => one.nodes.map(node =>
        `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}
"""
_WIDE: Final = """
() => [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .filter(one => !one.closest('pre, .table-wrap'))
    .map(one => `${one.tagName} ${one.className}`).slice(0, 5)
"""


def axe() -> str:
    """Return the source of axe-core, which QATHREAD_AXE names."""
    return _given("QATHREAD_AXE", "axe.min.js of axe-core").read_text("utf-8")


def _given(variable: str, what: str) -> Path:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} does not name {what}")
    return Path(path)


def barriers(tab: Tab, source: str) -> list[str]:
    """Return what axe finds, light and dark, on a desk and on a phone."""
    found: dict[str, list[str]] = {}
    for width, height in (DESKTOP, PHONE):
        tab.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            tab.page.emulate_media(color_scheme=scheme)
            tab.page.evaluate(source)
            for each in tab.page.evaluate(_RUN):
                found.setdefault(each, []).append(f"{width} {scheme}")
    wide = tab.page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE[0]:
        found[f"{wide} wide: {tab.page.evaluate(_WIDE)}"] = [f"{PHONE[0]}"]
    width, height = DESKTOP
    tab.page.set_viewport_size({"width": width, "height": height})
    tab.page.emulate_media(color_scheme="light")
    return [f"{each} ({', '.join(where)})" for each, where in found.items()]


def html_errors(files: list[Path]) -> list[str]:
    """Return what the checker of the HTML standard says about files."""
    jar = _given("QATHREAD_VNU", "vnu.jar of the Nu HTML checker")
    java = shutil.which("java")
    if java is None:
        pytest.skip("the program java is not installed")
    done = subprocess.run(
        [java, "-jar", str(jar), "--format", "json", "--stdout", *map(str, files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=240,
    )
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return [
        f"{Path(each.get('url', '')).name}:{each.get('lastLine')}: {each['message']}: "
        f"{each.get('extract', '').strip()}"
        for each in messages
    ]
