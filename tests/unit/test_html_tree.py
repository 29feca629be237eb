"""Trees of HTML pages: depth, size, encodings, and what stands in an element."""

import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread.errors import FormatError
from qathread.formats import _html_tree
from qathread.formats._html_tree import (
    Element,
    address,
    inner_html,
    is_page,
    parse_html,
    text_of,
    walk,
)
from qathread.formats._report import Collector
from qathread.limits import Limits
from qathread.losses import LossReport


def tree(
    page: str | bytes, *, strict: bool = False, limits: Limits | None = None
) -> tuple[Element, LossReport]:
    report = Collector(strict=strict)
    data = page.encode() if isinstance(page, str) else page
    return parse_html(data, report, limits), report.report


def refused(page: str | bytes, limits: Limits | None = None) -> str:
    with pytest.raises(FormatError) as caught:
        tree(page, limits=limits)
    return caught.value.code


def find(root: Element, tag: str) -> Element:
    return next(element for element in walk(root) if element.tag == tag)


# -- laws ----------------------------------------------------------------------------

_TAGS = ("b", "div", "p", "ul", "li", "pre", "span", "em")
_words = st.text(st.sampled_from("ab <>&\"'\u00e9\u00a0\n"), max_size=6)
_parts = st.recursive(
    st.one_of(
        _words.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
        st.sampled_from(("<br>", "<!-- language: c -->", "<img src='/a?b&amp;c'>")),
    ),
    lambda inner: st.tuples(st.sampled_from(_TAGS), st.lists(inner, max_size=3)).map(
        lambda two: f"<{two[0]} title='\"&lt;'>{''.join(two[1])}</{two[0]}>"
    ),
    max_leaves=12,
)


@given(inner=_parts)
def test_what_is_written_of_an_element_is_read_as_the_same(inner: str) -> None:
    """A body that is stored as HTML must show what the page shows."""
    root, _ = tree(f"<section>{inner}</section>")
    first = inner_html(find(root, "section"))
    again, _ = tree(f"<section>{first}</section>")
    assert inner_html(find(again, "section")) == first
    assert text_of(find(again, "section")) == text_of(find(root, "section"))


@given(data=st.binary(max_size=300), strict=st.booleans())
def test_any_bytes_give_a_tree_or_a_format_error(data: bytes, strict: bool) -> None:
    """A page comes from anywhere."""
    try:
        root, _ = tree(data, strict=strict, limits=Limits())
    except FormatError:
        return
    assert [*walk(root)]


_soup = st.lists(
    st.sampled_from(
        [f"<{tag}>" for tag in (*_TAGS, "table", "tr", "td", "dl", "dt", "dd", "a")]
        + [f"</{tag}>" for tag in (*_TAGS, "table", "td")]
        + ["x", "<script>", "</script>", "<i/>", "<!--", "-->", '<b title=">">']
    ),
    max_size=60,
)


@given(parts=_soup)
def test_no_text_is_dropped_without_a_word(parts: list[str]) -> None:
    """The parser leaves out what is too deep: then the page is refused before."""
    page = "".join(parts) + "</script>-->"
    limits = Limits(html_depth=20)
    try:
        root, _ = tree(page, limits=limits)
    except FormatError as error:
        assert error.code in ("too-deep", "not-this-format")
        return
    depth = max(_depth(element) for element in walk(root))
    # Two levels are html and body, which need not be written.
    assert depth <= 20 + 2


def _depth(element: Element) -> int:
    count, above = 0, element.getparent()
    while above is not None:
        count, above = count + 1, above.getparent()
    return count


# -- depth and size ------------------------------------------------------------------


def test_the_deepest_page_is_read_whole_and_one_deeper_refused() -> None:
    root, _ = tree("<div>" * 200 + "core", limits=Limits())
    assert text_of(root) == "core"
    assert refused("<div>" * 201 + "core", Limits()) == "too-deep"


def test_without_limits_text_is_still_never_dropped() -> None:
    root, _ = tree("<div>" * 240 + "core")
    assert text_of(root) == "core"
    assert refused("<div>" * 5000 + "core") == "too-deep"


