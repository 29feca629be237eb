"""The small script of the board, in a real browser."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.forum._board import asked
from tests.forum._forum import PASSWORD, Forum, address

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser with scripts."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as running:
        # Tests also run as root, in containers without namespaces.
        browser = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def test_votes_and_likes_are_instant_and_told(forum: Forum, chromium: Any) -> None:
    ada = forum.member("ScriptAda")
    thread_id = asked(ada, "Is this <script>alert(1)</script> quick?")
    forum.sign_up(forum.browser(), "ScriptEve")
    context = chromium.new_context(
        base_url=forum.url, extra_http_headers={"X-Forwarded-For": "10.9.9.9"}
    )
    page = context.new_page()
    # What the policy of the page forbids, and what fails, is told in the console.
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(address("ScriptEve"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign In").click()
    page.goto(f"/q/{thread_id}/")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    post, status = page.get_by_role("article"), page.locator("#said")

    post.get_by_role("button", name="Vote up").click()
    status.get_by_text("Score 1").wait_for(state="attached")
    up = post.get_by_role("button", name="Vote up")
    assert up.get_attribute("aria-pressed") == "true"
    up.click()
    status.get_by_text("Score 0").wait_for(state="attached")
    assert up.get_attribute("aria-pressed") == "false"
    post.get_by_role("button", name="Like(0)").press("Enter")
    post.get_by_role("button", name="Like(1)").press("Enter")
    post.get_by_role("button", name="Like(0)").wait_for()
    assert told == []

    post.get_by_role("button", name="Vote down").click()
    alert = post.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text() == "This needs reputation 10. You have 1."
    assert loads == []
    # The page is data, and what is in it does not run.
    data = page.locator('script[type="application/ld+json"]').text_content()
    assert "DiscussionForumPosting" in data

    # Signed out elsewhere: the browser shows where to sign in.
    context.clear_cookies()
    post.get_by_role("button", name="Like(0)").click()
    page.wait_for_load_state()
    page.get_by_role("heading", level=1).wait_for()
    assert "alert" not in "".join(told)
    context.close()
