"""What holds for the HTML of every body and every thread."""

import re
from itertools import accumulate

from hypothesis import example, given
from hypothesis import strategies as st

from qathread import Body, Thread, to_json
from qathread.bodies import HTML, MARKDOWN, PLAIN
from qathread.html import Images, escape, fragment, page, render
from qathread.testing.strategies import bodies, moderated_threads, threads
from tests.unit._html_judges import findings, html5lib_tree
from tests.unit._html_pages import barriers, classed, text_of, tree, unbalanced
from tests.unit._html_payloads import ADDRESSED, CONTEXTS, ELEMENTS, SCHEMES
from tests.unit._html_payloads import MARKDOWN as LINKS

_SCRAPS = [
    *("<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "&", "&#", ";", '"'),
    *("<b>", "</b>", "<i x=1>", "<p>", "</p>", "<a href=", "</a>", "<h1>", "</h4>"),
    *("<table>", "<tr>", "<td>", "</table>", "<li>", "<ul>", "</ul>", "<pre>", "'"),
    *("<svg>", "<math>", "<mtext>", "<style>", "</style>", "<title>", "<select>"),
    *("<template>", "<noscript>", "<textarea>", "<form>", "<img src=", " alt=x>"),
    *("<details>", "<summary>", "</summary>", "</details>", "<ol start=3>", "<rt>"),
    *("https://a.example", "javascript:x", " onerror=x", "\n", "\n\n", "> ", "- "),
    *("[", "]", "(", ")", "![", "](", "`", "```\n", "*", "**", "~~", "|", "|-|", "# "),
    *("x", " ", "\t", "\r", "\x0c", "\u200b", "\u202e", "\x85", "\ufdd0", "é", "\\"),
]
scraps = st.lists(st.sampled_from(_SCRAPS), max_size=25).map("".join)
built = st.builds(
    lambda form, scheme, context: context.replace(
        "{}", form.format(js="alert(1)", url=scheme.format(js="alert(1)"))
    ),
    st.sampled_from(ELEMENTS + ADDRESSED + LINKS),
    st.sampled_from(SCHEMES),
    st.sampled_from(CONTEXTS),
)
sources = st.one_of(scraps, built, st.builds("{}{}".format, built, scraps))
hostile = st.builds(
    Body, source=sources, media_type=st.sampled_from([MARKDOWN, HTML, PLAIN])
)
policies = st.sampled_from(("none", "link", "inline"))
levels = st.integers(1, 6)


@given(hostile | bodies(), policies, levels)
@example(Body(source="[x]: javascript:a\n\n[x] ![x]"), "inline", 2)
def test_nothing_that_is_not_allowed_comes_out(
    body: Body, images: Images, heading: int
) -> None:
    """By two parsers, and again after each has written what it read."""
    found = render(body, images=images, heading=heading)
    assert findings(found, images=images == "inline") == []


@given(hostile | bodies(), policies)
def test_rendering_leaves_the_source_alone(body: Body, images: Images) -> None:
    """And gives the same for the same."""
    before = (body.source, body.media_type, body.language)
    assert render(body, images=images) == render(body, images=images)
    assert (body.source, body.media_type, body.language) == before


@given(hostile, policies, levels)
@example(Body(source="<h1><b><h1>", media_type=HTML), "none", 2)
@example(Body(source="<h1><b><h3>x", media_type=HTML), "none", 2)
def test_a_rendered_body_is_balanced_and_bars_nobody(
    body: Body, images: Images, heading: int
) -> None:
    found = render(body, images=images, heading=heading)
    assert unbalanced(found) is None
    assert [*barriers(html5lib_tree(f"<h{heading}>x</h{heading}>{found}"))] == []


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(texts, st.sampled_from([PLAIN, "text/bbcode"]))
def test_plain_text_shows_every_word(text: str, media_type: str) -> None:
    found = render(Body(source=text, media_type=media_type))
    assert text_of(html5lib_tree(found)).split() == shown(text).split()


def shown(text: str) -> str:
    """Return *text* with a mark for each character that is none but for machines."""
    return re.sub(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", text)


@given(texts)
def test_escaped_text_shows_as_it_is(text: str) -> None:
    """In an element, and in an attribute."""
    text = text.replace("\r", "")
    (element,) = html5lib_tree(f'<abbr title="{escape(text)}">{escape(text)}</abbr>')
    assert text_of(element) == element.get("title") == shown(text)


@given(threads() | moderated_threads())
def test_a_fragment_shows_every_post_once(thread: Thread) -> None:
    before = to_json(thread)
    found = fragment(thread)
    root = html5lib_tree(found)
    assert unbalanced(found) is None
    assert len(classed(root, "qt-post")) == len(thread)
    assert len(classed(root, "qt-gap")) == len(thread.stubs)
    assert [*barriers(root)] == []
    assert not any("id" in element.attrib for element in root.iter())
    assert [each.get("class") for each in root] == ["qt-thread"]
    assert to_json(thread) == before


@given(threads(), policies, levels, st.integers(1, 4))
def test_fragments_bar_nobody_whatever_is_asked(
    thread: Thread, images: Images, heading: int, nesting: int
) -> None:
    found = fragment(thread, images=images, heading=heading, nesting=nesting)
    root = html5lib_tree(found)
    assert [*barriers(root)] == []
    steps = (1 - 2 * bool(end) for end in re.findall("<(/?)article", found))
    assert max(accumulate(steps)) <= nesting + 1


@given(st.lists(threads(), min_size=1, max_size=3))
def test_a_page_is_a_page(several: list[Thread]) -> None:
    root = tree("".join(page(several)))
    assert [str(each.tag) for each in root] == ["head", "body"]
    assert [str(each.tag) for each in root[1]] == ["main"]
    assert len(classed(root, "qt-thread")) == len(several)
    assert len(classed(root, "qt-post")) == sum(map(len, several))
    assert [*barriers(root)] == []
