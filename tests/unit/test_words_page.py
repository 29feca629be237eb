"""The words of the reference: the names beside them are there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import qathread
from qathread import (
    errors,
    events,
    formats,
    frames,
    losses,
    metrics,
    posts,
    ranking,
    rules,
    stores,
)
from qathread.formats import reading
from qathread.pages import Page
from qathread.thread import Thread

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "words.md"
ROWS = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.M)
NAMES = sorted({name for _, told in ROWS for name in re.findall(r"`([^`]+)`", told)})
HOMES = {"thread": Thread, "store": stores.SQLiteStore, "Page": Page}
#: Fields of values, which a class has only as slots.
FIELDS = {"parent_id", "save(thread, op_id=...)"}
VALUES = (
    *(qathread, errors, events, formats, frames, losses, metrics, posts, ranking),
    *(reading, rules, stores),
)


@pytest.mark.parametrize("name", [each for each in NAMES if each not in FIELDS])
def test_the_name_is_there(name: str) -> None:
    first, *rest = name.split(".")
    if first == "qathread":
        found: object = qathread
    elif first in HOMES:
        found = HOMES[first]
    else:
        [found, *_] = [
            getattr(home, first) for home in VALUES if hasattr(home, first)
        ] or [import_module(f"qathread.{first}")]
    for part in rest:
        found = getattr(found, part)


def test_words_are_told_apart() -> None:
    words = [word for cell, _ in ROWS for word in cell.split(", ")]
    assert len(words) == len(set(words)) > 30
