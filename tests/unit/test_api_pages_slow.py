"""The reference of names: every public name has one home, and the pages are written."""

from pathlib import Path

import pytest

from docs.make import api

# Every public module is imported, and Spark is large to install.
pytestmark = pytest.mark.slow

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "api"


def test_every_public_name_has_a_home() -> None:
    assert api.unlisted() == []


def test_the_pages_are_up_to_date() -> None:
    written = {path.stem: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    assert written == {module: api.page(module) for module in api.HOMES}
