"""The pictures of the forum that its README shows, drawn anew and compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import pytest
from attrs import frozen

from tests.browser._demo import demo
from tests.browser._person import Person
from tests.browser._pictures import check, slim
from tests.forum._forum import Forum
from tests.forum._serve import FORUM

KEPT: Final = FORUM / "pictures"
SHEET: Final = FORUM / "forum" / "static" / "forum" / "forum.css"
PAGE: Final = "/q/temperature/"
AGAIN: Final = (
    "draw it again: QATHREAD_PICTURES=docs/examples/forum/pictures "
    "pytest tests/browser/test_pictures.py -m browser"
)


@frozen
class Frame:
    """A window, and the colours that its owner likes."""

    width: int
    height: int
    scheme: Literal["light", "dark"]


FRAMES: Final = {
    "thread-light": Frame(1000, 1340, "light"),
    "thread-dark": Frame(1000, 1340, "dark"),
    "thread-phone": Frame(390, 1280, "light"),
}


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A forum of its own: in the others' something has happened."""
    if find_spec("PIL") is None:
        pytest.skip("PIL is not installed")
    with demo(tmp_path_factory.mktemp("pictures")) as forum:
        yield forum


@pytest.mark.parametrize("name", FRAMES)
def test_the_pictures_show_the_forum_as_it_is(
    name: str, person: Callable[..., Person], tmp_path: Path
) -> None:
    """A picture of an older page would promise what is not there."""
    frame = FRAMES[name]
    asker = person("Greg", member=True, size=(frame.width, frame.height))
    asker.page.emulate_media(color_scheme=frame.scheme)
    asker.open(PAGE).shows("What does the temperature of a language model do?")

    folder = Path(os.environ.get("QATHREAD_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = folder / f"{name}.png"
    drawn.write_bytes(slim(asker.page.screenshot(), digest(asker, frame)))

    check(drawn, KEPT / drawn.name, (frame.width, frame.height), AGAIN)


def test_no_picture_is_left_over() -> None:
    """What no test draws would never be drawn again."""
    assert {path.stem for path in KEPT.iterdir()} == set(FRAMES)


def digest(person: Person, frame: Frame) -> str:
    """
    Return a digest of what a picture depends on, but for fonts.

    Machines differ in fonts, and so do pictures of one page: texts, the style sheet
    and the frame must be the same.
    """
    shown = person.page.locator("body").inner_text()
    parts = (shown, SHEET.read_text("utf-8"), repr(frame))
    return sha256("\0".join(parts).encode()).hexdigest()
