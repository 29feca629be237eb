"""Real pages: what they hold, counted apart from the reader, and by another parser."""

import lzma
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qathread import Thread
from qathread.errors import FormatError
from qathread.formats._html_tree import address, parse_html, text_of
from qathread.formats._report import Collector
from qathread.formats.schema_org import FORMAT
from qathread.formats.schema_org._microdata import microdata
from qathread.formats.schema_org._nodes import RDF_HTML, Allowance
from qathread.formats.schema_org._rdfa import rdfa
from tests.unit._pages import counts, reading

# By number of the question: answers, the accepted one.
PAGES = {
    10773880: (1, 10773933),
    1401482: (13, 1401495),
    15163640: (2, 15164153),
    15920496: (2, 15920567),
    36463225: (1, None),
    48978459: (1, None),
    52742612: (2, 52742770),
    6367014: (11, 6367023),
}
SITE = "https://stackoverflow.com"


def paths(shared: Path) -> list[Path]:
    found = sorted((shared / "data/formats/html_microdata_qapage").glob("*.html.xz"))
    if not found:
        pytest.skip("no sample pages")
    return found


def number_of(path: Path) -> int:
    return int(re.findall(r"[0-9]+", path.name)[0])


def one(path: Path, *, assume_tz: str | None = None) -> Thread:
    (thread,), _ = reading(FORMAT, path, assume_tz=assume_tz)
    return thread


def test_pages_have_the_posts_that_are_known_of_them(shared: Path) -> None:
    met = 0
    for path in paths(shared):
        number = number_of(path)
        thread = one(path)
        if number not in PAGES:
            continue
        met += 1
        answers, accepted = PAGES[number]
        assert thread.id == thread.question.id == f"{SITE}/q/{number}"
        assert len(thread.answers) == answers
        assert dict(thread.question.provenance.declared) == {"answers": answers}  # type: ignore[union-attr]
        expected = () if accepted is None else (f"{SITE}/a/{accepted}",)
        assert thread.accepted == expected
        assert not thread.comments, "comments are not marked up on these pages"
    assert met == len(PAGES)


def test_pages_are_as_a_recount_of_their_text_says(shared: Path) -> None:
    """Regular expressions on the raw page, which know nothing of the reader."""
    for path in paths(shared):
        raw = lzma.decompress(path.read_bytes()).decode()
        thread = one(path)
        ids = re.findall(r'id="answer-([0-9]+)"', raw)
        assert {post.id for post in thread.answers} == {f"{SITE}/a/{i}" for i in ids}
        times = re.findall(r'itemprop="dateCreated" datetime="([^"]+)"', raw)
        given = [post.created_at for post in thread.posts]
        assert sorted(f"{at:%Y-%m-%dT%H:%M:%S}" for at in given if at) == sorted(times)
        votes = re.findall(r'itemprop="upvoteCount" data-value="(-?[0-9]+)"', raw)
        scores = [thread.score(post.id) for post in thread.posts]
        assert Counter(scores) == Counter(map(int, votes))
        title = re.search(r'<h1 itemprop="name"[^>]*><a[^>]*>([^<]*)</a>', raw)
        assert title is not None
        assert thread.question.title == unescape(title[1])
        names = re.findall(r'<span class="d-none" itemprop="name">([^<]*)</span>', raw)
        authors = {post.author_name for post in thread.posts}
        assert authors == set(map(unescape, names)) or number_of(path) == 52742612
        profiles = set(re.findall(r'href="(/users/[0-9]+/[^"]+)"', raw))
        for post in thread.posts:  # one whose account is gone has a name only
            user_id = post.author_id.removeprefix(SITE)
            assert user_id in profiles or user_id == f"page:{post.author_name}"


def test_a_score_below_zero_is_kept(shared: Path) -> None:
    scores = {
        number_of(path): one(path).score(one(path).question.id)
        for path in paths(shared)
    }
    assert min(score for score in scores.values() if score is not None) < 0


