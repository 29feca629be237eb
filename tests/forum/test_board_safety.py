"""What people write shows as text, wherever it shows."""

from collections.abc import Iterator
from xml.etree import ElementTree

import html5lib
import pytest

from tests.forum._board import asked, commented, shown
from tests.forum._browser import Browser
from tests.forum._forum import Forum

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "<iframe src=javascript:alert(1)></iframe>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '[x](https://example.org "onmouseover=alert(1)")',
    "<a href=\"javascript:alert(1)\" style='x' id=main>x</a>",
    "<style>body{display:none}</style>",
    "<form action=//evil.example><input name=op></form>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "{{ 7|add:7 }} {% csrf_token %}",
    "\u202egnp.exe <b onclick=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
NOT_IN_TEXTS = {
    "script",
    "style",
    "iframe",
    "form",
    "input",
    "base",
    "meta",
    "svg",
    "math",
    "object",
    "embed",
    "img",
}
NOT_ON_TEXTS = {"style", "id", "name", "srcset", "formaction"}


@pytest.fixture(scope="module")
def mallory(forum: Forum) -> Iterator[Browser]:
    """Somebody who tries."""
    yield forum.member("BoardMallory")


@pytest.fixture(scope="module")
def thread_id(mallory: Browser) -> str:
    """A thread with every payload in a comment."""
    made = asked(mallory, "Do these do anything?", PAYLOADS[0], "safety")
    for payload in PAYLOADS:
        commented(mallory, made, f"{made}.1", payload)
    return made


def _check(content: bytes) -> None:
    """Judge a page by a second parser, the one that browsers' rules describe."""
    tree = html5lib.parse(content, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "script":
            where, kind = element.get("src"), element.get("type")
            assert (where or "").startswith("/static/") or (
                kind == "application/ld+json"
            )
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name != "style"
            if name in ("href", "src", "action"):
                plain = "".join(value.split()).lower()
                assert not plain.startswith(("javascript:", "data:", "//")), value
    texts = [
        element
        for element in tree.iter()
        if element.get("class") in ("post-body", "comment-body")
    ]
    assert texts
    for text in texts:
        for element in text.iter():
            if element is text or not isinstance(element.tag, str):
                continue
            assert element.tag not in NOT_IN_TEXTS, element.tag
            assert not NOT_ON_TEXTS & set(element.attrib)
            if element.tag == "a":
                assert element.get("rel") == "nofollow ugc noopener noreferrer"


def test_payloads_in_texts_do_nothing(mallory: Browser, thread_id: str) -> None:
    page = mallory.get(f"/q/{thread_id}/")
    _check(page.response.content)
    assert "alert(1)" in page.text
    assert "{{ 7|add:7 }} {% csrf_token %}" in page.text
    first = shown(page, f"{thread_id}.2")
    assert "<script>alert(1)</script>" in first.text_content()
    policy = page.response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_payloads_in_titles_names_of_tags_and_searches_do_nothing(
    mallory: Browser,
) -> None:
    short = [each for each in PAYLOADS if len(each) >= 6 and "\n" not in each][:18]
    for payload in short:
        title = payload.replace("\u202e", "")
        made = asked(mallory, title, payload, "")
        page = mallory.get(f"/q/{made}/")
        assert page.heading == " ".join(title.split())
        _check(page.response.content)
        page = mallory.get("/search/?q=" + "%3Cscript%3Ealert(1)%3C/script%3E")
        assert "<script>alert(1)</script>" not in page.response.text
    listed = mallory.get("/").response.content
    for script in html5lib.parse(listed, namespaceHTMLElements=False).iter("script"):
        raise AssertionError(ElementTree.tostring(script))


def test_feeds_are_well_formed_whatever_is_written(
    mallory: Browser, thread_id: str
) -> None:
    commented(mallory, thread_id, f"{thread_id}.1", "A bell \x07 and \ufffe here.")
    for path in ("/feed/", f"/q/{thread_id}/feed/"):
        root = ElementTree.fromstring(mallory.get(path).response.content)
        assert root.tag == "{http://www.w3.org/2005/Atom}feed"
        for summary in root.iter("{http://www.w3.org/2005/Atom}summary"):
            assert "<script" not in (summary.text or "")


def test_odd_texts_and_fields_are_answered_not_failed(
    mallory: Browser, thread_id: str
) -> None:
    page = mallory.get(f"/q/{thread_id}/")
    base = {
        name: value
        for name, value in page.values("Post the answer").items()
        if name == "csrfmiddlewaretoken"
    }
    odd: tuple[tuple[str, dict[str, str], int], ...] = (
        ("answer", {"body": "x\x00yyyyyy"}, 422),
        ("answer", {"body": ""}, 422),
        ("answer", {"body": "x" * 300_000}, 403),
        (f"p/{thread_id}.1/vote", {"direction": "sideways"}, 400),
        (f"p/{thread_id}.1/like", {}, 400),
        (f"p/{thread_id}.1/rollback", {"to": "9" * 40}, 400),
        (f"p/{thread_id}.1/rollback", {"to": "9"}, 404),
        (f"p/{thread_id}.999/vote", {"direction": "up"}, 404),
        ("p/~%FF/vote", {"direction": "up"}, 404),
        ("flags/none", {"outcome": "helpful"}, 404),
        (f"p/{thread_id}.1/edit", {"body": "x", "base_revision": "-1"}, 422),
        (f"p/{thread_id}.1/flag", {"reason": "no such"}, 422),
    )
    for path, fields, status in odd:
        found = mallory.post(f"/q/{thread_id}/{path}/", base | fields)
        assert found.status == status, (path, found.text)
    for query in ("page=0", "page=99999", "page=x", "order=x", "post=x", "page=-1"):
        assert mallory.get(f"/q/{thread_id}/?{query}").status == 200
    for path in ("/?tag=%00", "/?tag=" + "x" * 5000, "/search/?q=%00", "/q/~/"):
        assert mallory.get(path).status in (200, 400, 404), path
    assert mallory.get("/q/" + "x" * 2000 + "/").status in (400, 404)
