"""The loss report: a table, JSON, a notebook view, and what strict runs refuse."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import from_json, to_json
from qathread.errors import FormatError, LossError
from qathread.formats import Collector
from qathread.losses import Loss, LossReport

REPORT = LossReport(
    losses=(
        Loss(
            kind="repaired",
            code="number",
            message="no number",
            count=1234,
            examples=("line 2", "line 7"),
            damage=True,
        ),
        Loss(kind="lost", code="tags", message="no place for tags"),
        Loss(kind="noted", code="page", message="told", harmless=True),
    )
)


class Cells(HTMLParser):
    """Collects the cells of a table, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.rows[-1][-1] += data


def test_a_report_prints_as_a_table() -> None:
    assert str(REPORT).splitlines() == [
        "what      count  code    strict       meaning and first places",
        "repaired  1,234  number  FormatError  no number [line 2, line 7]",
        "lost          1  tags    LossError    no place for tags",
        "noted         1  page    -            told",
    ]
    assert str(LossReport()) == "nothing lost"


def test_a_notebook_shows_the_same_cells_and_runs_nothing() -> None:
    odd = Loss(kind="lost", code="<b>", message="<script>alert(1)</script>")
    shown = Cells()
    shown.feed(LossReport(losses=(*REPORT, odd))._repr_html_())
    assert [len(row) for row in shown.rows] == [5] * 5
    assert shown.rows[1] == [
        "repaired",
        "1,234",
        "number",
        "FormatError",
        "no number [line 2, line 7]",
    ]
    assert shown.rows[4][4] == "<script>alert(1)</script>"


def test_json_gives_the_report_back() -> None:
    assert from_json(to_json(REPORT), LossReport) == REPORT


def test_the_first_place_is_the_path() -> None:
    assert [loss.path for loss in REPORT] == ["line 2", None, None]


@given(st.lists(st.sampled_from(["damage", "loss", "tell"]), max_size=4))
def test_a_strict_run_raises_what_the_report_says(cases: list[str]) -> None:
    """`refused_as` of the first entry that has one is what strict raises."""
    lenient, raised = Collector(), None
    strict = Collector(strict=True)
    for number, case in enumerate(cases):
        getattr(lenient, case)(f"code-{number}", "words")
        try:
            if raised is None:
                getattr(strict, case)(f"code-{number}", "words")
        except (FormatError, LossError) as error:
            raised = type(error).__name__
    told = [loss.refused_as for loss in lenient.report if loss.refused_as]
    assert raised == (told[0] if told else None)


@pytest.mark.parametrize("harmless", [False, True])
def test_a_report_is_true_when_strict_refuses(harmless: bool) -> None:
    loss = Loss(kind="lost", code="x", message="y", harmless=harmless)
    assert bool(LossReport(losses=(loss,))) is (loss.refused_as is not None)
