"""New passwords, the end of sessions, the end of an account."""

import sqlite3
import threading

import pytest

from tests.forum._browser import Browser, Page
from tests.forum._forum import PASSWORD, Forum, address, link_in

NEW = "eleven green bottles"


def forgot(forum: Forum, browser: Browser, name: str) -> Page:
    """Send the form of Forgot Password."""
    page = browser.get("/forgot-password/")
    return page.submit("Send the link", {"E-mail address": address(name)})


def set_password(page: Page, password: str = NEW) -> Page:
    """Send the form behind the mailed link."""
    fields = {"New password": password, "New password, once more": password}
    return page.submit("Set the password", fields)


# -- forgotten -------------------------------------------------------------------------


def test_forgotten_password_by_mail(each_forum: Forum) -> None:
    signed_in = each_forum.member("Forgetful")
    other = each_forum.browser()
    page = forgot(each_forum, other, "forgetful")
    assert page.heading == "Look into your mail"
    link = link_in(each_forum.mail(address("forgetful"), number=2))

    form = other.get(link)
    # The token is not in the address of the page with the form.
    assert link.rstrip("/").rpartition("/")[2] not in str(form.response.url)
    done = set_password(form)
    assert done.path == "/sign-in/"
    assert done.notices == ["The new password is set. Sign in with it."]
    # Not signed in by that, and all sessions have ended.
    assert not done.has_button("Sign Out")
    assert not signed_in.get("/").has_button("Sign Out")

    assert not each_forum.sign_in(other, "forgetful").has_button("Sign Out")
    assert each_forum.sign_in(other, "forgetful", NEW).has_button("Sign Out")
    letter = each_forum.mail(address("forgetful"), number=3)
    assert letter["Subject"] == "Your password was changed"

    # The link works once.
    again = each_forum.browser().get(link)
    assert again.heading == "This link is not valid"


def test_a_bad_new_password_is_told_beside_the_field(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Hasty")
    browser = forum.browser()
    forgot(forum, browser, "hasty")
    page = browser.get(link_in(forum.mail(address("hasty"), number=2)))
    page = set_password(page, "12345678")
    assert "This password is too common." in " ".join(
        page.errors("New password") + page.errors("New password, once more")
    )
    fields = {"New password": NEW, "New password, once more": "something else"}
    page = page.submit("Set the password", fields)
    assert page.errors("New password, once more")
    assert set_password(page).path == "/sign-in/"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    each_forum: Forum,
) -> None:
    each_forum.sign_up(each_forum.browser(), "Member")
    answers = []
    for name in ("member", "nobody"):
        page = forgot(each_forum, each_forum.browser(), name)
        answers.append((page.status, page.path, page.response.text))
    assert answers[0] == answers[1]
    each_forum.mail(address("member"), number=2)
    each_forum.settle()
    assert address("nobody") not in [mail["To"] for mail in each_forum.mails()]


