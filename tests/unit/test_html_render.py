"""One body to HTML: nothing unsafe comes out, and what was meant still shows."""

import subprocess
import sys

import markdown_it
import pytest

from qathread import Body
from qathread.bodies import HTML, MARKDOWN, PLAIN
from qathread.errors import ValidationError
from qathread.html import Fragment, Images, escape, render
from tests.unit._html_judges import ATTRIBUTES, findings
from tests.unit._html_payloads import ELEMENTS, payloads

REL = 'rel="nofollow ugc noopener noreferrer"'
POLICIES: tuple[Images, ...] = ("none", "link", "inline")


def html(source: str, images: Images = "link", heading: int = 2) -> str:
    body = Body(source=source, media_type=HTML)
    return str(render(body, images=images, heading=heading))


def markdown(source: str, images: Images = "link", heading: int = 2) -> str:
    return str(render(Body(source=source), images=images, heading=heading))


# -- nothing unsafe ----------------------------------------------------------------


def test_there_are_thousands_of_payloads() -> None:
    assert len(set(payloads())) == len(payloads()) >= 5000


@pytest.mark.parametrize("media_type", [MARKDOWN, HTML, PLAIN])
def test_no_payload_comes_through(media_type: str) -> None:
    """Judged by two parsers, written by each of them, and judged again."""
    found = {}
    for payload in payloads():
        body = Body(source=payload, media_type=media_type)
        for images in POLICIES:
            found[str(render(body, images=images)), images == "inline"] = payload
    assert len(found) > 1000  # they are not all refused before they are looked at
    bad = {
        payload: problems
        for (markup, inline), payload in found.items()
        if (
            problems := findings(
                markup, images=inline, twice=media_type != PLAIN or len(markup) % 8 == 0
            )
        )
    }
    assert not bad


def test_the_judges_find_what_is_unsafe() -> None:
    """Unrendered payloads, and Markdown by the parser's own presets."""
    elements = [form.format(js="alert(1)") for form in ELEMENTS]
    missed = [element for element in elements if not findings(element, twice=False)]
    assert len(missed) < len(elements) / 10
    for preset, least in (("commonmark", 3000), ("js-default", 100)):
        parser = markdown_it.MarkdownIt(preset)
        outputs = {parser.render(payload) for payload in payloads()}
        assert sum(bool(findings(out, twice=False)) for out in outputs) > least


@pytest.mark.parametrize(
    "bad",
    [
        "<p id=x>",
        "<p class=qt-post>",
        "<p style=x>",
        "<p title=x>",
        "<p lang=en>",
        "<img src=https://a.example/>",
        "<a>x</a>",
        '<a href="https://a.example/" rel="nofollow">x</a>',
        f'<a href="//a.example/" {REL}>x</a>',
        f'<a href="https://b@a.example/" {REL}>x</a>',
        f'<a href="mailto:a@a.example?cc=b" {REL}>x</a>',
        f'<a href="https://a.example/" target="_blank" {REL}>x</a>',
        "<code class=qt-post>x</code>",
        "<!-- x -->",
        "<svg></svg>",
        "<article>x</article>",
        "<ol start=x><li>x</ol>",
    ],
)
def test_the_judges_see_one_thing_wrong(bad: str) -> None:
    assert findings(bad, twice=False)
    assert ("a", "href") not in ATTRIBUTES  # judged by a rule, not by a pattern


def test_a_body_cannot_pass_for_a_part_of_the_page() -> None:
    source = (
        '<article class="qt-post" id="qt" aria-label="x"><main><nav><header>'
        '<h1 class="qt-title">Forged</h1></header></nav></main></article></div></div>x'
    )
    assert html(source) == "<h2>Forged</h2>x"


def test_a_script_leaves_nothing_and_an_unknown_element_its_text() -> None:
    assert html("a<script>b</script><style>c</style>d") == "ad"
    assert (
        html("<blink>a</blink><font color=red>b</font><custom-x>c</custom-x>") == "abc"
    )
    assert html("a<!-- b -->c<?d?><![CDATA[e]]>") == "ac"


