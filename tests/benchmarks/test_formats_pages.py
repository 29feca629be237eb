"""Pages and JSON-LD against the parsers underneath: what a model costs beside them."""

import json
from functools import cache
from typing import Any

import pytest
from lxml import etree

from qathread import Thread
from qathread.formats._html_tree import parse_html
from qathread.formats._report import Collector
from qathread.formats._sources import open_source
from qathread.formats.askbot import FORMAT as ASKBOT
from qathread.formats.registry import Format
from qathread.formats.schema_org import FORMAT, json_ld
from tests.benchmarks.measure import gate

pytestmark = pytest.mark.bench

SIZES = (40, 1000)  # answers on a page, or comments in a list
TEXT = (
    "<p>One <em>paragraph</em> with <code>x &lt; y</code> and a "
    '<a href="https://example.org/a?b=c&amp;d=e" rel="nofollow">link</a>.</p>\n\n'
    "<pre><code>for each in things:\n    print(each)\n</code></pre>\n"
) * 3
AROUND = '<div class="a b c"><span title="none">x</span><a href="/edit">edit</a></div>'


def answer(number: int) -> str:
    return f"""
<div id="answer-{number}" class="answer" itemprop="suggestedAnswer" itemscope
 itemtype="https://schema.org/Answer">{AROUND * 12}
 <div itemprop="upvoteCount" data-value="{number}">{number}</div>
 <div class="post" itemprop="text">{TEXT}</div>
 <time itemprop="dateCreated" datetime="2024-01-02T03:04:05Z">then</time>
 <a href="/a/{number}" itemprop="url">link</a>
 <div itemprop="author" itemscope itemtype="https://schema.org/Person">
  <a href="/users/{number}/name">name {number}</a>
  <span itemprop="name">name {number}</span></div>{AROUND * 12}
</div>"""


@cache
def page(count: int) -> bytes:
    answers = "".join(map(answer, range(count)))
    return f"""<!DOCTYPE html><html itemscope itemtype="https://schema.org/QAPage">
<head><link rel="canonical" href="https://example.org/q/1"></head><body>
<div itemprop="mainEntity" itemscope itemtype="https://schema.org/Question">
<h1 itemprop="name">Why?</h1><div itemprop="text">{TEXT}</div>
<span itemprop="answerCount">{count}</span>{answers}</div></body></html>""".encode()


@cache
def document(count: int) -> bytes:
    (thread,) = read(FORMAT, page(count))
    return json.dumps(json_ld(thread)).encode()


@cache
def comments(count: int) -> bytes:
    found: list[dict[str, Any]] = [
        {
            "id": number,
            "object_id": 1_000_000,
            "comment_added_at": "2010-04-09 11:09:03 -0600",
            "html": TEXT,
            "user_id": number % 50,
            "user_display_name": f"name {number % 50}",
            "score": 1,
            "points": 1,
            "is_deletable": False,
            "user_avatar_url": "https://example.org/avatar.png",
        }
        for number in range(count)
    ]
    return json.dumps(found).encode()


def read(format: Format, data: bytes) -> list[Thread]:
    assert format.reader is not None
    return list(format.reader(open_source(data, None, Collector()), {}))


def parsed(data: bytes) -> object:
    return etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))


@pytest.mark.parametrize("count", SIZES)
def test_a_tree_that_is_counted_before_it_is_parsed(count: int) -> None:
    """The pass over the tags is Python's, the parser is C's."""
    data = page(count)
    gate(
        f"tree of HTML / lxml, {len(data) // 1000} kB",
        8,
        lambda: parse_html(data, Collector(), None),
        lambda: parsed(data),
    )


@pytest.mark.parametrize("count", SIZES)
def test_microdata(count: int) -> None:
    data = page(count)
    gate(
        f"thread of microdata / lxml, {len(data) // 1000} kB",
        25,
        lambda: read(FORMAT, data),
        lambda: parsed(data),
    )


@pytest.mark.parametrize("count", SIZES)
def test_json_ld(count: int) -> None:
    data = document(count)
    gate(
        f"thread of JSON-LD / json.loads, {len(data) // 1000} kB",
        80,
        lambda: read(FORMAT, data),
        lambda: json.loads(data),
    )


@pytest.mark.parametrize("count", SIZES)
def test_writing_json_ld(count: int) -> None:
    (thread,) = read(FORMAT, page(count))
    made = json_ld(thread)
    gate(
        f"JSON-LD of a thread / json.dumps of it, {count} answers",
        20,
        lambda: json_ld(thread),
        lambda: json.dumps(made),
    )


@pytest.mark.parametrize("count", SIZES)
def test_askbot(count: int) -> None:
    data = comments(count)
    gate(
        f"threads of a list of Askbot / json.loads, {len(data) // 1000} kB",
        40,
        lambda: read(ASKBOT, data),
        lambda: json.loads(data),
    )
