"""Rendering against the parsers underneath: what safety costs, and on what text."""

import nh3
import pytest
from markdown_it import MarkdownIt

from qathread import Body
from qathread.bodies import HTML
from qathread.html import render
from tests.benchmarks.measure import gate

pytestmark = pytest.mark.bench

ORDINARY = (
    "Some *text* with `code` and a [link](https://example.org/a?b=c), **more**\n"
    "words & signs < and >.\n\n- item one\n- item two\n\n> quoted\n\n"
    "```py\nx = 1\n```\n\n## A heading\n\n![a picture](https://example.org/b.png)\n\n"
)
SIZES = (4, pytest.param(100, marks=pytest.mark.slow))  # about 1 and 25 kB


def bare() -> MarkdownIt:
    return MarkdownIt("js-default", {"maxNesting": 20})


@pytest.mark.parametrize("times", SIZES)
def test_markdown(times: int) -> None:
    """Making it safe adds less than the parser costs."""
    source = ORDINARY * times
    parser, body = bare(), Body(source=source)
    gate(
        f"render Markdown / markdown-it-py, {len(source)} characters",
        1.6,
        lambda: [render(body) for _ in range(5)],
        lambda: [parser.render(source) for _ in range(5)],
    )


@pytest.mark.parametrize("times", SIZES)
def test_html(times: int) -> None:
    """The sanitizer runs twice, and Python looks at each tag and each address."""
    source = bare().render(ORDINARY * times)
    body = Body(source=source, media_type=HTML)
    gate(
        f"render HTML / nh3 with its defaults, {len(source)} characters",
        10,
        lambda: [render(body) for _ in range(20)],
        lambda: [nh3.clean(source) for _ in range(20)],
    )


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![",
        "<![CDATA[",
        "](",
        "*a_",
        "`a",
        "- a\n",
        "|a",
        "&amp;",
        "~~a",
        "a\n",
    ],
)
def test_the_worst_markdown(unit: str) -> None:
    """Hostile text costs what it costs the same parser at the same nesting."""
    source = unit * (30_000 // len(unit))
    parser, body = bare(), Body(source=source)
    gate(
        f"render Markdown / markdown-it-py, {unit!r} repeated",
        2.5,
        lambda: render(body),
        lambda: parser.render(source),
        rounds=3,
    )


@pytest.mark.parametrize("unit", ["[", "![", "![\n", "[a](", "*a_", "> a\n\n"])
def test_markdown_grows_with_its_length(unit: str) -> None:
    """Four times the text takes about four times as long."""
    few = Body(source=unit * (7_500 // len(unit)))
    many = Body(source=unit * (30_000 // len(unit)))
    gate(
        f"render Markdown x4 / x1, {unit!r} repeated",
        6,
        lambda: render(many),
        lambda: render(few),
        rounds=5,
    )


PARAGRAPHS = "<p>x" * 12_000
HOSTILE = {
    "div": "<div>" * 20_000,
    "lists": "<ul><li>" * 12_500,
    "hidden ends": "<div><!--</div>-->" * 5_500,
    "formatting": "<p>" + "".join(f"<b a={n}>" for n in range(190)) + PARAGRAPHS,
    "formatting, hidden ends": "".join(f"<b a={n}><!--</b>-->" for n in range(2_000))
    + PARAGRAPHS,
    "languages": "".join(
        f"<code class=language-{n}><!--</code>-->" for n in range(1_000)
    )
    + PARAGRAPHS,
    "tables": "<table><tr><td>" * 6_600,
    "links": "<a href=https://a.example/>x</a>" * 3_000,
    "images": "<img src=https://a.example/>" * 3_500,
    "entities": "&amp;" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_worst_html(name: str) -> None:
    """No text of 100,000 characters costs more than a few of ordinary ones."""
    source = HOSTILE[name][:100_000]
    usual = (bare().render(ORDINARY) * 300)[:99_000]
    hostile = Body(source=source, media_type=HTML)
    ordinary = Body(source=usual, media_type=HTML)
    gate(
        f"render hostile HTML / ordinary HTML of the same length, {name}",
        8,
        lambda: render(hostile),
        lambda: render(ordinary),
        rounds=3,
    )