# -- what was meant still shows ------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("a *b* **c**", "<p>a <em>b</em> <strong>c</strong></p>\n"),
        ("`a<b>`", "<p><code>a&lt;b&gt;</code></p>\n"),
        ("a\\\nb\nc", "<p>a<br>\nb\nc</p>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("3) a", '<ol start="3">\n<li>a</li>\n</ol>\n'),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
        ("> a\n\n---", "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n"),
        ("```py\n<\n```", '<pre><code class="language-py">&lt;\n</code></pre>\n'),
        ("~~~c++ a\nx\n~~~", '<pre><code class="language-c++">x\n</code></pre>\n'),
        ("~~a~~", "<p><s>a</s></p>\n"),
        (
            "|a|b|\n|-|:-:|\n|c|d|",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n"
            "<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>\n",
        ),
        (
            '[a](https://a.example "t")',
            f'<p><a href="https://a.example" title="t" {REL}>a</a></p>\n',
        ),
        (
            "<https://a.example/x> <ada@a.example>",
            f'<p><a href="https://a.example/x" {REL}>https://a.example/x</a> '
            f'<a href="mailto:ada@a.example" {REL}>ada@a.example</a></p>\n',
        ),
        ("https://a.example", "<p>https://a.example</p>\n"),  # no guesses at links
        ("[a](/x) [b][c] [d](#e)\n\n[c]: x", "<p>a b d</p>\n"),
        ("vector<std::string>", "<p>vector&lt;std::string&gt;</p>\n"),
        ("a<b>c</b>", "<p>a&lt;b&gt;c&lt;/b&gt;</p>\n"),
        ("&lt;b&gt; &amp; &copy;", "<p>&lt;b&gt; &amp; ©</p>\n"),
        ("a\x01b\x85", "<p>a\ufffdb\ufffd</p>\n"),
    ],
)  # fmt: skip
def test_markdown_means_what_it_did(source: str, wanted: str) -> None:
    assert markdown(source) == wanted


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("<p>a <b>b</b> <i>c</i><br/>d", "<p>a <b>b</b> <i>c</i><br>d</p>"),
        ("a<p>b<p>c", "a<p>b</p><p>c</p>"),  # as one well-known site writes
        (
            '<pre class="lang-py"><code class="language-py hljs">x</code></pre>',
            "<pre><code>x</code></pre>",
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            '<pre><code class="language-py">x</code></pre>',
        ),
        ('<a href="https://a.example" class="x" onclick="y">a</a>',
         f'<a href="https://a.example" {REL}>a</a>'),
        ('<a name="x">a</a> <a href="/b">b</a>', "a b"),
        ('<strong class="x" title="a>b">c</strong>', "<strong>c</strong>"),
        ('<abbr title="x">y</abbr>', '<abbr title="x">y</abbr>'),
        ('<ol start="5"><li>a</ol>', '<ol start="5"><li>a</li></ol>'),
        ("<table><td colspan=2 rowspan=0 align=x>a</table>",
         '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>'),
        ("<details open><summary>a</summary>b</details>",
         "<details><summary>a</summary>b</details>"),
        ("x &lt;b&gt; &amp; &copy;", "x &lt;b&gt; &amp; ©"),
    ],
)  # fmt: skip
def test_html_keeps_what_is_on_the_list(source: str, wanted: str) -> None:
    assert html(source) == wanted


def test_plain_text_keeps_its_lines() -> None:
    body = Body(source="a <b>\n  c\r\nd\re\n\n \n*f*\n", media_type=PLAIN)
    wanted = "<p>a &lt;b&gt;<br>\n  c<br>\nd<br>\ne</p>\n<p>*f*</p>\n"
    assert str(render(body)) == wanted
    other = Body(source="[b]a[/b]", media_type="text/bbcode")
    assert str(render(other)) == "<p>[b]a[/b]</p>\n"
    assert str(render(Body(source=" \n"))) == ""


# -- images, headings, links ---------------------------------------------------------


def test_images_follow_the_policy() -> None:
    sources = (
        (markdown, '![a "b"](https://a.example/x.png "t")'),
        (html, '<img src="https://a.example/x.png" alt=\'a "b"\' title="t">'),
    )
    shown = (
        '<img src="https://a.example/x.png" alt="a &quot;b&quot;" title="t" '
        'loading="lazy" referrerpolicy="no-referrer">'
    )
    link = f'<a href="https://a.example/x.png" {REL}>a "b"</a>'
    for make, source in sources:
        assert bare(make(source, "none")) == 'a "b"'
        assert bare(make(source, "link")) == link
        assert bare(make(source, "inline")) == shown


