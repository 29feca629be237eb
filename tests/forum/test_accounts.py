"""Accounts of the example forum, as a browser without JavaScript sees them."""

import threading
from urllib.parse import quote

import pytest

from tests.forum._browser import Page
from tests.forum._forum import PASSWORD, Forum, address, link_in

# -- signing up ------------------------------------------------------------------------


def test_sign_up_by_mail_then_sign_in_and_out(each_forum: Forum) -> None:
    ada = each_forum.browser()
    asked = ada.get("/sign-up/").submit(
        "Sign Up", {"Name": "Ada One", "E-mail address": "ada-one@example.org"}
    )
    assert (asked.status, asked.heading) == (200, "Look into your mail")
    # No account yet: the link was not used.
    assert not each_forum.sign_in(ada, "ada-one").has_button("Sign Out")

    link = link_in(each_forum.mail("ada-one@example.org"))
    page = ada.get(link)
    assert page.field("Name").get("value") == "Ada One"
    made = page.submit(
        "Make my account", {"Password": PASSWORD, "Password, once more": PASSWORD}
    )
    assert made.path == "/sign-in/"
    assert made.notices == ["Your account is made. You can sign in now."]

    page = each_forum.sign_in(ada, "ada-one")
    assert page.path == "/"
    assert "Ada One" in page.header
    assert "Sign In" not in page.header

    page = page.submit("Sign Out")
    assert page.path == "/"
    assert "Sign In" in page.header
    assert "Ada One" not in page.header


def test_signing_out_takes_a_form(forum: Forum) -> None:
    eve = forum.member("Leaving")
    assert eve.get("/sign-out/").status == 405
    assert eve.get("/").has_button("Sign Out")


def test_the_link_of_a_sign_up_works_once(forum: Forum) -> None:
    browser = forum.browser()
    forum.sign_up(browser, "Once")
    page = browser.get(link_in(forum.mail(address("once"))))
    assert (page.status, page.heading) == (410, "This link is not valid")
    assert browser.get("/sign-up/no-such-token/").status == 410


def test_two_who_use_one_link_at_once_make_one_account(each_forum: Forum) -> None:
    fields = {"Name": "Twice", "E-mail address": address("twice")}
    each_forum.browser().get("/sign-up/").submit("Sign Up", fields)
    link = link_in(each_forum.mail(address("twice")))
    pages = [each_forum.browser().get(link) for _ in range(4)]
    done: list[Page] = []

    def use(page: Page) -> None:
        words = {"Password": PASSWORD, "Password, once more": PASSWORD}
        done.append(page.submit("Make my account", words))

    _at_once([lambda page=page: use(page) for page in pages])
    assert len(done) == 4
    assert sum("Your account is made" in page.text for page in done) == 1
    assert all(page.status in (200, 410) for page in done)
    assert each_forum.sign_in(each_forum.browser(), "twice").has_button("Sign Out")


def test_an_address_that_is_known_gets_the_same_answer(each_forum: Forum) -> None:
    each_forum.sign_up(each_forum.browser(), "Known")
    answers = []
    for name, to in [("Stranger", address("stranger")), ("Other", "KNOWN@example.org")]:
        browser = each_forum.browser()
        page = browser.get("/sign-up/").submit(
            "Sign Up", {"Name": name, "E-mail address": to}
        )
        answers.append((page.status, page.path, page.response.text))
    assert answers[0] == answers[1]
    letter = each_forum.mail(address("known"), number=2)
    assert letter["Subject"] == "You have an account already"
    assert link_in(letter) == "/forgot-password/"


def test_nobody_is_flooded_with_mails(forum: Forum) -> None:
    for number in range(5):
        fields = {"Name": f"Flood {number}", "E-mail address": address("flood")}
        page = forum.browser().get("/sign-up/").submit("Sign Up", fields)
        assert page.heading == "Look into your mail"
    forum.settle()
    assert sum(mail["To"] == address("flood") for mail in forum.mails()) == 3


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "This field is required."),
        (" Ada", "A name has no blanks around it."),
        ("A\u202eda", "The character U+202E cannot stand in a name."),
        ("A\u200bda", "The character U+200B cannot stand in a name."),
        ("A" + 5 * "\u0301", "The character U+0301 cannot stand in a name."),
        ("ada@example.org", "A name has no @ and no /."),
        ("n" * 65, "A name has at most 64 characters."),
        # One character that is 18 when normalised.
        (4 * "\ufdfa", "A name has at most 64 characters."),
        ("--", "A name has a letter or a digit."),
        ("ADMIN", "This name is kept for the site itself."),
        # The first letter is Cyrillic.
        ("\u0410da", "A name is written in one script: letters of several can look"),
        ("\u03a9mega", "A name is written in one script: letters of several can look"),
    ],
)
def test_odd_names_are_refused_beside_the_field(
    forum: Forum, name: str, error: str
) -> None:
    page = forum.browser().get("/sign-up/")
    fields = {"Name": name, "E-mail address": address("odd")}
    page = page.submit("Sign Up", fields)
    assert page.status == 200
    assert page.title.startswith("Error: ")
    (found,) = page.errors("Name")
    assert found.startswith(error)
    assert page.errors("E-mail address") == []