def test_the_mail_goes_to_the_address_that_is_kept(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Exact")
    page = forum.browser().get("/forgot-password/")
    page.submit("Send the link", {"E-mail address": "EXACT@Example.org"})
    assert forum.mail("exact@example.org", number=2)["To"] == "exact@example.org"


def test_a_new_link_ends_the_one_before(each_forum: Forum) -> None:
    each_forum.sign_up(each_forum.browser(), "Doubtful")
    browser = each_forum.browser()
    links = []
    for number in (2, 3):
        forgot(each_forum, browser, "doubtful")
        letter = each_forum.mail(address("doubtful"), number=number)
        links.append(link_in(letter))
    assert browser.get(links[0]).heading == "This link is not valid"
    assert browser.get(links[1]).heading == "Choose a new password"


def test_a_changed_link_is_not_valid(forum: Forum) -> None:
    forum.sign_up(forum.browser(), "Careful")
    forum.sign_up(forum.browser(), "Careless")
    forgot(forum, forum.browser(), "careful")
    forgot(forum, forum.browser(), "careless")
    links = [
        link_in(forum.mail(address(name), number=2)).strip("/").split("/")
        for name in ("careful", "careless")
    ]
    # The account of one with the token of the other, and what is no account at all.
    for user, token in [
        (links[0][1], links[1][2]),
        ("MA", links[0][2]),
        ("////", "-"),
        ("AAAA", "set-password"),
        (links[0][1], "x" * 3000),
    ]:
        page = forum.browser().get(f"/forgot-password/{user}/{token}/")
        assert page.status in (200, 404)
        assert not page.has_button("Set the password")


def test_two_browsers_with_one_link_set_one_password(each_forum: Forum) -> None:
    each_forum.sign_up(each_forum.browser(), "Raced")
    forgot(each_forum, each_forum.browser(), "raced")
    link = link_in(each_forum.mail(address("raced"), number=2))
    forms = [each_forum.browser().get(link) for _ in range(4)]
    done: dict[int, Page] = {}

    def use(number: int) -> None:
        done[number] = set_password(forms[number], f"password number {number}")

    threads = [threading.Thread(target=use, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    winners = [n for n, page in done.items() if page.path == "/sign-in/"]
    assert len(done) == 4
    assert len(winners) == 1
    assert all(
        done[n].heading == "This link is not valid"
        for n in range(4)
        if n not in winners
    )
    page = each_forum.sign_in(
        each_forum.browser(), "raced", f"password number {winners[0]}"
    )
    assert page.has_button("Sign Out")


def test_a_link_is_dead_after_half_an_hour(forum: Forum) -> None:
    code = """
from datetime import timedelta
from accounts import letters, people
user = people.person("Late")
tokens = letters._ResetTokens()
now = tokens._now()
tokens._now = lambda: now - timedelta(minutes=29)
young = tokens.make_token(user)
tokens._now = lambda: now - timedelta(minutes=31)
old = tokens.make_token(user)
tokens._now = lambda: now
print(tokens.check_token(user, young), tokens.check_token(user, old))
"""
    printed = forum.manage("shell", "--no-imports", "--command", code)
    assert printed.split() == ["True", "False"]


# -- changed ---------------------------------------------------------------------------


def test_changing_the_password_asks_for_the_current_one(each_forum: Forum) -> None:
    here = each_forum.member("Changing")
    there = each_forum.browser()
    each_forum.sign_in(there, "changing")
    fields = {"New password": NEW, "New password, once more": NEW}
    page = here.get("/account/password/")
    page = page.submit("Set the password", {"Current password": "wrong", **fields})
    assert page.errors("Current password") == ["This is not your current password."]
    assert there.get("/").has_button("Sign Out")

    before = here.client.cookies["forum"]
    page = page.submit("Set the password", {"Current password": PASSWORD, **fields})
    assert page.path == "/account/"
    assert here.client.cookies["forum"] != before
    assert here.get("/").has_button("Sign Out")
    assert not there.get("/").has_button("Sign Out")
    assert not each_forum.sign_in(there, "changing").has_button("Sign Out")
    assert each_forum.sign_in(there, "changing", NEW).has_button("Sign Out")
    letter = each_forum.mail(address("changing"), number=2)
    assert letter["Subject"] == "Your password was changed"


def test_a_changed_password_ends_the_links_mailed_before(forum: Forum) -> None:
    here = forum.member("Linked")
    forgot(forum, forum.browser(), "linked")
    link = link_in(forum.mail(address("linked"), number=2))
    fields = {"New password": NEW, "New password, once more": NEW}
    fields["Current password"] = PASSWORD
    here.get("/account/password/").submit("Set the password", fields)
    assert forum.browser().get(link).heading == "This link is not valid"


def test_signing_out_everywhere_else(each_forum: Forum) -> None:
    here = each_forum.member("Elsewhere")
    there = each_forum.browser()
    each_forum.sign_in(there, "elsewhere")
    page = here.get("/account/").submit("Sign out everywhere else")
    assert page.notices == ["You are signed out everywhere else."]
    assert here.get("/").has_button("Sign Out")
    assert not there.get("/").has_button("Sign Out")


def test_a_session_ends_at_its_age_however_often_it_is_used(forum: Forum) -> None:
    member = forum.member("Lasting")
    code = """
from accounts.sessions import SessionStore
session = SessionStore("KEY")
session["signed_in_at"] -= AGE
session.save()
"""
    key = member.client.cookies["forum"]
    for days, stays in [(29, True), (2, False)]:
        aged = code.replace("KEY", key).replace("AGE", str(days * 86_400))
        forum.manage("shell", "--no-imports", "--command", aged)
        assert member.get("/").has_button("Sign Out") is stays


# -- hashes ----------------------------------------------------------------------------


def test_an_old_hash_is_made_anew_and_a_huge_one_is_not_run(forum: Forum) -> None:
    code = """
import time
from django.contrib.auth.hashers import make_password
from accounts.models import User
from accounts.people import person
user = person("Hashed")
user.password = make_password("an old password", hasher="pbkdf2_sha256")
user.save()
print(user.password.split("$")[0])
huge = "argon2$argon2id$v=19$m=1048576,t=10,p=1$" + 22 * "a" + "$" + 43 * "a"
person("Huge")
User.objects.filter(username="Huge").update(password=huge)
"""
    printed = forum.manage("shell", "--no-imports", "--command", code)
    assert printed.strip() == "pbkdf2_sha256"
    page = forum.sign_in(forum.browser(), "hashed", "an old password")
    assert page.has_button("Sign Out")
    stored = forum.manage("dumpdata", "accounts.user", "--indent=1")
    user = stored.partition('"username": "Hashed"')[0].rpartition('"password"')[2]
    assert user.startswith(': "argon2$argon2id$v=19$m=19456,t=2,p=1$')
    page = forum.sign_in(forum.browser(), "huge", "whatever")
    assert "No account has this address" in page.alerts()[0]


def test_weaker_hashes_than_the_floor_are_not_made(forum: Forum) -> None:
    code = "from django.contrib.auth.hashers import make_password; make_password('x')"
    command = ("shell", "--no-imports", "--command", code)
    forum.manage(*command)
    for weak in ("1 19456 1", "2 8192 1", "2 19456", "2 19456 0"):
        printed = forum.manage(*command, expect=1, FORUM_ARGON2=weak)
        assert "ImproperlyConfigured" in printed


# -- erased ----------------------------------------------------------------------------


def test_erasing_an_account_asks_for_the_password(each_forum: Forum) -> None:
    member = each_forum.member("Leaver")
    page = member.get("/account/erase/")
    page = page.submit("Erase my account", {"Current password": "wrong"})
    assert page.errors("Current password") == ["This is not your current password."]
    assert member.get("/").has_button("Sign Out")
    page = page.submit("Erase my account", {"Current password": PASSWORD})
    assert page.notices == ["Your account is erased."]
    assert not page.has_button("Sign Out")
    page = each_forum.sign_in(member, "leaver")
    assert "No account has this address" in page.alerts()[0]
    letter = each_forum.mail(address("leaver"), number=2)
    assert letter["Subject"] == "Your account is erased"
    # The name and the address are free for somebody new.
    each_forum.browser().get("/sign-up/").submit(
        "Sign Up", {"Name": "Leaver", "E-mail address": address("leaver")}
    )
    letter = each_forum.mail(address("leaver"), number=3)
    assert letter["Subject"] == "Your account is nearly made"


def test_nothing_of_an_erased_account_is_left_in_the_tables(forum: Forum) -> None:
    member = forum.member("Vanishing")
    forum.sign_in(forum.browser(), "vanishing", "wrong")
    forgot(forum, forum.browser(), "vanishing")
    forum.mail(address("vanishing"), number=2)
    page = member.get("/account/erase/")
    page.submit("Erase my account", {"Current password": PASSWORD})
    forum.mail(address("vanishing"), number=3)
    forum.settle()
    database = sqlite3.connect(forum.folder / "data" / "forum.db")
    try:
        rows = "\n".join(database.iterdump()).casefold()
    finally:
        database.close()
    assert "create table" in rows
    assert "vanishing" not in rows


@pytest.mark.parametrize("texts", ["keep", "empty"])
def test_an_erased_author_is_in_no_thread(each_forum: Forum, texts: str) -> None:
    name = f"Ghostwriter {texts}"
    author = each_forum.member(name)
    page = author.get("/ask/")
    fields = {"title": "What will be left of me?", "body": "A pelican, at most."}
    thread = page.submit("Ask", fields).path
    reader = each_forum.browser()
    before = reader.get(thread).response.text
    assert name in before
    assert "pelican" in before
    profile = author.get("/").tree.xpath("//header//a[@class='me']/@href")[0]
    page = author.get("/account/erase/")
    proof = {"texts": texts, "Current password": PASSWORD}
    done = page.submit("Erase my account", proof)
    assert done.notices == ["Your account is erased."]
    for path in (thread, "/", "/feed/", f"{thread}feed/"):
        text = reader.get(path).response.text
        assert name not in text
        assert f'"{profile}"' not in text
    assert ("pelican" in reader.get(thread).response.text) is (texts == "keep")
