"""The reference of errors: every class is there, with what it also is."""

import re
from pathlib import Path

from qathread import errors

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
ROW = re.compile(r"^\| `(\w+)` \|([^|]*)\|", re.MULTILINE)


def test_the_page_lists_every_error_and_its_bases() -> None:
    rows = dict(ROW.findall(PAGE.read_text("utf-8")))
    assert set(rows) == set(errors.__all__) - {"QathreadError"}
    for name, told in rows.items():
        bases = {base.__name__ for base in getattr(errors, name).__bases__}
        also = set(re.findall(r"`(\w+)`", told)) - {"LookupError"}
        assert also == bases - {"QathreadError"}, name