@pytest.mark.parametrize(
    "name", ["Zoë", "Ирина", "東京タワーfan", "Ω", "o'Brien", "n.n_7", "김민수 Kim"]
)
def test_names_of_one_script_are_taken(forum: Forum, name: str) -> None:
    fields = {"Name": name, "E-mail address": "fine@example.org"}
    page = forum.browser().get("/sign-up/").submit("Sign Up", fields)
    assert page.heading == "Look into your mail"


@pytest.mark.parametrize("same", ["Taken", "TAKEN", "\uff34aken"])
def test_a_name_is_taken_in_every_spelling(each_forum: Forum, same: str) -> None:
    page = each_forum.browser().get("/sign-up/")
    fields = {"Name": "Taken", "E-mail address": address("taken")}
    if "Look" in page.submit("Sign Up", fields).heading:
        each_forum.sign_up(each_forum.browser(), "Taken")
    fields = {"Name": same, "E-mail address": address("taker")}
    page = page.submit("Sign Up", fields)
    assert page.errors("Name") == ["Somebody else has this name."]


def test_a_name_that_was_taken_meanwhile_can_be_chosen_anew(forum: Forum) -> None:
    slow = forum.browser()
    fields = {"Name": "Quick", "E-mail address": address("slow")}
    slow.get("/sign-up/").submit("Sign Up", fields)
    forum.sign_up(forum.browser(), "Quick")
    page = slow.get(link_in(forum.mail(address("slow"))))
    words = {"Password": PASSWORD, "Password, once more": PASSWORD}
    page = page.submit("Make my account", words)
    assert page.errors("Name") == ["Somebody else has this name."]
    page = page.submit("Make my account", {"Name": "Slow", **words})
    assert page.path == "/sign-in/"
    assert forum.sign_in(slow, "slow").has_button("Sign Out")


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", "This field is required."),
        ("short", "This password is too short."),
        ("password1", "This password is too common."),
        ("Chosen Person", "The password is too similar to the name."),
        ("x" * 1025, "Ensure this value has at most 1024 characters"),
        ("good enough \u0378", "This password holds a character that is not defined."),
    ],
)
def test_bad_passwords_are_refused_beside_the_field(
    forum: Forum, password: str, error: str
) -> None:
    to = "choosing@example.org"
    if not any(mail["To"] == to for mail in forum.mails()):
        fields = {"Name": "Chosen Person", "E-mail address": to}
        forum.browser().get("/sign-up/").submit("Sign Up", fields)
    page = forum.browser().get(link_in(forum.mail(to)))
    page = page.submit(
        "Make my account", {"Password": password, "Password, once more": password}
    )
    assert any(found.startswith(error) for found in page.errors("Password"))
    # A password is never sent back.
    assert page.field("Password").get("value") is None


def test_a_password_keeps_blanks_length_and_every_way_to_type_it(forum: Forum) -> None:
    composed = " caf\u00e9 \U0001f41d " + 1000 * "l"
    forum.sign_up(forum.browser(), "Typist", composed)
    apart = composed.replace("\u00e9", "e\u0301")
    assert forum.sign_in(forum.browser(), "typist", apart).has_button("Sign Out")
    shorter = forum.sign_in(forum.browser(), "typist", composed[:-1])
    assert not shorter.has_button("Sign Out")


# -- signing in ------------------------------------------------------------------------


def test_one_error_for_unknown_and_wrong(each_forum: Forum) -> None:
    each_forum.sign_up(each_forum.browser(), "Present")
    alerts = []
    for name in ("present", "absent"):
        page = each_forum.sign_in(each_forum.browser(), name, "not the password")
        alerts.append((page.status, page.alerts(), page.heading))
    assert alerts[0] == alerts[1]
    assert "No account has this address and this password" in alerts[0][1][0]


def test_somebody_who_was_shut_out_has_no_session(forum: Forum) -> None:
    shut = forum.member("Shut")
    code = "from accounts.models import User; "
    code += "User.objects.filter(username='Shut').update(is_active=False)"
    forum.manage("shell", "--no-imports", "--command", code)
    assert "Sign In" in shut.get("/").header
    page = forum.sign_in(shut, "shut")
    assert "No account has this address" in page.alerts()[0]


