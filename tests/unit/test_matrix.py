"""Every reader against every writer: what is lost is what the report says."""

from pathlib import Path
from typing import Final

import pytest

from docs.make import matrix, samples
from qathread import Thread, formats
from qathread.formats._features import FEATURES, WORDS
from tests.laws._dump_compare import check
from tests.unit._matrix import ERASE, RENAMING, differing, without

PAGE: Final = samples.ROOT / "docs" / "reference" / "formats" / "matrix.md"
#: What reads a format back that is written only.
BACK: Final = {"html": "schema-org"}
#: Codes that say that a whole thread, post or character is another one.
WHOLE: Final = frozenset({"threads", "posts", "characters"})
#: Parts that cannot stay where another one gets lost; a reader wants to know of both.
GOES_WITH: Final = {
    "accepted": {"answers"},
    "mark-details": {"marks", "closed", "deleted"},
}
pair = pytest.mark.parametrize(
    ("reader", "writer"),
    [(reader, writer) for reader in matrix.READERS for writer in matrix.WRITERS],
)


def some(reader: str) -> tuple[Thread, ...]:
    """The threads of a reader's samples."""
    if samples.folder() is None:
        pytest.skip("no reference samples: set QATHREAD_SHARED to their folder")
    found = samples.threads(reader)
    assert found, f"no thread in the samples of {reader}"
    return found


def test_every_code_has_a_part_to_leave_out() -> None:
    assert {*FEATURES, *WORDS} - WHOLE == {*ERASE, *RENAMING}


@pair
def test_what_is_lost_is_what_the_report_says(
    reader: str, writer: str, tmp_path: Path
) -> None:
    """Read back, a thread is equal but for the parts that the report names."""
    for number, thread in enumerate(some(reader)):
        folder = tmp_path / str(number)
        folder.mkdir()
        target, report = matrix.written(thread, writer, folder)
        codes = {loss.code for loss in report if not loss.harmless}
        if writer == "html":
            # A page is for people; what programs read of it is its block of JSON-LD,
            # which says less.
            _, data = matrix.written(thread, "schema-org", folder)
            codes |= {loss.code for loss in data if not loss.harmless}
        if codes & WHOLE:
            continue
        again = list(formats.read(target, BACK.get(writer, writer)))
        assert len(again) == 1
        if writer == "stackexchange":  # its report has words of its own
            check(thread, again[0], report)
            continue
        before, after = without(thread, codes), without(again[0], codes)
        assert not list(differing(before, after))[:8], f"{thread.id}: {sorted(codes)}"


@pair
def test_a_report_names_nothing_that_is_kept(
    reader: str, writer: str, tmp_path: Path
) -> None:
    """Each code that is reported is needed for one of the threads at least."""
    if writer in ("html", "stackexchange"):
        return  # tests of their own look at both sides
    needed, told = set[str](), set[str]()
    for number, thread in enumerate(some(reader)):
        folder = tmp_path / str(number)
        folder.mkdir()
        target, report = matrix.written(thread, writer, folder)
        codes = {loss.code for loss in report if not loss.harmless}
        if codes & WHOLE:
            continue
        (again,) = formats.read(target, BACK.get(writer, writer))
        told |= codes
        for code in codes - needed:
            others = codes - {code}
            if without(thread, others) != without(again, others):
                needed.add(code)
    spoken_for = {code for code, above in GOES_WITH.items() if above & told}
    assert told - needed <= spoken_for


def test_our_own_format_loses_nothing(tmp_path: Path) -> None:
    for reader in matrix.READERS:
        for thread in samples.threads(reader):
            target, report = matrix.written(thread, "qathread", tmp_path)
            assert not report.losses
            assert list(formats.read(target)) == [thread]


def test_the_page_is_what_the_conversions_lose_now(shared: Path) -> None:
    assert PAGE.read_text("utf-8") == matrix.page(), "run: python -m docs.make"
