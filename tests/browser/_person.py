"""Somebody in front of a browser, who finds things by what they are called."""

from __future__ import annotations

import re
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from tests.forum._forum import PASSWORD, Forum, address

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Dialog,
        Locator,
        Page,
        Request,
        Response,
    )
    from playwright.sync_api._generated import LocatorAssertions, PageAssertions

DESKTOP: Final = (1280, 900)
PHONE: Final = (360, 740)
_ADDRESSES = count(1)


def expect(what: Locator) -> LocatorAssertions:
    """Return what waits until an element is as it should be."""
    from playwright.sync_api import expect as waiting

    found: LocatorAssertions = waiting(what)
    return found


def expect_page(what: Page) -> PageAssertions:
    """Return what waits until a page is as it should be."""
    from playwright.sync_api import expect as waiting

    found: PageAssertions = waiting(what)
    return found


class Tab:
    """
    One tab of somebody's browser.

    Attributes:
        page: The page in it.
        document: The last answer that became a page.
    """

    def __init__(self, owner: Person) -> None:
        self.owner, self.url = owner, owner.forum.url
        self.page = owner.context.new_page()
        self.document: Response | None = None
        self.page.on("response", self._keep)

    def _keep(self, response: Response) -> None:
        request = response.request
        if (
            request.is_navigation_request()
            and request.frame == self.page.main_frame
            and not 300 <= response.status < 400
        ):
            self.document = response

    # -- finding ---------------------------------------------------------------------

    def heading(self, name: str | re.Pattern[str] | None = None) -> Locator:
        """Return the page's main heading."""
        if name is None:
            return self.page.get_by_role("heading", level=1)
        exact = isinstance(name, str)
        return self.page.get_by_role("heading", level=1, name=name, exact=exact)

    def header(self) -> Locator:
        """Return what stands at the top of every page."""
        return self.page.get_by_role("banner")

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """Return the control with this label."""
        pattern = re.compile(rf"^\s*{re.escape(label)}:?\s*$")
        return (within or self.page).get_by_label(pattern)

    def button(self, name: str, within: Locator | None = None) -> Locator:
        """Return the button that is called so."""
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def link(self, name: str, within: Locator | None = None) -> Locator:
        """Return the link that is called so."""
        return (within or self.page).get_by_role("link", name=name, exact=True)

    def post(self, name: str, text: str = "") -> Locator:
        """Return the question or an answer: ``Question``, ``Answer``, ..."""
        found = self.page.get_by_role("article", name=name, exact=True)
        return found.filter(has_text=text) if text else found

    def comment(self, text: str) -> Locator:
        """Return the comment with this text, with the replies to it."""
        return self.page.get_by_role("listitem").filter(has_text=text).last

    # -- doing -----------------------------------------------------------------------

    def open(self, path: str) -> Self:
        """Type an address."""
        self.page.goto(self.url + path)
        return self

    def follow(self, name: str, within: Locator | None = None) -> Self:
        """Click a link."""
        self.link(name, within).click()
        return self

    def send(self, button: str, fields: dict[str, str]) -> Self:
        """Fill fields in by their labels, and press a button."""
        main = self.page.get_by_role("main")
        for label, text in fields.items():
            self.field(label, main).fill(text)
        self.button(button, main).click()
        return self

    def shows(self, heading: str) -> Self:
        """Wait for the page with this main heading."""
        expect(self.heading(heading)).to_be_visible()
        return self

    @property
    def path(self) -> str:
        """The path of the page that is shown."""
        url: str = self.page.url
        return urlsplit(url).path


class Person(Tab):
    """Somebody with a browser; the browser's first tab is theirs to begin with."""

    def __init__(
        self,
        browser: Browser,
        forum: Forum,
        name: str,
        *,
        scripts: bool = True,
        size: tuple[int, int] = DESKTOP,
        guarded: bool = True,
        visits: str = "about:blank",
    ) -> None:
        self.forum, self.name, self.scripts = forum, name, scripts
        self.visits = visits
        #: What should not have happened.
        self.troubles: list[str] = []
        high, low = divmod(next(_ADDRESSES), 250)
        self.context: BrowserContext = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            bypass_csp=not guarded,
            java_script_enabled=scripts,
            extra_http_headers={"X-Forwarded-For": f"10.1.{high}.{low + 1}"},
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(15_000)
        self.context.on("console", self._heard)
        self.context.on("dialog", self._interrupted)
        self.context.on("weberror", lambda error: self._note(str(error.error)))
        self.context.on("request", self._asked)
        super().__init__(self)

    def tab(self) -> Tab:
        """Open one more tab."""
        return Tab(self)

    def sign_in(self, password: str = PASSWORD) -> Self:
        """Sign in by the form."""
        self.open("/sign-in/")
        fields = {"E-mail address": address(self.name), "Password": password}
        self.send("Sign In", fields)
        expect(self.button("Sign Out")).to_be_visible()
        return self

    def _note(self, trouble: str) -> None:
        self.troubles.append(f"{self.name}: {trouble}")

    def _heard(self, message: ConsoleMessage) -> None:
        # Pages that refuse something are answers too.
        refused = "Failed to load resource: the server responded with a status of 4"
        if message.type in ("error", "warning") and refused not in message.text:
            self._note(f"console: {message.text}")

    def _interrupted(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", self.visits, "data:")):
            self._note(f"request to {request.url}")


class Crowd:
    """Makes people, and knows what went wrong for them."""

    def __init__(self, browser: Browser, forum: Forum, stack: ExitStack) -> None:
        self.browser, self.forum, self.stack = browser, forum, stack
        self.people: list[Person] = []

    def person(
        self,
        name: str = "somebody",
        *,
        new: bool = False,
        member: bool = False,
        scripts: bool = True,
        size: tuple[int, int] = DESKTOP,
        guarded: bool = True,
        visits: str = "about:blank",
    ) -> Person:
        """
        Return somebody with a new browser.

        Args:
            name: Who it is; the address follows from it.
            new: Whether an account is made first.
            member: Whether they sign in; those who are new always do.
            scripts: Whether JavaScript runs.
            size: Width and height of the window.
            guarded: Whether the browser heeds the page's Content-Security-Policy.
            visits: Where else they go, beside the forum.
        """
        if new:
            self.forum.sign_up(self.forum.browser(), name)
        person = Person(
            self.browser,
            self.forum,
            name,
            scripts=scripts,
            size=size,
            guarded=guarded,
            visits=visits,
        )
        self.stack.callback(person.context.close)
        self.people.append(person)
        return person.sign_in() if new or member else person

    def check(self) -> None:
        """Fail if anybody had trouble."""
        assert [each for who in self.people for each in who.troubles] == []