def bare(markup: str) -> str:
    return markup.removeprefix("<p>").removesuffix("</p>\n")


@pytest.mark.parametrize("images", POLICIES)
@pytest.mark.parametrize(
    "address", ["data:image/png;base64,AA==", "/x.png", "mailto:a@a.example", ""]
)
def test_an_image_from_nowhere_is_its_text(address: str, images: Images) -> None:
    assert markdown(f"![a]({address})", images) == "<p>a</p>\n"
    assert html(f'<img src="{address}" alt="a">', images) == "a"


def test_an_image_in_a_link_makes_no_second_link() -> None:
    source = "[![a](https://a.example/x.png)](https://b.example)"
    assert markdown(source) == f'<p><a href="https://b.example" {REL}>a</a></p>\n'
    nameless = "[![](https://a.example/x.png)](https://b.example)"
    assert ">image</a>" in markdown(nameless, "link")
    assert "https://b.example</a>" in markdown(nameless, "none")
    assert "https://b.example</a>" in markdown(nameless, "inline")
    dead = "[![a](https://a.example/x.png)](/b)"
    assert markdown(dead) == f'<p><a href="https://a.example/x.png" {REL}>a</a></p>\n'


def test_a_link_without_text_shows_where_it_leads() -> None:
    link = f'<a href="https://a.example/?b&amp;c" {REL}>https://a.example/?b&amp;c</a>'
    assert markdown("[](https://a.example/?b&c)") == f"<p>{link}</p>\n"
    assert html('<a href="https://a.example/?b&amp;c"> </a>') == link.replace(
        ">https", "> https"
    )


@pytest.mark.parametrize(
    ("levels", "heading", "wanted"),
    [
        ("123", 2, "234"),
        ("1", 6, "6"),
        ("135", 3, "345"),
        ("31", 2, "22"),
        ("2424", 1, "1212"),
        ("123456", 3, "345666"),
        ("641", 4, "444"),
    ],
)
def test_headings_go_below_those_of_the_page(
    levels: str, heading: int, wanted: str
) -> None:
    """And skip no level."""
    for found in (
        html("".join(f"<h{level}>x</h{level}>" for level in levels), "link", heading),
        markdown(
            "\n".join(f"{'#' * int(level)} x" for level in levels), "link", heading
        ),
    ):
        assert found.replace("\n", "") == "".join(f"<h{n}>x</h{n}>" for n in wanted)


def test_an_empty_heading_is_left_out() -> None:
    assert markdown("#\n\n# a\n\n###\n\n## b") == "\n<h2>a</h2>\n\n<h3>b</h3>\n"
    assert html("<h1><b> </b></h1><h3>a</h3>") == "<h2>a</h2>"
    details = "<details><summary> </summary>a</details>"
    assert html(details) == "<details>a</details>"


# -- limits --------------------------------------------------------------------------


@pytest.mark.parametrize(("media_type", "limit"), [(MARKDOWN, 30_000), (HTML, 100_000)])
def test_over_the_limit_it_is_text(media_type: str, limit: int) -> None:
    most = "*a* <b>b</b> " + "x" * (limit - 13)
    inside = str(render(Body(source=most, media_type=media_type)))
    over = str(render(Body(source=f"{most}x", media_type=media_type)))
    assert ("<em>a</em>" in inside) == (media_type == MARKDOWN)
    assert ("<b>b</b>" in inside) == (media_type == HTML)
    assert over == f"<p>{escape(f'{most}x')}</p>\n"


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "b", "x-y"])
def test_html_that_nests_too_deep_is_text(tag: str) -> None:
    """Parsers and browsers take time with the square of the depth, or give up."""
    assert html(f"<{tag}>" * 60 + "x").count("x</") == (tag != "x-y")
    assert html(f"<{tag}>" * 201 + "x").startswith("<p>&lt;")


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "b", "rt"])
def test_depth_is_what_the_parser_finds(tag: str) -> None:
    """An end tag in a comment ends nothing, nor does one of another name."""
    hidden = f"<{tag}><!--</{tag.partition('>')[0]}>-->" * 1000
    assert html(hidden).startswith("<p>&lt;")
    assert html(f"<{tag}></x>" * 1000).startswith("<p>&lt;")


@pytest.mark.parametrize("unit", ["<p>x", "<li>x", "<dd>x", "<p>x<br>", "<b>x</b>"])
def test_elements_that_end_by_themselves_are_no_depth(unit: str) -> None:
    tag = unit[1 : unit.index(">")]
    assert html(unit * 1000).count(f"</{tag}>") == 1000


