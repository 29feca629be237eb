"""That a load run would notice a vote that was lost, or counted twice."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.forum._browser import Browser
from tests.forum.load import Visitor, miscounted

#: By post and voter: what the store is said to hold.
Kept = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """One who pressed three times, and once without an answer."""
    browser = Browser("http://127.0.0.1:9", {})
    visitor = Visitor(1, browser, [])
    visitor.pressed, visitor.unsure = Counter(q=3), Counter(q=1)
    yield visitor
    browser.close()


def kept(presses: int, stands: str | None, name: str = "Visitor 1") -> Kept:
    return {"q.1": {name: {"presses": presses, "stands": stands}}}


@pytest.mark.parametrize("found", [kept(3, "up"), kept(4, None)])
def test_all_is_well(found: Kept, visitor: Visitor) -> None:
    assert miscounted([visitor], found) == 0


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (kept(2, None), "1 lost, 0 doubled, 0 of nobody"),
        (kept(5, "up"), "0 lost, 1 doubled, 0 of nobody"),
        (kept(3, None), "1 lost, 0 doubled, 0 of nobody"),
        (kept(4, "up"), "1 lost, 0 doubled, 0 of nobody"),
        ({}, "3 lost, 0 doubled, 0 of nobody"),
        (kept(3, "up", "Somebody"), "3 lost, 0 doubled, 1 of nobody"),
        (kept(3, "up") | {"p.1": kept(1, "up")["q.1"]}, "0 lost, 0 doubled, 1 of"),
    ],
)
def test_what_is_wrong_is_counted(
    found: Kept, wrong: str, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert miscounted([visitor], found) > 0
    assert wrong in capsys.readouterr().out
