"""The forum's pages, headers, settings, tables and commands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forum._browser import Page
from tests.forum._forum import Forum, address
from tests.forum._serve import FORUM

CSS = FORUM / "forum" / "static" / "forum" / "forum.css"
PRODUCTION = {
    "FORUM_PRODUCTION": "1",
    "FORUM_SECRET_KEY": "kept-nowhere-" + "0123456789abcdefghijklmnopqrstuvwxyz-" * 2,
    "FORUM_HOSTS": "forum.example.org",
}

# -- every page ------------------------------------------------------------------------


def _pages(forum: Forum) -> list[Page]:
    member, visitor = forum.member(f"Walker {len(forum.mails())}"), forum.browser()
    open_to_all = ["/", "/sign-in/", "/sign-up/", "/sign-up/sent/", "/sign-up/no/"]
    open_to_all += ["/forgot-password/", "/forgot-password/sent/"]
    open_to_all += ["/forgot-password/MQ/no/", "/no-such-page/"]
    of_members = ["/", "/account/", "/account/password/", "/account/erase/"]
    pages = [visitor.get(path) for path in open_to_all]
    pages += [member.get(path) for path in of_members]
    # Refused: a form without its token, and a host that is not ours.
    pages.append(visitor.post("/sign-in/", {}))
    bad_host = {"Host": "evil.example"}
    pages.append(Page(visitor, visitor.client.get("/sign-in/", headers=bad_host)))
    return pages


def test_every_page_has_the_headers_and_nothing_inline(forum: Forum) -> None:
    pages = _pages(forum)
    assert {200, 400, 403, 404, 410} == {page.status for page in pages}
    for page in pages:
        headers = page.response.headers
        policy = dict(
            part.strip().split(" ", 1)
            for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        for element in page.tree.iter():
            if not isinstance(element.tag, str):
                continue
            assert element.tag != "style"
            assert not any(
                name == "style" or name.startswith("on") for name in element.attrib
            )
            if element.tag == "script":
                data = element.get("type") == "application/ld+json"
                assert data or (element.get("src") or "").startswith("/static/")


def test_every_page_can_be_read_aloud_and_walked_by_keyboard(forum: Forum) -> None:
    for page in _pages(forum):
        tree = page.tree
        assert tree.get("lang") == "en"
        assert len(tree.xpath("//main")) == len(tree.xpath("//body/header")) == 1
        assert len(tree.xpath("//footer[not(ancestor::main)]")) == 1
        first = tree.xpath("//body//a")[0]
        assert (first.get("class"), first.get("href")) == ("skip", "#main")
        assert tree.xpath("//main")[0].get("id") == "main"
        if page.path != "/":
            assert len(tree.xpath("//h1")) == 1
        navigations = [nav.get("aria-label") for nav in tree.iter("nav")]
        assert all(navigations)
        assert len(navigations) == len(set(navigations))
        ids = [element.get("id") for element in tree.xpath("//*[@id]")]
        assert len(ids) == len(set(ids))
        labels = {label.get("for") for label in tree.iter("label")}
        for control in tree.xpath("//input|//textarea|//select"):
            if control.get("type") != "hidden" and control.get("hidden") is None:
                wrapped = control.xpath("ancestor::label")
                assert wrapped or control.get("id") in labels, control.get("name")
        assert not tree.xpath("//*[@tabindex > 0]")


def test_forms_tell_browsers_and_password_managers_what_they_ask(forum: Forum) -> None:
    member, visitor = forum.member("Managed"), forum.browser()
    sign_in, sign_up = visitor.get("/sign-in/"), visitor.get("/sign-up/")
    change = member.get("/account/password/")
    found = {
        (page.path, label): page.field(label).get("autocomplete")
        for page, label in [
            (sign_in, "E-mail address"),
            (sign_in, "Password"),
            (sign_up, "Name"),
            (sign_up, "E-mail address"),
            (change, "Current password"),
            (change, "New password"),
            (change, "New password, once more"),
        ]
    }
    assert list(found.values()) == [
        "username",
        "current-password",
        "nickname",
        "email",
        "current-password",
        "new-password",
        "new-password",
    ]
    hint = change.field("New password").get("aria-describedby")
    assert "8 characters" in change.tree.get_element_by_id(hint).text_content()
    # Pages with forms of accounts are kept by no cache.
    for page in (sign_in, sign_up, change):
        assert "no-store" in page.response.headers["cache-control"]


def test_the_header_is_that_of_the_page_that_was_there_before(forum: Forum) -> None:
    page = forum.browser().get("/")
    (welcome,) = page.tree.find_class("welcome")
    assert welcome.text_content() == "Welcome! We've been working hard."
    links = [link.text_content() for link in page.tree.xpath("//header//nav//a")]
    assert links[-3:] == ["Sign In", "Forgot Password", "Sign Up"]
    assert page.tree.find_class("site-name")[0].text_content() == "Q&A"


# -- pages that say what went wrong ----------------------------------------------------


def test_error_pages_have_the_look_of_all_others(
    new_forum: Callable[..., Forum],
) -> None:
    forum = new_forum()
    forum.start(migrate=False)
    visitor = forum.browser()
    wrong_host = visitor.client.get("/", headers={"Host": "evil.example"})
    pages = {
        400: Page(visitor, wrong_host),
        403: visitor.post("/sign-in/", {}),
        404: visitor.get("/no-such-page/"),
        # There are no tables.
        500: visitor.get("/sign-in/").submit(
            "Sign In", {"E-mail address": "a@example.org", "Password": "something"}
        ),
    }
    for status, page in pages.items():
        assert page.status == status
        assert page.tree.find_class("error-code")[0].text_content() == str(status)
        assert "Q&A" in page.header
        assert page.tree.xpath("//link[@rel='stylesheet']")
        assert "Traceback" not in page.response.text
    assert "no such table" in forum.log.read_text("utf-8")


def test_static_files_are_served(forum: Forum) -> None:
    page = forum.browser().get("/sign-in/")
    for link in page.tree.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"):
        answer = page.browser.client.get(link)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/css", "image/svg"))


# -- settings --------------------------------------------------------------------------


def test_production_passes_every_check(new_forum: Callable[..., Forum]) -> None:
    forum = new_forum(**PRODUCTION)
    printed = forum.manage("check", "--deploy", "--fail-level", "INFO")
    assert printed == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize("missing", ["FORUM_SECRET_KEY", "FORUM_HOSTS"])
def test_production_does_not_start_without_secret_and_hosts(
    new_forum: Callable[..., Forum], missing: str
) -> None:
    forum = new_forum(**PRODUCTION | {missing: ""})
    assert "set FORUM_SECRET_KEY" in forum.manage("check", expect=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"FORUM_PRODUCTION": "yes"},
        {"FORUM_PROXIES": "-1"},
        {"FORUM_DATABASE_URL": "mysql://somebody:hidden@host/name"},
        {"FORUM_MAIL_DIR": "", "FORUM_MAIL_URL": "host:587"},
    ],
)
def test_a_wrong_variable_is_told(
    new_forum: Callable[..., Forum], wrong: dict[str, str]
) -> None:
    printed = new_forum(**wrong).manage("check", expect=1)
    assert "ImproperlyConfigured" in printed
    assert "hidden" not in printed.rpartition("ImproperlyConfigured")[2]


def test_production_speaks_https_only(new_forum: Callable[..., Forum]) -> None:
    forum = new_forum(**PRODUCTION)
    forum.manage("collectstatic", "--no-input", "--verbosity=0")
    with forum:
        visitor = forum.browser(
            Host="forum.example.org", **{"X-Forwarded-Proto": "https"}
        )
        plain = visitor.client.get(
            "/sign-in/", headers={"X-Forwarded-Proto": "http"}, follow_redirects=False
        )
        assert plain.status_code == 301
        assert plain.headers["location"] == "https://forum.example.org/sign-in/"
        page = visitor.get("/sign-in/")
        assert page.status == 200
        cookie = page.response.headers["set-cookie"]
        assert cookie.startswith("__Host-forum-csrf=")
        assert "Secure" in cookie
        assert "max-age=31536000" in page.response.headers["strict-transport-security"]
        assert (
            "upgrade-insecure-requests"
            in (page.response.headers["content-security-policy"])
        )
        (sheet,) = page.tree.xpath("//link[@rel='stylesheet']/@href")
        assert re.fullmatch(r"/static/forum/forum\.[0-9a-f]{12}\.css", sheet)
        assert (forum.folder / "data" / sheet.lstrip("/")).is_file()


# -- tables and commands ---------------------------------------------------------------


def test_the_tables_are_made_and_unmade(
    new_forum: Callable[..., Forum], any_database: str
) -> None:
    forum = new_forum(FORUM_DATABASE_URL=any_database)
    forum.manage("migrate", "--verbosity=0")
    assert "No changes" in forum.manage("makemigrations", "--check", "--dry-run")
    person = "from accounts.people import person; print(person('Ada').username)"
    assert forum.manage("shell", "--no-imports", "--command", person) == "Ada\n"
    forum.manage("migrate", "accounts", "zero", "--verbosity=0")
    shown = forum.manage("showmigrations", "accounts")
    assert "[X]" not in shown
    forum.manage("migrate", "--verbosity=0")
    assert forum.manage("shell", "--no-imports", "--command", person) == "Ada\n"


def test_the_demonstration_can_be_made_twice(new_forum: Callable[..., Forum]) -> None:
    forum = new_forum()
    for password in ("first try of it", "second try of it"):
        printed = forum.manage("demo", "--no-server", "--password", password)
        assert "greg@example.org" in printed
        assert password in printed
    with forum:
        page = forum.sign_in(forum.browser(), "Greg", "second try of it")
        assert "Greg" in page.header
        flags = page.tree.xpath("//header//a[text()='Flags']")
        assert flags == []
        page = forum.sign_in(forum.browser(), "Odile", "second try of it")
        assert page.tree.xpath("//header//a[text()='Flags']")


def test_the_demonstration_serves(new_forum: Callable[..., Forum]) -> None:
    forum = new_forum()
    with forum.demo() as url:
        page = forum.browser_at(url).get("/")
        assert page.status == 200
        assert "Welcome!" in page.response.text
        sheet = page.tree.xpath("//link[@rel='stylesheet']/@href")[0]
        assert page.browser.client.get(sheet).status_code == 200


def test_moderators_are_made_and_unmade(forum: Forum) -> None:
    member = forum.member("Helper")
    staff = "//header//a[text()='Flags']"
    assert not member.get("/account/").tree.xpath(staff)
    refused = member.get("/admin/")
    assert (refused.status, refused.heading) == (403, "Not allowed")
    assert "These pages are for moderators." in refused.text
    forum.manage("moderator", "HELPER")
    assert member.get("/account/").tree.xpath(staff)
    assert member.get("/admin/").status == 200
    forum.manage("moderator", "Helper", "--not")
    assert not member.get("/account/").tree.xpath(staff)
    printed = forum.manage("moderator", "Nobody Here", expect=1)
    assert "nobody has the name 'Nobody Here'" in printed


def test_the_admin_pages_have_no_door_of_their_own(forum: Forum) -> None:
    page = forum.browser().get("/admin/")
    assert page.path == "/sign-in/"
    assert page.values("Sign In")["next"] == "/admin/"
    forum.sign_up(forum.browser(), "Direct")
    values = page.values("Sign In", {"E-mail address": address("direct")})
    assert forum.browser().post("/admin/login/", values).path != "/admin/"


# -- colours ---------------------------------------------------------------------------


def _schemes() -> dict[str, dict[str, str]]:
    text = CSS.read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", text, flags=re.S)
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks
    )
    return {"light": light, "dark": light | dark}


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours after WCAG 2.2, from 1 to 21."""

    def luminance(colour: str) -> float:
        shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
            for share in shares
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(scheme: str) -> None:
    assert round(_contrast("#ffffff", "#000000"), 2) == 21
    colours = _schemes()[scheme]
    for ground in ("paper", "raised", "sunken"):
        for text in ("ink", "soft", "accent", "good", "bad", "warn"):
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        for edge in ("line-strong", "focus"):
            assert _contrast(colours[edge], colours[ground]) >= 3, (edge, ground)
    for wash in ("accent", "good", "bad", "warn"):
        for text in ("ink", wash):
            found = _contrast(colours[text], colours[f"{wash}-wash"])
            assert found >= 4.5, (text, wash)
    assert _contrast(colours["accent-ink"], colours["accent"]) >= 4.5


def test_the_style_sheet_loads_nothing_and_lists_its_classes() -> None:
    text = CSS.read_text("utf-8")
    assert "url(" not in text
    assert "@import" not in text
    comment, _, rules = text.partition("*/")
    rules = re.sub(r"/\*.*?\*/", "", rules, flags=re.S)
    used = set(re.findall(r"\.([a-z][\w-]*\w)", rules))
    listed = set(re.findall(r"\.([a-z][\w-]*\w)", comment))
    listed -= {"as_field_group", "fragment", "html", "name", "qt"}
    assert len(listed) > 50
    assert listed <= used
    assert Path(CSS).stat().st_size < 40_000