@pytest.mark.parametrize(
    "page",
    [
        "<p>one" * 2000,
        "<ul>" + "<li>one" * 2000 + "</ul>",
        "<dl>" + "<dt>a<dd>b" * 2000 + "</dl>",
        "<table>" + "<tr><td>a<td>b" * 2000 + "</table>",
        "<select>" + "<option>a" * 2000 + "</select>",
        "<br>" * 2000 + "<img>" * 2000 + "<i/>" * 2000,
        "<a href='#'>x" * 2000,
        "<b>x</b>" * 2000,
        "<!-- <div> -->" * 2000 + "<script>'" + "<div>" * 2000 + "'</script>",
        "<b title='" + "<div>" * 2000 + "'>x</b>",
    ],
    ids=str,
)
def test_flat_pages_with_end_tags_left_out_are_not_deep(page: str) -> None:
    root, report = tree(page, limits=Limits())
    assert not report
    assert max(map(_depth, walk(root))) < 10


@pytest.mark.parametrize("many", [501, 20_000])
def test_an_element_with_very_many_attributes_is_refused(many: int) -> None:
    """The parser's time grows with the square of their number."""
    names = " ".join(f"attribute{place}" for place in range(many))
    assert refused(f"<p {names}>") == "too-large"
    assert refused(f"<p title=it's {names}>") == "too-large"


def test_a_long_attribute_is_no_crowd_of_attributes() -> None:
    words = " ".join(["word"] * 3000)
    root, _ = tree(f'<p title="{words}" class=x>text')
    assert find(root, "p").get("title") == words


@pytest.mark.parametrize(
    "piece",
    [
        *("<a ", '<a "', "<a x=", "<a x='", "<!--", "<", "</", "<!", "</p>", "<p>"),
        *("&", "<a b  ", "<script>", "</script ", "<meta charset=", '<a x="" y'),
        "<b></i>",
    ],
)
def test_time_grows_with_the_page_not_with_its_square(piece: str) -> None:
    def spent(size: int) -> float:
        data = (piece * (size // len(piece))).encode()
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            with suppress(FormatError):
                tree(data, limits=Limits())
            best = min(best, time.process_time() - start)
        return best

    small, large = spent(20_000), spent(160_000)
    assert large < 40 * small + 0.05  # eight times as long; its square is 64


# -- encodings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("caf\u00e9".encode(), "caf\u00e9"),
        ("caf\u00e9".encode("utf-8-sig"), "caf\u00e9"),
        (b"\xff\xfe" + "caf\u00e9".encode("utf-16-le"), "caf\u00e9"),
        (b"\xfe\xff" + "caf\u00e9".encode("utf-16-be"), "caf\u00e9"),
        (b"<meta charset=latin1><p>caf\xe9\x80", "caf\u00e9\u20ac"),
        (b"<META http-equiv=x content='text/html; charset=KOI8-R'>\xc1", "\u0430"),
        (b"<meta charset='utf-16'>caf\xc3\xa9", "caf\u00e9"),
        (b"<!-- <meta charset=koi8-r> -->caf\xc3\xa9", "caf\u00e9"),
        (b"<?xml version='1.0' encoding='latin1'?><p>caf\xe9", "caf\u00e9"),
        (b"<meta charset=windows-1252>\x93caf\xe9\x94", "\u201ccaf\u00e9\u201d"),
    ],
)
def test_the_encoding_is_that_of_the_mark_or_the_page(page: bytes, text: str) -> None:
    root, report = tree(page, strict=True)
    assert text_of(root).strip() == text
    assert not report


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (b"<p>caf\xe9</p>", "encoding"),
        (b"<meta charset=unicode_escape>caf\\x41", "encoding"),
        (b"<p>a\0b</p>", "forbidden-character"),
    ],
)
def test_broken_characters_are_repaired_or_refused(page: bytes, code: str) -> None:
    root, report = tree(page)
    assert [(loss.code, loss.count, loss.damage) for loss in report] == [
        (code, 1, True)
    ]
    assert "\0" not in text_of(root)
    with pytest.raises(FormatError) as caught:
        tree(page, strict=True)
    assert caught.value.code == code