def test_markdown_that_nests_too_deep_is_text() -> None:
    """The parser would leave out what is in it."""
    assert markdown("> " * 18 + "deep").count("<blockquote>") == 18
    for source in ("> " * 25 + "deep", "- " * 25 + "deep", "1. " * 15 + "deep"):
        assert "deep" in markdown(source)
        assert "<blockquote>" not in markdown(source)


@pytest.mark.parametrize(
    "source",
    [
        "".join(f"<b a={n}>" for n in range(190)),
        "".join(f"<b a={n}><!--</b>-->" for n in range(2500)),
        "".join(f"<i/a={n}><table></i></table>" for n in range(1500)),
        "".join(f"<code class=language-{n}><!--</code>-->" for n in range(1000)),
        "<b><i><u><s><em><tt>" * 3,
    ],
)
def test_html_cannot_grow_out_of_proportion(source: str) -> None:
    """Formatting left open is opened again in each later paragraph."""
    source = f"<p>{source}{'<p>x' * 12_000}"
    assert len(source) <= 100_000
    assert len(html(source)) <= 25 * len(source)


def test_markdown_cannot_grow_out_of_proportion() -> None:
    address = "https://a.example/" + "x" * 15_000
    source = f"[a]: {address}\n\n" + "[a] " * 3000
    assert len(markdown(source)) <= 25 * len(source)
    assert markdown(f"[a]: {address}\n\n" + "[a] " * 10).count("<a ") == 10


@pytest.mark.parametrize(
    "unit",
    [
        "> -\nx\n",
        ">-\r\nx\r\n",
        "---\n![===\n> ",
        "> > -\n> x\n",
        "> -\nx\u2028\u2028\n",
        "> -\n\u3000\n",
        "- > -\n  x\n",
    ],
)
def test_quotations_without_end_are_text(unit: str) -> None:
    """To find where each ends the parser would look at all lines after it."""
    assert "<blockquote>" not in markdown(unit * (30_000 // len(unit)))


def test_a_long_letter_with_quotations_is_no_such_thing() -> None:
    assert markdown("> asked\nanswered\n" * 250).count("<blockquote>") == 1
    assert markdown("> asked\n\nanswered\n\n" * 1400).count("<blockquote>") == 1400


def test_no_policy_and_no_level_is_invented() -> None:
    with pytest.raises(ValidationError, match=r"'none', 'link', 'inline'"):
        markdown("x", "all")  # type: ignore[arg-type]
    for heading in (0, 7, True, 2.0):
        with pytest.raises(ValidationError, match="from 1 to 6"):
            markdown("x", heading=heading)  # type: ignore[arg-type]


# -- what templates take -------------------------------------------------------------


def test_a_fragment_is_not_escaped_again_and_what_is_made_of_it_is() -> None:
    found = render(Body(source="*a*"))
    assert type(found) is Fragment
    assert found.__html__() == found
    assert type(found.__html__()) is str
    for made in (found + "<b>", "<b>" + found, found.strip(), found[1:], f"{found}"):
        assert not hasattr(made, "__html__")
    markupsafe = pytest.importorskip("markupsafe")
    assert markupsafe.escape(found) == found
    assert "&lt;" in markupsafe.escape(found + "<b>")


@pytest.mark.parametrize(
    ("missing", "needed"), [("markdown_it", "markdown-it-py"), ("nh3", "nh3")]
)
def test_a_missing_package_is_named_with_the_remedy(missing: str, needed: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
import qathread
from qathread.errors import MissingExtraError
try:
    import qathread.html
except MissingExtraError as error:
    print(error)
except ImportError as error:  # blocked in a way that names no module
    print(type(error), error.name)
"""
    blocked = code.replace(
        f"sys.modules[{missing!r}] = None",
        f"""
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
""",
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked], capture_output=True, text=True, check=True
    )
    wanted = f"safe HTML needs {needed}: pip install 'qathread[html]'\n"
    assert done.stdout == wanted


def test_the_package_and_the_list_of_formats_need_no_extra() -> None:
    code = (
        "import sys, qathread\n"
        "from qathread import formats\n"
        "from qathread.formats import html\n"
        "print(sorted({'markdown_it', 'nh3'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
