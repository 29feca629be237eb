"""A thread with everything in it that a page can show, made over HTTP."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from tests.forum._browser import Browser, Page
from tests.forum._forum import Forum

TITLE: Final = "What belongs on one page?"
_BODY: Final = """\
# A heading of the first level

Text with *emphasis*, **weight**, `code`, a [link](https://example.org/) and a word that
is longer than a phone is wide: Donaudampfschifffahrtselektrizitätenhauptbetriebswerk.

> A quotation
> of two lines.

1. first
   - within
2. second

```python
print("a line of code that is so long that it does not fit on a phone, nor on a tablet")
```

| Column | Another |
|---|---|
| cell | `https://example.org/a/very/long/address/that/nobody/breaks/anywhere` |

![A picture](https://example.org/picture.png)

---

Last line.
"""


@frozen
class Furniture:
    """
    What was made.

    Attributes:
        owner: Who asked, by name.
        thread: The thread.
        question: Its question.
        answer: The accepted answer, of Greg, which was edited.
        comment: A comment of the owner's under it.
        gone: An answer of the owner's that was taken down.
        removed: A comment that a moderator removed.
        closed: A thread that is closed.
    """

    owner: str
    thread: str
    question: str
    answer: str
    comment: str
    gone: str
    removed: str
    closed: str


def furnish(forum: Forum) -> Furniture:
    """Make it all; the owner is new."""
    owner = forum.member("Casper Furnisher")
    greg, bloom, odile = (
        _signed_in(forum, who) for who in ("Greg", "CrimsonBloom", "Odile")
    )
    asked = owner.get("/ask/").submit(
        "Ask", {"Title": TITLE, "Your question": _BODY, "Tags": "pages tea"}
    )
    thread = asked.path.split("/")[2]
    question = f"{thread}.1"
    answer = _written(greg, f"/q/{thread}/answer/", "Post the answer", _BODY)
    gone = _written(owner, f"/q/{thread}/answer/", "Post the answer", "Too soon.")
    _written(bloom, f"/q/{thread}/answer/", "Post the answer", "Another answer.")
    comment = _comment(owner, thread, answer, "What about *deep* replies?")
    above = comment
    for depth in range(9):
        above = _comment((bloom, greg)[depth % 2], thread, above, f"Reply {depth}.")
    removed = _comment(bloom, thread, question, "Buy something.")
    _comment(greg, thread, question, _BODY)
    edit = greg.get(f"/q/{thread}/p/{answer}/edit/")
    edit.submit(
        "Save",
        {"Text": _BODY.replace("Last", "The last"), "What you changed": "an article"},
    )
    flag = bloom.get(f"/q/{thread}/p/{question}/flag/")
    flag.submit("Send the flag", {"Other": "other"})
    act(owner, thread, answer, "accept", wanted="accept")
    act(owner, thread, gone, "delete", wanted="delete")
    act(odile, thread, removed, "remove", wanted="remove")
    act(bloom, thread, question, "vote", direction="up")
    act(bloom, thread, answer, "like", wanted="like")
    closed = (
        owner.get("/ask/")
        .submit(
            "Ask",
            {"Title": "What is the time?", "Your question": "Now.", "Tags": "tea"},
        )
        .path.split("/")[2]
    )
    odile.get(f"/q/{closed}/close/").submit("Close the question", {})
    return Furniture(
        "Casper Furnisher", thread, question, answer, comment, gone, removed, closed
    )


def act(browser: Browser, thread: str, post: str, verb: str, **values: str) -> Page:
    """Press one of the buttons below a post."""
    page = browser.get(f"/q/{thread}/")
    token = page.tree.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    fields = {"csrfmiddlewaretoken": token, "op": f"{verb}-{post}", **values}
    done = browser.post(f"/q/{thread}/p/{post}/{verb}/", fields)
    assert done.status == 200, done.text
    return done


def _comment(browser: Browser, thread: str, on: str, text: str) -> str:
    return _written(browser, f"/q/{thread}/p/{on}/comment/", "Add comment", text)


def _written(browser: Browser, path: str, button: str, text: str) -> str:
    done = browser.get(path).submit(button, {"Your text": text})
    assert done.status == 200, done.text
    return str(done.response.url.params["post"])


def _signed_in(forum: Forum, name: str) -> Browser:
    browser = forum.browser()
    page = forum.sign_in(browser, name)
    assert page.has_button("Sign Out"), page.text
    return browser