@pytest.mark.parametrize("shape", ["<p>{}</p>", "<p title='{}'>", "<b><!--{}--></b>"])
def test_a_text_of_ten_million_characters_does_not_end_the_page(shape: str) -> None:
    """The parser has a limit of its own for each text."""
    root, report = tree(f"{shape.format('x' * 10_500_000)}<i>end</i>", strict=True)
    assert text_of(find(root, "i")) == "end"
    assert len(inner_html(root)) > 10_500_000
    assert not report


@pytest.mark.parametrize(
    ("message", "code"),
    [("Excessive depth in document", "too-deep"), ("Buffer size limit", "too-large")],
)
def test_a_limit_of_the_parser_is_an_error(
    message: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not known what the parser dropped then."""

    def cut(self: _html_tree._Parser, text: str) -> Element | None:
        self.limit = message
        return None

    monkeypatch.setattr(_html_tree._Parser, "parse", cut)
    assert refused(b"<p>x</p>") == code


def test_an_empty_page_is_none() -> None:
    assert refused(b"") == refused(b" \n ") == "not-this-format"


def test_whether_it_is_a_page_is_told_by_its_first_character() -> None:
    report = Collector()
    mark = "\ufeff"
    for data, known in (
        (b" \n<p>", True),
        (f"{mark} <p>".encode(), True),
        (f"{mark} <p>".encode("utf-16-le"), True),
        (f"{mark} <p>".encode("utf-16-be"), True),
        (f"{mark}{{}}".encode("utf-16-be"), False),
        (b"{}", False),
        (b"\xef\xbb\xbf[]", False),
        (b"plain", False),
    ):
        assert is_page(data, report, "a page") is known
    for data, code in (
        (" <p>".encode("utf-16-le"), "encoding"),
        ("\t[]".encode("utf-16-be"), "encoding"),
        (b"", "not-this-format"),
        (b"\x89PNG\r\n", "not-this-format"),
    ):
        with pytest.raises(FormatError) as caught:
            is_page(data, report, "a page")
        assert caught.value.code == code


# -- what stands in an element -------------------------------------------------------


def test_bodies_keep_comments_and_escapes_and_lose_nothing() -> None:
    inner = (
        '<p>a &amp; b</p><!-- language: c --><pre><code>if (a &lt; b)\n  "x";\n'
        '</code></pre><a href="/q?a=1&amp;b=ü">ü\u00a0</a><br><i></i>'
    )
    root, _ = tree(f"<div>{inner}</div>tail")
    assert inner_html(find(root, "div")) == inner


def test_text_leaves_out_scripts_and_styles() -> None:
    root, _ = tree("<p>a<script>no</script>b<style>no</style><b>c</b>d<!--no--></p>e")
    assert text_of(find(root, "p")) == "abcd"


def test_elements_can_be_left_out_with_their_text_but_not_what_follows() -> None:
    root, _ = tree("<div>a<p>b<b>c</b></p>d<p>e</p>f</div>")
    top = find(root, "div")
    assert inner_html(top, without=[next(iter(top))]) == "ad<p>e</p>f"


@pytest.mark.parametrize(
    ("base", "url", "found"),
    [
        ("https://example.org/q/1", "/a/2", "https://example.org/a/2"),
        ("https://example.org/q/1", " #c3\n", "https://example.org/q/1#c3"),
        (None, "/a/2", "/a/2"),
        ("https://example.org/", "http://[", "http://["),
    ],
)
def test_addresses_are_those_that_a_browser_would_take(
    base: str | None, url: str, found: str
) -> None:
    assert address(base, url) == found


def test_nothing_is_fetched_and_no_entity_is_taken() -> None:
    page = '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p>'
    root, _ = tree(page)
    assert text_of(find(root, "p")) == "&a;"


def test_a_page_without_lxml_names_the_remedy() -> None:
    code = (
        "import sys; sys.modules['lxml'] = None\n"
        "from qathread.errors import MissingExtraError\n"
        "from qathread.formats._html_tree import parse_html\n"
        "from qathread.formats._report import Collector\n"
        "from qathread.formats.schema_org import FORMAT\n"
        "try: parse_html(b'<p>', Collector(), None)\n"
        "except MissingExtraError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "pip install 'qathread[html]'" in done.stdout
