"""Ids in addresses: any id has one, and it leads back to the id."""

import importlib.util
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.forum._serve import FORUM


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("ids", FORUM / "board" / "ids.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


IDS = _load()
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60
)


@given(TEXTS)
@example("q.1")
@example("..")
@example("https://example.org/a?b#c")
@example("~YQ")
@example("a\n")
@example("a%2Fb")
def test_an_id_comes_back_from_its_address(text: str) -> None:
    converter = IDS.IdConverter()
    part = converter.to_url(text)
    assert re.fullmatch(converter.regex, part)
    assert converter.to_python(part) == text
    assert not set(part) & set("/?#%&\"'<> ")
    assert part not in (".", "..")
    assert IDS.anchor(text) == f"p-{part}"


def test_usual_ids_stand_as_they_are() -> None:
    assert IDS.IdConverter().to_url("emergence.2") == "emergence.2"
