"""The rule for addresses: what a link or an image of user text may lead to."""

from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Body
from qathread.bodies import HTML
from qathread.html import render, safe_url
from tests.unit._html_judges import is_safe

SAME = (
    "https://example.org",
    "http://example.org/",
    "https://example.org:8443/a/b?c=d&e=f#g",
    "https://example.org/@name/1",
    "https://example.org?q=a@b",
    "https://example.org/#a:b",
    "https://example.org/a%20b%2Fc",
    "https://example.org/?a=1&copy=2&lt=3",  # entities were resolved before
    "https://example.org//double//slash",
    "https://example.org/http://other.example",
    "https://example.org.",
    "https://a-b.c_d.example",
    "https://xn--bcher-kva.example/",
    "https://192.0.2.1/x",
    "https://[2001:db8::1]:443/x",
    "http://localhost:8000/",
    "https://bücher.example/",
    "https://пример.example/",
    "https://例え.テスト/",
    "https://उदाहरण.परीक्षा/",
    "https://ひらがなとkanji漢字.example/",  # one writing system: Japanese
    "mailto:ada@example.org",
    "mailto:a.b+c@mail.example.org",
)
CHANGED = (
    ("HTTPS://example.org/A", "https://example.org/A"),
    (" https://example.org/a ", "https://example.org/a"),
    ("\x01https://example.org\x7f", "https://example.org"),
    ("ht\ntps://exam\tple.org/a\nb", "https://example.org/ab"),
    ("https://exa\u200bmple.org/", "https://example.org/"),
    ("\u202ehttps://example.org/", "https://example.org/"),
    ("https://example.org/a b", "https://example.org/a%20b"),
    ("https://example.org/a\u200db", "https://example.org/a%E2%80%8Db"),
    ("https://example.org/é", "https://example.org/%C3%A9"),
    ("https://example.org/\"'<>", "https://example.org/%22'%3C%3E"),
    ("https://example.org/a\\b", "https://example.org/a%5Cb"),
    ("https://example.org/[x]", "https://example.org/%5Bx%5D"),
    ("https://\uff45xample.org/", "https://example.org/"),
    ("https://example。org/", None),  # a browser reads a dot, NFKC does not
    ("MAILTO:ada@example.org", "mailto:ada@example.org"),
)
REFUSED = (
    "",
    " ",
    "x",
    "/x",
    "./x",
    "?x",
    "#x",
    "example.org",
    "//example.org/x",
    "\\\\example.org\\x",
    "/\\example.org",
    "https:example.org",
    "https:/example.org",
    "https:///example.org",
    "https:\\\\example.org",
    "https:/\\example.org",
    "https://",
    "https:// ",
    "https://?x",
    "https://#x",
    "https://.",
    "https://a..b/",
    "https://:443/",
    "https://example.org:port/",
    "https://example.org:123456/",
    "https://user@example.org/",
    "https://user:password@example.org/",
    "https://good.example\\@evil.example/",
    "https://good.example%40evil.example/",
    "https://good.example%2f@evil.example/",
    "https://good.example&#64;evil.example/",
    "https://good.example\u2044@evil.example/",
    "https://good.example\uff0fevil.example/",  # a solidus to NFKC
    "https://good.example\uff20evil.example/",  # an at sign to NFKC
    "https://good.example\u2100evil.example/",  # a/c to NFKC
    "https://exa mple.org@evil.example/",
    "https://exam<ple.org/",
    "https://[::1/",
    "https://[x]/",
    "https://\u0430pple.example/",  # the first letter is Cyrillic
    "https://examp\u03bfle.example/",  # one letter is Greek
    "https&colon;//example.org/",
    "https&#58;//example.org/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\u200bscript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript://example.org/%0aalert(1)",
    "vbscript:x",
    "data:text/html,x",
    "data:image/png;base64,AA==",
    "blob:https://example.org/x",
    "file:///etc/passwd",
    "ftp://example.org/",
    "svg:svg",
    "tel:123",
    "https+x://example.org/",
    "mailto:",
    "mailto:ada",
    "mailto:@example.org",
    "mailto:a@b@example.org",
    "mailto:ada@example.org?subject=x",
    "mailto:ada@example.org?bcc=eve@example.org",
    "mailto:ada@example.org%3fbcc=eve@example.org",
    "mailto:ada@example.org,eve@example.org",
    "mailto:a#b@example.org",
    "mailto:ada@example.org#x",
    "mailto:ada@exam\u0440le.org",
    "mailto://ada@example.org",
)