def test_a_session_that_was_there_before_is_not_the_one_after(
    each_forum: Forum,
) -> None:
    ada, mallory = each_forum.browser(), each_forum.browser()
    each_forum.sign_up(ada, "Fixed")
    # The link of a reset makes a session for somebody who is not signed in.
    ada.get("/forgot-password/").submit(
        "Send the link", {"E-mail address": address("fixed")}
    )
    ada.get(link_in(each_forum.mail(address("fixed"), number=2)))
    before = ada.client.cookies["forum"]
    token_before = ada.client.cookies["forum-csrf"]
    mallory.client.cookies["forum"] = before
    page = each_forum.sign_in(ada, "fixed")
    assert page.has_button("Sign Out")
    assert ada.client.cookies["forum"] != before
    assert ada.client.cookies["forum-csrf"] != token_before
    assert not mallory.get("/").has_button("Sign Out")
    # And a key that a browser makes up is not taken over.
    mallory.client.cookies["forum"] = "a" * 32
    each_forum.sign_in(mallory, "fixed")
    keys = [cookie.value for cookie in mallory.client.cookies.jar]
    assert len(keys) == len(set(keys))
    stranger = each_forum.browser()
    stranger.client.cookies["forum"] = "a" * 32
    assert not stranger.get("/").has_button("Sign Out")


def test_cookies_are_for_this_site_and_not_for_scripts(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Crumbs")
    page = forum.browser().get("/sign-in/")
    csrf = page.response.headers["set-cookie"]
    values = page.values(
        "Sign In", {"E-mail address": address("crumbs"), "Password": PASSWORD}
    )
    client = page.browser.client
    answer = client.post("/sign-in/", data=values, follow_redirects=False)
    session = [
        line for line in answer.headers.get_list("set-cookie") if "forum=" in line
    ]
    for line in (csrf, session[0]):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Domain" not in line


@pytest.mark.parametrize(
    ("next_page", "path"),
    [
        ("/account/", "/account/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("http:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://127.0.0.1@evil.example/", "/"),
        ("\thttps://evil.example", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_host(
    forum: Forum, next_page: str, path: str
) -> None:
    name = "traveller"
    if not any(mail["To"] == address(name) for mail in forum.mails()):
        forum.sign_up(forum.browser(), name)
    page = forum.browser().get(f"/sign-in/?next={quote(next_page, safe='')}")
    fields = {"E-mail address": address(name), "Password": PASSWORD}
    values = page.values("Sign In", fields)
    for also in ({}, {"next": next_page}):
        answer = page.browser.client.post(
            "/sign-in/", data=values | also, follow_redirects=False
        )
        assert answer.status_code == 302
        assert answer.headers["location"] == path
        page.browser.client.cookies.delete("forum")
        values = page.browser.get("/sign-in/").values("Sign In", fields)


def test_pages_of_members_ask_to_sign_in_first(forum: Forum) -> None:
    for path in ("/account/", "/account/password/", "/account/erase/"):
        page = forum.browser().get(path)
        assert page.path == "/sign-in/"
        assert page.values("Sign In")["next"] == path


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/sign-in/", "Sign In"),
        ("/sign-up/", "Sign Up"),
        ("/forgot-password/", "Send the link"),
        ("/account/", "Sign Out"),
        ("/account/", "Sign out everywhere else"),
        ("/account/password/", "Set the password"),
        ("/account/erase/", "Erase my account"),
    ],
)
def test_a_form_from_elsewhere_is_refused(
    each_forum: Forum, path: str, button: str
) -> None:
    name = f"forged {button.lower()}"
    browser = each_forum.browser()
    if path.startswith("/account/"):
        key = name.replace(" ", "-")
        browser = each_forum.member(key)
    page = browser.get(path)
    values = page.values(button)
    action = page.form(button).get("action") or path
    del values["csrfmiddlewaretoken"]
    refused = browser.post(action, values)
    assert (refused.status, refused.heading) == (403, "This form is too old")
    # With the token, but sent by a page of another site.
    values = browser.get(path).values(button)
    answer = browser.client.post(
        action, data=values, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert browser.get("/").has_button("Sign Out") is path.startswith("/account/")


def test_the_table_of_sessions_gives_nobody_a_session(forum: Forum) -> None:
    member = forum.member("Kept")
    key = member.client.cookies["forum"]
    printed = forum.manage("dumpdata", "sessions")
    assert '"model": "sessions.session"' in printed
    assert key not in printed


def test_secrets_are_not_in_the_log(forum: Forum) -> None:
    forum.member("Secret")
    forum.sign_in(forum.browser(), "secret", "a wrong password")
    log = forum.log.read_text("utf-8")
    assert "/sign-in/" in log
    for secret in (PASSWORD, PASSWORD.replace(" ", "+"), "a wrong password"):
        assert secret not in log


def _at_once(calls: list[object]) -> None:
    threads = [threading.Thread(target=call) for call in calls]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
