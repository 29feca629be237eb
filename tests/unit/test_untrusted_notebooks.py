"""A notebook that somebody else wrote, as Jupyter shows it: what it keeps is enough."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

import qathread
from qathread import Thread, frames, ranking

DOCS: Final = Path(__file__).parents[2] / "docs"
TITLE: Final = "Why do the leaves of my tomatoes roll up?"
#: Of what JupyterLab's sanitizer keeps in the output of a notebook that somebody else
#: wrote, the part that ours may use (jupyterlab: packages/apputils/src/sanitizer.ts).
KEPT_TAGS: Final = {
    *("b", "bdi", "br", "details", "div", "small", "summary", "time"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
KEPT_ATTRIBUTES: Final = {"*": {"style", "title"}, "details": {"open"}}


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