@pytest.mark.parametrize("address", SAME)
def test_a_plain_address_stays_as_it_is(address: str) -> None:
    assert safe_url(address) == address


@pytest.mark.parametrize(("address", "wanted"), CHANGED)
def test_what_a_browser_would_change_is_changed(
    address: str, wanted: str | None
) -> None:
    """What was judged and what is written must be the same address."""
    assert safe_url(address) == wanted


@pytest.mark.parametrize("address", REFUSED)
def test_anything_else_is_no_address(address: str) -> None:
    assert safe_url(address) is None


@pytest.mark.parametrize("address", ["mailto:ada@example.org"])
def test_an_image_is_no_mail(address: str) -> None:
    assert safe_url(address, mail=False) is None


pieces = st.lists(
    st.sampled_from(
        [
            *("https:", "http:", "mailto:", "javascript:", "data:", "//", "/", "\\"),
            *("@", ":", "?", "#", "%", "&colon;", "&#58;", "[", "]", "a.example"),
            *("\t", "\n", " ", "\u200b", "\u202e", "\x01", "\u0430", "é", "。", "⒈"),
            *(
                "ada",
                "443",
                ".",
                "..",
                "℀",
                "\uff20",
                "\uff0f",
                "<",
                ">",
                '"',
                "'",
                "`",
            ),
        ]
    ),
    max_size=8,
).map("".join)


@given(pieces | st.text(max_size=40))
def test_what_is_let_through_is_safe_and_stays_so(address: str) -> None:
    """The rule is applied more than once on the way."""
    found = safe_url(address)
    if found is not None:
        assert is_safe(found, mail=True)
        assert safe_url(found) == found


@given(pieces)
def test_short_and_long_ways_agree(address: str) -> None:
    """A plain address is let through without a closer look."""
    long = "x" * 300
    found = safe_url(f"{address}/{long}")
    if safe_url(address) is not None and "?" not in address and "#" not in address:
        assert found is None or found.endswith(f"/{long}")
        assert (found is None) == address.lower().startswith("mailto:")


class _Hrefs(HTMLParser):
    """Collects targets by the standard library's parser."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs).get("href"))


@pytest.mark.parametrize(
    "written",
    [
        "javascript&colon;alert(1)",
        "javascript&#58;alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6a;&#x61;vascript:alert(1)",
        "java&Tab;script:alert(1)",
        "java&NewLine;script&colon;alert(1)",
        "&#0000106avascript:alert(1)",
        "https&colon;//user&commat;example.org",
        "https://good.example&#92;@evil.example/",
    ],
)
def test_entities_are_resolved_before_the_rule(written: str) -> None:
    """In both languages of bodies."""
    assert str(render(Body(source=f"[x]({written})"))) == "<p>x</p>\n"
    html = Body(source=f'<p><a href="{written}">x</a></p>', media_type=HTML)
    assert str(render(html)) == "<p>x</p>"


@given(st.sampled_from(SAME))
def test_a_link_leads_where_the_rule_says(address: str) -> None:
    for body in (
        Body(source=f"[x](<{address}>)"),
        Body(source=f'<a href="{escape(address)}">x</a>', media_type=HTML),
    ):
        parser = _Hrefs()
        parser.feed(render(body))
        assert parser.found == [address]