def test_an_author_named_twice_is_one_person(shared: Path) -> None:
    """Once without and once with their address, when they also edited."""
    path = shared / "data/formats/html_microdata_qapage/stackoverflow_52742612.html.xz"
    if not path.is_file():
        pytest.skip("no such sample")
    thread, report = reading(FORMAT, path)
    assert thread[0].question.author_id == f"{SITE}/users/258483/dims"
    assert len(thread[0].users) == 3
    assert "several-authors" not in counts(report)


def test_times_without_a_zone_need_one_or_are_told(shared: Path) -> None:
    path = paths(shared)[0]
    with pytest.raises(FormatError) as caught:
        reading(FORMAT, path, strict=True)
    assert caught.value.code == "instant"
    threads, report = reading(FORMAT, path)
    assert counts(report)["zone-not-stated"] == len(threads[0].posts)
    east = one(path, assume_tz="+02:00").question
    plain = threads[0].question
    assert east.created_at is not None and plain.created_at is not None
    assert (plain.created_at - east.created_at).total_seconds() == 7200
    strict, report = reading(FORMAT, path, strict=True, assume_tz="UTC")
    assert not report
    assert strict[0].question.provenance.zone_stated is None  # type: ignore[union-attr]


# -- the three examples of schema.org -----------------------------------------------


@pytest.mark.parametrize("kind", ["jsonld", "microdata.html", "rdfa.html"])
def test_the_examples_of_schema_org_say_the_same(shared: Path, kind: str) -> None:
    path = shared / f"data/formats/schema_org/question_attr_accessor.{kind}"
    if not path.is_file():
        pytest.skip("no such sample")
    threads, report = reading(FORMAT, path, strict=True)
    (thread,) = threads
    question, first, second = thread.posts
    assert question.created_at == datetime(2010, 11, 4, 20, 7, tzinfo=UTC)
    assert thread.question.title == "What is attr_accessor in Ruby?"
    assert [thread.score(post.id) for post in thread.posts] == [196, 1337, 39]
    assert thread.accepted == (first.id,), "one element is suggested and accepted"
    assert second.author_name == "lonelyuser1234"
    assert counts(report) == {"count-differs": 1}, "4 answers stated, 2 there"


# -- another parser of microdata and RDFa -------------------------------------------


def flat(value: Any, base: str | None) -> Any:
    """Return a value of either parser without blanks and in one form."""
    if isinstance(value, Mapping) and value.get("@type") == RDF_HTML:
        tree = parse_html(f"<div>{value['@value']}</div>".encode(), Collector(), None)
        return "".join(text_of(tree).split())
    if isinstance(value, Mapping):
        return item(value, base)
    text = str(value)
    if text.startswith(("/", "http")):
        return address(base, text)
    return "".join(text.split())


def item(node: Mapping[str, Any], base: str | None) -> dict[str, Any]:
    """Return one of our nodes as sets of values by name."""
    found = {
        name: [flat(each, base) for each in values]
        for name, values in node.items()
        if not name.startswith("@")
    }
    return {"type": [*node.get("@type", [])], **found}


def theirs(node: Mapping[str, Any], base: str | None) -> dict[str, Any]:
    types = node.get("type", [])
    types = types if isinstance(types, list) else [types]
    found: dict[str, Any] = {"type": [each.rpartition("/")[2] for each in types]}
    for name, values in node.get("properties", {}).items():
        several = values if isinstance(values, list) else [values]
        found[name] = [
            theirs(each, base) if isinstance(each, Mapping) else flat(each, base)
            for each in several
        ]
    return found


def test_microdata_is_what_extruct_finds(shared: Path) -> None:
    """The same items with the same properties, on all pages."""
    extruct = pytest.importorskip("extruct")
    pages = [*paths(shared)]
    pages.append(
        shared / "data/formats/schema_org/question_attr_accessor.microdata.html"
    )
    for path in pages:
        raw = path.read_bytes()
        text = (lzma.decompress(raw) if path.suffix == ".xz" else raw).decode()
        mine = microdata(
            parse_html(text.encode(), Collector(), None),
            Collector(),
            SITE,
            Allowance(10**6, Collector()),
        )
        ours = [item(node, SITE) for node, _ in mine.tops]
        found = extruct.extract(text, base_url=SITE, syntaxes=["microdata"])
        assert [theirs(each, SITE) for each in found["microdata"]] == ours, path.name
        assert ours


