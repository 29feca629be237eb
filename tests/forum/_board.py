"""What tests of the board do again and again."""

from collections.abc import Mapping
from copy import deepcopy

from lxml.html import HtmlElement

from tests.forum._browser import Browser, Page


def words(element: HtmlElement) -> str:
    """Return the text of an element, blanks joined."""
    return " ".join(element.text_content().split())


def asked(
    browser: Browser, title: str, body: str = "Who knows?", tags: str = ""
) -> str:
    """Ask a question by the form; return the id of the thread."""
    fields = {"Title": title, "Your question": body, "Tags": tags}
    page = browser.get("/ask/").submit("Ask", fields)
    assert page.status == 200, page.text
    assert page.heading == title
    return page.path.split("/")[2]


def answered(browser: Browser, thread_id: str, text: str) -> Page:
    """Answer by the form of the page."""
    page = browser.get(f"/q/{thread_id}/").submit(
        "Post the answer", {"Your text": text}
    )
    assert page.status == 200, page.text
    return page


def commented(browser: Browser, thread_id: str, post_id: str, text: str) -> Page:
    """Comment on a post by the page behind its link."""
    page = browser.get(f"/q/{thread_id}/p/{post_id}/comment/").submit(
        "Add comment", {"Your text": text}
    )
    assert page.status == 200, page.text
    return page


def shown(page: Page, post_id: str) -> HtmlElement:
    """Return the element of a post."""
    return page.tree.get_element_by_id(f"p-{post_id}")


def own(page: Page, post_id: str) -> str:
    """Return the words of a post, without those of comments under it."""
    element = deepcopy(shown(page, post_id))
    for inner in element.xpath('.//*[starts-with(@id, "p-")]'):
        inner.drop_tree()
    return words(element)


def pressed(page: Page, post_id: str, button: str) -> Page:
    """Press a button of one post."""
    return page.browser.post(*form_of(page, post_id, button))


def form_of(page: Page, post_id: str, button: str) -> tuple[str, Mapping[str, str]]:
    """Return where the form of a button is sent, and what it sends."""
    for found in shown(page, post_id).iter("button"):
        if button in (words(found), found.get("aria-label")):
            form = next(found.iterancestors("form"))
            values = {str(name): str(value) for name, value in form.form_values()}
            values[found.get("name") or ""] = found.get("value") or ""
            return str(page.response.url.join(form.get("action") or "")), values
    raise AssertionError(f"no button {button!r} in: {words(shown(page, post_id))}")


def score(page: Page, post_id: str) -> int:
    """Return the score that stands beside a post."""
    return int(words(shown(page, post_id).xpath(".//output")[0]))


def rows(page: Page) -> list[str]:
    """Return the titles of a list of questions."""
    return [words(each) for each in page.tree.xpath('//li[@class="question"]//h2')]