_names = st.sampled_from(
    ["name", "text", "author", "comment", "name author", "url", "suggestedAnswer text"]
)
_types = st.sampled_from(["Question", "Answer", "Person"])
_attributes = st.tuples(
    st.one_of(st.just(""), _names.map(lambda name: f' itemprop="{name}"')),
    st.one_of(
        st.just(""),
        st.just(" itemscope"),
        _types.map(lambda name: f' itemscope itemtype="https://schema.org/{name}"'),
    ),
    st.sampled_from(["", "", ' content="other"']),
).map("".join)
_leaves = st.one_of(
    st.sampled_from(["word ", "x", "  ", "two words", "<!-- no -->", "<br>"]),
    _names.map(lambda name: f'<meta itemprop="{name}" content="given">'),
    _names.map(lambda name: f'<time itemprop="{name}" datetime="2024">then</time>'),
    _names.map(lambda name: f'<a itemprop="{name}" href="/x">link</a>'),
)
_markup = st.recursive(
    _leaves,
    lambda inner: st.tuples(
        st.sampled_from(["div", "section"]), _attributes, st.lists(inner, max_size=4)
    ).map(lambda part: f"<{part[0]}{part[1]}>{''.join(part[2])}</{part[0]}>"),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(parts=st.lists(_markup, max_size=4))
def test_any_microdata_is_what_extruct_finds(parts: list[str]) -> None:
    """Items within items, properties of several names, values of all elements."""
    extruct = pytest.importorskip("extruct")
    text = f"<html><body>x{''.join(parts)}</body></html>"
    mine = microdata(
        parse_html(text.encode(), Collector(), None),
        Collector(),
        SITE,
        Allowance(10**6, Collector()),
    )
    found = extruct.extract(text, base_url=SITE, syntaxes=["microdata"])["microdata"]
    assert [item(node, SITE) for node, _ in mine.tops] == [
        theirs(each, SITE) for each in found
    ]


def test_rdfa_has_the_properties_that_another_parser_finds(shared: Path) -> None:
    """Triples of a full parser of RDFa, which keeps no order: as counted texts."""
    extruct = pytest.importorskip("extruct")
    path = shared / "data/formats/schema_org/question_attr_accessor.rdfa.html"
    if not path.is_file():
        pytest.skip("no such sample")
    raw = path.read_bytes()
    mine = rdfa(parse_html(raw, Collector(), None), None, Allowance(10**6, Collector()))
    found = extruct.extract(raw.decode(), syntaxes=["rdfa"], base_url=SITE)["rdfa"]
    expected: Counter[tuple[str, str]] = Counter()
    for node in found:
        for name, values in node.items():
            for each in values if name.startswith("http") else ():
                if "@value" in each:
                    short = name.rpartition("/")[2]
                    expected[short, "".join(str(each["@value"]).split())] += 1
    given: Counter[tuple[str, str]] = Counter()
    waiting: list[Any] = [node for node, _ in mine.tops]
    met: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        for name, values in node.items():
            for value in () if name.startswith("@") else values:
                if isinstance(value, Mapping) and "@value" not in value:
                    waiting.append(value)
                else:
                    given[name, flat(value, None)] += 1
    for counted in (given, expected):  # the other one does not know <time datetime>
        for key in [key for key in counted if key[0] == "dateCreated"]:
            del counted[key]
    assert given == expected
    assert given["upvoteCount", "1337"] == 1


def test_pages_say_what_their_rendering_as_text_shows(shared: Path) -> None:
    """A terminal browser's view of the same page has the title, names and scores."""
    met = 0
    for path in paths(shared):
        rendering = (
            shared / "data/formats/qa_text" / path.name.replace(".html.xz", ".txt")
        )
        if not rendering.is_file():
            continue
        met += 1
        thread, text = one(path), rendering.read_text()
        lines = [" ".join(line.split()) for line in text.splitlines()]
        assert thread.question.title in lines
        assert f"{len(thread.answers)} Answers" in " ".join(lines)
        for post in thread.posts:
            assert post.author_name is not None
            assert any(post.author_name in line for line in lines)
            assert str(thread.score(post.id)) in lines
    if not met:
        pytest.skip("no renderings")
